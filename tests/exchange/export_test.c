/*
 * export_test.c: what is written, applied again, changes nothing.
 *
 * Random accounts: every kind of text that a person can type, in every field, on both engines. A
 * seed is printed with each failure.
 */
#include "files.h"

#include "base/limits.h"
#include "store/purchase_order.h"
#include "store/reference.h"
#include "store/vendor.h"

#include <stdlib.h>
#include <string.h>

/* Texts that spreadsheets are known to spoil. */
static const char *const odd[] = { "=1+1", "+49 30", "-5", "@home", "'quoted", "a,b", "a;b",
    "\"in quotes\"", "00123", "1e5", "3.5", "TRUE", "2024-01-05", "Müller", "日本", "a  b",
    "create", "'=x", "#N/A", "1/2", "null", "-", "x\\y", "490154203237518" };

struct account {
    struct fix *f;
    struct rng dice;
    char where[60];
    int made;
};

static size_t throw_of(struct account *a, size_t n)
{
    return (size_t)rng_below(&a->dice, n);
}

static struct str odd_text(struct account *a, const char *what)
{
    return arena_fmt(&a->f->arena, "%s%s%d", odd[throw_of(a, COUNT_OF(odd))], what, ++a->made);
}

static struct str any_text(struct account *a)
{
    return throw_of(a, 2) ? str_of(odd[throw_of(a, COUNT_OF(odd))]) : S("Unknown");
}

static struct money any_money(struct account *a)
{
    static const char *const currencies[] = { "EUR", "JPY", "KWD" };
    if (!throw_of(a, 3)) return (struct money){ 0 };
    return (struct money){ true, (int64_t)throw_of(a, 100000), str_of(currencies[throw_of(a, 3)]) };
}

enum {
    FIELDS = ITEM_FIELD_TYPE_COUNT,
    DAMAGES = 3,
    VARIATIONS = 30,
    ITEMS = 40,
    LISTINGS = 12,
    BOUGHT = 9
};

static void add_references(struct account *a, int64_t *damages, int64_t *location)
{
    struct fix *f = a->f;
    for (int i = 0; i < DAMAGES; i++) {
        struct reference r = { .title = odd_text(a, "D"), .initials = S("D"), .color = S("") };
        WRITE(f, reference_create(&f->c, REFERENCE_DAMAGE, &r, &f->e), a->where);
        damages[i] = r.id;
    }
    struct reference shelf = { .title = odd_text(a, "L"), .warehouse_id = MAIN };
    WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &shelf, &f->e), a->where);
    *location = shelf.id;
}

