/* packing_list.c: what stands where on a packing list; see packing_list.h. */
#include "print/packing_list.h"

#include "base/assert.h"
#include "print/internal.h"

static const double margin = 12; /* mm: what any office printer reaches, and room for a staple */
static const struct pdf_style small = { PDF_REGULAR, 8 }, body = { PDF_REGULAR, 10 },
                              strong = { PDF_BOLD, 10 }, title = { PDF_BOLD, 12 },
                              large = { PDF_BOLD, 24 };

struct sheet {
    struct pdf *pdf;
    const struct packing_list *list;
    struct arena *arena; /* of one list */
    double width;        /* between the margins */
    double y;
};

/* Head */

static void draw_fact(
    struct sheet *s, double x, double y, double width, const char *name, struct str value)
{
    static const double name_width = 26;
    pdf_text(s->pdf, x, y, small, str_of(name));
    pdf_text_fit(
        s->pdf, x + name_width, y, width - name_width - 2, strong, value.len ? value : S("-"));
}

static struct str items_in_words(const struct sheet *s)
{
    const struct packing_list *l = s->list;
    struct str picked =
        arena_fmt(s->arena, "%zu %s", l->item_count, l->item_count == 1 ? "item" : "items");
    if (!l->missing) return picked;
    return arena_fmt(s->arena, "%.*s, %lld missing", STR_FMT(picked), (long long)l->missing);
}

static void draw_head(struct sheet *s)
{
    static const double code_width = 66, code_height = 18, step = 6.5;
    const struct packing_list *l = s->list;
    double half = s->width / 2, y = margin + 28;
    pdf_text(s->pdf, margin, margin + 4, title, S("Packing list"));
    pdf_text_fit(s->pdf, margin, margin + 16, s->width - code_width - 4, large, l->number);
    (void)pdf_barcode(s->pdf, PDF_CODE128, l->number, margin + s->width - code_width, margin,
        code_width, code_height);
    pdf_line(s->pdf, margin, margin + 21, margin + s->width, margin + 21, 0.4);
    draw_fact(s, margin, y, half, "Customer", l->organization);
    draw_fact(s, margin + half, y, half, "Ordered", l->ordered_at);
    draw_fact(s, margin, y + step, half, "Channel", l->channel);
    draw_fact(s, margin + half, y + step, half, "Status", l->status);
    draw_fact(s, margin, y + 2 * step, half, "Channel order", l->channel_order_id);
    draw_fact(s, margin + half, y + 2 * step, half, "To pick", items_in_words(s));
    s->y = y + 2 * step + 6;
}

/* Framed, above everything that could be picked. */
static void draw_stop(struct sheet *s)
{
    static const double inset = 3, frame = 0.8;
    struct str text = s->list->stop;
    if (!text.len) return;
    double top = s->y, right = margin + s->width;
    double used = pdf_text_wrap(s->pdf, margin + inset, top + inset + 4, s->width - 2 * inset, 3,
        title, arena_fmt(s->arena, "DO NOT SHIP: %.*s", STR_FMT(text)));
    double foot = top + used + 2 * inset;
    pdf_line(s->pdf, margin, top, right, top, frame);
    pdf_line(s->pdf, margin, foot, right, foot, frame);
    pdf_line(s->pdf, margin, top, margin, foot, frame);
    pdf_line(s->pdf, right, top, right, foot, frame);
    s->y = foot + 4;
}

static struct pdf_table table_of(
    const struct sheet *s, const struct pdf_column *columns, size_t count, bool ruled)
{
    return (struct pdf_table){ .pdf = s->pdf,
        .columns = columns,
        .column_count = count,
        .size_pt = body.size_pt,
        .margin = margin,
        .y = s->y,
        .ruled = ruled };
}

/* Notes, a row for each of their lines; a long one in pieces, because a row is not split. */
static void draw_notes(struct sheet *s)
{
    enum { PIECE = 800 };
    struct pdf_column column = { .title = STR_INIT("Notes"), .width = s->width };
    struct pdf_table t = table_of(s, &column, 1, false);
    struct str rest = str_trim(s->list->notes), line;
    if (!rest.len) return;
    pdf_table_head(&t);
    while (rest.len) {
        str_cut(rest, '\n', &line, &rest);
        while (line.len > PIECE) {
            size_t cut = PIECE;
            while (cut && line.at[cut] != ' ')
                cut--;
            for (cut = cut ? cut : PIECE; ((unsigned char)line.at[cut] & 0xC0) == 0x80;)
                cut--;
            struct str piece = str_sub(line, 0, cut);
            pdf_table_row(&t, &piece);
            line = str_trim(str_sub(line, cut, line.len));
        }
        pdf_table_row(&t, &line);
    }
    s->y = t.y + 3;
}

/* Items */

static struct str place_of(const struct sheet *s, size_t from)
{
    const struct packing_list *l = s->list;
    struct str warehouse = l->items[from].warehouse;
    size_t n = 0;
    while (from + n < l->item_count && str_eq(l->items[from + n].warehouse, warehouse))
        n++;
    if (!warehouse.len) warehouse = S("In no warehouse");
    return arena_fmt(s->arena, "%.*s: %zu %s", STR_FMT(warehouse), n, n == 1 ? "item" : "items");
}

