/*
 * vendor.h: who is bought from.
 */
#ifndef STORE_VENDOR_H
#define STORE_VENDOR_H

#include "store/store.h"

struct vendor {
    int64_t id;
    struct str name;
    struct str notes;
    bool archived; /* gets no new purchase orders */
    int64_t version;
    time_ms created_at, updated_at;
};

struct vendor_filter {
    enum archived_rows archived;
    struct str name; /* exactly; empty: any */
    struct str q;    /* part of the name, case does not matter */
};

/* By id; *count <= page->limit + 1. */
MUST_USE enum err vendor_list(struct tx *tx, const struct vendor_filter *filter,
    const struct page *page, struct arena *arena, struct vendor **out, size_t *count,
    struct error *e);
MUST_USE enum err vendor_load(
    struct tx *tx, int64_t id, struct arena *arena, struct vendor *out, struct error *e);

/* ERR_CONFLICT "duplicate" (/name) when the name exists. Sets id, version and times. */
MUST_USE enum err vendor_create(struct change *c, struct vendor *in, struct error *e);
/* ERR_STALE when it was changed after `before` was read. */
MUST_USE enum err vendor_update(
    struct change *c, const struct vendor *before, struct vendor *after, struct error *e);
/* ERR_CONFLICT "in_use" when a purchase order names it: archive it instead. */
MUST_USE enum err vendor_delete(struct change *c, const struct vendor *vendor, struct error *e);

#endif
