/* variation_test.c: the catalog. */
#include "fixture.h"

#include "store/reference.h"

#include <string.h>

static struct variation phone(const char *model, const char *sku)
{
    struct variation v = { .grade_id = GRADE_A, .grade = S("A"), .sku = str_of(sku) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("Unknown");
    v.text[VARIATION_MODEL] = str_of(model);
    return v;
}

static struct variation load(struct fix *f, int64_t id)
{
    struct variation v;
    READ(f, variation_load(f->c.tx, id, &f->arena, &v, &f->e), "load");
    return v;
}

static void set_unique(struct fix *f, bool on)
{
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.unique_skus = on;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "settings");
}

static void test_what_is_kept(void **state)
{
    struct fix *f = *state;
    struct reference damage = { .title = S("Crack"), .initials = S("CR"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &damage, &f->e), "a damage");
    struct variation v = phone("iPhone 13", "IP13-A");
    v.text[VARIATION_MANUFACTURER] = S("Apple");
    v.text[VARIATION_CAPACITY] = S("128GB");
    v.price = (struct money){ true, 39900, S("EUR") };
    v.damage_ids[v.damage_count++] = damage.id;
    WRITE(f, variation_create(&f->c, &v, &f->e), "create");
    struct variation r = load(f, v.id);
    CHECK_STR(r.text[VARIATION_MANUFACTURER], S("Apple"), "manufacturer");
    CHECK_STR(r.text[VARIATION_COLOR], S("Unknown"), "color");
    CHECK_STR(r.grade, S("A"), "the grade by its title");
    CHECK_INT(r.damage_count, 1, "damages");
    CHECK_STR(r.damages[0], S("Crack"), "by their titles");
    CHECK(r.price.present && r.price.amount == 39900, "price");
    CHECK_STR(r.price.currency, S("EUR"), "in its currency");
    CHECK_STR(variation_title(&r, &f->arena), S("Apple iPhone 13 128GB A (Crack)"), "title");

    struct variation after = r;
    after.sku = S("");
    after.price = (struct money){ 0 };
    f->now += 10;
    WRITE(f, variation_update(&f->c, &r, &after, &f->e), "update");
    r = load(f, v.id);
    CHECK_INT(r.sku.len, 0, "a variation without a SKU is normal");
    CHECK(!r.price.present, "so is one without a price");
    CHECK_INT(r.version, 2, "a new version");
    CHECK_INT(r.updated_at, f->now, "its time");
    struct variation stale = load(f, v.id), other = stale;
    stale.version = 1;
    other.sku = S("X");
    REFUSED(f, variation_update(&f->c, &stale, &other, &f->e), ERR_STALE, "stale",
        "read before somebody else's change");
    REFUSED(f, variation_delete(&f->c, &stale, &f->e), ERR_STALE, "stale", "deleted as well");
}

static void test_unique_as_a_whole(void **state)
{
    struct fix *f = *state;
    struct reference damage = { .title = S("Crack"), .initials = S("CR"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &damage, &f->e), "a damage");
    struct variation a = phone("M", ""), b = phone("M", "");
    WRITE(f, variation_create(&f->c, &a, &f->e), "first");
    REFUSED(f, variation_create(&f->c, &b, &f->e), ERR_CONFLICT, "duplicate", "the same");
    CHECK_INT(f->e.pointer[0], 0, "no field alone is at fault");
    b.damage_ids[b.damage_count++] = damage.id;
    WRITE(f, variation_create(&f->c, &b, &f->e), "another set of damages");
    struct variation c = phone("M", "");
    c.grade_id = GRADE_B;
    WRITE(f, variation_create(&f->c, &c, &f->e), "another grade");
    struct variation d = phone("m", "");
    WRITE(f, variation_create(&f->c, &d, &f->e), "another spelling");
    struct variation before = load(f, c.id), after = before;
    after.grade_id = GRADE_A;
    REFUSED(f, variation_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "duplicate",
        "edited into another");
}

static void test_skus_are_exact(void **state)
{
    struct fix *f = *state;
    static const char *const skus[] = { "SKU-1", "sku-1", "SKU-1 x", "SKU-01", "SKÜ-1" };
    for (size_t i = 0; i < COUNT_OF(skus); i++) {
        char model[20];
        snprintf(model, sizeof model, "M%zu", i);
        fix_variation(f, model, skus[i]);
    }
    for (size_t i = 0; i < COUNT_OF(skus); i++) {
        struct variation_filter filter = { .sku = str_of(skus[i]) };
        struct page page = { 0, 10 };
        struct variation *rows;
        size_t count;
        READ(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), skus[i]);
        CHECK_INT(count, 1, skus[i]);
        CHECK_STR(rows[0].sku, str_of(skus[i]), "byte for byte");
    }
    struct variation twin = phone("Twin", "SKU-1");
    REFUSED(f, variation_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate_sku", "taken");
    CHECK_STR(str_of(f->e.pointer), S("/sku"), "the field at fault");
    int64_t free_one = fix_variation(f, "Free", "");
    struct variation before = load(f, free_one), after = before;
    after.sku = S("SKU-1");
    REFUSED(f, variation_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "duplicate_sku",
        "by an edit");
    int64_t own = fix_variation(f, "Own", "OWN");
    before = after = load(f, own);
    after.text[VARIATION_COLOR] = S("Red");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "its own SKU is not in its way");
}

