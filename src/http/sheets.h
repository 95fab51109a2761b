/*
 * sheets.h: answers that are spreadsheets or papers, in the form that the caller wants.
 */
#ifndef HTTP_SHEETS_H
#define HTTP_SHEETS_H

#include "exchange/file.h"
#include "http/internal.h"

enum answer_format { ANSWER_CSV, ANSWER_XLSX, ANSWER_PDF };

struct answer_form {
    enum answer_format format;
    struct file_form file; /* of a spreadsheet */
};

/* One of `words` ("csv xlsx pdf" in any order, space between): by the parameter `format`, else the
 * first that the caller accepts, else CSV when `separator` or `bom` is there, which belong to it,
 * else the first of the words. */
struct answer_form wanted_form(struct call *c, const char *words);
/* The same from the members "format", "separator" and "bom" of a body. */
struct answer_form field_form(struct fields *f, const char *words);

/* A spreadsheet, written row by row into a file that becomes the answer. */
struct sheet_answer {
    int fd;
    struct file_writer writer;
    struct row_writer rows;
    enum answer_format format; /* not ANSWER_PDF */
};
MUST_USE enum err sheet_answer_begin(
    struct call *c, struct sheet_answer *a, const struct answer_form *form, struct error *e);
/* rc: how the writing ended; what it says is the result, and there is no answer then. `name`:
 * without its ending. */
MUST_USE enum err sheet_answer_end(
    struct call *c, struct sheet_answer *a, const char *name, enum err rc, struct error *e);

/* c->out becomes a paper: emptied, with room for `size_max` bytes. */
void paper_answer(struct call *c, struct str name, size_t size_max);

#define PDF_TYPE "application/pdf"

#endif
