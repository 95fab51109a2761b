/* push_work.c: the threads that send quantities. */
#include "base/limits.h"
#include "store/push.h"
#include "sync/internal.h"

enum { IDLE_MS = 5000, FAULT_MS = 1000, RUN_STEP_MS = 200, RETRY_MS = 1000 };

struct claiming {
    struct worker *w;
    struct arena *arena;
    struct intake_state intake;
    struct push_claim claim;
    struct push_figures figures;
};

static enum err claim_next(struct change *c, void *ctx, struct error *e)
{
    struct claiming *k = ctx;
    struct push_claim claim;
    enum err rc = push_claim_next(c, k->w->channel_id, &k->intake, c->arena, &claim, e);
    if (rc) return rc;
    k->claim = claim;
    if (!claim.listing_id)
        return push_figures_load(c->tx, k->w->channel_id, c->now, &k->figures, e);
    k->claim.sku = arena_str(k->arena, claim.sku);
    k->claim.product_type = arena_str(k->arena, claim.product_type);
    k->claim.marketplace_ids = arena_str(k->arena, claim.marketplace_ids);
    return OK;
}

struct settling {
    struct worker *w;
    const struct push_claim *claim;
    const struct channel_outcome *o;
    struct push_words words;
    time_ms not_before;
};

static enum err settle(struct change *c, void *ctx, struct error *e)
{
    struct settling *s = ctx;
    int64_t id = s->w->channel_id;
    switch (s->o->result) {
    case CHANNEL_DONE:
        return push_accepted(c, id, s->claim, &s->words, e);
    case CHANNEL_REFUSED:
        return push_refused(c, id, s->claim, &s->words, e);
    case CHANNEL_NOT_FOUND:
        return push_gone(c, id, s->claim, &s->words, e);
    case CHANNEL_UNKNOWN:
        return push_put_back(c, s->claim, true, s->not_before, e);
    case CHANNEL_THROTTLED:
    case CHANNEL_UNAUTHORIZED:
    case CHANNEL_GRANT_LOST:
    case CHANNEL_CLIENT_WRONG:
    case CHANNEL_BROKEN:
        break;
    }
    return push_put_back(c, s->claim, false, s->not_before, e);
}

static size_t split(struct str ids, struct str *out, size_t most)
{
    size_t n = 0;
    while (ids.len && n < most) {
        struct str head, tail;
        str_cut(ids, ' ', &head, &tail);
        if (head.len) out[n++] = head;
        ids = tail;
    }
    return n;
}

/* What became of it must be written down: without the database, again until it works or we stop;
 * then the next holder of the lease finds it as sending and sends it again, which is harmless. */
static void write_down(struct worker *w, struct settling *s)
{
    struct error e;
    unsigned seen = 0;
    while (worker_change(w, "push_outcome", settle, s, &e)) {
        worker_fault(w, "push_not_recorded", &e);
        if (!worker_wait(w, WAKE_PUSH, &seen, FAULT_MS)) return;
    }
}

static void send_claim(struct worker *w, const struct push_claim *claim, struct arena *arena)
{
    struct str marketplaces[CHANNEL_MARKETPLACES_MAX];
    struct channel_push push = {
        .sku = claim->sku,
        .product_type = claim->product_type,
        .marketplace_ids = marketplaces,
        .marketplace_count = split(claim->marketplace_ids, marketplaces, CHANNEL_MARKETPLACES_MAX),
        .quantity = claim->quantity,
        .fulfillment = claim->amazon_fulfilled ? CHANNEL_AMAZON : CHANNEL_MERCHANT,
    };
    struct channel_outcome o = { 0 };
    struct error e;
    enum err rc = w->driver->quantity_push(w->conn, &push, arena, &o, &e);
    if (rc) {
        worker_fault(w, "push_not_sent", &e);
        o = (struct channel_outcome){ .result = CHANNEL_BROKEN, .code = S(""), .detail = S("") };
    }
    struct call_note note = {
        .sku = claim->sku, .listing_id = claim->listing_id, .channel_order_id = S("")
    };
    if (!rc) worker_outcome(w, CHANNEL_OP_QUANTITY_PUSH, &o, &note);
    struct settling s = { w, claim, &o,
        { w->driver->limits[CHANNEL_OP_QUANTITY_PUSH].name, o.http_status,
            o.code.len ? arena_fmt(arena, "%.*s: %.*s", STR_FMT(o.code), STR_FMT(o.detail))
                       : o.detail,
            o.request_id },
        worker_now(w) + (o.result == CHANNEL_THROTTLED ? 0 : RETRY_MS) };
    if (o.result == CHANNEL_DONE) atomic_fetch_add(&w->engine->pushes, 1);
    write_down(w, &s);
}

/* The run that a person asked for: everything is looked at again, then it waits until nothing
 * waits. */
struct run_watch {
    struct worker *w;
    struct arena *arena;
    struct run run;
};

