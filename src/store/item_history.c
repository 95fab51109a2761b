/* item_history.c: what happened to items: written with each change, read newest first; see item.h.
 */
#include "store/item.h"

void item_event_add(struct change *c, int64_t item_id, const char *action, struct str changes,
    int64_t order_id, struct str reason)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO item_event (item_id, at, actor_kind, actor_id, actor_name, action, changes,"
        " order_id, reason, to_status_id, to_warehouse_id, to_order_id, to_paid_amount,"
        " to_paid_currency) SELECT i.id, $2, $3, $4, $5, $6, $7, $8, $9, i.status_id,"
        " i.warehouse_id, i.order_id, i.paid_amount, i.paid_currency FROM item i WHERE i.id = $1");
    stmt_bind_int(st, 1, item_id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_str(st, 3, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 4, c->actor->id);
    stmt_bind_str(st, 5, c->actor->name);
    stmt_bind_str(st, 6, str_of(action));
    stmt_bind_str(st, 7, changes);
    stmt_bind_opt_int(st, 8, order_id);
    stmt_bind_opt_str(st, 9, reason);
    stmt_later(st);
}

/* Written out before it grows further: one statement takes that much. */
enum { RECORD_FLUSH_SIZE = 1024 * 1024, RECORD_SIZE_MAX = 8 * 1024 * 1024 };

static void record_start(struct item_record *r)
{
    buf_clear(&r->json);
    jw_init(&r->w, &r->json);
    jw_array(&r->w);
    r->waiting = 0;
}

void item_record_begin(struct item_record *r, struct change *c, const char *action,
    const char *audit_action, struct str reason)
{
    *r = (struct item_record){
        .c = c, .action = action, .audit_action = audit_action, .reason = reason
    };
    buf_init(&r->json, RECORD_SIZE_MAX);
    record_start(r);
}

/* With how the item then stands, for inventory_day.c. */
#define INSERT_MANY                                                                                \
    "INSERT INTO item_event (item_id, at, actor_kind, actor_id, actor_name, action, reason,"       \
    " changes, to_status_id, to_warehouse_id, to_order_id, to_paid_amount, to_paid_currency)"      \
    " SELECT i.id, $2, $3, $4, $5, $6, $7, "
#define AND_STANDING ", i.status_id, i.warehouse_id, i.order_id, i.paid_amount, i.paid_currency"

static void record_flush(struct item_record *r)
{
    struct change *c = r->c;
    jw_array_end(&r->w);
    if (r->waiting) {
        struct stmt *st = tx_prepare(
            c->tx, tx_engine(c->tx) == DB_SQLITE ? INSERT_MANY
                       "json_extract(x.value, '$[1]')" AND_STANDING
                       " FROM json_each($1) x JOIN item i ON i.id = json_extract(x.value, '$[0]')"
                                                 : INSERT_MANY
                       "x.value->>1" AND_STANDING " FROM json_array_elements($1::json) AS x(value)"
                       " JOIN item i ON i.id = CAST(x.value->>0 AS BIGINT)");
        stmt_bind_str(st, 1, buf_str(&r->json));
        stmt_bind_int(st, 2, c->now);
        stmt_bind_str(st, 3, actor_kind_name(c->actor->kind));
        stmt_bind_opt_int(st, 4, c->actor->id);
        stmt_bind_str(st, 5, c->actor->name);
        stmt_bind_str(st, 6, str_of(r->action));
        stmt_bind_opt_str(st, 7, r->reason);
        stmt_later(st);
        audit_add_many(c, r->audit_action, "item", buf_str(&r->json));
    }
    record_start(r);
}

void item_record_add(struct item_record *r, int64_t item_id, struct str changes)
{
    jw_array(&r->w);
    jw_int(&r->w, item_id);
    jw_str(&r->w, changes);
    jw_array_end(&r->w);
    r->waiting++;
    if (r->json.len > RECORD_FLUSH_SIZE) record_flush(r);
}

void item_record_end(struct item_record *r)
{
    record_flush(r);
    buf_release(&r->json);
}

enum err item_history(struct tx *tx, int64_t item_id, const struct page *page, struct arena *arena,
    struct item_event **out, size_t *count, struct error *e)
{
    struct item_event *rows = arena_new(arena, struct item_event, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT v.id, v.at, v.actor_kind, v.actor_id, v.actor_name, v.action, v.changes,"
        " v.order_id, 'SO-' || v.order_id, v.reason FROM item_event v"
        " WHERE v.item_id = $1 AND v.id < $2 ORDER BY v.id DESC LIMIT $3");
    stmt_bind_int(st, 1, item_id);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, page->limit + 1);
    while (stmt_row(st)) {
        rows[(*count)++] = (struct item_event){
            .id = stmt_int(st, 0),
            .at = stmt_int(st, 1),
            .actor_kind = actor_kind_of(stmt_str_view(st, 2)),
            .actor_id = stmt_int(st, 3),
            .actor_name = stmt_str(st, 4, arena),
            .action = stmt_str(st, 5, arena),
            .changes = stmt_str(st, 6, arena),
            .order_id = stmt_int(st, 7),
            .order_number = stmt_str(st, 8, arena),
            .reason = stmt_str(st, 9, arena),
        };
    }
    return stmt_end(st, e);
}
