/*
 * arena.h: memory that is released all at once.
 *
 * One arena per request and per job; what is stored longer is copied by its owner. Grows in blocks
 * up to `cap` bytes. Allocation zeroes and never returns NULL: passing the cap is a bug, because
 * untrusted sizes are checked against limits.h before anything is allocated. Owned by one thread.
 * Under AddressSanitizer a reset really frees, so that use after reset is seen.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <stdalign.h>
#include <stddef.h>

struct arena_block;

struct arena {
    const char *name;
    struct arena_block *blocks; /* newest first */
    char *next;
    char *end;
    size_t used; /* bytes of all blocks */
    size_t cap;
};

struct arena_mark {
    struct arena_block *block;
    char *next;
    size_t used;
};

void arena_init(struct arena *a, const char *name, size_t cap);
void arena_release(struct arena *a); /* usable again afterwards, empty */
void arena_reset(struct arena *a);   /* empties; may keep one block */

/* Scratch space: everything allocated after the mark goes at arena_rewind. */
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

void *arena_alloc(struct arena *a, size_t size, size_t align, size_t count);
#define arena_new(a, T, n) ((T *)arena_alloc((a), sizeof(T), alignof(T), (n)))

/* Copies; the result is followed by a NUL, so .at may be given to libc. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_fmt(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull));

#endif
