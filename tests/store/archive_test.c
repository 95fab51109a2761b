/* archive_test.c: what is put away takes in nothing new, and what it has counts as before. */
#include "fixture.h"

#include "store/reference.h"

static struct variation load(struct fix *f, int64_t id)
{
    struct variation v;
    READ(f, variation_load(f->c.tx, id, &f->arena, &v, &f->e), "load");
    return v;
}

static void archive(struct fix *f, int64_t id, bool archived)
{
    struct variation before = load(f, id), after = before;
    after.archived = archived;
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "archive");
}

static struct reference reference(struct fix *f, enum reference_kind kind, int64_t id)
{
    struct reference r;
    READ(f, reference_load(f->c.tx, kind, id, &f->arena, &r, &f->e), "load");
    return r;
}

static void archive_reference(struct fix *f, enum reference_kind kind, int64_t id, bool archived)
{
    struct reference before = reference(f, kind, id), after = before;
    after.archived = archived;
    WRITE(f, reference_update(&f->c, kind, &before, &after, &f->e), "archive");
}

static size_t listed(struct fix *f, const struct variation_filter *filter)
{
    struct page page = { 0, 50 };
    struct variation *rows;
    size_t count;
    READ(f, variation_list(f->c.tx, filter, &page, &f->arena, &rows, &count, &f->e), "list");
    return count;
}

static void refuse_items(struct fix *f, int64_t variation_id, const char *pointer, const char *why)
{
    struct item item = { .esn = S("E9"), .variation_id = variation_id, .status_id = IN_STOCK };
    REFUSED(f, item_create(&f->c, &item, &f->e), ERR_CONFLICT, "archived", why);
    CHECK_STR(str_of(f->e.pointer), str_of(pointer), why);
}

static void test_a_variation_takes_nothing_new(void **state)
{
    struct fix *f = *state;
    int64_t old = fix_variation(f, "Old", "OLD"), other = fix_variation(f, "Other", "");
    int64_t item = fix_item(f, "E1", old), moved = fix_item(f, "E2", other);
    int64_t order = fix_order(f, ST_NEW, other, 1);
    archive(f, old, true);
    CHECK(load(f, old).archived, "kept");
    refuse_items(f, old, "/variation_id", "no new item");
    struct item before = fix_load_item(f, moved), after = before;
    after.variation_id = old;
    REFUSED(f, item_update(&f->c, &before, &after, S(""), &f->e), ERR_CONFLICT, "archived",
        "no item moves to it");
    before = after = fix_load_item(f, item);
    after.warehouse_id = 0;
    WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "its own items are edited");

    struct order_line line = { .variation_id = old, .sku = S(""), .title = S(""), .quantity = 1 };
    struct order in = fix_load_order(f, order);
    REFUSED(f, order_line_add(&f->c, &in, &line, &f->e), ERR_CONFLICT, "archived", "no new line");
    CHECK_STR(str_of(f->e.pointer), S("/variation_id"), "the field at fault");
    struct order_line renamed = in.lines[0];
    renamed.variation_id = old;
    REFUSED(f, order_line_update(&f->c, &in, &in.lines[0], &renamed, &f->e), ERR_CONFLICT,
        "archived", "no line is turned to it");
    struct order_line lines[2] = { in.lines[0], line };
    struct order fresh = { .organization = S("x"),
        .status_id = ST_NEW,
        .ordered_at = 1,
        .notes = S(""),
        .lines = lines,
        .line_count = 2 };
    REFUSED(f, order_create(&f->c, &fresh, &f->e), ERR_CONFLICT, "archived", "nor a new order's");
    CHECK_STR(str_of(f->e.pointer), S("/lines/1/variation_id"), "the line at fault");

    archive(f, old, false);
    fix_item(f, "E9", old);
    fix_order(f, ST_NEW, old, 1);
    fix_clean(f, "taken back");
}

