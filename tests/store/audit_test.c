/* audit_test.c: what is found in the audit log, and what is forgotten of it. */
#include "fixture.h"

#include "store/audit.h"
#include "store/housekeeping.h"
#include "store/session.h"

static size_t found(struct fix *f, const struct audit_filter *filter, const char *why)
{
    struct page page = { 0, 500 };
    struct audit_entry *rows;
    size_t count;
    READ(f, audit_list(f->c.tx, filter, &page, &f->arena, &rows, &count, &f->e), why);
    return count;
}

static void test_search(void **state)
{
    struct fix *f = *state;
    fix_variation(f, "Galaxy", "G1");
    f->actor = (struct actor){ ACTOR_USER, 9, S("Bob@example.test"), S("10.7.7.7") };
    fix_variation(f, "100%_!real", "G2");
    const struct {
        struct audit_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .text = S("galaxy") }, 1, "in a change, in other letters" },
        { { .text = S("GALAXY") }, 1, "in capitals" },
        { { .text = S("10.7.7") }, 1, "in an address" },
        { { .text = S("bob@") }, 1, "in a name" },
        { { .text = S("100%_!REAL") }, 1, "signs of patterns are signs" },
        { { .text = S("100%real") }, 0, "and not patterns" },
        { { .text = S("%") }, 1, "nor is one alone" },
        { { .text = S("_") }, 1, "nor this" },
        { { .text = S("nowhere") }, 0, "nothing" },
        { { .actor_name = S("Bob@example.test") }, 1, "by whom, exactly" },
        { { .actor_name = S("Bob") }, 0, "not by a part of it" },
        { { .actor_name = S("Ann"), .text = S("galaxy") }, 1, "both" },
        { { .actor_name = S("Ann"), .text = S("100") }, 0, "not both" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(found(f, &cases[i].filter, cases[i].why), cases[i].count, cases[i].why);
}

static int64_t purge(struct fix *f, int64_t months, int64_t limit)
{
    int64_t gone = -1;
    WRITE(f, audit_purge(&f->c, months, limit, &gone, &f->e), "purge");
    return gone;
}

static void test_retention(void **state)
{
    struct fix *f = *state;
    const time_ms month = (time_ms)AUDIT_MONTH_DAYS * DAY;
    for (int i = 0; i < 20; i++) {
        fix_variation(f, arena_fmt(&f->arena, "M%d", i).at, NULL);
        f->now += month;
    }
    f->now -= month;
    size_t all = found(f, &(struct audit_filter){ .actor_id = 0 }, "all");
    CHECK_INT(all, 20, "one a month");
    CHECK_INT(purge(f, 24, 1000), 0, "two years are kept");
    CHECK_INT(purge(f, 19, 1000), 0, "exactly as old is not older");
    f->now++;
    CHECK_INT(purge(f, 19, 1000), 1, "a moment later it is");
    CHECK_INT(purge(f, 15, 3), 3, "so many at once");
    CHECK_INT(purge(f, 15, 3), 1, "and the rest");
    CHECK_INT(purge(f, 0, 1000), 3, "never less than a year is kept");
    CHECK_INT(purge(f, -5, 1000), 0, "whatever is said");
    struct audit_filter young = { .from = f->now - 12 * month };
    CHECK_INT(found(f, &young, "young"), 12, "what is younger stayed");
    CHECK_INT(found(f, &(struct audit_filter){ .actor_id = 0 }, "all"), 12, "and nothing else");
}

static void test_housekeeping(void **state)
{
    struct fix *f = *state;
    const time_ms month = (time_ms)AUDIT_MONTH_DAYS * DAY;
    const struct idempotency_key key = { S("scope"), S("k"), S("h") };
    struct idempotent_answer answer;
    struct settings before, after;
    bool more = true, seen;
    fix_variation(f, "Old", NULL);
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    CHECK_INT(before.audit_months, AUDIT_MONTHS_DEFAULT, "unless said");
    after = before;
    after.audit_months = 13;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "thirteen");
    f->now += 13 * month;
    fix_variation(f, "New", NULL);
    WRITE(f, idempotency_begin(&f->c, &key, &f->arena, &seen, &answer, &f->e), "a request");
    fix_begin(f);
    address_failed(&f->c, S("10.0.0.9"));
    CHECK_ERR(fix_commit(f), OK, &f->e, "a failure");
    WRITE(f, housekeeping(&f->c, &more, &f->e), "nothing is old");
    CHECK(!more, "nothing");
    CHECK_INT(found(f, &(struct audit_filter){ .actor_id = 0 }, "all"), 3, "all are kept");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM idempotency"), 1, "for a day");
    f->now += DAY + 1;
    WRITE(f, housekeeping(&f->c, &more, &f->e), "a day later");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM idempotency"), 0, "gone");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM sign_in_address"), 0, "gone too");
    CHECK_INT(found(f, &(struct audit_filter){ .resource = S("variation") }, "kept"), 1, "the new");
    CHECK_INT(
        found(f, &(struct audit_filter){ .action = S("purge") }, "told"), 1, "and it is told");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_search),
        FIX_TEST(test_retention),
        FIX_TEST(test_housekeeping),
    };
    return fix_main(argc, argv, "store/audit", tests, COUNT_OF(tests));
}
