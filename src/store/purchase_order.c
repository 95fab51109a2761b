/* purchase_order.c: heads of purchase orders, and reading them with their figures; see
 * purchase_order.h. */
#include "store/purchase_order.h"

#include "store/purchase_internal.h"
#include "store/search.h"
#include "store/variation.h"

#include <stdio.h>

static const char *const statuses[PURCHASE_STATUS_COUNT] = {
    [PURCHASE_OPEN] = "open", [PURCHASE_CLOSED] = "closed", [PURCHASE_CANCELED] = "canceled"
};

const char *purchase_status_name(enum purchase_status status)
{
    return statuses[status];
}

bool purchase_status_parse(struct str name, enum purchase_status *out)
{
    for (int i = 0; i < PURCHASE_STATUS_COUNT; i++)
        if (str_eq(name, str_of(statuses[i]))) {
            *out = (enum purchase_status)i;
            return true;
        }
    return false;
}

/* Subqueries rather than joins, so that FOR UPDATE locks the order and nothing else. */
#define COLUMNS                                                                                    \
    "SELECT p.id, p.number, p.vendor_id, (SELECT name FROM vendor WHERE id = p.vendor_id),"        \
    " p.status, p.currency, p.lot_price, p.lot_divided, p.notes, p.warehouse_id,"                  \
    " (SELECT name FROM warehouse WHERE id = p.warehouse_id), p.inventory_status_id,"              \
    " (SELECT title FROM inventory_status WHERE id = p.inventory_status_id), p.ordered_at,"        \
    " p.closed_at, p.version, p.created_at, p.updated_at FROM purchase_order p "

static struct money price(const struct purchase_order *o, struct stmt *st, int column)
{
    struct money none = { 0 };
    return stmt_null(st, column) ? none : (struct money){ true, stmt_int(st, column), o->currency };
}

static void read_head(struct stmt *st, struct arena *arena, struct purchase_order *out)
{
    *out = (struct purchase_order){
        .id = stmt_int(st, 0),
        .number = stmt_str(st, 1, arena),
        .vendor_id = stmt_int(st, 2),
        .vendor = stmt_str(st, 3, arena),
        .currency = stmt_str(st, 5, arena),
        .lot_divided = stmt_int(st, 7) != 0,
        .notes = stmt_str(st, 8, arena),
        .warehouse_id = stmt_int(st, 9),
        .warehouse = stmt_str(st, 10, arena),
        .inventory_status_id = stmt_int(st, 11),
        .inventory_status = stmt_str(st, 12, arena),
        .ordered_at = stmt_int(st, 13),
        .closed_at = stmt_int(st, 14),
        .version = stmt_int(st, 15),
        .created_at = stmt_int(st, 16),
        .updated_at = stmt_int(st, 17),
    };
    (void)purchase_status_parse(stmt_str_view(st, 4), &out->status);
    out->lot_price = price(out, st, 6);
}

static struct purchase_order *order_of(struct purchase_order *orders, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].id == id) return &orders[i];
    return NULL;
}

static enum err read_lines(struct tx *tx, const int64_t *ids, struct purchase_order *orders,
    size_t count, struct arena *arena, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM purchase_order_line"
                                     " WHERE purchase_order_id IN {ints $1}");
    stmt_bind_ints(st, 1, ids, count);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc) return rc;
    struct purchase_line *lines = arena_new(arena, struct purchase_line, (size_t)most + 1);
    st = tx_prepare(tx, "SELECT purchase_order_id, id, variation_id, description, expected_count,"
                        " unit_price FROM purchase_order_line WHERE purchase_order_id IN {ints $1}"
                        " ORDER BY purchase_order_id, id");
    stmt_bind_ints(st, 1, ids, count);
    while (stmt_row(st) && most-- > 0) {
        struct purchase_order *o = order_of(orders, count, stmt_int(st, 0));
        if (!o->line_count) o->lines = lines;
        *lines = (struct purchase_line){ .id = stmt_int(st, 1),
            .variation_id = stmt_int(st, 2),
            .description = stmt_str(st, 3, arena),
            .expected_count = stmt_int(st, 4),
            .unit_price = price(o, st, 5) };
        lines++;
        o->line_count++;
    }
    return stmt_end(st, e);
}

