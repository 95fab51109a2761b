/*
 * lwa.c: access tokens from Login with Amazon, and what its refusals mean (sp-api.md 1.1).
 *
 * A failed renewal is an outcome of the call that needed the token. Whatever happened at the token
 * endpoint, the call itself was not made: there is no CHANNEL_UNKNOWN here.
 */
#include "amazon/internal.h"

#include "base/assert.h"
#include "net/url.h"

#include <string.h>

enum { LWA_REPLY_MAX = 64 * 1024, LWA_LIFE_DEFAULT_S = 3600 };

static enum channel_result result_of_error(struct str code)
{
    static const struct {
        const char *code;
        enum channel_result result;
    } rows[] = {
        { "invalid_grant", CHANNEL_GRANT_LOST },
        { "invalid_client", CHANNEL_CLIENT_WRONG },
        { "unauthorized_client", CHANNEL_CLIENT_WRONG }, /* the grant is another client's */
        /* What we send is constant but for the credentials: one of them is malformed. */
        { "invalid_request", CHANNEL_CLIENT_WRONG },
        { "invalid_scope", CHANNEL_CLIENT_WRONG },
        { "access_denied", CHANNEL_UNAUTHORIZED },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq(code, str_of(rows[i].code))) return rows[i].result;
    return CHANNEL_BROKEN; /* server_error, temporarily_unavailable, and what nobody knows */
}

static void read_tokens(
    struct channel_conn *c, struct json root, struct arena *arena, struct amazon_lwa_reply *out)
{
    out->access_token = amazon_copy(json_get(root, "access_token"), arena);
    out->refresh_token = amazon_copy(json_get(root, "refresh_token"), arena);
    out->expires_s = LWA_LIFE_DEFAULT_S;
    (void)json_int64(json_get(root, "expires_in"), &out->expires_s);
    const char *wrong = NULL;
    if (out->access_token.len == 0 || out->access_token.len > AMAZON_TOKEN_MAX)
        wrong = "access_token is missing or too long";
    else if (out->refresh_token.len > AMAZON_TOKEN_MAX)
        wrong = "refresh_token is too long";
    else if (out->expires_s <= 0 || out->expires_s > 30 * 24 * 3600)
        wrong = "expires_in is not acceptable";
    /* It becomes a header line; a control character in it would make two. */
    for (size_t i = 0; !wrong && i < out->access_token.len; i++)
        if ((unsigned char)out->access_token.at[i] <= ' ') wrong = "access_token holds spaces";
    if (wrong)
        amazon_outcome_set(
            &out->outcome, CHANNEL_BROKEN, S("malformed_reply"), str_of(wrong), c, arena);
}

void amazon_lwa_parse(struct channel_conn *c, const struct transport_reply *reply,
    struct arena *arena, struct amazon_lwa_reply *out)
{
    *out = (struct amazon_lwa_reply){ .access_token = S(""), .refresh_token = S("") };
    struct channel_outcome *outcome = &out->outcome;
    *outcome = (struct channel_outcome){
        .http_status = reply->status, .request_id = S(""), .code = S(""), .detail = S("")
    };
    struct str id = transport_reply_header(reply, S("x-amzn-requestid"));
    outcome->request_id = amazon_clean(NULL, arena, id, AMAZON_ID_MAX);

    struct json root;
    struct error e;
    struct str code = S(""), detail = S("");
    if (json_parse(reply->body, LWA_REPLY_MAX, &root, &e) != OK) {
        code = reply->status == 200 ? S("malformed_reply")
                                    : arena_fmt(arena, "token_http_%d", reply->status);
        amazon_outcome_set(outcome, CHANNEL_BROKEN, code, reply->body, c, arena);
        return;
    }
    if (reply->status == 200) {
        read_tokens(c, root, arena, out);
    } else {
        (void)json_str(json_get(root, "error"), &code);
        (void)json_str(json_get(root, "error_description"), &detail);
        /* A status of the server's own trouble wins over whatever code comes with it. */
        enum channel_result result =
            reply->status >= 500 || reply->status == 429 ? CHANNEL_BROKEN : result_of_error(code);
        if (code.len == 0) code = arena_fmt(arena, "token_http_%d", reply->status);
        amazon_outcome_set(outcome, result, code, detail, c, arena);
    }
    json_release(&root);
}

static void text_set(struct amazon_text *t, struct str s)
{
    ASSERT(s.len <= sizeof t->at);
    if (s.len) memcpy(t->at, s.at, s.len);
    t->len = s.len;
}

static void keep_text(char *at, size_t room, struct str s)
{
    size_t n = s.len < room ? s.len : room - 1;
    if (n) memcpy(at, s.at, n);
    at[n] = '\0';
}

static struct str form(struct channel_conn *c, struct str refresh, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 4 * AMAZON_TOKEN_MAX * 3);
    buf_put(&out, S("grant_type=refresh_token&refresh_token="));
    url_put(&out, refresh);
    buf_put(&out, S("&client_id="));
    url_put(&out, c->client_id);
    buf_put(&out, S("&client_secret="));
    url_put(&out, c->client_secret);
    struct str body = arena_str(arena, buf_str(&out));
    ASSERT(!out.failed); /* open() bounds each of them */
    explicit_bzero(out.at, out.len);
    buf_release(&out);
    return body;
}

