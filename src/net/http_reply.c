/* http_reply.c: a handler's reply becomes one of the library; problems (RFC 9457); raw refusals. */
#include "net/http_internal.h"

#include "base/assert.h"
#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROBLEM_MAX = 2048, RAW_MAX = 4096 };

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

static const char *reason_of(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 408:
        return "Request Timeout";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        PANIC("no reason phrase for %d", status);
    }
}

void http_problem_put(struct buf *out, int status, const char *code, const char *detail)
{
    struct jw w;
    jw_init(&w, out);
    jw_object(&w);
    jw_kstr(&w, "type", S("about:blank"));
    jw_kstr(&w, "title", str_of(reason_of(status)));
    jw_kint(&w, "status", status);
    jw_kstr(&w, "detail", str_of(detail));
    jw_kstr(&w, "code", str_of(code));
    jw_object_end(&w);
}

void http_reply_raw(struct http_conn *c, int status, const char *code, const char *detail)
{
    struct buf body, all;
    c->refused = true;
    buf_init(&body, PROBLEM_MAX);
    buf_init(&all, RAW_MAX);
    http_problem_put(&body, status, code, detail);
    buf_put_fmt(&all,
        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        status, reason_of(status), body.len);
    if (!c->head) buf_put(&all, buf_str(&body));
    ASSERT(!body.failed && !all.failed);
    /* A few hundred bytes into an empty send buffer: they fit, or the other side is gone anyway. */
    (void)!send(c->fd, all.at, all.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    buf_release(&body);
    buf_release(&all);
}

/* The library copies. It refuses line breaks, so that no value can forge a header. */
static void add_header(struct MHD_Response *r, struct str name, struct str value)
{
    char n[128], v[4096];
    if (name.len < sizeof n && value.len < sizeof v && !memchr(value.at, '\0', value.len)) {
        memcpy(n, name.at, name.len);
        n[name.len] = '\0';
        memcpy(v, value.at, value.len);
        v[value.len] = '\0';
        if (MHD_add_response_header(r, n, v) == MHD_YES) return;
    }
    LOG_ERROR("http", "bad_reply_header", "%.*s was left out", STR_FMT(name));
}

static struct MHD_Response *response_of(struct str bytes, enum MHD_ResponseMemoryMode mode)
{
    union {
        const char *at;
        void *unconst; /* the library's parameter; it does not write there */
    } u = { .at = bytes.len ? bytes.at : "" };
    struct MHD_Response *r = MHD_create_response_from_buffer(
        bytes.len, u.unconst, bytes.len ? mode : MHD_RESPMEM_PERSISTENT);
    if (!r) PANIC("out of memory: response of %zu bytes", bytes.len);
    return r;
}

void http_reply_prepare_problem(
    struct http_conn *c, int status, const char *code, const char *detail)
{
    struct buf body;
    buf_init(&body, PROBLEM_MAX);
    http_problem_put(&body, status, code, detail);
    size_t len;
    char *bytes = buf_take(&body, &len);
    c->response = response_of((struct str){ bytes, len }, MHD_RESPMEM_MUST_FREE);
    c->status = (unsigned)status;
    c->reply_len = len;
    add_header(c->response, S("Content-Type"), S("application/problem+json"));
    add_header(c->response, S("Cache-Control"), S("no-store"));
    if (atomic_load(&c->server->draining)) add_header(c->response, S("Connection"), S("close"));
}

static void drop_stream(struct http_reply *reply)
{
    if (!reply->stream) return;
    http_stream_end(reply->stream);
    http_stream_release(reply->stream);
    reply->stream = NULL;
}

static bool has_type(const struct http_reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq_nocase(reply->headers[i].name, S("content-type"))) return true;
    return false;
}

void http_reply_prepare(struct http_conn *c, struct http_reply *reply)
{
    if (reply->cut) {
        drop_stream(reply);
        http_reply_drop_file(reply);
        buf_release(&reply->body);
        c->response = NULL;
        return;
    }
    bool sound = reply->status >= 200 && reply->status <= 599 && !reply->body.failed;
    if (!sound) {
        LOG_ERROR("http", "bad_reply", "status %d, body of %zu bytes, passed its cap: %d",
            reply->status, reply->body.len, reply->body.failed);
        drop_stream(reply);
        http_reply_drop_file(reply);
        buf_release(&reply->body);
        http_reply_prepare_problem(c, 500, "internal", "The reply could not be made.");
        return;
    }
    c->status = (unsigned)reply->status;
    if (c->head) drop_stream(reply); /* nobody will read */
    if (reply->stream) {
        buf_release(&reply->body);
        c->reply_stream = reply->stream;
        c->reply_len = 0;
        c->response = http_stream_attach(reply->stream, c);
        if (!has_type(reply)) add_header(c->response, S("Content-Type"), S("text/event-stream"));
    } else if (reply->has_file) {
        buf_release(&reply->body);
        c->reply_len = (size_t)reply->file_size;
        c->response = MHD_create_response_from_fd64((uint64_t)reply->file_size, reply->file);
        if (!c->response) PANIC("out of memory: response from a file");
    } else if (reply->shared_body.len > 0) {
        buf_release(&reply->body);
        c->reply_len = reply->shared_body.len;
        c->response = response_of(reply->shared_body, MHD_RESPMEM_PERSISTENT);
    } else if (reply->body.len > 0) {
        char *bytes = buf_take(&reply->body, &c->reply_len);
        c->response = response_of((struct str){ bytes, c->reply_len }, MHD_RESPMEM_MUST_FREE);
    } else {
        buf_release(&reply->body);
        c->reply_len = 0;
        c->response = response_of(S(""), MHD_RESPMEM_PERSISTENT);
    }
    for (size_t i = 0; i < reply->header_count; i++)
        add_header(c->response, reply->headers[i].name, reply->headers[i].value);
    if (atomic_load(&c->server->draining)) add_header(c->response, S("Connection"), S("close"));
}
