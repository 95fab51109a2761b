/*
 * reference.h: the short lists that an account defines: grades, damage conditions, warehouses and
 * their locations, inventory statuses, order statuses.
 *
 * All of one shape, so that they share their code; a field that a list does not have is empty.
 * What is archived is no longer offered and refused for what is new; what has it keeps it.
 */
#ifndef STORE_REFERENCE_H
#define STORE_REFERENCE_H

#include "store/store.h"

enum reference_kind {
    REFERENCE_GRADE,
    REFERENCE_DAMAGE,
    REFERENCE_WAREHOUSE,
    REFERENCE_LOCATION,
    REFERENCE_STATUS, /* inventory status */
    REFERENCE_ORDER_STATUS,
};
#define REFERENCE_KIND_COUNT (REFERENCE_ORDER_STATUS + 1)

struct reference {
    int64_t id;
    struct str title; /* warehouses and locations: their name */
    struct str color; /* "#rrggbb" or empty */
    int64_t position;
    struct str initials;                                 /* damage conditions */
    bool is_open, allow_commitment, sync_to_shipstation; /* order statuses */
    struct str meaning;     /* order statuses: "shipped", "canceled" or empty, whatever the title */
    int64_t warehouse_id;   /* locations */
    bool archived;          /* all but order statuses */
    struct str replaced_by; /* of an order status that is being retired: the other's title */
    int64_t version;
    time_ms created_at, updated_at;
};

const char *reference_resource(enum reference_kind kind); /* "order_status" */

/* Whether people put the list in order: by position, then id. The others are in order of id. */
bool reference_has_order(enum reference_kind kind);

struct reference_filter {
    enum reference_kind kind;
    int64_t warehouse_id; /* locations */
    enum archived_rows archived;
    int64_t after_position; /* of page->after, where the list has an order */
};
/* *count <= page->limit + 1. */
MUST_USE enum err reference_list(struct tx *tx, const struct reference_filter *filter,
    const struct page *page, struct arena *arena, struct reference **out, size_t *count,
    struct error *e);
MUST_USE enum err reference_load(struct tx *tx, enum reference_kind kind, int64_t id,
    struct arena *arena, struct reference *out, struct error *e);
/* By exact title; warehouse_id only for locations. ERR_NOT_FOUND. */
MUST_USE enum err reference_find(struct tx *tx, enum reference_kind kind, int64_t warehouse_id,
    struct str title, struct arena *arena, struct reference *out, struct error *e);

/* ERR_CONFLICT "duplicate" when the title exists. Sets in->id, version and times. */
MUST_USE enum err reference_create(
    struct change *c, enum reference_kind kind, struct reference *in, struct error *e);
/* `before` is what was loaded in this transaction; ERR_STALE when it was changed since. Opening or
 * closing an order status recomputes what the orders in it still need. ERR_CONFLICT "in_use" when
 * an inventory status that the settings name is archived. */
MUST_USE enum err reference_update(struct change *c, enum reference_kind kind,
    const struct reference *before, struct reference *after, struct error *e);
/* ERR_CONFLICT "in_use" while something refers to it. */
MUST_USE enum err reference_delete(
    struct change *c, enum reference_kind kind, const struct reference *row, struct error *e);

/* One more than the highest position of the list: where a new row goes. 0 for lists without order.
 */
MUST_USE enum err reference_next_position(
    struct tx *tx, enum reference_kind kind, int64_t *position, struct error *e);

/* The order status that is listed first: what a new order gets. */
MUST_USE enum err reference_first_order_status(struct tx *tx, int64_t *id, struct error *e);

#endif
