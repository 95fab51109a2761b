/*
 * order_read.h: what the readings of orders share: pages, windows, cursors and runs.
 *
 * A reading has a cursor of its own, a way (by update, or by creation) and tokens of the burst that
 * it leaves to others. A page's orders and the cursor after it are one transaction, so that a crash
 * repeats a page at most and never loses one.
 */
#ifndef SYNC_ORDER_READ_H
#define SYNC_ORDER_READ_H

#include "core/order_pace.h"
#include "store/intake.h"
#include "sync/internal.h"
#include "sync/order_cursor.h"

enum {
    ORDER_LAG_MS =
        2 * 60 * 1000 + 1000, /* a window ends at least two minutes ago (sp-api.md 2.2) */
    ORDER_FAULT_MS = 2000,
};

#define ORDERS_LIVE "orders_live" /* names of cursors */
#define ORDERS_BACKFILL "orders_backfill"

/* One page, taken in. */
struct order_page {
    struct worker *w;
    struct arena *arena;
    const struct channel_orders_page *page;
    struct intake_order *orders; /* made from the page */
    const char *cursor_name;     /* NULL: the page is of no reading */
    struct order_cursor cursor;
    struct run *run; /* NULL: none */
    struct intake_counts counts;
};

/* order_intake.c: stores it, the cursor and the run's progress; what is malformed or refused by the
 * database is set aside, and the rest goes in. */
MUST_USE enum err order_page_take(struct order_page *p, struct error *e);

/* How a step of reading ended. */
enum order_step { STEP_MORE, STEP_DONE, STEP_LATER, STEP_STOP };

struct order_reading {
    struct worker *w;
    struct arena arena; /* of one page */
    const char *name;
    bool created; /* by creation (back-fill) instead of by update */
    int64_t keep;
    struct run *run;
    struct channel_outcome outcome; /* of the last call; its text is in `arena` */
    int64_t orders;
};

/* One page of the cursor's window, which moves on. Waits for a token unless the page goes on with a
 * window; STEP_LATER says why in r->outcome. */
enum order_step order_read_page(struct order_reading *r, struct order_cursor *cursor);

MUST_USE enum err order_cursor_load(struct worker *w, const char *name, struct arena *arena,
    struct order_cursor *out, struct error *e);
void order_cursor_put(
    struct change *c, int64_t channel_id, const char *name, const struct order_cursor *cursor);

/* A run of the channel that a person asked for. */
struct order_run {
    struct worker *w;
    struct arena *arena;
    enum run_kind kind;
    struct run run;
    enum run_state state;
};

struct order_run order_run_wanted(struct worker *w, struct arena *arena, enum run_kind kind);
void order_run_finish(
    struct order_run *call, enum order_step step, const struct channel_outcome *o);

/* order_fetch.c: asks for one order by its id, when one is wanted; how long until the next may be.
 */
time_ms order_fetch_tend(struct worker *w, struct arena *arena);

/* order_backfill.c: one page of older orders, when there are some and a token is left over; how
 * long until the next may go. */
time_ms order_backfill_tend(struct worker *w, struct arena *arena);

#endif
