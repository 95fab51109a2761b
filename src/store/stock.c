/* stock.c: sums over stock_count and demand; see stock.h. */
#include "store/stock.h"

/* The two filters of every sum: $1 statuses, $2 warehouses, where an empty list means no filter
 * and is said by $3 and $4 being 0. */
#define COUNTED " ($3 = 0 OR k.status_id IN {ints $1}) AND ($4 = 0 OR k.warehouse_id IN {ints $2})"

static void bind_filter(struct stmt *st, const struct stock_filter *f)
{
    stmt_bind_ints(st, 1, f->status_ids, f->status_count);
    stmt_bind_ints(st, 2, f->warehouse_ids, f->warehouse_count);
    stmt_bind_int(st, 3, f->status_count != 0);
    stmt_bind_int(st, 4, f->warehouse_count != 0);
}

enum err stock_level_of_sku(struct tx *tx, struct str sku, const struct stock_filter *filter,
    struct stock_level *out, struct error *e)
{
    *out = (struct stock_level){ .sku = sku };
    struct stmt *st = tx_prepare(tx,
        "SELECT (SELECT COUNT(*) FROM variation WHERE sku = $5),"
        " (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM variation v JOIN stock_count k"
        " ON k.variation_id = v.id WHERE v.sku = $5 AND" COUNTED "),"
        " (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT d.line_id, "
        "d.units"
        " FROM variation v JOIN demand d ON d.variation_id = v.id WHERE v.sku = $5) n)");
    bind_filter(st, filter);
    stmt_bind_str(st, 5, sku);
    bool known = stmt_row(st) && stmt_int(st, 0) > 0;
    if (known) {
        out->on_hand = stmt_int(st, 1);
        out->outstanding = stmt_int(st, 2);
    }
    enum err rc = stmt_end(st, e);
    if (!rc && !known)
        rc = error_set(e, ERR_NOT_FOUND, "no variation has the SKU \"%.*s\"", STR_FMT(sku));
    return rc;
}

static void read_level(struct stmt *st, struct arena *arena, struct stock_level *out)
{
    *out = (struct stock_level){ .variation_id = stmt_int(st, 0),
        .sku = stmt_str(st, 1, arena),
        .on_hand = stmt_int(st, 2),
        .outstanding = stmt_int(st, 3) };
}

#define LEVEL_COLUMNS                                                                              \
    "SELECT v.id, v.sku, (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM stock_count k"     \
    " WHERE k.variation_id = v.id AND" COUNTED "),"                                                \
    " (SELECT CAST(COALESCE(SUM(d.units), 0) AS BIGINT) FROM demand d WHERE d.variation_id = "     \
    "v.id)"                                                                                        \
    " FROM variation v "

