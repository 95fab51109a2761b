/* natural_test.c: shelves in the order in which one walks past them. */
#include "check.h"
#include "core/natural.h"

static int sign(int n)
{
    return n < 0 ? -1 : n > 0;
}

static void test_order(void **state)
{
    /* Each comes before all that follow. */
    static const struct {
        const char *name, *why;
    } rows[] = {
        { "", "nothing" },
        { "0", "digits before letters" },
        { "007", "by value, whatever the zeros; then byte by byte" },
        { "7", "the same number" },
        { "99999999999999999999999999998", "numbers longer than any integer" },
        { "99999999999999999999999999999", "and their last digit" },
        { "A", "a prefix" },
        { "A-1", "a number behind letters" },
        { "A-2-10", "the second number only after the first" },
        { "A-10", "ten after two" },
        { "A-10b", "what goes on" },
        { "a-11", "small letters as capitals" },
        { "B", "the next letter" },
        { "B-3", "behind it" },
        { "b-03", "the same but for case and zeros: bytes decide" },
        { "b1", "no dash" },
        { "\xC3\xA4-1", "beyond ASCII by bytes" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(rows); k++) {
            int want = i < k ? -1 : i > k;
            CHECK_INT(sign(natural_cmp(str_of(rows[i].name), str_of(rows[k].name))), want,
                rows[i < k ? k : i].why);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
