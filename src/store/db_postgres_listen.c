/*
 * db_postgres_listen.c: topics between processes, by one connection with one thread.
 *
 * NOTIFY inside a transaction would make all commits of the database wait for each other (it holds
 * a lock over the commit's fsync), so topics are sent by this thread after the commit, many as one.
 * The price: a process that dies in between sends nothing, and while the connection is away
 * nothing arrives. So a new connection begins with calling every known topic, and who listens also
 * looks for work from time to time.
 */
#include "store/db_postgres.h"

#include "base/assert.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char channel[] = "stockbridge";

/* Under topics_mutex. NULL for what is no topic of ours. */
static struct topic *topic_of(struct postgres_db *d, struct str name)
{
    for (int i = 0; i < d->topics_count; i++)
        if (str_eq(str_of(d->topics[i].name), name)) return &d->topics[i];
    if (name.len == 0 || name.len >= TOPIC_SIZE || d->topics_count == TOPICS_KNOWN_MAX) return NULL;
    for (size_t i = 0; i < name.len; i++)
        if ((name.at[i] < 'a' || name.at[i] > 'z') && name.at[i] != '_') return NULL;
    struct topic *topic = &d->topics[d->topics_count++];
    memcpy(topic->name, name.at, name.len);
    return topic;
}

static void wake(struct postgres_db *d)
{
    const uint64_t one = 1;
    while (write(d->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void postgres_want_topics(struct postgres_db *d, const struct tx *tx)
{
    if (tx->topics_count == 0) return;
    pthread_mutex_lock(&d->topics_mutex);
    for (int i = 0; i < tx->topics_count; i++) {
        struct topic *topic = topic_of(d, str_of(tx->topics[i]));
        if (!topic) PANIC("not a topic, or one too many: %s", tx->topics[i]);
        topic->wanted = true;
    }
    pthread_mutex_unlock(&d->topics_mutex);
    wake(d);
}

/* Calls the listeners of this process for what is wanted, and gives the names for the others. */
static int call_wanted(struct postgres_db *d, bool all, const char *names[TOPICS_KNOWN_MAX])
{
    int count = 0;
    pthread_mutex_lock(&d->topics_mutex);
    for (int i = 0; i < d->topics_count; i++) {
        if (!all && !d->topics[i].wanted) continue;
        d->topics[i].wanted = false;
        names[count++] = d->topics[i].name; /* stays: topics are never removed */
    }
    pthread_mutex_unlock(&d->topics_mutex);
    for (int i = 0; i < count; i++)
        db_call_listeners(&d->base, names[i]);
    return count;
}

static bool run_sql(PGconn *conn, const char *sql, int count, const char *const *values)
{
    PGresult *result = PQexecParams(conn, sql, count, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool tell_others(struct postgres_db *d, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        const char *values[] = { channel, names[i] };
        if (!run_sql(d->listen_conn, "SELECT pg_notify($1, $2)", 2, values)) return false;
    }
    return true;
}

static bool hear(struct postgres_db *d)
{
    if (!PQconsumeInput(d->listen_conn)) return false;
    for (;;) {
        PGnotify *note = PQnotifies(d->listen_conn);
        if (!note) return true;
        const char *name = NULL;
        pthread_mutex_lock(&d->topics_mutex);
        struct topic *topic = topic_of(d, str_of(note->extra));
        if (topic) name = topic->name;
        pthread_mutex_unlock(&d->topics_mutex);
        bool own = note->be_pid == PQbackendPID(d->listen_conn); /* they were called already */
        PQfreemem(note);
        if (name && !own) db_call_listeners(&d->base, name);
    }
}

static void hang_up(struct postgres_db *d)
{
    PQfinish(d->listen_conn);
    d->listen_conn = NULL;
}

static enum err dial(struct postgres_db *d, struct error *e)
{
    d->listen_conn = postgres_connect(d, e);
    if (!d->listen_conn) return e->kind;
    if (run_sql(d->listen_conn, "LISTEN stockbridge", 0, NULL)) return OK;
    postgres_connect_error(d, d->listen_conn, e);
    hang_up(d);
    return e->kind;
}

/* Waits for something to do: a topic, a notification, the time to dial again. */
static void wait_for_news(struct postgres_db *d, int timeout_ms)
{
    struct pollfd fds[2] = { { .fd = d->wake_fd, .events = POLLIN },
        { .fd = d->listen_conn ? PQsocket(d->listen_conn) : -1, .events = POLLIN } };
    (void)poll(fds, 2, timeout_ms);
    uint64_t count;
    if (fds[0].revents) (void)!read(d->wake_fd, &count, sizeof count);
}

static bool stop_wanted(struct postgres_db *d)
{
    pthread_mutex_lock(&d->topics_mutex);
    bool stop = d->stopping;
    pthread_mutex_unlock(&d->topics_mutex);
    return stop;
}

static void *listener_main(void *arg)
{
    struct postgres_db *d = arg;
    const char *names[TOPICS_KNOWN_MAX];
    int again_ms = 10;
    time_ms dial_at = 0;
    bool fresh = false; /* since the last dialling: what was missed is unknown */
    for (;;) {
        bool stop = stop_wanted(d);
        time_ms now = clock_monotonic(clock_system());
        struct error e;
        if (!d->listen_conn && !stop && now >= dial_at) {
            fresh = dial(d, &e) == OK;
            if (fresh) LOG_INFO("db", "listener_connected", "hears other processes again");
            again_ms = fresh                              ? 10
                       : again_ms >= RECONNECT_MS_MAX / 2 ? RECONNECT_MS_MAX
                                                          : again_ms * 2;
            dial_at = now + again_ms;
        }
        int count = call_wanted(d, fresh, names);
        fresh = false;
        if (d->listen_conn && !(tell_others(d, names, count) && hear(d))) {
            LOG_WARN("db", "listener_lost", "the connection that hears other processes broke");
            hang_up(d);
            continue;
        }
        if (stop) return NULL;
        wait_for_news(d, d->listen_conn ? -1 : again_ms);
    }
}

enum err postgres_listener_start(struct postgres_db *d, struct error *e)
{
    d->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->wake_fd < 0) return error_set(e, ERR_UNAVAILABLE, "eventfd: %s", strerror(errno));
    enum err rc = dial(d, e);
    if (rc) return rc;
    d->listener = db_thread("db-listener", listener_main, d);
    d->listener_runs = true;
    return OK;
}

void postgres_listener_stop(struct postgres_db *d)
{
    if (d->listener_runs) {
        pthread_mutex_lock(&d->topics_mutex);
        d->stopping = true;
        pthread_mutex_unlock(&d->topics_mutex);
        wake(d);
        pthread_join(d->listener, NULL);
    }
    if (d->listen_conn) hang_up(d);
    if (d->wake_fd >= 0) close(d->wake_fd);
}
