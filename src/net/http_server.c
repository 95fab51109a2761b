/* http_server.c: starting, stopping and counting; see http_server.h and http_internal.h. */
#include "net/http_internal.h"

#include "base/assert.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    HTTP_TICK_MIN_MS = 10,
    HTTP_TICK_MAX_MS = 250,
};

void *http_alloc(size_t size)
{
    void *p = calloc(1, size); /* tidy: allow, connections outlive every arena */
    if (!p) PANIC("out of memory: %zu bytes", size);
    return p;
}

void http_suspended_add(struct http_server *s)
{
    atomic_fetch_add(&s->suspended, 1);
}

void http_suspended_done(struct http_server *s)
{
    if (atomic_fetch_sub(&s->suspended, 1) > 1 || !atomic_load(&s->stopping)) return;
    pthread_mutex_lock(&s->suspended_lock);
    pthread_cond_broadcast(&s->suspended_none);
    pthread_mutex_unlock(&s->suspended_lock);
}

/* As many connections as wanted, or as the process may have files. A soft limit below that is
 * raised: it is 1024 in most shells. */
static size_t allowed_connections(size_t wanted)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) return wanted;
    rlim_t need = (rlim_t)wanted + HTTP_FILES_FOR_OTHERS;
    if (files.rlim_cur < need) {
        files.rlim_cur = need < files.rlim_max ? need : files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) && getrlimit(RLIMIT_NOFILE, &files)) return wanted;
    }
    if (files.rlim_cur >= need) return wanted;
    size_t room = files.rlim_cur > 2 * HTTP_FILES_FOR_OTHERS
                      ? (size_t)files.rlim_cur - HTTP_FILES_FOR_OTHERS
                      : HTTP_FILES_FOR_OTHERS;
    LOG_WARN("http", "few_files", "%zu connections instead of %zu: the limit of open files", room,
        wanted);
    return room;
}

static time_ms tick_of(const struct http_server_options *o)
{
    time_ms least =
        o->header_timeout_ms < o->body_timeout_ms ? o->header_timeout_ms : o->body_timeout_ms;
    time_ms tick = least / 8;
    if (tick < HTTP_TICK_MIN_MS) return HTTP_TICK_MIN_MS;
    return tick > HTTP_TICK_MAX_MS ? HTTP_TICK_MAX_MS : tick;
}

static struct http_server *server_new(const struct http_server_options *options)
{
    struct http_server *s = http_alloc(sizeof *s);
    s->options = *options;
    s->options.connections_max = allowed_connections(options->connections_max);
    if (s->options.bodies_max == 0) s->options.bodies_max = 16 * options->body_max;
    if (s->options.spools_max == 0) s->options.spools_max = HTTP_SPOOLS_STANDARD;
    s->tick_ms = tick_of(options);
    s->listen_fd = -1;
    s->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) ||
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) ||
        pthread_mutex_init(&s->conns_lock, NULL) || pthread_mutex_init(&s->queue_lock, NULL) ||
        pthread_mutex_init(&s->suspended_lock, NULL) ||
        pthread_cond_init(&s->conns_gone, &monotonic) ||
        pthread_cond_init(&s->queue_filled, NULL) || pthread_cond_init(&s->suspended_none, NULL))
        PANIC("pthread init");
    pthread_condattr_destroy(&monotonic);
    return s;
}

static void server_free(struct http_server *s)
{
    if (s->listen_fd >= 0) close(s->listen_fd);
    if (s->wake_fd >= 0) close(s->wake_fd);
    for (size_t i = 0; i < s->linger_count; i++)
        close(s->lingers[i].fd);
    pthread_cond_destroy(&s->conns_gone);
    pthread_cond_destroy(&s->queue_filled);
    pthread_cond_destroy(&s->suspended_none);
    pthread_mutex_destroy(&s->conns_lock);
    pthread_mutex_destroy(&s->queue_lock);
    pthread_mutex_destroy(&s->suspended_lock);
    free(s);
}

/* Signals are for the thread that waits for them, never for one of ours. */
static bool start_threads(struct http_server *s)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    bool ok = http_io_start(s) && http_workers_start(s);
    if (ok) ok = s->guard_running = !pthread_create(&s->guard, NULL, http_guard_run, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return ok;
}

enum err http_server_start(
    const struct http_server_options *options, struct http_server **out, struct error *e)
{
    ASSERT(options->handle && options->workers > 0 && options->connections_max > 0);
    ASSERT(options->header_timeout_ms > 0 && options->body_timeout_ms > 0);
    struct http_server *s = server_new(options);
    enum err rc = http_listen(options->listen, &s->listen_fd, &s->port, e);
    if (rc) {
        server_free(s);
        return rc;
    }
    if (s->wake_fd < 0 || !start_threads(s)) {
        rc = error_set(e, ERR_UNAVAILABLE, "cannot start the HTTP server: %s", strerror(errno));
        http_server_stop(s, 0);
        return rc;
    }
    *out = s;
    return OK;
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_stats(struct http_server *s, struct http_server_stats *out)
{
    pthread_mutex_lock(&s->conns_lock);
    out->connections = s->conn_count;
    pthread_mutex_unlock(&s->conns_lock);
    pthread_mutex_lock(&s->queue_lock);
    out->queued = s->queue_len;
    pthread_mutex_unlock(&s->queue_lock);
    out->in_flight = atomic_load(&s->in_flight);
    out->spooled = atomic_load(&s->spools);
    out->requests = atomic_load(&s->requests);
    out->refused = atomic_load(&s->refused);
    out->timed_out = atomic_load(&s->timed_out);
}

static void wait_conns_gone(struct http_server *s, time_ms timeout_ms)
{
    time_ms until = http_now() + timeout_ms;
    struct timespec t = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
    pthread_mutex_lock(&s->conns_lock);
    while (s->conn_count > 0)
        if (pthread_cond_timedwait(&s->conns_gone, &s->conns_lock, &t)) break;
    pthread_mutex_unlock(&s->conns_lock);
}

/* MHD_stop_daemon aborts the process when a connection is still suspended. */
static void wait_none_suspended(struct http_server *s)
{
    pthread_mutex_lock(&s->suspended_lock);
    while (atomic_load(&s->suspended) > 0)
        pthread_cond_wait(&s->suspended_none, &s->suspended_lock);
    pthread_mutex_unlock(&s->suspended_lock);
}

void http_server_stop(struct http_server *s, time_ms timeout_ms)
{
    atomic_store(&s->draining, true);
    if (s->guard_running) {
        http_guard_wake(s);
        wait_conns_gone(s, timeout_ms);
    }
    http_workers_stop(s); /* sets `stopping`: from here the guard thread cuts everything */
    if (s->guard_running) {
        http_guard_wake(s);
        wait_none_suspended(s);
        atomic_store(&s->guard_quit, true);
        http_guard_wake(s);
        if (pthread_join(s->guard, NULL)) PANIC("pthread_join");
    }
    http_io_stop(s);
    server_free(s);
}
