/* settings_test.c: the short lists and the account's settings; bodies, ETags, repeated requests. */
#include "kit.h"

static const char *long_text(struct kit *k, const char *one, int times)
{
    struct buf b;
    buf_init(&b, 4000);
    for (int i = 0; i < times; i++)
        buf_put(&b, str_of(one));
    const char *out = arena_str(&k->arena, buf_str(&b)).at;
    buf_release(&b);
    return out;
}

static void test_lists(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *base, *body, *key;
    } rows[] = {
        { "/grades", "{\"title\":\"Z\",\"color\":\"#2f9e44\",\"position\":7}", "title" },
        { "/damage_conditions", "{\"title\":\"Cracked\",\"initials\":\"CR\"}", "title" },
        { "/warehouses", "{\"name\":\"Second\",\"color\":null}", "name" },
        { "/warehouses/1/locations", "{\"name\":\"Shelf\"}", "name" },
        { "/inventory_statuses", "{\"title\":\"Testing\"}", "title" },
        { "/order_statuses", "{\"title\":\"Packing\",\"is_open\":true}", "title" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", rows[i].base, rows[i].body, 201);
        const char *one = kit_fmt(k, "%s/%lld", rows[i].base, (long long)kit_int(k, "/id"));
        CHECK_STR(kit_header(k, "Location"), str_of(kit_path(k, one)), "where it is");
        CHECK_STR(kit_header(k, "ETag"), S("\"1\""), "its version");
        CALL(k, "POST", rows[i].base, rows[i].body, 409);
        kit_problem(k, 409, "duplicate", rows[i].base);
        CALL(k, "GET", one, NULL, 200);
        CHECK_STR(kit_header(k, "ETag"), S("\"1\""), "its version");
        const char *patch = kit_fmt(k, "{\"%s\":\"Renamed\"}", rows[i].key);
        CALL_WITH(k, "PATCH", one, patch, "If-Match: \"2\"", 412);
        kit_problem(k, 412, "precondition_failed", one);
        CALL_WITH(k, "PATCH", one, patch, "If-Match: \"7\", \"1\"", 200);
        CHECK_STR(kit_header(k, "ETag"), S("\"2\""), "its next version");
        CALL(k, "PATCH", one, "{}", 422);
        CALL_WITH(k, "DELETE", one, NULL, "If-Match: \"1\"", 412);
        CALL_WITH(k, "DELETE", one, NULL, "If-Match: *", 204);
        CALL(k, "GET", one, NULL, 404);
        CALL(k, "DELETE", one, NULL, 404);
    }
    CALL(k, "DELETE", "/inventory_statuses/1", NULL, 409);
    kit_problem(k, 409, "in_use", "a status of the settings");
    CALL(k, "POST", "/warehouses/99/locations", "{\"name\":\"x\"}", 404);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
    CALL(k, "GET", kit_fmt(k, "/warehouses/2/locations/%lld", (long long)kit_int(k, "/id")), NULL,
        404);
}

static void test_pages(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 7; i++)
        CALL(k, "POST", "/damage_conditions",
            kit_fmt(k, "{\"title\":\"D%d\",\"initials\":\"D\"}", i), 201);
    const char *path = "/damage_conditions?limit=3";
    int seen = 0;
    for (int page = 0; page < 3; page++) {
        CALL(k, "GET", path, NULL, 200);
        seen += (int)kit_len(k, "/data");
        if (page < 2)
            path = kit_fmt(
                k, "/damage_conditions?limit=3&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor")));
    }
    CHECK_INT(seen, 7, "all, once");
    CHECK(kit_null(k, "/next_cursor"), "the last page");
    static const char *const bad[] = { "?limit=0", "?limit=501", "?limit=x",
        "?limit=", "?cursor=", "?cursor=n1", "?cursor=bjA", "?cursor=%21", "?limit=1&limit=2",
        "?limit=1e2" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CALL(k, "GET", kit_fmt(k, "/grades%s", bad[i]), NULL, 400);
        kit_problem(k, 400, "bad_parameter", bad[i]);
    }
}

