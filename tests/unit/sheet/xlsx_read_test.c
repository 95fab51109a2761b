/* xlsx_read_test.c: every rule by which an XLSX is read, and what is refused, with its reason. */
#include "check.h"

#include "base/limits.h"
#include "kit.h"

#include <stdlib.h>
#include <string.h>

#define CELL(attributes, inside) "<row><c " attributes ">" inside "</c></row>"
#define NUMBER(n) CELL("", "<v>" n "</v>")

static const struct {
    const char *why;
    struct kit_book book;
    const char *want;
} rows[] = {
    { "places",
        { "<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"D2\"><v>2</v></c></row><row "
          "r=\"5\"><c><v>3</v></c></row>" },
        "2:|1||2 5:3" },
    { "no places: one behind the other",
        { "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>" }, "1:1|2 2:3" },
    { "a hidden row counts", { "<row r=\"1\" hidden=\"1\"><c><v>1</v></c></row>" }, "1:1" },
    { "rows without text", { "<row/><row><c s=\"1\"/></row><row><c><v>1</v></c></row>" }, "3:1" },
    { "no rows", { "" }, "" },
    { "prefixed tags", { "<x:row xmlns:x=\"u\"><x:c><x:v>1</x:v></x:c></x:row>" }, "1:1" },

    { "a shared string",
        { CELL("t=\"s\"", "<v>1</v>"), .strings = "<si><t>a</t></si><si><t>b</t></si>" }, "1:b" },
    { "rich text is joined",
        { CELL("t=\"s\"", "<v>0</v>"),
            .strings = "<si><r><t>a </t></r><r><rPr/><t>b</t></r></si>" },
        "1:a b" },
    { "how it is spoken is no text",
        { CELL("t=\"s\"", "<v>0</v>"), .strings = "<si><t>a</t><rPh sb=\"0\"><t>x</t></rPh></si>" },
        "1:a" },
    { "an empty one", { CELL("t=\"s\"", "<v>0</v>"), .strings = "<si/>" }, "" },
    { "an inline string", { CELL("t=\"inlineStr\"", "<is><t>a</t></is>") }, "1:a" },
    { "entities and blanks",
        { CELL("t=\"inlineStr\"", "<is><t xml:space=\"preserve\"> &lt;&#228;&amp; </t></is>") },
        "1: <\xC3\xA4& " },
    { "an escape", { CELL("t=\"inlineStr\"", "<is><t>a_x000D_b_x005F_x000D_</t></is>") },
        "1:a\rb_x000D_" },
    { "what only looks like one",
        { CELL("t=\"inlineStr\"", "<is><t>_x00_ _xGGGG_ _x0041_</t></is>") },
        "1:_x00_ _xGGGG_ _x0041_" },
    { "the apostrophe of the writer goes", { CELL("t=\"inlineStr\"", "<is><t>'=1</t></is>") },
        "1:=1" },

    { "a formula's text", { CELL("t=\"str\"", "<f>A2&amp;A3</f><v>x</v>") }, "1:x" },
    { "a formula's number", { CELL("", "<f>1+1</f><v>2</v>") }, "1:2" },
    { "a formula without value", { CELL("", "<f>1+1</f>") }, "1:<no value>" },
    { "a formula with an error", { CELL("t=\"e\"", "<f>1/0</f><v>#DIV/0!</v>") },
        "1:<error>#DIV/0!" },
    { "booleans", { "<row><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c></row>" }, "1:TRUE|FALSE" },
    { "a date as text", { CELL("t=\"d\"", "<v>2026-11-24</v>") }, "1:2026-11-24" },

    { "an IMEI", { NUMBER("353918051234567") }, "1:353918051234567" },
    { "an IMEI as a float", { NUMBER("3.53918051234567E+14") }, "1:353918051234567" },
    { "an IMEI as a float with noise", { NUMBER("3.5391805123456700E14") }, "1:353918051234567" },
    { "15 round digits", { NUMBER("3.53E+14") }, "1:353000000000000" },
    { "16 digits", { NUMBER("3539180512345670") }, "1:<digits>3539180512345670" },
    { "16 digits as a float", { NUMBER("3.5391805123456701E+15") },
        "1:<digits>3.5391805123456701E+15" },
    { "15 digits and a fraction", { NUMBER("353918051234567.5") }, "1:<digits>353918051234567.5" },
    { "fractions", { NUMBER("0.30000000000000004") }, "1:0.3" },
    { "a price", { NUMBER("599.99000000000001") }, "1:599.99" },
    { "rounded up through nines", { NUMBER("9.9999999999999996") }, "1:10" },
    { "a small one", { NUMBER("1.5E-3") }, "1:0.0015" },
    { "a very small one", { NUMBER("1E-300") }, "1:1E-300" },
    { "negative", { NUMBER("-5") }, "1:-5" },
    { "zero", { NUMBER("-0.0") }, "1:0" },
    { "zeros in front", { NUMBER("007") }, "1:7" },

    { "no number", { NUMBER("abc") }, "!damaged 1,1" },
    { "no digits", { NUMBER("-") }, "!damaged 1,1" },
    { "a string that is not there", { CELL("t=\"s\"", "<v>9</v>"), .strings = "<si><t>a</t></si>" },
        "!damaged 1,1" },
    { "no strings at all", { CELL("t=\"s\"", "<v>0</v>") }, "!damaged 1,1" },
    { "a negative string", { CELL("t=\"s\"", "<v>-1</v>"), .strings = "<si/>" }, "!damaged 1,1" },
    { "a type of its own", { CELL("t=\"zz\"", "<v>0</v>") }, "!damaged 1,1" },
    { "rows backwards", { "<row r=\"3\"><c><v>1</v></c></row><row r=\"3\"><c><v>1</v></c></row>" },
        "3:1 !damaged 3,0" },
    { "cells backwards", { "<row><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>" },
        "!damaged 1,0" },
    { "a place without a row", { CELL("r=\"A\"", "<v>1</v>") }, "!damaged 1,0" },
    { "a row beyond", { "<row r=\"1048577\"><c><v>1</v></c></row>" }, "!too_many_rows 1048577,0" },
    { "a column beyond", { CELL("r=\"IW1\"", "<v>1</v>") }, "!too_many_columns 1,257" },
    { "empty cells beyond", { "<row><c><v>1</v></c><c r=\"XFD1\" s=\"1\"/></row>" }, "1:1" },
    { "tags that do not close", { "<row><c>" }, "!damaged 1,0" },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(kit_show_book(&rows[i].book), str_of(rows[i].want), rows[i].why);
}

