/* value_test.c: amounts and times as people write them into cells. */
#include "check.h"

#include "sheet/sheet.h"

static void test_money(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        int decimals;
        bool ok;
        int64_t want;
    } rows[] = {
        { "whole", "12", 2, true, 1200 },
        { "with a point", "12.5", 2, true, 1250 },
        { "with a comma", "12,50", 2, true, 1250 },
        { "negative", "-0.05", 2, true, -5 },
        { "blanks around", " 1.00 ", 2, true, 100 },
        { "zeros behind the last place", "1.5000", 2, true, 150 },
        { "yen", "1500", 0, true, 1500 },
        { "a whole amount with its zeros", "1500.00", 0, true, 1500 },
        { "the largest", "92233720368547758.07", 2, true, INT64_MAX },
        { "beyond", "92233720368547758.08", 2, false, 0 },
        { "a cent would be lost", "1.005", 2, false, 0 },
        { "thousands are not guessed", "1,299", 2, false, 0 },
        { "thousands and cents", "1,299.00", 2, false, 0 },
        { "three places: the comma may mean thousands", "1,299", 3, false, 0 },
        { "three places", "1.299", 3, true, 1299 },
        { "nothing", "", 2, false, 0 },
        { "a sign alone", "-", 2, false, 0 },
        { "a point alone", ".", 2, false, 0 },
        { "nothing before the point", ".5", 2, false, 0 },
        { "nothing behind it", "5.", 2, false, 0 },
        { "a currency", "5 EUR", 2, false, 0 },
        { "plus", "+5", 2, false, 0 },
        { "two signs", "--5", 2, false, 0 },
        { "exponent", "1E2", 2, false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t got = 0;
        CHECK_INT(
            sheet_to_money(str_of(rows[i].text), rows[i].decimals, &got), rows[i].ok, rows[i].why);
        CHECK_INT(got, rows[i].want, rows[i].why);
    }
}

static void test_time(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        bool ok;
        int64_t want;
    } rows[] = {
        { "a day", "1970-01-02", true, 86400000 },
        { "to the minute", "1970-01-01 00:01", true, 60000 },
        { "to the second", "1970-01-01 00:00:01", true, 1000 },
        { "as in JSON", "1970-01-01T00:00:01Z", true, 1000 },
        { "blanks around", " 1970-01-02 ", true, 86400000 },
        { "no such day", "2026-02-30", false, 0 },
        { "a day with a zone", "1970-01-02Z", false, 0 },
        { "American", "11/24/2026", false, 0 },
        { "German", "24.11.2026", false, 0 },
        { "another zone", "1970-01-01T00:00:01+01:00", false, 0 },
        { "another character between", "1970-01-01x00:00:01", false, 0 },
        { "no hour", "1970-01-01 0:00", false, 0 },
        { "nothing", "", false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        time_ms got = 0;
        CHECK_INT(sheet_to_time(str_of(rows[i].text), &got), rows[i].ok, rows[i].why);
        CHECK_INT(got, rows[i].want, rows[i].why);
    }
}

static void test_rounded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        { "3.53E+14", true },
        { "3,53E+14", true },
        { "3.53918E+14", true },
        { "4E+14", true },
        { " 3.53e+14 ", true },
        { "353918050000000", false },
        { "3.53E-14", false },
        { "E+14", false },
        { "3.E+14", false },
        { "35.3E+14", false },
        { "3.53E+1", false },
        { "3.53E+1x", false },
        { "", false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(sheet_looks_rounded(str_of(rows[i].text)), rows[i].want, rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_rounded),
    };
    return cmocka_run_group_tests_name("sheet/value", tests, NULL, NULL);
}
