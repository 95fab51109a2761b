/*
 * account_test.c: passwords that are refused, one-time passwords, sessions that people and admins
 * look at and end, tokens with scopes, and rights that nobody gives without having them.
 */
#include "kit.h"

#define NEW "Violet-harbor-Compass-9"
enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const char *lines_of(struct kit *k, const char *cookie)
{
    return kit_fmt(k, "%sX-CSRF-Token: %.*s", cookie, STR_FMT(kit_str(k, "/csrf_token")));
}

static const char *change(struct kit *k, const char *from, const char *to)
{
    return kit_fmt(k, "{\"current_password\":\"%s\",\"password\":\"%s\"}", from, to);
}

static void test_password_rules(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *password, *code;
    } rows[] = { { "mapleottercanyon", "too_simple" }, { "Ana.Jones-otter-7", "contains_name" },
        { "Password1234!", "too_common" }, { "Short-1", "too_short" } };
    int64_t id = kit_user(k, "ana.jones@example.com", "viewer", KIT_PASSWORD);
    const char *user = kit_fmt(k, "/users/%lld", (long long)id);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "PATCH", user, kit_fmt(k, "{\"password\":\"%s\"}", rows[i].password), 422);
        kit_fault(k, "/password", rows[i].code, "by an admin");
        CALL(k, "POST", "/users",
            kit_fmt(k, "{\"email\":\"ana.jones@b.com\",\"role\":\"viewer\",\"password\":\"%s\"}",
                rows[i].password),
            422);
        kit_fault(k, "/password", rows[i].code, "of a new user");
    }
    k->lines = lines_of(k, kit_sign_in(k, "ana.jones@example.com", KIT_PASSWORD, 201));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "PATCH", "/me", change(k, KIT_PASSWORD, rows[i].password), 422);
        kit_fault(k, "/password", rows[i].code, "by oneself");
    }
    CALL(k, "PATCH", "/me", change(k, KIT_PASSWORD, KIT_PASSWORD), 422);
    kit_fault(k, "/password", "used_before", "the present one");
}

/* Eleven passwords, a day between: the first may come back when ten others were since. */
static void test_history(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    const char *now = KIT_PASSWORD;
    for (int i = 0; i < 10; i++) {
        k->lines = NULL;
        k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", now, 201));
        const char *next = kit_fmt(k, "Violet-harbor-%c%d", 'a' + i, i);
        CALL(k, "PATCH", "/me", change(k, now, KIT_PASSWORD), 422);
        kit_fault(k, "/password", "used_before", next);
        CALL(k, "PATCH", "/me", change(k, now, next), 200);
        now = next;
        atomic_fetch_add(&k->clock.now, DAY_MS);
    }
    k->lines = NULL;
    k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", now, 201));
    CALL(k, "PATCH", "/me", change(k, now, KIT_PASSWORD), 200);
    k->lines = NULL;
    k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201));
    CALL(k, "PATCH", "/me", change(k, KIT_PASSWORD, NEW), 422);
    kit_fault(k, "/password", "too_soon", "on the same day");
}

/* Whoever found a screen unlocked has ten tries at the password, no more. */
static void test_guessing_the_current_one(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201));
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
        CALL(k, "PATCH", "/me", change(k, "wrong", NEW), 422);
        kit_fault(k, "/current_password", "not_allowed", "wrong");
    }
    CALL(k, "PATCH", "/me", change(k, KIT_PASSWORD, NEW), 422);
    kit_fault(k, "/current_password", "not_allowed", "locked, and it is not told");
    k->lines = NULL;
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 401);
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "GET", "/users/1", NULL, 200);
    CHECK(!kit_null(k, "/locked_until"), "an admin sees it");
    CALL(k, "POST", "/users/1/unlock", NULL, 200);
    CHECK(kit_null(k, "/locked_until"), "and ends it");
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
}

static void test_one_time_passwords(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/users", "{\"email\":\"ana@example.com\",\"role\":\"manager\"}", 201);
    int64_t id = kit_int(k, "/user/id");
    const char *once = kit_str(k, "/password").at;
    const char *cookie = kit_sign_in(k, "ana@example.com", once, 201);
    CHECK_STR(kit_str(k, "/must_do"), S("change_password"), "told");
    k->lines = lines_of(k, cookie);
    CALL(k, "GET", "/items", NULL, 403);
    kit_problem(k, 403, "password_change_required", "nothing before that");
    CALL(k, "POST", "/grades", "{\"title\":\"X\"}", 403);
    kit_problem(k, 403, "password_change_required", "nor a write");
    CALL(k, "PATCH", "/me", change(k, once, NEW), 200);
    CHECK(kit_null(k, "/must_do"), "done");
    k->lines = NULL;
    k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", NEW, 201));
    CALL(k, "GET", "/items", NULL, 200);
    const char *own = k->lines;
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "POST", kit_fmt(k, "/users/%lld/reset_password", (long long)id), NULL, 200);
    const char *again = kit_str(k, "/password").at;
    k->bearer = S("");
    CALL_WITH(k, "GET", "/me", NULL, own, 401);
    kit_sign_in(k, "ana@example.com", NEW, 401);
    kit_sign_in(k, "ana@example.com", again, 201);
    CHECK_STR(kit_str(k, "/must_do"), S("change_password"), "as the first one");
}

static void test_expiry(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    atomic_fetch_add(&k->clock.now, 365 * (time_ms)DAY_MS - 1);
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    CHECK(kit_null(k, "/must_do"), "a year less a moment");
    atomic_fetch_add(&k->clock.now, 1);
    k->lines = lines_of(k, kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201));
    CHECK_STR(kit_str(k, "/must_do"), S("change_password"), "a year");
    CALL(k, "GET", "/items", NULL, 403);
    CALL(k, "PATCH", "/me", change(k, KIT_PASSWORD, NEW), 200);
}

