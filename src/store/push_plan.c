/* push_plan.c: planning: dirty marks to wishes; see push.h. */
#include "store/channel_log.h"
#include "store/derive.h"
#include "store/push.h"
#include "store/push_sql.h"

#include <string.h>

struct marks {
    int64_t *ids, *values;
    size_t count;
};

static enum err read_marks(
    struct stmt *st, struct arena *arena, int limit, struct marks *out, struct error *e)
{
    *out = (struct marks){ arena_new(arena, int64_t, (size_t)limit),
        arena_new(arena, int64_t, (size_t)limit), 0 };
    while (stmt_row(st) && out->count < (size_t)limit) {
        out->ids[out->count] = stmt_int(st, 0);
        out->values[out->count++] = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

/* Whoever follows the stock levels hears of these variations too. */
static void pass_on(struct change *c, const struct marks *variations)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO change_mark (kind, resource_id) SELECT DISTINCT 62, variation_id"
        " FROM dirty_variation WHERE id IN {ints $1}");
    stmt_bind_ints(st, 1, variations->ids, variations->count);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_CHANGES);
}

/* Takes marks away; what is read after this sees at least what made them. */
static enum err take_marks(
    struct change *c, int limit, struct marks *variations, struct marks *listings, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id, variation_id FROM dirty_variation ORDER BY id LIMIT $1");
    stmt_bind_int(st, 1, limit);
    enum err rc = read_marks(st, c->arena, limit, variations, e);
    if (rc) return rc;
    st = tx_prepare(c->tx, "SELECT id, listing_id FROM dirty_listing ORDER BY id LIMIT $1");
    stmt_bind_int(st, 1, limit);
    rc = read_marks(st, c->arena, limit, listings, e);
    if (rc) return rc;
    if (variations->count) {
        pass_on(c, variations);
        st = tx_prepare(c->tx, "DELETE FROM dirty_variation WHERE id IN {ints $1}");
        stmt_bind_ints(st, 1, variations->ids, variations->count);
        stmt_later(st);
    }
    if (listings->count) {
        st = tx_prepare(c->tx, "DELETE FROM dirty_listing WHERE id IN {ints $1}");
        stmt_bind_ints(st, 1, listings->ids, listings->count);
        stmt_later(st);
    }
    return OK;
}

struct candidate {
    int64_t listing_id, channel_id;
    struct push_facts facts;
    struct quantity_rule rule;
    int64_t calculated;
    bool has_calculated;
    int64_t old_calculated, old_target;
    bool has_live;
    int64_t live;
    /* The wish as it is */
    bool has_push;
    char push_state; /* first letter: waiting, sending, bulk, accepted, failed */
    int64_t wanted;
    bool unknown; /* an earlier call may or may not have been done */
    bool zeroed;  /* the blast brake remembers its fall to zero */
};

/* One row per listing with everything that planning needs. */
#define CANDIDATE_COLUMNS                                                                          \
    "SELECT g.id, g.channel_id, g.fulfillment, g.state, c.inventory_sync, c.paused, c.state,"      \
    " g.synced, g.synced_at, g.imported, g.imported_at, g.reserve, g.cap, c.reserve, c.cap,"       \
    " g.calculated, g.target, p.state, p.wanted, p.sending,"                                       \
    " (SELECT COUNT(*) FROM listing_variation lv WHERE lv.listing_id = g.id),"                     \
    " (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM listing_variation lv"                 \
    " JOIN stock_count k ON k.variation_id = lv.variation_id"                                      \
    " WHERE lv.listing_id = g.id AND k.status_id IN"                                               \
    " (SELECT status_id FROM channel_counted_status WHERE channel_id = g.channel_id)"              \
    " AND k.warehouse_id IN"                                                                       \
    " (SELECT warehouse_id FROM channel_counted_warehouse WHERE channel_id = g.channel_id)),"      \
    " (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT d.line_id, d.units"  \
    " FROM listing_variation lv JOIN demand d ON d.variation_id = lv.variation_id"                 \
    " WHERE lv.listing_id = g.id) n), p.told_high, g.zeroed_at, " CHANNEL_COUNTS                   \
    " FROM listing g JOIN channel c ON c.id = g.channel_id"                                        \
    " LEFT JOIN push p ON p.listing_id = g.id "

/* What was told and is not proven yet may be shown any moment: less than that is a fall, whatever
 * was read meanwhile. */
