/* db_postgres_connect.c: opening one connection, and what every connection is set to. */
#include "store/db_postgres.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/rng.h"

#include <stdio.h>
#include <string.h>

/* What is only raised, never lowered: a server set to synchronous_commit=off would lose
 * transactions that were acknowledged, one set to remote_apply keeps it. */
static const char set_up_sql[] = "SELECT set_config('synchronous_commit', 'on', false)"
                                 " WHERE current_setting('synchronous_commit') = 'off'";

enum err postgres_parse(struct postgres_db *d, struct str url, struct error *e)
{
    struct buf copy;
    snprintf(d->name, sizeof d->name, "stockbridge %08x", (unsigned)rng_u64(rng_system()));
    buf_init(&copy, 64 * 1024);
    buf_put(&copy, url);
    buf_put_char(&copy, '\0');
    if (copy.failed) {
        buf_release(&copy);
        return error_set(e, ERR_INVALID, "the PostgreSQL URL is too long");
    }
    size_t len;
    d->url = buf_take(&copy, &len);
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(d->url, &why);
    PQfreemem(why); /* it may repeat the URL and so its password */
    if (!options) return error_set(e, ERR_INVALID, "the PostgreSQL URL is malformed");
    for (PQconninfoOption *o = options; o->keyword; o++) {
        if (strcmp(o->keyword, "password") != 0 || !o->val) continue;
        buf_put(&copy, str_of(o->val));
        buf_put_char(&copy, '\0');
        d->password = buf_take(&copy, &len);
    }
    PQconninfoFree(options);
    buf_release(&copy);
    return OK;
}

static void on_notice(void *arg, const PGresult *result)
{
    (void)arg;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    LOG_DEBUG("db", "postgres_notice", "%s", message ? message : "");
}

static enum err unfit(const PGconn *conn, struct error *e)
{
    int version = PQserverVersion(conn);
    const char *encoding = PQparameterStatus(conn, "server_encoding");
    if (version < POSTGRES_VERSION)
        return error_code(e, ERR_INVALID, "database_version",
            "PostgreSQL %d is too old: 15 or later is needed", version / 10000);
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return error_code(e, ERR_INVALID, "database_encoding",
            "the PostgreSQL database is encoded in %s; UTF8 is needed",
            encoding ? encoding : "(nothing)");
    return OK;
}

static PGconn *open_it(const struct postgres_db *d)
{
    char connect[16], dead[16];
    snprintf(connect, sizeof connect, "%d", (int)CONNECT_TIMEOUT_S);
    snprintf(dead, sizeof dead, "%d", (int)DEAD_PEER_MS);
    /* A server that vanished without a word must not hold a thread: keepalives find it when idle,
     * tcp_user_timeout when something was sent. What the URL says comes after and wins. */
    const char *const keys[] = { "connect_timeout", "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "fallback_application_name", "dbname",
        "client_encoding", NULL };
    const char *const values[] = { connect, "10", "5", "3", dead, d->name, d->url, "UTF8", NULL };
    return PQconnectdbParams(keys, values, 1);
}

PGconn *postgres_connect(const struct postgres_db *d, struct error *e)
{
    PGconn *conn = open_it(d);
    if (PQstatus(conn) != CONNECTION_OK) {
        postgres_connect_error(d, conn, e);
        PQfinish(conn);
        return NULL;
    }
    PQsetNoticeReceiver(conn, on_notice, NULL);
    char sql[400];
    snprintf(sql, sizeof sql,
        "SET statement_timeout = '%ds'; SET idle_in_transaction_session_timeout = '%ds';"
        "SET standard_conforming_strings = on; %s",
        (int)STATEMENT_TIMEOUT_S, (int)STATEMENT_TIMEOUT_S, set_up_sql);
    enum err rc = unfit(conn, e);
    if (rc == OK) {
        PGresult *result = PQexec(conn, sql);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) rc = postgres_connect_error(d, conn, e);
        PQclear(result);
    }
    if (rc == OK) return conn;
    PQfinish(conn);
    return NULL;
}
