/* nearsku_test.c: SKUs that a person would call the same. */
#include "check.h"

#include "core/nearsku.h"

static void test_near(void **state)
{
    (void)state;
    static const struct {
        const char *why, *a, *b, *difference;
        bool near;
    } rows[] = {
        { "case", "IP13-128-BLU", "ip13-128-blu", "case", true },
        { "space", "IP13 128", "IP13-128", "spaces or signs", true },
        { "leading zeros", "00123", "123", "leading zeros", true },
        { "zeros within digits stay", "1003", "13", "", false },
        { "zeros that lead a group", "A-007", "A-7", "leading zeros", true },
        { "a lone zero stays", "A-0", "A-", "", false },
        { "other", "IP13", "IP14", "", false },
    };
    struct arena arena;
    arena_init(&arena, "near", 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str a = str_of(rows[i].a), b = str_of(rows[i].b);
        bool near = str_eq(near_sku_key(a, &arena), near_sku_key(b, &arena));
        CHECK_INT(near, rows[i].near, rows[i].why);
        if (near)
            CHECK_STR(
                str_of(near_sku_difference(a, b, &arena)), str_of(rows[i].difference), rows[i].why);
    }
    CHECK_STR(str_of(near_sku_difference(S("a"), S("a"), &arena)), S(""), "equal");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_near) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
