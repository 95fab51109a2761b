/* session.c: signing in and out, one's own account, the account settings. */
#include "base/seal.h"
#include "http/account.h"
#include "store/reference.h"
#include "store/variation.h"

enum { SESSION_SECONDS = 12 * 60 * 60, LOCK_MS = 30 * 60 * 1000 };

/* Cookies: set after the commit, because a transaction function may run more than once. */

static void set_cookie(struct call *c, struct str secret, int seconds)
{
    http_reply_header(c->reply, S("set-cookie"),
        arena_fmt(c->arena, "stockbridge=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
            STR_FMT(secret), seconds, c->api->options.secure_cookies ? "; Secure" : ""));
}

struct new_session {
    struct str secret, csrf;
    unsigned char hash[SECRET_HASH_SIZE];
};

static void session_make(struct call *c, struct new_session *s)
{
    struct rng *rng = c->api->options.rng;
    s->secret = secret_make(rng, arena_new(c->arena, char, SECRET_TEXT_SIZE));
    s->csrf = secret_make(rng, arena_new(c->arena, char, SECRET_TEXT_SIZE));
    (void)secret_hash(s->secret, s->hash);
}

static enum err session_store(
    struct call *c, int64_t user_id, const struct new_session *s, struct error *e)
{
    struct str hash = { (const char *)s->hash, sizeof s->hash };
    return session_create(
        &c->change, user_id, hash, s->csrf, c->now + (time_ms)SESSION_SECONDS * 1000, e);
}

/* Me */

static void render_permissions(struct call *c, enum role role)
{
    jw_key(&c->w, "permissions");
    jw_object(&c->w);
    for (int a = 0; a < AREA_COUNT; a++)
        jw_kstr(&c->w, area_name((enum area)a),
            str_of(permission_name(permission_of(role, (enum area)a))));
    jw_object_end(&c->w);
}

/* user or token is NULL. */
static void render_me(struct call *c, const struct user *user, const struct api_token *token,
    enum role role, struct str csrf)
{
    jw_object(&c->w);
    jw_key(&c->w, "user");
    if (user)
        render_user(c, user);
    else
        jw_null(&c->w);
    jw_key(&c->w, "token");
    if (token)
        render_token(c, token);
    else
        jw_null(&c->w);
    jw_kstr(&c->w, "role", str_of(role_name(role)));
    render_permissions(c, role);
    put_opt(c, "csrf_token", csrf);
    jw_object_end(&c->w);
}

static enum err get_me(struct call *c, struct error *e)
{
    (void)e;
    if (c->by_token)
        render_me(c, NULL, &c->token, c->role, S(""));
    else
        render_me(c, &c->session.user, NULL, c->role, c->session.csrf);
    return OK;
}

/* Signing in */

struct sign_in {
    struct call *c;
    struct str email, password;
    struct user user;
    bool known;   /* there is such a user */
    bool may_try; /* neither locked nor inactive */
    bool good;    /* the password is right; in the end: signed in */
    struct new_session session;
};

static bool may_try(const struct call *c, const struct user *u)
{
    return u->active && u->locked_until <= c->now;
}

static enum err find_user_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct sign_in *s = ctx;
    enum err rc = user_find(tx, s->email, s->c->arena, &s->user, e);
    s->known = rc == OK;
    return rc == ERR_NOT_FOUND ? OK : rc;
}

/* Takes as long for an e-mail that nobody has: making a hash is the same work as checking one. */
static enum err check_password(struct sign_in *s, struct error *e)
{
    struct str unused;
    if (!s->known) return password_hash(s->password, s->c->arena, &unused, e);
    s->good = password_matches(s->user.password_hash, s->password);
    s->may_try = may_try(s->c, &s->user);
    return OK;
}

static enum err sign_in_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct sign_in *s = ctx;
    struct call *c = s->c;
    struct user now;
    account_begin(c, tx);
    enum err rc = user_load(tx, s->user.id, c->arena, &now, e);
    if (rc) return rc;
    /* Hashing took a while: the user may have been locked or changed meanwhile. */
    bool same = str_eq(now.password_hash, s->user.password_hash);
    if (!may_try(c, &now) || !same) {
        s->good = false;
        return OK;
    }
    rc = user_sign_in(&c->change, &now, s->good, LOCK_MS, e);
    if (rc || !s->good) return rc;
    rc = session_store(c, now.id, &s->session, e);
    if (rc) return rc;
    if (!role_parse(now.role, &c->role)) return error_set(e, ERR_CORRUPT, "bad role");
    now.last_seen_at = c->now;
    c->session.user = now;
    render_me(c, &now, NULL, c->role, s->session.csrf);
    c->status = 201;
    return OK;
}