static void add_received(struct purchase_order *o, int64_t line_id, int64_t items, int64_t paid)
{
    o->checked_in += items;
    o->checked_in_price += paid;
    if (!line_id) o->unexpected += items;
    for (size_t i = 0; i < o->line_count && line_id; i++)
        if (o->lines[i].id == line_id) {
            o->lines[i].checked_in += items;
            o->lines[i].checked_in_price += paid;
        }
}

static enum err read_received(
    struct tx *tx, const int64_t *ids, struct purchase_order *orders, size_t count, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT i.purchase_order_id, COALESCE(i.purchase_order_line_id, 0), COUNT(*),"
        " CAST(COALESCE(SUM(CASE WHEN i.paid_currency = p.currency THEN i.paid_amount END), 0)"
        " AS BIGINT) FROM item i JOIN purchase_order p ON p.id = i.purchase_order_id"
        " WHERE i.purchase_order_id IN {ints $1}"
        " GROUP BY i.purchase_order_id, COALESCE(i.purchase_order_line_id, 0)");
    stmt_bind_ints(st, 1, ids, count);
    while (stmt_row(st))
        add_received(order_of(orders, count, stmt_int(st, 0)), stmt_int(st, 1), stmt_int(st, 2),
            stmt_int(st, 3));
    return stmt_end(st, e);
}

void purchase_sum_expected(struct purchase_order *o)
{
    o->expected_count = 0;
    o->expected_price = o->lot_price;
    for (size_t i = 0; i < o->line_count; i++) {
        const struct purchase_line *l = &o->lines[i];
        o->expected_count += l->expected_count;
        if (o->lot_price.present || !l->unit_price.present) continue;
        o->expected_price.present = true;
        o->expected_price.currency = o->currency;
        o->expected_price.amount += l->expected_count * l->unit_price.amount;
    }
}

static enum err read_rest(struct tx *tx, struct purchase_order *orders, size_t count,
    struct arena *arena, struct error *e)
{
    if (!count) return OK;
    int64_t *ids = arena_new(arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = orders[i].id;
    enum err rc = read_lines(tx, ids, orders, count, arena, e);
    if (!rc) rc = read_received(tx, ids, orders, count, e);
    for (size_t i = 0; i < count; i++)
        purchase_sum_expected(&orders[i]);
    return rc;
}

#define SEARCHED "LOWER(p.number || ' ' || p.notes || ' ' || v.name)"

enum err purchase_list(struct tx *tx, const struct purchase_filter *filter, const struct page *page,
    struct arena *arena, struct purchase_order **out, size_t *count, struct error *e)
{
    struct search_words words;
    search_words(filter->q, arena, &words);
    *out = arena_new(arena, struct purchase_order, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        COLUMNS "JOIN vendor v ON v.id = p.vendor_id WHERE p.id < $1 AND ($2 = 0 OR p.vendor_id ="
                " $2) AND " SEARCHED " LIKE $3 ESCAPE '!' AND " SEARCHED " LIKE $4 ESCAPE '!'"
                " AND " SEARCHED " LIKE $5 ESCAPE '!' AND " SEARCHED " LIKE $6 ESCAPE '!'"
                " AND " SEARCHED " LIKE $7 ESCAPE '!' AND " SEARCHED " LIKE $8 ESCAPE '!'"
                " AND ($9 = '' OR p.status = $9) AND ($10 = '' OR p.number = $10)"
                " AND ($12 = 0 OR p.id = $12) ORDER BY p.id DESC LIMIT $11");
    stmt_bind_int(st, 1, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 2, filter->vendor_id);
    search_bind(st, 3, &words);
    stmt_bind_str(st, 9, filter->has_status ? str_of(statuses[filter->status]) : S(""));
    stmt_bind_str(st, 10, filter->number);
    stmt_bind_int(st, 11, page->limit + 1);
    stmt_bind_int(st, 12, filter->id);
    while (stmt_row(st))
        read_head(st, arena, &(*out)[(*count)++]);
    enum err rc = stmt_end(st, e);
    return rc ? rc : read_rest(tx, *out, *count, arena, e);
}

static enum err read_one(struct tx *tx, struct stmt *st, struct arena *arena,
    struct purchase_order *out, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_head(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found) return error_set(e, ERR_NOT_FOUND, "no such purchase order");
    return read_rest(tx, out, 1, arena, e);
}

enum err purchase_load(
    struct tx *tx, int64_t id, struct arena *arena, struct purchase_order *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE p.id = $1");
    stmt_bind_int(st, 1, id);
    return read_one(tx, st, arena, out, e);
}

enum err purchase_find(struct tx *tx, struct str number, struct arena *arena,
    struct purchase_order *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE p.number = $1");
    stmt_bind_str(st, 1, number);
    return read_one(tx, st, arena, out, e);
}

enum err purchase_lock(
    struct change *c, int64_t id, struct arena *arena, struct purchase_order *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, COLUMNS "WHERE p.id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, id);
    return read_one(c->tx, st, arena, out, e);
}

/* Writing */

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static struct str money_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

static void audit_head(struct change *c, const char *action, const struct purchase_order *from,
    const struct purchase_order *to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "number", opt(from->number), opt(to->number));
    change_list_diff(&l, "vendor", opt(from->vendor), opt(to->vendor));
    change_list_diff(&l, "lot_price", money_text(from->lot_price, c->arena),
        money_text(to->lot_price, c->arena));
    change_list_diff(&l, "notes", opt(from->notes), opt(to->notes));
    change_list_diff(&l, "warehouse", opt(from->warehouse), opt(to->warehouse));
    change_list_diff(
        &l, "inventory_status", opt(from->inventory_status), opt(to->inventory_status));
    if (from->ordered_at != to->ordered_at)
        change_list_add_int(&l, "ordered_at", from->ordered_at, to->ordered_at);
    if (from->line_count != to->line_count)
        change_list_add_int(&l, "lines", (int64_t)from->line_count, (int64_t)to->line_count);
    audit_add(c, action, "purchase_order", to->id, change_list_end(&l));
    change_list_release(&l);
}

