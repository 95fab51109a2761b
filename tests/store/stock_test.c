/* stock_test.c: stock levels, and what is behind a quantity. */
#include "fixture.h"

#include "store/reference.h"

#include <string.h>

struct setting {
    int64_t a, b, repair, second;
};

static int64_t put(struct fix *f, int64_t variation, int64_t status, int64_t warehouse)
{
    struct item i = { .esn = arena_fmt(&f->arena, "P%d", ++f->made),
        .variation_id = variation,
        .status_id = status,
        .warehouse_id = warehouse };
    WRITE(f, item_create(&f->c, &i, &f->e), "an item");
    return i.id;
}

/* Of a: 3 in stock in Main, 1 in the second warehouse, 1 nowhere, 2 in repair. Of b: 1. */
static struct setting fill(struct fix *f)
{
    struct setting s = { .a = fix_variation(f, "A", "A"), .b = fix_variation(f, "B", "B") };
    struct reference repair = { .title = S("In repair"), .color = S("") };
    struct reference second = { .title = S("Second"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_STATUS, &repair, &f->e), "a status");
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "a warehouse");
    s.repair = repair.id;
    s.second = second.id;
    for (int i = 0; i < 3; i++)
        put(f, s.a, IN_STOCK, MAIN);
    put(f, s.a, IN_STOCK, s.second);
    put(f, s.a, IN_STOCK, 0);
    put(f, s.a, s.repair, MAIN);
    put(f, s.a, s.repair, MAIN);
    put(f, s.b, IN_STOCK, MAIN);
    return s;
}

