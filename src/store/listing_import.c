/* listing_import.c: taking in what was read from a channel; see listing.h. */
#include "store/channel_log.h"
#include "store/derive.h"
#include "store/listing_places.h"
#include "store/search.h"

struct import {
    struct change *c;
    int64_t channel_id, run_id;
    struct str order; /* of the channel's marketplaces */
};

struct known {
    int64_t id;
    struct listing_together is;
    struct str state;
    bool has_imported;
    int64_t imported, seen_run;
};

static enum err begin_import(struct import *m, struct error *e)
{
    struct stmt *st = tx_prepare(m->c->tx, "SELECT marketplace_ids FROM channel WHERE id = $1");
    stmt_bind_int(st, 1, m->channel_id);
    m->order = S("");
    if (stmt_row(st)) m->order = stmt_str(st, 0, m->c->arena);
    return stmt_end(st, e);
}

#define KNOWN                                                                                      \
    "SELECT id, state, imported, seen_run, marketplace_ids, fulfillment, asin, title,"             \
    " product_type, condition, issues FROM listing "

static enum err read_known(struct stmt *st, struct arena *arena, struct known *out, struct error *e)
{
    *out = (struct known){ .id = 0 };
    if (stmt_row(st))
        *out = (struct known){ .id = stmt_int(st, 0),
            .state = stmt_str(st, 1, arena),
            .has_imported = !stmt_null(st, 2),
            .imported = stmt_int(st, 2),
            .seen_run = stmt_int(st, 3),
            .is = { .marketplace_ids = stmt_str(st, 4, arena),
                .amazon_fulfilled = str_eq(stmt_str_view(st, 5), S("amazon")),
                .asin = stmt_str(st, 6, arena),
                .title = stmt_str(st, 7, arena),
                .product_type = stmt_str(st, 8, arena),
                .condition = stmt_str(st, 9, arena),
                .issues = stmt_str(st, 10, arena) } };
    return stmt_end(st, e);
}

static enum err find_known(
    const struct import *m, struct str sku, struct known *out, struct error *e)
{
    struct stmt *st = tx_prepare(m->c->tx, KNOWN "WHERE channel_id = $1 AND sku = $2");
    stmt_bind_int(st, 1, m->channel_id);
    stmt_bind_str(st, 2, sku);
    return read_known(st, m->c->arena, out, e);
}

static struct str searchable(struct str sku, const struct listing_together *is, struct arena *arena)
{
    return words_fold(
        arena_fmt(arena, "%.*s %.*s %.*s", STR_FMT(sku), STR_FMT(is->asin), STR_FMT(is->title)),
        arena);
}

static void bind_together(
    struct stmt *st, struct str sku, const struct listing_together *is, struct arena *arena)
{
    stmt_bind_str(st, 1, is->asin);
    stmt_bind_str(st, 2, is->title);
    stmt_bind_str(st, 3, is->product_type);
    stmt_bind_str(st, 4, is->condition);
    stmt_bind_str(st, 5, is->marketplace_ids);
    stmt_bind_str(st, 6, is->amazon_fulfilled ? S("amazon") : S("merchant"));
    stmt_bind_str(st, 7, is->active ? S("active") : S("inactive"));
    stmt_bind_str(st, 8, is->issues);
    stmt_bind_str(st, 9, searchable(sku, is, arena));
}

static void bind_quantity(struct stmt *st, int at, bool present, int64_t quantity)
{
    if (present)
        stmt_bind_int(st, at, quantity);
    else
        stmt_bind_null_int(st, at);
}

static enum err insert_read(const struct import *m, const struct listing_read *r, struct error *e)
{
    struct change *c = m->c;
    tx_lock(c->tx, LOCK_CANDIDATES, true);
    struct listing_together is = { r->marketplace_id, r->asin, r->title, r->product_type,
        r->condition, r->issues, r->amazon_fulfilled, r->active };
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO listing (asin, title, product_type, condition, marketplace_ids, fulfillment,"
        " state, issues, search, imported, imported_at, seen_run, channel_id, sku, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $11,"
        " $11) RETURNING id");
    bind_together(st, r->sku, &is, c->arena);
    bind_quantity(st, 10, r->has_quantity, r->quantity);
    stmt_bind_int(st, 11, c->now);
    stmt_bind_opt_int(st, 12, m->run_id);
    stmt_bind_int(st, 13, m->channel_id);
    stmt_bind_str(st, 14, r->sku);
    int64_t id;
    enum err rc = stmt_scalar(st, 0, &id, e);
    if (rc) return rc;
    listing_place_put(c, id, m->run_id, r);
    return derive_listing(c, id, e);
}

