/* channels.c: marketplace accounts are entered, changed and deleted; see channels.h. */
#include "store/channels.h"

#include "store/channel_log.h"
#include "store/derive.h"

#include <string.h>

static struct str join_marketplaces(const struct channel_row *ch, struct arena *arena)
{
    struct str ids = S("");
    for (size_t i = 0; i < ch->marketplace_count; i++)
        ids = arena_fmt(
            arena, "%.*s%s%.*s", STR_FMT(ids), i ? " " : "", STR_FMT(ch->marketplace_ids[i]));
    return ids;
}

static void bind_settings(struct change *c, struct stmt *st, const struct channel_row *ch)
{
    stmt_bind_str(st, 1, ch->name);
    stmt_bind_str(st, 2, join_marketplaces(ch, c->arena));
    stmt_bind_str(st, 3, ch->seller_id);
    stmt_bind_str(st, 4, ch->endpoint_url);
    stmt_bind_str(st, 5, ch->token_url);
    stmt_bind_int(st, 6, ch->paused);
    stmt_bind_int(st, 7, ch->inventory_sync);
    stmt_bind_int(st, 8, ch->order_import);
    stmt_bind_opt_int(st, 9, ch->import_orders_from);
    stmt_bind_str(st, 10, ch->organization_type);
    stmt_bind_int(st, 11, ch->reserve);
    if (ch->has_cap)
        stmt_bind_int(st, 12, ch->cap);
    else
        stmt_bind_null_int(st, 12);
    stmt_bind_int(st, 13, c->now);
}

static void replace_counted(struct change *c, const struct channel_row *ch)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM channel_counted_status WHERE channel_id = $1");
    stmt_bind_int(st, 1, ch->id);
    stmt_later(st);
    st = tx_prepare(c->tx, "INSERT INTO channel_counted_status (channel_id, status_id)"
                           " SELECT $1, id FROM inventory_status WHERE id IN {ints $2}");
    stmt_bind_int(st, 1, ch->id);
    stmt_bind_ints(st, 2, ch->status_ids, ch->status_count);
    stmt_later(st);
    st = tx_prepare(c->tx, "DELETE FROM channel_counted_warehouse WHERE channel_id = $1");
    stmt_bind_int(st, 1, ch->id);
    stmt_later(st);
    st = tx_prepare(c->tx, "INSERT INTO channel_counted_warehouse (channel_id, warehouse_id)"
                           " SELECT $1, id FROM warehouse WHERE id IN {ints $2}");
    stmt_bind_int(st, 1, ch->id);
    stmt_bind_ints(st, 2, ch->warehouse_ids, ch->warehouse_count);
    stmt_later(st);
}

static void replace_map(struct change *c, const struct channel_row *ch)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM channel_status_map WHERE channel_id = $1");
    stmt_bind_int(st, 1, ch->id);
    stmt_later(st);
    for (size_t i = 0; i < ch->map_count; i++) {
        st = tx_prepare(c->tx,
            "INSERT INTO channel_status_map (channel_id, channel_status, order_status_id)"
            " VALUES ($1, $2, $3)");
        stmt_bind_int(st, 1, ch->id);
        stmt_bind_str(st, 2, ch->map[i].channel_status);
        stmt_bind_int(st, 3, ch->map[i].order_status_id);
        stmt_later(st);
    }
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static struct str join(const struct str *words, size_t count, struct arena *arena)
{
    struct str all = S("");
    for (size_t i = 0; i < count; i++)
        all = arena_fmt(arena, "%.*s%s%.*s", STR_FMT(all), i ? ", " : "", STR_FMT(words[i]));
    return opt(all);
}

static struct str join_map(const struct channel_row *ch, struct arena *arena)
{
    struct str all = S("");
    for (size_t i = 0; i < ch->map_count; i++)
        all = arena_fmt(arena, "%.*s%s%.*s=%.*s", STR_FMT(all), i ? ", " : "",
            STR_FMT(ch->map[i].channel_status), STR_FMT(ch->map[i].order_status));
    return opt(all);
}

