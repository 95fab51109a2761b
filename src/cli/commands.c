/* commands.c: migrate, verify, backup, user add, token create. */
#include "cli/context.h"
#include "core/permission.h"
#include "store/migrate.h"
#include "store/people.h"
#include "store/verify.h"

#include <string.h>

static int usage(const char *text)
{
    (void)fprintf(stderr, "stockbridge: usage: stockbridge %s\n", text);
    return 1;
}

int command_migrate(const struct options *options)
{
    struct cli c;
    struct error e;
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    (void)fputs("the database is up to date\n", stderr);
    cli_close(&c);
    return 0;
}

struct verifying {
    bool repair;
    int64_t differences;
};

static void tell(void *ctx, const char *what, struct str detail)
{
    (void)ctx;
    (void)printf("%s: %.*s\n", what, STR_FMT(detail));
}

static enum err verify(struct change *c, void *ctx, struct error *e)
{
    struct verifying *v = ctx;
    return verify_all(c, v->repair, tell, NULL, &v->differences, e);
}

static enum err verify_only(struct tx *tx, void *ctx, struct error *e)
{
    struct change c = { tx, tx_arena(tx), &(struct actor){ ACTOR_SYSTEM, 0, S("verify"), S("") },
        clock_now(clock_system()), rng_system() };
    return verify(&c, ctx, e);
}

int command_verify(const struct options *options)
{
    struct cli c;
    struct error e;
    if (cli_open(&c, options, false, &e)) return cli_fail(&e);
    struct verifying v = { .repair = options->repair };
    enum err rc = verify_file(c.db, &e);
    if (!rc)
        rc = v.repair ? cli_change(&c, "verify", verify, &v, &e)
                      : db_read(c.db, "verify", verify_only, &v, &e);
    cli_close(&c);
    if (rc) return cli_fail(&e);
    if (v.differences == 0)
        (void)fputs("every derived figure equals its definition\n", stderr);
    else
        (void)fprintf(
            stderr, "%lld differences%s\n", (long long)v.differences, v.repair ? ", repaired" : "");
    return v.differences ? 1 : 0;
}

int command_backup(const struct options *options)
{
    if (options->positional_count != 2) return usage("backup DEST");
    struct cli c;
    struct error e;
    if (cli_open(&c, options, false, &e)) return cli_fail(&e);
    enum err rc = db_backup(c.db, str_of(options->positional[1]), &e);
    cli_close(&c);
    if (rc) return cli_fail(&e);
    (void)fprintf(
        stderr, "%s is complete; keep the master key with it, apart\n", options->positional[1]);
    return 0;
}

static enum err create_user(struct change *c, void *ctx, struct error *e)
{
    struct user user = *(struct user *)ctx;
    return user_create(c, &user, e);
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

int command_user_add(const struct options *options)
{
    enum role role;
    if (options->positional_count != 3 || !options->role)
        return usage("user add EMAIL --role admin|manager|warehouse|viewer");
    struct error e;
    if (!role_parse(str_of(options->role), &role)) {
        (void)error_set(&e, ERR_INVALID, "no such role: %s", options->role);
        return cli_fail(&e);
    }
    struct str email = str_of(options->positional[2]);
    if (!looks_like_email(email)) {
        (void)error_set(&e, ERR_INVALID, "not an e-mail address: %s", options->positional[2]);
        return cli_fail(&e);
    }
    struct cli c;
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    char text[SECRET_TEXT_SIZE];
    struct str password = str_sub(secret_make(rng_system(), text), 0, 20);
    struct user user = { .email = lower(email, &c.arena),
        .role = str_of(role_name(role)),
        .name = options->name ? str_of(options->name) : S(""),
        .active = true };
    enum err rc = password_hash(password, &c.arena, &user.password_hash, &e);
    if (!rc) rc = cli_change(&c, "user_add", create_user, &user, &e);
    if (!rc) (void)printf("%.*s\n", STR_FMT(password));
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}

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

int command_token_create(const struct options *options)
{
    enum role role;
    struct error e;
    if (options->positional_count != 2 || !options->role || !options->name)
        return usage("token create --name NAME --role admin|manager|warehouse|viewer");
    if (!role_parse(str_of(options->role), &role)) {
        (void)error_set(&e, ERR_INVALID, "no such role: %s", options->role);
        return cli_fail(&e);
    }
    struct cli c;
    if (cli_open(&c, options, true, &e)) return cli_fail(&e);
    char text[SECRET_TEXT_SIZE];
    unsigned char hash[SECRET_HASH_SIZE];
    struct str secret = secret_make(rng_system(), text);
    struct token_making m = { { .name = str_of(options->name),
                                  .role = str_of(role_name(role)),
                                  .created_by = S("command line") },
        secret_hash(secret, hash) };
    enum err rc = cli_change(&c, "token_create", create_token, &m, &e);
    if (!rc) (void)printf("%.*s\n", STR_FMT(secret));
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}
