/*
 * waiters.c: those who asked for changes before there were any.
 *
 * Their answers are streams whose bytes come later, so that a thousand waiting programs do not hold
 * a thousand threads: one thread looks when the database says that something changed, at most every
 * ROUND_MS, and answers whoever has entries or has waited long enough. The head of the answer was
 * sent when the waiting began, so what goes wrong later is an empty page: the caller asks again
 * from the same place.
 */
#include "http/waiters.h"

#include "base/assert.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAITERS_MAX = 1000, ROUND_MS = 50, PAGE_BYTES_MAX = 1024 * 1024 };

struct waiter {
    struct http_stream *stream;
    struct feed_filter filter;
    int64_t kinds[FEED_KINDS_MAX];
    time_ms until; /* monotonic */
};

struct waiters {
    struct api *api;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct waiter all[WAITERS_MAX]; /* only the thread takes away */
    size_t count;
    bool changed, stop;
    struct arena arena; /* of the thread */
};

static time_ms now_ms(void)
{
    return clock_monotonic(clock_system());
}

static void on_topic(void *ctx, const char *topic)
{
    struct waiters *w = ctx;
    if (!feed_is_topic(topic)) return;
    pthread_mutex_lock(&w->lock);
    w->changed = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

bool waiters_add(struct call *c, const struct feed_filter *filter, time_ms wait_ms)
{
    struct waiters *w = c->api->waiters;
    struct http_stream *stream = http_stream_new(PAGE_BYTES_MAX);
    pthread_mutex_lock(&w->lock);
    bool room = !w->stop && w->count < WAITERS_MAX;
    if (room) {
        struct waiter *new = &w->all[w->count++];
        *new = (struct waiter){ .stream = stream, .filter = *filter, .until = now_ms() + wait_ms };
        memcpy(new->kinds, filter->kinds, filter->kind_count * sizeof *new->kinds);
        w->changed = true; /* what came in since the caller looked */
        http_reply_stream(c->reply, stream);
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    if (!room) {
        http_stream_release(stream);
        return false;
    }
    c->reply->status = 200;
    http_reply_header(c->reply, S("content-type"), S("application/json"));
    return true;
}

struct look {
    struct waiters *w;
    struct waiter *waiter;
    struct feed_page page;
};

static enum err read_page(struct tx *tx, void *ctx, struct error *e)
{
    struct look *look = ctx;
    struct feed_filter filter = look->waiter->filter;
    filter.kinds = look->waiter->kinds;
    return feed_list(tx, &filter, &look->w->arena, &look->page, e);
}

static void answer(struct waiter *waiter, const struct feed_page *page)
{
    struct buf text;
    struct jw w;
    buf_init(&text, PAGE_BYTES_MAX);
    jw_init(&w, &text);
    changes_put_page(&w, page);
    (void)http_stream_send(waiter->stream, buf_str(&text));
    http_stream_end(waiter->stream);
    http_stream_release(waiter->stream);
    buf_release(&text);
}

/* True when the waiter has its answer. */
static bool look_for(struct waiters *w, struct waiter *waiter, bool is_over)
{
    struct look look = { .w = w, .waiter = waiter };
    struct error e;
    do {
        if (db_read(w->api->options.db, "changes: waiting", read_page, &look, &e)) {
            LOG_WARN("http", "changes_unread", "%s", e.detail);
            look.page = (struct feed_page){ .next_since = waiter->filter.since };
            is_over = true;
        }
        waiter->filter.since = look.page.next_since;
    } while (look.page.more && !look.page.count);
    if (!look.page.count && !is_over) return false;
    answer(waiter, &look.page);
    return true;
}

static void look_for_all(struct waiters *w, size_t count, bool is_over)
{
    struct error e;
    time_ms now = now_ms();
    if (feed_enter_all(w->api->options.db, clock_now(w->api->options.clock), &e))
        LOG_WARN("http", "changes_not_entered", "%s", e.detail);
    for (size_t i = count; i-- > 0;) {
        bool done = look_for(w, &w->all[i], is_over || now >= w->all[i].until);
        arena_reset(&w->arena);
        if (!done) continue;
        pthread_mutex_lock(&w->lock);
        w->all[i] = w->all[--w->count];
        pthread_mutex_unlock(&w->lock);
    }
}

/* When the next one has waited long enough. Under the lock. */
static time_ms next_until(const struct waiters *w)
{
    time_ms until = INT64_MAX;
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].until < until) until = w->all[i].until;
    return until;
}

/* Waits for a change, not before `earliest`, or for the end of somebody's waiting. */
static size_t wait_round(struct waiters *w, time_ms earliest, bool *stop)
{
    pthread_mutex_lock(&w->lock);
    for (;;) {
        time_ms now = now_ms(), until = next_until(w);
        bool wanted = w->changed && w->count;
        if (w->stop || now >= until || (wanted && now >= earliest)) break;
        time_ms t = wanted && earliest < until ? earliest : until;
        if (t == INT64_MAX) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        struct timespec at = { (time_t)(t / 1000), (long)(t % 1000) * 1000000 };
        (void)pthread_cond_timedwait(&w->wake, &w->lock, &at);
    }
    w->changed = false;
    *stop = w->stop;
    size_t count = w->count;
    pthread_mutex_unlock(&w->lock);
    return count;
}

static void *run_thread(void *ctx)
{
    struct waiters *w = ctx;
    bool stop = false;
    time_ms earliest = 0;
    while (!stop) {
        size_t count = wait_round(w, earliest, &stop);
        if (count) look_for_all(w, count, stop);
        earliest = now_ms() + ROUND_MS;
    }
    return NULL;
}

struct waiters *waiters_new(struct api *api)
{
    struct waiters *w = calloc(1, sizeof *w); /* tidy: allow, as old as the process */
    pthread_condattr_t attr;
    ASSERT(w);
    w->api = api;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    arena_init(&w->arena, "waiters", JOB_ARENA_MAX);
    db_listen(api->options.db, on_topic, w);
    w->started = pthread_create(&w->thread, NULL, run_thread, w) == 0;
    ASSERT(w->started);
    return w;
}

void waiters_stop(struct waiters *w)
{
    if (!w || !w->started) return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    w->started = false;
}

void waiters_free(struct waiters *w)
{
    if (!w) return;
    waiters_stop(w);
    arena_release(&w->arena);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}
