/* people.c: users, API tokens, the audit log. */
#include "store/people.h"

#include "base/seal.h"
#include "http/internal.h"

void render_user(struct call *c, const struct user *u)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", u->id);
    jw_kstr(&c->w, "email", u->email);
    jw_kstr(&c->w, "name", u->name);
    jw_kstr(&c->w, "role", u->role);
    jw_kbool(&c->w, "active", u->active);
    put_time(c, "last_seen_at", u->last_seen_at);
    put_time(c, "created_at", u->created_at);
    put_time(c, "updated_at", u->updated_at);
    jw_object_end(&c->w);
}

void render_token(struct call *c, const struct api_token *t)
{
    jw_object(&c->w);
    jw_kint(&c->w, "id", t->id);
    jw_kstr(&c->w, "name", t->name);
    jw_kstr(&c->w, "role", t->role);
    put_opt(c, "created_by", t->created_by);
    put_time(c, "created_at", t->created_at);
    put_time(c, "last_used_at", t->last_used_at);
    put_time(c, "expires_at", t->expires_at);
    jw_object_end(&c->w);
}

static enum err list_users(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct user *rows;
    size_t count;
    enum err rc = query_end(c, e);
    if (!rc) rc = user_list(c->tx, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_user(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err show_user(struct call *c, struct error *e)
{
    struct user u;
    enum err rc = user_load(c->tx, c->ids[0], c->arena, &u, e);
    if (rc) return rc;
    render_user(c, &u);
    c->etag = u.version;
    return OK;
}

static void read_role(struct fields *f, struct str *out)
{
    struct str name;
    enum role role;
    if (!field_str(f, "role", 20, 0, &name)) return;
    if (role_parse(name, &role))
        *out = str_of(role_name(role));
    else
        field_error(f, "role", "unknown_value", "must be admin, manager, warehouse or viewer");
}

/* Hashing takes long and must not hold a transaction: both writes of users hash first. */
struct user_write {
    struct call *c;
    struct user user;
    bool has_name, has_role, has_active, has_password;
};

static enum err create_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct user_write *w = ctx;
    struct change change = { tx, tx_arena(tx), &w->c->actor, w->c->now, w->c->api->options.rng };
    return user_create(&change, &w->user, e);
}

static bool looks_like_email(struct str s)
{
    struct str name, host;
    bool good = s.len >= 3 && str_cut(s, '@', &name, &host) && name.len && host.len &&
                !str_contains(host, S("@"));
    for (size_t i = 0; good && i < s.len; i++)
        good = (unsigned char)s.at[i] > ' ';
    return good;
}

static struct str lower(struct str s, struct arena *arena)
{
    char *out = arena_new(arena, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
    return (struct str){ out, s.len };
}

static bool read_password(struct fields *f, struct str *out)
{
    if (!field_str(f, "password", 256, TEXT_KEEP, out)) return false;
    if (out->len < PASSWORD_MIN)
        field_error(f, "password", "too_short", "must have at least %d characters", PASSWORD_MIN);
    return true;
}

static enum err create_user(struct call *c, struct error *e)
{
    struct user_write w = { .c = c };
    struct str email = S(""), password;
    struct fields f = fields_root(c, "email name role password");
    w.user = (struct user){ .name = S(""), .role = S(""), .active = true };
    field_required(&f, "email");
    field_required(&f, "role");
    if (field_str(&f, "email", 254, 0, &email) && !looks_like_email(email))
        field_error(&f, "email", "bad_format", "must be an e-mail address");
    (void)field_str(&f, "name", 200, TEXT_EMPTY_OK, &w.user.name);
    read_role(&f, &w.user.role);
    bool given = read_password(&f, &password);
    enum err rc = fields_end(c, e);
    if (rc) return rc;
    char *text = arena_new(c->arena, char, SECRET_TEXT_SIZE);
    if (!given) password = str_sub(secret_make(c->api->options.rng, text), 0, 20);
    w.user.email = lower(email, c->arena);
    rc = password_hash(password, c->arena, &w.user.password_hash, e);
    if (!rc) rc = db_write(c->api->options.db, "user_create", create_tx, &w, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "user");
    render_user(c, &w.user);
    put_opt(c, "password", given ? S("") : password);
    jw_object_end(&c->w);
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/users/%lld", (long long)w.user.id);
    return OK;
}

static enum err update_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct user_write *w = ctx;
    struct call *c = w->c;
    struct change change = { tx, tx_arena(tx), &c->actor, c->now, c->api->options.rng };
    struct user before, after;
    enum err rc = user_load(tx, c->ids[0], c->arena, &before, e);
    if (!rc) rc = check_etag(c, before.version, e);
    if (rc) return rc;
    after = before;
    if (w->has_name) after.name = w->user.name;
    if (w->has_role) after.role = w->user.role;
    if (w->has_active) after.active = w->user.active;
    if (w->has_password) after.password_hash = w->user.password_hash;
    rc = user_update(&change, &before, &after, e);
    if (rc) return rc;
    buf_clear(&c->out);
    jw_init(&c->w, &c->out);
    render_user(c, &after);
    c->etag = after.version;
    return OK;
}

static enum err update_user(struct call *c, struct error *e)
{
    struct user_write w = { .c = c };
    struct str password;
    struct fields f = fields_root(c, "name role active password");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    w.has_name = field_str(&f, "name", 200, TEXT_EMPTY_OK, &w.user.name);
    w.has_role = field_present(&f, "role");
    read_role(&f, &w.user.role);
    w.has_active = field_bool(&f, "active", &w.user.active);
    w.has_password = read_password(&f, &password);
    enum err rc = fields_end(c, e);
    if (!rc && w.has_password) rc = password_hash(password, c->arena, &w.user.password_hash, e);
    return rc ? rc : db_write(c->api->options.db, "user_update", update_tx, &w, e);
}

static enum err list_tokens(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct api_token *rows;
    size_t count;
    enum err rc = query_end(c, e);
    if (!rc) rc = token_list(c->tx, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_token(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err create_token(struct call *c, struct error *e)
{
    struct api_token t = { .name = S(""), .role = S(""), .created_by = c->actor.name };
    struct fields f = fields_root(c, "name role expires_at");
    field_required(&f, "name");
    field_required(&f, "role");
    (void)field_str(&f, "name", 100, 0, &t.name);
    read_role(&f, &t.role);
    if (field_time(&f, "expires_at", true, &t.expires_at) && t.expires_at && t.expires_at <= c->now)
        field_error(&f, "expires_at", "too_small", "lies in the past");
    enum err rc = fields_end(c, e);
    if (rc) return rc;
    char *text = arena_new(c->arena, char, SECRET_TEXT_SIZE);
    unsigned char hash[SECRET_HASH_SIZE];
    struct str secret = secret_make(c->api->options.rng, text);
    rc = token_create(&c->change, &t, secret_hash(secret, hash), e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_key(&c->w, "token");
    render_token(c, &t);
    jw_kstr(&c->w, "secret", secret);
    jw_object_end(&c->w);
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/tokens/%lld", (long long)t.id);
    return OK;
}

static enum err revoke_token(struct call *c, struct error *e)
{
    c->status = 204;
    return token_revoke(&c->change, c->ids[0], e);
}

static time_ms query_time(struct call *c, const char *name)
{
    struct str s = query_str(c, name);
    time_ms t = 0;
    if (s.len && !rfc3339_parse(s, &t))
        element_error(
            c, arena_fmt(c->arena, "?%s", name), "bad_format", "must be a time (RFC 3339)");
    return t;
}

static enum err audit(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct audit_filter f = { .resource = query_str(c, "resource"),
        .resource_id = query_int(c, "resource_id", 0, 1, INT64_MAX),
        .actor_id = query_int(c, "user_id", 0, 1, INT64_MAX),
        .from = query_time(c, "from"),
        .to = query_time(c, "to"),
        .action = S(""),
        .actor_kind = query_has(c, "user_id") ? S("user") : S("") };
    struct audit_entry *rows;
    size_t count;
    enum err rc = query_end(c, e);
    if (!rc) rc = audit_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct audit_entry *a = &rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "id", a->id);
        put_time(c, "at", a->at);
        jw_key(&c->w, "actor");
        jw_object(&c->w);
        jw_kstr(&c->w, "kind", actor_kind_name(a->actor_kind));
        put_opt_id(c, "id", a->actor_id);
        jw_kstr(&c->w, "name", a->actor_name);
        jw_object_end(&c->w);
        put_opt(c, "address", a->address);
        jw_kstr(&c->w, "action", a->action);
        jw_kstr(&c->w, "resource", a->resource);
        put_opt_id(c, "resource_id", a->resource_id);
        jw_key(&c->w, "changes");
        jw_raw(&c->w, a->changes.len ? a->changes : S("[]"));
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

const struct route routes_people[] = {
    { "GET", "/users", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_users },
    { "POST", "/users", AREA_PEOPLE, PERMISSION_FULL, ROUTE_NO_TX, "", create_user },
    { "GET", "/users/{}", AREA_PEOPLE, PERMISSION_READ, 0, "", show_user },
    { "PATCH", "/users/{}", AREA_PEOPLE, PERMISSION_FULL, ROUTE_NO_TX, "", update_user },
    { "GET", "/tokens", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_tokens },
    { "POST", "/tokens", AREA_PEOPLE, PERMISSION_FULL, 0, "", create_token },
    { "DELETE", "/tokens/{}", AREA_PEOPLE, PERMISSION_FULL, 0, "", revoke_token },
    { "GET", "/audit", AREA_PEOPLE, PERMISSION_READ, 0,
        "resource resource_id user_id from to limit cursor", audit },
    { NULL },
};
