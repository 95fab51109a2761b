/* report.c: see report.h. */
#include "exchange/report.h"

enum { PART_MAX = 8 * 1024 * 1024 };

void report_init(struct report *r, bool wants_changes)
{
    *r = (struct report){ .wants_changes = wants_changes };
    buf_init(&r->errors, PART_MAX);
    buf_init(&r->warnings, PART_MAX);
    buf_init(&r->changes, PART_MAX);
}

void report_release(struct report *r)
{
    buf_release(&r->errors);
    buf_release(&r->warnings);
    buf_release(&r->changes);
}

static void put_fault(struct jw *w, int64_t row, const struct row_fault *f)
{
    jw_object(w);
    jw_kint(w, "row", row);
    if (f->column)
        jw_kstr(w, "column", str_of(f->column));
    else
        jw_knull(w, "column");
    jw_kstr(w, "code", str_of(f->code));
    jw_kstr(w, "detail", f->detail);
    jw_object_end(w);
}

void report_faults(struct jw *w, const struct row_result *row, bool warnings)
{
    jw_array(w);
    for (size_t i = 0; i < row->fault_count; i++)
        if (row->faults[i].warning == warnings) put_fault(w, row->row.number, &row->faults[i]);
    jw_array_end(w);
}

void report_cells(struct jw *w, const struct import_row *row)
{
    jw_array(w);
    for (size_t i = 0; i < row->count; i++)
        jw_str(w, row->cells[i]);
    jw_array_end(w);
}

/* A part holds whole elements: one that does not fit any more is left out. */
static void add(struct buf *part, int64_t *count, const struct row_result *row, size_t i)
{
    struct jw w;
    size_t before = part->len;
    if ((*count)++ >= REPORT_MAX) return;
    if (before) buf_put_char(part, ',');
    jw_init(&w, part);
    put_fault(&w, row->row.number, &row->faults[i]);
    if (!part->failed) return;
    part->len = before;
    part->failed = false;
}

static void put_value(struct jw *w, const char *key, struct str s)
{
    if (s.at)
        jw_kstr(w, key, s);
    else
        jw_knull(w, key);
}

static void add_changes(struct report *r, const struct row_result *row)
{
    struct jw w;
    size_t before = r->changes.len;
    if (r->change_count++ >= REPORT_MAX) return;
    if (before) buf_put_char(&r->changes, ',');
    jw_init(&w, &r->changes);
    jw_object(&w);
    jw_kint(&w, "row", row->row.number);
    if (row->id)
        jw_kint(&w, "id", row->id);
    else
        jw_knull(&w, "id");
    jw_kstr(&w, "change", row->fate == ROW_CREATED ? S("create") : S("update"));
    jw_key(&w, "fields");
    jw_array(&w);
    for (size_t i = 0; i < row->change_count; i++) {
        jw_object(&w);
        jw_kstr(&w, "field", str_of(row->changes[i].field));
        put_value(&w, "from", row->changes[i].from);
        put_value(&w, "to", row->changes[i].to);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    if (!r->changes.failed) return;
    r->changes.len = before;
    r->changes.failed = false;
}

void report_take(struct report *r, const struct row_result *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row_result *row = &rows[i];
        if (row->fate == ROW_WAITING) continue;
        for (size_t k = 0; k < row->fault_count; k++) {
            if (row->faults[k].warning)
                add(&r->warnings, &r->warning_count, row, k);
            else
                add(&r->errors, &r->error_count, row, k);
        }
        if (r->wants_changes && (row->fate == ROW_CREATED || row->fate == ROW_UPDATED))
            add_changes(r, row);
    }
}

static void put_part(struct jw *w, const char *key, const struct buf *part)
{
    struct buf whole;
    buf_init(&whole, PART_MAX + 2);
    buf_put_char(&whole, '[');
    buf_put(&whole, buf_str(part));
    buf_put_char(&whole, ']');
    jw_key(w, key);
    jw_raw(w, buf_str(&whole));
    buf_release(&whole);
}

void report_put(const struct report *r, const struct import_state *s, bool dry_run, struct jw *w)
{
    jw_object(w);
    jw_kbool(w, "dry_run", dry_run);
    jw_kint(w, "created", s->created);
    jw_kint(w, "updated", s->updated);
    jw_kint(w, "unchanged", s->unchanged);
    jw_kint(w, "rejected", s->rejected);
    put_part(w, "errors", &r->errors);
    jw_kint(w, "errors_total", r->error_count);
    put_part(w, "warnings", &r->warnings);
    jw_kint(w, "warnings_total", r->warning_count);
    if (dry_run) {
        put_part(w, "changes", &r->changes);
        jw_kint(w, "changes_total", r->change_count);
    }
    jw_object_end(w);
}
