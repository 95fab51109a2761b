/* packing.c: see packing.h. */
#include "exchange/packing.h"

#include "core/natural.h"
#include "exchange/export_internal.h"

#include <stdlib.h>

/* Those that have none come last: whoever looks for them has seen the rest. */
static int compare_places(struct str a, struct str b)
{
    if (!a.len || !b.len) return (a.len == 0) - (b.len == 0);
    return natural_cmp(a, b);
}

static int compare_items(const struct packing_item *a, const struct packing_item *b)
{
    int order = compare_places(a->warehouse, b->warehouse);
    if (!order) order = compare_places(a->location, b->location);
    if (!order) order = natural_cmp(a->description, b->description);
    return order ? order : str_cmp(a->hex_id, b->hex_id);
}

static int by_place(const void *a, const void *b)
{
    return compare_items(a, b);
}

/* Of an order */

struct catalog {
    struct known_variations known;
    struct str *titles; /* of each, when it was asked for */
};

static enum err load_catalog(
    struct tx *tx, const struct order *o, struct arena *arena, struct catalog *out, struct error *e)
{
    int64_t *ids = arena_new(arena, int64_t, o->item_count + o->line_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < o->item_count; i++)
        ids[n++] = o->items[i].variation_id;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].variation_id) ids[n++] = o->lines[i].variation_id;
    enum err rc = export_variations_load(tx, ids, n, arena, &out->known, e);
    out->titles = arena_new(arena, struct str, out->known.count + 1);
    return rc;
}

/* Its SKU and title; empty when it is not known. */
static void describe(struct catalog *c, int64_t variation_id, struct arena *arena, struct str *sku,
    struct str *title)
{
    const struct variation *v = export_variation(&c->known, variation_id);
    *sku = *title = S("");
    if (!v) return;
    struct str *kept = &c->titles[v - c->known.rows];
    if (!kept->len) *kept = variation_title(v, arena);
    *sku = v->sku;
    *title = *kept;
}

static void take_lines(
    const struct order *o, struct catalog *c, struct arena *arena, struct packing_list *out)
{
    struct packing_line *lines = arena_new(arena, struct packing_line, o->line_count + 1);
    for (size_t i = 0; i < o->line_count; i++) {
        const struct order_line *l = &o->lines[i];
        struct str sku = l->sku, title;
        if (l->variation_id) describe(c, l->variation_id, arena, &sku, &title);
        lines[i] = (struct packing_line){ .sku = sku,
            .description = l->title,
            .quantity = l->quantity,
            .committed = l->committed,
            .missing = order_line_uncommitted(l),
            .unknown_sku = l->candidate_count == 0 };
    }
    out->lines = lines;
    out->line_count = o->line_count;
}

static void take_items(
    const struct order *o, struct catalog *c, struct arena *arena, struct packing_list *out)
{
    struct packing_item *items = arena_new(arena, struct packing_item, o->item_count + 1);
    for (size_t i = 0; i < o->item_count; i++) {
        const struct order_item *item = &o->items[i];
        items[i] = (struct packing_item){ .warehouse = item->warehouse,
            .location = item->location,
            .hex_id = item->hex_id,
            .esn = item->esn,
            .extra = !item->line_id };
        describe(c, item->variation_id, arena, &items[i].sku, &items[i].description);
    }
    if (o->item_count) qsort(items, o->item_count, sizeof *items, by_place);
    out->items = items;
    out->item_count = o->item_count;
}

static struct str why_stop(const struct order *o, const struct order_units *units)
{
    if (units->canceled) return S("the order is canceled.");
    if (o->cancel_requested) return S("the buyer asked to cancel. Wait until that is settled.");
    return S("");
}

enum err packing_load(
    struct tx *tx, int64_t order_id, struct arena *arena, struct packing_list *out, struct error *e)
{
    struct order o;
    struct catalog c;
    enum err rc = order_load(tx, order_id, arena, &o, e);
    if (rc) return rc;
    struct order_units units = order_units(&o);
    *out = (struct packing_list){ .number = o.number,
        .organization = o.organization,
        .status = o.status,
        .channel_order_id = o.channel_order_id,
        .ordered_at = pdf_time(o.ordered_at, arena),
        .notes = o.notes,
        .stop = why_stop(&o, &units),
        .missing = units.uncommitted };
    rc = export_channel_name(tx, o.channel_id, arena, &out->channel, e);
    if (!rc) rc = load_catalog(tx, &o, arena, &c, e);
    if (rc) return rc;
    take_lines(&o, &c, arena, out);
    take_items(&o, &c, arena, out);
    return OK;
}

