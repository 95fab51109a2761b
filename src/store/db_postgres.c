/*
 * db_postgres.c: the pool, and how a transaction begins, ends and is run again.
 *
 * A connection that broke is opened again when it is next wanted. A transaction whose connection
 * broke before COMMIT was sent has done nothing, so it is simply run again; after that nobody
 * knows, and its caller is told so.
 */
#include "store/db_postgres.h"

#include "base/assert.h"
#include "base/rng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct postgres_tx *take(struct postgres_db *d)
{
    struct postgres_tx *t = NULL;
    pthread_mutex_lock(&d->mutex);
    if (d->idle_count == 0) {
        struct timespec until = db_deadline(d->base.options.wait_timeout_ms);
        int rc = 0;
        d->waiting++;
        while (d->idle_count == 0 && rc == 0)
            rc = pthread_cond_clockwait(&d->freed, &d->mutex, CLOCK_MONOTONIC, &until);
        d->waiting--;
    }
    if (d->idle_count > 0) t = d->idle[--d->idle_count];
    pthread_mutex_unlock(&d->mutex);
    return t;
}

static void give(struct postgres_db *d, struct postgres_tx *t)
{
    pthread_mutex_lock(&d->mutex);
    d->idle[d->idle_count++] = t;
    pthread_cond_signal(&d->freed);
    pthread_mutex_unlock(&d->mutex);
}

static enum err ready(struct postgres_db *d, struct postgres_tx *t, struct error *e)
{
    if (postgres_alive(t)) return OK;
    postgres_disconnect(t);
    t->conn = postgres_connect(d, e);
    if (!t->conn) return e->kind;
    if (!PQenterPipelineMode(t->conn)) PANIC("libpq: %s", PQerrorMessage(t->conn));
    return OK;
}

/* Ends without keeping anything. A failed statement skips all up to the next sync, so ROLLBACK
 * stands behind one. */
static void roll_back(struct postgres_tx *t)
{
    if (!t->begun || t->broken) return;
    bool unknown = t->pending_count && t->pending[t->pending_count - 1].kind != PENDING_SYNC;
    if (unknown) postgres_drain(t);
    if (t->broken) return;
    /* Sent even after a failure, which makes postgres_control's own check not count here. */
    bool wait = t->base.failed || t->writes;
    if (PQsendQueryParams(t->conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1)) {
        postgres_pending(t, PENDING_CONTROL, NULL);
        postgres_sync(t);
    } else {
        t->broken = true;
    }
    /* After a mere read the next transaction on this connection takes the answer along. */
    if (wait) postgres_drain(t);
}

static enum err commit(struct postgres_tx *t, struct error *e)
{
    if (!t->begun) return OK;
    if (t->pending_count > PENDING_MAX - 8) postgres_drain(t);
    if (!t->base.failed) {
        t->committing = true;
        postgres_control(t, PENDING_COMMIT, "COMMIT");
        postgres_drain(t);
        t->committing = false;
    }
    if (t->committed) return OK;
    if (!t->base.failed) {
        struct error why;
        error_set(&why, ERR_BUSY, "PostgreSQL rolled the transaction back");
        tx_fail(&t->base, &why);
    }
    *e = t->base.failure;
    if (!t->broken) roll_back(t);
    return e->kind;
}

/* What a caller of db_write or db_read wants. */
struct call {
    const char *name;
    bool writes;
    tx_fn fn;
    void *ctx;
};

static enum err run_once(struct postgres_tx *t, const struct call *c, struct error *e)
{
    tx_start(&t->base, c->name);
    t->writes = c->writes;
    t->begun = t->committing = t->committed = false;
    t->retry = RETRY_NOT;
    enum err rc = tx_call(&t->base, c->fn, c->ctx, e);
    if (rc == OK && t->writes) return commit(t, e);
    roll_back(t);
    return rc;
}

/* Grows with each attempt, and differs between those that collided. */
static void wait_before(int attempt)
{
    int64_t most = attempt < 6 ? INT64_C(1) << attempt : RETRY_MS_MAX;
    int64_t us = (int64_t)rng_below(rng_system(), (uint64_t)most * 1000);
    struct timespec t = { .tv_nsec = us * 1000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR) {
    }
}

