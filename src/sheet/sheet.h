/*
 * sheet.h: spreadsheets, CSV and XLSX, as streams of rows.
 *
 * Both ways in constant memory, whatever the size (about 10 MiB; what XLSX needs beyond that lies
 * in unlinked temporary files). No domain words: a cell is text, and what it means its reader
 * decides.
 *
 * Reading. The content says what a file is, never its name. CSV: UTF-8, UTF-16 with its mark, or
 * Windows-1252 (valid UTF-8 wins); separated by comma, semicolon or tab, found out from the first
 * rows or told by a "sep=" line; CR, LF or CRLF. XLSX: the first sheet or a named one; formulas by
 * the value that was saved with them; hidden rows count. Rows without any text are passed over, and
 * cells that are empty at the end of a row are not given.
 *
 * Writing. A text that a spreadsheet program would take for a formula (= + - @, tab or CR in front)
 * gets an apostrophe in front, in both formats, and reading takes it away again: whatever text was
 * written is read back byte for byte. Negative numbers stay as they are.
 *
 * A reader or writer belongs to one thread at a time. All times are UTC.
 */
#ifndef SHEET_SHEET_H
#define SHEET_SHEET_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum sheet_format { SHEET_CSV, SHEET_XLSX };

/* What is wrong, and where: as a spreadsheet program counts, from 1; 0: not at any row or column.
 * After OK its content is meaningless. */
struct sheet_error {
    enum err kind;
    int64_t row;
    int32_t column;
    char code[ERROR_CODE_MAX];
    char detail[ERROR_DETAIL_MAX]; /* one line for people, without the place */
};

/* With the place in front of the detail: "row 7, column B: ..." */
void sheet_error_to(const struct sheet_error *from, struct error *to);

/* "A" to "Z", "AA"...: how spreadsheet programs call a column, counted from 1. */
enum { SHEET_COLUMN_NAME_SIZE = 8 };
const char *sheet_column_name(int32_t column, char name[SHEET_COLUMN_NAME_SIZE]);

/* Reading */

/* What is wrong with the value of a cell, though the file is sound. Its text then shows what is
 * left of it and must not be used. */
enum sheet_fault {
    SHEET_FINE = 0,
    SHEET_DIGITS_LOST,   /* a number of 16 digits and more: spreadsheet programs keep 15 */
    SHEET_FORMULA_ERROR, /* #N/A, #REF! and so on */
    SHEET_NO_VALUE,      /* a formula that was saved without its value */
    SHEET_NOT_A_DATE,    /* a number shown as a date, and beyond the calendar */
};

/* One line for people; "" for SHEET_FINE. */
struct str sheet_fault_text(enum sheet_fault fault);

struct sheet_cell {
    struct str
        text; /* UTF-8 without NUL; numbers as 12, -0.5; TRUE, FALSE; times as sheet_put_time */
    enum sheet_fault fault;
};

struct sheet_row {
    int64_t number; /* from 1, rows that were passed over counted in */
    size_t count;   /* 1 to SHEET_COLUMNS_MAX; the last cell is not empty */
    const struct sheet_cell *cells;
};

struct sheet_reader;

struct sheet_reader_options {
    int fd; /* of a regular file; read from its beginning, its position does not matter */
    struct str memory;   /* instead, when .at is set */
    struct str sheet;    /* XLSX: title of the sheet; empty: the first one */
    const char *tmp_dir; /* of temporary files; NULL: TMPDIR, then /tmp */
    int64_t rows_max;    /* rows with text; 0: SHEET_ROWS_MAX */
    int64_t size_max;    /* bytes of the file; 0: SHEET_FILE_MAX */
};

/*
 * The file (or memory) has to stay until sheet_reader_free; it is not closed. ERR_INVALID: no
 * spreadsheet that can be read; code says why: "unknown_format", "protected", "old_format",
 * "damaged", "no_such_sheet", "bad_text" (NUL), "empty". ERR_TOO_LARGE: beyond a limit of limits.h.
 * ERR_UNAVAILABLE: the disk.
 */
MUST_USE enum err sheet_reader_open(
    const struct sheet_reader_options *options, struct sheet_reader **out, struct sheet_error *e);

enum sheet_format sheet_reader_format(const struct sheet_reader *r);

/* The next row, NULL after the last; it lives until the next call. The same errors, and the first
 * sticks; also "bad_quote". */
MUST_USE enum err sheet_next(
    struct sheet_reader *r, const struct sheet_row **row, struct sheet_error *e);

void sheet_reader_free(struct sheet_reader *r); /* NULL is let be */

/* The cell of a column counted from 0, an empty one beyond the last. */
struct sheet_cell sheet_cell_of(const struct sheet_row *row, size_t column);

/* What cells mean. False, and *out untouched, on anything else. */
/* "12", "12.5", "12,50" in minor units of `decimals` places (0 to 4); nothing is rounded. A comma
 * only where it cannot mean thousands: with less than 3 places. */
bool sheet_to_money(struct str text, int decimals, int64_t *out);
/* "2026-11-24", "2026-11-24 02:35", "2026-11-24T02:35:07Z": UTC. */
bool sheet_to_time(struct str text, time_ms *out);
/* "3.53E+14": what is left of an IMEI that a spreadsheet program took for a number before it was
 * saved as CSV. It may also be honest text; only who expects an IMEI or a number can tell. */
bool sheet_looks_rounded(struct str text);

/* Writing */

struct sheet_writer;

struct sheet_writer_options {
    enum sheet_format format;
    int fd;           /* XLSX: of an empty regular file, readable and writable. CSV: any */
    char separator;   /* CSV: ',' ';' or '\t'; 0 is ',' */
    bool mark;        /* CSV: begin with the UTF-8 mark, without which Excel takes Windows-1252 */
    struct str title; /* XLSX: of the sheet; empty: "Sheet1" */
    time_ms made_at;  /* XLSX: its properties say so */
    const char *tmp_dir; /* as in the reader */
};

/* Does not close fd, now or later. ERR_UNAVAILABLE: the disk. */
MUST_USE enum err sheet_writer_open(
    const struct sheet_writer_options *options, struct sheet_writer **out, struct sheet_error *e);

/* Cells of the present row, from left to right. Nothing fails here: the first failure sticks and
 * sheet_writer_close tells it. Texts longer than SHEET_CELL_MAX, not UTF-8 or with NUL, more than
 * SHEET_COLUMNS_MAX cells and, in XLSX, more than SHEET_ROWS_MAX rows are such failures. */
void sheet_put_header(struct sheet_writer *w, const char *const *titles, size_t count); /* a row */
void sheet_put_text(struct sheet_writer *w, struct str text);
void sheet_put_empty(struct sheet_writer *w);
void sheet_put_int(struct sheet_writer *w, int64_t n);
void sheet_put_money(struct sheet_writer *w, int64_t minor, int decimals); /* 12.50 */
void sheet_put_time(struct sheet_writer *w, time_ms t); /* 2026-11-24 02:35:07, to the second */
void sheet_end_row(struct sheet_writer *w);

bool sheet_failed(const struct sheet_writer *w); /* going on is of no use */

/* Finishes the file and frees the writer, also on an error; then the file is of no use. */
MUST_USE enum err sheet_writer_close(struct sheet_writer *w, struct sheet_error *e);
void sheet_writer_abort(struct sheet_writer *w); /* frees only; NULL is let be */

#endif
