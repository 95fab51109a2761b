/* order_return_test.c: phones that come back, what that does to figures, and taking it back. */
#include "fixture.h"

#include "store/order_return.h"
#include "store/reference.h"
#include "store/transfer.h"

#define NEEDED "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM demand"

static int64_t broken; /* an inventory status */

static void make_status(struct fix *f)
{
    struct reference r = { .title = S("Broken"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_STATUS, &r, &f->e), "a status");
    broken = r.id;
}

static struct return_input by_esn(const char *esn)
{
    return (struct return_input){ .text = str_of(esn),
        .status_id = broken,
        .warehouse_id = MAIN,
        .status = S("Broken"),
        .warehouse = S("Main"),
        .location = S(""),
        .reason = S("does not charge"),
        .refund = { true, 1500, S("EUR") } };
}

static enum err take_back(struct fix *f, int64_t order_id, const struct return_input *inputs,
    size_t count, bool atomic, struct return_result *results)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    struct return_request request = { inputs, count, atomic };
    return rc ? rc : return_add(&f->c, &o, &request, results, &f->e);
}

static struct return_result back(struct fix *f, int64_t order_id, const char *esn)
{
    struct return_input in = by_esn(esn);
    struct return_result result;
    WRITE(f, take_back(f, order_id, &in, 1, false, &result), esn);
    fix_clean(f, esn);
    return result;
}

/* An order for `quantity` with that many phones E1, E2, ... on it, in the status. */
static int64_t sold(struct fix *f, int64_t variation, int64_t quantity, int64_t status)
{
    int64_t order = fix_order(f, ST_NEW, variation, quantity);
    for (int64_t i = 1; i <= quantity; i++) {
        const char *esn = arena_fmt(&f->arena, "E%lld", (long long)i).at;
        fix_item(f, esn, variation);
        CHECK_STR(str_of(fix_commit_esns(f, order, esn, true)), S(""), esn);
    }
    if (status != ST_NEW) fix_set_status(f, order, status);
    return order;
}

static void test_what_is_kept(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 2, ST_SHIPPED);
    f->now += 77;
    struct return_result result = back(f, order, "E1");
    CHECK_INT(result.item_id, 1, "the item");
    CHECK_STR(str_of(result.code), S(""), "taken back");
    struct item item = fix_load_item(f, 1);
    CHECK(!item.order_id && item.is_open && !item.committed_at, "off the order and here");
    CHECK_STR(item.status, S("Broken"), "where it was put");
    CHECK_STR(item.warehouse, S("Main"), "where it was put");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.item_count, 1, "the other stays");
    CHECK_INT(o.returned_count, 1, "one came back");
    CHECK_INT(o.lines[0].committed, 1, "one on the line");
    CHECK_INT(o.lines[0].returned, 1, "and one that was on it");
    struct order_return r;
    READ(f, return_load(f->c.tx, result.return_id, &f->arena, &r, &f->e), "load");
    CHECK_INT(r.line_id, o.lines[0].id, "the line it was on");
    CHECK_STR(r.esn, S("E1"), "which");
    CHECK_STR(r.reason, S("does not charge"), "why");
    CHECK_STR(r.actor_name, S("Ann"), "by whom");
    CHECK_INT(r.at, f->now, "when");
    CHECK_INT(r.refund.amount, 1500, "what was given back");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE item_id = 1"
                         " AND action = 'sale_returned' AND reason = 'does not charge'"),
        1, "in the item's history");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'return'"), 1, "in the log");
}

static void test_never_wanted_again(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 2, ST_NEW);
    CHECK_INT(fix_int(f, NEEDED), 0, "all are on the order");
    back(f, order, "E1");
    CHECK_INT(fix_int(f, NEEDED), 0, "nor is another wanted, though the order is open");
    fix_set_status(f, order, ST_SHIPPED);
    fix_set_status(f, order, ST_NEW);
    CHECK_INT(fix_int(f, NEEDED), 0, "nor when it opens again");
    fix_item(f, "NEW", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "NEW", true)), S(""), "a replacement");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.lines[0].committed, 2, "fills the line");
    CHECK_INT(o.lines[0].returned, 0, "in place of the one that came back");
    CHECK_INT(o.direct_count, 0, "none is too many");
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order, &f->arena, &o, &f->e), OK, &f->e, "lock");
    struct order_line more = o.lines[0];
    more.quantity = 5;
    CHECK_ERR(order_line_update(&f->c, &o, &o.lines[0], &more, &f->e), OK, &f->e, "five");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK_INT(fix_int(f, NEEDED), 2, "five, less two here, less one that was");
    fix_clean(f, "after all");
}

