/* order_status.c: see order_status.h. */
#include "store/order_status.h"

#include "store/derive.h"
#include "store/reference.h"

struct pair {
    struct reference from, into;
};

static enum err lock_rows(struct change *c, int64_t id, int64_t other, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM order_status WHERE id = $1 OR id = $2 ORDER BY id"
                          " FOR UPDATE");
    stmt_bind_int(st, 1, id);
    stmt_bind_int(st, 2, other);
    while (stmt_row(st))
        continue;
    return stmt_end(st, e);
}

static enum err load(struct change *c, int64_t id, struct reference *out, struct error *e)
{
    return reference_load(c->tx, REFERENCE_ORDER_STATUS, id, c->arena, out, e);
}

/* What opens with the replacement must not be in stock again. */
static enum err refuse_duplicates(struct change *c, const struct pair *p, struct error *e)
{
    if (p->from.is_open || !p->into.is_open) return OK;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT o.id, i.esn FROM sales_order o JOIN item i ON i.order_id = o.id"
        " JOIN item n ON n.esn = i.esn AND n.id <> i.id LEFT JOIN sales_order p ON p.id = "
        "n.order_id"
        " WHERE o.status_id = $1 AND (n.is_open = 1 OR p.status_id = $1) ORDER BY o.id LIMIT 1");
    stmt_bind_int(st, 1, p->from.id);
    int64_t order_id = 0;
    struct str esn = S("");
    if (stmt_row(st)) {
        order_id = stmt_int(st, 0);
        esn = stmt_str(st, 1, c->arena);
    }
    enum err rc = stmt_end(st, e);
    if (rc || !order_id) return rc;
    return error_code(e, ERR_CONFLICT, "duplicate_open_item",
        "order SO-%lld would open with %.*s, which has been received again since: take it off the"
        " order first",
        (long long)order_id, STR_FMT(esn));
}

static enum err refuse_chain(struct change *c, const struct pair *p, struct error *e)
{
    if (p->into.replaced_by.len)
        return error_at(e, ERR_CONFLICT, "retiring", "/replacement",
            "\"%.*s\" is being retired itself", STR_FMT(p->into.title));
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM order_status WHERE replaced_by = $1 LIMIT 1");
    stmt_bind_int(st, 1, p->from.id);
    int64_t other;
    enum err rc = stmt_scalar(st, 0, &other, e);
    if (rc || !other) return rc;
    return error_code(e, ERR_CONFLICT, "in_use",
        "another status is being retired into \"%.*s\": end that first", STR_FMT(p->from.title));
}

static void audit_status(struct change *c, const char *action, int64_t id, const char *field,
    struct str from, struct str to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, field, from, to);
    audit_add(c, action, "order_status", id, change_list_end(&l));
    change_list_release(&l);
}

/* The settings of a channel change with its map. */
static enum err move_maps(struct change *c, const struct pair *p, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT channel_id, channel_status FROM channel_status_map WHERE order_status_id = $1"
        " ORDER BY channel_id, channel_status");
    stmt_bind_int(st, 1, p->from.id);
    int64_t touched = 0;
    while (stmt_row(st)) {
        int64_t channel_id = stmt_int(st, 0);
        struct change_list l;
        change_list_init(&l);
        change_list_add(&l,
            arena_fmt(c->arena, "order_status_map %.*s", STR_FMT(stmt_str_view(st, 1))).at,
            p->from.title, p->into.title);
        audit_add(c, "update", "channel", channel_id, change_list_end(&l));
        change_list_release(&l);
        if (channel_id == touched) continue;
        touched = channel_id;
        struct stmt *up = tx_prepare(
            c->tx, "UPDATE channel SET version = version + 1, updated_at = $1 WHERE id = $2");
        stmt_bind_int(up, 1, c->now);
        stmt_bind_int(up, 2, channel_id);
        stmt_later(up);
    }
    enum err rc = stmt_end(st, e);
    if (rc || !touched) return rc;
    st = tx_prepare(
        c->tx, "UPDATE channel_status_map SET order_status_id = $1 WHERE order_status_id = $2");
    stmt_bind_int(st, 1, p->into.id);
    stmt_bind_int(st, 2, p->from.id);
    tx_notify(c->tx, TOPIC_CHANNEL);
    return stmt_run(st, NULL, e);
}

