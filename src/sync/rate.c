/* rate.c: the token buckets of an account, shared by its channels (sp-api.md 6).
 *
 * Amazon counts calls by seller, region and application: two channels of one seller that each had
 * buckets of their own would call twice as often as they may. What another process spends for
 * another channel of the seller is not seen here; it shows as refusals.
 */
#include "base/assert.h"
#include "base/log.h"
#include "sync/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rate_account_of(const struct channel_row *ch, const struct channel_credentials *credentials,
    char out[RATE_ACCOUNT_SIZE])
{
    /* Ids only have to be told from others here; the application's is sealed where it is kept. */
    uint64_t seller = str_hash(ch->seller_id);
    uint64_t application =
        str_hash(credentials->client_id) * 0x100000001B3u ^ str_hash(ch->endpoint_url);
    (void)snprintf(out, RATE_ACCOUNT_SIZE, "%.*s %.*s %016llx %016llx",
        STR_FMT(str_sub(ch->kind, 0, 32)), STR_FMT(str_sub(ch->region, 0, 32)),
        (unsigned long long)seller, (unsigned long long)application);
}

bool rates_take(struct rates *r, enum channel_op op, time_ms now, int64_t keep, time_ms *wait_ms)
{
    (void)pthread_mutex_lock(&r->lock);
    bool taken = bucket_take(&r->buckets[op], now, keep, wait_ms);
    r->changed[op] = r->changed[op] || taken;
    (void)pthread_mutex_unlock(&r->lock);
    return taken;
}

void rates_give_back(struct rates *r, enum channel_op op)
{
    (void)pthread_mutex_lock(&r->lock);
    bucket_give_back(&r->buckets[op]);
    (void)pthread_mutex_unlock(&r->lock);
}

static time_ms monotonic(const struct worker *w)
{
    return clock_monotonic(w->engine->parts.clock);
}

struct saving {
    struct worker *w;
    struct bucket buckets[CHANNEL_OP_COUNT];
    bool changed[CHANNEL_OP_COUNT];
};

static enum err save(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    struct saving *s = ctx;
    for (int op = 0; op < CHANNEL_OP_COUNT; op++) {
        if (!s->changed[op]) continue;
        char text[BUCKET_TEXT_SIZE];
        struct str state = bucket_save(&s->buckets[op], monotonic(s->w), c->now, text);
        rate_bucket_set(c, str_of(s->w->rates->account), s->w->driver->limits[op].name, state);
    }
    return OK;
}

void rates_save(struct worker *w)
{
    struct saving s = { .w = w };
    struct rates *r = w->rates;
    bool any = false;
    (void)pthread_mutex_lock(&r->lock);
    for (int op = 0; op < CHANNEL_OP_COUNT; op++) {
        s.buckets[op] = r->buckets[op];
        s.changed[op] = r->changed[op];
        any = any || s.changed[op];
        r->changed[op] = false;
    }
    (void)pthread_mutex_unlock(&r->lock);
    struct error e;
    if (any && worker_change(w, "rates", save, &s, &e))
        LOG_WARN("sync", "rates_not_saved", "%s", e.detail);
}

static struct rates *find(struct engine *engine, const char *account)
{
    struct rates *r = engine->rates;
    while (r && strcmp(r->account, account) != 0)
        r = r->next;
    return r;
}

static void release(struct rates *r)
{
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

struct joining {
    struct worker *w;
    struct rates *rates;
    bool is_new;
};

/* May run again: so from the beginning. */
static enum err join(struct change *c, void *ctx, struct error *e)
{
    struct joining *j = ctx;
    const struct worker *w = j->w;
    struct str account = str_of(j->rates->account);
    rate_account_set(c, w->channel_id, account);
    enum err rc = OK;
    for (int op = 0; op < CHANNEL_OP_COUNT && j->is_new && !rc; op++) {
        const struct channel_op_limit *limit = &w->driver->limits[op];
        struct bucket *b = &j->rates->buckets[op];
        struct str state;
        bucket_init(b, limit->rate_micro_per_s, limit->burst, monotonic(w));
        rc = rate_bucket_get(c->tx, account, limit->name, c->arena, &state, e);
        if (!rc && state.len) (void)bucket_restore(b, state, monotonic(w), c->now);
    }
    return rc;
}

enum err rates_join(struct worker *w, const char account[RATE_ACCOUNT_SIZE], struct error *e)
{
    struct joining j = { w, find(w->engine, account), false };
    if (!j.rates) {
        j.is_new = true;
        j.rates = calloc(1, sizeof *j.rates); /* tidy: allow, outlives every arena */
        ASSERT(j.rates);
        (void)pthread_mutex_init(&j.rates->lock, NULL);
        memcpy(j.rates->account, account, strlen(account) + 1);
    }
    enum err rc = worker_change(w, "join_rates", join, &j, e);
    if (rc) {
        if (j.is_new) release(j.rates);
        return rc;
    }
    if (j.is_new) {
        j.rates->next = w->engine->rates;
        w->engine->rates = j.rates;
    }
    j.rates->workers++;
    w->rates = j.rates;
    return OK;
}

void rates_leave(struct worker *w)
{
    struct rates *r = w->rates;
    if (!r) return;
    rates_save(w);
    w->rates = NULL;
    if (--r->workers) return;
    struct rates **at = &w->engine->rates;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    release(r);
}
