/*
 * db_stmt.c: statements as db.h promises them, whatever the engine.
 *
 * A connection keeps every statement it ever prepared, found by the address of its literal; their
 * number is bounded by the program's text. A statement that is in use when it is wanted again (rows
 * of a tree read recursively) gets a twin.
 */
#include "store/db_driver.h"

#include "base/assert.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct db_driver *driver_of(const struct stmt *st)
{
    return st->tx->db->driver;
}

static struct stmt **bucket_of(struct tx *tx, const char *sql)
{
    uint64_t h = (uint64_t)(uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15);
    return &tx->buckets[h >> 56];
}

void stmt_init(struct stmt *st, struct tx *tx, const char *sql)
{
    st->tx = tx;
    st->sql = sql;
    buf_init(&st->text, 1024 * 1024);
    buf_init(&st->data, STMT_DATA_MAX);
    sql_rewrite(tx->db->driver->engine, sql, &st->text, &st->params_count);
    st->original = st->text.len;
    buf_put(&st->text, (struct str){ sql, strlen(sql) + 1 });
    ASSERT(!st->text.failed);
    size_t count = st->params_count ? (size_t)st->params_count : 1;
    st->params = calloc(count, sizeof *st->params); /* tidy: allow, lives with the connection */
    if (!st->params) PANIC("out of memory");
}

void stmt_release(struct stmt *st)
{
    buf_release(&st->text);
    buf_release(&st->data);
    free(st->params);
}

void stmt_cache_drop(struct tx *tx)
{
    ASSERT(tx->open_stmts == 0);
    for (size_t i = 0; i < STMT_BUCKETS; i++) {
        while (tx->buckets[i]) {
            struct stmt *st = tx->buckets[i];
            tx->buckets[i] = st->next;
            tx->db->driver->stmt_free(st);
        }
    }
}

static struct stmt *find_or_make(struct tx *tx, const char *sql)
{
    struct stmt **bucket = bucket_of(tx, sql);
    for (struct stmt *st = *bucket; st; st = st->next) {
        if (st->sql != sql || st->state != STMT_IDLE) continue;
        if (strcmp(st->text.at + st->original, sql) != 0) PANIC("not a literal: %s", sql);
        return st;
    }
    struct stmt *st = tx->db->driver->stmt_new(tx, sql);
    if (!st) return NULL;
    st->next = *bucket;
    *bucket = st;
    return st;
}

struct stmt *tx_prepare(struct tx *tx, const char *sql)
{
    struct stmt *st = tx->failed ? NULL : find_or_make(tx, sql);
    tx->open_stmts++;
    if (!st) return &tx->dead;
    st->state = STMT_BINDING;
    st->changes = 0;
    return st;
}

struct str param_bytes(const struct stmt *st, const struct param *param)
{
    return (struct str){ param->len ? st->data.at + param->at : "", param->len };
}

static struct param *param_of(struct stmt *st, int n, enum param_kind kind)
{
    if (st->tx->failed) return NULL;
    ASSERT(st->state == STMT_BINDING);
    if (n < 1 || n > st->params_count) PANIC("there is no $%d in: %s", n, st->sql);
    struct param *param = &st->params[n - 1];
    *param = (struct param){ .kind = kind };
    return param;
}

static void keep_bytes(struct stmt *st, struct param *param, size_t at)
{
    param->at = at;
    param->len = st->data.len - at;
    if (!st->data.failed) return;
    struct error e;
    error_set(&e, ERR_TOO_LARGE, "a statement is given more than %d bytes", (int)STMT_DATA_MAX);
    tx_fail(st->tx, &e);
}

void stmt_bind_int(struct stmt *st, int n, int64_t value)
{
    struct param *param = param_of(st, n, PARAM_INT);
    if (param) param->number = value;
}

void stmt_bind_str(struct stmt *st, int n, struct str value)
{
    struct param *param = param_of(st, n, PARAM_STR);
    if (!param) return;
    if (!str_is_utf8(value) || (value.len && memchr(value.at, 0, value.len))) {
        struct error e;
        error_set(&e, ERR_INVALID, "text that is not UTF-8, or has a NUL, cannot be stored");
        tx_fail(st->tx, &e);
        return;
    }
    size_t at = st->data.len;
    buf_put(&st->data, value);
    keep_bytes(st, param, at);
}

void stmt_bind_blob(struct stmt *st, int n, struct str value)
{
    struct param *param = param_of(st, n, PARAM_BLOB);
    if (!param) return;
    size_t at = st->data.len;
    buf_put(&st->data, value);
    keep_bytes(st, param, at);
}

static void bind_null(struct stmt *st, int n, enum param_kind kind)
{
    struct param *param = param_of(st, n, kind);
    if (param) param->is_null = true;
}

void stmt_bind_null_int(struct stmt *st, int n)
{
    bind_null(st, n, PARAM_INT);
}

