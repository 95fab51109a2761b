/*
 * export.h: the account as spreadsheets. What is written can be applied again (import.h), and then
 * changes nothing; orders and the audit trail are only written.
 *
 * Within one read transaction, so all rows are of one moment; page by page, so memory does not grow
 * with the number of rows.
 */
#ifndef EXCHANGE_EXPORT_H
#define EXCHANGE_EXPORT_H

#include "exchange/layout.h"
#include "store/audit.h"
#include "store/item.h"
#include "store/listing.h"
#include "store/order.h"
#include "store/purchase_order.h"
#include "store/variation.h"

enum export_kind {
    EXPORT_CATALOG,
    EXPORT_ITEMS,
    EXPORT_CONNECTIONS,
    EXPORT_PRICES,
    EXPORT_ORDERS,
    EXPORT_AUDIT
};
#define EXPORT_KIND_COUNT (EXPORT_AUDIT + 1)
const char *export_kind_name(enum export_kind kind); /* "catalog" */
bool export_kind_parse(struct str name, enum export_kind *out);

struct export_request {
    enum export_kind kind;
    struct variation_filter variations;
    struct item_filter items;
    struct listing_filter listings;   /* channel_id 0: all channels */
    struct purchase_filter purchases; /* of prices */
    struct order_filter orders;
    struct audit_filter audit;
};

/* Spreadsheet programs can count with numbers; what is only written with digits (an ESN) is text.
 */
struct export_cell {
    enum { CELL_TEXT, CELL_INT, CELL_MONEY } kind;
    struct str text;
    int64_t number; /* of money: minor units */
    int decimals;
};

/* Where rows go: the titles first. */
struct row_writer {
    enum err (*row)(void *ctx, const struct export_cell *cells, size_t count, struct error *e);
    void *ctx;
};

/* *rows: without the titles. */
MUST_USE enum err export_write(struct tx *tx, const struct export_request *request,
    struct row_writer *writer, int64_t *rows, struct error *e);

#endif
