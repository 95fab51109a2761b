/* order_pace.c: see order_pace.h. */
#include "core/order_pace.h"

enum { MICRO = 1000000 };

void order_pace_init(struct order_pace *p, const struct bucket *orders, time_ms now)
{
    *p = (struct order_pace){ .begun = false };
    int64_t rate = orders->rate / 2;
    bucket_init(&p->rises, rate > 0 ? rate : 1, RISE_BURST, now);
}

/* Whether there is a token, without taking it. */
static bool has_token(struct bucket *b, time_ms now, int64_t keep, time_ms *wait_ms)
{
    if (!bucket_take(b, now, keep, wait_ms)) return false;
    bucket_give_back(b);
    return true;
}

static bool has_passed(const struct order_pace *p, time_ms now, time_ms gap, time_ms *wait_ms)
{
    time_ms since = now - p->last;
    if (!p->begun || since >= gap) return true;
    *wait_ms = gap - since;
    return false;
}

static bool routine(
    struct order_pace *p, struct bucket *orders, const struct order_pace_ask *ask, time_ms *wait_ms)
{
    int64_t keep = p->paged ? ORDER_KEEP_BACKFILL - 1 : ORDER_KEEP_ROUTINE;
    return has_passed(p, ask->now, ask->gap, wait_ms) && has_token(orders, ask->now, keep, wait_ms);
}

static bool for_rise(
    struct order_pace *p, struct bucket *orders, const struct order_pace_ask *ask, time_ms *wait_ms)
{
    /* The learned rate is what there is to share. */
    p->rises.rate = orders->rate > 1 ? orders->rate / 2 : 1;
    if (!has_token(&p->rises, ask->now, 0, wait_ms)) return false;
    int64_t spent = RISE_BURST - p->rises.level / MICRO;
    return has_passed(p, ask->now, (time_ms)RISE_GAP_MS << (2 * spent), wait_ms) &&
           has_token(orders, ask->now, ORDER_KEEP_RISE, wait_ms) &&
           bucket_take(&p->rises, ask->now, 0, wait_ms);
}

bool order_pace_begin(
    struct order_pace *p, struct bucket *orders, const struct order_pace_ask *ask, time_ms *wait_ms)
{
    time_ms for_routine = 0, rise = 0;
    bool begins = routine(p, orders, ask, &for_routine);
    *wait_ms = for_routine;
    if (!begins && ask->rise) {
        begins = for_rise(p, orders, ask, &rise);
        if (rise < for_routine) *wait_ms = rise;
    }
    if (!begins) return false;
    p->begun = true;
    p->last = ask->now;
    p->paged = false;
    return true;
}
