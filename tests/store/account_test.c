/*
 * account_test.c: the second factor, passwords that were, addresses, scopes; and signing in as a
 * state machine against a model of a few lines, over random histories with a clock of their own.
 */
#include "fixture.h"

#include "base/totp.h"
#include "core/password.h"
#include "store/second_factor.h"
#include "store/session.h"

#include <inttypes.h>
#include <stdlib.h>

static int64_t make_user(struct fix *f, const char *email)
{
    struct user u = { .email = str_of(email),
        .name = S("Name"),
        .role = S("viewer"),
        .password_hash = S("$argon2id$0") };
    WRITE(f, user_create(&f->c, &u, &f->e), email);
    return u.id;
}

static struct user load(struct fix *f, int64_t id)
{
    struct user u;
    READ(f, user_load(f->c.tx, id, &f->arena, &u, &f->e), "load");
    return u;
}

static const struct str codes[RECOVERY_CODES] = { { "c0", 2 }, { "c1", 2 }, { "c2", 2 },
    { "c3", 2 }, { "c4", 2 }, { "c5", 2 }, { "c6", 2 }, { "c7", 2 }, { "c8", 2 }, { "c9", 2 } };

static int64_t left(struct fix *f, int64_t id)
{
    int64_t n = -1;
    READ(f, recovery_left(f->c.tx, id, &n, &f->e), "left");
    return n;
}

static void test_second_factor(void **state)
{
    struct fix *f = *state;
    int64_t id = make_user(f, "ann@example.test"), other = make_user(f, "bob@example.test");
    struct user u = load(f, id), bob = load(f, other);
    bool good;
    REFUSED(f, totp_confirm(&f->c, &u, 5, codes, &f->e), ERR_CONFLICT, "totp_not_begun", "before");
    REFUSED(
        f, totp_remove(&f->c, &u, "disable_totp", &f->e), ERR_CONFLICT, "totp_not_enabled", "none");
    REFUSED(f, recovery_replace(&f->c, &u, codes, &f->e), ERR_CONFLICT, "totp_not_enabled", "none");
    WRITE(f, totp_begin(&f->c, &u, S("sealed\0one"), &f->e), "begun");
    u = load(f, id);
    CHECK_STR(u.totp_secret, S("sealed\0one"), "as it was sealed");
    CHECK_INT(u.totp_since, 0, "not yet");
    WRITE(f, totp_begin(&f->c, &u, S("sealed two"), &f->e), "begun anew");
    u = load(f, id);
    WRITE(f, totp_confirm(&f->c, &u, 5, codes, &f->e), "confirmed");
    int64_t version = u.version;
    u = load(f, id);
    CHECK(u.totp_since == f->now && u.totp_step == 5 && u.version > version, "since now");
    REFUSED(f, totp_begin(&f->c, &u, S("three"), &f->e), ERR_CONFLICT, "totp_enabled", "one");
    REFUSED(f, totp_confirm(&f->c, &u, 6, codes, &f->e), ERR_CONFLICT, "totp_enabled", "one");
    REFUSED(f, totp_use(&f->c, &u, 5, &f->e), ERR_CONFLICT, "conflict", "the step that confirmed");
    WRITE(f, totp_use(&f->c, &u, 7, &f->e), "a later one");
    REFUSED(f, totp_use(&f->c, &u, 6, &f->e), ERR_CONFLICT, "conflict", "one that was left out");
    CHECK_INT(left(f, id), 10, "all");
    WRITE(f, recovery_use(&f->c, &u, S("c3"), &good, &f->e), "one");
    CHECK(good && left(f, id) == 9, "used");
    WRITE(f, recovery_use(&f->c, &u, S("c3"), &good, &f->e), "again");
    CHECK(!good && left(f, id) == 9, "once");
    WRITE(f, recovery_use(&f->c, &bob, S("c4"), &good, &f->e), "of another person");
    CHECK(!good && left(f, id) == 9, "is no code of theirs");
    WRITE(f, recovery_replace(&f->c, &u, codes, &f->e), "new ones");
    CHECK_INT(left(f, id), 10, "all again");
    WRITE(f, totp_remove(&f->c, &u, "reset_totp", &f->e), "taken away");
    u = load(f, id);
    CHECK(!u.totp_secret.len && !u.totp_since && !u.totp_step && !left(f, id), "nothing stays");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action IN ('begin_totp', 'enable_totp',"
                         " 'use_recovery_code', 'new_recovery_codes', 'reset_totp')"),
        6, "each was audited");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE changes LIKE '%sealed%'"), 0, "named");
}

