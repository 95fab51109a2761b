/* channel_log.c: see channel_log.h. */
#include "store/channel_log.h"

enum err channel_figures_load(
    struct tx *tx, int64_t channel_id, struct channel_figures *out, struct error *e)
{
    *out = (struct channel_figures){ 0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT (SELECT COUNT(*) FROM listing WHERE channel_id = $1 AND state <> 'ended'),"
        " (SELECT COUNT(*) FROM listing g WHERE channel_id = $1 AND state <> 'ended' AND EXISTS"
        " (SELECT 1 FROM listing_variation lv WHERE lv.listing_id = g.id)),"
        " (SELECT COUNT(*) FROM listing WHERE channel_id = $1 AND state = 'ended'),"
        " (SELECT COUNT(*) FROM push WHERE channel_id = $1 AND state IN ('waiting', 'sending', "
        "'bulk')),"
        " (SELECT COUNT(*) FROM sales_order WHERE channel_id = $1),"
        " (SELECT COUNT(*) FROM quarantine WHERE channel_id = $1 AND resolved_at IS NULL),"
        " (SELECT COUNT(*) FROM sales_order o WHERE o.channel_id = $1 AND EXISTS"
        " (SELECT 1 FROM order_status s WHERE s.id = o.status_id AND s.is_open = 1) AND EXISTS"
        " (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.deleted_at IS NULL"
        " AND l.variation_id IS NULL AND l.quantity > 0"
        " AND NOT EXISTS (SELECT 1 FROM variation v WHERE v.sku = l.sku)"
        " AND NOT EXISTS (SELECT 1 FROM listing g JOIN listing_variation lv"
        " ON lv.listing_id = g.id WHERE g.channel_id = $1 AND g.sku = l.sku))),"
        " (SELECT MAX(finished_at) FROM run WHERE channel_id = $1 AND kind = 'sync_listings'"
        " AND state = 'succeeded'),"
        " (SELECT MAX(synced_at) FROM listing WHERE channel_id = $1),"
        " (SELECT MAX(at) FROM channel_cursor WHERE channel_id = $1 AND name = 'orders_live')");
    stmt_bind_int(st, 1, channel_id);
    if (stmt_row(st))
        *out = (struct channel_figures){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2),
            stmt_int(st, 3), stmt_int(st, 4), stmt_int(st, 5), stmt_int(st, 6), stmt_int(st, 7),
            stmt_int(st, 8), stmt_int(st, 9) };
    return stmt_end(st, e);
}

void channel_event_add(struct change *c, int64_t channel_id, const struct channel_event *ev)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO channel_event (channel_id, at, severity, kind, operation, http_status, detail,"
        " channel_message, request_id, sku, listing_id, order_id, channel_order_id, run_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_str(st, 3, str_of(ev->severity));
    stmt_bind_str(st, 4, str_of(ev->kind));
    stmt_bind_opt_str(st, 5, ev->operation);
    stmt_bind_opt_int(st, 6, ev->http_status);
    stmt_bind_str(st, 7, ev->detail);
    stmt_bind_opt_str(st, 8, ev->channel_message);
    stmt_bind_opt_str(st, 9, ev->request_id);
    stmt_bind_opt_str(st, 10, ev->sku);
    stmt_bind_opt_int(st, 11, ev->listing_id);
    stmt_bind_opt_int(st, 12, ev->order_id);
    stmt_bind_opt_str(st, 13, ev->channel_order_id);
    stmt_bind_opt_int(st, 14, ev->run_id);
    stmt_later(st);
}

static void read_event(struct stmt *st, struct arena *arena, struct channel_event *out)
{
    *out = (struct channel_event){
        .id = stmt_int(st, 0),
        .at = stmt_int(st, 1),
        .severity_read = stmt_str(st, 2, arena),
        .kind_read = stmt_str(st, 3, arena),
        .operation = stmt_str(st, 4, arena),
        .http_status = (int)stmt_int(st, 5),
        .detail = stmt_str(st, 6, arena),
        .channel_message = stmt_str(st, 7, arena),
        .request_id = stmt_str(st, 8, arena),
        .sku = stmt_str(st, 9, arena),
        .listing_id = stmt_int(st, 10),
        .order_id = stmt_int(st, 11),
        .channel_order_id = stmt_str(st, 12, arena),
        .run_id = stmt_int(st, 13),
    };
}

