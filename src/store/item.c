/* item.c: receiving, editing and reading items; see item.h. */
#include "store/item.h"

#include "core/hexid.h"
#include "store/derive.h"
#include "store/search.h"

#define COLUMNS                                                                                    \
    "SELECT i.id, i.esn, i.hex_id, i.variation_id, i.status_id, s.title, i.former_status_id,"      \
    " i.warehouse_id, w.name, i.location_id, l.name, i.paid_amount, i.paid_currency, i.order_id,"  \
    " 'SO-' || i.order_id, i.committed_at, i.is_open, i.version, i.created_at, i.updated_at"       \
    " FROM item i JOIN inventory_status s ON s.id = i.status_id"                                   \
    " LEFT JOIN warehouse w ON w.id = i.warehouse_id"                                              \
    " LEFT JOIN location l ON l.id = i.location_id "

static void read_row(struct stmt *st, struct arena *arena, struct item *out)
{
    *out = (struct item){
        .id = stmt_int(st, 0),
        .esn = stmt_str(st, 1, arena),
        .hex_id = stmt_str(st, 2, arena),
        .variation_id = stmt_int(st, 3),
        .status_id = stmt_int(st, 4),
        .status = stmt_str(st, 5, arena),
        .former_status_id = stmt_int(st, 6),
        .warehouse_id = stmt_int(st, 7),
        .warehouse = stmt_str(st, 8, arena),
        .location_id = stmt_int(st, 9),
        .location = stmt_str(st, 10, arena),
        .paid = stmt_money(st, 11, arena),
        .order_id = stmt_int(st, 13),
        .order_number = stmt_str(st, 14, arena),
        .committed_at = stmt_int(st, 15),
        .is_open = stmt_int(st, 16) != 0,
        .version = stmt_int(st, 17),
        .created_at = stmt_int(st, 18),
        .updated_at = stmt_int(st, 19),
    };
}

/* The conditions that need no index of their own; the first one of each statement below narrows. */
#define OTHER_CONDITIONS                                                                           \
    " AND i.id < $2 AND ($3 = 0 OR i.variation_id = $3) AND ($4 = 0 OR i.status_id = $4)"          \
    " AND ($5 = 0 OR i.order_id = $5) AND ($6 = -1 OR COALESCE(i.warehouse_id, 0) = $6)"           \
    " AND ($7 = -1 OR (i.order_id IS NOT NULL AND $7 = 1) OR (i.order_id IS NULL AND $7 = 0))"     \
    " ORDER BY i.id DESC LIMIT $8"

static void bind_other(struct stmt *st, const struct item_filter *f, const struct page *page)
{
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, f->variation_id);
    stmt_bind_int(st, 4, f->status_id);
    stmt_bind_int(st, 5, f->order_id);
    stmt_bind_int(st, 6, f->has_warehouse ? f->warehouse_id : -1);
    stmt_bind_int(st, 7, f->has_committed ? f->committed : -1);
    stmt_bind_int(st, 8, page->limit + 1);
}

