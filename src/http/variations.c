/* variations.c: the catalog, and stock per SKU and variation. */
#include "store/variation.h"

#include "http/filters.h"
#include "http/items.h"
#include "store/reference.h"
#include "store/stock.h"

#define FIELDS "manufacturer model variant network capacity color grade damages sku price"

static void put_ids(struct call *c, const char *key, const int64_t *ids, size_t count)
{
    jw_key(&c->w, key);
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++)
        jw_int(&c->w, ids[i]);
    jw_array_end(&c->w);
}

static void render(struct call *c, const struct variation *v)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", v->id);
    jw_kstr(&c->w, "title", variation_title(v, c->arena));
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        jw_kstr(&c->w, variation_text_names[i], v->text[i]);
    jw_kstr(&c->w, "grade", v->grade);
    jw_key(&c->w, "damages");
    jw_array(&c->w);
    for (size_t i = 0; i < v->damage_count; i++)
        jw_str(&c->w, v->damages[i]);
    jw_array_end(&c->w);
    put_opt(c, "sku", v->sku);
    put_money(c, "price", v->price);
    jw_kbool(&c->w, "archived", v->archived);
    put_time(c, "created_at", v->created_at);
    put_time(c, "updated_at", v->updated_at);
    jw_object_end(&c->w);
}

enum err query_variations(struct call *c, struct variation_filter *out, bool *some, struct error *e)
{
    *out = (struct variation_filter){
        .sku = query_str(c, "sku"), .q = query_str(c, "q"), .archived = query_archived(c)
    };
    *some = true;
    struct str grade = query_str(c, "grade");
    enum err rc = query_end(c, e);
    if (rc || !grade.len) return rc;
    struct reference found;
    rc = reference_find(c->tx, REFERENCE_GRADE, 0, grade, c->arena, &found, e);
    *some = !rc;
    out->grade_id = rc ? 0 : found.id;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum err list(struct call *c, struct error *e)
{
    int64_t after_tier = 0;
    bool by_words = query_has(c, "q"), some;
    struct page page = by_words ? query_page_place(c, &after_tier) : query_page(c);
    struct variation_filter filter;
    enum err rc = query_variations(c, &filter, &some, e);
    filter.after_tier = (int)after_tier;
    struct variation *rows = NULL;
    size_t count = 0;
    if (!rc && some) rc = variation_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = !rows ? 0 : count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, &rows[i]);
    if (by_words && shown)
        list_end_place(c, count > shown, rows[shown - 1].tier, rows[shown - 1].id);
    else
        list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err list_repeated_skus(struct call *c, struct error *e)
{
    int limit = (int)query_int(c, "limit", HTTP_PAGE_DEFAULT, 1, HTTP_PAGE_MAX);
    struct str after = query_cursor_text(c);
    struct repeated_sku *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc)
        rc = variation_repeated_skus(c->tx, after, (size_t)limit + 1, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)limit ? (size_t)limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "sku", rows[i].sku);
        jw_kint(&c->w, "variations", rows[i].number);
        put_ids(c, "variation_ids", rows[i].variation_ids, rows[i].id_count);
        jw_object_end(&c->w);
    }
    list_end_text(c, count > shown, shown ? rows[shown - 1].sku : S(""));
    return OK;
}

static enum err show_one(struct call *c, int64_t id, struct error *e)
{
    struct variation v;
    enum err rc = variation_load(c->tx, id, c->arena, &v, e);
    if (rc) return rc;
    render(c, &v);
    c->etag = v.version;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    return show_one(c, c->ids[0], e);
}

