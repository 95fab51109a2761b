/*
 * clock.h: the port to time, and RFC 3339.
 *
 * Everything that needs the time is given a `struct clock`, so that tests and simulations own it.
 * time_ms is milliseconds since 1970-01-01T00:00:00Z, without leap seconds. The wall clock may jump
 * in either direction; waits and deadlines use the monotonic one.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#include <time.h>

typedef int64_t time_ms;

struct clock {
    time_ms (*wall)(struct clock *c);      /* what a person's clock shows */
    time_ms (*monotonic)(struct clock *c); /* never goes back; zero point is arbitrary */
    int64_t speed; /* how many times as fast as the machine's it runs; 0 means 1 */
};

struct clock *clock_system(void); /* shared, thread-safe, never released */

/* For simulations: shows what `base` shows at the start, and runs CLOCK_SPEED_MAX times as fast at
 * most. Thread-safe; `base` must outlive it. */
enum { CLOCK_SPEED_MAX = 10000 };
struct clock_scaled {
    struct clock clock;
    struct clock *base;
    time_ms wall, monotonic; /* of base, at the start */
};
struct clock *clock_scaled_init(struct clock_scaled *c, struct clock *base, int64_t speed);

/* So much of the machine's time, in that of the clock: leases and the like are paced by the
 * machine, whatever a simulation's clock shows. */
time_ms clock_of_machine(const struct clock *c, time_ms machine_ms);
/* The machine's moment (CLOCK_MONOTONIC) when so much of the clock's time will have passed: for
 * waiting on a condition. Never too early; `in_ms` below 0 is 0. */
struct timespec clock_deadline(const struct clock *c, time_ms in_ms);

static inline time_ms clock_now(struct clock *c)
{
    return c->wall(c);
}

static inline time_ms clock_monotonic(struct clock *c)
{
    return c->monotonic(c);
}

/*
 * A moment by both clocks, for comparing what happened here with times that were written down by
 * the wall clock. When that jumps, clock_moment_wall errs towards the past: a moment never seems to
 * lie after something that came after it.
 */
struct clock_moment {
    time_ms wall, monotonic; /* wall 0: never */
};
static inline struct clock_moment clock_moment(struct clock *c)
{
    return (struct clock_moment){ c->wall(c), c->monotonic(c) };
}
struct clock_moment clock_moment_before(struct clock_moment m, time_ms ms);
/* The later one by the monotonic clock. */
struct clock_moment clock_moment_later(struct clock_moment a, struct clock_moment b);
time_ms clock_moment_wall(struct clock_moment m, struct clock_moment now);

/* Notices that the wall clock was put back; starts as zeros. How far since the last look, 0 when
 * by less than CLOCK_BACK_LEAST_MS: clocks that are only slowed down are not told. */
enum { CLOCK_BACK_LEAST_MS = 1000 };
struct clock_watch {
    bool known;
    time_ms ahead; /* what the wall clock was ahead of the monotonic one, at least */
};
time_ms clock_watch_back(struct clock_watch *w, struct clock *c);

/* Microseconds from an arbitrary zero point: to measure how long something took, never to decide.
 */
int64_t clock_measure_us(void);

enum { RFC3339_SIZE = 25 }; /* "2026-11-23T15:22:10.123Z" and its NUL */

/* Years 0001 to 9999; milliseconds are written only when they are not zero. */
struct str rfc3339_format(time_ms t, char out[RFC3339_SIZE]);

/* Accepts `Z`, `+hh:mm`, any number of fraction digits (cut to ms), `t`/`z`/space: Amazon's replies
 * hold all of `...Z`, `....123Z` and `+00:00` (sp-api.md 6). Checks the calendar; a leap second
 * counts as the last second of its minute. Consumes everything or fails. */
bool rfc3339_parse(struct str s, time_ms *out);

#endif
