/*
 * http_server.h: HTTP/1.1 in, on libmicrohttpd behind a guard.
 *
 * The library's epoll thread reads a request whole (within limits and deadlines), suspends the
 * connection and hands it to one of `workers` threads, which calls `handle`; the library's thread
 * sends the reply. The guard refuses, with 400 and close, what 0.9.75 lets through and request
 * smuggling is made of (libraries.md 2.5): two Content-Length, Content-Length with
 * Transfer-Encoding, an unknown Transfer-Encoding, none or several Host. Bodies over `body_max` get
 * an early 413; slow headers and bodies are cut at their deadline.
 *
 * The request and all it points at live until `handle` returns.
 */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

struct http_server;
struct http_stream;

struct http_field {
    struct str name;
    struct str value;
};

enum { HTTP_QUERY_FIELDS_MAX = 64, HTTP_REPLY_HEADERS_MAX = 16 };

struct http_request {
    struct str method; /* "GET"; HEAD arrives as GET with head set */
    bool head;
    struct str path;                                /* raw, as sent, without the query */
    struct http_field query[HTTP_QUERY_FIELDS_MAX]; /* percent-decoded, in order */
    size_t query_count;
    bool query_bad; /* not decodable, or too many: answer 400 */
    struct str body;
    struct str peer;     /* address of the other side, without port */
    struct arena *arena; /* for the handler's work; reset after the reply */
    void *private_;
};

struct str http_request_header(const struct http_request *req, struct str name); /* "" when none */

struct http_reply {
    int status;
    struct buf body;                                   /* released by the server */
    struct http_field headers[HTTP_REPLY_HEADERS_MAX]; /* live in req->arena or are static */
    size_t header_count;
    struct str shared_body;     /* instead of body: bytes that outlive the server (assets) */
    struct http_stream *stream; /* instead of body: http_stream_new(); text/event-stream */
};

void http_reply_header(struct http_reply *reply, struct str name, struct str value);

/*
 * A reply without end (server-sent events). Reference counted: the server holds one, the creator
 * another. Sending queues bytes; a reader too slow for `queue_max` bytes is cut. Any thread.
 */
struct http_stream *http_stream_new(struct http_server *server, size_t queue_max);
bool http_stream_send(struct http_stream *s, struct str bytes); /* false: the reader is gone */
void http_stream_release(struct http_stream *s);

struct http_server_options {
    struct str listen; /* "127.0.0.1:8080", "[::1]:0"; port 0 picks a free one */
    int workers;
    size_t body_max;
    size_t (*body_max_of)(void *ctx, struct str method, struct str path); /* may be NULL */
    size_t connections_max;
    size_t queue_max;          /* requests waiting for a worker; beyond: 503 */
    time_ms header_timeout_ms; /* from the first byte to the end of the headers; also idle */
    time_ms body_timeout_ms;
    size_t arena_max;
    void (*handle)(void *ctx, struct http_request *req, struct http_reply *reply);
    void *ctx;
};

MUST_USE enum err http_server_start(
    const struct http_server_options *options, struct http_server **out, struct error *e);
int http_server_port(const struct http_server *s);

/* Refuses new connections, lets running requests finish (at most timeout_ms), closes streams and
 * idle connections, joins its threads. */
void http_server_stop(struct http_server *s, time_ms timeout_ms);

#endif
