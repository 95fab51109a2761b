/* db_open_test.c: opening, refusing to open, secrets in URLs, and backups. */
#include "suite.h"

#include "base/assert.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum db_engine engine;

static void refuse(const struct db_options *o, enum err want, const char *code, const char *why)
{
    struct db *db = NULL;
    struct error e;
    CHECK_ERR(db_open(o, &db, &e), want, &e, why);
    CHECK(db == NULL, why);
    if (code) CHECK_STR(str_of(e.code), str_of(code), why);
    CHECK(!strstr(e.detail, "hunter2"), "no password in the text");
}

static void test_refused_options(void **state)
{
    (void)state;
    refuse(&(struct db_options){ 0 }, ERR_INVALID, NULL, "neither");
    refuse(&(struct db_options){ .sqlite_path = S("/tmp/x"), .postgres_url = S("postgresql://x/") },
        ERR_INVALID, NULL, "both");
    refuse(&(struct db_options){ .sqlite_path = S(":memory:") }, ERR_INVALID, NULL, "no file");
    refuse(&(struct db_options){ .sqlite_path = S("/nowhere/at/all.sqlite") }, ERR_UNAVAILABLE,
        "disk", "no folder");
    static const char *const urls[] = {
        "postgresql://u:hunter2@[::1/x",
        "postgresql://u:hunter2@localhost:port:port/x?unknown=hunter2",
        "host=localhost password=hunter2 and more",
    };
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        refuse(&(struct db_options){ .postgres_url = str_of(urls[i]) }, ERR_INVALID, NULL,
            "a malformed URL");
    static const char *const unreachable[] = {
        "postgresql://hunter2:hunter2@/hunter2?host=/nowhere/hunter2",
        "postgresql://u:hunter2@127.0.0.1:1/x",
    };
    for (size_t i = 0; i < COUNT_OF(unreachable); i++)
        refuse(&(struct db_options){ .postgres_url = str_of(unreachable[i]) }, ERR_UNAVAILABLE,
            "database_unreachable", "nobody is there");
}

static void test_sqlite_file(void **state)
{
    (void)state;
    if (engine != DB_SQLITE) return;
    struct harness_db h;
    struct stat st;
    char other[500];
    harness_open(engine, HARNESS_EMPTY, &h);
    run_script(h.db, "CREATE TABLE t (a INTEGER)");
    static const char *const files[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(other, sizeof other, "%s%s", h.location, files[i]);
        CHECK_INT(stat(other, &st), 0, other);
        CHECK_INT(st.st_mode & 0777, 0600, "nobody else may read it");
    }
    struct db_options o = harness_options(&h);
    refuse(&o, ERR_CONFLICT, "database_in_use", "one process at a time");
    db_close(h.db);
    CHECK(stat(other, &st) != 0, "closing leaves no log behind");
    h.db = harness_connect(&h);
    CHECK_INT(get_int(h.db, "SELECT COUNT(*) FROM t"), 0, "kept");
    harness_close(&h);
    snprintf(other, sizeof other, "%s/text", harness_folder());
    FILE *f = fopen(other, "w");
    for (int i = 0; i < 100; i++)
        (void)fputs("this is not a database ", f);
    (void)fclose(f);
    refuse(&(struct db_options){ .sqlite_path = str_of(other) }, ERR_CORRUPT, NULL, "a text file");
}

struct fill {
    int rows;
};

static enum err fill_fn(struct tx *tx, void *ctx, struct error *e)
{
    const struct fill *fill = ctx;
    (void)e;
    for (int i = 0; i < fill->rows; i++) {
        struct stmt *st = tx_prepare(tx, "INSERT INTO t (a) VALUES ($1)");
        stmt_bind_blob(st, 1, (struct str){ (const char[2000]){ 1 }, 2000 });
        stmt_later(st);
    }
    return OK;
}

static void check_copy(const char *path, int64_t rows)
{
    struct harness_db copy = { .engine = DB_SQLITE };
    struct stat st;
    CHECK_INT(stat(path, &st), 0, "the copy is there");
    CHECK_INT(st.st_mode & 0777, 0600, "nobody else may read it");
    snprintf(copy.location, sizeof copy.location, "%s", path);
    copy.db = harness_connect(&copy);
    CHECK(get_int(copy.db, "SELECT COUNT(*) FROM t") >= rows, "complete");
    CHECK_INT(get_int(copy.db, "SELECT COUNT(*) FROM pragma_integrity_check"
                               " WHERE integrity_check = 'ok'"),
        1, "intact");
    harness_close(&copy);
}

static void test_backup(void **state)
{
    (void)state;
    struct harness_db h;
    struct error e;
    char path[300];
    harness_open(engine, HARNESS_EMPTY, &h);
    snprintf(path, sizeof path, "%s/copy.sqlite", harness_folder());
    if (engine == DB_POSTGRES) {
        CHECK_ERR(db_backup(h.db, str_of(path), &e), ERR_INVALID, &e, "not our business");
        CHECK(strstr(e.detail, "pg_dump"), "names what does it");
        harness_close(&h);
        return;
    }
    struct fill fill = { 3000 };
    run_script(h.db, "CREATE TABLE t (a BLOB)");
    CHECK_ERR(db_write(h.db, "fill", fill_fn, &fill, &e), OK, &e, "some megabytes");
    CHECK_ERR(db_backup(h.db, str_of(path), &e), OK, &e, "copies");
    check_copy(path, 3000);
    CHECK_ERR(db_backup(h.db, str_of(path), &e), OK, &e, "its name is free again");
    CHECK_ERR(db_backup(h.db, str_of(path), &e), ERR_CONFLICT, &e, "never over a file");
    check_copy(path, 3000);
    CHECK_ERR(db_backup(h.db, S("/nowhere/at/all"), &e), ERR_UNAVAILABLE, &e, "no folder");
    CHECK_INT(get_int(h.db, "SELECT COUNT(*) FROM t"), 3000, "the original is as it was");
    harness_close(&h);
}

static _Atomic bool enough;

static void *keep_writing(void *arg)
{
    struct harness_db *h = arg;
    struct fill fill = { 5 };
    struct error e;
    while (!enough)
        if (db_write(h->db, "fill", fill_fn, &fill, &e)) PANIC("%s", e.detail);
    return NULL;
}

static void test_backup_while_writing(void **state)
{
    (void)state;
    if (engine != DB_SQLITE) return;
    struct harness_db h;
    struct error e;
    struct fill fill = { 3000 };
    pthread_t writer;
    char path[300];
    harness_open(engine, HARNESS_EMPTY, &h);
    run_script(h.db, "CREATE TABLE t (a BLOB)");
    CHECK_ERR(db_write(h.db, "fill", fill_fn, &fill, &e), OK, &e, "some megabytes");
    snprintf(path, sizeof path, "%s/busy.sqlite", harness_folder());
    enough = false;
    pthread_create(&writer, NULL, keep_writing, &h);
    for (int i = 0; i < 5; i++) {
        CHECK_ERR(db_backup(h.db, str_of(path), &e), OK, &e, "copies");
        check_copy(path, 3000);
    }
    enough = true;
    pthread_join(writer, NULL);
    harness_close(&h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_sqlite_file),
        cmocka_unit_test(test_backup),
        cmocka_unit_test(test_backup_while_writing),
    };
    engine = harness_engine(argc, argv);
    int failed = cmocka_run_group_tests_name("store/db_open", tests, NULL, NULL);
    harness_stop();
    return failed;
}
