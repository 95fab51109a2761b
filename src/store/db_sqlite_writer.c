/*
 * db_sqlite_writer.c: the thread that writes, commits in groups, and checkpoints.
 *
 * Transactions that arrive while others are committed share the next commit, so the more callers
 * wait, the fewer fsyncs each costs. The first one of a group needs no savepoint: if it fails, the
 * whole (empty) group is rolled back. Nobody is answered before the commit is on disk, not even
 * those that failed: what they saw might not be there after a crash.
 */
#include "store/db_sqlite.h"

#include "base/assert.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct group {
    struct job *first, **end;
    size_t count;
    bool open; /* a transaction is open on the connection */
    const char *topics[TX_TOPICS_MAX];
    int topics_count;
};

int sqlite_wal_hook(void *ctx, sqlite3 *handle, const char *schema, int frames)
{
    struct sqlite_db *d = ctx;
    (void)handle;
    (void)schema;
    if (frames < d->wal_frames) d->wal_copied = 0; /* the file was begun anew */
    d->wal_frames = frames;
    return SQLITE_OK;
}

/* Byte 0 is the place of the next, byte 1 the turn. Who waits holds the place, so that a process
 * that has just ended its turn cannot take another one before it. Open file description locks:
 * they hold between two databases of one process too. */
static void lock_byte(struct sqlite_db *d, off_t byte, short type)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    while (fcntl(d->lock_fd, F_OFD_SETLKW, &lock) != 0)
        if (errno != EINTR) PANIC("%s-lock cannot be locked: %s", d->path, strerror(errno));
}

void sqlite_turn_begin(struct sqlite_db *d)
{
    lock_byte(d, 0, F_WRLCK);
    lock_byte(d, 1, F_WRLCK);
    lock_byte(d, 0, F_UNLCK);
}

void sqlite_turn_end(struct sqlite_db *d)
{
    lock_byte(d, 1, F_UNLCK);
}

