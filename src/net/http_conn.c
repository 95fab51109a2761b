/*
 * http_conn.c: one connection, as the library's callbacks tell about it (all on its I/O thread).
 *
 * The order of a request: http_conn_target, access with the headers (the guard decides), access
 * with pieces of the body, access at the end (suspended, queued), after the worker access again
 * (the reply is handed over), completed. Returning MHD_NO closes the connection.
 */
#include "net/http_body.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void set_deadline(struct http_conn *c, time_ms after)
{
    atomic_store(&c->deadline, http_now() + after);
}

/* False when the guard thread was faster and has shut the socket. */
static bool clear_deadline(struct http_conn *c)
{
    return atomic_exchange(&c->deadline, HTTP_NO_DEADLINE) != HTTP_DEADLINE_CUT;
}

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void write_peer(struct http_conn *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    const void *bytes = NULL;
    if (address && address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    if (address && address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (!bytes || !inet_ntop(address->sa_family, bytes, c->peer, sizeof c->peer)) c->peer[0] = '\0';
}

static void conn_open(struct http_io *io, struct MHD_Connection *mhd, void **context)
{
    struct http_server *s = io->server;
    struct http_conn *c = http_alloc(sizeof *c);
    c->server = s;
    c->io = io;
    c->mhd = mhd;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    buf_init(&c->target, HTTP_TARGET_MAX);
    buf_init(&c->body, SIZE_MAX / 4); /* counted by hand */
    c->spool = -1;
    write_peer(c);
    atomic_init(&c->phase, HTTP_IDLE);
    atomic_init(&c->deadline, http_now() + s->options.header_timeout_ms);
    pthread_mutex_lock(&s->conns_lock);
    c->prev = s->conns_last;
    if (c->prev)
        c->prev->next = c;
    else
        s->conns = c;
    s->conns_last = c;
    pthread_mutex_unlock(&s->conns_lock);
    *context = c;
}

/* The library has said its last word (FIN) and closes the socket after this. Bytes that were not
 * read would make the kernel send a reset, which can overtake the reply: then the socket lingers.
 */
static void conn_close(struct http_conn *c)
{
    struct http_server *s = c->server;
    int unread = 0;
    pthread_mutex_lock(&s->conns_lock);
    if (!atomic_load(&s->stopping) &&
        (c->refused || (!ioctl(c->fd, FIONREAD, &unread) && unread > 0)))
        http_linger_add(s, c->fd);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    else
        s->conns_last = c->prev;
    s->conn_count--;
    if (s->conn_count == 0) pthread_cond_broadcast(&s->conns_gone);
    pthread_mutex_unlock(&s->conns_lock);
    buf_release(&c->target);
    http_body_end(c);
    buf_release(&c->body);
    free(c);
}

void http_conn_notify(
    void *io, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        conn_open(io, mhd, context);
    } else if (*context) {
        conn_close(*context);
        *context = NULL;
    }
}

void *http_conn_target(void *server, const char *target, struct MHD_Connection *mhd)
{
    struct http_server *s = server;
    struct http_conn *c = conn_of(mhd);
    buf_clear(&c->target);
    if (target) buf_put(&c->target, str_of(target));
    c->head = false;
    c->late = !clear_deadline(c);
    if (!c->late) set_deadline(c, s->options.header_timeout_ms);
    atomic_store(&c->phase, HTTP_HEADER);
    return c;
}

static enum MHD_Result refuse(struct http_conn *c, int status, const char *code, const char *why)
{
    atomic_fetch_add(&c->server->refused, 1);
    if (c->late || !clear_deadline(c)) return MHD_NO;
    http_reply_raw(c, status, code, why);
    return MHD_NO;
}

/* The library ends a line at CR LF, LF or, when it reads the value, at a NUL; of the first it
 * leaves two NULs behind the value (white space when it trimmed some). Anything else there is a NUL
 * or a bare LF that another reader of the same bytes would have understood differently. */
static bool ends_cleanly(const char *value, size_t len)
{
    char behind = value[len + 1];
    return behind == '\0' || behind == ' ' || behind == '\t';
}

static enum MHD_Result show_header(void *guard, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct http_guard *g = guard;
    http_guard_header(g, (struct str){ name, name_len }, (struct str){ value, value_len });
    if (value && !ends_cleanly(value, value_len))
        g->fault = "A header holds a NUL or does not end in CR LF.";
    return MHD_YES;
}

static enum MHD_Result refuse_body(struct http_conn *c, const struct http_body_fault *fault)
{
    return refuse(c, fault->status, fault->code, fault->why);
}

static enum MHD_Result first_call(
    struct http_conn *c, const char *url, const char *method, const char *version)
{
    struct http_guard g;
    c->method = str_of(method);
    c->head = str_eq(c->method, S("HEAD"));
    if (c->head) c->method = S("GET");
    http_guard_init(&g);
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, show_header, &g);
    if (c->late) return MHD_NO;

    if (c->target.failed) return refuse(c, 414, "uri_too_long", "The URI is too long.");
    if (g.bytes > HTTP_HEADERS_MAX)
        return refuse(c, 431, "headers_too_large", "The headers are too large.");
    const char *why = http_guard_verdict(&g, buf_str(&c->target), str_of(version));
    if (why) return refuse(c, 400, "bad_header", why);
    /* Both point into the line as it was received; a NUL would have cut the target short. */
    if ((uintptr_t)version - (uintptr_t)url != c->target.len + 1)
        return refuse(c, 400, "bad_header", "The request line is not sound.");

    atomic_fetch_add(&c->server->requests, 1);
    atomic_fetch_add(&c->server->in_flight, 1);
    c->in_flight = true;
    atomic_store(&c->phase, HTTP_BODY);
    bool has_body = g.chunked || (g.lengths && g.content_length > 0);
    if (!has_body) return MHD_YES;

    int64_t length = -1;
    if (g.lengths) length = g.content_length > INT64_MAX ? INT64_MAX : (int64_t)g.content_length;
    const struct http_body_fault *fault = http_body_begin(c, length);
    if (fault) return refuse_body(c, fault);
    set_deadline(c, http_body_time(c, length));
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_conn *c, struct str piece)
{
    const struct http_body_fault *fault = http_body_add(c, piece);
    return fault ? refuse_body(c, fault) : MHD_YES;
}

