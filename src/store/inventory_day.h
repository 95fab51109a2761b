/*
 * inventory_day.h: how many items of each status there were at the end of each day, and what was
 * paid for them.
 *
 * A day is one of UTC. Its count is what the items' histories say of its end, so it does not matter
 * when it is taken: after a night without a server the missing days are counted as they would have
 * been. It is taken no sooner than ten minutes after the day, when no transaction can still write
 * an entry of that day. A count that was taken stays what the histories say: it changes only when a
 * reception is taken back, whose item and history are as if they had never been.
 */
#ifndef STORE_INVENTORY_DAY_H
#define STORE_INVENTORY_DAY_H

#include "store/store.h"

enum {
    INVENTORY_DAY_MS = 24 * 3600 * 1000,
    INVENTORY_SETTLE_MS = 10 * 60 * 1000,
    INVENTORY_DAYS_MAX = 366, /* read at once */
};

struct inventory_count {
    int64_t day; /* from 1970-01-01 */
    int64_t status_id, warehouse_id;
    bool committed;
    struct str currency; /* empty: nothing was paid */
    int64_t units, value;
};

struct inventory_counts {
    struct inventory_count *rows;
    size_t count;
    int64_t revision; /* what the taken days were then; see inventory_day_keep */
};

/* The day to be taken next; *due false when it is not over and settled, or when there is nothing to
 * count. */
MUST_USE enum err inventory_day_next(
    struct tx *tx, time_ms now, int64_t *day, bool *due, struct error *e);

/* How it stood at the end of the day: the newest taken day, and what changed since. A day in the
 * future: how it stands now. */
MUST_USE enum err inventory_day_count(
    struct tx *tx, int64_t day, struct arena *arena, struct inventory_counts *out, struct error *e);

/* Keeps the count; does nothing when another process was first, or when a reception was taken back
 * since it was counted, in which case it is due still. */
MUST_USE enum err inventory_day_keep(
    struct change *c, int64_t day, const struct inventory_counts *counts, struct error *e);

/* Until the transaction ends nobody else keeps or changes a day. Before rows of items are locked.
 */
void inventory_day_lock(struct change *c);
/* Takes an item out of the taken days, and out of those being counted; before its history is
 * deleted, under the lock. */
MUST_USE enum err inventory_day_forget(struct change *c, int64_t item_id, struct error *e);

/* Part of verify_all: the newest taken day, which the next ones go on from, against the histories
 * from their beginning. *wrong = kinds of items of which units or value differ. With repair, under
 * the lock, the day is counted anew. */
MUST_USE enum err inventory_day_check(
    struct change *c, bool repair, int64_t *day, size_t *wrong, struct error *e);

struct inventory_filter {
    int64_t from, to;                          /* days, both included; at most INVENTORY_DAYS_MAX */
    const int64_t *status_ids, *warehouse_ids; /* none given: any */
    size_t status_count, warehouse_count;
    bool has_committed, committed;
};

/* Of taken days, per day, status and currency (warehouse_id 0, committed false), in that order. */
MUST_USE enum err inventory_day_read(struct tx *tx, const struct inventory_filter *filter,
    struct arena *arena, struct inventory_counts *out, struct error *e);
/* Of any counts of one day, in the same way. */
void inventory_day_sum(const struct inventory_counts *all, const struct inventory_filter *filter,
    struct arena *arena, struct inventory_counts *out);
/* Which days of the filter were taken, ascending; `out` has room for INVENTORY_DAYS_MAX. */
MUST_USE enum err inventory_days_taken(struct tx *tx, const struct inventory_filter *filter,
    int64_t *out, size_t *count, struct error *e);

#endif
