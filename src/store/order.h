/*
 * order.h: sales orders and their lines.
 *
 * What a line has committed is derived from the order's items by allocation (core/allocation.h)
 * whenever it is read. Every write locks the order's row, recomputes its demand and marks the
 * variations it touched, in the same transaction.
 */
#ifndef STORE_ORDER_H
#define STORE_ORDER_H

#include "store/derive.h"
#include "store/store.h"

struct order_line {
    int64_t id;
    int64_t variation_id; /* 0: the line names a SKU */
    struct str sku;       /* empty: the line names a variation, or an imported line had none */
    struct str title;
    int64_t quantity;
    struct money price;         /* per unit */
    struct str channel_line_id; /* empty: made here */
    bool cancel_requested;      /* by the buyer, at the channel */
    struct str cancel_reason;   /* the channel's word for why; may be empty */
    int64_t committed;
    int64_t returned; /* units that filled it and came back; they are not wanted again */
    const int64_t *candidates;
    size_t candidate_count; /* 0: Unknown SKU */
};

struct order_item {
    int64_t item_id;
    struct str esn, hex_id;
    int64_t variation_id;
    int64_t line_id; /* the line it is matched to; 0: direct commit */
    time_ms committed_at;
    struct money sale; /* as set by hand, or the unit price of its line */
    bool sale_by_hand;
    struct money paid;
    struct str warehouse, location;
};

struct order {
    int64_t id;
    struct str number;
    struct str organization; /* its name; a new one makes an organization */
    int64_t organization_id; /* when read; set by order_create and order_update */
    int64_t channel_id;      /* 0: made here */
    struct str channel_order_id, channel_status, channel_marketplace_id;
    time_ms channel_updated_at;
    bool channel_unmapped; /* the channel's status has no map; ours was kept */
    bool cancel_requested;
    int64_t status_id;
    struct str status;
    bool is_open, allow_commitment;
    bool means_canceled; /* its status does, whatever the title */
    time_ms ordered_at;
    struct str notes;
    int64_t version;
    time_ms created_at, updated_at;

    struct order_line *lines; /* ascending id, without deleted ones */
    size_t line_count;
    struct order_item *items; /* in order of commitment */
    size_t item_count;
    int64_t direct_count;   /* items matched to no line */
    int64_t returned_count; /* units that came back, undone returns left out */
};

/* What all lines together want, and what that says of the order. */
struct order_units {
    int64_t quantity, uncommitted;
    int64_t wanted;   /* of uncommitted, what is kept from sale while the order is open */
    bool unknown_sku; /* of any line */
    bool canceled;    /* closed, by its quantities or by what its status means */
};
struct order_units order_units(const struct order *o);
/* Quantity less what is committed and what came back. */
int64_t order_line_uncommitted(const struct order_line *l);

struct order_filter {
    struct str channel_order_id, sku, esn, q; /* empty: any */
    int64_t status_id, channel_id, organization_id;
    bool has_channel; /* channel_id 0 then means orders made here */
    bool unknown_sku;
    bool has_is_open, is_open;
    bool has_uncommitted, uncommitted; /* units of known lines that open orders still need */
};

/* Newest first; page->after is the id before which to go on. With lines and items. */
MUST_USE enum err order_list(struct tx *tx, const struct order_filter *filter,
    const struct page *page, struct arena *arena, struct order **out, size_t *count,
    struct error *e);
MUST_USE enum err order_load(
    struct tx *tx, int64_t id, struct arena *arena, struct order *out, struct error *e);

/* Locks the order until the transaction ends and loads it. Takes LOCK_CANDIDATES shared. */
MUST_USE enum err order_lock(
    struct change *c, int64_t id, struct arena *arena, struct order *out, struct error *e);

/* Uses organization, channel fields, status_id, ordered_at, notes and the lines; sets ids, number,
 * version and times. Variations and the status were checked by the caller. ERR_CONFLICT
 * "duplicate" when the channel order exists, "archived" (/organization, or a line's variation),
 * "retiring" (/status). */
MUST_USE enum err order_create(struct change *c, struct order *in, struct error *e);

/* organization, status_id, ordered_at, notes and the channel_* fields; lines are not touched. Both
 * come from order_lock in this transaction. ERR_CONFLICT "archived", "retiring", and
 * "duplicate_open_item" when it would open with an item whose ESN is in stock again. */
MUST_USE enum err order_update(
    struct change *c, const struct order *before, struct order *after, struct error *e);

/* Without deriving: for order_create and imports, which derive once for all lines. */
MUST_USE enum err order_line_insert(
    struct change *c, int64_t order_id, struct order_line *line, struct error *e);

/* Each recomputes the order's demand. order_line_add sets line->id. */
MUST_USE enum err order_line_add(
    struct change *c, const struct order *order, struct order_line *line, struct error *e);
MUST_USE enum err order_line_update(struct change *c, const struct order *order,
    const struct order_line *before, const struct order_line *after, struct error *e);
/* Its items stay on the order as direct commits; a tombstone keeps a re-import from bringing it
 * back. */
MUST_USE enum err order_line_delete(
    struct change *c, const struct order *order, const struct order_line *line, struct error *e);

/* What the item was sold for; absent: the unit price of its line again. ERR_NOT_FOUND when it is
 * not on this order. */
MUST_USE enum err order_item_price(struct change *c, const struct order *order, int64_t item_id,
    struct money sale, struct error *e);

/* A new version of the order, without anything else of it changed. */
void order_touch(struct change *c, const struct order *order);

/* One status for many orders. Codes: "not_found", "unchanged", "retiring", "duplicate_open_item"
 * (it would open with a phone that has been received again since). */
struct status_result {
    int64_t order_id;
    const char *code; /* "" when changed */
    struct str detail;
};
/* ids: ascending, no two equal. Each order by itself: one that is refused stops no other. */
MUST_USE enum err order_set_statuses(struct change *c, const int64_t *ids, size_t count,
    int64_t status_id, struct status_result *results, struct error *e);

/* Makes the lines match the items: raises quantities of exact lines and adds lines for items that
 * are matched to none (domain.md 3, overcommitted). */
MUST_USE enum err order_match_lines(struct change *c, const struct order *order, struct error *e);

#endif
