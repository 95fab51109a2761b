/* writer.c: cells are checked here and become CSV or XLSX; the first failure sticks. */
#include "sheet/writer.h"

#include "sheet/xlsx_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 32 };

enum err writer_fail(struct sheet_writer *w, enum err kind, const char *code, const char *fmt, ...)
{
    if (w->error.kind) return w->error.kind;
    va_list ap;
    va_start(ap, fmt);
    char detail[ERROR_DETAIL_MAX];
    (void)vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);
    return sheet_error_at(&w->error, kind, code, w->row, w->column, "%s", detail);
}

enum err sheet_writer_open(
    const struct sheet_writer_options *options, struct sheet_writer **out, struct sheet_error *e)
{
    struct sheet_writer *w = sheet_alloc(sizeof *w);
    w->options = *options;
    w->row = 1;
    /* A row has to fit beside what waits to be written; each byte may be a quote that is doubled.
     */
    buf_init(
        &w->out, (size_t)SHEET_COLUMNS_MAX * (2 * SHEET_CELL_MAX + 4) + 2 * (size_t)SHEET_BLOCK);
    buf_init(&w->scratch, 8 * (size_t)SHEET_CELL_MAX);
    if (options->format == SHEET_CSV)
        csv_begin(w);
    else
        xlsx_begin(w);
    if (w->error.kind) {
        enum err rc = w->error.kind;
        *e = w->error;
        sheet_writer_abort(w);
        return rc;
    }
    *out = w;
    return OK;
}

/* Is there a cell to be written? */
static bool next_cell(struct sheet_writer *w)
{
    if (w->error.kind) return false;
    w->column++;
    if (w->column <= SHEET_COLUMNS_MAX) return true;
    writer_fail(
        w, ERR_TOO_LARGE, "too_many_columns", "a row has at most %d columns", SHEET_COLUMNS_MAX);
    return false;
}

void sheet_put_text(struct sheet_writer *w, struct str text)
{
    if (!next_cell(w)) return;
    if (text.len > SHEET_CELL_MAX)
        writer_fail(w, ERR_TOO_LARGE, "too_long", "a cell has at most %d bytes", SHEET_CELL_MAX);
    else if (!str_is_utf8(text) || (text.len && memchr(text.at, '\0', text.len)))
        writer_fail(w, ERR_INVALID, "bad_text", "the text is not UTF-8, or holds a NUL byte");
    else if (w->options.format == SHEET_CSV)
        csv_put(w, text, true);
    else if (text.len)
        xlsx_put_text(w, text, XLSX_PLAIN);
}

void sheet_put_empty(struct sheet_writer *w)
{
    sheet_put_text(w, S(""));
}

void sheet_put_header(struct sheet_writer *w, const char *const *titles, size_t count)
{
    bool first = w->row == 1;
    for (size_t i = 0; i < count; i++) {
        if (w->options.format == SHEET_CSV)
            sheet_put_text(w, str_of(titles[i]));
        else if (next_cell(w))
            xlsx_put_text(w, str_of(titles[i]), XLSX_HEADER);
    }
    if (first && w->options.format == SHEET_XLSX) xlsx_header_done(w);
    sheet_end_row(w);
}

void sheet_put_int(struct sheet_writer *w, int64_t n)
{
    char text[NUMBER_SIZE];
    if (!next_cell(w)) return;
    int len = snprintf(text, sizeof text, "%lld", (long long)n);
    if (w->options.format == SHEET_CSV)
        csv_put(w, (struct str){ text, (size_t)len }, false);
    else
        xlsx_put_number(w, n, 0);
}

void sheet_put_money(struct sheet_writer *w, int64_t minor, int decimals)
{
    char text[NUMBER_SIZE];
    if (!next_cell(w)) return;
    if (w->options.format == SHEET_XLSX) {
        xlsx_put_number(w, minor, decimals);
        return;
    }
    uint64_t scale = 1, size = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    int len = decimals ? snprintf(text, sizeof text, "%s%llu.%0*llu", minor < 0 ? "-" : "",
                             (unsigned long long)(size / scale), decimals,
                             (unsigned long long)(size % scale))
                       : snprintf(text, sizeof text, "%lld", (long long)minor);
    csv_put(w, (struct str){ text, (size_t)len }, false);
}

void sheet_put_time(struct sheet_writer *w, time_ms t)
{
    char text[RFC3339_SIZE];
    if (!next_cell(w)) return;
    time_ms ms = t % 1000 < 0 ? t % 1000 + 1000 : t % 1000;
    if (w->options.format == SHEET_XLSX) {
        xlsx_put_time(w, t - ms);
        return;
    }
    rfc3339_format(t - ms, text);
    text[10] = ' ';
    csv_put(w, (struct str){ text, 19 }, false);
}

void sheet_end_row(struct sheet_writer *w)
{
    if (w->error.kind) return;
    if (w->options.format == SHEET_CSV) csv_end_row(w);
    w->row++;
    w->column = 0;
}

bool sheet_failed(const struct sheet_writer *w)
{
    return w->error.kind != OK;
}

enum err sheet_writer_close(struct sheet_writer *w, struct sheet_error *e)
{
    if (w->options.format == SHEET_CSV)
        csv_flush(w);
    else
        xlsx_end(w);
    enum err rc = w->error.kind;
    if (rc) *e = w->error;
    sheet_writer_abort(w);
    return rc;
}

void sheet_writer_abort(struct sheet_writer *w)
{
    if (!w) return;
    xlsx_writer_free(w->xlsx);
    buf_release(&w->out);
    buf_release(&w->scratch);
    free(w);
}
