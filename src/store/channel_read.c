/* channel_read.c: marketplace accounts are read; see channels.h. */
#include "store/channels.h"

#include <string.h>

static const char *const state_names[] = { "connected", "suspect", "reconnect_needed" };

const char *channel_state_name(enum channel_state s)
{
    return state_names[s];
}

const char *channel_shown_state(const struct channel_row *ch)
{
    if (ch->paused) return "paused";
    if (ch->state == CHANNEL_CONNECTED && ch->brake_since) return "braked";
    return state_names[ch->state];
}

static enum channel_state state_of(struct str name)
{
    for (int i = CHANNEL_SUSPECT; i <= CHANNEL_RECONNECT_NEEDED; i++)
        if (str_eq(name, str_of(state_names[i]))) return (enum channel_state)i;
    return CHANNEL_CONNECTED;
}

#define COLUMNS                                                                                    \
    "SELECT id, kind, name, region, marketplace_ids, seller_id, endpoint_url, token_url,"          \
    " credentials_set_at, state, state_detail, state_at, paused, inventory_sync, order_import,"    \
    " import_orders_from, organization_type, reserve, cap, brake_since, brake_live, brake_zeroed," \
    " brake_released_at, version, created_at, updated_at, token_kept_at FROM channel "

static void split_marketplaces(struct str ids, struct channel_row *out)
{
    while (ids.len && out->marketplace_count < CHANNEL_MARKETPLACES_MAX) {
        struct str head, tail;
        str_cut(ids, ' ', &head, &tail);
        if (head.len) out->marketplace_ids[out->marketplace_count++] = head;
        ids = tail;
    }
}

static void read_row(struct stmt *st, struct arena *arena, struct channel_row *out)
{
    memset(out, 0, sizeof *out);
    out->id = stmt_int(st, 0);
    out->kind = stmt_str(st, 1, arena);
    out->name = stmt_str(st, 2, arena);
    out->region = stmt_str(st, 3, arena);
    split_marketplaces(stmt_str(st, 4, arena), out);
    out->seller_id = stmt_str(st, 5, arena);
    out->endpoint_url = stmt_str(st, 6, arena);
    out->token_url = stmt_str(st, 7, arena);
    out->credentials_set_at = stmt_int(st, 8);
    out->state = state_of(stmt_str_view(st, 9));
    out->state_detail = stmt_str(st, 10, arena);
    out->state_at = stmt_int(st, 11);
    out->paused = stmt_int(st, 12) != 0;
    out->inventory_sync = stmt_int(st, 13) != 0;
    out->order_import = stmt_int(st, 14) != 0;
    out->import_orders_from = stmt_int(st, 15);
    out->organization_type = stmt_str(st, 16, arena);
    out->reserve = stmt_int(st, 17);
    out->has_cap = !stmt_null(st, 18);
    out->cap = stmt_int(st, 18);
    out->brake_since = stmt_int(st, 19);
    out->brake_live = stmt_int(st, 20);
    out->brake_zeroed = stmt_int(st, 21);
    out->brake_released_at = stmt_int(st, 22);
    out->version = stmt_int(st, 23);
    out->created_at = stmt_int(st, 24);
    out->updated_at = stmt_int(st, 25);
    out->token_kept_at = stmt_int(st, 26);
}

static enum err read_counted(
    struct tx *tx, struct arena *arena, struct channel_row *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT s.id, s.title FROM channel_counted_status c JOIN inventory_status s"
                       " ON s.id = c.status_id WHERE c.channel_id = $1 ORDER BY s.id");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st) && out->status_count < CHANNEL_COUNTED_MAX) {
        out->status_ids[out->status_count] = stmt_int(st, 0);
        out->statuses[out->status_count++] = stmt_str(st, 1, arena);
    }
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    st = tx_prepare(tx, "SELECT w.id, w.name FROM channel_counted_warehouse c JOIN warehouse w"
                        " ON w.id = c.warehouse_id WHERE c.channel_id = $1 ORDER BY w.id");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st) && out->warehouse_count < CHANNEL_COUNTED_MAX) {
        out->warehouse_ids[out->warehouse_count] = stmt_int(st, 0);
        out->warehouses[out->warehouse_count++] = stmt_str(st, 1, arena);
    }
    return stmt_end(st, e);
}

static enum err read_rest(
    struct tx *tx, struct arena *arena, struct channel_row *out, struct error *e)
{
    enum err rc = read_counted(tx, arena, out, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(tx,
        "SELECT m.channel_status, m.order_status_id, s.title FROM channel_status_map m"
        " JOIN order_status s ON s.id = m.order_status_id WHERE m.channel_id = $1"
        " ORDER BY m.channel_status");
    stmt_bind_int(st, 1, out->id);
    while (stmt_row(st) && out->map_count < CHANNEL_MAP_MAX)
        out->map[out->map_count++] = (struct channel_map_row){ stmt_str(st, 0, arena),
            stmt_int(st, 1), stmt_str(st, 2, arena) };
    return stmt_end(st, e);
}

enum err channel_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct channel_row **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct channel_row, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st =
        tx_prepare(tx, COLUMNS "WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < *count && !rc; i++)
        rc = read_rest(tx, arena, &(*out)[i], e);
    return rc;
}

enum err channel_load(
    struct tx *tx, int64_t id, struct arena *arena, struct channel_row *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id = $1 AND deleted_at IS NULL");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found) return error_set(e, ERR_NOT_FOUND, "no channel %lld", (long long)id);
    return read_rest(tx, arena, out, e);
}

enum err channel_sealed_credentials(
    struct tx *tx, int64_t id, struct arena *arena, struct str *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT credentials FROM channel WHERE id = $1");
    stmt_bind_int(st, 1, id);
    *out = S("");
    if (stmt_row(st)) *out = stmt_blob(st, 0, arena);
    return stmt_end(st, e);
}
