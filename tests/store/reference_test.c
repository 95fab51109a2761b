/* reference_test.c: the short lists of an account. */
#include "fixture.h"

#include "store/reference.h"

#define NEEDED "SELECT CAST(SUM(units) AS BIGINT) FROM demand"

static struct reference make(struct fix *f, enum reference_kind kind, const char *title)
{
    struct reference r = { .title = str_of(title),
        .color = kind == REFERENCE_LOCATION ? S("") : S("#123456"),
        .initials = kind == REFERENCE_DAMAGE ? S("CR") : S(""),
        .warehouse_id = kind == REFERENCE_LOCATION ? MAIN : 0,
        .is_open = kind == REFERENCE_ORDER_STATUS,
        .meaning = kind == REFERENCE_ORDER_STATUS ? S("shipped") : S(""),
        .position = 4 };
    WRITE(f, reference_create(&f->c, kind, &r, &f->e), title);
    return r;
}

static struct reference load(struct fix *f, enum reference_kind kind, int64_t id)
{
    struct reference r;
    READ(f, reference_load(f->c.tx, kind, id, &f->arena, &r, &f->e), "load");
    return r;
}

static void test_every_kind(void **state)
{
    struct fix *f = *state;
    for (int k = 0; k < REFERENCE_KIND_COUNT; k++) {
        enum reference_kind kind = (enum reference_kind)k;
        const char *name = reference_resource(kind);
        struct reference made = make(f, kind, "Fresh"), found;
        CHECK(made.id > 0 && made.version == 1 && made.created_at == f->now, name);
        struct reference r = load(f, kind, made.id);
        CHECK_STR(r.title, S("Fresh"), name);
        CHECK_STR(r.color, made.color, name);
        CHECK_STR(r.initials, made.initials, name);
        CHECK_INT(r.warehouse_id, made.warehouse_id, name);
        CHECK_INT(r.is_open, made.is_open, name);
        CHECK_STR(r.meaning, made.meaning, name);
        READ(f,
            reference_find(f->c.tx, kind, made.warehouse_id, S("Fresh"), &f->arena, &found, &f->e),
            name);
        CHECK_INT(found.id, made.id, "found by its title");
        REFUSED(f,
            reference_find(f->c.tx, kind, made.warehouse_id, S("fresh"), &f->arena, &found, &f->e),
            ERR_NOT_FOUND, "not_found", "titles are exact");

        struct reference again = made;
        REFUSED(f, reference_create(&f->c, kind, &again, &f->e), ERR_CONFLICT, "duplicate", name);
        struct reference other = make(f, kind, "Other");
        again = other;
        again.title = S("Fresh");
        REFUSED(f, reference_update(&f->c, kind, &other, &again, &f->e), ERR_CONFLICT, "duplicate",
            "renamed onto another");

        again.title = S("Renamed");
        if (made.meaning.len) again.meaning = S("canceled");
        f->now += 5;
        WRITE(f, reference_update(&f->c, kind, &other, &again, &f->e), name);
        r = load(f, kind, other.id);
        CHECK_STR(r.title, S("Renamed"), name);
        CHECK_STR(r.meaning, again.meaning, name);
        CHECK_INT(r.version, 2, "a new version");
        CHECK_INT(again.version, 2, "which is given back");
        CHECK_INT(r.updated_at, f->now, "and its time");

        WRITE(f, reference_delete(&f->c, kind, &r, &f->e), name);
        REFUSED(f, reference_load(f->c.tx, kind, other.id, &f->arena, &r, &f->e), ERR_NOT_FOUND,
            "not_found", "deleted");
    }
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'create'"),
        2 * REFERENCE_KIND_COUNT, "each was audited");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'delete'"),
        REFERENCE_KIND_COUNT, "each deletion too");
}

static void test_a_stale_update(void **state)
{
    struct fix *f = *state;
    struct reference before = load(f, REFERENCE_GRADE, GRADE_A), first = before, second = before;
    first.title = S("A+");
    second.title = S("A++");
    WRITE(f, reference_update(&f->c, REFERENCE_GRADE, &before, &first, &f->e), "the first");
    REFUSED(f, reference_update(&f->c, REFERENCE_GRADE, &before, &second, &f->e), ERR_STALE,
        "stale", "what the second one read is gone");
}

static void test_pages(void **state)
{
    struct fix *f = *state;
    struct reference *rows;
    size_t count;
    struct reference_filter filter = { .kind = REFERENCE_ORDER_STATUS };
    struct page page = { 0, 2 };
    READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "first page");
    CHECK_INT(count, 3, "one more than asked for says that there is more");
    page.after = rows[1].id;
    filter.after_position = rows[1].position;
    READ(
        f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "second page");
    CHECK_INT(rows[0].id, 3, "goes on after the last one");
    page.after = rows[1].id;
    filter.after_position = rows[1].position;
    READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "last page");
    CHECK_INT(count, 1, "five statuses");

    struct reference second = { .title = S("Second"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "a warehouse");
    make(f, REFERENCE_LOCATION, "Shelf");
    struct reference shelf = { .title = S("Shelf"), .warehouse_id = second.id };
    WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &shelf, &f->e),
        "the same name in another warehouse");
    filter = (struct reference_filter){ .kind = REFERENCE_LOCATION, .warehouse_id = second.id };
    page = (struct page){ 0, 10 };
    READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "locations");
    CHECK_INT(count, 1, "of that warehouse only");
    CHECK_INT(rows[0].id, shelf.id, "its own");
}

