/* order_work.c: the thread that reads orders: live cursor, back-fill, runs (design.md 3). */
#include "base/limits.h"
#include "core/order_rules.h"
#include "store/intake.h"
#include "sync/internal.h"
#include "sync/order_cursor.h"

#include <string.h>

enum {
    IDLE_MS = 30 * 1000,
    FAULT_MS = 2000,
    LAG_MS = 2 * 60 * 1000 + 1000, /* a window ends at least two minutes ago (sp-api.md 2.2) */
    OVERLAP_MS = 2 * 60 * 1000,
    BEHIND_MS = 20 * 1000, /* a reading that ends so far behind is followed by another at once */
    WINDOWS_MAX = 6,       /* in one go */
    KEEP_ROUTINE = 8,      /* tokens of the burst that routine readings leave for catching up */
    KEEP_BACKFILL = 4,
    RISE_GAP_MS = 500,           /* between two readings while a rise waits for one */
    BACKFILL_GAP_MS = 60 * 1000, /* older than this before the start: worth a back-fill */
};

/* One page, taken in. */
struct page_intake {
    struct worker *w;
    struct arena *arena;
    const struct channel_orders_page *page;
    struct intake_order *orders;
    const char *cursor_name;
    struct order_cursor cursor;
    struct run *run; /* NULL: none */
    struct intake_counts counts;
};

static struct intake_order *convert(const struct channel_orders_page *page, struct arena *arena)
{
    struct intake_order *out = arena_new(arena, struct intake_order, page->count + 1);
    for (size_t i = 0; i < page->count; i++) {
        const struct channel_order *o = &page->orders[i];
        struct intake_line *lines = arena_new(arena, struct intake_line, o->line_count + 1);
        for (size_t k = 0; k < o->line_count; k++) {
            const struct channel_order_line *l = &o->lines[k];
            lines[k] = (struct intake_line){
                .channel_line_id = l->line_id,
                .sku = l->sku,
                .title = l->title,
                .quantity = line_quantity_after_cancellation(
                    l->ordered, l->has_fulfilled, l->fulfilled, l->unfulfilled),
                .price = { l->has_price, l->price_minor, l->currency },
                .cancel_requested = l->cancel_requested,
            };
        }
        out[i] = (struct intake_order){ o->id, o->status, o->marketplace_id,
            o->fulfillment == CHANNEL_AMAZON, o->created_at, o->updated_at, lines, o->line_count };
    }
    return out;
}

static enum err put_bad(
    struct change *c, int64_t channel_id, const struct channel_bad *bad, struct error *e)
{
    unsigned char hash[SECRET_HASH_SIZE];
    struct str fingerprint = bad->id;
    if (!fingerprint.len) {
        (void)secret_hash(bad->raw, hash);
        char *hex = arena_new(c->arena, char, 33);
        for (int i = 0; i < 16; i++) {
            hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
            hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
        }
        fingerprint = (struct str){ hex, 32 };
    }
    struct quarantined_order q = { .channel_order_id = bad->id, .body = bad->raw };
    /* Drivers say "/where: what". */
    bool placed =
        str_starts(bad->detail, S("/")) && str_cut(bad->detail, ':', &q.pointer, &q.detail);
    q.detail = placed ? str_trim(q.detail) : bad->detail;
    if (!placed) q.pointer = S("");
    bool is_new = false;
    enum err rc = quarantine_put(c, channel_id, fingerprint, &q, &is_new, e);
    if (!rc && is_new)
        channel_event_add(c, channel_id,
            &(struct channel_event){ .kind = "order_quarantined",
                .severity = "error",
                .channel_order_id = bad->id,
                .detail = bad->detail });
    return rc;
}

static void put_cursor(struct change *c, const struct page_intake *p)
{
    struct buf text;
    buf_init(&text, 16 * 1024);
    order_cursor_write(&p->cursor, &text);
    cursor_set(c, p->w->channel_id, p->cursor_name, buf_str(&text));
    buf_release(&text);
}