static void test_what_a_variation_has_counts(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "Phone", "SKU");
    int64_t listing = fix_listing(f, fix_channel(f, "Shop"), "SKU", 0);
    fix_items(f, v, 3);
    int64_t order = fix_order(f, ST_NEW, v, 1);
    archive(f, v, true);
    CHECK_INT(fix_terms(f, listing).available, 3, "stock counts");
    CHECK_INT(fix_terms(f, listing).outstanding, 1, "orders count");
    CHECK_STR(str_of(fix_commit_esns(f, order, "N00001 N00002", true)), S(""), "commits work");
    CHECK_INT(fix_terms(f, listing).available, 1, "and count");
    struct order o = fix_load_order(f, order);
    WRITE(f, order_match_lines(&f->c, &o, &f->e), "lines follow the items");
    CHECK_INT(fix_load_order(f, order).lines[0].quantity, 2, "though it is archived");
    int64_t by_sku = fix_order_sku(f, ST_NEW, 0, "SKU", 1);
    CHECK_INT(fix_load_order(f, by_sku).lines[0].candidate_count, 1, "its SKU is known");
    fix_clean(f, "with an archived variation");
    struct variation twin = { .grade_id = GRADE_A, .sku = S("SKU") };
    REFUSED(f, variation_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate_sku",
        "and its SKU is taken");
}

static void test_lists_leave_it_out(void **state)
{
    struct fix *f = *state;
    int64_t old = fix_variation(f, "Old", "OLD");
    fix_variation(f, "New", "NEW");
    archive(f, old, true);
    static const struct {
        struct variation_filter filter;
        size_t count;
        const char *why;
    } rows[] = {
        { { .archived = ARCHIVED_LEFT_OUT }, 1, "all" },
        { { .archived = ARCHIVED_ONLY }, 1, "only archived" },
        { { .archived = ARCHIVED_TOO }, 2, "archived too" },
        { { .sku = { "OLD", 3 } }, 0, "by SKU" },
        { { .sku = { "OLD", 3 }, .archived = ARCHIVED_ONLY }, 1, "by SKU, only archived" },
        { { .q = { "old", 3 } }, 0, "by words" },
        { { .q = { "old", 3 }, .archived = ARCHIVED_TOO }, 1, "by words, archived too" },
        { { .q = { "new", 3 }, .archived = ARCHIVED_ONLY }, 0, "by words, only archived" },
        { { .grade_id = GRADE_A }, 1, "by grade" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(listed(f, &rows[i].filter), rows[i].count, rows[i].why);
}

static void test_grades_and_damages(void **state)
{
    struct fix *f = *state;
    struct reference damage = { .title = S("Crack"), .initials = S("CR"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &damage, &f->e), "a damage");
    struct variation has = { .grade_id = GRADE_A, .sku = S("") };
    has.damage_ids[has.damage_count++] = damage.id;
    WRITE(f, variation_create(&f->c, &has, &f->e), "has both");
    int64_t graded = fix_variation(f, "Graded B", "");
    fix_sql(f, "UPDATE variation SET grade_id = 3 WHERE model = 'Graded B'");
    archive_reference(f, REFERENCE_GRADE, GRADE_A, true);
    struct variation fresh = { .grade_id = GRADE_A, .sku = S("") };
    REFUSED(f, variation_create(&f->c, &fresh, &f->e), ERR_CONFLICT, "archived", "a new one");
    CHECK_STR(str_of(f->e.pointer), S("/grade"), "the field at fault");
    struct variation before = load(f, graded), after = before;
    after.grade_id = GRADE_A;
    REFUSED(
        f, variation_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "archived", "changed");
    archive_reference(f, REFERENCE_DAMAGE, damage.id, true);
    after = before;
    after.damage_ids[after.damage_count++] = damage.id;
    REFUSED(
        f, variation_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "archived", "damaged");
    CHECK_STR(str_of(f->e.pointer), S("/damages"), "the field at fault");
    before = after = load(f, has.id);
    after.text[VARIATION_COLOR] = S("Red");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "what it had it keeps");
    fix_item(f, "E1", has.id);
}

static void test_places_and_statuses(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "Phone", "");
    struct reference shelf = { .title = S("Shelf"), .color = S(""), .warehouse_id = MAIN };
    struct reference repair = { .title = S("Repair"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &shelf, &f->e), "a location");
    WRITE(f, reference_create(&f->c, REFERENCE_STATUS, &repair, &f->e), "a status");
    struct item here = { .esn = S("E1"),
        .variation_id = v,
        .status_id = repair.id,
        .warehouse_id = MAIN,
        .location_id = shelf.id };
    WRITE(f, item_create(&f->c, &here, &f->e), "an item");
    const struct {
        enum reference_kind kind;
        int64_t id;
        const char *pointer;
    } rows[] = {
        { REFERENCE_STATUS, repair.id, "/status" },
        { REFERENCE_WAREHOUSE, MAIN, "/warehouse" },
        { REFERENCE_LOCATION, shelf.id, "/location" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        archive_reference(f, rows[i].kind, rows[i].id, true);
        struct item item = here;
        item.esn = S("E2");
        REFUSED(f, item_create(&f->c, &item, &f->e), ERR_CONFLICT, "archived", rows[i].pointer);
        CHECK_STR(str_of(f->e.pointer), str_of(rows[i].pointer), "the field at fault");
        struct item before = fix_load_item(f, here.id), after = before;
        after.paid = (struct money){ true, 100 + (int64_t)i, S("EUR") };
        WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "what is there is edited");
        archive_reference(f, rows[i].kind, rows[i].id, false);
    }
    struct reference sold = reference(f, REFERENCE_STATUS, SOLD), after = sold;
    after.archived = true;
    REFUSED(f, reference_update(&f->c, REFERENCE_STATUS, &sold, &after, &f->e), ERR_CONFLICT,
        "in_use", "committing gives it");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'warehouse' AND changes ="
                         " '[{\"field\":\"archived\",\"from\":\"0\",\"to\":\"1\"}]'"),
        1, "it is in the audit");
}