enum err order_status_retire_begin(
    struct change *c, int64_t id, int64_t replacement_id, struct error *e)
{
    if (id == replacement_id)
        return error_at(e, ERR_CONFLICT, "same", "/replacement", "a status cannot replace itself");
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    struct pair p;
    enum err rc = lock_rows(c, id, replacement_id, e);
    if (!rc) rc = load(c, id, &p.from, e);
    if (!rc) rc = load(c, replacement_id, &p.into, e);
    if (!rc) rc = refuse_chain(c, &p, e);
    if (!rc) rc = refuse_duplicates(c, &p, e);
    if (!rc) rc = move_maps(c, &p, e);
    if (rc || str_eq(p.from.replaced_by, p.into.title)) return rc;
    struct stmt *st = tx_prepare(c->tx, "UPDATE order_status SET replaced_by = $1, updated_at = $2,"
                                        " version = version + 1 WHERE id = $3");
    stmt_bind_int(st, 1, replacement_id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, id);
    audit_status(c, "update", id, "replaced_by",
        p.from.replaced_by.len ? p.from.replaced_by : (struct str){ 0 }, p.into.title);
    return stmt_run(st, NULL, e);
}

static enum err take_ids(struct change *c, int64_t status_id, int64_t limit, int64_t *ids,
    size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT id FROM sales_order WHERE status_id = $1"
                                        " ORDER BY id LIMIT $2 FOR UPDATE");
    stmt_bind_int(st, 1, status_id);
    stmt_bind_int(st, 2, limit);
    *count = 0;
    while (stmt_row(st) && *count < (size_t)limit)
        ids[(*count)++] = stmt_int(st, 0);
    return stmt_end(st, e);
}

static enum err move_orders(
    struct change *c, const struct pair *p, const int64_t *ids, size_t count, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE sales_order SET status_id = $1, updated_at = $2, version = version + 1"
        " WHERE id IN {ints $3}");
    stmt_bind_int(st, 1, p->into.id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_ints(st, 3, ids, count);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "status", p->from.title, p->into.title);
    struct str changes = change_list_end(&l);
    for (size_t i = 0; i < count; i++)
        audit_add(c, "update", "order", ids[i], changes);
    change_list_release(&l);
    bool opens = p->from.is_open != p->into.is_open;
    return opens ? derive_orders_moved(c, ids, count, p->into.is_open, e) : OK;
}

static enum err load_replacement(
    struct change *c, int64_t id, struct reference *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT replaced_by FROM order_status WHERE id = $1");
    stmt_bind_int(st, 1, id);
    int64_t into;
    enum err rc = stmt_scalar(st, 0, &into, e);
    if (!rc && !into) rc = error_set(e, ERR_CONFLICT, "the status is not being retired");
    return rc ? rc : load(c, into, out, e);
}

enum err order_status_retire_step(
    struct change *c, int64_t id, int64_t limit, int64_t *moved, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    struct pair p;
    int64_t *ids = arena_new(c->arena, int64_t, (size_t)limit);
    size_t count = 0;
    enum err rc = load(c, id, &p.from, e);
    if (!rc) rc = load_replacement(c, id, &p.into, e);
    if (!rc) rc = take_ids(c, id, limit, ids, &count, e);
    if (!rc && count) rc = move_orders(c, &p, ids, count, e);
    *moved = (int64_t)count;
    return rc;
}

enum err order_status_retire_end(struct change *c, int64_t id, struct error *e)
{
    struct reference row, into;
    enum err rc = load(c, id, &row, e);
    if (!rc) rc = load_replacement(c, id, &into, e);
    return rc ? rc : reference_delete(c, REFERENCE_ORDER_STATUS, &row, e);
}
