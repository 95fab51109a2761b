/* pdf_table.c: tables over as many pages as they need; see pdf.h. */
#include "print/internal.h"

#include "base/assert.h"

static const double gap = 2.0; /* mm between columns, and around a row's text */

static double table_width(const struct pdf_table *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->column_count; i++)
        sum += t->columns[i].width;
    return sum;
}

static double row_height(const struct pdf_table *t, struct pdf_style style, const struct str *cells)
{
    int lines = 1;
    for (size_t i = 0; i < t->column_count; i++) {
        int n =
            pdf_wrap_lines(t->pdf, t->columns[i].width - gap, PDF_CELL_LINES_MAX, style, cells[i]);
        if (n > lines) lines = n;
    }
    return lines * pdf_line_height(style) + gap / 2;
}

static void draw(struct pdf_table *t, struct pdf_style style, const struct str *cells)
{
    double x = t->margin, base = t->y + style.size_pt * 25.4 / 72.0;
    for (size_t i = 0; i < t->column_count; i++) {
        const struct pdf_column *c = &t->columns[i];
        double room = c->width - gap;
        double width = c->right ? pdf_text_width(t->pdf, style, cells[i]) : 0;
        if (c->right && width < room)
            pdf_text(t->pdf, x + room - width, base, style, cells[i]);
        else
            (void)pdf_text_wrap(t->pdf, x, base, room, PDF_CELL_LINES_MAX, style, cells[i]);
        x += c->width;
    }
    t->y += row_height(t, style, cells);
}

void pdf_table_head(struct pdf_table *t)
{
    struct str titles[PDF_COLUMNS_MAX];
    ASSERT(t->column_count <= PDF_COLUMNS_MAX);
    for (size_t i = 0; i < t->column_count; i++)
        titles[i] = t->columns[i].title;
    draw(t, (struct pdf_style){ PDF_BOLD, t->size_pt }, titles);
    pdf_line(t->pdf, t->margin, t->y, t->margin + table_width(t), t->y, 0.3);
    t->y += gap / 2;
}

void pdf_table_row(struct pdf_table *t, const struct str *cells)
{
    struct pdf_style style = { PDF_REGULAR, t->size_pt };
    double height = pdf_page_height(t->pdf);
    if (t->y + row_height(t, style, cells) > height - t->margin) {
        pdf_page(t->pdf, pdf_page_width(t->pdf), height);
        t->y = t->margin;
        pdf_table_head(t);
    }
    draw(t, style, cells);
}
