/* err.c: the table of errors and the way to fill one in. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

const struct err_info err_table[ERR_COUNT] = {
    [OK] = { "ok", "OK", 200, false },
    [ERR_BAD_REQUEST] = { "bad_request", "The request is malformed", 400, false },
    [ERR_UNAUTHORIZED] = { "unauthorized", "Sign in first", 401, false },
    [ERR_FORBIDDEN] = { "forbidden", "Not allowed", 403, false },
    [ERR_NOT_FOUND] = { "not_found", "Not found", 404, false },
    [ERR_CONFLICT] = { "conflict", "The current state forbids it", 409, false },
    [ERR_STALE] = { "stale", "It was changed in the meantime", 412, false },
    [ERR_GONE] = { "gone", "No longer kept", 410, false },
    [ERR_TOO_LARGE] = { "too_large", "Too large", 413, false },
    [ERR_INVALID] = { "invalid", "A value is not acceptable", 422, false },
    [ERR_THROTTLED] = { "throttled", "Too many requests", 429, true },
    [ERR_BUSY] = { "busy", "Busy, try again", 503, true },
    [ERR_UNAVAILABLE] = { "unavailable", "Not reachable", 503, true },
    [ERR_TIMEOUT] = { "timeout", "No answer in time", 504, true },
    [ERR_CORRUPT] = { "corrupt", "Stored data is damaged", 500, false },
    [ERR_CANCELED] = { "canceled", "Stopping", 503, true },
};

__attribute__((format(printf, 5, 0))) static enum err fill(struct error *e, enum err kind,
    const char *code, const char *pointer, const char *fmt, va_list ap)
{
    e->kind = kind;
    snprintf(e->code, sizeof e->code, "%s", code);
    snprintf(e->pointer, sizeof e->pointer, "%s", pointer);
    vsnprintf(e->detail, sizeof e->detail, fmt, ap);
    return kind;
}

enum err error_set(struct error *e, enum err kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(e, kind, err_table[kind].code, "", fmt, ap);
    va_end(ap);
    return kind;
}

enum err error_code(struct error *e, enum err kind, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(e, kind, code, "", fmt, ap);
    va_end(ap);
    return kind;
}

enum err error_at(
    struct error *e, enum err kind, const char *code, const char *pointer, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(e, kind, code, pointer, fmt, ap);
    va_end(ap);
    return kind;
}
