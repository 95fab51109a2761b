/* derive.c: changes of the derived tables; see derive.h. */
#include "store/derive.h"

#include "base/limits.h"

#include <string.h>

void derive_mark_variation(struct change *c, int64_t variation_id)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO dirty_variation (variation_id) VALUES ($1)");
    stmt_bind_int(st, 1, variation_id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_STOCK);
}

void derive_mark_listing(struct change *c, int64_t listing_id)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO dirty_listing (listing_id) VALUES ($1)");
    stmt_bind_int(st, 1, listing_id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_STOCK);
}

void derive_count(
    struct change *c, int64_t variation_id, int64_t status_id, int64_t warehouse_id, int64_t delta)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO stock_count (variation_id, status_id, warehouse_id, units)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (variation_id, status_id, warehouse_id)"
        " DO UPDATE SET units = stock_count.units + excluded.units");
    stmt_bind_int(st, 1, variation_id);
    stmt_bind_int(st, 2, status_id);
    stmt_bind_int(st, 3, warehouse_id);
    stmt_bind_int(st, 4, delta);
    stmt_later(st);
    derive_mark_variation(c, variation_id);
}

/* The plus keeps SQLite from walking the table in the order of item_variation: a million rows one
 * here, one there took eight times as long as reading them all and sorting. */
enum err derive_rebuild_counts(struct change *c, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM stock_count");
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "INSERT INTO stock_count (variation_id, status_id, warehouse_id, units)"
        " SELECT variation_id, status_id, warehouse_id, COUNT(*) FROM (SELECT +variation_id"
        " AS variation_id, status_id, COALESCE(warehouse_id, 0) AS warehouse_id FROM item"
        " WHERE order_id IS NULL) i GROUP BY variation_id, status_id, warehouse_id");
    return stmt_run(st, NULL, e);
}

/* Room for one more of `count` elements: doubled when it is full. An order has few lines and a line
 * few candidates; a list of orders holds them all. */
static void *room_for(struct arena *arena, void *old, size_t count, size_t size)
{
    enum { FIRST = 4 };
    bool full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
    if (!full) return old;
    size_t room = count ? count * 2 : FIRST;
    void *more = arena_alloc(arena, size, alignof(max_align_t), room);
    if (count) memcpy(more, old, count * size);
    return more;
}

static void add_candidate(
    struct arena *arena, struct line_figure *line, int64_t **found, int64_t id)
{
    if (line->candidate_count == LISTING_VARIATIONS_MAX) return;
    *found = room_for(arena, *found, line->candidate_count, sizeof **found);
    (*found)[line->candidate_count++] = id;
    line->candidates = *found;
}

/* Lines of an order with the variations that they or their SKU name, one row per pair. */
static enum err read_lines(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_figures *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT l.id, l.quantity, l.variation_id, v.id FROM order_line l"
                       " LEFT JOIN variation v ON v.sku = l.sku AND l.variation_id IS NULL"
                       " WHERE l.order_id = $1 AND l.deleted_at IS NULL ORDER BY l.id, v.id");
    stmt_bind_int(st, 1, order_id);
    int64_t *found = NULL;
    struct line_figure *line = NULL;
    while (stmt_row(st)) {
        int64_t id = stmt_int(st, 0);
        if (!line || line->line_id != id) {
            if (out->line_count == ORDER_LINES_MAX) break;
            out->lines = room_for(arena, out->lines, out->line_count, sizeof *out->lines);
            line = &out->lines[out->line_count++];
            *line = (struct line_figure){
                .line_id = id, .quantity = stmt_int(st, 1), .exact = !stmt_null(st, 2)
            };
        }
        int64_t candidate = line->exact ? stmt_int(st, 2) : stmt_int(st, 3);
        if (candidate) add_candidate(arena, line, &found, candidate);
    }
    return stmt_end(st, e);
}

