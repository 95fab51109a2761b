/* exchange.c: spreadsheets in and out, and the runs of those that are applied in the background. */
#include "exchange/errors_sheet.h"
#include "exchange/orders_paper.h"
#include "exchange/report.h"
#include "http/account.h"
#include "http/file.h"
#include "http/filters.h"
#include "http/runs.h"
#include "http/sheets.h"
#include "store/import_run.h"

#include <unistd.h>

/* Exports */

/* `some` false: only the titles. */
static enum err answer_export(struct call *c, struct export_request *request, bool some,
    const struct answer_form *form, struct error *e)
{
    struct sheet_answer w;
    int64_t rows;
    if (!some) { /* No row has an id below 1, so these name none. */
        request->variations.grade_id = -1;
        request->items.status_id = -1;
        request->orders.status_id = -1;
    }
    enum err rc = sheet_answer_begin(c, &w, form, e);
    if (rc) return rc;
    rc = export_write(c->tx, request, &w.rows, &rows, e);
    return sheet_answer_end(c, &w, export_kind_name(request->kind), rc, e);
}

static enum err export_variations(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_CATALOG };
    bool some;
    struct answer_form form = wanted_form(c, "csv xlsx");
    enum err rc = query_variations(c, &r.variations, &some, e);
    return rc ? rc : answer_export(c, &r, some, &form, e);
}

static enum err export_items(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_ITEMS };
    bool some;
    struct answer_form form = wanted_form(c, "csv xlsx");
    enum err rc = query_items(c, &r.items, &some, e);
    return rc ? rc : answer_export(c, &r, some, &form, e);
}

/* "status: New, uncommitted: true": what a paper says of itself. */
static struct str filter_in_words(struct call *c)
{
    struct buf words;
    buf_init(&words, 8192);
    for (struct str rest = str_of(c->route->query), name; rest.len;) {
        str_cut(rest, ' ', &name, &rest);
        struct str value = query_str(c, arena_str(c->arena, name).at);
        if (!value.len || str_eq(name, S("format"))) continue;
        buf_put_fmt(&words, "%s%.*s: %.*s", words.len ? ", " : "", STR_FMT(name), STR_FMT(value));
    }
    struct str s = arena_str(c->arena, buf_str(&words));
    buf_release(&words);
    return s;
}

static enum err print_orders(struct call *c, struct order_filter *filter, struct error *e)
{
    enum { PDF_SIZE_MAX = 32 * 1024 * 1024 }; /* 20,000 rows have 3 MB */
    struct orders_paper paper = { filter, filter_in_words(c), c->now };
    int64_t rows;
    paper_answer(c, S("orders.pdf"), PDF_SIZE_MAX);
    return orders_paper_print(c->tx, &paper, &c->out, &rows, e);
}

static enum err export_orders(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_ORDERS };
    bool some;
    struct answer_form form = wanted_form(c, "csv xlsx pdf");
    enum err rc = query_orders(c, &r.orders, &some, e);
    if (rc) return rc;
    if (form.format != ANSWER_PDF) return answer_export(c, &r, some, &form, e);
    if (!some) r.orders.status_id = -1; /* as above */
    return print_orders(c, &r.orders, e);
}

static enum err export_listings(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_CONNECTIONS };
    struct answer_form form = wanted_form(c, "csv xlsx");
    enum err rc = query_listings(c, &r.listings, e);
    return rc ? rc : answer_export(c, &r, true, &form, e);
}

static enum err export_prices(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_PRICES };
    struct answer_form form = wanted_form(c, "csv xlsx");
    r.purchases.id = query_id(c, "purchase_order_id");
    enum err rc = query_purchases(c, &r.purchases, e);
    return rc ? rc : answer_export(c, &r, true, &form, e);
}

static enum err export_audit(struct call *c, struct error *e)
{
    struct export_request r = { .kind = EXPORT_AUDIT };
    struct answer_form form = wanted_form(c, "csv xlsx");
    enum err rc = query_audit(c, &r.audit, e);
    return rc ? rc : answer_export(c, &r, true, &form, e);
}

/* Imports */

struct importing {
    struct call *c;
    enum import_kind kind;
    bool dry_run, accept_warnings;
    struct str answer;
    int64_t run_id, place;
    struct str bytes;
    struct import_order order;
};

