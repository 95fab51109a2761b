/* prices_test.c: the spreadsheet of what was paid for the items of purchase orders. */
#include "files.h"

#include "store/commitment.h"
#include "store/purchase_order.h"
#include "store/vendor.h"

#define COUNTED                                                                                    \
    "SELECT CAST(COALESCE(SUM(version), 0) + (SELECT COALESCE(SUM(version), 0) FROM"               \
    " purchase_order) + (SELECT COUNT(*) FROM item_event) AS BIGINT) FROM item"
#define HEAD "Purchase Order|Line|Hex ID|ESN|Paid|Currency\n"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    int64_t before = fix_int(f, COUNTED);
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_PRICES, text)), str_of(want), why);
    CHECK_INT(fix_int(f, COUNTED), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_PRICES, text)), str_of(want), why);
}

/* An order of the vendor 1, and that many items of it: E1, E2, ... with the prefix. */
static struct purchase_order order(struct fix *f, const char *number, int64_t variation,
    int64_t lot, const char *prefix, int items)
{
    struct purchase_line line = {
        .variation_id = variation, .description = S(""), .expected_count = items ? items : 1
    };
    struct purchase_order o = { .number = str_of(number),
        .vendor_id = 1,
        .notes = S(""),
        .ordered_at = f->now,
        .lines = &line,
        .line_count = 1 };
    if (lot) o.lot_price = (struct money){ true, lot, S("EUR") };
    WRITE(f, purchase_create(&f->c, &o, &f->e), number);
    fix_begin(f);
    struct item_new *rows = arena_new(&f->arena, struct item_new, (size_t)items + 1);
    for (int i = 0; i < items; i++)
        rows[i] = (struct item_new){ .item = { .esn = arena_fmt(&f->arena, "%s%d", prefix, i + 1),
                                         .variation_id = variation,
                                         .status_id = IN_STOCK },
            .code = "",
            .pointer = "" };
    CHECK_ERR(purchase_lock(&f->c, o.id, &f->arena, &o, &f->e), OK, &f->e, number);
    CHECK_ERR(purchase_receive(&f->c, &o, rows, (size_t)items, &f->e), OK, &f->e, number);
    CHECK_ERR(fix_commit(f), OK, &f->e, number);
    READ(f, purchase_load(f->c.tx, o.id, &f->arena, &o, &f->e), number);
    return o;
}

static int64_t set_up(struct fix *f)
{
    struct vendor v = { .name = S("Acme"), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &v, &f->e), "vendor");
    return fix_variation(f, "A", "SA");
}

static struct item item(struct fix *f, const char *esn)
{
    int64_t id = 0;
    READ(f, item_find_open(f->c.tx, str_of(esn), &id, &f->e), esn);
    return fix_load_item(f, id);
}

static int64_t price(struct fix *f, const char *esn)
{
    struct item i = item(f, esn);
    return i.paid.present ? i.paid.amount : -1;
}

