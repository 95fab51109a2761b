/* items_fields_test.c: custom fields in the spreadsheet of items: typed, required, archived. */
#include "files.h"

#include <string.h>

#define COUNTED                                                                                    \
    "SELECT CAST(COUNT(*) + COALESCE(SUM(version), 0) + (SELECT COUNT(*) FROM item_value)"         \
    " AS BIGINT) FROM item"
#define HEAD "ESN|SKU|Field: Tray|Field: Lock|Field: Bought|Field: Tested|Field: Note\n"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    int64_t before = fix_int(f, COUNTED);
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_ITEMS, text)), str_of(want), why);
    CHECK_INT(fix_int(f, COUNTED), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_ITEMS, text)), str_of(want), why);
}

static int64_t make(struct fix *f, const char *name, enum item_field_type type)
{
    struct str choices[] = { S("None"), S("SIM") };
    struct item_field in = { .name = str_of(name), .type = type, .choices = choices };
    in.choice_count = type == ITEM_FIELD_CHOICE ? COUNT_OF(choices) : 0;
    WRITE(f, item_field_create(&f->c, &in, &f->e), name);
    return in.id;
}

static void make_all(struct fix *f)
{
    (void)make(f, "Tray", ITEM_FIELD_INTEGER);
    (void)make(f, "Lock", ITEM_FIELD_CHOICE);
    (void)make(f, "Bought", ITEM_FIELD_DATE);
    (void)make(f, "Tested", ITEM_FIELD_BOOLEAN);
    (void)make(f, "Note", ITEM_FIELD_TEXT);
    (void)fix_variation(f, "A", "SA");
}