static void test_dates(void **state)
{
    (void)state;
    static const char styles[] =
        "<numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yy\"/><numFmt numFmtId=\"165\" "
        "formatCode=\"0.00\"/><numFmt numFmtId=\"166\" formatCode=\"[h]:mm\"/></numFmts>"
        "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
        "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf "
        "numFmtId=\"164\"/>"
        "<xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"20\"/></cellXfs>";
    static const struct {
        const char *why, *rows, *properties, *want;
    } dates[] = {
        { "no date", CELL("s=\"0\"", "<v>46350</v>"), "", "1:46350" },
        { "a day", CELL("s=\"1\"", "<v>46350</v>"), "", "1:2026-11-24" },
        { "a day with a time of it", CELL("s=\"1\"", "<v>46350.5</v>"), "",
            "1:2026-11-24 12:00:00" },
        { "midnight of a date and time", CELL("s=\"2\"", "<v>46350</v>"), "",
            "1:2026-11-24 00:00:00" },
        { "to the second, from a fraction", CELL("s=\"2\"", "<v>46350.107719907406</v>"), "",
            "1:2026-11-24 02:35:07" },
        { "rounded to the next day", CELL("s=\"2\"", "<v>46349.9999999</v>"), "",
            "1:2026-11-24 00:00:00" },
        { "a format of its own", CELL("s=\"3\"", "<v>46350</v>"), "", "1:2026-11-24" },
        { "a price is no date", CELL("s=\"4\"", "<v>46350</v>"), "", "1:46350" },
        { "hours that went by", CELL("s=\"5\"", "<v>1.5</v>"), "", "1:36:00:00" },
        { "a time of day", CELL("s=\"6\"", "<v>0.25</v>"), "", "1:06:00:00" },
        { "the first day of March 1900", CELL("s=\"1\"", "<v>61</v>"), "", "1:1900-03-01" },
        { "the 29th of February that never was", CELL("s=\"1\"", "<v>60</v>"), "",
            "1:<no date>60" },
        { "the last day of February", CELL("s=\"1\"", "<v>59</v>"), "", "1:1900-02-28" },
        { "the first day", CELL("s=\"1\"", "<v>1</v>"), "", "1:1900-01-01" },
        { "day zero", CELL("s=\"1\"", "<v>0</v>"), "", "1:<no date>0" },
        { "the last day", CELL("s=\"1\"", "<v>2958465</v>"), "", "1:9999-12-31" },
        { "beyond the calendar", CELL("s=\"1\"", "<v>2958466</v>"), "", "1:<no date>2958466" },
        { "before it", CELL("s=\"1\"", "<v>-1</v>"), "", "1:<no date>-1" },
        { "an IMEI that looks like a date", CELL("s=\"1\"", "<v>353918051234567</v>"), "",
            "1:<no date>353918051234567" },
        { "from 1904", CELL("s=\"1\"", "<v>0</v>"), "date1904=\"1\"", "1:1904-01-01" },
        { "from 1904, today", CELL("s=\"1\"", "<v>44888</v>"), "date1904=\"true\"",
            "1:2026-11-24" },
        { "no such style", CELL("s=\"99\"", "<v>1</v>"), "", "1:1" },
    };
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        struct kit_book book = { dates[i].rows, NULL, styles, dates[i].properties };
        CHECK_STR(kit_show_book(&book), str_of(dates[i].want), dates[i].why);
    }
}

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELS(inside) "<Relationships>" inside "</Relationships>"
#define RELATION(id, type, target)                                                                 \
    "<Relationship Id=\"" id "\" Type=\"" REL "/" type "\" Target=\"" target "\"/>"
