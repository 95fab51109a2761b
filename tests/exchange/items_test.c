/* items_test.c: the spreadsheet of items: every rule, and every rejection. */
#include "rows.h"

#include "store/reference.h"
#include "store/transfer.h"

#include <string.h>

#define HEAD "ESN|SKU|Status|Warehouse|Location|Paid|Currency\n"
#define GOOD_IMEI "490154203237518"
#define BAD_IMEI "490154203237519"
#define COUNTED "SELECT CAST(COUNT(*) + COALESCE(SUM(version), 0) AS BIGINT) FROM item"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    int64_t before = fix_int(f, COUNTED);
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_ITEMS, text)), str_of(want), why);
    CHECK_INT(fix_int(f, COUNTED), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_ITEMS, text)), str_of(want), why);
}

static int64_t id_of(struct fix *f, const char *esn)
{
    int64_t id = 0;
    READ(f, item_find_open(f->c.tx, str_of(esn), &id, &f->e), esn);
    return id;
}

static void places(struct fix *f)
{
    struct reference shelf = { .title = S("Shelf 1"), .warehouse_id = MAIN };
    struct reference second = { .title = S("Second"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &shelf, &f->e), "a location");
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "a warehouse");
}

static void test_create_and_find_again(void **state)
{
    struct fix *f = *state;
    places(f);
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "");
    const char *text = HEAD GOOD_IMEI "|SA|In stock|Main|Shelf 1|150.00|EUR\n"
                                      "SER-1|SA||main||99 USD|\n"
                                      " SER-2 |SA|||||\n";
    check(f, text, "created 3 updated 0 unchanged 0 rejected 0", "new items");
    check(f, text, "created 0 updated 0 unchanged 3 rejected 0", "are found by their ESN");
    struct item item = fix_load_item(f, id_of(f, GOOD_IMEI));
    CHECK_INT(item.variation_id, a, "its variation");
    CHECK_STR(item.location, S("Shelf 1"), "its location");
    CHECK(item.paid.present && item.paid.amount == 15000, "what was paid");
    item = fix_load_item(f, id_of(f, "SER-2"));
    CHECK_STR(item.status, S("In stock"), "a blank status is that of what is received");
    CHECK_INT(item.warehouse_id, 0, "a blank warehouse is none");
    check(f,
        "ESN|Manufacturer|Model|Variant|Network|Capacity|Color|Grade\n"
        "SER-2|unknown|B|unknown|unknown|unknown|unknown|a\n",
        "created 0 updated 1 unchanged 0 rejected 0", "by the columns of the catalog");
    CHECK_INT(fix_load_item(f, item.id).variation_id, b, "moved to it");
    check(f, HEAD "SER-1||Sold|Second|||\n", "created 0 updated 1 unchanged 0 rejected 0", "moved");
    item = fix_load_item(f, id_of(f, "SER-1"));
    CHECK_STR(item.warehouse, S("Second"), "to the other warehouse");
    CHECK(!item.paid.present, "a blank price clears");
    CHECK_INT(item.variation_id, a, "without SKU it stays what it is");
    check(f, "esn\nSER-1\n", "created 0 updated 0 unchanged 1 rejected 0",
        "columns that are missing leave what is there");
    struct item_event *events;
    size_t count;
    struct page page = { 0, 10 };
    READ(f, item_history(f->c.tx, item.id, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_STR(events[0].reason, S("spreadsheet"), "its history tells why");
    fix_clean(f, "after the imports");
}

static void test_by_id(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "SA"), item = fix_item(f, "OLD", v);
    struct str hex = fix_load_item(f, item).hex_id;
    const char *text =
        arena_fmt(&f->arena, "ID|Hex ID|ESN\n%lld|%.*s|NEW\n", (long long)item, STR_FMT(hex)).at;
    check(f, text, "created 0 updated 1 unchanged 0 rejected 0", "another ESN");
    CHECK_INT(id_of(f, "NEW"), item, "the same item");
    text = arena_fmt(&f->arena, "Hex ID|ESN\n%.*s|NEWER\n", STR_FMT(hex)).at;
    check(f, text, "created 0 updated 1 unchanged 0 rejected 0", "by its Hex ID alone");
    check(f, "ID|ESN|SKU\ncreate|NEWER|SA\n|OTHER|SA\n",
        "created 1 updated 0 unchanged 1 rejected 0", "create finds what is there");
    text = arena_fmt(
        &f->arena, "ID|ESN\n%lld|OTHER\n%lld|NEXT\n", (long long)item, (long long)id_of(f, "OTHER"))
               .at;
    check(f, text, "created 0 updated 2 unchanged 0 rejected 0",
        "an ESN that a later row gives up is waited for");
    check(f, text, "created 0 updated 0 unchanged 2 rejected 0", "once");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    places(f);
    int64_t v = fix_variation(f, "A", "SA"), w = fix_variation(f, "B", "SB");
    int64_t item = fix_item(f, "HAVE", v);
    (void)fix_item(f, "TAKEN", w);
    struct str hex = fix_load_item(f, item).hex_id;
    static const struct {
        const char *cells, *fault, *why;
    } rows[] = {
        { "|||SA||||||||", "ESN required", "no ESN" },
        { "||A B|SA||||||||", "ESN bad_format", "a space" },
        { "||" BAD_IMEI "|SA||||||||", "ESN imei_check", "a wrong check digit" },
        { "||X||||||||", "SKU required", "a new item of nothing" },
        { "||X|NONE||||||||", "SKU unknown_value", "a SKU that nothing has" },
        { "||X|SA|Lost|||||||", "Status unknown_value", "no such status" },
        { "||X|SA||Third||||||", "Warehouse unknown_value", "no such warehouse" },
        { "||X|SA||Main|Shelf 2|||||", "Location unknown_value", "no such location" },
        { "||X|SA||Second|Shelf 1|||||", "Location unknown_value", "of another warehouse" },
        { "||X|SA|||Shelf 1|||||", "Location not_allowed", "without a warehouse" },
        { "||X|SA||||5||||", "Currency required", "an amount alone" },
        { "||X|SA||||5,0|EUR|||", "Paid bad_format", "a comma" },
        { "999||X|SA||||||||", "ID unknown_id", "an id that nothing has" },
        { "x||X|SA||||||||", "ID bad_format", "no id" },
        { "|ZZZZZZZZ|X|SA||||||||", "Hex ID unknown_value", "no such Hex ID" },
        { "@|TAKEN|X|SA||||||||", "Hex ID unknown_value", "no Hex ID at all" },
        { "@||TAKEN|SA||||||||", "ESN duplicate_open_item", "another open item has it" },
        { "||X|SA||||||SO-1", "Order not_allowed", "orders are made elsewhere" },
    };
    (void)hex;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str cells = str_of(rows[i].cells);
        const char *id = "";
        if (cells.at[0] == '@') {
            id = arena_fmt(&f->arena, "%lld", (long long)item).at;
            cells = str_sub(cells, 1, cells.len);
        }
        const char *text = arena_fmt(&f->arena,
            "ID|Hex ID|ESN|SKU|Status|Warehouse|Location|Paid|Currency|Order\n%s%.*s\n"
            "||GOOD%zu|SA||||||\n",
            id, STR_FMT(cells), i)
                               .at;
        check(f, text,
            arena_fmt(&f->arena, "created 1 updated 0 unchanged 0 rejected 1; 2 %s", rows[i].fault)
                .at,
            rows[i].why);
    }
    check(f,
        arena_fmt(
            &f->arena, "ID|Hex ID|ESN\n%lld|%.*s|X\n", (long long)id_of(f, "TAKEN"), STR_FMT(hex))
            .at,
        "created 0 updated 0 unchanged 0 rejected 1; 2 Hex ID conflict", "of another item");
    check(f, "ESN|Model\nX|A\n", "refused missing_column", "some columns of the catalog alone");
    check(f, "ESN|IMEI\nX|A\n", "refused unknown_column", "another word for the ESN");
    check(f, "SKU\nSA\n", "refused missing_column", "without ESN");
    check(f,
        "ESN|SKU|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Damages\n"
        "X|SA|Unknown|B|Unknown|Unknown|Unknown|Unknown|A|\n"
        "Y||Unknown|C|Unknown|Unknown|Unknown|Unknown|A|\n"
        "Z||Unknown||Unknown|Unknown|Unknown|Unknown|A|\n",
        "created 0 updated 0 unchanged 0 rejected 3; 2 SKU conflict; 3 Manufacturer unknown_value;"
        " 4 Model required",
        "what the catalog does not have");
}

