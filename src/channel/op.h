/*
 * op.h: the operations of a marketplace that have a limit each.
 *
 * An operation is a line here and one in the driver's table of limits; the engine's buckets, their
 * saving and their diagnosis follow.
 */
#ifndef CHANNEL_OP_H
#define CHANNEL_OP_H

#include <stdint.h>

enum channel_op {
    CHANNEL_OP_ACCOUNT,       /* marketplaces of the account */
    CHANNEL_OP_LISTINGS_PAGE, /* search */
    CHANNEL_OP_LISTING_GET,
    CHANNEL_OP_QUANTITY_PUSH,
    CHANNEL_OP_ORDERS_PAGE,
    CHANNEL_OP_ORDER_GET,
    /* Quantities in bulk: a place for the document, the feed itself, how far it is, what came. */
    CHANNEL_OP_FEED_DOCUMENT,
    CHANNEL_OP_FEED_CREATE,
    CHANNEL_OP_FEED_GET,
    CHANNEL_OP_FEED_RESULT,
    /* All listings as a file: asked for, how far it is, where it lies. */
    CHANNEL_OP_REPORT_CREATE,
    CHANNEL_OP_REPORT_GET,
    CHANNEL_OP_REPORT_DOCUMENT,
    CHANNEL_OP_SHIPMENT_CONFIRM,
    /* Where the marketplace sends news, and which. */
    CHANNEL_OP_DESTINATION,
    CHANNEL_OP_SUBSCRIPTION,
};
#define CHANNEL_OP_COUNT (CHANNEL_OP_SUBSCRIPTION + 1)

/* Documented limits; the engine's buckets start from them (sp-api.md 6). */
struct channel_op_limit {
    const char *name; /* the marketplace's word: "searchOrders" */
    int64_t rate_micro_per_s;
    int64_t burst;
};

#endif
