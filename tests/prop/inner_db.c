/* inner_db.c: see inner_db.h. */
#include "inner_db.h"

#include "base/assert.h"

static enum err call(struct db *db, const char *name, tx_fn fn, void *ctx, struct error *e)
{
    (void)name;
    struct tx *tx = ((struct inner_db *)db)->tx;
    enum err rc = tx_script(tx, S("SAVEPOINT inner_db"), e);
    if (rc) return rc;
    rc = fn(tx, ctx, e);
    if (tx->failed) {
        *e = tx->failure;
        return e->kind;
    }
    struct error broken;
    struct str end = rc ? S("ROLLBACK TO SAVEPOINT inner_db; RELEASE SAVEPOINT inner_db")
                        : S("RELEASE SAVEPOINT inner_db");
    if (tx_script(tx, end, &broken)) PANIC("a savepoint does not end: %s", broken.detail);
    return rc;
}

static const struct db_driver drivers[] = {
    [DB_SQLITE] = { .engine = DB_SQLITE, .write = call, .read = call },
    [DB_POSTGRES] = { .engine = DB_POSTGRES, .write = call, .read = call },
};

void inner_db_init(struct inner_db *d, struct tx *tx)
{
    *d = (struct inner_db){ .db = { .driver = &drivers[tx_engine(tx)] }, .tx = tx };
}