static enum err take_in(struct change *c, void *ctx, struct error *e)
{
    struct page_intake *p = ctx;
    p->counts = (struct intake_counts){ 0 };
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, p->w->channel_id, c->arena, ch, e);
    if (!rc) rc = intake_orders(c, ch, p->orders, p->page->count, &p->counts, e);
    for (size_t i = 0; i < p->page->bad_count && !rc; i++)
        rc = put_bad(c, ch->id, &p->page->bad[i], e);
    if (rc) return rc;
    put_cursor(c, p);
    if (p->run) run_progress(c, p->run);
    return OK;
}

/* One order that the database refuses must not stop the others: each alone, the bad ones aside. */
struct single {
    struct page_intake *p;
    size_t at;
    struct str refusal;
};

static enum err take_single(struct change *c, void *ctx, struct error *e)
{
    struct single *s = ctx;
    struct page_intake *p = s->p;
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, p->w->channel_id, c->arena, ch, e);
    struct intake_counts counts = { 0 };
    return rc ? rc : intake_orders(c, ch, &p->orders[s->at], 1, &counts, e);
}

static enum err set_aside(struct change *c, void *ctx, struct error *e)
{
    struct single *s = ctx;
    const struct intake_order *o = &s->p->orders[s->at];
    struct channel_bad bad = { o->channel_order_id, S("{}"), s->refusal };
    return put_bad(c, s->p->w->channel_id, &bad, e);
}

static enum err finish_page(struct change *c, void *ctx, struct error *e)
{
    struct page_intake *p = ctx;
    for (size_t i = 0; i < p->page->bad_count; i++) {
        enum err rc = put_bad(c, p->w->channel_id, &p->page->bad[i], e);
        if (rc) return rc;
    }
    put_cursor(c, p);
    if (p->run) run_progress(c, p->run);
    return OK;
}

static bool is_of_data(enum err rc)
{
    return rc == ERR_CONFLICT || rc == ERR_INVALID || rc == ERR_CORRUPT || rc == ERR_TOO_LARGE;
}

static enum err one_by_one(struct page_intake *p, struct error *e)
{
    for (size_t i = 0; i < p->page->count; i++) {
        struct single s = { .p = p, .at = i };
        enum err rc = worker_change(p->w, "order_intake", take_single, &s, e);
        if (!rc) continue;
        if (!is_of_data(rc)) return rc;
        s.refusal = arena_fmt(p->arena, "%s", e->detail);
        rc = worker_change(p->w, "order_aside", set_aside, &s, e);
        if (rc) return rc;
    }
    return worker_change(p->w, "order_page", finish_page, p, e);
}

static enum err take_page(struct page_intake *p, struct error *e)
{
    p->orders = convert(p->page, p->arena);
    enum err rc = worker_change(p->w, "order_page", take_in, p, e);
    if (is_of_data(rc)) rc = one_by_one(p, e);
    if (!rc) atomic_fetch_add(&p->w->engine->orders, (long long)p->page->count);
    return rc;
}

struct cursor_read {
    struct worker *w;
    const char *name;
    struct arena *arena;
    struct order_cursor *out;
};

static enum err read_cursor(struct tx *tx, void *ctx, struct error *e)
{
    struct cursor_read *r = ctx;
    struct str text;
    time_ms at;
    enum err rc = cursor_get(tx, r->w->channel_id, r->name, r->arena, &text, &at, e);
    if (!rc) order_cursor_read(text, r->arena, r->out);
    return rc;
}

static enum err load_cursor(struct worker *w, const char *name, struct arena *arena,
    struct order_cursor *out, struct error *e)
{
    struct cursor_read r = { w, name, arena, out };
    return db_read(w->engine->parts.db, "order_cursor", read_cursor, &r, e);
}

static enum err write_cursor(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    put_cursor(c, ctx);
    return OK;
}

static enum err save_cursor(
    struct worker *w, const char *name, const struct order_cursor *cursor, struct error *e)
{
    struct page_intake p = { .w = w, .cursor_name = name, .cursor = *cursor };
    return worker_change(w, "order_cursor", write_cursor, &p, e);
}

/* How a step of reading ended. */
enum step { STEP_MORE, STEP_DONE, STEP_LATER, STEP_STOP };

