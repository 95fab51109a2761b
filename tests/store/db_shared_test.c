/*
 * db_shared_test.c: many threads and processes on one database: groups, locks, retries, topics,
 * full queues and connections that break.
 */
#include "suite.h"

#include "base/assert.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

enum db_engine engine;
static struct harness_db h;

enum { THREADS = 8, ROUNDS = 40, PATIENCE_S = 20 };

static int setup(void **state)
{
    (void)state;
    harness_open(engine, HARNESS_EMPTY, &h);
    run_script(h.db, "CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);"
                     "INSERT INTO counter (id, n) VALUES (1, 0), (2, 0)");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    harness_close(&h);
    return 0;
}

static bool wait_for(sem_t *sem)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PATIENCE_S;
    int rc;
    do
        rc = sem_clockwait(sem, CLOCK_MONOTONIC, &until);
    while (rc != 0 && errno == EINTR);
    return rc == 0;
}

static int64_t retries(struct db *db)
{
    struct db_stats stats;
    db_stats(db, &stats);
    return stats.retries;
}

static enum err add_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "UPDATE counter SET n = n + $1 WHERE id = 1");
    stmt_bind_int(st, 1, *(int64_t *)ctx);
    return stmt_run(st, NULL, e);
}

/* Reads, then writes what it read plus one: right only while nobody comes between. */
static enum err read_and_write(struct tx *tx, const char *select, struct error *e)
{
    struct stmt *st = tx_prepare(tx, select);
    int64_t n = stmt_row(st) ? stmt_int(st, 0) : 0;
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    st = tx_prepare(tx, "UPDATE counter SET n = $1 WHERE id = 1");
    stmt_bind_int(st, 1, n + 1);
    return stmt_run(st, NULL, e);
}

static enum err row_lock_fn(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    return read_and_write(tx, "SELECT n FROM counter WHERE id = 1 FOR UPDATE", e);
}

static enum err number_lock_fn(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    tx_lock(tx, 3, false);
    tx_lock(tx, 7, true);
    return read_and_write(tx, "SELECT n FROM counter WHERE id = 1", e);
}

static void *increment(void *arg)
{
    tx_fn fn = *(tx_fn *)arg;
    struct error e;
    int64_t one = 1;
    for (int i = 0; i < ROUNDS; i++)
        if (db_write(h.db, "increment", fn, &one, &e)) PANIC("%s", e.detail);
    return NULL;
}

static void test_concurrent_increments(void **state)
{
    (void)state;
    static tx_fn fns[] = { add_fn, row_lock_fn, number_lock_fn };
    for (size_t k = 0; k < COUNT_OF(fns); k++) {
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, increment, &fns[k]);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        CHECK_INT(get_int(h.db, "SELECT n FROM counter WHERE id = 1"),
            (int)(k + 1) * THREADS * ROUNDS, "none is lost");
    }
}

/* The first runs of both hold one row each before they want the other's: a certain deadlock. */
struct crossing {
    pthread_barrier_t *meet;
    int64_t first;
    int runs;
};

static enum err cross_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct crossing *c = ctx;
    for (int i = 0; i < 2; i++) {
        struct stmt *st = tx_prepare(tx, "UPDATE counter SET n = n + 1 WHERE id = $1");
        stmt_bind_int(st, 1, i ? 3 - c->first : c->first);
        enum err rc = stmt_run(st, NULL, e);
        if (rc) return rc;
        if (i == 0 && c->runs++ == 0 && engine == DB_POSTGRES) pthread_barrier_wait(c->meet);
    }
    return OK;
}

static void *cross(void *arg)
{
    struct error e;
    if (db_write(h.db, "cross", cross_fn, arg, &e)) PANIC("%s", e.detail);
    return NULL;
}

static void test_deadlock_is_run_again(void **state)
{
    (void)state;
    pthread_barrier_t meet;
    pthread_barrier_init(&meet, NULL, 2);
    struct crossing ways[] = { { &meet, 1, 0 }, { &meet, 2, 0 } };
    pthread_t other;
    pthread_create(&other, NULL, cross, &ways[1]);
    cross(&ways[0]);
    pthread_join(other, NULL);
    CHECK_INT(get_int(h.db, "SELECT MIN(n) + MAX(n) FROM counter"), 4, "each ran once");
    if (engine == DB_POSTGRES) CHECK(retries(h.db) >= 1, "one of them twice");
    pthread_barrier_destroy(&meet);
}

