/*
 * db_disk_test.c: a disk that takes no more. What was acknowledged stays, what was not is refused
 * with a reason, reading goes on, and so does writing when there is room again. SQLite only:
 * PostgreSQL has its own disk.
 *
 * The limit is the process's own on the size of a file (RLIMIT_FSIZE), which makes write(2) fail as
 * a full disk does.
 */
#include "suite.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

enum db_engine engine;

enum { LIMIT = 1 << 20, BLOB = 20000, TRIES = 200 };

static struct rlimit unlimited;

static void limit_files(rlim_t size)
{
    struct rlimit limit = { size, unlimited.rlim_max };
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0, "limit");
}

struct row {
    int64_t id;
};

static enum err insert(struct tx *tx, void *ctx, struct error *e)
{
    static const char bytes[BLOB] = { 1 };
    const struct row *row = ctx;
    struct stmt *st = tx_prepare(tx, "INSERT INTO t (id, a) VALUES ($1, $2)");
    stmt_bind_int(st, 1, row->id);
    stmt_bind_blob(st, 2, (struct str){ bytes, sizeof bytes });
    return stmt_run(st, NULL, e);
}

static enum err put(struct db *db, int64_t id, struct error *e)
{
    struct row row = { id };
    return db_write(db, "insert", insert, &row, e);
}

static int64_t count(struct db *db)
{
    return get_int(db, "SELECT COUNT(*) FROM t");
}

static void test_full_disk(void **state)
{
    (void)state;
    struct harness_db h;
    struct error e;
    harness_open(engine, HARNESS_EMPTY, &h);
    run_script(h.db, "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB)");
    int64_t acknowledged = 0, refused = 0;
    limit_files(LIMIT);
    for (int64_t id = 1; id <= TRIES; id++) {
        enum err rc = put(h.db, id, &e);
        if (rc == OK) {
            CHECK_INT(refused, 0, "a full disk stays full");
            acknowledged++;
            continue;
        }
        refused++;
        CHECK_INT(rc, ERR_UNAVAILABLE, "try again later, says the error");
        bool said = strcmp(e.code, "disk") == 0 || strcmp(e.code, "disk_full") == 0 ||
                    strcmp(e.code, "unknown_outcome") == 0;
        CHECK(said, e.code);
        CHECK_INT(count(h.db), acknowledged, "reading goes on, and shows what was acknowledged");
    }
    CHECK(acknowledged > 0 && refused > 0, "the limit was met on the way");
    limit_files(unlimited.rlim_cur);
    CHECK_ERR(put(h.db, TRIES + 1, &e), OK, &e, "there is room again");
    CHECK_INT(count(h.db), acknowledged + 1, "nothing lost, nothing twice");
    db_close(h.db);
    h.db = harness_connect(&h);
    CHECK_INT(count(h.db), acknowledged + 1, "nor on the disk");
    CHECK_INT(
        get_int(h.db, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
        1, "intact");
    harness_close(&h);
}

int main(int argc, char **argv)
{
    engine = harness_engine(argc, argv);
    signal(SIGXFSZ, SIG_IGN); /* write(2) says EFBIG instead */
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &unlimited), 0, "the limit as it is");
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_full_disk) };
    int failed = cmocka_run_group_tests_name("store/db_disk", tests, NULL, NULL);
    harness_stop();
    return failed;
}