static bool is_totp(struct str s)
{
    bool good = s.len == 6;
    for (size_t i = 0; good && i < s.len; i++)
        good = s.at[i] >= '0' && s.at[i] <= '9';
    return good;
}

static enum err parse_sign_in(struct sign_in *s, struct error *e)
{
    struct call *c = s->c;
    struct str totp;
    struct fields f = fields_root(c, "email password totp");
    field_required(&f, "email");
    field_required(&f, "password");
    if (account_text(&f, "email", 1, USER_EMAIL_MAX, &s->email))
        s->email = account_email_key(c, s->email);
    (void)account_password(&f, "password", 1, &s->password);
    /* Accepted so that clients may send it; no user has a second factor yet. */
    if (field_str(&f, "totp", 6, 0, &totp) && !is_totp(totp))
        field_error(&f, "totp", "bad_format", "must be six digits");
    return fields_end(c, e);
}

static enum err create_session(struct call *c, struct error *e)
{
    struct sign_in *s = arena_new(c->arena, struct sign_in, 1);
    struct db *db = c->api->options.db;
    s->c = c;
    enum err rc = parse_sign_in(s, e);
    if (!rc) rc = db_read(db, "sign in: find", find_user_tx, s, e);
    if (!rc) rc = check_password(s, e);
    if (rc) return rc;
    if (s->known && s->may_try) {
        c->actor = (struct actor){ ACTOR_USER, s->user.id, s->user.email, c->req->peer };
        session_make(c, &s->session);
        rc = db_write(db, "sign in", sign_in_tx, s, e);
        if (rc) return rc;
    }
    /* One text for all: it does not tell who has an account, nor that it is locked. */
    if (!s->known || !s->may_try || !s->good)
        return error_code(e, ERR_UNAUTHORIZED, "bad_credentials",
            "the e-mail or the password is wrong, or signing in is locked for a while");
    set_cookie(c, s->session.secret, SESSION_SECONDS);
    return OK;
}

static enum err delete_session_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ctx;
    account_begin(c, tx);
    c->status = 204;
    return session_delete(&c->change, &c->session, e);
}

static enum err delete_session(struct call *c, struct error *e)
{
    if (c->by_token)
        return error_code(e, ERR_FORBIDDEN, "forbidden", "a token has no session to end");
    enum err rc = db_write(c->api->options.db, "sign out", delete_session_tx, c, e);
    if (!rc) set_cookie(c, S(""), 0);
    return rc;
}

/* One's own account */

struct me_write {
    struct call *c;
    struct str name, password, hash;
    bool has_name, has_password;
    struct new_session session;
};

static enum err update_me_tx(struct tx *tx, void *ctx, struct error *e)
{
    const struct me_write *in = ctx;
    struct call *c = in->c;
    struct user before;
    account_begin(c, tx);
    enum err rc = user_load(tx, c->session.user.id, c->arena, &before, e);
    if (rc) return rc;
    /* The current password was checked against what was read before. */
    if (in->has_password && !str_eq(before.password_hash, c->session.user.password_hash))
        return error_set(e, ERR_CONFLICT, "the password was changed meanwhile");
    struct user after = before;
    if (in->has_name) after.name = in->name;
    if (in->has_password) after.password_hash = in->hash;
    rc = user_update(&c->change, &before, &after, e);
    /* A new password ended all sessions; who changed it goes on with a new one. */
    if (!rc && in->has_password) rc = session_store(c, after.id, &in->session, e);
    if (rc) return rc;
    render_me(c, &after, NULL, c->role, in->has_password ? in->session.csrf : c->session.csrf);
    return OK;
}

static enum err check_current(struct me_write *in, struct str current, struct error *e)
{
    struct call *c = in->c;
    if (!password_matches(c->session.user.password_hash, current))
        element_error(c, S("/current_password"), "not_allowed", "is not your password");
    enum err rc = fields_end(c, e);
    return rc ? rc : password_hash(in->password, c->arena, &in->hash, e);
}

