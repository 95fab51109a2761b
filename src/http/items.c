/* items.c: inventory items. */
#include "http/items.h"

#include "core/hexid.h"
#include "http/filters.h"
#include "store/reference.h"

#define FIELDS "esn variation_id status warehouse location paid custom accept_warnings"
#define PATCH_FIELDS FIELDS " grade damages reason"
enum { ROWS_MAX = 1000 };

struct custom {
    struct item_value *values;
    size_t count;
};

static void render(
    struct call *c, const struct item *item, const struct variation *v, const struct custom *custom)
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
    render_custom(c, item->id, custom->values, custom->count);
    jw_key(&c->w, "transfer");
    if (item->transfer_id) {
        jw_object(&c->w);
        jw_kint(&c->w, "id", item->transfer_id);
        jw_kstr(&c->w, "from_warehouse", item->transfer_from);
        jw_kstr(&c->w, "to_warehouse", item->transfer_to);
        jw_object_end(&c->w);
    } else {
        jw_null(&c->w);
    }
    put_opt_id(c, "order_id", item->order_id);
    put_opt(c, "order_number", item->order_number);
    put_opt_id(c, "purchase_order_id", item->purchase_order_id);
    put_opt(c, "purchase_order", item->purchase_order);
    put_opt_id(c, "purchase_order_line_id", item->purchase_order_line_id);
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

enum err render_items(struct call *c, const struct item *items, size_t count, struct error *e)
{
    int64_t *ids = arena_new(c->arena, int64_t, count + 1);
    struct variation *rows = NULL;
    struct custom custom = { NULL, 0 };
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = items[i].variation_id;
    enum err rc = variation_load_many(c->tx, ids, count, c->arena, &rows, &n, e);
    for (size_t i = 0; i < count; i++)
        ids[i] = items[i].id;
    if (!rc) rc = item_values_load(c->tx, ids, count, c->arena, &custom.values, &custom.count, e);
    for (size_t i = 0; i < count && !rc; i++)
        render(c, &items[i], find(rows, n, items[i].variation_id), &custom);
    return rc;
}

static enum err show_one(struct call *c, int64_t id, struct error *e)
{
    struct item item;
    enum err rc = item_load(c->tx, id, c->arena, &item, e);
    if (rc) return rc;
    c->etag = item.version;
    return render_items(c, &item, 1, e);
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

/* "Tray:7". False: a field or a value that nothing has, so that the list is empty. */
static bool filter_custom(struct call *c, struct item_filter *f, enum err *rc, struct error *e)
{
    struct str both = query_str(c, "custom"), name, value;
    struct item_form form;
    if (*rc || !both.len) return true;
    if (!str_cut(both, ':', &name, &value)) {
        *rc = error_at(e, ERR_BAD_REQUEST, "bad_parameter", "?custom",
            "custom must be name:value, with an empty value for items without one");
        return false;
    }
    *rc = item_form_load(c, &form, e);
    const struct item_field *field = *rc ? NULL : item_form_find(&form, name);
    if (!field || (value.len && !item_value_parse(field, value, c->arena, &f->field_value)))
        return false;
    f->field_id = field->id;
    return true;
}

enum err query_items(struct call *c, struct item_filter *out, bool *some, struct error *e)
{
    struct item_filter f = { .esn = query_str(c, "esn"),
        .hex_id = query_str(c, "hex_id"),
        .sku = query_str(c, "sku"),
        .q = query_str(c, "q"),
        .variation_id = query_id(c, "variation_id"),
        .order_id = query_id(c, "order_id"),
        .purchase_order_id = query_id(c, "purchase_order_id") };
    f.committed = query_bool(c, "committed", &f.has_committed);
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    if (f.hex_id.len && hex_id_parse(f.hex_id, text, &id)) f.hex_id = arena_str(c->arena, id);
    enum err rc = OK;
    *some = filter_title(c, "status", REFERENCE_STATUS, &f.status_id, &rc, e);
    f.has_warehouse = query_has(c, "warehouse");
    if (!empty_parameter(c, "warehouse"))
        *some = filter_title(c, "warehouse", REFERENCE_WAREHOUSE, &f.warehouse_id, &rc, e) && *some;
    *some = filter_custom(c, &f, &rc, e) && *some;
    *out = f;
    return rc ? rc : query_end(c, e);
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct item_filter f;
    bool some;
    enum err rc = query_items(c, &f, &some, e);
    struct item *rows = NULL;
    size_t count = 0;
    if (!rc && some) rc = item_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    rc = render_items(c, rows, shown, e);
    list_end_id(c, count > shown, rows && shown ? rows[shown - 1].id : 0);
    return rc;
}

static enum err show(struct call *c, struct error *e)
{
    return show_one(c, c->ids[0], e);
}

enum err field_regrade(struct fields *f, struct variation_regrade *out, struct error *e)
{
    struct str grade;
    struct variation *v = arena_new(f->c->arena, struct variation, 1);
    out->has_grade = field_str(f, "grade", 100, 0, &grade);
    out->has_damages = field_present(f, "damages");
    enum err rc = OK;
    if (out->has_grade) rc = find_status(f, "grade", REFERENCE_GRADE, grade, &out->grade_id, e);
    if (!rc) rc = field_damages(f, v, e);
    out->damage_ids = v->damage_ids;
    out->damage_count = v->damage_count;
    return rc;
}

static enum err create_many(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "items");
    struct json rows = field_array(&f, "items", 1, ROWS_MAX);
    struct item begin;
    struct item_form form;
    struct new_items items;
    (void)rows;
    enum err rc = fields_end(c, e);
    if (!rc) rc = new_item_begin(c, &form, &begin, e);
    if (!rc) rc = new_items_read(&f, FIELDS, &begin, &form, &items, e);
    if (!rc) rc = item_create_many(&c->change, items.rows, items.count, e);
    if (rc) return rc;
    /* To this route it is all one: the row above made the open item that this one is a duplicate
     * of. */
    for (size_t i = 0; i < items.count; i++)
        if (str_eq(str_of(items.rows[i].code), S("repeated")))
            items.rows[i].code = "duplicate_open_item";
    jw_object(&c->w);
    new_items_render(c, &items);
    jw_object_end(&c->w);
    return OK;
}