/* Items keep the lines that they stand for; a returned unit fills what is left, wherever it fits.
 */
static void test_returned_units_fill_what_is_left(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A");
    struct order_line lines[] = { { .variation_id = v, .quantity = 1 },
        { .variation_id = v, .quantity = 1 } };
    struct order in = {
        .organization = S("x"), .status_id = ST_NEW, .notes = S(""), .lines = lines, .line_count = 2
    };
    WRITE(f, order_create(&f->c, &in, &f->e), "two lines of one kind");
    fix_item(f, "E1", v);
    fix_item(f, "E2", v);
    CHECK_STR(str_of(fix_commit_esns(f, in.id, "E1 E2", true)), S(""), "commit");
    back(f, in.id, "E1");
    struct order o = fix_load_order(f, in.id);
    CHECK_INT(o.lines[0].committed, 1, "the one that is here stands on the first line");
    CHECK_INT(o.lines[1].returned, 1, "the one that was, on the other");
    CHECK_INT(fix_int(f, NEEDED), 0, "nothing is wanted");
}

static void test_refusals(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 3, ST_SHIPPED);
    fix_item(f, "E3", v); /* bought back */
    fix_item(f, "HERE", v);
    struct return_input inputs[] = { by_esn("E1"), by_esn("E1"), by_esn("HERE"), by_esn("nobody"),
        by_esn("E3"), by_esn("E2") };
    inputs[2].text = S("");
    inputs[2].item_id = 5;
    static const char *const want[] = { "", "repeated", "not_on_order", "not_on_order",
        "duplicate_open_item", "" };
    struct return_result results[COUNT_OF(inputs)] = { 0 };
    WRITE(f, take_back(f, order, inputs, COUNT_OF(inputs), true, results), "all or nothing");
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        CHECK_STR(str_of(results[i].code), str_of(want[i][0] ? want[i] : "not_tried"), "atomic");
        CHECK_INT(results[i].return_id, 0, "none");
    }
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM order_return"), 0, "none");
    WRITE(f, take_back(f, order, inputs, COUNT_OF(inputs), false, results), "each by itself");
    for (size_t i = 0; i < COUNT_OF(want); i++)
        CHECK_STR(str_of(results[i].code), str_of(want[i]), "each by itself");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM order_return"), 2, "two");
    fix_clean(f, "after all");
}

static void test_archived_places(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 1, ST_SHIPPED);
    fix_sql(f, "UPDATE inventory_status SET archived = 1 WHERE title = 'Broken'");
    CHECK_STR(str_of(back(f, order, "E1").code), S("archived"), "an archived status");
    CHECK_INT(fix_load_order(f, order).item_count, 1, "it stays");
}

static void test_undo(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 1, ST_SHIPPED);
    struct item before = fix_load_item(f, 1);
    struct order o;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(order_item_price(&f->c, &o, 1, (struct money){ true, 999, S("EUR") }, &f->e), OK,
        &f->e, "its price");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    f->now += 5;
    int64_t id = back(f, order, "E1").return_id;
    CHECK(!fix_load_order(f, order).item_count, "off");
    WRITE(f, return_undo(&f->c, id, &f->e), "undo");
    fix_clean(f, "undone");
    struct item after = fix_load_item(f, 1);
    CHECK_INT(after.order_id, order, "on the order again");
    CHECK_INT(after.committed_at, before.committed_at, "since when it was");
    CHECK_INT(after.status_id, before.status_id, "sold");
    CHECK_INT(after.former_status_id, before.former_status_id, "what uncommitting gives back");
    CHECK_INT(after.warehouse_id, before.warehouse_id, "from where it went");
    CHECK(!after.is_open, "the order is closed");
    o = fix_load_order(f, order);
    CHECK_INT(o.items[0].sale.amount, 999, "its price");
    CHECK_INT(o.returned_count, 0, "nothing came back");
    REFUSED(f, return_undo(&f->c, id, &f->e), ERR_CONFLICT, "undone", "once");
    REFUSED(f, return_undo(&f->c, 99, &f->e), ERR_NOT_FOUND, "not_found", "there is none");
    struct order_return r;
    READ(f, return_load(f->c.tx, id, &f->arena, &r, &f->e), "it stays on record");
    CHECK_INT(r.undone_at, f->now, "when");
    CHECK_STR(r.undone_by, S("Ann"), "by whom");
}

