/*
 * connections.c: the spreadsheet that connects listings to the catalog (domain.md 5), with their
 * reserve and cap.
 */
#include "base/limits.h"
#include "exchange/internal.h"
#include "store/channels.h"
#include "store/listing.h"
#include "store/variation.h"

enum {
    CHANNEL,
    CHANNEL_SKU,
    CONNECTED_SKUS,
    VARIATION_IDS,
    MODE,
    RESERVE,
    CAP,
    CONNECTION_COLUMNS
};

static const struct column columns[CONNECTION_COLUMNS] = {
    { "Channel", COLUMN_REQUIRED },
    { "Channel SKU", COLUMN_REQUIRED },
    { "Connected SKUs", COLUMN_TOGETHER },
    { "Variation IDs", COLUMN_TOGETHER },
    { "Mode", COLUMN_TOGETHER },
    { "Reserve", COLUMN_OPTIONAL },
    { "Cap", COLUMN_OPTIONAL },
};
static const struct table table = { columns, CONNECTION_COLUMNS };

enum { SKUS_MAX = 100, LIMIT_MAX = 1000000 };

/* The channel that was named last: files have long stretches of one. */
struct cache {
    struct str name;
    int64_t id;
};

static enum err begin(struct batch *b, struct error *e)
{
    (void)e;
    b->cache = arena_new(b->arena, struct cache, 1);
    if (b->writes) tx_lock(b->c.tx, LOCK_CANDIDATES, true);
    return OK;
}

static enum err find_channel(struct batch *b, struct row_result *r, int64_t *id, struct error *e)
{
    struct cache *cache = b->cache;
    struct str name = cell(b, r, CHANNEL);
    *id = 0;
    if (!name.len) {
        row_fault(b, r, CHANNEL, "required", "is blank");
        return OK;
    }
    if (!str_eq(cache->name, name)) {
        enum err rc = channel_find(b->c.tx, name, &cache->id, e);
        if (rc) return rc;
        cache->name = name;
    }
    *id = cache->id;
    if (!*id)
        row_fault(b, r, CHANNEL, "unknown_value", "there is no channel \"%.*s\"",
            STR_FMT(str_sub(name, 0, 100)));
    return OK;
}

static enum err find_listing(
    struct batch *b, struct row_result *r, struct listing *out, struct error *e)
{
    struct str sku = cell(b, r, CHANNEL_SKU);
    int64_t channel_id;
    enum err rc = find_channel(b, r, &channel_id, e);
    if (!rc && !sku.len) row_fault(b, r, CHANNEL_SKU, "required", "is blank");
    if (rc || row_has_faults(r)) return rc;
    rc = listing_find(b->c.tx, channel_id, sku, b->arena, out, e);
    if (rc != ERR_NOT_FOUND) return rc;
    row_fault(b, r, CHANNEL_SKU, "unknown_value", "the channel has no listing \"%.*s\"",
        STR_FMT(str_sub(sku, 0, 100)));
    return OK;
}

static void read_skus(struct batch *b, struct row_result *r, struct listing *l)
{
    struct str cell_text = cell_as_is(b, r, CONNECTED_SKUS);
    l->skus = arena_new(b->arena, struct str, SKUS_MAX);
    list_cell_split(cell_text, l->skus, SKUS_MAX, &l->sku_count);
    if (l->sku_count > SKUS_MAX) {
        row_fault(b, r, CONNECTED_SKUS, "too_long", "at most %d SKUs", SKUS_MAX);
        l->sku_count = 0;
    }
    /* Sorted, as they are read from the database. */
    size_t kept = 0;
    for (size_t i = 0; i < l->sku_count; i++) {
        struct str sku = l->skus[i];
        if (sku.len > SKU_MAX)
            row_fault(b, r, CONNECTED_SKUS, "too_long", "a SKU has at most 100 characters");
        size_t k = kept;
        while (k > 0 && str_cmp(l->skus[k - 1], sku) > 0)
            k--;
        if (k > 0 && str_eq(l->skus[k - 1], sku)) {
            row_fault(b, r, CONNECTED_SKUS, "duplicate", "\"%.*s\" is named twice", STR_FMT(sku));
            continue;
        }
        for (size_t n = kept; n > k; n--)
            l->skus[n] = l->skus[n - 1];
        l->skus[k] = sku;
        kept++;
    }
    l->sku_count = kept;
}

