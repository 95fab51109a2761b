/* transfers.c: transfers of items between warehouses. */
#include "store/transfer.h"

#include "http/items.h"
#include "store/reference.h"

#include <stdlib.h>

enum { PICKS_MAX = 1000 };
#define STATES "draft in_transit received canceled"
#define ITEM_STATES "waiting in_transit received missing returned"

static void render(struct call *c, const struct transfer *t)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", t->id);
    jw_kstr(&c->w, "from_warehouse", t->from);
    jw_kstr(&c->w, "to_warehouse", t->to);
    jw_kstr(&c->w, "state", str_of(transfer_state_name(t->state)));
    jw_kstr(&c->w, "notes", t->notes);
    jw_kint(&c->w, "items", t->items);
    jw_kint(&c->w, "waiting", t->waiting);
    jw_kint(&c->w, "in_transit", t->in_transit);
    jw_kint(&c->w, "received", t->received);
    jw_kint(&c->w, "missing", t->missing);
    put_time(c, "shipped_at", t->shipped_at);
    put_time(c, "closed_at", t->closed_at);
    put_time(c, "created_at", t->created_at);
    put_time(c, "updated_at", t->updated_at);
    jw_object_end(&c->w);
}

static enum err show_one(struct call *c, int64_t id, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_load(c->tx, id, c->arena, &t, e);
    if (rc) return rc;
    render(c, &t);
    c->etag = t.version;
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    return show_one(c, c->ids[0], e);
}

/* False: a name that nothing has, so that the list is empty. */
static enum err filter_warehouse(
    struct call *c, const char *name, int64_t *id, bool *some, struct error *e)
{
    struct str text = query_str(c, name);
    struct reference found;
    if (!text.len) return OK;
    enum err rc = reference_find(c->tx, REFERENCE_WAREHOUSE, 0, text, c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        *some = false;
        return OK;
    }
    *id = found.id;
    return rc;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct str state = query_word(c, "state", STATES);
    struct transfer_filter f = { .item_id = query_id(c, "item_id"),
        .state = arena_str(c->arena, state).at };
    bool some = true;
    enum err rc = filter_warehouse(c, "from_warehouse", &f.from_id, &some, e);
    if (!rc) rc = filter_warehouse(c, "to_warehouse", &f.to_id, &some, e);
    if (!rc) rc = query_end(c, e);
    struct transfer *rows = NULL;
    size_t count = 0;
    if (!rc && some) rc = transfer_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render(c, &rows[i]);
    list_end_id(c, count > shown, rows && shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err list_items(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct str state = query_word(c, "state", ITEM_STATES);
    struct transfer t;
    struct transfer_item *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = transfer_load(c->tx, c->ids[0], c->arena, &t, e);
    struct transfer_item_filter f = { c->ids[0], arena_str(c->arena, state).at };
    if (!rc) rc = transfer_item_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        jw_object(&c->w);
        jw_kint(&c->w, "item_id", rows[i].item_id);
        jw_kint(&c->w, "variation_id", rows[i].variation_id);
        jw_kstr(&c->w, "esn", rows[i].esn);
        jw_kstr(&c->w, "hex_id", rows[i].hex_id);
        jw_kstr(&c->w, "state", rows[i].state);
        put_time(c, "changed_at", rows[i].changed_at);
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].item_id : 0);
    return OK;
}

/* Items by id, ESN or Hex ID, and what came of each. */
struct picked {
    struct pick_list list;
    struct pick_result *picks;
    int64_t *ids; /* ascending */
    size_t id_count;
    struct transfer_result *results; /* of the ids */
};

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err find_items(struct call *c, struct picked *p, struct error *e)
{
    size_t count = p->list.count;
    p->picks = arena_new(c->arena, struct pick_result, count + 1);
    p->ids = arena_new(c->arena, int64_t, count + 1);
    p->results = arena_new(c->arena, struct transfer_result, count + 1);
    enum err rc = item_pick(c->tx, p->list.inputs, count, c->arena, p->picks, e);
    for (size_t i = 0; i < count && !rc; i++)
        if (!p->picks[i].code[0]) p->ids[p->id_count++] = p->picks[i].item_id;
    if (!rc && p->id_count) qsort(p->ids, p->id_count, sizeof *p->ids, compare_ids);
    return rc;
}

