/* export.c: see export.h. */
#include "exchange/export_internal.h"

#include "base/limits.h"
#include "core/money.h"
#include "store/channels.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[EXPORT_KIND_COUNT] = { "catalog", "items", "connections",
    "prices", "orders", "audit" };

const char *export_kind_name(enum export_kind kind)
{
    return kind_names[kind];
}

bool export_kind_parse(struct str name, enum export_kind *out)
{
    for (int i = 0; i < EXPORT_KIND_COUNT; i++) {
        if (!str_eq(str_of(kind_names[i]), name)) continue;
        *out = (enum export_kind)i;
        return true;
    }
    return false;
}

struct export_cell text_cell(struct str s)
{
    return (struct export_cell){ .kind = CELL_TEXT, .text = s };
}

struct export_cell int_cell(int64_t n)
{
    return (struct export_cell){ .kind = CELL_INT, .number = n };
}

struct export_cell id_cell(int64_t id)
{
    return id ? int_cell(id) : text_cell(S(""));
}

struct export_cell amount_cell(struct money m)
{
    if (!m.present) return text_cell(S(""));
    return (struct export_cell){
        .kind = CELL_MONEY, .number = m.amount, .decimals = money_exponent(m.currency)
    };
}

struct export_cell currency_cell(struct money m)
{
    return text_cell(m.present ? m.currency : S(""));
}

enum err export_row(
    struct exporting *x, const struct export_cell *cells, size_t count, struct error *e)
{
    x->rows++;
    return x->writer->row(x->writer->ctx, cells, count, e);
}

enum err export_titles(
    struct exporting *x, const struct column *columns, size_t count, struct error *e)
{
    struct export_cell cells[COLUMNS_MAX];
    for (size_t i = 0; i < count; i++)
        cells[i] = text_cell(str_of(columns[i].title));
    return x->writer->row(x->writer->ctx, cells, count, e);
}

enum err export_table(
    struct exporting *x, enum import_kind kind, struct table *out, struct error *e)
{
    enum err rc = import_table(kind, x->tx, x->kept, out, e);
    return rc ? rc : export_titles(x, out->columns, out->count, e);
}

size_t export_whole(struct export_cell *cells, const struct variation *v, struct arena *arena)
{
    size_t n = 0;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        cells[n++] = text_cell(v->text[i]);
    cells[n++] = text_cell(v->grade);
    cells[n++] = text_cell(list_cell_join(v->damages, v->damage_count, arena));
    return n;
}

static enum err put_variation(struct exporting *x, const struct variation *v, struct error *e)
{
    struct export_cell cells[COLUMNS_MAX];
    size_t n = 0;
    cells[n++] = id_cell(v->id);
    n += export_whole(cells + n, v, x->arena);
    cells[n++] = text_cell(v->sku);
    cells[n++] = amount_cell(v->price);
    cells[n++] = currency_cell(v->price);
    return export_row(x, cells, n, e);
}

static enum err export_catalog(struct exporting *x, struct error *e)
{
    struct table table;
    struct variation_filter filter = x->request->variations;
    struct page page = { 0, EXPORT_PAGE };
    enum err rc = export_table(x, IMPORT_CATALOG, &table, e);
    for (bool more = true; more && !rc;) {
        struct variation *rows;
        size_t count;
        arena_reset(x->arena);
        rc = variation_list(x->tx, &filter, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE && !rc; i++)
            rc = put_variation(x, &rows[i], e);
        if (!more) break;
        page.after = rows[EXPORT_PAGE - 1].id;
        filter.after_tier = rows[EXPORT_PAGE - 1].tier;
    }
    return rc;
}

enum err export_variations_load(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct known_variations *out, struct error *e)
{
    return variation_load_many(tx, ids, id_count, arena, &out->rows, &out->count, e);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = ((const struct variation *)b)->id;
    return x < y ? -1 : x > y;
}

const struct variation *export_variation(const struct known_variations *known, int64_t id)
{
    return bsearch(&id, known->rows, known->count, sizeof *known->rows, compare_ids);
}