void sqlite_checkpoint(struct sqlite_db *d, int mode)
{
    if (d->base.guest) return;
    int frames = 0, copied = 0;
    sqlite3_busy_timeout(d->writer.handle, CHECKPOINT_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(d->writer.handle, NULL, mode, &frames, &copied);
    if (rc && rc != SQLITE_BUSY) {
        LOG_ERROR(
            "db", "checkpoint_failed", "SQLite: %s (%d)", sqlite3_errmsg(d->writer.handle), rc);
    } else if (frames >= 0) {
        d->wal_frames = frames;
        d->wal_copied = copied;
    }
    /* With readers in the way some frames stay; the next attempt is worth it only after more. */
    int left = d->wal_frames - d->wal_copied;
    d->checkpoint_at = left ? d->wal_frames + CHECKPOINT_FRAMES / 2 : CHECKPOINT_FRAMES;
}

static void checkpoint_when_large(struct sqlite_db *d)
{
    if (d->wal_frames < d->checkpoint_at || d->wal_frames == d->wal_copied) return;
    bool high = d->wal_frames >= CHECKPOINT_FRAMES_HIGH;
    sqlite_checkpoint(d, high ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE);
}

static struct job *take_job(struct sqlite_db *d)
{
    pthread_mutex_lock(&d->mutex);
    struct job *job = d->head;
    if (job) {
        d->head = job->next;
        if (!d->head) d->tail = &d->head;
        d->queued--;
        if (d->waiting_for_room) pthread_cond_signal(&d->room);
    }
    pthread_mutex_unlock(&d->mutex);
    if (job) job->next = NULL;
    return job;
}

static void fail_whole_group(struct group *g, const struct error *why)
{
    for (struct job *job = g->first; job; job = job->next) {
        if (job->rc != OK) continue;
        *job->e = *why;
        job->rc = why->kind;
    }
    g->topics_count = 0;
    g->open = false;
}

static void abandon(struct sqlite_db *d, struct group *g, const struct error *why)
{
    if (!sqlite3_get_autocommit(d->writer.handle)) {
        int rc = sqlite_control(&d->writer, CONTROL_ROLLBACK);
        if (rc) PANIC("SQLite: a transaction does not roll back: %d", rc);
    }
    fail_whole_group(g, why);
}

static void keep_topics(struct group *g, const struct tx *tx)
{
    for (int i = 0; i < tx->topics_count; i++) {
        bool known = false;
        for (int k = 0; k < g->topics_count && !known; k++)
            known = strcmp(g->topics[k], tx->topics[i]) == 0;
        if (known) continue;
        ASSERT(g->topics_count < TX_TOPICS_MAX);
        g->topics[g->topics_count++] = tx->topics[i];
    }
}

/* Deferred foreign keys are checked at COMMIT, where they would take the whole group down. */
static bool foreign_keys_hold(struct sqlite_db *d, struct job *job)
{
    int broken = 0, high = 0;
    sqlite3_db_status(d->writer.handle, SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &high, 0);
    if (broken == 0) return true;
    job->rc = error_code(job->e, ERR_CONFLICT, "constraint", "FOREIGN KEY constraint failed");
    return false;
}

static void undo(struct sqlite_db *d, struct group *g, bool alone, const struct error *why)
{
    if (alone) {
        abandon(d, g, why);
        return;
    }
    int rc = sqlite_control(&d->writer, CONTROL_ROLLBACK_TO);
    if (rc == SQLITE_OK) rc = sqlite_control(&d->writer, CONTROL_RELEASE);
    if (rc) abandon(d, g, why);
}

static void run_job(struct sqlite_db *d, struct group *g, struct job *job)
{
    struct sqlite_tx *w = &d->writer;
    bool alone = !g->open;
    int rc = sqlite_control(w, alone ? CONTROL_BEGIN_IMMEDIATE : CONTROL_SAVEPOINT);
    if (rc) {
        job->rc = sqlite_error(w->handle, rc, job->e);
        if (!sqlite3_get_autocommit(w->handle) || g->open) abandon(d, g, job->e);
        return;
    }
    g->open = true;
    tx_start(&w->base, job->name);
    job->rc = tx_call(&w->base, job->fn, job->ctx, job->e);
    if (sqlite3_get_autocommit(w->handle)) {
        /* A full disk and the like make SQLite roll back everything by itself. */
        struct error why;
        error_set(&why, ERR_UNAVAILABLE, "the group of transactions was rolled back");
        fail_whole_group(g, job->rc ? job->e : &why);
        return;
    }
    if (job->rc || !foreign_keys_hold(d, job)) {
        undo(d, g, alone, job->e);
        return;
    }
    if (!alone) {
        rc = sqlite_control(w, CONTROL_RELEASE);
        if (rc) {
            job->rc = sqlite_error(w->handle, rc, job->e);
            abandon(d, g, job->e);
            return;
        }
    }
    keep_topics(g, &w->base);
}

static void commit(struct sqlite_db *d, struct group *g)
{
    if (!g->open) return;
    int rc = sqlite_control(&d->writer, CONTROL_COMMIT);
    if (rc == SQLITE_OK) {
        atomic_fetch_add_explicit(&d->base.write_groups, 1, memory_order_relaxed);
        return;
    }
    struct error why;
    sqlite_error(d->writer.handle, rc, &why);
    LOG_ERROR("db", "commit_failed", "%s", why.detail);
    /* What reached the file before the failure may be found again after a crash. */
    if ((rc & 0xff) == SQLITE_IOERR)
        error_code(&why, ERR_UNAVAILABLE, "unknown_outcome", "the disk failed during COMMIT");
    abandon(d, g, &why);
}

static void answer(struct group *g)
{
    struct job *job = g->first;
    while (job) {
        struct job *next = job->next; /* its owner may be gone after the post */
        sem_post(&job->done);
        job = next;
    }
}

static void run_group(struct sqlite_db *d)
{
    struct group g = { .count = 0 };
    struct job *job;
    g.end = &g.first;
    sqlite_turn_begin(d);
    while (g.count < d->base.options.group_max && (job = take_job(d))) {
        *g.end = job;
        g.end = &job->next;
        g.count++;
        run_job(d, &g, job);
    }
    commit(d, &g);
    answer(&g);
    for (int i = 0; i < g.topics_count; i++)
        db_call_listeners(&d->base, g.topics[i]);
    checkpoint_when_large(d);
    sqlite_turn_end(d);
}

enum wake { WAKE_WORK, WAKE_IDLE, WAKE_STOP };

static enum wake wait_for_work(struct sqlite_db *d)
{
    bool worth = d->wal_frames - d->wal_copied >= CHECKPOINT_FRAMES_IDLE;
    enum wake wake = WAKE_WORK;
    struct timespec until = db_deadline(CHECKPOINT_IDLE_MS);
    pthread_mutex_lock(&d->mutex);
    while (!d->head && !d->backup && wake == WAKE_WORK) {
        if (d->stopping) {
            wake = WAKE_STOP;
            break;
        }
        d->writer_sleeps = true;
        int rc = worth ? pthread_cond_clockwait(&d->work, &d->mutex, CLOCK_MONOTONIC, &until)
                       : pthread_cond_wait(&d->work, &d->mutex);
        d->writer_sleeps = false;
        if (rc == ETIMEDOUT && !d->head) wake = WAKE_IDLE;
    }
    pthread_mutex_unlock(&d->mutex);
    return wake;
}

static void *writer_main(void *arg)
{
    struct sqlite_db *d = arg;
    for (;;) {
        switch (wait_for_work(d)) {
        case WAKE_WORK:
            run_group(d);
            sqlite_backup_step(d);
            break;
        case WAKE_IDLE:
            sqlite_turn_begin(d);
            sqlite_checkpoint(d, SQLITE_CHECKPOINT_PASSIVE);
            sqlite_turn_end(d);
            break;
        case WAKE_STOP:
            return NULL;
        }
    }
}

void sqlite_writer_start(struct sqlite_db *d)
{
    d->thread = db_thread("db-writer", writer_main, d);
    d->thread_runs = true;
}

void sqlite_writer_stop(struct sqlite_db *d)
{
    if (!d->thread_runs) return;
    pthread_mutex_lock(&d->mutex);
    d->stopping = true;
    pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->mutex);
    pthread_join(d->thread, NULL);
    d->thread_runs = false;
}

