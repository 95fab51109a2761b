/* buf_test.c: growth, and the failure that sticks. */
#include "check.h"

#include "base/buf.h"

#include <stdlib.h>

static void test_puts(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    CHECK_STR(buf_str(&b), S(""), "empty without memory");
    buf_put(&b, S("a"));
    buf_put_char(&b, '-');
    buf_put_int(&b, INT64_MIN);
    buf_put_fmt(&b, "/%s", "x");
    buf_put_int(&b, 0);
    CHECK_STR(buf_str(&b), S("a--9223372036854775808/x0"), "in order");
    size_t len;
    char *bytes = buf_take(&b, &len);
    CHECK_INT(len, 25, "taken");
    CHECK_INT(b.len, 0, "empty afterwards");
    free(bytes);
}

static void test_failure_sticks(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    buf_put(&b, S("abcd"));
    CHECK(!b.failed, "exactly full");
    buf_put_char(&b, 'e');
    CHECK(b.failed, "one too many");
    buf_clear(&b);
    buf_put(&b, S("abcde"));
    buf_put(&b, S("a"));
    CHECK(b.failed && b.len == 0, "nothing is written after the failure");
    buf_release(&b);
    CHECK(!b.failed, "usable again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_puts),
        cmocka_unit_test(test_failure_sticks),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
