/*
 * bucket.h: the token bucket of one operation of one account (sp-api.md 6).
 *
 * Integers throughout: a token is a million micro-tokens. The rate in force is learned: a reply
 * that states a limit sets it, refusals close to each other lower it, and unrefused minutes raise
 * it again up to what was stated or documented. Pure: the caller has the clock (a monotonic one)
 * and the lock.
 */
#ifndef CORE_BUCKET_H
#define CORE_BUCKET_H

#include "base/clock.h"

struct bucket {
    int64_t documented_rate; /* micro-tokens per second, > 0 */
    int64_t stated_rate;     /* by the last reply that said one; else the documented one */
    int64_t rate;            /* in force */
    int64_t burst;           /* tokens, > 0 */
    int64_t level;           /* micro-tokens */
    time_ms at;              /* when level was true */
    time_ms not_before;      /* after a refusal */
    int64_t refusals;        /* in a row */
    time_ms suspect_until;   /* another refusal before then says that the rate is wrong */
    time_ms raised_at;
};

void bucket_init(struct bucket *b, int64_t rate_micro_per_s, int64_t burst, time_ms now);

/* Takes a token when there are more than `keep` whole ones (lanes of less weight leave some for
 * others); otherwise *wait_ms says when to try again, at least 1. */
bool bucket_take(struct bucket *b, time_ms now, int64_t keep, time_ms *wait_ms);

/* A token that was taken and not used. */
void bucket_give_back(struct bucket *b);

/* A reply that was not a refusal; stated is 0 when the reply did not say a rate. */
void bucket_answered(struct bucket *b, time_ms now, int64_t stated_micro_per_s);
/* 429. jitter: 0..999 thousandths of the wait are added. */
void bucket_refused(struct bucket *b, time_ms now, int64_t jitter);

/* Saved with the wall clock, so that a restart neither starts a burst nor forgets a learned rate.
 */
enum { BUCKET_TEXT_SIZE = 128 };
struct str bucket_save(
    const struct bucket *b, time_ms now, time_ms wall, char out[BUCKET_TEXT_SIZE]);
/* b was initialised; false (and b untouched) when the text is not understood. */
bool bucket_restore(struct bucket *b, struct str saved, time_ms now, time_ms wall);
/* Until when, by the wall clock, no call is made; 0: no wait was saved, or it is not understood. */
time_ms bucket_saved_wait(struct str saved);

#endif
