/* http_guard_test.c: the verdict, header by header. */
#include "check.h"

#include "net/http_guard.h"

struct header {
    struct str name, value;
};

struct row {
    struct header headers[3];
    bool passes;
    const char *why;
};

static void check(const struct row *r, const char *version)
{
    struct http_guard g;
    http_guard_init(&g);
    for (size_t i = 0; i < COUNT_OF(r->headers) && r->headers[i].name.at; i++)
        http_guard_header(&g, r->headers[i].name, r->headers[i].value);
    CHECK_INT(!http_guard_verdict(&g, S("/"), str_of(version)), r->passes, r->why);
}

static void test_framing(void **state)
{
    (void)state;
#define HOST                                                                                       \
    {                                                                                              \
        S("Host"), S("a")                                                                          \
    }
    const struct row rows[] = {
        { { HOST }, true, "no body" },
        { { HOST, { S("Content-Length"), S("5") } }, true, "a body" },
        { { HOST, { S("Content-Length"), S("0005") } }, true, "leading zeros" },
        { { HOST, { S("Transfer-Encoding"), S("Chunked") } }, true, "without case" },
        { { HOST, { S("X!#$%&'*+.^`|~-_9"), S("a\tb\xff") } }, true, "all that a name may hold" },
        { { HOST, { S("Content-Length"), S("5") }, { S("content-length"), S("5") } }, false,
            "two, though equal" },
        { { HOST, { S("Content-Length"), S("5") }, { S("Transfer-Encoding"), S("chunked") } },
            false, "both" },
        { { HOST, { S("Content-Length"), S("+5") } }, false, "a sign" },
        { { HOST, { S("Content-Length"), S("5,5") } }, false, "a list" },
        { { HOST, { S("Content-Length"), S("") } }, false, "empty" },
        { { HOST, { S("Content-Length"), S("0x5") } }, false, "hexadecimal" },
        { { HOST, { S("Content-Length"), S("18446744073709551615") } }, true, "2^64 - 1" },
        { { HOST, { S("Content-Length"), S("18446744073709551616") } }, false, "2^64" },
        { { HOST, { S("Transfer-Encoding"), S("xchunked") } }, false, "unknown" },
        { { HOST, { S("Transfer-Encoding"), S("gzip, chunked") } }, false, "two of them" },
        { { HOST, { S("Transfer-Encoding"), S("chunked") },
              { S("Transfer-Encoding"), S("chunked") } },
            false, "twice" },
        { { { S("Content-Length"), S("5") } }, false, "no Host" },
        { { HOST, HOST }, false, "two Hosts" },
        { { { S("Host"), S("a b") } }, false, "a space in the Host" },
        { { { S("Host"), S("") } }, false, "an empty Host" },
        { { { S("Host"), S("a@b") } }, false, "a user in the Host" },
        { { { S("Host"), S("[::1]:8080") } }, true, "IPv6 and a port" },
        { { HOST, { S("X "), S("1") } }, false, "a space before the colon" },
        { { HOST, { S(""), S("1") } }, false, "no name" },
        { { HOST, { S("X"), S("a\rb") } }, false, "a CR in a value" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(&rows[i], "HTTP/1.1");
    check(&(struct row){ { { { 0 }, { 0 } } }, true, "1.0 without Host" }, "HTTP/1.0");
    check(&(struct row){ { HOST, { S("Transfer-Encoding"), S("chunked") } }, false,
              "1.0 has no Transfer-Encoding" },
        "HTTP/1.0");
    check(&(struct row){ { HOST }, false, "another version" }, "HTTP/2.0");
    check(&(struct row){ { HOST }, false, "no version" }, "");
}

static void test_target(void **state)
{
    (void)state;
    const struct {
        struct str target;
        bool passes;
        const char *why;
    } rows[] = {
        { S("/a?b#c"), true, "visible ASCII" },
        { S("*"), true, "of OPTIONS" },
        { S(""), false, "empty" },
        { S("/a b"), false, "a space" },
        { S("/\xc3\xa9"), false, "not encoded" },
        { S("/a\x7f"), false, "a control character" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_guard g;
        http_guard_init(&g);
        http_guard_header(&g, S("Host"), S("a"));
        CHECK_INT(
            !http_guard_verdict(&g, rows[i].target, S("HTTP/1.1")), rows[i].passes, rows[i].why);
    }
}

static void test_origin(void **state)
{
    (void)state;
    CHECK_STR(http_target_origin(S("/a?b")), S("/a?b"), "origin form");
    CHECK_STR(http_target_origin(S("http://h:1/a?b")), S("/a?b"), "absolute form");
    CHECK_STR(http_target_origin(S("https://h")), S("/"), "without a path");
    CHECK_STR(http_target_origin(S("http://h?b")), S("?b"), "an empty path and a query");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_origin),
    };
    return cmocka_run_group_tests_name("net/http_guard", tests, NULL, NULL);
}
