/*
 * load_test.c: the interface behind the real server, over sockets, with clients that mean harm or
 * are merely many: bodies without end, 10,000 idle connections, writers and readers of a byte at a
 * time. Each time an ordinary client is served all the while.
 *
 * Deadlines are short by option. The clients of the idle connections are another process (this
 * program with other arguments), because one process may not have as many files open.
 */
#include "kit.h"

#include "unit/net/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Generous: other programs run on the machine of the tests too. */
enum { MIB = 1024 * 1024, PATIENCE_MS = 30000, ANSWER_MS = 5000 };

struct house {
    struct kit *k;
    struct http_server *server;
    int port;
    int patron; /* an ordinary client's connection, kept alive */
};

static time_ms now_ms(void)
{
    return clock_monotonic(clock_system());
}

static void open_house(struct house *h, struct kit *k, time_ms deadline_ms)
{
    struct error e;
    struct http_server_options o = { .listen = S("127.0.0.1:0"),
        .workers = 4,
        .body_max = HTTP_BODY_MAX,
        .connections_max = 16384,
        .queue_max = 4096,
        .header_timeout_ms = deadline_ms,
        .body_timeout_ms = deadline_ms,
        .arena_max = REQUEST_ARENA_MAX,
        .handle = api_handle,
        .ctx = k->api };
    *h = (struct house){ .k = k, .patron = -1 };
    CHECK_ERR(http_server_start(&o, &h->server, &e), OK, &e, "the server");
    h->port = http_server_port(h->server);
}

static void close_house(struct house *h)
{
    if (h->patron >= 0) close(h->patron);
    http_server_stop(h->server, 1000);
}

static struct http_server_stats stats(struct house *h)
{
    struct http_server_stats s;
    http_server_stats(h->server, &s);
    return s;
}

static struct str request(struct house *h, const char *line, const char *more)
{
    return arena_fmt(&h->k->arena, "%s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %.*s\r\n%s\r\n",
        line, STR_FMT(h->k->bearer), more);
}

/* One request of an ordinary client, on its connection or a new one: how long it took. */
static time_ms serve_patron(struct house *h, const char *why)
{
    struct buf reply;
    time_ms from = now_ms();
    buf_init(&reply, MIB);
    for (int i = 0; i < 2; i++) { /* the server may just have closed an idle connection */
        if (h->patron < 0) h->patron = wire_connect(h->port);
        bool good = wire_send(h->patron, request(h, "GET /api/v1/grades", "")) &&
                    wire_read_reply(h->patron, &reply);
        if (good) break;
        close(h->patron);
        h->patron = -1;
        CHECK(i == 0, why);
    }
    CHECK_INT(wire_status(buf_str(&reply)), 200, why);
    CHECK(str_contains(buf_str(&reply), S("\"title\":\"A\"")), why);
    buf_release(&reply);
    return now_ms() - from;
}

static void await_in_flight(struct house *h, size_t want, const char *why)
{
    time_ms until = now_ms() + PATIENCE_MS;
    while (stats(h).in_flight > want && now_ms() < until)
        poll(NULL, 0, 5);
    CHECK(stats(h).in_flight <= want, why);
}

/* Bodies */

static size_t resident(void)
{
    char text[200] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    CHECK(n > 0, "statm");
    struct str head, tail, second;
    int64_t pages = 0;
    str_cut((struct str){ text, (size_t)n }, ' ', &head, &tail);
    str_cut(tail, ' ', &second, &head);
    CHECK(str_to_int64(second, &pages), "statm");
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

struct flood {
    const char *head, *chunk; /* before each block; NULL: none */
    const char *why;
    bool stubborn; /* goes on sending after it was refused */
};

/* Sends up to 100 MB; how much was taken before the answer came, or in all. */
static size_t pour(struct house *h, const struct flood *f, struct buf *reply)
{
    enum { BLOCK = 64 * 1024, ALL = 100 * MIB };
    static char block[BLOCK];
    size_t sent = 0;
    int fd = wire_connect(h->port);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    memset(block, ' ', sizeof block);
    wire_send(fd, request(h, "POST /api/v1/grades", f->head));
    while (sent < ALL && (f->stubborn || poll(&p, 1, 0) == 0)) {
        if (f->chunk && !wire_send(fd, str_of(f->chunk))) break;
        if (!wire_send(fd, (struct str){ block, BLOCK })) break;
        if (f->chunk && !wire_send(fd, S("\r\n"))) break;
        sent += BLOCK;
    }
    wire_read(fd, reply, S("too_large"));
    close(fd);
    return sent;
}

static void test_endless_bodies(void **state)
{
    struct house h;
    open_house(&h, *state, PATIENCE_MS);
    serve_patron(&h, "before");
    static const struct flood floods[] = {
        { "Content-Type: application/json\r\nContent-Length: 104857600\r\n", NULL, "announced",
            false },
        { "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "10000\r\n",
            "not announced", false },
        { "Content-Type: application/json\r\nContent-Length: 104857600\r\n", NULL,
            "announced, and sent whatever is said", true },
        { "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "10000\r\n",
            "not announced, and sent whatever is said", true },
    };
    const char *before = kit_state(*state);
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        struct buf reply;
        buf_init(&reply, MIB);
        size_t used = resident();
        size_t sent = pour(&h, &floods[i], &reply);
        size_t grown = resident() > used ? resident() - used : 0;
        if (!floods[i].stubborn) {
            CHECK_INT(wire_status(buf_str(&reply)), 413, floods[i].why);
            CHECK(sent < (size_t)50 * MIB, "refused early");
        }
        if (grown > (size_t)48 * MIB)
            fail_msg("%s: memory grew by %zu MiB", floods[i].why, grown / MIB);
        buf_release(&reply);
        serve_patron(&h, floods[i].why);
    }
    CHECK_STR(str_of(kit_state(*state)), str_of(before), "nothing changed");
    await_in_flight(&h, 0, "nothing is left over");
    close_house(&h);
}

