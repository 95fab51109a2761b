/*
 * db_sqlite.c: opening a SQLite file for one process, its readers, and its errors.
 *
 * One process owns the file: it holds a lock on PATH-lock while it has the database open. SQLite
 * itself would allow several, but they would each write and checkpoint (see db_sqlite.h). Others
 * may read beside it, without a writer, or be its guest: write in turns with it.
 */
#include "store/db_sqlite.h"

#include "base/assert.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SQLITE_VERSION_MIN = 3040000 };

static const char *const control_sql[CONTROL_COUNT] = {
    [CONTROL_BEGIN] = "BEGIN",
    [CONTROL_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
    [CONTROL_COMMIT] = "COMMIT",
    [CONTROL_ROLLBACK] = "ROLLBACK",
    [CONTROL_SAVEPOINT] = "SAVEPOINT one",
    [CONTROL_ROLLBACK_TO] = "ROLLBACK TO one",
    [CONTROL_RELEASE] = "RELEASE one",
};

static enum err constraint_error(sqlite3 *handle, int rc, struct error *e)
{
    const char *message = sqlite3_errmsg(handle);
    const char *columns = strstr(message, ": ");
    bool unique = rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                  rc == SQLITE_CONSTRAINT_ROWID;
    if (!unique) return error_code(e, ERR_CONFLICT, "constraint", "%s", message);
    return error_at(e, ERR_CONFLICT, "unique", columns ? columns + 2 : "", "%s", message);
}

enum err sqlite_error(sqlite3 *handle, int rc, struct error *e)
{
    const char *message = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return constraint_error(handle, rc, e);
    case SQLITE_READONLY:
        return error_code(e, ERR_INVALID, "read_only", "a read transaction cannot write");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(e, ERR_BUSY, "SQLite: %s", message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(e, ERR_CORRUPT, "SQLite: %s", message);
    case SQLITE_TOOBIG:
        return error_set(e, ERR_TOO_LARGE, "SQLite: %s", message);
    case SQLITE_INTERRUPT:
        return error_set(e, ERR_CANCELED, "SQLite: %s", message);
    case SQLITE_FULL:
        return error_code(e, ERR_UNAVAILABLE, "disk_full", "the disk is full: %s", message);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return error_code(e, ERR_UNAVAILABLE, "disk", "SQLite: %s (%d)", message, rc);
    case SQLITE_NOMEM:
        PANIC("SQLite: out of memory");
    default:
        /* The statement and the schema do not fit together. */
        return error_code(e, ERR_CORRUPT, "statement", "SQLite: %s (%d)", message, rc);
    }
}

int sqlite_control(struct sqlite_tx *t, enum control which)
{
    int rc = sqlite3_step(t->controls[which]);
    int reset = sqlite3_reset(t->controls[which]);
    return rc == SQLITE_DONE ? SQLITE_OK : reset ? reset : rc;
}

static int set_up(struct sqlite_tx *t, bool writer)
{
    char *sql = sqlite3_mprintf("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                                "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;"
                                "PRAGMA case_sensitive_like=ON;" /* as PostgreSQL does */
                                "PRAGMA cache_size=-%d; PRAGMA wal_autocheckpoint=0; %s",
        writer ? WRITER_CACHE_KIB : READER_CACHE_KIB,
        writer ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL" : "PRAGMA query_only=ON");
    if (!sql) return SQLITE_NOMEM;
    int rc = sqlite3_exec(t->handle, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    if (rc || !writer) return rc;
    sql = sqlite3_mprintf("PRAGMA journal_size_limit=%d", (int)WAL_KEPT_BYTES);
    if (!sql) return SQLITE_NOMEM;
    rc = sqlite3_exec(t->handle, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return rc;
}

enum err sqlite_connect(struct sqlite_db *d, struct sqlite_tx *t, bool writer, struct error *e)
{
    tx_init(&t->base, &d->base);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(d->path, &t->handle, flags, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(t->handle, OPEN_BUSY_MS);
        /* "text" in double quotes is a misspelt column here as it is on PostgreSQL. */
        sqlite3_db_config(t->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(t->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(t->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(
            t->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !writer || d->base.guest, NULL);
        rc = set_up(t, writer);
    }
    for (int i = 0; rc == SQLITE_OK && i < CONTROL_COUNT; i++)
        rc = sqlite3_prepare_v3(
            t->handle, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &t->controls[i], NULL);
    if (rc == SQLITE_OK && writer) sqlite3_wal_hook(t->handle, sqlite_wal_hook, d);
    if (rc == SQLITE_OK) return OK;
    sqlite_error(t->handle, rc, e);
    sqlite_disconnect(t);
    return e->kind;
}

void sqlite_disconnect(struct sqlite_tx *t)
{
    if (!t->base.db) return;
    tx_release(&t->base);
    for (int i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(t->controls[i]);
    int rc = sqlite3_close(t->handle);
    if (rc) PANIC("SQLite connection closed while in use: %d", rc);
    *t = (struct sqlite_tx){ 0 };
}

/* An empty file is created here so that it, and what SQLite puts beside it, is the owner's alone.
 */
static enum err create_and_lock(struct sqlite_db *d, struct error *e)
{
    if (d->base.options.read_only) {
        if (access(d->path, F_OK) == 0) return OK;
        return error_set(
            e, ERR_NOT_FOUND, "there is no database %s; `stockbridge migrate` makes one", d->path);
    }
    int fd = open(d->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return error_code(e, ERR_UNAVAILABLE, "disk", "%s: %s", d->path, strerror(errno));
    close(fd);
    char *lock_path = sqlite3_mprintf("%s-lock", d->path);
    if (!lock_path) PANIC("out of memory");
    d->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    sqlite3_free(lock_path);
    if (d->lock_fd < 0)
        return error_code(e, ERR_UNAVAILABLE, "disk", "%s-lock: %s", d->path, strerror(errno));
    if (flock(d->lock_fd, LOCK_EX | LOCK_NB) == 0) return OK;
    d->base.guest = d->base.options.guest_allowed;
    if (d->base.guest) return OK;
    return error_code(e, ERR_CONFLICT, "database_in_use",
        "%s is open in another process; a SQLite file serves one process at a time: stop the"
        " server, or use its page or API",
        d->path);
}

static enum err connect_all(struct sqlite_db *d, struct error *e)
{
    enum err rc = d->base.options.read_only ? OK : sqlite_connect(d, &d->writer, true, e);
    if (rc) return rc;
    for (int i = 0; i < d->readers_count; i++) {
        rc = sqlite_connect(d, &d->readers[i], false, e);
        if (rc) return rc;
        d->idle[d->idle_count++] = &d->readers[i];
    }
    return OK;
}

static void sqlite_close(struct db *db)
{
    struct sqlite_db *d = (struct sqlite_db *)db;
    sqlite_writer_stop(d);
    for (int i = 0; i < d->readers_count; i++)
        sqlite_disconnect(&d->readers[i]);
    if (d->writer.handle) {
        sqlite_turn_begin(d);
        sqlite_checkpoint(d, SQLITE_CHECKPOINT_TRUNCATE);
        sqlite_turn_end(d);
    }
    sqlite_disconnect(&d->writer);
    if (d->lock_fd >= 0) close(d->lock_fd); /* the lock goes with it; the file stays */
    pthread_mutex_destroy(&d->mutex);
    pthread_cond_destroy(&d->work);
    pthread_cond_destroy(&d->room);
    pthread_mutex_destroy(&d->readers_mutex);
    pthread_cond_destroy(&d->reader_free);
    sqlite3_free(d->path);
    sqlite3_free(d->wal_path);
    free(d->readers);
    free(d->idle);
    free(d);
}

struct sqlite_tx *sqlite_take_reader(struct sqlite_db *d)
{
    struct sqlite_tx *t = NULL;
    pthread_mutex_lock(&d->readers_mutex);
    if (d->idle_count == 0) {
        struct timespec until = db_deadline(d->base.options.wait_timeout_ms);
        int rc = 0;
        while (d->idle_count == 0 && rc == 0)
            rc =
                pthread_cond_clockwait(&d->reader_free, &d->readers_mutex, CLOCK_MONOTONIC, &until);
    }
    if (d->idle_count > 0) t = d->idle[--d->idle_count];
    pthread_mutex_unlock(&d->readers_mutex);
    return t;
}

void sqlite_give_reader(struct sqlite_db *d, struct sqlite_tx *t)
{
    pthread_mutex_lock(&d->readers_mutex);
    d->idle[d->idle_count++] = t;
    pthread_cond_signal(&d->reader_free);
    pthread_mutex_unlock(&d->readers_mutex);
}

static enum err sqlite_read(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    struct sqlite_db *d = (struct sqlite_db *)db;
    struct sqlite_tx *t = sqlite_take_reader(d);
    if (!t) return error_set(e, ERR_BUSY, "no free connection to read with");
    tx_start(&t->base, name);
    int begun = sqlite_control(t, CONTROL_BEGIN);
    enum err rc = begun ? sqlite_error(t->handle, begun, e) : tx_call(&t->base, fn, ctx, e);
    /* Nothing was written, so how it ends does not matter. */
    if (!begun && !sqlite3_get_autocommit(t->handle)) {
        int ended = sqlite_control(t, CONTROL_ROLLBACK);
        if (ended) PANIC("SQLite: a read transaction does not end: %d", ended);
    }
    sqlite_give_reader(d, t);
    return rc;
}

static void sqlite_stats(struct db *db, struct db_stats *out)
{
    struct sqlite_db *d = (struct sqlite_db *)db;
    struct stat st;
    if (stat(d->wal_path, &st) == 0) out->wal_bytes = st.st_size;
    pthread_mutex_lock(&d->mutex);
    out->queue_len = (int64_t)d->queued;
    pthread_mutex_unlock(&d->mutex);
}

static const struct db_driver sqlite_driver = {
    .engine = DB_SQLITE,
    .close = sqlite_close,
    .write = sqlite_write,
    .read = sqlite_read,
    .backup = sqlite_backup,
    .stats = sqlite_stats,
    .lock = sqlite_lock,
    .script = sqlite_script,
    .stmt_new = sqlite_stmt_new,
    .stmt_free = sqlite_stmt_free,
    .put_ints = sqlite_put_ints,
    .start = sqlite_start,
    .later = sqlite_later,
    .row = sqlite_row,
    .end = sqlite_end,
    .column = sqlite_column,
};

static struct sqlite_db *new_db(const struct db_options *o)
{
    struct sqlite_db *d = calloc(1, sizeof *d); /* tidy: allow, once per database */
    if (!d) PANIC("out of memory");
    size_t readers = (size_t)o->connections;
    d->readers = calloc(readers, sizeof *d->readers);      /* tidy: allow, once per database */
    d->idle = calloc(readers, sizeof(struct sqlite_tx *)); /* tidy: allow, once per database */
    d->path = sqlite3_mprintf("%.*s", STR_FMT(o->sqlite_path));
    d->wal_path = sqlite3_mprintf("%s-wal", d->path);
    if (!d->readers || !d->idle || !d->path || !d->wal_path) PANIC("out of memory");
    d->base.driver = &sqlite_driver;
    d->base.options = *o;
    d->base.options.sqlite_path = d->base.options.postgres_url = S("");
    d->readers_count = o->connections;
    d->lock_fd = -1;
    d->tail = &d->head;
    d->checkpoint_at = CHECKPOINT_FRAMES;
    pthread_mutex_init(&d->mutex, NULL);
    pthread_cond_init(&d->work, NULL);
    pthread_cond_init(&d->room, NULL);
    pthread_mutex_init(&d->readers_mutex, NULL);
    pthread_cond_init(&d->reader_free, NULL);
    return d;
}

enum err sqlite_open(const struct db_options *options, struct db **out, struct error *e)
{
    if (sqlite3_libversion_number() < SQLITE_VERSION_MIN)
        return error_set(
            e, ERR_INVALID, "SQLite %s is too old: 3.40 or later is needed", sqlite3_libversion());
    if (options->sqlite_path.at[0] == ':' || str_starts(options->sqlite_path, S("file:")))
        return error_set(e, ERR_INVALID, "a SQLite database is a file, not a URI or in memory");
    struct sqlite_db *d = new_db(options);
    enum err rc = create_and_lock(d, e);
    if (rc == OK) rc = connect_all(d, e);
    if (rc) {
        sqlite_close(&d->base);
        return rc;
    }
    if (!options->read_only) sqlite_writer_start(d);
    *out = &d->base;
    return OK;
}
