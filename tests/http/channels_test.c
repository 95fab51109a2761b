/* channels_test.c: channels, their listings and runs, as far as no marketplace is needed. */
#include "kit.h"

#include "store/run.h"

static void test_kinds(void **state)
{
    struct kit *k = *state;
    CALL(k, "GET", "/channel_kinds", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/kind"), S("amazon"), "the kit's");
    CHECK_STR(kit_str(k, "/data/0/regions/0/marketplaces/1/country"), S("FR"), "its places");
    CHECK_STR(kit_str(k, "/data/0/statuses/0/suggested"), S("New"), "a suggestion");
    CHECK(kit_null(k, "/data/0/statuses/2/suggested"), "none");
}

#define CREDENTIALS "{\"client_id\":\"cid\",\"client_secret\":\"hush\",\"refresh_token\":\"Atzr\"}"
#define CHANNEL(more)                                                                              \
    "{\"kind\":\"amazon\",\"region\":\"eu\",\"name\":\"Shop\",\"marketplace_ids\":[\"M1\"],"       \
    "\"seller_id\":\"S\",\"credentials\":" CREDENTIALS more "}"

static void test_create(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/channels", CHANNEL(",\"order_import\":true"), 201);
    CHECK(!str_contains(k->body, S("hush")) && !str_contains(k->body, S("Atzr")), "never shown");
    CHECK(!kit_null(k, "/credentials_set_at"), "but there");
    CHECK_STR(kit_str(k, "/state"), S("suspect"), "until it is verified");
    CHECK_STR(kit_str(k, "/order_status_map/UNSHIPPED"), S("New"), "as suggested");
    CHECK_INT(kit_len(k, "/order_status_map"), 2, "what has a suggestion");
    CHECK(!kit_null(k, "/import_orders_from"), "from now on");
    CALL(k, "GET", "/audit?resource=channel", NULL, 200);
    CHECK(!str_contains(k->body, S("hush")) && !str_contains(k->body, S("Atzr")), "nor there");
    const char *before = kit_state(k);
    CALL(k, "POST", "/channels", CHANNEL(""), 409);
    kit_problem(k, 409, "duplicate", "the name is taken");
    static const struct {
        const char *body, *pointer, *code, *why;
    } rows[] = {
        { CHANNEL(",\"order_status_map\":{\"X\":\"Nonesuch\"}"), "/order_status_map/X",
            "unknown_value", "no such status" },
        { CHANNEL(",\"order_status_map\":{\"X\":7}"), "/order_status_map/X", "wrong_type", "7" },
        { CHANNEL(",\"order_status_map\":{\"a/b\":7}"), "/order_status_map/a~1b", "wrong_type",
            "escaped" },
        { CHANNEL(",\"order_status_map\":{\"\":\"New\"}"), "/order_status_map/", "too_short",
            "no status" },
        { CHANNEL(",\"counted_statuses\":[\"In stock\",\"Nonesuch\"]"), "/counted_statuses/1",
            "unknown_value", "no such status" },
        { CHANNEL(",\"counted_warehouses\":[\"Moon\"]"), "/counted_warehouses/0", "unknown_value",
            "no such warehouse" },
        { "{\"kind\":\"amazon\",\"region\":\"eu\",\"name\":\"T\",\"marketplace_ids\":[\"M9\"],"
          "\"seller_id\":\"S\",\"credentials\":" CREDENTIALS "}",
            "/marketplace_ids/0", "unknown_value", "of no region" },
        { "{\"kind\":\"ebay\",\"region\":\"eu\",\"name\":\"T\",\"marketplace_ids\":[\"M1\"],"
          "\"seller_id\":\"S\",\"credentials\":" CREDENTIALS "}",
            "/kind", "unknown_value", "another kind" },
        { "{\"kind\":\"amazon\",\"region\":\"na\",\"name\":\"T\",\"marketplace_ids\":[\"M1\"],"
          "\"seller_id\":\"S\",\"credentials\":" CREDENTIALS "}",
            "/region", "unknown_value", "another region" },
        { "{\"kind\":\"amazon\",\"region\":\"eu\",\"name\":\"T\",\"marketplace_ids\":[\"M1\"],"
          "\"seller_id\":\"S\",\"credentials\":{\"client_id\":\"a\"}}",
            "/credentials/refresh_token", "required", "half of the credentials" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", "/channels", rows[i].body, 422);
        kit_fault(k, rows[i].pointer, rows[i].code, rows[i].why);
        CHECK(!str_contains(k->body, S("hush")), "secrets are not in errors");
    }
    CALL(k, "PATCH", "/channels/1", "{\"kind\":\"amazon\"}", 422);
    kit_fault(k, "/kind", "unknown_field", "a channel stays what it is");
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "DELETE", "/channels/1", NULL, 204);
    CALL(k, "GET", "/channels/1", NULL, 404);
}

