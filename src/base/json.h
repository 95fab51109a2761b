/*
 * json.h: strict JSON in (jansson behind it) and an append-only writer out.
 *
 * Reading refuses: duplicate keys, invalid UTF-8, NUL in strings, numbers beyond 64 bits, nesting
 * deeper than JSON_DEPTH_MAX, anything after the value, and documents over the caller's limit
 * before they are parsed. A fault is ERR_BAD_REQUEST (syntax) with line and column.
 * Money is never read as a real number: json_int64 accepts integers only.
 *
 * A `struct json` is a view into its document and dies with json_release.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_kind {
    JSON_KIND_ABSENT, /* no such member or element: what every getter gives for something missing */
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INTEGER,
    JSON_KIND_REAL,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

struct json {
    const void *node; /* NULL when absent */
};

/* On an error *root is absent and nothing is to be released. */
MUST_USE enum err json_parse(struct str text, size_t len_max, struct json *root, struct error *e);
void json_release(struct json *root); /* root only; harmless on an absent one */

enum json_kind json_kind(struct json v);
bool json_present(struct json v); /* neither absent nor null */

/* Absent when v is not an object, or has no such key. */
struct json json_get(struct json v, const char *key);
/* Walks several keys: json_path(v, "fulfillment", "fulfilledBy", NULL). */
struct json json_path(struct json v, ...) __attribute__((sentinel));
size_t json_len(struct json v);               /* elements or members; 0 for anything else */
struct json json_at(struct json v, size_t i); /* of an array; absent beyond its end */

/* Each is false, with *out untouched, when the value is not of exactly that kind. */
bool json_str(struct json v, struct str *out);
bool json_int64(struct json v, int64_t *out);
bool json_bool(struct json v, bool *out);

/* Members in the order of the document. Start with `struct json_member m = {0}`. */
struct json_member {
    struct str key;
    struct json value;
    void *at; /* private */
};
bool json_next(struct json object, struct json_member *m);

/* The value as compact text; sorted keys when `canonical`. */
void json_put(struct buf *out, struct json v, bool canonical);

/*
 * Writer. Commas are placed by the writer; nesting is checked by assertion. Invalid UTF-8 in a
 * string is written as U+FFFD, so that the output is always valid JSON. A failed buffer makes all
 * further calls no-ops; check out->failed once.
 */
struct jw {
    struct buf *out;
    bool comma; /* a value was written in the open container */
    int depth;
};

void jw_init(struct jw *w, struct buf *out);
void jw_object(struct jw *w);
void jw_object_end(struct jw *w);
void jw_array(struct jw *w);
void jw_array_end(struct jw *w);
void jw_key(struct jw *w, const char *key); /* key needs no escaping */
void jw_key_str(struct jw *w, struct str key);
void jw_str(struct jw *w, struct str s);
void jw_int(struct jw *w, int64_t n);
void jw_bool(struct jw *w, bool b);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, struct str json); /* a finished value */

/* key and value in one call */
void jw_kstr(struct jw *w, const char *key, struct str s);
void jw_kint(struct jw *w, const char *key, int64_t n);
void jw_kbool(struct jw *w, const char *key, bool b);
void jw_knull(struct jw *w, const char *key);

#endif