static void test_prices(void **state)
{
    struct fix *f = *state;
    int64_t v = set_up(f);
    struct purchase_order o = order(f, "D-1", v, 0, "E", 4);
    struct str hex = item(f, "E3").hex_id;
    const char *text = arena_fmt(&f->arena,
        HEAD "D-1|||E1|100.50|EUR\nD-1|%lld||E2|90 EUR|\n|||E4|70|\nD-1||%.*s||80|\n",
        (long long)o.lines[0].id, STR_FMT(hex))
                           .at;
    check(f, text, "created 0 updated 4 unchanged 0 rejected 0", "each way to name an item");
    CHECK_INT(price(f, "E1"), 10050, "by order and ESN");
    CHECK_INT(price(f, "E2"), 9000, "with its currency behind it");
    CHECK_INT(price(f, "E3"), 8000, "by its Hex ID, in the order's currency");
    CHECK_INT(price(f, "E4"), 7000, "by its ESN alone");
    check(f, text, "created 0 updated 0 unchanged 4 rejected 0", "once");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE action = 'priced'"
                         " AND reason = 'spreadsheet'"),
        4, "the histories tell why");
    READ(f, purchase_load(f->c.tx, o.id, &f->arena, &o, &f->e), "load");
    CHECK_INT(o.checked_in_price, 10050 + 9000 + 8000 + 7000, "the order says for how much");
    CHECK_STR(str_of(rows_changes(f, IMPORT_PRICES, "ESN|Paid\nE1|101\nE2|90\n")),
        S("2 paid 100.50 EUR>101.00 EUR"), "what would change");
    /* Sold, and bought again on the same order. */
    int64_t sale = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, sale, "E1", true)), S(""), "sold");
    check(f, HEAD "D-1|||E1|99|\n", "created 0 updated 1 unchanged 0 rejected 0", "sold ones too");
    fix_set_status(f, sale, ST_SHIPPED);
    check(f, "ESN|Paid\nE1|98\n", "created 0 updated 0 unchanged 0 rejected 1; 2 ESN unknown_value",
        "it is not here any more");
    check(
        f, HEAD "D-1|||E1|98|\n", "created 0 updated 1 unchanged 0 rejected 0", "but of the order");
    fix_clean(f, "after the imports");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    int64_t v = set_up(f);
    (void)order(f, "D-1", v, 0, "E", 3);
    (void)order(f, "D-2", v, 0, "F", 1);
    (void)order(f, "LOT", v, 900, "L", 2);
    (void)fix_item(f, "DIRECT", v);
    check(
        f, HEAD "D-1|||E1|5|EUR\n", "created 0 updated 1 unchanged 0 rejected 0", "a first price");
    const char *hex = arena_fmt(&f->arena, "%.*s", STR_FMT(item(f, "E2").hex_id)).at;
    static const struct {
        const char *cells, *fault, *why; /* @ stands for the Hex ID of E2 */
    } rows[] = {
        { "D-1||||5|", "ESN required", "nothing names an item" },
        { "D-1|||E 2|5|", "ESN bad_format", "no ESN" },
        { "NONE|||E2|5|", "Purchase Order unknown_value", "no such order" },
        { "D-1|||F1|5|", "ESN unknown_value", "of another order" },
        { "|||NONE|5|", "ESN unknown_value", "no such item" },
        { "|||DIRECT|5|EUR", "Purchase Order not_allowed", "it was bought otherwise" },
        { "D-1||ZZZZZZZZ||5|", "Hex ID unknown_value", "no such Hex ID" },
        { "D-2||@||5|", "Purchase Order conflict", "it is of another order" },
        { "||@|E3|5|", "ESN conflict", "it has another ESN" },
        { "D-1|99||E2|5|", "Line conflict", "it is on another line" },
        { "D-1|x||E2|5|", "Line bad_format", "no line" },
        { "D-1|||E2|5,0|", "Paid bad_format", "a comma" },
        { "D-1|||E2|-5|", "Paid bad_format", "less than nothing" },
        { "D-1|||E2|5|eur", "Currency bad_format", "no currency" },
        { "D-1|||E2|5|USD", "Paid not_allowed", "not that of the order" },
        { "D-2|||F1|5|", "Currency required", "the order has none yet" },
        { "D-1|||E1||", "Paid required", "it has one" },
        { "LOT|||L1|5|", "Paid lot_price", "the lot price rules" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str head, tail;
        bool at = str_cut(str_of(rows[i].cells), '@', &head, &tail);
        const char *text = arena_fmt(&f->arena, HEAD "%.*s%s%.*s\nD-1|||E3|%zu|\n", STR_FMT(head),
            at ? hex : "", STR_FMT(tail), i + 1)
                               .at;
        check(f, text,
            arena_fmt(&f->arena, "created 0 updated 1 unchanged 0 rejected 1; 2 %s", rows[i].fault)
                .at,
            rows[i].why);
    }
    check(f, HEAD "D-1|||E2||\nLOT|||L1|4.50|EUR\nLOT|||L2|4.50|\n",
        "created 0 updated 0 unchanged 3 rejected 0", "what says nothing else");
    check(f, HEAD "D-1|||E2|7|\nD-1|||E2|7.00|\nD-1|||E2|8|\n",
        "created 0 updated 1 unchanged 1 rejected 1; 4 Paid repeated", "rows before it");
    check(f, "ESN|Currency\nE2|EUR\n", "refused missing_column", "without the price");
    check(f, "ESN|Paid|SKU\nE2|5|SA\n", "refused unknown_column", "another column");
    fix_clean(f, "after all");
}

