/* db_postgres_wire.c: one connection's pipeline; see db_postgres.h. */
#include "store/db_postgres.h"

#include "base/assert.h"

#include <poll.h>
#include <string.h>

/* Whether the server has hung up since the last transaction is known here without asking it. */
bool postgres_alive(const struct postgres_tx *t)
{
    if (!t->conn || t->broken || PQstatus(t->conn) != CONNECTION_OK) return false;
    struct pollfd fd = { .fd = PQsocket(t->conn), .events = POLLRDHUP };
    return poll(&fd, 1, 0) == 0;
}

void postgres_disconnect(struct postgres_tx *t)
{
    if (!t->conn) return;
    stmt_cache_drop(&t->base);
    PQfinish(t->conn);
    t->conn = NULL;
    t->pending_count = 0;
    t->broken = false;
}

void postgres_lost(struct postgres_tx *t)
{
    struct error e;
    if (t->committing)
        error_code(&e, ERR_UNAVAILABLE, "unknown_outcome",
            "the connection to PostgreSQL broke during COMMIT");
    else
        error_code(&e, ERR_UNAVAILABLE, "database_lost", "the connection to PostgreSQL broke");
    t->retry = t->committing ? RETRY_NOT : RETRY_NEW;
    /* An answer that came before the loss may have failed the transaction already; what it said
     * does not tell whether COMMIT happened. */
    if (t->committing) t->base.failed = false;
    t->broken = true;
    t->pending_count = 0;
    tx_fail(&t->base, &e);
}

void postgres_sent(struct postgres_tx *t, int ok)
{
    if (ok || t->base.failed) return;
    if (PQstatus(t->conn) != CONNECTION_OK) {
        postgres_lost(t);
        return;
    }
    struct error e;
    error_code(&e, ERR_UNAVAILABLE, "database_send", "a statement cannot be sent to PostgreSQL");
    t->retry = RETRY_NOT;
    t->broken = true; /* its pipeline is in no known state */
    tx_fail(&t->base, &e);
}

void postgres_pending(struct postgres_tx *t, enum pending_kind kind, struct postgres_stmt *st)
{
    ASSERT(t->pending_count < PENDING_MAX);
    t->pending[t->pending_count++] = (struct pending){ kind, st };
}

void postgres_control(struct postgres_tx *t, enum pending_kind kind, const char *sql)
{
    int ok = PQsendQueryParams(t->conn, sql, 0, NULL, NULL, NULL, NULL, 1);
    postgres_sent(t, ok);
    if (ok) postgres_pending(t, kind, NULL);
}

void postgres_begin(struct postgres_tx *t)
{
    if (t->base.failed) return;
    /* Room for what one statement adds: BEGIN, PREPARE, itself, and twice SYNC. */
    if (t->pending_count > PENDING_MAX - 8) postgres_drain(t);
    if (t->begun || t->base.failed) return;
    t->begun = true;
    postgres_control(t, PENDING_CONTROL,
        t->writes ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                  : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void postgres_sync(struct postgres_tx *t)
{
    if (t->broken) return;
    int ok = PQpipelineSync(t->conn);
    postgres_sent(t, ok);
    if (ok) postgres_pending(t, PENDING_SYNC, NULL);
}

static void judge(struct postgres_tx *t, const struct pending *p, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (p->kind == PENDING_PREPARE) p->st->prepared = ok ? PREPARED : UNPREPARED;
    /* In a failed transaction COMMIT is answered by ROLLBACK. */
    if (ok && p->kind == PENDING_COMMIT) t->committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    if (ok || status == PGRES_PIPELINE_ABORTED || t->base.failed) return;
    struct error e;
    enum retry retry = postgres_error(result, &e);
    if (strcmp(e.code, "database_lost") == 0) {
        /* Answers come in order: when the server says goodbye before it answers COMMIT, it did not
         * execute it. */
        bool told = PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
        if (told && p->kind != PENDING_COMMIT) t->committing = false;
        postgres_lost(t);
        return;
    }
    t->retry = retry;
    if (retry == RETRY_NEW) t->broken = true;
    tx_fail(&t->base, &e);
}

/* The answers to one thing sent: a result and NULL, or the lone result of a sync. */
static void receive(struct postgres_tx *t, const struct pending *p)
{
    PGresult *result = PQgetResult(t->conn);
    if (p->kind == PENDING_SYNC) {
        if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) t->broken = true;
        PQclear(result);
        return;
    }
    if (!result) t->broken = true;
    while (result) {
        judge(t, p, result);
        if (p->kind == PENDING_ROWS && PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
            PQclear(p->st->result);
            p->st->result = result;
        } else {
            PQclear(result);
        }
        if (PQstatus(t->conn) != CONNECTION_OK) break;
        result = PQgetResult(t->conn);
    }
}

void postgres_drain(struct postgres_tx *t)
{
    if (t->broken || !t->pending_count) return;
    if (t->pending[t->pending_count - 1].kind != PENDING_SYNC) postgres_sync(t);
    for (int i = 0; i < t->pending_count && !t->broken; i++)
        receive(t, &t->pending[i]);
    t->pending_count = 0;
    bool lost = PQstatus(t->conn) != CONNECTION_OK || (t->broken && !t->base.failed);
    if (!lost) return;
    t->broken = true;
    if (!t->committed) postgres_lost(t);
}
