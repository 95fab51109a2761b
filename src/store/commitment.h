/*
 * commitment.h: linking items to sales orders.
 *
 * An item is committed to an order, never to a line. Guards are answered per input with a code:
 * "unknown_esn", "unknown_hex_id", "ambiguous_esn" (several open items: use the Hex ID),
 * "already_committed", "status_forbids" (the order's status has no allow_commitment), "repeated",
 * "in_transit" (on its way between warehouses: what cannot be packed is not promised),
 * "cancel_requested" (all that it could fill is what the buyer asked the channel to cancel).
 */
#ifndef STORE_COMMITMENT_H
#define STORE_COMMITMENT_H

#include "store/order.h"

struct commitment_input {
    struct str text; /* as scanned or pasted */
    bool is_hex_id;
    bool is_scan; /* an ESN, or a Hex ID that nothing has */
};

struct commitment_request {
    const struct commitment_input *inputs;
    size_t count;
    bool atomic;                 /* all or nothing */
    bool despite_cancel_request; /* a person knows that the buyer asked to cancel */
};

struct commitment_result {
    int64_t item_id; /* 0: none */
    bool committed;
    const char *code; /* "" when committed */
    struct str detail;
};

/* `order` comes from order_lock in this transaction. Results are in the order of the inputs. With
 * `atomic`, one failure commits nothing: the others then say "not_committed_atomic". */
MUST_USE enum err commitment_add(struct change *c, const struct order *order,
    const struct commitment_request *request, struct arena *arena,
    struct commitment_result *results, struct error *e);

/* Restores the status that the item had. ERR_NOT_FOUND when it is not on this order; ERR_CONFLICT
 * "duplicate_open_item" when its ESN is in stock again. */
MUST_USE enum err commitment_remove(
    struct change *c, const struct order *order, int64_t item_id, struct error *e);

#endif
