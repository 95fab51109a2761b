/* errors_sheet.c: see errors_sheet.h. */
#include "exchange/errors_sheet.h"

#include "base/json.h"

enum { PAGE = 200, JSON_MAX = 8 * 1024 * 1024 };

static struct export_cell text(struct str s)
{
    return (struct export_cell){ .kind = CELL_TEXT, .text = s };
}

static bool is_own(struct str title)
{
    for (int k = 0; k < ERROR_COLUMNS; k++)
        if (str_eq_nocase(str_trim(title), str_of(error_columns[k]))) return true;
    return false;
}

/* Short rows are filled up; what is too long (which is its fault) is cut. */
static enum err put(struct errors_sheet *s, const struct str *cells, size_t count,
    const struct str reasons[ERROR_COLUMNS], struct error *e)
{
    struct export_cell out[SHEET_COLUMNS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!s->left_out[i]) out[n++] = text(i < count ? cells[i] : S(""));
    for (int k = 0; k < ERROR_COLUMNS; k++)
        out[n++] = text(reasons[k]);
    return s->writer->row(s->writer->ctx, out, n, e);
}

enum err errors_sheet_begin(struct errors_sheet *s, struct row_writer *writer,
    const struct str *titles, size_t count, struct error *e)
{
    struct str own[ERROR_COLUMNS];
    *s = (struct errors_sheet){ .writer = writer };
    for (; s->count < count && s->width < ERROR_WIDTH_MAX; s->count++) {
        s->left_out[s->count] = is_own(titles[s->count]);
        s->width += !s->left_out[s->count];
    }
    for (int k = 0; k < ERROR_COLUMNS; k++)
        own[k] = str_of(error_columns[k]);
    return put(s, titles, count, own, e);
}

/* "Grade; SKU", "required; too_long", and what to do about each. */
struct reasons {
    struct buf parts[ERROR_COLUMNS];
};

static void reasons_init(struct reasons *r)
{
    for (int k = 0; k < ERROR_COLUMNS; k++)
        buf_init(&r->parts[k], SHEET_CELL_MAX);
}

static void reasons_add(struct reasons *r, int k, struct str s)
{
    if (r->parts[k].len) buf_put(&r->parts[k], S("; "));
    buf_put(&r->parts[k], s);
}

static void reasons_view(const struct reasons *r, struct str out[ERROR_COLUMNS])
{
    for (int k = 0; k < ERROR_COLUMNS; k++)
        out[k] = buf_str(&r->parts[k]);
}

static void reasons_release(struct reasons *r)
{
    for (int k = 0; k < ERROR_COLUMNS; k++)
        buf_release(&r->parts[k]);
}

enum err errors_sheet_row(
    struct errors_sheet *s, const struct row_result *rejected, struct error *e)
{
    struct reasons r;
    struct str texts[ERROR_COLUMNS];
    reasons_init(&r);
    for (size_t i = 0; i < rejected->fault_count; i++) {
        const struct row_fault *f = &rejected->faults[i];
        if (f->warning) continue;
        reasons_add(&r, 0, f->column ? str_of(f->column) : S(""));
        reasons_add(&r, 1, str_of(f->code));
        reasons_add(&r, 2, f->detail);
    }
    reasons_view(&r, texts);
    enum err rc = put(s, rejected->row.cells, rejected->row.count, texts, e);
    reasons_release(&r);
    return rc;
}

/* Of a run: what is kept is JSON. */

static enum err read_cells(
    struct str json, struct arena *arena, struct str *cells, size_t *count, struct error *e)
{
    struct json root;
    *count = 0;
    enum err rc = json_parse(json, JSON_MAX, &root, e);
    if (rc) return error_set(e, ERR_CORRUPT, "the cells of a row are no JSON");
    for (size_t i = 0; i < json_len(root) && i < SHEET_COLUMNS_MAX; i++) {
        struct str s = S("");
        (void)json_str(json_at(root, i), &s);
        cells[(*count)++] = arena_str(arena, s);
    }
    json_release(&root);
    return OK;
}

static enum err read_reasons(struct str json, struct reasons *r, struct error *e)
{
    static const char *const keys[ERROR_COLUMNS] = { "column", "code", "detail" };
    struct json root;
    enum err rc = json_parse(json, JSON_MAX, &root, e);
    if (rc) return error_set(e, ERR_CORRUPT, "the faults of a row are no JSON");
    for (size_t i = 0; i < json_len(root); i++)
        for (int k = 0; k < ERROR_COLUMNS; k++) {
            struct str s = S("");
            (void)json_str(json_get(json_at(root, i), keys[k]), &s);
            reasons_add(r, k, s);
        }
    json_release(&root);
    return OK;
}

static enum err put_kept(
    struct errors_sheet *s, const struct import_fault *fault, struct arena *arena, struct error *e)
{
    struct str cells[SHEET_COLUMNS_MAX], texts[ERROR_COLUMNS];
    struct reasons r;
    size_t count;
    reasons_init(&r);
    enum err rc = read_cells(fault->cells, arena, cells, &count, e);
    if (!rc) rc = read_reasons(fault->faults, &r, e);
    reasons_view(&r, texts);
    if (!rc) rc = put(s, cells, count, texts, e);
    reasons_release(&r);
    return rc;
}

enum err errors_sheet_write(
    struct tx *tx, const struct import_run *run, struct row_writer *writer, struct error *e)
{
    struct arena arena;
    struct errors_sheet sheet;
    struct str titles[SHEET_COLUMNS_MAX];
    struct page page = { 0, PAGE };
    size_t width;
    arena_init(&arena, "error sheet", JOB_ARENA_MAX);
    enum err rc = read_cells(run->titles, &arena, titles, &width, e);
    if (!rc) rc = errors_sheet_begin(&sheet, writer, titles, width, e);
    for (bool more = true; more && !rc;) {
        struct import_fault *rows;
        size_t count;
        arena_reset(&arena);
        rc = import_fault_list(tx, run->run.id, &page, &arena, &rows, &count, e);
        if (rc) break;
        more = count > PAGE;
        for (size_t i = 0; i < count && i < PAGE && !rc; i++)
            if (rows[i].fault_count) rc = put_kept(&sheet, &rows[i], &arena, e);
        if (more) page.after = rows[PAGE - 1].row;
    }
    arena_release(&arena);
    return rc;
}