static enum err alter(struct change *c, int64_t id, bool required, bool archived, struct error *e)
{
    struct item_field before, after;
    enum err rc = item_field_load(c->tx, id, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.required = required;
    after.archived = archived;
    return item_field_update(c, &before, &after, e);
}

/* "7|SIM|...": the values of the open item with that ESN, bars between. */
static struct str values_of(struct fix *f, const char *esn)
{
    int64_t id = 0;
    struct item_value *rows;
    size_t count;
    struct str text = S("");
    READ(f, item_find_open(f->c.tx, str_of(esn), &id, &f->e), esn);
    READ(f, item_values_load(f->c.tx, &id, 1, &f->arena, &rows, &count, &f->e), esn);
    for (size_t i = 0; i < count; i++)
        text =
            arena_fmt(&f->arena, "%.*s%s%.*s", STR_FMT(text), i ? "|" : "", STR_FMT(rows[i].value));
    return text;
}

static void test_values(void **state)
{
    struct fix *f = *state;
    make_all(f);
    check(f, HEAD "X|SA|007|sim|2026-02-28|TRUE| a note \nY|SA|||||\n",
        "created 2 updated 0 unchanged 0 rejected 0", "new items");
    CHECK_STR(values_of(f, "X"), S("7|SIM|2026-02-28|true|a note"), "each in its one spelling");
    CHECK_STR(values_of(f, "Y"), S(""), "blank is none");
    check(f, HEAD "X|SA|7|SIM|2026-02-28|yes|a note\nY|SA|||||\n",
        "created 0 updated 0 unchanged 2 rejected 0", "the same again");
    check(f, "ESN|SKU\nX|SA\n", "created 0 updated 0 unchanged 1 rejected 0",
        "a column that is missing leaves what is there");
    CHECK_STR(str_of(rows_changes(f, IMPORT_ITEMS,
                  "field: note|ESN|Status|FIELD: TRAY|Field: Lock\n|X|Sold|8|SIM\n")),
        S("2 status In stock>Sold custom.Tray 7>8 custom.Note a note>"), "what would change");
    check(f, "Field: Note|ESN|Field: Tray\n|X|8\n", "created 0 updated 1 unchanged 0 rejected 0",
        "blank takes away");
    CHECK_STR(values_of(f, "X"), S("8|SIM|2026-02-28|true"), "and leaves the others");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE changes LIKE '%custom.Tray%'"), 2,
        "the history tells");
    fix_clean(f, "after the imports");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    make_all(f);
    static const struct {
        const char *cells, *fault, *why;
    } rows[] = {
        { "7.5||||", "Field: Tray bad_format", "a fraction" },
        { "seven||||", "Field: Tray bad_format", "no number" },
        { "|Carrier|||", "Field: Lock unknown_value", "no such choice" },
        { "||28.02.2026||", "Field: Bought bad_format", "another way to write a day" },
        { "||2026-02-28 07:00:00||", "Field: Bought bad_format", "a time of day" },
        { "|||maybe|", "Field: Tested bad_format", "neither" },
        { "||||a~b", "Field: Note bad_format", "a line break" },
        { "x|y|z|w|",
            "Field: Tray bad_format; 2 Field: Lock unknown_value;"
            " 2 Field: Bought bad_format; 2 Field: Tested bad_format",
            "each by its cell" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(f, arena_fmt(&f->arena, HEAD "X|SA|%s\nG%zu|SA|1||||\n", rows[i].cells, i).at,
            arena_fmt(&f->arena, "created 1 updated 0 unchanged 0 rejected 1; 2 %s", rows[i].fault)
                .at,
            rows[i].why);
    check(f, HEAD "X|SA|1||||\nX|SA|2||||\nX|SA|1||||\n",
        "created 1 updated 0 unchanged 1 rejected 1; 3 ESN repeated", "a row that says otherwise");
    check(f, "ESN|Status|Field: Tray\nX|Lost|?\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 Status unknown_value;"
        " 2 Field: Tray bad_format",
        "beside what is wrong elsewhere");
    check(f, "ESN|Field: Shelf\nX|1\n", "refused unknown_column", "no such field");
    check(f, "ESN|Tray\nX|1\n", "refused unknown_column", "a field is not named alone");
    check(f, "ESN|Field: Tray|field: tray\nX|1|1\n", "refused duplicate_column", "twice");
    (void)make(f, "TRAY", ITEM_FIELD_TEXT);
    check(f, "ESN|Field: Tray|Field: TRAY\nX|1|one\n", "created 0 updated 1 unchanged 0 rejected 0",
        "two that differ in case are told apart");
    check(f, "ESN|Field: tray\nX|1\n", "refused unknown_column", "else it is not known which");
}

static void test_required(void **state)
{
    struct fix *f = *state;
    int64_t tray = make(f, "Tray", ITEM_FIELD_INTEGER), note = make(f, "Note", ITEM_FIELD_TEXT);
    (void)fix_variation(f, "A", "SA");
    check(f, "ESN|SKU|Field: Note\nX|SA|n\n", "created 1 updated 0 unchanged 0 rejected 0", "one");
    WRITE(f, alter(&f->c, tray, true, false, &f->e), "required");
    check(f, "ESN|SKU\nY|SA\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 Field: Tray required",
        "a new item lacks it, also when the file has no such column");
    check(f, "ESN|SKU|Field: Tray\nY|SA|\nZ|SA|7\nX|SA|\n",
        "created 1 updated 0 unchanged 1 rejected 1; 2 Field: Tray required",
        "what never had it goes on without");
    check(f, "ESN|Field: Tray\nZ|\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 Field: Tray required",
        "it is not taken away");
    check(f, "ESN|SKU|Field: Tray\nY||q\n",
        "created 0 updated 0 unchanged 0 rejected 1; 2 SKU required; 2 Field: Tray bad_format",
        "what is none is not lacking besides");
    WRITE(f, alter(&f->c, note, true, true, &f->e), "archived");
    check(f, "ESN|SKU|Field: Tray\nY|SA|8\n", "created 1 updated 0 unchanged 0 rejected 0",
        "an archived field is not asked for");
    check(f, "ESN|Field: Note\nX|n\nY|\n", "created 0 updated 0 unchanged 2 rejected 0",
        "what an archived field has stays");
    check(f, "ESN|Field: Note\nX|m\nX|\nY|n\n",
        "created 0 updated 0 unchanged 0 rejected 3; 2 Field: Note archived;"
        " 3 Field: Note archived; 4 Field: Note archived",
        "and does not change");
}

/* In the transaction of the first batch: what comes after it finds the field archived. */
static enum err archive_tray(void *ctx, struct change *c, const struct import_state *state,
    const struct row_result *rows, size_t count, struct error *e)
{
    (void)ctx;
    (void)rows;
    (void)count;
    return state->rows == BATCH_ROWS + 1 ? alter(c, 1, false, true, e) : OK;
}

static void test_archived_meanwhile(void **state)
{
    struct fix *f = *state;
    struct buf text;
    buf_init(&text, 64 * 1024);
    make_all(f);
    buf_put(&text, S("ESN|SKU|Field: Tray\n"));
    for (int i = 0; i < BATCH_ROWS + 2; i++)
        buf_put_fmt(&text, "N%d|SA|%s\n", i, i <= BATCH_ROWS ? "7" : "");
    struct rows_run run = { .sink = { .record = archive_tray } };
    rows_run(f, IMPORT_ITEMS, buf_str(&text), &run);
    CHECK_ERR(run.rc, OK, &f->e, "import");
    CHECK_INT(run.state.created, BATCH_ROWS + 1, "before, and what has none");
    CHECK_STR(buf_str(&run.faults), S("; 502 Field: Tray archived"), "afterwards");
    rows_run_release(&run);
    buf_release(&text);
}

/* What spreadsheet programs make of cells. */
static void test_cells(void **state)
{
    struct fix *f = *state;
    make_all(f);
    struct sheet_error e;
    struct sheet_writer *w;
    FILE *file = tmpfile();
    struct sheet_writer_options options = { .format = SHEET_XLSX, .fd = fileno(file) };
    static const char *const titles[] = { "ESN", "SKU", "Field: Bought", "Field: Tray" };
    time_ms day;
    CHECK(rfc3339_parse(S("2026-02-28T00:00:00Z"), &day), "a day");
    CHECK_INT(sheet_writer_open(&options, &w, &e), OK, "a workbook");
    sheet_put_header(w, titles, COUNT_OF(titles));
    for (int i = 0; i < 2; i++) {
        sheet_put_text(w, i ? S("Y") : S("X"));
        sheet_put_text(w, S("SA"));
        sheet_put_time(w, i ? day + 1000 : day);
        sheet_put_int(w, 12);
        sheet_end_row(w);
    }
    CHECK_INT(sheet_writer_close(w, &e), OK, "a workbook");
    const char *want =
        "created 1 updated 0 unchanged 0 rejected 1; 3 Field: Bought bad_format: must"
        " be a date such as 2026-11-23";
    CHECK_STR(str_of(files_import(f, IMPORT_ITEMS, file, false)), str_of(want), "applied");
    CHECK_STR(values_of(f, "X"), S("12|2026-02-28"), "a day is its midnight");
    (void)fclose(file);
}

static void test_export(void **state)
{
    struct fix *f = *state;
    int64_t tray = make(f, "Tray", ITEM_FIELD_INTEGER);
    (void)make(f, "Note", ITEM_FIELD_TEXT);
    (void)fix_variation(f, "A", "SA");
    CHECK_STR(str_of(rows_import(f, IMPORT_ITEMS,
                  "ESN|SKU|Field: Tray|Field: Note\n"
                  "X|SA|7|=1+1\nY|SA||\nZ|SA||z\n")),
        S("created 3 updated 0 unchanged 0 rejected 0"), "items");
    WRITE(f, alter(&f->c, tray, false, true, &f->e), "archived");
    struct export_request request = { .kind = EXPORT_ITEMS };
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        static const char *const ends[] = { "|Field: Note|Field: Tray", "|SA|In stock||||||||z",
            "|SA|In stock", "|SA|In stock||||||||=1+1|7" };
        FILE *file = files_export(f, &request, format);
        struct str rest = str_of(files_rows(f, file));
        for (size_t i = 0; i < COUNT_OF(ends); i++)
            CHECK(str_ends(files_line(&rest), str_of(ends[i])), ends[i]);
        CHECK_STR(str_of(files_import(f, IMPORT_ITEMS, file, false)),
            S("created 0 updated 0 unchanged 3 rejected 0"), "and back");
        (void)fclose(file);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_values),
        FIX_TEST(test_rejections),
        FIX_TEST(test_required),
        FIX_TEST(test_archived_meanwhile),
        FIX_TEST(test_cells),
        FIX_TEST(test_export),
    };
    return fix_main(argc, argv, "exchange/items_fields", tests, COUNT_OF(tests));
}
