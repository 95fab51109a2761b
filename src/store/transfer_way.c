/* transfer_way.c: shipping, receiving and canceling: where the items of a transfer are. */
#include "store/item_move.h"
#include "store/transfer.h"

#include <stdlib.h>

/* The items of one state, locked, with where they lay before. */
struct load {
    struct item *before, *after;
    int64_t *ids, *locations;
    size_t count;
};

static enum err load_items(struct change *c, const struct transfer *t, const char *state,
    struct load *out, struct error *e)
{
    *out = (struct load){ .count = 0 };
    out->ids = arena_new(c->arena, int64_t, (size_t)t->items + 1);
    out->locations = arena_new(c->arena, int64_t, (size_t)t->items + 1);
    struct stmt *st = tx_prepare(c->tx,
        "SELECT x.item_id, l.id FROM transfer_item x LEFT JOIN location l ON l.id = x.location_id"
        " WHERE x.transfer_id = $1 AND x.state = $2 ORDER BY x.item_id");
    stmt_bind_int(st, 1, t->id);
    stmt_bind_str(st, 2, str_of(state));
    while (stmt_row(st) && out->count < (size_t)t->items) {
        out->ids[out->count] = stmt_int(st, 0);
        out->locations[out->count++] = stmt_int(st, 1);
    }
    size_t loaded = 0;
    enum err rc = stmt_end(st, e);
    if (!rc) rc = item_lock_many(c, out->ids, out->count, e);
    if (!rc) rc = item_load_many(c->tx, out->ids, out->count, c->arena, &out->before, &loaded, e);
    if (rc) return rc;
    out->after = arena_new(c->arena, struct item, loaded + 1);
    for (size_t i = 0; i < loaded; i++)
        out->after[i] = out->before[i];
    out->count = loaded;
    return OK;
}

/* Where an item shall be. */
struct goal {
    int64_t warehouse_id, location_id, transfer_id;
    struct str warehouse, location;
};

static void send_to(struct item *item, const struct goal *g)
{
    item->warehouse_id = g->warehouse_id;
    item->warehouse = g->warehouse;
    item->location_id = g->location_id;
    item->location = g->location;
    item->transfer_id = g->transfer_id;
}

/* ids: of items on the transfer; location_too: keeps where they lay. */
static void set_states(struct change *c, const struct transfer *t, const struct load *l,
    const char *state, bool location_too)
{
    struct stmt *st = tx_prepare(c->tx,
        location_too ? "UPDATE transfer_item SET state = $3, changed_at = $4, location_id ="
                       " (SELECT i.location_id FROM item i WHERE i.id = transfer_item.item_id)"
                       " WHERE transfer_id = $2 AND item_id IN {ints $1}"
                     : "UPDATE transfer_item SET state = $3, changed_at = $4"
                       " WHERE transfer_id = $2 AND item_id IN {ints $1}");
    stmt_bind_ints(st, 1, l->ids, l->count);
    stmt_bind_int(st, 2, t->id);
    stmt_bind_str(st, 3, str_of(state));
    stmt_bind_int(st, 4, c->now);
    stmt_later(st);
}

static enum err set_state(
    struct change *c, const struct transfer *t, enum transfer_state state, struct error *e)
{
    bool over = state == TRANSFER_RECEIVED || state == TRANSFER_CANCELED;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE transfer SET state = $1, shipped_at = COALESCE(shipped_at, $2), closed_at = $3,"
        " updated_at = $4, version = version + 1 WHERE id = $5 AND version = $6");
    stmt_bind_str(st, 1, str_of(transfer_state_name(state)));
    stmt_bind_opt_int(st, 2, state == TRANSFER_IN_TRANSIT ? c->now : 0);
    stmt_bind_opt_int(st, 3, over ? c->now : 0);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, t->id);
    stmt_bind_int(st, 6, t->version);
    enum err rc = stmt_run_versioned(st, e);
    struct change_list l;
    change_list_init(&l);
    change_list_diff(
        &l, "state", str_of(transfer_state_name(t->state)), str_of(transfer_state_name(state)));
    audit_add(c, "update", "transfer", t->id, change_list_end(&l));
    change_list_release(&l);
    return rc;
}

static enum err refuse_unfit(const struct transfer *t, const struct load *l, struct error *e)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct item *item = &l->before[i];
        if (item->order_id)
            return error_code(e, ERR_CONFLICT, "conflict",
                "item %lld (%.*s) is on order %.*s: take it off the transfer or off the order",
                (long long)item->id, STR_FMT(item->esn), STR_FMT(item->order_number));
        if (item->warehouse_id != t->from_id)
            return error_code(e, ERR_CONFLICT, "conflict",
                "item %lld (%.*s) is no longer in %.*s: take it off the transfer",
                (long long)item->id, STR_FMT(item->esn), STR_FMT(t->from));
    }
    return OK;
}