static enum MHD_Result reset(struct http_conn *c)
{
    setsockopt(
        c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
    return MHD_NO;
}

static enum MHD_Result hand_over_reply(struct http_conn *c)
{
    struct http_server *s = c->server;
    struct MHD_Response *r = c->response;
    c->response = NULL;
    if (!r) return reset(c); /* the handler wished it: http_reply.cut */
    if (c->reply_stream) {
        setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &(int){ HTTP_STREAM_SEND_BUFFER }, sizeof(int));
        pthread_mutex_lock(&s->conns_lock);
        c->stream = c->reply_stream;
        atomic_store(&c->phase, HTTP_STREAM);
        pthread_mutex_unlock(&s->conns_lock);
        if (atomic_load(&s->draining)) http_stream_end(c->reply_stream);
    } else {
        atomic_store(&c->phase, HTTP_REPLY);
        set_deadline(c, s->options.body_timeout_ms +
                            (time_ms)(c->reply_len * 1000 / (size_t)HTTP_REPLY_RATE_MIN));
    }
    enum MHD_Result rc = MHD_queue_response(c->mhd, c->status, r);
    MHD_destroy_response(r);
    return rc;
}

static enum MHD_Result last_call(struct http_conn *c)
{
    if (c->suspended) {
        c->suspended = false;
        http_suspended_done(c->server);
        return hand_over_reply(c);
    }
    if (!clear_deadline(c)) return MHD_NO;
    atomic_store(&c->phase, HTTP_WORK);
    if (http_queue_put(c)) return MHD_YES;
    atomic_fetch_add(&c->server->refused, 1);
    http_reply_prepare_problem(c, 503, "unavailable", "The server is busy; try again.");
    return hand_over_reply(c);
}

/* NOLINTNEXTLINE(readability-function-size): MHD_AccessHandlerCallback, of libmicrohttpd. */
enum MHD_Result http_conn_access(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *data_len, void **context)
{
    (void)server;
    (void)mhd;
    struct http_conn *c = *context;
    if (atomic_load(&c->phase) == HTTP_HEADER) return first_call(c, url, method, version);
    if (*data_len == 0) return last_call(c);
    struct str piece = { data, *data_len };
    *data_len = 0;
    return take_body(c, piece);
}

void http_conn_completed(
    void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
    (void)mhd;
    (void)code;
    struct http_server *s = server;
    struct http_conn *c = *context;
    if (!c) return;
    enum http_phase phase = atomic_load(&c->phase);
    bool cut = atomic_load(&c->deadline) == HTTP_DEADLINE_CUT;
    if (cut && (phase == HTTP_HEADER || phase == HTTP_BODY))
        http_reply_raw(c, 408, "timeout", "The request did not arrive in time.");
    c->late = false;
    if (c->suspended) {
        c->suspended = false;
        http_suspended_done(s);
    }
    pthread_mutex_lock(&s->conns_lock);
    c->stream = NULL;
    atomic_store(&c->phase, HTTP_IDLE);
    pthread_mutex_unlock(&s->conns_lock);
    c->reply_stream = NULL;
    if (c->response) MHD_destroy_response(c->response);
    c->response = NULL;
    http_body_end(c);
    if (c->in_flight) atomic_fetch_sub(&s->in_flight, 1);
    c->in_flight = false;
    set_deadline(c, s->options.header_timeout_ms);
}
