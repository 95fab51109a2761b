/*
 * live.c: server-sent events.
 *
 * The database's listener only sets flags; one thread looks at them at most every ROUND_MS, reads
 * the runs that may have changed and writes down what there is to tell, piece by piece, each with
 * the area it belongs to. A follower is sent the pieces of the areas that it may read. So nobody is
 * told of a run more than four times a second, however fast it goes.
 */
#include "base/assert.h"
#include "base/log.h"
#include "http/runs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FOLLOWERS_MAX = 200,
    QUEUE_MAX = 256 * 1024, /* of one follower; a slower one is cut and comes back */
    ROUND_MS = 250,
    COMMENT_MS = 15 * 1000,
    /* A follower whose session or token has ended must not read on for ever: it is sent away and
     * has to ask again. Browsers do by themselves. */
    FOLLOW_MS = 15 * 60 * 1000,
    WATCHED_MAX = 200,
    RECENT = 20, /* newest runs looked at, for those that ended between two rounds */
    TEXT_MAX = 4 * 1024 * 1024,
    UNFINISHED_MAX = 100, /* as run_list_unfinished gives */
    CHANGED_MAX = 8,      /* one for each flag but that of runs */
    PIECES_MAX = WATCHED_MAX + RECENT + 1 + UNFINISHED_MAX + CHANGED_MAX,
};

enum {
    FLAG_RUN = 1,
    FLAG_LISTING = 2,
    FLAG_CHANNEL = 4,
    FLAG_ITEM = 8,
    FLAG_ORDER = 16,
    FLAG_VARIATION = 32,
    FLAG_SETTINGS = 64,
    FLAG_ORDER_IMPORT = 128,
    FLAG_PURCHASE_ORDER = 256,
};

struct follower {
    struct http_stream *stream;
    struct rights rights;
    time_ms until;
};

/* From there in the text to where the next one begins. */
struct piece {
    enum area area;
    size_t from;
};

struct watched {
    int64_t id;
    uint64_t told; /* hash of what was sent last */
};

struct live {
    struct api *api;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* flags, stop */
    pthread_cond_t wake;
    int flags;
    bool stop;

    pthread_mutex_t followers_lock;
    struct follower followers[FOLLOWERS_MAX];
    size_t count;
    time_ms since; /* when the first of them came */
    bool closed;

    /* Of the thread alone */
    struct watched watched[WATCHED_MAX]; /* unfinished runs */
    size_t watched_count;
    int64_t newest; /* id; -1: not known yet */
    struct arena arena;
    struct buf text; /* of the round: */
    struct piece pieces[PIECES_MAX];
    size_t piece_count;
};

static time_ms now_ms(void)
{
    return clock_monotonic(clock_system());
}

static int flags_of(struct str topic)
{
    static const struct {
        const char *topic;
        int flags;
    } meanings[] = {
        { TOPIC_RUN, FLAG_RUN },
        { TOPIC_RUN_CHANGED, FLAG_RUN },
        { TOPIC_STOCK, FLAG_ITEM | FLAG_ORDER | FLAG_LISTING },
        { TOPIC_PUSH, FLAG_LISTING },
        { TOPIC_CHANNEL, FLAG_CHANNEL },
        { TOPIC_ITEM, FLAG_ITEM },
        { TOPIC_LISTING, FLAG_LISTING },
        { TOPIC_ORDER, FLAG_ORDER },
        { TOPIC_VARIATION, FLAG_VARIATION },
        { TOPIC_SETTINGS, FLAG_SETTINGS },
        { TOPIC_PURCHASE_ORDER, FLAG_PURCHASE_ORDER },
        { TOPIC_ORDER_IMPORT, FLAG_ORDER_IMPORT },
    };
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (str_eq(topic, str_of(meanings[i].topic))) return meanings[i].flags;
    return 0;
}

static void raise_flags(struct live *live, int flags)
{
    pthread_mutex_lock(&live->lock);
    live->flags |= flags;
    pthread_cond_signal(&live->wake);
    pthread_mutex_unlock(&live->lock);
}

static void on_topic(void *ctx, const char *topic)
{
    int flags = flags_of(str_of(topic));
    if (flags) raise_flags(ctx, flags);
}

/* Followers */

