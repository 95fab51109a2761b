/* history.c: what a history starts from, and the order of events. */
#include "history.h"

#include "store/reference.h"
#include "store/vendor.h"

#include <string.h>

const char *const history_skus[O_SKUS] = { "", "S1", "S2", "s1", "S 4" };
const char *const history_statuses[O_STATUSES] = { "In stock", "Sold", "In repair" };
const char *const history_warehouses[O_WAREHOUSES] = { "", "Main", "Second" };

int throw_of(struct history *h, int n)
{
    return (int)rng_below(&h->dice, (uint64_t)n);
}

struct str history_esn(struct history *h, int esn)
{
    return arena_fmt(&h->f->arena, "ESN-%d", esn);
}

int history_line(struct history *h, int order)
{
    const struct o_order *n = &h->o.orders[order];
    if (!n->line_count) return -1;
    int k = throw_of(h, n->line_count);
    return n->lines[k].deleted ? -1 : k;
}

const struct order_line *history_find_line(const struct order *order, int64_t id)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (order->lines[i].id == id) return &order->lines[i];
    return NULL;
}

size_t history_some_items(struct history *h, int *places, int64_t *ids)
{
    size_t count = 0;
    for (int i = 0; i < h->o.item_count && count < HISTORY_MANY; i++) {
        if (throw_of(h, 3)) continue;
        places[count] = i;
        ids[count++] = h->o.items[i].id;
    }
    return count;
}

static int64_t make_reference(struct history *h, enum reference_kind kind, const char *title)
{
    struct reference r = { .title = str_of(title), .color = S(""), .initials = S("") };
    TRY(h, reference_create(&h->f->c, kind, &r, &h->f->e), OK);
    return r.id;
}

static void make_lists(struct history *h)
{
    h->status_id[0] = IN_STOCK;
    h->status_id[1] = SOLD;
    h->status_id[2] = make_reference(h, REFERENCE_STATUS, "In repair");
    h->warehouse_id[1] = MAIN;
    h->warehouse_id[2] = make_reference(h, REFERENCE_WAREHOUSE, "Second");
    h->grade_id[0] = GRADE_A;
    h->grade_id[1] = GRADE_B;
    h->damage_id[0] = make_reference(h, REFERENCE_DAMAGE, "Cracked");
    h->damage_id[1] = make_reference(h, REFERENCE_DAMAGE, "Locked");
    struct item_field tray = { .name = S("Tray"), .type = ITEM_FIELD_INTEGER };
    TRY(h, item_field_create(&h->f->c, &tray, &h->f->e), OK);
    h->tray_id = tray.id;
    struct vendor vendor = { .name = S("Vendor"), .notes = S("") };
    TRY(h, vendor_create(&h->f->c, &vendor, &h->f->e), OK);
    h->vendor_id = vendor.id;
}

/* What happens, and between how little and how much of it there is in a history. Histories differ
 * in that, so that in some of them little gets in the way of what is rare in others. */
static const struct {
    void (*step)(struct history *);
    int least, most;
} families[] = {
    { history_items, 3, 6 },
    { history_many, 0, 3 },
    { history_regrade, 0, 2 },
    { history_orders, 1, 4 },
    { history_intake, 0, 3 },
    { history_returns, 0, 3 },
    { history_receiving, 0, 3 },
    { history_days, 0, 2 },
    { history_catalog, 1, 3 },
    { history_listings, 1, 3 },
    { history_channels_step, 0, 2 },
    { history_order_statuses, 0, 2 },
    { history_sheets, 0, 2 },
};
_Static_assert(COUNT_OF(families) == HISTORY_FAMILIES, "a weight for each");

void history_start(struct history *h)
{
    struct oracle *o = &h->o;
    static const bool open[] = { true, true, true, false, false };
    static const bool takes[] = { true, true, false, false, false };
    for (int s = 0; s < O_ORDER_STATUSES; s++)
        o->statuses[s].into = -1;
    for (int s = 0; s < (int)COUNT_OF(open); s++)
        o->statuses[s] = (struct o_order_status){ s + 1, open[s], takes[s], -1 };
    make_lists(h);
    for (int i = 0; i < 2; i++) {
        o->channels[o->channel_count++] = (struct o_channel){ .statuses = 1,
            .warehouses = 1u << 1,
            .cap = -1,
            .map = { ST_PENDING - 1, ST_NEW - 1, ST_SHIPPED - 1, ST_CANCELED - 1, -1 } };
        history_save_channel(h, i, true);
    }
    history_set_unique(h, throw_of(h, 2) == 0);
    for (int i = 0; i < HISTORY_FAMILIES; i++)
        h->weights[i] = families[i].least + throw_of(h, families[i].most - families[i].least + 1);
    for (int i = 0; i < 4; i++)
        history_catalog(h);
}

static bool same_item(const struct o_item *a, const struct o_item *b)
{
    return a->esn == b->esn && a->variation == b->variation && a->status == b->status &&
           a->warehouse == b->warehouse && a->order == b->order && a->transit == b->transit &&
           a->tray == b->tray;
}

/* Whatever happened to an item since it was there makes it one that is not given back. */
static void note_touched(struct history *h, const struct oracle *before)
{
    for (int i = 0; i < before->item_count; i++) {
        int now = o_item_of_id(&h->o, before->items[i].id);
        if (now >= 0 && !same_item(&before->items[i], &h->o.items[now]))
            h->o.items[now].touched = true;
    }
}

void history_step(struct history *h)
{
    struct oracle before = h->o;
    int sum = 0, at = 0;
    h->step++;
    h->f->now++;
    h->f->c.now = h->f->now;
    for (int i = 0; i < HISTORY_FAMILIES; i++)
        sum += h->weights[i];
    for (int left = throw_of(h, sum); left >= h->weights[at]; at++)
        left -= h->weights[at];
    families[at].step(h);
    note_touched(h, &before);
}
