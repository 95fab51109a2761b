/*
 * items.c: the spreadsheet of inventory items.
 *
 * A row is about the item that its ID or its Hex ID names, else about the open item with its ESN;
 * when there is none, it is a new one. What it is: the variation of its SKU, or of Manufacturer to
 * Damages, or of both when they agree.
 */
#include "base/limits.h"
#include "core/hexid.h"
#include "exchange/items_internal.h"

#include <string.h>

static const struct column columns[ITEM_COLUMNS] = {
    { "ID", COLUMN_OPTIONAL },
    { "Hex ID", COLUMN_OPTIONAL },
    { "ESN", COLUMN_REQUIRED },
    { "Manufacturer", COLUMN_TOGETHER },
    { "Model", COLUMN_TOGETHER },
    { "Variant", COLUMN_TOGETHER },
    { "Network", COLUMN_TOGETHER },
    { "Capacity", COLUMN_TOGETHER },
    { "Color", COLUMN_TOGETHER },
    { "Grade", COLUMN_TOGETHER },
    { "Damages", COLUMN_OPTIONAL },
    { "SKU", COLUMN_OPTIONAL },
    { "Status", COLUMN_OPTIONAL },
    { "Warehouse", COLUMN_OPTIONAL },
    { "Location", COLUMN_OPTIONAL },
    { "Paid", COLUMN_OPTIONAL },
    { "Currency", COLUMN_OPTIONAL },
    { "Order", COLUMN_OPTIONAL },
    { "Purchase Order", COLUMN_OPTIONAL },
    { "Line", COLUMN_OPTIONAL },
};
static const struct table table = { columns, ITEM_COLUMNS };

static enum err begin(struct batch *b, struct error *e)
{
    struct cache *cache = arena_new(b->arena, struct cache, 1);
    struct settings settings;
    b->cache = cache;
    memory_init(&cache->by_sku, b->arena);
    memory_init(&cache->by_whole, b->arena);
    memory_init(&cache->orders, b->arena);
    put_offs_init(&cache->put_off);
    enum err rc = settings_load(b->c.tx, &settings, e);
    if (!rc) rc = whole_lists_read(b, &cache->lists, e);
    if (!rc) rc = references_read(b, REFERENCE_STATUS, &cache->statuses, e);
    if (!rc) rc = references_read(b, REFERENCE_WAREHOUSE, &cache->warehouses, e);
    if (!rc) rc = item_field_list(b->c.tx, b->arena, &cache->fields, &cache->field_count, e);
    for (size_t i = 0; i < cache->statuses.count; i++)
        if (cache->statuses.rows[i].id == settings.received_status_id)
            cache->received = &cache->statuses.rows[i];
    return rc;
}

static struct thought think(const struct item *item, uint64_t custom)
{
    struct thought t = { .id = item->id,
        .variation_id = item->variation_id,
        .status_id = item->status_id,
        .warehouse_id = item->warehouse_id,
        .location_id = item->location_id,
        .amount = item->paid.present ? item->paid.amount : -1,
        .esn = str_hash(item->esn),
        .custom = custom,
        .line_id = item->purchase_order_line_id,
        .order = item->purchase_order.len ? str_hash(item->purchase_order) : 0 };
    if (item->paid.present) memcpy(t.currency, item->paid.currency.at, sizeof t.currency - 1);
    return t;
}

static const void *keep(const void *value, struct arena *arena)
{
    struct thought *copy = arena_new(arena, struct thought, 1);
    *copy = *(const struct thought *)value;
    return copy;
}

static const struct thought *thought_of(const struct batch *b, int64_t id)
{
    return shadow_find(b, SHADOW_ID, (uint64_t)id, NULL, NULL);
}

static void cast_shadow(struct batch *b, const struct wish *w)
{
    const struct item *item = &w->after;
    struct thought *t = arena_new(b->arena, struct thought, 1);
    *t = think(item, w->custom);
    memory_put(&b->shadow.by_id, (uint64_t)item->id, t);
    if (item->is_open) memory_put(&b->shadow.by_first, t->esn, t);
}

/* The open item with that ESN; 0: none. */
static enum err find_open(struct batch *b, struct str esn, int64_t *id, struct error *e)
{
    const struct thought *known = shadow_find(b, SHADOW_FIRST, str_hash(esn), NULL, NULL);
    if (known) {
        *id = known->id;
        return OK;
    }
    enum err rc = item_find_open(b->c.tx, esn, id, e);
    if (!rc && *id && thought_of(b, *id)) *id = 0; /* it would have another one by now */
    return rc;
}

