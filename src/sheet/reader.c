/* reader.c: recognises the format; keeps the row in the making. */
#include "sheet/internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What people send instead, by its first bytes. */
static const struct {
    struct str magic;
    const char *code, *detail;
} refused[] = {
    { { "\xD0\xCF\x11\xE0", 4 }, "protected",
        "this is an XLSX with a password or an old XLS; save it as XLSX without a password" },
    { { "%PDF", 4 }, "unknown_format", "this is a PDF, not a spreadsheet" },
    { { "\x1F\x8B", 2 }, "unknown_format", "this is packed (gzip); unpack it first" },
    { { "\x89PNG", 4 }, "unknown_format", "this is a picture, not a spreadsheet" },
    { { "\xFF\xD8\xFF", 3 }, "unknown_format", "this is a picture, not a spreadsheet" },
    { { "{\\rtf", 5 }, "unknown_format", "this is a text document, not a spreadsheet" },
    { { "<!DOCTYPE", 9 }, "old_format", "this is a web page, not a spreadsheet; save it as XLSX" },
    { { "<html", 5 }, "old_format", "this is a web page, not a spreadsheet; save it as XLSX" },
    { { "<?xml", 5 }, "old_format", "this is XML, not a spreadsheet; save it as XLSX" },
};

static bool is_zip(struct str start)
{
    return str_starts(start, S("PK\3\4")) || str_starts(start, S("PK\5\6"));
}

static bool begins_with(struct str start, struct str magic)
{
    return str_eq_nocase(str_sub(start, 0, magic.len), magic);
}

bool sheet_begins_otherwise(struct str start)
{
    bool other = is_zip(start);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        other = other || begins_with(start, refused[i].magic);
    return other;
}

static enum err recognise(struct sheet_reader *r, struct sheet_error *e)
{
    char head[16];
    ssize_t n = input_read(&r->input, 0, head, sizeof head);
    if (n < 0) return sheet_error_set(e, ERR_UNAVAILABLE, "unavailable", "the file cannot be read");
    struct str start = { head, (size_t)n };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (begins_with(start, refused[i].magic))
            return sheet_error_set(e, ERR_INVALID, refused[i].code, "%s", refused[i].detail);
    r->format = is_zip(start) ? SHEET_XLSX : SHEET_CSV;
    return OK;
}

enum err sheet_reader_open(
    const struct sheet_reader_options *options, struct sheet_reader **out, struct sheet_error *e)
{
    struct sheet_reader *r = sheet_alloc(sizeof *r);
    buf_init(&r->text, (size_t)SHEET_COLUMNS_MAX * SHEET_CELL_MAX + SHEET_CELL_MAX);
    r->tmp_dir = options->tmp_dir;
    r->rows_max = options->rows_max ? options->rows_max : SHEET_ROWS_MAX;
    enum err rc = input_open(&r->input, options, e);
    if (!rc) rc = recognise(r, e);
    if (!rc) rc = r->format == SHEET_XLSX ? xlsx_open(r, options->sheet, e) : csv_open(r, e);
    if (rc) {
        sheet_reader_free(r);
        return rc;
    }
    *out = r;
    return OK;
}

enum sheet_format sheet_reader_format(const struct sheet_reader *r)
{
    return r->format;
}

enum err sheet_cell_add(struct sheet_reader *r, int32_t column, struct str piece)
{
    if (piece.len && memchr(piece.at, '\0', piece.len))
        return sheet_fail(r, ERR_INVALID, "bad_text", column,
            "there is a NUL byte: this is no text, or UTF-16 without its mark; save it as CSV "
            "UTF-8");
    if (piece.len > SHEET_CELL_MAX - (r->text.len - r->cell_at))
        return sheet_fail(
            r, ERR_TOO_LARGE, "too_long", column, "a cell has at most %d bytes", SHEET_CELL_MAX);
    buf_put(&r->text, piece);
    return OK;
}

enum err sheet_cell_end(struct sheet_reader *r, int32_t column, enum sheet_fault fault)
{
    struct cell_place place = { r->cell_at, r->text.len - r->cell_at, fault };
    r->cell_at = r->text.len;
    if (!place.len && !fault) return OK;
    if (column > SHEET_COLUMNS_MAX)
        return sheet_fail(r, ERR_TOO_LARGE, "too_many_columns", column,
            "a row has at most %d columns", SHEET_COLUMNS_MAX);
    if (place.len && escape_is_there((struct str){ r->text.at + place.at, place.len })) {
        place.at++;
        place.len--;
    }
    size_t index = (size_t)column - 1;
    memset(r->places + r->count, 0, (index - r->count) * sizeof r->places[0]);
    r->places[index] = place;
    r->count = index + 1;
    return OK;
}

static void show_row(struct sheet_reader *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct cell_place *p = &r->places[i];
        r->cells[i].text = p->len ? (struct str){ r->text.at + p->at, p->len } : S("");
        r->cells[i].fault = p->fault;
    }
    r->row = (struct sheet_row){ r->number, r->count, r->cells };
}

/* The error is in r->error. */
static enum err next_row(struct sheet_reader *r, bool *more)
{
    do {
        buf_clear(&r->text);
        r->cell_at = 0;
        r->count = 0;
        enum err rc = r->csv ? csv_next(r, more) : xlsx_next(r, more);
        if (rc || !*more) return rc;
    } while (!r->count);
    if (r->rows_given == r->rows_max)
        return sheet_fail(r, ERR_TOO_LARGE, "too_many_rows", 0, "at most %lld rows are read",
            (long long)r->rows_max);
    r->rows_given++;
    return OK;
}

enum err sheet_next(struct sheet_reader *r, const struct sheet_row **row, struct sheet_error *e)
{
    bool more = false;
    *row = NULL;
    if (!r->error.kind && !next_row(r, &more) && more) {
        show_row(r);
        *row = &r->row;
    }
    if (r->error.kind) *e = r->error;
    return r->error.kind;
}

void sheet_reader_free(struct sheet_reader *r)
{
    if (!r) return;
    csv_free(r->csv);
    xlsx_free(r->xlsx);
    buf_release(&r->text);
    free(r);
}

struct sheet_cell sheet_cell_of(const struct sheet_row *row, size_t column)
{
    return column < row->count ? row->cells[column] : (struct sheet_cell){ S(""), SHEET_FINE };
}
