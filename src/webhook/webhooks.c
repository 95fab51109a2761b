/* webhooks.c: who sends now: one dispatcher, and a thread for each webhook that has work. */
#include "webhook/webhooks.h"

#include "base/assert.h"
#include "base/log.h"
#include "webhook/internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ROUND_MS = 50,      /* at least between two rounds */
    IDLE_MS = 5 * 1000, /* at most: a notification may be lost, and so may a server */
};

static const struct actor system_actor = { ACTOR_SYSTEM, 0, { "webhooks", 8 }, { "", 0 } };

struct change_call {
    struct webhooks *w;
    webhooks_fn fn;
    void *ctx;
};

static enum err run_change(struct tx *tx, void *ctx, struct error *e)
{
    const struct change_call *call = ctx;
    struct change c = { tx, tx_arena(tx), &system_actor, clock_now(call->w->parts.clock),
        call->w->parts.rng };
    return call->fn(&c, call->ctx, e);
}

enum err webhooks_change(
    struct webhooks *w, const char *name, webhooks_fn fn, void *ctx, struct error *e)
{
    return db_write(w->parts.db, name, run_change, &(struct change_call){ w, fn, ctx }, e);
}

bool webhooks_stopping(struct webhooks *w)
{
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return stopping;
}

static void nudge(struct webhooks *w)
{
    pthread_mutex_lock(&w->lock);
    w->changed = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

static void on_topic(void *ctx, const char *topic)
{
    if (feed_is_topic(topic)) nudge(ctx);
}

static void *run_sender(void *ctx)
{
    struct sender *s = ctx;
    webhook_send_all(s->owner, s->webhook_id);
    pthread_mutex_lock(&s->owner->lock);
    s->ended = true;
    s->owner->changed = true; /* more may have come */
    pthread_cond_signal(&s->owner->wake);
    pthread_mutex_unlock(&s->owner->lock);
    return NULL;
}

/* Threads that have ended are joined; all of them when `all`. */
static void join_senders(struct webhooks *w, bool all)
{
    for (size_t i = 0; i < WEBHOOKS_MAX; i++) {
        struct sender *s = &w->senders[i];
        pthread_mutex_lock(&w->lock);
        bool joins = s->busy && (all || s->ended);
        pthread_mutex_unlock(&w->lock);
        if (!joins) continue;
        (void)pthread_join(s->thread, NULL);
        pthread_mutex_lock(&w->lock);
        s->busy = s->ended = false;
        pthread_mutex_unlock(&w->lock);
    }
}

struct claim {
    struct webhooks *w;
    int64_t id;
};

static enum err claim_one(struct change *c, void *ctx, struct error *e)
{
    struct claim *claim = ctx;
    return webhook_claim(
        c, str_of(claim->w->owner), claim->w->parts.timeout_ms + LEASE_SPARE_MS, &claim->id, e);
}

static struct sender *free_sender(struct webhooks *w)
{
    for (size_t i = 0; i < WEBHOOKS_MAX; i++)
        if (!w->senders[i].busy) return &w->senders[i];
    return NULL;
}

static enum err start_due(struct webhooks *w, struct error *e)
{
    for (;;) {
        struct sender *s = free_sender(w);
        struct claim claim = { w, 0 };
        if (!s) return OK;
        enum err rc = webhooks_change(w, "webhook claim", claim_one, &claim, e);
        if (rc || !claim.id) return rc;
        *s = (struct sender){ .owner = w, .webhook_id = claim.id, .busy = true };
        if (pthread_create(&s->thread, NULL, run_sender, s) != 0) {
            s->busy = false;
            return error_set(e, ERR_UNAVAILABLE, "no thread for a webhook");
        }
    }
}

struct next {
    time_ms at;
    bool active;
};

static enum err read_next(struct tx *tx, void *ctx, struct error *e)
{
    struct next *next = ctx;
    return webhook_next(tx, &next->at, &next->active, e);
}

/* How long until there may be something to do. */
static time_ms dispatch(struct webhooks *w)
{
    struct next next = { 0 };
    struct error e;
    struct db *db = w->parts.db;
    enum err rc = db_read(db, "webhooks due", read_next, &next, &e);
    if (!rc && next.active) rc = feed_enter_all(db, clock_now(w->parts.clock), &e);
    if (!rc && next.active) rc = start_due(w, &e);
    if (!rc && next.active) rc = db_read(db, "webhooks due", read_next, &next, &e);
    if (rc) {
        LOG_WARN("webhook", "not_dispatched", "%s", e.detail);
        return IDLE_MS;
    }
    time_ms wait = next.at ? next.at - clock_now(w->parts.clock) : IDLE_MS;
    return wait < ROUND_MS ? ROUND_MS : wait > IDLE_MS ? IDLE_MS : wait;
}

/* Until something changed, but ROUND_MS at least; false when stopping. */
static bool wait_round(struct webhooks *w, time_ms ms)
{
    struct timespec earliest = clock_deadline(clock_system(), ROUND_MS);
    struct timespec latest = clock_deadline(w->parts.clock, ms);
    int late = 0;
    pthread_mutex_lock(&w->lock);
    while (!w->stopping && !late)
        late = pthread_cond_timedwait(&w->wake, &w->lock, &earliest);
    late = 0;
    while (!w->stopping && !w->changed && !late)
        late = pthread_cond_timedwait(&w->wake, &w->lock, &latest);
    w->changed = false;
    bool go_on = !w->stopping;
    pthread_mutex_unlock(&w->lock);
    return go_on;
}

static void *run_dispatcher(void *ctx)
{
    struct webhooks *w = ctx;
    time_ms wait = 0;
    while (wait_round(w, wait)) {
        join_senders(w, false);
        wait = dispatch(w);
    }
    join_senders(w, true);
    return NULL;
}

struct sent {
    struct webhooks *w;
    struct arena *arena;
    int64_t id, seq;
    struct webhook webhook;
    struct feed_page page;
    struct webhook_delivery *delivery;
};

static enum err read_message(struct tx *tx, void *ctx, struct error *e)
{
    struct sent *s = ctx;
    enum err rc = webhook_load(tx, s->id, s->arena, &s->webhook, e);
    if (rc || !s->seq) return rc;
    struct feed_filter filter = { .since = s->seq - 1, .limit = 1 };
    rc = feed_list(tx, &filter, s->arena, &s->page, e);
    if (rc == ERR_GONE || (!rc && !s->page.count))
        rc = error_set(e, ERR_NOT_FOUND, "entry %lld is not in the feed", (long long)s->seq);
    return rc;
}

static enum err log_message(struct change *c, void *ctx, struct error *e)
{
    const struct sent *s = ctx;
    (void)e;
    webhook_delivery_add(c, s->delivery);
    if (!s->delivery->error.len) webhook_retry_now(c, s->id);
    return OK;
}

static enum err send_message(struct webhooks *w, struct sent *s, struct error *e)
{
    time_ms ignored;
    enum err rc = db_read(w->parts.db, "webhook message", read_message, s, e);
    if (!rc)
        rc = webhook_deliver(
            w, &s->webhook, s->seq ? s->page.entries : NULL, s->arena, s->delivery, &ignored, e);
    s->delivery->attempt = 1;
    return rc ? rc : webhooks_change(w, "webhook log", log_message, s, e);
}

enum err webhooks_send(struct webhooks *w, int64_t webhook_id, int64_t seq, struct arena *arena,
    struct webhook_delivery *out, struct error *e)
{
    struct sent s = { .w = w, .arena = arena, .id = webhook_id, .seq = seq, .delivery = out };
    bool room = atomic_fetch_add(&w->sends, 1) < SENDS_MAX;
    enum err rc = room ? send_message(w, &s, e)
                       : error_set(e, ERR_BUSY, "other messages are being sent by hand");
    atomic_fetch_sub(&w->sends, 1);
    return rc;
}

static enum err free_leases(struct change *c, void *ctx, struct error *e)
{
    return webhook_release(c->tx, 0, str_of(ctx), e);
}

enum err webhooks_start(const struct webhooks_parts *parts, struct webhooks **out, struct error *e)
{
    struct webhooks *w = calloc(1, sizeof *w); /* tidy: allow, as old as the process */
    pthread_condattr_t attr;
    char text[SECRET_TEXT_SIZE], nobody[] = "";
    ASSERT(w);
    w->parts = *parts;
    struct str owner = str_sub(secret_make(parts->rng, text), 0, sizeof w->owner - 1);
    memcpy(w->owner, owner.at, owner.len);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    /* A SQLite database has one server: whoever held leases has died. */
    enum err rc = db_engine(parts->db) == DB_SQLITE
                      ? webhooks_change(w, "webhook leases", free_leases, nobody, e)
                      : OK;
    if (!rc) db_listen(parts->db, on_topic, w);
    if (!rc && pthread_create(&w->dispatcher, NULL, run_dispatcher, w) != 0)
        rc = error_set(e, ERR_UNAVAILABLE, "no thread for the webhooks");
    if (rc) {
        free(w);
        return rc;
    }
    *out = w;
    return OK;
}

void webhooks_stop(struct webhooks *w)
{
    struct error e;
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->dispatcher, NULL);
    if (webhooks_change(w, "webhook leases", free_leases, w->owner, &e))
        LOG_WARN("webhook", "leases_kept", "%s; they run out by themselves", e.detail);
}

void webhooks_release(struct webhooks *w)
{
    if (!w) return;
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}
