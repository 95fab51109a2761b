/*
 * variation.h: the catalog: product variations.
 *
 * A variation is unique as a whole (all attributes, grade, set of damage conditions). Its SKU is
 * byte-exact; with the setting unique_skus a SKU is on at most one variation. Changing a SKU
 * reconnects listings and heals order lines in the same transaction.
 */
#ifndef STORE_VARIATION_H
#define STORE_VARIATION_H

#include "store/store.h"

enum { VARIATION_DAMAGES_MAX = 20, REPEATED_IDS_MAX = 100 };

/* Text attributes in the order in which they are shown and searched. */
enum variation_text {
    VARIATION_MANUFACTURER,
    VARIATION_MODEL,
    VARIATION_VARIANT,
    VARIATION_NETWORK,
    VARIATION_CAPACITY,
    VARIATION_COLOR,
};
#define VARIATION_TEXT_COUNT (VARIATION_COLOR + 1)
extern const char *const variation_text_names[VARIATION_TEXT_COUNT]; /* "manufacturer", ... */

struct variation {
    int64_t id;
    struct str text[VARIATION_TEXT_COUNT];
    int64_t grade_id;
    struct str grade;                          /* title */
    int64_t damage_ids[VARIATION_DAMAGES_MAX]; /* ascending */
    struct str damages[VARIATION_DAMAGES_MAX]; /* titles */
    size_t damage_count;
    struct str sku; /* empty: none */
    struct money price;
    bool archived; /* gets no new items or lines; those it has count as before */
    int64_t version;
    time_ms created_at, updated_at;
    int tier; /* found by words: how well (core/words.h) */
};

bool variation_has_damage(const struct variation *v, int64_t damage_id);

/* "Apple iPhone 13 128GB Midnight Unlocked A": known words only, damages behind. */
struct str variation_title(const struct variation *v, struct arena *arena);

struct variation_filter {
    struct str sku;   /* exact; empty: any */
    int64_t grade_id; /* 0: any */
    struct str q;     /* found by core/words.h; empty: any */
    int after_tier;   /* with q: the tier of page->after */
    enum archived_rows archived;
};

/* In order of id; with q in order of tier, then id. */
MUST_USE enum err variation_list(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation **out, size_t *count,
    struct error *e);
MUST_USE enum err variation_load(
    struct tx *tx, int64_t id, struct arena *arena, struct variation *out, struct error *e);
/* Many at once, in ascending id; unknown ids are left out. */
MUST_USE enum err variation_load_many(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct variation **out, size_t *count, struct error *e);

/* ERR_CONFLICT "duplicate" (e->pointer empty), "duplicate_sku" (/sku), or "archived" when a grade
 * or damage condition that it did not have is archived (/grade, /damages). Sets id, version, times.
 * A text that is blank or "unknown" becomes "Unknown". grade_id and damage_ids are given; their
 * titles are looked up. ERR_STALE when the variation was changed after `before` (or `v`, to delete
 * it) was read. */
MUST_USE enum err variation_create(struct change *c, struct variation *in, struct error *e);
MUST_USE enum err variation_update(
    struct change *c, const struct variation *before, struct variation *after, struct error *e);
/* Another grade, other damages, or both, of the same product. */
struct variation_regrade {
    bool has_grade, has_damages;
    int64_t grade_id;
    const int64_t *damage_ids; /* ascending, at most VARIATION_DAMAGES_MAX */
    size_t damage_count;
};
/* The variation that `base` becomes by it: *id 0 when there is none yet. */
MUST_USE enum err variation_find_regraded(struct tx *tx, const struct variation *base,
    const struct variation_regrade *to, int64_t *id, bool *archived, struct error *e);
/* The same; when there is none it is made, without SKU and price, and *made is set. */
MUST_USE enum err variation_regraded(struct change *c, const struct variation *base,
    const struct variation_regrade *to, int64_t *id, bool *made, struct error *e);
/* What it is found by: tokens for the index (core/words.h), and for items and orders its words in
 * lower case. Titles of grade and damages are set. */
struct str variation_index(const struct variation *v, struct arena *arena);
struct str variation_search_text(const struct variation *v, struct arena *arena);
/* Both anew, after a grade or a damage condition (the other is 0) got another title; both 0: of
 * all. */
MUST_USE enum err variation_index_again(
    struct change *c, int64_t grade_id, int64_t damage_id, struct error *e);
/* The index of a database that is older than it. Before others work on db. */
MUST_USE enum err variation_index_fill(struct db *db, struct clock *clock, struct error *e);
/* ERR_CONFLICT "in_use" while items, lines or listing connections refer to it. */
MUST_USE enum err variation_delete(struct change *c, const struct variation *v, struct error *e);

/* All that refers to `from` - items, order lines, connections - refers to `into` afterwards, and
 * `from` is gone. `into` takes over SKU and price where it has none. Both were loaded in this
 * transaction. ERR_INVALID when they are one; ERR_CONFLICT "archived" when `into` is, "two_skus"
 * when both have one and they differ; ERR_STALE as above. */
MUST_USE enum err variation_merge(
    struct change *c, const struct variation *from, const struct variation *into, struct error *e);

/* ERR_CONFLICT "archived" at that pointer when the variation is archived. */
MUST_USE enum err variation_refuse_archived(
    struct tx *tx, int64_t id, const char *pointer, struct error *e);
/* The set of damage conditions as it is kept: ids, ascending, comma between. */
struct str variation_damage_key(const struct variation *v, struct arena *arena);
/* The variation with the same attributes, grade and set of damage conditions; 0: none. */
MUST_USE enum err variation_find_whole(
    struct tx *tx, const struct variation *like, int64_t *id, struct error *e);

/* At most `most` ids of variations with that SKU, ascending. */
MUST_USE enum err variation_ids_of_sku(
    struct tx *tx, struct str sku, int64_t *ids, size_t most, size_t *count, struct error *e);
/* A SKU that several variations have. */
struct repeated_sku {
    struct str sku;
    int64_t number;                          /* of variations with it */
    int64_t variation_ids[REPEATED_IDS_MAX]; /* ascending, the first ones */
    size_t id_count;
};
/* In order of SKU, from the one after `after` on (empty: from the start), at most `most`. */
MUST_USE enum err variation_repeated_skus(struct tx *tx, struct str after, size_t most,
    struct arena *arena, struct repeated_sku **out, size_t *count, struct error *e);

#endif
