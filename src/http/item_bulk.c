/* item_bulk.c: the same change of many items at once. */
#include "store/item_bulk.h"

#include "core/hexid.h"
#include "http/items.h"
#include "store/reference.h"

#include <stdlib.h>

#define FILTER_FIELDS                                                                              \
    "status warehouse location sku variation_id order_id purchase_order_id committed custom q"

/* Which items */

static void read_picks(
    struct fields *f, const char *name, enum pick_by by, size_t most, struct pick_list *out)
{
    struct json list = field_array(f, name, 0, most);
    for (size_t i = 0; i < json_len(list); i++) {
        struct json v = json_at(list, i);
        struct str at = arena_fmt(f->c->arena, "%.*s/%s/%zu", STR_FMT(f->at), name, i);
        struct pick_input in = { .by = by, .text = S("") };
        if (by == PICK_ID && !json_int64(v, &in.id))
            element_error(f->c, at, "wrong_type", "must be a whole number");
        else if (by == PICK_ID && (in.id < 1 || in.id > HTTP_ID_MAX))
            element_error(f->c, at, in.id < 1 ? "too_small" : "too_large", "must be an id");
        else if (by != PICK_ID && !json_str(v, &in.text))
            element_error(f->c, at, "wrong_type", "must be a text");
        else if (by != PICK_ID && (!str_trim(in.text).len || text_length(in.text) > ESN_MAX))
            element_error(f->c, at, in.text.len > ESN_MAX ? "too_long" : "too_short",
                "must have 1 to %d characters", ESN_MAX);
        else
            out->inputs[out->count++] = in;
    }
}

void field_picks(struct fields *f, size_t most, struct pick_list *out)
{
    static const char *const names[PICK_BY_COUNT] = { "ids", "esns", "hex_ids" };
    size_t room = 0;
    for (int by = 0; by < PICK_BY_COUNT; by++)
        room += json_len(json_get(f->object, names[by]));
    *out = (struct pick_list){ arena_new(f->c->arena, struct pick_input, room + 1), 0 };
    for (int by = 0; by < PICK_BY_COUNT; by++)
        read_picks(f, names[by], (enum pick_by)by, most, out);
    if (out->count > most)
        element_error(
            f->c, f->at, "too_long", "names more than %zu items: send several requests", most);
}

struct str pick_text(struct call *c, const struct pick_input *input)
{
    return input->by == PICK_ID ? arena_fmt(c->arena, "%lld", (long long)input->id)
                                : str_sub(input->text, 0, ESN_MAX);
}

/* {"Tray": 7}; null: items without one. A name that nothing has is an error here: a person confirms
 * what the filter finds. */
static void read_custom_filter(
    struct fields *f, const struct item_form *form, struct item_filter *out)
{
    const struct item_value_set *sets;
    size_t count;
    if (!field_present(f, "custom")) return;
    if (json_kind(json_get(f->object, "custom")) == JSON_KIND_OBJECT &&
        json_len(json_get(f->object, "custom")) != 1) {
        field_error(f, "custom", "not_allowed", "must name one field");
        return;
    }
    field_custom(f, form, ITEM_CUSTOM_FILTER, &sets, &count);
    if (!count) return;
    out->field_id = sets[0].field_id;
    out->field_value = sets[0].value;
}