static void test_pools(void **state)
{
    struct fix *f = *state;
    set_unique(f, false);
    int64_t a = fix_variation(f, "A", "POOL"), b = fix_variation(f, "B", "POOL");
    fix_variation(f, "C", "POOL2");
    fix_variation(f, "D", "POOL2");
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.unique_skus = true;
    REFUSED(f, settings_save(&f->c, &before, &after, &f->e), ERR_CONFLICT, "duplicate_sku",
        "switching on is refused while SKUs repeat");
    CHECK(strstr(f->e.detail, "POOL (2 variations)") && strstr(f->e.detail, "POOL2"),
        "and the duplicates are listed");
    int64_t channel = fix_channel(f, "Shop");
    int64_t listing = fix_listing(f, channel, "POOL", 0);
    fix_item(f, "E1", a);
    fix_items(f, b, 2);
    CHECK_INT(fix_terms(f, listing).available, 3, "the SKU is a pool of both");
    int64_t order = fix_order_sku(f, ST_NEW, 0, "POOL", 2);
    struct listing_terms t = fix_terms(f, listing);
    CHECK_INT(t.outstanding, 2, "a line of a pool counts once, not once per variation");
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 2, "both can fill it");

    struct variation one = load(f, b), moved = one;
    moved.sku = S("ELSE");
    WRITE(f, variation_update(&f->c, &one, &moved, &f->e), "out of the pool");
    CHECK_INT(fix_terms(f, listing).available, 1, "its units leave too");
    fix_clean(f, "after all");
    fix_sql(f, "UPDATE variation SET sku = 'UNIQUE' WHERE model = 'D'");
    set_unique(f, true);
    READ(f, settings_load(f->c.tx, &after, &f->e), "settings");
    CHECK(after.unique_skus, "on again");
    CHECK_INT(after.version, before.version + 1, "a new version");
}

static void test_in_use(void **state)
{
    struct fix *f = *state;
    int64_t with_item = fix_variation(f, "A", "A"), with_line = fix_variation(f, "B", "B");
    int64_t connected = fix_variation(f, "C", "C"), by_sku = fix_variation(f, "D", "D");
    fix_item(f, "E1", with_item);
    fix_order(f, ST_NEW, with_line, 1);
    int64_t listing = fix_listing(f, fix_channel(f, "Shop"), "Z", 1);
    struct listing l = fix_load_listing(f, listing), after = l;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &connected;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), "connect");
    const int64_t used[] = { with_item, with_line, connected };
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        struct variation v = load(f, used[i]);
        REFUSED(f, variation_delete(&f->c, &v, &f->e), ERR_CONFLICT, "in_use", "referred to");
    }
    int64_t auto_listing = fix_listing(f, l.channel_id, "D", 1);
    int64_t order = fix_order_sku(f, ST_NEW, 0, "D", 1);
    struct variation v = load(f, by_sku);
    WRITE(f, variation_delete(&f->c, &v, &f->e), "a SKU is only a name");
    CHECK_INT(fix_load_listing(f, auto_listing).variation_count, 0, "no longer connected");
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 0, "Unknown SKU now");
    fix_clean(f, "after the deletion");
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    for (int i = 0; i < 5; i++)
        fix_variation(f, arena_fmt(&f->arena, "Galaxy S%d", i).at, i == 2 ? "ODD-2" : "");
    int64_t accented = fix_variation(f, "Téléphone 100%", "");
    struct variation_filter any = { 0 };
    struct page page = { 0, 3 };
    struct variation *rows;
    size_t count;
    READ(f, variation_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "all");
    CHECK_INT(count, 4, "one more says that there is more");
    page.after = rows[2].id;
    READ(f, variation_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "next");
    CHECK_INT(count, 3, "the rest");
    static const struct {
        const char *q, *why;
        size_t count;
    } searches[] = {
        { "galaxy", "case does not matter", 5 },
        { "GALAXY s3", "every word must occur", 1 },
        { "galaxy s9", "so one that does not is none", 0 },
        { "odd-2", "the SKU is searched", 1 },
        { "TÉLÉPHONE", "Latin letters fold too", 1 },
        { "100%", "a percent sign is itself", 1 },
        { "10_", "an underscore too", 0 },
        { "  galaxy   s1  ", "spaces are no words", 1 },
        { "galaxy s 1 a galaxy s1", "words may come twice", 1 },
    };
    page = (struct page){ 0, 50 };
    for (size_t i = 0; i < COUNT_OF(searches); i++) {
        struct variation_filter filter = { .q = str_of(searches[i].q) };
        READ(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e),
            searches[i].why);
        CHECK_INT(count, searches[i].count, searches[i].why);
    }
    struct variation_filter graded = { .grade_id = GRADE_B };
    READ(f, variation_list(f->c.tx, &graded, &page, &f->arena, &rows, &count, &f->e), "grade");
    CHECK_INT(count, 0, "of a grade");
    const int64_t ids[] = { accented, 9999, 1 };
    READ(f, variation_load_many(f->c.tx, ids, COUNT_OF(ids), &f->arena, &rows, &count, &f->e),
        "many");
    CHECK_INT(count, 2, "unknown ones are left out");
    CHECK(rows[0].id < rows[1].id, "ascending");
    READ(f, variation_load_many(f->c.tx, ids, 0, &f->arena, &rows, &count, &f->e), "none");
    CHECK_INT(count, 0, "none of none");
}

static void test_audit(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "OLD");
    struct variation before = load(f, v), after = before;
    after.sku = S("NEW");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "update");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'variation' AND"
                         " action = 'update' AND actor_name = 'Ann' AND address = '127.0.0.1' AND"
                         " changes = '[{\"field\":\"sku\",\"from\":\"OLD\",\"to\":\"NEW\"}]'"),
        1, "who, where, and what changed");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_what_is_kept),
        FIX_TEST(test_unique_as_a_whole),
        FIX_TEST(test_skus_are_exact),
        FIX_TEST(test_pools),
        FIX_TEST(test_in_use),
        FIX_TEST(test_lists),
        FIX_TEST(test_audit),
    };
    return fix_main(argc, argv, "store/variation", tests, COUNT_OF(tests));
}
