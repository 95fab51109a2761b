/* purchase_test.c: vendors, purchase orders, receiving, lot prices. */
#include "fixture.h"

#include "store/item_bulk.h"
#include "store/purchase_order.h"
#include "store/vendor.h"

static int64_t new_vendor(struct fix *f, const char *name)
{
    struct vendor v = { .name = str_of(name), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &v, &f->e), "a vendor");
    return v.id;
}

/* With a line of each variation, `expected` of them at `unit` minor units; 0: no price. */
static int64_t new_order(struct fix *f, const int64_t *variations, const int64_t *units,
    size_t count, int64_t expected, int64_t lot)
{
    char name[32];
    (void)snprintf(name, sizeof name, "Vendor %d", ++f->made);
    struct purchase_line lines[4];
    struct purchase_order o = { .number = S(""),
        .vendor_id = new_vendor(f, name),
        .notes = S(""),
        .lot_price = { lot > 0, lot, S("USD") },
        .ordered_at = f->now,
        .lines = lines,
        .line_count = count };
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct purchase_line){ .variation_id = variations[i],
            .description = S(""),
            .expected_count = expected,
            .unit_price = { units && units[i] > 0, units ? units[i] : 0, S("USD") } };
    WRITE(f, purchase_create(&f->c, &o, &f->e), "a purchase order");
    return o.id;
}

static struct purchase_order load(struct fix *f, int64_t id)
{
    struct purchase_order o;
    READ(f, purchase_load(f->c.tx, id, &f->arena, &o, &f->e), "load");
    return o;
}

static struct item_new row_of(struct fix *f, const char *esn, int64_t variation_id)
{
    return (struct item_new){ .item = { .esn = arena_str(&f->arena, str_of(esn)),
                                  .variation_id = variation_id,
                                  .status_id = IN_STOCK,
                                  .status = S("In stock"),
                                  .warehouse_id = MAIN,
                                  .warehouse = S("Main") },
        .code = "",
        .pointer = "" };
}

static enum err take(struct fix *f, int64_t id, struct item_new *rows, size_t count)
{
    struct purchase_order o;
    enum err rc = purchase_lock(&f->c, id, f->c.arena, &o, &f->e);
    return rc ? rc : purchase_receive(&f->c, &o, rows, count, &f->e);
}

/* ESNs of their own, all of one variation; the first item's id. */
static int64_t receive(struct fix *f, int64_t id, int64_t variation_id, int count)
{
    struct item_new *rows = arena_new(&f->arena, struct item_new, (size_t)count);
    for (int i = 0; i < count; i++) {
        char esn[32];
        (void)snprintf(esn, sizeof esn, "PO%d-%d", ++f->made, i);
        rows[i] = row_of(f, esn, variation_id);
    }
    WRITE(f, take(f, id, rows, (size_t)count), "receive");
    for (int i = 0; i < count; i++)
        CHECK_STR(str_of(rows[i].code), S(""), "received");
    return rows[0].item.id;
}

