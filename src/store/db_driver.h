/*
 * db_driver.h: what an engine implements behind db.h, and the half that both share.
 *
 * Private to src/store/db*.c. The shared half (db.c, db_stmt.c) owns the rules of db.h: sticky
 * failures, binding, the statement cache, listeners, misuse. An engine only opens connections,
 * begins and ends transactions, and runs statements whose parameters are already collected.
 */
#ifndef STORE_DB_DRIVER_H
#define STORE_DB_DRIVER_H

#include "base/buf.h"
#include "store/db.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
    STMT_BUCKETS = 256,               /* the program has some hundred statements */
    STMT_DATA_MAX = 64 * 1024 * 1024, /* bytes bound to one statement */
    STMT_DATA_KEPT = 64 * 1024,       /* more than that is given back after the statement */
    TX_TOPICS_MAX = 16,               /* different topics in one transaction */
    DB_LISTENERS_MAX = 16,            /* one per service that waits for work */
    TX_SLOW_MS = 1000,                /* longer is worth a warning: it holds up others */
    TX_ARENA_MAX = 256 * 1024 * 1024,
};

enum param_kind { PARAM_UNBOUND, PARAM_INT, PARAM_STR, PARAM_BLOB, PARAM_INTS };

struct param {
    enum param_kind kind;
    bool is_null;
    int64_t number;
    size_t at, len; /* the copied bytes in stmt.data; PARAM_INTS in the engine's form */
};

enum stmt_state { STMT_IDLE, STMT_BINDING, STMT_RUNNING, STMT_DONE };

/* A prepared statement of one connection; the engine's own struct begins with it. Made once and
 * then reused, so that a transaction with many statements needs no memory for them. */
struct stmt {
    struct tx *tx;
    struct stmt *next; /* in the bucket */
    const char *sql;   /* the literal's address is the key */
    struct buf text;   /* as the engine is given it, NUL, and as the program wrote it, NUL */
    size_t original;   /* where in text the second one begins */
    struct param *params;
    int params_count;
    int columns;
    struct buf data;
    enum stmt_state state;
    bool on_row;
    int64_t changes;
};

/* A connection and the transaction that runs on it, one at a time. Belongs to one thread while it
 * does; the engine's own struct begins with it. */
struct tx {
    struct db *db;
    const char *name;
    struct arena arena;
    struct stmt *buckets[STMT_BUCKETS];
    struct stmt dead; /* stands for every statement prepared after a failure */
    int open_stmts;
    bool failed;
    struct error failure;
    const char *topics[TX_TOPICS_MAX];
    int topics_count;
};

enum column_kind { COLUMN_NULL, COLUMN_INT, COLUMN_STR, COLUMN_BLOB, COLUMN_OTHER };

struct db_driver {
    enum db_engine engine;
    void (*close)(struct db *db);
    enum err (*write)(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e);
    enum err (*read)(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e);
    enum err (*backup)(struct db *db, struct str path, struct error *e);
    void (*stats)(struct db *db, struct db_stats *out); /* what the shared half does not count */

    void (*lock)(struct tx *tx, int64_t number, bool exclusive);
    void (*script)(struct tx *tx, struct str sql);

    /* Allocates the engine's statement, calls stmt_init, prepares. NULL after tx_fail. */
    struct stmt *(*stmt_new)(struct tx *tx, const char *sql);
    void (*stmt_free)(struct stmt *st); /* calls stmt_release */
    void (*put_ints)(struct buf *out, const int64_t *values, size_t count);
    /* Runs with the collected parameters; failures by tx_fail. After start, `row` is called until
     * it gives false, then or earlier `end`. `columns` is set by start, `changes` by the last row.
     */
    void (*start)(struct stmt *st);
    void (*later)(struct stmt *st);
    bool (*row)(struct stmt *st);
    void (*end)(struct stmt *st);
    /* Of the current row. *number or *bytes is set by kind; COLUMN_OTHER for any other type. */
    enum column_kind (*column)(struct stmt *st, int column, int64_t *number, struct str *bytes);
};

struct db_listener {
    db_listen_fn fn;
    void *ctx;
};

struct db {
    const struct db_driver *driver;
    bool guest;
    struct db_options options; /* with defaults filled in; the strings are not kept */
    _Atomic int64_t writes, write_groups, reads, retries;
    struct db_listener listeners[DB_LISTENERS_MAX];
    _Atomic int listeners_count;
};

MUST_USE enum err sqlite_open(const struct db_options *options, struct db **out, struct error *e);
MUST_USE enum err postgres_open(const struct db_options *options, struct db **out, struct error *e);

/* db.c */
void tx_init(struct tx *tx, struct db *db);
void tx_release(struct tx *tx); /* frees the statements; the connection is still open */
void tx_start(struct tx *tx, const char *name);
/* Calls fn and judges: the result is fn's, or the sticky failure. Statements must be ended. */
enum err tx_call(struct tx *tx, tx_fn fn, void *ctx, struct error *e);
void tx_fail(struct tx *tx, const struct error *failure); /* the first one stays */
void db_call_listeners(struct db *db, const char *topic);
struct timespec db_deadline(time_ms from_now_ms); /* CLOCK_MONOTONIC */
/* A thread that gets no signals; aborts when there can be none. */
pthread_t db_thread(const char *name, void *(*run)(void *), void *arg);

/* db_stmt.c */
void stmt_init(struct stmt *st, struct tx *tx, const char *sql);
void stmt_release(struct stmt *st);
void stmt_cache_drop(struct tx *tx); /* the connection is gone, and its statements with it */
struct str param_bytes(const struct stmt *st, const struct param *param);

/* db_rewrite.c: see db.h; *params_count = the highest $n. A malformed marker is a bug. */
void sql_rewrite(enum db_engine engine, const char *sql, struct buf *out, int *params_count);

#endif
