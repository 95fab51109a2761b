/*
 * db_postgres_error.c: what PostgreSQL's SQLSTATEs mean here.
 *
 * Texts are made so that no value of a parameter gets into logs or replies: the primary message of
 * some classes is known to name only tables, columns and constraints; of all others the code is
 * enough.
 */
#include "store/db_postgres.h"

#include <string.h>

static const struct row {
    const char *state; /* a whole SQLSTATE, or its class */
    enum err kind;
    const char *code; /* NULL: the kind's own */
    bool message;     /* the primary message is fit to be shown */
    enum retry retry;
} rows[] = {
    { "23505", ERR_CONFLICT, "unique", true, RETRY_NOT },
    { "23503", ERR_CONFLICT, "constraint", true,
        RETRY_SAME }, /* what it refers to went meanwhile */
    { "23", ERR_CONFLICT, "constraint", true, RETRY_NOT },
    { "40001", ERR_BUSY, NULL, true, RETRY_SAME },
    { "40P01", ERR_BUSY, NULL, true, RETRY_SAME },
    { "25006", ERR_INVALID, "read_only", false, RETRY_NOT },
    { "26000", ERR_UNAVAILABLE, NULL, true, RETRY_NEW },    /* somebody dropped what we prepared */
    { "0A000", ERR_CORRUPT, "statement", true, RETRY_NEW }, /* a cached plan of an older schema */
    { "55P03", ERR_BUSY, NULL, true, RETRY_NOT },
    { "57014", ERR_TIMEOUT, NULL, true, RETRY_NOT },
    { "57P", ERR_UNAVAILABLE, "database_lost", true, RETRY_NEW },
    { "08", ERR_UNAVAILABLE, "database_lost", true, RETRY_NEW },
    { "53100", ERR_UNAVAILABLE, "disk_full", true, RETRY_NOT },
    { "53", ERR_UNAVAILABLE, NULL, true, RETRY_NOT },
    { "54", ERR_TOO_LARGE, NULL, true, RETRY_NOT },
    { "22", ERR_INVALID, NULL, false, RETRY_NOT },
    { "28", ERR_UNAVAILABLE, "permission", true, RETRY_NOT },
    { "42501", ERR_UNAVAILABLE, "permission", true, RETRY_NOT },
    { "42", ERR_CORRUPT, "statement", true, RETRY_NOT },
    { "XX", ERR_CORRUPT, NULL, false, RETRY_NOT },
    { "", ERR_CORRUPT, "statement", false, RETRY_NOT },
};

static const struct row *find(const char *state)
{
    const struct row *row = rows;
    while (strncmp(state, row->state, strlen(row->state)) != 0)
        row++;
    return row;
}

enum retry postgres_error(const PGresult *result, struct error *e)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    if (!state) { /* libpq's own: the connection broke */
        error_code(e, ERR_UNAVAILABLE, "database_lost", "the connection to PostgreSQL broke");
        return RETRY_NEW;
    }
    const struct row *row = find(state);
    bool unique = strcmp(state, "23505") == 0;
    error_at(e, row->kind, row->code ? row->code : err_table[row->kind].code,
        unique && constraint ? constraint : "", "PostgreSQL: %s (%s)",
        row->message && message ? message : "the statement failed", state);
    return row->retry;
}

/* Every occurrence of `secret` in text becomes stars. */
static void blot(char *text, const char *secret)
{
    size_t len = strlen(secret);
    if (len == 0) return;
    for (char *at = strstr(text, secret); at; at = strstr(at, secret))
        memset(at, '*', len);
}

enum err postgres_connect_error(const struct postgres_db *d, const PGconn *conn, struct error *e)
{
    char text[ERROR_DETAIL_MAX];
    struct str message = str_trim(str_of(conn ? PQerrorMessage(conn) : "out of memory"));
    size_t len = message.len < sizeof text ? message.len : sizeof text - 1;
    /* The whole message is searched before it is cut: half a password is a secret too. */
    struct buf whole;
    buf_init(&whole, 64 * 1024);
    buf_put(&whole, message);
    buf_put_char(&whole, '\0');
    if (whole.failed) len = 0;
    if (d->password && !whole.failed) blot(whole.at, d->password);
    memcpy(text, whole.at ? whole.at : "", len);
    text[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n') text[i] = ' ';
    buf_release(&whole);
    return error_code(
        e, ERR_UNAVAILABLE, "database_unreachable", "PostgreSQL cannot be reached: %s", text);
}
