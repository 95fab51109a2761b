/* items_receive_test.c: a delivery as a spreadsheet: items received into purchase orders. */
#include "files.h"

#include "store/purchase_order.h"
#include "store/vendor.h"

#include <string.h>

#define COUNTED                                                                                    \
    "SELECT CAST(COUNT(*) + COALESCE(SUM(version), 0) + (SELECT COALESCE(SUM(version), 0)"         \
    " FROM purchase_order) AS BIGINT) FROM item"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    int64_t before = fix_int(f, COUNTED);
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_ITEMS, text)), str_of(want), why);
    CHECK_INT(fix_int(f, COUNTED), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_ITEMS, text)), str_of(want), why);
}

/* Applied twice, it changes nothing the second time. */
static void check_twice(struct fix *f, const char *text, int count, const char *why)
{
    check(f, text, arena_fmt(&f->arena, "created %d updated 0 unchanged 0 rejected 0", count).at,
        why);
    check(f, text, arena_fmt(&f->arena, "created 0 updated 0 unchanged %d rejected 0", count).at,
        why);
}

static struct purchase_line line_of(int64_t variation_id, int64_t count, int64_t unit_price)
{
    struct purchase_line l = { .variation_id = variation_id, .expected_count = count };
    l.description = S("as told");
    if (unit_price) l.unit_price = (struct money){ true, unit_price, S("EUR") };
    return l;
}

static int64_t vendor(struct fix *f)
{
    struct vendor v = { .name = S("Acme"), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &v, &f->e), "vendor");
    return v.id;
}

/* An order of that number for the vendor 1; its lines get their ids. */
static int64_t order(
    struct fix *f, const char *number, struct purchase_line *lines, size_t count, int64_t lot)
{
    struct purchase_order o = { .number = str_of(number),
        .vendor_id = 1,
        .notes = S(""),
        .warehouse_id = MAIN,
        .inventory_status_id = SOLD,
        .ordered_at = f->now,
        .lines = lines,
        .line_count = count };
    if (lot) o.lot_price = (struct money){ true, lot, S("EUR") };
    WRITE(f, purchase_create(&f->c, &o, &f->e), number);
    return o.id;
}

static struct purchase_order load(struct fix *f, int64_t id)
{
    struct purchase_order o;
    READ(f, purchase_load(f->c.tx, id, &f->arena, &o, &f->e), "load");
    return o;
}

static struct item item(struct fix *f, const char *esn)
{
    int64_t id = 0;
    READ(f, item_find_open(f->c.tx, str_of(esn), &id, &f->e), esn);
    return fix_load_item(f, id);
}

