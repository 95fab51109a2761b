/* listings_read.c: searchListingsItems and getListingsItem. */
#include "api.h"

#include "page_token.h"

#include <stdlib.h>

enum { RESULTS_MAX = 1000, IDENTIFIERS_MAX = 20, MARKETPLACES_MAX = 20, PAGE_DEFAULT = 10 };
enum { PAGE_MAX = 20 };

static const char *const status_names[] = { "BUYABLE", "DISCOVERABLE", NULL };
static const char *const severity_names[] = { "WARNING", "ERROR", NULL };
static const char *const sort_names[] = { "sku", "createdDate", "lastUpdatedDate", NULL };
static const char *const order_names[] = { "ASC", "DESC", NULL };
static const char *const identifier_names[] = { "ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN",
    "MINSAN", "SKU", "UPC", NULL };
enum { BY_SKU, BY_CREATED, BY_UPDATED };
enum { ID_ASIN = 0, ID_SKU = 7 };

struct search {
    struct param_list marketplaces, identifiers;
    uint32_t data, with_status, without_status, severities;
    int identifiers_type, sort_by, descending;
    bool family; /* variations or packages of a SKU are asked for: nothing here has any */
    time_ms created_after, created_before, updated_after, updated_before;
    int64_t page_size;
    int64_t offset;
    uint64_t params;
};

static bool read_identifiers(struct call *c, struct search *s)
{
    if (!param_list(c, S("identifiers"), IDENTIFIERS_MAX, &s->identifiers)) return false;
    s->identifiers_type = -1;
    if (!param_enum(c, S("identifiersType"), identifier_names, &s->identifiers_type)) return false;
    if ((s->identifiers_type >= 0) != (s->identifiers.count > 0))
        return refuse_input(c, "'identifiers' and 'identifiersType' require each other.");
    bool variation = param_given(c, S("variationParentSku"));
    bool package = param_given(c, S("packageHierarchySku"));
    s->family = variation || package;
    if ((s->identifiers.count > 0) + variation + package > 1)
        return refuse_input(c, "Only one of 'identifiers', 'variationParentSku' and "
                               "'packageHierarchySku' may be given.");
    return true;
}

static bool read_page_token(struct call *c, struct search *s)
{
    static const char *const but[] = { "pageToken", NULL };
    s->params = params_hash(c, but);
    struct str text = param(c, S("pageToken"));
    if (text.len == 0) return true;
    struct page_token t;
    bool good = page_token_read(c->arena, text, c->sim->key, &t) && t.kind == OP_SEARCH_LISTINGS &&
                t.epoch == c->sim->page_epoch && t.params == s->params &&
                c->now - t.issued <= c->sim->settings.page_token_ms;
    if (!good)
        return refuse_input(c,
            "The pageToken you have submitted is not valid or has expired. All parameters must "
            "match the original request.");
    s->offset = t.position;
    if (c->fault == FAULT_SAME_PAGE)
        s->offset -= s->offset < s->page_size ? s->offset : s->page_size;
    return true;
}

static bool read_search(struct call *c, struct search *s)
{
    int order = 1;
    *s = (struct search){ .data = LISTING_SUMMARIES,
        .sort_by = BY_UPDATED,
        .created_after = INT64_MIN,
        .created_before = INT64_MAX,
        .updated_after = INT64_MIN,
        .updated_before = INT64_MAX,
        .page_size = PAGE_DEFAULT };
    bool good = param_marketplaces(c, true, MARKETPLACES_MAX, &s->marketplaces) &&
                param_enum_list(c, S("includedData"), listing_data_names, &s->data) &&
                read_identifiers(c, s) && param_time(c, S("createdAfter"), &s->created_after) &&
                param_time(c, S("createdBefore"), &s->created_before) &&
                param_time(c, S("lastUpdatedAfter"), &s->updated_after) &&
                param_time(c, S("lastUpdatedBefore"), &s->updated_before) &&
                param_enum_list(c, S("withIssueSeverity"), severity_names, &s->severities) &&
                param_enum_list(c, S("withStatus"), status_names, &s->with_status) &&
                param_enum_list(c, S("withoutStatus"), status_names, &s->without_status) &&
                param_enum(c, S("sortBy"), sort_names, &s->sort_by) &&
                param_enum(c, S("sortOrder"), order_names, &order) &&
                param_int(c, S("pageSize"), 1, PAGE_MAX, &s->page_size);
    s->descending = order;
    return good && read_page_token(c, s);
}

static uint32_t status_of(const struct listing *l)
{
    return (listing_is_buyable(l) ? 1U : 0U) | (l->suppressed ? 0U : 2U);
}

static bool is_identified(const struct search *s, const struct listing *l)
{
    if (s->identifiers.count == 0) return true;
    if (s->identifiers_type == ID_SKU) return list_has(&s->identifiers, l->sku);
    if (s->identifiers_type == ID_ASIN) return list_has(&s->identifiers, l->asin);
    return false;
}

