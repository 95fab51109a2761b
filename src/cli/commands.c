/* commands.c: migrate and verify. */
#include "cli/context.h"
#include "store/migrate.h"
#include "store/verify.h"

int command_migrate(const struct options *options)
{
    struct cli c;
    struct error e;
    if (cli_open_alone(&c, options, &e)) return cli_fail(&e);
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
    enum err opened =
        options->repair ? cli_open(&c, options, false, &e) : cli_open_reading(&c, options, &e);
    if (opened) return cli_fail(&e);
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