static void audit_channel(struct change *c, const char *action, const struct channel_row *from,
    const struct channel_row *to)
{
    struct change_list l;
    struct arena *a = c->arena;
    change_list_init(&l);
    change_list_diff(&l, "name", opt(from->name), opt(to->name));
    change_list_diff(
        &l, "marketplace_ids", opt(join_marketplaces(from, a)), opt(join_marketplaces(to, a)));
    change_list_diff(&l, "seller_id", opt(from->seller_id), opt(to->seller_id));
    change_list_diff(&l, "endpoint_url", opt(from->endpoint_url), opt(to->endpoint_url));
    change_list_diff(&l, "token_url", opt(from->token_url), opt(to->token_url));
    if (from->paused != to->paused) change_list_add_int(&l, "paused", from->paused, to->paused);
    if (from->inventory_sync != to->inventory_sync)
        change_list_add_int(&l, "inventory_sync", from->inventory_sync, to->inventory_sync);
    if (from->order_import != to->order_import)
        change_list_add_int(&l, "order_import", from->order_import, to->order_import);
    if (from->import_orders_from != to->import_orders_from)
        change_list_add_int(
            &l, "import_orders_from", from->import_orders_from, to->import_orders_from);
    change_list_diff(
        &l, "organization_type", opt(from->organization_type), opt(to->organization_type));
    if (from->reserve != to->reserve)
        change_list_add_int(&l, "reserve", from->reserve, to->reserve);
    if (from->has_cap != to->has_cap || from->cap != to->cap)
        change_list_add_int(&l, "cap", from->has_cap ? from->cap : -1, to->has_cap ? to->cap : -1);
    change_list_diff(&l, "counted_statuses", join(from->statuses, from->status_count, a),
        join(to->statuses, to->status_count, a));
    change_list_diff(&l, "counted_warehouses", join(from->warehouses, from->warehouse_count, a),
        join(to->warehouses, to->warehouse_count, a));
    change_list_diff(&l, "order_status_map", join_map(from, a), join_map(to, a));
    audit_add(c, action, "channel", to->id ? to->id : from->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err explain_conflict(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate", "/name", "there is already a channel of that name");
    return rc;
}

/* They are planned anew: by changed settings, or because calls can be made again. */
static void mark_listings(struct change *c, int64_t channel_id)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO dirty_listing (listing_id)"
                                        " SELECT id FROM listing WHERE channel_id = $1");
    stmt_bind_int(st, 1, channel_id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_STOCK);
}

