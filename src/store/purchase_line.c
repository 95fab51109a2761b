/* purchase_line.c: expected lines of purchase orders; see purchase_order.h. */
#include "store/purchase_internal.h"
#include "store/variation.h"

enum err purchase_line_insert(
    struct change *c, int64_t order_id, struct purchase_line *line, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO purchase_order_line (purchase_order_id, variation_id, description,"
        " expected_count, unit_price, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id");
    stmt_bind_int(st, 1, order_id);
    stmt_bind_opt_int(st, 2, line->variation_id);
    stmt_bind_str(st, 3, line->description);
    stmt_bind_int(st, 4, line->expected_count);
    if (line->unit_price.present)
        stmt_bind_int(st, 5, line->unit_price.amount);
    else
        stmt_bind_null_int(st, 5);
    stmt_bind_int(st, 6, c->now);
    return stmt_scalar(st, 0, &line->id, e);
}

static void audit_line(struct change *c, const struct purchase_order *o, const char *action,
    const struct purchase_line *from, const struct purchase_line *to)
{
    struct change_list l;
    int64_t line_id = to->id ? to->id : from->id;
    const char *name = arena_fmt(c->arena, "line %lld", (long long)line_id).at;
    change_list_init(&l);
    change_list_add(&l, name, (struct str){ 0 }, str_of(action));
    if (from->variation_id != to->variation_id)
        change_list_add_int(&l, "variation_id", from->variation_id, to->variation_id);
    change_list_diff(&l, "description", from->description, to->description);
    if (from->expected_count != to->expected_count)
        change_list_add_int(&l, "expected_count", from->expected_count, to->expected_count);
    if (from->unit_price.present != to->unit_price.present ||
        from->unit_price.amount != to->unit_price.amount)
        change_list_add_int(&l, "unit_price", from->unit_price.amount, to->unit_price.amount);
    audit_add(c, "update", "purchase_order", o->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err check_line(struct change *c, struct purchase_order *o,
    const struct purchase_line *before, const struct purchase_line *after, struct error *e)
{
    if (o->status != PURCHASE_OPEN) return purchase_not_open(o, e);
    enum err rc = purchase_take_currency(o, after->unit_price, "/unit_price", e);
    if (!rc && after->variation_id && after->variation_id != before->variation_id)
        rc = variation_refuse_archived(c->tx, after->variation_id, "/variation_id", e);
    return rc;
}

enum err purchase_line_add(
    struct change *c, struct purchase_order *order, struct purchase_line *line, struct error *e)
{
    static const struct purchase_line nothing = { 0 };
    enum err rc = check_line(c, order, &nothing, line, e);
    if (!rc && order->line_count >= PURCHASE_LINES_MAX)
        rc =
            error_set(e, ERR_CONFLICT, "a purchase order has at most %d lines", PURCHASE_LINES_MAX);
    if (!rc) rc = purchase_line_insert(c, order->id, line, e);
    if (rc) return rc;
    audit_line(c, order, "added", &nothing, line);
    return purchase_touch(c, order, e);
}

enum err purchase_line_update(struct change *c, struct purchase_order *order,
    const struct purchase_line *before, const struct purchase_line *after, struct error *e)
{
    enum err rc = check_line(c, order, before, after, e);
    if (!rc && before->checked_in && before->variation_id != after->variation_id)
        rc = error_at(e, ERR_CONFLICT, "in_use", "/variation_id",
            "%lld items were received onto this line", (long long)before->checked_in);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE purchase_order_line SET variation_id = $1, description = $2, expected_count = $3,"
        " unit_price = $4 WHERE id = $5");
    stmt_bind_opt_int(st, 1, after->variation_id);
    stmt_bind_str(st, 2, after->description);
    stmt_bind_int(st, 3, after->expected_count);
    if (after->unit_price.present)
        stmt_bind_int(st, 4, after->unit_price.amount);
    else
        stmt_bind_null_int(st, 4);
    stmt_bind_int(st, 5, before->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    audit_line(c, order, "changed", before, after);
    rc = purchase_touch(c, order, e);
    return rc ? rc : purchase_divide(c, order, e);
}

enum err purchase_line_delete(struct change *c, struct purchase_order *order,
    const struct purchase_line *line, struct error *e)
{
    static const struct purchase_line nothing = { 0 };
    if (order->status != PURCHASE_OPEN) return purchase_not_open(order, e);
    if (line->checked_in)
        return error_code(e, ERR_CONFLICT, "in_use", "%lld items were received onto this line",
            (long long)line->checked_in);
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM purchase_order_line WHERE id = $1");
    stmt_bind_int(st, 1, line->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    audit_line(c, order, "removed", line, &nothing);
    return purchase_touch(c, order, e);
}
