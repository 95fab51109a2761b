/* listings_test.c: what is read of listings when Amazon's answers are not as they should be. */
#include "scenario.h"

#include "store/run.h"

static enum db_engine engine;
static const char *simulator;

static const char *const fast[] = { "--seed", "1", "--listings", "0", "--time-scale", "60",
    "--rate-scale", "50", NULL };

static void put_listing(struct world *w, int i, int quantity, const char *more)
{
    world_control(w, "/_sim/listings",
        arena_fmt(&w->arena, "{\"sku\": \"S%02d\", \"title\": \"A phone\", \"quantity\": %d%s}", i,
            quantity, more)
            .at);
}

/* So many, an hour between one and the next: any window that shows them can be cut. */
static void put_listings(struct world *w, int count)
{
    for (int i = 0; i < count; i++) {
        put_listing(w, i, 3, "");
        scenario_advance(w, HOUR);
    }
}

static void begin(struct world *w, int count)
{
    world_open(w, engine, simulator, fast);
    world_connect_proved(w);
    put_listings(w, count);
    world_start_engine(w);
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, "imported");
    CHECK_INT(world_number(w, "SELECT COUNT(*) FROM listing WHERE state <> 'ended'"), count, "all");
}

static int64_t ended(struct world *w)
{
    return world_number(w, "SELECT COUNT(*) FROM listing WHERE state = 'ended'");
}

static int64_t told(struct world *w, const char *kind)
{
    return world_number(
        w, arena_fmt(&w->arena, "SELECT COUNT(*) FROM channel_event WHERE kind = '%s'", kind).at);
}

static struct str last_message(struct world *w)
{
    return world_text(w, "SELECT message FROM run ORDER BY id DESC LIMIT 1");
}

/* What keeps a reader from the second page, and how it is switched on and off. */
static const struct obstacle {
    const char *path, *on, *off, *why;
} obstacles[] = {
    { "/_sim/settings", "{\"page_token_bytes\": 5000}", "{\"page_token_bytes\": 0}",
        "a token longer than any" },
    { "/_sim/faults", "{\"match\": \"searchListingsItems\", \"kind\": \"same_page\"}", "[]",
        "the same page again under new tokens" },
};

/* The end of what can be read is not the end of the listings: smaller windows show the rest. */
static void test_smaller_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct world w;
        begin(&w, 45);
        world_control(&w, "/_sim/listings", "{\"sku\": \"S07\", \"delete\": true}");
        int64_t calls = scenario_calls(&w, "searchListingsItems");
        world_control(&w, obstacles[i].path, obstacles[i].on);
        CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, obstacles[i].why);
        CHECK_INT(ended(&w), 1, "only the one that is gone");
        CHECK_STR(last_message(&w), S("44 listings are read, some have ended"), obstacles[i].why);
        CHECK(scenario_calls(&w, "searchListingsItems") - calls < 200, "after so many calls");
        CHECK_INT(told(&w, "reading_stalled") > 0, 1, "and it is told");
        world_close(&w);
    }
}

/* What was created in one moment cannot be told apart by its time: some is out of reach. */
static void test_out_of_reach(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct world w;
        begin(&w, 1);
        struct buf body;
        buf_init(&body, 1 << 16);
        for (int k = 0; k < 30; k++)
            buf_put_fmt(&body, "%s{\"sku\": \"T%02d\", \"quantity\": 1}", k ? "," : "[", k);
        buf_put(&body, S("]\0"));
        world_control(&w, "/_sim/listings", body.at);
        buf_release(&body);
        CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
        world_control(&w, obstacles[i].path, obstacles[i].on);
        world_control(&w, "/_sim/listings", "{\"sku\": \"S00\", \"delete\": true}");
        CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, obstacles[i].why);
        CHECK_INT(ended(&w), 0, "what was not read has not ended, nor has anything else");
        CHECK(str_contains(last_message(&w), S("but not all")), "which is said");
        world_control(&w, obstacles[i].path, obstacles[i].off);
        CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "all is well again");
        CHECK_INT(ended(&w), 1, "what is gone has ended");
        world_close(&w);
    }
}

