/* item_bulk.c: judges every item in memory, then writes them in groups; see item_bulk.h. */
#include "store/item_bulk.h"

#include "base/assert.h"
#include "store/item_move.h"

#include <stdlib.h>

struct place {
    int64_t warehouse_id, location_id;
    bool archived;
};

/* What items of one variation become by the regrade. */
struct became {
    int64_t id; /* 0: to be made */
    bool looked, archived;
};

struct bulk {
    struct change *c;
    const struct bulk_edit *edit;
    struct arena *arena;
    struct item *before, *after;
    size_t count;
    struct bulk_outcome *out;
    struct variation *variations; /* that the items have, when they are regraded */
    size_t variation_count;
    struct became *became; /* of each of these */
    bool status_archived, warehouse_archived;
    struct place *places; /* of the location's name */
    size_t place_count;
    struct item_value *values;
    size_t value_count;
};

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err load_variations(struct bulk *b, struct error *e)
{
    int64_t *ids = arena_new(b->arena, int64_t, b->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        ids[i] = b->before[i].variation_id;
    qsort(ids, b->count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < b->count; i++)
        if (!n || ids[n - 1] != ids[i]) ids[n++] = ids[i];
    b->became = arena_new(b->arena, struct became, n + 1);
    return variation_load_many(b->c->tx, ids, n, b->arena, &b->variations, &b->variation_count, e);
}

static enum err load_places(struct bulk *b, struct error *e)
{
    enum { PLACES_MAX = 10000 }; /* warehouses with a location of that name */
    int64_t count;
    struct stmt *st =
        tx_prepare(b->c->tx, "SELECT COUNT(*) FROM location WHERE name = $1 /* scan wanted */");
    stmt_bind_str(st, 1, b->edit->location);
    enum err rc = stmt_scalar(st, 0, &count, e);
    if (rc) return rc;
    if (count > PLACES_MAX) count = PLACES_MAX;
    b->places = arena_new(b->arena, struct place, (size_t)count + 1);
    st = tx_prepare(b->c->tx,
        "SELECT warehouse_id, id, archived FROM location WHERE name = $1 /* scan wanted */");
    stmt_bind_str(st, 1, b->edit->location);
    while (stmt_row(st) && b->place_count < (size_t)count)
        b->places[b->place_count++] =
            (struct place){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2) != 0 };
    return stmt_end(st, e);
}

static enum err load_archived(struct bulk *b, struct error *e)
{
    struct stmt *st = tx_prepare(b->c->tx,
        "SELECT (SELECT COUNT(*) FROM inventory_status WHERE id = $1 AND archived = 1),"
        " (SELECT COUNT(*) FROM warehouse WHERE id = $2 AND archived = 1)");
    stmt_bind_int(st, 1, b->edit->set_status ? b->edit->status_id : 0);
    stmt_bind_int(st, 2, b->edit->set_warehouse ? b->edit->warehouse_id : 0);
    if (stmt_row(st)) {
        b->status_archived = stmt_int(st, 0) != 0;
        b->warehouse_archived = stmt_int(st, 1) != 0;
    }
    return stmt_end(st, e);
}

static enum err load_all(struct bulk *b, const int64_t *ids, size_t count, struct error *e)
{
    enum err rc = b->edit->set_paid ? item_lock_lots(b->c, ids, count, e) : OK;
    if (!rc) rc = item_lock_many(b->c, ids, count, e);
    if (!rc) rc = item_load_many(b->c->tx, ids, count, b->arena, &b->before, &b->count, e);
    if (!rc) rc = load_archived(b, e);
    if (rc) return rc;
    b->out->refused = count - b->count;
    b->after = arena_new(b->arena, struct item, count + 1);
    const struct bulk_edit *edit = b->edit;
    if (edit->regrade.has_grade || edit->regrade.has_damages) rc = load_variations(b, e);
    if (!rc && edit->set_location && edit->location.len) rc = load_places(b, e);
    if (!rc && edit->set_count)
        rc = item_values_load(b->c->tx, ids, count, b->arena, &b->values, &b->value_count, e);
    return rc;
}

