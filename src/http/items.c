/* items.c: inventory items. */
#include "store/item.h"

#include "core/esn.h"
#include "core/hexid.h"
#include "http/internal.h"
#include "store/reference.h"
#include "store/variation.h"

#define FIELDS "esn variation_id status warehouse location paid accept_warnings"
enum { ROWS_MAX = 1000 };

static void render(struct call *c, const struct item *item, const struct variation *v)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", item->id);
    jw_kstr(&c->w, "esn", item->esn);
    jw_kstr(&c->w, "hex_id", item->hex_id);
    jw_kint(&c->w, "variation_id", item->variation_id);
    jw_key(&c->w, "variation");
    jw_object(&c->w);
    jw_kint(&c->w, "id", item->variation_id);
    jw_kstr(&c->w, "title", v ? variation_title(v, c->arena) : S(""));
    jw_kstr(&c->w, "grade", v ? v->grade : S(""));
    put_opt(c, "sku", v ? v->sku : S(""));
    jw_object_end(&c->w);
    jw_kstr(&c->w, "status", item->status);
    put_opt(c, "warehouse", item->warehouse);
    put_opt(c, "location", item->location);
    put_money(c, "paid", item->paid);
    put_opt_id(c, "order_id", item->order_id);
    put_opt(c, "order_number", item->order_number);
    put_time(c, "created_at", item->created_at);
    put_time(c, "updated_at", item->updated_at);
    jw_object_end(&c->w);
}

static const struct variation *find(const struct variation *rows, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id) return &rows[i];
    return NULL;
}

static enum err render_all(struct call *c, const struct item *items, size_t count, struct error *e)
{
    int64_t *ids = arena_new(c->arena, int64_t, count + 1);
    struct variation *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = items[i].variation_id;
    enum err rc = variation_load_many(c->tx, ids, count, c->arena, &rows, &n, e);
    for (size_t i = 0; i < count && !rc; i++)
        render(c, &items[i], find(rows, n, items[i].variation_id));
    return rc;
}

static enum err show_one(struct call *c, int64_t id, struct error *e)
{
    struct item item;
    enum err rc = item_load(c->tx, id, c->arena, &item, e);
    if (rc) return rc;
    c->etag = item.version;
    return render_all(c, &item, 1, e);
}

/* False: a title that nothing has, so that the list is empty. */
static bool filter_title(struct call *c, const char *name, enum reference_kind kind, int64_t *id,
    enum err *rc, struct error *e)
{
    struct str title = query_str(c, name);
    struct reference found;
    if (*rc || !title.len) return true;
    *rc = reference_find(c->tx, kind, 0, title, c->arena, &found, e);
    if (*rc == ERR_NOT_FOUND) {
        *rc = OK;
        return false;
    }
    *id = found.id;
    return true;
}

static bool empty_parameter(struct call *c, const char *name)
{
    for (size_t i = 0; i < c->req->query_count; i++)
        if (str_eq(c->req->query[i].name, str_of(name))) return c->req->query[i].value.len == 0;
    return false;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct item_filter f = { .esn = query_str(c, "esn"),
        .hex_id = query_str(c, "hex_id"),
        .sku = query_str(c, "sku"),
        .q = query_str(c, "q"),
        .variation_id = query_id(c, "variation_id"),
        .order_id = query_id(c, "order_id") };
    f.committed = query_bool(c, "committed", &f.has_committed);
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    if (f.hex_id.len && hex_id_parse(f.hex_id, text, &id)) f.hex_id = id;
    enum err rc = OK;
    bool some = filter_title(c, "status", REFERENCE_STATUS, &f.status_id, &rc, e);
    f.has_warehouse = query_has(c, "warehouse");
    if (!empty_parameter(c, "warehouse"))
        some = filter_title(c, "warehouse", REFERENCE_WAREHOUSE, &f.warehouse_id, &rc, e) && some;
    if (!rc) rc = query_end(c, e);
    struct item *rows = NULL;
    size_t count = 0;
    if (!rc && some) rc = item_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    rc = render_all(c, rows, shown, e);
    list_end_id(c, count > shown, rows && shown ? rows[shown - 1].id : 0);
    return rc;
}

