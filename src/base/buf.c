/* buf.c: doubling growth up to the cap; see buf.h. */
#include "base/buf.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){ .cap = cap };
}

void buf_release(struct buf *b)
{
    free(b->at);
    buf_init(b, b->cap);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

static bool reserve(struct buf *b, size_t more)
{
    if (b->failed) return false;
    if (more > b->cap - b->len) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + more;
    if (need <= b->room) return true;
    size_t room = b->room ? b->room : 256;
    while (room < need)
        room *= 2;
    char *at = realloc(b->at, room);
    if (!at) PANIC("out of memory: %zu bytes", room);
    b->at = at;
    b->room = room;
    return true;
}

void buf_put(struct buf *b, struct str s)
{
    if (s.len == 0 || !reserve(b, s.len)) return;
    memcpy(b->at + b->len, s.at, s.len);
    b->len += s.len;
}

void buf_put_char(struct buf *b, char c)
{
    if (!reserve(b, 1)) return;
    b->at[b->len++] = c;
}

void buf_put_int(struct buf *b, int64_t n)
{
    char digits[24];
    char *p = digits + sizeof digits;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0) *--p = '-';
    buf_put(b, (struct str){ p, (size_t)(digits + sizeof digits - p) });
}

void buf_put_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    if (!reserve(b, (size_t)n + 1)) return; /* vsnprintf writes a NUL behind */
    va_start(ap, fmt);
    vsnprintf(b->at + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){ b->at ? b->at : "", b->len };
}

char *buf_take(struct buf *b, size_t *len)
{
    char *at = b->at;
    *len = b->len;
    buf_init(b, b->cap);
    return at;
}
