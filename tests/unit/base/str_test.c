/* str_test.c: cutting, numbers and UTF-8. */
#include "check.h"

static void test_cut(void **state)
{
    (void)state;
    struct str head, tail;
    CHECK(str_cut(S("a=b=c"), '=', &head, &tail), "found");
    CHECK_STR(head, S("a"), "up to the first");
    CHECK_STR(tail, S("b=c"), "the rest, whole");
    CHECK(!str_cut(S("abc"), '=', &head, &tail), "absent");
    CHECK_STR(head, S("abc"), "all of it");
    CHECK_STR(tail, S(""), "nothing left");
    CHECK(!str_cut((struct str){ NULL, 0 }, '=', &head, &tail), "an empty view may be NULL");
}

static void test_to_int64(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        bool ok;
        int64_t want;
    } rows[] = {
        { "plain", "42", true, 42 },
        { "negative", "-42", true, -42 },
        { "largest", "9223372036854775807", true, INT64_MAX },
        { "one more", "9223372036854775808", false, 0 },
        { "smallest", "-9223372036854775808", true, INT64_MIN },
        { "one less", "-9223372036854775809", false, 0 },
        { "huge", "99999999999999999999999", false, 0 },
        { "empty", "", false, 0 },
        { "only a sign", "-", false, 0 },
        { "space", " 1", false, 0 },
        { "plus", "+1", false, 0 },
        { "letters behind", "1x", false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t got = 0;
        CHECK_INT(str_to_int64(str_of(rows[i].text), &got), rows[i].ok, rows[i].why);
        CHECK_INT(got, rows[i].want, rows[i].why);
    }
}

static void test_trim(void **state)
{
    (void)state;
    CHECK_STR(str_trim(S(" \t a b\r\n")), S("a b"), "both ends");
    CHECK_STR(str_trim(S("\xC2\xA0x\xC2\xA0")), S("x"), "spreadsheets hold U+00A0");
    CHECK_STR(str_trim(S("  ")), S(""), "nothing but space");
    CHECK_STR(str_trim((struct str){ "\0", 1 }), ((struct str){ "\0", 1 }), "NUL is no space");
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
        bool ok;
    } rows[] = {
        { "ASCII", "abc", true },
        { "two, three, four bytes", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB1", true },
        { "overlong slash", "\xC0\xAF", false },
        { "overlong three", "\xE0\x80\xAF", false },
        { "surrogate", "\xED\xA0\x80", false },
        { "beyond U+10FFFF", "\xF4\x90\x80\x80", false },
        { "cut short", "\xE2\x82", false },
        { "lone continuation", "\x80", false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(str_is_utf8(str_of(rows[i].text)), rows[i].ok, rows[i].why);
}

static void test_compare(void **state)
{
    (void)state;
    CHECK(str_cmp(S("a"), S("ab")) < 0, "shorter first");
    CHECK(str_cmp(S("b"), S("ab")) > 0, "bytewise");
    CHECK(str_cmp(S(""), S("")) == 0, "equal");
    CHECK(str_eq_nocase(S("Content-LENGTH"), S("content-length")), "ASCII case");
    CHECK(!str_eq_nocase(S("\xC3\x89"), S("\xC3\xA9")), "only ASCII");
    CHECK(str_starts(S("abc"), S("ab")) && !str_starts(S("a"), S("ab")), "prefix");
    CHECK(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")), "suffix");
    CHECK(str_contains(S("abc"), S("b")) && !str_contains(S(""), S("b")), "part");
    CHECK_STR(str_sub(S("abc"), 5, 2), S(""), "clamped start");
    CHECK_STR(str_sub(S("abc"), 1, 99), S("bc"), "clamped length");
    CHECK(str_hash(S("a")) != str_hash(S("b")), "hash differs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_to_int64),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
