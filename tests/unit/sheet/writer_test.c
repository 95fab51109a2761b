/* writer_test.c: what is written, byte for byte, and what is refused. */
#include "check.h"

#include "base/limits.h"
#include "kit.h"

#include <fcntl.h>
#include <unistd.h>

static struct sheet_error e;

static struct sheet_writer *open_writer(int fd, char separator, bool mark)
{
    struct sheet_writer *w = NULL;
    struct sheet_writer_options options = {
        .format = SHEET_CSV, .fd = fd, .separator = separator, .mark = mark
    };
    CHECK_ERR(sheet_writer_open(&options, &w, &e), OK, &e, "open");
    return w;
}

static void check_bytes(int fd, struct str want, const char *why)
{
    struct buf got;
    kit_content(fd, &got);
    CHECK_STR(buf_str(&got), want, why);
    buf_release(&got);
    close(fd);
}

static void test_csv_cells(void **state)
{
    (void)state;
    static const char *const titles[] = { "ID", "Sale price" };
    int fd = kit_file();
    struct sheet_writer *w = open_writer(fd, 0, false);
    sheet_put_header(w, titles, 2);
    sheet_put_int(w, -5);
    sheet_put_money(w, 123456, 2);
    sheet_put_money(w, -5, 2);
    sheet_put_money(w, 7, 0);
    sheet_put_money(w, INT64_MIN, 3);
    sheet_put_time(w, INT64_C(1795487707999));
    sheet_put_time(w, -1);
    sheet_put_empty(w);
    sheet_put_text(w, S("x"));
    sheet_end_row(w);
    CHECK(!sheet_failed(w), "nothing wrong");
    CHECK_ERR(sheet_writer_close(w, &e), OK, &e, "close");
    check_bytes(fd,
        S("ID,Sale price\r\n-5,1234.56,-0.05,7,-9223372036854775.808,2026-11-24 02:35:07,"
          "1969-12-31 23:59:59,,x\r\n"),
        "cells of every kind");
}

static void test_csv_texts(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct str text;
        const char *want;
    } rows[] = {
        { "plain", STR_INIT("abc"), "abc" },
        { "its separator", STR_INIT("a;b"), "\"a;b\"" },
        { "another's separator", STR_INIT("a,b"), "\"a,b\"" },
        { "tab", STR_INIT("a\tb"), "\"a\tb\"" },
        { "a quote", STR_INIT("5\" x"), "\"5\"\" x\"" },
        { "line breaks", STR_INIT("a\r\nb"), "\"a\r\nb\"" },
        { "a blank in front", STR_INIT(" a"), "\" a\"" },
        { "a blank behind", STR_INIT("a "), "\"a \"" },
        { "a formula", STR_INIT("=1+1"), "'=1+1" },
        { "a formula that needs quotes", STR_INIT("=A1,\"x\""), "\"'=A1,\"\"x\"\"\"" },
        { "plus, as in a phone number", STR_INIT("+49 30"), "'+49 30" },
        { "minus", STR_INIT("-x"), "'-x" },
        { "at", STR_INIT("@x"), "'@x" },
        { "tab in front", STR_INIT("\t=1"), "\"'\t=1\"" },
        { "CR in front", STR_INIT("\rx"), "\"'\rx\"" },
        { "an apostrophe before a formula", STR_INIT("'=1"), "''=1" },
        { "another apostrophe", STR_INIT("'x"), "'x" },
        { "a negative number", STR_INIT("-5"), "-5" },
        { "a negative amount", STR_INIT("-5.25"), "-5.25" },
        { "what only begins like a number", STR_INIT("-5+cmd"), "'-5+cmd" },
        { "a number without digits", STR_INIT("-.5"), "'-.5" },
        { "a number that ends in a point", STR_INIT("-5."), "'-5." },
        { "what a ZIP begins with", STR_INIT("PK\3\4x"), "\"PK\3\4x\"" },
        { "what a web page begins with", STR_INIT("<HTML> phones"), "\"<HTML> phones\"" },
        { "a line that says a separator", STR_INIT("sep=,"), "\"sep=,\"" },
        { "a mark",
            STR_INIT("\xEF\xBB\xBF"
                     "a"),
            "\"\xEF\xBB\xBF"
            "a\"" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int fd = kit_file();
        struct sheet_writer *w = open_writer(fd, ';', true);
        sheet_put_text(w, rows[i].text);
        sheet_end_row(w);
        CHECK_ERR(sheet_writer_close(w, &e), OK, &e, rows[i].why);
        struct buf want;
        buf_init(&want, 1000);
        buf_put_fmt(&want, "\xEF\xBB\xBF%s;\r\n", rows[i].want);
        check_bytes(fd, buf_str(&want), rows[i].why);
        buf_release(&want);
    }
}

static void refused(
    struct sheet_writer *w, enum err kind, int64_t row, int32_t column, const char *why)
{
    CHECK(sheet_failed(w), why);
    sheet_put_text(w, S("after"));
    sheet_end_row(w);
    CHECK_ERR(sheet_writer_close(w, &e), kind, &e, why);
    CHECK_INT(e.row, row, why);
    CHECK_INT(e.column, column, why);
}

static void test_refused(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1024 * 1024);
    for (int i = 0; i < SHEET_CELL_MAX; i++)
        buf_put_char(&text, '"');
    for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        int fd = kit_file();
        struct sheet_writer_options options = { .format = (enum sheet_format)format, .fd = fd };
        struct sheet_writer *w;

        CHECK_ERR(sheet_writer_open(&options, &w, &e), OK, &e, "open");
        sheet_put_text(w, buf_str(&text));
        CHECK(!sheet_failed(w), "the longest text");
        sheet_end_row(w);
        buf_put_char(&text, 'x');
        sheet_put_empty(w);
        sheet_put_text(w, buf_str(&text));
        text.len--;
        refused(w, ERR_TOO_LARGE, 2, 2, "a text too long");

        CHECK_ERR(sheet_writer_open(&options, &w, &e), OK, &e, "open");
        sheet_put_text(w, S("\xFF"));
        refused(w, ERR_INVALID, 1, 1, "not UTF-8");
        CHECK_ERR(sheet_writer_open(&options, &w, &e), OK, &e, "open");
        sheet_put_text(w, S("a\0b"));
        refused(w, ERR_INVALID, 1, 1, "NUL");

        CHECK_ERR(sheet_writer_open(&options, &w, &e), OK, &e, "open");
        for (int i = 0; i < SHEET_COLUMNS_MAX; i++)
            sheet_put_int(w, i);
        CHECK(!sheet_failed(w), "as many columns as may be");
        sheet_put_empty(w);
        refused(w, ERR_TOO_LARGE, 1, SHEET_COLUMNS_MAX + 1, "a column too many");
        close(fd);
    }
    buf_release(&text);
}

static void test_full_disk(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) skip();
    struct sheet_writer *w = open_writer(fd, 0, false);
    sheet_put_text(w, S("x"));
    sheet_end_row(w);
    CHECK_ERR(sheet_writer_close(w, &e), ERR_UNAVAILABLE, &e, "when it is flushed");
    w = open_writer(fd, 0, false);
    for (int i = 0; i < 100000 && !sheet_failed(w); i++) {
        sheet_put_int(w, i);
        sheet_end_row(w);
    }
    CHECK(sheet_failed(w), "before the end, when there is much");
    sheet_writer_abort(w);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_cells),
        cmocka_unit_test(test_csv_texts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests_name("sheet/writer", tests, NULL, NULL);
}