struct reading {
    struct worker *w;
    struct arena arena; /* of one page */
    const char *name;
    bool created; /* by creation (back-fill) instead of by update */
    int64_t keep;
    struct run *run;
    struct channel_outcome outcome; /* of the last call; its text is in `arena` */
    int64_t orders;
};

static void forget_token(struct reading *r, struct order_cursor *cursor)
{
    /* Refused with a paging token: it has died. The window is read again from its first page. */
    struct error e;
    cursor->token = S("");
    if (save_cursor(r->w, r->name, cursor, &e)) worker_fault(r->w, "cursor_not_saved", &e);
}

/* One page of the cursor's window. */
static enum step read_page(struct reading *r, struct order_cursor *cursor)
{
    struct worker *w = r->w;
    if (!worker_token(w, CHANNEL_OP_ORDERS_PAGE, cursor->token.len ? 0 : r->keep)) return STEP_STOP;
    struct channel_orders_query q = { .page_token = cursor->token };
    if (r->created) {
        q.created_after = cursor->after;
        q.created_before = cursor->before;
    } else {
        q.updated_after = cursor->after;
        q.updated_before = cursor->before;
    }
    struct channel_orders_page page = { 0 };
    struct error e;
    enum err rc = w->driver->orders_page(w->conn, &q, &r->arena, &page, &r->outcome, &e);
    if (rc) {
        worker_fault(w, "orders_not_read", &e);
        r->outcome = (struct channel_outcome){ .result = CHANNEL_BROKEN, .detail = S("") };
        return STEP_LATER;
    }
    struct call_note note = { .run_id = r->run ? r->run->id : 0 };
    worker_outcome(w, CHANNEL_OP_ORDERS_PAGE, &r->outcome, &note);
    if (r->outcome.result == CHANNEL_REFUSED && cursor->token.len) {
        forget_token(r, cursor);
        return STEP_LATER;
    }
    if (r->outcome.result != CHANNEL_DONE) return STEP_LATER;
    struct page_intake p = { .w = w,
        .arena = &r->arena,
        .page = &page,
        .cursor_name = r->name,
        .cursor = *cursor,
        .run = r->run };
    p.cursor.token = page.next_token;
    if (!page.next_token.len) {
        p.cursor.until = cursor->before;
        p.cursor.before = p.cursor.after = 0;
    }
    r->orders += (int64_t)page.count;
    if (r->run) r->run->done += (int64_t)page.count;
    if (take_page(&p, &e)) {
        worker_fault(w, "orders_not_taken_in", &e);
        return STEP_LATER;
    }
    /* The token lives in the page's arena; the caller's cursor outlives it. */
    order_cursor_copy(cursor, &p.cursor);
    return page.next_token.len ? STEP_MORE : STEP_DONE;
}

static enum step read_window(struct reading *r, struct order_cursor *cursor)
{
    enum step step = STEP_MORE;
    while (step == STEP_MORE) {
        arena_reset(&r->arena);
        step = read_page(r, cursor);
        if (worker_stopping(r->w)) step = STEP_STOP;
    }
    return step;
}

static void note_intake(struct worker *w, time_ms asked_at, time_ms read_until)
{
    (void)pthread_mutex_lock(&w->lock);
    if (asked_at > w->intake.asked_at) w->intake.asked_at = asked_at;
    if (read_until > w->intake.read_until) w->intake.read_until = read_until;
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
    struct page_intake live = { .w = b->w, .cursor_name = "orders_live", .cursor = b->live };
    put_cursor(c, &live);
    if (!b->back.before) return OK;
    struct page_intake back = { .w = b->w, .cursor_name = "orders_backfill", .cursor = b->back };
    put_cursor(c, &back);
    struct run_order order = { b->w->channel_id, RUN_BACKFILL_ORDERS, S("reading") };
    struct run run;
    bool is_new;
    return run_queue(c, &order, c->arena, &run, &is_new, e);
}

