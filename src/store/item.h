/*
 * item.h: inventory items: one row per physical unit.
 *
 * Open items (in stock, or committed to an open order) have unique ESNs. Every change writes the
 * item's history, the audit log, the counts and the dirty marks in the same transaction.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/store.h"

struct item {
    int64_t id;
    struct str esn;
    struct str hex_id;
    int64_t variation_id;
    int64_t status_id;
    struct str status;
    int64_t former_status_id; /* while committed */
    int64_t warehouse_id;     /* 0: none */
    struct str warehouse;
    int64_t location_id; /* 0: none */
    struct str location;
    struct money paid;
    int64_t order_id; /* 0: not committed */
    struct str order_number;
    time_ms committed_at;
    bool is_open;
    int64_t version;
    time_ms created_at, updated_at;
};

struct item_filter {
    struct str esn, hex_id, sku, q; /* empty: any */
    int64_t variation_id, status_id, order_id;
    bool has_warehouse; /* filter by warehouse_id, where 0 means items without one */
    int64_t warehouse_id;
    bool has_committed;
    bool committed;
};

/* Newest first; page->after is the id before which to go on. */
MUST_USE enum err item_list(struct tx *tx, const struct item_filter *filter,
    const struct page *page, struct arena *arena, struct item **out, size_t *count,
    struct error *e);
MUST_USE enum err item_load(
    struct tx *tx, int64_t id, struct arena *arena, struct item *out, struct error *e);

/* Uses esn, variation_id, status_id, warehouse_id, location_id, paid (all checked to exist by the
 * caller, in this transaction) and their titles; sets id, hex_id, version and times. ERR_CONFLICT
 * "duplicate_open_item" (/esn) when an open item has the ESN. */
MUST_USE enum err item_create(struct change *c, struct item *in, struct error *e);

/* A committed item keeps its status and variation fixed: ERR_CONFLICT "committed". ERR_STALE when
 * the item was changed or committed after `before` was read. */
MUST_USE enum err item_update(struct change *c, const struct item *before, struct item *after,
    struct str reason, struct error *e);

struct item_event {
    int64_t id;
    time_ms at;
    enum actor_kind actor_kind;
    int64_t actor_id;
    struct str actor_name;
    struct str action;  /* created, changed, committed, uncommitted */
    struct str changes; /* JSON array of {field, from, to} */
    int64_t order_id;
    struct str order_number;
    struct str reason;
};

/* Newest first. */
MUST_USE enum err item_history(struct tx *tx, int64_t item_id, const struct page *page,
    struct arena *arena, struct item_event **out, size_t *count, struct error *e);

/* Used by commitment.c as well. */
void item_event_add(struct change *c, int64_t item_id, const char *action, struct str changes,
    int64_t order_id, struct str reason);

MUST_USE enum err item_has_hex_id(struct tx *tx, struct str hex_id, bool *has, struct error *e);

#endif
