/* changes.c: the change feed. */
#include "http/auth.h"
#include "http/waiters.h"

enum { WAIT_MAX_S = 30, CHANGES_DEFAULT = 100 };

/* By the resource: a tenth of the kind. */
enum area changes_area(int64_t kind)
{
    static const enum area areas[] = {
        [FEED_ITEM_CREATED / 10] = AREA_INVENTORY,
        [FEED_ORDER_CREATED / 10] = AREA_ORDERS,
        [FEED_VARIATION_CREATED / 10] = AREA_CATALOG,
        [FEED_LISTING_CREATED / 10] = AREA_CHANNELS,
        [FEED_CHANNEL_CREATED / 10] = AREA_CHANNELS,
        [FEED_STOCK_LEVEL_UPDATED / 10] = AREA_INVENTORY,
    };
    return areas[kind / 10];
}

static bool is_among(const int64_t *kinds, size_t count, int64_t kind)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == kind) return true;
    return false;
}

static bool may_read(const struct call *c, int64_t kind)
{
    return may(c, changes_area(kind), PERMISSION_READ);
}

/* At least one of these. */
static enum err must_read_any(
    const struct call *c, const int64_t *kinds, size_t count, struct error *e)
{
    unsigned areas = 0;
    for (size_t i = 0; i < count; i++)
        areas |= 1U << changes_area(kinds[i]);
    return must_have_any(c, areas, PERMISSION_READ, e);
}

/* ?kind= may repeat and name several at once; none names all. Of those, what the caller may read:
 * ERR_FORBIDDEN when that is nothing. */
static enum err read_kinds(struct call *c, struct feed_filter *filter, struct error *e)
{
    int64_t named[FEED_KINDS_MAX], wanted[FEED_KINDS_MAX];
    size_t wanted_count = 0;
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
            if (!is_among(wanted, wanted_count, named[k])) wanted[wanted_count++] = named[k];
    }
    if (!any) wanted_count = feed_kinds_of(S("*"), wanted);
    enum err rc = query_end(c, e);
    if (!rc) rc = must_read_any(c, wanted, wanted_count, e);
    if (rc) return rc;
    int64_t *kinds = arena_new(c->arena, int64_t, FEED_KINDS_MAX);
    for (size_t k = 0; k < wanted_count; k++)
        if (may_read(c, wanted[k])) kinds[filter->kind_count++] = wanted[k];
    filter->kinds = kinds;
    return OK;
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
    enum err rc = read_kinds(c, &r.filter, e);
    if (!rc) rc = feed_enter_all(db, c->now, e);
    if (!rc) rc = db_read(db, "changes", read_page, &r, e);
    if (rc) return rc;
    bool waits = wait_ms && !r.from_end && !r.page.count && !r.page.more;
    r.filter.since = r.page.next_since;
    if (!waits || !waiters_add(c, &r.filter, wait_ms)) changes_put_page(&c->w, &r.page);
    return OK;
}

const struct route routes_changes[] = {
    { "GET", "/changes", AREA_INVENTORY, PERMISSION_READ,
        ROUTE_NO_TX | ROUTE_OR(AREA_CATALOG) | ROUTE_OR(AREA_ORDERS) | ROUTE_OR(AREA_CHANNELS),
        "since kind* limit wait", list },
    { NULL },
};
