/* words_query_test.c: what people type, and what they mean by it. */
#include "check.h"

#include "core/words.h"

static struct arena arena;

/* Apple iPhone 13 Pro Max 128GB Space Gray Unlocked, A, cracked back; SKU IP13PM-128-GRY; id 77. */
static struct str phone(void)
{
    static const struct words_part parts[] = { { WORDS_NAME, { "Apple", 5 } },
        { WORDS_NAME, { "iPhone 13 Pro Max", 17 } }, { WORDS_NAME, { "Unknown", 7 } },
        { WORDS_ATTRIBUTE, { "T-Mobile", 8 } }, { WORDS_ATTRIBUTE, { "128GB", 5 } },
        { WORDS_ATTRIBUTE, { "Space Gray", 10 } }, { WORDS_ATTRIBUTE, { "A", 1 } },
        { WORDS_ATTRIBUTE, { "Cracked back", 12 } }, { WORDS_CODE, { "IP13PM-128-GRY", 14 } } };
    return words_index(parts, COUNT_OF(parts), 77, &arena);
}

/* What the store looks up: words that a piece abbreviates, when it begins none. */
static void give_meanings(struct words_query *q, struct str index)
{
    for (size_t i = 0; i < q->count; i++) {
        struct words_piece *p = &q->pieces[i];
        bool begins = false;
        struct str word;
        for (struct str rest = index; words_next_known(&rest, &word);)
            begins = begins || str_starts(word, p->text);
        for (struct str rest = index; !begins && words_next_known(&rest, &word);)
            if (words_may_abbreviate(p) && words_abbreviates(p->text, word) &&
                p->meaning_count < WORDS_MEANINGS_MAX)
                p->meanings[p->meaning_count++] = word;
    }
}

static void test_tiers(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int tier;
        const char *why;
    } rows[] = {
        { "77", 0, "the id" },
        { "#77", 0, "the id, marked" },
        { " 77 ", 0, "the id, with spaces" },
        { "78", WORDS_NONE, "another id" },
        { "7", WORDS_NONE, "a part of the id is not it" },
        { "IP13PM-128-GRY", 0, "the SKU" },
        { "ip13pm128gry", 0, "the SKU, however it is written" },
        { "ip13 pm 128-gry", 0, "spaces are signs too" },
        { "ip13pm-128", 1, "its pieces as whole words" },
        { "ip13p", 2, "its beginning" },
        { "iPhone 13 pro max", 1, "words as they stand" },
        { "IPHONE max", 1, "case does not matter, nor does what is left out" },
        { "max iphone", 1, "nor does the order" },
        { "phone", 1, "a word within a word, from a capital on" },
        { "promax", 1, "two words as one" },
        { "tmobile 128gb", 1, "signs left out, digits and letters together" },
        { "128 gb", 1, "digits and letters apart" },
        { "iph 13", 2, "the beginning of a word" },
        { "ap 13pm", 2, "and initials of the name" },
        { "aipm", 2, "initials of the whole name" },
        { "aippm", 2, "with those within a word" },
        { "13pm 128 sg", 2, "initials of a color" },
        { "cb tm", 2, "of damages and networks" },
        { "i", 2, "one letter begins words" },
        { "pac", WORDS_NONE, "letters from within a word are no beginning" },
        { "12 iphone", WORDS_NONE, "12 is not 128" },
        { "iphone 12", 3, "unless it may be unfinished" },
        { "iphone 12 ", WORDS_NONE, "a space finishes it" },
        { "gb12", 3, "unfinished behind letters" },
        { "1iphone", WORDS_NONE, "no number of it" },
        { "smsg iphone", WORDS_NONE, "an abbreviation of nothing here" },
        { "appl ipne", 3, "letters left out" },
        { "ckd back", 3, "in each word" },
        { "mbl", 3, "in a word of several" },
        { "spce", 3, "its letters in their order" },
        { "spec", WORDS_NONE, "not in another" },
        { "pace", WORDS_NONE, "nor without the first letter" },
        { "unknown", WORDS_NONE, "nothing is known of the variant" },
        { "iphone blue", WORDS_NONE, "every word must be found" },
        { "-", WORDS_NONE, "no word at all" },
        { "", WORDS_NONE, "nothing" },
        { "- iphone /", 1, "signs are left out" },
        { "128+", WORDS_NONE, "a plus is a word, which is not there" },
        { "iphone \xFF", WORDS_NONE, "what is no text finds nothing" },
    };
    struct str index = phone();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct words_query q;
        CHECK(words_parse(str_of(rows[i].query), &arena, &q), rows[i].why);
        give_meanings(&q, index);
        const char *why = arena_fmt(&arena, "%s: %s", rows[i].query, rows[i].why).at;
        CHECK_INT(words_tier(&q, index), rows[i].tier, why);
    }
}

