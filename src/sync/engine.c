/* engine.c: planner and leases; see engine.h. */
#include "base/assert.h"
#include "base/log.h"
#include "store/feed.h"
#include "store/push.h"
#include "sync/internal.h"

#include <stdlib.h>
#include <string.h>

static const struct actor system_actor = { ACTOR_SYSTEM, 0, { "system", 6 }, { "", 0 } };

enum {
    PLAN_LIMIT = 2000,
    IDLE_MS = 10 * 1000,
    FAULT_MS = 1000,
    FEED_TEND_MS = 10 * 1000,
    FEED_PURGES = 20, /* in a round: the next one goes on */
};

time_ms engine_upkeep(const struct engine *engine, time_ms machine_ms)
{
    return clock_of_machine(engine->parts.clock, machine_ms);
}

bool engine_wait(struct engine *engine, const unsigned *count, unsigned *seen, time_ms timeout_ms)
{
    struct timespec until = clock_deadline(engine->parts.clock, timeout_ms);
    (void)pthread_mutex_lock(&engine->lock);
    int timed_out = 0;
    while (!engine->stopping && *count == *seen && !timed_out)
        timed_out = pthread_cond_timedwait(&engine->wake, &engine->lock, &until);
    *seen = *count;
    bool go_on = !engine->stopping;
    (void)pthread_mutex_unlock(&engine->lock);
    return go_on;
}

static enum err plan(struct change *c, void *ctx, struct error *e)
{
    return push_plan(c, PLAN_LIMIT, ctx, e);
}

static enum err purge_feed(struct change *c, void *ctx, struct error *e)
{
    return feed_purge(c, FEED_ROWS_MAX, ctx, e);
}

/* So that marks do not pile up while nobody reads the feed, nor entries when somebody did. */
static void tend_feed(struct engine *engine, time_ms *at)
{
    time_ms now = clock_monotonic(engine->parts.clock);
    if (now < *at) return;
    *at = now + engine_upkeep(engine, FEED_TEND_MS);
    struct error e;
    bool more = true;
    enum err rc = feed_enter_all(engine->parts.db, clock_now(engine->parts.clock), &e);
    for (int i = 0; i < FEED_PURGES && more && !rc; i++)
        rc = engine_change(engine, &system_actor, "purge changes", purge_feed, &more, &e);
    if (rc) LOG_WARN("sync", "feed_not_tended", "%s", e.detail);
}

static void *planner_thread(void *ctx)
{
    struct engine *engine = ctx;
    unsigned seen = 0;
    time_ms timeout = 0; /* what was marked before this process began */
    time_ms tend_at = 0;
    while (engine_wait(engine, &engine->stock, &seen, timeout)) {
        bool more = true;
        enum err rc = OK;
        struct error e;
        while (more && !rc)
            rc = engine_change(engine, &system_actor, "plan", plan, &more, &e);
        if (rc) LOG_WARN("sync", "plan_failed", "%s", e.detail);
        timeout = engine_upkeep(engine, rc ? FAULT_MS : IDLE_MS);
        tend_feed(engine, &tend_at);
    }
    return NULL;
}

/* Which threads of the workers a topic of the database wakes. */
enum { WAKE_EVERYBODY = (1 << WAKE_COUNT) - 1 };
static const struct topic_wake {
    const char *topic;
    unsigned wakes; /* bits of enum wake */
} topic_wakes[] = {
    { TOPIC_PUSH, 1U << WAKE_PUSH | 1U << WAKE_FEEDS },
    { TOPIC_RUN, WAKE_EVERYBODY },
    { TOPIC_ORDER_WATCH, 1U << WAKE_ORDERS },
    { TOPIC_CHANNEL, WAKE_EVERYBODY },
};

static void wake_workers(struct engine *engine, unsigned wakes)
{
    for (size_t i = 0; i < engine->worker_count; i++)
        for (int k = 0; k < WAKE_COUNT; k++)
            if (wakes & 1U << k) worker_wake(engine->workers[i], (enum wake)k);
}

/* On a driver thread: only counts and signals. */
static void listen(void *ctx, const char *topic)
{
    struct engine *engine = ctx;
    struct str t = str_of(topic);
    (void)pthread_mutex_lock(&engine->lock);
    if (str_eq(t, S(TOPIC_STOCK))) engine->stock++;
    if (str_eq(t, S(TOPIC_CHANNEL))) engine->channels++;
    for (size_t i = 0; i < sizeof topic_wakes / sizeof topic_wakes[0]; i++)
        if (str_eq(t, str_of(topic_wakes[i].topic))) wake_workers(engine, topic_wakes[i].wakes);
    (void)pthread_cond_broadcast(&engine->wake);
    (void)pthread_mutex_unlock(&engine->lock);
}

