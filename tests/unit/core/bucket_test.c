/* bucket_test.c: token buckets at Amazon's documented rates. */
#include "check.h"

#include "base/rng.h"
#include "core/bucket.h"

static void test_burst_then_pace(void **state)
{
    (void)state;
    struct bucket b;
    time_ms wait;
    bucket_init(&b, 5000000, 5, 0);
    for (int i = 0; i < 5; i++)
        CHECK(bucket_take(&b, 0, 0, &wait), "the burst");
    CHECK(!bucket_take(&b, 0, 0, &wait), "empty");
    CHECK(wait >= 200 && wait <= 201, "one per 200 ms");
    CHECK(bucket_take(&b, 201, 0, &wait), "after the wait it is there");
}

static void test_slow_rate(void **state)
{
    (void)state;
    struct bucket b;
    time_ms wait, now = 0;
    bucket_init(&b, 5600, 20, 0); /* searchOrders: one per 179 s */
    for (int i = 0; i < 20; i++)
        CHECK(bucket_take(&b, 0, 0, &wait), "the burst");
    /* Asked every 7 ms, fractions must not be lost. */
    int taken = 0;
    while (now < 1800000) {
        now += 7;
        if (bucket_take(&b, now, 0, &wait)) taken++;
    }
    CHECK_INT(taken, 10, "1,800 s at one per 178.6 s");
}

static void test_keep(void **state)
{
    (void)state;
    struct bucket b;
    time_ms wait;
    bucket_init(&b, 1000000, 5, 0);
    int taken = 0;
    while (bucket_take(&b, 0, 3, &wait))
        taken++;
    CHECK_INT(taken, 2, "a lane of less weight leaves three");
    CHECK(bucket_take(&b, 0, 0, &wait), "for one of more weight");
    bucket_init(&b, 1000000, 1, 0);
    CHECK(bucket_take(&b, 0, 9, &wait), "keeping more than the burst would be never");
}

/* Never more than burst + rate * time, whatever is asked when. */
static void test_bound(void **state)
{
    (void)state;
    struct rng rng;
    rng_seeded(&rng, 7);
    for (int round = 0; round < 200; round++) {
        int64_t rate = 1 + (int64_t)rng_below(&rng, 20000000),
                burst = 1 + (int64_t)rng_below(&rng, 30);
        struct bucket b;
        bucket_init(&b, rate, burst, 0);
        time_ms now = 0, wait;
        int64_t taken = 0;
        for (int i = 0; i < 500; i++) {
            now += (time_ms)rng_below(&rng, 1000);
            if (bucket_take(&b, now, (int64_t)rng_below(&rng, 3), &wait))
                taken++;
            else
                CHECK(wait >= 1, "never a busy wait");
            CHECK(taken <= burst + rate * now / 1000000000 + 1, "the bound of the bucket");
        }
    }
}

static void test_learns(void **state)
{
    (void)state;
    struct bucket b;
    time_ms now = 1000, wait;
    bucket_init(&b, 5000000, 5, now);
    bucket_refused(&b, now, 0);
    CHECK_INT(b.rate, 5000000, "one refusal may be another program's");
    CHECK(!bucket_take(&b, now + 499, 0, &wait), "held back");
    for (int i = 0; i < 20; i++) {
        now = b.not_before;
        CHECK(now > 0, "a refusal holds back");
        bucket_refused(&b, now, 500);
    }
    CHECK_INT(b.rate, 500000, "down to a tenth, not below");
    CHECK(b.not_before - now <= 300000 * 3 / 2, "the wait is bounded");
    for (int i = 0; i < 60; i++) {
        now += 61000;
        bucket_answered(&b, now, 0);
    }
    CHECK_INT(b.rate, 5000000, "and up again to what is documented");
    bucket_answered(&b, now, 2000000);
    CHECK_INT(b.rate, 2000000, "a stated rate is believed");
    bucket_answered(&b, now, 2000000);
    CHECK_INT(b.stated_rate, 2000000, "and stays");
}

/* A bucket of Amazon's, whatever it states. */
struct truth {
    int64_t rate, burst, level; /* as in struct bucket */
    time_ms at;
};

static bool lets_through(struct truth *t, time_ms now)
{
    t->level += (now - t->at) * t->rate / 1000;
    if (t->level > t->burst * 1000000) t->level = t->burst * 1000000;
    t->at = now;
    if (t->level < 1000000) return false;
    t->level -= 1000000;
    return true;
}

struct share {
    int64_t calls, refused;
};

