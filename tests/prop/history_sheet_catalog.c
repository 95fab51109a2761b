/* history_sheet_catalog.c: spreadsheets of product variations. */
#include "history_sheets.h"

struct row {
    int target; /* -1: create; -2: a number that nothing has */
    struct o_variation to;
    enum fate fate;
};

struct sheet {
    bool has_damages, has_sku; /* columns */
    struct row rows[SHEET_ROWS];
    int count;
    int seen[O_VARIATIONS]; /* the first row about it, from 1; 0: none */
};

static bool same_whole(const struct o_variation *a, const struct o_variation *b)
{
    return a->name == b->name && a->grade == b->grade && a->damages == b->damages;
}

/* Another row asks for it, or names what has it. */
static bool in_the_way(const struct oracle *o, const struct sheet *s, const struct row *r)
{
    int holder = o_named(o, &r->to);
    for (int i = 0; i < s->count; i++) {
        const struct row *other = &s->rows[i];
        if (r->target >= 0 && other->target == r->target) continue;
        if (same_whole(&other->to, &r->to)) return true;
        if (s->has_sku && r->to.sku && other->to.sku == r->to.sku) return true;
        if (r->target == -1 && holder >= 0 && other->target == holder) return true;
        if (other->target == -1 && r->target >= 0 && o_named(o, &other->to) == r->target)
            return true;
    }
    return false;
}

static bool draw(struct history *h, const struct sheet *s, struct row *r, int *room)
{
    const struct oracle *o = &h->o;
    int v = throw_of(h, O_VARIATIONS);
    *r = (struct row){ .target = o->variations[v].id ? v : -1 };
    if (r->target >= 0) r->to = o->variations[v];
    if (r->target < 0 || throw_of(h, 2)) {
        r->to.name = throw_of(h, O_NAMES);
        r->to.grade = throw_of(h, O_GRADES);
    }
    if (throw_of(h, 2)) r->to.damages = (unsigned)throw_of(h, O_DAMAGE_SETS);
    if (throw_of(h, 3)) r->to.sku = throw_of(h, O_SKUS);
    if (!throw_of(h, 12)) r->target = -2;
    if (!throw_of(h, 6)) r->target = -1;
    if (!s->has_damages) r->to.damages = r->target >= 0 ? o->variations[v].damages : 0;
    if (!s->has_sku) r->to.sku = r->target >= 0 ? o->variations[v].sku : 0;
    if (in_the_way(o, s, r)) return false;
    if (r->target == -1 && o_named(o, &r->to) < 0 && --*room < 0) return false;
    return true;
}

static void put(struct history *h, const struct sheet *s, const struct row *r, struct buf *out)
{
    static const char *const grades[O_GRADES] = { "A", "b" };
    static const char *const damages[O_DAMAGE_SETS] = { "", "Cracked", "locked", "Locked,Cracked" };
    if (r->target == -1)
        buf_put_fmt(out, "create");
    else
        buf_put_fmt(out, "%lld",
            r->target >= 0 ? (long long)h->o.variations[r->target].id : INT64_C(999999999));
    buf_put_fmt(
        out, "|unknown|M%d|Unknown|unknown|unknown|unknown|%s", r->to.name, grades[r->to.grade]);
    if (s->has_damages) buf_put_fmt(out, "|%s", damages[r->to.damages]);
    if (s->has_sku) buf_put_fmt(out, "|%s", history_skus[r->to.sku]);
    buf_put_fmt(out, "\n");
}

/* The variation that a row is about; -1: a new one. */
static int about(const struct oracle *o, const struct row *r)
{
    return r->target == -1 ? o_named(o, &r->to) : r->target;
}

static struct o_variation wanted(
    const struct oracle *o, const struct sheet *s, const struct row *r, int v)
{
    struct o_variation to = v >= 0 ? o->variations[v] : r->to;
    to.name = r->to.name;
    to.grade = r->to.grade;
    to.damages = s->has_damages ? r->to.damages : v >= 0 ? to.damages : 0;
    to.sku = s->has_sku ? r->to.sku : v >= 0 ? to.sku : 0;
    return to;
}

/* Who else has the SKU that it would get, as a mask. */
static unsigned holders(const struct oracle *o, const struct o_variation *to, int v)
{
    unsigned mask = o->unique_skus ? o_with_sku(o, to->sku) : 0;
    return v >= 0 ? mask & ~(1u << v) : mask;
}

static void apply(struct history *h, struct sheet *s, int i, int v, const struct o_variation *to)
{
    struct row *r = &s->rows[i];
    r->fate = v >= 0 ? UPDATED : CREATED;
    if (v < 0)
        v = history_new_variation(h, to, -1); /* its id is looked up when all is done */
    else
        h->o.variations[v] = *to;
    if (!s->seen[v]) s->seen[v] = i + 1;
}

