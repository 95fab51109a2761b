/* history_compare.c: the figures of both sides, and what they are made of. */
#include "history.h"

#include "item_fold.h"
#include "store/purchase_order.h"
#include "store/verify.h"

static void compare_orders(struct history *h)
{
    for (int k = 0; k < h->o.order_count; k++) {
        const struct o_order *n = &h->o.orders[k];
        struct order got;
        struct o_filling fill;
        int64_t on_lines = 0, on_order = 0, back = 0;
        size_t lines = 0;
        TRY(h, order_load(h->f->c.tx, n->id, &h->f->arena, &got, &h->f->e), OK);
        CHECK_INT(got.status_id, h->o.statuses[n->status].id, h->where);
        o_fill(&h->o, k, &fill);
        for (int i = 0; i < n->line_count; i++) {
            if (n->lines[i].deleted) continue;
            const struct order_line *line = history_find_line(&got, n->lines[i].id);
            CHECK(line != NULL, h->where);
            CHECK_INT(line->quantity, n->lines[i].quantity, h->where);
            CHECK_INT(line->candidate_count, __builtin_popcount(o_of_line(&h->o, n, &n->lines[i])),
                h->where);
            CHECK_INT(line->committed, fill.committed[i], h->where);
            CHECK_INT(line->returned, fill.filled[i] - fill.committed[i], h->where);
            on_lines += fill.committed[i];
            lines++;
        }
        CHECK_INT(got.line_count, lines, h->where);
        for (int i = 0; i < h->o.item_count; i++)
            on_order += h->o.items[i].order == k;
        for (int i = 0; i < h->o.return_count; i++)
            back += h->o.returns[i].order == k && !h->o.returns[i].undone;
        CHECK_INT(got.item_count, on_order, h->where);
        CHECK_INT(got.direct_count, on_order - on_lines, h->where);
        CHECK_INT(got.returned_count, back, h->where);
    }
}

static void compare_listings(struct history *h)
{
    for (bool more = true; more;)
        TRY(h, push_plan(&h->f->c, 50, &more, &h->f->e), OK);
    for (int i = 0; i < h->o.listing_count; i++) {
        const struct o_listing *n = &h->o.listings[i];
        unsigned mask = o_of_listing(&h->o, n);
        int64_t available = o_on_hand(&h->o, o_counted_of(&h->o, n));
        int64_t outstanding = o_outstanding(&h->o, mask);
        struct listing_terms t;
        struct listing got;
        TRY(h, stock_listing_terms(h->f->c.tx, n->id, &t, &h->f->e), OK);
        CHECK_INT(t.available, available, h->where);
        CHECK_INT(t.outstanding, outstanding, h->where);
        TRY(h, listing_load(h->f->c.tx, n->id, &h->f->arena, &got, &h->f->e), OK);
        CHECK_INT(got.variation_count, __builtin_popcount(mask), h->where);
        CHECK_INT(got.calculated.present, mask != 0, h->where);
        if (!mask) continue;
        CHECK_INT(got.calculated.quantity, available - outstanding, h->where);
        CHECK_INT(got.target, o_target(&h->o, n), h->where);
    }
}

/* Statuses and warehouses that a person looks at; both may be left open. */
struct view {
    unsigned statuses, warehouses; /* as masks; 0: not named */
    int64_t status_ids[O_STATUSES], warehouse_ids[O_WAREHOUSES];
    struct stock_filter filter;
};

static void random_view(struct history *h, struct view *v)
{
    *v = (struct view){ .statuses = throw_of(h, 2) ? (unsigned)throw_of(h, 1 << O_STATUSES) : 0,
        .warehouses = throw_of(h, 2) ? (unsigned)throw_of(h, 1 << O_WAREHOUSES) & ~1u : 0 };
    v->filter = (struct stock_filter){ v->status_ids, 0, v->warehouse_ids, 0 };
    for (int s = 0; s < O_STATUSES; s++)
        if (v->statuses & 1u << s) v->status_ids[v->filter.status_count++] = h->status_id[s];
    for (int w = 1; w < O_WAREHOUSES; w++)
        if (v->warehouses & 1u << w)
            v->warehouse_ids[v->filter.warehouse_count++] = h->warehouse_id[w];
}

static struct o_counted seen(const struct view *v, struct o_counted otherwise)
{
    if (v->statuses) otherwise.statuses = v->statuses;
    if (v->warehouses) otherwise.warehouses = v->warehouses;
    return otherwise;
}

