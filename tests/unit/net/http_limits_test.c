/* http_limits_test.c: what the server refuses, cuts and sheds, over real sockets. */
#include "check.h"

#include "base/clock.h"
#include "http_fixture.h"
#include "wire.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void test_refused_with_400(void **state)
{
    (void)state;
    const struct {
        struct str request;
        const char *why;
    } rows[] = {
        { S("GET /hello HTTP/1.1\r\n\r\n"), "no Host" },
        { S("GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "two Hosts" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: "
            "40\r\n\r\nabcGET "
            "/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
            "two Content-Length" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
            "Content-Length and Transfer-Encoding" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            "an unknown Transfer-Encoding" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
            "a space before the colon" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"), "a signed length" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"),
            "a length beyond 64 bits" },
        { S("GET /hel\0lo HTTP/1.1\r\nHost: a\r\n\r\n"), "a NUL in the target" },
        { S("GET /hello HTTP/1.1\r\nHost: a\0b\r\nX: 1\r\n\r\n"), "a NUL in a value" },
        { S("GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\0Content-Length: 5\r\n\r\n"),
            "a NUL in the last value" },
        { S("GET /hello HTTP/1.1\r\nHost: a\r\nX\0Y: 1\r\n\r\n"), "a NUL in a name" },
        { S("GET /hello HTTP/1.1\nHost: a\nX: 1\n\n"), "bare LF" },
        { S("GET /h\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"), "a target that is not encoded" },
        { S("GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"), "another version" },
        { S("GET /hello\r\nHost: a\r\n\r\n"), "no version" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
            "a broken chunk" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf reply = wire_exchange(fixture.port, rows[i].request);
        int status = wire_status(buf_str(&reply));
        /* The library itself answers some of them. */
        CHECK(status == 400 || status == 413 || status == 505, rows[i].why);
        CHECK(
            !str_contains(buf_str(&reply), S("hello\":1")), "and closes: nothing hidden is served");
        buf_release(&reply);
    }
}

static struct buf long_request(const char *before, size_t filler, const char *after)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    buf_put(&b, str_of(before));
    while (filler-- > 0)
        buf_put_char(&b, 'a');
    buf_put(&b, str_of(after));
    return b;
}

static void check_long(size_t target, size_t header, int want, const char *why)
{
    struct buf line = long_request("GET /", target, " HTTP/1.1\r\nHost: a\r\n");
    buf_put(&line, S("Connection: close\r\n"));
    for (size_t sent = 0; sent < header; sent += 1000) {
        struct buf one = long_request("X: ", 993, "\r\n");
        buf_put(&line, buf_str(&one));
        buf_release(&one);
    }
    buf_put(&line, S("\r\n"));
    struct buf reply = wire_exchange(fixture.port, buf_str(&line));
    CHECK_INT(wire_status(buf_str(&reply)), want, why);
    buf_release(&reply);
    buf_release(&line);
}

static void test_too_long(void **state)
{
    (void)state;
    check_long(8000, 0, 404, "a long target is served");
    check_long(9000, 0, 414, "a longer one is not");
    check_long(100000, 0, 414, "nor one beyond all buffers");
    check_long(1, 10000, 404, "large headers are served");
    check_long(1, 13000, 431, "larger ones are not");
    check_long(1, 100000, 431, "nor those beyond all buffers");
}

/* The answer has to come although the body never does. */
static void check_early(struct str head, int want, const char *why)
{
    struct buf reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(fixture.port);
    wire_send(fd, head);
    CHECK(wire_read(fd, &reply, S("")), why);
    CHECK_INT(wire_status(buf_str(&reply)), want, why);
    CHECK(str_contains(buf_str(&reply), S("application/problem+json")), why);
    close(fd);
    buf_release(&reply);
}

static void test_early_413(void **state)
{
    (void)state;
    check_early(S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n"), 413,
        "announced, not sent");
    check_early(S("POST /small?x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"), 413,
        "the limit of a route");
    check_early(S("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
                  "9000000\r\n\r\n"),
        413, "instead of 100 Continue");
    check_early(S("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n"
                  "12345678901\r\n"),
        413, "a chunk too many");
}