enum err channel_create(struct change *c, struct channel_row *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO channel (name, marketplace_ids, seller_id, endpoint_url, token_url, paused,"
        " inventory_sync, order_import, import_orders_from, organization_type, reserve, cap,"
        " created_at, updated_at, state_at, settings_at, kind, region, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $13, $13, $14, $15,"
        " 'connected') RETURNING id");
    bind_settings(c, st, in);
    stmt_bind_str(st, 14, in->kind);
    stmt_bind_str(st, 15, in->region);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_conflict(rc, e);
    replace_counted(c, in);
    replace_map(c, in);
    in->version = 1;
    in->created_at = in->updated_at = in->state_at = c->now;
    audit_channel(c, "create", &(struct channel_row){ 0 }, in);
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

static bool same_ids(const int64_t *a, size_t a_count, const int64_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

/* Whatever enters the targets of the channel's listings. */
static bool figures_change(const struct channel_row *a, const struct channel_row *b)
{
    return a->reserve != b->reserve || a->has_cap != b->has_cap || a->cap != b->cap ||
           a->inventory_sync != b->inventory_sync || a->paused != b->paused ||
           !same_ids(a->status_ids, a->status_count, b->status_ids, b->status_count) ||
           !same_ids(a->warehouse_ids, a->warehouse_count, b->warehouse_ids, b->warehouse_count);
}

enum err channel_update(
    struct change *c, const struct channel_row *before, struct channel_row *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE channel SET name = $1, marketplace_ids = $2, seller_id = $3, endpoint_url = $4,"
        " token_url = $5, paused = $6, inventory_sync = $7, order_import = $8,"
        " import_orders_from = $9, organization_type = $10, reserve = $11, cap = $12,"
        " updated_at = $13, settings_at = $13, version = version + 1 WHERE id = $14"
        " AND version = $15");
    bind_settings(c, st, after);
    stmt_bind_int(st, 14, before->id);
    stmt_bind_int(st, 15, before->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return explain_conflict(rc, e);
    replace_counted(c, after);
    replace_map(c, after);
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_channel(c, "update", before, after);
    if (figures_change(before, after)) mark_listings(c, before->id);
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

enum err channel_set_credentials(struct change *c, int64_t id, struct str sealed, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE channel SET credentials = $1, credentials_set_at = $2, token_kept_at = NULL,"
        " state = 'connected',"
        " state_detail = '', state_at = $2, updated_at = $2, version = version + 1 WHERE id = $3");
    stmt_bind_blob(st, 1, sealed);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "credentials", (struct str){ 0 }, (struct str){ 0 });
    audit_add(c, "update", "channel", id, change_list_end(&l));
    change_list_release(&l);
    mark_listings(c, id); /* wishes of the time without credentials were not kept */
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

/* One statement per table: what hangs on the channel's listings first. */
static enum err remove_parts(struct change *c, int64_t id, struct error *e)
{
    static const char *const parts[] = {
        "DELETE FROM push WHERE channel_id = $1",
        "DELETE FROM bulk_message WHERE bulk_id IN"
        " (SELECT id FROM bulk_push WHERE channel_id = $1)",
        "DELETE FROM bulk_push WHERE channel_id = $1",
        "DELETE FROM listing_variation WHERE listing_id IN"
        " (SELECT id FROM listing WHERE channel_id = $1)",
        "DELETE FROM listing_connected_sku WHERE listing_id IN"
        " (SELECT id FROM listing WHERE channel_id = $1)",
        "DELETE FROM listing_marketplace WHERE listing_id IN"
        " (SELECT id FROM listing WHERE channel_id = $1)",
        "DELETE FROM listing_connected_variation WHERE listing_id IN"
        " (SELECT id FROM listing WHERE channel_id = $1)",
        "DELETE FROM listing WHERE channel_id = $1",
        "DELETE FROM channel_counted_status WHERE channel_id = $1",
        "DELETE FROM channel_counted_warehouse WHERE channel_id = $1",
        "DELETE FROM channel_status_map WHERE channel_id = $1",
        "DELETE FROM channel_cursor WHERE channel_id = $1",
        "DELETE FROM quarantine WHERE channel_id = $1",
        "DELETE FROM order_watch WHERE channel_id = $1",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct stmt *st = tx_prepare(c->tx, parts[i]);
        stmt_bind_int(st, 1, id);
        enum err rc = stmt_run(st, NULL, e);
        if (rc) return rc;
    }
    return OK;
}

enum err channel_delete(struct change *c, const struct channel_row *ch, struct error *e)
{
    tx_lock(c->tx, LOCK_CANDIDATES, true);
    tx_lock(c->tx, LOCK_PLANNER, true);
    enum err rc = remove_parts(c, ch->id, e);
    if (!rc) rc = derive_channel(c, ch->id, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE run SET state = 'canceled', finished_at = $1 WHERE channel_id = $2"
        " AND state IN ('queued', 'running')");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, ch->id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "UPDATE channel SET deleted_at = $1, credentials = NULL, inventory_sync = 0,"
        " order_import = 0, name = name || ' (deleted ' || id || ')', version = version + 1"
        " WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, ch->id);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    audit_channel(c, "delete", ch, &(struct channel_row){ 0 });
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

enum err channel_set_state(struct change *c, const struct channel_row *ch, enum channel_state state,
    struct str detail, struct error *e)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE channel SET state = $1, state_detail = $2, state_at = $3 WHERE id = $4");
    stmt_bind_str(st, 1, str_of(channel_state_name(state)));
    stmt_bind_str(st, 2, detail);
    stmt_bind_int(st, 3, c->now);
    stmt_bind_int(st, 4, ch->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc || ch->state == state) return rc;
    if (ch->state == CHANNEL_RECONNECT_NEEDED) mark_listings(c, ch->id);
    channel_event_add(c, ch->id,
        &(struct channel_event){ .kind = "state_changed",
            .severity = state == CHANNEL_CONNECTED ? "info" : "error",
            .detail = arena_fmt(c->arena, "%s, was %s%s%.*s", channel_state_name(state),
                channel_state_name(ch->state), detail.len ? ": " : "", STR_FMT(detail)) });
    tx_notify(c->tx, TOPIC_CHANNEL);
    return OK;
}

enum err channel_set_brake(struct change *c, const struct channel_row *ch, time_ms since,
    int64_t live, int64_t zeroed, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE channel SET brake_since = $1, brake_live = $2, brake_zeroed = $3,"
                          " brake_released_at = $4, version = version + 1 WHERE id = $5");
    stmt_bind_opt_int(st, 1, since);
    stmt_bind_int(st, 2, live);
    stmt_bind_int(st, 3, zeroed);
    stmt_bind_opt_int(st, 4, since ? 0 : c->now);
    stmt_bind_int(st, 5, ch->id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    channel_event_add(c, ch->id,
        &(struct channel_event){ .kind = "brake",
            .severity = since ? "error" : "info",
            .detail = since ? arena_fmt(c->arena,
                                  "stopped: %lld of %lld live listings would fall to zero",
                                  (long long)zeroed, (long long)live)
                            : S("released by a person") });
    tx_notify(c->tx, TOPIC_CHANNEL);
    tx_notify(c->tx, TOPIC_PUSH);
    return OK;
}
