/* order_return.c: taking items back, and taking that back; see order_return.h. */
#include "store/order_return.h"

#include "core/hexid.h"
#include "store/item.h"

/* The item as it is on the order. */
struct unit {
    const struct order_item *on_order;
    int64_t variation_id, former_status_id, warehouse_id, location_id;
    struct str status, warehouse, location;
};

/* On the order there is none with that; a Hex ID may have been a slip. */
static struct str not_found(const struct return_input *in)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    bool is_hex = in->text.len && in->is_hex_id;
    bool good = is_hex && hex_id_parse(in->text, text, &id) && hex_id_checks(id);
    return is_hex && !good ? str_of(hex_id_unknown(in->text)) : S("it is not on this order");
}

static struct return_result refused(int64_t item_id, const char *code, struct str detail)
{
    return (struct return_result){ item_id, 0, code, detail };
}

static const struct order_item *find_on_order(
    const struct order *order, const struct return_input *in, int *matches)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str hex = S("");
    bool is_hex = in->is_hex_id && hex_id_parse(str_trim(in->text), text, &hex);
    const struct order_item *found = NULL;
    *matches = 0;
    for (size_t i = 0; i < order->item_count; i++) {
        const struct order_item *item = &order->items[i];
        bool same = !in->text.len   ? item->item_id == in->item_id
                    : in->is_hex_id ? is_hex && str_eq(item->hex_id, hex)
                                    : str_eq(item->esn, str_trim(in->text));
        if (!same) continue;
        found = item;
        ++*matches;
    }
    return found;
}

static enum err lock_unit(
    struct change *c, const struct order_item *item, struct unit *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT i.variation_id, i.former_status_id, i.warehouse_id, i.location_id,"
        " (SELECT title FROM inventory_status WHERE id = i.status_id),"
        " (SELECT name FROM warehouse WHERE id = i.warehouse_id),"
        " (SELECT name FROM location WHERE id = i.location_id)"
        " FROM item i WHERE i.id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, item->item_id);
    *out = (struct unit){ .on_order = item };
    if (stmt_row(st))
        *out =
            (struct unit){ item, stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2), stmt_int(st, 3),
                stmt_str(st, 4, c->arena), stmt_str(st, 5, c->arena), stmt_str(st, 6, c->arena) };
    return stmt_end(st, e);
}

static enum err is_open_elsewhere(
    struct change *c, const struct order_item *item, int64_t *other, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM item WHERE esn = $1 AND is_open = 1 AND id <> $2");
    stmt_bind_str(st, 1, item->esn);
    stmt_bind_int(st, 2, item->item_id);
    return stmt_scalar(st, 0, other, e);
}

static enum err find_archived(
    struct change *c, const struct return_input *in, int64_t *which, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT 1 FROM inventory_status WHERE id = $1 AND archived = 1"
        " UNION ALL SELECT 2 FROM warehouse WHERE id = $2 AND archived = 1"
        " UNION ALL SELECT 3 FROM location WHERE id = $3 AND archived = 1 LIMIT 1");
    stmt_bind_int(st, 1, in->status_id);
    stmt_bind_int(st, 2, in->warehouse_id);
    stmt_bind_int(st, 3, in->location_id);
    return stmt_scalar(st, 0, which, e);
}

/* Of two items of one ESN on a closed order, only one can be in stock again. */
static const char *clash(const struct unit *units, const struct return_result *results, size_t at)
{
    for (size_t k = 0; k < at; k++) {
        if (results[k].code[0]) continue;
        if (units[k].on_order->item_id == units[at].on_order->item_id) return "repeated";
        if (str_eq(units[k].on_order->esn, units[at].on_order->esn)) return "duplicate_open_item";
    }
    return "";
}

static enum err judge(struct change *c, const struct order *order,
    const struct return_request *request, size_t at, struct unit *units,
    struct return_result *results, struct error *e)
{
    static const char *const words[] = { "", "status", "warehouse", "location" };
    const struct return_input *in = &request->inputs[at];
    struct return_result *r = &results[at];
    int matches;
    const struct order_item *item = find_on_order(order, in, &matches);
    *r = refused(0, matches ? "several_items" : "not_on_order",
        matches ? S("several items of the order have this ESN: use the Hex ID") : not_found(in));
    if (matches != 1) return OK;
    int64_t other = 0, archived = 0;
    enum err rc = lock_unit(c, item, &units[at], e);
    if (!rc) rc = is_open_elsewhere(c, item, &other, e);
    if (!rc) rc = find_archived(c, in, &archived, e);
    const char *code = clash(units, results, at);
    *r = (struct return_result){ item->item_id, 0, "", S("") };
    if (other || str_eq(str_of(code), S("duplicate_open_item")))
        *r = refused(item->item_id, "duplicate_open_item",
            S("a phone with this ESN has been received again since"));
    else if (code[0])
        *r = refused(item->item_id, code, S("it is in this list twice"));
    else if (archived)
        *r = refused(
            item->item_id, "archived", arena_fmt(c->arena, "the %s is archived", words[archived]));
    return rc;
}

