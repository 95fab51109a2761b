/* bucket.c: see bucket.h. */
#include "bucket.h"

/* Sums of fractions of a token must not lose the last one to rounding. */
static const double almost_one = 1.0 - 1e-9;

void bucket_init(struct bucket *b, double rate, double burst, time_ms now)
{
    *b = (struct bucket){ .rate = rate, .burst = burst, .tokens = burst, .at = now };
}

static void refill(struct bucket *b, time_ms now)
{
    if (now <= b->at) return;
    b->tokens += (double)(now - b->at) / 1000.0 * b->rate;
    if (b->tokens > b->burst) b->tokens = b->burst;
    b->at = now;
}

bool bucket_take(struct bucket *b, time_ms now)
{
    refill(b, now);
    if (b->tokens < almost_one) return false;
    b->tokens -= 1.0;
    return true;
}

void bucket_change(struct bucket *b, double rate, double burst, time_ms now)
{
    refill(b, now);
    b->rate = rate;
    b->burst = burst;
    if (b->tokens > burst) b->tokens = burst;
}
