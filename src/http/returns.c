/* returns.c: items that come back from sales orders. */
#include "store/order_return.h"

#include "http/internal.h"
#include "store/reference.h"

enum { RETURNS_MAX = 200, INPUT_MAX = 64, REASON_MAX = 1000 };

static void render(struct call *c, const struct order_return *r)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", r->id);
    jw_kint(&c->w, "order_id", r->order_id);
    jw_kstr(&c->w, "order_number", r->order_number);
    jw_kint(&c->w, "item_id", r->item_id);
    jw_kstr(&c->w, "esn", r->esn);
    jw_kstr(&c->w, "hex_id", r->hex_id);
    jw_kint(&c->w, "variation_id", r->variation_id);
    put_opt_id(c, "line_id", r->line_id);
    jw_kstr(&c->w, "status", r->status);
    put_opt(c, "warehouse", r->warehouse);
    put_opt(c, "location", r->location);
    jw_kstr(&c->w, "reason", r->reason);
    put_money(c, "sale_price", r->sale);
    put_money(c, "refund", r->refund);
    put_time(c, "returned_at", r->at);
    jw_key(&c->w, "actor");
    jw_object(&c->w);
    jw_kstr(&c->w, "kind", actor_kind_name(r->actor_kind));
    put_opt_id(c, "id", r->actor_id);
    jw_kstr(&c->w, "name", r->actor_name);
    jw_object_end(&c->w);
    put_time(c, "undone_at", r->undone_at);
    put_opt(c, "undone_by", r->undone_by);
    jw_object_end(&c->w);
    c->etag = r->version;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct return_filter f = { .order_id = query_id(c, "order_id"),
        .item_id = query_id(c, "item_id"),
        .esn = query_str(c, "esn") };
    f.undone = query_bool(c, "undone", &f.has_undone);
    struct order_return *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = return_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    c->etag = 0;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    struct order_return r;
    enum err rc = return_load(c->tx, c->ids[0], c->arena, &r, e);
    if (!rc) render(c, &r);
    return rc;
}

static enum err update(struct call *c, struct error *e)
{
    struct order_return before, after;
    enum err rc = return_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "reason refund");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    (void)field_str(&f, "reason", REASON_MAX, TEXT_EMPTY_OK | TEXT_LINES, &after.reason);
    (void)field_money(&f, "refund", &after.refund);
    rc = fields_end(c, e);
    if (!rc) rc = return_update(&c->change, &before, &after, e);
    if (!rc) render(c, &after);
    return rc;
}

static enum err undo(struct call *c, struct error *e)
{
    enum err rc = return_undo(&c->change, c->ids[0], e);
    return rc ? rc : show(c, e);
}

/* One of item_id, esn and hex_id. */
static void read_unit(struct fields *f, struct return_input *in)
{
    int named = field_present(f, "item_id") + field_present(f, "esn") + field_present(f, "hex_id");
    if (f->object.node && named != 1)
        field_error(f, "item_id", named ? "not_allowed" : "required",
            "name the item by one of item_id, esn and hex_id");
    in->is_hex_id = field_present(f, "hex_id");
    (void)field_int(f, "item_id", 1, HTTP_ID_MAX, &in->item_id);
    (void)field_str(f, "esn", INPUT_MAX, 0, &in->text);
    (void)field_str(f, "hex_id", INPUT_MAX, 0, &in->text);
}

static enum err find_place(struct fields *f, const char *name, enum reference_kind kind,
    int64_t warehouse_id, struct str title, int64_t *id, struct error *e)
{
    struct reference found;
    enum err rc = reference_find(f->c->tx, kind, warehouse_id, title, f->c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        field_error(f, name, "unknown_value", "there is no \"%.*s\"", STR_FMT(title));
        return OK;
    }
    if (!rc) *id = found.id;
    return rc;
}

