/* orders.c: sales orders and their lines; which items stand for them: commitments.c. */
#include "store/order.h"

#include "http/filters.h"
#include "http/internal.h"
#include "http/order_sales.h"
#include "store/organization.h"
#include "store/reference.h"
#include "store/variation.h"

enum { LINES_MAX = 500, LINE_MAX = 100000 };
enum { LISTED_ITEMS_MAX = 100 }; /* of each order in a list; one alone shows all */

static void render_line(struct call *c, const struct order_line *l)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", l->id);
    put_opt_id(c, "variation_id", l->variation_id);
    put_opt(c, "sku", l->sku);
    jw_kstr(&c->w, "title", l->title);
    jw_kint(&c->w, "quantity", l->quantity);
    put_money(c, "unit_price", l->price);
    put_opt(c, "channel_line_id", l->channel_line_id);
    jw_kint(&c->w, "committed", l->committed);
    jw_kint(&c->w, "returned", l->returned);
    jw_kint(&c->w, "uncommitted", order_line_uncommitted(l));
    jw_kbool(&c->w, "unknown_sku", l->candidate_count == 0);
    jw_key(&c->w, "candidates");
    jw_array(&c->w);
    for (size_t i = 0; i < l->candidate_count; i++)
        jw_int(&c->w, l->candidates[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

static enum err render_items(struct call *c, const struct order *o, size_t count, struct error *e)
{
    int64_t *ids = arena_new(c->arena, int64_t, count + 1);
    struct variation *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = o->items[i].variation_id;
    enum err rc = OK;
    if (count) rc = variation_load_many(c->tx, ids, count, c->arena, &rows, &n, e);
    jw_key(&c->w, "items");
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++) {
        const struct order_item *item = &o->items[i];
        const struct variation *v = NULL;
        for (size_t k = 0; k < n && !v; k++)
            if (rows[k].id == item->variation_id) v = &rows[k];
        render_order_item(c, item, v);
    }
    jw_array_end(&c->w);
    return rc;
}

static void warn(
    struct call *c, const char *code, int64_t line_id, int64_t item_id, struct str detail)
{
    jw_object(&c->w);
    jw_kstr(&c->w, "code", str_of(code));
    jw_kstr(&c->w, "detail", detail);
    put_opt_id(c, "line_id", line_id);
    put_opt_id(c, "item_id", item_id);
    jw_object_end(&c->w);
}

/* Of the first line that it is about; orders from before lines were told apart have none. */
static void warn_cancel_requested(struct call *c, const struct order *o)
{
    const struct order_line *asked = NULL;
    for (size_t i = 0; i < o->line_count && !asked; i++)
        if (o->lines[i].cancel_requested && o->lines[i].quantity) asked = &o->lines[i];
    struct str reason = asked ? asked->cancel_reason : S("");
    warn(c, "cancel_requested", asked ? asked->id : 0, 0,
        arena_fmt(c->arena,
            "The buyer asked the channel to cancel%s%.*s%s: do not ship before that is settled.",
            reason.len ? " (" : "", STR_FMT(reason), reason.len ? ")" : ""));
}

/* domain.md 3: told, never in the way. */
static void render_warnings(struct call *c, const struct order *o, const struct order_units *u)
{
    enum { TOLD_MAX = 200 };
    int told = 0;
    jw_key(&c->w, "warnings");
    jw_array(&c->w);
    for (size_t i = 0; i < o->line_count && told < TOLD_MAX; i++) {
        const struct order_line *l = &o->lines[i];
        if (l->candidate_count || !l->quantity) continue;
        told++;
        warn(c, "unknown_sku", l->id, 0,
            l->sku.len
                ? arena_fmt(c->arena, "No variation has the SKU \"%.*s\": the line counts nowhere.",
                      STR_FMT(l->sku))
                : S("The channel gave no SKU: the line counts nowhere."));
    }
    if ((int64_t)o->item_count > u->quantity)
        warn(c, "overcommitted", 0, 0,
            arena_fmt(c->arena, "%zu %s on the order, %lld ordered.", o->item_count,
                o->item_count == 1 ? "item is" : "items are", (long long)u->quantity));
    if (!o->is_open && !u->canceled && u->wanted > 0)
        warn(c, "closed_uncommitted", 0, 0,
            arena_fmt(c->arena, "The order is closed with %lld uncommitted %s for sale again.",
                (long long)u->wanted, u->wanted == 1 ? "unit: it is" : "units: they are"));
    if (u->canceled && o->item_count)
        warn(c, "canceled_committed", 0, 0,
            S("The order is canceled with items still on it: take them off to sell them again."));
    for (size_t i = 0; i < o->item_count && told < TOLD_MAX; i++) {
        if (o->items[i].line_id || !u->uncommitted || !o->is_open) continue;
        told++;
        warn(c, "direct_commit_line_open", 0, o->items[i].item_id,
            arena_fmt(c->arena, "%.*s fits no line, while a line is still open.",
                STR_FMT(o->items[i].esn)));
    }
    if (o->cancel_requested && !u->canceled) warn_cancel_requested(c, o);
    if (o->channel_unmapped)
        warn(c, "status_not_mapped", 0, 0,
            arena_fmt(c->arena, "The channel's status %.*s is not mapped: ours was kept.",
                STR_FMT(o->channel_status)));
    jw_array_end(&c->w);
}

static enum err render(struct call *c, const struct order *o, size_t items_max, struct error *e)
{
    struct order_units u = order_units(o);
    jw_object(&c->w);
    jw_kint(&c->w, "id", o->id);
    jw_kstr(&c->w, "number", o->number);
    jw_kstr(&c->w, "organization", o->organization);
    put_opt_id(c, "channel_id", o->channel_id);
    put_opt(c, "channel_order_id", o->channel_order_id);
    put_opt(c, "channel_status", o->channel_status);
    jw_kstr(&c->w, "status", o->status);
    jw_kbool(&c->w, "is_open", o->is_open);
    jw_kbool(&c->w, "allow_commitment", o->allow_commitment);
    put_time(c, "ordered_at", o->ordered_at);
    jw_kint(&c->w, "quantity", u.quantity);
    jw_kint(&c->w, "committed", (int64_t)o->item_count);
    jw_kint(&c->w, "returned", o->returned_count);
    jw_kint(&c->w, "uncommitted", u.uncommitted);
    jw_kbool(&c->w, "unknown_sku", u.unknown_sku);
    jw_key(&c->w, "lines");
    jw_array(&c->w);
    for (size_t i = 0; i < o->line_count; i++)
        render_line(c, &o->lines[i]);
    jw_array_end(&c->w);
    size_t shown = o->item_count < items_max ? o->item_count : items_max;
    enum err rc = render_items(c, o, shown, e);
    render_order_totals(c, o);
    render_warnings(c, o, &u);
    jw_kstr(&c->w, "notes", o->notes);
    put_time(c, "created_at", o->created_at);
    put_time(c, "updated_at", o->updated_at);
    jw_object_end(&c->w);
    return rc;
}

enum err render_order(struct call *c, int64_t id, struct error *e)
{
    struct order o;
    enum err rc = order_load(c->tx, id, c->arena, &o, e);
    if (rc) return rc;
    c->etag = o.version;
    return render(c, &o, SIZE_MAX, e);
}

static enum err show(struct call *c, struct error *e)
{
    return render_order(c, c->ids[0], e);
}

enum err query_orders(struct call *c, struct order_filter *out, bool *some, struct error *e)
{
    struct order_filter f = { .channel_order_id = query_str(c, "channel_order_id"),
        .sku = query_str(c, "sku"),
        .esn = query_str(c, "esn"),
        .q = query_str(c, "q"),
        .channel_id = query_id(c, "channel_id") };
    bool present;
    f.has_channel = f.channel_id != 0;
    f.unknown_sku = query_bool(c, "unknown_sku", &present);
    f.is_open = query_bool(c, "is_open", &f.has_is_open);
    f.uncommitted = query_bool(c, "uncommitted", &f.has_uncommitted);
    struct str status = query_str(c, "status"), organization = query_str(c, "organization");
    struct reference found = { .id = 0 };
    enum err rc = query_end(c, e);
    if (!rc && organization.len) rc = organization_find(c->tx, organization, &f.organization_id, e);
    if (!rc && status.len)
        rc = reference_find(c->tx, REFERENCE_ORDER_STATUS, 0, status, c->arena, &found, e);
    *some = rc != ERR_NOT_FOUND && (!organization.len || f.organization_id);
    f.status_id = found.id;
    *out = f;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct order_filter f;
    bool some;
    enum err rc = query_orders(c, &f, &some, e);
    struct order *rows = NULL;
    size_t count = 0;
    if (!rc && some) rc = order_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown && !rc; i++)
        rc = render(c, &rows[i], LISTED_ITEMS_MAX, e);
    list_end_id(c, count > shown, rows && shown ? rows[shown - 1].id : 0);
    return rc;
}

