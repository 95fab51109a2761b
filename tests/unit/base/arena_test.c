/* arena_test.c: alignment, zeroing, marks and growth. */
#include "check.h"

#include "base/arena.h"
#include "base/rng.h"

#include <string.h>

static void test_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, "test", 1 << 24);
    struct rng r;
    rng_seeded(&r, 3);
    char *before = NULL;
    size_t before_size = 0;
    for (int i = 0; i < 2000; i++) {
        size_t size = 1 + (size_t)rng_below(&r, 3000), align = (size_t)1 << rng_below(&r, 5);
        char *p = arena_alloc(&a, size, align, 1);
        CHECK_INT((uintptr_t)p % align, 0, "aligned");
        for (size_t k = 0; k < size; k++)
            CHECK_INT(p[k], 0, "zeroed");
        memset(p, 0x55, size);
        if (before) CHECK_INT(before[before_size - 1], 0x55, "the last one is untouched");
        before = p;
        before_size = size;
    }
    arena_release(&a);
    CHECK_INT(a.used, 0, "all given back");
}

static void test_mark_and_rewind(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, "test", 1 << 24);
    struct str keep = arena_str(&a, S("keep"));
    struct arena_mark mark = arena_mark(&a);
    for (int i = 0; i < 100; i++)
        arena_alloc(&a, 5000, 8, 1);
    arena_rewind(&a, mark);
    CHECK_STR(keep, S("keep"), "older than the mark");
    CHECK_INT(a.used, mark.used, "the blocks are gone");
    CHECK_STR(arena_fmt(&a, "%d-%s", 7, "x"), S("7-x"), "formats");
    arena_reset(&a);
    CHECK_STR(arena_str(&a, S("again")), S("again"), "usable after a reset");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_zeroed_and_apart),
        cmocka_unit_test(test_mark_and_rewind),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
