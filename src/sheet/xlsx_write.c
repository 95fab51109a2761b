/*
 * xlsx_write.c: a sheet through libxlsxwriter, which keeps one row in memory and the rest in
 * temporary files.
 *
 * The library writes to a path, so it is given the one of the open descriptor; it packs the file at
 * the end. It does not notice when its temporary files could not be written: the size of the sheet
 * that was packed is compared to what was given to it.
 *
 * An XLSX number is a binary fraction. Amounts become one only here, at the border, and only while
 * they have at most the 15 digits that come back exactly; larger numbers are written as text.
 */
#include "sheet/xlsx_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xlsxwriter.h>
#include <zip.h>

enum { DECIMALS_MAX = 4, PATH_SIZE = 32, HEADER_WIDTH = 18, SHEET_TITLE_MAX = 31 };

static const int64_t number_max = INT64_C(999999999999999);

struct xlsx_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *header, *time, *money[DECIMALS_MAX + 1];
    char path[PATH_SIZE];
    char tmp_dir[4096];
};

static void check(struct sheet_writer *w, lxw_error rc)
{
    if (rc)
        writer_fail(w, ERR_UNAVAILABLE, "unavailable", "the spreadsheet cannot be written: %s",
            lxw_strerror(rc));
}

static void make_looks(struct xlsx_writer *x)
{
    static const char *const money[DECIMALS_MAX + 1] = { "0", "0.0", "0.00", "0.000", "0.0000" };
    x->header = workbook_add_format(x->book);
    format_set_bold(x->header);
    x->time = workbook_add_format(x->book);
    format_set_num_format(x->time, "yyyy-mm-dd hh:mm:ss");
    for (int i = 1; i <= DECIMALS_MAX; i++) {
        x->money[i] = workbook_add_format(x->book);
        format_set_num_format(x->money[i], money[i]);
    }
}

void xlsx_begin(struct sheet_writer *w)
{
    struct xlsx_writer *x = sheet_alloc(sizeof *x);
    const char *tmp_dir = w->options.tmp_dir ? w->options.tmp_dir : getenv("TMPDIR");
    char title[SHEET_TITLE_MAX * 4 + 1];
    w->xlsx = x;
    (void)snprintf(x->path, sizeof x->path, "/proc/self/fd/%d", w->options.fd);
    (void)snprintf(x->tmp_dir, sizeof x->tmp_dir, "%s", tmp_dir && tmp_dir[0] ? tmp_dir : "/tmp");
    (void)snprintf(title, sizeof title, "%.*s", STR_FMT(w->options.title));
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = x->tmp_dir };
    x->book = workbook_new_opt(x->path, &options);
    x->sheet = x->book ? workbook_add_worksheet(x->book, title[0] ? title : NULL) : NULL;
    if (!x->sheet) {
        writer_fail(w, ERR_UNAVAILABLE, "unavailable", "the spreadsheet cannot be begun");
        return;
    }
    lxw_doc_properties properties = { .created = (time_t)(w->options.made_at / 1000) };
    if (!properties.created) properties.created = 1; /* 0 is "now" to the library */
    check(w, workbook_set_properties(x->book, &properties));
    make_looks(x);
}

static bool row_fits(struct sheet_writer *w)
{
    if (w->row <= SHEET_ROWS_MAX) return true;
    writer_fail(w, ERR_TOO_LARGE, "too_many_rows", "an XLSX has at most %d rows", SHEET_ROWS_MAX);
    return false;
}

static lxw_row_t row_of(const struct sheet_writer *w)
{
    return (lxw_row_t)(w->row - 1);
}