static enum err put_listing(
    struct exporting *x, struct str channel, const struct listing *l, struct error *e)
{
    struct export_cell cells[COLUMNS_MAX];
    struct str *ids = arena_new(x->arena, struct str, l->set_variation_count + 1);
    size_t n = 0, id_count = l->mode == LISTING_VARIATIONS ? l->set_variation_count : 0;
    for (size_t i = 0; i < id_count; i++)
        ids[i] = arena_fmt(x->arena, "%lld", (long long)l->set_variation_ids[i]);
    cells[n++] = text_cell(channel);
    cells[n++] = text_cell(l->sku);
    cells[n++] =
        text_cell(list_cell_join(l->skus, l->mode == LISTING_SKUS ? l->sku_count : 0, x->arena));
    cells[n++] = text_cell(list_cell_join(ids, id_count, x->arena));
    cells[n++] = text_cell(str_of(listing_mode_name(l->mode)));
    cells[n++] = l->has_reserve ? int_cell(l->reserve) : text_cell(S(""));
    cells[n++] = l->has_cap ? int_cell(l->cap) : text_cell(S(""));
    return export_row(x, cells, n, e);
}

static enum err export_channel(
    struct exporting *x, int64_t channel_id, struct str name, struct error *e)
{
    struct listing_filter filter = x->request->listings;
    char after[4 * SKU_MAX + 1];
    struct listing_page page = { S(""), EXPORT_PAGE };
    filter.channel_id = channel_id;
    enum err rc = OK;
    for (bool more = true; more && !rc;) {
        struct listing *rows;
        size_t count;
        arena_reset(x->arena);
        rc = listing_list(x->tx, &filter, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE && !rc; i++)
            rc = put_listing(x, name, &rows[i], e);
        if (!more) break;
        /* The page's memory goes before the next one is asked for. */
        struct str last = str_sub(rows[EXPORT_PAGE - 1].sku, 0, sizeof after - 1);
        memcpy(after, last.at, last.len);
        page.after = (struct str){ after, last.len };
    }
    return rc;
}

static enum err export_connections(struct exporting *x, struct error *e)
{
    struct table table;
    enum err rc = export_table(x, IMPORT_CONNECTIONS, &table, e);
    struct arena own;
    arena_init(&own, "channels", JOB_ARENA_MAX);
    struct page page = { 0, EXPORT_PAGE };
    for (bool more = true; more && !rc;) {
        struct channel_row *channels;
        size_t count;
        rc = channel_list(x->tx, &page, &own, &channels, &count, e);
        more = !rc && count > EXPORT_PAGE;
        for (size_t i = 0; !rc && i < count && i < EXPORT_PAGE; i++) {
            int64_t only = x->request->listings.channel_id;
            if (only && only != channels[i].id) continue;
            rc = export_channel(x, channels[i].id, channels[i].name, e);
        }
        if (more) page.after = channels[EXPORT_PAGE - 1].id;
    }
    arena_release(&own);
    return rc;
}

enum err export_write(struct tx *tx, const struct export_request *request,
    struct row_writer *writer, int64_t *rows, struct error *e)
{
    static enum err (*const kinds[EXPORT_KIND_COUNT])(struct exporting *, struct error *) = {
        [EXPORT_CATALOG] = export_catalog,
        [EXPORT_ITEMS] = export_items,
        [EXPORT_CONNECTIONS] = export_connections,
        [EXPORT_PRICES] = export_prices,
        [EXPORT_ORDERS] = export_orders,
        [EXPORT_AUDIT] = export_audit,
    };
    struct arena arena, kept;
    arena_init(&arena, "export", JOB_ARENA_MAX);
    arena_init(&kept, "export: columns", JOB_ARENA_MAX);
    struct exporting x = { tx, request, writer, &arena, &kept, 0 };
    enum err rc = kinds[request->kind](&x, e);
    *rows = x.rows;
    arena_release(&arena);
    arena_release(&kept);
    return rc;
}
