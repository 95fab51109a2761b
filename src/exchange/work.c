/* work.c: one import run: its file, its rows, its end; see worker.h. */
#include "exchange/work.h"
#include "base/limits.h"
#include "base/log.h"
#include "exchange/file.h"
#include "exchange/report.h"
#include "store/engine_state.h"

#include <stdio.h>
#include <string.h>

struct recording {
    const struct work *work;
    struct import_run *run;
    struct report report;
    struct arena arena; /* of one batch */
};

static enum import_kind kind_of(enum run_kind kind)
{
    switch (kind) {
    case RUN_IMPORT_ITEMS:
        return IMPORT_ITEMS;
    case RUN_IMPORT_CONNECTIONS:
        return IMPORT_CONNECTIONS;
    case RUN_IMPORT_PRICES:
        return IMPORT_PRICES;
    case RUN_IMPORT_CATALOG:
    case RUN_SYNC_LISTINGS:
    case RUN_IMPORT_ORDERS:
    case RUN_BACKFILL_ORDERS:
    case RUN_PUSH_QUANTITIES:
        break;
    }
    return IMPORT_CATALOG;
}

/* {"rows": 501, "waiting": [17, 230]} */
static struct str progress_of(const struct import_state *s, struct arena *arena)
{
    struct buf b;
    struct jw w;
    buf_init(&b, 64 * 1024);
    jw_init(&w, &b);
    jw_object(&w);
    jw_kint(&w, "rows", s->rows);
    jw_key(&w, "waiting");
    jw_array(&w);
    for (size_t i = 0; i < s->waiting_count; i++)
        jw_int(&w, s->waiting[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    struct str text = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static void read_progress(const struct run *run, struct import_state *out)
{
    struct json root, waiting;
    struct error ignored;
    *out = (struct import_state){ .rows = 1,
        .created = run->counts.created,
        .updated = run->counts.updated,
        .unchanged = run->counts.unchanged,
        .rejected = run->counts.rejected,
        .warnings = run->counts.warnings };
    if (!run->progress.len || json_parse(run->progress, 64 * 1024, &root, &ignored)) return;
    (void)json_int64(json_get(root, "rows"), &out->rows);
    waiting = json_get(root, "waiting");
    for (size_t i = 0; i < json_len(waiting) && i < WAITING_MAX; i++)
        if (json_int64(json_at(waiting, i), &out->waiting[out->waiting_count]))
            out->waiting_count++;
    json_release(&root);
}

static void take_counts(struct run *run, const struct import_state *s)
{
    run->counts.created = s->created;
    run->counts.updated = s->updated;
    run->counts.unchanged = s->unchanged;
    run->counts.rejected = s->rejected;
    run->counts.warnings = s->warnings;
    run->done = s->created + s->updated + s->unchanged + s->rejected;
    if (run->total < run->done) run->total = run->done;
}

/* In the batch's transaction: the lease is still ours, the run is not canceled, and what came of
 * each row is kept. */
static enum err keep(
    struct recording *rec, struct change *c, const struct import_state *s, struct error *e)
{
    bool held = false;
    enum err rc = lease_take(c, WORK_LEASE, rec->work->owner, WORK_LEASE_MS, &held, e);
    if (!rc && !held) rc = error_set(e, ERR_CANCELED, "another server works this run");
    if (rc) return rc;
    struct run now = rec->run->run;
    take_counts(&now, s);
    now.progress = progress_of(s, &rec->arena);
    return import_run_progress(c, &now, e);
}

static struct str as_json(struct arena *arena, const struct row_result *row,
    void (*put)(struct jw *w, const struct row_result *row))
{
    struct buf b;
    struct jw w;
    buf_init(&b, 4 * 1024 * 1024);
    jw_init(&w, &b);
    put(&w, row);
    struct str text = arena_str(arena, b.failed ? S("[]") : buf_str(&b));
    buf_release(&b);
    return text;
}

static void put_faults(struct jw *w, const struct row_result *row)
{
    report_faults(w, row, false);
}

static void put_warnings(struct jw *w, const struct row_result *row)
{
    report_faults(w, row, true);
}

static void put_cells(struct jw *w, const struct row_result *row)
{
    report_cells(w, &row->row);
}

static enum err record(void *ctx, struct change *c, const struct import_state *state,
    const struct row_result *rows, size_t count, struct error *e)
{
    struct recording *rec = ctx;
    arena_reset(&rec->arena);
    enum err rc = keep(rec, c, state, e);
    for (size_t i = 0; i < count && !rc; i++) {
        if (rows[i].fate == ROW_WAITING || !rows[i].fault_count) continue;
        struct import_fault fault = { rows[i].row.number,
            as_json(&rec->arena, &rows[i], put_faults),
            as_json(&rec->arena, &rows[i], put_warnings), as_json(&rec->arena, &rows[i], put_cells),
            0, 0 };
        for (size_t k = 0; k < rows[i].fault_count; k++) {
            fault.fault_count += !rows[i].faults[k].warning;
            fault.warning_count += rows[i].faults[k].warning;
        }
        import_fault_add(c, rec->run->run.id, &fault);
    }
    return rc;
}

static bool done(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    struct recording *rec = ctx;
    take_counts(&rec->run->run, state);
    report_take(&rec->report, rows, count);
    return !rec->work->stopping(rec->work->ctx);
}

/* The file */

struct fetching {
    int64_t id, place;
    struct arena *arena;
    struct str bytes;
};

static enum err fetch_chunk(struct tx *tx, void *ctx, struct error *e)
{
    struct fetching *f = ctx;
    return import_run_get(tx, f->id, f->place, f->arena, &f->bytes, e);
}

static enum err fetch_file(const struct work *work, int64_t id, FILE *out, struct error *e)
{
    struct arena arena;
    arena_init(&arena, "import file", JOB_ARENA_MAX);
    struct fetching f = { .id = id, .arena = &arena };
    enum err rc = OK;
    do {
        arena_reset(&arena);
        rc = db_read(work->parts.db, "import: file", fetch_chunk, &f, e);
        if (!rc && f.bytes.len && fwrite(f.bytes.at, 1, f.bytes.len, out) != f.bytes.len)
            rc = error_code(e, ERR_UNAVAILABLE, "disk", "the temporary file cannot be written");
        f.place++;
    } while (!rc && f.bytes.len);
    arena_release(&arena);
    if (!rc && fflush(out) != 0)
        rc = error_code(e, ERR_UNAVAILABLE, "disk", "the temporary file cannot be written");
    return rc;
}

struct change_call {
    const struct work *work;
    struct import_run *run;
    struct str text;
    enum run_state state;
};

static enum err write(
    const struct work *work, const char *name, tx_fn fn, struct change_call *call, struct error *e)
{
    call->work = work;
    return db_write(work->parts.db, name, fn, call, e);
}

static struct change change_of(struct tx *tx, const struct change_call *call)
{
    const struct exchange_parts *p = &call->work->parts;
    return (struct change){ tx, tx_arena(tx), &call->run->actor, clock_now(p->clock), p->rng };
}

static enum err begin_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct change_call *call = ctx;
    struct change c = change_of(tx, call);
    bool anew = call->run->run.counts.dry_run || !call->run->run.progress.len;
    return import_run_begin(&c, call->run->run.id, call->text, anew, e);
}

/* How many rows there are, and what the first one says. */
static enum err count_rows(
    const struct work *work, FILE *in, struct import_run *run, struct arena *arena, struct error *e)
{
    struct file_reader reader;
    struct import_row row;
    struct change_call call = { .run = run, .text = S("[]") };
    bool more = true;
    enum err rc = file_open(&reader, fileno(in), e);
    if (rc) return rc;
    struct row_source source = file_rows(&reader);
    int64_t rows = 0;
    while (!rc && more) {
        rc = source.next(source.ctx, &row, &more, e);
        if (rc || !more) break;
        if (rows++ == 0) call.text = as_json(arena, &(struct row_result){ .row = row }, put_cells);
    }
    file_close(&reader);
    run->run.total = rows ? rows - 1 : 0;
    return rc ? rc : write(work, "import: begin", begin_tx, &call, e);
}

static enum err apply(const struct work *work, FILE *in, struct import_run *run,
    struct recording *rec, struct error *e)
{
    struct file_reader reader;
    struct import_state from, state;
    const struct run *r = &run->run;
    bool resumes = !r->counts.dry_run && r->progress.len;
    read_progress(r, &from);
    struct import_options o = { .db = work->parts.db,
        .clock = work->parts.clock,
        .rng = work->parts.rng,
        .actor = &run->actor,
        .kind = kind_of(r->kind),
        .dry_run = r->counts.dry_run,
        .accept_warnings = run->accept_warnings,
        .from = resumes ? &from : NULL };
    enum err rc = file_open(&reader, fileno(in), e);
    if (rc) return rc;
    struct row_source source = file_rows(&reader);
    struct import_sink sink = { record, done, rec };
    rc = import_apply(&o, &source, &sink, &state, e);
    take_counts(&run->run, &state);
    file_close(&reader);
    return rc;
}

static struct str error_json(const struct error *e, struct arena *arena)
{
    struct buf b;
    struct jw w;
    buf_init(&b, 16 * 1024);
    jw_init(&w, &b);
    jw_object(&w);
    jw_kstr(&w, "code", str_of(e->code));
    jw_kstr(&w, "detail", str_of(e->detail));
    jw_knull(&w, "channel_message");
    jw_knull(&w, "request_id");
    jw_object_end(&w);
    struct str text = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static enum err finish_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct change_call *call = ctx;
    struct change c = change_of(tx, call);
    const struct run *run = &call->run->run;
    enum err rc = import_run_finish(&c, run, call->state, call->text, e);
    if (rc || run->counts.dry_run) return rc;
    audit_add(&c, "import", "run", run->id, S(""));
    return OK;
}

static enum err finish(
    const struct work *work, struct recording *rec, enum err outcome, struct error *e)
{
    struct import_run *run = rec->run;
    const struct import_counts *n = &run->run.counts;
    struct change_call call = { .run = run, .state = outcome ? RUN_FAILED : RUN_SUCCEEDED };
    run->run.error = outcome ? error_json(e, &rec->arena) : S("");
    run->run.message =
        arena_fmt(&rec->arena, "%s%lld created, %lld updated, %lld unchanged, %lld rejected",
            n->dry_run ? "dry run: " : "", (long long)n->created, (long long)n->updated,
            (long long)n->unchanged, (long long)n->rejected);
    if (n->dry_run)
        call.text = arena_fmt(&rec->arena, "[%.*s]", STR_FMT(buf_str(&rec->report.changes)));
    return write(work, "import: end", finish_tx, &call, e);
}

/* What another try may heal leaves the run as it is. */
static bool is_final(enum err rc)
{
    return rc != ERR_CANCELED && rc != ERR_BUSY && rc != ERR_UNAVAILABLE && rc != ERR_TIMEOUT;
}

enum err work_run(const struct work *work, struct import_run *run, struct error *e)
{
    struct recording rec = { .work = work, .run = run };
    FILE *in = tmpfile();
    if (!in) return error_code(e, ERR_UNAVAILABLE, "disk", "no temporary file");
    arena_init(&rec.arena, "import record", JOB_ARENA_MAX);
    report_init(&rec.report, run->run.counts.dry_run);
    enum err rc = fetch_file(work, run->run.id, in, e);
    if (!rc) rc = count_rows(work, in, run, &rec.arena, e);
    if (!rc) rc = apply(work, in, run, &rec, e);
    arena_reset(&rec.arena);
    if (!rc || is_final(rc)) rc = finish(work, &rec, rc, e);
    if (rc == ERR_CANCELED) rc = OK; /* by a person, by stopping, or by the one who took it over */
    report_release(&rec.report);
    arena_release(&rec.arena);
    (void)fclose(in);
    return rc;
}