static enum err put_in_stock(
    struct change *c, const struct unit *u, const struct return_input *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item SET order_id = NULL, former_status_id = NULL, committed_at = NULL,"
        " sale_amount = NULL, sale_currency = NULL, is_open = 1, status_id = $1,"
        " warehouse_id = $2, location_id = $3, updated_at = $4, version = version + 1"
        " WHERE id = $5");
    stmt_bind_int(st, 1, in->status_id);
    stmt_bind_opt_int(st, 2, in->warehouse_id);
    stmt_bind_opt_int(st, 3, in->location_id);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, u->on_order->item_id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_code(
            e, rc, "duplicate_open_item", "a phone with this ESN has been received again since");
    derive_count(c, u->variation_id, in->status_id, in->warehouse_id, 1);
    return rc;
}

static enum err insert(struct change *c, const struct order *order, const struct unit *u,
    const struct return_input *in, int64_t *id, struct error *e)
{
    const struct order_item *item = u->on_order;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO order_return (order_id, item_id, variation_id, line_id, status, warehouse,"
        " location, reason, sale_amount, sale_currency, sale_by_hand, refund_amount,"
        " refund_currency, committed_at, former_status_id, former_warehouse_id,"
        " former_location_id, at, actor_kind, actor_id, actor_name) VALUES ($1, $2, $3, $4, $5,"
        " $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"
        " RETURNING id");
    stmt_bind_int(st, 1, order->id);
    stmt_bind_int(st, 2, item->item_id);
    stmt_bind_int(st, 3, u->variation_id);
    stmt_bind_opt_int(st, 4, item->line_id);
    stmt_bind_str(st, 5, in->status);
    stmt_bind_opt_str(st, 6, in->warehouse);
    stmt_bind_opt_str(st, 7, in->location);
    stmt_bind_str(st, 8, in->reason);
    stmt_bind_money(st, 9, item->sale);
    stmt_bind_int(st, 11, item->sale_by_hand);
    stmt_bind_money(st, 12, in->refund);
    stmt_bind_int(st, 14, item->committed_at);
    stmt_bind_opt_int(st, 15, u->former_status_id);
    stmt_bind_opt_int(st, 16, u->warehouse_id);
    stmt_bind_opt_int(st, 17, u->location_id);
    stmt_bind_int(st, 18, c->now);
    stmt_bind_str(st, 19, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 20, c->actor->id);
    stmt_bind_str(st, 21, c->actor->name);
    return stmt_scalar(st, 0, id, e);
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void record(struct change *c, const struct order *order, const struct unit *u,
    const struct return_input *in)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "status", opt(u->status), opt(in->status));
    change_list_diff(&l, "warehouse", opt(u->warehouse), opt(in->warehouse));
    change_list_diff(&l, "location", opt(u->location), opt(in->location));
    change_list_add(&l, "order", order->number, (struct str){ 0 });
    struct str changes = change_list_end(&l);
    item_event_add(c, u->on_order->item_id, "sale_returned", changes, order->id, in->reason);
    audit_add(c, "return", "item", u->on_order->item_id, changes);
    change_list_release(&l);
}

static enum err apply(struct change *c, const struct order *order,
    const struct return_request *request, const struct unit *units, struct return_result *results,
    struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < request->count && !rc; i++) {
        if (results[i].code[0]) continue;
        rc = put_in_stock(c, &units[i], &request->inputs[i], e);
        if (!rc) rc = insert(c, order, &units[i], &request->inputs[i], &results[i].return_id, e);
        if (!rc) record(c, order, &units[i], &request->inputs[i]);
    }
    if (rc) return rc;
    order_touch(c, order);
    return derive_order(c, order->id, e);
}

enum err return_add(struct change *c, const struct order *order,
    const struct return_request *request, struct return_result *results, struct error *e)
{
    struct unit *units = arena_new(c->arena, struct unit, request->count + 1);
    size_t good = 0;
    for (size_t i = 0; i < request->count; i++) {
        enum err rc = judge(c, order, request, i, units, results, e);
        if (rc) return rc;
        good += !results[i].code[0];
    }
    for (size_t i = 0; request->atomic && good < request->count && i < request->count; i++)
        if (!results[i].code[0])
            results[i] = refused(results[i].item_id, "not_tried",
                S("another one failed, and all or nothing was asked for"));
    if (!good || (request->atomic && good < request->count)) return OK;
    return apply(c, order, request, units, results, e);
}

