/* item.c: editing and reading items; see item.h. */
#include "store/item.h"

#include "store/derive.h"
#include "store/search.h"

#define COLUMNS                                                                                    \
    "SELECT i.id, i.esn, i.hex_id, i.variation_id, i.status_id, s.title, i.former_status_id,"      \
    " i.warehouse_id, w.name, i.location_id, l.name, i.paid_amount, i.paid_currency, i.order_id,"  \
    " 'SO-' || i.order_id, i.committed_at, i.is_open, i.version, i.created_at, i.updated_at,"      \
    " i.transfer_id, tf.name, tt.name, i.purchase_order_id, p.number, i.purchase_order_line_id,"   \
    " p.lot_price IS NOT NULL FROM item i JOIN inventory_status s ON s.id = i.status_id"           \
    " LEFT JOIN warehouse w ON w.id = i.warehouse_id"                                              \
    " LEFT JOIN location l ON l.id = i.location_id"                                                \
    " LEFT JOIN transfer t ON t.id = i.transfer_id LEFT JOIN warehouse tf ON tf.id = t.from_id"    \
    " LEFT JOIN warehouse tt ON tt.id = t.to_id"                                                   \
    " LEFT JOIN purchase_order p ON p.id = i.purchase_order_id "

static void read_row(struct stmt *st, struct arena *arena, struct item *out)
{
    *out = (struct item){
        .id = stmt_int(st, 0),
        .esn = stmt_str(st, 1, arena),
        .hex_id = stmt_str(st, 2, arena),
        .variation_id = stmt_int(st, 3),
        .status_id = stmt_int(st, 4),
        .status = stmt_str(st, 5, arena),
        .former_status_id = stmt_int(st, 6),
        .warehouse_id = stmt_int(st, 7),
        .warehouse = stmt_str(st, 8, arena),
        .location_id = stmt_int(st, 9),
        .location = stmt_str(st, 10, arena),
        .paid = stmt_money(st, 11, arena),
        .order_id = stmt_int(st, 13),
        .order_number = stmt_str(st, 14, arena),
        .committed_at = stmt_int(st, 15),
        .is_open = stmt_int(st, 16) != 0,
        .version = stmt_int(st, 17),
        .created_at = stmt_int(st, 18),
        .updated_at = stmt_int(st, 19),
        .transfer_id = stmt_int(st, 20),
        .transfer_from = stmt_str(st, 21, arena),
        .transfer_to = stmt_str(st, 22, arena),
        .purchase_order_id = stmt_int(st, 23),
        .purchase_order = stmt_str(st, 24, arena),
        .purchase_order_line_id = stmt_int(st, 25),
        .in_lot = stmt_int(st, 26) != 0,
    };
}

#define HAS_WORD(n) "LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $" n " ESCAPE '!'"

/* All that a filter may say; the condition before it in each statement below is the one whose index
 * narrows. */
#define CONDITIONS                                                                                 \
    " AND i.id < $2 AND ($3 = 0 OR i.variation_id = $3) AND ($4 = 0 OR i.status_id = $4)"          \
    " AND ($5 = 0 OR i.order_id = $5) AND ($6 = -1 OR COALESCE(i.warehouse_id, 0) = $6)"           \
    " AND ($7 = -1 OR (i.order_id IS NOT NULL AND $7 = 1) OR (i.order_id IS NULL AND $7 = 0))"     \
    " AND ($9 = 0 OR i.location_id = $9) AND ($10 = 0 OR COALESCE((SELECT x.value FROM"            \
    " item_value x WHERE x.item_id = i.id AND x.field_id = $10), '') = $11)"                       \
    " AND ($22 = 0 OR i.purchase_order_id = $22)"                                                  \
    " AND ($12 = '' OR i.esn = $12) AND ($13 = '' OR i.hex_id = $13) AND ($14 = '' OR v.sku = "    \
    "$14)"                                                                                         \
    " AND ($15 = 0 OR (" HAS_WORD("16") " AND " HAS_WORD("17") " AND " HAS_WORD(                   \
        "18") " AND " HAS_WORD("19") " AND " HAS_WORD("20") " AND " HAS_WORD("21") "))"            \
                                                                                   " ORDER BY "    \
                                                                                   "i.id DESC "    \
                                                                                   "LIMIT $8"