enum err field_damages(struct fields *f, struct variation *v, struct error *e)
{
    struct json list = field_array(f, "damages", 0, VARIATION_DAMAGES_MAX);
    if (!list.node) return OK;
    v->damage_count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str title, at = arena_fmt(f->c->arena, "%.*s/damages/%zu", STR_FMT(f->at), i);
        struct reference found;
        if (!json_str(json_at(list, i), &title)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        enum err rc =
            reference_find(f->c->tx, REFERENCE_DAMAGE, 0, str_trim(title), f->c->arena, &found, e);
        if (rc == ERR_NOT_FOUND) {
            element_error(
                f->c, at, "unknown_value", "there is no damage condition \"%.*s\"", STR_FMT(title));
            continue;
        }
        if (rc) return rc;
        size_t k = v->damage_count;
        bool twice = false;
        for (size_t n = 0; n < k; n++)
            twice = twice || v->damage_ids[n] == found.id;
        if (twice) {
            element_error(f->c, at, "duplicate", "is named twice");
            continue;
        }
        /* ascending ids: one spelling of a set */
        for (; k > 0 && v->damage_ids[k - 1] > found.id; k--) {
            v->damage_ids[k] = v->damage_ids[k - 1];
            v->damages[k] = v->damages[k - 1];
        }
        v->damage_ids[k] = found.id;
        v->damages[k] = found.title;
        v->damage_count++;
    }
    return OK;
}