static void expect_told(struct stmt *st, struct candidate *k)
{
    bool told = !stmt_null(st, 23) && k->facts.has_synced;
    if (told && k->facts.synced > k->live) k->live = k->facts.synced;
    if (!k->unknown) return;
    int64_t sending = stmt_int(st, 19);
    if (!k->has_live || sending > k->live) k->live = sending;
    k->has_live = true;
}

static void read_candidate(struct stmt *st, struct candidate *out)
{
    *out = (struct candidate){ .listing_id = stmt_int(st, 0), .channel_id = stmt_int(st, 1) };
    out->facts = (struct push_facts){
        .amazon_fulfilled = str_eq(stmt_str_view(st, 2), S("amazon")),
        .ended = str_eq(stmt_str_view(st, 3), S("ended")),
        .inventory_sync = stmt_int(st, 4) != 0,
        .paused = stmt_int(st, 5) != 0,
        .reconnect_needed = str_eq(stmt_str_view(st, 6), S("reconnect_needed")),
        .has_synced = !stmt_null(st, 7),
        .synced = stmt_int(st, 7),
        .has_imported = !stmt_null(st, 9),
        .imported = stmt_int(st, 9),
        .connected = stmt_int(st, 20) > 0,
    };
    bool read_last =
        out->facts.has_imported && (!out->facts.has_synced || stmt_int(st, 10) >= stmt_int(st, 8));
    out->has_live = out->facts.has_imported || out->facts.has_synced;
    out->live = read_last ? out->facts.imported : out->facts.synced;
    struct quantity_rule channel = { stmt_int(st, 13), !stmt_null(st, 14), stmt_int(st, 14) };
    out->rule = quantity_rule_of(
        &channel, !stmt_null(st, 11), stmt_int(st, 11), !stmt_null(st, 12), stmt_int(st, 12));
    out->has_calculated = !stmt_null(st, 15);
    out->old_calculated = stmt_int(st, 15);
    out->old_target = stmt_int(st, 16);
    out->has_push = !stmt_null(st, 17);
    out->push_state = out->has_push ? stmt_str_view(st, 17).at[0] : 0;
    out->wanted = stmt_int(st, 18);
    out->unknown = !stmt_null(st, 19);
    out->zeroed = !stmt_null(st, 24);
    out->facts.nothing_counted = stmt_int(st, 25) == 0;
    expect_told(st, out);
    out->calculated = stmt_int(st, 21) - stmt_int(st, 22);
    out->facts.target = quantity_target(out->calculated, &out->rule);
}

static void write_figures(struct change *c, const struct candidate *k)
{
    if (!k->facts.connected) {
        if (!k->has_calculated) return;
        struct stmt *st = tx_prepare(c->tx, "UPDATE listing SET calculated = NULL, target = NULL,"
                                            " calculated_at = NULL WHERE id = $1");
        stmt_bind_int(st, 1, k->listing_id);
        stmt_later(st);
        return;
    }
    bool same =
        k->has_calculated && k->old_calculated == k->calculated && k->old_target == k->facts.target;
    if (same) return;
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE listing SET calculated = $1, target = $2, calculated_at = $3 WHERE id = $4");
    stmt_bind_int(st, 1, k->calculated);
    stmt_bind_int(st, 2, k->facts.target);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, k->listing_id);
    stmt_later(st);
}

static void drop_wish(struct change *c, int64_t listing_id)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM push WHERE listing_id = $1"
                                        " AND state NOT IN ('sending', 'bulk')");
    stmt_bind_int(st, 1, listing_id);
    stmt_later(st);
}

/* zero: it shows more and is to fall to zero now. Otherwise it is to show more again, or nothing
 * was sent of its fall and nothing will be. */
static void remember_zero(struct change *c, const struct candidate *k, bool zero)
{
    if (!zero && !k->zeroed) return;
    struct stmt *st = tx_prepare(c->tx, "UPDATE listing SET zeroed_at = $1 WHERE id = $2");
    stmt_bind_opt_int(st, 1, zero ? c->now : 0);
    stmt_bind_int(st, 2, k->listing_id);
    stmt_later(st);
}

