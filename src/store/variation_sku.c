/* variation_sku.c: which variations carry a SKU; see variation.h. */
#include "store/variation.h"

enum err variation_ids_of_sku(
    struct tx *tx, struct str sku, int64_t *ids, size_t most, size_t *count, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT id FROM variation WHERE sku = $1 ORDER BY id LIMIT $2");
    stmt_bind_str(st, 1, sku);
    stmt_bind_int(st, 2, (int64_t)most);
    *count = 0;
    while (stmt_row(st) && *count < most)
        ids[(*count)++] = stmt_int(st, 0);
    return stmt_end(st, e);
}

enum err variation_repeated_skus(struct tx *tx, size_t most, struct arena *arena, struct str *skus,
    int64_t *numbers, size_t *count, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT sku, COUNT(*) FROM variation WHERE sku IS NOT NULL GROUP BY sku"
                       " HAVING COUNT(*) > 1 ORDER BY sku LIMIT $1 /* scan wanted */");
    stmt_bind_int(st, 1, (int64_t)most);
    *count = 0;
    while (stmt_row(st) && *count < most) {
        skus[*count] = stmt_str(st, 0, arena);
        numbers[(*count)++] = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}
