/*
 * http_fixture.h: a server whose routes do what tests of the server need.
 *
 *   /hello    {"hello":1}            /echo     the body that came
 *   /query    the decoded fields     /big      4 MiB
 *   /wait     holds until http_fixture_go          /stream   events, by fixture.stream
 *   /headers  X-Test as it was received            /small    takes bodies of at most 10 bytes
 *   /cut      nothing: the connection is reset
 *   /spool    the body that came, by way of files; /spool/cut and /spool/broken: and then not sent
 */
#ifndef TESTS_UNIT_NET_HTTP_FIXTURE_H
#define TESTS_UNIT_NET_HTTP_FIXTURE_H

#include "net/http_server.h"

#include <pthread.h>

enum {
    FIXTURE_BODY_MAX = 1024 * 1024,
    FIXTURE_BIG = 4 * 1024 * 1024,
    FIXTURE_SPOOL_MAX = 64 * 1024 * 1024,
};

struct http_fixture {
    struct http_server *server;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int waiting;  /* handlers inside /wait */
    int released; /* of them, how many may go */
    struct http_stream *stream;
    char *big;
};

struct http_server_options http_fixture_options(void); /* deadlines far away */
void http_fixture_start(struct http_fixture *f, struct http_server_options options);
void http_fixture_stop(struct http_fixture *f);
void http_fixture_await(struct http_fixture *f, int waiting); /* until so many are inside /wait */
void http_fixture_go(struct http_fixture *f, int count);
struct http_stream *http_fixture_stream(struct http_fixture *f); /* waits for it */
struct http_server_stats http_fixture_stats(struct http_fixture *f);

#endif