static void test_levels(void **state)
{
    struct fix *f = *state;
    struct setting s = fill(f);
    fix_order(f, ST_NEW, s.a, 2);
    fix_order_sku(f, ST_PENDING, 0, "A", 4);
    fix_order(f, ST_SHIPPED, s.a, 9);
    const int64_t in_stock[] = { IN_STOCK }, both[] = { IN_STOCK, s.repair },
                  main_only[] = { MAIN }, second[] = { s.second };
    const struct {
        struct stock_filter filter;
        int64_t on_hand;
        const char *why;
    } cases[] = {
        { { NULL, 0, NULL, 0 }, 7, "everything, also what lies nowhere" },
        { { in_stock, 1, NULL, 0 }, 5, "a status" },
        { { both, 2, NULL, 0 }, 7, "two statuses" },
        { { NULL, 0, main_only, 1 }, 5, "a warehouse" },
        { { in_stock, 1, main_only, 1 }, 3, "both" },
        { { in_stock, 1, second, 1 }, 1, "the other warehouse" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stock_level l, *rows;
        size_t count;
        struct page page = { 0, 10 };
        READ(f, stock_level_of_sku(f->c.tx, S("A"), &cases[i].filter, &l, &f->e), cases[i].why);
        CHECK_INT(l.on_hand, cases[i].on_hand, cases[i].why);
        CHECK_INT(l.outstanding, 6, "never filtered: of every open order");
        READ(f, stock_level_list(f->c.tx, &cases[i].filter, &page, &f->arena, &rows, &count, &f->e),
            cases[i].why);
        CHECK_INT(count, 2, "per variation");
        CHECK_INT(rows[0].on_hand, cases[i].on_hand, cases[i].why);
        CHECK_INT(rows[0].outstanding, 6, "the same");
        CHECK_INT(rows[1].outstanding, 0, "nothing of b");
        const int64_t ids[] = { s.b, s.a, 999 };
        struct variation_ids given = { ids, 3 };
        READ(f,
            stock_level_of_variations(
                f->c.tx, &given, &cases[i].filter, &f->arena, &rows, &count, &f->e),
            cases[i].why);
        CHECK_INT(count, 2, "unknown ones are left out");
        CHECK_INT(rows[0].variation_id, s.a, "in order of id");
        CHECK_INT(rows[0].on_hand, cases[i].on_hand, cases[i].why);
        CHECK_STR(rows[0].sku, S("A"), "with its SKU");
    }
    struct stock_level l;
    REFUSED(f, stock_level_of_sku(f->c.tx, S("a"), &cases[0].filter, &l, &f->e), ERR_NOT_FOUND,
        "not_found", "SKUs are exact");
    struct page page = { s.a, 1 };
    struct stock_level *rows;
    size_t count;
    READ(f, stock_level_list(f->c.tx, &cases[0].filter, &page, &f->arena, &rows, &count, &f->e),
        "page");
    CHECK_INT(count, 1, "after the first");
    CHECK_INT(rows[0].variation_id, s.b, "the second");
}

static struct explanation explain(struct fix *f, int64_t listing)
{
    struct explanation x;
    READ(f, stock_explain(f->c.tx, listing, &f->arena, &x, &f->e), "explain");
    return x;
}

static int64_t left_out(const struct explanation *x, const char *reason)
{
    int64_t n = 0;
    for (size_t i = 0; i < x->left_out_count; i++)
        if (strcmp(x->left_out[i].reason, reason) == 0) n += x->left_out[i].count;
    return n;
}

static void test_explanation_adds_up(void **state)
{
    struct fix *f = *state;
    struct setting s = fill(f);
    int64_t channel = fix_channel(f, "Shop"), listing = fix_listing(f, channel, "A", 0);
    int64_t first = fix_order(f, ST_NEW, s.a, 2);
    fix_order_sku(f, ST_PENDING, channel, "A", 4);
    fix_order(f, ST_SHIPPED, s.a, 9);
    fix_order(f, ST_NEW, s.b, 1);
    CHECK_STR(str_of(fix_commit_esns(f, first, "P1", true)), S(""), "one is committed");
    struct listing_terms t = fix_terms(f, listing);
    struct explanation x = explain(f, listing);
    CHECK_INT(x.item_count, 2, "what counts, one by one");
    CHECK_INT(x.item_count, t.available, "as many as the term says");
    int64_t sum = 0;
    for (size_t i = 0; i < x.line_count; i++)
        sum += x.lines[i].uncommitted;
    CHECK_INT(sum, t.outstanding, "the lines add up to the other term");
    CHECK_INT(sum, 5, "one of two, and four");
    CHECK_INT(x.line_count, 2, "two lines");
    CHECK_STR(x.lines[1].order_status, S("Pending payment"), "which open statuses");
    CHECK_INT(x.lines[1].channel_id, channel, "from where");
    CHECK_STR(x.lines[1].title, S("As sold"), "the channel's words");
    CHECK_INT(x.lines[0].quantity, 2, "ordered");
    CHECK_INT(left_out(&x, "no_warehouse"), 1, "lies nowhere");
    CHECK_INT(left_out(&x, "status_not_counted"), 2, "in repair");
    CHECK_INT(left_out(&x, "warehouse_not_counted"), 1, "in the second warehouse");
    CHECK_INT(left_out(&x, "committed"), 1, "committed");
    CHECK_INT((int64_t)x.item_count + 1 + 2 + 1 + 1, 7, "every unit of a is named");
    CHECK_STR(x.items[0].warehouse, S("Main"), "where");
    CHECK_STR(x.items[0].status, S("In stock"), "how");

    fix_plan(f);
    struct listing l = fix_load_listing(f, listing);
    CHECK_INT(l.calculated.quantity, t.available - t.outstanding, "the planner says the same");
    x = explain(f, fix_listing(f, channel, "nobody", 0));
    CHECK(!x.item_count && !x.line_count && !x.left_out_count, "not connected: nothing");
}

static void test_a_line_counts_once(void **state)
{
    struct fix *f = *state;
    fix_sql(f, "UPDATE setting SET value = '0' WHERE key = 'unique_skus'");
    int64_t a = fix_variation(f, "A", "POOL");
    fix_variation(f, "B", "POOL");
    fix_variation(f, "C", "C");
    int64_t channel = fix_channel(f, "Shop"), listing = fix_listing(f, channel, "POOL", 0);
    fix_order_sku(f, ST_NEW, 0, "POOL", 3);
    fix_order(f, ST_NEW, a, 2);
    CHECK_INT(fix_terms(f, listing).outstanding, 5, "both lines, each once");
    struct stock_filter any = { 0 };
    struct stock_level l;
    READ(f, stock_level_of_sku(f->c.tx, S("POOL"), &any, &l, &f->e), "level");
    CHECK_INT(l.outstanding, 5, "the level too");
    int64_t left = 0;
    struct explanation x = explain(f, listing);
    for (size_t i = 0; i < x.line_count; i++)
        left += x.lines[i].uncommitted;
    CHECK_INT(left, 5, "and the explanation");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_levels),
        FIX_TEST(test_explanation_adds_up),
        FIX_TEST(test_a_line_counts_once),
    };
    return fix_main(argc, argv, "store/stock", tests, COUNT_OF(tests));
}
