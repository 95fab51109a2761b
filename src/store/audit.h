/*
 * audit.h: reading the audit log, and forgetting what is old enough. Written by audit_add
 * (store.h), in the transaction of the change.
 *
 * No route and no role deletes from it; only the retention job does, and never a row younger than
 * AUDIT_MONTHS_MIN.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

enum {
    AUDIT_MONTHS_MIN = 12, /* Amazon's Data Protection Policy (sp-api.md 8) */
    AUDIT_MONTHS_DEFAULT = 24,
    AUDIT_MONTHS_MAX = 120,
    AUDIT_MONTH_DAYS = 31, /* so that no month is cut short */
};

struct audit_entry {
    int64_t id;
    time_ms at;
    enum actor_kind actor_kind;
    int64_t actor_id;
    struct str actor_name, address, action, resource;
    int64_t resource_id;
    struct str changes; /* JSON array */
};

struct audit_filter {
    struct str actor_kind, actor_name, action, resource; /* exactly; empty: any */
    struct str text; /* somewhere in actor, address or changes, in whatever letters; empty: any */
    int64_t actor_id, resource_id;
    time_ms from, to; /* 0: open */
};

/* Newest first; page->after: older than this id. */
MUST_USE enum err audit_list(struct tx *tx, const struct audit_filter *filter,
    const struct page *page, struct arena *arena, struct audit_entry **out, size_t *count,
    struct error *e);

/* Deletes at most `limit` of the rows older than `months` (or the least allowed, if that is more).
 * *gone: how many. */
MUST_USE enum err audit_purge(
    struct change *c, int64_t months, int64_t limit, int64_t *gone, struct error *e);

#endif
