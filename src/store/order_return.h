/*
 * order_return.h: items that come back from a sales order (docs/decisions, returns).
 *
 * A return takes the item off the order into a status and warehouse that the caller names, and
 * stays on record. The unit goes on standing for what was ordered: it is never demanded again.
 */
#ifndef STORE_ORDER_RETURN_H
#define STORE_ORDER_RETURN_H

#include "store/order.h"

struct return_input {
    struct str text; /* an ESN or Hex ID; empty: item_id says which */
    bool is_hex_id;
    int64_t item_id;
    int64_t status_id, warehouse_id, location_id; /* 0: none of the latter two; checked to exist */
    struct str status, warehouse, location;       /* their titles and names */
    struct str reason;
    struct money refund;
};

/* Codes: "not_on_order", "several_items" (of one ESN: use the Hex ID), "repeated", "archived",
 * "duplicate_open_item" (its ESN is in stock again), "not_tried" (another one failed, and all or
 * nothing was asked for). */
struct return_result {
    int64_t item_id;   /* 0: none */
    int64_t return_id; /* 0: refused */
    const char *code;  /* "" when returned */
    struct str detail;
};

struct return_request {
    const struct return_input *inputs;
    size_t count;
    bool atomic; /* all or nothing */
};

/* `order` comes from order_lock in this transaction. Results are in the order of the inputs. */
MUST_USE enum err return_add(struct change *c, const struct order *order,
    const struct return_request *request, struct return_result *results, struct error *e);

struct order_return {
    int64_t id, order_id, item_id, variation_id;
    int64_t line_id; /* 0: it was a direct commit */
    struct str order_number, esn, hex_id;
    struct str status, warehouse, location, reason;
    struct money sale, refund;
    time_ms at;
    enum actor_kind actor_kind;
    int64_t actor_id;
    struct str actor_name;
    time_ms undone_at; /* 0: it stands */
    struct str undone_by;
    int64_t version;
};

struct return_filter {
    int64_t order_id, item_id; /* 0: any */
    struct str esn;            /* empty: any */
    bool has_undone, undone;
};

/* Newest first; page->after is the id before which to go on. */
MUST_USE enum err return_list(struct tx *tx, const struct return_filter *filter,
    const struct page *page, struct arena *arena, struct order_return **out, size_t *count,
    struct error *e);
MUST_USE enum err return_load(
    struct tx *tx, int64_t id, struct arena *arena, struct order_return *out, struct error *e);

/* reason and refund; ERR_STALE when it was changed since `before` was read. */
MUST_USE enum err return_update(struct change *c, const struct order_return *before,
    struct order_return *after, struct error *e);

/* Puts the item back on the order as it was. ERR_NOT_FOUND; ERR_CONFLICT "undone", "committed" when
 * it was sold again since, or "in_transit" when it is on its way between warehouses. */
MUST_USE enum err return_undo(struct change *c, int64_t id, struct error *e);

#endif
