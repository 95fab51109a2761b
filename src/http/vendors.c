/* vendors.c: who is bought from. */
#include "store/vendor.h"

#include "http/internal.h"

#define FIELDS "name notes"

static void render(struct call *c, const struct vendor *v)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", v->id);
    jw_kstr(&c->w, "name", v->name);
    jw_kstr(&c->w, "notes", v->notes);
    jw_kbool(&c->w, "archived", v->archived);
    put_time(c, "created_at", v->created_at);
    put_time(c, "updated_at", v->updated_at);
    jw_object_end(&c->w);
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct vendor_filter f = {
        .name = query_str(c, "name"), .q = query_str(c, "q"), .archived = query_archived(c)
    };
    struct vendor *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = vendor_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err answer(struct call *c, const struct vendor *v)
{
    render(c, v);
    c->etag = v->version;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    struct vendor v;
    enum err rc = vendor_load(c->tx, c->ids[0], c->arena, &v, e);
    return rc ? rc : answer(c, &v);
}

static void read_fields(struct fields *f, struct vendor *out)
{
    (void)field_str(f, "name", TITLE_MAX, 0, &out->name);
    (void)field_str(f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &out->notes);
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, FIELDS);
    struct vendor v = { .name = S(""), .notes = S("") };
    field_required(&f, "name");
    read_fields(&f, &v);
    enum err rc = fields_end(c, e);
    if (!rc) rc = vendor_create(&c->change, &v, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/vendors/%lld", (long long)v.id);
    return answer(c, &v);
}

static enum err update(struct call *c, struct error *e)
{
    struct vendor before, after;
    enum err rc = vendor_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, FIELDS " archived");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    read_fields(&f, &after);
    (void)field_bool(&f, "archived", &after.archived);
    rc = fields_end(c, e);
    if (!rc) rc = vendor_update(&c->change, &before, &after, e);
    return rc ? rc : answer(c, &after);
}

static enum err remove_one(struct call *c, struct error *e)
{
    struct vendor v;
    enum err rc = vendor_load(c->tx, c->ids[0], c->arena, &v, e);
    if (!rc) rc = check_etag(c, v.version, e);
    if (!rc) rc = vendor_delete(&c->change, &v, e);
    c->status = 204;
    return rc;
}

const struct route routes_vendors[] = {
    { "GET", "/vendors", AREA_INVENTORY, PERMISSION_READ, 0, "name q archived limit cursor", list },
    { "POST", "/vendors", AREA_INVENTORY, PERMISSION_WRITE, 0, "", create },
    { "GET", "/vendors/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/vendors/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update },
    { "DELETE", "/vendors/{}", AREA_INVENTORY, PERMISSION_FULL, 0, "", remove_one },
    { NULL },
};