void stmt_bind_null_str(struct stmt *st, int n)
{
    bind_null(st, n, PARAM_STR);
}

void stmt_bind_null_blob(struct stmt *st, int n)
{
    bind_null(st, n, PARAM_BLOB);
}

void stmt_bind_ints(struct stmt *st, int n, const int64_t *values, size_t count)
{
    struct param *param = param_of(st, n, PARAM_INTS);
    if (!param) return;
    size_t at = st->data.len;
    driver_of(st)->put_ints(&st->data, values, count);
    keep_bytes(st, param, at);
}

static void check_bound(const struct stmt *st)
{
    ASSERT(st->state == STMT_BINDING);
    for (int i = 0; i < st->params_count; i++)
        if (st->params[i].kind == PARAM_UNBOUND) PANIC("$%d is not bound in: %s", i + 1, st->sql);
}

static void start(struct stmt *st)
{
    if (st->tx->failed) return;
    check_bound(st);
    st->state = STMT_RUNNING;
    driver_of(st)->start(st);
}

static void finish(struct stmt *st)
{
    struct tx *tx = st->tx;
    ASSERT(tx->open_stmts > 0);
    tx->open_stmts--;
    if (st == &tx->dead) return;
    if (st->state == STMT_IDLE) PANIC("statement ended twice: %s", st->sql);
    if (st->state != STMT_BINDING) driver_of(st)->end(st);
    st->state = STMT_IDLE;
    st->on_row = false;
    for (int i = 0; i < st->params_count; i++)
        st->params[i].kind = PARAM_UNBOUND;
    if (st->data.room > STMT_DATA_KEPT)
        buf_release(&st->data);
    else
        buf_clear(&st->data);
}

static enum err result(const struct tx *tx, struct error *e)
{
    if (!tx->failed) return OK;
    *e = tx->failure;
    return e->kind;
}

enum err stmt_run(struct stmt *st, int64_t *changes, struct error *e)
{
    struct tx *tx = st->tx;
    start(st);
    while (!tx->failed && driver_of(st)->row(st)) {
    }
    if (changes) *changes = tx->failed ? 0 : st->changes;
    finish(st);
    return result(tx, e);
}

void stmt_later(struct stmt *st)
{
    if (!st->tx->failed) {
        check_bound(st);
        st->state = STMT_RUNNING;
        driver_of(st)->later(st);
    }
    finish(st);
}

bool stmt_row(struct stmt *st)
{
    if (st->state == STMT_BINDING) start(st);
    st->on_row = false;
    if (st->tx->failed || st->state == STMT_DONE) return false;
    ASSERT(st->state == STMT_RUNNING);
    st->on_row = driver_of(st)->row(st) && !st->tx->failed;
    if (!st->on_row) st->state = STMT_DONE; /* SQLite would begin again */
    return st->on_row;
}

enum err stmt_end(struct stmt *st, struct error *e)
{
    struct tx *tx = st->tx;
    finish(st);
    return result(tx, e);
}

static enum column_kind column_of(
    struct stmt *st, int column, enum column_kind want, int64_t *number, struct str *bytes)
{
    *number = 0;
    *bytes = S("");
    if (!st->on_row) PANIC("column %d read without a row in: %s", column, st->sql);
    if (column < 0 || column >= st->columns) PANIC("there is no column %d in: %s", column, st->sql);
    enum column_kind kind = driver_of(st)->column(st, column, number, bytes);
    if (kind == COLUMN_NULL || kind == want) return kind;
    struct error e;
    error_set(&e, ERR_CORRUPT, "column %d has another type than is read from it in: %.200s", column,
        st->sql);
    tx_fail(st->tx, &e);
    *number = 0;
    *bytes = S("");
    return COLUMN_NULL;
}

int64_t stmt_int(struct stmt *st, int column)
{
    int64_t number;
    struct str bytes;
    column_of(st, column, COLUMN_INT, &number, &bytes);
    return number;
}

struct str stmt_str_view(struct stmt *st, int column)
{
    int64_t number;
    struct str bytes;
    column_of(st, column, COLUMN_STR, &number, &bytes);
    return bytes;
}

struct str stmt_str(struct stmt *st, int column, struct arena *arena)
{
    return arena_str(arena, stmt_str_view(st, column));
}

struct str stmt_blob(struct stmt *st, int column, struct arena *arena)
{
    int64_t number;
    struct str bytes;
    column_of(st, column, COLUMN_BLOB, &number, &bytes);
    return arena_str(arena, bytes);
}

bool stmt_null(struct stmt *st, int column)
{
    int64_t number;
    struct str bytes;
    if (!st->on_row) PANIC("column %d read without a row in: %s", column, st->sql);
    if (column < 0 || column >= st->columns) PANIC("there is no column %d in: %s", column, st->sql);
    return driver_of(st)->column(st, column, &number, &bytes) == COLUMN_NULL;
}
