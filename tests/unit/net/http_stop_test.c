/* http_stop_test.c: stopping never drops a running request, and never waits for an idle client. */
#include "check.h"

#include "http_fixture.h"
#include "wire.h"

#include <poll.h>
#include <unistd.h>

struct stopping {
    struct http_fixture f;
    pthread_t thread;
    time_ms timeout_ms;
};

static void *stop(void *stopping)
{
    struct stopping *s = stopping;
    http_server_stop(s->f.server, s->timeout_ms);
    return NULL;
}

static void begin(struct stopping *s, time_ms timeout_ms)
{
    s->timeout_ms = timeout_ms;
    CHECK(!pthread_create(&s->thread, NULL, stop, s), "a thread");
}

static void end(struct stopping *s)
{
    pthread_join(s->thread, NULL);
    s->f.server = NULL;
    http_fixture_stop(&s->f);
}

static int ask(struct stopping *s, const char *path)
{
    struct buf text;
    buf_init(&text, 1000);
    buf_put_fmt(&text, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    int fd = wire_connect(s->f.port);
    wire_send(fd, buf_str(&text));
    buf_release(&text);
    return fd;
}

static void test_in_flight_is_answered(void **state)
{
    (void)state;
    struct stopping s;
    struct buf reply;
    buf_init(&reply, 10000);
    http_fixture_start(&s.f, http_fixture_options());
    int idle = ask(&s, "/hello");
    CHECK(wire_read_reply(idle, &reply), "a connection that is kept");
    int busy = ask(&s, "/wait");
    http_fixture_await(&s.f, 1);
    begin(&s, WIRE_TIMEOUT_MS);
    CHECK(wire_closed(idle), "idle ones are closed at once");
    http_fixture_go(&s.f, 1);
    CHECK(wire_read_reply(busy, &reply), "the running request is answered");
    CHECK_INT(wire_status(buf_str(&reply)), 200, "the running request is answered");
    CHECK(str_contains(buf_str(&reply), S("Connection: close")), "and told that it was the last");
    CHECK(wire_closed(busy), "then it is closed too");
    end(&s);
    close(idle);
    close(busy);
    buf_release(&reply);
}

static void test_patience_ends(void **state)
{
    (void)state;
    struct stopping s;
    struct http_server_options o = http_fixture_options();
    o.workers = 1;
    http_fixture_start(&s.f, o);
    int busy = ask(&s, "/wait");
    http_fixture_await(&s.f, 1);
    int queued = ask(&s, "/wait");
    while (http_fixture_stats(&s.f).queued == 0)
        poll(NULL, 0, 1);
    int half = wire_connect(s.f.port);
    wire_send(half, S("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"));
    while (http_fixture_stats(&s.f).in_flight < 3)
        poll(NULL, 0, 1);
    begin(&s, 20);
    CHECK(wire_closed(busy), "cut, though its handler still runs");
    CHECK(wire_closed(half), "so is an upload that does not end");
    http_fixture_go(&s.f, 1);
    end(&s);
    close(busy);
    close(queued);
    close(half);
}

static void test_nothing_to_wait_for(void **state)
{
    (void)state;
    struct stopping s;
    http_fixture_start(&s.f, http_fixture_options());
    begin(&s, WIRE_TIMEOUT_MS * 10);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_flight_is_answered),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_nothing_to_wait_for),
    };
    return cmocka_run_group_tests_name("net/http_stop", tests, NULL, NULL);
}
