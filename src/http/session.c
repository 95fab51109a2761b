/* session.c: signing in and out, and the account settings. */
#include "base/totp.h"
#include "http/account.h"
#include "store/audit.h"
#include "store/reference.h"
#include "store/variation.h"

void session_cookie(struct call *c, struct str secret)
{
    http_reply_header(c->reply, S("set-cookie"),
        arena_fmt(c->arena, "stockbridge=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
            STR_FMT(secret), secret.len ? SESSION_MS / 1000 : 0,
            client_is_secure(c) ? "; Secure" : ""));
}

void session_make(struct call *c, struct new_session *s)
{
    struct rng *rng = c->api->options.rng;
    s->secret = secret_make(rng, arena_new(c->arena, char, SECRET_TEXT_SIZE));
    s->csrf = secret_make(rng, arena_new(c->arena, char, SECRET_TEXT_SIZE));
    (void)secret_hash(s->secret, s->hash);
}

/* What the browser says it is: for people who look at their sessions, so plain text or nothing. */
static struct str agent_of(const struct call *c)
{
    struct str agent = http_request_header(c->req, S("user-agent"));
    for (size_t i = 0; i < agent.len; i++)
        if (agent.at[i] < ' ' || agent.at[i] > '~') return S("");
    return str_sub(agent, 0, SESSION_AGENT_MAX);
}

enum err session_store(
    struct call *c, int64_t user_id, const struct new_session *s, struct error *e)
{
    struct session_new in = { user_id, { (const char *)s->hash, sizeof s->hash }, s->csrf,
        agent_of(c) };
    return session_create(&c->change, &in, e);
}

/* Signing in */

struct sign_in {
    struct call *c;
    struct str email, password;
    struct second_factor given;
    struct user user;
    int64_t failures; /* of the address */
    bool known;       /* there is such a user */
    bool may_try;     /* neither locked nor inactive */
    bool good;        /* the password is right; in the end: signed in */
    bool wants_code;  /* all is right but for the second factor, which was not given */
    struct new_session session;
};

static bool may_try(const struct call *c, const struct user *u)
{
    return u->active && !user_is_locked(u, c->now);
}

static enum err find_user_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct sign_in *s = ctx;
    enum err rc = address_failures(tx, s->c->address, s->c->now, &s->failures, e);
    if (rc) return rc;
    rc = user_find(tx, s->email, s->c->arena, &s->user, e);
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

static enum err fail(struct sign_in *s, const struct user *user, struct error *e)
{
    struct call *c = s->c;
    s->good = false;
    address_failed(&c->change, c->address);
    if (user) return user_sign_in(&c->change, user, false, e);
    unknown_user_failed(&c->change);
    return OK;
}

static enum err let_in(struct sign_in *s, struct user *user, struct error *e)
{
    struct call *c = s->c;
    unsigned char old[SECRET_HASH_SIZE];
    enum err rc = user_sign_in(&c->change, user, true, e);
    if (rc) return rc;
    /* What this browser was signed in as before ends here. */
    session_replace(&c->change, secret_hash(client_cookie(c), old));
    rc = session_store(c, user->id, &s->session, e);
    if (rc) return rc;
    if (!role_parse(user->role, &c->role)) return error_set(e, ERR_CORRUPT, "bad role");
    struct settings settings;
    rc = settings_load(c->tx, &settings, e);
    if (rc) return rc;
    c->rights = rights_of_role(c->role);
    c->must = must_do(user, settings.totp_roles, c->now);
    user->last_seen_at = c->now;
    c->status = 201;
    return render_me(c, user, NULL, s->session.csrf, e);
}

/* An e-mail that nobody has is written down too: the answer comes no sooner for it. */
static enum err sign_in_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct sign_in *s = ctx;
    struct call *c = s->c;
    bool password_good = s->good;
    account_begin(c, tx);
    s->wants_code = false;
    if (!s->known) return fail(s, NULL, e);
    struct user now;
    enum err rc = user_load_locked(tx, s->user.id, c->arena, &now, e);
    if (rc) return rc;
    /* Hashing took a while: the user may have been locked or changed meanwhile. */
    bool same = str_eq(now.password_hash, s->user.password_hash);
    if (!may_try(c, &now) || !same) return fail(s, NULL, e);
    if (!password_good) return fail(s, &now, e);
    if (!now.totp_since) return let_in(s, &now, e);
    s->wants_code = !s->given.totp.len && !s->given.recovery_code.len;
    if (s->wants_code) return OK;
    bool good;
    rc = second_factor_check(c, &now, &s->given, &good, e);
    if (rc) return rc;
    return good ? let_in(s, &now, e) : fail(s, &now, e);
}

static enum err parse_sign_in(struct sign_in *s, struct error *e)
{
    struct call *c = s->c;
    struct fields f = fields_root(c, "email password totp recovery_code");
    field_required(&f, "email");
    field_required(&f, "password");
    if (account_text(&f, "email", 1, USER_EMAIL_MAX, &s->email))
        s->email = account_email_key(c, s->email);
    (void)account_password(&f, "password", 1, &s->password);
    second_factor_fields(&f, &s->given);
    return fields_end(c, e);
}

