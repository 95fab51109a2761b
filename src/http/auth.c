/*
 * auth.c: who asks, from where, and whether the matrix of rights lets them; see internal.h.
 *
 * Whoever is on this machine may speak for others: a proxy that ends TLS says where the caller is
 * (the last entry of X-Forwarded-For, the one it wrote itself) and that TLS was used
 * (X-Forwarded-Proto). From anywhere else these headers are only words.
 */
#include "http/auth.h"
#include "base/seal.h"
#include "core/password.h"

#include <arpa/inet.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

bool is_write(const struct call *c)
{
    return !str_eq(c->req->method, S("GET"));
}

/* Where from */

static bool is_local(struct str peer)
{
    return str_starts(peer, S("127.")) || str_eq(peer, S("::1")) ||
           str_starts(peer, S("::ffff:127."));
}

static bool is_address(struct str s)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (!s.len || s.len >= sizeof text) return false;
    memcpy(text, s.at, s.len);
    text[s.len] = 0;
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

struct str client_address(const struct http_request *req)
{
    struct str last = S(""), rest = http_request_header(req, S("x-forwarded-for"));
    if (!is_local(req->peer)) return req->peer;
    while (rest.len)
        str_cut(rest, ',', &last, &rest);
    last = str_trim(last);
    return is_address(last) ? last : req->peer;
}

bool client_is_secure(const struct call *c)
{
    struct str proto = http_request_header(c->req, S("x-forwarded-proto"));
    return c->api->options.secure_cookies ||
           (is_local(c->req->peer) && str_eq_nocase(proto, S("https")));
}

struct str client_cookie(const struct call *c)
{
    struct str rest = http_request_header(c->req, S("cookie"));
    while (rest.len) {
        struct str pair, tail, key, value;
        str_cut(rest, ';', &pair, &tail);
        if (str_cut(str_trim(pair), '=', &key, &value) && str_eq(key, S("stockbridge")))
            return value;
        rest = tail;
    }
    return S("");
}

/* Who */

static enum err by_token(struct call *c, struct tx *tx, struct str header, struct error *e)
{
    unsigned char hash[SECRET_HASH_SIZE];
    if (header.len < 8 || !str_eq_nocase(str_sub(header, 0, 7), S("bearer ")))
        return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "send a Bearer token");
    struct str secret = str_trim(str_sub(header, 7, header.len));
    enum err rc =
        token_find(tx, secret_hash(secret, hash), c->address, c->now, c->arena, &c->token, e);
    if (rc == ERR_NOT_FOUND)
        return error_code(
            e, ERR_UNAUTHORIZED, "unauthenticated", "the token is unknown, revoked or expired");
    if (rc) return rc;
    c->by_token = true;
    c->actor = (struct actor){ ACTOR_TOKEN, c->token.id, c->token.name, c->address };
    if (!role_parse(c->token.role, &c->role)) return error_set(e, ERR_CORRUPT, "bad role");
    c->rights = rights_of_role(c->role);
    if (!c->token.scopes.len) return OK;
    struct rights scopes;
    if (!rights_parse(c->token.scopes, &scopes)) return error_set(e, ERR_CORRUPT, "bad scopes");
    c->rights = rights_both(&c->rights, &scopes);
    return OK;
}

enum must must_do(const struct user *u, int64_t totp_roles, time_ms now)
{
    enum role role;
    bool too_old = now - u->password_changed_at >= PASSWORD_DAYS_MAX * (time_ms)DAY_MS;
    if (str_eq(u->password_by, S(PASSWORD_ONCE)) || too_old) return MUST_CHANGE_PASSWORD;
    bool wanted = role_parse(u->role, &role) && (totp_roles >> role & 1);
    return wanted && !u->totp_since ? MUST_ENROL_TOTP : MUST_NOTHING;
}

