/* pdf_test.c: documents as other programs read them. */
#include "check.h"
#include "paper.h"

#include "print/pdf.h"

static struct arena arena;

static const struct pdf_style body = { PDF_REGULAR, 10 };

static struct str finish(struct pdf *p, struct buf *out)
{
    struct error e;
    buf_init(out, 32 * 1024 * 1024);
    CHECK_ERR(pdf_end(p, out, &e), OK, &e, "the paper is made");
    pdf_free(p);
    return buf_str(out);
}

static void test_text_on_pages(void **state)
{
    (void)state;
    struct buf out;
    struct pdf *p = pdf_new(&arena, S("Packing list"));
    pdf_page(p, 210, 297);
    pdf_text(p, 20, 20, body, S("Apple iPhone 12 (64 GB)"));
    pdf_page(p, 62, 29);
    pdf_text(p, 5, 10, body, S("second"));
    pdf_line(p, 5, 12, 50, 12, 0.2);
    pdf_number_pages(p, 0, S("SO-7"), 10);
    struct str pdf = finish(p, &out);
    CHECK(str_starts(pdf, S("%PDF-1.")), "a PDF");
    CHECK_INT(paper_pages(pdf, &arena), 2, "pages");
    struct str text = paper_text(pdf, &arena);
    CHECK(str_contains(text, S("Apple iPhone 12 (64 GB)")), "text can be found and copied");
    CHECK(str_contains(text, S("SO-7, page 1 of 2")), "the first page's foot");
    CHECK(str_contains(text, S("SO-7, page 2 of 2")), "the second page's foot");
    buf_release(&out);
}

/* Several papers in one document, each counted by itself. */
static void test_page_numbers(void **state)
{
    (void)state;
    struct buf out;
    struct pdf *p = pdf_new(&arena, S(""));
    for (int pages = 1; pages <= 2; pages++) {
        int before = pdf_page_count(p);
        for (int i = 0; i < pages; i++)
            pdf_page(p, 210, 297);
        pdf_number_pages(p, before, arena_fmt(&arena, "SO-%d", pages), 10);
    }
    struct str text = paper_text(finish(p, &out), &arena);
    CHECK_INT(count_of(text, S("SO-")), 3, "one number each");
    CHECK(str_contains(text, S("SO-1, page 1 of 1")), "the first paper");
    CHECK(str_contains(text, S("SO-2, page 1 of 2")), "the second begins anew");
    CHECK(str_contains(text, S("SO-2, page 2 of 2")), "and goes on");
    buf_release(&out);
}

static void test_papers(void **state)
{
    (void)state;
    enum pdf_paper paper;
    double width, height;
    CHECK(!pdf_paper_parse(S("a5"), &paper) && !pdf_paper_parse(S(""), &paper), "unknown");
    CHECK(pdf_paper_parse(S("letter"), &paper), "known");
    pdf_paper_size(paper, &width, &height);
    CHECK(width > 215.8 && width < 216 && height > 279.3 && height < 279.5, "8.5 by 11 inch");
    CHECK(pdf_paper_parse(S("a4"), &paper), "known");
    pdf_paper_size(paper, &width, &height);
    CHECK(width > 209.9 && width < 210.1 && height > 296.9 && height < 297.1, "ISO 216");
}

static void test_time(void **state)
{
    (void)state;
    CHECK_STR(pdf_time(0, &arena), S("1970-01-01 00:00 UTC"), "to the minute");
    CHECK_STR(pdf_time(INT64_C(1795513230123), &arena), S("2026-11-24 09:40 UTC"), "cut");
}

/* One text, as a reader of the paper sees it. */
static struct str printed(struct str text)
{
    struct buf out;
    struct pdf *p = pdf_new(&arena, S(""));
    pdf_page(p, 297, 210);
    pdf_text(p, 10, 10, body, text);
    struct str read = str_trim(paper_text(finish(p, &out), &arena));
    buf_release(&out);
    return read;
}

