/* listing.c: reading listings and editing their connection; see listing.h. */
#include "store/listing.h"

#include "base/limits.h"
#include "core/nearsku.h"
#include "store/derive.h"
#include "store/search.h"

static const char *const modes[LISTING_MODE_COUNT] = { "auto", "skus", "variations", "none" };

const char *listing_mode_name(enum listing_mode mode)
{
    return modes[mode];
}

bool listing_mode_parse(struct str name, enum listing_mode *out)
{
    for (int i = 0; i < LISTING_MODE_COUNT; i++) {
        if (!str_eq(name, str_of(modes[i]))) continue;
        *out = (enum listing_mode)i;
        return true;
    }
    return false;
}

#define COLUMNS                                                                                    \
    "SELECT g.id, g.channel_id, g.sku, g.asin, g.title, g.product_type, g.condition,"              \
    " g.marketplace_ids, g.fulfillment, g.state, g.issues, g.mode, g.reserve, g.cap, g.target,"    \
    " g.calculated, g.calculated_at, g.synced, g.synced_at, g.imported, g.imported_at,"            \
    " g.foreign_changes, g.foreign_since, g.version, g.created_at, g.updated_at FROM listing g "

static struct quantity_at read_quantity(struct stmt *st, int column)
{
    return (struct quantity_at){ !stmt_null(st, column), stmt_int(st, column),
        stmt_int(st, column + 1) };
}

static void read_row(struct stmt *st, struct arena *arena, struct listing *out)
{
    *out = (struct listing){
        .id = stmt_int(st, 0),
        .channel_id = stmt_int(st, 1),
        .sku = stmt_str(st, 2, arena),
        .asin = stmt_str(st, 3, arena),
        .title = stmt_str(st, 4, arena),
        .product_type = stmt_str(st, 5, arena),
        .condition = stmt_str(st, 6, arena),
        .marketplace_ids = stmt_str(st, 7, arena),
        .amazon_fulfilled = str_eq(stmt_str_view(st, 8), S("amazon")),
        .state = stmt_str(st, 9, arena),
        .issues = stmt_str(st, 10, arena),
        .has_reserve = !stmt_null(st, 12),
        .reserve = stmt_int(st, 12),
        .has_cap = !stmt_null(st, 13),
        .cap = stmt_int(st, 13),
        .target = stmt_int(st, 14),
        .calculated = read_quantity(st, 15),
        .synced = read_quantity(st, 17),
        .imported = read_quantity(st, 19),
        .foreign_changes = stmt_int(st, 21),
        .foreign_since = stmt_int(st, 22),
        .version = stmt_int(st, 23),
        .created_at = stmt_int(st, 24),
        .updated_at = stmt_int(st, 25),
    };
    (void)listing_mode_parse(stmt_str_view(st, 11), &out->mode);
}

static enum err read_ids(
    struct stmt *st, struct arena *arena, int64_t **out, size_t *count, struct error *e)
{
    *out = NULL;
    *count = 0;
    while (stmt_row(st)) {
        if (!*out) *out = arena_new(arena, int64_t, LISTING_VARIATIONS_MAX);
        if (*count < LISTING_VARIATIONS_MAX) (*out)[(*count)++] = stmt_int(st, 0);
    }
    return stmt_end(st, e);
}

enum { CONNECTED_SKUS_MAX = 100 };

static enum err read_skus(struct tx *tx, struct arena *arena, struct listing *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT sku FROM listing_connected_sku WHERE listing_id = $1 ORDER BY sku");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st)) {
        if (!out->skus) out->skus = arena_new(arena, struct str, CONNECTED_SKUS_MAX);
        if (out->sku_count < CONNECTED_SKUS_MAX)
            out->skus[out->sku_count++] = stmt_str(st, 0, arena);
    }
    return stmt_end(st, e);
}