enum err stock_level_list(struct tx *tx, const struct stock_filter *filter, const struct page *page,
    struct arena *arena, struct stock_level **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct stock_level, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx, LEVEL_COLUMNS "WHERE v.id > $5 ORDER BY v.id LIMIT $6");
    bind_filter(st, filter);
    stmt_bind_int(st, 5, page->after);
    stmt_bind_int(st, 6, page->limit + 1);
    while (stmt_row(st))
        read_level(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err stock_level_of_variations(struct tx *tx, const struct variation_ids *given,
    const struct stock_filter *filter, struct arena *arena, struct stock_level **out, size_t *count,
    struct error *e)
{
    *out = arena_new(arena, struct stock_level, given->count + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx, LEVEL_COLUMNS "WHERE v.id IN {ints $5} ORDER BY v.id");
    bind_filter(st, filter);
    stmt_bind_ints(st, 5, given->ids, given->count);
    while (stmt_row(st) && *count < given->count)
        read_level(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err stock_listing_terms(
    struct tx *tx, int64_t listing_id, struct listing_terms *out, struct error *e)
{
    *out = (struct listing_terms){ 0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM listing_variation lv"
        " JOIN stock_count k ON k.variation_id = lv.variation_id"
        " JOIN listing g ON g.id = lv.listing_id"
        " JOIN channel_counted_status cs ON cs.channel_id = g.channel_id"
        " AND cs.status_id = k.status_id"
        " JOIN channel_counted_warehouse cw ON cw.channel_id = g.channel_id"
        " AND cw.warehouse_id = k.warehouse_id WHERE lv.listing_id = $1),"
        " (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT d.line_id, "
        "d.units"
        " FROM listing_variation lv JOIN demand d ON d.variation_id = lv.variation_id"
        " WHERE lv.listing_id = $1) n)");
    stmt_bind_int(st, 1, listing_id);
    if (stmt_row(st)) {
        out->available = stmt_int(st, 0);
        out->outstanding = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

static enum err explain_items(struct tx *tx, int64_t listing_id, struct arena *arena,
    struct explanation *out, struct error *e)
{
    out->items = arena_new(arena, struct explained_item, EXPLANATION_ROWS_MAX);
    struct stmt *st = tx_prepare(tx,
        "SELECT i.id, i.variation_id, i.esn, i.hex_id, s.title, w.name FROM listing_variation lv"
        " JOIN listing g ON g.id = lv.listing_id JOIN item i ON i.variation_id = lv.variation_id"
        " JOIN inventory_status s ON s.id = i.status_id JOIN warehouse w ON w.id = i.warehouse_id"
        " JOIN channel_counted_status cs ON cs.channel_id = g.channel_id"
        " AND cs.status_id = i.status_id"
        " JOIN channel_counted_warehouse cw ON cw.channel_id = g.channel_id"
        " AND cw.warehouse_id = i.warehouse_id"
        " WHERE lv.listing_id = $1 AND i.order_id IS NULL ORDER BY i.id LIMIT $2");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_int(st, 2, EXPLANATION_ROWS_MAX);
    while (stmt_row(st))
        out->items[out->item_count++] =
            (struct explained_item){ stmt_int(st, 0), stmt_int(st, 1), stmt_str(st, 2, arena),
                stmt_str(st, 3, arena), stmt_str(st, 4, arena), stmt_str(st, 5, arena) };
    return stmt_end(st, e);
}

static enum err explain_left_out(struct tx *tx, int64_t listing_id, struct arena *arena,
    struct explanation *out, struct error *e)
{
    out->left_out = arena_new(arena, struct explained_left_out, EXPLANATION_ROWS_MAX);
    struct stmt *st = tx_prepare(tx,
        "SELECT s.title, w.name, cs.status_id, CAST(SUM(k.units) AS BIGINT) FROM listing_variation "
        "lv"
        " JOIN listing g ON g.id = lv.listing_id"
        " JOIN stock_count k ON k.variation_id = lv.variation_id AND k.units > 0"
        " JOIN inventory_status s ON s.id = k.status_id"
        " LEFT JOIN warehouse w ON w.id = k.warehouse_id"
        " LEFT JOIN channel_counted_status cs ON cs.channel_id = g.channel_id"
        " AND cs.status_id = k.status_id"
        " LEFT JOIN channel_counted_warehouse cw ON cw.channel_id = g.channel_id"
        " AND cw.warehouse_id = k.warehouse_id"
        " WHERE lv.listing_id = $1 AND (cs.status_id IS NULL OR cw.warehouse_id IS NULL)"
        " GROUP BY s.title, w.name, cs.status_id ORDER BY s.title, w.name LIMIT $2");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_int(st, 2, EXPLANATION_ROWS_MAX - 1);
    while (stmt_row(st)) {
        const char *reason = stmt_null(st, 1)   ? "no_warehouse"
                             : stmt_null(st, 2) ? "status_not_counted"
                                                : "warehouse_not_counted";
        out->left_out[out->left_out_count++] = (struct explained_left_out){ reason,
            stmt_str(st, 0, arena), stmt_str(st, 1, arena), stmt_int(st, 3) };
    }
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    st = tx_prepare(tx, "SELECT COUNT(*) FROM listing_variation lv JOIN item i"
                        " ON i.variation_id = lv.variation_id AND i.order_id IS NOT NULL"
                        " AND i.is_open = 1 WHERE lv.listing_id = $1");
    stmt_bind_int(st, 1, listing_id);
    int64_t committed;
    rc = stmt_scalar(st, 0, &committed, e);
    if (!rc && committed)
        out->left_out[out->left_out_count++] =
            (struct explained_left_out){ "committed", S(""), S(""), committed };
    return rc;
}

static enum err explain_lines(struct tx *tx, int64_t listing_id, struct arena *arena,
    struct explanation *out, struct error *e)
{
    out->lines = arena_new(arena, struct explained_line, EXPLANATION_ROWS_MAX);
    struct stmt *st = tx_prepare(tx,
        "SELECT DISTINCT d.order_id, d.line_id, o.channel_id, l.quantity, d.units, s.title, l.title"
        " FROM listing_variation lv JOIN demand d ON d.variation_id = lv.variation_id"
        " JOIN sales_order o ON o.id = d.order_id JOIN order_status s ON s.id = o.status_id"
        " JOIN order_line l ON l.id = d.line_id"
        " WHERE lv.listing_id = $1 ORDER BY d.line_id LIMIT $2");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_int(st, 2, EXPLANATION_ROWS_MAX);
    while (stmt_row(st))
        out->lines[out->line_count++] =
            (struct explained_line){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2),
                stmt_int(st, 3), stmt_int(st, 4), stmt_str(st, 5, arena), stmt_str(st, 6, arena) };
    return stmt_end(st, e);
}

enum err stock_explain(struct tx *tx, int64_t listing_id, struct arena *arena,
    struct explanation *out, struct error *e)
{
    *out = (struct explanation){ 0 };
    enum err rc = explain_items(tx, listing_id, arena, out, e);
    if (!rc) rc = explain_left_out(tx, listing_id, arena, out, e);
    if (!rc) rc = explain_lines(tx, listing_id, arena, out, e);
    return rc;
}
