/* commitment.c: guards, and the change of an item that goes on or off an order. */
#include "store/commitment.h"

#include "core/hexid.h"
#include "store/item.h"

struct found_item {
    int64_t id, variation_id, status_id, former_status_id, warehouse_id, order_id;
    struct str status, order_number;
    int64_t transfer_id;
};

/* Subqueries rather than joins, so that FOR UPDATE locks the item and nothing else. */
#define FOUND_COLUMNS                                                                              \
    "SELECT i.id, i.variation_id, i.status_id, i.former_status_id, i.warehouse_id, i.order_id,"    \
    " (SELECT title FROM inventory_status WHERE id = i.status_id), 'SO-' || i.order_id,"           \
    " i.transfer_id"                                                                               \
    " FROM item i "

static void read_found(struct stmt *st, struct arena *arena, struct found_item *out)
{
    *out = (struct found_item){ stmt_int(st, 0), stmt_int(st, 1), stmt_int(st, 2), stmt_int(st, 3),
        stmt_int(st, 4), stmt_int(st, 5), stmt_str(st, 6, arena), stmt_str(st, 7, arena),
        stmt_int(st, 8) };
}

/* Uncommitted items come first: an ESN may recur over time, and what was sold long ago is not what
 * lies under the scanner. *count counts those that could be meant (at most 2 are looked at). */
static enum err find_item(struct change *c, const struct commitment_input *in, struct arena *arena,
    struct found_item *out, int *count, struct error *e)
{
    struct stmt *st;
    if (in->is_hex_id) {
        char text[HEX_ID_TEXT_SIZE];
        struct str id;
        *count = 0;
        if (!hex_id_parse(str_trim(in->text), text, &id)) return OK;
        st = tx_prepare(c->tx, FOUND_COLUMNS "WHERE i.hex_id = $1 FOR UPDATE");
        stmt_bind_str(st, 1, id);
    } else {
        st = tx_prepare(c->tx,
            FOUND_COLUMNS "WHERE i.esn = $1 ORDER BY (i.order_id IS NOT NULL), i.id DESC LIMIT 2"
                          " FOR UPDATE");
        stmt_bind_str(st, 1, str_trim(in->text));
    }
    *count = 0;
    while (stmt_row(st)) {
        struct found_item row;
        read_found(st, arena, &row);
        if (*count == 0)
            *out = row;
        else if (row.order_id && !out->order_id)
            continue; /* an older sale of the same phone */
        ++*count;
    }
    return stmt_end(st, e);
}

static struct commitment_result refused(
    const struct found_item *item, const char *code, struct str detail)
{
    return (struct commitment_result){ item ? item->id : 0, false, code, detail };
}

/* Of a scan nobody says which of the two was meant. */
static struct commitment_result unknown(const struct commitment_input *in)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    if (in->is_hex_id) return refused(NULL, "unknown_hex_id", str_of(hex_id_unknown(in->text)));
    bool slip = in->is_scan && hex_id_parse(in->text, text, &id) && !hex_id_checks(id);
    return refused(NULL, "unknown_esn",
        slip ? S("no item has this ESN, and as a Hex ID it was misread or mistyped: its check"
                 " character does not fit")
             : S("no item has this ESN"));
}

static struct commitment_result judge(const struct order *order, const struct commitment_input *in,
    const struct found_item *item, int count, struct arena *arena)
{
    if (!order->allow_commitment)
        return refused(NULL, "status_forbids",
            arena_fmt(arena, "an order in status %.*s takes no items", STR_FMT(order->status)));
    if (count == 0) return unknown(in);
    if (count > 1)
        return refused(NULL, "ambiguous_esn", S("several items have this ESN: use the Hex ID"));
    if (item->order_id == order->id)
        return refused(item, "already_committed", S("it is already on this order"));
    if (item->order_id)
        return refused(item, "already_committed",
            arena_fmt(arena, "it is on order %.*s", STR_FMT(item->order_number)));
    if (item->transfer_id)
        return refused(item, "in_transit",
            arena_fmt(arena, "it is on its way, on transfer %lld: receive it first",
                (long long)item->transfer_id));
    return (struct commitment_result){ item->id, true, "", S("") };
}

