/* diagnosis.c: see diagnosis.h. */
#include "store/diagnosis.h"

#include "core/bucket.h"
#include "store/channel_log.h"

enum { DAY_MS = 24 * 3600 * 1000, TOOL_CHANGES = 3 /* in a day: another tool (domain.md 7) */ };

static void add(struct findings *f, const char *code, const char *severity, struct str detail,
    const char *action)
{
    if (f->count < FINDINGS_MAX)
        f->rows[f->count++] = (struct finding){ code, severity, detail, str_of(action), false, 0 };
}

static void add_count(struct findings *f, const char *code, const char *severity, int64_t n,
    struct str detail, const char *action)
{
    add(f, code, severity, detail, action);
    f->rows[f->count - 1].has_count = true;
    f->rows[f->count - 1].count = n;
}

static void check_state(const struct channel_row *ch, struct arena *arena, struct findings *f)
{
    if (ch->state == CHANNEL_RECONNECT_NEEDED)
        add(f, "reconnect_needed", "error",
            arena_fmt(arena, "The channel must be reconnected: %.*s", STR_FMT(ch->state_detail)),
            "Authorise the application again and paste the new credentials in Details.");
    if (ch->state == CHANNEL_SUSPECT)
        add(f, "suspect", "warning",
            arena_fmt(arena, "The channel is not proved, or refuses some calls: %.*s",
                STR_FMT(ch->state_detail)),
            "Press Verify in Details.");
    if (ch->paused)
        add(f, "paused", "warning", S("The channel is paused."), "Switch Paused off in Details.");
    if (ch->brake_since)
        add(f, "braked", "error",
            arena_fmt(arena,
                "The blast brake stopped all sending: %lld of %lld live listings fall to zero"
                " within an hour.",
                (long long)ch->brake_zeroed, (long long)ch->brake_live),
            "Look at the quantity plan, then release the brake.");
    if (!ch->inventory_sync)
        add(f, "inventory_sync_off", "warning", S("Inventory sync is off: no quantity is sent."),
            "Switch it on in Details.");
    if (!ch->status_count)
        add(f, "no_counted_status", "error",
            S("No inventory status is counted: no quantity is sent."),
            "Choose counted statuses in Details.");
    if (!ch->warehouse_count)
        add(f, "no_counted_warehouse", "error", S("No warehouse is counted: no quantity is sent."),
            "Choose counted warehouses in Details.");
    if (!ch->order_import)
        add(f, "order_import_off", "warning",
            S("Order import is off: units sold there are not taken off here."),
            "Switch it on in Details.");
}

static enum err check_closed_open(
    struct tx *tx, struct findings *f, struct arena *arena, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT title FROM order_status WHERE is_open = 1"
                                     " AND meaning <> '' ORDER BY id");
    while (stmt_row(st))
        add(f, "closed_status_open", "warning",
            arena_fmt(arena,
                "The order status \"%.*s\" is marked open: its units lower every"
                " quantity.",
                STR_FMT(stmt_str_view(st, 0))),
            "Clear the Open flag of that status in Settings.");
    return stmt_end(st, e);
}

/* "1 listing is" or "6 listings are", and what. */
static struct str counted(
    struct arena *arena, int64_t n, const char *one, const char *many, const char *what)
{
    return arena_fmt(arena, "%lld %s %s", (long long)n, n == 1 ? one : many, what);
}

static void check_figures(const struct channel_figures *g, struct arena *arena, struct findings *f)
{
    if (!g->listings && !g->ended_listings)
        add(f, "not_imported", "warning", S("No listing has been imported."),
            "Press Sync Listings.");
    if (g->listings > g->connected_listings)
        add_count(f, "not_connected", "info", g->listings - g->connected_listings,
            counted(arena, g->listings - g->connected_listings, "listing is", "listings are",
                "not connected to a SKU: no quantity is sent."),
            "Connect them in Listings, or give their SKUs to variations.");
    if (g->quarantined_orders)
        add_count(f, "quarantined_orders", "error", g->quarantined_orders,
            counted(arena, g->quarantined_orders, "order could", "orders could", "not be read."),
            "Look at them under Activity.");
    if (g->unknown_sku_orders)
        add_count(f, "unknown_sku", "warning", g->unknown_sku_orders,
            counted(arena, g->unknown_sku_orders, "open order has", "open orders have",
                "a line whose SKU no variation has."),
            "Give the SKU to a variation, or connect the listing.");
}

