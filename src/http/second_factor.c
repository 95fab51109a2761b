/* second_factor.c: the authenticator of the person who is signed in; see account.h. */
#include "base/totp.h"
#include "http/account.h"
#include "store/sealed.h"

enum { RECOVERY_BYTES = 10 };

/* Codes */

void second_factor_fields(struct fields *f, struct second_factor *out)
{
    *out = (struct second_factor){ S(""), S("") };
    if (field_str(f, "totp", TOTP_DIGITS, 0, &out->totp) && !totp_is_code(out->totp))
        field_error(f, "totp", "bad_format", "must be six digits");
    (void)account_text(f, "recovery_code", 1, RECOVERY_CODE_MAX, &out->recovery_code);
}

/* Typed with or without the lines between, in whatever letters. */
static struct str recovery_hash(struct call *c, struct str typed)
{
    char *text = arena_new(c->arena, char, typed.len + 1);
    unsigned char *hash = arena_new(c->arena, unsigned char, SECRET_HASH_SIZE);
    size_t n = 0;
    for (size_t i = 0; i < typed.len; i++) {
        char ch = typed.at[i];
        if (ch != '-' && ch != ' ') text[n++] = ch >= 'a' && ch <= 'z' ? (char)(ch - 32) : ch;
    }
    return secret_hash((struct str){ text, n }, hash);
}

static enum err open_secret(
    struct call *c, const struct user *user, struct str *secret, struct error *e)
{
    return seal_open(
        c->api->options.key, SEALED_TOTP, user->id, user->totp_secret, c->arena, secret, e);
}

enum err second_factor_check(struct call *c, const struct user *user,
    const struct second_factor *given, bool *good, struct error *e)
{
    *good = false;
    if (given->recovery_code.len)
        return recovery_use(&c->change, user, recovery_hash(c, given->recovery_code), good, e);
    struct str secret;
    int64_t step;
    enum err rc = open_secret(c, user, &secret, e);
    if (rc || !totp_match(secret, given->totp, c->now, user->totp_step, &step)) return rc;
    *good = true;
    return totp_use(&c->change, user, step, e);
}

/* Recovery codes: four groups of four letters, 80 bits. */

static void make_recovery(
    struct call *c, struct str codes[RECOVERY_CODES], struct str hashes[RECOVERY_CODES])
{
    for (int i = 0; i < RECOVERY_CODES; i++) {
        char bytes[RECOVERY_BYTES];
        c->api->options.rng->fill(c->api->options.rng, bytes, sizeof bytes);
        const char *t = totp_text((struct str){ bytes, sizeof bytes }, c->arena).at;
        codes[i] = arena_fmt(c->arena, "%.4s-%.4s-%.4s-%.4s", t, t + 4, t + 8, t + 12);
        hashes[i] = recovery_hash(c, codes[i]);
    }
}