/* Credentials that are pasted later are not taken for good either. */
static void test_new_credentials(void **state)
{
    struct kit *k = *state;
    kit_channel(k, "C");
    CALL(k, "PATCH", "/channels/1", "{\"credentials\":" CREDENTIALS "}", 200);
    CHECK_STR(kit_str(k, "/state"), S("suspect"), "nobody knows what they are worth");
    CHECK_STR(kit_str(k, "/state_detail"), S("Not verified yet."), "in words");
}

static void test_runs(void **state)
{
    struct kit *k = *state;
    kit_channel(k, "C");
    CALL(k, "POST", "/channels/1/sync_listings", NULL, 202);
    CHECK_STR(kit_header(k, "Location"), S("/api/v1/runs/1"), "where");
    CHECK_STR(kit_str(k, "/state"), S("queued"), "nobody works here");
    CALL(k, "POST", "/channels/1/sync_listings", "{}", 202);
    CHECK_INT(kit_int(k, "/id"), 1, "the same one");
    CALL(k, "POST", "/channels/1/import_orders", NULL, 202);
    CHECK_STR(kit_str(k, "/kind"), S("import_orders"), "without a time");
    CALL(k, "POST", "/channels/1/import_orders", "{\"from\":\"2026-01-01T00:00:00Z\"}", 202);
    CHECK_STR(kit_str(k, "/kind"), S("backfill_orders"), "older ones");
    CALL(k, "GET", "/runs/1", NULL, 200);
    CALL(k, "GET", "/runs?kind=import_orders&channel_id=1", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "of that kind");
    static const struct {
        const char *patch, *path, *body;
        int status;
        const char *code, *why;
    } rows[] = {
        { NULL, "import_orders", "{\"from\":\"2099-01-01T00:00:00Z\"}", 422, "invalid",
            "the future" },
        { NULL, "import_orders", "{\"to\":\"2026-01-01T00:00:00Z\"}", 422, "invalid", "unknown" },
        { NULL, "import_orders", "[]", 422, "invalid", "a list" },
        { NULL, "sync_listings", "{\"x\":1}", 400, "bad_json", "it takes no body" },
        { NULL, "push_quantities", NULL, 409, "conflict", "sync is off" },
        { NULL, "release_brake", NULL, 409, "not_braked", "nothing waits" },
        { NULL, "verify", NULL, 503, "unavailable", "no engine here" },
        { "{\"paused\":true}", "sync_listings", NULL, 409, "channel_paused", "paused" },
        { NULL, "import_orders", NULL, 409, "channel_paused", "paused" },
        { NULL, "push_quantities", NULL, 409, "channel_paused", "paused" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].patch) CALL(k, "PATCH", "/channels/1", rows[i].patch, 200);
        const char *before = kit_state(k);
        CALL(k, "POST", kit_fmt(k, "/channels/1/%s", rows[i].path), rows[i].body, rows[i].status);
        kit_problem(k, rows[i].status, rows[i].code, rows[i].why);
        CHECK_STR(str_of(kit_state(k)), str_of(before), rows[i].why);
    }
}