static void test_receive(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "SB");
    (void)vendor(f);
    struct purchase_line lines[] = { line_of(a, 2, 10000), line_of(0, 5, 700) };
    int64_t id = order(f, "D-1", lines, 2, 0);
    const char *text = arena_fmt(&f->arena,
        "ESN|SKU|Purchase Order|Line\n"
        "E1|SA|D-1|\nE2|SA|D-1|%lld\nE3||D-1|%lld\nE4|SB|D-1|\nE5|SB|D-1|%lld\nE6|SB||\n",
        (long long)lines[0].id, (long long)lines[0].id, (long long)lines[1].id)
                           .at;
    check_twice(f, text, 6, "a delivery");
    struct purchase_order o = load(f, id);
    CHECK_INT(o.checked_in, 5, "received");
    CHECK_INT(
        o.lines[0].checked_in, 3, "onto the line of the variation, and onto one that is named");
    CHECK_INT(o.lines[1].checked_in, 1, "onto a line of words");
    CHECK_INT(o.unexpected, 1, "not expected");
    CHECK_STR(o.currency, S("EUR"), "its currency");
    struct item e1 = item(f, "E1"), e3 = item(f, "E3"), e6 = item(f, "E6");
    CHECK_INT(e3.variation_id, a, "the line says which variation");
    CHECK_STR(e1.purchase_order, S("D-1"), "each names it");
    CHECK(e1.paid.present && e1.paid.amount == 10000, "the price that was expected");
    CHECK(!item(f, "E4").paid.present, "none was");
    CHECK_STR(e1.status, S("Sold"), "the order's status");
    CHECK_STR(e1.warehouse, S("Main"), "the order's warehouse");
    CHECK(!e6.purchase_order_id, "received directly");
    CHECK_STR(e6.status, S("In stock"), "with the account's status");
    CHECK_INT(e6.warehouse_id, 0, "and no warehouse");
    CHECK_INT(b, e6.variation_id, "by its SKU");
    CHECK_STR(str_of(rows_changes(f, IMPORT_ITEMS,
                  "ESN|SKU|Purchase Order|Status|Warehouse|Paid\nE7|SA|D-1|In stock||90\n")),
        S("2 esn >E7 variation_id >1 status >In stock paid >90.00 EUR purchase_order >D-1"
          " purchase_order_line_id >1"),
        "what the row says goes before what the order says");
    check_twice(f, "ESN|SKU|Purchase Order|Warehouse|Paid\nE8|SA|D-1||\n", 1,
        "a column that is there and blank says that there is none");
    CHECK(
        !item(f, "E8").paid.present && !item(f, "E8").warehouse_id, "neither price nor warehouse");
    fix_clean(f, "after the imports");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), old = fix_variation(f, "C", "SC");
    (void)fix_variation(f, "B", "SB");
    (void)vendor(f);
    (void)fix_item(f, "DIRECT", a);
    struct purchase_line lines[] = { line_of(a, 2, 10000), line_of(0, 5, 0), line_of(old, 1, 0) };
    (void)order(f, "D-1", lines, 3, 0);
    struct purchase_line other[] = { line_of(a, 2, 0) };
    (void)order(f, "D-2", other, 1, 0);
    int64_t closed = order(f, "D-3", NULL, 0, 0);
    fix_begin(f);
    struct purchase_order o;
    CHECK_ERR(purchase_lock(&f->c, closed, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), OK, &f->e, "close");
    CHECK_ERR(fix_commit(f), OK, &f->e, "closed");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, old, &f->arena, &before, &f->e), "load");
    after = before;
    after.archived = true;
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "archive");
    check(f, "ESN|SKU|Purchase Order\nIN|SA|D-1\n", "created 1 updated 0 unchanged 0 rejected 0",
        "one of the order");
    static const struct {
        const char *cells, *fault, *why;
    } rows[] = {
        { "X|SA|NONE||", "Purchase Order unknown_value", "no such order" },
        { "X|SA|D-3||", "Purchase Order not_open", "it is closed" },
        { "X|SA||1|", "Purchase Order required", "a line of what" },
        { "X|SA|D-1|x|", "Line bad_format", "no number" },
        { "X|SA|D-1|99|", "Line unknown_value", "no such line" },
        { "X|SA|D-1|4|", "Line unknown_value", "of another order" },
        { "X|SB|D-1|1|", "Line not_allowed", "of another variation" },
        { "X||D-1|2|", "SKU required", "a line of words does not say what it is" },
        { "X||D-1||", "SKU required", "nor does an order" },
        { "X||D-1|3|", "SKU archived", "the line's variation takes in nothing new" },
        { "X|SA|D-1||5 USD", "Paid not_allowed", "another currency" },
        { "DIRECT|SA|D-1||", "Purchase Order not_allowed", "it is there, from elsewhere" },
        { "IN|SA|D-2||", "Purchase Order not_allowed", "it is of another order" },
        { "IN|SA|||", "Purchase Order not_allowed", "it is of an order" },
        { "IN|SA|D-1|2|", "Line not_allowed", "it is on another line" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(f,
            arena_fmt(&f->arena, "ESN|SKU|Purchase Order|Line|Paid\n%s\nG%zu|SA|D-1||\n",
                rows[i].cells, i)
                .at,
            arena_fmt(&f->arena, "created 1 updated 0 unchanged 0 rejected 1; 2 %s", rows[i].fault)
                .at,
            rows[i].why);
    check(f, "ESN|SKU|Line\nX|SA|1\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 Purchase Order required", "no such column");
    check(f,
        "ESN|SKU|Purchase Order\nY1|SA|D-1\nY1|SA|D-1\nY1|SB|D-1\nY1|SA|D-2\nY2|SA|\nY2|SA|D-1\n",
        "created 2 updated 0 unchanged 1 rejected 3; 4 ESN repeated; 5 Purchase Order not_allowed;"
        " 7 Purchase Order not_allowed",
        "rows before it in the same file");
    fix_clean(f, "after all");
}

/* The first price says in which currency an order is. */
static void test_currency(void **state)
{
    struct fix *f = *state;
    (void)fix_variation(f, "A", "SA");
    (void)vendor(f);
    int64_t id = order(f, "D-1", NULL, 0, 0);
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_put(&text, S("ESN|SKU|Purchase Order|Paid|Currency\n"));
    for (int i = 0; i < BATCH_ROWS; i++)
        buf_put_fmt(&text, "E%d|SA|D-1|5|EUR\n", i);
    buf_put(&text, S("Y|SA|D-1|5|USD\nZ|SA|D-1|7|\n"));
    const char *all = arena_str(&f->arena, buf_str(&text)).at;
    check(f, all, "created 501 updated 0 unchanged 0 rejected 1; 502 Paid not_allowed",
        "also in a later batch");
    CHECK_INT(item(f, "Z").paid.amount, 700, "and a price alone is in that");
    CHECK_STR(load(f, id).currency, S("EUR"), "kept");
    buf_release(&text);
}

/* More than a batch, over two lines of one variation at two prices: a dry run tells each. */
static void test_batches(void **state)
{
    enum { FIRST = 700, ALL = 1200 };
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA");
    (void)vendor(f);
    struct purchase_line lines[] = { line_of(a, FIRST, 100), line_of(a, FIRST, 200) };
    int64_t id = order(f, "D-1", lines, 2, 0);
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_put(&text, S("ESN|SKU|Purchase Order\n"));
    for (int i = 0; i < ALL; i++)
        buf_put_fmt(&text, "E%04d|SA|D-1\n", i);
    const char *all = arena_str(&f->arena, buf_str(&text)).at;
    struct str told = str_of(rows_changes(f, IMPORT_ITEMS, all));
    int cheap = 0, dear = 0;
    for (struct str head; told.len;) {
        str_cut(told, ';', &head, &told);
        cheap += str_contains(head, S("paid >1.00 EUR"));
        dear += str_contains(head, S("paid >2.00 EUR"));
    }
    CHECK_INT(cheap, FIRST, "as many as the first line expects");
    CHECK_INT(dear, ALL - FIRST, "and the others");
    check_twice(f, all, ALL, "received");
    struct purchase_order o = load(f, id);
    CHECK_INT(o.lines[0].checked_in, FIRST, "as it was told");
    CHECK_INT(o.lines[1].checked_in_price, (ALL - FIRST) * 200, "as it was told");
    buf_release(&text);
    fix_clean(f, "after all");
}

static void test_lot(void **state)
{
    struct fix *f = *state;
    (void)fix_variation(f, "A", "SA");
    (void)vendor(f);
    int64_t id = order(f, "D-1", NULL, 0, 1000);
    check(f, "ESN|SKU|Purchase Order|Paid|Currency\nE1|SA|D-1|3|EUR\nE2|SA|D-1||\nE3|SA|D-1||\n",
        "created 2 updated 0 unchanged 0 rejected 1; 2 Paid not_allowed", "the lot price rules");
    CHECK_INT(item(f, "E2").paid.amount, 500, "divided");
    check(f, "ESN|SKU|Purchase Order|Paid|Currency\nE2|SA|D-1||\nE3|SA|D-1||\n",
        "created 0 updated 0 unchanged 2 rejected 0", "blank says nothing against its share");
    check(f, "ESN|Paid|Currency\nE2|5|EUR\nE3|6|EUR\n",
        "created 0 updated 0 unchanged 1 rejected 1; 3 Paid lot_price", "another price does");
    fix_begin(f);
    struct purchase_order o;
    CHECK_ERR(purchase_lock(&f->c, id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), OK, &f->e, "close");
    CHECK_ERR(fix_commit(f), OK, &f->e, "closed");
    check(f, "ESN|Paid|Currency\nE2|5|EUR\nE3|6|EUR\n",
        "created 0 updated 0 unchanged 1 rejected 1; 3 Paid lot_price", "closed or not");
}

static void test_export(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA");
    (void)vendor(f);
    struct purchase_line lines[] = { line_of(a, 1, 105) };
    int64_t id = order(f, "D-1", lines, 1, 0);
    (void)fix_item(f, "DIRECT", a);
    check_twice(f, "ESN|SKU|Purchase Order\nE1|SA|D-1\n", 1, "one of an order");
    struct export_request request = { .kind = EXPORT_ITEMS, .items = { .purchase_order_id = id } };
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        FILE *file = files_export(f, &request, format);
        struct str rest = str_of(files_rows(f, file));
        CHECK(str_ends(files_line(&rest), S("|Order|Purchase Order|Line")), "titles");
        struct str line = files_line(&rest);
        CHECK(str_ends(line, S("|Main||1.05|EUR||D-1|1")), arena_str(&f->arena, line).at);
        CHECK_INT(rest.len, 0, "only those of the order");
        CHECK_STR(str_of(files_import(f, IMPORT_ITEMS, file, false)),
            S("created 0 updated 0 unchanged 1 rejected 0"), "and back");
        (void)fclose(file);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_receive),
        FIX_TEST(test_rejections),
        FIX_TEST(test_currency),
        FIX_TEST(test_batches),
        FIX_TEST(test_lot),
        FIX_TEST(test_export),
    };
    return fix_main(argc, argv, "exchange/items_receive", tests, COUNT_OF(tests));
}
