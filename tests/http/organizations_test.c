/* organizations_test.c: organizations, and order statuses that are put in order and retired. */
#include "kit.h"

static int64_t make_order(struct kit *k, const char *organization, const char *status)
{
    CALL(k, "POST", "/orders",
        kit_fmt(k, "{\"organization\":\"%s\",\"status\":\"%s\"}", organization, status), 201);
    return kit_int(k, "/id");
}

static struct str name_of(struct kit *k, int64_t order)
{
    CALL(k, "GET", kit_fmt(k, "/orders/%lld", (long long)order), NULL, 200);
    return kit_str(k, "/organization");
}

static void test_life_of_an_organization(void **state)
{
    struct kit *k = *state;
    int64_t order = make_order(k, "Ann", "New");
    CALL(k, "GET", "/organizations?name=Ann", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "the order made it");
    CHECK_STR(kit_str(k, "/data/0/kind"), S("customer"), "its kind");
    CHECK(kit_null(k, "/data/0/merged_into"), "itself");
    CALL(k, "POST", "/organizations", "{\"name\":\"Anne\"}", 201);
    CHECK_STR(kit_header(k, "Location"), S("/api/v1/organizations/2"), "where it is");
    CHECK_STR(kit_header(k, "ETag"), S("\"1\""), "its version");
    CALL(k, "POST", "/organizations", "{\"name\":\"Anne\"}", 409);
    kit_problem(k, 409, "duplicate", "the name is taken");
    CALL_WITH(k, "PATCH", "/organizations/2", "{\"name\":\"A\"}", "If-Match: \"9\"", 412);
    CALL(k, "PATCH", "/organizations/1", "{\"name\":\"Ann & Co\"}", 200);
    CHECK_STR(kit_header(k, "ETag"), S("\"2\""), "a new version");
    CHECK_STR(name_of(k, order), S("Ann & Co"), "its order goes by it");
    CALL(k, "POST", "/organizations/2/merge", "{\"into\":99}", 422);
    kit_fault(k, "/into", "unknown_value", "there is none");
    CALL(k, "POST", "/organizations/99/merge", "{\"into\":1}", 404);
    CALL(k, "POST", "/organizations/2/merge", "{\"into\":1}", 200);
    CHECK_INT(kit_int(k, "/id"), 1, "the one that stays");
    CALL(k, "POST", "/organizations/2/merge", "{\"into\":1}", 409);
    kit_problem(k, 409, "merged", "once");
    CALL(k, "GET", "/organizations/2", NULL, 200);
    CHECK_INT(kit_int(k, "/merged_into"), 1, "what it means now");
    CHECK(kit_true(k, "/archived"), "out of sight");
    CALL(k, "GET", "/organizations", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "not listed");
    CALL(k, "GET", "/organizations?archived=any&q=an", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "unless asked for");
    CHECK_STR(name_of(k, make_order(k, "Anne", "New")), S("Ann & Co"), "the name still works");
    CALL(k, "GET", "/orders?organization=Anne", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "by either name");
    CALL(k, "GET", "/orders?organization=Nobody", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "nobody's");
    CALL(k, "GET", "/orders?q=co%20ann", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "found by words of its name");
    CALL(k, "PATCH", "/organizations/1", "{\"archived\":true}", 200);
    CALL(k, "POST", "/orders", "{\"organization\":\"Anne\"}", 409);
    kit_problem(k, 409, "archived", "it takes nothing new");
    kit_fault(k, "/organization", "archived", "where");
    CALL(k, "GET", "/audit?resource=organization", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 5, "created twice, renamed, merged, archived");
}

static void test_statuses_in_order(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Packing\"}", 201);
    CHECK_INT(kit_int(k, "/position"), 6, "after the others");
    CALL(k, "GET", "/order_statuses?limit=2", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/title"), S("New"), "the first");
    CALL(k, "GET",
        kit_fmt(k, "/order_statuses?limit=9&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor"))),
        NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 4, "the others");
    CHECK_STR(kit_str(k, "/data/3/title"), S("Packing"), "the last");
    CALL(k, "PATCH", "/order_statuses/6", "{\"position\":0,\"color\":\"#123456\"}", 200);
    CHECK_STR(kit_str(k, "/color"), S("#123456"), "recoloured");
    CALL(k, "GET", "/order_statuses", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/title"), S("Packing"), "moved to the front");
    CALL(k, "POST", "/orders", "{\"organization\":\"Ann\"}", 201);
    CHECK_STR(kit_str(k, "/status"), S("Packing"), "what a new order gets");
}

static void test_retiring(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Packing\",\"is_open\":true}", 201);
    int64_t order = make_order(k, "Ann", "Packing");
    CALL(k, "POST", "/order_statuses/6/retire", "{\"replacement\":\"Nonesuch\"}", 422);
    kit_fault(k, "/replacement", "unknown_value", "there is none");
    CALL(k, "POST", "/order_statuses/6/retire", "{}", 422);
    kit_fault(k, "/replacement", "required", "no status vanishes silently");
    CALL(k, "POST", "/order_statuses/99/retire", "{\"replacement\":\"New\"}", 404);
    const char *key = "Idempotency-Key: once";
    CALL_WITH(k, "POST", "/order_statuses/6/retire", "{\"replacement\":\"Shipped\"}", key, 200);
    CHECK_INT(kit_int(k, "/orders_moved"), 1, "one order");
    CHECK_STR(kit_str(k, "/replacement"), S("Shipped"), "where it went");
    CALL_WITH(k, "POST", "/order_statuses/6/retire", "{\"replacement\":\"Shipped\"}", key, 200);
    CHECK_INT(kit_int(k, "/orders_moved"), 1, "the first answer again");
    CALL(k, "POST", "/order_statuses/6/retire", "{\"replacement\":\"Shipped\"}", 404);
    CALL(k, "GET", kit_fmt(k, "/orders/%lld", (long long)order), NULL, 200);
    CHECK_STR(kit_str(k, "/status"), S("Shipped"), "moved");
    CHECK(!kit_true(k, "/is_open"), "and closed");
    CALL(k, "GET", "/order_statuses", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 5, "gone");
    for (int i = 0; i < 5; i++)
        CHECK(kit_null(k, kit_fmt(k, "/data/%d/replaced_by", i)), "none is on its way out");
}

/* More orders than one transaction moves. */
static void test_retiring_in_steps(void **state)
{
    struct kit *k = *state;
    enum { ORDERS = 501 };
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Packing\"}", 201);
    for (int i = 0; i < ORDERS; i++)
        make_order(k, "Ann", "Packing");
    CALL(k, "POST", "/order_statuses/6/retire", "{\"replacement\":\"New\"}", 200);
    CHECK_INT(kit_int(k, "/orders_moved"), ORDERS, "all of them");
    CALL(k, "GET", "/orders?status=New&limit=500", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 500, "a page full");
    CHECK(!kit_null(k, "/next_cursor"), "and one more");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_life_of_an_organization),
        KIT_TEST(test_statuses_in_order),
        KIT_TEST(test_retiring),
        KIT_TEST(test_retiring_in_steps),
    };
    return kit_main(argc, argv, "http_organizations", tests, COUNT_OF(tests));
}
