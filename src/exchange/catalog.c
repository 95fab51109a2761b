/*
 * catalog.c: the catalog spreadsheet (domain.md 1): product variations.
 *
 * `create` in ID means: let there be this variation; one with the same attributes is it. So a file
 * that was applied finds its own rows again.
 */
#include "base/limits.h"
#include "exchange/internal.h"
#include "store/variation.h"

#include <string.h>

enum {
    ID,
    FIRST, /* manufacturer */
    DAMAGES = FIRST + WHOLE_DAMAGES,
    SKU,
    PRICE,
    CURRENCY,
    CATALOG_COLUMNS
};

static const struct column columns[CATALOG_COLUMNS] = {
    { "ID", COLUMN_REQUIRED },
    { "Manufacturer", COLUMN_REQUIRED },
    { "Model", COLUMN_REQUIRED },
    { "Variant", COLUMN_REQUIRED },
    { "Network", COLUMN_REQUIRED },
    { "Capacity", COLUMN_REQUIRED },
    { "Color", COLUMN_REQUIRED },
    { "Grade", COLUMN_REQUIRED },
    { "Damages", COLUMN_OPTIONAL },
    { "SKU", COLUMN_OPTIONAL },
    { "Price", COLUMN_OPTIONAL },
    { "Currency", COLUMN_OPTIONAL },
};
static const struct table table = { columns, CATALOG_COLUMNS };

struct cache {
    struct settings settings;
    struct whole_lists lists;
};

static enum err begin(struct batch *b, struct error *e)
{
    struct cache *cache = arena_new(b->arena, struct cache, 1);
    b->cache = cache;
    /* Before any row is locked: SKUs may move. */
    if (b->writes) tx_lock(b->c.tx, LOCK_CANDIDATES, true);
    enum err rc = settings_load(b->c.tx, &cache->settings, e);
    return rc ? rc : whole_lists_read(b, &cache->lists, e);
}

/* What a dry run would have made of a variation. It is set once in a file (a second row that says
 * otherwise is "repeated"), so digests are enough to tell whether a row says the same. */
struct thought {
    int64_t id, amount;
    uint64_t texts, damages, sku;
    char currency[4];
};

static uint64_t texts_digest(const struct variation *v)
{
    uint64_t key = (uint64_t)v->grade_id;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        key = key * UINT64_C(1099511628211) + str_hash(v->text[i]);
    return key;
}

static uint64_t damages_digest(const struct variation *v)
{
    uint64_t key = v->damage_count;
    for (size_t i = 0; i < v->damage_count; i++)
        key = key * UINT64_C(1099511628211) + (uint64_t)v->damage_ids[i];
    return key;
}

static struct thought think(const struct variation *v)
{
    struct thought t = { .id = v->id,
        .amount = v->price.present ? v->price.amount : -1,
        .texts = texts_digest(v),
        .damages = damages_digest(v),
        .sku = str_hash(v->sku) };
    if (v->price.present) memcpy(t.currency, v->price.currency.at, sizeof t.currency - 1);
    return t;
}

static bool is_whole(const void *value, const void *like)
{
    const struct thought *a = value, *b = like;
    return a->texts == b->texts && a->damages == b->damages;
}

static bool has_sku(const void *value, const void *like)
{
    const struct thought *a = value, *b = like;
    return a->sku == b->sku && a->id != b->id;
}

static const struct thought *thought_of(const struct batch *b, int64_t id)
{
    return shadow_find(b, SHADOW_ID, (uint64_t)id, NULL, NULL);
}

static void cast_shadow(struct batch *b, const struct variation *v)
{
    struct thought *t = arena_new(b->arena, struct thought, 1);
    *t = think(v);
    memory_put(&b->shadow.by_id, (uint64_t)v->id, t);
    memory_put(&b->shadow.by_first, t->texts + t->damages, t);
    if (v->sku.len) memory_put(&b->shadow.by_second, t->sku, t);
}

static const void *keep(const void *value, struct arena *arena)
{
    struct thought *copy = arena_new(arena, struct thought, 1);
    *copy = *(const struct thought *)value;
    return copy;
}

