/*
 * feed_work.c: the thread that sends many quantities in one lot.
 *
 * It wakes with every new wish, asks whether the whole of them would be sent sooner in a lot than
 * singly (core/send_plan.h), and brings one lot at a time through the states that
 * store/bulk_push.h keeps. Every call is made with a token of its operation; what fails is tried
 * again until the lot's hour is over.
 */
#include "base/limits.h"
#include "core/send_plan.h"
#include "store/bulk_push.h"
#include "sync/internal.h"

enum {
    IDLE_MS = 60 * 1000, /* a wish that waited for orders brings no word when it may go */
    FAULT_MS = 5000,
    POLL_MS = 15 * 1000,
};

struct lot {
    struct worker *w;
    struct arena *arena;
    const struct channel_feeds *feeds;
    struct bulk bulk;
    struct intake_state intake;
    struct bulk_waiting waiting;
    int64_t count;
    struct bulk_message *messages;
    size_t message_count;
    struct str text; /* feed, report or words to be written down */
    const struct bulk_report *report;
};

static enum err read_lot(struct tx *tx, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_load(tx, l->w->channel_id, l->arena, &l->bulk, e);
}

static enum err count_waiting(struct tx *tx, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_count(tx, l->w->channel_id, &l->intake, worker_now(l->w), &l->waiting, e);
}

static enum err build_lot(struct change *c, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_build(c, l->w->channel_id, &l->intake, &l->count, e);
}

static enum err read_messages(struct tx *tx, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_messages(tx, l->bulk.id, l->arena, &l->messages, &l->message_count, e);
}

static enum err put_sent(struct change *c, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_sent(c, l->w->channel_id, &l->bulk, l->text, e);
}

static enum err put_reported(struct change *c, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_reported(c, &l->bulk, l->text, e);
}

static enum err put_lost(struct change *c, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_lost(c, l->w->channel_id, &l->bulk, l->text, e);
}

static enum err put_end(struct change *c, void *ctx, struct error *e)
{
    struct lot *l = ctx;
    return bulk_settle(c, l->w->channel_id, &l->bulk, l->report, &l->count, e);
}

/* Written down: go on at once. Otherwise the same again a little later. */
static time_ms written(struct lot *l, const char *name, change_fn fn)
{
    struct error e;
    if (!worker_change(l->w, name, fn, l, &e)) return 0;
    worker_fault(l->w, "lot_not_recorded", &e);
    return FAULT_MS;
}

static time_ms lose(struct lot *l, struct str words)
{
    l->text = words;
    return written(l, "lot_lost", put_lost);
}

/* A call that brought nothing. */
static time_ms try_later(struct lot *l, time_ms idle)
{
    if (worker_now(l->w) - l->bulk.created_at > BULK_PATIENCE_MS)
        return lose(l, S("it took more than an hour"));
    return idle;
}

/* False: the call could not even be made. */
static bool called(struct lot *l, enum err rc, enum channel_op op, const struct channel_outcome *o,
    struct error *e)
{
    if (rc)
        worker_fault(l->w, "lot_not_called", e);
    else
        worker_outcome(l->w, op, o, NULL);
    return !rc;
}

static struct send_pace pace_of(struct worker *w, enum channel_op op)
{
    (void)pthread_mutex_lock(&w->rates->lock);
    const struct bucket *b = &w->rates->buckets[op];
    time_ms now = clock_monotonic(w->engine->parts.clock);
    int64_t since = now > b->at ? now - b->at : 0;
    const int64_t day = 24 * 3600 * 1000;
    int64_t level = b->level + (since < day ? since : day) * b->rate / 1000;
    struct send_pace pace = { b->rate, level / 1000000,
        b->not_before > now ? b->not_before - now : 0 };
    if (pace.tokens > b->burst) pace.tokens = b->burst;
    if (pace.tokens < 0) pace.tokens = 0;
    (void)pthread_mutex_unlock(&w->rates->lock);
    return pace;
}