static void test_pools(void **state)
{
    struct fix *f = *state;
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.unique_skus = false;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "settings");
    (void)fix_variation(f, "A", "POOL");
    int64_t b = fix_variation(f, "B", "POOL");
    check(f,
        "ESN|SKU|Manufacturer|Model|Variant|Network|Capacity|Color|Grade\n"
        "X|POOL|||||||\n"
        "Y|POOL|Unknown|B|Unknown|Unknown|Unknown|Unknown|A\n",
        "created 1 updated 0 unchanged 0 rejected 1; 2 SKU ambiguous",
        "a SKU of several needs the rest");
    CHECK_INT(fix_load_item(f, id_of(f, "Y")).variation_id, b, "which says which");
}

static void test_check_digits(void **state)
{
    struct fix *f = *state;
    (void)fix_variation(f, "A", "SA");
    struct rows_run run = { .accept_warnings = true };
    rows_run(f, IMPORT_ITEMS, S(HEAD BAD_IMEI "|SA|||||\n"), &run);
    CHECK_INT(run.state.created, 1, "taken");
    CHECK_INT(run.state.warnings, 1, "with a warning");
    CHECK_STR(buf_str(&run.faults), S("; 2 ESN imei_check!"), "that is told");
    rows_run_release(&run);
    check(f, HEAD BAD_IMEI "|SA|Sold||||\n", "created 0 updated 1 unchanged 0 rejected 0",
        "not again for what is there");
}

