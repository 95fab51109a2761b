/* intake.c: one imported order at a time; see intake.h. */
#include "store/intake.h"

#include "base/assert.h"
#include "base/limits.h"
#include "core/order_rules.h"
#include "store/channel_log.h"
#include "store/derive.h"
#include "store/order.h"

#include <string.h>

struct known_order {
    int64_t id, status_id;
    struct str channel_status;
    time_ms version;
    bool is_open;
};

static enum err find_known(struct change *c, int64_t channel_id, struct str channel_order_id,
    struct known_order *out, struct error *e)
{
    *out = (struct known_order){ 0 };
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id, status_id, channel_status, channel_updated_at,"
        " (SELECT is_open FROM order_status WHERE id = status_id) FROM sales_order"
        " WHERE channel_id = $1 AND channel_order_id = $2 FOR UPDATE");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, channel_order_id);
    if (stmt_row(st))
        *out = (struct known_order){ stmt_int(st, 0), stmt_int(st, 1), stmt_str(st, 2, c->arena),
            stmt_int(st, 3), stmt_int(st, 4) != 0 };
    return stmt_end(st, e);
}

static const struct channel_map_row *mapped(const struct channel_row *ch, struct str status)
{
    for (size_t i = 0; i < ch->map_count; i++)
        if (str_eq(ch->map[i].channel_status, status)) return &ch->map[i];
    return NULL;
}

static struct order_line line_of(const struct intake_line *l)
{
    return (struct order_line){ .sku = l->sku,
        .title = l->title,
        .quantity = l->quantity,
        .price = l->price,
        .channel_line_id = l->channel_line_id,
        .cancel_requested = l->cancel_requested,
        .cancel_reason = l->cancel_reason };
}

static bool cancel_requested(const struct intake_order *o)
{
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].cancel_requested) return true;
    return false;
}

static enum err create(struct change *c, const struct channel_row *ch, const struct intake_order *o,
    int64_t status_id, struct error *e)
{
    struct order_line *lines = arena_new(c->arena, struct order_line, o->line_count + 1);
    for (size_t i = 0; i < o->line_count; i++)
        lines[i] = line_of(&o->lines[i]);
    struct order order = {
        .organization = ch->name,
        .channel_id = ch->id,
        .channel_order_id = o->channel_order_id,
        .channel_status = o->channel_status,
        .channel_marketplace_id = o->marketplace_id,
        .channel_updated_at = o->updated_at,
        .cancel_requested = cancel_requested(o),
        .status_id = status_id,
        .ordered_at = o->created_at,
        .notes = S(""),
        .lines = lines,
        .line_count = o->line_count,
    };
    enum err rc = order_create(c, &order, e);
    if (rc) return rc;
    channel_event_add(c, ch->id,
        &(struct channel_event){ .kind = "order_imported",
            .severity = "info",
            .order_id = order.id,
            .channel_order_id = o->channel_order_id,
            .detail = arena_fmt(c->arena, "imported as %.*s", STR_FMT(order.number)) });
    return OK;
}

struct known_line {
    int64_t id, quantity;
    struct str channel_line_id, sku, title;
    struct money price;
    bool deleted;
    bool cancel_requested;
    struct str cancel_reason;
};

static enum err read_lines(
    struct change *c, int64_t order_id, struct known_line **out, size_t *count, struct error *e)
{
    *out = arena_new(c->arena, struct known_line, ORDER_LINES_MAX);
    *count = 0;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id, quantity, channel_line_id, sku, title, price_amount, price_currency,"
        " deleted_at, cancel_requested, cancel_reason FROM order_line WHERE order_id = $1 AND "
        "channel_line_id IS NOT NULL"
        " ORDER BY id LIMIT $2");
    stmt_bind_int(st, 1, order_id);
    stmt_bind_int(st, 2, ORDER_LINES_MAX);
    while (stmt_row(st))
        (*out)[(*count)++] =
            (struct known_line){ stmt_int(st, 0), stmt_int(st, 1), stmt_str(st, 2, c->arena),
                stmt_str(st, 3, c->arena), stmt_str(st, 4, c->arena), stmt_money(st, 5, c->arena),
                !stmt_null(st, 7), stmt_int(st, 8) != 0, stmt_str(st, 9, c->arena) };
    return stmt_end(st, e);
}

