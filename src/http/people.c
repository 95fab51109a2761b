/* people.c: users, their sessions and lock-outs. */
#include "core/password.h"
#include "http/account.h"

/* Fields */

static bool long_enough(struct fields *f, const char *name, struct str s, size_t least)
{
    if (text_length(s) >= least) return true;
    field_error(f, name, "too_short", "must have at least %zu characters", least);
    return false;
}

bool account_text(struct fields *f, const char *name, size_t least, size_t most, struct str *out)
{
    struct str s;
    if (!field_str(f, name, most, least ? 0 : TEXT_EMPTY_OK, &s)) return false;
    if (!long_enough(f, name, s, least)) return false;
    *out = s;
    return true;
}

bool account_password(struct fields *f, const char *name, size_t least, struct str *out)
{
    struct str s;
    if (!field_str(f, name, PASSWORD_FIELD_MAX, TEXT_KEEP, &s)) return false;
    if (!long_enough(f, name, s, least)) return false;
    *out = s;
    return true;
}

bool account_role(struct fields *f, struct str *out)
{
    struct str s;
    enum role role;
    if (!field_str(f, "role", TITLE_MAX, 0, &s)) return false;
    if (!role_parse(s, &role)) {
        field_error(f, "role", "unknown_value", "must be admin, manager, warehouse or viewer");
        return false;
    }
    *out = str_of(role_name(role));
    return true;
}

struct str account_email_key(struct call *c, struct str email)
{
    char *out = arena_new(c->arena, char, email.len + 1);
    for (size_t i = 0; i < email.len; i++) {
        char ch = email.at[i];
        out[i] = ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
    }
    return (struct str){ out, email.len };
}

void account_not_empty(struct call *c)
{
    if (!json_len(c->body)) element_error(c, S(""), "too_short", "must name at least one field");
}

void account_begin(struct call *c, struct tx *tx)
{
    buf_clear(&c->out);
    jw_init(&c->w, &c->out);
    c->status = 200;
    c->location = S("");
    c->etag = 0;
    c->tx = tx;
    c->change = (struct change){ tx, tx_arena(tx), &c->actor, c->now, c->api->options.rng };
}

/* Something, one @, something; no white space. Whether mail arrives, only mail can tell. */
static bool is_email(struct str s)
{
    struct str local, domain;
    if (!str_cut(s, '@', &local, &domain) || !local.len || !domain.len) return false;
    return !str_contains(domain, S("@")) && !str_contains(s, S(" "));
}

static bool field_email(struct fields *f, struct str *out)
{
    struct str s;
    if (!account_text(f, "email", 3, USER_EMAIL_MAX, &s)) return false;
    if (!is_email(s)) {
        field_error(f, "email", "bad_format", "must be an e-mail address");
        return false;
    }
    *out = account_email_key(f->c, s);
    return true;
}

/* Users */

void render_user(struct call *c, const struct user *u)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", u->id);
    jw_kstr(w, "email", u->email);
    jw_kstr(w, "name", u->name);
    jw_kstr(w, "role", u->role);
    jw_kbool(w, "active", u->active);
    jw_kbool(w, "totp", u->totp_since != 0);
    put_time(c, "locked_until", user_is_locked(u, c->now) ? u->locked_until : 0);
    put_time(c, "last_seen_at", u->last_seen_at);
    put_time(c, "created_at", u->created_at);
    put_time(c, "updated_at", u->updated_at);
    jw_object_end(w);
}

