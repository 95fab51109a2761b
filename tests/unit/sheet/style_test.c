/* style_test.c: number formats that show a date or a time. */
#include "check.h"

#include "sheet/xlsx_internal.h"

static void test_codes(void **state)
{
    (void)state;
    enum { BOTH = STYLE_DATE | STYLE_TIME };
    static const struct {
        const char *code;
        int want;
    } rows[] = {
        { "General", 0 },
        { "0.00", 0 },
        { "#,##0.00 [$EUR-407]", 0 },
        { "0E+00", 0 },
        { "@", 0 },
        { "", 0 },
        { "yyyy-mm-dd", STYLE_DATE },
        { "mmm", STYLE_DATE },
        { "dd.mm.yy;@", STYLE_DATE },
        { "[$-409]d-mmm-yy", STYLE_DATE },
        { "h:mm", STYLE_TIME },
        { "mm:ss.0", STYLE_TIME },
        { "[h]:mm:ss", STYLE_TIME },
        { "[mm]", STYLE_TIME },
        { "h:mm AM/PM", STYLE_TIME },
        { "yyyy-mm-dd hh:mm", BOTH },
        { "0 \"days\"", 0 },
        { "0 \\d", 0 },
        { "0_d", 0 },
        { "[Red]0", 0 },
        { "[Magenta]0", 0 },
        { "0;dd", 0 },
        { "\"no end dd", 0 },
        { "[no end", 0 },
        { "\\", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(style_of_code(str_of(rows[i].code)), rows[i].want, rows[i].code);
}

static void test_builtins(void **state)
{
    (void)state;
    CHECK_INT(style_of_builtin(0), 0, "General");
    CHECK_INT(style_of_builtin(13), 0, "a fraction");
    CHECK_INT(style_of_builtin(14), STYLE_DATE, "a date");
    CHECK_INT(style_of_builtin(20), STYLE_TIME, "a time");
    CHECK_INT(style_of_builtin(22), STYLE_DATE | STYLE_TIME, "both");
    CHECK_INT(style_of_builtin(46), STYLE_TIME, "hours that went by");
    CHECK_INT(style_of_builtin(49), 0, "text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_builtins),
    };
    return cmocka_run_group_tests_name("sheet/style", tests, NULL, NULL);
}
