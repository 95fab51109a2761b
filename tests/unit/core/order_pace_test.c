/* order_pace_test.c: how readings of orders are spread at Amazon's documented rate, hour by hour.
 */
#include "check.h"

#include "core/order_pace.h"

enum { STEP_MS = 100, GAP_MS = 10 * 1000, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
enum { MICRO = 1000000 };

/* A shop whose every reading is one page. */
struct shop {
    struct bucket orders;
    struct order_pace pace;
    time_ms now;
    int readings;
    int64_t least; /* tokens that were left */
};

static void open_shop(struct shop *s, int64_t tokens)
{
    *s = (struct shop){ .now = 5000, .least = 20 };
    bucket_init(&s->orders, 5600, 20, s->now); /* searchOrders: one per 179 s */
    s->orders.level = tokens * MICRO;
    order_pace_init(&s->pace, &s->orders, s->now);
}

/* True when a reading began. */
static bool ask(struct shop *s, bool rise)
{
    time_ms wait = 0;
    struct order_pace_ask a = { s->now, GAP_MS, rise };
    if (!order_pace_begin(&s->pace, &s->orders, &a, &wait)) {
        CHECK(wait > 0, "not now: later");
        return false;
    }
    CHECK(bucket_take(&s->orders, s->now, 0, &wait), "its token is there");
    s->readings++;
    if (s->orders.level / MICRO < s->least) s->least = s->orders.level / MICRO;
    return true;
}

static void pass(struct shop *s, time_ms ms, bool rise)
{
    for (time_ms end = s->now + ms; s->now < end; s->now += STEP_MS)
        (void)ask(s, rise);
}

/* How long a rise that begins to wait now waits. */
static time_ms rise_waits(struct shop *s)
{
    time_ms began = s->now;
    while (!ask(s, true))
        s->now += STEP_MS;
    return s->now - began;
}

static void test_routine(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s, 20);
    CHECK(ask(&s, false), "the first one at once");
    s.now += GAP_MS - 1;
    CHECK(!ask(&s, false), "then after the gap");
    s.now += 1;
    CHECK(ask(&s, false), "then");
    pass(&s, HOUR_MS, false);
    CHECK_INT(s.least, 8, "eight tokens are left for catching up");
    CHECK(s.readings >= 30 && s.readings <= 33, "twelve of the burst, then one in three minutes");
}

static void test_single_rise(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s, 20);
    (void)ask(&s, false);
    CHECK(rise_waits(&s) <= RISE_GAP_MS, "right after a reading: half a second");
    for (int i = 0; i < 4; i++) {
        pass(&s, HOUR_MS, false);
        CHECK(rise_waits(&s) <= RISE_GAP_MS, "after a pause, whatever the routine has left");
    }
}

/* A delivery is scanned: there is always a rise that waits. */
static void test_stream_of_rises(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s, 20);
    (void)ask(&s, false);
    pass(&s, 10 * 1000, true);
    CHECK(s.readings <= 5, "ten seconds do not spend the burst");
    CHECK(s.orders.level / MICRO >= 15, "it is still there");
    pass(&s, HOUR_MS, true);
    CHECK(s.least >= 4, "nor does an hour");
    /* 20 at first and one in 179 s, less the four to eight that are left. */
    CHECK(s.readings >= 32 && s.readings <= 36, "all that the rate gives is used");
    time_ms longest = 0;
    for (int i = 0; i < 20; i++) {
        time_ms waited = rise_waits(&s);
        if (waited > longest) longest = waited;
    }
    CHECK(longest <= 2 * 179 * 1000, "a rise waits for two tokens at most, not for hours");
    pass(&s, HOUR_MS, false);
    CHECK(rise_waits(&s) <= RISE_GAP_MS, "and after a pause all is as before");
}

static void test_growing_pauses(void **state)
{
    (void)state;
    static const time_ms waits[] = { 500, 2000, 8000, 32000 };
    struct shop s;
    open_shop(&s, 8);  /* none for the routine */
    s.orders.rate = 1; /* nor any to come */
    s.pace.begun = true;
    s.pace.last = s.now;
    for (size_t i = 0; i < COUNT_OF(waits); i++)
        CHECK_INT(rise_waits(&s), waits[i], "each after four times the pause");
    s.now += HOUR_MS;
    CHECK(!ask(&s, true), "then the budget is spent");
}

static void test_after_the_backfill(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s, 4);
    CHECK(!ask(&s, false), "the routine leaves eight");
    s.pace.paged = true;
    CHECK(ask(&s, false), "after a page of the back-fill the next token is for new orders");
    CHECK(!s.pace.paged, "one");
}

static void test_learned_rate(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s, 20);
    pass(&s, MINUTE_MS, true);
    s.orders.rate = 560000; /* a hundred times as much is stated */
    pass(&s, MINUTE_MS, true);
    s.readings = 0;
    pass(&s, 10 * MINUTE_MS, true);
    CHECK(s.readings >= 160, "half of what the marketplace allows, not of what was documented");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routine),
        cmocka_unit_test(test_single_rise),
        cmocka_unit_test(test_stream_of_rises),
        cmocka_unit_test(test_growing_pauses),
        cmocka_unit_test(test_after_the_backfill),
        cmocka_unit_test(test_learned_rate),
    };
    return cmocka_run_group_tests_name("core/order_pace", tests, NULL, NULL);
}
