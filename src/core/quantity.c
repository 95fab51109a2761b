/* quantity.c: see quantity.h. */
#include "core/quantity.h"

#include "base/assert.h"

int64_t quantity_target(int64_t calculated, const struct quantity_rule *rule)
{
    ASSERT(rule->reserve >= 0 && (!rule->has_cap || rule->cap >= 0));
    int64_t target = calculated > rule->reserve ? calculated - rule->reserve : 0;
    return rule->has_cap && target > rule->cap ? rule->cap : target;
}

struct quantity_rule quantity_rule_of(const struct quantity_rule *channel, bool has_reserve,
    int64_t reserve, bool has_cap, int64_t cap)
{
    struct quantity_rule rule = *channel;
    if (has_reserve) rule.reserve = reserve;
    if (has_cap) {
        rule.has_cap = true;
        rule.cap = cap;
    }
    return rule;
}

enum push_reason push_decide(const struct push_facts *f)
{
    if (f->amazon_fulfilled) return PUSH_AMAZON_FULFILLED;
    if (f->ended) return PUSH_ENDED;
    if (!f->connected) return PUSH_NOT_CONNECTED;
    if (f->nothing_counted) return PUSH_NOTHING_COUNTED;
    if (!f->inventory_sync) return PUSH_SYNC_OFF;
    if (f->paused) return PUSH_CHANNEL_PAUSED;
    if (f->reconnect_needed) return PUSH_RECONNECT_NEEDED;
    bool synced_same = !f->has_synced || f->synced == f->target;
    bool imported_same = !f->has_imported || f->imported == f->target;
    bool known = f->has_synced || f->has_imported;
    return known && synced_same && imported_same ? PUSH_UNCHANGED : PUSH_WANTED;
}

const char *push_reason_code(enum push_reason r)
{
    static const char *const codes[] = {
        [PUSH_WANTED] = "wanted",
        [PUSH_AMAZON_FULFILLED] = "amazon_fulfilled",
        [PUSH_ENDED] = "ended",
        [PUSH_NOT_CONNECTED] = "not_connected",
        [PUSH_NOTHING_COUNTED] = "nothing_counted",
        [PUSH_SYNC_OFF] = "inventory_sync_off",
        [PUSH_CHANNEL_PAUSED] = "paused",
        [PUSH_RECONNECT_NEEDED] = "reconnect_needed",
        [PUSH_UNCHANGED] = "unchanged",
    };
    return codes[r];
}

enum push_lane push_lane_of(
    int64_t wanted, bool has_live, int64_t live, bool has_synced, int64_t synced)
{
    /* Without knowledge of what is live, the safe reading is that it shows too much. */
    if (wanted == 0 && (!has_live || live != 0)) return LANE_FALL_TO_ZERO;
    if (!has_live || wanted < live) return LANE_FALL;
    return wanted > live && !(has_synced && synced >= wanted) ? LANE_RISE : LANE_REFRESH;
}

bool brake_pulls(int64_t live_listings, int64_t falls_to_zero)
{
    return falls_to_zero >= BRAKE_LEAST && falls_to_zero * 100 > live_listings * BRAKE_PERCENT;
}

time_ms push_wanted_until(enum push_lane lane, const struct intake_state *intake, time_ms now)
{
    if (lane < LANE_RISE || !intake->order_import) return now;
    time_ms bound = now - RISE_WAIT_MAX_MS;
    time_ms known = lane == LANE_RISE ? intake->asked_at : intake->read_until;
    return known > bound ? known : bound;
}