static void read_esn(struct batch *b, struct row_result *r, struct wish *w)
{
    w->fault = esn_check(cell(b, r, ESN), &w->esn);
    if (w->fault == ESN_EMPTY)
        row_fault(b, r, ESN, "required", "%s", esn_fault_text(w->fault));
    else if (w->fault != ESN_GOOD && w->fault != ESN_LUHN)
        row_fault(b, r, ESN, "bad_format", "%s", esn_fault_text(w->fault));
}

static enum err find_by_hex(
    struct batch *b, struct row_result *r, struct str typed, int64_t *id, struct error *e)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str hex;
    enum err rc = OK;
    *id = 0;
    if (hex_id_parse(typed, text, &hex)) rc = item_find_hex(b->c.tx, hex, id, e);
    if (!rc && !*id)
        row_fault(b, r, HEX_ID, "unknown_value", "\"%.*s\": %s", STR_FMT(str_sub(typed, 0, 40)),
            hex_id_unknown(typed));
    return rc;
}

/* The id of the item that the row is about; 0: a new one. */
static enum err identify(
    struct batch *b, struct row_result *r, struct wish *w, int64_t *id, struct error *e)
{
    struct str hex = cell(b, r, HEX_ID);
    int64_t by_hex = 0;
    enum err rc = OK;
    *id = w->id.id;
    if (hex.len) rc = find_by_hex(b, r, hex, &by_hex, e);
    if (rc || row_has_faults(r)) return rc;
    if (*id && by_hex && by_hex != *id)
        row_fault(b, r, HEX_ID, "conflict", "belongs to item %lld", (long long)by_hex);
    if (!*id) *id = by_hex;
    return *id ? OK : find_open(b, w->esn, id, e);
}

static enum err find_before(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    int64_t id;
    enum err rc = identify(b, r, w, &id, e);
    if (rc || row_has_faults(r) || !id) return rc;
    w->thought = thought_of(b, id);
    if (w->thought) {
        const struct thought *t = w->thought;
        w->before.id = id;
        w->before.variation_id = t->variation_id;
        w->before.status_id = t->status_id;
        w->before.warehouse_id = t->warehouse_id;
        w->before.location_id = t->location_id;
        w->before.paid = (struct money){ t->amount >= 0, t->amount, str_of(t->currency) };
        return OK;
    }
    rc = item_load(b->c.tx, id, b->arena, &w->before, e);
    if (rc != ERR_NOT_FOUND) return rc;
    row_fault(b, r, ID, "unknown_id", "there is no item %lld", (long long)id);
    return OK;
}

/* Where, and in which state */

/* Of a new item: that of its purchase order, else the account's. */
static const struct reference *received_status(const struct cache *cache, const struct wish *w)
{
    if (w->before.id) return NULL;
    const struct purchase_order *o = w->into ? &w->into->order : NULL;
    if (!o || !o->inventory_status_id) return cache->received;
    return references_of_id(&cache->statuses, o->inventory_status_id);
}

static void read_status(struct batch *b, struct row_result *r, struct wish *w)
{
    const struct cache *cache = b->cache;
    struct str title = cell(b, r, STATUS);
    const struct reference *found =
        title.len ? references_find(&cache->statuses, title) : received_status(cache, w);
    if (title.len && !found)
        row_fault(b, r, STATUS, "unknown_value", "there is no inventory status \"%.*s\"",
            STR_FMT(str_sub(title, 0, 100)));
    if (!found) return;
    w->after.status_id = found->id;
    w->after.status = found->title;
}

static void read_warehouse(struct batch *b, struct row_result *r, struct wish *w)
{
    const struct cache *cache = b->cache;
    struct str name = cell(b, r, WAREHOUSE);
    if (!has_column(b, WAREHOUSE)) {
        if (!w->into) return;
        w->after.warehouse_id = w->into->order.warehouse_id;
        w->after.warehouse = w->into->order.warehouse;
        return;
    }
    const struct reference *found = name.len ? references_find(&cache->warehouses, name) : NULL;
    if (name.len && !found)
        row_fault(b, r, WAREHOUSE, "unknown_value", "there is no warehouse \"%.*s\"",
            STR_FMT(str_sub(name, 0, 100)));
    int64_t id = found ? found->id : 0;
    if (id != w->after.warehouse_id) {
        w->after.location_id = 0;
        w->after.location = S("");
    }
    w->after.warehouse_id = id;
    w->after.warehouse = found ? found->title : S("");
}

