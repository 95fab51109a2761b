/* bucket_test.c: the token bucket, to the millisecond. */
#include "check.h"

#include "amazon_sim/bucket.h"

static void test_burst_and_refill(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 0.5, 2, 1000);
    const struct {
        time_ms at;
        bool let;
        const char *why;
    } rows[] = {
        { 1000, true, "the first of the burst" },
        { 1000, true, "the second of the burst" },
        { 1000, false, "the burst is used up" },
        { 2999, false, "one token takes two seconds" },
        { 3000, true, "now it is there" },
        { 3000, false, "and used" },
        { 2000, false, "time does not go back" },
        { 1003000, true, "a long rest fills it" },
        { 1003000, true, "to the burst" },
        { 1003000, false, "and not beyond" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(bucket_take(&b, rows[i].at), rows[i].let, rows[i].why);
}

/* searchOrders: 0.0056 a second is one in 178.57 seconds; thousands of small steps add up to it. */
static void test_small_steps(void **state)
{
    (void)state;
    struct bucket b;
    int let = 0;
    bucket_init(&b, 0.0056, 1, 0);
    for (time_ms now = 0; now <= 1000000; now += 10)
        let += bucket_take(&b, now);
    CHECK_INT(let, 6, "the first at once and 5.6 more in 1,000 s");
}

static void test_change(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 1, 10, 0);
    bucket_change(&b, 2, 1, 0);
    CHECK(bucket_take(&b, 0), "one is left of the smaller burst");
    CHECK(!bucket_take(&b, 499), "the new rate");
    CHECK(bucket_take(&b, 500), "the new rate");
    bucket_change(&b, 0, 1, 500);
    CHECK(!bucket_take(&b, 1000000000), "rate 0 never refills");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_and_refill),
        cmocka_unit_test(test_small_steps),
        cmocka_unit_test(test_change),
    };
    return cmocka_run_group_tests_name("sim/bucket", tests, NULL, NULL);
}