/* Fields of a line; what is named replaces. *named: it names a variation or a SKU. */
static enum err read_line(struct fields *f, struct order_line *line, bool *named, struct error *e)
{
    struct call *c = f->c;
    int64_t variation_id;
    struct str sku;
    enum err rc = OK;
    *named = false;
    if (field_present(f, "variation_id") && field_present(f, "sku"))
        field_error(f, "sku", "not_allowed", "a line names a variation or a SKU, not both");
    if (field_int(f, "variation_id", 1, HTTP_ID_MAX, &variation_id)) {
        struct variation *found;
        size_t count;
        *named = true;
        rc = variation_load_many(c->tx, &variation_id, 1, c->arena, &found, &count, e);
        if (!rc && !count)
            field_error(f, "variation_id", "unknown_value", "there is no variation %lld",
                (long long)variation_id);
        line->variation_id = variation_id;
        line->sku = S("");
        if (!rc && count && !line->title.len) line->title = variation_title(&found[0], c->arena);
    }
    if (field_str(f, "sku", SKU_MAX, 0, &sku)) {
        *named = true;
        line->sku = sku;
        line->variation_id = 0;
        if (!line->title.len) line->title = sku;
    }
    (void)field_str(f, "title", 500, TEXT_EMPTY_OK, &line->title);
    (void)field_int(f, "quantity", 1, LINE_MAX, &line->quantity);
    (void)field_money(f, "unit_price", &line->price);
    return rc;
}