/* Twice on one order: only the Hex ID says which. */
static void test_again(void **state)
{
    struct fix *f = *state;
    int64_t v = set_up(f);
    struct purchase_order o = order(f, "D-1", v, 0, "E", 1);
    int64_t sale = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, sale, "E1", true)), S(""), "sold");
    fix_set_status(f, sale, ST_SHIPPED);
    struct item_new row = { .item = { .esn = S("E1"), .variation_id = v, .status_id = IN_STOCK },
        .code = "",
        .pointer = "" };
    fix_begin(f);
    CHECK_ERR(purchase_lock(&f->c, o.id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(purchase_receive(&f->c, &o, &row, 1, &f->e), OK, &f->e, "received again");
    CHECK_ERR(fix_commit(f), OK, &f->e, "received again");
    check(f, HEAD "D-1|||E1|5|EUR\n", "created 0 updated 0 unchanged 0 rejected 1; 2 ESN ambiguous",
        "which of the two");
    check(f, arena_fmt(&f->arena, HEAD "D-1||%.*s|E1|5|EUR\n", STR_FMT(item(f, "E1").hex_id)).at,
        "created 0 updated 1 unchanged 0 rejected 0", "this one");
    CHECK_INT(price(f, "E1"), 500, "the one that is here");
}

/* More than a batch; the first price says in which currency all are. */
static void test_batches(void **state)
{
    enum { ALL = BATCH_ROWS + 100 };
    struct fix *f = *state;
    int64_t v = set_up(f);
    struct purchase_order a = order(f, "D-1", v, 0, "E", ALL), b = order(f, "D-2", v, 0, "F", ALL);
    struct buf text;
    buf_init(&text, 256 * 1024);
    buf_put(&text, S("Purchase Order|ESN|Paid|Currency\n"));
    for (int i = 1; i <= ALL; i++)
        buf_put_fmt(&text, "D-1|E%d|%d|EUR\nD-2|F%d|2|%s\n", i, i, i, i == ALL ? "EUR" : "USD");
    const char *all = arena_str(&f->arena, buf_str(&text)).at;
    const char *want =
        arena_fmt(&f->arena, "created 0 updated %d unchanged 0 rejected 1; %d Paid not_allowed",
            2 * ALL - 1, 2 * ALL + 1)
            .at;
    check(f, all, want, "two orders, row by row");
    READ(f, purchase_load(f->c.tx, a.id, &f->arena, &a, &f->e), "load");
    READ(f, purchase_load(f->c.tx, b.id, &f->arena, &b, &f->e), "load");
    CHECK_INT(a.checked_in_price, 100 * (int64_t)ALL * (ALL + 1) / 2, "each its own");
    CHECK_STR(b.currency, S("USD"), "the other in its own currency");
    buf_release(&text);
}

static void test_export(void **state)
{
    struct fix *f = *state;
    int64_t v = set_up(f);
    struct purchase_order a = order(f, "=A", v, 0, "E", 2);
    (void)order(f, "D-2", v, 900, "F", 1);
    (void)fix_item(f, "DIRECT", v);
    check(
        f, "ESN|Paid|Currency\nE1|5.25|EUR\n", "created 0 updated 1 unchanged 0 rejected 0", "one");
    struct export_request request = { .kind = EXPORT_PRICES };
    const char *want = arena_fmt(&f->arena,
        HEAD "D-2|%lld|%.*s|F1|9|EUR\n=A|%lld|%.*s|E2\n=A|%lld|%.*s|E1|5.25|EUR\n",
        (long long)a.lines[0].id + 1, STR_FMT(item(f, "F1").hex_id), (long long)a.lines[0].id,
        STR_FMT(item(f, "E2").hex_id), (long long)a.lines[0].id, STR_FMT(item(f, "E1").hex_id))
                           .at;
    FILE *file = files_export(f, &request, SHEET_XLSX);
    CHECK_STR(str_of(files_rows(f, file)), str_of(want), "order by order");
    (void)fclose(file);
    request.purchases.number = S("=A");
    file = files_export(f, &request, SHEET_CSV);
    struct str rest = str_of(files_rows(f, file));
    (void)files_line(&rest);
    CHECK(str_starts(files_line(&rest), S("=A|")), "filtered as the list is");
    (void)fclose(file);
    request.purchases = (struct purchase_filter){ .id = a.id };
    file = files_export(f, &request, SHEET_CSV);
    CHECK_STR(str_of(files_import(f, IMPORT_PRICES, file, false)),
        S("created 0 updated 0 unchanged 2 rejected 0"), "and back");
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_prices),
        FIX_TEST(test_rejections),
        FIX_TEST(test_again),
        FIX_TEST(test_batches),
        FIX_TEST(test_export),
    };
    return fix_main(argc, argv, "exchange/prices", tests, COUNT_OF(tests));
}
