/* history.c: channels, settings, the order of events, and the comparison. */
#include "history.h"

#include "store/reference.h"
#include "store/verify.h"

#include <string.h>

const char *const history_skus[O_SKUS] = { "", "S1", "S2", "s1", "S 4" };

const char *const history_statuses[O_STATUSES] = { "In stock", "Sold", "In repair" };
const char *const history_warehouses[O_WAREHOUSES] = { "", "Main", "Second" };

int throw_of(struct history *h, int n)
{
    return (int)rng_below(&h->dice, (uint64_t)n);
}

int history_line(struct history *h, int order)
{
    const struct o_order *n = &h->o.orders[order];
    if (!n->line_count) return -1;
    int k = throw_of(h, n->line_count);
    return n->lines[k].deleted ? -1 : k;
}

const struct order_line *history_find_line(const struct order *order, int64_t id)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (order->lines[i].id == id) return &order->lines[i];
    return NULL;
}

static int64_t make_reference(struct history *h, enum reference_kind kind, const char *title)
{
    struct reference r = { .title = str_of(title), .color = S("") };
    TRY(h, reference_create(&h->f->c, kind, &r, &h->f->e), OK);
    return r.id;
}

static void set_unique(struct history *h, bool on)
{
    struct settings before, after;
    TRY(h, settings_load(h->f->c.tx, &before, &h->f->e), OK);
    after = before;
    after.unique_skus = on;
    TRY(h, settings_save(&h->f->c, &before, &after, &h->f->e), OK);
    h->o.unique_skus = on;
}

static void save_channel(struct history *h, int at, bool is_new)
{
    struct o_channel *n = &h->o.channels[at];
    struct channel_row *row = arena_new(&h->f->arena, struct channel_row, 2), *before = row + 1;
    if (!is_new) {
        TRY(h, channel_load(h->f->c.tx, n->id, &h->f->arena, before, &h->f->e), OK);
        *row = *before;
    } else {
        static const char *const names[] = { "First", "Second" };
        *row = (struct channel_row){ .kind = S("amazon"),
            .name = str_of(names[at]),
            .region = S("eu"),
            .seller_id = S("x"),
            .organization_type = S("x"),
            .inventory_sync = true };
        static const char *const map[] = { "PENDING", "UNSHIPPED", "SHIPPED", "CANCELLED" };
        static const int64_t to[] = { ST_PENDING, ST_NEW, ST_SHIPPED, ST_CANCELED };
        for (size_t i = 0; i < COUNT_OF(map); i++)
            row->map[row->map_count++] = (struct channel_map_row){ str_of(map[i]), to[i], S("") };
    }
    row->status_count = row->warehouse_count = 0;
    for (int s = 0; s < O_STATUSES; s++)
        if (n->statuses & 1u << s) row->status_ids[row->status_count++] = h->status_id[s];
    for (int w = 1; w < O_WAREHOUSES; w++)
        if (n->warehouses & 1u << w)
            row->warehouse_ids[row->warehouse_count++] = h->warehouse_id[w];
    row->reserve = n->reserve;
    row->has_cap = n->cap >= 0;
    row->cap = n->cap >= 0 ? n->cap : 0;
    if (is_new)
        TRY(h, channel_create(&h->f->c, row, &h->f->e), OK);
    else
        TRY(h, channel_update(&h->f->c, before, row, &h->f->e), OK);
    n->id = row->id;
}

void history_start(struct history *h)
{
    struct oracle *o = &h->o;
    static const bool open[] = { true, true, true, false, false };
    static const bool takes[] = { true, true, false, false, false };
    memcpy(o->is_open, open, sizeof open);
    memcpy(o->takes_items, takes, sizeof takes);
    h->status_id[0] = IN_STOCK;
    h->status_id[1] = SOLD;
    h->status_id[2] = make_reference(h, REFERENCE_STATUS, "In repair");
    h->warehouse_id[1] = MAIN;
    h->warehouse_id[2] = make_reference(h, REFERENCE_WAREHOUSE, "Second");
    struct item_field tray = { .name = S("Tray"), .type = ITEM_FIELD_INTEGER };
    TRY(h, item_field_create(&h->f->c, &tray, &h->f->e), OK);
    h->tray_id = tray.id;
    for (int i = 0; i < O_CHANNELS; i++) {
        o->channels[i] = (struct o_channel){ .statuses = 1, .warehouses = 1u << 1, .cap = -1 };
        save_channel(h, i, true);
    }
    set_unique(h, throw_of(h, 2) == 0);
    for (int i = 0; i < 4; i++)
        history_catalog(h);
}