#define LINE_FIELDS "variation_id sku title quantity unit_price"

static enum err new_line(struct fields *f, struct order_line *line, struct error *e)
{
    bool named;
    *line = (struct order_line){ .sku = S(""), .title = S(""), .channel_line_id = S("") };
    field_required(f, "quantity");
    enum err rc = read_line(f, line, &named, e);
    if (!rc && !named && f->object.node && !field_present(f, "sku") &&
        !field_present(f, "variation_id"))
        field_error(f, "variation_id", "required", "name a variation or a SKU");
    return rc;
}

static enum err first_status(struct call *c, int64_t *id, struct error *e)
{
    return reference_first_order_status(c->tx, id, e);
}

static enum err read_status(struct fields *f, int64_t *id, struct str *title, struct error *e)
{
    struct str status;
    if (!field_str(f, "status", 100, 0, &status)) return OK;
    *title = status;
    return find_status(f, "status", REFERENCE_ORDER_STATUS, status, id, e);
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "organization status ordered_at lines notes");
    struct order o = { .organization = S(""),
        .channel_order_id = S(""),
        .channel_status = S(""),
        .channel_marketplace_id = S(""),
        .notes = S(""),
        .status = S(""),
        .ordered_at = c->now };
    field_required(&f, "organization");
    (void)field_str(&f, "organization", 200, 0, &o.organization);
    (void)field_str(&f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &o.notes);
    (void)field_time(&f, "ordered_at", false, &o.ordered_at);
    enum err rc = read_status(&f, &o.status_id, &o.status, e);
    if (!rc && !field_present(&f, "status")) rc = first_status(c, &o.status_id, e);
    struct json lines = field_array(&f, "lines", 0, LINES_MAX);
    o.line_count = json_len(lines);
    o.lines = arena_new(c->arena, struct order_line, o.line_count + 1);
    for (size_t i = 0; i < o.line_count && !rc; i++) {
        struct fields line =
            fields_of(c, json_at(lines, i), arena_fmt(c->arena, "/lines/%zu", i), LINE_FIELDS);
        rc = new_line(&line, &o.lines[i], e);
    }
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = order_create(&c->change, &o, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/orders/%lld", (long long)o.id);
    return render_order(c, o.id, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct order before, after;
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "organization status ordered_at notes");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    (void)field_str(&f, "organization", 200, 0, &after.organization);
    (void)field_str(&f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &after.notes);
    (void)field_time(&f, "ordered_at", false, &after.ordered_at);
    rc = read_status(&f, &after.status_id, &after.status, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = order_update(&c->change, &before, &after, e);
    return rc ? rc : render_order(c, before.id, e);
}

static enum err render_line_of(struct call *c, int64_t order_id, int64_t line_id, struct error *e)
{
    struct order o;
    enum err rc = order_load(c->tx, order_id, c->arena, &o, e);
    for (size_t i = 0; i < o.line_count && !rc; i++) {
        if (o.lines[i].id != line_id) continue;
        render_line(c, &o.lines[i]);
        return OK;
    }
    return rc ? rc : not_found(e, "line", line_id);
}

static enum err add_line(struct call *c, struct error *e)
{
    struct order o;
    struct order_line line;
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (rc) return rc;
    struct fields f = fields_root(c, LINE_FIELDS);
    rc = new_line(&f, &line, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = order_line_add(&c->change, &o, &line, e);
    if (rc) return rc;
    c->status = 201;
    return render_line_of(c, o.id, line.id, e);
}

static enum err lock_line(
    struct call *c, struct order *o, const struct order_line **line, struct error *e)
{
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, o, e);
    if (rc) return rc;
    *line = NULL;
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].id == c->ids[1]) *line = &o->lines[i];
    return *line ? OK : not_found(e, "line on this order with the id", c->ids[1]);
}