static void render_results(struct call *c, const struct picked *p)
{
    jw_key(&c->w, "results");
    jw_array(&c->w);
    for (size_t i = 0; i < p->list.count; i++) {
        struct transfer_result r = { p->picks[i].item_id, false, p->picks[i].code,
            str_of(pick_detail(p->picks[i].code, &p->list.inputs[i])) };
        const int64_t *at =
            r.code[0] ? NULL
                      : bsearch(&r.item_id, p->ids, p->id_count, sizeof *p->ids, compare_ids);
        if (at) r = p->results[at - p->ids];
        jw_object(&c->w);
        jw_kstr(&c->w, "input", pick_text(c, &p->list.inputs[i]));
        put_opt_id(c, "item_id", r.item_id);
        jw_kbool(&c->w, "done", r.done);
        put_opt(c, "code", str_of(r.code));
        put_opt(c, "detail", r.detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
}

static enum err answer(struct call *c, int64_t id, const struct picked *p, struct error *e)
{
    jw_object(&c->w);
    render_results(c, p);
    jw_key(&c->w, "transfer");
    enum err rc = show_one(c, id, e);
    jw_object_end(&c->w);
    return rc;
}

static enum err add_picked(struct call *c, int64_t id, struct picked *p, struct error *e)
{
    struct transfer t;
    enum err rc = find_items(c, p, e);
    if (!rc) rc = transfer_lock(&c->change, id, c->arena, &t, e);
    return rc ? rc : transfer_add(&c->change, &t, p->ids, p->id_count, p->results, e);
}

static enum err create(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "from_warehouse to_warehouse notes ids esns hex_ids");
    struct transfer t = { .notes = S("") };
    struct picked p = { .id_count = 0 };
    struct str name;
    enum err rc = OK;
    field_required(&f, "from_warehouse");
    field_required(&f, "to_warehouse");
    if (field_str(&f, "from_warehouse", 100, 0, &name))
        rc = find_status(&f, "from_warehouse", REFERENCE_WAREHOUSE, name, &t.from_id, e);
    if (!rc && field_str(&f, "to_warehouse", 100, 0, &name))
        rc = find_status(&f, "to_warehouse", REFERENCE_WAREHOUSE, name, &t.to_id, e);
    if (t.from_id && t.from_id == t.to_id)
        field_error(&f, "to_warehouse", "not_allowed", "must be another warehouse");
    (void)field_str(&f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &t.notes);
    field_picks(&f, PICKS_MAX, &p.list);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = transfer_create(&c->change, &t, e);
    if (!rc) rc = add_picked(c, t.id, &p, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/transfers/%lld", (long long)t.id);
    return answer(c, t.id, &p, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_lock(&c->change, c->ids[0], c->arena, &t, e);
    if (!rc) rc = check_etag(c, t.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "notes");
    struct str notes = t.notes;
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    (void)field_str(&f, "notes", NOTE_MAX, TEXT_EMPTY_OK | TEXT_LINES, &notes);
    rc = fields_end(c, e);
    if (!rc) rc = transfer_set_notes(&c->change, &t, notes, e);
    return rc ? rc : show_one(c, t.id, e);
}

static enum err add(struct call *c, struct error *e)
{
    struct fields f = fields_root(c, "ids esns hex_ids");
    struct picked p = { .id_count = 0 };
    field_picks(&f, PICKS_MAX, &p.list);
    if (!c->error_count && !p.list.count) element_error(c, S(""), "required", "name items");
    enum err rc = fields_end(c, e);
    if (!rc) rc = add_picked(c, c->ids[0], &p, e);
    return rc ? rc : answer(c, c->ids[0], &p, e);
}

static enum err take_off(struct call *c, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_lock(&c->change, c->ids[0], c->arena, &t, e);
    if (!rc) rc = check_etag(c, t.version, e);
    if (!rc) rc = transfer_remove(&c->change, &t, c->ids[1], e);
    c->status = 204;
    return rc;
}

static enum err ship(struct call *c, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_lock(&c->change, c->ids[0], c->arena, &t, e);
    if (!rc) rc = transfer_ship(&c->change, &t, e);
    return rc ? rc : show_one(c, t.id, e);
}

static enum err read_location(
    struct fields *f, const struct transfer *t, struct transfer_receipt *out, struct error *e)
{
    struct reference found;
    if (!field_str(f, "location", 100, TEXT_NULL_OK, &out->location) || !out->location.len)
        return OK;
    enum err rc = reference_find(
        f->c->tx, REFERENCE_LOCATION, t->to_id, out->location, f->c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        field_error(f, "location", "unknown_value", "%.*s has no location \"%.*s\"", STR_FMT(t->to),
            STR_FMT(out->location));
        return OK;
    }
    out->location_id = rc ? 0 : found.id;
    return rc;
}

static enum err receive(struct call *c, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_lock(&c->change, c->ids[0], c->arena, &t, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "ids esns hex_ids all location close");
    struct transfer_receipt receipt = { .location = S("") };
    struct picked p = { .id_count = 0 };
    field_picks(&f, PICKS_MAX, &p.list);
    (void)field_bool(&f, "all", &receipt.all);
    (void)field_bool(&f, "close", &receipt.close);
    rc = read_location(&f, &t, &receipt, e);
    if (receipt.all && p.list.count)
        field_error(&f, "all", "not_allowed", "give a list or all, not both");
    if (!c->error_count && !receipt.all && !receipt.close && !p.list.count)
        element_error(c, S(""), "required", "name items, or all, or close");
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = find_items(c, &p, e);
    if (rc) return rc;
    receipt.ids = p.ids;
    receipt.count = p.id_count;
    rc = transfer_receive(&c->change, &t, &receipt, p.results, e);
    return rc ? rc : answer(c, t.id, &p, e);
}

static enum err cancel(struct call *c, struct error *e)
{
    struct transfer t;
    enum err rc = transfer_lock(&c->change, c->ids[0], c->arena, &t, e);
    if (!rc) rc = transfer_cancel(&c->change, &t, e);
    return rc ? rc : show_one(c, t.id, e);
}

const struct route routes_transfers[] = {
    { "GET", "/transfers", AREA_INVENTORY, PERMISSION_READ, 0,
        "state from_warehouse to_warehouse item_id limit cursor", list },
    { "POST", "/transfers", AREA_INVENTORY, PERMISSION_WRITE, 0, "", create },
    { "GET", "/transfers/{}", AREA_INVENTORY, PERMISSION_READ, 0, "", show },
    { "PATCH", "/transfers/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", update },
    { "GET", "/transfers/{}/items", AREA_INVENTORY, PERMISSION_READ, 0, "state limit cursor",
        list_items },
    { "POST", "/transfers/{}/items", AREA_INVENTORY, PERMISSION_WRITE, 0, "", add },
    { "DELETE", "/transfers/{}/items/{}", AREA_INVENTORY, PERMISSION_WRITE, 0, "", take_off },
    { "POST", "/transfers/{}/ship", AREA_INVENTORY, PERMISSION_WRITE, ROUTE_NO_BODY, "", ship },
    { "POST", "/transfers/{}/receive", AREA_INVENTORY, PERMISSION_WRITE, 0, "", receive },
    { "POST", "/transfers/{}/cancel", AREA_INVENTORY, PERMISSION_WRITE, ROUTE_NO_BODY, "", cancel },
    { NULL },
};
