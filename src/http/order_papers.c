/* order_papers.c: packing lists of sales orders, as a paper or as rows. */
#include "exchange/packing.h"
#include "http/order_sales.h"
#include "http/sheets.h"

#define FORMATS "pdf csv xlsx"
enum { PDF_SIZE_MAX = 32 * 1024 * 1024 /* 20,000 rows have 4 MB */ };

struct wanted {
    int64_t *ids;
    size_t count;
    bool named; /* by a body, whose fault an unknown one is */
    struct answer_form form;
    struct packing_lists lists;
    struct packing_list *rows;
};

static enum err load(struct call *c, struct wanted *w, struct error *e)
{
    size_t total = 0;
    enum err rc = OK;
    w->rows = arena_new(c->arena, struct packing_list, w->count + 1);
    for (size_t i = 0; i < w->count && !rc; i++) {
        struct packing_list *l = &w->rows[i];
        rc = packing_load(c->tx, w->ids[i], c->arena, l, e);
        if (rc == ERR_NOT_FOUND && w->named) {
            element_error(
                c, S("/ids"), "unknown_value", "there is no order %lld", (long long)w->ids[i]);
            rc = OK;
            continue;
        }
        if (!rc) total += l->item_count + l->line_count;
        if (total > PACKING_ROWS_MAX)
            rc = error_set(e, ERR_TOO_LARGE,
                "at most %d items and lines are put together: name fewer orders", PACKING_ROWS_MAX);
    }
    w->lists.lists = w->rows;
    w->lists.count = w->count;
    return rc ? rc : fields_end(c, e);
}

static enum err answer(struct call *c, struct wanted *w, struct error *e)
{
    const char *name = "packing-lists";
    if (!w->named) name = arena_fmt(c->arena, "packing-list-%.*s", STR_FMT(w->rows[0].number)).at;
    if (w->form.format == ANSWER_PDF) {
        w->lists.printed_at = pdf_time(c->now, c->arena);
        paper_answer(c, arena_fmt(c->arena, "%s.pdf", name), PDF_SIZE_MAX);
        return packing_lists_print(&w->lists, c->arena, &c->out, e);
    }
    struct sheet_answer sheet;
    enum err rc = sheet_answer_begin(c, &sheet, &w->form, e);
    if (rc) return rc;
    rc = packing_write(w->rows, w->count, c->arena, &sheet.rows, e);
    return sheet_answer_end(c, &sheet, name, rc, e);
}

/* A spreadsheet has no paper. */
static void read_paper(struct call *c, struct wanted *w, struct str word, const char *at)
{
    if (!pdf_paper_parse(word, &w->lists.paper))
        element_error(c, str_of(at), "unknown_value", "must be one of: %s", PDF_PAPERS);
    else if (w->form.format != ANSWER_PDF)
        element_error(
            c, str_of(at), "not_allowed", "belongs to a PDF, and a spreadsheet is asked for");
}

static enum err show(struct call *c, struct error *e)
{
    struct wanted w = { .ids = c->ids, .count = 1, .form = wanted_form(c, FORMATS) };
    if (query_has(c, "paper")) read_paper(c, &w, query_str(c, "paper"), "?paper");
    enum err rc = query_end(c, e);
    if (!rc) rc = load(c, &w, e);
    return rc ? rc : answer(c, &w, e);
}

static void read_wanted(struct call *c, struct wanted *w)
{
    struct fields f = fields_root(c, "ids format separator bom paper");
    struct str paper;
    *w = (struct wanted){ .named = true, .form = field_form(&f, FORMATS) };
    field_order_ids(&f, PACKING_LISTS_MAX, &w->ids, &w->count);
    if (field_str(&f, "paper", 20, 0, &paper)) read_paper(c, w, paper, "/paper");
}

static enum err load_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ((void **)ctx)[0];
    c->tx = tx;
    c->error_count = 0;
    return load(c, ((void **)ctx)[1], e);
}

/* Nothing is changed, so nothing is kept for repeating; the paper is drawn outside of any
 * transaction. */
static enum err make(struct call *c, struct error *e)
{
    struct wanted w;
    read_wanted(c, &w);
    enum err rc = fields_end(c, e);
    void *ctx[] = { c, &w };
    if (!rc) rc = db_read(c->api->options.db, "packing lists", load_tx, ctx, e);
    return rc ? rc : answer(c, &w, e);
}

const struct route routes_order_papers[] = {
    { "GET", "/orders/{}/packing_list", AREA_ORDERS, PERMISSION_READ, 0,
        "format separator bom paper", show },
    { "POST", "/orders/packing_lists", AREA_ORDERS, PERMISSION_READ, ROUTE_NO_TX, "", make },
    { NULL },
};