/* A SKU that no variation has: the variations of the connected listing of the order's channel. */
static enum err heal_by_listing(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_figures *out, struct error *e)
{
    bool missing = false;
    for (size_t i = 0; i < out->line_count; i++)
        missing = missing || out->lines[i].candidate_count == 0;
    if (!missing) return OK;
    struct stmt *st =
        tx_prepare(tx, "SELECT l.id, lv.variation_id FROM order_line l"
                       " JOIN sales_order o ON o.id = l.order_id"
                       " JOIN listing g ON g.channel_id = o.channel_id AND g.sku = l.sku"
                       " JOIN listing_variation lv ON lv.listing_id = g.id"
                       " WHERE l.order_id = $1 AND l.deleted_at IS NULL AND l.variation_id IS NULL"
                       " ORDER BY l.id, lv.variation_id");
    stmt_bind_int(st, 1, order_id);
    size_t at = 0;
    int64_t *found = NULL;
    struct line_figure *healed = NULL;
    while (stmt_row(st)) {
        int64_t id = stmt_int(st, 0);
        while (at < out->line_count && out->lines[at].line_id < id)
            at++;
        if (at == out->line_count || out->lines[at].line_id != id) continue;
        struct line_figure *line = &out->lines[at];
        if (line != healed && line->candidate_count) continue;
        healed = line;
        add_candidate(arena, line, &found, stmt_int(st, 1));
    }
    return stmt_end(st, e);
}

static enum err read_groups(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_figures *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(DISTINCT variation_id) FROM item"
                                     " WHERE order_id = $1");
    stmt_bind_int(st, 1, order_id);
    int64_t distinct;
    enum err rc = stmt_scalar(st, 0, &distinct, e);
    if (rc) return rc;
    out->groups = arena_new(arena, struct order_group, (size_t)distinct + 1);
    if (!distinct) return OK;
    st = tx_prepare(tx, "SELECT variation_id, COUNT(*) FROM item WHERE order_id = $1"
                        " GROUP BY variation_id ORDER BY variation_id");
    stmt_bind_int(st, 1, order_id);
    while (stmt_row(st) && out->group_count < (size_t)distinct)
        out->groups[out->group_count++] =
            (struct order_group){ .variation_id = stmt_int(st, 0), .count = stmt_int(st, 1) };
    return stmt_end(st, e);
}

/* Units that came back, by the variation they were sold as. */
static enum err read_returned(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_group **out, size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT variation_id, COUNT(*) FROM order_return"
                                     " WHERE order_id = $1 AND undone_at IS NULL"
                                     " GROUP BY variation_id ORDER BY variation_id");
    stmt_bind_int(st, 1, order_id);
    *out = NULL;
    *count = 0;
    while (stmt_row(st)) {
        *out = room_for(arena, *out, *count, sizeof **out);
        (*out)[(*count)++] =
            (struct order_group){ .variation_id = stmt_int(st, 0), .count = stmt_int(st, 1) };
    }
    return stmt_end(st, e);
}

static struct allocation_line *lines_of(struct arena *arena, const struct order_figures *f)
{
    struct allocation_line *lines = arena_new(arena, struct allocation_line, f->line_count + 1);
    for (size_t i = 0; i < f->line_count; i++)
        lines[i] = (struct allocation_line){
            .line_id = f->lines[i].line_id,
            .quantity = f->lines[i].quantity,
            .exact = f->lines[i].exact,
            .candidates = f->lines[i].candidates,
            .candidate_count = f->lines[i].candidate_count,
        };
    return lines;
}

static void allocate(struct arena *arena, struct order_figures *f)
{
    struct allocation_line *lines = lines_of(arena, f);
    struct allocation_group *groups = arena_new(arena, struct allocation_group, f->group_count + 1);
    for (size_t i = 0; i < f->group_count; i++)
        groups[i] = (struct allocation_group){
            .variation_id = f->groups[i].variation_id,
            .count = f->groups[i].count,
        };
    allocation_solve(
        arena, lines, f->line_count, groups, f->group_count, &f->shares, &f->share_count);
    for (size_t i = 0; i < f->line_count; i++)
        f->lines[i].committed = lines[i].committed;
    for (size_t i = 0; i < f->group_count; i++)
        f->groups[i].direct = groups[i].left_over;
}

/* The lines filled by items and returned units together; more units never fill a line less (the
 * lines and the units of a matching complement each other), so what a line has beyond its items is
 * filled by returned ones. */
