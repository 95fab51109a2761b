/* fake_server.h: what a request of the kit carries in private_. */
#ifndef TESTS_HTTP_FAKE_SERVER_H
#define TESTS_HTTP_FAKE_SERVER_H

#include "net/http_server.h"

enum { FAKE_HEADERS_MAX = 16 };

struct fake_headers {
    struct http_field fields[FAKE_HEADERS_MAX];
    size_t count;
};

#endif
