/*
 * str.h: a view of bytes with a length.
 *
 * Never NUL-terminated by promise; owns nothing; lives as long as what it looks at. `char *`
 * exists only at the border of libc, SQLite, libpq, libcurl and jansson. Parsing is cutting, never
 * index arithmetic; a number parser consumes everything or fails.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *at; /* never NULL for a value made by S() or str_*; may be NULL when len is 0 */
    size_t len;
};

#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* The same in a static initialiser, where gcc does not take a compound literal for a constant. */
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define STR_FMT(s) (int)(s).len, ((s).at ? (s).at : "") /* for "%.*s" */

struct str str_of(const char *z); /* of a NUL-terminated string; NULL gives the empty one */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
int str_cmp(struct str a, struct str b);        /* bytewise, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_sub(struct str s, size_t from, size_t len); /* clamped to s */
struct str str_trim(struct str s); /* ASCII white space and U+00A0 at both ends */
bool str_contains(struct str s, struct str part);

/* Splits at the first `sep`. Without one: head is all of s, tail is empty, result is false. */
bool str_cut(struct str s, char sep, struct str *head, struct str *tail);

/* Whole of s as decimal; false (and *out untouched) on anything else or out of range. */
bool str_to_int64(struct str s, int64_t *out);

/* Length of the well-formed UTF-8 sequence (RFC 3629) at the start of s, or 0. */
size_t str_utf8_sequence(struct str s);
bool str_is_utf8(struct str s); /* strict: no surrogates, no overlong forms; NUL is allowed */

/* FNV-1a; for tables in memory only, never stored. */
uint64_t str_hash(struct str s);

#endif
