/* request_test.c: headers, the one renewal and repeat, and errors of our own. */
#include "unit/amazon/script.h"

#define DENIED                                                                                     \
    "{\"errors\":[{\"code\":\"Unauthorized\",\"message\":\"Access to requested resource is "       \
    "denied.\",\"details\":\"The access token you provided has expired.\"}]}"

struct fixture {
    struct script s;
    struct channel_driver *d;
    struct channel_conn *c;
    struct arena arena;
    struct channel_outcome outcome;
    struct transport_reply reply;
    struct error e;
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

static enum err get(struct fixture *f)
{
    const struct amazon_call call = { S("GET"), S("/x?y=1"), S(""), 1000 };
    return amazon_send(f->c, &call, &f->arena, &f->reply, &f->outcome, &f->e);
}

static void test_headers(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    script_reply(&f.s, 200, "{}");
    CHECK_ERR(get(&f), OK, &f.e, "sent");
    const struct script_sent *sent = &f.s.sent[1];
    CHECK_STR(sent->url, S("https://sellingpartnerapi-na.amazon.com/x?y=1"), "url");
    CHECK_STR(sent->token, S("Atza|token-1"), "token");
    CHECK_STR(sent->date, S("20261123T152210Z"), "date");
    CHECK(sent->agent.len < 500 && str_starts(sent->agent, S("Stockbridge/")), "agent");
    CHECK_INT(sent->type.len, 0, "no type without a body");
    CHECK(!sent->cleartext, "https only");
    CHECK_STR(f.outcome.request_id, S("req-1"), "request id");
    end(&f);
}

static void test_repeat(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int first, second;
        enum channel_result want;
        size_t sent;
    } rows[] = {
        { "expired: 403, then fine", 403, 200, CHANNEL_DONE, 4 },
        { "401 as well", 401, 200, CHANNEL_DONE, 4 },
        { "a lost role", 403, 403, CHANNEL_UNAUTHORIZED, 4 },
        { "another error after it", 403, 429, CHANNEL_THROTTLED, 4 },
        { "nothing else is repeated", 429, 200, CHANNEL_THROTTLED, 2 },
        { "nor this", 500, 200, CHANNEL_BROKEN, 2 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        script_reply(&f.s, rows[i].first, DENIED);
        script_reply(&f.s, rows[i].second, DENIED);
        CHECK_ERR(get(&f), OK, &f.e, rows[i].why);
        CHECK_INT(f.outcome.result, rows[i].want, rows[i].why);
        CHECK_INT(f.s.sent_count, rows[i].sent, rows[i].why);
        if (rows[i].sent == 4)
            CHECK_STR(f.s.sent[3].token, S("Atza|token-2"), "with the new token");
        end(&f);
    }
}

static void test_token_trouble(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    script_token(
        &f.s, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"revoked Atzr|refresh\"}");
    CHECK_ERR(get(&f), OK, &f.e, "revoked");
    CHECK_INT(f.outcome.result, CHANNEL_GRANT_LOST, "revoked");
    CHECK_STR(f.outcome.detail, S("revoked [secret]"), "no secret");
    CHECK_INT(f.s.sent_count, 1, "nothing else is sent");
    end(&f);

    begin(&f);
    f.s.token_reply_count = 1;
    f.s.token_replies[0] = (struct script_reply){ .err = ERR_TIMEOUT, .code = "unknown_outcome" };
    CHECK_ERR(get(&f), OK, &f.e, "no answer");
    CHECK_INT(f.outcome.result, CHANNEL_BROKEN, "the call itself was not made");
    end(&f);

    begin(&f);
    f.s.token_reply_count = 1;
    f.s.token_replies[0] = (struct script_reply){ .err = ERR_CANCELED, .code = "canceled" };
    CHECK_ERR(get(&f), ERR_CANCELED, &f.e, "stopping");
    end(&f);
}

static void test_failures(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    script_fail(&f.s, ERR_UNAVAILABLE, "not_sent");
    CHECK_ERR(get(&f), OK, &f.e, "not sent");
    CHECK_INT(f.outcome.result, CHANNEL_BROKEN, "not sent");
    script_fail(&f.s, ERR_TIMEOUT, "unknown_outcome");
    CHECK_ERR(get(&f), OK, &f.e, "no answer");
    CHECK_INT(f.outcome.result, CHANNEL_UNKNOWN, "no answer");
    script_fail(&f.s, ERR_CANCELED, "canceled");
    CHECK_ERR(get(&f), ERR_CANCELED, &f.e, "stopping");
    end(&f);
}

static void test_lists(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    const struct str values[] = { S("a b"), S("c&d") };
    amazon_put_list(&out, S("none"), values, 0);
    amazon_put_list(&out, S("ids"), values, 2);
    amazon_put_time(&out, S("no"), 0);
    amazon_put_time(&out, S("t"), 1795447330123);
    CHECK_STR(buf_str(&out), S("?ids=a%20b%2Cc%26d&t=2026-11-23T15%3A22%3A10.123Z"), "encoded");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_token_trouble),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
