/* err_test.c: the table is complete, and long texts are cut. */
#include "check.h"

#include "base/err.h"

#include <string.h>

static void test_table_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        CHECK(err_table[i].code && err_table[i].title, "named");
        CHECK(err_table[i].http_status >= 200 && err_table[i].http_status < 600, "has a status");
    }
}

static void test_set(void **state)
{
    (void)state;
    struct error e;
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    CHECK_INT(error_at(&e, ERR_INVALID, "too_long", "/a/0", "%s", big), ERR_INVALID, "returns it");
    CHECK_INT(strlen(e.detail), ERROR_DETAIL_MAX - 1, "cut");
    CHECK_STR(str_of(e.pointer), S("/a/0"), "pointer");
    error_set(&e, ERR_NOT_FOUND, "no item %d", 7);
    CHECK_STR(str_of(e.code), S("not_found"), "code of the table");
    CHECK_STR(str_of(e.pointer), S(""), "pointer is cleared");
    error_code(&e, ERR_CONFLICT, "duplicate_sku", "x");
    CHECK_STR(str_of(e.code), S("duplicate_sku"), "own code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_complete),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
