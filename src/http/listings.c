/* listings.c: listings of a channel, their explanation, diagnosis and plan. */
#include "store/listing.h"

#include "core/quantity.h"
#include "http/filters.h"
#include "http/internal.h"
#include "store/diagnosis.h"
#include "store/plan_dry.h"
#include "store/reference.h"
#include "store/stock.h"
#include "store/variation.h"

static void put_quantity(struct call *c, const char *key, const struct quantity_at *q)
{
    if (!q->present) {
        jw_knull(&c->w, key);
        return;
    }
    jw_key(&c->w, key);
    jw_object(&c->w);
    jw_kint(&c->w, "quantity", q->quantity);
    put_time(c, "at", q->at ? q->at : 1);
    jw_object_end(&c->w);
}

static void put_opt_int(struct call *c, const char *key, bool present, int64_t n)
{
    if (present)
        jw_kint(&c->w, key, n);
    else
        jw_knull(&c->w, key);
}

static void render_words(struct jw *w, const char *key, struct str words)
{
    jw_key(w, key);
    jw_array(w);
    while (words.len) {
        struct str head, tail;
        str_cut(words, ' ', &head, &tail);
        if (head.len) jw_str(w, head);
        words = tail;
    }
    jw_array_end(w);
}

/* Only the three members of the interface, whatever was stored. */
static void render_issues(struct call *c, struct str issues)
{
    struct json root;
    struct error ignored;
    jw_key(&c->w, "issues");
    jw_array(&c->w);
    if (!json_parse(issues, 1024 * 1024, &root, &ignored)) {
        for (size_t i = 0; i < json_len(root) && i < 100; i++) {
            static const char *const keys[] = { "code", "severity", "message" };
            jw_object(&c->w);
            for (int k = 0; k < 3; k++) {
                struct str s = S("");
                (void)json_str(json_get(json_at(root, i), keys[k]), &s);
                jw_kstr(&c->w, keys[k], s);
            }
            jw_object_end(&c->w);
        }
        json_release(&root);
    }
    jw_array_end(&c->w);
}

