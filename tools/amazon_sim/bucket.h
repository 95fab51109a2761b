/*
 * bucket.h: Amazon's token bucket (sp-api.md 6).
 *
 * A call costs one token; tokens come back at `rate` a second up to `burst`. Time is passed in and
 * never goes back. Example: rate 0.5, burst 2: calls at 0 s, 0 s are let through, the third at 0 s
 * is not, one at 2 s is.
 */
#ifndef AMAZON_SIM_BUCKET_H
#define AMAZON_SIM_BUCKET_H

#include "base/clock.h"

struct bucket {
    double rate; /* tokens a second */
    double burst;
    double tokens;
    time_ms at; /* when `tokens` was right */
};

void bucket_init(struct bucket *b, double rate, double burst, time_ms now); /* full */
bool bucket_take(struct bucket *b, time_ms now);
/* Keeps what is in it, at most the new burst. */
void bucket_change(struct bucket *b, double rate, double burst, time_ms now);

#endif
