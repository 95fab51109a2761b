/* files.c: see files.h. */
#include "files.h"

struct exporting {
    const struct export_request *request;
    struct row_writer writer;
    int64_t rows;
};

static enum err write(struct tx *tx, void *ctx, struct error *e)
{
    struct exporting *x = ctx;
    return export_write(tx, x->request, &x->writer, &x->rows, e);
}

FILE *files_export(struct fix *f, const struct export_request *request, enum sheet_format format)
{
    struct file_writer w;
    struct file_form form = { .format = format };
    FILE *out = tmpfile();
    CHECK(out != NULL, "a temporary file");
    CHECK_ERR(file_create(&w, fileno(out), &form, f->now, &f->e), OK, &f->e, "create");
    struct exporting x = { .request = request, .writer = file_row_writer(&w) };
    CHECK_ERR(db_read(f->db, "export", write, &x, &f->e), OK, &f->e, "export");
    CHECK_ERR(file_finish(&w, &f->e), OK, &f->e, "finish");
    return out;
}

static bool go_on(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    struct buf *told = ctx;
    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows[i].fault_count; k++)
            buf_put_fmt(told, "; %lld %s %s: %.*s", (long long)rows[i].row.number,
                rows[i].faults[k].column, rows[i].faults[k].code,
                STR_FMT(rows[i].faults[k].detail));
    return true;
}

const char *files_import(struct fix *f, enum import_kind kind, FILE *in, bool dry_run)
{
    struct file_reader reader;
    struct buf told;
    struct import_state s;
    buf_init(&told, 64 * 1024);
    struct import_sink sink = { .done = go_on, .ctx = &told };
    struct import_options o = { .db = f->db,
        .clock = clock_system(),
        .rng = &f->rng,
        .actor = &f->actor,
        .kind = kind,
        .dry_run = dry_run };
    CHECK_ERR(file_open(&reader, fileno(in), &f->e), OK, &f->e, "open");
    struct row_source source = file_rows(&reader);
    CHECK_ERR(import_apply(&o, &source, &sink, &s, &f->e), OK, &f->e, "apply");
    file_close(&reader);
    struct str text =
        arena_fmt(&f->arena, "created %lld updated %lld unchanged %lld rejected %lld%.*s",
            (long long)s.created, (long long)s.updated, (long long)s.unchanged,
            (long long)s.rejected, STR_FMT(buf_str(&told)));
    buf_release(&told);
    return text.at;
}

const char *files_rows(struct fix *f, FILE *in)
{
    struct file_reader reader;
    struct buf text;
    struct import_row row;
    bool more = true;
    buf_init(&text, 1 << 18);
    CHECK_ERR(file_open(&reader, fileno(in), &f->e), OK, &f->e, "open");
    struct row_source source = file_rows(&reader);
    for (;;) {
        CHECK_ERR(source.next(source.ctx, &row, &more, &f->e), OK, &f->e, "next");
        if (!more) break;
        for (size_t i = 0; i < row.count; i++)
            buf_put_fmt(&text, "%s%.*s", i ? "|" : "", STR_FMT(row.cells[i]));
        buf_put_char(&text, '\n');
    }
    file_close(&reader);
    const char *out = arena_str(&f->arena, buf_str(&text)).at;
    buf_release(&text);
    return out;
}

struct str files_line(struct str *rest)
{
    struct str line;
    str_cut(*rest, '\n', &line, rest);
    return line;
}
