/*
 * feed_enter.c: marks become entries; see feed.h.
 *
 * The row of change_head is locked until the commit, so entries come in one transaction after the
 * other. Marks are taken before figures are read: a figure holds at least what its marks were made
 * for, and a change that is committed in between leaves a mark of its own. The statements are as
 * many for one mark as for two thousand.
 */
#include "store/feed.h"

#include <stdlib.h>

struct entering {
    struct change *c;
    int64_t last; /* seq of the newest entry */
    time_ms at;
    /* The marks: all of them, those that become an entry each, and what the others are of. */
    int64_t *ids, *plain, *listings, *variations;
    size_t count, plain_count, listing_count, variation_count;
};

static enum err lock_head(struct entering *n, struct error *e)
{
    struct stmt *st =
        tx_prepare(n->c->tx, "SELECT last_seq, last_at FROM change_head WHERE id = 1 FOR UPDATE");
    if (stmt_row(st)) {
        n->last = stmt_int(st, 0);
        /* Time does not run backwards in the feed, whatever the clocks of several servers say. */
        n->at = stmt_int(st, 1) > n->c->now ? stmt_int(st, 1) : n->c->now;
    }
    return stmt_end(st, e);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t each_once(int64_t *ids, size_t count)
{
    size_t kept = 0;
    if (count) qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (!kept || ids[kept - 1] != ids[i]) ids[kept++] = ids[i];
    return kept;
}

static enum err take_marks(struct entering *n, struct error *e)
{
    int64_t **lists[] = { &n->ids, &n->plain, &n->listings, &n->variations };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        *lists[i] = arena_new(n->c->arena, int64_t, FEED_ENTER_MAX);
    struct stmt *st =
        tx_prepare(n->c->tx, "SELECT id, kind, resource_id FROM change_mark ORDER BY id LIMIT $1");
    stmt_bind_int(st, 1, FEED_ENTER_MAX);
    while (stmt_row(st) && n->count < FEED_ENTER_MAX) {
        int64_t id = stmt_int(st, 0), kind = stmt_int(st, 1);
        n->ids[n->count++] = id;
        if (kind == FEED_STOCK_LEVEL_UPDATED)
            n->variations[n->variation_count++] = stmt_int(st, 2);
        else if (kind == FEED_LISTING_QUANTITY)
            n->listings[n->listing_count++] = stmt_int(st, 2);
        else
            n->plain[n->plain_count++] = id;
    }
    n->listing_count = each_once(n->listings, n->listing_count);
    n->variation_count = each_once(n->variations, n->variation_count);
    return stmt_end(st, e);
}

static enum err add_entries(struct entering *n, struct stmt *st, struct error *e)
{
    int64_t added = 0;
    stmt_bind_int(st, 1, n->last);
    stmt_bind_int(st, 2, n->at);
    enum err rc = stmt_run(st, &added, e);
    n->last += added;
    return rc;
}

static enum err enter_plain(struct entering *n, struct error *e)
{
    if (!n->plain_count) return OK;
    struct stmt *st = tx_prepare(n->c->tx,
        "INSERT INTO change_feed (seq, at, kind, resource_id, version)"
        " SELECT $1 + ROW_NUMBER() OVER (ORDER BY id), $2, kind, resource_id, version"
        " FROM change_mark WHERE id IN {ints $3}");
    stmt_bind_ints(st, 3, n->plain, n->plain_count);
    return add_entries(n, st, e);
}

static enum err enter_quantities(struct entering *n, struct error *e)
{
    if (!n->listing_count) return OK;
    struct stmt *st = tx_prepare(n->c->tx,
        "INSERT INTO change_feed (seq, at, kind, resource_id, version, sku, target, synced)"
        " SELECT $1 + ROW_NUMBER() OVER (ORDER BY id), $2, 44, id, version, sku, target, synced"
        " FROM listing WHERE id IN {ints $3}");
    stmt_bind_ints(st, 3, n->listings, n->listing_count);
    return add_entries(n, st, e);
}

/* What is told is kept from what was entered: read a second time it could have changed. */
static enum err enter_levels(struct entering *n, struct error *e)
{
    if (!n->variation_count) return OK;
    int64_t before = n->last;
    struct stmt *st = tx_prepare(n->c->tx,
        "INSERT INTO change_feed (seq, at, kind, resource_id, version, sku, on_hand, outstanding)"
        " SELECT $1 + ROW_NUMBER() OVER (ORDER BY l.id), $2, 62, l.id, 0, v.sku, l.on_hand,"
        " l.outstanding FROM (SELECT x.value AS id,"
        " (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM stock_count k"
        " WHERE k.variation_id = x.value) AS on_hand,"
        " (SELECT CAST(COALESCE(SUM(d.units), 0) AS BIGINT) FROM demand d"
        " WHERE d.variation_id = x.value) AS outstanding FROM {ints $3} x) l"
        " LEFT JOIN variation v ON v.id = l.id LEFT JOIN stock_told t ON t.variation_id = l.id"
        " WHERE l.on_hand <> COALESCE(t.on_hand, 0)"
        " OR l.outstanding <> COALESCE(t.outstanding, 0)");
    stmt_bind_ints(st, 3, n->variations, n->variation_count);
    enum err rc = add_entries(n, st, e);
    if (rc || n->last == before) return rc;
    st = tx_prepare(n->c->tx,
        "INSERT INTO stock_told (variation_id, on_hand, outstanding)"
        " SELECT resource_id, on_hand, outstanding FROM change_feed WHERE seq > $1 AND kind = 62"
        " ON CONFLICT (variation_id) DO UPDATE SET on_hand = excluded.on_hand,"
        " outstanding = excluded.outstanding");
    stmt_bind_int(st, 1, before);
    return stmt_run(st, NULL, e);
}

static enum err finish(struct entering *n, int64_t before, struct error *e)
{
    struct stmt *st = tx_prepare(n->c->tx, "DELETE FROM change_mark WHERE id IN {ints $1}");
    stmt_bind_ints(st, 1, n->ids, n->count);
    stmt_later(st);
    if (n->last == before) return OK;
    tx_notify(n->c->tx, TOPIC_CHANGES);
    st = tx_prepare(n->c->tx, "UPDATE change_head SET last_seq = $1, last_at = $2 WHERE id = 1");
    stmt_bind_int(st, 1, n->last);
    stmt_bind_int(st, 2, n->at);
    return stmt_run(st, NULL, e);
}

enum err feed_enter(struct change *c, bool *more, struct error *e)
{
    struct entering n = { .c = c };
    enum err rc = lock_head(&n, e);
    int64_t before = n.last;
    if (!rc) rc = take_marks(&n, e);
    *more = !rc && n.count == FEED_ENTER_MAX;
    if (rc || !n.count) return rc;
    rc = enter_plain(&n, e);
    if (!rc) rc = enter_quantities(&n, e);
    if (!rc) rc = enter_levels(&n, e);
    return rc ? rc : finish(&n, before, e);
}

struct round {
    time_ms now;
    bool more;
};

static enum err has_marks(struct tx *tx, void *ctx, struct error *e)
{
    return feed_has_marks(tx, &((struct round *)ctx)->more, e);
}

static enum err enter_some(struct tx *tx, void *ctx, struct error *e)
{
    struct round *r = ctx;
    struct change c = { .tx = tx, .arena = tx_arena(tx), .now = r->now };
    return feed_enter(&c, &r->more, e);
}

enum err feed_enter_all(struct db *db, time_ms now, struct error *e)
{
    enum { ROUNDS_MAX = 1000 }; /* writers that never stop do not keep the caller for ever */
    struct round r = { now, false };
    enum err rc = db_read(db, "change marks", has_marks, &r, e);
    for (int i = 0; i < ROUNDS_MAX && r.more && !rc; i++)
        rc = db_write(db, "enter changes", enter_some, &r, e);
    return rc;
}
