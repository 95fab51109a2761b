/*
 * item.h: inventory items: one row per physical unit.
 *
 * Open items (in stock, or committed to an open order) have unique ESNs. Every change writes the
 * item's history, the audit log, the counts and the dirty marks in the same transaction.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/item_field.h"

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
    int64_t purchase_order_id;      /* 0: received directly */
    struct str purchase_order;      /* its number */
    int64_t purchase_order_line_id; /* 0: of none, or not expected */
    bool in_lot;                    /* paid is its share of that order's lot price */
    bool is_open;
    int64_t transfer_id;                   /* 0: not on its way; then it has no warehouse */
    struct str transfer_from, transfer_to; /* warehouses */
    int64_t version;
    time_ms created_at, updated_at;
    /* To write: custom fields that get a value or lose it; nothing that is read stands here. */
    const struct item_value_set *sets;
    size_t set_count;
    bool unpriced; /* to purchase_receive: it has no price, whatever its line expects */
};

struct item_filter {
    struct str esn, hex_id, sku, q; /* empty: any */
    int64_t field_id;               /* 0: any; a custom field with the value below */
    struct str field_value;         /* empty: items without one */
    int64_t variation_id, status_id, location_id, order_id, purchase_order_id;
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

/* Sets the location of each to its name. */
MUST_USE enum err item_name_locations(
    struct tx *tx, struct item *items, size_t count, struct arena *arena, struct error *e);

/* Many at once, in ascending id; unknown ids are left out. */
MUST_USE enum err item_load_many(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct item **out, size_t *count, struct error *e);

/* Uses esn, variation_id, status_id, warehouse_id, location_id, paid, sets (all checked to exist by
 * the caller, in this transaction) and their titles; sets id, hex_id, version and times.
 * ERR_CONFLICT "duplicate_open_item" (/esn) when an open item has the ESN, "archived" when its
 * variation, status, warehouse or location is (the pointer says which), "required" (/custom) when a
 * required custom field has no value. */
MUST_USE enum err item_create(struct change *c, struct item *in, struct error *e);

/* One of many to be created. A row that `code` says something about is left out. */
struct item_new {
    struct item item;    /* as for item_create */
    const char *code;    /* "" before: create it; after: created, or why not: "unknown_value",
                            "archived", "required" (/custom: a custom field has no value),
                            "duplicate_open_item", "repeated" (an earlier row has the ESN) */
    const char *pointer; /* of what is at fault: "/variation_id" */
    int64_t other_id;    /* "duplicate_open_item": the item that has the ESN */
};

enum { ITEM_NEW_MAX = 100000 };

/* The same for many, each judged alone, in a number of statements that depends only on the
 * different variations and places among them; statements hold 5,000 rows each. At most ITEM_NEW_MAX
 * rows. Rows that share `sets` should stand together. */
MUST_USE enum err item_create_many(
    struct change *c, struct item_new *rows, size_t count, struct error *e);
/* The same where what a row costs and stands on depends on those before it: `place` is called for
 * each row that nothing speaks against, in their order, and may set its purchase_order_line_id and
 * paid. */
struct item_placing {
    void (*place)(void *ctx, struct item *item);
    void *ctx;
};
MUST_USE enum err item_create_placed(struct change *c, struct item_new *rows, size_t count,
    const struct item_placing *placing, struct error *e);
/* For people: why a row was not created. */
struct str item_new_detail(const struct item_new *row, struct arena *arena);

/* For people: why the price of an item that came with this purchase order, a lot, stays. */
struct str item_lot_words(struct str purchase_order, struct arena *arena);

/* A committed item keeps its status and variation fixed: ERR_CONFLICT "committed"; one that is
 * on its way its place: "in_transit"; one in a lot its price: "lot_price" (/paid). "archived" as
 * above, where it moves to what is archived.
 * ERR_INVALID "required" (/custom) when a required custom field would lose its value.
 * ERR_STALE when the item was changed or committed after `before` was read. */
MUST_USE enum err item_update(struct change *c, const struct item *before, struct item *after,
    struct str reason, struct error *e);

struct item_event {
    int64_t id;
    time_ms at;
    enum actor_kind actor_kind;
    int64_t actor_id;
    struct str actor_name;
    struct str action;  /* created, changed, priced, committed, uncommitted; of transfers: shipped,
                           received,  missing, returned */
    struct str changes; /* JSON array of {field, from, to} */
    int64_t order_id;
    struct str order_number;
    struct str reason;
};

/* Newest first. */
MUST_USE enum err item_history(struct tx *tx, int64_t item_id, const struct page *page,
    struct arena *arena, struct item_event **out, size_t *count, struct error *e);

/* For those who change items: what differs, as people read it; the custom fields are not looked
 * at. */
void item_changes(
    struct change_list *l, const struct item *from, const struct item *to, struct arena *arena);
/* The open item with that ESN; the item with that Hex ID; 0: none. */
MUST_USE enum err item_find_open(struct tx *tx, struct str esn, int64_t *id, struct error *e);
MUST_USE enum err item_find_hex(struct tx *tx, struct str hex_id, int64_t *id, struct error *e);

/* After the change of the item's row. */
void item_event_add(struct change *c, int64_t item_id, const char *action, struct str changes,
    int64_t order_id, struct str reason);

/* History and audit of many items at once, a statement each per megabyte. */
struct item_record {
    struct change *c;
    const char *action, *audit_action;
    struct str reason;
    struct buf json;
    struct jw w;
    size_t waiting;
};
void item_record_begin(struct item_record *r, struct change *c, const char *action,
    const char *audit_action, struct str reason);
void item_record_add(struct item_record *r, int64_t item_id, struct str changes);
void item_record_end(struct item_record *r);

MUST_USE enum err item_has_hex_id(struct tx *tx, struct str hex_id, bool *has, struct error *e);

#endif
