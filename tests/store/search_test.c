/* search_test.c: the catalog's index: the same rows in the same order on both engines, always. */
#include "fixture.h"

#include "store/reference.h"
#include "store/search.h"

static int64_t make(struct fix *f, const char *const text[VARIATION_TEXT_COUNT], const char *sku)
{
    struct variation v = { .grade_id = GRADE_A, .sku = str_of(sku) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = str_of(text[i]);
    WRITE(f, variation_create(&f->c, &v, &f->e), sku);
    return v.id;
}

/* All that is found, over pages of `limit`, as ids with a space behind each. */
static struct str found(struct fix *f, struct variation_filter filter, int limit)
{
    struct page page = { 0, limit };
    struct buf b;
    buf_init(&b, 64 * 1024);
    for (bool more = true; more;) {
        struct variation *rows;
        size_t count;
        READ(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "list");
        more = count > (size_t)limit;
        for (size_t i = 0; i < count - more; i++) {
            buf_put_fmt(&b, "%lld ", (long long)rows[i].id);
            page.after = rows[i].id;
            filter.after_tier = rows[i].tier;
        }
    }
    struct str out = arena_str(&f->arena, buf_str(&b));
    buf_release(&b);
    return out;
}

static void check(struct fix *f, const char *q, const char *ids, const char *why)
{
    for (int limit = 1; limit <= 50; limit += 7)
        CHECK_STR(found(f, (struct variation_filter){ .q = str_of(q) }, limit), str_of(ids), why);
}

static void test_a_catalog(void **state)
{
    struct fix *f = *state;
    static const char *const rows[][VARIATION_TEXT_COUNT + 1] = {
        { "Apple", "iPhone 13", "", "Unlocked", "128GB", "Blue", "IP13-128-BLU" },
        { "Apple", "iPhone 13", "", "Unlocked", "256GB", "Blue", "IP13-256-BLU" },
        { "Apple", "iPhone 13 Pro Max", "", "T-Mobile", "128GB", "Black", "" },
        { "Apple", "iPhone 12", "", "Unlocked", "128GB", "Blue", "IP12-128-BLU" },
        { "Samsung", "Galaxy S21+", "", "AT&T", "128GB", "Space Gray", "128" },
        { "Samsung", "Galaxy S21", "Ultra", "Unlocked", "128GB", "Phantom Black", "S21U-9" },
        { "Apple", "MacBook Air", "M1", "", "8GB", "Gold", "7" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(make(f, rows[i], rows[i][VARIATION_TEXT_COUNT]), i + 1, "ids as listed here");
    check(f, "ip13 128 blue", "1 ", "the phone that was meant, and the others are not");
    check(f, "ip13", "1 2 3 ", "whole words of SKUs first, then beginnings");
    check(f, "IP13-128-BLU", "1 ", "a SKU");
    check(f, "ip13 pm", "3 ", "initials");
    check(f, "13 128", "1 3 ", "numbers are whole");
    check(f, "128", "5 1 3 4 6 ", "what has it for SKU comes first");
    check(f, "7", "7 ", "an id, a SKU, and nothing that contains it");
    check(f, "3", "3 ", "an id");
    check(f, "#3", "3 ", "an id");
    check(f, "s21 plus", "5 ", "plus is a word");
    check(f, "s21+", "5 6 ", "and a sign; S21 begins the SKU of another");
    check(f, "s21u", "6 ", "the beginning of a SKU, and initials");
    check(f, "galaxy att", "5 ", "two words as one");
    check(f, "tmo", "3 ", "the beginning of two words as one");
    check(f, "book", "7 ", "a word in a word");
    check(f, "smsng blk", "6 ", "abbreviations");
    check(f, "blk", "3 6 ", "of every word that it can be");
    check(f, "unknown", "", "not known is not a word");
    check(f, "\"' OR * : & | ! ( ) -blue NOT", "", "signs of the engines' languages mean nothing");
    check(f, "blue'", "1 2 4 ", "a quote is a sign");
    check(f, "''", "", "alone too");
    struct variation_filter filter = { .q = S("blue"), .sku = S("IP12-128-BLU") };
    CHECK_STR(found(f, filter, 50), S("4 "), "with a SKU");
    filter = (struct variation_filter){ .q = S("blue"), .grade_id = GRADE_B };
    CHECK_STR(found(f, filter, 50), S(""), "with a grade");
}

static void test_it_follows(void **state)
{
    struct fix *f = *state;
    static const char *const one[VARIATION_TEXT_COUNT] = { "Apple", "iPhone", "", "", "", "Red" };
    int64_t id = make(f, one, "OLD-1");
    check(f, "red", "1 ", "created");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, id, &f->arena, &before, &f->e), "load");
    after = before;
    after.text[VARIATION_COLOR] = S("Green");
    after.sku = S("NEW-1");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "edit");
    check(f, "red", "", "no longer");
    check(f, "green", "1 ", "edited");
    check(f, "grn", "1 ", "a new word can be abbreviated");
    check(f, "old1", "", "nor by the former SKU");
    check(f, "new1", "1 ", "but by the new one");
    struct reference a, b;
    READ(f, reference_load(f->c.tx, REFERENCE_GRADE, GRADE_A, &f->arena, &a, &f->e), "grade");
    b = a;
    b.title = S("Pristine");
    WRITE(f, reference_update(&f->c, REFERENCE_GRADE, &a, &b, &f->e), "rename");
    check(f, "pristine iphone", "1 ", "a grade's new title");
    WRITE(f, variation_delete(&f->c, &after, &f->e), "delete");
    check(f, "green", "", "deleted");
    fix_begin(f);
    struct variation v = { .grade_id = GRADE_A, .sku = S("GONE") };
    CHECK_ERR(variation_create(&f->c, &v, &f->e), OK, &f->e, "create");
    fix_rollback(f);
    check(f, "gone", "", "never was");
    fix_clean(f, "after all");
}

