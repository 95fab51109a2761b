/* transfer.c: transfers as rows: lists, drafts and what is on them; see transfer.h. */
#include "store/transfer.h"

#include "store/item_move.h"

static const char *const state_names[TRANSFER_STATE_COUNT] = { "draft", "in_transit", "received",
    "canceled" };

const char *transfer_state_name(enum transfer_state state)
{
    return state_names[state];
}

#define COUNT_OF_STATE(state)                                                                      \
    "(SELECT COUNT(*) FROM transfer_item x WHERE x.transfer_id = t.id AND x.state = '" state "')"
#define COLUMNS                                                                                          \
    "SELECT t.id, t.from_id, t.to_id, a.name, b.name, t.state, t.notes,"                                 \
    " (SELECT COUNT(*) FROM transfer_item x WHERE x.transfer_id = t.id), " COUNT_OF_STATE(               \
        "waiting") ", " COUNT_OF_STATE("in_transit") ", " COUNT_OF_STATE("received") ","                 \
                                                                                     " " COUNT_OF_STATE( \
                                                                                         "missin"        \
                                                                                         "g") ", "       \
                                                                                              "t."       \
                                                                                              "sh"       \
                                                                                              "ip"       \
                                                                                              "pe"       \
                                                                                              "d_"       \
                                                                                              "at"       \
                                                                                              ", "       \
                                                                                              "t."       \
                                                                                              "cl"       \
                                                                                              "os"       \
                                                                                              "ed"       \
                                                                                              "_a"       \
                                                                                              "t,"       \
                                                                                              " t"       \
                                                                                              ".v"       \
                                                                                              "er"       \
                                                                                              "si"       \
                                                                                              "on"       \
                                                                                              ","        \
                                                                                              " t"       \
                                                                                              ".c"       \
                                                                                              "re"       \
                                                                                              "at"       \
                                                                                              "ed"       \
                                                                                              "_a"       \
                                                                                              "t,"       \
                                                                                              " t"       \
                                                                                              ".u"       \
                                                                                              "pd"       \
                                                                                              "at"       \
                                                                                              "ed"       \
                                                                                              "_a"       \
                                                                                              "t "       \
                                                                                              "FR"       \
                                                                                              "OM"       \
                                                                                              " t"       \
                                                                                              "ra"       \
                                                                                              "ns"       \
                                                                                              "fe"       \
                                                                                              "r "       \
                                                                                              "t "       \
                                                                                              "JO"       \
                                                                                              "IN"       \
                                                                                              " w"       \
                                                                                              "ar"       \
                                                                                              "eh"       \
                                                                                              "ou"       \
                                                                                              "se"       \
                                                                                              " a"       \
                                                                                              " O"       \
                                                                                              "N "       \
                                                                                              "a."       \
                                                                                              "id"       \
                                                                                              " ="       \
                                                                                              " t"       \
                                                                                              ".f"       \
                                                                                              "ro"       \
                                                                                              "m_"       \
                                                                                              "id"       \
                                                                                              " J"       \
                                                                                              "OI"       \
                                                                                              "N "       \
                                                                                              "wa"       \
                                                                                              "re"       \
                                                                                              "ho"       \
                                                                                              "us"       \
                                                                                              "e "       \
                                                                                              "b "       \
                                                                                              "ON"       \
                                                                                              " b"       \
                                                                                              ".i"       \
                                                                                              "d "       \
                                                                                              "= "       \
                                                                                              "t."       \
                                                                                              "to"       \
                                                                                              "_i"       \
                                                                                              "d "

static void read_row(struct stmt *st, struct arena *arena, struct transfer *out)
{
    *out = (struct transfer){
        .id = stmt_int(st, 0),
        .from_id = stmt_int(st, 1),
        .to_id = stmt_int(st, 2),
        .from = stmt_str(st, 3, arena),
        .to = stmt_str(st, 4, arena),
        .notes = stmt_str(st, 6, arena),
        .items = stmt_int(st, 7),
        .waiting = stmt_int(st, 8),
        .in_transit = stmt_int(st, 9),
        .received = stmt_int(st, 10),
        .missing = stmt_int(st, 11),
        .shipped_at = stmt_int(st, 12),
        .closed_at = stmt_int(st, 13),
        .version = stmt_int(st, 14),
        .created_at = stmt_int(st, 15),
        .updated_at = stmt_int(st, 16),
    };
    for (int i = 0; i < TRANSFER_STATE_COUNT; i++)
        if (str_eq(stmt_str_view(st, 5), str_of(state_names[i])))
            out->state = (enum transfer_state)i;
}

