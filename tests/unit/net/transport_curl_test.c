/*
 * transport_curl_test.c: the libcurl transport against our own server, and against peers that break
 * off: what counts is whether "not sent" is told from "outcome unknown", for a push that is
 * wrongly called unsent would be made twice.
 */
#include "check.h"

#include "http_fixture.h"
#include "net/transport.h"
#include "peer.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLY_MAX = 8 * 1024 * 1024 };

static struct transport *transport;
static struct arena arena;

static void make_transport(void)
{
    const struct transport_curl_options options = {
        .user_agent = S("Stockbridge/test"),
        .connect_timeout_ms = 5000,
    };
    struct error e;
    CHECK_ERR(transport_curl_new(&options, &transport, &e), OK, &e, "a transport");
}

static int setup(void **state)
{
    (void)state;
    /* A transport that looked at these would reach nothing. */
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    arena_init(&arena, "test", (size_t)64 * 1024 * 1024);
    make_transport();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    transport->release(transport);
    arena_release(&arena);
    return 0;
}

static struct transport_request request(const char *method, int port, const char *path)
{
    return (struct transport_request){ .method = str_of(method),
        .url = arena_fmt(&arena, "http://127.0.0.1:%d%s", port, path),
        .timeout_ms = 10000,
        .reply_max = REPLY_MAX,
        .cleartext_okay = true };
}

static void test_exchanges(void **state)
{
    (void)state;
    struct http_fixture f;
    struct transport_reply reply;
    struct error e;
    http_fixture_start(&f, http_fixture_options());

    struct transport_request q = request("GET", f.port, "/hello");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "GET");
    CHECK_INT(reply.status, 200, "GET");
    CHECK_STR(reply.body, S("{\"hello\":1}"), "GET");
    CHECK_STR(transport_reply_header(&reply, S("CONTENT-type")), S("text/plain"), "without case");
    CHECK_STR(transport_reply_header(&reply, S("X-None")), S(""), "no such header");

    q = request("POST", f.port, "/echo");
    q.body = S("a\0b\xff");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "POST");
    CHECK_STR(reply.body, S("a\0b\xff"), "any bytes");

    q = request("POST", f.port, "/echo");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "POST without body");
    CHECK_INT(reply.body.len, 0, "POST without body");

    q = request("HEAD", f.port, "/hello");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "HEAD");
    CHECK_INT(reply.body.len, 0, "HEAD");

    q = request("GET", f.port, "/big");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "4 MiB");
    CHECK_INT(reply.body.len, FIXTURE_BIG, "4 MiB");

    const struct transport_header headers[] = { { S("X-Test"), S("one two") } };
    q = request("GET", f.port, "/headers");
    q.headers = headers;
    q.header_count = 1;
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "a header");
    CHECK_STR(reply.body, S("one two"), "a header");

    q = request("GET", f.port, "/none/../../x");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "dots");
    CHECK_STR(reply.body, S("/none/../../x"), "the path is sent as it is");

    CHECK_INT(http_fixture_stats(&f).connections, 1, "one connection for all of them");
    http_fixture_stop(&f);
}

static void test_what_is_sent(void **state)
{
    (void)state;
    const struct peer_step steps[] = {
        { S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), PEER_CLOSE },
    };
    const struct transport_header headers[] = { { S("X-Empty"), S("") } };
    struct peer p;
    struct transport_reply reply;
    struct error e;
    peer_start(&p, steps, COUNT_OF(steps));
    struct transport_request q = request("PATCH", p.port, "/a?b=c%20d");
    q.headers = headers;
    q.header_count = 1;
    q.body = S("{}");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "PATCH");
    peer_join(&p);
    struct str head = buf_str(&p.heads);
    CHECK(str_starts(head, S("PATCH /a?b=c%20d HTTP/1.1\r\n")), "method and target");
    CHECK(str_contains(head, S("User-Agent: Stockbridge/test\r\n")), "who we are");
    CHECK(str_contains(head, S("X-Empty:\r\n")), "an empty header");
    CHECK(str_contains(head, S("Content-Length: 2\r\n")), "the length");
    CHECK(!str_contains(head, S("Content-Type")), "no type that the caller did not give");
    CHECK(!str_contains(head, S("Expect")), "no Expect");
    peer_release(&p);
}