/* 0: there is none. */
static enum err find_whole(
    struct batch *b, const struct variation *like, int64_t *id, struct error *e)
{
    struct thought t = think(like);
    const struct thought *known = shadow_find(b, SHADOW_FIRST, t.texts + t.damages, is_whole, &t);
    if (known) {
        *id = known->id;
        return OK;
    }
    enum err rc = variation_find_whole(b->c.tx, like, id, e);
    if (!rc && *id && thought_of(b, *id)) *id = 0; /* it would be another by now */
    return rc;
}

/* Another variation with that SKU; 0: none. */
static enum err find_holder(
    struct batch *b, struct str sku, int64_t except_id, int64_t *id, struct error *e)
{
    enum { HOLDERS = 2 };
    int64_t ids[HOLDERS];
    size_t count;
    struct thought t = { .id = except_id, .sku = str_hash(sku) };
    const struct thought *known = shadow_find(b, SHADOW_SECOND, t.sku, has_sku, &t);
    *id = known ? known->id : 0;
    if (known) return OK;
    enum err rc = variation_ids_of_sku(b->c.tx, sku, ids, HOLDERS, &count, e);
    for (size_t i = 0; i < count && !rc; i++)
        if (ids[i] != except_id && !thought_of(b, ids[i])) *id = ids[i];
    return rc;
}

/* One row as it is understood. */
struct wish {
    struct row_id id;
    struct variation before, after; /* before.id 0: a new one */
    const struct thought
        *thought; /* an earlier row of a dry run set it; then before is not known */
};

static void take_over(struct batch *b, struct row_result *r, const struct variation *read,
    const struct variation *before, struct variation *out)
{
    *out = *before;
    memcpy(out->text, read->text, sizeof out->text);
    out->grade_id = read->grade_id;
    out->grade = read->grade;
    if (has_column(b, DAMAGES)) {
        out->damage_count = read->damage_count;
        memcpy(out->damage_ids, read->damage_ids, sizeof out->damage_ids);
        memcpy(out->damages, read->damages, sizeof out->damages);
    }
    if (has_column(b, SKU)) out->sku = read->sku;
    if (has_column(b, PRICE))
        cell_money(b, r, (struct money_columns){ PRICE, CURRENCY }, &before->price, &out->price);
}

static enum err find_before(struct batch *b, struct row_result *r, const struct variation *read,
    struct wish *w, struct error *e)
{
    int64_t id = w->id.id;
    enum err rc = OK;
    if (!id && w->id.create && !row_has_faults(r)) rc = find_whole(b, read, &id, e);
    if (rc || !id) return rc;
    w->thought = thought_of(b, id);
    if (w->thought) {
        w->before.id = id;
        w->before.price = (struct money){ w->thought->amount >= 0, w->thought->amount,
            str_of(w->thought->currency) };
        return OK;
    }
    rc = variation_load(b->c.tx, id, b->arena, &w->before, e);
    if (rc != ERR_NOT_FOUND) return rc;
    row_fault(b, r, ID, "unknown_id", "there is no variation %lld", (long long)id);
    return OK;
}

static enum err read_wish(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    const struct cache *cache = b->cache;
    struct variation read = { .sku = S("") };
    *w = (struct wish){ .before = { .sku = S("") } };
    bool good = cell_id(b, r, ID, &w->id);
    if (good && !w->id.given)
        row_fault(b, r, ID, "required", "write \"create\" or the number of a variation");
    cell_whole(b, r, FIRST, &cache->lists, &read);
    (void)cell_text(b, r, SKU, SKU_MAX, &read.sku);
    enum err rc = find_before(b, r, &read, w, e);
    if (!rc) take_over(b, r, &read, &w->before, &w->after);
    return rc;
}

/* Whether a row says the same as the earlier one that set it. */
static bool agrees(const struct batch *b, const struct wish *w)
{
    struct thought now = think(&w->after);
    const struct thought *then = w->thought;
    return now.texts == then->texts && (!has_column(b, DAMAGES) || now.damages == then->damages) &&
           (!has_column(b, SKU) || now.sku == then->sku) && now.amount == then->amount &&
           memcmp(now.currency, then->currency, sizeof now.currency) == 0;
}

static void tell_changes(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct variation *from = &w->before, *to = &w->after;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        row_change(b, r, variation_text_names[i], from->text[i], to->text[i]);
    row_change(b, r, "grade", from->grade, to->grade);
    row_change(b, r, "damages", list_cell_join(from->damages, from->damage_count, b->arena),
        list_cell_join(to->damages, to->damage_count, b->arena));
    row_change(b, r, "sku", from->sku, to->sku);
    row_change(b, r, "price", money_text(from->price, b->arena), money_text(to->price, b->arena));
}

