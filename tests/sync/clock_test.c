/* clock_test.c: the machine's clock is put back while the engine works. */
#include "check.h"
#include "world.h"

#include "store/run.h"

enum { HOUR_MS = 3600 * 1000, HELD_MS = 15 * 60 * 1000 };

static enum db_engine engine;
static const char *simulator;

static const char *const fast[] = { "--seed", "1", "--listings", "0", "--time-scale", "60",
    "--rate-scale", "50", NULL };

/* A shop whose only phone shows two. */
static int64_t open_shop(struct world *w, bool order_import)
{
    world_open(w, engine, simulator, fast);
    world_control(w, "/_sim/listings", "{\"sku\": \"IP13\", \"quantity\": 0, \"title\": \"A\"}");
    world_connect(w, true, order_import);
    world_start_engine(w);
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(w, "IP13", "iPhone 13");
    world_receive(w, id, 2);
    world_until_live(w, "IP13", 2, "told");
    world_until(w, "SELECT COUNT(*) FROM push", 0, "read back and settled");
    return id;
}

/* Number of the last call that the simulator got. */
static int64_t calls_so_far(struct world *w)
{
    struct json root;
    int64_t total = -1;
    CHECK_INT(world_call(w, "GET", "/_sim/calls?limit=1", "", &root), 200, "calls");
    CHECK(json_int64(json_get(root, "total"), &total), "how many");
    json_release(&root);
    return total;
}

/* Readings of orders between that call and the next quantity that was sent. */
static int readings_before_push(struct world *w, int64_t after)
{
    struct json root;
    int readings = 0;
    bool pushed = false;
    struct str path = arena_fmt(&w->arena, "/_sim/calls?after=%lld", (long long)after);
    CHECK_INT(world_call(w, "GET", path.at, "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls) && !pushed; i++) {
        struct str operation = S("");
        (void)json_str(json_get(json_at(calls, i), "operation"), &operation);
        readings += str_eq(operation, S("searchOrders"));
        pushed = str_eq(operation, S("patchListingsItem"));
    }
    json_release(&root);
    CHECK(pushed, "it was sent");
    return readings;
}

/* Amazon may have sold what came in: a rise waits for a reading begun after it, by any clock. */
static void test_rise(void **state)
{
    (void)state;
    struct world w;
    int64_t id = open_shop(&w, true);
    world_turn_clock(&w, -HOUR_MS);
    int64_t before = calls_so_far(&w);
    world_receive(&w, id, 1);
    world_until_live(&w, "IP13", 3, "it goes, and not an hour later");
    CHECK(readings_before_push(&w, before) > 0, "after a reading of orders");
    world_close(&w);
}

static void test_held(void **state)
{
    (void)state;
    struct world w;
    int64_t id = open_shop(&w, false);
    world_control(&w, "/_sim/faults",
        "{\"match\": \"PATCH /listings\", \"kind\": \"invalid\", \"count\": 1}");
    world_receive(&w, id, 1);
    world_until(&w, "SELECT COUNT(*) FROM push WHERE refusal <> ''", 1, "refused");
    CHECK(world_number(&w, "SELECT not_before FROM push") > clock_now(w.clock), "held");
    world_turn_clock(&w, -HOUR_MS);
    time_ms latest = clock_now(w.clock) + HELD_MS;
    struct str held = arena_fmt(
        &w.arena, "SELECT COUNT(*) FROM push WHERE not_before <= %lld", (long long)latest);
    world_until(&w, held.at, 1, "no longer than it was to be");
    world_turn_clock(&w, HELD_MS);
    world_until_live(&w, "IP13", 3, "then it goes");
    world_close(&w);
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
        cmocka_unit_test(test_rise),
        cmocka_unit_test(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
