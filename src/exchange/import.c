/* import.c: batches, waiting rows and what is remembered; see import.h. */
#include "exchange/import.h"

#include "base/limits.h"
#include "exchange/internal.h"

enum {
    BATCH_BYTES = 4 * 1024 * 1024,  /* of cells; the row that passes it is the last of its batch */
    ATTEMPTS = 4,                   /* others change the same rows meanwhile */
    MEMORY_MAX = JOB_ARENA_MAX / 4, /* growing takes twice that for a moment */
};

static const struct import_type *const types[IMPORT_KIND_COUNT] = {
    [IMPORT_CATALOG] = &import_catalog,
    [IMPORT_ITEMS] = &import_items,
    [IMPORT_CONNECTIONS] = &import_connections,
    [IMPORT_PRICES] = &import_prices,
};

enum err import_table(
    enum import_kind kind, struct tx *tx, struct arena *arena, struct table *out, struct error *e)
{
    const struct import_type *type = types[kind];
    *out = *type->table;
    return type->more_columns ? type->more_columns(tx, arena, out, e) : OK;
}

/* Rows that are judged in one transaction. */
struct attempt {
    struct import *im;
    struct arena *arena;
    struct arena_mark mark;
    struct row_result *rows;
    size_t count, replayed; /* the first so many rows are of an earlier attempt */
    bool settles;
    struct batch b;
    struct import_state state; /* with this batch */
};

static bool was_waiting(const struct import *im, int64_t number)
{
    const struct import_state *from = im->options->from;
    for (size_t i = 0; i < from->waiting_count; i++)
        if (from->waiting[i] == number) return true;
    return false;
}

/* Cells to the right of the last title belong to no column. */
static void refuse_extra_cells(struct batch *b, struct row_result *r)
{
    for (size_t i = b->import->layout.width; i < r->row.count; i++) {
        if (!str_trim(r->row.cells[i]).len) continue;
        row_fault(b, r, -1, "extra_cell", "cell %zu belongs to no column", i + 1);
        return;
    }
}

/* What spreadsheet programs lose: digits of long numbers, results of formulas. */
static void refuse_bad_cells(struct batch *b, struct row_result *r)
{
    for (size_t i = 0; r->row.faults && i < b->import->table.count; i++) {
        int place = b->import->layout.place[i];
        if (place < 0 || (size_t)place >= r->row.count || !r->row.faults[place].len) continue;
        row_fault(b, r, (int)i, "bad_cell", "%.*s", STR_FMT(r->row.faults[place]));
    }
}

static enum err judge_row(struct attempt *a, size_t i, struct error *e)
{
    struct batch *b = &a->b;
    struct row_result *r = &a->rows[i];
    struct arena *scratch = tx_arena(b->c.tx);
    struct arena_mark mark = arena_mark(scratch);
    *r = (struct row_result){ .row = r->row };
    b->replays = i < a->replayed;
    refuse_extra_cells(b, r);
    refuse_bad_cells(b, r);
    enum err rc = a->im->type->row(b, r, e);
    if (!rc && b->replays && was_waiting(a->im, r->row.number)) r->fate = ROW_WAITING;
    arena_rewind(scratch, mark);
    return rc;
}

static void add_up(struct import_state *s, const struct row_result *r)
{
    switch (r->fate) {
    case ROW_UNCHANGED:
        s->unchanged++;
        break;
    case ROW_CREATED:
        s->created++;
        break;
    case ROW_UPDATED:
        s->updated++;
        break;
    case ROW_REJECTED:
        s->rejected++;
        break;
    case ROW_WAITING:
        s->waiting[s->waiting_count++] = r->row.number;
        return;
    }
    for (size_t i = 0; i < r->fault_count; i++)
        s->warnings += r->faults[i].warning;
}

/* Rows that wait for each other, and for those before them, as long as any of them moves. Each
 * round goes the other way: a chain is undone in one, whichever way it lies in the file. */
