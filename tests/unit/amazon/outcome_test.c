/* outcome_test.c: a table of everything that Amazon may answer, and no secret in any of it. */
#include "unit/amazon/script.h"

#define ERRORS(code, message)                                                                      \
    "{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\",\"details\":\"\"}]}"

static void test_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int status;
        const char *body;
        enum channel_result reading, changing;
        const char *code;
    } rows[] = {
        { "200", 200, "{}", CHANNEL_DONE, CHANNEL_DONE, "" },
        { "204", 204, "", CHANNEL_DONE, CHANNEL_DONE, "" },
        { "redirect", 302, "", CHANNEL_BROKEN, CHANNEL_BROKEN, "http_302" },
        { "400", 400, ERRORS("InvalidInput", "Bad"), CHANNEL_REFUSED, CHANNEL_REFUSED,
            "InvalidInput" },
        { "400 in HTML (RFC 7230)", 400, "<html><body>Bad Request</body></html>", CHANNEL_BROKEN,
            CHANNEL_BROKEN, "http_400" },
        { "400 without a body", 400, "", CHANNEL_REFUSED, CHANNEL_REFUSED, "http_400" },
        { "401", 401, ERRORS("Unauthorized", "x"), CHANNEL_UNAUTHORIZED, CHANNEL_UNAUTHORIZED,
            "Unauthorized" },
        { "403", 403, ERRORS("Unauthorized", "x"), CHANNEL_UNAUTHORIZED, CHANNEL_UNAUTHORIZED,
            "Unauthorized" },
        { "403 of a firewall", 403, "<h1>Blocked</h1>", CHANNEL_BROKEN, CHANNEL_BROKEN,
            "http_403" },
        { "404", 404, ERRORS("NOT_FOUND", "x"), CHANNEL_NOT_FOUND, CHANNEL_NOT_FOUND, "NOT_FOUND" },
        { "404 of a proxy", 404, "<html>", CHANNEL_BROKEN, CHANNEL_BROKEN, "http_404" },
        { "404 without a body", 404, "", CHANNEL_BROKEN, CHANNEL_BROKEN, "http_404" },
        { "404 with other JSON", 404, "{\"message\":\"no Route\"}", CHANNEL_BROKEN, CHANNEL_BROKEN,
            "http_404" },
        { "408", 408, "", CHANNEL_BROKEN, CHANNEL_BROKEN, "http_408" },
        { "413", 413, ERRORS("TooLarge", "x"), CHANNEL_REFUSED, CHANNEL_REFUSED, "TooLarge" },
        { "415", 415, ERRORS("Type", "x"), CHANNEL_REFUSED, CHANNEL_REFUSED, "Type" },
        { "429", 429, ERRORS("QuotaExceeded", "x"), CHANNEL_THROTTLED, CHANNEL_THROTTLED,
            "QuotaExceeded" },
        { "429 in HTML", 429, "<html>slow", CHANNEL_THROTTLED, CHANNEL_THROTTLED, "http_429" },
        { "429 without a body", 429, "", CHANNEL_THROTTLED, CHANNEL_THROTTLED, "http_429" },
        { "500", 500, ERRORS("InternalFailure", "x"), CHANNEL_BROKEN, CHANNEL_BROKEN,
            "InternalFailure" },
        { "503", 503, "", CHANNEL_BROKEN, CHANNEL_BROKEN, "http_503" },
        { "504 does not know", 504, "<html>", CHANNEL_BROKEN, CHANNEL_UNKNOWN, "http_504" },
        { "errors without a code", 400, "{\"errors\":[{}]}", CHANNEL_REFUSED, CHANNEL_REFUSED,
            "http_400" },
        { "errors of a wrong kind", 400, "{\"errors\":[7]}", CHANNEL_BROKEN, CHANNEL_BROKEN,
            "http_400" },
    };
    struct arena arena;
    arena_init(&arena, "test", 16 * 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transport_reply reply = { .status = rows[i].status, .body = str_of(rows[i].body) };
        struct channel_outcome o;
        amazon_outcome_of_reply(NULL, true, &reply, &arena, &o);
        CHECK_INT(o.result, rows[i].reading, rows[i].why);
        CHECK_STR(o.code, str_of(rows[i].code), rows[i].why);
        CHECK_INT(o.http_status, rows[i].status, rows[i].why);
        amazon_outcome_of_reply(NULL, false, &reply, &arena, &o);
        CHECK_INT(o.result, rows[i].changing, rows[i].why);
    }
    arena_release(&arena);
}

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        enum err err;
        const char *code;
        enum err want;
        enum channel_result reading, changing;
    } rows[] = {
        { "no connection", ERR_UNAVAILABLE, "not_sent", OK, CHANNEL_BROKEN, CHANNEL_BROKEN },
        { "connect timeout", ERR_TIMEOUT, "not_sent", OK, CHANNEL_BROKEN, CHANNEL_BROKEN },
        { "reset", ERR_UNAVAILABLE, "unknown_outcome", OK, CHANNEL_UNKNOWN, CHANNEL_UNKNOWN },
        { "no answer", ERR_TIMEOUT, "unknown_outcome", OK, CHANNEL_UNKNOWN, CHANNEL_UNKNOWN },
        { "endless", ERR_TOO_LARGE, "too_large", OK, CHANNEL_BROKEN, CHANNEL_UNKNOWN },
        { "stopping", ERR_CANCELED, "canceled", ERR_CANCELED, CHANNEL_DONE, CHANNEL_DONE },
        { "our bug", ERR_INVALID, "invalid", ERR_INVALID, CHANNEL_DONE, CHANNEL_DONE },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int reading = 0; reading < 2; reading++) {
            struct error e;
            struct channel_outcome o;
            (void)error_code(&e, rows[i].err, rows[i].code, "x");
            enum err rc = amazon_outcome_of_failure(NULL, reading, rows[i].err, &e, &arena, &o);
            CHECK_INT(rc, rows[i].want, rows[i].why);
            if (rc != OK) continue;
            CHECK_INT(o.result, reading ? rows[i].reading : rows[i].changing, rows[i].why);
            CHECK_INT(o.http_status, 0, rows[i].why);
        }
    arena_release(&arena);
}

