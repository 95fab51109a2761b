/* variation_regrade.c: the variation that a regraded item moves to; see variation.h. */
#include "store/variation.h"

static struct str damage_key(const struct variation *v, struct arena *arena)
{
    struct str key = S("");
    for (size_t i = 0; i < v->damage_count; i++)
        key =
            arena_fmt(arena, "%.*s%s%lld", STR_FMT(key), i ? "," : "", (long long)v->damage_ids[i]);
    return key;
}

static struct variation regraded(const struct variation *base, const struct variation_regrade *to)
{
    struct variation like = *base;
    like.id = 0;
    like.sku = S("");
    like.price = (struct money){ 0 };
    like.archived = false;
    if (to->has_grade) like.grade_id = to->grade_id;
    if (!to->has_damages) return like;
    like.damage_count = to->damage_count;
    for (size_t i = 0; i < to->damage_count; i++)
        like.damage_ids[i] = to->damage_ids[i];
    return like;
}

enum err variation_find_regraded(struct tx *tx, const struct variation *base,
    const struct variation_regrade *to, int64_t *id, bool *archived, struct error *e)
{
    struct variation like = regraded(base, to);
    struct stmt *st = tx_prepare(tx,
        "SELECT id, archived FROM variation WHERE manufacturer = $1 AND model = $2"
        " AND variant = $3 AND network = $4 AND capacity = $5 AND color = $6 AND grade_id = $7"
        " AND damages = $8");
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        stmt_bind_str(st, 1 + i, like.text[i]);
    stmt_bind_int(st, 7, like.grade_id);
    stmt_bind_str(st, 8, damage_key(&like, tx_arena(tx)));
    bool found = stmt_row(st);
    *id = found ? stmt_int(st, 0) : 0;
    *archived = found && stmt_int(st, 1) != 0;
    return stmt_end(st, e);
}

enum err variation_regraded(struct change *c, const struct variation *base,
    const struct variation_regrade *to, int64_t *id, bool *made, struct error *e)
{
    bool archived;
    *made = false;
    enum err rc = variation_find_regraded(c->tx, base, to, id, &archived, e);
    if (rc || *id) return rc;
    /* Somebody else may be making the same one. */
    tx_lock(c->tx, LOCK_REGRADE, true);
    rc = variation_find_regraded(c->tx, base, to, id, &archived, e);
    if (rc || *id) return rc;
    struct variation like = regraded(base, to);
    rc = variation_create(c, &like, e);
    *id = like.id;
    *made = !rc;
    return rc;
}