/* On its way it belongs to no warehouse and to no order: first it arrives. */
static void test_undo_on_the_way(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), order = sold(f, v, 1, ST_SHIPPED), item = 1;
    int64_t id = back(f, order, "E1").return_id;
    struct reference second = { .title = S("Second"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "a warehouse");
    struct transfer t = { .from_id = MAIN, .to_id = second.id, .notes = S("") };
    struct transfer_result result;
    WRITE(f, transfer_create(&f->c, &t, &f->e), "a transfer");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "it");
    WRITE(f, transfer_add(&f->c, &t, &item, 1, &result, &f->e), "with the phone");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "it");
    WRITE(f, transfer_ship(&f->c, &t, &f->e), "leaves");
    REFUSED(f, return_undo(&f->c, id, &f->e), ERR_CONFLICT, "in_transit", "on its way");
    fix_clean(f, "nothing has changed");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "it");
    struct transfer_receipt all = { .location = S(""), .all = true };
    WRITE(f, transfer_receive(&f->c, &t, &all, &result, &f->e), "arrives");
    WRITE(f, return_undo(&f->c, id, &f->e), "now it can be undone");
    fix_clean(f, "undone");
    CHECK_INT(fix_load_item(f, item).order_id, order, "on the order again");
}

/* One phone: sold, returned, sold again elsewhere; it cannot be undone then, and all is told. */
static void test_a_long_story(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t v = fix_variation(f, "A", "A"), first = sold(f, v, 1, ST_SHIPPED);
    int64_t id = back(f, first, "E1").return_id, second = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, second, "E1", true)), S(""), "sold again");
    REFUSED(f, return_undo(&f->c, id, &f->e), ERR_CONFLICT, "committed", "it is elsewhere");
    struct item_event *events;
    size_t count;
    struct page page = { 0, 10 };
    READ(f, item_history(f->c.tx, 1, &page, &f->arena, &events, &count, &f->e), "history");
    static const char *const want[] = { "committed", "sale_returned", "committed", "created" };
    CHECK_INT(count, COUNT_OF(want), "the whole story");
    for (size_t i = 0; i < count; i++)
        CHECK_STR(events[i].action, str_of(want[i]), "newest first");
    CHECK_INT(events[1].order_id, first, "returned from the first");
    back(f, second, "E1");
    struct return_filter filter = { .esn = S("E1") };
    struct order_return *rows;
    READ(f, return_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "by ESN");
    CHECK_INT(count, 2, "twice");
    CHECK_INT(rows[0].order_id, second, "newest first");
    filter = (struct return_filter){ .order_id = first, .has_undone = true, .undone = false };
    READ(f, return_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "of an order");
    CHECK_INT(count, 1, "that stand");
    filter = (struct return_filter){ .item_id = 1, .has_undone = true, .undone = true };
    READ(f, return_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "of an item");
    CHECK_INT(count, 0, "undone ones");
}

static void test_what_is_known_later(void **state)
{
    struct fix *f = *state;
    make_status(f);
    int64_t order = sold(f, fix_variation(f, "A", "A"), 1, ST_SHIPPED);
    int64_t id = back(f, order, "E1").return_id;
    struct order_return before, after;
    fix_begin(f);
    CHECK_ERR(return_load(f->c.tx, id, &f->arena, &before, &f->e), OK, &f->e, "load");
    after = before;
    after.reason = S("battery");
    after.refund = (struct money){ true, 700, S("USD") };
    CHECK_ERR(return_update(&f->c, &before, &after, &f->e), OK, &f->e, "update");
    CHECK_ERR(return_update(&f->c, &before, &after, &f->e), ERR_STALE, &f->e, "once");
    fix_rollback(f);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_what_is_kept),
        FIX_TEST(test_never_wanted_again),
        FIX_TEST(test_returned_units_fill_what_is_left),
        FIX_TEST(test_refusals),
        FIX_TEST(test_archived_places),
        FIX_TEST(test_undo),
        FIX_TEST(test_undo_on_the_way),
        FIX_TEST(test_a_long_story),
        FIX_TEST(test_what_is_known_later),
    };
    return fix_main(argc, argv, "store/order_return", tests, COUNT_OF(tests));
}
