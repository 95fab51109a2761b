/*
 * db_sqlite.h: the parts of the SQLite driver, among themselves.
 *
 * One connection, on one thread, does all writes, all checkpoints and backups; every other one only
 * reads and never checkpoints. This is not only for speed: SQLite 3.7.0 to 3.51.2 can lose
 * committed pages when two connections write and checkpoint at the same instant (the "WAL-reset
 * bug"). A guest, a second process that writes, never checkpoints, and a lock keeps its
 * transactions and the owner's groups and checkpoints apart.
 */
#ifndef STORE_DB_SQLITE_H
#define STORE_DB_SQLITE_H

#include "store/db_driver.h"

#include <semaphore.h>
#include <sqlite3.h>

enum {
    PAGE_SIZE = 4096,
    WRITER_CACHE_KIB = 32 * 1024,
    READER_CACHE_KIB = 8 * 1024,
    WAL_KEPT_BYTES = 64 * 1024 * 1024, /* the file is cut to that after a checkpoint */
    CHECKPOINT_FRAMES =
        10000, /* 40 MB: a pause of some 50 ms, and 30 to 50 % more writes than 1000 */
    CHECKPOINT_FRAMES_HIGH = 8 * CHECKPOINT_FRAMES, /* readers are in the way: wait for them */
    CHECKPOINT_FRAMES_IDLE = 1000,                  /* worth doing while nobody waits */
    CHECKPOINT_IDLE_MS = 100,
    CHECKPOINT_WAIT_MS = 250,
    OPEN_BUSY_MS = 5000,     /* another process's reader may be closing */
    BACKUP_STEP_PAGES = 512, /* 2 MB between two groups of writes */
};

enum control {
    CONTROL_BEGIN,
    CONTROL_BEGIN_IMMEDIATE,
    CONTROL_COMMIT,
    CONTROL_ROLLBACK,
    CONTROL_SAVEPOINT,
    CONTROL_ROLLBACK_TO,
    CONTROL_RELEASE,
};
#define CONTROL_COUNT (CONTROL_RELEASE + 1)

struct sqlite_tx {
    struct tx base;
    sqlite3 *handle;
    sqlite3_stmt *controls[CONTROL_COUNT];
};

struct sqlite_stmt {
    struct stmt base;
    sqlite3_stmt *handle;
    int *places; /* of $1..$n: SQLite numbers names by their first appearance */
    bool reads;
};

/* A transaction in the queue; on the stack of the thread that waits for it. */
struct job {
    struct job *next;
    const char *name;
    tx_fn fn;
    void *ctx;
    struct error *e;
    enum err rc;
    sem_t done;
};

struct backup {
    const char *path; /* of the unfinished copy */
    struct error *e;
    enum err rc;
    sqlite3 *handle;
    sqlite3_backup *copy;
    sem_t done;
};

struct sqlite_db {
    struct db base;
    char *path;
    char *wal_path;
    int lock_fd; /* of PATH-lock: whoever owns the file holds it (flock); its bytes are the turns */

    struct sqlite_tx writer;
    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t mutex; /* guards from here ... */
    pthread_cond_t work;
    pthread_cond_t room;
    struct job *head, **tail;
    size_t queued, waiting_for_room;
    bool writer_sleeps, stopping;
    struct backup *backup; /* ... to here */
    int wal_frames;        /* of the writer's thread: in the file */
    int wal_copied;        /* of these, already in the database */
    int checkpoint_at;

    pthread_mutex_t readers_mutex; /* guards idle */
    pthread_cond_t reader_free;
    struct sqlite_tx *readers;
    struct sqlite_tx **idle;
    int readers_count, idle_count;
};

/* db_sqlite.c */
MUST_USE enum err sqlite_connect(
    struct sqlite_db *d, struct sqlite_tx *t, bool writer, struct error *e);
void sqlite_disconnect(struct sqlite_tx *t);
struct sqlite_tx *sqlite_take_reader(struct sqlite_db *d); /* NULL: none in time */
void sqlite_give_reader(struct sqlite_db *d, struct sqlite_tx *t);
/* Fills *e from what SQLite says about the call that returned rc (not OK). */
enum err sqlite_error(sqlite3 *handle, int rc, struct error *e);
MUST_USE int sqlite_control(struct sqlite_tx *t, enum control which);

/* db_sqlite_stmt.c */
void sqlite_lock(struct tx *tx, int64_t number, bool exclusive);
void sqlite_script(struct tx *tx, struct str sql);
struct stmt *sqlite_stmt_new(struct tx *tx, const char *sql);
void sqlite_stmt_free(struct stmt *st);
void sqlite_put_ints(struct buf *out, const int64_t *values, size_t count);
void sqlite_start(struct stmt *st);
void sqlite_later(struct stmt *st);
bool sqlite_row(struct stmt *st);
void sqlite_end(struct stmt *st);
enum column_kind sqlite_column(struct stmt *st, int column, int64_t *number, struct str *bytes);

/* db_sqlite_writer.c */
void sqlite_writer_start(struct sqlite_db *d);
void sqlite_writer_stop(struct sqlite_db *d); /* what is queued is still done */
enum err sqlite_write(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e);
int sqlite_wal_hook(void *ctx, sqlite3 *handle, const char *schema, int frames);
/* Around whatever writes or checkpoints: among the processes that have the file open. Fair: who
 * waits gets the next turn. */
void sqlite_turn_begin(struct sqlite_db *d);
void sqlite_turn_end(struct sqlite_db *d);
void sqlite_checkpoint(struct sqlite_db *d, int mode); /* writer's thread, or after it ended */

/* db_sqlite_backup.c */
enum err sqlite_backup(struct db *db, struct str path, struct error *e);
void sqlite_backup_step(struct sqlite_db *d); /* writer's thread, d->backup is set */

#endif