static struct stmt *list_statement(struct tx *tx, const struct item_filter *f, struct arena *arena)
{
    struct stmt *st;
    if (f->esn.len) {
        st = tx_prepare(tx, COLUMNS "WHERE i.esn = $1" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->esn);
    } else if (f->hex_id.len) {
        st = tx_prepare(tx, COLUMNS "WHERE i.hex_id = $1" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->hex_id);
    } else if (f->sku.len) {
        st = tx_prepare(tx, COLUMNS
            "WHERE i.variation_id IN (SELECT id FROM variation WHERE sku = $1)" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->sku);
    } else if (f->order_id) {
        st = tx_prepare(tx, COLUMNS "WHERE i.order_id = $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, f->order_id);
    } else if (f->variation_id) {
        st = tx_prepare(tx, COLUMNS "WHERE i.variation_id = $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, f->variation_id);
    } else if (f->q.len) {
        struct search_words words;
        search_words(f->q, arena, &words);
        st = tx_prepare(tx,
            COLUMNS "JOIN variation v ON v.id = i.variation_id"
                    " WHERE LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $1 ESCAPE '!'"
                    " AND LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $9 ESCAPE '!'"
                    " AND LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $10 ESCAPE '!'"
                    " AND LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $11 ESCAPE '!'"
                    " AND LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $12 ESCAPE '!'"
                    " AND LOWER(i.esn || ' ' || i.hex_id || ' ' || v.search) LIKE $13 ESCAPE "
                    "'!'" OTHER_CONDITIONS " /* scan wanted */");
        stmt_bind_str(st, 1, words.pattern[0]);
        for (int i = 1; i < SEARCH_WORDS_MAX; i++)
            stmt_bind_str(st, 8 + i, words.pattern[i]);
    } else {
        st = tx_prepare(tx, COLUMNS "WHERE i.id >= $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, 0);
    }
    return st;
}

enum err item_list(struct tx *tx, const struct item_filter *filter, const struct page *page,
    struct arena *arena, struct item **out, size_t *count, struct error *e)
{
    struct item *rows = arena_new(arena, struct item, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = list_statement(tx, filter, arena);
    bind_other(st, filter, page);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

enum err item_load(
    struct tx *tx, int64_t id, struct arena *arena, struct item *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE i.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no item %lld", (long long)id);
    return rc;
}

void item_event_add(struct change *c, int64_t item_id, const char *action, struct str changes,
    int64_t order_id, struct str reason)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO item_event (item_id, at, actor_kind, actor_id, actor_name, action, changes,"
        " order_id, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
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

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static struct str paid_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

static struct str id_text(int64_t id, struct arena *arena)
{
    return id ? arena_fmt(arena, "%lld", (long long)id) : (struct str){ 0 };
}

static void list_changes(
    struct change *c, struct change_list *l, const struct item *from, const struct item *to)
{
    change_list_diff(l, "esn", opt(from->esn), opt(to->esn));
    change_list_diff(l, "variation_id", id_text(from->variation_id, c->arena),
        id_text(to->variation_id, c->arena));
    change_list_diff(l, "status", opt(from->status), opt(to->status));
    change_list_diff(l, "warehouse", opt(from->warehouse), opt(to->warehouse));
    change_list_diff(l, "location", opt(from->location), opt(to->location));
    change_list_diff(l, "paid", paid_text(from->paid, c->arena), paid_text(to->paid, c->arena));
}

static enum err refuse_open_duplicate(
    struct change *c, struct str esn, int64_t except_id, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM item WHERE esn = $1 AND is_open = 1 AND id <> $2");
    stmt_bind_str(st, 1, esn);
    stmt_bind_int(st, 2, except_id);
    int64_t other;
    enum err rc = stmt_scalar(st, 0, &other, e);
    if (rc || !other) return rc;
    return error_at(e, ERR_CONFLICT, "duplicate_open_item", "/esn",
        "item %lld with this ESN is already in stock or on an open order", (long long)other);
}

/* The unique index is the last word when two transactions insert the same ESN at once. */
static enum err explain_conflict(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate_open_item", "/esn",
            "an item with this ESN is already in stock or on an open order");
    return rc;
}

/* 2^35 ids: the chance that a fresh one is taken is small but real, so it is looked up. */
static enum err fresh_hex_id(struct change *c, struct str *out, struct error *e)
{
    for (int attempt = 0; attempt < 16; attempt++) {
        char text[HEX_ID_TEXT_SIZE];
        struct str id = hex_id_make(rng_u64(c->rng), text);
        struct stmt *st = tx_prepare(c->tx, "SELECT 1 FROM item WHERE hex_id = $1");
        stmt_bind_str(st, 1, id);
        int64_t taken;
        enum err rc = stmt_scalar(st, 0, &taken, e);
        if (rc) return rc;
        if (taken) continue;
        *out = arena_str(c->arena, id);
        return OK;
    }
    return error_set(e, ERR_BUSY, "no free Hex ID found");
}

enum err item_create(struct change *c, struct item *in, struct error *e)
{
    enum err rc = refuse_open_duplicate(c, in->esn, 0, e);
    if (!rc) rc = fresh_hex_id(c, &in->hex_id, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO item (esn, hex_id, variation_id, status_id, warehouse_id, location_id,"
        " paid_amount, paid_currency, is_open, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9) RETURNING id");
    stmt_bind_str(st, 1, in->esn);
    stmt_bind_str(st, 2, in->hex_id);
    stmt_bind_int(st, 3, in->variation_id);
    stmt_bind_int(st, 4, in->status_id);
    stmt_bind_opt_int(st, 5, in->warehouse_id);
    stmt_bind_opt_int(st, 6, in->location_id);
    stmt_bind_money(st, 7, in->paid);
    stmt_bind_int(st, 9, c->now);
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_conflict(rc, e);
    in->is_open = true;
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    struct change_list l;
    change_list_init(&l);
    list_changes(c, &l, &(struct item){ 0 }, in);
    struct str changes = change_list_end(&l);
    item_event_add(c, in->id, "created", changes, 0, S(""));
    audit_add(c, "create", "item", in->id, changes);
    change_list_release(&l);
    derive_count(c, in->variation_id, in->status_id, in->warehouse_id, 1);
    return OK;
}

static enum err write_update(
    struct change *c, const struct item *before, const struct item *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item SET esn = $1, variation_id = $2, status_id = $3, warehouse_id = $4,"
        " location_id = $5, paid_amount = $6, paid_currency = $7, updated_at = $8,"
        " version = version + 1 WHERE id = $9 AND version = $10");
    stmt_bind_str(st, 1, after->esn);
    stmt_bind_int(st, 2, after->variation_id);
    stmt_bind_int(st, 3, after->status_id);
    stmt_bind_opt_int(st, 4, after->warehouse_id);
    stmt_bind_opt_int(st, 5, after->location_id);
    stmt_bind_money(st, 6, after->paid);
    stmt_bind_int(st, 8, c->now);
    stmt_bind_int(st, 9, before->id);
    stmt_bind_int(st, 10, before->version);
    return explain_conflict(stmt_run_versioned(st, e), e);
}

enum err item_update(struct change *c, const struct item *before, struct item *after,
    struct str reason, struct error *e)
{
    if (before->order_id &&
        (before->status_id != after->status_id || before->variation_id != after->variation_id))
        return error_code(e, ERR_CONFLICT, "committed",
            "the item is on order %.*s; take it off first", STR_FMT(before->order_number));
    if (after->is_open && !str_eq(before->esn, after->esn)) {
        enum err rc = refuse_open_duplicate(c, after->esn, before->id, e);
        if (rc) return rc;
    }
    enum err rc = write_update(c, before, after, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    struct change_list l;
    change_list_init(&l);
    list_changes(c, &l, before, after);
    struct str changes = change_list_end(&l);
    if (l.count) {
        item_event_add(c, before->id, "changed", changes, 0, reason);
        audit_add(c, "update", "item", before->id, changes);
    }
    change_list_release(&l);
    bool moved = before->variation_id != after->variation_id ||
                 before->status_id != after->status_id ||
                 before->warehouse_id != after->warehouse_id;
    if (moved && !before->order_id) {
        derive_count(c, before->variation_id, before->status_id, before->warehouse_id, -1);
        derive_count(c, after->variation_id, after->status_id, after->warehouse_id, 1);
    }
    return OK;
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

enum err item_has_hex_id(struct tx *tx, struct str hex_id, bool *has, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM item WHERE hex_id = $1");
    stmt_bind_str(st, 1, hex_id);
    int64_t found = 0;
    enum err rc = stmt_scalar(st, 0, &found, e);
    *has = found > 0;
    return rc;
}
