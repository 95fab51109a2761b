/* files.h: spreadsheets in temporary files. */
#ifndef TESTS_EXCHANGE_FILES_H
#define TESTS_EXCHANGE_FILES_H

#include "exchange/export.h"
#include "exchange/file.h"
#include "rows.h"

#include <stdio.h>

/* The account as a file; the caller closes it. */
FILE *files_export(struct fix *f, const struct export_request *request, enum sheet_format format);
/* The file applied; what rows_import says. */
const char *files_import(struct fix *f, enum import_kind kind, FILE *in, bool dry_run);
/* All cells of the file: bars between them, a line for each row. */
const char *files_rows(struct fix *f, FILE *in);
/* Cuts off the first line. */
struct str files_line(struct str *rest);

#endif