static enum err show(struct call *c, struct error *e)
{
    return show_one(c, c->ids[0], e);
}

static void check_esn(struct fields *f, struct item *item, bool accept)
{
    enum esn_fault fault = esn_check(item->esn, &item->esn);
    if (fault == ESN_GOOD || (fault == ESN_LUHN && accept)) return;
    field_error(
        f, "esn", fault == ESN_LUHN ? "imei_check" : "bad_format", "%s", esn_fault_text(fault));
}

static enum err read_place(struct fields *f, struct item *item, struct error *e)
{
    struct str name;
    struct call *c = f->c;
    enum err rc = OK;
    if (field_str(f, "warehouse", 100, TEXT_NULL_OK, &name)) {
        int64_t id = 0;
        if (name.len) rc = find_status(f, "warehouse", REFERENCE_WAREHOUSE, name, &id, e);
        if (id != item->warehouse_id) {
            item->location_id = 0;
            item->location = S("");
        }
        item->warehouse_id = id;
        item->warehouse = name;
    }
    if (rc || !field_str(f, "location", 100, TEXT_NULL_OK, &name)) return rc;
    item->location_id = 0;
    item->location = name;
    if (!name.len) return OK;
    if (!item->warehouse_id) {
        field_error(f, "location", "not_allowed", "an item without a warehouse has no location");
        return OK;
    }
    struct reference found;
    rc = reference_find(c->tx, REFERENCE_LOCATION, item->warehouse_id, name, c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        field_error(
            f, "location", "unknown_value", "there is no location \"%.*s\" in it", STR_FMT(name));
        return OK;
    }
    item->location_id = rc ? 0 : found.id;
    return rc;
}

static enum err read_fields(struct fields *f, struct item *item, struct error *e)
{
    struct call *c = f->c;
    bool accept = false;
    struct str status;
    (void)field_bool(f, "accept_warnings", &accept);
    if (field_str(f, "esn", ESN_MAX, 0, &item->esn)) check_esn(f, item, accept);
    enum err rc = OK;
    if (field_int(f, "variation_id", 1, HTTP_ID_MAX, &item->variation_id)) {
        struct variation *found;
        size_t count;
        rc = variation_load_many(c->tx, &item->variation_id, 1, c->arena, &found, &count, e);
        if (!rc && !count)
            field_error(f, "variation_id", "unknown_value", "there is no variation %lld",
                (long long)item->variation_id);
    }
    if (!rc && field_str(f, "status", 100, 0, &status)) {
        item->status = status;
        rc = find_status(f, "status", REFERENCE_STATUS, status, &item->status_id, e);
    }
    if (!rc) rc = read_place(f, item, e);
    (void)field_money(f, "paid", &item->paid);
    return rc;
}

static enum err new_item(struct call *c, struct item *out, struct error *e)
{
    struct settings settings;
    struct reference status;
    *out = (struct item){ .esn = S(""), .status = S(""), .warehouse = S(""), .location = S("") };
    enum err rc = settings_load(c->tx, &settings, e);
    if (!rc)
        rc = reference_load(
            c->tx, REFERENCE_STATUS, settings.received_status_id, c->arena, &status, e);
    if (rc) return rc;
    out->status_id = status.id;
    out->status = status.title;
    return OK;
}

