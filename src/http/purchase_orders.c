/* purchase_orders.c: purchase orders and their lines; receiving is in receiving.c. */
#include "http/purchase_orders.h"

#include "http/filters.h"
#include "store/reference.h"
#include "store/variation.h"
#include "store/vendor.h"

#define HEAD_FIELDS "number vendor_id lot_price notes warehouse inventory_status ordered_at"
#define LINE_FIELDS "variation_id description expected_count unit_price"
enum { NUMBER_MAX = 60, DESCRIPTION_MAX = 500 };

static struct money money_of(const struct purchase_order *o, int64_t amount)
{
    return (struct money){ o->currency.len != 0, amount, o->currency };
}

static void put_side(struct call *c, const char *key, int64_t count, struct money price)
{
    jw_key(&c->w, key);
    jw_object(&c->w);
    jw_kint(&c->w, "count", count);
    put_money(c, "price", price);
    jw_object_end(&c->w);
}

static struct money times(struct money price, int64_t count)
{
    price.amount *= count;
    return price;
}

static void render_line(
    struct call *c, const struct purchase_order *o, const struct purchase_line *l)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", l->id);
    put_opt_id(c, "variation_id", l->variation_id);
    jw_kstr(&c->w, "description", l->description);
    jw_kint(&c->w, "expected_count", l->expected_count);
    put_money(c, "unit_price", l->unit_price);
    put_side(c, "expected", l->expected_count, times(l->unit_price, l->expected_count));
    put_side(c, "checked_in", l->checked_in, money_of(o, l->checked_in_price));
    jw_object_end(&c->w);
}

static void warn(struct call *c, const char *code, int64_t line_id, struct str detail)
{
    jw_object(&c->w);
    jw_kstr(&c->w, "code", str_of(code));
    put_opt_id(c, "line_id", line_id);
    jw_kstr(&c->w, "detail", detail);
    jw_object_end(&c->w);
}

static void render_warnings(struct call *c, const struct purchase_order *o)
{
    jw_key(&c->w, "warnings");
    jw_array(&c->w);
    for (size_t i = 0; i < o->line_count; i++) {
        const struct purchase_line *l = &o->lines[i];
        if (l->checked_in > l->expected_count)
            warn(c, "over_receipt", l->id,
                arena_fmt(c->arena, "%lld were received of %lld expected.",
                    (long long)l->checked_in, (long long)l->expected_count));
    }
    if (o->unexpected)
        warn(c, "unexpected", 0,
            arena_fmt(
                c->arena, "%lld of the items received are on no line.", (long long)o->unexpected));
    if (!o->lot_divided)
        warn(c, "lot_price_due", 0,
            S("Items came or went since the lot price was divided: divide it, or close the "
              "order."));
    jw_array_end(&c->w);
}

void render_purchase(struct call *c, const struct purchase_order *o)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", o->id);
    jw_kstr(&c->w, "number", o->number);
    jw_kint(&c->w, "vendor_id", o->vendor_id);
    jw_kstr(&c->w, "vendor", o->vendor);
    jw_kstr(&c->w, "status", str_of(purchase_status_name(o->status)));
    put_opt(c, "currency", o->currency);
    put_money(c, "lot_price", o->lot_price);
    jw_kstr(&c->w, "notes", o->notes);
    put_opt(c, "warehouse", o->warehouse);
    put_opt(c, "inventory_status", o->inventory_status);
    put_time(c, "ordered_at", o->ordered_at);
    put_time(c, "closed_at", o->closed_at);
    put_side(c, "expected", o->expected_count, o->expected_price);
    put_side(c, "checked_in", o->checked_in, money_of(o, o->checked_in_price));
    jw_key(&c->w, "lines");
    jw_array(&c->w);
    for (size_t i = 0; i < o->line_count; i++)
        render_line(c, o, &o->lines[i]);
    jw_array_end(&c->w);
    render_warnings(c, o);
    put_time(c, "created_at", o->created_at);
    put_time(c, "updated_at", o->updated_at);
    jw_object_end(&c->w);
}

