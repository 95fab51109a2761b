/* webhook_test.c: leases, positions and the log of webhooks. */
#include "fixture.h"

#include "store/feed.h"
#include "store/webhook.h"

#include <string.h>

enum { LEASE = 20000 };

static int64_t make(struct fix *f, const char *events)
{
    struct webhook w = { .url = S("https://shop.example.com/"),
        .description = S("Shop"),
        .events = str_of(events),
        .state = S("active") };
    WRITE(f, webhook_create(&f->c, &w, &f->e), "a webhook");
    return w.id;
}

static struct webhook load(struct fix *f, int64_t id)
{
    struct webhook w;
    READ(f, webhook_load(f->c.tx, id, &f->arena, &w, &f->e), "load");
    return w;
}

static int64_t claim(struct fix *f, const char *owner)
{
    int64_t id;
    WRITE(f, webhook_claim(&f->c, str_of(owner), LEASE, &id, &f->e), "claim");
    return id;
}

static void grow(struct fix *f, int count)
{
    struct error e;
    for (int i = 0; i < count; i++) {
        f->made++;
        fix_variation(
            f, arena_fmt(&f->arena, "M%d", f->made).at, arena_fmt(&f->arena, "S%d", f->made).at);
    }
    CHECK_ERR(feed_enter_all(f->db, f->now, &e), OK, &e, "enter");
}

static struct webhook_step step_of(struct fix *f, const struct webhook *w, const char *owner)
{
    return (struct webhook_step){
        .webhook = w, .owner = str_of(owner), .lease_until = f->now + LEASE, .position = w->position
    };
}

static void test_one_process_works_each(void **state)
{
    struct fix *f = *state;
    grow(f, 1);
    int64_t a = make(f, "*"), b = make(f, "item.*");
    CHECK_INT(load(f, a).position, 1, "it begins at the end of the feed");
    CHECK_INT(claim(f, "one"), 0, "nothing is due");
    grow(f, 2);
    CHECK_INT(claim(f, "one"), a, "the first");
    CHECK_INT(claim(f, "two"), b, "another process gets another");
    CHECK_INT(claim(f, "two"), 0, "and then none");
    f->now += LEASE + 1;
    CHECK_INT(claim(f, "two"), a, "a lease that ran out");
    struct webhook w = load(f, a);
    struct webhook_step s = step_of(f, &w, "one");
    s.position = 3;
    REFUSED(f, webhook_step(&f->c, &s, &f->e), ERR_STALE, "stale", "its lease was lost");
    s.owner = S("two");
    WRITE(f, webhook_step(&f->c, &s, &f->e), "the holder's step");
    CHECK_INT(load(f, a).position, 3, "is kept");
    REFUSED(f, webhook_step(&f->c, &s, &f->e), ERR_STALE, "stale", "from where it was, not again");
    WRITE(f, webhook_release(f->c.tx, a, S("two"), &f->e), "release");
    WRITE(f, webhook_release(f->c.tx, 0, S(""), &f->e), "everybody's");
    CHECK_INT(claim(f, "one"), b, "the one that is behind");
    CHECK_INT(claim(f, "one"), 0, "the other is not");
}

static void test_failures_wait(void **state)
{
    struct fix *f = *state;
    int64_t a = make(f, "*");
    grow(f, 1);
    CHECK_INT(claim(f, "one"), a, "due");
    struct webhook w = load(f, a);
    struct webhook_step s = step_of(f, &w, "one");
    s.failures = 1;
    s.failing_since = f->now;
    s.next_at = f->now + 5000;
    s.attempted = true;
    s.last_status = 500;
    WRITE(f, webhook_step(&f->c, &s, &f->e), "failed");
    WRITE(f, webhook_release(f->c.tx, a, S("one"), &f->e), "release");
    CHECK_INT(claim(f, "one"), 0, "not yet");
    time_ms at;
    bool active;
    READ(f, webhook_next(f->c.tx, &at, &active, &f->e), "next");
    CHECK_INT(at, f->now + 5000, "then");
    CHECK(active, "there is one");
    w = load(f, a);
    CHECK_INT(w.failures, 1, "counted");
    CHECK_INT(w.last_status, 500, "what it answered");
    f->now += 5000;
    CHECK_INT(claim(f, "one"), a, "at its time");
    s = step_of(f, &w, "one");
    s.disable = "It answered 410.";
    WRITE(f, webhook_step(&f->c, &s, &f->e), "disabled");
    w = load(f, a);
    CHECK_STR(w.state, S("disabled"), "state");
    CHECK_STR(w.state_detail, S("It answered 410."), "why");
    WRITE(f, webhook_release(f->c.tx, a, S("one"), &f->e), "release");
    CHECK_INT(claim(f, "one"), 0, "no more");
    struct webhook after = w;
    after.state = S("active");
    WRITE(f, webhook_update(&f->c, &w, &after, &f->e), "made active");
    after = load(f, a);
    CHECK(!after.failures && !after.next_at && !after.state_detail.len, "it begins anew");
    CHECK_INT(after.position, 0, "where it stopped");
    CHECK_INT(claim(f, "one"), a, "at once");
    s = step_of(f, &w, "one");
    s.disable = "too late";
    REFUSED(f, webhook_step(&f->c, &s, &f->e), ERR_STALE, "stale",
        "what was changed meanwhile is not disabled for what it was");
    f->now += LEASE + 1;
    WRITE(f, webhook_move(&f->c, &after, 0, &f->e), "back to the start");
    w = load(f, a);
    WRITE(f, (webhook_retry_now(&f->c, a), OK), "retry");
    CHECK_INT(load(f, a).next_at, 0, "nothing to wait for");
}

