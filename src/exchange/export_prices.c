/* export_prices.c: what was paid for the items of purchase orders, order by order. */
#include "exchange/export_internal.h"

#include "base/limits.h"

static enum err put_price(struct exporting *x, const struct item *item, struct error *e)
{
    struct export_cell cells[COLUMNS_MAX];
    size_t n = 0;
    cells[n++] = text_cell(item->purchase_order);
    cells[n++] = id_cell(item->purchase_order_line_id);
    cells[n++] = text_cell(item->hex_id);
    cells[n++] = text_cell(item->esn);
    cells[n++] = amount_cell(item->paid);
    cells[n++] = currency_cell(item->paid);
    return export_row(x, cells, n, e);
}

static enum err put_prices_of(struct exporting *x, int64_t order_id, struct error *e)
{
    struct item_filter filter = { .purchase_order_id = order_id };
    struct page page = { 0, EXPORT_PAGE };
    enum err rc = OK;
    for (bool more = true; more && !rc;) {
        struct item *rows;
        size_t count;
        arena_reset(x->arena);
        rc = item_list(x->tx, &filter, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE && !rc; i++)
            rc = put_price(x, &rows[i], e);
        if (more) page.after = rows[EXPORT_PAGE - 1].id;
    }
    return rc;
}

enum err export_prices(struct exporting *x, struct error *e)
{
    enum { ORDERS_AT_ONCE = 20 }; /* each may have a thousand lines */
    struct table table;
    struct arena own;
    struct page page = { 0, ORDERS_AT_ONCE };
    enum err rc = export_table(x, IMPORT_PRICES, &table, e);
    arena_init(&own, "purchase orders", JOB_ARENA_MAX);
    for (bool more = true; more && !rc;) {
        struct purchase_order *orders;
        size_t count;
        arena_reset(&own);
        rc = purchase_list(x->tx, &x->request->purchases, &page, &own, &orders, &count, e);
        more = !rc && count > ORDERS_AT_ONCE;
        for (size_t i = 0; !rc && i < count && i < ORDERS_AT_ONCE; i++)
            rc = put_prices_of(x, orders[i].id, e);
        if (more) page.after = orders[ORDERS_AT_ONCE - 1].id;
    }
    arena_release(&own);
    return rc;
}
