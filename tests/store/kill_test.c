/*
 * kill_test.c: what db_write acknowledged is there after kill -9, and nothing is there by half.
 *
 * Goal: the promise of db.h ("durable when db_write returns OK") at any instruction. Method: a
 * child process writes from several threads and tells each acknowledged id through a pipe; after a
 * random number of them it is killed. On PostgreSQL every fifth round kills the server instead,
 * which has fsync on. Then every id that ever came through the pipe must be stored, the three
 * tables that each transaction changes must agree, and the engine's own check must find nothing.
 */
#include "suite.h"

#include "base/assert.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum db_engine engine;

enum {
    ROUNDS = 30,
    SERVER_ROUNDS = 5, /* one of so many */
    WRITERS = 6,
    ACKS_FEW = 300,   /* per round */
    ACKS_MANY = 4000, /* now and then, so that checkpoints come into it */
    ACK_FD = 3,       /* in the child */
    IDS_PER_ROUND = 1000000,
};

static int64_t acks[ROUNDS * (ACKS_MANY + 100000)];
static size_t acks_count;

/* The child. */

struct writer {
    struct db *db;
    int64_t next, step;
};

static enum err write_fn(struct tx *tx, void *ctx, struct error *e)
{
    static const char *const inserts[] = {
        "INSERT INTO log (id) VALUES ($1)",
        "INSERT INTO other (id, filler) VALUES ($1, 'some text that makes a page fill up sooner')"
    };
    (void)e;
    stmt_later(tx_prepare(tx, "UPDATE counter SET n = n + 1"));
    for (int i = 0; i < 2; i++) {
        struct stmt *st = tx_prepare(tx, inserts[i]);
        stmt_bind_int(st, 1, *(int64_t *)ctx);
        stmt_later(st);
    }
    return OK;
}

static void *write_on(void *arg)
{
    struct writer *w = arg;
    struct error e;
    for (;;) {
        int64_t id = w->next;
        w->next += w->step;
        if (db_write(w->db, "kill", write_fn, &id, &e)) {
            /* Expected only while the server is being killed; the parent sees too few acks. */
            if (engine == DB_SQLITE) fprintf(stderr, "kill_test: %s\n", e.detail);
            return NULL;
        }
        if (write(ACK_FD, &id, sizeof id) != sizeof id) return NULL;
    }
}

static int child(const char *location, int64_t first)
{
    struct harness_db h = { .engine = engine };
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    snprintf(h.location, sizeof h.location, "%s", location);
    h.db = harness_connect(&h);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){ h.db, first + i, WRITERS };
        pthread_create(&threads[i], NULL, write_on, &writers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    return 3;
}

/* The parent. */

struct target {
    pid_t pid;
    int acks_fd;
};

static struct target start_child(const char *location, int64_t first)
{
    int ends[2];
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)first);
    char engine_name[16], role[] = "child", place[400];
    snprintf(engine_name, sizeof engine_name, "%s", ddl("sqlite", "postgres"));
    snprintf(place, sizeof place, "%s", location);
    char *args[] = { (char[]){ "kill_test" }, engine_name, role, place, number, NULL };
    if (pipe2(ends, O_CLOEXEC)) PANIC("no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (ends[1] == ACK_FD) /* dup2 would leave it to be closed */
            fcntl(ACK_FD, F_SETFD, 0);
        else
            dup2(ends[1], ACK_FD);
        execv("/proc/self/exe", args);
        _exit(127);
    }
    if (pid < 0) PANIC("no process");
    close(ends[1]);
    return (struct target){ pid, ends[0] };
}

static bool read_ack(int fd)
{
    size_t have = 0;
    char bytes[sizeof acks[0]];
    while (have < sizeof bytes) {
        ssize_t n = read(fd, bytes + have, sizeof bytes - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        have += (size_t)n;
    }
    ASSERT(acks_count < COUNT_OF(acks));
    memcpy(&acks[acks_count++], bytes, sizeof bytes);
    return true;
}

static enum err count_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM log WHERE id IN {ints $1}");
    stmt_bind_ints(st, 1, acks, acks_count);
    *(int64_t *)ctx = stmt_row(st) ? stmt_int(st, 0) : -1;
    return stmt_end(st, e);
}

