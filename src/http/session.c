/* session.c: signing in and out, who is calling, account settings. */
#include "base/seal.h"
#include "http/internal.h"
#include "store/reference.h"

enum {
    SESSION_MS = 12 * 3600 * 1000,
    LOCK_MS = 15 * 60 * 1000,
};

static void render_me(struct call *c, const char *csrf)
{
    jw_object(&c->w);
    jw_key(&c->w, "user");
    if (c->by_token)
        jw_null(&c->w);
    else
        render_user(c, &c->session.user);
    jw_key(&c->w, "token");
    if (c->by_token)
        render_token(c, &c->token);
    else
        jw_null(&c->w);
    jw_kstr(&c->w, "role", str_of(role_name(c->role)));
    jw_key(&c->w, "permissions");
    jw_object(&c->w);
    for (int a = 0; a < AREA_COUNT; a++)
        jw_kstr(&c->w, area_name((enum area)a),
            str_of(permission_name(permission_of(c->role, (enum area)a))));
    jw_object_end(&c->w);
    put_opt(c, "csrf_token", str_of(csrf));
    jw_object_end(&c->w);
}

static enum err me(struct call *c, struct error *e)
{
    (void)e;
    render_me(c, c->by_token ? NULL : arena_str(c->arena, c->session.csrf).at);
    return OK;
}

struct signing {
    struct call *c;
    struct str email;
    bool found, good;
    struct user user;
    struct str hash, csrf;
};

