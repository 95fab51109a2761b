/* harness.c: one database per test case; see harness.h. */
#include "harness.h"

#include "base/assert.h"
#include "store/migrate.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct harness_server server;
static bool server_runs, template_made;
static int made;

enum db_engine harness_engine(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "sqlite") == 0) return DB_SQLITE;
    if (argc >= 2 && strcmp(argv[1], "postgres") == 0) return DB_POSTGRES;
    fprintf(stderr, "usage: %s sqlite|postgres\n", argv[0]);
    exit(2);
}

static int delete_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

void harness_delete(const char *path)
{
    nftw(path, delete_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* What test programs that were killed left behind: their process id is in the name. */
static void delete_orphans(void)
{
    glob_t found;
    if (glob("/tmp/stockbridge-harness-*-*", 0, NULL, &found)) return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct str name = str_of(found.gl_pathv[i]), number, rest;
        int64_t pid;
        name = str_sub(name, strlen("/tmp/stockbridge-harness-"), name.len);
        if (!str_cut(name, '-', &number, &rest) || !str_to_int64(number, &pid)) continue;
        if (kill((pid_t)pid, 0) != 0 && errno == ESRCH) harness_delete(found.gl_pathv[i]);
    }
    globfree(&found);
}

void harness_make_folder(char *out, size_t size)
{
    static bool cleaned;
    if (!cleaned) delete_orphans();
    cleaned = true;
    snprintf(out, size, "/tmp/stockbridge-harness-%d-XXXXXX", (int)getpid());
    if (!mkdtemp(out)) PANIC("no temporary folder");
}

const char *harness_folder(void)
{
    if (!folder[0]) harness_make_folder(folder, sizeof folder);
    return folder;
}

struct db_options harness_options(const struct harness_db *h)
{
    struct db_options o = { .connections = 4, .wait_timeout_ms = 20000 };
    if (h->engine == DB_SQLITE)
        o.sqlite_path = str_of(h->location);
    else
        o.postgres_url = str_of(h->location);
    return o;
}

struct db *harness_connect(const struct harness_db *h)
{
    struct db_options o = harness_options(h);
    struct db *db;
    struct error e;
    if (db_open(&o, &db, &e)) PANIC("%s: %s", h->location, e.detail);
    return db;
}

static void migrate(const struct harness_db *h)
{
    int applied;
    struct error e;
    if (migrate_up(h->db, clock_system(), &applied, &e)) PANIC("%s", e.detail);
}

static void server_sql(const char *sql)
{
    char url[300];
    harness_server_url(&server, "postgres", url, sizeof url);
    harness_url_sql(url, sql);
}

void harness_sql(const struct harness_db *h, const char *sql)
{
    harness_url_sql(h->location, sql);
}

static void make_template(void)
{
    struct harness_db t = { .engine = DB_POSTGRES };
    server_sql("CREATE DATABASE migrated");
    harness_server_url(&server, "migrated", t.location, sizeof t.location);
    t.db = harness_connect(&t);
    migrate(&t);
    db_close(t.db);
    template_made = true;
}

static void create_postgres(enum harness_schema schema, struct harness_db *h)
{
    char sql[200];
    if (!server_runs) harness_server_make(&server, false);
    server_runs = true;
    if (schema == HARNESS_MIGRATED && !template_made) make_template();
    const char *from = schema == HARNESS_MIGRATED ? "migrated" : "template0";
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s", h->name, from);
    server_sql(sql);
    harness_server_url(&server, h->name, h->location, sizeof h->location);
}

void harness_open(enum db_engine engine, enum harness_schema schema, struct harness_db *out)
{
    *out = (struct harness_db){ .engine = engine };
    snprintf(out->name, sizeof out->name, "test%d", ++made);
    if (engine == DB_POSTGRES)
        create_postgres(schema, out);
    else
        snprintf(out->location, sizeof out->location, "%s/%s.sqlite", harness_folder(), out->name);
    out->db = harness_connect(out);
    if (schema == HARNESS_MIGRATED && engine == DB_SQLITE) migrate(out);
}

void harness_close(struct harness_db *h)
{
    static const char *const beside[] = { "", "-wal", "-shm", "-lock" };
    char text[500];
    db_close(h->db);
    h->db = NULL;
    if (h->engine == DB_POSTGRES) {
        snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", h->name);
        server_sql(text);
        return;
    }
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        snprintf(text, sizeof text, "%s%s", h->location, beside[i]);
        unlink(text);
    }
}

void harness_stop(void)
{
    if (server_runs) {
        harness_server_end(&server, SIGQUIT);
        harness_delete(server.folder);
        server_runs = false;
    }
    if (folder[0]) harness_delete(folder);
    folder[0] = '\0';
}
