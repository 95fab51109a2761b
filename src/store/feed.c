/* feed.c: kinds, reading and keeping of the change feed; see feed.h. */
#include "store/feed.h"

static const struct {
    enum feed_kind kind;
    const char *name;
} kinds[] = {
    { FEED_ITEM_CREATED, "item.created" },
    { FEED_ITEM_UPDATED, "item.updated" },
    { FEED_ITEM_DELETED, "item.deleted" },
    { FEED_ORDER_CREATED, "order.created" },
    { FEED_ORDER_UPDATED, "order.updated" },
    { FEED_ORDER_DELETED, "order.deleted" },
    { FEED_VARIATION_CREATED, "variation.created" },
    { FEED_VARIATION_UPDATED, "variation.updated" },
    { FEED_VARIATION_DELETED, "variation.deleted" },
    { FEED_LISTING_CREATED, "listing.created" },
    { FEED_LISTING_UPDATED, "listing.updated" },
    { FEED_LISTING_DELETED, "listing.deleted" },
    { FEED_LISTING_QUANTITY, "listing.quantity_changed" },
    { FEED_CHANNEL_CREATED, "channel.created" },
    { FEED_CHANNEL_UPDATED, "channel.updated" },
    { FEED_CHANNEL_DELETED, "channel.deleted" },
    { FEED_STOCK_LEVEL_UPDATED, "stock_level.updated" },
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };
_Static_assert((int)KIND_COUNT <= (int)FEED_KINDS_MAX, "room for every kind");

const char *feed_kind_name(int64_t kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if ((int64_t)kinds[i].kind == kind) return kinds[i].name;
    return NULL;
}

const char *feed_resource_name(int64_t kind)
{
    static const char *const names[] = { NULL, "item", "order", "variation", "listing", "channel",
        "stock_level" };
    return feed_kind_name(kind) ? names[kind / 10] : NULL;
}

size_t feed_kinds_of(struct str pattern, int64_t *out)
{
    size_t count = 0;
    bool any = str_ends(pattern, S("*"));
    struct str prefix = str_sub(pattern, 0, pattern.len - any);
    if (any && prefix.len && !str_ends(prefix, S("."))) return 0;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct str name = str_of(kinds[i].name);
        if (any ? str_starts(name, prefix) : str_eq(name, pattern)) out[count++] = kinds[i].kind;
    }
    return count;
}

bool feed_is_topic(const char *topic)
{
    static const char *const topics[] = { TOPIC_CHANGES, TOPIC_ITEM, TOPIC_ORDER, TOPIC_LISTING,
        TOPIC_VARIATION, TOPIC_CHANNEL, TOPIC_PUSH, TOPIC_STOCK };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        if (str_eq(str_of(topic), str_of(topics[i]))) return true;
    return false;
}

static void put_figure(struct jw *w, const char *key, bool present, int64_t n)
{
    if (present)
        jw_kint(w, key, n);
    else
        jw_knull(w, key);
}

static void put_figures(struct jw *w, const struct feed_entry *f)
{
    bool level = f->kind == FEED_STOCK_LEVEL_UPDATED;
    if (!level && f->kind != FEED_LISTING_QUANTITY) {
        jw_knull(w, "figures");
        return;
    }
    jw_key(w, "figures");
    jw_object(w);
    if (f->sku.len)
        jw_kstr(w, "sku", f->sku);
    else
        jw_knull(w, "sku");
    if (level) {
        jw_kint(w, "on_hand", f->on_hand);
        jw_kint(w, "outstanding", f->outstanding);
        jw_kint(w, "calculated", f->on_hand - f->outstanding);
    } else {
        put_figure(w, "target", f->has_target, f->target);
        put_figure(w, "last_synced", f->has_synced, f->synced);
    }
    jw_object_end(w);
}

void feed_put(struct jw *w, const struct feed_entry *f)
{
    char text[RFC3339_SIZE];
    jw_object(w);
    jw_kint(w, "seq", f->seq);
    jw_kstr(w, "at", rfc3339_format(f->at, text));
    jw_kstr(w, "kind", str_of(feed_kind_name(f->kind)));
    jw_kstr(w, "resource", str_of(feed_resource_name(f->kind)));
    jw_kint(w, "id", f->resource_id);
    put_figure(w, "version", f->version != 0, f->version);
    put_figures(w, f);
    jw_object_end(w);
}

enum err feed_ends(struct tx *tx, struct feed_ends *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT first_seq, last_seq FROM change_head WHERE id = 1");
    *out = (struct feed_ends){ 1, 0 };
    if (stmt_row(st)) *out = (struct feed_ends){ stmt_int(st, 0), stmt_int(st, 1) };
    return stmt_end(st, e);
}

