/* push.c: sending wishes and reading them back; see push.h. */
#include "store/push.h"

#include "store/channel_log.h"
#include "store/derive.h"
#include "store/listing.h"
#include "store/push_sql.h"

/* Read-backs after an acceptance: Amazon takes seconds to minutes to show it (sp-api.md 3.1). */
static const time_ms check_delays[] = { 2000, 8000, 30000, 120000, 600000 };
enum {
    CHECKS_MAX = sizeof check_delays / sizeof check_delays[0],
    MISSED_WAIT_MS = 2000, /* before it is asked for elsewhere */
    REPAIRS_MAX = 3,
    REFUSED_WAIT_MS = 15 * 60 * 1000,
    REFUSED_DOUBLINGS_MAX = 5,
};

enum err push_clock_back(struct change *c, int64_t channel_id, time_ms by, struct error *e)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE listing SET zeroed_at = $1 WHERE channel_id = $2 AND zeroed_at > $1");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, channel_id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "UPDATE push SET wanted_at = CASE WHEN wanted_at > $1 THEN $1 ELSE wanted_at END,"
        " sent_at = CASE WHEN sent_at > $1 THEN $1 ELSE sent_at END,"
        " not_before = CASE WHEN not_before > $1 THEN not_before - $2 ELSE not_before END"
        " WHERE channel_id = $3 AND (wanted_at > $1 OR not_before > $1)");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, by);
    stmt_bind_int(st, 3, channel_id);
    tx_notify(c->tx, TOPIC_PUSH);
    return stmt_run(st, NULL, e);
}

/* The latest time at which something is known to have been done at the channel. */
static enum err latest_known(struct change *c, int64_t channel_id, time_ms *at, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT COALESCE(MAX(k.at), 0) FROM ("
                          "SELECT MAX(b.at) AS at FROM bucket b"
                          " JOIN channel c ON c.rate_account = b.account WHERE c.id = $1"
                          " UNION ALL SELECT MAX(at) FROM channel_cursor WHERE channel_id = $1"
                          " UNION ALL SELECT MAX(wanted_at) FROM push WHERE channel_id = $1"
                          " UNION ALL SELECT MAX(sent_at) FROM push WHERE channel_id = $1) k");
    stmt_bind_int(st, 1, channel_id);
    return stmt_scalar(st, 0, at, e);
}

enum err push_recover(struct change *c, int64_t channel_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE push SET state = 'waiting', not_before = 0"
                                        " WHERE channel_id = $1 AND state = 'sending'");
    stmt_bind_int(st, 1, channel_id);
    time_ms latest = 0;
    enum err rc = stmt_run(st, NULL, e);
    if (!rc) rc = latest_known(c, channel_id, &latest, e);
    if (rc || latest <= c->now) return rc;
    return push_clock_back(c, channel_id, latest - c->now, e);
}

struct claimed {
    struct push_claim claim;
    struct push_facts facts;
    bool braked;
    bool was_shown; /* no call of ours explains what was read since the last acceptance */
    int64_t told_low, told_high; /* of all that it may show late, with what is told now */
};

static void widen(struct claimed *k, bool known, int64_t quantity)
{
    if (known && quantity < k->told_low) k->told_low = quantity;
    if (known && quantity > k->told_high) k->told_high = quantity;
}