/* What the store finds wrong with the request's own words is a field's error, not a conflict. */
static enum err create_one(struct fields *f, struct item *item, struct error *e)
{
    struct item_new row = { .item = *item, .code = "", .pointer = "" };
    enum err rc = item_create_many(&f->c->change, &row, 1, e);
    if (rc) return rc;
    struct str detail = item_new_detail(&row, f->c->arena);
    if (str_eq(str_of(row.code), S("unknown_value")) || str_eq(str_of(row.code), S("required")))
        field_error(f, row.pointer + 1, row.code, "%.*s", STR_FMT(detail));
    else if (*row.code)
        return error_at(e, ERR_CONFLICT, row.code, row.pointer, "%.*s", STR_FMT(detail));
    *item = row.item;
    return fields_end(f->c, e);
}

static enum err create(struct call *c, struct error *e)
{
    if (json_kind(json_get(c->body, "items")) != JSON_KIND_ABSENT) return create_many(c, e);
    struct item item;
    struct item_form form;
    enum err rc = new_item_begin(c, &form, &item, e);
    if (rc) return rc;
    struct fields f = fields_root(c, FIELDS);
    field_required(&f, "esn");
    field_required(&f, "variation_id");
    rc = field_item(&f, &form, &item, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = create_one(&f, &item, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/items/%lld", (long long)item.id);
    return show_one(c, item.id, e);
}

/* Another grade or other damages make it one of another variation. */
static enum err regrade(
    struct call *c, const struct variation_regrade *to, struct item *after, struct error *e)
{
    struct variation base = { 0 };
    bool made;
    if (!to->has_grade && !to->has_damages) return OK;
    enum err rc = variation_load(c->tx, after->variation_id, c->arena, &base, e);
    return rc ? rc : variation_regraded(&c->change, &base, to, &after->variation_id, &made, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct item before, after;
    struct item_form form;
    struct variation_regrade to;
    struct str reason = S("");
    enum err rc = item_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (!rc) rc = item_form_load(c, &form, e);
    if (rc) return rc;
    struct fields f = fields_root(c, PATCH_FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    rc = field_item(&f, &form, &after, e);
    if (!rc) rc = field_regrade(&f, &to, e);
    (void)field_str(&f, "reason", REASON_MAX, TEXT_NULL_OK, &reason);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = regrade(c, &to, &after, e);
    if (!rc) rc = item_update(&c->change, &before, &after, reason, e);
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
        "esn hex_id sku variation_id status warehouse order_id purchase_order_id committed custom "
        "q"
        " limit cursor",
        list },
    { "POST", "/items", AREA_INVENTORY, PERMISSION_WRITE, 0, "", create },
    { "GET", "/items/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/items/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update },
    { "GET", "/items/{}/history", AREA_INVENTORY, PERMISSION_READ, 0, "limit cursor", history },
    { NULL },
};
