/*
 * writer.h: what the parts of the writer share; nobody outside src/sheet includes it.
 *
 * writer.c checks each cell and hands it to the format; the first failure sticks in `error`, and
 * nothing is handed over after it.
 */
#ifndef SHEET_WRITER_H
#define SHEET_WRITER_H

#include "sheet/internal.h"

struct xlsx_writer;

struct sheet_writer {
    struct sheet_writer_options options;
    struct sheet_error error; /* sticks when kind is not OK */
    int64_t row;              /* from 1: the one being written */
    int32_t column;           /* from 1: of the cell being written */
    struct buf out;           /* CSV: not written to fd yet */
    struct buf scratch;       /* XLSX: one text with its NUL */
    struct xlsx_writer *xlsx;
};

enum err writer_fail(struct sheet_writer *w, enum err kind, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* csv_write.c */
void csv_begin(struct sheet_writer *w);
void csv_put(struct sheet_writer *w, struct str text, bool is_text); /* a text may need quotes */
void csv_end_row(struct sheet_writer *w);
void csv_flush(struct sheet_writer *w);

#endif