static enum err attempt(
    struct postgres_db *d, const struct call *c, struct error *e, enum retry *retry)
{
    *retry = RETRY_NOT;
    struct postgres_tx *t = take(d);
    if (!t) return error_set(e, ERR_BUSY, "no free connection to PostgreSQL");
    enum err rc = ready(d, t, e);
    if (rc == OK) {
        rc = run_once(t, c, e);
        if (rc == OK) postgres_want_topics(d, &t->base);
        if (rc != OK) *retry = t->retry;
    }
    give(d, t);
    return rc;
}

static enum err run(struct db *db, const struct call *c, struct error *e)
{
    struct postgres_db *d = (struct postgres_db *)db;
    for (int i = 1;; i++) {
        enum retry retry;
        enum err rc = attempt(d, c, e, &retry);
        /* A statement that the schema refuses is tried once more: its plan may have been old. A
         * foreign key a few times: what it names may have been deleted since it was looked at. */
        int most = rc == ERR_CORRUPT ? 2 : rc == ERR_CONFLICT ? LOST_ATTEMPTS_MAX : ATTEMPTS_MAX;
        if (rc == OK || retry == RETRY_NOT || i >= most) return rc;
        atomic_fetch_add_explicit(&db->retries, 1, memory_order_relaxed);
        if (retry == RETRY_SAME) wait_before(i);
    }
}

static enum err postgres_write(
    struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    return run(db, &(struct call){ name, true, fn, ctx }, e);
}

static enum err postgres_read(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    return run(db, &(struct call){ name, false, fn, ctx }, e);
}

static enum err postgres_backup(struct db *db, struct str path, struct error *e)
{
    (void)db;
    (void)path;
    return error_set(e, ERR_INVALID,
        "a PostgreSQL database is no file to be copied: back it up portably, or with pg_dump");
}

static void postgres_stats(struct db *db, struct db_stats *out)
{
    struct postgres_db *d = (struct postgres_db *)db;
    pthread_mutex_lock(&d->mutex);
    out->queue_len = d->waiting;
    pthread_mutex_unlock(&d->mutex);
}

static void postgres_close(struct db *db)
{
    struct postgres_db *d = (struct postgres_db *)db;
    postgres_listener_stop(d);
    for (int i = 0; i < d->pool_count; i++) {
        postgres_disconnect(&d->pool[i]);
        tx_release(&d->pool[i].base);
    }
    pthread_mutex_destroy(&d->mutex);
    pthread_mutex_destroy(&d->topics_mutex);
    pthread_cond_destroy(&d->freed);
    free(d->url);
    free(d->password);
    free(d->pool);
    free((void *)d->idle);
    free(d);
}

static const struct db_driver postgres_driver = {
    .engine = DB_POSTGRES,
    .close = postgres_close,
    .write = postgres_write,
    .read = postgres_read,
    .backup = postgres_backup,
    .stats = postgres_stats,
    .lock = postgres_lock,
    .script = postgres_script,
    .stmt_new = postgres_stmt_new,
    .stmt_free = postgres_stmt_free,
    .put_ints = postgres_put_ints,
    .start = postgres_start,
    .later = postgres_later,
    .row = postgres_row,
    .end = postgres_end,
    .column = postgres_column,
};

static struct postgres_db *new_db(const struct db_options *o)
{
    size_t n = (size_t)o->connections;
    struct postgres_db *d = calloc(1, sizeof *d); /* tidy: allow, once per database */
    if (!d) PANIC("out of memory");
    d->pool = calloc(n, sizeof *d->pool);              /* tidy: allow, once per database */
    d->idle = calloc(n, sizeof(struct postgres_tx *)); /* tidy: allow, once per database */
    if (!d->pool || !d->idle) PANIC("out of memory");
    d->base.driver = &postgres_driver;
    d->base.options = *o;
    d->base.options.sqlite_path = d->base.options.postgres_url = S("");
    d->pool_count = o->connections;
    d->wake_fd = -1;
    pthread_mutex_init(&d->mutex, NULL);
    pthread_mutex_init(&d->topics_mutex, NULL);
    pthread_cond_init(&d->freed, NULL);
    for (int i = d->pool_count; i > 0; i--) {
        tx_init(&d->pool[i - 1].base, &d->base);
        d->idle[d->idle_count++] = &d->pool[i - 1];
    }
    return d;
}

enum err postgres_open(const struct db_options *options, struct db **out, struct error *e)
{
    struct postgres_db *d = new_db(options);
    enum err rc = postgres_parse(d, options->postgres_url, e);
    if (rc == OK) rc = postgres_listener_start(d, e);
    if (rc) {
        postgres_close(&d->base);
        return rc;
    }
    *out = &d->base;
    return OK;
}
