/* inventory_history.c: the inventory per status and day, as a table and as the series of a chart.
 */
#include "http/items.h"
#include "store/inventory_day.h"
#include "store/reference.h"

#include <stdio.h>
#include <string.h>

enum { STANDARD_DAYS = 30 };

struct history {
    int64_t statuses[QUERY_REPEATS_MAX], warehouses[QUERY_REPEATS_MAX];
    struct inventory_filter filter;
    int64_t today;
    struct reference *names; /* all statuses */
    size_t name_count;
    int64_t taken[INVENTORY_DAYS_MAX];
    size_t taken_count;
    struct inventory_counts rows; /* per day, status and currency; today's too */
};

static const char *day_text(struct arena *arena, int64_t day)
{
    char text[RFC3339_SIZE];
    return arena_fmt(arena, "%.10s", rfc3339_format(day * INVENTORY_DAY_MS, text).at).at;
}

static int64_t read_day(struct call *c, const char *name, int64_t standard)
{
    struct str text = query_str(c, name);
    time_ms at = 0;
    if (!text.len) return standard;
    struct str whole = arena_fmt(c->arena, "%.*sT00:00:00Z", STR_FMT(text));
    if (text.len == 10 && text_is_time(whole, &at) && at >= 0) return at / INVENTORY_DAY_MS;
    element_error(
        c, arena_fmt(c->arena, "?%s", name), "bad_format", "must be a day such as 2026-11-23");
    return standard;
}

static enum err read_filter(struct call *c, struct history *h, struct error *e)
{
    struct inventory_filter *f = &h->filter;
    h->today = c->now / INVENTORY_DAY_MS;
    f->to = read_day(c, "to_day", h->today);
    f->from = read_day(c, "from_day", f->to - STANDARD_DAYS + 1);
    f->committed = query_bool(c, "committed", &f->has_committed);
    if (!c->error_count && (f->from > f->to || f->to - f->from >= INVENTORY_DAYS_MAX))
        element_error(c, S("?from_day"), "bad_format", "must be 0 to %d days before to_day",
            INVENTORY_DAYS_MAX - 1);
    enum err rc = query_end(c, e);
    if (!rc) rc = query_titles(c, "statuses", REFERENCE_STATUS, h->statuses, &f->status_count, e);
    if (!rc)
        rc = query_titles(
            c, "warehouses", REFERENCE_WAREHOUSE, h->warehouses, &f->warehouse_count, e);
    f->status_ids = h->statuses;
    f->warehouse_ids = h->warehouses;
    return rc;
}

/* How it stands now: the last of the days. */
static enum err add_today(struct call *c, struct history *h, struct error *e)
{
    struct inventory_counts now, mine;
    enum err rc = inventory_day_count(c->tx, h->today, c->arena, &now, e);
    if (rc) return rc;
    inventory_day_sum(&now, &h->filter, c->arena, &mine);
    size_t count = h->rows.count;
    struct inventory_count *all =
        arena_new(c->arena, struct inventory_count, count + mine.count + 1);
    if (count) memcpy(all, h->rows.rows, count * sizeof *all);
    if (mine.count) memcpy(all + count, mine.rows, mine.count * sizeof *all);
    h->rows = (struct inventory_counts){ all, count + mine.count };
    return OK;
}

static enum err load(struct call *c, struct history *h, struct error *e)
{
    struct page page = { 0, HTTP_PAGE_MAX };
    struct reference_filter all = { .kind = REFERENCE_STATUS, .archived = ARCHIVED_TOO };
    enum err rc = reference_list(c->tx, &all, &page, c->arena, &h->names, &h->name_count, e);
    if (!rc) rc = inventory_days_taken(c->tx, &h->filter, h->taken, &h->taken_count, e);
    if (!rc) rc = inventory_day_read(c->tx, &h->filter, c->arena, &h->rows, e);
    bool live = h->filter.from <= h->today && h->filter.to >= h->today;
    return rc || !live ? rc : add_today(c, h, e);
}

static struct str status_title(const struct history *h, int64_t id)
{
    for (size_t i = 0; i < h->name_count; i++)
        if (h->names[i].id == id) return h->names[i].title;
    return S("");
}

static bool is_taken(const struct history *h, int64_t day)
{
    for (size_t i = 0; i < h->taken_count; i++)
        if (h->taken[i] == day) return true;
    return false;
}

