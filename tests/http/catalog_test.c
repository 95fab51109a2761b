/* catalog_test.c: archiving, order of the short lists, and SKUs that repeat, as callers see them.
 */
#include "kit.h"

static int64_t make_variation(struct kit *k, const char *model, const char *sku)
{
    CALL(k, "POST", "/variations",
        kit_fmt(k, "{\"manufacturer\":\"Apple\",\"model\":\"%s\",\"sku\":\"%s\"}", model, sku),
        201);
    return kit_int(k, "/id");
}

static size_t listed(struct kit *k, const char *path)
{
    CALL(k, "GET", path, NULL, 200);
    return kit_len(k, "/data");
}

static void test_archived_variations(void **state)
{
    struct kit *k = *state;
    int64_t id = make_variation(k, "Old", "OLD");
    CHECK(!kit_true(k, "/archived"), "a new one is not");
    const char *one = kit_fmt(k, "/variations/%lld", (long long)id);
    CALL(k, "PATCH", one, "{\"archived\":true}", 200);
    CHECK(kit_true(k, "/archived"), "said in the answer");
    CHECK_STR(kit_header(k, "ETag"), S("\"2\""), "a new version");
    CALL(k, "GET", one, NULL, 200);
    CHECK_STR(kit_str(k, "/sku"), S("OLD"), "read by its id as before");
    CHECK_INT(listed(k, "/variations"), 0, "not listed");
    CHECK_INT(listed(k, "/variations?archived=false"), 0, "nor so");
    CHECK_INT(listed(k, "/variations?sku=OLD"), 0, "nor by SKU");
    CHECK_INT(listed(k, "/variations?archived=true"), 1, "listed when asked for");
    CHECK_INT(listed(k, "/variations?q=old&archived=any"), 1, "or among all");
    const char *item = kit_fmt(k, "{\"esn\":\"SN1\",\"variation_id\":%lld}", (long long)id);
    CALL(k, "POST", "/items", item, 409);
    kit_problem(k, 409, "archived", "an item");
    kit_fault(k, "/variation_id", "archived", "an item");
    CALL(k, "POST", "/items", kit_fmt(k, "{\"items\":[%s]}", item), 200);
    CHECK_STR(kit_str(k, "/results/0/code"), S("archived"), "one of many");
    CALL(k, "POST", "/orders",
        kit_fmt(k, "{\"organization\":\"x\",\"lines\":[{\"variation_id\":%lld,\"quantity\":1}]}",
            (long long)id),
        409);
    kit_fault(k, "/lines/0/variation_id", "archived", "a line");
    CALL(k, "POST", "/orders", "{\"organization\":\"x\"}", 201);
    CALL(k, "POST", "/orders/1/lines",
        kit_fmt(k, "{\"variation_id\":%lld,\"quantity\":1}", (long long)id), 409);
    kit_fault(k, "/variation_id", "archived", "a line");
    CALL(k, "PATCH", one, "{\"archived\":false}", 200);
    CALL(k, "POST", "/items", item, 201);
}

static void test_archived_lists(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *base, *body;
    } rows[] = {
        { "/grades", "{\"title\":\"Z\"}" },
        { "/damage_conditions", "{\"title\":\"Z\"}" },
        { "/warehouses", "{\"name\":\"Z\"}" },
        { "/warehouses/1/locations", "{\"name\":\"Z\"}" },
        { "/inventory_statuses", "{\"title\":\"Z\"}" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t before = listed(k, rows[i].base);
        CALL(k, "POST", rows[i].base, rows[i].body, 201);
        const char *one = kit_fmt(k, "%s/%lld", rows[i].base, (long long)kit_int(k, "/id"));
        CALL(k, "PATCH", one, "{\"archived\":true}", 200);
        CHECK(kit_true(k, "/archived"), one);
        CHECK_INT(listed(k, rows[i].base), before, "left out");
        CHECK_INT(listed(k, kit_fmt(k, "%s?archived=true", rows[i].base)), 1, "only those");
        CHECK_INT(listed(k, kit_fmt(k, "%s?archived=any", rows[i].base)), before + 1, "all");
    }
    CALL(k, "GET", "/order_statuses?archived=any", NULL, 400);
    CALL(k, "PATCH", "/order_statuses/1", "{\"archived\":true}", 422);
    CALL(k, "PATCH", "/inventory_statuses/1", "{\"archived\":true}", 409);
    kit_problem(k, 409, "in_use", "what received items get");
    kit_fault(k, "/archived", "in_use", "what received items get");
}

static void test_order_of_grades(void **state)
{
    struct kit *k = *state;
    CALL(k, "PATCH", "/grades/2", "{\"position\":10000}", 200);
    static const char *const want[] = { "Unknown", "B", "C", "D", "A" };
    const char *path = "/grades?limit=2";
    size_t seen = 0;
    for (bool more = true; more;) {
        CALL(k, "GET", path, NULL, 200);
        for (size_t i = 0; i < kit_len(k, "/data"); i++, seen++)
            CHECK_STR(kit_str(k, kit_fmt(k, "/data/%zu/title", i)), str_of(want[seen]), path);
        more = !kit_null(k, "/next_cursor");
        if (more)
            path = kit_fmt(k, "/grades?limit=2&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor")));
    }
    CHECK_INT(seen, COUNT_OF(want), "all of them");
    /* base64url of "x.1", "-1.1", "1.0" and "1" */
    static const char *const bad[] = { "eC4x", "LTEuMQ", "MS4w", "MQ" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CALL(k, "GET", kit_fmt(k, "/grades?cursor=%s", bad[i]), NULL, 400);
}

