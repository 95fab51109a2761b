/*
 * world.h: a simulator, a database and the sync engine between them.
 */
#ifndef TESTS_SYNC_WORLD_H
#define TESTS_SYNC_WORLD_H

#include "base/json.h"
#include "net/transport.h"
#include "store/channels.h"
#include "store/harness.h"
#include "sync/engine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* A clock of which the wall can be turned. */
struct world_clock {
    struct clock clock;
    struct clock *base;
    _Atomic(time_ms) shift;
};

/* What the engine calls through: curl, with a patience that a test may shorten. */
struct world_door {
    struct transport transport; /* first: the port's pointer is ours */
    struct transport *curl;
    atomic_llong most_ms; /* of each exchange; 0: as asked */
};

struct world {
    struct harness_db h;
    struct arena arena;
    struct transport *transport; /* the test's own calls */
    struct world_door door;
    struct engine_options options; /* a test may change them before the engine starts */
    struct channel_driver *drivers[2];
    struct engine *engine;
    struct clock *clock; /* the product's: may be turned */
    struct world_clock turned;
    struct clock_scaled scaled; /* its base in a scaled world */
    struct seal_key key;
    pid_t simulator;
    char url[64];
    int64_t channel_id;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the database notified */
};

/* Starts the simulator with these options (ends with NULL) and opens a migrated database. */
void world_open(
    struct world *w, enum db_engine engine, const char *simulator, const char *const *options);
/* The same, with a clock for the product that runs `speed` times as fast as the machine's. */
void world_open_scaled(struct world *w, enum db_engine engine, const char *simulator,
    const char *const *options, int64_t speed);
void world_close(struct world *w);

/* At the pace of its defaults in a scaled world, else at that of an impatient test. */
void world_start_engine(struct world *w);
void world_stop_engine(struct world *w);

/* As if somebody had put the machine's clock right: forward, or back when below 0. */
void world_turn_clock(struct world *w, time_ms by);

/* Status and parsed body of a call to the simulator; the root is the caller's to release. */
int world_call(
    struct world *w, const char *method, const char *path, const char *body, struct json *root);
void world_control(struct world *w, const char *path, const char *body); /* must succeed */

/* How often the operation was called and answered so, since the log was emptied; 0: in any way. */
int64_t world_calls(struct world *w, const char *operation, int status);
void world_until_calls(struct world *w, const char *operation, int status, int64_t least);
void world_forget_calls(struct world *w);

/* A transaction by a test; must succeed. */
typedef enum err (*world_fn)(struct change *c, void *ctx, struct error *e);
void world_change(struct world *w, world_fn fn, void *ctx);
int64_t world_number(struct world *w, const char *sql); /* a literal of one integer */

/* Until the statement gives the number; fails the test after a minute, saying why. */
void world_until(struct world *w, const char *sql, int64_t wanted, const char *why);
/* Until the simulator shows the quantity of the SKU. */
void world_until_live(struct world *w, const char *sku, int64_t wanted, const char *why);

/* A channel to the simulator with status 'In stock' and warehouse 'Main' counted. */
struct world_account {
    bool inventory_sync, order_import;
    bool proved;                 /* connected already: its first call is what a test asks for */
    bool worked;                 /* by another process, as its lease says */
    time_ms orders_from;         /* 0: from now on */
    const char *marketplaces[3]; /* NULL: the United States */
    const char *region;          /* NULL: na */
    const char *endpoint_url, *token_url; /* NULL: the simulator's */
};
/* Sets channel_id. */
void world_connect_as(struct world *w, const struct world_account *account);
void world_connect(struct world *w, bool inventory_sync, bool order_import);
void world_connect_proved(struct world *w);
void world_reconnect(struct world *w); /* as if a person had pasted the credentials again */
void world_reconnect_with(struct world *w, const char *client_secret);

struct str world_text(struct world *w, const char *sql); /* one row, one column */
time_ms world_simulated_now(struct world *w);
void world_queue(struct world *w, int kind); /* enum run_kind */
void world_queue_backfill(struct world *w, time_ms from);
int64_t world_run(struct world *w, int kind); /* enum run_kind; until it has ended: 1 succeeded */

int64_t world_variation(struct world *w, const char *sku, const char *model);
void world_receive(struct world *w, int64_t variation_id, int count);

#endif