#define COLUMNS                                                                                    \
    "SELECT r.id, r.order_id, r.item_id, r.variation_id, r.line_id, 'SO-' || r.order_id, i.esn,"   \
    " i.hex_id, r.status, r.warehouse, r.location, r.reason, r.sale_amount, r.sale_currency,"      \
    " r.refund_amount, r.refund_currency, r.at, r.actor_kind, r.actor_id, r.actor_name,"           \
    " r.undone_at, r.undone_by, r.version FROM order_return r JOIN item i ON i.id = r.item_id "

static void read_row(struct stmt *st, struct arena *arena, struct order_return *out)
{
    *out = (struct order_return){
        .id = stmt_int(st, 0),
        .order_id = stmt_int(st, 1),
        .item_id = stmt_int(st, 2),
        .variation_id = stmt_int(st, 3),
        .line_id = stmt_int(st, 4),
        .order_number = stmt_str(st, 5, arena),
        .esn = stmt_str(st, 6, arena),
        .hex_id = stmt_str(st, 7, arena),
        .status = stmt_str(st, 8, arena),
        .warehouse = stmt_str(st, 9, arena),
        .location = stmt_str(st, 10, arena),
        .reason = stmt_str(st, 11, arena),
        .sale = stmt_money(st, 12, arena),
        .refund = stmt_money(st, 14, arena),
        .at = stmt_int(st, 16),
        .actor_kind = actor_kind_of(stmt_str_view(st, 17)),
        .actor_id = stmt_int(st, 18),
        .actor_name = stmt_str(st, 19, arena),
        .undone_at = stmt_int(st, 20),
        .undone_by = stmt_str(st, 21, arena),
        .version = stmt_int(st, 22),
    };
}

/* $1 is the narrowing one of each statement. */
#define OTHER_CONDITIONS                                                                           \
    " AND r.id < $2 AND ($3 = 0 OR r.order_id = $3) AND ($4 = 0 OR r.item_id = $4)"                \
    " AND ($5 = -1 OR (CASE WHEN r.undone_at IS NULL THEN 0 ELSE 1 END) = $5)"                     \
    " ORDER BY r.id DESC LIMIT $6"

