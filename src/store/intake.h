/*
 * intake.h: orders as read from a channel, taken in (domain.md 6).
 *
 * Importing the same order any number of times, in any order of arrival, gives the same result.
 */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/channels.h"
#include "store/store.h"

struct intake_line {
    struct str channel_line_id;
    struct str sku, title;
    int64_t quantity; /* canceled units are gone already */
    struct money price;
    bool cancel_requested;
    struct str cancel_reason;
};

struct intake_order {
    struct str channel_order_id, channel_status, marketplace_id;
    bool amazon_fulfilled;
    time_ms created_at, updated_at;
    const struct intake_line *lines;
    size_t line_count;
};

struct intake_counts {
    int64_t created, updated, unchanged;
    int64_t skipped; /* not mapped, too old, or not our stock */
};

/* All in one transaction; adds to *counts. `ch` was loaded in it. */
MUST_USE enum err intake_orders(struct change *c, const struct channel_row *ch,
    const struct intake_order *orders, size_t count, struct intake_counts *counts, struct error *e);

#endif
