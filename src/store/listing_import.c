/* listing_import.c: taking in what was read from a channel; see listing.h. */
#include "store/channel_log.h"
#include "store/derive.h"
#include "store/listing.h"
#include "store/search.h"

struct known {
    int64_t id;
    struct str marketplace_ids, state, fulfillment;
    bool has_imported;
    int64_t imported, seen_run;
};

static enum err find_known(
    struct change *c, int64_t channel_id, struct str sku, struct known *out, struct error *e)
{
    *out = (struct known){ 0 };
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id, marketplace_ids, state, fulfillment, imported, seen_run FROM listing"
        " WHERE channel_id = $1 AND sku = $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, sku);
    if (stmt_row(st))
        *out =
            (struct known){ stmt_int(st, 0), stmt_str(st, 1, c->arena), stmt_str(st, 2, c->arena),
                stmt_str(st, 3, c->arena), !stmt_null(st, 4), stmt_int(st, 4), stmt_int(st, 5) };
    return stmt_end(st, e);
}

static struct str with_marketplace(struct str ids, struct str id, struct arena *arena)
{
    if (!id.len) return ids;
    for (struct str rest = ids, head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        if (str_eq(head, id)) return ids;
    }
    return ids.len ? arena_fmt(arena, "%.*s %.*s", STR_FMT(ids), STR_FMT(id)) : id;
}

static struct str searchable(const struct listing_read *r, struct arena *arena)
{
    return words_fold(
        arena_fmt(arena, "%.*s %.*s %.*s", STR_FMT(r->sku), STR_FMT(r->asin), STR_FMT(r->title)),
        arena);
}

static void bind_read(struct stmt *st, const struct listing_read *r, struct str marketplaces,
    struct str state, struct arena *arena)
{
    stmt_bind_str(st, 1, r->asin);
    stmt_bind_str(st, 2, r->title);
    stmt_bind_str(st, 3, r->product_type);
    stmt_bind_str(st, 4, r->condition);
    stmt_bind_str(st, 5, marketplaces);
    stmt_bind_str(st, 6, r->amazon_fulfilled ? S("amazon") : S("merchant"));
    stmt_bind_str(st, 7, state);
    stmt_bind_str(st, 8, r->issues);
    if (r->has_quantity)
        stmt_bind_int(st, 9, r->quantity);
    else
        stmt_bind_null_int(st, 9);
    stmt_bind_str(st, 10, searchable(r, arena));
}

static enum err insert_read(struct change *c, int64_t channel_id, int64_t run_id,
    const struct listing_read *r, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, true);
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO listing (asin, title, product_type, condition, marketplace_ids, fulfillment,"
        " state, issues, imported, search, imported_at, seen_run, channel_id, sku, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $11,"
        " $11) RETURNING id");
    bind_read(st, r, r->marketplace_id, r->active ? S("active") : S("inactive"), c->arena);
    stmt_bind_int(st, 11, c->now);
    stmt_bind_opt_int(st, 12, run_id);
    stmt_bind_int(st, 13, channel_id);
    stmt_bind_str(st, 14, r->sku);
    int64_t id;
    enum err rc = stmt_scalar(st, 0, &id, e);
    return rc ? rc : derive_listing(c, id, e);
}

static enum err update_read(struct change *c, int64_t run_id, const struct known *k,
    const struct listing_read *r, struct error *e)
{
    /* One SKU in several marketplaces: active when it is in one of them. */
    bool again = run_id && k->seen_run == run_id;
    bool active = r->active || (again && str_eq(k->state, S("active")));
    struct str state = active ? S("active") : S("inactive");
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE listing SET asin = $1, title = CASE WHEN $2 = '' THEN title ELSE $2 END,"
        " product_type = $3, condition = $4, marketplace_ids = $5, fulfillment = $6, state = $7,"
        " issues = $8, imported = $9, search = $10, imported_at = $11,"
        " seen_run = CASE WHEN $12 = 0 THEN seen_run ELSE $12 END WHERE id = $13");
    bind_read(
        st, r, with_marketplace(k->marketplace_ids, r->marketplace_id, c->arena), state, c->arena);
    stmt_bind_int(st, 11, c->now);
    stmt_bind_int(st, 12, run_id);
    stmt_bind_int(st, 13, k->id);
    enum err rc = stmt_run(st, NULL, e);
    struct str fulfillment = r->amazon_fulfilled ? S("amazon") : S("merchant");
    bool same = str_eq(k->state, state) && str_eq(k->fulfillment, fulfillment) &&
                k->has_imported == r->has_quantity &&
                (!k->has_imported || k->imported == r->quantity);
    if (!rc && !same) derive_mark_listing(c, k->id);
    return rc;
}

enum err listing_import(struct change *c, int64_t channel_id, int64_t run_id,
    const struct listing_read *rows, size_t count, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < count && !rc; i++) {
        struct known known;
        rc = find_known(c, channel_id, rows[i].sku, &known, e);
        if (rc) break;
        rc = known.id ? update_read(c, run_id, &known, &rows[i], e)
                      : insert_read(c, channel_id, run_id, &rows[i], e);
    }
    return rc;
}

enum err listing_end(struct change *c, int64_t listing_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE listing SET state = 'ended', updated_at = $1 WHERE id = $2 AND state <> 'ended'");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, listing_id);
    enum err rc = stmt_run(st, NULL, e);
    derive_mark_listing(c, listing_id);
    return rc;
}

enum err listing_end_unseen(
    struct change *c, int64_t channel_id, int64_t run_id, int64_t *ended, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO dirty_listing (listing_id) SELECT id FROM listing WHERE channel_id = $1"
        " AND COALESCE(seen_run, 0) <> $2 AND state <> 'ended'");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, run_id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "UPDATE listing SET state = 'ended', updated_at = $3 WHERE channel_id = $1"
        " AND COALESCE(seen_run, 0) <> $2 AND state <> 'ended'");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_int(st, 2, run_id);
    stmt_bind_int(st, 3, c->now);
    tx_notify(c->tx, TOPIC_STOCK);
    return stmt_run(st, ended, e);
}
