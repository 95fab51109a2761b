/* fake_server.c: the functions of net/http_server.h for requests made by hand; see kit.h. */
#include "kit.h"

#include "base/assert.h"
#include "fake_server.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct str http_request_header(const struct http_request *req, struct str name)
{
    const struct fake_headers *h = req->private_;
    for (size_t i = 0; i < h->count; i++)
        if (str_eq_nocase(h->fields[i].name, name)) return h->fields[i].value;
    return S("");
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_path_decode(struct str piece, struct arena *a, struct str *out)
{
    char *text = arena_new(a, char, piece.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < piece.len; i++) {
        text[n] = piece.at[i];
        if (piece.at[i] == '%' && i + 2 < piece.len + 0 && hex(piece.at[i + 1]) >= 0) {
            text[n] = (char)(hex(piece.at[i + 1]) * 16 + hex(piece.at[i + 2]));
            i += 2;
        }
        n++;
    }
    *out = (struct str){ text, n };
    return str_is_utf8(*out) && !str_contains(*out, (struct str){ "", 1 });
}

void http_reply_header(struct http_reply *reply, struct str name, struct str value)
{
    ASSERT(reply->header_count < HTTP_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] = (struct http_field){ name, value };
}

void http_reply_drop_file(struct http_reply *reply)
{
    if (reply->has_file) close(reply->file);
    reply->has_file = false;
}

void http_reply_file(struct http_reply *reply, int fd, int64_t size)
{
    http_reply_drop_file(reply);
    reply->has_file = true;
    reply->file = fd;
    reply->file_size = size;
}

void http_server_stats(struct http_server *s, struct http_server_stats *out)
{
    (void)s;
    *out = (struct http_server_stats){ 0 };
}

struct http_stream {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct buf bytes;
    bool ended;
    int refs;
};

struct http_stream *http_stream_new(size_t queue_max)
{
    struct http_stream *s = calloc(1, sizeof *s);
    ASSERT(s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    buf_init(&s->bytes, queue_max);
    s->refs = 1;
    return s;
}

void http_reply_stream(struct http_reply *reply, struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->refs++;
    pthread_mutex_unlock(&s->lock);
    reply->stream = s;
}

bool http_stream_send(struct http_stream *s, struct str bytes)
{
    pthread_mutex_lock(&s->lock);
    buf_put(&s->bytes, bytes);
    bool there = !s->ended;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    return there;
}

void http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

void http_stream_release(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    bool last = --s->refs == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last) return;
    buf_release(&s->bytes);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

bool kit_stream_has(struct http_stream *s, const char *text)
{
    pthread_mutex_lock(&s->lock);
    bool has = str_contains(buf_str(&s->bytes), str_of(text));
    pthread_mutex_unlock(&s->lock);
    return has;
}

void kit_stream_await(struct kit *k, struct http_stream *s, const char *text)
{
    enum { PATIENCE_SECONDS = 20 };
    struct timespec until = { .tv_sec = time(NULL) + PATIENCE_SECONDS };
    int late = 0;
    pthread_mutex_lock(&s->lock);
    while (!late && !str_contains(buf_str(&s->bytes), str_of(text)))
        late = pthread_cond_timedwait(&s->more, &s->lock, &until);
    struct str got = arena_str(&k->arena, buf_str(&s->bytes));
    pthread_mutex_unlock(&s->lock);
    if (late) fail_msg("\"%s\" never came, but this did: %.*s", text, STR_FMT(got));
}
