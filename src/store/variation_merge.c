/*
 * variation_merge.c: one variation takes over all that refers to another; see variation.h.
 *
 * First every fact is moved, then what is derived from them is computed anew, so that no half-moved
 * state is ever counted. A table that comes to refer to variations is moved here too; a test looks
 * for one that is forgotten.
 */
#include "store/derive.h"
#include "store/search.h"
#include "store/variation.h"

struct merge {
    struct change *c;
    const struct variation *from, *into;
    int64_t items, lines; /* moved */
    int64_t *listings;    /* ids of those that were connected to `from` */
    size_t listing_count;
};

/* $1 is `from`, $2 `into`, $3 now: as many of them as the statement names. */
static struct stmt *prepared(const struct merge *m, const char *sql, int named)
{
    const int64_t values[] = { m->from->id, m->into->id, m->c->now };
    struct stmt *st = tx_prepare(m->c->tx, sql);
    for (int i = 0; i < named; i++)
        stmt_bind_int(st, i + 1, values[i]);
    return st;
}

static enum err refuse(const struct merge *m, struct error *e)
{
    const struct variation *from = m->from, *into = m->into;
    if (from->id == into->id)
        return error_at(e, ERR_INVALID, "not_allowed", "/into", "cannot be the variation itself");
    if (into->archived)
        return error_at(e, ERR_CONFLICT, "archived", "/into", "variation %lld is archived",
            (long long)into->id);
    if (from->sku.len && into->sku.len && !str_eq(from->sku, into->sku))
        return error_at(e, ERR_CONFLICT, "two_skus", "/into",
            "they have the SKUs \"%.*s\" and \"%.*s\"; take away the one that is to go",
            STR_FMT(from->sku), STR_FMT(into->sku));
    return OK;
}

static enum err lock(struct stmt *st, int *count, struct error *e)
{
    for (*count = 0; stmt_row(st); ++*count) {
    }
    return stmt_end(st, e);
}

/* Rows that others could give a new item, or edit, meanwhile. */
static enum err lock_rows(const struct merge *m, struct error *e)
{
    int count;
    enum err rc =
        lock(prepared(m, "SELECT id FROM variation WHERE id IN ($1, $2) ORDER BY id FOR UPDATE", 2),
            &count, e);
    if (!rc && count < 2)
        rc = error_set(e, ERR_STALE, "one of the two was merged or deleted meanwhile");
    if (rc) return rc;
    return lock(
        prepared(m, "SELECT id FROM item WHERE variation_id = $1 ORDER BY id FOR UPDATE", 1),
        &count, e);
}

static enum err move_counts(const struct merge *m, struct error *e)
{
    struct change *c = m->c;
    struct stmt *st = prepared(m,
        "SELECT status_id, COALESCE(warehouse_id, 0), COUNT(*) FROM item"
        " WHERE variation_id = $1 AND order_id IS NULL GROUP BY 1, 2 ORDER BY 1, 2",
        1);
    while (stmt_row(st)) {
        int64_t status = stmt_int(st, 0), warehouse = stmt_int(st, 1), units = stmt_int(st, 2);
        derive_count(c, m->from->id, status, warehouse, -units);
        derive_count(c, m->into->id, status, warehouse, units);
    }
    return stmt_end(st, e);
}