static void test_characters(void **state)
{
    (void)state;
    static const struct {
        const char *why, *in, *want;
    } rows[] = {
        { "western letters",
            "Gr\xC3\xBC\xC3\x9F"
            "e, \xC3\x85ngstr\xC3\xB6m",
            "Gr\xC3\xBC\xC3\x9F"
            "e, \xC3\x85ngstr\xC3\xB6m" },
        { "what Windows-1252 has more", "\xE2\x82\xAC 5 \xE2\x80\x93 \xC5\xA0koda",
            "\xE2\x82\xAC 5 \xE2\x80\x93 \xC5\xA0koda" },
        { "other Latin letters lose their accent",
            "\xC5\x81\xC3\xB3"
            "d\xC5\xBA, \xC4\x8C"
            "esk\xC3\xBD, Bra\xC8\x99ov",
            "L\xC3\xB3"
            "dz, Cesk\xC3\xBD, Brasov" },
        { "a mark that stands alone is left out", "e\xCC\x81t\xC3\xA9", "et\xC3\xA9" },
        { "what the font lacks is seen to be missing", "\xE6\x9D\xB1\xE4\xBA\xAC 5", "?? 5" },
        { "beyond the first plane: one sign each",
            "A\xF0\x9F\x93\xB1"
            "B",
            "A?B" },
        { "not UTF-8",
            "A\xFF"
            "B",
            "A?B" },
        { "no control characters on paper", "One\tTwo", "One Two" },
        { "what PDF itself writes with a backslash", "a\\b(c)", "a\\b(c)" },
        { "a minus sign",
            "\xE2\x88\x92"
            "5",
            "-5" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(printed(str_of(rows[i].in)), str_of(rows[i].want), rows[i].why);
}

static void test_fitting(void **state)
{
    (void)state;
    struct buf out;
    struct pdf *p = pdf_new(&arena, S(""));
    pdf_page(p, 210, 297);
    double whole = pdf_text_width(p, body, S("exactly this"));
    CHECK(whole > 15 && whole < 25, "Helvetica of 10 points");
    pdf_text_fit(p, 10, 10, whole + 0.01, body, S("exactly this"));
    pdf_text_fit(p, 10, 20, 20, body, S("shortened because it is much too long"));
    double used = pdf_text_wrap(
        p, 10, 40, 30, 5, body, S("wrapped at spaces into several lines, each one short"));
    CHECK(used > 2.9 * pdf_line_height(body) && used < 5.1 * pdf_line_height(body), "lines");
    used = pdf_text_wrap(p, 10, 80, 30, 2, body, S("one two three four five six seven eight nine"));
    CHECK(used > 1.9 * pdf_line_height(body) && used < 2.1 * pdf_line_height(body), "two lines");
    used = pdf_text_wrap(p, 10, 120, 20, 9, body, S("WWWWWWWWWWWWWWWWWWWWWWWW"));
    CHECK(used > 1.9 * pdf_line_height(body), "a word that is wider than the column is cut");
    CHECK(pdf_text_wrap(p, 10, 150, 20, 9, body, S("")) < 0.01, "nothing takes no line");
    struct str text = paper_text(finish(p, &out), &arena);
    CHECK(str_contains(text, S("exactly this")), "what fits is whole");
    CHECK(str_contains(text, S("shortened")), "the beginning of what does not");
    CHECK(!str_contains(text, S("too long")), "and not its end");
    CHECK_INT(count_of(text, S("\xE2\x80\xA6")), 2, "an ellipsis where something is left out");
    CHECK(str_contains(text, S("several")), "wrapped text is whole");
    CHECK_INT(count_of(text, S("W")), 24, "a cut word is whole");
    buf_release(&out);
}

static void test_table(void **state)
{
    (void)state;
    static const struct pdf_column columns[] = {
        { .title = STR_INIT("IMEI"), .width = 40 },
        { .title = STR_INIT("Title"), .width = 60 },
        { .title = STR_INIT("Price"), .width = 30, .right = true },
    };
    enum { ROWS = 300 };
    struct buf out;
    struct pdf *p = pdf_new(&arena, S("Table"));
    pdf_page(p, 148, 210);
    struct pdf_table t = { .pdf = p,
        .columns = columns,
        .column_count = COUNT_OF(columns),
        .size_pt = 9,
        .margin = 10,
        .y = 20 };
    pdf_table_head(&t);
    for (int i = 0; i < ROWS; i++) {
        struct str cells[] = { arena_fmt(&arena, "35%013d", i),
            i % 10 ? S("short")
                   : S("a title that is so long that it takes more than one line here"),
            arena_fmt(&arena, "%d.00", i) };
        pdf_table_row(&t, cells);
    }
    struct str pdf = finish(p, &out);
    int pages = paper_pages(pdf, &arena);
    CHECK(pages > 5 && pages < 15, "as many pages as it needs");
    struct str text = paper_text(pdf, &arena);
    CHECK_INT(count_of(text, S("IMEI")), pages, "the head is on each");
    for (int i = 0; i < ROWS; i++)
        CHECK_INT(count_of(text, arena_fmt(&arena, "35%013d", i)), 1, "each row is there, once");
    CHECK_INT(count_of(text, S("one line")), ROWS / 10, "wrapped cells are whole");
    buf_release(&out);
}

/* Headings, rows that stand apart, boxes to tick. */
static void test_work_table(void **state)
{
    (void)state;
    static const struct pdf_column columns[] = {
        { .title = STR_INIT(""), .width = 10, .tick = true },
        { .title = STR_INIT("Location"), .width = 40, .font = PDF_BOLD },
        { .title = STR_INIT("Hex ID"), .width = 40, .font = PDF_MONO },
    };
    struct pdf_table tables[2];
    struct buf out;
    struct pdf *p = pdf_new(&arena, S(""));
    for (int ruled = 0; ruled < 2; ruled++) {
        pdf_page(p, 210, 100);
        tables[ruled] = (struct pdf_table){ .pdf = p,
            .columns = columns,
            .column_count = COUNT_OF(columns),
            .size_pt = 10,
            .margin = 10,
            .y = 10,
            .ruled = ruled != 0 };
        pdf_table_head(&tables[ruled]);
        for (int i = 0; i < 3; i++) {
            struct str cells[] = { S("not shown"), S("A-1"), S("K7Q2 M9XA") };
            pdf_table_row(&tables[ruled], cells);
        }
    }
    CHECK(tables[1].y > tables[0].y + 7, "ruled rows stand apart");
    struct pdf_table *t = &tables[1];
    int pages = pdf_page_count(p);
    pdf_table_reserve(t, 1);
    CHECK_INT(pdf_page_count(p), pages, "there is room for one row");
    t->y = 80;
    pdf_table_section(t, S("Annex"));
    CHECK_INT(pdf_page_count(p), pages + 1, "a heading is not left alone at the foot");
    CHECK(t->y < 30, "it stands below the head of the next page");
    t->y = 80;
    pdf_table_reserve(t, 3);
    CHECK_INT(pdf_page_count(p), pages + 2, "the next page, when there is no room for three");
    CHECK(t->y < 10.1, "at its top: without a head yet");
    struct str text = paper_text(finish(p, &out), &arena);
    CHECK_INT(count_of(text, S("Location")), 3, "heads");
    CHECK_INT(count_of(text, S("Annex")), 1, "the heading");
    CHECK(!str_contains(text, S("not shown")), "a box instead of a text");
    buf_release(&out);
}

static void test_barcodes(void **state)
{
    (void)state;
    static const char *const data[] = { "K7Q2M9XA", "00000000", "356938035643809", "A",
        "SO-1042/7" };
    for (size_t i = 0; i < COUNT_OF(data) * 2; i++) {
        struct buf out;
        struct str want = str_of(data[i / 2]);
        struct pdf *p = pdf_new(&arena, S(""));
        pdf_page(p, 100, 60);
        double used = pdf_barcode(p, i % 2 ? PDF_QR : PDF_CODE128, want, 10, 10, 70, 25);
        CHECK(i % 2 ? used < 25.01 : used > 69.99, "QR is square, Code 128 fills its box");
        CHECK_STR(str_trim(paper_barcodes(finish(p, &out), 200, &arena)), want, "read back");
        buf_release(&out);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct error e;
    struct buf out;
    struct pdf *p = pdf_new(&arena, S(""));
    for (int i = 0; i <= PDF_PAGES_MAX; i++)
        pdf_page(p, 62, 29);
    pdf_text(p, 10, 10, body, S("nothing happens"));
    buf_init(&out, 32 * 1024 * 1024);
    CHECK_ERR(pdf_end(p, &out, &e), ERR_TOO_LARGE, &e, "one page too many");
    CHECK_INT(out.len, 0, "and nothing is written");
    pdf_free(p);
    buf_init(&out, 100);
    p = pdf_new(&arena, S(""));
    pdf_page(p, 62, 29);
    CHECK_ERR(pdf_end(p, &out, &e), ERR_TOO_LARGE, &e, "beyond the buffer's cap");
    pdf_free(p);
    buf_release(&out);
}

static int start(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 * 1024 * 1024);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_on_pages),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_fitting),
        cmocka_unit_test(test_page_numbers),
        cmocka_unit_test(test_papers),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_work_table),
        cmocka_unit_test(test_barcodes),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
