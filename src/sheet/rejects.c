/* rejects.c: see rejects.h. */
#include "sheet/rejects.h"

#include "sheet/internal.h"

#include <stdlib.h>

static const char *const titles[] = { "Row", "Column", "Reason" };
enum { TITLE_COUNT = 3 };

bool sheet_is_reject_column(struct str title)
{
    for (size_t i = 0; i < TITLE_COUNT; i++)
        if (str_eq(title, str_of(titles[i]))) return true;
    return false;
}

struct rejects {
    struct sheet_reader *from;
    struct sheet_writer *to;
    const struct sheet_row *row; /* the last one that was read */
    struct buf columns, reasons; /* of the row that is being written */
    struct buf header;           /* the titles, one behind the other */
    size_t ends[SHEET_COLUMNS_MAX];
    size_t count;
    size_t skip; /* columns in front that are those of an earlier sheet of rejects */
};

static void keep_header(struct rejects *r)
{
    for (size_t i = 0; i < r->row->count; i++) {
        buf_put(&r->header, r->row->cells[i].text);
        r->ends[r->count++] = r->header.len;
    }
}

static struct str title_of(
    const struct rejects *r, int32_t column, char name[SHEET_COLUMN_NAME_SIZE])
{
    size_t i = (size_t)column - 1;
    if (i < r->count) {
        size_t from = i ? r->ends[i - 1] : 0;
        if (r->ends[i] > from) return (struct str){ r->header.at + from, r->ends[i] - from };
    }
    return str_of(sheet_column_name(column, name));
}

static void put_cells(struct rejects *r)
{
    for (size_t i = r->skip; i < r->row->count; i++)
        sheet_put_text(r->to, r->row->cells[i].text);
    sheet_end_row(r->to);
}

static void put_titles(struct rejects *r)
{
    for (size_t i = 0; i < TITLE_COUNT; i++)
        sheet_put_text(r->to, str_of(titles[i]));
    bool again = r->row->count >= TITLE_COUNT;
    for (size_t i = 0; again && i < TITLE_COUNT; i++)
        again = str_eq(r->row->cells[i].text, str_of(titles[i]));
    r->skip = again ? TITLE_COUNT : 0;
    keep_header(r);
    put_cells(r);
}

/* Longer ones would not fit into a cell: the last is cut, and nothing comes behind it. */
static void join(struct buf *to, struct str separator, struct str text)
{
    struct str pieces[] = { to->len ? separator : S(""), text };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct str piece = str_sub(pieces[i], 0, to->cap - to->len);
        while (piece.len && piece.len < pieces[i].len && (pieces[i].at[piece.len] & 0xC0) == 0x80)
            piece.len--; /* not within a character */
        buf_put(to, piece);
    }
}

static void add_reject(struct rejects *r, const struct sheet_reject *reject)
{
    char name[SHEET_COLUMN_NAME_SIZE];
    if (reject->column) join(&r->columns, S(", "), title_of(r, reject->column, name));
    join(&r->reasons, S("; "), reject->reason);
}

static enum err find_row(struct rejects *r, int64_t number, struct sheet_error *e)
{
    while (r->row && r->row->number < number) {
        enum err rc = sheet_next(r->from, &r->row, e);
        if (rc) return rc;
    }
    if (r->row && r->row->number == number) return OK;
    return sheet_error_at(e, ERR_INVALID, "no_such_row", number, 0, "there is no such row");
}

static enum err write_all(struct rejects *r, sheet_reject_fn next, void *ctx, struct sheet_error *e)
{
    struct sheet_reject reject;
    enum err rc = sheet_next(r->from, &r->row, e);
    if (rc || !r->row) return rc;
    put_titles(r);
    for (bool more = next(ctx, &reject); more && !sheet_failed(r->to);) {
        int64_t number = reject.row;
        rc = find_row(r, number, e);
        if (rc) return rc;
        buf_clear(&r->columns);
        buf_clear(&r->reasons);
        for (; more && reject.row == number; more = next(ctx, &reject))
            add_reject(r, &reject);
        sheet_put_int(r->to, number);
        sheet_put_text(r->to, buf_str(&r->columns));
        sheet_put_text(r->to, buf_str(&r->reasons));
        put_cells(r);
    }
    return OK;
}

enum err sheet_write_rejects(struct sheet_reader *from, struct sheet_writer *to,
    sheet_reject_fn next, void *ctx, struct sheet_error *e)
{
    struct rejects *r = sheet_alloc(sizeof *r);
    r->from = from;
    r->to = to;
    buf_init(&r->columns, SHEET_CELL_MAX);
    buf_init(&r->reasons, SHEET_CELL_MAX);
    buf_init(&r->header, (size_t)SHEET_COLUMNS_MAX * SHEET_CELL_MAX);
    enum err rc = write_all(r, next, ctx, e);
    buf_release(&r->columns);
    buf_release(&r->reasons);
    buf_release(&r->header);
    free(r);
    return rc;
}