static enum err watch_run(struct change *c, void *ctx, struct error *e)
{
    struct run_watch *watch = ctx;
    struct run *run = &watch->run;
    int64_t id = watch->w->channel_id;
    enum err rc = run_take(c, id, RUN_PUSH_QUANTITIES, watch->arena, run, e);
    if (rc || !run->id) return rc;
    if (!run->progress.len) {
        rc = push_mark_all(c, id, e);
        run->progress = S("marked");
        run->message = S("Working out quantities");
        run_progress(c, run);
        return rc;
    }
    int64_t dirty;
    rc = push_marks_left(c->tx, &dirty, e);
    struct push_figures f;
    if (!rc) rc = push_figures_load(c->tx, id, c->now, &f, e);
    struct channel_row ch;
    if (!rc) rc = channel_load(c->tx, id, watch->arena, &ch, e);
    if (rc) return rc;
    int64_t left = f.waiting - f.held + f.sending;
    bool stuck = ch.paused || ch.brake_since || ch.state == CHANNEL_RECONNECT_NEEDED;
    int64_t total = left + run->done > run->total ? left + run->done : run->total;
    bool changed = run->total != total || run->done != total - left;
    run->total = total;
    run->done = total - left;
    run->message = stuck ? S("Stopped: see the channel's state") : S("Sending quantities");
    if (!dirty && (left == 0 || stuck)) {
        if (stuck && left)
            run->error = run_error_text(watch->arena, "channel_stopped",
                "the channel is paused, braked or must be reconnected");
        run_finish(c, run, stuck && left ? RUN_FAILED : RUN_SUCCEEDED);
        run->id = 0;
    } else if (changed) {
        run_progress(c, run);
    }
    return OK;
}

static enum err peek_run(struct tx *tx, void *ctx, struct error *e)
{
    struct run_watch *watch = ctx;
    struct run_filter queued = { watch->w->channel_id, "push_quantities", "queued" };
    struct run_filter running = { watch->w->channel_id, "push_quantities", "running" };
    struct page page = { 0, 1 };
    struct run *rows;
    size_t count = 0;
    enum err rc = run_list(tx, &running, &page, watch->arena, &rows, &count, e);
    if (!rc && !count) rc = run_list(tx, &queued, &page, watch->arena, &rows, &count, e);
    watch->run.id = count ? rows[0].id : 0;
    return rc;
}

/* True while such a run is under way. */
static bool tend_run(struct worker *w, struct arena *arena)
{
    struct run_watch watch = { .w = w, .arena = arena };
    struct error e;
    if (db_read(w->engine->parts.db, "push_run", peek_run, &watch, &e) || !watch.run.id)
        return false;
    if (worker_change(w, "push_run", watch_run, &watch, &e)) {
        worker_fault(w, "push_run_failed", &e);
        return true;
    }
    return watch.run.id != 0;
}

/* How long nothing can be done, and whether orders should be read so that rises may go. */
static time_ms idle_time(struct worker *w, const struct push_figures *f)
{
    (void)pthread_mutex_lock(&w->lock);
    bool wanted = f->rises && w->intake.order_import && f->waiting > f->held;
    bool news = wanted && !w->order_wanted;
    w->order_wanted = wanted;
    if (news) {
        w->wakes[WAKE_ORDERS]++;
        (void)pthread_cond_broadcast(&w->wake);
    }
    (void)pthread_mutex_unlock(&w->lock);
    time_ms now = worker_now(w), idle = IDLE_MS;
    if (f->waiting && f->held == f->waiting && f->next_at > now && f->next_at - now < idle)
        idle = f->next_at - now;
    return idle;
}

struct intake_state worker_intake(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    struct worker_intake in = w->intake;
    (void)pthread_mutex_unlock(&w->lock);
    struct clock_moment now = clock_moment(w->engine->parts.clock);
    return (struct intake_state){ in.order_import, clock_moment_wall(in.asked, now),
        clock_moment_wall(in.read_until, now) };
}

/* One claim and its call. Sets *idle to how long to wait when there is nothing to send. */
static void push_once(struct worker *w, struct arena *arena, time_ms *idle)
{
    struct claiming k = { .w = w, .arena = arena, .intake = worker_intake(w) };
    struct error e;
    *idle = 0;
    if (!worker_token(w, CHANNEL_OP_QUANTITY_PUSH, 0)) return;
    k.intake = worker_intake(w);
    (void)pthread_mutex_lock(&w->claim);
    enum err rc = worker_change(w, "push_claim", claim_next, &k, &e);
    (void)pthread_mutex_unlock(&w->claim);
    if (rc || !k.claim.listing_id) worker_token_back(w, CHANNEL_OP_QUANTITY_PUSH);
    if (rc) {
        worker_fault(w, "push_not_claimed", &e);
        *idle = FAULT_MS;
    } else if (!k.claim.listing_id) {
        *idle = idle_time(w, &k.figures);
    } else {
        send_claim(w, &k.claim, arena);
        /* The read-back is the listing thread's; it looks when something was accepted. */
        worker_wake(w, WAKE_LISTINGS);
    }
}

void *push_thread(void *worker)
{
    struct worker *w = worker;
    struct arena arena;
    arena_init(&arena, "push", JOB_ARENA_MAX);
    unsigned seen = 0;
    time_ms idle = 0;
    bool first = atomic_fetch_add(&w->pushers, 1) == 0;
    while (worker_wait(w, WAKE_PUSH, &seen, idle)) {
        arena_reset(&arena);
        push_once(w, &arena, &idle);
        arena_reset(&arena);
        if (first && tend_run(w, &arena) && idle > RUN_STEP_MS) idle = RUN_STEP_MS;
    }
    arena_release(&arena);
    return NULL;
}
