/*
 * http_guard_thread.c: the thread that accepts, cuts at deadlines and drains refused uploads.
 *
 * The library has one inactivity timer, which a client that sends a byte a second never meets.
 * Here every connection has a deadline, looked at every tick; cutting is shutdown(2), upon which
 * the library closes the connection in its own thread. 10,000 connections are a walk of some
 * 50 us.
 */
#include "net/http_internal.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPT_BURST = 128,           /* then the deadlines have their turn */
    EVICTION_SLACK = 64,          /* connections above the limit while idle ones are being closed */
    LINGER_MS = 2000,             /* for a refused client to read its refusal */
    LINGER_READ_MAX = 256 * 1024, /* a turn */
    CLOSE_LOOK_MS = 1000,
};

void http_guard_wake(struct http_server *s)
{
    uint64_t one = 1;
    (void)!write(s->wake_fd, &one, sizeof one);
}

void http_linger_add(struct http_server *s, int fd)
{
    if (s->linger_count == HTTP_LINGER_MAX) return;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return;
    s->lingers[s->linger_count++] = (struct http_linger){ copy, http_now() + LINGER_MS };
    http_guard_wake(s);
}

/* True when it is over. */
static bool linger_read(int fd)
{
    char waste[16 * 1024];
    for (size_t total = 0; total < LINGER_READ_MAX;) {
        ssize_t n = recv(fd, waste, sizeof waste, MSG_DONTWAIT);
        if (n == 0) return true;
        if (n < 0) return errno != EAGAIN && errno != EINTR;
        total += (size_t)n;
    }
    return false;
}

static void lingers_read(struct http_server *s, time_ms now)
{
    pthread_mutex_lock(&s->conns_lock);
    for (size_t i = 0; i < s->linger_count;) {
        struct http_linger *l = &s->lingers[i];
        if (linger_read(l->fd) || now >= l->until || atomic_load(&s->stopping)) {
            close(l->fd);
            *l = s->lingers[--s->linger_count];
        } else {
            i++;
        }
    }
    pthread_mutex_unlock(&s->conns_lock);
}

/* A request that is late can still be told so; whoever does not read is not waited for: without
 * the reset the kernel would keep megabytes of the reply for minutes after the close. */