static void render_connection(struct call *c, const struct listing *l)
{
    jw_key(&c->w, "connection");
    jw_object(&c->w);
    jw_kstr(&c->w, "mode", str_of(listing_mode_name(l->mode)));
    jw_key(&c->w, "skus");
    jw_array(&c->w);
    for (size_t i = 0; i < l->sku_count; i++)
        jw_str(&c->w, l->skus[i]);
    if (l->mode == LISTING_AUTO && l->variation_count) jw_str(&c->w, l->sku);
    jw_array_end(&c->w);
    jw_key(&c->w, "variation_ids");
    jw_array(&c->w);
    for (size_t i = 0; i < l->set_variation_count; i++)
        jw_int(&c->w, l->set_variation_ids[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

/* Figures are computed now, not read from what was planned last. */
static enum err channel_rule(
    struct call *c, int64_t channel_id, struct quantity_rule *rule, struct error *e)
{
    return channel_rule_load(c->tx, channel_id, &rule->reserve, &rule->has_cap, &rule->cap, e);
}

static enum err render(struct call *c, const struct listing *l, struct error *e)
{
    struct listing_terms terms = { 0 };
    struct quantity_rule rule = { 0 };
    bool connected = l->variation_count > 0;
    enum err rc = stock_listing_terms(c->tx, l->id, &terms, e);
    if (!rc) rc = channel_rule(c, l->channel_id, &rule, e);
    if (rc) return rc;
    rule = quantity_rule_of(&rule, l->has_reserve, l->reserve, l->has_cap, l->cap);
    int64_t calculated = terms.available - terms.outstanding;
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", l->id);
    jw_kint(w, "channel_id", l->channel_id);
    jw_kstr(w, "sku", l->sku);
    put_opt(c, "asin", l->asin);
    jw_kstr(w, "title", l->title);
    render_words(w, "marketplace_ids", l->marketplace_ids);
    put_opt(c, "product_type", l->product_type);
    put_opt(c, "condition", l->condition);
    jw_kstr(w, "state", l->state);
    jw_kstr(w, "fulfillment", l->amazon_fulfilled ? S("amazon") : S("merchant"));
    jw_kbool(w, "connected", connected);
    render_connection(c, l);
    render_variation_briefs(c, "variations", l->variation_ids, l->variation_count, e);
    put_opt_int(c, "reserve", l->has_reserve, l->reserve);
    put_opt_int(c, "cap", l->has_cap, l->cap);
    put_opt_int(c, "available", connected, terms.available);
    put_opt_int(c, "outstanding", connected, terms.outstanding);
    put_opt_int(c, "calculated", connected, calculated);
    put_opt_int(c, "target", connected, quantity_target(calculated, &rule));
    put_quantity(c, "last_calculated", &l->calculated);
    put_quantity(c, "last_synced", &l->synced);
    put_quantity(c, "last_imported", &l->imported);
    render_issues(c, l->issues);
    put_time(c, "created_at", l->created_at);
    put_time(c, "updated_at", l->updated_at);
    jw_object_end(w);
    return OK;
}

static enum err load_channel(struct call *c, int64_t id, struct channel_row **out, struct error *e)
{
    *out = arena_new(c->arena, struct channel_row, 1);
    return channel_load(c->tx, id, c->arena, *out, e);
}

enum err query_listings(struct call *c, struct listing_filter *out, struct error *e)
{
    struct listing_filter f = { .channel_id = c->ids[0],
        .sku = query_str(c, "sku"),
        .q = query_str(c, "q"),
        .state = query_word(c, "state", "active inactive ended"),
        .fulfillment = query_word(c, "fulfillment", "merchant amazon") };
    f.connected = query_bool(c, "connected", &f.has_connected);
    f.differs = query_bool(c, "differs", &f.has_differs);
    struct channel_row *ch = NULL;
    *out = f;
    enum err rc = query_end(c, e);
    return rc ? rc : load_channel(c, c->ids[0], &ch, e);
}

static enum err list(struct call *c, struct error *e)
{
    int limit = (int)query_int(c, "limit", HTTP_PAGE_DEFAULT, 1, HTTP_PAGE_MAX);
    struct listing_page page = { query_cursor_text(c), limit };
    struct listing_filter f;
    struct listing *rows = NULL;
    size_t count = 0;
    enum err rc = query_listings(c, &f, e);
    if (!rc) rc = listing_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)limit ? (size_t)limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown && !rc; i++)
        rc = render(c, &rows[i], e);
    list_end_text(c, count > shown, shown ? rows[shown - 1].sku : S(""));
    return rc;
}

static enum err show(struct call *c, struct error *e)
{
    struct listing l;
    enum err rc = listing_load(c->tx, c->ids[0], c->arena, &l, e);
    if (rc) return rc;
    c->etag = l.version;
    return render(c, &l, e);
}

static void read_skus(struct fields *f, struct listing *l)
{
    enum { MOST = 100 };
    struct json list = field_array(f, "skus", 0, MOST);
    l->skus = arena_new(f->c->arena, struct str, MOST);
    l->sku_count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str sku = S(""), at = arena_fmt(f->c->arena, "/connection/skus/%zu", i);
        bool twice = false;
        if (!json_str(json_at(list, i), &sku)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        sku = str_trim(sku);
        for (size_t k = 0; k < l->sku_count; k++)
            twice = twice || str_eq(l->skus[k], sku);
        if (!sku.len || text_length(sku) > SKU_MAX)
            element_error(f->c, at, sku.len ? "too_long" : "too_short",
                "must be a SKU of 1 to 100 characters");
        else if (twice)
            element_error(f->c, at, "duplicate", "is named twice");
        else
            l->skus[l->sku_count++] = sku;
    }
}

static enum err read_variations(struct fields *f, struct listing *l, struct error *e)
{
    struct json list = field_array(f, "variation_ids", 0, LISTING_VARIATIONS_MAX);
    int64_t *ids = arena_new(f->c->arena, int64_t, json_len(list) + 1);
    size_t n = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        int64_t id = 0;
        if (!json_int64(json_at(list, i), &id) || id < 1) {
            element_error(f->c, arena_fmt(f->c->arena, "/connection/variation_ids/%zu", i),
                "wrong_type", "must be an id");
            continue;
        }
        size_t k = n;
        for (; k > 0 && ids[k - 1] > id; k--)
            ids[k] = ids[k - 1];
        if (k > 0 && ids[k - 1] == id) {
            for (; k < n; k++)
                ids[k] = ids[k + 1];
            element_error(f->c, arena_fmt(f->c->arena, "/connection/variation_ids/%zu", i),
                "duplicate", "is named twice");
            continue;
        }
        ids[k] = id;
        n++;
    }
    struct variation *found;
    size_t known = 0;
    enum err rc = n ? variation_load_many(f->c->tx, ids, n, f->c->arena, &found, &known, e) : OK;
    if (!rc && known != n)
        field_error(f, "variation_ids", "unknown_value", "some of these variations do not exist");
    l->set_variation_ids = ids;
    l->set_variation_count = n;
    return rc;
}

