/* item_labels.c: barcode labels of items, as a PDF. */
#include "http/items.h"
#include "http/sheets.h"
#include "print/labels.h"

#define FIELDS "ids esns hex_ids purchase_order_id order_id format symbology skip"
/* 5,000 QR labels with a page each have 5 MB; titles of many characters add a little. */
enum { PDF_SIZE_MAX = 32 * 1024 * 1024, SKIP_MAX = 29 /* of the fullest sheet */ };

struct wanted {
    struct pick_list picks;
    struct item_filter filter; /* purchase_order_id or order_id; when there are no picks */
    struct labels labels;
};

static void read_wanted(struct call *c, struct wanted *w)
{
    struct fields f = fields_root(c, FIELDS);
    struct str format = S("62x29"), symbology = S("code128");
    int64_t skip = 0;
    *w = (struct wanted){ .filter = { .q = S("") } };
    field_picks(&f, LABELS_MAX, &w->picks);
    (void)field_int(&f, "purchase_order_id", 1, HTTP_ID_MAX, &w->filter.purchase_order_id);
    (void)field_int(&f, "order_id", 1, HTTP_ID_MAX, &w->filter.order_id);
    if (field_str(&f, "format", 20, 0, &format) && !label_format_parse(format, &w->labels.format))
        field_error(&f, "format", "unknown_value", "must be one of %s", LABEL_FORMATS);
    if (field_str(&f, "symbology", 20, 0, &symbology)) {
        w->labels.symbology = str_eq(symbology, S("qr")) ? PDF_QR : PDF_CODE128;
        if (!str_eq(symbology, S("qr")) && !str_eq(symbology, S("code128")))
            field_error(&f, "symbology", "unknown_value", "must be code128 or qr");
    }
    (void)field_int(&f, "skip", 0, SKIP_MAX, &skip);
    w->labels.skip = (int)skip % labels_per_page(w->labels.format);
    int ways = (w->picks.count > 0) + (w->filter.purchase_order_id > 0) + (w->filter.order_id > 0);
    if (ways != 1)
        element_error(c, S(""), ways ? "not_allowed" : "required",
            "name items (ids, esns, hex_ids), a purchase order or an order, and one of these only");
}

static enum err by_filter(
    struct call *c, const struct wanted *w, struct item **items, size_t *count, struct error *e)
{
    struct page page = { 0, LABELS_MAX };
    enum err rc = item_list(c->tx, &w->filter, &page, c->arena, items, count, e);
    if (rc) return rc;
    if (*count > LABELS_MAX)
        return error_set(
            e, ERR_TOO_LARGE, "at most %d labels are made at once: name the items", LABELS_MAX);
    /* In the order in which they came, as they lie on the bench. */
    for (size_t i = 0; i < *count / 2; i++) {
        struct item other = (*items)[i];
        (*items)[i] = (*items)[*count - 1 - i];
        (*items)[*count - 1 - i] = other;
    }
    return OK;
}

static const struct item *item_of(const struct item *items, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (items[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && items[low].id == id ? &items[low] : NULL;
}

/* In the order in which they were named; an unknown one is an error: a label would be missing. */
static enum err by_picks(
    struct call *c, const struct wanted *w, struct item **items, size_t *count, struct error *e)
{
    static const char *const names[PICK_BY_COUNT] = { "/ids", "/esns", "/hex_ids" };
    const struct pick_list *p = &w->picks;
    struct pick_result *results = arena_new(c->arena, struct pick_result, p->count);
    int64_t *ids = arena_new(c->arena, int64_t, p->count);
    struct item *rows = NULL;
    size_t found = 0, row_count = 0;
    enum err rc = item_pick(c->tx, p->inputs, p->count, c->arena, results, e);
    for (size_t i = 0; i < p->count && !rc; i++) {
        if (str_eq(str_of(results[i].code), S("repeated"))) continue;
        if (*results[i].code)
            element_error(c, str_of(names[p->inputs[i].by]), "unknown_value", "%.*s: %s",
                STR_FMT(pick_text(c, &p->inputs[i])), pick_detail(results[i].code, &p->inputs[i]));
        ids[found++] = results[i].item_id;
    }
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = item_load_many(c->tx, ids, found, c->arena, &rows, &row_count, e);
    *items = arena_new(c->arena, struct item, found + 1);
    *count = 0;
    for (size_t i = 0; i < found && !rc; i++) {
        const struct item *item = item_of(rows, row_count, ids[i]);
        if (item) (*items)[(*count)++] = *item;
    }
    return rc;
}

static enum err to_labels(
    struct call *c, const struct item *items, size_t count, struct labels *out, struct error *e)
{
    struct label *labels = arena_new(c->arena, struct label, count + 1);
    struct variation *rows = NULL;
    size_t n = 0;
    int64_t *ids = arena_new(c->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        ids[i] = items[i].variation_id;
    enum err rc = variation_load_many(c->tx, ids, count, c->arena, &rows, &n, e);
    for (size_t i = 0; i < count && !rc; i++) {
        const struct variation *v = NULL;
        for (size_t k = 0; k < n && !v; k++)
            if (rows[k].id == items[i].variation_id) v = &rows[k];
        labels[i] = (struct label){ .hex_id = items[i].hex_id,
            .esn = items[i].esn,
            .title = v ? variation_title(v, c->arena) : S(""),
            .grade = v ? v->grade : S("") };
    }
    out->labels = labels;
    out->count = count;
    return rc;
}

static enum err read_labels(struct tx *tx, void *ctx, struct error *e)
{
    struct wanted *w = ((void **)ctx)[1];
    struct call *c = ((void **)ctx)[0];
    struct item *items = NULL;
    size_t count = 0;
    c->tx = tx;
    c->error_count = 0;
    enum err rc =
        w->picks.count ? by_picks(c, w, &items, &count, e) : by_filter(c, w, &items, &count, e);
    if (!rc && !count) rc = error_set(e, ERR_NOT_FOUND, "there are no items on it");
    return rc ? rc : to_labels(c, items, count, &w->labels, e);
}

/* Nothing is changed, so nothing is kept for repeating; the paper is drawn outside of any
 * transaction. */
static enum err print(struct call *c, struct error *e)
{
    struct wanted w;
    read_wanted(c, &w);
    enum err rc = fields_end(c, e);
    void *ctx[] = { c, &w };
    if (!rc) rc = db_read(c->api->options.db, "labels", read_labels, ctx, e);
    if (rc) return rc;
    paper_answer(c, S("labels.pdf"), PDF_SIZE_MAX);
    return labels_print(&w.labels, c->arena, &c->out, e);
}

const struct route routes_item_labels[] = {
    { "POST", "/items/labels", AREA_INVENTORY, PERMISSION_READ, ROUTE_NO_TX, "", print },
    { NULL },
};
