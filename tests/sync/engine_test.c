/* engine_test.c: the engine on real parts: a database, Amazon's adapter, curl, the simulator. */
#include "check.h"
#include "world.h"

#include "store/run.h"

static enum db_engine engine;
static const char *simulator;

static const char *const fast[] = { "--seed", "1", "--listings", "0", "--time-scale", "60",
    "--rate-scale", "50", NULL };

#define LISTING(sku, quantity, more)                                                               \
    "{\"sku\": \"" sku "\", \"quantity\": " quantity ", \"title\": \"Phone " sku "\"" more "}"

static void open_world(struct world *w, bool inventory_sync, bool order_import)
{
    world_open(w, engine, simulator, fast);
    world_control(w, "/_sim/listings",
        "[" LISTING("IP13", "9", "") "," LISTING("IP14", "0", "") "," LISTING(
            "A/B #1 %,+", "2", "") "," LISTING("FBA", "0", ", \"fulfillment\": \"amazon\"") "]");
    world_connect(w, inventory_sync, order_import);
    world_start_engine(w);
    world_until(w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'", 1,
        "a new channel proves itself");
}

static void test_listings(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, false, false);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "the import succeeds");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing"), 4, "all of them");
    CHECK_INT(world_number(&w, "SELECT imported FROM listing WHERE sku = 'IP13'"), 9, "as shown");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE fulfillment = 'amazon'"), 1,
        "Amazon's own stock is known as such");
    world_control(&w, "/_sim/listings", "{\"sku\": \"IP14\", \"delete\": true}");
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "again");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE state = 'ended'"), 1,
        "a complete import ends what it did not see");
    world_close(&w);
}

/* The very first call is the import, and the channel's clock is far ahead of ours. */
static void test_listings_by_another_clock(void **state)
{
    (void)state;
    static const char *const ahead[] = { "--seed", "1", "--listings", "1200", "--time-scale",
        "1000", "--rate-scale", "50", NULL };
    struct world w;
    world_open(&w, engine, simulator, ahead);
    world_control(&w, "/_sim/listings", "[" LISTING("NEWEST", "1", "") "]");
    world_connect_proved(&w);
    world_start_engine(&w);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "the import succeeds");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing"), 1201, "all of them");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE sku = 'NEWEST'"), 1, "and one");
    world_close(&w);
}

/* A page that was read already changes while the others are read: simulated hours, not minutes. */
static void test_change_during_import(void **state)
{
    (void)state;
    static const char *const slow[] = { "--seed", "1", "--listings", "900", "--time-scale", "1000",
        "--rate-scale", "3", NULL };
    struct world w;
    world_open(&w, engine, simulator, slow);
    world_connect_proved(&w);
    world_start_engine(&w);
    world_queue(&w, RUN_SYNC_LISTINGS);
    world_until(&w, "SELECT COUNT(*) > 0 FROM listing", 1, "the first page is read");
    struct str sku = world_text(&w, "SELECT sku FROM listing WHERE fulfillment = 'merchant'"
                                    " ORDER BY id LIMIT 1");
    world_control(&w, "/_sim/listings",
        arena_fmt(&w.arena, "{\"sku\": \"%.*s\", \"quantity\": 777}", STR_FMT(sku)).at);
    CHECK_INT(
        world_number(&w, "SELECT COUNT(*) FROM run WHERE state = 'running'"), 1, "on the way");
    world_until(&w, "SELECT COUNT(*) FROM run WHERE state = 'succeeded'", 1, "the import ends");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing"), 900, "all of them");
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE imported = 777", 1, "and what changed");
    world_close(&w);
}

/* In lots, because what is created in one moment cannot be told apart by its time. */
static void set_quantities(struct world *w, int count, int quantity)
{
    enum { LOT = 100 };
    struct buf body;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < count; i++) {
        buf_put_fmt(&body, "%s{\"sku\": \"S%d\", \"quantity\": %d, \"title\": \"A phone\"}",
            i % LOT ? "," : "[", i, quantity);
        if (i % LOT < LOT - 1) continue;
        buf_put(&body, S("]\0"));
        world_control(w, "/_sim/listings", body.at);
        buf_clear(&body);
    }
    buf_release(&body);
}

/* The search shows a thousand results at most, also of what changed. */
static void test_many_changes(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, engine, simulator, fast);
    world_connect_proved(&w);
    set_quantities(&w, 1100, 3);
    world_start_engine(&w);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "the import succeeds");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE imported = 3"), 1100, "all");
    set_quantities(&w, 1100, 8);
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE imported = 8", 1100, "all that changed");
    world_close(&w);
}

