/* channel_rules.c: small questions to one channel's row; see channels.h. */
#include "store/channels.h"

enum err channel_consent(struct change *c, int64_t id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE channel SET brake_released_at = $1, brake_since = NULL WHERE id = $2"
        " AND EXISTS (SELECT 1 FROM channel_counted_status s WHERE s.channel_id = $2)"
        " AND EXISTS (SELECT 1 FROM channel_counted_warehouse w WHERE w.channel_id = $2)");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}

enum err channel_import_earlier(struct change *c, int64_t id, time_ms from, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE channel SET import_orders_from = $1,"
                                        " version = version + 1 WHERE id = $2"
                                        " AND COALESCE(import_orders_from, 0) > $1");
    stmt_bind_int(st, 1, from);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}

enum err channel_rule_load(
    struct tx *tx, int64_t id, int64_t *reserve, bool *has_cap, int64_t *cap, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT reserve, cap FROM channel WHERE id = $1");
    stmt_bind_int(st, 1, id);
    *reserve = *cap = 0;
    *has_cap = false;
    if (stmt_row(st)) {
        *reserve = stmt_int(st, 0);
        *has_cap = !stmt_null(st, 1);
        *cap = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

enum err channel_find(struct tx *tx, struct str name, int64_t *id, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT id FROM channel WHERE name = $1 AND deleted_at IS NULL");
    stmt_bind_str(st, 1, name);
    return stmt_scalar(st, 0, id, e);
}
