/*
 * routes.h: what a route is, and the tables of all of them.
 */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "base/err.h"
#include "core/permission.h"

struct call;
typedef enum err (*handler_fn)(struct call *c, struct error *e);

enum route_flags {
    ROUTE_OPEN = 1,    /* nobody need be signed in */
    ROUTE_NO_TX = 2,   /* does its own transactions, or none */
    ROUTE_NO_BODY = 4, /* a write that takes no body */
    ROUTE_OPTIONAL_BODY = 8,
    ROUTE_FILE = 32,   /* takes a file instead of JSON: file.h */
    ROUTE_SECRET = 16, /* its answer holds a secret: what is kept of it for repeating is sealed */
    ROUTE_SELF = 4096, /* one's own account: also for who must change the password first (auth.h) */
    ROUTE_LARGE = 64,  /* its body may have HTTP_BODY_MAX bytes */
};

struct route {
    const char *method, *path; /* below /api/v1; {} stands for an id */
    enum area area;
    enum permission level; /* PERMISSION_NONE: whoever is signed in */
    int flags;
    const char *query; /* names of known parameters, space between */
    handler_fn handle;
};

/* Tables of the files; each ends with a row without method. */
extern const struct route routes_session[], routes_reference[], routes_variations[], routes_items[],
    routes_item_fields[], routes_item_bulk[], routes_transfers[], routes_stock_levels[],
    routes_inventory_history[], routes_orders[], routes_organizations[], routes_order_sales[],
    routes_returns[], routes_retire[], routes_exchange[], routes_channels[], routes_listings[],
    routes_runs[], routes_people[], routes_me[], routes_second_factor[], routes_tokens[],
    routes_audit[], routes_changes[], routes_webhooks[], routes_vendors[], routes_purchase_orders[],
    routes_receiving[], routes_item_labels[];

/* All of them, in the order they are looked at; ends with NULL. */
extern const struct route *const api_routes[];

#endif