/* A wish under way keeps its state: it is sent anew when its call has ended. */
static void put_wish(struct change *c, const struct candidate *k)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO push (listing_id, channel_id, wanted, lane, wanted_at, state)"
        " VALUES ($1, $2, $3, $4, $5, 'waiting') ON CONFLICT (listing_id) DO UPDATE SET"
        " wanted = excluded.wanted, lane = excluded.lane, wanted_at = excluded.wanted_at,"
        " state = CASE WHEN push.state IN ('sending', 'bulk') THEN push.state ELSE 'waiting' END,"
        " attempts = 0, repairs = 0, not_before = 0, refusal = ''");
    stmt_bind_int(st, 1, k->listing_id);
    stmt_bind_int(st, 2, k->channel_id);
    stmt_bind_int(st, 3, k->facts.target);
    stmt_bind_int(st, 4,
        push_lane_of(k->facts.target, k->has_live, k->live, k->facts.has_synced, k->facts.synced));
    stmt_bind_int(st, 5, c->now);
    stmt_later(st);
    if (k->facts.target == 0 && k->has_live && k->live > 0) remember_zero(c, k, true);
}

/* True when a wish was put. */
static bool plan_one(struct change *c, const struct candidate *k)
{
    write_figures(c, k);
    enum push_reason reason = push_decide(&k->facts);
    bool pushed = reason == PUSH_WANTED || reason == PUSH_UNCHANGED;
    if (k->facts.target > 0 || (!pushed && k->push_state == 'w')) remember_zero(c, k, false);
    if (!pushed) {
        if (k->has_push) drop_wish(c, k->listing_id);
        return false;
    }
    if (k->has_push && k->wanted == k->facts.target) {
        /* The same wish; only one that waits for nothing and has nothing to tell is dropped. */
        if (reason == PUSH_UNCHANGED && k->push_state == 'w' && !k->unknown)
            drop_wish(c, k->listing_id);
        return false;
    }
    if (reason == PUSH_UNCHANGED && (!k->has_push || (k->push_state == 'w' && !k->unknown))) {
        if (k->has_push) drop_wish(c, k->listing_id);
        return false;
    }
    put_wish(c, k);
    return true;
}

/* A little time after a person has let a round go, what belongs to it may still be planned. */
enum { BRAKE_GRACE_MS = 60 * 1000 };

/* What the channel shows, as far as is known: the later one of what it accepted and what was read.
 */
#define LIVE                                                                                       \
    "CASE WHEN g.imported IS NOT NULL AND g.imported_at >= COALESCE(g.synced_at, 0)"               \
    " THEN g.imported ELSE COALESCE(g.synced, 0) END > 0"
#define SELLABLE "g.state <> 'ended' AND g.fulfillment = 'merchant'"

/* Zeros planned after this count. A release in the future was written before the clock was put
 * back: it lets nothing go that is planned now. */
static time_ms brake_counts_from(time_ms now, time_ms released_at)
{
    time_ms from = now - BRAKE_WINDOW_MS;
    if (released_at > now || released_at + BRAKE_GRACE_MS < from) return from;
    return released_at + BRAKE_GRACE_MS;
}

static enum err judge_brake(struct change *c, int64_t channel_id, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT brake_since, brake_released_at FROM channel WHERE id = $1");
    stmt_bind_int(st, 1, channel_id);
    bool braked = true;
    time_ms released_at = 0;
    if (stmt_row(st)) {
        braked = !stmt_null(st, 0);
        released_at = stmt_int(st, 1);
    }
    enum err rc = stmt_end(st, e);
    if (rc || braked) return rc;
    time_ms from = brake_counts_from(c->now, released_at);
    st = tx_prepare(c->tx, "SELECT COUNT(*) FROM listing g WHERE g.channel_id = $1 AND " SELLABLE
                           " AND g.zeroed_at > $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, from);
    int64_t falls;
    rc = stmt_scalar(st, 0, &falls, e);
    if (rc || falls < BRAKE_LEAST) return rc;
    st = tx_prepare(c->tx, "SELECT COUNT(*) FROM listing g WHERE g.channel_id = $1 AND " SELLABLE
                           " AND (g.zeroed_at > $2 OR " LIVE ")");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, from);
    int64_t live;
    rc = stmt_scalar(st, 0, &live, e);
    if (rc || !brake_pulls(live, falls)) return rc;
    st = tx_prepare(c->tx, "UPDATE channel SET brake_since = $1, brake_live = $2,"
                           " brake_zeroed = $3, version = version + 1 WHERE id = $4");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, live);
    stmt_bind_int(st, 3, falls);
    stmt_bind_int(st, 4, channel_id);
    stmt_later(st);
    channel_event_add(c, channel_id,
        &(struct channel_event){ .kind = "brake",
            .severity = "error",
            .detail = arena_fmt(c->arena,
                "stopped: %lld of %lld live listings fall to zero within an hour; look at the"
                " quantity plan, then release the brake",
                (long long)falls, (long long)live) });
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

