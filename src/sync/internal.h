/*
 * internal.h: what the files of the sync engine share.
 *
 * One worker per leased channel, with the threads that worker.c has a table of: some that send
 * quantities, one that reads orders, one that reads listings. They share the channel's connection
 * and its token buckets. All waiting is on the worker's condition, so that stopping wakes
 * everybody.
 */
#ifndef SYNC_INTERNAL_H
#define SYNC_INTERNAL_H

#include "core/access.h"
#include "core/bucket.h"
#include "core/page_watch.h"
#include "core/quantity.h"
#include "store/channel_log.h"
#include "store/engine_state.h"
#include "store/run.h"
#include "sync/engine.h"
#include "sync/rate.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    LEASE_MS = 20 * 1000, /* after a crash, another process waits so long */
    LEASE_RENEW_MS = 5 * 1000,
    BUCKET_SAVE_MS = 10 * 1000,
    PUSHERS_MAX = 8,
    WORKER_THREADS_MAX = PUSHERS_MAX + 8, /* of all lines of the table together */
    WORKERS_MAX = 256,
    HEARD_MAX = 256,
    HEARD_STEP_MS = 500,
};

struct engine {
    struct engine_parts parts;
    char owner[40]; /* of leases: unique to this process */
    pthread_t planner, manager, days, house;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    unsigned stock, channels;       /* count notifications */
    struct clock_watch clock_watch; /* the manager's own */
    struct worker *workers[WORKERS_MAX];
    size_t worker_count;
    struct rates *rates; /* the manager's own */
    atomic_llong calls, throttled, refused, failed, pushes, orders, listings;
};

/* What a thread of a worker waits for; notifications count up. Which topic of the database wakes
 * whom: engine.c. */
enum wake { WAKE_PUSH, WAKE_ORDERS, WAKE_LISTINGS, WAKE_FEEDS };
#define WAKE_COUNT (WAKE_FEEDS + 1)

/* What a connection was opened with, and which of its refresh tokens are kept. */
struct token_keeper {
    pthread_mutex_t lock;
    struct engine *engine;
    const struct actor *actor;
    struct channel_driver *driver;
    struct channel_conn *conn;
    int64_t channel_id, kept; /* replacements that are stored, or given up for newer credentials */
    time_ms credentials_set_at, token_kept_at; /* store/channels.h */
};
void token_keeper_init(struct token_keeper *k, struct engine *engine, const struct actor *actor);
void token_keeper_opened(struct token_keeper *k, const struct channel_row *ch,
    struct channel_driver *driver, struct channel_conn *conn);
/* Stores, sealed, the refresh token that the marketplace gave in place of the one it was sent. True
 * when token_kept_at has changed thereby, from and to what. What fails is tried again by the next
 * call. */
bool token_keeper_keep(struct token_keeper *k, time_ms *from, time_ms *to);
/* Which credentials are in use. */
void token_keeper_see(struct token_keeper *k, time_ms *credentials_set_at, time_ms *token_kept_at);
void token_keeper_release(struct token_keeper *k);

struct worker {
    struct engine *engine;
    int64_t channel_id;
    struct actor actor;
    struct channel_driver *driver;
    struct channel_conn *conn;
    _Atomic uint64_t identity; /* of what the connection was made from */
    struct token_keeper tokens;
    struct arena names;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    unsigned wakes[WAKE_COUNT];
    struct rates *rates;
    struct access access;
    enum channel_state told; /* as last written down, by us or by others */
    bool offset_known;
    time_ms offset; /* the channel's clock minus our monotonic one, when last heard */
    struct clock_pair {
        struct clock_moment ours;
        time_ms theirs;
    } heard[HEARD_MAX]; /* a ring of what the channel's clock showed when */
    size_t heard_next;
    struct worker_intake {
        bool order_import;
        struct clock_moment asked, read_until; /* core/quantity.h, intake_state */
    } intake;
    bool order_wanted; /* a rise waits for a reading of orders */
    struct order_paging {
        struct page_watch watch;  /* of the window under way */
        bool stall_told;          /* since paging worked last */
    } live_pages, backfill_pages; /* the order thread's own */