static void allocate_returned(struct arena *arena, struct order_figures *f,
    const struct order_group *returned, size_t returned_count)
{
    struct allocation_line *lines = lines_of(arena, f);
    struct allocation_group *groups =
        arena_new(arena, struct allocation_group, f->group_count + returned_count + 1);
    size_t n = 0, a = 0, b = 0;
    while (a < f->group_count || b < returned_count) {
        bool mine = b == returned_count ||
                    (a < f->group_count && f->groups[a].variation_id <= returned[b].variation_id);
        const struct order_group *next = mine ? &f->groups[a++] : &returned[b++];
        if (n && groups[n - 1].variation_id == next->variation_id)
            groups[n - 1].count += next->count;
        else
            groups[n++] = (struct allocation_group){ next->variation_id, next->count, 0 };
        if (!mine) f->returned_units += next->count;
    }
    struct allocation_share *shares;
    size_t share_count;
    allocation_solve(arena, lines, f->line_count, groups, n, &shares, &share_count);
    for (size_t i = 0; i < f->line_count; i++)
        f->lines[i].returned = lines[i].committed - f->lines[i].committed;
}

enum err order_figures_load(struct tx *tx, int64_t order_id, struct arena *arena,
    struct order_figures *out, struct error *e)
{
    *out = (struct order_figures){ 0 };
    enum err rc = read_lines(tx, order_id, arena, out, e);
    if (!rc) rc = heal_by_listing(tx, order_id, arena, out, e);
    if (!rc) rc = read_groups(tx, order_id, arena, out, e);
    struct order_group *returned = NULL;
    size_t returned_count = 0;
    if (!rc) rc = read_returned(tx, order_id, arena, &returned, &returned_count, e);
    if (rc) return rc;
    allocate(arena, out);
    if (returned_count) allocate_returned(arena, out, returned, returned_count);
    return OK;
}

struct demand_row {
    int64_t variation_id, line_id, units;
};

/* The demand that an open order should have; ordered by line, then variation. */
static struct demand_row *wanted_demand(
    const struct order_figures *f, struct arena *arena, size_t *count)
{
    size_t most = 0;
    for (size_t i = 0; i < f->line_count; i++)
        most += f->lines[i].candidate_count;
    struct demand_row *rows = arena_new(arena, struct demand_row, most + 1);
    *count = 0;
    for (size_t i = 0; i < f->line_count; i++) {
        const struct line_figure *line = &f->lines[i];
        int64_t units = line->quantity - line->committed - line->returned;
        for (size_t k = 0; units > 0 && k < line->candidate_count; k++)
            rows[(*count)++] = (struct demand_row){ line->candidates[k], line->line_id, units };
    }
    return rows;
}

static enum err stored_demand(struct tx *tx, int64_t order_id, struct arena *arena,
    struct demand_row **out, size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM demand WHERE order_id = $1");
    stmt_bind_int(st, 1, order_id);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc) return rc;
    *out = arena_new(arena, struct demand_row, (size_t)most + 1);
    *count = 0;
    if (!most) return OK;
    st = tx_prepare(tx, "SELECT variation_id, line_id, units FROM demand WHERE order_id = $1"
                        " ORDER BY line_id, variation_id");
    stmt_bind_int(st, 1, order_id);
    while (stmt_row(st) && *count < (size_t)most)
        (*out)[(*count)++] =
            (struct demand_row){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2) };
    return stmt_end(st, e);
}

static void put_demand(struct change *c, int64_t order_id, const struct demand_row *row)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO demand (variation_id, line_id, order_id, units) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (variation_id, line_id) DO UPDATE SET units = excluded.units");
    stmt_bind_int(st, 1, row->variation_id);
    stmt_bind_int(st, 2, row->line_id);
    stmt_bind_int(st, 3, order_id);
    stmt_bind_int(st, 4, row->units);
    stmt_later(st);
    derive_mark_variation(c, row->variation_id);
}

static void drop_demand(struct change *c, const struct demand_row *row)
{
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM demand WHERE variation_id = $1 AND line_id = $2");
    stmt_bind_int(st, 1, row->variation_id);
    stmt_bind_int(st, 2, row->line_id);
    stmt_later(st);
    derive_mark_variation(c, row->variation_id);
}