enum { PLAN_CHUNK = 500, PLAN_CHANNELS_MAX = 64 };

struct touched {
    int64_t channels[PLAN_CHANNELS_MAX];
    size_t count;
};

static void touch(struct touched *t, int64_t channel_id)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->channels[i] == channel_id) return;
    if (t->count < PLAN_CHANNELS_MAX) t->channels[t->count++] = channel_id;
}

static enum err plan_chunk(
    struct change *c, const int64_t *ids, size_t count, struct touched *touched, struct error *e)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct candidate *rows = arena_new(c->arena, struct candidate, count);
    size_t n = 0;
    struct stmt *st = tx_prepare(c->tx, CANDIDATE_COLUMNS "WHERE g.id IN {ints $1} ORDER BY g.id");
    stmt_bind_ints(st, 1, ids, count);
    while (stmt_row(st) && n < count)
        read_candidate(st, &rows[n++]);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < n && !rc; i++)
        if (plan_one(c, &rows[i])) touch(touched, rows[i].channel_id);
    arena_rewind(c->arena, mark);
    return rc;
}

/* Listings of the marks, each once, ascending. */
static enum err affected(struct change *c, const struct marks *variations,
    const struct marks *listings, int64_t **out, size_t *count, struct error *e)
{
    size_t room = 256;
    *out = arena_new(c->arena, int64_t, room);
    *count = 0;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT listing_id FROM listing_variation WHERE variation_id IN {ints $1}"
                          " UNION SELECT id FROM listing WHERE id IN {ints $2} ORDER BY 1");
    stmt_bind_ints(st, 1, variations->values, variations->count);
    stmt_bind_ints(st, 2, listings->values, listings->count);
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

enum err push_plan(struct change *c, int limit, bool *more, struct error *e)
{
    tx_lock(c->tx, LOCK_PLANNER, true);
    struct marks variations, listings;
    enum err rc = take_marks(c, limit, &variations, &listings, e);
    if (rc) return rc;
    *more = variations.count == (size_t)limit || listings.count == (size_t)limit;
    if (!variations.count && !listings.count) return OK;
    int64_t *ids;
    size_t count;
    rc = affected(c, &variations, &listings, &ids, &count, e);
    struct touched touched = { .count = 0 };
    for (size_t i = 0; i < count && !rc; i += PLAN_CHUNK)
        rc = plan_chunk(c, ids + i, count - i < PLAN_CHUNK ? count - i : PLAN_CHUNK, &touched, e);
    for (size_t i = 0; i < touched.count && !rc; i++)
        rc = judge_brake(c, touched.channels[i], e);
    if (!rc && touched.count) tx_notify(c->tx, TOPIC_PUSH);
    return rc;
}

enum err push_mark_all(struct change *c, int64_t channel_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO dirty_listing (listing_id) SELECT id FROM listing WHERE channel_id = $1");
    stmt_bind_int(st, 1, channel_id);
    stmt_later(st);
    st = tx_prepare(c->tx, "UPDATE push SET state = 'waiting', not_before = 0, attempts = 0,"
                           " repairs = 0 WHERE channel_id = $1 AND state IN ('waiting', 'failed')");
    stmt_bind_int(st, 1, channel_id);
    tx_notify(c->tx, TOPIC_STOCK);
    return stmt_run(st, NULL, e);
}

enum err push_marks_left(struct tx *tx, int64_t *marks, struct error *e)
{
    struct stmt *st = tx_prepare(
        tx, "SELECT (SELECT COUNT(*) FROM dirty_listing) + (SELECT COUNT(*) FROM dirty_variation)");
    return stmt_scalar(st, 0, marks, e);
}

enum err push_next_check(struct tx *tx, int64_t channel_id, time_ms *at, struct error *e)
{
    struct stmt *st = tx_prepare(
        tx, "SELECT MIN(not_before) FROM push WHERE channel_id = $1 AND state = 'accepted'");
    stmt_bind_int(st, 1, channel_id);
    return stmt_scalar(st, 0, at, e);
}
