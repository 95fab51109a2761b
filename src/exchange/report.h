/*
 * report.h: what an import came to, as JSON: the counts, and the first of its errors, warnings and
 * changes. Give report_take as the `done` of a sink's rows.
 */
#ifndef EXCHANGE_REPORT_H
#define EXCHANGE_REPORT_H

#include "base/json.h"
#include "exchange/import.h"

enum { REPORT_MAX = 1000 }; /* errors; warnings; rows of changes */

struct report {
    struct buf errors, warnings, changes; /* finished array elements, comma between */
    int64_t error_count, warning_count, change_count;
    bool wants_changes;
};

void report_init(struct report *r, bool wants_changes);
void report_release(struct report *r);
void report_take(struct report *r, const struct row_result *rows, size_t count);

/* {"dry_run", "created", ..., "errors": [...], "errors_total", "warnings": [...]}, and "changes"
 * after a dry run. */
void report_put(const struct report *r, const struct import_state *s, bool dry_run, struct jw *w);

/* The faults of one row, or its warnings, as a JSON array of {row, column, code, detail}. */
void report_faults(struct jw *w, const struct row_result *row, bool warnings);
void report_cells(struct jw *w, const struct import_row *row); /* JSON array of texts */

#endif
