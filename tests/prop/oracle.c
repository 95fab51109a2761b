/* oracle.c: see oracle.h. */
#include "oracle.h"

#include <string.h>

unsigned o_with_sku(const struct oracle *o, int sku)
{
    unsigned mask = 0;
    for (int v = 0; v < O_VARIATIONS; v++)
        if (sku && o->variations[v].id && o->variations[v].sku == sku) mask |= 1u << v;
    return mask;
}

unsigned o_of_listing(const struct oracle *o, const struct o_listing *l)
{
    unsigned mask = 0;
    switch (l->mode) {
    case O_AUTO:
        return o_with_sku(o, l->sku);
    case O_BY_SKUS:
        for (int sku = 1; sku < O_SKUS; sku++)
            if (l->skus & 1u << sku) mask |= o_with_sku(o, sku);
        return mask;
    case O_BY_VARIATIONS:
        return l->variations;
    case O_NONE:
        break;
    }
    return 0;
}

unsigned o_of_line(const struct oracle *o, const struct o_order *order, const struct o_line *line)
{
    if (line->variation >= 0) return 1u << line->variation;
    unsigned mask = o_with_sku(o, line->sku);
    if (mask || order->channel < 0) return mask;
    for (int i = 0; i < o->listing_count; i++)
        if (o->listings[i].channel == order->channel && o->listings[i].sku == line->sku)
            return o_of_listing(o, &o->listings[i]);
    return 0;
}

struct trial {
    int count;
    unsigned candidates[O_LINES];
    int64_t most[O_LINES];
    int rank[O_LINES]; /* the line that comes at that place of preference */
    int64_t items[O_VARIATIONS];
    int64_t taken[O_LINES], best[O_LINES];
    int64_t best_sum;
};

/* Hall: whatever set of lines is looked at, there are items enough for what they take. */
static bool possible(const struct trial *t)
{
    for (unsigned set = 1; set < 1u << t->count; set++) {
        unsigned fitting = 0;
        int64_t wanted = 0, here = 0;
        for (int i = 0; i < t->count; i++) {
            if (!(set & 1u << i)) continue;
            fitting |= t->candidates[i];
            wanted += t->taken[i];
        }
        for (int v = 0; v < O_VARIATIONS; v++)
            if (fitting & 1u << v) here += t->items[v];
        if (wanted > here) return false;
    }
    return true;
}

/* More units; or as many, and more of them on the lines that come first. */
static bool better(const struct trial *t, int64_t sum)
{
    if (sum != t->best_sum) return sum > t->best_sum;
    for (int k = 0; k < t->count; k++) {
        int i = t->rank[k];
        if (t->taken[i] != t->best[i]) return t->taken[i] > t->best[i];
    }
    return false;
}

static void try_all(struct trial *t, int line, int64_t sum)
{
    if (line == t->count) {
        if (!better(t, sum) || !possible(t)) return;
        t->best_sum = sum;
        memcpy(t->best, t->taken, sizeof t->best);
        return;
    }
    for (int64_t n = 0; n <= t->most[line]; n++) {
        t->taken[line] = n;
        try_all(t, line + 1, sum + n);
    }
    t->taken[line] = 0;
}

/* Lines that name a variation come before those that name a SKU, then the older ones. */
static void rank_lines(const struct o_order *ord, struct trial *t)
{
    int places = 0;
    for (int exact = 1; exact >= 0; exact--)
        for (int i = 0; i < ord->line_count; i++)
            if ((ord->lines[i].variation >= 0) == (exact == 1)) t->rank[places++] = i;
}

static void match(const struct oracle *o, int order, bool returned_too, int64_t taken[O_LINES])
{
    const struct o_order *ord = &o->orders[order];
    struct trial t = { .count = ord->line_count, .best_sum = -1 };
    int64_t units = 0;
    for (int i = 0; i < o->item_count; i++) {
        if (o->items[i].order != order) continue;
        t.items[o->items[i].variation]++;
        units++;
    }
    for (int i = 0; i < o->return_count && returned_too; i++) {
        if (o->returns[i].order != order || o->returns[i].undone) continue;
        t.items[o->returns[i].variation]++;
        units++;
    }
    rank_lines(ord, &t);
    for (int i = 0; i < ord->line_count; i++) {
        const struct o_line *line = &ord->lines[i];
        t.candidates[i] = line->deleted ? 0 : o_of_line(o, ord, line);
        t.most[i] = t.candidates[i] ? line->quantity : 0;
        if (t.most[i] > units) t.most[i] = units;
    }
    try_all(&t, 0, 0);
    memcpy(taken, t.best, sizeof t.best);
}

void o_fill(const struct oracle *o, int order, struct o_filling *out)
{
    match(o, order, false, out->committed);
    match(o, order, true, out->filled);
}

int o_named(const struct oracle *o, const struct o_variation *like)
{
    for (int v = 0; v < O_VARIATIONS; v++)
        if (o->variations[v].id && o->variations[v].name == like->name &&
            o->variations[v].grade == like->grade && o->variations[v].damages == like->damages)
            return v;
    return -1;
}

int o_free_variation(const struct oracle *o)
{
    for (int v = 0; v < O_VARIATIONS; v++)
        if (!o->variations[v].id) return v;
    return -1;
}

int o_item_of_id(const struct oracle *o, int64_t id)
{
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].id == id) return i;
    return -1;
}