/* The search that the catalog is known by. */
static void test_the_known_search(void **state)
{
    (void)state;
    static const struct words_part parts[] = { { WORDS_NAME, { "Apple", 5 } },
        { WORDS_NAME, { "iPhone 13", 9 } }, { WORDS_ATTRIBUTE, { "128GB", 5 } },
        { WORDS_ATTRIBUTE, { "Blue", 4 } } };
    struct str index = words_index(parts, COUNT_OF(parts), 1, &arena);
    static const char *const queries[] = { "ip13 128 blue", "ip13 128 blu", "ip 13 128gb b",
        "aip13 128 ble", "blue 128 ip13" };
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct words_query q;
        CHECK(words_parse(str_of(queries[i]), &arena, &q), queries[i]);
        give_meanings(&q, index);
        CHECK(words_tier(&q, index) != WORDS_NONE, queries[i]);
    }
}

static void test_parse(void **state)
{
    (void)state;
    struct words_query q;
    CHECK(words_parse(S("ip13-128 Blue!"), &arena, &q), "parses");
    CHECK_INT(q.count, 4, "pieces");
    CHECK_INT(q.word_count, 2, "words");
    CHECK_STR(q.codes[0], S("ip13128"), "a word without signs");
    CHECK_STR(q.whole, S("ip13128blue"), "the whole");
    CHECK(q.pieces[1].number && q.pieces[1].word == 0 && q.pieces[3].word == 1, "where they are");
    CHECK(!q.pieces[3].open, "a sign follows");
    CHECK(words_parse(S("a b"), &arena, &q) && q.pieces[1].open && !q.pieces[0].open, "the last");
    char many[2 * WORDS_PIECES_MAX + 3];
    for (int i = 0; i < WORDS_PIECES_MAX + 1; i++) {
        many[2 * i] = 'a';
        many[2 * i + 1] = ' ';
    }
    CHECK(words_parse((struct str){ many, 2 * WORDS_PIECES_MAX }, &arena, &q), "as many as go");
    CHECK_INT(q.count, WORDS_PIECES_MAX, "all of them");
    CHECK(!words_parse((struct str){ many, 2 * WORDS_PIECES_MAX + 1 }, &arena, &q), "too many");
    many[1] = '-';
    many[3] = '-';
    CHECK(!words_parse((struct str){ many, 2 * WORDS_PIECES_MAX + 1 }, &arena, &q), "in one word");
}

static void check_written(const struct words_query *q, int tier, const char *want)
{
    static const struct words_syntax syntax = { "'", "*", " & ", " | ", " - " };
    struct buf b;
    buf_init(&b, 4096);
    words_render(q, tier, &syntax, &b);
    CHECK_STR(buf_str(&b), str_of(want), want);
    buf_release(&b);
}

static void test_render(void **state)
{
    (void)state;
    struct words_query q;
    CHECK(words_parse(S("7"), &arena, &q), "parses");
    check_written(&q, 0, "('=7' | '#7')");
    check_written(&q, 1, "('=7' | '#7' | (((('7')) | '=7'))) - ('=7' | '#7')");
    CHECK(words_parse(S("ab-1 c"), &arena, &q), "parses");
    q.pieces[0].meanings[q.pieces[0].meaning_count++] = S("axb");
    check_written(
        &q, 1, "('=ab1c' | (((('ab') & ('1')) | '=ab1') & ((('c')) | '=c'))) - ('=ab1c')");
    struct buf b;
    buf_init(&b, 4096);
    words_render(&q, 3, &(struct words_syntax){ "'", "*", " & ", " | ", " - " }, &b);
    CHECK(str_starts(buf_str(&b), S("('=ab1c' | (((('ab'* | '_ab'* | 'axb') & ('1')) | '=ab1'*) &"
                                    " ((('c'*)) | '=c'*))) - ")),
        "beginnings, initials and meanings");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiers),
        cmocka_unit_test(test_the_known_search),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_render),
    };
    arena_init(&arena, "words", 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
