/* channels.c: marketplace accounts, as they are shown; what they are set to: channel_settings.c. */
#include "store/channels.h"

#include "http/channel.h"
#include "store/channel_log.h"

const struct channel_driver *driver_of(struct call *c, struct str kind)
{
    struct channel_driver *const *d = c->api->options.drivers;
    for (size_t i = 0; d[i]; i++)
        if (str_eq(str_of(d[i]->info->kind), kind)) return d[i];
    return NULL;
}

static void render_region(struct jw *w, const struct channel_kind_region *r)
{
    jw_object(w);
    jw_kstr(w, "region", str_of(r->region));
    jw_kstr(w, "name", str_of(r->name));
    jw_key(w, "marketplaces");
    jw_array(w);
    for (size_t i = 0; i < r->marketplace_count; i++) {
        jw_object(w);
        jw_kstr(w, "id", str_of(r->marketplaces[i].id));
        jw_kstr(w, "name", str_of(r->marketplaces[i].name));
        jw_kstr(w, "country", str_of(r->marketplaces[i].country));
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static enum err kinds(struct call *c, struct error *e)
{
    (void)e;
    struct channel_driver *const *d = c->api->options.drivers;
    list_begin(c);
    for (size_t i = 0; d[i]; i++) {
        const struct channel_kind_info *info = d[i]->info;
        jw_object(&c->w);
        jw_kstr(&c->w, "kind", str_of(info->kind));
        jw_kstr(&c->w, "name", str_of(info->name));
        jw_key(&c->w, "regions");
        jw_array(&c->w);
        for (size_t r = 0; r < info->region_count; r++)
            render_region(&c->w, &info->regions[r]);
        jw_array_end(&c->w);
        jw_key(&c->w, "statuses");
        jw_array(&c->w);
        for (size_t s = 0; s < info->status_count; s++) {
            jw_object(&c->w);
            jw_kstr(&c->w, "status", str_of(info->statuses[s].status));
            jw_kstr(&c->w, "meaning", str_of(info->statuses[s].meaning));
            put_opt(c, "suggested", str_of(info->statuses[s].suggested));
            jw_object_end(&c->w);
        }
        jw_array_end(&c->w);
        jw_object_end(&c->w);
    }
    list_end_id(c, false, 0);
    return OK;
}

static void render_figures(struct call *c, const struct channel_figures *f)
{
    jw_key(&c->w, "figures");
    jw_object(&c->w);
    jw_kint(&c->w, "listings", f->listings);
    jw_kint(&c->w, "connected_listings", f->connected_listings);
    jw_kint(&c->w, "ended_listings", f->ended_listings);
    jw_kint(&c->w, "pushes_waiting", f->pushes_waiting);
    jw_kint(&c->w, "orders", f->orders);
    jw_kint(&c->w, "quarantined_orders", f->quarantined_orders);
    jw_kint(&c->w, "unknown_sku_orders", f->unknown_sku_orders);
    put_time(c, "last_listing_sync_at", f->last_listing_sync_at);
    put_time(c, "last_push_at", f->last_push_at);
    put_time(c, "last_order_poll_at", f->last_order_poll_at);
    jw_object_end(&c->w);
}

static enum err render(struct call *c, const struct channel_row *ch, struct error *e)
{
    struct channel_figures figures;
    enum err rc = channel_figures_load(c->tx, ch->id, &figures, e);
    if (rc) return rc;
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", ch->id);
    jw_kstr(w, "kind", ch->kind);
    jw_kstr(w, "name", ch->name);
    jw_kstr(w, "region", ch->region);
    put_texts(c, "marketplace_ids", ch->marketplace_ids, ch->marketplace_count);
    jw_kstr(w, "seller_id", ch->seller_id);
    put_opt(c, "endpoint_url", ch->endpoint_url);
    put_opt(c, "token_url", ch->token_url);
    put_time(c, "credentials_set_at", ch->credentials_set_at);
    jw_kstr(w, "state", str_of(channel_shown_state(ch)));
    put_opt(c, "state_detail", ch->state_detail);
    jw_kbool(w, "paused", ch->paused);
    jw_kbool(w, "inventory_sync", ch->inventory_sync);
    put_texts(c, "counted_statuses", ch->statuses, ch->status_count);
    put_texts(c, "counted_warehouses", ch->warehouses, ch->warehouse_count);
    jw_kbool(w, "order_import", ch->order_import);
    put_time(c, "import_orders_from", ch->import_orders_from);
    jw_kstr(w, "organization_type", ch->organization_type);
    jw_key(w, "order_status_map");
    jw_object(w);
    for (size_t i = 0; i < ch->map_count; i++) {
        jw_key_str(w, ch->map[i].channel_status);
        jw_str(w, ch->map[i].order_status);
    }
    jw_object_end(w);
    jw_kint(w, "reserve", ch->reserve);
    if (ch->has_cap)
        jw_kint(w, "cap", ch->cap);
    else
        jw_knull(w, "cap");
    if (ch->brake_since) {
        jw_key(w, "brake");
        jw_object(w);
        put_time(c, "since", ch->brake_since);
        jw_kint(w, "to_zero", ch->brake_zeroed);
        jw_kint(w, "live", ch->brake_live);
        jw_kstr(w, "detail",
            arena_fmt(c->arena, "%lld of %lld live listings fall to zero within an hour.",
                (long long)ch->brake_zeroed, (long long)ch->brake_live));
        jw_object_end(w);
    } else {
        jw_knull(w, "brake");
    }
    render_figures(c, &figures);
    put_time(c, "created_at", ch->created_at);
    put_time(c, "updated_at", ch->updated_at);
    jw_object_end(w);
    return OK;
}

enum err find_channel(struct call *c, int64_t id, struct channel_row **out, struct error *e)
{
    *out = arena_new(c->arena, struct channel_row, 1);
    return channel_load(c->tx, id, c->arena, *out, e);
}

enum err render_channel(struct call *c, int64_t id, struct error *e)
{
    struct channel_row *ch = NULL;
    enum err rc = find_channel(c, id, &ch, e);
    if (rc) return rc;
    c->etag = ch->version;
    return render(c, ch, e);
}

static enum err show(struct call *c, struct error *e)
{
    return render_channel(c, c->ids[0], e);
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct channel_row *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = channel_list(c->tx, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown && !rc; i++)
        rc = render(c, &rows[i], e);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return rc;
}

static enum err delete (struct call *c, struct error *e) {
    struct channel_row *ch; enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = check_etag(c, ch->version, e);
    if (!rc) rc = channel_delete(&c->change, ch, e);
    c->status = 204;
    return rc;
}

const struct route routes_channels[] = {
    { "GET", "/channel_kinds", AREA_CHANNELS, PERMISSION_READ, 0, "", kinds },
    { "GET", "/channels", AREA_CHANNELS, PERMISSION_READ, 0, "limit cursor", list },
    { "GET", "/channels/{}", AREA_CHANNELS, PERMISSION_READ, 0, "", show },
    { "DELETE", "/channels/{}", AREA_CHANNELS, PERMISSION_FULL, 0, "", delete },
    { NULL },
};
