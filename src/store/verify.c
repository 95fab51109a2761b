/* verify.c: see verify.h. */
#include "store/verify.h"

#include "base/assert.h"
#include "base/limits.h"
#include "core/allocation.h"
#include "core/quantity.h"
#include "store/derive.h"
#include "store/inventory_day.h"

#include <stdlib.h>

struct check {
    struct change *c;
    bool repair;
    verify_fn tell;
    void *ctx;
    int64_t differences;
};

static void differ(struct check *k, const char *what, struct str detail)
{
    k->differences++;
    if (k->tell) k->tell(k->ctx, what, detail);
}

/* What is to be put right, gathered first: rows are not changed while they are read. */
struct id_list {
    int64_t *ids;
    size_t count, room;
};

static void add_id(struct check *k, struct id_list *l, int64_t id)
{
    if (!k->repair || (l->count && l->ids[l->count - 1] == id)) return;
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 64;
        int64_t *more = realloc(l->ids, room * sizeof *more); /* tidy: allow, it outlives marks */
        ASSERT(more);
        l->ids = more;
        l->room = room;
    }
    l->ids[l->count++] = id;
}

/* 1. stock_count = uncommitted items, counted one by one. */
static enum err check_counts(struct check *k, struct error *e)
{
    struct change *c = k->c;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT COALESCE(t.variation_id, k.variation_id), COALESCE(t.status_id, k.status_id),"
        " COALESCE(t.warehouse_id, k.warehouse_id), COALESCE(k.units, 0), COALESCE(t.units, 0)"
        " FROM (SELECT variation_id, status_id, warehouse_id, COUNT(*) AS units"
        " FROM (SELECT +variation_id AS variation_id, status_id, COALESCE(warehouse_id, 0)"
        " AS warehouse_id FROM item WHERE order_id IS NULL) i"
        " GROUP BY variation_id, status_id, warehouse_id) t"
        " FULL JOIN stock_count k ON k.variation_id = t.variation_id"
        " AND k.status_id = t.status_id AND k.warehouse_id = t.warehouse_id"
        " WHERE COALESCE(k.units, 0) <> COALESCE(t.units, 0) ORDER BY 1");
    struct id_list variations = { 0 };
    while (stmt_row(st)) {
        int64_t v = stmt_int(st, 0), s = stmt_int(st, 1), w = stmt_int(st, 2);
        int64_t have = stmt_int(st, 3), want = stmt_int(st, 4);
        struct arena_mark mark = arena_mark(c->arena);
        differ(k, "stock_count",
            arena_fmt(c->arena, "variation %lld, status %lld, warehouse %lld: %lld, should be %lld",
                (long long)v, (long long)s, (long long)w, (long long)have, (long long)want));
        add_id(k, &variations, v);
        arena_rewind(c->arena, mark);
    }
    enum err rc = stmt_end(st, e);
    if (!rc && variations.count) rc = derive_rebuild_counts(c, e);
    for (size_t i = 0; i < variations.count; i++)
        derive_mark_variation(c, variations.ids[i]);
    free(variations.ids);
    return rc;
}

/* 2. listing_variation = mode and connections. */
static enum err check_candidates(struct check *k, struct error *e)
{
    struct change *c = k->c;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT COALESCE(t.listing_id, v.listing_id), COALESCE(t.variation_id, v.variation_id),"
        " CASE WHEN t.listing_id IS NULL THEN 0 ELSE 1 END FROM ("
        "SELECT g.id AS listing_id, a.id AS variation_id FROM listing g, variation a"
        " WHERE g.mode = 'auto' AND a.sku = g.sku"
        " UNION SELECT g.id, a.id FROM listing g, listing_connected_sku s, variation a"
        " WHERE g.mode = 'skus' AND s.listing_id = g.id AND a.sku = s.sku"
        " UNION SELECT g.id, p.variation_id FROM listing g, listing_connected_variation p"
        " WHERE g.mode = 'variations' AND p.listing_id = g.id) t"
        " FULL JOIN listing_variation v ON v.listing_id = t.listing_id"
        " AND v.variation_id = t.variation_id"
        " WHERE t.listing_id IS NULL OR v.listing_id IS NULL ORDER BY 1, 2");
    struct id_list listings = { 0 };
    while (stmt_row(st)) {
        int64_t listing = stmt_int(st, 0), variation = stmt_int(st, 1);
        bool missing = stmt_int(st, 2) != 0;
        struct arena_mark mark = arena_mark(c->arena);
        differ(k, "listing_variation",
            arena_fmt(c->arena, "listing %lld, variation %lld: %s", (long long)listing,
                (long long)variation, missing ? "missing" : "should not be"));
        add_id(k, &listings, listing);
        arena_rewind(c->arena, mark);
    }
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < listings.count && !rc; i++)
        rc = derive_listing(c, listings.ids[i], e);
    free(listings.ids);
    return rc;
}

