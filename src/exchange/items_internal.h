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
    ORDER,       /* shown; must stay as it is */
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
};

struct thought; /* items.c */

/* One row as it is understood. */
struct wish {
    struct row_id id;
    struct str esn;
    enum esn_fault fault;
    struct item before, after;     /* before.id 0: a new one */
    const struct thought *thought; /* an earlier row of a dry run set it */
    bool identified;               /* whether `before` is known */
    bool cannot_make;              /* there is no such item, and the row does not say what it is */
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

#endif