static void test_vendors(void **state)
{
    struct fix *f = *state;
    int64_t id = new_vendor(f, "Acme");
    struct vendor v, again = { .name = S("Acme"), .notes = S("") };
    REFUSED(f, vendor_create(&f->c, &again, &f->e), ERR_CONFLICT, "duplicate", "the name is taken");
    READ(f, vendor_load(f->c.tx, id, &f->arena, &v, &f->e), "load");
    struct vendor after = v;
    after.notes = S("pays late");
    WRITE(f, vendor_update(&f->c, &v, &after, &f->e), "notes");
    REFUSED(f, vendor_update(&f->c, &v, &after, &f->e), ERR_STALE, "stale", "by an older version");
    struct vendor *rows;
    size_t count;
    struct page page = { 0, 10 };
    struct vendor_filter q = { .q = S("acm") };
    READ(f, vendor_list(f->c.tx, &q, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 1, "found by a part of its name");
    q.archived = ARCHIVED_ONLY;
    READ(f, vendor_list(f->c.tx, &q, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 0, "not archived");
    int64_t a = fix_variation(f, "A", "A");
    int64_t order = new_order(f, &a, NULL, 1, 1, 0);
    struct purchase_order o = load(f, order);
    READ(f, vendor_load(f->c.tx, o.vendor_id, &f->arena, &v, &f->e), "load");
    REFUSED(f, vendor_delete(&f->c, &v, &f->e), ERR_CONFLICT, "in_use", "an order names it");
    WRITE(f, vendor_delete(&f->c, &after, &f->e), "nobody names this one");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM vendor"), 1, "it is gone");
}

static void test_receiving(void **state)
{
    struct fix *f = *state;
    int64_t v[] = { fix_variation(f, "A", "A"), fix_variation(f, "B", "B") };
    int64_t other = fix_variation(f, "C", "C");
    int64_t unit[] = { 10000, 0 };
    int64_t id = new_order(f, v, unit, 2, 2, 0);
    int64_t old = fix_item(f, "OLD", v[0]);
    struct item_new rows[] = { row_of(f, "E1", v[0]), row_of(f, "E2", v[1]), row_of(f, "OLD", v[0]),
        row_of(f, "E1", v[0]), row_of(f, "E3", 999), row_of(f, "E4", other), row_of(f, "E5", 0),
        row_of(f, "E6", v[0]), row_of(f, "E7", v[0]) };
    struct purchase_order o = load(f, id);
    rows[6].item.purchase_order_line_id = o.lines[1].id; /* the line says which variation */
    rows[7].item.purchase_order_line_id = o.lines[1].id; /* of another one */
    rows[8].item.paid = (struct money){ true, 1, S("EUR") };
    WRITE(f, take(f, id, rows, COUNT_OF(rows)), "receive");
    static const char *const codes[] = { "", "", "duplicate_open_item", "repeated", "unknown_value",
        "", "", "not_allowed", "not_allowed" };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(str_of(rows[i].code), str_of(codes[i]), rows[i].item.esn.at);
    CHECK_INT(rows[2].other_id, old, "the item that has it");
    CHECK_STR(str_of(rows[8].pointer), S("/paid"), "another currency");
    struct item item = fix_load_item(f, rows[0].item.id);
    CHECK(item.paid.present && item.paid.amount == 10000, "the expected price");
    CHECK_STR(item.purchase_order, o.number, "the item names its order");
    CHECK_INT(item.purchase_order_line_id, o.lines[0].id, "and the line");
    CHECK(!fix_load_item(f, rows[1].item.id).paid.present, "no price is known");
    CHECK_INT(fix_load_item(f, rows[5].item.id).purchase_order_line_id, 0, "not expected");
    CHECK_INT(fix_load_item(f, rows[6].item.id).variation_id, v[1], "the line's variation");
    o = load(f, id);
    CHECK_INT(o.checked_in, 4, "received");
    CHECK_INT(o.checked_in_price, 10000, "for so much");
    CHECK_INT(o.expected_count, 4, "expected");
    CHECK_INT(o.expected_price.amount, 20000, "of the lines with a price");
    CHECK_INT(o.unexpected, 1, "and one that was not");
    CHECK_INT(o.lines[1].checked_in, 2, "by line");
    struct item_filter filter = { .purchase_order_id = id };
    struct page page = { 0, 10 };
    struct item *items;
    size_t count;
    READ(f, item_list(f->c.tx, &filter, &page, &f->arena, &items, &count, &f->e), "list");
    CHECK_INT(count, 4, "items of the order");
    fix_clean(f, "after receiving");
}

/* Two lines of one variation at two prices: what is refused leaves the room of the first one. */
static void test_refused_rows_take_no_room(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), v[] = { a, a }, unit[] = { 10000, 500 };
    int64_t id = new_order(f, v, unit, 2, 1, 0);
    (void)fix_item(f, "OLD", a);
    struct item_new rows[] = { row_of(f, "OLD", a), row_of(f, "E1", a), row_of(f, "E1", a),
        row_of(f, "E2", a) };
    WRITE(f, take(f, id, rows, COUNT_OF(rows)), "receive");
    CHECK_STR(str_of(rows[0].code), S("duplicate_open_item"), "it is in stock");
    CHECK_STR(str_of(rows[2].code), S("repeated"), "scanned twice");
    struct purchase_order o = load(f, id);
    struct item first = fix_load_item(f, rows[1].item.id);
    struct item second = fix_load_item(f, rows[3].item.id);
    CHECK_INT(first.purchase_order_line_id, o.lines[0].id, "the first line has room");
    CHECK_INT(first.paid.amount, 10000, "and its price");
    CHECK_INT(second.purchase_order_line_id, o.lines[1].id, "then the second one");
    CHECK_INT(second.paid.amount, 500, "at the other price");
}

static void test_states(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    int64_t id = new_order(f, &a, NULL, 1, 5, 0);
    receive(f, id, a, 1);
    struct purchase_order o;
    fix_begin(f);
    CHECK_ERR(purchase_lock(&f->c, id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(purchase_set_status(&f->c, &o, PURCHASE_CANCELED, &f->e), ERR_CONFLICT, &f->e,
        "it has items");
    CHECK_STR(str_of(f->e.code), S("in_use"), "it has items");
    CHECK_ERR(purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), OK, &f->e, "close");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    struct item_new row = row_of(f, "LATE", a);
    REFUSED(f, take(f, id, &row, 1), ERR_CONFLICT, "not_open", "it is closed");
    struct purchase_line line = { .variation_id = a, .description = S("") };
    o = load(f, id);
    CHECK(o.status == PURCHASE_CLOSED && o.closed_at == f->now, "closed now");
    REFUSED(
        f, purchase_line_add(&f->c, &o, &line, &f->e), ERR_CONFLICT, "not_open", "no new lines");
    REFUSED(f, purchase_line_delete(&f->c, &o, &o.lines[0], &f->e), ERR_CONFLICT, "not_open",
        "nor fewer");
    WRITE(f, purchase_set_status(&f->c, &o, PURCHASE_OPEN, &f->e), "reopen");
    o = load(f, id);
    CHECK(!o.closed_at, "open again");
    REFUSED(f, purchase_line_delete(&f->c, &o, &o.lines[0], &f->e), ERR_CONFLICT, "in_use",
        "an item is on it");
    struct purchase_order twin = { .number = S("PO-99"), .vendor_id = o.vendor_id, .notes = S("") };
    fix_begin(f);
    CHECK_ERR(purchase_create(&f->c, &twin, &f->e), ERR_INVALID, &f->e, "ours to give");
    fix_rollback(f);
    twin.number = S("A-1");
    WRITE(f, purchase_create(&f->c, &twin, &f->e), "a number of their own");
    REFUSED(f, purchase_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate", "given twice");
}

static int64_t price_of(struct fix *f, int64_t item_id)
{
    struct item item = fix_load_item(f, item_id);
    return item.paid.present ? item.paid.amount : -1;
}

static int64_t events_of(struct fix *f, int64_t item_id)
{
    return fix_int_of(f, "SELECT COUNT(*) FROM item_event WHERE item_id = $1", item_id);
}

static void test_lot_price(void **state)
{
    struct fix *f = *state;
    int64_t v[] = { fix_variation(f, "A", "A"), fix_variation(f, "B", "B") };
    int64_t unit[] = { 100, 300 };
    int64_t id = new_order(f, v, unit, 2, 2, 1000);
    int64_t first = receive(f, id, v[0], 1);
    CHECK_INT(price_of(f, first), 1000, "all of it, while it is the only one");
    int64_t second = receive(f, id, v[1], 1);
    CHECK_INT(price_of(f, first), 250, "by the expected prices");
    CHECK_INT(price_of(f, second), 750, "by the expected prices");
    CHECK_INT(events_of(f, first), 3, "each change is in its history");
    struct item_new priced = row_of(f, "PRICED", v[0]);
    priced.item.paid = (struct money){ true, 5, S("USD") };
    WRITE(f, take(f, id, &priced, 1), "a price beside a lot price");
    CHECK_STR(str_of(priced.code), S("not_allowed"), "the lot price rules");
    struct purchase_order o, after;
    fix_begin(f);
    CHECK_ERR(purchase_lock(&f->c, id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    after = o;
    after.lot_price.amount = 1001;
    CHECK_ERR(purchase_update(&f->c, &o, &after, &f->e), OK, &f->e, "another price");
    CHECK_ERR(purchase_unreceive(&f->c, &after, second, &f->e), OK, &f->e, "a mistake");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK_INT(price_of(f, first), 1001, "all of the new price");
    int64_t third = receive(f, id, v[0], 2);
    o = load(f, id);
    CHECK_INT(o.checked_in_price, 1001, "never a cent lost");
    CHECK_INT(price_of(f, first), 334, "the odd cents go to the first");
    CHECK_INT(price_of(f, third), 334, "and to the next");
    WRITE(f, purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), "close");
    o = load(f, id);
    WRITE(f, purchase_divide(&f->c, &o, &f->e), "nothing happens any more");
    CHECK_INT(load(f, id).version, o.version, "frozen");
    fix_clean(f, "after dividing");
}

static void test_large_lots_are_divided_when_it_pays(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    int64_t id = new_order(f, &a, NULL, 1, 300, 100000);
    int64_t first = receive(f, id, a, LOT_AT_ONCE_MAX + 50);
    CHECK_INT(price_of(f, first), 400, "many at once: divided");
    int64_t before = events_of(f, first);
    int64_t last = receive(f, id, a, 1);
    CHECK_INT(price_of(f, last), -1, "one of many: it waits");
    CHECK_INT(events_of(f, first), before, "and the others are left alone");
    struct purchase_order o = load(f, id);
    CHECK(!o.lot_divided, "which the order says");
    WRITE(f, purchase_divide(&f->c, &o, &f->e), "asked for");
    o = load(f, id);
    CHECK(o.lot_divided && o.checked_in_price == 100000, "exact again");
    receive(f, id, a, 1);
    o = load(f, id);
    WRITE(f, purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), "close");
    o = load(f, id);
    CHECK(o.lot_divided && o.checked_in_price == 100000, "closing divides");
}

static void test_taking_back(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    int64_t id = new_order(f, &a, NULL, 1, 5, 0), other = new_order(f, &a, NULL, 1, 5, 0);
    int64_t good = receive(f, id, a, 1), sold = receive(f, id, a, 1), moved = receive(f, id, a, 1);
    int64_t order = fix_order(f, ST_NEW, a, 1);
    struct item item = fix_load_item(f, sold), after = fix_load_item(f, moved);
    char esn[40];
    (void)snprintf(esn, sizeof esn, "%.*s", STR_FMT(item.esn));
    CHECK_STR(str_of(fix_commit_esns(f, order, esn, true)), S(""), "sold");
    item = after;
    after.warehouse_id = 0;
    after.warehouse = S("");
    WRITE(f, item_update(&f->c, &item, &after, S(""), &f->e), "moved");
    struct purchase_order o = load(f, id), p = load(f, other);
    REFUSED(f, purchase_unreceive(&f->c, &o, sold, &f->e), ERR_CONFLICT, "in_use", "it was sold");
    REFUSED(f, purchase_unreceive(&f->c, &o, moved, &f->e), ERR_CONFLICT, "in_use", "it was moved");
    REFUSED(f, purchase_unreceive(&f->c, &p, good, &f->e), ERR_NOT_FOUND, "not_found",
        "of another order");
    WRITE(f, purchase_unreceive(&f->c, &o, good, &f->e), "a mistake");
    CHECK_INT(fix_int_of(f, "SELECT COUNT(*) FROM item WHERE id = $1", good), 0, "it is gone");
    CHECK_INT(fix_int_of(f,
                  "SELECT COUNT(*) FROM audit WHERE resource = 'item' AND action = 'delete'"
                  " AND resource_id = $1",
                  good),
        1, "the audit log tells");
    CHECK_INT(load(f, id).checked_in, 2, "two are left");
    fix_clean(f, "after taking back");
}

static void test_prices_by_item(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    int64_t id = new_order(f, &a, NULL, 1, 5, 0);
    struct item_new rows[] = { row_of(f, "E1", a), row_of(f, "E2", a) };
    WRITE(f, take(f, id, rows, 2), "receive");
    int64_t e1 = rows[0].item.id, e2 = rows[1].item.id, elsewhere = fix_item(f, "ELSEWHERE", a);
    struct purchase_price prices[] = { { .item_id = e1, .paid = { true, 500, S("EUR") } },
        { .item_id = elsewhere, .paid = { true, 1, S("EUR") } },
        { .item_id = e1, .paid = { true, 600, S("EUR") } }, { .item_id = e2 } };
    struct purchase_order o = load(f, id);
    WRITE(f, purchase_set_paid(&f->c, &o, prices, COUNT_OF(prices), S("by hand"), &f->e), "prices");
    static const char *const codes[] = { "", "unknown_id", "repeated", "not_allowed" };
    for (size_t i = 0; i < COUNT_OF(prices); i++)
        CHECK_STR(str_of(prices[i].code), str_of(codes[i]), codes[i]);
    CHECK(prices[0].changed, "it is new");
    CHECK_INT(price_of(f, rows[0].item.id), 500, "set");
    CHECK_INT(fix_int_of(f,
                  "SELECT COUNT(*) FROM item_event WHERE item_id = $1 AND action = 'priced'"
                  " AND reason = 'by hand'",
                  e1),
        1, "its history tells why");
    CHECK_STR(load(f, id).currency, S("EUR"), "the first price names the currency");
    o = load(f, id);
    WRITE(f, purchase_set_paid(&f->c, &o, prices, 1, S(""), &f->e), "again");
    CHECK(!prices[0].changed, "nothing changes the second time");
    CHECK_INT(load(f, id).version, o.version, "nor the order");
    struct purchase_price more[] = { { .item_id = e2, .paid = { true, 700, S("EUR") } },
        { .item_id = e1, .paid = { true, 800, S("USD") } } };
    WRITE(f, purchase_set_paid(&f->c, &o, more, 2, S(""), &f->e), "in any order");
    CHECK_STR(str_of(more[1].code), S("not_allowed"), "another currency");
    CHECK_INT(price_of(f, e2), 700, "the other is set");
}

/* A paste of thousands in several statements, with what is wrong in between. */
static void test_many(void **state)
{
    struct fix *f = *state;
    enum { MANY = 12000 };
    int64_t v[] = { fix_variation(f, "A", "A"), fix_variation(f, "B", "B") };
    int64_t id = new_order(f, v, NULL, 2, MANY, 0);
    fix_item(f, "N7", v[0]);
    struct item_new *rows = arena_new(&f->arena, struct item_new, MANY);
    for (int i = 0; i < MANY; i++) {
        char esn[20];
        (void)snprintf(esn, sizeof esn, "N%d", i == 9999 ? 3 : i);
        rows[i] = row_of(f, esn, v[i % 2]);
    }
    WRITE(f, take(f, id, rows, MANY), "receive");
    for (int i = 0; i < MANY; i++)
        CHECK_STR(str_of(rows[i].code),
            i == 7      ? S("duplicate_open_item")
            : i == 9999 ? S("repeated")
                        : S(""),
            "each by itself");
    CHECK_INT(load(f, id).checked_in, MANY - 2, "all others");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event"), MANY - 1, "each has its history");
    CHECK_INT(fix_int(f, "SELECT COUNT(DISTINCT hex_id) FROM item"), MANY - 1, "and its Hex ID");
    CHECK(rows[0].item.id < rows[11999].item.id, "in the order given");
    fix_clean(f, "after many");
}

static struct item with_price(struct item item, int64_t amount, struct str currency)
{
    item.paid = (struct money){ amount >= 0, amount, currency };
    return item;
}

/* The share of a lot is nobody's to change alone: neither while the order is open, nor when the
 * lot waits to be divided, nor afterwards. */
static void test_shares_are_not_edited(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), id = new_order(f, &a, NULL, 1, 2, 1000);
    int64_t first = receive(f, id, a, 2), free = fix_item(f, "FREE", a);
    for (int round = 0; round < 2; round++) {
        struct item item = fix_load_item(f, first), after = with_price(item, 7, S("USD"));
        CHECK(item.in_lot, "it knows");
        REFUSED(f, item_update(&f->c, &item, &after, S(""), &f->e), ERR_CONFLICT, "lot_price",
            round ? "closed" : "open");
        CHECK_STR(str_of(f->e.pointer), S("/paid"), "where");
        CHECK(str_contains(str_of(f->e.detail), S("PO-1")), "of which lot");
        after = with_price(item, -1, S(""));
        REFUSED(f, item_update(&f->c, &item, &after, S(""), &f->e), ERR_CONFLICT, "lot_price",
            "nor taken away");
        after = item;
        after.warehouse_id = 0;
        after.warehouse = S("");
        WRITE(f, item_update(&f->c, &item, &after, S(""), &f->e), "all else is free");
        struct bulk_edit edit = { .set_paid = true, .paid = { true, 9, S("USD") } };
        int64_t ids[] = { first, first + 1, free };
        struct bulk_outcome out;
        WRITE(f, item_bulk_edit(&f->c, &edit, ids, 3, &f->arena, &out, &f->e), "bulk");
        CHECK_STR(str_of(out.results[0].code), S("lot_price"), "of the lot");
        CHECK_STR(str_of(out.results[1].code), S("lot_price"), "of the lot");
        CHECK_STR(str_of(out.results[2].code), S(""), "of no lot");
        CHECK_INT(out.refused, 2, "two");
        edit.paid.amount = 500;
        WRITE(f, item_bulk_edit(&f->c, &edit, ids, 2, &f->arena, &out, &f->e), "what they cost");
        CHECK_INT(out.unchanged, 2, "nothing is changed by that");
        struct purchase_order o = load(f, id);
        struct purchase_price price = { .item_id = item.id, .paid = { true, 7, S("USD") } };
        WRITE(f, purchase_set_paid(&f->c, &o, &price, 1, S(""), &f->e), "by item");
        CHECK_STR(str_of(price.code), S("not_allowed"), "nor so");
        CHECK_INT(load(f, id).checked_in_price, 1000, "never a cent lost");
        o = load(f, id);
        if (!round) WRITE(f, purchase_set_status(&f->c, &o, PURCHASE_CLOSED, &f->e), "close");
    }
    struct purchase_order o = load(f, id), after = o;
    WRITE(f, purchase_set_status(&f->c, &after, PURCHASE_OPEN, &f->e), "reopen");
    o = after;
    after.lot_price = (struct money){ 0 };
    WRITE(f, purchase_update(&f->c, &o, &after, &f->e), "the way out: no lot price");
    struct item item = fix_load_item(f, first), dear = with_price(item, 7, S("USD"));
    WRITE(f, item_update(&f->c, &item, &dear, S(""), &f->e), "a price of its own");
}

/* Histories by lot. Whatever is accepted leaves every lot adding up, or says that it is due. */
enum { LOTS = 2, STEPS = 250 };
struct history {
    struct fix *f;
    struct rng rng;
    int64_t orders[LOTS], variations[2];
};

static int64_t roll(struct history *h, int64_t below)
{
    return (int64_t)rng_below(&h->rng, (uint64_t)below);
}

static struct money some_price(struct history *h)
{
    return (struct money){ roll(h, 4) != 0, roll(h, 100000), S("USD") };
}

/* One of those received; 0: none is. */
static int64_t some_item(struct history *h)
{
    int64_t items = fix_int(h->f, "SELECT COUNT(*) FROM item");
    return items ? fix_int_of(h->f, "SELECT id FROM item ORDER BY id LIMIT 1 OFFSET $1 - 1",
                       roll(h, items) + 1)
                 : 0;
}

static enum err receive_some(struct history *h, struct purchase_order *o)
{
    struct fix *f = h->f;
    size_t count = roll(h, 20) ? (size_t)roll(h, 3) + 1 : LOT_AT_ONCE_MAX;
    struct item_new *rows = arena_new(&f->arena, struct item_new, count);
    for (size_t i = 0; i < count; i++) {
        char esn[32];
        (void)snprintf(esn, sizeof esn, "H%d", ++f->made);
        rows[i] = row_of(f, esn, h->variations[roll(h, 2)]);
        if (!roll(h, 5)) rows[i].item.paid = some_price(h);
    }
    return purchase_receive(&f->c, o, rows, count, &f->e);
}

static enum err change_order(struct history *h, struct purchase_order *o)
{
    struct fix *f = h->f;
    struct purchase_order after = *o;
    struct purchase_line line;
    switch (roll(h, 4)) {
    case 0:
        after.lot_price = some_price(h);
        return purchase_update(&f->c, o, &after, &f->e);
    case 1:
        line = o->lines[0];
        line.unit_price = some_price(h);
        return purchase_line_update(&f->c, o, &o->lines[0], &line, &f->e);
    case 2:
        return purchase_set_status(
            &f->c, o, o->status == PURCHASE_OPEN ? PURCHASE_CLOSED : PURCHASE_OPEN, &f->e);
    default:
        return purchase_divide(&f->c, o, &f->e);
    }
}

static enum err price_some(struct history *h, const struct item *item, struct purchase_order *o)
{
    struct fix *f = h->f;
    struct bulk_edit edit = { .set_paid = true, .paid = some_price(h) };
    struct bulk_outcome out;
    struct item after = *item;
    struct purchase_price price = { .item_id = item->id, .paid = some_price(h) };
    switch (roll(h, 3)) {
    case 0:
        return item_bulk_edit(&f->c, &edit, &item->id, 1, &f->arena, &out, &f->e);
    case 1:
        return purchase_set_paid(&f->c, o, &price, 1, S(""), &f->e);
    default:
        after.paid = some_price(h);
        return item_update(&f->c, item, &after, S(""), &f->e);
    }
}

static enum err step(struct history *h, const struct item *item)
{
    struct fix *f = h->f;
    struct purchase_order o;
    enum err rc = purchase_lock(&f->c, h->orders[roll(h, LOTS)], &f->arena, &o, &f->e);
    if (rc) return rc;
    switch (roll(h, 5)) {
    case 0:
    case 1:
        return receive_some(h, &o);
    case 2:
        return change_order(h, &o);
    case 3:
        return purchase_unreceive(&f->c, &o, item->id, &f->e);
    default:
        return price_some(h, item, &o);
    }
}

static void test_lots_add_up(void **state)
{
    struct fix *f = *state;
    struct history h = { .f = f,
        .variations = { fix_variation(f, "A", "A"), fix_variation(f, "B", "B") } };
    int64_t unit[] = { 100, 0 };
    int accepted = 0, refused = 0;
    rng_seeded(&h.rng, 11);
    for (int i = 0; i < LOTS; i++)
        h.orders[i] = new_order(f, h.variations, unit, 2, 5, 1000);
    for (int i = 0; i < STEPS; i++) {
        struct item item = { .esn = S("") };
        int64_t id = some_item(&h);
        if (id) item = fix_load_item(f, id);
        fix_begin(f);
        enum err rc = step(&h, &item);
        if (rc)
            fix_rollback(f);
        else
            CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
        accepted += !rc;
        refused += rc != OK;
        CHECK(rc != ERR_CORRUPT && rc != ERR_UNAVAILABLE, f->e.detail);
        CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM purchase_order p JOIN (SELECT purchase_order_id,"
                             " COALESCE(SUM(paid_amount), 0) AS paid FROM item"
                             " WHERE purchase_order_id IS NOT NULL GROUP BY purchase_order_id) s"
                             " ON s.purchase_order_id = p.id WHERE p.lot_price IS NOT NULL"
                             " AND p.lot_divided = 1 AND p.lot_price <> s.paid"),
            0, "seed 11: a divided lot adds up");
    }
    CHECK(accepted > STEPS / 3 && refused > 10, "a history of both");
    CHECK(fix_int(f, "SELECT COUNT(*) FROM item WHERE purchase_order_id IS NOT NULL") >
              LOT_AT_ONCE_MAX,
        "with more items than are divided at once");
    fix_clean(f, "after the history");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_vendors),
        FIX_TEST(test_receiving),
        FIX_TEST(test_refused_rows_take_no_room),
        FIX_TEST(test_states),
        FIX_TEST(test_lot_price),
        FIX_TEST(test_large_lots_are_divided_when_it_pays),
        FIX_TEST(test_taking_back),
        FIX_TEST(test_shares_are_not_edited),
        FIX_TEST(test_lots_add_up),
        FIX_TEST(test_prices_by_item),
        FIX_TEST(test_many),
    };
    return fix_main(argc, argv, "purchase", tests, COUNT_OF(tests));
}
