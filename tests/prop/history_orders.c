/* history_orders.c: what happens to orders, by people and from channels. */
#include "history.h"

#include "store/intake.h"

static struct o_line random_line(struct history *h)
{
    struct o_line line = { .variation = -1, .quantity = throw_of(h, 4) };
    int v = throw_of(h, O_VARIATIONS);
    if (throw_of(h, 2) && h->o.variations[v].id)
        line.variation = v;
    else
        line.sku = 1 + throw_of(h, O_SKUS - 1);
    return line;
}

static struct order_line stored(struct history *h, const struct o_line *line)
{
    return (struct order_line){
        .variation_id = line->variation >= 0 ? h->o.variations[line->variation].id : 0,
        .sku = str_of(history_skus[line->sku]),
        .title = S(""),
        .quantity = line->quantity,
    };
}

/* Named by a line that it does not have yet, or had named something else. */
static bool takes_archived(
    const struct oracle *o, const struct o_line *before, const struct o_line *to)
{
    return to->variation >= 0 && o->variations[to->variation].archived &&
           (!before || before->variation != to->variation);
}

static void create_order(struct history *h)
{
    struct oracle *o = &h->o;
    if (o->order_count == O_ORDERS) return;
    struct o_order n = { .channel = -1, .status = history_order_status(h) };
    n.line_count = throw_of(h, 4);
    struct order_line lines[O_LINES];
    bool refused = o->statuses[n.status].into >= 0;
    for (int i = 0; i < n.line_count; i++) {
        n.lines[i] = random_line(h);
        lines[i] = stored(h, &n.lines[i]);
        refused = refused || takes_archived(o, NULL, &n.lines[i]);
    }
    struct order in = { .organization = S("x"),
        .status_id = o->statuses[n.status].id,
        .ordered_at = 1,
        .notes = S(""),
        .lines = lines,
        .line_count = (size_t)n.line_count };
    TRY(h, order_create(&h->f->c, &in, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (refused) return;
    n.id = in.id;
    for (int i = 0; i < n.line_count; i++)
        n.lines[i].id = lines[i].id;
    o->orders[o->order_count++] = n;
}

static void set_status(struct history *h, int at, struct order *order)
{
    struct oracle *o = &h->o;
    int status = history_order_status(h), was = o->orders[at].status;
    bool opens = o->statuses[status].is_open && !o->statuses[was].is_open;
    if (opens && o_cannot_open(o, at)) return;
    bool refused = status != was && o->statuses[status].into >= 0;
    struct order after = *order;
    after.status_id = o->statuses[status].id;
    TRY(h, order_update(&h->f->c, order, &after, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (!refused) o->orders[at].status = status;
}

static void match_lines(struct history *h, int at, struct order *order)
{
    struct o_order *n = &h->o.orders[at];
    TRY(h, order_match_lines(&h->f->c, order, &h->f->e), OK);
    struct order now;
    TRY(h, order_load(h->f->c.tx, n->id, &h->f->arena, &now, &h->f->e), OK);
    CHECK_INT(now.direct_count, 0, h->where);
    /* The lines are taken over, and that they are what was wanted is said by the sums: no line
     * asks for more than before but for the items that had none. */
    int64_t before = 0, after = 0;
    for (size_t i = 0; i < order->line_count; i++)
        before += order->lines[i].quantity;
    for (size_t i = 0; i < now.line_count; i++)
        after += now.lines[i].quantity;
    CHECK_INT(after - before, order->direct_count, h->where);
    for (size_t i = 0; i < now.line_count; i++) {
        int k = 0;
        while (k < n->line_count && n->lines[k].id != now.lines[i].id)
            k++;
        if (k == n->line_count) {
            CHECK(k < O_LINES, h->where);
            n->lines[n->line_count++] = (struct o_line){ .id = now.lines[i].id };
            for (int v = 0; v < O_VARIATIONS; v++)
                if (h->o.variations[v].id == now.lines[i].variation_id) n->lines[k].variation = v;
        }
        n->lines[k].quantity = now.lines[i].quantity;
    }
}

static int distinct_on(const struct oracle *o, int order)
{
    unsigned mask = 0;
    int count = 0;
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].order == order) mask |= 1u << o->items[i].variation;
    for (; mask; mask &= mask - 1)
        count++;
    return count;
}

static void edit_line(struct history *h, int at, struct order *order)
{
    struct o_order *n = &h->o.orders[at];
    int k = history_line(h, at);
    if (k < 0) return;
    const struct order_line *line = history_find_line(order, n->lines[k].id);
    CHECK(line != NULL, h->where);
    if (!throw_of(h, 4)) {
        TRY(h, order_line_delete(&h->f->c, order, line, &h->f->e), OK);
        n->lines[k].deleted = true;
        return;
    }
    struct o_line to = random_line(h);
    to.id = n->lines[k].id;
    to.channel_line = n->lines[k].channel_line;
    struct order_line after = stored(h, &to);
    bool refused = takes_archived(&h->o, &n->lines[k], &to);
    TRY(h, order_line_update(&h->f->c, order, line, &after, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (!refused) n->lines[k] = to;
}

static void add_line(struct history *h, struct o_order *n, const struct order *order)
{
    if (n->line_count == O_LINES) return;
    struct o_line to = random_line(h);
    struct order_line line = stored(h, &to);
    bool refused = takes_archived(&h->o, NULL, &to);
    TRY(h, order_line_add(&h->f->c, order, &line, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (refused) return;
    to.id = line.id;
    n->lines[n->line_count++] = to;
}

void history_orders(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->order_count || !throw_of(h, 5)) {
        create_order(h);
        return;
    }
    int at = throw_of(h, o->order_count);
    struct o_order *n = &o->orders[at];
    struct order order;
    TRY(h, order_lock(&h->f->c, n->id, &h->f->arena, &order, &h->f->e), OK);
    switch (throw_of(h, 6)) {
    case 0:
    case 1:
        set_status(h, at, &order);
        break;
    case 2:
        add_line(h, n, &order);
        break;
    case 3:
        if (n->line_count + distinct_on(o, at) <= O_LINES) match_lines(h, at, &order);
        break;
    default:
        edit_line(h, at, &order);
    }
}

/* An order as the channel gives it: at most three lines, each there or not. */
struct given {
    struct o_order order;
    bool amazon;
};

static struct given random_given(struct history *h)
{
    struct given g = { .amazon = throw_of(h, 10) == 0 };
    g.order.channel = history_channel(h);
    g.order.number = throw_of(h, 3);
    g.order.word = throw_of(h, O_WORDS);
    g.order.version = 1 + throw_of(h, 6) + h->step / 4;
    for (int i = 1; i <= 3; i++)
        if (throw_of(h, 3))
            g.order.lines[g.order.line_count++] = (struct o_line){ .variation = -1,
                .sku = 1 + (i + g.order.number) % (O_SKUS - 1),
                .quantity = throw_of(h, 3),
                .channel_line = i };
    return g;
}

/* Domain.md 6, on the oracle's side. *at: the order; -1 when none came of it. */
static void expect(struct history *h, const struct given *g, int *at)
{
    struct oracle *o = &h->o;
    int status = o->channels[g->order.channel].map[g->order.word];
    *at = -1;
    for (int i = 0; i < o->order_count; i++)
        if (o->orders[i].channel == g->order.channel && o->orders[i].number == g->order.number)
            *at = i;
    if (*at < 0) {
        if (g->amazon || status < 0) return;
        *at = o->order_count++;
        o->orders[*at] = g->order;
        o->orders[*at].status = status;
        return;
    }
    struct o_order *n = &o->orders[*at];
    if (g->amazon || g->order.version <= n->version) return;
    for (int k = 0; k < n->line_count; k++) {
        struct o_line *line = &n->lines[k];
        if (!line->channel_line || line->deleted || !g->order.line_count) continue;
        int64_t quantity = 0;
        for (int i = 0; i < g->order.line_count; i++) {
            if (g->order.lines[i].channel_line != line->channel_line) continue;
            quantity = g->order.lines[i].quantity;
            line->sku = g->order.lines[i].sku;
        }
        line->quantity = quantity;
    }
    for (int i = 0; i < g->order.line_count; i++) {
        bool here = false;
        for (int k = 0; k < n->line_count; k++)
            here = here || n->lines[k].channel_line == g->order.lines[i].channel_line;
        if (!here) n->lines[n->line_count++] = g->order.lines[i];
    }
    if (status >= 0 && g->order.word != n->word) {
        bool opens = o->statuses[status].is_open && !o->statuses[n->status].is_open;
        if (!opens || !o_cannot_open(o, *at)) n->status = status;
    }
    n->word = g->order.word;
    n->version = g->order.version;
}

void history_intake(struct history *h)
{
    struct oracle *o = &h->o;
    struct given g = random_given(h);
    /* Room for what may come of it. */
    if (o->order_count == O_ORDERS || g.order.channel < 0) return;
    for (int i = 0; i < o->order_count; i++)
        if (o->orders[i].channel == g.order.channel && o->orders[i].number == g.order.number &&
            o->orders[i].line_count + g.order.line_count > O_LINES)
            return;
    struct intake_line lines[O_LINES];
    for (int i = 0; i < g.order.line_count; i++)
        lines[i] = (struct intake_line){
            .channel_line_id = arena_fmt(&h->f->arena, "L%d", g.order.lines[i].channel_line),
            .sku = str_of(history_skus[g.order.lines[i].sku]),
            .title = S("t"),
            .quantity = g.order.lines[i].quantity,
        };
    struct intake_order in = {
        .channel_order_id = arena_fmt(&h->f->arena, "303-%d", g.order.number),
        .channel_status = str_of(history_words[g.order.word]),
        .marketplace_id = S("DE"),
        .amazon_fulfilled = g.amazon,
        .created_at = 5,
        .updated_at = g.order.version,
        .lines = lines,
        .line_count = (size_t)g.order.line_count,
    };
    struct channel_row *ch = arena_new(&h->f->arena, struct channel_row, 1);
    struct intake_counts counts = { 0 };
    int64_t channel_id = o->channels[g.order.channel].id;
    TRY(h, channel_load(h->f->c.tx, channel_id, &h->f->arena, ch, &h->f->e), OK);
    TRY(h, intake_orders(&h->f->c, ch, &in, 1, &counts, &h->f->e), OK);
    int at;
    expect(h, &g, &at);
    if (at < 0) {
        CHECK_INT(counts.skipped, 1, h->where);
        return;
    }
    /* Ids of what is new. */
    struct o_order *n = &o->orders[at];
    struct order_filter filter = {
        .channel_order_id = in.channel_order_id, .has_channel = true, .channel_id = channel_id
    };
    struct page page = { 0, 5 };
    struct order *rows;
    size_t count;
    TRY(h, order_list(h->f->c.tx, &filter, &page, &h->f->arena, &rows, &count, &h->f->e), OK);
    CHECK_INT(count, 1, h->where);
    n->id = rows[0].id;
    for (size_t i = 0; i < rows[0].line_count; i++)
        for (int k = 0; k < n->line_count; k++) {
            struct str id = arena_fmt(&h->f->arena, "L%d", n->lines[k].channel_line);
            if (!n->lines[k].id && str_eq(id, rows[0].lines[i].channel_line_id))
                n->lines[k].id = rows[0].lines[i].id;
        }
}
