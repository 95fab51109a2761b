/* people_test.c: users, sessions, tokens, idempotency and the audit log. */
#include "fixture.h"

#include "core/permission.h"
#include "store/audit.h"
#include "store/second_factor.h"
#include "store/session.h"

static int64_t make_user(struct fix *f, const char *email, const char *role)
{
    struct user u = { .email = str_of(email),
        .name = S("Name"),
        .role = str_of(role),
        .password_hash = S("$argon2id$1") };
    WRITE(f, user_create(&f->c, &u, &f->e), email);
    return u.id;
}

static struct user load(struct fix *f, int64_t id)
{
    struct user u;
    READ(f, user_load(f->c.tx, id, &f->arena, &u, &f->e), "load");
    return u;
}

static void test_users(void **state)
{
    struct fix *f = *state;
    int64_t id = make_user(f, "ann@example.test", "admin");
    struct user u = load(f, id), again = u;
    CHECK(u.active && u.version == 1 && !u.last_seen_at, "as made");
    CHECK_STR(u.email, S("ann@example.test"), "e-mail");
    CHECK_STR(u.role, S("admin"), "role");
    REFUSED(f, user_create(&f->c, &again, &f->e), ERR_CONFLICT, "duplicate", "the same e-mail");
    CHECK_STR(str_of(f->e.pointer), S("/email"), "the field at fault");
    READ(f, user_find(f->c.tx, S("ann@example.test"), &f->arena, &again, &f->e), "by e-mail");
    CHECK_INT(again.id, id, "found");
    REFUSED(f, user_find(f->c.tx, S("nobody"), &f->arena, &again, &f->e), ERR_NOT_FOUND,
        "not_found", "nobody");
    WRITE(f, user_seen(f->c.tx, id, f->now, &f->e), "seen");
    CHECK_INT(load(f, id).last_seen_at, f->now, "when");
    make_user(f, "bob@example.test", "viewer");
    struct page page = { 0, 1 };
    struct user *rows;
    size_t count;
    READ(f, user_list(f->c.tx, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 2, "one more than the page");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE changes LIKE '%argon%'"), 0,
        "a password is named, never shown");
}

static void test_lock_out(void **state)
{
    struct fix *f = *state;
    int64_t id = make_user(f, "ann@example.test", "viewer");
    struct user u = load(f, id);
    for (int i = 1; i < SIGN_IN_FAILURES_MAX; i++) {
        u = load(f, id);
        WRITE(f, user_sign_in(&f->c, &u, false, &f->e), "wrong");
        CHECK_INT(load(f, id).failures, i, "counted");
        CHECK_INT(load(f, id).locked_until, 0, "not yet");
    }
    u = load(f, id);
    WRITE(f, user_sign_in(&f->c, &u, false, &f->e), "the tenth");
    u = load(f, id);
    CHECK(user_is_locked(&u, f->now) && user_is_locked(&u, f->now + SIGN_IN_LOCK_MS - 1), "is");
    CHECK(!user_is_locked(&u, f->now + SIGN_IN_LOCK_MS), "and then no more");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'lock_out'"), 1, "told");
    CHECK_INT(load(f, id).locked_until, f->now + SIGN_IN_LOCK_MS, "locked");
    f->now += SIGN_IN_LOCK_MS;
    WRITE(f, user_sign_in(&f->c, &u, false, &f->e), "wrong again");
    CHECK_INT(load(f, id).failures, 1, "counted from the start");
    WRITE(f, user_sign_in(&f->c, &u, true, &f->e), "right");
    u = load(f, id);
    CHECK(!u.failures && !u.locked_until && u.last_seen_at == f->now, "cleared");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'sign_in_failed'"), 11,
        "each was audited");
}

static void open_session(struct fix *f, int64_t user_id, const char *secret)
{
    struct session_new in = { user_id, str_of(secret), S("csrf"), S("Firefox") };
    WRITE(f, session_create(&f->c, &in, &f->e), secret);
}

static enum err look(struct fix *f, const char *secret, struct session *s)
{
    fix_begin_read(f);
    enum err rc = session_find(f->c.tx, str_of(secret), f->now, &f->arena, s, &f->e);
    fix_rollback(f);
    return rc;
}

