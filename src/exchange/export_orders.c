/*
 * export_orders.c: orders as rows: one for each line, with what is committed to it.
 *
 * A cell holds only so much (SHEET_CELL_MAX), and a row has one currency: items and sums beyond
 * that follow in rows of the same line, which have no figures of the line, so that sums over a
 * column stay right.
 */
#include "exchange/export_internal.h"

#include "base/limits.h"
#include "store/channels.h"
#include "store/order_totals.h"

static const struct column order_columns[] = {
    { "Order", COLUMN_OPTIONAL },
    { "Organization", COLUMN_OPTIONAL },
    { "Channel", COLUMN_OPTIONAL },
    { "Channel Order ID", COLUMN_OPTIONAL },
    { "Channel Status", COLUMN_OPTIONAL },
    { "Status", COLUMN_OPTIONAL },
    { "Ordered At", COLUMN_OPTIONAL },
    { "Notes", COLUMN_OPTIONAL },
    { "Line", COLUMN_OPTIONAL },
    { "Variation ID", COLUMN_OPTIONAL },
    { "SKU", COLUMN_OPTIONAL },
    { "Title", COLUMN_OPTIONAL },
    { "Quantity", COLUMN_OPTIONAL },
    { "Unit Price", COLUMN_OPTIONAL },
    { "Currency", COLUMN_OPTIONAL },
    { "Committed", COLUMN_OPTIONAL },
    { "Returned", COLUMN_OPTIONAL },
    { "Uncommitted", COLUMN_OPTIONAL },
    { "Sold", COLUMN_OPTIONAL },
    { "Paid", COLUMN_OPTIONAL },
    { "Profit", COLUMN_OPTIONAL },
    { "ESNs", COLUMN_OPTIONAL },
    { "Hex IDs", COLUMN_OPTIONAL },
};
enum {
    ORDER_COLUMNS = sizeof order_columns / sizeof order_columns[0],
    ORDER_FIELDS = 8, /* before those of a line */
    FIGURES = ORDER_FIELDS + 4,
    CURRENCY = FIGURES + 2,
    UNITS = CURRENCY + 1,
    SUMS = UNITS + 3,
    ITEM_CELLS = 2, /* the last */
    ROW_ITEMS_MAX = SHEET_CELL_MAX / (ESN_MAX + 2 * sizeof ", "),
};

static void put_order(
    struct exporting *x, struct str channel, const struct order *o, struct export_cell *cells)
{
    char time[RFC3339_SIZE];
    cells[0] = text_cell(o->number);
    cells[1] = text_cell(o->organization);
    cells[2] = text_cell(channel);
    cells[3] = text_cell(o->channel_order_id);
    cells[4] = text_cell(o->channel_status);
    cells[5] = text_cell(o->status);
    cells[6] = text_cell(arena_str(x->arena, rfc3339_format(o->ordered_at, time)));
    cells[7] = text_cell(o->notes);
}

/* The next items of one line, as many as fit; line_id 0: those that are on no line. *at: the item
 * to begin with, and afterwards the one to go on with. */
static size_t put_items_of(struct exporting *x, const struct order *o, int64_t line_id, size_t *at,
    struct export_cell cells[ITEM_CELLS])
{
    struct str esns[ROW_ITEMS_MAX], hex_ids[ROW_ITEMS_MAX];
    size_t n = 0;
    for (; *at < o->item_count && n < ROW_ITEMS_MAX; ++*at) {
        const struct order_item *item = &o->items[*at];
        if (item->line_id != line_id) continue;
        esns[n] = item->esn;
        hex_ids[n++] = item->hex_id;
    }
    cells[0] = text_cell(list_cell_join(esns, n, x->arena));
    cells[1] = text_cell(list_cell_join(hex_ids, n, x->arena));
    return n;
}

/* Sums by currency of the items of one line, that of its price first; line NULL: of those that are
 * on none. */
static void sums_of(struct exporting *x, const struct order *o, const struct order_line *line,
    struct order_total **out, size_t *count)
{
    struct order part = { .items = arena_new(x->arena, struct order_item, o->item_count + 1) };
    struct order_line own = line ? *line : (struct order_line){ .id = 0 };
    for (size_t i = 0; i < o->item_count; i++)
        if (o->items[i].line_id == own.id) part.items[part.item_count++] = o->items[i];
    part.lines = &own;
    part.line_count = line != NULL;
    order_totals(&part, x->arena, out, count);
    for (size_t i = *count; i-- > 1;) {
        struct order_total *t = *out;
        if (!own.price.present || !str_eq(t[i].currency, own.price.currency)) continue;
        struct order_total first = t[i];
        for (size_t k = i; k > 0; k--)
            t[k] = t[k - 1];
        t[0] = first;
    }
}