/* A client that goes on sending still reads its refusal, no reset destroys it. */
static void test_413_while_sending(void **state)
{
    (void)state;
    struct buf block = long_request("", 64 * 1024, ""), reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(fixture.port);
    wire_send(fd, S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n"));
    for (int i = 0; i < 64; i++)
        CHECK(wire_send(fd, buf_str(&block)), "what arrives is drained");
    CHECK(wire_read(fd, &reply, S("too_large")), "the refusal arrives");
    CHECK_INT(wire_status(buf_str(&reply)), 413, "the refusal arrives");
    close(fd);
    buf_release(&block);
    buf_release(&reply);
}

static void test_expect(void **state)
{
    (void)state;
    struct buf reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(fixture.port);
    wire_send(fd, S("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
                    "2\r\n\r\n"));
    CHECK(wire_read(fd, &reply, S("\r\n\r\n")), "an interim reply");
    CHECK_INT(wire_status(buf_str(&reply)), 100, "an interim reply");
    wire_send(fd, S("ab"));
    CHECK(wire_read_reply(fd, &reply), "then the reply");
    CHECK_STR(wire_body(buf_str(&reply)), S("ab"), "then the reply");
    close(fd);
    buf_release(&reply);
}

/* Sends a byte whenever 5 ms brought no answer: slow, but never inactive. */
static struct buf drip(int port, struct str head)
{
    struct buf reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(port);
    wire_send(fd, head);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    time_ms until = clock_monotonic(clock_system()) + WIRE_TIMEOUT_MS;
    while (poll(&p, 1, 5) == 0 && clock_monotonic(clock_system()) < until)
        wire_send(fd, S("a"));
    wire_read(fd, &reply, S(""));
    close(fd);
    return reply;
}

static void test_deadlines(void **state)
{
    (void)state;
    const struct {
        struct str head;
        int status;
        const char *why;
    } rows[] = {
        { S("GET /hello HTTP/1.1\r\nHost: a\r\nX: "), 408, "slow headers" },
        { S("GET /"), -1, "a slow request line: there is nothing to answer yet" },
        { S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"), 408, "a slow body" },
    };
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    o.header_timeout_ms = o.body_timeout_ms = 80;
    http_fixture_start(&f, o);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf reply = drip(f.port, rows[i].head);
        CHECK_INT(wire_status(buf_str(&reply)), rows[i].status, rows[i].why);
        buf_release(&reply);
    }
    CHECK_INT(http_fixture_stats(&f).timed_out, 2, "the two that had begun");
    CHECK_INT(http_fixture_stats(&f).in_flight, 0, "nothing is left over");
    struct buf reply;
    buf_init(&reply, 10000);
    int fd = wire_connect(f.port);
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(wire_read_reply(fd, &reply), "a quick one is served");
    CHECK(wire_closed(fd), "and the idle connection closed, without a word");
    CHECK_INT(http_fixture_stats(&f).timed_out, 2, "idle ones are not counted");
    close(fd);
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_full_house(void **state)
{
    (void)state;
    enum { MAX = 4, SLACK = 64 };
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    o.connections_max = MAX;
    http_fixture_start(&f, o);
    struct buf reply;
    buf_init(&reply, 10000);
    int fds[MAX + SLACK];
    for (size_t i = 0; i < MAX; i++) {
        fds[i] = wire_connect(f.port);
        wire_send(fds[i], S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        CHECK(wire_read_reply(fds[i], &reply), "there is room");
    }
    int fd = wire_connect(f.port);
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(wire_read_reply(fd, &reply), "idle connections make room");
    CHECK(wire_closed(fds[0]), "the oldest of them");
    close(fd);
    for (size_t i = 0; i < MAX; i++)
        close(fds[i]);
    http_fixture_stop(&f);
    buf_release(&reply);
}

static void test_busy_house(void **state)
{
    (void)state;
    enum { MAX = 4, SLACK = 64 };
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    o.connections_max = MAX;
    http_fixture_start(&f, o);
    int fds[MAX + SLACK];
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = wire_connect(f.port);
        wire_send(fds[i], S("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: "
                            "100-continue\r\nContent-Length: 1\r\n\r\n"));
        struct buf interim;
        buf_init(&interim, 1000);
        CHECK(wire_read(fds[i], &interim, S("100 Continue")), "admitted, and in the middle");
        buf_release(&interim);
    }
    struct buf reply;
    buf_init(&reply, 1000);
    int fd = wire_connect(f.port);
    CHECK(wire_read(fd, &reply, S("")), "told at once");
    CHECK_INT(wire_status(buf_str(&reply)), 503, "no room, and nobody idle");
    close(fd);
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        close(fds[i]);
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_full_queue(void **state)
{
    (void)state;
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    o.workers = 1;
    o.queue_max = 1;
    http_fixture_start(&f, o);
    struct buf reply;
    buf_init(&reply, 10000);
    int fds[2];
    for (int i = 0; i < 2; i++) {
        fds[i] = wire_connect(f.port);
        wire_send(fds[i], S("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"));
        if (i == 0) http_fixture_await(&f, 1);
    }
    while (http_fixture_stats(&f).queued == 0)
        poll(NULL, 0, 1);
    int fd = wire_connect(f.port);
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(wire_read_reply(fd, &reply), "answered at once");
    CHECK_INT(wire_status(buf_str(&reply)), 503, "one works, one waits, this is one too many");
    http_fixture_go(&f, 2);
    for (int i = 0; i < 2; i++) {
        CHECK(wire_read_reply(fds[i], &reply), "the others are served");
        close(fds[i]);
    }
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(wire_read_reply(fd, &reply), "the refused one may ask again");
    CHECK_INT(wire_status(buf_str(&reply)), 200, "the refused one may ask again");
    close(fd);
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_bodies_together(void **state)
{
    (void)state;
    struct http_fixture f;
    struct http_server_options o = http_fixture_options();
    o.bodies_max = 100;
    http_fixture_start(&f, o);
    struct buf reply;
    buf_init(&reply, 10000);
    int first = wire_connect(f.port);
    wire_send(first,
        S("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 80\r\n\r\n"));
    CHECK(wire_read(first, &reply, S("100 Continue")), "it is being received");
    buf_clear(&reply);
    int second = wire_connect(f.port);
    wire_send(second, S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 80\r\n\r\n"));
    CHECK(wire_read(second, &reply, S("")), "told at once");
    CHECK_INT(wire_status(buf_str(&reply)), 503, "too much at once");
    close(first);
    close(second);
    while (http_fixture_stats(&f).in_flight > 0)
        poll(NULL, 0, 1);
    buf_release(&reply);
    reply = wire_exchange(f.port,
        S("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab"));
    CHECK_INT(wire_status(buf_str(&reply)), 200, "what was given up counts no more");
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_clients_that_leave(void **state)
{
    (void)state;
    int fd = wire_connect(fixture.port);
    wire_send(fd, S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc"));
    shutdown(fd, SHUT_WR);
    CHECK(wire_closed(fd), "half a body, then the end");
    close(fd);
    fd = wire_connect(fixture.port);
    wire_send(fd, S("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"));
    http_fixture_await(&fixture, 1);
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    http_fixture_go(&fixture, 1);
    while (http_fixture_stats(&fixture).in_flight > 0)
        poll(NULL, 0, 1);
    struct buf reply = wire_exchange(
        fixture.port, S("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK_INT(wire_status(buf_str(&reply)), 200, "others are served as before");
    buf_release(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_with_400),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_early_413),
        cmocka_unit_test(test_413_while_sending),
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_full_house),
        cmocka_unit_test(test_busy_house),
        cmocka_unit_test(test_full_queue),
        cmocka_unit_test(test_bodies_together),
        cmocka_unit_test(test_clients_that_leave),
    };
    return cmocka_run_group_tests_name("net/http_limits", tests, setup, teardown);
}
