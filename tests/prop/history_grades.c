/* history_grades.c: items that are graded anew, one or many: they move to another variation of the
 * same product, which is made where there is none. */
#include "history.h"

#include "store/item_bulk.h"

struct wish {
    struct variation_regrade to;
    int64_t damage_ids[2];
    int grade;
    unsigned damages;
};

/* Another grade, other damages, or both. */
static void wish_for(struct history *h, struct wish *w)
{
    int what = 1 + throw_of(h, 3);
    *w = (struct wish){ .grade = throw_of(h, O_GRADES),
        .damages = (unsigned)throw_of(h, O_DAMAGE_SETS) };
    w->to.has_grade = what & 1;
    w->to.has_damages = what & 2;
    w->to.grade_id = h->grade_id[w->grade];
    w->to.damage_ids = w->damage_ids;
    for (int i = 0; i < (int)COUNT_OF(h->damage_id); i++)
        if (w->damages & 1u << i) w->damage_ids[w->to.damage_count++] = h->damage_id[i];
}

static struct o_variation regraded(const struct oracle *o, int variation, const struct wish *w)
{
    struct o_variation like = o->variations[variation];
    like.sku = 0;
    if (w->to.has_grade) like.grade = w->grade;
    if (w->to.has_damages) like.damages = w->damages;
    return like;
}

/* There is a place for every variation that may have to be made. */
static bool has_room(const struct oracle *o, const struct wish *w, const int *places, size_t count)
{
    unsigned missing = 0;
    int room = 0;
    for (size_t i = 0; i < count; i++) {
        int v = o->items[places[i]].variation;
        struct o_variation like = regraded(o, v, w);
        if (o_named(o, &like) < 0) missing |= 1u << v;
    }
    for (int v = 0; v < O_VARIATIONS; v++)
        room += !o->variations[v].id;
    return __builtin_popcount(missing) <= room;
}

static void regrade_one(struct history *h, const struct wish *w)
{
    struct oracle *o = &h->o;
    int at = throw_of(h, o->item_count);
    if (!has_room(o, w, &at, 1)) return;
    struct o_item *item = &o->items[at];
    struct o_variation like = regraded(o, item->variation, w);
    struct variation base;
    struct item before, after;
    int64_t id;
    bool made;
    TRY(h,
        variation_load(
            h->f->c.tx, o->variations[item->variation].id, &h->f->arena, &base, &h->f->e),
        OK);
    TRY(h, variation_regraded(&h->f->c, &base, &w->to, &id, &made, &h->f->e), OK);
    int becomes = o_named(o, &like);
    CHECK_INT(made, becomes < 0, h->where);
    if (made) becomes = history_new_variation(h, &like, id);
    CHECK_INT(id, o->variations[becomes].id, h->where);
    TRY(h, item_load(h->f->c.tx, item->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    after.variation_id = id;
    bool moves = becomes != item->variation;
    bool refused = moves && (item->order >= 0 || o->variations[becomes].archived);
    TRY(h, item_update(&h->f->c, &before, &after, S("graded"), &h->f->e),
        refused ? ERR_CONFLICT : OK);
    if (!refused) item->variation = becomes;
}

/* Before anything is made: whether the item can become it. */
static bool can_become(const struct oracle *o, const struct o_item *item, const struct wish *w)
{
    struct o_variation like = regraded(o, item->variation, w);
    int becomes = o_named(o, &like);
    if (becomes == item->variation) return true;
    return item->order < 0 && (becomes < 0 || !o->variations[becomes].archived);
}

static void regrade_many(struct history *h, const struct wish *w)
{
    struct oracle *o = &h->o;
    int places[HISTORY_MANY];
    int64_t ids[HISTORY_MANY];
    bool good[HISTORY_MANY], all = true;
    size_t count = history_some_items(h, places, ids), made = 0;
    struct bulk_edit edit = { .regrade = w->to, .reason = S("graded"), .atomic = !throw_of(h, 3) };
    if (!has_room(o, w, places, count)) return;
    for (size_t i = 0; i < count; i++) {
        good[i] = can_become(o, &o->items[places[i]], w);
        all = all && good[i];
    }
    struct bulk_outcome out;
    TRY(h, item_bulk_edit(&h->f->c, &edit, ids, count, &h->f->arena, &out, &h->f->e), OK);
    for (size_t i = 0; i < count; i++) {
        struct o_item *item = &o->items[places[i]];
        bool done = good[i] && (all || !edit.atomic);
        CHECK_INT(out.results[i].code[0] == 0, done, h->where);
        if (!done) continue;
        struct o_variation like = regraded(o, item->variation, w);
        int becomes = o_named(o, &like);
        if (becomes < 0) {
            becomes = history_new_variation(h, &like, out.results[i].variation_id);
            made++;
        }
        item->variation = becomes;
        CHECK_INT(out.results[i].variation_id, o->variations[becomes].id, h->where);
    }
    CHECK_INT(out.made_count, made, h->where);
}

void history_regrade(struct history *h)
{
    struct wish w;
    if (!h->o.item_count) return;
    wish_for(h, &w);
    if (throw_of(h, 2))
        regrade_one(h, &w);
    else
        regrade_many(h, &w);
}
