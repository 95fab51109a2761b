/* listings_parse_test.c: items as Amazon writes them, and as it should not. */
#include "check.h"

#include "amazon/internal.h"

#define US "\"marketplaceId\":\"ATVPDKIKX0DER\""

static bool parse(
    const char *text, struct arena *arena, struct channel_listing *out, struct str *detail)
{
    struct json root;
    struct error e;
    CHECK_ERR(json_parse(str_of(text), 100000, &root, &e), OK, &e, "parses");
    bool okay = amazon_listing_parse(root, S("ATVPDKIKX0DER"), arena, out, detail);
    json_release(&root);
    return okay;
}

static void test_whole(void **state)
{
    (void)state;
    struct arena arena;
    struct channel_listing l;
    struct str detail = S("");
    arena_init(&arena, "test", 1024 * 1024);
    CHECK(parse("{\"sku\":\"A/1\",\"summaries\":[{\"marketplaceId\":\"OTHER\",\"asin\":\"no\"},{" US
                ",\"asin\":\"B07\",\"productType\":\"PHONE\",\"conditionType\":\"used_good\","
                "\"status\":[\"DISCOVERABLE\",\"BUYABLE\"],\"itemName\":\"Phone\","
                "\"createdDate\":\"2021-02-01T00:00:00+00:00\","
                "\"lastUpdatedDate\":\"2021-03-01T00:00:00.5Z\"}],"
                "\"fulfillmentAvailability\":[{\"fulfillmentChannelCode\":\"DEFAULT\","
                "\"quantity\":100}],"
                "\"issues\":[{\"code\":\"1\",\"message\":\"m\",\"severity\":\"ERROR\"},"
                "{\"code\":\"2\",\"message\":\"elsewhere\",\"marketplaceIds\":[\"OTHER\"]}]}",
              &arena, &l, &detail),
        "reads");
    CHECK_STR(l.sku, S("A/1"), "sku");
    CHECK_STR(l.asin, S("B07"), "of our marketplace");
    CHECK_STR(l.product_type, S("PHONE"), "type");
    CHECK(l.active && l.has_quantity && l.quantity == 100, "quantity");
    CHECK_INT(l.fulfillment, CHANNEL_MERCHANT, "merchant");
    CHECK_INT(l.created_at, 1612137600000, "created");
    CHECK_INT(l.updated_at, 1614556800500, "updated");
    CHECK_STR(l.issues, S("[{\"code\":\"1\",\"message\":\"m\",\"severity\":\"ERROR\"}]"), "issues");
    arena_release(&arena);
}

