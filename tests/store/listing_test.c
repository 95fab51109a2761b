/* listing_test.c: offers, what was read of them, and their connection. */
#include "fixture.h"

static enum err connect(struct fix *f, int64_t id, enum listing_mode mode, const char *const *skus,
    const int64_t *variations, size_t count)
{
    struct listing before;
    enum err rc = listing_lock(&f->c, id, &f->arena, &before, &f->e);
    if (rc) return rc;
    struct listing after = before;
    after.mode = mode;
    after.skus = arena_new(&f->arena, struct str, count + 1);
    after.set_variation_ids = arena_new(&f->arena, int64_t, count + 1);
    after.sku_count = skus ? count : 0;
    after.set_variation_count = variations ? count : 0;
    for (size_t i = 0; i < count; i++) {
        if (skus) after.skus[i] = str_of(skus[i]);
        if (variations) after.set_variation_ids[i] = variations[i];
    }
    return listing_update(&f->c, &before, &after, &f->e);
}

static enum err limit(struct fix *f, int64_t id, int64_t reserve, int64_t cap)
{
    struct listing before;
    enum err rc = listing_lock(&f->c, id, &f->arena, &before, &f->e);
    if (rc) return rc;
    struct listing after = before;
    after.has_reserve = reserve >= 0;
    after.reserve = reserve >= 0 ? reserve : 0;
    after.has_cap = cap >= 0;
    after.cap = cap >= 0 ? cap : 0;
    return listing_update(&f->c, &before, &after, &f->e);
}

static void test_modes(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t c = fix_variation(f, "C", "C");
    fix_items(f, a, 1);
    fix_items(f, b, 2);
    fix_items(f, c, 4);
    int64_t channel = fix_channel(f, "Shop"), id = fix_listing(f, channel, "A", 0);
    struct listing l = fix_load_listing(f, id);
    CHECK(l.mode == LISTING_AUTO && l.variation_count == 1, "connected by itself");
    CHECK_INT(l.variation_ids[0], a, "to the SKU of its name");
    CHECK_INT(fix_terms(f, id).available, 1, "its units");
    static const char *const skus[] = { "B", "C", "later" };
    WRITE(f, connect(f, id, LISTING_SKUS, skus, NULL, 3), "several SKUs");
    l = fix_load_listing(f, id);
    CHECK_INT(l.sku_count, 3, "kept as they were set");
    CHECK_INT(l.variation_count, 2, "the union of their variations");
    CHECK_INT(fix_terms(f, id).available, 6, "not a kit");
    fix_items(f, fix_variation(f, "D", "later"), 8);
    CHECK_INT(fix_terms(f, id).available, 14, "a SKU that comes later joins");
    const int64_t ids[] = { a, b };
    WRITE(f, connect(f, id, LISTING_VARIATIONS, NULL, ids, 2), "variations");
    l = fix_load_listing(f, id);
    CHECK_INT(l.set_variation_count, 2, "kept as they were set");
    CHECK_INT(l.sku_count, 0, "and nothing else");
    CHECK_INT(fix_terms(f, id).available, 3, "their units");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing_connected_sku"), 0, "the SKUs are gone");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, a, &f->arena, &before, &f->e), "load");
    after = before;
    after.sku = S("A2");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "its SKU changes");
    CHECK_INT(fix_terms(f, id).available, 3, "a manual connection stays");
    WRITE(f, connect(f, id, LISTING_NONE, NULL, NULL, 0), "none");
    CHECK_INT(fix_load_listing(f, id).variation_count, 0, "not connected");
    WRITE(f, connect(f, id, LISTING_AUTO, NULL, NULL, 0), "by itself again");
    CHECK_INT(fix_load_listing(f, id).variation_count, 0, "nobody has its SKU now");
    READ(f, variation_load(f->c.tx, b, &f->arena, &before, &f->e), "load");
    after = before;
    after.sku = S("A");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "another takes it");
    CHECK_INT(fix_load_listing(f, id).variation_ids[0], b, "follows the catalog");
    CHECK_INT(fix_load_listing(f, id).version, 5, "four connections");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'listing'"), 4, "audited");
    fix_clean(f, "after all");
}

