/* export_items.c: items as rows, with their custom fields. */
#include "exchange/export_internal.h"

#include "base/limits.h"

/* What the items of a page are and have. */
struct item_page {
    const struct table *table;
    const struct item *items;
    size_t count;
    struct known_variations variations;
    struct item_value *values; /* by item */
    size_t value_count;
};

static struct export_cell value_cell(const struct item_value *v)
{
    int64_t n;
    if (v->type == ITEM_FIELD_INTEGER && str_to_int64(v->value, &n)) return int_cell(n);
    return text_cell(v->value);
}

/* The cells of the custom fields, which stand behind the others. */
static void put_values(const struct item_page *p, int64_t item_id, struct export_cell *cells)
{
    const struct table *table = p->table;
    for (size_t k = 0; k < table->count; k++)
        if (table->columns[k].field_id) cells[k] = text_cell(S(""));
    size_t at = 0, high = p->value_count; /* the first value of the item */
    while (at < high) {
        size_t mid = at + (high - at) / 2;
        if (p->values[mid].item_id < item_id)
            at = mid + 1;
        else
            high = mid;
    }
    for (; at < p->value_count && p->values[at].item_id == item_id; at++)
        for (size_t k = 0; k < table->count; k++)
            if (table->columns[k].field_id == p->values[at].field_id)
                cells[k] = value_cell(&p->values[at]);
}

static enum err put_item(struct exporting *x, const struct item_page *p, const struct item *item,
    const struct variation *v, struct error *e)
{
    struct export_cell cells[COLUMNS_MAX];
    size_t n = 0;
    cells[n++] = id_cell(item->id);
    cells[n++] = text_cell(item->hex_id);
    cells[n++] = text_cell(item->esn);
    n += export_whole(cells + n, v, x->arena);
    cells[n++] = text_cell(v->sku);
    cells[n++] = text_cell(item->status);
    cells[n++] = text_cell(item->warehouse);
    cells[n++] = text_cell(item->location);
    cells[n++] = amount_cell(item->paid);
    cells[n++] = currency_cell(item->paid);
    cells[n++] = text_cell(item->order_number);
    cells[n++] = text_cell(item->purchase_order);
    cells[n++] = id_cell(item->purchase_order_line_id);
    put_values(p, item->id, cells);
    return export_row(x, cells, p->table->count, e);
}

static enum err put_items(struct exporting *x, struct item_page *p, struct error *e)
{
    int64_t ids[EXPORT_PAGE] = { 0 };
    for (size_t i = 0; i < p->count; i++)
        ids[i] = p->items[i].variation_id;
    enum err rc = export_variations_load(x->tx, ids, p->count, x->arena, &p->variations, e);
    for (size_t i = 0; i < p->count; i++)
        ids[i] = p->items[i].id;
    if (!rc) rc = item_values_load(x->tx, ids, p->count, x->arena, &p->values, &p->value_count, e);
    for (size_t i = 0; i < p->count && !rc; i++) {
        const struct variation *v = export_variation(&p->variations, p->items[i].variation_id);
        if (!v) return error_set(e, ERR_CORRUPT, "an item without its variation");
        rc = put_item(x, p, &p->items[i], v, e);
    }
    return rc;
}

enum err export_items(struct exporting *x, struct error *e)
{
    struct table table;
    struct page page = { 0, EXPORT_PAGE };
    enum err rc = export_table(x, IMPORT_ITEMS, &table, e);
    for (bool more = true; more && !rc;) {
        struct item *rows;
        size_t count;
        arena_reset(x->arena);
        rc = item_list(x->tx, &x->request->items, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        struct item_page p = { .table = &table, .items = rows, .count = count };
        if (more) p.count = EXPORT_PAGE;
        rc = put_items(x, &p, e);
        if (more) page.after = rows[EXPORT_PAGE - 1].id;
    }
    return rc;
}
