/* housekeeping.c: see housekeeping.h. */
#include "store/housekeeping.h"

#include "store/audit.h"
#include "store/session.h"

static void forget_before(struct stmt *st, time_ms before)
{
    stmt_bind_int(st, 1, before);
    stmt_later(st);
}

static enum err purge_audit(struct change *c, bool *more, struct error *e)
{
    struct settings settings;
    int64_t gone = 0;
    enum err rc = settings_load(c->tx, &settings, e);
    if (!rc) rc = audit_purge(c, settings.audit_months, HOUSEKEEPING_ROWS, &gone, e);
    *more = gone == HOUSEKEEPING_ROWS;
    if (rc || !gone) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add_int(&l, "rows", gone, 0);
    audit_add(c, "purge", "audit", 0, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

enum err housekeeping(struct change *c, bool *more, struct error *e)
{
    enum err rc = idempotency_purge(c->tx, c->now - IDEMPOTENCY_KEPT_MS, e);
    if (rc) return rc;
    forget_before(tx_prepare(c->tx, "DELETE FROM sign_in_address WHERE since <= $1"),
        c->now - ADDRESS_WINDOW_MS);
    forget_before(
        tx_prepare(c->tx, "DELETE FROM session WHERE expires_at < $1 /* scan wanted */"), c->now);
    forget_before(
        tx_prepare(c->tx, "DELETE FROM session WHERE last_seen_at <= $1 /* scan wanted */"),
        c->now - SESSION_IDLE_MS);
    return purge_audit(c, more, e);
}
