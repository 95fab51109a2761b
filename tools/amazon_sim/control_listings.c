/* control_listings.c: /_sim/listings: what a seller or another tool does to listings; /_sim/state.
 */
#include "control.h"

enum { SKU_MAX_BYTES = 160, TEXT_MAX = 2000 };
enum { QUANTITY_MAX = 99999999, PRICE_MAX = 1000000000 };

static const char *const condition_names[] = { "new_new", "new_open_box", "new_oem",
    "refurbished_refurbished", "used_like_new", "used_very_good", "used_good", "used_acceptable",
    "collectible_like_new", "collectible_very_good", "collectible_good", "collectible_acceptable",
    "club_club", NULL };
static const char *const known[] = { "sku", "title", "asin", "quantity", "fulfillment",
    "handling_days", "restock_date", "price", "product_type", "condition", "blocked", "suppressed",
    "delete", "malformed", "places", NULL };
static const char *const malformed_names[] = { "", "sku", "availability", NULL };

static void write_listing(struct call *c, const struct listing *l)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "sku", l->sku);
    jw_kstr(w, "asin", l->asin);
    jw_kstr(w, "title", l->title);
    jw_kstr(w, "fulfillment", l->fba ? S("amazon") : S("merchant"));
    jw_key(w, "quantity");
    if (l->fba)
        jw_null(w);
    else
        jw_int(w, l->quantity);
    jw_key(w, "handling_days");
    if (l->handling_days < 0)
        jw_null(w);
    else
        jw_int(w, l->handling_days);
    if (l->restock_date[0]) jw_kstr(w, "restock_date", str_of(l->restock_date));
    jw_key(w, "status");
    jw_array(w);
    if (listing_is_buyable(l)) jw_str(w, S("BUYABLE"));
    if (!l->suppressed) jw_str(w, S("DISCOVERABLE"));
    jw_array_end(w);
    jw_kstr(w, "condition", l->condition);
    jw_kstr(w, "product_type", l->product_type);
    jw_kint(w, "price", l->price);
    jw_kbool(w, "blocked", l->blocked);
    jw_kbool(w, "suppressed", l->suppressed);
    jw_kbool(w, "stranded", l->stranded);
    jw_kint(w, "waiting", l->waiting);
    jw_kstr(w, "created_at", sim_rfc3339(c->arena, l->created));
    jw_kstr(w, "updated_at", sim_rfc3339(c->arena, l->updated));
    jw_object_end(w);
}

static bool is_condition(struct str s)
{
    for (size_t i = 0; condition_names[i]; i++)
        if (str_eq(s, str_of(condition_names[i]))) return true;
    return false;
}

struct wish {
    struct str sku, title, asin, fulfillment, product_type, condition, restock_date;
    int64_t quantity, handling_days, price;
    bool has_quantity, remove;
};

static bool read_wish(struct call *c, struct json v, struct wish *x)
{
    *x = (struct wish){ .handling_days = -2, .price = -1 };
    x->has_quantity = json_present(json_get(v, "quantity"));
    if (!control_known(c, v, known) || !control_str(c, v, "sku", SKU_MAX_BYTES, &x->sku) ||
        !control_str(c, v, "title", TEXT_MAX, &x->title) ||
        !control_str(c, v, "asin", 20, &x->asin) ||
        !control_str(c, v, "fulfillment", 20, &x->fulfillment) ||
        !control_str(c, v, "product_type", 80, &x->product_type) ||
        !control_str(c, v, "condition", 40, &x->condition) ||
        !control_str(c, v, "restock_date", DATE_SIZE - 1, &x->restock_date) ||
        !control_int(c, v, "quantity", 0, QUANTITY_MAX, &x->quantity) ||
        !control_int(c, v, "handling_days", -1, 365, &x->handling_days) ||
        !control_int(c, v, "price", 0, PRICE_MAX, &x->price) ||
        !control_bool(c, v, "delete", &x->remove))
        return false;
    if (x->sku.len == 0) return control_refuse(c, 422, "sku is required");
    if (x->fulfillment.len && !str_eq(x->fulfillment, S("merchant")) &&
        !str_eq(x->fulfillment, S("amazon")))
        return control_refuse(c, 422, "fulfillment is 'merchant' or 'amazon'");
    if (x->condition.len && !is_condition(x->condition))
        return control_refuse(c, 422, "condition is one of Amazon's, such as 'used_good'");
    return true;
}

static void keep_text(struct call *c, struct str *to, struct str from)
{
    if (from.len && !str_eq(*to, from)) *to = arena_str(&c->sim->world.arena, from);
}

/* A quantity turns a listing that Amazon fulfils into the merchant's, as it does on Amazon. */
static struct change change_of(const struct wish *x)
{
    struct change change = { .handling_days = x->handling_days,
        .quantity = x->quantity,
        .set_handling = x->handling_days > -2,
        .set_quantity = x->has_quantity,
        .set_restock = x->restock_date.len > 0 };
    call_text(change.restock_date, DATE_SIZE, x->restock_date);
    if (x->fulfillment.len || x->has_quantity) {
        change.set_fba = true;
        change.fba = str_eq(x->fulfillment, S("amazon"));
        if (change.fba) change.set_quantity = false;
    }
    return change;
}

static bool read_malformed(struct call *c, struct json v, struct listing *l)
{
    struct str name = str_of(malformed_names[l->malformed]);
    if (!control_str(c, v, "malformed", 20, &name)) return false;
    for (int i = 0; malformed_names[i]; i++) {
        if (!str_eq(name, str_of(malformed_names[i]))) continue;
        l->malformed = (enum malformed)i;
        return true;
    }
    return control_refuse(c, 422, "malformed is 'sku', 'availability' or ''");
}

