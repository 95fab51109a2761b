/* token.c: the HTTP side of Login with Amazon: the token endpoint and the consent page. */
#include "api.h"

#include "net/url.h"

enum { BODY_MAX = 16 * 1024 };

static void refuse_token(struct call *c, int status, const char *error, const char *description)
{
    answer_begin(c, status);
    jw_object(&c->w);
    jw_kstr(&c->w, "error", str_of(error));
    jw_kstr(&c->w, "error_description", str_of(description));
    jw_kstr(&c->w, "request_id", str_of(c->entry.request_id));
    jw_object_end(&c->w);
}

static struct str *field_of(struct lwa_request *r, struct str name)
{
    if (str_eq(name, S("grant_type"))) return &r->grant_type;
    if (str_eq(name, S("client_id"))) return &r->client_id;
    if (str_eq(name, S("client_secret"))) return &r->client_secret;
    if (str_eq(name, S("refresh_token"))) return &r->refresh_token;
    if (str_eq(name, S("code"))) return &r->code;
    if (str_eq(name, S("scope"))) return &r->scope;
    return NULL; /* redirect_uri and whatever else is sent */
}

static bool read_form(struct call *c, struct lwa_request *r)
{
    struct str rest = c->req->body, name, value;
    enum url_step step;
    while ((step = url_query_next(&rest, c->arena, &name, &value)) == URL_PAIR) {
        struct str *field = field_of(r, name);
        if (field) *field = value;
    }
    return step == URL_END;
}

static bool read_json(struct call *c, struct lwa_request *r)
{
    struct json body;
    struct error e;
    struct str value;
    if (json_parse(c->req->body, BODY_MAX, &body, &e)) return false;
    struct json_member m = { 0 };
    while (json_kind(body) == JSON_KIND_OBJECT && json_next(body, &m)) {
        struct str *field = field_of(r, m.key);
        if (field && json_str(m.value, &value)) *field = arena_str(c->arena, value);
    }
    json_release(&body);
    return true;
}

void token_post(struct call *c)
{
    struct lwa_request r = { .grant_type = S("") };
    struct str type = http_request_header(c->req, S("content-type"));
    bool is_json = str_eq_nocase(str_sub(type, 0, 16), S("application/json"));
    if (c->req->body.len > BODY_MAX || !(is_json ? read_json(c, &r) : read_form(c, &r))) {
        refuse_token(c, 400, "invalid_request", "The request body could not be read.");
        return;
    }
    struct lwa_answer a = lwa_token(&c->sim->lwa, c->arena, &r, c->now);
    if (a.error) {
        refuse_token(c, a.status, a.error, a.description);
        return;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kstr(&c->w, "access_token", a.access_token);
    if (a.refresh_token.len) jw_kstr(&c->w, "refresh_token", a.refresh_token);
    jw_kstr(&c->w, "token_type", S("bearer"));
    jw_kint(&c->w, "expires_in", LWA_ACCESS_MS / 1000);
    jw_object_end(&c->w);
    http_reply_header(c->reply, S("Cache-Control"), S("no-store"));
}

void consent_get(struct call *c)
{
    struct str back = param(c, S("redirect_uri")), state = param(c, S("state"));
    if (!str_starts(back, S("http://")) && !str_starts(back, S("https://"))) {
        refuse(c, 400, "MD5101", "redirect_uri is not registered for this application.");
        return;
    }
    struct buf to;
    buf_init(&to, 4000);
    buf_put(&to, back);
    if (state.len) url_put_query(&to, S("state"), state);
    url_put_query(&to, S("selling_partner_id"), S(LWA_SELLER_ID));
    url_put_query(&to, S("spapi_oauth_code"), lwa_new_code(&c->sim->lwa, &c->sim->rng, c->now));
    if (to.failed) {
        refuse(c, 400, "MD5101", "redirect_uri is too long.");
    } else {
        c->reply->status = 302;
        http_reply_header(c->reply, S("Location"), arena_str(c->arena, buf_str(&to)));
    }
    buf_release(&to);
}