static void test_sessions(void **state)
{
    struct fix *f = *state;
    int64_t ann = make_user(f, "ann@example.test", "admin");
    int64_t bob = make_user(f, "bob@example.test", "admin");
    struct session s;
    open_session(f, ann, "a1");
    CHECK_INT(look(f, "a1", &s), OK, "there");
    CHECK_INT(s.user.id, ann, "whose");
    CHECK_STR(s.csrf, S("csrf"), "with its token");
    f->now += SESSION_IDLE_MS - 1;
    CHECK_INT(look(f, "a1", &s), OK, "nearly idle for too long");
    WRITE(f, session_seen(f->c.tx, s.id, f->now, &f->e), "used");
    f->now += SESSION_IDLE_MS - 1;
    CHECK_INT(look(f, "a1", &s), OK, "counted from its last use");
    f->now++;
    CHECK_INT(look(f, "a1", &s), ERR_NOT_FOUND, "nobody used it");
    open_session(f, ann, "a0");
    CHECK_INT(look(f, "a0", &s), OK, "another");
    time_ms end = s.created_at + SESSION_MS;
    for (; f->now < end; f->now += SESSION_IDLE_MS / 2) {
        CHECK_INT(look(f, "a0", &s), OK, "in use");
        WRITE(f, session_seen(f->c.tx, s.id, f->now, &f->e), "used");
    }
    CHECK_INT(look(f, "a0", &s), ERR_NOT_FOUND, "however much it is used");
    open_session(f, ann, "a2");
    open_session(f, bob, "b1");
    CHECK_INT(look(f, "zz", &s), ERR_NOT_FOUND, "unknown");

    struct user before = load(f, ann), after = before;
    after.name = S("Anne");
    WRITE(f, user_update(&f->c, &before, &after, &f->e), "another name");
    CHECK_INT(look(f, "a2", &s), OK, "ends nothing");
    before = after;
    after.password_hash = S("$argon2id$2");
    WRITE(f, user_update(&f->c, &before, &after, &f->e), "another password");
    CHECK_INT(look(f, "a2", &s), ERR_NOT_FOUND, "ends the user's sessions");
    CHECK_INT(look(f, "b1", &s), OK, "and nobody else's");
    open_session(f, ann, "a3");
    before = after;
    after.role = S("viewer");
    WRITE(f, user_update(&f->c, &before, &after, &f->e), "another role");
    CHECK_INT(look(f, "a3", &s), ERR_NOT_FOUND, "ends them too");
    open_session(f, ann, "a4");
    CHECK_INT(look(f, "a4", &s), OK, "signed in again");
    WRITE(f, session_delete(&f->c, &s, &f->e), "signs out");
    CHECK_INT(look(f, "a4", &s), ERR_NOT_FOUND, "gone");
    struct user stale = load(f, ann), other = stale;
    stale.version = 1;
    REFUSED(f, user_update(&f->c, &stale, &other, &f->e), ERR_STALE, "stale", "an old reading");
}

static void test_last_admin(void **state)
{
    struct fix *f = *state;
    int64_t ann = make_user(f, "ann@example.test", "admin");
    int64_t bob = make_user(f, "bob@example.test", "admin");
    struct user before = load(f, bob), after = before;
    after.active = false;
    WRITE(f, user_update(&f->c, &before, &after, &f->e), "one of two");
    before = load(f, ann);
    after = before;
    after.role = S("manager");
    REFUSED(f, user_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "last_admin", "demoted");
    after = before;
    after.active = false;
    REFUSED(f, user_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, "last_admin",
        "an inactive one is none");
}

static enum err find_token(struct fix *f, const char *secret, struct api_token *t)
{
    fix_begin_read(f);
    enum err rc = token_find(f->c.tx, str_of(secret), S("10.0.0.1"), f->now, &f->arena, t, &f->e);
    fix_rollback(f);
    return rc;
}

