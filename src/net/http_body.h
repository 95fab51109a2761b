/*
 * http_body.h: a request's body, in memory or in a file without a name; nobody outside
 * src/net/http_*.c includes it. All on the connection's I/O thread.
 */
#ifndef NET_HTTP_BODY_H
#define NET_HTTP_BODY_H

#include "net/http_internal.h"

struct http_body_fault {
    int status;
    const char *code, *why;
};
/* The headers are known. length: that of Content-Length; -1: chunked. NULL: go on. */
const struct http_body_fault *http_body_begin(struct http_conn *c, int64_t length);
const struct http_body_fault *http_body_add(struct http_conn *c, struct str piece);
void http_body_end(struct http_conn *c);                           /* the reply is over */
time_ms http_body_time(const struct http_conn *c, int64_t length); /* that it may take */

#endif