static const struct variation *variation_of(const struct bulk *b, int64_t id, size_t *at)
{
    size_t low = 0, high = b->variation_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->variations[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    *at = low;
    ASSERT(low < b->variation_count && b->variations[low].id == id);
    return &b->variations[low];
}

/* Whether the variation would become another one. */
static bool regrades(const struct variation_regrade *to, const struct variation *v)
{
    if (to->has_grade && v->grade_id != to->grade_id) return true;
    if (!to->has_damages) return false;
    if (v->damage_count != to->damage_count) return true;
    for (size_t i = 0; i < v->damage_count; i++)
        if (v->damage_ids[i] != to->damage_ids[i]) return true;
    return false;
}

static struct bulk_result refuse(const struct item *item, const char *code, struct str detail)
{
    return (struct bulk_result){ item->id, false, code, detail, item->variation_id };
}

static struct bulk_result refuse_archived(const struct item *item, const char *what)
{
    return refuse(item, "archived",
        str_eq(str_of(what), S("status"))      ? S("the status is archived")
        : str_eq(str_of(what), S("warehouse")) ? S("the warehouse is archived")
        : str_eq(str_of(what), S("location"))
            ? S("the location is archived")
            : S("the variation that it would become is archived"));
}

static const struct place *place_in(const struct bulk *b, int64_t warehouse_id)
{
    for (size_t k = 0; k < b->place_count; k++)
        if (b->places[k].warehouse_id == warehouse_id) return &b->places[k];
    return NULL;
}

/* Where it goes. */
static struct bulk_result judge_place(
    const struct bulk *b, const struct item *before, struct item *after)
{
    const struct bulk_edit *edit = b->edit;
    struct bulk_result good = { before->id, false, "", S(""), before->variation_id };
    if (before->transfer_id && (edit->set_warehouse || edit->set_location))
        return refuse(before, "in_transit", S("it is on its way: receive it first"));
    if (edit->set_warehouse && edit->warehouse_id != before->warehouse_id) {
        if (b->warehouse_archived) return refuse_archived(before, "warehouse");
        after->warehouse_id = edit->warehouse_id;
        after->warehouse = edit->warehouse;
        after->location_id = 0;
        after->location = S("");
    }
    if (!edit->set_location) return good;
    after->location_id = 0;
    after->location = edit->location;
    if (!edit->location.len) return good;
    if (!after->warehouse_id)
        return refuse(before, "no_warehouse", S("an item without a warehouse has no location"));
    const struct place *place = place_in(b, after->warehouse_id);
    if (!place)
        return refuse(before, "unknown_location",
            arena_fmt(b->arena, "%.*s has no location \"%.*s\"", STR_FMT(after->warehouse),
                STR_FMT(edit->location)));
    after->location_id = place->location_id;
    if (place->archived && place->location_id != before->location_id)
        return refuse_archived(before, "location");
    return good;
}

/* Which variation it becomes: looked for once for all items of one. */
static enum err find_became(
    struct bulk *b, const struct item *item, struct became **out, struct error *e)
{
    size_t at;
    *out = NULL;
    if (!b->variations) return OK;
    const struct variation *v = variation_of(b, item->variation_id, &at);
    if (!regrades(&b->edit->regrade, v)) return OK;
    struct became *became = *out = &b->became[at];
    if (became->looked) return OK;
    became->looked = true;
    return variation_find_regraded(
        b->c->tx, v, &b->edit->regrade, &became->id, &became->archived, e);
}

static enum err judge(struct bulk *b, size_t i, struct error *e)
{
    const struct bulk_edit *edit = b->edit;
    const struct item *before = &b->before[i];
    struct item *after = &b->after[i];
    struct bulk_result *result = &b->out->results[i];
    struct became *became;
    enum err rc = find_became(b, before, &became, e);
    if (rc) return rc;
    *after = *before;
    bool other_status = edit->set_status && edit->status_id != before->status_id;
    if (edit->set_status) {
        after->status_id = edit->status_id;
        after->status = edit->status;
    }
    if (edit->set_paid) after->paid = edit->paid;
    if (before->order_id && (other_status || became))
        *result = refuse(before, "committed",
            arena_fmt(
                b->arena, "it is on order %.*s; take it off first", STR_FMT(before->order_number)));
    else if (before->in_lot && !money_same(before->paid, after->paid))
        *result = refuse(before, "lot_price", item_lot_words(before->purchase_order, b->arena));
    else if (other_status && b->status_archived)
        *result = refuse_archived(before, "status");
    else if (became && became->archived)
        *result = refuse_archived(before, "variation");
    else
        *result = judge_place(b, before, after);
    if (!result->code[0]) return OK;
    b->out->refused++;
    *after = *before;
    return OK;
}

/* Items of one variation move together: what is missing is made once. */
static enum err regrade_all(struct bulk *b, struct error *e)
{
    for (size_t i = 0; i < b->count && b->variations; i++) {
        struct became *became;
        size_t at;
        if (b->out->results[i].code[0]) continue;
        enum err rc = find_became(b, &b->before[i], &became, e);
        if (rc) return rc;
        if (!became) continue;
        if (!became->id) {
            bool made;
            const struct variation *v = variation_of(b, b->before[i].variation_id, &at);
            rc = variation_regraded(b->c, v, &b->edit->regrade, &became->id, &made, e);
            if (rc) return rc;
            if (made) b->out->made[b->out->made_count++] = became->id;
        }
        b->after[i].variation_id = became->id;
        b->out->results[i].variation_id = became->id;
    }
    return OK;
}

static struct str value_of(const struct bulk *b, int64_t item_id, int64_t field_id)
{
    size_t low = 0, high = b->value_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->values[mid].item_id < item_id)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < b->value_count && b->values[low].item_id == item_id; low++)
        if (b->values[low].field_id == field_id) return b->values[low].value;
    return S("");
}

