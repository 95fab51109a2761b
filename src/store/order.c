/* order.c: reading orders with their figures, and writing their heads; lines are in order_line.c.
 */
#include "store/order.h"

#include "base/limits.h"
#include "store/organization.h"
#include "store/search.h"
#include "store/variation.h"

#include <stdio.h>

/* The name that the order's organization goes by. */
#define ORGANIZATION                                                                               \
    "(SELECT COALESCE((SELECT m.name FROM organization m WHERE m.id = g.merged_into), g.name)"     \
    " FROM organization g WHERE g.id = o.organization_id)"

/* Subqueries rather than joins, so that FOR UPDATE locks the order and nothing else. */
#define COLUMNS                                                                                    \
    "SELECT o.id, " ORGANIZATION ", o.channel_id, o.channel_order_id, o.channel_status,"           \
    " o.channel_marketplace_id, o.channel_updated_at, o.channel_unmapped, o.cancel_requested,"     \
    " o.status_id, (SELECT title FROM order_status WHERE id = o.status_id),"                       \
    " (SELECT is_open FROM order_status WHERE id = o.status_id),"                                  \
    " (SELECT allow_commitment FROM order_status WHERE id = o.status_id),"                         \
    " o.ordered_at, o.notes, o.version, o.created_at, o.updated_at, o.organization_id,"            \
    " (SELECT meaning FROM order_status WHERE id = o.status_id) FROM sales_order o "

static void read_head(struct stmt *st, struct arena *arena, struct order *out)
{
    *out = (struct order){
        .id = stmt_int(st, 0),
        .organization = stmt_str(st, 1, arena),
        .channel_id = stmt_int(st, 2),
        .channel_order_id = stmt_str(st, 3, arena),
        .channel_status = stmt_str(st, 4, arena),
        .channel_marketplace_id = stmt_str(st, 5, arena),
        .channel_updated_at = stmt_int(st, 6),
        .channel_unmapped = stmt_int(st, 7) != 0,
        .cancel_requested = stmt_int(st, 8) != 0,
        .status_id = stmt_int(st, 9),
        .status = stmt_str(st, 10, arena),
        .is_open = stmt_int(st, 11) != 0,
        .allow_commitment = stmt_int(st, 12) != 0,
        .ordered_at = stmt_int(st, 13),
        .notes = stmt_str(st, 14, arena),
        .version = stmt_int(st, 15),
        .created_at = stmt_int(st, 16),
        .updated_at = stmt_int(st, 17),
        .organization_id = stmt_int(st, 18),
        .means_canceled = str_eq(stmt_str_view(st, 19), S("canceled")),
    };
    out->number = arena_fmt(arena, "SO-%lld", (long long)out->id);
}

static enum err read_lines(struct tx *tx, const struct order_figures *figures, struct arena *arena,
    struct order *out, struct error *e)
{
    out->lines = arena_new(arena, struct order_line, figures->line_count + 1);
    struct stmt *st = tx_prepare(tx,
        "SELECT id, variation_id, sku, title, quantity, price_amount, price_currency,"
        " channel_line_id, cancel_requested, cancel_reason"
        " FROM order_line WHERE order_id = $1 AND deleted_at IS NULL ORDER BY id");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st) && out->line_count < figures->line_count) {
        const struct line_figure *f = &figures->lines[out->line_count];
        out->lines[out->line_count++] = (struct order_line){
            .id = stmt_int(st, 0),
            .variation_id = stmt_int(st, 1),
            .sku = stmt_str(st, 2, arena),
            .title = stmt_str(st, 3, arena),
            .quantity = stmt_int(st, 4),
            .price = stmt_money(st, 5, arena),
            .channel_line_id = stmt_str(st, 7, arena),
            .cancel_requested = stmt_int(st, 8) != 0,
            .cancel_reason = stmt_str(st, 9, arena),
            .committed = f->committed,
            .returned = f->returned,
            .candidates = f->candidates,
            .candidate_count = f->candidate_count,
        };
    }
    for (size_t i = 0; i < figures->group_count; i++)
        out->direct_count += figures->groups[i].direct;
    out->returned_count = figures->returned_units;
    return stmt_end(st, e);
}

static void price_by_line(const struct order *o, struct order_item *item)
{
    for (size_t i = 0; i < o->line_count && !item->sale_by_hand; i++)
        if (o->lines[i].id == item->line_id) item->sale = o->lines[i].price;
}

