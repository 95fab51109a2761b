/* item_edit_test.c: custom fields, grade and damages of an item, and many items edited at once. */
#include "kit.h"

/* Variation 1 with SKU-A; location Shelf in Main; warehouse Second; a damage; fields of each type;
 * items 1 to 3 with the ESNs E1 to E3. */
static void make_world(struct kit *k)
{
    CALL(k, "POST", "/variations",
        "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\",\"grade\":\"A\"}", 201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"Cracked\"}", 201);
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"Scratched\"}", 201);
    static const char *const fields[] = { "{\"name\":\"Note\",\"type\":\"text\"}",
        "{\"name\":\"Tray\",\"type\":\"integer\"}", "{\"name\":\"Tested\",\"type\":\"date\"}",
        "{\"name\":\"Lock\",\"type\":\"choice\",\"choices\":[\"None\",\"SIM\"]}",
        "{\"name\":\"Boxed\",\"type\":\"boolean\"}" };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        CALL(k, "POST", "/item_fields", fields[i], 201);
    for (int i = 1; i <= 3; i++)
        CALL(k, "POST", "/items",
            kit_fmt(k, "{\"esn\":\"E%d\",\"variation_id\":1,\"warehouse\":\"Main\"}", i), 201);
}

static const struct {
    const char *body, *pointer, *code, *why;
} bad_values[] = {
    { "{\"custom\":{\"Color\":\"x\"}}", "/custom/Color", "unknown_field", "no such field" },
    { "{\"custom\":{\"Note\":7}}", "/custom/Note", "wrong_type", "a number for a text" },
    { "{\"custom\":{\"Note\":\"\"}}", "/custom/Note", "too_short", "null takes a value away" },
    { "{\"custom\":{\"Tray\":\"7\"}}", "/custom/Tray", "wrong_type", "a text for a number" },
    { "{\"custom\":{\"Tray\":1e3}}", "/custom/Tray", "wrong_type", "not a whole number" },
    { "{\"custom\":{\"Tested\":\"2026-02-30\"}}", "/custom/Tested", "bad_format", "no such day" },
    { "{\"custom\":{\"Tested\":\"2026-2-3\"}}", "/custom/Tested", "bad_format", "too short" },
    { "{\"custom\":{\"Lock\":\"sim\"}}", "/custom/Lock", "unknown_value", "choices have case" },
    { "{\"custom\":{\"Boxed\":\"true\"}}", "/custom/Boxed", "wrong_type", "a text for yes or no" },
    { "{\"custom\":[]}", "/custom", "wrong_type", "not an object" },
    { "{\"grade\":\"Z\"}", "/grade", "unknown_value", "no such grade" },
    { "{\"damages\":[\"Lost\"]}", "/damages/0", "unknown_value", "no such damage" },
};

