/* history_channels.c: what happens to channels, their settings and their listings, and the
 * account's settings. */
#include "history.h"

const char *const history_words[O_WORDS] = { "PENDING", "UNSHIPPED", "SHIPPED", "CANCELLED",
    "ODD" };
const char *const history_channels[O_CHANNELS] = { "First", "Second", "Third", "Fourth" };

int history_channel(struct history *h)
{
    int at = throw_of(h, h->o.channel_count);
    return h->o.channels[at].deleted ? -1 : at;
}

void history_set_unique(struct history *h, bool on)
{
    struct settings before, after;
    TRY(h, settings_load(h->f->c.tx, &before, &h->f->e), OK);
    after = before;
    after.unique_skus = on;
    bool refused = on && !h->o.unique_skus && o_sku_repeats(&h->o);
    TRY(h, settings_save(&h->f->c, &before, &after, &h->f->e), refused ? ERR_CONFLICT : OK);
    if (!refused) h->o.unique_skus = on;
}

static struct channel_row new_row(const struct history *h, int at)
{
    struct channel_row row = { .kind = S("amazon"),
        .name = str_of(history_channels[at]),
        .region = S("eu"),
        .seller_id = S("x"),
        .organization_type = S("x"),
        .inventory_sync = true };
    for (int w = 0; w < O_WORDS; w++) {
        int to = h->o.channels[at].map[w];
        if (to < 0) continue;
        row.map[row.map_count++] =
            (struct channel_map_row){ str_of(history_words[w]), h->o.statuses[to].id, S("") };
    }
    return row;
}

void history_save_channel(struct history *h, int at, bool is_new)
{
    struct o_channel *n = &h->o.channels[at];
    struct channel_row *row = arena_new(&h->f->arena, struct channel_row, 2), *before = row + 1;
    if (!is_new) {
        TRY(h, channel_load(h->f->c.tx, n->id, &h->f->arena, before, &h->f->e), OK);
        *row = *before;
    } else {
        *row = new_row(h, at);
    }
    row->status_count = row->warehouse_count = 0;
    for (int s = 0; s < O_STATUSES; s++)
        if (n->statuses & 1u << s) row->status_ids[row->status_count++] = h->status_id[s];
    for (int w = 1; w < O_WAREHOUSES; w++)
        if (n->warehouses & 1u << w)
            row->warehouse_ids[row->warehouse_count++] = h->warehouse_id[w];
    row->reserve = n->reserve;
    row->has_cap = n->cap >= 0;
    row->cap = n->cap >= 0 ? n->cap : 0;
    if (is_new)
        TRY(h, channel_create(&h->f->c, row, &h->f->e), OK);
    else
        TRY(h, channel_update(&h->f->c, before, row, &h->f->e), OK);
    n->id = row->id;
}

static void import_listing(struct history *h)
{
    struct oracle *o = &h->o;
    int channel = history_channel(h), sku = 1 + throw_of(h, O_SKUS - 1);
    bool known = false;
    if (channel < 0) return;
    for (int i = 0; i < o->listing_count; i++)
        known = known || (o->listings[i].channel == channel && o->listings[i].sku == sku);
    if (!known && o->listing_count == O_LISTINGS) return;
    struct listing_read r = { .sku = str_of(history_skus[sku]),
        .active = throw_of(h, 2) == 0,
        .amazon_fulfilled = throw_of(h, 6) == 0,
        .has_quantity = throw_of(h, 3) != 0,
        .quantity = throw_of(h, 4),
        .issues = S("[]") };
    int64_t channel_id = o->channels[channel].id;
    TRY(h, listing_import(&h->f->c, channel_id, 0, &r, 1, &h->f->e), OK);
    if (known) return;
    struct listing l;
    TRY(h, listing_find(h->f->c.tx, channel_id, r.sku, &h->f->arena, &l, &h->f->e), OK);
    o->listings[o->listing_count++] =
        (struct o_listing){ .id = l.id, .channel = channel, .sku = sku, .reserve = -1, .cap = -1 };
}