    atomic_int pushers;
    pthread_mutex_t claim; /* one claim at a time, so that a token is never wasted */
    pthread_t threads[WORKER_THREADS_MAX];
    int thread_count;
    time_ms saved_at, leased_until; /* monotonic; the manager's own */
};

/* Transactions with the actor and the time filled in. */
typedef enum err (*change_fn)(struct change *c, void *ctx, struct error *e);
MUST_USE enum err engine_change(struct engine *engine, const struct actor *actor, const char *name,
    change_fn fn, void *ctx, struct error *e);
MUST_USE enum err worker_change(
    struct worker *w, const char *name, change_fn fn, void *ctx, struct error *e);

/* Time is that of parts.clock, which may run faster than the machine's. What only keeps house
 * (leases, saving, looking whether there is something to do) is paced by the machine all the same:
 * machine_ms in the clock's time. */
time_ms engine_upkeep(const struct engine *engine, time_ms machine_ms);

/* Until *count has passed *seen, the engine stops, or the time is over; false when stopping. */
bool engine_wait(struct engine *engine, const unsigned *count, unsigned *seen, time_ms timeout_ms);
void *days_thread(void *ctx);  /* day_work.c */
void *house_thread(void *ctx); /* house_work.c */

/* worker.c. start: reads buckets and cursors, opens the connection. */
MUST_USE enum err worker_start(struct engine *engine, const struct channel_row *ch,
    uint64_t identity, struct worker **out, struct error *e);
void worker_stop(struct worker *w);
void worker_wake(struct worker *w, enum wake what);
void worker_save(struct worker *w); /* rates, now and then */
uint64_t worker_identity(const struct channel_row *ch);
void worker_keep_token(struct worker *w); /* after every call */

/* Waits until notified since *seen, stopped, or the time has passed; false when stopping. */
bool worker_wait(struct worker *w, enum wake what, unsigned *seen, time_ms timeout_ms);
bool worker_stopping(struct worker *w);
/* Waits for a token of the operation; false when stopping. */
bool worker_token(struct worker *w, enum channel_op op, int64_t keep);
/* Without waiting; false with *wait_ms. */
bool worker_token_now(struct worker *w, enum channel_op op, int64_t keep, time_ms *wait_ms);
void worker_token_back(struct worker *w, enum channel_op op);
/* For a person who wants to know now: not held up by what was denied or broken before. */
bool worker_token_to_prove(struct worker *w, enum channel_op op);
/* Somebody proved the account: what was held against it is tried at once. */
void worker_trust(struct worker *w);

time_ms worker_now(struct worker *w);         /* our wall clock */
time_ms worker_channel_now(struct worker *w); /* the channel's, as far as known */

/* The last moment of ours at which the channel's clock was heard to show no more than that; wall 0:
 * none. */
struct clock_moment worker_our_time(struct worker *w, time_ms theirs);

/* call.c: after every call: buckets, holds, events, the channel's state. */
struct call_note {
    struct str sku, channel_order_id;
    int64_t listing_id, run_id;
};
void worker_outcome(struct worker *w, enum channel_op op, const struct channel_outcome *outcome,
    const struct call_note *note);
/* An event: what lies behind the last page was not shown. `consequence` ends the sentence. */
void worker_tell_stalled(
    struct worker *w, enum channel_op op, int64_t run_id, const char *consequence);
/* A call of ours that could not even be made. */
void worker_fault(struct worker *w, const char *what, const struct error *e);

/* The row of the channel as it is now; whoever else set its state is heeded. */
MUST_USE enum err worker_channel(
    struct worker *w, struct arena *arena, struct channel_row *out, struct error *e);
/* Whether there is anything to be done for the channel: not while it is paused or has to be
 * reconnected, unless it is denied, not lost, and goes on being tried. */
bool worker_has_work(struct worker *w, const struct channel_row *ch);

/* An error for a run, from an outcome or from ours. */
struct str run_error_of(const struct channel_outcome *outcome, struct arena *arena);
struct str run_error_text(struct arena *arena, const char *code, const char *detail);

/* The threads, one line each in the table of worker.c. */
void *push_thread(void *worker);
void *order_thread(void *worker);
void *listing_thread(void *worker);
void *feed_thread(void *worker);

/* push_work.c: how far orders were read, by our wall clock. */
struct intake_state worker_intake(struct worker *w);

#endif
