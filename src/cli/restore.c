/* restore.c: putting a backup in place. */
#include "cli/context.h"
#include "store/dump.h"
#include "store/migrate.h"
#include "store/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err write_all(int fd, const char *path, struct str bytes, struct error *e)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cli_file_error(path, e);
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    return OK;
}

static enum err copy(const char *from, const char *to, struct error *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) return cli_file_error(from, e);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum err rc = out < 0 ? cli_file_error(to, e) : OK;
    char block[1 << 16];
    ssize_t n = 1;
    while (!rc && n > 0) {
        n = read(in, block, sizeof block);
        if (n < 0)
            rc = cli_file_error(from, e);
        else if (n > 0)
            rc = write_all(out, to, (struct str){ block, (size_t)n }, e);
    }
    if (!rc && fsync(out) != 0) rc = cli_file_error(to, e);
    if (out >= 0) (void)close(out);
    (void)close(in);
    return rc;
}

static enum err load_portable(struct db *db, struct cli *c, FILE *in, struct error *e)
{
    int64_t rows;
    enum err rc = dump_read(db, &c->arena, in, &rows, e);
    if (!rc) (void)fprintf(stderr, "%lld rows; ", (long long)rows);
    return rc;
}

static enum err open_file(const char *path, struct db **out, struct error *e)
{
    struct db_options options = { .sqlite_path = str_of(path),
        .connections = 1,
        .write_queue_max = 4,
        .group_max = 1,
        .wait_timeout_ms = 5000 };
    return db_open(&options, out, e);
}

/* A new database from a portable backup. */
static enum err make(struct cli *c, FILE *in, const char *path, struct error *e)
{
    struct db *db;
    (void)unlink(path); /* of a restore that was killed */
    enum err rc = open_file(path, &db, e);
    if (rc) return rc;
    rc = load_portable(db, c, in, e);
    db_close(db);
    return rc;
}

/* A backup is a whole SQLite database of a schema that this program knows. */
static enum err check(const char *path, struct error *e)
{
    struct db *db;
    int applied;
    enum err rc = open_file(path, &db, e);
    if (rc) return rc;
    rc = verify_file(db, e);
    if (!rc) rc = migrate_up(db, clock_system(), &applied, e);
    db_close(db);
    return rc;
}

static void remove_sidecars(struct cli *c, const char *path)
{
    static const char *const endings[] = { "-wal", "-shm", "-lock" };
    for (int i = 0; i < 3; i++)
        (void)unlink(arena_fmt(&c->arena, "%s%s", path, endings[i]).at);
}

/* With the log of a server that was killed: it holds the last changes. */
static enum err set_aside(struct cli *c, const char *path, struct error *e)
{
    const char *kept = cli_kept_name(c, path);
    const char *log = arena_fmt(&c->arena, "%s-wal", path).at;
    const char *kept_log = arena_fmt(&c->arena, "%s-wal", kept).at;
    if (rename(log, kept_log) != 0 && errno != ENOENT) return cli_file_error(kept_log, e);
    if (rename(path, kept) != 0) return cli_file_error(kept, e);
    (void)unlink(arena_fmt(&c->arena, "%s-shm", path).at);
    return OK;
}

static enum err put_in_place(struct cli *c, const char *source, FILE *in, struct error *e)
{
    const char *path = cli_database_path(c->options, &c->arena).at;
    const char *fresh = arena_fmt(&c->arena, "%s.restoring", path).at;
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && !c->options->force)
        return error_set(
            e, ERR_CONFLICT, "%s exists; --force replaces it and keeps it beside", path);
    enum err rc = dump_is(in) ? make(c, in, fresh, e) : copy(source, fresh, e);
    if (!rc) rc = check(fresh, e);
    remove_sidecars(c, fresh);
    if (rc) {
        (void)unlink(fresh);
        return rc;
    }
    if (exists) rc = set_aside(c, path, e);
    if (!rc && rename(fresh, path) != 0) rc = cli_file_error(path, e);
    return rc ? rc : cli_sync_folder(c->options->data, e);
}

static enum err into_folder(struct cli *c, const char *source, FILE *in, struct error *e)
{
    enum err rc = OK;
    if (mkdir(c->options->data, 0700) != 0 && errno != EEXIST)
        rc = cli_file_error(c->options->data, e);
    if (!rc) rc = cli_lock_folder(c, e);
    return rc ? rc : put_in_place(c, source, in, e);
}

static enum err into_postgres(struct cli *c, const char *source, FILE *in, struct error *e)
{
    if (!dump_is(in))
        return error_set(e, ERR_INVALID,
            "%s is not a portable backup (backup --portable), which alone goes into PostgreSQL",
            source);
    const struct options *options = c->options;
    arena_release(&c->arena);
    enum err rc = cli_open_bare(c, options, e);
    return rc ? rc : load_portable(c->db, c, in, e);
}

int command_restore(const struct options *options)
{
    struct cli c = { .options = options, .lock_fd = -1 };
    struct error e;
    if (options->positional_count != 2) {
        (void)fputs("stockbridge: usage: stockbridge restore SRC [--force]\n", stderr);
        return 1;
    }
    const char *source = options->positional[1];
    arena_init(&c.arena, "restore", 1024 * 1024);
    FILE *in = fopen(source, "r");
    enum err rc = in ? OK : cli_file_error(source, &e);
    if (!rc)
        rc =
            options->database ? into_postgres(&c, source, in, &e) : into_folder(&c, source, in, &e);
    if (in) (void)fclose(in);
    cli_close(&c);
    if (rc) return cli_fail(&e);
    (void)fprintf(
        stderr, "%s is in place; start the server with the master key of that time\n", source);
    return 0;
}