static void test_too_many_words(void **state)
{
    struct fix *f = *state;
    struct variation_filter filter = { .q =
                                           S("a b c d e f g h i j k l m n o p q r s t u v w x y") };
    struct page page = { 0, 5 };
    struct variation *rows;
    size_t count;
    REFUSED(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e),
        ERR_BAD_REQUEST, "bad_parameter", "said, not cut");
    filter.q = S("a b c d e f g h i j k l m n o p q r s t u v w x");
    READ(f, variation_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "as many");
}

/* A database that was made before there was an index. */
static void test_it_is_filled(void **state)
{
    struct fix *f = *state;
    fix_variation(f, "Phone", "");
    fix_sql(f, "DELETE FROM variation_index");
    fix_sql(f, "DELETE FROM search_word");
    check(f, "phone", "", "not found");
    WRITE(f, OK, "the connection is free");
    struct error e;
    CHECK_ERR(variation_index_fill(f->db, clock_system(), &e), OK, &e, "filled");
    check(f, "phone", "1 ", "found");
    fix_clean(f, "as if it had always been there");
    fix_sql(f, "UPDATE variation_index SET words = 'x #1'");
    CHECK_ERR(variation_index_fill(f->db, clock_system(), &e), OK, &e, "not filled again");
    check(f, "phone", "", "it only looks whether there is one");
}

/* Random catalogs and queries: what the engine finds is what words_tier says of every row. Their
 * ids lie far apart, so that a page goes beyond the ids that are looked through in order. */
enum { RANDOM_ROWS = 40, RANDOM_QUERIES = 120, FIRST_ID = 100000, ID_STEP = 37 };

static int64_t spread_id(int i)
{
    return FIRST_ID + (int64_t)ID_STEP * (i + 1);
}

