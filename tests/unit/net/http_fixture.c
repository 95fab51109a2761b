/* http_fixture.c: see http_fixture.h. */
#include "http_fixture.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void lock(struct http_fixture *f)
{
    ASSERT(!pthread_mutex_lock(&f->lock));
}

static void unlock(struct http_fixture *f)
{
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static void wait_to_go(struct http_fixture *f)
{
    lock(f);
    f->waiting++;
    pthread_cond_broadcast(&f->changed);
    while (f->released == 0)
        pthread_cond_wait(&f->changed, &f->lock);
    f->released--;
    f->waiting--;
    unlock(f);
}

static void start_stream(struct http_fixture *f, struct http_reply *reply)
{
    struct http_stream *s = http_stream_new(64 * 1024);
    http_reply_stream(reply, s);
    lock(f);
    if (f->stream) http_stream_release(f->stream);
    f->stream = s;
    unlock(f);
}

static void put_query(const struct http_request *req, struct buf *out)
{
    if (req->query_bad) buf_put(out, S("bad"));
    for (size_t i = 0; !req->query_bad && i < req->query_count; i++) {
        buf_put(out, req->query[i].name);
        buf_put_char(out, '=');
        buf_put(out, req->query[i].value);
        buf_put_char(out, ';');
    }
}

/* The spooled body, as it came. */
static void echo_file(const struct http_request *req, struct http_reply *reply)
{
    if (req->file < 0) {
        buf_put(&reply->body, S("none"));
        return;
    }
    int fd = dup(req->file);
    ASSERT(fd >= 0 && req->body.len == 0);
    http_reply_file(reply, fd, req->file_size);
}

static void handle(void *ctx, struct http_request *req, struct http_reply *reply)
{
    struct http_fixture *f = ctx;
    struct str path;
    reply->status = 200;
    if (!http_path_decode(req->path, req->arena, &path)) {
        reply->status = 400;
        buf_put(&reply->body, S("path"));
        return;
    }
    http_reply_header(reply, S("Content-Type"), S("text/plain"));
    if (str_eq(path, S("/wait"))) wait_to_go(f);
    if (str_eq(path, S("/stream"))) {
        reply->header_count = 0;
        start_stream(f, reply);
    } else if (str_eq(path, S("/hello")) || str_eq(path, S("/wait"))) {
        buf_put(&reply->body, S("{\"hello\":1}"));
    } else if (str_eq(path, S("/echo")) || str_eq(path, S("/small"))) {
        buf_put(&reply->body, req->body);
    } else if (str_starts(path, S("/spool"))) {
        echo_file(req, reply);
        reply->cut = str_eq(path, S("/spool/cut"));
        if (str_eq(path, S("/spool/broken"))) reply->status = 0;
    } else if (str_eq(path, S("/query"))) {
        put_query(req, &reply->body);
    } else if (str_eq(path, S("/headers"))) {
        buf_put(&reply->body, http_request_header(req, S("x-test")));
    } else if (str_eq(path, S("/peer"))) {
        buf_put(&reply->body, req->peer);
    } else if (str_eq(path, S("/forge"))) {
        http_reply_header(reply, S("X-Test"), S("a\r\nX-Forged: 1"));
    } else if (str_eq(path, S("/cut"))) {
        buf_put(&reply->body, S("never sent"));
        reply->cut = true;
    } else if (str_eq(path, S("/broken"))) {
        reply->status = 0;
    } else if (str_eq(path, S("/big"))) {
        reply->shared_body = (struct str){ f->big, FIXTURE_BIG };
    } else {
        reply->status = 404;
        buf_put(&reply->body, path);
    }
}

static size_t body_max_of(void *ctx, struct str method, struct str path)
{
    (void)ctx;
    return str_eq(method, S("POST")) && str_eq(path, S("/small")) ? 10 : FIXTURE_BODY_MAX;
}

static size_t spool_max_of(void *ctx, struct str method, struct str path)
{
    (void)ctx;
    return str_eq(method, S("POST")) && str_starts(path, S("/spool")) ? FIXTURE_SPOOL_MAX : 0;
}

struct http_server_options http_fixture_options(void)
{
    return (struct http_server_options){ .listen = S("127.0.0.1:0"),
        .workers = 4,
        .body_max = FIXTURE_BODY_MAX,
        .body_max_of = body_max_of,
        .spool_max_of = spool_max_of,
        .connections_max = 200,
        .queue_max = 100,
        .header_timeout_ms = 60000,
        .body_timeout_ms = 60000,
        .arena_max = 16 * 1024 * 1024,
        .handle = handle };
}

void http_fixture_start(struct http_fixture *f, struct http_server_options options)
{
    *f = (struct http_fixture){ .server = NULL };
    ASSERT(!pthread_mutex_init(&f->lock, NULL) && !pthread_cond_init(&f->changed, NULL));
    f->big = malloc(FIXTURE_BIG);
    ASSERT(f->big);
    memset(f->big, 'x', FIXTURE_BIG);
    options.ctx = f;
    struct error e;
    if (http_server_start(&options, &f->server, &e)) PANIC("%s", e.detail);
    f->port = http_server_port(f->server);
}

void http_fixture_stop(struct http_fixture *f)
{
    if (f->server) http_server_stop(f->server, 5000);
    if (f->stream) http_stream_release(f->stream);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->changed);
    free(f->big);
}

void http_fixture_await(struct http_fixture *f, int waiting)
{
    lock(f);
    while (f->waiting < waiting)
        pthread_cond_wait(&f->changed, &f->lock);
    unlock(f);
}

void http_fixture_go(struct http_fixture *f, int count)
{
    lock(f);
    f->released += count;
    unlock(f);
}

struct http_stream *http_fixture_stream(struct http_fixture *f)
{
    lock(f);
    while (!f->stream)
        pthread_cond_wait(&f->changed, &f->lock);
    unlock(f);
    return f->stream;
}

struct http_server_stats http_fixture_stats(struct http_fixture *f)
{
    struct http_server_stats stats;
    http_server_stats(f->server, &stats);
    return stats;
}
