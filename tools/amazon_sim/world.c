/* world.c: memory, indexes, listings and the changes that wait; orders are in world_orders.c. */
#include "world.h"

#include "world_index.h"

#include <string.h>

enum { WAITING_MAX = 1000000 };
static const size_t memory_max = (size_t)1 << 30;
static const size_t memory_reserve = (size_t)1 << 28; /* index growth, the last order's lines */

static uint64_t key_hash(struct str key)
{
    return str_hash(key);
}

static struct str key_of_listing(const void *at)
{
    return ((const struct listing *)at)->sku;
}

static struct str key_of_order(const void *at)
{
    return str_of(((const struct order *)at)->id);
}

void *world_index_get(const struct world_index *x, struct str key, index_key *key_of)
{
    if (!x->size) return NULL;
    for (size_t i = key_hash(key) & (x->size - 1);; i = (i + 1) & (x->size - 1)) {
        if (!x->slots[i]) return NULL;
        if (str_eq(key_of(x->slots[i]), key)) return x->slots[i];
    }
}

static void index_put(struct world_index *x, void *at, index_key *key_of)
{
    size_t i = key_hash(key_of(at)) & (x->size - 1);
    while (x->slots[i])
        i = (i + 1) & (x->size - 1);
    x->slots[i] = at;
    x->used++;
}

void world_index_add(struct world *w, struct world_index *x, void *at, index_key *key_of)
{
    if (x->used * 2 >= x->size) {
        struct world_index old = *x;
        x->size = old.size ? old.size * 2 : 1024;
        x->slots = arena_new(&w->arena, void *, x->size);
        x->used = 0;
        for (size_t i = 0; i < old.size; i++)
            if (old.slots[i]) index_put(x, old.slots[i], key_of);
    }
    index_put(x, at, key_of);
}

void world_init(struct world *w, struct rng *rng)
{
    memset(w, 0, sizeof *w);
    arena_init(&w->arena, "world", memory_max + memory_reserve);
    w->rng = rng;
    w->item_ids = 10000000000;
}

void world_release(struct world *w)
{
    arena_release(&w->arena);
}

bool world_full(const struct world *w)
{
    return w->arena.used > memory_max - memory_reserve;
}

struct listing *world_listing(const struct world *w, struct str sku)
{
    struct listing *l = world_index_get(&w->by_sku, sku, key_of_listing);
    return l && !l->gone ? l : NULL;
}

struct order *world_order(const struct world *w, struct str id)
{
    return world_index_get(&w->by_order_id, id, key_of_order);
}

void world_order_index(struct world *w, struct order *o)
{
    world_index_add(w, &w->by_order_id, o, key_of_order);
}

struct str world_asin(struct world *w, int64_t number)
{
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    char text[] = "B0XXXXXXXX";
    uint64_t n = (uint64_t)number * 2654435761U + 1234567;
    for (size_t i = 2; i < 10; i++) {
        text[i] = digits[n % 34];
        n /= 34;
    }
    return arena_str(&w->arena, str_of(text));
}

static void keep_listing(struct world *w, struct listing *l)
{
    if (w->listing_count == w->listing_room) {
        size_t room = w->listing_room ? w->listing_room * 2 : 256;
        struct listing **more = arena_new(&w->arena, struct listing *, room);
        for (size_t i = 0; i < w->listing_count; i++)
            more[i] = w->listings[i];
        w->listings = more;
        w->listing_room = room;
    }
    l->number = (int64_t)w->listing_count;
    w->listings[w->listing_count++] = l;
    world_index_add(w, &w->by_sku, l, key_of_listing);
}