static const struct known_line *find_line(
    const struct known_line *lines, size_t count, struct str channel_line_id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(lines[i].channel_line_id, channel_line_id)) return &lines[i];
    return NULL;
}

static bool names_line(const struct intake_order *o, struct str channel_line_id)
{
    for (size_t i = 0; i < o->line_count; i++)
        if (str_eq(o->lines[i].channel_line_id, channel_line_id)) return true;
    return false;
}

static enum err write_line(
    struct change *c, const struct known_line *was, const struct intake_line *now, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE order_line SET quantity = $1, sku = $2, title = $3, price_amount = $4,"
        " price_currency = $5, cancel_requested = $7, cancel_reason = $8 WHERE id = $6");
    stmt_bind_int(st, 1, now->quantity);
    stmt_bind_opt_str(st, 2, now->sku.len ? now->sku : was->sku);
    stmt_bind_str(st, 3, now->title.len ? now->title : was->title);
    /* A pending order has no price yet; one that was known is not lost to an answer without it. */
    stmt_bind_money(st, 4, now->price.present ? now->price : was->price);
    stmt_bind_int(st, 6, was->id);
    stmt_bind_int(st, 7, now->cancel_requested);
    stmt_bind_str(st, 8, now->cancel_reason);
    return stmt_run(st, NULL, e);
}

/* A line that a person deleted stays deleted. *changed: the lines are not what they were. */
static enum err merge_lines(struct change *c, int64_t order_id, const struct intake_order *o,
    struct change_list *changes, bool *changed, struct error *e)
{
    struct known_line *known;
    size_t count;
    enum err rc = read_lines(c, order_id, &known, &count, e);
    for (size_t i = 0; i < o->line_count && !rc; i++) {
        const struct intake_line *line = &o->lines[i];
        const struct known_line *was = find_line(known, count, line->channel_line_id);
        if (!was) {
            struct order_line added = line_of(line);
            rc = order_line_insert(c, order_id, &added, e);
            change_list_add_int(changes, "line", 0, line->quantity);
            *changed = true;
            continue;
        }
        bool same = was->quantity == line->quantity &&
                    (!line->sku.len || str_eq(was->sku, line->sku)) &&
                    (!line->title.len || str_eq(was->title, line->title)) &&
                    (!line->price.present || money_same(was->price, line->price)) &&
                    was->cancel_requested == line->cancel_requested &&
                    str_eq(was->cancel_reason, line->cancel_reason);
        if (was->deleted || same) continue;
        rc = write_line(c, was, line, e);
        if (was->quantity != line->quantity)
            change_list_add_int(changes, "line", was->quantity, line->quantity);
        *changed = true;
    }
    /* An order comes with all its lines: one that it no longer names is asked for no more. An order
     * without any line says nothing about them. */
    for (size_t i = 0; i < count && o->line_count && !rc; i++) {
        if (known[i].deleted || !known[i].quantity || names_line(o, known[i].channel_line_id))
            continue;
        struct intake_line none = { .quantity = 0 };
        rc = write_line(c, &known[i], &none, e);
        change_list_add_int(changes, "line", known[i].quantity, 0);
        *changed = true;
    }
    return rc;
}

static enum err write_head(struct change *c, const struct known_order *k,
    const struct intake_order *o, int64_t status_id, bool unmapped, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE sales_order SET channel_status = $1, channel_updated_at = $2,"
        " channel_unmapped = $3, cancel_requested = $4, status_id = $5, updated_at = $6,"
        " version = version + 1 WHERE id = $7");
    stmt_bind_str(st, 1, o->channel_status);
    stmt_bind_int(st, 2, o->updated_at);
    stmt_bind_int(st, 3, unmapped);
    stmt_bind_int(st, 4, cancel_requested(o));
    stmt_bind_int(st, 5, status_id);
    stmt_bind_int(st, 6, c->now);
    stmt_bind_int(st, 7, k->id);
    return stmt_run(st, NULL, e);
}

static enum err title_of(
    struct change *c, int64_t status_id, struct str *title, bool *is_open, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT title, is_open FROM order_status WHERE id = $1");
    stmt_bind_int(st, 1, status_id);
    if (stmt_row(st)) {
        *title = stmt_str(st, 0, c->arena);
        *is_open = stmt_int(st, 1) != 0;
    }
    return stmt_end(st, e);
}

