/*
 * transfer.h: items that go from one warehouse to another.
 *
 * A draft is a list; nothing moves. When it is shipped its items leave their warehouse at once and
 * are in none, so that nobody is offered what lies in a van; each enters the other warehouse when
 * it is received. What is on its way can be neither committed nor moved in any other way. A
 * transfer is over when all its items were received, or the rest was declared missing (these stay
 * without a warehouse), or when it is canceled: then what was not received is back where it came
 * from.
 */
#ifndef STORE_TRANSFER_H
#define STORE_TRANSFER_H

#include "store/item.h"

enum { TRANSFER_ITEMS_MAX = 10000 }; /* what one transaction ships: see BULK_ITEMS_MAX */

enum transfer_state {
    TRANSFER_DRAFT,
    TRANSFER_IN_TRANSIT,
    TRANSFER_RECEIVED,
    TRANSFER_CANCELED,
};
#define TRANSFER_STATE_COUNT (TRANSFER_CANCELED + 1)
const char *transfer_state_name(enum transfer_state state); /* "in_transit" */

struct transfer {
    int64_t id;
    int64_t from_id, to_id; /* warehouses */
    struct str from, to;
    enum transfer_state state;
    struct str notes;
    int64_t items, waiting, in_transit, received, missing; /* counted when loaded */
    time_ms shipped_at, closed_at;                         /* 0: not yet */
    int64_t version;
    time_ms created_at, updated_at;
};

struct transfer_filter {
    const char *state;               /* NULL: any */
    int64_t from_id, to_id, item_id; /* 0: any */
};
/* Newest first. */
MUST_USE enum err transfer_list(struct tx *tx, const struct transfer_filter *filter,
    const struct page *page, struct arena *arena, struct transfer **out, size_t *count,
    struct error *e);
MUST_USE enum err transfer_load(
    struct tx *tx, int64_t id, struct arena *arena, struct transfer *out, struct error *e);
/* The same, with the row locked: whoever changes a transfer begins with this. */
MUST_USE enum err transfer_lock(
    struct change *c, int64_t id, struct arena *arena, struct transfer *out, struct error *e);

struct transfer_item {
    int64_t item_id, variation_id;
    struct str esn, hex_id, state;
    time_ms changed_at;
};
struct transfer_item_filter {
    int64_t transfer_id;
    const char *state; /* NULL: any */
};
/* In order of item id. */
MUST_USE enum err transfer_item_list(struct tx *tx, const struct transfer_item_filter *filter,
    const struct page *page, struct arena *arena, struct transfer_item **out, size_t *count,
    struct error *e);

/* Uses from_id, to_id, notes. ERR_CONFLICT "archived" (/to_warehouse). */
MUST_USE enum err transfer_create(struct change *c, struct transfer *in, struct error *e);
MUST_USE enum err transfer_set_notes(
    struct change *c, const struct transfer *before, struct str notes, struct error *e);

struct transfer_result {
    int64_t item_id;
    bool done;
    const char *code; /* "" when done */
    struct str detail;
};

/* To a draft; ERR_CONFLICT "not_draft" when it is none, "too_many" beyond TRANSFER_ITEMS_MAX. ids:
 * of items that existed when the caller looked, ascending, each once. Codes: "other_warehouse",
 * "committed", "in_transit", "on_another_transfer", "already_there", "unknown_id" (taken back since
 * then). */
MUST_USE enum err transfer_add(struct change *c, const struct transfer *t, const int64_t *ids,
    size_t count, struct transfer_result *results, struct error *e);
/* From a draft. ERR_NOT_FOUND when it is not on it. */
MUST_USE enum err transfer_remove(
    struct change *c, const struct transfer *t, int64_t item_id, struct error *e);

/* ERR_CONFLICT "empty", or "conflict" when an item was committed or moved since it was added. */
MUST_USE enum err transfer_ship(struct change *c, const struct transfer *t, struct error *e);

struct transfer_receipt {
    const int64_t *ids; /* ascending, each once */
    size_t count;
    bool all;            /* whatever is still on its way, and not ids */
    int64_t location_id; /* in the warehouse where it arrives; 0: none */
    struct str location;
    bool close; /* the rest is missing */
};
/* ERR_CONFLICT "not_in_transit". results of the ids; codes: "not_on_transfer", "already_received".
 */
MUST_USE enum err transfer_receive(struct change *c, const struct transfer *t,
    const struct transfer_receipt *receipt, struct transfer_result *results, struct error *e);
/* ERR_CONFLICT "closed" when it is over. */
MUST_USE enum err transfer_cancel(struct change *c, const struct transfer *t, struct error *e);

#endif