static void check_order(struct fix *f, enum archived_rows archived, const char *want)
{
    struct reference_filter filter = { .kind = REFERENCE_GRADE, .archived = archived };
    struct page page = { 0, 2 };
    struct buf got;
    buf_init(&got, 200);
    for (bool more = true; more;) {
        struct reference *rows;
        size_t count;
        READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), want);
        more = count > (size_t)page.limit;
        for (size_t i = 0; i < count - more; i++) {
            buf_put_fmt(&got, "%.*s ", STR_FMT(rows[i].title));
            page.after = rows[i].id;
            filter.after_position = rows[i].position;
        }
    }
    CHECK_STR(buf_str(&got), str_of(want), "in order, over pages");
    buf_release(&got);
}

static void test_grades_are_put_in_order(void **state)
{
    struct fix *f = *state;
    check_order(f, ARCHIVED_LEFT_OUT, "Unknown A B C D ");
    struct reference before = reference(f, REFERENCE_GRADE, GRADE_B), after = before;
    after.position = 9;
    WRITE(f, reference_update(&f->c, REFERENCE_GRADE, &before, &after, &f->e), "to the end");
    struct reference like_a = { .title = S("A+"), .color = S(""), .position = 1 };
    WRITE(f, reference_create(&f->c, REFERENCE_GRADE, &like_a, &f->e), "beside another");
    check_order(f, ARCHIVED_LEFT_OUT, "Unknown A A+ C D B ");
    archive_reference(f, REFERENCE_GRADE, 4, true);
    check_order(f, ARCHIVED_LEFT_OUT, "Unknown A A+ D B ");
    check_order(f, ARCHIVED_ONLY, "C ");
    check_order(f, ARCHIVED_TOO, "Unknown A A+ C D B ");
}

static void test_unknown_has_one_spelling(void **state)
{
    struct fix *f = *state;
    struct variation v = { .grade_id = GRADE_A, .sku = S("") };
    v.text[VARIATION_MODEL] = S("M");
    v.text[VARIATION_COLOR] = S("unknown");
    v.text[VARIATION_NETWORK] = S("UNKNOWN");
    WRITE(f, variation_create(&f->c, &v, &f->e), "blank and in any case");
    struct variation r = load(f, v.id);
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        if (i != VARIATION_MODEL) CHECK_STR(r.text[i], S("Unknown"), variation_text_names[i]);
    struct variation twin = { .grade_id = GRADE_A, .sku = S("") };
    twin.text[VARIATION_MODEL] = S("M");
    REFUSED(f, variation_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate", "the same one");
    struct variation after = r;
    after.text[VARIATION_MODEL] = S("");
    WRITE(f, variation_update(&f->c, &r, &after, &f->e), "edited");
    CHECK_STR(load(f, v.id).text[VARIATION_MODEL], S("Unknown"), "the same rule");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_a_variation_takes_nothing_new),
        FIX_TEST(test_what_a_variation_has_counts),
        FIX_TEST(test_lists_leave_it_out),
        FIX_TEST(test_grades_and_damages),
        FIX_TEST(test_places_and_statuses),
        FIX_TEST(test_grades_are_put_in_order),
        FIX_TEST(test_unknown_has_one_spelling),
    };
    return fix_main(argc, argv, "store/archive", tests, COUNT_OF(tests));
}