void o_merge(struct oracle *o, int from, int into)
{
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].variation == from) o->items[i].variation = into;
    for (int k = 0; k < o->order_count; k++)
        for (int i = 0; i < o->orders[k].line_count; i++)
            if (o->orders[k].lines[i].variation == from) o->orders[k].lines[i].variation = into;
    for (int i = 0; i < o->return_count; i++)
        if (o->returns[i].variation == from) o->returns[i].variation = into;
    for (int k = 0; k < o->purchase_count; k++)
        for (int i = 0; i < o->purchases[k].line_count; i++)
            if (o->purchases[k].lines[i].variation == from)
                o->purchases[k].lines[i].variation = into;
    for (int i = 0; i < o->listing_count; i++) {
        if (!(o->listings[i].variations & 1u << from)) continue;
        o->listings[i].variations &= ~(1u << from);
        o->listings[i].variations |= 1u << into;
    }
    if (!o->variations[into].sku) o->variations[into].sku = o->variations[from].sku;
    o->variations[from] = (struct o_variation){ 0 };
}

bool o_variation_used(const struct oracle *o, int variation)
{
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].variation == variation) return true;
    for (int k = 0; k < o->order_count; k++)
        for (int i = 0; i < o->orders[k].line_count; i++)
            if (o->orders[k].lines[i].variation == variation) return true;
    for (int i = 0; i < o->return_count; i++)
        if (o->returns[i].variation == variation) return true;
    for (int k = 0; k < o->purchase_count; k++)
        for (int i = 0; i < o->purchases[k].line_count; i++)
            if (o->purchases[k].lines[i].variation == variation) return true;
    for (int i = 0; i < o->listing_count; i++)
        if (o->listings[i].mode == O_BY_VARIATIONS && o->listings[i].variations & 1u << variation)
            return true;
    return false;
}

void o_remove_item(struct oracle *o, int at)
{
    o->item_count--;
    for (int i = at; i < o->item_count; i++)
        o->items[i] = o->items[i + 1];
}

void o_remove_channel(struct oracle *o, int at)
{
    int kept = 0;
    for (int i = 0; i < o->listing_count; i++)
        if (o->listings[i].channel != at) o->listings[kept++] = o->listings[i];
    o->listing_count = kept;
    o->channels[at].deleted = true;
}

bool o_sku_repeats(const struct oracle *o)
{
    for (int sku = 1; sku < O_SKUS; sku++) {
        unsigned mask = o_with_sku(o, sku);
        if (mask & (mask - 1)) return true;
    }
    return false;
}

bool o_item_open(const struct oracle *o, const struct o_item *item)
{
    return item->order < 0 || o->statuses[o->orders[item->order].status].is_open;
}

bool o_esn_open(const struct oracle *o, int esn, int except)
{
    for (int i = 0; i < o->item_count; i++)
        if (i != except && o->items[i].esn == esn && o_item_open(o, &o->items[i])) return true;
    return false;
}

bool o_cannot_open(const struct oracle *o, int order)
{
    for (int i = 0; i < o->item_count; i++) {
        if (o->items[i].order != order) continue;
        if (o_esn_open(o, o->items[i].esn, i)) return true;
        for (int k = 0; k < o->item_count; k++)
            if (k != i && o->items[k].order == order && o->items[k].esn == o->items[i].esn)
                return true;
    }
    return false;
}

int64_t o_on_hand(const struct oracle *o, struct o_counted counted)
{
    int64_t n = 0;
    for (int i = 0; i < o->item_count; i++) {
        const struct o_item *item = &o->items[i];
        n += item->order < 0 && counted.variations & 1u << item->variation &&
             counted.statuses & 1u << item->status && counted.warehouses & 1u << item->warehouse;
    }
    return n;
}

int64_t o_outstanding(const struct oracle *o, unsigned variations)
{
    int64_t sum = 0;
    for (int k = 0; k < o->order_count; k++) {
        const struct o_order *order = &o->orders[k];
        if (!o->statuses[order->status].is_open) continue;
        struct o_filling f;
        o_fill(o, k, &f);
        for (int i = 0; i < order->line_count; i++) {
            const struct o_line *line = &order->lines[i];
            if (!line->deleted && o_of_line(o, order, line) & variations)
                sum += line->quantity - f.filled[i];
        }
    }
    return sum;
}

struct o_counted o_counted_of(const struct oracle *o, const struct o_listing *l)
{
    const struct o_channel *ch = &o->channels[l->channel];
    return (struct o_counted){ o_of_listing(o, l), ch->statuses, ch->warehouses & ~1u };
}

int64_t o_target(const struct oracle *o, const struct o_listing *l)
{
    const struct o_channel *ch = &o->channels[l->channel];
    int64_t reserve = l->reserve >= 0 ? l->reserve : ch->reserve;
    int64_t cap = l->cap >= 0 ? l->cap : ch->cap;
    int64_t n = o_on_hand(o, o_counted_of(o, l)) - o_outstanding(o, o_of_listing(o, l)) - reserve;
    if (n < 0) n = 0;
    return cap >= 0 && n > cap ? cap : n;
}

int64_t o_checked_in(const struct oracle *o, int purchase, int line)
{
    int64_t n = 0;
    for (int i = 0; i < o->item_count; i++)
        n += o->items[i].purchase == purchase + 1 && o->items[i].line == line;
    return n;
}

int64_t o_received(const struct oracle *o, int purchase)
{
    int64_t n = 0;
    for (int i = 0; i < o->item_count; i++)
        n += o->items[i].purchase == purchase + 1;
    return n;
}

int o_line_for(const struct oracle *o, int purchase, int variation)
{
    const struct o_purchase *p = &o->purchases[purchase];
    int first = 0;
    for (int i = 0; i < p->line_count; i++) {
        if (p->lines[i].variation != variation) continue;
        if (o_checked_in(o, purchase, i + 1) < p->lines[i].expected) return i + 1;
        if (!first) first = i + 1;
    }
    return first;
}
