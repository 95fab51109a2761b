/* send_plan_test.c: singly or in lots, and how much a lot takes. */
#include "check.h"

#include "base/rng.h"
#include "core/send_plan.h"

#include <string.h>

static void test_singly(void **state)
{
    (void)state;
    static const struct {
        int64_t count;
        struct send_pace pace;
        time_ms ms;
        const char *why;
    } rows[] = {
        { 0, { 5000000, 0, 0 }, 0, "nothing" },
        { 5, { 5000000, 5, 0 }, 0, "the tokens that are there" },
        { 6, { 5000000, 5, 0 }, 200, "one more" },
        { 1005, { 5000000, 5, 0 }, 200000, "five a second" },
        { 3, { 5000000, 5, 60000 }, 60000, "held back by a refusal" },
        { 2, { 8300, 1, 0 }, 120481, "a slow one: 1 / 0.0083 s" },
        { 1000005, { 5000000, 5, 0 }, 200000000, "a million" },
        { INT64_MAX / 2, { 1, 0, 0 }, INT64_C(100) * 365 * 86400 * 1000, "never" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(send_singly_ms(rows[i].count, &rows[i].pace), rows[i].ms, rows[i].why);
}

static void test_in_lots(void **state)
{
    (void)state;
    static const struct {
        int64_t count;
        struct send_pace pace;
        time_ms ms;
        const char *why;
    } rows[] = {
        { 0, { 8300, 5, 0 }, 0, "nothing" },
        { 1, { 8300, 5, 0 }, 300005, "the queue, and one" },
        { 25000, { 8300, 5, 0 }, 425000, "one lot" },
        { 25001, { 8300, 5, 0 }, 425000 + 300005, "two, one after the other" },
        { 100000, { 8300, 5, 0 }, 4 * 425000, "four" },
        { 1, { 8300, 0, 0 }, 120481 + 300005, "when its call may be made" },
        { 1, { 8300, 5, 900000 }, 900000 + 300005, "when its call is held back" },
        { INT64_MAX / 2, { 8300, 5, 0 }, INT64_C(100) * 365 * 86400 * 1000, "never" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(send_in_lots_ms(rows[i].count, &rows[i].pace), rows[i].ms, rows[i].why);
}

static void test_choice(void **state)
{
    (void)state;
    static const struct {
        int64_t zeros, others;
        struct send_pace single, lot;
        bool lots;
        const char *why;
    } rows[] = {
        { 0, 0, { 5000000, 5, 0 }, { 8300, 5, 0 }, false, "nothing" },
        { 0, 10, { 5000000, 5, 0 }, { 8300, 5, 0 }, false, "a few" },
        { 0, 1500, { 5000000, 5, 0 }, { 8300, 5, 0 }, false, "300 s singly" },
        { 0, 1600, { 5000000, 5, 0 }, { 8300, 5, 0 }, true, "308 s in a lot" },
        { 1500, 100, { 5000000, 5, 0 }, { 8300, 5, 0 }, true, "zeros go before them" },
        { 100000, 0, { 5000000, 5, 0 }, { 8300, 5, 0 }, false, "zeros never wait for a lot" },
        { 0, 1600, { 5000000, 5, 0 }, { 8300, 0, 0 }, false, "no lot for two minutes" },
        { 0, 400, { 1000000, 0, 0 }, { 8300, 5, 0 }, true, "a seller with a slower rate" },
        { 0, 10, { 5000000, 0, 600000 }, { 8300, 5, 0 }, true, "calls are held back" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(send_prefers_lots(rows[i].zeros, rows[i].others, &rows[i].single, &rows[i].lot) ==
                  rows[i].lots,
            rows[i].why);
}

static void test_lot(void **state)
{
    (void)state;
    static size_t lengths[LOT_MESSAGES_MAX + 10];
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        lengths[i] = 200;
    CHECK_INT(send_lot_take(lengths, 0, 100), 0, "nothing");
    CHECK_INT(send_lot_take(lengths, 7, 100), 7, "all");
    CHECK_INT(send_lot_take(lengths, COUNT_OF(lengths), 100), LOT_MESSAGES_MAX, "the most");
    lengths[0] = LOT_BYTES_MAX - 100;
    CHECK_INT(send_lot_take(lengths, 2, 100), 1, "to the byte");
    CHECK_INT(send_lot_take(lengths, 2, 101), 0, "a message too long for any lot");
    lengths[0] = LOT_BYTES_MAX - 100 - 201;
    CHECK_INT(send_lot_take(lengths, 2, 100), 2, "with the comma between");
    lengths[0]++;
    CHECK_INT(send_lot_take(lengths, 2, 100), 1, "one byte more");
    lengths[0] = SIZE_MAX;
    CHECK_INT(send_lot_take(lengths, 2, 100), 0, "no sum overflows");
}

/* What the choice promises, for any numbers: the way that is taken is not slower than the other by
 * its own estimate; more work never takes less time; lots keep both limits and leave out nothing
 * that would still have fitted. */
static void test_property(void **state)
{
    (void)state;
    struct rng rng;
    rng_seeded(&rng, 20261130);
    static size_t lengths[3000];
    for (int round = 0; round < 2000; round++) {
        struct send_pace one = { 1 + (int64_t)rng_below(&rng, 20000000),
            (int64_t)rng_below(&rng, 20), (time_ms)rng_below(&rng, 100000) };
        struct send_pace many = { 1 + (int64_t)rng_below(&rng, 100000),
            (int64_t)rng_below(&rng, 20), (time_ms)rng_below(&rng, 100000) };
        int64_t zeros = (int64_t)rng_below(&rng, 5000), others = (int64_t)rng_below(&rng, 200000);
        bool lots = send_prefers_lots(zeros, others, &one, &many);
        time_ms singly = send_singly_ms(zeros + others, &one);
        time_ms in_lots = send_in_lots_ms(others, &many);
        CHECK(!lots || in_lots < singly, "lots only when they are faster");
        CHECK(lots || others == 0 || in_lots >= singly, "singly only when that is not slower");
        CHECK(send_singly_ms(others + 1, &one) >= send_singly_ms(others, &one), "monotone");
        CHECK(send_in_lots_ms(others + 1, &many) > send_in_lots_ms(others, &many), "monotone");
        size_t n = (size_t)rng_below(&rng, COUNT_OF(lengths)), frame = (size_t)rng_below(&rng, 500);
        for (size_t i = 0; i < n; i++)
            lengths[i] = (size_t)rng_below(&rng, 20000);
        size_t took = send_lot_take(lengths, n, frame), bytes = frame;
        for (size_t i = 0; i < took; i++)
            bytes += lengths[i] + (i > 0);
        CHECK(took <= n && took <= LOT_MESSAGES_MAX && bytes <= LOT_BYTES_MAX, "within limits");
        CHECK(took == n || bytes + lengths[took] + (took > 0) > LOT_BYTES_MAX, "no room is left");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_singly),
        cmocka_unit_test(test_in_lots),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_lot),
        cmocka_unit_test(test_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