static void test_what_left_the_feed(void **state)
{
    struct fix *f = *state;
    int64_t a = make(f, "*");
    struct webhook w = load(f, a), paused = w, active;
    paused.state = S("paused");
    WRITE(f, webhook_update(&f->c, &w, &paused, &f->e), "paused");
    grow(f, 3);
    CHECK_INT(claim(f, "one"), 0, "a paused one is let be");
    bool more;
    WRITE(f, feed_purge(&f->c, 1, &more, &f->e), "the feed moves on");
    active = paused;
    active.state = S("active");
    WRITE(f, webhook_update(&f->c, &paused, &active, &f->e), "active");
    CHECK_INT(load(f, a).position, 3, "at the end of the feed");
    REFUSED(
        f, webhook_update(&f->c, &paused, &active, &f->e), ERR_STALE, "stale", "an old version");
}

static void test_log(void **state)
{
    struct fix *f = *state;
    int64_t a = make(f, "*"), b = make(f, "*");
    struct webhook_delivery d = { .webhook_id = a,
        .message_id = S("msg_1"),
        .kind = S("item.created"),
        .seq = 1,
        .attempt = 1,
        .at = f->now,
        .error = S(""),
        .answer = S("fine"),
        .status = 200 };
    fix_begin(f);
    for (int i = 0; i < WEBHOOK_LOG_MAX + 7; i++)
        webhook_delivery_add(&f->c, &d);
    d.webhook_id = b;
    d.error = S("it answered 500");
    webhook_delivery_add(&f->c, &d);
    CHECK_ERR(webhook_purge(&f->c, a, &f->e), OK, &f->e, "purge");
    CHECK_ERR(webhook_purge(&f->c, b, &f->e), OK, &f->e, "purge");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK_INT(fix_int_of(f, "SELECT COUNT(*) FROM webhook_delivery WHERE webhook_id = $1", a),
        WEBHOOK_LOG_MAX, "as many as are kept");
    struct webhook_delivery *rows;
    size_t count;
    const struct page page = { 0, 10 };
    READ(f,
        webhook_delivery_list(f->c.tx, &(struct webhook_delivery_filter){ b, S("failed") }, &page,
            &f->arena, &rows, &count, &f->e),
        "failed ones");
    CHECK_INT(count, 1, "of that webhook");
    CHECK_STR(rows[0].error, S("it answered 500"), "why");
    READ(f,
        webhook_delivery_list(f->c.tx, &(struct webhook_delivery_filter){ b, S("delivered") },
            &page, &f->arena, &rows, &count, &f->e),
        "delivered ones");
    CHECK_INT(count, 0, "none");
    f->now += (time_ms)WEBHOOK_LOG_DAYS * DAY + 1;
    WRITE(f, webhook_purge(&f->c, a, &f->e), "a month later");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM webhook_delivery"), 1, "all of it went");
    struct webhook w = load(f, b);
    WRITE(f, webhook_delete(&f->c, &w, &f->e), "delete");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM webhook_delivery"), 0, "the log goes with it");
}

static void test_limit(void **state)
{
    struct fix *f = *state;
    for (int i = 0; i < WEBHOOKS_MAX; i++)
        make(f, "*");
    struct webhook w = {
        .url = S("https://x/"), .description = S(""), .events = S("*"), .state = S("active")
    };
    REFUSED(f, webhook_create(&f->c, &w, &f->e), ERR_CONFLICT, "conflict", "one too many");
    w = load(f, 1);
    WRITE(f, webhook_set_secret(&f->c, &w, S("sealed"), S("before"), 77, &f->e), "a secret");
    w = load(f, 1);
    CHECK_STR(w.secret, S("sealed"), "kept");
    CHECK_STR(w.former_secret, S("before"), "and the one before");
    CHECK_INT(w.former_until, 77, "until then");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE changes LIKE '%sealed%'"), 0,
        "no secret is audited");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_one_process_works_each),
        FIX_TEST(test_failures_wait),
        FIX_TEST(test_what_left_the_feed),
        FIX_TEST(test_log),
        FIX_TEST(test_limit),
    };
    return fix_main(argc, argv, "store/webhook", tests, COUNT_OF(tests));
}
