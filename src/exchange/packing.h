/*
 * packing.h: packing lists (print/packing_list.h) of sales orders, from the store; as a PDF by
 * packing_lists_print, or as rows of a spreadsheet.
 */
#ifndef EXCHANGE_PACKING_H
#define EXCHANGE_PACKING_H

#include "exchange/export.h"
#include "print/packing_list.h"

/* Of one order; its items in the order of a walk: by warehouse, then by location with A-2 before
 * A-10; those without come last. ERR_NOT_FOUND. */
MUST_USE enum err packing_load(struct tx *tx, int64_t order_id, struct arena *arena,
    struct packing_list *out, struct error *e);

/* Titles, then what has to be picked: a row for each item of all lists, in the order of one walk,
 * and at the end one for each line with missing units. */
MUST_USE enum err packing_write(const struct packing_list *lists, size_t count, struct arena *arena,
    struct row_writer *writer, struct error *e);

#endif
