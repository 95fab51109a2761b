/* once_test.c: what is kept of an answer that holds a secret, and what comes back. */
#include "kit.h"

struct kept {
    struct kit *k;
    struct str answer;
};

static enum err read_kept(struct tx *tx, void *ctx, struct error *e)
{
    struct kept *kept = ctx;
    struct stmt *st = tx_prepare(tx, "SELECT answer FROM idempotency");
    kept->answer = stmt_row(st) ? stmt_str(st, 0, &kept->k->arena) : S("");
    return stmt_end(st, e);
}

static enum err spoil_kept(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    return stmt_run(tx_prepare(tx, "UPDATE idempotency SET key = 'moved'"), NULL, e);
}

/* The same POST twice; the secret at this place of the answer is not in the database. */
static void twice(
    struct kit *k, const char *path, const char *body, const char *other, const char *place)
{
    struct kept kept = { k, S("") };
    struct error e;
    CALL_WITH(k, "POST", path, body, "Idempotency-Key: k", 201);
    struct str first = k->body, secret = kit_str(k, place);
    CHECK(secret.len >= 20, "a secret");
    CHECK_ERR(db_read(k->h.db, "kept", read_kept, &kept, &e), OK, &e, "what is kept");
    CHECK(kept.answer.len > first.len && !str_contains(kept.answer, secret), "it is sealed");
    CALL_WITH(k, "POST", path, body, "Idempotency-Key: k", 201);
    CHECK_STR(k->body, first, "the first answer again");
    CALL_WITH(k, "POST", path, other, "Idempotency-Key: k", 409);
    kit_problem(k, 409, "idempotency_conflict", "another body");
}

static void test_token(void **state)
{
    twice(*state, "/tokens", "{\"name\":\"T\",\"role\":\"viewer\"}",
        "{\"name\":\"U\",\"role\":\"viewer\"}", "/secret");
}

static void test_user(void **state)
{
    struct kit *k = *state;
    const char *body = "{\"email\":\"eve@example.com\",\"role\":\"viewer\"}";
    twice(k, "/users", body, "{\"email\":\"ed@example.com\",\"role\":\"viewer\"}", "/password");
    CALL_WITH(k, "POST", "/users", body, "Idempotency-Key: other", 409);
    kit_problem(k, 409, "duplicate", "there is one user");
}

static void test_moved(void **state)
{
    struct kit *k = *state;
    struct error e;
    const char *body = "{\"name\":\"T\",\"role\":\"viewer\"}";
    CALL_WITH(k, "POST", "/tokens", body, "Idempotency-Key: k", 201);
    CHECK_ERR(db_write(k->h.db, "spoil", spoil_kept, NULL, &e), OK, &e, "under another key");
    CALL_WITH(k, "POST", "/tokens", body, "Idempotency-Key: moved", 500);
    kit_problem(k, 500, "internal", "an answer belongs to its key");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_token),
        KIT_TEST(test_user),
        KIT_TEST(test_moved),
    };
    return kit_main(argc, argv, "http_once", tests, COUNT_OF(tests));
}