static int compare_demand(const struct demand_row *a, const struct demand_row *b)
{
    if (a->line_id != b->line_id) return a->line_id < b->line_id ? -1 : 1;
    if (a->variation_id != b->variation_id) return a->variation_id < b->variation_id ? -1 : 1;
    return 0;
}

enum err derive_order(struct change *c, int64_t order_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT s.is_open FROM sales_order o"
                                        " JOIN order_status s ON s.id = o.status_id"
                                        " WHERE o.id = $1");
    stmt_bind_int(st, 1, order_id);
    int64_t is_open;
    enum err rc = stmt_scalar(st, 0, &is_open, e);
    if (rc) return rc;
    struct demand_row *want = NULL, *have;
    size_t want_count = 0, have_count;
    if (is_open) {
        struct order_figures figures;
        rc = order_figures_load(c->tx, order_id, c->arena, &figures, e);
        if (rc) return rc;
        want = wanted_demand(&figures, c->arena, &want_count);
    }
    rc = stored_demand(c->tx, order_id, c->arena, &have, &have_count, e);
    if (rc) return rc;
    size_t w = 0, h = 0;
    while (w < want_count || h < have_count) {
        int order = w == want_count ? 1 : h == have_count ? -1 : compare_demand(&want[w], &have[h]);
        if (order < 0) {
            put_demand(c, order_id, &want[w++]);
        } else if (order > 0) {
            drop_demand(c, &have[h++]);
        } else {
            if (want[w].units != have[h].units) put_demand(c, order_id, &want[w]);
            w++;
            h++;
        }
    }
    return OK;
}

static enum err explain_duplicate(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_code(e, rc, "duplicate_open_item",
            "the order cannot be opened: a phone on it has been received again since");
    return rc;
}

enum err derive_items_open(struct change *c, int64_t order_id, bool is_open, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE item SET is_open = $1 WHERE order_id = $2 AND is_open <> $1");
    stmt_bind_int(st, 1, is_open);
    stmt_bind_int(st, 2, order_id);
    return explain_duplicate(stmt_run(st, NULL, e), e);
}

/* All the ids that the statement (one column) gives. */
static enum err read_ids(
    struct change *c, struct stmt *st, int64_t **out, size_t *count, struct error *e)
{
    size_t room = 256;
    *count = 0;
    *out = arena_new(c->arena, int64_t, room);
    while (stmt_row(st)) {
        if (*count == room) {
            int64_t *more = arena_new(c->arena, int64_t, room * 2);
            memcpy(more, *out, room * sizeof *more);
            *out = more;
            room *= 2;
        }
        (*out)[(*count)++] = stmt_int(st, 0);
    }
    return stmt_end(st, e);
}

static enum err derive_orders(struct change *c, const int64_t *ids, size_t count, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < count && !rc; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        rc = derive_order(c, ids[i], e);
        arena_rewind(c->arena, mark);
    }
    return rc;
}

static enum err derive_each_order(struct change *c, struct stmt *st, struct error *e)
{
    int64_t *ids;
    size_t count;
    enum err rc = read_ids(c, st, &ids, &count, e);
    return rc ? rc : derive_orders(c, ids, count, e);
}

enum err derive_orders_moved(
    struct change *c, const int64_t *ids, size_t count, bool is_open, struct error *e)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE item SET is_open = $1 WHERE is_open <> $1 AND order_id IN {ints $2}");
    stmt_bind_int(st, 1, is_open);
    stmt_bind_ints(st, 2, ids, count);
    enum err rc = explain_duplicate(stmt_run(st, NULL, e), e);
    return rc ? rc : derive_orders(c, ids, count, e);
}

enum err derive_orders_in_status(struct change *c, int64_t status_id, bool is_open, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE item SET is_open = $1 WHERE is_open <> $1 AND order_id IN"
                          " (SELECT id FROM sales_order WHERE status_id = $2)");
    stmt_bind_int(st, 1, is_open);
    stmt_bind_int(st, 2, status_id);
    enum err rc = explain_duplicate(stmt_run(st, NULL, e), e);
    if (rc) return rc;
    st = tx_prepare(c->tx, "SELECT id FROM sales_order WHERE status_id = $1 ORDER BY id");
    stmt_bind_int(st, 1, status_id);
    return derive_each_order(c, st, e);
}

