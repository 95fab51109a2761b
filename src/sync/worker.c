/* worker.c: life of a worker, its waiting and its tokens; see internal.h. */
#include "base/assert.h"
#include "base/log.h"
#include "store/push.h"
#include "sync/internal.h"

#include <stdlib.h>

/* 0 for 0; so that what it adds to an identity can be taken out again. */
static uint64_t spread(time_ms t)
{
    return (uint64_t)t * 0xD6E8FEB86659FD93u;
}

uint64_t worker_identity(const struct channel_row *ch)
{
    uint64_t h = str_hash(ch->region) ^ (uint64_t)ch->credentials_set_at * 0x9E3779B97F4A7C15u;
    const struct str parts[] = { ch->seller_id, ch->endpoint_url, ch->token_url };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        h = h * 0x100000001B3u ^ str_hash(parts[i]);
    for (size_t i = 0; i < ch->marketplace_count; i++)
        h = h * 0x100000001B3u ^ str_hash(ch->marketplace_ids[i]);
    return h ^ spread(ch->token_kept_at);
}

void worker_keep_token(struct worker *w)
{
    time_ms from, to;
    if (!token_keeper_keep(&w->tokens, &from, &to)) return;
    /* The connection knows the new token already; whoever has another one opens anew. */
    w->identity ^= spread(from) ^ spread(to);
}

time_ms worker_now(struct worker *w)
{
    return clock_now(w->engine->parts.clock);
}

static time_ms monotonic(struct worker *w)
{
    return clock_monotonic(w->engine->parts.clock);
}

time_ms worker_channel_now(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    bool known = w->offset_known;
    time_ms offset = w->offset;
    (void)pthread_mutex_unlock(&w->lock);
    return known ? monotonic(w) + offset : worker_now(w);
}

struct clock_moment worker_our_time(struct worker *w, time_ms theirs)
{
    struct clock_moment found = { 0, 0 };
    (void)pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < HEARD_MAX; i++) {
        const struct clock_pair *h = &w->heard[i];
        if (h->theirs <= theirs) found = clock_moment_later(found, h->ours);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return found;
}

