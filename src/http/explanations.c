/* explanations.c: why a listing has its quantity, and what is wrong with a listing or a channel. */
#include "core/quantity.h"
#include "http/channel.h"
#include "store/diagnosis.h"
#include "store/stock.h"

static void render_terms(struct call *c, const struct explanation *x, const struct listing_terms *t)
{
    struct jw *w = &c->w;
    jw_key(w, "available");
    jw_object(w);
    jw_kint(w, "quantity", t->available);
    jw_key(w, "items");
    jw_array(w);
    for (size_t i = 0; i < x->item_count; i++) {
        jw_object(w);
        jw_kint(w, "item_id", x->items[i].item_id);
        jw_kstr(w, "esn", x->items[i].esn);
        jw_kstr(w, "hex_id", x->items[i].hex_id);
        jw_kint(w, "variation_id", x->items[i].variation_id);
        jw_kstr(w, "status", x->items[i].status);
        jw_kstr(w, "warehouse", x->items[i].warehouse);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
    jw_key(w, "left_out");
    jw_array(w);
    for (size_t i = 0; i < x->left_out_count; i++) {
        jw_object(w);
        jw_kstr(w, "reason", str_of(x->left_out[i].reason));
        put_opt(c, "status", x->left_out[i].status);
        put_opt(c, "warehouse", x->left_out[i].warehouse);
        jw_kint(w, "count", x->left_out[i].count);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_key(w, "outstanding");
    jw_object(w);
    jw_kint(w, "quantity", t->outstanding);
    jw_key(w, "lines");
    jw_array(w);
    for (size_t i = 0; i < x->line_count; i++) {
        const struct explained_line *l = &x->lines[i];
        jw_object(w);
        jw_kint(w, "order_id", l->order_id);
        jw_kstr(w, "order_number", arena_fmt(c->arena, "SO-%lld", (long long)l->order_id));
        jw_kstr(w, "order_status", l->order_status);
        put_opt_id(c, "channel_id", l->channel_id);
        jw_kint(w, "line_id", l->line_id);
        jw_kstr(w, "title", l->title);
        jw_kint(w, "quantity", l->quantity);
        jw_kint(w, "committed", l->quantity - l->uncommitted);
        jw_kint(w, "uncommitted", l->uncommitted);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static enum err explain(struct call *c, struct error *e)
{
    struct listing l;
    struct channel_row *ch = NULL;
    struct explanation x;
    struct listing_terms terms;
    enum err rc = listing_load(c->tx, c->ids[0], c->arena, &l, e);
    if (!rc) rc = find_channel(c, l.channel_id, &ch, e);
    if (!rc) rc = stock_listing_terms(c->tx, l.id, &terms, e);
    if (!rc) rc = stock_explain(c->tx, l.id, c->arena, &x, e);
    if (rc) return rc;
    struct quantity_rule rule = { ch->reserve, ch->has_cap, ch->cap };
    rule = quantity_rule_of(&rule, l.has_reserve, l.reserve, l.has_cap, l.cap);
    int64_t calculated = terms.available - terms.outstanding;
    jw_object(&c->w);
    jw_kint(&c->w, "listing_id", l.id);
    put_time(c, "computed_at", c->now);
    render_variation_briefs(c, "variations", l.variation_ids, l.variation_count, e);
    put_texts(c, "counted_statuses", ch->statuses, ch->status_count);
    put_texts(c, "counted_warehouses", ch->warehouses, ch->warehouse_count);
    render_terms(c, &x, &terms);
    jw_kint(&c->w, "calculated", calculated);
    jw_kint(&c->w, "reserve", rule.reserve);
    put_opt_int(c, "cap", rule.has_cap, rule.cap);
    jw_kint(&c->w, "target", quantity_target(calculated, &rule));
    jw_object_end(&c->w);
    return OK;
}

static void render_findings(struct call *c, const struct findings *f)
{
    jw_object(&c->w);
    jw_key(&c->w, "findings");
    jw_array(&c->w);
    for (size_t i = 0; i < f->count; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "code", str_of(f->rows[i].code));
        jw_kstr(&c->w, "severity", str_of(f->rows[i].severity));
        jw_kstr(&c->w, "detail", f->rows[i].detail);
        put_opt(c, "action", f->rows[i].action);
        put_opt_int(c, "count", f->rows[i].has_count, f->rows[i].count);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err diagnose_one(struct call *c, struct error *e)
{
    struct listing l;
    struct channel_row *ch = NULL;
    struct findings *f = arena_new(c->arena, struct findings, 1);
    enum err rc = listing_load(c->tx, c->ids[0], c->arena, &l, e);
    if (!rc) rc = find_channel(c, l.channel_id, &ch, e);
    if (!rc) rc = diagnose_listing(c->tx, ch, &l, c->now, c->arena, f, e);
    if (!rc) render_findings(c, f);
    return rc;
}

static enum err diagnose_all(struct call *c, struct error *e)
{
    struct channel_row *ch = NULL;
    struct findings *f = arena_new(c->arena, struct findings, 1);
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = diagnose_channel(c->tx, ch, c->now, c->arena, f, e);
    if (!rc) render_findings(c, f);
    return rc;
}

const struct route routes_explanations[] = {
    { "GET", "/channels/{}/diagnosis", AREA_CHANNELS, PERMISSION_READ, 0, "", diagnose_all },
    { "GET", "/listings/{}/explanation", AREA_CHANNELS, PERMISSION_READ, 0, "", explain },
    { "GET", "/listings/{}/diagnosis", AREA_CHANNELS, PERMISSION_READ, 0, "", diagnose_one },
    { NULL },
};
