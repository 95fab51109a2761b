/*
 * send_plan.h: whether many quantities go one by one or in lots, and how large a lot is
 * (design.md 2, sp-api.md 4). Pure: nothing but arithmetic on what the limits are now.
 *
 * Single calls are fast and few a second; a lot is one call, and takes minutes until it is done. So
 * what finishes sooner is chosen. Falls to zero never go in a lot: they cannot wait for one.
 */
#ifndef CORE_SEND_PLAN_H
#define CORE_SEND_PLAN_H

#include "base/clock.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOT_MESSAGES_MAX = 25000,
    LOT_BYTES_MAX = 10 * 1024 * 1024,
    /* A lot waits in the channel's queue and is worked off: so long before its first message, and
     * so long for each. With five single calls a second a lot pays from some 1,500 on, which is the
     * marketplace's own rule of thumb. */
    LOT_FIXED_MS = 5 * 60 * 1000,
    LOT_MESSAGE_MS = 5,
};

/* What the bucket of an operation lets through. */
struct send_pace {
    int64_t rate_micro_per_s; /* > 0 */
    int64_t tokens;           /* there now, whole ones, >= 0 */
    time_ms wait_ms;          /* none before that, after a refusal */
};

/* Until that many calls are made; 0 for none. */
time_ms send_singly_ms(int64_t count, const struct send_pace *single);
/* Until so many messages are done in lots, one after the other. */
time_ms send_in_lots_ms(int64_t count, const struct send_pace *lot);

/* zeros: falls to zero, which go singly whatever comes of this and before all else; others: what
 * may go either way. True: the others go in lots. */
bool send_prefers_lots(
    int64_t zeros, int64_t others, const struct send_pace *single, const struct send_pace *lot);

/* At most so many bytes is the message of such a listing, as JSON. */
size_t send_message_bound(struct str sku, struct str product_type);

/* Of messages of these lengths, in their order, how many the next lot takes: as many as fit, with
 * `frame` bytes around them and one between two. 0 when the first one does not fit by itself. */
size_t send_lot_take(const size_t *lengths, size_t count, size_t frame);

#endif
