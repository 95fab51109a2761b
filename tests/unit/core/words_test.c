/* words_test.c: the tokens that rows are found by. */
#include "check.h"

#include "core/words.h"

static struct arena arena;

static void test_index(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct words_part parts[3];
        size_t count;
        const char *want;
    } rows[] = {
        { "letters and digits are pieces", { { WORDS_ATTRIBUTE, { "128GB", 5 } } }, 1,
            "128 gb #7" },
        { "what follows a capital is a word too", { { WORDS_NAME, { "iPhone", 6 } } }, 1,
            "iphone phone _ip #7" },
        { "words of letters are also one word, and initials",
            { { WORDS_ATTRIBUTE, { "Space Gray", 10 } } }, 1, "space gray spacegray _sg _sg #7" },
        { "a number stands between", { { WORDS_NAME, { "S 21 U", 6 } } }, 1, "s 21 u _su _su #7" },
        { "initials go on over names",
            { { WORDS_NAME, { "Apple", 5 } }, { WORDS_NAME, { "Air Max", 7 } } }, 2,
            "apple air max airmax _aam _am _aam _am #7" },
        { "but not over attributes",
            { { WORDS_NAME, { "Apple", 5 } }, { WORDS_ATTRIBUTE, { "Red", 3 } } }, 2,
            "apple red #7" },
        { "unknown is nothing", { { WORDS_NAME, { "Unknown", 7 } } }, 1, "#7" },
        { "nor is what is blank", { { WORDS_NAME, { "", 0 } } }, 1, "#7" },
        { "a code as a whole and in pieces", { { WORDS_CODE, { "IP13-128-Blu", 12 } } }, 1,
            "#7 =ip13128blu ip 13 128 blu" },
        { "signs alone are no code", { { WORDS_CODE, { "--", 2 } } }, 1, "#7" },
        { "plus is a word", { { WORDS_NAME, { "S21+", 4 } } }, 1, "s 21 plus _sp _sp #7" },
        { "dashes and spaces of typesetters",
            { { WORDS_NAME, { "a\xE2\x80\x93"
                              "b\xC2\xA0"
                              "c",
                                8 } } },
            1, "a b ab c bc _abc _bc _abc _bc #7" },
        { "Latin letters fold", { { WORDS_ATTRIBUTE, { "\xC3\x89toil\xC3\xA9", 8 } } }, 1,
            "\xC3\xA9toil\xC3\xA9 #7" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(words_index(rows[i].parts, rows[i].count, 7, &arena), str_of(rows[i].want),
            rows[i].why);
}

/* From each word on, and never more letters than the most. */
static void test_many_initials(void **state)
{
    (void)state;
    const struct words_part part = { WORDS_ATTRIBUTE, S("a1b1c1d1e1f1g1h1i1j") };
    struct str index = words_index(&part, 1, 1, &arena);
    static const char *const in[] = { " _abcdefgh ", " _bcdefghi ", " _cdefghij ", " _ij " };
    for (size_t i = 0; i < COUNT_OF(in); i++)
        CHECK(str_contains(index, str_of(in[i])), in[i]);
    CHECK(!str_contains(index, S("_abcdefghi")), "cut");
}

static void test_known_words(void **state)
{
    (void)state;
    const struct words_part parts[] = { { WORDS_NAME, S("Apple iPhone 13 Pro") },
        { WORDS_ATTRIBUTE, S("Sky Blue") }, { WORDS_CODE, S("LONGCODE") } };
    struct str index = words_index(parts, COUNT_OF(parts), 1, &arena), word;
    static const char *const want[] = { "apple", "iphone", "appleiphone", "phone", "blue",
        "skyblue" };
    size_t seen = 0;
    while (words_next_known(&index, &word)) {
        bool found = false;
        for (size_t i = 0; i < COUNT_OF(want); i++)
            found = found || str_eq(word, str_of(want[i]));
        CHECK(found, "short words, initials and codes are not abbreviated");
        seen++;
    }
    CHECK_INT(seen, COUNT_OF(want), "all of them");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_many_initials),
        cmocka_unit_test(test_known_words),
    };
    arena_init(&arena, "words", 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