static void test_passwords_that_were(void **state)
{
    struct fix *f = *state;
    int64_t id = make_user(f, "ann@example.test");
    for (int i = 1; i <= PASSWORD_HISTORY + 2; i++) {
        struct user before = load(f, id), after = before;
        f->now += DAY;
        after.password_hash = arena_fmt(&f->arena, "$argon2id$%d", i);
        after.password_by = S(PASSWORD_OWN);
        WRITE(f, user_update(&f->c, &before, &after, &f->e), "another");
        CHECK_INT(load(f, id).password_changed_at, f->now, "when");
    }
    struct str *hashes;
    size_t count;
    READ(f, user_passwords(f->c.tx, id, &f->arena, &hashes, &count, &f->e), "history");
    CHECK_INT(count, PASSWORD_HISTORY, "the last ten");
    CHECK_STR(hashes[0], S("$argon2id$12"), "the newest first");
    CHECK_STR(hashes[9], S("$argon2id$3"), "and no older one");
    CHECK_STR(load(f, id).password_by, S(PASSWORD_OWN), "whose choice");
    struct user before = load(f, id), after = before;
    after.name = S("Ann");
    f->now += DAY;
    WRITE(f, user_update(&f->c, &before, &after, &f->e), "another name");
    CHECK_INT(load(f, id).password_changed_at, f->now - DAY, "is no other password");
}

static void test_addresses(void **state)
{
    struct fix *f = *state;
    int64_t n;
    for (int i = 0; i < 3; i++) {
        fix_begin(f);
        address_failed(&f->c, S("10.0.0.9"));
        CHECK_ERR(fix_commit(f), OK, &f->e, "failed");
    }
    READ(f, address_failures(f->c.tx, S("10.0.0.9"), f->now, &n, &f->e), "count");
    CHECK_INT(n, 3, "three");
    READ(f, address_failures(f->c.tx, S("10.0.0.8"), f->now, &n, &f->e), "count");
    CHECK_INT(n, 0, "another address");
    f->now += ADDRESS_WINDOW_MS;
    READ(f, address_failures(f->c.tx, S("10.0.0.9"), f->now, &n, &f->e), "count");
    CHECK_INT(n, 0, "a quarter of an hour later");
    fix_begin(f);
    address_failed(&f->c, S("10.0.0.9"));
    CHECK_ERR(fix_commit(f), OK, &f->e, "failed");
    READ(f, address_failures(f->c.tx, S("10.0.0.9"), f->now, &n, &f->e), "count");
    CHECK_INT(n, 1, "counted from the start");
}

