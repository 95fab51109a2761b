/* suite.c: see suite.h. */
#include "suite.h"

static enum err script_fn(struct tx *tx, void *ctx, struct error *e)
{
    return tx_script(tx, str_of(*(const char **)ctx), e);
}

void run_script(struct db *db, const char *sql)
{
    struct error e;
    CHECK_ERR(db_write(db, "script", script_fn, &sql, &e), OK, &e, sql);
}

struct one_int {
    const char *sql;
    int64_t value;
};

static enum err int_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct one_int *want = ctx;
    struct stmt *st = tx_prepare(tx, want->sql);
    want->value = INT64_MIN;
    if (stmt_row(st)) want->value = stmt_int(st, 0);
    return stmt_end(st, e);
}

int64_t get_int(struct db *db, const char *sql)
{
    struct one_int want = { .sql = sql };
    struct error e;
    CHECK_ERR(db_read(db, "get_int", int_fn, &want, &e), OK, &e, sql);
    return want.value;
}

static enum err sql_fn(struct tx *tx, void *ctx, struct error *e)
{
    return stmt_run(tx_prepare(tx, *(const char **)ctx), NULL, e);
}

enum err try_sql(struct db *db, const char *sql, struct error *e)
{
    return db_write(db, "try_sql", sql_fn, &sql, e);
}

const char *ddl(const char *sqlite, const char *postgres)
{
    return engine == DB_SQLITE ? sqlite : postgres;
}
