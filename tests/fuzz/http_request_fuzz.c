/*
 * http_request_fuzz.c: bytes to a running server, over a socket, then the end of them. Whatever
 * they are, what comes back is replies and then the end, and the server goes on to serve a sound
 * request.
 */
#include "net/http_server.h"

#include "base/assert.h"
#include "base/log.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void handle(void *ctx, struct http_request *req, struct http_reply *reply)
{
    (void)ctx;
    ASSERT(str_eq(req->method, S("HEAD")) == false);
    ASSERT(!str_contains(req->path, S("\0")) && !str_contains(req->path, S(" ")));
    for (size_t i = 0; i < req->query_count; i++)
        ASSERT(str_is_utf8(req->query[i].name) && str_is_utf8(req->query[i].value));
    reply->status = 200;
    buf_put(&reply->body, req->body);
}

/* Once for the process; it ends with it. */
static int server_port(void)
{
    static struct http_server *server;
    const struct http_server_options options = { .listen = S("127.0.0.1:0"),
        .workers = 1,
        .body_max = 4096,
        .connections_max = 100,
        .queue_max = 10,
        .header_timeout_ms = 500,
        .body_timeout_ms = 500,
        .arena_max = 1024 * 1024,
        .handle = handle };
    struct error e;
    log_set_level(LOG_LEVEL_OFF);
    if (!server && http_server_start(&options, &server, &e)) PANIC("%s", e.detail);
    return http_server_port(server);
}

/* Twenty seconds, one by one: a machine that stood still for a minute has lost one of them. */
static bool comes(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (int i = 0; i < 20; i++)
        if (poll(&p, 1, 1000) == 1) return true;
    return false;
}

/* The first bytes of what comes back. */
static size_t talk(struct str bytes, char *first, size_t max)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
        .sin_port = htons((uint16_t)server_port()),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(fd >= 0 && !connect(fd, (const struct sockaddr *)&address, sizeof address));
    (void)!send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    size_t len = 0;
    for (;;) {
        char more[4096];
        if (!comes(fd)) PANIC("the server does not close");
        ssize_t n = recv(fd, more, sizeof more, 0);
        if (n <= 0) break;
        for (ssize_t i = 0; i < n && len < max; i++)
            first[len++] = more[i];
    }
    close(fd);
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[12];
    if (size > 64 * 1024) return 0;
    size_t len = talk((struct str){ (const char *)data, size }, first, sizeof first);
    ASSERT(len == 0 || str_starts((struct str){ first, len }, S("HTTP/1.1 ")));
    len = talk(S("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), first, sizeof first);
    ASSERT(str_eq((struct str){ first, len }, S("HTTP/1.1 200")));
    return 0;
}