static enum err move_items(struct merge *m, struct error *e)
{
    struct change *c = m->c;
    enum err rc = move_counts(m, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add_int(&l, "variation_id", m->from->id, m->into->id);
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO item_event (item_id, at, actor_kind, actor_id, actor_name, action, changes,"
        " reason, to_status_id, to_warehouse_id, to_order_id, to_paid_amount, to_paid_currency)"
        " SELECT id, $2, $3, $4, $5, 'changed', $6, 'variations merged', status_id, warehouse_id,"
        " order_id, paid_amount, paid_currency FROM item"
        " WHERE variation_id = $1 ORDER BY id");
    stmt_bind_int(st, 1, m->from->id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_str(st, 3, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 4, c->actor->id);
    stmt_bind_str(st, 5, c->actor->name);
    stmt_bind_str(st, 6, change_list_end(&l));
    rc = stmt_run(st, NULL, e);
    change_list_release(&l);
    if (rc) return rc;
    st = prepared(m,
        "UPDATE item SET variation_id = $2, updated_at = $3, version = version + 1"
        " WHERE variation_id = $1",
        3);
    return stmt_run(st, &m->items, e);
}

static enum err move_lines(struct merge *m, struct error *e)
{
    struct stmt *st = tx_prepare(m->c->tx,
        "UPDATE sales_order SET updated_at = $2, version = version + 1 WHERE id IN"
        " (SELECT order_id FROM order_line WHERE variation_id = $1 AND deleted_at IS NULL)");
    stmt_bind_int(st, 1, m->from->id);
    stmt_bind_int(st, 2, m->c->now);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    stmt_later(prepared(m, "UPDATE order_return SET variation_id = $2 WHERE variation_id = $1", 2));
    stmt_later(
        prepared(m, "UPDATE purchase_order_line SET variation_id = $2 WHERE variation_id = $1", 2));
    st = prepared(m, "UPDATE order_line SET variation_id = $2 WHERE variation_id = $1", 2);
    return stmt_run(st, &m->lines, e);
}

static enum err connected_listings(struct merge *m, struct error *e)
{
    struct stmt *st =
        prepared(m, "SELECT COUNT(*) FROM listing_connected_variation WHERE variation_id = $1", 1);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc) return rc;
    m->listings = arena_new(m->c->arena, int64_t, (size_t)most + 1);
    st = prepared(m,
        "SELECT listing_id FROM listing_connected_variation WHERE variation_id = $1"
        " ORDER BY listing_id",
        1);
    while (stmt_row(st) && m->listing_count < (size_t)most)
        m->listings[m->listing_count++] = stmt_int(st, 0);
    return stmt_end(st, e);
}

static enum err move_connections(struct merge *m, struct error *e)
{
    enum err rc = connected_listings(m, e);
    if (rc || !m->listing_count) return rc;
    struct stmt *st = tx_prepare(m->c->tx, "UPDATE listing SET updated_at = $1,"
                                           " version = version + 1 WHERE id IN {ints $2}");
    stmt_bind_int(st, 1, m->c->now);
    stmt_bind_ints(st, 2, m->listings, m->listing_count);
    stmt_later(st);
    st = prepared(m,
        "INSERT INTO listing_connected_variation (listing_id, variation_id)"
        " SELECT listing_id, $2 FROM listing_connected_variation WHERE variation_id = $1"
        " ON CONFLICT (listing_id, variation_id) DO NOTHING",
        2);
    stmt_later(st);
    st = prepared(m, "DELETE FROM listing_connected_variation WHERE variation_id = $1", 1);
    return stmt_run(st, NULL, e);
}

static enum err remove_merged(const struct merge *m, struct error *e)
{
    struct stmt *st = prepared(m, "DELETE FROM stock_count WHERE variation_id = $1", 1);
    stmt_later(st);
    search_drop(m->c->tx, m->from->id);
    st = tx_prepare(m->c->tx, "DELETE FROM variation WHERE id = $1 AND version = $2");
    stmt_bind_int(st, 1, m->from->id);
    stmt_bind_int(st, 2, m->from->version);
    return stmt_run_versioned(st, e);
}

static void audit_merge(const struct merge *m)
{
    struct change_list l;
    change_list_init(&l);
    change_list_add_int(&l, "variation_id", m->from->id, m->into->id);
    change_list_add_int(&l, "items", 0, m->items);
    change_list_add_int(&l, "lines", 0, m->lines);
    change_list_add_int(&l, "listings", 0, (int64_t)m->listing_count);
    audit_add(m->c, "merge", "variation", m->from->id, change_list_end(&l));
    change_list_release(&l);
    if (m->items) tx_notify(m->c->tx, TOPIC_ITEM);
    if (m->lines) tx_notify(m->c->tx, TOPIC_ORDER);
    if (m->listing_count) tx_notify(m->c->tx, TOPIC_LISTING);
}

/* The one that stays takes SKU and price where it has none. */
static enum err take_over(const struct merge *m, struct error *e)
{
    const struct variation *from = m->from, *into = m->into;
    bool takes_sku = from->sku.len && !into->sku.len;
    bool takes_price = from->price.present && !into->price.present;
    enum err rc = OK;
    if (takes_sku || takes_price) {
        struct variation after = *into;
        if (takes_sku) after.sku = from->sku;
        if (takes_price) after.price = from->price;
        rc = variation_update(m->c, into, &after, e);
    }
    return rc || takes_sku || !from->sku.len ? rc : derive_sku(m->c, from->sku, e);
}

enum err variation_merge(
    struct change *c, const struct variation *from, const struct variation *into, struct error *e)
{
    struct merge m = { .c = c, .from = from, .into = into };
    enum err rc = refuse(&m, e);
    if (rc) return rc;
    tx_lock(c->tx, LOCK_CANDIDATES, true);
    rc = lock_rows(&m, e);
    if (!rc) rc = move_items(&m, e);
    if (!rc) rc = move_lines(&m, e);
    if (!rc) rc = move_connections(&m, e);
    if (!rc) rc = remove_merged(&m, e);
    if (rc) return rc;
    audit_merge(&m);
    for (size_t i = 0; i < m.listing_count && !rc; i++)
        rc = derive_listing(c, m.listings[i], e);
    if (!rc) rc = take_over(&m, e);
    return rc ? rc : derive_orders_of_variation(c, into->id, e);
}
