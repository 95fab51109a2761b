/*
 * pdf.h: printed papers: pages in millimetres, text, tables and barcodes, as one PDF.
 *
 * The only door to libharu and libzint. Positions are millimetres from the top left corner of the
 * page; the y of a text is its base line. Sizes of type are points. Barcodes are vectors, so that
 * any printer draws them as sharp as it can.
 *
 * Text is set in the PDF base fonts (Helvetica, Courier), which every viewer has and nothing need
 * embed. They hold Windows-1252: the letters of western Europe. Of others a letter of the Latin
 * alphabet loses its accent ("Łódź" is printed "Lódz"), dashes, quotes and spaces become their
 * plain forms, and what is left is printed as one "?" each: visibly missing, never silently
 * (docs/decisions, "Printed papers"). Bytes that are not UTF-8 are "?" too. Barcodes hold ASCII
 * only.
 *
 * Failures stick: after the first one, or past PDF_PAGES_MAX pages, everything is a no-op and
 * pdf_end tells. A document belongs to one thread; memory grows with its pages, about 12 kB for a
 * page of one label. pdf_free releases it in any case.
 */
#ifndef PRINT_PDF_H
#define PRINT_PDF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

enum { PDF_PAGES_MAX = 5000, PDF_TEXT_MAX = 2000 /* bytes of one text; the rest is not shown */ };

struct pdf;

enum pdf_font { PDF_REGULAR, PDF_BOLD, PDF_MONO };
#define PDF_FONT_COUNT (PDF_MONO + 1)

enum pdf_symbology { PDF_CODE128, PDF_QR };

struct pdf_style {
    enum pdf_font font;
    double size_pt;
};

/* The title is shown by viewers. The arena holds the handle and must outlive it. */
struct pdf *pdf_new(struct arena *arena, struct str title);
void pdf_free(struct pdf *p);

/* All of the document into *out, whose cap bounds it: ERR_TOO_LARGE beyond it or beyond
 * PDF_PAGES_MAX pages. A document needs at least one page. */
MUST_USE enum err pdf_end(struct pdf *p, struct buf *out, struct error *e);

/* Papers that offices have; sizes upright, in mm. */
enum pdf_paper { PDF_A4, PDF_LETTER };
#define PDF_PAPERS "a4 letter"
bool pdf_paper_parse(struct str name, enum pdf_paper *out);
void pdf_paper_size(enum pdf_paper paper, double *width_mm, double *height_mm);

/* Begins a page; what follows is drawn on it. */
void pdf_page(struct pdf *p, double width_mm, double height_mm);
double pdf_page_width(const struct pdf *p);
double pdf_page_height(const struct pdf *p);
int pdf_page_count(const struct pdf *p);

/* "text, page 2 of 3" at the foot of each page so far but the first `before` ones, which are not
 * counted: one document may hold several papers. */
void pdf_number_pages(struct pdf *p, int before, struct str text, double margin_mm);

double pdf_text_width(struct pdf *p, struct pdf_style style, struct str text);
void pdf_text(struct pdf *p, double x, double y, struct pdf_style style, struct str text);
/* Shortened with an ellipsis when it is wider than width. */
void pdf_text_fit(
    struct pdf *p, double x, double y, double width, struct pdf_style style, struct str text);
/* Wrapped to the width, at spaces where there are any; at most lines_max lines, the last one with
 * an ellipsis when more is left. Gives the height used. */
double pdf_text_wrap(struct pdf *p, double x, double y, double width, int lines_max,
    struct pdf_style style, struct str text);
struct str pdf_time(time_ms t, struct arena *arena); /* "2026-11-24 09:40 UTC" */
double pdf_line_height(struct pdf_style style);      /* mm from base line to base line */

void pdf_line(struct pdf *p, double x1, double y1, double x2, double y2, double width);

/* Fills the box (Code 128) or the largest square in its left (QR), quiet zones included. `data` is
 * 1 to 80 printable ASCII characters. Gives the width used. */
double pdf_barcode(struct pdf *p, enum pdf_symbology symbology, struct str data, double x, double y,
    double width, double height);

/* A table from margin to margin that goes on over as many pages as it needs; its head is repeated
 * on each. Cells are wrapped, to PDF_CELL_LINES_MAX lines. */
enum { PDF_COLUMNS_MAX = 12, PDF_CELL_LINES_MAX = 12 };

struct pdf_column {
    struct str title;
    double width; /* mm, with the gap to the next */
    bool right;   /* numbers */
    enum pdf_font font;
    bool tick; /* a box to be ticked by hand, whatever the cell says */
};

struct pdf_table {
    struct pdf *pdf;
    const struct pdf_column *columns;
    size_t column_count; /* at most PDF_COLUMNS_MAX */
    double size_pt;
    double margin; /* mm: left, and at top and foot of each page */
    double y;      /* mm: where the next row begins; the caller sets it first */
    bool ruled;    /* rows stand apart, with a hairline between: for working along them by hand */
};

/* Before its head: goes to the next page when there is no room for so many lines of it. */
void pdf_table_reserve(struct pdf_table *t, int lines);
void pdf_table_head(struct pdf_table *t);
/* A title over the rows that follow; never at the foot of a page by itself. */
void pdf_table_section(struct pdf_table *t, struct str title);
void pdf_table_row(struct pdf_table *t, const struct str *cells);

#endif
