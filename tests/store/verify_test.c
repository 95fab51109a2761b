/* verify_test.c: every kind of damage is told, put right, and then gone. */
#include "fixture.h"

#include "store/verify.h"

#include <string.h>

/* One of each: items in stock and committed, open and closed orders, listings of every mode. */
static void fill(struct fix *f)
{
    int64_t a = fix_variation(f, "Alpha", "A"), b = fix_variation(f, "B", "B");
    int64_t channel = fix_channel(f, "Shop");
    fix_listing(f, channel, "A", 2);
    struct listing l = fix_load_listing(f, fix_listing(f, channel, "B2", 2)), after = l;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &b;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), "connect");
    fix_items(f, a, 3);
    fix_items(f, b, 2);
    int64_t open = fix_order(f, ST_NEW, a, 2), closed = fix_order(f, ST_READY, b, 1);
    CHECK_STR(str_of(fix_commit_esns(f, open, "N00001", true)), S(""), "on an open order");
    CHECK_STR(str_of(fix_commit_esns(f, closed, "N00004", true)), S(""), "on another");
    fix_set_status(f, closed, ST_SHIPPED);
    fix_order_sku(f, ST_NEW, channel, "B2", 4);
    fix_plan(f);
    fix_clean(f, "before any damage");
}

struct told {
    char what[600];
};

static void tell(void *ctx, const char *what, struct str detail)
{
    struct told *t = ctx;
    CHECK(detail.len > 0, "in words");
    size_t len = strlen(t->what);
    snprintf(t->what + len, sizeof t->what - len, "%s ", what);
}

struct damage {
    const char *why, *sql, *what;
    bool repaired; /* the others are facts, of which there is no other source */
};

static const struct damage damages[] = {
    { "a wrong count", "UPDATE stock_count SET units = units + 1 WHERE variation_id = 1",
        "stock_count", true },
    { "a negative count", "UPDATE stock_count SET units = -4 WHERE variation_id = 2", "stock_count",
        true },
    { "a missing count", "DELETE FROM stock_count WHERE variation_id = 1", "stock_count", true },
    { "a stray count",
        "INSERT INTO stock_count (variation_id, status_id, warehouse_id, units)"
        " VALUES (99, 98, 97, 5)",
        "stock_count", true },
    { "a missing candidate", "DELETE FROM listing_variation WHERE listing_id = 1",
        "listing_variation", true },
    { "a missing candidate of a manual connection",
        "DELETE FROM listing_variation WHERE listing_id = 2", "listing_variation", true },
    { "a stray candidate", "INSERT INTO listing_variation VALUES (1, 2)", "listing_variation",
        true },
    { "a candidate of no listing", "INSERT INTO listing_variation VALUES (77, 2)",
        "listing_variation", true },
    { "wrong demand", "UPDATE demand SET units = 7 WHERE variation_id = 1", "demand", true },
    { "missing demand", "DELETE FROM demand WHERE variation_id = 2", "demand", true },
    { "demand of a closed order",
        "INSERT INTO demand (variation_id, line_id, order_id, units) VALUES (2, 2, 2, 1)", "demand",
        true },
    { "demand for another variation",
        "INSERT INTO demand (variation_id, line_id, order_id, units) VALUES (2, 1, 1, 1)", "demand",
        true },
    { "demand of no line",
        "INSERT INTO demand (variation_id, line_id, order_id, units) VALUES (2, 55, 1, 1)",
        "demand", true },
    { "demand of no order",
        "INSERT INTO demand (variation_id, line_id, order_id, units) VALUES (2, 56, 56, 1)",
        "demand", true },
    { "a variation that is not found", "DELETE FROM variation_index WHERE rowid = 2",
        "variation_index", true },
    { "a variation found by other words",
        "UPDATE variation_index SET words = 'galaxy #2' WHERE rowid = 2", "variation_index", true },
    { "a variation found though it is gone",
        "INSERT INTO variation_index (rowid, words) VALUES (99, 'iphone #99')", "variation_index",
        true },
    { "a word that cannot be abbreviated", "DELETE FROM search_word WHERE word = 'alpha'",
        "search_word", true },
    { "an item in stock said to be gone", "UPDATE item SET is_open = 0 WHERE id = 2",
        "item.is_open", true },
    { "an item on an open order said to be gone", "UPDATE item SET is_open = 0 WHERE id = 1",
        "item.is_open", true },
    { "a sold item said to be here", "UPDATE item SET is_open = 1 WHERE id = 4", "item.is_open",
        true },
    { "a wrong calculated quantity", "UPDATE listing SET calculated = 9 WHERE id = 1",
        "listing.calculated", true },
    { "a wrong target", "UPDATE listing SET target = 9 WHERE id = 2", "listing.calculated", true },
    { "no calculated quantity", "UPDATE listing SET calculated = NULL WHERE id = 2",
        "listing.calculated", true },
    { "a day of which nothing was counted",
        "INSERT INTO inventory_day (day, taken_at) VALUES (30000, 1)", "inventory_count", true },
    { "a day that counts one too many", "UPDATE inventory_count SET units = units + 1",
        "inventory_count", true },
    { "an item without history", "DELETE FROM item_event WHERE item_id = 3", "item_event", false },
    { "a commitment without its time", "UPDATE item SET committed_at = NULL WHERE id = 1",
        "item.committed_at", false },
    { "a history that tells another status",
        "UPDATE item_event SET to_status_id = 2 WHERE item_id = 2", "item_event.to_status_id",
        false },
    { "on its way, and in a warehouse",
        "INSERT INTO transfer (id, from_id, to_id, state, created_at, updated_at) VALUES"
        " (1, 1, 1, 'in_transit', 1, 1); UPDATE item SET transfer_id = 1 WHERE id = 3",
        "item.transfer_id", false },
    { "a negative line", "UPDATE order_line SET quantity = -1 WHERE id = 3", "order_line.quantity",
        false },
    { "an order for nobody", "UPDATE sales_order SET organization_id = NULL WHERE id = 1",
        "sales_order.organization_id", false },
    { "merged into one that was merged",
        "INSERT INTO organization (id, name, kind, created_at, updated_at, merged_into)"
        " VALUES (77, 'm', 'customer', 1, 1, 1), (78, 'n', 'customer', 1, 1, 77)",
        "organization.merged_into", false },
    { "two open items of one ESN",
        "DROP INDEX item_open_esn; UPDATE item SET esn = 'TWIN' WHERE id IN (2, 3)", "item.esn",
        false },
};