static struct listing_read shown(const char *sku, int64_t quantity)
{
    return (struct listing_read){ .sku = str_of(sku),
        .asin = S("B0"),
        .title = S("Phone"),
        .product_type = S("PHONE"),
        .condition = S("used"),
        .marketplace_id = S("DE"),
        .active = true,
        .has_quantity = true,
        .quantity = quantity,
        .issues = S("[]") };
}

static struct listing find(struct fix *f, int64_t channel, const char *sku)
{
    struct listing l;
    READ(f, listing_find(f->c.tx, channel, str_of(sku), &f->arena, &l, &f->e), sku);
    return l;
}

static void test_imports(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_variation(f, "A", "A");
    struct listing_read rows[] = { shown("A", 5), shown("B", 0), shown("C", 1) };
    rows[1].active = false;
    rows[2].amazon_fulfilled = true;
    WRITE(f, listing_import(&f->c, channel, 11, rows, 3, &f->e), "first");
    struct listing l = find(f, channel, "A");
    CHECK_STR(l.state, S("active"), "state");
    CHECK_STR(l.title, S("Phone"), "title");
    CHECK_STR(l.marketplace_ids, S("DE"), "marketplace");
    CHECK_INT(l.imported.quantity, 5, "what it shows");
    CHECK_INT(l.imported.at, f->now, "and when");
    CHECK(!l.synced.present && !l.calculated.present, "we have not told anything");
    CHECK_INT(l.variation_count, 1, "connected at once");
    CHECK_STR(find(f, channel, "B").state, S("inactive"), "out of stock");
    CHECK(find(f, channel, "C").amazon_fulfilled, "not our stock");

    f->now += 1000;
    struct listing_read again[] = { shown("A", 3), shown("B", 4), shown("N", 9) };
    again[0].title = S("Better title");
    again[0].marketplace_id = S("FR");
    again[1].title = S("");
    WRITE(f, connect(f, l.id, LISTING_NONE, NULL, NULL, 0), "disconnected by a person");
    WRITE(f, listing_import(&f->c, channel, 12, again, 3, &f->e), "second");
    l = find(f, channel, "A");
    CHECK_STR(l.title, S("Better title"), "refreshed");
    CHECK_STR(l.marketplace_ids, S("DE FR"), "in both marketplaces");
    CHECK_INT(l.imported.quantity, 3, "what it shows now");
    CHECK_INT(l.variation_count, 0, "an import connects nothing that a person disconnected");
    CHECK_STR(find(f, channel, "B").title, S("Phone"), "no title is none");
    CHECK_STR(find(f, channel, "B").state, S("active"), "stock again");
    CHECK_STR(find(f, channel, "C").state, S("active"), "one not seen has not ended by itself");
    int64_t ended;
    WRITE(f, listing_end_unseen(&f->c, channel, 12, &ended, &f->e), "a complete import");
    CHECK_INT(ended, 1, "ends what it did not see");
    CHECK_STR(find(f, channel, "C").state, S("ended"), "that one");
    CHECK_STR(find(f, channel, "N").state, S("active"), "not the new one");
    int64_t other = fix_channel(f, "Other");
    fix_listing(f, other, "A", 1);
    WRITE(f, listing_end_unseen(&f->c, channel, 12, &ended, &f->e), "again");
    CHECK_INT(ended, 0, "once");
    CHECK_STR(find(f, other, "A").state, S("active"), "another channel is not concerned");
    struct listing_read back = shown("C", 2);
    WRITE(f, listing_import(&f->c, channel, 13, &back, 1, &f->e), "it comes back");
    CHECK_STR(find(f, channel, "C").state, S("active"), "alive");
    int64_t gone = find(f, channel, "C").id;
    WRITE(f, listing_end(&f->c, gone, &f->e), "the channel knows it no more");
    CHECK_STR(find(f, channel, "C").state, S("ended"), "ended");
    fix_clean(f, "after all");
}

