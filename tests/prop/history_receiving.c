/* history_receiving.c: purchase orders: items in, back out, and what they cost. */
#include "history.h"

#include "store/purchase_order.h"

enum { PASTE = 3 };

static struct money euros(int64_t amount)
{
    return (struct money){ amount != 0, amount, S("EUR") };
}

static void create(struct history *h)
{
    struct oracle *o = &h->o;
    if (o->purchase_count == O_PURCHASES) return;
    struct o_purchase n = { .lot = throw_of(h, 2) ? 0 : 1 + throw_of(h, 1000),
        .line_count = throw_of(h, O_PURCHASE_LINES + 1) };
    struct purchase_line lines[O_PURCHASE_LINES];
    bool refused = false;
    for (int i = 0; i < n.line_count; i++) {
        int v = throw_of(h, O_VARIATIONS);
        n.lines[i] = (struct o_purchase_line){ .variation = o->variations[v].id ? v : -1,
            .expected = throw_of(h, 3),
            .price = throw_of(h, 3) ? 1 + throw_of(h, 300) : 0 };
        lines[i] = (struct purchase_line){ .variation_id =
                                               n.lines[i].variation < 0 ? 0 : o->variations[v].id,
            .description = S("phones"),
            .expected_count = n.lines[i].expected,
            .unit_price = euros(n.lines[i].price) };
        refused = refused || (n.lines[i].variation >= 0 && o->variations[v].archived);
    }
    struct purchase_order in = { .number = S(""),
        .vendor_id = h->vendor_id,
        .vendor = S("Vendor"),
        .currency = S(""),
        .lot_price = euros(n.lot),
        .notes = S(""),
        .lines = lines,
        .line_count = (size_t)n.line_count };
    TRY(h, purchase_create(&h->f->c, &in, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (refused) return;
    n.id = in.id;
    for (int i = 0; i < n.line_count; i++)
        n.lines[i].id = lines[i].id;
    o->purchases[o->purchase_count++] = n;
}

/* A row of the paste: what is scanned, and onto which line (0: the order finds one). */
static struct o_item random_row(struct history *h, int at)
{
    const struct oracle *o = &h->o;
    const struct o_purchase *p = &o->purchases[at];
    struct o_item n = { .esn = throw_of(h, O_ESNS),
        .variation = throw_of(h, O_VARIATIONS),
        .status = throw_of(h, 4) ? 0 : throw_of(h, O_STATUSES),
        .warehouse = throw_of(h, 4) ? 1 : throw_of(h, O_WAREHOUSES),
        .order = -1,
        .purchase = at + 1 };
    while (!o->variations[n.variation].id)
        n.variation = (n.variation + 1) % O_VARIATIONS;
    int line = p->line_count ? 1 + throw_of(h, p->line_count) : 0;
    if (line && throw_of(h, 2) && p->lines[line - 1].variation >= 0)
        n.variation = p->lines[line - 1].variation;
    if (line && !throw_of(h, 3)) n.line = line;
    return n;
}

static struct item_new input_of(struct history *h, const struct o_item *n, int64_t line_id)
{
    return (struct item_new){ .code = "",
        .item = { .esn = history_esn(h, n->esn),
            .variation_id = h->o.variations[n->variation].id,
            .status_id = h->status_id[n->status],
            .status = str_of(history_statuses[n->status]),
            .warehouse_id = h->warehouse_id[n->warehouse],
            .warehouse = str_of(history_warehouses[n->warehouse]),
            .purchase_order_line_id = line_id } };
}

/* On the oracle's side; false when the row is refused. */
static bool expect(struct history *h, int at, struct o_item *n)
{
    struct oracle *o = &h->o;
    const struct o_purchase *p = &o->purchases[at];
    if (n->line && p->lines[n->line - 1].variation >= 0 &&
        p->lines[n->line - 1].variation != n->variation)
        return false;
    if (o->variations[n->variation].archived || o_esn_open(o, n->esn, -1)) return false;
    if (!n->line) n->line = o_line_for(o, at, n->variation);
    o->items[o->item_count++] = *n;
    return true;
}

static void receive(struct history *h, int at)
{
    struct oracle *o = &h->o;
    const struct o_purchase *p = &o->purchases[at];
    int count = 1 + throw_of(h, PASTE), first = o->item_count;
    if (first + PASTE > O_ITEMS || o_free_variation(o) == 0) return;
    struct item_new rows[PASTE];
    struct o_item given[PASTE];
    for (int i = 0; i < count; i++) {
        given[i] = random_row(h, at);
        rows[i] = input_of(h, &given[i], given[i].line ? p->lines[given[i].line - 1].id : 0);
    }
    struct purchase_order order;
    TRY(h, purchase_lock(&h->f->c, p->id, &h->f->arena, &order, &h->f->e), OK);
    enum err want = p->state == O_OPEN ? OK : ERR_CONFLICT;
    TRY(h, purchase_receive(&h->f->c, &order, rows, (size_t)count, &h->f->e), want);
    for (int i = 0; i < count && !want; i++) {
        bool good = expect(h, at, &given[i]);
        CHECK_INT(rows[i].code[0] == '\0', good, h->where);
        if (good) o->items[o->item_count - 1].id = rows[i].item.id;
    }
}

static void give_back(struct history *h, int at)
{
    struct oracle *o = &h->o;
    const struct o_purchase *p = &o->purchases[at];
    int i = throw_of(h, o->item_count);
    for (int k = 0; k < o->item_count; k++)
        if (o->items[k].purchase == at + 1 && throw_of(h, 2)) i = k;
    const struct o_item *item = &o->items[i];
    enum err want = item->purchase != at + 1              ? ERR_NOT_FOUND
                    : p->state != O_OPEN || item->touched ? ERR_CONFLICT
                                                          : OK;
    struct purchase_order order;
    TRY(h, purchase_lock(&h->f->c, p->id, &h->f->arena, &order, &h->f->e), OK);
    TRY(h, purchase_unreceive(&h->f->c, &order, item->id, &h->f->e), want);
    if (!want) o_remove_item(o, i);
}

static void set_state(struct history *h, int at)
{
    static const enum purchase_status states[] = { PURCHASE_OPEN, PURCHASE_CLOSED,
        PURCHASE_CANCELED };
    struct o_purchase *p = &h->o.purchases[at];
    enum o_purchase_state to = (enum o_purchase_state)throw_of(h, 3);
    bool refused = to == O_CANCELED && p->state != O_CANCELED && o_received(&h->o, at);
    struct purchase_order order;
    TRY(h, purchase_lock(&h->f->c, p->id, &h->f->arena, &order, &h->f->e), OK);
    TRY(h, purchase_set_status(&h->f->c, &order, states[to], &h->f->e),
        refused ? ERR_CONFLICT : OK);
    if (!refused) p->state = to;
}

static void set_lot(struct history *h, int at)
{
    struct o_purchase *p = &h->o.purchases[at];
    int64_t lot = throw_of(h, 3) ? 1 + throw_of(h, 1000) : 0;
    struct purchase_order before, after;
    TRY(h, purchase_lock(&h->f->c, p->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    after.lot_price = euros(lot);
    bool refused = p->state != O_OPEN && lot != p->lot;
    TRY(h, purchase_update(&h->f->c, &before, &after, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (!refused) p->lot = lot;
}

void history_receiving(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->purchase_count || !throw_of(h, 6)) {
        create(h);
        return;
    }
    int at = throw_of(h, o->purchase_count);
    switch (throw_of(h, 8)) {
    case 0:
        set_state(h, at);
        break;
    case 1:
        set_lot(h, at);
        break;
    case 2:
    case 3:
        if (o->item_count) give_back(h, at);
        break;
    default:
        receive(h, at);
    }
}