/* Nothing that changed is lost behind a page that comes again. */
static void test_refresh(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct world w;
        begin(&w, 30);
        world_control(&w, obstacles[i].path, obstacles[i].on);
        for (int k = 0; k < 30; k++)
            put_listing(&w, k, 8, "");
        world_until(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'reading_stalled'", 1,
            obstacles[i].why);
        world_until(&w,
            "SELECT CASE WHEN COUNT(*) >= 20 THEN 1 ELSE 0 END FROM listing"
            " WHERE imported = 8",
            1, "what is on the first page is read");
        CHECK(world_number(&w, "SELECT COUNT(*) FROM listing WHERE imported = 8") < 30, "not all");
        world_control(&w, obstacles[i].path, obstacles[i].off);
        world_until(&w, "SELECT COUNT(*) FROM listing WHERE imported = 8", 30, "all that changed");
        CHECK_INT(told(&w, "reading_stalled"), 1, "told once");
        world_close(&w);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 4);
    put_listing(&w, 1, 3, ", \"malformed\": \"availability\"");
    world_control(&w, "/_sim/listings", "{\"sku\": \"S02\", \"delete\": true}");
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    CHECK_INT(ended(&w), 1, "the one that is gone");
    CHECK_STR(world_text(&w, "SELECT state FROM listing WHERE sku = 'S01'"), S("active"),
        "not the one that could not be understood");
    CHECK_STR(world_text(&w, "SELECT sku FROM channel_event WHERE kind = 'listing_unreadable'"),
        S("S01"), "which is told");
    CHECK(str_contains(last_message(&w), S("1 could not be understood")), "here too");
    put_listing(&w, 3, 3, ", \"malformed\": \"sku\"");
    world_control(&w, "/_sim/listings", "{\"sku\": \"S00\", \"delete\": true}");
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    CHECK_INT(ended(&w), 1, "whose SKU it is nobody knows: none is ended");
    CHECK(str_contains(last_message(&w), S("None was ended")), "and why");
    put_listing(&w, 1, 5, ", \"malformed\": \"\"");
    put_listing(&w, 3, 5, ", \"malformed\": \"\"");
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "mended");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE imported = 5"), 2, "both");
    CHECK_INT(ended(&w), 2, "and what is gone has ended");
    world_close(&w);
}

#define US "ATVPDKIKX0DER"
#define CA "A2EUQ1WTGCTBG2"
#define MX "A1AM78C64UM0Y8"

static void test_marketplaces(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, engine, simulator, fast);
    world_control(&w, "/_sim/listings",
        "[{\"sku\": \"FBA\", \"quantity\": 4, \"places\": [{\"marketplace_id\": \"" CA "\","
        " \"fulfillment\": \"amazon\"}]},"
        " {\"sku\": \"OURS\", \"quantity\": 4, \"places\": [{\"marketplace_id\": \"" CA "\","
        " \"suppressed\": true}, {\"marketplace_id\": \"" MX "\", \"blocked\": true}]},"
        " {\"sku\": \"HOME\", \"quantity\": 4, \"places\": [{\"marketplace_id\": \"" CA "\","
        " \"absent\": true}, {\"marketplace_id\": \"" MX "\", \"absent\": true}]}]");
    struct world_account account = { .inventory_sync = true, .marketplaces = { US, CA, MX } };
    world_connect_as(&w, &account);
    world_start_engine(&w);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    world_receive(&w, world_variation(&w, "FBA", "of Amazon's in one of them"), 2);
    world_receive(&w, world_variation(&w, "OURS", "of ours in all"), 2);
    world_receive(&w, world_variation(&w, "HOME", "of ours in one"), 2);
    world_until_live(&w, "OURS", 2, "told");
    world_until_live(&w, "HOME", 2, "told");
    for (int round = 0; round < 2; round++) {
        CHECK_STR(world_text(&w, "SELECT fulfillment FROM listing WHERE sku = 'FBA'"), S("amazon"),
            "Amazon's in one is Amazon's");
        CHECK_STR(world_text(&w, "SELECT state FROM listing WHERE sku = 'OURS'"), S("active"),
            "sold in one is active");
        CHECK(str_contains(world_text(&w, "SELECT issues FROM listing WHERE sku = 'OURS'"), S(CA)),
            "the issue of the second, though the third has none");
        CHECK_STR(world_text(&w, "SELECT marketplace_ids FROM listing WHERE sku = 'HOME'"), S(US),
            "where it is");
        /* Then each is read because it changed. */
        world_control(&w, "/_sim/listings",
            "[{\"sku\": \"FBA\", \"price\": 100}, {\"sku\": \"OURS\", \"quantity\": 7}]");
        if (round == 0) world_until_live(&w, "OURS", 2, "put right");
    }
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE sku = 'FBA'"
                               " AND synced IS NULL"),
        1, "it was never told anything");
    world_close(&w);
}

/* Accepted, and deleted before it showed. */
static void test_gone_before_it_shows(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, engine, simulator, fast);
    world_control(&w, "/_sim/listings", "{\"sku\": \"S00\", \"quantity\": 0}");
    world_control(&w, "/_sim/settings", "{\"apply_min_ms\": 86400000}");
    world_connect(&w, true, false);
    world_start_engine(&w);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    world_receive(&w, world_variation(&w, "S00", "A phone"), 2);
    world_until(&w, "SELECT COALESCE(MAX(synced), 0) FROM listing", 2, "accepted");
    world_control(&w, "/_sim/listings", "{\"sku\": \"S00\", \"delete\": true}");
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE state = 'ended'", 1, "it has ended");
    CHECK_INT(told(&w, "listing_ended"), 1, "which is told");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "and nothing waits for it");
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
        cmocka_unit_test(test_smaller_windows),
        cmocka_unit_test(test_out_of_reach),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_marketplaces),
        cmocka_unit_test(test_gone_before_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
