/* listing_work.c: the thread that reads listings: whole imports, what changed, read-backs. */
#include "base/limits.h"
#include "store/listing.h"
#include "store/push.h"
#include "sync/listing_sync.h"
#include "sync/listing_take.h"

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

/* Read-backs */

struct checking {
    struct worker *w;
    struct arena *arena;
    struct push_check *checks;
    size_t count;
    struct push_figures figures;
    const struct channel_listings_page *page;
    struct str marketplace;
    bool by_name; /* one SKU, asked for by its name */
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

static bool is_bad(const struct channel_listings_page *page, struct str sku)
{
    for (size_t i = 0; i < page->bad_count; i++)
        if (str_eq(page->bad[i].id, sku)) return true;
    return false;
}

/* All that a reading says is taken, as from any other: it may say that Amazon fulfils it now. */
static enum err record_checks(struct change *c, void *ctx, struct error *e)
{
    struct checking *k = ctx;
    int64_t channel_id = k->w->channel_id;
    struct listing_taking t = {
        .channel_id = channel_id, .marketplace_id = k->marketplace, .page = k->page
    };
    enum err rc = listing_take(c, &t, e);
    for (size_t i = 0; i < k->count && !rc; i++) {
        const struct push_check *check = &k->checks[i];
        const struct channel_listing *l = find_sku(k->page, check->sku);
        if (l && l->fulfillment == CHANNEL_AMAZON)
            rc = push_taken_over(c, channel_id, check, e);
        else if (l)
            rc = push_checked(c, channel_id, check, l->has_quantity, l->quantity, e);
        else if (is_bad(k->page, check->sku))
            rc = push_unreadable(c, channel_id, check, e);
        else
            rc = push_missed(c, channel_id, check, k->by_name, e);
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

/* Where to look next: in its first marketplace, and when it was missed in one after the other. */
static struct str marketplace_of(const struct push_check *check, const struct channel_row *ch)
{
    struct str ids[CHANNEL_MARKETPLACES_MAX], rest = check->marketplace_ids;
    size_t n = 0;
    while (rest.len && n < CHANNEL_MARKETPLACES_MAX) {
        struct str head;
        str_cut(rest, ' ', &head, &rest);
        if (head.len) ids[n++] = head;
    }
    if (n) return ids[check->missed > 1 ? (size_t)(check->missed - 1) % n : 0];
    return ch->marketplace_count ? ch->marketplace_ids[0] : S("");
}

static bool is_by_name(const struct push_check *check)
{
    return check->missed > 0 || has_comma(check->sku);
}

/* All with the same marketplace as the first; the others come with the next call. */
static size_t same_marketplace(struct checking *k, const struct channel_row *ch, struct str *skus)
{
    size_t n = 0;
    for (size_t i = 0; i < k->count; i++) {
        struct push_check check = k->checks[i];
        if (is_by_name(&check) || !str_eq(marketplace_of(&check, ch), k->marketplace)) continue;
        k->checks[n] = check;
        skus[n++] = check.sku;
    }
    return n;
}

static bool read_single(struct worker *w, struct checking *k, struct channel_listings_page *page,
    struct channel_outcome *o)
{
    struct error e;
    k->count = 1;
    if (!worker_token(w, CHANNEL_OP_LISTING_GET, 0)) return false;
    page->listings = arena_new(k->arena, struct channel_listing, 1);
    page->bad = arena_new(k->arena, struct channel_bad, 1);
    enum err rc = w->driver->listing_get(
        w->conn, k->checks[0].sku, k->marketplace, k->arena, page->listings, o, &e);
    if (rc) return false;
    worker_outcome(w, CHANNEL_OP_LISTING_GET, o, NULL);
    page->count = o->result == CHANNEL_DONE;
    /* Ours for an answer that came and is not what was agreed. */
    if (o->result != CHANNEL_BROKEN || !str_eq(o->code, S("malformed_reply"))) return true;
    page->bad[page->bad_count++] = (struct channel_bad){ k->checks[0].sku, S("{}"), o->detail };
    o->result = CHANNEL_DONE;
    return true;
}

static bool read_batch(struct worker *w, struct checking *k, const struct str *skus,
    struct channel_listings_page *page, struct channel_outcome *o)
{
    struct error e;
    if (!worker_token(w, CHANNEL_OP_LISTINGS_PAGE, 0)) return false;
    struct channel_listings_query q = {
        .marketplace_id = k->marketplace, .skus = skus, .sku_count = k->count
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
    k.marketplace = marketplace_of(&k.checks[0], ch);
    k.by_name = is_by_name(&k.checks[0]);
    struct str skus[CHECK_BATCH];
    if (!k.by_name) k.count = same_marketplace(&k, ch, skus);
    bool called = k.by_name ? read_single(w, &k, &page, &o) : read_batch(w, &k, skus, &page, &o);
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
    bool stalled;  /* pages came again: what is behind them is not known */
    struct listing_taking taking;
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
    return listing_take(c, &r->taking, e);
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

/* One page; *token is where the next one is, in `text`, or empty. */
static bool refresh_page(struct refresh *r, struct arena *arena, struct page_watch *watch,
    char text[LISTING_TOKEN_MAX], struct str *token)
{
    struct worker *w = r->w;
    struct channel_listings_query q = { .marketplace_id = r->taking.marketplace_id,
        .updated_after = r->since - REFRESH_OVERLAP_MS,
        .page_token = *token,
        .newest_first = true };
    struct channel_listings_page page = { 0 };
    struct channel_outcome o = { .result = CHANNEL_BROKEN };
    struct error e;
    if (!worker_token(w, CHANNEL_OP_LISTINGS_PAGE, 1)) return false;
    if (w->driver->listings_page(w->conn, &q, arena, &page, &o, &e)) return false;
    worker_outcome(w, CHANNEL_OP_LISTINGS_PAGE, &o, NULL);
    if (o.result != CHANNEL_DONE) return false;
    r->too_many = r->too_many || page.total > RESULTS_MAX;
    struct page_print print = listing_page_print(&page);
    r->stalled = page_watch_stalls(watch, print) || page.next_token.len > LISTING_TOKEN_MAX;
    r->taking.page = &page;
    bool taken = !worker_change(w, "refresh", take_refresh, r, &e);
    r->taking.page = NULL; /* it ends with this round */
    if (!taken || r->stalled) return false;
    page_watch_note(watch, print);
    atomic_fetch_add(&w->engine->listings, (long long)page.count);
    if (page.next_token.len) memcpy(text, page.next_token.at, page.next_token.len);
    *token = (struct str){ text, page.next_token.len };
    return true;
}

static bool refresh_marketplace(struct refresh *r, struct str marketplace)
{
    struct arena arena;
    struct str token = S("");
    struct page_watch watch;
    char text[LISTING_TOKEN_MAX];
    bool good = true;
    r->taking =
        (struct listing_taking){ .channel_id = r->w->channel_id, .marketplace_id = marketplace };
    page_watch_reset(&watch);
    arena_init(&arena, "refresh", JOB_ARENA_MAX);
    for (int i = 0; good && (i == 0 || token.len); i++) {
        arena_reset(&arena);
        r->too_many = r->too_many || i == REFRESH_PAGES_MAX;
        if (i == REFRESH_PAGES_MAX) break;
        good = refresh_page(r, &arena, &watch, text, &token);
    }
    arena_release(&arena);
    return good;
}

/* *stalled: it was so the last time, and told. */
static void refresh(
    struct worker *w, const struct channel_row *ch, struct arena *arena, bool *stalled)
{
    struct refresh r = { .w = w, .arena = arena };
    struct error e;
    if (db_read(w->engine->parts.db, "refresh", read_since, &r, &e) || !r.imported) return;
    r.looked_at = worker_channel_now(w);
    if (!r.since) r.since = r.looked_at;
    bool good = true;
    for (size_t i = 0; i < ch->marketplace_count && good; i++)
        good = refresh_marketplace(&r, ch->marketplace_ids[i]);
    if (r.stalled && !*stalled)
        worker_tell_stalled(w, CHANNEL_OP_LISTINGS_PAGE, 0,
            "some changed listings are not read; all that changed is read again until it works");
    if (good || r.stalled) *stalled = r.stalled;
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
    bool proved = false, stalled = false;
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
            refresh(w, ch, &arena, &stalled);
        }
        idle = next_look(w, last_refresh, gap);
    }
    arena_release(&arena);
    return NULL;
}