static void test_several_marketplaces(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct listing_read rows[] = { shown("A", 5), shown("A", 5) };
    rows[1].marketplace_id = S("FR");
    rows[1].active = false;
    WRITE(f, listing_import(&f->c, channel, 1, rows, 2, &f->e), "one import");
    struct listing l = find(f, channel, "A");
    CHECK_STR(l.state, S("active"), "active in one of them is active");
    CHECK_STR(l.marketplace_ids, S("DE FR"), "both");
    rows[0].active = false;
    WRITE(f, listing_import(&f->c, channel, 2, rows, 2, &f->e), "the next import");
    CHECK_STR(find(f, channel, "A").state, S("inactive"), "in none");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing"), 1, "one listing per SKU");
    rows[0].has_quantity = false;
    WRITE(f, listing_import(&f->c, channel, 0, rows, 1, &f->e), "a single reading");
    CHECK(!find(f, channel, "A").imported.present, "which shows no quantity");
    CHECK_INT(fix_int(f, "SELECT seen_run FROM listing"), 2, "and is no import");
}

static struct listing_read shown_in(const char *marketplace, int64_t quantity)
{
    struct listing_read r = shown("A", quantity);
    r.marketplace_id = str_of(marketplace);
    return r;
}

static void take(struct fix *f, int64_t channel, int64_t run, const struct listing_read *r)
{
    WRITE(f, listing_import(&f->c, channel, run, r, 1, &f->e), "a reading");
}

/* Each marketplace is read by itself; which one was read last does not matter. */
static void test_last_marketplace_decides_nothing(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_sql(f, "UPDATE channel SET marketplace_ids = 'FR DE IT'");
    struct listing_read de = shown_in("DE", 5), fr = shown_in("FR", 5), it = shown_in("IT", 5);
    fr.active = it.active = false;
    de.issues = S("[{\"code\":\"1\",\"message\":\"No image\",\"severity\":\"ERROR\"}]");
    it.issues = S("[{\"code\":\"1\",\"message\":\"No image\",\"severity\":\"ERROR\"},"
                  "{\"code\":\"2\",\"message\":\"No brand\",\"severity\":\"WARNING\"}]");
    de.title = S("Telefon");
    fr.title = S("T\xC3\xA9l\xC3\xA9phone");
    fr.product_type = S("");
    for (int64_t run = 0; run < 2; run++) {
        take(f, channel, run, &de);
        take(f, channel, run, &it);
        take(f, channel, run, &fr);
        struct listing l = find(f, channel, "A");
        CHECK_STR(l.state, S("active"), "sold in one of them");
        CHECK_STR(l.marketplace_ids, S("FR DE IT"), "in the channel's order");
        CHECK_STR(l.title, S("T\xC3\xA9l\xC3\xA9phone"), "words of the first");
        CHECK_STR(l.product_type, S("PHONE"), "or of the first that has any");
        CHECK_STR(l.issues,
            S("[{\"code\":\"1\",\"message\":\"No image\",\"severity\":\"ERROR\","
              "\"marketplace_ids\":[\"DE\",\"IT\"]},"
              "{\"code\":\"2\",\"message\":\"No brand\",\"severity\":\"WARNING\","
              "\"marketplace_ids\":[\"IT\"]}]"),
            "the issues of all, each once");
    }
    de.active = false;
    de.issues = it.issues = S("[]");
    take(f, channel, 0, &de);
    CHECK_STR(find(f, channel, "A").state, S("inactive"), "in none");
    take(f, channel, 0, &it);
    CHECK_STR(find(f, channel, "A").issues, S("[]"), "mended in all");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing"), 1, "one listing per SKU");
}

/* Amazon's stock in one marketplace is Amazon's listing, whoever fulfils the others: a quantity
 * would turn it into the merchant's and strand the stock. */
static void test_amazon_in_one_marketplace(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_items(f, fix_variation(f, "A", "A"), 2);
    struct listing_read de = shown_in("DE", 0), fr = shown_in("FR", 5);
    de.amazon_fulfilled = true;
    de.has_quantity = false;
    for (int64_t run = 0; run < 2; run++)
        for (int last = 0; last < 2; last++) {
            take(f, channel, run, last ? &fr : &de);
            take(f, channel, run, last ? &de : &fr);
            CHECK(find(f, channel, "A").amazon_fulfilled, "whatever was read last");
            fix_plan(f);
            CHECK_INT(fix_claim(f, channel).listing_id, 0, "never pushed");
        }
    CHECK_INT(find(f, channel, "A").imported.quantity, 5, "a quantity of the same import stays");
    de.amazon_fulfilled = false;
    take(f, channel, 0, &de);
    CHECK(!find(f, channel, "A").amazon_fulfilled, "until that marketplace says otherwise");
    fix_plan(f);
    CHECK_INT(fix_claim(f, channel).quantity, 2, "then it is the merchant's");
}

