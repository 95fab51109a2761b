/* order_sales.h: what handlers of orders share: items and money of orders, lists of orders. */
#ifndef HTTP_ORDER_SALES_H
#define HTTP_ORDER_SALES_H

#include "http/internal.h"
#include "store/order.h"

struct variation;

/* An item on an order; v NULL: its variation is not known. */
void render_order_item(struct call *c, const struct order_item *item, const struct variation *v);
void render_order_totals(struct call *c, const struct order *o); /* "totals" */

/* The member "ids", which must be there: 1 to `most` orders, each once, as they were given. */
void field_order_ids(struct fields *f, size_t most, int64_t **ids, size_t *count);

#endif
