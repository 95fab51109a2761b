/*
 * http_body_test.c: bodies and answers that go through files, over real sockets.
 *
 * The client makes and checks 64 MiB byte by byte without keeping them, so that the memory which is
 * measured is the server's.
 */
#include "check.h"

#include "base/clock.h"
#include "http_fixture.h"
#include "wire.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, BLOCK = 64 * 1024, PATIENCE_MS = 30000 };

static struct http_fixture fixture;
static struct http_server_options options;

static int setup(void **state)
{
    (void)state;
    options = http_fixture_options();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_fixture_stop(&fixture);
    return 0;
}

static char byte_at(size_t at)
{
    return (char)(at * 31 + at / 4099);
}

static void send_body(int fd, size_t from, size_t to)
{
    char block[BLOCK];
    while (from < to) {
        size_t n = to - from < BLOCK ? to - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = byte_at(from + i);
        CHECK(wire_send(fd, (struct str){ block, n }), "the server reads on");
        from += n;
    }
}

/* The rest of a reply's body, of which `have` has come with the head. */
static void check_body(int fd, struct str have, size_t size)
{
    char block[BLOCK];
    size_t at = 0;
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    for (;;) {
        for (size_t i = 0; i < have.len; i++)
            if (have.at[i] != byte_at(at + i)) fail_msg("byte %zu of the body is another", at + i);
        at += have.len;
        if (at >= size) break;
        CHECK_INT(poll(&ready, 1, WIRE_TIMEOUT_MS), 1, "the server sends on");
        ssize_t n = recv(fd, block, size - at < BLOCK ? size - at : BLOCK, 0);
        CHECK(n > 0, "the body is whole");
        have = (struct str){ block, (size_t)n };
    }
    CHECK_INT(at, size, "as many bytes as were sent");
}

static void post_head(int fd, const char *path, const char *length)
{
    struct buf head;
    buf_init(&head, 1024);
    buf_put_fmt(&head, "POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", path, length);
    CHECK(wire_send(fd, buf_str(&head)), "the head");
    buf_release(&head);
}

static struct str read_head(int fd, struct buf *reply)
{
    struct str head, body;
    buf_init(reply, MIB);
    CHECK(wire_read(fd, reply, S("\r\n\r\n")), "a reply");
    const char *end = memmem(reply->at, reply->len, "\r\n\r\n", 4);
    head = (struct str){ reply->at, (size_t)(end - reply->at) };
    body = str_sub(buf_str(reply), head.len + 4, reply->len);
    return body;
}

static size_t resident(void)
{
    char text[200] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    struct str head, tail, pages;
    int64_t count = 0;
    str_cut((struct str){ text, n > 0 ? (size_t)n : 0 }, ' ', &head, &tail);
    str_cut(tail, ' ', &pages, &head);
    CHECK(str_to_int64(pages, &count), "statm");
    return (size_t)count * (size_t)sysconf(_SC_PAGESIZE);
}

static void await_nothing_held(void)
{
    time_ms until = clock_monotonic(clock_system()) + PATIENCE_MS;
    struct http_server_stats s;
    do {
        s = http_fixture_stats(&fixture);
        if (s.in_flight || s.spooled) poll(NULL, 0, 5);
    } while ((s.in_flight || s.spooled) && clock_monotonic(clock_system()) < until);
    CHECK_INT(s.in_flight, 0, "no request is left");
    CHECK_INT(s.spooled, 0, "no room on the disk is counted as taken");
}

