/*
 * dump.h: the whole database as one text file, which either engine takes back.
 *
 * It is the backup of a PostgreSQL database, the way from SQLite to PostgreSQL and back, and the
 * account's data in a form that other programs read. JSON lines:
 *
 *   {"stockbridge":"backup","format":1,"schema":3,"engine":"sqlite","made_at":"..."}
 *   {"table":"grade","columns":["id","title",...]}     then a row a line, until the next table:
 *   [1,"A",null,...]                                   integers, texts, null, {"base64":"..."}
 *   {"sequence":"item","last":123}                     ids that must not be given again
 *   {"end":true,"rows":456,"sha256":"..."}             of every byte before this line
 *
 * FACT tables only: what is DERIVED is computed again after reading. Secrets are in it as they are
 * stored (sealed, or hashed), so it is worth as much as the database.
 */
#ifndef STORE_DUMP_H
#define STORE_DUMP_H

#include "store/db.h"

#include <stdio.h>

enum { DUMP_LINE_MAX = 64 * 1024 * 1024 };

/* One consistent snapshot of a database at the newest schema. `texts` keeps statements: it must
 * live until db_close. `out` is flushed, not synced; a failure to write is ERR_UNAVAILABLE. */
MUST_USE enum err dump_write(
    struct db *db, struct arena *texts, FILE *out, int64_t *rows, struct error *e);

/* Whether a file begins as a dump does; it is rewound. */
bool dump_is(FILE *in);

/* Into an empty database: brings its schema to the file's, loads the rows in one transaction,
 * migrates to the newest and computes what is derived. ERR_CONFLICT "not_empty" when there are
 * users, items, orders, variations or channels; ERR_CORRUPT, naming the line, when the file is not
 * whole or does not fit its schema: nothing is loaded then. `texts` as above. */
MUST_USE enum err dump_read(
    struct db *db, struct arena *texts, FILE *in, int64_t *rows, struct error *e);

#endif