/* What a complete import does not show in a marketplace is not there any more. */
static void test_marketplaces_end(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct listing_read de = shown_in("DE", 5), fr = shown_in("FR", 5);
    de.amazon_fulfilled = true;
    fr.active = false;
    take(f, channel, 1, &de);
    take(f, channel, 1, &fr);
    take(f, channel, 2, &fr);
    bool more = true;
    CHECK(find(f, channel, "A").amazon_fulfilled, "an import that may be incomplete ends nothing");
    fix_plan(f);
    WRITE(f, listing_forget_places(&f->c, channel, 2, 10, &more, &f->e), "a complete one");
    struct listing l = find(f, channel, "A");
    CHECK(!more, "all of them");
    CHECK_STR(l.marketplace_ids, S("FR"), "it is there no more");
    CHECK(!l.amazon_fulfilled, "nor Amazon's");
    CHECK_STR(l.state, S("inactive"), "nor sold");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM dirty_listing"), 1, "it is planned anew");
    WRITE(f, listing_end(&f->c, l.id, &f->e), "ended altogether");
    de.amazon_fulfilled = false;
    take(f, channel, 3, &de);
    CHECK_STR(find(f, channel, "A").marketplace_ids, S("DE"), "come back: as it is read now");
}

static bool unread(struct fix *f, int64_t channel, int64_t run, const char *sku, const char *why)
{
    struct listing_unreadable u = { str_of(sku), S("DE"), str_of(why), 0, false };
    WRITE(f, listing_unread(&f->c, channel, run, &u, &f->e), why);
    return u.is_new;
}

/* What could not be understood was there: it has not ended, and stays as it was known. */
static void test_unreadable(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), ended;
    struct listing_read rows[] = { shown("A", 5), shown("B", 1) };
    WRITE(f, listing_import(&f->c, channel, 1, rows, 2, &f->e), "all is well");
    CHECK(unread(f, channel, 2, "A", "/status: no list"), "news");
    CHECK(!unread(f, channel, 0, "A", "/status: no list"), "known");
    CHECK(unread(f, channel, 2, "A", "/sku: missing"), "something else");
    CHECK(unread(f, channel, 2, "NEW", "/status: no list"), "never read before");
    bool more;
    WRITE(f, listing_forget_places(&f->c, channel, 2, 10, &more, &f->e), "the import is complete");
    WRITE(f, listing_end_unseen(&f->c, channel, 2, &ended, &f->e), "and ends");
    CHECK_INT(ended, 1, "the one that it did not see");
    struct listing l = find(f, channel, "A");
    CHECK_STR(l.state, S("active"), "not the one that it could not understand");
    CHECK_STR(l.marketplace_ids, S("DE"), "there");
    CHECK_INT(l.imported.quantity, 5, "as it was known");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing_marketplace WHERE unreadable <> ''"), 1,
        "and it is remembered");
    take(f, channel, 0, &rows[0]);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing_marketplace WHERE unreadable <> ''"), 0,
        "until it is understood");
    fix_clean(f, "after all");
}

