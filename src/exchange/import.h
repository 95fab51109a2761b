/*
 * import.h: a spreadsheet applied to the account, row by row (domain.md 1).
 *
 * Rows are applied in batches, each one write transaction, so that nobody waits long for a long
 * file. What a row asks for is decided in the state that the rows before it left:
 *   - one bad row never stops the others; each has its faults told, by column;
 *   - a row that would change what an earlier row of the same file set is rejected ("repeated"), so
 *     that applying a file twice changes nothing the second time;
 *   - a row that is only in the way of what a later one gives up (a SKU, an ESN, a place in the
 *     catalog) waits, at most WAITING_MAX of them, and is applied after the last row; SKUs that
 *     change places in a circle do so together.
 *
 * A dry run says the same and writes nothing: what rows would have changed is kept in memory (some
 * 250 bytes for each row that changes anything), so that later rows see it.
 *
 * An import that was cut off may simply be applied again: what was done is found done. One that
 * remembers where it stood (`from`) goes on after the last row of the last committed batch.
 */
#ifndef EXCHANGE_IMPORT_H
#define EXCHANGE_IMPORT_H

#include "exchange/layout.h"
#include "store/store.h"

enum import_kind { IMPORT_CATALOG, IMPORT_ITEMS, IMPORT_CONNECTIONS, IMPORT_PRICES };
#define IMPORT_KIND_COUNT (IMPORT_PRICES + 1)

/* The columns of a kind: those that every account has, and those of its custom fields. In the
 * arena. */
MUST_USE enum err import_table(
    enum import_kind kind, struct tx *tx, struct arena *arena, struct table *out, struct error *e);

/* One row of a file. The first row of a file, its columns' titles, has the number 1. */
struct import_row {
    int64_t number;
    const struct str *cells;
    const struct str *faults; /* what is wrong with a cell's value, or empty; NULL: nothing is */
    size_t count;
};

struct row_source {
    /* *more false: there was no further row. What a row points at lives until the next call. */
    enum err (*next)(void *ctx, struct import_row *out, bool *more, struct error *e);
    void *ctx;
};

enum row_fate { ROW_UNCHANGED, ROW_CREATED, ROW_UPDATED, ROW_REJECTED, ROW_WAITING };

struct row_fault {
    const char *column; /* title; NULL: the row as a whole */
    const char *code;
    struct str detail;
    bool warning; /* accepted all the same */
};

struct row_change {
    const char *field;
    struct str from, to; /* absent ({NULL, 0}): none */
};

enum { ROW_FAULTS_MAX = 32 };

struct row_result {
    struct import_row row;
    enum row_fate fate;
    int64_t id; /* of what the row is about; 0: not known, or only created by a dry run */
    struct row_fault faults[ROW_FAULTS_MAX];
    size_t fault_count;
    struct row_change *changes; /* of rows created or updated */
    size_t change_count;
};

enum { WAITING_MAX = 1000, BATCH_ROWS = 500 };

/* How far an import is. */
struct import_state {
    int64_t rows; /* number of the last row that is done or waits; 1: none yet */
    int64_t created, updated, unchanged, rejected, warnings;
    int64_t waiting[WAITING_MAX]; /* numbers of rows, ascending */
    size_t waiting_count;
};

struct import_options {
    struct db *db;
    struct clock *clock;
    struct rng *rng;
    const struct actor *actor;
    enum import_kind kind;
    bool dry_run;
    bool accept_warnings;            /* ESNs with a wrong check digit are taken, and told */
    const struct import_state *from; /* where an earlier attempt stood; NULL: at the start */
};

/* Both may be NULL. Rows that wait are given when they are done. */
struct import_sink {
    /* In the write transaction of the batch: what is to become durable with it. May run more than
     * once for a batch. ERR_CANCELED ends the import; the batch is not applied. In a dry run, in a
     * transaction of its own. */
    enum err (*record)(void *ctx, struct change *c, const struct import_state *state,
        const struct row_result *rows, size_t count, struct error *e);
    /* After it. False: the import is to stop here (ERR_CANCELED). */
    bool (*done)(
        void *ctx, const struct import_state *state, const struct row_result *rows, size_t count);
    void *ctx;
};

/* ERR_INVALID when the file as a whole cannot be taken (layout.h; "empty_file"); then nothing was
 * applied. Any other failure leaves the batches before it applied. *out is set in any case. */
MUST_USE enum err import_apply(const struct import_options *options, struct row_source *source,
    const struct import_sink *sink, struct import_state *out, struct error *e);

#endif
