/* route_test.c: dispatch, signing in, CSRF, and what each role may do, over every route. */
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

struct one_route {
    struct str method;
    const char *name, *path, *area, *level;
    bool is_public;
};

/* The path with 999999 for every id. */
static const char *with_ids(struct kit *k, struct str path)
{
    struct buf b;
    buf_init(&b, 300);
    buf_put(&b, S("/api/v1"));
    while (path.len) {
        struct str before, after;
        bool more = str_cut(path, '{', &before, &after);
        buf_put(&b, before);
        if (more) buf_put(&b, S("999999"));
        path = more ? str_sub(after, 1, after.len) : S("");
    }
    const char *out = arena_str(&k->arena, buf_str(&b)).at;
    buf_release(&b);
    return out;
}

static void each_route(struct kit *k, void (*check)(struct kit *k, const struct one_route *r))
{
    struct one_route r;
    size_t count = 0;
    for (const char *name; (name = api_route_name(count, &r.area, &r.level)); count++) {
        struct str path;
        struct str copy = arena_str(&k->arena, str_of(name));
        str_cut(copy, ' ', &r.method, &path);
        r.name = copy.at;
        r.method = arena_str(&k->arena, r.method);
        r.path = with_ids(k, path);
        r.is_public = str_eq(copy, S("POST /session"));
        check(k, &r);
    }
    CHECK(count > 80, "the whole table");
}

static bool takes_body(const struct one_route *r)
{
    return str_eq(r->method, S("POST")) || str_eq(r->method, S("PATCH"));
}

static void needs_caller(struct kit *k, const struct one_route *r)
{
    if (r->is_public) return;
    const char *body = takes_body(r) ? "not json" : NULL;
    k->bearer = S("");
    kit_send(k, r->method.at, r->path, body, NULL);
    kit_problem(k, 401, "unauthenticated", r->name);
    CHECK_STR(kit_header(k, "WWW-Authenticate"), S("Bearer"), r->name);
    k->bearer = S("wrong");
    kit_send(k, r->method.at, r->path, body, NULL);
    kit_problem(k, 401, "unauthenticated", r->name);
}

static void test_every_route_needs_a_caller(void **state)
{
    each_route(*state, needs_caller);
}

static enum permission level_of(const char *name)
{
    for (int i = PERMISSION_NONE; i <= PERMISSION_FULL; i++)
        if (str_eq(str_of(permission_name((enum permission)i)), str_of(name)))
            return (enum permission)i;
    fail_msg("no level %s", name);
    return PERMISSION_NONE;
}

static enum area area_of(const char *name)
{
    for (int i = 0; i < AREA_COUNT; i++)
        if (str_eq(str_of(area_name((enum area)i)), str_of(name))) return (enum area)i;
    fail_msg("no area %s", name);
    return AREA_PEOPLE;
}

static void keeps_to_matrix(struct kit *k, const struct one_route *r)
{
    enum permission level = level_of(r->level);
    if (level == PERMISSION_NONE) return;
    for (int i = 0; i < ROLE_COUNT; i++) {
        bool may = permission_of((enum role)i, area_of(r->area)) >= level;
        k->bearer = k->tokens[i];
        kit_send(k, r->method.at, r->path, takes_body(r) ? "{\"nonsense\": 1}" : NULL, NULL);
        const char *why = kit_fmt(k, "%s as %s: %d %.*s", r->name, role_name((enum role)i),
            k->status, STR_FMT(str_sub(k->body, 0, 300)));
        if (!may) kit_problem(k, 403, "forbidden", why);
        if (may) CHECK(k->status != 403 && k->status != 401 && k->status < 500, why);
        if (may && takes_body(r)) CHECK(k->status >= 400, why);
    }
}

static void test_every_role(void **state)
{
    each_route(*state, keeps_to_matrix);
}

static void knows_its_query(struct kit *k, const struct one_route *r)
{
    if (!str_eq(r->method, S("GET"))) return;
    kit_send(k, "GET", kit_fmt(k, "%s?colour=red", r->path), NULL, NULL);
    kit_problem(k, 400, "unknown_parameter", r->name);
    kit_fault(k, "?colour", "unknown_parameter", r->name);
}

