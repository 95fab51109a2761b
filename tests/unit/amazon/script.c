/* script.c: the scripted transport; see script.h. */
#include "unit/amazon/script.h"

#include <sched.h>

static struct script *script_of(struct clock *clock)
{
    return (struct script *)(void *)((char *)clock - offsetof(struct script, clock));
}

static time_ms wall(struct clock *clock)
{
    return script_of(clock)->wall;
}

static time_ms monotonic(struct clock *clock)
{
    return script_of(clock)->monotonic;
}

static struct str header_of(const struct transport_request *request, struct str name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (str_eq(request->headers[i].name, name)) return request->headers[i].value;
    return S("");
}

static void record(struct script *s, const struct transport_request *r)
{
    assert_true(s->sent_count < SCRIPT_MAX);
    s->sent[s->sent_count++] = (struct script_sent){
        .method = arena_str(&s->arena, r->method),
        .url = arena_str(&s->arena, r->url),
        .body = arena_str(&s->arena, r->body),
        .token = arena_str(&s->arena, header_of(r, S("x-amz-access-token"))),
        .date = arena_str(&s->arena, header_of(r, S("x-amz-date"))),
        .agent = arena_str(&s->arena, header_of(r, S("user-agent"))),
        .type = arena_str(&s->arena, header_of(r, S("content-type"))),
        .cleartext = r->cleartext_okay,
    };
}

static struct script_reply next_reply(struct script *s, bool token, struct arena *arena)
{
    if (!token) {
        assert_true(s->next < s->reply_count);
        return s->replies[s->next++];
    }
    size_t n = ++s->token_next;
    if (n <= s->token_reply_count) return s->token_replies[n - 1];
    struct str body = arena_fmt(arena,
        "{\"access_token\":\"Atza|token-%zu\",\"token_type\":\"bearer\",\"expires_in\":3600,"
        "\"refresh_token\":\"Atzr|refresh\"}",
        n);
    return (struct script_reply){ .status = 200, .body = body.at };
}

static enum err send_scripted(struct transport *t, const struct transport_request *request,
    struct arena *arena, struct transport_reply *reply, struct error *e)
{
    struct script *s = (struct script *)t;
    bool token = str_contains(request->url, S("/auth/o2/token"));
    pthread_mutex_lock(&s->lock);
    record(s, request);
    struct script_reply r = next_reply(s, token, arena);
    if (token && ++s->in_token > s->in_token_most) s->in_token_most = s->in_token;
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; token && i < s->token_yields; i++)
        sched_yield();
    pthread_mutex_lock(&s->lock);
    if (token) s->in_token--;
    pthread_mutex_unlock(&s->lock);
    if (r.status == 0) return error_code(e, r.err, r.code, "scripted: %s", r.code);
    *reply = (struct transport_reply){ .status = r.status, .header_count = 1 };
    reply->headers[0] = (struct transport_header){ S("X-Amzn-RequestId"), S("req-1") };
    if (r.header)
        reply->headers[reply->header_count++] =
            (struct transport_header){ str_of(r.header), str_of(r.header_value) };
    reply->body = arena_str(arena, str_of(r.body));
    return OK;
}

void script_init(struct script *s)
{
    *s = (struct script){
        .transport = { .send = send_scripted },
        .clock = { wall, monotonic },
        .wall = 1795447330123, /* 2026-11-23T15:22:10.123Z */
        .monotonic = 5000,
    };
    pthread_mutex_init(&s->lock, NULL);
    arena_init(&s->arena, "script", 16 * 1024 * 1024);
}

void script_release(struct script *s)
{
    arena_release(&s->arena);
    pthread_mutex_destroy(&s->lock);
}

void script_reply(struct script *s, int status, const char *body)
{
    s->replies[s->reply_count++] = (struct script_reply){ .status = status, .body = body };
}

void script_fail(struct script *s, enum err err, const char *code)
{
    s->replies[s->reply_count++] = (struct script_reply){ .err = err, .code = code };
}

void script_token(struct script *s, int status, const char *body)
{
    s->token_replies[s->token_reply_count++] =
        (struct script_reply){ .status = status, .body = body };
}

struct channel_conn *script_open(struct script *s, struct channel_driver **d)
{
    static const char market[] = "ATVPDKIKX0DER";
    const struct str markets[] = { str_of(market) };
    const struct channel_account account = {
        .region = S("na"),
        .seller_id = S("SELLER1"),
        .marketplace_ids = markets,
        .marketplace_count = 1,
        .credentials = { S("client-id"), S("secret&value"), S("Atzr|refresh") },
    };
    struct channel_conn *c = NULL;
    struct error e;
    *d = amazon_driver_new(&s->transport, &s->clock);
    CHECK_ERR((*d)->open(*d, &account, &c, &e), OK, &e, "opens");
    return c;
}

void script_close(struct channel_driver *d, struct channel_conn *c)
{
    d->close(c);
    amazon_driver_free(d);
}
