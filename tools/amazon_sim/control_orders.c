/* control_orders.c: /_sim/orders: what buyers do, and what the seller does to orders. */
#include "control.h"

enum { SKU_MAX_BYTES = 160, TEXT_MAX = 2000, QUANTITY_MAX = 1000000, PRICE_MAX = 1000000000 };
static const int64_t two_years_ms = 730LL * 86400000;
static const char *const malformed_names[] = { "", "quantity", "status", NULL };

static void write_line(struct jw *w, const struct order_line *l)
{
    jw_object(w);
    jw_kstr(w, "order_item_id", l->item_id);
    jw_kstr(w, "sku", l->sku);
    jw_kint(w, "quantity", l->ordered);
    jw_kint(w, "shipped", l->shipped);
    jw_kint(w, "cancelled", l->cancelled);
    jw_kint(w, "unit_price", l->price);
    jw_object_end(w);
}

static void write_order(struct call *c, const struct order *o)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "order_id", str_of(o->id));
    jw_kstr(w, "status", str_of(order_status_names[o->status]));
    jw_kstr(w, "fulfillment", o->fba ? S("amazon") : S("merchant"));
    jw_kstr(w, "marketplace_id", o->marketplace);
    jw_kbool(w, "cancel_requested", o->cancel_requested);
    jw_kstr(w, "created_at", sim_rfc3339(c->arena, o->created));
    jw_kstr(w, "updated_at", sim_rfc3339(c->arena, o->updated));
    jw_key(w, "lines");
    jw_array(w);
    for (size_t i = 0; i < o->line_count; i++)
        write_line(w, &o->lines[i]);
    jw_array_end(w);
    jw_object_end(w);
}

static bool read_line(struct call *c, struct json v, struct line_spec *line)
{
    static const char *const known[] = { "sku", "quantity", "title", "unit_price", NULL };
    *line = (struct line_spec){ .quantity = 1, .price = -1 };
    return control_known(c, v, known) && control_str(c, v, "sku", SKU_MAX_BYTES, &line->sku) &&
           control_str(c, v, "title", TEXT_MAX, &line->title) &&
           control_int(c, v, "quantity", 1, QUANTITY_MAX, &line->quantity) &&
           control_int(c, v, "unit_price", 0, PRICE_MAX, &line->price);
}

static bool read_lines(struct call *c, struct json body, struct order_spec *spec)
{
    struct json lines = json_get(body, "lines");
    size_t n = json_len(lines);
    if (json_kind(lines) != JSON_KIND_ARRAY || n == 0 || n > ORDER_LINES)
        return control_refuse(c, 422, "lines is a list of 1 to %d lines", ORDER_LINES);
    spec->lines = arena_new(c->arena, struct line_spec, n);
    spec->line_count = n;
    bool all_fba = true;
    for (size_t i = 0; i < n; i++) {
        if (!read_line(c, json_at(lines, i), &spec->lines[i])) return false;
        const struct listing *l = world_listing(&c->sim->world, spec->lines[i].sku);
        all_fba = all_fba && l && l->fba;
    }
    spec->fba = all_fba;
    return true;
}

static bool read_malformed(struct call *c, struct json v, enum order_malformed *out)
{
    struct str name = str_of(malformed_names[*out]);
    if (!control_str(c, v, "malformed", 20, &name)) return false;
    for (int i = 0; malformed_names[i]; i++) {
        if (!str_eq(name, str_of(malformed_names[i]))) continue;
        *out = (enum order_malformed)i;
        return true;
    }
    return control_refuse(c, 422, "malformed is 'quantity', 'status' or ''");
}

static bool read_order(struct call *c, struct json body, struct order_spec *spec)
{
    static const char *const known[] = { "lines", "status", "marketplace_id", "fulfillment",
        "order_id", "age_ms", "if_available", "search_late_ms", "malformed", NULL };
    struct str status = S("UNSHIPPED"), fulfillment = S("");
    int64_t age = 0, late = 0;
    *spec =
        (struct order_spec){ .marketplace = str_of(c->sim->options.region->marketplaces[0].id) };
    if (!control_known(c, body, known) || !read_lines(c, body, spec) ||
        !control_str(c, body, "status", 40, &status) ||
        !control_str(c, body, "marketplace_id", 40, &spec->marketplace) ||
        !control_str(c, body, "fulfillment", 20, &fulfillment) ||
        !control_str(c, body, "order_id", ORDER_ID_SIZE - 1, &spec->id) ||
        !control_int(c, body, "age_ms", 0, two_years_ms, &age) ||
        !control_int(c, body, "search_late_ms", 0, two_years_ms, &late) ||
        !control_bool(c, body, "if_available", &spec->if_available) ||
        !read_malformed(c, body, &spec->malformed))
        return false;
    if (!order_status_parse(status, &spec->status))
        return control_refuse(c, 422, "status is one of Amazon's, such as UNSHIPPED");
    if (fulfillment.len) spec->fba = str_eq(fulfillment, S("amazon"));
    spec->created = c->now - age;
    spec->searchable = c->now + late;
    return true;
}