static void test_own_sessions(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    kit_user(k, "bob@example.com", "viewer", KIT_PASSWORD);
    const char *bob = lines_of(k, kit_sign_in(k, "bob@example.com", KIT_PASSWORD, 201));
    k->lines = "User-Agent: Firefox/140.0 (test)";
    const char *first = lines_of(k, kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201));
    const char *second = lines_of(k, kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201));
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    k->lines = second;
    CALL(k, "GET", "/me/sessions", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 3, "three browsers");
    CHECK(!kit_true(k, "/data/0/current") && kit_true(k, "/data/1/current"), "which is this one");
    CHECK_STR(kit_str(k, "/data/0/agent"), S("Firefox/140.0 (test)"), "what it is");
    CHECK_STR(kit_str(k, "/data/0/address"), S("192.0.2.7"), "and where");
    int64_t one = kit_int(k, "/data/0/id");
    CALL(k, "GET", "/me/sessions?limit=1", NULL, 200);
    CHECK(kit_len(k, "/data") == 1 && !kit_null(k, "/next_cursor"), "page by page");
    k->lines = bob;
    CALL(k, "DELETE", kit_fmt(k, "/me/sessions/%lld", (long long)one), NULL, 404);
    k->lines = second;
    CALL(k, "DELETE", kit_fmt(k, "/me/sessions/%lld", (long long)one), NULL, 204);
    CALL(k, "DELETE", kit_fmt(k, "/me/sessions/%lld", (long long)one), NULL, 404);
    CALL(k, "DELETE", "/me/sessions", NULL, 204);
    CALL(k, "GET", "/me/sessions", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "this one stays");
    k->lines = first;
    CALL(k, "GET", "/me", NULL, 401);
    k->lines = bob;
    CALL(k, "GET", "/me", NULL, 200);
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "GET", "/me/sessions", NULL, 403);
    CALL(k, "DELETE", "/me/sessions", NULL, 403);
}

static void test_sessions_of_others(void **state)
{
    struct kit *k = *state;
    int64_t ana = kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    const char *sessions = kit_fmt(k, "/users/%lld/sessions", (long long)ana);
    const char *first = kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    const char *second = kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "GET", sessions, NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "two");
    int64_t one = kit_int(k, "/data/0/id");
    CALL(k, "DELETE", kit_fmt(k, "%s/%lld", sessions, (long long)one), NULL, 204);
    k->bearer = S("");
    CALL_WITH(k, "GET", "/me", NULL, first, 401);
    CALL_WITH(k, "GET", "/me", NULL, second, 200);
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "DELETE", sessions, NULL, 204);
    CALL(k, "GET", "/users/99/sessions", NULL, 404);
    CALL(k, "DELETE", "/users/99/sessions", NULL, 404);
    k->bearer = S("");
    CALL_WITH(k, "GET", "/me", NULL, second, 401);
}

/* A browser that signs in anew leaves nothing behind that another one could go on with; and a
 * cookie that it brought along is never made good. */
static void test_fixation(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    k->lines = "Cookie: stockbridge=chosen-by-somebody-else";
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    CALL(k, "GET", "/me", NULL, 401);
    k->lines = NULL;
    const char *first = kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    k->lines = first;
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    CALL(k, "GET", "/me", NULL, 401);
}

static void test_behind_a_proxy(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    k->lines = "X-Forwarded-Proto: https\nX-Forwarded-For: 198.51.100.9";
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    CHECK(!str_contains(kit_header(k, "Set-Cookie"), S("Secure")), "from afar anybody says so");
    k->peer = "127.0.0.1";
    k->lines = "X-Forwarded-Proto: https\nX-Forwarded-For: 10.0.0.1, 198.51.100.9";
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    CHECK(str_contains(kit_header(k, "Set-Cookie"), S("; Secure")), "the proxy knows");
    k->lines = "X-Forwarded-For: <script>";
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "GET", "/audit?action=sign_in", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/address"), S("127.0.0.1"), "no address is none");
    CHECK_STR(kit_str(k, "/data/1/address"), S("198.51.100.9"), "what the proxy wrote itself");
    CHECK_STR(kit_str(k, "/data/2/address"), S("192.0.2.7"), "what the connection says");
}

/* As often as one address may, less nothing. */
static enum err fail_often(struct tx *tx, void *ctx, struct error *e)
{
    struct kit *k = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, clock_now(&k->clock.port), &k->rng };
    (void)e;
    for (int i = 0; i < ADDRESS_FAILURES_MAX; i++)
        address_failed(&c, S("192.0.2.7"));
    return OK;
}

static void test_bound_per_address(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    struct error e;
    CHECK_ERR(db_write(k->h.db, "fail", fail_often, k, &e), OK, &e, "from here, of anybody");
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 429);
    kit_problem(k, 429, "too_many_requests", "even the right one");
    CHECK(kit_header(k, "Retry-After").len, "when to come back");
    k->peer = "192.0.2.8";
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    k->peer = NULL;
    atomic_fetch_add(&k->clock.now, ADDRESS_WINDOW_MS);
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_password_rules),
        KIT_TEST(test_history),
        KIT_TEST(test_guessing_the_current_one),
        KIT_TEST(test_one_time_passwords),
        KIT_TEST(test_expiry),
        KIT_TEST(test_own_sessions),
        KIT_TEST(test_sessions_of_others),
        KIT_TEST(test_fixation),
        KIT_TEST(test_behind_a_proxy),
        KIT_TEST(test_bound_per_address),
    };
    return kit_main(argc, argv, "http_account", tests, COUNT_OF(tests));
}
