/* csv_read_test.c: every rule by which a CSV is recognised and read, with its reason. */
#include "check.h"

#include "base/limits.h"
#include "kit.h"

#include <unistd.h>

static const struct {
    const char *why;
    struct str bytes;
    const char *want;
} rows[] = {
    { "plain", STR_INIT("a,b\nc,d\n"), "1:a|b 2:c|d" },
    { "no line end behind the last row", STR_INIT("a,b\nc,d"), "1:a|b 2:c|d" },
    { "CRLF", STR_INIT("a,b\r\nc,d\r\n"), "1:a|b 2:c|d" },
    { "CR, as old Macs wrote", STR_INIT("a,b\rc,d\r"), "1:a|b 2:c|d" },
    { "line ends mixed", STR_INIT("a,b\r\nc,d\ne,f\rg,h"), "1:a|b 2:c|d 3:e|f 4:g|h" },
    { "one cell", STR_INIT("x"), "1:x" },

    { "semicolon", STR_INIT("a;b\n1;2\n"), "1:a|b 2:1|2" },
    { "tab", STR_INIT("a\tb\n1\t2\n"), "1:a|b 2:1|2" },
    { "semicolon, and decimal commas below", STR_INIT("a;b\n1,5;2,5\n1,7;2,7\n"),
        "1:a|b 2:1,5|2,5 3:1,7|2,7" },
    { "comma, and a semicolon in a cell", STR_INIT("a,b\nx;y,2\n"), "1:a|b 2:x;y|2" },
    { "as many of both in the header: the rows decide", STR_INIT("a;b,c;d\n1;2;3\n4;5;6\n"),
        "1:a|b,c|d 2:1|2|3 3:4|5|6" },
    { "a separator in quotes is none", STR_INIT("\"a,b,c\";d\n\"1,2,3\";4\n"),
        "1:a,b,c|d 2:1,2,3|4" },
    { "one column, and a comma below", STR_INIT("name\nx,y\n"), "1:name 2:x|y" },
    { "a title above the table", STR_INIT("Stock of today\na;b\n1,5;2\n"),
        "1:Stock of today 2:a|b 3:1,5|2" },
    { "what is in quotes separates nothing, whichever is tried",
        STR_INIT("1,\"a;b;c\"\n2,\"d;e;f\"\n3,x\n"), "1:1|a;b;c 2:2|d;e;f 3:3|x" },
    { "sep= says it", STR_INIT("sep=;\r\na,b;c\n"), "1:a,b|c" },
    { "sep= without any row", STR_INIT("SEP=,"), "" },
    { "sep= of something else is text", STR_INIT("sep=|\na,b\n"), "1:sep=| 2:a|b" },
    { "a text that begins like it", STR_INIT("sep=;x\n"), "1:sep=|x" },

    { "quotes", STR_INIT("\"a\",\"b\"\n"), "1:a|b" },
    { "a doubled quote", STR_INIT("\"a\"\"b\",\"\"\"\"\n"), "1:a\"b|\"" },
    { "a line break in quotes stays as it is", STR_INIT("\"a\r\nb\",c\nd,\"e\nf\"\n"),
        "1:a\r\nb|c 2:d|e\nf" },
    { "a quote that does not begin a cell", STR_INIT("5\" display,b\n"), "1:5\" display|b" },
    { "an empty cell in quotes", STR_INIT("\"\",b\n"), "1:|b" },
    { "blanks belong to the cell", STR_INIT(" a , b \n"), "1: a | b " },

    { "rows of different length", STR_INIT("a,b,c\nd\ne,f\n"), "1:a|b|c 2:d 3:e|f" },
    { "empty cells at the end are not given", STR_INIT("a,b,,\nc,,,\n"), "1:a|b 2:c" },
    { "blank rows are passed over and counted", STR_INIT("a\n\n\r\nb\n,,\nc"), "1:a 4:b 6:c" },
    { "blank rows at the end", STR_INIT("a\n\n,,\n\n"), "1:a" },
    { "nothing but blank rows", STR_INIT("\n\n,\n"), "" },

    { "the UTF-8 mark is no text",
        STR_INIT("\xEF\xBB\xBF"
                 "a,b\n"),
        "1:a|b" },
    { "the mark before a quote", STR_INIT("\xEF\xBB\xBF\"a,b\",c\n"), "1:a,b|c" },

    { "the apostrophe of the writer goes", STR_INIT("'=1+1,'-x,'@a\n"), "1:=1+1|-x|@a" },
    { "other apostrophes stay", STR_INIT("'tis,'',''x\n"), "1:'tis|''|''x" },
    { "one of two goes", STR_INIT("''=1\n"), "1:'=1" },

    { "no end of quotes", STR_INIT("a,b\nc,\"d\n"), "1:a|b !bad_quote 2,2" },
    { "text behind quotes", STR_INIT("a\n\"b\"c\n"), "1:a !bad_quote 2,1" },
    { "a blank behind quotes is text too", STR_INIT("\"b\" ,c\n"), "!bad_quote 1,1" },
    { "NUL", STR_INIT("a,b\nc,d\0e\n"), "1:a|b !bad_text 2,2" },
    { "NUL in quotes", STR_INIT("a,\"b\0\"\n"), "!bad_text 1,2" },
    { "UTF-16 without its mark", STR_INIT("a\0,\0b\0"), "!bad_text 1,1" },
    { "nothing", STR_INIT(""), "!empty 0,0" },

    { "an old XLS, or one with a password", STR_INIT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        "!protected 0,0" },
    { "PDF", STR_INIT("%PDF-1.7\n"), "!unknown_format 0,0" },
    { "gzip", STR_INIT("\x1F\x8B\x08\0"), "!unknown_format 0,0" },
    { "a picture", STR_INIT("\x89PNG\r\n\x1A\n"), "!unknown_format 0,0" },
    { "a web page, which some tools call XLS", STR_INIT("<HTML><table>"), "!old_format 0,0" },
    { "XML of 2003", STR_INIT("<?xml version=\"1.0\"?>"), "!old_format 0,0" },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(kit_show_bytes(rows[i].bytes), str_of(rows[i].want), rows[i].why);
}