static enum err find_wish(struct change *c, int64_t channel_id, const struct intake_state *intake,
    struct arena *arena, struct claimed *out, struct error *e)
{
    *out = (struct claimed){ 0 };
    struct stmt *st = tx_prepare(c->tx,
        "SELECT p.listing_id, g.sku, g.product_type, g.marketplace_ids, p.wanted, p.lane,"
        " g.fulfillment, g.state, c.inventory_sync, c.paused, c.state, c.brake_since,"
        " (SELECT COUNT(*) FROM listing_variation lv WHERE lv.listing_id = g.id), p.wanted_at,"
        " g.synced, g.imported,"
        " CASE WHEN p.repairs = 0 AND p.sending IS NULL AND g.imported_at > g.synced_at"
        " THEN 1 ELSE 0 END, p.told_low, p.told_high, " CHANNEL_COUNTS
        " FROM push p JOIN listing g ON g.id = p.listing_id JOIN channel c ON c.id = p.channel_id"
        " WHERE p.channel_id = $1 AND p.state = 'waiting' AND p.not_before <= $2"
        " AND (p.lane < 2 OR (((p.lane = 2 AND p.wanted_at <= $3)"
        " OR (p.lane = 3 AND p.wanted_at <= $4)) AND p.listing_id NOT IN " UNPLANNED "))"
        " ORDER BY p.lane, p.wanted_at LIMIT 1");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, push_wanted_until(LANE_RISE, intake, c->now));
    stmt_bind_int(st, 4, push_wanted_until(LANE_REFRESH, intake, c->now));
    if (stmt_row(st)) {
        out->claim = (struct push_claim){
            .listing_id = stmt_int(st, 0),
            .sku = stmt_str(st, 1, arena),
            .product_type = stmt_str(st, 2, arena),
            .marketplace_ids = stmt_str(st, 3, arena),
            .quantity = stmt_int(st, 4),
            .lane = (enum push_lane)stmt_int(st, 5),
            .amazon_fulfilled = str_eq(stmt_str_view(st, 6), S("amazon")),
            .wanted_at = stmt_int(st, 13),
        };
        out->facts = (struct push_facts){
            .amazon_fulfilled = out->claim.amazon_fulfilled,
            .ended = str_eq(stmt_str_view(st, 7), S("ended")),
            .inventory_sync = stmt_int(st, 8) != 0,
            .paused = stmt_int(st, 9) != 0,
            .reconnect_needed = str_eq(stmt_str_view(st, 10), S("reconnect_needed")),
            .connected = stmt_int(st, 12) > 0,
            .nothing_counted = stmt_int(st, 19) == 0,
            .target = out->claim.quantity,
            .has_synced = !stmt_null(st, 14),
            .synced = stmt_int(st, 14),
            .has_imported = !stmt_null(st, 15),
            .imported = stmt_int(st, 15),
        };
        out->braked = !stmt_null(st, 11);
        out->was_shown = stmt_int(st, 16) != 0;
        out->told_low = out->told_high = out->claim.quantity;
        widen(out, out->facts.has_synced, out->facts.synced);
        widen(out, out->facts.has_imported, out->facts.imported);
        widen(out, !stmt_null(st, 17), stmt_int(st, 17));
        widen(out, !stmt_null(st, 18), stmt_int(st, 18));
    }
    return stmt_end(st, e);
}

/* What was told and accepted, and is shown no more: less than that although all orders were read,
 * or more. Not by us. */
static void note_foreign(struct change *c, int64_t channel_id, const struct claimed *k)
{
    const struct push_facts *f = &k->facts;
    bool known = k->was_shown && f->has_synced && f->has_imported && f->synced == f->target;
    bool foreign =
        k->claim.lane == LANE_REFRESH ? f->imported != f->target : f->imported > f->target;
    if (!known || !foreign) return;
    enum { DAY_MS = 24 * 3600 * 1000 };
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE listing SET foreign_changes = CASE WHEN COALESCE(foreign_since, 0) < $1 THEN 1"
        " ELSE foreign_changes + 1 END, foreign_since = CASE WHEN COALESCE(foreign_since, 0) < $1"
        " THEN $2 ELSE foreign_since END WHERE id = $3");
    stmt_bind_int(st, 1, c->now - DAY_MS);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, k->claim.listing_id);
    stmt_later(st);
    channel_event_add(c, channel_id,
        &(struct channel_event){ .kind = "changed_elsewhere",
            .severity = "warning",
            .sku = k->claim.sku,
            .listing_id = k->claim.listing_id,
            .detail = arena_fmt(c->arena,
                "the channel shows %lld where %lld was told: somebody else changed it; %lld is sent"
                " again",
                (long long)f->imported, (long long)f->synced, (long long)f->target) });
}

static enum err drop(struct change *c, int64_t listing_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM push WHERE listing_id = $1");
    stmt_bind_int(st, 1, listing_id);
    return stmt_run(st, NULL, e);
}

