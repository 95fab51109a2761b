/*
 * internal.h: what handlers are made of.
 *
 * A handler of a read runs inside db_read, one of a write inside db_write with the idempotency key
 * taken before and its answer stored after, in the same transaction. So a handler may run more than
 * once: it writes its answer into call->out, emptied before each run, and keeps nothing else.
 * Whatever it returns other than OK becomes a problem+json.
 */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "base/json.h"
#include "base/limits.h"
#include "core/permission.h"
#include "core/text.h"
#include "http/api.h"
#include "http/file.h"
#include "http/metrics.h"
#include "http/routes.h"
#include "store/session.h"
#include "store/store.h"

#include <pthread.h>

enum { PATH_IDS_MAX = 2, BODY_ERRORS_MAX = 50 };

struct body_error {
    struct str pointer, code, detail;
};

/* What the person must do before anything else (ROUTE_SELF). */
enum must { MUST_NOTHING, MUST_CHANGE_PASSWORD, MUST_ENROL_TOTP };

struct call {
    struct api *api;
    struct http_request *req;
    struct http_reply *reply;
    const struct route *route;
    struct arena *arena; /* the request's */
    int64_t ids[PATH_IDS_MAX];

    /* Who asks */
    struct actor actor;
    struct str address; /* where from */
    enum role role;
    struct rights rights; /* the role's, less what the token leaves out */
    bool by_token;
    enum must must;
    struct session session;
    struct api_token token;

    /* What came */
    struct json body;      /* absent without one */
    struct call_file file; /* of a route with ROUTE_FILE */
    struct body_error errors[BODY_ERRORS_MAX];
    size_t error_count;
    struct str results; /* of a problem that has a result for each input; JSON, empty: none */

    /* The transaction */
    struct tx *tx;
    struct change change; /* of writes */
    time_ms now;

    /* The answer */
    struct buf out;
    struct jw w;
    int status;
    struct str location;
    int64_t etag;                       /* version; 0: none */
    struct str content_type, file_name; /* of an answer that is a file */
};

struct api {
    struct api_options options;
    struct assets *assets;
    struct live *live;
    struct waiters *waiters;
    struct metrics metrics;
};

void answer_status(struct call *c, int status);
/* Errors: problem.c */
void problem_reply(struct call *c, enum err rc, const struct error *e);
void problem_write(struct http_reply *reply, int status, const char *title, struct str detail,
    struct str code, const struct body_error *errors, size_t error_count);
enum err not_found(struct error *e, const char *what, int64_t id);

#define HTTP_ID_MAX INT64_C(9007199254740991) /* exact in any JSON reader: 2^53 - 1 */

/* Query parameters; each adds an error and gives the default when it is wrong. */
struct str query_str(struct call *c, const char *name); /* empty when absent */
bool query_has(struct call *c, const char *name);
struct str query_word(struct call *c, const char *name, const char *words); /* space between */
int64_t query_int(struct call *c, const char *name, int64_t standard, int64_t least, int64_t most);
int64_t query_id(struct call *c, const char *name); /* 0 when absent */
bool query_bool(struct call *c, const char *name, bool *present);
enum archived_rows query_archived(struct call *c); /* false, which is the default, true or any */
struct page query_page(struct call *c);            /* limit, cursor of an id */
/* limit, cursor of a position and an id, as list_end_place gives it. */
struct page query_page_place(struct call *c, int64_t *after_position);
struct str query_cursor_text(struct call *c); /* a cursor of text */
/* ERR_BAD_REQUEST when any parameter was wrong. */
MUST_USE enum err query_end(struct call *c, struct error *e);

/* Bodies. `at` is the pointer of the object ("" for the root). Each getter tells whether the member
 * is there; a wrong type or limit adds an error. */