static void test_custom_values(void **state)
{
    struct kit *k = *state;
    make_world(k);
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(bad_values); i++) {
        CALL(k, "PATCH", "/items/1", bad_values[i].body, 422);
        kit_fault(k, bad_values[i].pointer, bad_values[i].code, bad_values[i].why);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "PATCH", "/items/1",
        "{\"custom\":{\"Note\":\" as new \",\"Tray\":-7,\"Tested\":\"2026-11-23\",\"Lock\":\"SIM\","
        "\"Boxed\":false},\"reason\":\"audit of the shelf\"}",
        200);
    CHECK_STR(kit_str(k, "/custom/Note"), S("as new"), "trimmed");
    CHECK_INT(kit_int(k, "/custom/Tray"), -7, "a number");
    CHECK(!kit_true(k, "/custom/Boxed"), "no is a value");
    static const struct {
        const char *query;
        size_t found;
    } filters[] = { { "custom=Tray:-7", 1 }, { "custom=Tray:-07", 1 }, { "custom=Tray:7", 0 },
        { "custom=Tray:x", 0 }, { "custom=Tray:", 2 }, { "custom=Boxed:false", 1 },
        { "custom=None:1", 0 }, { "custom=Lock:SIM&sku=SKU-A&q=apple", 1 },
        { "custom=Lock:SIM&esn=E2", 0 } };
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        CALL(k, "GET", kit_fmt(k, "/items?%s", filters[i].query), NULL, 200);
        CHECK_INT(kit_len(k, "/data"), filters[i].found, filters[i].query);
    }
    CALL(k, "GET", "/items?custom=Tray", NULL, 400);
    CALL(k, "GET", "/items/1/history", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/reason"), S("audit of the shelf"), "why");
    CHECK_STR(kit_str(k, "/data/0/changes/1/field"), S("custom.Tray"), "what");
    CALL(k, "PATCH", "/items/1", "{\"custom\":{\"Note\":null}}", 200);
    CHECK_INT(json_kind(json_get(json_get(k->json, "custom"), "Note")), JSON_KIND_ABSENT, "gone");
    /* Required, archived, in use. */
    CALL(k, "PATCH", "/item_fields/2", "{\"required\":true}", 200);
    CALL(k, "POST", "/items", "{\"esn\":\"E4\",\"variation_id\":1}", 422);
    kit_fault(k, "/custom/Tray", "required", "a required field");
    CALL(k, "POST", "/items", "{\"esn\":\"E4\",\"variation_id\":1,\"custom\":{\"Tray\":1}}", 201);
    CALL(k, "PATCH", "/items/4", "{\"custom\":{\"Tray\":null}}", 422);
    kit_fault(k, "/custom/Tray", "required", "it stays required");
    CALL(k, "PATCH", "/items/3", "{\"status\":\"Sold\"}", 200);
    CALL(k, "DELETE", "/item_fields/2", NULL, 409);
    kit_problem(k, 409, "in_use", "items have it");
    CALL(k, "PATCH", "/item_fields/2", "{\"archived\":true}", 200);
    CALL(k, "PATCH", "/items/4", "{\"custom\":{\"Tray\":2}}", 422);
    kit_fault(k, "/custom/Tray", "not_allowed", "archived");
    CALL(k, "GET", "/items/4", NULL, 200);
    CHECK_INT(kit_int(k, "/custom/Tray"), 1, "what it had is still shown");
    CALL(k, "POST", "/items", "{\"esn\":\"E5\",\"variation_id\":1}", 201);
}

static void test_definitions(void **state)
{
    struct kit *k = *state;
    make_world(k);
    static const struct {
        const char *body, *pointer, *code;
    } bad[] = {
        { "{\"name\":\"X\",\"type\":\"float\"}", "/type", "unknown_value" },
        { "{\"name\":\"X\",\"type\":\"choice\"}", "/choices", "too_short" },
        { "{\"name\":\"X\",\"type\":\"text\",\"choices\":[\"a\"]}", "/choices", "not_allowed" },
        { "{\"name\":\"X\",\"type\":\"choice\",\"choices\":[\"a\",\"a \"]}", "/choices/1",
            "duplicate" },
        { "{\"name\":\"X\",\"type\":\"choice\",\"choices\":[7]}", "/choices/0", "wrong_type" },
        { "{\"name\":\"X\",\"type\":\"choice\",\"choices\":[\"\"]}", "/choices/0", "too_short" },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CALL(k, "POST", "/item_fields", bad[i].body, 422);
        kit_fault(k, bad[i].pointer, bad[i].code, bad[i].body);
    }
    CALL(k, "POST", "/item_fields", "{\"name\":\"Note\",\"type\":\"text\"}", 409);
    kit_problem(k, 409, "duplicate", "one name each");
    CALL(k, "PATCH", "/item_fields/1", "{\"type\":\"integer\"}", 422);
    kit_fault(k, "/type", "unknown_field", "a type never changes");
    CALL(k, "PATCH", "/item_fields/1", "{\"position\":9}", 200);
    CALL_WITH(k, "PATCH", "/item_fields/1", "{\"position\":8}", "If-Match: \"1\"", 412);
    CALL(k, "GET", "/item_fields", NULL, 200);
    CHECK_STR(kit_str(k, "/data/4/name"), S("Note"), "by position");
    CALL(k, "DELETE", "/item_fields/1", NULL, 204);
    CALL(k, "GET", "/item_fields/1", NULL, 404);
}