static void test_committed(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "SA"), w = fix_variation(f, "B", "SB");
    int64_t item = fix_item(f, "E1", v), order = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    struct str number = fix_load_item(f, item).order_number;
    check(f, "ESN|SKU|Status\nE1||In stock\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 - committed", "its status is the order's");
    check(f, "ESN|SKU\nE1|SB\n", "created 0 updated 0 unchanged 0 rejected 1; 2 - committed",
        "what it is stays");
    check(f, arena_fmt(&f->arena, "ESN|Order|Warehouse\nE1|%.*s|\n", STR_FMT(number)).at,
        "created 0 updated 1 unchanged 0 rejected 0", "it may be moved");
    check(f, "ESN|Order\nE1|\n", "created 0 updated 0 unchanged 0 rejected 1; 2 Order not_allowed",
        "but not taken off");
    fix_set_status(f, order, ST_SHIPPED);
    check(f, "ESN|SKU|Warehouse\nE1|SB|Main\n", "created 1 updated 0 unchanged 0 rejected 0",
        "bought again after it was sold");
    check(f, arena_fmt(&f->arena, "ID|ESN|Warehouse\n%lld|E1|Main\n", (long long)item).at,
        "created 0 updated 1 unchanged 0 rejected 0", "the sold one is meant by its id");
    CHECK_INT(fix_load_item(f, id_of(f, "E1")).variation_id, w, "the one in stock by its ESN");
    fix_clean(f, "after all");
}

static void test_on_its_way(void **state)
{
    struct fix *f = *state;
    places(f);
    int64_t v = fix_variation(f, "A", "SA"), item = fix_item(f, "E1", v);
    struct transfer t = { .from_id = MAIN, .to_id = 2, .notes = S("") };
    struct transfer_result result;
    WRITE(f, transfer_create(&f->c, &t, &f->e), "a transfer");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "it");
    WRITE(f, transfer_add(&f->c, &t, &item, 1, &result, &f->e), "with the phone");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "it");
    WRITE(f, transfer_ship(&f->c, &t, &f->e), "leaves");
    check(f, "ESN|Warehouse\nE1|Main\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 Warehouse in_transit", "it has no place");
    check(f, "ESN|Status\nE1|Sold\n", "created 0 updated 1 unchanged 0 rejected 0", "but a status");
}

static void test_rows_before(void **state)
{
    struct fix *f = *state;
    (void)fix_variation(f, "A", "SA");
    (void)fix_variation(f, "B", "SB");
    check(f, HEAD "X|SA|||||\nX|SA|||||\n", "created 1 updated 0 unchanged 1 rejected 0", "twice");
    check(f, HEAD "Y|SA|||||\nY|SB|||||\n",
        "created 1 updated 0 unchanged 0 rejected 1; 3 ESN repeated", "says otherwise");
    for (int i = 0; i < 2; i++)
        check(f, HEAD "Z||Sold||||\nZ|SA|||||\n",
            "created 0 updated 0 unchanged 0 rejected 2; 2 SKU required; 3 ESN repeated",
            "what the first of them cannot make, the second one does not make otherwise");
    CHECK_STR(str_of(rows_changes(f, IMPORT_ITEMS, HEAD "X||Sold|Main||7 EUR|\n")),
        S("2 status In stock>Sold warehouse >Main paid >7.00 EUR"), "what would change");
}

static void archive(struct fix *f, enum reference_kind kind, int64_t id)
{
    struct reference before, after;
    READ(f, reference_load(f->c.tx, kind, id, &f->arena, &before, &f->e), "load");
    after = before;
    after.archived = true;
    WRITE(f, reference_update(&f->c, kind, &before, &after, &f->e), "archive");
}

static void test_archived(void **state)
{
    struct fix *f = *state;
    places(f);
    int64_t v = fix_variation(f, "A", "SA");
    (void)fix_variation(f, "B", "SB");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, v, &f->arena, &before, &f->e), "load");
    after = before;
    after.archived = true;
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "archive");
    struct reference lost = { .title = S("Lost"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_STATUS, &lost, &f->e), "a status");
    archive(f, REFERENCE_STATUS, lost.id);
    archive(f, REFERENCE_WAREHOUSE, 2);
    archive(f, REFERENCE_LOCATION, 1);
    check(f,
        HEAD "X|SA|||||\n"
             "X|SB|Lost||||\n"
             "X|SB||Second|||\n"
             "X|SB||Main|Shelf 1||\n",
        "created 0 updated 0 unchanged 0 rejected 4; 2 SKU archived; 3 Status archived;"
        " 4 Warehouse archived; 5 Location archived",
        "what is put away takes in nothing new");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_create_and_find_again),
        FIX_TEST(test_by_id),
        FIX_TEST(test_rejections),
        FIX_TEST(test_pools),
        FIX_TEST(test_check_digits),
        FIX_TEST(test_committed),
        FIX_TEST(test_on_its_way),
        FIX_TEST(test_rows_before),
        FIX_TEST(test_archived),
    };
    return fix_main(argc, argv, "exchange/items", tests, COUNT_OF(tests));
}
