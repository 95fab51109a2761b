/* reference.c: the short lists: grades, damage conditions, warehouses, locations, statuses. */
#include "store/reference.h"

#include "http/internal.h"

/* Which fields a list has beside its title. */
struct shape {
    const char *title; /* "title" or "name" */
    const char *known, *word, *path;
    bool color, position, initials, flags, in_warehouse;
};

static const struct shape shapes[REFERENCE_KIND_COUNT] = {
    [REFERENCE_GRADE] = { "title", "title color position", "grade", "/grades", .color = true,
        .position = true },
    [REFERENCE_DAMAGE] = { "title", "title color initials position", "damage condition",
        "/damage_conditions", .color = true, .position = true, .initials = true },
    [REFERENCE_WAREHOUSE] = { "name", "name color", "warehouse", "/warehouses", .color = true },
    [REFERENCE_LOCATION] = { "name", "name", "location", "", .in_warehouse = true },
    [REFERENCE_STATUS] = { "title", "title color", "inventory status", "/inventory_statuses",
        .color = true },
    [REFERENCE_ORDER_STATUS] = { "title",
        "title color position is_open allow_commitment sync_to_shipstation meaning", "order status",
        "/order_statuses", .color = true, .position = true, .flags = true },
};

static void render(struct call *c, enum reference_kind kind, const struct reference *r)
{
    const struct shape *s = &shapes[kind];
    jw_object(&c->w);
    jw_kint(&c->w, "id", r->id);
    jw_kstr(&c->w, s->title, r->title);
    if (s->color) put_opt(c, "color", r->color);
    if (s->position) jw_kint(&c->w, "position", r->position);
    if (s->initials) jw_kstr(&c->w, "initials", r->initials);
    if (s->flags) {
        jw_kbool(&c->w, "is_open", r->is_open);
        jw_kbool(&c->w, "allow_commitment", r->allow_commitment);
        jw_kbool(&c->w, "sync_to_shipstation", r->sync_to_shipstation);
        put_opt(c, "meaning", r->meaning);
        put_opt(c, "replaced_by", r->replaced_by);
    }
    if (s->in_warehouse) jw_kint(&c->w, "warehouse_id", r->warehouse_id);
    if (kind != REFERENCE_ORDER_STATUS) jw_kbool(&c->w, "archived", r->archived);
    put_time(c, "created_at", r->created_at ? r->created_at : 1);
    put_time(c, "updated_at", r->updated_at ? r->updated_at : 1);
    jw_object_end(&c->w);
}

/* Locations lie below their warehouse, which must exist. */
static enum err parent(struct call *c, enum reference_kind kind, int64_t *id, struct error *e)
{
    struct reference warehouse;
    *id = 0;
    if (kind != REFERENCE_LOCATION) return OK;
    *id = c->ids[0];
    return reference_load(c->tx, REFERENCE_WAREHOUSE, *id, c->arena, &warehouse, e);
}

static enum err list(struct call *c, enum reference_kind kind, struct error *e)
{
    struct reference_filter filter = { .kind = kind };
    bool has_order = reference_has_order(kind);
    struct page page = has_order ? query_page_place(c, &filter.after_position) : query_page(c);
    struct reference *rows = NULL;
    size_t count = 0;
    if (kind != REFERENCE_ORDER_STATUS) filter.archived = query_archived(c);
    enum err rc = query_end(c, e);
    if (!rc) rc = parent(c, kind, &filter.warehouse_id, e);
    if (!rc) rc = reference_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, kind, &rows[i]);
    const struct reference none = { 0 }, *last = shown ? &rows[shown - 1] : &none;
    if (has_order)
        list_end_place(c, count > shown, last->position, last->id);
    else
        list_end_id(c, count > shown, last->id);
    return OK;
}

static enum err load(
    struct call *c, enum reference_kind kind, struct reference *out, struct error *e)
{
    int64_t warehouse_id = 0;
    enum err rc = parent(c, kind, &warehouse_id, e);
    int64_t id = kind == REFERENCE_LOCATION ? c->ids[1] : c->ids[0];
    if (!rc) rc = reference_load(c->tx, kind, id, c->arena, out, e);
    if (!rc && warehouse_id && out->warehouse_id != warehouse_id)
        rc = not_found(e, shapes[kind].word, id);
    return rc;
}

static enum err show(struct call *c, enum reference_kind kind, struct error *e)
{
    struct reference r;
    enum err rc = load(c, kind, &r, e);
    if (rc) return rc;
    render(c, kind, &r);
    c->etag = r.version;
    return OK;
}

static void read_fields(struct fields *f, const struct shape *s, struct reference *out)
{
    (void)field_str(f, s->title, 100, 0, &out->title);
    if (s->color) (void)field_color(f, "color", &out->color);
    if (s->position) (void)field_int(f, "position", 0, 10000, &out->position);
    if (s->initials) (void)field_str(f, "initials", 10, 0, &out->initials);
    if (!s->flags) return;
    (void)field_bool(f, "is_open", &out->is_open);
    (void)field_bool(f, "allow_commitment", &out->allow_commitment);
    (void)field_bool(f, "sync_to_shipstation", &out->sync_to_shipstation);
    if (field_str(f, "meaning", 20, TEXT_NULL_OK, &out->meaning) && out->meaning.len &&
        !str_eq(out->meaning, S("shipped")) && !str_eq(out->meaning, S("canceled")))
        field_error(f, "meaning", "unknown_value", "must be shipped, canceled or null");
}

