/* bulk_push.c: see bulk_push.h. */
#include "store/bulk_push.h"

#include "core/send_plan.h"
#include "store/channel_log.h"
#include "store/push.h"
#include "store/push_sql.h"

#include <string.h>

static const char *const states[] = { "built", "sent", "reported", "lost" };
enum { FRAME_BYTES = 1024 }; /* what stands around the messages */

enum err bulk_load(
    struct tx *tx, int64_t channel_id, struct arena *arena, struct bulk *out, struct error *e)
{
    *out = (struct bulk){ .id = 0 };
    struct stmt *st =
        tx_prepare(tx, "SELECT id, state, feed, report, since, messages FROM bulk_push"
                       " WHERE channel_id = $1 AND ended_at IS NULL");
    stmt_bind_int(st, 1, channel_id);
    if (stmt_row(st)) {
        *out = (struct bulk){ .id = stmt_int(st, 0),
            .feed = stmt_str(st, 2, arena),
            .report = stmt_str(st, 3, arena),
            .created_at = stmt_int(st, 4),
            .messages = stmt_int(st, 5) };
        for (int i = 0; i <= BULK_LOST; i++)
            if (str_eq(stmt_str_view(st, 1), str_of(states[i]))) out->state = (enum bulk_state)i;
    }
    return stmt_end(st, e);
}

static enum err may_build(
    struct tx *tx, int64_t channel_id, time_ms now, bool *may, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT COUNT(*) FROM bulk_push WHERE channel_id = $1 AND (ended_at IS NULL"
                       " OR (state = 'lost' AND ended_at > $2))");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, now - BULK_PAUSE_MS);
    int64_t n;
    enum err rc = stmt_scalar(st, 0, &n, e);
    *may = n == 0;
    return rc;
}

enum err bulk_count(struct tx *tx, int64_t channel_id, const struct intake_state *intake,
    time_ms now, struct bulk_waiting *out, struct error *e)
{
    *out = (struct bulk_waiting){ 0 };
    bool may;
    enum err rc = may_build(tx, channel_id, now, &may, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(tx,
        "SELECT lane, COUNT(*) FROM push WHERE channel_id = $1 AND state = 'waiting'"
        " AND not_before <= $2 AND (lane < 2 OR (lane = 2 AND wanted_at <= $3 AND listing_id NOT IN"
        " " UNPLANNED ")) GROUP BY lane");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, now);
    stmt_bind_int(st, 3, push_wanted_until(LANE_RISE, intake, now));
    while (stmt_row(st)) {
        if (stmt_int(st, 0) == LANE_FALL_TO_ZERO)
            out->zeros += stmt_int(st, 1);
        else if (may)
            out->others += stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

struct chosen {
    int64_t *ids;
    size_t *lengths;
    size_t count;
};

/* By the same rule as a single wish when it is claimed: what Amazon fulfils is never among them. */
static bool may_go(struct stmt *st)
{
    struct push_facts facts = {
        .amazon_fulfilled = !str_eq(stmt_str_view(st, 4), S("merchant")),
        .ended = str_eq(stmt_str_view(st, 5), S("ended")),
        .inventory_sync = stmt_int(st, 6) != 0,
        .paused = stmt_int(st, 7) != 0,
        .reconnect_needed = str_eq(stmt_str_view(st, 8), S("reconnect_needed")),
        .connected = stmt_int(st, 10) > 0,
        .nothing_counted = stmt_int(st, 11) == 0,
        .target = stmt_int(st, 3),
    };
    return stmt_null(st, 9) && facts.target > 0 && push_decide(&facts) == PUSH_WANTED;
}

static enum err choose(struct change *c, int64_t channel_id, const struct intake_state *intake,
    struct chosen *out, struct error *e)
{
    *out = (struct chosen){ arena_new(c->arena, int64_t, LOT_MESSAGES_MAX),
        arena_new(c->arena, size_t, LOT_MESSAGES_MAX), 0 };
    struct stmt *st = tx_prepare(c->tx,
        "SELECT p.listing_id, g.sku, g.product_type, p.wanted, g.fulfillment, g.state,"
        " c.inventory_sync, c.paused, c.state, c.brake_since,"
        " (SELECT COUNT(*) FROM listing_variation lv WHERE lv.listing_id = g.id), " CHANNEL_COUNTS
        " FROM push p JOIN listing g ON g.id = p.listing_id JOIN channel c ON c.id = p.channel_id"
        " WHERE p.channel_id = $1 AND p.state = 'waiting' AND p.not_before <= $2"
        " AND (p.lane = 1 OR (p.lane = 2 AND p.wanted_at <= $3 AND p.listing_id NOT IN " UNPLANNED
        "))"
        " ORDER BY p.lane, p.wanted_at, p.listing_id LIMIT $4");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, push_wanted_until(LANE_RISE, intake, c->now));
    stmt_bind_int(st, 4, LOT_MESSAGES_MAX);
    while (stmt_row(st) && out->count < LOT_MESSAGES_MAX) {
        if (!may_go(st)) continue;
        out->lengths[out->count] = send_message_bound(stmt_str_view(st, 1), stmt_str_view(st, 2));
        out->ids[out->count++] = stmt_int(st, 0);
    }
    enum err rc = stmt_end(st, e);
    out->count = send_lot_take(out->lengths, out->count, FRAME_BYTES);
    return rc;
}

/* 0: the account has one under way, of this channel or of another. */
static enum err open_lot(
    struct change *c, int64_t channel_id, size_t messages, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO bulk_push (channel_id, account, state, messages, created_at, since)"
        " SELECT id, region || ' ' || seller_id, 'built', $2, $3, $3 FROM channel WHERE id = $1"
        " ON CONFLICT DO NOTHING RETURNING id");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, (int64_t)messages);
    stmt_bind_int(st, 3, c->now);
    return stmt_scalar(st, 0, id, e);
}

