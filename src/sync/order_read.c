/* order_read.c: cursors, pages and runs of readings; see order_read.h. */
#include "sync/order_read.h"

void order_cursor_put(
    struct change *c, int64_t channel_id, const char *name, const struct order_cursor *cursor)
{
    struct buf text;
    buf_init(&text, 16 * 1024);
    order_cursor_write(cursor, &text);
    cursor_set(c, channel_id, name, buf_str(&text));
    buf_release(&text);
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

enum err order_cursor_load(struct worker *w, const char *name, struct arena *arena,
    struct order_cursor *out, struct error *e)
{
    struct cursor_read r = { w, name, arena, out };
    return db_read(w->engine->parts.db, "order_cursor", read_cursor, &r, e);
}

struct cursor_write {
    struct worker *w;
    const char *name;
    const struct order_cursor *cursor;
};

static enum err write_cursor(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    struct cursor_write *s = ctx;
    order_cursor_put(c, s->w->channel_id, s->name, s->cursor);
    return OK;
}

static enum err save_cursor(
    struct worker *w, const char *name, const struct order_cursor *cursor, struct error *e)
{
    struct cursor_write s = { w, name, cursor };
    return worker_change(w, "order_cursor", write_cursor, &s, e);
}

static void forget_token(struct order_reading *r, struct order_cursor *cursor)
{
    /* Refused with a paging token: it has died. The window is read again from its first page. */
    struct error e;
    cursor->token = S("");
    if (save_cursor(r->w, r->name, cursor, &e)) worker_fault(r->w, "cursor_not_saved", &e);
}

static struct page_print print_of(const struct channel_orders_page *page)
{
    struct page_print print = { 0, 0 };
    for (size_t i = 0; i < page->count; i++)
        page_print_add(&print, page->orders[i].id);
    for (size_t i = 0; i < page->bad_count; i++)
        page_print_add(&print, page->bad[i].id.len ? page->bad[i].id : page->bad[i].raw);
    return print;
}

/* Paging got nowhere: what is behind this page was not shown, and the window is not read. */
static enum order_step stalled(struct order_reading *r, struct order_paging *paging)
{
    if (!paging->stall_told)
        worker_tell_stalled(r->w, CHANNEL_OP_ORDERS_PAGE, r->run ? r->run->id : 0,
            "orders are read in smaller parts");
    paging->stall_told = true;
    r->outcome.result = CHANNEL_BROKEN;
    r->outcome.code = S("reading_stalled");
    r->outcome.detail = S("the channel showed the same page again, or no way to the next one");
    return STEP_LATER;
}

/* Takes the page in, with the cursor after it. */
static enum order_step take_page(
    struct order_reading *r, const struct channel_orders_page *page, struct order_cursor *cursor)
{
    struct order_paging *paging = r->created ? &r->w->backfill_pages : &r->w->live_pages;
    struct page_print print = print_of(page);
    bool first = !cursor->token.len, more = page->next_token.len > 0, done = false;
    if (first) page_watch_reset(&paging->watch);
    bool stalls =
        page_watch_stalls(&paging->watch, print) || page->next_token.len > ORDER_TOKEN_MAX;
    struct order_page p = { .w = r->w,
        .arena = &r->arena,
        .page = page,
        .cursor_name = r->name,
        .cursor = *cursor,
        .run = r->run };
    p.cursor.token = page->next_token;
    if (stalls)
        (void)order_cursor_cut(&p.cursor);
    else if (!more)
        done = order_cursor_done(&p.cursor);
    r->orders += (int64_t)page->count;
    if (r->run) r->run->done += (int64_t)page->count;
    struct error e;
    if (order_page_take(&p, &e)) {
        worker_fault(r->w, "orders_not_taken_in", &e);
        return STEP_LATER;
    }
    page_watch_note(&paging->watch, print);
    if (!first && !stalls) paging->stall_told = false;
    /* The token lives in the page's arena; the caller's cursor outlives it. */
    order_cursor_copy(cursor, &p.cursor);
    if (stalls) return stalled(r, paging);
    return done ? STEP_DONE : STEP_MORE;
}

enum order_step order_read_page(struct order_reading *r, struct order_cursor *cursor)
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
    return take_page(r, &page, cursor);
}

static enum err take_run(struct change *c, void *ctx, struct error *e)
{
    struct order_run *call = ctx;
    return run_take(c, call->w->channel_id, call->kind, call->arena, &call->run, e);
}

static enum err end_run(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    struct order_run *call = ctx;
    run_finish(c, &call->run, call->state);
    return OK;
}

struct order_run order_run_wanted(struct worker *w, struct arena *arena, enum run_kind kind)
{
    struct order_run call = { .w = w, .arena = arena, .kind = kind };
    struct error e;
    if (worker_change(w, "order_run", take_run, &call, &e)) call.run.id = 0;
    return call;
}

void order_run_finish(struct order_run *call, enum order_step step, const struct channel_outcome *o)
{
    struct error e;
    call->state = step == STEP_DONE ? RUN_SUCCEEDED : RUN_FAILED;
    call->run.message = step == STEP_DONE ? S("Orders are read") : S("Orders could not be read");
    call->run.total = call->run.done;
    if (step != STEP_DONE) call->run.error = run_error_of(o, call->arena);
    if (worker_change(call->w, "order_run", end_run, call, &e))
        worker_fault(call->w, "run_not_finished", &e);
}
