/* channel_settings.c: a marketplace account is entered and changed. */
#include "http/channel.h"
#include "store/reference.h"

#include <string.h>

static const struct channel_kind_region *region_of(
    const struct channel_driver *d, struct str region)
{
    for (size_t i = 0; d && i < d->info->region_count; i++)
        if (str_eq(str_of(d->info->regions[i].region), region)) return &d->info->regions[i];
    return NULL;
}

static void read_marketplaces(
    struct fields *f, const struct channel_kind_region *region, struct channel_row *ch)
{
    struct json list = field_array(f, "marketplace_ids", 1, CHANNEL_MARKETPLACES_MAX);
    if (!list.node) return;
    ch->marketplace_count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str id, at = arena_fmt(f->c->arena, "/marketplace_ids/%zu", i);
        if (!json_str(json_at(list, i), &id)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        bool known = false, twice = false;
        for (size_t k = 0; region && k < region->marketplace_count; k++)
            known = known || str_eq(str_of(region->marketplaces[k].id), id);
        for (size_t k = 0; k < ch->marketplace_count; k++)
            twice = twice || str_eq(ch->marketplace_ids[k], id);
        if (region && !known)
            element_error(
                f->c, at, "unknown_value", "is no marketplace of the region %s", region->region);
        else if (twice)
            element_error(f->c, at, "duplicate", "is named twice");
        else
            ch->marketplace_ids[ch->marketplace_count++] = arena_str(f->c->arena, id);
    }
}

static enum err read_counted(struct fields *f, const char *name, enum reference_kind kind,
    int64_t *ids, struct str *titles, size_t *count, struct error *e)
{
    struct json list = field_array(f, name, 0, CHANNEL_COUNTED_MAX);
    if (!list.node) return OK;
    *count = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str title, at = arena_fmt(f->c->arena, "/%s/%zu", name, i);
        struct reference found;
        if (!json_str(json_at(list, i), &title)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        enum err rc = reference_find(f->c->tx, kind, 0, str_trim(title), f->c->arena, &found, e);
        if (rc == ERR_NOT_FOUND) {
            element_error(f->c, at, "unknown_value", "there is no \"%.*s\"", STR_FMT(title));
            continue;
        }
        if (rc) return rc;
        size_t k = *count;
        bool twice = false;
        for (size_t n = 0; n < k; n++)
            twice = twice || ids[n] == found.id;
        if (twice) {
            element_error(f->c, at, "duplicate", "is named twice");
            continue;
        }
        for (; k > 0 && ids[k - 1] > found.id; k--) {
            ids[k] = ids[k - 1];
            titles[k] = titles[k - 1];
        }
        ids[k] = found.id;
        titles[k] = found.title;
        ++*count;
    }
    return OK;
}

static enum err add_map_row(struct call *c, struct channel_row *ch, struct str status,
    struct str title, bool must, struct error *e)
{
    struct reference found;
    struct str at = pointer_to(c, S("/order_status_map"), status);
    enum err rc = reference_find(c->tx, REFERENCE_ORDER_STATUS, 0, title, c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        if (must)
            element_error(
                c, at, "unknown_value", "there is no order status \"%.*s\"", STR_FMT(title));
        return OK;
    }
    if (rc) return rc;
    ch->map[ch->map_count++] =
        (struct channel_map_row){ arena_str(c->arena, status), found.id, found.title };
    return OK;
}

static enum err read_map(struct fields *f, struct channel_row *ch, struct error *e)
{
    struct json map = field_object(f, "order_status_map");
    if (!map.node) return OK;
    struct json_member m = { 0 };
    enum err rc = OK;
    ch->map_count = 0;
    while (!rc && json_next(map, &m)) {
        struct str title;
        struct str at = pointer_to(f->c, S("/order_status_map"), m.key);
        if (!m.key.len || text_length(m.key) > 100 || ch->map_count == CHANNEL_MAP_MAX)
            element_error(f->c, at, m.key.len ? "too_long" : "too_short",
                "at most 50 statuses of 1 to 100 characters");
        else if (!json_str(m.value, &title))
            element_error(f->c, at, "wrong_type", "must be the title of an order status");
        else
            rc = add_map_row(f->c, ch, m.key, str_trim(title), true, e);
    }
    return rc;
}

