/*
 * people.c: user add, list, lock, unlock, reset-password, disable-totp; token create. For whoever
 * has the machine: these ask for no password. Only a secret, or the list, is on standard output.
 */
#include "cli/context.h"
#include "core/password.h"
#include "core/permission.h"
#include "store/second_factor.h"
#include "store/session.h"

#include <string.h>

static int usage(const char *text)
{
    (void)fprintf(stderr, "stockbridge: usage: stockbridge %s\n", text);
    return 1;
}

static struct str lower(struct str s, struct arena *arena)
{
    char *out = arena_new(arena, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
    return (struct str){ out, s.len };
}

static bool looks_like_email(struct str s)
{
    struct str name, host;
    return s.len <= 254 && str_cut(s, '@', &name, &host) && name.len && host.len &&
           !str_contains(s, S(" ")) && str_is_utf8(s);
}

/* 120 bits, and within the rules for passwords. */
static struct str make_password(struct arena *arena, struct str email, struct str name)
{
    struct str password;
    do
        password =
            str_sub(secret_make(rng_system(), arena_new(arena, char, SECRET_TEXT_SIZE)), 0, 20);
    while (password_fault(password, email, name) != PASSWORD_GOOD);
    return password;
}

static enum err read_role(const struct options *options, enum role *role, struct error *e)
{
    if (role_parse(str_of(options->role), role)) return OK;
    return error_set(e, ERR_INVALID, "no such role: %s", options->role);
}

/* user add */

static enum err create_user(struct change *c, void *ctx, struct error *e)
{
    struct user user = *(struct user *)ctx;
    return user_create(c, &user, e);
}

int command_user_add(const struct options *options)
{
    enum role role;
    struct error e;
    if (options->positional_count != 3 || !options->role)
        return usage("user add EMAIL --role admin|manager|warehouse|viewer");
    if (read_role(options, &role, &e)) return cli_fail(&e);
    struct str email = str_of(options->positional[2]);
    if (!looks_like_email(email)) {
        (void)error_set(&e, ERR_INVALID, "not an e-mail address: %s", options->positional[2]);
        return cli_fail(&e);
    }
    struct cli c;
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    struct user user = { .email = lower(email, &c.arena),
        .role = str_of(role_name(role)),
        .name = options->name ? str_of(options->name) : S(""),
        .password_by = S(PASSWORD_GIVEN),
        .active = true };
    struct str password = make_password(&c.arena, user.email, user.name);
    enum err rc = password_hash(password, &c.arena, &user.password_hash, &e);
    if (!rc) rc = cli_change(&c, "user_add", create_user, &user, &e);
    if (!rc) (void)printf("%.*s\n", STR_FMT(password));
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}

/* user list */

static enum err print_page(struct tx *tx, void *ctx, struct error *e)
{
    struct page *page = ctx;
    struct user *rows;
    size_t count;
    enum err rc = user_list(tx, page, tx_arena(tx), &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page->limit;
    if (more) count--;
    time_ms now = clock_now(clock_system());
    for (size_t i = 0; i < count; i++)
        (void)printf("%.*s\t%.*s\t%s\t%s\n", STR_FMT(rows[i].email), STR_FMT(rows[i].role),
            !rows[i].active                 ? "inactive"
            : user_is_locked(&rows[i], now) ? "locked"
                                            : "active",
            rows[i].totp_since ? "totp" : "-");
    page->after = more ? rows[count - 1].id : 0;
    return OK;
}

int command_user_list(const struct options *options)
{
    struct cli c;
    struct error e;
    if (options->positional_count != 2) return usage("user list");
    if (cli_open_reading(&c, options, &e)) return cli_fail(&e);
    struct page page = { 0, 500 };
    enum err rc;
    do
        rc = db_read(c.db, "user_list", print_page, &page, &e);
    while (!rc && page.after);
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}

/* What is done to one user */

struct user_deed {
    struct str email, hash;
    enum err (*deed)(struct change *c, const struct user_deed *in, struct user *u, struct error *e);
};

static enum err do_deed(struct change *c, void *ctx, struct error *e)
{
    const struct user_deed *in = ctx;
    struct user u;
    enum err rc = user_find(c->tx, in->email, c->arena, &u, e);
    if (rc == ERR_NOT_FOUND)
        return error_set(e, rc, "no user has the e-mail %.*s", STR_FMT(in->email));
    if (!rc) rc = user_load_locked(c->tx, u.id, c->arena, &u, e);
    return rc ? rc : in->deed(c, in, &u, e);
}

static enum err deed_lock(
    struct change *c, const struct user_deed *in, struct user *u, struct error *e)
{
    (void)in;
    struct user after = *u;
    after.active = false;
    return user_update(c, u, &after, e);
}

static enum err deed_unlock(
    struct change *c, const struct user_deed *in, struct user *u, struct error *e)
{
    (void)in;
    if (u->active) return user_unlock(c, u, e);
    struct user after = *u;
    after.active = true;
    return user_update(c, u, &after, e);
}

static enum err deed_password(
    struct change *c, const struct user_deed *in, struct user *u, struct error *e)
{
    struct user after = *u;
    after.password_hash = in->hash;
    after.password_by = S(PASSWORD_ONCE);
    return user_update(c, u, &after, e);
}

static enum err deed_totp(
    struct change *c, const struct user_deed *in, struct user *u, struct error *e)
{
    (void)in;
    enum err rc = totp_remove(c, u, "reset_totp", e);
    return rc ? rc : session_end_all(c, u->id, 0, e);
}

static int do_to_user(const struct options *options, struct user_deed *deed, bool password)
{
    struct cli c;
    struct error e;
    struct str made = S("");
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    deed->email = lower(str_of(options->positional[2]), &c.arena);
    enum err rc = OK;
    if (password) {
        made = make_password(&c.arena, deed->email, S(""));
        rc = password_hash(made, &c.arena, &deed->hash, &e);
    }
    if (!rc) rc = cli_change(&c, "user", do_deed, deed, &e);
    if (!rc && password) (void)printf("%.*s\n", STR_FMT(made));
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}

int command_user_lock(const struct options *options)
{
    if (options->positional_count != 3) return usage("user lock EMAIL");
    return do_to_user(options, &(struct user_deed){ .deed = deed_lock }, false);
}

int command_user_unlock(const struct options *options)
{
    if (options->positional_count != 3) return usage("user unlock EMAIL");
    return do_to_user(options, &(struct user_deed){ .deed = deed_unlock }, false);
}

int command_user_reset_password(const struct options *options)
{
    if (options->positional_count != 3) return usage("user reset-password EMAIL");
    return do_to_user(options, &(struct user_deed){ .deed = deed_password }, true);
}

int command_user_disable_totp(const struct options *options)
{
    if (options->positional_count != 3) return usage("user disable-totp EMAIL");
    return do_to_user(options, &(struct user_deed){ .deed = deed_totp }, false);
}

/* token create */

struct token_making {
    struct api_token token;
    struct str hash;
};

static enum err create_token(struct change *c, void *ctx, struct error *e)
{
    struct token_making *m = ctx;
    struct api_token token = m->token;
    return token_create(c, &token, m->hash, e);
}

static enum err read_scopes(const struct options *options, enum role role, struct arena *arena,
    struct str *out, struct error *e)
{
    struct rights own = rights_of_role(role), scopes;
    *out = S("");
    if (!options->scope) return OK;
    if (!rights_parse(str_of(options->scope), &scopes))
        return error_set(e, ERR_INVALID,
            "--scope names areas and levels, such as catalog:read,orders:write, not \"%s\"",
            options->scope);
    if (!rights_cover(&own, &scopes))
        return error_set(e, ERR_INVALID, "--scope: the role %s has less than \"%s\"", options->role,
            options->scope);
    *out = rights_format(&scopes, arena_new(arena, char, RIGHTS_TEXT_MAX));
    if (!out->len) return error_set(e, ERR_INVALID, "--scope allows nothing");
    return OK;
}

/* A time, or so many days from now: 90d. */
static enum err read_expiry(const struct options *options, time_ms *out, struct error *e)
{
    enum { DAYS_MAX = 3650 };
    struct str text = str_of(options->expires);
    time_ms now = clock_now(clock_system());
    int64_t days = 0;
    *out = 0;
    if (!text.len) return OK;
    if (str_ends(text, S("d")) && str_to_int64(str_sub(text, 0, text.len - 1), &days)) {
        if (days < 1 || days > DAYS_MAX)
            return error_set(e, ERR_INVALID, "--expires: 1d to %dd", DAYS_MAX);
        *out = now + days * 24 * 60 * 60 * 1000;
        return OK;
    }
    if (rfc3339_parse(text, out) && *out > now) return OK;
    return error_set(e, ERR_INVALID,
        "--expires is a time to come, 2027-01-01T00:00:00Z, or days, 90d, not \"%s\"",
        options->expires);
}

static enum err make_token(struct cli *c, enum role role, struct error *e)
{
    const struct options *o = c->options;
    char text[SECRET_TEXT_SIZE];
    unsigned char hash[SECRET_HASH_SIZE];
    struct str secret =
        arena_fmt(&c->arena, TOKEN_PREFIX "%.*s", STR_FMT(secret_make(rng_system(), text)));
    struct token_making m = { { .name = str_of(o->name),
                                  .role = str_of(role_name(role)),
                                  .created_by = S("command line") },
        secret_hash(secret, hash) };
    enum err rc = read_scopes(o, role, &c->arena, &m.token.scopes, e);
    if (!rc) rc = read_expiry(o, &m.token.expires_at, e);
    if (!rc) rc = cli_change(c, "token_create", create_token, &m, e);
    if (!rc) (void)printf("%.*s\n", STR_FMT(secret));
    return rc;
}

int command_token_create(const struct options *options)
{
    enum role role;
    struct error e;
    if (options->positional_count != 2 || !options->role || !options->name)
        return usage("token create --name NAME --role admin|manager|warehouse|viewer"
                     " [--scope AREA:LEVEL,...] [--expires TIME|DAYSd]");
    if (read_role(options, &role, &e)) return cli_fail(&e);
    struct cli c;
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    enum err rc = make_token(&c, role, &e);
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}
