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
    ROUTE_OR_SHIFT = 16,
};
/* The level in this area does as well. The handler looks at what of it may be shown or done. */
#define ROUTE_OR(area) (1 << (ROUTE_OR_SHIFT + (area)))

struct route {
    const char *method, *path; /* below /api/v1; {} stands for an id */
    enum area area;
    enum permission level; /* PERMISSION_NONE: whoever is signed in */
    int flags;
    const char *query; /* names of known parameters, space between */
    handler_fn handle;
};

/* Bits, 1 << area; 0: none. */
static inline unsigned route_other_areas(const struct route *r)
{
    return (unsigned)r->flags >> ROUTE_OR_SHIFT;
}

/* Tables of the files, in the order they are looked at; each ends with a row without method. */
#define API_ROUTES(X)                                                                              \
    X(session)                                                                                     \
    X(reference)                                                                                   \
    X(variations)                                                                                  \
    X(items)                                                                                       \
    X(item_fields)                                                                                 \
    X(item_bulk)                                                                                   \
    X(transfers)                                                                                   \
    X(stock_levels)                                                                                \
    X(inventory_history)                                                                           \
    X(order_fetches)                                                                               \
    X(orders)                                                                                      \
    X(commitments)                                                                                 \
    X(organizations)                                                                               \
    X(order_sales)                                                                                 \
    X(returns)                                                                                     \
    X(retire)                                                                                      \
    X(exchange)                                                                                    \
    X(channels)                                                                                    \
    X(channel_settings)                                                                            \
    X(listings)                                                                                    \
    X(explanations)                                                                                \
    X(plans)                                                                                       \
    X(runs)                                                                                        \
    X(people)                                                                                      \
    X(me)                                                                                          \
    X(second_factor)                                                                               \
    X(tokens)                                                                                      \
    X(audit)                                                                                       \
    X(changes)                                                                                     \
    X(webhooks)                                                                                    \
    X(vendors)                                                                                     \
    X(purchase_orders)                                                                             \
    X(receiving)                                                                                   \
    X(item_labels)                                                                                 \
    X(order_papers)
#define DECLARE_ROUTES(name) extern const struct route routes_##name[];
API_ROUTES(DECLARE_ROUTES)

/* All of them, in the order they are looked at; ends with NULL. */
extern const struct route *const api_routes[];

#endif