static void test_grade_of_one(void **state)
{
    struct kit *k = *state;
    make_world(k);
    CALL(k, "PATCH", "/items/1", "{\"grade\":\"B\",\"damages\":[\"Scratched\",\"Cracked\"]}", 200);
    int64_t made = kit_int(k, "/variation_id");
    CHECK(made != 1, "another variation");
    CALL(k, "GET", kit_fmt(k, "/variations/%lld", (long long)made), NULL, 200);
    CHECK_STR(kit_str(k, "/model"), S("A"), "of the product");
    CHECK_STR(kit_str(k, "/grade"), S("B"), "of the grade");
    CHECK_STR(kit_str(k, "/damages/0"), S("Cracked"), "in one order");
    CALL(k, "PATCH", "/items/2", "{\"damages\":[\"Cracked\",\"Scratched\"],\"grade\":\"B\"}", 200);
    CHECK_INT(kit_int(k, "/variation_id"), made, "the same one");
    CALL(k, "PATCH", "/items/1", "{\"damages\":[],\"grade\":\"A\"}", 200);
    CHECK_INT(kit_int(k, "/variation_id"), 1, "and back");
    CALL(k, "POST", "/orders", "{\"organization\":\"O\"}", 201);
    CALL(k, "POST", "/orders/1/commitments", "{\"esns\":[\"E1\"]}", 200);
    const char *before = kit_state(k);
    CALL(k, "PATCH", "/items/1", "{\"grade\":\"C\"}", 409);
    kit_problem(k, 409, "committed", "it is sold as what it is");
    CHECK_STR(str_of(kit_state(k)), str_of(before), "and nothing was made for it");
}

static const struct {
    const char *body;
    int status;
    const char *pointer, *code, *why;
} bad_edits[] = {
    { "{\"set\":{\"status\":\"Sold\"}}", 422, "", "required", "of no item" },
    { "{\"ids\":[1]}", 422, "/set", "required", "nothing to do" },
    { "{\"ids\":[1],\"set\":{}}", 422, "/set", "too_short", "nothing to do" },
    { "{\"ids\":[0],\"set\":{\"paid\":null}}", 422, "/ids/0", "too_small", "no id" },
    { "{\"ids\":[\"1\"],\"set\":{\"paid\":null}}", 422, "/ids/0", "wrong_type", "no id" },
    { "{\"esns\":[7],\"set\":{\"paid\":null}}", 422, "/esns/0", "wrong_type", "no ESN" },
    { "{\"ids\":[1],\"set\":{\"esn\":\"X\"}}", 422, "/set/esn", "unknown_field", "of one only" },
    { "{\"ids\":[1],\"set\":{\"status\":\"X\"}}", 422, "/set/status", "unknown_value", "a title" },
    { "{\"ids\":[1],\"set\":{\"damages\":[\"X\"]}}", 422, "/set/damages/0", "unknown_value",
        "one" },
    { "{\"ids\":[1],\"set\":{\"custom\":{\"Tray\":\"x\"}}}", 422, "/set/custom/Tray", "wrong_type",
        "as on one item" },
    { "{\"ids\":[1],\"count\":1,\"set\":{\"paid\":null}}", 422, "/count", "not_allowed", "a list" },
    { "{\"filter\":{\"sku\":\"SKU-A\"},\"set\":{\"paid\":null}}", 422, "/count", "required",
        "nobody has looked" },
    { "{\"filter\":{},\"count\":3,\"set\":{\"paid\":null}}", 422, "/filter", "too_short", "all" },
    { "{\"filter\":{\"warehouse\":\"X\"},\"count\":0,\"set\":{\"paid\":null}}", 422,
        "/filter/warehouse", "unknown_value", "a mistyped filter" },
    { "{\"filter\":{\"sku\":\"SKU-A\"},\"ids\":[1],\"count\":3,\"set\":{\"paid\":null}}", 422,
        "/filter", "not_allowed", "one way or the other" },
    { "{\"filter\":{\"sku\":\"SKU-A\"},\"count\":2,\"set\":{\"paid\":null}}", 409, "/count",
        "conflict", "it has changed since" },
};