/* The very items and units behind a figure, page by page. */
static void compare_behind(struct history *h, const struct stock_scope *scope, const struct view *v,
    struct o_counted counted)
{
    struct page page = { 0, 3 };
    int64_t items = 0, units = 0;
    for (bool more = true; more;) {
        struct explained_items got;
        TRY(h, stock_item_list(h->f->c.tx, scope, &v->filter, &page, &h->f->arena, &got, &h->f->e),
            OK);
        more = got.count > 3;
        for (size_t i = 0; i < got.count && i < 3; i++) {
            struct oracle one = { .item_count = 1 };
            int at = o_item_of_id(&h->o, got.rows[i].item_id);
            CHECK(at >= 0, h->where);
            one.items[0] = h->o.items[at];
            CHECK_INT(o_on_hand(&one, counted), 1, h->where);
            items++;
        }
        if (more) page.after = got.rows[2].item_id;
    }
    page.after = 0;
    for (bool more = true; more;) {
        struct explained_lines got;
        TRY(h, stock_line_list(h->f->c.tx, scope, &page, &h->f->arena, &got, &h->f->e), OK);
        more = got.count > 3;
        for (size_t i = 0; i < got.count && i < 3; i++)
            units += got.rows[i].uncommitted;
        if (more) page.after = got.rows[2].line_id;
    }
    CHECK_INT(items, o_on_hand(&h->o, counted), h->where);
    CHECK_INT(units, o_outstanding(&h->o, counted.variations), h->where);
}

static void compare_listing_levels(struct history *h, const struct view *v)
{
    struct page page = { 0, O_LISTINGS };
    struct stock_listings all = { 0 };
    struct listing_levels got;
    TRY(h,
        stock_level_of_listings(h->f->c.tx, &all, &v->filter, &page, &h->f->arena, &got, &h->f->e),
        OK);
    CHECK_INT(got.count, h->o.listing_count, h->where);
    int looked_at = throw_of(h, O_LISTINGS);
    for (int i = 0; i < h->o.listing_count; i++) {
        const struct o_listing *n = &h->o.listings[i];
        struct o_counted counted = seen(v, o_counted_of(&h->o, n));
        bool told = false;
        for (size_t k = 0; k < got.count; k++) {
            if (got.rows[k].listing_id != n->id) continue;
            CHECK_INT(got.rows[k].on_hand, o_on_hand(&h->o, counted), h->where);
            CHECK_INT(got.rows[k].outstanding, o_outstanding(&h->o, counted.variations), h->where);
            told = true;
        }
        CHECK(told, h->where);
        struct stock_scope scope = { .sku = S(""), .listing_id = n->id };
        if (i == looked_at) compare_behind(h, &scope, v, counted);
    }
}

static struct o_counted of_variations(const struct view *v, unsigned variations)
{
    return seen(v, (struct o_counted){ variations, O_ALL, O_ALL });
}

static void compare_levels(struct history *h, const struct view *v)
{
    struct page page = { 0, 100 };
    struct stock_level *rows;
    size_t count, known = 0;
    int looked_at = throw_of(h, O_VARIATIONS);
    TRY(h, stock_level_list(h->f->c.tx, &v->filter, &page, &h->f->arena, &rows, &count, &h->f->e),
        OK);
    for (int k = 0; k < O_VARIATIONS; k++) {
        if (!h->o.variations[k].id) continue;
        struct o_counted counted = of_variations(v, 1u << k);
        struct stock_scope scope = { .sku = S(""), .variation_id = h->o.variations[k].id };
        known++;
        for (size_t i = 0; i < count; i++) {
            if (rows[i].variation_id != scope.variation_id) continue;
            CHECK_INT(rows[i].on_hand, o_on_hand(&h->o, counted), h->where);
            CHECK_INT(rows[i].outstanding, o_outstanding(&h->o, counted.variations), h->where);
        }
        if (k == looked_at) compare_behind(h, &scope, v, counted);
    }
    CHECK_INT(count, known, h->where);
}

/* One SKU, which may be on several variations, or on none. */
static void compare_sku(struct history *h, const struct view *v)
{
    int sku = 1 + throw_of(h, O_SKUS - 1);
    struct o_counted counted = of_variations(v, o_with_sku(&h->o, sku));
    struct stock_scope scope = { .sku = str_of(history_skus[sku]) };
    struct stock_level got;
    TRY(h, stock_level_of_sku(h->f->c.tx, scope.sku, &v->filter, &got, &h->f->e),
        counted.variations ? OK : ERR_NOT_FOUND);
    if (!counted.variations) return;
    CHECK_INT(got.on_hand, o_on_hand(&h->o, counted), h->where);
    CHECK_INT(got.outstanding, o_outstanding(&h->o, counted.variations), h->where);
    compare_behind(h, &scope, v, counted);
}

void history_compare(struct history *h)
{
    struct view view;
    random_view(h, &view);
    compare_orders(h);
    compare_listings(h);
    compare_levels(h, &view);
    compare_listing_levels(h, &view);
    compare_sku(h, &view);
}

