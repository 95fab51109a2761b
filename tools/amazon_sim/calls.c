/* calls.c: see calls.h. */
#include "calls.h"

#include <string.h>

void calls_init(struct calls *c, struct arena *a)
{
    *c = (struct calls){ .ring = arena_new(a, struct call_entry, CALLS_KEPT) };
}

void calls_add(struct calls *c, const struct call_entry *entry)
{
    struct call_entry *to = &c->ring[c->total % CALLS_KEPT];
    *to = *entry;
    to->number = ++c->total;
}

void calls_clear(struct calls *c)
{
    c->cleared = c->total;
}

void call_text(char *to, size_t size, struct str from)
{
    size_t len = from.len < size ? from.len : size - 1;
    while (len < from.len && len > 0 && ((unsigned char)from.at[len] & 0xc0) == 0x80)
        len--;
    if (len) memcpy(to, from.at, len);
    to[len] = '\0';
}

static void write_optional(struct jw *w, const char *key, const char *text)
{
    if (text[0]) jw_kstr(w, key, str_of(text));
}

static void write_one(struct jw *w, const struct call_entry *e)
{
    char time[RFC3339_SIZE];
    jw_object(w);
    jw_kint(w, "number", e->number);
    jw_kstr(w, "time", rfc3339_format(e->time, time));
    jw_kint(w, "time_ms", e->time);
    jw_kstr(w, "method", str_of(e->method));
    jw_kstr(w, "path", str_of(e->path));
    jw_kstr(w, "query", str_of(e->query));
    jw_kint(w, "status", e->status);
    jw_kbool(w, "throttled", e->throttled);
    write_optional(w, "operation", e->operation);
    write_optional(w, "sku", e->sku);
    if (e->quantity >= 0) jw_kint(w, "quantity", e->quantity);
    write_optional(w, "outcome", e->outcome);
    write_optional(w, "fault", e->fault);
    jw_kstr(w, "request_id", str_of(e->request_id));
    jw_object_end(w);
}

void calls_write(const struct calls *c, struct jw *w, int64_t after, int64_t limit)
{
    int64_t oldest = c->total > CALLS_KEPT ? c->total - CALLS_KEPT : 0;
    if (oldest < c->cleared) oldest = c->cleared;
    if (after > oldest) oldest = after;
    jw_array(w);
    for (int64_t n = oldest; n < c->total && limit > 0; n++, limit--)
        write_one(w, &c->ring[n % CALLS_KEPT]);
    jw_array_end(w);
}
