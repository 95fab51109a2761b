/* order_sales_test.c: sale prices, sums by currency, and one status for many orders. */
#include "fixture.h"

#include "store/commitment.h"
#include "store/order_totals.h"

static enum err set_price(struct fix *f, int64_t order_id, int64_t item_id, struct money sale)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : order_item_price(&f->c, &o, item_id, sale, &f->e);
}

static enum err set_line_price(struct fix *f, int64_t order_id, int64_t amount)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    if (rc) return rc;
    struct order_line after = o.lines[0];
    after.price = (struct money){ true, amount, S("EUR") };
    return order_line_update(&f->c, &o, &o.lines[0], &after, &f->e);
}

static void test_prices(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 2);
    fix_items(f, v, 2);
    CHECK_STR(str_of(fix_commit_esns(f, order, "N00001 N00002", true)), S(""), "commit");
    CHECK(!fix_load_order(f, order).items[0].sale.present, "the line has no price");
    WRITE(f, set_line_price(f, order, 5000), "it gets one");
    WRITE(f, set_price(f, order, 2, (struct money){ true, 4500, S("USD") }), "by hand");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.items[0].sale.amount, 5000, "as the line says");
    CHECK(!o.items[0].sale_by_hand, "not by hand");
    CHECK_INT(o.items[1].sale.amount, 4500, "as was said");
    CHECK(o.items[1].sale_by_hand, "by hand");
    WRITE(f, set_line_price(f, order, 6000), "another price of the line");
    o = fix_load_order(f, order);
    CHECK_INT(o.items[0].sale.amount, 6000, "follows");
    CHECK_INT(o.items[1].sale.amount, 4500, "stays");
    int64_t version = o.version;
    WRITE(f, set_price(f, order, 2, (struct money){ 0 }), "as the line says again");
    o = fix_load_order(f, order);
    CHECK_INT(o.items[1].sale.amount, 6000, "follows");
    CHECK_INT(o.version, version + 1, "a new version");
    WRITE(f, set_price(f, order, 2, (struct money){ 0 }), "once more");
    CHECK_INT(fix_load_order(f, order).version, version + 1, "nothing changed");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE item_id = 2"
                         " AND changes LIKE '%sale_price%'"),
        2, "in the item's history");
    REFUSED(f, set_price(f, order, 99, (struct money){ 0 }), ERR_NOT_FOUND, "not_found",
        "not on this order");
}

static enum err take_off(struct fix *f, int64_t order_id, int64_t item_id)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : commitment_remove(&f->c, &o, item_id, &f->e);
}

static void test_a_price_goes_with_its_sale(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    fix_items(f, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "N00001", true)), S(""), "commit");
    WRITE(f, set_price(f, order, 1, (struct money){ true, 1, S("EUR") }), "by hand");
    WRITE(f, take_off(f, order, 1), "off the order");
    CHECK_STR(str_of(fix_commit_esns(f, order, "N00001", true)), S(""), "and on again");
    CHECK(!fix_load_order(f, order).items[0].sale.present, "the old price is gone");
    fix_clean(f, "after all");
}

static struct money eur(int64_t amount)
{
    return (struct money){ true, amount, S("EUR") };
}

static void test_totals(void **state)
{
    struct fix *f = *state;
    struct money usd = { true, 100, S("USD") }, none = { 0 };
    struct order_line lines[] = { { .quantity = 3, .price = eur(1000) },
        { .quantity = 2, .price = usd },
        { .quantity = 100000, .price = { true, INT64_C(1000000000000), S("JPY") } },
        { .quantity = 7, .price = none } };
    struct order_item items[] = { { .sale = eur(1000), .paid = eur(400) },
        { .sale = eur(900), .paid = eur(1000) }, { .sale = eur(10), .paid = usd },
        { .sale = none, .paid = eur(5) } };
    struct order o = { .lines = lines, .line_count = 4, .items = items, .item_count = 4 };
    struct order_total *t;
    size_t n;
    order_totals(&o, &f->arena, &t, &n);
    CHECK_INT(n, 3, "currencies");
    CHECK_STR(t[0].currency, S("EUR"), "in their order");
    CHECK_INT(t[0].ordered, 3000, "ordered");
    CHECK_INT(t[0].sold, 1910, "sold");
    CHECK_INT(t[0].paid, 1405, "paid");
    CHECK_INT(t[0].profit, 500, "six hundred, less one hundred");
    CHECK_INT(t[1].ordered, MONEY_SUM_MAX, "as much as can be said exactly");
    CHECK(!t[1].has_profit, "nothing was sold for yen");
    CHECK_INT(t[2].ordered, 200, "dollars");
    CHECK_INT(t[2].paid, 100, "paid in dollars");
    CHECK(!t[2].has_profit, "and not sold for them");
    order_totals(&(struct order){ 0 }, &f->arena, &t, &n);
    CHECK_INT(n, 0, "an empty order");
}

static void test_one_status_for_many(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), ids[5];
    for (int i = 0; i < 4; i++)
        ids[i] = fix_order(f, i == 1 ? ST_SHIPPED : ST_NEW, v, 1);
    ids[4] = 999;
    struct status_result results[5];
    WRITE(f, order_set_statuses(&f->c, ids, 5, ST_SHIPPED, results, &f->e), "ship them");
    static const char *const want[] = { "", "unchanged", "", "", "not_found" };
    for (size_t i = 0; i < COUNT_OF(want); i++)
        CHECK_STR(str_of(results[i].code), str_of(want[i]), "each by itself");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM demand"), 0, "closed");
    fix_clean(f, "shipped");
    WRITE(f, order_set_statuses(&f->c, ids, 2, ST_NEW, results, &f->e), "two open again");
    fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, ids[0], "E1", true)), S(""), "sold");
    fix_set_status(f, ids[0], ST_SHIPPED);
    fix_item(f, "E1", v);
    WRITE(f, order_set_statuses(&f->c, ids, 4, ST_READY, results, &f->e), "open them");
    CHECK_STR(str_of(results[0].code), S("duplicate_open_item"), "the phone was bought back");
    CHECK(str_contains(results[0].detail, S("E1")), "it is named");
    CHECK_STR(str_of(results[3].code), S(""), "the others are not stopped");
    CHECK_STR(fix_load_order(f, ids[3]).status, S("Ready to ship"), "there it is");
    fix_sql(f, "UPDATE order_status SET replaced_by = 1 WHERE id = 2");
    WRITE(f, order_set_statuses(&f->c, ids + 1, 1, ST_READY, results, &f->e), "on its way out");
    CHECK_STR(str_of(results[0].code), S("unchanged"), "it stands there");
    WRITE(f, order_set_statuses(&f->c, ids, 1, ST_READY, results, &f->e), "on its way out");
    CHECK_STR(str_of(results[0].code), S("duplicate_open_item"), "first things first");
    WRITE(f, order_set_statuses(&f->c, ids + 2, 1, ST_SHIPPED, results, &f->e), "shipped");
    WRITE(f, order_set_statuses(&f->c, ids + 2, 1, ST_READY, results, &f->e), "on its way out");
    CHECK_STR(str_of(results[0].code), S("retiring"), "it takes none in");
    fix_clean(f, "after all");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_prices),
        FIX_TEST(test_a_price_goes_with_its_sale),
        FIX_TEST(test_totals),
        FIX_TEST(test_one_status_for_many),
    };
    return fix_main(argc, argv, "store/order_sales", tests, COUNT_OF(tests));
}