static bool is_there(const struct param_list *marketplaces, const struct listing *l)
{
    for (size_t i = 0; i < marketplaces->count; i++)
        if (!listing_in(l, marketplaces->items[i]).absent) return true;
    return false;
}

static bool is_wanted(const struct search *s, const struct listing *l)
{
    uint32_t status = status_of(l);
    uint32_t severities = (l->stranded ? 1U : 0U) | (l->suppressed ? 2U : 0U);
    return !l->gone && !s->family && is_there(&s->marketplaces, l) &&
           l->created >= s->created_after && l->created <= s->created_before &&
           l->updated >= s->updated_after && l->updated <= s->updated_before &&
           (status & s->with_status) == s->with_status && !(status & s->without_status) &&
           (!s->severities || (s->severities & severities)) && is_identified(s, l);
}

struct row {
    const struct listing *listing;
    int64_t key;
    bool by_sku, descending;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int way = a->descending ? -1 : 1;
    if (a->by_sku) return way * str_cmp(a->listing->sku, b->listing->sku);
    if (a->key != b->key) return a->key < b->key ? -way : way;
    return a->listing->number < b->listing->number ? -way : way;
}

static void add_row(const struct search *s, struct row *rows, size_t *count, struct listing *l)
{
    if (!l || !is_wanted(s, l)) return;
    rows[(*count)++] = (struct row){ .listing = l,
        .key = s->sort_by == BY_CREATED ? l->created : l->updated,
        .by_sku = s->sort_by == BY_SKU,
        .descending = s->descending };
}

static struct row *find_rows(struct call *c, const struct search *s, size_t *count)
{
    const struct world *w = &c->sim->world;
    *count = 0;
    if (s->identifiers_type == ID_SKU) {
        struct row *rows = arena_new(c->arena, struct row, IDENTIFIERS_MAX);
        for (size_t i = 0; i < s->identifiers.count; i++) {
            struct listing *l = world_listing(w, s->identifiers.items[i]);
            bool twice = false;
            for (size_t k = 0; k < *count; k++)
                twice = twice || rows[k].listing == l;
            if (!twice) add_row(s, rows, count, l);
        }
        qsort(rows, *count, sizeof *rows, compare_rows);
        return rows;
    }
    struct row *rows = arena_new(c->arena, struct row, w->listing_count + 1);
    for (size_t i = 0; i < w->listing_count; i++)
        add_row(s, rows, count, w->listings[i]);
    qsort(rows, *count, sizeof *rows, compare_rows);
    return rows;
}

static void write_page_token(
    struct call *c, const struct search *s, const char *key, int64_t offset)
{
    struct page_token t = { .kind = OP_SEARCH_LISTINGS,
        .params = s->params,
        .epoch = c->sim->page_epoch,
        .issued = c->now,
        .position = offset };
    jw_kstr(
        &c->w, key, page_token_write(c->arena, &t, c->sim->key, c->sim->settings.page_token_bytes));
}

void listings_search(struct call *c)
{
    struct search s;
    size_t count;
    if (!read_search(c, &s)) return;
    struct row *rows = find_rows(c, &s, &count);
    int64_t reachable = count < RESULTS_MAX ? (int64_t)count : RESULTS_MAX;
    int64_t end = s.offset + s.page_size;
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kint(&c->w, "numberOfResults", (int64_t)count);
    jw_key(&c->w, "pagination");
    jw_object(&c->w);
    if (end < reachable) write_page_token(c, &s, "nextToken", end);
    if (s.offset > 0)
        write_page_token(
            c, &s, "previousToken", s.offset > s.page_size ? s.offset - s.page_size : 0);
    jw_object_end(&c->w);
    jw_key(&c->w, "items");
    jw_array(&c->w);
    for (int64_t i = s.offset; i < end && i < reachable; i++)
        listing_write(c, rows[i].listing, &s.marketplaces, s.data);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

void listing_get(struct call *c)
{
    struct param_list marketplaces;
    uint32_t data = LISTING_SUMMARIES;
    struct str sku = c->segments[4];
    call_text(c->entry.sku, sizeof c->entry.sku, sku);
    if (!param_marketplaces(c, true, MARKETPLACES_MAX, &marketplaces) ||
        !param_enum_list(c, S("includedData"), listing_data_names, &data))
        return;
    const struct listing *l = world_listing(&c->sim->world, sku);
    if (!l || !is_there(&marketplaces, l)) {
        refuse(c, 404, "NOT_FOUND", "SKU '%.*s' not found in marketplace %.*s", STR_FMT(sku),
            STR_FMT(marketplaces.items[0]));
        return;
    }
    answer_begin(c, 200);
    listing_write(c, l, &marketplaces, data);
}