/* A transaction that stays open until it is let go, and one of those that queue behind it. */
struct gate {
    sem_t entered, leave;
};

static enum err gate_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct gate *gate = ctx;
    (void)tx;
    (void)e;
    sem_post(&gate->entered);
    CHECK(wait_for(&gate->leave), "let go");
    return OK;
}

static void *hold(void *arg)
{
    struct error e;
    if (db_write(h.db, "gate", gate_fn, arg, &e)) PANIC("%s", e.detail);
    return NULL;
}

static enum err follower_fn(struct tx *tx, void *ctx, struct error *e)
{
    int64_t id = *(int64_t *)ctx;
    struct stmt *st = tx_prepare(tx, "INSERT INTO counter (id, n) VALUES ($1, 1)");
    stmt_bind_int(st, 1, id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc == OK && id % 3 == 0) rc = error_set(e, ERR_NOT_FOUND, "on purpose");
    return rc;
}

static void *follow(void *arg)
{
    struct error e;
    enum err rc = db_write(h.db, "follower", follower_fn, arg, &e);
    /* Of ids 1 and 2 there are rows already; every third one gives up by itself. */
    int64_t id = *(int64_t *)arg;
    enum err want = id <= 2 ? ERR_CONFLICT : id % 3 == 0 ? ERR_NOT_FOUND : OK;
    if (rc != want) PANIC("follower %d: %d", (int)id, (int)rc);
    return NULL;
}

static void wait_for_queue(int64_t len)
{
    struct db_stats stats;
    do {
        sched_yield();
        db_stats(h.db, &stats);
    } while (stats.queue_len < len);
}

static void test_groups(void **state)
{
    enum { FOLLOWERS = 20 };
    (void)state;
    struct gate gate;
    struct db_stats before, after;
    pthread_t holder, threads[FOLLOWERS];
    int64_t ids[FOLLOWERS];
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.leave, 0, 0);
    db_stats(h.db, &before);
    pthread_create(&holder, NULL, hold, &gate);
    CHECK(wait_for(&gate.entered), "the first one runs");
    for (int i = 0; i < FOLLOWERS; i++) {
        ids[i] = i + 1;
        pthread_create(&threads[i], NULL, follow, &ids[i]);
    }
    if (engine == DB_SQLITE) wait_for_queue(FOLLOWERS);
    sem_post(&gate.leave);
    pthread_join(holder, NULL);
    for (int i = 0; i < FOLLOWERS; i++)
        pthread_join(threads[i], NULL);
    db_stats(h.db, &after);
    if (engine == DB_SQLITE)
        CHECK_INT(after.write_groups - before.write_groups, 1, "one commit for all");
    CHECK_INT(get_int(h.db, "SELECT COUNT(*) FROM counter"), 2 + FOLLOWERS - 2 - FOLLOWERS / 3,
        "those that failed left nothing, the others everything");
}

static void test_busy(void **state)
{
    (void)state;
    struct gate gate;
    struct error e;
    pthread_t holder;
    struct db_options o = harness_options(&h);
    o.connections = 1;
    o.write_queue_max = 1;
    o.wait_timeout_ms = 20;
    db_close(h.db);
    CHECK_ERR(db_open(&o, &h.db, &e), OK, &e, "small");
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.leave, 0, 0);
    pthread_create(&holder, NULL, hold, &gate);
    CHECK(wait_for(&gate.entered), "it runs");
    pthread_t waiting = 0;
    int64_t id = 4;
    if (engine == DB_SQLITE) {
        pthread_create(&waiting, NULL, follow, &id);
        wait_for_queue(1);
    }
    int64_t one = 1;
    CHECK_ERR(db_write(h.db, "busy", add_fn, &one, &e), ERR_BUSY, &e, "no place");
    if (engine == DB_SQLITE) {
        CHECK_INT(get_int(h.db, "SELECT n FROM counter WHERE id = 1"), 0, "reading goes on");
    }
    sem_post(&gate.leave);
    pthread_join(holder, NULL);
    if (engine == DB_SQLITE) pthread_join(waiting, NULL);
    CHECK_ERR(db_write(h.db, "free", add_fn, &one, &e), OK, &e, "again");
    CHECK_INT(get_int(h.db, "SELECT n FROM counter WHERE id = 1"), 1, "once");
}

