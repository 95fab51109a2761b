/* purchases.c: see purchases.h. */
#include "exchange/purchases.h"

enum err purchase_known(struct batch *b, struct memory *known, struct str number,
    struct known_purchase **out, struct error *e)
{
    const struct memory_entry *at = NULL;
    uint64_t key = str_hash(number);
    /* What is remembered is ours. */
    while ((*out = (struct known_purchase *)(uintptr_t)memory_next(known, key, &at)))
        if (str_eq((*out)->number, number)) {
            (*out)->fresh = false;
            return OK;
        }
    struct known_purchase *found = arena_new(b->arena, struct known_purchase, 1);
    found->number = arena_str(b->arena, number);
    enum err rc = purchase_find(b->c.tx, number, b->arena, &found->order, e);
    if (rc && rc != ERR_NOT_FOUND) return rc;
    found->exists = !rc;
    found->fresh = true;
    memory_put(known, key, found);
    *out = found;
    return OK;
}

void row_check_price(struct batch *b, struct row_result *r, int column,
    const struct purchase_order *o, struct money paid)
{
    if (!paid.present) return;
    if (o->lot_price.present)
        row_fault(b, r, column, "lot_price", "%.*s", STR_FMT(item_lot_words(o->number, b->arena)));
    else if (o->currency.len && !str_eq(o->currency, paid.currency))
        row_fault(b, r, column, "not_allowed", "the prices of this purchase order are in %.*s",
            STR_FMT(o->currency));
}

void put_offs_init(struct put_offs *all)
{
    all->first = NULL;
    all->end = &all->first;
}

void put_offs_add(struct batch *b, struct put_offs *all, const struct put_off *one)
{
    struct put_off *copy = arena_new(b->arena, struct put_off, 1);
    *copy = *one;
    copy->next = NULL;
    *all->end = copy;
    all->end = &copy->next;
}

static void take(struct batch *b, struct put_offs *all, struct put_off ***out, size_t *count)
{
    const struct known_purchase *into = all->first ? all->first->into : NULL;
    size_t most = 0;
    *count = 0;
    for (const struct put_off *one = all->first; one; one = one->next)
        most += one->into == into;
    *out = arena_new(b->arena, struct put_off *, most + 1);
    all->end = &all->first;
    while (*all->end) {
        struct put_off *one = *all->end;
        if (one->into == into) {
            (*out)[(*count)++] = one;
            *all->end = one->next;
        } else {
            all->end = &one->next;
        }
    }
}

enum err put_offs_write(struct batch *b, struct put_offs *all, put_offs_fn fn, struct error *e)
{
    enum err rc = OK;
    while (all->first && !rc) {
        struct put_off **rows;
        size_t count;
        struct purchase_order order;
        take(b, all, &rows, &count);
        rc = purchase_lock(&b->c, rows[0]->into->order.id, b->arena, &order, e);
        if (!rc) rc = fn(b, &order, rows, count, e);
    }
    return rc;
}
