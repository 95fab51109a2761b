/* order_fetch.c: orders that are asked for by their id; see order_read.h. */
#include "store/order_watch.h"
#include "sync/order_read.h"

enum { NEVER_MS = 3600 * 1000 };

struct fetch {
    struct worker *w;
    struct arena *arena;
    struct order_watch watch;
    struct channel_order order;
    struct channel_outcome outcome;
};

static enum err read_next(struct tx *tx, void *ctx, struct error *e)
{
    struct fetch *f = ctx;
    return order_watch_next(tx, f->w->channel_id, f->arena, &f->watch, e);
}

static enum err end_watch(struct change *c, void *ctx, struct error *e)
{
    struct fetch *f = ctx;
    return order_watch_end(c, f->w->channel_id, &f->watch, e);
}

/* An answer that cannot be understood will be the same in a minute: a person looks at it. */
static enum err miss(struct change *c, void *ctx, struct error *e)
{
    struct fetch *f = ctx;
    bool unreadable = str_eq(f->outcome.code, S("malformed_order")), given_up = true;
    enum err rc = unreadable ? order_watch_end(c, f->w->channel_id, &f->watch, e)
                             : order_watch_missed(c, f->w->channel_id, &f->watch, &given_up, e);
    if (rc || !given_up) return rc;
    channel_event_add(c, f->w->channel_id,
        &(struct channel_event){ .kind = unreadable ? "order_quarantined" : "call_refused",
            .severity = "error",
            .operation = S("getOrder"),
            .http_status = f->outcome.http_status,
            .channel_order_id = f->watch.channel_order_id,
            .channel_message = f->outcome.detail,
            .detail = unreadable ? S("the order was asked for again and cannot be understood")
                                 : S("the order was asked for and did not come; ask again, or look"
                                     " whether it is of this account") });
    return OK;
}

/* Whether the outcome says something about this order, and not about the account or the network. */
static bool is_of_order(const struct channel_outcome *o)
{
    return o->result == CHANNEL_NOT_FOUND || o->result == CHANNEL_REFUSED ||
           str_eq(o->code, S("malformed_order"));
}

static enum err take_in(struct fetch *f, struct error *e)
{
    struct channel_orders_page page = { .orders = &f->order, .count = 1, .next_token = S("") };
    struct order_page p = { .w = f->w, .arena = f->arena, .page = &page };
    enum err rc = order_page_take(&p, e);
    return rc ? rc : worker_change(f->w, "order_fetched", end_watch, f, e);
}

static time_ms ask(struct fetch *f)
{
    struct worker *w = f->w;
    struct error e;
    if (w->driver->order_get(
            w->conn, f->watch.channel_order_id, f->arena, &f->order, &f->outcome, &e)) {
        worker_fault(w, "order_not_fetched", &e);
        return ORDER_FAULT_MS;
    }
    struct call_note note = { .channel_order_id = f->watch.channel_order_id };
    worker_outcome(w, CHANNEL_OP_ORDER_GET, &f->outcome, &note);
    enum err rc = OK;
    if (f->outcome.result == CHANNEL_DONE)
        rc = take_in(f, &e);
    else if (is_of_order(&f->outcome))
        rc = worker_change(w, "order_missed", miss, f, &e);
    else
        return ORDER_FAULT_MS;
    if (rc) worker_fault(w, "order_not_fetched", &e);
    return rc ? ORDER_FAULT_MS : 0;
}

time_ms order_fetch_tend(struct worker *w, struct arena *arena)
{
    struct fetch f = { .w = w, .arena = arena };
    struct error e;
    if (db_read(w->engine->parts.db, "order_watch", read_next, &f, &e)) {
        worker_fault(w, "order_not_fetched", &e);
        return ORDER_FAULT_MS;
    }
    if (!f.watch.channel_order_id.len) return NEVER_MS;
    time_ms early = f.watch.not_before - worker_now(w), wait = 0;
    if (early > 0) return early < NEVER_MS ? early : NEVER_MS;
    if (!worker_token_now(w, CHANNEL_OP_ORDER_GET, 0, &wait)) return wait > 0 ? wait : 1;
    return ask(&f);
}