static bool is_same_whole(const struct variation *a, const struct variation *b)
{
    struct thought x = think(a), y = think(b);
    return is_whole(&x, &y);
}

/* Who is in the way, by SKU and as a whole; 0: nobody. */
struct obstacles {
    int64_t sku, whole;
};

static enum err find_obstacles(
    struct batch *b, const struct wish *w, struct obstacles *out, struct error *e)
{
    const struct cache *cache = b->cache;
    bool moves = w->before.id && !is_same_whole(&w->before, &w->after);
    bool wants = w->after.sku.len && !str_eq(w->before.sku, w->after.sku);
    *out = (struct obstacles){ 0 };
    enum err rc = OK;
    if (moves) rc = find_whole(b, &w->after, &out->whole, e);
    if (!rc && wants && cache->settings.unique_skus)
        rc = find_holder(b, w->after.sku, w->before.id, &out->sku, e);
    return rc;
}

static struct str named(const struct batch *b, int64_t id)
{
    if (id > 0) return arena_fmt(b->arena, "variation %lld", (long long)id);
    return arena_fmt(b->arena, "the variation of row %lld", (long long)-id);
}

static void tell_obstacles(
    struct batch *b, struct row_result *r, const struct wish *w, const struct obstacles *o)
{
    if (o->whole)
        row_fault(
            b, r, -1, "duplicate", "%.*s has the same attributes", STR_FMT(named(b, o->whole)));
    if (o->sku)
        row_fault(b, r, SKU, "duplicate_sku", "%.*s has the SKU \"%.*s\"",
            STR_FMT(named(b, o->sku)), STR_FMT(w->after.sku));
}

static enum err apply(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    enum err rc = OK;
    if (!b->writes) {
        if (!w->after.id) w->after.id = row_pretended_id(r);
        cast_shadow(b, &w->after);
    } else if (w->before.id) {
        rc = variation_update(&b->c, &w->before, &w->after, e);
    } else {
        rc = variation_create(&b->c, &w->after, e);
    }
    if (rc) return row_refused(b, r, rc, e) ? OK : rc;
    r->fate = w->before.id ? ROW_UPDATED : ROW_CREATED;
    r->id = w->after.id > 0 ? w->after.id : 0;
    row_seen(b, r, w->after.id);
    return OK;
}

static bool changes_nothing(const struct batch *b, const struct row_result *r, const struct wish *w)
{
    return w->before.id && (w->thought ? agrees(b, w) : !r->change_count);
}

static bool had_damage(const struct variation *v, int64_t id)
{
    for (size_t i = 0; i < v->damage_count; i++)
        if (v->damage_ids[i] == id) return true;
    return false;
}

static void check_archived(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct cache *cache = b->cache;
    const struct reference *grade = references_of_id(&cache->lists.grades, w->after.grade_id);
    if (grade && grade->archived && grade->id != w->before.grade_id)
        row_archived(b, r, FIRST + WHOLE_GRADE, "grade");
    for (size_t i = 0; i < w->after.damage_count; i++) {
        int64_t id = w->after.damage_ids[i];
        const struct reference *damage = references_of_id(&cache->lists.damages, id);
        if (!damage || !damage->archived || had_damage(&w->before, id)) continue;
        row_archived(b, r, DAMAGES, "damage condition");
        return;
    }
}

static void tell_repeated(struct batch *b, struct row_result *r, struct str what)
{
    row_fault(b, r, ID, "repeated", "an earlier row of the file is about %.*s and says otherwise",
        STR_FMT(what));
}

/* Stands for the variation that the row is about; one that is not there is known as a whole. */
static int64_t key_of(const struct wish *w)
{
    struct thought t = think(&w->after);
    return w->before.id ? w->before.id : row_key_of_new(t.texts + t.damages);
}

static enum err create_or_update(
    struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    if (w->before.id || !row_repeats(b, r, key_of(w))) return apply(b, r, w, e);
    tell_repeated(b, r, S("this new variation"));
    return OK;
}