#define LIST COLUMNS "JOIN variation v ON v.id = i.variation_id "

static void bind_conditions(
    struct stmt *st, const struct item_filter *f, const struct page *page, struct arena *arena)
{
    struct search_words words;
    search_words(f->q, arena, &words);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, f->variation_id);
    stmt_bind_int(st, 4, f->status_id);
    stmt_bind_int(st, 5, f->order_id);
    stmt_bind_int(st, 6, f->has_warehouse ? f->warehouse_id : -1);
    stmt_bind_int(st, 7, f->has_committed ? f->committed : -1);
    stmt_bind_int(st, 8, page->limit + 1);
    stmt_bind_int(st, 9, f->location_id);
    stmt_bind_int(st, 10, f->field_id);
    stmt_bind_str(st, 11, f->field_value);
    stmt_bind_str(st, 12, f->esn);
    stmt_bind_str(st, 13, f->hex_id);
    stmt_bind_str(st, 14, f->sku);
    stmt_bind_int(st, 15, f->q.len != 0);
    search_bind(st, 16, &words);
    stmt_bind_int(st, 22, f->purchase_order_id);
}

static struct stmt *list_statement(struct tx *tx, const struct item_filter *f)
{
    struct stmt *st;
    if (f->esn.len) {
        st = tx_prepare(tx, LIST "WHERE i.esn = $1" CONDITIONS);
        stmt_bind_str(st, 1, f->esn);
    } else if (f->hex_id.len) {
        st = tx_prepare(tx, LIST "WHERE i.hex_id = $1" CONDITIONS);
        stmt_bind_str(st, 1, f->hex_id);
    } else if (f->sku.len) {
        st = tx_prepare(tx,
            LIST "WHERE i.variation_id IN (SELECT id FROM variation WHERE sku = $1)" CONDITIONS);
        stmt_bind_str(st, 1, f->sku);
    } else if (f->order_id) {
        st = tx_prepare(tx, LIST "WHERE i.order_id = $1" CONDITIONS);
        stmt_bind_int(st, 1, f->order_id);
    } else if (f->purchase_order_id) {
        st = tx_prepare(tx, LIST "WHERE i.purchase_order_id = $1" CONDITIONS);
        stmt_bind_int(st, 1, f->purchase_order_id);
    } else if (f->variation_id) {
        st = tx_prepare(tx, LIST "WHERE i.variation_id = $1" CONDITIONS);
        stmt_bind_int(st, 1, f->variation_id);
    } else if (f->field_id && f->field_value.len) {
        st = tx_prepare(tx, LIST "WHERE i.id IN (SELECT item_id FROM item_value WHERE field_id = $1"
                                 " AND value = $11)" CONDITIONS);
        stmt_bind_int(st, 1, f->field_id);
    } else {
        st = tx_prepare(tx, LIST "WHERE i.id >= $1" CONDITIONS);
        stmt_bind_int(st, 1, 0);
    }
    return st;
}