static enum err read_filter(
    struct fields *root, const struct item_form *form, struct item_filter *out, struct error *e)
{
    struct call *c = root->c;
    struct fields f = fields_of(c, json_get(root->object, "filter"), S("/filter"), FILTER_FIELDS);
    struct str title;
    enum err rc = OK;
    *out = (struct item_filter){ .q = S("") };
    if (f.object.node && json_len(f.object) == 0)
        element_error(c, f.at, "too_short", "must name at least one condition");
    if (field_str(&f, "status", 100, 0, &title))
        rc = find_status(&f, "status", REFERENCE_STATUS, title, &out->status_id, e);
    out->has_warehouse = field_present(&f, "warehouse");
    if (!rc && field_str(&f, "warehouse", 100, TEXT_NULL_OK, &title) && title.len)
        rc = find_status(&f, "warehouse", REFERENCE_WAREHOUSE, title, &out->warehouse_id, e);
    if (!rc && field_str(&f, "location", 100, 0, &title)) {
        struct reference found = { 0 };
        if (!out->warehouse_id)
            field_error(&f, "location", "required", "give the warehouse as well");
        else
            rc = reference_find(
                c->tx, REFERENCE_LOCATION, out->warehouse_id, title, c->arena, &found, e);
        if (rc == ERR_NOT_FOUND) {
            field_error(&f, "location", "unknown_value", "there is no such location in it");
            rc = OK;
        }
        out->location_id = found.id;
    }
    (void)field_str(&f, "sku", SKU_MAX, 0, &out->sku);
    (void)field_str(&f, "q", QUERY_MAX, 0, &out->q);
    (void)field_int(&f, "variation_id", 1, HTTP_ID_MAX, &out->variation_id);
    (void)field_int(&f, "order_id", 1, HTTP_ID_MAX, &out->order_id);
    (void)field_int(&f, "purchase_order_id", 1, HTTP_ID_MAX, &out->purchase_order_id);
    out->has_committed = field_bool(&f, "committed", &out->committed);
    read_custom_filter(&f, form, out);
    return rc;
}

