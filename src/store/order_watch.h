/*
 * order_watch.h: orders of a channel that are asked for by their id.
 *
 * Searches may show an order hours late, or never; who knows its id (a person, a notification, the
 * quarantine) has it asked for. Each is asked for ORDER_WATCH_ATTEMPTS_MAX times, ever later, and
 * then given up. To want one again begins anew.
 */
#ifndef STORE_ORDER_WATCH_H
#define STORE_ORDER_WATCH_H

#include "store/store.h"

enum {
    ORDER_WATCH_MAX = 1000, /* of a channel at a time */
    ORDER_WATCH_ATTEMPTS_MAX = 5,
};

struct order_watch {
    struct str channel_order_id; /* empty: none */
    int64_t attempts;
    time_ms not_before;
};

/* ERR_CONFLICT "too_many_waiting". */
MUST_USE enum err order_watch_put(
    struct change *c, int64_t channel_id, struct str channel_order_id, struct error *e);
/* The one whose turn comes next, maybe not yet. */
MUST_USE enum err order_watch_next(struct tx *tx, int64_t channel_id, struct arena *arena,
    struct order_watch *out, struct error *e);
/* The channel did not give it. *given_up: that was the last attempt, and it is asked for no more.
 */
MUST_USE enum err order_watch_missed(struct change *c, int64_t channel_id,
    const struct order_watch *watch, bool *given_up, struct error *e);
/* Unless it was wanted again meanwhile, which began anew. */
MUST_USE enum err order_watch_end(
    struct change *c, int64_t channel_id, const struct order_watch *watch, struct error *e);

#endif
