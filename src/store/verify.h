/*
 * verify.h: the derived tables against their definition, computed from scratch.
 *
 * The definition is written the slow and plain way, so that it shares nothing with derive.c but the
 * schema and the allocation.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/store.h"

/* One difference: "stock_count", "variation 7, status 1, warehouse 2: 3, should be 4". */
typedef void (*verify_fn)(void *ctx, const char *what, struct str detail);

/* *differences = how many were told. With repair, each is put right in the same transaction, and
 * the listings concerned are marked. */
MUST_USE enum err verify_all(struct change *c, bool repair, verify_fn tell, void *ctx,
    int64_t *differences, struct error *e);

/* The part of it that looks at the change feed, once the counts and the demand are known to be
 * right. */
MUST_USE enum err verify_feed(struct change *c, bool repair, verify_fn tell, void *ctx,
    int64_t *differences, struct error *e);

/* SQLite: the structure of the file; ERR_CORRUPT says what is wrong first. PostgreSQL: nothing. */
MUST_USE enum err verify_file(struct db *db, struct error *e);

/* Part of verify_all: the catalog's index (search.h). Tells each variation whose row or words are
 * not what core/words.h makes of it, and each row of no variation. With repair they are put right,
 * and SQLite's index is made anew from its rows, so that a broken one is mended too. */
MUST_USE enum err verify_index(struct change *c, bool repair, verify_fn tell, void *ctx,
    int64_t *differences, struct error *e);

#endif
