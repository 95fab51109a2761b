/* exchange_test.c: spreadsheets over the interface: now and later, dry, once, and back. */
#include "kit.h"

#include "exchange/file.h"
#include "exchange/worker.h"

#include <string.h>

#define TITLES "ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU\n"
#define CSV "Content-Type: text/csv"

static const char *const file = TITLES "create,Apple,A,u,u,u,u,A,S1\n"
                                       "create,Apple,B,u,u,u,u,Q,S2\n";

static void test_now(void **state)
{
    struct kit *k = *state;
    CALL_WITH(k, "POST", "/variations/import?dry_run=true", file, CSV, 200);
    CHECK(kit_true(k, "/dry_run"), "dry");
    CHECK_INT(kit_int(k, "/created"), 1, "would be created");
    CHECK_INT(kit_len(k, "/changes"), 1, "what would change");
    CHECK_STR(kit_str(k, "/changes/0/change"), S("create"), "is new");
    CHECK(kit_null(k, "/changes/0/id"), "and has no id");
    CHECK_STR(kit_str(k, "/changes/0/fields/0/field"), S("manufacturer"), "field by field");
    CHECK(kit_null(k, "/changes/0/fields/0/from"), "from nothing");
    CHECK_STR(kit_str(k, "/changes/0/fields/0/to"), S("Apple"), "to that");
    CALL(k, "GET", "/variations", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "nothing was written");
    CALL_WITH(k, "POST", "/variations/import", file, CSV, 200);
    CHECK_INT(kit_int(k, "/created"), 1, "created");
    CHECK_INT(kit_int(k, "/rejected"), 1, "rejected");
    CHECK_INT(kit_int(k, "/errors_total"), 1, "told");
    CHECK_INT(kit_int(k, "/errors/0/row"), 3, "by row");
    CHECK_STR(kit_str(k, "/errors/0/column"), S("Grade"), "column");
    CHECK_STR(kit_str(k, "/errors/0/code"), S("unknown_value"), "and code");
    CALL_WITH(k, "POST", "/variations/import", file, CSV, 200);
    CHECK_INT(kit_int(k, "/unchanged"), 1, "the second time nothing changes");
}

static void test_once(void **state)
{
    struct kit *k = *state;
    const char *key = CSV "\r\nIdempotency-Key: k1";
    CALL_WITH(k, "POST", "/variations/import", file, key, 200);
    CHECK_INT(kit_int(k, "/created"), 1, "created");
    CALL_WITH(k, "POST", "/variations/import", file, key, 200);
    CHECK_INT(kit_int(k, "/created"), 1, "the first answer again");
    CALL_WITH(k, "POST", "/variations/import", TITLES, key, 409);
    kit_problem(k, 409, "idempotency_conflict", "another file");
}

static void work(struct kit *k)
{
    struct exchange_parts parts = { k->h.db, &k->clock.port, &k->rng };
    struct error e;
    CHECK_ERR(exchange_work(&parts, &e), OK, &e, "work");
}

