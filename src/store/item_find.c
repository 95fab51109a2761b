/* item_find.c: items by what is printed on them; see item.h. */
#include "store/item.h"

enum err item_find_open(struct tx *tx, struct str esn, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT id FROM item WHERE esn = $1 AND is_open = 1");
    stmt_bind_str(st, 1, esn);
    return stmt_scalar(st, 0, id, e);
}

enum err item_find_hex(struct tx *tx, struct str hex_id, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT id FROM item WHERE hex_id = $1");
    stmt_bind_str(st, 1, hex_id);
    return stmt_scalar(st, 0, id, e);
}
