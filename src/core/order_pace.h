/*
 * order_pace.h: when orders may be read again (design.md 3).
 *
 * The marketplace allows a burst and then a reading in minutes (searchOrders: 20, one in 179 s).
 * Routine readings keep a gap and leave tokens of the burst for catching up. A rise waits for a
 * reading begun after it, so one may come at once, out of a budget of its own: a few in a row, each
 * after a longer pause than the one before, and then at half the marketplace's rate. A stream of
 * rises (a delivery that is scanned) must not spend in seconds what the rest of the hour needs;
 * between, rises are served by the routine readings. Pure: the caller has the clock and the lock.
 */
#ifndef CORE_ORDER_PACE_H
#define CORE_ORDER_PACE_H

#include "core/bucket.h"

enum {
    ORDER_KEEP_ROUTINE = 8,  /* tokens that routine readings leave for catching up */
    ORDER_KEEP_BACKFILL = 4, /* that the back-fill leaves to new orders */
    ORDER_KEEP_RISE = 2,
    RISE_BURST = 4,    /* readings for waiting rises after a pause */
    RISE_GAP_MS = 500, /* before the first of them; four times as long before each further one */
};

struct order_pace {
    struct bucket rises; /* the budget */
    time_ms last;        /* when the last reading began; meaningful when begun */
    bool begun;
    bool paged; /* the back-fill had the last token: the next one is for new orders */
};

/* orders: the marketplace's bucket of the operation. */
void order_pace_init(struct order_pace *p, const struct bucket *orders, time_ms now);

struct order_pace_ask {
    time_ms now, gap; /* gap: between routine readings */
    bool rise;        /* one waits */
};
/* True when a reading begins now: it is noted, and the caller takes its token from `orders`.
 * Otherwise *wait_ms is how long not to ask again, at least 1. */
bool order_pace_begin(struct order_pace *p, struct bucket *orders, const struct order_pace_ask *ask,
    time_ms *wait_ms);

#endif
