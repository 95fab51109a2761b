/* deliver.c: one message as an HTTP request, and what came of it. */
#include "base/json.h"
#include "core/webhook.h"
#include "net/transport.h"
#include "store/sealed.h"
#include "webhook/internal.h"
#include "webhook/sign.h"

struct str webhooks_seal(const struct seal_key *key, int64_t webhook_id, struct str secret,
    struct rng *rng, struct arena *arena)
{
    return seal(key, SEALED_WEBHOOK, webhook_id, secret, rng, arena);
}

/* The body of an entry; a test has neither place nor resource. */
static struct str body_of(const struct feed_entry *entry, time_ms now, struct arena *arena)
{
    enum { BODY_MAX = 16 * 1024 };
    char text[RFC3339_SIZE];
    struct buf body;
    struct jw w;
    buf_init(&body, BODY_MAX);
    jw_init(&w, &body);
    jw_object(&w);
    jw_kstr(&w, "type", entry ? str_of(feed_kind_name(entry->kind)) : S("test"));
    jw_kstr(&w, "timestamp", rfc3339_format(entry ? entry->at : now, text));
    jw_key(&w, "data");
    if (entry) {
        feed_put(&w, entry);
    } else {
        jw_object(&w);
        jw_object_end(&w);
    }
    jw_object_end(&w);
    struct str kept = arena_str(arena, buf_str(&body));
    buf_release(&body);
    return kept;
}

/* The same for every attempt, and never again for another message: places are not used twice, and
 * the time tells apart what a restored database uses again. */
static struct str id_of(const struct feed_entry *entry, struct rng *rng, struct arena *arena)
{
    if (entry)
        return arena_fmt(
            arena, "msg_%lld_%llx", (long long)entry->seq, (unsigned long long)entry->at);
    return arena_fmt(arena, "msg_test_%016llx", (unsigned long long)rng_u64(rng));
}

struct signing {
    struct webhooks *w;
    const struct webhook *to;
    const struct webhook_delivery *d;
    struct str body;
    struct arena *arena;
    struct str list;
};

static enum err add_signature(struct signing *s, struct str sealed, struct error *e)
{
    struct str secret, signature = S("");
    enum err rc =
        seal_open(s->w->parts.key, SEALED_WEBHOOK, s->to->id, sealed, s->arena, &secret, e);
    if (!rc)
        rc = webhook_sign(
            secret, s->d->message_id, s->d->at / 1000, s->body, s->arena, &signature, e);
    if (rc) return rc;
    s->list = s->list.len ? arena_fmt(s->arena, "%.*s %.*s", STR_FMT(s->list), STR_FMT(signature))
                          : signature;
    return OK;
}

static enum err sign(struct signing *s, struct error *e)
{
    s->list = S("");
    enum err rc = add_signature(s, s->to->secret, e);
    if (!rc && s->to->former_until > s->d->at) rc = add_signature(s, s->to->former_secret, e);
    return rc;
}

/* What can be stored and shown whatever it was: UTF-8 without control characters. */
static struct str clean(struct str s, struct arena *arena)
{
    char *out = arena_new(arena, char, s.len + 1);
    size_t n = 0;
    while (s.len) {
        size_t len = str_utf8_sequence(s);
        bool shown = len && (unsigned char)s.at[0] >= ' ' && s.at[0] != 0x7f;
        if (!len) len = 1;
        for (size_t i = 0; shown && i < len; i++)
            out[n++] = s.at[i];
        if (!shown) out[n++] = s.at[0] == '\n' || s.at[0] == '\t' ? ' ' : '?';
        s = str_sub(s, len, s.len);
    }
    return (struct str){ out, n };
}

static void read_reply(const struct transport_reply *reply, time_ms now, struct arena *arena,
    struct webhook_delivery *out, time_ms *retry_after_ms)
{
    out->status = reply->status;
    out->answer = clean(reply->body, arena);
    *retry_after_ms = webhook_retry_after(transport_reply_header(reply, S("retry-after")), now);
    if (reply->status >= 300 && reply->status <= 399)
        out->error = S("it answered with a redirection, which is not followed");
    else if (reply->status < 200 || reply->status > 299)
        out->error = arena_fmt(arena, "it answered %d", reply->status);
}

static struct transport_request request_of(
    struct webhooks *w, const struct webhook *to, struct str body)
{
    return (struct transport_request){ .method = S("POST"),
        .url = to->url,
        .body = body,
        .timeout_ms = w->parts.timeout_ms,
        .reply_max = WEBHOOK_ANSWER_MAX,
        .cleartext_okay = to->private_addresses,
        .public_only = !to->private_addresses,
        .excerpt = true };
}

enum err webhook_deliver(struct webhooks *w, const struct webhook *to,
    const struct feed_entry *entry, struct arena *arena, struct webhook_delivery *out,
    time_ms *retry_after_ms, struct error *e)
{
    time_ms now = clock_now(w->parts.clock);
    *retry_after_ms = 0;
    *out = (struct webhook_delivery){ .webhook_id = to->id,
        .message_id = id_of(entry, w->parts.rng, arena),
        .kind = entry ? str_of(feed_kind_name(entry->kind)) : S("test"),
        .seq = entry ? entry->seq : 0,
        .at = now,
        .error = S(""),
        .answer = S("") };
    struct str body = body_of(entry, now, arena);
    struct signing signing = { w, to, out, body, arena, S("") };
    enum err rc = sign(&signing, e);
    if (rc) return rc;
    const struct transport_header headers[] = {
        { S("content-type"), S("application/json") },
        { S("webhook-id"), out->message_id },
        { S("webhook-timestamp"), arena_fmt(arena, "%lld", (long long)(now / 1000)) },
        { S("webhook-signature"), signing.list },
    };
    struct transport_request q = request_of(w, to, body);
    q.headers = headers;
    q.header_count = sizeof headers / sizeof headers[0];
    struct transport_reply *reply = arena_new(arena, struct transport_reply, 1);
    time_ms begun = clock_monotonic(w->parts.clock);
    rc = w->parts.transport->send(w->parts.transport, &q, arena, reply, e);
    out->duration_ms = clock_monotonic(w->parts.clock) - begun;
    if (rc == ERR_CANCELED) return rc;
    if (rc)
        out->error = clean(arena_str(arena, str_of(e->detail)), arena);
    else
        read_reply(reply, clock_now(w->parts.clock), arena, out, retry_after_ms);
    return OK;
}
