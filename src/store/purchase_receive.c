/* purchase_receive.c: items in, and back out; see purchase_order.h. */
#include "store/purchase_internal.h"

#include "store/derive.h"
#include "store/inventory_day.h"

static struct purchase_line *line_of(struct purchase_order *o, int64_t id)
{
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == id) return &o->lines[i];
    return NULL;
}

/* The line of the variation that has room, else the first one. */
static struct purchase_line *line_for(struct purchase_order *o, int64_t variation_id)
{
    struct purchase_line *first = NULL;
    for (size_t i = 0; i < o->line_count && variation_id; i++) {
        struct purchase_line *l = &o->lines[i];
        if (l->variation_id != variation_id) continue;
        if (l->checked_in < l->expected_count) return l;
        if (!first) first = l;
    }
    return first;
}

static void refuse(struct item_new *row, const char *code, const char *pointer)
{
    row->code = code;
    row->pointer = pointer;
}

/* What the row itself says about the order. */
static void judge(struct purchase_order *o, struct item_new *row)
{
    struct item *item = &row->item;
    struct error ignored;
    if (item->purchase_order_line_id) {
        const struct purchase_line *line = line_of(o, item->purchase_order_line_id);
        if (!line) {
            refuse(row, "unknown_value", "/line_id");
            return;
        }
        if (!item->variation_id) item->variation_id = line->variation_id;
        if (line->variation_id && line->variation_id != item->variation_id) {
            refuse(row, "not_allowed", "/line_id");
            return;
        }
    }
    if (item->paid.present &&
        (o->lot_price.present || purchase_take_currency(o, item->paid, "/paid", &ignored))) {
        refuse(row, "not_allowed", "/paid");
        return;
    }
    item->purchase_order_id = o->id;
    item->purchase_order = o->number;
}

/* Only what is really received takes up the room of a line. */
static void place(void *ctx, struct item *item)
{
    struct purchase_order *o = ctx;
    struct purchase_line *line = item->purchase_order_line_id
                                     ? line_of(o, item->purchase_order_line_id)
                                     : line_for(o, item->variation_id);
    if (!line) return;
    if (!item->paid.present && !item->unpriced && !o->lot_price.present)
        item->paid = line->unit_price;
    item->purchase_order_line_id = line->id;
    line->checked_in++;
}

void purchase_place(struct purchase_order *order, struct item_new *row)
{
    judge(order, row);
    if (!*row->code) place(order, &row->item);
}

enum err purchase_reload(
    struct change *c, struct purchase_order *order, struct arena *arena, struct error *e)
{
    return purchase_load(c->tx, order->id, arena, order, e);
}

enum err purchase_receive(struct change *c, struct purchase_order *order, struct item_new *rows,
    size_t count, struct error *e)
{
    struct str currency = order->currency;
    if (order->status != PURCHASE_OPEN) return purchase_not_open(order, e);
    for (size_t i = 0; i < count; i++)
        if (!*rows[i].code) judge(order, &rows[i]);
    enum err rc = item_create_placed(c, rows, count, &(struct item_placing){ place, order }, e);
    if (rc) return rc;
    size_t created = 0;
    for (size_t i = 0; i < count; i++)
        created += !*rows[i].code;
    order->checked_in += (int64_t)created;
    if (created && !str_eq(currency, order->currency)) rc = purchase_touch(c, order, e);
    if (!rc && created) rc = purchase_items_moved(c, order, created, e);
    if (created) tx_notify(c->tx, TOPIC_PURCHASE_ORDER);
    return rc ? rc : purchase_reload(c, order, c->arena, e);
}

/* Nothing has happened to it but its reception and divisions of the lot price. */
static enum err refuse_touched(struct change *c, const struct item *item, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT COUNT(*) FROM item_event WHERE item_id = $1 AND action NOT IN"
                          " ('created', 'priced')");
    stmt_bind_int(st, 1, item->id);
    int64_t events;
    enum err rc = stmt_scalar(st, 0, &events, e);
    if (rc || (!events && !item->order_id)) return rc;
    return error_code(
        e, ERR_CONFLICT, "in_use", "the item was changed or sold since it was received: it stays");
}

static enum err delete_item(struct change *c, const struct item *item, struct error *e)
{
    static const struct item nothing = { 0 };
    enum err rc = inventory_day_forget(c, item->id, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM item_value WHERE item_id = $1");
    stmt_bind_int(st, 1, item->id);
    stmt_later(st);
    st = tx_prepare(c->tx, "DELETE FROM item_event WHERE item_id = $1");
    stmt_bind_int(st, 1, item->id);
    stmt_later(st);
    st = tx_prepare(c->tx, "DELETE FROM item WHERE id = $1 AND version = $2");
    stmt_bind_int(st, 1, item->id);
    stmt_bind_int(st, 2, item->version);
    rc = stmt_run_versioned(st, e);
    if (rc == ERR_CONFLICT)
        return error_code(e, rc, "in_use", "something else refers to the item: it stays");
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    item_changes(&l, item, &nothing, c->arena);
    change_list_add(&l, "hex_id", item->hex_id, (struct str){ 0 });
    audit_add(c, "delete", "item", item->id, change_list_end(&l));
    change_list_release(&l);
    derive_count(c, item->variation_id, item->status_id, item->warehouse_id, -1);
    return OK;
}

enum err purchase_unreceive(
    struct change *c, struct purchase_order *order, int64_t item_id, struct error *e)
{
    struct item item;
    /* The caller has locked the order, which nobody waits for who has this lock. */
    inventory_day_lock(c);
    struct stmt *st = tx_prepare(
        c->tx, "SELECT id FROM item WHERE id = $1 AND purchase_order_id = $2 FOR UPDATE");
    stmt_bind_int(st, 1, item_id);
    stmt_bind_int(st, 2, order->id);
    int64_t found;
    enum err rc = stmt_scalar(st, 0, &found, e);
    if (rc) return rc;
    if (!found)
        return error_set(e, ERR_NOT_FOUND, "item %lld is not of the purchase order %.*s",
            (long long)item_id, STR_FMT(order->number));
    if (order->status != PURCHASE_OPEN) return purchase_not_open(order, e);
    rc = item_load(c->tx, item_id, c->arena, &item, e);
    if (!rc) rc = refuse_touched(c, &item, e);
    if (!rc) rc = delete_item(c, &item, e);
    if (rc) return rc;
    order->checked_in--;
    tx_notify(c->tx, TOPIC_PURCHASE_ORDER);
    rc = purchase_items_moved(c, order, 1, e);
    return rc ? rc : purchase_reload(c, order, c->arena, e);
}
