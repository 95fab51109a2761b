/* dump_schema.h: the tables as the engine describes them; private to dump*.c. */
#ifndef STORE_DUMP_SCHEMA_H
#define STORE_DUMP_SCHEMA_H

#include "base/buf.h"
#include "store/dump.h"

#include <sodium.h>

enum dump_kind { DUMP_INT, DUMP_TEXT, DUMP_BLOB };

struct dump_column {
    struct str name;
    enum dump_kind kind;
    int key; /* place in the primary key, from 1; 0: none */
};

struct dump_table {
    struct str name;
    struct dump_column *columns;
    size_t count;
    bool has_blob, has_id;
};

/* FACT tables, by name. ERR_CORRUPT for a column of a type that the file has no form for, or a
 * table without a primary key. */
MUST_USE enum err dump_tables(
    struct tx *tx, struct arena *arena, struct dump_table **out, size_t *count, struct error *e);

/* What is rebuilt, not kept. */
bool dump_is_derived(struct str table);

/* Appends the names of all columns, and of those of the primary key in its order, quoted. */
void dump_put_names(struct buf *out, const struct dump_table *t);
void dump_put_key(struct buf *out, const struct dump_table *t);
/* The column at that place of the primary key, and where it is in `columns`; NULL beyond. */
const struct dump_column *dump_key_column(const struct dump_table *t, int place, size_t *index);

/* SQLite has a table of them only when a table is AUTOINCREMENT. */
MUST_USE enum err dump_has_sequences(struct tx *tx, bool *has, struct error *e);

/* Ends the hash. */
enum { DUMP_HEX_SIZE = 2 * crypto_hash_sha256_BYTES + 1 };
void dump_hash_hex(crypto_hash_sha256_state *hash, char out[DUMP_HEX_SIZE]);

#endif
