/* item_bulk_test.c: many items changed at once: each judged alone, all of it in step. */
#include "fixture.h"

#include "store/item_bulk.h"
#include "store/item_pick.h"
#include "store/reference.h"

#include <string.h>

enum { MANY = 3000 };

static int64_t make(struct fix *f, enum reference_kind kind, const char *title, int64_t warehouse)
{
    struct reference r = {
        .title = str_of(title), .color = S(""), .initials = S("X"), .warehouse_id = warehouse
    };
    WRITE(f, reference_create(&f->c, kind, &r, &f->e), title);
    return r.id;
}

/* The edit of the items, in a transaction of its own; the outcome lives as long as the test. */
static struct bulk_outcome edit(
    struct fix *f, const struct bulk_edit *to, const int64_t *ids, size_t count)
{
    struct bulk_outcome out;
    WRITE(f, item_bulk_edit(&f->c, to, ids, count, &f->arena, &out, &f->e), "edit");
    return out;
}

static struct str last_changes(struct fix *f, int64_t item_id)
{
    struct page page = { 0, 1 };
    struct item_event *rows;
    size_t count;
    READ(f, item_history(f->c.tx, item_id, &page, &f->arena, &rows, &count, &f->e), "history");
    return rows[0].changes;
}

static void test_each_is_judged_alone(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), ids[4];
    int64_t second = make(f, REFERENCE_WAREHOUSE, "Second", 0);
    make(f, REFERENCE_LOCATION, "Shelf", MAIN);
    int64_t repair = make(f, REFERENCE_STATUS, "In repair", 0);
    for (int i = 0; i < 4; i++)
        ids[i] = fix_item(f, arena_fmt(&f->arena, "E%d", i).at, v);
    int64_t order = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", false)), S(""), "one is committed");
    struct bulk_edit to = {
        .set_warehouse = true, .warehouse_id = second, .warehouse = S("Second")
    };
    struct bulk_outcome o = edit(f, &to, ids + 3, 1);
    CHECK_INT(o.changed, 1, "the last one lies in another warehouse");

    to = (struct bulk_edit){ .set_status = true,
        .status_id = repair,
        .status = S("In repair"),
        .set_location = true,
        .location = S("Shelf"),
        .reason = S("flood") };
    o = edit(f, &to, ids, 4);
    static const char *const codes[] = { "", "committed", "", "unknown_location" };
    for (int i = 0; i < 4; i++) {
        CHECK_INT(o.results[i].item_id, ids[i], "in the order of the ids");
        CHECK_STR(str_of(o.results[i].code), str_of(codes[i]), "what came of it");
        CHECK_INT(o.results[i].changed, !codes[i][0], "what came of it");
        struct item item = fix_load_item(f, ids[i]);
        CHECK_STR(item.location, codes[i][0] ? S("") : S("Shelf"), "its place");
        CHECK_INT(item.version, 1 + (i != 0 && i != 2) + !codes[i][0], "a version per change");
    }
    CHECK_INT(o.changed + o.unchanged * 10 + o.refused * 100, 202, "sums");
    CHECK_STR(last_changes(f, ids[0]),
        S("[{\"field\":\"status\",\"from\":\"In stock\",\"to\":\"In repair\"},"
          "{\"field\":\"location\",\"from\":null,\"to\":\"Shelf\"}]"),
        "the history");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE reason = 'flood'"), 2, "and why");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'item' AND action = 'update'"
                         " AND resource_id IN (SELECT item_id FROM item_event WHERE"
                         " reason = 'flood')"),
        2, "the audit");
    o = edit(f, &to, ids, 1);
    CHECK_INT(o.unchanged, 1, "once more changes nothing");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE reason = 'flood'"), 2, "nothing");
    fix_clean(f, "after all");

    to.atomic = true;
    to.status_id = IN_STOCK;
    to.status = S("In stock");
    o = edit(f, &to, ids, 4);
    CHECK_INT(o.changed, 0, "all or nothing");
    CHECK_INT(o.refused, 4, "all or nothing");
    CHECK_STR(str_of(o.results[0].code), S("not_tried"), "because of others");
    CHECK_STR(str_of(o.results[3].code), S("unknown_location"), "because of itself");
    CHECK_STR(fix_load_item(f, ids[0]).status, S("In repair"), "nothing");
}