static int64_t add_variation(struct account *a, const int64_t *damages)
{
    struct fix *f = a->f;
    struct variation v = { .grade_id = throw_of(a, 2) ? GRADE_A : GRADE_B, .price = any_money(a) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = any_text(a);
    v.text[VARIATION_MODEL] = odd_text(a, "M");
    v.sku = throw_of(a, 3) ? odd_text(a, "S") : S("");
    for (int i = 0; i < DAMAGES; i++)
        if (!throw_of(a, 3)) v.damage_ids[v.damage_count++] = damages[i];
    WRITE(f, variation_create(&f->c, &v, &f->e), a->where);
    return v.id;
}

static void add_fields(struct account *a, int64_t *fields)
{
    struct fix *f = a->f;
    for (int i = 0; i < FIELDS; i++) {
        struct str choices[] = { odd_text(a, "C"), S("other") };
        struct item_field field = { .name = odd_text(a, "F"),
            .type = (enum item_field_type)i,
            .choices = choices,
            .choice_count = i == ITEM_FIELD_CHOICE ? COUNT_OF(choices) : 0,
            .archived = !throw_of(a, 5) };
        WRITE(f, item_field_create(&f->c, &field, &f->e), a->where);
        fields[i] = field.id;
    }
}

/* A value of each field, or none. */
static void any_values(struct account *a, const int64_t *fields, struct item_value_set *sets)
{
    for (int i = 0; i < FIELDS; i++) {
        sets[i] = (struct item_value_set){ fields[i], S("F"), S("") };
        if (!throw_of(a, 2)) continue;
        switch ((enum item_field_type)i) {
        case ITEM_FIELD_TEXT:
            sets[i].value = odd_text(a, "V");
            break;
        case ITEM_FIELD_INTEGER:
            sets[i].value = throw_of(a, 2) ? S("-9007199254740991") : S("42");
            break;
        case ITEM_FIELD_DATE:
            sets[i].value = S("2026-02-28");
            break;
        case ITEM_FIELD_CHOICE:
            sets[i].value = S("other");
            break;
        case ITEM_FIELD_BOOLEAN:
            sets[i].value = throw_of(a, 2) ? S("true") : S("false");
            break;
        }
    }
}

static void add_item(
    struct account *a, int64_t variation_id, int64_t location, const int64_t *fields)
{
    struct fix *f = a->f;
    bool placed = throw_of(a, 2);
    struct item_value_set sets[FIELDS];
    any_values(a, fields, sets);
    struct item i = { .variation_id = variation_id,
        .status_id = throw_of(a, 2) ? IN_STOCK : SOLD,
        .warehouse_id = placed ? MAIN : 0,
        .location_id = placed && throw_of(a, 2) ? location : 0,
        .paid = any_money(a),
        .sets = sets,
        .set_count = FIELDS };
    /* Now and then an IMEI whose check digit is wrong: it is there, so it is not asked for again.
     */
    i.esn = throw_of(a, 4) ? arena_fmt(&f->arena, "%015d", ++a->made)
                           : arena_fmt(&f->arena, "-S/%d", ++a->made);
    WRITE(f, item_create(&f->c, &i, &f->e), a->where);
}

static void add_listing(struct account *a, int64_t channel, const int64_t *variations)
{
    struct fix *f = a->f;
    struct str sku = odd_text(a, "G");
    struct listing l = fix_load_listing(f, fix_listing(f, channel, sku.at, 1)), after = l;
    struct str skus[2] = { odd_text(a, "C"), S("one, two") };
    after.mode = (enum listing_mode)throw_of(a, LISTING_MODE_COUNT);
    after.skus = skus;
    after.sku_count = 1 + throw_of(a, 2);
    after.set_variation_ids = (int64_t *)(uintptr_t)variations;
    after.set_variation_count = 1 + throw_of(a, 3);
    after.has_reserve = throw_of(a, 2);
    after.reserve = after.has_reserve ? 3 : 0;
    after.has_cap = throw_of(a, 2);
    after.cap = after.has_cap ? (int64_t)throw_of(a, 10) : 0;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), a->where);
}

/* An order of some items, at prices of its own or at a lot price. */
static void add_purchase(struct account *a, const int64_t *variations)
{
    struct fix *f = a->f;
    struct vendor v = { .name = odd_text(a, "V"), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &v, &f->e), a->where);
    struct purchase_line line = { .variation_id = variations[0],
        .description = S(""),
        .expected_count = 2,
        .unit_price = { throw_of(a, 2), 105, S("KWD") } };
    struct purchase_order o = { .number = odd_text(a, "N"),
        .vendor_id = v.id,
        .notes = S(""),
        .ordered_at = f->now,
        .lines = &line,
        .line_count = 1 };
    if (throw_of(a, 2)) o.lot_price = (struct money){ true, 1000, S("KWD") };
    WRITE(f, purchase_create(&f->c, &o, &f->e), a->where);
    struct item_new rows[BOUGHT] = { 0 };
    for (int i = 0; i < BOUGHT; i++) {
        rows[i].code = rows[i].pointer = "";
        rows[i].item.esn = arena_fmt(&f->arena, "B%d", ++a->made);
        rows[i].item.variation_id = variations[throw_of(a, 2)];
        rows[i].item.status_id = IN_STOCK;
        if (!o.lot_price.present && throw_of(a, 2))
            rows[i].item.paid = (struct money){ true, (int64_t)throw_of(a, 5000), S("KWD") };
    }
    fix_begin(f);
    CHECK_ERR(purchase_lock(&f->c, o.id, &f->arena, &o, &f->e), OK, &f->e, a->where);
    CHECK_ERR(purchase_receive(&f->c, &o, rows, BOUGHT, &f->e), OK, &f->e, a->where);
    CHECK_ERR(fix_commit(f), OK, &f->e, a->where);
}

