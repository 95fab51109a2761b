/* item_field_test.c: custom fields: their definitions, values on items, and what is kept of both.
 */
#include "fixture.h"

#include "store/item_bulk.h"

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

static void test_spellings(void **state)
{
    struct fix *f = *state;
    struct str choices[] = { S("None"), S("SIM"), S("sim") };
    static const struct {
        enum item_field_type type;
        const char *text, *want, *why; /* want NULL: it is none */
    } rows[] = {
        { ITEM_FIELD_TEXT, "  a b ", "a b", "trimmed" },
        { ITEM_FIELD_TEXT, " ", NULL, "blank" },
        { ITEM_FIELD_TEXT, "a\nb", NULL, "a line break" },
        { ITEM_FIELD_TEXT, "a\xff", NULL, "no UTF-8" },
        { ITEM_FIELD_INTEGER, "-7", "-7", "a number" },
        { ITEM_FIELD_INTEGER, "007", "7", "in its one spelling" },
        { ITEM_FIELD_INTEGER, "9007199254740991", "9007199254740991", "the most" },
        { ITEM_FIELD_INTEGER, "9007199254740992", NULL, "one more" },
        { ITEM_FIELD_INTEGER, "1.5", NULL, "a fraction" },
        { ITEM_FIELD_DATE, "2026-02-28", "2026-02-28", "a day" },
        { ITEM_FIELD_DATE, "2026-02-30", NULL, "a day that is not in the calendar" },
        { ITEM_FIELD_DATE, "28.02.2026", NULL, "as people write it" },
        { ITEM_FIELD_CHOICE, "none", "None", "in another case" },
        { ITEM_FIELD_CHOICE, "sim", "sim", "exactly so before one that differs in case" },
        { ITEM_FIELD_CHOICE, "Sim", NULL, "two differ in case" },
        { ITEM_FIELD_CHOICE, "Any", NULL, "not among them" },
        { ITEM_FIELD_BOOLEAN, "TRUE", "true", "as spreadsheets write it" },
        { ITEM_FIELD_BOOLEAN, "no", "false", "a word" },
        { ITEM_FIELD_BOOLEAN, "1", NULL, "a number" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct item_field field = { .type = rows[i].type, .choices = choices, .choice_count = 3 };
        struct str got;
        bool good = item_value_parse(&field, str_of(rows[i].text), &f->arena, &got);
        CHECK_INT(good, rows[i].want != NULL, rows[i].why);
        if (good) CHECK_STR(got, str_of(rows[i].want), rows[i].why);
        CHECK(item_field_wants(&field, &f->arena).len > 0, "what it has to be");
    }
    char longest[ITEM_VALUE_MAX + 1];
    for (int i = 0; i < ITEM_VALUE_MAX + 1; i++)
        longest[i] = 'x';
    struct item_field text = { .type = ITEM_FIELD_TEXT };
    struct str got;
    CHECK(
        item_value_parse(&text, (struct str){ longest, ITEM_VALUE_MAX }, &f->arena, &got), "fits");
    CHECK(!item_value_parse(&text, (struct str){ longest, ITEM_VALUE_MAX + 1 }, &f->arena, &got),
        "one more");
}

static void require(struct fix *f, int64_t id, bool archived)
{
    struct item_field before = load(f, id), after = before;
    after.required = true;
    after.archived = archived;
    WRITE(f, item_field_update(&f->c, &before, &after, &f->e), "required");
}

static void test_required(void **state)
{
    struct fix *f = *state;
    int64_t tray = make(f, "Tray", ITEM_FIELD_INTEGER, NULL),
            lock = make(f, "Lock", ITEM_FIELD_CHOICE, "None"),
            old = make(f, "Old", ITEM_FIELD_TEXT, NULL);
    int64_t v = fix_variation(f, "A", "S"), before = fix_item(f, "B", v);
    require(f, tray, false);
    require(f, old, true);
    struct item_value_set some[] = { { lock, S("Lock"), S("None") }, { tray, S("Tray"), S("7") } };
    struct item_value_set none[] = { { tray, S("Tray"), S("") } };
    struct item in = { .esn = S("E"), .variation_id = v, .status_id = IN_STOCK };
    REFUSED(f, item_create(&f->c, &in, &f->e), ERR_CONFLICT, "required", "a new one without");
    in.sets = some;
    in.set_count = 1;
    REFUSED(f, item_create(&f->c, &in, &f->e), ERR_CONFLICT, "required", "with another field");
    in.sets = none;
    REFUSED(f, item_create(&f->c, &in, &f->e), ERR_CONFLICT, "required", "with an empty value");
    in.sets = some;
    in.set_count = 2;
    WRITE(f, item_create(&f->c, &in, &f->e), "with it; an archived field is not asked for");
    struct item_new many[] = { { .item = in, .code = "", .pointer = "" },
        { .item = in, .code = "", .pointer = "" } };
    many[0].item.esn = S("M1");
    many[1].item.esn = S("M2");
    many[1].item.set_count = 0;
    WRITE(f, item_create_many(&f->c, many, 2, &f->e), "each judged alone");
    CHECK_STR(str_of(many[0].code), S(""), "made");
    CHECK_STR(str_of(many[1].code), S("required"), "not made");
    CHECK_STR(str_of(many[1].pointer), S("/custom"), "for its custom fields");

    struct item from = fix_load_item(f, in.id), to = from;
    to.sets = none;
    to.set_count = 1;
    REFUSED(f, item_update(&f->c, &from, &to, S(""), &f->e), ERR_INVALID, "required", "taken away");
    struct bulk_edit edit = { .sets = none, .set_count = 1 };
    struct bulk_outcome outcome;
    REFUSED(f, item_bulk_edit(&f->c, &edit, &in.id, 1, &f->arena, &outcome, &f->e), ERR_INVALID,
        "required", "taken away from many");
    from = to = fix_load_item(f, before);
    to.status_id = SOLD;
    WRITE(f, item_update(&f->c, &from, &to, S(""), &f->e), "what never had it goes on without");
}

static void test_lacking(void **state)
{
    (void)state;
    struct item_field fields[] = { { .id = 1, .name = S("A"), .required = true },
        { .id = 2, .name = S("B") },
        { .id = 3, .name = S("C"), .required = true, .archived = true },
        { .id = 4, .name = S("D"), .required = true } };
    struct item_value_set sets[] = { { 1, S("A"), S("") }, { 2, S("B"), S("") } };
    size_t at = 0;
    CHECK(item_field_lacking(fields, 4, sets, 2, true, &at) == &fields[0], "set to nothing");
    CHECK(item_field_lacking(fields, 4, sets, 2, true, &at) == &fields[3], "not set");
    CHECK(!item_field_lacking(fields, 4, sets, 2, true, &at), "no other");
    at = 0;
    CHECK(item_field_lacking(fields, 4, sets, 2, false, &at) == &fields[0], "taken away");
    CHECK(!item_field_lacking(fields, 4, sets, 2, false, &at), "what is not set stays");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_definitions), FIX_TEST(test_values),
        FIX_TEST(test_spellings), FIX_TEST(test_required), cmocka_unit_test(test_lacking) };
    return fix_main(argc, argv, "store/item_field", tests, COUNT_OF(tests));
}
