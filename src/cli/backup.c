/* backup.c: a copy of the database while servers run; see store/dump.h for the portable one. */
#include "cli/context.h"
#include "store/dump.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Takes fd. */
static enum err write_part(struct cli *c, int fd, const char *part, int64_t *rows, struct error *e)
{
    FILE *out = fdopen(fd, "w");
    if (!out) {
        (void)close(fd);
        return cli_file_error(part, e);
    }
    enum err rc = dump_write(c->db, &c->arena, out, rows, e);
    if (!rc && fsync(fd) != 0) rc = cli_file_error(part, e);
    if (fclose(out) != 0 && !rc) rc = cli_file_error(part, e);
    return rc;
}

/* It gets its name when it is complete and on disk. */
static enum err write_portable(struct cli *c, const char *path, int64_t *rows, struct error *e)
{
    if (access(path, F_OK) == 0) return error_set(e, ERR_CONFLICT, "%s exists already", path);
    const char *part = arena_fmt(&c->arena, "%s.part", path).at;
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return cli_file_error(part, e);
    enum err rc = write_part(c, fd, part, rows, e);
    if (!rc && link(part, path) != 0) rc = cli_file_error(path, e);
    (void)unlink(part);
    if (rc) return rc;
    const char *slash = strrchr(path, '/');
    struct str folder = slash ? str_sub(str_of(path), 0, (size_t)(slash - path) + 1) : S(".");
    return cli_sync_folder(arena_str(&c->arena, folder).at, e);
}

int command_backup(const struct options *options)
{
    if (options->positional_count != 2) {
        (void)fputs("stockbridge: usage: stockbridge backup DEST [--portable]\n", stderr);
        return 1;
    }
    const char *path = options->positional[1];
    struct cli c;
    struct error e;
    if (cli_open_reading(&c, options, &e)) return cli_fail(&e);
    int64_t rows = 0;
    bool portable = options->portable || options->database;
    enum err rc =
        portable ? write_portable(&c, path, &rows, &e) : db_backup(c.db, str_of(path), &e);
    cli_close(&c);
    if (rc) return cli_fail(&e);
    if (portable) (void)fprintf(stderr, "%lld rows; ", (long long)rows);
    (void)fprintf(stderr, "%s is complete; keep the master key with it, apart\n", path);
    return 0;
}
