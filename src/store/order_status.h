/*
 * order_status.h: taking an order status out of use (reference.h has the rest of it).
 *
 * Retiring is begun, goes on in steps and ends, each a transaction of its own, so that a hundred
 * thousand orders never keep other writers waiting. While it lasts the status takes no order in,
 * channels map to its replacement already, and every order stands in one of the two: figures are
 * right after each step. What is interrupted goes on when it is begun again.
 */
#ifndef STORE_ORDER_STATUS_H
#define STORE_ORDER_STATUS_H

#include "store/store.h"

enum { RETIRE_STEP_ORDERS = 250 }; /* one step: some 20 ms of the writer's time */

/* Marks the status, and moves what maps to it in every channel. ERR_NOT_FOUND; ERR_CONFLICT "same",
 * "retiring" when the replacement is itself being retired, "in_use" while another status is being
 * retired into this one, and "duplicate_open_item" when orders would open with a phone that has
 * been received again since (the detail names one). */
MUST_USE enum err order_status_retire_begin(
    struct change *c, int64_t id, int64_t replacement_id, struct error *e);

/* Moves at most `limit` orders; *moved is how many, fewer than the limit when none is left. */
MUST_USE enum err order_status_retire_step(
    struct change *c, int64_t id, int64_t limit, int64_t *moved, struct error *e);

/* Deletes the status. ERR_CONFLICT "in_use" while an order is left: another step is needed. */
MUST_USE enum err order_status_retire_end(struct change *c, int64_t id, struct error *e);

#endif