static int64_t look(struct fix *f, bool repair, struct told *told)
{
    int64_t n = -1;
    told->what[0] = '\0';
    WRITE(f, verify_all(&f->c, repair, tell, told, &n, &f->e), "verify");
    return n;
}

static void test_damages(void **state)
{
    struct fix *f = *state;
    fill(f);
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        const struct damage *d = &damages[i];
        struct told told;
        fix_sql(f, d->sql);
        CHECK(look(f, false, &told) > 0, d->why);
        if (!strstr(told.what, d->what)) fail_msg("%s: told of %s", d->why, told.what);
        CHECK(look(f, false, &told) > 0, "looking repairs nothing");
        CHECK(look(f, true, &told) > 0, d->why);
        if (!d->repaired) break;
        CHECK_INT(look(f, false, &told), 0, d->why);
        fix_plan(f);
        CHECK_INT(look(f, false, &told), 0, "the planner has put the quantities right too");
        CHECK_INT(fix_load_listing(f, 1).calculated.quantity, 1, d->why);
        CHECK_INT(fix_load_listing(f, 2).calculated.quantity, -3, d->why);
    }
}

static void test_facts_are_told_only(void **state)
{
    struct fix *f = *state;
    fill(f);
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        const struct damage *d = &damages[i];
        if (d->repaired) continue;
        struct told told;
        fix_sql(f, d->sql);
        CHECK(look(f, true, &told) > 0, d->why);
        if (!strstr(told.what, d->what)) fail_msg("%s: told of %s", d->why, told.what);
        CHECK(look(f, false, &told) > 0, "there is nothing to repair it from");
    }
}

static void test_everything_at_once(void **state)
{
    struct fix *f = *state;
    fill(f);
    for (size_t i = 0; i < COUNT_OF(damages); i++)
        if (damages[i].repaired) fix_sql(f, damages[i].sql);
    struct told told;
    CHECK(look(f, true, &told) >= 5, "all of it is told");
    fix_clean(f, "one repair is enough");
    CHECK(fix_int(f, "SELECT COUNT(*) FROM dirty_listing") > 0, "and the planner is told");
    fix_plan(f);
    fix_clean(f, "quantities too");
    CHECK_INT(fix_load_listing(f, 1).calculated.quantity, 1, "as before");
}

static void test_reading_only(void **state)
{
    struct fix *f = *state;
    fill(f);
    fix_sql(f, "UPDATE demand SET units = 7 WHERE variation_id = 1");
    struct told told = { "" };
    int64_t n = 0;
    READ(f, verify_all(&f->c, false, tell, &told, &n, &f->e), "in one snapshot");
    CHECK_INT(n, 1, "told as well");
    READ(f, verify_all(&f->c, false, NULL, NULL, &n, &f->e), "without being told");
    CHECK_INT(n, 1, "counted");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_damages),
        FIX_TEST(test_facts_are_told_only),
        FIX_TEST(test_everything_at_once),
        FIX_TEST(test_reading_only),
    };
    return fix_main(argc, argv, "store/verify", tests, COUNT_OF(tests));
}
