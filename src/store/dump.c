/* dump.c: what there is to write down; see dump_schema.h. */
#include "store/dump_schema.h"

#include <string.h>

enum { TABLES_MAX = 200, COLUMNS_MAX = 100 };

/* Marked DERIVED in the migrations; tests/store/dump_test.c holds the two together. */
static const char *const derived[] = { "demand", "listing_variation", "search_word", "stock_count",
    "stock_told", "variation_index" };

bool dump_is_derived(struct str table)
{
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++)
        if (str_eq(table, str_of(derived[i]))) return true;
    return str_eq(table, S("schema_migration"));
}

static bool kind_of(struct str type, enum dump_kind *out)
{
    static const struct {
        const char *type;
        enum dump_kind kind;
    } kinds[] = { { "INTEGER", DUMP_INT }, { "bigint", DUMP_INT }, { "TEXT", DUMP_TEXT },
        { "text", DUMP_TEXT }, { "BLOB", DUMP_BLOB }, { "bytea", DUMP_BLOB } };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_eq(type, str_of(kinds[i].type))) continue;
        *out = kinds[i].kind;
        return true;
    }
    return false;
}

static enum err read_columns(
    struct tx *tx, struct arena *arena, struct dump_table *t, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        tx_engine(tx) == DB_SQLITE
            ? "SELECT name, type, pk FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY cid"
            : "SELECT c.column_name::text, c.data_type::text, COALESCE((SELECT"
              " k.ordinal_position::bigint FROM information_schema.table_constraints p"
              " JOIN information_schema.key_column_usage k ON k.constraint_name ="
              " p.constraint_name AND k.constraint_schema = p.constraint_schema AND k.table_name ="
              " p.table_name WHERE p.constraint_type = 'PRIMARY KEY' AND p.table_schema ="
              " c.table_schema AND p.table_name = c.table_name AND k.column_name ="
              " c.column_name), 0) FROM information_schema.columns c WHERE c.table_schema ="
              " current_schema() AND c.table_name::text = $1 AND c.is_generated = 'NEVER'"
              " ORDER BY c.ordinal_position");
    stmt_bind_str(st, 1, t->name);
    t->columns = arena_new(arena, struct dump_column, COLUMNS_MAX);
    bool fits = true, has_key = false;
    struct str strange = S("");
    while (stmt_row(st) && fits) {
        struct dump_column *column = &t->columns[t->count];
        column->name = stmt_str(st, 0, arena);
        column->key = (int)stmt_int(st, 2);
        fits = t->count < COLUMNS_MAX - 1 && kind_of(stmt_str_view(st, 1), &column->kind);
        if (!fits) strange = column->name;
        t->has_blob = t->has_blob || column->kind == DUMP_BLOB;
        t->has_id = t->has_id || str_eq(column->name, S("id"));
        has_key = has_key || column->key;
        t->count++;
    }
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!fits)
        return error_set(e, ERR_CORRUPT, "column %.*s of table %.*s has no form in a file",
            STR_FMT(strange), STR_FMT(t->name));
    return has_key ? OK
                   : error_set(e, ERR_CORRUPT, "table %.*s has no primary key", STR_FMT(t->name));
}

enum err dump_tables(
    struct tx *tx, struct arena *arena, struct dump_table **out, size_t *count, struct error *e)
{
    struct dump_table *tables = arena_new(arena, struct dump_table, TABLES_MAX);
    size_t n = 0;
    /* The tables of a full-text index are 'virtual' and 'shadow'. */
    struct stmt *st = tx_prepare(
        tx, tx_engine(tx) == DB_SQLITE
                ? "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                  " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
                : "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname ="
                  " current_schema() ORDER BY tablename::text COLLATE \"C\"");
    while (stmt_row(st) && n < TABLES_MAX)
        if (!dump_is_derived(stmt_str_view(st, 0))) tables[n++].name = stmt_str(st, 0, arena);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < n && !rc; i++)
        rc = read_columns(tx, arena, &tables[i], e);
    *out = tables;
    *count = n;
    return rc;
}

void dump_put_names(struct buf *out, const struct dump_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        buf_put_fmt(out, "%s\"%.*s\"", i ? ", " : "", STR_FMT(t->columns[i].name));
}

const struct dump_column *dump_key_column(const struct dump_table *t, int place, size_t *index)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->columns[i].key != place) continue;
        *index = i;
        return &t->columns[i];
    }
    return NULL;
}

void dump_put_key(struct buf *out, const struct dump_table *t)
{
    const struct dump_column *column;
    size_t index;
    for (int place = 1; (column = dump_key_column(t, place, &index)); place++)
        buf_put_fmt(out, "%s\"%.*s\"", place > 1 ? ", " : "", STR_FMT(column->name));
}

void dump_hash_hex(crypto_hash_sha256_state *hash, char out[DUMP_HEX_SIZE])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(hash, sum);
    sodium_bin2hex(out, DUMP_HEX_SIZE, sum, sizeof sum);
}

enum err dump_has_sequences(struct tx *tx, bool *has, struct error *e)
{
    *has = true;
    if (tx_engine(tx) == DB_POSTGRES) return OK;
    struct stmt *st = tx_prepare(tx, "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'");
    *has = stmt_row(st);
    return stmt_end(st, e);
}
