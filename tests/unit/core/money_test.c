/* money_test.c: amounts as people write them. */
#include "check.h"
#include "core/money.h"

static void test_exponents(void **state)
{
    (void)state;
    CHECK_INT(money_exponent(S("JPY")), 0, "yen");
    CHECK_INT(money_exponent(S("KWD")), 3, "dinar");
    CHECK_INT(money_exponent(S("USD")), 2, "dollar");
    CHECK_INT(money_exponent(S("")), 2, "none");
    CHECK_INT(money_exponent(S("Y K")), 2, "across two entries");
}

static void test_currencies(void **state)
{
    (void)state;
    CHECK(money_is_currency(S("EUR")), "three capitals");
    CHECK(!money_is_currency(S("eur")), "small letters");
    CHECK(!money_is_currency(S("EURO")), "four");
    CHECK(!money_is_currency(S("")), "none");
}

static void test_parse(void **state)
{
    static const struct {
        const char *text, *currency, *why;
        bool okay;
        int64_t want;
    } rows[] = {
        { "199", "EUR", "whole", true, 19900 },
        { "199.5", "EUR", "one digit behind the point", true, 19950 },
        { "199.05", "EUR", "two", true, 19905 },
        { "0", "EUR", "nothing", true, 0 },
        { "0.00", "EUR", "nothing in full", true, 0 },
        { "007", "EUR", "zeroes before", true, 700 },
        { "199", "JPY", "yen", true, 199 },
        { "1.234", "KWD", "dinars", true, 1234 },
        { "10000000000.00", "EUR", "the most", true, MONEY_AMOUNT_MAX },
        { "10000000000.01", "EUR", "more than the most", false, 0 },
        { "99999999999999999999", "EUR", "far more", false, 0 },
        { "199.005", "EUR", "more digits than the currency has", false, 0 },
        { "199.0", "JPY", "yen have none", false, 0 },
        { "199,00", "EUR", "a comma", false, 0 },
        { "1,199.00", "EUR", "thousands", false, 0 },
        { "-1", "EUR", "less than nothing", false, 0 },
        { "+1", "EUR", "a sign", false, 0 },
        { ".5", "EUR", "nothing before the point", false, 0 },
        { "5.", "EUR", "nothing behind it", false, 0 },
        { "1.2.3", "EUR", "two points", false, 0 },
        { "", "EUR", "no text", false, 0 },
        { "1e3", "EUR", "an exponent", false, 0 },
        { " 1", "EUR", "a space", false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t got = 77;
        bool okay = money_parse(str_of(rows[i].text), str_of(rows[i].currency), &got);
        CHECK_INT(okay, rows[i].okay, rows[i].why);
        CHECK_INT(got, rows[i].okay ? rows[i].want : 77, rows[i].why);
    }
}

static void test_put(void **state)
{
    static const struct {
        int64_t amount;
        const char *currency, *want;
    } rows[] = {
        { 19900, "EUR", "199.00" },
        { 5, "EUR", "0.05" },
        { 0, "EUR", "0.00" },
        { 199, "JPY", "199" },
        { 1234, "KWD", "1.234" },
        { 7, "KWD", "0.007" },
        { MONEY_AMOUNT_MAX, "EUR", "10000000000.00" },
    };
    (void)state;
    struct buf b;
    buf_init(&b, 64);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t back = -1;
        buf_clear(&b);
        money_put(&b, rows[i].amount, str_of(rows[i].currency));
        CHECK_STR(buf_str(&b), str_of(rows[i].want), rows[i].want);
        CHECK(money_parse(buf_str(&b), str_of(rows[i].currency), &back), "read back");
        CHECK_INT(back, rows[i].amount, "the same");
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_currencies),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
