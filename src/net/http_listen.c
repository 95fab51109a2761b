/* http_listen.c: "127.0.0.1:8080" or "[::1]:0" to a listening socket. */
#include "net/http_internal.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

enum { HTTP_BACKLOG = 1024 };

static bool split(struct str address, char host[256], char port[8])
{
    size_t colon = address.len;
    while (colon > 0 && address.at[colon - 1] != ':')
        colon--;
    if (colon == 0) return false;
    struct str h = str_sub(address, 0, colon - 1), p = str_sub(address, colon, address.len);
    if (str_starts(h, S("[")) && str_ends(h, S("]"))) h = str_sub(h, 1, h.len - 2);
    int64_t number;
    if (!str_to_int64(p, &number) || number < 0 || number > 65535) return false;
    if (h.len == 0 || h.len > 255 || p.len > 7) return false;
    memcpy(host, h.at, h.len);
    host[h.len] = '\0';
    memcpy(port, p.at, p.len);
    port[p.len] = '\0';
    return true;
}

static int port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = { .v6 = { 0 } };
    socklen_t len = sizeof address;
    if (getsockname(fd, &address.any, &len)) return -1;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

enum err http_listen(struct str address, int *fd, int *port, struct error *e)
{
    char host[256], service[8];
    if (!split(address, host, service))
        return error_set(e, ERR_INVALID, "\"%.*s\" is not an address and a port", STR_FMT(address));

    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    int rc = getaddrinfo(host, service, &hints, &found);
    if (rc)
        return error_set(
            e, ERR_INVALID, "cannot listen on %.*s: %s", STR_FMT(address), gai_strerror(rc));

    int s = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = s >= 0 && !setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) &&
              !bind(s, found->ai_addr, found->ai_addrlen) && !listen(s, HTTP_BACKLOG);
    int why = errno;
    freeaddrinfo(found);
    if (!ok) {
        if (s >= 0) close(s);
        return error_set(
            e, ERR_UNAVAILABLE, "cannot listen on %.*s: %s", STR_FMT(address), strerror(why));
    }
    *fd = s;
    *port = port_of(s);
    return OK;
}