static void draw_items(struct sheet *s)
{
    static const double fixed = 9 + 34 + 26 + 38;
    const struct packing_list *l = s->list;
    struct pdf_column columns[] = {
        { .title = STR_INIT(""), .width = 9, .tick = true },
        { .title = STR_INIT("Location"), .width = 34, .font = PDF_BOLD },
        { .title = STR_INIT("Hex ID"), .width = 26, .font = PDF_MONO },
        { .title = STR_INIT("ESN"), .width = 38 },
        { .title = STR_INIT("Item"), .width = s->width - fixed },
    };
    struct pdf_table t = table_of(s, columns, sizeof columns / sizeof columns[0], true);
    if (!l->item_count) {
        pdf_text(s->pdf, margin, s->y + 4, body, S("No item is committed to this order."));
        s->y += 10;
        return;
    }
    pdf_table_reserve(&t, 3);
    pdf_table_head(&t);
    for (size_t i = 0; i < l->item_count; i++) {
        const struct packing_item *item = &l->items[i];
        struct arena_mark mark = arena_mark(s->arena);
        if (!i || !str_eq(item->warehouse, l->items[i - 1].warehouse))
            pdf_table_section(&t, place_of(s, i));
        struct str what = item->description;
        if (item->extra) what = arena_fmt(s->arena, "%.*s (on no line)", STR_FMT(what));
        struct str cells[] = { S(""), item->location.len ? item->location : S("no location"),
            hex_id_spoken(item->hex_id, s->arena), item->esn, what };
        pdf_table_row(&t, cells);
        arena_rewind(s->arena, mark);
    }
    s->y = t.y + 4;
}

/* Lines: what the packer holds the picked items against */

static struct str amount(struct sheet *s, int64_t n)
{
    return n ? arena_fmt(s->arena, "%lld", (long long)n) : S("");
}

static void draw_lines(struct sheet *s)
{
    static const double fixed = 44 + 18 + 21 + 17;
    const struct packing_list *l = s->list;
    struct pdf_column columns[] = {
        { .title = STR_INIT("SKU"), .width = 44 },
        { .title = STR_INIT("Ordered"), .width = s->width - fixed },
        { .title = STR_INIT("Quantity"), .width = 18, .right = true },
        { .title = STR_INIT("Committed"), .width = 21, .right = true },
        { .title = STR_INIT("Missing"), .width = 17, .right = true, .font = PDF_BOLD },
    };
    struct pdf_table t = table_of(s, columns, sizeof columns / sizeof columns[0], false);
    if (!l->line_count) return;
    pdf_table_reserve(&t, 3);
    pdf_table_head(&t);
    for (size_t i = 0; i < l->line_count; i++) {
        const struct packing_line *line = &l->lines[i];
        struct arena_mark mark = arena_mark(s->arena);
        struct str what = line->description;
        if (line->unknown_sku) what = arena_fmt(s->arena, "%.*s (Unknown SKU)", STR_FMT(what));
        struct str cells[] = { line->sku, what, amount(s, line->quantity),
            amount(s, line->committed), amount(s, line->missing) };
        pdf_table_row(&t, cells);
        arena_rewind(s->arena, mark);
    }
    s->y = t.y + 4;
}

static void draw_hands(struct sheet *s)
{
    static const char *const words[] = { "Picked by", "Packed by", "Date" };
    static const double words_width = 18, gap = 6;
    double height = pdf_page_height(s->pdf), third = s->width / 3, y = s->y + 10;
    if (y > height - margin) {
        pdf_page(s->pdf, pdf_page_width(s->pdf), height);
        y = margin + 10;
    }
    for (int i = 0; i < 3; i++) {
        double x = margin + i * third;
        pdf_text(s->pdf, x, y, small, str_of(words[i]));
        pdf_line(s->pdf, x + words_width, y, x + third - gap, y, 0.2);
    }
}

static void draw(struct pdf *pdf, const struct packing_lists *lists, const struct packing_list *l,
    struct arena *arena)
{
    struct sheet s = { .pdf = pdf, .list = l, .arena = arena };
    double width, height;
    int before = pdf_page_count(pdf);
    pdf_paper_size(lists->paper, &width, &height);
    s.width = width - 2 * margin;
    pdf_page(pdf, width, height);
    draw_head(&s);
    draw_stop(&s);
    draw_notes(&s);
    draw_items(&s);
    draw_lines(&s);
    draw_hands(&s);
    pdf_number_pages(pdf, before,
        arena_fmt(arena, "%.*s, printed %.*s", STR_FMT(l->number), STR_FMT(lists->printed_at)),
        margin);
}

enum err packing_lists_print(
    const struct packing_lists *lists, struct arena *arena, struct buf *out, struct error *e)
{
    ASSERT(lists->count >= 1 && lists->count <= PACKING_LISTS_MAX);
    struct pdf *p = pdf_new(arena, S("Packing list"));
    for (size_t i = 0; i < lists->count; i++) {
        struct arena_mark mark = arena_mark(arena);
        draw(p, lists, &lists->lists[i], arena);
        arena_rewind(arena, mark);
    }
    enum err rc = pdf_end(p, out, e);
    pdf_free(p);
    return rc;
}