static void test_tokens_elsewhere(void **state)
{
    struct fix *f = *state;
    struct api_token t = { .name = S("ERP"), .role = S("admin"), .scopes = S("orders:read") }, got;
    WRITE(f, token_create(&f->c, &t, S("h1"), &f->e), "a token");
    READ(f, token_find(f->c.tx, S("h1"), S("10.0.0.1"), f->now, &f->arena, &got, &f->e), "found");
    CHECK_STR(got.scopes, S("orders:read"), "its scopes");
    CHECK_INT(got.seen_here_at, 0, "never from there");
    for (int i = 0; i < 3; i++) {
        f->now += 60000;
        WRITE(f, token_used(&f->c, &got, i == 2 ? S("10.0.0.2") : S("10.0.0.1"), &f->e), "used");
    }
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'new_address'"), 2,
        "each address once");
    READ(f, token_find(f->c.tx, S("h1"), S("10.0.0.1"), f->now, &f->arena, &got, &f->e), "found");
    CHECK_INT(got.seen_here_at, f->now - 60000, "last from there");
    CHECK_INT(got.last_used_at, f->now, "last from anywhere");
    WRITE(f, token_rotate(&f->c, &got, S("h2"), f->now + DAY, &f->e), "rotated");
    REFUSED(f, token_find(f->c.tx, S("h1"), S(""), f->now, &f->arena, &got, &f->e), ERR_NOT_FOUND,
        "not_found", "the old secret");
    READ(f, token_find(f->c.tx, S("h2"), S(""), f->now, &f->arena, &got, &f->e), "the new one");
    CHECK_INT(got.expires_at, f->now + DAY, "until then");
    WRITE(f, token_revoke(&f->c, got.id, &f->e), "revoked");
    REFUSED(f, token_rotate(&f->c, &got, S("h3"), 0, &f->e), ERR_NOT_FOUND, "not_found", "gone");
}

static void open_session(struct fix *f, int64_t user_id, const char *secret)
{
    struct session_new in = { user_id, str_of(secret), S("csrf"), S("Firefox") };
    WRITE(f, session_create(&f->c, &in, &f->e), secret);
}

static void test_sessions_listed(void **state)
{
    struct fix *f = *state;
    int64_t ann = make_user(f, "ann@example.test"), bob = make_user(f, "bob@example.test");
    open_session(f, ann, "a1");
    f->now += SESSION_IDLE_MS;
    open_session(f, ann, "a2");
    open_session(f, ann, "a3");
    open_session(f, bob, "b1");
    struct page page = { 0, 10 };
    struct session *rows;
    size_t count;
    READ(f,
        session_list(f->c.tx, &(struct session_filter){ ann, f->now }, &page, &f->arena, &rows,
            &count, &f->e),
        "list");
    CHECK_INT(count, 2, "one was idle for too long");
    CHECK_STR(rows[0].agent, S("Firefox"), "what");
    CHECK_STR(rows[0].address, S("127.0.0.1"), "where from");
    REFUSED(f, session_end(&f->c, bob, rows[0].id, &f->e), ERR_NOT_FOUND, "not_found", "another's");
    WRITE(f, session_end_all(&f->c, ann, rows[0].id, &f->e), "all but one");
    READ(f,
        session_list(f->c.tx, &(struct session_filter){ ann, f->now }, &page, &f->arena, &rows,
            &count, &f->e),
        "list");
    CHECK_INT(count, 1, "that one");
    WRITE(f, session_end(&f->c, ann, rows[0].id, &f->e), "it too");
    fix_begin(f);
    session_replace(&f->c, S("b1"));
    CHECK_ERR(fix_commit(f), OK, &f->e, "signed in anew");
    CHECK_INT(
        fix_int(f, "SELECT COUNT(*) FROM session WHERE last_seen_at = 0"), 0, "all are dated");
    READ(f,
        session_list(f->c.tx, &(struct session_filter){ bob, f->now }, &page, &f->arena, &rows,
            &count, &f->e),
        "list");
    CHECK_INT(count, 0, "what its cookie was good for has ended");
}

/* Signing in, as anybody would write it down. */
struct model {
    int failures;
    time_ms locked_until;
    int64_t used; /* step */
};

struct history {
    struct fix *f;
    struct rng dice;
    int64_t user;
    struct model m;
    char told[400];
};

static bool model_may_try(const struct model *m, time_ms now)
{
    return m->locked_until <= now;
}

static void model_fail(struct model *m, time_ms now)
{
    if (++m->failures < SIGN_IN_FAILURES_MAX) return;
    m->failures = 0;
    m->locked_until = now + SIGN_IN_LOCK_MS;
}

