/* order_sales.h: what orders.c shows of items and money. */
#ifndef HTTP_ORDER_SALES_H
#define HTTP_ORDER_SALES_H

#include "http/internal.h"
#include "store/order.h"

struct variation;

/* An item on an order; v NULL: its variation is not known. */
void render_order_item(struct call *c, const struct order_item *item, const struct variation *v);
void render_order_totals(struct call *c, const struct order *o); /* "totals" */

#endif
