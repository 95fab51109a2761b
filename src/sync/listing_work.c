/* listing_work.c: the thread that reads listings: whole imports, what changed, read-backs. */
#include "base/limits.h"
#include "store/listing.h"
#include "store/push.h"
#include "sync/internal.h"
#include "sync/listing_sync.h"

#include <string.h>

enum {
    IDLE_MS = 30 * 1000,
    FAULT_MS = 2000,
    CHECK_BATCH = 20, /* SKUs in one search (sp-api.md 3) */
    CHECK_RETRY_MS = 5000,
    REFRESH_OVERLAP_MS = 5 * 60 * 1000,
    RESULTS_MAX = 1000, /* the search shows no more (sp-api.md 3.3) */
    REFRESH_PAGES_MAX = RESULTS_MAX / 20,
};

struct listing_read *listing_reads(const struct channel_listings_page *page, struct arena *arena)
{
    struct listing_read *out = arena_new(arena, struct listing_read, page->count + 1);
    for (size_t i = 0; i < page->count; i++) {
        const struct channel_listing *l = &page->listings[i];
        out[i] = (struct listing_read){ l->sku, l->asin, l->title, l->product_type, l->condition,
            l->marketplace_id, l->fulfillment == CHANNEL_AMAZON, l->active, l->has_quantity,
            l->quantity, l->issues.len ? l->issues : S("[]") };
    }
    return out;
}

/* Read-backs */

struct checking {
    struct worker *w;
    struct arena *arena;
    struct push_check *checks;
    size_t count;
    struct push_figures figures;
    const struct channel_listings_page *page;
    size_t at; /* of the single one */
    time_ms later;
};

static enum err find_due(struct tx *tx, void *ctx, struct error *e)
{
    struct checking *k = ctx;
    struct push_due due = { k->w->channel_id, worker_now(k->w), CHECK_BATCH };
    return push_checks_due(tx, &due, k->arena, &k->checks, &k->count, e);
}

static bool has_comma(struct str s)
{
    return s.len && memchr(s.at, ',', s.len) != NULL;
}

static const struct channel_listing *find_sku(
    const struct channel_listings_page *page, struct str sku)
{
    for (size_t i = 0; i < page->count; i++)
        if (str_eq(page->listings[i].sku, sku)) return &page->listings[i];
    return NULL;
}

static enum err record_checks(struct change *c, void *ctx, struct error *e)
{
    struct checking *k = ctx;
    enum err rc = OK;
    for (size_t i = 0; i < k->count && !rc; i++) {
        const struct channel_listing *l = find_sku(k->page, k->checks[i].sku);
        if (!l)
            rc = push_check_later(c, &k->checks[i], c->now + CHECK_RETRY_MS * 6, e);
        else if (l->fulfillment == CHANNEL_AMAZON)
            rc = push_taken_over(c, k->w->channel_id, &k->checks[i], e);
        else
            rc = push_checked(c, k->w->channel_id, &k->checks[i], l->has_quantity, l->quantity, e);
    }
    return rc;
}

static enum err postpone(struct change *c, void *ctx, struct error *e)
{
    struct checking *k = ctx;
    enum err rc = OK;
    for (size_t i = 0; i < k->count && !rc; i++)
        rc = push_check_later(c, &k->checks[i], c->now + CHECK_RETRY_MS, e);
    return rc;
}

static struct str first_marketplace(const struct push_check *check, const struct channel_row *ch)
{
    struct str head, tail;
    str_cut(check->marketplace_ids, ' ', &head, &tail);
    if (head.len) return head;
    return ch->marketplace_count ? ch->marketplace_ids[0] : S("");
}

/* All with the same marketplace as the first; the others come with the next call. */
static size_t same_marketplace(
    struct checking *k, struct str marketplace, const struct channel_row *ch, struct str *skus)
{
    size_t n = 0;
    for (size_t i = 0; i < k->count; i++) {
        struct push_check check = k->checks[i];
        if (has_comma(check.sku) || !str_eq(first_marketplace(&check, ch), marketplace)) continue;
        k->checks[n] = check;
        skus[n++] = check.sku;
    }
    return n;
}

static bool read_single(struct worker *w, struct checking *k, struct str marketplace,
    struct channel_listings_page *page, struct channel_outcome *o)
{
    struct error e;
    k->count = 1;
    if (!worker_token(w, CHANNEL_OP_LISTING_GET, 0)) return false;
    page->listings = arena_new(k->arena, struct channel_listing, 1);
    enum err rc = w->driver->listing_get(
        w->conn, k->checks[0].sku, marketplace, k->arena, page->listings, o, &e);
    if (rc) return false;
    worker_outcome(w, CHANNEL_OP_LISTING_GET, o, NULL);
    page->count = o->result == CHANNEL_DONE;
    return true;
}