static bool prefers_async(const struct call *c)
{
    struct str rest = http_request_header(c->req, S("prefer"));
    for (struct str head, tail; rest.len; rest = tail) {
        str_cut(rest, ',', &head, &tail);
        if (str_eq_nocase(str_trim(head), S("respond-async"))) return true;
    }
    return false;
}

static bool take_rows(
    void *ctx, const struct import_state *state, const struct row_result *rows, size_t count)
{
    (void)state;
    report_take(ctx, rows, count);
    return true;
}

static enum err give_answer(struct call *c, void *ctx, struct error *e)
{
    const struct importing *im = ctx;
    (void)e;
    buf_put(&c->out, im->answer);
    return OK;
}

static enum err keep_answer(struct tx *tx, void *ctx, struct error *e)
{
    struct importing *im = ctx;
    account_begin(im->c, tx);
    return once(im->c, give_answer, im, e);
}

/* What is wrong with the file as a whole is told like a field's fault, without a pointer. */
static enum err explain(struct call *c, enum err rc, const struct error *e)
{
    if (rc == ERR_INVALID)
        element_error(c, S(""), arena_str(c->arena, str_of(e->code)).at, "%s", e->detail);
    return rc;
}

static enum err apply(
    struct importing *im, struct report *report, struct import_state *state, struct error *e)
{
    struct call *c = im->c;
    const struct api_options *o = &c->api->options;
    struct file_reader reader;
    struct import_options options = { .db = o->db,
        .clock = o->clock,
        .rng = o->rng,
        .actor = &c->actor,
        .kind = im->kind,
        .dry_run = im->dry_run,
        .accept_warnings = im->accept_warnings };
    struct import_sink sink = { .done = take_rows, .ctx = report };
    enum err rc = file_open(&reader, c->file.fd, e);
    if (rc) return rc;
    struct row_source source = file_rows(&reader);
    rc = import_apply(&options, &source, &sink, state, e);
    file_close(&reader);
    return rc;
}

/* Now, while the caller waits. */
static enum err import_now(struct importing *im, struct error *e)
{
    struct call *c = im->c;
    struct report report;
    struct import_state *state = arena_new(c->arena, struct import_state, 1);
    report_init(&report, im->dry_run);
    enum err rc = apply(im, &report, state, e);
    if (!rc) {
        report_put(&report, state, im->dry_run, &c->w);
        im->answer = arena_str(c->arena, buf_str(&c->out));
    }
    report_release(&report);
    if (rc) return explain(c, rc, e);
    return db_write(c->api->options.db, "import: answer", keep_answer, im, e);
}

static struct change change_of(const struct importing *im, struct tx *tx)
{
    return (struct change){ tx, tx_arena(tx), &im->c->actor, im->c->now, im->c->api->options.rng };
}

static enum err create_run(struct tx *tx, void *ctx, struct error *e)
{
    struct importing *im = ctx;
    struct change change = change_of(im, tx);
    return import_run_create(&change, &im->order, &im->run_id, e);
}

static enum err put_chunk(struct tx *tx, void *ctx, struct error *e)
{
    struct importing *im = ctx;
    struct change change = change_of(im, tx);
    return import_run_put(&change, im->run_id, im->place, im->bytes, e);
}

static enum err show_queued(struct call *c, void *ctx, struct error *e)
{
    const struct importing *im = ctx;
    struct run run;
    enum err rc = import_run_ready(&c->change, im->run_id, e);
    if (!rc) rc = run_load(c->tx, im->run_id, c->arena, &run, e);
    if (rc) return rc;
    c->status = 202;
    c->location = arena_fmt(c->arena, "/api/v1/runs/%lld", (long long)run.id);
    render_run(&c->w, &run);
    return OK;
}

static enum err start_run(struct tx *tx, void *ctx, struct error *e)
{
    struct importing *im = ctx;
    account_begin(im->c, tx);
    return once(im->c, show_queued, im, e);
}

