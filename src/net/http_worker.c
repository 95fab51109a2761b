/* http_worker.c: the bounded queue of requests and the threads that answer them. */
#include "net/http_internal.h"

#include "base/assert.h"
#include "net/url.h"

#include <stdlib.h>

bool http_queue_put(struct http_conn *c)
{
    struct http_server *s = c->server;
    pthread_mutex_lock(&s->queue_lock);
    bool room = s->queue_len < s->options.queue_max && !atomic_load(&s->stopping);
    if (room) {
        /* Suspended before a worker can see it: resuming comes after. */
        c->suspended = true;
        http_suspended_add(s);
        MHD_suspend_connection(c->mhd);
        c->queued_next = NULL;
        if (s->queue_last)
            s->queue_last->queued_next = c;
        else
            s->queue = c;
        s->queue_last = c;
        s->queue_len++;
        if (s->workers_idle > 0) pthread_cond_signal(&s->queue_filled);
    }
    pthread_mutex_unlock(&s->queue_lock);
    return room;
}

/* NULL: stop. */
static struct http_conn *queue_take(struct http_server *s)
{
    pthread_mutex_lock(&s->queue_lock);
    while (!s->queue && !atomic_load(&s->stopping)) {
        s->workers_idle++;
        pthread_cond_wait(&s->queue_filled, &s->queue_lock);
        s->workers_idle--;
    }
    struct http_conn *c = s->queue;
    if (c) {
        s->queue = c->queued_next;
        if (!s->queue) s->queue_last = NULL;
        s->queue_len--;
    }
    pthread_mutex_unlock(&s->queue_lock);
    return c;
}

static bool is_text(struct str s)
{
    return str_is_utf8(s) && !str_contains(s, S("\0"));
}

static void parse_query(struct http_request *req, struct str query)
{
    struct str name, value;
    enum url_step step;
    while ((step = url_query_next(&query, req->arena, &name, &value)) == URL_PAIR) {
        if (req->query_count == HTTP_QUERY_FIELDS_MAX || !is_text(name) || !is_text(value)) {
            step = URL_BROKEN;
            break;
        }
        req->query[req->query_count++] = (struct http_field){ name, value };
    }
    req->query_bad = step == URL_BROKEN;
}

bool http_path_decode(struct str piece, struct arena *a, struct str *out)
{
    struct str text;
    if (!url_decode(piece, a, &text) || !is_text(text)) return false;
    *out = text;
    return true;
}

struct find_header {
    struct str name;
    struct str value;
};

static enum MHD_Result find_header(void *find, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct find_header *f = find;
    if (!str_eq_nocase(f->name, (struct str){ name, name_len })) return MHD_YES;
    f->value = (struct str){ value ? value : "", value_len };
    return MHD_NO;
}

struct str http_request_header(const struct http_request *req, struct str name)
{
    const struct http_conn *c = req->private_;
    struct find_header f = { name, S("") };
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, find_header, &f);
    return f.value;
}

static void answer(struct http_conn *c, struct arena *arena)
{
    struct http_server *s = c->server;
    struct http_request req = { .method = c->method,
        .head = c->head,
        .body = buf_str(&c->body),
        .file = c->spool,
        .file_size = c->spool >= 0 ? (int64_t)c->body_len : 0,
        .peer = str_of(c->peer),
        .arena = arena,
        .private_ = c };
    struct http_reply reply = { .status = 0 };
    buf_init(&reply.body, s->options.arena_max);
    struct str query;
    str_cut(http_target_origin(buf_str(&c->target)), '?', &req.path, &query);
    parse_query(&req, query);
    s->options.handle(s->options.ctx, &req, &reply);
    http_reply_prepare(c, &reply);
}

static void *run(void *server)
{
    struct http_server *s = server;
    struct arena arena;
    arena_init(&arena, "request", s->options.arena_max);
    struct http_conn *c;
    while ((c = queue_take(s))) {
        if (atomic_load(&s->stopping))
            http_reply_prepare_problem(c, 503, "unavailable", "The server is stopping.");
        else
            answer(c, &arena);
        arena_reset(&arena);
        http_io_resume(c);
    }
    arena_release(&arena);
    return NULL;
}

bool http_workers_start(struct http_server *s)
{
    s->workers = http_alloc((size_t)s->options.workers * sizeof *s->workers);
    for (int i = 0; i < s->options.workers; i++) {
        if (pthread_create(&s->workers[i], NULL, run, s)) return false;
        s->worker_count++;
    }
    return true;
}

void http_workers_stop(struct http_server *s)
{
    pthread_mutex_lock(&s->queue_lock);
    atomic_store(&s->stopping, true);
    pthread_cond_broadcast(&s->queue_filled);
    pthread_mutex_unlock(&s->queue_lock);
    for (int i = 0; i < s->worker_count; i++)
        if (pthread_join(s->workers[i], NULL)) PANIC("pthread_join");
    ASSERT(!s->queue);
    free(s->workers);
}
