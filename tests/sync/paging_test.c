/* paging_test.c: orders are all read when Amazon's pages lead nowhere. */
#include "scenario.h"

#include "store/run.h"

enum { ORDERS = 12, PAGE = 5 };

static enum db_engine engine;
static const char *simulator;

/* What keeps a reader from the second page, and how it is switched on. */
static const struct obstacle {
    const char *path, *on, *why;
} obstacles[] = {
    { "/_sim/faults", "{\"match\": \"searchOrders\", \"kind\": \"same_page\"}",
        "the same page again under new tokens" },
    { "/_sim/settings", "{\"page_token_bytes\": 5000}", "a token longer than any" },
};

static void begin(struct world *w, const struct obstacle *obstacle, time_ms orders_from)
{
    static const char *const options[] = { "--seed", "1", "--listings", "0", "--time-scale", "300",
        "--client-scale", "300", NULL };
    world_open_scaled(w, engine, simulator, options, SCENARIO_SPEED);
    world_control(w, "/_sim/settings", arena_fmt(&w->arena, "{\"orders_page_max\": %d}", PAGE).at);
    world_control(w, obstacle->path, obstacle->on);
    world_connect_as(w, &(struct world_account){ .order_import = true,
                            .orders_from = orders_from ? orders_from : world_simulated_now(w) });
}

static void place(struct world *w, int i, int64_t age_ms)
{
    world_control(w, "/_sim/orders",
        arena_fmt(&w->arena,
            "{\"order_id\": \"111-1111111-%07d\", \"age_ms\": %lld,"
            " \"lines\": [{\"sku\": \"ANY\"}]}",
            i, (long long)age_ms)
            .at);
}

static void check_told(struct world *w, int64_t calls_max, const char *why)
{
    CHECK_INT(world_number(w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'reading_stalled'"),
        1, "told once");
    CHECK(scenario_calls(w, "searchOrders") <= calls_max, why);
}

static void test_live(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct world w;
        begin(&w, &obstacles[i], 0);
        for (int k = 0; k < ORDERS; k++) {
            place(&w, k, 0);
            scenario_advance(&w, MINUTE);
        }
        world_start_engine(&w);
        world_until(&w, "SELECT COUNT(*) FROM sales_order", ORDERS, obstacles[i].why);
        check_told(&w, 40, "the allowance is not spent on pages that lead nowhere");
        scenario_advance(&w, 5 * MINUTE);
        place(&w, ORDERS, 0);
        world_until(&w, "SELECT COUNT(*) FROM sales_order", ORDERS + 1, "and it goes on");
        world_close(&w);
    }
}

static void test_backfill(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct world w;
        begin(&w, &obstacles[i], clock_now(clock_system()) - 30 * (int64_t)DAY);
        for (int k = 0; k < ORDERS; k++)
            place(&w, k, (k + 1) * (int64_t)DAY);
        world_start_engine(&w);
        world_until(&w,
            "SELECT COUNT(*) FROM run WHERE kind = 'backfill_orders'"
            " AND state = 'succeeded'",
            1, obstacles[i].why);
        CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), ORDERS, "all of them");
        world_close(&w);
    }
}

static int stop(void **state)
{
    (void)state;
    harness_stop();
    return 0;
}

int main(int argc, char **argv)
{
    engine = harness_engine(argc, argv);
    simulator = argv[2];
    const struct CMUnitTest tests[] = {
        SCENARIO("same-page-again-under-new-tokens", test_live),
        SCENARIO("same-page-again-in-older-orders", test_backfill),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
