/* packing_list_test.c: packing lists as a picker and a scanner read them. */
#include "check.h"
#include "paper.h"

#include "print/packing_list.h"

#include <stdlib.h>

static struct arena arena;

static struct packing_item *items(size_t count)
{
    struct packing_item *out = arena_new(&arena, struct packing_item, count);
    for (size_t i = 0; i < count; i++)
        out[i] = (struct packing_item){
            .warehouse = i < count / 2 ? S("Main") : S("Annex"),
            .location = arena_fmt(&arena, "A-%02zu-%zu", i / 10, i % 10),
            .hex_id = arena_fmt(&arena, "K7Q2%04zu", i),
            .esn = arena_fmt(&arena, "35693803%07zu", i),
            .sku = S("IP13-128-BLU-A"),
            .description = S("Apple iPhone 13 128GB Blue Unlocked A"),
        };
    return out;
}

static struct packing_list order(int number, struct packing_item *of, size_t item_count)
{
    struct packing_line *lines = arena_new(&arena, struct packing_line, 2);
    lines[0] = (struct packing_line){ .sku = S("IP13-128-BLU-A"),
        .description = S("Apple iPhone 13 128GB Blue Unlocked A"),
        .quantity = (int64_t)item_count,
        .committed = (int64_t)item_count };
    lines[1] = (struct packing_line){ .sku = S("CASE-13"),
        .description = S("Case for it"),
        .quantity = 3,
        .missing = 3,
        .unknown_sku = true };
    return (struct packing_list){
        .number = arena_fmt(&arena, "SO-%d", number),
        .organization = S("Refurb Retail GmbH"),
        .status = S("Ready to ship"),
        .channel = S("Amazon US"),
        .channel_order_id = arena_fmt(&arena, "111-%07d-0000001", number),
        .ordered_at = S("2026-11-24 09:40 UTC"),
        .lines = lines,
        .line_count = 2,
        .items = of,
        .item_count = item_count,
        .missing = 3,
    };
}

static struct str print(const struct packing_list *lists, size_t count, enum pdf_paper paper)
{
    struct error e;
    struct buf out;
    struct packing_lists all = {
        .paper = paper, .printed_at = S("2026-11-24 12:00 UTC"), .lists = lists, .count = count
    };
    buf_init(&out, 32 * 1024 * 1024);
    CHECK_ERR(packing_lists_print(&all, &arena, &out, &e), OK, &e, "printed");
    struct str pdf = arena_str(&arena, buf_str(&out));
    buf_release(&out);
    static int number;
    const char *keep = getenv("KEEP_PAPER");
    if (keep) {
        FILE *file = fopen(arena_fmt(&arena, "%s%d.pdf", keep, ++number).at, "w");
        CHECK(file && fwrite(pdf.at, 1, pdf.len, file) == pdf.len && !fclose(file), keep);
    }
    return pdf;
}

/* Each of the texts, in this order. */
static void check_order(struct str text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str part = str_of(parts[i]);
        size_t at = 0;
        while (at + part.len <= text.len && !str_starts(str_sub(text, at, text.len - at), part))
            at++;
        CHECK(at + part.len <= text.len, parts[i]);
        text = str_sub(text, at + part.len, text.len);
    }
}

static void test_what_is_on_it(void **state)
{
    (void)state;
    struct packing_item *of = items(4);
    struct packing_list l = order(12, of, 4);
    l.notes = S("Gift: no invoice in the box.\nCall before delivery.");
    of[2].extra = true;
    of[3].warehouse = of[3].location = S("");
    struct str pdf = print(&l, 1, PDF_A4), text = paper_text(pdf, &arena);
    CHECK_STR(str_trim(paper_barcodes(pdf, 200, &arena)), S("SO-12"), "the order's number, once");
    CHECK_INT(paper_pages(pdf, &arena), 1, "a page");
    static const char *const parts[] = {
        "Packing list",
        "SO-12", /* */
        "Customer",
        "Refurb Retail GmbH",
        "Ordered",
        "2026-11-24 09:40 UTC", /* */
        "Channel",
        "Amazon US",
        "Status",
        "Ready to ship", /* */
        "Channel order",
        "111-0000012-0000001",
        "4 items, 3 missing", /* */
        "Gift: no invoice in the box.",
        "\n",
        "Call before delivery.", /* */
        "Main: 2 items",         /* */
        "A-00-0",
        "K7Q2 0000",
        "356938030000000",
        "Apple iPhone 13", /* */
        "A-00-1",
        "K7Q2 0001",
        "356938030000001", /* */
        "Annex: 1 item",   /* */
        "A-00-2",
        "K7Q2 0002",
        "(on no",                  /* */
        "In no warehouse: 1 item", /* */
        "no location",
        "K7Q2 0003", /* */
        "Quantity",
        "Committed",
        "Missing", /* */
        "IP13-128-BLU-A",
        "Apple iPhone 13 128GB Blue Unlocked A",
        "4",
        "4", /* */
        "CASE-13",
        "Case for it (Unknown SKU)",
        "3",
        "3", /* */
        "Picked by",
        "Packed by", /* */
        "SO-12, printed 2026-11-24 12:00 UTC, page 1 of 1",
    };
    check_order(text, parts, COUNT_OF(parts));
    CHECK(!str_contains(text, S("DO NOT SHIP")), "nothing speaks against it");
}

