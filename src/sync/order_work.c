/* order_work.c: the thread that reads orders: what is live, what a person asked for (design.md 3).
 */
#include "base/limits.h"
#include "sync/order_read.h"

enum {
    IDLE_MS = 30 * 1000,
    OVERLAP_MS = 2 * 60 * 1000,
    BEHIND_MS = 20 * 1000, /* a reading that ends so far behind is followed by another at once */
    WINDOWS_MAX = 6,       /* in one go */
    BACKFILL_GAP_MS = 60 * 1000, /* older than this before the start: worth a back-fill */
};

static enum order_step read_window(struct order_reading *r, struct order_cursor *cursor)
{
    enum order_step step = STEP_MORE;
    while (step == STEP_MORE) {
        arena_reset(&r->arena);
        step = order_read_page(r, cursor);
        if (worker_stopping(r->w)) step = STEP_STOP;
    }
    return step;
}

static void note_intake(struct worker *w, struct clock_moment asked, struct clock_moment read_until)
{
    (void)pthread_mutex_lock(&w->lock);
    w->intake.asked = clock_moment_later(w->intake.asked, asked);
    w->intake.read_until = clock_moment_later(w->intake.read_until, read_until);
    w->order_wanted = false;
    (void)pthread_mutex_unlock(&w->lock);
    worker_wake(w, WAKE_PUSH);
}

/* Both cursors at once, so that no time between them is lost; the back-fill shows as a run. */
struct beginning {
    struct worker *w;
    struct order_cursor live, back;
};

static enum err begin_both(struct change *c, void *ctx, struct error *e)
{
    struct beginning *b = ctx;
    order_cursor_put(c, b->w->channel_id, ORDERS_LIVE, &b->live);
    if (!b->back.before) return OK;
    order_cursor_put(c, b->w->channel_id, ORDERS_BACKFILL, &b->back);
    struct run_order order = { b->w->channel_id, RUN_BACKFILL_ORDERS, S("reading") };
    struct run run;
    bool is_new;
    return run_queue(c, &order, c->arena, &run, &is_new, e);
}

/* From where the live cursor starts, and how far back the back-fill goes, once. */
static enum err begin_live(
    struct worker *w, const struct channel_row *ch, struct order_cursor *cursor, struct error *e)
{
    time_ms now = worker_channel_now(w) - ORDER_LAG_MS, from = ch->import_orders_from;
    struct beginning b = { .w = w };
    cursor->until = now;
    /* Close enough to read with the live cursor: what was created since was updated since. */
    if (from && from < now && now - from <= BACKFILL_GAP_MS) cursor->until = from;
    if (from && now - from > BACKFILL_GAP_MS) {
        b.back.after = from;
        b.back.before = now;
    }
    b.live.until = cursor->until;
    return worker_change(w, "orders_begin", begin_both, &b, e);
}

/* Reads new and changed orders up to the channel's present. */
static enum order_step read_live(struct worker *w, const struct channel_row *ch, struct run *run,
    struct arena *arena, struct channel_outcome *outcome)
{
    struct order_reading r = { .w = w, .name = ORDERS_LIVE, .run = run };
    arena_init(&r.arena, "orders", JOB_ARENA_MAX);
    struct arena own;
    arena_init(&own, "order cursor", 1024 * 1024);
    struct order_cursor cursor = { 0 };
    struct error e;
    enum order_step step = STEP_LATER;
    enum err rc = order_cursor_load(w, r.name, &own, &cursor, &e);
    if (!rc && !cursor.until && !cursor.before) rc = begin_live(w, ch, &cursor, &e);
    for (int i = 0; i < WINDOWS_MAX && !rc; i++) {
        struct clock_moment asked = clock_moment(w->engine->parts.clock);
        time_ms before = worker_channel_now(w) - ORDER_LAG_MS;
        bool resumed = cursor.before != 0;
        if (!resumed) {
            cursor.after = cursor.until - OVERLAP_MS;
            cursor.before = before > cursor.after ? before : cursor.after + 1;
        }
        time_ms end = cursor.before;
        step = read_window(&r, &cursor);
        if (step != STEP_DONE) break;
        time_ms behind = worker_channel_now(w) - ORDER_LAG_MS - end;
        struct clock_moment by_lag = clock_moment_before(asked, ORDER_LAG_MS + before - end);
        if (!resumed) note_intake(w, asked, clock_moment_later(worker_our_time(w, end), by_lag));
        if (!resumed && behind < BEHIND_MS) break;
    }
    if (rc) worker_fault(w, "orders_unread", &e);
    *outcome = r.outcome;
    outcome->detail = arena_str(arena, r.outcome.detail);
    outcome->code = arena_str(arena, r.outcome.code);
    outcome->request_id = arena_str(arena, r.outcome.request_id);
    arena_release(&own);
    arena_release(&r.arena);
    return step;
}