static bool wait_for_room(struct sqlite_db *d)
{
    struct timespec until = db_deadline(d->base.options.wait_timeout_ms);
    int rc = 0;
    d->waiting_for_room++;
    while (d->queued >= d->base.options.write_queue_max && rc == 0)
        rc = pthread_cond_clockwait(&d->room, &d->mutex, CLOCK_MONOTONIC, &until);
    d->waiting_for_room--;
    return d->queued < d->base.options.write_queue_max;
}

enum err sqlite_write(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    struct sqlite_db *d = (struct sqlite_db *)db;
    struct job job = { .name = name, .fn = fn, .ctx = ctx, .e = e };
    sem_init(&job.done, 0, 0);
    pthread_mutex_lock(&d->mutex);
    ASSERT(!d->stopping);
    if (d->queued >= d->base.options.write_queue_max && !wait_for_room(d)) {
        size_t queued = d->queued;
        pthread_mutex_unlock(&d->mutex);
        sem_destroy(&job.done);
        return error_set(e, ERR_BUSY, "%zu transactions wait to be written already", queued);
    }
    *d->tail = &job;
    d->tail = &job.next;
    d->queued++;
    if (d->writer_sleeps) pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->mutex);
    while (sem_wait(&job.done) != 0)
        ASSERT(errno == EINTR);
    sem_destroy(&job.done);
    return job.rc;
}
