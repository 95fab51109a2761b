/*
 * prices.c: the spreadsheet of what was paid for the items of purchase orders.
 *
 * A row is about the item of its Hex ID, else about that of the purchase order with its ESN, else,
 * when it names no order, about the open item with the ESN. What is shown besides must be as it is.
 */
#include "base/assert.h"
#include "core/esn.h"
#include "core/hexid.h"
#include "exchange/purchases.h"
#include "store/item.h"

#include <string.h>

enum { PURCHASE_ORDER, LINE, HEX_ID, ESN, PAID, CURRENCY, PRICE_COLUMNS };

static const struct column columns[PRICE_COLUMNS] = {
    { "Purchase Order", COLUMN_OPTIONAL },
    { "Line", COLUMN_OPTIONAL },
    { "Hex ID", COLUMN_OPTIONAL },
    { "ESN", COLUMN_OPTIONAL },
    { "Paid", COLUMN_REQUIRED },
    { "Currency", COLUMN_OPTIONAL },
};
static const struct table table = { columns, PRICE_COLUMNS };

struct cache {
    struct memory orders; /* of struct known_purchase */
    struct put_offs put_off;
};

static enum err begin(struct batch *b, struct error *e)
{
    struct cache *cache = arena_new(b->arena, struct cache, 1);
    (void)e;
    b->cache = cache;
    memory_init(&cache->orders, b->arena);
    put_offs_init(&cache->put_off);
    return OK;
}

/* What an item would cost by then, under its id; set once in a file (see catalog.c). And, as the
 * first of the shadow's two others, in which currency an order would be that had none. */
struct thought {
    int64_t amount;
    char currency[4];
};

static struct thought *think(struct batch *b, struct money paid)
{
    struct thought *t = arena_new(b->arena, struct thought, 1);
    t->amount = paid.amount;
    memcpy(t->currency, paid.currency.at, sizeof t->currency - 1);
    return t;
}

static const void *keep(const void *value, struct arena *arena)
{
    struct thought *copy = arena_new(arena, struct thought, 1);
    *copy = *(const struct thought *)value;
    return copy;
}

static enum err find_by_hex(
    struct batch *b, struct row_result *r, struct item *out, struct error *e)
{
    struct str typed = cell(b, r, HEX_ID), hex;
    char text[HEX_ID_TEXT_SIZE];
    int64_t id = 0;
    enum err rc = OK;
    if (hex_id_parse(typed, text, &hex)) rc = item_find_hex(b->c.tx, hex, &id, e);
    if (rc) return rc;
    if (id) return item_load(b->c.tx, id, b->arena, out, e);
    row_fault(b, r, HEX_ID, "unknown_value", "there is no item with the Hex ID \"%.*s\"",
        STR_FMT(str_sub(typed, 0, 40)));
    return OK;
}

/* An ESN may be in an order twice: bought, sold and bought again. */
static enum err find_in_order(struct batch *b, struct row_result *r, struct str esn,
    const struct purchase_order *o, struct item *out, struct error *e)
{
    enum { ENOUGH = 2 };
    struct item_filter filter = { .esn = esn, .purchase_order_id = o->id };
    struct page page = { 0, ENOUGH };
    struct item *rows;
    size_t count;
    enum err rc = item_list(b->c.tx, &filter, &page, b->arena, &rows, &count, e);
    if (rc) return rc;
    if (!count)
        row_fault(b, r, ESN, "unknown_value", "the purchase order %.*s has no item with this ESN",
            STR_FMT(o->number));
    else if (count > 1)
        row_fault(b, r, ESN, "ambiguous",
            "the purchase order %.*s has several items with this ESN: give the Hex ID",
            STR_FMT(o->number));
    else
        *out = rows[0];
    return OK;
}

static enum err find_open(
    struct batch *b, struct row_result *r, struct str esn, struct item *out, struct error *e)
{
    int64_t id;
    enum err rc = item_find_open(b->c.tx, esn, &id, e);
    if (rc) return rc;
    if (id) return item_load(b->c.tx, id, b->arena, out, e);
    row_fault(b, r, ESN, "unknown_value",
        "no item with this ESN is in stock or on an open order: give its purchase order");
    return OK;
}

static enum err find_order(
    struct batch *b, struct str number, struct known_purchase **out, struct error *e)
{
    struct cache *cache = b->cache;
    enum err rc = purchase_known(b, &cache->orders, number, out, e);
    if (rc || !(*out)->fresh || !(*out)->exists) return rc;
    struct purchase_order *o = &(*out)->order;
    const struct thought *t = shadow_find(b, SHADOW_FIRST, (uint64_t)o->id, NULL, NULL);
    if (t) o->currency = str_of(t->currency);
    return OK;
}

static enum err find_named_order(
    struct batch *b, struct row_result *r, struct known_purchase **out, struct error *e)
{
    struct str number = cell(b, r, PURCHASE_ORDER);
    *out = NULL;
    if (!number.len) return OK;
    enum err rc = find_order(b, number, out, e);
    if (!rc && !(*out)->exists)
        row_fault(b, r, PURCHASE_ORDER, "unknown_value", "there is no purchase order \"%.*s\"",
            STR_FMT(str_sub(number, 0, 100)));
    return rc;
}

