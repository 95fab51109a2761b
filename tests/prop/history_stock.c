/* history_stock.c: what happens to items. */
#include "history.h"

#include "store/commitment.h"

static void create_item(struct history *h)
{
    struct oracle *o = &h->o;
    if (o->item_count == O_ITEMS) return;
    int v = throw_of(h, O_VARIATIONS);
    if (!o->variations[v].id) return;
    struct o_item n = { .esn = throw_of(h, O_ESNS),
        .variation = v,
        .status = throw_of(h, 5) ? 0 : throw_of(h, O_STATUSES),
        .warehouse = throw_of(h, 4) ? 1 : throw_of(h, O_WAREHOUSES),
        .order = -1 };
    struct item in = { .esn = history_esn(h, n.esn),
        .variation_id = o->variations[v].id,
        .status_id = h->status_id[n.status],
        .status = str_of(history_statuses[n.status]),
        .warehouse_id = h->warehouse_id[n.warehouse],
        .warehouse = str_of(history_warehouses[n.warehouse]) };
    bool taken = o_esn_open(o, n.esn, -1) || o->variations[v].archived;
    TRY(h, item_create(&h->f->c, &in, &h->f->e), taken ? ERR_CONFLICT : OK);
    if (taken) return;
    n.id = in.id;
    o->items[o->item_count++] = n;
}

static void edit_item(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->item_count) return;
    struct o_item *item = &o->items[throw_of(h, o->item_count)], n = *item;
    if (throw_of(h, 2)) n.status = throw_of(h, O_STATUSES);
    if (throw_of(h, 2)) n.warehouse = throw_of(h, O_WAREHOUSES);
    if (!throw_of(h, 3)) n.variation = throw_of(h, O_VARIATIONS);
    if (!o->variations[n.variation].id) return;
    struct item before, after;
    TRY(h, item_load(h->f->c.tx, item->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    /* What a committed item shows is the account's committed status. */
    if (item->order < 0 || n.status != item->status) {
        after.status_id = h->status_id[n.status];
        after.status = str_of(history_statuses[n.status]);
    }
    after.warehouse_id = h->warehouse_id[n.warehouse];
    after.warehouse = str_of(history_warehouses[n.warehouse]);
    after.variation_id = o->variations[n.variation].id;
    bool fixed = item->order >= 0 && (n.status != item->status || n.variation != item->variation);
    fixed = fixed || (item->transit && n.warehouse != item->warehouse);
    fixed = fixed || (n.variation != item->variation && o->variations[n.variation].archived);
    TRY(h, item_update(&h->f->c, &before, &after, S(""), &h->f->e), fixed ? ERR_CONFLICT : OK);
    if (!fixed) *item = n;
}

/* The item that an ESN means: one that is free, else the only one; -1: none, -2: several. */
static int meant_by(const struct oracle *o, int esn)
{
    int found = -1, several = 0;
    for (int i = 0; i < o->item_count; i++) {
        if (o->items[i].esn != esn) continue;
        if (o->items[i].order < 0) return i;
        found = i;
        several++;
    }
    return several > 1 ? -2 : found;
}

/* Of an item that a line of the order can take, so that lines compete for items. */
static int fitting_esn(struct history *h, int order)
{
    const struct oracle *o = &h->o;
    const struct o_order *n = &o->orders[order];
    unsigned mask = 0;
    for (int i = 0; i < n->line_count; i++)
        mask |= o_of_line(o, n, &n->lines[i]);
    int start = throw_of(h, O_ITEMS);
    for (int i = 0; i < o->item_count; i++) {
        const struct o_item *item = &o->items[(start + i) % o->item_count];
        if (item->order < 0 && mask & 1u << item->variation) return item->esn;
    }
    return throw_of(h, O_ESNS);
}

enum { PASTE = 3 };

static void commit(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->order_count) return;
    int at = throw_of(h, o->order_count), count = 1 + throw_of(h, PASTE);
    bool all_or_nothing = throw_of(h, 2) == 0, good[PASTE], all = true;
    struct commitment_input inputs[PASTE];
    struct commitment_result results[PASTE];
    int items[PASTE];
    for (int i = 0; i < count; i++) {
        int esn = throw_of(h, 4) ? fitting_esn(h, at) : throw_of(h, O_ESNS);
        inputs[i] = (struct commitment_input){ history_esn(h, esn), false };
        items[i] = meant_by(o, esn);
        good[i] = items[i] >= 0 && o->items[items[i]].order < 0 && !o->items[items[i]].transit &&
                  o->statuses[o->orders[at].status].takes_items;
        for (int k = 0; k < i; k++)
            if (items[k] == items[i] && good[k]) good[i] = false;
        all = all && good[i];
    }
    struct commitment_request request = { inputs, (size_t)count, all_or_nothing };
    struct order order;
    TRY(h, order_lock(&h->f->c, o->orders[at].id, &h->f->arena, &order, &h->f->e), OK);
    TRY(h, commitment_add(&h->f->c, &order, &request, &h->f->arena, results, &h->f->e), OK);
    for (int i = 0; i < count; i++) {
        bool done = good[i] && (all || !all_or_nothing);
        CHECK_INT(results[i].committed, done, h->where);
        if (!done) continue;
        struct o_item *item = &o->items[items[i]];
        item->order = at;
        item->former = item->status;
        item->status = 1;
    }
}

static void uncommit(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->item_count) return;
    int at = throw_of(h, o->item_count);
    struct o_item *item = &o->items[at];
    if (item->order < 0 || o_esn_open(o, item->esn, at)) return;
    struct order order;
    TRY(h, order_lock(&h->f->c, o->orders[item->order].id, &h->f->arena, &order, &h->f->e), OK);
    TRY(h, commitment_remove(&h->f->c, &order, item->id, &h->f->e), OK);
    item->order = -1;
    item->status = item->former;
}

void history_items(struct history *h)
{
    switch (throw_of(h, 8)) {
    case 0:
    case 1:
        create_item(h);
        break;
    case 2:
    case 3:
        edit_item(h);
        break;
    case 4:
        uncommit(h);
        break;
    default:
        commit(h);
    }
}
