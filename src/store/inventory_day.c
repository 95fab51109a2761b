/* inventory_day.c: see inventory_day.h. */
#include "store/inventory_day.h"

#include <stdlib.h>

static int64_t day_of(time_ms at)
{
    return at / INVENTORY_DAY_MS;
}

static enum err newest_taken(struct tx *tx, int64_t *day, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT MAX(day) FROM inventory_day");
    return stmt_scalar(st, -1, day, e);
}

/* The first day of which every item's standing is known: not before its first entry, and not before
 * the first one that tells how the item stood. -1: there are no items. */
static enum err first_known(struct tx *tx, int64_t *day, struct error *e)
{
    int64_t first, told;
    struct stmt *st = tx_prepare(tx, "SELECT MIN(at) FROM item_event");
    enum err rc = stmt_scalar(st, -1, &first, e);
    if (rc) return rc;
    st = tx_prepare(tx,
        "SELECT MAX(k.at) FROM (SELECT MIN(v.at) AS at FROM item_event v WHERE v.to_status_id"
        " IS NOT NULL AND v.item_id IN (SELECT x.item_id FROM item_event x"
        " WHERE x.to_status_id IS NULL) GROUP BY v.item_id) k /* scan wanted */");
    rc = stmt_scalar(st, -1, &told, e);
    *day = first < 0 ? -1 : day_of(told > first ? told : first);
    return rc;
}

enum err inventory_day_next(struct tx *tx, time_ms now, int64_t *day, bool *due, struct error *e)
{
    int64_t newest;
    *due = false;
    enum err rc = newest_taken(tx, &newest, e);
    if (rc) return rc;
    *day = newest + 1;
    if (newest < 0) rc = first_known(tx, day, e);
    if (rc || *day < 0) return rc;
    *due = (*day + 1) * INVENTORY_DAY_MS + INVENTORY_SETTLE_MS <= now;
    return OK;
}

static int compare(const void *a, const void *b)
{
    const struct inventory_count *x = a, *y = b;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    if (x->status_id != y->status_id) return x->status_id < y->status_id ? -1 : 1;
    if (x->warehouse_id != y->warehouse_id) return x->warehouse_id < y->warehouse_id ? -1 : 1;
    if (x->committed != y->committed) return x->committed ? 1 : -1;
    return str_cmp(x->currency, y->currency);
}

/* Adds up rows of the same kind, and leaves out what is nothing. */
static void sum_up(struct inventory_counts *c)
{
    size_t n = 0;
    if (c->count) qsort(c->rows, c->count, sizeof *c->rows, compare);
    for (size_t i = 0; i < c->count;) {
        struct inventory_count row = c->rows[i];
        for (i++; i < c->count && compare(&row, &c->rows[i]) == 0; i++) {
            row.units += c->rows[i].units;
            row.value += c->rows[i].value;
        }
        if (row.units || row.value) c->rows[n++] = row;
    }
    c->count = n;
}

static void add(
    struct inventory_counts *c, size_t *room, const struct inventory_count *row, struct arena *a)
{
    if (c->count == *room) {
        *room = *room ? *room * 2 : 64;
        struct inventory_count *more = arena_new(a, struct inventory_count, *room);
        for (size_t i = 0; i < c->count; i++)
            more[i] = c->rows[i];
        c->rows = more;
    }
    c->rows[c->count++] = *row;
}

static enum err read_rows(
    struct stmt *st, struct arena *arena, struct inventory_counts *out, struct error *e)
{
    size_t room = 0;
    *out = (struct inventory_counts){ .count = 0 };
    while (stmt_row(st))
        add(out, &room,
            &(struct inventory_count){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2),
                stmt_int(st, 3) != 0, stmt_str(st, 4, arena), stmt_int(st, 5), stmt_int(st, 6) },
            arena);
    return stmt_end(st, e);
}

/* How an item stands after an entry v of its history. */
#define KIND                                                                                       \
    "v.to_status_id AS status_id, COALESCE(v.to_warehouse_id, 0) AS"                               \
    " warehouse_id, CASE WHEN v.to_order_id IS NULL THEN 0 ELSE 1 END AS committed,"               \
    " COALESCE(v.to_paid_currency, '') AS currency, COALESCE(v.to_paid_amount, 0) AS paid"

/* The newest entry before a time of each item that has one between $1 and $2 tells how it stood. */
#define STANDING(sign, before)                                                                     \
    "SELECT " sign " AS sign, " KIND                                                               \
    " FROM item_event v WHERE v.id IN (SELECT MAX(x.id) FROM item_event x WHERE x.at < " before    \
    " AND x.item_id IN (SELECT t.item_id FROM item_event t WHERE t.at >= $1 AND t.at < $2)"        \
    " GROUP BY x.item_id)"