static void test_unknown_parameters(void **state)
{
    each_route(*state, knows_its_query);
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

enum { SESSION_MS = 12 * 60 * 60 * 1000, LOCK_MS = 30 * 60 * 1000 };
#define PASSWORD "maple-otter-canyon-71"

static const char *sign_in(struct kit *k, const char *email, const char *password, int want)
{
    k->bearer = S("");
    CALL(k, "POST", "/session",
        kit_fmt(k, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password), want);
    if (want != 201) return "";
    struct str cookie = kit_header(k, "Set-Cookie"), head, tail;
    CHECK(str_contains(cookie, S("; HttpOnly; SameSite=Lax")), "not for scripts");
    str_cut(cookie, ';', &head, &tail);
    return kit_fmt(k, "Cookie: x=y; %.*s\n", STR_FMT(head));
}

static void test_session(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "manager", PASSWORD);
    const char *cookie = sign_in(k, "Ana@Example.com", PASSWORD, 201);
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
    cookie = sign_in(k, "ana@example.com", PASSWORD, 201);
    atomic_fetch_add(&k->clock.now, SESSION_MS + 1);
    CALL_WITH(k, "GET", "/me", NULL, cookie, 401);
}

static void test_own_password(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", PASSWORD);
    const char *cookie = sign_in(k, "ana@example.com", PASSWORD, 201);
    struct str csrf = kit_str(k, "/csrf_token");
    const char *both = kit_fmt(k, "%sX-CSRF-Token: %.*s", cookie, STR_FMT(csrf));
    CALL_WITH(k, "PATCH", "/me", "{\"name\":\"Ana\"}", both, 200);
    CHECK_STR(kit_str(k, "/user/name"), S("Ana"), "renamed");
    CALL_WITH(k, "PATCH", "/me", "{\"password\":\"another-long-one\"}", both, 422);
    kit_fault(k, "/current_password", "required", "needs the current one");
    CALL_WITH(k, "PATCH", "/me",
        "{\"password\":\"another-long-one\",\"current_password\":\"wrong\"}", both, 422);
    CALL_WITH(k, "PATCH", "/me", "{\"password\":\"short\",\"current_password\":\"" PASSWORD "\"}",
        both, 422);
    kit_fault(k, "/password", "too_short", "twelve characters");
    CALL_WITH(k, "PATCH", "/me",
        "{\"password\":\"another-long-one\",\"current_password\":\"" PASSWORD "\"}", both, 200);
    CHECK(kit_header(k, "Set-Cookie").len, "a new session");
    CALL_WITH(k, "GET", "/me", NULL, cookie, 401);
    sign_in(k, "ana@example.com", PASSWORD, 401);
    sign_in(k, "ana@example.com", "another-long-one", 201);
}

static void test_lock_out(void **state)
{
    struct kit *k = *state;
    kit_user(k, "ana@example.com", "viewer", PASSWORD);
    sign_in(k, "nobody@example.com", PASSWORD, 401);
    kit_problem(k, 401, "bad_credentials", "unknown");
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
        sign_in(k, "ana@example.com", "wrong", 401);
        kit_problem(k, 401, "bad_credentials", "wrong");
    }
    sign_in(k, "ana@example.com", PASSWORD, 401);
    kit_problem(k, 401, "bad_credentials", "the right one does not help, and nothing is told");
    atomic_fetch_add(&k->clock.now, LOCK_MS + 1);
    sign_in(k, "ana@example.com", PASSWORD, 201);
}

static void test_public_routes(void **state)
{
    struct kit *k = *state;
    k->bearer = S("");
    CHECK_INT(kit_send(k, "GET", "/healthz", NULL, NULL), 200, "alive");
    CHECK_STR(kit_str(k, "/version"), S("test"), "its version");
    CHECK_INT(kit_send(k, "GET", "/readyz", NULL, NULL), 200, "migrated");
    CHECK_INT(kit_send(k, "GET", "/metrics", NULL, NULL), 200, "metrics");
    CHECK(str_contains(k->body, S("\nstockbridge_http_requests_total 3\n")), "three");
    CHECK_STR(kit_header(k, "X-Content-Type-Options"), S("nosniff"), "headers");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_unknown_addresses),
        KIT_TEST(test_every_route_needs_a_caller),
        KIT_TEST(test_every_role),
        KIT_TEST(test_unknown_parameters),
        KIT_TEST(test_tokens_end),
        KIT_TEST(test_session),
        KIT_TEST(test_own_password),
        KIT_TEST(test_lock_out),
        KIT_TEST(test_public_routes),
    };
    return kit_main(argc, argv, "http_route", tests, COUNT_OF(tests));
}