static enum err read_fields(struct fields *f, struct variation *v, struct error *e)
{
    struct str grade;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        (void)field_str(f, variation_text_names[i], 100, 0, &v->text[i]);
    enum err rc = OK;
    if (field_str(f, "grade", 100, 0, &grade)) {
        v->grade = grade;
        rc = find_status(f, "grade", REFERENCE_GRADE, grade, &v->grade_id, e);
    }
    if (!rc) rc = field_damages(f, v, e);
    (void)field_str(f, "sku", SKU_MAX, TEXT_NULL_OK, &v->sku);
    (void)field_money(f, "price", &v->price);
    return rc ? rc : fields_end(f->c, e);
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, FIELDS);
    struct variation v = { .grade = S("Unknown"), .sku = S("") };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("Unknown");
    field_required(&f, "manufacturer");
    field_required(&f, "model");
    struct reference unknown;
    enum err rc = reference_find(c->tx, REFERENCE_GRADE, 0, S("Unknown"), c->arena, &unknown, e);
    if (!rc)
        v.grade_id = unknown.id;
    else if (rc == ERR_NOT_FOUND)
        field_required(&f, "grade"); /* the account renamed it: say which one is meant */
    else
        return rc;
    rc = read_fields(&f, &v, e);
    if (!rc) rc = variation_create(&c->change, &v, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/variations/%lld", (long long)v.id);
    return show_one(c, v.id, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct variation before, after;
    enum err rc = variation_load(c->tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, FIELDS " archived");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    (void)field_bool(&f, "archived", &after.archived);
    rc = read_fields(&f, &after, e);
    if (!rc) rc = variation_update(&c->change, &before, &after, e);
    return rc ? rc : show_one(c, before.id, e);
}

static enum err delete (struct call *c, struct error *e) {
    struct variation v; enum err rc = variation_load(c->tx, c->ids[0], c->arena, &v, e);
    if (!rc) rc = check_etag(c, v.version, e);
    if (!rc) rc = variation_delete(&c->change, &v, e);
    c->status = 204;
    return rc;
}

static enum err merge(struct call *c, struct error *e)
{
    struct variation from, into;
    int64_t into_id = 0;
    enum err rc = variation_load(c->tx, c->ids[0], c->arena, &from, e);
    if (!rc) rc = check_etag(c, from.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "into");
    field_required(&f, "into");
    if (field_int(&f, "into", 1, HTTP_ID_MAX, &into_id)) {
        rc = variation_load(c->tx, into_id, c->arena, &into, e);
        if (rc == ERR_NOT_FOUND)
            field_error(
                &f, "into", "unknown_value", "there is no variation %lld", (long long)into_id);
        else if (rc)
            return rc;
    }
    rc = fields_end(c, e);
    if (!rc) rc = variation_merge(&c->change, &from, &into, e);
    return rc ? rc : show_one(c, into_id, e);
}

enum err query_titles(
    struct call *c, const char *name, int kind, int64_t *ids, size_t *count, struct error *e)
{
    *count = 0;
    for (size_t i = 0; i < c->req->query_count; i++) {
        const struct http_field *f = &c->req->query[i];
        struct reference found;
        if (!str_eq(f->name, str_of(name)) || *count == QUERY_REPEATS_MAX) continue;
        enum err rc =
            reference_find(c->tx, (enum reference_kind)kind, 0, f->value, c->arena, &found, e);
        if (rc == ERR_NOT_FOUND)
            return error_at(e, ERR_INVALID, "unknown_value", arena_fmt(c->arena, "?%s", name).at,
                "there is no \"%.*s\"", STR_FMT(f->value));
        if (rc) return rc;
        ids[(*count)++] = found.id;
    }
    return OK;
}

static void render_level(
    struct call *c, const struct stock_level *l, const int64_t *ids, size_t count)
{
    jw_object(&c->w);
    put_opt(c, "sku", l->sku);
    put_opt_id(c, "variation_id", count == 1 ? ids[0] : 0);
    put_ids(c, "variation_ids", ids, count);
    jw_kint(&c->w, "on_hand", l->on_hand);
    jw_kint(&c->w, "outstanding", l->outstanding);
    jw_kint(&c->w, "calculated", l->on_hand - l->outstanding);
    jw_object_end(&c->w);
}

static enum err level_of_sku(
    struct call *c, struct str sku, const struct stock_filter *filter, struct error *e)
{
    struct stock_level level;
    enum err rc = stock_level_of_sku(c->tx, sku, filter, &level, e);
    if (rc && rc != ERR_NOT_FOUND) return rc;
    list_begin(c);
    if (!rc) {
        int64_t ids[1000];
        size_t count = 0;
        rc = variation_ids_of_sku(c->tx, sku, ids, 1000, &count, e);
        if (rc) return rc;
        render_level(c, &level, ids, count);
    }
    list_end_id(c, false, 0);
    return OK;
}

static enum err levels(struct call *c, struct error *e)
{
    int64_t statuses[QUERY_REPEATS_MAX], warehouses[QUERY_REPEATS_MAX],
        variations[QUERY_REPEATS_MAX];
    struct stock_filter filter = { statuses, 0, warehouses, 0 };
    struct page page = query_page(c);
    struct str sku = query_str(c, "sku");
    size_t variation_count = 0, count = 0;
    struct stock_level *rows = NULL;
    enum err rc = query_end(c, e);
    if (!rc) rc = query_titles(c, "statuses", REFERENCE_STATUS, statuses, &filter.status_count, e);
    if (!rc)
        rc = query_titles(
            c, "warehouses", REFERENCE_WAREHOUSE, warehouses, &filter.warehouse_count, e);
    for (size_t i = 0; i < c->req->query_count && !rc; i++) {
        if (!str_eq(c->req->query[i].name, S("variation_id")) ||
            variation_count == QUERY_REPEATS_MAX)
            continue;
        int64_t id;
        if (sku.len || !str_to_int64(c->req->query[i].value, &id) || id < 1 || id > HTTP_ID_MAX)
            return error_at(e, ERR_BAD_REQUEST, "bad_parameter", "?variation_id",
                "variation_id must be an id, and not be given with sku");
        variations[variation_count++] = id;
    }
    if (rc) return rc;
    if (sku.len) return level_of_sku(c, sku, &filter, e);
    struct variation_ids given = { variations, variation_count };
    rc = variation_count
             ? stock_level_of_variations(c->tx, &given, &filter, c->arena, &rows, &count, e)
             : stock_level_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = !variation_count && count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_level(c, &rows[i], &rows[i].variation_id, 1);
    list_end_id(c, count > shown, shown ? rows[shown - 1].variation_id : 0);
    return OK;
}

const struct route routes_variations[] = {
    { "GET", "/variations", AREA_CATALOG, PERMISSION_READ, 0, "sku grade archived q limit cursor",
        list },
    { "POST", "/variations", AREA_CATALOG, PERMISSION_WRITE, 0, "", create },
    { "GET", "/variations/repeated_skus", AREA_CATALOG, PERMISSION_READ, 0, "limit cursor",
        list_repeated_skus },
    { "GET", "/variations/{}", AREA_CATALOG, PERMISSION_READ, 0, "", show },
    { "PATCH", "/variations/{}", AREA_CATALOG, PERMISSION_WRITE, 0, "", update },
    { "DELETE", "/variations/{}", AREA_CATALOG, PERMISSION_FULL, 0, "", delete },
    { "POST", "/variations/{}/merge", AREA_CATALOG, PERMISSION_FULL, 0, "", merge },
    { "GET", "/stock_levels", AREA_INVENTORY, PERMISSION_READ, 0,
        "sku variation_id* statuses* warehouses* limit cursor", levels },
    { NULL },
};