static void import_listing(struct history *h)
{
    struct oracle *o = &h->o;
    int channel = throw_of(h, O_CHANNELS), sku = 1 + throw_of(h, O_SKUS - 1);
    bool known = false;
    for (int i = 0; i < o->listing_count; i++)
        known = known || (o->listings[i].channel == channel && o->listings[i].sku == sku);
    if (!known && o->listing_count == O_LISTINGS) return;
    struct listing_read r = { .sku = str_of(history_skus[sku]),
        .active = throw_of(h, 2) == 0,
        .amazon_fulfilled = throw_of(h, 6) == 0,
        .has_quantity = throw_of(h, 3) != 0,
        .quantity = throw_of(h, 4),
        .issues = S("[]") };
    int64_t channel_id = o->channels[channel].id;
    TRY(h, listing_import(&h->f->c, channel_id, 0, &r, 1, &h->f->e), OK);
    if (known) return;
    struct listing l;
    TRY(h, listing_find(h->f->c.tx, channel_id, r.sku, &h->f->arena, &l, &h->f->e), OK);
    o->listings[o->listing_count++] =
        (struct o_listing){ .id = l.id, .channel = channel, .sku = sku, .reserve = -1, .cap = -1 };
}

static void connect_listing(struct history *h, struct o_listing *n, struct listing *after)
{
    static const enum listing_mode modes[] = { LISTING_AUTO, LISTING_SKUS, LISTING_VARIATIONS,
        LISTING_NONE };
    n->mode = (enum o_mode)throw_of(h, 4);
    n->skus = n->variations = 0;
    after->mode = modes[n->mode];
    after->skus = arena_new(&h->f->arena, struct str, O_SKUS);
    after->set_variation_ids = arena_new(&h->f->arena, int64_t, O_VARIATIONS);
    after->sku_count = after->set_variation_count = 0;
    for (int s = 1; n->mode == O_BY_SKUS && s < O_SKUS; s++) {
        if (throw_of(h, 2)) continue;
        n->skus |= 1u << s;
        after->skus[after->sku_count++] = str_of(history_skus[s]);
    }
    for (int v = 0; n->mode == O_BY_VARIATIONS && v < O_VARIATIONS; v++) {
        if (!h->o.variations[v].id || throw_of(h, 2)) continue;
        n->variations |= 1u << v;
        after->set_variation_ids[after->set_variation_count++] = h->o.variations[v].id;
    }
}

