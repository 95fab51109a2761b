/* history_catalog.c: what happens to the catalog. */
#include "history.h"

static void create_variation(struct history *h, int v)
{
    struct oracle *o = &h->o;
    int sku = throw_of(h, O_SKUS), name = throw_of(h, O_NAMES);
    if (o_named(o, name) >= 0) return;
    struct variation in = { .grade_id = GRADE_A, .sku = str_of(history_skus[sku]) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        in.text[i] = S("Unknown");
    in.text[VARIATION_MODEL] = arena_fmt(&h->f->arena, "M%d", name);
    bool taken = o->unique_skus && o_with_sku(o, sku);
    TRY(h, variation_create(&h->f->c, &in, &h->f->e), taken ? ERR_CONFLICT : OK);
    if (!taken) o->variations[v] = (struct o_variation){ in.id, sku, name, false };
}

static void change_sku(struct history *h, int v)
{
    struct oracle *o = &h->o;
    int sku = throw_of(h, O_SKUS);
    struct variation before, after;
    TRY(h, variation_load(h->f->c.tx, o->variations[v].id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    after.sku = str_of(history_skus[sku]);
    bool taken = o->unique_skus && o_with_sku(o, sku) & ~(1u << v);
    TRY(h, variation_update(&h->f->c, &before, &after, &h->f->e), taken ? ERR_CONFLICT : OK);
    if (!taken) o->variations[v].sku = sku;
}

static bool is_used(const struct oracle *o, int v)
{
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].variation == v) return true;
    for (int k = 0; k < o->order_count; k++)
        for (int i = 0; i < o->orders[k].line_count; i++)
            if (o->orders[k].lines[i].variation == v) return true;
    for (int i = 0; i < o->listing_count; i++)
        if (o->listings[i].mode == O_BY_VARIATIONS && o->listings[i].variations & 1u << v)
            return true;
    return false;
}

static void delete_variation(struct history *h, int v)
{
    struct oracle *o = &h->o;
    struct variation row;
    TRY(h, variation_load(h->f->c.tx, o->variations[v].id, &h->f->arena, &row, &h->f->e), OK);
    bool used = is_used(o, v);
    TRY(h, variation_delete(&h->f->c, &row, &h->f->e), used ? ERR_CONFLICT : OK);
    if (!used) o->variations[v] = (struct o_variation){ 0 };
}

/* Another name, or put away or taken back: no quantity follows from either. */
static void rename_or_archive(struct history *h, int v)
{
    struct oracle *o = &h->o;
    struct o_variation *n = &o->variations[v];
    struct variation before, after;
    TRY(h, variation_load(h->f->c.tx, n->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    int name = throw_of(h, O_NAMES);
    if (throw_of(h, 2) && o_named(o, name) < 0) {
        n->name = name;
        after.text[VARIATION_MODEL] = arena_fmt(&h->f->arena, "M%d", name);
    } else {
        n->archived = !n->archived;
        after.archived = n->archived;
    }
    TRY(h, variation_update(&h->f->c, &before, &after, &h->f->e), OK);
}

static void merge(struct history *h, int from)
{
    struct oracle *o = &h->o;
    int into = throw_of(h, O_VARIATIONS);
    const struct o_variation *a = &o->variations[from], *b = &o->variations[into];
    if (!b->id) return;
    struct variation rows[2];
    TRY(h, variation_load(h->f->c.tx, a->id, &h->f->arena, &rows[0], &h->f->e), OK);
    TRY(h, variation_load(h->f->c.tx, b->id, &h->f->arena, &rows[1], &h->f->e), OK);
    enum err want = from == into                           ? ERR_INVALID
                    : b->archived                          ? ERR_CONFLICT
                    : a->sku && b->sku && a->sku != b->sku ? ERR_CONFLICT
                                                           : OK;
    TRY(h, variation_merge(&h->f->c, &rows[0], &rows[1], &h->f->e), want);
    if (!want) o_merge(o, from, into);
}

void history_catalog(struct history *h)
{
    int v = throw_of(h, O_VARIATIONS);
    if (!h->o.variations[v].id) {
        create_variation(h, v);
        return;
    }
    switch (throw_of(h, 8)) {
    case 0:
        delete_variation(h, v);
        break;
    case 1:
    case 2:
        rename_or_archive(h, v);
        break;
    case 3:
    case 4:
        merge(h, v);
        break;
    default:
        change_sku(h, v);
    }
}