void worker_wake(struct worker *w, enum wake what)
{
    (void)pthread_mutex_lock(&w->lock);
    w->wakes[what]++;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

bool worker_stopping(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    (void)pthread_mutex_unlock(&w->lock);
    return stopping;
}

static void timed_wait(struct worker *w, time_ms timeout_ms)
{
    struct timespec until = clock_deadline(w->engine->parts.clock, timeout_ms);
    (void)pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

bool worker_wait(struct worker *w, enum wake what, unsigned *seen, time_ms timeout_ms)
{
    time_ms end = monotonic(w) + timeout_ms;
    (void)pthread_mutex_lock(&w->lock);
    for (;;) {
        time_ms left = end - monotonic(w);
        if (w->stopping || w->wakes[what] != *seen || left <= 0) break;
        timed_wait(w, left);
    }
    *seen = w->wakes[what];
    bool go_on = !w->stopping;
    (void)pthread_mutex_unlock(&w->lock);
    return go_on;
}

/* Under the lock. */
static bool take(struct worker *w, enum channel_op op, int64_t keep, time_ms *wait_ms)
{
    time_ms now = monotonic(w);
    *wait_ms = access_wait(&w->access, (int)op, now);
    return !*wait_ms && rates_take(w->rates, op, now, keep, wait_ms);
}

bool worker_token_now(struct worker *w, enum channel_op op, int64_t keep, time_ms *wait_ms)
{
    (void)pthread_mutex_lock(&w->lock);
    bool taken = take(w, op, keep, wait_ms);
    (void)pthread_mutex_unlock(&w->lock);
    return taken;
}

bool worker_token_to_prove(struct worker *w, enum channel_op op)
{
    time_ms wait;
    return rates_take(w->rates, op, monotonic(w), 0, &wait);
}

bool worker_token(struct worker *w, enum channel_op op, int64_t keep)
{
    enum { STEP_MS = 1000 }; /* a stated rate may have shortened the wait meanwhile */
    bool taken = false;
    (void)pthread_mutex_lock(&w->lock);
    while (!w->stopping && !taken) {
        time_ms wait = 0;
        taken = take(w, op, keep, &wait);
        if (!taken) timed_wait(w, wait < STEP_MS ? wait : STEP_MS);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return taken;
}

void worker_token_back(struct worker *w, enum channel_op op)
{
    rates_give_back(w->rates, op);
}

void worker_trust(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    access_forget(&w->access);
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

struct channel_read {
    int64_t id;
    struct arena *arena;
    struct channel_row *out;
};

static enum err read_channel(struct tx *tx, void *ctx, struct error *e)
{
    struct channel_read *r = ctx;
    return channel_load(tx, r->id, r->arena, r->out, e);
}

enum err worker_channel(
    struct worker *w, struct arena *arena, struct channel_row *out, struct error *e)
{
    struct channel_read r = { w->channel_id, arena, out };
    enum err rc = db_read(w->engine->parts.db, "channel", read_channel, &r, e);
    if (rc) return rc;
    (void)pthread_mutex_lock(&w->lock);
    bool by_others = out->state == CHANNEL_CONNECTED && w->told != CHANNEL_CONNECTED;
    w->told = out->state;
    (void)pthread_mutex_unlock(&w->lock);
    if (by_others) worker_trust(w);
    return OK;
}

bool worker_has_work(struct worker *w, const struct channel_row *ch)
{
    (void)pthread_mutex_lock(&w->lock);
    bool denied = access_is_denied(&w->access, monotonic(w));
    (void)pthread_mutex_unlock(&w->lock);
    return !ch->paused && (ch->state != CHANNEL_RECONNECT_NEEDED || denied);
}

void worker_save(struct worker *w)
{
    if (monotonic(w) - w->saved_at < engine_upkeep(w->engine, BUCKET_SAVE_MS)) return;
    w->saved_at = monotonic(w);
    rates_save(w);
}

struct opening {
    struct worker *w;
    struct arena *arena;
    struct channel_row ch;
    struct str sealed;
};

static enum err read_opening(struct change *c, void *ctx, struct error *e)
{
    struct opening *o = ctx;
    struct worker *w = o->w;
    enum err rc = channel_load(c->tx, w->channel_id, o->arena, &o->ch, e);
    if (!rc) rc = channel_sealed_credentials(c->tx, w->channel_id, o->arena, &o->sealed, e);
    return rc ? rc : push_recover(c, w->channel_id, e);
}

static enum err open_connection(struct worker *w, struct arena *arena, struct error *e)
{
    struct opening o = { .w = w, .arena = arena };
    enum err rc = worker_change(w, "open_channel", read_opening, &o, e);
    if (rc) return rc;
    struct channel_account account = {
        .region = o.ch.region,
        .seller_id = o.ch.seller_id,
        .marketplace_ids = o.ch.marketplace_ids,
        .marketplace_count = o.ch.marketplace_count,
        .endpoint_url = o.ch.endpoint_url,
        .token_url = o.ch.token_url,
    };
    rc = engine_open_credentials(
        w->engine->parts.key, w->channel_id, o.sealed, arena, &account.credentials, e);
    char rates[RATE_ACCOUNT_SIZE];
    if (!rc) {
        rate_account_of(&o.ch, &account.credentials, rates);
        rc = rates_join(w, rates, e);
    }
    if (!rc) rc = w->driver->open(w->driver, &account, &w->conn, e);
    if (!rc) token_keeper_opened(&w->tokens, &o.ch, w->driver, w->conn);
    return rc;
}

static void init_worker(struct worker *w)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_mutex_init(&w->claim, NULL);
    token_keeper_init(&w->tokens, w->engine, &w->actor);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static void free_worker(struct worker *w)
{
    rates_leave(w);
    if (w->conn) w->driver->close(w->conn);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->claim);
    token_keeper_release(&w->tokens);
    (void)pthread_mutex_destroy(&w->lock);
    arena_release(&w->names);
    free(w);
}

static struct channel_driver *find_driver(struct engine *engine, struct str kind)
{
    for (size_t i = 0; engine->parts.drivers[i]; i++)
        if (str_eq(str_of(engine->parts.drivers[i]->info->kind), kind))
            return engine->parts.drivers[i];
    return NULL;
}

static int one(const struct engine_options *o)
{
    (void)o;
    return 1;
}

static int pushers(const struct engine_options *o)
{
    return o->pushers < 1 ? 1 : o->pushers > PUSHERS_MAX ? PUSHERS_MAX : o->pushers;
}

/* A worker's threads: each has a line here, a name as the system shows it (15 bytes), and a file.
 */
static const struct worker_thread {
    const char *name;
    void *(*run)(void *worker);
    int (*count)(const struct engine_options *o);
} threads[] = {
    { "sync-orders", order_thread, one },
    { "sync-listings", listing_thread, one },
    { "sync-push", push_thread, pushers },
    { "sync-feeds", feed_thread, one },
};

static bool start_thread(struct worker *w, const struct worker_thread *t)
{
    ASSERT(w->thread_count < WORKER_THREADS_MAX);
    pthread_t *at = &w->threads[w->thread_count];
    if (pthread_create(at, NULL, t->run, w) != 0) return false;
    (void)pthread_setname_np(*at, t->name);
    w->thread_count++;
    return true;
}

static bool start_threads(struct worker *w)
{
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++)
        for (int k = threads[i].count(&w->engine->parts.options); k > 0; k--)
            if (!start_thread(w, &threads[i])) return false;
    return true;
}

enum err worker_start(struct engine *engine, const struct channel_row *ch, uint64_t identity,
    struct worker **out, struct error *e)
{
    struct channel_driver *driver = find_driver(engine, ch->kind);
    if (!driver) return error_set(e, ERR_INVALID, "no driver for \"%.*s\"", STR_FMT(ch->kind));
    struct worker *w = calloc(1, sizeof *w); /* tidy: allow, outlives every arena */
    ASSERT(w);
    w->engine = engine;
    w->channel_id = ch->id;
    w->driver = driver;
    w->identity = identity;
    w->told = ch->state;
    w->leased_until = monotonic(w) + engine_upkeep(engine, LEASE_MS - LEASE_RENEW_MS);
    arena_init(&w->names, "worker", 64 * 1024);
    w->actor = (struct actor){ ACTOR_CHANNEL, ch->id, arena_str(&w->names, ch->name), S("") };
    init_worker(w);
    struct arena arena;
    arena_init(&arena, "open channel", 16 * 1024 * 1024);
    enum err rc = open_connection(w, &arena, e);
    arena_release(&arena);
    if (rc) {
        free_worker(w);
        return rc;
    }
    if (!start_threads(w)) {
        worker_stop(w);
        return error_set(e, ERR_UNAVAILABLE, "no thread for a channel");
    }
    *out = w;
    return OK;
}

void worker_stop(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    w->stopping = true;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->thread_count; i++)
        (void)pthread_join(w->threads[i], NULL);
    worker_keep_token(w);
    free_worker(w);
}