/* In the background: the file is kept in the database, for whichever server works the run. */
static enum err import_later(struct importing *im, struct error *e)
{
    static const enum run_kind kinds[IMPORT_KIND_COUNT] = {
        [IMPORT_CATALOG] = RUN_IMPORT_CATALOG,
        [IMPORT_ITEMS] = RUN_IMPORT_ITEMS,
        [IMPORT_CONNECTIONS] = RUN_IMPORT_CONNECTIONS,
        [IMPORT_PRICES] = RUN_IMPORT_PRICES,
    };
    struct call *c = im->c;
    struct db *db = c->api->options.db;
    im->order = (struct import_order){ kinds[im->kind], im->dry_run, im->accept_warnings };
    enum err rc = db_write(db, "import: queue", create_run, im, e);
    char *bytes = arena_new(c->arena, char, IMPORT_CHUNK_MAX);
    for (int64_t at = 0; !rc && at < c->file.size; at += (int64_t)im->bytes.len) {
        ssize_t n = pread(c->file.fd, bytes, IMPORT_CHUNK_MAX, at);
        if (n <= 0)
            return error_code(e, ERR_UNAVAILABLE, "disk", "a temporary file cannot be read");
        im->bytes = (struct str){ bytes, (size_t)n };
        rc = db_write(db, "import: file", put_chunk, im, e);
        im->place++;
    }
    if (!rc) rc = db_write(db, "import: start", start_run, im, e);
    if (!rc) http_reply_header(c->reply, S("preference-applied"), S("respond-async"));
    return rc;
}

static enum err import(struct call *c, enum import_kind kind, struct error *e)
{
    struct importing *im = arena_new(c->arena, struct importing, 1);
    bool present, found = false;
    *im = (struct importing){ .c = c, .kind = kind };
    im->dry_run = query_bool(c, "dry_run", &present);
    im->accept_warnings = kind == IMPORT_ITEMS && query_bool(c, "accept_warnings", &present);
    enum err rc = query_end(c, e);
    if (!rc) rc = once_before(c, &found, e);
    if (rc || found) return rc;
    return prefers_async(c) ? import_later(im, e) : import_now(im, e);
}

static enum err import_variations(struct call *c, struct error *e)
{
    return import(c, IMPORT_CATALOG, e);
}

static enum err import_items(struct call *c, struct error *e)
{
    return import(c, IMPORT_ITEMS, e);
}

static enum err import_listings(struct call *c, struct error *e)
{
    return import(c, IMPORT_CONNECTIONS, e);
}

static enum err import_prices(struct call *c, struct error *e)
{
    return import(c, IMPORT_PRICES, e);
}

/* Runs */

static void put_array(struct call *c, bool *comma, struct str json)
{
    struct str inner = str_sub(json, 1, json.len - 2);
    if (json.len < 3) return;
    if (*comma) buf_put_char(&c->out, ',');
    buf_put(&c->out, inner);
    *comma = true;
}

/* The faults, or the warnings, of the first rows that have any. */
static void put_faults(
    struct call *c, const char *key, const struct import_fault *rows, size_t count, bool warnings)
{
    bool comma = false;
    int64_t shown = 0;
    jw_key(&c->w, key);
    buf_put_char(&c->out, '[');
    for (size_t i = 0; i < count; i++) {
        shown += warnings ? rows[i].warning_count : rows[i].fault_count;
        if (shown > REPORT_MAX) break;
        put_array(c, &comma, warnings ? rows[i].warnings : rows[i].faults);
    }
    buf_put_char(&c->out, ']');
    c->w.comma = true;
}

static enum err load_import(struct call *c, struct import_run *run, struct error *e)
{
    enum err rc = import_run_load(c->tx, c->ids[0], c->arena, run, e);
    return rc ? rc : run_must(c, &run->run, PERMISSION_READ, e);
}