static void compare_item(struct history *h, const struct item *item, const struct o_item *n)
{
    struct item_value *values;
    size_t count;
    CHECK_STR(item->esn, history_esn(h, n->esn), h->where);
    CHECK_INT(item->variation_id, h->o.variations[n->variation].id, h->where);
    CHECK_INT(item->warehouse_id, h->warehouse_id[n->warehouse], h->where);
    CHECK_INT(item->status_id, h->status_id[n->status], h->where);
    CHECK_INT(item->transfer_id != 0, n->transit != 0, h->where);
    CHECK_INT(item->order_id, n->order < 0 ? 0 : h->o.orders[n->order].id, h->where);
    CHECK_INT(item->is_open, o_item_open(&h->o, n), h->where);
    CHECK_INT(
        item->purchase_order_id, n->purchase ? h->o.purchases[n->purchase - 1].id : 0, h->where);
    CHECK_INT(item->purchase_order_line_id,
        n->line ? h->o.purchases[n->purchase - 1].lines[n->line - 1].id : 0, h->where);
    TRY(h, item_values_load(h->f->c.tx, &n->id, 1, &h->f->arena, &values, &count, &h->f->e), OK);
    CHECK_INT(count, n->tray != 0, h->where);
    if (count) CHECK_STR(values[0].value, arena_fmt(&h->f->arena, "%d", n->tray), h->where);
}

/* A share of a lot is the exact one, rounded down or up; all of them are the price. */
static void compare_shares(struct history *h, int at, const struct item *items)
{
    const struct o_purchase *p = &h->o.purchases[at];
    int64_t weights[O_ITEMS], all = 0, sum = 0;
    int count = 0;
    bool known = true;
    for (int i = 0; i < h->o.item_count; i++) {
        const struct o_item *n = &h->o.items[i];
        if (n->purchase != at + 1) continue;
        weights[count] = n->line ? p->lines[n->line - 1].price : 0;
        known = known && weights[count];
        all += weights[count++];
    }
    if (!p->lot || !count) return;
    count = 0;
    for (int i = 0; i < h->o.item_count; i++) {
        if (h->o.items[i].purchase != at + 1) continue;
        int64_t weight = known ? weights[count] : 1, whole = known ? all : o_received(&h->o, at);
        int64_t off = items[i].paid.amount * whole - p->lot * weight;
        CHECK(items[i].paid.present && off > -whole && off < whole, h->where);
        sum += items[i].paid.amount;
        count++;
    }
    CHECK_INT(sum, p->lot, h->where);
}

static void compare_purchase(struct history *h, int at)
{
    static const enum purchase_status states[] = { PURCHASE_OPEN, PURCHASE_CLOSED,
        PURCHASE_CANCELED };
    const struct o_purchase *n = &h->o.purchases[at];
    struct purchase_order got;
    TRY(h, purchase_load(h->f->c.tx, n->id, &h->f->arena, &got, &h->f->e), OK);
    CHECK_INT(got.status, states[n->state], h->where);
    CHECK_INT(got.checked_in, o_received(&h->o, at), h->where);
    CHECK_INT(got.unexpected, o_checked_in(&h->o, at, 0), h->where);
    CHECK_INT(got.line_count, n->line_count, h->where);
    for (int i = 0; i < n->line_count; i++) {
        int v = n->lines[i].variation;
        CHECK_INT(got.lines[i].id, n->lines[i].id, h->where);
        CHECK_INT(got.lines[i].variation_id, v < 0 ? 0 : h->o.variations[v].id, h->where);
        CHECK_INT(got.lines[i].checked_in, o_checked_in(&h->o, at, i + 1), h->where);
    }
}

static void tell(void *ctx, const char *what, struct str detail)
{
    struct history *h = ctx;
    print_error("%s: %s: %.*s\n", h->where, what, STR_FMT(detail));
}

void history_compare_facts(struct history *h)
{
    int64_t ids[O_ITEMS], differences;
    struct item *items;
    size_t count;
    for (int i = 0; i < h->o.item_count; i++)
        ids[i] = h->o.items[i].id;
    TRY(h,
        item_load_many(
            h->f->c.tx, ids, (size_t)h->o.item_count, &h->f->arena, &items, &count, &h->f->e),
        OK);
    CHECK_INT(count, h->o.item_count, h->where);
    for (int i = 0; i < h->o.item_count; i++) {
        compare_item(h, &items[i], &h->o.items[i]);
        item_fold_check(h->f, &items[i], h->where);
    }
    for (int k = 0; k < h->o.purchase_count; k++) {
        compare_purchase(h, k);
        compare_shares(h, k, items);
    }
    TRY(h, verify_all(&h->f->c, false, tell, h, &differences, &h->f->e), OK);
    CHECK_INT(differences, 0, h->where);
}
