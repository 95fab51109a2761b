/*
 * memory.h: what an import remembers of the rows it has done: values under 64-bit keys.
 *
 * Several values may have one key (a key is often a hash: who asks compares). Nothing is ever
 * removed. Everything lives in the arena given. Owned by one thread.
 */
#ifndef EXCHANGE_MEMORY_H
#define EXCHANGE_MEMORY_H

#include "base/arena.h"

struct memory_entry;

struct memory {
    struct arena *arena;
    struct memory_entry **heads;
    size_t room, count;
};

void memory_init(struct memory *m, struct arena *arena);
void memory_put(struct memory *m, uint64_t key, const void *value);

/* The values of a key, newest first: start with *at NULL; NULL after the last. */
const void *memory_next(const struct memory *m, uint64_t key, const struct memory_entry **at);
const void *memory_get(const struct memory *m, uint64_t key); /* the newest */

/* Puts all that `from` has into m, `keep` making the value that stays. Each is newer than what m
 * had under its key; several of `from` under one key are in no particular order. */
typedef const void *(*memory_keep_fn)(const void *value, struct arena *arena);
void memory_take_over(struct memory *m, const struct memory *from, memory_keep_fn keep);

#endif
