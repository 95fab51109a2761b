/* tokens.c: API tokens: made, rotated, revoked. */
#include "base/seal.h"
#include "http/account.h"

static void put_scopes(struct call *c, struct str stored)
{
    struct rights scopes;
    jw_key(&c->w, "scopes");
    if (!stored.len || !rights_parse(stored, &scopes)) {
        jw_null(&c->w);
        return;
    }
    jw_object(&c->w);
    for (int a = 0; a < AREA_COUNT; a++)
        jw_kstr(&c->w, area_name((enum area)a), str_of(permission_name(scopes.of[a])));
    jw_object_end(&c->w);
}

void render_token(struct call *c, const struct api_token *t)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", t->id);
    jw_kstr(w, "name", t->name);
    jw_kstr(w, "role", t->role);
    put_scopes(c, t->scopes);
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

/* One area of the object "scopes". Its role's level is the most. */
static void read_scope(struct fields *f, enum area area, enum role role, struct rights *out)
{
    struct str level;
    enum permission wanted;
    const char *name = area_name(area);
    if (!field_str(f, name, TITLE_MAX, 0, &level)) return;
    if (!permission_parse(level, &wanted))
        field_error(f, name, "unknown_value", "must be none, read, write or full");
    else if (wanted > permission_of(role, area))
        field_error(f, name, "not_allowed", "the role \"%s\" has only %s here", role_name(role),
            permission_name(permission_of(role, area)));
    else
        out->of[area] = wanted;
}

/* Without the field, or null: all that the role may. */
static void read_scopes(
    struct call *c, struct fields *f, enum role role, struct rights *rights, struct str *stored)
{
    struct json value = json_get(f->object, "scopes");
    if (json_kind(value) == JSON_KIND_ABSENT || json_kind(value) == JSON_KIND_NULL) return;
    struct json object = field_object(f, "scopes");
    if (json_kind(object) != JSON_KIND_OBJECT) return;
    struct fields in =
        fields_of(c, object, S("/scopes"), "catalog inventory orders channels settings people");
    *rights = (struct rights){ { PERMISSION_NONE } };
    for (int a = 0; a < AREA_COUNT; a++)
        read_scope(&in, (enum area)a, role, rights);
    *stored = rights_format(rights, arena_new(c->arena, char, RIGHTS_TEXT_MAX));
    if (!stored->len && !c->error_count)
        field_error(f, "scopes", "too_short", "must allow something");
}

static bool read_expiry(struct call *c, struct fields *f, time_ms *out)
{
    if (!field_time(f, "expires_at", true, out)) return false;
    if (*out && *out <= c->now) field_error(f, "expires_at", "too_small", "must be in the future");
    return true;
}

/* The prefix is part of the secret: leaked ones can be searched for. */
static struct str make_secret(struct call *c, struct str *hash)
{
    char text[SECRET_TEXT_SIZE];
    struct str secret =
        arena_fmt(c->arena, TOKEN_PREFIX "%.*s", STR_FMT(secret_make(c->api->options.rng, text)));
    *hash = secret_hash(secret, arena_new(c->arena, unsigned char, SECRET_HASH_SIZE));
    return secret;
}

static void render_made(struct call *c, const struct api_token *t, struct str secret)
{
    jw_object(&c->w);
    jw_key(&c->w, "token");
    render_token(c, t);
    jw_kstr(&c->w, "secret", secret);
    jw_object_end(&c->w);
}

static enum err create_token(struct call *c, struct error *e)
{
    struct api_token t = { .name = S(""), .scopes = S("") };
    enum role role = ROLE_VIEWER;
    struct fields f = fields_root(c, "name role scopes expires_at");
    field_required(&f, "name");
    field_required(&f, "role");
    (void)account_text(&f, "name", 1, TOKEN_NAME_MAX, &t.name);
    bool known = account_role(&f, &t.role) && role_parse(t.role, &role);
    struct rights rights = rights_of_role(role);
    if (known) read_scopes(c, &f, role, &rights, &t.scopes);
    (void)read_expiry(c, &f, &t.expires_at);
    enum err rc = fields_end(c, e);
    if (!rc) rc = may_grant(c, &rights, e);
    if (rc) return rc;
    struct str hash, secret = make_secret(c, &hash);
    rc = token_create(&c->change, &t, hash, e);
    if (rc) return rc;
    render_made(c, &t, secret);
    c->status = 201;
    return OK;
}

static enum err rights_of_token(const struct api_token *t, struct rights *out, struct error *e)
{
    enum role role;
    struct rights scopes;
    if (!role_parse(t->role, &role)) return error_set(e, ERR_CORRUPT, "bad role");
    *out = rights_of_role(role);
    if (t->scopes.len && !rights_parse(t->scopes, &scopes))
        return error_set(e, ERR_CORRUPT, "bad scopes");
    if (t->scopes.len) *out = rights_both(out, &scopes);
    return OK;
}

static enum err rotate_token(struct call *c, struct error *e)
{
    struct api_token before;
    struct rights rights;
    enum err rc = token_load(c->tx, c->ids[0], c->arena, &before, e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "token", c->ids[0]);
    if (!rc) rc = rights_of_token(&before, &rights, e);
    if (!rc) rc = may_grant(c, &rights, e);
    if (rc) return rc;
    struct api_token after = before;
    if (json_kind(c->body) == JSON_KIND_OBJECT) {
        struct fields f = fields_root(c, "expires_at");
        (void)read_expiry(c, &f, &after.expires_at);
    }
    rc = fields_end(c, e);
    if (rc) return rc;
    struct str hash, secret = make_secret(c, &hash);
    rc = token_rotate(&c->change, &before, hash, after.expires_at, e);
    if (!rc) render_made(c, &after, secret);
    return rc;
}

static enum err delete_token(struct call *c, struct error *e)
{
    enum err rc = token_revoke(&c->change, c->ids[0], e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "token", c->ids[0]);
    if (!rc) c->status = 204;
    return rc;
}

const struct route routes_tokens[] = {
    { "GET", "/tokens", AREA_PEOPLE, PERMISSION_READ, 0, "limit cursor", list_tokens },
    { "POST", "/tokens", AREA_PEOPLE, PERMISSION_FULL, ROUTE_SECRET, "", create_token },
    { "POST", "/tokens/{}/rotate", AREA_PEOPLE, PERMISSION_FULL, ROUTE_SECRET | ROUTE_OPTIONAL_BODY,
        "", rotate_token },
    { "DELETE", "/tokens/{}", AREA_PEOPLE, PERMISSION_FULL, 0, "", delete_token },
    { 0 },
};
