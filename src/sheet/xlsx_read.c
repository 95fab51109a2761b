/*
 * xlsx_read.c: the rows of one sheet of an XLSX (ECMA-376 part 1, 18.3).
 *
 * expat tells of tags; at the end of a row it is paused, so that the caller pulls row by row. A
 * cell says where it is ("C7") or follows the one before; going back is damage. Hidden rows, merged
 * cells and looks mean nothing here; a formula is the value that was saved with it.
 */
#include "sheet/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

/* Longer than any text that a cell may have, with each character escaped (_x0041_). */
enum { VALUE_MAX = 7 * SHEET_CELL_MAX + 64 };

struct xlsx_reader {
    struct sheet_reader *r;
    struct package package;
    struct book book;
    struct strings *strings;
    struct xml xml;
    bool open; /* xml */

    /* Where the parser is. */
    bool in_row, in_cell, in_value, got_value, has_formula, row_done;
    int phonetic;
    int32_t column; /* of the present cell, or the last one */
    int64_t style;
    char type[16];
    struct buf value; /* what <v> or <t> hold */
    struct buf text;  /* of a number, or what is left of a text with escapes */
};

static void fail(struct xlsx_reader *x, enum err kind, const char *code, const char *what)
{
    sheet_fail(x->r, kind, code, x->in_cell ? x->column : 0, "%s", what);
    x->xml.error = x->r->error;
    xml_stop(&x->xml);
}

static void damaged(struct xlsx_reader *x, const char *what)
{
    fail(x, ERR_INVALID, "damaged", what);
}

static void start_row(struct xlsx_reader *x, const char **attributes)
{
    struct str at = xml_attribute(attributes, "r");
    int64_t number = x->r->number + 1;
    x->in_row = true;
    x->column = 0;
    if (at.at && (!str_to_int64(at, &number) || number <= x->r->number)) {
        damaged(x, "a row has a wrong number");
    } else if (number > SHEET_ROWS_MAX) {
        x->r->number = number;
        fail(x, ERR_TOO_LARGE, "too_many_rows", "a sheet has at most 1,048,576 rows");
    } else {
        x->r->number = number;
    }
}

/* "C7" in row 7. The row is that of the tag around it. */
static bool parse_place(struct str place, int32_t *column)
{
    int64_t n = 0, row;
    size_t i = 0;
    for (; i < place.len && place.at[i] >= 'A' && place.at[i] <= 'Z' && n < 20000; i++)
        n = n * 26 + (place.at[i] - 'A' + 1);
    *column = (int32_t)n;
    return i > 0 && n < 20000 && str_to_int64(str_sub(place, i, place.len), &row) && row > 0;
}

static void start_cell(struct xlsx_reader *x, const char **attributes)
{
    struct str at = xml_attribute(attributes, "r"), type = xml_attribute(attributes, "t");
    struct str style = xml_attribute(attributes, "s");
    int32_t column = x->column + 1;
    if ((at.at && !parse_place(at, &column)) || column <= x->column) {
        damaged(x, "a cell has a wrong place");
        return;
    }
    x->column = column;
    x->in_cell = true;
    x->got_value = x->has_formula = false;
    x->style = 0;
    buf_clear(&x->value);
    if (style.at && !str_to_int64(style, &x->style)) damaged(x, "a cell has a wrong style");
    if (type.len >= sizeof x->type) {
        damaged(x, "a cell has a wrong type");
        return;
    }
    memcpy(x->type, type.at ? type.at : "n", type.at ? type.len : 1);
    x->type[type.at ? type.len : 1] = '\0';
}

static void on_start(void *xlsx, struct str name, const char **attributes)
{
    struct xlsx_reader *x = xlsx;
    if (str_eq(name, S("row")) && !x->in_row) {
        start_row(x, attributes);
    } else if (str_eq(name, S("c")) && x->in_row && !x->in_cell) {
        start_cell(x, attributes);
    } else if (x->in_cell) {
        if (str_eq(name, S("f"))) x->has_formula = true;
        if (str_eq(name, S("rPh"))) x->phonetic++;
        x->in_value = !x->phonetic && (str_eq(name, S("v")) || str_eq(name, S("t")));
        x->got_value = x->got_value || x->in_value;
    }
}