static void check_all(struct db *db)
{
    struct error e;
    int64_t found = 0;
    CHECK_ERR(db_read(db, "count", count_fn, &found, &e), OK, &e, "reads");
    CHECK_INT(found, acks_count, "every acknowledged write is there");
    /* One statement each: PostgreSQL may still be committing what the dead child had sent. */
    CHECK_INT(get_int(db, "SELECT (SELECT n FROM counter) - (SELECT COUNT(*) FROM log)"), 0,
        "nothing by half");
    CHECK_INT(get_int(db, "SELECT (SELECT n FROM counter) - (SELECT COUNT(*) FROM other)"), 0,
        "nothing by half");
    if (engine == DB_SQLITE) {
        CHECK_INT(get_int(db, "SELECT COUNT(*) FROM pragma_integrity_check"
                              " WHERE integrity_check <> 'ok'"),
            0, "SQLite finds no fault");
    } else {
        /* amcheck: each row of the table is in its index; raises an error otherwise. */
        get_int(db, "SELECT COUNT(*) FROM (SELECT bt_index_check(c.oid, true) FROM pg_class AS c"
                    " WHERE c.relname IN ('log_pkey', 'other_pkey')) AS x");
    }
}

static const char schema[] = "CREATE TABLE counter (n BIGINT NOT NULL);"
                             "INSERT INTO counter (n) VALUES (0);"
                             "CREATE TABLE log (id BIGINT PRIMARY KEY);"
                             "CREATE TABLE other (id BIGINT PRIMARY KEY, filler TEXT)";

static void run_round(struct harness_db *h, struct harness_server *server, int round)
{
    struct rng *rng = rng_system();
    bool kill_server = server && round % SERVER_ROUNDS == SERVER_ROUNDS - 1;
    uint64_t most = rng_below(rng, 6) == 0 ? ACKS_MANY : ACKS_FEW;
    uint64_t want = rng_below(rng, most);
    struct target t = start_child(h->location, (int64_t)round * IDS_PER_ROUND);
    for (uint64_t i = 0; i < want; i++)
        if (!read_ack(t.acks_fd)) fail_msg("round %d: the child gave up", round);
    if (kill_server) harness_server_end(server, SIGKILL);
    kill(t.pid, SIGKILL);
    while (read_ack(t.acks_fd)) {
    }
    close(t.acks_fd);
    waitpid(t.pid, NULL, 0);
    if (kill_server) harness_server_start(server);
    h->db = harness_connect(h);
    check_all(h->db);
    db_close(h->db);
}

static void test_kill(void **state)
{
    (void)state;
    struct harness_server server;
    struct harness_db h = { .engine = engine };
    if (engine == DB_POSTGRES) {
        harness_server_make(&server, true);
        harness_server_url(&server, "postgres", h.location, sizeof h.location);
        harness_sql(&h, "CREATE EXTENSION amcheck");
    } else {
        snprintf(h.location, sizeof h.location, "%s/kill.sqlite", harness_folder());
    }
    h.db = harness_connect(&h);
    run_script(h.db, schema);
    db_close(h.db);
    for (int i = 0; i < ROUNDS; i++)
        run_round(&h, engine == DB_POSTGRES ? &server : NULL, i);
    print_message("%d rounds, %zu acknowledged writes\n", (int)ROUNDS, acks_count);
    if (engine == DB_POSTGRES) {
        harness_server_end(&server, SIGQUIT);
        harness_delete(server.folder);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_kill) };
    if (argc == 5) {
        int64_t first;
        engine = harness_engine(2, argv);
        if (!str_to_int64(str_of(argv[4]), &first)) return 2;
        return child(argv[3], first);
    }
    engine = harness_engine(argc, argv);
    int failed = cmocka_run_group_tests_name("store/kill", tests, NULL, NULL);
    harness_stop();
    return failed;
}
