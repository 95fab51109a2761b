/* orders_parse_test.c: orders as they come, malformed ones put aside, and nobody's name kept. */
#include "check.h"

#include "amazon/internal.h"

#include <string.h>

#define HEAD                                                                                       \
    "{\"orderId\":\"111-1\",\"createdTime\":\"2026-01-02T03:04:05Z\","                             \
    "\"lastUpdatedTime\":\"2026-01-02T03:04:06.789Z\","                                            \
    "\"salesChannel\":{\"channelName\":\"AMAZON\",\"marketplaceId\":\"ATVPDKIKX0DER\"},"
#define DONE "\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\",\"fulfilledBy\":\"MERCHANT\"},"
#define LINE(rest) HEAD DONE "\"orderItems\":[{\"orderItemId\":\"1\"," rest "}]}"

static bool parse(
    const char *text, struct arena *arena, struct channel_order *out, struct str *detail)
{
    struct json root;
    struct error e;
    CHECK_ERR(json_parse(str_of(text), 100000, &root, &e), OK, &e, "parses");
    bool okay = amazon_order_parse(root, arena, out, detail);
    json_release(&root);
    return okay;
}

static void test_whole(void **state)
{
    (void)state;
    struct arena arena;
    struct channel_order o;
    struct str detail = S("");
    arena_init(&arena, "test", 1024 * 1024);
    CHECK(parse(HEAD DONE
              "\"orderItems\":[{\"orderItemId\":\"1\",\"quantityOrdered\":3,\"product\":{"
              "\"asin\":\"B0\",\"title\":\"Phone\",\"sellerSku\":\"A/1\",\"price\":{\"unitPrice\":"
              "{\"amount\":\"49.99\",\"currencyCode\":\"USD\"}}},\"fulfillment\":{"
              "\"quantityFulfilled\":1,\"quantityUnfulfilled\":1},\"cancellation\":{"
              "\"cancellationRequest\":{\"requester\":\"BUYER\",\"cancelReason\":\"x\"}}},"
              "{\"orderItemId\":\"2\",\"quantityOrdered\":0,\"product\":{}}]}",
              &arena, &o, &detail),
        "reads");
    CHECK_STR(o.id, S("111-1"), "id");
    CHECK_STR(o.status, S("UNSHIPPED"), "status");
    CHECK_STR(o.marketplace_id, S("ATVPDKIKX0DER"), "marketplace");
    CHECK_INT(o.created_at, 1767323045000, "created");
    CHECK_INT(o.updated_at, 1767323046789, "updated");
    CHECK_INT(o.line_count, 2, "lines");
    const struct channel_order_line *l = o.lines;
    CHECK_STR(l[0].sku, S("A/1"), "sku");
    CHECK(l[0].has_fulfilled && l[0].cancel_requested && l[0].has_price, "all known");
    CHECK_INT(l[0].ordered - l[0].fulfilled - l[0].unfulfilled, 1, "one was canceled");
    CHECK_INT(l[0].price_minor, 4999, "cents");
    CHECK_STR(l[0].currency, S("USD"), "currency");
    CHECK(!l[1].has_fulfilled && !l[1].cancel_requested && !l[1].has_price, "none known");
    CHECK_INT(l[1].sku.len, 0, "an order without a SKU is an order");
    arena_release(&arena);
}

static void test_prices(void **state)
{
    (void)state;
    static const struct {
        const char *why, *price;
        bool has;
        int64_t want;
    } rows[] = {
        { "yen", "{\"amount\":\"1980\",\"currencyCode\":\"JPY\"}", true, 1980 },
        { "yen with a point", "{\"amount\":\"1980.00\",\"currencyCode\":\"JPY\"}", true, 1980 },
        { "cents", "{\"amount\":\"0.1\",\"currencyCode\":\"EUR\"}", true, 10 },
        { "half a cent", "{\"amount\":\"0.105\",\"currencyCode\":\"EUR\"}", false, 0 },
        { "a number", "{\"amount\":5,\"currencyCode\":\"EUR\"}", false, 0 },
        { "a negative", "{\"amount\":\"-5\",\"currencyCode\":\"EUR\"}", false, 0 },
        { "no currency", "{\"amount\":\"5\"}", false, 0 },
        { "nonsense", "{\"amount\":\"five\",\"currencyCode\":\"EUR\"}", false, 0 },
        { "none, as for PENDING", "null", false, 0 },
        { "another kind", "7", false, 0 },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_order o;
        struct str detail = S("");
        struct str text = arena_fmt(&arena,
            LINE("\"quantityOrdered\":1,\"product\":{\"price\":{\"unitPrice\":%s}}"),
            rows[i].price);
        CHECK(parse(text.at, &arena, &o, &detail), rows[i].why);
        CHECK_INT(o.lines[0].has_price, rows[i].has, rows[i].why);
        CHECK_INT(o.lines[0].price_minor, rows[i].want, rows[i].why);
    }
    arena_release(&arena);
}

