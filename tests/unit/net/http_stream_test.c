/* http_stream_test.c: replies without end: order, ends of every kind, slow and lost readers. */
#include "check.h"

#include "http_fixture.h"
#include "wire.h"

#include <poll.h>
#include <unistd.h>

static int subscribe(struct http_fixture *f, struct buf *head)
{
    int fd = wire_connect(f->port);
    buf_clear(head);
    wire_send(fd, S("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    http_fixture_stream(f);
    return fd;
}

static void test_events(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got;
    buf_init(&got, 1024 * 1024);
    http_fixture_start(&f, http_fixture_options());
    int fd = subscribe(&f, &got);
    CHECK(wire_read(fd, &got, S("\r\n\r\n")), "the head comes before the first event");
    CHECK(str_contains(buf_str(&got), S("text/event-stream")), "the type");
    CHECK(str_contains(buf_str(&got), S("Cache-Control: no-store")), "never cached");
    CHECK(http_stream_send(f.stream, S("data: 1\n\n")), "the first");
    CHECK(wire_read(fd, &got, S("data: 1\n\n")), "it comes at once");
    CHECK(http_stream_send(f.stream, S("data: 2\n\n")), "after a pause");
    CHECK(http_stream_send(f.stream, S("data: 3\n\n")), "two in a row");
    CHECK(wire_read(fd, &got, S("data: 3\n\n")), "all come");
    http_stream_send(f.stream, S("data: 4\n\n"));
    http_stream_end(f.stream);
    CHECK(!http_stream_send(f.stream, S("data: 5\n\n")), "nothing after the end");
    CHECK(wire_read(fd, &got, S("\r\n0\r\n\r\n")), "a proper end");
    CHECK(str_contains(buf_str(&got), S("data: 4\n\n")), "with what was queued");
    buf_clear(&got);
    wire_send(fd, S("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(wire_read_reply(fd, &got), "the connection is kept");
    close(fd);
    buf_release(&got);
    http_fixture_stop(&f);
}

static void test_reader_leaves(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got;
    buf_init(&got, 1024 * 1024);
    http_fixture_start(&f, http_fixture_options());
    int fd = subscribe(&f, &got);
    CHECK(wire_read(fd, &got, S("\r\n\r\n")), "subscribed");
    close(fd);
    /* Nothing is sent: the server has to notice by itself. */
    while (http_fixture_stats(&f).connections > 0)
        poll(NULL, 0, 5);
    CHECK(!http_stream_send(f.stream, S("data: 1\n\n")), "gone");
    buf_release(&got);
    http_fixture_stop(&f);
}

static void test_slow_reader_is_cut(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got, event;
    buf_init(&got, 64 * 1024 * 1024);
    buf_init(&event, 8192);
    http_fixture_start(&f, http_fixture_options());
    int fd = subscribe(&f, &got);
    CHECK(wire_read(fd, &got, S("\r\n\r\n")), "subscribed");
    for (int i = 0; i < 4096; i++)
        buf_put_char(&event, 'x');
    int sent = 0;
    while (http_stream_send(f.stream, buf_str(&event)) && sent < 100000)
        sent++;
    CHECK(sent < 100000, "memory is bounded");
    wire_read(fd, &got, S(""));
    CHECK(!str_contains(buf_str(&got), S("\r\n0\r\n\r\n")), "cut, not ended");
    close(fd);
    buf_release(&got);
    buf_release(&event);
    http_fixture_stop(&f);
}

static void test_head_has_no_stream(void **state)
{
    (void)state;
    struct http_fixture f;
    http_fixture_start(&f, http_fixture_options());
    struct buf reply =
        wire_exchange(f.port, S("HEAD /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK_INT(wire_status(buf_str(&reply)), 200, "a head alone");
    CHECK(!http_stream_send(f.stream, S("data: 1\n\n")), "nobody reads");
    buf_release(&reply);
    http_fixture_stop(&f);
}

static void test_http_1_0_reader(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got;
    buf_init(&got, 1024 * 1024);
    http_fixture_start(&f, http_fixture_options());
    int fd = wire_connect(f.port);
    wire_send(fd, S("GET /stream HTTP/1.0\r\n\r\n"));
    http_fixture_stream(&f);
    CHECK(http_stream_send(f.stream, S("data: 1\n\n")), "sent");
    http_stream_end(f.stream);
    CHECK(wire_read(fd, &got, S("")), "ended by closing");
    CHECK_STR(wire_body(buf_str(&got)), S("data: 1\n\n"), "not in chunks");
    close(fd);
    buf_release(&got);
    http_fixture_stop(&f);
}

enum { SENDERS = 4, EVENTS = 500 };

static void *send_events(void *stream)
{
    for (int i = 0; i < EVENTS; i++)
        if (!http_stream_send(stream, S("data: 1\n\n"))) return stream;
    return NULL;
}

/* Suspending meets resuming from other threads; a lost wake-up would leave events behind. */
static void test_many_senders(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got;
    buf_init(&got, 1024 * 1024);
    http_fixture_start(&f, http_fixture_options());
    int fd = subscribe(&f, &got);
    pthread_t threads[SENDERS];
    for (int i = 0; i < SENDERS; i++)
        CHECK(!pthread_create(&threads[i], NULL, send_events, f.stream), "a thread");
    for (int i = 0; i < SENDERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CHECK(!failed, "all is taken");
    }
    http_stream_end(f.stream);
    CHECK(wire_read(fd, &got, S("\r\n0\r\n\r\n")), "to the end");
    int events = 0;
    for (size_t i = 0; i + 5 <= got.len; i++)
        events += str_eq((struct str){ got.at + i, 5 }, S("data:"));
    CHECK_INT(events, SENDERS * EVENTS, "every event");
    close(fd);
    buf_release(&got);
    http_fixture_stop(&f);
}

static void test_stop(void **state)
{
    (void)state;
    struct http_fixture f;
    struct buf got;
    buf_init(&got, 1024 * 1024);
    http_fixture_start(&f, http_fixture_options());
    int fd = subscribe(&f, &got);
    CHECK(wire_read(fd, &got, S("\r\n\r\n")), "subscribed");
    http_server_stop(f.server, WIRE_TIMEOUT_MS);
    f.server = NULL;
    CHECK(wire_read(fd, &got, S("")), "the reader sees an end");
    CHECK(str_contains(buf_str(&got), S("0\r\n\r\n")), "a proper one");
    CHECK(!http_stream_send(f.stream, S("data: 1\n\n")), "a stream outlives its server");
    close(fd);
    buf_release(&got);
    http_fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_reader_leaves),
        cmocka_unit_test(test_slow_reader_is_cut),
        cmocka_unit_test(test_head_has_no_stream),
        cmocka_unit_test(test_http_1_0_reader),
        cmocka_unit_test(test_many_senders),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests_name("net/http_stream", tests, NULL, NULL);
}