static void check_in_use(struct fix *f, enum reference_kind kind, int64_t id, const char *why)
{
    struct reference r = load(f, kind, id);
    REFUSED(f, reference_delete(&f->c, kind, &r, &f->e), ERR_CONFLICT, "in_use", why);
}

static void test_first_order_status(void **state)
{
    struct fix *f = *state;
    int64_t before, after;
    READ(f, reference_first_order_status(f->c.tx, &before, &f->e), "of a new account");
    struct reference r = { .title = S("Later"), .color = S(""), .initials = S("") };
    READ(f, reference_next_position(f->c.tx, REFERENCE_ORDER_STATUS, &r.position, &f->e), "place");
    WRITE(f, reference_create(&f->c, REFERENCE_ORDER_STATUS, &r, &f->e), "one more at the end");
    READ(f, reference_first_order_status(f->c.tx, &after, &f->e), "with one more");
    CHECK_INT(after, before, "what a new order gets stays");
}

static void test_in_use(void **state)
{
    struct fix *f = *state;
    struct reference damage = make(f, REFERENCE_DAMAGE, "Crack");
    struct reference near = make(f, REFERENCE_DAMAGE, "Scratch");
    struct variation v = { .grade_id = GRADE_B, .sku = S("D"), .damage_count = 1 };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("x");
    v.damage_ids[0] = damage.id;
    WRITE(f, variation_create(&f->c, &v, &f->e), "a damaged one");
    check_in_use(f, REFERENCE_GRADE, GRADE_B, "a variation has the grade");
    check_in_use(f, REFERENCE_DAMAGE, damage.id, "a variation has the damage");
    WRITE(f, reference_delete(&f->c, REFERENCE_DAMAGE, &near, &f->e), "the other is free");

    struct reference shelf = make(f, REFERENCE_LOCATION, "Shelf");
    check_in_use(f, REFERENCE_WAREHOUSE, MAIN, "a location lies in it");
    struct item item = { .esn = S("E1"),
        .variation_id = v.id,
        .status_id = IN_STOCK,
        .warehouse_id = MAIN,
        .location_id = shelf.id };
    WRITE(f, item_create(&f->c, &item, &f->e), "an item");
    check_in_use(f, REFERENCE_LOCATION, shelf.id, "an item lies there");
    check_in_use(f, REFERENCE_STATUS, SOLD, "committing uses it");
    struct reference repair = make(f, REFERENCE_STATUS, "In repair");
    WRITE(f, reference_delete(&f->c, REFERENCE_STATUS, &repair, &f->e), "nobody has it");
    fix_order(f, ST_READY, v.id, 1);
    check_in_use(f, REFERENCE_ORDER_STATUS, ST_READY, "an order is in it");
    fix_channel(f, "Shop");
    check_in_use(f, REFERENCE_ORDER_STATUS, ST_CANCELED, "a channel maps to it");
}

static void set_open(struct fix *f, int64_t id, bool is_open)
{
    struct reference before = load(f, REFERENCE_ORDER_STATUS, id), after = before;
    after.is_open = is_open;
    WRITE(f, reference_update(&f->c, REFERENCE_ORDER_STATUS, &before, &after, &f->e), "open");
}

static void test_opening_a_status(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "Phone", "SKU");
    int64_t order = fix_order(f, ST_NEW, v, 3);
    fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "one of three");
    CHECK_INT(fix_int(f, NEEDED), 2, "two are outstanding");
    set_open(f, ST_NEW, false);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM demand"), 0, "a closed status needs nothing");
    CHECK_INT(fix_int(f, "SELECT CAST(SUM(is_open) AS BIGINT) FROM item"), 0,
        "its items are gone from stock");
    fix_clean(f, "after closing");

    fix_item(f, "E1", v);
    struct reference before = load(f, REFERENCE_ORDER_STATUS, ST_NEW), after = before;
    after.is_open = true;
    REFUSED(f, reference_update(&f->c, REFERENCE_ORDER_STATUS, &before, &after, &f->e),
        ERR_CONFLICT, "duplicate_open_item", "the phone was received again");
    fix_sql(f, "UPDATE item SET esn = 'E2' WHERE order_id IS NULL");
    set_open(f, ST_NEW, true);
    CHECK_INT(fix_int(f, NEEDED), 2, "outstanding again");
    fix_clean(f, "after opening");
}

static void test_renaming_is_found(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "Phone", "SKU");
    struct reference before = load(f, REFERENCE_GRADE, GRADE_A), after = before;
    after.title = S("Pristine");
    WRITE(f, reference_update(&f->c, REFERENCE_GRADE, &before, &after, &f->e), "renamed");
    struct variation_filter filter = { .q = S("phone pristine") };
    struct page page = { 0, 10 };
    struct variation *rows;
    size_t count;
    READ(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "search");
    CHECK_INT(count, 1, "words of the new title find the variation");
    CHECK_INT(rows[0].id, v, "this one");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_every_kind),
        FIX_TEST(test_a_stale_update),
        FIX_TEST(test_pages),
        FIX_TEST(test_first_order_status),
        FIX_TEST(test_in_use),
        FIX_TEST(test_opening_a_status),
        FIX_TEST(test_renaming_is_found),
    };
    return fix_main(argc, argv, "store/reference", tests, COUNT_OF(tests));
}
