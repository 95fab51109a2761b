/*
 * webhook.h: what becomes of a webhook's message, by the Standard Webhooks specification 1.0.0.
 *
 * Pure: answers, times and chance are passed in.
 */
#ifndef CORE_WEBHOOK_H
#define CORE_WEBHOOK_H

#include "base/clock.h"

enum webhook_verdict {
    WEBHOOK_DELIVERED,
    WEBHOOK_RETRY,  /* after the delay */
    WEBHOOK_GONE,   /* the receiver wants no more (410) */
    WEBHOOK_GIVE_UP /* the schedule is at its end: three days */
};

enum { WEBHOOK_ATTEMPTS_MAX = 10, WEBHOOK_RETRY_AFTER_MAX_S = 24 * 3600 };

struct webhook_answer {
    int status;             /* of HTTP; 0: none came */
    time_ms retry_after_ms; /* what the receiver asked for; 0: nothing */
};

/* `failures`: attempts of this message that failed before this one. `chance`: any number, for up
 * to a tenth more of waiting, so that those who failed together do not come back together. */
enum webhook_verdict webhook_judge(
    const struct webhook_answer *answer, int failures, uint64_t chance, time_ms *delay_ms);

/* Of a Retry-After header: seconds, or a date such as "Wed, 21 Oct 2026 07:28:00 GMT"; 0 for
 * anything else, and at most a day. */
time_ms webhook_retry_after(struct str header, time_ms now);

#endif
