/*
 * items_receive.c: items that are received into purchase orders.
 *
 * Receiving costs what the order has items, so all rows of a batch that go into one are received
 * together, at its end. Until then they stand in the batch's shadow, as those of a dry run do.
 */
#include "exchange/items_internal.h"

/* What a dry run has received so far: onto a line, whose count stands at, or into an order, whose
 * currency is. Under the line's id, or the complement of the order's. */
struct received {
    int64_t count;
    char currency[4];
};

const void *item_keep_received(const void *value, struct arena *arena)
{
    struct received *copy = arena_new(arena, struct received, 1);
    *copy = *(const struct received *)value;
    return copy;
}

static uint64_t order_key(const struct purchase_order *o)
{
    return ~(uint64_t)o->id;
}

static void recall(const struct batch *b, struct purchase_order *o)
{
    const struct received *known = shadow_find(b, SHADOW_SECOND, order_key(o), NULL, NULL);
    if (known) o->currency = str_of(known->currency);
    for (size_t i = 0; i < o->line_count; i++) {
        known = shadow_find(b, SHADOW_SECOND, (uint64_t)o->lines[i].id, NULL, NULL);
        if (known) o->lines[i].checked_in = known->count;
    }
}

/* One value for each line and batch, which goes on to be changed. */
static struct received *tell_received(
    struct batch *b, struct known_purchase *known, size_t place, uint64_t key)
{
    struct received **told = (struct received **)known->own + place;
    if (!*told) {
        *told = arena_new(b->arena, struct received, 1);
        memory_put(&b->shadow.by_second, key, *told);
    }
    return *told;
}

static void tell_line(struct batch *b, struct known_purchase *known, int64_t line_id)
{
    const struct purchase_order *o = &known->order;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == line_id)
            tell_received(b, known, i, (uint64_t)line_id)->count = o->lines[i].checked_in;
}

static void tell_currency(struct batch *b, struct known_purchase *known)
{
    const struct purchase_order *o = &known->order;
    struct received *value = tell_received(b, known, o->line_count, order_key(o));
    for (size_t i = 0; i < o->currency.len && i < sizeof value->currency - 1; i++)
        value->currency[i] = o->currency.at[i];
}

static enum err find_order(
    struct batch *b, struct str number, struct known_purchase **out, struct error *e)
{
    struct cache *cache = b->cache;
    enum err rc = purchase_known(b, &cache->orders, number, out, e);
    if (rc || !(*out)->fresh || !(*out)->exists) return rc;
    struct purchase_order *o = &(*out)->order;
    recall(b, o);
    (*out)->own = arena_new(b->arena, struct received *, o->line_count + 1);
    return OK;
}

static bool same_order(const struct wish *w, struct str number)
{
    if (!w->thought) return str_eq(number, w->before.purchase_order);
    return w->thought->order == (number.len ? str_hash(number) : 0);
}

/* What an item was received into stays. */
static void check_order(
    struct batch *b, struct row_result *r, const struct wish *w, int64_t line_id)
{
    int64_t line = w->thought ? w->thought->line_id : w->before.purchase_order_line_id;
    struct str was = w->before.purchase_order;
    bool other = has_column(b, PURCHASE_ORDER) && !same_order(w, cell(b, r, PURCHASE_ORDER));
    if (other && was.len)
        row_fault(b, r, PURCHASE_ORDER, "not_allowed",
            "the item was received into the purchase order %.*s, and stays there", STR_FMT(was));
    else if (other)
        row_fault(b, r, PURCHASE_ORDER, "not_allowed",
            "the item is there, and was not received into this purchase order");
    else if (line_id && line_id != line)
        row_fault(b, r, PURCHASE_LINE, "not_allowed",
            "the item was received onto another line of its purchase order");
}

static enum err find_into(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    struct str number = cell(b, r, PURCHASE_ORDER);
    struct known_purchase *known;
    if (!number.len) {
        if (w->after.purchase_order_line_id)
            row_fault(b, r, PURCHASE_ORDER, "required", "a line needs its purchase order");
        return OK;
    }
    enum err rc = find_order(b, number, &known, e);
    if (rc) return rc;
    if (!known->exists)
        row_fault(b, r, PURCHASE_ORDER, "unknown_value", "there is no purchase order \"%.*s\"",
            STR_FMT(str_sub(number, 0, 100)));
    else if (known->order.status != PURCHASE_OPEN)
        row_fault(b, r, PURCHASE_ORDER, "not_open", "the purchase order %.*s is %s",
            STR_FMT(number), purchase_status_name(known->order.status));
    else
        w->into = known;
    return OK;
}