static enum err read_variations(
    struct batch *b, struct row_result *r, struct listing *l, struct error *e)
{
    struct str *texts = arena_new(b->arena, struct str, LISTING_VARIATIONS_MAX);
    int64_t *ids = arena_new(b->arena, int64_t, LISTING_VARIATIONS_MAX);
    size_t count, kept = 0;
    list_cell_split(cell(b, r, VARIATION_IDS), texts, LISTING_VARIATIONS_MAX, &count);
    if (count > LISTING_VARIATIONS_MAX) {
        row_fault(b, r, VARIATION_IDS, "too_long", "at most %d variations", LISTING_VARIATIONS_MAX);
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t id;
        if (!str_to_int64(texts[i], &id) || id < 1) {
            row_fault(b, r, VARIATION_IDS, "bad_format", "\"%.*s\" is no number of a variation",
                STR_FMT(str_sub(texts[i], 0, 40)));
            return OK;
        }
        size_t k = kept;
        while (k > 0 && ids[k - 1] > id)
            k--;
        if (k > 0 && ids[k - 1] == id) {
            row_fault(b, r, VARIATION_IDS, "duplicate", "%lld is named twice", (long long)id);
            return OK;
        }
        for (size_t n = kept; n > k; n--)
            ids[n] = ids[n - 1];
        ids[k] = id;
        kept++;
    }
    struct variation *found;
    size_t known = 0;
    enum err rc = kept ? variation_load_many(b->c.tx, ids, kept, b->arena, &found, &known, e) : OK;
    if (!rc && known != kept)
        row_fault(b, r, VARIATION_IDS, "unknown_value", "some of these variations do not exist");
    l->set_variation_ids = ids;
    l->set_variation_count = kept;
    return rc;
}

static void read_mode(struct batch *b, struct row_result *r, struct listing *l)
{
    struct str mode = cell(b, r, MODE);
    bool skus = l->sku_count, ids = l->set_variation_count;
    if (!mode.len && skus != ids) {
        l->mode = skus ? LISTING_SKUS : LISTING_VARIATIONS;
        return;
    }
    if (!mode.len) {
        row_fault(b, r, MODE, "required", "write auto, skus, variations or none");
        return;
    }
    if (!listing_mode_parse(mode, &l->mode)) {
        row_fault(b, r, MODE, "unknown_value", "must be auto, skus, variations or none");
        return;
    }
    if (l->mode == LISTING_SKUS && !skus)
        row_fault(b, r, CONNECTED_SKUS, "required", "the mode \"skus\" needs them");
    if (l->mode == LISTING_VARIATIONS && !ids)
        row_fault(b, r, VARIATION_IDS, "required", "the mode \"variations\" needs them");
    if (l->mode != LISTING_SKUS && skus)
        row_fault(b, r, CONNECTED_SKUS, "not_allowed", "only with the mode \"skus\"");
    if (l->mode != LISTING_VARIATIONS && ids)
        row_fault(b, r, VARIATION_IDS, "not_allowed", "only with the mode \"variations\"");
}

static enum err read_connection(
    struct batch *b, struct row_result *r, struct listing *l, struct error *e)
{
    if (!has_column(b, MODE)) return OK;
    l->skus = NULL;
    l->set_variation_ids = NULL;
    l->sku_count = l->set_variation_count = 0;
    read_skus(b, r, l);
    enum err rc = read_variations(b, r, l, e);
    if (!rc && !row_has_faults(r)) read_mode(b, r, l);
    return rc;
}

