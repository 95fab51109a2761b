/* connections_test.c: the spreadsheet that connects listings: every rule, and every rejection. */
#include "rows.h"

#define HEAD "Channel|Channel SKU|Connected SKUs|Variation IDs|Mode\n"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    int64_t before = fix_int(f, "SELECT CAST(SUM(version) AS BIGINT) FROM listing");
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_CONNECTIONS, text)), str_of(want), why);
    CHECK_INT(fix_int(f, "SELECT CAST(SUM(version) AS BIGINT) FROM listing"), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_CONNECTIONS, text)), str_of(want), why);
}

static void test_connect(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "S,B");
    int64_t channel = fix_channel(f, "Shop"), listing = fix_listing(f, channel, "L1", 1);
    fix_item(f, "E1", a);
    fix_items(f, b, 2);
    const char *skus = HEAD "Shop|L1|S,B~SA||\n";
    check(f, skus, "created 0 updated 1 unchanged 0 rejected 0", "by two SKUs");
    check(f, skus, "created 0 updated 0 unchanged 1 rejected 0", "once");
    struct listing l = fix_load_listing(f, listing);
    CHECK_INT(l.mode, LISTING_SKUS, "the mode is what the row has");
    CHECK_INT(l.sku_count, 2, "both SKUs");
    CHECK_INT(fix_terms(f, listing).available, 3, "of both variations");
    const char *ids = arena_fmt(&f->arena, HEAD "Shop|L1||%lld|\n", (long long)a).at;
    check(f, ids, "created 0 updated 1 unchanged 0 rejected 0", "by one variation");
    CHECK_INT(fix_terms(f, listing).available, 1, "of that one");
    CHECK_STR(str_of(rows_changes(f, IMPORT_CONNECTIONS, HEAD "Shop|L1|||none\n")),
        arena_fmt(&f->arena, "2 connection variations: %lld>none", (long long)a), "would change");
    check(f, HEAD "Shop|L1|||none\n", "created 0 updated 1 unchanged 0 rejected 0", "none");
    check(f, HEAD "Shop|L1|||auto\n", "created 0 updated 1 unchanged 0 rejected 0", "automatic");
    check(f, "Channel|Channel SKU|Reserve|Cap\nShop|L1|2|10\n",
        "created 0 updated 1 unchanged 0 rejected 0", "limits alone");
    l = fix_load_listing(f, listing);
    CHECK(l.has_reserve && l.reserve == 2 && l.has_cap && l.cap == 10, "are set");
    CHECK_INT(l.mode, LISTING_AUTO, "the connection stays");
    check(f, "Channel|Channel SKU|Cap\nShop|L1|\n", "created 0 updated 1 unchanged 0 rejected 0",
        "blank");
    l = fix_load_listing(f, listing);
    CHECK(l.has_reserve && !l.has_cap, "clears, and what has no column stays");
    fix_clean(f, "after all");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    (void)fix_variation(f, "A", "SA");
    int64_t channel = fix_channel(f, "Shop");
    (void)fix_listing(f, channel, "L1", 1);
    (void)fix_listing(f, channel, "L2", 1);
    static const struct {
        const char *cells, *fault, *why;
    } rows[] = {
        { "|L1|||auto||", "Channel required", "no channel" },
        { "Shop 2|L1|||auto||", "Channel unknown_value", "no such channel" },
        { "Shop||||auto||", "Channel SKU required", "no listing" },
        { "Shop|l1|||auto||", "Channel SKU unknown_value", "SKUs are exact" },
        { "Shop|L1|||||", "Mode required", "nothing to connect to" },
        { "Shop|L1|SA|1|||", "Mode required", "both ways at once" },
        { "Shop|L1|||kit||", "Mode unknown_value", "no such mode" },
        { "Shop|L1|||skus||", "Connected SKUs required", "none named" },
        { "Shop|L1|||variations||", "Variation IDs required", "none named" },
        { "Shop|L1|SA||auto||", "Connected SKUs not_allowed", "automatic takes none" },
        { "Shop|L1||1|skus||", "Connected SKUs required; 2 Variation IDs not_allowed", "crossed" },
        { "Shop|L1|SA,SA||||", "Connected SKUs duplicate", "twice" },
        { "Shop|L1||1,1|||", "Variation IDs duplicate", "twice" },
        { "Shop|L1||x|||", "Variation IDs bad_format", "no number" },
        { "Shop|L1||999|||", "Variation IDs unknown_value", "no such variation" },
        { "Shop|L1|||auto|-1|", "Reserve too_small", "less than nothing" },
        { "Shop|L1|||auto||1000001", "Cap too_large", "too much" },
        { "Shop|L1|||auto|x|", "Reserve bad_format", "no number" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *text = arena_fmt(&f->arena,
            "Channel|Channel SKU|Connected SKUs|Variation IDs|Mode|Reserve|Cap\n%s\n"
            "Shop|L2|SA|||%zu|\n",
            rows[i].cells, i + 1)
                               .at;
        check(f, text,
            arena_fmt(&f->arena, "created 0 updated 1 unchanged 0 rejected 1; 2 %s", rows[i].fault)
                .at,
            rows[i].why);
    }
    check(f, "Channel|Channel SKU|Mode\n", "refused missing_column", "a mode without the rest");
    check(f, HEAD "Shop|L1|||none\nShop|L1|||none\nShop|L1|||auto\n",
        "created 0 updated 1 unchanged 1 rejected 1; 4 Channel SKU repeated", "says otherwise");
    check(f, "Channel|Channel SKU|Reserve|Cap\nShop|L1|1|\nShop|L1||1\n",
        "created 0 updated 1 unchanged 0 rejected 1; 3 Channel SKU repeated",
        "the same value of something else");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_connect),
        FIX_TEST(test_rejections),
    };
    return fix_main(argc, argv, "exchange/connections", tests, COUNT_OF(tests));
}
