/* history_sheet_items.c: spreadsheets of inventory items. */
#include "history_sheets.h"

struct row {
    int target; /* index of the item that its number names; -1: found by its ESN, or new */
    int esn, sku;
    struct o_variation whole;
    int status; /* -1: blank */
    int warehouse;
    enum fate fate;
};

struct sheet {
    bool has_id, has_sku, has_whole, has_status, has_warehouse; /* columns */
    struct row rows[SHEET_ROWS];
    int count;
    int seen[O_ITEMS];         /* the first row about it, from 1; 0: none */
    bool without_kind[O_ESNS]; /* a row brought it anew, but not what it is */
};

static int open_item(const struct oracle *o, int esn)
{
    for (int i = 0; i < o->item_count; i++)
        if (o->items[i].esn == esn && o_item_open(o, &o->items[i])) return i;
    return -1;
}

/* Another row asks for the ESN, or is about the item that has it. */
static bool in_the_way(const struct oracle *o, const struct sheet *s, const struct row *r)
{
    int holder = open_item(o, r->esn);
    for (int i = 0; i < s->count; i++) {
        const struct row *other = &s->rows[i];
        if (other->target == r->target && (r->target >= 0 || other->esn == r->esn)) continue;
        if (other->esn == r->esn) return true;
        if (r->target < 0 && holder >= 0 && other->target == holder) return true;
        if (r->target >= 0 && other->target < 0 && open_item(o, other->esn) == r->target)
            return true;
    }
    return false;
}

static bool draw(struct history *h, const struct sheet *s, struct row *r, int *room)
{
    const struct oracle *o = &h->o;
    *r = (struct row){ .target = -1,
        .esn = throw_of(h, O_ESNS),
        .sku = throw_of(h, O_SKUS),
        .status = throw_of(h, O_STATUSES + 1) - 1,
        .warehouse = throw_of(h, O_WAREHOUSES) };
    if (o->item_count && throw_of(h, 2)) {
        int i = throw_of(h, o->item_count);
        const struct o_item *item = &o->items[i];
        if (s->has_id && throw_of(h, 2)) r->target = i;
        if (throw_of(h, 3)) r->esn = item->esn;
        if (throw_of(h, 2)) r->status = item->status;
        if (throw_of(h, 2)) r->warehouse = item->warehouse;
        if (throw_of(h, 2)) r->sku = o->variations[item->variation].sku;
    }
    int v = throw_of(h, O_VARIATIONS);
    r->whole = o->variations[v];
    if (!throw_of(h, 6)) r->whole.name = throw_of(h, O_NAMES);
    if (in_the_way(o, s, r)) return false;
    return r->target >= 0 || open_item(o, r->esn) >= 0 || --*room >= 0;
}

static void put(struct history *h, const struct sheet *s, const struct row *r, struct buf *out)
{
    static const char *const damages[O_DAMAGE_SETS] = { "", "Cracked", "Locked", "Cracked,Locked" };
    if (s->has_id && r->target >= 0) buf_put_fmt(out, "%lld", (long long)h->o.items[r->target].id);
    buf_put_fmt(out, "%sESN-%d", s->has_id ? "|" : "", r->esn);
    if (s->has_sku) buf_put_fmt(out, "|%s", history_skus[r->sku]);
    if (s->has_whole)
        buf_put_fmt(out, "|unknown|M%d|unknown|unknown|unknown|unknown|%s|%s", r->whole.name,
            r->whole.grade ? "B" : "A", damages[r->whole.damages]);
    if (s->has_status) buf_put_fmt(out, "|%s", r->status < 0 ? "" : history_statuses[r->status]);
    if (s->has_warehouse) buf_put_fmt(out, "|%s", history_warehouses[r->warehouse]);
    buf_put_fmt(out, "\n");
}

/* False: no variation, or several, or two that do not agree. */
static bool find_variation(
    const struct oracle *o, const struct sheet *s, const struct row *r, int *out)
{
    unsigned of_sku = s->has_sku ? o_with_sku(o, r->sku) : 0;
    if (s->has_whole) {
        *out = o_named(o, &r->whole);
        if (*out < 0) return false;
        return !s->has_sku || !r->sku || o->variations[*out].sku == r->sku;
    }
    if (!s->has_sku || !r->sku) return *out >= 0;
    if (__builtin_popcount(of_sku) != 1) return false;
    *out = __builtin_ctz(of_sku);
    return true;
}

