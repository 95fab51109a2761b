/* catalog_test.c: the catalog spreadsheet: every rule of domain.md 1, and every rejection. */
#include "rows.h"

#include "store/reference.h"

#include <string.h>

#define HEAD "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Damages|SKU\n"
/* A whole row but for what matters. */
#define PHONE(id, model, grade, damages, sku)                                                      \
    id "|Apple|" model "|unknown|UNLOCKED|128GB|Black|" grade "|" damages "|" sku "\n"

static void damages(struct fix *f)
{
    struct reference crack = { .title = S("Crack"), .initials = S("C"), .color = S("") };
    struct reference burn = { .title = S("Burn, deep"), .initials = S("B"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &crack, &f->e), "a damage");
    WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &burn, &f->e), "another");
}

static void set_unique(struct fix *f, bool on)
{
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.unique_skus = on;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "settings");
}

static struct variation load(struct fix *f, int64_t id)
{
    struct variation v;
    READ(f, variation_load(f->c.tx, id, &f->arena, &v, &f->e), "load");
    return v;
}

static int64_t id_of(struct fix *f, const char *sku)
{
    int64_t id = 0;
    size_t count;
    READ(f, variation_ids_of_sku(f->c.tx, str_of(sku), &id, 1, &count, &f->e), sku);
    return count ? id : 0;
}

#define COUNTED "SELECT CAST(COUNT(*) + COALESCE(SUM(version), 0) AS BIGINT) FROM variation"

static void check(struct fix *f, const char *text, const char *want, const char *why)
{
    /* The dry run first: it says the same and writes nothing. */
    int64_t before = fix_int(f, COUNTED);
    CHECK_STR(str_of(rows_dry_run(f, IMPORT_CATALOG, text)), str_of(want), why);
    CHECK_INT(fix_int(f, COUNTED), before, why);
    CHECK_STR(str_of(rows_import(f, IMPORT_CATALOG, text)), str_of(want), why);
}

static void test_create_and_find_again(void **state)
{
    struct fix *f = *state;
    damages(f);
    const char *text = HEAD PHONE("create", "13", "A", "crack,Burn, deep~", "") PHONE("Create",
        "14", "unknown", "Crack~Burn, deep", " IP14 ") PHONE("create", "15", "b", "", "IP15");
    check(f, text, "created 2 updated 0 unchanged 0 rejected 1; 2 Damages unknown_value",
        "an entry with a comma stands on a line of its own");
    struct variation v = load(f, id_of(f, "IP14"));
    CHECK_STR(v.text[VARIATION_VARIANT], S("Unknown"), "unknown, in whatever case");
    CHECK_STR(v.text[VARIATION_NETWORK], S("UNLOCKED"), "anything else as it is written");
    CHECK_STR(v.grade, S("Unknown"), "the grade of that title");
    CHECK_INT(v.damage_count, 2, "both");
    CHECK_STR(load(f, id_of(f, "IP15")).grade, S("B"), "a title in another case");
    check(f, text, "created 0 updated 0 unchanged 2 rejected 1; 2 Damages unknown_value",
        "the same file changes nothing the second time");
    check(f, HEAD PHONE("create", "15", "B", "", "NEW15"),
        "created 0 updated 1 unchanged 0 rejected 0",
        "found by its attributes, and its SKU edited");
    CHECK_INT(id_of(f, "IP15"), 0, "no longer");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'variation' AND"
                         " actor_name = 'Ann' AND action = 'create'"),
        2, "each change says who made it");
}

static void test_update_by_id(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SKU-A"), b = fix_variation(f, "B", "SKU-B");
    const char *text = arena_fmt(&f->arena,
        "SKU|id|model|MANUFACTURER|Variant|Network|Capacity|Color|Grade\n"
        "|%lld|A2|Apple|unknown|unknown|unknown|unknown|A\n"
        "SKU-B|%lld|B|Unknown|unknown|unknown|unknown|unknown|A\n"
        "X|999|B|Unknown|unknown|unknown|unknown|unknown|A\n",
        (long long)a, (long long)b)
                           .at;
    check(f, text, "created 0 updated 1 unchanged 1 rejected 1; 4 ID unknown_id",
        "columns in any order and case");
    struct variation v = load(f, a);
    CHECK_STR(v.text[VARIATION_MODEL], S("A2"), "the model");
    CHECK_STR(v.sku, S(""), "a blank SKU clears");
    text = arena_fmt(&f->arena,
        "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade\n"
        "%lld|Unknown|B|unknown|unknown|unknown|unknown|B\n",
        (long long)b)
               .at;
    check(f, text, "created 0 updated 1 unchanged 0 rejected 0", "without a SKU column");
    v = load(f, b);
    CHECK_STR(v.sku, S("SKU-B"), "the SKU stays");
    CHECK_STR(v.grade, S("B"), "the grade does not");
    fix_clean(f, "after the imports");
}