static void test_rate(void **state)
{
    (void)state;
    static const struct {
        const char *why, *value;
        int64_t want;
    } rows[] = {
        { "documented", "0.0056", 5600 },
        { "whole", "5", 5000000 },
        { "with spaces", " 5.0 ", 5000000 },
        { "more than can be used", "15000.0", 10000000000 },
        { "nonsense", "fast", 0 },
        { "zero", "0", 0 },
        { "negative", "-1", 0 },
        { "absurd", "1e12", 0 },
        { "empty", "", 0 },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transport_reply reply = { .status = 200, .header_count = 2 };
        reply.headers[0] = (struct transport_header){ S("x-amzn-RequestId"), S("abc-1") };
        reply.headers[1] =
            (struct transport_header){ S("x-amzn-RateLimit-Limit"), str_of(rows[i].value) };
        struct channel_outcome o;
        amazon_outcome_of_reply(NULL, true, &reply, &arena, &o);
        CHECK_INT(o.rate_micro_per_s, rows[i].want, rows[i].why);
        CHECK_STR(o.request_id, S("abc-1"), rows[i].why);
    }
    arena_release(&arena);
}

static void test_server_time(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        time_ms want;
    } rows[] = {
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
        { "Sun, 31 Feb 1994 08:49:37 GMT", 0 },
        { "Sun, 06 Xyz 1994 08:49:37 GMT", 0 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 0 },
        { "", 0 },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transport_reply reply = { .status = 429, .header_count = 1 };
        reply.headers[0] = (struct transport_header){ S("Date"), str_of(rows[i].value) };
        struct channel_outcome o;
        amazon_outcome_of_reply(NULL, true, &reply, &arena, &o);
        CHECK_INT(o.server_time, rows[i].want, rows[i].value);
    }
    arena_release(&arena);
}

static void test_clean(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text, *want;
    } rows[] = {
        { "plain", "You exceeded your quota.", "You exceeded your quota." },
        { "lines", "one\n\ttwo  three ", "one two three" },
        { "markup", "<html><head><b>Bad</b> Request</head>", "Bad Request" },
        { "no markup", "a < b", "a < b" },
        { "access token", "token Atza|IQEBLjAsAh is old", "token [secret] is old" },
        { "encoded token", "refresh_token=Atzr%7CIwEBI&x=1", "refresh_token=[secret]&x=1" },
        { "secret", "with amzn1.oa2-cs.v1.abcdef.", "with [secret]" },
        { "in JSON", "{\"t\":\"Atz.sprdt|abc\"}", "{\"t\":\"[secret]\"}" },
        { "this connection's", "client secret&value!", "client [secret]!" },
        { "invalid UTF-8",
            "a\xC0\xAF"
            "b",
            "a??b" },
        { "UTF-8", "d\xC3\xA9j\xC3\xA0", "d\xC3\xA9j\xC3\xA0" },
    };
    struct script s;
    struct channel_driver *d;
    struct arena arena;
    script_init(&s);
    struct channel_conn *c = script_open(&s, &d);
    arena_init(&arena, "test", 4 * 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(
            amazon_clean(c, &arena, str_of(rows[i].text), 400), str_of(rows[i].want), rows[i].why);
    /* Each é is two bytes; an odd limit falls into the middle of one. */
    struct str text = S("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
    CHECK_STR(amazon_clean(c, &arena, text, 5), S("\xC3\xA9\xC3\xA9"), "cut between characters");
    char longest[9000];
    memset(longest, 'x', sizeof longest);
    CHECK_INT(amazon_clean(c, &arena, (struct str){ longest, sizeof longest }, 400).len, 400,
        "at most 400 bytes");
    script_close(d, c);
    script_release(&s);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_server_time),
        cmocka_unit_test(test_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
