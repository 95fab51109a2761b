/* stock_test.c: items one by one and many at once, ETags, repeated requests, what is in use. */
#include "kit.h"

#define IMEI "490154203237518"
#define BAD_IMEI "490154203237519"

/* Variation 1 and 2 with SKU-A and SKU-B; location Shelf in warehouse Main. */
static void make_catalog(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"B\",\"sku\":\"SKU-B\"}",
        201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
}

/* Many at once */

static const struct {
    const char *row, *code, *below, *why;
} many[] = {
    { "{\"esn\":\"" IMEI "\",\"variation_id\":1}", NULL, NULL, "an IMEI" },
    { "{\"esn\":\" SN-1 \",\"variation_id\":1,\"warehouse\":\"Main\",\"location\":\"Shelf\","
      "\"status\":\"Sold\",\"paid\":{\"amount\":5,\"currency\":\"EUR\"}}",
        NULL, NULL, "all fields" },
    { "{\"esn\":\"" IMEI "\",\"variation_id\":1}", "duplicate_open_item", "/esn", "twice here" },
    { "{\"esn\":\"OLD\",\"variation_id\":1}", "duplicate_open_item", "/esn", "in stock already" },
    { "{\"esn\":\"" BAD_IMEI "\",\"variation_id\":1}", "imei_check", "/esn",
        "a wrong check digit" },
    { "{\"esn\":\"" BAD_IMEI "\",\"variation_id\":1,\"accept_warnings\":true}", NULL, NULL,
        "taken as it is" },
    { "{\"variation_id\":1}", "required", "/esn", "no ESN" },
    { "{\"esn\":\"SN-2\"}", "required", "/variation_id", "no variation" },
    { "{\"esn\":\"\",\"variation_id\":1}", "too_short", "/esn", "an empty ESN" },
    { "{\"esn\":7,\"variation_id\":1}", "wrong_type", "/esn", "a number for an ESN" },
    { "{\"esn\":\"a b\",\"variation_id\":1}", "bad_format", "/esn", "a space within" },
    { "{\"esn\":\"SN-3\",\"variation_id\":\"1\"}", "wrong_type", "/variation_id", "a text" },
    { "{\"esn\":\"SN-3\",\"variation_id\":99}", "unknown_value", "/variation_id", "unknown" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"status\":\"Lost\"}", "unknown_value", "/status",
        "no such status" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"warehouse\":\"Moon\"}", "unknown_value", "/warehouse",
        "no such warehouse" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"warehouse\":\"Main\",\"location\":\"Roof\"}",
        "unknown_value", "/location", "no such location" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"location\":\"Shelf\"}", "not_allowed", "/location",
        "a location of nothing" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"paid\":{\"amount\":1.5,\"currency\":\"EUR\"}}",
        "wrong_type", "/paid/amount", "half a cent" },
    { "{\"esn\":\"SN-3\",\"variation_id\":1,\"imei\":\"x\"}", "unknown_field", "/imei", "unknown" },
    { "7", "wrong_type", "", "a number" },
    { "null", "wrong_type", "", "null" },
    { "[]", "wrong_type", "", "a list" },
    { "{\"esn\":\"SN-3\",\"variation_id\":2}", NULL, NULL, "the last is not stopped by others" },
};

