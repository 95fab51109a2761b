/* http_server_test.c: requests and replies over real sockets: what is served, and how it ends. */
#include "check.h"

#include "http_fixture.h"
#include "wire.h"

#include <sys/socket.h>
#include <unistd.h>

#define GET(path) S("GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

static struct http_fixture fixture;

static int setup(void **state)
{
    (void)state;
    http_fixture_start(&fixture, http_fixture_options());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_fixture_stop(&fixture);
    return 0;
}

struct row {
    struct str request;
    int status;
    struct str body;
    const char *why;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf reply = wire_exchange(fixture.port, rows[i].request);
        CHECK_INT(wire_status(buf_str(&reply)), rows[i].status, rows[i].why);
        CHECK_STR(wire_body(buf_str(&reply)), rows[i].body, rows[i].why);
        buf_release(&reply);
    }
}

static void test_requests(void **state)
{
    (void)state;
    const struct row rows[] = {
        { GET("/hello"), 200, S("{\"hello\":1}"), "a plain GET" },
        { S("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200, S(""),
            "HEAD is a GET without the body" },
        { S("GET /hello HTTP/1.0\r\n\r\n"), 200, S("{\"hello\":1}"), "1.0 needs no Host" },
        { S("GET http://a/hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200,
            S("{\"hello\":1}"), "absolute form, RFC 9112 3.2.2" },
        { GET("/%68ello"), 200, S("{\"hello\":1}"), "an escape in the path" },
        { GET("/caf%C3%A9"), 404, S("/caf\xc3\xa9"), "UTF-8 in the path" },
        { GET("/%ff"), 400, S("path"), "not UTF-8" },
        { GET("/%00"), 400, S("path"), "NUL" },
        { GET("/%zz"), 400, S("path"), "a broken escape" },
        { GET("/query?a=1&b=%20+&&c&a=2"), 200, S("a=1;b=  ;c=;a=2;"), "in order, decoded" },
        { GET("/query?a=%C3"), 200, S("bad"), "a value that is not UTF-8" },
        { GET("/query?a=%00"), 200, S("bad"), "NUL in a value" },
        { GET("/query?a=%"), 200, S("bad"), "a broken escape in a value" },
        { GET("/peer"), 200, S("127.0.0.1"), "who asks" },
        { S("GET /headers HTTP/1.1\r\nHost: a\r\nX-TEST: one two\r\nConnection: close\r\n\r\n"),
            200, S("one two"), "a header, without case" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: "
            "close\r\n\r\na\0b\xff"
            "c"),
            200,
            S("a\0b\xff"
              "c"),
            "a body of any bytes" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: "
            "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
            200, S("abcde"), "a body in chunks" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200, S(""), "no body" },
        { GET("/forge"), 200, S(""), "a header that would forge another is left out" },
    };
    check_rows(rows, COUNT_OF(rows));
}

static void test_many_query_fields(void **state)
{
    (void)state;
    struct buf request;
    buf_init(&request, 10000);
    buf_put(&request, S("GET /query?"));
    for (int i = 0; i <= HTTP_QUERY_FIELDS_MAX; i++)
        buf_put(&request, S("a=1&"));
    buf_put(&request, S(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    struct buf reply = wire_exchange(fixture.port, buf_str(&request));
    CHECK_STR(wire_body(buf_str(&reply)), S("bad"), "one field too many");
    buf_release(&request);
    buf_release(&reply);
}

static void test_a_broken_reply_is_a_500(void **state)
{
    (void)state;
    struct buf reply = wire_exchange(fixture.port, GET("/broken"));
    CHECK_INT(wire_status(buf_str(&reply)), 500, "the handler set no status");
    CHECK(str_contains(buf_str(&reply), S("application/problem+json")), "as a problem");
    buf_release(&reply);
}

static void test_keep_alive_and_pipelining(void **state)
{
    (void)state;
    struct buf reply;
    buf_init(&reply, 1000000);
    int fd = wire_connect(fixture.port);
    for (int i = 0; i < 3; i++) {
        wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        CHECK(wire_read_reply(fd, &reply), "the connection is kept");
    }
    wire_send(fd, S("GET /query?a=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz"
                    "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    const struct str bodies[] = { S("a=1;"), S("xyz"), S("{\"hello\":1}") };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        CHECK(wire_read_reply(fd, &reply), "pipelined");
        CHECK_STR(wire_body(buf_str(&reply)), bodies[i], "in order");
    }
    close(fd);
    buf_release(&reply);
}

static void test_half_close(void **state)
{
    (void)state;
    struct buf reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(fixture.port);
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    shutdown(fd, SHUT_WR);
    CHECK(wire_read(fd, &reply, S("")), "the server closes after its reply");
    CHECK_INT(wire_status(buf_str(&reply)), 200, "a client may have nothing more to say");
    close(fd);
    buf_release(&reply);
}

static void test_a_cut_reply_says_nothing(void **state)
{
    (void)state;
    int fd = wire_connect(fixture.port);
    CHECK(wire_send(fd, GET("/cut")), "the request is taken");
    CHECK(wire_closed(fd), "not a byte comes back");
    close(fd);
    check_rows(&(struct row){ GET("/hello"), 200, S("{\"hello\":1}"), "others are served" }, 1);
}

/* libmicrohttpd's own event loop sleeps on it when 128 connections become ready at once. */
static void test_a_crowd(void **state)
{
    (void)state;
    enum { CROWD = 600, ROUNDS = 5 };
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    struct buf reply;
    int fds[CROWD];
    buf_init(&reply, 10000);
    o.connections_max = o.queue_max = CROWD;
    http_fixture_start(&f, o);
    for (size_t i = 0; i < CROWD; i++)
        fds[i] = wire_connect(f.port);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CROWD; i++)
            wire_send(fds[i], S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        for (size_t i = 0; i < CROWD; i++) {
            CHECK(wire_read_reply(fds[i], &reply), "nobody is forgotten");
            CHECK_INT(wire_status(buf_str(&reply)), 200, "nobody is refused");
        }
    }
    for (size_t i = 0; i < CROWD; i++)
        close(fds[i]);
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_big_reply(void **state)
{
    (void)state;
    struct buf reply = wire_exchange(fixture.port, GET("/big"));
    CHECK_INT(wire_body(buf_str(&reply)).len, FIXTURE_BIG, "all of it");
    buf_release(&reply);
}

static void test_bad_address(void **state)
{
    (void)state;
    struct http_server_options o = http_fixture_options();
    struct http_server *s;
    struct error e;
    o.listen = S("127.0.0.1");
    CHECK_ERR(http_server_start(&o, &s, &e), ERR_INVALID, &e, "no port");
    o.listen = S("127.0.0.1:99999");
    CHECK_ERR(http_server_start(&o, &s, &e), ERR_INVALID, &e, "a port beyond 65535");
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", fixture.port);
    o.listen = str_of(taken);
    CHECK_ERR(http_server_start(&o, &s, &e), ERR_UNAVAILABLE, &e, "the port is taken");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_many_query_fields),
        cmocka_unit_test(test_a_broken_reply_is_a_500),
        cmocka_unit_test(test_keep_alive_and_pipelining),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_a_cut_reply_says_nothing),
        cmocka_unit_test(test_a_crowd),
        cmocka_unit_test(test_big_reply),
        cmocka_unit_test(test_bad_address),
    };
    return cmocka_run_group_tests_name("net/http_server", tests, setup, teardown);
}