enum err query_purchases(struct call *c, struct purchase_filter *out, struct error *e)
{
    struct str status = query_word(c, "status", "open closed canceled");
    out->vendor_id = query_id(c, "vendor_id");
    out->number = query_str(c, "number");
    out->q = query_str(c, "q");
    if (status.len) out->has_status = purchase_status_parse(status, &out->status);
    return query_end(c, e);
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct purchase_filter f = { .id = 0 };
    struct purchase_order *rows = NULL;
    size_t count = 0;
    enum err rc = query_purchases(c, &f, e);
    if (!rc) rc = purchase_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_purchase(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

enum err show_purchase(struct call *c, int64_t id, struct error *e)
{
    struct purchase_order o;
    enum err rc = purchase_load(c->tx, id, c->arena, &o, e);
    if (rc) return rc;
    render_purchase(c, &o);
    c->etag = o.version;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    return show_purchase(c, c->ids[0], e);
}

static enum err read_place(struct fields *f, struct purchase_order *o, struct error *e)
{
    struct str title;
    enum err rc = OK;
    if (field_str(f, "warehouse", 100, TEXT_NULL_OK, &title)) {
        o->warehouse_id = 0;
        o->warehouse = title;
        if (title.len)
            rc = find_status(f, "warehouse", REFERENCE_WAREHOUSE, title, &o->warehouse_id, e);
    }
    if (!rc && field_str(f, "inventory_status", 100, TEXT_NULL_OK, &title)) {
        o->inventory_status_id = 0;
        o->inventory_status = title;
        if (title.len)
            rc = find_status(
                f, "inventory_status", REFERENCE_STATUS, title, &o->inventory_status_id, e);
    }
    return rc;
}

static enum err read_head(struct fields *f, struct purchase_order *o, struct error *e)
{
    enum err rc = OK;
    (void)field_str(f, "number", NUMBER_MAX, 0, &o->number);
    (void)field_money(f, "lot_price", &o->lot_price);
    (void)field_str(f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &o->notes);
    (void)field_time(f, "ordered_at", false, &o->ordered_at);
    if (field_int(f, "vendor_id", 1, HTTP_ID_MAX, &o->vendor_id)) {
        struct vendor v = { .name = S("") };
        rc = vendor_load(f->c->tx, o->vendor_id, f->c->arena, &v, e);
        if (rc == ERR_NOT_FOUND) {
            field_error(f, "vendor_id", "unknown_value", "there is no vendor %lld",
                (long long)o->vendor_id);
            rc = OK;
        }
        o->vendor = v.name;
    }
    return rc ? rc : read_place(f, o, e);
}

static enum err read_line(struct fields *f, struct purchase_line *l, struct error *e)
{
    struct call *c = f->c;
    enum err rc = OK;
    bool none = false;
    if (field_int_null(f, "variation_id", 1, HTTP_ID_MAX, &l->variation_id, &none)) {
        struct variation *found;
        size_t count = 1;
        if (none)
            l->variation_id = 0;
        else
            rc = variation_load_many(c->tx, &l->variation_id, 1, c->arena, &found, &count, e);
        if (!rc && !count)
            field_error(f, "variation_id", "unknown_value", "there is no variation %lld",
                (long long)l->variation_id);
    }
    (void)field_str(f, "description", DESCRIPTION_MAX, TEXT_EMPTY_OK, &l->description);
    (void)field_int(f, "expected_count", 0, LINE_QUANTITY_MAX, &l->expected_count);
    (void)field_money(f, "unit_price", &l->unit_price);
    if (f->object.node && !l->variation_id && !l->description.len)
        field_error(f, "variation_id", "required", "a line needs a variation or a description");
    return rc;
}

static enum err new_line(struct fields *f, struct purchase_line *l, struct error *e)
{
    *l = (struct purchase_line){ .description = S("") };
    field_required(f, "expected_count");
    return read_line(f, l, e);
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, HEAD_FIELDS " lines");
    struct purchase_order o = { .number = S(""),
        .vendor = S(""),
        .notes = S(""),
        .warehouse = S(""),
        .inventory_status = S(""),
        .ordered_at = c->now };
    field_required(&f, "vendor_id");
    enum err rc = read_head(&f, &o, e);
    struct json lines = field_array(&f, "lines", 0, PURCHASE_LINES_MAX);
    o.line_count = json_len(lines);
    o.lines = arena_new(c->arena, struct purchase_line, o.line_count + 1);
    for (size_t i = 0; i < o.line_count && !rc; i++) {
        struct fields line =
            fields_of(c, json_at(lines, i), arena_fmt(c->arena, "/lines/%zu", i), LINE_FIELDS);
        rc = new_line(&line, &o.lines[i], e);
    }
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = purchase_create(&c->change, &o, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/purchase_orders/%lld", (long long)o.id);
    return show_purchase(c, o.id, e);
}

enum err lock_purchase(struct call *c, struct purchase_order *o, struct error *e)
{
    enum err rc = purchase_lock(&c->change, c->ids[0], c->arena, o, e);
    return rc ? rc : check_etag(c, o->version, e);
}

static bool names_head(struct fields *f)
{
    for (struct str rest = S(HEAD_FIELDS), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        if (field_present(f, arena_str(f->c->arena, head).at)) return true;
    }
    return false;
}

static enum err update(struct call *c, struct error *e)
{
    struct purchase_order before, after;
    enum err rc = lock_purchase(c, &before, e);
    if (rc) return rc;
    struct fields f = fields_root(c, HEAD_FIELDS " status");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    struct str status;
    enum purchase_status to = before.status;
    rc = read_head(&f, &after, e);
    if (field_str(&f, "status", 20, 0, &status) && !purchase_status_parse(status, &to))
        field_error(&f, "status", "unknown_value", "must be open, closed or canceled");
    if (!rc) rc = fields_end(c, e);
    /* Reopening comes first, so that one request may reopen an order and change its price. */
    if (!rc && to == PURCHASE_OPEN) rc = purchase_set_status(&c->change, &before, to, e);
    after.status = before.status;
    after.closed_at = before.closed_at;
    after.version = before.version;
    if (!rc && names_head(&f)) rc = purchase_update(&c->change, &before, &after, e);
    if (!rc && to != PURCHASE_OPEN) rc = purchase_set_status(&c->change, &after, to, e);
    return rc ? rc : show_purchase(c, before.id, e);
}

static enum err divide(struct call *c, struct error *e)
{
    struct purchase_order o;
    enum err rc = lock_purchase(c, &o, e);
    if (!rc && o.status != PURCHASE_OPEN)
        rc = error_code(e, ERR_CONFLICT, "not_open", "the purchase order %.*s is %s",
            STR_FMT(o.number), purchase_status_name(o.status));
    if (!rc) rc = purchase_divide(&c->change, &o, e);
    if (rc) return rc;
    audit_add(&c->change, "divide_lot_price", "purchase_order", o.id, S(""));
    return show_purchase(c, o.id, e);
}

static enum err render_line_of(struct call *c, int64_t order_id, int64_t line_id, struct error *e)
{
    struct purchase_order o;
    enum err rc = purchase_load(c->tx, order_id, c->arena, &o, e);
    for (size_t i = 0; i < o.line_count && !rc; i++) {
        if (o.lines[i].id != line_id) continue;
        render_line(c, &o, &o.lines[i]);
        return OK;
    }
    return rc ? rc : not_found(e, "line", line_id);
}

static enum err add_line(struct call *c, struct error *e)
{
    struct purchase_order o;
    struct purchase_line line;
    enum err rc = lock_purchase(c, &o, e);
    if (rc) return rc;
    struct fields f = fields_root(c, LINE_FIELDS);
    rc = new_line(&f, &line, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = purchase_line_add(&c->change, &o, &line, e);
    if (rc) return rc;
    c->status = 201;
    return render_line_of(c, o.id, line.id, e);
}

static enum err lock_line(
    struct call *c, struct purchase_order *o, const struct purchase_line **line, struct error *e)
{
    enum err rc = lock_purchase(c, o, e);
    if (rc) return rc;
    *line = NULL;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == c->ids[1]) *line = &o->lines[i];
    return *line ? OK : not_found(e, "line on this purchase order with the id", c->ids[1]);
}

static enum err update_line(struct call *c, struct error *e)
{
    struct purchase_order o;
    const struct purchase_line *before;
    enum err rc = lock_line(c, &o, &before, e);
    if (rc) return rc;
    struct fields f = fields_root(c, LINE_FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    struct purchase_line after = *before;
    rc = read_line(&f, &after, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = purchase_line_update(&c->change, &o, before, &after, e);
    return rc ? rc : render_line_of(c, o.id, before->id, e);
}

static enum err delete_line(struct call *c, struct error *e)
{
    struct purchase_order o;
    const struct purchase_line *line;
    enum err rc = lock_line(c, &o, &line, e);
    if (!rc) rc = purchase_line_delete(&c->change, &o, line, e);
    c->status = 204;
    return rc;
}

#define LINES "/purchase_orders/{}/lines"
const struct route routes_purchase_orders[] = {
    { "GET", "/purchase_orders", AREA_INVENTORY, PERMISSION_READ, 0,
        "vendor_id status number q limit cursor", list },
    { "POST", "/purchase_orders", AREA_INVENTORY, PERMISSION_WRITE, 0, "", create },
    { "GET", "/purchase_orders/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/purchase_orders/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update },
    { "POST", "/purchase_orders/{}/divide_lot_price", AREA_INVENTORY, PERMISSION_WRITE,
        ROUTE_NO_BODY, "", divide },
    { "POST", LINES, AREA_INVENTORY, PERMISSION_WRITE, 0, "", add_line },
    { "PATCH", LINES "/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update_line },
    { "DELETE", LINES "/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", delete_line },
    { NULL },
};
