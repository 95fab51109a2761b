/*
 * listing_places.h: one listing in several marketplaces; private to listing_import.c.
 *
 * Each marketplace is read by itself. What was read there is kept, and what the listing is follows
 * from all of them: active where one of them sells it, Amazon's where one of them says so (then it
 * is never pushed), with the issues of all. Which one was read last does not matter.
 */
#ifndef STORE_LISTING_PLACES_H
#define STORE_LISTING_PLACES_H

#include "store/listing.h"

struct listing_together {
    struct str marketplace_ids; /* space between */
    struct str asin, title, product_type, condition;
    struct str issues; /* JSON array; each issue with its "marketplace_ids" */
    bool amazon_fulfilled, active;
};

/* What was read in r->marketplace_id. run_id 0: no import. */
void listing_place_put(
    struct change *c, int64_t listing_id, int64_t run_id, const struct listing_read *r);

/* order: marketplace ids, space between; the first one that has a text gives it. */
MUST_USE enum err listing_places_together(struct change *c, int64_t listing_id, struct str order,
    struct listing_together *out, struct error *e);

/* Those that the import did not see. */
void listing_places_forget(struct change *c, int64_t listing_id, int64_t run_id);

#endif
