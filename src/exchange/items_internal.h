/*
 * items_internal.h: what the sources of the spreadsheet of items share. For items*.c only.
 */
#ifndef EXCHANGE_ITEMS_INTERNAL_H
#define EXCHANGE_ITEMS_INTERNAL_H

#include "core/esn.h"
#include "exchange/purchases.h"
#include "store/item.h"
#include "store/variation.h"

/* Its columns, in order. */
enum {
    ID,
    HEX_ID,
    ESN,
    FIRST, /* manufacturer */
    DAMAGES = FIRST + WHOLE_DAMAGES,
    SKU,
    STATUS,
    WAREHOUSE,
    LOCATION,
    PAID,
    CURRENCY,
    ORDER,          /* shown; must stay as it is */
    PURCHASE_ORDER, /* of a new item: received into it; else as ORDER */
    PURCHASE_LINE,
    ITEM_COLUMNS /* behind them: those of the custom fields */
};

/* What was looked up for one row serves the others of the batch. */
struct known_variation {
    uint64_t key;
    int64_t id;
    struct str sku;
    bool archived;
};

struct cache {
    struct whole_lists lists;
    struct references statuses, warehouses;
    struct item_field *fields; /* as they are now; the columns are those of the beginning */
    size_t field_count;
    const struct reference *received; /* status of new items */
    struct memory by_sku, by_whole;   /* of struct known_variation */
    struct memory orders;             /* of struct known_purchase */
    struct put_offs put_off;          /* of struct item_new */
};

/* What a dry run, or the end of the batch, would make of an item; set once in a file (see
 * catalog.c). */
struct thought {
    int64_t id, variation_id, status_id, warehouse_id, location_id, amount, line_id;
    uint64_t esn, custom, order; /* hashes; order: of the purchase order's number, 0: none */
    char currency[4];
};

/* One row as it is understood. */
struct wish {
    struct row_id id;
    struct str esn;
    enum esn_fault fault;
    struct item before, after;     /* before.id 0: a new one */
    const struct thought *thought; /* an earlier row of a dry run set it */
    bool identified;               /* whether `before` is known */
    bool cannot_make;              /* there is no such item, and the row does not say what it is */
    struct known_purchase
        *into; /* the purchase order that a new item is received into; NULL: none */
    bool variation_archived, location_archived;
    struct item_value *values; /* before; read when the file has custom fields */
    size_t value_count;
    uint64_t custom; /* digest of what the row says of the custom fields */
};

/* Sets the variation of w->after, if the row names one, or tells what is wrong with that. */
MUST_USE enum err item_row_variation(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);

/* items_fields.c */
MUST_USE enum err item_field_columns(
    struct tx *tx, struct arena *arena, struct table *table, struct error *e);
/* Sets what changes of the custom fields into w->after.sets. */
MUST_USE enum err item_row_fields(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);
void item_tell_fields(struct batch *b, struct row_result *r, const struct wish *w);

/* items_receive.c */

/* Checks the purchase order and line of an item that is there, or finds those of a new one. */
MUST_USE enum err item_row_order(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);
/* A new price of an item that has been received: not beside a lot price, and in the order's
 * currency.
 */
MUST_USE enum err item_row_price(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);
/* What a new item gets from its purchase order; the row may be refused. */
MUST_USE enum err item_row_place(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);
void item_row_put_off(struct batch *b, struct row_result *r, const struct wish *w);
MUST_USE enum err item_receive_put_off(struct batch *b, struct error *e);
const void *item_keep_received(const void *value, struct arena *arena);

#endif