static enum err settle_rounds(struct attempt *a, struct error *e)
{
    bool moved = true;
    for (bool back = true; moved; back = !back) {
        moved = false;
        for (size_t i = 0; i < a->count; i++) {
            size_t k = back ? a->count - 1 - i : i;
            if (a->rows[k].fate != ROW_WAITING) continue;
            enum err rc = judge_row(a, k, e);
            if (rc) return rc;
            moved = moved || a->rows[k].fate != ROW_WAITING;
        }
    }
    return OK;
}

static enum err settle_circles(struct attempt *a, struct error *e)
{
    struct row_result **left = arena_new(a->arena, struct row_result *, a->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->rows[i].fate == ROW_WAITING) left[count++] = &a->rows[i];
    if (!count || !a->im->type->circle) return OK;
    return a->im->type->circle(&a->b, left, count, e);
}

static enum err settle_rows(struct attempt *a, struct error *e)
{
    for (size_t i = 0; i < a->count; i++)
        a->rows[i].fate = ROW_WAITING;
    enum err rc = settle_rounds(a, e);
    if (!rc) rc = settle_circles(a, e);
    if (!rc) rc = settle_rounds(a, e);
    a->b.last_call = true;
    for (size_t i = 0; i < a->count && !rc; i++)
        if (a->rows[i].fate == ROW_WAITING) rc = judge_row(a, i, e);
    return rc;
}

static enum err judge_rows(struct attempt *a, struct error *e)
{
    enum err rc = OK;
    size_t waits = a->im->waiting_count;
    for (size_t i = 0; i < a->count && !rc; i++) {
        a->b.last_call = waits == WAITING_MAX;
        rc = judge_row(a, i, e);
        waits += a->rows[i].fate == ROW_WAITING;
    }
    return rc;
}

/* Starts from nothing each time: a transaction function may run more than once. */
static enum err judge(struct tx *tx, void *ctx, struct error *e)
{
    struct attempt *a = ctx;
    struct import *im = a->im;
    const struct import_options *o = im->options;
    arena_rewind(a->arena, a->mark);
    a->b = (struct batch){
        .import = im,
        .c = { tx, tx_arena(tx), o->actor, clock_now(o->clock), o->rng },
        .arena = a->arena,
        .writes = !o->dry_run && a->replayed < a->count,
    };
    memory_init(&a->b.seen, a->arena);
    memory_init(&a->b.shadow.by_id, a->arena);
    memory_init(&a->b.shadow.by_first, a->arena);
    memory_init(&a->b.shadow.by_second, a->arena);
    enum err rc = im->type->begin(&a->b, e);
    if (!rc) rc = a->settles ? settle_rows(a, e) : judge_rows(a, e);
    if (!rc && a->b.writes && im->type->end) rc = im->type->end(&a->b, e);
    if (rc) return rc;
    a->state = im->state;
    if (a->settles) a->state.waiting_count = 0;
    for (size_t i = 0; i < a->count; i++)
        if (i >= a->replayed || a->rows[i].fate == ROW_WAITING) add_up(&a->state, &a->rows[i]);
    if (!a->settles && a->count) a->state.rows = a->rows[a->count - 1].row.number;
    if (!a->b.writes || !im->sink->record) return OK;
    return im->sink->record(
        im->sink->ctx, &a->b.c, &a->state, a->rows + a->replayed, a->count - a->replayed, e);
}

/* Of a dry run, whose own transaction only reads. */
static enum err record(struct tx *tx, void *ctx, struct error *e)
{
    struct attempt *a = ctx;
    const struct import_options *o = a->im->options;
    struct change c = { tx, tx_arena(tx), o->actor, clock_now(o->clock), o->rng };
    return a->im->sink->record(a->im->sink->ctx, &c, &a->state, a->rows, a->count, e);
}

static const void *keep_number(const void *value, struct arena *arena)
{
    int64_t *copy = arena_new(arena, int64_t, 1);
    *copy = *(const int64_t *)value;
    return copy;
}

static struct import_row copy_row(const struct import_row *row, struct arena *arena)
{
    struct str *cells = arena_new(arena, struct str, row->count + 1);
    for (size_t i = 0; i < row->count; i++)
        cells[i] = arena_str(arena, row->cells[i]);
    struct str *faults = row->faults ? arena_new(arena, struct str, row->count + 1) : NULL;
    for (size_t i = 0; faults && i < row->count; i++)
        faults[i] = arena_str(arena, row->faults[i]);
    return (struct import_row){ row->number, cells, faults, row->count };
}

