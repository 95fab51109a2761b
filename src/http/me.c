/* me.c: one's own account: who am I, name and password, sessions, and the matrix of roles. */
#include "core/password.h"
#include "http/account.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static void render_rights(struct call *c, const struct rights *rights)
{
    jw_key(&c->w, "permissions");
    jw_object(&c->w);
    for (int a = 0; a < AREA_COUNT; a++)
        jw_kstr(&c->w, area_name((enum area)a), str_of(permission_name(rights->of[a])));
    jw_object_end(&c->w);
}

static void render_must(struct call *c)
{
    static const char *const words[] = { "", "change_password", "enrol_totp" };
    put_opt(c, "must_do", str_of(words[c->must]));
}

enum err render_me(struct call *c, const struct user *user, const struct api_token *token,
    struct str csrf, struct error *e)
{
    int64_t left = 0;
    enum err rc = user ? recovery_left(c->tx, user->id, &left, e) : OK;
    if (rc) return rc;
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
    jw_kstr(&c->w, "role", str_of(role_name(c->role)));
    render_rights(c, &c->rights);
    put_opt(c, "csrf_token", csrf);
    render_must(c);
    put_time(c, "password_expires_at",
        user ? user->password_changed_at + PASSWORD_DAYS_MAX * (time_ms)DAY_MS : 0);
    jw_kint(&c->w, "recovery_codes_left", left);
    jw_object_end(&c->w);
    return OK;
}

static enum err get_me(struct call *c, struct error *e)
{
    if (c->by_token) return render_me(c, NULL, &c->token, S(""), e);
    return render_me(c, &c->session.user, NULL, c->session.csrf, e);
}

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
    if (in->has_password) {
        after.password_hash = in->hash;
        after.password_by = S(PASSWORD_OWN);
    }
    rc = user_update(&c->change, &before, &after, e);
    /* A new password ended all sessions; who changed it goes on with a new one. */
    if (!rc && in->has_password) rc = session_store(c, after.id, &in->session, e);
    if (rc) return rc;
    c->must = must_do(&after, c->session.totp_roles, c->now);
    return render_me(c, &after, NULL, in->has_password ? in->session.csrf : c->session.csrf, e);
}

/* Whoever could change it ten times in a row would have the old one back. */
static bool is_too_soon(const struct call *c)
{
    const struct user *u = &c->session.user;
    return str_eq(u->password_by, S(PASSWORD_OWN)) &&
           c->now - u->password_changed_at < PASSWORD_DAYS_MIN * (time_ms)DAY_MS;
}

static enum err check_password(
    struct fields *f, struct me_write *in, struct str current, struct error *e)
{
    struct call *c = in->c;
    const struct user *u = &c->session.user;
    password_rules(f, in->password, u->email, in->has_name ? in->name : u->name);
    if (is_too_soon(c)) field_error(f, "password", "too_soon", "was changed less than a day ago");
    enum err rc = fields_end(c, e);
    if (!rc) rc = password_confirm(c, current, "/current_password", e);
    if (!rc) rc = password_is_new(c, in->password, u->id, e);
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
    in->has_password = account_password(&f, "password", PASSWORD_LENGTH_MIN, &in->password);
    if (in->has_password) field_required(&f, "current_password");
    enum err rc = fields_end(c, e);
    if (!rc && in->has_password) rc = check_password(&f, in, current, e);
    if (rc) return rc;
    if (in->has_password) session_make(c, &in->session);
    rc = db_write(c->api->options.db, "update me", update_me_tx, in, e);
    if (!rc && in->has_password) session_cookie(c, in->session.secret);
    return rc;
}

/* Sessions */

static enum err refuse_tokens(const struct call *c, struct error *e)
{
    return c->by_token ? error_code(e, ERR_FORBIDDEN, "forbidden", "a token has no sessions") : OK;
}

static enum err list_sessions(struct call *c, struct error *e)
{
    enum err rc = refuse_tokens(c, e);
    return rc ? rc : list_sessions_of(c, c->session.user.id, e);
}

static enum err end_other_sessions(struct call *c, struct error *e)
{
    enum err rc = refuse_tokens(c, e);
    if (!rc) rc = session_end_all(&c->change, c->session.user.id, c->session.id, e);
    c->status = 204;
    return rc;
}

static enum err end_session(struct call *c, struct error *e)
{
    enum err rc = refuse_tokens(c, e);
    if (!rc) rc = session_end(&c->change, c->session.user.id, c->ids[0], e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "session", c->ids[0]);
    c->status = 204;
    return rc;
}

/* Roles */

static enum err list_roles(struct call *c, struct error *e)
{
    struct settings settings;
    enum err rc = settings_load(c->tx, &settings, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "data");
    jw_array(&c->w);
    for (int r = 0; r < ROLE_COUNT; r++) {
        struct rights rights = rights_of_role((enum role)r);
        jw_object(&c->w);
        jw_kstr(&c->w, "role", str_of(role_name((enum role)r)));
        render_rights(c, &rights);
        jw_kbool(&c->w, "totp_required", (settings.totp_roles >> r & 1) != 0);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
    return OK;
}

const struct route routes_me[] = {
    { "GET", "/me", AREA_PEOPLE, PERMISSION_NONE, ROUTE_SELF, "", get_me },
    { "PATCH", "/me", AREA_PEOPLE, PERMISSION_NONE, ROUTE_NO_TX | ROUTE_SELF, "", update_me },
    { "GET", "/me/sessions", AREA_PEOPLE, PERMISSION_NONE, 0, "limit cursor", list_sessions },
    { "DELETE", "/me/sessions", AREA_PEOPLE, PERMISSION_NONE, 0, "", end_other_sessions },
    { "DELETE", "/me/sessions/{}", AREA_PEOPLE, PERMISSION_NONE, 0, "", end_session },
    { "GET", "/roles", AREA_PEOPLE, PERMISSION_NONE, 0, "", list_roles },
    { 0 },
};
