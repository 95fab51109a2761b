/* decimal_test.c: exact amounts in minor units, and rates in millionths. */
#include "check.h"

#include "amazon/internal.h"

static void test_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        int scale;
        bool exact, okay;
        int64_t want;
    } rows[] = {
        { "cents", "49.99", 2, true, true, 4999 },
        { "one digit", "49.9", 2, true, true, 4990 },
        { "whole", "49", 2, true, true, 4900 },
        { "yen", "1980", 0, true, true, 1980 },
        { "yen with zeroes", "1980.00", 0, true, true, 1980 },
        { "yen with a half", "1980.5", 0, true, false, 0 },
        { "dinar", "1.234", 3, true, true, 1234 },
        { "beyond the cent", "0.005", 2, true, false, 0 },
        { "zero behind the cent", "0.010", 2, true, true, 1 },
        { "exponent", "1.5E+2", 2, true, true, 15000 },
        { "small exponent", "150e-2", 2, true, true, 150 },
        { "negative", "-0.01", 2, true, true, -1 },
        { "nothing", "", 2, true, false, 0 },
        { "no digit before the point", ".5", 2, true, false, 0 },
        { "no digit after it", "5.", 2, true, false, 0 },
        { "comma", "1,50", 2, true, false, 0 },
        { "currency in it", "$5", 2, true, false, 0 },
        { "thousands", "1 000", 2, true, false, 0 },
        { "plus", "+5", 2, true, false, 0 },
        { "cut exponent", "5e", 2, true, false, 0 },
        { "too large", "99999999999999999999", 2, true, false, 0 },
        { "far too large", "1e999", 2, true, false, 0 },
        { "far too small is not exact", "1e-999", 2, true, false, 0 },
        { "zero stays zero", "0e-999", 2, true, true, 0 },
        { "rate", "0.0056", 6, false, true, 5600 },
        { "rate with many digits", "0.016666666666", 6, false, true, 16666 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t got = 77;
        bool okay = amazon_decimal(str_of(rows[i].text), rows[i].scale, rows[i].exact, &got);
        CHECK_INT(okay, rows[i].okay, rows[i].why);
        CHECK_INT(got, rows[i].okay ? rows[i].want : 77, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
