/*
 * packing_list.h: what has to be picked and packed for sales orders, as a PDF: one or many orders,
 * each on pages of its own that are numbered by themselves.
 *
 * A list holds the order's number as a barcode (Code 128), whose it is, its notes, its items in the
 * order in which the caller gives them (by where they lie, so that a picker walks once) under a
 * heading for each warehouse, its lines, and what is missing.
 */
#ifndef PRINT_PACKING_LIST_H
#define PRINT_PACKING_LIST_H

#include "print/pdf.h"

/* Of one document: as many as a person carries on one round, and 20,000 rows take 0.5 s. */
enum { PACKING_LISTS_MAX = 100, PACKING_ROWS_MAX = 20000 };

struct packing_line {
    struct str sku, description;
    int64_t quantity, committed;
    int64_t missing; /* units that no item is committed for */
    bool unknown_sku;
};

struct packing_item {
    struct str warehouse, location; /* empty: none */
    struct str hex_id, esn, sku, description;
    bool extra; /* it is on no line */
};

struct packing_list {
    struct str number, organization, status;
    struct str channel, channel_order_id; /* empty: made here */
    struct str ordered_at;
    struct str notes; /* lines */
    struct str stop;  /* why it must not be sent; empty: it may */
    const struct packing_line *lines;
    size_t line_count;
    const struct packing_item *items;
    size_t item_count;
    int64_t missing;
};

struct packing_lists {
    enum pdf_paper paper;
    struct str printed_at;
    const struct packing_list *lists;
    size_t count; /* 1 to PACKING_LISTS_MAX */
};

/* Appends the PDF to *out. Errors as pdf_end. */
MUST_USE enum err packing_lists_print(
    const struct packing_lists *lists, struct arena *arena, struct buf *out, struct error *e);

#endif
