/* file.c: see file.h. */
#include "exchange/file.h"

#include "base/limits.h"

bool file_separator_parse(struct str name, char *out)
{
    if (str_eq(name, S("comma")))
        *out = ',';
    else if (str_eq(name, S("semicolon")))
        *out = ';';
    else if (str_eq(name, S("tab")))
        *out = '\t';
    else
        return false;
    return true;
}

static bool ends(struct str path, struct str ending)
{
    return path.len >= ending.len &&
           str_eq_nocase(str_sub(path, path.len - ending.len, ending.len), ending);
}

bool file_format_of_path(struct str path, enum sheet_format *out)
{
    *out = ends(path, S(".csv")) ? SHEET_CSV : SHEET_XLSX;
    return ends(path, S(".csv")) || ends(path, S(".xlsx"));
}

bool file_is_pdf(struct str path)
{
    return ends(path, S(".pdf"));
}

static enum err explain(const struct sheet_error *from, struct error *e)
{
    sheet_error_to(from, e);
    return e->kind;
}

enum err file_open(struct file_reader *r, int fd, struct error *e)
{
    struct sheet_reader_options options = { .fd = fd };
    struct sheet_error failure;
    *r = (struct file_reader){ 0 };
    if (sheet_reader_open(&options, &r->sheet, &failure)) return explain(&failure, e);
    arena_init(&r->arena, "row of a file", JOB_ARENA_MAX);
    return OK;
}

static enum err next(void *ctx, struct import_row *out, bool *more, struct error *e)
{
    struct file_reader *r = ctx;
    const struct sheet_row *row;
    struct sheet_error failure;
    if (sheet_next(r->sheet, &row, &failure)) return explain(&failure, e);
    *more = row != NULL;
    if (!row) return OK;
    arena_reset(&r->arena);
    struct str *cells = arena_new(&r->arena, struct str, row->count), *faults = NULL;
    for (size_t i = 0; i < row->count; i++) {
        cells[i] = row->cells[i].text;
        if (!row->cells[i].fault) continue;
        if (!faults) faults = arena_new(&r->arena, struct str, row->count);
        faults[i] = sheet_fault_text(row->cells[i].fault);
    }
    *out = (struct import_row){ row->number, cells, faults, row->count };
    return OK;
}

struct row_source file_rows(struct file_reader *r)
{
    return (struct row_source){ next, r };
}

void file_close(struct file_reader *r)
{
    sheet_reader_free(r->sheet);
    arena_release(&r->arena);
}

enum err file_create(
    struct file_writer *w, int fd, const struct file_form *form, time_ms now, struct error *e)
{
    struct sheet_writer_options options = { .format = form->format,
        .fd = fd,
        .separator = form->separator,
        .mark = form->mark,
        .made_at = now };
    struct sheet_error failure;
    if (sheet_writer_open(&options, &w->sheet, &failure)) return explain(&failure, e);
    return OK;
}

static enum err put_row(void *ctx, const struct export_cell *cells, size_t count, struct error *e)
{
    struct file_writer *w = ctx;
    for (size_t i = 0; i < count; i++) {
        switch (cells[i].kind) {
        case CELL_TEXT:
            sheet_put_text(w->sheet, cells[i].text);
            break;
        case CELL_INT:
            sheet_put_int(w->sheet, cells[i].number);
            break;
        case CELL_MONEY:
            sheet_put_money(w->sheet, cells[i].number, cells[i].decimals);
            break;
        }
    }
    sheet_end_row(w->sheet);
    if (!sheet_failed(w->sheet)) return OK;
    return error_set(e, ERR_UNAVAILABLE, "the file cannot be written"); /* file_finish says why */
}

struct row_writer file_row_writer(struct file_writer *w)
{
    return (struct row_writer){ put_row, w };
}

enum err file_finish(struct file_writer *w, struct error *e)
{
    struct sheet_error failure;
    return sheet_writer_close(w->sheet, &failure) ? explain(&failure, e) : OK;
}

void file_abort(struct file_writer *w)
{
    sheet_writer_abort(w->sheet);
}