static void test_many_items(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/items", "{\"esn\":\"OLD\",\"variation_id\":1}", 201);
    struct buf b;
    buf_init(&b, 100000);
    for (size_t i = 0; i < COUNT_OF(many); i++)
        buf_put_fmt(&b, "%s%s", i ? "," : "{\"items\":[", many[i].row);
    buf_put(&b, S("]}"));
    kit_send_bytes(k, "POST", "/api/v1/items", buf_str(&b), NULL);
    buf_release(&b);
    CHECK_INT(k->status, 200, "a result per row");
    CHECK_INT(kit_len(k, "/results"), COUNT_OF(many), "a result per row");
    int64_t created = 0;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        const char *at = kit_fmt(k, "/results/%zu", i), *why = many[i].why;
        bool good = !many[i].code;
        created += good;
        CHECK_INT(kit_int(k, kit_fmt(k, "%s/index", at)), i, why);
        CHECK_INT(kit_true(k, kit_fmt(k, "%s/created", at)), good, why);
        CHECK_INT(kit_null(k, kit_fmt(k, "%s/item_id", at)), !good, why);
        CHECK_INT(kit_null(k, kit_fmt(k, "%s/hex_id", at)), !good, why);
        CHECK_INT(kit_null(k, kit_fmt(k, "%s/code", at)), good, why);
        if (good) continue;
        CHECK_STR(kit_str(k, kit_fmt(k, "%s/code", at)), str_of(many[i].code), why);
        CHECK_STR(kit_str(k, kit_fmt(k, "%s/errors/0/pointer", at)),
            str_of(kit_fmt(k, "/items/%zu%s", i, many[i].below)), why);
        CHECK(kit_str(k, kit_fmt(k, "%s/detail", at)).len, why);
    }
    CHECK_INT(kit_int(k, "/created"), created, "in all");
    CHECK_INT(kit_int(k, "/rejected"), (int64_t)COUNT_OF(many) - created, "in all");
    CALL(k, "GET", "/items", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), created + 1, "the good ones, and the one before");
    CALL(k, "GET", "/items?esn=SN-1", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/location"), S("Shelf"), "trimmed, in its place");
    CALL(k, "GET", "/stock_levels?sku=SKU-A", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/on_hand"), created, "OLD too; one is of B");
}

/* One by one */

static void test_one_item(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/items", "{\"esn\":\"" IMEI "\",\"variation_id\":1}", 201);
    CHECK_STR(kit_header(k, "Location"), S("/api/v1/items/1"), "where");
    CHECK_STR(kit_str(k, "/status"), S("In stock"), "as the settings say");
    CHECK(kit_null(k, "/warehouse") && kit_null(k, "/order_id"), "nowhere");
    struct str hex = kit_str(k, "/hex_id");
    const struct {
        const char *query;
        size_t found;
        const char *why;
    } rows[] = {
        { "esn=" IMEI, 1, "by ESN" },
        { "esn=49015420323751", 0, "a part is not it" },
        { kit_fmt(k, "hex_id=%.*s", STR_FMT(hex)), 1, "by Hex ID" },
        { kit_fmt(k, "hex_id=%.4s-%.4s", hex.at, hex.at + 4), 1, "as read aloud" },
        { "hex_id=nonsense!", 0, "what no Hex ID can be" },
        { "sku=SKU-A", 1, "by SKU" },
        { "sku=sku-a", 0, "SKUs have case" },
        { "variation_id=2", 0, "another variation" },
        { "status=In%20stock", 1, "by status" },
        { "status=Lost", 0, "a status that nothing has" },
        { "warehouse=", 1, "without a warehouse" },
        { "warehouse=Main", 0, "with one" },
        { "committed=false", 1, "not committed" },
        { "committed=true", 0, "committed" },
        { "q=apple%20in%20stock", 0, "words are of texts of the phone" },
        { "q=4901", 1, "the beginning of an ESN" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "GET", kit_fmt(k, "/items?%s", rows[i].query), NULL, 200);
        CHECK_INT(kit_len(k, "/data"), rows[i].found, rows[i].why);
    }
    CALL(k, "POST", "/items", "{\"esn\":\"" IMEI "\",\"variation_id\":2}", 409);
    kit_fault(k, "/esn", "duplicate_open_item", "in stock");
    CALL(k, "PATCH", "/items/1", "{\"warehouse\":\"Main\",\"location\":\"Shelf\"}", 200);
    CALL(k, "PATCH", "/items/1", "{\"warehouse\":null}", 200);
    CHECK(kit_null(k, "/location"), "a location goes with its warehouse");
    CALL(k, "GET", "/items/1/history?limit=2", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "a page");
    CHECK_STR(kit_str(k, "/data/0/action"), S("changed"), "newest first");
    CALL(k, "GET", kit_fmt(k, "/items/1/history?cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor"))),
        NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/action"), S("created"), "the first");
    CHECK_STR(kit_str(k, "/data/0/actor/name"), S("admin"), "by the token");
    CHECK(kit_null(k, "/next_cursor"), "the last page");
}

/* ETags */

static void test_stale_writes(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/items", "{\"esn\":\"SN\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/orders", "{\"organization\":\"O\"}", 201);
    CALL(k, "POST", "/users", "{\"email\":\"b@example.com\",\"role\":\"viewer\"}", 201);
    int64_t channel = kit_channel(k, "C");
    kit_listing(k, channel, "SKU-X");
    static const struct {
        const char *path, *patch;
        bool deleted;
    } rows[] = {
        { "/items/1", "{\"paid\":{\"amount\":1,\"currency\":\"EUR\"}}", false },
        { "/orders/1", "{\"notes\":\"n\"}", false },
        { "/variations/2", "{\"capacity\":\"64\"}", true },
        { "/channels/1", "{\"reserve\":1}", true },
        { "/listings/1", "{\"cap\":1}", false },
        { "/users/1", "{\"name\":\"N\"}", false },
        { "/settings", "{\"unique_skus\":false}", false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "GET", rows[i].path, NULL, 200);
        const char *seen = kit_fmt(k, "If-Match: %.*s", STR_FMT(kit_header(k, "ETag")));
        CALL_WITH(k, "PATCH", rows[i].path, rows[i].patch, seen, 200);
        CHECK(!str_ends(str_of(seen), kit_header(k, "ETag")), "another ETag");
        const char *before = kit_state(k);
        static const char *const stale[] = { "If-Match: \"999\"", "If-Match: W/\"1\"",
            "If-Match: 1", "If-Match: \"\"" };
        for (size_t n = 0; n <= COUNT_OF(stale); n++) {
            const char *line = n ? stale[n - 1] : seen;
            CALL_WITH(k, "PATCH", rows[i].path, rows[i].patch, line, 412);
            kit_problem(k, 412, "precondition_failed", line);
            if (rows[i].deleted) CALL_WITH(k, "DELETE", rows[i].path, NULL, line, 412);
        }
        CHECK_STR(str_of(kit_state(k)), str_of(before), rows[i].path);
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].deleted) CALL(k, "DELETE", rows[i].path, NULL, 204);
}

