/*
 * http_internal.h: what the parts of the HTTP server share; nobody outside src/net/http_*.c
 * includes it.
 *
 * Threads: those that run libmicrohttpd (all callbacks; http_io.c), `workers` (handle), one guard
 * thread (accept, deadlines, lingering closes). One request of a connection is worked on by one
 * thread at a time: the I/O thread until it suspends the connection, then a worker, then the I/O
 * thread again after http_io_resume. Locks, in the order in which they may nest:
 * conns_lock, queue_lock, http_stream.lock, the library's own, suspended_lock; http_io.lock alone.
 */
#ifndef NET_HTTP_INTERNAL_H
#define NET_HTTP_INTERNAL_H

#include "net/http_guard.h"
#include "net/http_server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    HTTP_POOL_SIZE = 16 * 1024, /* per connection: request line, headers and the write buffer */
    HTTP_TARGET_MAX = 8 * 1024,
    HTTP_HEADERS_MAX = 12 * 1024, /* the rest of the pool is for the reply's headers */
    HTTP_LINGER_MAX = 64,
    HTTP_IO_THREADS_MAX = 4,
    HTTP_FILES_FOR_OTHERS = 128, /* databases, logs, outgoing calls, lingering sockets */
    HTTP_SPOOLS_STANDARD = 1024 * 1024 * 1024,
    HTTP_STREAM_SEND_BUFFER = 64 * 1024, /* of the kernel; the default would grow to megabytes */
};

enum http_phase {
    HTTP_IDLE,   /* nothing of the next request is known */
    HTTP_HEADER, /* its request line has arrived */
    HTTP_BODY,   /* its headers have passed the guard */
    HTTP_WORK,   /* suspended: queued or with a worker */
    HTTP_REPLY,
    HTTP_STREAM,
};

/* Values of http_conn.deadline that are not a time. */
enum { HTTP_NO_DEADLINE = 0, HTTP_DEADLINE_CUT = -1 };

struct http_conn {
    struct http_conn *next, *prev; /* of server->conns, oldest first; conns_lock */
    struct http_server *server;
    struct http_io *io;
    struct MHD_Connection *mhd;
    int fd;
    _Atomic enum http_phase phase;
    _Atomic time_ms deadline; /* whoever swaps a time for CUT, the guard thread, shuts the socket */
    struct http_stream *stream; /* in HTTP_STREAM; conns_lock */
    char peer[INET6_ADDRSTRLEN];

    /* The request. */
    struct buf target; /* path and query as sent */
    struct buf body;
    size_t body_max;
    size_t body_len;     /* what has arrived of it */
    size_t body_counted; /* part of server->bodies, or server->spools */
    bool spooled;        /* into a file instead of `body` */
    int spool;           /* -1: nothing of it has arrived */
    struct str method;
    bool head;
    bool in_flight;
    bool late;      /* cut at its deadline before the line was read */
    bool refused;   /* answered past the library; what still arrives is to be drained */
    bool suspended; /* counted in server->suspended */
    struct http_conn *queued_next;

    /* Its reply, made by a worker. */
    struct MHD_Response *response; /* NULL: http_reply.cut */
    unsigned status;
    size_t reply_len;
    struct http_stream *reply_stream;
};

struct http_linger {
    int fd;
    time_ms until;
};

/* An accepted socket on its way from the guard thread. */
struct http_incoming {
    int fd;
    socklen_t address_len;
    struct sockaddr_storage address;
};

struct http_io {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    int wake_fd; /* eventfd */
    atomic_bool woken;
    pthread_mutex_t lock;
    struct buf incoming; /* of struct http_incoming; lock */
    atomic_bool quit;
};

struct http_server {
    struct http_server_options options;
    struct http_io ios[HTTP_IO_THREADS_MAX];
    unsigned io_count;
    unsigned io_next; /* guard thread's: whose turn it is to get a connection */
    int port;
    int listen_fd; /* guard thread's; -1 once draining */
    int wake_fd;   /* eventfd: something for the guard thread */
    time_ms tick_ms;
    pthread_t guard;
    bool guard_running;

    pthread_mutex_t conns_lock;
    pthread_cond_t conns_gone; /* signalled when the last one goes */
    struct http_conn *conns, *conns_last;
    size_t conn_count; /* from accept(2) on, so also of some that are not in the list yet */
    struct http_linger lingers[HTTP_LINGER_MAX];
    size_t linger_count;

    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled;
    struct http_conn *queue, *queue_last;
    size_t queue_len;
    int workers_idle;
    pthread_t *workers;
    int worker_count;

    pthread_mutex_t suspended_lock;
    pthread_cond_t suspended_none;
    atomic_size_t suspended; /* connections, until an I/O thread has seen that they were resumed */

    atomic_bool draining; /* replies close their connection, idle ones are closed */
    atomic_bool stopping; /* nothing is suspended any more, queued requests get a 503 */
    atomic_bool guard_quit;
    atomic_size_t in_flight;
    atomic_size_t bodies; /* bytes of request bodies held in memory */
    atomic_size_t spools; /* and in files */
    atomic_uint_fast64_t requests, refused, timed_out;
};

static inline time_ms http_now(void)
{
    return clock_monotonic(clock_system());
}

/* http_server.c */
void *http_alloc(size_t size); /* zeroed; never NULL */
void http_suspended_add(struct http_server *s);
void http_suspended_done(struct http_server *s);

/* http_listen.c */
MUST_USE enum err http_listen(struct str address, int *fd, int *port, struct error *e);

/* http_io.c */
MUST_USE bool http_io_start(struct http_server *s);
void http_io_stop(struct http_server *s); /* nothing may be suspended any more */
/* Of a suspended connection; from here on it is the I/O thread's. */
void http_io_resume(struct http_conn *c);
void http_io_add(struct http_io *io, const struct http_incoming *incoming);

/* http_conn.c: the callbacks of the library. */
void http_conn_notify(
    void *io, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code);
void *http_conn_target(void *server, const char *target, struct MHD_Connection *mhd);
enum MHD_Result http_conn_access(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *data_len, void **context);
void http_conn_completed(
    void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);

/* http_guard_thread.c */
void *http_guard_run(void *server);
void http_guard_wake(struct http_server *s);
void http_linger_add(struct http_server *s, int fd); /* takes a duplicate; conns_lock is held */

/* http_worker.c */
bool http_queue_put(struct http_conn *c); /* suspends and queues; false: full or stopping */
MUST_USE bool http_workers_start(struct http_server *s);
void http_workers_stop(struct http_server *s); /* joins; what is still queued gets a 503 */

/* http_reply.c */
void http_problem_put(struct buf *out, int status, const char *code, const char *detail);
void http_reply_prepare(struct http_conn *c, struct http_reply *reply); /* fills c->response */
void http_reply_prepare_problem(
    struct http_conn *c, int status, const char *code, const char *detail);
/* Writes a whole reply to the socket at once, past the library, which can say nothing before it has
 * read a body to its end. The connection has to be closed after it. */
void http_reply_raw(struct http_conn *c, int status, const char *code, const char *detail);

/* http_stream.c */
struct MHD_Response *http_stream_attach(struct http_stream *s, struct http_conn *c);
void http_stream_cut(struct http_stream *s); /* what is queued is dropped */

#endif
