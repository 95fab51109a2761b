/* esn_test.c: IMEIs and serials. */
#include "check.h"

#include "core/esn.h"

#include <string.h>

static void test_check(void **state)
{
    (void)state;
    static const struct {
        const char *why, *typed, *want;
        enum esn_fault fault;
    } rows[] = {
        { "an IMEI", "490154203237518", "490154203237518", ESN_GOOD },
        { "one digit off", "490154203237519", "490154203237519", ESN_LUHN },
        { "two digits swapped", "490154203237158", "490154203237158", ESN_LUHN },
        { "14 digits are a MEID or a serial", "49015420323751", "49015420323751", ESN_GOOD },
        { "a serial", "C39XK0ABJG", "C39XK0ABJG", ESN_GOOD },
        { "the case is kept", "c39xk0abjg", "c39xk0abjg", ESN_GOOD },
        { "space of a scanner", " 490154203237518\r\n", "490154203237518", ESN_GOOD },
        { "nothing", "", "", ESN_EMPTY },
        { "only space", " \t", "", ESN_EMPTY },
        { "space within", "490154 203237518", "490154 203237518", ESN_CHARACTERS },
        { "beyond ASCII", "S\xC3\x89RIE", "S\xC3\x89RIE", ESN_CHARACTERS },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str got;
        CHECK_INT(esn_check(str_of(rows[i].typed), &got), rows[i].fault, rows[i].why);
        CHECK_STR(got, str_of(rows[i].want), rows[i].why);
        CHECK_INT(strlen(esn_fault_text(rows[i].fault)) == 0, rows[i].fault == ESN_GOOD,
            "every fault has words");
    }
    char longer[66];
    memset(longer, 'A', sizeof longer);
    struct str got;
    CHECK_INT(esn_check((struct str){ longer, 64 }, &got), ESN_GOOD, "the longest");
    CHECK_INT(esn_check((struct str){ longer, 65 }, &got), ESN_TOO_LONG, "one more");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_check) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