/* Rows */

enum cell {
    CELL_ORDER,
    CELL_ORGANIZATION,
    CELL_CHANNEL,
    CELL_CHANNEL_ORDER,
    CELL_WAREHOUSE,
    CELL_LOCATION,
    CELL_HEX_ID,
    CELL_ESN,
    CELL_SKU,
    CELL_DESCRIPTION,
    CELL_QUANTITY,
    CELL_MISSING,
    CELL_STOP,
    CELL_NOTES,
};
#define CELLS (CELL_NOTES + 1)
static const char *const titles[CELLS] = { "Order", "Organization", "Channel", "Channel Order ID",
    "Warehouse", "Location", "Hex ID", "ESN", "SKU", "Description", "Quantity", "Missing",
    "Do Not Ship", "Notes" };

struct row {
    const struct packing_list *list;
    const struct packing_item *item;
};

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = compare_items(x->item, y->item);
    return order ? order : natural_cmp(x->list->number, y->list->number);
}

static void put_list(const struct packing_list *l, struct export_cell *cells)
{
    for (size_t i = 0; i < CELLS; i++)
        cells[i] = text_cell(S(""));
    cells[CELL_ORDER] = text_cell(l->number);
    cells[CELL_ORGANIZATION] = text_cell(l->organization);
    cells[CELL_CHANNEL] = text_cell(l->channel);
    cells[CELL_CHANNEL_ORDER] = text_cell(l->channel_order_id);
    cells[CELL_STOP] = text_cell(l->stop);
    cells[CELL_NOTES] = text_cell(l->notes);
}

static enum err put_item(struct row_writer *w, const struct row *r, struct error *e)
{
    struct export_cell cells[CELLS];
    put_list(r->list, cells);
    cells[CELL_WAREHOUSE] = text_cell(r->item->warehouse);
    cells[CELL_LOCATION] = text_cell(r->item->location);
    cells[CELL_HEX_ID] = text_cell(r->item->hex_id);
    cells[CELL_ESN] = text_cell(r->item->esn);
    cells[CELL_SKU] = text_cell(r->item->sku);
    cells[CELL_DESCRIPTION] = text_cell(r->item->description);
    cells[CELL_QUANTITY] = int_cell(1);
    return w->row(w->ctx, cells, CELLS, e);
}

static enum err put_missing(struct row_writer *w, const struct packing_list *l,
    const struct packing_line *line, struct error *e)
{
    struct export_cell cells[CELLS];
    put_list(l, cells);
    cells[CELL_SKU] = text_cell(line->sku);
    cells[CELL_DESCRIPTION] = text_cell(line->description);
    cells[CELL_MISSING] = int_cell(line->missing);
    return w->row(w->ctx, cells, CELLS, e);
}

enum err packing_write(const struct packing_list *lists, size_t count, struct arena *arena,
    struct row_writer *writer, struct error *e)
{
    struct export_cell cells[CELLS];
    size_t all = 0, n = 0;
    for (size_t i = 0; i < count; i++)
        all += lists[i].item_count;
    struct row *rows = arena_new(arena, struct row, all + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].item_count; k++)
            rows[n++] = (struct row){ &lists[i], &lists[i].items[k] };
    if (n) qsort(rows, n, sizeof *rows, compare_rows);
    for (size_t i = 0; i < CELLS; i++)
        cells[i] = text_cell(str_of(titles[i]));
    enum err rc = writer->row(writer->ctx, cells, CELLS, e);
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_item(writer, &rows[i], e);
    for (size_t i = 0; i < count && !rc; i++)
        for (size_t k = 0; k < lists[i].line_count && !rc; k++)
            if (lists[i].lines[k].missing > 0)
                rc = put_missing(writer, &lists[i], &lists[i].lines[k], e);
    return rc;
}