static void drop(struct live *live, size_t i)
{
    http_stream_end(live->followers[i].stream);
    http_stream_release(live->followers[i].stream);
    live->followers[i] = live->followers[--live->count];
}

static bool is_for(const struct follower *f, const struct piece *p)
{
    return f->rights.of[p->area] >= PERMISSION_READ;
}

/* Pieces that follow one another go together: for most followers that is all of them. */
static bool send_pieces(const struct live *live, const struct follower *f)
{
    bool there = true;
    size_t next = 0;
    for (size_t i = 0; i < live->piece_count && there; i = next + 1) {
        for (next = i; next < live->piece_count && is_for(f, &live->pieces[next]);)
            next++;
        size_t from = live->pieces[i].from;
        size_t end = next < live->piece_count ? live->pieces[next].from : live->text.len;
        if (end > from)
            there = http_stream_send(f->stream, (struct str){ live->text.at + from, end - from });
    }
    return there;
}

static bool send_comment(const struct live *live, const struct follower *f)
{
    (void)live;
    return http_stream_send(f->stream, S(": still here\n\n"));
}

static void send_all(
    struct live *live, bool (*send)(const struct live *live, const struct follower *f))
{
    time_ms now = now_ms();
    pthread_mutex_lock(&live->followers_lock);
    for (size_t i = live->count; i-- > 0;) {
        const struct follower *f = &live->followers[i];
        if (now >= f->until || !send(live, f)) drop(live, i);
    }
    pthread_mutex_unlock(&live->followers_lock);
}

static bool anybody(struct live *live)
{
    pthread_mutex_lock(&live->followers_lock);
    bool any = live->count > 0;
    pthread_mutex_unlock(&live->followers_lock);
    return any;
}

static bool add_follower(struct live *live, const struct follower *new, time_ms now)
{
    pthread_mutex_lock(&live->followers_lock);
    bool room = !live->closed && live->count < FOLLOWERS_MAX;
    if (room && !live->count) live->since = now;
    if (room) live->followers[live->count++] = *new;
    pthread_mutex_unlock(&live->followers_lock);
    return room;
}

enum err live_follow(struct call *c, struct error *e)
{
    struct live *live = c->api->live;
    struct http_stream *stream = http_stream_new(QUEUE_MAX);
    if (!stream) return error_set(e, ERR_BUSY, "no memory for another follower");
    /* Proxies and browsers take the answer for begun only when bytes come. */
    (void)http_stream_send(stream, S(": here\n\n"));
    http_reply_stream(c->reply, stream);
    struct follower new = { stream, c->rights, now_ms() + FOLLOW_MS };
    if (!add_follower(live, &new, c->now)) {
        c->reply->stream = NULL;
        http_stream_release(stream); /* the reply's reference, and ours */
        http_stream_release(stream);
        return error_set(e, ERR_BUSY, "too many follow already, or the server is stopping");
    }
    c->reply->status = 200;
    http_reply_header(c->reply, S("x-accel-buffering"), S("no"));
    raise_flags(live, FLAG_RUN); /* so that the end of what runs now is noticed */
    return OK;
}

/* Runs */

static struct watched *find_watched(struct live *live, int64_t id)
{
    for (size_t i = 0; i < live->watched_count; i++)
        if (live->watched[i].id == id) return &live->watched[i];
    return NULL;
}

static void begin_piece(struct live *live, enum area area)
{
    ASSERT(live->piece_count < PIECES_MAX);
    live->pieces[live->piece_count++] = (struct piece){ area, live->text.len };
}

static void put_run(struct live *live, const struct run *run)
{
    struct jw w;
    begin_piece(live, run_area(run->kind));
    buf_put(&live->text, S("event: run\ndata: "));
    jw_init(&w, &live->text);
    render_run(&w, run);
    buf_put(&live->text, S("\n\n"));
}

static bool finished(const struct run *run)
{
    return run->state != RUN_QUEUED && run->state != RUN_RUNNING;
}