static void test_bodies(void **state)
{
    struct kit *k = *state;
    const struct {
        const char *body, *pointer, *code, *why;
    } rows[] = {
        { "[]", "", "wrong_type", "an array" },
        { "7", "", "wrong_type", "a number" },
        { "null", "", "wrong_type", "null" },
        { "{}", "/title", "required", "nothing" },
        { "{\"title\":null}", "/title", "wrong_type", "null is no title" },
        { "{\"title\":7}", "/title", "wrong_type", "a number is no title" },
        { "{\"title\":[\"a\"]}", "/title", "wrong_type", "an array is no title" },
        { "{\"title\":\"\"}", "/title", "too_short", "empty" },
        { "{\"title\":\" \\u00a0 \"}", "/title", "too_short", "only white space" },
        { "{\"title\":\"a\\nb\"}", "/title", "bad_format", "a line break" },
        { "{\"title\":\"a\\u0085b\"}", "/title", "bad_format", "C1 control" },
        { kit_fmt(k, "{\"title\":\"%s\"}", long_text(k, "x", 101)), "/title", "too_long", "101" },
        { "{\"title\":\"x\",\"x\":1}", "/x", "unknown_field", "unknown" },
        { "{\"title\":\"x\",\"a/b~c\":1}", "/a~1b~0c", "unknown_field", "escaped" },
        { "{\"title\":\"x\",\"position\":-1}", "/position", "too_small", "-1" },
        { "{\"title\":\"x\",\"position\":10001}", "/position", "too_large", "10001" },
        { "{\"title\":\"x\",\"position\":1.0}", "/position", "wrong_type", "a real" },
        { "{\"title\":\"x\",\"position\":\"1\"}", "/position", "wrong_type", "text" },
        { "{\"title\":\"x\",\"position\":true}", "/position", "wrong_type", "a bool" },
        { "{\"title\":\"x\",\"position\":9223372036854775807}", "/position", "too_large", "2^63" },
        { "{\"title\":\"x\",\"color\":\"red\"}", "/color", "bad_format", "a word" },
        { "{\"title\":\"x\",\"color\":\"#12345g\"}", "/color", "bad_format", "no hex" },
        { "{\"title\":\"x\",\"color\":7}", "/color", "wrong_type", "a number" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", "/grades", rows[i].body, 422);
        kit_problem(k, 422, "invalid", rows[i].why);
        kit_fault(k, rows[i].pointer, rows[i].code, rows[i].why);
    }
    CALL(k, "POST", "/grades", "{\"color\":1,\"position\":\"x\",\"y\":{}}", 422);
    CHECK_INT(kit_len(k, "/errors"), 4, "all faults at once");
    CALL(k, "POST", "/grades", kit_fmt(k, "{\"title\":\" %s \"}", long_text(k, "\xc3\xa9", 100)),
        201);
    CHECK_INT(kit_str(k, "/title").len, 200, "100 code points, trimmed");
}

static void test_broken_bodies(void **state)
{
    struct kit *k = *state;
    const struct {
        struct str body;
        const char *why;
    } rows[] = {
        { S("{"), "cut" },
        { S("{\"title\":\"x\"} x"), "something behind" },
        { S("{\"title\":\"x\",\"title\":\"y\"}"), "a key twice" },
        { S("{\"title\":\"a\\u0000b\"}"), "NUL" },
        { S("{\"title\":\"a\0b\"}"), "a real NUL" },
        { S("{\"title\":\"\xff\"}"), "invalid UTF-8" },
        { S("{\"title\":\"\\ud800\"}"), "half a surrogate" },
        { S("{\"position\":99999999999999999999}"), "beyond 64 bits" },
        { S("{\"position\":1e999}"), "beyond a double" },
        { S("{'title':1}"), "not JSON" },
        { S("{\"title\":NaN}"), "not JSON" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        kit_send_bytes(k, "POST", "/api/v1/grades", rows[i].body, NULL);
        kit_problem(k, 400, "bad_json", rows[i].why);
    }
    struct buf b;
    buf_init(&b, (1024 * 1024) + 10);
    for (int i = 0; i < 100; i++)
        buf_put_char(&b, '[');
    kit_send_bytes(k, "POST", "/api/v1/grades", buf_str(&b), NULL);
    kit_problem(k, 400, "bad_json", "too deep");
    while (b.len <= (1024 * 1024))
        buf_put_char(&b, ' ');
    kit_send_bytes(k, "POST", "/api/v1/grades", buf_str(&b), NULL);
    kit_problem(k, 413, "too_large", "too long");
    buf_release(&b);
    static const char *const types[] = { "Content-Type: text/plain",
        "Content-Type: application/jsonx", "Content-Type: application/json; charset=latin1",
        "Content-Type:" };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        CALL_WITH(k, "POST", "/grades", "{\"title\":\"T\"}", types[i], 415);
        kit_problem(k, 415, "unsupported_media_type", types[i]);
    }
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"T\"}",
        "Content-Type: Application/JSON; charset=UTF-8", 201);
    CALL(k, "POST", "/grades", NULL, 415);
}

static void test_initials(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"cracked  back\"}", 201);
    CHECK_STR(kit_str(k, "/initials"), S("CB"), "of each word the first letter");
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"\u00c9clat n d e f g h i j k l\"}", 201);
    CHECK_STR(kit_str(k, "/initials"), S("\xc3\x89NDEFGHIJK"), "ten at most, whole characters");
}