static bool differs(const struct bulk *b, size_t i)
{
    const struct item *from = &b->before[i], *to = &b->after[i];
    for (size_t k = 0; k < b->edit->set_count; k++)
        if (!str_eq(value_of(b, from->id, b->edit->sets[k].field_id), b->edit->sets[k].value))
            return true;
    return from->variation_id != to->variation_id || from->status_id != to->status_id ||
           from->warehouse_id != to->warehouse_id || from->location_id != to->location_id ||
           !money_same(from->paid, to->paid);
}

/* ids gets those that change. */
static size_t find_changed(struct bulk *b, int64_t *ids)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct bulk_result *r = &b->out->results[i];
        r->changed = !r->code[0] && differs(b, i);
        if (r->changed) ids[n++] = r->item_id;
    }
    return n;
}

/* History and audit, after the rows. */
static void record_all(struct bulk *b)
{
    struct item_record record;
    item_record_begin(&record, b->c, "changed", "update", b->edit->reason);
    for (size_t i = 0; i < b->count; i++) {
        if (!b->out->results[i].changed) continue;
        struct change_list l;
        change_list_init(&l);
        item_changes(&l, &b->before[i], &b->after[i], b->arena);
        for (size_t k = 0; k < b->edit->set_count; k++) {
            struct str from = value_of(b, b->before[i].id, b->edit->sets[k].field_id);
            if (!str_eq(from, b->edit->sets[k].value))
                item_value_note(&l, &b->edit->sets[k], from, b->arena);
        }
        item_record_add(&record, b->before[i].id, change_list_end(&l));
        change_list_release(&l);
    }
    item_record_end(&record);
}

/* Items that become the same in what differs from item to item: their variation and location. */
struct target {
    int64_t variation_id, location_id, item_id;
};

static int compare_targets(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->variation_id != y->variation_id) return x->variation_id < y->variation_id ? -1 : 1;
    if (x->location_id != y->location_id) return x->location_id < y->location_id ? -1 : 1;
    return (x->item_id > y->item_id) - (x->item_id < y->item_id);
}

static void write_group(
    struct bulk *b, const struct target *first, const int64_t *ids, size_t count)
{
    const struct bulk_edit *edit = b->edit;
    bool place = edit->set_warehouse || edit->set_location;
    struct stmt *st = tx_prepare(b->c->tx,
        "UPDATE item SET variation_id = CASE WHEN $2 = 0 THEN variation_id ELSE $2 END,"
        " status_id = CASE WHEN $3 = 0 THEN status_id ELSE $3 END,"
        " warehouse_id = CASE WHEN $4 = -1 THEN warehouse_id ELSE NULLIF($4, 0) END,"
        " location_id = CASE WHEN $5 = -1 THEN location_id ELSE NULLIF($5, 0) END,"
        " paid_amount = CASE WHEN $6 = 0 THEN paid_amount ELSE $7 END,"
        " paid_currency = CASE WHEN $6 = 0 THEN paid_currency ELSE $8 END,"
        " updated_at = $9, version = version + 1 WHERE id IN {ints $1}");
    stmt_bind_ints(st, 1, ids, count);
    stmt_bind_int(st, 2, first->variation_id);
    stmt_bind_int(st, 3, edit->set_status ? edit->status_id : 0);
    stmt_bind_int(st, 4, edit->set_warehouse ? edit->warehouse_id : -1);
    stmt_bind_int(st, 5, place ? first->location_id : -1);
    stmt_bind_int(st, 6, edit->set_paid);
    stmt_bind_money(st, 7, edit->paid);
    stmt_bind_int(st, 9, b->c->now);
    stmt_later(st);
}