static enum err suggested_map(
    struct call *c, const struct channel_driver *d, struct channel_row *ch, struct error *e)
{
    enum err rc = OK;
    for (size_t i = 0; d && i < d->info->status_count && !rc; i++)
        if (d->info->statuses[i].suggested)
            rc = add_map_row(c, ch, str_of(d->info->statuses[i].status),
                str_of(d->info->statuses[i].suggested), false, e);
    return rc;
}

static void read_url(struct fields *f, const char *name, struct str *out)
{
    if (!field_str(f, name, 500, TEXT_NULL_OK, out) || !out->len) return;
    bool scheme = str_starts(*out, S("http://")) || str_starts(*out, S("https://"));
    bool clean = true;
    for (size_t i = 0; i < out->len; i++)
        clean = clean && out->at[i] > ' ' && out->at[i] < 127;
    if (!scheme || !clean) field_error(f, name, "bad_format", "must be an http or https URL");
}

static bool read_credentials(struct fields *f, struct channel_credentials *out)
{
    if (!field_present(f, "credentials")) return false;
    struct fields k = fields_of(f->c, json_get(f->object, "credentials"), S("/credentials"),
        "client_id client_secret refresh_token");
    field_required(&k, "client_id");
    field_required(&k, "client_secret");
    field_required(&k, "refresh_token");
    (void)field_str(&k, "client_id", 200, 0, &out->client_id);
    (void)field_str(&k, "client_secret", 2048, 0, &out->client_secret);
    (void)field_str(&k, "refresh_token", 2048, 0, &out->refresh_token);
    return true;
}

static enum err read_settings(struct fields *f, struct channel_row *ch, struct error *e)
{
    bool null_cap;
    int64_t cap = 0;
    (void)field_str(f, "name", 100, 0, &ch->name);
    (void)field_str(f, "seller_id", 50, 0, &ch->seller_id);
    read_url(f, "endpoint_url", &ch->endpoint_url);
    read_url(f, "token_url", &ch->token_url);
    (void)field_bool(f, "paused", &ch->paused);
    (void)field_bool(f, "inventory_sync", &ch->inventory_sync);
    (void)field_bool(f, "order_import", &ch->order_import);
    (void)field_time(f, "import_orders_from", true, &ch->import_orders_from);
    (void)field_str(f, "organization_type", 100, 0, &ch->organization_type);
    (void)field_int(f, "reserve", 0, 1000000, &ch->reserve);
    if (field_int_null(f, "cap", 0, 1000000, &cap, &null_cap)) {
        ch->has_cap = !null_cap;
        ch->cap = cap;
    }
    enum err rc = read_counted(f, "counted_statuses", REFERENCE_STATUS, ch->status_ids,
        ch->statuses, &ch->status_count, e);
    if (!rc)
        rc = read_counted(f, "counted_warehouses", REFERENCE_WAREHOUSE, ch->warehouse_ids,
            ch->warehouses, &ch->warehouse_count, e);
    return rc ? rc : read_map(f, ch, e);
}

/* Switching on by the interface is consent to what the plan shows. */
static enum err give_consent(
    struct call *c, bool was_on, const struct channel_row *ch, struct error *e)
{
    if (!ch->inventory_sync || was_on) return OK;
    return channel_consent(&c->change, ch->id, e);
}

/* The moment of enabling, unless another time is named. */
static void default_import_time(struct call *c, bool imported, struct channel_row *ch)
{
    if (ch->order_import && !imported && !ch->import_orders_from) ch->import_orders_from = c->now;
}

static enum err set_credentials(
    struct call *c, int64_t id, const struct channel_credentials *credentials, struct error *e)
{
    struct str sealed = engine_seal_credentials(
        c->api->options.key, id, credentials, c->api->options.rng, c->arena);
    return channel_set_credentials(&c->change, id, sealed, e);
}