static bool read_wish(
    const struct oracle *o, const struct sheet *s, const struct row *r, int at, struct o_item *to)
{
    *to = at >= 0 ? o->items[at] : (struct o_item){ .variation = -1, .order = -1 };
    to->esn = r->esn;
    if (!find_variation(o, s, r, &to->variation)) return false;
    if (s->has_status && r->status >= 0) to->status = r->status;
    if (s->has_warehouse) to->warehouse = r->warehouse;
    return true;
}

static bool refuses(const struct oracle *o, const struct o_item *now, const struct o_item *to)
{
    bool regrades = !now || now->variation != to->variation;
    if (regrades && o->variations[to->variation].archived) return true;
    if (!now) return false;
    if (now->order >= 0 && (regrades || now->status != to->status)) return true;
    return now->transit && now->warehouse != to->warehouse;
}

static bool names_kind(const struct sheet *s, const struct row *r)
{
    return s->has_whole || (s->has_sku && r->sku);
}

static void judge(struct oracle *o, struct sheet *s, int i)
{
    struct row *r = &s->rows[i];
    int at = r->target >= 0 ? r->target : open_item(o, r->esn);
    struct o_item *now = at >= 0 ? &o->items[at] : NULL, to;
    r->fate = REJECTED;
    if (!read_wish(o, s, r, at, &to)) {
        if (at < 0 && !names_kind(s, r)) s->without_kind[r->esn] = true;
        return;
    }
    if (at < 0 && s->without_kind[r->esn]) return;
    if (now && now->esn == to.esn && now->variation == to.variation && now->status == to.status &&
        now->warehouse == to.warehouse) {
        r->fate = UNCHANGED;
        if (!s->seen[at]) s->seen[at] = i + 1;
        return;
    }
    if (now && s->seen[at] && s->seen[at] != i + 1) return;
    if (refuses(o, now, &to)) return;
    if (now && o_item_open(o, now) && now->esn != to.esn && o_esn_open(o, to.esn, at)) {
        r->fate = WAITS;
        if (!s->seen[at]) s->seen[at] = i + 1;
        return;
    }
    r->fate = now ? UPDATED : CREATED;
    if (!now) at = o->item_count++;
    o->items[at] = to;
    s->seen[at] = i + 1;
}

static bool judge_waiting(struct oracle *o, struct sheet *s)
{
    bool moved = false;
    for (int i = 0; i < s->count; i++) {
        if (s->rows[i].fate != WAITS) continue;
        judge(o, s, i);
        moved = moved || s->rows[i].fate != WAITS;
    }
    return moved;
}

static void find_ids(struct history *h, int from)
{
    for (int i = from; i < h->o.item_count; i++) {
        struct o_item *item = &h->o.items[i];
        TRY(h, item_find_open(h->f->c.tx, history_esn(h, item->esn), &item->id, &h->f->e), OK);
        CHECK(item->id > 0, h->where);
    }
}

static void draw_columns(struct history *h, struct sheet *s, struct buf *text)
{
    s->has_id = throw_of(h, 2);
    s->has_sku = throw_of(h, 3) != 0;
    s->has_whole = throw_of(h, 3) == 0;
    s->has_status = throw_of(h, 2);
    s->has_warehouse = throw_of(h, 2);
    buf_put_fmt(text, "%sESN%s%s%s%s\n", s->has_id ? "ID|" : "", s->has_sku ? "|SKU" : "",
        s->has_whole ? "|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Damages" : "",
        s->has_status ? "|Status" : "", s->has_warehouse ? "|Warehouse" : "");
}

void history_item_sheet(struct history *h)
{
    struct sheet s = { .count = 0 };
    enum fate fates[SHEET_ROWS];
    struct buf text;
    int room = O_ITEMS - h->o.item_count, before = h->o.item_count;
    buf_init(&text, 64 * 1024);
    draw_columns(h, &s, &text);
    for (int i = 0; i < 2 * SHEET_ROWS && s.count < SHEET_ROWS; i++) {
        if (!draw(h, &s, &s.rows[s.count], &room)) continue;
        put(h, &s, &s.rows[s.count++], &text);
    }
    for (int i = 0; i < s.count; i++)
        judge(&h->o, &s, i);
    while (judge_waiting(&h->o, &s)) {
    }
    for (int i = 0; i < s.count; i++)
        fates[i] = s.rows[i].fate == WAITS ? REJECTED : s.rows[i].fate;
    history_apply(h, IMPORT_ITEMS, buf_str(&text), fates, s.count);
    buf_release(&text);
    find_ids(h, before);
}
