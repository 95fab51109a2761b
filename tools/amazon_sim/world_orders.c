/* world_orders.c: orders are placed, shipped and cancelled; listings sink and rise with them. */
#include "world.h"

#include "world_index.h"

#include <string.h>

const char *const order_status_names[ORDER_STATUS_COUNT] = { "PENDING_AVAILABILITY", "PENDING",
    "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE" };

bool order_status_parse(struct str name, enum order_status *out)
{
    for (int i = 0; i < ORDER_STATUS_COUNT; i++) {
        if (!str_eq(name, str_of(order_status_names[i]))) continue;
        *out = (enum order_status)i;
        return true;
    }
    return false;
}

int64_t order_line_left(const struct order_line *l)
{
    return l->ordered - l->shipped - l->cancelled;
}

static void make_id(struct world *w, struct order *o)
{
    do {
        uint64_t a = rng_below(w->rng, 900) + 100, b = rng_below(w->rng, 9000000) + 1000000,
                 c = rng_below(w->rng, 9000000) + 1000000;
        struct arena_mark mark = arena_mark(&w->arena);
        struct str id = arena_fmt(&w->arena, "%llu-%llu-%llu", (unsigned long long)a,
            (unsigned long long)b, (unsigned long long)c);
        memcpy(o->id, id.at, id.len);
        o->id[id.len] = '\0';
        arena_rewind(&w->arena, mark);
    } while (world_order(w, str_of(o->id)));
}

static void keep_order(struct world *w, struct order *o)
{
    if (w->order_count == w->order_room) {
        size_t room = w->order_room ? w->order_room * 2 : 256;
        struct order **more = arena_new(&w->arena, struct order *, room);
        for (size_t i = 0; i < w->order_count; i++)
            more[i] = w->orders[i];
        w->orders = more;
        w->order_room = room;
    }
    o->number = (int64_t)w->order_count;
    w->orders[w->order_count++] = o;
    world_order_index(w, o);
}

/* Several lines may draw on one listing: what the earlier ones want counts. */
static enum err check_stock(const struct world *w, const struct order_spec *spec, struct error *e)
{
    for (size_t i = 0; i < spec->line_count; i++) {
        const struct listing *l = world_listing(w, spec->lines[i].sku);
        int64_t wanted = 0;
        for (size_t k = 0; k <= i; k++)
            if (str_eq(spec->lines[k].sku, spec->lines[i].sku)) wanted += spec->lines[k].quantity;
        bool there = l && !l->blocked && (l->fba || wanted <= l->quantity);
        if (!there)
            return error_code(e, ERR_CONFLICT, "not_available",
                "Amazon would not sell %lld of %.*s now", (long long)wanted,
                STR_FMT(spec->lines[i].sku));
    }
    return OK;
}

static void fill_line(
    struct world *w, struct order_line *to, const struct line_spec *from, bool fba, time_ms now)
{
    struct listing *l = world_listing(w, from->sku);
    to->item_id = arena_fmt(&w->arena, "%lld", (long long)++w->item_ids);
    to->sku = arena_str(&w->arena, from->sku);
    to->asin = l ? l->asin : S("");
    to->title = from->title.len ? arena_str(&w->arena, from->title) : l ? l->title : to->sku;
    to->condition = l ? l->condition : S("");
    to->ordered = from->quantity;
    to->price = from->price >= 0 ? from->price : l ? l->price : 9900;
    if (!l || l->fba || fba) return;
    to->taken = from->quantity < l->quantity ? from->quantity : l->quantity;
    l->quantity -= to->taken;
    if (to->taken) l->updated = now;
}

static void give_back(struct world *w, struct order_line *line, int64_t quantity, time_ms now)
{
    struct listing *l = world_listing(w, line->sku);
    int64_t back = quantity < line->taken ? quantity : line->taken;
    line->taken -= back;
    if (!l || l->fba || back == 0) return;
    l->quantity += back;
    l->updated = now;
}

/* The states that a caller may ask for at once. */
static void start_in(struct world *w, struct order *o)
{
    struct package *p = NULL;
    if (o->status == ORDER_SHIPPED) {
        p = arena_new(&w->arena, struct package, 1);
        p->reference = ++w->packages;
        p->shipped = o->updated;
        p->quantities = arena_new(&w->arena, int64_t, o->line_count);
        o->packages = p;
    }
    for (size_t i = 0; i < o->line_count; i++) {
        struct order_line *l = &o->lines[i];
        if (o->status == ORDER_SHIPPED) l->shipped = l->ordered;
        if (p) p->quantities[i] = l->ordered;
        if (o->status == ORDER_CANCELLED) {
            l->cancelled = l->ordered;
            give_back(w, l, l->ordered, o->updated);
        }
    }
}

