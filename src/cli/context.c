/* context.c: see context.h. */
#include "cli/key_change.h"

#include "base/totp.h"
#include "store/migrate.h"
#include "store/variation.h"

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

enum err cli_file_error(const char *path, struct error *e)
{
    return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
}

enum err cli_sync_folder(const char *path, struct error *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err rc = fd < 0 || fsync(fd) != 0 ? cli_file_error(path, e) : OK;
    if (fd >= 0) (void)close(fd);
    return rc;
}

static enum err make_folder(const char *path, struct error *e)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return OK;
    return cli_file_error(path, e);
}

enum access { ALONE, GUEST, READING };

static enum err open_database(struct cli *c, enum access access, struct error *e)
{
    const struct options *o = c->options;
    struct db_options db = {
        .connections = (int)o->connections,
        .write_queue_max = 4096,
        .group_max = 64,
        .guest_allowed = access == GUEST,
        .read_only = access == READING,
        .wait_timeout_ms = 30 * 1000,
    };
    if (o->database)
        db.postgres_url = str_of(o->database);
    else
        db.sqlite_path = cli_database_path(o, &c->arena);
    return db_open(&db, &c->db, e);
}

const char *cli_key_path(struct cli *c)
{
    const char *path = c->options->master_key_file;
    return path ? path : arena_fmt(&c->arena, "%s/master.key", c->options->data).at;
}

const char *cli_kept_name(struct cli *c, const char *path)
{
    long long now = (long long)(clock_now(clock_system()) / 1000);
    const char *kept = arena_fmt(&c->arena, "%s.before-%lld", path, now).at;
    for (struct stat st; stat(kept, &st) == 0; now++) /* one of the same second */
        kept = arena_fmt(&c->arena, "%s.before-%lld", path, now + 1).at;
    return kept;
}

static enum err open_all(
    struct cli *c, const struct options *options, enum access access, struct error *e)
{
    *c = (struct cli){
        .options = options, .lock_fd = -1, .actor = { ACTOR_SYSTEM, 0, S("command line"), S("") }
    };
    arena_init(&c->arena, "command", 64 * 1024 * 1024);
    bool folder = !options->database || !options->master_key_file;
    enum err rc = seal_init(e);
    if (!rc) rc = totp_init(e);
    if (!rc && folder) rc = make_folder(options->data, e);
    if (!rc) rc = seal_key_load(cli_key_path(c), true, rng_system(), &c->key, e);
    if (!rc) rc = open_database(c, access, e);
    if (rc) cli_close(c);
    return rc;
}

/* The newest schema, and what a migration cannot compute in SQL. */
static enum err bring_up(struct cli *c, struct error *e)
{
    int applied;
    enum err rc = migrate_up(c->db, clock_system(), &applied, e);
    return rc ? rc : variation_index_fill(c->db, clock_system(), e);
}

enum err cli_open_bare(struct cli *c, const struct options *options, struct error *e)
{
    return open_all(c, options, ALONE, e);
}

enum err cli_open_alone(struct cli *c, const struct options *options, struct error *e)
{
    enum err rc = open_all(c, options, ALONE, e);
    if (!rc) rc = bring_up(c, e);
    if (!rc) rc = key_change_settle(c, e);
    if (rc) cli_close(c);
    return rc;
}

enum err cli_open_reading(struct cli *c, const struct options *options, struct error *e)
{
    enum err rc = open_all(c, options, READING, e);
    if (!rc) rc = migrate_check(c->db, e);
    if (rc) cli_close(c);
    return rc;
}

enum err cli_open(struct cli *c, const struct options *options, bool migrate, struct error *e)
{
    enum err rc = open_all(c, options, GUEST, e);
    if (!rc) rc = migrate && db_owns_file(c->db) ? bring_up(c, e) : migrate_check(c->db, e);
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
    if (c->lock_fd < 0) return cli_file_error(path.at, e);
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