static const char *const sounds[] = { "iPhone", "Pro", "Max", "13", "128", "GB", "Blue", "Black",
    "Space Gray", "S21+", "a", "T-Mobile", "proMax", "1", "12", "\xC3\x89toil\xC3\xA9", "Sky" };

static struct str random_text(struct fix *f, int most, bool cut)
{
    struct str out = S("");
    int words = 1 + (int)rng_below(&f->rng, (uint64_t)most);
    for (int i = 0; i < words; i++) {
        struct str word = str_of(sounds[rng_below(&f->rng, COUNT_OF(sounds))]);
        /* Cut between letters only where it stays text. */
        if (cut && rng_below(&f->rng, 2) && (unsigned char)word.at[0] < 0x80)
            word.len = 1 + rng_below(&f->rng, word.len);
        static const char *const between[] = { " ", "-", "", " " };
        out = arena_fmt(&f->arena, "%.*s%s%.*s", STR_FMT(out),
            i ? between[rng_below(&f->rng, COUNT_OF(between))] : "", STR_FMT(word));
    }
    return out;
}

static void random_catalog(struct fix *f, struct str *indexes)
{
    fix_begin(f);
    for (int i = 0; i < RANDOM_ROWS; i++) {
        struct variation v = { .grade_id = GRADE_A, .sku = S("") };
        struct str color = random_text(f, 1, false), sku = random_text(f, 2, false);
        v.text[VARIATION_MANUFACTURER] = random_text(f, 1, false);
        v.text[VARIATION_MODEL] = random_text(f, 3, false);
        v.text[VARIATION_COLOR] = arena_fmt(&f->arena, "%.*s %d", STR_FMT(color), i);
        if (rng_below(&f->rng, 2)) v.sku = arena_fmt(&f->arena, "%.*s-%d", STR_FMT(sku), i);
        CHECK_ERR(variation_create(&f->c, &v, &f->e), OK, &f->e, "create");
        CHECK_INT(v.id, i + 1, "ids");
        v.id = spread_id(i);
        indexes[i] = variation_index(&v, &f->arena);
    }
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    fix_sql(
        f, arena_fmt(&f->arena, "UPDATE variation SET id = id * %d + %d", ID_STEP, FIRST_ID).at);
    fix_sql(f, "DELETE FROM variation_index");
    WRITE(f, OK, "the connection is free");
    CHECK_ERR(variation_index_fill(f->db, clock_system(), &f->e), OK, &f->e, "filled");
}

static void test_random_queries(void **state)
{
    struct fix *f = *state;
    struct str indexes[RANDOM_ROWS];
    size_t hits = 0;
    random_catalog(f, indexes);
    for (int n = 0; n < RANDOM_QUERIES; n++) {
        struct str text = rng_below(&f->rng, 8)
                              ? random_text(f, 3, true)
                              : arena_fmt(&f->arena, "%lld", (long long)spread_id(n % RANDOM_ROWS));
        struct words_query q;
        READ(f, search_read(f->c.tx, text, &f->arena, &q, &f->e), text.at);
        struct str want = S("");
        for (int tier = 0; tier < WORDS_TIERS; tier++)
            for (int i = 0; i < RANDOM_ROWS; i++) {
                if (words_tier(&q, indexes[i]) != tier) continue;
                want = arena_fmt(&f->arena, "%.*s%lld ", STR_FMT(want), (long long)spread_id(i));
                hits++;
            }
        int limit = 1 + (int)rng_below(&f->rng, 12);
        CHECK_STR(found(f, (struct variation_filter){ .q = text }, limit), want,
            arena_str(&f->arena, text).at);
    }
    CHECK(hits > RANDOM_QUERIES, "most queries find something");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_a_catalog),
        FIX_TEST(test_it_follows),
        FIX_TEST(test_too_many_words),
        FIX_TEST(test_it_is_filled),
        FIX_TEST(test_random_queries),
    };
    return fix_main(argc, argv, "store/search", tests, COUNT_OF(tests));
}
