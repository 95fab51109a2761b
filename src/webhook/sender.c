/* sender.c: one webhook's messages in their order; see internal.h. */
#include "base/limits.h"
#include "base/log.h"
#include "core/webhook.h"
#include "webhook/internal.h"

enum { PAGE = 50 };

struct sending {
    struct webhooks *w;
    int64_t id;
    struct arena arena; /* of one page */
    struct webhook webhook;
    struct feed_page page;
    bool is_gone; /* its place is no longer in the feed */
    struct webhook_step step;
    const struct webhook_delivery *delivery;
};

static size_t read_kinds(struct str events, int64_t *out)
{
    size_t count = 0;
    while (events.len) {
        struct str pattern, rest;
        int64_t kinds[FEED_KINDS_MAX];
        str_cut(events, ' ', &pattern, &rest);
        events = rest;
        size_t n = feed_kinds_of(pattern, kinds);
        for (size_t i = 0; i < n; i++) {
            bool known = false;
            for (size_t k = 0; k < count; k++)
                known = known || out[k] == kinds[i];
            if (!known) out[count++] = kinds[i];
        }
    }
    return count;
}

static enum err read_page(struct tx *tx, void *ctx, struct error *e)
{
    struct sending *s = ctx;
    int64_t kinds[FEED_KINDS_MAX];
    enum err rc = webhook_load(tx, s->id, &s->arena, &s->webhook, e);
    if (rc) return rc;
    struct feed_filter filter = { .since = s->webhook.position,
        .kinds = kinds,
        .kind_count = read_kinds(s->webhook.events, kinds),
        .limit = PAGE };
    rc = feed_list(tx, &filter, &s->arena, &s->page, e);
    s->is_gone = rc == ERR_GONE;
    return s->is_gone ? OK : rc;
}

static enum err write_step(struct change *c, void *ctx, struct error *e)
{
    struct sending *s = ctx;
    if (s->delivery) webhook_delivery_add(c, s->delivery);
    return webhook_step(c, &s->step, e);
}

static enum err write_log(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    webhook_delivery_add(c, ((struct sending *)ctx)->delivery);
    return OK;
}

/* True when the webhook is still ours. An attempt is logged even when it was moved meanwhile. */
static bool record(struct sending *s)
{
    struct error e;
    enum err rc = webhooks_change(s->w, "webhook step", write_step, s, &e);
    if (rc == ERR_STALE && s->delivery)
        rc = webhooks_change(s->w, "webhook log", write_log, s, &e);
    else if (!rc)
        return true;
    if (rc) LOG_WARN("webhook", "not_recorded", "webhook %lld: %s", (long long)s->id, e.detail);
    return false;
}

static void begin_step(struct sending *s)
{
    s->delivery = NULL;
    s->step = (struct webhook_step){ .webhook = &s->webhook,
        .owner = str_of(s->w->owner),
        .lease_until = clock_now(s->w->parts.clock) + s->w->parts.timeout_ms + LEASE_SPARE_MS,
        .position = s->webhook.position,
        .failures = s->webhook.failures,
        .failing_since = s->webhook.failing_since,
        .next_at = s->webhook.next_at };
}

static bool skip_to(struct sending *s, int64_t position)
{
    if (position == s->webhook.position) return true;
    begin_step(s);
    s->step.position = position;
    if (!record(s)) return false;
    s->webhook.position = position;
    return true;
}

static void judge(struct sending *s, const struct webhook_delivery *d, time_ms retry_after_ms)
{
    struct webhook_answer answer = { d->status, retry_after_ms };
    time_ms delay, now = clock_now(s->w->parts.clock);
    enum webhook_verdict verdict =
        webhook_judge(&answer, (int)s->webhook.failures, rng_u64(s->w->parts.rng), &delay);
    s->step.attempted = true;
    s->step.last_status = d->status;
    s->step.failing_since = s->webhook.failing_since ? s->webhook.failing_since : now;
    s->step.failures = s->webhook.failures + 1;
    switch (verdict) {
    case WEBHOOK_DELIVERED:
        s->step.position = d->seq;
        s->step.failures = s->step.failing_since = s->step.next_at = 0;
        break;
    case WEBHOOK_RETRY:
        s->step.next_at = now + delay;
        break;
    case WEBHOOK_GONE:
        s->step.disable = "The receiver answered 410: it wants no more.";
        break;
    case WEBHOOK_GIVE_UP:
        s->step.disable = "It failed for three days. Once the receiver is well, make it active: it"
                          " goes on where it stopped.";
        break;
    }
}

/* True when the message is done and the next one may go. */
static bool send_one(struct sending *s, const struct feed_entry *entry)
{
    struct webhook_delivery d;
    struct error e;
    time_ms retry_after_ms;
    struct arena_mark mark = arena_mark(&s->arena);
    enum err rc = webhook_deliver(s->w, &s->webhook, entry, &s->arena, &d, &retry_after_ms, &e);
    if (rc == ERR_CANCELED) return false;
    begin_step(s);
    if (rc) {
        LOG_WARN("webhook", "not_sent", "webhook %lld: %s", (long long)s->id, e.detail);
        s->step.disable = "Its secret cannot be read: give it another one.";
    } else {
        d.attempt = s->webhook.failures + 1;
        s->delivery = &d;
        judge(s, &d, retry_after_ms);
    }
    bool ours = record(s);
    bool done = ours && !rc && s->step.position == entry->seq;
    if (done) {
        s->webhook.position = entry->seq;
        s->webhook.failures = s->webhook.failing_since = s->webhook.next_at = 0;
    }
    arena_rewind(&s->arena, mark);
    return done;
}

/* True when there is another page. */
static bool send_page(struct sending *s)
{
    struct error e;
    enum err rc = db_read(s->w->parts.db, "webhook page", read_page, s, &e);
    if (rc) {
        if (rc != ERR_NOT_FOUND)
            LOG_WARN("webhook", "not_read", "webhook %lld: %s", (long long)s->id, e.detail);
        return false;
    }
    if (!str_eq(s->webhook.state, S("active"))) return false;
    if (s->is_gone) {
        begin_step(s);
        s->step.disable = "What comes next is no longer kept. Read everything anew, then make it"
                          " active.";
        (void)record(s);
        return false;
    }
    for (size_t i = 0; i < s->page.count; i++)
        if (webhooks_stopping(s->w) || !send_one(s, &s->page.entries[i])) return false;
    return skip_to(s, s->page.next_since) && s->page.more && !webhooks_stopping(s->w);
}

static enum err give_back(struct change *c, void *ctx, struct error *e)
{
    struct sending *s = ctx;
    enum err rc = webhook_purge(c, s->id, e);
    return rc ? rc : webhook_release(c->tx, s->id, str_of(s->w->owner), e);
}

void webhook_send_all(struct webhooks *w, int64_t webhook_id)
{
    struct sending s = { .w = w, .id = webhook_id };
    struct error e;
    arena_init(&s.arena, "webhook", JOB_ARENA_MAX);
    while (send_page(&s))
        arena_reset(&s.arena);
    if (webhooks_change(w, "webhook release", give_back, &s, &e))
        LOG_WARN("webhook", "lease_kept", "webhook %lld: %s; it runs out by itself",
            (long long)webhook_id, e.detail);
    arena_release(&s.arena);
}