static void make(struct account *a, int64_t *channel)
{
    int64_t damages[DAMAGES], location, variations[VARIATIONS], fields[FIELDS];
    add_references(a, damages, &location);
    for (int i = 0; i < VARIATIONS; i++)
        variations[i] = add_variation(a, damages);
    add_fields(a, fields);
    for (int i = 0; i < ITEMS; i++)
        add_item(a, variations[throw_of(a, VARIATIONS)], location, fields);
    add_purchase(a, variations);
    add_purchase(a, variations);
    *channel = fix_channel(a->f, odd_text(a, "Shop").at);
    for (int i = 0; i < LISTINGS; i++)
        add_listing(a, *channel, variations);
    /* An item that was sold and came back: its ESN is there twice. */
    int64_t order = fix_order(a->f, ST_NEW, variations[0], 1);
    fix_item(a->f, "AGAIN", variations[0]);
    CHECK_STR(str_of(fix_commit_esns(a->f, order, "AGAIN", true)), S(""), a->where);
    fix_set_status(a->f, order, ST_SHIPPED);
    fix_item(a->f, "AGAIN", variations[1]);
}

#define FACTS                                                                                      \
    "SELECT CAST((SELECT SUM(version) FROM variation) + (SELECT SUM(version) FROM item)"           \
    " + (SELECT SUM(version) FROM listing) + (SELECT COUNT(*) FROM audit) AS BIGINT)"

static void check_round(struct account *a, enum export_kind kind, enum import_kind back, int rows)
{
    struct fix *f = a->f;
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        struct export_request request = { .kind = kind,
            .variations = { .archived = ARCHIVED_TOO } };
        FILE *file = files_export(f, &request, format);
        const char *want =
            arena_fmt(&f->arena, "created 0 updated 0 unchanged %d rejected 0", rows).at;
        int64_t before = fix_int(f, FACTS);
        CHECK_STR(str_of(files_import(f, back, file, true)), str_of(want), a->where);
        CHECK_STR(str_of(files_import(f, back, file, false)), str_of(want), a->where);
        CHECK_INT(fix_int(f, FACTS), before, a->where);
        (void)fclose(file);
    }
}

static void test_rounds(void **state)
{
    struct fix *f = *state;
    const char *given = getenv("STOCKBRIDGE_SEED");
    int64_t seed = 0;
    if (!given || !str_to_int64(str_of(given), &seed))
        seed = (int64_t)rng_below(rng_system(), 1000000);
    struct account a = { .f = f };
    snprintf(a.where, sizeof a.where, "STOCKBRIDGE_SEED=%lld", (long long)seed);
    rng_seeded(&a.dice, (uint64_t)seed);
    int64_t channel;
    make(&a, &channel);
    check_round(&a, EXPORT_CATALOG, IMPORT_CATALOG, VARIATIONS);
    check_round(&a, EXPORT_ITEMS, IMPORT_ITEMS, ITEMS + 2 + 2 * BOUGHT);
    check_round(&a, EXPORT_PRICES, IMPORT_PRICES, 2 * BOUGHT);
    check_round(&a, EXPORT_CONNECTIONS, IMPORT_CONNECTIONS, LISTINGS);
    fix_clean(f, a.where);
}

static void write_entries(struct fix *f, int count)
{
    for (int i = 1; i <= count; i++) {
        struct change_list l;
        change_list_init(&l);
        change_list_add_int(&l, "number", i, i + 1);
        if (i % 2) change_list_add(&l, "name", (struct str){ 0 }, S("=SUM(1)"));
        audit_add(&f->c, "update", "entry", i, change_list_end(&l));
        change_list_release(&l);
    }
}