/* Blank: none. */
static void read_limit(
    struct batch *b, struct row_result *r, int column, bool *present, int64_t *out)
{
    if (!has_column(b, column)) return;
    *present = cell(b, r, column).len != 0;
    *out = 0;
    if (*present) (void)cell_int(b, r, column, 0, LIMIT_MAX, out);
}

static struct str connection_text(const struct listing *l, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    buf_put(&out, str_of(listing_mode_name(l->mode)));
    for (size_t i = 0; l->mode == LISTING_SKUS && i < l->sku_count; i++) {
        buf_put(&out, i ? S(", ") : S(": "));
        buf_put(&out, l->skus[i]);
    }
    for (size_t i = 0; l->mode == LISTING_VARIATIONS && i < l->set_variation_count; i++) {
        buf_put(&out, i ? S(", ") : S(": "));
        buf_put_int(&out, l->set_variation_ids[i]);
    }
    struct str text = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static struct str limit_text(bool present, int64_t n, struct arena *arena)
{
    return present ? arena_fmt(arena, "%lld", (long long)n) : (struct str){ 0 };
}

/* What a dry run would have made of a listing; set once in a file (see catalog.c). */
struct thought {
    uint64_t digest;
};

static const void *keep(const void *value, struct arena *arena)
{
    struct thought *copy = arena_new(arena, struct thought, 1);
    *copy = *(const struct thought *)value;
    return copy;
}

static uint64_t digest_of(const struct row_result *r)
{
    uint64_t digest = r->change_count;
    for (size_t i = 0; i < r->change_count; i++)
        digest = (digest * UINT64_C(1099511628211) + str_hash(str_of(r->changes[i].field))) *
                     UINT64_C(1099511628211) +
                 str_hash(r->changes[i].to);
    return digest;
}

static enum err apply(struct batch *b, struct row_result *r, const struct listing *before,
    struct listing *after, struct error *e)
{
    enum err rc = OK;
    if (b->writes) {
        rc = listing_update(&b->c, before, after, e);
    } else {
        struct thought *t = arena_new(b->arena, struct thought, 1);
        t->digest = digest_of(r);
        memory_put(&b->shadow.by_id, (uint64_t)before->id, t);
    }
    if (rc) return row_refused(b, r, rc, e) ? OK : rc;
    r->fate = ROW_UPDATED;
    return OK;
}

static enum err judge(struct batch *b, struct row_result *r, struct error *e)
{
    struct listing before = { 0 }, after;
    enum err rc = find_listing(b, r, &before, e);
    if (rc || row_has_faults(r)) return rc;
    after = before;
    rc = read_connection(b, r, &after, e);
    read_limit(b, r, RESERVE, &after.has_reserve, &after.reserve);
    read_limit(b, r, CAP, &after.has_cap, &after.cap);
    if (rc || row_has_faults(r)) return rc;
    r->id = before.id;
    row_change(
        b, r, "connection", connection_text(&before, b->arena), connection_text(&after, b->arena));
    row_change(b, r, "reserve", limit_text(before.has_reserve, before.reserve, b->arena),
        limit_text(after.has_reserve, after.reserve, b->arena));
    row_change(b, r, "cap", limit_text(before.has_cap, before.cap, b->arena),
        limit_text(after.has_cap, after.cap, b->arena));
    bool repeats = row_repeats(b, r, before.id);
    const struct thought *thought = shadow_find(b, SHADOW_ID, (uint64_t)before.id, NULL, NULL);
    row_seen(b, r, before.id);
    if (b->replays || (thought ? thought->digest == digest_of(r) : !r->change_count)) return OK;
    if (!repeats) return apply(b, r, &before, &after, e);
    row_fault(b, r, CHANNEL_SKU, "repeated",
        "an earlier row of the file is about the same listing and says otherwise");
    return OK;
}

const struct import_type import_connections = { &table, NULL, begin, judge, NULL, keep, NULL,
    NULL };