static void place(struct call *c, struct json body)
{
    struct order_spec spec;
    struct order *o;
    struct error e;
    if (!read_order(c, body, &spec)) return;
    if (world_order_place(&c->sim->world, &spec, &o, &e)) {
        control_error(c, &e);
        return;
    }
    answer_begin(c, 201);
    write_order(c, o);
}

/* Of `lines`: by order_item_id, or by sku (its first line that is not named yet). NULL: answered.
 */
static int64_t *read_quantities(struct call *c, const struct order *o, struct json lines)
{
    static const char *const known[] = { "sku", "order_item_id", "quantity", NULL };
    int64_t *out = arena_new(c->arena, int64_t, o->line_count);
    for (size_t i = 0; i < json_len(lines); i++) {
        struct json v = json_at(lines, i);
        struct str sku = S(""), id = S("");
        int64_t n = -1;
        if (!control_known(c, v, known) || !control_str(c, v, "sku", SKU_MAX_BYTES, &sku) ||
            !control_str(c, v, "order_item_id", 40, &id) ||
            !control_int(c, v, "quantity", 0, QUANTITY_MAX, &n))
            return NULL;
        size_t at = 0;
        while (at < o->line_count &&
               (out[at] ||
                   !str_eq(id.len ? id : sku, id.len ? o->lines[at].item_id : o->lines[at].sku)))
            at++;
        if (at == o->line_count) {
            control_refuse(c, 422, "the order has no such line");
            return NULL;
        }
        out[at] = n < 0 ? order_line_left(&o->lines[at]) : n;
    }
    return out;
}

static bool change(struct call *c, struct order *o, struct str what, struct json body)
{
    struct error e;
    struct world *w = &c->sim->world;
    struct str name = S("");
    if (str_eq(what, S("ship")) || str_eq(what, S("cancel"))) {
        static const char *const known[] = { "lines", NULL };
        const int64_t *quantities = NULL;
        struct json lines = json_get(body, "lines");
        if (json_present(body) && !control_known(c, body, known)) return false;
        if (json_present(lines) && !(quantities = read_quantities(c, o, lines))) return false;
        enum err rc = str_eq(what, S("ship")) ? world_order_ship(w, o, quantities, c->now, &e)
                                              : world_order_cancel(w, o, quantities, c->now, &e);
        return rc ? control_error(c, &e) : true;
    }
    if (str_eq(what, S("request_cancel"))) {
        o->cancel_requested = true;
    } else if (str_eq(what, S("status"))) {
        if (!control_str(c, body, "status", 40, &name)) return false;
        if (!order_status_parse(name, &o->status))
            return control_refuse(c, 422, "status is one of Amazon's, such as UNSHIPPED");
    } else if (str_eq(what, S("malformed"))) {
        /* Amazon mends its answer, which is no change of the order. */
        return read_malformed(c, body, &o->malformed);
    } else {
        return control_refuse(
            c, 404, "ship, cancel, request_cancel, status and malformed are what there is");
    }
    o->updated = c->now;
    return true;
}

static void list(struct call *c)
{
    const struct world *w = &c->sim->world;
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "orders");
    jw_array(&c->w);
    for (size_t i = 0; i < w->order_count; i++)
        write_order(c, w->orders[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

void control_orders(struct call *c, struct json body)
{
    bool post = control_is(c, "POST");
    if (c->segment_count == 2) {
        if (post)
            place(c, body);
        else
            list(c);
        return;
    }
    struct order *o = world_order(&c->sim->world, c->segments[2]);
    if (!o) {
        control_refuse(c, 404, "there is no such order");
        return;
    }
    if (post && !change(c, o, c->segment_count > 3 ? c->segments[3] : S(""), body)) return;
    answer_begin(c, 200);
    write_order(c, o);
}
