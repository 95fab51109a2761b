/*
 * replay.c: what SQLite sustains by itself: the transactions of a trace (bench/trace.c) executed
 * bare, so many to a commit.
 *
 * usage: replay DATABASE TRACE MARK GROUP [LIMIT]
 *
 * Of the trace, only transactions that execute a statement with MARK in it are taken, without their
 * BEGIN, SAVEPOINT and so on. Settings are the product's: WAL, synchronous=FULL, foreign keys, a
 * checkpoint every 10,000 pages. Prints JSON.
 */
#include "trace.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATEMENTS_MAX = 1024 };

struct value {
    uint32_t kind, len;
    int64_t number;
    char *bytes;
};

struct execution {
    sqlite3_stmt *handle;
    uint32_t params;
    struct value *values;
    bool starts; /* a transaction */
};

static sqlite3 *db;
static struct {
    char *sql;
    sqlite3_stmt *handle;
} statements[STATEMENTS_MAX];
static size_t statement_count;
static struct execution *all;
static size_t all_count, all_room, transactions;

static void fail(const char *what)
{
    (void)fprintf(stderr, "replay: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(1);
}

static void *grow(void *old, size_t size)
{
    void *p = realloc(old, size); /* tidy: allow, ends with the program */
    if (!p) fail("out of memory");
    return p;
}

static bool control(const char *sql)
{
    static const char *const words[] = { "BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(sql, words[i], strlen(words[i])) == 0) return true;
    return false;
}

static sqlite3_stmt *prepared(const char *sql)
{
    for (size_t i = 0; i < statement_count; i++)
        if (strcmp(statements[i].sql, sql) == 0) return statements[i].handle;
    if (statement_count == STATEMENTS_MAX) fail("too many statements");
    sqlite3_stmt *handle;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL)) fail(sql);
    char *copy = grow(NULL, strlen(sql) + 1);
    memcpy(copy, sql, strlen(sql) + 1);
    statements[statement_count].sql = copy;
    statements[statement_count++].handle = handle;
    return handle;
}

static struct value read_value(FILE *in)
{
    struct trace_param fixed = { 0 };
    if (fread(&fixed, sizeof fixed, 1, in) != 1) fail("cut short");
    struct value v = { fixed.kind, fixed.len, fixed.number, grow(NULL, fixed.len + 1) };
    if (fread(v.bytes, 1, v.len, in) != v.len) fail("cut short");
    return v;
}

static struct value *read_values(FILE *in, uint32_t count)
{
    if (!count) return NULL;
    struct value *values = grow(NULL, count * sizeof *values);
    for (uint32_t i = 0; i < count; i++)
        values[i] = read_value(in);
    return values;
}

/* Drops what was gathered since `from` unless it is wanted. */
static void end_transaction(size_t from, bool wanted)
{
    if (!wanted) {
        all_count = from;
    } else if (all_count > from) {
        all[from].starts = true;
        transactions++;
    }
}

static void load(const char *path, const char *mark)
{
    FILE *in = fopen(path, "rb");
    if (!in) fail(path);
    size_t from = 0;
    bool wanted = false;
    struct trace_head head;
    while (fread(&head, sizeof head, 1, in) == 1) {
        char *sql = grow(NULL, head.sql_len + 1);
        if (fread(sql, 1, head.sql_len, in) != head.sql_len) fail("cut short");
        sql[head.sql_len] = 0;
        struct value *values = read_values(in, head.params);
        if (control(sql)) {
            free(values);
            end_transaction(from, wanted);
            from = all_count;
            wanted = false;
        } else {
            if (all_count == all_room) {
                all_room = all_room ? all_room * 2 : 65536;
                all = grow(all, all_room * sizeof *all);
            }
            all[all_count++] = (struct execution){ prepared(sql), head.params, values, false };
            wanted = wanted || strstr(sql, mark);
        }
        free(sql);
    }
    end_transaction(from, wanted);
    (void)fclose(in);
}

static void run(const struct execution *x)
{
    for (uint32_t i = 0; i < x->params; i++) {
        const struct value *v = &x->values[i];
        int place = (int)i + 1, rc;
        if (v->kind == TRACE_INT)
            rc = sqlite3_bind_int64(x->handle, place, v->number);
        else if (v->kind == TRACE_TEXT)
            rc =
                sqlite3_bind_text64(x->handle, place, v->bytes, v->len, SQLITE_STATIC, SQLITE_UTF8);
        else if (v->kind == TRACE_BLOB)
            rc = sqlite3_bind_blob64(x->handle, place, v->bytes, v->len, SQLITE_STATIC);
        else
            rc = sqlite3_bind_null(x->handle, place);
        if (rc) fail("bind");
    }
    int rc;
    while ((rc = sqlite3_step(x->handle)) == SQLITE_ROW) {
    }
    if (rc != SQLITE_DONE) fail(sqlite3_sql(x->handle));
    (void)sqlite3_reset(x->handle);
}

static void execute(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL)) fail(sql);
}

/* Transactions that were committed. */
static size_t run_all(size_t group, size_t limit, size_t *executed)
{
    size_t done = 0;
    *executed = 0;
    for (size_t i = 0; i < all_count; i++) {
        if (all[i].starts && done == limit) break;
        if (all[i].starts && done++ % group == 0)
            execute(done > 1 ? "COMMIT; BEGIN IMMEDIATE" : "BEGIN IMMEDIATE");
        run(&all[i]);
        ++*executed;
    }
    if (done) execute("COMMIT");
    return done;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        (void)fputs("usage: replay DATABASE TRACE MARK GROUP [LIMIT]\n", stderr);
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
        fail(argv[1]);
    execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768; PRAGMA cell_size_check=ON;"
            "PRAGMA wal_autocheckpoint=10000");
    load(argv[2], argv[3]);
    size_t limit = argc > 5 ? strtoul(argv[5], NULL, 10) : SIZE_MAX, executed;
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from); /* tidy: allow, it measures */
    size_t done = run_all(strtoul(argv[4], NULL, 10), limit, &executed);
    (void)clock_gettime(CLOCK_MONOTONIC, &to); /* tidy: allow, it measures */
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf(
        "{\"transactions\": %zu, \"statements\": %zu, \"seconds\": %.6f, \"per_second\": %.1f}\n",
        done, executed, seconds, (double)done / seconds);
    (void)sqlite3_close_v2(db);
    return 0;
}
