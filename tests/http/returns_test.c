/* returns_test.c: returns, sale prices and many orders at once, as callers see them. */
#include "kit.h"

/* Order 1: two phones A1 and A2 at 300.00, shipped. */
static void make_sale(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/inventory_statuses", "{\"title\":\"Broken\"}", 201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
    CALL(k, "POST", "/items",
        "{\"items\":[{\"esn\":\"A1\",\"variation_id\":1,\"paid\":{\"amount\":20000,\"currency\":"
        "\"EUR\"}},{\"esn\":\"A2\",\"variation_id\":1}]}",
        200);
    CALL(k, "POST", "/orders",
        "{\"organization\":\"Ann\",\"lines\":[{\"sku\":\"SKU-A\",\"quantity\":2,\"unit_price\":"
        "{\"amount\":30000,\"currency\":\"EUR\"}}]}",
        201);
    CALL(k, "POST", "/orders/1/commitments", "{\"esns\":[\"A1\",\"A2\"]}", 200);
    CALL(k, "PATCH", "/orders/1", "{\"status\":\"Shipped\"}", 200);
}

static void test_returns(void **state)
{
    struct kit *k = *state;
    make_sale(k);
    CALL(k, "POST", "/orders/1/returns",
        "{\"items\":[{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":\"Main\",\"location\":"
        "\"Shelf\",\"reason\":\"cracked\",\"refund\":{\"amount\":30000,\"currency\":\"EUR\"}},"
        "{\"item_id\":99,\"status\":\"Broken\",\"warehouse\":null}]}",
        200);
    CHECK(kit_true(k, "/results/0/returned"), "taken back");
    CHECK(kit_null(k, "/results/0/code"), "without a word");
    CHECK_STR(kit_str(k, "/results/1/code"), S("not_on_order"), "another is not here");
    CHECK_STR(kit_str(k, "/results/1/input"), S("99"), "as it was named");
    CHECK_INT(kit_int(k, "/order/returned"), 1, "one came back");
    CHECK_INT(kit_int(k, "/order/lines/0/returned"), 1, "from the line");
    CHECK_INT(kit_int(k, "/order/uncommitted"), 0, "no other is wanted");
    CHECK_INT(kit_len(k, "/order/warnings"), 0, "nothing to warn of");
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_STR(kit_str(k, "/status"), S("Broken"), "not for sale");
    CHECK_STR(kit_str(k, "/location"), S("Shelf"), "on the shelf");
    CALL(k, "GET", "/returns?order_id=1&esn=A1&undone=false", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/order_number"), S("SO-1"), "from where");
    CHECK_INT(kit_int(k, "/data/0/sale_price/amount"), 30000, "what it had been sold for");
    CHECK_INT(kit_int(k, "/data/0/refund/amount"), 30000, "what was given back");
    CALL(k, "PATCH", "/returns/1", "{\"reason\":\"battery\",\"refund\":null}", 200);
    CHECK_STR(kit_str(k, "/reason"), S("battery"), "known better");
    CHECK(kit_null(k, "/refund"), "nothing after all");
    CALL_WITH(k, "PATCH", "/returns/1", "{\"reason\":\"x\"}", "If-Match: \"1\"", 412);
    CALL(k, "POST", "/returns/1/undo", NULL, 200);
    CHECK(!kit_null(k, "/undone_at"), "undone");
    CALL(k, "POST", "/returns/1/undo", NULL, 409);
    kit_problem(k, 409, "undone", "once");
    CALL(k, "GET", "/orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/committed"), 2, "both are on it");
    CALL(k, "GET", "/items/1/history", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/action"), S("return_undone"), "newest first");
    CHECK_STR(kit_str(k, "/data/1/action"), S("sale_returned"), "before");
}

static void test_wrong_returns(void **state)
{
    struct kit *k = *state;
    make_sale(k);
    static const struct {
        const char *row, *pointer, *code;
    } rows[] = {
        { "{\"status\":\"Broken\",\"warehouse\":null}", "/items/0/item_id", "required" },
        { "{\"esn\":\"A1\",\"item_id\":1,\"status\":\"Broken\",\"warehouse\":null}",
            "/items/0/item_id", "not_allowed" },
        { "{\"esn\":\"A1\",\"warehouse\":null}", "/items/0/status", "required" },
        { "{\"esn\":\"A1\",\"status\":\"Broken\"}", "/items/0/warehouse", "required" },
        { "{\"esn\":\"A1\",\"status\":\"None\",\"warehouse\":null}", "/items/0/status",
            "unknown_value" },
        { "{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":\"No\"}", "/items/0/warehouse",
            "unknown_value" },
        { "{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":\"Main\",\"location\":\"No\"}",
            "/items/0/location", "unknown_value" },
        { "{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":null,\"location\":\"Shelf\"}",
            "/items/0/location", "not_allowed" },
        { "{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":null,\"color\":\"red\"}",
            "/items/0/color", "unknown_field" },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", "/orders/1/returns", kit_fmt(k, "{\"items\":[%s]}", rows[i].row), 422);
        kit_fault(k, rows[i].pointer, rows[i].code, rows[i].row);
    }
    CALL(k, "POST", "/orders/1/returns", "{\"items\":[]}", 422);
    CALL(k, "POST", "/orders/99/returns", "{\"items\":[]}", 404);
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

static void test_sale_prices(void **state)
{
    struct kit *k = *state;
    make_sale(k);
    CALL(k, "GET", "/orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/items/0/sale_price/amount"), 30000, "as the line says");
    CHECK_INT(kit_int(k, "/items/0/profit"), 10000, "less what was paid");
    CHECK(kit_null(k, "/items/1/profit"), "unknown without a cost");
    CHECK_INT(kit_int(k, "/totals/0/ordered"), 60000, "ordered");
    CHECK_INT(kit_int(k, "/totals/0/profit"), 10000, "where it is known");
    CALL(k, "PATCH", "/orders/1/commitments/1",
        "{\"sale_price\":{\"amount\":25000,\"currency\":\"EUR\"}}", 200);
    CHECK_INT(kit_int(k, "/items/0/sale_price/amount"), 25000, "by hand");
    CHECK(kit_true(k, "/items/0/sale_price_set"), "says so");
    CHECK_INT(kit_int(k, "/totals/0/sold"), 55000, "sold");
    CALL(k, "PATCH", "/orders/1/commitments/1", "{\"sale_price\":null}", 200);
    CHECK_INT(kit_int(k, "/items/0/sale_price/amount"), 30000, "as the line says again");
    CALL(k, "PATCH", "/orders/1/commitments/9", "{\"sale_price\":null}", 404);
    CALL(k, "PATCH", "/orders/1/commitments/1", "{}", 422);
    kit_fault(k, "/sale_price", "required", "say which");
}

static void test_many_orders(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 3; i++)
        CALL(k, "POST", "/orders", "{\"organization\":\"Ann\"}", 201);
    CALL(k, "POST", "/orders/bulk_status", "{\"ids\":[3,1,99],\"status\":\"Shipped\"}", 200);
    CHECK_INT(kit_int(k, "/changed"), 2, "two");
    CHECK_INT(kit_int(k, "/results/0/order_id"), 1, "in order");
    CHECK_STR(kit_str(k, "/results/2/code"), S("not_found"), "there is none");
    CALL(k, "GET", "/orders?status=Shipped", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "shipped");
    CALL(k, "POST", "/orders/bulk_status", "{\"ids\":[1,1],\"status\":\"New\"}", 422);
    kit_fault(k, "/ids/1", "duplicate", "twice");
    CALL(k, "POST", "/orders/bulk_status", "{\"ids\":[1],\"status\":\"Nonesuch\"}", 422);
    kit_fault(k, "/status", "unknown_value", "there is none");
}

static void test_on_its_way(void **state)
{
    struct kit *k = *state;
    make_sale(k);
    CALL(k, "POST", "/orders/1/returns",
        "{\"items\":[{\"esn\":\"A1\",\"status\":\"Broken\",\"warehouse\":\"Main\"}]}", 200);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Outlet\"}", 201);
    CALL(k, "POST", "/transfers",
        "{\"from_warehouse\":\"Main\",\"to_warehouse\":\"Outlet\",\"ids\":[1]}", 201);
    CALL(k, "POST", "/transfers/1/ship", NULL, 200);
    CALL(k, "POST", "/returns/1/undo", NULL, 409);
    kit_problem(k, 409, "in_transit", "first it has to arrive");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_returns),
        KIT_TEST(test_on_its_way),
        KIT_TEST(test_wrong_returns),
        KIT_TEST(test_sale_prices),
        KIT_TEST(test_many_orders),
    };
    return kit_main(argc, argv, "http_returns", tests, COUNT_OF(tests));
}
