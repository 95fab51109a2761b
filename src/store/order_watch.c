/* order_watch.c: see order_watch.h. */
#include "store/order_watch.h"

enum { MINUTE_MS = 60 * 1000 };

/* After the first attempt, the second, ...: a new order shows after two minutes, one that is being
 * checked for fraud after hours. */
static const time_ms delays[ORDER_WATCH_ATTEMPTS_MAX] = { 3 * MINUTE_MS, 15 * MINUTE_MS,
    60 * MINUTE_MS, 6 * 60 * MINUTE_MS, 0 };

enum err order_watch_put(
    struct change *c, int64_t channel_id, struct str channel_order_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT COUNT(*) FROM order_watch WHERE channel_id = $1"
                                        " AND channel_order_id <> $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, channel_order_id);
    int64_t others;
    enum err rc = stmt_scalar(st, 0, &others, e);
    if (rc) return rc;
    if (others >= ORDER_WATCH_MAX)
        return error_code(e, ERR_CONFLICT, "too_many_waiting",
            "%d orders of this channel are asked for already", ORDER_WATCH_MAX);
    st = tx_prepare(c->tx,
        "INSERT INTO order_watch (channel_id, channel_order_id, wanted_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (channel_id, channel_order_id) DO UPDATE SET wanted_at = excluded.wanted_at,"
        " attempts = 0, not_before = 0");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, channel_order_id);
    stmt_bind_int(st, 3, c->now);
    tx_notify(c->tx, TOPIC_ORDER_WATCH);
    return stmt_run(st, NULL, e);
}

enum err order_watch_next(struct tx *tx, int64_t channel_id, struct arena *arena,
    struct order_watch *out, struct error *e)
{
    *out = (struct order_watch){ .channel_order_id = S("") };
    struct stmt *st = tx_prepare(tx,
        "SELECT channel_order_id, attempts, not_before FROM order_watch WHERE channel_id = $1"
        " ORDER BY not_before, wanted_at, channel_order_id LIMIT 1");
    stmt_bind_int(st, 1, channel_id);
    if (stmt_row(st))
        *out = (struct order_watch){ stmt_str(st, 0, arena), stmt_int(st, 1), stmt_int(st, 2) };
    return stmt_end(st, e);
}

enum err order_watch_end(
    struct change *c, int64_t channel_id, const struct order_watch *watch, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM order_watch WHERE channel_id = $1"
                                        " AND channel_order_id = $2 AND attempts = $3"
                                        " AND not_before = $4");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, watch->channel_order_id);
    stmt_bind_int(st, 3, watch->attempts);
    stmt_bind_int(st, 4, watch->not_before);
    return stmt_run(st, NULL, e);
}

enum err order_watch_missed(struct change *c, int64_t channel_id, const struct order_watch *watch,
    bool *given_up, struct error *e)
{
    *given_up = watch->attempts + 1 >= ORDER_WATCH_ATTEMPTS_MAX;
    if (*given_up) return order_watch_end(c, channel_id, watch, e);
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE order_watch SET attempts = attempts + 1, not_before = $1 WHERE channel_id = $2"
        " AND channel_order_id = $3 AND attempts = $4");
    stmt_bind_int(st, 1, c->now + delays[watch->attempts]);
    stmt_bind_int(st, 2, channel_id);
    stmt_bind_str(st, 3, watch->channel_order_id);
    stmt_bind_int(st, 4, watch->attempts);
    return stmt_run(st, NULL, e);
}
