/*
 * orders_paper.h: sales orders as a table on paper, for looking through and ticking off; what it
 * leaves out (all ids, committed items) is in the spreadsheet (export.h).
 */
#ifndef EXCHANGE_ORDERS_PAPER_H
#define EXCHANGE_ORDERS_PAPER_H

#include "store/order.h"

/* About 550 pages; nobody reads more, and so many take 2 s and 60 MB. */
enum { ORDERS_PAPER_ROWS_MAX = 20000 };

struct orders_paper {
    const struct order_filter *filter;
    struct str about; /* the filter in words; empty: all orders */
    time_ms now;
};

/* Appends the PDF to *out, whose cap bounds it; A4, across. *rows: lines of orders. ERR_TOO_LARGE
 * beyond the bound. */
MUST_USE enum err orders_paper_print(struct tx *tx, const struct orders_paper *paper,
    struct buf *out, int64_t *rows, struct error *e);

#endif
