/*
 * channels.h: marketplace accounts and their settings.
 *
 * Credentials are kept sealed (base/seal.h) with the row id as associated data; they are given and
 * returned as the sealed bytes, so that this layer never sees them.
 */
#ifndef STORE_CHANNELS_H
#define STORE_CHANNELS_H

#include "store/store.h"

enum {
    CHANNEL_MARKETPLACES_MAX = 25,
    CHANNEL_COUNTED_MAX = 100,
    CHANNEL_MAP_MAX = 50,
};

enum channel_state { CHANNEL_CONNECTED, CHANNEL_SUSPECT, CHANNEL_RECONNECT_NEEDED };

struct channel_map_row {
    struct str channel_status;
    int64_t order_status_id;
    struct str order_status; /* title */
};

struct channel_row {
    int64_t id;
    struct str kind, name, region, seller_id, endpoint_url, token_url;
    struct str marketplace_ids[CHANNEL_MARKETPLACES_MAX];
    size_t marketplace_count;
    time_ms credentials_set_at;
    time_ms token_kept_at; /* when the marketplace replaced the refresh token; 0: never since */
    enum channel_state state;
    struct str state_detail;
    time_ms state_at;
    bool paused, inventory_sync, order_import;
    time_ms import_orders_from; /* 0: not set */
    struct str organization_type;
    int64_t reserve;
    bool has_cap;
    int64_t cap;
    time_ms brake_since; /* 0: not braked */
    int64_t brake_live, brake_zeroed;
    time_ms brake_released_at;
    int64_t status_ids[CHANNEL_COUNTED_MAX]; /* counted, ascending */
    struct str statuses[CHANNEL_COUNTED_MAX];
    size_t status_count;
    int64_t warehouse_ids[CHANNEL_COUNTED_MAX];
    struct str warehouses[CHANNEL_COUNTED_MAX];
    size_t warehouse_count;
    struct channel_map_row map[CHANNEL_MAP_MAX];
    size_t map_count;
    int64_t version;
    time_ms created_at, updated_at;
};

const char *channel_state_name(enum channel_state s); /* "connected", ... */
/* What the API shows: paused and braked take the place of connected. */
const char *channel_shown_state(const struct channel_row *ch);

MUST_USE enum err channel_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct channel_row **out, size_t *count, struct error *e);
MUST_USE enum err channel_load(
    struct tx *tx, int64_t id, struct arena *arena, struct channel_row *out, struct error *e);
MUST_USE enum err channel_sealed_credentials(
    struct tx *tx, int64_t id, struct arena *arena, struct str *out, struct error *e);

/* ERR_CONFLICT "duplicate" (/name). Sets id, version, times; credentials follow by
 * channel_set_credentials, because sealing needs the id. */
MUST_USE enum err channel_create(struct change *c, struct channel_row *in, struct error *e);
/* Everything of the settings. A change of what is counted, of reserve or cap marks all listings.
 * ERR_STALE when the channel was changed after `before` was read. */
MUST_USE enum err channel_update(
    struct change *c, const struct channel_row *before, struct channel_row *after, struct error *e);
MUST_USE enum err channel_set_credentials(
    struct change *c, int64_t id, struct str sealed, struct error *e);
/* The marketplace itself replaced the refresh token. `before` is the row whose credentials were in
 * use: when others were set since, these are not stored (*kept_at 0), otherwise *kept_at tells this
 * apart from before. */
MUST_USE enum err channel_keep_credentials(struct change *c, const struct channel_row *before,
    struct str sealed, time_ms *kept_at, struct error *e);
/* Keeps its orders; removes listings, cursors and runs. */
MUST_USE enum err channel_delete(struct change *c, const struct channel_row *ch, struct error *e);

/* By the engine. An event is written when the state changes. */
MUST_USE enum err channel_set_state(struct change *c, const struct channel_row *ch,
    enum channel_state state, struct str detail, struct error *e);
/* braked: live listings and how many would fall to zero; since 0 releases. */
MUST_USE enum err channel_set_brake(struct change *c, const struct channel_row *ch, time_ms since,
    int64_t live, int64_t zeroed, struct error *e);

/* A person saw what would be sent and let it go: the first round after this is not braked. While
 * nothing is counted there is no plan to see, and nothing happens. */
MUST_USE enum err channel_consent(struct change *c, int64_t id, struct error *e);
/* Orders are taken in from then on, when that is earlier than before. */
MUST_USE enum err channel_import_earlier(
    struct change *c, int64_t id, time_ms from, struct error *e);
/* By exact name; 0: none. */
MUST_USE enum err channel_find(struct tx *tx, struct str name, int64_t *id, struct error *e);
/* Reserve and cap alone. */
MUST_USE enum err channel_rule_load(
    struct tx *tx, int64_t id, int64_t *reserve, bool *has_cap, int64_t *cap, struct error *e);

#endif