struct lease_call {
    struct engine *engine;
    int64_t channel_id;
    bool held;
};

static enum err take_lease(struct change *c, void *ctx, struct error *e)
{
    struct lease_call *call = ctx;
    time_ms life = engine_upkeep(call->engine, LEASE_MS);
    return lease_take(c, call->channel_id, str_of(call->engine->owner), life, &call->held, e);
}

static struct worker *find_worker(struct engine *engine, int64_t channel_id, size_t *at)
{
    for (size_t i = 0; i < engine->worker_count; i++) {
        if (engine->workers[i]->channel_id != channel_id) continue;
        *at = i;
        return engine->workers[i];
    }
    return NULL;
}

/* The manager is the only one that changes the list; the lock is for those who read it. */
static void remove_worker(struct engine *engine, size_t at)
{
    struct worker *w = engine->workers[at];
    (void)pthread_mutex_lock(&engine->lock);
    engine->workers[at] = engine->workers[--engine->worker_count];
    (void)pthread_mutex_unlock(&engine->lock);
    worker_stop(w);
}

static void add_worker(struct engine *engine, const struct channel_row *ch)
{
    struct worker *w;
    struct error e;
    if (engine->worker_count == WORKERS_MAX) return;
    enum err rc = worker_start(engine, ch, worker_identity(ch), &w, &e);
    if (rc) {
        LOG_WARN("sync", "channel_not_started", "channel %lld: %s", (long long)ch->id, e.detail);
        return;
    }
    (void)pthread_mutex_lock(&engine->lock);
    engine->workers[engine->worker_count++] = w;
    (void)pthread_mutex_unlock(&engine->lock);
    LOG_INFO("sync", "channel_started", "channel %lld", (long long)ch->id);
}

/* One channel: keep or take the lease, have a worker exactly while it is held. */
static void tend_channel(struct engine *engine, const struct channel_row *ch)
{
    size_t at = 0;
    struct worker *w = find_worker(engine, ch->id, &at);
    struct lease_call call = { .engine = engine, .channel_id = ch->id };
    struct error e;
    enum err rc = engine_change(engine, &system_actor, "lease", take_lease, &call, &e);
    time_ms now = clock_monotonic(engine->parts.clock);
    if (rc || !call.held) {
        /* Without the database the lease runs out, and another process may take it. */
        if (w && (!rc || now >= w->leased_until)) remove_worker(engine, at);
        return;
    }
    if (w) w->leased_until = now + engine_upkeep(engine, LEASE_MS - LEASE_RENEW_MS);
    if (w && w->identity != worker_identity(ch)) {
        remove_worker(engine, at);
        w = NULL;
    }
    if (!w && ch->credentials_set_at) add_worker(engine, ch);
    if (w) worker_save(w);
}

struct channels_read {
    struct arena *arena;
    struct channel_row *rows;
    size_t count;
};

static enum err read_channels(struct tx *tx, void *ctx, struct error *e)
{
    struct channels_read *r = ctx;
    struct page page = { 0, WORKERS_MAX };
    return channel_list(tx, &page, r->arena, &r->rows, &r->count, e);
}

static void drop_unknown(struct engine *engine, const struct channels_read *r)
{
    for (size_t i = engine->worker_count; i-- > 0;) {
        bool known = false;
        for (size_t k = 0; k < r->count; k++)
            known = known || r->rows[k].id == engine->workers[i]->channel_id;
        if (!known) remove_worker(engine, i);
    }
}

struct back_call {
    int64_t channel_id;
    time_ms by;
};

static enum err clock_back(struct change *c, void *ctx, struct error *e)
{
    struct back_call *call = ctx;
    return push_clock_back(c, call->channel_id, call->by, e);
}

/* What is stored to wait until a time must not wait longer because the wall clock was put back. */
static void watch_clock(struct engine *engine)
{
    time_ms by = clock_watch_back(&engine->clock_watch, engine->parts.clock);
    if (!by) return;
    LOG_WARN("sync", "clock_put_back", "by %lld ms", (long long)by);
    bool heeded = true;
    for (size_t i = 0; i < engine->worker_count; i++) {
        struct back_call call = { engine->workers[i]->channel_id, by };
        struct error e;
        if (!engine_change(engine, &system_actor, "clock_back", clock_back, &call, &e)) continue;
        heeded = false;
        LOG_WARN("sync", "clock_back_not_heeded", "channel %lld: %s", (long long)call.channel_id,
            e.detail);
    }
    /* It is noticed again; where it was heeded, waits then end early, which is harmless. */
    if (!heeded) engine->clock_watch.ahead += by;
}