static void test_repeated_requests(void **state)
{
    struct kit *k = *state;
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"T\"}", "Idempotency-Key: k1", 201);
    struct str first = k->body;
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"T\"}", "Idempotency-Key: k1", 201);
    CHECK_STR(k->body, first, "the first answer again");
    CHECK(kit_header(k, "Location").len, "with its place");
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"U\"}", "Idempotency-Key: k1", 409);
    kit_problem(k, 409, "idempotency_conflict", "another body");
    CALL_WITH(k, "POST", "/warehouses", "{\"name\":\"T\"}", "Idempotency-Key: k1", 201);
    k->bearer = k->tokens[ROLE_MANAGER];
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"T\"}", "Idempotency-Key: k1", 409);
    kit_problem(k, 409, "duplicate", "another caller's key is another key");
    CALL_WITH(k, "POST", "/grades", "{\"title\":\"V\"}", "Idempotency-Key: a b", 400);
    kit_problem(k, 400, "bad_header", "a space");
}

static void test_settings(void **state)
{
    struct kit *k = *state;
    CALL(k, "GET", "/settings", NULL, 200);
    CHECK_STR(kit_str(k, "/committed_status"), S("Sold"), "by its title");
    CHECK(kit_true(k, "/unique_skus"), "the default");
    struct str etag = kit_header(k, "ETag");
    CALL(k, "PATCH", "/settings", "{\"received_status\":\"Nope\",\"committed_status\":\"?\"}", 422);
    kit_fault(k, "/received_status", "unknown_value", "no such status");
    kit_fault(k, "/committed_status", "unknown_value", "both are told");
    const char *match = kit_fmt(k, "If-Match: %.*s", STR_FMT(etag));
    CALL_WITH(k, "PATCH", "/settings", "{\"unique_skus\":false}", match, 200);
    CHECK(!kit_true(k, "/unique_skus"), "changed");
    CALL_WITH(k, "PATCH", "/settings", "{\"unique_skus\":true}", match, 412);
    CALL(k, "PATCH", "/settings", "{\"unique_skus\":true}", 200);
}

static void test_people(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/users", "{\"email\":\"Ben@Example.com\",\"role\":\"admin\"}", 201);
    int64_t id = kit_int(k, "/user/id");
    CHECK(kit_str(k, "/password").len == 20, "made here");
    CHECK_STR(kit_str(k, "/user/email"), S("ben@example.com"), "lower case");
    CALL(k, "POST", "/users", "{\"email\":\"ben@example.com\",\"role\":\"viewer\"}", 409);
    kit_problem(k, 409, "duplicate", "twice");
    kit_fault(k, "/email", "duplicate", "twice");
    CALL(k, "PATCH", kit_fmt(k, "/users/%lld", (long long)id), "{\"active\":false}", 409);
    kit_problem(k, 409, "last_admin", "the last one");
    CALL(k, "POST", "/users", "{\"email\":\"nobody\",\"role\":\"boss\",\"password\":\"short\"}",
        422);
    kit_fault(k, "/email", "bad_format", "no address");
    kit_fault(k, "/role", "unknown_value", "no role");
    kit_fault(k, "/password", "too_short", "short");
    CALL(k, "GET", "/users", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "one");
    CALL(k, "POST", "/tokens", "{\"name\":\"L\",\"role\":\"viewer\"}", 201);
    int64_t token = kit_int(k, "/token/id");
    struct str secret = kit_str(k, "/secret"), admin = k->bearer;
    CALL(k, "DELETE", kit_fmt(k, "/tokens/%lld", (long long)token), NULL, 204);
    k->bearer = secret;
    CALL(k, "GET", "/me", NULL, 401);
    k->bearer = admin;
    CALL(k, "POST", "/tokens",
        "{\"name\":\"L\",\"role\":\"viewer\",\"expires_at\":\"2020-01-01T00:00:00Z\"}", 422);
    CALL(k, "GET", "/audit?resource=user", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/action"), S("create"), "told");
    CHECK_STR(kit_str(k, "/data/0/address"), S("192.0.2.7"), "where from");
    CALL(k, "GET", "/audit?from=yesterday", NULL, 400);
}

static void test_events(void **state)
{
    struct kit *k = *state;
    CALL(k, "GET", "/events", NULL, 200);
    struct http_stream *s = k->stream;
    CHECK(s != NULL, "a stream");
    kit_stream_await(k, s, ": here\n\n");
    CALL(k, "GET", "/runs", NULL, 200);
    CALL(k, "GET", "/runs/7", NULL, 404);
    CALL(k, "GET", "/runs?state=running&kind=push_quantities", NULL, 200);
    CALL(k, "GET", "/runs?state=walking", NULL, 400);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_lists),
        KIT_TEST(test_pages),
        KIT_TEST(test_bodies),
        KIT_TEST(test_broken_bodies),
        KIT_TEST(test_initials),
        KIT_TEST(test_repeated_requests),
        KIT_TEST(test_settings),
        KIT_TEST(test_people),
        KIT_TEST(test_events),
    };
    return kit_main(argc, argv, "http_settings", tests, COUNT_OF(tests));
}