/* The transaction is durable: now it has happened. */
static enum err take_over(struct attempt *a, struct error *e)
{
    struct import *im = a->im;
    const struct import_sink *sink = im->sink;
    memory_take_over(&im->seen, &a->b.seen, keep_number);
    memory_keep_fn keep = im->type->keep, second = im->type->keep_second;
    if (im->options->dry_run && keep) {
        memory_take_over(&im->shadow.by_id, &a->b.shadow.by_id, keep);
        memory_take_over(&im->shadow.by_first, &a->b.shadow.by_first, keep);
        memory_take_over(&im->shadow.by_second, &a->b.shadow.by_second, second ? second : keep);
    }
    for (size_t i = 0; i < a->count && !a->settles; i++)
        if (a->rows[i].fate == ROW_WAITING)
            im->waiting[im->waiting_count++].row = copy_row(&a->rows[i].row, &im->waiting_arena);
    im->state = a->state;
    if (im->memory.used > MEMORY_MAX)
        return error_code(e, ERR_TOO_LARGE, "too_large",
            "the file has more rows than can be remembered; apply it in parts");
    if (sink->done &&
        !sink->done(sink->ctx, &im->state, a->rows + a->replayed, a->count - a->replayed))
        return error_set(e, ERR_CANCELED, "the import was stopped");
    return OK;
}

static enum err try_once(struct attempt *a, struct error *e)
{
    const struct import_options *o = a->im->options;
    bool writes = !o->dry_run && a->replayed < a->count;
    enum err rc = writes ? db_write(o->db, "import", judge, a, e)
                         : db_read(o->db, "import: dry run", judge, a, e);
    if (!rc && o->dry_run && a->im->sink->record)
        rc = db_write(o->db, "import: record", record, a, e);
    return rc;
}

static bool another_try(enum err rc)
{
    return rc == ERR_CONFLICT || rc == ERR_STALE || rc == ERR_BUSY;
}

/* A row that the database itself refuses, however often it is tried. */
static enum err give_up_row(struct tx *tx, void *ctx, struct error *e)
{
    struct attempt *a = ctx;
    struct import *im = a->im;
    const struct import_options *o = im->options;
    a->b = (struct batch){ .import = im,
        .c = { tx, tx_arena(tx), o->actor, clock_now(o->clock), o->rng },
        .arena = a->arena };
    memory_init(&a->b.seen, a->arena);
    struct row_result *r = &a->rows[0];
    *r = (struct row_result){ .row = r->row, .fate = ROW_REJECTED };
    row_fault(&a->b, r, -1, "conflict", "others change the same at this moment: try it again");
    a->state = im->state;
    if (!a->settles) a->state.rows = r->row.number;
    add_up(&a->state, r);
    return im->sink->record ? im->sink->record(im->sink->ctx, &a->b.c, &a->state, r, 1, e) : OK;
}

static enum err apply_rows(
    struct import *im, struct arena *arena, struct row_result *rows, size_t count, struct error *e)
{
    struct attempt *a = arena_new(arena, struct attempt, 1);
    *a = (struct attempt){ .im = im, .arena = arena, .rows = rows, .count = count };
    int64_t resumed = im->options->from ? im->options->from->rows : 0;
    while (a->replayed < count && rows[a->replayed].row.number <= resumed)
        a->replayed++;
    a->mark = arena_mark(arena);
    enum err rc = ERR_BUSY;
    for (int i = 0; i < ATTEMPTS && another_try(rc); i++)
        rc = try_once(a, e);
    if (!rc) return take_over(a, e);
    if ((rc != ERR_CONFLICT && rc != ERR_STALE) || im->options->dry_run) return rc;
    if (count == 1) {
        rc = db_write(im->options->db, "import: refused", give_up_row, a, e);
        return rc ? rc : take_over(a, e);
    }
    /* One of them is in the way of the others. */
    rc = OK;
    for (size_t i = 0; i < count && !rc; i++)
        rc = apply_rows(im, arena, &rows[i], 1, e);
    return rc;
}