enum err channel_event_list(struct tx *tx, const struct channel_event_filter *f,
    const struct page *page, struct arena *arena, struct channel_event **out, size_t *count,
    struct error *e)
{
    *out = arena_new(arena, struct channel_event, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT id, at, severity, kind, operation, http_status, detail, channel_message,"
        " request_id, sku, listing_id, order_id, channel_order_id, run_id FROM channel_event"
        " WHERE channel_id = $1 AND id < $2 AND ($3 = '' OR kind = $3)"
        " AND ($4 = '' OR severity = $4) AND ($5 = '' OR sku = $5)"
        " AND ($6 = 0 OR listing_id = $6) AND ($7 = 0 OR order_id = $7)"
        " AND ($8 = 0 OR run_id = $8) ORDER BY id DESC LIMIT $9");
    stmt_bind_int(st, 1, f->channel_id);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_str(st, 3, f->kind);
    stmt_bind_str(st, 4, f->severity);
    stmt_bind_str(st, 5, f->sku);
    stmt_bind_int(st, 6, f->listing_id);
    stmt_bind_int(st, 7, f->order_id);
    stmt_bind_int(st, 8, f->run_id);
    stmt_bind_int(st, 9, page->limit + 1);
    while (stmt_row(st))
        read_event(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err quarantine_put(struct change *c, int64_t channel_id, struct str fingerprint,
    const struct quarantined_order *order, bool *is_new, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO quarantine (channel_id, channel_order_id, fingerprint, body, pointer, detail,"
        " attempts, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)"
        " ON CONFLICT (channel_id, fingerprint) DO UPDATE SET body = excluded.body,"
        " pointer = excluded.pointer, detail = excluded.detail,"
        " attempts = quarantine.attempts + 1, last_seen_at = excluded.last_seen_at,"
        " resolved_at = NULL RETURNING attempts");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_opt_str(st, 2, order->channel_order_id);
    stmt_bind_str(st, 3, fingerprint);
    stmt_bind_str(st, 4, order->body);
    stmt_bind_str(st, 5, order->pointer);
    stmt_bind_str(st, 6, order->detail);
    stmt_bind_int(st, 7, c->now);
    int64_t attempts;
    enum err rc = stmt_scalar(st, 0, &attempts, e);
    *is_new = attempts == 1;
    tx_notify(c->tx, TOPIC_ORDER_IMPORT);
    return rc;
}

enum err quarantine_resolve(
    struct change *c, int64_t channel_id, struct str channel_order_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE quarantine SET resolved_at = $1 WHERE channel_id = $2 AND fingerprint = $3"
        " AND resolved_at IS NULL");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, channel_id);
    stmt_bind_str(st, 3, channel_order_id);
    int64_t resolved;
    enum err rc = stmt_run(st, &resolved, e);
    if (!rc && resolved) tx_notify(c->tx, TOPIC_ORDER_IMPORT);
    return rc;
}

enum err quarantine_order_id(struct tx *tx, int64_t channel_id, int64_t id, struct arena *arena,
    struct str *channel_order_id, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT channel_order_id FROM quarantine"
                                     " WHERE channel_id = $1 AND id = $2 AND resolved_at IS NULL");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, id);
    bool found = stmt_row(st);
    if (found) *channel_order_id = stmt_str(st, 0, arena);
    enum err rc = stmt_end(st, e);
    return rc || found
               ? rc
               : error_set(e, ERR_NOT_FOUND, "there is no quarantined order %lld", (long long)id);
}

enum err quarantine_list(struct tx *tx, int64_t channel_id, const struct page *page,
    struct arena *arena, struct quarantined_order **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct quarantined_order, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT id, channel_order_id, body, pointer, detail, attempts, first_seen_at,"
        " last_seen_at FROM quarantine WHERE channel_id = $1 AND resolved_at IS NULL AND id < $2"
        " ORDER BY id DESC LIMIT $3");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] = (struct quarantined_order){ stmt_int(st, 0), stmt_str(st, 1, arena),
            stmt_str(st, 2, arena), stmt_str(st, 3, arena), stmt_str(st, 4, arena), stmt_int(st, 5),
            stmt_int(st, 6), stmt_int(st, 7) };
    return stmt_end(st, e);
}
