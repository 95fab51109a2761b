/* stock_detail.c: figures per listing, and the items and lines behind a figure, page by page. */
#include "store/stock.h"

/* $1 statuses and $2 warehouses when $3 and $4 say that they are given; else what the listing's
 * channel counts, where there is a listing ($5), or all. */
#define COUNTED(row)                                                                               \
    " (CASE WHEN $3 = 1 THEN " row ".status_id IN {ints $1} WHEN $5 = 0 THEN 1 = 1"                \
    " ELSE " row ".status_id IN (SELECT cs.status_id FROM channel_counted_status cs JOIN listing"  \
    " c ON c.channel_id = cs.channel_id WHERE c.id = $5) END)"                                     \
    " AND (CASE WHEN $4 = 1 THEN " row ".warehouse_id IN {ints $2} WHEN $5 = 0 THEN 1 = 1"         \
    " ELSE " row ".warehouse_id IN (SELECT cw.warehouse_id FROM channel_counted_warehouse cw"      \
    " JOIN listing c ON c.channel_id = cw.channel_id WHERE c.id = $5) END)"

/* The variations of the scope. */
#define IN_SCOPE                                                                                   \
    " IN (SELECT v.id FROM variation v WHERE v.id = $6 OR v.sku = $7"                              \
    " UNION SELECT lv.variation_id FROM listing_variation lv WHERE lv.listing_id = $5)"

static bool is_all(const struct stock_scope *scope)
{
    return !scope->sku.len && !scope->variation_id && !scope->listing_id;
}

static void bind_filter(struct stmt *st, const struct stock_filter *f)
{
    stmt_bind_ints(st, 1, f->status_ids, f->status_count);
    stmt_bind_ints(st, 2, f->warehouse_ids, f->warehouse_count);
    stmt_bind_int(st, 3, f->status_count != 0);
    stmt_bind_int(st, 4, f->warehouse_count != 0);
}

enum err stock_item_list(struct tx *tx, const struct stock_scope *scope,
    const struct stock_filter *filter, const struct page *page, struct arena *arena,
    struct explained_items *out, struct error *e)
{
    *out =
        (struct explained_items){ arena_new(arena, struct explained_item, (size_t)page->limit + 1),
            0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT i.id, i.variation_id, i.esn, i.hex_id, s.title, w.name FROM item i"
        " JOIN inventory_status s ON s.id = i.status_id"
        " LEFT JOIN warehouse w ON w.id = i.warehouse_id"
        " WHERE ($10 = 1 OR i.variation_id" IN_SCOPE ") AND i.order_id IS NULL AND" COUNTED(
            "i") " AND i.id > $8 ORDER BY i.id LIMIT $9 /* scan wanted */");
    bind_filter(st, filter);
    stmt_bind_int(st, 5, scope->listing_id);
    stmt_bind_int(st, 6, scope->variation_id);
    stmt_bind_str(st, 7, scope->sku);
    stmt_bind_int(st, 8, page->after);
    stmt_bind_int(st, 9, page->limit + 1);
    stmt_bind_int(st, 10, is_all(scope));
    while (stmt_row(st))
        out->rows[out->count++] =
            (struct explained_item){ stmt_int(st, 0), stmt_int(st, 1), stmt_str(st, 2, arena),
                stmt_str(st, 3, arena), stmt_str(st, 4, arena), stmt_str(st, 5, arena) };
    return stmt_end(st, e);
}

enum err stock_line_list(struct tx *tx, const struct stock_scope *scope, const struct page *page,
    struct arena *arena, struct explained_lines *out, struct error *e)
{
    *out =
        (struct explained_lines){ arena_new(arena, struct explained_line, (size_t)page->limit + 1),
            0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT DISTINCT d.order_id, d.line_id, o.channel_id, l.quantity, d.units, s.title, l.title"
        " FROM demand d JOIN sales_order o ON o.id = d.order_id"
        " JOIN order_status s ON s.id = o.status_id JOIN order_line l ON l.id = d.line_id"
        " WHERE ($6 = 1 OR d.variation_id IN (SELECT v.id FROM variation v WHERE v.id = $2 OR "
        "v.sku = $3"
        " UNION SELECT lv.variation_id FROM listing_variation lv WHERE lv.listing_id = $1))"
        " AND d.line_id > $4 ORDER BY d.line_id LIMIT $5 /* scan wanted */");
    stmt_bind_int(st, 1, scope->listing_id);
    stmt_bind_int(st, 2, scope->variation_id);
    stmt_bind_str(st, 3, scope->sku);
    stmt_bind_int(st, 4, page->after);
    stmt_bind_int(st, 5, page->limit + 1);
    stmt_bind_int(st, 6, is_all(scope));
    while (stmt_row(st))
        out->rows[out->count++] =
            (struct explained_line){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2),
                stmt_int(st, 3), stmt_int(st, 4), stmt_str(st, 5, arena), stmt_str(st, 6, arena) };
    return stmt_end(st, e);
}

enum err stock_level_of_listings(struct tx *tx, const struct stock_listings *which,
    const struct stock_filter *filter, const struct page *page, struct arena *arena,
    struct listing_levels *out, struct error *e)
{
    *out = (struct listing_levels){ arena_new(arena, struct listing_level, (size_t)page->limit + 1),
        0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT g.id, g.channel_id, g.sku,"
        " (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM listing_variation lv"
        " JOIN stock_count k ON k.variation_id = lv.variation_id WHERE lv.listing_id = g.id"
        " AND (CASE WHEN $3 = 1 THEN k.status_id IN {ints $1} ELSE k.status_id IN (SELECT"
        " cs.status_id FROM channel_counted_status cs WHERE cs.channel_id = g.channel_id) END)"
        " AND (CASE WHEN $4 = 1 THEN k.warehouse_id IN {ints $2} ELSE k.warehouse_id IN (SELECT"
        " cw.warehouse_id FROM channel_counted_warehouse cw WHERE cw.channel_id = g.channel_id)"
        " END)), (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT"
        " d.line_id, d.units FROM listing_variation lv JOIN demand d"
        " ON d.variation_id = lv.variation_id WHERE lv.listing_id = g.id) n)"
        " FROM listing g WHERE g.id > $5 AND ($6 = 0 OR g.channel_id = $6)"
        " AND ($7 = 0 OR g.id IN {ints $8}) ORDER BY g.id LIMIT $9");
    bind_filter(st, filter);
    stmt_bind_int(st, 5, page->after);
    stmt_bind_int(st, 6, which->channel_id);
    stmt_bind_int(st, 7, which->count != 0);
    stmt_bind_ints(st, 8, which->ids, which->count);
    stmt_bind_int(st, 9, page->limit + 1);
    while (stmt_row(st))
        out->rows[out->count++] = (struct listing_level){ stmt_int(st, 0), stmt_int(st, 1),
            stmt_str(st, 2, arena), stmt_int(st, 3), stmt_int(st, 4) };
    return stmt_end(st, e);
}
