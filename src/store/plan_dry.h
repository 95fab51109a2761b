/*
 * plan_dry.h: what a channel would be told, without telling it (design.md 2.6).
 */
#ifndef STORE_PLAN_DRY_H
#define STORE_PLAN_DRY_H

#include "store/channels.h"

struct plan_row {
    int64_t listing_id;
    struct str sku, title;
    bool has_live, has_wanted;
    int64_t live, wanted;
    const char *reason; /* rise, fall, fall_to_zero, no_difference, not_connected, ended,
                           amazon_fulfilled, nothing_counted, live_unknown */
    bool send;
};

struct plan_totals {
    int64_t listings, to_send, rise, fall, fall_to_zero, no_difference, left_out;
    int64_t live; /* listings that show more than zero */
};

struct plan {
    struct plan_totals totals;
    struct plan_row *rows;
    size_t count;
};

/* With the counted statuses and warehouses, reserve and cap of *ch (which may be other than the
 * stored ones). Rows in order of listing id after page->after; `send`: 1 only rows that would be
 * sent, 0 only others, -1 all. Totals are of all listings. */
MUST_USE enum err plan_dry(struct tx *tx, const struct channel_row *ch, int send,
    const struct page *page, struct arena *arena, struct plan *out, struct error *e);

#endif