void history_listings(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->listing_count || !throw_of(h, 3)) {
        import_listing(h);
        return;
    }
    struct o_listing *n = &o->listings[throw_of(h, o->listing_count)];
    struct listing before, after;
    TRY(h, listing_lock(&h->f->c, n->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    if (throw_of(h, 3)) {
        connect_listing(h, n, &after);
    } else {
        n->reserve = throw_of(h, 4) - 1;
        n->cap = throw_of(h, 4) - 1;
        after.has_reserve = n->reserve >= 0;
        after.reserve = n->reserve >= 0 ? n->reserve : 0;
        after.has_cap = n->cap >= 0;
        after.cap = n->cap >= 0 ? n->cap : 0;
    }
    TRY(h, listing_update(&h->f->c, &before, &after, &h->f->e), OK);
}

static bool twins_are_open(const struct oracle *o)
{
    for (int i = 0; i < o->item_count; i++)
        if (o_item_open(o, &o->items[i]) && o_esn_open(o, o->items[i].esn, i)) return true;
    return false;
}

static void toggle_status(struct history *h)
{
    struct oracle *o = &h->o;
    int s = throw_of(h, O_ORDER_STATUSES);
    o->is_open[s] = !o->is_open[s];
    if (twins_are_open(o)) {
        o->is_open[s] = !o->is_open[s];
        return;
    }
    struct reference before, after;
    TRY(h,
        reference_load(h->f->c.tx, REFERENCE_ORDER_STATUS, s + 1, &h->f->arena, &before, &h->f->e),
        OK);
    after = before;
    after.is_open = o->is_open[s];
    TRY(h, reference_update(&h->f->c, REFERENCE_ORDER_STATUS, &before, &after, &h->f->e), OK);
}

void history_settings(struct history *h)
{
    int at = throw_of(h, O_CHANNELS);
    struct o_channel *n = &h->o.channels[at];
    switch (throw_of(h, 4)) {
    case 0:
        toggle_status(h);
        return;
    case 1:
        n->reserve = throw_of(h, 3);
        n->cap = throw_of(h, 5) - 1;
        break;
    case 2:
        n->statuses = (unsigned)throw_of(h, 1 << O_STATUSES);
        break;
    default:
        n->warehouses = (unsigned)throw_of(h, 1 << O_WAREHOUSES) & ~1u;
    }
    save_channel(h, at, false);
}

void history_step(struct history *h)
{
    static void (*const steps[])(struct history *) = { history_items, history_items, history_items,
        history_items, history_items, history_many, history_many, history_orders, history_orders,
        history_orders, history_intake, history_intake, history_catalog, history_catalog,
        history_listings, history_listings, history_settings };
    h->step++;
    h->f->now++;
    h->f->c.now = h->f->now;
    steps[throw_of(h, (int)COUNT_OF(steps))](h);
}

static void compare_orders(struct history *h)
{
    for (int k = 0; k < h->o.order_count; k++) {
        const struct o_order *n = &h->o.orders[k];
        struct order got;
        TRY(h, order_load(h->f->c.tx, n->id, &h->f->arena, &got, &h->f->e), OK);
        CHECK_INT(got.status_id, n->status + 1, h->where);
        int64_t committed[O_LINES], on_lines = 0, on_order = 0;
        o_committed(&h->o, k, committed);
        size_t lines = 0;
        for (int i = 0; i < n->line_count; i++) {
            if (n->lines[i].deleted) continue;
            const struct order_line *line = history_find_line(&got, n->lines[i].id);
            CHECK(line != NULL, h->where);
            CHECK_INT(line->quantity, n->lines[i].quantity, h->where);
            CHECK_INT(line->candidate_count, __builtin_popcount(o_of_line(&h->o, n, &n->lines[i])),
                h->where);
            CHECK_INT(line->committed, committed[i], h->where);
            on_lines += committed[i];
            lines++;
        }
        CHECK_INT(got.line_count, lines, h->where);
        for (int i = 0; i < h->o.item_count; i++)
            on_order += h->o.items[i].order == k;
        CHECK_INT(got.item_count, on_order, h->where);
        CHECK_INT(got.direct_count, on_order - on_lines, h->where);
    }
}

static void compare_listings(struct history *h)
{
    for (bool more = true; more;)
        TRY(h, push_plan(&h->f->c, 50, &more, &h->f->e), OK);
    for (int i = 0; i < h->o.listing_count; i++) {
        const struct o_listing *n = &h->o.listings[i];
        unsigned mask = o_of_listing(&h->o, n);
        int64_t available = o_available(&h->o, n), outstanding = o_outstanding(&h->o, mask);
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

/* As many items and units behind a figure as it says, page by page. */
static void compare_behind(
    struct history *h, const struct stock_scope *scope, int64_t on_hand, int64_t outstanding)
{
    struct stock_filter any = { 0 };
    struct page page = { 0, 3 };
    int64_t items = 0, units = 0;
    for (bool more = true; more;) {
        struct explained_items got;
        TRY(h, stock_item_list(h->f->c.tx, scope, &any, &page, &h->f->arena, &got, &h->f->e), OK);
        more = got.count > 3;
        items += more ? 3 : (int64_t)got.count;
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
    CHECK_INT(items, on_hand, h->where);
    CHECK_INT(units, outstanding, h->where);
}

static void compare_listing_levels(struct history *h)
{
    struct stock_filter any = { 0 };
    struct page page = { 0, O_LISTINGS };
    struct stock_listings all = { 0 };
    struct listing_levels got;
    TRY(h, stock_level_of_listings(h->f->c.tx, &all, &any, &page, &h->f->arena, &got, &h->f->e),
        OK);
    CHECK_INT(got.count, h->o.listing_count, h->where);
    for (int i = 0; i < h->o.listing_count; i++) {
        const struct o_listing *n = &h->o.listings[i];
        int64_t available = o_available(&h->o, n);
        int64_t outstanding = o_outstanding(&h->o, o_of_listing(&h->o, n));
        for (size_t k = 0; k < got.count; k++) {
            if (got.rows[k].listing_id != n->id) continue;
            CHECK_INT(got.rows[k].on_hand, available, h->where);
            CHECK_INT(got.rows[k].outstanding, outstanding, h->where);
        }
        struct stock_scope scope = { .sku = S(""), .listing_id = n->id };
        compare_behind(h, &scope, available, outstanding);
    }
}

static void compare_levels(struct history *h)
{
    struct stock_filter any = { 0 };
    struct page page = { 0, 100 };
    struct stock_level *rows;
    size_t count, known = 0;
    TRY(h, stock_level_list(h->f->c.tx, &any, &page, &h->f->arena, &rows, &count, &h->f->e), OK);
    for (int v = 0; v < O_VARIATIONS; v++) {
        if (!h->o.variations[v].id) continue;
        known++;
        for (size_t i = 0; i < count; i++) {
            if (rows[i].variation_id != h->o.variations[v].id) continue;
            CHECK_INT(rows[i].on_hand, o_on_hand(&h->o, v), h->where);
            CHECK_INT(rows[i].outstanding, o_outstanding(&h->o, 1u << v), h->where);
            struct stock_scope scope = { .sku = S(""), .variation_id = rows[i].variation_id };
            compare_behind(h, &scope, rows[i].on_hand, rows[i].outstanding);
        }
    }
    CHECK_INT(count, known, h->where);
}

static void tell(void *ctx, const char *what, struct str detail)
{
    struct history *h = ctx;
    print_error("%s: %s: %.*s\n", h->where, what, STR_FMT(detail));
}

void history_compare(struct history *h)
{
    compare_orders(h);
    compare_listings(h);
    compare_levels(h);
    compare_listing_levels(h);
    history_compare_items(h);
    int64_t differences;
    TRY(h, verify_all(&h->f->c, false, tell, h, &differences, &h->f->e), OK);
    CHECK_INT(differences, 0, h->where);
}
