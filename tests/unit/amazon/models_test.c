/*
 * models_test.c: Amazon's own examples and sandbox cases through the parsers.
 *
 * Goal: that what Amazon publishes is read, by examples that nobody here wrote. The models are not
 * part of the repository: STOCKBRIDGE_SP_API_MODELS names their folder (default
 * ../shared/sp-api-models); without them the test is skipped.
 */
#include "unit/amazon/script.h"

#include <stdlib.h>

enum { MODEL_MAX = 1024 * 1024 };

static const char *folder(void)
{
    const char *at = getenv("STOCKBRIDGE_SP_API_MODELS");
    return at && at[0] ? at : "../shared/sp-api-models";
}

static bool load(const char *name, struct arena *arena, struct json *root)
{
    *root = (struct json){ NULL };
    struct str path = arena_fmt(arena, "%s/%s", folder(), name);
    FILE *f = fopen(path.at, "rb");
    if (!f) return false;
    char *text = arena_new(arena, char, MODEL_MAX);
    size_t len = fread(text, 1, MODEL_MAX, f);
    (void)fclose(f);
    struct error e;
    CHECK_ERR(json_parse((struct str){ text, len }, MODEL_MAX, root, &e), OK, &e, name);
    return true;
}

static struct str text_of(struct json v, struct arena *arena)
{
    struct buf out;
    buf_init(&out, MODEL_MAX);
    json_put(&out, v, false);
    struct str text = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static struct json reply_of(struct json model, const char *path, const char *method)
{
    return json_path(model, "paths", path, method, "responses", "200", NULL);
}

static struct json example_of(struct json reply)
{
    struct json example = json_path(reply, "examples", "application/json", NULL);
    CHECK(json_present(example), "the model has an example");
    return example;
}

static void test_orders(void **state)
{
    (void)state;
    struct arena arena;
    struct json model;
    arena_init(&arena, "test", 16 * 1024 * 1024);
    CHECK(load("orders_2026-01-01.json", &arena, &model), "model");
    struct channel_orders_page page;
    struct channel_outcome o = { 0 };
    struct json example = example_of(reply_of(model, "/orders/2026-01-01/orders", "get"));
    amazon_orders_parse(text_of(example, &arena), &arena, &page, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "searchOrders");
    CHECK(page.count > 0 && page.next_token.len > 0, "orders and a token");
    CHECK_INT(page.bad_count, 0, "none is bad");
    CHECK_STR(page.orders[0].status, S("SHIPPED"), "status");
    CHECK_INT(page.orders[0].lines[0].price_minor, 4999, "price");
    CHECK(page.orders[0].lines[0].cancel_requested, "the buyer wanted to cancel");

    struct channel_order order;
    struct str detail = S("");
    example = example_of(reply_of(model, "/orders/2026-01-01/orders/{orderId}", "get"));
    CHECK(amazon_order_parse(json_get(example, "order"), &arena, &order, &detail), "getOrder");
    CHECK_STR(order.lines[0].currency, S("GBP"), "currency");
    /* Put aside, the same order shows nothing of the buyer whom it names. */
    struct str kept = amazon_kept(json_get(example, "order"), &arena);
    CHECK(!str_contains(kept, S("Wilson")) && !str_contains(kept, S("High Street")), "no person");

    size_t words = 0;
    struct json known = json_path(model, "definitions", "FulfillmentStatus", "enum", NULL);
    for (size_t i = 0; i < json_len(known); i++, words++) {
        struct str word;
        CHECK(json_str(json_at(known, i), &word) && word.len < AMAZON_ID_MAX, "a status");
    }
    CHECK(words >= 7, "statuses");
    json_release(&model);
    arena_release(&arena);
}

static void test_listings(void **state)
{
    (void)state;
    struct arena arena;
    struct json model;
    arena_init(&arena, "test", 16 * 1024 * 1024);
    CHECK(load("listingsItems_2021-08-01.json", &arena, &model), "model");
    struct channel_listings_page page;
    struct channel_outcome o = { 0 };
    struct json example =
        example_of(reply_of(model, "/listings/2021-08-01/items/{sellerId}", "get"));
    amazon_listings_parse(text_of(example, &arena), S("ATVPDKIKX0DER"), &arena, &page, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "searchListingsItems");
    CHECK_INT(page.bad_count, 0, "none is bad");
    CHECK(page.count > 0 && page.total == 3 && page.next_token.len > 0, "a page");
    CHECK_STR(page.listings[0].sku, S("GM-ZDPI-9B4E"), "sku");

    struct channel_listing l;
    struct str detail = S("");
    example = example_of(reply_of(model, "/listings/2021-08-01/items/{sellerId}/{sku}", "get"));
    CHECK(amazon_listing_parse(example, S("ATVPDKIKX0DER"), &arena, &l, &detail), "US");
    CHECK(l.active && l.has_quantity && l.quantity == 100, "in the US");
    CHECK(amazon_listing_parse(example, S("A2EUQ1WTGCTBG2"), &arena, &l, &detail), "Canada");
    CHECK(!l.active && l.issues.len > 2, "status [] is inactive");

    example = example_of(reply_of(model, "/listings/2021-08-01/items/{sellerId}/{sku}", "patch"));
    amazon_patch_parse(NULL, text_of(example, &arena), &arena, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "patchListingsItem");
    json_release(&model);
    arena_release(&arena);
}

/* x-amzn-api-sandbox.static of every status: replies of Amazon's own sandbox. */
static void test_sandbox(void **state)
{
    (void)state;
    struct arena arena;
    struct json model;
    arena_init(&arena, "test", 16 * 1024 * 1024);
    CHECK(load("sellers.json", &arena, &model), "model");
    struct json path = json_path(model, "paths", "/sellers/v1/marketplaceParticipations", NULL);
    struct json replies = json_path(path, "get", "responses", NULL);
    struct json_member m = { 0 };
    size_t cases = 0;
    while (json_next(replies, &m)) {
        struct json list = json_path(m.value, "x-amzn-api-sandbox", "static", NULL);
        for (size_t i = 0; i < json_len(list); i++, cases++) {
            struct str body = text_of(json_get(json_at(list, i), "response"), &arena);
            struct channel_marketplace *places;
            size_t count;
            struct channel_outcome o = { 0 };
            amazon_sellers_parse(body, &arena, &places, &count, &o);
            CHECK_INT(o.result, CHANNEL_DONE, "sandbox");
            CHECK(count == 1 && places[0].participating, "sandbox");
        }
    }
    CHECK(cases > 0, "the sandbox has cases");
    struct json errors = json_path(model, "paths", "/sellers/v1/account", "get", "responses", "400",
        "x-amzn-api-sandbox", "static", NULL);
    struct transport_reply reply = { .status = 400 };
    reply.body = text_of(json_get(json_at(errors, 0), "response"), &arena);
    struct channel_outcome o;
    amazon_outcome_of_reply(NULL, true, &reply, &arena, &o);
    CHECK_INT(o.result, CHANNEL_REFUSED, "sandbox error");
    CHECK_STR(o.code, S("InvalidInput"), "sandbox error");
    json_release(&model);
    arena_release(&arena);
}

/* Every sandbox case of the feeds operations that are used: the parser of its operation, or the
 * words of its error. */
static size_t replay_feeds(struct json operation, const char *name, struct arena *arena)
{
    struct json_member m = { 0 };
    size_t cases = 0;
    while (json_next(json_get(operation, "responses"), &m)) {
        struct json list = json_path(m.value, "x-amzn-api-sandbox", "static", NULL);
        for (size_t i = 0; i < json_len(list); i++, cases++) {
            struct str body = text_of(json_get(json_at(list, i), "response"), arena);
            struct channel_outcome o = { 0 };
            if (m.key.at[0] != '2') {
                struct transport_reply reply = { .status = 400, .body = body };
                amazon_outcome_of_reply(NULL, true, &reply, arena, &o);
                CHECK_INT(o.result, CHANNEL_REFUSED, name);
                CHECK_STR(o.code, S("400"), name);
                continue;
            }
            struct channel_feed_progress p = { .word = S("") };
            struct channel_feed_place place = { .id = S("") };
            struct str id = S("");
            if (str_eq(str_of(name), S("createFeed")))
                amazon_feed_id_parse(body, arena, &id, &o);
            else if (str_eq(str_of(name), S("getFeed")))
                amazon_feed_progress_parse(body, arena, &p, &o);
            else
                amazon_feed_place_parse(body, arena, &place, &o);
            CHECK_INT(o.result, CHANNEL_DONE, name);
            CHECK(id.len || p.state == CHANNEL_FEED_FAILED || place.url.len, name);
        }
    }
    return cases;
}

static void test_feeds(void **state)
{
    (void)state;
    static const struct {
        const char *path, *method, *name;
    } rows[] = {
        { "/feeds/2021-06-30/documents", "post", "createFeedDocument" },
        { "/feeds/2021-06-30/documents/{feedDocumentId}", "get", "getFeedDocument" },
        { "/feeds/2021-06-30/feeds", "post", "createFeed" },
        { "/feeds/2021-06-30/feeds/{feedId}", "get", "getFeed" },
    };
    struct arena arena;
    struct json model;
    arena_init(&arena, "test", 64 * 1024 * 1024);
    CHECK(load("feeds_2021-06-30.json", &arena, &model), "model");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(replay_feeds(json_path(model, "paths", rows[i].path, rows[i].method, NULL),
                      rows[i].name, &arena),
            2, rows[i].name);
    json_release(&model);

    CHECK(load("schemas/feeds/listings-feed-processing-report-schema-v2.example.json", &arena,
              &model),
        "its example of a report");
    struct channel_feed_report report;
    struct channel_outcome o = { 0 };
    amazon_feed_report_parse(text_of(model, &arena), &arena, &report, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "the report is read");
    CHECK_INT(report.count, 2, "two messages were refused");
    CHECK(report.refusals[0].message_id == 4 && report.refusals[1].message_id == 5, "these");
    json_release(&model);

    /* The members that we write are those of its example of a feed. */
    CHECK(load("schemas/feeds/listings-feed-schema-v2.example.json", &arena, &model), "a feed");
    CHECK(json_present(json_path(model, "header", "sellerId", NULL)), "header");
    size_t patches = 0;
    for (size_t i = 0; i < json_len(json_get(model, "messages")); i++) {
        struct json message = json_at(json_get(model, "messages"), i);
        struct json patch = json_at(json_get(message, "patches"), 0);
        if (!json_present(patch)) continue;
        CHECK(json_present(json_get(message, "messageId")) && json_present(json_get(patch, "op")) &&
                  json_present(json_get(patch, "path")),
            "a message with patches");
        patches++;
    }
    CHECK(patches > 0, "there is one");
    json_release(&model);
    arena_release(&arena);
}

int main(void)
{
    struct arena arena;
    arena_init(&arena, "probe", 16 * 1024);
    struct str probe = arena_fmt(&arena, "%s/orders_2026-01-01.json", folder());
    FILE *f = fopen(probe.at, "rb");
    if (!f) {
        printf("skipped: Amazon's models are not in %s (STOCKBRIDGE_SP_API_MODELS)\n", folder());
        arena_release(&arena);
        return 77;
    }
    (void)fclose(f);
    arena_release(&arena);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_listings),
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_feeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
