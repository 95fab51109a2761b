/* sim_time.c: a scaled clock and the two ways in which replies write a time. */
#include "sim_time.h"

#include <stdio.h>

void sim_clock_init(struct sim_clock *c, struct clock *machine, double scale)
{
    *c = (struct sim_clock){ .machine = machine,
        .start = clock_now(machine),
        .start_mono = clock_monotonic(machine),
        .scale = scale };
}

time_ms sim_clock_now(const struct sim_clock *c)
{
    time_ms passed = clock_monotonic(c->machine) - c->start_mono;
    return c->start + (time_ms)((double)passed * c->scale);
}

void sim_clock_advance(struct sim_clock *c, time_ms by)
{
    c->start += by;
}

void sim_clock_set_scale(struct sim_clock *c, double scale)
{
    time_ms now = sim_clock_now(c);
    c->start = now;
    c->start_mono = clock_monotonic(c->machine);
    c->scale = scale;
}

struct str sim_http_date(struct arena *a, time_ms t)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
        "Sep", "Oct", "Nov", "Dec" };
    char text[RFC3339_SIZE];
    t -= t % 1000;
    struct str s = rfc3339_format(t, text); /* yyyy-mm-ddThh:mm:ssZ */
    int64_t month = 1;
    (void)str_to_int64(str_sub(s, 5, 2), &month);
    struct str day = str_sub(s, 8, 2), year = str_sub(s, 0, 4), time = str_sub(s, 11, 8);
    return arena_fmt(a, "%s, %.*s %s %.*s %.*s GMT", days[(t / 86400000) % 7], STR_FMT(day),
        months[(month - 1) % 12], STR_FMT(year), STR_FMT(time));
}

struct str sim_rfc3339(struct arena *a, time_ms t)
{
    char text[RFC3339_SIZE];
    struct str s = rfc3339_format(t - t % 1000, text);
    return arena_fmt(a, "%.*s.%03dZ", (int)(s.len - 1), s.at, (int)(t % 1000));
}