/* What changed between two times: units and value that came (or, negative, went) of each kind. */
static enum err changes_between(struct tx *tx, time_ms from, time_ms to, struct arena *arena,
    struct inventory_counts *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT 0, k.status_id, k.warehouse_id, k.committed, k.currency, CAST(SUM(k.sign) AS"
        " BIGINT), CAST(SUM(k.sign * k.paid) AS BIGINT) FROM (" STANDING(
            "1", "$2") " UNION ALL " STANDING("-1",
            "$1") ") k GROUP BY k.status_id, k.warehouse_id, k.committed,"
                  " k.currency /* scan wanted */");
    stmt_bind_int(st, 1, from);
    stmt_bind_int(st, 2, to);
    return read_rows(st, arena, out, e);
}

static enum err kept(
    struct tx *tx, int64_t day, struct arena *arena, struct inventory_counts *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT day, status_id, warehouse_id, committed, currency,"
                                     " units, value FROM inventory_count WHERE day = $1");
    stmt_bind_int(st, 1, day);
    return read_rows(st, arena, out, e);
}

/* Changes with every change of taken days but a new one. */
static enum err read_revision(struct tx *tx, int64_t *revision, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT number FROM inventory_revision WHERE id = 1");
    return stmt_scalar(st, 0, revision, e);
}

static void next_revision(struct tx *tx)
{
    stmt_later(tx_prepare(tx,
        "INSERT INTO inventory_revision (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE"
        " SET number = inventory_revision.number + 1"));
}

static void add_all(
    struct inventory_counts *to, const struct inventory_counts *more, struct arena *arena)
{
    size_t room = to->count;
    for (size_t i = 0; i < more->count; i++)
        add(to, &room, &more->rows[i], arena);
}

static void set_day(struct inventory_counts *c, int64_t day)
{
    for (size_t i = 0; i < c->count; i++)
        c->rows[i].day = day;
}

enum err inventory_day_count(
    struct tx *tx, int64_t day, struct arena *arena, struct inventory_counts *out, struct error *e)
{
    int64_t newest, revision = 0;
    struct inventory_counts changes;
    enum err rc = newest_taken(tx, &newest, e);
    if (!rc) rc = read_revision(tx, &revision, e);
    if (!rc) rc = kept(tx, newest, arena, out, e);
    if (!rc)
        rc = changes_between(
            tx, (newest + 1) * INVENTORY_DAY_MS, (day + 1) * INVENTORY_DAY_MS, arena, &changes, e);
    if (rc) return rc;
    add_all(out, &changes, arena);
    set_day(out, day);
    sum_up(out);
    out->revision = revision;
    return OK;
}

static void write_counts(struct tx *tx, int64_t day, const struct inventory_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        const struct inventory_count *row = &counts->rows[i];
        struct stmt *st = tx_prepare(tx,
            "INSERT INTO inventory_count (day, status_id, warehouse_id, committed, currency,"
            " units, value) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        stmt_bind_int(st, 1, day);
        stmt_bind_int(st, 2, row->status_id);
        stmt_bind_int(st, 3, row->warehouse_id);
        stmt_bind_int(st, 4, row->committed);
        stmt_bind_str(st, 5, row->currency);
        stmt_bind_int(st, 6, row->units);
        stmt_bind_int(st, 7, row->value);
        stmt_later(st);
    }
}

void inventory_day_lock(struct change *c)
{
    tx_lock(c->tx, LOCK_INVENTORY_DAY, true);
}

