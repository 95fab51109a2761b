/* rejects_test.c: the spreadsheet of what an import did not take. */
#include "check.h"

#include "kit.h"
#include "sheet/rejects.h"

#include <unistd.h>

struct list {
    const struct sheet_reject *at;
    size_t left;
};

static bool next_of(void *ctx, struct sheet_reject *out)
{
    struct list *l = ctx;
    if (!l->left) return false;
    *out = *l->at++;
    l->left--;
    return true;
}

static struct sheet_error e;

static enum err write_rejects(
    struct str bytes, const struct sheet_reject *rejects, size_t count, int *fd)
{
    struct sheet_reader *from;
    struct sheet_writer *to;
    *fd = kit_file();
    struct sheet_reader_options in = { .memory = bytes };
    struct sheet_writer_options out = { .format = SHEET_CSV, .fd = *fd };
    CHECK_ERR(sheet_reader_open(&in, &from, &e), OK, &e, "open");
    CHECK_ERR(sheet_writer_open(&out, &to, &e), OK, &e, "open");
    enum err rc = sheet_write_rejects(from, to, next_of, &(struct list){ rejects, count }, &e);
    struct sheet_error other;
    CHECK_ERR(sheet_writer_close(to, &other), OK, &other, "close");
    sheet_reader_free(from);
    return rc;
}

static void check(struct str bytes, const struct sheet_reject *rejects, size_t count,
    const char *want, const char *why)
{
    int fd;
    CHECK_ERR(write_rejects(bytes, rejects, count, &fd), OK, &e, why);
    CHECK_STR(kit_show_fd(fd), str_of(want), why);
    close(fd);
}

static void test_rows(void **state)
{
    (void)state;
    static const struct sheet_reject rejects[] = {
        { 3, 2, STR_INIT("is unknown") },
        { 5, 0, STR_INIT("is there twice") },
        { 5, 1, STR_INIT("is missing") },
        { 6, 4, STR_INIT("is too long") },
    };
    check(S("SKU,Grade\na,A\nb,X\n\n,B\nc,D,,=x\nd,E\n"), rejects, COUNT_OF(rejects),
        "1:Row|Column|Reason|SKU|Grade 2:3|Grade|is unknown|b|X "
        "3:5|SKU|is there twice; is missing||B 4:6|D|is too long|c|D||=x",
        "one row for each row, with all of its reasons");
    check(S("SKU,Grade\na,A\n"), NULL, 0, "1:Row|Column|Reason|SKU|Grade", "none");
    check(S("\n\n"), NULL, 0, "!empty 0,0", "a file without rows gives one without bytes");
}

static void test_sent_again(void **state)
{
    (void)state;
    static const struct sheet_reject reject = { 2, 4, STR_INIT("no") };
    check(S("Row,Column,Reason,SKU\n7,SKU,bad,x\n"), &reject, 1,
        "1:Row|Column|Reason|SKU 2:2|SKU|no|x", "the columns of the first time go");
    CHECK(sheet_is_reject_column(S("Row")) && sheet_is_reject_column(S("Reason")), "these three");
    CHECK(!sheet_is_reject_column(S("SKU")) && !sheet_is_reject_column(S("row")), "and no others");
}

static void test_no_such_row(void **state)
{
    (void)state;
    static const struct sheet_reject beyond = { 9, 1, STR_INIT("no") },
                                     header = { 1, 1, STR_INIT("no") };
    static const struct sheet_reject backwards[] = { { 3, 1, STR_INIT("a") },
        { 2, 1, STR_INIT("b") } };
    int fd;
    CHECK_ERR(write_rejects(S("a\nb\nc\n"), &beyond, 1, &fd), ERR_INVALID, &e, "beyond the end");
    CHECK_STR(str_of(e.code), S("no_such_row"), "code");
    CHECK_INT(e.row, 9, "row");
    close(fd);
    CHECK_ERR(write_rejects(S("a\nb\nc\n"), backwards, 2, &fd), ERR_INVALID, &e, "backwards");
    close(fd);
    check(S("a\nb\n"), &header, 1, "1:Row|Column|Reason|a 2:1|a|no|a", "the header itself");
    CHECK_ERR(
        write_rejects(S("a\n\"b"), &beyond, 1, &fd), ERR_INVALID, &e, "a file that is broken");
    CHECK_STR(str_of(e.code), S("bad_quote"), "its own words");
    close(fd);
}

/* Reasons that do not fit into a cell are cut between two characters. */
static void test_many_reasons(void **state)
{
    (void)state;
    static struct sheet_reject rejects[20000];
    for (size_t i = 0; i < COUNT_OF(rejects); i++)
        rejects[i] = (struct sheet_reject){ 2, 1, S("\xC3\xA4") };
    int fd;
    CHECK_ERR(write_rejects(S("a\nb\n"), rejects, COUNT_OF(rejects), &fd), OK, &e, "many");
    struct str shown = kit_show_fd(fd);
    CHECK(str_is_utf8(shown) && str_ends(shown, S("|b")), "cut, and whole");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_sent_again),
        cmocka_unit_test(test_no_such_row),
        cmocka_unit_test(test_many_reasons),
    };
    return cmocka_run_group_tests_name("sheet/rejects", tests, NULL, NULL);
}
