/*
 * db.h: the port to the database; SQLite and PostgreSQL are behind it.
 *
 * Statements are written once, in the part of SQL both engines share, with $1..$n. Integers are
 * 64-bit, booleans are integers 0/1, times are milliseconds since 1970, text is UTF-8. The driver
 * rewrites exactly two things, so that nothing else needs a pair of statements:
 *   - ` FOR UPDATE` at the end is dropped on SQLite, whose one writer is always alone;
 *   - `{ints $n}` becomes a subquery of the 64-bit integers bound by stmt_bind_ints.
 * What cannot be shared is a visible pair: tx_engine(tx) == DB_SQLITE ? "..." : "...".
 *
 * Write transactions: on SQLite one writer thread takes them from a bounded queue and commits
 * several together (a savepoint each, one fsync, replies after it); on PostgreSQL they run on a
 * pooled connection, READ COMMITTED, and are run again after a serialisation failure or deadlock,
 * or when a row that theirs refer to was deleted meanwhile: then they find out by looking. So
 * a transaction function may run more than once, on another thread than its caller's: it touches
 * only its tx and its ctx, sets every output anew each time, and never does network I/O.
 *
 * A transaction is durable when db_write returns OK. ERR_UNAVAILABLE with code "unknown_outcome"
 * means that the connection broke during COMMIT.
 *
 * Failures stick: after the first failed statement of a tx, further ones do nothing and the
 * transaction rolls back, even if fn returns OK.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct db;
struct tx;
struct stmt;

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_options {
    struct str sqlite_path;  /* file, created 0600 when absent. Either this or ... */
    struct str postgres_url; /* ... postgresql://... */
    int connections;         /* SQLite: readers; PostgreSQL: pool size */
    size_t write_queue_max;  /* SQLite: transactions waiting; beyond: ERR_BUSY */
    size_t group_max;        /* SQLite: most transactions in one commit */
    /* SQLite: when another process has the file open, write beside it, taking turns. For single
     * commands while a server runs; nothing is told to that server's listeners. */
    bool guest_allowed;
    /* Only to read and to back up, beside a process that writes: db_write is ERR_CONFLICT
     * "database_in_use", and on SQLite the file must be there. */
    bool read_only;
    time_ms wait_timeout_ms; /* for a place in the queue or a connection; beyond: ERR_BUSY */
};

/* Opens and checks the engine's version; applies no migration. */
MUST_USE enum err db_open(const struct db_options *options, struct db **out, struct error *e);
void db_close(struct db *db); /* after every call has returned */
enum db_engine db_engine(const struct db *db);
/* False for a guest: the schema is the other process's business. */
bool db_owns_file(const struct db *db);

typedef enum err (*tx_fn)(struct tx *tx, void *ctx, struct error *e);

/* `name` is a literal: it is shown in logs, metrics and warnings about slow transactions. */
MUST_USE enum err db_write(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e);
/* One consistent snapshot; writing in it fails. Never waits for a writer. */
MUST_USE enum err db_read(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e);

/* True while the calling thread is inside a transaction function. */
bool db_in_transaction(void);

enum db_engine tx_engine(const struct tx *tx);
struct arena *tx_arena(struct tx *tx); /* scratch; emptied when the transaction ends */

/* After the commit, each db_listen function of every process that shares the database is called
 * with the topic (a literal, [a-z_]+). Several may arrive as one, and some without a cause. */
void tx_notify(struct tx *tx, const char *topic);
typedef void (*db_listen_fn)(void *ctx, const char *topic);
/* Before other threads use db. Called on a driver thread: only set a flag and signal there. */
void db_listen(struct db *db, db_listen_fn fn, void *ctx);

/* Lock of that number over all processes until the transaction ends; nothing to do on SQLite.
 * Taken in ascending order, before row locks. */
void tx_lock(struct tx *tx, int64_t number, bool exclusive);

/* `sql` must be a string literal (prepared statements are cached by its address). Never NULL: a
 * failure is reported when the statement is run. Every stmt is ended by exactly one of stmt_run,
 * stmt_later, stmt_end. Rows of one statement may be read while others run in the same tx. */
struct stmt *tx_prepare(struct tx *tx, const char *sql);

void stmt_bind_int(struct stmt *st, int n, int64_t value);
void stmt_bind_str(struct stmt *st, int n, struct str value);  /* copied */
void stmt_bind_blob(struct stmt *st, int n, struct str value); /* copied */
void stmt_bind_null_int(struct stmt *st, int n);
void stmt_bind_null_str(struct stmt *st, int n);
void stmt_bind_null_blob(struct stmt *st, int n);
void stmt_bind_ints(struct stmt *st, int n, const int64_t *values, size_t count); /* copied */

/* Runs to the end; *changes (may be NULL) = rows inserted, updated or deleted. A UNIQUE violation
 * is ERR_CONFLICT with code "unique" and, in e->pointer, the name of the index or constraint on
 * PostgreSQL, "table.column, table.column" on SQLite; other constraints ERR_CONFLICT "constraint".
 */
MUST_USE enum err stmt_run(struct stmt *st, int64_t *changes, struct error *e);

/* Runs without waiting for the result: on PostgreSQL it is pipelined with what follows, so that a
 * transaction costs few round trips. Its failure surfaces at a later statement or at the commit. */
void stmt_later(struct stmt *st);

/* Rows: while (stmt_row(st)) { ... } rc = stmt_end(st, e); ending early is allowed. */
bool stmt_row(struct stmt *st);
MUST_USE enum err stmt_end(struct stmt *st, struct error *e);

int64_t stmt_int(struct stmt *st, int column);                         /* from 0; NULL gives 0 */
struct str stmt_str(struct stmt *st, int column, struct arena *arena); /* copied; NULL gives "" */
struct str stmt_str_view(struct stmt *st, int column); /* valid until the next stmt_row */
struct str stmt_blob(struct stmt *st, int column, struct arena *arena);
bool stmt_null(struct stmt *st, int column);

/* Several statements without parameters or rows (migrations). */
MUST_USE enum err tx_script(struct tx *tx, struct str sql, struct error *e);

/* SQLite: an online copy made by the writer, complete and consistent (backup API). PostgreSQL:
 * ERR_INVALID; store/dump.h is for both. */
MUST_USE enum err db_backup(struct db *db, struct str path, struct error *e);

struct db_stats {
    int64_t writes, write_groups, reads, retries;
    int64_t queue_len, wal_bytes;
};
void db_stats(struct db *db, struct db_stats *out);

#endif