/* Credentials are stored as connected; nobody has proved these yet, and the engine verifies by
 * itself only what is suspect. */
static enum err set_unproved(
    struct call *c, int64_t id, const struct channel_credentials *credentials, struct error *e)
{
    struct channel_row *ch = NULL;
    enum err rc = set_credentials(c, id, credentials, e);
    if (!rc) rc = find_channel(c, id, &ch, e);
    return rc ? rc : channel_set_state(&c->change, ch, CHANNEL_SUSPECT, S("Not verified yet."), e);
}

#define SETTINGS_FIELDS                                                                            \
    "name marketplace_ids seller_id credentials endpoint_url token_url paused inventory_sync"      \
    " counted_statuses counted_warehouses order_import import_orders_from organization_type"       \
    " order_status_map reserve cap"

static enum err create(struct call *c, struct error *e)
{
    static const char *const required[] = { "kind", "name", "region", "marketplace_ids",
        "seller_id", "credentials" };
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    struct channel_credentials credentials = { S(""), S(""), S("") };
    *ch = (struct channel_row){ .state = CHANNEL_SUSPECT,
        .organization_type = S("Marketplace"),
        .kind = S(""),
        .name = S(""),
        .region = S(""),
        .seller_id = S(""),
        .endpoint_url = S(""),
        .token_url = S(""),
        .state_detail = S("") };
    struct fields f = fields_root(c, "kind region " SETTINGS_FIELDS);
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        field_required(&f, required[i]);
    const struct channel_driver *d = NULL;
    if (field_str(&f, "kind", 20, 0, &ch->kind)) {
        d = driver_of(c, ch->kind);
        if (!d) field_error(&f, "kind", "unknown_value", "there is no such kind of channel");
    }
    const struct channel_kind_region *region = NULL;
    if (field_str(&f, "region", 10, 0, &ch->region)) {
        region = region_of(d, ch->region);
        if (d && !region) field_error(&f, "region", "unknown_value", "there is no such region");
    }
    read_marketplaces(&f, region, ch);
    (void)read_credentials(&f, &credentials);
    enum err rc = read_settings(&f, ch, e);
    if (!rc && !field_present(&f, "order_status_map")) rc = suggested_map(c, d, ch, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    default_import_time(c, false, ch);
    rc = channel_create(&c->change, ch, e);
    if (!rc) rc = give_consent(c, false, ch, e);
    if (!rc) rc = set_unproved(c, ch->id, &credentials, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/channels/%lld", (long long)ch->id);
    return render_channel(c, ch->id, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct channel_row *before = NULL, *after = arena_new(c->arena, struct channel_row, 1);
    struct channel_credentials credentials = { S(""), S(""), S("") };
    enum err rc = find_channel(c, c->ids[0], &before, e);
    if (!rc) rc = check_etag(c, before->version, e);
    if (rc) return rc;
    memcpy(after, before, sizeof *after);
    struct fields f = fields_root(c, SETTINGS_FIELDS);
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    read_marketplaces(&f, region_of(driver_of(c, before->kind), before->region), after);
    bool sealed = read_credentials(&f, &credentials);
    rc = read_settings(&f, after, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    bool guarded = sealed || !str_eq(after->endpoint_url, before->endpoint_url) ||
                   !str_eq(after->token_url, before->token_url);
    if (guarded && c->rights.of[AREA_CHANNELS] < PERMISSION_FULL)
        return error_code(e, ERR_FORBIDDEN, "forbidden",
            "credentials and addresses need full rights in channels");
    default_import_time(c, before->order_import, after);
    rc = channel_update(&c->change, before, after, e);
    if (!rc) rc = give_consent(c, before->inventory_sync, after, e);
    if (!rc && sealed) rc = set_unproved(c, before->id, &credentials, e);
    return rc ? rc : render_channel(c, before->id, e);
}

const struct route routes_channel_settings[] = {
    { "POST", "/channels", AREA_CHANNELS, PERMISSION_FULL, 0, "", create },
    { "PATCH", "/channels/{}", AREA_CHANNELS, PERMISSION_WRITE, 0, "", update },
    { NULL },
};
