/* rows.c: see rows.h. */
#include "rows.h"

#include "base/limits.h"

#include <string.h>

static enum err next(void *ctx, struct import_row *out, bool *more, struct error *e)
{
    enum { CELLS_MAX = 40 };
    struct rows *rows = ctx;
    struct str line, tail;
    *more = rows->rest.len > 0;
    if (!*more) return OK;
    if (rows->fail_after && rows->number == rows->fail_after)
        return error_set(e, ERR_UNAVAILABLE, "the file ends in the middle");
    str_cut(rows->rest, '\n', &line, &rows->rest);
    struct str *cells = arena_new(rows->arena, struct str, CELLS_MAX);
    size_t count = 0;
    for (bool some = true; some && count < CELLS_MAX; line = tail) {
        some = str_cut(line, '|', &cells[count], &tail);
        char *text = arena_new(rows->arena, char, cells[count].len + 1);
        for (size_t i = 0; i < cells[count].len; i++)
            text[i] = cells[count].at[i] == '~' ? '\n' : cells[count].at[i];
        cells[count].at = text;
        count++;
    }
    *out = (struct import_row){ .number = ++rows->number, .cells = cells, .count = count };
    return OK;
}

struct row_source rows_source(struct rows *rows, struct arena *arena, struct str text)
{
    *rows = (struct rows){ .rest = text, .arena = arena };
    return (struct row_source){ next, rows };
}

static void tell_row(struct rows_run *run, const struct row_result *r)
{
    for (size_t i = 0; i < r->fault_count; i++)
        buf_put_fmt(&run->faults, "; %lld %s %s%s", (long long)r->row.number,
            r->faults[i].column ? r->faults[i].column : "-", r->faults[i].code,
            r->faults[i].warning ? "!" : "");
    if (r->fate != ROW_CREATED && r->fate != ROW_UPDATED) return;
    buf_put_fmt(&run->changes, "%s%lld", run->changes.len ? "; " : "", (long long)r->row.number);
    for (size_t i = 0; i < r->change_count; i++)
        buf_put_fmt(&run->changes, " %s %.*s>%.*s", r->changes[i].field,
            STR_FMT(r->changes[i].from), STR_FMT(r->changes[i].to));
}

static bool done(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    struct rows_run *run = ctx;
    for (size_t i = 0; i < count; i++)
        if (rows[i].fate != ROW_WAITING) tell_row(run, &rows[i]);
    return !run->stop_after || state->rows < run->stop_after;
}

/* The fixture's: what is imported happens when the test says. */
struct fix_clock {
    struct clock port;
    const struct fix *f;
};

static time_ms now_of(struct clock *c)
{
    return ((const struct fix_clock *)c)->f->now;
}

void rows_run(struct fix *f, enum import_kind kind, struct str text, struct rows_run *run)
{
    struct arena arena;
    struct rows rows;
    arena_init(&arena, "rows", JOB_ARENA_MAX);
    struct row_source source = rows_source(&rows, &arena, text);
    struct fix_clock clock = { { now_of, now_of }, f };
    struct import_options o = { .db = run->db ? run->db : f->db,
        .clock = &clock.port,
        .rng = &f->rng,
        .actor = &f->actor,
        .kind = kind,
        .dry_run = run->dry_run,
        .accept_warnings = run->accept_warnings,
        .from = run->from };
    struct import_sink sink = run->sink;
    sink.done = done;
    sink.ctx = run;
    buf_init(&run->faults, 4 * 1024 * 1024);
    buf_init(&run->changes, 64 * 1024 * 1024);
    run->rc = import_apply(&o, &source, &sink, &run->state, &f->e);
    arena_release(&arena);
}

void rows_run_release(struct rows_run *run)
{
    buf_release(&run->faults);
    buf_release(&run->changes);
}

static const char *outcome(struct fix *f, struct rows_run *run)
{
    const struct import_state *s = &run->state;
    struct str text =
        run->rc ? arena_fmt(&f->arena, "refused %s", f->e.code)
                : arena_fmt(&f->arena, "created %lld updated %lld unchanged %lld rejected %lld%.*s",
                      (long long)s->created, (long long)s->updated, (long long)s->unchanged,
                      (long long)s->rejected, STR_FMT(buf_str(&run->faults)));
    CHECK_INT(s->waiting_count, 0, "nothing waits any more");
    rows_run_release(run);
    return text.at;
}

const char *rows_import(struct fix *f, enum import_kind kind, const char *text)
{
    struct rows_run run = { .dry_run = false };
    rows_run(f, kind, str_of(text), &run);
    return outcome(f, &run);
}

const char *rows_dry_run(struct fix *f, enum import_kind kind, const char *text)
{
    struct rows_run run = { .dry_run = true };
    rows_run(f, kind, str_of(text), &run);
    return outcome(f, &run);
}

const char *rows_changes(struct fix *f, enum import_kind kind, const char *text)
{
    struct rows_run run = { .dry_run = true };
    rows_run(f, kind, str_of(text), &run);
    CHECK_INT(run.rc, OK, text);
    struct str changes = arena_str(&f->arena, buf_str(&run.changes));
    rows_run_release(&run);
    return changes.at;
}
