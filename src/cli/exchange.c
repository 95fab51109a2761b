/* exchange.c: import and export: spreadsheets without a server, or beside one. */
#include "cli/context.h"
#include "exchange/errors_sheet.h"
#include "exchange/file.h"
#include "exchange/orders_paper.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_REJECTED = 2 };

static int usage(const char *text)
{
    (void)fprintf(stderr, "stockbridge: usage: stockbridge %s\n", text);
    return 1;
}

/* A file that gets its name when it is whole. */
struct part {
    const char *path, *part;
    int fd;
};

static enum err part_open(struct cli *c, const char *path, struct part *p, struct error *e)
{
    *p = (struct part){ .path = path, .part = arena_fmt(&c->arena, "%s.part", path).at };
    p->fd = open(p->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return p->fd < 0 ? cli_file_error(p->part, e) : OK;
}

/* rc: how the writing ended, which is the result when it failed; there is no file then. */
static enum err part_close(struct part *p, enum err rc, struct error *e)
{
    if (!rc && fsync(p->fd) != 0) rc = cli_file_error(p->part, e);
    if (close(p->fd) != 0 && !rc) rc = cli_file_error(p->part, e);
    if (!rc && rename(p->part, p->path) != 0) rc = cli_file_error(p->path, e);
    if (rc) (void)unlink(p->part);
    return rc;
}

struct output {
    struct part part;
    struct file_writer writer;
    struct row_writer rows;
};

/* A parameter is never ignored. */
static enum err refuse_csv_options(const struct options *options, const char *path, struct error *e)
{
    if (!options->separator && !options->bom) return OK;
    return error_set(e, ERR_INVALID, "%s: --separator and --bom belong to a CSV", path);
}

static enum err form_of(
    const struct options *options, const char *path, struct file_form *out, struct error *e)
{
    *out = (struct file_form){ .mark = options->bom };
    if (!file_format_of_path(str_of(path), &out->format))
        return error_set(e, ERR_INVALID, "%s: the name must end with .csv or .xlsx", path);
    if (options->separator && !file_separator_parse(str_of(options->separator), &out->separator))
        return error_set(e, ERR_INVALID, "--separator must be one of: " FILE_SEPARATORS);
    return out->format == SHEET_CSV ? OK : refuse_csv_options(options, path, e);
}

static enum err output_open(struct cli *c, const char *path, struct output *o, struct error *e)
{
    struct file_form form;
    enum err rc = form_of(c->options, path, &form, e);
    if (!rc) rc = part_open(c, path, &o->part, e);
    if (rc) return rc;
    rc = file_create(&o->writer, o->part.fd, &form, clock_now(clock_system()), e);
    o->rows = file_row_writer(&o->writer);
    return rc ? part_close(&o->part, rc, e) : OK;
}

static enum err output_close(struct output *o, enum err rc, struct error *e)
{
    if (rc)
        file_abort(&o->writer);
    else
        rc = file_finish(&o->writer, e);
    return part_close(&o->part, rc, e);
}

/* Export */

struct exporting {
    struct export_request request;
    struct row_writer counted, *writer;
    int64_t rows;
};

static enum err count_row(void *ctx, const struct export_cell *cells, size_t count, struct error *e)
{
    enum { STEP = 10000 };
    struct exporting *x = ctx;
    if (++x->rows % STEP == 0) (void)fprintf(stderr, "%lld rows\n", (long long)x->rows);
    return x->writer->row(x->writer->ctx, cells, count, e);
}

static enum err export_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct exporting *x = ctx;
    int64_t rows;
    enum err rc = export_write(tx, &x->request, &x->counted, &rows, e);
    x->rows = rows;
    return rc;
}

static enum err export_sheet(
    struct cli *c, enum export_kind kind, const char *path, int64_t *rows, struct error *e)
{
    struct output out;
    struct exporting x = { .request = { .kind = kind, .variations = { .archived = ARCHIVED_TOO } },
        .writer = &out.rows };
    x.counted = (struct row_writer){ count_row, &x };
    enum err rc = output_open(c, path, &out, e);
    if (!rc) rc = output_close(&out, db_read(c->db, "export", export_tx, &x, e), e);
    *rows = x.rows;
    return rc;
}

struct papering {
    struct buf pdf;
    int64_t rows;
};

static enum err paper_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct papering *p = ctx;
    struct order_filter all = { 0 };
    struct orders_paper paper = { &all, S(""), clock_now(clock_system()) };
    buf_clear(&p->pdf);
    return orders_paper_print(tx, &paper, &p->pdf, &p->rows, e);
}

static enum err export_paper(struct cli *c, const char *path, int64_t *rows, struct error *e)
{
    enum { PDF_SIZE_MAX = 64 * 1024 * 1024 };
    struct papering p = { .rows = 0 };
    struct part part;
    buf_init(&p.pdf, PDF_SIZE_MAX);
    enum err rc = refuse_csv_options(c->options, path, e);
    if (!rc) rc = part_open(c, path, &part, e);
    if (!rc) {
        rc = db_read(c->db, "export", paper_tx, &p, e);
        for (struct str rest = buf_str(&p.pdf); rest.len && !rc;) {
            ssize_t n = write(part.fd, rest.at, rest.len);
            if (n < 0) rc = cli_file_error(part.part, e);
            rest = str_sub(rest, n > 0 ? (size_t)n : 0, rest.len);
        }
        rc = part_close(&part, rc, e);
    }
    buf_release(&p.pdf);
    *rows = p.rows;
    return rc;
}