/* What the row shows besides is that of the item. */
static void check_shown(
    struct batch *b, struct row_result *r, const struct item *item, struct str esn)
{
    struct str number = cell(b, r, PURCHASE_ORDER);
    int64_t line = item->purchase_order_line_id;
    if (!item->purchase_order_id)
        row_fault(b, r, PURCHASE_ORDER, "not_allowed", "the item is of no purchase order");
    else if (number.len && !str_eq(number, item->purchase_order))
        row_fault(b, r, PURCHASE_ORDER, "conflict", "the item is of the purchase order %.*s",
            STR_FMT(item->purchase_order));
    if (esn.len && !str_eq(esn, item->esn))
        row_fault(b, r, ESN, "conflict", "the item with this Hex ID has the ESN %.*s",
            STR_FMT(item->esn));
    if (cell(b, r, LINE).len && cell_int(b, r, LINE, 1, INT64_MAX, &line) &&
        line != item->purchase_order_line_id)
        row_fault(b, r, LINE, "conflict", "the item is on another line");
}

static enum err find_item(struct batch *b, struct row_result *r, struct item *out,
    struct known_purchase **order, struct error *e)
{
    struct str typed = cell(b, r, ESN), esn = S("");
    bool by_hex = cell(b, r, HEX_ID).len != 0;
    enum esn_fault fault = esn_check(typed, &esn);
    if (fault == ESN_EMPTY && !by_hex)
        row_fault(b, r, ESN, "required", "an ESN or a Hex ID says which item");
    else if (fault != ESN_GOOD && fault != ESN_LUHN && fault != ESN_EMPTY)
        row_fault(b, r, ESN, "bad_format", "%s", esn_fault_text(fault));
    enum err rc = find_named_order(b, r, order, e);
    if (rc || row_has_faults(r)) return rc;
    rc = by_hex   ? find_by_hex(b, r, out, e)
         : *order ? find_in_order(b, r, esn, &(*order)->order, out, e)
                  : find_open(b, r, esn, out, e);
    if (rc || row_has_faults(r)) return rc;
    check_shown(b, r, out, esn);
    if (row_has_faults(r)) return OK;
    return find_order(b, out->purchase_order, order, e);
}

static void read_price(struct batch *b, struct row_result *r, const struct item *item,
    const struct purchase_order *o, struct money *out)
{
    struct money before = item->paid;
    if (!before.present) before.currency = o->currency;
    cell_money(b, r, (struct money_columns){ PAID, CURRENCY }, &before, out);
    if (row_has_faults(r)) return;
    if (money_same(item->paid, *out)) return;
    if (!out->present)
        row_fault(b, r, PAID, "required", "is blank: a price is taken away on the item itself");
    else
        row_check_price(b, r, PAID, o, *out);
}

static bool agrees(const struct thought *t, struct money paid)
{
    return paid.present && t->amount == paid.amount && str_eq(str_of(t->currency), paid.currency);
}

static void apply(struct batch *b, struct row_result *r, struct known_purchase *order,
    const struct purchase_price *price)
{
    struct cache *cache = b->cache;
    struct purchase_order *o = &order->order;
    struct purchase_price *kept = arena_new(b->arena, struct purchase_price, 1);
    const struct thought *t = think(b, price->paid);
    memory_put(&b->shadow.by_id, (uint64_t)price->item_id, t);
    /* The first price says in which currency the others are. */
    if (!o->currency.len) memory_put(&b->shadow.by_first, (uint64_t)o->id, t);
    if (!o->currency.len) o->currency = price->paid.currency;
    *kept = *price;
    put_offs_add(b, &cache->put_off, &(struct put_off){ .into = order, .row = r, .what = kept });
    r->fate = ROW_UPDATED;
}

static enum err judge(struct batch *b, struct row_result *r, struct error *e)
{
    struct item item = { .id = 0 };
    struct known_purchase *order = NULL;
    struct purchase_price price = { .code = "" };
    enum err rc = find_item(b, r, &item, &order, e);
    if (rc || row_has_faults(r)) return rc;
    ASSERT(order); /* a row without a fault has found its item's */
    read_price(b, r, &item, &order->order, &price.paid);
    if (row_has_faults(r)) return OK;
    price.item_id = r->id = item.id;
    row_change(b, r, "paid", money_text(item.paid, b->arena), money_text(price.paid, b->arena));
    bool repeats = row_repeats(b, r, item.id);
    const struct thought *t = shadow_find(b, SHADOW_ID, (uint64_t)item.id, NULL, NULL);
    row_seen(b, r, item.id);
    if (b->replays || (t ? agrees(t, price.paid) : !r->change_count)) return OK;
    if (repeats)
        row_fault(b, r, PAID, "repeated",
            "an earlier row of the file is about the same item and says otherwise");
    else
        apply(b, r, order, &price);
    return OK;
}

static enum err set_paid(struct batch *b, struct purchase_order *order, struct put_off *const *rows,
    size_t count, struct error *e)
{
    struct purchase_price *prices = arena_new(b->arena, struct purchase_price, count + 1);
    for (size_t i = 0; i < count; i++)
        prices[i] = *(const struct purchase_price *)rows[i]->what;
    enum err rc = purchase_set_paid(&b->c, order, prices, count, S("spreadsheet"), e);
    for (size_t i = 0; i < count && !rc; i++)
        if (*prices[i].code)
            rc = error_code(e, ERR_CONFLICT, prices[i].code, "the purchase order was changed");
    return rc;
}

static enum err end(struct batch *b, struct error *e)
{
    struct cache *cache = b->cache;
    return put_offs_write(b, &cache->put_off, set_paid, e);
}

const struct import_type import_prices = { &table, NULL, begin, judge, NULL, keep, NULL, end };