#define TOP                                                                                        \
    {                                                                                              \
        "_rels/.rels", STR_INIT(RELS(RELATION("r", "officeDocument", "xl/workbook.xml"))), false   \
    }
#define SHEETS(inside)                                                                             \
    {                                                                                              \
        "xl/workbook.xml", STR_INIT("<workbook><sheets>" inside "</sheets></workbook>"), false     \
    }
#define ONE SHEETS("<sheet name=\"One\" id=\"a\"/>")
#define PARTS(inside)                                                                              \
    {                                                                                              \
        "xl/_rels/workbook.xml.rels", STR_INIT(RELS(inside)), false                                \
    }
#define SHEET(name, text)                                                                          \
    {                                                                                              \
        name,                                                                                      \
            STR_INIT("<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>" text                  \
                     "</t></is></c></row></sheetData></worksheet>"),                               \
            false                                                                                  \
    }

static const struct {
    const char *why, *sheet;
    struct kit_part parts[6];
    const char *want;
} books[] = {
    { "the first sheet", "",
        { TOP, SHEETS("<sheet name=\"One\" id=\"a\"/><sheet name=\"Two\" id=\"b\"/>"),
            PARTS(RELATION("a", "worksheet", "1.xml") RELATION("b", "worksheet", "2.xml")),
            SHEET("xl/1.xml", "one"), SHEET("xl/2.xml", "two") },
        "1:one" },
    { "a named one", "Two",
        { TOP, SHEETS("<sheet name=\"One\" id=\"a\"/><sheet name=\"Two\" id=\"b\"/>"),
            PARTS(RELATION("a", "worksheet", "1.xml") RELATION("b", "worksheet", "2.xml")),
            SHEET("xl/1.xml", "one"), SHEET("xl/2.xml", "two") },
        "1:two" },
    { "the first that is shown", "",
        { TOP,
            SHEETS("<sheet name=\"One\" id=\"a\" state=\"hidden\"/><sheet name=\"Two\" "
                   "id=\"b\"/>"),
            PARTS(RELATION("a", "worksheet", "1.xml") RELATION("b", "worksheet", "2.xml")),
            SHEET("xl/1.xml", "one"), SHEET("xl/2.xml", "two") },
        "1:two" },
    { "none is shown", "",
        { TOP, SHEETS("<sheet name=\"One\" id=\"a\" state=\"hidden\"/>"),
            PARTS(RELATION("a", "worksheet", "1.xml")), SHEET("xl/1.xml", "one") },
        "1:one" },
    { "no such sheet", "Three",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")), SHEET("xl/1.xml", "one") },
        "!no_such_sheet 0,0" },
    { "a chart", "",
        { TOP, ONE, PARTS(RELATION("a", "chartsheet", "1.xml")), SHEET("xl/1.xml", "one") },
        "!no_such_sheet 0,0" },
    { "letters of another case", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "Sheets/1.XML")),
            SHEET("xl/sheets/1.xml", "one") },
        "1:one" },
    { "a part outside of the package", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "../../../etc/passwd")) }, "!damaged 0,0" },
    { "the package itself", "", { TOP, ONE, PARTS(RELATION("a", "worksheet", "..")) },
        "!damaged 0,0" },
    { "a sheet that is not there", "", { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")) },
        "!damaged 0,0" },
    { "no relations", "", { TOP, ONE }, "!damaged 0,0" },
    { "a sheet without relation", "", { TOP, ONE, PARTS("") }, "!damaged 0,0" },
    { "strings that are not there", "",
        { TOP, ONE,
            PARTS(RELATION("a", "worksheet", "1.xml") RELATION("b", "sharedStrings", "s.xml")),
            SHEET("xl/1.xml", "one") },
        "!damaged 0,0" },
    { "styles that are not there", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml") RELATION("b", "styles", "s.xml")),
            SHEET("xl/1.xml", "one") },
        "1:one" },
    { "no workbook", "", { TOP }, "!unknown_format 0,0" },
    { "a ZIP of something else", "", { { "a.txt", STR_INIT("a"), false } }, "!unknown_format 0,0" },
    { "a document of Word", "",
        { { "_rels/.rels", STR_INIT(RELS(RELATION("r", "officeDocument", "word/document.xml"))),
              false },
            { "word/document.xml", STR_INIT("<document/>"), false } },
        "!unknown_format 0,0" },
    { "XLSB", "",
        { { "_rels/.rels", STR_INIT(RELS(RELATION("r", "officeDocument", "xl/workbook.bin"))),
            false } },
        "!old_format 0,0" },
    { "a password", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
            { "xl/1.xml", STR_INIT("<worksheet/>"), true } },
        "!protected 0,0" },
    { "a document type", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
            { "xl/1.xml", STR_INIT("<!DOCTYPE a [<!ENTITY b \"bb\">]><worksheet>&b;</worksheet>"),
                false } },
        "!damaged 0,0" },
    { "an entity of nobody", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
            { "xl/1.xml", STR_INIT("<worksheet>&b;</worksheet>"), false } },
        "!damaged 0,0" },
    { "no XML", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
            { "xl/1.xml", STR_INIT("PK"), false } },
        "!damaged 0,0" },
    { "an empty part", "",
        { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
            { "xl/1.xml", STR_INIT(""), false } },
        "!damaged 0,0" },
};

