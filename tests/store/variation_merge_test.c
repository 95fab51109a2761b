/* variation_merge_test.c: one variation takes over all that another has. */
#include "fixture.h"

#include "store/item.h"

#include <string.h>

static struct variation load(struct fix *f, int64_t id)
{
    struct variation v;
    READ(f, variation_load(f->c.tx, id, &f->arena, &v, &f->e), "load");
    return v;
}

static void merge(struct fix *f, int64_t from, int64_t into)
{
    struct variation a = load(f, from), b = load(f, into);
    WRITE(f, variation_merge(&f->c, &a, &b, &f->e), "merge");
}

static void refused(struct fix *f, int64_t from, int64_t into, enum err kind, const char *code)
{
    struct variation a = load(f, from), b = load(f, into);
    REFUSED(f, variation_merge(&f->c, &a, &b, &f->e), kind, code, code);
    CHECK_STR(str_of(f->e.pointer), S("/into"), "the field at fault");
}

static void set_unique(struct fix *f, bool on)
{
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.unique_skus = on;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "settings");
}

static int64_t connected(
    struct fix *f, int64_t channel, const char *sku, const int64_t *ids, size_t n)
{
    int64_t listing = fix_listing(f, channel, sku, 1);
    struct listing before = fix_load_listing(f, listing), after = before;
    int64_t *set = arena_new(&f->arena, int64_t, n);
    memcpy(set, ids, n * sizeof *set);
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = set;
    after.set_variation_count = n;
    WRITE(f, listing_update(&f->c, &before, &after, &f->e), "connect");
    return listing;
}

static void test_everything_moves(void **state)
{
    struct fix *f = *state;
    int64_t from = fix_variation(f, "iphone 13", ""), into = fix_variation(f, "iPhone 13", "IP13");
    int64_t channel = fix_channel(f, "Shop");
    int64_t both[] = { from, into };
    int64_t one = connected(f, channel, "L1", &from, 1), two = connected(f, channel, "L2", both, 2);
    int64_t free_item = fix_item(f, "E1", from), sold = fix_item(f, "E2", from);
    fix_item(f, "E3", into);
    int64_t order = fix_order(f, ST_NEW, from, 3), other = fix_order(f, ST_NEW, into, 2);
    CHECK_STR(
        str_of(fix_commit_esns(f, other, "E2", true)), S(""), "committed to a line of `into`");
    CHECK_INT(fix_load_order(f, other).direct_count, 1, "which cannot take it yet");
    int64_t version = fix_load_order(f, order).version, edited = fix_load_listing(f, one).version;
    fix_plan(f);

    f->now += 7;
    merge(f, from, into);
    REFUSED(f, variation_load(f->c.tx, from, &f->arena, &(struct variation){ 0 }, &f->e),
        ERR_NOT_FOUND, "not_found", "gone");
    CHECK_INT(fix_load_item(f, free_item).variation_id, into, "items move");
    struct item item = fix_load_item(f, sold);
    CHECK_INT(item.variation_id, into, "committed ones too");
    CHECK_INT(item.updated_at, f->now, "that is a change of the item");
    struct order o = fix_load_order(f, order), p = fix_load_order(f, other);
    CHECK_INT(o.lines[0].variation_id, into, "lines move");
    CHECK_INT(o.version, version + 1, "that is a change of the order");
    CHECK_INT(p.direct_count, 0, "the item fits its order's line now");
    CHECK_INT(p.lines[0].committed, 1, "and fills it");
    struct listing l = fix_load_listing(f, one);
    CHECK(l.set_variation_count == 1 && l.set_variation_ids[0] == into, "connections move");
    CHECK_INT(l.version, edited + 1, "that is a change of the listing");
    CHECK_INT(fix_load_listing(f, two).set_variation_count, 1, "and do not double");
    CHECK_INT(fix_terms(f, one).available, 2, "stock of both");
    CHECK_INT(fix_terms(f, one).outstanding, 4, "three and one of two");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM dirty_listing") > 0, 1, "to be planned");
    fix_clean(f, "after the merge");
    fix_plan(f);
    fix_clean(f, "planned");
}

