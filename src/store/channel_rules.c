/* channel_rules.c: small questions to one channel's row; see channels.h. */
#include "store/channels.h"

#include "store/channel_log.h"

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

enum err channel_keep_credentials(struct change *c, const struct channel_row *before,
    struct str sealed, time_ms *kept_at, struct error *e)
{
    time_ms at = c->now > before->token_kept_at ? c->now : before->token_kept_at + 1;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE channel SET credentials = $1, token_kept_at = $2 WHERE id = $3"
                          " AND credentials_set_at = $4 AND COALESCE(token_kept_at, 0) = $5");
    stmt_bind_blob(st, 1, sealed);
    stmt_bind_int(st, 2, at);
    stmt_bind_int(st, 3, before->id);
    stmt_bind_int(st, 4, before->credentials_set_at);
    stmt_bind_int(st, 5, before->token_kept_at);
    int64_t changes;
    enum err rc = stmt_run(st, &changes, e);
    *kept_at = !rc && changes ? at : 0;
    if (rc || !changes) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "credentials", (struct str){ 0 }, (struct str){ 0 });
    audit_add(c, "update", "channel", before->id, change_list_end(&l));
    change_list_release(&l);
    channel_event_add(c, before->id,
        &(struct channel_event){ .kind = "credentials_replaced",
            .severity = "info",
            .detail = S("the channel gave another refresh token in place of ours; it is kept") });
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
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
