/* migrate_test.c: migrations are applied once, by whoever comes first, and doubts stop. */
#include "suite.h"

#include "store/migrate.h"

#include <pthread.h>
#include <string.h>

enum db_engine engine;

static int known(void)
{
    const struct migration *list = engine == DB_SQLITE ? migrations_sqlite : migrations_postgres;
    int n = 0;
    while (list[n].number)
        n++;
    return n;
}

static void test_both_lists_agree(void **state)
{
    (void)state;
    int i = 0;
    for (; migrations_sqlite[i].number; i++) {
        CHECK_INT(migrations_sqlite[i].number, i + 1, "no gap");
        CHECK_INT(migrations_postgres[i].number, i + 1, "the same numbers");
        CHECK_STR(str_of(migrations_postgres[i].name), str_of(migrations_sqlite[i].name), "names");
    }
    CHECK_INT(migrations_postgres[i].number, 0, "the same count");
    CHECK(i > 0, "there are some");
}

static void test_up_twice(void **state)
{
    (void)state;
    struct harness_db h;
    struct error e;
    int applied = -1;
    harness_open(engine, HARNESS_EMPTY, &h);
    CHECK_ERR(migrate_check(h.db, &e), ERR_CONFLICT, &e, "an empty database is behind");
    CHECK_STR(str_of(e.code), S("migrations_missing"), "code");
    CHECK_ERR(migrate_up(h.db, clock_system(), &applied, &e), OK, &e, "up");
    CHECK_INT(applied, known(), "all are new");
    CHECK_ERR(migrate_check(h.db, &e), OK, &e, "newest");
    CHECK_ERR(migrate_up(h.db, clock_system(), &applied, &e), OK, &e, "again");
    CHECK_INT(applied, 0, "nothing is new");
    harness_close(&h);
}

static void check_refused(const char *sql, const char *code)
{
    struct harness_db h;
    struct error e;
    int applied;
    harness_open(engine, HARNESS_MIGRATED, &h);
    run_script(h.db, sql);
    CHECK_ERR(migrate_check(h.db, &e), ERR_CORRUPT, &e, code);
    CHECK_STR(str_of(e.code), str_of(code), "code of the check");
    CHECK_ERR(migrate_up(h.db, clock_system(), &applied, &e), ERR_CORRUPT, &e, code);
    CHECK_STR(str_of(e.code), str_of(code), "code");
    CHECK_INT(applied, 0, "nothing was touched");
    harness_close(&h);
}

static void test_refused(void **state)
{
    (void)state;
    check_refused("INSERT INTO schema_migration (number, name, checksum, applied_at)"
                  " VALUES (9999, 'future', 'x', 0)",
        "schema_newer");
    check_refused("UPDATE schema_migration SET checksum = 'x' WHERE number = 1", "schema_differs");
    check_refused("UPDATE schema_migration SET number = 0 WHERE number = 1", "schema_gap");
}

/* 0020: which of an account's order statuses mean something is known by their ids and titles once;
 * from then on by the column alone. */
static void test_meanings_of_statuses(void **state)
{
    static const struct {
        const char *sql, *why;
    } rows[] = {
        { "SELECT COUNT(*) FROM order_status WHERE id = 4 AND meaning = 'shipped'",
            "one of the beginning, as it was" },
        { "SELECT COUNT(*) FROM order_status WHERE id = 5 AND meaning = 'canceled'", "renamed" },
        { "SELECT COUNT(*) FROM order_status WHERE id = 6 AND meaning = 'canceled'",
            "one of the account's own, of that name" },
        { "SELECT COUNT(*) FROM order_status WHERE id = 7 AND meaning = ''", "of another name" },
        { "SELECT COUNT(*) FROM order_status WHERE id = 3 AND meaning = ''", "an open one" },
    };
    (void)state;
    struct harness_db h;
    struct error e;
    int applied;
    harness_open(engine, HARNESS_EMPTY, &h);
    CHECK_ERR(migrate_up_to(h.db, clock_system(), 17, &applied, &e), OK, &e, "as it was");
    run_script(h.db, "UPDATE order_status SET title = 'Storniert' WHERE id = 5;"
                     "INSERT INTO order_status (id, title, is_open, allow_commitment,"
                     " sync_to_shipstation, created_at, updated_at)"
                     " VALUES (6, 'CANCELLED', 1, 0, 0, 9, 9), (7, 'Void', 0, 0, 0, 9, 9)");
    CHECK_ERR(migrate_up(h.db, clock_system(), &applied, &e), OK, &e, "up");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(get_int(h.db, rows[i].sql), 1, rows[i].why);
    harness_close(&h);
}

/* One that was opened is used for something else, whatever its id was once. */
static void test_a_status_that_was_opened(void **state)
{
    (void)state;
    struct harness_db h;
    struct error e;
    int applied;
    harness_open(engine, HARNESS_EMPTY, &h);
    CHECK_ERR(migrate_up_to(h.db, clock_system(), 17, &applied, &e), OK, &e, "as it was");
    run_script(h.db, "UPDATE order_status SET title = 'Packing', is_open = 1 WHERE id = 4");
    CHECK_ERR(migrate_up(h.db, clock_system(), &applied, &e), OK, &e, "up");
    CHECK_INT(
        get_int(h.db, "SELECT COUNT(*) FROM order_status WHERE meaning <> ''"), 1, "Canceled");
    harness_close(&h);
}

struct racer {
    struct db *db;
    int applied;
    enum err rc;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    struct error e;
    r->rc = migrate_up(r->db, clock_system(), &r->applied, &e);
    return NULL;
}

static void test_race(void **state)
{
    enum { RACERS = 4 };
    (void)state;
    struct harness_db h;
    struct racer racers[RACERS];
    pthread_t threads[RACERS];
    int sum = 0;
    harness_open(engine, HARNESS_EMPTY, &h);
    for (int i = 0; i < RACERS; i++) {
        /* Processes that share a server, threads that share a file. */
        racers[i].db = engine == DB_POSTGRES ? harness_connect(&h) : h.db;
        pthread_create(&threads[i], NULL, race, &racers[i]);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(racers[i].rc, OK, "every racer ends well");
        sum += racers[i].applied;
        if (engine == DB_POSTGRES) db_close(racers[i].db);
    }
    CHECK_INT(sum, known(), "each migration was applied once");
    harness_close(&h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_lists_agree),
        cmocka_unit_test(test_up_twice),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_meanings_of_statuses),
        cmocka_unit_test(test_a_status_that_was_opened),
        cmocka_unit_test(test_race),
    };
    engine = harness_engine(argc, argv);
    int failed = cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL);
    harness_stop();
    return failed;
}
