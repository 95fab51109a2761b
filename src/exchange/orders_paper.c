/* orders_paper.c: see orders_paper.h. */
#include "exchange/orders_paper.h"

#include "base/limits.h"
#include "core/money.h"
#include "exchange/export_internal.h"
#include "print/pdf.h"

static const double margin = 8; /* mm */
static const struct pdf_column columns[] = {
    { .title = STR_INIT("Order"), .width = 18, .font = PDF_BOLD },
    { .title = STR_INIT("Ordered"), .width = 18 },
    { .title = STR_INIT("Organization"), .width = 33 },
    { .title = STR_INIT("Channel order"), .width = 37 },
    { .title = STR_INIT("Status"), .width = 24 },
    { .title = STR_INIT("SKU"), .width = 32 },
    { .title = STR_INIT("Title"), .width = 46 },
    { .title = STR_INIT("Quantity"), .width = 15, .right = true },
    { .title = STR_INIT("Unit price"), .width = 21, .right = true },
    { .title = STR_INIT("Committed"), .width = 18, .right = true },
    { .title = STR_INIT("Uncommitted"), .width = 20, .right = true, .font = PDF_BOLD },
};
enum { COLUMNS = sizeof columns / sizeof columns[0], LINE_CELLS = 5 };

struct printing {
    struct tx *tx;
    const struct orders_paper *paper;
    struct pdf_table table;
    struct arena *arena;           /* of one page of orders */
    struct known_variations known; /* of its lines */
    int64_t orders, rows, units, uncommitted;
};

static struct str number(struct printing *p, int64_t n)
{
    return n ? arena_fmt(p->arena, "%lld", (long long)n) : S("");
}

static struct str price(struct printing *p, struct money m)
{
    struct buf text;
    if (!m.present) return S("");
    buf_init(&text, 64);
    money_put(&text, m.amount, m.currency);
    struct str s = arena_fmt(p->arena, "%.*s %.*s", STR_FMT(buf_str(&text)), STR_FMT(m.currency));
    buf_release(&text);
    return s;
}

static struct str sku_of(const struct printing *p, const struct order_line *l)
{
    const struct variation *v = export_variation(&p->known, l->variation_id);
    return v ? v->sku : l->sku;
}

static enum err load_variations(
    struct printing *p, const struct order *rows, size_t count, struct error *e)
{
    size_t lines = 0, n = 0;
    for (size_t i = 0; i < count; i++)
        lines += rows[i].line_count;
    int64_t *ids = arena_new(p->arena, int64_t, lines + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows[i].line_count; k++)
            if (rows[i].lines[k].variation_id) ids[n++] = rows[i].lines[k].variation_id;
    return export_variations_load(p->tx, ids, n, p->arena, &p->known, e);
}

/* A blank row for an order without lines: it is an order all the same. */
static void put_order(struct printing *p, const struct order *o)
{
    struct str cells[COLUMNS] = { o->number, pdf_time(o->ordered_at, p->arena), o->organization,
        o->channel_order_id, o->status };
    size_t count = o->line_count ? o->line_count : 1;
    cells[1] = str_sub(cells[1], 0, sizeof "2026-11-24" - 1);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = LINE_CELLS; k < COLUMNS; k++)
            cells[k] = S("");
        if (i < o->line_count) {
            const struct order_line *l = &o->lines[i];
            cells[5] = sku_of(p, l);
            cells[6] = l->title;
            cells[7] = number(p, l->quantity);
            cells[8] = price(p, l->price);
            cells[9] = number(p, l->committed);
            cells[10] = number(p, order_line_uncommitted(l));
        }
        pdf_table_row(&p->table, cells);
        for (size_t k = 0; k < LINE_CELLS; k++)
            cells[k] = S("");
    }
    struct order_units units = order_units(o);
    p->orders++;
    p->rows += (int64_t)count;
    p->units += units.quantity;
    p->uncommitted += units.uncommitted;
}

static enum err put_orders(struct printing *p, struct error *e)
{
    struct page page = { 0, EXPORT_PAGE };
    for (bool more = true; more;) {
        struct order *rows;
        size_t count;
        arena_reset(p->arena);
        enum err rc = order_list(p->tx, p->paper->filter, &page, p->arena, &rows, &count, e);
        if (!rc) rc = load_variations(p, rows, count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE; i++) {
            put_order(p, &rows[i]);
            if (p->rows > ORDERS_PAPER_ROWS_MAX)
                return error_set(e, ERR_TOO_LARGE,
                    "at most %d lines of orders are printed: filter them, or take a spreadsheet",
                    ORDERS_PAPER_ROWS_MAX);
        }
        if (more) page.after = rows[EXPORT_PAGE - 1].id;
    }
    return OK;
}

static void begin(struct printing *p, struct pdf *pdf)
{
    static const struct pdf_style title = { PDF_BOLD, 14 }, small = { PDF_REGULAR, 9 };
    double width, height;
    pdf_paper_size(PDF_A4, &width, &height);
    pdf_page(pdf, height, width); /* across */
    pdf_text(pdf, margin, margin + 5, title, S("Orders"));
    struct str about = p->paper->about;
    pdf_text_fit(
        pdf, margin, margin + 11, height - 2 * margin, small, about.len ? about : S("All orders"));
    p->table = (struct pdf_table){ .pdf = pdf,
        .columns = columns,
        .column_count = COLUMNS,
        .size_pt = 7.5,
        .margin = margin,
        .y = margin + 15 };
    pdf_table_head(&p->table);
}

static void finish(struct printing *p, struct pdf *pdf)
{
    struct str all[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        all[i] = S("");
    all[0] =
        arena_fmt(p->arena, "%lld %s", (long long)p->orders, p->orders == 1 ? "order" : "orders");
    all[7] = number(p, p->units);
    all[10] = number(p, p->uncommitted);
    p->table.y += 2;
    pdf_table_row(&p->table, all);
    pdf_number_pages(pdf, 0,
        arena_fmt(p->arena, "Printed %.*s", STR_FMT(pdf_time(p->paper->now, p->arena))), margin);
}

enum err orders_paper_print(struct tx *tx, const struct orders_paper *paper, struct buf *out,
    int64_t *rows, struct error *e)
{
    struct arena handle, arena;
    arena_init(&handle, "orders on paper", JOB_ARENA_MAX);
    arena_init(&arena, "page of orders", JOB_ARENA_MAX);
    struct printing p = { .tx = tx, .paper = paper, .arena = &arena };
    struct pdf *pdf = pdf_new(&handle, S("Orders"));
    begin(&p, pdf);
    enum err rc = put_orders(&p, e);
    if (!rc) {
        finish(&p, pdf);
        rc = pdf_end(pdf, out, e);
    }
    *rows = p.rows;
    pdf_free(pdf);
    arena_release(&arena);
    arena_release(&handle);
    return rc;
}
