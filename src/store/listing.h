/*
 * listing.h: offers at a channel, their connection to the catalog, and what was read of them.
 */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "store/store.h"

enum listing_mode { LISTING_AUTO, LISTING_SKUS, LISTING_VARIATIONS, LISTING_NONE };
#define LISTING_MODE_COUNT (LISTING_NONE + 1)
const char *listing_mode_name(enum listing_mode mode); /* "auto" */
bool listing_mode_parse(struct str name, enum listing_mode *out);

struct quantity_at {
    bool present;
    int64_t quantity;
    time_ms at;
};

struct listing {
    int64_t id, channel_id;
    struct str sku, asin, title, product_type, condition;
    struct str marketplace_ids; /* space between */
    bool amazon_fulfilled;
    struct str state;  /* active, inactive, ended */
    struct str issues; /* JSON array */
    enum listing_mode mode;
    bool has_reserve, has_cap;
    int64_t reserve, cap;
    int64_t target; /* with calculated */
    struct quantity_at calculated, synced, imported;
    int64_t foreign_changes;
    time_ms foreign_since;
    int64_t version;
    time_ms created_at, updated_at;

    /* By listing_read_connection: what was set, and V(L). Ascending. */
    struct str *skus;
    size_t sku_count;
    int64_t *set_variation_ids;
    size_t set_variation_count;
    int64_t *variation_ids;
    size_t variation_count; /* 0: not connected */
};

struct listing_filter {
    int64_t channel_id;
    bool has_connected, connected;
    struct str state;       /* empty: any */
    struct str fulfillment; /* merchant, amazon; empty: any */
    bool has_differs, differs;
    struct str sku, q;
};

struct listing_page {
    struct str after; /* the last SKU of the page before, or empty */
    int limit;
};

/* In order of SKU, with connections. *count <= page->limit + 1. */
MUST_USE enum err listing_list(struct tx *tx, const struct listing_filter *filter,
    const struct listing_page *page, struct arena *arena, struct listing **out, size_t *count,
    struct error *e);
MUST_USE enum err listing_load(
    struct tx *tx, int64_t id, struct arena *arena, struct listing *out, struct error *e);
/* Locks LOCK_CANDIDATES exclusively, then loads. */
MUST_USE enum err listing_lock(
    struct change *c, int64_t id, struct arena *arena, struct listing *out, struct error *e);
MUST_USE enum err listing_find(struct tx *tx, int64_t channel_id, struct str sku,
    struct arena *arena, struct listing *out, struct error *e);

/* mode with its skus or set_variation_ids (checked to exist by the caller), reserve, cap. */
MUST_USE enum err listing_update(
    struct change *c, const struct listing *before, struct listing *after, struct error *e);

/* SKUs of the catalog that a person would call the same; at most 5. */
MUST_USE enum err listing_near_skus(struct tx *tx, struct str sku, struct arena *arena,
    struct str **out, size_t *count, struct error *e);

/* One listing as read from the channel. */
struct listing_read {
    struct str sku, asin, title, product_type, condition, marketplace_id;
    bool amazon_fulfilled, active, has_quantity;
    int64_t quantity;
    struct str issues;
};

/* run_id: the import that saw it; 0: a single reading. Each row is of one marketplace; what the
 * listing is follows from all of them (listing_places.h), whichever was read last. */
MUST_USE enum err listing_import(struct change *c, int64_t channel_id, int64_t run_id,
    const struct listing_read *rows, size_t count, struct error *e);

/* The channel showed it, and it could not be understood: it has not ended, and what was known of it
 * stays. */
struct listing_unreadable {
    struct str sku, marketplace_id, detail;
    int64_t listing_id; /* out; 0: it was never read */
    bool is_new;        /* out: that was not so at the last reading */
};
MUST_USE enum err listing_unread(struct change *c, int64_t channel_id, int64_t run_id,
    struct listing_unreadable *u, struct error *e);

/* After a complete import: marketplaces in which it did not see a listing that it saw elsewhere; of
 * at most `limit` listings. *more: there may be others. */
MUST_USE enum err listing_forget_places(
    struct change *c, int64_t channel_id, int64_t run_id, int limit, bool *more, struct error *e);

/* After a complete import: those that it did not see have ended. *ended = how many. */
MUST_USE enum err listing_end_unseen(
    struct change *c, int64_t channel_id, int64_t run_id, int64_t *ended, struct error *e);

/* The channel says that there is no such SKU. */
MUST_USE enum err listing_end(struct change *c, int64_t listing_id, struct error *e);

#endif
