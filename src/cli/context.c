/* context.c: see context.h. */
#include "cli/context.h"

#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_fail(const struct error *e)
{
    (void)fprintf(stderr, "stockbridge: %s\n", e->detail);
    return 1;
}

struct str cli_database_path(const struct options *options, struct arena *arena)
{
    return arena_fmt(arena, "%s/stockbridge.db", options->data);
}

static enum err make_folder(const char *path, struct error *e)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return OK;
    return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
}

static enum err open_database(struct cli *c, struct error *e)
{
    const struct options *o = c->options;
    struct db_options db = {
        .connections = (int)o->connections,
        .write_queue_max = 4096,
        .group_max = 64,
        .wait_timeout_ms = 30 * 1000,
    };
    if (o->database)
        db.postgres_url = str_of(o->database);
    else
        db.sqlite_path = cli_database_path(o, &c->arena);
    return db_open(&db, &c->db, e);
}

static enum err load_key(struct cli *c, struct error *e)
{
    const char *path = c->options->master_key_file;
    if (!path) path = arena_fmt(&c->arena, "%s/master.key", c->options->data).at;
    return seal_key_load(path, true, rng_system(), &c->key, e);
}

enum err cli_open(struct cli *c, const struct options *options, bool migrate, struct error *e)
{
    *c = (struct cli){
        .options = options, .lock_fd = -1, .actor = { ACTOR_SYSTEM, 0, S("command line"), S("") }
    };
    arena_init(&c->arena, "command", 64 * 1024 * 1024);
    bool folder = !options->database || !options->master_key_file;
    enum err rc = seal_init(e);
    if (!rc && folder) rc = make_folder(options->data, e);
    if (!rc) rc = load_key(c, e);
    if (!rc) rc = open_database(c, e);
    int applied;
    if (!rc)
        rc = migrate ? migrate_up(c->db, clock_system(), &applied, e) : migrate_check(c->db, e);
    if (rc) cli_close(c);
    return rc;
}

void cli_close(struct cli *c)
{
    if (c->db) db_close(c->db);
    c->db = NULL;
    if (c->lock_fd >= 0) (void)close(c->lock_fd);
    c->lock_fd = -1;
    arena_release(&c->arena);
}

enum err cli_lock_folder(struct cli *c, struct error *e)
{
    if (c->options->database) return OK;
    struct str path = arena_fmt(&c->arena, "%s/lock", c->options->data);
    c->lock_fd = open(path.at, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (c->lock_fd < 0) return error_set(e, ERR_UNAVAILABLE, "%s: %s", path.at, strerror(errno));
    if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0) return OK;
    return error_set(e, ERR_CONFLICT,
        "a server runs on %s already; several servers share a PostgreSQL database instead",
        c->options->data);
}

struct call {
    struct cli *c;
    cli_change_fn fn;
    void *ctx;
};

static enum err run(struct tx *tx, void *ctx, struct error *e)
{
    const struct call *call = ctx;
    struct change c = { tx, tx_arena(tx), &call->c->actor, clock_now(clock_system()),
        rng_system() };
    return call->fn(&c, call->ctx, e);
}

enum err cli_change(struct cli *c, const char *name, cli_change_fn fn, void *ctx, struct error *e)
{
    struct call call = { c, fn, ctx };
    return db_write(c->db, name, run, &call, e);
}