static enum err check_unmapped(struct tx *tx, const struct channel_row *ch, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM sales_order WHERE channel_id = $1"
                                     " AND channel_unmapped = 1");
    stmt_bind_int(st, 1, ch->id);
    int64_t n;
    enum err rc = stmt_scalar(st, 0, &n, e);
    if (!rc && n)
        add_count(f, "status_not_mapped", "warning", n,
            counted(arena, n, "order has", "orders have", "a channel status without a map."),
            "Complete the order status map in Details.");
    return rc;
}

/* Of all listings together: what was refused, what differs, and what somebody else changed. */
static enum err check_pushes(struct tx *tx, const struct channel_row *ch, time_ms now,
    struct arena *arena, struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT (SELECT COUNT(*) FROM push WHERE channel_id = $1 AND refusal <> ''),"
        " (SELECT COUNT(*) FROM push WHERE channel_id = $1 AND state = 'failed'),"
        " (SELECT COUNT(*) FROM listing WHERE channel_id = $1 AND foreign_since >= $2),"
        " (SELECT COALESCE(MAX(foreign_changes), 0) FROM listing WHERE channel_id = $1"
        " AND foreign_since >= $2)");
    stmt_bind_int(st, 1, ch->id);
    stmt_bind_int(st, 2, now - DAY_MS);
    int64_t n[4] = { 0 };
    if (stmt_row(st))
        for (int i = 0; i < 4; i++)
            n[i] = stmt_int(st, i);
    if (n[0])
        add_count(f, "push_refused", "error", n[0],
            arena_fmt(arena, "The channel refused the quantity of %lld listings.", (long long)n[0]),
            "See each listing's diagnosis for the channel's words.");
    if (n[1])
        add_count(f, "difference_stays", "error", n[1],
            arena_fmt(arena, "%lld listings show another quantity than was sent and accepted.",
                (long long)n[1]),
            "Look at them at the channel, then push quantities.");
    if (n[2])
        add_count(f, "changed_elsewhere", n[3] >= TOOL_CHANGES ? "error" : "warning", n[2],
            arena_fmt(arena,
                "The quantity of %lld listings was changed by somebody else in 24"
                " hours, up to %lld times%s",
                (long long)n[2], (long long)n[3],
                n[3] >= TOOL_CHANGES ? ": another tool is probably connected." : "."),
            "Disconnect other tools that set quantities of this account.");
    return stmt_end(st, e);
}

static enum err check_unreadable(struct tx *tx, const struct channel_row *ch, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT COUNT(DISTINCT p.listing_id) FROM listing_marketplace p JOIN listing g"
        " ON g.id = p.listing_id WHERE p.unreadable <> '' AND g.channel_id = $1");
    stmt_bind_int(st, 1, ch->id);
    int64_t n;
    enum err rc = stmt_scalar(st, 0, &n, e);
    if (!rc && n)
        add_count(f, "unreadable", "error", n,
            counted(arena, n, "listing is", "listings are",
                "shown by the channel in a form that could not be understood."),
            "Look at them under Activity; each one's diagnosis says what is wrong.");
    return rc;
}

static enum err check_waits(struct tx *tx, const struct channel_row *ch, time_ms now,
    struct arena *arena, struct findings *f, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT b.operation, b.state FROM bucket b"
                       " JOIN channel c ON c.rate_account = b.account WHERE c.id = $1 ORDER BY 1");
    stmt_bind_int(st, 1, ch->id);
    while (stmt_row(st)) {
        time_ms until = bucket_saved_wait(stmt_str_view(st, 1));
        char text[RFC3339_SIZE];
        if (until <= now) continue;
        add(f, "throttled", "warning",
            arena_fmt(arena, "%.*s is not called until %.*s: the channel asked to wait, or failed.",
                STR_FMT(stmt_str_view(st, 0)), STR_FMT(rfc3339_format(until, text))),
            "Nothing to do: it goes on by itself. Activity says what the channel answered.");
    }
    return stmt_end(st, e);
}

static int badness(const struct finding *f)
{
    return f->severity[0] == 'e' ? 2 : f->severity[0] == 'w' ? 1 : 0;
}

