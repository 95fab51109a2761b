/* worker.c: the thread that waits for import runs; see worker.h. */
#include "exchange/worker.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/log.h"
#include "exchange/work.h"
#include "store/engine_state.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    IDLE_MS = 10 * 1000, /* runs of a server that is gone, and notifications that were lost */
    FAULT_MS = 1000,
    OWNER_SIZE = 40,
};
#define SWEEP_MS (INT64_C(3600) * 1000)

static const struct actor system_actor = { ACTOR_SYSTEM, 0, { "system", 6 }, { "", 0 } };

struct exchange_worker {
    struct exchange_parts parts;
    char owner[OWNER_SIZE];
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t wake;
    bool stopping;
    unsigned calls; /* counts notifications */
};

struct taking {
    const struct work *work;
    struct arena *arena;
    struct import_run run;
    bool held, sweeps;
};

static enum err take_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct taking *t = ctx;
    const struct exchange_parts *p = &t->work->parts;
    struct change c = { tx, tx_arena(tx), &system_actor, clock_now(p->clock), p->rng };
    t->run = (struct import_run){ .accept_warnings = false };
    enum err rc = lease_take(&c, WORK_LEASE, t->work->owner, WORK_LEASE_MS, &t->held, e);
    if (!rc && t->held && t->sweeps) rc = import_run_sweep(&c, e);
    if (!rc && t->held) rc = import_run_take(&c, t->arena, &t->run, e);
    return rc;
}

static enum err waiting_tx(struct tx *tx, void *ctx, struct error *e)
{
    return import_run_waiting(tx, ctx, e);
}

/* One run, if there is one; *more: there was. Looks before it writes: an idle server writes
 * nothing. */
static enum err work_next(const struct work *work, bool sweeps, bool *more, struct error *e)
{
    struct arena arena;
    int64_t waiting = 0;
    *more = false;
    enum err rc = db_read(work->parts.db, "imports", waiting_tx, &waiting, e);
    if (rc || (!waiting && !sweeps)) return rc;
    arena_init(&arena, "import run", JOB_ARENA_MAX);
    struct taking t = { .work = work, .arena = &arena, .sweeps = sweeps };
    rc = db_write(work->parts.db, "import: take", take_tx, &t, e);
    *more = !rc && t.run.run.id;
    if (*more) rc = work_run(work, &t.run, e);
    arena_release(&arena);
    return rc;
}

static bool stopping(void *ctx)
{
    struct exchange_worker *w = ctx;
    (void)pthread_mutex_lock(&w->lock);
    bool stop = w->stopping;
    (void)pthread_mutex_unlock(&w->lock);
    return stop;
}

static bool wait_for_call(struct exchange_worker *w, unsigned *seen, time_ms timeout_ms)
{
    struct timespec until = clock_deadline(w->parts.clock, timeout_ms);
    (void)pthread_mutex_lock(&w->lock);
    int timed_out = 0;
    while (!w->stopping && w->calls == *seen && !timed_out)
        timed_out = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    *seen = w->calls;
    bool go_on = !w->stopping;
    (void)pthread_mutex_unlock(&w->lock);
    return go_on;
}

static void *thread(void *ctx)
{
    struct exchange_worker *w = ctx;
    const struct work work = { w->parts, str_of(w->owner), stopping, w };
    unsigned seen = 0;
    time_ms timeout = 0, swept = -SWEEP_MS;
    while (wait_for_call(w, &seen, timeout)) {
        bool more = true;
        enum err rc = OK;
        struct error e;
        while (more && !rc && !stopping(w)) {
            time_ms now = clock_monotonic(w->parts.clock);
            bool sweeps = now - swept >= SWEEP_MS;
            rc = work_next(&work, sweeps, &more, &e);
            if (!rc && sweeps) swept = now;
        }
        if (rc) LOG_WARN("exchange", "import_interrupted", "%s", e.detail);
        timeout = rc ? FAULT_MS : IDLE_MS;
    }
    return NULL;
}

/* On a driver thread: only counts and signals. */
static void listen(void *ctx, const char *topic)
{
    struct exchange_worker *w = ctx;
    if (!str_eq(str_of(topic), S(TOPIC_RUN))) return;
    (void)pthread_mutex_lock(&w->lock);
    w->calls++;
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

static void name_owner(struct rng *rng, char out[OWNER_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    struct str prefix = S("import-");
    uint64_t bits[2] = { rng_u64(rng), rng_u64(rng) };
    size_t n = 0;
    for (; n < prefix.len; n++)
        out[n] = prefix.at[n];
    for (int i = 0; i < 32; i++)
        out[n++] = digits[bits[i / 16] >> (4 * (i % 16)) & 15];
    out[n] = 0;
}

enum err exchange_worker_start(
    const struct exchange_parts *parts, struct exchange_worker **out, struct error *e)
{
    struct exchange_worker *w = calloc(1, sizeof *w); /* tidy: allow, outlives every arena */
    ASSERT(w);
    w->parts = *parts;
    name_owner(parts->rng, w->owner);
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    db_listen(parts->db, listen, w);
    *out = w;
    w->started = pthread_create(&w->thread, NULL, thread, w) == 0;
    if (!w->started) return error_set(e, ERR_UNAVAILABLE, "no thread for imports");
    return OK;
}

static enum err drop_lease(struct tx *tx, void *ctx, struct error *e)
{
    return lease_drop(tx, str_of(ctx), e);
}

void exchange_worker_stop(struct exchange_worker *w)
{
    if (!w || !w->started) return;
    (void)pthread_mutex_lock(&w->lock);
    w->stopping = true;
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    w->started = false;
    struct error e;
    if (db_write(w->parts.db, "import: lease", drop_lease, w->owner, &e))
        LOG_WARN("exchange", "lease_kept", "%s; it runs out by itself", e.detail);
}

void exchange_worker_release(struct exchange_worker *w)
{
    if (!w) return;
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

enum err exchange_work(const struct exchange_parts *parts, struct error *e)
{
    char owner[OWNER_SIZE];
    name_owner(parts->rng, owner);
    const struct work work = { *parts, str_of(owner), never, NULL };
    bool more = true;
    enum err rc = OK;
    while (more && !rc)
        rc = work_next(&work, false, &more, e);
    return rc ? rc : db_write(parts->db, "import: lease", drop_lease, owner, e);
}