/* The same bytes in a file; its position does not matter. */
static void test_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int fd = kit_file();
        if (rows[i].bytes.len)
            CHECK_INT(write(fd, rows[i].bytes.at, rows[i].bytes.len), rows[i].bytes.len, "written");
        CHECK_STR(kit_show_fd(fd), str_of(rows[i].want), rows[i].why);
        close(fd);
    }
    int ends[2];
    CHECK_INT(pipe(ends), 0, "a pipe");
    CHECK_STR(kit_show_fd(ends[0]), S("!unknown_format 0,0"), "a pipe cannot be read twice");
    close(ends[0]);
    CHECK_STR(kit_show_fd(ends[0]), S("!unavailable 0,0"), "a descriptor that is closed");
    close(ends[1]);
}

/* Whatever stands where the reader's block ends is read like anywhere else. */
static void test_block_edges(void **state)
{
    (void)state;
    static const char pattern[] = "\xC3\xA4\"\"x\r\n,"; /* in quotes: ä"x CRLF comma */
    enum { PATTERN = sizeof pattern - 1, BLOCK = 64 * 1024 };
    struct buf in, want;
    buf_init(&in, 1024 * 1024);
    buf_init(&want, 1024 * 1024);
    for (size_t shift = 0; shift < PATTERN; shift++) {
        buf_clear(&in);
        buf_clear(&want);
        buf_put(&want, S("1:"));
        for (size_t n = 0; n < 4; n++) {
            /* Cells of 20,000 bytes: the block ends somewhere in the fourth. */
            buf_put(&in, n ? S(",\"") : S("\""));
            if (n) buf_put_char(&want, '|');
            for (size_t i = 0; n == 0 && i < shift; i++) {
                buf_put_char(&in, '.');
                buf_put_char(&want, '.');
            }
            for (size_t i = 0; i < 20000 / PATTERN; i++) {
                buf_put(&in, str_of(pattern));
                buf_put(&want, S("\xC3\xA4\"x\r\n,"));
            }
            buf_put_char(&in, '"');
        }
        CHECK(in.len > BLOCK, "beyond the block");
        buf_put(&in, S("\r\nb\r\n"));
        buf_put(&want, S(" 2:b"));
        CHECK_STR(kit_show_bytes(buf_str(&in)), buf_str(&want), "across the edge");
    }
    buf_release(&in);
    buf_release(&want);
}