static bool same_words(const struct listing_together *a, const struct listing_together *b)
{
    return str_eq(a->marketplace_ids, b->marketplace_ids) && str_eq(a->asin, b->asin) &&
           str_eq(a->title, b->title) && str_eq(a->product_type, b->product_type) &&
           str_eq(a->condition, b->condition) && str_eq(a->issues, b->issues);
}

/* What the listing is, from all its marketplaces; *changed: it may be pushed otherwise now. */
static enum err put_together(
    const struct import *m, struct str sku, const struct known *k, bool *changed, struct error *e)
{
    struct listing_together is;
    enum err rc = listing_places_together(m->c, k->id, m->order, &is, e);
    if (rc) return rc;
    if (!is.title.len) is.title = k->is.title;
    *changed = !str_eq(k->state, is.active ? S("active") : S("inactive")) ||
               k->is.amazon_fulfilled != is.amazon_fulfilled;
    if (!*changed && same_words(&k->is, &is)) return OK;
    struct stmt *st = tx_prepare(m->c->tx,
        "UPDATE listing SET asin = $1, title = $2, product_type = $3, condition = $4,"
        " marketplace_ids = $5, fulfillment = $6, state = $7, issues = $8, search = $9"
        " WHERE id = $10");
    bind_together(st, sku, &is, m->c->arena);
    stmt_bind_int(st, 10, k->id);
    return stmt_run(st, NULL, e);
}

static enum err update_read(
    const struct import *m, const struct known *k, const struct listing_read *r, struct error *e)
{
    bool changed;
    listing_place_put(m->c, k->id, m->run_id, r);
    enum err rc = put_together(m, r->sku, k, &changed, e);
    if (rc) return rc;
    /* The quantity is one for all marketplaces, and not stated where the listing is not offered. */
    bool again = m->run_id && k->seen_run == m->run_id;
    bool kept = !r->has_quantity && again && k->has_imported;
    bool present = r->has_quantity || kept;
    int64_t quantity = kept ? k->imported : r->quantity;
    struct stmt *st = tx_prepare(m->c->tx,
        "UPDATE listing SET imported = $1, imported_at = $2,"
        " seen_run = CASE WHEN $3 = 0 THEN seen_run ELSE $3 END WHERE id = $4");
    bind_quantity(st, 1, present, quantity);
    stmt_bind_int(st, 2, m->c->now);
    stmt_bind_int(st, 3, m->run_id);
    stmt_bind_int(st, 4, k->id);
    rc = stmt_run(st, NULL, e);
    changed = changed || k->has_imported != present || (present && k->imported != quantity);
    if (!rc && changed) derive_mark_listing(m->c, k->id);
    return rc;
}

enum err listing_import(struct change *c, int64_t channel_id, int64_t run_id,
    const struct listing_read *rows, size_t count, struct error *e)
{
    struct import m = { .c = c, .channel_id = channel_id, .run_id = run_id };
    enum err rc = begin_import(&m, e);
    for (size_t i = 0; i < count && !rc; i++) {
        struct known known;
        rc = find_known(&m, rows[i].sku, &known, e);
        if (rc) break;
        rc = known.id ? update_read(&m, &known, &rows[i], e) : insert_read(&m, &rows[i], e);
    }
    return rc;
}

/* The listings of which the import saw some marketplaces and not others. */
static enum err half_seen(
    const struct import *m, int limit, int64_t *ids, size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(m->c->tx,
        "SELECT DISTINCT g.id FROM listing g JOIN listing_marketplace p ON p.listing_id = g.id"
        " WHERE g.channel_id = $1 AND g.seen_run = $2 AND COALESCE(p.seen_run, 0) <> $2"
        " AND EXISTS (SELECT 1 FROM listing_marketplace q WHERE q.listing_id = g.id"
        " AND q.seen_run = $2) ORDER BY g.id LIMIT $3");
    stmt_bind_int(st, 1, m->channel_id);
    stmt_bind_int(st, 2, m->run_id);
    stmt_bind_int(st, 3, limit);
    for (*count = 0; stmt_row(st) && *count < (size_t)limit;)
        ids[(*count)++] = stmt_int(st, 0);
    return stmt_end(st, e);
}

