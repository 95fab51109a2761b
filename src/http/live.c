/* live.c: the live stream: runs as they go on, and what changed. */
#include "base/assert.h"
#include "http/internal.h"
#include "store/run.h"

#include <stdlib.h>
#include <time.h>

enum {
    FOLLOWERS_MAX = 500,
    STEP_MS = 250, /* at most four times a second for each run */
    ALIVE_MS = 15000,
    QUEUE_MAX = 256 * 1024,
    TOLD_MAX = 100,
};

struct follower {
    struct http_stream *stream;
    bool channels; /* may read channels and runs */
    bool inventory;
};

struct live {
    struct api *api;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool started, stopping;
    bool runs, stock, channel, push; /* notified */
    struct follower followers[FOLLOWERS_MAX];
    size_t count;
    int64_t told[TOLD_MAX]; /* unfinished runs that were told last */
    size_t told_count;
};

/* On a driver thread: only notes and signals. */
static void notified(void *ctx, const char *topic)
{
    struct live *l = ctx;
    struct str t = str_of(topic);
    (void)pthread_mutex_lock(&l->lock);
    l->runs = l->runs || str_eq(t, S(TOPIC_RUN)) || str_eq(t, S(TOPIC_RUN_CHANGED));
    l->stock = l->stock || str_eq(t, S(TOPIC_STOCK));
    l->push = l->push || str_eq(t, S(TOPIC_PUSH));
    l->channel = l->channel || str_eq(t, S(TOPIC_CHANNEL));
    (void)pthread_cond_signal(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
}

/* Under the lock. */
static void send_all(struct live *l, struct str text, bool of_channels)
{
    for (size_t i = l->count; i-- > 0;) {
        struct follower *f = &l->followers[i];
        if (of_channels ? !f->channels : !f->inventory) continue;
        if (http_stream_send(f->stream, text)) continue;
        http_stream_release(f->stream);
        *f = l->followers[--l->count];
    }
}

static void send_changed(struct live *l, const char *resource, bool of_channels)
{
    struct buf text;
    buf_init(&text, 256);
    buf_put_fmt(&text, "event: changed\ndata: {\"resource\":\"%s\",\"id\":null}\n\n", resource);
    send_all(l, buf_str(&text), of_channels);
    buf_release(&text);
}

struct reading {
    struct live *l;
    struct arena *arena;
    struct run rows[2 * TOLD_MAX];
    size_t count, unfinished;
};

/* Unfinished runs, and those that were unfinished last time. */
static enum err read_runs(struct tx *tx, void *ctx, struct error *e)
{
    struct reading *r = ctx;
    struct run *rows;
    size_t count;
    enum err rc = run_list_unfinished(tx, r->arena, &rows, &count, e);
    if (rc) return rc;
    r->count = 0;
    for (size_t i = 0; i < count && i < TOLD_MAX; i++)
        r->rows[r->count++] = rows[i];
    r->unfinished = r->count;
    for (size_t i = 0; i < r->l->told_count; i++) {
        bool still = false;
        for (size_t k = 0; k < r->unfinished; k++)
            still = still || r->rows[k].id == r->l->told[i];
        if (still) continue;
        rc = run_load(tx, r->l->told[i], r->arena, &r->rows[r->count], e);
        if (rc && rc != ERR_NOT_FOUND) return rc;
        if (!rc) r->count++;
    }
    return OK;
}

static void send_runs(struct live *l, const struct reading *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct buf text;
        struct jw w;
        buf_init(&text, 64 * 1024);
        buf_put(&text, S("event: run\ndata: "));
        jw_init(&w, &text);
        render_run(&w, &r->rows[i]);
        buf_put(&text, S("\n\n"));
        if (!text.failed) send_all(l, buf_str(&text), true);
        buf_release(&text);
    }
    l->told_count = 0;
    for (size_t i = 0; i < r->unfinished; i++)
        l->told[l->told_count++] = r->rows[i].id;
}

static void timed_wait(struct live *l, time_ms ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_cond_timedwait(&l->wake, &l->lock, &until);
}

/* The database is read without the lock, so that notifications never wait for it. */
static void tell_runs(struct live *l)
{
    struct arena arena;
    struct error e;
    arena_init(&arena, "live", 32 * 1024 * 1024);
    struct reading *r = arena_new(&arena, struct reading, 1);
    r->l = l;
    r->arena = &arena;
    (void)pthread_mutex_unlock(&l->lock);
    enum err rc = db_read(l->api->options.db, "live", read_runs, r, &e);
    (void)pthread_mutex_lock(&l->lock);
    if (!rc) send_runs(l, r);
    arena_release(&arena);
}

static void tell(struct live *l)
{
    bool runs = l->runs, stock = l->stock, channel = l->channel, push = l->push;
    l->runs = l->stock = l->channel = l->push = false;
    if (runs) tell_runs(l);
    if (stock) {
        send_changed(l, "item", false);
        send_changed(l, "order", false);
    }
    if (stock || push) send_changed(l, "listing", true);
    if (channel) send_changed(l, "channel", true);
}

static void *live_thread(void *ctx)
{
    struct live *l = ctx;
    struct clock *clock = l->api->options.clock;
    time_ms alive = clock_monotonic(clock), last = 0;
    (void)pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        time_ms now = clock_monotonic(clock);
        bool news = l->runs || l->stock || l->channel || l->push;
        if (news && now - last >= STEP_MS) {
            last = now;
            tell(l);
            continue;
        }
        if (now - alive >= ALIVE_MS) {
            alive = now;
            send_all(l, S(": alive\n\n"), true);
            send_all(l, S(": alive\n\n"), false);
        }
        time_ms wait = news ? STEP_MS - (now - last) : ALIVE_MS - (now - alive);
        timed_wait(l, wait > 0 ? wait : 1);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

struct live *live_new(struct api *api)
{
    struct live *l = calloc(1, sizeof *l);
    ASSERT(l);
    pthread_condattr_t attr;
    l->api = api;
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&l->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    db_listen(api->options.db, notified, l);
    l->started = pthread_create(&l->thread, NULL, live_thread, l) == 0;
    return l;
}

void live_stop(struct live *l)
{
    if (!l || !l->started) return;
    (void)pthread_mutex_lock(&l->lock);
    l->stopping = true;
    (void)pthread_cond_broadcast(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    (void)pthread_join(l->thread, NULL);
    l->started = false;
    for (size_t i = 0; i < l->count; i++) {
        http_stream_end(l->followers[i].stream);
        http_stream_release(l->followers[i].stream);
    }
    l->count = 0;
}

void live_free(struct live *l)
{
    if (!l) return;
    (void)pthread_cond_destroy(&l->wake);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

enum err live_follow(struct call *c, struct error *e)
{
    struct live *l = c->api->live;
    struct http_stream *stream = http_stream_new(QUEUE_MAX);
    (void)pthread_mutex_lock(&l->lock);
    bool room = l->started && !l->stopping && l->count < FOLLOWERS_MAX;
    if (room)
        l->followers[l->count++] =
            (struct follower){ stream, permission_of(c->role, AREA_CHANNELS) >= PERMISSION_READ,
                permission_of(c->role, AREA_INVENTORY) >= PERMISSION_READ };
    l->runs = l->runs || room;
    (void)pthread_cond_signal(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    if (!room) {
        http_stream_release(stream);
        return error_set(e, ERR_BUSY, "too many follow the live stream");
    }
    (void)http_stream_send(stream, S(": welcome\n\n"));
    c->reply->status = 200;
    c->reply->stream = stream;
    http_reply_header(c->reply, S("cache-control"), S("no-store"));
    return OK;
}
