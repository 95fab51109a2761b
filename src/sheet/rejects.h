/*
 * rejects.h: the spreadsheet of what an import did not take.
 *
 * The rows as they came, below the header they came with, and three columns in front that say why:
 * Row, Column, Reason. Whoever corrects it can send it again as it is: importers pass these three
 * columns over (sheet_is_reject_column).
 */
#ifndef SHEET_REJECTS_H
#define SHEET_REJECTS_H

#include "sheet/sheet.h"

struct sheet_reject {
    int64_t row;
    int32_t column; /* from 1; 0: the row as a whole */
    struct str reason;
};

/* The next one, in order of row; several of a row become one row. It lives until the next call.
 * False: no more. */
typedef bool (*sheet_reject_fn)(void *ctx, struct sheet_reject *out);

/* Reads `from`, newly opened, to its end: its first row is the header. Failures of writing stay
 * with `to`. ERR_INVALID, code "no_such_row": a reject names a row that is not there. */
MUST_USE enum err sheet_write_rejects(struct sheet_reader *from, struct sheet_writer *to,
    sheet_reject_fn next, void *ctx, struct sheet_error *e);

/* "Row", "Column" or "Reason", as they are written there. */
bool sheet_is_reject_column(struct str title);

#endif
