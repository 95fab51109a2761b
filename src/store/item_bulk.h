/*
 * item_bulk.h: the same change of many items, in one transaction and a few statements.
 *
 * Each item is judged alone, by the rules of item_update. What is written does not depend in its
 * number of statements on the number of items, only on that of the different variations, places and
 * counts that they move between.
 */
#ifndef STORE_ITEM_BULK_H
#define STORE_ITEM_BULK_H

#include "store/item.h"
#include "store/variation.h"

enum { BULK_ITEMS_MAX = 10000 }; /* about a second of a writer's time */

struct bulk_edit {
    bool set_status, set_warehouse, set_location, set_paid;
    int64_t status_id, warehouse_id; /* checked to exist; warehouse 0: none */
    struct str status, warehouse;    /* their titles */
    struct str location;             /* a name, looked for in each item's warehouse; empty: none */
    struct money paid;
    struct variation_regrade regrade;
    const struct item_value_set *sets; /* custom fields */
    size_t set_count;
    struct str reason;
    bool atomic; /* all or none */
};

struct bulk_result {
    int64_t item_id;
    bool changed;
    const char *code; /* "" when changed or nothing was to change; else why not: "committed",
                         "in_transit", "lot_price", "archived", "no_warehouse",
                         "unknown_location", "not_tried" (atomic), "unknown_id" (taken back since
                         the caller looked) */
    struct str detail;
    int64_t variation_id; /* what it is now */
};

struct bulk_outcome {
    struct bulk_result *results; /* in the order of the ids */
    size_t changed, unchanged, refused;
    int64_t *made; /* variations that were missing */
    size_t made_count;
};

/* ERR_INVALID "required" when the edit takes a required custom field away. ids: of items that
 * existed when the caller looked, ascending, each once, at most BULK_ITEMS_MAX. */
MUST_USE enum err item_bulk_edit(struct change *c, const struct bulk_edit *edit, const int64_t *ids,
    size_t count, struct arena *arena, struct bulk_outcome *out, struct error *e);

#endif