static void test_requests_that_cannot_be_sent(void **state)
{
    (void)state;
    const struct {
        struct transport_request request;
        const char *code, *why;
    } rows[] = {
        { { .url = S("http://127.0.0.1:1/") }, "cleartext", "cleartext has to be allowed" },
        { { .url = S("ftp://127.0.0.1/") }, "bad_url", "another protocol" },
        { { .url = S("file:///etc/passwd") }, "bad_url", "a file" },
        { { .url = S("/x") }, "bad_url", "not absolute" },
        { { .url = S("https://a/b c") }, "bad_url", "a space" },
        { { .url = S("https://a/b\0c") }, "bad_url", "a NUL" },
        { { .url = S("https://u:p@127.0.0.1:1/") }, "bad_url", "a user in the URL" },
        { { .url = S("https://a/"), .method = S("GET /") }, "bad_method", "not a token" },
        { { .url = S("https://a/"),
              .headers = &(struct transport_header){ S("A"), S("b\r\nC: d") },
              .header_count = 1 },
            "bad_header", "two headers in one" },
        { { .url = S("https://a/"),
              .headers = &(struct transport_header){ S("A:"), S("b") },
              .header_count = 1 },
            "bad_header", "no token" },
        { { .url = S("https://a/"),
              .headers = &(struct transport_header){ S("content-length"), S("1") },
              .header_count = 1 },
            "bad_header", "framing is the transport's" },
        { { .url = S("https://a/"), .timeout_ms = -1 }, "bad_timeout", "no deadline" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transport_request q = rows[i].request;
        struct transport_reply reply;
        struct error e;
        if (q.method.len == 0) q.method = S("GET");
        if (q.timeout_ms == 0) q.timeout_ms = 1000;
        CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_INVALID, &e, rows[i].why);
        CHECK_STR(str_of(e.code), str_of(rows[i].code), rows[i].why);
    }
}

static void test_nothing_was_sent(void **state)
{
    (void)state;
    struct transport_reply reply;
    struct error e;
    int port;
    close(wire_listen(&port));
    struct transport_request q = request("GET", port, "/");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_UNAVAILABLE, &e, "refused");
    CHECK_STR(str_of(e.code), S("not_sent"), "nobody listens");

    q.url = S("https://name.invalid/");
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_UNAVAILABLE, &e, "DNS");
    CHECK_STR(str_of(e.code), S("not_sent"), "no such name");

    const struct peer_step closes[] = { { S("HTTP/1.1 400 Bad\r\n\r\n"), PEER_HOLD_RAW } };
    struct peer p;
    peer_start(&p, closes, 1);
    q.url = arena_fmt(&arena, "https://127.0.0.1:%d/", p.port);
    q.timeout_ms = 100;
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_TIMEOUT, &e, "silence");
    CHECK_STR(str_of(e.code), S("not_sent"), "the TLS handshake was never finished");
    peer_join(&p);
    peer_release(&p);
}

