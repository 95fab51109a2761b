/* item_fields.c: custom fields of items: their definitions, and their values in bodies. */
#include "http/items.h"

#define CREATE_FIELDS "name type choices required position"
#define PATCH_FIELDS "name choices required position archived"
enum { FIELD_NAME_MAX = 60, CHOICE_MAX = 100 };

enum err item_form_load(struct call *c, struct item_form *out, struct error *e)
{
    *out = (struct item_form){ NULL };
    return item_field_list(c->tx, c->arena, &out->fields, &out->count, e);
}

const struct item_field *item_form_find(const struct item_form *form, struct str name)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(form->fields[i].name, name)) return &form->fields[i];
    return NULL;
}

/* Values */

static bool is_choice(const struct item_field *field, struct str s)
{
    for (size_t i = 0; i < field->choice_count; i++)
        if (str_eq(field->choices[i], s)) return true;
    return false;
}

/* One value of a body; false, with the error told, when it does not fit. */
static bool read_value(struct fields *f, const struct item_field *field, struct str *out)
{
    const char *name = arena_fmt(f->c->arena, "%.*s", STR_FMT(field->name)).at;
    int64_t n;
    bool on;
    if (json_kind(json_get(f->object, name)) == JSON_KIND_NULL) {
        *out = S("");
        return true;
    }
    switch (field->type) {
    case ITEM_FIELD_TEXT:
        return field_str(f, name, ITEM_VALUE_MAX, 0, out);
    case ITEM_FIELD_INTEGER:
        if (!field_int(f, name, -ITEM_INTEGER_MAX, ITEM_INTEGER_MAX, &n)) return false;
        *out = arena_fmt(f->c->arena, "%lld", (long long)n);
        return true;
    case ITEM_FIELD_BOOLEAN:
        if (!field_bool(f, name, &on)) return false;
        *out = on ? S("true") : S("false");
        return true;
    case ITEM_FIELD_DATE:
    case ITEM_FIELD_CHOICE:
        break;
    }
    if (!field_str(f, name, CHOICE_MAX, 0, out)) return false;
    if (field->type == ITEM_FIELD_DATE && !item_value_is_date(*out)) {
        field_error(f, name, "bad_format", "%.*s", STR_FMT(item_field_wants(field, f->c->arena)));
        return false;
    }
    if (field->type == ITEM_FIELD_CHOICE && !is_choice(field, *out)) {
        field_error(f, name, "unknown_value", "there is no choice \"%.*s\"", STR_FMT(*out));
        return false;
    }
    return true;
}

static void read_member(struct fields *f, const struct item_form *form, enum item_custom what,
    struct str name, struct item_value_set *sets, size_t *count)
{
    struct str at = pointer_to(f->c, f->at, name), value;
    const struct item_field *field = item_form_find(form, name);
    if (!field) {
        element_error(f->c, at, "unknown_field", "there is no custom field of this name");
        return;
    }
    if (field->archived && what != ITEM_CUSTOM_FILTER) {
        element_error(f->c, at, "not_allowed", "this field is archived");
        return;
    }
    /* What is wrong with it is told: it is not lacking besides. */
    if (!read_value(f, field, &value)) value = S("?");
    sets[(*count)++] = (struct item_value_set){ field->id, field->name, value };
}

void field_custom(struct fields *f, const struct item_form *form, enum item_custom what,
    const struct item_value_set **sets, size_t *count)
{
    struct json object = field_object(f, "custom");
    struct fields own = { f->c, object, pointer_to(f->c, f->at, S("custom")), "" };
    struct item_value_set *out = arena_new(f->c->arena, struct item_value_set, form->count + 1);
    *sets = out;
    *count = 0;
    if (object.node) {
        struct json_member m = { 0 };
        while (json_next(object, &m))
            read_member(&own, form, what, m.key, out, count);
    }
    if (what == ITEM_CUSTOM_FILTER) return;
    size_t at = 0;
    for (const struct item_field *lacking; (lacking = item_field_lacking(form->fields, form->count,
                                                out, *count, what == ITEM_CUSTOM_NEW, &at));)
        element_error(f->c, pointer_to(f->c, own.at, lacking->name), "required", "is required");
}

void render_custom(
    struct call *c, int64_t item_id, const struct item_value *values, size_t value_count)
{
    jw_key(&c->w, "custom");
    jw_object(&c->w);
    for (size_t i = 0; i < value_count; i++) {
        if (values[i].item_id != item_id) continue;
        int64_t n = 0;
        jw_key_str(&c->w, values[i].name);
        if (values[i].type == ITEM_FIELD_INTEGER && str_to_int64(values[i].value, &n))
            jw_int(&c->w, n);
        else if (values[i].type == ITEM_FIELD_BOOLEAN)
            jw_bool(&c->w, str_eq(values[i].value, S("true")));
        else
            jw_str(&c->w, values[i].value);
    }
    jw_object_end(&c->w);
}

