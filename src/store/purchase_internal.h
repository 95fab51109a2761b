/* purchase_internal.h: what the files of purchase orders share; nobody else includes it. */
#ifndef STORE_PURCHASE_INTERNAL_H
#define STORE_PURCHASE_INTERNAL_H

#include "store/purchase_order.h"

/* Expected count and price, from the lines. */
void purchase_sum_expected(struct purchase_order *o);
/* The order's currency is that of its first price; ERR_INVALID at the pointer for another one. */
MUST_USE enum err purchase_take_currency(
    struct purchase_order *o, struct money price, const char *pointer, struct error *e);
/* Always an error. */
enum err purchase_not_open(const struct purchase_order *o, struct error *e);
MUST_USE enum err purchase_line_insert(
    struct change *c, int64_t order_id, struct purchase_line *line, struct error *e);
/* Writes currency and lot_divided, and the next version. */
MUST_USE enum err purchase_touch(struct change *c, struct purchase_order *order, struct error *e);
/* After `moved` items came or went: divides the lot price, or notes that it is due. */
MUST_USE enum err purchase_items_moved(
    struct change *c, struct purchase_order *order, size_t moved, struct error *e);
/* Figures of the order's lines and items, read again. */
MUST_USE enum err purchase_reload(
    struct change *c, struct purchase_order *order, struct arena *arena, struct error *e);

#endif