static void *add_one(void *arg)
{
    struct error e;
    int64_t one = 1;
    (void)arg;
    if (db_write(h.db, "add", add_fn, &one, &e)) PANIC("%s", e.detail);
    return NULL;
}

static enum err snapshot_fn(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    int64_t seen[2];
    for (int i = 0; i < 2; i++) {
        struct stmt *st = tx_prepare(tx, "SELECT n FROM counter WHERE id = 1");
        seen[i] = stmt_row(st) ? stmt_int(st, 0) : -1;
        enum err rc = stmt_end(st, e);
        if (rc) return rc;
        pthread_t other;
        pthread_create(&other, NULL, add_one, NULL);
        pthread_join(other, NULL);
    }
    CHECK_INT(seen[0], seen[1], "what others commit meanwhile is not seen");
    return OK;
}

static void test_snapshot(void **state)
{
    (void)state;
    struct error e;
    CHECK_ERR(db_read(h.db, "snapshot", snapshot_fn, NULL, &e), OK, &e, "reads");
    CHECK_INT(get_int(h.db, "SELECT n FROM counter WHERE id = 1"), 2, "afterwards it is");
}

struct ear {
    const char *topic;
    sem_t heard;
    _Atomic int count;
};

static void on_topic(void *ctx, const char *topic)
{
    struct ear *ear = ctx;
    if (strcmp(topic, ear->topic) != 0) return;
    ear->count++;
    sem_post(&ear->heard);
}

struct call {
    const char *topic;
    enum err rc;
};

static enum err notify_fn(struct tx *tx, void *ctx, struct error *e)
{
    const struct call *call = ctx;
    tx_notify(tx, call->topic);
    tx_notify(tx, call->topic);
    stmt_later(tx_prepare(tx, "UPDATE counter SET n = n + 1 WHERE id = 2"));
    return call->rc ? error_set(e, call->rc, "on purpose") : OK;
}

static void say(struct db *db, const char *topic, enum err rc)
{
    struct call call = { topic, rc };
    struct error e;
    CHECK_ERR(db_write(db, "notify", notify_fn, &call, &e), rc, &e, topic);
}