static void write_rows(struct bulk *b, int64_t *ids, size_t changed)
{
    bool place = b->edit->set_warehouse || b->edit->set_location;
    struct target *targets = arena_new(b->arena, struct target, changed + 1);
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        if (b->out->results[i].changed)
            targets[n++] = (struct target){ b->variations ? b->after[i].variation_id : 0,
                place ? b->after[i].location_id : 0, b->after[i].id };
    qsort(targets, n, sizeof *targets, compare_targets);
    for (size_t from = 0, to; from < n; from = to) {
        size_t count = 0;
        for (to = from; to < n && targets[to].variation_id == targets[from].variation_id &&
                        targets[to].location_id == targets[from].location_id;
             to++)
            ids[count++] = targets[to].item_id;
        write_group(b, &targets[from], ids, count);
    }
}

static void write_values(struct bulk *b, int64_t *ids)
{
    for (size_t k = 0; k < b->edit->set_count; k++) {
        size_t n = 0;
        for (size_t i = 0; i < b->count; i++)
            if (b->out->results[i].changed) ids[n++] = b->after[i].id;
        if (n) item_value_write(b->c, &b->edit->sets[k], ids, n);
    }
}

static void stop_all(struct bulk *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!b->out->results[i].code[0])
            b->out->results[i] = refuse(&b->before[i], "not_tried",
                S("another one was refused, and all or nothing was asked for"));
}

/* Results of all that was asked for: what was taken back since the caller looked is refused. */
static void add_missing(struct bulk *b, const int64_t *ids, size_t count)
{
    struct bulk_result *all = arena_new(b->arena, struct bulk_result, count + 1);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        all[i] = (struct bulk_result){ ids[i], false, "unknown_id",
            S("it was taken back meanwhile"), 0 };
        if (found < b->count && b->out->results[found].item_id == ids[i])
            all[i] = b->out->results[found++];
    }
    b->out->results = all;
}

/* Writes what was judged good. */
static enum err change_good(struct bulk *b, struct error *e)
{
    enum err rc = regrade_all(b, e);
    if (rc) return rc;
    int64_t *changed = arena_new(b->arena, int64_t, b->count + 1);
    b->out->changed = find_changed(b, changed);
    if (!b->out->changed) return OK;
    write_rows(b, changed, b->out->changed);
    write_values(b, changed);
    record_all(b);
    item_move_counts(b->c, b->before, b->after, b->count);
    return OK;
}

enum err item_bulk_edit(struct change *c, const struct bulk_edit *edit, const int64_t *ids,
    size_t count, struct arena *arena, struct bulk_outcome *out, struct error *e)
{
    ASSERT(count <= BULK_ITEMS_MAX);
    struct bulk b = { .c = c, .edit = edit, .arena = arena, .out = out };
    *out = (struct bulk_outcome){ .results = arena_new(arena, struct bulk_result, count + 1),
        .made = arena_new(arena, int64_t, count + 1) };
    enum err rc = item_values_refuse_lacking(c->tx, edit->sets, edit->set_count, e);
    if (!rc) rc = load_all(&b, ids, count, e);
    for (size_t i = 0; i < b.count && !rc; i++)
        rc = judge(&b, i, e);
    if (rc) return rc;
    if (out->refused && edit->atomic) {
        stop_all(&b);
        out->refused = count;
    } else {
        rc = change_good(&b, e);
        out->unchanged = count - out->changed - out->refused;
    }
    if (b.count < count) add_missing(&b, ids, count);
    return rc;
}