static void test_outcome_unknown(void **state)
{
    (void)state;
    const struct {
        struct peer_step step;
        enum err want;
        const char *why;
    } rows[] = {
        { { S(""), PEER_CLOSE }, ERR_UNAVAILABLE, "closed before the reply" },
        { { S(""), PEER_RESET }, ERR_UNAVAILABLE, "reset before the reply" },
        { { S("HTTP/1.1 200 OK\r\nContent-"), PEER_CLOSE }, ERR_UNAVAILABLE, "half a head" },
        { { S("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), PEER_CLOSE }, ERR_UNAVAILABLE,
            "a body cut short" },
        { { S("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), PEER_CLOSE },
            ERR_UNAVAILABLE, "no last chunk" },
        { { S("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), PEER_CLOSE },
            ERR_UNAVAILABLE, "a broken chunk" },
        { { S("hello\r\n"), PEER_CLOSE }, ERR_UNAVAILABLE, "not HTTP" },
        { { S("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), PEER_RESET }, ERR_UNAVAILABLE,
            "reset in the body" },
        { { S(""), PEER_HOLD }, ERR_TIMEOUT, "no reply in time" },
        { { S("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), PEER_HOLD }, ERR_TIMEOUT,
            "half a body in time" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct peer p;
        struct transport_reply reply;
        struct error e;
        peer_start(&p, &rows[i].step, 1);
        struct transport_request q = request("POST", p.port, "/");
        if (rows[i].want == ERR_TIMEOUT) q.timeout_ms = 200;
        CHECK_ERR(
            transport->send(transport, &q, &arena, &reply, &e), rows[i].want, &e, rows[i].why);
        CHECK_STR(str_of(e.code), S("unknown_outcome"), rows[i].why);
        peer_join(&p);
        CHECK_INT(p.requests, 1, "never again by itself");
        peer_release(&p);
    }
}

/* libcurl itself would send again here. */
static void test_kept_connection_breaks(void **state)
{
    (void)state;
    const struct peer_step steps[] = {
        { S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), PEER_KEEP },
        { S(""), PEER_CLOSE },
        { S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), PEER_CLOSE },
    };
    const char *const methods[] = { "GET", "POST", "DELETE" };
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct peer p;
        struct transport_reply reply;
        struct error e;
        peer_start(&p, steps, COUNT_OF(steps));
        struct transport_request q = request(methods[i], p.port, "/");
        CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, "the first");
        CHECK_ERR(
            transport->send(transport, &q, &arena, &reply, &e), ERR_UNAVAILABLE, &e, methods[i]);
        CHECK_STR(str_of(e.code), S("unknown_outcome"), methods[i]);
        peer_join(&p);
        CHECK_INT(p.requests, 2, methods[i]);
        peer_release(&p);
    }
}

static void test_complete_replies(void **state)
{
    (void)state;
    const struct {
        struct peer_step step;
        int status;
        struct str body;
        const char *why;
    } rows[] = {
        { { S("HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
              PEER_CLOSE },
            503, S("<html>"), "a proxy's error page is a reply" },
        { { S("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
              PEER_CLOSE },
            302, S(""), "redirects are not followed" },
        { { S("HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 200 OK\r\nX: 2\r\n"
              "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"),
              PEER_CLOSE },
            200, S("abc"), "an interim reply, chunks and a trailer" },
        { { S("HTTP/1.0 200 OK\r\nX: 2\r\n\r\nabc"), PEER_CLOSE }, 200, S("abc"),
            "ended by closing" },
        { { S("HTTP/1.1 204 No\r\nX: 2\r\n\r\n"), PEER_CLOSE }, 204, S(""), "no content" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct peer p;
        struct transport_reply reply;
        struct error e;
        peer_start(&p, &rows[i].step, 1);
        struct transport_request q = request("GET", p.port, "/");
        CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, rows[i].why);
        CHECK_INT(reply.status, rows[i].status, rows[i].why);
        CHECK_STR(reply.body, rows[i].body, rows[i].why);
        CHECK_STR(transport_reply_header(&reply, S("X-Trailer")), S(""), "trailers are dropped");
        if (i >= 2) CHECK_STR(transport_reply_header(&reply, S("X")), S("2"), "the last head's");
        peer_join(&p);
        CHECK_INT(p.requests, 1, rows[i].why);
        peer_release(&p);
    }
}

static void check_too_large(struct str text, const char *why)
{
    const struct peer_step step = { text, PEER_HOLD };
    struct peer p;
    struct transport_reply reply;
    struct error e;
    peer_start(&p, &step, 1);
    struct transport_request q = request("GET", p.port, "/");
    q.reply_max = 10;
    CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_TOO_LARGE, &e, why);
    peer_join(&p);
    peer_release(&p);
}

static void test_excerpts(void **state)
{
    static const struct {
        const char *reply, *want;
    } rows[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n12345678901", "1234567890" },
        { "HTTP/1.1 200 OK\r\n\r\n12345678901", "1234567890" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n",
            "1234567890" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890", "1234567890" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct peer_step step = { str_of(rows[i].reply), PEER_HOLD };
        struct peer p;
        struct transport_reply reply;
        struct error e;
        peer_start(&p, &step, 1);
        struct transport_request q = request("POST", p.port, "/");
        q.reply_max = 10;
        q.excerpt = true;
        CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), OK, &e, rows[i].reply);
        CHECK_INT(reply.status, 200, "the status is known");
        CHECK_STR(reply.body, str_of(rows[i].want), "and the beginning of the body");
        peer_join(&p);
        peer_release(&p);
    }
}

/* Also on a connection that another request has left open. */
static void test_public_only(void **state)
{
    const struct peer_step step = { S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), PEER_HOLD };
    struct peer p;
    struct transport_reply reply;
    struct error e;
    (void)state;
    peer_start(&p, &step, 1);
    struct transport_request q = request("POST", p.port, "/");
    q.public_only = true;
    for (int i = 0; i < 2; i++) {
        e.code[0] = '\0';
        CHECK_ERR(transport->send(transport, &q, &arena, &reply, &e), ERR_UNAVAILABLE, &e,
            i ? "a kept connection" : "a new one");
        CHECK_STR(str_of(e.code), S("not_public"), "loopback is not public");
        struct transport_request plain = request("POST", p.port, "/");
        if (!i) CHECK_ERR(transport->send(transport, &plain, &arena, &reply, &e), OK, &e, "let");
    }
    transport->release(transport); /* closes what is kept */
    make_transport();
    peer_join(&p);
    CHECK_INT(p.requests, 1, "only the one that was let");
    peer_release(&p);
}

static void test_replies_too_large(void **state)
{
    (void)state;
    struct buf many;
    buf_init(&many, 1024 * 1024);
    check_too_large(S("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), "announced");
    check_too_large(S("HTTP/1.1 200 OK\r\n\r\n12345678901"), "not announced");
    check_too_large(S("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n"),
        "in chunks");
    buf_put(&many, S("HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i < 300; i++) {
        buf_put(&many, S("X-Long: "));
        for (int k = 0; k < 100; k++)
            buf_put(&many, S("0123456789"));
        buf_put(&many, S("\r\n"));
    }
    check_too_large(buf_str(&many), "headers without end");
    buf_release(&many);
}

struct sender {
    pthread_t thread;
    struct transport_request request;
    enum err want;
    enum err got;
    char code[ERROR_CODE_MAX];
};

static void *send_one(void *sender)
{
    struct sender *s = sender;
    struct arena own;
    struct transport_reply reply;
    struct error e = { .code = "" };
    arena_init(&own, "sender", 1024 * 1024);
    for (int i = 0; i < 20; i++) {
        s->got = transport->send(transport, &s->request, &own, &reply, &e);
        if (s->got != OK) break;
        arena_reset(&own);
    }
    memcpy(s->code, e.code, sizeof s->code);
    arena_release(&own);
    return NULL;
}

static void test_many_at_once(void **state)
{
    (void)state;
    struct http_fixture f;
    struct sender senders[16];
    http_fixture_start(&f, http_fixture_options());
    for (size_t i = 0; i < COUNT_OF(senders); i++) {
        senders[i].request = request("GET", f.port, "/hello");
        CHECK(!pthread_create(&senders[i].thread, NULL, send_one, &senders[i]), "a thread");
    }
    for (size_t i = 0; i < COUNT_OF(senders); i++) {
        pthread_join(senders[i].thread, NULL);
        CHECK_INT(senders[i].got, OK, "each is answered");
    }
    CHECK_INT(http_fixture_stats(&f).requests, 16 * 20, "once");
    CHECK(http_fixture_stats(&f).connections <= 16, "connections are reused");
    http_fixture_stop(&f);
}

static void test_stop(void **state)
{
    (void)state;
    struct http_fixture f;
    struct sender s;
    struct transport_reply reply;
    struct error e;
    http_fixture_start(&f, http_fixture_options());
    s.request = request("GET", f.port, "/wait");
    CHECK(!pthread_create(&s.thread, NULL, send_one, &s), "a thread");
    http_fixture_await(&f, 1);
    transport->stop(transport);
    pthread_join(s.thread, NULL);
    CHECK_INT(s.got, ERR_CANCELED, "the waiting one returns");
    CHECK_STR(str_of(s.code), S("unknown_outcome"), "it had been sent");
    CHECK_ERR(transport->send(transport, &s.request, &arena, &reply, &e), ERR_CANCELED, &e,
        "no new ones");
    CHECK_STR(str_of(e.code), S("not_sent"), "no new ones");
    transport->release(transport);
    make_transport();
    http_fixture_go(&f, 1);
    http_fixture_stop(&f);
}

static void test_options(void **state)
{
    (void)state;
    static char long_name[501];
    memset(long_name, 'a', sizeof long_name);
    struct transport_curl_options options = { .user_agent = { long_name, sizeof long_name },
        .connect_timeout_ms = 1000 };
    struct transport *t;
    struct error e;
    CHECK_ERR(transport_curl_new(&options, &t, &e), ERR_INVALID, &e, "Amazon refuses it");
    options = (struct transport_curl_options){ .connect_timeout_ms = 0 };
    CHECK_ERR(transport_curl_new(&options, &t, &e), ERR_INVALID, &e, "no deadline");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchanges),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_requests_that_cannot_be_sent),
        cmocka_unit_test(test_nothing_was_sent),
        cmocka_unit_test(test_outcome_unknown),
        cmocka_unit_test(test_kept_connection_breaks),
        cmocka_unit_test(test_complete_replies),
        cmocka_unit_test(test_replies_too_large),
        cmocka_unit_test(test_excerpts),
        cmocka_unit_test(test_public_only),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("net/transport_curl", tests, setup, teardown);
}