enum err transfer_list(struct tx *tx, const struct transfer_filter *filter, const struct page *page,
    struct arena *arena, struct transfer **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct transfer, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        COLUMNS "WHERE t.id < $1 AND ($2 = '' OR t.state = $2) AND ($3 = 0 OR t.from_id = $3)"
                " AND ($4 = 0 OR t.to_id = $4) AND ($5 = 0 OR t.id IN (SELECT x.transfer_id"
                " FROM transfer_item x WHERE x.item_id = $5)) ORDER BY t.id DESC LIMIT $6");
    stmt_bind_int(st, 1, page->after ? page->after : INT64_MAX);
    stmt_bind_str(st, 2, str_of(filter->state));
    stmt_bind_int(st, 3, filter->from_id);
    stmt_bind_int(st, 4, filter->to_id);
    stmt_bind_int(st, 5, filter->item_id);
    stmt_bind_int(st, 6, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err transfer_load(
    struct tx *tx, int64_t id, struct arena *arena, struct transfer *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE t.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no transfer %lld", (long long)id);
    return rc;
}

enum err transfer_lock(
    struct change *c, int64_t id, struct arena *arena, struct transfer *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT id FROM transfer WHERE id = $1 FOR UPDATE");
    stmt_bind_int(st, 1, id);
    int64_t found;
    enum err rc = stmt_scalar(st, 0, &found, e);
    return rc ? rc : transfer_load(c->tx, id, arena, out, e);
}

enum err transfer_item_list(struct tx *tx, const struct transfer_item_filter *filter,
    const struct page *page, struct arena *arena, struct transfer_item **out, size_t *count,
    struct error *e)
{
    *out = arena_new(arena, struct transfer_item, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT x.item_id, i.variation_id, i.esn, i.hex_id, x.state, x.changed_at"
        " FROM transfer_item x JOIN item i ON i.id = x.item_id WHERE x.transfer_id = $1"
        " AND x.item_id > $2 AND ($3 = '' OR x.state = $3) ORDER BY x.item_id LIMIT $4");
    stmt_bind_int(st, 1, filter->transfer_id);
    stmt_bind_int(st, 2, page->after);
    stmt_bind_str(st, 3, str_of(filter->state));
    stmt_bind_int(st, 4, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] =
            (struct transfer_item){ stmt_int(st, 0), stmt_int(st, 1), stmt_str(st, 2, arena),
                stmt_str(st, 3, arena), stmt_str(st, 4, arena), stmt_int(st, 5) };
    return stmt_end(st, e);
}

static void audit_transfer(
    struct change *c, const char *action, int64_t id, const char *field, struct str to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, field, (struct str){ 0 }, to);
    audit_add(c, action, "transfer", id, change_list_end(&l));
    change_list_release(&l);
}

enum err transfer_create(struct change *c, struct transfer *in, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT COUNT(*) FROM warehouse WHERE id = $1 AND archived = 1");
    stmt_bind_int(st, 1, in->to_id);
    int64_t archived;
    enum err rc = stmt_scalar(st, 0, &archived, e);
    if (rc) return rc;
    if (archived)
        return error_at(e, ERR_CONFLICT, "archived", "/to_warehouse", "the warehouse is archived");
    st = tx_prepare(c->tx,
        "INSERT INTO transfer (from_id, to_id, state, notes, created_at, updated_at)"
        " VALUES ($1, $2, 'draft', $3, $4, $4) RETURNING id");
    stmt_bind_int(st, 1, in->from_id);
    stmt_bind_int(st, 2, in->to_id);
    stmt_bind_str(st, 3, in->notes);
    stmt_bind_int(st, 4, c->now);
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return rc;
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_transfer(c, "create", in->id, "notes", in->notes);
    return OK;
}

static enum err touch(struct change *c, const struct transfer *t, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE transfer SET updated_at = $1,"
                                        " version = version + 1 WHERE id = $2 AND version = $3");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, t->id);
    stmt_bind_int(st, 3, t->version);
    return stmt_run_versioned(st, e);
}

enum err transfer_set_notes(
    struct change *c, const struct transfer *before, struct str notes, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE transfer SET notes = $1 WHERE id = $2");
    stmt_bind_str(st, 1, notes);
    stmt_bind_int(st, 2, before->id);
    stmt_later(st);
    audit_transfer(c, "update", before->id, "notes", notes);
    return touch(c, before, e);
}

static enum err refuse_other(const struct transfer *t, struct error *e)
{
    if (t->state == TRANSFER_DRAFT) return OK;
    return error_code(e, ERR_CONFLICT, "not_draft",
        "the transfer is %s: only a draft can be changed",
        t->state == TRANSFER_IN_TRANSIT ? "on its way" : transfer_state_name(t->state));
}

