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

struct hand_clock {
    struct clock clock;
    time_ms wall, monotonic;
};

static time_ms hand_wall(struct clock *c)
{
    return ((struct hand_clock *)(void *)c)->wall;
}

static time_ms hand_monotonic(struct clock *c)
{
    return ((struct hand_clock *)(void *)c)->monotonic;
}

static void test_scaled(void **state)
{
    (void)state;
    struct hand_clock hand = { { hand_wall, hand_monotonic }, 1700000000000, 5000 };
    struct clock_scaled scaled;
    struct clock *c = clock_scaled_init(&scaled, &hand.clock, 60);
    CHECK_INT(clock_now(c), 1700000000000, "begins with the wall clock of the other");
    CHECK_INT(clock_monotonic(c), 5000, "and with its monotonic one");
    hand.monotonic += 1000;
    hand.wall += 1000;
    CHECK_INT(clock_now(c), 1700000060000, "a second is a minute");
    CHECK_INT(clock_monotonic(c), 65000, "on both");
    hand.wall -= 3600000;
    CHECK_INT(clock_now(c), 1700000060000, "a jump of the other's wall clock is not its own");
    CHECK_INT(clock_of_machine(c, 250), 15000, "a quarter second of the machine's");
    CHECK_INT(clock_of_machine(&hand.clock, 250), 250, "a clock without a speed runs as it does");
}

static int64_t ns_until(const struct timespec *at)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (at->tv_sec - now.tv_sec) * 1000000000 + at->tv_nsec - now.tv_nsec;
}

static void test_deadlines(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t speed;
        time_ms in_ms;
        int64_t ns;
    } rows[] = {
        { "the machine's pace", 1, 90500, 90500000000 },
        { "sixty times as fast: an hour is a minute", 60, 3600000, 60000000000 },
        { "less than a millisecond stays a wait", 1000, 200, 200000 },
        { "rounded up, never too early", 7, 1, 142858 },
        { "a fraction of many seconds", 9, 1000000, 111111111112 },
        { "now", 60, 0, 0 },
        { "what has passed is now", 60, -5000, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct clock c = { NULL, NULL, rows[i].speed };
        struct timespec before, at;
        (void)clock_gettime(CLOCK_MONOTONIC, &before);
        at = clock_deadline(&c, rows[i].in_ms);
        int64_t left = ns_until(&at);
        int64_t asked = (at.tv_sec - before.tv_sec) * 1000000000 + at.tv_nsec - before.tv_nsec;
        CHECK(asked >= rows[i].ns, rows[i].why);
        CHECK(left <= rows[i].ns, rows[i].why);
        CHECK(at.tv_nsec >= 0 && at.tv_nsec < 1000000000, "a proper time");
    }
}

static void test_moments(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct clock_moment moment, now;
        time_ms want;
    } rows[] = {
        { "never", { 0, 0 }, { 900000, 500 }, 0 },
        { "no jump", { 800000, 400 }, { 800100, 500 }, 800000 },
        { "put back by a minute: its age tells", { 800000, 400 }, { 740100, 500 }, 740000 },
        { "put back by less than its age", { 800000, 400 }, { 810000, 60400 }, 750000 },
        { "put forward: what was wanted before the jump is not older", { 800000, 400 },
            { 990000, 500 }, 800000 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(clock_moment_wall(rows[i].moment, rows[i].now), rows[i].want, rows[i].why);
    struct clock_moment never = { 0, 0 }, old = { 900, 10 }, late = { 300, 20 };
    CHECK_INT(clock_moment_later(old, late).wall, 300, "by the clock that never jumps");
    CHECK_INT(clock_moment_later(never, old).wall, 900, "the one there is");
    CHECK_INT(clock_moment_later(late, never).wall, 300, "either way");
    CHECK_INT(clock_moment_before(late, 5).wall, 295, "by both clocks");
    CHECK_INT(clock_moment_before(late, 5).monotonic, 15, "by both clocks");
    struct clock_moment now = clock_moment(clock_system());
    CHECK(now.wall > 0 && now.monotonic <= clock_monotonic(clock_system()), "of now");
}

/* Both clocks by hand; each look takes a moment. */
struct jumping {
    struct clock clock;
    time_ms now, shift, look;
};

static time_ms jumping_wall(struct clock *c)
{
    struct jumping *h = (struct jumping *)(void *)c;
    h->now += h->look;
    return 1000000 + h->now + h->shift;
}

static time_ms jumping_monotonic(struct clock *c)
{
    struct jumping *h = (struct jumping *)(void *)c;
    h->now += h->look;
    return h->now;
}

static void test_watch(void **state)
{
    (void)state;
    struct jumping h = { { jumping_wall, jumping_monotonic, 1 }, 0, 0, 0 };
    struct clock_watch w = { 0 };
    CHECK_INT(clock_watch_back(&w, &h.clock), 0, "the first look");
    h.now += 5000;
    CHECK_INT(clock_watch_back(&w, &h.clock), 0, "time passes");
    h.now += 5000;
    h.shift -= 3600000;
    CHECK_INT(clock_watch_back(&w, &h.clock), 3600000, "put back by an hour");
    CHECK_INT(clock_watch_back(&w, &h.clock), 0, "which is told once");
    h.shift += 7200000;
    CHECK_INT(clock_watch_back(&w, &h.clock), 0, "put forward");
    h.shift -= CLOCK_BACK_LEAST_MS - 1;
    CHECK_INT(clock_watch_back(&w, &h.clock), 0, "corrected by a little");
    h.look = 30000;
    for (int i = 0; i < 5; i++)
        CHECK_INT(clock_watch_back(&w, &h.clock), 0, "a slow machine is no jump");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_system_clock_moves_forward),
        cmocka_unit_test(test_scaled),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_watch),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