/* Which unit of equal ones stands on which line is only for showing: in order of commitment. */
static void place_items(struct order *out, const struct order_figures *f)
{
    for (size_t k = 0; k < out->item_count; k++) {
        struct order_item *item = &out->items[k];
        for (size_t i = 0; i < f->share_count; i++) {
            struct allocation_share *share = &f->shares[i];
            if (!share->units || f->groups[share->group].variation_id != item->variation_id)
                continue;
            item->line_id = f->lines[share->line].line_id;
            share->units--;
            break;
        }
        price_by_line(out, item);
    }
}

static enum err read_items(struct tx *tx, const struct order_figures *figures, struct arena *arena,
    struct order *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM item WHERE order_id = $1");
    stmt_bind_int(st, 1, out->id);
    int64_t most;
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc || !most) return rc;
    out->items = arena_new(arena, struct order_item, (size_t)most);
    st = tx_prepare(tx,
        "SELECT i.id, i.esn, i.hex_id, i.variation_id, i.committed_at, i.sale_amount,"
        " i.sale_currency, i.paid_amount, i.paid_currency, w.name, l.name FROM item i"
        " LEFT JOIN warehouse w ON w.id = i.warehouse_id"
        " LEFT JOIN location l ON l.id = i.location_id"
        " WHERE i.order_id = $1 ORDER BY i.committed_at, i.id");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st) && out->item_count < (size_t)most)
        out->items[out->item_count++] = (struct order_item){
            .item_id = stmt_int(st, 0),
            .esn = stmt_str(st, 1, arena),
            .hex_id = stmt_str(st, 2, arena),
            .variation_id = stmt_int(st, 3),
            .committed_at = stmt_int(st, 4),
            .sale = stmt_money(st, 5, arena),
            .sale_by_hand = !stmt_null(st, 5),
            .paid = stmt_money(st, 7, arena),
            .warehouse = stmt_str(st, 9, arena),
            .location = stmt_str(st, 10, arena),
        };
    place_items(out, figures);
    return stmt_end(st, e);
}

static enum err read_rest(struct tx *tx, struct arena *arena, struct order *out, struct error *e)
{
    struct order_figures figures;
    enum err rc = order_figures_load(tx, out->id, arena, &figures, e);
    if (!rc) rc = read_lines(tx, &figures, arena, out, e);
    return rc ? rc : read_items(tx, &figures, arena, out, e);
}

static enum err read_one(
    struct tx *tx, struct stmt *st, struct arena *arena, struct order *out, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_head(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found) return error_set(e, ERR_NOT_FOUND, "no such order");
    return read_rest(tx, arena, out, e);
}

enum err order_load(
    struct tx *tx, int64_t id, struct arena *arena, struct order *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE o.id = $1");
    stmt_bind_int(st, 1, id);
    return read_one(tx, st, arena, out, e);
}

