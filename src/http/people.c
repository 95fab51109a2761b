/* people.c: users, API tokens and the audit trail. */
#include "base/seal.h"
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
    struct str email, name, role, hash;
    struct str made; /* the password made here; empty when one was given */
    bool has_name, has_role, has_active, has_password, active;
};

static enum err create_user_once(struct call *c, void *ctx, struct error *e)
{
    const struct user_write *in = ctx;
    struct user u = {
        .email = in->email, .name = in->name, .role = in->role, .password_hash = in->hash
    };
    enum err rc = user_create(&c->change, &u, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "user");
    render_user(c, &u);
    put_opt(c, "password", in->made);
    jw_object_end(&c->w);
    c->status = 201;
    c->etag = u.version;
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
    struct user_write in = { .c = c, .name = S(""), .made = S("") };
    struct str password = S("");
    struct fields f = fields_root(c, "email name role password");
    field_required(&f, "email");
    field_required(&f, "role");
    (void)field_email(&f, &in.email);
    (void)account_text(&f, "name", 0, USER_NAME_MAX, &in.name);
    (void)account_role(&f, &in.role);
    (void)account_password(&f, "password", PASSWORD_MIN, &password);
    enum err rc = fields_end(c, e);
    if (rc) return rc;
    if (!password.len) {
        password = secret_make(c->api->options.rng, arena_new(c->arena, char, SECRET_TEXT_SIZE));
        in.made = password;
    }
    rc = password_hash(password, c->arena, &in.hash, e);
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
    if (rc) return rc;
    struct user after = before;
    if (in->has_name) after.name = in->name;
    if (in->has_role) after.role = in->role;
    if (in->has_active) after.active = in->active;
    if (in->has_password) after.password_hash = in->hash;
    rc = user_update(&c->change, &before, &after, e);
    if (rc) return rc;
    render_user(c, &after);
    c->etag = after.version;
    return OK;
}

static enum err update_user(struct call *c, struct error *e)
{
    struct user_write in = { .c = c };
    struct str password;
    struct fields f = fields_root(c, "name role active password");
    account_not_empty(c);
    in.has_name = account_text(&f, "name", 0, USER_NAME_MAX, &in.name);
    in.has_role = account_role(&f, &in.role);
    in.has_active = field_bool(&f, "active", &in.active);
    in.has_password = account_password(&f, "password", PASSWORD_MIN, &password);
    enum err rc = fields_end(c, e);
    if (!rc && in.has_password) rc = password_hash(password, c->arena, &in.hash, e);
    return rc ? rc : db_write(c->api->options.db, "update user", update_user_tx, &in, e);
}

/* Tokens */

void render_token(struct call *c, const struct api_token *t)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", t->id);
    jw_kstr(w, "name", t->name);
    jw_kstr(w, "role", t->role);
    put_opt(c, "created_by", t->created_by);
    put_time(c, "created_at", t->created_at);
    put_time(c, "last_used_at", t->last_used_at);
    put_time(c, "expires_at", t->expires_at);
    jw_object_end(w);
}

static enum err list_tokens(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    enum err rc = query_end(c, e);
    struct api_token *rows = NULL;
    size_t count = 0;
    if (!rc) rc = token_list(c->tx, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_token(c, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

static enum err create_token(struct call *c, struct error *e)
{
    struct api_token t = { .name = S("") };
    unsigned char hash[SECRET_HASH_SIZE];
    char text[SECRET_TEXT_SIZE];
    struct fields f = fields_root(c, "name role expires_at");
    field_required(&f, "name");
    field_required(&f, "role");
    (void)account_text(&f, "name", 1, TOKEN_NAME_MAX, &t.name);
    (void)account_role(&f, &t.role);
    if (field_time(&f, "expires_at", true, &t.expires_at) && t.expires_at && t.expires_at <= c->now)
        field_error(&f, "expires_at", "too_small", "must be in the future");
    enum err rc = fields_end(c, e);
    if (rc) return rc;
    /* The prefix is part of the secret: leaked ones can be searched for. */
    struct str secret =
        arena_fmt(c->arena, "sbt_%.*s", STR_FMT(secret_make(c->api->options.rng, text)));
    rc = token_create(&c->change, &t, secret_hash(secret, hash), e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "token");
    render_token(c, &t);
    jw_kstr(&c->w, "secret", secret);
    jw_object_end(&c->w);
    c->status = 201;
    return OK;
}

static enum err delete_token(struct call *c, struct error *e)
{
    enum err rc = token_revoke(&c->change, c->ids[0], e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "token", c->ids[0]);
    if (!rc) c->status = 204;
    return rc;
}

/* Audit */

static void render_entry(struct call *c, const struct audit_entry *a)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", a->id);
    put_time(c, "at", a->at);
    jw_key(w, "actor");
    jw_object(w);
    jw_kstr(w, "kind", actor_kind_name(a->actor_kind));
    put_opt_id(c, "id", a->actor_id);
    jw_kstr(w, "name", a->actor_name);
    jw_object_end(w);
    put_opt(c, "address", a->address);
    jw_kstr(w, "action", a->action);
    jw_kstr(w, "resource", a->resource);
    put_opt_id(c, "resource_id", a->resource_id);
    jw_key(w, "changes");
    jw_raw(w, a->changes.len ? a->changes : S("[]"));
    jw_object_end(w);
}

static time_ms query_time(struct call *c, const char *name)
{
    time_ms t = 0;
    struct str s = query_str(c, name);
    if (s.len && !text_is_time(s, &t))
        element_error(c, arena_fmt(c->arena, "?%s", name), "bad_format",
            "must be a time such as 2026-11-23T17:00:00Z");
    return t;
}

static struct audit_filter audit_query(struct call *c)
{
    struct audit_filter filter = { .actor_kind = S(""), .action = S("") };
    filter.resource = query_str(c, "resource");
    filter.resource_id = query_id(c, "resource_id");
    filter.actor_id = query_id(c, "user_id");
    /* Ids of users and tokens overlap. */
    if (filter.actor_id) filter.actor_kind = actor_kind_name(ACTOR_USER);
    filter.from = query_time(c, "from");
    filter.to = query_time(c, "to");
    if (text_length(filter.resource) > 50)
        element_error(c, S("?resource"), "too_long", "must have at most 50 characters");
    return filter;
}

static enum err list_audit(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct audit_filter filter = audit_query(c);
    enum err rc = query_end(c, e);
    struct audit_entry *rows = NULL;
    size_t count = 0;
    if (!rc) rc = audit_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_entry(c, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

const struct route routes_people[] = {
    { "GET", "/users", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_users },
    { "POST", "/users", AREA_PEOPLE, PERMISSION_FULL, ROUTE_NO_TX | ROUTE_SECRET, "", create_user },
    { "GET", "/users/{}", AREA_PEOPLE, PERMISSION_READ, 0, "", get_user },
    { "PATCH", "/users/{}", AREA_PEOPLE, PERMISSION_FULL, ROUTE_NO_TX, "", update_user },
    { "GET", "/tokens", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_tokens },
    { "POST", "/tokens", AREA_PEOPLE, PERMISSION_FULL, ROUTE_SECRET, "", create_token },
    { "DELETE", "/tokens/{}", AREA_PEOPLE, PERMISSION_FULL, 0, "", delete_token },
    { "GET", "/audit", AREA_PEOPLE, PERMISSION_READ, 0,
        "resource resource_id user_id from to limit cursor", list_audit },
    { 0 },
};
