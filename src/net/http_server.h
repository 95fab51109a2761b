/*
 * http_server.h: HTTP/1.1 in, on libmicrohttpd behind a guard.
 *
 * The library's epoll thread reads a request whole (within limits and deadlines), suspends the
 * connection and hands it to one of `workers` threads, which calls `handle`; the library's thread
 * sends the reply. The guard refuses, with 400 and close, what 0.9.75 lets through and request
 * smuggling is made of (libraries.md 2.5): two Content-Length, Content-Length with
 * Transfer-Encoding, an unknown Transfer-Encoding, none or several Host. Bodies over `body_max` get
 * an early 413; slow headers, bodies and readers are cut at their deadline. Whatever the guard
 * refuses is answered with application/problem+json; the library's own error pages (431, broken
 * chunks) are HTML.
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

/* 100 of a parameter that may repeat, and all others. */
enum { HTTP_QUERY_FIELDS_MAX = 128, HTTP_REPLY_HEADERS_MAX = 16 };

struct http_request {
    struct str method; /* "GET"; HEAD arrives as GET with head set */
    bool head;
    struct str path;                                /* raw, as sent, without the query */
    struct http_field query[HTTP_QUERY_FIELDS_MAX]; /* decoded, in order; UTF-8 without NUL */
    size_t query_count;
    bool query_bad; /* not decodable, not such UTF-8, or too many: answer 400 */
    struct str body;
    int file;            /* a spooled body (spool_max_of), closed after the reply; -1: none came */
    int64_t file_size;   /* its bytes */
    struct str peer;     /* address of the other side, without port */
    struct arena *arena; /* for the handler's work; reset after the reply */
    void *private_;
};

struct str http_request_header(const struct http_request *req, struct str name); /* "" when none */

/* Of a piece of req->path. False on a broken escape, or when the result is not UTF-8 or holds NUL.
 */
bool http_path_decode(struct str piece, struct arena *a, struct str *out);

struct http_reply {
    int status;
    struct buf body;                                   /* released by the server */
    struct http_field headers[HTTP_REPLY_HEADERS_MAX]; /* live in req->arena or are static */
    size_t header_count;
    struct str shared_body; /* instead of body: bytes that outlive the server (assets) */
    /* Instead of body, by http_reply_stream; text/event-stream unless a header gives a type. */
    struct http_stream *stream;
    bool has_file; /* instead of body, by http_reply_file */
    int file;
    int64_t file_size;
    bool cut; /* instead of all this: the connection is reset, without a word */
};

void http_reply_header(struct http_reply *reply, struct str name, struct str value);

/* The first `size` bytes of a regular file are the body; they are sent from it in constant memory,
 * at the reader's pace and without holding a worker. Takes fd, which is closed in any case; a file
 * given before is let go. */
void http_reply_file(struct http_reply *reply, int fd, int64_t size);
void http_reply_drop_file(struct http_reply *reply);

/*
 * A reply whose bytes come later, or without end (server-sent events). Reference counted: its
 * creator holds one reference, and a reply that was given it another while the reader is there.
 * Sending queues bytes; a reader too slow for `queue_max` bytes is cut. A reader that left is
 * noticed within seconds, or when bytes are sent. Any thread, also after the server has stopped.
 */
struct http_stream *http_stream_new(size_t queue_max);
bool http_stream_send(struct http_stream *s, struct str bytes); /* false: the reader is gone */
void http_stream_end(struct http_stream *s); /* what is queued is still sent, then the reply ends */
void http_stream_release(struct http_stream *s);
/* The reply takes a reference at once: another thread may already send, end and release. */
void http_reply_stream(struct http_reply *reply, struct http_stream *s);

struct http_server_options {
    struct str listen; /* "127.0.0.1:8080", "[::1]:0"; port 0 picks a free one */
    int workers;
    size_t body_max;
    size_t (*body_max_of)(void *ctx, struct str method, struct str path); /* may be NULL */
    size_t bodies_max; /* of all unfinished requests together, beyond: 503; 0: 16 * body_max */
    /* Bodies of a route for which this gives more than 0 are written to a file without a name as
     * they arrive, up to so many bytes, and take no memory; may be NULL. Called on a thread of the
     * library: it must be quick and may not wait. */
    size_t (*spool_max_of)(void *ctx, struct str method, struct str path);
    const char *spool_dir;     /* NULL: TMPDIR, then /tmp */
    size_t spools_max;         /* bytes of all spooled bodies together, beyond: 503; 0: 1 GiB */
    size_t connections_max;    /* lowered when the process may not open as many files */
    size_t queue_max;          /* requests waiting for a worker; beyond: 503 */
    time_ms header_timeout_ms; /* from the request line to the end of the headers; also idle */
    time_ms body_timeout_ms;   /* for the whole body; and for the reply, see HTTP_REPLY_RATE_MIN */
    size_t arena_max;
    void (*handle)(void *ctx, struct http_request *req, struct http_reply *reply);
    void *ctx;
};

/* Bytes a second. A reply of n bytes has body_timeout_ms + n / rate to be taken, and a spooled body
 * of n bytes as long to arrive (by its Content-Length, or the most it may have). */
enum { HTTP_REPLY_RATE_MIN = 16 * 1024, HTTP_SPOOL_RATE_MIN = 64 * 1024 };

MUST_USE enum err http_server_start(
    const struct http_server_options *options, struct http_server **out, struct error *e);
int http_server_port(const struct http_server *s);

struct http_server_stats {
    size_t connections;
    size_t in_flight; /* requests between the end of their headers and the end of their reply */
    size_t queued;    /* of them, waiting for a worker */
    size_t spooled;   /* bytes of bodies in files, announced ones that did not arrive yet counted */
    uint64_t requests;
    uint64_t refused;   /* by the guard or for want of room */
    uint64_t timed_out; /* connections cut at a deadline, idle ones not counted */
};
void http_server_stats(struct http_server *s, struct http_server_stats *out);

/* Refuses new connections, closes idle ones and streams, and lets running requests finish for at
 * most timeout_ms; then cuts what is left, waits for the handlers that still run (they cannot be
 * killed), joins all threads and frees the server. */
void http_server_stop(struct http_server *s, time_ms timeout_ms);

#endif