static void put_sums(const struct order_total *t, struct export_cell *cells)
{
    struct money sold = { true, t->sold, t->currency }, paid = { true, t->paid, t->currency };
    struct money profit = { t->has_profit, t->profit, t->currency };
    cells[CURRENCY] = text_cell(t->currency);
    cells[SUMS] = amount_cell(sold);
    cells[SUMS + 1] = amount_cell(paid);
    cells[SUMS + 2] = amount_cell(profit);
}

/* Rows with the sums and the items of one line, each with the next of both. The first one has what
 * stands in `cells` besides; without a line there is none that has neither. */
static enum err put_sold(struct exporting *x, const struct order *o, const struct order_line *line,
    struct export_cell *cells, struct error *e)
{
    struct order_total *sums;
    size_t sum_count, at = 0;
    int64_t line_id = line ? line->id : 0;
    struct arena_mark mark = arena_mark(x->arena); /* an order may have many lines */
    enum err rc = OK;
    sums_of(x, o, line, &sums, &sum_count);
    for (size_t i = 0; !rc; i++) {
        if (i < sum_count) put_sums(&sums[i], cells);
        bool some = put_items_of(x, o, line_id, &at, cells + ORDER_COLUMNS - ITEM_CELLS) > 0;
        if (!some && i >= sum_count && (i || !line)) break;
        rc = export_row(x, cells, ORDER_COLUMNS, e);
        for (size_t k = FIGURES; k < ORDER_COLUMNS; k++)
            cells[k] = text_cell(S(""));
    }
    arena_rewind(x->arena, mark);
    return rc;
}

static enum err put_line(struct exporting *x, const struct order *o, const struct order_line *line,
    struct export_cell *cells, struct error *e)
{
    struct export_cell *own = cells + ORDER_FIELDS, *figures = cells + FIGURES;
    own[0] = id_cell(line->id);
    own[1] = id_cell(line->variation_id);
    own[2] = text_cell(line->sku);
    own[3] = text_cell(line->title);
    figures[0] = int_cell(line->quantity);
    figures[1] = amount_cell(line->price);
    cells[UNITS] = int_cell(line->committed);
    cells[UNITS + 1] = int_cell(line->returned);
    cells[UNITS + 2] = int_cell(order_line_uncommitted(line));
    return put_sold(x, o, line, cells, e);
}

/* A row for each line, and one for items that are on no line; an order without either has one too.
 */
static enum err put_order_rows(
    struct exporting *x, struct str channel, const struct order *o, struct error *e)
{
    struct export_cell cells[ORDER_COLUMNS] = { 0 };
    enum err rc = OK;
    put_order(x, channel, o, cells);
    for (size_t i = 0; i < o->line_count && !rc; i++)
        rc = put_line(x, o, &o->lines[i], cells, e);
    for (size_t i = ORDER_FIELDS; i < ORDER_COLUMNS; i++)
        cells[i] = text_cell(S(""));
    if (!rc && !o->line_count && !o->item_count) return export_row(x, cells, ORDER_COLUMNS, e);
    return rc ? rc : put_sold(x, o, NULL, cells, e);
}

enum err export_channel_name(
    struct tx *tx, int64_t channel_id, struct arena *arena, struct str *out, struct error *e)
{
    *out = S("");
    if (!channel_id) return OK;
    struct channel_row *ch = arena_new(arena, struct channel_row, 1);
    enum err rc = channel_load(tx, channel_id, arena, ch, e);
    if (!rc) *out = ch->name;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

enum err export_orders(struct exporting *x, struct error *e)
{
    struct page page = { 0, EXPORT_PAGE };
    enum err rc = export_titles(x, order_columns, ORDER_COLUMNS, e);
    for (bool more = true; more && !rc;) {
        struct order *rows;
        size_t count;
        arena_reset(x->arena);
        rc = order_list(x->tx, &x->request->orders, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE && !rc; i++) {
            struct str name;
            rc = export_channel_name(x->tx, rows[i].channel_id, x->arena, &name, e);
            if (!rc) rc = put_order_rows(x, name, &rows[i], e);
        }
        if (more) page.after = rows[EXPORT_PAGE - 1].id;
    }
    return rc;
}