static void *manager_thread(void *ctx)
{
    struct engine *engine = ctx;
    struct arena arena;
    arena_init(&arena, "manager", 64 * 1024 * 1024);
    unsigned seen = 0;
    time_ms timeout = 0;
    while (engine_wait(engine, &engine->channels, &seen, timeout)) {
        timeout = engine_upkeep(engine, LEASE_RENEW_MS);
        arena_reset(&arena);
        watch_clock(engine);
        struct channels_read r = { .arena = &arena };
        struct error e;
        enum err rc = db_read(engine->parts.db, "channels", read_channels, &r, &e);
        if (rc) {
            LOG_WARN("sync", "channels_unread", "%s", e.detail);
            timeout = engine_upkeep(engine, FAULT_MS);
            continue;
        }
        drop_unknown(engine, &r);
        for (size_t i = 0; i < r.count && i < WORKERS_MAX; i++)
            tend_channel(engine, &r.rows[i]);
    }
    while (engine->worker_count)
        remove_worker(engine, engine->worker_count - 1);
    arena_release(&arena);
    return NULL;
}

static enum err drop_leases(struct change *c, void *ctx, struct error *e)
{
    struct engine *engine = ctx;
    return lease_drop(c->tx, str_of(engine->owner), e);
}

/* A SQLite database has one server: whoever held leases has died. */
static enum err forget_leases(struct change *c, void *ctx, struct error *e)
{
    (void)ctx;
    return lease_forget_all(c->tx, e);
}

static void init_sync(pthread_mutex_t *lock, pthread_cond_t *wake)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

/* All, or none. */
static enum err start_threads(struct engine *engine, struct error *e)
{
    pthread_t *const threads[] = { &engine->planner, &engine->manager, &engine->days,
        &engine->house };
    void *(*const work[])(void *) = { planner_thread, manager_thread, days_thread, house_thread };
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        if (pthread_create(threads[i], NULL, work[i], engine) == 0) continue;
        (void)pthread_mutex_lock(&engine->lock);
        engine->stopping = true;
        (void)pthread_cond_broadcast(&engine->wake);
        (void)pthread_mutex_unlock(&engine->lock);
        while (i-- > 0)
            (void)pthread_join(*threads[i], NULL);
        return error_set(e, ERR_UNAVAILABLE, "no thread for the sync engine");
    }
    return OK;
}

enum err engine_start(const struct engine_parts *parts, struct engine **out, struct error *e)
{
    struct engine *engine = calloc(1, sizeof *engine); /* tidy: allow, outlives every arena */
    ASSERT(engine);
    engine->parts = *parts;
    char text[SECRET_TEXT_SIZE];
    struct str owner = str_sub(secret_make(parts->rng, text), 0, sizeof engine->owner - 1);
    memcpy(engine->owner, owner.at, owner.len);
    init_sync(&engine->lock, &engine->wake);
    if (db_engine(parts->db) == DB_SQLITE) {
        enum err rc = engine_change(engine, &system_actor, "leases", forget_leases, NULL, e);
        if (rc) {
            free(engine);
            return rc;
        }
    }
    db_listen(parts->db, listen, engine);
    enum err rc = start_threads(engine, e);
    if (rc) {
        free(engine);
        return rc;
    }
    *out = engine;
    return OK;
}

void engine_stop(struct engine *engine)
{
    if (!engine) return;
    (void)pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    wake_workers(engine, WAKE_EVERYBODY);
    (void)pthread_cond_broadcast(&engine->wake);
    (void)pthread_mutex_unlock(&engine->lock);
    (void)pthread_join(engine->planner, NULL);
    (void)pthread_join(engine->manager, NULL);
    (void)pthread_join(engine->days, NULL);
    (void)pthread_join(engine->house, NULL);
    struct error e;
    if (engine_change(engine, &system_actor, "leases", drop_leases, engine, &e))
        LOG_WARN("sync", "leases_kept", "%s; they run out by themselves", e.detail);
    /* The database may still notify until it is closed; it is the caller's to close it first, so
     * the engine's lock must outlive it: it is not destroyed here. */
    engine->worker_count = 0;
}

void engine_release(struct engine *engine)
{
    if (!engine) return;
    (void)pthread_cond_destroy(&engine->wake);
    (void)pthread_mutex_destroy(&engine->lock);
    free(engine);
}

void engine_stats(struct engine *engine, struct engine_stats *out)
{
    (void)pthread_mutex_lock(&engine->lock);
    out->channels_held = (int64_t)engine->worker_count;
    (void)pthread_mutex_unlock(&engine->lock);
    out->calls = atomic_load(&engine->calls);
    out->throttled = atomic_load(&engine->throttled);
    out->refused = atomic_load(&engine->refused);
    out->failed = atomic_load(&engine->failed);
    out->pushes = atomic_load(&engine->pushes);
    out->orders = atomic_load(&engine->orders);
    out->listings = atomic_load(&engine->listings);
}