enum err push_claim_next(struct change *c, int64_t channel_id, const struct intake_state *intake,
    struct arena *arena, struct push_claim *out, struct error *e)
{
    *out = (struct push_claim){ 0 };
    for (;;) {
        struct claimed k;
        enum err rc = find_wish(c, channel_id, intake, arena, &k, e);
        if (rc || !k.claim.listing_id || k.braked) return rc;
        enum push_reason reason = push_decide(&k.facts);
        bool of_channel = reason == PUSH_NOTHING_COUNTED || reason == PUSH_SYNC_OFF ||
                          reason == PUSH_CHANNEL_PAUSED || reason == PUSH_RECONNECT_NEEDED;
        if (of_channel) return OK;
        if (reason != PUSH_WANTED && reason != PUSH_UNCHANGED) {
            rc = drop(c, k.claim.listing_id, e);
            if (rc) return rc;
            continue;
        }
        struct stmt *st =
            tx_prepare(c->tx, "UPDATE push SET state = 'sending', sending = wanted, sent_at = $1,"
                              " told_low = $2, told_high = $3 WHERE listing_id = $4");
        stmt_bind_int(st, 1, c->now);
        stmt_bind_int(st, 2, k.told_low);
        stmt_bind_int(st, 3, k.told_high);
        stmt_bind_int(st, 4, k.claim.listing_id);
        rc = stmt_run(st, NULL, e);
        if (rc) return rc;
        note_foreign(c, channel_id, &k);
        *out = k.claim;
        return OK;
    }
}

static void say(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *w, const char *kind, const char *severity, struct str detail)
{
    channel_event_add(c, channel_id,
        &(struct channel_event){ .kind = kind,
            .severity = severity,
            .operation = str_of(w->operation),
            .http_status = w->http_status,
            .channel_message = w->message,
            .request_id = w->request_id,
            .sku = claim->sku,
            .listing_id = claim->listing_id,
            .detail = detail });
}

enum err push_accepted(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *words, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE listing SET synced = $1, synced_at = $2 WHERE id = $3");
    stmt_bind_int(st, 1, claim->quantity);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, claim->listing_id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "UPDATE push SET state = CASE WHEN wanted = $1 THEN 'accepted' ELSE 'waiting' END,"
        " not_before = CASE WHEN wanted = $1 THEN $2 ELSE 0 END, attempts = 0, sending = NULL,"
        " refusal = '', missed = 0 WHERE listing_id = $3");
    stmt_bind_int(st, 1, claim->quantity);
    stmt_bind_int(st, 2, c->now + check_delays[0]);
    stmt_bind_int(st, 3, claim->listing_id);
    enum err rc = stmt_run(st, NULL, e);
    /* The world may have moved while the call was under way. */
    derive_mark_listing(c, claim->listing_id);
    say(c, channel_id, claim, words, "push_accepted", "info",
        arena_fmt(c->arena, "quantity %lld was accepted", (long long)claim->quantity));
    return rc;
}

enum err push_refused(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *words, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT attempts FROM push WHERE listing_id = $1");
    stmt_bind_int(st, 1, claim->listing_id);
    int64_t attempts;
    enum err rc = stmt_scalar(st, 0, &attempts, e);
    if (rc) return rc;
    int64_t doublings = attempts < REFUSED_DOUBLINGS_MAX ? attempts : REFUSED_DOUBLINGS_MAX;
    st = tx_prepare(c->tx,
        "UPDATE push SET state = 'waiting', not_before = CASE WHEN wanted = $1 THEN $2 ELSE 0 END,"
        " attempts = attempts + 1, sending = NULL, refusal = $3 WHERE listing_id = $4");
    stmt_bind_int(st, 1, claim->quantity);
    stmt_bind_int(st, 2, c->now + ((time_ms)REFUSED_WAIT_MS << doublings));
    stmt_bind_str(st, 3, words->message);
    stmt_bind_int(st, 4, claim->listing_id);
    rc = stmt_run(st, NULL, e);
    say(c, channel_id, claim, words, "push_refused", "error",
        arena_fmt(c->arena, "quantity %lld was refused", (long long)claim->quantity));
    return rc;
}

