/*
 * item_move.h: writing where many items are, set-wise: for bulk edits and transfers.
 */
#ifndef STORE_ITEM_MOVE_H
#define STORE_ITEM_MOVE_H

#include "store/item.h"

struct item_move {
    const struct item *before, *after; /* the same items, in the same order */
    size_t count;
    const char *action; /* of the history: "shipped" */
};

/* Warehouse, location and transfer of all, with history, audit and counts. The rows are locked. */
void item_move(struct change *c, const struct item_move *move);

/* Only the counts: of each place that uncommitted items left or came to, in one order always, so
 * that writers do not wait for each other in a circle. */
void item_move_counts(
    struct change *c, const struct item *before, const struct item *after, size_t count);

/* Locks the purchase orders that these items came with, so that none is divided or given a lot
 * price until the transaction ends. Before item_lock_many: whoever divides locks in this order too.
 */
MUST_USE enum err item_lock_lots(
    struct change *c, const int64_t *ids, size_t count, struct error *e);

/* Locks rows, ascending. */
MUST_USE enum err item_lock_many(
    struct change *c, const int64_t *ids, size_t count, struct error *e);

#endif
