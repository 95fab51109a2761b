/*
 * search.c: what the engine alone takes for the catalog's searches: its full-text index asked for
 * ids, tier by tier, with the expressions that the store writes; no rows, no JSON, no HTTP.
 *
 * usage: search TARGET QUERIES ROUNDS    TARGET: an SQLite file or postgresql://...; QUERIES: a
 * file with one on each line
 *
 * Prints one line of JSON: for each query the milliseconds of its rounds.
 */
#include "store/search.h"
#include "base/assert.h"
#include "base/clock.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUERIES_MAX = 1000, QUERY_SIZE = 256, LIMIT = 51, ROUNDS_MAX = 1000 };

struct query {
    char text[QUERY_SIZE];
    struct str tiers[WORDS_TIERS];
    bool any;
};

struct asking {
    struct query *queries;
    size_t count;
    struct arena arena; /* of the expressions */
};

/* The engine without the store around it. */
struct bare {
    sqlite3_stmt *sqlite;
    PGconn *postgres;
};

static enum err write_expressions(struct tx *tx, void *ctx, struct error *e)
{
    struct asking *a = ctx;
    enum err rc = OK;
    for (size_t i = 0; i < a->count && !rc; i++) {
        struct words_query words;
        rc = search_read(tx, str_of(a->queries[i].text), &a->arena, &words, e);
        a->queries[i].any = !rc && words.count > 0;
        for (int tier = 0; tier < WORDS_TIERS && a->queries[i].any; tier++)
            a->queries[i].tiers[tier] = search_expression(tx, &words, tier, &a->arena);
    }
    return rc;
}

static size_t ask_sqlite(sqlite3_stmt *st, struct str expression, size_t most)
{
    size_t found = 0;
    int rc;
    (void)sqlite3_bind_text(st, 1, expression.at, (int)expression.len, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, (sqlite3_int64)most);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        found++;
    if (rc != SQLITE_DONE) PANIC("%s", sqlite3_errmsg(sqlite3_db_handle(st)));
    (void)sqlite3_reset(st);
    return found;
}

static size_t ask_postgres(PGconn *conn, struct str expression, size_t most)
{
    char limit[32];
    (void)snprintf(limit, sizeof limit, "%zu", most);
    const char *values[] = { expression.at, limit };
    PGresult *result = PQexecPrepared(conn, "found", 2, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) PANIC("%s", PQerrorMessage(conn));
    size_t found = (size_t)PQntuples(result);
    PQclear(result);
    return found;
}

static double ask(const struct bare *b, const struct query *q)
{
    size_t found = 0;
    int64_t began = clock_measure_us();
    for (int tier = 0; tier < WORDS_TIERS && q->any && found < LIMIT; tier++)
        found += b->sqlite ? ask_sqlite(b->sqlite, q->tiers[tier], LIMIT - found)
                           : ask_postgres(b->postgres, q->tiers[tier], LIMIT - found);
    return (double)(clock_measure_us() - began) / 1000;
}

static struct bare open_bare(const char *target, bool url)
{
    struct bare b = { 0 };
    sqlite3 *handle;
    if (!url) {
        if (sqlite3_open_v2(target, &handle, SQLITE_OPEN_READONLY, NULL) ||
            sqlite3_prepare_v2(handle,
                "SELECT rowid FROM variation_index WHERE variation_index MATCH ?1"
                " ORDER BY rowid LIMIT ?2",
                -1, &b.sqlite, NULL))
            PANIC("%s", sqlite3_errmsg(handle));
        return b;
    }
    b.postgres = PQconnectdb(target);
    PGresult *result = PQprepare(b.postgres, "found",
        "SELECT rowid FROM variation_index WHERE lexemes @@ CAST($1 AS TSQUERY)"
        " ORDER BY rowid LIMIT CAST($2 AS BIGINT)",
        2, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) PANIC("%s", PQerrorMessage(b.postgres));
    PQclear(result);
    return b;
}

static size_t read_queries(const char *path, struct query *out)
{
    size_t count = 0;
    FILE *file = fopen(path, "r");
    if (!file) PANIC("%s", path);
    while (count < QUERIES_MAX && fgets(out[count].text, QUERY_SIZE, file)) {
        struct str line = str_trim(str_of(out[count].text));
        out[count].text[line.len] = 0;
        count += line.len > 0;
    }
    (void)fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    static struct query queries[QUERIES_MAX];
    int64_t rounds;
    if (argc != 4 || !str_to_int64(str_of(argv[3]), &rounds) || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: search TARGET QUERIES ROUNDS\n", stderr);
        return 2;
    }
    struct str target = str_of(argv[1]);
    bool url = str_starts(target, S("postgresql://"));
    struct db_options options = { .sqlite_path = url ? S("") : target,
        .postgres_url = url ? target : S(""),
        .read_only = true,
        .wait_timeout_ms = 60000 };
    struct asking a = { .queries = queries, .count = read_queries(argv[2], queries) };
    struct db *db;
    struct error e;
    arena_init(&a.arena, "expressions", 64 * 1024 * 1024);
    if (db_open(&options, &db, &e) || db_read(db, "search", write_expressions, &a, &e))
        PANIC("%s", e.detail);
    db_close(db);
    struct bare bare = open_bare(argv[1], url);
    printf("[");
    for (int64_t r = 0; r <= rounds; r++) /* the first brings everything into memory */
        for (size_t i = 0; i < a.count; i++) {
            double ms = ask(&bare, &queries[i]);
            if (r) printf("%s%.3f", r > 1 || i ? "," : "", ms);
        }
    printf("]\n");
    arena_release(&a.arena);
    return 0;
}
