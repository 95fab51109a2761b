/*
 * http_body.c: a request's body, in memory or in a file without a name.
 *
 * What all bodies together may take is counted before they arrive, where their length is known, and
 * while they do, where it is not. Pieces of a spooled body are written by the library's thread:
 * they go to the page cache, which is as quick as keeping them.
 */
#include "net/http_body.h"

#include "base/temp_file.h"

#include <unistd.h>

/* Memory of a body that a connection keeps for its next request. */
enum { HTTP_BODY_KEPT = 4096 };

static const struct http_body_fault too_large = { 413, "too_large",
    "The body is larger than this route accepts." };
static const struct http_body_fault too_many = { 503, "unavailable",
    "Too many large requests at once; try again." };
static const struct http_body_fault no_room = { 503, "unavailable",
    "There is no room for the body on the server's disk; try again later." };

/* Takes `more` bytes out of what all bodies together may hold. */
static bool count_body(struct http_conn *c, size_t more)
{
    struct http_server *s = c->server;
    atomic_size_t *all = c->spooled ? &s->spools : &s->bodies;
    size_t max = c->spooled ? s->options.spools_max : s->options.bodies_max;
    c->body_counted += more;
    return atomic_fetch_add(all, more) + more <= max;
}

const struct http_body_fault *http_body_begin(struct http_conn *c, int64_t length)
{
    const struct http_server_options *o = &c->server->options;
    struct str path, query;
    str_cut(http_target_origin(buf_str(&c->target)), '?', &path, &query);
    size_t spool_max = o->spool_max_of ? o->spool_max_of(o->ctx, c->method, path) : 0;
    c->spooled = spool_max > 0;
    c->body_max = o->body_max_of ? o->body_max_of(o->ctx, c->method, path) : o->body_max;
    if (c->spooled) c->body_max = spool_max;
    if (length < 0) return NULL;
    if ((uint64_t)length > c->body_max) return &too_large;
    return count_body(c, (size_t)length) ? NULL : &too_many;
}

time_ms http_body_time(const struct http_conn *c, int64_t length)
{
    time_ms time = c->server->options.body_timeout_ms;
    if (!c->spooled) return time;
    int64_t most = length >= 0 ? length : (int64_t)c->body_max;
    return time + most * 1000 / HTTP_SPOOL_RATE_MIN;
}

const struct http_body_fault *http_body_add(struct http_conn *c, struct str piece)
{
    if (piece.len > c->body_max - c->body_len) return &too_large;
    size_t need = c->body_len + piece.len;
    if (need > c->body_counted && !count_body(c, need - c->body_counted)) return &too_many;
    c->body_len = need;
    if (!c->spooled) {
        buf_put(&c->body, piece);
        return NULL;
    }
    if (c->spool < 0) c->spool = temp_file_open(c->server->options.spool_dir);
    return c->spool >= 0 && temp_file_write(c->spool, piece) ? NULL : &no_room;
}

void http_body_end(struct http_conn *c)
{
    struct http_server *s = c->server;
    if (c->body.room > HTTP_BODY_KEPT)
        buf_release(&c->body);
    else
        buf_clear(&c->body);
    if (c->spool >= 0) close(c->spool);
    c->spool = -1;
    atomic_fetch_sub(c->spooled ? &s->spools : &s->bodies, c->body_counted);
    c->body_counted = 0;
    c->body_len = 0;
    c->spooled = false;
}