static void test_what_follows_from_places(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), id = fix_item(f, "E", v);
    int64_t second = make(f, REFERENCE_WAREHOUSE, "Second", 0);
    make(f, REFERENCE_LOCATION, "Shelf", MAIN);
    make(f, REFERENCE_LOCATION, "Shelf", second);
    struct bulk_edit to = { .set_location = true,
        .location = S("Shelf"),
        .set_paid = true,
        .paid = { true, 5, S("EUR") } };
    CHECK_INT(edit(f, &to, &id, 1).changed, 1, "a shelf");
    int64_t first_shelf = fix_load_item(f, id).location_id;
    to = (struct bulk_edit){
        .set_warehouse = true, .warehouse_id = second, .warehouse = S("Second")
    };
    CHECK_INT(edit(f, &to, &id, 1).changed, 1, "moved");
    struct item item = fix_load_item(f, id);
    CHECK(!item.location_id && item.warehouse_id == second, "a shelf stays where it is");
    CHECK_INT(item.paid.amount, 5, "what is not named stays");
    to = (struct bulk_edit){ .set_location = true, .location = S("Shelf") };
    CHECK_INT(edit(f, &to, &id, 1).changed, 1, "the other shelf of that name");
    item = fix_load_item(f, id);
    CHECK(item.location_id && item.location_id != first_shelf, "in its own warehouse");
    to = (struct bulk_edit){ .set_warehouse = true, .set_paid = true };
    CHECK_INT(edit(f, &to, &id, 1).changed, 1, "nowhere, without a price");
    item = fix_load_item(f, id);
    CHECK(!item.warehouse_id && !item.location_id && !item.paid.present, "nothing left");
    to = (struct bulk_edit){ .set_location = true, .location = S("Shelf") };
    CHECK_STR(
        str_of(edit(f, &to, &id, 1).results[0].code), S("no_warehouse"), "a shelf of nothing");
    fix_clean(f, "after all");
}

/* Two kinds of phones become another grade with a damage: two new variations, made once. */
static void test_regrade(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "S1"), b = fix_variation(f, "B", "S2");
    int64_t damage = make(f, REFERENCE_DAMAGE, "Cracked", 0), *ids;
    fix_items(f, a, 3);
    fix_items(f, b, 2);
    ids = arena_new(&f->arena, int64_t, 5);
    for (int i = 0; i < 5; i++)
        ids[i] = i + 1;
    struct bulk_edit to = { .regrade = { true, true, GRADE_B, &damage, 1 } };
    struct bulk_outcome o = edit(f, &to, ids, 5);
    CHECK_INT(o.changed, 5, "all");
    CHECK_INT(o.made_count, 2, "one variation for each product");
    CHECK_INT(o.results[0].variation_id, o.results[2].variation_id, "shared");
    CHECK(o.results[0].variation_id != o.results[4].variation_id, "not with others");
    struct variation v;
    READ(f, variation_load(f->c.tx, o.results[0].variation_id, &f->arena, &v, &f->e), "made");
    CHECK_STR(v.text[VARIATION_MODEL], S("A"), "of the same product");
    CHECK_INT(v.grade_id, GRADE_B, "with the grade");
    CHECK(v.damage_count == 1 && v.damage_ids[0] == damage, "and the damage");
    CHECK(!v.sku.len && !v.price.present, "its SKU and price are for a person to give");
    fix_clean(f, "counts moved along");
    to = (struct bulk_edit){ .regrade = { true, true, GRADE_A, NULL, 0 } };
    o = edit(f, &to, ids, 5);
    CHECK(o.changed == 5 && o.made_count == 0, "back to what was there");
    CHECK_INT(o.results[0].variation_id, a, "back");
    CHECK_INT(edit(f, &to, ids, 5).unchanged, 5, "as it is");
    fix_clean(f, "after all");
}

/* Of 3,000 items, all at once and one by one: the same rows, counts and histories. */
static void test_equals_one_by_one(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), ids[MANY];
    int64_t repair = make(f, REFERENCE_STATUS, "In repair", 0);
    fix_items(f, v, MANY);
    for (int i = 0; i < MANY; i++)
        ids[i] = i + 1;
    struct bulk_edit to = { .set_status = true,
        .status_id = repair,
        .status = S("In repair"),
        .set_paid = true,
        .paid = { true, 700, S("EUR") } };
    fix_begin(f);
    for (int i = 0; i < MANY; i += 100) {
        struct item before, after;
        CHECK_ERR(item_load(f->c.tx, ids[i], f->c.arena, &before, &f->e), OK, &f->e, "load");
        after = before;
        after.status_id = repair;
        after.status = S("In repair");
        after.paid = to.paid;
        CHECK_ERR(item_update(&f->c, &before, &after, S(""), &f->e), OK, &f->e, "one");
    }
    CHECK_ERR(fix_commit(f), OK, &f->e, "one by one");
    struct bulk_outcome o = edit(f, &to, ids, MANY);
    CHECK_INT(o.changed, MANY - MANY / 100, "the others");
    CHECK_INT(o.unchanged, MANY / 100, "these were there already");
    CHECK_INT(fix_int(f, "SELECT COUNT(DISTINCT changes) FROM item_event WHERE action = 'changed'"),
        1, "one way or the other, the history says the same");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item WHERE version = 2 AND paid_amount = 700"), MANY,
        "and the rows are the same");
    CHECK_INT(fix_int(f, "SELECT units FROM stock_count WHERE status_id = 3"), MANY, "counted");
    fix_clean(f, "and by definition");
}

