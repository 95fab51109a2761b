/*
 * purchase_orders.h: what the handlers of purchase orders and of receiving share.
 */
#ifndef HTTP_PURCHASE_ORDERS_H
#define HTTP_PURCHASE_ORDERS_H

#include "http/internal.h"
#include "store/purchase_order.h"

void render_purchase(struct call *c, const struct purchase_order *o);
/* The answer is the order, with its ETag. */
MUST_USE enum err show_purchase(struct call *c, int64_t id, struct error *e);
/* The order of the path, locked; If-Match is checked. */
MUST_USE enum err lock_purchase(struct call *c, struct purchase_order *o, struct error *e);

#endif
