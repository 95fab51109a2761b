/* changes.c: the change feed. */
#include "http/waiters.h"

enum { WAIT_MAX_S = 30, CHANGES_DEFAULT = 100 };

static bool may_read(const struct call *c, int64_t kind)
{
    static const enum area areas[] = {
        [FEED_ITEM_CREATED / 10] = AREA_INVENTORY,
        [FEED_ORDER_CREATED / 10] = AREA_ORDERS,
        [FEED_VARIATION_CREATED / 10] = AREA_CATALOG,
        [FEED_LISTING_CREATED / 10] = AREA_CHANNELS,
        [FEED_CHANNEL_CREATED / 10] = AREA_CHANNELS,
        [FEED_STOCK_LEVEL_UPDATED / 10] = AREA_INVENTORY,
    };
    return permission_of(c->role, areas[kind / 10]) >= PERMISSION_READ;
}

static bool is_among(const int64_t *kinds, size_t count, int64_t kind)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == kind) return true;
    return false;
}

/* ?kind= may repeat and name several at once; none names all that the caller may read. */
static void read_kinds(struct call *c, struct feed_filter *filter)
{
    int64_t named[FEED_KINDS_MAX], *kinds = arena_new(c->arena, int64_t, FEED_KINDS_MAX);
    bool any = false;
    for (size_t i = 0; i < c->req->query_count; i++) {
        const struct http_field *f = &c->req->query[i];
        if (!str_eq(f->name, S("kind"))) continue;
        any = true;
        size_t count = feed_kinds_of(f->value, named);
        if (!count)
            element_error(c, S("?kind"), "unknown_value",
                "must be a kind of change, or several"
                " such as item.*");
        for (size_t k = 0; k < count; k++)
            if (may_read(c, named[k]) && !is_among(kinds, filter->kind_count, named[k]))
                kinds[filter->kind_count++] = named[k];
    }
    size_t all = any ? 0 : feed_kinds_of(S("*"), named);
    for (size_t k = 0; k < all; k++)
        if (may_read(c, named[k])) kinds[filter->kind_count++] = named[k];
    filter->kinds = kinds;
}

void changes_put_page(struct jw *w, const struct feed_page *page)
{
    jw_object(w);
    jw_key(w, "data");
    jw_array(w);
    for (size_t i = 0; i < page->count; i++)
        feed_put(w, &page->entries[i]);
    jw_array_end(w);
    jw_kint(w, "next_since", page->next_since);
    jw_kbool(w, "more", page->more);
    jw_object_end(w);
}

struct reading {
    struct call *c;
    struct feed_filter filter;
    bool from_end;
    struct feed_page page;
};

static enum err read_page(struct tx *tx, void *ctx, struct error *e)
{
    struct reading *r = ctx;
    if (!r->from_end) return feed_list(tx, &r->filter, r->c->arena, &r->page, e);
    struct feed_ends ends;
    enum err rc = feed_ends(tx, &ends, e);
    r->page = (struct feed_page){ .next_since = ends.last };
    return rc;
}

static enum err list(struct call *c, struct error *e)
{
    struct db *db = c->api->options.db;
    struct reading r = { .c = c, .from_end = !query_has(c, "since") };
    r.filter.since = query_int(c, "since", 0, 0, HTTP_ID_MAX);
    r.filter.limit = (int)query_int(c, "limit", CHANGES_DEFAULT, 1, HTTP_PAGE_MAX);
    time_ms wait_ms = 1000 * query_int(c, "wait", 0, 0, WAIT_MAX_S);
    read_kinds(c, &r.filter);
    enum err rc = query_end(c, e);
    if (!rc) rc = feed_enter_all(db, c->now, e);
    if (!rc) rc = db_read(db, "changes", read_page, &r, e);
    if (rc) return rc;
    bool waits = wait_ms && !r.from_end && !r.page.count && !r.page.more;
    r.filter.since = r.page.next_since;
    if (!waits || !waiters_add(c, &r.filter, wait_ms)) changes_put_page(&c->w, &r.page);
    return OK;
}

const struct route routes_changes[] = {
    { "GET", "/changes", AREA_INVENTORY, PERMISSION_READ, ROUTE_NO_TX, "since kind* limit wait",
        list },
    { NULL },
};
