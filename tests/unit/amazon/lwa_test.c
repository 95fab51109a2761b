/* lwa_test.c: the token cache, one renewal at a time, and every refusal of the token endpoint. */
#include "unit/amazon/script.h"

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int status;
        const char *body;
        enum channel_result want;
        const char *code;
    } rows[] = {
        { "revoked", 400, "{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}",
            CHANNEL_GRANT_LOST, "invalid_grant" },
        { "wrong secret", 401, "{\"error\":\"invalid_client\"}", CHANNEL_CLIENT_WRONG,
            "invalid_client" },
        { "another client's grant", 400, "{\"error\":\"unauthorized_client\"}",
            CHANNEL_CLIENT_WRONG, "unauthorized_client" },
        { "malformed credential", 400, "{\"error\":\"invalid_request\"}", CHANNEL_CLIENT_WRONG,
            "invalid_request" },
        { "scope", 400, "{\"error\":\"invalid_scope\"}", CHANNEL_CLIENT_WRONG, "invalid_scope" },
        { "denied", 403, "{\"error\":\"access_denied\"}", CHANNEL_UNAUTHORIZED, "access_denied" },
        { "their fault", 500, "{\"error\":\"server_error\"}", CHANNEL_BROKEN, "server_error" },
        { "busy", 503, "{\"error\":\"temporarily_unavailable\"}", CHANNEL_BROKEN,
            "temporarily_unavailable" },
        { "a 500 does not revoke", 500, "{\"error\":\"invalid_grant\"}", CHANNEL_BROKEN,
            "invalid_grant" },
        { "too often", 429, "{\"error\":\"invalid_request\"}", CHANNEL_BROKEN, "invalid_request" },
        { "new word", 400, "{\"error\":\"odd_new_word\"}", CHANNEL_BROKEN, "odd_new_word" },
        { "no word", 400, "{}", CHANNEL_BROKEN, "token_http_400" },
        { "a proxy", 401, "<html>who are you</html>", CHANNEL_BROKEN, "token_http_401" },
        { "HTML in a 200", 200, "<html>", CHANNEL_BROKEN, "malformed_reply" },
        { "no token", 200, "{\"expires_in\":3600}", CHANNEL_BROKEN, "malformed_reply" },
        { "empty token", 200, "{\"access_token\":\"\"}", CHANNEL_BROKEN, "malformed_reply" },
        { "a second header line", 200, "{\"access_token\":\"a\\r\\nb: c\"}", CHANNEL_BROKEN,
            "malformed_reply" },
        { "a life of nothing", 200, "{\"access_token\":\"a\",\"expires_in\":0}", CHANNEL_BROKEN,
            "malformed_reply" },
        { "token of a wrong kind", 200, "{\"access_token\":7}", CHANNEL_BROKEN, "malformed_reply" },
        { "fine", 200, "{\"access_token\":\"a\"}", CHANNEL_DONE, "" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transport_reply reply = { .status = rows[i].status, .body = str_of(rows[i].body) };
        struct amazon_lwa_reply out;
        amazon_lwa_parse(NULL, &reply, &arena, &out);
        CHECK_INT(out.outcome.result, rows[i].want, rows[i].why);
        CHECK_STR(out.outcome.code, str_of(rows[i].code), rows[i].why);
    }
    arena_release(&arena);
}

struct fixture {
    struct script s;
    struct channel_driver *d;
    struct channel_conn *c;
    struct arena arena;
};

static void begin(struct fixture *f)
{
    script_init(&f->s);
    f->c = script_open(&f->s, &f->d);
    arena_init(&f->arena, "test", 16 * 1024 * 1024);
}

static void end(struct fixture *f)
{
    script_close(f->d, f->c);
    script_release(&f->s);
    arena_release(&f->arena);
}

static void take(struct fixture *f, uint64_t stale, const char *want, const char *why)
{
    struct str token = S("");
    uint64_t generation = 0;
    struct channel_outcome outcome;
    struct error e;
    CHECK_ERR(amazon_token(f->c, stale, &f->arena, &token, &generation, &outcome, &e), OK, &e, why);
    CHECK_INT(outcome.result, CHANNEL_DONE, why);
    CHECK_STR(token, str_of(want), why);
}