/* The items that the filter finds, as inputs; as many as the caller has seen. */
static enum err pick_by_filter(struct call *c, const struct item_filter *filter, int64_t confirmed,
    struct pick_list *out, struct error *e)
{
    struct item *rows;
    size_t count;
    struct page page = { 0, BULK_ITEMS_MAX };
    enum err rc = item_list(c->tx, filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    if (count > BULK_ITEMS_MAX) {
        element_error(c, S("/filter"), "too_long",
            "finds more than %d items: narrow it, and send several requests", BULK_ITEMS_MAX);
        return fields_end(c, e);
    }
    if ((int64_t)count != confirmed)
        return error_at(e, ERR_CONFLICT, "conflict", "/count",
            "the filter finds %zu items, not %lld", count, (long long)confirmed);
    *out = (struct pick_list){ arena_new(c->arena, struct pick_input, count + 1), count };
    for (size_t i = 0; i < count; i++)
        out->inputs[i] =
            (struct pick_input){ .by = PICK_ID, .id = rows[i].id, .text = rows[i].esn };
    return OK;
}

/* What to change */

static enum err read_set(
    struct fields *root, const struct item_form *form, struct bulk_edit *out, struct error *e)
{
    struct call *c = root->c;
    struct fields f = fields_of(c, json_get(root->object, "set"), S("/set"),
        "status warehouse location grade damages paid custom");
    if (f.object.node && json_len(f.object) == 0)
        element_error(c, f.at, "too_short", "must name at least one field");
    enum err rc = OK;
    out->status = out->warehouse = out->location = S("");
    out->set_status = field_str(&f, "status", 100, 0, &out->status);
    if (out->set_status)
        rc = find_status(&f, "status", REFERENCE_STATUS, out->status, &out->status_id, e);
    out->set_warehouse = field_str(&f, "warehouse", 100, TEXT_NULL_OK, &out->warehouse);
    if (!rc && out->warehouse.len)
        rc = find_status(
            &f, "warehouse", REFERENCE_WAREHOUSE, out->warehouse, &out->warehouse_id, e);
    out->set_location = field_str(&f, "location", 100, TEXT_NULL_OK, &out->location);
    if (!rc) rc = field_regrade(&f, &out->regrade, e);
    out->set_paid = field_money(&f, "paid", &out->paid) || field_present(&f, "paid");
    field_custom(&f, form, ITEM_CUSTOM_CHANGE, &out->sets, &out->set_count);
    return rc;
}

/* The answer */

static void render_row(struct call *c, const struct pick_input *input,
    const struct pick_result *pick, const struct bulk_result *r)
{
    const char *code = r ? r->code : pick->code;
    jw_object(&c->w);
    jw_kstr(&c->w, "input", pick_text(c, input));
    put_opt_id(c, "item_id", pick->item_id);
    jw_kbool(&c->w, "changed", r && r->changed);
    put_opt_id(c, "variation_id", r ? r->variation_id : 0);
    put_opt(c, "code", str_of(code));
    put_opt(c, "detail", r ? r->detail : str_of(pick_detail(code, input)));
    jw_object_end(&c->w);
}

static const struct bulk_result *result_of(const struct bulk_outcome *o, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (o->results[mid].item_id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && o->results[low].item_id == id ? &o->results[low] : NULL;
}

struct picked {
    struct pick_list list;
    struct pick_result *results;
    int64_t *ids; /* of the items to change, ascending */
    size_t id_count;
};

static void render_outcome(struct call *c, const struct picked *p, const struct bulk_outcome *o)
{
    struct error ignored;
    jw_object(&c->w);
    jw_kint(&c->w, "changed", (int64_t)o->changed);
    jw_kint(&c->w, "unchanged", (int64_t)o->unchanged);
    jw_kint(&c->w, "refused", (int64_t)(p->list.count - o->changed - o->unchanged));
    render_variation_briefs(c, "made_variations", o->made, o->made_count, &ignored);
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < p->list.count; i++) {
        const struct pick_result *pick = &p->results[i];
        render_row(c, &p->list.inputs[i], pick,
            pick->code[0] ? NULL : result_of(o, p->id_count, pick->item_id));
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err find_items(struct call *c, struct picked *p, struct error *e)
{
    size_t count = p->list.count;
    p->results = arena_new(c->arena, struct pick_result, count + 1);
    p->ids = arena_new(c->arena, int64_t, count + 1);
    enum err rc = item_pick(c->tx, p->list.inputs, count, c->arena, p->results, e);
    for (size_t i = 0; i < count && !rc; i++)
        if (!p->results[i].code[0]) p->ids[p->id_count++] = p->results[i].item_id;
    if (!rc && p->id_count) qsort(p->ids, p->id_count, sizeof *p->ids, compare_ids);
    return rc;
}

/* All or nothing, and some cannot be found: the others are left as they are. */
static void try_none(struct picked *p)
{
    for (size_t i = 0; i < p->list.count; i++)
        if (!p->results[i].code[0]) p->results[i].code = "not_tried";
    p->id_count = 0;
}

static enum err bulk_edit(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "ids esns hex_ids filter count set reason atomic");
    struct item_form form;
    struct item_filter filter;
    struct bulk_edit edit = { .reason = S("") };
    struct picked p = { .id_count = 0 };
    int64_t confirmed = 0;
    bool by_filter = field_present(&f, "filter");
    enum err rc = item_form_load(c, &form, e);
    if (rc) return rc;
    field_picks(&f, BULK_ITEMS_MAX, &p.list);
    field_required(&f, "set");
    (void)field_str(&f, "reason", REASON_MAX, TEXT_NULL_OK, &edit.reason);
    (void)field_bool(&f, "atomic", &edit.atomic);
    bool counted = field_int(&f, "count", 0, BULK_ITEMS_MAX, &confirmed);
    if (by_filter) {
        field_required(&f, "count");
        rc = read_filter(&f, &form, &filter, e);
        if (p.list.count)
            element_error(c, S("/filter"), "not_allowed", "give a filter or a list, not both");
    } else if (counted) {
        field_error(&f, "count", "not_allowed", "belongs to a filter");
    } else if (!p.list.count) {
        element_error(c, S(""), "required", "name items, or give a filter");
    }
    if (!rc && field_present(&f, "set")) rc = read_set(&f, &form, &edit, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc && by_filter) rc = pick_by_filter(c, &filter, confirmed, &p.list, e);
    if (!rc) rc = find_items(c, &p, e);
    if (rc) return rc;
    if (edit.atomic && p.id_count < p.list.count) try_none(&p);
    struct bulk_outcome outcome;
    rc = item_bulk_edit(&c->change, &edit, p.ids, p.id_count, c->arena, &outcome, e);
    if (!rc) render_outcome(c, &p, &outcome);
    return rc;
}

const struct route routes_item_bulk[] = {
    { "POST", "/items/bulk_edit", AREA_INVENTORY, PERMISSION_WRITE, 0, "", bulk_edit },
    { NULL },
};