static void on_text(void *xlsx, struct str piece)
{
    struct xlsx_reader *x = xlsx;
    if (x->in_value) buf_put(&x->value, piece);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "_x000D_" is a CR: how XLSX writes what XML cannot hold (22.4.2.4). -1: it is none. */
static int escaped(struct str s)
{
    int code = 0;
    if (s.len < 7 || !str_starts(s, S("_x")) || s.at[6] != '_') return -1;
    for (size_t i = 2; i < 6; i++) {
        if (hex(s.at[i]) < 0) return -1;
        code = code * 16 + hex(s.at[i]);
    }
    return code;
}

/* Only of what XML cannot hold, and of the underline that keeps such text apart; anything else was
 * typed like that. */
static struct str unescape(struct str s, struct buf *out)
{
    if (!str_contains(s, S("_x"))) return s;
    buf_clear(out);
    while (s.len) {
        int code = escaped(s);
        bool meant = (code >= 0 && code < 0x20) || code == '_' || code == 0x7F;
        buf_put_char(out, meant ? (char)code : s.at[0]);
        s = str_sub(s, meant ? 7 : 1, s.len);
    }
    return buf_str(out);
}

static bool shared_string(struct xlsx_reader *x, struct str *text)
{
    int64_t index;
    if (!x->strings || !str_to_int64(str_trim(buf_str(&x->value)), &index)) return false;
    return strings_get(x->strings, index, text);
}

static bool number(struct xlsx_reader *x, struct str *text, enum sheet_fault *fault)
{
    struct str raw = str_trim(*text);
    unsigned char style =
        x->style >= 0 && (size_t)x->style < x->book.style_count ? x->book.style[x->style] : 0;
    buf_clear(&x->text);
    bool good = style ? date_text(raw, style, x->book.from_1904, &x->text, fault)
                      : number_text(raw, &x->text, fault);
    *text = buf_str(&x->text);
    return good;
}

/* False: what it says cannot be. */
static bool cell_text(struct xlsx_reader *x, struct str *text, enum sheet_fault *fault)
{
    struct str type = str_of(x->type);
    if (str_eq(type, S("s"))) {
        if (!shared_string(x, text)) return false;
        *text = unescape(*text, &x->text);
    } else if (str_eq(type, S("str")) || str_eq(type, S("inlineStr"))) {
        *text = unescape(*text, &x->text);
    } else if (str_eq(type, S("b"))) {
        *text = xml_true(str_trim(*text)) ? S("TRUE") : S("FALSE");
    } else if (str_eq(type, S("e"))) {
        *fault = SHEET_FORMULA_ERROR;
    } else if (str_eq(type, S("n"))) {
        return number(x, text, fault);
    } else if (!str_eq(type, S("d"))) {
        return false;
    }
    return true;
}

static void end_cell(struct xlsx_reader *x)
{
    enum sheet_fault fault = SHEET_FINE;
    struct str text = buf_str(&x->value);
    enum err rc = OK;
    if (x->value.failed) {
        fail(x, ERR_TOO_LARGE, "too_long", "a cell has at most 32,767 bytes");
        return;
    }
    if (x->got_value && text.len && !cell_text(x, &text, &fault)) {
        damaged(x, "a cell's value is none of its type");
        return;
    }
    if (!x->got_value && x->has_formula) fault = SHEET_NO_VALUE;
    rc = sheet_cell_add(x->r, x->column, text);
    if (!rc) rc = sheet_cell_end(x->r, x->column, fault);
    if (rc) {
        x->xml.error = x->r->error;
        xml_stop(&x->xml);
    }
}

static void on_end(void *xlsx, struct str name)
{
    struct xlsx_reader *x = xlsx;
    x->in_value = false;
    if (str_eq(name, S("rPh")) && x->phonetic) {
        x->phonetic--;
    } else if (x->in_cell && str_eq(name, S("c"))) {
        end_cell(x);
        x->in_cell = false;
        x->phonetic = 0;
    } else if (x->in_row && !x->in_cell && str_eq(name, S("row"))) {
        x->in_row = false;
        x->row_done = true;
        xml_pause(&x->xml);
    }
}

enum err xlsx_open(struct sheet_reader *r, struct str sheet, struct sheet_error *e)
{
    static const struct xml_handlers handlers = { on_start, on_end, on_text };
    struct xlsx_reader *x = sheet_alloc(sizeof *x);
    r->xlsx = x;
    x->r = r;
    buf_init(&x->value, VALUE_MAX);
    buf_init(&x->text, VALUE_MAX);
    enum err rc = package_open(&x->package, &r->input, e);
    if (!rc) rc = book_read(&x->package, sheet, &x->book, e);
    if (!rc && x->book.strings[0])
        rc = strings_read(&x->package, x->book.strings, r->tmp_dir, &x->strings, e);
    if (rc) return rc;
    x->xml.ctx = x;
    rc = xml_open(&x->xml, &x->package, x->book.sheet, &handlers, e);
    x->open = !rc;
    if (rc == ERR_NOT_FOUND)
        rc = sheet_error_set(
            e, ERR_INVALID, "damaged", "the XLSX is damaged: the part with its sheet is missing");
    return rc;
}

enum err xlsx_next(struct sheet_reader *r, bool *more)
{
    struct xlsx_reader *x = r->xlsx;
    x->row_done = false;
    enum err rc = xml_run(&x->xml);
    *more = !rc && x->row_done;
    if (rc && !r->error.kind) {
        r->error = x->xml.error;
        if (!r->error.row) r->error.row = r->number;
    }
    return rc;
}

void xlsx_free(struct xlsx_reader *x)
{
    if (!x) return;
    if (x->open) xml_close(&x->xml);
    strings_free(x->strings);
    package_close(&x->package);
    buf_release(&x->value);
    buf_release(&x->text);
    free(x);
}
