/* plan_dry.c: see plan_dry.h. */
#include "store/plan_dry.h"

#include "core/quantity.h"

/* `older`: the other one of what was accepted and what was read, where it is known. */
static const char *judge(const struct plan_row *row, const struct push_facts *f, int64_t older)
{
    switch (push_decide(f)) {
    case PUSH_AMAZON_FULFILLED:
        return "amazon_fulfilled";
    case PUSH_ENDED:
        return "ended";
    case PUSH_NOT_CONNECTED:
        return "not_connected";
    case PUSH_NOTHING_COUNTED:
        return "nothing_counted";
    case PUSH_UNCHANGED:
        return "no_difference";
    case PUSH_SYNC_OFF:
    case PUSH_CHANNEL_PAUSED:
    case PUSH_RECONNECT_NEEDED: /* not asked: the plan is what would be sent without them */
    case PUSH_WANTED:
        break;
    }
    if (!row->has_live) return "live_unknown";
    int64_t shown = row->wanted == row->live ? older : row->live;
    if (row->wanted == 0) return "fall_to_zero";
    return row->wanted < shown ? "fall" : "rise";
}

static void add(struct plan_totals *t, const struct plan_row *row)
{
    struct str reason = str_of(row->reason);
    t->listings++;
    t->to_send += row->send;
    t->rise += str_eq(reason, S("rise")) || str_eq(reason, S("live_unknown"));
    t->fall += str_eq(reason, S("fall"));
    t->fall_to_zero += str_eq(reason, S("fall_to_zero"));
    t->no_difference += str_eq(reason, S("no_difference"));
    t->left_out += !row->has_wanted;
    /* As the planner's brake counts: ended ones show nothing to buyers. */
    t->live += row->has_live && row->live > 0 && !str_eq(reason, S("ended"));
}

static void read_row(struct stmt *st, const struct channel_row *ch, struct plan_row *row)
{
    struct quantity_rule channel = { ch->reserve, ch->has_cap, ch->cap };
    bool nothing_counted = !ch->status_count || !ch->warehouse_count;
    bool amazon = str_eq(stmt_str_view(st, 3), S("amazon"));
    bool ended = str_eq(stmt_str_view(st, 4), S("ended"));
    bool connected = stmt_int(st, 11) > 0;
    bool read_last = !stmt_null(st, 7) && (stmt_null(st, 5) || stmt_int(st, 8) >= stmt_int(st, 6));
    struct quantity_rule rule = quantity_rule_of(
        &channel, !stmt_null(st, 9), stmt_int(st, 9), !stmt_null(st, 10), stmt_int(st, 10));
    struct push_facts facts = { .amazon_fulfilled = amazon,
        .ended = ended,
        .connected = connected,
        .nothing_counted = nothing_counted,
        .inventory_sync = true,
        .target = quantity_target(stmt_int(st, 12) - stmt_int(st, 13), &rule),
        .has_synced = !stmt_null(st, 5),
        .has_imported = !stmt_null(st, 7),
        .synced = stmt_int(st, 5),
        .imported = stmt_int(st, 7) };
    *row = (struct plan_row){ .listing_id = stmt_int(st, 0),
        .has_live = !amazon && (facts.has_synced || facts.has_imported),
        .live = read_last ? facts.imported : facts.synced,
        .has_wanted = !amazon && !ended && connected && !nothing_counted };
    if (row->has_wanted) row->wanted = facts.target;
    row->reason = judge(row, &facts, read_last ? facts.synced : facts.imported);
    row->send = row->has_wanted && !str_eq(str_of(row->reason), S("no_difference"));
}

enum err plan_dry(struct tx *tx, const struct channel_row *ch, int send, const struct page *page,
    struct arena *arena, struct plan *out, struct error *e)
{
    *out = (struct plan){ .rows = arena_new(arena, struct plan_row, (size_t)page->limit + 1) };
    struct stmt *st = tx_prepare(tx,
        "SELECT g.id, g.sku, g.title, g.fulfillment, g.state, g.synced, g.synced_at, g.imported,"
        " g.imported_at, g.reserve, g.cap,"
        " (SELECT COUNT(*) FROM listing_variation lv WHERE lv.listing_id = g.id),"
        " (SELECT CAST(COALESCE(SUM(k.units), 0) AS BIGINT) FROM listing_variation lv"
        " JOIN stock_count k ON k.variation_id = lv.variation_id WHERE lv.listing_id = g.id"
        " AND k.status_id IN {ints $2} AND k.warehouse_id IN {ints $3}),"
        " (SELECT CAST(COALESCE(SUM(n.units), 0) AS BIGINT) FROM (SELECT DISTINCT d.line_id,"
        " d.units FROM listing_variation lv JOIN demand d ON d.variation_id = lv.variation_id"
        " WHERE lv.listing_id = g.id) n)"
        " FROM listing g WHERE g.channel_id = $1 ORDER BY g.id");
    stmt_bind_int(st, 1, ch->id);
    stmt_bind_ints(st, 2, ch->status_ids, ch->status_count);
    stmt_bind_ints(st, 3, ch->warehouse_ids, ch->warehouse_count);
    while (stmt_row(st)) {
        struct plan_row row;
        read_row(st, ch, &row);
        add(&out->totals, &row);
        bool shown = row.listing_id > page->after && out->count <= (size_t)page->limit &&
                     (send < 0 || row.send == send);
        if (!shown) continue;
        row.sku = stmt_str(st, 1, arena);
        row.title = stmt_str(st, 2, arena);
        out->rows[out->count++] = row;
    }
    return stmt_end(st, e);
}