enum err inventory_day_keep(
    struct change *c, int64_t day, const struct inventory_counts *counts, struct error *e)
{
    int64_t made, revision;
    inventory_day_lock(c);
    enum err rc = read_revision(c->tx, &revision, e);
    if (rc || revision != counts->revision) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO inventory_day (day, taken_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING");
    stmt_bind_int(st, 1, day);
    stmt_bind_int(st, 2, c->now);
    rc = stmt_run(st, &made, e);
    if (rc || !made) return rc;
    write_counts(c->tx, day, counts);
    return OK;
}

enum err inventory_day_forget(struct change *c, int64_t item_id, struct error *e)
{
    int64_t received_at;
    struct stmt *st = tx_prepare(c->tx, "SELECT MIN(at) FROM item_event WHERE item_id = $1");
    stmt_bind_int(st, 1, item_id);
    enum err rc = stmt_scalar(st, 0, &received_at, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "UPDATE inventory_count SET units = units - 1, value = value - k.paid FROM"
        " (SELECT d.day AS on_day, " KIND " FROM inventory_day d JOIN item_event v ON v.id ="
        " (SELECT MAX(x.id) FROM item_event x WHERE x.item_id = $1 AND x.at < (d.day + 1) * $2)"
        " WHERE d.day >= $3) k WHERE inventory_count.day = k.on_day"
        " AND inventory_count.status_id = k.status_id"
        " AND inventory_count.warehouse_id = k.warehouse_id"
        " AND inventory_count.committed = k.committed AND inventory_count.currency = k.currency");
    stmt_bind_int(st, 1, item_id);
    stmt_bind_int(st, 2, INVENTORY_DAY_MS);
    stmt_bind_int(st, 3, day_of(received_at));
    stmt_later(st);
    st = tx_prepare(
        c->tx, "DELETE FROM inventory_count WHERE day >= $1 AND units = 0 AND value = 0");
    stmt_bind_int(st, 1, day_of(received_at));
    stmt_later(st);
    next_revision(c->tx);
    return OK;
}

enum err inventory_day_check(
    struct change *c, bool repair, int64_t *day, size_t *wrong, struct error *e)
{
    struct inventory_counts have, right, difference;
    *wrong = 0;
    enum err rc = newest_taken(c->tx, day, e);
    if (rc || *day < 0) return rc;
    rc = kept(c->tx, *day, c->arena, &have, e);
    if (!rc) rc = changes_between(c->tx, 0, (*day + 1) * INVENTORY_DAY_MS, c->arena, &right, e);
    if (rc) return rc;
    set_day(&right, *day);
    difference = (struct inventory_counts){ .count = 0 };
    add_all(&difference, &right, c->arena);
    for (size_t i = 0; i < have.count; i++) {
        have.rows[i].units *= -1;
        have.rows[i].value *= -1;
    }
    add_all(&difference, &have, c->arena);
    sum_up(&difference);
    *wrong = difference.count;
    if (!*wrong || !repair) return OK;
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM inventory_count WHERE day = $1");
    stmt_bind_int(st, 1, *day);
    stmt_later(st);
    write_counts(c->tx, *day, &right);
    next_revision(c->tx);
    return OK;
}

enum err inventory_day_read(struct tx *tx, const struct inventory_filter *f, struct arena *arena,
    struct inventory_counts *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT day, status_id, 0, 0, currency, CAST(SUM(units) AS BIGINT),"
        " CAST(SUM(value) AS BIGINT) FROM inventory_count WHERE day >= $1 AND day <= $2"
        " AND ($3 = 0 OR status_id IN {ints $4}) AND ($5 = 0 OR warehouse_id IN {ints $6})"
        " AND ($7 = -1 OR committed = $7) GROUP BY day, status_id, currency"
        " ORDER BY day, status_id, currency");
    stmt_bind_int(st, 1, f->from);
    stmt_bind_int(st, 2, f->to);
    stmt_bind_int(st, 3, f->status_count != 0);
    stmt_bind_ints(st, 4, f->status_ids, f->status_count);
    stmt_bind_int(st, 5, f->warehouse_count != 0);
    stmt_bind_ints(st, 6, f->warehouse_ids, f->warehouse_count);
    stmt_bind_int(st, 7, f->has_committed ? f->committed : -1);
    return read_rows(st, arena, out, e);
}

static bool among(int64_t id, const int64_t *ids, size_t count)
{
    bool found = count == 0;
    for (size_t i = 0; i < count; i++)
        found = found || ids[i] == id;
    return found;
}

void inventory_day_sum(const struct inventory_counts *all, const struct inventory_filter *f,
    struct arena *arena, struct inventory_counts *out)
{
    *out = (struct inventory_counts){ .rows = arena_new(
                                          arena, struct inventory_count, all->count + 1) };
    for (size_t i = 0; i < all->count; i++) {
        struct inventory_count row = all->rows[i];
        if (!among(row.status_id, f->status_ids, f->status_count) ||
            !among(row.warehouse_id, f->warehouse_ids, f->warehouse_count) ||
            (f->has_committed && row.committed != f->committed))
            continue;
        row.warehouse_id = 0;
        row.committed = false;
        out->rows[out->count++] = row;
    }
    sum_up(out);
}

enum err inventory_days_taken(
    struct tx *tx, const struct inventory_filter *f, int64_t *out, size_t *count, struct error *e)
{
    *count = 0;
    struct stmt *st = tx_prepare(
        tx, "SELECT day FROM inventory_day WHERE day >= $1 AND day <= $2 ORDER BY day LIMIT $3");
    stmt_bind_int(st, 1, f->from);
    stmt_bind_int(st, 2, f->to);
    stmt_bind_int(st, 3, INVENTORY_DAYS_MAX);
    while (stmt_row(st) && *count < INVENTORY_DAYS_MAX)
        out[(*count)++] = stmt_int(st, 0);
    return stmt_end(st, e);
}