static size_t list(struct fix *f, int64_t channel, struct listing_filter filter)
{
    struct listing_page page = { S(""), 50 };
    filter.channel_id = channel;
    struct listing *rows;
    size_t count;
    READ(f, listing_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "list");
    return count;
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_items(f, fix_variation(f, "A", "A"), 2);
    fix_variation(f, "b", "b");
    struct listing_read rows[] = { shown("A", 2), shown("b", 3), shown("C", 1), shown("D", 1) };
    rows[2].active = false;
    rows[3].amazon_fulfilled = true;
    rows[3].title = S("Tablet 10");
    WRITE(f, listing_import(&f->c, channel, 1, rows, 4, &f->e), "import");
    fix_plan(f);
    const struct {
        struct listing_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .connected = false }, 4, "all" },
        { { .has_connected = true, .connected = true }, 2, "connected" },
        { { .has_connected = true }, 2, "not connected" },
        { { .state = S("inactive") }, 1, "state" },
        { { .fulfillment = S("amazon") }, 1, "fulfilment" },
        { { .sku = S("b") }, 1, "sku" },
        { { .sku = S("B") }, 0, "sku, exactly" },
        { { .q = S("tablet") }, 1, "words" },
        { { .q = S("tablet phone") }, 0, "all words" },
        { { .has_differs = true, .differs = true }, 1, "b shows 3 and should show 0" },
        { { .has_differs = true }, 3, "A shows what it should; the others are not pushed" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(list(f, channel, cases[i].filter), cases[i].count, cases[i].why);
    struct listing_filter any = { .channel_id = channel };
    struct listing_page page = { S(""), 2 };
    struct listing *out;
    size_t count;
    READ(f, listing_list(f->c.tx, &any, &page, &f->arena, &out, &count, &f->e), "page");
    CHECK_INT(count, 3, "one more than the page");
    CHECK_STR(out[0].sku, S("A"), "in order of SKU, byte by byte");
    CHECK_STR(out[1].sku, S("C"), "upper case goes before lower");
    page.after = out[1].sku;
    READ(f, listing_list(f->c.tx, &any, &page, &f->arena, &out, &count, &f->e), "next");
    CHECK_INT(count, 2, "the rest");
    CHECK_STR(out[1].sku, S("b"), "last");
}

static void test_near_skus(void **state)
{
    struct fix *f = *state;
    fix_variation(f, "1", "IP13-A");
    fix_variation(f, "2", "ip13a");
    fix_variation(f, "3", "IP013 A");
    fix_variation(f, "4", "IP14-A");
    fix_variation(f, "5", "");
    struct str *out;
    size_t count;
    READ(f, listing_near_skus(f->c.tx, S("IP13-A"), &f->arena, &out, &count, &f->e), "near");
    CHECK_INT(count, 2, "case, signs and zeros; not itself, not another number");
    READ(f, listing_near_skus(f->c.tx, S("--"), &f->arena, &out, &count, &f->e), "signs only");
    CHECK_INT(count, 0, "nothing to compare");
}

static void test_limits(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_items(f, fix_variation(f, "A", "A"), 9);
    int64_t id = fix_listing(f, channel, "A", 0);
    fix_plan(f);
    struct listing l = fix_load_listing(f, id);
    CHECK_INT(l.calculated.quantity, 9, "calculated");
    CHECK_INT(l.target, 9, "no reserve, no cap");
    static const struct {
        int64_t reserve, cap, target;
        const char *why;
    } rows[] = {
        { 2, -1, 7, "reserve" },
        { -1, 4, 4, "cap" },
        { 2, 8, 7, "the cap is not reached" },
        { 20, 8, 0, "never below zero" },
        { 0, 0, 0, "a cap of zero" },
        { -1, -1, 9, "neither again" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        WRITE(f, limit(f, id, rows[i].reserve, rows[i].cap), rows[i].why);
        fix_plan(f);
        l = fix_load_listing(f, id);
        CHECK_INT(l.target, rows[i].target, rows[i].why);
        CHECK_INT(l.has_reserve, rows[i].reserve >= 0, rows[i].why);
        CHECK_INT(l.has_cap, rows[i].cap >= 0, rows[i].why);
        CHECK_INT(l.calculated.quantity, 9, "the count itself is not changed");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_modes),
        FIX_TEST(test_imports),
        FIX_TEST(test_several_marketplaces),
        FIX_TEST(test_last_marketplace_decides_nothing),
        FIX_TEST(test_amazon_in_one_marketplace),
        FIX_TEST(test_marketplaces_end),
        FIX_TEST(test_unreadable),
        FIX_TEST(test_lists),
        FIX_TEST(test_near_skus),
        FIX_TEST(test_limits),
    };
    return fix_main(argc, argv, "store/listing", tests, COUNT_OF(tests));
}
