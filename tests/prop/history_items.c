/* history_items.c: many items edited at once, custom fields, transfers; and histories folded. */
#include "history.h"

#include "store/item_bulk.h"
#include "store/transfer.h"

#include <string.h>

static struct str numbered(struct history *h, int64_t n)
{
    return n ? arena_fmt(&h->f->arena, "%lld", (long long)n) : S("");
}

/* A few items, ascending, each once. */
static size_t some_items(struct history *h, int *places, int64_t *ids)
{
    size_t count = 0;
    for (int i = 0; i < h->o.item_count && count < HISTORY_MANY; i++) {
        if (throw_of(h, 3)) continue;
        places[count] = i;
        ids[count++] = h->o.items[i].id;
    }
    return count;
}

/* What the edit does to one item; false when it is refused. */
static bool expect_edit(const struct bulk_edit *to, int status, int warehouse, struct o_item *item)
{
    if (item->order >= 0 && to->set_status && status != 1) return false;
    if (item->transit && to->set_warehouse) return false;
    if (to->set_status && item->order < 0) item->status = status;
    if (to->set_warehouse) item->warehouse = warehouse;
    if (to->set_count) {
        int64_t n = 0;
        (void)str_to_int64(to->sets[0].value, &n);
        item->tray = (int)n;
    }
    return true;
}

static void edit_many(struct history *h)
{
    int places[HISTORY_MANY], status = throw_of(h, O_STATUSES),
                              warehouse = throw_of(h, O_WAREHOUSES);
    int64_t ids[HISTORY_MANY];
    size_t count = some_items(h, places, ids);
    struct item_value_set tray = { h->tray_id, S("Tray"), numbered(h, throw_of(h, 3)) };
    struct bulk_edit to = { .set_status = throw_of(h, 2) != 0,
        .status_id = h->status_id[status],
        .status = str_of(history_statuses[status]),
        .set_warehouse = throw_of(h, 2) != 0,
        .warehouse_id = h->warehouse_id[warehouse],
        .warehouse = str_of(history_warehouses[warehouse]),
        .sets = &tray,
        .set_count = throw_of(h, 2) != 0,
        .atomic = throw_of(h, 3) == 0 };
    struct o_item after[HISTORY_MANY];
    bool good[HISTORY_MANY], all = true;
    for (size_t i = 0; i < count; i++) {
        after[i] = h->o.items[places[i]];
        good[i] = expect_edit(&to, status, warehouse, &after[i]);
        all = all && good[i];
    }
    struct bulk_outcome out;
    TRY(h, item_bulk_edit(&h->f->c, &to, ids, count, &h->f->arena, &out, &h->f->e), OK);
    for (size_t i = 0; i < count; i++) {
        bool done = good[i] && (all || !to.atomic);
        CHECK_INT(out.results[i].code[0] == 0, done, h->where);
        if (done) h->o.items[places[i]] = after[i];
    }
}

static void send_some(struct history *h)
{
    struct oracle *o = &h->o;
    int places[HISTORY_MANY], from = 1 + throw_of(h, 2), sent = 0;
    int64_t ids[HISTORY_MANY];
    struct transfer_result results[HISTORY_MANY];
    size_t count = some_items(h, places, ids);
    if (o->transfer_count == O_TRANSFERS) return;
    struct transfer t = {
        .from_id = h->warehouse_id[from], .to_id = h->warehouse_id[3 - from], .notes = S("")
    };
    TRY(h, transfer_create(&h->f->c, &t, &h->f->e), OK);
    TRY(h, transfer_load(h->f->c.tx, t.id, &h->f->arena, &t, &h->f->e), OK);
    TRY(h, transfer_add(&h->f->c, &t, ids, count, results, &h->f->e), OK);
    TRY(h, transfer_load(h->f->c.tx, t.id, &h->f->arena, &t, &h->f->e), OK);
    for (size_t i = 0; i < count; i++) {
        struct o_item *item = &o->items[places[i]];
        bool fit = item->order < 0 && !item->transit && item->warehouse == from;
        CHECK_INT(results[i].done, fit, h->where);
        sent += fit;
    }
    TRY(h, transfer_ship(&h->f->c, &t, &h->f->e), sent ? OK : ERR_CONFLICT);
    if (!sent) return;
    o->transfers[o->transfer_count++] = (struct o_transfer){ t.id, from };
    for (size_t i = 0; i < count; i++) {
        if (!results[i].done) continue;
        o->items[places[i]].transit = o->transfer_count;
        o->items[places[i]].warehouse = 0;
    }
}

