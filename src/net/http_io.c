/*
 * http_io.c: the threads that run the library, one daemon each.
 *
 * The library has threads of its own, but its epoll loop (0.9.75) waits a second time, without a
 * deadline, after a call that returned exactly 128 events: with 128 busy clients a thread then
 * sleeps on requests that it was already told of. So the waiting is done here, on the library's
 * epoll descriptor, and the library only ever looks without waiting.
 */
#include "net/http_internal.h"

#include "base/assert.h"
#include "base/log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Nothing is known to need it: a lost wake-up would cost this much and not a hang. */
enum { IO_WAIT_MAX_MS = 1000 };

static void log_library(void *server, const char *fmt, va_list ap)
{
    (void)server;
    char line[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the library's own formats */
    vsnprintf(line, sizeof line, fmt, ap);
#pragma GCC diagnostic pop
    line[strcspn(line, "\n")] = '\0';
    LOG_DEBUG("http", "library", "%s", line);
}

static struct MHD_Daemon *start_library(struct http_io *io)
{
    struct http_server *s = io->server;
    /* The guard thread counts connections; the library's own limit must never be the one that is
     * reached. */
    unsigned limit = (unsigned)s->options.connections_max + HTTP_FILES_FOR_OTHERS;
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, http_conn_access, s, MHD_OPTION_EXTERNAL_LOGGER, log_library, s,
        MHD_OPTION_NOTIFY_CONNECTION, http_conn_notify, io, MHD_OPTION_URI_LOG_CALLBACK,
        http_conn_target, s, MHD_OPTION_NOTIFY_COMPLETED, http_conn_completed, s,
        MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_POOL_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}

/* `woken` keeps it to one write for each turn of the thread, which clears it before it looks. */
static void wake(struct http_io *io)
{
    uint64_t one = 1;
    if (!atomic_exchange(&io->woken, true)) (void)!write(io->wake_fd, &one, sizeof one);
}

/* The library's own signal does not do: MHD_run may clear it after it has looked for connections to
 * resume, and would have to be called again. */
void http_io_resume(struct http_conn *c)
{
    struct http_io *io = c->io; /* c may be gone when the library knows */
    MHD_resume_connection(c->mhd);
    wake(io);
}

void http_io_add(struct http_io *io, const struct http_incoming *incoming)
{
    pthread_mutex_lock(&io->lock);
    buf_put(&io->incoming, (struct str){ (const char *)(const void *)incoming, sizeof *incoming });
    pthread_mutex_unlock(&io->lock);
    wake(io);
}

static void count_out(struct http_server *s)
{
    pthread_mutex_lock(&s->conns_lock);
    s->conn_count--;
    if (s->conn_count == 0) pthread_cond_broadcast(&s->conns_gone);
    pthread_mutex_unlock(&s->conns_lock);
}

static void take_incoming(struct http_io *io)
{
    size_t len;
    pthread_mutex_lock(&io->lock);
    char *all = buf_take(&io->incoming, &len);
    pthread_mutex_unlock(&io->lock);
    for (size_t at = 0; at < len; at += sizeof(struct http_incoming)) {
        struct http_incoming one;
        memcpy(&one, all + at, sizeof one);
        /* The library closes the socket when it refuses. */
        if (MHD_add_connection(io->daemon, one.fd, (const struct sockaddr *)&one.address,
                one.address_len) != MHD_YES)
            count_out(io->server);
    }
    free(all);
}

static int wait_ms(const struct http_io *io)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(io->daemon, &ms) != MHD_YES || ms > IO_WAIT_MAX_MS) return IO_WAIT_MAX_MS;
    return (int)ms;
}

static void *run(void *thread)
{
    struct http_io *io = thread;
    struct pollfd fds[] = {
        { .fd = MHD_get_daemon_info(io->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
            .events = POLLIN },
        { .fd = io->wake_fd, .events = POLLIN },
    };
    while (!atomic_load(&io->quit)) {
        int ms = wait_ms(io);
        if (ms > 0) poll(fds, 2, ms);
        if (fds[1].revents) {
            uint64_t count;
            (void)!read(io->wake_fd, &count, sizeof count);
            atomic_store(&io->woken, false);
            take_incoming(io);
            fds[1].revents = 0;
        }
        if (MHD_run(io->daemon) != MHD_YES) PANIC("MHD_run");
    }
    return NULL;
}

static unsigned thread_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1) return 1;
    return cores > HTTP_IO_THREADS_MAX ? HTTP_IO_THREADS_MAX : (unsigned)cores;
}

bool http_io_start(struct http_server *s)
{
    unsigned wanted = thread_count();
    for (unsigned i = 0; i < wanted; i++) {
        struct http_io *io = &s->ios[s->io_count];
        io->server = s;
        buf_init(&io->incoming, SIZE_MAX / 4);
        io->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (pthread_mutex_init(&io->lock, NULL)) PANIC("pthread_mutex_init");
        io->daemon = start_library(io);
        bool ok = io->wake_fd >= 0 && io->daemon && !pthread_create(&io->thread, NULL, run, io);
        if (ok) {
            s->io_count++;
            continue;
        }
        if (io->daemon) MHD_stop_daemon(io->daemon);
        if (io->wake_fd >= 0) close(io->wake_fd);
        pthread_mutex_destroy(&io->lock);
        return false;
    }
    return true;
}

/* What nobody took into the library yet. */
static void close_incoming(struct http_io *io)
{
    struct http_incoming one;
    for (size_t at = 0; at < io->incoming.len; at += sizeof one) {
        memcpy(&one, io->incoming.at + at, sizeof one);
        close(one.fd);
    }
    buf_release(&io->incoming);
}

void http_io_stop(struct http_server *s)
{
    for (unsigned i = 0; i < s->io_count; i++) {
        struct http_io *io = &s->ios[i];
        atomic_store(&io->quit, true);
        wake(io);
        if (pthread_join(io->thread, NULL)) PANIC("pthread_join");
        MHD_stop_daemon(io->daemon);
        close_incoming(io);
        close(io->wake_fd);
        pthread_mutex_destroy(&io->lock);
    }
}