static lxw_col_t column_of(const struct sheet_writer *w)
{
    return (lxw_col_t)(w->column - 1);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* "_x000D_" in a text would be read as a CR. */
static bool looks_escaped(struct str s)
{
    if (s.len < 7 || !str_starts(s, S("_x")) || s.at[6] != '_') return false;
    return is_hex(s.at[2]) && is_hex(s.at[3]) && is_hex(s.at[4]) && is_hex(s.at[5]);
}

void xlsx_put_text(struct sheet_writer *w, struct str text, enum xlsx_look look)
{
    struct buf *out = &w->scratch;
    if (!row_fits(w)) return;
    buf_clear(out);
    if (escape_is_needed(text)) buf_put_char(out, '\'');
    for (struct str rest = text; rest.len; rest = str_sub(rest, 1, rest.len)) {
        if (looks_escaped(rest)) buf_put(out, S("_x005F"));
        buf_put_char(out, rest.at[0]);
    }
    buf_put_char(out, '\0');
    lxw_format *format = look == XLSX_HEADER ? w->xlsx->header : NULL;
    check(w, worksheet_write_string(w->xlsx->sheet, row_of(w), column_of(w), out->at, format));
}

static void put_as_text(struct sheet_writer *w, int64_t n, int decimals)
{
    char text[32];
    int64_t scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    bool negative = n < 0;
    uint64_t size = negative ? -(uint64_t)n : (uint64_t)n;
    int len = snprintf(text, sizeof text, "%s%llu", negative ? "-" : "",
        (unsigned long long)(size / (uint64_t)scale));
    if (decimals)
        len += snprintf(text + len, sizeof text - (size_t)len, ".%0*llu", decimals,
            (unsigned long long)(size % (uint64_t)scale));
    xlsx_put_text(w, (struct str){ text, (size_t)len }, XLSX_PLAIN);
}

void xlsx_put_number(struct sheet_writer *w, int64_t n, int decimals)
{
    static const double scale[DECIMALS_MAX + 1] = { 1, 10, 100, 1000, 10000 };
    struct xlsx_writer *x = w->xlsx;
    if (n > number_max || n < -number_max) {
        put_as_text(w, n, decimals);
    } else if (row_fits(w)) {
        check(w, worksheet_write_number(x->sheet, row_of(w), column_of(w),
                     (double)n / scale[decimals], x->money[decimals]));
    }
}

void xlsx_put_time(struct sheet_writer *w, time_ms t)
{
    /* 1900-03-01 to 9999-12-31: before, days are counted with a day that never was. */
    const time_ms first = INT64_C(-2203891200000), last = INT64_C(253402300799000);
    char text[RFC3339_SIZE];
    if (!row_fits(w)) return;
    if (t >= first && t <= last) {
        double days = (double)t / 86400000.0 + 25569.0; /* from 1899-12-30 */
        check(w,
            worksheet_write_number(w->xlsx->sheet, row_of(w), column_of(w), days, w->xlsx->time));
        return;
    }
    rfc3339_format(t, text);
    text[10] = ' ';
    xlsx_put_text(w, (struct str){ text, 19 }, XLSX_PLAIN);
}

void xlsx_header_done(struct sheet_writer *w)
{
    if (w->error.kind) return;
    worksheet_freeze_panes(w->xlsx->sheet, 1, 0);
    if (w->column)
        check(w, worksheet_set_column(w->xlsx->sheet, 0, column_of(w), HEADER_WIDTH, NULL));
}

/* Is the sheet as long as what was written of it before it was packed? */
static void check_packed(struct sheet_writer *w, int64_t written)
{
    zip_stat_t st;
    int why;
    zip_t *zip = zip_open(w->xlsx->path, ZIP_RDONLY, &why);
    bool whole = zip && !zip_stat(zip, "xl/worksheets/sheet1.xml", 0, &st) &&
                 (st.valid & ZIP_STAT_SIZE) && st.size > (zip_uint64_t)written;
    if (zip) zip_discard(zip);
    if (!whole)
        writer_fail(w, ERR_UNAVAILABLE, "unavailable",
            "the spreadsheet came out incomplete: is the disk full?");
}

void xlsx_end(struct sheet_writer *w)
{
    struct xlsx_writer *x = w->xlsx;
    if (w->error.kind) return;
    FILE *rows = x->sheet->optimize_tmpfile;
    if (fflush(rows) || ferror(rows)) {
        writer_fail(w, ERR_UNAVAILABLE, "unavailable", "the disk is full: %s", strerror(errno));
        return;
    }
    int64_t written = ftell(rows);
    lxw_error rc = workbook_close(x->book);
    x->book = NULL;
    check(w, rc);
    if (!w->error.kind) check_packed(w, written);
}

void xlsx_writer_free(struct xlsx_writer *x)
{
    if (!x) return;
    if (x->book) lxw_workbook_free(x->book);
    free(x);
}
