/*
 * buf.h: growing output with a cap and a failure that sticks.
 *
 * Every put is a no-op after the first one that would pass the cap; the caller checks `failed`
 * once, at the end. Owns its bytes; release it. Owned by one thread.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
    char *at;
    size_t len;
    size_t room;
    size_t cap;
    bool failed;
};

void buf_init(struct buf *b, size_t cap); /* allocates nothing yet */
void buf_release(struct buf *b);          /* usable again, empty, same cap */
void buf_clear(struct buf *b);            /* empties, keeps the memory, clears `failed` */

void buf_put(struct buf *b, struct str s);
void buf_put_char(struct buf *b, char c);
void buf_put_int(struct buf *b, int64_t n);
void buf_put_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct str buf_str(const struct buf *b); /* valid until the next put */

/* Gives the bytes away (free() them); the buffer is empty afterwards. */
char *buf_take(struct buf *b, size_t *len);

#endif
