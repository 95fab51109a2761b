/* purchase_price.c: prices of received items: a lot price divided, or given one by one; see
 * purchase_order.h. */
#include "store/purchase_internal.h"

#include "base/assert.h"
#include "core/lot.h"

#include <stdlib.h>

enum { CHUNK_ROWS = 5000, CHUNK_SIZE_MAX = 1024 * 1024 };

/* What an item costs, and is to cost. */
struct cost {
    int64_t id;
    struct money now;
    int64_t weight; /* expected price of its line; 0: none */
    int64_t wanted;
};

static enum err read_costs(struct change *c, const struct purchase_order *o, struct cost **out,
    size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT COUNT(*) FROM item WHERE purchase_order_id = $1");
    stmt_bind_int(st, 1, o->id);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    *count = 0;
    if (rc) return rc;
    if (most > LOT_SHARES_MAX)
        return error_set(e, ERR_TOO_LARGE, "a lot has at most %d items", LOT_SHARES_MAX);
    *out = arena_new(c->arena, struct cost, (size_t)most + 1);
    /* Locked: somebody else may be giving one of them a price, which its history has to tell. */
    st = tx_prepare(c->tx,
        "SELECT i.id, i.paid_amount, i.paid_currency, COALESCE((SELECT l.unit_price"
        " FROM purchase_order_line l WHERE l.id = i.purchase_order_line_id), 0) FROM item i"
        " WHERE i.purchase_order_id = $1 ORDER BY i.id FOR UPDATE");
    stmt_bind_int(st, 1, o->id);
    while (stmt_row(st) && *count < (size_t)most)
        (*out)[(*count)++] = (struct cost){
            .id = stmt_int(st, 0), .now = stmt_money(st, 1, c->arena), .weight = stmt_int(st, 3)
        };
    return stmt_end(st, e);
}

static bool differs(const struct purchase_order *o, const struct cost *k)
{
    return !k->now.present || k->now.amount != k->wanted || !str_eq(k->now.currency, o->currency);
}

static void write_prices(
    struct change *c, const struct purchase_order *o, const struct cost *costs, size_t count)
{
    struct buf json;
    struct jw w;
    buf_init(&json, CHUNK_SIZE_MAX);
    for (size_t at = 0; at < count;) {
        buf_clear(&json);
        jw_init(&w, &json);
        jw_array(&w);
        for (size_t n = 0; at < count && n < CHUNK_ROWS; at++, n++) {
            jw_array(&w);
            jw_int(&w, costs[at].id);
            jw_int(&w, costs[at].wanted);
            jw_array_end(&w);
        }
        jw_array_end(&w);
        ASSERT(!json.failed);
        struct stmt *st = tx_prepare(c->tx,
            tx_engine(c->tx) == DB_SQLITE
                ? "UPDATE item SET paid_amount = x.amount, paid_currency = $2, updated_at = $3,"
                  " version = version + 1 FROM (SELECT json_extract(value, '$[0]') AS id,"
                  " json_extract(value, '$[1]') AS amount FROM json_each($1)) x"
                  " WHERE item.id = x.id"
                : "UPDATE item SET paid_amount = x.amount, paid_currency = $2, updated_at = $3,"
                  " version = version + 1 FROM (SELECT CAST(value->>0 AS BIGINT) AS id,"
                  " CAST(value->>1 AS BIGINT) AS amount"
                  " FROM json_array_elements($1::json) AS j(value)) x WHERE item.id = x.id");
        stmt_bind_str(st, 1, buf_str(&json));
        stmt_bind_str(st, 2, o->currency);
        stmt_bind_int(st, 3, c->now);
        stmt_later(st);
    }
    buf_release(&json);
}

/* Writes what differs, then a line of history each, which tells how the item stands after it. The
 * rows are put together at the front. */
static size_t change_prices(struct change *c, const struct purchase_order *o, struct cost *costs,
    size_t count, struct str reason)
{
    struct item_record record;
    size_t changed = 0;
    for (size_t i = 0; i < count; i++)
        if (differs(o, &costs[i])) costs[changed++] = costs[i];
    write_prices(c, o, costs, changed);
    item_record_begin(&record, c, "priced", "update", reason);
    for (size_t i = 0; i < changed; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct item from = { .paid = costs[i].now };
        struct item to = { .paid = { true, costs[i].wanted, o->currency } };
        struct change_list l;
        change_list_init(&l);
        item_changes(&l, &from, &to, c->arena);
        item_record_add(&record, costs[i].id, change_list_end(&l));
        change_list_release(&l);
        arena_rewind(c->arena, mark);
    }
    item_record_end(&record);
    return changed;
}

