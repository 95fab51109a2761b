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

enum { VARIATION_DAMAGES_MAX = 20 };

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
    int64_t version;
    time_ms created_at, updated_at;
};

/* "Apple iPhone 13 128GB Midnight Unlocked A": known words only, damages behind. */
struct str variation_title(const struct variation *v, struct arena *arena);

struct variation_filter {
    struct str sku;   /* exact; empty: any */
    int64_t grade_id; /* 0: any */
    struct str q;     /* words that must all occur; empty: any */
};

MUST_USE enum err variation_list(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation **out, size_t *count,
    struct error *e);
MUST_USE enum err variation_load(
    struct tx *tx, int64_t id, struct arena *arena, struct variation *out, struct error *e);
/* Many at once, in ascending id; unknown ids are left out. */
MUST_USE enum err variation_load_many(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct variation **out, size_t *count, struct error *e);

/* ERR_CONFLICT "duplicate" (e->pointer empty) or "duplicate_sku" (/sku). Sets id, version, times.
 * grade_id and damage_ids are given; their titles are looked up. ERR_STALE when the variation was
 * changed after `before` (or `v`, to delete it) was read. */
MUST_USE enum err variation_create(struct change *c, struct variation *in, struct error *e);
MUST_USE enum err variation_update(
    struct change *c, const struct variation *before, struct variation *after, struct error *e);
/* Search words anew, after a grade or a damage condition (the other is 0) got another title. */
MUST_USE enum err variation_index_again(
    struct change *c, int64_t grade_id, int64_t damage_id, struct error *e);
/* ERR_CONFLICT "in_use" while items, lines or listing connections refer to it. */
MUST_USE enum err variation_delete(struct change *c, const struct variation *v, struct error *e);

/* At most `most` ids of variations with that SKU, ascending. */
MUST_USE enum err variation_ids_of_sku(
    struct tx *tx, struct str sku, int64_t *ids, size_t most, size_t *count, struct error *e);
/* SKUs that several variations have, at most `most`, with how many. */
MUST_USE enum err variation_repeated_skus(struct tx *tx, size_t most, struct arena *arena,
    struct str *skus, int64_t *numbers, size_t *count, struct error *e);

#endif
