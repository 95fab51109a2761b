/* plain.c: see plain.h. */
#include "plain.h"

enum { NUMBERS = 8 };

struct row {
    int64_t n[NUMBERS]; /* NULL is 0, or -1 where that is a value */
    struct str text;
};

struct table {
    struct row *rows;
    size_t count;
};

/* Facts; what their numbers are stands at each statement. */
struct plain {
    struct fix *f;
    const char *why;
    struct table variations, items, orders, lines, returns, listings, skus, connected, statuses,
        warehouses;
};

static enum err read_rows(
    struct fix *f, const char *sql, int numbers, struct table *out, struct error *e)
{
    struct stmt *st = tx_prepare(f->c.tx, sql);
    size_t room = 0;
    *out = (struct table){ 0 };
    while (stmt_row(st)) {
        if (out->count == room) {
            struct row *more = arena_new(&f->arena, struct row, room ? room * 2 : 64);
            for (size_t i = 0; i < out->count; i++)
                more[i] = out->rows[i];
            out->rows = more;
            room = room ? room * 2 : 64;
        }
        struct row *row = &out->rows[out->count++];
        for (int i = 0; i < numbers; i++)
            row->n[i] = stmt_int(st, i);
        row->text = stmt_str(st, numbers, &f->arena);
    }
    return stmt_end(st, e);
}

static void load(struct plain *p)
{
    const struct {
        struct table *table;
        const char *sql;
        int numbers;
    } facts[] = {
        { &p->variations, "SELECT id, sku FROM variation ORDER BY id", 1 },
        { &p->items,
            "SELECT id, variation_id, status_id, warehouse_id, order_id, is_open, esn"
            " FROM item ORDER BY id",
            6 },
        { &p->orders,
            "SELECT o.id, o.channel_id, s.is_open, '' FROM sales_order o"
            " JOIN order_status s ON s.id = o.status_id ORDER BY o.id",
            3 },
        { &p->lines,
            "SELECT id, order_id, variation_id, quantity, sku FROM order_line"
            " WHERE deleted_at IS NULL ORDER BY id",
            4 },
        { &p->returns,
            "SELECT order_id, variation_id, '' FROM order_return"
            " WHERE undone_at IS NULL ORDER BY id",
            2 },
        { &p->listings,
            "SELECT g.id, g.channel_id, COALESCE(g.reserve, c.reserve),"
            " COALESCE(g.cap, c.cap, -1), COALESCE(g.target, -1),"
            " COALESCE(g.calculated, 0), CASE g.mode WHEN 'auto' THEN 0 WHEN 'skus'"
            " THEN 1 WHEN 'variations' THEN 2 ELSE 3 END, g.sku FROM listing g"
            " JOIN channel c ON c.id = g.channel_id ORDER BY g.id",
            7 },
        { &p->skus, "SELECT listing_id, sku FROM listing_connected_sku", 1 },
        { &p->connected, "SELECT listing_id, variation_id, '' FROM listing_connected_variation",
            2 },
        { &p->statuses, "SELECT channel_id, status_id, '' FROM channel_counted_status", 2 },
        { &p->warehouses, "SELECT channel_id, warehouse_id, '' FROM channel_counted_warehouse", 2 },
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++)
        CHECK_ERR(read_rows(p->f, facts[i].sql, facts[i].numbers, facts[i].table, &p->f->e), OK,
            &p->f->e, p->why);
}

static bool has_pair(const struct table *t, int64_t a, int64_t b)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].n[0] == a && t->rows[i].n[1] == b) return true;
    return false;
}

static bool has_sku(const struct plain *p, int64_t listing_id, struct str sku)
{
    for (size_t i = 0; i < p->skus.count; i++)
        if (p->skus.rows[i].n[0] == listing_id && str_eq(p->skus.rows[i].text, sku)) return true;
    return false;
}

/* The listing draws on the variation. */
static bool draws_on(const struct plain *p, const struct row *listing, const struct row *variation)
{
    switch (listing->n[6]) {
    case 0:
        return variation->text.len && str_eq(variation->text, listing->text);
    case 1:
        return variation->text.len && has_sku(p, listing->n[0], variation->text);
    case 2:
        return has_pair(&p->connected, listing->n[0], variation->n[0]);
    default:
        return false;
    }
}

static const struct row *order_of(const struct plain *p, int64_t id)
{
    for (size_t i = 0; i < p->orders.count; i++)
        if (p->orders.rows[i].n[0] == id) return &p->orders.rows[i];
    return NULL;
}