static enum err update_me(struct call *c, struct error *e)
{
    struct me_write *in = arena_new(c->arena, struct me_write, 1);
    struct str current = S("");
    if (c->by_token)
        return error_code(e, ERR_FORBIDDEN, "forbidden", "a token has neither name nor password");
    in->c = c;
    struct fields f = fields_root(c, "name current_password password");
    account_not_empty(c);
    in->has_name = account_text(&f, "name", 0, USER_NAME_MAX, &in->name);
    (void)account_password(&f, "current_password", 1, &current);
    in->has_password = account_password(&f, "password", PASSWORD_MIN, &in->password);
    if (in->has_password) field_required(&f, "current_password");
    enum err rc = fields_end(c, e);
    if (!rc && in->has_password) rc = check_current(in, current, e);
    if (rc) return rc;
    if (in->has_password) session_make(c, &in->session);
    rc = db_write(c->api->options.db, "update me", update_me_tx, in, e);
    if (!rc && in->has_password) set_cookie(c, in->session.secret, SESSION_SECONDS);
    return rc;
}

/* Account settings */

static enum err put_status(struct call *c, const char *key, int64_t id, struct error *e)
{
    struct reference row;
    enum err rc = reference_load(c->tx, REFERENCE_STATUS, id, c->arena, &row, e);
    if (rc == ERR_NOT_FOUND)
        return error_set(e, ERR_CORRUPT, "the setting %s names no inventory status", key);
    if (!rc) jw_kstr(&c->w, key, row.title);
    return rc;
}

static enum err render_settings(struct call *c, const struct settings *s, struct error *e)
{
    jw_object(&c->w);
    jw_kbool(&c->w, "unique_skus", s->unique_skus);
    enum err rc = put_status(c, "committed_status", s->committed_status_id, e);
    if (!rc) rc = put_status(c, "received_status", s->received_status_id, e);
    if (rc) return rc;
    char text[RFC3339_SIZE];
    jw_kstr(&c->w, "updated_at", rfc3339_format(s->updated_at, text));
    jw_object_end(&c->w);
    c->etag = s->version;
    return OK;
}

static enum err get_settings(struct call *c, struct error *e)
{
    struct settings s;
    enum err rc = settings_load(c->tx, &s, e);
    return rc ? rc : render_settings(c, &s, e);
}

static enum err status_field(struct fields *f, const char *name, int64_t *id, struct error *e)
{
    struct str title;
    if (!account_text(f, name, 1, 100, &title)) return OK;
    return find_status(f, name, REFERENCE_STATUS, title, id, e);
}

/* One entry in `errors` for each SKU that repeats. */
static enum err tell_duplicates(struct call *c, struct error *e)
{
    struct error failed;
    struct str skus[BODY_ERRORS_MAX];
    int64_t numbers[BODY_ERRORS_MAX];
    size_t count = 0;
    enum err rc =
        variation_repeated_skus(c->tx, BODY_ERRORS_MAX, c->arena, skus, numbers, &count, &failed);
    for (size_t i = 0; i < count && !rc; i++)
        element_error(c, S("/unique_skus"), "duplicate_sku", "%.*s is on %lld variations",
            STR_FMT(skus[i]), (long long)numbers[i]);
    if (!rc) return ERR_CONFLICT; /* with *e as it was */
    *e = failed;
    return rc;
}

static enum err update_settings(struct call *c, struct error *e)
{
    struct settings before;
    enum err rc = settings_load(c->tx, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    struct settings after = before;
    struct fields f = fields_root(c, "unique_skus committed_status received_status");
    account_not_empty(c);
    (void)field_bool(&f, "unique_skus", &after.unique_skus);
    rc = status_field(&f, "committed_status", &after.committed_status_id, e);
    if (!rc) rc = status_field(&f, "received_status", &after.received_status_id, e);
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    rc = settings_save(&c->change, &before, &after, e);
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("duplicate_sku")))
        return tell_duplicates(c, e);
    if (rc) return rc;
    after.version = before.version + 1;
    after.updated_at = c->now;
    return render_settings(c, &after, e);
}

const struct route routes_session[] = {
    { "POST", "/session", AREA_PEOPLE, PERMISSION_NONE, ROUTE_OPEN | ROUTE_NO_TX, "",
        create_session },
    { "DELETE", "/session", AREA_PEOPLE, PERMISSION_NONE, ROUTE_NO_TX, "", delete_session },
    { "GET", "/me", AREA_PEOPLE, PERMISSION_NONE, 0, "", get_me },
    { "PATCH", "/me", AREA_PEOPLE, PERMISSION_NONE, ROUTE_NO_TX, "", update_me },
    { "GET", "/settings", AREA_SETTINGS, PERMISSION_READ, 0, "", get_settings },
    { "PATCH", "/settings", AREA_SETTINGS, PERMISSION_FULL, 0, "", update_settings },
    { 0 },
};