/* 3. item.is_open = in stock, or on an open order. */
static enum err check_open(struct check *k, struct error *e)
{
    struct change *c = k->c;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT i.id, i.is_open FROM item i LEFT JOIN sales_order o ON o.id = i.order_id"
        " LEFT JOIN order_status s ON s.id = o.status_id"
        " WHERE i.is_open <> COALESCE(s.is_open, 1) ORDER BY i.id");
    struct id_list items = { 0 };
    while (stmt_row(st)) {
        int64_t id = stmt_int(st, 0), have = stmt_int(st, 1);
        struct arena_mark mark = arena_mark(c->arena);
        differ(k, "item.is_open",
            arena_fmt(c->arena, "item %lld: %lld, should be %lld", (long long)id, (long long)have,
                (long long)!have));
        arena_rewind(c->arena, mark);
        add_id(k, &items, id);
    }
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < items.count && !rc; i++) {
        st = tx_prepare(c->tx, "UPDATE item SET is_open = 1 - is_open WHERE id = $1");
        stmt_bind_int(st, 1, items.ids[i]);
        rc = stmt_run(st, NULL, e);
    }
    free(items.ids);
    return rc;
}

/* V(line) by the words of domain.md 3, one line at a time. */
static enum err candidates_of(
    struct change *c, int64_t line_id, int64_t **out, size_t *count, struct error *e)
{
    static const char *const steps[] = {
        "SELECT variation_id FROM order_line WHERE id = $1 AND variation_id IS NOT NULL",
        "SELECT v.id FROM order_line l JOIN variation v ON v.sku = l.sku WHERE l.id = $1"
        " ORDER BY v.id",
        "SELECT DISTINCT x.id FROM order_line l JOIN sales_order o ON o.id = l.order_id"
        " JOIN listing g ON g.channel_id = o.channel_id AND g.sku = l.sku JOIN variation x ON"
        " (g.mode = 'auto' AND x.sku = g.sku) OR (g.mode = 'skus' AND EXISTS (SELECT 1 FROM"
        " listing_connected_sku s WHERE s.listing_id = g.id AND s.sku = x.sku))"
        " OR (g.mode = 'variations' AND EXISTS (SELECT 1 FROM listing_connected_variation p"
        " WHERE p.listing_id = g.id AND p.variation_id = x.id)) WHERE l.id = $1 ORDER BY x.id",
    };
    *out = arena_new(c->arena, int64_t, LISTING_VARIATIONS_MAX);
    *count = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && *count == 0; i++) {
        struct stmt *st = tx_prepare(c->tx, steps[i]);
        stmt_bind_int(st, 1, line_id);
        while (stmt_row(st) && *count < LISTING_VARIATIONS_MAX)
            (*out)[(*count)++] = stmt_int(st, 0);
        enum err rc = stmt_end(st, e);
        if (rc) return rc;
    }
    return OK;
}

struct demand {
    int64_t variation_id, line_id, units;
};

static enum err define_lines(struct change *c, int64_t order_id, struct allocation_line **lines,
    size_t *count, struct error *e)
{
    *lines = arena_new(c->arena, struct allocation_line, ORDER_LINES_MAX);
    *count = 0;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id, quantity, variation_id FROM order_line WHERE order_id = $1"
                          " AND deleted_at IS NULL ORDER BY id");
    stmt_bind_int(st, 1, order_id);
    while (stmt_row(st) && *count < ORDER_LINES_MAX)
        (*lines)[(*count)++] = (struct allocation_line){
            .line_id = stmt_int(st, 0), .quantity = stmt_int(st, 1), .exact = !stmt_null(st, 2)
        };
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < *count && !rc; i++) {
        int64_t *candidates;
        rc = candidates_of(c, (*lines)[i].line_id, &candidates, &(*lines)[i].candidate_count, e);
        (*lines)[i].candidates = candidates;
    }
    return rc;
}

