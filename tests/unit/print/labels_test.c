/* labels_test.c: labels as a scanner reads them. */
#include "check.h"
#include "paper.h"

#include "print/labels.h"

static struct arena arena;

/* Hex IDs of eight characters that differ in each place from row to row. */
static struct label *rows(size_t count)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct label *out = arena_new(&arena, struct label, count);
    for (size_t i = 0; i < count; i++) {
        char id[8];
        for (size_t k = 0; k < sizeof id; k++)
            id[k] = digits[(i * 7919 + k * 31 + (i >> k)) % 32];
        out[i] = (struct label){
            .hex_id = arena_fmt(&arena, "%.4s%04zu", id, i),
            .esn = arena_fmt(&arena, "35693803%07zu", i),
            .title = S("Apple iPhone 12 Pro Max Unlocked 256GB Pacific Blue"),
            .grade = S("A"),
        };
    }
    return out;
}

/* As the makers of the sheets give them: Avery L7159 and 5160. */
static const struct paper_sheet sheets[] = {
    [LABEL_A4_24] = { 3, 8, 7.25, 12.9, 66, 33.9 },
    [LABEL_LETTER_30] = { 3, 10, 4.7625, 12.7, 69.85, 25.4 },
};

static struct str barcodes(const struct labels *l, struct str pdf)
{
    if (l->symbology == PDF_CODE128 || labels_per_page(l->format) == 1)
        return paper_barcodes(pdf, 200, &arena);
    return paper_barcodes_cut(pdf, 200, &sheets[l->format], &arena);
}

static void check_printed(const struct labels *l, struct str pdf)
{
    struct str codes = barcodes(l, pdf);
    struct str text = paper_text(pdf, &arena);
    for (size_t i = 0; i < l->count; i++) {
        struct str id = l->labels[i].hex_id;
        CHECK_INT(count_of(codes, id), 1, "each barcode is read, once");
        CHECK(str_contains(text, arena_fmt(&arena, "%.4s %.4s", id.at, id.at + 4)), "the Hex ID");
        CHECK(str_contains(text, l->labels[i].esn), "the ESN");
    }
    CHECK_INT(count_of(codes, S("\n")), l->count, "and no other");
    CHECK_INT(count_of(text, S("Apple")), l->count, "the title");
    CHECK(str_contains(text, S("Grade A")), "the grade");
}

static void test_every_format(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        size_t count;
        int skip, pages;
    } cases[] = {
        { "62x29", 1, 0, 1 },
        { "62x29", 3, 0, 3 },
        { "4x6", 2, 0, 2 },
        { "a4-24", 1, 23, 1 },
        { "a4-24", 30, 0, 2 },
        { "a4-24", 24, 1, 2 },
        { "letter-30", 31, 0, 2 },
    };
    for (size_t i = 0; i < COUNT_OF(cases) * 2; i++) {
        struct error e;
        struct buf out;
        struct labels l = { .symbology = i % 2 ? PDF_QR : PDF_CODE128,
            .skip = cases[i / 2].skip,
            .labels = rows(cases[i / 2].count),
            .count = cases[i / 2].count };
        CHECK(label_format_parse(str_of(cases[i / 2].format), &l.format), "a format");
        buf_init(&out, 16 * 1024 * 1024);
        CHECK_ERR(labels_print(&l, &arena, &out, &e), OK, &e, cases[i / 2].format);
        CHECK_INT(paper_pages(buf_str(&out), &arena), cases[i / 2].pages, cases[i / 2].format);
        check_printed(&l, buf_str(&out));
        buf_release(&out);
    }
}

static void test_formats(void **state)
{
    (void)state;
    enum label_format format;
    CHECK(!label_format_parse(S("a5"), &format), "unknown");
    CHECK(!label_format_parse(S(""), &format), "none");
    struct str rest = S(LABEL_FORMATS), head;
    int n = 0;
    while (rest.len) {
        (void)str_cut(rest, ' ', &head, &rest);
        CHECK(label_format_parse(head, &format), "every named one is one");
        CHECK_INT(format, n++, "in the order of the enum");
    }
    CHECK_INT(labels_per_page(LABEL_A4_24), 24, "a sheet");
    CHECK_INT(labels_per_page(LABEL_62X29), 1, "a roll");
}

static void test_a_thousand(void **state)
{
    (void)state;
    struct error e;
    struct buf out;
    struct labels l = { .format = LABEL_LETTER_30, .labels = rows(1000), .count = 1000 };
    buf_init(&out, 16 * 1024 * 1024);
    CHECK_ERR(labels_print(&l, &arena, &out, &e), OK, &e, "a thousand");
    CHECK(out.len < 1000 * 1024, "about 700 bytes a label");
    check_printed(&l, buf_str(&out));
    buf_release(&out);
}

static void test_the_most(void **state)
{
    (void)state;
    struct error e;
    struct buf out;
    struct labels l = {
        .format = LABEL_62X29, .symbology = PDF_QR, .labels = rows(LABELS_MAX), .count = LABELS_MAX
    };
    buf_init(&out, 16 * 1024 * 1024);
    CHECK_ERR(labels_print(&l, &arena, &out, &e), OK, &e, "as many as one paper holds");
    CHECK_INT(paper_pages(buf_str(&out), &arena), LABELS_MAX, "a page each");
    CHECK(out.len < LABELS_MAX * 1200, "about a kilobyte each");
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
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_a_thousand),
        cmocka_unit_test(test_the_most),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