static enum err list_users(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    enum err rc = query_end(c, e);
    struct user *rows = NULL;
    size_t count = 0;
    if (!rc) rc = user_list(c->tx, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_user(c, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

static enum err load_user(struct call *c, struct user *out, struct error *e)
{
    enum err rc = user_load(c->tx, c->ids[0], c->arena, out, e);
    return rc == ERR_NOT_FOUND ? not_found(e, "user", c->ids[0]) : rc;
}

static enum err get_user(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_user(c, &u, e);
    if (rc) return rc;
    render_user(c, &u);
    c->etag = u.version;
    return OK;
}

struct user_write {
    struct call *c;
    struct str email, name, role, password, hash, by;
    struct str made;  /* the password made here; empty when one was given */
    struct user seen; /* as it was when the password was checked */
    bool has_name, has_role, has_active, has_password, active;
};

static enum err may_be_role(struct call *c, struct str name, struct error *e)
{
    enum role role;
    if (!role_parse(name, &role)) return error_set(e, ERR_CORRUPT, "bad role");
    struct rights rights = rights_of_role(role);
    return may_grant(c, &rights, e);
}

static void render_with_password(struct call *c, const struct user *u, struct str made)
{
    jw_object(&c->w);
    jw_key(&c->w, "user");
    render_user(c, u);
    put_opt(c, "password", made);
    jw_object_end(&c->w);
    c->etag = u->version;
}

static enum err create_user_once(struct call *c, void *ctx, struct error *e)
{
    const struct user_write *in = ctx;
    struct user u = { .email = in->email,
        .name = in->name,
        .role = in->role,
        .password_hash = in->hash,
        .password_by = in->by };
    enum err rc = user_create(&c->change, &u, e);
    if (rc) return rc;
    render_with_password(c, &u, in->made);
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/users/%lld", (long long)u.id);
    return OK;
}

static enum err create_user_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct user_write *in = ctx;
    account_begin(in->c, tx);
    return once(in->c, create_user_once, in, e);
}

static enum err create_user(struct call *c, struct error *e)
{
    struct user_write in = { .c = c, .name = S(""), .made = S(""), .by = S(PASSWORD_GIVEN) };
    struct fields f = fields_root(c, "email name role password");
    field_required(&f, "email");
    field_required(&f, "role");
    bool known = field_email(&f, &in.email);
    (void)account_text(&f, "name", 0, USER_NAME_MAX, &in.name);
    (void)account_role(&f, &in.role);
    if (account_password(&f, "password", PASSWORD_LENGTH_MIN, &in.password) && known)
        password_rules(&f, in.password, in.email, in.name);
    enum err rc = fields_end(c, e);
    if (!rc) rc = may_be_role(c, in.role, e);
    if (rc) return rc;
    if (!in.password.len) {
        in.password = in.made = password_once(c, in.email, in.name);
        in.by = S(PASSWORD_ONCE);
    }
    rc = password_hash(in.password, c->arena, &in.hash, e);
    return rc ? rc : db_write(c->api->options.db, "create user", create_user_tx, &in, e);
}

static enum err update_user_tx(struct tx *tx, void *ctx, struct error *e)
{
    const struct user_write *in = ctx;
    struct call *c = in->c;
    struct user before;
    account_begin(c, tx);
    enum err rc = load_user(c, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (!rc) rc = may_be_role(c, before.role, e);
    if (!rc && in->has_role) rc = may_be_role(c, in->role, e);
    if (rc) return rc;
    struct user after = before;
    if (in->has_name) after.name = in->name;
    if (in->has_role) after.role = in->role;
    if (in->has_active) after.active = in->active;
    if (in->has_password) {
        after.password_hash = in->hash;
        after.password_by = in->by;
    }
    rc = user_update(&c->change, &before, &after, e);
    if (rc) return rc;
    render_user(c, &after);
    c->etag = after.version;
    return OK;
}

static enum err load_seen(struct tx *tx, void *ctx, struct error *e)
{
    struct user_write *in = ctx;
    in->c->tx = tx;
    return load_user(in->c, &in->seen, e);
}

static enum err check_given(struct fields *f, struct user_write *in, struct error *e)
{
    struct call *c = in->c;
    enum err rc = db_read(c->api->options.db, "user", load_seen, in, e);
    if (rc) return rc;
    password_rules(f, in->password, in->seen.email, in->has_name ? in->name : in->seen.name);
    rc = fields_end(c, e);
    if (!rc) rc = password_is_new(c, in->password, in->seen.id, e);
    return rc ? rc : password_hash(in->password, c->arena, &in->hash, e);
}

static enum err update_user(struct call *c, struct error *e)
{
    struct user_write in = { .c = c, .by = S(PASSWORD_GIVEN) };
    struct fields f = fields_root(c, "name role active password");
    account_not_empty(c);
    in.has_name = account_text(&f, "name", 0, USER_NAME_MAX, &in.name);
    in.has_role = account_role(&f, &in.role);
    in.has_active = field_bool(&f, "active", &in.active);
    in.has_password = account_password(&f, "password", PASSWORD_LENGTH_MIN, &in.password);
    enum err rc = fields_end(c, e);
    if (!rc && in.has_password) rc = check_given(&f, &in, e);
    return rc ? rc : db_write(c->api->options.db, "update user", update_user_tx, &in, e);
}

/* What an admin does for who cannot sign in */

static enum err load_to_help(struct call *c, struct user *out, struct error *e)
{
    enum err rc = user_load_locked(c->tx, c->ids[0], c->arena, out, e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "user", c->ids[0]);
    return rc ? rc : may_be_role(c, out->role, e);
}

static enum err render_loaded(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_user(c, &u, e);
    if (rc) return rc;
    render_user(c, &u);
    c->etag = u.version;
    return OK;
}

static enum err unlock_user(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_to_help(c, &u, e);
    if (!rc) rc = user_unlock(&c->change, &u, e);
    return rc ? rc : render_loaded(c, e);
}

static enum err reset_totp(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_to_help(c, &u, e);
    if (!rc) rc = totp_remove(&c->change, &u, "reset_totp", e);
    if (!rc) rc = session_end_all(&c->change, u.id, 0, e);
    return rc ? rc : render_loaded(c, e);
}

static enum err reset_password_once(struct call *c, void *ctx, struct error *e)
{
    const struct user_write *in = ctx;
    struct user before;
    enum err rc = load_to_help(c, &before, e);
    if (rc) return rc;
    struct user after = before;
    after.password_hash = in->hash;
    after.password_by = in->by;
    rc = user_update(&c->change, &before, &after, e);
    if (!rc) render_with_password(c, &after, in->made);
    return rc;
}

static enum err reset_password_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct user_write *in = ctx;
    account_begin(in->c, tx);
    return once(in->c, reset_password_once, in, e);
}

static enum err reset_password(struct call *c, struct error *e)
{
    struct user_write in = { .c = c, .by = S(PASSWORD_ONCE) };
    enum err rc = db_read(c->api->options.db, "user", load_seen, &in, e);
    if (rc) return rc;
    in.made = password_once(c, in.seen.email, in.seen.name);
    rc = password_hash(in.made, c->arena, &in.hash, e);
    return rc ? rc : db_write(c->api->options.db, "reset password", reset_password_tx, &in, e);
}

/* Sessions */

static void render_session(struct call *c, const struct session *s)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", s->id);
    jw_kbool(w, "current", !c->by_token && s->id == c->session.id);
    put_opt(c, "address", s->address);
    put_opt(c, "agent", s->agent);
    put_time(c, "created_at", s->created_at);
    put_time(c, "last_seen_at", s->last_seen_at);
    put_time(c, "expires_at", s->expires_at);
    jw_object_end(w);
}

enum err list_sessions_of(struct call *c, int64_t user_id, struct error *e)
{
    struct page page = query_page(c);
    enum err rc = query_end(c, e);
    struct session_filter filter = { user_id, c->now };
    struct session *rows = NULL;
    size_t count = 0;
    if (!rc) rc = session_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_session(c, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

static enum err list_sessions(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_user(c, &u, e);
    return rc ? rc : list_sessions_of(c, u.id, e);
}

static enum err end_sessions(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = load_user(c, &u, e);
    if (!rc) rc = session_end_all(&c->change, u.id, 0, e);
    c->status = 204;
    return rc;
}

static enum err end_session(struct call *c, struct error *e)
{
    enum err rc = session_end(&c->change, c->ids[0], c->ids[1], e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "session", c->ids[1]);
    c->status = 204;
    return rc;
}

enum {
    SECRET = ROUTE_NO_TX | ROUTE_SECRET,
    HELP = ROUTE_NO_BODY,
};
const struct route routes_people[] = {
    { "GET", "/users", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_users },
    { "POST", "/users", AREA_PEOPLE, PERMISSION_FULL, SECRET, "", create_user },
    { "GET", "/users/{}", AREA_PEOPLE, PERMISSION_READ, 0, "", get_user },
    { "PATCH", "/users/{}", AREA_PEOPLE, PERMISSION_FULL, ROUTE_NO_TX, "", update_user },
    { "POST", "/users/{}/unlock", AREA_PEOPLE, PERMISSION_FULL, HELP, "", unlock_user },
    { "POST", "/users/{}/reset_password", AREA_PEOPLE, PERMISSION_FULL, SECRET | HELP, "",
        reset_password },
    { "POST", "/users/{}/reset_totp", AREA_PEOPLE, PERMISSION_FULL, HELP, "", reset_totp },
    { "GET", "/users/{}/sessions", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_sessions },
    { "DELETE", "/users/{}/sessions", AREA_PEOPLE, PERMISSION_FULL, 0, "", end_sessions },
    { "DELETE", "/users/{}/sessions/{}", AREA_PEOPLE, PERMISSION_FULL, 0, "", end_session },
    { 0 },
};