static void test_times(void **state)
{
    (void)state;
    static const char *const spellings[] = { "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05+00:00", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05.000000000Z",
        "2026-01-01T19:04:05-08:00", "2026-01-02t03:04:05z" };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        struct channel_order o;
        struct str detail = S("");
        struct str text = arena_fmt(&arena,
            "{\"orderId\":\"1\",\"createdTime\":\"%s\",\"lastUpdatedTime\":\"%s\"," DONE
            "\"orderItems\":[]}",
            spellings[i], spellings[i]);
        CHECK(parse(text.at, &arena, &o, &detail), spellings[i]);
        CHECK_INT(o.created_at, 1767323045000, spellings[i]);
        CHECK_INT(o.updated_at, 1767323045000, spellings[i]);
    }
    arena_release(&arena);
}

static void test_statuses(void **state)
{
    (void)state;
    static const char *const words[] = { "PENDING_AVAILABILITY", "PENDING", "UNSHIPPED",
        "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE", "INVOICE_UNCONFIRMED",
        "SomethingNew" };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct channel_order o;
        struct str detail = S("");
        struct str text = arena_fmt(&arena,
            HEAD "\"fulfillment\":{\"fulfillmentStatus\":\"%s\",\"fulfilledBy\":\"AMAZON\"},"
                 "\"orderItems\":[]}",
            words[i]);
        CHECK(parse(text.at, &arena, &o, &detail), words[i]);
        CHECK_STR(o.status, str_of(words[i]), "unknown words are data");
        CHECK_INT(o.fulfillment, CHANNEL_AMAZON, "fulfilled by Amazon");
    }
    arena_release(&arena);
}

static const struct {
    const char *order, *detail;
} malformed[] = {
    { "7", ": no object" },
    { "null", ": no object" },
    { "{}", "/orderId: missing, no text, or too long" },
    { "{\"orderId\":1}", "/orderId: missing, no text, or too long" },
    { "{\"orderId\":\"1\"}", "/createdTime: missing or no time" },
    { "{\"orderId\":\"1\",\"createdTime\":\"2026-02-30T00:00:00Z\"}",
        "/createdTime: missing or no time" },
    { "{\"orderId\":\"1\",\"createdTime\":\"2026-02-03T00:00:00Z\",\"lastUpdatedTime\":5}",
        "/lastUpdatedTime: missing or no time" },
    { HEAD "\"orderItems\":[]}", "/fulfillment/fulfillmentStatus: missing, no text, or too long" },
    { HEAD "\"fulfillment\":{\"fulfillmentStatus\":\"X\",\"fulfilledBy\":\"DRONE\"}}",
        "/fulfillment/fulfilledBy: neither MERCHANT nor AMAZON" },
    { HEAD "\"fulfillment\":{\"fulfillmentStatus\":\"X\",\"fulfilledBy\":1}}",
        "/fulfillment/fulfilledBy: no text" },
    { HEAD DONE "\"x\":1}", "/orderItems: missing or no list" },
    { HEAD DONE "\"orderItems\":{}}", "/orderItems: missing or no list" },
    { HEAD DONE "\"orderItems\":[7]}", "/orderItems/0: no object" },
    { HEAD DONE "\"orderItems\":[{\"quantityOrdered\":1}]}",
        "/orderItems/0/orderItemId: missing, no text, or too long" },
    { LINE("\"product\":{}"), "/orderItems/0/quantityOrdered: missing or no count" },
    { LINE("\"quantityOrdered\":-1"), "/orderItems/0/quantityOrdered: missing or no count" },
    { LINE("\"quantityOrdered\":1.0"), "/orderItems/0/quantityOrdered: missing or no count" },
    { LINE("\"quantityOrdered\":\"1\""), "/orderItems/0/quantityOrdered: missing or no count" },
    { LINE("\"quantityOrdered\":99999999999"),
        "/orderItems/0/quantityOrdered: missing or no count" },
    { LINE("\"quantityOrdered\":1,\"fulfillment\":7"), "/orderItems/0/fulfillment: no object" },
    { LINE("\"quantityOrdered\":1,\"fulfillment\":{\"quantityFulfilled\":true}"),
        "/orderItems/0/fulfillment/quantityFulfilled: no count" },
    { LINE("\"quantityOrdered\":1,\"fulfillment\":{\"quantityUnfulfilled\":-1}"),
        "/orderItems/0/fulfillment/quantityUnfulfilled: no count" },
    { LINE("\"quantityOrdered\":1,\"fulfillment\":{\"quantityFulfilled\":1,"
           "\"quantityUnfulfilled\":1}"),
        "/orderItems/0/fulfillment: more than was ordered" },
    { LINE("\"quantityOrdered\":1,\"product\":\"x\""), "/orderItems/0/product: no object" },
    { LINE("\"quantityOrdered\":1,\"product\":{\"sellerSku\":5}"),
        "/orderItems/0/product/sellerSku: no text, or too long" },
    { LINE("\"quantityOrdered\":1,\"product\":{\"asin\":5}"),
        "/orderItems/0/product/asin: no text" },
    { LINE("\"quantityOrdered\":1,\"product\":{\"title\":[]}"),
        "/orderItems/0/product/title: no text" },
    { HEAD DONE "\"orderItems\":[{\"orderItemId\":\"1\",\"quantityOrdered\":1},"
                "{\"orderItemId\":\"1\",\"quantityOrdered\":1}]}",
        "/orderItems: an orderItemId twice" },
};