/* A row for each change, also of more entries than a page has. */
static void test_audit(void **state)
{
    enum { MANY = 450 };
    struct fix *f = *state;
    fix_begin(f);
    write_entries(f, MANY);
    audit_add(&f->c, "delete", "entry", 1, S(""));
    CHECK_ERR(fix_commit(f), OK, &f->e, "entries");
    struct export_request request = { .kind = EXPORT_AUDIT, .audit = { .resource = S("entry") } };
    FILE *file = files_export(f, &request, SHEET_CSV);
    struct str rest = str_of(files_rows(f, file));
    CHECK_STR(files_line(&rest),
        S("ID|At|Actor Kind|Actor ID|Actor|Address|Action|Resource|Resource ID|Field|From|To"),
        "titles");
    struct str line = files_line(&rest);
    CHECK(str_ends(line, S("|delete|entry|1")), arena_str(&f->arena, line).at);
    for (int i = MANY; i > 0; i--) {
        line = files_line(&rest);
        struct str end = arena_fmt(&f->arena, "|update|entry|%d|number|%d|%d", i, i, i + 1);
        CHECK(str_ends(line, end), arena_str(&f->arena, line).at);
        if (i % 2) CHECK(str_ends(files_line(&rest), S("|name||=SUM(1)")), "a second change");
    }
    CHECK_INT(rest.len, 0, "no other");
    (void)fclose(file);
}

/* What is longer than a cell is cut, between two characters. */
static void test_long_audit(void **state)
{
    enum { LONG = 40000 };
    struct fix *f = *state;
    struct buf value;
    buf_init(&value, LONG);
    while (value.len + 3 <= LONG)
        buf_put(&value, S("€"));
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "note", S("a, b"), buf_str(&value));
    fix_begin(f);
    audit_add(&f->c, "create", "entry", 1, change_list_end(&l));
    CHECK_ERR(fix_commit(f), OK, &f->e, "entry");
    change_list_release(&l);
    buf_release(&value);
    struct export_request request = { .kind = EXPORT_AUDIT, .audit = { .resource = S("entry") } };
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        FILE *file = files_export(f, &request, format);
        struct str rest = str_of(files_rows(f, file));
        (void)files_line(&rest);
        struct str line = files_line(&rest);
        CHECK(str_contains(line, S("|note|a, b|€€")), "its beginning");
        CHECK(str_ends(line, S("€ ...")), "and that it goes on");
        CHECK(str_is_utf8(line), "whole characters");
        CHECK(line.len > SHEET_CELL_MAX - 10, "as much as fits");
        (void)fclose(file);
    }
}

/* More rows than a page: none is lost between two. */
static void test_pages(void **state)
{
    enum { MANY = 450 };
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "SA"), channel = fix_channel(f, "Shop");
    fix_items(f, v, MANY);
    struct listing_read *rows = arena_new(&f->arena, struct listing_read, MANY);
    for (int i = 0; i < MANY; i++)
        rows[i] = (struct listing_read){ .sku = arena_fmt(&f->arena, "L%d", i),
            .asin = S("B1"),
            .title = S("T"),
            .product_type = S("PHONE"),
            .condition = S("used"),
            .marketplace_id = S("A1PA6795UKMFR9"),
            .active = true,
            .issues = S("[]") };
    WRITE(f, listing_import(&f->c, channel, 0, rows, MANY, &f->e), "listings");
    struct account a = { .f = f, .where = "pages" };
    check_round(&a, EXPORT_ITEMS, IMPORT_ITEMS, MANY);
    check_round(&a, EXPORT_CONNECTIONS, IMPORT_CONNECTIONS, MANY);
    struct export_request request = { .kind = EXPORT_ITEMS, .items = { .esn = S("N00007") } };
    FILE *file = files_export(f, &request, SHEET_CSV);
    CHECK_STR(str_of(files_import(f, IMPORT_ITEMS, file, true)),
        S("created 0 updated 0 unchanged 1 rejected 0"), "filtered as the list is");
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_rounds),
        FIX_TEST(test_audit),
        FIX_TEST(test_long_audit),
        FIX_TEST(test_pages),
    };
    return fix_main(argc, argv, "exchange/export", tests, COUNT_OF(tests));
}