static enum err by_session(struct call *c, struct tx *tx, struct error *e)
{
    unsigned char hash[SECRET_HASH_SIZE];
    struct str secret = client_cookie(c);
    if (!secret.len)
        return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "sign in, or send an API token");
    enum err rc = session_find(tx, secret_hash(secret, hash), c->now, c->arena, &c->session, e);
    if (rc == ERR_NOT_FOUND)
        return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "the session has ended");
    if (rc) return rc;
    const struct user *u = &c->session.user;
    c->actor = (struct actor){ ACTOR_USER, u->id, u->email, c->address };
    if (!role_parse(u->role, &c->role)) return error_set(e, ERR_CORRUPT, "bad role");
    c->rights = rights_of_role(c->role);
    c->must = must_do(u, c->session.totp_roles, c->now);
    return OK;
}

static enum err check_must(const struct call *c, struct error *e)
{
    if (c->route->flags & ROUTE_SELF) return OK;
    switch (c->must) {
    case MUST_NOTHING:
        break;
    case MUST_CHANGE_PASSWORD:
        return error_code(e, ERR_FORBIDDEN, "password_change_required",
            "the password was for one use or is a year old: choose another one first");
    case MUST_ENROL_TOTP:
        return error_code(e, ERR_FORBIDDEN, "totp_enrolment_required",
            "the role \"%s\" needs a second factor: set it up first", role_name(c->role));
    }
    return OK;
}

bool may(const struct call *c, enum area area, enum permission level)
{
    return c->rights.of[area] >= level;
}

enum err must_have(const struct call *c, enum area area, enum permission level, struct error *e)
{
    if (may(c, area, level)) return OK;
    if (permission_of(c->role, area) < level)
        return error_code(e, ERR_FORBIDDEN, "forbidden", "the role \"%s\" may not do this in %s",
            role_name(c->role), area_name(area));
    return error_code(e, ERR_FORBIDDEN, "forbidden",
        "the scopes of the token do not allow this in %s", area_name(area));
}

enum err must_have_any(const struct call *c, unsigned areas, enum permission level, struct error *e)
{
    struct str names = S("");
    for (int a = 0; a < AREA_COUNT; a++) {
        if (!(areas >> a & 1)) continue;
        if (may(c, (enum area)a, level)) return OK;
        names = arena_fmt(
            c->arena, "%.*s%s%s", STR_FMT(names), names.len ? ", " : "", area_name((enum area)a));
    }
    return error_code(e, ERR_FORBIDDEN, "forbidden",
        "this needs the level \"%s\" in one at least of these areas: %.*s", permission_name(level),
        STR_FMT(names));
}

enum err authorise(struct call *c, struct tx *tx, struct error *e)
{
    const struct route *r = c->route;
    if (r->flags & ROUTE_OPEN) return OK;
    struct str header = http_request_header(c->req, S("authorization"));
    enum err rc = header.len ? by_token(c, tx, header, e) : by_session(c, tx, e);
    if (rc) return rc;
    if (is_write(c) && !c->by_token &&
        !secret_equal(http_request_header(c->req, S("x-csrf-token")), c->session.csrf))
        return error_code(e, ERR_FORBIDDEN, "csrf", "the X-CSRF-Token header is missing or old");
    rc = check_must(c, e);
    if (rc) return rc;
    unsigned others = route_other_areas(r);
    return others ? must_have_any(c, others | 1U << r->area, r->level, e)
                  : must_have(c, r->area, r->level, e);
}

enum err may_grant(const struct call *c, const struct rights *wanted, struct error *e)
{
    if (rights_cover(&c->rights, wanted)) return OK;
    return error_code(
        e, ERR_FORBIDDEN, "forbidden", "nobody gives or takes over rights that they have not");
}

/* Presence */

static enum err note_used(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ctx;
    struct change change = { tx, tx_arena(tx), &c->actor, c->now, c->api->options.rng };
    if (c->by_token) return token_used(&change, &c->token, c->address, e);
    enum err rc = session_seen(tx, c->session.id, c->now, e);
    return rc ? rc : user_seen(tx, c->session.user.id, c->now, e);
}

/* At most once a minute for each, so that reading does not become writing. */
void note_presence(struct call *c)
{
    time_ms last = c->by_token ? c->token.seen_here_at : c->session.last_seen_at;
    if (c->actor.kind == ACTOR_SYSTEM || c->now - last < LAST_USED_STEP_MS) return;
    struct error ignored;
    (void)!db_write(c->api->options.db, "presence", note_used, c, &ignored);
}
