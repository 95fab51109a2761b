/* rng_test.c: repeatable when seeded, without bias below a bound. */
#include "check.h"

#include "base/rng.h"

static void test_seeded_repeats(void **state)
{
    (void)state;
    struct rng a, b, c;
    rng_seeded(&a, 1);
    rng_seeded(&b, 1);
    rng_seeded(&c, 2);
    uint64_t first = rng_u64(&a);
    CHECK_INT(first, rng_u64(&b), "same seed, same numbers");
    CHECK(first != rng_u64(&c), "another seed, others");
}

static void test_below(void **state)
{
    (void)state;
    struct rng r;
    rng_seeded(&r, 5);
    int seen[3] = { 0 };
    for (int i = 0; i < 30000; i++)
        seen[rng_below(&r, 3)]++;
    for (int i = 0; i < 3; i++)
        CHECK(seen[i] > 9500 && seen[i] < 10500, "even");
    CHECK_INT(rng_below(&r, 1), 0, "only one choice");
}

static void test_system_differs(void **state)
{
    (void)state;
    CHECK(rng_u64(rng_system()) != rng_u64(rng_system()), "not constant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeded_repeats),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_system_differs),
    };
    return cmocka_run_group_tests_name("base/rng", tests, NULL, NULL);
}