static enum err forget_places(const struct import *m, int64_t id, struct error *e)
{
    struct known known;
    struct str sku;
    struct stmt *st = tx_prepare(m->c->tx, "SELECT sku FROM listing WHERE id = $1");
    stmt_bind_int(st, 1, id);
    sku = stmt_row(st) ? stmt_str(st, 0, m->c->arena) : S("");
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    st = tx_prepare(m->c->tx, KNOWN "WHERE id = $1");
    stmt_bind_int(st, 1, id);
    rc = read_known(st, m->c->arena, &known, e);
    if (rc) return rc;
    bool changed;
    listing_places_forget(m->c, id, m->run_id);
    rc = put_together(m, sku, &known, &changed, e);
    if (!rc && changed) derive_mark_listing(m->c, id);
    return rc;
}

enum err listing_forget_places(
    struct change *c, int64_t channel_id, int64_t run_id, int limit, bool *more, struct error *e)
{
    struct import m = { .c = c, .channel_id = channel_id, .run_id = run_id };
    int64_t *ids = arena_new(c->arena, int64_t, (size_t)limit);
    size_t count = 0;
    enum err rc = begin_import(&m, e);
    if (!rc) rc = half_seen(&m, limit, ids, &count, e);
    for (size_t i = 0; i < count && !rc; i++)
        rc = forget_places(&m, ids[i], e);
    *more = count == (size_t)limit;
    return rc;
}

enum err listing_unread(struct change *c, int64_t channel_id, int64_t run_id,
    struct listing_unreadable *u, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "SELECT g.id, COALESCE(p.unreadable, '') FROM listing g LEFT JOIN listing_marketplace p"
        " ON p.listing_id = g.id AND p.marketplace_id = $1"
        " WHERE g.channel_id = $2 AND g.sku = $3");
    stmt_bind_str(st, 1, u->marketplace_id);
    stmt_bind_int(st, 2, channel_id);
    stmt_bind_str(st, 3, u->sku);
    u->listing_id = 0;
    u->is_new = true;
    if (stmt_row(st)) {
        u->listing_id = stmt_int(st, 0);
        u->is_new = !str_eq(stmt_str_view(st, 1), u->detail);
    }
    enum err rc = stmt_end(st, e);
    if (rc || !u->listing_id) return rc;
    st = tx_prepare(c->tx, "UPDATE listing_marketplace SET unreadable = $1,"
                           " seen_run = CASE WHEN $2 = 0 THEN seen_run ELSE $2 END"
                           " WHERE listing_id = $3 AND marketplace_id = $4");
    stmt_bind_str(st, 1, u->detail);
    stmt_bind_int(st, 2, run_id);
    stmt_bind_int(st, 3, u->listing_id);
    stmt_bind_str(st, 4, u->marketplace_id);
    stmt_later(st);
    st = tx_prepare(c->tx, "UPDATE listing SET seen_run = CASE WHEN $1 = 0 THEN seen_run ELSE $1"
                           " END WHERE id = $2");
    stmt_bind_int(st, 1, run_id);
    stmt_bind_int(st, 2, u->listing_id);
    return stmt_run(st, NULL, e);
}

enum err listing_end(struct change *c, int64_t listing_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE listing SET state = 'ended', updated_at = $1 WHERE id = $2 AND state <> 'ended'");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, listing_id);
    enum err rc = stmt_run(st, NULL, e);
    /* Should it come back, what was read of it before says nothing. */
    st = tx_prepare(c->tx, "DELETE FROM listing_marketplace WHERE listing_id = $1");
    stmt_bind_int(st, 1, listing_id);
    stmt_later(st);
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
    st = tx_prepare(c->tx, "DELETE FROM listing_marketplace WHERE listing_id IN (SELECT id FROM"
                           " listing WHERE channel_id = $1 AND COALESCE(seen_run, 0) <> $2)");
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