/* What it may show from now on reaches from the least to the most of all that was told or seen. */
static void mark(struct change *c, int64_t id, const struct chosen *lot)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO bulk_message (bulk_id, message_id, listing_id, quantity)"
        " SELECT $1, ROW_NUMBER() OVER (ORDER BY lane, wanted_at, listing_id), listing_id, wanted"
        " FROM push WHERE listing_id IN {ints $2}");
    stmt_bind_int(st, 1, id);
    stmt_bind_ints(st, 2, lot->ids, lot->count);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "UPDATE push SET state = 'bulk', sending = wanted, sent_at = $1,"
        " told_low = (SELECT MIN(t.q) FROM (SELECT wanted AS q UNION ALL SELECT told_low"
        " UNION ALL SELECT g.synced FROM listing g WHERE g.id = listing_id"
        " UNION ALL SELECT h.imported FROM listing h WHERE h.id = listing_id) t),"
        " told_high = (SELECT MAX(t.q) FROM (SELECT wanted AS q UNION ALL SELECT told_high"
        " UNION ALL SELECT g.synced FROM listing g WHERE g.id = listing_id"
        " UNION ALL SELECT h.imported FROM listing h WHERE h.id = listing_id) t)"
        " WHERE listing_id IN {ints $2}");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_ints(st, 2, lot->ids, lot->count);
    stmt_later(st);
}

static void forget_old(struct change *c, int64_t channel_id)
{
    const time_ms month = (time_ms)30 * 24 * 3600 * 1000;
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM bulk_push WHERE channel_id = $1 AND ended_at < $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, c->now - month);
    stmt_later(st);
}

enum err bulk_build(struct change *c, int64_t channel_id, const struct intake_state *intake,
    int64_t *messages, struct error *e)
{
    struct chosen lot;
    bool may;
    int64_t id;
    *messages = 0;
    enum err rc = may_build(c->tx, channel_id, c->now, &may, e);
    if (rc || !may) return rc;
    rc = choose(c, channel_id, intake, &lot, e);
    if (rc || !lot.count) return rc;
    rc = open_lot(c, channel_id, lot.count, &id, e);
    if (rc || !id) return rc;
    mark(c, id, &lot);
    forget_old(c, channel_id);
    *messages = (int64_t)lot.count;
    return OK;
}

static enum err list_messages(struct tx *tx, int64_t bulk_id, size_t most, struct arena *arena,
    struct bulk_message **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct bulk_message, most);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT m.message_id, m.listing_id, m.quantity, g.sku, g.product_type FROM bulk_message m"
        " JOIN listing g ON g.id = m.listing_id WHERE m.bulk_id = $1 ORDER BY m.message_id"
        " LIMIT $2");
    stmt_bind_int(st, 1, bulk_id);
    stmt_bind_int(st, 2, (int64_t)most);
    while (stmt_row(st) && *count < most)
        (*out)[(*count)++] = (struct bulk_message){ stmt_int(st, 0), stmt_int(st, 1),
            stmt_int(st, 2), stmt_str(st, 3, arena), stmt_str(st, 4, arena) };
    return stmt_end(st, e);
}