/* Between looking and locking somebody may take a reception back: the item is gone. */
static void test_gone_meanwhile(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), ids[] = { 1, 2, 7, 9 };
    fix_items(f, v, 2);
    struct bulk_edit to = { .set_paid = true, .paid = { true, 700, S("EUR") } };
    to.atomic = true;
    struct bulk_outcome o = edit(f, &to, ids, COUNT_OF(ids));
    CHECK_INT(o.refused, COUNT_OF(ids), "all or nothing");
    CHECK_STR(str_of(o.results[1].code), S("not_tried"), "for the sake of others");
    CHECK_STR(str_of(o.results[2].code), S("unknown_id"), "it is gone");
    to.atomic = false;
    o = edit(f, &to, ids, COUNT_OF(ids));
    CHECK_INT(o.changed, 2, "those that are there");
    CHECK_INT(o.refused, 2, "those that are not");
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        CHECK_INT(o.results[i].item_id, ids[i], "in order");
        CHECK_STR(str_of(o.results[i].code), i < 2 ? S("") : S("unknown_id"), "each its own");
    }
    fix_clean(f, "after all");
}

/* What is archived takes in nothing that it did not have. */
static void test_archived(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "S1"), id = fix_item(f, "E", a);
    int64_t old = make(f, REFERENCE_WAREHOUSE, "Old", 0);
    int64_t lost = make(f, REFERENCE_STATUS, "Lost", 0);
    make(f, REFERENCE_LOCATION, "Attic", MAIN);
    struct bulk_edit regrade = { .regrade = { .has_grade = true, .grade_id = GRADE_B } };
    struct bulk_edit back = { .regrade = { .has_grade = true, .grade_id = GRADE_A } };
    CHECK_INT(edit(f, &regrade, &id, 1).made_count, 1, "a variation of grade B");
    CHECK_INT(edit(f, &back, &id, 1).changed, 1, "and back");
    fix_sql(f, "UPDATE warehouse SET archived = 1 WHERE name = 'Old'");
    fix_sql(f, "UPDATE inventory_status SET archived = 1 WHERE title = 'Lost'");
    fix_sql(f, "UPDATE location SET archived = 1 WHERE name = 'Attic'");
    fix_sql(f, "UPDATE variation SET archived = 1 WHERE grade_id = 3");
    const struct bulk_edit edits[] = { regrade,
        { .set_warehouse = true, .warehouse_id = old, .warehouse = S("Old") },
        { .set_status = true, .status_id = lost, .status = S("Lost") },
        { .set_location = true, .location = S("Attic") } };
    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        struct bulk_outcome o = edit(f, &edits[i], &id, 1);
        CHECK_STR(str_of(o.results[0].code), S("archived"), "refused");
        CHECK(o.results[0].detail.len, "in words");
    }
    CHECK_INT(fix_load_item(f, id).version, 3, "nothing changed");
    fix_clean(f, "after all");
}

static void test_picks(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), again = fix_item(f, "AGAIN", v);
    int64_t order = fix_order(f, ST_NEW, v, 3);
    fix_commit_esns(f, order, "AGAIN", false);
    fix_set_status(f, order, ST_SHIPPED);
    int64_t back = fix_item(f, "AGAIN", v), plain = fix_item(f, "PLAIN", v);
    struct str hex = fix_load_item(f, plain).hex_id;
    int64_t sold = fix_item(f, "SOLD", v);
    struct pick_input inputs[] = {
        { .by = PICK_ESN, .text = S(" AGAIN ") },
        { .by = PICK_ID, .id = again },
        { .by = PICK_HEX_ID, .text = hex },
        { .by = PICK_ID, .id = plain },
        { .by = PICK_ID, .id = 99 },
        { .by = PICK_ESN, .text = S("again") },
        { .by = PICK_HEX_ID, .text = S("???") },
        { .by = PICK_ESN, .text = S("SOLD") },
    };
    const struct pick_result want[] = { { back, "" }, { again, "" }, { plain, "" },
        { plain, "repeated" }, { 0, "unknown_id" }, { 0, "unknown_esn" }, { 0, "unknown_hex_id" },
        { sold, "" } };
    struct pick_result got[COUNT_OF(inputs)];
    READ(f, item_pick(f->c.tx, inputs, COUNT_OF(inputs), &f->arena, got, &f->e), "pick");
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        CHECK_INT(got[i].item_id, want[i].item_id, "which one");
        CHECK_STR(str_of(got[i].code), str_of(want[i].code), "or why not");
        CHECK(!want[i].code[0] || pick_detail(want[i].code, &inputs[i])[0], "in words");
    }
    fix_sql(f, "UPDATE item SET is_open = 0 WHERE esn = 'AGAIN'");
    READ(f, item_pick(f->c.tx, inputs, 1, &f->arena, got, &f->e), "both are gone");
    CHECK_STR(str_of(got[0].code), S("ambiguous_esn"), "then nobody knows which");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_each_is_judged_alone),
        FIX_TEST(test_what_follows_from_places),
        FIX_TEST(test_regrade),
        FIX_TEST(test_equals_one_by_one),
        FIX_TEST(test_gone_meanwhile),
        FIX_TEST(test_archived),
        FIX_TEST(test_picks),
    };
    return fix_main(argc, argv, "store/item_bulk", tests, COUNT_OF(tests));
}