struct fields {
    struct call *c;
    struct json object;
    struct str at;
    const char *known; /* names, space between */
};
struct fields fields_root(struct call *c, const char *known);
struct fields fields_of(struct call *c, struct json object, struct str at, const char *known);
/* A text has at most max code points and no control characters. */
enum {
    TEXT_EMPTY_OK = 1,
    TEXT_NULL_OK = 2,
    TEXT_KEEP = 4,  /* as typed: not trimmed, and any character */
    TEXT_LINES = 8, /* line breaks and tabs too */
};
bool text_is_time(struct str s, time_ms *out); /* RFC 3339, UTC, ends with Z */
bool field_present(struct fields *f, const char *name);
bool field_str(struct fields *f, const char *name, size_t max, int flags, struct str *out);
bool field_int(struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out);
/* null gives *is_null. */
bool field_int_null(
    struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out, bool *is_null);
bool field_bool(struct fields *f, const char *name, bool *out);
bool field_time(struct fields *f, const char *name, bool null_ok, time_ms *out); /* 0: null */
bool field_money(struct fields *f, const char *name, struct money *out);         /* null: absent */
bool field_color(struct fields *f, const char *name, struct str *out);
/* Array of at most max elements; absent json when it is not there. */
struct json field_array(struct fields *f, const char *name, size_t least, size_t max);
struct json field_object(struct fields *f, const char *name);
void field_error(struct fields *f, const char *name, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void element_error(struct call *c, struct str pointer, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* RFC 6901: the pointer of a member. */
struct str pointer_to(struct call *c, struct str at, struct str name);
void field_required(struct fields *f, const char *name);
/* ERR_INVALID when any field was wrong. */
MUST_USE enum err fields_end(struct call *c, struct error *e);

/* once.c: the Idempotency-Key of a POST. */
MUST_USE enum err once_check(const struct call *c, struct error *e); /* its form */
typedef enum err (*once_fn)(struct call *c, void *ctx, struct error *e);
/* In the write transaction: work, unless it was done before; then its first answer. */
MUST_USE enum err once(struct call *c, once_fn work, void *ctx, struct error *e);
/* Outside of it, for work that takes several transactions: the first answer, when there is one. */
MUST_USE enum err once_before(struct call *c, bool *found, struct error *e);

/* If-Match against the version. */
MUST_USE enum err check_etag(struct call *c, int64_t version, struct error *e);

/* Rendering: lists {"data": [...], "next_cursor"} */
void list_begin(struct call *c);
void list_end_id(struct call *c, bool more, int64_t last_id);
void list_end_place(struct call *c, bool more, int64_t last_position, int64_t last_id);
void list_end_text(struct call *c, bool more, struct str last);
void put_time(struct call *c, const char *key, time_ms t);    /* 0 gives null */
void put_opt(struct call *c, const char *key, struct str s);  /* empty gives null */
void put_opt_id(struct call *c, const char *key, int64_t id); /* 0 gives null */
void put_opt_int(struct call *c, const char *key, bool present, int64_t n);
void put_texts(struct call *c, const char *key, const struct str *s, size_t count);
void put_money(struct call *c, const char *key, struct money m);
struct str cursor_encode(struct str s, struct arena *arena);

/* By title, from a body's field; adds an error to it when there is none. */
MUST_USE enum err find_status(
    struct fields *f, const char *name, int kind, struct str title, int64_t *id, struct error *e);

/* Renderers used by several files */
void render_user(struct call *c, const struct user *u);
void render_token(struct call *c, const struct api_token *t);
MUST_USE enum err render_order(struct call *c, int64_t id, struct error *e);
MUST_USE enum err render_channel(struct call *c, int64_t id, struct error *e);
void render_variation_briefs(
    struct call *c, const char *key, const int64_t *ids, size_t count, struct error *e);

/* assets.c, live.c */
struct assets *assets_load(const char *dir);
void assets_free(struct assets *a);
bool assets_reply(struct assets *a, struct http_request *req, struct http_reply *reply);
struct live *live_new(struct api *api);
void live_stop(struct live *live);
void live_free(struct live *live);
MUST_USE enum err live_follow(struct call *c, struct error *e);

#endif
