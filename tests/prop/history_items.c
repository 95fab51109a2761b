/* history_items.c: many items edited at once, their custom fields, and transfers. */
#include "history.h"

#include "store/item_bulk.h"
#include "store/transfer.h"

static struct str numbered(struct history *h, int64_t n)
{
    return n ? arena_fmt(&h->f->arena, "%lld", (long long)n) : S("");
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
    size_t count = history_some_items(h, places, ids);
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
    size_t count = history_some_items(h, places, ids);
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
    size_t count = history_some_items(h, places, ids);
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
