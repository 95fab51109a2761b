/* webhooks_test.c: webhooks as admins set them up; sending itself is in
 * tests/e2e/webhooks.test.mjs. */
#include "kit.h"

static int64_t make(struct kit *k)
{
    CALL(k, "POST", "/webhooks",
        "{\"url\":\"https://shop.example.com/hook\",\"events\":[\"item.*\",\"order.created\"]}",
        201);
    return kit_int(k, "/webhook/id");
}

struct count {
    struct str text;
    int64_t n;
};

/* Rows of the database that hold the text, wherever a webhook leaves some. */
static enum err count_text(struct tx *tx, void *ctx, struct error *e)
{
    struct count *count = ctx;
    struct stmt *st = tx_prepare(
        tx, tx_engine(tx) == DB_SQLITE
                ? "SELECT (SELECT COUNT(*) FROM webhook WHERE INSTR(secret, CAST($1 AS BLOB)) > 0)"
                  " + (SELECT COUNT(*) FROM audit WHERE INSTR(changes, $1) > 0)"
                  " + (SELECT COUNT(*) FROM idempotency WHERE INSTR(answer, $1) > 0)"
                : "SELECT (SELECT COUNT(*) FROM webhook WHERE"
                  " POSITION(CONVERT_TO($1, 'UTF8') IN secret) > 0)"
                  " + (SELECT COUNT(*) FROM audit WHERE POSITION($1 IN changes) > 0)"
                  " + (SELECT COUNT(*) FROM idempotency WHERE POSITION($1 IN answer) > 0)");
    stmt_bind_str(st, 1, count->text);
    return stmt_scalar(st, -1, &count->n, e);
}

static void test_the_secret_is_shown_once(void **state)
{
    struct kit *k = *state;
    const char *body = "{\"url\":\"https://shop.example.com/hook\",\"events\":[\"*\"]}";
    CALL_WITH(k, "POST", "/webhooks", body, "Idempotency-Key: one", 201);
    struct str secret = arena_str(&k->arena, kit_str(k, "/secret"));
    CHECK(str_starts(secret, S("whsec_")), "as receivers know it");
    CHECK_STR(kit_header(k, "Location"), S("/api/v1/webhooks/1"), "where");
    CALL_WITH(k, "POST", "/webhooks", body, "Idempotency-Key: one", 201);
    CHECK_STR(kit_str(k, "/secret"), secret, "the first answer again");
    CALL(k, "GET", "/webhooks/1", NULL, 200);
    CHECK(!str_contains(k->body, S("whsec_")), "not shown again");
    CALL(k, "GET", "/webhooks", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "one");
    CHECK(!str_contains(k->body, S("whsec_")), "nor in the list");
    struct count count = { secret, 0 };
    struct error e;
    CHECK_ERR(db_read(k->h.db, "count", count_text, &count, &e), OK, &e, "look");
    CHECK_INT(count.n, 0, "nowhere in the database");
    CALL(k, "POST", "/webhooks/1/rotate_secret", NULL, 200);
    CHECK(!str_eq(kit_str(k, "/secret"), secret), "another");
    CHECK(!kit_null(k, "/webhook/former_secret_until"), "the former signs too");
    CALL(k, "POST", "/webhooks/1/rotate_secret", "{\"overlap_hours\":0}", 200);
    CHECK(kit_null(k, "/webhook/former_secret_until"), "unless it must not");
}

static void test_settings(void **state)
{
    struct kit *k = *state;
    int64_t id = make(k);
    CHECK_STR(kit_str(k, "/webhook/state"), S("active"), "at once");
    CHECK_INT(kit_len(k, "/webhook/events"), 2, "events");
    CHECK_INT(kit_int(k, "/webhook/behind"), 0, "it begins now");
    const char *path = kit_fmt(k, "/webhooks/%lld", (long long)id);
    CALL(k, "PATCH", path, "{\"state\":\"paused\",\"events\":[\"stock_level.updated\"]}", 200);
    CHECK_STR(kit_str(k, "/state"), S("paused"), "paused");
    CHECK_STR(kit_str(k, "/events/0"), S("stock_level.updated"), "others");
    CALL_WITH(k, "PATCH", path, "{\"description\":\"x\"}", "If-Match: \"1\"", 412);
    static const struct {
        const char *body, *pointer, *code;
    } wrong[] = {
        { "{\"state\":\"disabled\"}", "/state", "unknown_value" },
        { "{\"events\":[]}", "/events", NULL },
        { "{\"events\":[\"phone.*\"]}", "/events/0", "unknown_value" },
        { "{\"events\":[7]}", "/events/0", "wrong_type" },
        { "{\"url\":\"http://shop.example.com/\"}", "/url", "not_allowed" },
        { "{\"url\":\"ftp://shop.example.com/\"}", "/url", "bad_format" },
        { "{\"url\":\"https://me:pw@shop.example.com/\"}", "/url", "bad_format" },
        { "{\"url\":\"https://shop.example.com/#x\"}", "/url", "bad_format" },
        { "{\"url\":\"https://\"}", "/url", "bad_format" },
        { "{}", "", "too_short" },
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CALL(k, "PATCH", path, wrong[i].body, 422);
        kit_fault(k, wrong[i].pointer, wrong[i].code, wrong[i].body);
    }
    CALL(k, "PATCH", path, "{\"url\":\"http://10.0.0.7/\",\"private_addresses\":true}", 200);
    CHECK(kit_true(k, "/private_addresses"), "an admin lets it");
    CALL(k, "PATCH", path, "{\"private_addresses\":false}", 422);
    kit_fault(k, "/url", "not_allowed", "plain http would be left");
    CALL(k, "DELETE", path, NULL, 204);
    CALL(k, "GET", path, NULL, 404);
}

static void test_replay_and_log(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"iPhone 13\"}", 201);
    CALL(k, "GET", "/changes", NULL, 200);
    make(k);
    CHECK_INT(kit_int(k, "/webhook/position"), 1, "at the end of the feed");
    CALL(k, "POST", "/webhooks/1/replay", "{\"since\":0}", 200);
    CHECK_INT(kit_int(k, "/position"), 0, "from the start");
    CHECK_INT(kit_int(k, "/behind"), 1, "one to send");
    CALL(k, "POST", "/webhooks/1/replay", "{\"from\":\"2099-01-01T00:00:00Z\"}", 200);
    CHECK_INT(kit_int(k, "/position"), 1, "nothing is that new");
    CALL(k, "POST", "/webhooks/1/replay", "{\"since\":2}", 422);
    kit_fault(k, "/since", "unknown_value", "beyond the end");
    CALL(k, "POST", "/webhooks/1/replay", "{\"since\":1,\"from\":\"2026-01-01T00:00:00Z\"}", 422);
    kit_fault(k, "", "required", "one of the two");
    CALL(k, "POST", "/webhooks/1/replay", "{}", 422);
    CALL(k, "GET", "/webhooks/1/deliveries?outcome=failed", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "nothing was sent");
    CALL(k, "GET", "/webhooks/9/deliveries", NULL, 404);
    CALL(k, "POST", "/webhooks/1/test", NULL, 503);
    kit_problem(k, 503, "unavailable", "this process sends nothing");
    CALL(k, "POST", "/webhooks/1/resend", "{\"seq\":1}", 503);
    k->bearer = k->tokens[ROLE_WAREHOUSE];
    CALL(k, "GET", "/webhooks", NULL, 403);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_the_secret_is_shown_once),
        KIT_TEST(test_settings),
        KIT_TEST(test_replay_and_log),
    };
    return kit_main(argc, argv, "http_webhooks", tests, COUNT_OF(tests));
}