enum err push_put_back(struct change *c, const struct push_claim *claim, bool unknown,
    time_ms not_before, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE push SET state = 'waiting', not_before = $1, attempts = attempts + 1,"
        " sending = CASE WHEN $2 = 1 THEN sending ELSE NULL END WHERE listing_id = $3");
    stmt_bind_int(st, 1, not_before);
    stmt_bind_int(st, 2, unknown);
    stmt_bind_int(st, 3, claim->listing_id);
    return stmt_run(st, NULL, e);
}

enum err push_gone(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *words, struct error *e)
{
    say(c, channel_id, claim, words, "push_refused", "warning",
        S("the channel has no such SKU: the listing has ended"));
    enum err rc = drop(c, claim->listing_id, e);
    return rc ? rc : listing_end(c, claim->listing_id, e);
}

enum err push_checks_due(struct tx *tx, const struct push_due *due, struct arena *arena,
    struct push_check **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct push_check, (size_t)due->limit);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT p.listing_id, g.sku, g.marketplace_ids, p.wanted, p.missed FROM push p"
        " JOIN listing g ON g.id = p.listing_id WHERE p.channel_id = $1 AND p.state = 'accepted'"
        " AND p.not_before <= $2 ORDER BY p.not_before LIMIT $3");
    stmt_bind_int(st, 1, due->channel_id);
    stmt_bind_int(st, 2, due->now);
    stmt_bind_int(st, 3, due->limit);
    while (stmt_row(st) && *count < (size_t)due->limit)
        (*out)[(*count)++] = (struct push_check){ stmt_int(st, 0), stmt_str(st, 1, arena),
            stmt_str(st, 2, arena), stmt_int(st, 3), stmt_int(st, 4) };
    return stmt_end(st, e);
}

enum err push_check_later(
    struct change *c, const struct push_check *check, time_ms not_before, struct error *e)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE push SET not_before = $1 WHERE listing_id = $2 AND state = 'accepted'");
    stmt_bind_int(st, 1, not_before);
    stmt_bind_int(st, 2, check->listing_id);
    return stmt_run(st, NULL, e);
}

static size_t count_words(struct str words)
{
    size_t n = 0;
    for (struct str head; words.len;) {
        str_cut(words, ' ', &head, &words);
        n += head.len > 0;
    }
    return n;
}

enum err push_missed(struct change *c, int64_t channel_id, const struct push_check *check,
    bool by_name, struct error *e)
{
    size_t places = count_words(check->marketplace_ids);
    int64_t missed = check->missed + 1;
    /* The first look may have been a search; then each marketplace was asked by name. */
    if (by_name && missed > (int64_t)(places ? places : 1)) {
        channel_event_add(c, channel_id,
            &(struct channel_event){ .kind = "listing_ended",
                .severity = "warning",
                .sku = check->sku,
                .listing_id = check->listing_id,
                .detail = arena_fmt(c->arena,
                    "%lld was accepted, but the channel knows the SKU no more: the listing has"
                    " ended",
                    (long long)check->wanted) });
        enum err rc = drop(c, check->listing_id, e);
        return rc ? rc : listing_end(c, check->listing_id, e);
    }
    struct stmt *st = tx_prepare(c->tx, "UPDATE push SET missed = $1, not_before = $2"
                                        " WHERE listing_id = $3 AND state = 'accepted'");
    stmt_bind_int(st, 1, missed);
    stmt_bind_int(st, 2, c->now + MISSED_WAIT_MS);
    stmt_bind_int(st, 3, check->listing_id);
    return stmt_run(st, NULL, e);
}