static void test_cache(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    take(&f, 0, "Atza|token-1", "first");
    CHECK_STR(f.s.sent[0].url, S("https://api.amazon.com/auth/o2/token"), "Amazon's own");
    CHECK_STR(f.s.sent[0].body,
        S("grant_type=refresh_token&refresh_token=Atzr%7Crefresh&client_id=client-id"
          "&client_secret=secret%26value"),
        "form");
    f.s.monotonic += 3539 * 1000;
    take(&f, 0, "Atza|token-1", "more than a minute is left");
    f.s.monotonic += 1000;
    take(&f, 0, "Atza|token-2", "a minute before the end");
    take(&f, 1, "Atza|token-2", "somebody else renewed already");
    take(&f, 2, "Atza|token-3", "this one was refused");
    CHECK_INT(f.s.sent_count, 3, "renewals");
    end(&f);
}

static void test_early_failure(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    script_token(&f.s, 200, "{\"access_token\":\"Atza|a\",\"expires_in\":3600}");
    script_token(&f.s, 503, "");
    script_token(&f.s, 503, "");
    take(&f, 0, "Atza|a", "first");
    f.s.monotonic += 3550 * 1000;
    take(&f, 0, "Atza|a", "the endpoint is down, the token is still good");
    f.s.monotonic += 51 * 1000;
    struct str token;
    uint64_t generation = 0;
    struct channel_outcome outcome;
    struct error e;
    CHECK_ERR(amazon_token(f.c, 0, &f.arena, &token, &generation, &outcome, &e), OK, &e, "down");
    CHECK_INT(outcome.result, CHANNEL_BROKEN, "it ended");
    CHECK_INT(outcome.http_status, 503, "status");
    end(&f);
}

static void test_short_life(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    script_token(&f.s, 200, "{\"access_token\":\"a\",\"expires_in\":10}");
    take(&f, 0, "a", "first");
    f.s.monotonic += 4000;
    take(&f, 0, "a", "not renewed on every call");
    f.s.monotonic += 1000;
    take(&f, 0, "Atza|token-2", "but at half of its life");
    end(&f);
}

static void test_replaced(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct str kept = S("");
    take(&f, 0, "Atza|token-1", "first");
    CHECK_INT(amazon_refresh_token(f.c, &f.arena, &kept), 0, "the same came back");
    script_token(&f.s, 200, "");
    f.s.token_reply_count = 2;
    f.s.token_replies[1] = (struct script_reply){ .status = 200,
        .body = "{\"access_token\":\"b\",\"refresh_token\":\"Atzr|new\"}" };
    take(&f, 1, "b", "renewed");
    CHECK_INT(amazon_refresh_token(f.c, &f.arena, &kept), 1, "another came back");
    CHECK_STR(kept, S("Atzr|new"), "to be stored");
    take(&f, 2, "Atza|token-3", "renewed with the new one");
    CHECK(str_contains(f.s.sent[2].body, S("Atzr%7Cnew")), "the new one is used");
    end(&f);
}

static void *take_in_thread(void *arg)
{
    struct fixture *f = arg;
    struct arena arena;
    arena_init(&arena, "thread", 1024 * 1024);
    struct str token = S("");
    uint64_t generation = 0;
    struct channel_outcome outcome;
    struct error e;
    enum err rc = amazon_token(f->c, 0, &arena, &token, &generation, &outcome, &e);
    bool same = rc == OK && str_eq(token, S("Atza|token-1"));
    bool lost = rc == OK && outcome.result == CHANNEL_GRANT_LOST;
    arena_release(&arena);
    if (same) return f;
    return lost ? f->c : NULL;
}

static void test_single_flight(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.s.token_yields = 20000;
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_in_thread, &f), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *got;
        pthread_join(threads[i], &got);
        CHECK(got == &f, "all have the one token");
    }
    CHECK_INT(f.s.sent_count, 1, "one renewal for all");
    end(&f);
}

static void test_shared_failure(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.s.token_yields = 20000;
    for (int i = 0; i < 8; i++)
        script_token(&f.s, 400, "{\"error\":\"invalid_grant\"}");
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_in_thread, &f), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *got;
        pthread_join(threads[i], &got);
        CHECK(got == f.c, "all hear of it");
    }
    CHECK_INT(f.s.in_token_most, 1, "never two at once");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_early_failure),
        cmocka_unit_test(test_short_life),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_single_flight),
        cmocka_unit_test(test_shared_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