static enum err find_user(struct tx *tx, void *ctx, struct error *e)
{
    struct signing *s = ctx;
    enum err rc = user_find(tx, s->email, s->c->arena, &s->user, e);
    s->found = rc == OK;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum err record(struct tx *tx, void *ctx, struct error *e)
{
    struct signing *s = ctx;
    struct call *c = s->c;
    struct actor actor = { ACTOR_USER, s->user.id, s->user.email, c->req->peer };
    struct change change = { tx, tx_arena(tx), &actor, c->now, c->api->options.rng };
    enum err rc = user_sign_in(&change, &s->user, s->good, LOCK_MS, e);
    if (!rc && s->good)
        rc = session_create(&change, s->user.id, s->hash, s->csrf, c->now + SESSION_MS, e);
    return rc;
}

static struct str lower(struct str s, struct arena *arena)
{
    char *out = arena_new(arena, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
    return (struct str){ out, s.len };
}

/* A hash that no password matches, so that an unknown e-mail takes as long as a wrong password. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static enum err refuse(struct error *e)
{
    return error_code(e, ERR_UNAUTHORIZED, "bad_credentials", "the e-mail or password is wrong");
}

static void set_cookie(struct call *c, struct str secret, int64_t age_s)
{
    http_reply_header(c->reply, S("set-cookie"),
        arena_fmt(c->arena, "stockbridge=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
            STR_FMT(secret), (long long)age_s, c->api->options.secure_cookies ? "; Secure" : ""));
}

static enum err sign_in(struct call *c, struct error *e)
{
    struct signing s = { .c = c };
    struct str email = S(""), password = S(""), totp;
    struct fields f = fields_root(c, "email password totp");
    field_required(&f, "email");
    field_required(&f, "password");
    (void)field_str(&f, "email", 254, 0, &email);
    (void)field_str(&f, "password", 256, TEXT_KEEP, &password);
    (void)field_str(&f, "totp", 6, 0, &totp);
    enum err rc = fields_end(c, e);
    if (rc) return rc;
    s.email = lower(email, c->arena);
    rc = db_read(c->api->options.db, "sign_in", find_user, &s, e);
    if (rc) return rc;
    bool locked = s.found && s.user.locked_until > c->now;
    if (locked)
        return error_code(
            e, ERR_THROTTLED, "locked", "too many failures: try again later, or ask an admin");
    s.good = password_matches(s.found ? s.user.password_hash : str_of(nobody), password) &&
             s.found && s.user.active;
    if (!s.found) return refuse(e);
    char *secret = arena_new(c->arena, char, SECRET_TEXT_SIZE);
    char *csrf = arena_new(c->arena, char, SECRET_TEXT_SIZE);
    unsigned char hash[SECRET_HASH_SIZE];
    struct str cookie = secret_make(c->api->options.rng, secret);
    s.hash = secret_hash(cookie, hash);
    s.csrf = secret_make(c->api->options.rng, csrf);
    rc = db_write(c->api->options.db, "sign_in", record, &s, e);
    if (rc) return rc;
    if (!s.good) return refuse(e);
    c->session.user = s.user;
    if (!role_parse(s.user.role, &c->role)) return error_set(e, ERR_CORRUPT, "bad role");
    render_me(c, csrf);
    set_cookie(c, cookie, SESSION_MS / 1000);
    c->status = 201;
    return OK;
}

static enum err sign_out(struct call *c, struct error *e)
{
    c->status = 204;
    if (c->by_token)
        return error_code(e, ERR_CONFLICT, "conflict", "a token has no session to end");
    set_cookie(c, S(""), 0);
    return session_delete(&c->change, &c->session, e);
}

struct me_change {
    struct call *c;
    struct user after;
    bool password;
};

static enum err write_me(struct tx *tx, void *ctx, struct error *e)
{
    struct me_change *m = ctx;
    struct call *c = m->c;
    struct change change = { tx, tx_arena(tx), &c->actor, c->now, c->api->options.rng };
    struct user before, after;
    enum err rc = user_load(tx, c->session.user.id, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.name = m->after.name;
    if (m->password) after.password_hash = m->after.password_hash;
    return user_update(&change, &before, &after, e);
}

static enum err update_me(struct call *c, struct error *e)
{
    if (c->by_token)
        return error_code(e, ERR_FORBIDDEN, "forbidden", "a token has no name or password");
    struct me_change m = { .c = c, .after = c->session.user };
    struct str current = S(""), password = S("");
    struct fields f = fields_root(c, "name current_password password");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    (void)field_str(&f, "name", 200, TEXT_EMPTY_OK, &m.after.name);
    (void)field_str(&f, "current_password", 256, TEXT_KEEP, &current);
    m.password = field_str(&f, "password", 256, TEXT_KEEP, &password);
    if (m.password && password.len < PASSWORD_MIN)
        field_error(&f, "password", "too_short", "must have at least %d characters", PASSWORD_MIN);
    if (m.password && !c->error_count && !password_matches(c->session.user.password_hash, current))
        field_error(&f, "current_password", "not_allowed", "is not the current password");
    enum err rc = fields_end(c, e);
    if (!rc && m.password) rc = password_hash(password, c->arena, &m.after.password_hash, e);
    if (!rc) rc = db_write(c->api->options.db, "update_me", write_me, &m, e);
    if (rc) return rc;
    c->session.user.name = m.after.name;
    return me(c, e);
}

static enum err render_settings(struct call *c, const struct settings *s, struct error *e)
{
    struct reference committed, received;
    enum err rc =
        reference_load(c->tx, REFERENCE_STATUS, s->committed_status_id, c->arena, &committed, e);
    if (!rc)
        rc = reference_load(c->tx, REFERENCE_STATUS, s->received_status_id, c->arena, &received, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_kbool(&c->w, "unique_skus", s->unique_skus);
    jw_kstr(&c->w, "committed_status", committed.title);
    jw_kstr(&c->w, "received_status", received.title);
    put_time(c, "updated_at", s->updated_at ? s->updated_at : 1);
    jw_object_end(&c->w);
    c->etag = s->version;
    return OK;
}

static enum err show_settings(struct call *c, struct error *e)
{
    struct settings s;
    enum err rc = settings_load(c->tx, &s, e);
    return rc ? rc : render_settings(c, &s, e);
}

static enum err update_settings(struct call *c, struct error *e)
{
    struct settings before, after;
    enum err rc = settings_load(c->tx, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "unique_skus committed_status received_status");
    struct str title;
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    after = before;
    (void)field_bool(&f, "unique_skus", &after.unique_skus);
    if (field_str(&f, "committed_status", 100, 0, &title))
        rc = find_status(
            &f, "committed_status", REFERENCE_STATUS, title, &after.committed_status_id, e);
    if (!rc && field_str(&f, "received_status", 100, 0, &title))
        rc = find_status(
            &f, "received_status", REFERENCE_STATUS, title, &after.received_status_id, e);
    if (!rc) rc = fields_end(c, e);
    if (!rc) rc = settings_save(&c->change, &before, &after, e);
    return rc ? rc : show_settings(c, e);
}

const struct route routes_session[] = {
    { "POST", "/session", AREA_SETTINGS, PERMISSION_NONE, ROUTE_OPEN | ROUTE_NO_TX, "", sign_in },
    { "DELETE", "/session", AREA_SETTINGS, PERMISSION_NONE, 0, "", sign_out },
    { "GET", "/me", AREA_SETTINGS, PERMISSION_NONE, 0, "", me },
    { "PATCH", "/me", AREA_SETTINGS, PERMISSION_NONE, ROUTE_NO_TX, "", update_me },
    { "GET", "/settings", AREA_SETTINGS, PERMISSION_READ, 0, "", show_settings },
    { "PATCH", "/settings", AREA_SETTINGS, PERMISSION_FULL, 0, "", update_settings },
    { NULL },
};
