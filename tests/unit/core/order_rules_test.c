/* order_rules_test.c: intake, status and quantity of an imported order. */
#include "check.h"

#include "core/order_rules.h"

static void test_intake(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct order_facts facts;
        enum order_intake want;
    } rows[] = {
        { "new and mapped", { .mapped = true, .version = 5 }, INTAKE_CREATE },
        { "new, its status not mapped", { .version = 5 }, INTAKE_SKIP },
        { "Amazon's own stock", { .amazon_fulfilled = true, .mapped = true }, INTAKE_SKIP },
        { "newer", { .known = true, .mapped = true, .known_version = 5, .version = 6 },
            INTAKE_UPDATE },
        { "newer, moved to an unmapped status", { .known = true, .known_version = 5, .version = 6 },
            INTAKE_UPDATE },
        { "the same again", { .known = true, .mapped = true, .known_version = 5, .version = 5 },
            INTAKE_SKIP },
        { "older, arriving late",
            { .known = true, .mapped = true, .known_version = 5, .version = 4 }, INTAKE_SKIP },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(order_intake_decide(&rows[i].facts), rows[i].want, rows[i].why);
}

static void test_status(void **state)
{
    (void)state;
    bool unmapped;
    CHECK_INT(order_status_after(7, S("PENDING"), S("UNSHIPPED"), 1, &unmapped), 1, "changed");
    CHECK(!unmapped, "mapped");
    CHECK_INT(order_status_after(7, S("UNSHIPPED"), S("UNSHIPPED"), 1, &unmapped), 7,
        "between changes the user's own status stays");
    CHECK_INT(order_status_after(7, S("UNSHIPPED"), S("UNFULFILLABLE"), 0, &unmapped), 7,
        "kept when there is no map");
    CHECK(unmapped, "and said");
}

static void test_quantity(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t ordered;
        bool stated;
        int64_t fulfilled, unfulfilled, want;
    } rows[] = {
        { "nothing stated", 3, false, 0, 0, 3 },
        { "all open", 3, true, 0, 3, 3 },
        { "one of three canceled", 3, true, 0, 2, 2 },
        { "one shipped, one canceled", 3, true, 1, 1, 2 },
        { "all canceled", 3, true, 0, 0, 0 },
        { "all shipped", 3, true, 3, 0, 3 },
        { "more than ordered is not believed", 3, true, 3, 3, 3 },
        { "huge", 3, true, INT64_MAX, INT64_MAX, 3 },
        { "negative", 3, true, -1, 2, 2 },
        { "ordered negative", -3, false, 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(line_quantity_after_cancellation(
                      rows[i].ordered, rows[i].stated, rows[i].fulfilled, rows[i].unfulfilled),
            rows[i].want, rows[i].why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intake),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_quantity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
