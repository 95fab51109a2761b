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
    struct batch *b, struct known_order *known, size_t place, uint64_t key)
{
    struct received **told = &known->told[place];
    if (!*told) {
        *told = arena_new(b->arena, struct received, 1);
        memory_put(&b->shadow.by_second, key, *told);
    }
    return *told;
}

static void tell_line(struct batch *b, struct known_order *known, int64_t line_id)
{
    const struct purchase_order *o = &known->order;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == line_id)
            tell_received(b, known, i, (uint64_t)line_id)->count = o->lines[i].checked_in;
}

static void tell_currency(struct batch *b, struct known_order *known)
{
    const struct purchase_order *o = &known->order;
    struct received *value = tell_received(b, known, o->line_count, order_key(o));
    for (size_t i = 0; i < o->currency.len && i < sizeof value->currency - 1; i++)
        value->currency[i] = o->currency.at[i];
}

/* By number. */
static enum err find_order(
    struct batch *b, struct str number, struct known_order **out, struct error *e)
{
    struct cache *cache = b->cache;
    const struct memory_entry *at = NULL;
    uint64_t key = str_hash(number);
    /* What is remembered is ours. */
    while ((*out = (struct known_order *)(uintptr_t)memory_next(&cache->orders, key, &at)))
        if (str_eq((*out)->number, number)) return OK;
    struct known_order *known = arena_new(b->arena, struct known_order, 1);
    known->key = key;
    known->number = arena_str(b->arena, number);
    enum err rc = purchase_find(b->c.tx, number, b->arena, &known->order, e);
    if (rc && rc != ERR_NOT_FOUND) return rc;
    known->exists = !rc;
    if (known->exists) recall(b, &known->order);
    known->told = arena_new(b->arena, struct received *, known->order.line_count + 1);
    memory_put(&cache->orders, key, known);
    *out = known;
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
    struct known_order *known;
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
    struct known_order *known;
    if (w->thought || !w->before.purchase_order_id || money_same(w->before.paid, w->after.paid))
        return OK;
    enum err rc = find_order(b, w->before.purchase_order, &known, e);
    const struct purchase_order *o = &known->order;
    if (rc || !known->exists) return rc;
    if (o->status == PURCHASE_OPEN && o->lot_price.present) {
        if (w->after.paid.present)
            row_fault(b, r, PAID, "not_allowed",
                "the lot price of the purchase order %.*s is divided over its items",
                STR_FMT(o->number));
        w->after.paid = w->before.paid; /* blank: nothing is said against it */
    } else if (w->after.paid.present && o->currency.len &&
               !str_eq(o->currency, w->after.paid.currency)) {
        row_fault(b, r, PAID, "not_allowed", "the prices of this purchase order are in %.*s",
            STR_FMT(o->currency));
    }
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

void item_row_queue(struct batch *b, struct row_result *r, const struct wish *w)
{
    struct cache *cache = b->cache;
    struct queued *q = arena_new(b->arena, struct queued, 1);
    *q = (struct queued){ .into = w->into, .row = r };
    q->item = (struct item_new){ .item = w->after, .code = "", .pointer = "" };
    q->item.item.id = 0;
    q->item.item.unpriced = !w->after.paid.present;
    *cache->queue_end = q;
    cache->queue_end = &q->next;
}

/* All queued rows of one order; they leave the queue. */
static enum err receive_into(struct batch *b, struct known_order *into, struct error *e)
{
    struct cache *cache = b->cache;
    struct purchase_order order;
    size_t count = 0;
    for (const struct queued *q = cache->queue; q; q = q->next)
        count += q->into == into;
    struct item_new *rows = arena_new(b->arena, struct item_new, count + 1);
    struct row_result **results = arena_new(b->arena, struct row_result *, count + 1);
    size_t n = 0;
    for (struct queued **at = &cache->queue; *at;) {
        struct queued *q = *at;
        if (q->into != into) {
            at = &q->next;
            continue;
        }
        rows[n] = q->item;
        results[n++] = q->row;
        *at = q->next;
    }
    enum err rc = purchase_lock(&b->c, into->order.id, b->arena, &order, e);
    if (!rc) rc = purchase_receive(&b->c, &order, rows, n, e);
    for (size_t i = 0; i < n && !rc; i++) {
        results[i]->id = rows[i].item.id;
        row_seen(b, results[i], results[i]->id);
        /* They were judged good: somebody else was quicker. The batch is tried again. */
        if (*rows[i].code)
            rc = error_code(e, ERR_CONFLICT, rows[i].code, "%.*s",
                STR_FMT(item_new_detail(&rows[i], b->arena)));
    }
    return rc;
}

enum err item_receive_queued(struct batch *b, struct error *e)
{
    struct cache *cache = b->cache;
    enum err rc = OK;
    while (cache->queue && !rc)
        rc = receive_into(b, cache->queue->into, e);
    cache->queue_end = &cache->queue;
    return rc;
}
