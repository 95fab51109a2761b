/* db.c: the half of db.h that does not depend on the engine; see db_driver.h. */
#include "store/db_driver.h"

#include "base/assert.h"
#include "base/log.h"

#include <signal.h>
#include <string.h>

static _Thread_local bool in_transaction;

static struct db_options with_defaults(const struct db_options *given)
{
    struct db_options o = *given;
    if (o.connections <= 0) o.connections = 4;
    if (o.write_queue_max == 0) o.write_queue_max = 1024;
    if (o.group_max == 0) o.group_max = 128;
    if (o.wait_timeout_ms <= 0) o.wait_timeout_ms = 5000;
    return o;
}

enum err db_open(const struct db_options *options, struct db **out, struct error *e)
{
    *out = NULL;
    if ((options->sqlite_path.len > 0) == (options->postgres_url.len > 0))
        return error_set(e, ERR_INVALID, "give either a SQLite file or a PostgreSQL URL");
    struct db_options full = with_defaults(options);
    struct db *db = NULL;
    enum err rc = full.sqlite_path.len ? sqlite_open(&full, &db, e) : postgres_open(&full, &db, e);
    if (rc == OK) *out = db;
    return rc;
}

void db_close(struct db *db)
{
    if (!db) return;
    ASSERT(!in_transaction);
    db->driver->close(db);
}

enum db_engine db_engine(const struct db *db)
{
    return db->driver->engine;
}

bool db_owns_file(const struct db *db)
{
    return !db->guest;
}

enum err db_write(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    if (in_transaction) PANIC("transaction %s begun inside another one", name);
    if (db->options.read_only)
        return error_code(e, ERR_CONFLICT, "database_in_use", "the database was opened to be read");
    enum err rc = db->driver->write(db, name, fn, ctx, e);
    if (rc == OK) atomic_fetch_add_explicit(&db->writes, 1, memory_order_relaxed);
    return rc;
}

enum err db_read(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    if (in_transaction) PANIC("transaction %s begun inside another one", name);
    enum err rc = db->driver->read(db, name, fn, ctx, e);
    if (rc == OK) atomic_fetch_add_explicit(&db->reads, 1, memory_order_relaxed);
    return rc;
}

bool db_in_transaction(void)
{
    return in_transaction;
}

void tx_init(struct tx *tx, struct db *db)
{
    tx->db = db;
    tx->dead = (struct stmt){ .tx = tx, .sql = "(after a failure)" };
    arena_init(&tx->arena, "transaction", TX_ARENA_MAX);
}

void tx_release(struct tx *tx)
{
    stmt_cache_drop(tx);
    arena_release(&tx->arena);
}

void tx_start(struct tx *tx, const char *name)
{
    ASSERT(tx->open_stmts == 0);
    tx->name = name;
    tx->failed = false;
    tx->topics_count = 0;
}

enum err tx_call(struct tx *tx, tx_fn fn, void *ctx, struct error *e)
{
    time_ms begun = clock_monotonic(clock_system());
    in_transaction = true;
    enum err rc = fn(tx, ctx, e);
    in_transaction = false;
    if (tx->open_stmts) PANIC("transaction %s left %d statements open", tx->name, tx->open_stmts);
    if (rc == OK && tx->failed) {
        *e = tx->failure;
        rc = e->kind;
    }
    arena_reset(&tx->arena);
    time_ms took = clock_monotonic(clock_system()) - begun;
    if (took >= TX_SLOW_MS)
        LOG_WARN("db", "slow_transaction", "name=%s ms=%lld", tx->name, (long long)took);
    return rc;
}

void tx_fail(struct tx *tx, const struct error *failure)
{
    ASSERT(failure->kind != OK);
    if (tx->failed) return;
    tx->failed = true;
    tx->failure = *failure;
}

enum db_engine tx_engine(const struct tx *tx)
{
    return tx->db->driver->engine;
}

struct arena *tx_arena(struct tx *tx)
{
    return &tx->arena;
}

void tx_notify(struct tx *tx, const char *topic)
{
    for (int i = 0; i < tx->topics_count; i++)
        if (strcmp(tx->topics[i], topic) == 0) return;
    ASSERT(tx->topics_count < TX_TOPICS_MAX);
    tx->topics[tx->topics_count++] = topic;
}

void db_listen(struct db *db, db_listen_fn fn, void *ctx)
{
    int count = atomic_load(&db->listeners_count);
    ASSERT(count < DB_LISTENERS_MAX);
    db->listeners[count] = (struct db_listener){ fn, ctx };
    atomic_store(&db->listeners_count, count + 1);
}

void db_call_listeners(struct db *db, const char *topic)
{
    int count = atomic_load(&db->listeners_count);
    for (int i = 0; i < count; i++)
        db->listeners[i].fn(db->listeners[i].ctx, topic);
}

void tx_lock(struct tx *tx, int64_t number, bool exclusive)
{
    if (!tx->failed) tx->db->driver->lock(tx, number, exclusive);
}

enum err tx_script(struct tx *tx, struct str sql, struct error *e)
{
    if (!tx->failed) tx->db->driver->script(tx, sql);
    if (!tx->failed) return OK;
    *e = tx->failure;
    return e->kind;
}

enum err db_backup(struct db *db, struct str path, struct error *e)
{
    ASSERT(!in_transaction);
    return db->driver->backup(db, path, e);
}

void db_stats(struct db *db, struct db_stats *out)
{
    *out = (struct db_stats){
        .writes = atomic_load(&db->writes),
        .write_groups = atomic_load(&db->write_groups),
        .reads = atomic_load(&db->reads),
        .retries = atomic_load(&db->retries),
    };
    db->driver->stats(db, out);
}

struct timespec db_deadline(time_ms from_now_ms)
{
    time_ms t = clock_monotonic(clock_system()) + from_now_ms;
    return (struct timespec){ .tv_sec = t / 1000, .tv_nsec = t % 1000 * 1000000 };
}

pthread_t db_thread(const char *name, void *(*run)(void *), void *arg)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc) PANIC("no thread for %s: error %d", name, rc);
    pthread_setname_np(thread, name);
    return thread;
}
