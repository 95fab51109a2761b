/* variation_find.c: the variation that is the same as a whole; see variation.h. */
#include "store/variation.h"

enum err variation_find_whole(
    struct tx *tx, const struct variation *like, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT id FROM variation WHERE manufacturer = $1 AND model = $2 AND variant = $3"
        " AND network = $4 AND capacity = $5 AND color = $6 AND grade_id = $7 AND damages = $8");
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        stmt_bind_str(st, 1 + i, like->text[i]);
    stmt_bind_int(st, 7, like->grade_id);
    stmt_bind_str(st, 8, variation_damage_key(like, tx_arena(tx)));
    return stmt_scalar(st, 0, id, e);
}
