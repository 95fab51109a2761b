/* history_catalog.c: what happens to the catalog. */
#include "history.h"

struct variation history_variation(struct history *h, const struct o_variation *v)
{
    struct variation out = { .grade_id = h->grade_id[v->grade],
        .sku = str_of(history_skus[v->sku]) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        out.text[i] = S("Unknown");
    out.text[VARIATION_MODEL] = arena_fmt(&h->f->arena, "M%d", v->name);
    for (int i = 0; i < (int)COUNT_OF(h->damage_id); i++)
        if (v->damages & 1u << i) out.damage_ids[out.damage_count++] = h->damage_id[i];
    return out;
}

int history_new_variation(struct history *h, const struct o_variation *like, int64_t id)
{
    int at = o_free_variation(&h->o);
    CHECK(at >= 0, h->where);
    h->o.variations[at] = *like;
    h->o.variations[at].id = id;
    h->o.variations[at].archived = false;
    return at;
}

static void create_variation(struct history *h)
{
    struct oracle *o = &h->o;
    struct o_variation n = { .sku = throw_of(h, O_SKUS),
        .name = throw_of(h, O_NAMES),
        .grade = throw_of(h, 3) ? 0 : throw_of(h, O_GRADES),
        .damages = throw_of(h, 3) ? 0 : (unsigned)throw_of(h, O_DAMAGE_SETS) };
    if (o_named(o, &n) >= 0) return;
    struct variation in = history_variation(h, &n);
    bool taken = o->unique_skus && o_with_sku(o, n.sku);
    TRY(h, variation_create(&h->f->c, &in, &h->f->e), taken ? ERR_CONFLICT : OK);
    if (!taken) (void)history_new_variation(h, &n, in.id);
}

static void change_sku(struct history *h, int v)
{
    struct oracle *o = &h->o;
    int sku = throw_of(h, O_SKUS);
    struct variation before, after;
    TRY(h, variation_load(h->f->c.tx, o->variations[v].id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    after.sku = str_of(history_skus[sku]);
    bool taken = o->unique_skus && sku != o->variations[v].sku && o_with_sku(o, sku) & ~(1u << v);
    TRY(h, variation_update(&h->f->c, &before, &after, &h->f->e), taken ? ERR_CONFLICT : OK);
    if (!taken) o->variations[v].sku = sku;
}

static void delete_variation(struct history *h, int v)
{
    struct oracle *o = &h->o;
    struct variation row;
    TRY(h, variation_load(h->f->c.tx, o->variations[v].id, &h->f->arena, &row, &h->f->e), OK);
    bool used = o_variation_used(o, v);
    TRY(h, variation_delete(&h->f->c, &row, &h->f->e), used ? ERR_CONFLICT : OK);
    if (!used) o->variations[v] = (struct o_variation){ 0 };
}

/* Another name, or put away or taken back: no quantity follows from either. */
static void rename_or_archive(struct history *h, int v)
{
    struct oracle *o = &h->o;
    struct o_variation *n = &o->variations[v], renamed = *n;
    struct variation before, after;
    TRY(h, variation_load(h->f->c.tx, n->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    renamed.name = throw_of(h, O_NAMES);
    if (throw_of(h, 2) && o_named(o, &renamed) < 0) {
        *n = renamed;
        after.text[VARIATION_MODEL] = arena_fmt(&h->f->arena, "M%d", n->name);
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
        create_variation(h);
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