/* Idle connections */

/* The other process: says "." when so many connections stand, and ends when its input does. */
static int hold_connections(int port, int count)
{
    static const char *const said[] = { "", "GET /api/v1/gra",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Wa" };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < count; i++)
        if (!wire_send(wire_connect(port), str_of(said[i % 3]))) return 1;
    char c;
    if (write(STDOUT_FILENO, ".", 1) != 1) return 1;
    while (read(STDIN_FILENO, &c, 1) > 0)
        continue;
    return 0;
}

static pid_t start_holder(int port, int count, int *in, int *out)
{
    int to[2] = { -1, -1 }, from[2] = { -1, -1 };
    char port_text[16], count_text[16];
    CHECK(!pipe2(to, O_CLOEXEC) && !pipe2(from, O_CLOEXEC), "pipes");
    snprintf(port_text, sizeof port_text, "%d", port);
    snprintf(count_text, sizeof count_text, "%d", count);
    char name[] = "http_load_test", verb[] = "hold";
    char *argv[] = { name, verb, port_text, count_text, NULL };
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
    pid_t pid = -1;
    CHECK_INT(posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, environ), 0, "a process");
    posix_spawn_file_actions_destroy(&files);
    close(to[0]);
    close(from[1]);
    *in = to[1];
    *out = from[0];
    return pid;
}

static int idle_count(void)
{
    enum { WANTED = 10000, OWN = 500 };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max >= WANTED + OWN) return WANTED;
    print_message("only %d idle connections: this machine allows no more files (ulimit -Hn)\n",
        (int)files.rlim_max - OWN);
    return (int)files.rlim_max - OWN;
}

static void test_idle_connections(void **state)
{
    struct house h;
    char c = 0;
    int in, out, status = 1, count = idle_count();
    open_house(&h, *state, PATIENCE_MS);
    serve_patron(&h, "before");
    size_t used = resident();
    pid_t pid = start_holder(h.port, count, &in, &out);
    CHECK(read(out, &c, 1) == 1 && c == '.', "they stand");
    time_ms until = now_ms() + PATIENCE_MS;
    while (stats(&h).connections < (size_t)count && now_ms() < until)
        poll(NULL, 0, 5);
    CHECK(stats(&h).connections >= (size_t)count, "the server has them all");
    time_ms longest = 0;
    for (int i = 0; i < 20; i++) {
        time_ms took = serve_patron(&h, "an ordinary request among them");
        if (took > longest) longest = took;
    }
    CHECK(longest < ANSWER_MS, "in good time");
    size_t each = resident() > used ? (resident() - used) / (size_t)count : 0;
    print_message(
        "%d idle: %zu bytes each, slowest answer %lld ms\n", count, each, (long long)longest);
    CHECK(each < 64 * 1024, "small ones");
    close(in);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status), "ended");
    close(out);
    while (stats(&h).connections > 1 && now_ms() < until)
        poll(NULL, 0, 5);
    CHECK(stats(&h).connections <= 1, "they are let go");
    serve_patron(&h, "after");
    close_house(&h);
}

/* Slow clients */

enum { SLOW = 100, DEADLINE_MS = 400 };

/* A byte to each that is still there; how many are. */
static int drip_all(int *fds, size_t at)
{
    static const char head[] = "POST /api/v1/grades HTTP/1.1\r\nHost: a\r\nX-Padding: ";
    int there = 0;
    for (int i = 0; i < SLOW; i++) {
        char c = at < sizeof head - 1 && i % 2 ? head[at] : 'a';
        struct pollfd p = { .fd = fds[i], .events = POLLIN };
        if (fds[i] < 0) continue;
        bool open = poll(&p, 1, 0) == 0 && send(fds[i], &c, 1, MSG_NOSIGNAL) == 1;
        there += open;
        if (open) continue;
        close(fds[i]);
        fds[i] = -1;
    }
    return there;
}