static void test_bulk_edit(void **state)
{
    struct kit *k = *state;
    make_world(k);
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(bad_edits); i++) {
        CALL(k, "POST", "/items/bulk_edit", bad_edits[i].body, bad_edits[i].status);
        kit_fault(k, bad_edits[i].pointer, bad_edits[i].code, bad_edits[i].why);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "POST", "/items/bulk_edit",
        "{\"ids\":[2,99],\"esns\":[\"E1\",\"E2\",\"E9\"],\"hex_ids\":[\"00000000\"],\"set\":{"
        "\"grade\":\"B\",\"location\":\"Shelf\",\"custom\":{\"Tray\":3}},\"reason\":\"regraded\"}",
        200);
    static const char *const codes[] = { "", "unknown_id", "", "repeated", "unknown_esn",
        "unknown_hex_id" };
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const char *at = kit_fmt(k, "/results/%zu", i);
        CHECK_INT(kit_true(k, kit_fmt(k, "%s/changed", at)), !codes[i][0], codes[i]);
        if (codes[i][0])
            CHECK_STR(kit_str(k, kit_fmt(k, "%s/code", at)), str_of(codes[i]), "why not");
        else
            CHECK_INT(kit_int(k, kit_fmt(k, "%s/variation_id", at)), 2, "what it is now");
    }
    CHECK_INT(kit_int(k, "/changed"), 2, "sums");
    CHECK_INT(kit_int(k, "/refused"), 4, "sums");
    CHECK_INT(kit_len(k, "/made_variations"), 1, "the answer says what was made");
    CHECK_STR(kit_str(k, "/made_variations/0/grade"), S("B"), "the answer says what was made");
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_STR(kit_str(k, "/location"), S("Shelf"), "place");
    CHECK_INT(kit_int(k, "/custom/Tray"), 3, "custom field");
    CALL(k, "GET", "/stock_levels?variation_id=2", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/on_hand"), 2, "counted there");
    CALL(k, "POST", "/items/bulk_edit",
        "{\"filter\":{\"warehouse\":\"Main\",\"location\":\"Shelf\",\"custom\":{\"Tray\":3}"
        "},\"count\":2,\"set\":{\"warehouse\":\"Second\"}}",
        200);
    CHECK_INT(kit_int(k, "/changed"), 2, "by what they have in common");
    before = kit_state(k);
    CALL(k, "POST", "/items/bulk_edit",
        "{\"ids\":[1,2],\"esns\":[\"E9\"],\"set\":{\"status\":\"Sold\"},\"atomic\":true}", 200);
    CHECK_STR(kit_str(k, "/results/0/code"), S("not_tried"), "all or nothing");
    CHECK_INT(kit_int(k, "/refused"), 3, "all or nothing");
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL_WITH(k, "POST", "/items/bulk_edit", "{\"ids\":[3],\"set\":{\"status\":\"Sold\"}}",
        "Idempotency-Key: b", 200);
    CALL(k, "PATCH", "/items/3", "{\"status\":\"In stock\"}", 200);
    CALL_WITH(k, "POST", "/items/bulk_edit", "{\"ids\":[3],\"set\":{\"status\":\"Sold\"}}",
        "Idempotency-Key: b", 200);
    CHECK_INT(kit_int(k, "/changed"), 1, "the first answer");
    CALL(k, "GET", "/items/3", NULL, 200);
    CHECK_STR(kit_str(k, "/status"), S("In stock"), "and no second effect");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_custom_values),
        KIT_TEST(test_definitions),
        KIT_TEST(test_grade_of_one),
        KIT_TEST(test_bulk_edit),
    };
    return kit_main(argc, argv, "http_item_edit", tests, COUNT_OF(tests));
}