enum err item_row_order(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    int64_t line_id = 0;
    if (cell(b, r, PURCHASE_LINE).len && !cell_int(b, r, PURCHASE_LINE, 1, INT64_MAX, &line_id))
        return OK;
    if (w->before.id) {
        check_order(b, r, w, line_id);
        return OK;
    }
    w->after.purchase_order_line_id = line_id;
    return w->identified ? find_into(b, r, w, e) : OK;
}

enum err item_row_price(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    struct known_purchase *known;
    if (w->thought || !w->before.purchase_order_id || money_same(w->before.paid, w->after.paid))
        return OK;
    enum err rc = find_order(b, w->before.purchase_order, &known, e);
    if (rc || !known->exists) return rc;
    row_check_price(b, r, PAID, &known->order, w->after.paid);
    if (known->order.lot_price.present) /* blank: nothing is said against its share */
        w->after.paid = w->before.paid;
    return OK;
}

static int column_of(const char *pointer)
{
    static const struct {
        const char *pointer;
        int column;
    } rows[] = { { "/esn", ESN }, { "/variation_id", SKU }, { "/status", STATUS },
        { "/warehouse", WAREHOUSE }, { "/location", LOCATION }, { "/paid", PAID },
        { "/line_id", PURCHASE_LINE } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq(str_of(rows[i].pointer), str_of(pointer))) return rows[i].column;
    return -1;
}

static void tell_refusal(struct batch *b, struct row_result *r, const struct item_new *row)
{
    row_fault(
        b, r, column_of(row->pointer), row->code, "%.*s", STR_FMT(item_new_detail(row, b->arena)));
}

/* Of the line, where the row does not say it. */
static enum err take_variation(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    const struct purchase_order *o = &w->into->order;
    const struct purchase_line *line = NULL;
    struct variation found;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == w->after.purchase_order_line_id) line = &o->lines[i];
    if (w->after.variation_id || !line) return OK;
    if (!line->variation_id) {
        row_fault(
            b, r, SKU, "required", "the line is of no variation: a SKU says what the item is");
        w->cannot_make = true;
        return OK;
    }
    w->after.variation_id = line->variation_id;
    enum err rc = variation_load(b->c.tx, line->variation_id, b->arena, &found, e);
    if (!rc && found.archived) row_archived(b, r, SKU, "variation");
    return rc;
}

enum err item_row_place(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    if (!w->into) return OK;
    enum err rc = take_variation(b, r, w, e);
    if (rc || row_has_faults(r)) return rc;
    struct purchase_order *o = &w->into->order;
    struct str currency = o->currency;
    struct item_new row = { .item = w->after, .code = "", .pointer = "" };
    row.item.unpriced = has_column(b, PAID) && !w->after.paid.present;
    purchase_place(o, &row);
    if (*row.code) {
        tell_refusal(b, r, &row);
        return OK;
    }
    w->after = row.item;
    if (!str_eq(currency, o->currency)) tell_currency(b, w->into);
    if (w->after.purchase_order_line_id) tell_line(b, w->into, w->after.purchase_order_line_id);
    return OK;
}

void item_row_put_off(struct batch *b, struct row_result *r, const struct wish *w)
{
    struct cache *cache = b->cache;
    struct item_new *item = arena_new(b->arena, struct item_new, 1);
    *item = (struct item_new){ .item = w->after, .code = "", .pointer = "" };
    item->item.id = 0;
    item->item.unpriced = !w->after.paid.present;
    put_offs_add(b, &cache->put_off, &(struct put_off){ .into = w->into, .row = r, .what = item });
}

static enum err receive(struct batch *b, struct purchase_order *order, struct put_off *const *rows,
    size_t count, struct error *e)
{
    struct item_new *items = arena_new(b->arena, struct item_new, count + 1);
    for (size_t i = 0; i < count; i++)
        items[i] = *(const struct item_new *)rows[i]->what;
    enum err rc = purchase_receive(&b->c, order, items, count, e);
    for (size_t i = 0; i < count && !rc; i++) {
        rows[i]->row->id = items[i].item.id;
        row_seen(b, rows[i]->row, items[i].item.id);
        if (*items[i].code)
            rc = error_code(e, ERR_CONFLICT, items[i].code, "%.*s",
                STR_FMT(item_new_detail(&items[i], b->arena)));
    }
    return rc;
}

enum err item_receive_put_off(struct batch *b, struct error *e)
{
    struct cache *cache = b->cache;
    return put_offs_write(b, &cache->put_off, receive, e);
}
