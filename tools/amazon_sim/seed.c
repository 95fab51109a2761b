/*
 * seed.c: the catalogue that a seed stands for (used phones, as a reseller names them), and buyers.
 *
 * Which listings are odd depends on their number only, so that a small catalogue has some of each:
 * fulfilled by Amazon, sold out, blocked, suppressed, and SKUs that need encoding in a path.
 */
#include "sim.h"

static const time_ms day_ms = 86400000, hour_ms = 3600000;

struct phone {
    const char *code, *name;
    int64_t price;
};
static const struct phone phones[] = { { "IP11", "Apple iPhone 11", 21900 },
    { "IP12", "Apple iPhone 12", 28900 }, { "IP12PM", "Apple iPhone 12 Pro Max", 42900 },
    { "IP13", "Apple iPhone 13", 38900 }, { "IP13P", "Apple iPhone 13 Pro", 52900 },
    { "IP14", "Apple iPhone 14", 47900 }, { "IPSE2", "Apple iPhone SE (2020)", 12900 },
    { "SGS20", "Samsung Galaxy S20", 17900 }, { "SGS21U", "Samsung Galaxy S21 Ultra", 36900 },
    { "SGS22", "Samsung Galaxy S22", 33900 }, { "GP6", "Google Pixel 6", 21900 },
    { "GP7P", "Google Pixel 7 Pro", 34900 }, { "OP9", "OnePlus 9", 19900 } };
static const char *const capacities[] = { "64", "128", "256", "512" };
static const char *const networks[][2] = { { "UNL", "Unlocked" }, { "ATT", "AT&T" },
    { "VZW", "Verizon" }, { "TMO", "T-Mobile" } };
static const char *const colors[][2] = { { "BLK", "Black" }, { "WHT", "White" }, { "BLU", "Blue" },
    { "RED", "(PRODUCT)RED" }, { "GRN", "Grün" } };
static const char *const grades[][2] = { { "A", "used_like_new" }, { "B", "used_very_good" },
    { "C", "used_good" }, { "D", "used_acceptable" } };
/* What stands between the parts of a SKU; most are plain. */
static const char *const odd[] = { "/", "#", " ", "%", "+", ",", "&", "-Ü-", "?", "%2F" };

enum { ODD_EVERY = 12 };

#define PICK(list) ((list)[rng_below(&s->rng, sizeof(list) / sizeof *(list))])

static struct str make_sku(struct sim *s, const struct phone *p, const char *const color[2],
    const char *const grade[2], int64_t i)
{
    const char *gap = "-";
    size_t odd_count = sizeof odd / sizeof *odd;
    if (i % ODD_EVERY == ODD_EVERY - 1) gap = odd[(size_t)(i / ODD_EVERY) % odd_count];
    const char *capacity = PICK(capacities);
    return arena_fmt(&s->world.arena, "%s%s%s%s%s-%s-%05lld", p->code, gap, capacity, gap, color[0],
        grade[0], (long long)i + 1);
}

static void seed_listing(struct sim *s, int64_t i, int64_t n, time_ms now)
{
    const struct phone *p = &PICK(phones);
    const char *const *color = PICK(colors);
    const char *const *network = PICK(networks);
    const char *const *grade = PICK(grades);
    time_ms step = 700 * day_ms / (n + 1);
    time_ms created = now - 720 * day_ms + step * i;
    struct listing *l = world_listing_add(&s->world, make_sku(s, p, color, grade, i), created);
    if (!l) return;
    l->title = arena_fmt(
        &s->world.arena, "%s, %s, %s (Renewed) %s", p->name, color[1], network[1], grade[0]);
    l->condition = str_of(grade[1]);
    l->price = p->price + (int64_t)rng_below(&s->rng, 60) * 100 - 1;
    l->quantity = (int64_t)rng_below(&s->rng, 25) + 1;
    l->handling_days = i % 5 == 0 ? 2 : -1;
    l->fba = i % 10 == 7;
    if (l->fba || i % 10 == 3) l->quantity = 0;
    l->blocked = i % 50 == 21;
    l->suppressed = i % 50 == 33;
    l->updated = created + (time_ms)rng_below(&s->rng, (uint64_t)(now - created - day_ms));
}

/* A buyer takes one of something that can be bought; NULL: found nothing. */
static struct order *buy(struct sim *s, enum order_status status, time_ms at)
{
    enum { TRIES = 50 };
    const struct listing *l = NULL;
    struct order *o;
    struct error e;
    for (int i = 0; i < TRIES && !l && s->world.listing_count; i++) {
        const struct listing *some = s->world.listings[rng_below(&s->rng, s->world.listing_count)];
        if (!some->gone && listing_is_buyable(some)) l = some;
    }
    if (!l) return NULL;
    struct line_spec line = { .sku = l->sku, .quantity = 1, .price = -1 };
    const struct order_spec spec = { .marketplace = str_of(s->options.region->marketplaces[0].id),
        .status = status,
        .fba = l->fba,
        .created = at,
        .lines = &line,
        .line_count = 1 };
    return world_order_place(&s->world, &spec, &o, &e) ? NULL : o;
}

static void seed_order(struct sim *s, int64_t i, int64_t n, time_ms now)
{
    static const enum order_status states[] = { ORDER_UNSHIPPED, ORDER_SHIPPED, ORDER_UNSHIPPED,
        ORDER_CANCELLED, ORDER_SHIPPED };
    time_ms step = (10 * day_ms - 600000) / (n + 1);
    (void)buy(s, states[i % 5], now - 10 * day_ms + step * (i + 1));
}

static time_ms until_next(struct sim *s)
{
    /* Evenly between none and twice the mean. */
    return (time_ms)rng_below(&s->rng, (uint64_t)(2 * hour_ms / s->orders_per_hour) + 1);
}

void sim_set_traffic(struct sim *s, int64_t orders_per_hour, time_ms now)
{
    s->orders_per_hour = orders_per_hour;
    if (orders_per_hour > 0) s->next_order = now + until_next(s);
}

void sim_settle(struct sim *s, time_ms now)
{
    /* A clock that was moved by days brings so many buyers at most. */
    for (int i = 0; i < 1000 && s->orders_per_hour > 0 && s->next_order <= now; i++) {
        world_settle(&s->world, s->next_order);
        (void)buy(s, ORDER_UNSHIPPED, s->next_order);
        s->next_order += until_next(s);
    }
    if (s->orders_per_hour > 0 && s->next_order <= now) s->next_order = now + until_next(s);
    feeds_settle(s, now);
    world_settle(&s->world, now);
}

void sim_seed(struct sim *s, int64_t listings, int64_t orders)
{
    time_ms now = sim_clock_now(&s->clock);
    for (int64_t i = 0; i < listings; i++)
        seed_listing(s, i, listings, now);
    for (int64_t i = 0; i < orders && listings > 0; i++)
        seed_order(s, i, orders, now);
}
