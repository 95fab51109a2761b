/* labels.c: where the labels lie on the page and what is where on a label; see labels.h. */
#include "print/labels.h"

#include "base/assert.h"
#include "print/internal.h"

struct sheet {
    const char *name;
    double page_width, page_height; /* mm */
    double width, height;           /* of a label */
    int columns, rows;
    double left, top;             /* of the first label */
    double step_right, step_down; /* from label to label */
};

static const struct sheet sheets[] = {
    [LABEL_62X29] = { "62x29", 62, 29, 62, 29, 1, 1, 0, 0, 0, 0 },
    [LABEL_4X6] = { "4x6", 101.6, 152.4, 101.6, 152.4, 1, 1, 0, 0, 0, 0 },
    [LABEL_A4_24] = { "a4-24", 210, 297, 63.5, 33.9, 3, 8, 7.25, 12.9, 66.0, 33.9 },
    [LABEL_LETTER_30] = { "letter-30", 215.9, 279.4, 66.675, 25.4, 3, 10, 4.7625, 12.7, 69.85,
        25.4 },
};

bool label_format_parse(struct str name, enum label_format *out)
{
    for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
        if (str_eq(name, str_of(sheets[i].name))) {
            *out = (enum label_format)i;
            return true;
        }
    return false;
}

int labels_per_page(enum label_format format)
{
    return sheets[format].columns * sheets[format].rows;
}

struct box {
    double x, y, width, height;
};

/* Type grows with the label: 1 on the 62 x 29 mm label, where an ESN of 15 digits fits twice. */
static double scale_of(const struct box *b)
{
    double scale = b->height / 29.0;
    double most = b->width / 62.0;
    return scale < most ? scale : most;
}

static void draw(struct pdf *p, const struct labels *labels, const struct label *l,
    const struct box *at, struct arena *arena)
{
    double s = scale_of(at), edge = 2 * s;
    struct box b = { at->x + edge, at->y + edge, at->width - 2 * edge, at->height - 2 * edge };
    double left = b.x, width = b.width, y = b.y;
    struct pdf_style code = { PDF_MONO, 11 * s }, small = { PDF_REGULAR, 7.5 * s };
    struct str words = l->grade.len ? arena_fmt(arena, "Grade %.*s", STR_FMT(l->grade)) : S("");
    if (labels->symbology == PDF_QR) {
        double side = b.height < b.width * 0.45 ? b.height : b.width * 0.45;
        double used = pdf_barcode(p, PDF_QR, l->hex_id, b.x, b.y, side, side);
        left += used + edge;
        width -= used + edge;
        y += 3.5 * s;
    } else {
        double height = b.height * 0.45;
        (void)pdf_barcode(p, PDF_CODE128, l->hex_id, b.x, b.y, b.width, height);
        y += height + 4 * s;
    }
    pdf_text_fit(p, left, y, width, code, hex_id_spoken(l->hex_id, arena));
    y += pdf_line_height(code);
    pdf_text_fit(p, left, y, width, small, l->esn);
    y += pdf_line_height(small);
    int lines = labels->symbology == PDF_QR ? 2 : 1;
    y += pdf_text_wrap(p, left, y, width, lines, small, l->title);
    pdf_text_fit(p, left, y, width, (struct pdf_style){ PDF_BOLD, 7.5 * s }, words);
}

enum err labels_print(
    const struct labels *labels, struct arena *arena, struct buf *out, struct error *e)
{
    const struct sheet *sheet = &sheets[labels->format];
    int per_page = labels_per_page(labels->format);
    ASSERT(labels->count >= 1 && labels->count <= LABELS_MAX);
    ASSERT(labels->skip >= 0 && labels->skip < per_page);
    struct pdf *p = pdf_new(arena, S("Labels"));
    for (size_t i = 0; i < labels->count; i++) {
        size_t place = (i + (size_t)labels->skip) % (size_t)per_page;
        if (i == 0 || place == 0) pdf_page(p, sheet->page_width, sheet->page_height);
        size_t column = place % (size_t)sheet->columns, row = place / (size_t)sheet->columns;
        struct box box = { sheet->left + (double)column * sheet->step_right,
            sheet->top + (double)row * sheet->step_down, sheet->width, sheet->height };
        struct arena_mark mark = arena_mark(arena);
        draw(p, labels, &labels->labels[i], &box, arena);
        arena_rewind(arena, mark);
    }
    enum err rc = pdf_end(p, out, e);
    pdf_free(p);
    return rc;
}
