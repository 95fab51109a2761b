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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