/* As many calls as our bucket allows; every answer states what is documented. */
static struct share call_until(
    struct bucket *b, struct truth *t, int64_t keep, time_ms *now, time_ms end)
{
    struct rng rng;
    struct share s = { 0, 0 };
    rng_seeded(&rng, 1);
    while (*now < end) {
        time_ms wait = 0;
        if (!bucket_take(b, *now, keep, &wait)) {
            *now += wait;
            continue;
        }
        s.calls++;
        if (lets_through(t, *now)) {
            bucket_answered(b, *now, b->documented_rate);
        } else {
            bucket_refused(b, *now, (int64_t)rng_below(&rng, 1000));
            s.refused++;
        }
        *now += 20;
    }
    return s;
}

/* Amazon allows a third of what it documents and states. Few calls are refused once that is
 * learned, most of what is allowed is used, and when it is over so is the restraint. */
static void test_a_third(void **state)
{
    (void)state;
    static const struct row {
        const char *why;
        int64_t rate, burst, keep, refused_percent, used_percent;
        time_ms hour;
    } rows[] = {
        { "many calls a second", 5000000, 5, 0, 3, 85, 3600 * 1000 },
        /* An empty bucket rests until it has what must be kept: that is restraint enough. */
        { "one call in minutes", 5600, 20, 8, 15, 90, 24 * 3600 * 1000 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *r = &rows[i];
        struct bucket b;
        struct truth t = { r->rate / 3, r->burst, 0, 0 };
        time_ms now = 0;
        bucket_init(&b, r->rate, r->burst, 0);
        (void)call_until(&b, &t, r->keep, &now, r->hour); /* learning */
        struct share s = call_until(&b, &t, r->keep, &now, 3 * r->hour);
        CHECK(s.calls > 0 && s.refused * 100 <= s.calls * r->refused_percent, r->why);
        int64_t allowed = 2 * (r->hour / 1000) * t.rate / 1000000;
        CHECK((s.calls - s.refused) * 100 >= allowed * r->used_percent, r->why);
        CHECK(b.rate < r->rate, "it is slower than documented");
        t.rate = r->rate;
        (void)call_until(&b, &t, r->keep, &now, 4 * r->hour);
        CHECK_INT(b.rate, r->rate, "as documented again");
    }
}

static void test_saved(void **state)
{
    (void)state;
    struct bucket b, r;
    time_ms wait;
    bucket_init(&b, 5600, 20, 0);
    for (int i = 0; i < 20; i++)
        CHECK(bucket_take(&b, 0, 0, &wait), "spent");
    char text[BUCKET_TEXT_SIZE];
    struct str saved = bucket_save(&b, 0, 1000000, text);
    bucket_init(&r, 5600, 20, 50);
    CHECK(bucket_restore(&r, saved, 50, 1000000), "read");
    CHECK(!bucket_take(&r, 50, 0, &wait), "a restart is no new burst");
    bucket_init(&r, 5600, 20, 50);
    CHECK(bucket_restore(&r, saved, 50, 1000000 + 200000), "read after 200 s");
    CHECK(bucket_take(&r, 50, 0, &wait), "the time away counts");
    CHECK(bucket_restore(&r, saved, 50, 0), "the wall clock went back");
    CHECK(!bucket_take(&r, 50, 0, &wait), "counts as no time");
    static const char *const bad[] = { "", "1", "2 0 0 1 1 0", "1 0 -1 1 1 0", "1 0 0 0 1 0",
        "1 0 0 1 1 0 7", "1 x 0 1 1 0", "1 0 0 99999999999999999999 1 0" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!bucket_restore(&r, str_of(bad[i]), 0, 0), bad[i]);
}

static void test_saved_wait(void **state)
{
    (void)state;
    struct bucket b;
    char text[BUCKET_TEXT_SIZE];
    bucket_init(&b, 5 * 1000 * 1000, 10, 0);
    CHECK_INT(bucket_saved_wait(bucket_save(&b, 0, 1000000, text)), 0, "none");
    bucket_refused(&b, 0, 0);
    time_ms until = bucket_saved_wait(bucket_save(&b, 0, 1000000, text));
    CHECK_INT(until, 1000000 + b.not_before, "by the wall clock");
    CHECK_INT(bucket_saved_wait(bucket_save(&b, b.not_before, 2000000, text)), 0, "over");
    CHECK_INT(bucket_saved_wait(S("nonsense")), 0, "not understood");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_then_pace),
        cmocka_unit_test(test_slow_rate),
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_a_third),
        cmocka_unit_test(test_saved),
        cmocka_unit_test(test_saved_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