/* Every connection to this database ends but the asking one, and has ended afterwards. */
static void break_connections(void)
{
    harness_sql(&h, "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

static void test_topics(void **state)
{
    (void)state;
    /* They outlive the last call, which may come while the database is closed. */
    static struct ear near = { .topic = "work" }, far = { .topic = "work" };
    static struct ear lost = { .topic = "lost" };
    struct db *other = engine == DB_POSTGRES ? harness_connect(&h) : h.db;
    sem_init(&near.heard, 0, 0);
    sem_init(&far.heard, 0, 0);
    sem_init(&lost.heard, 0, 0);
    db_listen(h.db, on_topic, &near);
    db_listen(other, on_topic, &far);
    db_listen(other, on_topic, &lost);
    say(h.db, "lost", ERR_CONFLICT);
    for (int i = 0; i < 3; i++) {
        say(i % 2 ? other : h.db, "work", OK);
        CHECK(wait_for(&near.heard), "this process");
        CHECK(wait_for(&far.heard), "and the other");
    }
    CHECK_INT(lost.count, 0, "a transaction that failed says nothing");
    if (engine == DB_POSTGRES) {
        break_connections();
        say(other, "work", OK);
        CHECK(wait_for(&near.heard), "heard again");
        CHECK(wait_for(&far.heard), "heard again");
        CHECK_INT(get_int(h.db, "SELECT n FROM counter WHERE id = 2"), 4, "each one once");
        db_close(other);
    }
}

/* Its connection breaks in the middle of the first run, after a change. */
static enum err breaking_fn(struct tx *tx, void *ctx, struct error *e)
{
    int64_t one = 1;
    enum err rc = add_fn(tx, &one, e);
    if (++*(int *)ctx == 1) break_connections();
    return rc ? rc : add_fn(tx, &one, e);
}

static void test_broken_connection(void **state)
{
    (void)state;
    if (engine != DB_POSTGRES) return;
    struct error e;
    int runs = 0;
    int64_t one = 1;
    CHECK_ERR(db_write(h.db, "warm", add_fn, &one, &e), OK, &e, "works");
    break_connections();
    CHECK_ERR(db_write(h.db, "heal", add_fn, &one, &e), OK, &e, "healed without a word");
    CHECK_INT(retries(h.db), 0, "it was seen before anything was sent");
    CHECK_ERR(db_write(h.db, "break", breaking_fn, &runs, &e), OK, &e, "healed again");
    CHECK_INT(runs, 2, "by running it again");
    CHECK_INT(retries(h.db), 1, "once");
    CHECK_INT(
        get_int(h.db, "SELECT n FROM counter WHERE id = 1"), 4, "the broken run left nothing");
}

/* A constraint trigger that ends its own server process when COMMIT runs it. */
static void test_unknown_outcome(void **state)
{
    (void)state;
    if (engine != DB_POSTGRES) return;
    struct error e;
    int64_t one = 1;
    run_script(h.db,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON counter DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION die()");
    CHECK_ERR(db_write(h.db, "die", add_fn, &one, &e), ERR_UNAVAILABLE, &e, "nobody knows");
    CHECK_STR(str_of(e.code), S("unknown_outcome"), "code");
    CHECK_INT(retries(h.db), 0, "not run again");
    run_script(h.db, "DROP TRIGGER die ON counter");
    CHECK_ERR(db_write(h.db, "heal", add_fn, &one, &e), OK, &e, "works again");
}

struct adoption {
    bool looks, loses; /* at the parent first; it, to another transaction, in the first run */
    int runs;
};

static enum err adopt_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct adoption *a = ctx;
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM parent");
    int64_t parents = stmt_row(st) ? stmt_int(st, 0) : -1;
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (a->looks && !parents) return error_set(e, ERR_NOT_FOUND, "it is gone");
    if (++a->runs == 1 && a->loses) harness_sql(&h, "DELETE FROM parent");
    return stmt_run(tx_prepare(tx, "INSERT INTO child (parent_id) VALUES (1)"), NULL, e);
}

/* What was there when it was looked at is deleted before it is referred to. */
static void test_lost_reference(void **state)
{
    (void)state;
    struct error e;
    run_script(h.db, "CREATE TABLE parent (id BIGINT PRIMARY KEY);"
                     "CREATE TABLE child (parent_id BIGINT NOT NULL REFERENCES parent (id));"
                     "INSERT INTO parent (id) VALUES (1)");
    struct adoption careful = { .looks = true, .loses = engine == DB_POSTGRES };
    CHECK_ERR(db_write(h.db, "adopt", adopt_fn, &careful, &e),
        engine == DB_POSTGRES ? ERR_NOT_FOUND : OK, &e, "found out by looking again");
    run_script(h.db, "DELETE FROM child; DELETE FROM parent");
    struct adoption careless = { .looks = false };
    CHECK_ERR(db_write(h.db, "adopt", adopt_fn, &careless, &e), ERR_CONFLICT, &e, "never there");
    CHECK_STR(str_of(e.code), S("constraint"), "the database's own refusal");
    CHECK_INT(careless.runs, engine == DB_POSTGRES ? 4 : 1, "is asked for again, not for ever");
}

static enum err all_columns_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT * FROM counter WHERE id = 1");
    *(bool *)ctx = stmt_row(st);
    return stmt_end(st, e);
}

static void test_schema_changes_under_us(void **state)
{
    (void)state;
    struct error e;
    bool found;
    CHECK_ERR(db_read(h.db, "before", all_columns_fn, &found, &e), OK, &e, "two columns");
    run_script(h.db, "ALTER TABLE counter ADD COLUMN more BIGINT");
    for (int i = 0; i < 8; i++)
        CHECK_ERR(db_read(h.db, "after", all_columns_fn, &found, &e), OK, &e, "three columns");
    CHECK(found, "the row");
}

int main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_concurrent_increments),
        CASE(test_deadlock_is_run_again),
        CASE(test_groups),
        CASE(test_busy),
        CASE(test_snapshot),
        CASE(test_topics),
        CASE(test_broken_connection),
        CASE(test_unknown_outcome),
        CASE(test_lost_reference),
        CASE(test_schema_changes_under_us),
    };
    engine = harness_engine(argc, argv);
    int failed = cmocka_run_group_tests_name("store/db_shared", tests, NULL, NULL);
    harness_stop();
    return failed;
}
