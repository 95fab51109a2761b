/* db_sqlite_stmt.c: statements on SQLite. */
#include "store/db_sqlite.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sqlite_tx *tx_of(struct stmt *st)
{
    return (struct sqlite_tx *)st->tx;
}

static sqlite3_stmt *handle_of(struct stmt *st)
{
    return ((struct sqlite_stmt *)st)->handle;
}

static void fail(struct sqlite_tx *t, int rc)
{
    struct error e;
    sqlite_error(t->handle, rc, &e);
    tx_fail(&t->base, &e);
}

void sqlite_lock(struct tx *tx, int64_t number, bool exclusive)
{
    /* The one writer is alone. */
    (void)tx;
    (void)number;
    (void)exclusive;
}

void sqlite_script(struct tx *tx, struct str sql)
{
    struct sqlite_tx *t = (struct sqlite_tx *)tx;
    struct str copy = arena_str(&tx->arena, sql);
    int rc = sqlite3_exec(t->handle, copy.at, NULL, NULL, NULL);
    if (rc) fail(t, rc);
}

static void find_places(struct sqlite_stmt *s)
{
    for (int i = 0; i < s->base.params_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i + 1);
        s->places[i] = sqlite3_bind_parameter_index(s->handle, name);
        if (!s->places[i]) PANIC("there is no %s in: %s", name, s->base.sql);
    }
}

struct stmt *sqlite_stmt_new(struct tx *tx, const char *sql)
{
    struct sqlite_tx *t = (struct sqlite_tx *)tx;
    struct sqlite_stmt *s = calloc(1, sizeof *s); /* tidy: allow, lives with the connection */
    if (!s) PANIC("out of memory");
    stmt_init(&s->base, tx, sql);
    int rc = sqlite3_prepare_v3(
        t->handle, s->base.text.at, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
    if (rc) {
        fail(t, rc);
        sqlite_stmt_free(&s->base);
        return NULL;
    }
    ASSERT(s->handle);
    size_t count = (size_t)s->base.params_count + 1;
    s->places = calloc(count, sizeof *s->places); /* tidy: allow, lives with the connection */
    if (!s->places) PANIC("out of memory");
    find_places(s);
    s->base.columns = sqlite3_column_count(s->handle);
    s->reads = sqlite3_stmt_readonly(s->handle) != 0;
    return &s->base;
}

void sqlite_stmt_free(struct stmt *st)
{
    struct sqlite_stmt *s = (struct sqlite_stmt *)st;
    sqlite3_finalize(s->handle);
    free(s->places);
    stmt_release(st);
    free(s);
}

/* As JSON, which json_each gives back as a table. */
void sqlite_put_ints(struct buf *out, const int64_t *values, size_t count)
{
    buf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_put_char(out, ',');
        buf_put_int(out, values[i]);
    }
    buf_put_char(out, ']');
}

static int bind(struct sqlite_stmt *s, int place, const struct param *param)
{
    struct str bytes = param_bytes(&s->base, param);
    if (param->is_null) return sqlite3_bind_null(s->handle, place);
    switch (param->kind) {
    case PARAM_INT:
        return sqlite3_bind_int64(s->handle, place, param->number);
    case PARAM_BLOB:
        return sqlite3_bind_blob64(s->handle, place, bytes.at, bytes.len, SQLITE_STATIC);
    case PARAM_STR:
    case PARAM_INTS:
        return sqlite3_bind_text64(
            s->handle, place, bytes.at, bytes.len, SQLITE_STATIC, SQLITE_UTF8);
    case PARAM_UNBOUND:
        break;
    }
    return SQLITE_MISUSE;
}

void sqlite_start(struct stmt *st)
{
    struct sqlite_stmt *s = (struct sqlite_stmt *)st;
    for (int i = 0; i < st->params_count; i++) {
        int rc = bind(s, s->places[i], &st->params[i]);
        if (rc) {
            fail(tx_of(st), rc);
            return;
        }
    }
}

bool sqlite_row(struct stmt *st)
{
    struct sqlite_stmt *s = (struct sqlite_stmt *)st;
    int rc = sqlite3_step(s->handle);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) {
        fail(tx_of(st), rc);
        return false;
    }
    st->changes = s->reads ? 0 : sqlite3_changes64(tx_of(st)->handle);
    return false;
}

void sqlite_later(struct stmt *st)
{
    sqlite_start(st);
    while (!st->tx->failed && sqlite_row(st)) {
    }
}

void sqlite_end(struct stmt *st)
{
    /* The result repeats the failure of the step before it, which is already kept. */
    (void)sqlite3_reset(handle_of(st));
    if (st->params_count) (void)sqlite3_clear_bindings(handle_of(st));
}

enum column_kind sqlite_column(struct stmt *st, int column, int64_t *number, struct str *bytes)
{
    sqlite3_stmt *handle = handle_of(st);
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL:
        return COLUMN_NULL;
    case SQLITE_INTEGER:
        *number = sqlite3_column_int64(handle, column);
        return COLUMN_INT;
    case SQLITE_TEXT:
        bytes->at = (const char *)sqlite3_column_text(handle, column);
        bytes->len = (size_t)sqlite3_column_bytes(handle, column);
        return COLUMN_STR;
    case SQLITE_BLOB:
        bytes->len = (size_t)sqlite3_column_bytes(handle, column);
        if (bytes->len) bytes->at = sqlite3_column_blob(handle, column);
        return COLUMN_BLOB;
    default:
        return COLUMN_OTHER;
    }
}