/* The variation can fill the line. */
static bool fills(const struct plain *p, const struct row *line, const struct row *variation)
{
    bool known = false;
    if (line->n[2]) return line->n[2] == variation->n[0];
    if (!line->text.len) return false;
    for (size_t i = 0; i < p->variations.count; i++)
        known = known || str_eq(p->variations.rows[i].text, line->text);
    if (known) return str_eq(variation->text, line->text);
    int64_t channel = order_of(p, line->n[1])->n[1];
    for (size_t i = 0; i < p->listings.count && channel; i++) {
        const struct row *l = &p->listings.rows[i];
        if (l->n[1] == channel && str_eq(l->text, line->text)) return draws_on(p, l, variation);
    }
    return false;
}

static const struct row *variation_of(const struct plain *p, int64_t id)
{
    for (size_t i = 0; i < p->variations.count; i++)
        if (p->variations.rows[i].n[0] == id) return &p->variations.rows[i];
    fail_msg("%s: there is no variation %lld", p->why, (long long)id);
    return NULL;
}

/* Lines of one order, filled one unit after the other: lines that name a variation first, then the
 * older ones; whoever was filled stays so, by another unit if need be. */
enum { UNITS_MAX = 200, LINES_MAX = 50 };
struct filling {
    const struct plain *p;
    const struct row *lines[LINES_MAX], *units[UNITS_MAX]; /* units: their variations */
    int64_t filled[LINES_MAX];
    int line_count, unit_count;
    int taker[UNITS_MAX]; /* -1: free */
    bool looked[UNITS_MAX];
};

static bool fill_one(struct filling *x, int line)
{
    for (int u = 0; u < x->unit_count; u++) {
        if (x->looked[u] || !fills(x->p, x->lines[line], x->units[u])) continue;
        x->looked[u] = true;
        if (x->taker[u] >= 0 && !fill_one(x, x->taker[u])) continue;
        x->taker[u] = line;
        return true;
    }
    return false;
}

static void gather(struct filling *x, int64_t order_id)
{
    const struct plain *p = x->p;
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; i < p->lines.count; i++) {
            const struct row *l = &p->lines.rows[i];
            if (l->n[1] == order_id && (l->n[2] != 0) == exact && x->line_count < LINES_MAX)
                x->lines[x->line_count++] = l;
        }
    for (size_t i = 0; i < p->items.count; i++)
        if (p->items.rows[i].n[4] == order_id && x->unit_count < UNITS_MAX)
            x->units[x->unit_count++] = variation_of(p, p->items.rows[i].n[1]);
    for (size_t i = 0; i < p->returns.count; i++)
        if (p->returns.rows[i].n[0] == order_id && x->unit_count < UNITS_MAX)
            x->units[x->unit_count++] = variation_of(p, p->returns.rows[i].n[1]);
}

static void fill(struct filling *x)
{
    for (int u = 0; u < x->unit_count; u++)
        x->taker[u] = -1;
    for (int k = 0; k < x->line_count; k++)
        for (int64_t n = 0; n < x->lines[k]->n[3] && n < x->unit_count; n++) {
            for (int u = 0; u < x->unit_count; u++)
                x->looked[u] = false;
            if (!fill_one(x, k)) break;
            x->filled[k]++;
        }
}

/* Derived rows, each of which must be expected, and as many as are. */
struct derived {
    struct plain *p;
    const char *name;
    struct table rows;
    size_t expected;
};

static void read_derived(struct derived *d, struct plain *p, const char *name, const char *sql)
{
    *d = (struct derived){ .p = p, .name = name };
    CHECK_ERR(read_rows(p->f, sql, 4, &d->rows, &p->f->e), OK, &p->f->e, p->why);
}

static void expect(struct derived *d, int64_t a, int64_t b, int64_t c, int64_t units)
{
    d->expected++;
    for (size_t i = 0; i < d->rows.count; i++) {
        const int64_t *n = d->rows.rows[i].n;
        if (n[0] == a && n[1] == b && n[2] == c && n[3] == units) return;
    }
    fail_msg("%s: %s has no row %lld, %lld, %lld of %lld", d->p->why, d->name, (long long)a,
        (long long)b, (long long)c, (long long)units);
}

static void check_counts(struct plain *p)
{
    struct derived d;
    read_derived(&d, p, "stock_count",
        "SELECT variation_id, status_id, warehouse_id, units, '' FROM stock_count"
        " WHERE units <> 0");
    for (size_t i = 0; i < p->items.count; i++) {
        const int64_t *a = p->items.rows[i].n;
        int64_t units = 0, before = 0;
        for (size_t k = 0; k < p->items.count && !a[4]; k++) {
            const int64_t *b = p->items.rows[k].n;
            bool same = !b[4] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
            units += same;
            before += same && k < i;
        }
        if (units && !before) expect(&d, a[1], a[2], a[3], units);
    }
    CHECK_INT(d.rows.count, d.expected, p->why);
}