static void test_malformed(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        struct channel_order o;
        struct str detail = S("");
        CHECK(!parse(malformed[i].order, &arena, &o, &detail), malformed[i].order);
        CHECK_STR(detail, str_of(malformed[i].detail), malformed[i].order);
    }
    arena_release(&arena);
}

/* Each malformed order stands between two good ones. */
static void test_isolated(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 4 * 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        const char *good = LINE("\"quantityOrdered\":1");
        struct str text =
            arena_fmt(&arena, "{\"orders\":[%s,%s,%s],\"pagination\":{\"nextToken\":\"n+1=\"}}",
                good, malformed[i].order, good);
        struct channel_orders_page page;
        struct channel_outcome o = { 0 };
        amazon_orders_parse(text, &arena, &page, &o);
        CHECK_INT(o.result, CHANNEL_DONE, malformed[i].order);
        CHECK_INT(page.count, 2, malformed[i].order);
        CHECK_INT(page.orders[1].line_count, 1, malformed[i].order);
        CHECK_INT(page.bad_count, 1, malformed[i].order);
        CHECK_STR(page.bad[0].detail, str_of(malformed[i].detail), malformed[i].order);
        CHECK_STR(page.next_token, S("n+1="), malformed[i].order);
    }
    arena_release(&arena);
}

static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum channel_result want;
    } rows[] = {
        { "{\"orders\":[]}", CHANNEL_DONE },
        { "{\"orders\":[],\"pagination\":null}", CHANNEL_DONE },
        { "{\"orders\":[],\"pagination\":{}}", CHANNEL_DONE },
        { "{\"orders\":[],\"pagination\":{\"nextToken\":7}}", CHANNEL_BROKEN },
        { "{\"orders\":{}}", CHANNEL_BROKEN },
        { "{\"payload\":{\"orders\":[]}}", CHANNEL_BROKEN },
        { "[]", CHANNEL_BROKEN },
        { "", CHANNEL_BROKEN },
        { "<html>", CHANNEL_BROKEN },
        { "{\"orders\":[", CHANNEL_BROKEN },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_orders_page page;
        struct channel_outcome o = { 0 };
        amazon_orders_parse(str_of(rows[i].text), &arena, &page, &o);
        CHECK_INT(o.result, rows[i].want, rows[i].text);
        CHECK(page.count == 0 && page.next_token.len == 0, rows[i].text);
    }
    arena_release(&arena);
}

