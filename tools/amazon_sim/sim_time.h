/*
 * sim_time.h: the simulator's clock.
 *
 * Runs `scale` times as fast as the machine's monotonic clock and can be moved forward by hand. It
 * starts at the machine's wall-clock time and never goes back. Everything the simulator measures
 * (buckets, lags, expiry, apply delays) is measured on it, and replies carry it as their Date.
 */
#ifndef AMAZON_SIM_TIME_H
#define AMAZON_SIM_TIME_H

#include "base/arena.h"
#include "base/clock.h"

struct sim_clock {
    struct clock *machine;
    time_ms start;      /* simulated time at `start_mono` */
    time_ms start_mono; /* machine's */
    double scale;
};

enum { SIM_SCALE_MAX = 100000 };

void sim_clock_init(struct sim_clock *c, struct clock *machine, double scale);
time_ms sim_clock_now(const struct sim_clock *c);
void sim_clock_advance(struct sim_clock *c, time_ms by); /* by >= 0 */
void sim_clock_set_scale(struct sim_clock *c, double scale);

/* RFC 9110 IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT". */
struct str sim_http_date(struct arena *a, time_ms t);
struct str sim_rfc3339(struct arena *a, time_ms t); /* always with milliseconds, as Amazon */

#endif