enum err item_list(struct tx *tx, const struct item_filter *filter, const struct page *page,
    struct arena *arena, struct item **out, size_t *count, struct error *e)
{
    struct item *rows = arena_new(arena, struct item, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = list_statement(tx, filter);
    bind_conditions(st, filter, page, arena);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

enum err item_load(
    struct tx *tx, int64_t id, struct arena *arena, struct item *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE i.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no item %lld", (long long)id);
    return rc;
}

enum err item_load_many(struct tx *tx, const int64_t *ids, size_t id_count, struct arena *arena,
    struct item **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct item, id_count + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE i.id IN {ints $1} ORDER BY i.id");
    stmt_bind_ints(st, 1, ids, id_count);
    while (stmt_row(st) && *count < id_count)
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err item_name_locations(
    struct tx *tx, struct item *items, size_t count, struct arena *arena, struct error *e)
{
    int64_t *ids = arena_new(arena, int64_t, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].location_id) ids[n++] = items[i].location_id;
    struct stmt *st = tx_prepare(tx, "SELECT id, name FROM location WHERE id IN {ints $1}");
    stmt_bind_ints(st, 1, ids, n);
    while (stmt_row(st)) {
        struct str name = stmt_str(st, 1, arena);
        for (size_t i = 0; i < count; i++)
            if (items[i].location_id == stmt_int(st, 0)) items[i].location = name;
    }
    return stmt_end(st, e);
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static struct str paid_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

static struct str id_text(int64_t id, struct arena *arena)
{
    return id ? arena_fmt(arena, "%lld", (long long)id) : (struct str){ 0 };
}

void item_changes(
    struct change_list *l, const struct item *from, const struct item *to, struct arena *arena)
{
    change_list_diff(l, "esn", opt(from->esn), opt(to->esn));
    change_list_diff(
        l, "variation_id", id_text(from->variation_id, arena), id_text(to->variation_id, arena));
    if (from->status_id != to->status_id)
        change_list_add(l, "status", opt(from->status), opt(to->status));
    if (from->warehouse_id != to->warehouse_id)
        change_list_add(l, "warehouse", opt(from->warehouse), opt(to->warehouse));
    if (from->location_id != to->location_id)
        change_list_add(l, "location", opt(from->location), opt(to->location));
    change_list_diff(
        l, "transfer", id_text(from->transfer_id, arena), id_text(to->transfer_id, arena));
    change_list_diff(l, "paid", paid_text(from->paid, arena), paid_text(to->paid, arena));
    change_list_diff(l, "purchase_order", opt(from->purchase_order), opt(to->purchase_order));
}

static enum err refuse_open_duplicate(
    struct change *c, struct str esn, int64_t except_id, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM item WHERE esn = $1 AND is_open = 1 AND id <> $2");
    stmt_bind_str(st, 1, esn);
    stmt_bind_int(st, 2, except_id);
    int64_t other;
    enum err rc = stmt_scalar(st, 0, &other, e);
    if (rc || !other) return rc;
    return error_at(e, ERR_CONFLICT, "duplicate_open_item", "/esn",
        "item %lld with this ESN is already in stock or on an open order", (long long)other);
}

/* The unique index is the last word when two transactions insert the same ESN at once. */
static enum err explain_conflict(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate_open_item", "/esn",
            "an item with this ESN is already in stock or on an open order");
    return rc;
}

/* What is archived takes in no item that it did not have. */
static enum err refuse_archived(
    struct change *c, const struct item *before, const struct item *after, struct error *e)
{
    static const char *const pointers[] = { "/variation_id", "/status", "/warehouse", "/location" };
    if (before->variation_id == after->variation_id && before->status_id == after->status_id &&
        before->warehouse_id == after->warehouse_id && before->location_id == after->location_id)
        return OK;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT 1 FROM variation WHERE id = $1 AND archived = 1"
        " UNION ALL SELECT 2 FROM inventory_status WHERE id = $2 AND archived = 1"
        " UNION ALL SELECT 3 FROM warehouse WHERE id = $3 AND archived = 1"
        " UNION ALL SELECT 4 FROM location WHERE id = $4 AND archived = 1 LIMIT 1");
    stmt_bind_int(st, 1, before->variation_id == after->variation_id ? 0 : after->variation_id);
    stmt_bind_int(st, 2, before->status_id == after->status_id ? 0 : after->status_id);
    stmt_bind_int(st, 3, before->warehouse_id == after->warehouse_id ? 0 : after->warehouse_id);
    stmt_bind_int(st, 4, before->location_id == after->location_id ? 0 : after->location_id);
    int64_t which;
    enum err rc = stmt_scalar(st, 0, &which, e);
    if (rc || !which) return rc;
    const char *pointer = pointers[which - 1];
    return error_at(e, ERR_CONFLICT, "archived", pointer, "the %s is archived",
        which == 1 ? "variation" : pointer + 1);
}

struct str item_lot_words(struct str purchase_order, struct arena *arena)
{
    return arena_fmt(arena,
        "it is part of the lot price of %.*s: change that price, or take it away from the order, or"
        " this item from the order",
        STR_FMT(purchase_order));
}

/* A share that was changed alone would be lost with the next division, and until then the shares
 * would not add up to the lot's price. The order's row is locked as a division locks it: whichever
 * of the two comes second sees what the first one did. */
static enum err refuse_share(
    struct change *c, const struct item *before, const struct item *after, struct error *e)
{
    if (!before->purchase_order_id || money_same(before->paid, after->paid)) return OK;
    struct stmt *st = tx_prepare(
        c->tx, "SELECT lot_price IS NOT NULL FROM purchase_order WHERE id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, before->purchase_order_id);
    int64_t in_lot;
    enum err rc = stmt_scalar(st, 0, &in_lot, e);
    if (rc || !in_lot) return rc;
    return error_at(e, ERR_CONFLICT, "lot_price", "/paid", "%.*s",
        STR_FMT(item_lot_words(before->purchase_order, c->arena)));
}

static enum err write_update(
    struct change *c, const struct item *before, const struct item *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item SET esn = $1, variation_id = $2, status_id = $3, warehouse_id = $4,"
        " location_id = $5, paid_amount = $6, paid_currency = $7, updated_at = $8,"
        " version = version + 1 WHERE id = $9 AND version = $10");
    stmt_bind_str(st, 1, after->esn);
    stmt_bind_int(st, 2, after->variation_id);
    stmt_bind_int(st, 3, after->status_id);
    stmt_bind_opt_int(st, 4, after->warehouse_id);
    stmt_bind_opt_int(st, 5, after->location_id);
    stmt_bind_money(st, 6, after->paid);
    stmt_bind_int(st, 8, c->now);
    stmt_bind_int(st, 9, before->id);
    stmt_bind_int(st, 10, before->version);
    return explain_conflict(stmt_run_versioned(st, e), e);
}

enum err item_update(struct change *c, const struct item *before, struct item *after,
    struct str reason, struct error *e)
{
    if (before->order_id &&
        (before->status_id != after->status_id || before->variation_id != after->variation_id))
        return error_code(e, ERR_CONFLICT, "committed",
            "the item is on order %.*s; take it off first", STR_FMT(before->order_number));
    if (before->transfer_id &&
        (before->warehouse_id != after->warehouse_id || before->location_id != after->location_id))
        return error_code(e, ERR_CONFLICT, "in_transit",
            "the item is on its way to %.*s: receive it first", STR_FMT(before->transfer_to));
    enum err rc = refuse_archived(c, before, after, e);
    if (!rc) rc = refuse_share(c, before, after, e);
    if (!rc) rc = item_values_refuse_lacking(c->tx, after->sets, after->set_count, e);
    if (!rc && after->is_open && !str_eq(before->esn, after->esn))
        rc = refuse_open_duplicate(c, after->esn, before->id, e);
    if (!rc) rc = write_update(c, before, after, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    struct change_list l;
    change_list_init(&l);
    item_changes(&l, before, after, c->arena);
    rc = item_values_change(c, before->id, after->sets, after->set_count, &l, e);
    struct str changes = change_list_end(&l);
    if (l.count) {
        item_event_add(c, before->id, "changed", changes, 0, reason);
        audit_add(c, "update", "item", before->id, changes);
    }
    change_list_release(&l);
    bool moved = before->variation_id != after->variation_id ||
                 before->status_id != after->status_id ||
                 before->warehouse_id != after->warehouse_id;
    if (moved && !before->order_id) {
        derive_count(c, before->variation_id, before->status_id, before->warehouse_id, -1);
        derive_count(c, after->variation_id, after->status_id, after->warehouse_id, 1);
    }
    return rc;
}

enum err item_has_hex_id(struct tx *tx, struct str hex_id, bool *has, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM item WHERE hex_id = $1");
    stmt_bind_str(st, 1, hex_id);
    int64_t found = 0;
    enum err rc = stmt_scalar(st, 0, &found, e);
    *has = found > 0;
    return rc;
}