enum err transfer_ship(struct change *c, const struct transfer *t, struct error *e)
{
    struct load l;
    if (t->state != TRANSFER_DRAFT)
        return error_code(e, ERR_CONFLICT, "not_draft", "the transfer has left already");
    if (!t->items) return error_code(e, ERR_CONFLICT, "empty", "there is nothing on the transfer");
    enum err rc = load_items(c, t, "waiting", &l, e);
    if (!rc) rc = refuse_unfit(t, &l, e);
    if (rc) return rc;
    set_states(c, t, &l, "in_transit", true);
    for (size_t i = 0; i < l.count; i++)
        send_to(&l.after[i],
            &(struct goal){ .warehouse = S(""), .location = S(""), .transfer_id = t->id });
    item_move(c, &(struct item_move){ l.before, l.after, l.count, "shipped" });
    return set_state(c, t, TRANSFER_IN_TRANSIT, e);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Splits what is on its way into what arrives and the rest. */
static void split(const struct load *all, const struct transfer_receipt *r, struct load *in,
    struct load *rest, struct arena *arena)
{
    struct load *parts[] = { in, rest };
    for (int i = 0; i < 2; i++)
        *parts[i] = (struct load){ arena_new(arena, struct item, all->count + 1),
            arena_new(arena, struct item, all->count + 1),
            arena_new(arena, int64_t, all->count + 1), NULL, 0 };
    for (size_t i = 0; i < all->count; i++) {
        bool here = r->all || (r->count && bsearch(&all->ids[i], r->ids, r->count, sizeof *r->ids,
                                               compare_ids));
        struct load *part = here ? in : rest;
        part->before[part->count] = part->after[part->count] = all->before[i];
        part->ids[part->count++] = all->ids[i];
    }
}

static enum err answer(struct change *c, const struct transfer *t, const struct load *in,
    const struct transfer_receipt *r, struct transfer_result *results, struct error *e)
{
    int64_t *known = arena_new(c->arena, int64_t, (size_t)t->items + 1);
    size_t count = 0;
    struct stmt *st = tx_prepare(c->tx, "SELECT item_id FROM transfer_item WHERE transfer_id = $1"
                                        " AND state = 'received' ORDER BY item_id");
    stmt_bind_int(st, 1, t->id);
    while (stmt_row(st) && count < (size_t)t->items)
        known[count++] = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < r->count && !rc; i++) {
        int64_t id = r->ids[i];
        if (in->count && bsearch(&id, in->ids, in->count, sizeof id, compare_ids))
            results[i] = (struct transfer_result){ id, true, "", S("") };
        else if (count && bsearch(&id, known, count, sizeof id, compare_ids))
            results[i] = (struct transfer_result){ id, false, "already_received",
                S("it was received already") };
        else
            results[i] = (struct transfer_result){ id, false, "not_on_transfer",
                S("it is not on its way on this transfer") };
    }
    return rc;
}

enum err transfer_receive(struct change *c, const struct transfer *t,
    const struct transfer_receipt *receipt, struct transfer_result *results, struct error *e)
{
    struct load all, in, rest;
    if (t->state != TRANSFER_IN_TRANSIT)
        return error_code(e, ERR_CONFLICT, "not_in_transit", "the transfer is not on its way");
    enum err rc = load_items(c, t, "in_transit", &all, e);
    if (rc) return rc;
    split(&all, receipt, &in, &rest, c->arena);
    rc = answer(c, t, &in, receipt, results, e);
    if (rc) return rc;
    struct goal goal = { .warehouse_id = t->to_id,
        .warehouse = t->to,
        .location_id = receipt->location_id,
        .location = receipt->location };
    for (size_t i = 0; i < in.count; i++)
        send_to(&in.after[i], &goal);
    if (in.count) set_states(c, t, &in, "received", false);
    item_move(c, &(struct item_move){ in.before, in.after, in.count, "received" });
    bool lost = receipt->close && rest.count;
    for (size_t i = 0; i < rest.count && lost; i++)
        send_to(&rest.after[i], &(struct goal){ .warehouse = S(""), .location = S("") });
    if (lost) set_states(c, t, &rest, "missing", false);
    if (lost) item_move(c, &(struct item_move){ rest.before, rest.after, rest.count, "missing" });
    if (!in.count && !lost) return OK;
    bool over = receipt->close || !rest.count;
    return set_state(c, t, over ? TRANSFER_RECEIVED : TRANSFER_IN_TRANSIT, e);
}

enum err transfer_cancel(struct change *c, const struct transfer *t, struct error *e)
{
    struct load l;
    if (t->state != TRANSFER_DRAFT && t->state != TRANSFER_IN_TRANSIT)
        return error_code(e, ERR_CONFLICT, "closed", "the transfer is over");
    bool draft = t->state == TRANSFER_DRAFT;
    enum err rc = load_items(c, t, draft ? "waiting" : "in_transit", &l, e);
    if (rc) return rc;
    if (l.count) set_states(c, t, &l, "returned", false);
    for (size_t i = 0; i < l.count && !draft; i++) {
        struct goal goal = { .warehouse_id = t->from_id,
            .warehouse = t->from,
            .location_id = l.locations[i],
            .location = S("") };
        send_to(&l.after[i], &goal);
    }
    if (!draft) {
        rc = item_name_locations(c->tx, l.after, l.count, c->arena, e);
        if (rc) return rc;
        item_move(c, &(struct item_move){ l.before, l.after, l.count, "returned" });
    }
    return set_state(c, t, TRANSFER_CANCELED, e);
}