static void divide(struct change *c, const struct purchase_order *o, struct cost *costs, size_t n)
{
    struct lot_share *shares = arena_new(c->arena, struct lot_share, n + 1);
    for (size_t i = 0; i < n; i++)
        shares[i] = (struct lot_share){ costs[i].id, costs[i].weight, 0 };
    lot_divide(o->lot_price.amount, shares, n, c->arena);
    for (size_t i = 0; i < n; i++)
        costs[i].wanted = shares[i].amount;
}

enum err purchase_divide(struct change *c, struct purchase_order *order, struct error *e)
{
    struct cost *costs = NULL;
    size_t count = 0;
    bool was_due = !order->lot_divided;
    if (order->status != PURCHASE_OPEN) return OK;
    order->lot_divided = true;
    if (order->lot_price.present) {
        enum err rc = read_costs(c, order, &costs, &count, e);
        if (rc) return rc;
        divide(c, order, costs, count);
        (void)change_prices(c, order, costs, count,
            arena_fmt(c->arena, "lot price of %.*s divided", STR_FMT(order->number)));
    }
    return was_due ? purchase_touch(c, order, e) : OK;
}

enum err purchase_items_moved(
    struct change *c, struct purchase_order *order, size_t moved, struct error *e)
{
    if (!order->lot_price.present) return OK;
    bool small = order->checked_in <= LOT_AT_ONCE_MAX;
    bool many = (int64_t)moved * 10 >= order->checked_in;
    if (small || many) return purchase_divide(c, order, e);
    if (!order->lot_divided) return OK;
    order->lot_divided = false;
    return purchase_touch(c, order, e);
}

/* Prices one by one */

static int by_item(const void *a, const void *b)
{
    const struct purchase_price *x = *(struct purchase_price *const *)a;
    const struct purchase_price *y = *(struct purchase_price *const *)b;
    if (x->item_id != y->item_id) return x->item_id < y->item_id ? -1 : 1;
    return (x > y) - (x < y);
}

/* The first price of an item is judged, further ones are repeated. What is good waits for its item
 * to be found; its ids ascend. */
static size_t judge(struct purchase_order *o, struct purchase_price **sorted, size_t count,
    int64_t *ids, struct purchase_price **good)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct purchase_price *p = sorted[i];
        struct error ignored;
        p->changed = false;
        p->code = "unknown_id";
        if (i && sorted[i - 1]->item_id == p->item_id) {
            p->code = "repeated";
        } else if (!p->paid.present || o->lot_price.present ||
                   purchase_take_currency(o, p->paid, "/paid", &ignored)) {
            p->code = "not_allowed";
        } else {
            good[n] = p;
            ids[n++] = p->item_id;
        }
    }
    return n;
}

enum err purchase_set_paid(struct change *c, struct purchase_order *order,
    struct purchase_price *prices, size_t count, struct str reason, struct error *e)
{
    struct purchase_price **sorted = arena_new(c->arena, struct purchase_price *, count + 1);
    struct purchase_price **good = arena_new(c->arena, struct purchase_price *, count + 1);
    struct cost *costs = arena_new(c->arena, struct cost, count + 1);
    int64_t *ids = arena_new(c->arena, int64_t, count + 1);
    size_t found = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &prices[i];
    qsort((void *)sorted, count, sizeof(struct purchase_price *), by_item);
    size_t good_count = judge(order, sorted, count, ids, good);
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id, paid_amount, paid_currency FROM item WHERE purchase_order_id = $1"
        " AND id IN {ints $2} ORDER BY id FOR UPDATE");
    stmt_bind_int(st, 1, order->id);
    stmt_bind_ints(st, 2, ids, good_count);
    while (stmt_row(st)) {
        while (ids[at] != stmt_int(st, 0)) /* both ascend */
            at++;
        struct cost *k = &costs[found++];
        *k = (struct cost){ .id = ids[at], .now = stmt_money(st, 1, c->arena) };
        k->wanted = good[at]->paid.amount;
        good[at]->code = "";
        good[at]->changed = differs(order, k);
    }
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (change_prices(c, order, costs, found, reason)) rc = purchase_touch(c, order, e);
    return rc;
}