static void test_fulfillment(void **state)
{
    (void)state;
    static const struct {
        const char *why, *item;
        enum channel_fulfillment want;
        bool has_quantity;
    } rows[] = {
        { "nothing known", "{\"sku\":\"A\"}", CHANNEL_MERCHANT, false },
        { "merchant without a quantity",
            "{\"sku\":\"A\",\"fulfillmentAvailability\":[{\"fulfillmentChannelCode\":\"DEFAULT\"}]"
            "}",
            CHANNEL_MERCHANT, false },
        { "FBA",
            "{\"sku\":\"A\",\"fulfillmentAvailability\":"
            "[{\"fulfillmentChannelCode\":\"AMAZON_NA\"}]}",
            CHANNEL_AMAZON, false },
        { "a code that nobody knows",
            "{\"sku\":\"A\",\"fulfillmentAvailability\":[{\"fulfillmentChannelCode\":\"NEW\"}]}",
            CHANNEL_AMAZON, false },
        { "both",
            "{\"sku\":\"A\",\"fulfillmentAvailability\":[{\"fulfillmentChannelCode\":\"DEFAULT\","
            "\"quantity\":3},{\"fulfillmentChannelCode\":\"AMAZON_EU\"}]}",
            CHANNEL_AMAZON, true },
        { "FNSKU and nothing else", "{\"sku\":\"A\",\"summaries\":[{" US ",\"fnSku\":\"X00\"}]}",
            CHANNEL_AMAZON, false },
        { "FNSKU of a merchant's listing",
            "{\"sku\":\"A\",\"summaries\":[{" US ",\"fnSku\":\"X00\"}],\"fulfillmentAvailability\":"
            "[{\"fulfillmentChannelCode\":\"DEFAULT\",\"quantity\":0}]}",
            CHANNEL_MERCHANT, true },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_listing l;
        struct str detail = S("");
        CHECK(parse(rows[i].item, &arena, &l, &detail), rows[i].why);
        CHECK_INT(l.fulfillment, rows[i].want, rows[i].why);
        CHECK_INT(l.has_quantity, rows[i].has_quantity, rows[i].why);
        CHECK(!l.active, "no status is not buyable");
    }
    arena_release(&arena);
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *item, *detail;
    } rows[] = {
        { "7", ": no object" },
        { "{}", "/sku: missing, no text, or too long" },
        { "{\"sku\":7}", "/sku: missing, no text, or too long" },
        { "{\"sku\":\"A\",\"summaries\":7}", "/summaries: no list" },
        { "{\"sku\":\"A\",\"summaries\":[{" US ",\"status\":\"BUYABLE\"}]}",
            "/summaries/status: no list" },
        { "{\"sku\":\"A\",\"summaries\":[{" US ",\"createdDate\":\"yesterday\"}]}",
            "/summaries/createdDate: no time" },
        { "{\"sku\":\"A\",\"summaries\":[{" US ",\"lastUpdatedDate\":5}]}",
            "/summaries/lastUpdatedDate: no time" },
        { "{\"sku\":\"A\",\"fulfillmentAvailability\":{}}", "/fulfillmentAvailability: no list" },
        { "{\"sku\":\"A\",\"fulfillmentAvailability\":[{\"quantity\":1}]}",
            "/fulfillmentAvailability: an entry without its fulfillmentChannelCode" },
        { "{\"sku\":\"A\",\"fulfillmentAvailability\":"
          "[{\"fulfillmentChannelCode\":\"DEFAULT\",\"quantity\":-1}]}",
            "/fulfillmentAvailability: quantity is no count" },
        { "{\"sku\":\"A\",\"fulfillmentAvailability\":"
          "[{\"fulfillmentChannelCode\":\"DEFAULT\",\"quantity\":\"5\"}]}",
            "/fulfillmentAvailability: quantity is no count" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_listing l;
        struct str detail = S("");
        CHECK(!parse(rows[i].item, &arena, &l, &detail), rows[i].item);
        CHECK_STR(detail, str_of(rows[i].detail), rows[i].item);
    }
    arena_release(&arena);
}

static void test_page(void **state)
{
    (void)state;
    struct arena arena;
    struct channel_listings_page page;
    struct channel_outcome o = { 0 };
    arena_init(&arena, "test", 1024 * 1024);
    amazon_listings_parse(
        S("{\"numberOfResults\":1234,\"pagination\":{\"nextToken\":\"t\"},"
          "\"items\":[{\"sku\":\"A\"},{\"sku\":\"B\",\"summaries\":1},"
          "{\"sku\":\"C\",\"productTypes\":[{" US ",\"productType\":\"PHONE\"}]}]}"),
        S("ATVPDKIKX0DER"), &arena, &page, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "read");
    CHECK_INT(page.count, 2, "good ones");
    CHECK_STR(page.listings[1].product_type, S("PHONE"), "from productTypes");
    CHECK_INT(page.bad_count, 1, "bad ones");
    CHECK_STR(page.bad[0].id, S("B"), "which");
    CHECK_STR(page.bad[0].raw, S("{\"sku\":\"B\",\"summaries\":1}"), "what");
    CHECK_INT(page.total, 1234, "total");
    CHECK_STR(page.next_token, S("t"), "token");

    static const char *const broken[] = { "", "<html>", "{}", "{\"items\":[]}",
        "{\"numberOfResults\":1,\"items\":7}", "{\"numberOfResults\":-1,\"items\":[]}",
        "{\"numberOfResults\":0,\"items\":[]" };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        o = (struct channel_outcome){ 0 };
        amazon_listings_parse(str_of(broken[i]), S("X"), &arena, &page, &o);
        CHECK_INT(o.result, CHANNEL_BROKEN, broken[i]);
        CHECK_STR(o.code, S("malformed_reply"), broken[i]);
        CHECK(page.count == 0 && page.bad_count == 0, broken[i]);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_fulfillment),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