enum err bulk_messages(struct tx *tx, int64_t bulk_id, struct arena *arena,
    struct bulk_message **out, size_t *count, struct error *e)
{
    return list_messages(tx, bulk_id, LOT_MESSAGES_MAX, arena, out, count, e);
}

static enum err set_state(struct change *c, const struct bulk *b, enum bulk_state state,
    struct str feed, struct str report, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE bulk_push SET state = $1, feed = $2, report = $3,"
                                        " since = $4 WHERE id = $5");
    stmt_bind_str(st, 1, str_of(states[state]));
    stmt_bind_str(st, 2, feed);
    stmt_bind_str(st, 3, report);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, b->id);
    return stmt_run(st, NULL, e);
}

static void say(struct change *c, int64_t channel_id, const char *kind, const char *severity,
    struct str detail, struct str words)
{
    channel_event_add(c, channel_id,
        &(struct channel_event){
            .kind = kind, .severity = severity, .detail = detail, .channel_message = words });
}

enum err bulk_sent(
    struct change *c, int64_t channel_id, const struct bulk *b, struct str feed, struct error *e)
{
    say(c, channel_id, "bulk_sent", "info",
        arena_fmt(c->arena, "%lld quantities were sent in one lot: the channel calls it %.*s",
            (long long)b->messages, STR_FMT(feed)),
        S(""));
    return set_state(c, b, BULK_SENT, feed, S(""), e);
}

enum err bulk_reported(struct change *c, const struct bulk *b, struct str report, struct error *e)
{
    return set_state(c, b, BULK_REPORTED, b->feed, report, e);
}

enum err bulk_lost(
    struct change *c, int64_t channel_id, const struct bulk *b, struct str words, struct error *e)
{
    say(c, channel_id, "bulk_lost", "warning",
        arena_fmt(c->arena,
            "it is not known what became of a lot of %lld quantities: each listing is read back,"
            " and what is not shown is sent again",
            (long long)b->messages),
        words);
    return set_state(c, b, BULK_LOST, b->feed, S(""), e);
}

static const struct bulk_refusal *find(const struct bulk_report *report, int64_t message_id)
{
    size_t low = 0, high = report->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (report->refusals[mid].message_id < message_id)
            low = mid + 1;
        else
            high = mid;
    }
    bool found = low < report->count && report->refusals[low].message_id == message_id;
    return found ? &report->refusals[low] : NULL;
}

static enum err by_report(struct change *c, int64_t channel_id, const struct bulk_message *m,
    const struct bulk_report *report, struct error *e)
{
    const struct push_claim claim = {
        .listing_id = m->listing_id, .sku = m->sku, .quantity = m->quantity
    };
    const struct bulk_refusal *no = find(report, m->message_id);
    const struct push_words words = { "createFeed", 0, no ? no->words : S(""), S("") };
    return no ? push_refused(c, channel_id, &claim, &words, e)
              : push_accepted(c, channel_id, &claim, &words, e);
}

enum err bulk_settle(struct change *c, int64_t channel_id, const struct bulk *b,
    const struct bulk_report *report, int64_t *left, struct error *e)
{
    struct bulk_message *rows;
    size_t count;
    enum err rc = list_messages(c->tx, b->id, BULK_STEP, c->arena, &rows, &count, e);
    for (size_t i = 0; i < count && !rc; i++)
        rc = report ? by_report(c, channel_id, &rows[i], report, e)
                    : push_read_back(c, rows[i].listing_id, rows[i].quantity, e);
    if (rc) return rc;
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM bulk_message WHERE bulk_id = $1 AND message_id <= $2");
    stmt_bind_int(st, 1, b->id);
    stmt_bind_int(st, 2, count ? rows[count - 1].message_id : 0);
    stmt_later(st);
    st = tx_prepare(c->tx, "SELECT COUNT(*) FROM bulk_message WHERE bulk_id = $1");
    stmt_bind_int(st, 1, b->id);
    rc = stmt_scalar(st, 0, left, e);
    if (rc) return rc;
    tx_notify(c->tx, TOPIC_PUSH);
    if (*left) return OK;
    if (report)
        say(c, channel_id, "bulk_done", report->count ? "warning" : "info",
            arena_fmt(c->arena, "a lot of %lld quantities is done; %zu were refused",
                (long long)b->messages, report->count),
            S(""));
    st = tx_prepare(c->tx, "UPDATE bulk_push SET ended_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, b->id);
    return stmt_run(st, NULL, e);
}