static void test_a_reason_to_stop(void **state)
{
    (void)state;
    struct packing_list l = order(12, items(1), 1);
    l.stop = S("the order is canceled.");
    static const char *const parts[] = { "DO NOT SHIP: the order is canceled.", "A-00-0" };
    check_order(paper_text(print(&l, 1, PDF_A4), &arena), parts, COUNT_OF(parts));
}

static void test_nothing_yet(void **state)
{
    (void)state;
    struct packing_list l = { .number = S("SO-7"),
        .organization = S("Ann"),
        .status = S("New"),
        .ordered_at = S("2026-11-24 09:40 UTC") };
    struct str text = paper_text(print(&l, 1, PDF_A4), &arena);
    CHECK(str_contains(text, S("No item is committed to this order.")), "it says so");
    CHECK(str_contains(text, S("0 items")), "and how many");
    CHECK(!str_contains(text, S("Notes")) && !str_contains(text, S("Missing")), "no empty tables");
}

/* Orders of a round: each with its own barcode and its own page numbers. */
static void test_many_orders(void **state)
{
    (void)state;
    struct packing_list *lists = arena_new(&arena, struct packing_list, PACKING_LISTS_MAX);
    struct packing_item *few = items(3), *many = items(60);
    for (int i = 0; i < PACKING_LISTS_MAX; i++)
        lists[i] = i == 1 ? order(2, many, 60) : order(i + 1, few, 3);
    struct str pdf = print(lists, PACKING_LISTS_MAX, PDF_LETTER), text = paper_text(pdf, &arena);
    CHECK_INT(paper_pages(pdf, &arena), PACKING_LISTS_MAX + 2, "one each, three for the long one");
    CHECK(str_contains(text, S("SO-1, printed 2026-11-24 12:00 UTC, page 1 of 1")), "the first");
    CHECK(str_contains(text, S("SO-2, printed 2026-11-24 12:00 UTC, page 3 of 3")), "by itself");
    CHECK(str_contains(text, S("SO-100, printed 2026-11-24 12:00 UTC, page 1 of 1")), "the last");
    for (int i = 0; i < 60; i++)
        CHECK(str_contains(text, arena_fmt(&arena, "K7Q2 %04d", i)), "every item");
    lists[1] = order(2, few, 3); /* zbar has an error for pages without any */
    struct str codes = paper_barcodes(print(lists, 20, PDF_LETTER), 150, &arena);
    for (int i = 0; i < 20; i++)
        CHECK_INT(count_of(codes, arena_fmt(&arena, "SO-%d\n", i + 1)), 1, "each barcode");
}

/* The longest notes that an order can have, in one line and in many, and words without an end. */
static void test_long_texts(void **state)
{
    enum { MOST = 4000 };
    (void)state;
    struct packing_item *of = items(1);
    for (int kind = 0; kind < 3; kind++) {
        struct packing_list l = order(12, of, 1);
        struct buf notes;
        buf_init(&notes, MOST + 20);
        for (int i = 0; notes.len < MOST; i++)
            buf_put_fmt(&notes, kind == 2 ? "w%04d\xC3\xBC" : kind ? "w%04d\n" : "w%04d ", i);
        l.notes = buf_str(&notes);
        l.organization = l.status = l.channel = l.channel_order_id = l.notes;
        of->description = of->location = of->warehouse = of->esn = l.notes;
        struct str pdf = print(&l, 1, PDF_A4), text = paper_text(pdf, &arena);
        int words = MOST / (kind == 2 ? 7 : 6);
        for (int i = 0; kind < 2 && i < words; i++)
            CHECK(
                str_contains(text, arena_fmt(&arena, "w%04d", i)), "no word of the notes is lost");
        CHECK(str_contains(text, arena_fmt(&arena, "%04d", words - 1)), "to the end");
        CHECK(!str_contains(text, S("?")), "no character is cut");
        CHECK(str_contains(text, S("Picked by")), "and all that follows");
        buf_release(&notes);
    }
}

static void test_the_most(void **state)
{
    (void)state;
    struct packing_list l = order(1, items(PACKING_ROWS_MAX), PACKING_ROWS_MAX);
    struct str pdf = print(&l, 1, PDF_A4);
    int pages = paper_pages(pdf, &arena);
    CHECK(pages > 500 && pages < 1000, "some thirty items on each");
    CHECK(pdf.len < 8 * 1024 * 1024, "about 200 bytes an item");
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
        cmocka_unit_test(test_what_is_on_it),
        cmocka_unit_test(test_a_reason_to_stop),
        cmocka_unit_test(test_nothing_yet),
        cmocka_unit_test(test_many_orders),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_the_most),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
