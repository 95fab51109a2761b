/* order_line.c: adding, changing and deleting lines; see order.h. */
#include "store/order.h"

#include "base/limits.h"
#include "store/variation.h"

enum err order_line_insert(
    struct change *c, int64_t order_id, struct order_line *line, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO order_line (order_id, variation_id, sku, title, quantity, price_amount,"
        " price_currency, channel_line_id, created_at, cancel_requested, cancel_reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id");
    stmt_bind_int(st, 1, order_id);
    stmt_bind_opt_int(st, 2, line->variation_id);
    stmt_bind_opt_str(st, 3, line->sku);
    stmt_bind_str(st, 4, line->title);
    stmt_bind_int(st, 5, line->quantity);
    stmt_bind_money(st, 6, line->price);
    stmt_bind_opt_str(st, 8, line->channel_line_id);
    stmt_bind_int(st, 9, c->now);
    stmt_bind_int(st, 10, line->cancel_requested);
    stmt_bind_str(st, 11, line->cancel_reason);
    return stmt_scalar(st, 0, &line->id, e);
}

void order_touch(struct change *c, const struct order *order)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE sales_order SET version = version + 1, updated_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, order->id);
    stmt_later(st);
}

static void audit_line(struct change *c, const struct order *order, const char *field,
    const struct order_line *from, const struct order_line *to)
{
    struct change_list l;
    change_list_init(&l);
    struct str none = { 0 };
    const struct order_line *any = to ? to : from;
    struct str name = any->sku.len ? any->sku : any->title;
    change_list_add(&l, field,
        from ? arena_fmt(c->arena, "%lld x %.*s", (long long)from->quantity, STR_FMT(name)) : none,
        to ? arena_fmt(c->arena, "%lld x %.*s", (long long)to->quantity, STR_FMT(name)) : none);
    audit_add(c, "update", "order", order->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err add_line(
    struct change *c, const struct order *order, struct order_line *line, struct error *e)
{
    if (order->line_count >= ORDER_LINES_MAX)
        return error_set(e, ERR_TOO_LARGE, "an order has at most %d lines", ORDER_LINES_MAX);
    enum err rc = order_line_insert(c, order->id, line, e);
    if (rc) return rc;
    order_touch(c, order);
    audit_line(c, order, "line", NULL, line);
    return derive_order(c, order->id, e);
}

enum err order_line_add(
    struct change *c, const struct order *order, struct order_line *line, struct error *e)
{
    enum err rc = line->variation_id
                      ? variation_refuse_archived(c->tx, line->variation_id, "/variation_id", e)
                      : OK;
    return rc ? rc : add_line(c, order, line, e);
}

enum err order_line_update(struct change *c, const struct order *order,
    const struct order_line *before, const struct order_line *after, struct error *e)
{
    bool renamed = after->variation_id && after->variation_id != before->variation_id;
    enum err rc =
        renamed ? variation_refuse_archived(c->tx, after->variation_id, "/variation_id", e) : OK;
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE order_line SET variation_id = $1, sku = $2, title = $3, quantity = $4,"
        " price_amount = $5, price_currency = $6 WHERE id = $7 AND order_id = $8");
    stmt_bind_opt_int(st, 1, after->variation_id);
    stmt_bind_opt_str(st, 2, after->sku);
    stmt_bind_str(st, 3, after->title);
    stmt_bind_int(st, 4, after->quantity);
    stmt_bind_money(st, 5, after->price);
    stmt_bind_int(st, 7, before->id);
    stmt_bind_int(st, 8, order->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    order_touch(c, order);
    audit_line(c, order, "line", before, after);
    return derive_order(c, order->id, e);
}

enum err order_line_delete(
    struct change *c, const struct order *order, const struct order_line *line, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE order_line SET deleted_at = $1 WHERE id = $2 AND order_id = $3");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, line->id);
    stmt_bind_int(st, 3, order->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    order_touch(c, order);
    audit_line(c, order, "line", line, NULL);
    return derive_order(c, order->id, e);
}

enum err order_match_lines(struct change *c, const struct order *order, struct error *e)
{
    struct order_figures figures;
    enum err rc = order_figures_load(c->tx, order->id, c->arena, &figures, e);
    for (size_t g = 0; g < figures.group_count && !rc; g++) {
        const struct order_group *group = &figures.groups[g];
        if (group->direct == 0) continue;
        const struct order_line *line = NULL;
        for (size_t i = 0; i < order->line_count && !line; i++)
            if (order->lines[i].variation_id == group->variation_id) line = &order->lines[i];
        if (line) {
            struct order_line more = *line;
            more.quantity += group->direct;
            rc = order_line_update(c, order, line, &more, e);
        } else {
            struct order_line added = { .variation_id = group->variation_id,
                .sku = S(""),
                .title = S(""),
                .quantity = group->direct };
            rc = add_line(c, order, &added, e); /* units that are there, archived or not */
        }
    }
    return rc;
}