enum err push_unreadable(
    struct change *c, int64_t channel_id, const struct push_check *check, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT attempts FROM push WHERE listing_id = $1 AND state = 'accepted'");
    stmt_bind_int(st, 1, check->listing_id);
    int64_t attempts = stmt_row(st) ? stmt_int(st, 0) : -1;
    enum err rc = stmt_end(st, e);
    if (rc || attempts < 0) return rc;
    bool again = attempts + 1 < CHECKS_MAX;
    st = tx_prepare(c->tx, "UPDATE push SET state = $1, attempts = $2, not_before = $3, missed = 0"
                           " WHERE listing_id = $4");
    stmt_bind_str(st, 1, again ? S("accepted") : S("failed"));
    stmt_bind_int(st, 2, again ? attempts + 1 : 0);
    stmt_bind_int(st, 3, again ? c->now + check_delays[attempts + 1] : 0);
    stmt_bind_int(st, 4, check->listing_id);
    if (!again)
        channel_event_add(c, channel_id,
            &(struct channel_event){ .kind = "difference_stays",
                .severity = "error",
                .sku = check->sku,
                .listing_id = check->listing_id,
                .detail = arena_fmt(c->arena,
                    "%lld was accepted; what the channel shows could not be understood %d times",
                    (long long)check->wanted, CHECKS_MAX) });
    return stmt_run(st, NULL, e);
}

/* The check said something else than what was accepted. */
static enum err differs(struct change *c, int64_t channel_id, const struct push_check *check,
    int64_t attempts, int64_t repairs, int64_t shown, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE push SET state = $1, attempts = $2, repairs = $3, not_before = $4,"
        " missed = 0 WHERE listing_id = $5");
    bool again = attempts + 1 < CHECKS_MAX;
    bool repair = !again && repairs < REPAIRS_MAX;
    stmt_bind_str(st, 1, again ? S("accepted") : repair ? S("waiting") : S("failed"));
    stmt_bind_int(st, 2, again ? attempts + 1 : 0);
    stmt_bind_int(st, 3, repair ? repairs + 1 : repairs);
    stmt_bind_int(st, 4, again ? c->now + check_delays[attempts + 1] : 0);
    stmt_bind_int(st, 5, check->listing_id);
    if (!again)
        channel_event_add(c, channel_id,
            &(struct channel_event){ .kind = "difference_stays",
                .severity = repair ? "warning" : "error",
                .sku = check->sku,
                .listing_id = check->listing_id,
                .detail = arena_fmt(c->arena,
                    "wanted, sent and accepted %lld; the channel shows %lld; %s",
                    (long long)check->wanted, (long long)shown,
                    repair ? "it is sent again" : "it was sent again three times") });
    if (repair) tx_notify(c->tx, TOPIC_PUSH);
    return stmt_run(st, NULL, e);
}

/* It was never said that it was accepted. */
static enum err unconfirmed(
    struct change *c, const struct push_check *check, bool confirmed, struct error *e)
{
    struct stmt *st;
    if (confirmed) {
        st = tx_prepare(c->tx, "UPDATE listing SET synced = $1, synced_at = $2 WHERE id = $3");
        stmt_bind_int(st, 1, check->wanted);
        stmt_bind_int(st, 2, c->now);
        stmt_bind_int(st, 3, check->listing_id);
        return stmt_run(st, NULL, e);
    }
    st = tx_prepare(c->tx, "UPDATE push SET state = 'waiting', not_before = 0, attempts = 0"
                           " WHERE listing_id = $1 AND state = 'accepted'");
    stmt_bind_int(st, 1, check->listing_id);
    tx_notify(c->tx, TOPIC_PUSH);
    return stmt_run(st, NULL, e);
}