/* Tells of the run unless it is as it was told; forgets it when it has ended. */
static void tell_run(struct live *live, const struct run *run)
{
    size_t from = live->text.len;
    put_run(live, run);
    if (live->text.failed) return;
    uint64_t hash = str_hash((struct str){ live->text.at + from, live->text.len - from });
    struct watched *known = find_watched(live, run->id);
    if (known && known->told == hash) {
        live->text.len = from;
        live->piece_count--;
    }
    if (known && finished(run))
        *known = live->watched[--live->watched_count];
    else if (known)
        known->told = hash;
    else if (!finished(run) && live->watched_count < WATCHED_MAX)
        live->watched[live->watched_count++] = (struct watched){ run->id, hash };
}

struct runs_read {
    struct live *live;
    struct run *unfinished, *recent, *ended;
    size_t unfinished_count, recent_count, ended_count;
};

static bool is_among(const struct run *runs, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (runs[i].id == id) return true;
    return false;
}

/* Those that were unfinished and no longer are, once more. */
static enum err read_ended(struct tx *tx, struct runs_read *r, struct error *e)
{
    struct live *live = r->live;
    r->ended_count = 0;
    r->ended = arena_new(&live->arena, struct run, WATCHED_MAX);
    for (size_t i = 0; i < live->watched_count; i++) {
        int64_t id = live->watched[i].id;
        if (is_among(r->unfinished, r->unfinished_count, id)) continue;
        enum err rc = run_load(tx, id, &live->arena, &r->ended[r->ended_count], e);
        if (rc && rc != ERR_NOT_FOUND) return rc;
        if (rc) /* deleted with its channel: as ended, so that it is forgotten */
            r->ended[r->ended_count] = (struct run){ .id = id, .state = RUN_CANCELED };
        r->ended_count++;
    }
    return OK;
}

static enum err read_runs(struct tx *tx, void *ctx, struct error *e)
{
    struct runs_read *r = ctx;
    struct live *live = r->live;
    const struct page page = { 0, RECENT };
    const struct run_filter all = { 0 };
    enum err rc = run_list_unfinished(tx, &live->arena, &r->unfinished, &r->unfinished_count, e);
    if (!rc) rc = run_list(tx, &all, &page, &live->arena, &r->recent, &r->recent_count, e);
    return rc ? rc : read_ended(tx, r, e);
}

static void forget(struct live *live, int64_t id)
{
    struct watched *w = find_watched(live, id);
    if (w) *w = live->watched[--live->watched_count];
}

/* Ended since the round before; in the first round, since somebody follows. */
static bool just_ended(struct live *live, const struct run *run)
{
    if (!finished(run)) return false;
    if (live->newest >= 0) return run->id > live->newest;
    pthread_mutex_lock(&live->followers_lock);
    time_ms since = live->since;
    pthread_mutex_unlock(&live->followers_lock);
    return run->finished_at >= since;
}

static void tell_runs(struct live *live)
{
    struct runs_read r = { .live = live };
    struct error e;
    if (db_read(live->api->options.db, "live: runs", read_runs, &r, &e)) {
        LOG_WARN("http", "live_read_failed", "%s", e.detail);
        raise_flags(live, FLAG_RUN); /* the next round tries again */
        return;
    }
    for (size_t i = 0; i < r.ended_count; i++) {
        if (r.ended[i].created_at)
            tell_run(live, &r.ended[i]);
        else
            forget(live, r.ended[i].id);
    }
    /* Begun and ended between two rounds. */
    for (size_t i = r.recent_count; i-- > 0;)
        if (just_ended(live, &r.recent[i])) tell_run(live, &r.recent[i]);
    for (size_t i = 0; i < r.unfinished_count; i++)
        tell_run(live, &r.unfinished[i]);
    live->newest = r.recent_count ? r.recent[0].id : 0;
}

/* Rounds */