static enum err settle(struct import *im, struct arena *arena, struct error *e)
{
    if (!im->waiting_count) return OK;
    struct attempt *a = arena_new(arena, struct attempt, 1);
    *a = (struct attempt){
        .im = im, .arena = arena, .rows = im->waiting, .count = im->waiting_count, .settles = true
    };
    a->mark = arena_mark(arena);
    enum err rc = ERR_BUSY;
    for (int i = 0; i < ATTEMPTS && another_try(rc); i++)
        rc = try_once(a, e);
    if (!rc) im->waiting_count = 0;
    return rc ? rc : take_over(a, e);
}

static bool is_blank(const struct import_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (str_trim(row->cells[i]).len) return false;
    return true;
}

static enum err read_batch(struct row_source *source, struct arena *arena, struct row_result *rows,
    size_t *count, bool *more, struct error *e)
{
    size_t bytes = 0;
    *count = 0;
    while (*count < BATCH_ROWS && bytes < BATCH_BYTES) {
        struct import_row row;
        enum err rc = source->next(source->ctx, &row, more, e);
        if (rc || !*more) return rc;
        if (is_blank(&row)) continue;
        for (size_t i = 0; i < row.count; i++)
            bytes += row.cells[i].len + sizeof(struct str);
        rows[(*count)++] = (struct row_result){ .row = copy_row(&row, arena) };
    }
    return OK;
}

static enum err read_table(struct tx *tx, void *ctx, struct error *e)
{
    struct import *im = ctx;
    return import_table(im->options->kind, tx, &im->memory, &im->table, e);
}

static enum err read_header(struct import *im, struct row_source *source, struct error *e)
{
    struct import_row row;
    bool more = false;
    enum err rc = db_read(im->options->db, "import: columns", read_table, im, e);
    if (!rc) rc = source->next(source->ctx, &row, &more, e);
    if (rc) return rc;
    if (!more || is_blank(&row))
        return error_code(
            e, ERR_INVALID, "empty_file", "the file has no row with the titles of its columns");
    return layout_read(&im->table, row.cells, row.count, &im->layout, e);
}

static enum err apply_all(
    struct import *im, struct row_source *source, struct arena *arena, struct error *e)
{
    bool more = true;
    enum err rc = OK;
    while (more && !rc) {
        arena_reset(arena);
        struct row_result *rows = arena_new(arena, struct row_result, BATCH_ROWS);
        size_t count;
        rc = read_batch(source, arena, rows, &count, &more, e);
        if (!rc && count) rc = apply_rows(im, arena, rows, count, e);
    }
    if (rc) return rc;
    arena_reset(arena);
    return settle(im, arena, e);
}

static void start(struct import *im)
{
    const struct import_state *from = im->options->from;
    if (from) im->state = *from;
    im->state.waiting_count = 0;
    if (!im->state.rows) im->state.rows = 1;
    arena_init(&im->memory, "import", JOB_ARENA_MAX);
    arena_init(&im->waiting_arena, "waiting rows", JOB_ARENA_MAX);
    memory_init(&im->seen, &im->memory);
    memory_init(&im->shadow.by_id, &im->memory);
    memory_init(&im->shadow.by_first, &im->memory);
    memory_init(&im->shadow.by_second, &im->memory);
    im->waiting = arena_new(&im->waiting_arena, struct row_result, WAITING_MAX);
}

enum err import_apply(const struct import_options *options, struct row_source *source,
    const struct import_sink *sink, struct import_state *out, struct error *e)
{
    struct arena arena;
    struct import im = { .options = options, .sink = sink, .type = types[options->kind] };
    start(&im);
    arena_init(&arena, "import batch", JOB_ARENA_MAX);
    enum err rc = read_header(&im, source, e);
    if (!rc) rc = apply_all(&im, source, &arena, e);
    *out = im.state;
    arena_release(&arena);
    arena_release(&im.waiting_arena);
    arena_release(&im.memory);
    return rc;
}
