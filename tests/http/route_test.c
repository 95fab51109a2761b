/* route_test.c: dispatch, tokens, signing in and out, CSRF, lock-out, and what needs no caller. */
#include "kit.h"

static void test_unknown_addresses(void **state)
{
    struct kit *k = *state;
    static const char *const paths[] = { "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing",
        "/api/v2/grades", "/api/v1/grades/", "/api/v1/grades/1/", "/api/v1//grades", "/nothing",
        "/api/v1/grades/1/2", "/api/v1/GRADES", "/api/v1/grades/0", "/api/v1/grades/-1",
        "/api/v1/grades/x", "/api/v1/grades/01", "/api/v1/grades/1.0", "/api/v1/grades/%31",
        "/api/v1/grades/+1", "/api/v1/grades/99999999999999999999999", "/api/v1/grades/1%00" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        kit_send(k, "GET", paths[i], NULL, NULL);
        kit_problem(k, 404, "not_found", paths[i]);
    }
    kit_send(k, "PUT", "/api/v1/grades", "{}", NULL);
    kit_problem(k, 405, "method_not_allowed", "no such method");
    CHECK_STR(kit_header(k, "Allow"), S("GET, POST"), "what is allowed");
    kit_send(k, "OPTIONS", "/api/v1/grades/1", NULL, NULL);
    CHECK_STR(kit_header(k, "Allow"), S("GET, PATCH, DELETE"), "of one");
}

static void test_tokens_end(void **state)
{
    struct kit *k = *state;
    k->bearer = kit_token(k, "viewer", INT64_C(1790000000000) + 5000);
    CALL(k, "GET", "/me", NULL, 200);
    CHECK_STR(kit_str(k, "/role"), S("viewer"), "its role");
    CHECK(kit_null(k, "/user") && kit_null(k, "/csrf_token"), "nobody");
    CHECK_STR(kit_str(k, "/permissions/people"), S("none"), "its permissions");
    atomic_fetch_add(&k->clock.now, 5001);
    CALL(k, "GET", "/me", NULL, 401);
    k->bearer = S("");
    CALL_WITH(k, "GET", "/me", NULL, "Authorization: Basic YTpi", 401);
    CALL_WITH(k, "GET", "/me", NULL, "Authorization: Bearer", 401);
    CALL_WITH(k, "GET", "/me", NULL, "Cookie: stockbridge=", 401);
    CALL_WITH(k, "GET", "/me", NULL, "Cookie: a=b; stockbridge=wrong", 401);
}

static void test_session(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "manager", KIT_PASSWORD);
    const char *cookie = kit_sign_in(k, "Ana@Example.com", KIT_PASSWORD, 201);
    CHECK_STR(kit_str(k, "/user/email"), S("ana@example.com"), "who");
    struct str csrf = kit_str(k, "/csrf_token");
    CALL_WITH(k, "GET", "/me", NULL, cookie, 200);
    CHECK_STR(kit_str(k, "/csrf_token"), csrf, "the same later");
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"X\"}", cookie, 403);
    kit_problem(k, 403, "csrf", "a write without the header");
    const char *bad = kit_fmt(k, "%sX-CSRF-Token: no", cookie);
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"X\"}", bad, 403);
    const char *good = kit_fmt(k, "%sX-CSRF-Token: %.*s", cookie, STR_FMT(csrf));
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"X\"}", good, 201);
    CALL_WITH(k, "DELETE", "/session", NULL, cookie, 403);
    CALL_WITH(k, "DELETE", "/session", NULL, good, 204);
    CHECK(str_contains(kit_header(k, "Set-Cookie"), S("Max-Age=0")), "the cookie goes");
    CALL_WITH(k, "GET", "/me", NULL, cookie, 401);
    cookie = kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    atomic_fetch_add(&k->clock.now, SESSION_IDLE_MS + 1);
    CALL_WITH(k, "GET", "/me", NULL, cookie, 401);
}

static void test_own_password(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    const char *cookie = kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
    struct str csrf = kit_str(k, "/csrf_token");
    const char *both = kit_fmt(k, "%sX-CSRF-Token: %.*s", cookie, STR_FMT(csrf));
    CALL_WITH(k, "PATCH", "/me", "{\"name\":\"Ana\"}", both, 200);
    CHECK_STR(kit_str(k, "/user/name"), S("Ana"), "renamed");
    CALL_WITH(k, "PATCH", "/me", "{\"password\":\"another-Long-one\"}", both, 422);
    kit_fault(k, "/current_password", "required", "needs the current one");
    CALL_WITH(k, "PATCH", "/me",
        "{\"password\":\"another-Long-one\",\"current_password\":\"wrong\"}", both, 422);
    CALL_WITH(k, "PATCH", "/me",
        "{\"password\":\"short\",\"current_password\":\"" KIT_PASSWORD "\"}", both, 422);
    kit_fault(k, "/password", "too_short", "twelve characters");
    CALL_WITH(k, "PATCH", "/me",
        "{\"password\":\"another-Long-one\",\"current_password\":\"" KIT_PASSWORD "\"}", both, 200);
    CHECK(kit_header(k, "Set-Cookie").len, "a new session");
    CALL_WITH(k, "GET", "/me", NULL, cookie, 401);
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 401);
    kit_sign_in(k, "ana@example.com", "another-Long-one", 201);
}