enum err feed_has_marks(struct tx *tx, bool *out, struct error *e)
{
    int64_t one;
    enum err rc = stmt_scalar(tx_prepare(tx, "SELECT id FROM change_mark LIMIT 1"), 0, &one, e);
    *out = one != 0;
    return rc;
}

static enum err refuse_gone(
    const struct feed_filter *f, const struct feed_ends *ends, struct error *e)
{
    if (f->since >= ends->first - 1 && f->since <= ends->last) return OK;
    const char *why = f->since > ends->last
                          ? "the feed does not reach there: another database was put in its place"
                          : "some of what came after it is no longer kept";
    return error_code(e, ERR_GONE, "since_gone",
        "%s; read everything anew, then go on from since=%lld", why, (long long)ends->last);
}

static void read_entry(struct stmt *st, struct arena *arena, struct feed_entry *out)
{
    *out = (struct feed_entry){
        .seq = stmt_int(st, 0),
        .at = stmt_int(st, 1),
        .kind = stmt_int(st, 2),
        .resource_id = stmt_int(st, 3),
        .version = stmt_int(st, 4),
        .sku = stmt_str(st, 5, arena),
        .on_hand = stmt_int(st, 6),
        .outstanding = stmt_int(st, 7),
        .has_target = !stmt_null(st, 8),
        .target = stmt_int(st, 8),
        .has_synced = !stmt_null(st, 9),
        .synced = stmt_int(st, 9),
    };
}

enum err feed_list(struct tx *tx, const struct feed_filter *filter, struct arena *arena,
    struct feed_page *out, struct error *e)
{
    struct feed_ends ends;
    *out = (struct feed_page){ arena_new(arena, struct feed_entry, (size_t)filter->limit + 1), 0,
        filter->since, false };
    enum err rc = feed_ends(tx, &ends, e);
    if (!rc) rc = refuse_gone(filter, &ends, e);
    if (rc) return rc;
    int64_t upto = filter->since + FEED_SCAN_MAX;
    if (upto > ends.last) upto = ends.last;
    struct stmt *st = tx_prepare(tx,
        "SELECT seq, at, kind, resource_id, version, sku, on_hand, outstanding, target, synced"
        " FROM change_feed WHERE seq > $1 AND seq <= $2 AND ($3 = 0 OR kind IN {ints $4})"
        " ORDER BY seq LIMIT $5");
    stmt_bind_int(st, 1, filter->since);
    stmt_bind_int(st, 2, upto);
    stmt_bind_int(st, 3, filter->kinds != NULL);
    stmt_bind_ints(st, 4, filter->kinds, filter->kind_count);
    stmt_bind_int(st, 5, filter->limit);
    while (stmt_row(st) && out->count < (size_t)filter->limit)
        read_entry(st, arena, &out->entries[out->count++]);
    rc = stmt_end(st, e);
    bool full = out->count == (size_t)filter->limit;
    out->next_since = full ? out->entries[out->count - 1].seq : upto;
    out->more = out->next_since < ends.last;
    return rc;
}

enum err feed_seq_at(struct tx *tx, time_ms at, int64_t *out, struct error *e)
{
    struct feed_ends ends;
    enum err rc = feed_ends(tx, &ends, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(tx, "SELECT MIN(seq) FROM change_feed WHERE at >= $1");
    stmt_bind_int(st, 1, at);
    rc = stmt_scalar(st, ends.last + 1, out, e);
    --*out;
    return rc;
}

enum err feed_purge(struct change *c, int64_t rows_max, bool *more, struct error *e)
{
    const time_ms day = (time_ms)24 * 3600 * 1000;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT first_seq, last_seq FROM change_head WHERE id = 1 FOR UPDATE");
    struct feed_ends ends = { 1, 0 };
    if (stmt_row(st)) ends = (struct feed_ends){ stmt_int(st, 0), stmt_int(st, 1) };
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    /* The last of a bounded piece that is too old or one too many. */
    st = tx_prepare(c->tx, "SELECT MAX(seq) FROM change_feed WHERE seq < $1"
                           " AND (at < $2 OR seq <= $3)");
    stmt_bind_int(st, 1, ends.first + FEED_PURGE_MAX);
    stmt_bind_int(st, 2, c->now - FEED_KEEP_DAYS * day);
    stmt_bind_int(st, 3, ends.last - rows_max);
    int64_t last;
    rc = stmt_scalar(st, 0, &last, e);
    *more = !rc && last == ends.first + FEED_PURGE_MAX - 1;
    if (rc || last < ends.first) return rc;
    st = tx_prepare(c->tx, "DELETE FROM change_feed WHERE seq <= $1");
    stmt_bind_int(st, 1, last);
    stmt_later(st);
    st = tx_prepare(c->tx, "UPDATE change_head SET first_seq = $1 WHERE id = 1");
    stmt_bind_int(st, 1, last + 1);
    return stmt_run(st, NULL, e);
}