static void test_large_both_ways(void **state)
{
    (void)state;
    http_fixture_start(&fixture, options);
    int fd = wire_connect(fixture.port);
    size_t before = resident();
    post_head(fd, "/spool", "Content-Length: 67108864");
    send_body(fd, 0, FIXTURE_SPOOL_MAX);
    struct buf reply;
    struct str body = read_head(fd, &reply);
    CHECK_INT(wire_status(buf_str(&reply)), 200, "status");
    CHECK(str_contains(buf_str(&reply), S("Content-Length: 67108864\r\n")), "length");
    check_body(fd, body, FIXTURE_SPOOL_MAX);
    CHECK(resident() < before + 16 * MIB, "memory does not grow with the body");
    /* The connection goes on. */
    buf_clear(&reply);
    CHECK(wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")), "the next request");
    CHECK(wire_read_reply(fd, &reply), "the next reply");
    CHECK_STR(wire_body(buf_str(&reply)), S("{\"hello\":1}"), "of the next request");
    buf_release(&reply);
    close(fd);
    await_nothing_held();
}

static void test_small_ones(void **state)
{
    (void)state;
    http_fixture_start(&fixture, options);
    static const struct {
        const char *why;
        struct str request;
        int status;
        const char *body;
    } rows[] = {
        { "one byte", STR_INIT("POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"),
            200, "x" },
        { "chunked",
            STR_INIT("POST /spool HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"),
            200, "abcde" },
        { "none", STR_INIT("POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 200,
            "none" },
        { "another method keeps its body in memory",
            STR_INIT("PUT /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), 200, "none" },
        { "a reply that cannot be made",
            STR_INIT("POST /spool/broken HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), 500,
            NULL },
        { "a byte too many, announced",
            STR_INIT("POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 67108865\r\n\r\n"), 413,
            NULL },
        { "a length beyond 63 bits",
            STR_INIT(
                "POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n"),
            413, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int fd = wire_connect(fixture.port);
        struct buf reply;
        buf_init(&reply, MIB);
        CHECK(wire_send(fd, rows[i].request) && wire_read_reply(fd, &reply), rows[i].why);
        CHECK_INT(wire_status(buf_str(&reply)), rows[i].status, rows[i].why);
        if (rows[i].body) CHECK_STR(wire_body(buf_str(&reply)), str_of(rows[i].body), rows[i].why);
        buf_release(&reply);
        close(fd);
    }
    int fd = wire_connect(fixture.port);
    CHECK(wire_send(fd, S("POST /spool/cut HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")),
        "sent");
    CHECK(wire_closed(fd), "cut without a word");
    close(fd);
    await_nothing_held();
}

/* Content-Length is believed, and what comes behind it is the next request. */
static void test_wrong_length(void **state)
{
    (void)state;
    http_fixture_start(&fixture, options);
    struct buf all = wire_exchange(fixture.port,
        S("POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcdefgh\r\n\r\n"));
    CHECK(str_starts(buf_str(&all), S("HTTP/1.1 200")), "the first three bytes");
    CHECK(str_contains(buf_str(&all), S("\r\n\r\nabc")), "are the body");
    CHECK(!str_contains(buf_str(&all), S("abcd")), "and no more");
    buf_release(&all);
    all = wire_exchange(fixture.port, S("POST /spool HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                        "chunked\r\n\r\n5\r\nab\r\n0\r\n\r\n"));
    CHECK(!str_starts(buf_str(&all), S("HTTP/1.1 200")), "chunks of another length than they say");
    buf_release(&all);
    await_nothing_held();
}

static void test_cut_connections(void **state)
{
    (void)state;
    http_fixture_start(&fixture, options);
    for (int i = 0; i < 20; i++) {
        int fd = wire_connect(fixture.port);
        post_head(fd, "/spool", i % 2 ? "Content-Length: 1000000" : "Transfer-Encoding: chunked");
        if (i % 2) send_body(fd, 0, (size_t)i * 10000);
        close(fd);
    }
    /* And one that asks for a large answer and goes away. */
    int fd = wire_connect(fixture.port);
    post_head(fd, "/spool", "Content-Length: 8388608");
    send_body(fd, 0, 8 * MIB);
    struct buf reply;
    read_head(fd, &reply);
    buf_release(&reply);
    close(fd);
    await_nothing_held();
}

static void test_late_body(void **state)
{
    (void)state;
    options.body_timeout_ms = 100;
    http_fixture_start(&fixture, options);
    int fd = wire_connect(fixture.port);
    post_head(fd, "/spool", "Content-Length: 1000");
    send_body(fd, 0, 500);
    struct buf reply;
    read_head(fd, &reply);
    CHECK_INT(wire_status(buf_str(&reply)), 408, "half of a body is not waited for");
    buf_release(&reply);
    close(fd);
    await_nothing_held();
}

/* A reader that does not read holds no worker. */
static void test_lazy_reader(void **state)
{
    (void)state;
    options.workers = 1;
    http_fixture_start(&fixture, options);
    int lazy = wire_connect(fixture.port);
    post_head(lazy, "/spool", "Content-Length: 33554432");
    send_body(lazy, 0, 32 * MIB);
    struct buf reply;
    struct str body = read_head(lazy, &reply);
    struct buf other = wire_exchange(
        fixture.port, S("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK_INT(wire_status(buf_str(&other)), 200, "the only worker is free");
    buf_release(&other);
    check_body(lazy, body, 32 * MIB);
    buf_release(&reply);
    close(lazy);
    await_nothing_held();
}

static int status_of(const char *length, size_t body)
{
    struct buf reply;
    int fd = wire_connect(fixture.port);
    post_head(fd, "/spool", length);
    /* It may be refused before it has been sent. */
    for (size_t sent = 0; sent < body; sent += BLOCK) {
        char block[BLOCK] = "";
        if (!wire_send(fd, (struct str){ block, BLOCK })) break;
    }
    read_head(fd, &reply);
    int status = wire_status(buf_str(&reply));
    buf_release(&reply);
    close(fd);
    return status;
}

static void test_no_room(void **state)
{
    (void)state;
    options.spools_max = 3 * MIB;
    http_fixture_start(&fixture, options);
    int first = wire_connect(fixture.port);
    post_head(first, "/spool", "Content-Length: 2097152");
    send_body(first, 0, MIB);
    time_ms until = clock_monotonic(clock_system()) + PATIENCE_MS;
    while (!http_fixture_stats(&fixture).spooled && clock_monotonic(clock_system()) < until)
        poll(NULL, 0, 5);
    CHECK_INT(status_of("Content-Length: 2097152", 0), 503, "two would be more than may be");
    CHECK_INT(status_of("Content-Length: 65536", BLOCK), 200, "a small one fits beside it");
    send_body(first, MIB, 2 * MIB);
    struct buf reply;
    struct str body = read_head(first, &reply);
    check_body(first, body, 2 * MIB);
    buf_release(&reply);
    close(first);
    await_nothing_held();
}

static void test_no_folder(void **state)
{
    (void)state;
    options.spool_dir = "/nowhere/at/all";
    http_fixture_start(&fixture, options);
    CHECK_INT(status_of("Content-Length: 65536", BLOCK), 503, "no folder for it");
    await_nothing_held();
}

/* As on a full disk: the file cannot grow. */
static void test_full_disk(void **state)
{
    (void)state;
    struct rlimit old, small;
    http_fixture_start(&fixture, options);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0, "limit");
    small = old;
    small.rlim_cur = MIB;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0, "a smaller limit");
    int status = status_of("Content-Length: 4194304", 4 * MIB);
    int small_status = status_of("Content-Length: 65536", BLOCK);
    setrlimit(RLIMIT_FSIZE, &old);
    (void)signal(SIGXFSZ, handler);
    CHECK_INT(status, 503, "no room");
    CHECK_INT(small_status, 200, "what fits is taken");
    await_nothing_held();
}

#define BODY_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BODY_TEST(test_large_both_ways),
        BODY_TEST(test_small_ones),
        BODY_TEST(test_wrong_length),
        BODY_TEST(test_cut_connections),
        BODY_TEST(test_late_body),
        BODY_TEST(test_lazy_reader),
        BODY_TEST(test_no_room),
        BODY_TEST(test_no_folder),
        BODY_TEST(test_full_disk),
    };
    return cmocka_run_group_tests_name("net/http_body", tests, NULL, NULL);
}
