/*
 * err.h: the errors that the outside world can cause.
 *
 * One enum for the program, so that nobody parses text: err_table maps each value to its HTTP
 * status and to whether trying again can help. `struct error` carries the detail for people; it is
 * written once, where the failure is first known, and passed last in every call. After OK its
 * content is meaningless. Bugs are ASSERTs, never errors.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))

enum err {
    OK = 0,
    ERR_BAD_REQUEST,  /* not even well formed: JSON syntax, an unknown query parameter */
    ERR_UNAUTHORIZED, /* no or wrong credentials of the caller */
    ERR_FORBIDDEN,    /* known caller, not allowed */
    ERR_NOT_FOUND,
    ERR_CONFLICT,    /* the state forbids it: a duplicate, an item already committed */
    ERR_STALE,       /* If-Match names an older version */
    ERR_GONE,        /* it was there, and is no longer kept */
    ERR_TOO_LARGE,   /* a stated limit was passed */
    ERR_INVALID,     /* well formed, but a value is not acceptable; pointer says which */
    ERR_THROTTLED,   /* too many requests; later it will work */
    ERR_BUSY,        /* a bounded queue is full, or a serialisation failure outlived its retries */
    ERR_UNAVAILABLE, /* the other side cannot be reached or is broken; outcome may be unknown */
    ERR_TIMEOUT,     /* the deadline passed; outcome may be unknown */
    ERR_CORRUPT,     /* stored data is impossible */
    ERR_CANCELED,    /* the program is stopping */
};
#define ERR_COUNT (ERR_CANCELED + 1)

enum { ERROR_DETAIL_MAX = 480, ERROR_POINTER_MAX = 160, ERROR_CODE_MAX = 48 };

struct error {
    enum err kind;
    char code[ERROR_CODE_MAX];       /* stable machine word such as "unknown_esn"; api.md `code` */
    char detail[ERROR_DETAIL_MAX];   /* one line for people */
    char pointer[ERROR_POINTER_MAX]; /* RFC 6901 pointer to the faulty field, or "" */
};

struct err_info {
    const char *code;  /* default for struct error.code */
    const char *title; /* RFC 9457 title */
    int http_status;
    bool retry; /* the same call may succeed later without anybody changing anything */
};

extern const struct err_info err_table[ERR_COUNT];

/* Fills *e and returns kind, so that `return error_set(e, ...)` is one line. Truncates. The code is
 * the table's default. */
enum err error_set(struct error *e, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with its own machine word. */
enum err error_code(struct error *e, enum err kind, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same with the pointer to the field at fault. */
enum err error_at(struct error *e, enum err kind, const char *code, const char *pointer,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
