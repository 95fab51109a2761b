/*
 * paper.h: what is on a printed page, by other people's programs: poppler reads its text and draws
 * it, zbar reads its barcodes.
 */
#ifndef TESTS_PAPER_H
#define TESTS_PAPER_H

#include "base/arena.h"

/* Each fails the test when the program refuses the file. Results live in the arena. */
struct str paper_text(struct str pdf, struct arena *arena);              /* pdftotext -layout */
struct str paper_barcodes(struct str pdf, int dpi, struct arena *arena); /* zbarimg, one a line */
/* Cut along the labels first, each read by itself: zbar loses some when many QR codes are on a
 * page. All figures in mm, as the maker of the sheets gives them. */
struct paper_sheet {
    int columns, rows;
    double left, top, step_right, step_down;
};
struct str paper_barcodes_cut(
    struct str pdf, int dpi, const struct paper_sheet *sheet, struct arena *arena);
int paper_pages(struct str pdf, struct arena *arena);
int count_of(struct str text, struct str part);

#endif
