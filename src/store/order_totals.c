/* order_totals.c: see order_totals.h. */
#include "store/order_totals.h"

static int64_t capped(int64_t n)
{
    return n > MONEY_SUM_MAX ? MONEY_SUM_MAX : n < -MONEY_SUM_MAX ? -MONEY_SUM_MAX : n;
}

/* Both are capped already, so that their sum fits. */
static void add(int64_t *sum, int64_t n)
{
    *sum = capped(*sum + n);
}

static int64_t times(int64_t amount, int64_t quantity)
{
    if (quantity && amount > MONEY_SUM_MAX / quantity) return MONEY_SUM_MAX;
    return capped(amount * quantity);
}

struct totals {
    struct order_total *rows;
    size_t count;
};

/* The row of the currency, put in its place when it is new. */
static struct order_total *row_of(struct totals *t, struct str currency)
{
    size_t at = 0;
    while (at < t->count && str_cmp(t->rows[at].currency, currency) < 0)
        at++;
    if (at < t->count && str_eq(t->rows[at].currency, currency)) return &t->rows[at];
    for (size_t i = t->count++; i > at; i--)
        t->rows[i] = t->rows[i - 1];
    t->rows[at] = (struct order_total){ .currency = currency };
    return &t->rows[at];
}

bool order_item_profit(const struct order_item *item, int64_t *out)
{
    if (!item->sale.present || !item->paid.present ||
        !str_eq(item->sale.currency, item->paid.currency))
        return false;
    *out = item->sale.amount - item->paid.amount;
    return true;
}

void order_totals(const struct order *o, struct arena *arena, struct order_total **out, size_t *n)
{
    struct totals t = { .count = 0 };
    t.rows = arena_new(arena, struct order_total, o->line_count + o->item_count * 2 + 1);
    for (size_t i = 0; i < o->line_count; i++) {
        const struct order_line *l = &o->lines[i];
        if (l->price.present)
            add(&row_of(&t, l->price.currency)->ordered, times(l->price.amount, l->quantity));
    }
    for (size_t i = 0; i < o->item_count; i++) {
        const struct order_item *item = &o->items[i];
        int64_t profit;
        if (item->sale.present) add(&row_of(&t, item->sale.currency)->sold, item->sale.amount);
        if (item->paid.present) add(&row_of(&t, item->paid.currency)->paid, item->paid.amount);
        if (!order_item_profit(item, &profit)) continue;
        struct order_total *row = row_of(&t, item->sale.currency);
        row->has_profit = true;
        add(&row->profit, profit);
    }
    *out = t.rows;
    *n = t.count;
}
