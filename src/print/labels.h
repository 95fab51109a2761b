/*
 * labels.h: barcode labels of inventory items, one or many, as a PDF.
 *
 * A label holds its Hex ID as a barcode and in letters, the ESN, a short title and the grade.
 * Formats are rolls (one label a page: "62x29" mm, "4x6" inch) and sheets (many a page: "a4-24",
 * 63.5 x 33.9 mm, three in a row; "letter-30", 2 5/8 x 1 inch, three in a row).
 */
#ifndef PRINT_LABELS_H
#define PRINT_LABELS_H

#include "print/pdf.h"

/* Labels of one document. So many take 0.7 s, 70 MB of memory and 5 MB of PDF (QR, a page each). */
enum { LABELS_MAX = 5000 };

struct label {
    struct str hex_id, esn, title, grade;
};

enum label_format { LABEL_62X29, LABEL_4X6, LABEL_A4_24, LABEL_LETTER_30 };
#define LABEL_FORMATS "62x29 4x6 a4-24 letter-30"

bool label_format_parse(struct str name, enum label_format *out);
int labels_per_page(enum label_format format);

struct labels {
    enum label_format format;
    enum pdf_symbology symbology;
    int skip; /* places of the first sheet that are used up; below labels_per_page */
    const struct label *labels;
    size_t count; /* 1 to LABELS_MAX */
};

/* Appends the PDF to *out. Errors as pdf_end. */
MUST_USE enum err labels_print(
    const struct labels *labels, struct arena *arena, struct buf *out, struct error *e);

#endif