static bool read_batch(struct worker *w, struct checking *k, struct str marketplace,
    const struct str *skus, struct channel_listings_page *page, struct channel_outcome *o)
{
    struct error e;
    if (!worker_token(w, CHANNEL_OP_LISTINGS_PAGE, 0)) return false;
    struct channel_listings_query q = {
        .marketplace_id = marketplace, .skus = skus, .sku_count = k->count
    };
    if (w->driver->listings_page(w->conn, &q, k->arena, page, o, &e)) return false;
    worker_outcome(w, CHANNEL_OP_LISTINGS_PAGE, o, NULL);
    return true;
}

/* One batch; false when nothing was due. */
static bool check_some(struct worker *w, const struct channel_row *ch, struct arena *arena)
{
    struct checking k = { .w = w, .arena = arena };
    struct error e;
    if (db_read(w->engine->parts.db, "checks_due", find_due, &k, &e) || !k.count) return false;
    struct channel_listings_page page = { 0 };
    struct channel_outcome o = { .result = CHANNEL_BROKEN };
    struct str marketplace = first_marketplace(&k.checks[0], ch);
    struct str skus[CHECK_BATCH];
    bool single = has_comma(k.checks[0].sku);
    if (!single) k.count = same_marketplace(&k, marketplace, ch, skus);
    bool called = single ? read_single(w, &k, marketplace, &page, &o)
                         : read_batch(w, &k, marketplace, skus, &page, &o);
    if (!called && worker_stopping(w)) return false;
    k.page = &page;
    bool good = called && (o.result == CHANNEL_DONE || o.result == CHANNEL_NOT_FOUND);
    if (worker_change(w, "read_back", good ? record_checks : postpone, &k, &e))
        worker_fault(w, "read_back_not_recorded", &e);
    return true;
}

/* What changed since the last look, newest first. */

struct refresh {
    struct worker *w;
    struct arena *arena;
    time_ms since; /* the channel's clock; 0: never looked */
    bool imported; /* a whole import has been done */
    bool too_many; /* more changed than the search shows */
    const struct channel_listings_page *page;
    time_ms looked_at;
};

static enum err read_since(struct tx *tx, void *ctx, struct error *e)
{
    struct refresh *r = ctx;
    struct str text;
    time_ms at;
    enum err rc =
        cursor_get(tx, r->w->channel_id, LISTINGS_REFRESH_CURSOR, r->arena, &text, &at, e);
    if (rc) return rc;
    if (!str_to_int64(text, &r->since)) r->since = 0;
    return run_has_succeeded(tx, r->w->channel_id, RUN_SYNC_LISTINGS, &r->imported, e);
}

static enum err take_refresh(struct change *c, void *ctx, struct error *e)
{
    struct refresh *r = ctx;
    return listing_import(
        c, r->w->channel_id, 0, listing_reads(r->page, c->arena), r->page->count, e);
}

static enum err end_refresh(struct change *c, void *ctx, struct error *e)
{
    struct refresh *r = ctx;
    /* What the search did not show is found by a whole import, which moves the cursor itself. */
    if (r->too_many) {
        struct run_order order = { r->w->channel_id, RUN_SYNC_LISTINGS, S("") };
        struct run run;
        bool is_new;
        return run_queue(c, &order, c->arena, &run, &is_new, e);
    }
    cursor_set(c, r->w->channel_id, LISTINGS_REFRESH_CURSOR,
        arena_fmt(c->arena, "%lld", (long long)r->looked_at));
    return OK;
}

