/*
 * organization.h: whom orders are for.
 *
 * An order names its organization, and a name that is new makes one. Merging takes one row, however
 * many orders there are: the merged organization stays, out of sight, and its name and its orders
 * mean the other one from then on.
 */
#ifndef STORE_ORGANIZATION_H
#define STORE_ORGANIZATION_H

#include "store/store.h"

struct organization {
    int64_t id;
    struct str name;
    bool archived;
    int64_t merged_into; /* 0: it stands for itself */
    struct str merged_into_name;
    int64_t version;
    time_ms created_at, updated_at;
};

struct organization_filter {
    struct str name, q; /* empty: any */
    enum archived_rows archived;
};

/* In order of id, page->after being the last one seen. Merged ones are among the archived. */
MUST_USE enum err organization_list(struct tx *tx, const struct organization_filter *filter,
    const struct page *page, struct arena *arena, struct organization **out, size_t *count,
    struct error *e);
MUST_USE enum err organization_load(
    struct tx *tx, int64_t id, struct arena *arena, struct organization *out, struct error *e);

/* ERR_CONFLICT "duplicate" (/name) when the name is taken. Sets in->id, version and times. */
MUST_USE enum err organization_create(struct change *c, struct organization *in, struct error *e);

/* name and archived. A name that was merged into this one may be taken back: the two names change
 * places. ERR_CONFLICT "duplicate" (/name), "merged" of one that was merged; ERR_STALE. */
MUST_USE enum err organization_update(struct change *c, const struct organization *before,
    struct organization *after, struct error *e);

/* From now on `from` means `into`, and what was merged into `from` before does too. ERR_CONFLICT
 * "merged" when either was merged already, "same" when they are one. Sets from->merged_into. */
MUST_USE enum err organization_merge(
    struct change *c, struct organization *from, const struct organization *into, struct error *e);

/* The organization that the name means, made when there is none. ERR_CONFLICT "archived"
 * (/organization), unless the order comes from a channel: an import is never refused. */
MUST_USE enum err organization_of_name(
    struct change *c, struct str name, bool from_channel, int64_t *id, struct error *e);

/* The id that a name means; 0 when there is none. */
MUST_USE enum err organization_find(struct tx *tx, struct str name, int64_t *id, struct error *e);

#endif
