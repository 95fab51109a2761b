/* call.c: what every answer of a channel means for its rates, its state and its log (design.md 5).
 */
#include "base/log.h"
#include "sync/internal.h"

enum { BROKEN_TOLD_EVERY = 20 };
_Static_assert(CHANNEL_OP_COUNT <= ACCESS_OPERATIONS_MAX, "each operation has its place");

struct verdict {
    const char *kind, *severity; /* of the event; NULL: none */
    enum access_verdict access;
};

static void tell_as(struct verdict *v, const char *kind, const char *severity)
{
    v->kind = kind;
    v->severity = severity;
}

/* Under the locks: counters and buckets. */
static struct verdict judge(struct worker *w, enum channel_op op, const struct channel_outcome *o,
    time_ms now, int64_t jitter)
{
    struct bucket *b = &w->rates->buckets[op];
    const struct access_operation *before = &w->access.operations[op];
    struct verdict v = { .access = ACCESS_UNCHANGED };
    w->rates->changed[op] = true;
    switch (o->result) {
    case CHANNEL_DONE:
    case CHANNEL_NOT_FOUND:
    case CHANNEL_REFUSED:
        bucket_answered(b, now, o->rate_micro_per_s);
        v.access = access_answered(&w->access, (int)op, now);
        if (o->result == CHANNEL_REFUSED && op != CHANNEL_OP_QUANTITY_PUSH)
            tell_as(&v, "call_refused", "error");
        break;
    case CHANNEL_THROTTLED:
        if (b->refusals == 0) tell_as(&v, "throttled", "info");
        bucket_refused(b, now, jitter);
        break;
    case CHANNEL_UNAUTHORIZED:
        if (!before->denied) tell_as(&v, "unauthorised", "error");
        v.access = access_denied(&w->access, (int)op, now);
        break;
    case CHANNEL_GRANT_LOST:
    case CHANNEL_CLIENT_WRONG:
        if (!w->access.lost) tell_as(&v, "unauthorised", "error");
        v.access = access_lost(&w->access, (int)op, now);
        break;
    case CHANNEL_BROKEN:
    case CHANNEL_UNKNOWN:
        if (before->broken % BROKEN_TOLD_EVERY == 0) tell_as(&v, "unavailable", "warning");
        access_broken(&w->access, (int)op, now);
        break;
    }
    return v;
}

struct telling {
    struct worker *w;
    enum channel_op op;
    const struct channel_outcome *o;
    const struct call_note *note;
    struct verdict verdict;
    enum channel_state state;                  /* the channel's then */
    time_ms credentials_set_at, token_kept_at; /* of the credentials that were used */
};

static struct str words(const struct channel_outcome *o, struct arena *arena)
{
    if (!o->code.len) return o->detail;
    return arena_fmt(arena, "%.*s: %.*s", STR_FMT(o->code), STR_FMT(o->detail));
}

static const char *our_words(const struct channel_outcome *o)
{
    switch (o->result) {
    case CHANNEL_THROTTLED:
        return "too many calls: slowed down";
    case CHANNEL_UNAUTHORIZED:
        return "access was denied, also with a fresh token";
    case CHANNEL_GRANT_LOST:
        return "the seller's grant was revoked or has expired: authorise again and paste the new"
               " refresh token";
    case CHANNEL_CLIENT_WRONG:
        return "the application's client id or secret is wrong or has expired";
    case CHANNEL_BROKEN:
        return "the channel cannot be reached or is broken; tried again";
    case CHANNEL_UNKNOWN:
        return "no answer came: it may or may not have been done; tried again";
    case CHANNEL_DONE:
    case CHANNEL_NOT_FOUND:
    case CHANNEL_REFUSED:
        break;
    }
    return "refused";
}

#define DENIED_LONG                                                                                \
    "access has been denied for an hour, also with fresh tokens: look at the application's roles"  \
    " in Seller Central and authorise it again; it is tried on, in case the trouble is the"        \
    " channel's own"

static enum channel_state state_after(enum channel_state now, enum access_verdict verdict)
{
    switch (verdict) {
    case ACCESS_GOOD:
        return CHANNEL_CONNECTED;
    case ACCESS_SUSPECT:
        return now == CHANNEL_RECONNECT_NEEDED ? now : CHANNEL_SUSPECT;
    case ACCESS_RECOVERING:
        return now == CHANNEL_RECONNECT_NEEDED ? CHANNEL_SUSPECT : now;
    case ACCESS_DENIED:
    case ACCESS_LOST:
        return CHANNEL_RECONNECT_NEEDED;
    case ACCESS_UNCHANGED:
        break;
    }
    return now;
}

static enum err tell(struct change *c, void *ctx, struct error *e)
{
    struct telling *t = ctx;
    if (t->verdict.kind)
        channel_event_add(c, t->w->channel_id,
            &(struct channel_event){ .kind = t->verdict.kind,
                .severity = t->verdict.severity,
                .operation = str_of(t->w->driver->limits[t->op].name),
                .http_status = t->o->http_status,
                .detail = str_of(our_words(t->o)),
                .channel_message = words(t->o, c->arena),
                .request_id = t->o->request_id,
                .sku = t->note ? t->note->sku : S(""),
                .channel_order_id = t->note ? t->note->channel_order_id : S(""),
                .listing_id = t->note ? t->note->listing_id : 0,
                .run_id = t->note ? t->note->run_id : 0 });
    if (t->verdict.access == ACCESS_UNCHANGED) return OK;
    struct channel_row ch;
    enum err rc = channel_load(c->tx, t->w->channel_id, c->arena, &ch, e);
    if (rc) return rc == ERR_NOT_FOUND ? OK : rc;
    /* Others are in use since, and this worker ends: its answer says nothing of them. */
    t->state = ch.state;
    if (ch.credentials_set_at != t->credentials_set_at || ch.token_kept_at != t->token_kept_at)
        return OK;
    t->state = state_after(ch.state, t->verdict.access);
    if (ch.state == t->state) return OK;
    struct str detail = t->verdict.access == ACCESS_GOOD     ? S("")
                        : t->verdict.access == ACCESS_DENIED ? S(DENIED_LONG)
                                                             : str_of(our_words(t->o));
    return channel_set_state(c, &ch, t->state, detail, e);
}

