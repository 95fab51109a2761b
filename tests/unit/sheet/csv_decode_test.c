/* csv_decode_test.c: which encoding a file has, and what its letters become. */
#include "check.h"

#include "kit.h"

static void test_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct str bytes;
        const char *want;
    } rows[] = {
        { "UTF-8 without a mark",
            STR_INIT("Gr\xC3\xBC\xC3\x9F"
                     "e"),
            "1:Gr\xC3\xBC\xC3\x9F"
            "e" },
        { "Windows-1252",
            STR_INIT("Gr\xFC\xDF"
                     "e"),
            "1:Gr\xC3\xBC\xC3\x9F"
            "e" },
        { "the euro sign and quotes of Windows", STR_INIT("\x80 \x93x\x94"),
            "1:\xE2\x82\xAC \xE2\x80\x9Cx\xE2\x80\x9D" },
        { "a byte that Windows leaves open", STR_INIT("a\x81"), "1:a\xC2\x81" },
        { "valid UTF-8 wins", STR_INIT("\xC3\xBC"), "1:\xC3\xBC" },
        { "one wrong byte makes all of it Windows-1252", STR_INIT("\xC3\xBC\n\xFF"),
            "1:\xC3\x83\xC2\xBC 2:\xC3\xBF" },
        { "a sequence cut short at the end", STR_INIT("a\n\xE2\x82"),
            "1:a 2:\xC3\xA2\xE2\x80\x9A" },
        { "an overlong form is not UTF-8", STR_INIT("\xC0\xAF"), "1:\xC3\x80\xC2\xAF" },
        { "marked as UTF-8, and is not", STR_INIT("\xEF\xBB\xBF\xFC"), "!bad_text 0,0" },
        { "UTF-16 as Excel's Unicode text",
            STR_INIT("\xFF\xFE"
                     "a\0\t\0\xFC\0\r\0\n\0"),
            "1:a|\xC3\xBC" },
        { "UTF-16, the other end first", STR_INIT("\xFE\xFF\0a\0,\x20\xAC"), "1:a|\xE2\x82\xAC" },
        { "a pair", STR_INIT("\xFF\xFE\x3D\xD8\x00\xDE"), "1:\xF0\x9F\x98\x80" },
        { "half of a pair",
            STR_INIT("\xFF\xFE\x3D\xD8"
                     "a\0"),
            "!bad_text 0,0" },
        { "half of a pair at the end",
            STR_INIT("\xFF\xFE"
                     "a\0\n\0\x3D\xD8"),
            "1:a !bad_text 1,0" },
        { "the second half alone", STR_INIT("\xFF\xFE\x00\xDE"), "!bad_text 0,0" },
        { "half of a unit",
            STR_INIT("\xFF\xFE"
                     "a\0b"),
            "!bad_text 0,0" },
        { "a mark and nothing behind it", STR_INIT("\xFF\xFE"), "" },
        { "NUL in UTF-16",
            STR_INIT("\xFF\xFE"
                     "a\0\0\0"),
            "!bad_text 1,1" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(kit_show_bytes(rows[i].bytes), str_of(rows[i].want), rows[i].why);
}

/* The letter that tells is the last of a file of several blocks, and one that lies across blocks.
 */
static void test_far_away(void **state)
{
    (void)state;
    enum { BLOCK = 64 * 1024 };
    struct buf in;
    buf_init(&in, 1024 * 1024);
    for (size_t before = BLOCK - 4; before < BLOCK + 2; before++) {
        buf_clear(&in);
        while (in.len < before)
            buf_put_char(&in, in.len % 1000 == 999 ? ',' : 'x');
        buf_put(&in, S("\xF0\x9F\x98\x80"));
        while (in.len < 3 * BLOCK)
            buf_put_char(&in, in.len % 1000 == 999 ? '\n' : 'y');
        CHECK(str_contains(kit_show_bytes(buf_str(&in)), S("\xF0\x9F\x98\x80y")), "UTF-8");
        buf_put(&in, S("\xFF"));
        struct str shown = kit_show_bytes(buf_str(&in));
        CHECK(str_contains(shown, S("\xC3\xB0\xC5\xB8\xCB\x9C\xE2\x82\xAC")), "Windows-1252");
    }
    buf_clear(&in);
    buf_put(&in, S("\xFF\xFE"));
    for (size_t i = 0; in.len < 2 * BLOCK; i++)
        buf_put(&in, i % 1000 == 999 ? S(",\0") : i % 2 ? S("\x3D\xD8\x00\xDE") : S("z\0"));
    struct str shown = kit_show_bytes(buf_str(&in));
    CHECK(str_contains(shown, S("z\xF0\x9F\x98\x80z")) && !str_contains(shown, S("!")),
        "pairs across blocks");
    buf_release(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_far_away),
    };
    return cmocka_run_group_tests_name("sheet/csv_decode", tests, NULL, NULL);
}
