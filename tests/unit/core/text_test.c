/* text_test.c: what a text field may hold. */
#include "check.h"
#include "core/text.h"

static void test_length(void **state)
{
    (void)state;
    CHECK_INT(text_length(S("")), 0, "none");
    CHECK_INT(text_length(S("abc")), 3, "letters");
    CHECK_INT(text_length(S("S\xC3\x9C\xE2\x82\xAC")), 3, "code points, not bytes");
}

static void test_control(void **state)
{
    static const struct {
        struct str text;
        bool one_line, lines;
        const char *why;
    } rows[] = {
        { STR_INIT("Galaxy S9"), false, false, "plain" },
        { STR_INIT("a\nb"), true, false, "a line break" },
        { STR_INIT("a\tb"), true, false, "a tab" },
        { STR_INIT("a\0b"), true, true, "NUL" },
        { STR_INIT("a\x7F"), true, true, "DEL" },
        { STR_INIT("\xC2\x85"), true, true, "C1" },
        { STR_INIT("\xC2\xA0"), false, false, "a space that does not break" },
        { STR_INIT("\xC3\x85"), false, false, "the same second byte in a letter" },
        { STR_INIT("\xC2"), false, false, "cut off" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(text_has_control(rows[i].text, false), rows[i].one_line, rows[i].why);
        CHECK_INT(text_has_control(rows[i].text, true), rows[i].lines, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_control),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
