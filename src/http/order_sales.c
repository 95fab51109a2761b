/* order_sales.c: sale prices and profit, and one status for many orders. */
#include "http/order_sales.h"

#include "store/order_totals.h"
#include "store/reference.h"
#include "store/variation.h"

#include <stdlib.h>

enum { BULK_MAX = 500 };

void render_order_item(struct call *c, const struct order_item *item, const struct variation *v)
{
    int64_t profit;
    jw_object(&c->w);
    jw_kint(&c->w, "item_id", item->item_id);
    jw_kstr(&c->w, "esn", item->esn);
    jw_kstr(&c->w, "hex_id", item->hex_id);
    jw_kint(&c->w, "variation_id", item->variation_id);
    jw_kstr(&c->w, "variation_title", v ? variation_title(v, c->arena) : S(""));
    put_opt(c, "sku", v ? v->sku : S(""));
    put_opt_id(c, "line_id", item->line_id);
    put_time(c, "committed_at", item->committed_at);
    put_money(c, "sale_price", item->sale);
    jw_kbool(&c->w, "sale_price_set", item->sale_by_hand);
    put_money(c, "paid", item->paid);
    if (order_item_profit(item, &profit))
        jw_kint(&c->w, "profit", profit);
    else
        jw_knull(&c->w, "profit");
    jw_object_end(&c->w);
}

void render_order_totals(struct call *c, const struct order *o)
{
    struct order_total *rows;
    size_t count;
    order_totals(o, c->arena, &rows, &count);
    jw_key(&c->w, "totals");
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "currency", rows[i].currency);
        jw_kint(&c->w, "ordered", rows[i].ordered);
        jw_kint(&c->w, "sold", rows[i].sold);
        jw_kint(&c->w, "paid", rows[i].paid);
        if (rows[i].has_profit)
            jw_kint(&c->w, "profit", rows[i].profit);
        else
            jw_knull(&c->w, "profit");
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
}

static enum err price(struct call *c, struct error *e)
{
    struct order o;
    struct money sale = { 0 };
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "sale_price");
    field_required(&f, "sale_price");
    (void)field_money(&f, "sale_price", &sale);
    rc = fields_end(c, e);
    if (!rc) rc = order_item_price(&c->change, &o, c->ids[1], sale, e);
    return rc ? rc : render_order(c, o.id, e);
}

struct bulk {
    int64_t *ids;
    size_t count;
    int64_t status_id;
};

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool is_among(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

void field_order_ids(struct fields *f, size_t most, int64_t **ids, size_t *count)
{
    struct json list = field_array(f, "ids", 1, most);
    field_required(f, "ids");
    *ids = arena_new(f->c->arena, int64_t, json_len(list) + 1);
    *count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str at = arena_fmt(f->c->arena, "/ids/%zu", i);
        int64_t id;
        if (!json_int64(json_at(list, i), &id))
            element_error(f->c, at, "wrong_type", "must be a whole number");
        else if (id < 1 || id > HTTP_ID_MAX)
            element_error(f->c, at, id < 1 ? "too_small" : "too_large", "must be an id");
        else if (is_among(*ids, *count, id))
            element_error(f->c, at, "duplicate", "names the order again");
        else
            (*ids)[(*count)++] = id;
    }
}

static void render_results(struct call *c, const struct status_result *results, size_t count)
{
    size_t changed = 0;
    for (size_t i = 0; i < count; i++)
        changed += !results[i].code[0];
    jw_object(&c->w);
    jw_kint(&c->w, "changed", (int64_t)changed);
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++) {
        bool good = !results[i].code[0];
        jw_object(&c->w);
        jw_kint(&c->w, "order_id", results[i].order_id);
        jw_kbool(&c->w, "changed", good);
        put_opt(c, "code", str_of(results[i].code));
        put_opt(c, "detail", results[i].detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err bulk_status(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "ids status");
    struct bulk b = { 0 };
    struct str title;
    field_required(&f, "status");
    field_order_ids(&f, BULK_MAX, &b.ids, &b.count);
    qsort(b.ids, b.count, sizeof *b.ids, by_id);
    enum err rc = OK;
    if (field_str(&f, "status", 100, 0, &title))
        rc = find_status(&f, "status", REFERENCE_ORDER_STATUS, title, &b.status_id, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    struct status_result *results = arena_new(c->arena, struct status_result, b.count + 1);
    rc = order_set_statuses(&c->change, b.ids, b.count, b.status_id, results, e);
    if (!rc) render_results(c, results, b.count);
    return rc;
}

const struct route routes_order_sales[] = {
    { "POST", "/orders/bulk_status", AREA_ORDERS, PERMISSION_WRITE, 0, "", bulk_status },
    { "PATCH", "/orders/{}/commitments/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", price },
    { NULL },
};