static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(books); i++) {
        size_t count = 0;
        while (count < COUNT_OF(books[i].parts) && books[i].parts[count].name)
            count++;
        struct str zip = kit_zip(books[i].parts, count);
        struct sheet_reader_options options = { .memory = zip, .sheet = str_of(books[i].sheet) };
        CHECK_STR(kit_show(&options), str_of(books[i].want), books[i].why);
        free((char *)(uintptr_t)zip.at);
    }
}

/* Whatever byte is missing from the end, there are words and no crash. */
static void test_cut_short(void **state)
{
    (void)state;
    const struct kit_part parts[] = { TOP, ONE, PARTS(RELATION("a", "worksheet", "1.xml")),
        SHEET("xl/1.xml", "one") };
    struct str zip = kit_zip(parts, COUNT_OF(parts));
    for (size_t n = 4; n < zip.len; n++) {
        struct str shown = kit_show_bytes(str_sub(zip, 0, n));
        CHECK(
            str_contains(shown, S("!damaged")) || str_contains(shown, S("!unknown")), "cut short");
    }
    free((char *)(uintptr_t)zip.at);
}

static void put_many(struct buf *out, const char *what, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_put(out, str_of(what));
    buf_put_char(out, '\0');
}

static void test_bombs(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 256 * 1024 * 1024);
    struct kit_book book = { .rows = "" };

    put_many(&text, "                ", 6 * 1024 * 1024); /* 96 MiB of blanks become 100 kB */
    book.rows = text.at;
    CHECK_STR(kit_show_book(&book), S("!too_large 0,0"), "a hundred times what honest files have");
    buf_clear(&text);
    put_many(&text, "<a>", 100);
    book.rows = text.at;
    CHECK_STR(kit_show_book(&book), S("!damaged 0,0"), "deep");
    buf_clear(&text);
    buf_put(&text, S("<a b=\""));
    put_many(&text, "0123456789", 300000);
    book.rows = text.at;
    CHECK_STR(kit_show_book(&book), S("!damaged 0,0"), "a tag of megabytes");
    buf_clear(&text);
    for (int i = 0; i < 1000000; i++)
        buf_put_fmt(&text, "<a%d/>", i);
    buf_put_char(&text, '\0');
    book.rows = text.at;
    CHECK_STR(kit_show_book(&book), S("!too_large 0,0"), "a million names");
    buf_clear(&text);
    buf_put(&text, S("<row><c t=\"inlineStr\"><is><t>"));
    for (int i = 0; i <= SHEET_CELL_MAX; i++)
        buf_put_char(&text, 'x');
    buf_put(&text, S("</t></is></c></row>"));
    buf_put_char(&text, '\0');
    book.rows = text.at;
    CHECK_STR(kit_show_book(&book), S("!too_long 1,1"), "a long text");
    buf_clear(&text);
    buf_put(&text, S("<si><t>"));
    for (int i = 0; i < 1000000; i++)
        buf_put_char(&text, 'x');
    buf_put(&text, S("</t></si><si><t>y</t></si>"));
    buf_put_char(&text, '\0');
    book.strings = text.at;
    book.rows = CELL("t=\"s\"", "<v>1</v>") CELL("t=\"s\"", "<v>0</v>");
    CHECK_STR(kit_show_book(&book), S("1:y !too_long 2,1"), "a long shared text, where it is used");
    buf_release(&text);

    struct kit_part *parts = calloc(SHEET_PARTS_MAX + 1, sizeof *parts);
    char(*names)[16] = calloc(SHEET_PARTS_MAX + 1, sizeof *names);
    CHECK(parts && names, "memory");
    for (int i = 0; i <= SHEET_PARTS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "%d", i);
        parts[i] = (struct kit_part){ names[i], S(""), false };
    }
    struct str zip = kit_zip(parts, SHEET_PARTS_MAX + 1);
    CHECK_STR(kit_show_bytes(zip), S("!too_large 0,0"), "many files");
    free((char *)(uintptr_t)zip.at);
    free(names);
    free(parts);
}