static void check_candidates(struct plain *p)
{
    struct derived d;
    read_derived(&d, p, "listing_variation",
        "SELECT listing_id, variation_id, 0, 0, '' FROM listing_variation");
    for (size_t i = 0; i < p->listings.count; i++)
        for (size_t k = 0; k < p->variations.count; k++)
            if (draws_on(p, &p->listings.rows[i], &p->variations.rows[k]))
                expect(&d, p->listings.rows[i].n[0], p->variations.rows[k].n[0], 0, 0);
    CHECK_INT(d.rows.count, d.expected, p->why);
}

static void check_open(const struct plain *p)
{
    for (size_t i = 0; i < p->items.count; i++) {
        const struct row *a = &p->items.rows[i];
        const struct row *order = a->n[4] ? order_of(p, a->n[4]) : NULL;
        CHECK(!a->n[4] || order, p->why);
        CHECK_INT(a->n[5], !order || order->n[2], p->why);
        for (size_t k = 0; k < i && a->n[5]; k++)
            if (p->items.rows[k].n[5] && str_eq(p->items.rows[k].text, a->text))
                fail_msg("%s: %.*s is open twice", p->why, STR_FMT(a->text));
    }
}

/* outstanding[i] of each listing adds up what is found missing. */
static void check_demand(struct plain *p, int64_t *outstanding)
{
    struct derived d;
    read_derived(&d, p, "demand", "SELECT line_id, variation_id, order_id, units, '' FROM demand");
    for (size_t i = 0; i < p->orders.count; i++) {
        const struct row *order = &p->orders.rows[i];
        struct filling x = { .p = p };
        if (!order->n[2]) continue;
        gather(&x, order->n[0]);
        fill(&x);
        for (int k = 0; k < x.line_count; k++) {
            int64_t units = x.lines[k]->n[3] - x.filled[k];
            for (size_t v = 0; v < p->variations.count && units > 0; v++)
                if (fills(p, x.lines[k], &p->variations.rows[v]))
                    expect(&d, x.lines[k]->n[0], p->variations.rows[v].n[0], order->n[0], units);
            for (size_t l = 0; l < p->listings.count && units > 0; l++) {
                bool meets = false;
                for (size_t v = 0; v < p->variations.count; v++)
                    meets = meets || (fills(p, x.lines[k], &p->variations.rows[v]) &&
                                         draws_on(p, &p->listings.rows[l], &p->variations.rows[v]));
                if (meets) outstanding[l] += units;
            }
        }
    }
    CHECK_INT(d.rows.count, d.expected, p->why);
}

static int64_t available(const struct plain *p, const struct row *listing)
{
    int64_t n = 0;
    for (size_t i = 0; i < p->items.count; i++) {
        const int64_t *item = p->items.rows[i].n;
        n += !item[4] && item[3] && draws_on(p, listing, variation_of(p, item[1])) &&
             has_pair(&p->statuses, listing->n[1], item[2]) &&
             has_pair(&p->warehouses, listing->n[1], item[3]);
    }
    return n;
}

static void check_listings(const struct plain *p, const int64_t *outstanding)
{
    for (size_t i = 0; i < p->listings.count; i++) {
        const struct row *l = &p->listings.rows[i];
        bool connected = false;
        for (size_t v = 0; v < p->variations.count; v++)
            connected = connected || draws_on(p, l, &p->variations.rows[v]);
        if (!connected) continue;
        int64_t calculated = available(p, l) - outstanding[i], target = calculated - l->n[2];
        if (target < 0) target = 0;
        if (l->n[3] >= 0 && target > l->n[3]) target = l->n[3];
        CHECK_INT(l->n[5], calculated, p->why);
        CHECK_INT(l->n[4], target, p->why);
    }
}

void plain_check(struct fix *f, const char *why)
{
    struct plain p = { .f = f, .why = why };
    fix_begin_read(f);
    load(&p);
    int64_t *outstanding = arena_new(&f->arena, int64_t, p.listings.count + 1);
    struct table marks;
    CHECK_ERR(read_rows(f,
                  "SELECT (SELECT COUNT(*) FROM dirty_variation)"
                  " + (SELECT COUNT(*) FROM dirty_listing), '' /* scan wanted */",
                  1, &marks, &f->e),
        OK, &f->e, why);
    check_counts(&p);
    check_candidates(&p);
    check_open(&p);
    check_demand(&p, outstanding);
    if (!marks.rows[0].n[0]) check_listings(&p, outstanding);
    CHECK_ERR(fix_commit(f), OK, &f->e, why);
}
