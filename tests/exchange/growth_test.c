/*
 * growth_test.c: memory does not grow with the number of rows.
 *
 * What is on the heap is counted to the byte, less what SQLite keeps of its pages (of which it has
 * a cache of its own size), while one import or export goes by: first when some thousand rows are
 * done, then at the end. An import remembers which rows it has done, in blocks that double: some
 * 100 bytes a row. A row more that stays somewhere, or 200 bytes of each, is found out.
 */
#include "files.h"

#include "base/limits.h"

#include <malloc.h>
#include <sqlite3.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTED_BY_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(COUNTED_BY_SANITIZER)
#include <sanitizer/allocator_interface.h>
static int64_t heap(void)
{
    return (int64_t)__sanitizer_get_current_allocated_bytes();
}
#else
static int64_t heap(void)
{
    struct mallinfo2 m = mallinfo2();
    return (int64_t)(m.uordblks + m.hblkhd);
}
#endif

enum { FEW = 5000, MANY = 20000 };

struct growth {
    int64_t rows, few, many; /* bytes held when that many rows were done */
};

static void look(struct growth *g, int64_t rows)
{
    int64_t held = heap() - sqlite3_memory_used();
    g->rows = rows;
    if (rows <= FEW) g->few = held;
    g->many = held;
}

static void check_growth(const struct growth *g, int64_t least, int64_t most, const char *why)
{
    long long each = (long long)((g->many - g->few) / (MANY - FEW));
    CHECK(g->rows >= MANY, why);
    if (each < least || each > most)
        fail_msg("%s: %lld bytes a row, wanted %lld to %lld", why, each, (long long)least,
            (long long)most);
}

static bool done(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    (void)rows;
    (void)count;
    CHECK_INT(state->rejected, 0, "all rows are good");
    look(ctx, state->rows - 1);
    return true;
}

static struct growth import(struct fix *f, FILE *in, bool dry_run)
{
    struct file_reader reader;
    struct import_state s;
    struct growth g = { 0 };
    struct import_sink sink = { .done = done, .ctx = &g };
    struct import_options o = { .db = f->db,
        .clock = clock_system(),
        .rng = &f->rng,
        .actor = &f->actor,
        .kind = IMPORT_ITEMS,
        .dry_run = dry_run };
    CHECK_ERR(file_open(&reader, fileno(in), &f->e), OK, &f->e, "open");
    struct row_source source = file_rows(&reader);
    CHECK_ERR(import_apply(&o, &source, &sink, &s, &f->e), OK, &f->e, "apply");
    file_close(&reader);
    return g;
}

struct writing {
    struct row_writer writer;
    struct growth growth;
};

static enum err count_row(void *ctx, const struct export_cell *cells, size_t count, struct error *e)
{
    struct writing *w = ctx;
    /* Looking costs more than writing, and pages come between. */
    enum { STEP = 1000 };
    if (w->growth.rows % STEP == 0) look(&w->growth, w->growth.rows);
    w->growth.rows++;
    return w->writer.row(w->writer.ctx, cells, count, e);
}

static enum err write(struct tx *tx, void *ctx, struct error *e)
{
    struct writing *w = ctx;
    struct export_request request = { .kind = EXPORT_ITEMS };
    struct row_writer counted = { count_row, w };
    int64_t rows;
    return export_write(tx, &request, &counted, &rows, e);
}

static FILE *export(struct fix *f, enum sheet_format format, struct growth *g)
{
    struct file_writer file;
    struct file_form form = { .format = format };
    FILE *out = tmpfile();
    CHECK(out != NULL, "a temporary file");
    CHECK_ERR(file_create(&file, fileno(out), &form, f->now, &f->e), OK, &f->e, "create");
    struct writing w = { .writer = file_row_writer(&file) };
    CHECK_ERR(db_read(f->db, "export", write, &w, &f->e), OK, &f->e, "export");
    CHECK_ERR(file_finish(&file, &f->e), OK, &f->e, "finish");
    *g = w.growth;
    return out;
}

static enum err create_items(struct fix *f, int64_t variation)
{
    struct item_new *rows = arena_new(f->c.arena, struct item_new, MANY);
    for (int i = 0; i < MANY; i++) {
        rows[i].item = (struct item){ .esn = arena_fmt(f->c.arena, "N%05d", i),
            .variation_id = variation,
            .status_id = IN_STOCK };
        rows[i].code = rows[i].pointer = "";
    }
    return item_create_many(&f->c, rows, MANY, &f->e);
}

/* A price for each of them. */
static FILE *prices(struct fix *f)
{
    FILE *out = tmpfile();
    CHECK(out != NULL, "a temporary file");
    (void)fprintf(out, "ESN,Paid,Currency\n");
    for (int i = 0; i < MANY; i++)
        (void)fprintf(out, "N%05d,%d.00,EUR\n", i, i);
    CHECK(fflush(out) == 0, "written");
    (void)f;
    return out;
}

static void test_growth(void **state)
{
    struct fix *f = *state;
    enum { NOTHING = 16, REMEMBERED = 150, THOUGHT = 450 };
    int64_t variation = fix_variation(f, "A", "SA");
    WRITE(f, create_items(f, variation), "items");
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        const char *name = format == SHEET_CSV ? "csv" : "xlsx";
        struct growth g;
        FILE *file = export(f, format, &g);
        check_growth(&g, -NOTHING, NOTHING, name);
        g = import(f, file, false);
        check_growth(&g, 1, REMEMBERED, name);
        (void)fclose(file);
    }
    FILE *file = prices(f);
    struct growth g = import(f, file, true);
    check_growth(&g, 1, THOUGHT, "a dry run remembers what it would have done");
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_growth) };
    return fix_main(argc, argv, "exchange/growth", tests, COUNT_OF(tests));
}