static void test_later(void **state)
{
    struct kit *k = *state;
    CALL_WITH(k, "POST", "/variations/import", file, CSV "\r\nPrefer: wait=5, respond-async", 202);
    CHECK_STR(kit_header(k, "Preference-Applied"), S("respond-async"), "as it was asked");
    CHECK_STR(kit_str(k, "/kind"), S("import_catalog"), "a run");
    CHECK_STR(kit_str(k, "/state"), S("queued"), "that waits");
    CHECK(kit_null(k, "/channel_id"), "of no channel");
    long long id = (long long)kit_int(k, "/id");
    CHECK_STR(kit_header(k, "Location"), str_of(kit_fmt(k, "/api/v1/runs/%lld", id)), "is there");
    work(k);
    CALL(k, "GET", kit_fmt(k, "/runs/%lld", id), NULL, 200);
    CHECK_STR(kit_str(k, "/state"), S("succeeded"), "done");
    CHECK_INT(kit_int(k, "/result/created"), 1, "what came of it");
    CALL(k, "GET", kit_fmt(k, "/runs/%lld/result", id), NULL, 200);
    CHECK_INT(kit_int(k, "/errors_total"), 1, "the same answer as at once");
    CHECK_STR(kit_str(k, "/errors/0/code"), S("unknown_value"), "with its errors");
    CHECK_INT(kit_len(k, "/warnings"), 0, "and no warnings");
    CALL_WITH(k, "GET", kit_fmt(k, "/runs/%lld/errors", id), NULL, "Accept: text/csv", 200);
    CHECK(str_contains(k->body, S("create,Apple,B,u,u,u,u,Q,S2,Grade,unknown_value,")), "the rows");
    CHECK(str_contains(kit_header(k, "Content-Disposition"), S(".csv")), "with a name");
    CALL(k, "POST", kit_fmt(k, "/runs/%lld/cancel", id), NULL, 409);
    CALL_WITH(k, "POST", "/variations/import", file, CSV "\r\nPrefer: respond-async", 202);
    id = (long long)kit_int(k, "/id");
    CALL(k, "POST", kit_fmt(k, "/runs/%lld/cancel", id), NULL, 200);
    CHECK_STR(kit_str(k, "/state"), S("canceled"), "before it began");
    k->bearer = k->tokens[ROLE_WAREHOUSE];
    CALL(k, "POST", kit_fmt(k, "/runs/%lld/cancel", id), NULL, 403);
}

static void test_refused(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *body, *code, *why;
    } files[] = {
        { "ID,Weight\n", "unknown_column", "a column of another table" },
        { "ID,Model\n", "missing_column", "without the others" },
        { TITLES ",x,\n", NULL, "a row alone is no fault of the file" },
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        kit_send(k, "POST", kit_path(k, "/variations/import"), files[i].body, CSV);
        CHECK_INT(k->status, files[i].code ? 422 : 200, files[i].why);
        if (!files[i].code) continue;
        kit_problem(k, 422, "invalid", files[i].why);
        kit_fault(k, "", files[i].code, files[i].why);
    }
    CALL_WITH(k, "POST", "/variations/import", "", CSV, 400);
    CALL_WITH(k, "POST", "/variations/import", "{}", "Content-Type: application/json", 415);
    CALL_WITH(k, "POST", "/variations/import?dry_run=maybe", file, CSV, 400);
    CALL_WITH(k, "POST", "/variations/import?accept_warnings=true", file, CSV, 400);
    CALL(k, "GET", "/variations/export?format=pdf", NULL, 400);
    CALL(k, "GET", "/runs/99/result", NULL, 404);
}

static void send_back(struct kit *k, const char *from, const char *to, bool xlsx, const char *why)
{
    CALL(k, "GET", kit_fmt(k, "%s?format=%s", from, xlsx ? "xlsx" : "csv"), NULL, 200);
    struct str type = xlsx ? S(XLSX_TYPE) : S("text/csv");
    CHECK(str_starts(kit_header(k, "Content-Type"), type), why);
    struct str bytes = arena_str(&k->arena, k->body);
    const char *header = kit_fmt(k, "Content-Type: %.*s", STR_FMT(type));
    CHECK_INT(kit_send_bytes(k, "POST", kit_path(k, to), bytes, header), 200, why);
    CHECK_INT(kit_int(k, "/unchanged"), 1, why);
    CHECK_INT(kit_int(k, "/created") + kit_int(k, "/updated"), 0, why);
    CHECK_INT(kit_int(k, "/rejected"), 0, why);
}