/* The first letters of the words of a title: "Cracked back" gives CB. */
static struct str initials_of(struct call *c, struct str title)
{
    enum { LETTERS_MAX = 10, LETTER_BYTES = 4 };
    char *out = arena_new(c->arena, char, LETTERS_MAX *LETTER_BYTES);
    size_t len = 0, letters = 0;
    for (size_t i = 0; i < title.len && letters < LETTERS_MAX; i++) {
        if (title.at[i] == ' ' || (i && title.at[i - 1] != ' ')) continue;
        char first = title.at[i];
        out[len++] = first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first;
        for (size_t k = i + 1; k < title.len && ((unsigned char)title.at[k] & 0xC0) == 0x80; k++)
            out[len++] = title.at[k];
        letters++;
    }
    return (struct str){ out, len };
}

static enum err create(struct call *c, enum reference_kind kind, struct error *e)
{
    const struct shape *s = &shapes[kind];
    struct fields f = fields_root(c, s->known);
    struct reference r = { .title = S(""), .color = S(""), .initials = S(""), .meaning = S("") };
    field_required(&f, s->title);
    read_fields(&f, s, &r);
    if (s->initials && !field_present(&f, "initials")) r.initials = initials_of(c, r.title);
    enum err rc = fields_end(c, e);
    if (!rc) rc = parent(c, kind, &r.warehouse_id, e);
    if (!rc && s->position && !field_present(&f, "position"))
        rc = reference_next_position(c->tx, kind, &r.position, e);
    if (!rc) rc = reference_create(&c->change, kind, &r, e);
    if (rc) return rc;
    render(c, kind, &r);
    c->status = 201;
    c->etag = r.version;
    c->location = kind == REFERENCE_LOCATION
                      ? arena_fmt(c->arena, "/api/v1/warehouses/%lld/locations/%lld",
                            (long long)r.warehouse_id, (long long)r.id)
                      : arena_fmt(c->arena, "/api/v1%s/%lld", s->path, (long long)r.id);
    return OK;
}

static enum err update(struct call *c, enum reference_kind kind, struct error *e)
{
    const struct shape *s = &shapes[kind];
    bool archives = kind != REFERENCE_ORDER_STATUS;
    struct reference before, after;
    enum err rc = load(c, kind, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f =
        fields_root(c, archives ? arena_fmt(c->arena, "%s archived", s->known).at : s->known);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    read_fields(&f, s, &after);
    if (archives) (void)field_bool(&f, "archived", &after.archived);
    rc = fields_end(c, e);
    if (!rc) rc = reference_update(&c->change, kind, &before, &after, e);
    if (rc) return rc;
    render(c, kind, &after);
    c->etag = after.version;
    return OK;
}

static enum err delete (struct call *c, enum reference_kind kind, struct error *e) {
    struct reference r; enum err rc = load(c, kind, &r, e);
    if (!rc) rc = check_etag(c, r.version, e);
    if (!rc) rc = reference_delete(&c->change, kind, &r, e);
    c->status = 204;
    return rc;
}

#define HANDLERS(name, kind)                                                                       \
    static enum err list_##name(struct call *c, struct error *e)                                   \
    {                                                                                              \
        return list(c, kind, e);                                                                   \
    }                                                                                              \
    static enum err show_##name(struct call *c, struct error *e)                                   \
    {                                                                                              \
        return show(c, kind, e);                                                                   \
    }                                                                                              \
    static enum err create_##name(struct call *c, struct error *e)                                 \
    {                                                                                              \
        return create(c, kind, e);                                                                 \
    }                                                                                              \
    static enum err update_##name(struct call *c, struct error *e)                                 \
    {                                                                                              \
        return update(c, kind, e);                                                                 \
    }                                                                                              \
    static enum err delete_##name(struct call *c, struct error *e)                                 \
    {                                                                                              \
        return delete (c, kind, e);                                                                \
    }

HANDLERS(grade, REFERENCE_GRADE)
HANDLERS(damage, REFERENCE_DAMAGE)
HANDLERS(warehouse, REFERENCE_WAREHOUSE)
HANDLERS(location, REFERENCE_LOCATION)
HANDLERS(status, REFERENCE_STATUS)
HANDLERS(order_status, REFERENCE_ORDER_STATUS)

#define ROUTES(list_path, one_path, query, name)                                                   \
    { "GET", list_path, AREA_SETTINGS, PERMISSION_READ, 0, query, list_##name },                   \
        { "POST", list_path, AREA_SETTINGS, PERMISSION_WRITE, 0, "", create_##name },              \
        { "GET", one_path, AREA_SETTINGS, PERMISSION_READ, 0, "", show_##name },                   \
        { "PATCH", one_path, AREA_SETTINGS, PERMISSION_WRITE, 0, "", update_##name },              \
    {                                                                                              \
        "DELETE", one_path, AREA_SETTINGS, PERMISSION_FULL, 0, "", delete_##name                   \
    }

const struct route routes_reference[] = {
    ROUTES("/grades", "/grades/{}", "archived limit cursor", grade),
    ROUTES("/damage_conditions", "/damage_conditions/{}", "archived limit cursor", damage),
    ROUTES("/warehouses", "/warehouses/{}", "archived limit cursor", warehouse),
    ROUTES("/warehouses/{}/locations", "/warehouses/{}/locations/{}", "archived limit cursor",
        location),
    ROUTES("/inventory_statuses", "/inventory_statuses/{}", "archived limit cursor", status),
    ROUTES("/order_statuses", "/order_statuses/{}", "limit cursor", order_status),
    { NULL },
};