/* What fills lines: items on the order, and units that came back from it. */
#define UNITS                                                                                      \
    "(SELECT variation_id FROM item WHERE order_id = $1 UNION ALL SELECT variation_id"             \
    " FROM order_return WHERE order_id = $1 AND undone_at IS NULL)"

static enum err define_groups(struct change *c, int64_t order_id, struct allocation_group **groups,
    size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT COUNT(DISTINCT u.variation_id) FROM " UNITS " u");
    stmt_bind_int(st, 1, order_id);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc) return rc;
    *groups = arena_new(c->arena, struct allocation_group, (size_t)most + 1);
    *count = 0;
    st = tx_prepare(c->tx, "SELECT u.variation_id, COUNT(*) FROM " UNITS
                           " u GROUP BY u.variation_id ORDER BY u.variation_id");
    stmt_bind_int(st, 1, order_id);
    while (stmt_row(st) && *count < (size_t)most)
        (*groups)[(*count)++] =
            (struct allocation_group){ .variation_id = stmt_int(st, 0), .count = stmt_int(st, 1) };
    return stmt_end(st, e);
}

/* What the order's open lines need, by definition, against the demand table. */
static enum err check_order(
    struct check *k, int64_t order_id, bool is_open, struct id_list *wrong, struct error *e)
{
    struct change *c = k->c;
    struct allocation_line *lines = NULL;
    struct allocation_group *groups = NULL;
    struct allocation_share *shares;
    size_t line_count = 0, group_count = 0, share_count;
    enum err rc = OK;
    if (is_open) {
        rc = define_lines(c, order_id, &lines, &line_count, e);
        if (!rc) rc = define_groups(c, order_id, &groups, &group_count, e);
        if (rc) return rc;
        allocation_solve(c->arena, lines, line_count, groups, group_count, &shares, &share_count);
    }
    size_t wanted = 0, same = 0, stored = 0;
    for (size_t i = 0; i < line_count; i++)
        if (lines[i].quantity > lines[i].committed) wanted += lines[i].candidate_count;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT line_id, variation_id, units FROM demand WHERE order_id = $1");
    stmt_bind_int(st, 1, order_id);
    while (stmt_row(st)) {
        stored++;
        for (size_t i = 0; i < line_count; i++) {
            if (lines[i].line_id != stmt_int(st, 0)) continue;
            for (size_t n = 0; n < lines[i].candidate_count; n++)
                if (lines[i].candidates[n] == stmt_int(st, 1) &&
                    lines[i].quantity - lines[i].committed == stmt_int(st, 2))
                    same++;
        }
    }
    rc = stmt_end(st, e);
    if (rc || (wanted == same && stored == same)) return rc;
    differ(k, "demand",
        arena_fmt(c->arena, "order %lld: %zu rows, %zu of them right, should be %zu",
            (long long)order_id, stored, same, wanted));
    add_id(k, wrong, order_id);
    return OK;
}

/* 4. demand = what open orders still need. Orders that have neither lines to fill nor demand are
 * not looked at. */
static enum err check_demand(struct check *k, struct error *e)
{
    struct change *c = k->c;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT o.id, s.is_open FROM sales_order o JOIN order_status s ON s.id = o.status_id"
        " WHERE s.is_open = 1 OR o.id IN (SELECT order_id FROM demand) ORDER BY o.id");
    struct id_list wrong = { 0 };
    enum err rc = OK;
    while (!rc && stmt_row(st)) {
        struct arena_mark mark = arena_mark(c->arena);
        rc = check_order(k, stmt_int(st, 0), stmt_int(st, 1) != 0, &wrong, e);
        arena_rewind(c->arena, mark);
    }
    struct error ignored;
    enum err end = stmt_end(st, rc ? &ignored : e);
    if (!rc) rc = end;
    for (size_t i = 0; i < wrong.count && !rc; i++)
        rc = derive_order(c, wrong.ids[i], e);
    free(wrong.ids);
    if (rc) return rc;
    st = tx_prepare(c->tx, "SELECT COUNT(*) FROM demand WHERE NOT EXISTS"
                           " (SELECT 1 FROM sales_order o WHERE o.id = demand.order_id)");
    int64_t strays;
    rc = stmt_scalar(st, 0, &strays, e);
    if (rc || !strays) return rc;
    differ(k, "demand", arena_fmt(c->arena, "%lld rows of no order", (long long)strays));
    if (!k->repair) return OK;
    st = tx_prepare(c->tx, "DELETE FROM demand WHERE NOT EXISTS"
                           " (SELECT 1 FROM sales_order o WHERE o.id = demand.order_id)");
    return stmt_run(st, NULL, e);
}

