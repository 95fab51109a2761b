/*
 * import_run.h: spreadsheets that are applied in the background (exchange/worker.h).
 *
 * The file is kept in the database, in pieces, so that any server that shares it can work the run,
 * and goes when the run has ended. Rejected rows stay for IMPORT_KEPT_MS, for the error sheet.
 */
#ifndef STORE_IMPORT_RUN_H
#define STORE_IMPORT_RUN_H

#include "store/run.h"

enum { IMPORT_CHUNK_MAX = 1024 * 1024 };
#define IMPORT_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)
#define IMPORT_UPLOAD_MS                                                                           \
    (INT64_C(3600) * 1000) /* a file that has not come whole by then never will */

struct import_run {
    struct run run;
    bool accept_warnings;
    struct actor actor; /* who uploaded it */
    struct str titles;  /* JSON array */
    struct str changes; /* JSON array, of a dry run */
};

struct import_order {
    enum run_kind kind;
    bool dry_run, accept_warnings;
};
/* By c->actor. Not worked before import_run_ready. Sets *id. */
MUST_USE enum err import_run_create(
    struct change *c, const struct import_order *order, int64_t *id, struct error *e);
/* Pieces of the file, by place from 0 on. */
MUST_USE enum err import_run_put(
    struct change *c, int64_t id, int64_t place, struct str bytes, struct error *e);
MUST_USE enum err import_run_ready(struct change *c, int64_t id, struct error *e);
/* Empty beyond the last. */
MUST_USE enum err import_run_get(struct tx *tx, int64_t id, int64_t place, struct arena *arena,
    struct str *bytes, struct error *e);

/* ERR_NOT_FOUND also for a run of another kind. */
MUST_USE enum err import_run_load(
    struct tx *tx, int64_t id, struct arena *arena, struct import_run *out, struct error *e);
/* How many wait or run. */
MUST_USE enum err import_run_waiting(struct tx *tx, int64_t *runs, struct error *e);
/* The oldest unfinished one, marked running; run.id 0: none. */
MUST_USE enum err import_run_take(
    struct change *c, struct arena *arena, struct import_run *out, struct error *e);

/* What holds before the first row: a dry run starts anew each time. */
MUST_USE enum err import_run_begin(
    struct change *c, int64_t id, struct str titles, bool anew, struct error *e);
/* Counts, and run_progress with run->done, message and progress. ERR_CANCELED when the run is no
 * longer running. */
MUST_USE enum err import_run_progress(struct change *c, const struct run *run, struct error *e);
/* run_finish; the file goes. changes: JSON, or empty to leave them. */
MUST_USE enum err import_run_finish(struct change *c, const struct run *run, enum run_state state,
    struct str changes, struct error *e);
/* ERR_CONFLICT "conflict" when it has ended, or is no import. */
MUST_USE enum err import_run_cancel(struct change *c, int64_t id, struct error *e);

struct import_fault {
    int64_t row;
    struct str faults, warnings, cells; /* JSON arrays */
    int64_t fault_count, warning_count;
};
/* How many faults the rows of a run have. */
MUST_USE enum err import_fault_count(
    struct tx *tx, int64_t run_id, int64_t *faults, struct error *e);
void import_fault_add(struct change *c, int64_t run_id, const struct import_fault *fault);
/* In order of row; page->after is a row. *count <= page->limit + 1. */
MUST_USE enum err import_fault_list(struct tx *tx, int64_t run_id, const struct page *page,
    struct arena *arena, struct import_fault **out, size_t *count, struct error *e);

/* Faults of old runs go, and files that never came whole. */
MUST_USE enum err import_run_sweep(struct change *c, struct error *e);

#endif
