/*
 * stock.h: quantities read from the derived tables, and what is behind them.
 */
#ifndef STORE_STOCK_H
#define STORE_STOCK_H

#include "store/store.h"

/* Which items count: none given = all statuses; none given = all warehouses and none. */
struct stock_filter {
    const int64_t *status_ids;
    size_t status_count;
    const int64_t *warehouse_ids;
    size_t warehouse_count;
};

struct stock_level {
    struct str sku;               /* empty: the variation has none */
    int64_t variation_id;         /* 0 when the row is of a SKU */
    int64_t on_hand, outstanding; /* calculated = on_hand - outstanding */
};

/* All variations of one SKU together; ERR_NOT_FOUND when no variation has it. */
MUST_USE enum err stock_level_of_sku(struct tx *tx, struct str sku,
    const struct stock_filter *filter, struct stock_level *out, struct error *e);

/* Per variation in order of id. */
MUST_USE enum err stock_level_list(struct tx *tx, const struct stock_filter *filter,
    const struct page *page, struct arena *arena, struct stock_level **out, size_t *count,
    struct error *e);
struct variation_ids {
    const int64_t *ids;
    size_t count;
};
/* The given variations, in order of id; unknown ones are left out. */
MUST_USE enum err stock_level_of_variations(struct tx *tx, const struct variation_ids *given,
    const struct stock_filter *filter, struct arena *arena, struct stock_level **out, size_t *count,
    struct error *e);

/* The terms of one listing (domain.md 4), by its channel's counted statuses and warehouses. */
struct listing_terms {
    int64_t available, outstanding;
};
MUST_USE enum err stock_listing_terms(
    struct tx *tx, int64_t listing_id, struct listing_terms *out, struct error *e);

/* What is behind the terms: items that count, counts of those that do not, and order lines. */
struct explained_item {
    int64_t item_id, variation_id;
    struct str esn, hex_id, status, warehouse;
};
struct explained_left_out {
    const char *reason; /* no_warehouse, status_not_counted, warehouse_not_counted, committed */
    struct str status, warehouse;
    int64_t count;
};
struct explained_line {
    int64_t order_id, line_id, channel_id, quantity, uncommitted;
    struct str order_status, title;
};
struct explanation {
    struct explained_item *items;
    size_t item_count;
    struct explained_left_out *left_out;
    size_t left_out_count;
    struct explained_line *lines;
    size_t line_count;
};
/* What is behind a figure, page by page: of one SKU, variation or listing, or (none given) of all.
 */
struct stock_scope {
    struct str sku;
    int64_t variation_id, listing_id;
};
struct explained_items {
    struct explained_item *rows;
    size_t count;
};
struct explained_lines {
    struct explained_line *rows;
    size_t count;
};
/* The uncommitted items that are counted, by id: as many as on_hand. A listing counts what its
 * channel counts where the filter names nothing. */
MUST_USE enum err stock_item_list(struct tx *tx, const struct stock_scope *scope,
    const struct stock_filter *filter, const struct page *page, struct arena *arena,
    struct explained_items *out, struct error *e);
/* The lines of open orders that still need some of it, by id: their uncommitted units are the
 * outstanding ones. */
MUST_USE enum err stock_line_list(struct tx *tx, const struct stock_scope *scope,
    const struct page *page, struct arena *arena, struct explained_lines *out, struct error *e);

/* Figures of listings, of one channel (0: any) or of these (none given: all), by id. */
struct stock_listings {
    int64_t channel_id;
    const int64_t *ids;
    size_t count;
};
struct listing_level {
    int64_t listing_id, channel_id;
    struct str sku;
    int64_t on_hand, outstanding;
};
struct listing_levels {
    struct listing_level *rows;
    size_t count;
};
MUST_USE enum err stock_level_of_listings(struct tx *tx, const struct stock_listings *which,
    const struct stock_filter *filter, const struct page *page, struct arena *arena,
    struct listing_levels *out, struct error *e);

enum { EXPLANATION_ROWS_MAX = 500 };
MUST_USE enum err stock_explain(struct tx *tx, int64_t listing_id, struct arena *arena,
    struct explanation *out, struct error *e);

#endif
