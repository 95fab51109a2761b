/* organizations.c: whom orders are for. */
#include "store/organization.h"

#include "http/internal.h"

enum { NAME_MAX_CHARACTERS = 200 };

static void render(struct call *c, const struct organization *g)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", g->id);
    jw_kstr(&c->w, "name", g->name);
    jw_kstr(&c->w, "kind", S("customer"));
    jw_kbool(&c->w, "archived", g->archived);
    put_opt_id(c, "merged_into", g->merged_into);
    put_time(c, "created_at", g->created_at);
    put_time(c, "updated_at", g->updated_at);
    jw_object_end(&c->w);
    c->etag = g->version;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct organization_filter f = {
        .name = query_str(c, "name"), .q = query_str(c, "q"), .archived = query_archived(c)
    };
    struct organization *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = organization_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    c->etag = 0;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    struct organization g;
    enum err rc = organization_load(c->tx, c->ids[0], c->arena, &g, e);
    if (!rc) render(c, &g);
    return rc;
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "name");
    struct organization g = { .name = S("") };
    field_required(&f, "name");
    (void)field_str(&f, "name", NAME_MAX_CHARACTERS, 0, &g.name);
    enum err rc = fields_end(c, e);
    if (!rc) rc = organization_create(&c->change, &g, e);
    if (rc) return rc;
    render(c, &g);
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/organizations/%lld", (long long)g.id);
    return OK;
}

static enum err update(struct call *c, struct error *e)
{
    struct organization before, after;
    enum err rc = organization_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "name archived");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    (void)field_str(&f, "name", NAME_MAX_CHARACTERS, 0, &after.name);
    (void)field_bool(&f, "archived", &after.archived);
    rc = fields_end(c, e);
    if (!rc) rc = organization_update(&c->change, &before, &after, e);
    if (!rc) render(c, &after);
    return rc;
}

static enum err merge(struct call *c, struct error *e)
{
    struct organization from, into = { 0 };
    enum err rc = organization_load(c->tx, c->ids[0], c->arena, &from, e);
    if (!rc) rc = check_etag(c, from.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "into");
    int64_t id = 0;
    field_required(&f, "into");
    if (field_int(&f, "into", 1, HTTP_ID_MAX, &id)) {
        rc = organization_load(c->tx, id, c->arena, &into, e);
        if (rc == ERR_NOT_FOUND) {
            field_error(
                &f, "into", "unknown_value", "there is no organization %lld", (long long)id);
            rc = OK;
        }
    }
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = organization_merge(&c->change, &from, &into, e);
    if (!rc) rc = organization_load(c->tx, into.id, c->arena, &into, e);
    if (!rc) render(c, &into);
    return rc;
}

const struct route routes_organizations[] = {
    { "GET", "/organizations", AREA_ORDERS, PERMISSION_READ, 0, "name archived q limit cursor",
        list },
    { "POST", "/organizations", AREA_ORDERS, PERMISSION_WRITE, 0, "", create },
    { "GET", "/organizations/{}", AREA_ORDERS, PERMISSION_READ, 0, "", show },
    { "PATCH", "/organizations/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", update },
    { "POST", "/organizations/{}/merge", AREA_ORDERS, PERMISSION_FULL, 0, "", merge },
    { NULL },
};
