/*
 * feed.h: the change feed: every change of an item, order, variation, listing, channel and stock
 * level, in one order, so that whoever keeps a copy need not page everything.
 *
 * The schema's triggers leave a mark in the transaction that changes a row. Marks become entries
 * later, in feed_enter, by one transaction at a time: on PostgreSQL a row with a smaller number may
 * be committed after one with a larger, and who has read up to the larger would never see it. An
 * entry's seq is given when its change is committed and visible, so the feed only grows at its end,
 * without a gap. Whoever wants to read the newest calls feed_enter first.
 *
 * Stock levels are told when they differ from what was told last: several changes may become one
 * entry, and none is made up. They come when the planner has taken the marks of their variations.
 */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include "store/store.h"

/* Ten times the resource, and what happened to it. */
enum feed_kind {
    FEED_ITEM_CREATED = 11,
    FEED_ITEM_UPDATED,
    FEED_ITEM_DELETED,
    FEED_ORDER_CREATED = 21,
    FEED_ORDER_UPDATED,
    FEED_ORDER_DELETED,
    FEED_VARIATION_CREATED = 31,
    FEED_VARIATION_UPDATED,
    FEED_VARIATION_DELETED,
    FEED_LISTING_CREATED = 41,
    FEED_LISTING_UPDATED,
    FEED_LISTING_DELETED,
    FEED_LISTING_QUANTITY, /* its target, or the quantity that the channel accepted last */
    FEED_CHANNEL_CREATED = 51,
    FEED_CHANNEL_UPDATED,
    FEED_CHANNEL_DELETED,
    FEED_STOCK_LEVEL_UPDATED = 62,
};
enum {
    FEED_KINDS_MAX = 32,
    FEED_ENTER_MAX = 2000,   /* marks in one transaction */
    FEED_SCAN_MAX = 20000,   /* entries that one feed_list looks at */
    FEED_PURGE_MAX = 5000,   /* entries that one feed_purge removes */
    FEED_ROWS_MAX = 2000000, /* kept at most, some 100 bytes each */
    FEED_KEEP_DAYS = 30,
};

/* "item.created"; NULL for a number that is none. */
const char *feed_kind_name(int64_t kind);
const char *feed_resource_name(int64_t kind); /* "item" */
/* The kinds that a pattern names: "item.created", "item.*" or "*"; 0: none. `out` has room for
 * FEED_KINDS_MAX. */
size_t feed_kinds_of(struct str pattern, int64_t *out);
bool feed_is_topic(const char *topic); /* of tx_notify: there may be marks, or entries */

struct feed_entry {
    int64_t seq;
    time_ms at; /* never less than that of the entry before it */
    int64_t kind, resource_id;
    int64_t version; /* of the resource after the change, as in its ETag; 0: it has none */
    struct str sku;  /* of what has figures; empty: none */
    int64_t on_hand, outstanding;
    bool has_target, has_synced;
    int64_t target, synced;
};
/* As the API and webhooks show it. */
void feed_put(struct jw *w, const struct feed_entry *f);

struct feed_ends {
    int64_t first, last; /* of the entries that are kept; first is last + 1 when none is */
};
MUST_USE enum err feed_ends(struct tx *tx, struct feed_ends *out, struct error *e);

MUST_USE enum err feed_has_marks(struct tx *tx, bool *out, struct error *e);
/* Makes entries of at most FEED_ENTER_MAX marks. *more: marks are left. */
MUST_USE enum err feed_enter(struct change *c, bool *more, struct error *e);
/* All marks there were when it was called, in transactions of their own. */
MUST_USE enum err feed_enter_all(struct db *db, time_ms now, struct error *e);

struct feed_filter {
    int64_t since;        /* entries after that seq */
    const int64_t *kinds; /* NULL: all */
    size_t kind_count;    /* 0 with an array: none, so that nobody is told all by mistake */
    int limit;
};
struct feed_page {
    struct feed_entry *entries;
    size_t count;
    int64_t next_since; /* to go on from: entries up to there were shown or are not wanted */
    bool more;          /* entries after next_since are there */
};
/* ERR_GONE "since_gone" when entries after `since` are no longer kept, or there is no such place.
 */
MUST_USE enum err feed_list(struct tx *tx, const struct feed_filter *filter, struct arena *arena,
    struct feed_page *out, struct error *e);

/* The seq before the first kept entry at or after that time: the place to go on from. */
MUST_USE enum err feed_seq_at(struct tx *tx, time_ms at, int64_t *out, struct error *e);

/* Removes what is older than FEED_KEEP_DAYS, and the oldest beyond rows_max. */
MUST_USE enum err feed_purge(struct change *c, int64_t rows_max, bool *more, struct error *e);

#endif
