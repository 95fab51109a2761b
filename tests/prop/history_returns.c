/* history_returns.c: items that come back from orders, and returns that are taken back. */
#include "history.h"

#include "store/order_return.h"

enum { BACK = 3 };

struct given {
    int esn; /* -1: the item is named by its id */
    int item, status, warehouse;
};

/* Index of the item of the order that is meant; -1: none, -2: several have the ESN. */
static int meant(const struct oracle *o, int order, const struct given *g)
{
    int found = -1;
    if (g->esn < 0) return o->items[g->item].order == order ? g->item : -1;
    for (int i = 0; i < o->item_count; i++) {
        if (o->items[i].order != order || o->items[i].esn != g->esn) continue;
        if (found >= 0) return -2;
        found = i;
    }
    return found;
}

/* Why it cannot come back, after those before it in the list. */
static const char *judge(const struct oracle *o, const int *items, const char *const *codes, int at)
{
    if (items[at] == -1) return "not_on_order";
    if (items[at] == -2) return "several_items";
    const struct o_item *item = &o->items[items[at]];
    if (o_esn_open(o, item->esn, items[at])) return "duplicate_open_item";
    for (int k = 0; k < at; k++) {
        if (codes[k][0]) continue;
        if (items[k] == items[at]) return "repeated";
        if (o->items[items[k]].esn == item->esn) return "duplicate_open_item";
    }
    return "";
}

static struct given random_given(struct history *h, int order)
{
    const struct oracle *o = &h->o;
    struct given g = { throw_of(h, O_ESNS), throw_of(h, o->item_count), throw_of(h, O_STATUSES),
        throw_of(h, O_WAREHOUSES) };
    for (int i = 0; i < o->item_count && throw_of(h, 5); i++)
        if (o->items[i].order == order && throw_of(h, 2)) {
            g.item = i;
            g.esn = o->items[i].esn;
        }
    if (!throw_of(h, 3)) g.esn = -1;
    return g;
}

static struct return_input input_of(struct history *h, const struct given *g)
{
    return (struct return_input){ .text = g->esn < 0 ? S("") : history_esn(h, g->esn),
        .item_id = g->esn < 0 ? h->o.items[g->item].id : 0,
        .status_id = h->status_id[g->status],
        .status = str_of(history_statuses[g->status]),
        .warehouse_id = h->warehouse_id[g->warehouse],
        .warehouse = str_of(history_warehouses[g->warehouse]),
        .location = S(""),
        .reason = S("back") };
}

static void put_back_in_stock(
    struct history *h, int order, const struct given *g, int at, int64_t return_id)
{
    struct oracle *o = &h->o;
    struct o_item *item = &o->items[at];
    o->returns[o->return_count++] = (struct o_return){ return_id, item->id, order, item->variation,
        item->former, item->warehouse, false };
    item->order = -1;
    item->status = g->status;
    item->warehouse = g->warehouse;
}

static void take_back(struct history *h, int at)
{
    struct oracle *o = &h->o;
    struct given given[BACK];
    struct return_input inputs[BACK];
    struct return_result results[BACK];
    const char *codes[BACK];
    int items[BACK], count = 1 + throw_of(h, BACK);
    bool all = true;
    struct return_request request = { inputs, (size_t)count, throw_of(h, 3) == 0 };
    for (int i = 0; i < count; i++) {
        given[i] = random_given(h, at);
        inputs[i] = input_of(h, &given[i]);
        items[i] = meant(o, at, &given[i]);
        codes[i] = judge(o, items, codes, i);
        all = all && !codes[i][0];
    }
    struct order order;
    TRY(h, order_lock(&h->f->c, o->orders[at].id, &h->f->arena, &order, &h->f->e), OK);
    TRY(h, return_add(&h->f->c, &order, &request, results, &h->f->e), OK);
    for (int i = 0; i < count; i++) {
        bool done = !codes[i][0] && (all || !request.atomic);
        CHECK_STR(str_of(results[i].code), str_of(codes[i][0] || done ? codes[i] : "not_tried"),
            h->where);
        if (done) put_back_in_stock(h, at, &given[i], items[i], results[i].return_id);
    }
}

static void undo(struct history *h)
{
    struct oracle *o = &h->o;
    struct o_return *r = &o->returns[throw_of(h, o->return_count)];
    int at = o_item_of_id(o, r->item_id);
    CHECK(at >= 0, h->where);
    struct o_item *item = &o->items[at];
    bool refused = r->undone || item->order >= 0 || item->transit;
    TRY(h, return_undo(&h->f->c, r->id, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (refused) return;
    r->undone = true;
    item->order = r->order;
    item->former = r->former;
    item->status = 1;
    item->warehouse = r->warehouse;
}

void history_returns(struct history *h)
{
    struct oracle *o = &h->o;
    if (o->return_count && !throw_of(h, 3)) {
        undo(h);
        return;
    }
    if (!o->order_count || !o->item_count || o->return_count + BACK > O_RETURNS) return;
    int at = throw_of(h, o->order_count);
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].order >= 0 && throw_of(h, 2)) at = o->items[i].order;
    take_back(h, at);
}
