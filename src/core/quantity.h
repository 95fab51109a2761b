/*
 * quantity.h: what a channel is told, and whether and in which lane it is told (domain.md 4 and 5,
 * design.md 2). Quantities are units; calculated may be negative.
 */
#ifndef CORE_QUANTITY_H
#define CORE_QUANTITY_H

#include "base/clock.h"

struct quantity_rule {
    int64_t reserve; /* >= 0 */
    bool has_cap;
    int64_t cap; /* >= 0 */
};

/* min(cap, max(0, calculated - reserve)) */
int64_t quantity_target(int64_t calculated, const struct quantity_rule *rule);

/* A listing's own reserve and cap go before its channel's. */
struct quantity_rule quantity_rule_of(const struct quantity_rule *channel, bool has_reserve,
    int64_t reserve, bool has_cap, int64_t cap);

/* Why a listing is not pushed, in the order in which it is asked; PUSH_WANTED when it is. */
enum push_reason {
    PUSH_WANTED,
    PUSH_AMAZON_FULFILLED, /* never, whatever happens: it would strand the stock */
    PUSH_ENDED,
    PUSH_NOT_CONNECTED,
    PUSH_NOTHING_COUNTED, /* no status or no warehouse: zeros that nobody meant */
    PUSH_SYNC_OFF,
    PUSH_CHANNEL_PAUSED,
    PUSH_RECONNECT_NEEDED,
    PUSH_UNCHANGED, /* the target equals what the channel accepted and what was read from it, as far
                       as either is known */
};

struct push_facts {
    bool amazon_fulfilled, ended, connected, nothing_counted;
    bool inventory_sync, paused, reconnect_needed;
    int64_t target;
    bool has_synced, has_imported;
    int64_t synced, imported;
};

enum push_reason push_decide(const struct push_facts *facts);
const char *push_reason_code(enum push_reason r); /* "amazon_fulfilled", "wanted" */

/* Lower goes first. A refresh puts back what was told before and is not shown: by another tool's
 * change, or by an order that we have not seen yet. */
enum push_lane { LANE_FALL_TO_ZERO, LANE_FALL, LANE_RISE, LANE_REFRESH };

/* live: the best knowledge of what the channel shows; synced: what it last accepted from us. */
enum push_lane push_lane_of(
    int64_t wanted, bool has_live, int64_t live, bool has_synced, int64_t synced);

/*
 * Blast brake: when more than 30 percent, and at least 10, of the live listings (those that show
 * more than zero) fall to zero within an hour, sending stops and a person is asked. Those that were
 * sent within the hour count as well: a slip that zeroes a few at a time empties a shop too.
 */
enum { BRAKE_PERCENT = 30, BRAKE_LEAST = 10, BRAKE_WINDOW_MS = 3600 * 1000 };
bool brake_pulls(int64_t live_listings, int64_t falls_to_zero);

/*
 * Amazon has already taken units for orders that we have not seen. So a rise waits until orders
 * were asked for since the stock came in, and a refresh until orders were read up to the moment
 * when the difference was seen (they show two minutes late); neither for longer than
 * RISE_WAIT_MAX_MS.
 */
enum { RISE_WAIT_MAX_MS = 10 * 60 * 1000 };
struct intake_state {
    bool order_import;
    time_ms asked_at;   /* when the last complete reading of orders began; 0: never */
    time_ms read_until; /* all orders up to then are here; 0: never */
};
/* Rows of that lane may go when they were wanted at or before the result. */
time_ms push_wanted_until(enum push_lane lane, const struct intake_state *intake, time_ms now);

#endif
