/* receiving.c: items into purchase orders, scanned one by one or pasted by the ten thousand. */
#include "core/esn.h"
#include "http/items.h"
#include "http/purchase_orders.h"

#define ROW_FIELDS "esn variation_id line_id status warehouse location paid custom accept_warnings"
#define PASTE_FIELDS "variation_id line_id status warehouse location paid custom"

/* What all rows begin with: the account's and the order's defaults. */
static enum err begin(struct call *c, const struct purchase_order *o, struct item_form *form,
    struct item *item, struct error *e)
{
    enum err rc = new_item_begin(c, form, item, e);
    if (rc) return rc;
    if (o->inventory_status_id) {
        item->status_id = o->inventory_status_id;
        item->status = o->inventory_status;
    }
    item->warehouse_id = o->warehouse_id;
    item->warehouse = o->warehouse;
    return OK;
}

/* What all rows share is wrong for all of them: the request is. */
static enum err check_variation(struct fields *f, int64_t id, struct error *e)
{
    struct variation *found;
    size_t count;
    enum err rc = variation_load_many(f->c->tx, &id, 1, f->c->arena, &found, &count, e);
    if (!rc && !count)
        field_error(
            f, "variation_id", "unknown_value", "there is no variation %lld", (long long)id);
    return rc;
}

/* {"esns": [...]}: the other members describe all of them. */
static enum err read_paste(struct fields *f, struct item *item, struct item_form *form, bool accept,
    struct new_items *out, struct error *e)
{
    struct call *c = f->c;
    struct json esns = field_array(f, "esns", 1, ITEM_NEW_MAX);
    (void)field_int(f, "line_id", 1, HTTP_ID_MAX, &item->purchase_order_line_id);
    if (!item->purchase_order_line_id) field_required(f, "variation_id");
    enum err rc = field_item(f, form, item, e);
    if (!rc && item->variation_id) rc = check_variation(f, item->variation_id, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    out->count = json_len(esns);
    out->rows = arena_new(c->arena, struct item_new, out->count + 1);
    out->notes = arena_new(c->arena, struct new_note, out->count + 1);
    for (size_t i = 0; i < out->count; i++) {
        struct item_new *row = &out->rows[i];
        *row = (struct item_new){ .item = *item, .code = "", .pointer = "" };
        out->notes[i] =
            (struct new_note){ .at = arena_fmt(c->arena, "/esns/%zu", i), .is_esn = true };
        new_items_esn(c, json_at(esns, i), accept, row, &out->notes[i]);
    }
    return OK;
}

static enum err read_rows(
    struct call *c, const struct purchase_order *o, struct new_items *out, struct error *e)
{
    struct item item;
    struct item_form form;
    bool accept = false;
    bool paste = json_kind(json_get(c->body, "items")) == JSON_KIND_ABSENT;
    struct fields f = fields_root(
        c, paste ? "esns accept_invalid_imei " PASTE_FIELDS : "items accept_invalid_imei");
    enum err rc = begin(c, o, &form, &item, e);
    if (rc) return rc;
    (void)field_bool(&f, "accept_invalid_imei", &accept);
    if (paste) {
        field_required(&f, "esns");
        return read_paste(&f, &item, &form, accept, out, e);
    }
    (void)field_array(&f, "items", 1, ITEM_NEW_MAX);
    rc = fields_end(c, e);
    form.accept_invalid_imei = accept;
    return rc ? rc : new_items_read(&f, ROW_FIELDS, &item, &form, out, e);
}

static enum err receive(struct call *c, struct error *e)
{
    struct purchase_order o;
    struct new_items items;
    enum err rc = purchase_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (!rc) rc = read_rows(c, &o, &items, e);
    if (!rc) rc = purchase_receive(&c->change, &o, items.rows, items.count, e);
    if (rc) return rc;
    jw_object(&c->w);
    new_items_render(c, &items);
    jw_key(&c->w, "purchase_order");
    render_purchase(c, &o);
    jw_object_end(&c->w);
    return OK;
}

static enum err unreceive(struct call *c, struct error *e)
{
    struct purchase_order o;
    enum err rc = lock_purchase(c, &o, e);
    if (!rc) rc = purchase_unreceive(&c->change, &o, c->ids[1], e);
    c->status = 204;
    return rc;
}

const struct route routes_receiving[] = {
    { "POST", "/purchase_orders/{}/receive", AREA_INVENTORY, PERMISSION_WRITE, ROUTE_LARGE, "",
        receive },
    { "DELETE", "/purchase_orders/{}/items/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "",
        unreceive },
    { NULL },
};