static void test_back(void **state)
{
    struct kit *k = *state;
    CALL_WITH(k, "POST", "/variations/import", file, CSV, 200);
    CALL_WITH(
        k, "POST", "/items/import?accept_warnings=true", "ESN,SKU\n490154203237519,S1\n", CSV, 200);
    CHECK_STR(kit_str(k, "/warnings/0/code"), S("imei_check"), "taken with a warning");
    CHECK_INT(kit_int(k, "/warnings_total"), 1, "one");
    (void)kit_listing(k, kit_channel(k, "Shop"), "S1");
    static const struct {
        const char *from, *to, *why;
    } ways[] = {
        { "/variations/export", "/variations/import", "catalog" },
        { "/items/export", "/items/import", "items" },
        { "/channels/1/listings/export", "/listings/import", "connections" },
    };
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        for (int xlsx = 0; xlsx < 2; xlsx++)
            send_back(k, ways[i].from, ways[i].to, xlsx, ways[i].why);
    CALL(k, "GET", "/variations/export?grade=none", NULL, 200);
    CHECK(!str_contains(k->body, S("Apple")), "a grade that nothing has");
    CALL_WITH(k, "GET", "/orders/export", NULL, "Accept: " XLSX_TYPE, 200);
    CHECK_STR(kit_header(k, "Content-Type"), S(XLSX_TYPE), "what is accepted");
    CHECK(str_starts(k->body, S("PK")), "a real one");
    CALL(k, "GET", "/audit/export?resource=variation&action=create", NULL, 200);
    CHECK(str_contains(k->body, S(",create,variation,1,model,,A\r\n")), "by field");
    CHECK(!str_contains(k->body, S("listing")), "filtered as the list is");
    CHECK(str_contains(kit_header(k, "Content-Disposition"), S("audit.csv")), "with a name");
    CALL(k, "GET", "/audit/export?from=yesterday", NULL, 400);
}

/* The lines as a workbook: cells of digits are numbers, as a person types them. */
static struct str book(struct kit *k, struct str lines)
{
    enum { CELLS_MAX = 20, SIZE_MAX_BYTES = 64 * 1024 };
    struct file_form form = { .format = SHEET_XLSX };
    struct file_writer w;
    struct error e;
    FILE *out = tmpfile();
    CHECK(out != NULL, "a temporary file");
    CHECK_ERR(file_create(&w, fileno(out), &form, 0, &e), OK, &e, "create");
    struct row_writer rows = file_row_writer(&w);
    for (struct str line; lines.len;) {
        struct export_cell cells[CELLS_MAX];
        size_t n = 0;
        str_cut(lines, '\n', &line, &lines);
        for (struct str cell; line.len; n++) {
            str_cut(line, ',', &cell, &line);
            cells[n] = (struct export_cell){ .kind = CELL_TEXT, .text = cell };
            if (str_to_int64(cell, &cells[n].number)) cells[n].kind = CELL_INT;
        }
        CHECK_ERR(rows.row(rows.ctx, cells, n, &e), OK, &e, "row");
    }
    CHECK_ERR(file_finish(&w, &e), OK, &e, "finish");
    char *bytes = arena_new(&k->arena, char, SIZE_MAX_BYTES);
    rewind(out);
    size_t size = fread(bytes, 1, SIZE_MAX_BYTES, out);
    (void)fclose(out);
    return (struct str){ bytes, size };
}

#define XLSX "Content-Type: " XLSX_TYPE