static void test_quantities(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, true, false);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    (void)world_variation(&w, "FBA", "iPhone of Amazon's");
    world_until_live(&w, "IP13", 0, "connected and without stock: a fall to zero");
    world_receive(&w, id, 7);
    world_until_live(&w, "IP13", 7, "what came in is told");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "read back and settled");
    int64_t odd = world_variation(&w, "A/B #1 %,+", "iPhone of odd SKU");
    world_receive(&w, odd, 3);
    world_until_live(&w, "A/B #1 %,+", 3, "a SKU with every odd character");
    world_control(&w, "/_sim/listings", "{\"sku\": \"IP13\", \"quantity\": 0}");
    world_until(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'changed_elsewhere'", 1,
        "another tool is noticed");
    world_until_live(&w, "IP13", 7, "and put right");
    struct json root;
    CHECK_INT(world_call(&w, "GET", "/_sim/calls?limit=20000", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls); i++) {
        struct str sku = S(""), method = S("");
        (void)json_str(json_get(json_at(calls, i), "sku"), &sku);
        (void)json_str(json_get(json_at(calls, i), "method"), &method);
        CHECK(!str_eq(method, S("PATCH")) || !str_eq(sku, S("FBA")),
            "a listing that Amazon fulfils is never pushed");
    }
    json_release(&root);
    world_close(&w);
}

static void test_orders(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, true, true);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_receive(&w, id, 5);
    world_until_live(&w, "IP13", 5, "a rise goes when orders were asked for");
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"111-1111111-1111111\", \"status\": \"PENDING\","
        " \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2}, {\"sku\": \"NOWHERE\","
        " \"quantity\": 1}]}");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "it comes in");
    world_until(&w, "SELECT status_id FROM sales_order", 3, "pending, by the map");
    world_until(&w, "SELECT target FROM listing WHERE sku = 'IP13'", 3, "and reserves at once");
    world_control(&w, "/_sim/orders/111-1111111-1111111/status", "{\"status\": \"UNSHIPPED\"}");
    world_until(&w, "SELECT status_id FROM sales_order", 1, "the status follows");
    world_control(&w, "/_sim/orders/111-1111111-1111111/cancel",
        "{\"lines\": [{\"sku\": \"IP13\", \"quantity\": 1}]}");
    world_until(&w, "SELECT target FROM listing WHERE sku = 'IP13'", 4, "a canceled unit is free");
    world_control(&w, "/_sim/orders/111-1111111-1111111/ship", "{}");
    world_until(&w, "SELECT status_id FROM sales_order", 4, "shipped");
    CHECK_INT(
        world_number(&w, "SELECT COUNT(*) FROM sales_order"), 1, "the same order never twice");
    CHECK_INT(world_run(&w, RUN_IMPORT_ORDERS), 1, "also when asked for by hand");
    world_close(&w);
}

static void test_bad_days(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, true, false);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    world_control(&w, "/_sim/faults",
        "[{\"match\": \"PATCH /listings\", \"kind\": \"429\", \"count\": 1},"
        " {\"match\": \"PATCH /listings\", \"kind\": \"500\", \"count\": 1},"
        " {\"match\": \"PATCH /listings\", \"kind\": \"reset\", \"count\": 1},"
        " {\"match\": \"PATCH /listings\", \"kind\": \"drop_after_apply\", \"count\": 1},"
        " {\"match\": \"PATCH /listings\", \"kind\": \"html400\", \"count\": 1}]");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_receive(&w, id, 4);
    world_until_live(&w, "IP13", 4, "through every fault");
    world_control(&w, "/_sim/auth/revoke", "{}");
    world_control(&w, "/_sim/auth/expire_tokens", "{}");
    world_receive(&w, id, 1);
    world_until(&w, "SELECT COUNT(*) FROM channel WHERE state = 'reconnect_needed'", 1,
        "a revoked grant is said");
    struct error e;
    struct verify_result result;
    CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &result, &e), OK, &e, "asked");
    CHECK(!result.ok, "it is not well");
    CHECK_STR(str_of(result.checks[0].code), S("revoked_grant"), "in words");
    world_control(&w, "/_sim/auth/restore", "{}");
    CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &result, &e), OK, &e, "again");
    CHECK(result.ok, "the seller has authorised it again");
    world_until_live(&w, "IP13", 5, "what was wanted meanwhile is sent");
    world_close(&w);
}

/* As if the phones had come three days ago. */
static enum err age(struct change *c, void *ctx, struct error *e)
{
    (void)ctx;
    struct stmt *st = tx_prepare(c->tx, "UPDATE item_event SET at = at - 259200000");
    return stmt_run(st, NULL, e);
}

static void test_restart(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, true, true);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_stop_engine(&w);
    world_receive(&w, id, 6);
    world_control(&w, "/_sim/orders",
        "{\"status\": \"UNSHIPPED\", \"lines\": [{\"sku\": \"IP13\", \"quantity\": 1}]}");
    world_change(&w, age, NULL);
    struct engine *stopped = w.engine;
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders of the time away come in");
    world_until(&w, "SELECT CASE WHEN COUNT(*) >= 2 THEN 1 ELSE 0 END FROM inventory_day", 1,
        "days of the time away are counted");
    CHECK_INT(world_number(&w, "SELECT CAST(SUM(units) AS BIGINT) FROM inventory_count"
                               " WHERE day = (SELECT MIN(day) FROM inventory_day)"),
        6, "as they were");
    world_until_live(&w, "IP13", 5, "and what changed meanwhile is told");
    world_close(&w);
    engine_release(stopped);
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
        cmocka_unit_test(test_listings),
        cmocka_unit_test(test_listings_by_another_clock),
        cmocka_unit_test(test_change_during_import),
        cmocka_unit_test(test_many_changes),
        cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_bad_days),
        cmocka_unit_test(test_restart),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