int command_export(const struct options *options)
{
    enum export_kind kind;
    if (options->positional_count != 3 || !export_kind_parse(str_of(options->positional[1]), &kind))
        return usage("export catalog|items|connections|prices|orders|audit FILE");
    struct cli c;
    struct error e;
    int64_t rows;
    const char *path = options->positional[2];
    bool paper = kind == EXPORT_ORDERS && file_is_pdf(str_of(path));
    if (cli_open_reading(&c, options, &e)) return cli_fail(&e);
    enum err rc =
        paper ? export_paper(&c, path, &rows, &e) : export_sheet(&c, kind, path, &rows, &e);
    cli_close(&c);
    if (rc) return cli_fail(&e);
    (void)fprintf(stderr, "%lld rows in %s\n", (long long)rows, path);
    return 0;
}

/* Import */

static bool parse_import(const char *word, enum import_kind *out)
{
    static const char *const words[IMPORT_KIND_COUNT] = { "catalog", "items", "connections",
        "prices" };
    for (int i = 0; i < IMPORT_KIND_COUNT; i++) {
        if (strcmp(words[i], word) != 0) continue;
        *out = (enum import_kind)i;
        return true;
    }
    return false;
}

struct importing {
    struct row_source file;
    struct output *errors; /* NULL: no error sheet is wanted */
    struct errors_sheet sheet;
    bool dry_run, begun;
    int64_t told; /* rows, when progress was last told */
    struct error failure;
    enum err failed; /* the error sheet could not be written */
};

/* The first row on its way in: the error sheet begins with it. */
static enum err next(void *ctx, struct import_row *out, bool *more, struct error *e)
{
    struct importing *im = ctx;
    enum err rc = im->file.next(im->file.ctx, out, more, e);
    if (rc || !*more || im->begun) return rc;
    im->begun = true;
    if (im->errors)
        im->failed =
            errors_sheet_begin(&im->sheet, &im->errors->rows, out->cells, out->count, &im->failure);
    return OK;
}

static void tell_row(struct importing *im, const struct row_result *r)
{
    for (size_t i = 0; i < r->fault_count; i++) {
        const struct row_fault *f = &r->faults[i];
        (void)printf("row %lld%s%s: %s%.*s (%s)\n", (long long)r->row.number, f->column ? ", " : "",
            f->column ? f->column : "", f->warning ? "warning: " : "", STR_FMT(f->detail), f->code);
    }
    if (r->fate == ROW_REJECTED && im->errors && !im->failed)
        im->failed = errors_sheet_row(&im->sheet, r, &im->failure);
    if (!im->dry_run || (r->fate != ROW_CREATED && r->fate != ROW_UPDATED)) return;
    (void)printf("row %lld: %s", (long long)r->row.number,
        r->fate == ROW_CREATED ? "would be created" : "would be changed");
    for (size_t i = 0; i < r->change_count; i++)
        (void)printf("%s %s \"%.*s\" to \"%.*s\"", i ? "," : ":", r->changes[i].field,
            STR_FMT(r->changes[i].from), STR_FMT(r->changes[i].to));
    (void)printf("\n");
}

static bool done(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    enum { STEP = 10 * BATCH_ROWS };
    struct importing *im = ctx;
    for (size_t i = 0; i < count; i++)
        if (rows[i].fate != ROW_WAITING) tell_row(im, &rows[i]);
    int64_t all = state->created + state->updated + state->unchanged + state->rejected;
    /* Rows that wait are not done: it need not be a multiple of anything. */
    if (all / STEP > im->told / STEP) (void)fprintf(stderr, "%lld rows\n", (long long)all);
    im->told = all;
    return !im->failed;
}

static enum err import_file(struct cli *c, enum import_kind kind, int fd, struct importing *im,
    struct import_state *state, struct error *e)
{
    const struct options *options = c->options;
    struct file_reader reader;
    struct import_options o = { .db = c->db,
        .clock = clock_system(),
        .rng = rng_system(),
        .actor = &c->actor,
        .kind = kind,
        .dry_run = options->dry_run,
        .accept_warnings = options->accept_warnings };
    struct import_sink sink = { .done = done, .ctx = im };
    enum err rc = file_open(&reader, fd, e);
    if (rc) return rc;
    struct row_source source = { next, im };
    im->file = file_rows(&reader);
    im->dry_run = options->dry_run;
    rc = import_apply(&o, &source, &sink, state, e);
    file_close(&reader);
    if (im->failed) *e = im->failure;
    return im->failed ? im->failed : rc;
}

static enum err import(
    struct cli *c, enum import_kind kind, struct import_state *state, struct error *e)
{
    const struct options *options = c->options;
    const char *path = options->positional[2];
    struct output errors;
    struct importing im = { .errors = options->errors ? &errors : NULL };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cli_file_error(path, e);
    enum err rc = im.errors ? output_open(c, options->errors, &errors, e) : OK;
    if (!rc) {
        rc = import_file(c, kind, fd, &im, state, e);
        if (im.errors) rc = output_close(&errors, rc, e);
    }
    (void)close(fd);
    return rc;
}

int command_import(const struct options *options)
{
    enum import_kind kind;
    if (options->positional_count != 3 || !parse_import(options->positional[1], &kind))
        return usage("import catalog|items|connections|prices FILE [--dry-run] [--errors FILE]");
    struct cli c;
    struct error e;
    struct import_state s = { 0 };
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    enum err rc = import(&c, kind, &s, &e);
    cli_close(&c);
    (void)fprintf(stderr, "%s%lld created, %lld updated, %lld unchanged, %lld rejected\n",
        options->dry_run ? "dry run: " : "", (long long)s.created, (long long)s.updated,
        (long long)s.unchanged, (long long)s.rejected);
    if (rc) return cli_fail(&e);
    return s.rejected ? EXIT_REJECTED : 0;
}