static bool arena_holds(const struct channel_orders_page *page, struct str word)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct channel_order *o = &page->orders[i];
        if (str_contains(o->id, word) || str_contains(o->status, word)) return true;
        for (size_t k = 0; k < o->line_count; k++)
            if (str_contains(o->lines[k].title, word) || str_contains(o->lines[k].sku, word))
                return true;
    }
    for (size_t i = 0; i < page->bad_count; i++)
        if (str_contains(page->bad[i].raw, word) || str_contains(page->bad[i].detail, word) ||
            str_contains(page->bad[i].id, word))
            return true;
    return false;
}

static void test_cancel_reason(void **state)
{
    (void)state;
    static const struct {
        const char *request, *reason;
        bool requested;
    } rows[] = {
        { "{\"requester\":\"BUYER\",\"cancelReason\":\"ORDER_CREATED_BY_MISTAKE\"}",
            "ORDER_CREATED_BY_MISTAKE", true },
        { "{\"requester\":\"BUYER\",\"cancelReason\":\"Ann has moved to 1 High St\"}", "", true },
        { "{\"requester\":\"BUYER\",\"cancelReason\":\"ANN\"}", "", true },
        { "{\"requester\":\"BUYER\",\"cancelReason\":7}", "", true },
        { "{\"requester\":\"BUYER\"}", "", true },
        { "{\"requester\":\"MERCHANT\",\"cancelReason\":\"NO_INVENTORY\"}", "", false },
        { "null", "", false },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str text = arena_fmt(&arena,
            "{\"orders\":[" HEAD DONE "\"orderItems\":[{\"orderItemId\":\"1\","
            "\"quantityOrdered\":1,\"cancellation\":{\"cancellationRequest\":%s}}]}]}",
            rows[i].request);
        struct channel_orders_page page;
        struct channel_outcome o = { 0 };
        amazon_orders_parse(text, &arena, &page, &o);
        CHECK_INT(page.count, 1, rows[i].request);
        CHECK_INT(page.orders[0].lines[0].cancel_requested, rows[i].requested, rows[i].request);
        CHECK_STR(page.orders[0].lines[0].cancel_reason, str_of(rows[i].reason), rows[i].request);
    }
    arena_release(&arena);
}

static void test_no_person_kept(void **state)
{
    (void)state;
    static const char person[] =
        "\"buyer\":{\"buyerName\":\"Ann-PII\",\"buyerEmail\":\"a@PII\"},\"recipient\":"
        "{\"deliveryAddress\":{\"name\":\"Ann-PII\",\"addressLine1\":\"PII St\",\"city\":\"PII\","
        "\"postalCode\":\"PII\",\"phone\":\"PII\"}},\"packages\":[{\"trackingNumber\":\"PII\"}],"
        "\"newField2027\":{\"whatever\":[\"PII\"]},";
    static const char item[] =
        "\"fulfillment\":{\"packing\":{\"giftOption\":{\"giftMessage\":\"PII\"}}},"
        "\"cancellation\":{\"cancellationRequest\":{\"cancelReason\":\"PII\"}},"
        "\"product\":{\"customization\":{\"customizedUrl\":\"PII\"},\"serialNumbers\":[\"PII\"]}";
    static const char *const quantities[] = { "1", "\"bad\"" };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(quantities); i++) {
        struct str text = arena_fmt(&arena,
            "{\"orders\":[" HEAD "%s" DONE "\"orderItems\":[{\"orderItemId\":\"1\",%s,"
            "\"quantityOrdered\":%s}]}]}",
            person, item, quantities[i]);
        struct channel_orders_page page;
        struct channel_outcome o = { 0 };
        amazon_orders_parse(text, &arena, &page, &o);
        CHECK_INT(o.result, CHANNEL_DONE, "read");
        CHECK_INT(page.count + page.bad_count, 1, "one order");
        CHECK(!arena_holds(&page, S("PII")), "nothing about a person");
    }
    struct channel_orders_page page;
    struct channel_outcome o = { 0 };
    amazon_orders_parse(S("{\"orders\":[{\"buyerName\":\"Ann\" \"PII\"}]}"), &arena, &page, &o);
    CHECK_INT(o.result, CHANNEL_BROKEN, "no JSON");
    CHECK(!str_contains(o.detail, S("PII")), "where it breaks, not what stands there");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_isolated),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_cancel_reason),
        cmocka_unit_test(test_no_person_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