static void test_history_and_audit(void **state)
{
    struct fix *f = *state;
    int64_t from = fix_variation(f, "A", ""), into = fix_variation(f, "B", "");
    int64_t id = fix_item(f, "E1", from);
    fix_order(f, ST_NEW, from, 1);
    merge(f, from, into);
    struct page page = { 0, 10 };
    struct item_event *rows;
    size_t count;
    READ(f, item_history(f->c.tx, id, &page, &f->arena, &rows, &count, &f->e), "history");
    CHECK_INT(count, 2, "created and moved");
    CHECK_STR(rows[0].action, S("changed"), "the newest");
    CHECK_STR(rows[0].changes,
        arena_fmt(&f->arena, "[{\"field\":\"variation_id\",\"from\":\"%lld\",\"to\":\"%lld\"}]",
            (long long)from, (long long)into),
        "what");
    CHECK_STR(rows[0].actor_name, S("Ann"), "who");
    CHECK_STR(rows[0].reason, S("variations merged"), "why");
    CHECK_INT(fix_int_of(f,
                  "SELECT COUNT(*) FROM audit WHERE action = 'merge' AND resource = 'variation'"
                  " AND resource_id = $1 AND changes LIKE "
                  "'%\"field\":\"items\",\"from\":\"0\",\"to\":\"1\"%'"
                  " AND changes LIKE '%\"field\":\"lines\",\"from\":\"0\",\"to\":\"1\"%'",
                  from),
        1, "in the audit, with what moved");
}

static void test_skus_and_prices(void **state)
{
    struct fix *f = *state;
    int64_t plain = fix_variation(f, "Plain", ""), named = fix_variation(f, "Named", "SKU");
    int64_t other = fix_variation(f, "Other", "ELSE");
    fix_sql(f, "UPDATE variation SET price_amount = 500, price_currency = 'EUR' WHERE sku = 'SKU'");
    int64_t listing = fix_listing(f, fix_channel(f, "Shop"), "SKU", 0);
    int64_t order = fix_order_sku(f, ST_NEW, 0, "SKU", 1);
    fix_item(f, "E1", plain);
    refused(f, named, other, ERR_CONFLICT, "two_skus");
    merge(f, named, plain);
    struct variation v = load(f, plain);
    CHECK_STR(v.sku, S("SKU"), "takes the SKU over");
    CHECK(v.price.present && v.price.amount == 500, "and the price");
    CHECK_STR(v.text[VARIATION_MODEL], S("Plain"), "and keeps its attributes");
    CHECK_INT(fix_terms(f, listing).available, 1, "the listing follows the SKU");
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 1, "so does the line");
    fix_clean(f, "a SKU taken over");

    set_unique(f, false);
    int64_t a = fix_variation(f, "A", "POOL"), b = fix_variation(f, "B", "POOL");
    int64_t pool = fix_order_sku(f, ST_NEW, 0, "POOL", 1);
    CHECK_INT(fix_load_order(f, pool).lines[0].candidate_count, 2, "a pool");
    merge(f, a, b);
    CHECK_INT(fix_load_order(f, pool).lines[0].candidate_count, 1, "of one");
    fix_clean(f, "a pool merged");
    set_unique(f, true);
}

static void test_refusals(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", ""), b = fix_variation(f, "B", "");
    refused(f, a, a, ERR_INVALID, "not_allowed");
    fix_sql(f, "UPDATE variation SET archived = 1 WHERE model = 'B'");
    refused(f, a, b, ERR_CONFLICT, "archived");
    struct variation stale = load(f, b), into = load(f, a);
    stale.version = 9;
    REFUSED(f, variation_merge(&f->c, &stale, &into, &f->e), ERR_STALE, "stale", "changed since");
    fix_item(f, "E1", a);
    struct variation gone = load(f, b);
    merge(f, b, a);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM variation"), 1, "an archived one goes");
    gone.archived = false;
    into = load(f, a);
    REFUSED(f, variation_merge(&f->c, &into, &gone, &f->e), ERR_STALE, "stale",
        "into one that somebody else merged meanwhile");
}

/* Whoever adds a table that refers to variations finds this test: merging has to move its rows. */
static void test_every_reference_is_known(void **state)
{
    struct fix *f = *state;
    CHECK_INT(
        fix_int(
            f, fix_engine == DB_SQLITE
                   ? "SELECT COUNT(*) FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k"
                     " WHERE m.type = 'table' AND k.\"table\" = 'variation'"
                   : "SELECT COUNT(*) FROM pg_catalog.pg_constraint"
                     " WHERE contype = 'f' AND confrelid = CAST('variation' AS regclass)"),
        5, "item, order_line, order_return, purchase_order_line, listing_connected_variation");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_everything_moves),
        FIX_TEST(test_history_and_audit),
        FIX_TEST(test_skus_and_prices),
        FIX_TEST(test_refusals),
        FIX_TEST(test_every_reference_is_known),
    };
    return fix_main(argc, argv, "store/variation_merge", tests, COUNT_OF(tests));
}