static time_ms consider(struct lot *l)
{
    struct error e;
    l->intake = worker_intake(l->w);
    if (db_read(l->w->engine->parts.db, "lot_waiting", count_waiting, l, &e)) {
        worker_fault(l->w, "lot_not_counted", &e);
        return FAULT_MS;
    }
    struct send_pace single = pace_of(l->w, CHANNEL_OP_QUANTITY_PUSH);
    struct send_pace lot = pace_of(l->w, CHANNEL_OP_FEED_CREATE);
    if (!send_prefers_lots(l->waiting.zeros, l->waiting.others, &single, &lot)) return IDLE_MS;
    (void)pthread_mutex_lock(&l->w->claim);
    time_ms idle = written(l, "lot_built", build_lot);
    (void)pthread_mutex_unlock(&l->w->claim);
    return idle || l->count ? idle : IDLE_MS;
}

static bool make_document(struct lot *l, struct buf *out)
{
    struct error e;
    if (db_read(l->w->engine->parts.db, "lot_messages", read_messages, l, &e)) {
        worker_fault(l->w, "lot_not_read", &e);
        return false;
    }
    struct channel_feed_message *messages =
        arena_new(l->arena, struct channel_feed_message, l->message_count + 1);
    for (size_t i = 0; i < l->message_count; i++) {
        const struct bulk_message *m = &l->messages[i];
        messages[i] =
            (struct channel_feed_message){ m->message_id, m->sku, m->product_type, m->quantity };
    }
    return l->feeds->build(l->w->conn, messages, l->message_count, out);
}

/* A place, and the document in it. */
static bool upload(struct lot *l, struct str document, struct channel_feed_place *place)
{
    struct worker *w = l->w;
    struct channel_outcome o = { 0 };
    struct error e;
    if (!worker_token(w, CHANNEL_OP_FEED_DOCUMENT, 0)) return false;
    enum err rc = l->feeds->document(w->conn, l->arena, place, &o, &e);
    if (!called(l, rc, CHANNEL_OP_FEED_DOCUMENT, &o, &e) || o.result != CHANNEL_DONE) return false;
    rc = l->feeds->upload(w->conn, place, document, l->arena, &o, &e);
    if (rc) worker_fault(w, "lot_not_uploaded", &e);
    return !rc && o.result == CHANNEL_DONE;
}

static time_ms send_lot(struct lot *l)
{
    struct worker *w = l->w;
    struct channel_feed_place place;
    struct channel_outcome o = { 0 };
    struct buf document;
    struct error e;
    if (!make_document(l, &document)) return try_later(l, FAULT_MS);
    bool uploaded = upload(l, buf_str(&document), &place);
    buf_release(&document);
    if (!uploaded || !worker_token(w, CHANNEL_OP_FEED_CREATE, 0)) return try_later(l, FAULT_MS);
    enum err rc = l->feeds->create(w->conn, place.id, l->arena, &l->text, &o, &e);
    if (!called(l, rc, CHANNEL_OP_FEED_CREATE, &o, &e)) return try_later(l, FAULT_MS);
    if (o.result == CHANNEL_REFUSED) return lose(l, o.detail);
    if (o.result != CHANNEL_DONE) return try_later(l, FAULT_MS);
    return written(l, "lot_sent", put_sent);
}

static time_ms watch(struct lot *l)
{
    struct channel_feed_progress p;
    struct channel_outcome o = { 0 };
    struct error e;
    if (!worker_token(l->w, CHANNEL_OP_FEED_GET, 0)) return FAULT_MS;
    enum err rc = l->feeds->get(l->w->conn, l->bulk.feed, l->arena, &p, &o, &e);
    if (!called(l, rc, CHANNEL_OP_FEED_GET, &o, &e)) return try_later(l, FAULT_MS);
    if (o.result == CHANNEL_NOT_FOUND) return lose(l, S("the channel does not know it"));
    if (o.result != CHANNEL_DONE || p.state == CHANNEL_FEED_WAITING) return try_later(l, POLL_MS);
    if (p.state == CHANNEL_FEED_FAILED || !p.report_id.len) return lose(l, p.word);
    l->text = p.report_id;
    return written(l, "lot_reported", put_reported);
}

