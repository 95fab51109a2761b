/* world_test.c: stock under orders and changes that wait: kept by rules, whatever the order of
 * events. */
#include "check.h"

#include "amazon_sim/world.h"

static struct rng rng;
static struct world world;

static int setup(void **state)
{
    (void)state;
    rng_seeded(&rng, 3);
    world_init(&world, &rng);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_release(&world);
    return 0;
}

static struct order *place(struct str sku, int64_t quantity, time_ms now)
{
    struct line_spec line = { .sku = sku, .quantity = quantity, .price = -1 };
    struct order_spec spec = { .marketplace = S("M"),
        .status = ORDER_UNSHIPPED,
        .created = now,
        .lines = &line,
        .line_count = 1 };
    struct order *o = NULL;
    struct error e;
    CHECK_INT(world_order_place(&world, &spec, &o, &e), OK, "an order is placed");
    return o;
}

static void test_orders_take_and_give_back(void **state)
{
    (void)state;
    struct error e;
    struct listing *l = world_listing_add(&world, S("A"), 1);
    l->quantity = 5;
    struct order *o = place(S("A"), 3, 10);
    CHECK_INT(l->quantity, 2, "taken");
    CHECK_INT(l->updated, 10, "the listing has changed");
    struct order *over = place(S("A"), 4, 11);
    CHECK_INT(l->quantity, 0, "no less than nothing");
    CHECK_INT(world_order_cancel(&world, over, NULL, 12, &e), OK, "cancelled");
    CHECK_INT(l->quantity, 2, "only what was taken comes back");
    CHECK_INT(over->status, ORDER_CANCELLED, "all of it");
    CHECK_INT(world_order_cancel(&world, over, NULL, 12, &e), ERR_CONFLICT, "nothing is left");
    CHECK_INT(world_order_ship(&world, o, (int64_t[]){ 1 }, 13, &e), OK, "a part is shipped");
    CHECK_INT(o->status, ORDER_PARTIALLY_SHIPPED, "a part");
    CHECK_INT(world_order_ship(&world, o, (int64_t[]){ 3 }, 13, &e), ERR_CONFLICT, "too many");
    CHECK_INT(world_order_cancel(&world, o, (int64_t[]){ 1 }, 14, &e), OK, "one is cancelled");
    CHECK_INT(l->quantity, 3, "and comes back");
    CHECK_INT(world_order_ship(&world, o, NULL, 15, &e), OK, "the rest");
    CHECK_INT(o->status, ORDER_SHIPPED, "nothing is left");
    CHECK_INT(l->quantity, 3, "what is shipped does not come back");
}

static void test_changes_wait_in_order(void **state)
{
    (void)state;
    struct listing *l = world_listing_add(&world, S("A"), 1);
    struct listing *k = world_listing_add(&world, S("B"), 1);
    l->handling_days = 2;
    const struct change nine = { .set_quantity = true, .quantity = 9 };
    const struct change four = { .set_quantity = true, .quantity = 4 };
    CHECK(world_submit(&world, l, &nine, 100), "queued");
    CHECK(world_submit(&world, l, &four, 50), "due earlier, but sent later");
    CHECK(world_submit(&world, k, &four, 50), "of another SKU");
    world_settle(&world, 99);
    CHECK_INT(k->quantity, 4, "due");
    CHECK_INT(l->quantity, 0, "not due");
    CHECK_INT(l->waiting, 2, "two wait");
    world_settle(&world, 100);
    CHECK_INT(l->quantity, 4, "the later wish stands");
    CHECK_INT(l->handling_days, 2, "what no one named is kept");
    CHECK_INT(l->waiting, 0, "none waits");
}

/* Many changes leave the heap in the order in which they are due. */
static void test_many_changes(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct listing *l[20];
    int64_t newest[20] = { 0 };
    for (size_t i = 0; i < COUNT_OF(l); i++) {
        char sku[] = { (char)('a' + i) };
        l[i] = world_listing_add(&world, (struct str){ sku, 1 }, 1);
    }
    for (int64_t n = 1; n <= N; n++) {
        size_t i = rng_below(&rng, COUNT_OF(l));
        const struct change c = { .set_quantity = true, .quantity = n };
        CHECK(world_submit(&world, l[i], &c, (time_ms)rng_below(&rng, 1000)), "queued");
        newest[i] = n;
    }
    int64_t last[20] = { 0 };
    for (time_ms now = 0; now <= 1001; now += 7) {
        world_settle(&world, now);
        for (size_t i = 0; i < COUNT_OF(l); i++) {
            CHECK(l[i]->updated <= now || l[i]->quantity == 0, "nothing is early");
            CHECK(l[i]->quantity >= last[i], "no older wish follows a newer one");
            last[i] = l[i]->quantity;
        }
    }
    for (size_t i = 0; i < COUNT_OF(l); i++)
        CHECK_INT(l[i]->quantity, newest[i], "the newest wish stands");
}

static void test_deleted_listings(void **state)
{
    (void)state;
    struct listing *l = world_listing_add(&world, S("A"), 1);
    const struct change four = { .set_quantity = true, .quantity = 4 };
    CHECK(world_submit(&world, l, &four, 50), "queued");
    l->gone = true;
    CHECK(!world_listing(&world, S("A")), "deleted");
    CHECK(place(S("A"), 1, 2), "buyers' orders outlive it");
    world_settle(&world, 60);
    struct listing *again = world_listing_add(&world, S("A"), 70);
    CHECK(again == l && !again->gone, "the SKU is back");
    CHECK_INT(again->quantity, 0, "empty");
    CHECK_INT(again->created, 70, "new");
}

static void test_fba(void **state)
{
    (void)state;
    struct listing *l = world_listing_add(&world, S("F"), 1);
    l->fba = true;
    place(S("F"), 2, 5);
    CHECK_INT(l->quantity, 0, "Amazon's stock is not counted here");
    listing_apply(l, &(struct change){ .set_fba = true, .set_quantity = true, .quantity = 3 }, 6);
    CHECK(!l->fba && l->stranded, "flipped by a DEFAULT quantity");
    CHECK_INT(l->quantity, 3, "and sold by the merchant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_orders_take_and_give_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes_wait_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deleted_listings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fba, setup, teardown),
    };
    return cmocka_run_group_tests_name("sim/world", tests, NULL, NULL);
}
