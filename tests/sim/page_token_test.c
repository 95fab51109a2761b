/* page_token_test.c: tokens come back as they went, and nothing else is taken for one. */
#include "check.h"

#include "amazon_sim/page_token.h"

#include "base/rng.h"

#include <string.h>

enum { KEY = 99 };

static struct page_token random_token(struct rng *r)
{
    return (struct page_token){ .kind = (int64_t)rng_below(r, 8),
        .params = rng_u64(r) & ~UINT64_C(1),
        .epoch = (int64_t)rng_below(r, 1000),
        .issued = (time_ms)(rng_u64(r) >> 2),
        .position = (int64_t)(rng_u64(r) >> 1) - INT64_MAX / 2,
        .position2 = (int64_t)rng_below(r, 100000),
        .until = (int64_t)(rng_u64(r) >> 1) };
}

static void test_round_trip(void **state)
{
    (void)state;
    struct arena a;
    struct rng r;
    bool plus = false, slash = false;
    arena_init(&a, "test", 1 << 24);
    rng_seeded(&r, 7);
    for (int i = 0; i < 1000; i++) {
        struct page_token t = random_token(&r), back;
        struct str text = page_token_write(&a, &t, KEY, 0);
        plus = plus || memchr(text.at, '+', text.len);
        slash = slash || memchr(text.at, '/', text.len);
        CHECK(page_token_read(&a, text, KEY, &back), "what was written is read");
        CHECK(t.kind == back.kind && t.params == back.params && t.epoch == back.epoch, "the same");
        CHECK(t.issued == back.issued && t.position == back.position, "the same");
        CHECK(t.position2 == back.position2 && t.until == back.until, "the same");
        CHECK(!page_token_read(&a, text, KEY + 1, &back), "another run's key");
        arena_reset(&a);
    }
    CHECK(plus && slash, "tokens need encoding in a query");
    arena_release(&a);
}

/* Every character of a token counts. */
static void test_forged(void **state)
{
    (void)state;
    struct arena a;
    struct rng r;
    struct page_token back;
    arena_init(&a, "test", 1 << 24);
    rng_seeded(&r, 8);
    struct page_token t = random_token(&r);
    struct str text = page_token_write(&a, &t, KEY, 0);
    char *copy = arena_new(&a, char, text.len);
    for (size_t i = 0; i < text.len; i++) {
        memcpy(copy, text.at, text.len);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        /* The last group may hold bits that stand for nothing. */
        bool read = page_token_read(&a, (struct str){ copy, text.len }, KEY, &back);
        CHECK(!read || i + 4 >= text.len, "one character changed");
        CHECK(!page_token_read(&a, str_sub(text, 0, i), KEY, &back), "cut");
    }
    const struct str rows[] = { S(""), S("===="), S("A==="), S("AA=A"), S("AAAA"), S("\xff\xff??"),
        S("A\0AA") };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(!page_token_read(&a, rows[i], KEY, &back), "not a token");
    arena_release(&a);
}

static void test_length(void **state)
{
    (void)state;
    struct arena a;
    struct rng r;
    struct page_token back;
    arena_init(&a, "test", 1 << 20);
    rng_seeded(&r, 9);
    struct page_token t = random_token(&r);
    struct str text = page_token_write(&a, &t, KEY, 5000);
    CHECK_INT(text.len, 5000, "as long as was asked for");
    CHECK(page_token_read(&a, text, KEY, &back), "it is good");
    CHECK_INT(back.position, t.position, "and says the same");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests_name("sim/page_token", tests, NULL, NULL);
}
