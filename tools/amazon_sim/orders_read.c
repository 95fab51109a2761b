/* orders_read.c: searchOrders and getOrder, with the rules that the documentation states. */
#include "api.h"

#include "page_token.h"

#include <stdlib.h>

enum { RESULTS_DEFAULT = 100, MARKETPLACES_MAX = 50 };

static const char *const fulfilled_names[] = { "MERCHANT", "AMAZON", NULL };
static const char *const status_names[] = { "PENDING_AVAILABILITY", "PENDING", "UNSHIPPED",
    "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE", NULL };

struct search {
    bool by_update;
    time_ms after, before;
    uint32_t statuses, fulfilled, data;
    struct param_list marketplaces;
    int64_t page_size;
    uint64_t params;
    bool follows; /* a token said after which row to go on */
    time_ms last_key;
    int64_t last_number;
};

static bool read_window(struct call *c, struct search *s)
{
    bool created_after = param_given(c, S("createdAfter")),
         created_before = param_given(c, S("createdBefore")),
         updated_after = param_given(c, S("lastUpdatedAfter")),
         updated_before = param_given(c, S("lastUpdatedBefore"));
    if (created_after == updated_after)
        return refuse_input(
            c, "Exactly one of 'createdAfter' and 'lastUpdatedAfter' must be provided.");
    if ((created_after && updated_before) || (updated_after && created_before))
        return refuse_input(c, "Parameters of 'created' and 'lastUpdated' exclude each other.");
    s->by_update = updated_after;
    time_ms newest = c->now - c->sim->settings.orders_lag_ms;
    s->before = newest;
    if (!param_time(c, updated_after ? S("lastUpdatedAfter") : S("createdAfter"), &s->after) ||
        !param_time(c, updated_after ? S("lastUpdatedBefore") : S("createdBefore"), &s->before))
        return false;
    bool given = created_before || updated_before;
    if (given && s->before < s->after)
        return refuse_input(c, "The end of the window must not be before its beginning.");
    if (given && s->before > newest)
        return refuse_input(c,
            "The end of the window must be at least two minutes before the time of the request.");
    return true;
}

static bool read_token(struct call *c, struct search *s)
{
    static const char *const but[] = { "paginationToken", "maxResultsPerPage", "includedData",
        NULL };
    s->params = params_hash(c, but);
    struct str text = param(c, S("paginationToken"));
    if (text.len == 0) return true;
    struct page_token t;
    bool good = page_token_read(c->arena, text, c->sim->key, &t) && t.kind == OP_SEARCH_ORDERS &&
                t.epoch == c->sim->page_epoch && t.params == s->params;
    if (!good)
        return refuse_input(c,
            "The paginationToken you have submitted is not valid. All parameters must match the "
            "original request except maxResultsPerPage.");
    if (c->now - t.issued > c->sim->settings.page_token_ms)
        return refuse_input(c, "The paginationToken you have submitted has expired.");
    s->follows = c->fault != FAULT_SAME_PAGE;
    s->last_key = t.position;
    s->last_number = t.position2;
    s->before = t.until;
    return true;
}

static time_ms key_of(const struct search *s, const struct order *o)
{
    return s->by_update ? o->updated : o->created;
}

static bool is_wanted(const struct search *s, const struct order *o, time_ms now)
{
    time_ms key = key_of(s, o);
    if (key < s->after || key > s->before || now < o->searchable) return false;
    if (s->follows && (key < s->last_key || (key == s->last_key && o->number <= s->last_number)))
        return false;
    return (!s->statuses || (s->statuses >> o->status & 1)) &&
           (!s->fulfilled || (s->fulfilled >> (o->fba ? 1 : 0) & 1)) &&
           (!s->marketplaces.count || list_has(&s->marketplaces, o->marketplace));
}

struct row {
    const struct order *order;
    time_ms key;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return a->order->number < b->order->number ? -1 : 1;
}

static struct row *find_rows(struct call *c, const struct search *s, int64_t *count)
{
    const struct world *w = &c->sim->world;
    struct row *rows = arena_new(c->arena, struct row, w->order_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < w->order_count; i++)
        if (is_wanted(s, w->orders[i], c->now))
            rows[n++] = (struct row){ w->orders[i], key_of(s, w->orders[i]) };
    qsort(rows, n, sizeof *rows, compare_rows);
    *count = (int64_t)n;
    return rows;
}

void orders_search(struct call *c)
{
    struct search s = { .page_size = RESULTS_DEFAULT };
    bool good = read_window(c, &s) &&
                param_enum_list(c, S("fulfillmentStatuses"), status_names, &s.statuses) &&
                param_enum_list(c, S("fulfilledBy"), fulfilled_names, &s.fulfilled) &&
                param_enum_list(c, S("includedData"), order_data_names, &s.data) &&
                param_marketplaces(c, false, MARKETPLACES_MAX, &s.marketplaces) &&
                param_int(c, S("maxResultsPerPage"), 1, RESULTS_DEFAULT, &s.page_size) &&
                read_token(c, &s);
    if (!good) return;
    int64_t count;
    struct row *rows = find_rows(c, &s, &count);
    int64_t most = c->sim->settings.orders_page_max;
    if (s.page_size < most) most = s.page_size;
    int64_t shown = count < most ? count : most;
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "orders");
    jw_array(&c->w);
    for (int64_t i = 0; i < shown; i++)
        order_write(c, rows[i].order, s.data);
    jw_array_end(&c->w);
    if (shown < count) {
        struct page_token t = { .kind = OP_SEARCH_ORDERS,
            .params = s.params,
            .epoch = c->sim->page_epoch,
            .issued = c->now,
            .position = rows[shown - 1].key,
            .position2 = rows[shown - 1].order->number,
            .until = s.before };
        jw_key(&c->w, "pagination");
        jw_object(&c->w);
        jw_kstr(&c->w, "nextToken",
            page_token_write(c->arena, &t, c->sim->key, c->sim->settings.page_token_bytes));
        jw_object_end(&c->w);
    }
    jw_kstr(&c->w, s.by_update ? "lastUpdatedBefore" : "createdBefore",
        sim_rfc3339(c->arena, s.before));
    jw_object_end(&c->w);
}

void order_get(struct call *c)
{
    uint32_t data = 0;
    if (!param_enum_list(c, S("includedData"), order_data_names, &data)) return;
    const struct order *o = world_order(&c->sim->world, c->segments[3]);
    /* A new order is as slow to appear here as in the search. */
    if (!o || o->created > c->now - c->sim->settings.orders_lag_ms) {
        refuse(c, 404, "NotFound", "The requested order was not found.");
        return;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "order");
    order_write(c, o, data);
    jw_object_end(&c->w);
}
