/* stock_levels.c: figures per listing, and the items and order lines behind a figure. */
#include "http/items.h"
#include "store/reference.h"
#include "store/stock.h"

struct asked {
    int64_t statuses[QUERY_REPEATS_MAX], warehouses[QUERY_REPEATS_MAX], listings[QUERY_REPEATS_MAX];
    struct stock_filter filter;
    struct stock_scope scope;
    struct page page;
};

static enum err read_filter(struct call *c, struct asked *a, struct error *e)
{
    struct stock_filter *f = &a->filter;
    enum err rc = query_end(c, e);
    if (!rc) rc = query_titles(c, "statuses", REFERENCE_STATUS, a->statuses, &f->status_count, e);
    if (!rc)
        rc = query_titles(
            c, "warehouses", REFERENCE_WAREHOUSE, a->warehouses, &f->warehouse_count, e);
    f->status_ids = a->statuses;
    f->warehouse_ids = a->warehouses;
    return rc;
}

static enum err listings(struct call *c, struct error *e)
{
    struct asked *a = arena_new(c->arena, struct asked, 1);
    struct stock_listings which = { .ids = a->listings, .channel_id = query_id(c, "channel_id") };
    struct listing_levels levels;
    a->page = query_page(c);
    for (size_t i = 0; i < c->req->query_count; i++) {
        int64_t id;
        if (!str_eq(c->req->query[i].name, S("listing_id")) || which.count == QUERY_REPEATS_MAX)
            continue;
        if (!str_to_int64(c->req->query[i].value, &id) || id < 1 || id > HTTP_ID_MAX)
            element_error(c, S("?listing_id"), "bad_format", "must be an id");
        else
            a->listings[which.count++] = id;
    }
    enum err rc = read_filter(c, a, e);
    if (!rc)
        rc = stock_level_of_listings(c->tx, &which, &a->filter, &a->page, c->arena, &levels, e);
    if (rc) return rc;
    size_t shown = levels.count > (size_t)a->page.limit ? (size_t)a->page.limit : levels.count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct listing_level *l = &levels.rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "listing_id", l->listing_id);
        jw_kint(&c->w, "channel_id", l->channel_id);
        jw_kstr(&c->w, "sku", l->sku);
        jw_kint(&c->w, "on_hand", l->on_hand);
        jw_kint(&c->w, "outstanding", l->outstanding);
        jw_kint(&c->w, "calculated", l->on_hand - l->outstanding);
        jw_object_end(&c->w);
    }
    list_end_id(c, levels.count > shown, shown ? levels.rows[shown - 1].listing_id : 0);
    return OK;
}

/* At most one of sku, variation_id and listing_id. */
static void read_scope(struct call *c, struct asked *a)
{
    a->page = query_page(c);
    a->scope = (struct stock_scope){ .sku = query_str(c, "sku"),
        .variation_id = query_id(c, "variation_id"),
        .listing_id = query_id(c, "listing_id") };
    int given = query_has(c, "sku") + query_has(c, "variation_id") + query_has(c, "listing_id");
    if (given > 1)
        element_error(c, S("?sku"), "not_allowed", "give one of sku, variation_id and listing_id");
}

static enum err items(struct call *c, struct error *e)
{
    struct asked *a = arena_new(c->arena, struct asked, 1);
    struct explained_items got;
    read_scope(c, a);
    enum err rc = read_filter(c, a, e);
    if (!rc) rc = stock_item_list(c->tx, &a->scope, &a->filter, &a->page, c->arena, &got, e);
    if (rc) return rc;
    size_t shown = got.count > (size_t)a->page.limit ? (size_t)a->page.limit : got.count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct explained_item *item = &got.rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "item_id", item->item_id);
        jw_kstr(&c->w, "esn", item->esn);
        jw_kstr(&c->w, "hex_id", item->hex_id);
        jw_kint(&c->w, "variation_id", item->variation_id);
        jw_kstr(&c->w, "status", item->status);
        put_opt(c, "warehouse", item->warehouse);
        jw_object_end(&c->w);
    }
    list_end_id(c, got.count > shown, shown ? got.rows[shown - 1].item_id : 0);
    return OK;
}

static enum err lines(struct call *c, struct error *e)
{
    struct asked *a = arena_new(c->arena, struct asked, 1);
    struct explained_lines got;
    read_scope(c, a);
    enum err rc = query_end(c, e);
    if (!rc) rc = stock_line_list(c->tx, &a->scope, &a->page, c->arena, &got, e);
    if (rc) return rc;
    size_t shown = got.count > (size_t)a->page.limit ? (size_t)a->page.limit : got.count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct explained_line *l = &got.rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "line_id", l->line_id);
        jw_kint(&c->w, "order_id", l->order_id);
        jw_kstr(&c->w, "order_number", arena_fmt(c->arena, "SO-%lld", (long long)l->order_id));
        jw_kstr(&c->w, "order_status", l->order_status);
        put_opt_id(c, "channel_id", l->channel_id);
        jw_kstr(&c->w, "title", l->title);
        jw_kint(&c->w, "quantity", l->quantity);
        jw_kint(&c->w, "uncommitted", l->uncommitted);
        jw_object_end(&c->w);
    }
    list_end_id(c, got.count > shown, shown ? got.rows[shown - 1].line_id : 0);
    return OK;
}

const struct route routes_stock_levels[] = {
    { "GET", "/stock_levels/listings", AREA_INVENTORY, PERMISSION_READ, 0,
        "channel_id listing_id* statuses* warehouses* limit cursor", listings },
    { "GET", "/stock_levels/items", AREA_INVENTORY, PERMISSION_READ, 0,
        "sku variation_id listing_id statuses* warehouses* limit cursor", items },
    { "GET", "/stock_levels/lines", AREA_INVENTORY, PERMISSION_READ, 0,
        "sku variation_id listing_id limit cursor", lines },
    { NULL },
};