/* Definitions */

static void render(struct call *c, const struct item_field *field)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", field->id);
    jw_kstr(&c->w, "name", field->name);
    jw_kstr(&c->w, "type", str_of(item_field_type_name(field->type)));
    jw_key(&c->w, "choices");
    jw_array(&c->w);
    for (size_t i = 0; i < field->choice_count; i++)
        jw_str(&c->w, field->choices[i]);
    jw_array_end(&c->w);
    jw_kbool(&c->w, "required", field->required);
    jw_kint(&c->w, "position", field->position);
    jw_kbool(&c->w, "archived", field->archived);
    put_time(c, "created_at", field->created_at);
    put_time(c, "updated_at", field->updated_at);
    jw_object_end(&c->w);
}

static enum err list(struct call *c, struct error *e)
{
    struct item_form form;
    enum err rc = item_form_load(c, &form, e);
    if (rc) return rc;
    list_begin(c);
    for (size_t i = 0; i < form.count; i++)
        render(c, &form.fields[i]);
    list_end_id(c, false, 0);
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    struct item_field field;
    enum err rc = item_field_load(c->tx, c->ids[0], c->arena, &field, e);
    if (rc) return rc;
    render(c, &field);
    c->etag = field.version;
    return OK;
}

static void read_choices(struct fields *f, struct item_field *out)
{
    struct json list = field_array(f, "choices", 0, ITEM_CHOICES_MAX);
    if (!list.node) return;
    out->choices = arena_new(f->c->arena, struct str, json_len(list) + 1);
    out->choice_count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str at = arena_fmt(f->c->arena, "/choices/%zu", i), s;
        if (!json_str(json_at(list, i), &s)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        s = str_trim(s);
        if (!s.len || text_length(s) > CHOICE_MAX)
            element_error(f->c, at, s.len ? "too_long" : "too_short",
                "must have 1 to %d characters", CHOICE_MAX);
        else if (text_has_control(s, false))
            element_error(f->c, at, "bad_format", "must not have control characters");
        else if (is_choice(out, s))
            element_error(f->c, at, "duplicate", "is there twice");
        else
            out->choices[out->choice_count++] = s;
    }
}

static void read_fields(struct fields *f, struct item_field *out)
{
    if (field_str(f, "name", FIELD_NAME_MAX, 0, &out->name) && str_contains(out->name, S(":")))
        field_error(f, "name", "bad_format", "must not have a colon: filters write name:value");
    (void)field_bool(f, "required", &out->required);
    (void)field_bool(f, "archived", &out->archived);
    (void)field_int(f, "position", 0, 10000, &out->position);
    read_choices(f, out);
    if (f->c->error_count) return;
    if (out->type == ITEM_FIELD_CHOICE && !out->choice_count)
        field_error(f, "choices", "too_short", "a choice needs at least one");
    if (out->type != ITEM_FIELD_CHOICE && out->choice_count)
        field_error(f, "choices", "not_allowed", "only a choice has them");
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, CREATE_FIELDS);
    struct item_field field = { .name = S("") };
    struct str type = S("");
    field_required(&f, "name");
    field_required(&f, "type");
    if (field_str(&f, "type", 20, 0, &type) && !item_field_type_parse(type, &field.type))
        field_error(&f, "type", "unknown_value", "must be text, integer, date, choice or boolean");
    read_fields(&f, &field);
    enum err rc = fields_end(c, e);
    if (!rc) rc = item_field_create(&c->change, &field, e);
    if (rc) return rc;
    render(c, &field);
    c->status = 201;
    c->etag = field.version;
    c->location = arena_fmt(c->arena, "/api/v1/item_fields/%lld", (long long)field.id);
    return OK;
}

static enum err update(struct call *c, struct error *e)
{
    struct item_field before, after;
    enum err rc = item_field_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, PATCH_FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    read_fields(&f, &after);
    rc = fields_end(c, e);
    if (!rc) rc = item_field_update(&c->change, &before, &after, e);
    if (rc) return rc;
    render(c, &after);
    c->etag = after.version;
    return OK;
}

static enum err delete (struct call *c, struct error *e) {
    struct item_field field; enum err rc = item_field_load(c->tx, c->ids[0], c->arena, &field, e);
    if (!rc) rc = check_etag(c, field.version, e);
    if (!rc) rc = item_field_delete(&c->change, &field, e);
    c->status = 204;
    return rc;
}

const struct route routes_item_fields[] = {
    { "GET", "/item_fields", AREA_INVENTORY, PERMISSION_READ, 0, "", list },
    { "POST", "/item_fields", AREA_SETTINGS, PERMISSION_WRITE, 0, "", create },
    { "GET", "/item_fields/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/item_fields/{}", AREA_SETTINGS, PERMISSION_WRITE, 0, "", update },
    { "DELETE", "/item_fields/{}", AREA_SETTINGS, PERMISSION_FULL, 0, "", delete },
    { NULL },
};