/* 6. No order line or item points nowhere, and no two open items share an ESN: facts that the
 * database's own constraints keep; a damaged file may still break them. */
static enum err check_facts(struct check *k, struct error *e)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        { "item.order_id",
            "SELECT COUNT(*) FROM item WHERE order_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM sales_order o WHERE o.id = item.order_id)" },
        { "item.esn", "SELECT COUNT(*) FROM (SELECT esn FROM item WHERE is_open = 1"
                      " GROUP BY esn HAVING COUNT(*) > 1) d" },
        { "item.committed_at", "SELECT COUNT(*) FROM item WHERE (order_id IS NULL)"
                               " <> (committed_at IS NULL)" },
        { "item_event", "SELECT COUNT(*) FROM item WHERE NOT EXISTS"
                        " (SELECT 1 FROM item_event v WHERE v.item_id = item.id)" },
        { "item.sale_amount", "SELECT COUNT(*) FROM item WHERE order_id IS NULL"
                              " AND sale_amount IS NOT NULL" },
        { "sales_order.organization_id", "SELECT COUNT(*) FROM sales_order"
                                         " WHERE organization_id IS NULL" },
        { "organization.merged_into", "SELECT COUNT(*) FROM organization g JOIN organization m"
                                      " ON m.id = g.merged_into"
                                      " WHERE m.merged_into IS NOT NULL" },
        { "item_event.to_status_id",
            "SELECT COUNT(*) FROM (SELECT item_id, MAX(id) AS last_id FROM item_event"
            " GROUP BY item_id) x JOIN item i ON i.id = x.item_id JOIN item_event v"
            " ON v.id = x.last_id WHERE v.to_status_id <> i.status_id"
            " OR COALESCE(v.to_warehouse_id, 0) <> COALESCE(i.warehouse_id, 0)"
            " OR COALESCE(v.to_order_id, 0) <> COALESCE(i.order_id, 0)"
            " OR COALESCE(v.to_paid_amount, 0) <> COALESCE(i.paid_amount, 0)" },
        { "item.transfer_id", "SELECT COUNT(*) FROM item i WHERE (i.transfer_id IS NOT NULL"
                              " AND (i.warehouse_id IS NOT NULL OR i.order_id IS NOT NULL))"
                              " OR (i.transfer_id IS NOT NULL) <> EXISTS (SELECT 1 FROM"
                              " transfer_item x WHERE x.item_id = i.id"
                              " AND x.state = 'in_transit')" },
        { "order_line.quantity", "SELECT COUNT(*) FROM order_line WHERE quantity < 0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stmt *st = tx_prepare(k->c->tx, rows[i].sql);
        int64_t wrong;
        enum err rc = stmt_scalar(st, 0, &wrong, e);
        if (rc) return rc;
        if (wrong)
            differ(k, rows[i].what,
                arena_fmt(
                    k->c->arena, "%lld rows are impossible; restore a backup", (long long)wrong));
    }
    return OK;
}

struct planned {
    int64_t calculated, target;
    bool present;
};

static bool same_plan(const struct planned *a, const struct planned *b)
{
    return a->present == b->present &&
           (!a->present || (a->calculated == b->calculated && a->target == b->target));
}

static bool read_plan(
    struct stmt *st, int64_t *listing_id, struct planned *have, struct planned *want)
{
    if (!stmt_row(st)) return false;
    *listing_id = stmt_int(st, 0);
    *have = (struct planned){ stmt_int(st, 1), stmt_int(st, 2), !stmt_null(st, 1) };
    struct quantity_rule channel = { stmt_int(st, 5), !stmt_null(st, 6), stmt_int(st, 6) };
    struct quantity_rule rule = quantity_rule_of(
        &channel, !stmt_null(st, 3), stmt_int(st, 3), !stmt_null(st, 4), stmt_int(st, 4));
    int64_t calculated = stmt_int(st, 8) - stmt_int(st, 9);
    *want = (struct planned){ calculated, quantity_target(calculated, &rule), stmt_int(st, 7) > 0 };
    return true;
}

