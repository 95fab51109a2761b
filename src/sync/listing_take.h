/*
 * listing_take.h: pages of listings: what they hold goes into the store, what cannot be understood
 * is told, and what shows that paging gets nowhere is noticed.
 */
#ifndef SYNC_LISTING_TAKE_H
#define SYNC_LISTING_TAKE_H

#include "sync/internal.h"

enum { LISTING_TOKEN_MAX = 4096 };

struct listing_taking {
    int64_t channel_id, run_id; /* run_id 0: no import */
    struct str marketplace_id;
    const struct channel_listings_page *page;
    int64_t nameless; /* out: of those not understood, the ones whose SKU is not known either */
};
MUST_USE enum err listing_take(struct change *c, struct listing_taking *t, struct error *e);

struct page_print listing_page_print(const struct channel_listings_page *page);

#endif
