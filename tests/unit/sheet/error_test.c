/* error_test.c: columns by name, and the place in front of the words. */
#include "check.h"

#include "sheet/sheet.h"

static void test_column_names(void **state)
{
    (void)state;
    static const struct {
        int32_t column;
        const char *want;
    } rows[] = { { 1, "A" }, { 26, "Z" }, { 27, "AA" }, { 52, "AZ" }, { 53, "BA" }, { 702, "ZZ" },
        { 703, "AAA" }, { 16384, "XFD" }, { 0, "" } };
    char name[SHEET_COLUMN_NAME_SIZE];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(str_of(sheet_column_name(rows[i].column, name)), str_of(rows[i].want), "column");
    CHECK(sheet_column_name(INT32_MAX, name)[0], "the largest fits");
}

static void test_place(void **state)
{
    (void)state;
    struct sheet_error from = { ERR_INVALID, 7, 28, "bad_quote", "why" };
    struct error to;
    sheet_error_to(&from, &to);
    CHECK_STR(str_of(to.detail), S("row 7, column AB: why"), "both");
    CHECK_STR(str_of(to.code), S("bad_quote"), "code");
    CHECK_INT(to.kind, ERR_INVALID, "kind");
    from.column = 0;
    sheet_error_to(&from, &to);
    CHECK_STR(str_of(to.detail), S("row 7: why"), "a row as a whole");
    from.row = 0;
    sheet_error_to(&from, &to);
    CHECK_STR(str_of(to.detail), S("why"), "the file as a whole");
}

static void test_faults_have_words(void **state)
{
    (void)state;
    CHECK(!sheet_fault_text(SHEET_FINE).len, "nothing wrong");
    for (int i = SHEET_DIGITS_LOST; i <= SHEET_NOT_A_DATE; i++)
        CHECK(sheet_fault_text((enum sheet_fault)i).len > 10, "words");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_column_names),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_faults_have_words),
    };
    return cmocka_run_group_tests_name("sheet/error", tests, NULL, NULL);
}
