/* bucket.c: see bucket.h. */
#include "core/bucket.h"

#include "base/assert.h"

#include <stdio.h>

enum {
    MICRO = 1000000,
    /* The lowest learned rate is a tenth of the documented one: an outage that answers 429 must not
     * stop an account for a day. */
    RATE_FLOOR_DIVISOR = 10,
    RAISE_EVERY_MS = 60 * 1000, /* or so many calls, where they are rare: */
    RAISE_EVERY_CALLS = 4,
    SUSPECT_MS = 60 * 1000, /* or as long as it takes to fill the bucket */
    REFUSAL_DOUBLINGS_MAX = 6,
};

void bucket_init(struct bucket *b, int64_t rate_micro_per_s, int64_t burst, time_ms now)
{
    ASSERT(rate_micro_per_s > 0 && burst > 0);
    *b = (struct bucket){ .documented_rate = rate_micro_per_s,
        .stated_rate = rate_micro_per_s,
        .rate = rate_micro_per_s,
        .burst = burst,
        .level = burst * MICRO,
        .at = now,
        .raised_at = now };
}

static void refill(struct bucket *b, time_ms now)
{
    if (now <= b->at) return;
    int64_t full = b->burst * MICRO;
    time_ms passed = now - b->at;
    /* passed is cut to what can fill the bucket, so that the product cannot overflow. */
    time_ms enough = full / b->rate * 1000 + 1000;
    if (passed > enough) passed = enough;
    int64_t gained = passed * b->rate / 1000;
    if (gained == 0) return; /* keep `at`: a slow rate must not lose its fractions */
    b->level = b->level + gained > full ? full : b->level + gained;
    b->at = now;
}

static time_ms time_of(const struct bucket *b, int64_t tokens)
{
    return tokens * MICRO / b->rate * 1000;
}

static time_ms longer(time_ms a, time_ms b)
{
    return a > b ? a : b;
}

bool bucket_take(struct bucket *b, time_ms now, int64_t keep, time_ms *wait_ms)
{
    ASSERT(keep >= 0);
    if (keep >= b->burst) keep = b->burst - 1;
    refill(b, now);
    if (now < b->not_before) {
        *wait_ms = b->not_before - now;
        return false;
    }
    int64_t needed = (keep + 1) * MICRO;
    if (b->level < needed) {
        *wait_ms = (needed - b->level) * 1000 / b->rate + 1;
        return false;
    }
    b->level -= MICRO;
    return true;
}

void bucket_give_back(struct bucket *b)
{
    int64_t full = b->burst * MICRO;
    b->level = b->level + MICRO > full ? full : b->level + MICRO;
}

void bucket_answered(struct bucket *b, time_ms now, int64_t stated)
{
    refill(b, now);
    b->refusals = 0;
    if (stated > 0 && stated != b->stated_rate) {
        b->stated_rate = stated;
        b->rate = stated;
        b->raised_at = now;
    }
    time_ms proven = longer(RAISE_EVERY_MS, time_of(b, RAISE_EVERY_CALLS));
    if (b->rate < b->stated_rate && now - b->raised_at >= proven) {
        b->rate += b->rate / 8 + 1;
        if (b->rate > b->stated_rate) b->rate = b->stated_rate;
        b->raised_at = now;
    }
}

void bucket_refused(struct bucket *b, time_ms now, int64_t jitter)
{
    refill(b, now);
    b->level = 0;
    int64_t floor = b->documented_rate / RATE_FLOOR_DIVISOR;
    /* One refusal may come from tokens that another program spent. A second one before the bucket
     * could have filled is a rate, also when calls between them were let through. */
    if (b->refusals > 0 || now < b->suspect_until) b->rate = b->rate - b->rate / 4;
    if (b->rate < floor) b->rate = floor;
    if (b->rate < 1) b->rate = 1;
    int64_t doublings = b->refusals < REFUSAL_DOUBLINGS_MAX ? b->refusals : REFUSAL_DOUBLINGS_MAX;
    time_ms one_token = (time_ms)MICRO * 1000 / b->rate;
    time_ms wait = one_token < 500 ? 500 : one_token > 60000 ? 60000 : one_token;
    if (doublings) wait = wait << doublings > 300000 ? 300000 : wait << doublings;
    if (wait < one_token && b->refusals > 1) wait = one_token;
    b->not_before = now + wait + wait * jitter / 1000;
    b->refusals++;
    b->suspect_until = now + longer(SUSPECT_MS, time_of(b, b->burst));
    b->raised_at = now;
}

struct str bucket_save(
    const struct bucket *b, time_ms now, time_ms wall, char out[BUCKET_TEXT_SIZE])
{
    struct bucket copy = *b;
    refill(&copy, now);
    time_ms held = copy.not_before > now ? copy.not_before - now : 0;
    int len = snprintf(out, BUCKET_TEXT_SIZE, "1 %lld %lld %lld %lld %lld", (long long)wall,
        (long long)copy.level, (long long)copy.rate, (long long)copy.stated_rate, (long long)held);
    return (struct str){ out, len > 0 && len < BUCKET_TEXT_SIZE ? (size_t)len : 0 };
}

enum { SAVED_VERSION, SAVED_WALL, SAVED_LEVEL, SAVED_RATE, SAVED_STATED, SAVED_HELD, SAVED_COUNT };

static bool read_saved(struct str saved, int64_t v[SAVED_COUNT])
{
    for (int i = 0; i < SAVED_COUNT; i++) {
        struct str word, rest;
        str_cut(saved, ' ', &word, &rest);
        if (!str_to_int64(word, &v[i])) return false;
        saved = rest;
    }
    return !saved.len && v[SAVED_VERSION] == 1 && v[SAVED_LEVEL] >= 0 && v[SAVED_RATE] > 0 &&
           v[SAVED_STATED] > 0 && v[SAVED_HELD] >= 0;
}

bool bucket_restore(struct bucket *b, struct str saved, time_ms now, time_ms wall)
{
    int64_t v[SAVED_COUNT];
    if (!read_saved(saved, v)) return false;
    struct bucket r = *b;
    int64_t full = r.burst * MICRO;
    r.level = v[SAVED_LEVEL] > full ? full : v[SAVED_LEVEL];
    r.rate = v[SAVED_RATE];
    r.stated_rate = v[SAVED_STATED];
    /* A wall clock that went back counts as no time passed. */
    time_ms passed = wall > v[SAVED_WALL] ? wall - v[SAVED_WALL] : 0;
    if (passed > 86400000) passed = 86400000;
    r.at = now - passed;
    r.not_before =
        v[SAVED_HELD] > passed && v[SAVED_HELD] < 86400000 ? now + v[SAVED_HELD] - passed : 0;
    r.raised_at = now;
    refill(&r, now);
    *b = r;
    return true;
}

time_ms bucket_saved_wait(struct str saved)
{
    int64_t v[SAVED_COUNT];
    return read_saved(saved, v) && v[SAVED_HELD] ? v[SAVED_WALL] + v[SAVED_HELD] : 0;
}
