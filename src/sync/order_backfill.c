/* order_backfill.c: older orders, with the tokens that live reading leaves over; see order_read.h.
 */
#include "base/limits.h"
#include "sync/order_read.h"

enum { NEVER_MS = 3600 * 1000 };

/* How long until the next page may go; NEVER_MS when there is none. */
static time_ms backfill_step(struct worker *w, struct arena *arena, struct run *run)
{
    struct order_cursor cursor = { 0 };
    struct error e;
    if (order_cursor_load(w, ORDERS_BACKFILL, arena, &cursor, &e)) return ORDER_FAULT_MS;
    if (!cursor.before) return NEVER_MS;
    struct order_reading r = {
        .w = w, .name = ORDERS_BACKFILL, .created = true, .keep = ORDER_KEEP_BACKFILL, .run = run
    };
    arena_init(&r.arena, "orders", JOB_ARENA_MAX);
    time_ms wait = 0;
    bool token = worker_token_now(w, CHANNEL_OP_ORDERS_PAGE, ORDER_KEEP_BACKFILL, &wait);
    if (token) {
        worker_token_back(w, CHANNEL_OP_ORDERS_PAGE);
        enum order_step step = order_read_page(&r, &cursor);
        wait = step == STEP_MORE || step == STEP_DONE ? 0 : ORDER_FAULT_MS;
    }
    arena_release(&r.arena);
    return wait;
}

/* A person's request names the time to go back to; orders are taken in from then on. */
static enum err ask_backfill(struct change *c, void *ctx, struct error *e)
{
    struct order_run *call = ctx;
    struct worker *w = call->w;
    struct order_cursor cursor = { .before = worker_channel_now(w) - ORDER_LAG_MS };
    bool good = str_to_int64(call->run.progress, &cursor.after) && cursor.after < cursor.before;
    if (!good) cursor.before = cursor.after = 0;
    order_cursor_put(c, w->channel_id, ORDERS_BACKFILL, &cursor);
    call->run.progress = S("reading");
    run_progress(c, &call->run);
    if (!good) return OK;
    return channel_import_earlier(c, w->channel_id, cursor.after, e);
}

/* The run of the back-fill shows its progress; it lives exactly as long as its cursor. */
time_ms order_backfill_tend(struct worker *w, struct arena *arena)
{
    struct order_cursor cursor = { 0 };
    struct error e;
    struct order_run call = order_run_wanted(w, arena, RUN_BACKFILL_ORDERS);
    if (call.run.id && !str_eq(call.run.progress, S("reading"))) {
        if (worker_change(w, "backfill_asked", ask_backfill, &call, &e)) {
            worker_fault(w, "backfill_not_begun", &e);
            return ORDER_FAULT_MS;
        }
    }
    struct run *run = call.run.id ? &call.run : NULL;
    if (run) run->message = S("Reading older orders");
    time_ms wait = backfill_step(w, arena, run);
    bool left = !order_cursor_load(w, ORDERS_BACKFILL, arena, &cursor, &e) && cursor.before != 0;
    if (run && !left) order_run_finish(&call, STEP_DONE, NULL);
    return wait;
}