/* Stable, so that those of one severity keep the order in which they are asked. */
static void finish(struct findings *f)
{
    for (size_t i = 1; i < f->count; i++) {
        struct finding row = f->rows[i];
        size_t k = i;
        for (; k > 0 && badness(&f->rows[k - 1]) < badness(&row); k--)
            f->rows[k] = f->rows[k - 1];
        f->rows[k] = row;
    }
    if (f->count == 0) add(f, "nothing_wrong", "ok", S("Nothing is wrong."), "");
}

enum err diagnose_channel(struct tx *tx, const struct channel_row *ch, time_ms now,
    struct arena *arena, struct findings *out, struct error *e)
{
    struct channel_figures figures;
    out->count = 0;
    check_state(ch, arena, out);
    enum err rc = channel_figures_load(tx, ch->id, &figures, e);
    if (rc) return rc;
    check_figures(&figures, arena, out);
    rc = check_unmapped(tx, ch, arena, out, e);
    if (!rc) rc = check_pushes(tx, ch, now, arena, out, e);
    if (!rc) rc = check_unreadable(tx, ch, arena, out, e);
    if (!rc) rc = check_waits(tx, ch, now, arena, out, e);
    if (!rc) rc = check_closed_open(tx, out, arena, e);
    if (!rc) finish(out);
    return rc;
}

static enum err check_connection(struct tx *tx, const struct listing *l, struct arena *arena,
    struct findings *f, struct error *e)
{
    if (l->variation_count) return OK;
    struct str *near;
    size_t count;
    enum err rc = listing_near_skus(tx, l->sku, arena, &near, &count, e);
    if (rc) return rc;
    struct str detail =
        l->mode == LISTING_AUTO
            ? arena_fmt(arena, "No variation has the SKU \"%.*s\".", STR_FMT(l->sku))
            : S("The listing is set to be connected to nothing that exists.");
    for (size_t i = 0; i < count; i++)
        detail = arena_fmt(arena, "%.*s%s\"%.*s\"", STR_FMT(detail),
            i ? ", " : " Nearly the same: ", STR_FMT(near[i]));
    add(f, "not_connected", "warning", detail,
        "Connect the listing, or give its SKU to a variation.");
    return OK;
}

/* Items of the listing's variations that do not count, and why. */
static enum err check_left_out(struct tx *tx, const struct listing *l, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT CAST(COALESCE(SUM(CASE WHEN k.warehouse_id = 0 THEN k.units ELSE 0 END), 0) AS"
        " BIGINT), CAST(COALESCE(SUM(CASE WHEN k.warehouse_id <> 0 AND k.status_id NOT IN"
        " (SELECT status_id FROM channel_counted_status WHERE channel_id = $2) THEN k.units ELSE 0"
        " END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN k.warehouse_id <> 0 AND k.status_id IN"
        " (SELECT status_id FROM channel_counted_status WHERE channel_id = $2) AND k.warehouse_id"
        " NOT IN (SELECT warehouse_id FROM channel_counted_warehouse WHERE channel_id = $2)"
        " THEN k.units ELSE 0 END), 0) AS BIGINT) FROM listing_variation lv"
        " JOIN stock_count k ON k.variation_id = lv.variation_id WHERE lv.listing_id = $1");
    stmt_bind_int(st, 1, l->id);
    stmt_bind_int(st, 2, l->channel_id);
    int64_t n[3] = { 0 };
    if (stmt_row(st))
        for (int i = 0; i < 3; i++)
            n[i] = stmt_int(st, i);
    static const struct {
        const char *code, *text, *action;
    } rows[3] = {
        { "items_without_warehouse", "left out: no warehouse.",
            "Give them a warehouse in Inventory." },
        { "items_status_not_counted", "left out: the status is not counted.",
            "Change their status, or count it in the channel's Details." },
        { "items_warehouse_not_counted", "left out: the warehouse is not counted.",
            "Move them, or count the warehouse in the channel's Details." },
    };
    for (int i = 0; i < 3; i++) {
        if (!n[i]) continue;
        struct str detail = counted(arena, n[i], "item is", "items are", rows[i].text);
        add_count(f, rows[i].code, "info", n[i], detail, rows[i].action);
    }
    return stmt_end(st, e);
}

