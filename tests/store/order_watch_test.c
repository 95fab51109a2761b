/* order_watch_test.c: orders that are asked for by their id, and for how long. */
#include "fixture.h"

#include "store/order_watch.h"

static void want(struct fix *f, int64_t channel, const char *id)
{
    WRITE(f, order_watch_put(&f->c, channel, str_of(id), &f->e), id);
}

static struct order_watch next(struct fix *f, int64_t channel)
{
    struct order_watch out;
    READ(f, order_watch_next(f->c.tx, channel, &f->arena, &out, &f->e), "next");
    return out;
}

static void test_in_turn(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), other = fix_channel(f, "Other");
    CHECK_INT(next(f, channel).channel_order_id.len, 0, "none");
    want(f, channel, "1");
    f->now++;
    want(f, channel, "2");
    struct order_watch first = next(f, channel);
    CHECK_STR(first.channel_order_id, S("1"), "the oldest first");
    CHECK_INT(next(f, other).channel_order_id.len, 0, "of its own channel only");
    WRITE(f, order_watch_end(&f->c, channel, &first, &f->e), "it came");
    CHECK_STR(next(f, channel).channel_order_id, S("2"), "the next");
}

static void test_given_up(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    want(f, channel, "1");
    bool given_up = false;
    time_ms began = f->now;
    for (int i = 1; i <= ORDER_WATCH_ATTEMPTS_MAX; i++) {
        struct order_watch watch = next(f, channel);
        CHECK(watch.channel_order_id.len && !given_up, "it is asked for");
        if (watch.not_before > f->now) f->now = watch.not_before;
        time_ms asked = f->now;
        WRITE(f, order_watch_missed(&f->c, channel, &watch, &given_up, &f->e), "it did not come");
        CHECK_INT(given_up, i == ORDER_WATCH_ATTEMPTS_MAX, "five times");
        if (!given_up) CHECK(next(f, channel).not_before > asked, "later each time");
    }
    CHECK_INT(next(f, channel).channel_order_id.len, 0, "and then no more");
    CHECK(f->now - began > 2 * 3600 * 1000, "over hours");
}

static void test_wanted_again(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    want(f, channel, "1");
    struct order_watch before = next(f, channel);
    bool given_up;
    WRITE(f, order_watch_missed(&f->c, channel, &before, &given_up, &f->e), "it did not come");
    struct order_watch late = next(f, channel);
    want(f, channel, "1");
    struct order_watch again = next(f, channel);
    CHECK(again.attempts == 0 && again.not_before == 0, "it begins anew");
    WRITE(f, order_watch_end(&f->c, channel, &late, &f->e), "what was asked before");
    CHECK_STR(next(f, channel).channel_order_id, S("1"), "does not end it");
}

static void test_too_many(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    for (int i = 0; i < ORDER_WATCH_MAX; i++)
        want(f, channel, arena_fmt(&f->arena, "%d", i).at);
    want(f, channel, "0");
    REFUSED(f, order_watch_put(&f->c, channel, S("new"), &f->e), ERR_CONFLICT, "too_many_waiting",
        "a thousand are enough");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_in_turn),
        FIX_TEST(test_given_up),
        FIX_TEST(test_wanted_again),
        FIX_TEST(test_too_many),
    };
    return fix_main(argc, argv, "store/order_watch", tests, COUNT_OF(tests));
}
