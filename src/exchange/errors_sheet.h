/*
 * errors_sheet.h: the rejected rows of an import as a spreadsheet: as they came, with what is wrong
 * behind. Corrected, it can be applied as it is.
 */
#ifndef EXCHANGE_ERRORS_SHEET_H
#define EXCHANGE_ERRORS_SHEET_H

#include "base/limits.h"
#include "exchange/export.h"
#include "exchange/import.h"
#include "store/import_run.h"

enum { ERROR_WIDTH_MAX = SHEET_COLUMNS_MAX - ERROR_COLUMNS };

/* The sheet while it is written. The columns of an error sheet that was applied are left out, so
 * that they are there once. */
struct errors_sheet {
    struct row_writer *writer; /* borrowed */
    bool left_out[SHEET_COLUMNS_MAX];
    size_t count; /* columns of the file */
    size_t width; /* those of them that are not left out */
};

/* With the titles of the file. */
MUST_USE enum err errors_sheet_begin(struct errors_sheet *s, struct row_writer *writer,
    const struct str *titles, size_t count, struct error *e);

/* A row that was rejected, with its faults; warnings are no reason. */
MUST_USE enum err errors_sheet_row(
    struct errors_sheet *s, const struct row_result *rejected, struct error *e);

/* All of a run that are kept. */
MUST_USE enum err errors_sheet_write(
    struct tx *tx, const struct import_run *run, struct row_writer *writer, struct error *e);

#endif