static enum err check_outstanding(struct tx *tx, const struct listing *l, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT s.title, CAST(SUM(n.units) AS BIGINT) FROM (SELECT DISTINCT d.line_id, d.order_id,"
        " d.units FROM listing_variation lv JOIN demand d ON d.variation_id = lv.variation_id"
        " WHERE lv.listing_id = $1) n JOIN sales_order o ON o.id = n.order_id"
        " JOIN order_status s ON s.id = o.status_id GROUP BY s.title ORDER BY s.title");
    stmt_bind_int(st, 1, l->id);
    struct str detail = S("");
    int64_t sum = 0;
    while (stmt_row(st)) {
        sum += stmt_int(st, 1);
        detail = arena_fmt(arena, "%.*s%s%lld in %.*s", STR_FMT(detail), detail.len ? ", " : "",
            (long long)stmt_int(st, 1), STR_FMT(stmt_str_view(st, 0)));
    }
    if (sum)
        add_count(f, "outstanding_statuses", "info", sum,
            arena_fmt(arena, "Outstanding units of open orders: %.*s.", STR_FMT(detail)),
            "Commit items to these orders, or close them.");
    return stmt_end(st, e);
}

static enum err check_push(struct tx *tx, const struct listing *l, time_ms now, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT state, refusal FROM push WHERE listing_id = $1");
    stmt_bind_int(st, 1, l->id);
    if (stmt_row(st)) {
        if (stmt_str_view(st, 1).len)
            add(f, "push_refused", "error",
                arena_fmt(arena, "The channel refused the last quantity: \"%.*s\"",
                    STR_FMT(stmt_str_view(st, 1))),
                "Correct the listing at the channel, then sync listings.");
        if (str_eq(stmt_str_view(st, 0), S("failed")))
            add(f, "difference_stays", "error",
                arena_fmt(arena, "The channel accepted %lld several times and shows %lld.",
                    (long long)l->target, (long long)l->imported.quantity),
                "Look at the listing at the channel, then push quantities.");
    }
    /* The count is begun anew only by the next change: an old one says nothing of today. */
    if (l->foreign_changes && l->foreign_since >= now - DAY_MS)
        add_count(f, "changed_elsewhere", l->foreign_changes >= TOOL_CHANGES ? "error" : "warning",
            l->foreign_changes,
            arena_fmt(arena, "The quantity was changed by somebody else %lld times in 24 hours%s",
                (long long)l->foreign_changes,
                l->foreign_changes >= TOOL_CHANGES ? ": another tool is probably connected." : "."),
            "Disconnect other tools that set quantities of this account.");
    return stmt_end(st, e);
}

static enum err check_understood(struct tx *tx, const struct listing *l, struct arena *arena,
    struct findings *f, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT marketplace_id, unreadable FROM listing_marketplace WHERE listing_id = $1"
        " AND unreadable <> '' ORDER BY marketplace_id LIMIT 1");
    stmt_bind_int(st, 1, l->id);
    if (stmt_row(st))
        add(f, "unreadable", "error",
            arena_fmt(arena,
                "What the channel shows of it in %.*s could not be understood: %.*s. It is taken as"
                " it was read before.",
                STR_FMT(stmt_str_view(st, 0)), STR_FMT(stmt_str_view(st, 1))),
            "Correct the listing at the channel, then sync listings.");
    return stmt_end(st, e);
}

enum err diagnose_listing(struct tx *tx, const struct channel_row *ch, const struct listing *l,
    time_ms now, struct arena *arena, struct findings *out, struct error *e)
{
    out->count = 0;
    if (l->amazon_fulfilled)
        add(out, "amazon_fulfilled", "info",
            S("The channel itself fulfils this listing: its quantity is never sent."), "");
    if (str_eq(l->state, S("ended")))
        add(out, "ended", "warning", S("The listing has ended at the channel."),
            "Create it there again, then sync listings.");
    if (str_eq(l->state, S("inactive")))
        add(out, "inactive", "info",
            S("The listing is inactive at the channel, perhaps because it is sold out."), "");
    enum err rc = check_connection(tx, l, arena, out, e);
    check_state(ch, arena, out);
    if (!rc) rc = check_understood(tx, l, arena, out, e);
    if (!rc) rc = check_left_out(tx, l, arena, out, e);
    if (!rc) rc = check_outstanding(tx, l, arena, out, e);
    if (!rc) rc = check_push(tx, l, now, arena, out, e);
    if (!rc) rc = check_closed_open(tx, out, arena, e);
    if (!rc) finish(out);
    return rc;
}
