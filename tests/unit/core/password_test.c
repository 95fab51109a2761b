/* password_test.c: which passwords are refused, and for what. */
#include "check.h"

#include "core/password.h"

#include <string.h>

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *password;
        enum password_fault want;
        const char *why;
    } cases[] = {
        { "maple-otter-canyon-71", PASSWORD_GOOD, "words, signs and digits" },
        { "rV8#kd02mZ!q", PASSWORD_GOOD, "twelve of all kinds" },
        { "rV8#kd02mZ!", PASSWORD_TOO_SHORT, "eleven" },
        { "äöüß#kd02mZ", PASSWORD_TOO_SHORT, "characters are counted, not bytes" },
        { "äöüß#kd02mZ7", PASSWORD_GOOD, "twelve of them" },
        { "", PASSWORD_TOO_SHORT, "none" },
        { "mapleottercanyon", PASSWORD_TOO_SIMPLE, "one kind" },
        { "mapleottercanyon71", PASSWORD_TOO_SIMPLE, "two kinds" },
        { "Mapleottercanyon71", PASSWORD_GOOD, "three kinds" },
        { "maple otter canyon seven", PASSWORD_GOOD, "a phrase of two kinds" },
        { "mapleottercanyonseven", PASSWORD_TOO_SIMPLE, "a long one of one kind" },
        { "71-jones-otter", PASSWORD_CONTAINS_NAME, "the e-mail's first part" },
        { "otter-71-JONES", PASSWORD_CONTAINS_NAME, "in capitals" },
        { "Phonehouse-71-x", PASSWORD_CONTAINS_NAME, "the e-mail's company" },
        { "Otter-Anabelle-7", PASSWORD_CONTAINS_NAME, "the name" },
        { "Commons-otter-7", PASSWORD_GOOD, "everybody's ending is nobody's name" },
        { "Otter-by-canyon-7", PASSWORD_GOOD, "two letters of a name are no part" },
        { "Password1234!", PASSWORD_TOO_COMMON, "the commonest of all" },
        { "P4$$w0rd-2024", PASSWORD_TOO_COMMON, "five are left beside the word" },
        { "P4$$w0rd-20-24", PASSWORD_GOOD, "six are left" },
        { "P4$$w0rd-123", PASSWORD_TOO_COMMON, "read through its masks" },
        { "Qwertyuiop-1", PASSWORD_TOO_COMMON, "a row of keys" },
        { "poiuytrewQ-1", PASSWORD_TOO_COMMON, "backwards" },
        { "Abcdefghijkl1", PASSWORD_TOO_COMMON, "the alphabet" },
        { "Aaaaaaaaaaaa1!", PASSWORD_TOO_COMMON, "one letter" },
        { "Xk7!Xk7!Xk7!Xk7!", PASSWORD_TOO_COMMON, "four again and again" },
        { "Welcome-Admin-1", PASSWORD_TOO_COMMON, "two common words" },
        { "Stockbridge-2026", PASSWORD_TOO_COMMON, "the product's own name" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(password_fault(
                      str_of(cases[i].password), S("jones@phonehouse.co.uk.com"), S("Anabelle by")),
            cases[i].want, cases[i].why);
    CHECK_INT(password_fault(S("maple-otter-canyon-71"), S(""), S("")), PASSWORD_GOOD, "no name");
    CHECK_INT(password_fault(S("maple-otter-canyon-71"), S("otter"), S("")), PASSWORD_CONTAINS_NAME,
        "an address without a host");
}

static void test_long_ones(void **state)
{
    (void)state;
    static char text[4096];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "Maple otter canyon 71; "[i % 23];
    CHECK_INT(password_fault((struct str){ text, sizeof text }, S("a@b.c"), S("Ann")),
        PASSWORD_GOOD, "only the beginning is looked at closely");
    memset(text, 0, 64);
    CHECK_INT(password_fault((struct str){ text, 64 }, S(""), S("")), PASSWORD_TOO_SIMPLE,
        "any bytes may come");
}

static void test_words(void **state)
{
    (void)state;
    for (int f = PASSWORD_TOO_SHORT; f <= PASSWORD_TOO_COMMON; f++) {
        CHECK(strlen(password_fault_code((enum password_fault)f)) > 0, "a code");
        CHECK(strlen(password_fault_text((enum password_fault)f)) > 20, "a sentence");
    }
    CHECK_STR(str_of(password_fault_code(PASSWORD_TOO_COMMON)), S("too_common"), "stable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_long_ones),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