static void test_slow_writers(void **state)
{
    struct house h;
    int fds[SLOW];
    open_house(&h, *state, DEADLINE_MS);
    serve_patron(&h, "before");
    const char *before = kit_state(*state);
    for (int i = 0; i < SLOW; i++) {
        fds[i] = wire_connect(h.port);
        /* The even ones drip a body, the others their headers. */
        if (i % 2 == 0)
            wire_send(fds[i], request(&h, "POST /api/v1/grades",
                                  "Content-Type: application/json\r\nContent-Length: 100000\r\n"));
    }
    time_ms from = now_ms(), longest = 0;
    int served = 0;
    for (size_t at = 0; drip_all(fds, at) > 0 && now_ms() < from + PATIENCE_MS; at++) {
        time_ms took = serve_patron(&h, "an ordinary request among them");
        if (took > longest) longest = took;
        served++;
    }
    CHECK(now_ms() < from + PATIENCE_MS, "all cut at their deadline");
    CHECK(served > 3 && longest < ANSWER_MS, "nobody else waited for them");
    await_in_flight(&h, 0, "nothing is left over");
    CHECK(stats(&h).timed_out >= SLOW / 2, "counted");
    CHECK_STR(str_of(kit_state(*state)), str_of(before), "nothing changed");
    close_house(&h);
}

static void post(struct house *h, const char *path, struct str body, int want)
{
    struct str head = request(h, kit_fmt(h->k, "POST /api/v1%s", path),
        kit_fmt(h->k,
            "Connection: close\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
            body.len));
    struct buf all;
    buf_init(&all, MIB);
    buf_put(&all, head);
    buf_put(&all, body);
    struct buf reply = wire_exchange(h->port, buf_str(&all));
    CHECK_INT(wire_status(buf_str(&reply)), want, path);
    buf_release(&reply);
    buf_release(&all);
}

/* Fifty phones: some 20 KB as a list. */
static void fill_list(struct house *h)
{
    struct buf b;
    buf_init(&b, MIB);
    post(h, "/variations", S("{\"manufacturer\":\"Apple\",\"model\":\"A\"}"), 201);
    for (int i = 0; i < 50; i++)
        buf_put_fmt(&b, "%s{\"esn\":\"SN-%d\",\"variation_id\":1}", i ? "," : "{\"items\":[", i);
    buf_put(&b, S("]}"));
    post(h, "/items", buf_str(&b), 200);
    buf_release(&b);
}

/*
 * Each asks for far more than all buffers hold and takes a byte now and then. The deadline of an
 * answer grows with its length, so the answers are many rather than long.
 */
static void test_slow_readers(void **state)
{
    enum { READERS = 6, ASKED = 400 };
    struct house h;
    int fds[READERS], left = READERS, served = 0;
    open_house(&h, *state, DEADLINE_MS);
    fill_list(&h);
    struct buf many;
    buf_init(&many, MIB);
    for (int i = 0; i < ASKED; i++)
        buf_put(&many, request(&h, "GET /api/v1/items?limit=50", ""));
    for (int i = 0; i < READERS; i++) {
        fds[i] = wire_connect(h.port);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &(int){ 4096 }, sizeof(int));
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        wire_send(fds[i], buf_str(&many));
    }
    buf_release(&many);
    time_ms until = now_ms() + PATIENCE_MS, longest = 0;
    while (left > 0 && now_ms() < until) {
        char c;
        for (int i = 0; i < READERS; i++) {
            struct pollfd p = { .fd = fds[i], .events = POLLIN };
            if (fds[i] < 0 || poll(&p, 1, 0) == 0) continue;
            bool cut = p.revents & (POLLERR | POLLHUP) || recv(fds[i], &c, 1, 0) <= 0;
            if (!cut) continue;
            close(fds[i]);
            fds[i] = -1;
            left--;
        }
        time_ms took = serve_patron(&h, "an ordinary request among them");
        if (took > longest) longest = took;
        served++;
    }
    CHECK_INT(left, 0, "all cut");
    CHECK(stats(&h).timed_out >= READERS, "at a deadline");
    CHECK(served > 20 && longest < ANSWER_MS, "nobody else waited for them");
    print_message(
        "%d answers beside slow readers, the slowest in %lld ms\n", served, (long long)longest);
    await_in_flight(&h, 0, "nothing is left over");
    close_house(&h);
}

int main(int argc, char **argv)
{
    int64_t port = 0, count = 0;
    if (argc == 4 && strcmp(argv[1], "hold") == 0)
        return str_to_int64(str_of(argv[2]), &port) && str_to_int64(str_of(argv[3]), &count)
                   ? hold_connections((int)port, (int)count)
                   : 2;
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_endless_bodies),
        KIT_TEST(test_idle_connections),
        KIT_TEST(test_slow_writers),
        KIT_TEST(test_slow_readers),
    };
    return kit_main(argc, argv, "http_load", tests, COUNT_OF(tests));
}
