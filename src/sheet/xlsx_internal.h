/*
 * xlsx_internal.h: what the parts of the XLSX reader share; nobody outside src/sheet includes it.
 *
 * package (zip) -> xml (expat with limits) -> book (which part is what) -> strings -> the sheet.
 */
#ifndef SHEET_XLSX_INTERNAL_H
#define SHEET_XLSX_INTERNAL_H

#include "sheet/internal.h"

#include <expat.h>
#include <zip.h>

/* package.c */
struct package {
    const struct sheet_input *input;
    int64_t at; /* of the source that libzip reads */
    zip_error_t source_error;
    zip_t *zip;
    int64_t unpacked; /* of all parts so far */
};
MUST_USE enum err package_open(
    struct package *p, const struct sheet_input *in, struct sheet_error *e);
void package_close(struct package *p);
/* ERR_NOT_FOUND, without words, when there is no such part. */
MUST_USE enum err package_part(
    struct package *p, const char *name, zip_file_t **out, struct sheet_error *e);
/* 0: the end. Below 0, with words in e: damaged, or more than may be unpacked. */
ssize_t package_read(
    struct package *p, zip_file_t *part, void *out, size_t len, struct sheet_error *e);

/* xml.c */
struct xml;
struct xml_handlers {
    /* Names without their prefix; attributes as expat gives them. NULL handlers are let be. */
    void (*start)(void *ctx, struct str name, const char **attributes);
    void (*end)(void *ctx, struct str name);
    void (*text)(void *ctx, struct str piece);
};
struct xml {
    struct package *package;
    zip_file_t *part;
    XML_Parser parser;
    struct xml_handlers handlers;
    void *ctx;
    size_t memory; /* that expat holds */
    int depth;
    int64_t fed;
    bool paused, last, ended;
    struct sheet_error error; /* sticks when kind is not OK; handlers may set it by xml_fail */
};
/* ERR_NOT_FOUND: no such part. `handlers` is copied. */
MUST_USE enum err xml_open(struct xml *x, struct package *p, const char *name,
    const struct xml_handlers *handlers, struct sheet_error *e);
/* To the end of the part, or until a handler pauses it (then call it again). */
MUST_USE enum err xml_run(struct xml *x);
void xml_pause(struct xml *x);
void xml_stop(struct xml *x); /* after x->error was set */
void xml_close(struct xml *x);
/* All of a part. */
MUST_USE enum err xml_read(struct package *p, const char *name, const struct xml_handlers *handlers,
    void *ctx, struct sheet_error *e);
/* By local name; .at is NULL when there is none. */
struct str xml_attribute(const char **attributes, const char *name);
bool xml_true(struct str value);

/* book.c */
enum { PART_NAME_MAX = 512, STYLES_MAX = 65536, STYLE_DATE = 1, STYLE_TIME = 2 };
struct book {
    char sheet[PART_NAME_MAX];   /* part of the wanted sheet */
    char strings[PART_NAME_MAX]; /* empty: none */
    char styles[PART_NAME_MAX];  /* empty: none */
    bool from_1904;
    size_t style_count;
    unsigned char style[STYLES_MAX]; /* of a cell's style: is its number a date, a time, both? */
};
MUST_USE enum err book_read(
    struct package *p, struct str wanted, struct book *out, struct sheet_error *e);

/* style.c: what a number format shows. */
unsigned char style_of_builtin(int64_t format_id);
unsigned char style_of_code(struct str code);

/* strings.c */
struct strings;
MUST_USE enum err strings_read(struct package *p, const char *part, const char *tmp_dir,
    struct strings **out, struct sheet_error *e);
/* Of index; at most one byte more than SHEET_CELL_MAX. False: there is no such, or the disk. */
bool strings_get(struct strings *s, int64_t index, struct str *out); /* lives until the next call */
void strings_free(struct strings *s);

/* number.c: numbers as an XLSX keeps them, as text. ERR: false when it is no number at all. */
MUST_USE bool number_text(struct str raw, struct buf *out, enum sheet_fault *fault);
MUST_USE bool date_text(
    struct str raw, unsigned char style, bool from_1904, struct buf *out, enum sheet_fault *fault);

#endif
