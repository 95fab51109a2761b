/*
 * internal.h: what the files of src/print share; nobody else includes it.
 */
#ifndef PRINT_INTERNAL_H
#define PRINT_INTERNAL_H

#include "print/pdf.h"

#include <hpdf.h>

struct pdf {
    HPDF_Doc doc;
    HPDF_Font fonts[PDF_FONT_COUNT];
    HPDF_Page page;   /* the newest; NULL before the first */
    HPDF_Page *pages; /* PDF_PAGES_MAX of them */
    int page_count;
    double width, height;  /* mm, of the newest page */
    unsigned long failure; /* libharu's first error number; 0: none */
    bool too_many;
};

/* The text in the fonts' encoding, NUL-terminated, at most PDF_TEXT_MAX bytes; its length. */
size_t pdf_encode(struct str text, char out[PDF_TEXT_MAX + 1]);

bool pdf_ready(const struct pdf *p); /* there is a page, and nothing has failed */
float pdf_points(double mm);
float pdf_down(const struct pdf *p, double y); /* from the top in mm to libharu's from the foot */
/* Of text that is encoded already; mm. */
double pdf_width_of(struct pdf *p, struct pdf_style style, const char *text, size_t len);
void pdf_show(
    struct pdf *p, double x, double y, struct pdf_style style, const char *text, size_t len);
/* How many lines pdf_text_wrap would take. */
int pdf_wrap_lines(
    struct pdf *p, double width, int lines_max, struct pdf_style style, struct str text);

/* In groups of four, as it is read aloud; scanners and people may leave out the space. */
struct str hex_id_spoken(struct str hex_id, struct arena *arena);

#endif