static void test_listings(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/items",
        "{\"items\":[{\"esn\":\"A1\",\"variation_id\":1,\"warehouse\":\"Main\"},"
        "{\"esn\":\"A2\",\"variation_id\":1,\"warehouse\":\"Main\"},"
        "{\"esn\":\"A3\",\"variation_id\":1}]}",
        200);
    CALL(k, "POST", "/orders",
        "{\"organization\":\"O\",\"lines\":[{\"sku\":\"SKU-A\",\"quantity\":1}]}", 201);
    int64_t channel = kit_channel(k, "C");
    kit_listing(k, channel, "SKU-A");
    kit_listing(k, channel, "SKU-X");
    CALL(k, "GET", "/listings/1", NULL, 200);
    CHECK(kit_true(k, "/connected"), "by its SKU");
    CHECK_INT(kit_int(k, "/available"), 2, "two lie where it counts");
    CHECK_INT(kit_int(k, "/outstanding"), 1, "the order");
    CHECK_INT(kit_int(k, "/target"), 1, "one to tell");
    CALL(k, "GET", "/listings/1/explanation", NULL, 200);
    CHECK_INT(kit_len(k, "/available/items"), 2, "which ones");
    CHECK_STR(kit_str(k, "/left_out/0/reason"), S("no_warehouse"), "and which not");
    CHECK_INT(kit_int(k, "/outstanding/lines/0/order_id"), 1, "which order");
    CALL(k, "GET", "/channels/1/quantity_plan", NULL, 200);
    CHECK_INT(kit_int(k, "/totals/to_send"), 1, "one differs");
    CHECK_INT(kit_int(k, "/data/0/wanted"), 1, "what it would be");
    CALL(k, "GET", "/channels/1/quantity_plan?reserve=5&counted_warehouses=Main", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/wanted"), 0, "with more held back");
    CALL(k, "GET", "/channels/1/listings?connected=false", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("SKU-X"), "the other");
    CALL(k, "GET", "/channels/1/listings?limit=1", NULL, 200);
    CALL(k, "GET",
        kit_fmt(k, "/channels/1/listings?cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor"))), NULL,
        200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("SKU-X"), "the second page");
    CALL(k, "PATCH", "/listings/2",
        "{\"connection\":{\"mode\":\"variations\",\"variation_ids\":[1]}}", 200);
    CHECK(kit_true(k, "/connected"), "by hand");
    CALL(k, "PATCH", "/listings/2", "{\"connection\":{\"mode\":\"skus\",\"skus\":[]}}", 200);
    CHECK(!kit_true(k, "/connected"), "to nothing");
    CHECK_INT(kit_len(k, "/connection/variation_ids"), 0, "the former is gone");
    CALL(k, "PATCH", "/listings/2", "{\"connection\":{\"mode\":\"skus\"}}", 422);
    kit_fault(k, "/connection/skus", "required", "which?");
    CALL(k, "PATCH", "/listings/2", "{\"connection\":{\"mode\":\"none\",\"skus\":[7]}}", 422);
    kit_fault(k, "/connection/skus/0", "wrong_type", "looked at in any mode");
    CALL(k, "PATCH", "/listings/2",
        "{\"connection\":{\"mode\":\"skus\",\"skus\":[\"SKU-A\"]},"
        "\"reserve\":1,\"cap\":0}",
        200);
    CHECK_INT(kit_int(k, "/target"), 0, "the cap");
    CALL(k, "PATCH", "/listings/2",
        "{\"connection\":{\"mode\":\"none\",\"skus\":[\"SKU-A\"],\"variation_ids\":[1]}}", 200);
    CHECK_INT(kit_len(k, "/connection/skus"), 0, "kept with their own mode only");
    CHECK_INT(kit_len(k, "/connection/variation_ids"), 0, "kept with their own mode only");
    CALL(k, "GET", "/listings/2/diagnosis", NULL, 200);
    CHECK(kit_len(k, "/findings") > 0, "sync is off, at least");
    CALL(k, "PATCH", "/channels/1", "{\"counted_warehouses\":[],\"inventory_sync\":true}", 200);
    CALL(k, "GET", "/channels/1/quantity_plan", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/reason"), S("nothing_counted"), "no zeros that nobody meant");
    CHECK_INT(kit_int(k, "/totals/to_send"), 0, "nothing is sent");
    CALL(k, "GET", "/channels/1/diagnosis", NULL, 200);
    CHECK_STR(kit_str(k, "/findings/0/code"), S("no_counted_warehouse"), "and why");
    CALL(k, "GET", "/channels/1/diagnosis", NULL, 200);
    CALL(k, "GET", "/channels/1/quarantine", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "nothing is held");
}

