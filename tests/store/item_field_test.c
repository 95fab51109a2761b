/* item_field_test.c: custom fields: their definitions, values on items, and what is kept of both.
 */
#include "fixture.h"

static int64_t make(struct fix *f, const char *name, enum item_field_type type, const char *choice)
{
    struct str choices[2] = { choice ? str_of(choice) : S(""), S("Other") };
    struct item_field in = {
        .name = str_of(name), .type = type, .choices = choices, .choice_count = choice ? 2 : 0
    };
    WRITE(f, item_field_create(&f->c, &in, &f->e), name);
    return in.id;
}

static struct item_field load(struct fix *f, int64_t id)
{
    struct item_field field;
    READ(f, item_field_load(f->c.tx, id, &f->arena, &field, &f->e), "load");
    return field;
}

static void set(struct fix *f, int64_t item_id, const struct item_value_set *sets, size_t count)
{
    struct item before = fix_load_item(f, item_id), after = before;
    after.sets = sets;
    after.set_count = count;
    WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "set");
}

static void test_definitions(void **state)
{
    struct fix *f = *state;
    int64_t tray = make(f, "Tray", ITEM_FIELD_INTEGER, NULL),
            lock = make(f, "Lock", ITEM_FIELD_CHOICE, "None");
    struct item_field got = load(f, lock), after = got;
    CHECK_STR(got.name, S("Lock"), "name");
    CHECK(got.type == ITEM_FIELD_CHOICE && got.choice_count == 2, "type and choices");
    CHECK_STR(got.choices[0], S("None"), "in their order");
    struct item_field twice = { .name = S("Tray"), .type = ITEM_FIELD_TEXT };
    REFUSED(f, item_field_create(&f->c, &twice, &f->e), ERR_CONFLICT, "duplicate", "one name each");
    after.name = S("Tray");
    REFUSED(f, item_field_update(&f->c, &got, &after, &f->e), ERR_CONFLICT, "duplicate", "renamed");
    after.name = S("Network lock");
    after.position = 5;
    WRITE(f, item_field_update(&f->c, &got, &after, &f->e), "renamed");
    after = got;
    REFUSED(f, item_field_update(&f->c, &got, &after, &f->e), ERR_STALE, "stale",
        "somebody did already");
    struct item_field *rows;
    size_t count;
    READ(f, item_field_list(f->c.tx, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 2, "both");
    CHECK(rows[0].id == tray && rows[1].id == lock, "by position");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'item_field'"), 3, "audit");
    got = load(f, tray);
    WRITE(f, item_field_delete(&f->c, &got, &f->e), "nothing has it");
    for (int i = 1; i < ITEM_FIELDS_MAX; i++)
        make(f, arena_fmt(&f->arena, "F%d", i).at, ITEM_FIELD_TEXT, NULL);
    REFUSED(f, item_field_create(&f->c, &twice, &f->e), ERR_CONFLICT, "too_many", "a form ends");
}

static void test_values(void **state)
{
    struct fix *f = *state;
    int64_t tray = make(f, "Tray", ITEM_FIELD_INTEGER, NULL),
            lock = make(f, "Lock", ITEM_FIELD_CHOICE, "None");
    struct item_value_set first[] = { { tray, S("Tray"), S("7") }, { lock, S("Lock"), S("None") } };
    struct item in = { .esn = S("E"),
        .variation_id = fix_variation(f, "A", "S"),
        .status_id = IN_STOCK,
        .sets = first,
        .set_count = 2 };
    WRITE(f, item_create(&f->c, &in, &f->e), "create");
    struct item_value *rows;
    size_t count;
    READ(f, item_values_load(f->c.tx, &in.id, 1, &f->arena, &rows, &count, &f->e), "values");
    CHECK_INT(count, 2, "both");
    CHECK(
        str_eq(rows[0].value, S("7")) && rows[0].type == ITEM_FIELD_INTEGER, "as the fields stand");
    struct item_value_set next[] = { { tray, S("Tray"), S("8") }, { lock, S("Lock"), S("") } };
    set(f, in.id, next, 2);
    struct page page = { 0, 5 };
    struct item_event *events;
    READ(f, item_history(f->c.tx, in.id, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_STR(events[0].changes,
        S("[{\"field\":\"custom.Tray\",\"from\":\"7\",\"to\":\"8\"},"
          "{\"field\":\"custom.Lock\",\"from\":\"None\",\"to\":null}]"),
        "what changed");
    CHECK(str_contains(events[1].changes, S("{\"field\":\"custom.Tray\",\"from\":null")), "set");
    set(f, in.id, next, 2);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event"), 2, "the same again is no change");

    static const struct {
        const char *value;
        size_t found;
    } filters[] = { { "8", 1 }, { "7", 0 }, { "", 0 } };
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        struct item *items;
        struct item_filter by = { .field_id = tray, .field_value = str_of(filters[i].value) };
        READ(f, item_list(f->c.tx, &by, &page, &f->arena, &items, &count, &f->e), "list");
        CHECK_INT(count, filters[i].found, filters[i].value);
    }
    struct item_field field = load(f, tray);
    REFUSED(f, item_field_delete(&f->c, &field, &f->e), ERR_CONFLICT, "in_use", "an item has it");
    struct item_value_set chosen = { lock, S("Lock"), S("Other") };
    set(f, in.id, &chosen, 1);
    struct item_field before = load(f, lock), after = before;
    after.choice_count = 1;
    REFUSED(f, item_field_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "in_use",
        "an item has the choice");
    after.choices++;
    WRITE(f, item_field_update(&f->c, &before, &after, &f->e), "nobody has the first");
    fix_clean(f, "after all");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_definitions), FIX_TEST(test_values) };
    return fix_main(argc, argv, "store/item_field", tests, COUNT_OF(tests));
}
