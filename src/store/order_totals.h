/*
 * order_totals.h: the money of an order, currency by currency. Nothing is ever converted.
 *
 * Pure: from an order as order_load gave it. Sums that pass MONEY_SUM_MAX stay there.
 */
#ifndef STORE_ORDER_TOTALS_H
#define STORE_ORDER_TOTALS_H

#include "store/order.h"

#define MONEY_SUM_MAX INT64_C(9007199254740991) /* exact in any JSON reader: 2^53 - 1 */

struct order_total {
    struct str currency;
    int64_t ordered; /* quantity times unit price of the lines */
    int64_t sold;    /* sale prices of the items on the order */
    int64_t paid;    /* what was paid for them */
    int64_t profit;  /* of the items of which both are known in this currency */
    bool has_profit; /* there is one */
};

/* Ascending by currency. Lives in the arena. */
void order_totals(const struct order *o, struct arena *arena, struct order_total **out, size_t *n);

/* Sale price less what was paid; false unless both are known in one currency. */
bool order_item_profit(const struct order_item *item, int64_t *out);

#endif