/* The transaction of a sign-in, as src/http/session.c has it. */
static bool attempt(struct history *h, bool password, int64_t step)
{
    struct fix *f = h->f;
    struct user u;
    bool in = false;
    fix_begin(f);
    CHECK_ERR(user_load_locked(f->c.tx, h->user, &f->arena, &u, &f->e), OK, &f->e, h->told);
    if (!user_is_locked(&u, f->now)) {
        /* A step stands for its code: the window and the used ones decide. */
        int64_t here = f->now / TOTP_STEP_MS;
        bool code = step >= here - TOTP_WINDOW && step <= here + TOTP_WINDOW && step > u.totp_step;
        in = password && code;
        if (in) CHECK_ERR(totp_use(&f->c, &u, step, &f->e), OK, &f->e, h->told);
        CHECK_ERR(user_sign_in(&f->c, &u, in, &f->e), OK, &f->e, h->told);
    }
    CHECK_ERR(fix_commit(f), OK, &f->e, h->told);
    return in;
}

static bool model_attempt(struct history *h, bool password, int64_t step)
{
    struct model *m = &h->m;
    int64_t here = h->f->now / 30000;
    if (!model_may_try(m, h->f->now)) return false;
    if (!password || step < here - 1 || step > here + 1 || step <= m->used) {
        model_fail(m, h->f->now);
        return false;
    }
    m->used = step;
    m->failures = 0;
    m->locked_until = 0;
    return true;
}

static void same(struct history *h)
{
    struct user u = load(h->f, h->user);
    CHECK_INT(u.failures, h->m.failures, h->told);
    CHECK_INT(u.totp_step, h->m.used, h->told);
    CHECK_INT(user_is_locked(&u, h->f->now), !model_may_try(&h->m, h->f->now), h->told);
}

static void unlock(struct history *h)
{
    struct user u = load(h->f, h->user);
    WRITE(h->f, user_unlock(&h->f->c, &u, &h->f->e), h->told);
    h->m.failures = 0;
    h->m.locked_until = 0;
}

static void one_step(struct history *h)
{
    static const time_ms waits[] = { 1, 1000, TOTP_STEP_MS, SIGN_IN_LOCK_MS - 1, SIGN_IN_LOCK_MS };
    uint64_t what = rng_below(&h->dice, 20);
    if (what == 0) {
        unlock(h);
    } else if (what < 4) {
        h->f->now += waits[rng_below(&h->dice, COUNT_OF(waits))];
    } else {
        /* Mostly wrong, so that lock-outs come about; steps just inside and outside the window. */
        bool password = rng_below(&h->dice, 3) == 0;
        int64_t step = h->f->now / TOTP_STEP_MS + (int64_t)rng_below(&h->dice, 5) - 2;
        bool want = model_attempt(h, password, step);
        CHECK_INT(attempt(h, password, step), want, h->told);
    }
    same(h);
}

static void test_random_histories(void **state)
{
    struct fix *f = *state;
    const char *seed_text = getenv("STOCKBRIDGE_SEED");
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 20261124;
    for (uint64_t run = 0; run < 12; run++) {
        struct history h = { .f = f };
        (void)snprintf(h.told, sizeof h.told, "STOCKBRIDGE_SEED=%" PRIu64, seed + run);
        rng_seeded(&h.dice, seed + run);
        h.user =
            make_user(f, arena_fmt(&f->arena, "u%llu@example.test", (unsigned long long)run).at);
        struct user u = load(f, h.user);
        WRITE(f, totp_begin(&f->c, &u, S("sealed"), &f->e), "begun");
        u = load(f, h.user);
        WRITE(f, totp_confirm(&f->c, &u, f->now / TOTP_STEP_MS, codes, &f->e), "confirmed");
        h.m.used = f->now / TOTP_STEP_MS;
        for (int i = 0; i < 60; i++)
            one_step(&h);
    }
    CHECK(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'lock_out'") > 10, "it came to it");
    CHECK(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'sign_in'") > 10, "and to that");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_second_factor),
        FIX_TEST(test_passwords_that_were),
        FIX_TEST(test_addresses),
        FIX_TEST(test_tokens_elsewhere),
        FIX_TEST(test_sessions_listed),
        FIX_TEST(test_random_histories),
    };
    return fix_main(argc, argv, "store/account", tests, COUNT_OF(tests));
}