static void judge(struct history *h, struct sheet *s, int i)
{
    struct oracle *o = &h->o;
    struct row *r = &s->rows[i];
    int v = about(o, r);
    r->fate = REJECTED;
    if (r->target == -2) return;
    struct o_variation to = wanted(o, s, r, v);
    if (v >= 0 && same_whole(&to, &o->variations[v]) && to.sku == o->variations[v].sku) {
        r->fate = UNCHANGED;
        if (!s->seen[v]) s->seen[v] = i + 1;
        return;
    }
    if (v >= 0 && s->seen[v] && s->seen[v] != i + 1) return;
    bool taken = v >= 0 && !same_whole(&to, &o->variations[v]) && o_named(o, &to) >= 0;
    bool held = (v < 0 || to.sku != o->variations[v].sku) && holders(o, &to, v);
    if (!taken && !held) {
        apply(h, s, i, v, &to);
        return;
    }
    r->fate = WAITS;
    if (v >= 0 && !s->seen[v]) s->seen[v] = i + 1;
}

static bool judge_waiting(struct history *h, struct sheet *s)
{
    bool moved = false;
    for (int i = 0; i < s->count; i++) {
        if (s->rows[i].fate != WAITS) continue;
        judge(h, s, i);
        moved = moved || s->rows[i].fate != WAITS;
    }
    return moved;
}

/* Rows that wait for nothing but a SKU of which another one of them would let go: as a mask. */
static unsigned circle(const struct oracle *o, const struct sheet *s)
{
    struct o_variation to[SHEET_ROWS];
    unsigned in = 0, before;
    int v[SHEET_ROWS];
    for (int i = 0; i < s->count; i++) {
        v[i] = about(o, &s->rows[i]);
        if (s->rows[i].fate != WAITS || v[i] < 0) continue;
        to[i] = wanted(o, s, &s->rows[i], v[i]);
        bool taken = !same_whole(&to[i], &o->variations[v[i]]) && o_named(o, &to[i]) >= 0;
        if (!taken) in |= 1u << i;
    }
    do {
        before = in;
        for (int i = 0; i < s->count; i++) {
            if (!(in & 1u << i)) continue;
            unsigned left = holders(o, &to[i], v[i]);
            for (int k = 0; k < s->count; k++)
                if (in & 1u << k) left &= ~(1u << v[k]);
            if (left) in &= ~(1u << i);
        }
    } while (in != before);
    return in;
}

static void turn(struct history *h, struct sheet *s)
{
    unsigned in = circle(&h->o, s);
    struct o_variation to[SHEET_ROWS];
    int v[SHEET_ROWS];
    for (int i = 0; i < s->count; i++) {
        if (!(in & 1u << i)) continue;
        v[i] = about(&h->o, &s->rows[i]);
        to[i] = wanted(&h->o, s, &s->rows[i], v[i]);
    }
    for (int i = 0; i < s->count; i++)
        if (in & 1u << i) apply(h, s, i, v[i], &to[i]);
}

static void find_ids(struct history *h)
{
    for (int v = 0; v < O_VARIATIONS; v++) {
        if (h->o.variations[v].id != -1) continue;
        struct variation like = history_variation(h, &h->o.variations[v]);
        TRY(h, variation_find_whole(h->f->c.tx, &like, &h->o.variations[v].id, &h->f->e), OK);
        CHECK(h->o.variations[v].id > 0, h->where);
    }
}

void history_catalog_sheet(struct history *h)
{
    struct sheet s = { .has_damages = throw_of(h, 4) != 0, .has_sku = throw_of(h, 4) != 0 };
    enum fate fates[SHEET_ROWS];
    struct buf text;
    int room = 0;
    for (int v = 0; v < O_VARIATIONS; v++)
        room += !h->o.variations[v].id;
    buf_init(&text, 64 * 1024);
    buf_put_fmt(&text, "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade%s%s\n",
        s.has_damages ? "|Damages" : "", s.has_sku ? "|SKU" : "");
    for (int i = 0; i < 2 * SHEET_ROWS && s.count < SHEET_ROWS; i++) {
        if (!draw(h, &s, &s.rows[s.count], &room)) continue;
        put(h, &s, &s.rows[s.count++], &text);
    }
    for (int i = 0; i < s.count; i++)
        judge(h, &s, i);
    while (judge_waiting(h, &s)) {
    }
    turn(h, &s);
    while (judge_waiting(h, &s)) {
    }
    for (int i = 0; i < s.count; i++)
        fates[i] = s.rows[i].fate == WAITS ? REJECTED : s.rows[i].fate;
    history_apply(h, IMPORT_CATALOG, buf_str(&text), fates, s.count);
    buf_release(&text);
    find_ids(h);
}
