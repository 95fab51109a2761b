/* item_move.c: see item_move.h. */
#include "store/item_move.h"

#include "store/derive.h"

#include <stdlib.h>

static enum err lock_rows(struct stmt *st, const int64_t *ids, size_t count, struct error *e)
{
    stmt_bind_ints(st, 1, ids, count);
    while (stmt_row(st))
        continue;
    return stmt_end(st, e);
}

enum err item_lock_lots(struct change *c, const int64_t *ids, size_t count, struct error *e)
{
    return lock_rows(
        tx_prepare(c->tx,
            "SELECT id FROM purchase_order WHERE id IN (SELECT purchase_order_id FROM item"
            " WHERE id IN {ints $1}) ORDER BY id FOR UPDATE"),
        ids, count, e);
}

enum err item_lock_many(struct change *c, const int64_t *ids, size_t count, struct error *e)
{
    return lock_rows(
        tx_prepare(c->tx, "SELECT id FROM item WHERE id IN {ints $1} ORDER BY id FOR UPDATE"), ids,
        count, e);
}

struct delta {
    int64_t variation_id, status_id, warehouse_id, units;
};

static int compare_deltas(const void *a, const void *b)
{
    const struct delta *x = a, *y = b;
    if (x->variation_id != y->variation_id) return x->variation_id < y->variation_id ? -1 : 1;
    if (x->status_id != y->status_id) return x->status_id < y->status_id ? -1 : 1;
    return (x->warehouse_id > y->warehouse_id) - (x->warehouse_id < y->warehouse_id);
}

static struct delta delta_of(const struct item *item, int64_t units)
{
    return (struct delta){ item->variation_id, item->status_id, item->warehouse_id, units };
}

void item_move_counts(
    struct change *c, const struct item *before, const struct item *after, size_t count)
{
    struct delta *deltas = arena_new(c->arena, struct delta, 2 * count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct delta from = delta_of(&before[i], -1), to = delta_of(&after[i], 1);
        if (before[i].order_id || compare_deltas(&from, &to) == 0) continue;
        deltas[n++] = from;
        deltas[n++] = to;
    }
    if (n) qsort(deltas, n, sizeof *deltas, compare_deltas);
    for (size_t from = 0, to; from < n; from = to) {
        int64_t units = 0;
        for (to = from; to < n && compare_deltas(&deltas[to], &deltas[from]) == 0; to++)
            units += deltas[to].units;
        if (units)
            derive_count(c, deltas[from].variation_id, deltas[from].status_id,
                deltas[from].warehouse_id, units);
    }
}

struct target {
    int64_t warehouse_id, location_id, transfer_id, item_id;
};

static int compare_targets(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->warehouse_id != y->warehouse_id) return x->warehouse_id < y->warehouse_id ? -1 : 1;
    if (x->location_id != y->location_id) return x->location_id < y->location_id ? -1 : 1;
    if (x->transfer_id != y->transfer_id) return x->transfer_id < y->transfer_id ? -1 : 1;
    return (x->item_id > y->item_id) - (x->item_id < y->item_id);
}

static bool same_target(const struct target *a, const struct target *b)
{
    return a->warehouse_id == b->warehouse_id && a->location_id == b->location_id &&
           a->transfer_id == b->transfer_id;
}

static void write_rows(struct change *c, const struct item_move *m)
{
    struct target *targets = arena_new(c->arena, struct target, m->count + 1);
    int64_t *ids = arena_new(c->arena, int64_t, m->count + 1);
    for (size_t i = 0; i < m->count; i++)
        targets[i] = (struct target){ m->after[i].warehouse_id, m->after[i].location_id,
            m->after[i].transfer_id, m->after[i].id };
    qsort(targets, m->count, sizeof *targets, compare_targets);
    for (size_t from = 0, to; from < m->count; from = to) {
        size_t n = 0;
        for (to = from; to < m->count && same_target(&targets[to], &targets[from]); to++)
            ids[n++] = targets[to].item_id;
        struct stmt *st = tx_prepare(c->tx,
            "UPDATE item SET warehouse_id = $2, location_id = $3, transfer_id = $4,"
            " updated_at = $5, version = version + 1 WHERE id IN {ints $1}");
        stmt_bind_ints(st, 1, ids, n);
        stmt_bind_opt_int(st, 2, targets[from].warehouse_id);
        stmt_bind_opt_int(st, 3, targets[from].location_id);
        stmt_bind_opt_int(st, 4, targets[from].transfer_id);
        stmt_bind_int(st, 5, c->now);
        stmt_later(st);
    }
}

void item_move(struct change *c, const struct item_move *m)
{
    if (!m->count) return;
    write_rows(c, m);
    struct item_record record;
    item_record_begin(&record, c, m->action, "update", S(""));
    for (size_t i = 0; i < m->count; i++) {
        struct change_list l;
        change_list_init(&l);
        item_changes(&l, &m->before[i], &m->after[i], c->arena);
        item_record_add(&record, m->before[i].id, change_list_end(&l));
        change_list_release(&l);
    }
    item_record_end(&record);
    item_move_counts(c, m->before, m->after, m->count);
}
