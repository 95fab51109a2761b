/* lot_test.c: a price divided over units: some by hand, many at random against the definition. */
#include "check.h"

#include "base/rng.h"
#include "core/lot.h"

#include <string.h>

static struct arena arena;

static void test_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t price;
        int64_t weights[4];
        size_t count;
        int64_t want[4];
    } rows[] = {
        { "even", 900, { 0, 0, 0 }, 3, { 300, 300, 300 } },
        { "what is left over goes to the first", 1000, { 0, 0, 0 }, 3, { 334, 333, 333 } },
        { "fewer minor units than items", 2, { 0, 0, 0 }, 3, { 1, 1, 0 } },
        { "nothing", 0, { 5, 5 }, 2, { 0, 0 } },
        { "by weight", 1000, { 100, 300 }, 2, { 250, 750 } },
        { "the larger remainder first", 100, { 1, 1, 4 }, 3, { 17, 17, 66 } },
        { "one weight is not known: equal parts", 1000, { 100, 0 }, 2, { 500, 500 } },
        { "the largest there can be", 1000000000000, { 1000000000000, 1000000000000 }, 2,
            { 500000000000, 500000000000 } },
        { "one", 777, { 3 }, 1, { 777 } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lot_share shares[4];
        for (size_t k = 0; k < rows[i].count; k++)
            shares[k] = (struct lot_share){ (int64_t)k + 1, rows[i].weights[k], -1 };
        lot_divide(rows[i].price, shares, rows[i].count, &arena);
        for (size_t k = 0; k < rows[i].count; k++)
            CHECK_INT(shares[k].amount, rows[i].want[k], rows[i].why);
    }
    lot_divide(5, NULL, 0, &arena);
}

static int64_t amount_of(const struct lot_share *shares, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (shares[i].id == id) return shares[i].amount;
    fail();
    return 0;
}

/* The sum is exact; each is the exact share rounded down or up; the order does not matter. */
static void check_division(struct rng *rng, int64_t price, size_t count)
{
    struct lot_share shares[200], turned[200];
    long double sum = 0;
    bool known = true;
    int64_t most = (int64_t)(rng_u64(rng) % 1000000) + 1;
    for (size_t i = 0; i < count; i++) {
        shares[i] = (struct lot_share){ (int64_t)(i * 7 + 3),
            (int64_t)(rng_u64(rng) % (uint64_t)most), -1 };
        known = known && shares[i].weight > 0;
    }
    for (size_t i = 0; i < count; i++)
        sum += known ? (long double)shares[i].weight : 1;
    memcpy(turned, shares, sizeof turned);
    for (size_t i = count; i > 1; i--) {
        size_t k = rng_u64(rng) % i;
        struct lot_share s = turned[k];
        turned[k] = turned[i - 1];
        turned[i - 1] = s;
    }
    lot_divide(price, shares, count, &arena);
    lot_divide(price, turned, count, &arena);
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        long double exact = (long double)price * (known ? (long double)shares[i].weight : 1) / sum;
        long double off = (long double)shares[i].amount - exact;
        total += shares[i].amount;
        CHECK(off < 1.000001L && off > -1.000001L, "at most a minor unit from the exact share");
        CHECK_INT(amount_of(turned, count, shares[i].id), shares[i].amount, "in any order");
        for (size_t k = 0; !known && k < i; k++)
            CHECK(shares[k].amount - shares[i].amount <= 1 &&
                      shares[i].amount - shares[k].amount <= 1,
                "equal parts differ by at most one");
    }
    CHECK_INT(total, price, "the parts sum up to the price");
}

static void test_at_random(void **state)
{
    (void)state;
    struct rng rng;
    rng_seeded(&rng, 3);
    for (int i = 0; i < 2000; i++) {
        struct arena_mark mark = arena_mark(&arena);
        int64_t price = (int64_t)(rng_u64(&rng) % (i % 2 ? 1000 : 10000000));
        check_division(&rng, price, rng_u64(&rng) % 200 + 1);
        arena_rewind(&arena, mark);
    }
}

static int start(void **state)
{
    (void)state;
    arena_init(&arena, "test", 1024 * 1024);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