static enum err update_line(struct call *c, struct error *e)
{
    struct order o;
    const struct order_line *before;
    bool named;
    enum err rc = lock_line(c, &o, &before, e);
    if (rc) return rc;
    struct fields f = fields_root(c, LINE_FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    struct order_line after = *before;
    rc = read_line(&f, &after, &named, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = order_line_update(&c->change, &o, before, &after, e);
    return rc ? rc : render_line_of(c, o.id, before->id, e);
}

static enum err delete_line(struct call *c, struct error *e)
{
    struct order o;
    const struct order_line *line;
    enum err rc = lock_line(c, &o, &line, e);
    c->status = 204;
    return rc ? rc : order_line_delete(&c->change, &o, line, e);
}

static enum err match_lines(struct call *c, struct error *e)
{
    struct order o;
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (!rc) rc = order_match_lines(&c->change, &o, e);
    return rc ? rc : render_order(c, c->ids[0], e);
}

const struct route routes_orders[] = {
    { "GET", "/orders", AREA_ORDERS, PERMISSION_READ, 0,
        "status organization is_open channel_id channel_order_id sku esn unknown_sku uncommitted q"
        " limit cursor",
        list },
    { "POST", "/orders", AREA_ORDERS, PERMISSION_WRITE, 0, "", create },
    { "GET", "/orders/{}", AREA_ORDERS, PERMISSION_READ, 0, "", show },
    { "PATCH", "/orders/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", update },
    { "POST", "/orders/{}/lines", AREA_ORDERS, PERMISSION_WRITE, 0, "", add_line },
    { "PATCH", "/orders/{}/lines/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", update_line },
    { "DELETE", "/orders/{}/lines/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", delete_line },
    { "POST", "/orders/{}/match_lines", AREA_ORDERS, PERMISSION_WRITE, ROUTE_NO_BODY, "",
        match_lines },
    { NULL },
};
