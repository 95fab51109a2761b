/*
 * filters.h: the filters of lists, which exports share. Each ends with query_end. *some false: a
 * title or a name that nothing has, so that there are no rows.
 */
#ifndef HTTP_FILTERS_H
#define HTTP_FILTERS_H

#include "base/err.h"

struct call;
struct variation_filter;
struct item_filter;
struct order_filter;
struct listing_filter;
struct audit_filter;
struct purchase_filter;

MUST_USE enum err query_variations(
    struct call *c, struct variation_filter *out, bool *some, struct error *e);
MUST_USE enum err query_items(struct call *c, struct item_filter *out, bool *some, struct error *e);
MUST_USE enum err query_orders(
    struct call *c, struct order_filter *out, bool *some, struct error *e);
/* Of the channel that the path names. */
MUST_USE enum err query_listings(struct call *c, struct listing_filter *out, struct error *e);
/* Adds to what is in *out. */
MUST_USE enum err query_purchases(struct call *c, struct purchase_filter *out, struct error *e);
MUST_USE enum err query_audit(struct call *c, struct audit_filter *out, struct error *e);

#endif
