/* items_variation.c: which variation a row of items names. */
#include "base/limits.h"
#include "exchange/items_internal.h"

static const struct known_variation *remember(
    struct batch *b, struct memory *m, const struct known_variation *like)
{
    struct known_variation *known = arena_new(b->arena, struct known_variation, 1);
    *known = *like;
    memory_put(m, known->key, known);
    return known;
}

static enum err find_whole(struct batch *b, const struct variation *like,
    const struct known_variation **out, struct error *e)
{
    struct cache *cache = b->cache;
    uint64_t key = (uint64_t)like->grade_id;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        key = key * UINT64_C(1099511628211) + str_hash(like->text[i]);
    for (size_t i = 0; i < like->damage_count; i++)
        key = key * UINT64_C(1099511628211) + (uint64_t)like->damage_ids[i];
    *out = memory_get(&cache->by_whole, key);
    if (*out) return OK;
    struct variation found = { .sku = S("") };
    int64_t id;
    enum err rc = variation_find_whole(b->c.tx, like, &id, e);
    if (!rc && id) rc = variation_load(b->c.tx, id, b->arena, &found, e);
    struct known_variation known = { key, id, found.sku, found.archived };
    if (!rc) *out = remember(b, &cache->by_whole, &known);
    return rc;
}

/* id 0: none; -1: several. */
static enum err find_sku(
    struct batch *b, struct str sku, const struct known_variation **out, struct error *e)
{
    struct cache *cache = b->cache;
    const struct memory_entry *at = NULL;
    uint64_t key = str_hash(sku);
    while ((*out = memory_next(&cache->by_sku, key, &at)))
        if (str_eq((*out)->sku, sku)) return OK;
    enum { ENOUGH = 2 };
    int64_t ids[ENOUGH];
    size_t count;
    struct variation found = { .archived = false };
    enum err rc = variation_ids_of_sku(b->c.tx, sku, ids, ENOUGH, &count, e);
    if (!rc && count == 1) rc = variation_load(b->c.tx, ids[0], b->arena, &found, e);
    struct known_variation known = { key, found.id, arena_str(b->arena, sku), found.archived };
    if (count == ENOUGH) known.id = -1;
    if (!rc) *out = remember(b, &cache->by_sku, &known);
    return rc;
}

static bool has_whole(const struct batch *b, const struct row_result *r)
{
    for (int i = FIRST; i <= DAMAGES; i++)
        if (cell(b, r, i).len) return true;
    return false;
}

static void disagree(struct batch *b, struct row_result *r, struct str sku)
{
    row_fault(b, r, SKU, "conflict",
        "the variation of Manufacturer to Damages does not have the SKU \"%.*s\"", STR_FMT(sku));
}

enum err item_row_variation(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    struct cache *cache = b->cache;
    struct str sku;
    const struct known_variation *found = NULL;
    bool whole = has_whole(b, r);
    enum err rc = OK;
    if (!cell_text(b, r, SKU, SKU_MAX, &sku)) return OK;
    if (whole) {
        struct variation like = { .sku = S("") };
        cell_whole(b, r, FIRST, &cache->lists, &like);
        if (row_has_faults(r)) return OK;
        rc = find_whole(b, &like, &found, e);
        if (rc) return rc;
        if (!found->id)
            row_fault(b, r, FIRST, "unknown_value", "there is no such variation in the catalog");
        else if (sku.len && !str_eq(sku, found->sku))
            disagree(b, r, sku);
    } else if (sku.len) {
        rc = find_sku(b, sku, &found, e);
        if (rc) return rc;
        if (!found->id)
            row_fault(
                b, r, SKU, "unknown_value", "no variation has the SKU \"%.*s\"", STR_FMT(sku));
        if (found->id < 0)
            row_fault(
                b, r, SKU, "ambiguous", "several variations have the SKU \"%.*s\"", STR_FMT(sku));
    } else if (!w->before.id && !row_has_faults(r) &&
               !(w->into && w->after.purchase_order_line_id)) {
        row_fault(b, r, SKU, "required", "a new item needs a SKU, or Manufacturer to Grade");
        w->cannot_make = true;
    }
    if (!found || found->id <= 0) return OK;
    w->after.variation_id = found->id;
    w->variation_archived = found->archived;
    return OK;
}