enum err push_checked(struct change *c, int64_t channel_id, const struct push_check *check,
    bool has_quantity, int64_t quantity, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT p.attempts, p.repairs, p.wanted, COALESCE(p.told_low, p.wanted),"
        " COALESCE(p.told_high, p.wanted), g.fulfillment, p.sending FROM push p"
        " JOIN listing g ON g.id = p.listing_id WHERE p.listing_id = $1 AND p.state = 'accepted'");
    stmt_bind_int(st, 1, check->listing_id);
    bool found = stmt_row(st);
    int64_t attempts = found ? stmt_int(st, 0) : 0;
    int64_t repairs = found ? stmt_int(st, 1) : 0;
    int64_t wanted = found ? stmt_int(st, 2) : 0;
    bool late = found && quantity >= stmt_int(st, 3) && quantity <= stmt_int(st, 4);
    bool amazon = found && str_eq(stmt_str_view(st, 5), S("amazon"));
    bool unknown = found && !stmt_null(st, 6);
    enum err rc = stmt_end(st, e);
    if (rc || !found) return rc; /* a newer wish took its place */
    /* The reading said so: what was accepted must not be repaired. */
    if (amazon) return drop(c, check->listing_id, e);
    st = tx_prepare(c->tx, "UPDATE listing SET imported = $1, imported_at = $2 WHERE id = $3");
    if (has_quantity)
        stmt_bind_int(st, 1, quantity);
    else
        stmt_bind_null_int(st, 1);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, check->listing_id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_LISTING);
    if (has_quantity && !late) {
        /* Neither what was told nor anything before it: an order on the channel or somebody else
         * took it further, and waiting would not bring it back. */
        derive_mark_listing(c, check->listing_id);
        return drop(c, check->listing_id, e);
    }
    bool shown = has_quantity && quantity == wanted;
    if (unknown) rc = unconfirmed(c, check, shown, e);
    if (rc || (unknown && !shown)) return rc;
    if (!shown) return differs(c, channel_id, check, attempts, repairs, quantity, e);
    channel_event_add(c, channel_id,
        &(struct channel_event){ .kind = "push_applied",
            .severity = "info",
            .sku = check->sku,
            .listing_id = check->listing_id,
            .detail = arena_fmt(c->arena, "the channel shows %lld", (long long)quantity) });
    return drop(c, check->listing_id, e);
}

enum err push_read_back(struct change *c, int64_t listing_id, int64_t quantity, struct error *e)
{
    enum { LOOK = 2 }; /* what was taken shows by then */
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE push SET state = CASE WHEN wanted = $1 THEN 'accepted' ELSE 'waiting' END,"
        " not_before = CASE WHEN wanted = $1 THEN $2 ELSE 0 END, attempts = 0"
        " WHERE listing_id = $3 AND state = 'bulk'");
    stmt_bind_int(st, 1, quantity);
    stmt_bind_int(st, 2, c->now + check_delays[LOOK]);
    stmt_bind_int(st, 3, listing_id);
    return stmt_run(st, NULL, e);
}

enum err push_taken_over(
    struct change *c, int64_t channel_id, const struct push_check *check, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE listing SET fulfillment = 'amazon', imported = NULL,"
                          " imported_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, check->listing_id);
    stmt_later(st);
    channel_event_add(c, channel_id,
        &(struct channel_event){ .kind = "taken_over",
            .severity = "warning",
            .sku = check->sku,
            .listing_id = check->listing_id,
            .detail = S("the channel fulfils this listing itself now: nothing is sent to it") });
    tx_notify(c->tx, TOPIC_LISTING);
    return drop(c, check->listing_id, e);
}

enum err push_figures_load(
    struct tx *tx, int64_t channel_id, time_ms now, struct push_figures *out, struct error *e)
{
    *out = (struct push_figures){ 0 };
    struct stmt *st = tx_prepare(tx,
        "SELECT state, COUNT(*), MIN(not_before), CAST(SUM(CASE WHEN not_before > $2 THEN 1 ELSE 0"
        " END) AS BIGINT), MAX(lane) FROM push WHERE channel_id = $1 GROUP BY state");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, now);
    while (stmt_row(st)) {
        char state = stmt_str_view(st, 0).at[0];
        int64_t n = stmt_int(st, 1);
        time_ms first = stmt_int(st, 2);
        if (state == 'w') {
            out->waiting = n;
            out->next_at = first ? first : 1;
            out->held = stmt_int(st, 3);
            out->rises = stmt_int(st, 4) >= LANE_RISE;
        } else if (state == 's' || state == 'b') {
            out->sending += n;
        } else if (state == 'a') {
            out->accepted = n;
            out->next_check_at = first;
        } else {
            out->failed = n;
        }
    }
    return stmt_end(st, e);
}
