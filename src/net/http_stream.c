/*
 * http_stream.c: replies without end.
 *
 * `bytes` is what was sent and not yet taken by the library. With nothing to take the library's
 * connection is suspended, and the next send resumes it; both happen under the lock, so that no
 * wake-up is lost. `conn` is set while the library holds the response: its free callback clears it,
 * and the library calls that before it closes the socket.
 */
#include "net/http_internal.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { STREAM_BLOCK = 1024 }; /* the library's own buffer for HTTP/1.0 readers */

struct http_stream {
    pthread_mutex_t lock;
    int refs;
    struct http_conn *conn;
    struct buf bytes;
    size_t taken; /* of bytes */
    bool ended;   /* nothing more is accepted */
    bool waiting; /* the connection is suspended for want of bytes */
    bool counted; /* in server->suspended */
};

struct http_stream *http_stream_new(size_t queue_max)
{
    struct http_stream *s = http_alloc(sizeof *s);
    if (pthread_mutex_init(&s->lock, NULL)) PANIC("pthread_mutex_init");
    s->refs = 1;
    buf_init(&s->bytes, queue_max);
    return s;
}

void http_reply_stream(struct http_reply *reply, struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->refs++;
    pthread_mutex_unlock(&s->lock);
    reply->stream = s;
}

/* With the lock held; releases it. */
static void drop_reference(struct http_stream *s)
{
    bool last = --s->refs == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last) return;
    buf_release(&s->bytes);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void http_stream_release(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    drop_reference(s);
}

static void wake(struct http_stream *s)
{
    if (!s->waiting) return;
    s->waiting = false;
    http_io_resume(s->conn);
}

/* With the lock held. */
static void cut(struct http_stream *s)
{
    s->ended = true;
    s->taken = 0;
    buf_release(&s->bytes);
    if (s->conn) shutdown(s->conn->fd, SHUT_RDWR);
    wake(s);
}

/* Makes room by moving what was not taken to the front. */
static bool queue_bytes(struct http_stream *s, struct str bytes)
{
    size_t left = s->bytes.len - s->taken;
    if (bytes.len > s->bytes.cap - left) return false;
    if (s->taken > 0) {
        memmove(s->bytes.at, s->bytes.at + s->taken, left);
        s->bytes.len = left;
        s->taken = 0;
    }
    buf_put(&s->bytes, bytes);
    return true;
}

bool http_stream_send(struct http_stream *s, struct str bytes)
{
    pthread_mutex_lock(&s->lock);
    bool ok = !s->ended && queue_bytes(s, bytes);
    if (ok) {
        wake(s);
    } else if (!s->ended) {
        cut(s);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

void http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    /* From here on the rest is a reply like others: it has its time to be taken. */
    if (!s->ended && s->conn)
        atomic_store(&s->conn->deadline, http_now() + s->conn->server->options.body_timeout_ms);
    s->ended = true;
    wake(s);
    pthread_mutex_unlock(&s->lock);
}

void http_stream_cut(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    cut(s);
    pthread_mutex_unlock(&s->lock);
}

static void seen_resumed(struct http_stream *s)
{
    if (!s->counted) return;
    s->counted = false;
    http_suspended_done(s->conn->server);
}

/* Called by the library when it can send. */
static ssize_t take(void *stream, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct http_stream *s = stream;
    ssize_t n;
    pthread_mutex_lock(&s->lock);
    seen_resumed(s);
    size_t left = s->bytes.len - s->taken;
    if (left > 0) {
        size_t part = left < max ? left : max;
        memcpy(out, s->bytes.at + s->taken, part);
        s->taken += part;
        if (s->taken == s->bytes.len) {
            buf_release(&s->bytes);
            s->taken = 0;
        }
        n = (ssize_t)part;
    } else if (s->ended || atomic_load(&s->conn->server->stopping)) {
        s->ended = true;
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->waiting = true;
        s->counted = true;
        http_suspended_add(s->conn->server);
        MHD_suspend_connection(s->conn->mhd);
        n = 0;
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* Called by the library when the response is over or its connection is lost. */
static void gone(void *stream)
{
    struct http_stream *s = stream;
    struct http_conn *c = s->conn; /* set before the response existed, and unset only here */
    pthread_mutex_lock(&c->server->conns_lock);
    c->stream = NULL; /* the guard thread must not use it any more */
    pthread_mutex_unlock(&c->server->conns_lock);
    pthread_mutex_lock(&s->lock);
    seen_resumed(s);
    s->ended = true;
    s->waiting = false;
    s->conn = NULL;
    s->taken = 0;
    buf_release(&s->bytes);
    drop_reference(s);
}

/* The reply's reference becomes that of the response. */
struct MHD_Response *http_stream_attach(struct http_stream *s, struct http_conn *c)
{
    pthread_mutex_lock(&s->lock);
    ASSERT(!s->conn);
    s->conn = c;
    pthread_mutex_unlock(&s->lock);
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, take, s, gone);
    if (!r) PANIC("out of memory: stream");
    if (MHD_add_response_header(r, "Cache-Control", "no-store") != MHD_YES)
        PANIC("out of memory: stream headers");
    return r;
}