static enum err judge(struct batch *b, struct row_result *r, struct error *e)
{
    struct wish w;
    enum err rc = read_wish(b, r, &w, e);
    if (rc || row_has_faults(r)) return rc;
    r->id = w.before.id > 0 ? w.before.id : 0;
    if (!w.thought) tell_changes(b, r, &w);
    if (changes_nothing(b, r, &w) || b->replays) {
        if (w.before.id) row_seen(b, r, w.before.id);
        return OK;
    }
    if (w.before.id && row_repeats(b, r, w.before.id)) {
        tell_repeated(b, r, named(b, w.before.id));
        return OK;
    }
    check_archived(b, r, &w);
    if (row_has_faults(r)) return OK;
    struct obstacles o;
    rc = find_obstacles(b, &w, &o, e);
    if (rc) return rc;
    if (!o.sku && !o.whole) return create_or_update(b, r, &w, e);
    tell_obstacles(b, r, &w, &o);
    row_blocked(b, r);
    /* What an earlier row could not make, a later one shall not make otherwise: this one, applied
     * again, would then change it. */
    if (r->fate == ROW_WAITING || !w.before.id) row_seen(b, r, key_of(&w));
    return OK;
}

/* Circles: rows that pass SKUs around among themselves. */

struct circle {
    struct wish *wishes;
    struct row_result **rows;
    int64_t *holders;
    bool *out;
    size_t count;
    struct memory by_id; /* wishes */
};

static bool waits_outside(const struct circle *x, size_t i)
{
    const struct wish *holder = memory_get(&x->by_id, (uint64_t)x->holders[i]);
    return !holder || x->out[holder - x->wishes];
}

/* Whoever waits for somebody outside is outside himself; so is who wants what an earlier row wants.
 * Each round goes the other way, as in import.c. */
static void close_circle(struct batch *b, struct circle *x)
{
    struct memory wanted;
    memory_init(&wanted, b->arena);
    for (size_t i = 0; i < x->count; i++) {
        uint64_t sku = str_hash(x->wishes[i].after.sku);
        x->out[i] = memory_get(&wanted, sku) != NULL;
        memory_put(&wanted, sku, &x->wishes[i]);
    }
    bool moved = true;
    for (bool back = true; moved; back = !back) {
        moved = false;
        for (size_t i = 0; i < x->count; i++) {
            size_t k = back ? x->count - 1 - i : i;
            if (x->out[k] || !waits_outside(x, k)) continue;
            x->out[k] = moved = true;
        }
    }
}

static enum err enter(struct batch *b, struct circle *x, struct row_result *r, struct error *e)
{
    struct wish w;
    struct obstacles o = { 0 };
    struct row_result again = { .row = r->row };
    enum err rc = read_wish(b, &again, &w, e);
    if (rc || row_has_faults(&again) || !w.before.id) return rc;
    rc = find_obstacles(b, &w, &o, e);
    if (rc || o.whole || !o.sku) return rc;
    x->wishes[x->count] = w;
    memory_put(&x->by_id, (uint64_t)w.before.id, &x->wishes[x->count]);
    x->rows[x->count] = r;
    x->holders[x->count++] = o.sku;
    return OK;
}

/* All of them give their SKU up before any takes its new one. */
static enum err turn(struct batch *b, struct circle *x, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < x->count && b->writes && !rc; i++) {
        if (x->out[i]) continue;
        struct variation without = x->wishes[i].before;
        without.sku = S("");
        rc = variation_update(&b->c, &x->wishes[i].before, &without, e);
        x->wishes[i].before = without;
        x->wishes[i].after.version = without.version;
    }
    for (size_t i = 0; i < x->count && !rc; i++) {
        struct row_result *r = x->rows[i];
        if (x->out[i]) continue;
        r->fault_count = 0;
        rc = apply(b, r, &x->wishes[i], e);
    }
    return rc;
}

static enum err circle(struct batch *b, struct row_result **rows, size_t count, struct error *e)
{
    struct circle x = { .wishes = arena_new(b->arena, struct wish, count + 1),
        .rows = arena_new(b->arena, struct row_result *, count + 1),
        .holders = arena_new(b->arena, int64_t, count + 1),
        .out = arena_new(b->arena, bool, count + 1) };
    memory_init(&x.by_id, b->arena);
    enum err rc = OK;
    for (size_t i = 0; i < count && !rc; i++)
        rc = enter(b, &x, rows[i], e);
    if (rc) return rc;
    close_circle(b, &x);
    return turn(b, &x, e);
}

const struct import_type import_catalog = { &table, NULL, begin, judge, circle, keep, NULL, NULL };