/* What a person may do ends at once when an admin says so. */
static void test_sessions_end(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *patch, *why;
        int then; /* of the session */
    } rows[] = {
        { "{\"name\":\"Ana B\"}", "another name", 200 },
        { "{\"role\":\"viewer\"}", "another role", 401 },
        { "{\"password\":\"another-Long-one\"}", "another password", 401 },
        { "{\"active\":false}", "not active", 401 },
    };
    int64_t id = kit_user(k, "ana@example.com", "manager", KIT_PASSWORD);
    const char *user = kit_fmt(k, "/users/%lld", (long long)id);
    const char *password = KIT_PASSWORD;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *cookie = kit_sign_in(k, "ana@example.com", password, 201);
        k->bearer = k->tokens[ROLE_ADMIN];
        CALL(k, "PATCH", user, rows[i].patch, 200);
        k->bearer = S("");
        CALL_WITH(k, "GET", "/me", NULL, cookie, rows[i].then);
        if (str_contains(str_of(rows[i].patch), S("password"))) password = "another-Long-one";
    }
    kit_sign_in(k, "ana@example.com", password, 401);
    kit_problem(k, 401, "bad_credentials", "and nothing is told of why");
}

/* A token may revoke itself; after that it is nothing. */
static void test_revoked_tokens(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/tokens", "{\"name\":\"T\",\"role\":\"admin\"}", 201);
    int64_t id = kit_int(k, "/token/id");
    struct str mine = kit_str(k, "/secret");
    CHECK(str_starts(mine, S("sbt_")), "leaked ones can be searched for");
    k->bearer = mine;
    CALL(k, "GET", "/tokens", NULL, 200);
    CHECK(!str_contains(k->body, mine), "shown once");
    CALL(k, "DELETE", kit_fmt(k, "/tokens/%lld", (long long)id), NULL, 204);
    CALL(k, "DELETE", kit_fmt(k, "/tokens/%lld", (long long)id), NULL, 401);
    CALL(k, "GET", "/me", NULL, 401);
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "DELETE", kit_fmt(k, "/tokens/%lld", (long long)id), NULL, 404);
    CALL(k, "GET", "/audit?resource=token", NULL, 200);
    CHECK(!str_contains(k->body, mine), "nor in the audit");
    CALL(k, "POST", "/tokens",
        "{\"name\":\"T\",\"role\":\"viewer\",\"expires_at\":\"2026-09-21T14:13:19Z\"}", 422);
    kit_fault(k, "/expires_at", "too_small", "a second ago");
}

static void test_lock_out(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", KIT_PASSWORD);
    kit_sign_in(k, "nobody@example.com", KIT_PASSWORD, 401);
    kit_problem(k, 401, "bad_credentials", "unknown");
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
        kit_sign_in(k, "ana@example.com", "wrong", 401);
        kit_problem(k, 401, "bad_credentials", "wrong");
    }
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 401);
    kit_problem(k, 401, "bad_credentials", "the right one does not help, and nothing is told");
    atomic_fetch_add(&k->clock.now, SIGN_IN_LOCK_MS + 1);
    kit_sign_in(k, "ana@example.com", KIT_PASSWORD, 201);
}

static void test_public_routes(void **state)
{
    struct kit *k = *state;
    k->bearer = S("");
    CHECK_INT(kit_send(k, "GET", "/healthz", NULL, NULL), 200, "alive");
    CHECK_STR(kit_str(k, "/version"), S("test"), "its version");
    CHECK_INT(kit_send(k, "GET", "/readyz", NULL, NULL), 200, "migrated");
    CHECK_INT(kit_send(k, "GET", "/metrics", NULL, NULL), 200, "metrics");
    CHECK(str_contains(
              k->body, S("\nstockbridge_http_request_duration_seconds_count{status=\"2xx\"} 2\n")),
        "the two before");
    CHECK_STR(kit_header(k, "X-Content-Type-Options"), S("nosniff"), "headers");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_unknown_addresses),
        KIT_TEST(test_tokens_end),
        KIT_TEST(test_session),
        KIT_TEST(test_own_password),
        KIT_TEST(test_sessions_end),
        KIT_TEST(test_revoked_tokens),
        KIT_TEST(test_lock_out),
        KIT_TEST(test_public_routes),
    };
    return kit_main(argc, argv, "http_route", tests, COUNT_OF(tests));
}