/* An order that would open again although a phone on it has been received again since: its figures
 * stay closed and a person is told; the intake goes on. */
static enum err move_items(struct change *c, const struct channel_row *ch,
    const struct known_order *k, const struct intake_order *o, bool is_open, bool *kept,
    struct error *e)
{
    *kept = false;
    if (is_open) {
        struct stmt *st = tx_prepare(c->tx,
            "SELECT COUNT(*) FROM item i JOIN item n ON n.esn = i.esn AND n.is_open = 1"
            " AND n.id <> i.id WHERE i.order_id = $1");
        stmt_bind_int(st, 1, k->id);
        int64_t again;
        enum err rc = stmt_scalar(st, 0, &again, e);
        if (rc) return rc;
        if (again) {
            *kept = true;
            channel_event_add(c, ch->id,
                &(struct channel_event){ .kind = "order_imported",
                    .severity = "warning",
                    .order_id = k->id,
                    .channel_order_id = o->channel_order_id,
                    .detail = S("the order opened again at the channel, but a phone on it has been"
                                " received again since: its status was kept; take the phone off"
                                " the order") });
            return OK;
        }
    }
    return derive_items_open(c, k->id, is_open, e);
}

static enum err update(struct change *c, const struct channel_row *ch, const struct known_order *k,
    const struct intake_order *o, struct error *e)
{
    const struct channel_map_row *map = mapped(ch, o->channel_status);
    bool unmapped;
    int64_t status_id = order_status_after(k->status_id, k->channel_status, o->channel_status,
        map ? map->order_status_id : 0, &unmapped);
    struct change_list changes;
    change_list_init(&changes);
    bool lines_changed = false, is_open = k->is_open, kept = false;
    enum err rc = merge_lines(c, k->id, o, &changes, &lines_changed, e);
    if (!rc && status_id != k->status_id) {
        struct str was = S(""), now = S("");
        rc = title_of(c, k->status_id, &was, &is_open, e);
        if (!rc) rc = title_of(c, status_id, &now, &is_open, e);
        if (!rc && is_open != k->is_open) rc = move_items(c, ch, k, o, is_open, &kept, e);
        if (kept) status_id = k->status_id;
        if (!rc && !kept) change_list_add(&changes, "status", was, now);
    }
    change_list_diff(&changes, "channel_status", k->channel_status, o->channel_status);
    if (!rc) rc = write_head(c, k, o, status_id, unmapped, e);
    if (!rc && changes.count) audit_add(c, "update", "order", k->id, change_list_end(&changes));
    change_list_release(&changes);
    if (!rc && (lines_changed || status_id != k->status_id)) rc = derive_order(c, k->id, e);
    return rc;
}

static enum err take_in(struct change *c, const struct channel_row *ch,
    const struct intake_order *o, struct intake_counts *counts, struct error *e)
{
    struct known_order known;
    enum err rc = find_known(c, ch->id, o->channel_order_id, &known, e);
    if (rc) return rc;
    const struct channel_map_row *map = mapped(ch, o->channel_status);
    struct order_facts facts = { o->amazon_fulfilled, known.id != 0, map != NULL, known.version,
        o->updated_at };
    bool too_old = ch->import_orders_from && o->created_at < ch->import_orders_from;
    switch (order_intake_decide(&facts)) {
    case INTAKE_CREATE:
        ASSERT(map); /* without a map the decision is to skip */
        if (too_old) break;
        counts->created++;
        rc = create(c, ch, o, map->order_status_id, e);
        return rc ? rc : quarantine_resolve(c, ch->id, o->channel_order_id, e);
    case INTAKE_UPDATE:
        counts->updated++;
        rc = update(c, ch, &known, o, e);
        return rc ? rc : quarantine_resolve(c, ch->id, o->channel_order_id, e);
    case INTAKE_SKIP:
        if (known.id) {
            counts->unchanged++;
            return OK;
        }
        break;
    }
    counts->skipped++;
    return OK;
}

enum err intake_orders(struct change *c, const struct channel_row *ch,
    const struct intake_order *orders, size_t count, struct intake_counts *counts, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    enum err rc = OK;
    for (size_t i = 0; i < count && !rc; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        rc = take_in(c, ch, &orders[i], counts, e);
        arena_rewind(c->arena, mark);
    }
    return rc;
}
