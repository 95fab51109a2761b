/* order_intake.c: from a page of orders to the store, one transaction a page; see order_read.h. */
#include "core/order_rules.h"
#include "sync/order_read.h"

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
                .cancel_reason = l->cancel_reason,
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

static enum err take_in(struct change *c, void *ctx, struct error *e)
{
    struct order_page *p = ctx;
    p->counts = (struct intake_counts){ 0 };
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, p->w->channel_id, c->arena, ch, e);
    if (!rc) rc = intake_orders(c, ch, p->orders, p->page->count, &p->counts, e);
    for (size_t i = 0; i < p->page->bad_count && !rc; i++)
        rc = put_bad(c, ch->id, &p->page->bad[i], e);
    if (rc) return rc;
    if (p->cursor_name) order_cursor_put(c, p->w->channel_id, p->cursor_name, &p->cursor);
    if (p->run) run_progress(c, p->run);
    return OK;
}

/* One order that the database refuses must not stop the others: each alone, the bad ones aside. */
struct single {
    struct order_page *p;
    size_t at;
    struct str refusal;
};

static enum err take_single(struct change *c, void *ctx, struct error *e)
{
    struct single *s = ctx;
    struct order_page *p = s->p;
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
    struct order_page *p = ctx;
    for (size_t i = 0; i < p->page->bad_count; i++) {
        enum err rc = put_bad(c, p->w->channel_id, &p->page->bad[i], e);
        if (rc) return rc;
    }
    if (p->cursor_name) order_cursor_put(c, p->w->channel_id, p->cursor_name, &p->cursor);
    if (p->run) run_progress(c, p->run);
    return OK;
}

static bool is_of_data(enum err rc)
{
    return rc == ERR_CONFLICT || rc == ERR_INVALID || rc == ERR_CORRUPT || rc == ERR_TOO_LARGE;
}

static enum err one_by_one(struct order_page *p, struct error *e)
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

enum err order_page_take(struct order_page *p, struct error *e)
{
    p->orders = convert(p->page, p->arena);
    enum err rc = worker_change(p->w, "order_page", take_in, p, e);
    if (is_of_data(rc)) rc = one_by_one(p, e);
    if (!rc) atomic_fetch_add(&p->w->engine->orders, (long long)p->page->count);
    return rc;
}
