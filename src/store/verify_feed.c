/*
 * verify_feed.c: the change feed against what it tells of; see verify.h.
 *
 * Each row that is there must have its present version in the feed, unless its last change is older
 * than the oldest entry; and the stock levels that were told last must be those that are. What
 * still has a mark is about to be told, so it is left out. Repairing makes marks.
 */
#include "store/feed.h"
#include "store/verify.h"

struct feed_check {
    struct change *c;
    verify_fn tell;
    void *ctx;
    int64_t differences;
};

static void differ(struct feed_check *k, const char *what, struct str detail)
{
    k->differences++;
    if (k->tell) k->tell(k->ctx, what, detail);
}

/* Joins, not NOT IN: after a restore everything has a mark, and PostgreSQL goes through a list that
 * is too long for its memory once for each row.
 *
 * $1: when the oldest entry came in; 2^63 - 1 with an empty feed. `tens`: ten times the resource.
 */
#define UNTOLD(table, tens)                                                                        \
    " FROM " table " r LEFT JOIN (SELECT resource_id, MAX(seq) AS seq FROM change_feed"            \
    " WHERE kind >= " tens " AND kind < " tens " + 10 GROUP BY resource_id) n"                     \
    " ON n.resource_id = r.id LEFT JOIN change_feed f ON f.seq = n.seq"                            \
    " LEFT JOIN (SELECT DISTINCT resource_id FROM change_mark"                                     \
    " WHERE kind >= " tens " AND kind < " tens " + 10) m ON m.resource_id = r.id"                  \
    " WHERE ((f.version IS NULL AND r.updated_at > $1)"                                            \
    " OR f.version <> r.version) AND m.resource_id IS NULL"
#define TABLE(what, table, tens)                                                                   \
    {                                                                                              \
        what,                                                                                      \
            "SELECT r.id, r.version, COALESCE(f.version, 0)" UNTOLD(table, tens) " ORDER BY r.id", \
            "INSERT INTO change_mark (kind, resource_id, version)"                                 \
            " SELECT " tens " + 2, r.id, r.version" UNTOLD(table, tens)                            \
    }

static const struct {
    const char *what, *find, *mark;
} tables[] = {
    TABLE("change_feed.item", "item", "10"),
    TABLE("change_feed.order", "sales_order", "20"),
    TABLE("change_feed.variation", "variation", "30"),
    TABLE("change_feed.listing", "listing", "40"),
    TABLE("change_feed.channel", "channel", "50"),
};

static enum err check_rows(struct feed_check *k, time_ms oldest, bool repair, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && !rc; i++) {
        int64_t before = k->differences;
        struct stmt *st = tx_prepare(k->c->tx, tables[i].find);
        stmt_bind_int(st, 1, oldest);
        while (stmt_row(st)) {
            struct arena_mark mark = arena_mark(k->c->arena);
            differ(k, tables[i].what,
                arena_fmt(k->c->arena, "%lld: told up to version %lld, should be %lld",
                    (long long)stmt_int(st, 0), (long long)stmt_int(st, 2),
                    (long long)stmt_int(st, 1)));
            arena_rewind(k->c->arena, mark);
        }
        rc = stmt_end(st, e);
        if (rc || !repair || k->differences == before) continue;
        st = tx_prepare(k->c->tx, tables[i].mark);
        stmt_bind_int(st, 1, oldest);
        rc = stmt_run(st, NULL, e);
    }
    return rc;
}

#define WRONG_LEVELS                                                                               \
    " FROM (SELECT v.id, (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM stock_count k"     \
    " WHERE k.variation_id = v.id) AS on_hand, (SELECT CAST(COALESCE(SUM(d.units), 0) AS BIGINT)"  \
    " FROM demand d WHERE d.variation_id = v.id) AS outstanding FROM variation v) l"               \
    " LEFT JOIN stock_told t ON t.variation_id = l.id"                                             \
    " LEFT JOIN (SELECT DISTINCT variation_id FROM dirty_variation) d ON d.variation_id = l.id"    \
    " LEFT JOIN (SELECT DISTINCT resource_id FROM change_mark WHERE kind = 62) m"                  \
    " ON m.resource_id = l.id"                                                                     \
    " WHERE (l.on_hand <> COALESCE(t.on_hand, 0)"                                                  \
    " OR l.outstanding <> COALESCE(t.outstanding, 0))"                                             \
    " AND d.variation_id IS NULL AND m.resource_id IS NULL"

static enum err check_levels(struct feed_check *k, bool repair, struct error *e)
{
    int64_t before = k->differences;
    struct stmt *st =
        tx_prepare(k->c->tx, "SELECT l.id, COALESCE(t.on_hand, 0), COALESCE(t.outstanding, 0),"
                             " l.on_hand, l.outstanding" WRONG_LEVELS " ORDER BY l.id");
    while (stmt_row(st)) {
        struct arena_mark mark = arena_mark(k->c->arena);
        differ(k, "stock_told",
            arena_fmt(k->c->arena, "variation %lld: %lld and %lld, should be %lld and %lld",
                (long long)stmt_int(st, 0), (long long)stmt_int(st, 1), (long long)stmt_int(st, 2),
                (long long)stmt_int(st, 3), (long long)stmt_int(st, 4)));
        arena_rewind(k->c->arena, mark);
    }
    enum err rc = stmt_end(st, e);
    if (rc || !repair || k->differences == before) return rc;
    st = tx_prepare(
        k->c->tx, "INSERT INTO change_mark (kind, resource_id) SELECT 62, l.id" WRONG_LEVELS);
    return stmt_run(st, NULL, e);
}

enum err verify_feed(
    struct change *c, bool repair, verify_fn tell, void *ctx, int64_t *differences, struct error *e)
{
    struct feed_check k = { c, tell, ctx, 0 };
    struct stmt *st = tx_prepare(c->tx, "SELECT f.at FROM change_feed f JOIN change_head h"
                                        " ON h.first_seq = f.seq WHERE h.id = 1");
    int64_t oldest;
    enum err rc = stmt_scalar(st, INT64_MAX, &oldest, e);
    if (!rc) rc = check_rows(&k, oldest, repair, e);
    if (!rc) rc = check_levels(&k, repair, e);
    *differences = k.differences;
    return rc;
}
