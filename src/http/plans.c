/* plans.c: the dry run: what would be sent to a channel under which settings. */
#include "core/quantity.h"
#include "http/channel.h"
#include "store/plan_dry.h"
#include "store/reference.h"

static enum err override(struct call *c, const char *name, enum reference_kind kind, int64_t *ids,
    size_t *count, struct error *e)
{
    if (!query_has(c, name)) return OK;
    *count = 0;
    for (size_t i = 0; i < c->req->query_count && *count < CHANNEL_COUNTED_MAX; i++) {
        struct reference found;
        if (!str_eq(c->req->query[i].name, str_of(name))) continue;
        enum err rc = reference_find(c->tx, kind, 0, c->req->query[i].value, c->arena, &found, e);
        if (rc == ERR_NOT_FOUND)
            return error_at(e, ERR_INVALID, "unknown_value", arena_fmt(c->arena, "?%s", name).at,
                "there is no \"%.*s\"", STR_FMT(c->req->query[i].value));
        if (rc) return rc;
        ids[(*count)++] = found.id;
    }
    return OK;
}

static enum err plan(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    bool has_send, send = query_bool(c, "send", &has_send);
    struct channel_row *ch = NULL;
    struct plan plan;
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (rc) return rc;
    ch->reserve = query_int(c, "reserve", ch->reserve, 0, 1000000);
    if (query_has(c, "cap")) {
        ch->has_cap = true;
        ch->cap = query_int(c, "cap", 0, 0, 1000000);
    }
    rc = query_end(c, e);
    if (!rc)
        rc =
            override(c, "counted_statuses", REFERENCE_STATUS, ch->status_ids, &ch->status_count, e);
    if (!rc)
        rc = override(c, "counted_warehouses", REFERENCE_WAREHOUSE, ch->warehouse_ids,
            &ch->warehouse_count, e);
    if (!rc) rc = plan_dry(c->tx, ch, has_send ? send : -1, &page, c->arena, &plan, e);
    if (rc) return rc;
    const struct plan_totals *t = &plan.totals;
    const struct plan_row *rows = plan.rows;
    size_t shown = plan.count > (size_t)page.limit ? (size_t)page.limit : plan.count;
    struct jw *w = &c->w;
    jw_object(w);
    put_time(c, "computed_at", c->now);
    jw_key(w, "totals");
    jw_object(w);
    jw_kint(w, "listings", t->listings);
    jw_kint(w, "to_send", t->to_send);
    jw_kint(w, "rise", t->rise);
    jw_kint(w, "fall", t->fall);
    jw_kint(w, "fall_to_zero", t->fall_to_zero);
    jw_kint(w, "no_difference", t->no_difference);
    jw_kint(w, "left_out", t->left_out);
    jw_object_end(w);
    jw_kbool(w, "would_brake", brake_pulls(t->live, t->fall_to_zero));
    jw_key(w, "data");
    jw_array(w);
    for (size_t i = 0; i < shown; i++) {
        jw_object(w);
        jw_kint(w, "listing_id", rows[i].listing_id);
        jw_kstr(w, "sku", rows[i].sku);
        jw_kstr(w, "title", rows[i].title);
        put_opt_int(c, "live", rows[i].has_live, rows[i].live);
        put_opt_int(c, "wanted", rows[i].has_wanted, rows[i].wanted);
        jw_kstr(w, "reason", str_of(rows[i].reason));
        jw_kbool(w, "send", rows[i].send);
        jw_object_end(w);
    }
    list_end_id(c, plan.count > shown, shown ? rows[shown - 1].listing_id : 0);
    return OK;
}

const struct route routes_plans[] = {
    { "GET", "/channels/{}/quantity_plan", AREA_CHANNELS, PERMISSION_READ, 0,
        "send counted_statuses* counted_warehouses* reserve cap limit cursor", plan },
    { NULL },
};