enum err world_order_place(
    struct world *w, const struct order_spec *spec, struct order **out, struct error *e)
{
    if (world_full(w) || w->order_count >= WORLD_ORDERS_MAX)
        return error_set(e, ERR_BUSY, "the simulator holds as many orders as it can");
    if (spec->line_count == 0 || spec->line_count > ORDER_LINES)
        return error_set(e, ERR_INVALID, "an order has 1 to %d lines", ORDER_LINES);
    if (spec->status == ORDER_PARTIALLY_SHIPPED)
        return error_set(e, ERR_INVALID, "place it UNSHIPPED and ship a part of it");
    if (spec->id.len >= ORDER_ID_SIZE)
        return error_set(e, ERR_INVALID, "an order id has at most %d bytes", ORDER_ID_SIZE - 1);
    if (spec->id.len && world_order(w, spec->id))
        return error_set(e, ERR_CONFLICT, "there is an order %.*s", STR_FMT(spec->id));
    enum err rc = spec->if_available ? check_stock(w, spec, e) : OK;
    if (rc) return rc;

    struct order *o = arena_new(&w->arena, struct order, 1);
    if (spec->id.len)
        memcpy(o->id, spec->id.at, spec->id.len);
    else
        make_id(w, o);
    o->status = spec->status;
    o->fba = spec->fba;
    o->marketplace = arena_str(&w->arena, spec->marketplace);
    o->created = o->updated = spec->created;
    o->searchable = spec->searchable;
    o->malformed = spec->malformed;
    o->lines = arena_new(&w->arena, struct order_line, spec->line_count);
    o->line_count = spec->line_count;
    for (size_t i = 0; i < spec->line_count; i++)
        fill_line(w, &o->lines[i], &spec->lines[i], o->fba, spec->created);
    keep_order(w, o);
    start_in(w, o);
    *out = o;
    return OK;
}

static enum err check_quantities(
    const struct order *o, const int64_t *quantities, const char *what, struct error *e)
{
    int64_t sum = 0;
    for (size_t i = 0; i < o->line_count; i++) {
        int64_t left = order_line_left(&o->lines[i]);
        int64_t n = quantities ? quantities[i] : left;
        if (n < 0 || n > left)
            return error_set(e, ERR_CONFLICT, "line %.*s has %lld left, not %lld to %s",
                STR_FMT(o->lines[i].item_id), (long long)left, (long long)n, what);
        sum += n;
    }
    if (sum == 0) return error_set(e, ERR_CONFLICT, "order %s has nothing left to %s", o->id, what);
    return OK;
}

static void derive_status(struct order *o)
{
    int64_t left = 0, shipped = 0;
    for (size_t i = 0; i < o->line_count; i++) {
        left += order_line_left(&o->lines[i]);
        shipped += o->lines[i].shipped;
    }
    if (shipped)
        o->status = left ? ORDER_PARTIALLY_SHIPPED : ORDER_SHIPPED;
    else if (!left)
        o->status = ORDER_CANCELLED;
}

enum err world_order_ship(
    struct world *w, struct order *o, const int64_t *quantities, time_ms now, struct error *e)
{
    if (world_full(w)) return error_set(e, ERR_BUSY, "the simulator is full");
    if (o->status < ORDER_UNSHIPPED)
        return error_set(e, ERR_CONFLICT, "order %s is %s", o->id, order_status_names[o->status]);
    enum err rc = check_quantities(o, quantities, "ship", e);
    if (rc) return rc;
    struct package *p = arena_new(&w->arena, struct package, 1);
    p->reference = ++w->packages;
    p->shipped = now;
    p->quantities = arena_new(&w->arena, int64_t, o->line_count);
    p->next = o->packages;
    o->packages = p;
    for (size_t i = 0; i < o->line_count; i++) {
        struct order_line *l = &o->lines[i];
        int64_t n = quantities ? quantities[i] : order_line_left(l);
        p->quantities[i] = n;
        l->shipped += n;
        l->taken -= n < l->taken ? n : l->taken; /* what is sent does not come back */
    }
    o->updated = now;
    derive_status(o);
    return OK;
}

enum err world_order_cancel(
    struct world *w, struct order *o, const int64_t *quantities, time_ms now, struct error *e)
{
    enum err rc = check_quantities(o, quantities, "cancel", e);
    if (rc) return rc;
    for (size_t i = 0; i < o->line_count; i++) {
        struct order_line *l = &o->lines[i];
        int64_t n = quantities ? quantities[i] : order_line_left(l);
        l->cancelled += n;
        if (n) give_back(w, l, n, now);
    }
    o->updated = now;
    derive_status(o);
    return OK;
}
