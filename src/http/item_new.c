/* item_new.c: bodies that describe items: one, or many of which each is judged alone. */
#include "core/esn.h"
#include "http/items.h"
#include "store/reference.h"

enum { ROW_ERRORS_MAX = 20 };

static void check_esn(struct fields *f, struct item *item, bool accept)
{
    enum esn_fault fault = esn_check(item->esn, &item->esn);
    if (fault == ESN_GOOD || (fault == ESN_LUHN && accept)) return;
    field_error(
        f, "esn", fault == ESN_LUHN ? "imei_check" : "bad_format", "%s", esn_fault_text(fault));
}

/* The id of a title, by what was found last where that is the same. */
static enum err find_known(struct fields *f, const char *name, enum reference_kind kind,
    struct known_title *known, struct str title, struct error *e)
{
    if (known->id && str_eq(known->title, title)) return OK;
    *known = (struct known_title){ .title = title };
    return find_status(f, name, (int)kind, title, &known->id, e);
}

static enum err find_location(
    struct fields *f, struct item_form *form, struct item *item, struct error *e)
{
    struct known_title *known = &form->location;
    struct reference found;
    enum err rc = OK;
    if (!known->id || known->warehouse_id != item->warehouse_id ||
        !str_eq(known->title, item->location)) {
        rc = reference_find(f->c->tx, REFERENCE_LOCATION, item->warehouse_id, item->location,
            f->c->arena, &found, e);
        if (rc == ERR_NOT_FOUND)
            field_error(f, "location", "unknown_value", "there is no location \"%.*s\" in it",
                STR_FMT(item->location));
        *known = (struct known_title){ item->location, rc ? 0 : found.id, item->warehouse_id };
    }
    item->location_id = known->id;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum err read_place(
    struct fields *f, struct item_form *form, struct item *item, struct error *e)
{
    struct str name;
    enum err rc = OK;
    if (field_str(f, "warehouse", 100, TEXT_NULL_OK, &name)) {
        int64_t id = 0;
        if (name.len)
            rc = find_known(f, "warehouse", REFERENCE_WAREHOUSE, &form->warehouse, name, e);
        if (name.len) id = form->warehouse.id;
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
    return find_location(f, form, item, e);
}

enum err field_item(struct fields *f, struct item_form *form, struct item *item, struct error *e)
{
    struct call *c = f->c;
    bool accept = form->accept_invalid_imei;
    struct str status;
    (void)field_bool(f, "accept_warnings", &accept);
    if (field_str(f, "esn", ESN_MAX, 0, &item->esn)) check_esn(f, item, accept);
    enum err rc = OK;
    if (field_int(f, "variation_id", 1, HTTP_ID_MAX, &item->variation_id) && item->id) {
        struct variation *found;
        size_t count;
        rc = variation_load_many(c->tx, &item->variation_id, 1, c->arena, &found, &count, e);
        if (!rc && !count)
            field_error(f, "variation_id", "unknown_value", "there is no variation %lld",
                (long long)item->variation_id);
    }
    if (!rc && field_str(f, "status", 100, 0, &status)) {
        item->status = status;
        rc = find_known(f, "status", REFERENCE_STATUS, &form->status, status, e);
        if (form->status.id) item->status_id = form->status.id;
    }
    if (!rc) rc = read_place(f, form, item, e);
    (void)field_money(f, "paid", &item->paid);
    field_custom(
        f, form, item->id ? ITEM_CUSTOM_CHANGE : ITEM_CUSTOM_NEW, &item->sets, &item->set_count);
    return rc;
}

enum err new_item_begin(struct call *c, struct item_form *form, struct item *out, struct error *e)
{
    struct settings settings;
    struct reference status;
    *out = (struct item){ .esn = S(""), .status = S(""), .warehouse = S(""), .location = S("") };
    enum err rc = settings_load(c->tx, &settings, e);
    if (!rc)
        rc = reference_load(
            c->tx, REFERENCE_STATUS, settings.received_status_id, c->arena, &status, e);
    if (!rc) rc = item_form_load(c, form, e);
    if (rc) return rc;
    out->status_id = status.id;
    out->status = status.title;
    return OK;
}

static void keep_errors(struct call *c, struct new_note *note)
{
    size_t n = c->error_count < ROW_ERRORS_MAX ? c->error_count : ROW_ERRORS_MAX;
    if (n) note->errors = arena_new(c->arena, struct body_error, n);
    for (size_t i = 0; i < n; i++)
        note->errors[i] = c->errors[i];
    note->error_count = n;
    c->error_count = 0;
}

enum err new_items_read(struct fields *root, const char *known, const struct item *begin,
    struct item_form *form, struct new_items *out, struct error *e)
{
    struct call *c = root->c;
    struct json rows = json_get(root->object, "items");
    enum err rc = OK;
    out->count = json_len(rows);
    out->rows = arena_new(c->arena, struct item_new, out->count + 1);
    out->notes = arena_new(c->arena, struct new_note, out->count + 1);
    for (size_t i = 0; i < out->count && !rc; i++) {
        struct new_note *note = &out->notes[i];
        struct item_new *row = &out->rows[i];
        *note = (struct new_note){ .input = S(""), .at = arena_fmt(c->arena, "/items/%zu", i) };
        *row = (struct item_new){ .item = *begin, .code = "", .pointer = "" };
        struct fields f = fields_of(c, json_at(rows, i), note->at, known);
        (void)json_str(json_get(f.object, "esn"), &note->input);
        field_required(&f, "esn");
        (void)field_int(&f, "line_id", 1, HTTP_ID_MAX, &row->item.purchase_order_line_id);
        if (!row->item.purchase_order_line_id) field_required(&f, "variation_id");
        rc = field_item(&f, form, &row->item, e);
        keep_errors(c, note);
        if (note->error_count) row->code = "invalid";
    }
    return rc;
}

void new_items_esn(struct call *c, struct json esn, bool accept_invalid_imei, struct item_new *row,
    struct new_note *note)
{
    note->input = S("");
    if (!json_str(esn, &note->input)) {
        element_error(c, note->at, "wrong_type", "must be a text");
    } else {
        enum esn_fault fault = esn_check(note->input, &row->item.esn);
        if (fault != ESN_GOOD && !(fault == ESN_LUHN && accept_invalid_imei))
            element_error(c, note->at, fault == ESN_LUHN ? "imei_check" : "bad_format", "%s",
                esn_fault_text(fault));
    }
    keep_errors(c, note);
    if (note->error_count) row->code = "invalid";
}

static void render_row(
    struct call *c, size_t index, const struct item_new *row, const struct new_note *note)
{
    struct body_error own = { .code = str_of(row->code) };
    const struct body_error *errors = note->errors;
    size_t count = note->error_count;
    if (*row->code && !count) {
        bool of_esn = str_eq(str_of(row->pointer), S("/esn"));
        own.pointer = !note->is_esn ? arena_fmt(c->arena, "%.*s%s", STR_FMT(note->at), row->pointer)
                      : of_esn      ? note->at
                                    : str_of(row->pointer);
        own.detail = item_new_detail(row, c->arena);
        errors = &own;
        count = 1;
    }
    jw_object(&c->w);
    jw_kint(&c->w, "index", (int64_t)index);
    jw_kstr(&c->w, "input", str_sub(note->input, 0, ESN_MAX));
    jw_kbool(&c->w, "created", !*row->code);
    put_opt_id(c, "item_id", *row->code ? 0 : row->item.id);
    put_opt(c, "hex_id", *row->code ? S("") : row->item.hex_id);
    put_opt(c, "code", count ? errors[0].code : S(""));
    put_opt(c, "detail", count ? errors[0].detail : S(""));
    jw_key(&c->w, "errors");
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "pointer", errors[i].pointer);
        jw_kstr(&c->w, "code", errors[i].code);
        jw_kstr(&c->w, "detail", errors[i].detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

void new_items_render(struct call *c, const struct new_items *items)
{
    int64_t created = 0;
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < items->count; i++) {
        created += !*items->rows[i].code;
        struct arena_mark mark = arena_mark(c->arena);
        render_row(c, i, &items->rows[i], &items->notes[i]);
        arena_rewind(c->arena, mark);
    }
    jw_array_end(&c->w);
    jw_kint(&c->w, "created", created);
    jw_kint(&c->w, "rejected", (int64_t)items->count - created);
}
