/* db_postgres_value.c: values in PostgreSQL's binary form, which is network byte order. */
#include "store/db_postgres.h"

#include <string.h>

/* From pg_type.dat; these numbers never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
};

void postgres_put_be(char out[8], int64_t value)
{
    uint64_t bits = (uint64_t)value;
    for (int i = 7; i >= 0; i--) {
        out[i] = (char)(unsigned char)(bits & 0xff);
        bits >>= 8;
    }
}

static uint64_t from_be(struct str s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n = n << 8 | (unsigned char)s.at[i];
    return n;
}

static void put_be32(struct buf *out, uint32_t value)
{
    char bytes[8];
    postgres_put_be(bytes, value);
    buf_put(out, (struct str){ bytes + 4, 4 });
}

/* An int8[]: dimensions, nulls, type of elements; then its length and lower bound, and elements. */
void postgres_put_ints(struct buf *out, const int64_t *values, size_t count)
{
    char bytes[8];
    put_be32(out, count ? 1 : 0);
    put_be32(out, 0);
    put_be32(out, OID_INT8);
    if (count == 0) return;
    put_be32(out, (uint32_t)count);
    put_be32(out, 1);
    for (size_t i = 0; i < count && !out->failed; i++) {
        put_be32(out, sizeof bytes);
        postgres_put_be(bytes, values[i]);
        buf_put(out, (struct str){ bytes, sizeof bytes });
    }
}

enum column_kind postgres_column(struct stmt *st, int column, int64_t *number, struct str *bytes)
{
    const struct postgres_stmt *s = (const struct postgres_stmt *)st;
    int row = s->row - 1;
    if (PQgetisnull(s->result, row, column)) return COLUMN_NULL;
    struct str value = { PQgetvalue(s->result, row, column),
        (size_t)PQgetlength(s->result, row, column) };
    switch (PQftype(s->result, column)) {
    case OID_BOOL:
    case OID_INT8:
        *number = (int64_t)from_be(value);
        return COLUMN_INT;
    case OID_INT4:
        *number = (int32_t)(uint32_t)from_be(value);
        return COLUMN_INT;
    case OID_INT2:
        *number = (int16_t)(uint16_t)from_be(value);
        return COLUMN_INT;
    case OID_TEXT:
    case OID_VARCHAR:
    case OID_BPCHAR:
    case OID_NAME:
    case OID_UNKNOWN:
        *bytes = value;
        return COLUMN_STR;
    case OID_BYTEA:
        *bytes = value;
        return COLUMN_BLOB;
    default:
        return COLUMN_OTHER;
    }
}
