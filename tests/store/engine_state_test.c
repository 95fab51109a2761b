/* engine_state_test.c: what the sync engine remembers over a restart. */
#include "fixture.h"

#include "store/engine_state.h"

static bool lease(struct fix *f, const char *owner)
{
    bool held = false;
    WRITE(f, lease_take(&f->c, 7, str_of(owner), 1000, &held, &f->e), owner);
    return held;
}

static void test_two_owners(void **state)
{
    struct fix *f = *state;
    CHECK(lease(f, "a"), "free");
    CHECK(!lease(f, "b"), "held");
    f->now += 900;
    CHECK(lease(f, "a"), "renewed");
    f->now += 900;
    CHECK(!lease(f, "b"), "still held");
    f->now += 101;
    CHECK(lease(f, "b"), "not renewed in time");
    CHECK(!lease(f, "a"), "the former owner has lost it");
    WRITE(f, lease_drop(f->c.tx, S("a"), &f->e), "which drops nothing");
    CHECK(!lease(f, "a"), "of the other");
    WRITE(f, lease_drop(f->c.tx, S("b"), &f->e), "given back");
    CHECK(lease(f, "a"), "free at once");
    bool held;
    WRITE(f, lease_take(&f->c, 8, S("b"), 1000, &held, &f->e), "another channel");
    CHECK(held, "is another lease");
}

static void test_lease_and_a_clock_put_back(void **state)
{
    struct fix *f = *state;
    CHECK(lease(f, "a"), "taken, then its owner dies and the clock is put back");
    f->now -= DAY;
    CHECK(!lease(f, "b"), "held");
    f->now += 900;
    CHECK(!lease(f, "b"), "for as long as any");
    f->now += 101;
    CHECK(lease(f, "b"), "not for a day");
    f->now -= DAY;
    for (int i = 0; i < 5; i++) {
        CHECK(!lease(f, "a"), "an owner that lives");
        f->now += 600;
        CHECK(lease(f, "b"), "goes on renewing it");
    }
}

static struct str cursor(struct fix *f, int64_t channel, const char *name, time_ms *at)
{
    struct str value;
    READ(f, cursor_get(f->c.tx, channel, name, &f->arena, &value, at, &f->e), name);
    return value;
}

static void set_cursor(struct fix *f, const char *name, const char *value)
{
    fix_begin(f);
    cursor_set(&f->c, 7, name, str_of(value));
    CHECK_ERR(fix_commit(f), OK, &f->e, name);
}

static void test_cursors(void **state)
{
    struct fix *f = *state;
    time_ms at = 1;
    CHECK_STR(cursor(f, 7, "orders", &at), S(""), "none");
    CHECK_INT(at, 0, "never");
    set_cursor(f, "orders", "one");
    f->now += 5;
    set_cursor(f, "orders", "two");
    set_cursor(f, "listings", "x");
    CHECK_STR(cursor(f, 7, "orders", &at), S("two"), "the last");
    CHECK_INT(at, f->now, "and when");
    CHECK_STR(cursor(f, 8, "orders", &at), S(""), "of that channel only");
}

static void test_buckets(void **state)
{
    struct fix *f = *state;
    struct str value;
    READ(f, rate_bucket_get(f->c.tx, S("one"), "getOrders", &f->arena, &value, &f->e), "none");
    CHECK_STR(value, S(""), "none");
    for (int i = 0; i < 2; i++) {
        fix_begin(f);
        rate_bucket_set(&f->c, S("one"), "getOrders", i ? S("second") : S("first"));
        CHECK_ERR(fix_commit(f), OK, &f->e, "set");
    }
    READ(f, rate_bucket_get(f->c.tx, S("one"), "getOrders", &f->arena, &value, &f->e), "get");
    CHECK_STR(value, S("second"), "the last");
    READ(f, rate_bucket_get(f->c.tx, S("two"), "getOrders", &f->arena, &value, &f->e), "other");
    CHECK_STR(value, S(""), "of that account only");
}

static void save(struct fix *f, const char *account, const char *operation, const char *state)
{
    fix_begin(f);
    rate_bucket_set(&f->c, str_of(account), operation, str_of(state));
    CHECK_ERR(fix_commit(f), OK, &f->e, account);
}

static struct str saved(struct fix *f, const char *account, const char *operation)
{
    struct str value;
    READ(
        f, rate_bucket_get(f->c.tx, str_of(account), operation, &f->arena, &value, &f->e), account);
    return value;
}

/* Saved by channel, as it once was: the account takes over what it does not know better. */
static void test_taken_over(void **state)
{
    struct fix *f = *state;
    int64_t id = fix_channel(f, "Shop");
    struct str was = arena_fmt(&f->arena, "channel %lld", (long long)id);
    save(f, was.at, "getOrders", "of the channel");
    save(f, was.at, "patchItem", "of the channel");
    save(f, was.at, "getItem", "of the channel");
    save(f, "one", "getOrders", "of the account");
    for (int i = 0; i < 2; i++) {
        fix_begin(f);
        rate_account_set(&f->c, id, S("one"));
        CHECK_ERR(fix_commit(f), OK, &f->e, "set, and set again");
        CHECK_STR(saved(f, "one", "getOrders"), S("of the account"), "known better");
        CHECK_STR(saved(f, "one", "patchItem"), S("of the channel"), "taken over");
        CHECK_STR(saved(f, "one", "getItem"), S("of the channel"), "taken over");
        CHECK_STR(saved(f, was.at, "getOrders"), S(""), "nothing is left");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_two_owners),
        FIX_TEST(test_lease_and_a_clock_put_back),
        FIX_TEST(test_cursors),
        FIX_TEST(test_buckets),
        FIX_TEST(test_taken_over),
    };
    return fix_main(argc, argv, "store/engine_state", tests, COUNT_OF(tests));
}