/* One exchange with the token endpoint, without the lock. */
static enum err ask(struct channel_conn *c, struct str refresh, struct arena *arena,
    struct amazon_lwa_reply *out, struct error *e)
{
    const struct transport_header headers[] = {
        { S("content-type"), S("application/x-www-form-urlencoded;charset=UTF-8") },
        { S("accept"), S("application/json") },
        { S("user-agent"), S(AMAZON_USER_AGENT) },
    };
    struct transport_request request = {
        .method = S("POST"),
        .url = c->token_url,
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .body = form(c, refresh, arena),
        .timeout_ms = AMAZON_TIMEOUT_MS,
        .reply_max = LWA_REPLY_MAX,
        .cleartext_okay = str_starts(c->token_url, S("http://")),
    };
    struct transport_reply reply;
    enum err rc = c->transport->send(c->transport, &request, arena, &reply, e);
    explicit_bzero((void *)(uintptr_t)request.body.at, request.body.len);
    if (rc == OK) {
        amazon_lwa_parse(c, &reply, arena, out);
        return OK;
    }
    *out = (struct amazon_lwa_reply){ .access_token = S("") };
    rc = amazon_outcome_of_failure(c, true, rc, e, arena, &out->outcome);
    if (rc == OK) out->outcome.result = CHANNEL_BROKEN;
    return rc;
}

static void store_tokens(struct channel_conn *c, const struct amazon_lwa_reply *reply)
{
    time_ms now = clock_monotonic(c->clock), life = reply->expires_s * 1000;
    text_set(&c->access, reply->access_token);
    c->generation++;
    c->ends = now + life;
    /* A token that lives for seconds only (a simulation that runs fast) is used for half of them.
     */
    c->renew_at = now + (life > 2 * AMAZON_RENEW_MS ? life - AMAZON_RENEW_MS : life / 2);
    struct str had = { c->refresh.at, c->refresh.len };
    if (reply->refresh_token.len > 0 && !str_eq(reply->refresh_token, had)) {
        text_set(&c->refresh, reply->refresh_token);
        c->replacements++;
    }
}

/* Called and left with the lock held, released while Amazon is asked. */
static void renew(struct channel_conn *c, struct arena *arena, struct error *e)
{
    struct str refresh = arena_str(arena, (struct str){ c->refresh.at, c->refresh.len });
    struct amazon_lwa_reply reply;
    c->renewing = true;
    pthread_mutex_unlock(&c->lock);
    enum err rc = ask(c, refresh, arena, &reply, e);
    pthread_mutex_lock(&c->lock);
    c->renewing = false;
    c->renewals++;
    c->last.err = rc;
    if (rc == OK) {
        c->last.result = reply.outcome.result;
        c->last.http_status = reply.outcome.http_status;
        keep_text(c->last.code, sizeof c->last.code, reply.outcome.code);
        keep_text(c->last.detail, sizeof c->last.detail, reply.outcome.detail);
        keep_text(c->last.request_id, sizeof c->last.request_id, reply.outcome.request_id);
        if (reply.outcome.result == CHANNEL_DONE) store_tokens(c, &reply);
    }
    pthread_cond_broadcast(&c->renewed);
}

static void last_outcome(
    const struct channel_conn *c, struct arena *arena, struct channel_outcome *outcome)
{
    *outcome = (struct channel_outcome){
        .result = c->last.result,
        .http_status = c->last.http_status,
        .request_id = arena_str(arena, str_of(c->last.request_id)),
        .code = arena_str(arena, str_of(c->last.code)),
        .detail = arena_str(arena, str_of(c->last.detail)),
    };
}

enum err amazon_token(struct channel_conn *c, uint64_t stale, struct arena *arena,
    struct str *token, uint64_t *generation, struct channel_outcome *outcome, struct error *e)
{
    *outcome = (struct channel_outcome){ .request_id = S(""), .code = S(""), .detail = S("") };
    enum err rc = OK;
    pthread_mutex_lock(&c->lock);
    uint64_t seen = c->renewals;
    bool refused = c->generation == 0 || c->generation == stale;
    if (refused || clock_monotonic(c->clock) >= c->renew_at) {
        if (!c->renewing) renew(c, arena, e);
        while (c->renewing && c->renewals == seen)
            pthread_cond_wait(&c->renewed, &c->lock);
        refused = c->generation == 0 || c->generation == stale;
    }
    /* A renewal that failed early leaves a token that is good until it ends. */
    if (!refused && clock_monotonic(c->clock) < c->ends) {
        *token = arena_str(arena, (struct str){ c->access.at, c->access.len });
        *generation = c->generation;
    } else if (c->last.err != OK) {
        rc = error_set(e, c->last.err, "the access token could not be renewed");
    } else {
        last_outcome(c, arena, outcome);
        if (outcome->result == CHANNEL_DONE) outcome->result = CHANNEL_BROKEN;
    }
    pthread_mutex_unlock(&c->lock);
    return rc;
}
