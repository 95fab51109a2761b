/*
 * multipart.h: what a browser's form sends (RFC 7578), and Content-Type (RFC 9110 8.3).
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/err.h"

/* "text/csv; charset=utf-8": pieces of `value`, or of the arena where it was quoted. */
struct media_type {
    struct str type;     /* "text/csv", as sent */
    struct str charset;  /* empty: none */
    struct str boundary; /* empty: none */
};

/* False: it is not formed like one, or says a parameter twice. */
bool media_type_parse(struct str value, struct arena *a, struct media_type *out);

struct form_file {
    int64_t at, size; /* of its bytes in the body */
    struct str name;  /* as the browser says, without folders; UTF-8; may be empty */
};

/*
 * The one file of a form whose body is the first `size` bytes of `fd`, read in constant memory.
 * ERR_BAD_REQUEST, code "bad_form": no file, several, another field, or not formed like a form.
 * ERR_UNAVAILABLE: the disk.
 */
MUST_USE enum err form_find_file(int fd, int64_t size, struct str boundary, struct arena *a,
    struct form_file *out, struct error *e);

#endif