static void connect_listing(struct history *h, struct o_listing *n, struct listing *after)
{
    static const enum listing_mode modes[] = { LISTING_AUTO, LISTING_SKUS, LISTING_VARIATIONS,
        LISTING_NONE };
    n->mode = (enum o_mode)throw_of(h, 4);
    n->skus = n->variations = 0;
    after->mode = modes[n->mode];
    after->skus = arena_new(&h->f->arena, struct str, O_SKUS);
    after->set_variation_ids = arena_new(&h->f->arena, int64_t, O_VARIATIONS);
    after->sku_count = after->set_variation_count = 0;
    for (int s = 1; n->mode == O_BY_SKUS && s < O_SKUS; s++) {
        if (throw_of(h, 2)) continue;
        n->skus |= 1u << s;
        after->skus[after->sku_count++] = str_of(history_skus[s]);
    }
    for (int v = 0; n->mode == O_BY_VARIATIONS && v < O_VARIATIONS; v++) {
        if (!h->o.variations[v].id || throw_of(h, 2)) continue;
        n->variations |= 1u << v;
        after->set_variation_ids[after->set_variation_count++] = h->o.variations[v].id;
    }
}

void history_listings(struct history *h)
{
    struct oracle *o = &h->o;
    if (!o->listing_count || !throw_of(h, 3)) {
        import_listing(h);
        return;
    }
    struct o_listing *n = &o->listings[throw_of(h, o->listing_count)];
    struct listing before, after;
    TRY(h, listing_lock(&h->f->c, n->id, &h->f->arena, &before, &h->f->e), OK);
    after = before;
    if (throw_of(h, 3)) {
        connect_listing(h, n, &after);
    } else {
        n->reserve = throw_of(h, 4) - 1;
        n->cap = throw_of(h, 4) - 1;
        after.has_reserve = n->reserve >= 0;
        after.reserve = n->reserve >= 0 ? n->reserve : 0;
        after.has_cap = n->cap >= 0;
        after.cap = n->cap >= 0 ? n->cap : 0;
    }
    TRY(h, listing_update(&h->f->c, &before, &after, &h->f->e), OK);
}

static void create_channel(struct history *h)
{
    struct oracle *o = &h->o;
    if (o->channel_count == O_CHANNELS) return;
    struct o_channel n = { .statuses = 1, .warehouses = 1u << 1, .cap = -1 };
    for (int w = 0; w < O_WORDS; w++) {
        int s = history_order_status(h);
        n.map[w] = throw_of(h, 4) && o->statuses[s].into < 0 ? s : -1;
    }
    o->channels[o->channel_count] = n;
    history_save_channel(h, o->channel_count++, true);
}

static void delete_channel(struct history *h, int at)
{
    struct channel_row *row = arena_new(&h->f->arena, struct channel_row, 1);
    TRY(h, channel_load(h->f->c.tx, h->o.channels[at].id, &h->f->arena, row, &h->f->e), OK);
    TRY(h, channel_delete(&h->f->c, row, &h->f->e), OK);
    o_remove_channel(&h->o, at);
}

void history_channels_step(struct history *h)
{
    int at = history_channel(h), what = throw_of(h, 9);
    struct o_channel *n = &h->o.channels[at < 0 ? 0 : at];
    if (what < 2) {
        history_set_unique(h, throw_of(h, 2) == 0);
        return;
    }
    if (what == 2 || at < 0) {
        create_channel(h);
        return;
    }
    if (what == 3) {
        delete_channel(h, at);
        return;
    }
    if (what < 6) {
        n->reserve = throw_of(h, 3);
        n->cap = throw_of(h, 5) - 1;
    } else if (what < 8) {
        n->statuses = (unsigned)throw_of(h, 1 << O_STATUSES);
    } else {
        n->warehouses = (unsigned)throw_of(h, 1 << O_WAREHOUSES) & ~1u;
    }
    history_save_channel(h, at, false);
}
