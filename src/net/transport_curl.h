/*
 * transport_curl.h: what the two halves of the libcurl transport share: making an exchange out of a
 * request (transport_exchange.c, the caller's thread) and carrying it out (transport_curl.c, the
 * transport's thread).
 */
#ifndef NET_TRANSPORT_CURL_H
#define NET_TRANSPORT_CURL_H

#include "base/buf.h"
#include "net/transport.h"

#include <curl/curl.h>
#include <pthread.h>

/* Of all reply headers together; libcurl 7.88 bounds a line, not their sum. */
enum { TRANSPORT_HEADERS_SIZE_MAX = 256 * 1024 };

/* One call of send. Lives on its caller's stack, who does not return before `done`; between being
 * queued and `done` it is the transport's thread's. */
struct exchange {
    struct exchange *next, *prev;
    CURL *easy;
    struct curl_slist *headers;
    char message[CURL_ERROR_SIZE];
    unsigned attempts; /* times that libcurl was about to write the request */
    struct buf head;   /* header lines of the final reply */
    struct buf body;
    bool head_ended; /* with an empty line */
    bool too_large;
    bool canceled;
    bool public_only, refused; /* the address was not public */
    bool excerpt, cut;         /* the body is wanted only so far, and was longer */
    CURLcode result;
    bool done;            /* the transport's lock */
    pthread_cond_t ready; /* with it */
};

/* Checks the request and sets a handle up for it; the request must live until exchange_finish. */
MUST_USE enum err exchange_prepare(struct exchange *x, const struct transport_request *request,
    const struct transport_curl_options *options, struct error *e);

/* The result of a carried out exchange. */
MUST_USE enum err exchange_finish(
    struct exchange *x, struct arena *arena, struct transport_reply *reply, struct error *e);

void exchange_release(struct exchange *x);

#endif