static bool refresh_marketplace(struct refresh *r, struct str marketplace)
{
    struct worker *w = r->w;
    struct arena arena;
    struct str token = S("");
    char token_text[4096];
    bool good = true, more = true;
    arena_init(&arena, "refresh", JOB_ARENA_MAX);
    for (int i = 0; i < REFRESH_PAGES_MAX && good && more; i++) {
        arena_reset(&arena);
        struct channel_listings_query q = { .marketplace_id = marketplace,
            .updated_after = r->since - REFRESH_OVERLAP_MS,
            .page_token = token,
            .newest_first = true };
        struct channel_listings_page page = { 0 };
        struct channel_outcome o = { .result = CHANNEL_BROKEN };
        struct error e;
        good = worker_token(w, CHANNEL_OP_LISTINGS_PAGE, 1) &&
               !w->driver->listings_page(w->conn, &q, &arena, &page, &o, &e);
        if (!good) break;
        worker_outcome(w, CHANNEL_OP_LISTINGS_PAGE, &o, NULL);
        good = o.result == CHANNEL_DONE;
        r->too_many = r->too_many || (good && page.total > RESULTS_MAX);
        r->page = &page;
        if (good && page.count) good = !worker_change(w, "refresh", take_refresh, r, &e);
        r->page = NULL; /* it ends with this round */
        atomic_fetch_add(&w->engine->listings, (long long)page.count);
        more = good && page.next_token.len && page.next_token.len <= sizeof token_text;
        if (more) {
            memcpy(token_text, page.next_token.at, page.next_token.len);
            token = (struct str){ token_text, page.next_token.len };
        }
    }
    arena_release(&arena);
    return good;
}

static void refresh(struct worker *w, const struct channel_row *ch, struct arena *arena)
{
    struct refresh r = { .w = w, .arena = arena };
    struct error e;
    if (db_read(w->engine->parts.db, "refresh", read_since, &r, &e) || !r.imported) return;
    r.looked_at = worker_channel_now(w);
    if (!r.since) r.since = r.looked_at;
    bool good = true;
    for (size_t i = 0; i < ch->marketplace_count && good; i++)
        good = refresh_marketplace(&r, ch->marketplace_ids[i]);
    if (good && worker_change(w, "refresh", end_refresh, &r, &e))
        worker_fault(w, "refresh_not_recorded", &e);
}

static enum err read_due_time(struct tx *tx, void *ctx, struct error *e)
{
    struct checking *k = ctx;
    return push_next_check(tx, k->w->channel_id, &k->later, e);
}

static time_ms next_look(struct worker *w, time_ms last_refresh, time_ms gap)
{
    struct checking k = { .w = w };
    struct error e;
    struct clock *clock = w->engine->parts.clock;
    time_ms idle = last_refresh + gap - clock_monotonic(clock);
    if (!db_read(w->engine->parts.db, "check_time", read_due_time, &k, &e) && k.later) {
        time_ms due = k.later - worker_now(w);
        if (due < idle) idle = due;
    }
    return idle < 20 ? 20 : idle > IDLE_MS ? IDLE_MS : idle;
}

/* A channel that was just set up, or whose credentials were changed, proves itself; so does one
 * that is to be reconnected and of which nothing more is known, as after a start. False while
 * nothing is known for certain. */
static bool prove(struct worker *w, struct arena *arena)
{
    struct channel_marketplace *marketplaces;
    size_t count;
    struct channel_outcome o = { 0 };
    struct error e;
    time_ms wait;
    if (!worker_token_now(w, CHANNEL_OP_ACCOUNT, 0, &wait)) return false;
    if (w->driver->account(w->conn, arena, &marketplaces, &count, &o, &e)) return false;
    worker_outcome(w, CHANNEL_OP_ACCOUNT, &o, NULL);
    return o.result == CHANNEL_DONE || o.result == CHANNEL_GRANT_LOST ||
           o.result == CHANNEL_CLIENT_WRONG;
}

void *listing_thread(void *worker)
{
    struct worker *w = worker;
    struct arena arena;
    arena_init(&arena, "listing thread", JOB_ARENA_MAX);
    unsigned seen = 0;
    time_ms idle = 0, gap = w->engine->parts.options.listing_refresh_ms;
    struct clock *clock = w->engine->parts.clock;
    time_ms last_refresh = clock_monotonic(clock);
    bool proved = false;
    while (worker_wait(w, WAKE_LISTINGS, &seen, idle)) {
        arena_reset(&arena);
        struct channel_row *ch = arena_new(&arena, struct channel_row, 1);
        struct error e;
        idle = FAULT_MS;
        if (worker_channel(w, &arena, ch, &e)) continue;
        proved = proved || ch->state == CHANNEL_CONNECTED || prove(w, &arena);
        listing_sync_tend(w, ch);
        idle = IDLE_MS;
        if (!worker_has_work(w, ch)) continue;
        while (!worker_stopping(w) && check_some(w, ch, &arena))
            ;
        if (clock_monotonic(clock) - last_refresh >= gap) {
            last_refresh = clock_monotonic(clock);
            refresh(w, ch, &arena);
        }
        idle = next_look(w, last_refresh, gap);
    }
    arena_release(&arena);
    return NULL;
}