static void render_recovery(struct call *c, const struct str codes[RECOVERY_CODES])
{
    jw_object(&c->w);
    jw_key(&c->w, "recovery_codes");
    jw_array(&c->w);
    for (int i = 0; i < RECOVERY_CODES; i++)
        jw_str(&c->w, codes[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

/* Routes */

struct factor_write {
    struct call *c;
    struct str password, secret;
    struct second_factor given;
    struct str codes[RECOVERY_CODES], hashes[RECOVERY_CODES];
    bool good;
};

static enum err refuse_tokens(const struct call *c, struct error *e)
{
    return c->by_token ? error_code(e, ERR_FORBIDDEN, "forbidden", "a token has no second factor")
                       : OK;
}

static enum err begin_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct factor_write *in = ctx;
    struct call *c = in->c;
    struct user user;
    account_begin(c, tx);
    enum err rc = user_load_locked(tx, c->session.user.id, c->arena, &user, e);
    if (rc) return rc;
    const struct api_options *o = &c->api->options;
    struct str sealed = seal(o->key, SEALED_TOTP, user.id, in->secret, o->rng, c->arena);
    rc = totp_begin(&c->change, &user, sealed, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_kstr(&c->w, "secret", totp_text(in->secret, c->arena));
    jw_kstr(&c->w, "uri", totp_uri(in->secret, S("Stockbridge"), user.email, c->arena));
    jw_object_end(&c->w);
    c->status = 201;
    return OK;
}

static enum err begin(struct call *c, struct error *e)
{
    struct factor_write *in = arena_new(c->arena, struct factor_write, 1);
    enum err rc = refuse_tokens(c, e);
    if (rc) return rc;
    in->c = c;
    struct fields f = fields_root(c, "password");
    field_required(&f, "password");
    (void)account_password(&f, "password", 1, &in->password);
    rc = fields_end(c, e);
    if (!rc) rc = password_confirm(c, in->password, "/password", e);
    if (rc) return rc;
    in->secret = totp_make(c->api->options.rng, c->arena);
    return db_write(c->api->options.db, "begin totp", begin_tx, in, e);
}

static enum err confirm_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct factor_write *in = ctx;
    struct call *c = in->c;
    struct user user;
    struct str secret = S("");
    int64_t step = 0;
    account_begin(c, tx);
    enum err rc = user_load_locked(tx, c->session.user.id, c->arena, &user, e);
    if (!rc && (user.totp_since || !user.totp_secret.len))
        return totp_confirm(&c->change, &user, step, in->hashes, e); /* tells which */
    if (!rc) rc = open_secret(c, &user, &secret, e);
    if (rc) return rc;
    in->good = false;
    if (user_is_locked(&user, c->now)) return OK;
    in->good = totp_match(secret, in->given.totp, c->now, user.totp_step, &step);
    if (!in->good) return user_sign_in(&c->change, &user, false, e);
    rc = totp_confirm(&c->change, &user, step, in->hashes, e);
    if (!rc) render_recovery(c, in->codes);
    return rc;
}

static enum err wrong_code(struct call *c, const struct factor_write *in, struct error *e)
{
    const char *field = in->given.recovery_code.len ? "/recovery_code" : "/totp";
    if (!in->good)
        element_error(c, str_of(field), "not_allowed", "is wrong, too old, or was used before");
    return fields_end(c, e);
}

static enum err confirm(struct call *c, struct error *e)
{
    struct factor_write *in = arena_new(c->arena, struct factor_write, 1);
    enum err rc = refuse_tokens(c, e);
    if (rc) return rc;
    in->c = c;
    struct fields f = fields_root(c, "totp");
    field_required(&f, "totp");
    second_factor_fields(&f, &in->given);
    rc = fields_end(c, e);
    if (rc) return rc;
    make_recovery(c, in->codes, in->hashes);
    rc = db_write(c->api->options.db, "confirm totp", confirm_tx, in, e);
    return rc ? rc : wrong_code(c, in, e);
}

/* What needs the password and a code: fn does it, once both are right. */
typedef enum err (*factor_fn)(struct factor_write *in, const struct user *user, struct error *e);

static enum err with_code(struct tx *tx, struct factor_write *in, factor_fn fn, struct error *e)
{
    struct call *c = in->c;
    struct user user;
    account_begin(c, tx);
    enum err rc = user_load_locked(tx, c->session.user.id, c->arena, &user, e);
    if (!rc && !user.totp_since) return fn(in, &user, e); /* tells that there is none */
    if (rc) return rc;
    in->good = false;
    if (user_is_locked(&user, c->now)) return OK;
    rc = second_factor_check(c, &user, &in->given, &in->good, e);
    if (rc) return rc;
    return in->good ? fn(in, &user, e) : user_sign_in(&c->change, &user, false, e);
}

static enum err parse_with_code(struct call *c, struct factor_write **out, struct error *e)
{
    struct factor_write *in = arena_new(c->arena, struct factor_write, 1);
    *out = in;
    enum err rc = refuse_tokens(c, e);
    if (rc) return rc;
    in->c = c;
    struct fields f = fields_root(c, "password totp recovery_code");
    field_required(&f, "password");
    (void)account_password(&f, "password", 1, &in->password);
    second_factor_fields(&f, &in->given);
    if (!field_present(&f, "recovery_code")) field_required(&f, "totp");
    rc = fields_end(c, e);
    return rc ? rc : password_confirm(c, in->password, "/password", e);
}

static enum err remove_factor(struct factor_write *in, const struct user *user, struct error *e)
{
    in->c->status = 204;
    return totp_remove(&in->c->change, user, "disable_totp", e);
}

static enum err disable_tx(struct tx *tx, void *ctx, struct error *e)
{
    return with_code(tx, ctx, remove_factor, e);
}

static enum err disable(struct call *c, struct error *e)
{
    struct factor_write *in;
    enum err rc = parse_with_code(c, &in, e);
    if (!rc) rc = db_write(c->api->options.db, "disable totp", disable_tx, in, e);
    return rc ? rc : wrong_code(c, in, e);
}

static enum err replace_codes(struct factor_write *in, const struct user *user, struct error *e)
{
    enum err rc = recovery_replace(&in->c->change, user, in->hashes, e);
    if (!rc) render_recovery(in->c, in->codes);
    return rc;
}

static enum err renew_tx(struct tx *tx, void *ctx, struct error *e)
{
    return with_code(tx, ctx, replace_codes, e);
}

static enum err renew(struct call *c, struct error *e)
{
    struct factor_write *in;
    enum err rc = parse_with_code(c, &in, e);
    if (rc) return rc;
    make_recovery(c, in->codes, in->hashes);
    rc = db_write(c->api->options.db, "recovery codes", renew_tx, in, e);
    return rc ? rc : wrong_code(c, in, e);
}

enum { SELF = ROUTE_NO_TX | ROUTE_SELF };
const struct route routes_second_factor[] = {
    { "POST", "/me/totp", AREA_PEOPLE, PERMISSION_NONE, SELF, "", begin },
    { "POST", "/me/totp/confirm", AREA_PEOPLE, PERMISSION_NONE, SELF, "", confirm },
    { "POST", "/me/totp/disable", AREA_PEOPLE, PERMISSION_NONE, SELF, "", disable },
    { "POST", "/me/totp/recovery_codes", AREA_PEOPLE, PERMISSION_NONE, SELF, "", renew },
    { 0 },
};