/* From where the live cursor starts, and how far back the back-fill goes, once. */
static enum err begin_live(
    struct worker *w, const struct channel_row *ch, struct order_cursor *cursor, struct error *e)
{
    time_ms now = worker_channel_now(w) - LAG_MS, from = ch->import_orders_from;
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
static enum step read_live(struct worker *w, const struct channel_row *ch, struct run *run,
    struct arena *arena, struct channel_outcome *outcome)
{
    struct reading r = { .w = w, .name = "orders_live", .run = run };
    arena_init(&r.arena, "orders", JOB_ARENA_MAX);
    struct arena own;
    arena_init(&own, "order cursor", 1024 * 1024);
    struct order_cursor cursor = { 0 };
    struct error e;
    enum step step = STEP_LATER;
    enum err rc = load_cursor(w, r.name, &own, &cursor, &e);
    if (!rc && !cursor.until && !cursor.before) rc = begin_live(w, ch, &cursor, &e);
    for (int i = 0; i < WINDOWS_MAX && !rc; i++) {
        time_ms asked_at = worker_now(w), before = worker_channel_now(w) - LAG_MS;
        bool resumed = cursor.before != 0;
        if (!resumed) {
            cursor.after = cursor.until - OVERLAP_MS;
            cursor.before = before > cursor.after ? before : cursor.after + 1;
        }
        time_ms end = cursor.before;
        step = read_window(&r, &cursor);
        if (step != STEP_DONE) break;
        time_ms behind = worker_channel_now(w) - LAG_MS - end;
        time_ms by_lag = asked_at - LAG_MS - (before - end), heard = worker_our_time(w, end);
        if (!resumed) note_intake(w, asked_at, heard > by_lag ? heard : by_lag);
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

/* One page of older orders, when there is a back-fill and live reading leaves a token over. How
 * long until the next one may go; NEVER when there is none. */
enum { NEVER = 3600 * 1000 };
static time_ms backfill_step(struct worker *w, struct arena *arena, struct run *run)
{
    struct order_cursor cursor = { 0 };
    struct error e;
    if (load_cursor(w, "orders_backfill", arena, &cursor, &e)) return FAULT_MS;
    if (!cursor.before) return NEVER;
    struct reading r = {
        .w = w, .name = "orders_backfill", .created = true, .keep = KEEP_BACKFILL, .run = run
    };
    arena_init(&r.arena, "orders", JOB_ARENA_MAX);
    time_ms wait = 0;
    bool token = worker_token_now(w, CHANNEL_OP_ORDERS_PAGE, KEEP_BACKFILL, &wait);
    if (token) {
        worker_token_back(w, CHANNEL_OP_ORDERS_PAGE);
        enum step step = read_page(&r, &cursor);
        wait = step == STEP_MORE || step == STEP_DONE ? 0 : FAULT_MS;
    }
    arena_release(&r.arena);
    return wait;
}

struct run_call {
    struct worker *w;
    struct arena *arena;
    enum run_kind kind;
    struct run run;
    enum run_state state;
};

static enum err take_run(struct change *c, void *ctx, struct error *e)
{
    struct run_call *call = ctx;
    return run_take(c, call->w->channel_id, call->kind, call->arena, &call->run, e);
}

static enum err end_run(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    struct run_call *call = ctx;
    run_finish(c, &call->run, call->state);
    return OK;
}

static struct run_call wanted_run(struct worker *w, struct arena *arena, enum run_kind kind)
{
    struct run_call call = { .w = w, .arena = arena, .kind = kind };
    struct error e;
    if (worker_change(w, "order_run", take_run, &call, &e)) call.run.id = 0;
    return call;
}

static void finish_run(struct run_call *call, enum step step, const struct channel_outcome *o)
{
    struct error e;
    call->state = step == STEP_DONE ? RUN_SUCCEEDED : RUN_FAILED;
    call->run.message = step == STEP_DONE ? S("Orders are read") : S("Orders could not be read");
    call->run.total = call->run.done;
    if (step != STEP_DONE) call->run.error = run_error_of(o, call->arena);
    if (worker_change(call->w, "order_run", end_run, call, &e))
        worker_fault(call->w, "run_not_finished", &e);
}

/* Whatever a person asked for, first. A run asked for while orders cannot be read fails and says
 * why; one that is only slow goes on. */
static void tend_runs(struct worker *w, const struct channel_row *ch, struct arena *arena)
{
    struct run_call call = wanted_run(w, arena, RUN_IMPORT_ORDERS);
    if (!call.run.id) return;
    call.run.message = S("Reading orders");
    struct channel_outcome o = { 0 };
    enum step step = read_live(w, ch, &call.run, arena, &o);
    if (step == STEP_STOP) return;
    finish_run(&call, step, &o);
}

/* A person's request names the time to go back to; orders are taken in from then on. */
static enum err ask_backfill(struct change *c, void *ctx, struct error *e)
{
    struct run_call *call = ctx;
    struct worker *w = call->w;
    struct order_cursor cursor = { .before = worker_channel_now(w) - LAG_MS };
    bool good = str_to_int64(call->run.progress, &cursor.after) && cursor.after < cursor.before;
    if (!good) cursor.before = cursor.after = 0;
    struct page_intake back = { .w = w, .cursor_name = "orders_backfill", .cursor = cursor };
    put_cursor(c, &back);
    call->run.progress = S("reading");
    run_progress(c, &call->run);
    if (!good) return OK;
    return channel_import_earlier(c, w->channel_id, cursor.after, e);
}

/* The run of the back-fill shows its progress; it lives exactly as long as its cursor. */
static time_ms tend_backfill(struct worker *w, struct arena *arena)
{
    struct order_cursor cursor = { 0 };
    struct error e;
    struct run_call call = wanted_run(w, arena, RUN_BACKFILL_ORDERS);
    if (call.run.id && !str_eq(call.run.progress, S("reading"))) {
        if (worker_change(w, "backfill_asked", ask_backfill, &call, &e)) {
            worker_fault(w, "backfill_not_begun", &e);
            return FAULT_MS;
        }
    }
    struct run *run = call.run.id ? &call.run : NULL;
    if (run) run->message = S("Reading older orders");
    time_ms wait = backfill_step(w, arena, run);
    bool left = !load_cursor(w, "orders_backfill", arena, &cursor, &e) && cursor.before != 0;
    if (run && !left) finish_run(&call, STEP_DONE, NULL);
    return wait;
}

static void restore_intake(struct worker *w, bool order_import)
{
    (void)pthread_mutex_lock(&w->lock);
    w->intake.order_import = order_import;
    (void)pthread_mutex_unlock(&w->lock);
}

static bool rise_waits(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    bool wanted = w->order_wanted;
    (void)pthread_mutex_unlock(&w->lock);
    return wanted;
}

void *order_thread(void *worker)
{
    struct worker *w = worker;
    struct arena arena;
    arena_init(&arena, "order thread", JOB_ARENA_MAX);
    unsigned seen = 0;
    time_ms idle = 0, last_poll = 0;
    struct clock *clock = w->engine->parts.clock;
    time_ms gap = w->engine->parts.options.order_poll_ms;
    while (worker_wait(w, WAKE_ORDERS, &seen, idle)) {
        arena_reset(&arena);
        struct channel_row *ch = arena_new(&arena, struct channel_row, 1);
        struct error e;
        idle = FAULT_MS;
        if (worker_channel(w, &arena, ch, &e)) continue;
        restore_intake(w, ch->order_import);
        idle = IDLE_MS;
        if (ch->paused || ch->state == CHANNEL_RECONNECT_NEEDED) continue;
        tend_runs(w, ch, &arena);
        if (!ch->order_import) continue;
        idle = gap;
        time_ms now = clock_monotonic(clock), wait = 0;
        bool rise = rise_waits(w);
        time_ms least = rise && gap > RISE_GAP_MS ? RISE_GAP_MS : gap;
        int64_t keep = rise ? 2 : KEEP_ROUTINE;
        if (last_poll && now - last_poll < least) {
            idle = least - (now - last_poll);
        } else if (worker_token_now(w, CHANNEL_OP_ORDERS_PAGE, keep, &wait)) {
            worker_token_back(w, CHANNEL_OP_ORDERS_PAGE);
            struct channel_outcome o;
            last_poll = now;
            (void)read_live(w, ch, NULL, &arena, &o);
        } else {
            idle = wait < gap ? wait : gap;
        }
        time_ms next = tend_backfill(w, &arena);
        if (next < idle) idle = next;
    }
    arena_release(&arena);
    return NULL;
}
