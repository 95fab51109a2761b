/* marketplaces_test.c: the tables agree with each other. */
#include "check.h"

#include "amazon/internal.h"

static void test_tables(void **state)
{
    (void)state;
    size_t count = 0;
    struct amazon_marketplace m;
    for (size_t r = 0; r < amazon_info.region_count; r++) {
        const struct channel_kind_region *region = &amazon_info.regions[r];
        CHECK(amazon_region_endpoint(str_of(region->region)).len > 0, "it has an endpoint");
        for (size_t i = 0; i < region->marketplace_count; i++, count++) {
            const struct channel_kind_marketplace *place = &region->marketplaces[i];
            CHECK(amazon_marketplace_find(str_of(place->id), &m), place->id);
            CHECK_STR(m.name, str_of(place->name), "an id stands once");
            CHECK_STR(m.region, str_of(region->region), place->id);
            CHECK_INT(m.country.len, 2, place->id);
            CHECK_INT(m.currency.len, 3, place->id);
        }
    }
    CHECK_INT(count, 23, "sp-api.md 1.5");
    CHECK(amazon_marketplace_find(S("A1VC38T7YXB528"), &m), "Japan");
    CHECK_STR(m.currency, S("JPY"), "Japan");
    CHECK(amazon_marketplace_find(S("AE08WJ6YKNBMC"), &m), "South Africa");
    CHECK_STR(m.currency, S("ZAR"), "the last of its table");
    CHECK(!amazon_marketplace_find(S("A2ZV50J4W1RKNI"), &m), "not an Amazon marketplace");
    CHECK_STR(amazon_region_endpoint(S("eu")), S("https://sellingpartnerapi-eu.amazon.com"), "eu");
    CHECK_INT(amazon_region_endpoint(S("mars")).len, 0, "unknown region");
}

static void test_statuses(void **state)
{
    (void)state;
    size_t mapped = 0;
    for (size_t i = 0; i < amazon_info.status_count; i++)
        if (amazon_info.statuses[i].suggested) mapped++;
    CHECK_INT(amazon_info.status_count, 7, "the words of the model");
    CHECK_INT(mapped, 5, "domain.md 6");
}

static void test_limits(void **state)
{
    (void)state;
    /* sp-api.md 6: one call in so many milliseconds, so many in a row. */
    static const struct {
        const char *name;
        int64_t one_per_ms, burst;
    } rows[] = {
        { "getMarketplaceParticipations", 62500, 15 },
        { "searchListingsItems", 200, 5 },
        { "getListingsItem", 200, 5 },
        { "patchListingsItem", 200, 5 },
        { "searchOrders", 179000, 20 },
        { "getOrder", 2000, 30 },
        { "createFeedDocument", 2000, 15 },
        { "createFeed", 120000, 5 },
        { "getFeed", 500, 15 },
        { "getFeedDocument", 45000, 10 },
        { "createReport", 60000, 15 },
        { "getReport", 500, 15 },
        { "getReportDocument", 60000, 15 },
        { "confirmShipment", 500, 10 },
        { "createDestination", 1000, 5 },
        { "createSubscription", 1000, 5 },
    };
    CHECK_INT(COUNT_OF(rows), CHANNEL_OP_COUNT, "every operation");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct channel_op_limit *l = &amazon_limits[i];
        int64_t ms = 1000000000 / l->rate_micro_per_s;
        CHECK_STR(str_of(l->name), str_of(rows[i].name), "in this order");
        /* The rates are rounded, to two digits at the least. */
        CHECK(ms * 100 >= rows[i].one_per_ms * 99 && ms * 100 <= rows[i].one_per_ms * 101, l->name);
        CHECK_INT(l->burst, rows[i].burst, l->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
