/*
 * transport.h: the only door to the network for calls that we make.
 *
 * transport_curl.c is the real one; tests have others. An implementation must not retry, follow
 * redirects, sleep, or log headers and bodies: those are decisions, made above this line.
 * `send` may be called from many threads at once and blocks its caller; connections are reused.
 */
#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct transport_header {
    struct str name; /* compared without case */
    struct str value;
};

enum { TRANSPORT_HEADERS_MAX = 64 };

struct transport_request {
    struct str method;
    struct str url; /* absolute, already percent-encoded; http or https */
    const struct transport_header *headers;
    size_t header_count;
    struct str body;
    time_ms timeout_ms;  /* for the whole exchange, > 0 */
    size_t reply_max;    /* most bytes of reply body */
    bool cleartext_okay; /* plain http is refused unless this is set (sandboxes on loopback) */
    /* Only addresses of the public Internet are called (address.h); others are ERR_UNAVAILABLE
     * "not_public", and nothing is sent. */
    bool public_only;
    bool excerpt; /* a body over reply_max is cut there, and the rest is not waited for */
};

struct transport_reply {
    int status;
    struct transport_header headers[TRANSPORT_HEADERS_MAX]; /* further ones are dropped */
    size_t header_count;
    struct str body; /* all of the reply lives in the arena that was given to send */
};

struct transport {
    /* OK means a complete reply of any HTTP status. ERR_UNAVAILABLE or ERR_TIMEOUT: no complete
     * reply, and e->code says how far it got: "not_sent" (nothing reached the other side: DNS,
     * connect, TLS) or "unknown_outcome". ERR_TOO_LARGE: the body passed reply_max. ERR_INVALID:
     * the request itself cannot be sent (Content-Length and Transfer-Encoding are not the caller's
     * to give). ERR_CANCELED: the transport is stopping; e->code as above. */
    enum err (*send)(struct transport *t, const struct transport_request *request,
        struct arena *arena, struct transport_reply *reply, struct error *e);
    /* Makes waiting sends return ERR_CANCELED and refuses new ones. Any thread. */
    void (*stop)(struct transport *t);
    /* After every send has returned. */
    void (*release)(struct transport *t);
};

/* Value of the first header of that name, or an empty string. */
struct str transport_reply_header(const struct transport_reply *reply, struct str name);

struct transport_curl_options {
    struct str user_agent; /* at most 500 characters: Amazon refuses longer ones (sp-api.md 1.4) */
    struct str ca_file;    /* empty: the system's */
    time_ms connect_timeout_ms;
};

/* libcurl multi in one thread of its own (design.md 7). */
MUST_USE enum err transport_curl_new(
    const struct transport_curl_options *options, struct transport **out, struct error *e);

#endif