static enum err show_result(struct call *c, struct error *e)
{
    struct import_run run;
    struct import_fault *rows = NULL;
    struct page page = { 0, REPORT_MAX };
    size_t count = 0;
    int64_t faults = 0;
    enum err rc = load_import(c, &run, e);
    if (!rc) rc = import_fault_list(c->tx, run.run.id, &page, c->arena, &rows, &count, e);
    if (!rc) rc = import_fault_count(c->tx, run.run.id, &faults, e);
    if (rc) return rc;
    const struct import_counts *n = &run.run.counts;
    jw_object(&c->w);
    jw_kbool(&c->w, "dry_run", n->dry_run);
    jw_kint(&c->w, "created", n->created);
    jw_kint(&c->w, "updated", n->updated);
    jw_kint(&c->w, "unchanged", n->unchanged);
    jw_kint(&c->w, "rejected", n->rejected);
    put_faults(c, "errors", rows, count, false);
    jw_kint(&c->w, "errors_total", faults);
    put_faults(c, "warnings", rows, count, true);
    jw_kint(&c->w, "warnings_total", n->warnings);
    if (n->dry_run) {
        jw_key(&c->w, "changes");
        jw_raw(&c->w, run.changes);
        jw_kint(&c->w, "changes_total", n->created + n->updated);
    }
    jw_object_end(&c->w);
    return OK;
}

static enum err show_errors(struct call *c, struct error *e)
{
    struct import_run run;
    struct sheet_answer w;
    struct answer_form form = wanted_form(c, "csv xlsx");
    enum err rc = query_end(c, e);
    if (!rc) rc = load_import(c, &run, e);
    if (!rc) rc = sheet_answer_begin(c, &w, &form, e);
    if (rc) return rc;
    rc = errors_sheet_write(c->tx, &run, &w.rows, e);
    const char *name = arena_fmt(c->arena, "errors-%lld", (long long)run.run.id).at;
    return sheet_answer_end(c, &w, name, rc, e);
}

/* Whoever could start it may stop it. */
static enum err cancel(struct call *c, struct error *e)
{
    struct run run;
    enum err rc = run_load(c->tx, c->ids[0], c->arena, &run, e);
    if (!rc) rc = run_must(c, &run, PERMISSION_WRITE, e);
    if (!rc) rc = import_run_cancel(&c->change, run.id, e);
    if (!rc) rc = run_load(c->tx, run.id, c->arena, &run, e);
    if (!rc) render_run(&c->w, &run);
    return rc;
}

enum { IMPORTS = ROUTE_NO_TX | ROUTE_FILE };
#define FORM "format separator bom"

const struct route routes_exchange[] = {
    { "POST", "/variations/import", AREA_CATALOG, PERMISSION_WRITE, IMPORTS, "dry_run",
        import_variations },
    { "GET", "/variations/export", AREA_CATALOG, PERMISSION_READ, 0, FORM " sku grade q archived",
        export_variations },
    { "POST", "/items/import", AREA_INVENTORY, PERMISSION_WRITE, IMPORTS, "dry_run accept_warnings",
        import_items },
    { "GET", "/items/export", AREA_INVENTORY, PERMISSION_READ, 0,
        FORM " esn hex_id sku variation_id status warehouse order_id purchase_order_id committed"
             " custom q",
        export_items },
    { "POST", "/listings/import", AREA_CHANNELS, PERMISSION_WRITE, IMPORTS, "dry_run",
        import_listings },
    { "GET", "/channels/{}/listings/export", AREA_CHANNELS, PERMISSION_READ, 0,
        FORM " connected state fulfillment differs sku q", export_listings },
    { "POST", "/purchase_orders/prices/import", AREA_INVENTORY, PERMISSION_WRITE, IMPORTS,
        "dry_run", import_prices },
    { "GET", "/purchase_orders/prices/export", AREA_INVENTORY, PERMISSION_READ, 0,
        FORM " purchase_order_id vendor_id status number q", export_prices },
    { "GET", "/orders/export", AREA_ORDERS, PERMISSION_READ, 0,
        FORM " status channel_id channel_order_id organization sku esn unknown_sku is_open"
             " uncommitted q",
        export_orders },
    { "GET", "/audit/export", AREA_PEOPLE, PERMISSION_READ, 0,
        FORM " actor actor_kind user_id action resource resource_id q from to", export_audit },
    { "GET", "/runs/{}/result", AREA_CHANNELS, PERMISSION_READ, RUN_AREAS, "", show_result },
    { "GET", "/runs/{}/errors", AREA_CHANNELS, PERMISSION_READ, RUN_AREAS, FORM, show_errors },
    { "POST", "/runs/{}/cancel", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_BODY | RUN_AREAS, "",
        cancel },
    { NULL },
};
