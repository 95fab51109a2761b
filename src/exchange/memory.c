/* memory.c: see memory.h. */
#include "exchange/memory.h"

struct memory_entry {
    struct memory_entry *next;
    uint64_t key;
    const void *value;
};

enum { FIRST_ROOM = 64 };

void memory_init(struct memory *m, struct arena *arena)
{
    *m = (struct memory){ .arena = arena };
}

/* Keys may be small numbers: their bits are spread before they choose a place. */
static size_t place_of(uint64_t key, size_t room)
{
    return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (room - 1);
}

static void insert(struct memory *m, struct memory_entry *entry)
{
    struct memory_entry **head = &m->heads[place_of(entry->key, m->room)];
    entry->next = *head;
    *head = entry;
}

/* What the old heads took stays in the arena: together no more than the new ones. */
static void grow(struct memory *m)
{
    struct memory_entry **old = m->heads;
    size_t old_room = m->room;
    m->room = old_room ? old_room * 2 : FIRST_ROOM;
    m->heads = arena_new(m->arena, struct memory_entry *, m->room);
    for (size_t i = 0; i < old_room; i++) {
        /* Turned round, so that the newest of a key stays first. */
        struct memory_entry *turned = NULL;
        for (struct memory_entry *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            entry->next = turned;
            turned = entry;
        }
        for (struct memory_entry *next; turned; turned = next) {
            next = turned->next;
            insert(m, turned);
        }
    }
}

void memory_put(struct memory *m, uint64_t key, const void *value)
{
    if (m->count == m->room) grow(m);
    struct memory_entry *entry = arena_new(m->arena, struct memory_entry, 1);
    entry->key = key;
    entry->value = value;
    insert(m, entry);
    m->count++;
}

const void *memory_next(const struct memory *m, uint64_t key, const struct memory_entry **at)
{
    const struct memory_entry *entry = *at       ? (*at)->next
                                       : m->room ? m->heads[place_of(key, m->room)]
                                                 : NULL;
    while (entry && entry->key != key)
        entry = entry->next;
    *at = entry;
    return entry ? entry->value : NULL;
}

const void *memory_get(const struct memory *m, uint64_t key)
{
    const struct memory_entry *at = NULL;
    return memory_next(m, key, &at);
}

void memory_take_over(struct memory *m, const struct memory *from, memory_keep_fn keep)
{
    for (size_t i = 0; i < from->room; i++)
        for (const struct memory_entry *entry = from->heads[i]; entry; entry = entry->next)
            memory_put(m, entry->key, keep(entry->value, m->arena));
}
