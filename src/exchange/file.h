/*
 * file.h: spreadsheets as files: sheet/sheet.h on one side, rows of imports and exports on the
 * other. The files are borrowed, and read from their beginning.
 */
#ifndef EXCHANGE_FILE_H
#define EXCHANGE_FILE_H

#include "exchange/export.h"
#include "exchange/import.h"
#include "sheet/sheet.h"

/* What a file that is written looks like. Spreadsheet programs take a CSV without the UTF-8 mark
 * for one of the Windows code page, and split it at what their country separates lists by. */
struct file_form {
    enum sheet_format format;
    char separator; /* of a CSV; 0: a comma */
    bool mark;      /* of a CSV: begins with the UTF-8 mark */
};

#define FILE_SEPARATORS "comma semicolon tab"
bool file_separator_parse(struct str name, char *out);
/* By the ending of a path, in whatever case. */
bool file_format_of_path(struct str path, enum sheet_format *out);
bool file_is_pdf(struct str path); /* for the exports that can be papers */

struct file_reader {
    struct sheet_reader *sheet;
    struct arena arena; /* of one row */
};
/* ERR_INVALID, ERR_TOO_LARGE and ERR_UNAVAILABLE as sheet_reader_open. */
MUST_USE enum err file_open(struct file_reader *r, int fd, struct error *e);
struct row_source file_rows(struct file_reader *r); /* until file_close */
void file_close(struct file_reader *r);

struct file_writer {
    struct sheet_writer *sheet;
};
MUST_USE enum err file_create(
    struct file_writer *w, int fd, const struct file_form *form, time_ms now, struct error *e);
struct row_writer file_row_writer(struct file_writer *w);
/* Ends the file; only then it is whole. */
MUST_USE enum err file_finish(struct file_writer *w, struct error *e);
void file_abort(struct file_writer *w);

#endif
