/*
 * url.h: RFC 3986 percent-encoding and query strings.
 *
 * Encoding keeps only the unreserved characters (letters, digits, - . _ ~), so its result is right
 * as a path segment and as a query value alike, whatever the SKU holds: `/ # % , +`, spaces or
 * non-ASCII. Decoding is strict: a `%` without two hex digits fails. Bytes are bytes here: whether
 * they are UTF-8 is the caller's question.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/arena.h"
#include "base/buf.h"

void url_put(struct buf *out, struct str s);
struct str url_encode(struct arena *a, struct str s);

/* False, with *out untouched, on a broken escape. The result is in the arena, or is s itself when
 * there was nothing to decode. `+` stays a plus: this is for paths. */
bool url_decode(struct str s, struct arena *a, struct str *out);

/*
 * Walks "a=1&b=%20": start with *rest = the query without its `?`. Gives names and values decoded,
 * with `+` as a space (what browsers' forms and URLSearchParams write). Empty parts ("a&&b") are
 * skipped; "a" is a name with an empty value.
 */
enum url_step { URL_PAIR, URL_END, URL_BROKEN };
enum url_step url_query_next(
    struct str *rest, struct arena *a, struct str *name, struct str *value);

/* Appends "name=value", encoded, after `?` or, when the text in `out` already has one, `&`. */
void url_put_query(struct buf *out, struct str name, struct str value);

#endif
