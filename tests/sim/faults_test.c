/* faults_test.c: how faults are written, what they match and when they are over; the clock's dates.
 */
#include "check.h"

#include "amazon_sim/faults.h"
#include "amazon_sim/sim_time.h"

static void test_specs(void **state)
{
    (void)state;
    const struct {
        struct str spec;
        size_t count;
        const char *why;
    } rows[] = {
        { S("429"), 1, "everything, always" },
        { S("PATCH /listings=503:3"), 1, "counted" },
        { S("PATCH /listings=503:3; GET /orders=reset:10%"), 2, "two" },
        { S("[{\"kind\": \"429\", \"count\": 2}]"), 1, "JSON" },
        { S("[{\"kind\": 429, \"probability\": 0.25}]"), 1, "a number as kind" },
        { S("[{\"kind\": \"cold\"}]"), 0, "no such kind" },
        { S("x=none"), 0, "no kind" },
        { S("x=429:0"), 0, "no count" },
        { S("x=429:101%"), 0, "too much" },
        { S("[{\"kind\": \"429\", \"probability\": 1.5}]"), 0, "too much" },
        { S("[{\"match\": 1, \"kind\": \"429\"}]"), 0, "a match is text" },
        { S("[{"), 0, "no JSON" },
        { S(""), 0, "nothing" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct faults f = { .count = 0 };
        struct error e;
        enum err rc = faults_add_spec(&f, rows[i].spec, &e);
        CHECK_INT(f.count, rows[i].count, rows[i].why);
        CHECK(!rc == (rows[i].count > 0 || rows[i].spec.len == 0), rows[i].why);
    }
}

static enum fault_kind take(struct faults *f, struct rng *r, struct str method, struct str path)
{
    struct str operation = str_starts(path, S("/orders")) ? S("searchOrders") : S("unknown");
    return faults_take(f, r, &(struct fault_target){ method, path, operation }).kind;
}

static void test_matching(void **state)
{
    (void)state;
    struct faults f = { .count = 0 };
    struct rng r;
    struct error e;
    rng_seeded(&r, 1);
    CHECK_INT(faults_add_spec(&f, S("PATCH /listings=429:2;/orders=503;DELETE=500"), &e), OK, "ok");
    CHECK_INT(take(&f, &r, S("GET"), S("/listings/x")), FAULT_NONE, "another method");
    CHECK_INT(take(&f, &r, S("PATCH"), S("/listings/x")), FAULT_429, "one");
    CHECK_INT(take(&f, &r, S("PATCH"), S("/listings/y")), FAULT_429, "two");
    CHECK_INT(take(&f, &r, S("PATCH"), S("/listings/y")), FAULT_NONE, "over");
    CHECK_INT(take(&f, &r, S("GET"), S("/orders")), FAULT_503, "any method");
    CHECK_INT(take(&f, &r, S("DELETE"), S("/x")), FAULT_500, "any path");
    faults_clear(&f);
    CHECK_INT(faults_add_spec(&f, S("searchOrders=no_rate_header:1"), &e), OK, "an operation");
    CHECK_INT(take(&f, &r, S("GET"), S("/x")), FAULT_NONE, "another operation");
    CHECK_INT(take(&f, &r, S("GET"), S("/orders")), FAULT_NO_RATE_HEADER, "that one");
    CHECK_INT(take(&f, &r, S("GET"), S("/orders")), FAULT_NONE, "once");
}

static void test_probability(void **state)
{
    (void)state;
    struct faults f = { .count = 0 };
    struct rng r;
    struct error e;
    int fired = 0;
    rng_seeded(&r, 1);
    CHECK_INT(faults_add_spec(&f, S("*=500:30%"), &e), OK, "ok");
    for (int i = 0; i < 10000; i++)
        fired += take(&f, &r, S("GET"), S("/")) == FAULT_500;
    CHECK(fired > 2800 && fired < 3200, "about three in ten");
}

static void test_dates(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, "test", 1 << 16);
    CHECK_STR(sim_http_date(&a, 784111777000), S("Sun, 06 Nov 1994 08:49:37 GMT"), "RFC 9110");
    CHECK_STR(sim_http_date(&a, 1709251199999), S("Thu, 29 Feb 2024 23:59:59 GMT"), "a leap day");
    CHECK_STR(sim_rfc3339(&a, 1709251199009), S("2024-02-29T23:59:59.009Z"), "milliseconds");
    CHECK_STR(sim_rfc3339(&a, 1709251199000), S("2024-02-29T23:59:59.000Z"), "always");
    arena_release(&a);
}

struct hand_clock {
    struct clock clock;
    time_ms now;
};

static time_ms hand_now(struct clock *c)
{
    return ((struct hand_clock *)(void *)c)->now;
}

static void test_clock(void **state)
{
    (void)state;
    struct hand_clock hand = { { hand_now, hand_now }, 1000000 };
    struct sim_clock c;
    sim_clock_init(&c, &hand.clock, 10);
    CHECK_INT(sim_clock_now(&c), 1000000, "starts with the machine's");
    hand.now += 50;
    CHECK_INT(sim_clock_now(&c), 1000500, "ten times as fast");
    sim_clock_advance(&c, 7);
    CHECK_INT(sim_clock_now(&c), 1000507, "moved by hand");
    sim_clock_set_scale(&c, 2);
    CHECK_INT(sim_clock_now(&c), 1000507, "a new scale does not jump");
    hand.now += 10;
    CHECK_INT(sim_clock_now(&c), 1000527, "and holds from now on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_probability),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests_name("sim/faults", tests, NULL, NULL);
}