static void test_line_end_at_edge(void **state)
{
    (void)state;
    enum { BLOCK = 64 * 1024 };
    struct buf in;
    buf_init(&in, 1024 * 1024);
    for (size_t before = BLOCK - 3; before <= BLOCK + 1; before++) {
        buf_clear(&in);
        while (in.len < before)
            buf_put_char(&in, in.len % 1000 == 999 ? ',' : 'x');
        buf_put(&in, S("\r\n\"y\"\r\nz"));
        struct str shown = kit_show_bytes(buf_str(&in));
        CHECK(str_ends(shown, S("x 2:y 3:z")), "CR and LF in different blocks are one line end");
    }
    buf_release(&in);
}

static void test_limits(void **state)
{
    (void)state;
    struct buf in;
    buf_init(&in, 1024 * 1024);
    for (size_t i = 0; i < SHEET_CELL_MAX; i++)
        buf_put_char(&in, 'x');
    CHECK_INT(kit_show_bytes(buf_str(&in)).len, SHEET_CELL_MAX + 2, "the longest cell");
    buf_put_char(&in, 'x');
    CHECK_STR(kit_show_bytes(buf_str(&in)), S("!too_long 1,1"), "one byte more");
    buf_clear(&in);
    buf_put(&in, S("a\nb,\""));
    for (size_t i = 0; i <= SHEET_CELL_MAX; i++)
        buf_put_char(&in, 'x');
    buf_put(&in, S("\""));
    CHECK_STR(kit_show_bytes(buf_str(&in)), S("1:a !too_long 2,2"), "in quotes");

    buf_clear(&in);
    for (size_t i = 0; i < SHEET_COLUMNS_MAX - 1; i++)
        buf_put(&in, S(","));
    buf_put(&in, S("x"));
    CHECK_INT(kit_show_bytes(buf_str(&in)).len, SHEET_COLUMNS_MAX + 2, "as many columns as may be");
    buf_put(&in, S(",,,"));
    CHECK_INT(kit_show_bytes(buf_str(&in)).len, SHEET_COLUMNS_MAX + 2, "empty ones do not count");
    buf_put(&in, S("y"));
    CHECK_STR(kit_show_bytes(buf_str(&in)), S("!too_many_columns 1,259"), "a column too many");
    buf_release(&in);

    struct sheet_reader_options two = { .memory = S("a\n\nb\n\n"), .rows_max = 2 };
    CHECK_STR(kit_show(&two), S("1:a 3:b"), "blank rows are not counted");
    struct sheet_reader_options size = { .memory = S("abcd"), .size_max = 4 };
    CHECK_STR(kit_show(&size), S("1:abcd"), "as large as it may be");
    size.size_max = 3;
    CHECK_STR(kit_show(&size), S("!too_large 0,0"), "a byte too large");
    two.memory = S("a\n\nb\nc");
    CHECK_STR(kit_show(&two), S("1:a 3:b !too_many_rows 4,0"), "a row too many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_block_edges),
        cmocka_unit_test(test_line_end_at_edge),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("sheet/csv_read", tests, NULL, NULL);
}