static void test_workbook(void **state)
{
    struct kit *k = *state;
    const char *to = kit_path(k, "/variations/import");
    struct str bytes = book(k, str_of(file));
    CHECK_INT(
        kit_send_bytes(k, "POST", kit_fmt(k, "%s?dry_run=true", to), bytes, XLSX), 200, "dry");
    CHECK_STR(kit_str(k, "/changes/0/fields/0/to"), S("Apple"), "what would change");
    CHECK_INT(kit_send_bytes(k, "POST", to, bytes, XLSX), 200, "applied");
    CHECK_INT(kit_int(k, "/created"), 1, "created");
    CHECK_INT(kit_int(k, "/errors/0/row"), 3, "what is wrong, by row");
    CHECK_STR(kit_str(k, "/errors/0/column"), S("Grade"), "and column");
    bytes = book(k, S(TITLES "1,Apple,A,u,u,u,u,A,S9\n"));
    CHECK_INT(kit_send_bytes(k, "POST", to, bytes, XLSX), 200, "a number in a cell");
    CHECK_INT(kit_int(k, "/updated"), 1, "is the id");
    bytes = book(k, S("ESN,SKU,Paid,Currency\n490154203237518,S9,250,EUR\n"));
    CHECK_INT(kit_send_bytes(k, "POST", kit_path(k, "/items/import"), bytes, XLSX), 200, "items");
    CHECK_INT(kit_int(k, "/created"), 1, "an IMEI that was typed as a number");
    CALL(k, "GET", "/items?esn=490154203237518", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/paid/amount"), 25000, "with its price");
    bytes = book(k, str_of(file));
    CHECK_INT(kit_send_bytes(k, "POST", to, bytes, XLSX "\r\nPrefer: respond-async"), 202, "later");
    long long id = (long long)kit_int(k, "/id");
    work(k);
    CALL(k, "GET", kit_fmt(k, "/runs/%lld", id), NULL, 200);
    CHECK_INT(kit_int(k, "/result/rejected"), 1, "the same in the background");
    CALL(k, "GET", kit_fmt(k, "/runs/%lld/errors?format=xlsx", id), NULL, 200);
    bytes = arena_str(&k->arena, k->body);
    CHECK_INT(kit_send_bytes(k, "POST", to, bytes, XLSX), 200, "the sheet of errors, as it is");
    CHECK_INT(kit_int(k, "/rejected"), 1, "is rejected again");
    CHECK_INT(kit_int(k, "/errors/0/row"), 2, "for what is in it");
}

/* What spreadsheet programs of other countries want, and it comes back as it was. */
static void test_forms(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *query, *begin, *why;
    } rows[] = {
        { "", "ID,Manufacturer,", "a plain CSV" },
        { "?separator=comma&bom=false", "ID,Manufacturer,", "the same, said" },
        { "?separator=semicolon", "ID;Manufacturer;", "semicolons" },
        { "?format=csv&separator=tab&bom=true", "\xEF\xBB\xBFID\tManufacturer\t", "tabs and mark" },
        { "?bom=true", "\xEF\xBB\xBFID,Manufacturer,", "the mark alone" },
    };
    CALL_WITH(k, "POST", "/variations/import", file, CSV, 200);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "GET", kit_fmt(k, "/variations/export%s", rows[i].query), NULL, 200);
        CHECK(str_starts(k->body, str_of(rows[i].begin)), rows[i].why);
        const char *text = arena_str(&k->arena, k->body).at;
        CALL_WITH(k, "POST", "/variations/import", text, CSV, 200);
        CHECK_INT(kit_int(k, "/unchanged"), 1, rows[i].why);
        CHECK_INT(kit_int(k, "/rejected"), 0, rows[i].why);
    }
    static const char *const refused[] = { "format=xlsx&separator=tab", "format=xlsx&bom=true",
        "format=xlsx&bom=false" };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        CALL(k, "GET", kit_fmt(k, "/items/export?%s", refused[i]), NULL, 400);
        kit_fault(k, i ? "?bom" : "?separator", "not_allowed", refused[i]);
    }
    CALL_WITH(k, "GET", "/items/export?bom=true", NULL, "Accept: " XLSX_TYPE, 400);
    CALL_WITH(k, "POST", "/variations/import", file, CSV "\r\nPrefer: respond-async", 202);
    long long id = (long long)kit_int(k, "/id");
    work(k);
    CALL(k, "GET", kit_fmt(k, "/runs/%lld/errors?separator=semicolon", id), NULL, 200);
    CHECK(
        str_contains(k->body, S("create;Apple;B;u;u;u;u;Q;S2;Grade;unknown_value;")), "errors too");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_now),
        KIT_TEST(test_once),
        KIT_TEST(test_later),
        KIT_TEST(test_refused),
        KIT_TEST(test_back),
        KIT_TEST(test_workbook),
        KIT_TEST(test_forms),
    };
    return kit_main(argc, argv, "http/exchange", tests, COUNT_OF(tests));
}