/* Repeated requests */

static void test_repeated_requests(void **state)
{
    struct kit *k = *state;
    const char *key = "Idempotency-Key: k";
    make_catalog(k);
    CALL_WITH(k, "POST", "/items", "{\"esn\":\"SN\",\"variation_id\":99}", key, 422);
    CALL_WITH(k, "POST", "/items", "{\"esn\":\"SN\",\"variation_id\":1}", key, 201);
    struct str first = k->body;
    CALL(k, "PATCH", "/items/1", "{\"warehouse\":\"Main\"}", 200);
    const char *before = kit_state(k);
    CALL_WITH(k, "POST", "/items", "{\"esn\":\"SN\",\"variation_id\":1}", key, 201);
    CHECK_STR(k->body, first, "a refusal does not take the key; what was answered stays");
    CHECK_STR(kit_header(k, "Location"), S("/api/v1/items/1"), "with its place");
    CALL_WITH(k, "POST", "/items", "{\"esn\":\"SN\", \"variation_id\":1}", key, 409);
    kit_problem(k, 409, "idempotency_conflict", "a body is its bytes");
    CHECK_STR(str_of(kit_state(k)), str_of(before), "one effect");
    static const struct {
        const char *line;
        int status;
        const char *why;
    } keys[] = {
        { "Idempotency-Key: a b", 400, "a space" },
        { "Idempotency-Key: \xc3\xa9", 400, "not ASCII" },
        { "Idempotency-Key: a\tb", 400, "a tab" },
        { "Idempotency-Key:", 201, "none" },
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        kit_send(k, "POST", "/api/v1/orders", "{\"organization\":\"O\"}", keys[i].line);
        CHECK_INT(k->status, keys[i].status, keys[i].why);
        if (k->status == 400) kit_problem(k, 400, "bad_header", keys[i].why);
    }
    const char *row =
        "{\"items\":[{\"esn\":\"M1\",\"variation_id\":1},{\"esn\":\"SN\",\"variation_id\":1}]}";
    CALL_WITH(k, "POST", "/items", row, "Idempotency-Key: many", 200);
    CHECK_INT(kit_int(k, "/created"), 1, "the other is there already");
    CALL_WITH(k, "POST", "/items", row, "Idempotency-Key: many", 200);
    CHECK_INT(kit_int(k, "/created"), 1, "the first answer, not two duplicates");
}

static void test_in_use(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"Cracked\",\"initials\":\"C\"}", 201);
    CALL(k, "PATCH", "/variations/1", "{\"grade\":\"A\",\"damages\":[\"Cracked\"]}", 200);
    CALL(k, "POST", "/items",
        "{\"esn\":\"SN\",\"variation_id\":1,\"warehouse\":\"Main\",\"location\":\"Shelf\"}", 201);
    CALL(k, "POST", "/orders",
        "{\"organization\":\"O\",\"lines\":[{\"variation_id\":2,\"quantity\":1}]}", 201);
    static const struct {
        const char *path, *why;
    } rows[] = {
        { "/grades/2", "a variation has it" },
        { "/damage_conditions/1", "a variation has it" },
        { "/warehouses/1", "an item lies there" },
        { "/warehouses/1/locations/1", "an item lies there" },
        { "/inventory_statuses/1", "an item has it" },
        { "/order_statuses/1", "an order has it" },
        { "/variations/1", "an item is one" },
        { "/variations/2", "a line asks for it" },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "DELETE", rows[i].path, NULL, 409);
        kit_problem(k, 409, "in_use", kit_fmt(k, "%s: %s", rows[i].path, rows[i].why));
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_many_items),
        KIT_TEST(test_one_item),
        KIT_TEST(test_stale_writes),
        KIT_TEST(test_repeated_requests),
        KIT_TEST(test_in_use),
    };
    return kit_main(argc, argv, "http_stock", tests, COUNT_OF(tests));
}