static enum err put_on_order(struct change *c, const struct order *order,
    const struct found_item *item, int64_t to_status, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item SET order_id = $1, former_status_id = status_id, status_id = $2,"
        " committed_at = $3, is_open = $4, updated_at = $3, version = version + 1"
        " WHERE id = $5 AND order_id IS NULL");
    stmt_bind_int(st, 1, order->id);
    stmt_bind_int(st, 2, to_status);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, order->is_open);
    stmt_bind_int(st, 5, item->id);
    stmt_later(st);
    (void)e;
    derive_count(c, item->variation_id, item->status_id, item->warehouse_id, -1);
    return OK;
}

static void record(struct change *c, const struct order *order, const struct found_item *item,
    struct str from_status, struct str to_status, bool committed)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "status", from_status, to_status);
    struct str none = { 0 };
    change_list_add(
        &l, "order", committed ? none : order->number, committed ? order->number : none);
    struct str changes = change_list_end(&l);
    item_event_add(c, item->id, committed ? "committed" : "uncommitted", changes, order->id, S(""));
    audit_add(c, committed ? "commit" : "uncommit", "item", item->id, changes);
    change_list_release(&l);
}

static enum err committed_status(
    struct change *c, int64_t *id, struct str *title, struct arena *arena, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT s.id, s.title FROM setting t JOIN inventory_status s"
                          " ON CAST(s.id AS TEXT) = t.value WHERE t.key = 'committed_status'");
    bool found = stmt_row(st);
    if (found) {
        *id = stmt_int(st, 0);
        *title = stmt_str(st, 1, arena);
    }
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_CORRUPT, "setting committed_status names no status");
    return rc;
}

static bool fits(const struct order_line *l, int64_t variation_id)
{
    for (size_t i = 0; i < l->candidate_count; i++)
        if (l->candidates[i] == variation_id) return true;
    return false;
}

static bool fits_any(const struct order *order, int64_t variation_id)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (fits(&order->lines[i], variation_id)) return true;
    return false;
}

/* Units of a variation that may go on the order before only those are left that the buyer asked to
 * cancel; -1: as many as one likes. What fits no line is a direct commit and would go with any. Of
 * what is on the order already nobody can say which line it was meant for: it counts for the others
 * first. *asked: the line that was asked to be canceled. */
static int64_t room_beside_canceled(
    const struct order *order, int64_t variation_id, const struct order_line **asked)
{
    bool direct = !fits_any(order, variation_id);
    int64_t room = 0;
    *asked = NULL;
    for (size_t i = 0; i < order->line_count; i++) {
        const struct order_line *l = &order->lines[i];
        if (!l->quantity || (!direct && !fits(l, variation_id))) continue;
        if (!l->cancel_requested)
            room += l->quantity - l->returned;
        else if (!*asked)
            *asked = l;
    }
    if (!*asked || (direct && room > 0)) return -1;
    for (size_t i = 0; i < order->item_count && room > 0 && !direct; i++)
        for (size_t k = 0; k < order->line_count; k++)
            if (fits(&order->lines[k], variation_id) &&
                fits(&order->lines[k], order->items[i].variation_id)) {
                room--;
                break;
            }
    return room;
}

/* The buyer wants no more than goes without this one; before: units of its variation that this
 * request has put on the order so far. */
static bool is_asked_back(const struct order *order, const struct found_item *item, int64_t before,
    struct arena *arena, struct commitment_result *result)
{
    const struct order_line *asked;
    int64_t room = room_beside_canceled(order, item->variation_id, &asked);
    if (room < 0 || before < room) return false;
    struct str reason = asked->cancel_reason;
    *result = refused(item, "cancel_requested",
        arena_fmt(arena, "the buyer asked to cancel this%s%.*s%s: settle it at the channel first",
            reason.len ? " (" : "", STR_FMT(reason), reason.len ? ")" : ""));
    return true;
}