static enum err read_location(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    struct str name = cell(b, r, LOCATION);
    if (!has_column(b, LOCATION)) return OK;
    if (!name.len) {
        w->after.location_id = 0;
        w->after.location = S("");
        return OK;
    }
    if (row_has_faults(r)) return OK; /* of the warehouse, perhaps */
    if (!w->after.warehouse_id) {
        row_fault(b, r, LOCATION, "not_allowed", "an item without a warehouse has no location");
        return OK;
    }
    struct reference found;
    enum err rc = reference_find(
        b->c.tx, REFERENCE_LOCATION, w->after.warehouse_id, name, b->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        row_fault(b, r, LOCATION, "unknown_value", "there is no location \"%.*s\" in the warehouse",
            STR_FMT(str_sub(name, 0, 100)));
        return OK;
    }
    if (rc) return rc;
    w->location_archived = found.archived;
    w->after.location_id = found.id;
    w->after.location = found.title;
    return OK;
}

static void check_order(struct batch *b, struct row_result *r, const struct wish *w)
{
    struct str shown = cell(b, r, ORDER);
    if (!has_column(b, ORDER) || w->thought || str_eq(shown, w->before.order_number)) return;
    row_fault(b, r, ORDER, "not_allowed",
        "is only shown: commit items to orders, or take them off, on the order");
}

static enum err read_paid(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    struct money before = w->before.paid;
    if (!has_column(b, PAID)) return OK;
    if (w->into) before.currency = w->into->order.currency;
    size_t faults = r->fault_count;
    cell_money(b, r, (struct money_columns){ PAID, CURRENCY }, &before, &w->after.paid);
    /* Of an item that is there it would be known. */
    bool unknown = r->fault_count > faults && str_eq(str_of(r->faults[faults].code), S("required"));
    if (unknown && w->identified && !w->before.id) w->cannot_make = true;
    return row_has_faults(r) ? OK : item_row_price(b, r, w, e);
}

static enum err read_wish(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    *w = (struct wish){ .before = { .esn = S(""), .is_open = true } };
    (void)cell_id(b, r, ID, &w->id);
    read_esn(b, r, w);
    enum err rc = row_has_faults(r) ? OK : find_before(b, r, w, e);
    w->identified = !row_has_faults(r);
    w->after = w->before;
    w->after.esn = w->esn;
    if (!rc) rc = item_row_order(b, r, w, e);
    if (!rc) rc = item_row_variation(b, r, w, e);
    if (rc) return rc;
    read_status(b, r, w);
    read_warehouse(b, r, w);
    rc = read_location(b, r, w, e);
    if (!rc) rc = read_paid(b, r, w, e);
    check_order(b, r, w);
    return rc ? rc : item_row_fields(b, r, w, e);
}

static struct str id_text(int64_t id, struct arena *arena)
{
    return id ? arena_fmt(arena, "%lld", (long long)id) : (struct str){ 0 };
}

static void tell_changes(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct item *from = &w->before, *to = &w->after;
    row_change(b, r, "esn", from->esn, to->esn);
    row_change(b, r, "variation_id", id_text(from->variation_id, b->arena),
        id_text(to->variation_id, b->arena));
    row_change(b, r, "status", from->status, to->status);
    row_change(b, r, "warehouse", from->warehouse, to->warehouse);
    row_change(b, r, "location", from->location, to->location);
    row_change(b, r, "paid", money_text(from->paid, b->arena), money_text(to->paid, b->arena));
    row_change(b, r, "purchase_order", from->purchase_order, to->purchase_order);
    row_change(b, r, "purchase_order_line_id", id_text(from->purchase_order_line_id, b->arena),
        id_text(to->purchase_order_line_id, b->arena));
    item_tell_fields(b, r, w);
}

static bool changes_nothing(const struct row_result *r, const struct wish *w)
{
    if (!w->before.id) return false;
    if (!w->thought) return !r->change_count;
    struct thought now = think(&w->after, w->custom);
    const struct thought *then = w->thought;
    return now.variation_id == then->variation_id && now.status_id == then->status_id &&
           now.warehouse_id == then->warehouse_id && now.location_id == then->location_id &&
           now.amount == then->amount && now.esn == then->esn && now.custom == then->custom &&
           memcmp(now.currency, then->currency, sizeof now.currency) == 0;
}

static enum err apply(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    enum err rc = OK;
    if (!b->writes || w->into) {
        if (!w->after.id) w->after.id = row_pretended_id(r);
        cast_shadow(b, w);
        if (b->writes) item_row_put_off(b, r, w);
    } else if (w->before.id) {
        rc = item_update(&b->c, &w->before, &w->after, S("spreadsheet"), e);
    } else {
        rc = item_create(&b->c, &w->after, e);
    }
    if (rc) return row_refused(b, r, rc, e) ? OK : rc;
    r->fate = w->before.id ? ROW_UPDATED : ROW_CREATED;
    r->id = w->after.id > 0 ? w->after.id : 0;
    row_seen(b, r, w->after.id);
    return OK;
}