/* One text for all: it does not tell who has an account, nor that it is locked, nor whether it was
 * the password or the code. */
static enum err refuse(struct error *e)
{
    return error_code(e, ERR_UNAUTHORIZED, "bad_credentials",
        "the e-mail, the password or the code is wrong, or signing in is locked for a while");
}

static enum err create_session(struct call *c, struct error *e)
{
    struct sign_in *s = arena_new(c->arena, struct sign_in, 1);
    struct db *db = c->api->options.db;
    s->c = c;
    enum err rc = parse_sign_in(s, e);
    if (!rc) rc = db_read(db, "sign in: find", find_user_tx, s, e);
    if (!rc && s->failures >= ADDRESS_FAILURES_MAX)
        return error_code(e, ERR_THROTTLED, "too_many_requests",
            "too many failed sign-ins from this address; wait a quarter of an hour");
    if (!rc) rc = check_password(s, e);
    if (rc) return rc;
    c->actor = s->known ? (struct actor){ ACTOR_USER, s->user.id, s->user.email, c->address }
                        : (struct actor){ ACTOR_SYSTEM, 0, S("unknown"), c->address };
    session_make(c, &s->session);
    rc = db_write(db, "sign in", sign_in_tx, s, e);
    if (rc) return rc;
    if (s->wants_code)
        return error_code(
            e, ERR_UNAUTHORIZED, "totp_required", "type the code that your authenticator shows");
    if (!s->known || !s->good) return refuse(e);
    session_cookie(c, s->session.secret);
    /* Written with the session; there is nothing to note again. */
    c->session.last_seen_at = c->now;
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
    if (!rc) session_cookie(c, S(""));
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

static void put_totp_roles(struct call *c, int64_t roles)
{
    jw_key(&c->w, "totp_roles");
    jw_array(&c->w);
    for (int r = 0; r < ROLE_COUNT; r++)
        if (roles >> r & 1) jw_str(&c->w, str_of(role_name((enum role)r)));
    jw_array_end(&c->w);
}

static void read_totp_roles(struct fields *f, int64_t *out)
{
    struct json list = field_array(f, "totp_roles", 0, ROLE_COUNT);
    if (json_kind(list) == JSON_KIND_ABSENT) return;
    int64_t roles = 0;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str name = S("");
        enum role role;
        bool text = json_str(json_at(list, i), &name);
        struct str at = arena_fmt(f->c->arena, "/totp_roles/%zu", i);
        if (!text)
            element_error(f->c, at, "wrong_type", "must be a string");
        else if (!role_parse(name, &role))
            element_error(f->c, at, "unknown_value", "must be admin, manager, warehouse or viewer");
        else if (roles >> role & 1)
            element_error(f->c, at, "duplicate", "is there twice");
        else
            roles |= INT64_C(1) << role;
    }
    *out = roles;
}

static enum err render_settings(struct call *c, const struct settings *s, struct error *e)
{
    jw_object(&c->w);
    jw_kbool(&c->w, "unique_skus", s->unique_skus);
    enum err rc = put_status(c, "committed_status", s->committed_status_id, e);
    if (!rc) rc = put_status(c, "received_status", s->received_status_id, e);
    if (rc) return rc;
    put_totp_roles(c, s->totp_roles);
    jw_kint(&c->w, "audit_months", s->audit_months);
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

/* One entry in `errors` for each SKU that repeats, as many as an answer has. */
static enum err tell_duplicates(struct call *c, struct error *e)
{
    enum { IDS_SHOWN = 20 };
    struct error failed;
    struct repeated_sku *rows;
    size_t count = 0;
    enum err rc =
        variation_repeated_skus(c->tx, S(""), BODY_ERRORS_MAX, c->arena, &rows, &count, &failed);
    for (size_t i = 0; i < count && !rc; i++) {
        struct str ids = S("");
        for (size_t k = 0; k < rows[i].id_count && k < IDS_SHOWN; k++)
            ids = arena_fmt(c->arena, "%.*s%s%lld", STR_FMT(ids), k ? ", " : "",
                (long long)rows[i].variation_ids[k]);
        element_error(c, S("/unique_skus"), "duplicate_sku", "%.*s is on %lld variations: %.*s%s",
            STR_FMT(rows[i].sku), (long long)rows[i].number, STR_FMT(ids),
            rows[i].number > IDS_SHOWN ? ", ..." : "");
    }
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
    struct fields f =
        fields_root(c, "unique_skus committed_status received_status totp_roles audit_months");
    account_not_empty(c);
    (void)field_bool(&f, "unique_skus", &after.unique_skus);
    read_totp_roles(&f, &after.totp_roles);
    (void)field_int(&f, "audit_months", AUDIT_MONTHS_MIN, AUDIT_MONTHS_MAX, &after.audit_months);
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
    { "DELETE", "/session", AREA_PEOPLE, PERMISSION_NONE, ROUTE_NO_TX | ROUTE_SELF, "",
        delete_session },
    { "GET", "/settings", AREA_SETTINGS, PERMISSION_READ, 0, "", get_settings },
    { "PATCH", "/settings", AREA_SETTINGS, PERMISSION_FULL, 0, "", update_settings },
    { 0 },
};
