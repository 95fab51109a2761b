/*
 * purchase_order.h: what was bought from whom, what was expected, and what came of it.
 *
 * Items are received into an open order, onto the line of their variation where it has one; more
 * than expected, or what was not expected, is received all the same and told as a warning. All
 * prices of an order are in one currency: that of the first price it was given.
 *
 * A lot price is for all of it together. While the order is open it is divided over the items that
 * have been received (core/lot.h, weighed by the lines' expected prices), each change of an item's
 * share is in its history, and other prices of the items give way to it. Nobody changes a share by
 * itself, neither then nor later ("lot_price" of item_update and item_bulk_edit): while lot_divided
 * holds, what the items cost adds up to the lot price. An order of more than
 * LOT_AT_ONCE_MAX items is divided anew only when a tenth of them came at once, when its prices
 * change, when it is closed, and when asked: so a scan costs the same whatever the size
 * (lot_divided says whether it is due). Closing divides for the last time.
 *
 * Every write locks the order's row first.
 */
#ifndef STORE_PURCHASE_ORDER_H
#define STORE_PURCHASE_ORDER_H

#include "store/item.h"

enum { PURCHASE_LINES_MAX = 1000, LOT_AT_ONCE_MAX = 200 };

enum purchase_status { PURCHASE_OPEN, PURCHASE_CLOSED, PURCHASE_CANCELED };
#define PURCHASE_STATUS_COUNT (PURCHASE_CANCELED + 1)
const char *purchase_status_name(enum purchase_status status);
bool purchase_status_parse(struct str name, enum purchase_status *out);

struct purchase_line {
    int64_t id;
    int64_t variation_id;   /* 0: only words for it */
    struct str description; /* may be empty when there is a variation */
    int64_t expected_count;
    struct money unit_price; /* expected */
    int64_t checked_in;      /* items received onto the line */
    int64_t checked_in_price;
};

struct purchase_order {
    int64_t id;
    struct str number; /* as given, else "PO-7" */
    int64_t vendor_id;
    struct str vendor;
    enum purchase_status status;
    struct str currency; /* empty: no price was named yet */
    struct money lot_price;
    bool lot_divided; /* false: due, see above */
    struct str notes;
    int64_t warehouse_id; /* 0: none */
    struct str warehouse;
    int64_t inventory_status_id; /* 0: the account's for received items */
    struct str inventory_status;
    time_ms ordered_at;
    time_ms closed_at; /* 0: not closed */
    int64_t version;
    time_ms created_at, updated_at;

    struct purchase_line *lines; /* ascending id */
    size_t line_count;
    int64_t expected_count;      /* of all lines */
    struct money expected_price; /* the lot price, or of the lines that have a price */
    int64_t checked_in;          /* items, those without a line too */
    int64_t checked_in_price;    /* of the items whose price is in the order's currency */
    int64_t unexpected;          /* items without a line */
};

struct purchase_filter {
    int64_t id;        /* 0: any */
    int64_t vendor_id; /* 0: any */
    bool has_status;
    enum purchase_status status;
    struct str number; /* exactly; empty: any */
    struct str q;      /* words in number, vendor or notes */
};

/* Newest first, with lines. */
MUST_USE enum err purchase_list(struct tx *tx, const struct purchase_filter *filter,
    const struct page *page, struct arena *arena, struct purchase_order **out, size_t *count,
    struct error *e);
MUST_USE enum err purchase_load(
    struct tx *tx, int64_t id, struct arena *arena, struct purchase_order *out, struct error *e);
/* By its exact number. */
MUST_USE enum err purchase_find(struct tx *tx, struct str number, struct arena *arena,
    struct purchase_order *out, struct error *e);
/* Locked until the transaction ends. */
MUST_USE enum err purchase_lock(
    struct change *c, int64_t id, struct arena *arena, struct purchase_order *out, struct error *e);

/* Vendor, warehouse, status and variations were found by the caller. An empty number becomes
 * "PO-<id>". ERR_CONFLICT "duplicate" (/number), "archived" (vendor, variation); ERR_INVALID
 * "not_allowed" for a second currency. Sets ids, version and times. */
MUST_USE enum err purchase_create(struct change *c, struct purchase_order *in, struct error *e);

/* Everything of the head but the status. `before` is from purchase_lock. ERR_CONFLICT "closed" when
 * the lot price of an order that is not open changes. */
MUST_USE enum err purchase_update(struct change *c, const struct purchase_order *before,
    struct purchase_order *after, struct error *e);
/* Closing divides the lot price for the last time. ERR_CONFLICT "in_use" when an order with items
 * is canceled. To the same status: nothing happens. */
MUST_USE enum err purchase_set_status(
    struct change *c, struct purchase_order *order, enum purchase_status to, struct error *e);

/* Lines of an open order; ERR_CONFLICT "closed" otherwise. A lot price is divided anew when the
 * expected prices change. */
MUST_USE enum err purchase_line_add(
    struct change *c, struct purchase_order *order, struct purchase_line *line, struct error *e);
MUST_USE enum err purchase_line_update(struct change *c, struct purchase_order *order,
    const struct purchase_line *before, const struct purchase_line *after, struct error *e);
/* ERR_CONFLICT "in_use" while items are on it. */
MUST_USE enum err purchase_line_delete(struct change *c, struct purchase_order *order,
    const struct purchase_line *line, struct error *e);

/*
 * Receives rows (item_create_many) into an open order; ERR_CONFLICT "closed" otherwise. Each row's
 * purchase_order_line_id names a line, or is 0: then that of its variation with room, else any of
 * its variation, else none. A line of a variation gives it to a row without one. A row without a
 * price gets the expected one of its line, unless it is `unpriced`. Codes besides those of
 * item_create_many: "not_allowed" (/paid) for a price beside a lot price or in another currency,
 * (/line_id) when the line is of another variation; "unknown_value" (/line_id). The order is up to
 * date afterwards.
 */
MUST_USE enum err purchase_receive(struct change *c, struct purchase_order *order,
    struct item_new *rows, size_t count, struct error *e);

/* What purchase_receive makes of a row before it creates the item: its line, variation and price,
 * or a code. In memory only: the order's figures go on as if the item had been received. */
void purchase_place(struct purchase_order *order, struct item_new *row);

/* Takes back a reception that was a mistake: the item and its history go, the audit log keeps them.
 * Only while the order is open and the item is as it was received (its price may have been divided
 * anew): ERR_CONFLICT "closed" or "in_use". ERR_NOT_FOUND for an item of another order. */
MUST_USE enum err purchase_unreceive(
    struct change *c, struct purchase_order *order, int64_t item_id, struct error *e);

/* Divides the lot price now. Nothing happens without one, or when the order is not open. */
MUST_USE enum err purchase_divide(struct change *c, struct purchase_order *order, struct error *e);

/* Prices of items of the order, one by one. */
struct purchase_price {
    int64_t item_id;
    struct money paid;
    const char
        *code; /* set here: "" changed or the same, "unknown_id" (no item of this order),
                  "repeated", "not_allowed" (another currency, none, or beside a lot price) */
    bool changed;
};
MUST_USE enum err purchase_set_paid(struct change *c, struct purchase_order *order,
    struct purchase_price *prices, size_t count, struct str reason, struct error *e);

#endif