static void test_tokens(void **state)
{
    struct fix *f = *state;
    struct api_token a = { .name = S("ERP"), .role = S("manager") };
    struct api_token b = { .name = S("Till"), .role = S("viewer"), .expires_at = f->now + 10 };
    WRITE(f, token_create(&f->c, &a, S("ha"), &f->e), "one that stays");
    WRITE(f, token_create(&f->c, &b, S("hb"), &f->e), "one that expires");
    struct api_token t;
    CHECK_INT(find_token(f, "hb", &t), OK, "valid");
    CHECK_STR(t.role, S("viewer"), "role");
    CHECK_STR(t.created_by, S("Ann"), "by whom");
    f->now += 10;
    CHECK_INT(find_token(f, "hb", &t), ERR_NOT_FOUND, "expired");
    CHECK_INT(find_token(f, "ha", &t), OK, "never expires");
    WRITE(f, token_used(&f->c, &a, S("10.0.0.1"), &f->e), "used");
    CHECK_INT(find_token(f, "ha", &t), OK, "valid");
    CHECK_INT(t.last_used_at, f->now, "when");
    WRITE(f, token_revoke(&f->c, a.id, &f->e), "revoked");
    CHECK_INT(find_token(f, "ha", &t), ERR_NOT_FOUND, "no more");
    REFUSED(f, token_revoke(&f->c, a.id, &f->e), ERR_NOT_FOUND, "not_found", "once");
    struct page page = { 0, 10 };
    struct api_token *rows;
    size_t count;
    READ(f, token_list(f->c.tx, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 1, "revoked ones are not shown");
}

static void test_idempotency(void **state)
{
    struct fix *f = *state;
    struct idempotent_answer answer = { 201, S("{\"id\":1}"), S("/items/1"), 7 }, got;
    const struct idempotency_key first = { S("u5 POST /items"), S("k"), S("h1") },
                                 other_body = { first.scope, first.key, S("h2") },
                                 other_caller = { S("u6 POST /items"), S("k"), S("h2") },
                                 lost = { S("s"), S("lost"), S("h") };
    bool found = true;
    fix_begin(f);
    CHECK_ERR(
        idempotency_begin(&f->c, &first, &f->arena, &found, &got, &f->e), OK, &f->e, "the first");
    CHECK(!found, "new");
    idempotency_end(&f->c, &first, &answer);
    CHECK_ERR(fix_commit(f), OK, &f->e, "together with its effect");
    WRITE(f, idempotency_begin(&f->c, &first, &f->arena, &found, &got, &f->e), "the same again");
    CHECK(found && got.status == 201, "the first answer");
    CHECK_STR(got.body, answer.body, "its body");
    CHECK_STR(got.location, answer.location, "its place");
    CHECK_INT(got.version, answer.version, "its version");
    REFUSED(f, idempotency_begin(&f->c, &other_body, &f->arena, &found, &got, &f->e), ERR_CONFLICT,
        "idempotency_conflict", "another body");
    WRITE(f, idempotency_begin(&f->c, &other_caller, &f->arena, &found, &got, &f->e),
        "another caller");
    CHECK(!found, "has keys of its own");
    fix_begin(f);
    CHECK_ERR(idempotency_begin(&f->c, &lost, &f->arena, &found, &got, &f->e), OK, &f->e,
        "one that fails");
    fix_rollback(f);
    WRITE(f, idempotency_begin(&f->c, &lost, &f->arena, &found, &got, &f->e), "again");
    CHECK(!found, "left nothing");
    WRITE(f, idempotency_purge(f->c.tx, f->now + 1, &f->e), "a day later");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM idempotency"), 0, "forgotten");
}

static void test_audit(void **state)
{
    struct fix *f = *state;
    time_ms start = f->now;
    fix_variation(f, "A", "A");
    f->now += 1000;
    f->actor = (struct actor){ ACTOR_TOKEN, 3, S("ERP"), S("10.0.0.1") };
    int64_t b = fix_variation(f, "B", "B");
    fix_item(f, "E1", b);
    const struct {
        struct audit_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .actor_id = 0 }, 3, "all" },
        { { .actor_kind = S("token") }, 2, "kind" },
        { { .actor_kind = S("token"), .actor_id = 3 }, 2, "actor" },
        { { .actor_id = 9 }, 0, "nobody" },
        { { .resource = S("variation") }, 2, "resource" },
        { { .resource = S("variation"), .resource_id = b }, 1, "one of them" },
        { { .action = S("create") }, 3, "action" },
        { { .action = S("delete") }, 0, "no such action" },
        { { .from = start + 1 }, 2, "from" },
        { { .to = start + 1000 }, 1, "to, which is not included" },
        { { .from = start, .to = start + 1 }, 1, "both" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct page page = { 0, 50 };
        struct audit_entry *rows;
        size_t count;
        READ(f, audit_list(f->c.tx, &cases[i].filter, &page, &f->arena, &rows, &count, &f->e),
            cases[i].why);
        CHECK_INT(count, cases[i].count, cases[i].why);
        if (count) CHECK_INT(rows[0].actor_kind != ACTOR_SYSTEM, 1, "kinds are read back");
    }
    struct page page = { 0, 1 };
    struct audit_entry *rows;
    size_t count;
    READ(f, audit_list(f->c.tx, &cases[0].filter, &page, &f->arena, &rows, &count, &f->e), "page");
    CHECK_INT(count, 2, "one more than the page");
    CHECK_STR(rows[0].resource, S("item"), "newest first");
    CHECK_STR(rows[0].address, S("10.0.0.1"), "from where");
    CHECK_STR(rows[0].actor_name, S("ERP"), "who");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_users),
        FIX_TEST(test_lock_out),
        FIX_TEST(test_sessions),
        FIX_TEST(test_last_admin),
        FIX_TEST(test_tokens),
        FIX_TEST(test_idempotency),
        FIX_TEST(test_audit),
    };
    return fix_main(argc, argv, "store/people", tests, COUNT_OF(tests));
}