static int64_t taken_before(
    const struct found_item *items, const struct commitment_result *results, size_t upto)
{
    int64_t n = 0;
    for (size_t i = 0; i < upto; i++)
        n += results[i].committed && items[i].variation_id == items[upto].variation_id;
    return n;
}

/* The same unit twice in one paste. */
static bool is_repeated(
    const struct found_item *items, const struct commitment_result *results, size_t upto)
{
    for (size_t i = 0; i < upto; i++)
        if (results[i].committed && items[i].id == items[upto].id) return true;
    return false;
}

static enum err judge_all(struct change *c, const struct order *order,
    const struct commitment_request *request, struct arena *arena, struct found_item *items,
    struct commitment_result *results, struct error *e)
{
    for (size_t i = 0; i < request->count; i++) {
        const struct commitment_input *input = &request->inputs[i];
        int matches = 0;
        enum err rc = find_item(c, input, arena, &items[i], &matches, e);
        if (rc) return rc;
        results[i] = judge(order, input, &items[i], matches, arena);
        if (results[i].committed && is_repeated(items, results, i))
            results[i] = refused(&items[i], "repeated", S("it is in this list twice"));
        if (results[i].committed && !request->despite_cancel_request)
            (void)is_asked_back(
                order, &items[i], taken_before(items, results, i), arena, &results[i]);
    }
    return OK;
}

static size_t count_good(const struct commitment_result *results, size_t count)
{
    size_t good = 0;
    for (size_t i = 0; i < count; i++)
        good += results[i].committed;
    return good;
}

enum err commitment_add(struct change *c, const struct order *order,
    const struct commitment_request *request, struct arena *arena,
    struct commitment_result *results, struct error *e)
{
    size_t count = request->count;
    struct found_item *items = arena_new(arena, struct found_item, count + 1);
    enum err rc = judge_all(c, order, request, arena, items, results, e);
    if (rc) return rc;
    size_t good = count_good(results, count);
    if (request->atomic && good < count) {
        for (size_t i = 0; i < count; i++)
            if (results[i].committed)
                results[i] = refused(&items[i], "not_committed_atomic",
                    S("another one failed, and all or nothing was asked for"));
        return OK;
    }
    if (good == 0) return OK;
    int64_t to_status = 0;
    struct str title = S("");
    rc = committed_status(c, &to_status, &title, arena, e);
    for (size_t i = 0; i < count && !rc; i++) {
        if (!results[i].committed) continue;
        rc = put_on_order(c, order, &items[i], to_status, e);
        record(c, order, &items[i], items[i].status, title, true);
    }
    if (rc) return rc;
    order_touch(c, order);
    return derive_order(c, order->id, e);
}

enum err commitment_remove(
    struct change *c, const struct order *order, int64_t item_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, FOUND_COLUMNS "WHERE i.id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, item_id);
    struct found_item item = { 0 };
    bool found = stmt_row(st);
    if (found) read_found(st, c->arena, &item);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found || item.order_id != order->id)
        return error_set(e, ERR_NOT_FOUND, "item %lld is not on order %.*s", (long long)item_id,
            STR_FMT(order->number));
    st = tx_prepare(c->tx, "SELECT title FROM inventory_status WHERE id = $1");
    stmt_bind_int(st, 1, item.former_status_id);
    struct str former = S("");
    if (stmt_row(st)) former = stmt_str(st, 0, c->arena);
    rc = stmt_end(st, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "UPDATE item SET order_id = NULL, status_id = former_status_id, former_status_id = NULL,"
        " committed_at = NULL, sale_amount = NULL, sale_currency = NULL, is_open = 1, updated_at = "
        "$1, version = version + 1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, item.id);
    rc = stmt_run(st, NULL, e);
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_code(
            e, rc, "duplicate_open_item", "a phone with this ESN has been received again since");
    if (rc) return rc;
    derive_count(c, item.variation_id, item.former_status_id, item.warehouse_id, 1);
    record(c, order, &item, item.status, former, false);
    order_touch(c, order);
    return derive_order(c, order->id, e);
}
