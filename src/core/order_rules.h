/*
 * order_rules.h: how the state of an order at its channel becomes ours (domain.md 6).
 */
#ifndef CORE_ORDER_RULES_H
#define CORE_ORDER_RULES_H

#include "base/clock.h"

/* What to do with an order that was read from a channel. */
enum order_intake {
    INTAKE_SKIP, /* older than or the same as what we have, or not ours to import */
    INTAKE_CREATE,
    INTAKE_UPDATE,
};

struct order_facts {
    bool amazon_fulfilled;
    bool known;            /* it is here already */
    bool mapped;           /* the channel's status has a map */
    time_ms known_version; /* lastUpdatedTime when it was last taken in */
    time_ms version;
};

enum order_intake order_intake_decide(const struct order_facts *f);

/* A mapped status is applied when the channel's status changes; between changes the user may move
 * the order. *unmapped: it changed to a status without a map, ours is kept and that is shown.
 * mapped_status_id 0: no map. Returns the status to set. */
int64_t order_status_after(int64_t current_status_id, struct str known_channel_status,
    struct str channel_status, int64_t mapped_status_id, bool *unmapped);

/* Units that a line still asks for: canceled ones are gone. With fulfilled and unfulfilled stated,
 * their sum is what is left of `ordered`; never more than ordered, never negative. */
int64_t line_quantity_after_cancellation(
    int64_t ordered, bool has_fulfilled, int64_t fulfilled, int64_t unfulfilled);

#endif