/* V(L) anew; marks the listing. */
static enum err derive_candidates(struct change *c, int64_t listing_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM listing_variation WHERE listing_id = $1");
    stmt_bind_int(st, 1, listing_id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "INSERT INTO listing_variation (listing_id, variation_id)"
        " SELECT g.id, v.id FROM listing g JOIN variation v ON v.sku = g.sku"
        " WHERE g.id = $1 AND g.mode = 'auto'"
        " UNION SELECT g.id, v.id FROM listing g"
        " JOIN listing_connected_sku s ON s.listing_id = g.id JOIN variation v ON v.sku = s.sku"
        " WHERE g.id = $1 AND g.mode = 'skus'"
        " UNION SELECT g.id, p.variation_id FROM listing g"
        " JOIN listing_connected_variation p ON p.listing_id = g.id"
        " WHERE g.id = $1 AND g.mode = 'variations'");
    stmt_bind_int(st, 1, listing_id);
    enum err rc = stmt_run(st, NULL, e);
    derive_mark_listing(c, listing_id);
    return rc;
}

enum err derive_listing(struct change *c, int64_t listing_id, struct error *e)
{
    enum err rc = derive_candidates(c, listing_id, e);
    if (rc) return rc;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT DISTINCT o.id FROM listing g JOIN order_line l ON l.sku = g.sku"
                          " JOIN sales_order o ON o.id = l.order_id AND o.channel_id = g.channel_id"
                          " JOIN order_status s ON s.id = o.status_id AND s.is_open = 1"
                          " WHERE g.id = $1 AND l.deleted_at IS NULL ORDER BY o.id");
    stmt_bind_int(st, 1, listing_id);
    return derive_each_order(c, st, e);
}

enum err derive_channel(struct change *c, int64_t channel_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT DISTINCT d.order_id FROM demand d"
                                        " JOIN sales_order o ON o.id = d.order_id"
                                        " WHERE o.channel_id = $1 ORDER BY d.order_id");
    stmt_bind_int(st, 1, channel_id);
    return derive_each_order(c, st, e);
}

/* Open orders with a line of that SKU, wherever they come from. */
static enum err derive_orders_of_sku(struct change *c, struct str sku, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT DISTINCT o.id FROM order_line l JOIN sales_order o ON o.id = l.order_id"
        " JOIN order_status s ON s.id = o.status_id AND s.is_open = 1"
        " WHERE l.sku = $1 AND l.deleted_at IS NULL ORDER BY o.id");
    stmt_bind_str(st, 1, sku);
    return derive_each_order(c, st, e);
}

enum err derive_sku(struct change *c, struct str sku, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id FROM listing WHERE sku = $1 AND mode = 'auto' UNION"
        " SELECT s.listing_id FROM listing_connected_sku s"
        " JOIN listing g ON g.id = s.listing_id AND g.mode = 'skus' WHERE s.sku = $1");
    stmt_bind_str(st, 1, sku);
    int64_t *ids;
    size_t count;
    enum err rc = read_ids(c, st, &ids, &count, e);
    for (size_t i = 0; i < count && !rc; i++)
        rc = derive_listing(c, ids[i], e);
    return rc ? rc : derive_orders_of_sku(c, sku, e);
}

enum err derive_orders_of_variation(struct change *c, int64_t variation_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT o.id FROM sales_order o JOIN order_status s ON s.id = o.status_id AND s.is_open = 1"
        " WHERE o.id IN (SELECT order_id FROM order_line WHERE variation_id = $1"
        " AND deleted_at IS NULL UNION SELECT order_id FROM item WHERE variation_id = $1"
        " AND order_id IS NOT NULL UNION SELECT order_id FROM order_return"
        " WHERE variation_id = $1) ORDER BY o.id");
    stmt_bind_int(st, 1, variation_id);
    return derive_each_order(c, st, e);
}
