/* history_statuses.c: what happens to order statuses, and to many orders at once by theirs. */
#include "history.h"

#include "store/order_status.h"
#include "store/reference.h"

int history_order_status(struct history *h)
{
    int s = throw_of(h, O_ORDER_STATUSES);
    while (!h->o.statuses[s].id)
        s = (s + 1) % O_ORDER_STATUSES;
    return s;
}

static bool twins_are_open(const struct oracle *o)
{
    for (int i = 0; i < o->item_count; i++)
        if (o_item_open(o, &o->items[i]) && o_esn_open(o, o->items[i].esn, i)) return true;
    return false;
}

static void toggle(struct history *h)
{
    struct oracle *o = &h->o;
    struct o_order_status *s = &o->statuses[history_order_status(h)], was = *s;
    if (throw_of(h, 3))
        s->is_open = !s->is_open;
    else
        s->takes_items = !s->takes_items;
    if (twins_are_open(o)) {
        *s = was;
        return;
    }
    struct reference before, after;
    TRY(h,
        reference_load(h->f->c.tx, REFERENCE_ORDER_STATUS, s->id, &h->f->arena, &before, &h->f->e),
        OK);
    after = before;
    after.is_open = s->is_open;
    after.allow_commitment = s->takes_items;
    TRY(h, reference_update(&h->f->c, REFERENCE_ORDER_STATUS, &before, &after, &h->f->e), OK);
}

static void create(struct history *h)
{
    int at = 0;
    while (at < O_ORDER_STATUSES && h->o.statuses[at].id)
        at++;
    if (at == O_ORDER_STATUSES) return;
    struct o_order_status s = { 0, throw_of(h, 2) == 0, throw_of(h, 2) == 0, -1 };
    struct reference r = { .title = arena_fmt(&h->f->arena, "Status %d", ++h->made),
        .color = S(""),
        .initials = S(""),
        .position = 10 + h->made,
        .is_open = s.is_open,
        .allow_commitment = s.takes_items };
    TRY(h, reference_create(&h->f->c, REFERENCE_ORDER_STATUS, &r, &h->f->e), OK);
    s.id = r.id;
    h->o.statuses[at] = s;
}

/* An order of the one status would open with a phone that is open elsewhere, or there too. */
static bool would_open_twice(const struct oracle *o, int from, int into)
{
    if (o->statuses[from].is_open || !o->statuses[into].is_open) return false;
    for (int i = 0; i < o->item_count; i++) {
        const struct o_item *a = &o->items[i];
        if (a->order < 0 || o->orders[a->order].status != from) continue;
        for (int k = 0; k < o->item_count; k++) {
            const struct o_item *b = &o->items[k];
            bool there = b->order >= 0 && o->orders[b->order].status == from;
            if (k != i && a->esn == b->esn && (there || o_item_open(o, b))) return true;
        }
    }
    return false;
}

static void begin_retiring(struct history *h, int from)
{
    struct oracle *o = &h->o;
    int into = history_order_status(h);
    bool refused = from == into || o->statuses[into].into >= 0;
    for (int s = 0; s < O_ORDER_STATUSES; s++)
        refused = refused || (o->statuses[s].id && o->statuses[s].into == from);
    refused = refused || would_open_twice(o, from, into);
    TRY(h,
        order_status_retire_begin(&h->f->c, o->statuses[from].id, o->statuses[into].id, &h->f->e),
        refused ? ERR_CONFLICT : OK);
    if (refused) return;
    o->statuses[from].into = into;
    for (int c = 0; c < o->channel_count; c++)
        for (int w = 0; w < O_WORDS; w++)
            if (o->channels[c].map[w] == from) o->channels[c].map[w] = into;
}

/* Some orders move; every one stands in one of the two statuses, and figures are right. */
static void go_on_retiring(struct history *h, int from)
{
    struct oracle *o = &h->o;
    int into = o->statuses[from].into, limit = 1 + throw_of(h, 3), moved = 0;
    if (into >= 0 && would_open_twice(o, from, into)) return;
    int64_t told = 0;
    TRY(h, order_status_retire_step(&h->f->c, o->statuses[from].id, limit, &told, &h->f->e),
        into < 0 ? ERR_CONFLICT : OK);
    if (into < 0) return;
    for (int k = 0; k < o->order_count && moved < limit; k++) {
        if (o->orders[k].status != from) continue;
        o->orders[k].status = into;
        moved++;
    }
    CHECK_INT(told, moved, h->where);
}

static void end_retiring(struct history *h, int from)
{
    struct oracle *o = &h->o;
    bool refused = o->statuses[from].into < 0;
    for (int k = 0; k < o->order_count; k++)
        refused = refused || o->orders[k].status == from;
    TRY(h, order_status_retire_end(&h->f->c, o->statuses[from].id, &h->f->e),
        refused ? ERR_CONFLICT : OK);
    if (!refused) o->statuses[from] = (struct o_order_status){ .into = -1 };
}

static void retire(struct history *h)
{
    int from = history_order_status(h);
    for (int s = 0; s < O_ORDER_STATUSES; s++)
        if (h->o.statuses[s].id && h->o.statuses[s].into >= 0 && throw_of(h, 4)) from = s;
    if (h->o.statuses[from].into < 0 || !throw_of(h, 6))
        begin_retiring(h, from);
    else if (throw_of(h, 3))
        go_on_retiring(h, from);
    else
        end_retiring(h, from);
}

static void set_many(struct history *h)
{
    struct oracle *o = &h->o;
    int to = history_order_status(h), places[O_ORDERS];
    int64_t ids[O_ORDERS];
    size_t count = 0;
    for (int k = 0; k < o->order_count; k++) {
        if (throw_of(h, 2)) continue;
        places[count] = k;
        ids[count++] = o->orders[k].id;
    }
    struct status_result results[O_ORDERS];
    TRY(h, order_set_statuses(&h->f->c, ids, count, o->statuses[to].id, results, &h->f->e), OK);
    for (size_t i = 0; i < count; i++) {
        struct o_order *n = &o->orders[places[i]];
        bool opens = o->statuses[to].is_open && !o->statuses[n->status].is_open;
        bool twice = opens && o_cannot_open(o, places[i]);
        const char *code = n->status == to             ? "unchanged"
                           : twice                     ? "duplicate_open_item"
                           : o->statuses[to].into >= 0 ? "retiring"
                                                       : "";
        CHECK_STR(str_of(results[i].code), str_of(code), h->where);
        if (!code[0]) n->status = to;
    }
}

void history_order_statuses(struct history *h)
{
    switch (throw_of(h, 8)) {
    case 0:
    case 1:
        toggle(h);
        break;
    case 2:
        create(h);
        break;
    case 3:
    case 4:
        set_many(h);
        break;
    default:
        retire(h);
    }
}
