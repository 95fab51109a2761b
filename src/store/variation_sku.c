/* variation_sku.c: which variations carry a SKU or are archived; see variation.h. */
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

enum err variation_repeated_skus(struct tx *tx, struct str after, size_t most, struct arena *arena,
    struct repeated_sku **out, size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT d.sku, d.number, v.id FROM (SELECT sku, COUNT(*) AS number FROM variation"
        " WHERE sku IS NOT NULL AND sku > $1 GROUP BY sku HAVING COUNT(*) > 1 ORDER BY sku"
        " LIMIT $2) d JOIN variation v ON v.sku = d.sku ORDER BY d.sku, v.id /* scan wanted */");
    stmt_bind_str(st, 1, after);
    stmt_bind_int(st, 2, (int64_t)most);
    *count = 0;
    *out = arena_new(arena, struct repeated_sku, most);
    struct repeated_sku *row = NULL;
    while (stmt_row(st)) {
        if (!row || !str_eq(row->sku, stmt_str_view(st, 0))) {
            row = &(*out)[(*count)++];
            row->sku = stmt_str(st, 0, arena);
            row->number = stmt_int(st, 1);
        }
        if (row->id_count < REPEATED_IDS_MAX) row->variation_ids[row->id_count++] = stmt_int(st, 2);
    }
    return stmt_end(st, e);
}

enum err variation_refuse_archived(struct tx *tx, int64_t id, const char *pointer, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT archived FROM variation WHERE id = $1");
    stmt_bind_int(st, 1, id);
    int64_t archived;
    enum err rc = stmt_scalar(st, 0, &archived, e);
    if (rc || !archived) return rc;
    return error_at(
        e, ERR_CONFLICT, "archived", pointer, "variation %lld is archived", (long long)id);
}
