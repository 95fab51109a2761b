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
    int64_t differences, left; /* left: after the repair */
};

static void tell(void *ctx, const char *what, struct str detail)
{
    (void)ctx;
    (void)printf("%s: %.*s\n", what, STR_FMT(detail));
}

static enum err verify(struct change *c, void *ctx, struct error *e)
{
    struct verifying *v = ctx;
    enum err rc = verify_all(c, v->repair, tell, NULL, &v->differences, e);
    v->left = v->differences;
    /* In the same transaction: what is said to be put right was looked at again. */
    if (!rc && v->repair && v->differences) rc = verify_all(c, false, NULL, NULL, &v->left, e);
    return rc;
}

static void tell_result(const struct verifying *v)
{
    if (!v->differences)
        (void)fputs("every derived figure equals its definition\n", stderr);
    else if (!v->repair)
        (void)fprintf(stderr, "%lld differences\n", (long long)v->differences);
    else if (!v->left)
        (void)fprintf(stderr, "%lld differences, repaired\n", (long long)v->differences);
    else
        (void)fprintf(stderr, "%lld differences, %lld of which cannot be repaired\n",
            (long long)v->differences, (long long)v->left);
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
    tell_result(&v);
    return v.left ? 1 : 0;
}
