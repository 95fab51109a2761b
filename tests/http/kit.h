/*
 * kit.h: the interface driven without sockets: requests are made by hand, replies are looked at.
 *
 * Stands in for the HTTP server (the functions of net/http_server.h). The database is a real,
 * migrated one of the engine that the program's argument names. The clock stands still until the
 * test moves it.
 */
#ifndef TESTS_HTTP_KIT_H
#define TESTS_HTTP_KIT_H

#include "check.h"
#include "store/harness.h"

#include "base/json.h"
#include "base/seal.h"
#include "http/internal.h"

#include <stdatomic.h>

struct kit_clock {
    struct clock port;
    _Atomic(time_ms) now;
};

enum { KIT_STREAMS_MAX = 16 };

struct kit {
    struct harness_db h;
    struct api *api;
    struct arena arena; /* of the test */
    struct kit_clock clock;
    struct rng rng;
    struct seal_key key;
    struct str tokens[ROLE_COUNT]; /* secrets of a token of each role */
    struct str bearer;             /* sent with each call; empty: none */
    const char *peer;              /* who calls; NULL: 192.0.2.7 */
    const char *lines;             /* more headers of each call, such as a cookie; NULL: none */

    /* The last reply. */
    int status;
    struct str body;
    struct json json; /* of the body; absent when it is none */
    struct http_field headers[HTTP_REPLY_HEADERS_MAX];
    size_t header_count;
    struct http_stream *stream;
    struct http_stream *held[KIT_STREAMS_MAX]; /* until the test ends */
    size_t held_count;
};

extern enum db_engine kit_engine;
int kit_setup(void **state); /* signed in with the admin's token */
int kit_teardown(void **state);
#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
int kit_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count);

/* path begins with '/', and may have a query; body NULL: none; "Name: value" lines or NULL. The
 * status is returned. */
int kit_send(
    struct kit *k, const char *method, const char *path, const char *body, const char *headers);
int kit_send_bytes(
    struct kit *k, const char *method, const char *path, struct str body, const char *headers);
/* The same below /api/v1, and the status must be this. */
#define CALL(k, method, path, text, want) CALL_WITH(k, method, path, text, NULL, want)
#define CALL_WITH(k, method, path, text, lines, want)                                              \
    do {                                                                                           \
        int got_ = kit_send((k), (method), kit_path((k), (path)), (text), (lines));                \
        if (got_ != (want))                                                                        \
            fail_msg("%s %s gave %d, wanted %d: %.*s", (method), (path), got_, (want),             \
                STR_FMT((k)->body));                                                               \
    } while (0)
/* From any thread: nothing of the reply is kept but the status. */
int kit_alone(const struct kit *k, const char *method, const char *path, const char *body,
    const char *headers);
const char *kit_path(struct kit *k, const char *path);
const char *kit_fmt(struct kit *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Of the last reply, by a pointer such as "/data/0/title"; absent ones fail the test. */
struct json kit_at(struct kit *k, const char *pointer);
struct str kit_str(struct kit *k, const char *pointer);
int64_t kit_int(struct kit *k, const char *pointer);
bool kit_true(struct kit *k, const char *pointer);
bool kit_null(struct kit *k, const char *pointer);
size_t kit_len(struct kit *k, const char *pointer);
struct str kit_header(struct kit *k, const char *name); /* "" when none */
/* The reply is a well-formed problem of this status and code. */
void kit_problem(struct kit *k, int status, const char *code, const char *why);
/* ... with an entry of errors at this pointer; code NULL: any. */
void kit_fault(struct kit *k, const char *pointer, const char *code, const char *why);

/* Sent so far to the stream of the last reply; waits until it holds the text. */
void kit_stream_await(struct kit *k, struct http_stream *s, const char *text);
bool kit_stream_has(struct http_stream *s, const char *text);

struct str kit_token(struct kit *k, const char *role, time_ms expires_at);
/* The secret of a token of the admin's role that may do so much in one area, and everything or
 * nothing in the others. The kit's own is the admin's after it. */
struct str kit_scoped(struct kit *k, enum area area, enum permission level, bool others);
int64_t kit_user(struct kit *k, const char *email, const char *role, const char *password);
#define KIT_PASSWORD "maple-otter-canyon-71"
/* Signs in and gives the Cookie line; the last reply is that of POST /session. */
const char *kit_sign_in(struct kit *k, const char *email, const char *password, int want);
/* A new user of that role, signed in: the lines with cookie and CSRF header. */
const char *kit_session(struct kit *k, const char *role);
/* What the kit's interface knows as the kind "amazon": region eu, marketplaces M1 and M2. */
extern const struct channel_kind_info kit_kind;
int64_t kit_channel(struct kit *k, const char *name);
/* As read from the channel: active, merchant-fulfilled, quantity 0. */
int64_t kit_listing(struct kit *k, int64_t channel_id, const char *sku);
void kit_quarantine(struct kit *k, int64_t channel_id, const char *channel_order_id);
/* So many orders more are to be asked for by their id. */
void kit_order_watches(struct kit *k, int64_t channel_id, int count);

/* Rows and versions of every table that an answer could have changed. */
const char *kit_state(struct kit *k);

#endif