static enum err read_connection(
    struct tx *tx, struct arena *arena, struct listing *out, struct error *e)
{
    enum err rc = out->mode == LISTING_SKUS ? read_skus(tx, arena, out, e) : OK;
    if (rc) return rc;
    struct stmt *st;
    if (out->mode == LISTING_VARIATIONS) {
        st = tx_prepare(tx, "SELECT variation_id FROM listing_connected_variation"
                            " WHERE listing_id = $1 ORDER BY variation_id");
        stmt_bind_int(st, 1, out->id);
        rc = read_ids(st, arena, &out->set_variation_ids, &out->set_variation_count, e);
        if (rc) return rc;
    }
    st = tx_prepare(tx, "SELECT variation_id FROM listing_variation WHERE listing_id = $1"
                        " ORDER BY variation_id");
    stmt_bind_int(st, 1, out->id);
    return read_ids(st, arena, &out->variation_ids, &out->variation_count, e);
}

static enum err read_one(
    struct tx *tx, struct stmt *st, struct arena *arena, struct listing *out, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found) return error_set(e, ERR_NOT_FOUND, "no such listing");
    return read_connection(tx, arena, out, e);
}

enum err listing_load(
    struct tx *tx, int64_t id, struct arena *arena, struct listing *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE g.id = $1");
    stmt_bind_int(st, 1, id);
    return read_one(tx, st, arena, out, e);
}

enum err listing_lock(
    struct change *c, int64_t id, struct arena *arena, struct listing *out, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, true);
    return listing_load(c->tx, id, arena, out, e);
}

enum err listing_find(struct tx *tx, int64_t channel_id, struct str sku, struct arena *arena,
    struct listing *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE g.channel_id = $1 AND g.sku = $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, sku);
    return read_one(tx, st, arena, out, e);
}

#define CONNECTED "EXISTS (SELECT 1 FROM listing_variation lv WHERE lv.listing_id = g.id)"

enum err listing_list(struct tx *tx, const struct listing_filter *f,
    const struct listing_page *page, struct arena *arena, struct listing **out, size_t *count,
    struct error *e)
{
    *out = arena_new(arena, struct listing, (size_t)page->limit + 1);
    *count = 0;
    struct search_words words;
    search_words(f->q, arena, &words);
    struct stmt *st = tx_prepare(tx, COLUMNS
        "WHERE g.channel_id = $1 AND g.sku > $2 AND "
        "g.search LIKE $3 ESCAPE '!' AND g.search LIKE $4 ESCAPE '!'"
        " AND g.search LIKE $5 ESCAPE '!' AND g.search LIKE $6 ESCAPE '!'"
        " AND g.search LIKE $7 ESCAPE '!' AND g.search LIKE $8 ESCAPE '!'"
        " AND ($9 = -1 OR (CASE WHEN " CONNECTED " THEN 1 ELSE 0 END) = $9)"
        " AND ($10 = '' OR g.state = $10) AND ($11 = '' OR g.fulfillment = $11)"
        " AND ($12 = -1 OR (CASE WHEN g.fulfillment = 'merchant' AND g.state <> 'ended'"
        " AND " CONNECTED " AND (COALESCE(g.synced, g.target) <> g.target"
        " OR COALESCE(g.imported, g.target) <> g.target OR COALESCE(g.synced, g.imported) IS NULL)"
        " THEN 1 ELSE 0 END) = $12) AND ($13 = '' OR g.sku = $13)"
        " ORDER BY g.sku LIMIT $14");
    stmt_bind_int(st, 1, f->channel_id);
    stmt_bind_str(st, 2, page->after);
    search_bind(st, 3, &words);
    stmt_bind_int(st, 9, f->has_connected ? f->connected : -1);
    stmt_bind_str(st, 10, f->state);
    stmt_bind_str(st, 11, f->fulfillment);
    stmt_bind_int(st, 12, f->has_differs ? f->differs : -1);
    stmt_bind_str(st, 13, f->sku);
    stmt_bind_int(st, 14, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < *count && !rc; i++)
        rc = read_connection(tx, arena, &(*out)[i], e);
    return rc;
}

