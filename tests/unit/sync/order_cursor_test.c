/* order_cursor_test.c: windows that are cut cover what they covered, and are read to their end. */
#include "check.h"

#include "sync/order_cursor.h"

#include <string.h>

static struct order_cursor stored(const struct order_cursor *c, struct arena *arena)
{
    struct buf text;
    struct order_cursor out;
    buf_init(&text, 64 * 1024);
    order_cursor_write(c, &text);
    order_cursor_read(buf_str(&text), arena, &out);
    buf_release(&text);
    return out;
}

static void test_stored(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    struct order_cursor c = { .until = 5, .after = 3, .before = 9, .end = 12, .token = S("T/+=") };
    struct order_cursor back = stored(&c, &arena);
    CHECK_INT(back.until, 5, "until");
    CHECK_INT(back.after, 3, "after");
    CHECK_INT(back.before, 9, "before");
    CHECK_INT(back.end, 12, "end");
    CHECK_STR(back.token, S("T/+="), "token");
    order_cursor_read(
        S("{\"until\": 5, \"after\": 3, \"before\": 9, \"token\": \"T\"}"), &arena, &back);
    CHECK_INT(back.before, 9, "one of an older version");
    CHECK_INT(back.end, 0, "has no end of its own");
    static const char *const damaged[] = { "", "{", "{\"until\": \"x\"}", "[]" };
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        order_cursor_read(str_of(damaged[i]), &arena, &back);
        CHECK(!back.until && !back.before && !back.token.len, "one that never began");
    }
    char *text = arena_new(&arena, char, ORDER_TOKEN_MAX + 1);
    memset(text, 'x', ORDER_TOKEN_MAX + 1);
    c.token = (struct str){ text, ORDER_TOKEN_MAX };
    CHECK_INT(stored(&c, &arena).token.len, ORDER_TOKEN_MAX, "the longest token");
    c.token.len++;
    CHECK_INT(stored(&c, &arena).token.len, 0, "one beyond: the window is read again");
    arena_release(&arena);
}

/* A channel that shows what fits on one page, and no way to a second one: windows of up to `fits`
 * are read to their end. */
static void test_cut(void **state)
{
    (void)state;
    static const struct {
        time_ms length, fits;
        int readings_max;
        const char *why;
    } rows[] = {
        { 1000, 1000, 1, "nothing to cut" },
        { 3 * 60 * 1000, 60 * 1000, 8, "a few minutes" },
        { 2 * 365 * 86400000LL, 30 * 86400000LL, 70, "two years" },
        { 3 * 60 * 1000, ORDER_WINDOW_LEAST_MS, 270, "the smallest parts" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct order_cursor c = { .after = 1000, .before = 1000 + rows[i].length };
        time_ms read_to = c.after, end = c.before;
        int readings = 0;
        for (bool done = false; !done;) {
            CHECK(c.after <= read_to && c.before <= end, "no gap, and not beyond its end");
            CHECK(readings++ < rows[i].readings_max, rows[i].why);
            if (c.before - c.after > rows[i].fits) {
                c.token = S("T");
                CHECK(order_cursor_cut(&c), "it can be cut");
                CHECK(!c.token.len, "its token was another window's");
                continue;
            }
            read_to = c.before;
            done = order_cursor_done(&c);
            CHECK_INT(c.until, read_to, "so far all is read");
        }
        CHECK_INT(read_to, end, "to its end");
        CHECK(!c.before && !c.after && !c.end, "no window is under way");
    }
    struct order_cursor least = { .after = 1, .before = ORDER_WINDOW_LEAST_MS, .token = S("T") };
    CHECK(!order_cursor_cut(&least), "too small to be cut");
    CHECK(!least.token.len && least.before == ORDER_WINDOW_LEAST_MS, "is tried again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests_name("sync/order_cursor", tests, NULL, NULL);
}