struct listing *world_listing_add(struct world *w, struct str sku, time_ms now)
{
    struct listing *l = world_index_get(&w->by_sku, sku, key_of_listing);
    if (l && !l->gone) return l;
    if (!l) {
        if (world_full(w) || w->listing_count >= WORLD_LISTINGS_MAX) return NULL;
        l = arena_new(&w->arena, struct listing, 1);
        l->sku = arena_str(&w->arena, sku);
        keep_listing(w, l);
        l->asin = world_asin(w, l->number);
    }
    struct str asin = l->asin, key = l->sku;
    int64_t number = l->number;
    time_ms last_due = l->last_due;
    int waiting = l->waiting;
    *l = (struct listing){ .sku = key,
        .asin = asin,
        .number = number,
        .title = key,
        .product_type = S("CELLULAR_PHONE"),
        .condition = S("used_good"),
        .price = 19900,
        .handling_days = -1,
        .created = now,
        .updated = now,
        .last_due = last_due,
        .waiting = waiting };
    return l;
}

bool listing_is_buyable(const struct listing *l)
{
    return !l->blocked && (l->fba || l->quantity > 0);
}

struct place listing_in(const struct listing *l, struct str marketplace)
{
    for (size_t i = 0; i < l->place_count; i++)
        if (str_eq(l->places[i].marketplace, marketplace)) return l->places[i];
    return (struct place){ marketplace, false, l->fba, l->blocked, l->suppressed };
}

static bool is_before(const struct waiting_change *a, const struct waiting_change *b)
{
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void swap(struct waiting_change *a, struct waiting_change *b)
{
    struct waiting_change t = *a;
    *a = *b;
    *b = t;
}

bool world_submit(struct world *w, struct listing *l, const struct change *change, time_ms due)
{
    if (w->waiting_count >= WAITING_MAX || world_full(w)) return false;
    if (w->waiting_count == w->waiting_room) {
        size_t room = w->waiting_room ? w->waiting_room * 2 : 256;
        struct waiting_change *more = arena_new(&w->arena, struct waiting_change, room);
        if (w->waiting_count) memcpy(more, w->waiting, w->waiting_count * sizeof *more);
        w->waiting = more;
        w->waiting_room = room;
    }
    if (due < l->last_due) due = l->last_due;
    l->last_due = due;
    l->waiting++;
    size_t i = w->waiting_count++;
    w->waiting[i] = (struct waiting_change){ l, due, w->changes++, *change };
    for (; i > 0 && is_before(&w->waiting[i], &w->waiting[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&w->waiting[i], &w->waiting[(i - 1) / 2]);
    return true;
}

static struct waiting_change take_first(struct world *w)
{
    struct waiting_change first = w->waiting[0];
    size_t n = --w->waiting_count;
    w->waiting[0] = w->waiting[n];
    for (size_t i = 0;;) {
        size_t least = i, child = 2 * i + 1;
        if (child < n && is_before(&w->waiting[child], &w->waiting[least])) least = child;
        if (child + 1 < n && is_before(&w->waiting[child + 1], &w->waiting[least]))
            least = child + 1;
        if (least == i) return first;
        swap(&w->waiting[i], &w->waiting[least]);
        i = least;
    }
}

void listing_apply(struct listing *l, const struct change *c, time_ms now)
{
    if (c->set_fba) {
        /* A merchant quantity on a listing that Amazon fulfils turns it into the merchant's. */
        if (l->fba && !c->fba) l->stranded = true;
        l->fba = c->fba;
        if (c->fba) {
            l->quantity = 0;
            l->stranded = false;
        }
    }
    for (size_t i = 0; i < l->place_count && c->set_quantity; i++) {
        l->stranded = l->stranded || l->places[i].fba;
        l->places[i].fba = false;
    }
    if (c->set_quantity) l->quantity = c->quantity;
    if (c->set_handling) l->handling_days = c->handling_days;
    if (c->set_restock) memcpy(l->restock_date, c->restock_date, DATE_SIZE);
    l->updated = now;
}

void world_settle(struct world *w, time_ms now)
{
    while (w->waiting_count && w->waiting[0].due <= now) {
        struct waiting_change first = take_first(w);
        first.listing->waiting--;
        if (!first.listing->gone) listing_apply(first.listing, &first.change, first.due);
    }
}