static void set_told(struct worker *w, enum channel_state state)
{
    (void)pthread_mutex_lock(&w->lock);
    w->told = state;
    (void)pthread_mutex_unlock(&w->lock);
}

void worker_outcome(struct worker *w, enum channel_op op, const struct channel_outcome *o,
    const struct call_note *note)
{
    struct engine *engine = w->engine;
    worker_keep_token(w);
    int64_t jitter = (int64_t)rng_below(engine->parts.rng, 1000);
    struct clock_moment moment = clock_moment(engine->parts.clock);
    time_ms now = moment.monotonic;
    atomic_fetch_add(&engine->calls, 1);
    if (o->result == CHANNEL_THROTTLED) atomic_fetch_add(&engine->throttled, 1);
    if (o->result == CHANNEL_REFUSED) atomic_fetch_add(&engine->refused, 1);
    if (o->result > CHANNEL_THROTTLED) atomic_fetch_add(&engine->failed, 1);
    struct telling t = { .w = w, .op = op, .o = o, .note = note };
    token_keeper_see(&w->tokens, &t.credentials_set_at, &t.token_kept_at);
    (void)pthread_mutex_lock(&w->lock);
    (void)pthread_mutex_lock(&w->rates->lock);
    t.verdict = judge(w, op, o, now, jitter);
    (void)pthread_mutex_unlock(&w->rates->lock);
    if (o->server_time) {
        w->offset = o->server_time - now;
        w->offset_known = true;
        size_t last = (w->heard_next + HEARD_MAX - 1) % HEARD_MAX;
        const struct clock_moment *heard = &w->heard[last].ours;
        if (!heard->wall || now - heard->monotonic >= HEARD_STEP_MS) {
            w->heard[w->heard_next] = (struct clock_pair){ moment, o->server_time };
            w->heard_next = (w->heard_next + 1) % HEARD_MAX;
        }
    }
    bool known = t.verdict.access == ACCESS_UNCHANGED ||
                 (t.verdict.access == ACCESS_GOOD && w->told == CHANNEL_CONNECTED);
    (void)pthread_mutex_unlock(&w->lock);
    /* An account that stays good is not written down again with every call. */
    if (!t.verdict.kind && known) return;
    struct error e;
    if (worker_change(w, "call_outcome", tell, &t, &e))
        LOG_WARN("sync", "outcome_not_recorded", "%s", e.detail);
    else if (t.verdict.access != ACCESS_UNCHANGED)
        set_told(w, t.state);
}

struct stalled {
    struct worker *w;
    enum channel_op op;
    int64_t run_id;
    const char *consequence;
};

static enum err tell_stalled(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    const struct stalled *s = ctx;
    channel_event_add(c, s->w->channel_id,
        &(struct channel_event){ .kind = "reading_stalled",
            .severity = "warning",
            .operation = str_of(s->w->driver->limits[s->op].name),
            .run_id = s->run_id,
            .detail = arena_fmt(c->arena,
                "the channel showed the same page again, or no way to the next one: %s",
                s->consequence) });
    return OK;
}

void worker_tell_stalled(
    struct worker *w, enum channel_op op, int64_t run_id, const char *consequence)
{
    struct stalled s = { w, op, run_id, consequence };
    struct error e;
    if (worker_change(w, "reading_stalled", tell_stalled, &s, &e))
        worker_fault(w, "stall_not_told", &e);
}

void worker_fault(struct worker *w, const char *what, const struct error *e)
{
    LOG_WARN("sync", what, "channel %lld: %s", (long long)w->channel_id, e->detail);
}

struct str run_error_text(struct arena *arena, const char *code, const char *detail)
{
    struct channel_outcome o = { .code = str_of(code), .detail = S("") };
    struct buf out;
    buf_init(&out, 4096);
    struct jw w;
    jw_init(&w, &out);
    jw_object(&w);
    jw_kstr(&w, "code", o.code);
    jw_kstr(&w, "detail", str_of(detail));
    jw_knull(&w, "channel_message");
    jw_knull(&w, "request_id");
    jw_object_end(&w);
    struct str s = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return s;
}

struct str run_error_of(const struct channel_outcome *o, struct arena *arena)
{
    static const char *const codes[] = { "done", "refused", "not_found", "throttled",
        "unauthorised", "revoked_grant", "wrong_secret", "unavailable", "unavailable" };
    struct buf out;
    buf_init(&out, 8192);
    struct jw w;
    jw_init(&w, &out);
    jw_object(&w);
    jw_kstr(&w, "code", str_of(codes[o->result]));
    jw_kstr(&w, "detail", str_of(our_words(o)));
    jw_kstr(&w, "channel_message", words(o, arena));
    jw_kstr(&w, "request_id", o->request_id);
    jw_object_end(&w);
    struct str s = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return s;
}