/* Rows of one day and status: one per currency. Gives the row after them. */
static size_t render_status(struct call *c, const struct history *h, size_t i)
{
    const struct inventory_count *rows = h->rows.rows;
    size_t end = i;
    int64_t units = 0;
    for (; end < h->rows.count && rows[end].day == rows[i].day &&
           rows[end].status_id == rows[i].status_id;
         end++)
        units += rows[end].units;
    jw_object(&c->w);
    jw_kstr(&c->w, "status", status_title(h, rows[i].status_id));
    jw_kint(&c->w, "units", units);
    jw_key(&c->w, "values");
    jw_array(&c->w);
    for (size_t k = i; k < end; k++) {
        if (!rows[k].currency.len) continue;
        jw_object(&c->w);
        jw_kint(&c->w, "amount", rows[k].value);
        jw_kstr(&c->w, "currency", rows[k].currency);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
    return end;
}

static void render_day(struct call *c, const struct history *h, int64_t day)
{
    size_t i = 0;
    bool known = is_taken(h, day) || day == h->today;
    jw_object(&c->w);
    jw_kstr(&c->w, "day", str_of(day_text(c->arena, day)));
    jw_kstr(&c->w, "state", !known ? S("missing") : day == h->today ? S("live") : S("taken"));
    jw_key(&c->w, "statuses");
    jw_array(&c->w);
    while (i < h->rows.count && h->rows.rows[i].day < day)
        i++;
    while (known && i < h->rows.count && h->rows.rows[i].day == day)
        i = render_status(c, h, i);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err table(struct call *c, struct error *e)
{
    struct history *h = arena_new(c->arena, struct history, 1);
    struct page page = query_page(c);
    enum err rc = read_filter(c, h, e);
    if (rc) return rc;
    if (page.after >= h->filter.from) h->filter.from = page.after + 1;
    int64_t last = h->filter.to;
    if (last - h->filter.from >= page.limit) last = h->filter.from + page.limit - 1;
    bool more = last < h->filter.to;
    h->filter.to = last;
    rc = load(c, h, e);
    if (rc) return rc;
    list_begin(c);
    for (int64_t day = h->filter.from; day <= last; day++)
        render_day(c, h, day);
    list_end_id(c, more, last);
    return OK;
}

/* The numbers of one series: a status' units (currency empty), or what was paid in a currency. */
static void render_points(
    struct call *c, const struct history *h, int64_t status_id, struct str currency)
{
    size_t i = 0;
    jw_array(&c->w);
    for (int64_t day = h->filter.from; day <= h->filter.to; day++) {
        int64_t sum = 0;
        for (; i < h->rows.count && h->rows.rows[i].day <= day; i++) {
            const struct inventory_count *row = &h->rows.rows[i];
            if (row->day != day || row->status_id != status_id) continue;
            if (!currency.len)
                sum += row->units;
            else if (str_eq(row->currency, currency))
                sum += row->value;
        }
        if (is_taken(h, day) || day == h->today)
            jw_int(&c->w, sum);
        else
            jw_null(&c->w);
    }
    jw_array_end(&c->w);
}

static bool has_status(const struct history *h, int64_t status_id)
{
    for (size_t i = 0; i < h->rows.count; i++)
        if (h->rows.rows[i].status_id == status_id) return true;
    return false;
}

/* Currencies of a status' rows, each once. */
static size_t currencies_of(
    struct call *c, const struct history *h, int64_t status_id, struct str **out)
{
    size_t n = 0;
    *out = arena_new(c->arena, struct str, h->rows.count + 1);
    for (size_t i = 0; i < h->rows.count; i++) {
        const struct inventory_count *row = &h->rows.rows[i];
        bool there = row->status_id != status_id || !row->currency.len;
        for (size_t k = 0; k < n && !there; k++)
            there = str_eq((*out)[k], row->currency);
        if (!there) (*out)[n++] = row->currency;
    }
    return n;
}

static void render_series(struct call *c, const struct history *h, const struct reference *status)
{
    struct str *currencies;
    size_t n = currencies_of(c, h, status->id, &currencies);
    jw_object(&c->w);
    jw_kstr(&c->w, "status", status->title);
    put_opt(c, "color", status->color);
    jw_key(&c->w, "units");
    render_points(c, h, status->id, S(""));
    jw_key(&c->w, "values");
    jw_array(&c->w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "currency", currencies[i]);
        jw_key(&c->w, "amounts");
        render_points(c, h, status->id, currencies[i]);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err chart(struct call *c, struct error *e)
{
    struct history *h = arena_new(c->arena, struct history, 1);
    enum err rc = read_filter(c, h, e);
    if (!rc) rc = load(c, h, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "days");
    jw_array(&c->w);
    for (int64_t day = h->filter.from; day <= h->filter.to; day++)
        jw_str(&c->w, str_of(day_text(c->arena, day)));
    jw_array_end(&c->w);
    jw_key(&c->w, "series");
    jw_array(&c->w);
    for (size_t i = 0; i < h->name_count; i++)
        if (has_status(h, h->names[i].id)) render_series(c, h, &h->names[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
    return OK;
}

const struct route routes_inventory_history[] = {
    { "GET", "/inventory_history", AREA_INVENTORY, PERMISSION_READ, 0,
        "from_day to_day statuses* warehouses* committed limit cursor", table },
    { "GET", "/inventory_history/chart", AREA_INVENTORY, PERMISSION_READ, 0,
        "from_day to_day statuses* warehouses* committed", chart },
    { NULL },
};