/* Whatever a person asked for, first. A run asked for while orders cannot be read fails and says
 * why; one that is only slow goes on. */
static void tend_runs(struct worker *w, const struct channel_row *ch, struct arena *arena)
{
    struct order_run call = order_run_wanted(w, arena, RUN_IMPORT_ORDERS);
    if (!call.run.id) return;
    call.run.message = S("Reading orders");
    struct channel_outcome o = { 0 };
    enum order_step step = read_live(w, ch, &call.run, arena, &o);
    if (step == STEP_STOP) return;
    order_run_finish(&call, step, &o);
}

static void restore_intake(struct worker *w, bool order_import)
{
    (void)pthread_mutex_lock(&w->lock);
    w->intake.order_import = order_import;
    (void)pthread_mutex_unlock(&w->lock);
}

static void begin_pace(struct worker *w, struct order_pace *pace)
{
    (void)pthread_mutex_lock(&w->rates->lock);
    order_pace_init(
        pace, &w->rates->buckets[CHANNEL_OP_ORDERS_PAGE], clock_monotonic(w->engine->parts.clock));
    (void)pthread_mutex_unlock(&w->rates->lock);
}

/* Whether a reading begins now; its token is still to be taken. */
static bool may_read(struct worker *w, struct order_pace *pace, time_ms *wait_ms)
{
    struct bucket *orders = &w->rates->buckets[CHANNEL_OP_ORDERS_PAGE];
    struct order_pace_ask ask = { .now = clock_monotonic(w->engine->parts.clock),
        .gap = w->engine->parts.options.order_poll_ms };
    (void)pthread_mutex_lock(&w->lock);
    ask.rise = w->order_wanted;
    *wait_ms = access_wait(&w->access, CHANNEL_OP_ORDERS_PAGE, ask.now);
    (void)pthread_mutex_lock(&w->rates->lock);
    bool begins = !*wait_ms && order_pace_begin(pace, orders, &ask, wait_ms);
    (void)pthread_mutex_unlock(&w->rates->lock);
    (void)pthread_mutex_unlock(&w->lock);
    return begins;
}

void *order_thread(void *worker)
{
    struct worker *w = worker;
    struct arena arena;
    arena_init(&arena, "order thread", JOB_ARENA_MAX);
    unsigned seen = 0;
    time_ms idle = 0, gap = w->engine->parts.options.order_poll_ms;
    struct order_pace pace;
    begin_pace(w, &pace);
    while (worker_wait(w, WAKE_ORDERS, &seen, idle)) {
        arena_reset(&arena);
        struct channel_row *ch = arena_new(&arena, struct channel_row, 1);
        struct error e;
        idle = ORDER_FAULT_MS;
        if (worker_channel(w, &arena, ch, &e)) continue;
        restore_intake(w, ch->order_import);
        idle = IDLE_MS;
        if (!worker_has_work(w, ch)) continue;
        tend_runs(w, ch, &arena);
        if (!ch->order_import) continue;
        idle = gap;
        time_ms wait = 0;
        if (may_read(w, &pace, &wait)) {
            struct channel_outcome o;
            (void)read_live(w, ch, NULL, &arena, &o);
        } else if (wait < gap) {
            idle = wait;
        }
        time_ms next = order_fetch_tend(w, &arena);
        if (next < idle) idle = next;
        next = order_backfill_tend(w, &arena);
        pace.paged = pace.paged || next == 0;
        if (next < idle) idle = next;
    }
    arena_release(&arena);
    return NULL;
}