enum err order_lock(
    struct change *c, int64_t id, struct arena *arena, struct order *out, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    struct stmt *st = tx_prepare(c->tx, COLUMNS "WHERE o.id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, id);
    return read_one(c->tx, st, arena, out, e);
}

/* The unindexed conditions; $1 is the narrowing one of each statement. */
#define OTHER_CONDITIONS                                                                           \
    " AND o.id < $2 AND ($3 = 0 OR o.status_id = $3)"                                              \
    " AND ($4 = -1 OR COALESCE(o.channel_id, 0) = $4)"                                             \
    " AND ($5 = 0 OR EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id"                   \
    " AND l.deleted_at IS NULL AND l.variation_id IS NULL"                                         \
    " AND NOT EXISTS (SELECT 1 FROM variation v WHERE v.sku = l.sku)"                              \
    " AND NOT EXISTS (SELECT 1 FROM listing g JOIN listing_variation lv ON lv.listing_id = g.id"   \
    " WHERE g.channel_id = o.channel_id AND g.sku = l.sku)))"                                      \
    " AND ($7 = -1 OR (SELECT is_open FROM order_status WHERE id = o.status_id) = $7)"             \
    " AND ($8 = -1 OR (CASE WHEN EXISTS (SELECT 1 FROM demand d WHERE d.order_id = o.id)"          \
    " THEN 1 ELSE 0 END) = $8)"                                                                    \
    " ORDER BY o.id DESC LIMIT $6"

/* Of one text, put together once per order. */
#define SEARCHED(n) "t.text LIKE $" #n " ESCAPE '!'"
#define SEARCHED_ALL                                                                               \
    "EXISTS (SELECT 1 FROM (SELECT LOWER('so-' || o.id || ' ' || " ORGANIZATION                    \
    " || ' ' || COALESCE(o.channel_order_id, '')) AS text) t WHERE " SEARCHED(1) " AND " SEARCHED( \
        9) " AND " SEARCHED(10) " AND " SEARCHED(11) " AND " SEARCHED(12) " AND " SEARCHED(13) ")"

static struct stmt *list_statement(struct tx *tx, const struct order_filter *f, struct arena *arena)
{
    struct stmt *st;
    if (f->channel_order_id.len) {
        st = tx_prepare(tx, COLUMNS "WHERE o.channel_order_id = $1" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->channel_order_id);
    } else if (f->esn.len) {
        st = tx_prepare(tx,
            COLUMNS "WHERE o.id IN (SELECT order_id FROM item WHERE esn = $1)" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->esn);
    } else if (f->sku.len) {
        st = tx_prepare(tx,
            COLUMNS "WHERE o.id IN (SELECT order_id FROM order_line WHERE sku = $1"
                    " AND deleted_at IS NULL UNION SELECT l.order_id FROM order_line l"
                    " JOIN variation v ON v.id = l.variation_id WHERE v.sku = $1"
                    " AND l.deleted_at IS NULL)" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->sku);
    } else if (f->organization_id) {
        st = tx_prepare(tx, COLUMNS "WHERE o.organization_id IN (SELECT g.id FROM organization g"
                                    " WHERE g.id = $1 OR g.merged_into = $1)" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, f->organization_id);
    } else if (f->q.len) {
        struct search_words words;
        search_words(f->q, arena, &words);
        st = tx_prepare(tx, COLUMNS "WHERE " SEARCHED_ALL OTHER_CONDITIONS " /* scan wanted */");
        stmt_bind_str(st, 1, words.pattern[0]);
        for (int i = 1; i < SEARCH_WORDS_MAX; i++)
            stmt_bind_str(st, 8 + i, words.pattern[i]);
    } else {
        st = tx_prepare(tx, COLUMNS "WHERE o.id >= $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, 0);
    }
    return st;
}

enum err order_list(struct tx *tx, const struct order_filter *filter, const struct page *page,
    struct arena *arena, struct order **out, size_t *count, struct error *e)
{
    struct order *rows = arena_new(arena, struct order, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = list_statement(tx, filter, arena);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, filter->status_id);
    stmt_bind_int(st, 4, filter->has_channel ? filter->channel_id : -1);
    stmt_bind_int(st, 5, filter->unknown_sku);
    stmt_bind_int(st, 7, filter->has_is_open ? filter->is_open : -1);
    stmt_bind_int(st, 8, filter->has_uncommitted ? filter->uncommitted : -1);
    stmt_bind_int(st, 6, page->limit + 1);
    while (stmt_row(st))
        read_head(st, arena, &rows[(*count)++]);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < *count && !rc; i++)
        rc = read_rest(tx, arena, &rows[i], e);
    return rc;
}

int64_t order_line_uncommitted(const struct order_line *l)
{
    return l->quantity - l->committed - l->returned;
}

struct order_units order_units(const struct order *o)
{
    struct order_units u = { 0 };
    for (size_t i = 0; i < o->line_count; i++) {
        u.quantity += o->lines[i].quantity;
        int64_t uncommitted = order_line_uncommitted(&o->lines[i]);
        u.uncommitted += uncommitted;
        if (o->lines[i].candidate_count) u.wanted += uncommitted;
        u.unknown_sku = u.unknown_sku || o->lines[i].candidate_count == 0;
    }
    u.canceled = !o->is_open && (o->means_canceled || (o->line_count && u.quantity == 0));
    return u;
}

static void bind_head(struct stmt *st, const struct order *o)
{
    stmt_bind_int(st, 1, o->organization_id);
    stmt_bind_opt_str(st, 2, o->channel_status);
    stmt_bind_opt_int(st, 3, o->channel_updated_at);
    stmt_bind_int(st, 4, o->channel_unmapped);
    stmt_bind_int(st, 5, o->cancel_requested);
    stmt_bind_int(st, 6, o->status_id);
    stmt_bind_int(st, 7, o->ordered_at);
    stmt_bind_str(st, 8, o->notes);
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void audit_head(
    struct change *c, const char *action, const struct order *from, const struct order *to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "organization", opt(from->organization), opt(to->organization));
    change_list_diff(&l, "channel_status", opt(from->channel_status), opt(to->channel_status));
    change_list_diff(&l, "status", opt(from->status), opt(to->status));
    change_list_diff(&l, "notes", opt(from->notes), opt(to->notes));
    if (from->ordered_at != to->ordered_at)
        change_list_add_int(&l, "ordered_at", from->ordered_at, to->ordered_at);
    if (from->line_count != to->line_count)
        change_list_add_int(&l, "lines", (int64_t)from->line_count, (int64_t)to->line_count);
    audit_add(c, action, "order", to->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err refuse_archived(struct change *c, const struct order *in, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; i < in->line_count && !rc; i++) {
        char pointer[ERROR_POINTER_MAX];
        (void)snprintf(pointer, sizeof pointer, "/lines/%zu/variation_id", i);
        if (in->lines[i].variation_id)
            rc = variation_refuse_archived(c->tx, in->lines[i].variation_id, pointer, e);
    }
    return rc;
}

/* A status whose orders are being moved away takes none in: people are refused, and an order from a
 * channel, whose map was read a moment ago, goes to the replacement. */
static enum err check_status(struct change *c, struct order *o, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT replaced_by FROM order_status WHERE id = $1");
    stmt_bind_int(st, 1, o->status_id);
    int64_t replaced_by;
    enum err rc = stmt_scalar(st, 0, &replaced_by, e);
    if (rc || !replaced_by) return rc;
    if (!o->channel_id || c->actor->kind != ACTOR_CHANNEL)
        return error_at(
            e, ERR_CONFLICT, "retiring", "/status", "this order status is being retired");
    o->status_id = replaced_by;
    return OK;
}

enum err order_create(struct change *c, struct order *in, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, false);
    enum err rc = refuse_archived(c, in, e);
    if (!rc) rc = check_status(c, in, e);
    if (!rc)
        rc =
            organization_of_name(c, in->organization, in->channel_id != 0, &in->organization_id, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO sales_order (organization_id, channel_status, channel_updated_at,"
        " channel_unmapped, cancel_requested, status_id, ordered_at, notes, channel_id,"
        " channel_order_id, channel_marketplace_id, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id");
    bind_head(st, in);
    stmt_bind_opt_int(st, 9, in->channel_id);
    stmt_bind_opt_str(st, 10, in->channel_order_id);
    stmt_bind_opt_str(st, 11, in->channel_marketplace_id);
    stmt_bind_int(st, 12, c->now);
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_code(e, rc, "duplicate", "this channel order is already here");
    for (size_t i = 0; i < in->line_count && !rc; i++)
        rc = order_line_insert(c, in->id, &in->lines[i], e);
    if (rc) return rc;
    in->number = arena_fmt(c->arena, "SO-%lld", (long long)in->id);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_head(c, "create", &(struct order){ 0 }, in);
    return derive_order(c, in->id, e);
}

enum err order_update(
    struct change *c, const struct order *before, struct order *after, struct error *e)
{
    enum err rc = OK;
    if (before->status_id != after->status_id) rc = check_status(c, after, e);
    if (!rc && !str_eq(before->organization, after->organization))
        rc = organization_of_name(c, after->organization, false, &after->organization_id, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE sales_order SET organization_id = $1, channel_status = $2, channel_updated_at = $3,"
        " channel_unmapped = $4, cancel_requested = $5, status_id = $6, ordered_at = $7,"
        " notes = $8, updated_at = $9, version = version + 1 WHERE id = $10");
    bind_head(st, after);
    stmt_bind_int(st, 9, c->now);
    stmt_bind_int(st, 10, before->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_head(c, "update", before, after);
    if (before->status_id == after->status_id) return OK;
    st = tx_prepare(c->tx, "SELECT is_open FROM order_status WHERE id = $1");
    stmt_bind_int(st, 1, after->status_id);
    int64_t is_open;
    rc = stmt_scalar(st, 0, &is_open, e);
    if (!rc && is_open != before->is_open) rc = derive_items_open(c, before->id, is_open != 0, e);
    return rc ? rc : derive_order(c, before->id, e);
}