static void test_rejections(void **state)
{
    struct fix *f = *state;
    damages(f);
    (void)fix_variation(f, "Held", "HELD");
    char long_text[104] = { 0 };
    memset(long_text, 'x', 101);
    static const struct {
        const char *cells, *fault, *why;
    } rows[] = {
        { "|Apple|M1|v|n|c|c|A||", "2 ID required", "no ID" },
        { "new|Apple|M1|v|n|c|c|A||", "2 ID bad_format", "another word" },
        { "0|Apple|M1|v|n|c|c|A||", "2 ID bad_format", "no id" },
        { "-1|Apple|M1|v|n|c|c|A||", "2 ID bad_format", "less than none" },
        { "99999999999999999999|Apple|M1|v|n|c|c|A||", "2 ID bad_format", "too large" },
        { "77|Apple|M1|v|n|c|c|A||", "2 ID unknown_id", "an id that nothing has" },
        { "create||M1|v|n|c|c|A||", "2 Manufacturer required", "blank" },
        { "create|Apple| |v|n|c|c|A||", "2 Model required", "blank but for spaces" },
        { "create|Apple|M1||n|c|c|A||", "2 Variant required", "blank" },
        { "create|Apple|M1|v||c|c|A||", "2 Network required", "blank" },
        { "create|Apple|M1|v|n||c|A||", "2 Capacity required", "blank" },
        { "create|Apple|M1|v|n|c||A||", "2 Color required", "blank" },
        { "create|Apple|M1|v|n|c|c|||", "2 Grade required", "blank" },
        { "create|Apple|M1|v|n|c|c|Z||", "2 Grade unknown_value", "no such grade" },
        { "create|Apple|M1|v|n|c|c|A|Dent|", "2 Damages unknown_value", "no such damage" },
        { "create|Apple|M1|v|n|c|c|A|Crack,crack|", "2 Damages duplicate", "twice" },
        { "create|Apple|M1|v|n|c|c|A||HELD", "2 SKU duplicate_sku", "taken" },
        { "create|Apple|M1|v|n|c|c|A|||9", "2 Currency required", "a price without currency" },
        { "create|Apple|M1|v|n|c|c|A|||9,50|EUR", "2 Price bad_format", "a comma" },
        { "create|Apple|M1|v|n|c|c|A|||9.505|EUR", "2 Price bad_format", "too many digits" },
        { "create|Apple|M1|v|n|c|c|A|||9|eur", "2 Currency bad_format", "small letters" },
        { "create|Apple|M1|v|n|c|c|A|||9 Euro", "2 Price bad_format", "a word" },
        { "create|Apple|M1|v|n|c|c|A|||9 EUR|USD", "2 Currency conflict", "two currencies" },
        { "create|Apple|M1|v|n|c|c|A|||||x", "2 - extra_cell", "beyond the last title" },
        { "create||M1|v|n|c|c|Z|Dent|",
            "2 Manufacturer required; 2 Grade unknown_value; 2 Damages unknown_value",
            "every fault of the row" },
        { "create|Apple|M\x01|v|n|c|c|A||", "2 Model bad_format", "a control character" },
        { "create|Apple|M\xFF|v|n|c|c|A||", "2 Model bad_format", "no UTF-8" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *text = arena_fmt(&f->arena,
            "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Damages|SKU|Price|"
            "Currency\n%s\ncreate|Good|%zu|v|n|c|c|A||\n",
            rows[i].cells, i)
                               .at;
        const char *want =
            arena_fmt(&f->arena, "created 1 updated 0 unchanged 0 rejected 1; %s", rows[i].fault)
                .at;
        check(f, text, want, rows[i].why);
    }
    check(f, arena_fmt(&f->arena, HEAD "create|%s|M|v|n|c|c|A||\n", long_text).at,
        "created 0 updated 0 unchanged 0 rejected 1; 2 Manufacturer too_long", "101 characters");
    check(f, arena_fmt(&f->arena, HEAD "create|Apple|M|v|n|c|c|A||%s\n", long_text).at,
        "created 0 updated 0 unchanged 0 rejected 1; 2 SKU too_long", "101 characters");
}

static void test_files(void **state)
{
    struct fix *f = *state;
    static const struct {
        const char *text, *want, *why;
    } files[] = {
        { "", "refused empty_file", "nothing at all" },
        { "\n", "refused empty_file", "a blank first row" },
        { "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Weight\n",
            "refused unknown_column", "a column of another table" },
        { "ID|Manufacturer|Model|Variant|Network|Capacity|Color\n", "refused missing_column",
            "no grade" },
        { "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|id\n",
            "refused duplicate_column", "the ID twice" },
        { "ID|Manufacturer||Model|Variant|Network|Capacity|Color|Grade\n", "refused unknown_column",
            "a column without a title between others" },
        { HEAD, "created 0 updated 0 unchanged 0 rejected 0", "titles alone: a template" },
        { "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|||\n"
          "create|a|b|c|d|e|f|A\n\n|| | |\ncreate|a|b|c|d|e|f|B\n",
            "created 2 updated 0 unchanged 0 rejected 0", "blank columns and rows are none" },
        { "Error|ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|Error Code|Error "
          "Column\n"
          "was wrong|create|a|b|c|d|e|f|A|required|Model\n",
            "created 0 updated 0 unchanged 1 rejected 0", "a corrected error sheet" },
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        check(f, files[i].text, files[i].want, files[i].why);
    (void)rows_import(f, IMPORT_CATALOG, "ID|Weight\n");
    CHECK(strstr(f->e.detail, "\"Weight\""), "the column is named");
    (void)rows_import(f, IMPORT_CATALOG, "ID|Model\n");
    CHECK(strstr(f->e.detail, "\"Manufacturer\""), "the first that is missing");
}

static void test_prices(void **state)
{
    struct fix *f = *state;
#define PRICED "ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|SKU|Price|Currency\n"
    check(f,
        PRICED "create|a|1|c|d|e|f|A|S1|199.5|EUR\n"
               "create|a|2|c|d|e|f|A|S2|19900 JPY|\n"
               "create|a|3|c|d|e|f|A|S3||USD\n",
        "created 3 updated 0 unchanged 0 rejected 0", "in both spellings");
    struct variation v = load(f, id_of(f, "S1"));
    CHECK(v.price.present && v.price.amount == 19950, "in minor units");
    CHECK_INT(load(f, id_of(f, "S2")).price.amount, 19900, "yen have none");
    CHECK(!load(f, id_of(f, "S3")).price.present, "a currency alone is no price");
    check(f, PRICED "create|a|1|c|d|e|f|A|S1|199.50|\n",
        "created 0 updated 0 unchanged 1 rejected 0", "the currency that is there");
    CHECK_STR(str_of(rows_changes(f, IMPORT_CATALOG, PRICED "create|a|1|c|d|e|f|A|S1|99|USD\n")),
        S("2 price 199.50 EUR>99.00 USD"), "what would change");
    check(f, PRICED "create|a|1|c|d|e|f|A|S1||EUR\n", "created 0 updated 1 unchanged 0 rejected 0",
        "a blank price clears");
    check(f, HEAD "create|a|2|c|d|e|f|A||S2\n", "created 0 updated 0 unchanged 1 rejected 0",
        "without the column it stays");
    CHECK(load(f, id_of(f, "S2")).price.present, "it is there");
}

static void test_rows_before(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "SB");
    static const char *const ends = "|unknown|unknown|unknown|unknown|A||";
#define ROW "%lld|unknown|%s%s%s\n"
    check(f, HEAD PHONE("create", "1", "A", "", "X") PHONE("create", "1", "A", "", "X"),
        "created 1 updated 0 unchanged 1 rejected 0", "the same row twice");
    check(f, HEAD PHONE("create", "2", "A", "", "Y") PHONE("create", "2", "A", "", "Z"),
        "created 1 updated 0 unchanged 0 rejected 1; 3 ID repeated", "says otherwise");
    check(f, HEAD PHONE("create", "3", "A", "", "W") PHONE("create", "4", "A", "", "W"),
        "created 1 updated 0 unchanged 0 rejected 1; 3 SKU duplicate_sku", "one SKU twice");
    for (int i = 0; i < 2; i++)
        check(f, HEAD PHONE("create", "5", "A", "", "W") PHONE("create", "5", "A", "", "V"),
            "created 0 updated 0 unchanged 0 rejected 2; 3 ID repeated; 2 SKU duplicate_sku",
            "what the first of them cannot make, the second one does not make otherwise");
    const char *text = arena_fmt(
        &f->arena, HEAD ROW ROW, (long long)a, "A", ends, "SB", (long long)b, "B", ends, "SC")
                           .at;
    check(f, text, "created 0 updated 2 unchanged 0 rejected 0",
        "a SKU that a later row gives up is waited for");
    check(f, text, "created 0 updated 0 unchanged 2 rejected 0", "and applied once");
    CHECK_INT(id_of(f, "SB"), a, "taken");
    CHECK_INT(id_of(f, "SC"), b, "and the new one");
    text = arena_fmt(
        &f->arena, HEAD ROW ROW, (long long)a, "A", ends, "SC", (long long)b, "B", ends, "SB")
               .at;
    check(f, text, "created 0 updated 2 unchanged 0 rejected 0", "two swap their SKUs");
    check(f, text, "created 0 updated 0 unchanged 2 rejected 0", "and once is enough");
    CHECK_INT(id_of(f, "SC"), a, "swapped");
    text = arena_fmt(
        &f->arena, HEAD ROW ROW, (long long)a, "B", ends, "SC", (long long)b, "B2", ends, "SB")
               .at;
    check(f, text, "created 0 updated 2 unchanged 0 rejected 0",
        "a place in the catalog that a later row leaves");
    text = arena_fmt(
        &f->arena, HEAD ROW ROW, (long long)a, "B2", ends, "SC", (long long)b, "B", ends, "SB")
               .at;
    check(f, text, "created 0 updated 0 unchanged 0 rejected 2; 2 - duplicate; 3 - duplicate",
        "places do not change hands in a circle");
    fix_clean(f, "after all");
}

static void test_circles(void **state)
{
    struct fix *f = *state;
    int64_t v[4];
    static const char *const skus[] = { "S0", "S1", "S2", "S3" };
    for (int i = 0; i < 4; i++)
        v[i] = fix_variation(f, skus[i], skus[i]);
    int64_t channel = fix_channel(f, "Shop");
    int64_t listing = fix_listing(f, channel, "S1", 1);
    static const char *const ends = "|unknown|unknown|unknown|unknown|A||";
    /* 0, 1 and 2 turn; 3 wants what 0 has, which 2 gets; a new one wants 3's, which stays. */
    const char *text = arena_fmt(&f->arena, HEAD ROW ROW ROW ROW "create|unknown|New%s%s\n",
        (long long)v[0], "S0", ends, "S1", (long long)v[1], "S1", ends, "S2", (long long)v[2], "S2",
        ends, "S0", (long long)v[3], "S3", ends, "S0", ends, "S3")
                           .at;
    check(f, text,
        "created 0 updated 3 unchanged 0 rejected 2; 5 SKU duplicate_sku; 6 SKU duplicate_sku",
        "a circle of three turns, with others at its door");
    CHECK_INT(id_of(f, "S1"), v[0], "turned");
    CHECK_INT(id_of(f, "S2"), v[1], "turned");
    CHECK_INT(id_of(f, "S0"), v[2], "turned");
    CHECK_INT(id_of(f, "S3"), v[3], "left alone");
    CHECK_INT(fix_load_listing(f, listing).variation_ids[0], v[0], "the listing follows the SKU");
    check(f, text,
        "created 0 updated 0 unchanged 3 rejected 2; 5 SKU duplicate_sku; 6 SKU duplicate_sku",
        "nothing changes the second time");
    fix_clean(f, "after the turn");
    set_unique(f, false);
    check(f, arena_fmt(&f->arena, HEAD ROW, (long long)v[3], "S3", ends, "S0").at,
        "created 0 updated 1 unchanged 0 rejected 0", "pools share their SKU");
}

/* A chain of rows, each in the way of the one before: the last one lets all of them go, if they
 * could wait for it. */
static void chain(struct fix *f, int rows, int updated)
{
    struct buf text;
    buf_init(&text, 1024 * 1024);
    for (int shift = 0; shift < 2; shift++) {
        buf_clear(&text);
        buf_put(&text, S(HEAD));
        for (int i = 0; i < rows; i++)
            buf_put_fmt(&text, "create|m|%d|v|n|c|c|A||S%d\n", i, i + shift);
        struct rows_run run = { .dry_run = false };
        rows_run(f, IMPORT_CATALOG, buf_str(&text), &run);
        CHECK_INT(run.rc, OK, "goes to the end");
        if (shift) CHECK_INT(run.state.updated, updated, "rows that could follow");
        CHECK_INT(run.state.rejected, shift ? rows - updated : 0, "the others are told");
        rows_run_release(&run);
    }
    buf_release(&text);
    fix_clean(f, "after a long chain");
}

static void test_many_wait(void **state)
{
    chain(*state, WAITING_MAX + 1, WAITING_MAX + 1);
}

static void test_too_many_wait(void **state)
{
    chain(*state, WAITING_MAX + 3, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_create_and_find_again),
        FIX_TEST(test_update_by_id),
        FIX_TEST(test_rejections),
        FIX_TEST(test_files),
        FIX_TEST(test_prices),
        FIX_TEST(test_rows_before),
        FIX_TEST(test_circles),
        FIX_TEST(test_many_wait),
        FIX_TEST(test_too_many_wait),
    };
    return fix_main(argc, argv, "exchange/catalog", tests, COUNT_OF(tests));
}
