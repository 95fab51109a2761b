/* listings.c: listings of a channel; why they are as they are: explanations.c. */
#include "store/listing.h"

#include "core/quantity.h"
#include "http/channel.h"
#include "http/filters.h"
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

static void render_places(struct jw *w, struct json ids)
{
    enum { PLACES_MAX = 100 };
    jw_key(w, "marketplace_ids");
    jw_array(w);
    for (size_t i = 0; i < json_len(ids) && i < PLACES_MAX; i++) {
        struct str id;
        if (json_str(json_at(ids, i), &id)) jw_str(w, id);
    }
    jw_array_end(w);
}

/* Only the members of the interface, whatever was stored. */
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
            render_places(&c->w, json_get(json_at(root, i), "marketplace_ids"));
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
    return rc ? rc : find_channel(c, c->ids[0], &ch, e);
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

const struct route routes_listings[] = {
    { "GET", "/channels/{}/listings", AREA_CHANNELS, PERMISSION_READ, 0,
        "connected state fulfillment differs sku q limit cursor", list },
    { "GET", "/listings/{}", AREA_CHANNELS, PERMISSION_READ, 0, "", show },
    { "PATCH", "/listings/{}", AREA_CHANNELS, PERMISSION_WRITE, 0, "", update },
    { NULL },
};