static enum err read_connection(struct fields *parent, struct listing *l, struct error *e)
{
    struct json object = field_object(parent, "connection");
    struct str mode;
    if (!object.node) return OK;
    struct fields f = fields_of(parent->c, object, S("/connection"), "mode skus variation_ids");
    field_required(&f, "mode");
    if (!field_str(&f, "mode", 20, 0, &mode)) return OK;
    if (!listing_mode_parse(mode, &l->mode)) {
        field_error(&f, "mode", "unknown_value", "must be auto, skus, variations or none");
        return OK;
    }
    if (l->mode == LISTING_SKUS) field_required(&f, "skus");
    if (l->mode == LISTING_VARIATIONS) field_required(&f, "variation_ids");
    /* Looked at with any mode; listing_update keeps what goes with it. */
    read_skus(&f, l);
    return read_variations(&f, l, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct listing before, after;
    enum err rc = listing_lock(&c->change, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "connection reserve cap");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    bool none;
    rc = read_connection(&f, &after, e);
    if (field_int_null(&f, "reserve", 0, 1000000, &after.reserve, &none)) after.has_reserve = !none;
    if (field_int_null(&f, "cap", 0, 1000000, &after.cap, &none)) after.has_cap = !none;
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = listing_update(&c->change, &before, &after, e);
    return rc ? rc : show(c, e);
}

static void render_texts(struct jw *w, const char *key, const struct str *s, size_t count)
{
    jw_key(w, key);
    jw_array(w);
    for (size_t i = 0; i < count; i++)
        jw_str(w, s[i]);
    jw_array_end(w);
}

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
    if (!rc) rc = load_channel(c, l.channel_id, &ch, e);
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
    render_texts(&c->w, "counted_statuses", ch->statuses, ch->status_count);
    render_texts(&c->w, "counted_warehouses", ch->warehouses, ch->warehouse_count);
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
    if (!rc) rc = load_channel(c, l.channel_id, &ch, e);
    if (!rc) rc = diagnose_listing(c->tx, ch, &l, c->now, c->arena, f, e);
    if (!rc) render_findings(c, f);
    return rc;
}

static enum err diagnose_all(struct call *c, struct error *e)
{
    struct channel_row *ch = NULL;
    struct findings *f = arena_new(c->arena, struct findings, 1);
    enum err rc = load_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = diagnose_channel(c->tx, ch, c->now, c->arena, f, e);
    if (!rc) render_findings(c, f);
    return rc;
}

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
    enum err rc = load_channel(c, c->ids[0], &ch, e);
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

const struct route routes_listings[] = {
    { "GET", "/channels/{}/listings", AREA_CHANNELS, PERMISSION_READ, 0,
        "connected state fulfillment differs sku q limit cursor", list },
    { "GET", "/channels/{}/quantity_plan", AREA_CHANNELS, PERMISSION_READ, 0,
        "send counted_statuses* counted_warehouses* reserve cap limit cursor", plan },
    { "GET", "/channels/{}/diagnosis", AREA_CHANNELS, PERMISSION_READ, 0, "", diagnose_all },
    { "GET", "/listings/{}", AREA_CHANNELS, PERMISSION_READ, 0, "", show },
    { "PATCH", "/listings/{}", AREA_CHANNELS, PERMISSION_WRITE, 0, "", update },
    { "GET", "/listings/{}/explanation", AREA_CHANNELS, PERMISSION_READ, 0, "", explain },
    { "GET", "/listings/{}/diagnosis", AREA_CHANNELS, PERMISSION_READ, 0, "", diagnose_one },
    { NULL },
};
