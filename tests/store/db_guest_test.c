/*
 * db_guest_test.c: a SQLite file that a server has open, and the commands that come beside it:
 * guests that write in turns with it, readers that copy it. On PostgreSQL all are equal.
 */
#include "suite.h"

#include "base/assert.h"

#include <pthread.h>
#include <string.h>

enum db_engine engine;
static struct harness_db owner;

enum { THREADS = 3, ROUNDS = 200, FILL = 3000 };

static int setup(void **state)
{
    (void)state;
    harness_open(engine, HARNESS_EMPTY, &owner);
    run_script(owner.db, "CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);"
                         "CREATE TABLE filler (id BIGINT PRIMARY KEY, text TEXT NOT NULL);"
                         "INSERT INTO counter (id, n) VALUES (1, 0)");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    harness_close(&owner);
    return 0;
}

static enum err open_as(bool guest, bool read_only, struct db **out, struct error *e)
{
    struct db_options o = harness_options(&owner);
    o.guest_allowed = guest;
    o.read_only = read_only;
    return db_open(&o, out, e);
}

static enum err add_fn(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    struct stmt *st = tx_prepare(tx, "UPDATE counter SET n = n + 1 WHERE id = 1");
    return stmt_run(st, NULL, e);
}

static void *increment(void *db)
{
    struct error e;
    for (int i = 0; i < ROUNDS; i++)
        if (db_write(db, "increment", add_fn, NULL, &e)) PANIC("%s", e.detail);
    return NULL;
}

/* Enough pages that the owner checkpoints, and begins its log anew, while guests write. */
static enum err fill_fn(struct tx *tx, void *ctx, struct error *e)
{
    int64_t *next = ctx;
    for (int i = 0; i < FILL; i++) {
        struct stmt *st = tx_prepare(tx, "INSERT INTO filler (id, text) VALUES ($1, $2)");
        char text[2000] = { 0 };
        memset(text, 'x', sizeof text - 1);
        stmt_bind_int(st, 1, *next + i);
        stmt_bind_str(st, 2, str_of(text));
        enum err rc = stmt_run(st, NULL, e);
        if (rc) return rc;
    }
    return OK;
}

static void test_guests_take_turns(void **state)
{
    (void)state;
    struct error e;
    struct db *guests[2];
    pthread_t threads[THREADS * 3];
    for (int g = 0; g < 2; g++) {
        CHECK_ERR(open_as(true, false, &guests[g], &e), OK, &e, "a guest");
        CHECK(db_owns_file(guests[g]) == (engine == DB_POSTGRES), "knows that it is one");
    }
    CHECK(db_owns_file(owner.db), "and so does the owner");
    for (int i = 0; i < THREADS * 3; i++)
        pthread_create(&threads[i], NULL, increment, i % 3 ? guests[i % 3 - 1] : owner.db);
    int64_t rows = 0;
    for (int i = 0; i < 8; i++, rows += FILL)
        CHECK_ERR(db_write(owner.db, "fill", fill_fn, &rows, &e), OK, &e, "log after log");
    for (int i = 0; i < THREADS * 3; i++)
        pthread_join(threads[i], NULL);
    for (int g = 0; g < 2; g++)
        db_close(guests[g]);
    CHECK_INT(get_int(owner.db, "SELECT n FROM counter"), THREADS * 3 * ROUNDS, "none is lost");
    CHECK_INT(get_int(owner.db, "SELECT COUNT(*) FROM filler"), rows, "nor of the rows");
    if (engine == DB_POSTGRES) return;
    db_close(owner.db);
    owner.db = harness_connect(&owner);
    CHECK_INT(get_int(owner.db, "SELECT n FROM counter"), THREADS * 3 * ROUNDS, "on disk");
    CHECK_INT(get_int(owner.db, "SELECT COUNT(*) FROM pragma_integrity_check"
                                " WHERE integrity_check <> 'ok'"),
        0, "whole");
}

static void test_only_guests(void **state)
{
    (void)state;
    struct error e;
    struct db *other;
    if (engine == DB_POSTGRES) return;
    CHECK_ERR(open_as(false, false, &other, &e), ERR_CONFLICT, &e, "not a second server");
    CHECK_STR(str_of(e.code), S("database_in_use"), "code");
    /* Without a server, the command is the owner itself. */
    db_close(owner.db);
    owner.db = NULL;
    CHECK_ERR(open_as(true, false, &other, &e), OK, &e, "alone");
    CHECK(db_owns_file(other), "owner");
    db_close(other);
    owner.db = harness_connect(&owner);
}

static enum err count_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT n FROM counter");
    if (stmt_row(st)) *(int64_t *)ctx = stmt_int(st, 0);
    return stmt_end(st, e);
}

static void test_readers(void **state)
{
    (void)state;
    struct error e;
    struct db *reader;
    int64_t n = -1;
    CHECK_ERR(open_as(false, true, &reader, &e), OK, &e, "beside the owner");
    CHECK_ERR(db_write(owner.db, "increment", add_fn, NULL, &e), OK, &e, "the owner writes");
    CHECK_ERR(db_read(reader, "count", count_fn, &n, &e), OK, &e, "read");
    CHECK_INT(n, 1, "what the owner has just written");
    CHECK_ERR(db_write(reader, "increment", add_fn, NULL, &e), ERR_CONFLICT, &e, "never writes");
    CHECK_STR(str_of(e.code), S("database_in_use"), "code");
    if (engine == DB_SQLITE) {
        char path[300];
        (void)snprintf(path, sizeof path, "%s/reader-copy.sqlite", harness_folder());
        CHECK_ERR(db_backup(reader, str_of(path), &e), OK, &e, "a copy");
        CHECK_ERR(db_backup(reader, str_of(path), &e), ERR_CONFLICT, &e, "never over a file");
        struct db_options o = { .sqlite_path = str_of(path) };
        struct db *copy;
        CHECK_ERR(db_open(&o, &copy, &e), OK, &e, "is a database");
        CHECK_INT(get_int(copy, "SELECT n FROM counter"), 1, "with what was there");
        db_close(copy);
    }
    db_close(reader);
}

static void test_nothing_to_read(void **state)
{
    (void)state;
    struct error e;
    struct db *db;
    if (engine == DB_POSTGRES) return;
    struct db_options o = { .sqlite_path = S("/nonexistent/none.db"), .read_only = true };
    CHECK_ERR(db_open(&o, &db, &e), ERR_NOT_FOUND, &e, "a reader makes no file");
    CHECK(strstr(e.detail, "/nonexistent/none.db") != NULL, "names it");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_guests_take_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_guests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_readers, setup, teardown),
        cmocka_unit_test(test_nothing_to_read),
    };
    engine = harness_engine(argc, argv);
    int failed = cmocka_run_group_tests_name("store/db_guest", tests, NULL, NULL);
    harness_stop();
    return failed;
}
