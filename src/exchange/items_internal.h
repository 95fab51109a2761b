/*
 * items_internal.h: what the sources of the spreadsheet of items share. For items*.c only.
 */
#ifndef EXCHANGE_ITEMS_INTERNAL_H
#define EXCHANGE_ITEMS_INTERNAL_H

#include "core/esn.h"
#include "exchange/internal.h"
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
    ORDER, /* shown; must stay as it is */
    ITEM_COLUMNS
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
    const struct reference *received; /* status of new items */
    struct memory by_sku, by_whole;   /* of struct known_variation */
};

struct thought; /* items.c */

/* One row as it is understood. */
struct wish {
    struct row_id id;
    struct str esn;
    enum esn_fault fault;
    struct item before, after;     /* before.id 0: a new one */
    const struct thought *thought; /* an earlier row of a dry run set it */
    bool variation_archived, location_archived;
};

/* Sets the variation of w->after, if the row names one, or tells what is wrong with that. */
MUST_USE enum err item_row_variation(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e);

#endif
