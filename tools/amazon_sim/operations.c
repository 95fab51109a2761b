/*
 * operations.c: the operations that Amazon has, as a table: name, documented rate, path, whose
 * token opens it, and the function that serves it.
 *
 * A row without a function has its bucket and is not there yet: a call to it is a 404. Adding an
 * operation is a row here, its enum operation in sim.h and a function in the file of its API.
 */
#include "api.h"

#define LISTINGS "/listings/2021-08-01/items"
#define ORDERS "/orders/2026-01-01/orders"
#define FEEDS "/feeds/2021-06-30"
#define REPORTS "/reports/2021-06-30"
#define NOTIFICATIONS "/notifications/v1"

/* Rates: sp-api.md 6. */
const struct operation_info operations[OPERATION_COUNT] = {
    [OP_NONE] = { "unknown", 5, 15 },
    [OP_TOKEN] = { "token", 100, 1000, "POST", "/auth/o2/token", ACCESS_OPEN, token_post },
    [OP_PARTICIPATIONS] = { "getMarketplaceParticipations", 0.016, 15, "GET",
        "/sellers/v1/marketplaceParticipations", ACCESS_SELLER, participations_get },
    [OP_SEARCH_LISTINGS] = { "searchListingsItems", 5, 5, "GET", LISTINGS "/{}",
        ACCESS_SELLER_IN_PATH, listings_search },
    [OP_GET_LISTING] = { "getListingsItem", 5, 10, "GET", LISTINGS "/{}/{}", ACCESS_SELLER_IN_PATH,
        listing_get },
    [OP_PATCH_LISTING] = { "patchListingsItem", 5, 5, "PATCH", LISTINGS "/{}/{}",
        ACCESS_SELLER_IN_PATH, listing_patch },
    [OP_SEARCH_ORDERS] = { "searchOrders", 0.0056, 20, "GET", ORDERS, ACCESS_SELLER,
        orders_search },
    [OP_GET_ORDER] = { "getOrder", 0.5, 30, "GET", ORDERS "/{}", ACCESS_SELLER, order_get },

    [OP_CREATE_FEED_DOCUMENT] = { "createFeedDocument", 0.5, 15, "POST", FEEDS "/documents",
        ACCESS_SELLER, feed_document_post },
    [OP_CREATE_FEED] = { "createFeed", 0.0083, 15, "POST", FEEDS "/feeds", ACCESS_SELLER,
        feed_post },
    [OP_GET_FEED] = { "getFeed", 2, 15, "GET", FEEDS "/feeds/{}", ACCESS_SELLER, feed_get },
    [OP_GET_FEED_DOCUMENT] = { "getFeedDocument", 0.0222, 10, "GET", FEEDS "/documents/{}",
        ACCESS_SELLER, feed_document_get },

    [OP_CREATE_REPORT] = { "createReport", 0.0167, 15, "POST", REPORTS "/reports", ACCESS_SELLER },
    [OP_GET_REPORT] = { "getReport", 2, 15, "GET", REPORTS "/reports/{}", ACCESS_SELLER },
    [OP_GET_REPORT_DOCUMENT] = { "getReportDocument", 0.0167, 15, "GET", REPORTS "/documents/{}",
        ACCESS_SELLER },

    [OP_CONFIRM_SHIPMENT] = { "confirmShipment", 2, 10, "POST",
        "/orders/v0/orders/{}/shipmentConfirmation", ACCESS_SELLER },

    [OP_CREATE_DESTINATION] = { "createDestination", 1, 5, "POST", NOTIFICATIONS "/destinations",
        ACCESS_GRANTLESS },
    [OP_GET_DESTINATIONS] = { "getDestinations", 1, 5, "GET", NOTIFICATIONS "/destinations",
        ACCESS_GRANTLESS },
    [OP_GET_DESTINATION] = { "getDestination", 1, 5, "GET", NOTIFICATIONS "/destinations/{}",
        ACCESS_GRANTLESS },
    [OP_DELETE_DESTINATION] = { "deleteDestination", 1, 5, "DELETE",
        NOTIFICATIONS "/destinations/{}", ACCESS_GRANTLESS },
    [OP_CREATE_SUBSCRIPTION] = { "createSubscription", 1, 5, "POST",
        NOTIFICATIONS "/subscriptions/{}", ACCESS_SELLER },
    [OP_GET_SUBSCRIPTION] = { "getSubscription", 1, 5, "GET", NOTIFICATIONS "/subscriptions/{}",
        ACCESS_SELLER },
    [OP_GET_SUBSCRIPTION_BY_ID] = { "getSubscriptionById", 1, 5, "GET",
        NOTIFICATIONS "/subscriptions/{}/{}", ACCESS_GRANTLESS },
    [OP_DELETE_SUBSCRIPTION] = { "deleteSubscriptionById", 1, 5, "DELETE",
        NOTIFICATIONS "/subscriptions/{}/{}", ACCESS_GRANTLESS },
};

static bool path_fits(const struct call *c, struct str pattern)
{
    struct str piece, rest = str_sub(pattern, 1, pattern.len);
    size_t at = 0;
    for (bool more = true; more; at++) {
        more = str_cut(rest, '/', &piece, &rest);
        if (at == c->segment_count) return false;
        if (!str_eq(piece, S("{}")) && !str_eq(piece, c->segments[at])) return false;
    }
    return at == c->segment_count;
}

enum operation operation_of(const struct call *c)
{
    for (int op = OP_NONE + 1; op < OPERATION_COUNT; op++) {
        const struct operation_info *o = &operations[op];
        if (o->serve && str_eq(c->req->method, str_of(o->method)) && path_fits(c, str_of(o->path)))
            return (enum operation)op;
    }
    return OP_NONE;
}