static void test_an_order_is_asked_for(void **state)
{
    struct kit *k = *state;
    kit_channel(k, "C");
    CALL(k, "POST", "/channels/1/fetch_order", "{\"channel_order_id\":\" 701-1 \"}", 202);
    CHECK_STR(kit_str(k, "/channel_order_id"), S("701-1"), "its id");
    kit_quarantine(k, 1, "701-2");
    CALL(k, "POST", "/channels/1/quarantine/1/retry", NULL, 202);
    CHECK_STR(kit_str(k, "/channel_order_id"), S("701-2"), "of the quarantined one");
    CHECK(str_contains(str_of(kit_state(k)), S("order_watch 2")), "both are asked for");
    CALL(k, "POST", "/channels/1/fetch_order", "{\"channel_order_id\":\"701-1\"}", 202);
    CHECK(str_contains(str_of(kit_state(k)), S("order_watch 2")), "each once");
    CALL(k, "POST", "/channels/1/quarantine/9/retry", NULL, 404);
    CALL(k, "POST", "/channels/9/quarantine/1/retry", NULL, 404);
    CALL(k, "POST", "/channels/9/fetch_order", "{\"channel_order_id\":\"701-1\"}", 404);
    kit_order_watches(k, 1, 998);
    CALL(k, "POST", "/channels/1/fetch_order", "{\"channel_order_id\":\"701-3\"}", 409);
    kit_problem(k, 409, "too_many_waiting", "a thousand wait");
    CALL(k, "POST", "/channels/1/fetch_order", "{\"channel_order_id\":\"701-1\"}", 202);
    CALL(k, "PATCH", "/channels/1", "{\"paused\":true}", 200);
    CALL(k, "POST", "/channels/1/fetch_order", "{\"channel_order_id\":\"701-3\"}", 409);
    kit_problem(k, 409, "channel_paused", "nothing is asked for now");
    CALL(k, "DELETE", "/channels/1", NULL, 204);
    CHECK(str_contains(str_of(kit_state(k)), S("order_watch 0")), "nor ever, without the channel");
}

static void test_followers_are_told(void **state)
{
    struct kit *k = *state;
    kit_channel(k, "C");
    CALL(k, "GET", "/events", NULL, 200);
    struct http_stream *s = k->stream;
    CHECK(s != NULL, "a stream");
    CALL(k, "POST", "/channels/1/sync_listings", NULL, 202);
    kit_stream_await(k, s, "event: run\ndata: {\"id\":1,\"kind\":\"sync_listings\"");
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\"}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"A1\",\"variation_id\":1}", 201);
    kit_stream_await(k, s, "event: changed\ndata: {\"resource\":\"item\"");
    kit_quarantine(k, 1, "111-0000001-0000001");
    kit_stream_await(k, s, "event: changed\ndata: {\"resource\":\"order_import\"");
    CALL(k, "GET", "/channels/1/quarantine", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "it is held back");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_kinds),
        KIT_TEST(test_create),
        KIT_TEST(test_new_credentials),
        KIT_TEST(test_runs),
        KIT_TEST(test_listings),
        KIT_TEST(test_an_order_is_asked_for),
        KIT_TEST(test_followers_are_told),
    };
    return kit_main(argc, argv, "http_channels", tests, COUNT_OF(tests));
}
