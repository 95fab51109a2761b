/* arena.c: blocks linked newest first; see arena.h. */
#include "base/arena.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE_MIN = 16 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, const char *name, size_t cap)
{
    *a = (struct arena){ .name = name, .cap = cap };
}

static void drop_until(struct arena *a, const struct arena_block *keep)
{
    while (a->blocks != keep) {
        struct arena_block *block = a->blocks;
        a->blocks = block->older;
        a->used -= block->size;
        free(block);
    }
}

void arena_release(struct arena *a)
{
    drop_until(a, NULL);
    a->next = a->end = NULL;
}

void arena_reset(struct arena *a)
{
#if defined(__SANITIZE_ADDRESS__)
    arena_release(a);
#else
    if (!a->blocks || a->blocks->older || a->blocks->size > BLOCK_SIZE_MIN) {
        arena_release(a);
        return;
    }
    a->next = a->blocks->data;
#endif
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->blocks, a->next, a->used };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    drop_until(a, mark.block);
    ASSERT(a->used == mark.used);
    a->next = mark.next;
    a->end = mark.block ? mark.block->data + mark.block->size : NULL;
}

static void grow(struct arena *a, size_t least)
{
    size_t size = a->blocks ? a->blocks->size * 2 : BLOCK_SIZE_MIN;
    if (size > 4u * 1024 * 1024) size = 4u * 1024 * 1024;
    if (size < least) size = least;
    if (least > a->cap - a->used) PANIC("arena %s: over its cap of %zu bytes", a->name, a->cap);
    if (size > a->cap - a->used) size = a->cap - a->used;
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block) PANIC("arena %s: out of memory", a->name);
    block->older = a->blocks;
    block->size = size;
    a->blocks = block;
    a->used += size;
    a->next = block->data;
    a->end = block->data + size;
}

void *arena_alloc(struct arena *a, size_t size, size_t align, size_t count)
{
    ASSERT(size > 0);
    ASSERT(align > 0 && (align & (align - 1)) == 0);
    if (count > (SIZE_MAX / 2 - align) / size)
        PANIC("arena %s: %zu x %zu bytes", a->name, count, size);

    size_t want = size * count;
    size_t pad = (0 - (uintptr_t)a->next) & (align - 1);
    size_t left = (size_t)(a->end - a->next);
    if (!a->next || pad > left || want > left - pad) {
        grow(a, want + align);
        pad = (0 - (uintptr_t)a->next) & (align - 1);
    }
    char *p = a->next + pad;
    a->next = p + want;
    return memset(p, 0, want);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.len + 1);
    if (s.len) memcpy(p, s.at, s.len);
    return (struct str){ p, s.len };
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    char *p = arena_new(a, char, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct str){ p, (size_t)n };
}
