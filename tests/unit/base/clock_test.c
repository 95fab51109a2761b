/* clock_test.c: RFC 3339 both ways. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        bool ok;
        time_ms want;
    } rows[] = {
        { "zero", "1970-01-01T00:00:00Z", true, 0 },
        { "milliseconds", "2026-01-28T10:11:12.345Z", true, 1769595072345 },
        { "fraction is cut, not rounded", "1970-01-01T00:00:00.0019999Z", true, 1 },
        { "offset east", "1970-01-01T02:00:00+02:00", true, 0 },
        { "offset west without colon", "1969-12-31T19:00:00-0500", true, 0 },
        { "leap day", "2024-02-29T00:00:00Z", true, 1709164800000 },
        { "no leap day in 2100", "2100-02-29T00:00:00Z", false, 0 },
        { "leap second is the last second", "2016-12-31T23:59:60Z", true, 1483228799000 },
        { "lower case and space", "2024-02-29 00:00:00z", true, 1709164800000 },
        { "no zone", "2024-02-29T00:00:00", false, 0 },
        { "month 13", "2024-13-01T00:00:00Z", false, 0 },
        { "trailing garbage", "2024-02-29T00:00:00Zx", false, 0 },
        { "sign inside a number", "2024-02--9T00:00:00Z", false, 0 },
        { "point without digits", "2024-02-29T00:00:00.Z", false, 0 },
        { "empty", "", false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        time_ms got = 0;
        CHECK_INT(rfc3339_parse(str_of(rows[i].text), &got), rows[i].ok, rows[i].why);
        CHECK_INT(got, rows[i].want, rows[i].why);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng r;
    rng_seeded(&r, 7);
    for (int i = 0; i < 20000; i++) {
        const time_ms first = -62135596800000, last = 253402300799999;
        time_ms t = first + (time_ms)rng_below(&r, (uint64_t)(last - first)), back = 0;
        char text[RFC3339_SIZE];
        CHECK(rfc3339_parse(rfc3339_format(t, text), &back), text);
        CHECK_INT(back, t, text);
    }
}

static void test_system_clock_moves_forward(void **state)
{
    (void)state;
    time_ms before = clock_monotonic(clock_system());
    CHECK(clock_monotonic(clock_system()) >= before, "monotonic");
    CHECK(clock_now(clock_system()) > 1700000000000, "after 2023");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_system_clock_moves_forward),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