/* Marks that the planner has not looked at: until then, its figures may be those of before. */
static enum err count_marks(struct check *k, int64_t *marks, struct error *e)
{
    struct stmt *st =
        tx_prepare(k->c->tx, "SELECT (SELECT COUNT(*) FROM dirty_variation)"
                             " + (SELECT COUNT(*) FROM dirty_listing) /* scan wanted */");
    return stmt_scalar(st, 0, marks, e);
}

/* 5. listing.calculated and target, from the items and a demand that is known to be right. */
static enum err check_plan(struct check *k, struct error *e)
{
    struct change *c = k->c;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT g.id, g.calculated, g.target, g.reserve, g.cap, c.reserve, c.cap,"
        " (SELECT COUNT(*) FROM listing_variation lv WHERE lv.listing_id = g.id),"
        " (SELECT COUNT(*) FROM item i WHERE i.order_id IS NULL AND i.variation_id IN"
        " (SELECT lv.variation_id FROM listing_variation lv WHERE lv.listing_id = g.id)"
        " AND i.status_id IN (SELECT s.status_id FROM channel_counted_status s"
        " WHERE s.channel_id = c.id) AND i.warehouse_id IN (SELECT w.warehouse_id"
        " FROM channel_counted_warehouse w WHERE w.channel_id = c.id)),"
        " (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT d.line_id,"
        " d.units FROM demand d JOIN listing_variation lv ON lv.variation_id = d.variation_id"
        " WHERE lv.listing_id = g.id) n)"
        " FROM listing g JOIN channel c ON c.id = g.channel_id ORDER BY g.id");
    struct id_list wrong = { 0 };
    int64_t id;
    struct planned have, want;
    while (read_plan(st, &id, &have, &want)) {
        if (same_plan(&have, &want)) continue;
        struct arena_mark mark = arena_mark(c->arena);
        differ(k, "listing.calculated",
            arena_fmt(c->arena, "listing %lld: %lld, told %lld, should be %lld, told %lld%s",
                (long long)id, (long long)have.calculated, (long long)have.target,
                (long long)want.calculated, (long long)want.target,
                want.present ? "" : " (not connected)"));
        arena_rewind(c->arena, mark);
        add_id(k, &wrong, id);
    }
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < wrong.count; i++)
        derive_mark_listing(c, wrong.ids[i]);
    free(wrong.ids);
    return rc;
}

/* 7. inventory_count of the newest day = the histories up to its end. */
static enum err check_day(struct check *k, struct error *e)
{
    int64_t day;
    size_t wrong;
    enum err rc = inventory_day_check(k->c, k->repair, &day, &wrong, e);
    if (!rc && wrong)
        differ(k, "inventory_count",
            arena_fmt(k->c->arena, "day %lld: %zu kinds of items are not what their histories say",
                (long long)day, wrong));
    return rc;
}

enum err verify_all(
    struct change *c, bool repair, verify_fn tell, void *ctx, int64_t *differences, struct error *e)
{
    struct check k = { c, repair, tell, ctx, 0 };
    if (repair) {
        tx_lock(c->tx, LOCK_CANDIDATES, true);
        inventory_day_lock(c);
    }
    int64_t marks;
    enum err rc = count_marks(&k, &marks, e);
    if (!rc) rc = check_open(&k, e);
    if (!rc) rc = check_counts(&k, e);
    if (!rc) rc = check_candidates(&k, e);
    if (!rc) rc = check_demand(&k, e);
    if (!rc && !marks && (repair || !k.differences)) rc = check_plan(&k, e);
    if (!rc) rc = check_facts(&k, e);
    if (!rc) rc = check_day(&k, e);
    int64_t untold = 0, of_index = 0;
    if (!rc) rc = verify_feed(c, repair, tell, ctx, &untold, e);
    if (!rc) rc = verify_index(c, repair, tell, ctx, &of_index, e);
    *differences = k.differences + untold + of_index;
    return rc;
}

static enum err check_file(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    struct stmt *st = tx_prepare(tx, "SELECT integrity_check FROM pragma_integrity_check(1)");
    struct str word = S("");
    if (stmt_row(st)) word = stmt_str(st, 0, tx_arena(tx));
    enum err rc = stmt_end(st, e);
    if (rc || str_eq(word, S("ok"))) return rc;
    return error_set(e, ERR_CORRUPT, "the database file is damaged: %.*s", STR_FMT(word));
}

enum err verify_file(struct db *db, struct error *e)
{
    return db_engine(db) == DB_SQLITE ? db_read(db, "verify_file", check_file, NULL, e) : OK;
}