/* On which open transfer each item is: sorted by item. */
struct open_place {
    int64_t item_id, transfer_id;
};

static enum err open_places(struct change *c, const int64_t *ids, size_t count,
    struct open_place **out, size_t *found, struct error *e)
{
    *out = arena_new(c->arena, struct open_place, count + 1);
    *found = 0;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT item_id, transfer_id FROM transfer_item WHERE item_id IN {ints $1}"
        " AND state IN ('waiting', 'in_transit') ORDER BY item_id");
    stmt_bind_ints(st, 1, ids, count);
    while (stmt_row(st) && *found < count)
        (*out)[(*found)++] = (struct open_place){ stmt_int(st, 0), stmt_int(st, 1) };
    return stmt_end(st, e);
}

static struct transfer_result no(const struct item *item, const char *code, struct str detail)
{
    return (struct transfer_result){ item->id, false, code, detail };
}

static struct transfer_result judge(
    struct change *c, const struct transfer *t, const struct item *item, int64_t on)
{
    if (on == t->id) return no(item, "already_there", S("it is on this transfer"));
    if (item->transfer_id)
        return no(item, "in_transit",
            arena_fmt(
                c->arena, "it is on its way, on transfer %lld", (long long)item->transfer_id));
    if (on)
        return no(item, "on_another_transfer",
            arena_fmt(c->arena, "it is on transfer %lld", (long long)on));
    if (item->order_id)
        return no(item, "committed",
            arena_fmt(c->arena, "it is on order %.*s", STR_FMT(item->order_number)));
    if (item->warehouse_id != t->from_id)
        return no(item, "other_warehouse",
            item->warehouse_id ? arena_fmt(c->arena, "it is in %.*s", STR_FMT(item->warehouse))
                               : S("it is in no warehouse"));
    return (struct transfer_result){ item->id, true, "", S("") };
}

enum err transfer_add(struct change *c, const struct transfer *t, const int64_t *ids, size_t count,
    struct transfer_result *results, struct error *e)
{
    struct item *items = NULL;
    struct open_place *open = NULL;
    size_t n = 0, open_count = 0, at = 0, good = 0;
    enum err rc = refuse_other(t, e);
    if (!rc) rc = item_lock_many(c, ids, count, e);
    if (!rc) rc = item_load_many(c->tx, ids, count, c->arena, &items, &n, e);
    if (!rc) rc = open_places(c, ids, count, &open, &open_count, e);
    if (rc) return rc;
    int64_t *add = arena_new(c->arena, int64_t, n + 1);
    for (size_t i = 0, k = 0; i < count; i++) {
        results[i] = (struct transfer_result){ ids[i], false, "unknown_id",
            S("it was taken back meanwhile") };
        if (k == n || items[k].id != ids[i]) continue;
        while (at < open_count && open[at].item_id < ids[i])
            at++;
        bool here = at < open_count && open[at].item_id == ids[i];
        results[i] = judge(c, t, &items[k++], here ? open[at].transfer_id : 0);
        if (results[i].done) add[good++] = ids[i];
    }
    if (t->items + (int64_t)good > TRANSFER_ITEMS_MAX)
        return error_code(e, ERR_CONFLICT, "too_many",
            "a transfer has at most %d items: make several", TRANSFER_ITEMS_MAX);
    if (!good) return OK;
    struct stmt *st =
        tx_prepare(c->tx, "INSERT INTO transfer_item (transfer_id, item_id, state, changed_at)"
                          " SELECT $2, i.id, 'waiting', $3 FROM item i WHERE i.id IN {ints $1}");
    stmt_bind_ints(st, 1, add, good);
    stmt_bind_int(st, 2, t->id);
    stmt_bind_int(st, 3, c->now);
    rc = stmt_run(st, NULL, e);
    audit_transfer(c, "update", t->id, "items_added", arena_fmt(c->arena, "%zu", good));
    return rc ? rc : touch(c, t, e);
}

enum err transfer_remove(
    struct change *c, const struct transfer *t, int64_t item_id, struct error *e)
{
    enum err rc = refuse_other(t, e);
    if (rc) return rc;
    int64_t gone;
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM transfer_item WHERE transfer_id = $1 AND item_id = $2");
    stmt_bind_int(st, 1, t->id);
    stmt_bind_int(st, 2, item_id);
    rc = stmt_run(st, &gone, e);
    if (!rc && !gone)
        rc = error_set(e, ERR_NOT_FOUND, "item %lld is not on transfer %lld", (long long)item_id,
            (long long)t->id);
    if (rc) return rc;
    audit_transfer(
        c, "update", t->id, "item_removed", arena_fmt(c->arena, "%lld", (long long)item_id));
    return touch(c, t, e);
}
