/* order_papers_test.c: packing lists and orders on paper over the interface; what is on them is
 * read in tests/unit/print/packing_list_test.c and tests/exchange/packing_test.c. */
#include "kit.h"

#include "http/file.h"
#include "print/packing_list.h"

/* Two orders, the first with a phone on it. */
static void make(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/items", "{\"esn\":\"S1\",\"variation_id\":1,\"warehouse\":\"Main\"}", 201);
    for (int i = 0; i < 2; i++)
        CALL(k, "POST", "/orders",
            "{\"organization\":\"Ann\",\"lines\":[{\"variation_id\":1,\"quantity\":2}]}", 201);
    CALL(k, "POST", "/orders/1/commitments", "{\"esns\":[\"S1\"]}", 200);
}

static void check_type(struct kit *k, const char *type, const char *name, const char *why)
{
    CHECK_STR(kit_header(k, "content-type"), str_of(type), why);
    CHECK(str_contains(kit_header(k, "content-disposition"), str_of(name)), why);
}

static void check_paper(struct kit *k, const char *name, const char *why)
{
    check_type(k, "application/pdf", name, why);
    CHECK(str_starts(k->body, S("%PDF-")), why);
}

static void test_one(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "GET", "/orders/1/packing_list", NULL, 200);
    check_paper(k, "packing-list-SO-1.pdf", "a paper, unless another format is wanted");
    CALL(k, "GET", "/orders/1/packing_list?paper=letter", NULL, 200);
    CHECK(str_contains(k->body, S("612")) && str_contains(k->body, S("792")), "points of Letter");
    CALL(k, "GET", "/orders/1/packing_list?format=xlsx", NULL, 200);
    check_type(k, XLSX_TYPE, "packing-list-SO-1.xlsx", "a spreadsheet");
    CHECK(str_starts(k->body, S("PK")), "a spreadsheet");
    CALL(k, "GET", "/orders/1/packing_list?format=csv", NULL, 200);
    check_type(k, CSV_TYPE, "packing-list-SO-1.csv", "rows");
    CHECK(str_contains(k->body, S("SO-1,Ann,")), "of the order");
    CHECK(str_contains(k->body, S(",S1,SKU-A,")), "its phone");
    CALL(k, "GET", "/orders/99/packing_list", NULL, 404);
    kit_problem(k, 404, "not_found", "no such order");
}

/* Without the parameter, what the caller accepts decides. */
static void test_accept(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *accept, *type, *why;
    } rows[] = {
        { "Accept: */*", "application/pdf", "anything" },
        { "Accept: text/html, application/xhtml+xml, */*;q=0.8", "application/pdf", "a browser" },
        { "Accept: text/csv", CSV_TYPE, "rows" },
        { "Accept: Text/CSV; header=present, application/pdf", CSV_TYPE, "the first of two" },
        { "Accept: application/pdf, text/csv", "application/pdf", "the first of two" },
        { "Accept: image/png, " XLSX_TYPE ";q=0.9", XLSX_TYPE, "the first that there is" },
    };
    make(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL_WITH(k, "GET", "/orders/1/packing_list", NULL, rows[i].accept, 200);
        CHECK_STR(kit_header(k, "content-type"), str_of(rows[i].type), rows[i].why);
    }
    CALL_WITH(k, "GET", "/orders/1/packing_list?format=csv", NULL, "Accept: application/pdf", 200);
    CHECK_STR(kit_header(k, "content-type"), S(CSV_TYPE), "the parameter goes first");
    CALL_WITH(k, "GET", "/orders/export", NULL, "Accept: application/pdf", 200);
    check_paper(k, "orders.pdf", "accepted there as well");
    CALL_WITH(k, "GET", "/items/export", NULL, "Accept: application/pdf", 200);
    CHECK_STR(kit_header(k, "content-type"), S(CSV_TYPE), "not every export is a paper");
    CALL(k, "GET", "/items/export?format=pdf", NULL, 400);
    kit_fault(k, "?format", "unknown_value", "not every export is a paper");
}