/* All its messages, a transaction for some of them at a time. */
static time_ms settle(struct lot *l, const struct bulk_report *report)
{
    time_ms idle;
    l->report = report;
    do {
        idle = written(l, "lot_settled", put_end);
    } while (!idle && l->count && !worker_stopping(l->w));
    worker_wake(l->w, WAKE_LISTINGS); /* which reads back */
    return idle;
}

static time_ms apply_report(struct lot *l)
{
    struct worker *w = l->w;
    struct channel_feed_place place;
    struct channel_feed_report report;
    struct channel_outcome o = { 0 };
    struct error e;
    if (!worker_token(w, CHANNEL_OP_FEED_RESULT, 0)) return FAULT_MS;
    enum err rc = l->feeds->result(w->conn, l->bulk.report, l->arena, &place, &o, &e);
    if (!called(l, rc, CHANNEL_OP_FEED_RESULT, &o, &e)) return try_later(l, FAULT_MS);
    if (o.result == CHANNEL_NOT_FOUND) return lose(l, S("its report is gone"));
    if (o.result != CHANNEL_DONE) return try_later(l, FAULT_MS);
    rc = l->feeds->report(w->conn, &place, l->arena, &report, &o, &e);
    if (rc) {
        worker_fault(w, "report_not_read", &e);
        return try_later(l, FAULT_MS);
    }
    if (o.result == CHANNEL_REFUSED) return lose(l, o.detail);
    if (o.result != CHANNEL_DONE) return try_later(l, FAULT_MS);
    if (report.whole) return lose(l, report.words);
    struct bulk_refusal *rows = arena_new(l->arena, struct bulk_refusal, report.count + 1);
    for (size_t i = 0; i < report.count; i++)
        rows[i] = (struct bulk_refusal){ report.refusals[i].message_id, report.refusals[i].words };
    return settle(l, &(struct bulk_report){ rows, report.count });
}

/* One step; how long to wait for the next. *lot: one is under way, and new wishes are no news. */
static time_ms step(struct worker *w, struct arena *arena, bool *lot)
{
    struct lot l = { .w = w, .arena = arena, .feeds = w->driver->feeds };
    struct channel_row *ch = arena_new(arena, struct channel_row, 1);
    struct error e;
    if (worker_channel(w, arena, ch, &e) || db_read(w->engine->parts.db, "lot", read_lot, &l, &e)) {
        worker_fault(w, "lot_not_read", &e);
        return FAULT_MS;
    }
    if (ch->paused || ch->state == CHANNEL_RECONNECT_NEEDED) return IDLE_MS;
    *lot = l.bulk.id != 0;
    if (!l.bulk.id) return ch->inventory_sync ? consider(&l) : IDLE_MS;
    switch (l.bulk.state) {
    case BULK_BUILT:
        return send_lot(&l);
    case BULK_SENT:
        return watch(&l);
    case BULK_REPORTED:
        return apply_report(&l);
    case BULK_LOST:
        break;
    }
    return settle(&l, NULL);
}

void *feed_thread(void *worker)
{
    struct worker *w = worker;
    struct arena arena;
    unsigned seen = 0;
    bool lot = false;
    struct clock *clock = w->engine->parts.clock;
    time_ms next = 0, now = clock_monotonic(clock);
    arena_init(&arena, "feed thread", JOB_ARENA_MAX);
    while (worker_wait(w, WAKE_FEEDS, &seen, next > now ? next - now : 0) && w->driver->feeds) {
        now = clock_monotonic(clock);
        if (lot && now < next) continue;
        arena_reset(&arena);
        time_ms idle = step(w, &arena, &lot);
        now = clock_monotonic(clock);
        next = now + idle;
    }
    arena_release(&arena);
    return NULL;
}
