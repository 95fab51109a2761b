/*
 * rows.h: spreadsheets as lines of text, and what an import says of them as one line.
 *
 * A row is a line, its cells stand between bars: "ID|Model\ncreate|iPhone 13". A cell's line break
 * is written as a tilde.
 */
#ifndef TESTS_EXCHANGE_ROWS_H
#define TESTS_EXCHANGE_ROWS_H

#include "exchange/import.h"
#include "fixture.h"

struct rows {
    struct str rest;
    struct arena *arena;
    int64_t number;
    int64_t fail_after; /* the source fails behind that row; 0: it does not */
};

struct row_source rows_source(struct rows *rows, struct arena *arena, struct str text);

/* "created 1 updated 0 unchanged 0 rejected 1; 3 Grade unknown_value; 4 - duplicate": the faults by
 * row, column ("-": the row as a whole) and code; a warning's code has an exclamation mark. */
const char *rows_import(struct fix *f, enum import_kind kind, const char *text);
const char *rows_dry_run(struct fix *f, enum import_kind kind, const char *text);
/* "2 sku A>B color Red>Blue; 3 ...": what a dry run would change. */
const char *rows_changes(struct fix *f, enum import_kind kind, const char *text);

/* The same with all that can be set. */
struct rows_run {
    struct db *db; /* NULL: the fixture's */
    bool dry_run, accept_warnings;
    const struct import_state *from;
    struct import_sink sink; /* done is the harness's own */
    int64_t stop_after;      /* rows; 0: goes to the end */
    struct import_state state;
    enum err rc;
    struct buf faults, changes;
};
void rows_run(struct fix *f, enum import_kind kind, struct str text, struct rows_run *run);
void rows_run_release(struct rows_run *run);

#endif
