/*
 * http_guard.h: which requests are refused before anybody reads them.
 *
 * libmicrohttpd 0.9.75 lets through what request smuggling is made of: two Content-Length,
 * Content-Length beside Transfer-Encoding, an unknown Transfer-Encoding (it then hangs), a space
 * before the colon, no Host or several. One guard looks at one request: every header is shown to
 * it, then the verdict is asked. Pure; owns nothing.
 */
#ifndef NET_HTTP_GUARD_H
#define NET_HTTP_GUARD_H

#include "base/str.h"

struct http_guard {
    size_t bytes; /* of all headers, with their ": " and CR LF */
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    uint64_t content_length; /* when lengths > 0 */
    bool chunked;
    const char *fault; /* of a single header, or NULL */
};

void http_guard_init(struct http_guard *g);
void http_guard_header(struct http_guard *g, struct str name, struct str value);

/* NULL when the request may pass, else what is wrong with it, in words for its sender (a 400). */
const char *http_guard_verdict(const struct http_guard *g, struct str target, struct str version);

/* "/path?query" of a target in origin form, or in the absolute form that proxies send
 * ("http://host/ path"); the host in it is not looked at. */
struct str http_target_origin(struct str target);

#endif
