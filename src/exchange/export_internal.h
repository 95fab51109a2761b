/*
 * export_internal.h: what the kinds of exports share. For src/exchange/export*.c only.
 */
#ifndef EXCHANGE_EXPORT_INTERNAL_H
#define EXCHANGE_EXPORT_INTERNAL_H

#include "exchange/export.h"
#include "exchange/import.h"

enum { EXPORT_PAGE = 200 }; /* rows that are asked for at once */

struct exporting {
    struct tx *tx;
    const struct export_request *request;
    struct row_writer *writer;
    struct arena *arena; /* of one page */
    struct arena *kept;  /* of the whole */
    int64_t rows;
};

struct export_cell text_cell(struct str s);
struct export_cell int_cell(int64_t n);
struct export_cell id_cell(int64_t id); /* 0: empty */
struct export_cell amount_cell(struct money m);
struct export_cell currency_cell(struct money m);

MUST_USE enum err export_row(
    struct exporting *x, const struct export_cell *cells, size_t count, struct error *e);
MUST_USE enum err export_titles(
    struct exporting *x, const struct column *columns, size_t count, struct error *e);
/* The titles of what can be imported again; the table lives as long as the export. */
MUST_USE enum err export_table(
    struct exporting *x, enum import_kind kind, struct table *out, struct error *e);

/* Variations that rows name, read at once. */
struct known_variations {
    struct variation *rows; /* ascending id */
    size_t count;
};
MUST_USE enum err export_variations_load(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct known_variations *out, struct error *e);
const struct variation *export_variation(const struct known_variations *known, int64_t id);

/* Empty for 0, and for a channel that is gone: its orders stay. */
MUST_USE enum err export_channel_name(
    struct tx *tx, int64_t channel_id, struct arena *arena, struct str *out, struct error *e);

/* Manufacturer to damages, which several tables have; how many cells. */
size_t export_whole(struct export_cell *cells, const struct variation *v, struct arena *arena);

MUST_USE enum err export_items(struct exporting *x, struct error *e);
MUST_USE enum err export_prices(struct exporting *x, struct error *e);
MUST_USE enum err export_orders(struct exporting *x, struct error *e);
MUST_USE enum err export_audit(struct exporting *x, struct error *e);

#endif