enum err purchase_take_currency(
    struct purchase_order *o, struct money price, const char *pointer, struct error *e)
{
    if (!price.present) return OK;
    if (!o->currency.len) o->currency = price.currency;
    if (str_eq(o->currency, price.currency)) return OK;
    return error_at(e, ERR_INVALID, "not_allowed", pointer,
        "the prices of this purchase order are in %.*s", STR_FMT(o->currency));
}

enum err purchase_not_open(const struct purchase_order *o, struct error *e)
{
    return error_code(e, ERR_CONFLICT, "not_open", "the purchase order %.*s is %s",
        STR_FMT(o->number), statuses[o->status]);
}

/* What we number by ourselves is not given out twice. */
static enum err check_number(struct str number, struct error *e)
{
    struct str rest = str_sub(number, 3, number.len);
    int64_t n;
    if (!str_starts(number, S("PO-")) || !str_to_int64(rest, &n)) return OK;
    return error_at(e, ERR_INVALID, "not_allowed", "/number",
        "numbers of the form PO-7 are given by themselves");
}

static enum err explain(enum err rc, struct str number, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate", "/number", "there is a purchase order \"%.*s\" already",
            STR_FMT(number));
    return rc;
}

static enum err refuse_archived_vendor(struct change *c, int64_t vendor_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT archived FROM vendor WHERE id = $1");
    stmt_bind_int(st, 1, vendor_id);
    int64_t archived;
    enum err rc = stmt_scalar(st, 0, &archived, e);
    if (rc || !archived) return rc;
    return error_at(e, ERR_CONFLICT, "archived", "/vendor_id", "the vendor is archived");
}

static void bind_head(struct stmt *st, const struct purchase_order *o)
{
    stmt_bind_str(st, 1, o->number);
    stmt_bind_int(st, 2, o->vendor_id);
    stmt_bind_opt_str(st, 3, o->currency);
    if (o->lot_price.present)
        stmt_bind_int(st, 4, o->lot_price.amount);
    else
        stmt_bind_null_int(st, 4);
    stmt_bind_str(st, 5, o->notes);
    stmt_bind_opt_int(st, 6, o->warehouse_id);
    stmt_bind_opt_int(st, 7, o->inventory_status_id);
    stmt_bind_int(st, 8, o->ordered_at);
}

static enum err insert_head(struct change *c, struct purchase_order *in, struct error *e)
{
    bool numbered = in->number.len != 0;
    if (!numbered)
        in->number = arena_fmt(c->arena, "new %016llx", (unsigned long long)rng_u64(c->rng));
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO purchase_order (number, vendor_id, currency, lot_price, notes, warehouse_id,"
        " inventory_status_id, ordered_at, status, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $9) RETURNING id");
    bind_head(st, in);
    stmt_bind_int(st, 9, c->now);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc || numbered) return explain(rc, in->number, e);
    in->number = arena_fmt(c->arena, "PO-%lld", (long long)in->id);
    st = tx_prepare(c->tx, "UPDATE purchase_order SET number = $1 WHERE id = $2");
    stmt_bind_str(st, 1, in->number);
    stmt_bind_int(st, 2, in->id);
    return stmt_run(st, NULL, e);
}

