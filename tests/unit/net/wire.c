/* wire.c: see wire.h. */
#include "wire.h"

#include "base/assert.h"
#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int wire_connect(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(fd >= 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address))
        PANIC("connect to port %d: %d", port, errno);
    return fd;
}

int wire_listen(int *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(fd >= 0 && !bind(fd, (const struct sockaddr *)&address, sizeof address));
    ASSERT(!listen(fd, 16) && !getsockname(fd, (struct sockaddr *)&address, &len));
    *port = ntohs(address.sin_port);
    return fd;
}

bool wire_send(int fd, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (n < 0) return false;
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}

/* Bytes, 0 at the end, -1 on a reset or the deadline. */
static ssize_t read_some(int fd, char *at, size_t len)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (poll(&p, 1, WIRE_TIMEOUT_MS) <= 0) return -1;
    return recv(fd, at, len, 0);
}

bool wire_read(int fd, struct buf *into, struct str until)
{
    char bytes[4096];
    while (until.len == 0 || !str_contains(buf_str(into), until)) {
        ssize_t n = read_some(fd, bytes, sizeof bytes);
        if (n <= 0) return n == 0 && until.len == 0;
        buf_put(into, (struct str){ bytes, (size_t)n });
    }
    return true;
}

static struct str cut_at(struct str s, struct str mark, struct str *tail)
{
    for (size_t i = 0; i + mark.len <= s.len; i++) {
        if (!str_eq(str_sub(s, i, mark.len), mark)) continue;
        *tail = str_sub(s, i + mark.len, s.len);
        return str_sub(s, 0, i);
    }
    *tail = S("");
    return s;
}

struct str wire_body(struct str reply)
{
    struct str body;
    cut_at(reply, S("\r\n\r\n"), &body);
    return body;
}

bool wire_read_reply(int fd, struct buf *into)
{
    buf_clear(into);
    while (!str_contains(buf_str(into), S("\r\n\r\n"))) {
        char c;
        if (read_some(fd, &c, 1) != 1) return false;
        buf_put_char(into, c);
    }
    struct str after, digits, rest;
    cut_at(buf_str(into), S("Content-Length: "), &after);
    digits = cut_at(after, S("\r\n"), &rest);
    int64_t len = 0;
    if (!str_to_int64(digits, &len)) return false;
    while (len-- > 0) {
        char c;
        if (read_some(fd, &c, 1) != 1) return false;
        buf_put_char(into, c);
    }
    return true;
}

int wire_status(struct str reply)
{
    int64_t status;
    if (!str_starts(reply, S("HTTP/1."))) return -1;
    return str_to_int64(str_sub(reply, 9, 3), &status) ? (int)status : -1;
}

struct buf wire_exchange(int port, struct str bytes)
{
    struct buf all;
    buf_init(&all, 64 * 1024 * 1024);
    int fd = wire_connect(port);
    wire_send(fd, bytes);
    wire_read(fd, &all, S(""));
    close(fd);
    return all;
}

bool wire_closed(int fd)
{
    char c;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (poll(&p, 1, WIRE_TIMEOUT_MS) <= 0) return false;
    return recv(fd, &c, 1, 0) <= 0;
}
