/* lwa.c: see lwa.h. */
#include "lwa.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_FIELDS = 6 };

void lwa_init(struct lwa *l, bool strict, uint64_t key)
{
    *l = (struct lwa){ .strict = strict, .key = key };
    if (strict) memcpy(l->secret, LWA_CLIENT_SECRET, sizeof LWA_CLIENT_SECRET);
}

void lwa_revoke(struct lwa *l)
{
    l->revoked = true;
    l->grant_epoch++;
}

void lwa_expire_tokens(struct lwa *l)
{
    l->expiry_epoch++;
}

struct str lwa_new_code(struct lwa *l, struct rng *rng, time_ms now)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct lwa_code *c = &l->codes[l->next_code++ % LWA_CODES_MAX];
    for (size_t i = 0; i + 1 < sizeof c->text; i++)
        c->text[i] = letters[rng_below(rng, sizeof letters - 1)];
    c->issued = now;
    return str_of(c->text);
}

static bool use_code(struct lwa *l, struct str code, time_ms now)
{
    for (size_t i = 0; i < LWA_CODES_MAX; i++) {
        struct lwa_code *c = &l->codes[i];
        if (!c->text[0] || !str_eq(code, str_of(c->text))) continue;
        bool fresh = now - c->issued <= LWA_CODE_MS;
        c->text[0] = '\0'; /* good for one use */
        return fresh;
    }
    return false;
}

static int64_t sign(const struct lwa *l, struct arena *a, struct str body)
{
    struct str keyed = arena_fmt(a, "%llu/%.*s", (unsigned long long)l->key, STR_FMT(body));
    return (int64_t)(str_hash(keyed) >> 1);
}

static struct str write_token(struct lwa *l, struct arena *a, bool grantless, time_ms now)
{
    time_ms expires = now + LWA_ACCESS_MS;
    struct str body = arena_fmt(a, "%lld.%lld.%lld.%d.%lld", (long long)expires,
        (long long)l->grant_epoch, (long long)l->expiry_epoch, grantless, (long long)++l->issued);
    return arena_fmt(a, "Atza|%.*s.%lld", STR_FMT(body), (long long)sign(l, a, body));
}

static struct lwa_answer refuse(int status, const char *error, const char *description)
{
    return (struct lwa_answer){ .status = status, .error = error, .description = description };
}

static bool is_our_client(const struct lwa *l, const struct lwa_request *r)
{
    if (l->strict && !str_eq(r->client_id, S(LWA_CLIENT_ID))) return false;
    return !l->secret[0] || str_eq(r->client_secret, str_of(l->secret));
}

static struct lwa_answer by_refresh_token(
    struct lwa *l, struct arena *a, const struct lwa_request *r, time_ms now)
{
    if (r->refresh_token.len == 0)
        return refuse(
            400, "invalid_request", "The request is missing a required parameter : refresh_token");
    bool wrong = l->refresh[0] ? !str_eq(r->refresh_token, str_of(l->refresh))
                               : l->strict && !str_eq(r->refresh_token, S(LWA_REFRESH_TOKEN));
    if (l->revoked || wrong)
        return refuse(400, "invalid_grant",
            "The request has an invalid grant parameter : refresh_token. User may have revoked or "
            "didn't grant the permission.");
    struct lwa_answer answer = { .status = 200,
        .access_token = write_token(l, a, false, now),
        .refresh_token = r->refresh_token };
    if (l->replace_next) {
        l->replace_next = false;
        (void)snprintf(
            l->refresh, sizeof l->refresh, "Atzr|replacement-%lld", (long long)l->issued);
        answer.refresh_token = arena_str(a, str_of(l->refresh));
    }
    return answer;
}

static struct lwa_answer by_code(
    struct lwa *l, struct arena *a, const struct lwa_request *r, time_ms now)
{
    if (r->code.len == 0)
        return refuse(400, "invalid_request", "The request is missing a required parameter : code");
    if (!use_code(l, r->code, now))
        return refuse(400, "invalid_grant", "The request has an invalid grant parameter : code");
    l->revoked = false; /* the seller has just authorised the application */
    l->refresh[0] = '\0';
    return (struct lwa_answer){ .status = 200,
        .access_token = write_token(l, a, false, now),
        .refresh_token = S(LWA_REFRESH_TOKEN) };
}

static struct lwa_answer by_client(
    struct lwa *l, struct arena *a, const struct lwa_request *r, time_ms now)
{
    if (!str_eq(r->scope, S("sellingpartnerapi::notifications")) &&
        !str_eq(r->scope, S("sellingpartnerapi::client_credential:rotation")))
        return refuse(
            400, "invalid_scope", "The request has an invalid, unknown or malformed scope value");
    return (struct lwa_answer){ .status = 200, .access_token = write_token(l, a, true, now) };
}

struct lwa_answer lwa_token(
    struct lwa *l, struct arena *a, const struct lwa_request *r, time_ms now)
{
    if (r->grant_type.len == 0)
        return refuse(
            400, "invalid_request", "The request is missing a required parameter : grant_type");
    if (r->client_id.len == 0 || r->client_secret.len == 0)
        return refuse(400, "invalid_request",
            "The request is missing a required parameter : client_id or client_secret");
    if (!is_our_client(l, r)) return refuse(401, "invalid_client", "Client authentication failed");
    if (str_eq(r->grant_type, S("refresh_token"))) return by_refresh_token(l, a, r, now);
    if (str_eq(r->grant_type, S("authorization_code"))) return by_code(l, a, r, now);
    if (str_eq(r->grant_type, S("client_credentials"))) return by_client(l, a, r, now);
    return refuse(400, "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server");
}

const char *lwa_refusal(
    const struct lwa *l, struct arena *a, struct str token, bool grantless, time_ms now)
{
    static const char malformed[] =
        "The access token you provided is revoked, malformed or invalid.";
    static const char expired[] = "The access token you provided has expired.";
    if (token.len == 0) return "Access token is missing in the request header.";
    if (!str_starts(token, S("Atza|"))) return malformed;
    struct str body = str_sub(token, 5, token.len), rest = body, field;
    int64_t v[TOKEN_FIELDS];
    size_t body_len = 0;
    for (int i = 0; i < TOKEN_FIELDS; i++) {
        if (i == TOKEN_FIELDS - 1) body_len = body.len - rest.len;
        bool more = str_cut(rest, '.', &field, &rest);
        if (more != (i < TOKEN_FIELDS - 1) || !str_to_int64(field, &v[i])) return malformed;
    }
    if (v[TOKEN_FIELDS - 1] != sign(l, a, str_sub(body, 0, body_len - 1))) return malformed;
    /* What the seller withdraws is the grant: it does not touch the application's own tokens. */
    if (!v[3] && (v[1] != l->grant_epoch || l->revoked)) return malformed;
    if (v[2] != l->expiry_epoch || now >= v[0]) return expired;
    if ((v[3] != 0) != grantless) return "Access to requested resource is denied.";
    return NULL;
}
