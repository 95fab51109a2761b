/* permission_test.c: the matrix keeps its shape. */
#include "check.h"

#include "core/permission.h"

static void test_matrix(void **state)
{
    (void)state;
    for (int a = 0; a < AREA_COUNT; a++) {
        CHECK_INT(
            permission_of(ROLE_ADMIN, (enum area)a), PERMISSION_FULL, area_name((enum area)a));
        for (int r = 1; r < ROLE_COUNT; r++)
            CHECK(permission_of((enum role)r, (enum area)a) <=
                      permission_of((enum role)(r - 1), (enum area)a),
                "each role may do no more than the one before");
        CHECK(permission_of(ROLE_VIEWER, (enum area)a) <= PERMISSION_READ, "a viewer never writes");
    }
    CHECK_INT(
        permission_of(ROLE_WAREHOUSE, AREA_PEOPLE), PERMISSION_NONE, "not a warehouse matter");
}

static void test_names(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        enum role back;
        CHECK(role_parse(str_of(role_name((enum role)r)), &back), "a name is read");
        CHECK_INT(back, r, "as what it names");
    }
    enum role untouched = ROLE_VIEWER;
    CHECK(!role_parse(S("Admin"), &untouched), "exact");
    CHECK(!role_parse(S(""), &untouched), "empty");
    CHECK_STR(str_of(permission_name(PERMISSION_FULL)), S("full"), "for the API");
}

static void test_rights(void **state)
{
    (void)state;
    struct rights admin = rights_of_role(ROLE_ADMIN), viewer = rights_of_role(ROLE_VIEWER);
    struct rights some, both;
    CHECK(rights_parse(S("orders:write, catalog:read"), &some), "two areas");
    CHECK_INT(some.of[AREA_ORDERS], PERMISSION_WRITE, "one");
    CHECK_INT(some.of[AREA_CATALOG], PERMISSION_READ, "the other");
    CHECK_INT(some.of[AREA_PEOPLE], PERMISSION_NONE, "what is not named");
    both = rights_both(&viewer, &some);
    CHECK_INT(both.of[AREA_ORDERS], PERMISSION_READ, "never above the role");
    CHECK_INT(both.of[AREA_INVENTORY], PERMISSION_NONE, "never above the scope");
    CHECK(rights_cover(&admin, &viewer) && rights_cover(&some, &both), "within");
    CHECK(!rights_cover(&viewer, &some) && !rights_cover(&both, &viewer), "beyond in one area");
    char text[RIGHTS_TEXT_MAX];
    CHECK_STR(rights_format(&some, text), S("catalog:read,orders:write"), "in one order");
    struct rights back;
    CHECK(rights_parse(rights_format(&admin, text), &back) && rights_cover(&back, &admin),
        "what is written is read");
}

static void test_bad_scopes(void **state)
{
    (void)state;
    static const char *const bad[] = { "", ",", "orders", "orders:", ":read", "orders:own",
        "Orders:read", "orders:read,", "orders:read,orders:read", "orders:read;catalog:read" };
    struct rights out = { { PERMISSION_FULL } };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!rights_parse(str_of(bad[i]), &out), bad[i]);
    CHECK_INT(out.of[0], PERMISSION_FULL, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_bad_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
