/* pdf_table.c: tables over as many pages as they need; see pdf.h. */
#include "print/internal.h"

#include "base/assert.h"

static const double gap = 2.0;  /* mm between columns, and around a row's text */
static const double rule = 2.0; /* mm more between rows that are ruled */
static const double hairline = 0.1, head_line = 0.3;

static double table_width(const struct pdf_table *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->column_count; i++)
        sum += t->columns[i].width;
    return sum;
}

static struct pdf_style style_of(const struct pdf_table *t, size_t column)
{
    return (struct pdf_style){ t->columns[column].font, t->size_pt };
}

static double row_gap(const struct pdf_table *t)
{
    return gap / 2 + (t->ruled ? rule : 0);
}

static double base_line(const struct pdf_table *t)
{
    return t->y + t->size_pt * 25.4 / 72.0;
}

static int cell_lines(
    struct pdf_table *t, const struct pdf_column *c, struct pdf_style style, struct str s)
{
    int n = c->tick ? 1 : pdf_wrap_lines(t->pdf, c->width - gap, PDF_CELL_LINES_MAX, style, s);
    return n > 1 ? n : 1;
}

static double lines_height(const struct pdf_table *t, int lines)
{
    return lines * pdf_line_height((struct pdf_style){ PDF_REGULAR, t->size_pt }) + row_gap(t);
}

static void draw_cell(
    struct pdf_table *t, const struct pdf_column *c, struct pdf_style style, double x, struct str s)
{
    double room = c->width - gap;
    double width = c->right ? pdf_text_width(t->pdf, style, s) : 0;
    if (c->right && width < room)
        pdf_text(t->pdf, x + room - width, base_line(t), style, s);
    else
        (void)pdf_text_wrap(t->pdf, x, base_line(t), room, PDF_CELL_LINES_MAX, style, s);
}

static void draw_tick(struct pdf_table *t, double x)
{
    double side = t->size_pt * 25.4 / 72.0, top = base_line(t) - side * 0.85;
    pdf_line(t->pdf, x, top, x + side, top, head_line);
    pdf_line(t->pdf, x, top + side, x + side, top + side, head_line);
    pdf_line(t->pdf, x, top, x, top + side, head_line);
    pdf_line(t->pdf, x + side, top, x + side, top + side, head_line);
}

static void draw_rule(struct pdf_table *t, double y, double width)
{
    pdf_line(t->pdf, t->margin, y, t->margin + table_width(t), y, width);
}

void pdf_table_head(struct pdf_table *t)
{
    struct pdf_style bold = { PDF_BOLD, t->size_pt };
    double x = t->margin;
    int most = 1;
    ASSERT(t->column_count <= PDF_COLUMNS_MAX);
    for (size_t i = 0; i < t->column_count; i++) {
        const struct pdf_column *c = &t->columns[i];
        int lines = cell_lines(t, c, bold, c->title);
        if (lines > most) most = lines;
        draw_cell(t, c, bold, x, c->title);
        x += c->width;
    }
    t->y += lines_height(t, most) - row_gap(t) + gap / 2;
    draw_rule(t, t->y, head_line);
    t->y += row_gap(t);
}

/* Goes on to the next page when there is not so much room. */
static void need(struct pdf_table *t, double room)
{
    double height = pdf_page_height(t->pdf);
    if (t->y + room <= height - t->margin) return;
    pdf_page(t->pdf, pdf_page_width(t->pdf), height);
    t->y = t->margin;
    pdf_table_head(t);
}

void pdf_table_reserve(struct pdf_table *t, int lines)
{
    double height = pdf_page_height(t->pdf);
    if (t->y + lines * lines_height(t, 1) <= height - t->margin) return;
    pdf_page(t->pdf, pdf_page_width(t->pdf), height);
    t->y = t->margin;
}

void pdf_table_section(struct pdf_table *t, struct str title)
{
    struct pdf_style style = { PDF_BOLD, t->size_pt + 1 };
    double height = pdf_line_height(style) + row_gap(t);
    need(t, 3 * height);
    pdf_text_fit(t->pdf, t->margin, base_line(t), table_width(t), style, title);
    t->y += height;
}

void pdf_table_row(struct pdf_table *t, const struct str *cells)
{
    double x = t->margin;
    int most = 1;
    for (size_t i = 0; i < t->column_count; i++) {
        int lines = cell_lines(t, &t->columns[i], style_of(t, i), cells[i]);
        if (lines > most) most = lines;
    }
    need(t, lines_height(t, most));
    for (size_t i = 0; i < t->column_count; i++) {
        if (t->columns[i].tick)
            draw_tick(t, x);
        else
            draw_cell(t, &t->columns[i], style_of(t, i), x, cells[i]);
        x += t->columns[i].width;
    }
    t->y += lines_height(t, most);
    if (t->ruled) draw_rule(t, t->y - row_gap(t) + gap / 4, hairline);
}
