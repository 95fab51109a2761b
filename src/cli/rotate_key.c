/* rotate_key.c: everything that is sealed, sealed anew with another master key. */
#include "cli/key_change.h"
#include "store/sealed.h"

static void tell(void *ctx, struct str which)
{
    (void)ctx;
    (void)printf("%.*s cannot be opened\n", STR_FMT(which));
}

static enum err rotate(struct change *c, void *ctx, struct error *e)
{
    return sealed_rotate(c, ctx, e);
}

/* A connection that broke during COMMIT leaves it open what came of it: then the database is asked.
 */
static enum err after_failure(struct cli *c, struct key_change *k, struct error *e)
{
    struct error why;
    enum err rc;
    if (e->kind == ERR_UNAVAILABLE) {
        key_change_leave(k);
        rc = key_change_settle(c, &why);
    } else {
        rc = key_change_give_up(c, k, &why);
    }
    if (rc) (void)fprintf(stderr, "stockbridge: %s; it is settled at the next start\n", why.detail);
    return e->kind;
}

static enum err change_key(struct cli *c, struct error *e)
{
    struct key_change k;
    enum err rc = key_change_begin(c, &k, e);
    if (rc) return rc;
    struct sealed_rotation r = { .from = &c->key, .to = &k.next, .tell = tell };
    if (cli_change(c, "rotate_key", rotate, &r, e)) return after_failure(c, &k, e);
    rc = key_change_finish(c, &k, e);
    if (rc) return rc;
    (void)fprintf(stderr,
        "%lld values are sealed with the new key in %s\n"
        "%s is the former key, which backups from before need: keep it apart, or destroy it\n",
        (long long)r.count, k.path, k.kept);
    return OK;
}

int command_rotate_key(const struct options *options)
{
    struct cli c;
    struct error e;
    if (cli_open_alone(&c, options, &e)) return cli_fail(&e);
    enum err rc = cli_lock_folder(&c, &e);
    if (!rc) rc = change_key(&c, &e);
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}
