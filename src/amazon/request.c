/* request.c: one call of the Selling Partner API: headers, one renewal of a refused token. */
#include "amazon/internal.h"

#include "net/url.h"

/* "20261123T152210Z", as Amazon's date header wants it. */
static struct str amazon_date(struct channel_conn *c, char out[RFC3339_SIZE])
{
    char text[RFC3339_SIZE];
    time_ms now = clock_now(c->clock);
    struct str s = rfc3339_format(now - now % 1000, text);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] != '-' && s.at[i] != ':') out[len++] = s.at[i];
    return (struct str){ out, len };
}

static enum err exchange(struct channel_conn *c, const struct amazon_call *call, struct str token,
    struct arena *arena, struct transport_reply *reply, struct channel_outcome *outcome,
    struct error *e)
{
    char date[RFC3339_SIZE];
    struct transport_header headers[5] = {
        { S("x-amz-access-token"), token },
        { S("x-amz-date"), amazon_date(c, date) },
        { S("user-agent"), S(AMAZON_USER_AGENT) },
        { S("accept"), S("application/json") },
        { S("content-type"), S("application/json") },
    };
    struct transport_request request = {
        .method = call->method,
        .url = arena_fmt(arena, "%.*s%.*s", STR_FMT(c->endpoint), STR_FMT(call->target)),
        .headers = headers,
        .header_count = call->body.len ? 5 : 4,
        .body = call->body,
        .timeout_ms = AMAZON_TIMEOUT_MS,
        .reply_max = call->reply_max,
        .cleartext_okay = str_starts(c->endpoint, S("http://")),
    };
    bool reading = str_eq(call->method, S("GET"));
    enum err rc = c->transport->send(c->transport, &request, arena, reply, e);
    if (rc != OK) return amazon_outcome_of_failure(c, reading, rc, e, arena, outcome);
    amazon_outcome_of_reply(c, reading, reply, arena, outcome);
    return OK;
}

enum err amazon_send(struct channel_conn *c, const struct amazon_call *call, struct arena *arena,
    struct transport_reply *reply, struct channel_outcome *outcome, struct error *e)
{
    struct str token = S("");
    uint64_t generation = 0;
    /* An expired token is a 403, and so is a lost role: only a fresh token tells them apart. */
    for (int attempt = 1;; attempt++) {
        enum err rc = amazon_token(c, generation, arena, &token, &generation, outcome, e);
        if (rc != OK || outcome->result != CHANNEL_DONE) return rc;
        rc = exchange(c, call, token, arena, reply, outcome, e);
        bool denied = outcome->http_status == 401 || outcome->http_status == 403;
        if (rc != OK || !denied || attempt == 2) return rc;
    }
}

void amazon_put_list(struct buf *out, struct str name, const struct str *values, size_t count)
{
    struct buf joined;
    if (count == 0) return;
    buf_init(&joined, 64 * 1024);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_put_char(&joined, ',');
        buf_put(&joined, values[i]);
    }
    url_put_query(out, name, buf_str(&joined));
    out->failed |= joined.failed;
    buf_release(&joined);
}

void amazon_put_time(struct buf *out, struct str name, time_ms t)
{
    char text[RFC3339_SIZE];
    if (t != 0) url_put_query(out, name, rfc3339_format(t, text));
}