/* More strings than are kept in memory, asked for in order, backwards and at random. */
static void test_many_strings(void **state)
{
    (void)state;
    enum { COUNT = 200000, CELLS = 3000 };
    struct buf strings, cells, want;
    buf_init(&strings, 64 * 1024 * 1024);
    buf_init(&cells, 64 * 1024 * 1024);
    buf_init(&want, 64 * 1024 * 1024);
    for (int i = 0; i < COUNT; i++)
        buf_put_fmt(&strings, "<si><t>text number %d of many, and long enough</t></si>", i);
    buf_put_char(&strings, '\0');
    uint32_t at = 1;
    for (int i = 0; i < CELLS; i++) {
        at = at * 1664525 + 1013904223;
        int index = i < 1000 ? i : i < 2000 ? COUNT - 1 - i : (int)(at % COUNT);
        buf_put_fmt(&cells, "<row><c t=\"s\"><v>%d</v></c></row>", index);
        buf_put_fmt(
            &want, "%s%d:text number %d of many, and long enough", i ? " " : "", i + 1, index);
    }
    buf_put_char(&cells, '\0');
    struct kit_book book = { cells.at, .strings = strings.at };
    CHECK(str_eq(kit_show_book(&book), buf_str(&want)), "each is the right one");
    buf_release(&strings);
    buf_release(&cells);
    buf_release(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_many_strings),
    };
    return cmocka_run_group_tests_name("sheet/xlsx_read", tests, NULL, NULL);
}