static void render_row(struct call *c, size_t index, struct str input, const struct item *item,
    const struct body_error *errors, size_t error_count)
{
    jw_object(&c->w);
    jw_kint(&c->w, "index", (int64_t)index);
    jw_kstr(&c->w, "input", input);
    jw_kbool(&c->w, "created", item != NULL);
    put_opt_id(c, "item_id", item ? item->id : 0);
    put_opt(c, "hex_id", item ? item->hex_id : S(""));
    put_opt(c, "code", error_count ? errors[0].code : S(""));
    put_opt(c, "detail", error_count ? errors[0].detail : S(""));
    jw_key(&c->w, "errors");
    jw_array(&c->w);
    for (size_t i = 0; i < error_count && i < 20; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "pointer", errors[i].pointer);
        jw_kstr(&c->w, "code", errors[i].code);
        jw_kstr(&c->w, "detail", errors[i].detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err create_row(struct call *c, struct json object, size_t index,
    const struct item *fresh, int64_t *created, struct error *e)
{
    c->error_count = 0;
    struct item item = *fresh;
    struct fields f = fields_of(c, object, arena_fmt(c->arena, "/items/%zu", index), FIELDS);
    struct str input = S("");
    (void)json_str(json_get(object, "esn"), &input);
    field_required(&f, "esn");
    field_required(&f, "variation_id");
    enum err rc = read_fields(&f, &item, e);
    if (rc) return rc;
    if (!c->error_count) {
        rc = item_create(&c->change, &item, e);
        if (rc == ERR_CONFLICT)
            field_error(&f, "esn", e->code, "%s", e->detail);
        else if (rc)
            return rc;
    }
    *created += c->error_count == 0;
    render_row(c, index, str_sub(input, 0, ESN_MAX), c->error_count ? NULL : &item, c->errors,
        c->error_count);
    return OK;
}

static enum err create_many(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "items");
    struct json rows = field_array(&f, "items", 1, ROWS_MAX);
    struct item fresh;
    enum err rc = fields_end(c, e);
    if (!rc) rc = new_item(c, &fresh, e);
    if (rc) return rc;
    int64_t created = 0;
    jw_object(&c->w);
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < json_len(rows) && !rc; i++)
        rc = create_row(c, json_at(rows, i), i, &fresh, &created, e);
    c->error_count = 0;
    jw_array_end(&c->w);
    jw_kint(&c->w, "created", created);
    jw_kint(&c->w, "rejected", (int64_t)json_len(rows) - created);
    jw_object_end(&c->w);
    return rc;
}

static enum err create(struct call *c, struct error *e)
{
    if (json_kind(json_get(c->body, "items")) != JSON_KIND_ABSENT) return create_many(c, e);
    struct item item;
    enum err rc = new_item(c, &item, e);
    if (rc) return rc;
    struct fields f = fields_root(c, FIELDS);
    field_required(&f, "esn");
    field_required(&f, "variation_id");
    rc = read_fields(&f, &item, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = item_create(&c->change, &item, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/items/%lld", (long long)item.id);
    return show_one(c, item.id, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct item before, after;
    enum err rc = item_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    rc = read_fields(&f, &after, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = item_update(&c->change, &before, &after, S(""), e);
    return rc ? rc : show_one(c, before.id, e);
}

static enum err history(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct item item;
    struct item_event *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = item_load(c->tx, c->ids[0], c->arena, &item, e);
    if (!rc) rc = item_history(c->tx, item.id, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct item_event *v = &rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "id", v->id);
        put_time(c, "at", v->at);
        jw_key(&c->w, "actor");
        jw_object(&c->w);
        jw_kstr(&c->w, "kind", actor_kind_name(v->actor_kind));
        put_opt_id(c, "id", v->actor_id);
        jw_kstr(&c->w, "name", v->actor_name);
        jw_object_end(&c->w);
        jw_kstr(&c->w, "action", v->action);
        jw_key(&c->w, "changes");
        jw_raw(&c->w, v->changes.len ? v->changes : S("[]"));
        put_opt_id(c, "order_id", v->order_id);
        put_opt(c, "order_number", v->order_number);
        put_opt(c, "reason", v->reason);
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

const struct route routes_items[] = {
    { "GET", "/items", AREA_INVENTORY, PERMISSION_READ, 0,
        "esn hex_id sku variation_id status warehouse order_id committed q limit cursor", list },
    { "POST", "/items", AREA_INVENTORY, PERMISSION_WRITE, 0, "", create },
    { "GET", "/items/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/items/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update },
    { "GET", "/items/{}/history", AREA_INVENTORY, PERMISSION_READ, 0, "limit cursor", history },
    { NULL },
};
