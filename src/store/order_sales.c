/* order_sales.c: sale prices of items, and one status for many orders; see order.h. */
#include "store/item.h"
#include "store/order.h"

static struct str money_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

static const struct order_item *find_item(const struct order *order, int64_t item_id)
{
    for (size_t i = 0; i < order->item_count; i++)
        if (order->items[i].item_id == item_id) return &order->items[i];
    return NULL;
}

enum err order_item_price(struct change *c, const struct order *order, int64_t item_id,
    struct money sale, struct error *e)
{
    const struct order_item *item = find_item(order, item_id);
    if (!item)
        return error_set(e, ERR_NOT_FOUND, "item %lld is not on order %.*s", (long long)item_id,
            STR_FMT(order->number));
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE item SET sale_amount = $1, sale_currency = $2, updated_at = $3,"
                          " version = version + 1 WHERE id = $4 AND order_id = $5");
    stmt_bind_money(st, 1, sale);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, item_id);
    stmt_bind_int(st, 5, order->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    struct money none = { 0 };
    change_list_diff(&l, "sale_price", money_text(item->sale_by_hand ? item->sale : none, c->arena),
        money_text(sale, c->arena));
    struct str changes = change_list_end(&l);
    if (l.count) {
        item_event_add(c, item_id, "changed", changes, order->id, S(""));
        audit_add(c, "update", "item", item_id, changes);
        order_touch(c, order);
    }
    change_list_release(&l);
    return OK;
}

/* Asked before it is tried: a statement that fails ends the whole transaction. */
static enum err opens_twice(
    struct change *c, const struct order *order, bool is_open, struct str *esn, struct error *e)
{
    *esn = S("");
    if (order->is_open || !is_open) return OK;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT i.esn FROM item i JOIN item n ON n.esn = i.esn AND n.id <> i.id"
        " AND (n.is_open = 1 OR n.order_id = i.order_id) WHERE i.order_id = $1 LIMIT 1");
    stmt_bind_int(st, 1, order->id);
    if (stmt_row(st)) *esn = stmt_str(st, 0, c->arena);
    return stmt_end(st, e);
}

struct status_row {
    int64_t id, replaced_by;
    struct str title;
    bool is_open;
};

static enum err set_one(
    struct change *c, const struct status_row *to, struct status_result *out, struct error *e)
{
    struct order before;
    struct str esn;
    enum err rc = order_lock(c, out->order_id, c->arena, &before, e);
    if (rc == ERR_NOT_FOUND) {
        out->code = "not_found";
        out->detail = S("there is no such order");
        return OK;
    }
    if (!rc) rc = opens_twice(c, &before, to->is_open, &esn, e);
    if (rc) return rc;
    if (before.status_id == to->id) {
        out->code = "unchanged";
        out->detail = S("the order is in that status already");
    } else if (esn.len) {
        out->code = "duplicate_open_item";
        out->detail = arena_fmt(
            c->arena, "it would open with %.*s, which has been received again since", STR_FMT(esn));
    } else if (to->replaced_by) {
        out->code = "retiring";
        out->detail = S("that order status is being retired");
    } else {
        struct order after = before;
        after.status_id = to->id;
        after.status = to->title;
        rc = order_update(c, &before, &after, e);
    }
    return rc;
}

enum err order_set_statuses(struct change *c, const int64_t *ids, size_t count, int64_t status_id,
    struct status_result *results, struct error *e)
{
    struct status_row to = { .id = status_id };
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    struct stmt *st =
        tx_prepare(c->tx, "SELECT title, is_open, replaced_by FROM order_status WHERE id = $1");
    stmt_bind_int(st, 1, status_id);
    if (stmt_row(st)) {
        to.title = stmt_str(st, 0, c->arena);
        to.is_open = stmt_int(st, 1) != 0;
        to.replaced_by = stmt_int(st, 2);
    }
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < count && !rc; i++) {
        results[i] = (struct status_result){ ids[i], "", S("") };
        rc = set_one(c, &to, &results[i], e);
    }
    return rc;
}
