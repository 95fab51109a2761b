/* access_test.c: from the first denial to the end of an outage, by a clock of the test's. */
#include "check.h"

#include "core/access.h"

enum { LISTINGS, ORDERS, PUSH };
static const time_ms second = 1000, minute = 60 * 1000, hour = 60 * 60 * 1000;

/* Tries the operation whenever it may be, until then; the last verdict. */
static enum access_verdict denied_until(
    struct access *a, int operation, time_ms *now, time_ms end, int *tries)
{
    enum access_verdict v = ACCESS_GOOD;
    while (*now + access_wait(a, operation, *now) <= end) {
        *now += access_wait(a, operation, *now);
        v = access_denied(a, operation, *now);
        ++*tries;
    }
    return v;
}

static void test_slower(void **state)
{
    (void)state;
    static const time_ms waits[] = { 30 * second, 60 * second, 2 * minute, 4 * minute, 8 * minute,
        10 * minute, 10 * minute };
    struct access a = { 0 };
    time_ms now = 5;
    CHECK_INT(access_wait(&a, ORDERS, now), 0, "nothing was denied");
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        CHECK_INT(access_denied(&a, ORDERS, now), ACCESS_SUSPECT, "not yet an hour");
        CHECK_INT(access_wait(&a, ORDERS, now), waits[i], "ever more slowly");
        CHECK_INT(access_wait(&a, LISTINGS, now), 0, "what was not denied may be tried");
        now += waits[i];
    }
    CHECK_INT(access_answered(&a, ORDERS, now), ACCESS_GOOD, "all is well");
    CHECK_INT(access_denied(&a, ORDERS, now), ACCESS_SUSPECT, "and begins anew");
    CHECK_INT(access_wait(&a, ORDERS, now), waits[0], "with the first wait");
}

/* Four senders are denied in the same moment. */
static void test_together(void **state)
{
    (void)state;
    struct access a = { 0 };
    for (int i = 0; i < 40; i++)
        CHECK_INT(access_denied(&a, PUSH, i), ACCESS_SUSPECT, "one denial");
    CHECK_INT(access_wait(&a, PUSH, 0), 30 * second, "one wait");
    CHECK_INT(a.denials, 1, "and one count");
}

static void test_storm(void **state)
{
    (void)state;
    struct access a = { 0 };
    time_ms now = 0, other = 0;
    int tries = 0, slow = 0;
    CHECK_INT(denied_until(&a, LISTINGS, &other, 20 * minute, &tries), ACCESS_SUSPECT, "a while");
    CHECK_INT(denied_until(&a, ORDERS, &now, hour - second, &tries), ACCESS_SUSPECT,
        "not for an hour yet, however often");
    CHECK(tries > 12, "and it was often");
    CHECK_INT(denied_until(&a, ORDERS, &now, 2 * hour, &slow), ACCESS_DENIED, "for an hour");
    CHECK(access_is_denied(&a, now), "and goes on");
    int day = 0;
    CHECK_INT(denied_until(&a, ORDERS, &now, 26 * hour, &day), ACCESS_DENIED, "for a day");
    CHECK(day >= 24 * 6 - 1 && day <= 24 * 6 + 1, "tried each ten minutes");
    CHECK_INT(access_denied(&a, LISTINGS, now), ACCESS_DENIED, "the other one, too");
    CHECK_INT(access_answered(&a, ORDERS, now), ACCESS_RECOVERING, "it ends");
    CHECK_INT(access_wait(&a, LISTINGS, now), 0, "the others are tried at once");
    CHECK_INT(access_answered(&a, LISTINGS, now), ACCESS_GOOD, "and are answered");
    CHECK(!access_is_denied(&a, now), "all is well");
}

/* A missing role denies one operation for ever; the account is not lost for that. */
static void test_one_role(void **state)
{
    (void)state;
    struct access a = { 0 };
    int tries = 0;
    for (time_ms now = 0; now < 10 * hour; now += minute) {
        if (!access_wait(&a, ORDERS, now)) {
            CHECK_INT(access_denied(&a, ORDERS, now), ACCESS_SUSPECT, "denied");
            tries++;
        }
        CHECK_INT(access_answered(&a, LISTINGS, now), ACCESS_UNCHANGED, "answered beside it");
    }
    CHECK(tries < 70, "an answer of another operation does not hurry it");
}

/* Two denials with a pause of a day between are no evidence of a day. */
static void test_pause(void **state)
{
    (void)state;
    struct access a = { 0 };
    time_ms now = 0;
    for (int i = 0; i < ACCESS_LOST_AFTER - 1; i++, now += 24 * hour)
        CHECK_INT(access_denied(&a, ORDERS, now), ACCESS_SUSPECT, "too few");
    CHECK_INT(access_denied(&a, ORDERS, now), ACCESS_DENIED, "enough");
}

/* A quantity that was denied, and that nobody wants to send any more. */
static void test_forgotten(void **state)
{
    (void)state;
    struct access a = { 0 };
    (void)access_denied(&a, PUSH, 0);
    CHECK_INT(access_answered(&a, LISTINGS, 10 * minute), ACCESS_UNCHANGED, "it may still come");
    CHECK(access_is_denied(&a, 10 * minute), "and counts");
    CHECK_INT(access_answered(&a, LISTINGS, 11 * minute), ACCESS_GOOD, "it was not tried again");
    CHECK_INT(access_wait(&a, PUSH, 11 * minute), 0, "and may be");
}

static void test_lost(void **state)
{
    (void)state;
    struct access a = { 0 };
    (void)access_denied(&a, ORDERS, 0);
    CHECK_INT(access_lost(&a, LISTINGS, 0), ACCESS_LOST, "at once");
    CHECK_INT(access_wait(&a, LISTINGS, 0), 10 * minute, "not tried again for a while");
    CHECK(!access_is_denied(&a, 0), "nor tried on");
    CHECK_INT(access_answered(&a, PUSH, 1), ACCESS_UNCHANGED, "a call that was under way");
    CHECK_INT(access_denied(&a, ORDERS, 1), ACCESS_LOST, "and another one");
    access_forget(&a);
    CHECK_INT(access_wait(&a, ORDERS, 1), 0, "until a person has proved it");
    CHECK_INT(access_answered(&a, ORDERS, 1), ACCESS_GOOD, "then it is good");
}

static void test_broken(void **state)
{
    (void)state;
    struct access a = { 0 };
    time_ms wait = second;
    for (int i = 0; i<12; i++, wait = wait * 2> minute ? minute : wait * 2) {
        access_broken(&a, LISTINGS, 0);
        CHECK_INT(access_wait(&a, LISTINGS, 0), wait, "hours of trouble: once a minute");
        CHECK_INT(a.operations[LISTINGS].broken, i + 1, "counted");
    }
    CHECK(!access_is_denied(&a, 0), "is no denial");
    CHECK_INT(access_answered(&a, LISTINGS, minute), ACCESS_GOOD, "and no reason for suspicion");
    access_broken(&a, LISTINGS, minute);
    CHECK_INT(access_wait(&a, LISTINGS, minute), second, "counted anew");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slower),
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_storm),
        cmocka_unit_test(test_one_role),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests_name("core/access", tests, NULL, NULL);
}
