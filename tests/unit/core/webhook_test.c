/* webhook_test.c: the schedule of Standard Webhooks, to the millisecond, and Retry-After. */
#include "check.h"

#include "core/webhook.h"

static const time_ms now = INT64_C(1792569600000); /* 2026-10-21T08:00:00Z */

static enum webhook_verdict judge(int status, int failures, uint64_t chance, time_ms *delay)
{
    return webhook_judge(&(struct webhook_answer){ .status = status }, failures, chance, delay);
}

static void test_schedule(void **state)
{
    static const int64_t seconds[] = { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
    time_ms delay, most, sum = 0;
    (void)state;
    for (int i = 0; i < WEBHOOK_ATTEMPTS_MAX - 1; i++) {
        CHECK_INT(judge(500, i, 0, &delay), WEBHOOK_RETRY, "again");
        CHECK_INT(delay, seconds[i] * 1000, "as the specification says");
        CHECK_INT(judge(0, i, (uint64_t)(delay / 10), &most), WEBHOOK_RETRY, "no answer at all");
        CHECK_INT(most, delay + delay / 10, "at most a tenth more");
        CHECK_INT(judge(0, i, (uint64_t)(delay / 10) + 1, &most), WEBHOOK_RETRY, "chance");
        CHECK_INT(most, delay, "wraps round");
        sum += delay;
    }
    CHECK_INT(sum, (75 * 3600 + 35 * 60 + 5) * 1000, "75:35:05");
    CHECK_INT(judge(500, 9, 0, &delay), WEBHOOK_GIVE_UP, "the tenth was the last");
}

static void test_answers(void **state)
{
    static const struct {
        int status;
        enum webhook_verdict want;
        const char *why;
    } rows[] = {
        { 200, WEBHOOK_DELIVERED, "done" },
        { 204, WEBHOOK_DELIVERED, "done" },
        { 299, WEBHOOK_DELIVERED, "done" },
        { 199, WEBHOOK_RETRY, "no answer" },
        { 301, WEBHOOK_RETRY, "not followed" },
        { 400, WEBHOOK_RETRY, "a failure" },
        { 404, WEBHOOK_RETRY, "a failure" },
        { 410, WEBHOOK_GONE, "wants no more" },
        { 429, WEBHOOK_RETRY, "too fast" },
        { 503, WEBHOOK_RETRY, "too busy" },
    };
    time_ms delay;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(judge(rows[i].status, 0, 0, &delay), rows[i].want, rows[i].why);
    CHECK_INT(judge(410, 9, 0, &delay), WEBHOOK_GONE, "also at the end");
    CHECK_INT(judge(200, 9, 0, &delay), WEBHOOK_DELIVERED, "also at the end");
    struct webhook_answer asked = { 429, 60000 };
    CHECK_INT(webhook_judge(&asked, 0, 0, &delay), WEBHOOK_RETRY, "asked for a minute");
    CHECK_INT(delay, 60000, "it is given");
    asked.retry_after_ms = 1000;
    CHECK_INT(webhook_judge(&asked, 1, 0, &delay), WEBHOOK_RETRY, "asked for less");
    CHECK_INT(delay, 300000, "the schedule stands");
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *header;
        time_ms want;
    } rows[] = {
        { "120", 120000 },
        { " 7 ", 7000 },
        { "0", 0 },
        { "-5", 0 },
        { "99999999999", (time_ms)86400 * 1000 },
        { "Wed, 21 Oct 2026 08:01:30 GMT", 90000 },
        { "Wed, 21 Oct 2026 07:00:00 GMT", 0 },
        { "Fri, 21 Oct 2033 08:00:00 GMT", (time_ms)86400 * 1000 },
        { "Wed, 21 Foo 2026 08:01:30 GMT", 0 },
        { "Wed, 21 Oct 2026 08:01:30 CET", 0 },
        { "soon", 0 },
        { "", 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(webhook_retry_after(str_of(rows[i].header), now), rows[i].want, rows[i].header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_retry_after),
    };
    return cmocka_run_group_tests_name("core_webhook", tests, NULL, NULL);
}