static void put_changes(struct live *live, int flags)
{
    static const struct {
        int flag;
        enum area area;
        const char *resource;
    } resources[] = {
        { FLAG_ITEM, AREA_INVENTORY, "item" },
        { FLAG_ORDER, AREA_ORDERS, "order" },
        { FLAG_LISTING, AREA_CHANNELS, "listing" },
        { FLAG_CHANNEL, AREA_CHANNELS, "channel" },
        { FLAG_VARIATION, AREA_CATALOG, "variation" },
        { FLAG_SETTINGS, AREA_SETTINGS, "settings" },
        { FLAG_PURCHASE_ORDER, AREA_INVENTORY, "purchase_order" },
        { FLAG_ORDER_IMPORT, AREA_CHANNELS, "order_import" },
    };
    enum { RESOURCES = sizeof resources / sizeof *resources };
    _Static_assert((int)RESOURCES <= (int)CHANGED_MAX, "room for each");
    for (size_t i = 0; i < RESOURCES; i++) {
        if (!(flags & resources[i].flag)) continue;
        begin_piece(live, resources[i].area);
        buf_put_fmt(&live->text, "event: changed\ndata: {\"resource\":\"%s\",\"id\":null}\n\n",
            resources[i].resource);
    }
}

static void round_of(struct live *live, int flags)
{
    if (!anybody(live)) {
        /* Nobody is told, so nothing is known to have been told. */
        live->watched_count = 0;
        live->newest = -1;
        return;
    }
    buf_clear(&live->text);
    live->piece_count = 0;
    if (flags & FLAG_RUN) tell_runs(live);
    put_changes(live, flags);
    if (live->text.failed)
        LOG_WARN("http", "live_text_too_large", "a round was left out");
    else if (live->text.len)
        send_all(live, send_pieces);
    arena_reset(&live->arena);
}

static struct timespec timespec_of(time_ms t)
{
    return (struct timespec){ .tv_sec = (time_t)(t / 1000), .tv_nsec = (long)(t % 1000) * 1000000 };
}

/* Waits for flags, but at least until `earliest` and at most until `latest`. False: stop. */
static bool wait_flags(struct live *live, time_ms earliest, time_ms latest, int *flags)
{
    pthread_mutex_lock(&live->lock);
    for (;;) {
        time_ms now = now_ms();
        if (live->stop || now >= latest || (live->flags && now >= earliest)) break;
        struct timespec until = timespec_of(live->flags ? earliest : latest);
        (void)pthread_cond_timedwait(&live->wake, &live->lock, &until);
    }
    *flags = live->flags;
    live->flags = 0;
    bool go_on = !live->stop;
    pthread_mutex_unlock(&live->lock);
    return go_on;
}

static void *run_thread(void *ctx)
{
    struct live *live = ctx;
    time_ms earliest = now_ms(), comment = earliest + COMMENT_MS;
    int flags;
    while (wait_flags(live, earliest, comment, &flags)) {
        if (flags) round_of(live, flags);
        earliest = now_ms() + ROUND_MS;
        if (now_ms() < comment) continue;
        send_all(live, send_comment);
        comment = now_ms() + COMMENT_MS;
    }
    return NULL;
}

/* Life */

static void init_wake(pthread_cond_t *wake)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

struct live *live_new(struct api *api)
{
    struct live *live = calloc(1, sizeof *live); /* tidy: allow, as old as the process */
    ASSERT(live);
    live->api = api;
    live->newest = -1;
    (void)pthread_mutex_init(&live->lock, NULL);
    (void)pthread_mutex_init(&live->followers_lock, NULL);
    init_wake(&live->wake);
    arena_init(&live->arena, "live", JOB_ARENA_MAX);
    buf_init(&live->text, TEXT_MAX);
    db_listen(api->options.db, on_topic, live);
    live->started = pthread_create(&live->thread, NULL, run_thread, live) == 0;
    ASSERT(live->started);
    return live;
}

void live_stop(struct live *live)
{
    if (!live || !live->started) return;
    pthread_mutex_lock(&live->lock);
    live->stop = true;
    pthread_cond_signal(&live->wake);
    pthread_mutex_unlock(&live->lock);
    (void)pthread_join(live->thread, NULL);
    live->started = false;
    pthread_mutex_lock(&live->followers_lock);
    live->closed = true;
    while (live->count)
        drop(live, live->count - 1);
    pthread_mutex_unlock(&live->followers_lock);
}

/* After the database was closed: until then the listener may be called. */
void live_free(struct live *live)
{
    if (!live) return;
    live_stop(live);
    buf_release(&live->text);
    arena_release(&live->arena);
    (void)pthread_cond_destroy(&live->wake);
    (void)pthread_mutex_destroy(&live->followers_lock);
    (void)pthread_mutex_destroy(&live->lock);
    free(live);
}