static void set_connection(struct change *c, const struct listing *l)
{
    static const char *const clear[] = {
        "DELETE FROM listing_connected_sku WHERE listing_id = $1",
        "DELETE FROM listing_connected_variation WHERE listing_id = $1",
    };
    for (int i = 0; i < 2; i++) {
        struct stmt *st = tx_prepare(c->tx, clear[i]);
        stmt_bind_int(st, 1, l->id);
        stmt_later(st);
    }
    for (size_t i = 0; l->mode == LISTING_SKUS && i < l->sku_count; i++) {
        struct stmt *st = tx_prepare(
            c->tx, "INSERT INTO listing_connected_sku (listing_id, sku) VALUES ($1, $2)");
        stmt_bind_int(st, 1, l->id);
        stmt_bind_str(st, 2, l->skus[i]);
        stmt_later(st);
    }
    for (size_t i = 0; l->mode == LISTING_VARIATIONS && i < l->set_variation_count; i++) {
        struct stmt *st = tx_prepare(c->tx, "INSERT INTO listing_connected_variation"
                                            " (listing_id, variation_id) VALUES ($1, $2)");
        stmt_bind_int(st, 1, l->id);
        stmt_bind_int(st, 2, l->set_variation_ids[i]);
        stmt_later(st);
    }
}

static struct str shown_connection(const struct listing *l, struct arena *arena)
{
    struct str s = str_of(modes[l->mode]);
    for (size_t i = 0; l->mode == LISTING_SKUS && i < l->sku_count && i < 20; i++)
        s = arena_fmt(arena, "%.*s %.*s", STR_FMT(s), STR_FMT(l->skus[i]));
    for (size_t i = 0; l->mode == LISTING_VARIATIONS && i < l->set_variation_count && i < 20; i++)
        s = arena_fmt(arena, "%.*s %lld", STR_FMT(s), (long long)l->set_variation_ids[i]);
    return s;
}

static struct str shown_limit(bool present, int64_t n, struct arena *arena)
{
    return present ? arena_fmt(arena, "%lld", (long long)n) : (struct str){ 0 };
}

enum err listing_update(
    struct change *c, const struct listing *before, struct listing *after, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE listing SET mode = $1, reserve = $2, cap = $3, updated_at = $4,"
                          " version = version + 1 WHERE id = $5");
    stmt_bind_str(st, 1, str_of(modes[after->mode]));
    if (after->has_reserve)
        stmt_bind_int(st, 2, after->reserve);
    else
        stmt_bind_null_int(st, 2);
    if (after->has_cap)
        stmt_bind_int(st, 3, after->cap);
    else
        stmt_bind_null_int(st, 3);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, before->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    set_connection(c, after);
    struct change_list l;
    change_list_init(&l);
    change_list_diff(
        &l, "connection", shown_connection(before, c->arena), shown_connection(after, c->arena));
    change_list_diff(&l, "reserve", shown_limit(before->has_reserve, before->reserve, c->arena),
        shown_limit(after->has_reserve, after->reserve, c->arena));
    change_list_diff(&l, "cap", shown_limit(before->has_cap, before->cap, c->arena),
        shown_limit(after->has_cap, after->cap, c->arena));
    audit_add(c, "update", "listing", before->id, change_list_end(&l));
    change_list_release(&l);
    rc = derive_listing(c, before->id, e);
    return rc ? rc : listing_load(c->tx, before->id, c->arena, after, e);
}

enum { NEAR_MAX = 5 };

enum err listing_near_skus(struct tx *tx, struct str sku, struct arena *arena, struct str **out,
    size_t *count, struct error *e)
{
    *out = arena_new(arena, struct str, NEAR_MAX);
    *count = 0;
    struct str key = near_sku_key(sku, arena);
    if (!key.len) return OK;
    struct stmt *st =
        tx_prepare(tx, "SELECT DISTINCT sku FROM variation WHERE sku IS NOT NULL ORDER BY sku");
    while (stmt_row(st) && *count < NEAR_MAX) {
        struct arena_mark mark = arena_mark(arena);
        struct str other = stmt_str_view(st, 0);
        bool near = !str_eq(other, sku) && str_eq(near_sku_key(other, arena), key);
        arena_rewind(arena, mark);
        if (near) (*out)[(*count)++] = stmt_str(st, 0, arena);
    }
    return stmt_end(st, e);
}