/* What belongs to one format is refused with another, never ignored. */
static void test_forms(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *query, *begin, *fault;
    } rows[] = {
        { "separator=semicolon", "Order;Organization;", NULL },
        { "bom=true", "\xEF\xBB\xBFOrder,", NULL },
        { "format=pdf&separator=tab", NULL, "?separator" },
        { "format=pdf&bom=false", NULL, "?bom" },
        { "format=xlsx&separator=tab&bom=true", NULL, "?separator" },
        { "format=csv&paper=a4", NULL, "?paper" },
        { "format=xlsx&paper=letter", NULL, "?paper" },
        { "paper=letter&separator=comma", NULL, "?paper" },
    };
    make(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *path = kit_fmt(k, "/orders/1/packing_list?%s", rows[i].query);
        CALL(k, "GET", path, NULL, rows[i].fault ? 400 : 200);
        if (rows[i].fault) kit_fault(k, rows[i].fault, "not_allowed", path);
        if (rows[i].begin) CHECK(str_starts(k->body, str_of(rows[i].begin)), path);
    }
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"separator\":\"tab\",\"bom\":true}",
        200);
    CHECK(str_starts(k->body, S("\xEF\xBB\xBFOrder\tOrganization\t")), "the same in a body");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"format\":\"pdf\",\"bom\":true}", 422);
    kit_fault(k, "/bom", "not_allowed", "a paper has none");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"format\":\"xlsx\",\"paper\":\"a4\"}",
        422);
    kit_fault(k, "/paper", "not_allowed", "a spreadsheet has none");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"separator\":\"|\"}", 422);
    kit_fault(k, "/separator", "unknown_value", "no such separator");
    CALL(k, "GET", "/orders/export?format=pdf&separator=tab", NULL, 400);
    kit_fault(k, "?separator", "not_allowed", "a paper has none");
}

static void test_many(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[2,1]}", 200);
    check_paper(k, "packing-lists.pdf", "both");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[2,1],\"format\":\"csv\"}", 200);
    check_type(k, CSV_TYPE, "packing-lists.csv", "rows");
    CHECK(str_contains(k->body, S("\nSO-1,Ann,")) || str_contains(k->body, S("\r\nSO-1,Ann,")),
        "of the one");
    CHECK(str_contains(k->body, S("\nSO-2,Ann,")), "and the other, which misses two");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1,7,8]}", 422);
    kit_fault(k, "/ids", "unknown_value", "a list would be missing");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1,1]}", 422);
    kit_fault(k, "/ids/1", "duplicate", "named twice");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"format\":\"doc\"}", 422);
    kit_fault(k, "/format", "unknown_value", "no such format");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[1],\"paper\":\"a5\"}", 422);
    kit_fault(k, "/paper", "unknown_value", "no such paper");
}

static void test_most(void **state)
{
    struct kit *k = *state;
    struct buf ids;
    make(k);
    buf_init(&ids, 8000);
    buf_put(&ids, S("{\"ids\":[1"));
    for (int i = 2; i <= 100; i++) {
        if (i > 2) CALL(k, "POST", "/orders", "{\"organization\":\"Ann\"}", 201);
        buf_put_fmt(&ids, ",%d", i);
    }
    CALL(k, "POST", "/orders/packing_lists", kit_fmt(k, "%.*s]}", STR_FMT(buf_str(&ids))), 200);
    check_paper(k, "packing-lists.pdf", "a hundred");
    CALL(k, "POST", "/orders/packing_lists", kit_fmt(k, "%.*s,101]}", STR_FMT(buf_str(&ids))), 422);
    kit_fault(k, "/ids", "too_long", "one more");
    buf_release(&ids);
}

/* One item more than a paper has, on order 1. */
static enum err put_items(struct tx *tx, void *ctx, struct error *e)
{
    struct kit *k = ctx;
    return tx_script(tx,
        arena_fmt(&k->arena,
            "INSERT INTO item (esn, hex_id, variation_id, status_id, order_id, committed_at,"
            " is_open, created_at, updated_at)"
            " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= %d)"
            " SELECT 'N' || i, 'H' || i, 1, 2, 1, 1, 1, 1, 1 FROM n",
            PACKING_ROWS_MAX),
        e);
}

static void test_too_many_rows(void **state)
{
    struct kit *k = *state;
    struct error e;
    make(k);
    CHECK_ERR(db_write(k->h.db, "items", put_items, k, &e), OK, &e, "items");
    CALL(k, "GET", "/orders/1/packing_list", NULL, 413);
    kit_problem(k, 413, "too_large", "of one order");
    CALL(k, "POST", "/orders/packing_lists", "{\"ids\":[2,1]}", 413);
    kit_problem(k, 413, "too_large", "of several");
}

static void test_orders(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "GET", "/orders/export?format=pdf", NULL, 200);
    check_paper(k, "orders.pdf", "a paper");
    struct str all = k->body;
    CALL(k, "GET", "/orders/export?format=pdf&status=New&uncommitted=true&q=ann", NULL, 200);
    check_paper(k, "orders.pdf", "filtered");
    CHECK(!str_eq(k->body, all), "and it says so");
    CALL(k, "GET", "/orders/export?format=pdf&status=Nonesuch", NULL, 200);
    check_paper(k, "orders.pdf", "of none");
    CHECK(k->body.len < all.len, "none is on it");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_one),
        KIT_TEST(test_accept),
        KIT_TEST(test_forms),
        KIT_TEST(test_many),
        KIT_TEST(test_most),
        KIT_TEST(test_too_many_rows),
        KIT_TEST(test_orders),
    };
    return kit_main(argc, argv, "order_papers", tests, COUNT_OF(tests));
}
