/*
 * derive.h: keeping the DERIVED tables equal to their definition (domain.md 3 and 4).
 *
 * stock_count counts uncommitted items per variation, status and warehouse. demand holds, for each
 * line of an open order with uncommitted units, one row per candidate variation. listing_variation
 * is V(L). Whatever changes a fact calls the function here in the same transaction; each marks the
 * variations whose figures changed as dirty, so that the planner looks at their listings.
 * `verify` (store/verify.h) compares all of it with the definition computed from scratch.
 */
#ifndef STORE_DERIVE_H
#define STORE_DERIVE_H

#include "core/allocation.h"
#include "store/store.h"

/* warehouse_id 0: none. Adds delta to the count and marks the variation dirty. */
void derive_count(
    struct change *c, int64_t variation_id, int64_t status_id, int64_t warehouse_id, int64_t delta);

/* stock_count anew from all items, in one pass; marks nothing. */
MUST_USE enum err derive_rebuild_counts(struct change *c, struct error *e);

void derive_mark_variation(struct change *c, int64_t variation_id);
void derive_mark_listing(struct change *c, int64_t listing_id);

/* Recomputes the demand of one order from its status, lines, candidates and items. The caller has
 * locked the order's row and holds LOCK_CANDIDATES. */
MUST_USE enum err derive_order(struct change *c, int64_t order_id, struct error *e);

/* All orders in a status whose openness changed; also the openness of their items. ERR_CONFLICT
 * "duplicate_open_item" when an order would open with an item whose ESN is in stock again. */
MUST_USE enum err derive_orders_in_status(
    struct change *c, int64_t status_id, bool is_open, struct error *e);

/* The same for orders that moved to another status; the caller has locked their rows. */
MUST_USE enum err derive_orders_moved(
    struct change *c, const int64_t *ids, size_t count, bool is_open, struct error *e);

/* After one order's openness changed: its items. ERR_CONFLICT as above. */
MUST_USE enum err derive_items_open(
    struct change *c, int64_t order_id, bool is_open, struct error *e);

/* After variations gained or lost this SKU: listings connected by it, then open orders with lines
 * of it. The caller holds LOCK_CANDIDATES exclusively. */
MUST_USE enum err derive_sku(struct change *c, struct str sku, struct error *e);

/* After lines or items came to a variation: open orders with a line or an item of it. The caller
 * holds LOCK_CANDIDATES exclusively. */
MUST_USE enum err derive_orders_of_variation(
    struct change *c, int64_t variation_id, struct error *e);

/* After a listing was created or its connection changed: V(L), then open orders of its channel
 * with lines of its SKU. The caller holds LOCK_CANDIDATES exclusively. */
MUST_USE enum err derive_listing(struct change *c, int64_t listing_id, struct error *e);

/* After the listings of a channel went: its open orders. The caller holds LOCK_CANDIDATES
 * exclusively. */
MUST_USE enum err derive_channel(struct change *c, int64_t channel_id, struct error *e);

/* Candidates and committed items of one order's lines, as allocation needs and gives them. */
struct line_figure {
    int64_t line_id;
    int64_t quantity;
    bool exact;                /* names a variation */
    const int64_t *candidates; /* V(line), ascending; none: Unknown SKU */
    size_t candidate_count;
    int64_t committed; /* items matched to it */
    int64_t returned;  /* units that came back, as far as they fill what the items leave open */
};

struct order_group {
    int64_t variation_id;
    int64_t count;  /* items of that variation on the order */
    int64_t direct; /* of these, matched to no line */
};

struct order_figures {
    struct line_figure *lines; /* ascending line_id, without tombstones */
    size_t line_count;
    struct order_group *groups;
    size_t group_count;
    int64_t returned_units;
    struct allocation_share *shares; /* which line has how many of which group */
    size_t share_count;
};

MUST_USE enum err order_figures_load(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_figures *out, struct error *e);

#endif