static bool read_place(struct call *c, struct json v, struct listing *l, struct place *out)
{
    static const char *const known_of_place[] = { "marketplace_id", "absent", "fulfillment",
        "blocked", "suppressed", NULL };
    struct str id = S(""), fulfillment = S("merchant");
    *out = (struct place){ .absent = false };
    if (!control_known(c, v, known_of_place) || !control_str(c, v, "marketplace_id", 40, &id) ||
        !control_bool(c, v, "absent", &out->absent) ||
        !control_str(c, v, "fulfillment", 20, &fulfillment) ||
        !control_bool(c, v, "blocked", &out->blocked) ||
        !control_bool(c, v, "suppressed", &out->suppressed))
        return false;
    if (!region_marketplace(c->sim->options.region, id))
        return control_refuse(c, 422, "marketplace_id is one of the region");
    out->marketplace = arena_str(&c->sim->world.arena, id);
    out->fba = str_eq(fulfillment, S("amazon"));
    l->updated = c->now;
    return true;
}

static bool read_places(struct call *c, struct json v, struct listing *l)
{
    struct json places = json_get(v, "places");
    size_t n = json_len(places);
    if (!json_present(places)) return true;
    if (json_kind(places) != JSON_KIND_ARRAY || n > PLACES_MAX)
        return control_refuse(c, 422, "places is a list of at most %d", PLACES_MAX);
    for (size_t i = 0; i < n; i++)
        if (!read_place(c, json_at(places, i), l, &l->places[i])) return false;
    l->place_count = n;
    return true;
}

static struct listing *fulfil(struct call *c, struct json v)
{
    struct wish x;
    struct world *w = &c->sim->world;
    if (!read_wish(c, v, &x)) return NULL;
    struct listing *l = world_listing(w, x.sku);
    if (x.remove && !l) {
        control_refuse(c, 404, "there is no listing %.*s", STR_FMT(x.sku));
        return NULL;
    }
    if (!l) l = world_listing_add(w, x.sku, c->now);
    if (!l || world_full(w)) {
        control_refuse(c, 503, "the simulator holds as many listings as it can");
        return NULL;
    }
    l->gone = x.remove;
    keep_text(c, &l->title, x.title);
    keep_text(c, &l->asin, x.asin);
    keep_text(c, &l->product_type, x.product_type);
    keep_text(c, &l->condition, x.condition);
    if (x.price >= 0) l->price = x.price;
    if (!control_bool(c, v, "blocked", &l->blocked) ||
        !control_bool(c, v, "suppressed", &l->suppressed))
        return NULL;
    struct change change = change_of(&x);
    listing_apply(l, &change, c->now);
    return read_malformed(c, v, l) && read_places(c, v, l) ? l : NULL;
}

static void post_listings(struct call *c, struct json body)
{
    struct json list = json_get(body, "listings");
    if (json_kind(body) == JSON_KIND_ARRAY) list = body;
    bool one = json_kind(list) != JSON_KIND_ARRAY;
    size_t n = one ? 1 : json_len(list);
    struct listing **done = arena_new(c->arena, struct listing *, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        if (!(done[i] = fulfil(c, one ? body : json_at(list, i)))) return;
    answer_begin(c, 200);
    if (one) {
        write_listing(c, done[0]);
        return;
    }
    jw_object(&c->w);
    jw_key(&c->w, "listings");
    jw_array(&c->w);
    for (size_t i = 0; i < n; i++)
        write_listing(c, done[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static void write_listings(struct call *c)
{
    const struct world *w = &c->sim->world;
    struct str sku = param(c, S("sku"));
    jw_key(&c->w, "listings");
    jw_array(&c->w);
    for (size_t i = 0; i < w->listing_count; i++) {
        const struct listing *l = w->listings[i];
        if (!l->gone && (!sku.len || str_eq(l->sku, sku))) write_listing(c, l);
    }
    jw_array_end(&c->w);
}

void control_listings(struct call *c, struct json body)
{
    if (control_is(c, "POST") && c->segment_count == 2) {
        post_listings(c, body);
        return;
    }
    if (c->segment_count > 2) {
        struct listing *l = world_listing(&c->sim->world, c->segments[2]);
        if (!l) {
            control_refuse(c, 404, "there is no such listing");
            return;
        }
        if (control_is(c, "DELETE")) l->gone = true;
        answer_begin(c, 200);
        write_listing(c, l);
        return;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    write_listings(c);
    jw_object_end(&c->w);
}

void control_state(struct call *c)
{
    const struct world *w = &c->sim->world;
    struct str sku = param(c, S("sku"));
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kstr(&c->w, "now", sim_rfc3339(c->arena, c->now));
    jw_kint(&c->w, "seed", c->sim->options.seed);
    jw_kint(&c->w, "orders", (int64_t)w->order_count);
    jw_kint(&c->w, "waiting", (int64_t)w->waiting_count);
    jw_kbool(&c->w, "revoked", c->sim->lwa.revoked);
    jw_key(&c->w, "quantities");
    jw_object(&c->w);
    for (size_t i = 0; i < w->listing_count; i++) {
        const struct listing *l = w->listings[i];
        if (l->gone || (sku.len && !str_eq(sku, l->sku))) continue;
        jw_key_str(&c->w, l->sku);
        if (l->fba)
            jw_null(&c->w);
        else
            jw_int(&c->w, l->quantity);
    }
    jw_object_end(&c->w);
    write_listings(c);
    jw_object_end(&c->w);
}