static enum err read_input(struct fields *f, struct return_input *in, struct error *e)
{
    *in = (struct return_input){
        .text = S(""), .status = S(""), .warehouse = S(""), .location = S(""), .reason = S("")
    };
    read_unit(f, in);
    field_required(f, "status");
    field_required(f, "warehouse");
    (void)field_str(f, "reason", REASON_MAX, TEXT_EMPTY_OK | TEXT_LINES, &in->reason);
    (void)field_money(f, "refund", &in->refund);
    enum err rc = OK;
    if (field_str(f, "status", 100, 0, &in->status))
        rc = find_place(f, "status", REFERENCE_STATUS, 0, in->status, &in->status_id, e);
    bool has_place = field_str(f, "warehouse", 100, TEXT_NULL_OK, &in->warehouse);
    if (!rc && has_place && in->warehouse.len)
        rc =
            find_place(f, "warehouse", REFERENCE_WAREHOUSE, 0, in->warehouse, &in->warehouse_id, e);
    bool has_shelf = field_str(f, "location", 100, TEXT_NULL_OK, &in->location);
    if (rc || !has_shelf || !in->location.len) return rc;
    if (!in->warehouse_id) {
        if (!in->warehouse.len)
            field_error(f, "location", "not_allowed", "a location lies in a warehouse");
        return OK;
    }
    return find_place(
        f, "location", REFERENCE_LOCATION, in->warehouse_id, in->location, &in->location_id, e);
}

static void render_results(
    struct call *c, const struct return_request *request, const struct return_result *results)
{
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < request->count; i++) {
        const struct return_input *in = &request->inputs[i];
        const struct return_result *r = &results[i];
        jw_object(&c->w);
        jw_kstr(&c->w, "input",
            in->text.len ? in->text : arena_fmt(c->arena, "%lld", (long long)in->item_id));
        put_opt_id(c, "item_id", r->item_id);
        jw_kbool(&c->w, "returned", r->return_id != 0);
        put_opt_id(c, "return_id", r->return_id);
        put_opt(c, "code", str_of(r->code));
        put_opt(c, "detail", r->detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
}

static enum err read_inputs(
    struct call *c, struct fields *f, struct return_request *request, struct error *e)
{
    struct json list = field_array(f, "items", 1, RETURNS_MAX);
    struct return_input *inputs = arena_new(c->arena, struct return_input, json_len(list) + 1);
    enum err rc = OK;
    for (size_t i = 0; i < json_len(list) && !rc; i++) {
        struct fields row = fields_of(c, json_at(list, i), arena_fmt(c->arena, "/items/%zu", i),
            "item_id esn hex_id status warehouse location reason refund");
        rc = read_input(&row, &inputs[i], e);
    }
    request->inputs = inputs;
    request->count = json_len(list);
    return rc;
}

static enum err create(struct call *c, struct error *e)
{
    struct order o;
    struct return_request request = { 0 };
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "items atomic");
    field_required(&f, "items");
    (void)field_bool(&f, "atomic", &request.atomic);
    rc = read_inputs(c, &f, &request, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    struct return_result *results = arena_new(c->arena, struct return_result, request.count + 1);
    rc = return_add(&c->change, &o, &request, results, e);
    if (rc) return rc;
    jw_object(&c->w);
    render_results(c, &request, results);
    jw_key(&c->w, "order");
    rc = render_order(c, o.id, e);
    c->etag = 0;
    jw_object_end(&c->w);
    return rc;
}

const struct route routes_returns[] = {
    { "POST", "/orders/{}/returns", AREA_ORDERS, PERMISSION_WRITE, 0, "", create },
    { "GET", "/returns", AREA_ORDERS, PERMISSION_READ, 0,
        "order_id item_id esn undone limit cursor", list },
    { "GET", "/returns/{}", AREA_ORDERS, PERMISSION_READ, 0, "", show },
    { "PATCH", "/returns/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", update },
    { "POST", "/returns/{}/undo", AREA_ORDERS, PERMISSION_WRITE, ROUTE_NO_BODY, "", undo },
    { NULL },
};
