/*
 * layout.h: the columns of each kind of spreadsheet, and where they stand in a file.
 *
 * Pure. A file names its columns in its first row, in any order and case (unless two differ in
 * nothing else); a column that its kind does not have, one that is named twice and one that is
 * missing though it must be there are faults of the file. The columns of an error sheet are let be,
 * so that a corrected one can be applied.
 */
#ifndef EXCHANGE_LAYOUT_H
#define EXCHANGE_LAYOUT_H

#include "base/arena.h"
#include "base/err.h"

enum { COLUMNS_MAX = 80 };

enum column_need {
    COLUMN_OPTIONAL,
    COLUMN_REQUIRED,
    COLUMN_TOGETHER, /* all of them or none */
};

struct column {
    const char *title;
    enum column_need need;
    int64_t field_id; /* of the custom field whose values stand in it; 0: of none */
};

struct table {
    const struct column *columns;
    size_t count; /* at most COLUMNS_MAX */
};

struct layout {
    int place[COLUMNS_MAX]; /* of the table's columns in a row of the file; -1: not there */
    size_t width;           /* cells of a row that belong to a column */
};

/* ERR_INVALID "unknown_column", "duplicate_column" or "missing_column", naming it. */
MUST_USE enum err layout_read(const struct table *table, const struct str *cells, size_t count,
    struct layout *out, struct error *e);

/* The last columns of an error sheet, which any file may have. */
enum { ERROR_COLUMNS = 3 };
extern const char *const error_columns[ERROR_COLUMNS];

/* A list in one cell: between line breaks, or, without any, between commas. Entries are trimmed;
 * empty ones are none. At most `most`; *count tells how many there are. */
void list_cell_split(struct str cell, struct str *out, size_t most, size_t *count);
/* The text that list_cell_split reads back as the same entries. */
struct str list_cell_join(const struct str *entries, size_t count, struct arena *arena);

#endif