/* A wrong check digit is told where an ESN is new, not again and again for what is there. */
static void check_digit(struct batch *b, struct row_result *r, const struct wish *w)
{
    if (w->fault != ESN_LUHN || str_eq(w->before.esn, w->esn)) return;
    if (b->import->options->accept_warnings)
        row_warning(b, r, ESN, "imei_check", "the check digit of this IMEI is wrong");
    else
        row_fault(b, r, ESN, "imei_check", "%s", esn_fault_text(ESN_LUHN));
}

/* Rules of items that are on an order. */
static void check_committed(struct batch *b, struct row_result *r, const struct wish *w)
{
    if (!w->before.order_id) return;
    if (w->before.status_id != w->after.status_id ||
        w->before.variation_id != w->after.variation_id)
        row_fault(b, r, -1, "committed", "the item is on order %.*s; take it off first",
            STR_FMT(w->before.order_number));
}

/* What item_update would refuse: a dry run has to know. */
static void check_on_its_way(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct item *from = &w->before, *to = &w->after;
    if (!from->transfer_id || from->warehouse_id == to->warehouse_id) return;
    row_fault(b, r, WAREHOUSE, "in_transit", "the item is on its way to %.*s: receive it first",
        STR_FMT(from->transfer_to));
}

static bool is_archived(const struct references *list, int64_t id)
{
    const struct reference *found = references_of_id(list, id);
    return found && found->archived;
}

static void check_archived(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct cache *cache = b->cache;
    const struct item *from = &w->before, *to = &w->after;
    if (from->variation_id != to->variation_id && w->variation_archived)
        row_archived(b, r, SKU, "variation");
    if (from->status_id != to->status_id && is_archived(&cache->statuses, to->status_id))
        row_archived(b, r, STATUS, "status");
    if (from->warehouse_id != to->warehouse_id && is_archived(&cache->warehouses, to->warehouse_id))
        row_archived(b, r, WAREHOUSE, "warehouse");
    if (from->location_id != to->location_id && w->location_archived)
        row_archived(b, r, LOCATION, "location");
}

/* Stands for the item that the row is about; one that is not there is known by its ESN. */
static int64_t key_of(const struct wish *w)
{
    return w->before.id ? w->before.id : row_key_of_new(str_hash(w->esn));
}

static enum err judge_change(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    if (row_repeats(b, r, key_of(w))) {
        row_fault(b, r, ESN, "repeated",
            "an earlier row of the file is about the same item and says otherwise");
        return OK;
    }
    check_digit(b, r, w);
    check_committed(b, r, w);
    check_on_its_way(b, r, w);
    check_archived(b, r, w);
    if (row_has_faults(r)) return OK;
    int64_t other = 0;
    if (w->before.id && w->after.is_open && !str_eq(w->before.esn, w->after.esn)) {
        enum err rc = find_open(b, w->after.esn, &other, e);
        if (rc) return rc;
    }
    if (!w->before.id) {
        enum err rc = item_row_place(b, r, w, e);
        if (!rc && w->cannot_make) row_seen(b, r, key_of(w));
        if (rc || row_has_faults(r)) return rc;
        tell_changes(b, r, w);
    }
    if (!other || other == w->before.id) return apply(b, r, w, e);
    row_fault(b, r, ESN, "duplicate_open_item",
        "another item with this ESN is in stock or on an open order");
    row_blocked(b, r);
    if (r->fate == ROW_WAITING) row_seen(b, r, w->before.id);
    return OK;
}

static enum err judge(struct batch *b, struct row_result *r, struct error *e)
{
    struct wish w;
    enum err rc = read_wish(b, r, &w, e);
    if (rc || row_has_faults(r)) {
        /* A later row shall not make the item: this one, applied again, would then change it. */
        if (!rc && w.cannot_make) row_seen(b, r, key_of(&w));
        return rc;
    }
    r->id = w.before.id > 0 ? w.before.id : 0;
    if (w.before.id && !w.thought) tell_changes(b, r, &w);
    if (!changes_nothing(r, &w) && !b->replays) return judge_change(b, r, &w, e);
    if (w.before.id) row_seen(b, r, w.before.id);
    return OK;
}

const struct import_type import_items = { &table, item_field_columns, begin, judge, NULL, keep,
    item_keep_received, item_receive_put_off };