enum err purchase_create(struct change *c, struct purchase_order *in, struct error *e)
{
    in->currency = S("");
    enum err rc = check_number(in->number, e);
    if (!rc) rc = refuse_archived_vendor(c, in->vendor_id, e);
    if (!rc) rc = purchase_take_currency(in, in->lot_price, "/lot_price", e);
    for (size_t i = 0; i < in->line_count && !rc; i++) {
        char pointer[ERROR_POINTER_MAX];
        (void)snprintf(pointer, sizeof pointer, "/lines/%zu/unit_price", i);
        rc = purchase_take_currency(in, in->lines[i].unit_price, pointer, e);
        (void)snprintf(pointer, sizeof pointer, "/lines/%zu/variation_id", i);
        if (!rc && in->lines[i].variation_id)
            rc = variation_refuse_archived(c->tx, in->lines[i].variation_id, pointer, e);
    }
    if (!rc) rc = insert_head(c, in, e);
    for (size_t i = 0; i < in->line_count && !rc; i++)
        rc = purchase_line_insert(c, in->id, &in->lines[i], e);
    if (rc) return rc;
    in->status = PURCHASE_OPEN;
    in->lot_divided = true;
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    purchase_sum_expected(in);
    audit_head(c, "create", &(struct purchase_order){ 0 }, in);
    return OK;
}

enum err purchase_update(struct change *c, const struct purchase_order *before,
    struct purchase_order *after, struct error *e)
{
    bool same_number = str_eq(before->number, after->number);
    bool same_lot = money_same(before->lot_price, after->lot_price);
    if (!same_lot && before->status != PURCHASE_OPEN) return purchase_not_open(before, e);
    enum err rc = same_number ? OK : check_number(after->number, e);
    if (!rc && before->vendor_id != after->vendor_id)
        rc = refuse_archived_vendor(c, after->vendor_id, e);
    if (!rc) rc = purchase_take_currency(after, after->lot_price, "/lot_price", e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE purchase_order SET number = $1, vendor_id = $2, currency = $3, lot_price = $4,"
        " notes = $5, warehouse_id = $6, inventory_status_id = $7, ordered_at = $8,"
        " updated_at = $9, version = version + 1 WHERE id = $10");
    bind_head(st, after);
    stmt_bind_int(st, 9, c->now);
    stmt_bind_int(st, 10, before->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return explain(rc, after->number, e);
    after->version = before->version + 1;
    after->updated_at = c->now;
    purchase_sum_expected(after);
    audit_head(c, "update", before, after);
    return same_lot ? OK : purchase_divide(c, after, e);
}

enum err purchase_touch(struct change *c, struct purchase_order *order, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE purchase_order SET currency = $1, lot_divided = $2, updated_at = $3,"
        " version = version + 1 WHERE id = $4");
    stmt_bind_opt_str(st, 1, order->currency);
    stmt_bind_int(st, 2, order->lot_divided);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, order->id);
    order->version++;
    order->updated_at = c->now;
    return stmt_run(st, NULL, e);
}

enum err purchase_set_status(
    struct change *c, struct purchase_order *order, enum purchase_status to, struct error *e)
{
    if (order->status == to) return OK;
    if (to == PURCHASE_CANCELED && order->checked_in)
        return error_code(e, ERR_CONFLICT, "in_use",
            "items were received into %.*s; close it instead", STR_FMT(order->number));
    enum err rc = to == PURCHASE_CLOSED ? purchase_divide(c, order, e) : OK;
    if (rc) return rc;
    order->closed_at = to == PURCHASE_CLOSED ? c->now : 0;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE purchase_order SET status = $1, closed_at = $2, updated_at = $3,"
                          " version = version + 1 WHERE id = $4");
    stmt_bind_str(st, 1, str_of(statuses[to]));
    stmt_bind_opt_int(st, 2, order->closed_at);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, order->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "status", str_of(statuses[order->status]), str_of(statuses[to]));
    audit_add(c, "update", "purchase_order", order->id, change_list_end(&l));
    change_list_release(&l);
    order->status = to;
    order->version++;
    order->updated_at = c->now;
    return OK;
}