static struct stmt *list_statement(struct tx *tx, const struct return_filter *f)
{
    struct stmt *st;
    if (f->esn.len) {
        st = tx_prepare(tx, COLUMNS "WHERE i.esn = $1" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->esn);
    } else if (f->item_id) {
        st = tx_prepare(tx, COLUMNS "WHERE r.item_id = $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, f->item_id);
    } else if (f->order_id) {
        st = tx_prepare(tx, COLUMNS "WHERE r.order_id = $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, f->order_id);
    } else {
        st = tx_prepare(tx, COLUMNS "WHERE r.id >= $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, 0);
    }
    return st;
}

enum err return_list(struct tx *tx, const struct return_filter *filter, const struct page *page,
    struct arena *arena, struct order_return **out, size_t *count, struct error *e)
{
    struct order_return *rows = arena_new(arena, struct order_return, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = list_statement(tx, filter);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, filter->order_id);
    stmt_bind_int(st, 4, filter->item_id);
    stmt_bind_int(st, 5, filter->has_undone ? filter->undone : -1);
    stmt_bind_int(st, 6, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

enum err return_load(
    struct tx *tx, int64_t id, struct arena *arena, struct order_return *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE r.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no return %lld", (long long)id);
    return rc;
}

static struct str money_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

enum err return_update(struct change *c, const struct order_return *before,
    struct order_return *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE order_return SET reason = $1, refund_amount = $2, refund_currency = $3,"
        " version = version + 1 WHERE id = $4 AND version = $5");
    stmt_bind_str(st, 1, after->reason);
    stmt_bind_money(st, 2, after->refund);
    stmt_bind_int(st, 4, before->id);
    stmt_bind_int(st, 5, before->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return rc;
    after->version = before->version + 1;
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "reason", opt(before->reason), opt(after->reason));
    change_list_diff(
        &l, "refund", money_text(before->refund, c->arena), money_text(after->refund, c->arena));
    audit_add(c, "update", "return", before->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

/* What the item is now, and what it was before it came back. */
struct undoing {
    int64_t item_id, order_id, variation_id, status_id, warehouse_id, transfer_id; /* now */
    struct str status, warehouse, location;
};

static enum err lock_returned(
    struct change *c, const struct order_return *r, struct undoing *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT i.id, i.order_id, i.variation_id, i.status_id, i.warehouse_id,"
        " i.transfer_id, (SELECT title FROM inventory_status WHERE id = i.status_id),"
        " (SELECT name FROM warehouse WHERE id = i.warehouse_id),"
        " (SELECT name FROM location WHERE id = i.location_id)"
        " FROM item i WHERE i.id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, r->item_id);
    *out = (struct undoing){ 0 };
    if (stmt_row(st))
        *out = (struct undoing){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2), stmt_int(st, 3),
            stmt_int(st, 4), stmt_int(st, 5), stmt_str(st, 6, c->arena), stmt_str(st, 7, c->arena),
            stmt_str(st, 8, c->arena) };
    return stmt_end(st, e);
}

/* A status or place that was deleted meanwhile cannot come back: the present one is kept. */
static enum err put_back(struct change *c, const struct order *order, const struct order_return *r,
    const struct undoing *u, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item SET order_id = $1, is_open = $2, updated_at = $3, version = version + 1,"
        " former_status_id = COALESCE((SELECT s.id FROM order_return r JOIN inventory_status s"
        " ON s.id = r.former_status_id WHERE r.id = $4), status_id), status_id ="
        " (SELECT s.id FROM setting t JOIN inventory_status s ON CAST(s.id AS TEXT) = t.value"
        " WHERE t.key = 'committed_status'), committed_at ="
        " (SELECT committed_at FROM order_return WHERE id = $4), warehouse_id ="
        " (SELECT w.id FROM order_return r JOIN warehouse w ON w.id = r.former_warehouse_id"
        " WHERE r.id = $4), location_id = (SELECT l.id FROM order_return r JOIN location l"
        " ON l.id = r.former_location_id WHERE r.id = $4), sale_amount ="
        " (SELECT sale_amount FROM order_return WHERE id = $4 AND sale_by_hand = 1),"
        " sale_currency = (SELECT sale_currency FROM order_return WHERE id = $4 AND"
        " sale_by_hand = 1) WHERE id = $5");
    stmt_bind_int(st, 1, order->id);
    stmt_bind_int(st, 2, order->is_open);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, r->id);
    stmt_bind_int(st, 5, r->item_id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    derive_count(c, u->variation_id, u->status_id, u->warehouse_id, -1);
    st = tx_prepare(c->tx, "UPDATE order_return SET undone_at = $1, undone_by = $2,"
                           " version = version + 1 WHERE id = $3");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_str(st, 2, c->actor->name);
    stmt_bind_int(st, 3, r->id);
    return stmt_run(st, NULL, e);
}

static enum err record_undone(struct change *c, const struct order *order,
    const struct order_return *r, const struct undoing *u, struct error *e)
{
    struct item now;
    enum err rc = item_load(c->tx, r->item_id, c->arena, &now, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "status", opt(u->status), opt(now.status));
    change_list_diff(&l, "warehouse", opt(u->warehouse), opt(now.warehouse));
    change_list_diff(&l, "location", opt(u->location), opt(now.location));
    change_list_add(&l, "order", (struct str){ 0 }, order->number);
    struct str changes = change_list_end(&l);
    item_event_add(c, r->item_id, "return_undone", changes, order->id, S(""));
    audit_add(c, "undo_return", "item", r->item_id, changes);
    change_list_release(&l);
    return OK;
}

enum err return_undo(struct change *c, int64_t id, struct error *e)
{
    struct order_return r = { 0 };
    struct order order;
    struct undoing u;
    enum err rc = return_load(c->tx, id, c->arena, &r, e);
    if (!rc) rc = order_lock(c, r.order_id, c->arena, &order, e);
    /* Again, now that nobody else can undo it. */
    if (!rc) rc = return_load(c->tx, id, c->arena, &r, e);
    if (rc) return rc;
    if (r.undone_at) return error_code(e, ERR_CONFLICT, "undone", "it is undone already");
    rc = lock_returned(c, &r, &u, e);
    if (rc) return rc;
    if (u.order_id)
        return error_code(e, ERR_CONFLICT, "committed",
            "the item is on order SO-%lld now; take it off first", (long long)u.order_id);
    if (u.transfer_id)
        return error_code(e, ERR_CONFLICT, "in_transit",
            "the item is on its way between warehouses: receive it first");
    rc = put_back(c, &order, &r, &u, e);
    if (!rc) rc = record_undone(c, &order, &r, &u, e);
    if (rc) return rc;
    order_touch(c, &order);
    return derive_order(c, order.id, e);
}