static void cut(struct http_conn *c, enum http_phase phase)
{
    bool can_answer = phase == HTTP_IDLE || phase == HTTP_HEADER || phase == HTTP_BODY;
    const struct linger none = { .l_onoff = 1 };
    if (!can_answer) (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    shutdown(c->fd, can_answer ? SHUT_RD : SHUT_RDWR);
}

/* Swaps the deadline that was seen for CUT; false when its owner was faster. */
static bool claim(struct http_conn *c, time_ms seen)
{
    return atomic_compare_exchange_strong(&c->deadline, &seen, HTTP_DEADLINE_CUT);
}

static void look_at_deadline(struct http_server *s, struct http_conn *c, time_ms now)
{
    time_ms deadline = atomic_load(&c->deadline);
    enum http_phase phase = atomic_load(&c->phase);
    if (deadline == HTTP_NO_DEADLINE || deadline == HTTP_DEADLINE_CUT) return;
    bool late = now >= deadline;
    if (!late && !(phase == HTTP_IDLE && atomic_load(&s->draining))) return;
    if (!claim(c, deadline)) return;
    if (late && phase != HTTP_IDLE) atomic_fetch_add(&s->timed_out, 1);
    cut(c, phase);
}

static bool other_side_ended(const struct http_conn *c)
{
    struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* A reader that left shows only here: the library does not poll a suspended connection. */
static void look_at_stream(struct http_server *s, struct http_conn *c)
{
    if (atomic_load(&s->draining))
        http_stream_end(c->stream);
    else if (other_side_ended(c))
        http_stream_cut(c->stream);
}

/* A request that ends in its middle: when the end arrived together with the last bytes, the library
 * took the edge of the event for those and would wait until the deadline. This makes another. */
static void look_at_request(const struct http_conn *c)
{
    enum http_phase phase = atomic_load(&c->phase);
    if ((phase == HTTP_HEADER || phase == HTTP_BODY) && other_side_ended(c))
        shutdown(c->fd, SHUT_RD);
}

static void conns_look(struct http_server *s, time_ms now, bool closely)
{
    bool stopping = atomic_load(&s->stopping);
    pthread_mutex_lock(&s->conns_lock);
    for (struct http_conn *c = s->conns; c; c = c->next) {
        if (stopping) {
            if (c->stream) http_stream_cut(c->stream);
            shutdown(c->fd, SHUT_RDWR);
        } else {
            look_at_deadline(s, c, now);
            if (closely && c->stream)
                look_at_stream(s, c);
            else if (closely)
                look_at_request(c);
        }
    }
    pthread_mutex_unlock(&s->conns_lock);
}

/* With conns_lock held. The oldest idle connection makes room for a new one. */
static void evict_idle(struct http_server *s)
{
    for (struct http_conn *c = s->conns; c; c = c->next) {
        time_ms deadline = atomic_load(&c->deadline);
        if (deadline == HTTP_DEADLINE_CUT || deadline == HTTP_NO_DEADLINE) continue;
        if (atomic_load(&c->phase) != HTTP_IDLE || !claim(c, deadline)) continue;
        shutdown(c->fd, SHUT_RD);
        return;
    }
}

/* Counts the connection in, or not. */
static bool admit(struct http_server *s)
{
    pthread_mutex_lock(&s->conns_lock);
    if (s->conn_count >= s->options.connections_max) evict_idle(s);
    bool room = s->conn_count < s->options.connections_max + EVICTION_SLACK;
    if (room) s->conn_count++;
    pthread_mutex_unlock(&s->conns_lock);
    return room;
}

static void turn_away(struct http_server *s, int fd)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                               "Retry-After: 1\r\nConnection: close\r\n\r\n";
    atomic_fetch_add(&s->refused, 1);
    (void)!send(fd, busy, sizeof busy - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    pthread_mutex_lock(&s->conns_lock);
    http_linger_add(s, fd);
    pthread_mutex_unlock(&s->conns_lock);
    close(fd);
}

static void take_in(struct http_server *s, const struct http_incoming *incoming)
{
    if (admit(s))
        http_io_add(&s->ios[s->io_next++ % s->io_count], incoming);
    else
        turn_away(s, incoming->fd);
}

/* False: nothing can be accepted just now, wait a tick. */
static bool accept_some(struct http_server *s)
{
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct http_incoming in = { .address_len = sizeof in.address };
        in.fd = accept4(s->listen_fd, (struct sockaddr *)&in.address, &in.address_len,
            SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (in.fd >= 0) {
            take_in(s, &in);
        } else if (errno == EAGAIN) {
            return true;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            LOG_WARN("http", "accept_failed", "%s", strerror(errno));
            pthread_mutex_lock(&s->conns_lock);
            evict_idle(s);
            pthread_mutex_unlock(&s->conns_lock);
            return false;
        }
    }
    return true;
}

static void stop_listening(struct http_server *s)
{
    if (s->listen_fd < 0) return;
    close(s->listen_fd);
    s->listen_fd = -1;
}

/* Only this thread takes lingers out, so fewer than counted here cannot become an index. */
static nfds_t fill(struct http_server *s, struct pollfd *fds, bool accepting)
{
    nfds_t n = 0;
    fds[n++] = (struct pollfd){ .fd = s->wake_fd, .events = POLLIN };
    fds[n++] = (struct pollfd){ .fd = accepting ? s->listen_fd : -1, .events = POLLIN };
    pthread_mutex_lock(&s->conns_lock);
    for (size_t i = 0; i < s->linger_count; i++)
        fds[n++] = (struct pollfd){ .fd = s->lingers[i].fd, .events = POLLIN };
    pthread_mutex_unlock(&s->conns_lock);
    return n;
}

void *http_guard_run(void *server)
{
    struct http_server *s = server;
    struct pollfd fds[2 + HTTP_LINGER_MAX];
    bool accepting = true;
    time_ms next_tick = http_now(), next_close = next_tick;
    while (!atomic_load(&s->guard_quit)) {
        nfds_t n = fill(s, fds, accepting);
        time_ms wait = next_tick - http_now();
        if (poll(fds, n, wait > 0 ? (int)wait : 0) > 0 && fds[0].revents) {
            uint64_t count;
            (void)!read(s->wake_fd, &count, sizeof count);
            if (atomic_load(&s->draining)) next_tick = next_close = 0;
        }
        if (atomic_load(&s->draining)) stop_listening(s);
        if (s->listen_fd >= 0 && fds[1].revents) accepting = accept_some(s);
        time_ms now = http_now();
        if (n > 2) lingers_read(s, now);
        if (now < next_tick) continue;
        conns_look(s, now, now >= next_close);
        if (now >= next_close) next_close = now + CLOSE_LOOK_MS;
        next_tick = now + (atomic_load(&s->draining) ? 10 : s->tick_ms);
        accepting = true;
    }
    return NULL;
}
