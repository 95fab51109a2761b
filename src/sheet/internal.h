/*
 * internal.h: what the parts of the reader and the writer share; nobody outside src/sheet includes
 * it.
 *
 * A reader is an input (bytes at any place), a row in the making, and one of two formats that fill
 * it. What a format finds wrong it says with sheet_fail, which knows the row; the first error
 * sticks.
 */
#ifndef SHEET_INTERNAL_H
#define SHEET_INTERNAL_H

#include "base/buf.h"
#include "base/limits.h"
#include "sheet/sheet.h"

#include <sys/types.h>

enum { SHEET_BLOCK = 64 * 1024 }; /* what is read from a file at once */

/* input.c */
struct sheet_input {
    int fd;
    struct str memory; /* instead of fd when .at is set */
    int64_t size;
};
MUST_USE enum err input_open(
    struct sheet_input *in, const struct sheet_reader_options *options, struct sheet_error *e);
/* Fills out[0, len) as far as there is something from `from` on; -1: the disk. */
ssize_t input_read(const struct sheet_input *in, int64_t from, char *out, size_t len);

void *sheet_alloc(size_t size); /* zeroed; never NULL; free() it */

/* reader.c: a file that begins like this is not taken for CSV. */
bool sheet_begins_otherwise(struct str start);

/* error.c */
enum err sheet_error_set(struct sheet_error *e, enum err kind, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
enum err sheet_error_at(struct sheet_error *e, enum err kind, const char *code, int64_t row,
    int32_t column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

struct csv_reader;
struct xlsx_reader;

struct cell_place {
    size_t at, len; /* in sheet_reader.text */
    enum sheet_fault fault;
};

struct sheet_reader {
    enum sheet_format format;
    struct sheet_input input;
    const char *tmp_dir;
    struct csv_reader *csv;
    struct xlsx_reader *xlsx;
    int64_t rows_max, rows_given;
    struct sheet_error error; /* sticks when kind is not OK */

    /* The row in the making. */
    int64_t number;
    struct buf text; /* of all its cells */
    size_t cell_at;  /* in text: where the present cell begins */
    size_t count;
    struct cell_place places[SHEET_COLUMNS_MAX];

    struct sheet_cell cells[SHEET_COLUMNS_MAX];
    struct sheet_row row;
};

/* At the present row; column 0: none. */
enum err sheet_fail(struct sheet_reader *r, enum err kind, const char *code, int32_t column,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* More of the present cell, which will be in `column`. */
MUST_USE enum err sheet_cell_add(struct sheet_reader *r, int32_t column, struct str piece);
/* The text that was added is that of the cell in `column`, further right than any before it. */
MUST_USE enum err sheet_cell_end(struct sheet_reader *r, int32_t column, enum sheet_fault fault);

/* csv_decode.c: any encoding to UTF-8. */
enum csv_encoding { CSV_UTF8, CSV_WINDOWS_1252, CSV_UTF16_LE, CSV_UTF16_BE };
struct csv_source {
    const struct sheet_input *input;
    enum csv_encoding encoding;
    int64_t at;     /* in the input: what is decoded next */
    uint32_t first; /* half of a surrogate pair */
};
/* Reads all of the input once. Code "bad_text": it is marked as UTF-8 and is not. */
MUST_USE enum err csv_recognise(
    const struct sheet_input *in, struct csv_source *source, struct sheet_error *e);
enum { CSV_DECODED_MAX = 3 * SHEET_BLOCK };
/* The next piece, at most CSV_DECODED_MAX bytes; 0: the end; -1: the disk; -2: no valid UTF-16. */
ssize_t csv_decode(struct csv_source *source, char *out);

/* csv_read.c */
MUST_USE enum err csv_open(struct sheet_reader *r, struct sheet_error *e);
MUST_USE enum err csv_next(struct sheet_reader *r, bool *more); /* fills the row */
void csv_free(struct csv_reader *csv);

/* xlsx_read.c */
MUST_USE enum err xlsx_open(struct sheet_reader *r, struct str sheet, struct sheet_error *e);
MUST_USE enum err xlsx_next(struct sheet_reader *r, bool *more);
void xlsx_free(struct xlsx_reader *xlsx);

/* escape.c: texts that look like formulas. */
/* Does the writer put an apostrophe in front? */
bool escape_is_needed(struct str text);
/* Does the reader take one away? Exactly of what the writer has put one in front. */
bool escape_is_there(struct str text);

#endif