/* Everything arrives, some of it, the rest is lost, or it comes back. */
static void end_some(struct history *h)
{
    struct oracle *o = &h->o;
    int places[HISTORY_MANY];
    int64_t ids[HISTORY_MANY];
    struct transfer_result results[HISTORY_MANY];
    if (!o->transfer_count) return;
    int number = 1 + throw_of(h, o->transfer_count), from = o->transfers[number - 1].from;
    struct transfer t;
    TRY(h, transfer_lock(&h->f->c, o->transfers[number - 1].id, &h->f->arena, &t, &h->f->e), OK);
    size_t count = some_items(h, places, ids);
    struct transfer_receipt r = { .ids = ids, .count = count, .location = S("") };
    r.all = throw_of(h, 4) == 0;
    r.close = throw_of(h, 4) == 0;
    if (r.all) r.count = count = 0;
    bool back = throw_of(h, 4) == 0;
    bool over = t.state != TRANSFER_IN_TRANSIT;
    if (back)
        TRY(h, transfer_cancel(&h->f->c, &t, &h->f->e), over ? ERR_CONFLICT : OK);
    else
        TRY(h, transfer_receive(&h->f->c, &t, &r, results, &h->f->e), over ? ERR_CONFLICT : OK);
    for (int i = 0; i < o->item_count && !over; i++) {
        struct o_item *item = &o->items[i];
        bool named = r.all;
        for (size_t k = 0; k < count; k++)
            named = named || places[k] == i;
        if (item->transit != number || (!back && !named && !r.close)) continue;
        item->transit = 0;
        item->warehouse = back ? from : named ? 3 - from : 0;
    }
}

void history_many(struct history *h)
{
    static void (*const steps[])(struct history *) = { edit_many, edit_many, send_some, end_some };
    steps[throw_of(h, (int)COUNT_OF(steps))](h);
}

/* Histories */

enum { FIELDS = 9, EVENTS = 200 };
static const char *const field_names[FIELDS] = { "esn", "variation_id", "status", "warehouse",
    "location", "paid", "order", "transfer", "custom.Tray" };

/* Puts one change onto what came of those before it, which must be what it says it came from. */
static void fold(struct history *h, struct json change, struct str *state)
{
    struct str name = S(""), from = S(""), to = S("");
    (void)json_str(json_get(change, "field"), &name);
    (void)json_str(json_get(change, "from"), &from);
    (void)json_str(json_get(change, "to"), &to);
    for (int i = 0; i < FIELDS; i++) {
        if (!str_eq(name, str_of(field_names[i]))) continue;
        CHECK_STR(state[i], from, h->where);
        state[i] = arena_str(&h->f->arena, to);
        return;
    }
    fail_msg("%s: a history tells of %.*s", h->where, STR_FMT(name));
}

static void fold_all(struct history *h, int64_t item_id, struct str *state)
{
    struct page page = { 0, EVENTS };
    struct item_event *events;
    size_t count;
    TRY(h, item_history(h->f->c.tx, item_id, &page, &h->f->arena, &events, &count, &h->f->e), OK);
    CHECK(count <= EVENTS, h->where);
    while (count-- > 0) {
        struct json list;
        TRY(h, json_parse(events[count].changes, 100000, &list, &h->f->e), OK);
        for (size_t i = 0; i < json_len(list); i++)
            fold(h, json_at(list, i), state);
        json_release(&list);
    }
}

static void compare_item(struct history *h, const struct o_item *expected)
{
    struct item item;
    struct item_value *values;
    size_t count;
    struct str state[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        state[i] = S("");
    TRY(h, item_load(h->f->c.tx, expected->id, &h->f->arena, &item, &h->f->e), OK);
    TRY(h, item_values_load(h->f->c.tx, &expected->id, 1, &h->f->arena, &values, &count, &h->f->e),
        OK);
    fold_all(h, expected->id, state);
    const struct str row[FIELDS] = { item.esn, numbered(h, item.variation_id), item.status,
        item.warehouse, item.location,
        item.paid.present ? arena_fmt(&h->f->arena, "%lld %.*s", (long long)item.paid.amount,
                                STR_FMT(item.paid.currency))
                          : S(""),
        item.order_number, numbered(h, item.transfer_id), count ? values[0].value : S("") };
    for (int i = 0; i < FIELDS; i++)
        CHECK_STR(state[i], row[i], h->where);
    CHECK_INT(item.warehouse_id, h->warehouse_id[expected->warehouse], h->where);
    CHECK_INT(item.status_id, h->status_id[expected->status], h->where);
    CHECK_INT(item.transfer_id != 0, expected->transit != 0, h->where);
    CHECK_STR(count ? values[0].value : S(""), numbered(h, expected->tray), h->where);
}

void history_compare_items(struct history *h)
{
    for (int i = 0; i < h->o.item_count; i++)
        compare_item(h, &h->o.items[i]);
}
