/*
 * run.h: long work that a person asked for (api.md): reading listings, reading orders, sending
 * quantities. Queued here, worked by the engine that holds the channel's lease, resumed by whoever
 * holds it next.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/store.h"

enum run_kind {
    RUN_SYNC_LISTINGS,
    RUN_IMPORT_ORDERS,
    RUN_BACKFILL_ORDERS,
    RUN_PUSH_QUANTITIES,
    /* Spreadsheets (store/import_run.h); they have no channel. */
    RUN_IMPORT_CATALOG,
    RUN_IMPORT_ITEMS,
    RUN_IMPORT_CONNECTIONS,
    RUN_IMPORT_PRICES,
};
#define RUN_KIND_COUNT (RUN_IMPORT_PRICES + 1)
const char *run_kind_name(enum run_kind kind); /* "sync_listings" */
bool run_kind_parse(struct str name, enum run_kind *out);

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELED };
#define RUN_STATE_COUNT (RUN_CANCELED + 1)
const char *run_state_name(enum run_state state);
bool run_state_parse(struct str name, enum run_state *out);

/* Rows of a spreadsheet by what came of them; warnings may be several of one row. */
struct import_counts {
    bool dry_run;
    int64_t created, updated, unchanged, rejected, warnings;
};

struct run {
    int64_t id;
    int64_t channel_id; /* 0: none */
    enum run_kind kind;
    enum run_state state;
    int64_t done, total; /* total 0: not known yet */
    struct str message;
    struct str error;    /* JSON {code, detail, channel_message, request_id}, or empty */
    struct str progress; /* the engine's own note of where it stands */
    time_ms created_at, started_at, finished_at; /* 0: not yet */
    bool imports; /* a spreadsheet; then what has come of it so far */
    struct import_counts counts;
};

struct run_order {
    int64_t channel_id;
    enum run_kind kind;
    struct str progress;
};
/* While one of that kind is queued or running for the channel, that one is given (*is_new false).
 */
MUST_USE enum err run_queue(struct change *c, const struct run_order *order, struct arena *arena,
    struct run *out, bool *is_new, struct error *e);

MUST_USE enum err run_load(
    struct tx *tx, int64_t id, struct arena *arena, struct run *out, struct error *e);

struct run_filter {
    int64_t channel_id;       /* 0: any */
    const char *kind, *state; /* NULL: any */
    bool without[RUN_KIND_COUNT];
};
/* Newest first. */
MUST_USE enum err run_list(struct tx *tx, const struct run_filter *filter, const struct page *page,
    struct arena *arena, struct run **out, size_t *count, struct error *e);

/* The oldest unfinished run of the channel and kind, marked running; out->id 0 when there is none.
 * A run that was running already (before a crash) is given again, with its progress. */
MUST_USE enum err run_take(struct change *c, int64_t channel_id, enum run_kind kind,
    struct arena *arena, struct run *out, struct error *e);

/* done, total, message and progress. */
void run_progress(struct change *c, const struct run *run);
/* state succeeded, failed or canceled; error and message as they are in *run. */
void run_finish(struct change *c, const struct run *run, enum run_state state);

/* For the live stream: runs changed at or after that time, oldest first, at most 100. */
MUST_USE enum err run_list_unfinished(
    struct tx *tx, struct arena *arena, struct run **out, size_t *count, struct error *e);

/* Whether one of that kind has ever succeeded for the channel. */
MUST_USE enum err run_has_succeeded(
    struct tx *tx, int64_t channel_id, enum run_kind kind, bool *has, struct error *e);

#endif
