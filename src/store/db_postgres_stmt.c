/* db_postgres_stmt.c: statements on PostgreSQL, prepared under a name at their first run. */
#include "store/db_postgres.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct postgres_tx *tx_of(struct stmt *st)
{
    return (struct postgres_tx *)st->tx;
}

struct stmt *postgres_stmt_new(struct tx *tx, const char *sql)
{
    struct postgres_tx *t = (struct postgres_tx *)tx;
    struct postgres_stmt *s = calloc(1, sizeof *s); /* tidy: allow, lives with the connection */
    if (!s) PANIC("out of memory");
    stmt_init(&s->base, tx, sql);
    size_t n = s->base.params_count ? (size_t)s->base.params_count : 1;
    s->types = calloc(n, sizeof *s->types);     /* tidy: allow, lives with the connection */
    s->values = calloc(n, sizeof *s->values);   /* tidy: allow, lives with the connection */
    s->lengths = calloc(n, sizeof *s->lengths); /* tidy: allow, lives with the connection */
    s->formats = calloc(n, sizeof *s->formats); /* tidy: allow, lives with the connection */
    s->numbers = calloc(n, sizeof *s->numbers); /* tidy: allow, lives with the connection */
    if (!s->types || !s->values || !s->lengths || !s->formats || !s->numbers)
        PANIC("out of memory");
    for (size_t i = 0; i < n; i++)
        s->formats[i] = 1;
    snprintf(s->name, sizeof s->name, "s%u", ++t->stmts_made);
    return &s->base;
}

void postgres_stmt_free(struct stmt *st)
{
    struct postgres_stmt *s = (struct postgres_stmt *)st;
    PQclear(s->result);
    free(s->types);
    free((void *)s->values);
    free(s->lengths);
    free(s->formats);
    free(s->numbers);
    stmt_release(st);
    free(s);
}

static Oid type_of(enum param_kind kind)
{
    switch (kind) {
    case PARAM_INT:
        return 20;
    case PARAM_STR:
        return 25;
    case PARAM_BLOB:
        return 17;
    case PARAM_INTS:
        return 1016; /* int8[] */
    case PARAM_UNBOUND:
        break;
    }
    PANIC("a parameter is not bound");
}

/* Types are fixed when the statement is prepared; a program that binds another one is wrong. */
static void bind(struct postgres_stmt *s, int i)
{
    const struct param *p = &s->base.params[i];
    Oid type = type_of(p->kind);
    if (s->prepared != UNPREPARED && s->types[i] != type) {
        struct error e;
        error_code(&e, ERR_CORRUPT, "statement", "$%d is bound as another type than before in: %s",
            i + 1, s->base.sql);
        tx_fail(s->base.tx, &e);
    }
    s->types[i] = type;
    s->lengths[i] = 0;
    if (p->is_null) {
        s->values[i] = NULL;
    } else if (p->kind == PARAM_INT) {
        postgres_put_be(s->numbers[i], p->number);
        s->values[i] = s->numbers[i];
        s->lengths[i] = sizeof s->numbers[i];
    } else {
        struct str bytes = param_bytes(&s->base, p);
        s->values[i] = bytes.at;
        s->lengths[i] = (int)bytes.len;
    }
}

/* Sends the statement, and before its first run its text; false after a failure. */
static bool send_it(struct postgres_stmt *s, enum pending_kind kind)
{
    struct postgres_tx *t = tx_of(&s->base);
    int n = s->base.params_count;
    postgres_begin(t);
    for (int i = 0; i < n && !t->base.failed; i++)
        bind(s, i);
    if (t->base.failed) return false;
    if (s->prepared == UNPREPARED) {
        int ok = PQsendPrepare(t->conn, s->name, s->base.text.at, n, s->types);
        postgres_sent(t, ok);
        if (!ok) return false;
        s->prepared = PREPARING;
        postgres_pending(t, PENDING_PREPARE, s);
    }
    int ok = PQsendQueryPrepared(t->conn, s->name, n, s->values, s->lengths, s->formats, 1);
    postgres_sent(t, ok);
    if (ok) postgres_pending(t, kind, s);
    return ok;
}

void postgres_later(struct stmt *st)
{
    (void)send_it((struct postgres_stmt *)st, PENDING_LATER);
}

void postgres_start(struct stmt *st)
{
    struct postgres_stmt *s = (struct postgres_stmt *)st;
    struct postgres_tx *t = tx_of(st);
    s->row = s->rows = 0;
    if (!send_it(s, PENDING_ROWS)) return;
    postgres_sync(t);
    postgres_drain(t);
    if (t->base.failed || !s->result) return;
    s->rows = PQntuples(s->result);
    st->columns = PQnfields(s->result);
}

static int64_t changes_of(PGresult *result)
{
    struct str tag = str_of(PQcmdStatus(result));
    int64_t n = 0;
    if (!str_starts(tag, S("SELECT"))) (void)str_to_int64(str_of(PQcmdTuples(result)), &n);
    return n;
}

bool postgres_row(struct stmt *st)
{
    struct postgres_stmt *s = (struct postgres_stmt *)st;
    if (s->row < s->rows) {
        s->row++;
        return true;
    }
    st->changes = changes_of(s->result);
    return false;
}

void postgres_end(struct stmt *st)
{
    struct postgres_stmt *s = (struct postgres_stmt *)st;
    PQclear(s->result);
    s->result = NULL;
    s->row = s->rows = 0;
}

void postgres_lock(struct tx *tx, int64_t number, bool exclusive)
{
    struct stmt *st = tx_prepare(tx,
        exclusive ? "SELECT pg_advisory_xact_lock($1)" : "SELECT pg_advisory_xact_lock_shared($1)");
    stmt_bind_int(st, 1, number);
    stmt_later(st);
}

/* Several statements at once are not possible in a pipeline. */
void postgres_script(struct tx *tx, struct str sql)
{
    struct postgres_tx *t = (struct postgres_tx *)tx;
    struct str copy = arena_str(&tx->arena, sql);
    postgres_begin(t);
    postgres_drain(t);
    if (tx->failed) return;
    if (!PQexitPipelineMode(t->conn)) PANIC("libpq: %s", PQerrorMessage(t->conn));
    PGresult *result = PQexec(t->conn, copy.at);
    ExecStatusType status = PQresultStatus(result);
    if (PQstatus(t->conn) != CONNECTION_OK) {
        postgres_lost(t);
    } else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
               status != PGRES_EMPTY_QUERY) {
        struct error e;
        t->retry = postgres_error(result, &e);
        tx_fail(tx, &e);
    }
    PQclear(result);
    if (!t->broken && !PQenterPipelineMode(t->conn)) postgres_lost(t);
}