static void test_repeated_skus(void **state)
{
    struct kit *k = *state;
    CALL(k, "GET", "/variations/repeated_skus", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "none");
    CALL(k, "PATCH", "/settings", "{\"unique_skus\":false}", 200);
    int64_t first = make_variation(k, "One", "TWICE");
    int64_t second = make_variation(k, "Two", "TWICE");
    make_variation(k, "Three", "ONCE");
    make_variation(k, "Four", "AGAIN");
    make_variation(k, "Five", "AGAIN");
    CALL(k, "PATCH", "/settings", "{\"unique_skus\":true}", 409);
    kit_problem(k, 409, "duplicate_sku", "refused while SKUs repeat");
    CHECK_INT(kit_len(k, "/errors"), 2, "an entry for each");
    struct str detail = kit_str(k, "/errors/1/detail");
    CHECK_STR(detail,
        str_of(kit_fmt(
            k, "TWICE is on 2 variations: %lld, %lld", (long long)first, (long long)second)),
        "with its variations");
    CALL(k, "GET", "/variations/repeated_skus?limit=1", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("AGAIN"), "in order");
    const char *next = kit_fmt(
        k, "/variations/repeated_skus?limit=1&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor")));
    CALL(k, "GET", next, NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("TWICE"), "the next page");
    CHECK_INT(kit_int(k, "/data/0/variations"), 2, "how many");
    CHECK_INT(kit_int(k, "/data/0/variation_ids/1"), second, "which");
    CHECK(kit_null(k, "/next_cursor"), "the last page");
    CALL(k, "PATCH", kit_fmt(k, "/variations/%lld", (long long)first), "{\"sku\":null}", 200);
    CALL(k, "PATCH", "/settings", "{\"unique_skus\":true}", 409);
    CHECK_INT(kit_len(k, "/errors"), 1, "one is left");
}

static void test_search(void **state)
{
    struct kit *k = *state;
    make_variation(k, "iPhone 13 Pro", "IP13P");
    make_variation(k, "iPhone 13", "IP13");
    make_variation(k, "Galaxy S21", "GS21");
    CALL(k, "GET", "/variations?q=ip13&limit=1", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("IP13"), "the SKU itself first");
    const char *next =
        kit_fmt(k, "/variations?q=ip13&limit=1&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor")));
    CALL(k, "GET", next, NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/sku"), S("IP13P"), "then its beginning");
    CHECK(kit_null(k, "/next_cursor"), "and no other");
    CHECK_INT(listed(k, "/variations?q=apple%20x13&limit=5"), 0, "every piece must be found");
    CHECK_INT(listed(k, "/variations?q=aip%2013"), 2, "initials");
    CHECK_INT(listed(k, "/variations?q=galaxy&sku=GS21"), 1, "with a SKU");
    CHECK_INT(listed(k, "/variations?q=%22%27"), 0, "signs alone");
    CALL(k, "GET", "/variations?q=a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y", NULL, 400);
    kit_problem(k, 400, "bad_parameter", "too many words");
    CALL(k, "GET", "/variations?q=a&cursor=MQ", NULL, 400);
    kit_fault(k, "?cursor", "bad_format", "a cursor of the list without words");
}

static void test_merge(void **state)
{
    struct kit *k = *state;
    int64_t a = make_variation(k, "A", "SKU-A"), b = make_variation(k, "B", "SKU-B");
    CALL(k, "POST", "/items", kit_fmt(k, "{\"esn\":\"E1\",\"variation_id\":%lld}", (long long)a),
        201);
    const char *path = kit_fmt(k, "/variations/%lld/merge", (long long)a);
    const char *body = kit_fmt(k, "{\"into\":%lld}", (long long)b);
    CALL(k, "POST", path, body, 409);
    kit_problem(k, 409, "two_skus", "each has its SKU");
    kit_fault(k, "/into", "two_skus", "each has its SKU");
    CALL(k, "PATCH", kit_fmt(k, "/variations/%lld", (long long)b), "{\"sku\":null}", 200);
    CALL(k, "POST", path, "{\"into\":99}", 422);
    kit_fault(k, "/into", "unknown_value", "nobody");
    CALL_WITH(k, "POST", path, body, "If-Match: \"2\"", 412);
    CALL_WITH(k, "POST", path, body, "If-Match: \"1\"\r\nIdempotency-Key: m", 200);
    CHECK_INT(kit_int(k, "/id"), b, "the one that stays");
    CHECK_STR(kit_str(k, "/sku"), S("SKU-A"), "with the SKU");
    CHECK_STR(kit_header(k, "ETag"), S("\"3\""), "its version");
    CALL_WITH(k, "POST", path, body, "If-Match: \"1\"\r\nIdempotency-Key: m", 200);
    CHECK_INT(kit_int(k, "/id"), b, "sent again: the first answer");
    CALL(k, "POST", path, body, 404);
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_INT(kit_int(k, "/variation_id"), b, "its item moved");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_archived_variations),
        KIT_TEST(test_archived_lists),
        KIT_TEST(test_order_of_grades),
        KIT_TEST(test_repeated_skus),
        KIT_TEST(test_merge),
        KIT_TEST(test_search),
    };
    return kit_main(argc, argv, "http/catalog", tests, COUNT_OF(tests));
}
