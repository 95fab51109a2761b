/* clock.c: the system's clocks and RFC 3339 by civil-calendar arithmetic (no libc time zones). */
#include "base/clock.h"

#include "base/assert.h"

#include <stdio.h>
#include <time.h>

static time_ms read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (time_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static time_ms system_wall(struct clock *c)
{
    (void)c;
    return read_clock(CLOCK_REALTIME);
}

static time_ms system_monotonic(struct clock *c)
{
    (void)c;
    return read_clock(CLOCK_MONOTONIC);
}

struct clock *clock_system(void)
{
    static struct clock system = { system_wall, system_monotonic, 1 };
    return &system;
}

static time_ms scaled_wall(struct clock *c)
{
    struct clock_scaled *s = (struct clock_scaled *)(void *)c;
    return s->wall + (clock_monotonic(s->base) - s->monotonic) * c->speed;
}

static time_ms scaled_monotonic(struct clock *c)
{
    struct clock_scaled *s = (struct clock_scaled *)(void *)c;
    return s->monotonic + (clock_monotonic(s->base) - s->monotonic) * c->speed;
}

struct clock *clock_scaled_init(struct clock_scaled *c, struct clock *base, int64_t speed)
{
    ASSERT(speed >= 1 && speed <= CLOCK_SPEED_MAX);
    *c = (struct clock_scaled){ .clock = { scaled_wall, scaled_monotonic, speed },
        .base = base,
        .wall = clock_now(base),
        .monotonic = clock_monotonic(base) };
    return &c->clock;
}

static int64_t speed_of(const struct clock *c)
{
    return c->speed > 1 ? c->speed : 1;
}

time_ms clock_of_machine(const struct clock *c, time_ms machine_ms)
{
    return machine_ms * speed_of(c);
}

struct timespec clock_deadline(const struct clock *c, time_ms in_ms)
{
    enum { NS_PER_MS = 1000000, MS_PER_S = 1000, NS_PER_S = 1000000000 };
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ms = in_ms > 0 ? in_ms : 0, speed = speed_of(c);
    int64_t whole_ms = ms / speed, rest_ns = (ms % speed * NS_PER_MS + speed - 1) / speed;
    int64_t ns = at.tv_nsec + whole_ms % MS_PER_S * NS_PER_MS + rest_ns;
    at.tv_sec += (time_t)(whole_ms / MS_PER_S + ns / NS_PER_S);
    at.tv_nsec = (long)(ns % NS_PER_S);
    return at;
}

struct clock_moment clock_moment_before(struct clock_moment m, time_ms ms)
{
    return (struct clock_moment){ m.wall - ms, m.monotonic - ms };
}

struct clock_moment clock_moment_later(struct clock_moment a, struct clock_moment b)
{
    if (!a.wall || !b.wall) return a.wall ? a : b;
    return a.monotonic > b.monotonic ? a : b;
}

time_ms clock_moment_wall(struct clock_moment m, struct clock_moment now)
{
    if (!m.wall) return 0;
    time_ms by_age = now.wall - (now.monotonic - m.monotonic);
    return by_age < m.wall ? by_age : m.wall;
}

time_ms clock_watch_back(struct clock_watch *w, struct clock *c)
{
    /* Whatever time passes between the looks must not seem to be a jump. */
    time_ms before = clock_monotonic(c), wall = clock_now(c), after = clock_monotonic(c);
    time_ms back = w->known ? w->ahead - (wall - before) : 0;
    *w = (struct clock_watch){ true, wall - after };
    return back >= CLOCK_BACK_LEAST_MS ? back : 0;
}

int64_t clock_measure_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a proleptic Gregorian date. Months are counted from March, so that the
 * leap day is the last of its year. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400; /* y >= 0 for years 1..9999 */
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *y, int64_t *m, int64_t *d)
{
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *d = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *m = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *y = year_of_era + era * 400 + (*m <= 2);
}

struct str rfc3339_format(time_ms t, char out[RFC3339_SIZE])
{
    const time_ms first = -62135596800000, last = 253402300799999; /* years 0001 to 9999 */
    if (t < first) t = first;
    if (t > last) t = last;
    int64_t days = t / 86400000;
    int64_t left = t % 86400000;
    if (left < 0) {
        left += 86400000;
        days--;
    }
    int64_t y, m, d;
    civil_from_days(days, &y, &m, &d);
    int ms = (int)(left % 1000), sec = (int)(left / 1000 % 60), min = (int)(left / 60000 % 60);
    int hour = (int)(left / 3600000);
    int n = ms ? snprintf(out, RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)y, (int)m,
                     (int)d, hour, min, sec, ms)
               : snprintf(out, RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)y, (int)m,
                     (int)d, hour, min, sec);
    return (struct str){ out, (size_t)n };
}

/* Cuts exactly `digits` decimal digits off the front of *s. */
static bool cut_number(struct str *s, size_t digits, int64_t *out)
{
    if (s->len < digits || !str_to_int64(str_sub(*s, 0, digits), out) || *out < 0) return false;
    if (s->at[0] == '-') return false;
    *s = str_sub(*s, digits, s->len);
    return true;
}

static bool cut_one_of(struct str *s, const char *set)
{
    if (s->len == 0) return false;
    for (const char *c = set; *c; c++) {
        if (s->at[0] != *c) continue;
        *s = str_sub(*s, 1, s->len);
        return true;
    }
    return false;
}

static bool cut_fraction(struct str *s, int64_t *ms)
{
    *ms = 0;
    if (!cut_one_of(s, ".,")) return true;
    int64_t scale = 100;
    size_t n = 0;
    for (; n < s->len && s->at[n] >= '0' && s->at[n] <= '9'; n++) {
        *ms += (s->at[n] - '0') * scale;
        scale /= 10;
    }
    *s = str_sub(*s, n, s->len);
    return n > 0;
}

static bool cut_zone(struct str *s, int64_t *offset_min)
{
    *offset_min = 0;
    if (cut_one_of(s, "Zz")) return true;
    int64_t sign = s->len && s->at[0] == '-' ? -1 : 1;
    int64_t hour, min;
    if (!cut_one_of(s, "+-") || !cut_number(s, 2, &hour)) return false;
    cut_one_of(s, ":");
    if (!cut_number(s, 2, &min) || hour > 23 || min > 59) return false;
    *offset_min = sign * (hour * 60 + min);
    return true;
}

static bool date_exists(int64_t y, int64_t m, int64_t d)
{
    static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (y < 1 || m < 1 || m > 12 || d < 1) return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= days[m - 1] + (m == 2 && leap);
}

bool rfc3339_parse(struct str s, time_ms *out)
{
    int64_t y, m, d, hour, min, sec, ms, offset_min;
    if (!cut_number(&s, 4, &y) || !cut_one_of(&s, "-") || !cut_number(&s, 2, &m) ||
        !cut_one_of(&s, "-") || !cut_number(&s, 2, &d) || !cut_one_of(&s, "Tt ") ||
        !cut_number(&s, 2, &hour) || !cut_one_of(&s, ":") || !cut_number(&s, 2, &min) ||
        !cut_one_of(&s, ":") || !cut_number(&s, 2, &sec) || !cut_fraction(&s, &ms) ||
        !cut_zone(&s, &offset_min) || s.len)
        return false;
    if (!date_exists(y, m, d) || hour > 23 || min > 59 || sec > 60) return false;
    if (sec == 60) sec = 59;
    int64_t seconds = days_from_civil(y, m, d) * 86400 + hour * 3600 + min * 60 + sec;
    *out = (seconds - offset_min * 60) * 1000 + ms;
    return true;
}
