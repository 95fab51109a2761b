/* key_change.c: see key_change.h. */
#include "cli/key_change.h"

#include "base/log.h"
#include "store/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct key_change change_of(struct cli *c)
{
    const char *path = cli_key_path(c);
    return (struct key_change){
        .path = path, .next_path = arena_fmt(&c->arena, "%s.next", path).at, .fd = -1
    };
}

static enum err sync_folder_of(struct cli *c, const char *path, struct error *e)
{
    const char *slash = strrchr(path, '/');
    struct str folder = slash ? str_sub(str_of(path), 0, (size_t)(slash - path) + 1) : S(".");
    return cli_sync_folder(arena_str(&c->arena, folder).at, e);
}

/* Root may do this for a server that is not root: the key stays that of FILE's owner. */
static bool give_to_owner(const struct key_change *k, int fd)
{
    struct stat st;
    return geteuid() != 0 || (stat(k->path, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

static enum err write_key(const struct key_change *k, int fd, const struct seal_key *key,
    const char *path, struct error *e)
{
    bool good = give_to_owner(k, fd) &&
                write(fd, key->bytes, sizeof key->bytes) == (ssize_t)sizeof key->bytes;
    return good && fsync(fd) == 0 ? OK : cli_file_error(path, e);
}

static enum err write_next(struct cli *c, struct key_change *k, struct error *e)
{
    rng_system()->fill(rng_system(), k->next.bytes, sizeof k->next.bytes);
    if (flock(k->fd, LOCK_EX | LOCK_NB) != 0) return cli_file_error(k->next_path, e);
    enum err rc = write_key(k, k->fd, &k->next, k->next_path, e);
    return rc ? rc : sync_folder_of(c, k->path, e);
}

enum err key_change_begin(struct cli *c, struct key_change *out, struct error *e)
{
    *out = change_of(c);
    out->fd = open(out->next_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out->fd < 0 && errno == EEXIST)
        return error_set(e, ERR_CONFLICT, "%s exists already", out->next_path);
    if (out->fd < 0) return cli_file_error(out->next_path, e);
    enum err rc = write_next(c, out, e);
    if (!rc) return OK;
    struct error ignored; /* what failed first is told */
    enum err given_up = key_change_give_up(c, out, &ignored);
    (void)given_up;
    return rc;
}

/* The one that was locked is still the one of that name: its process may have ended it just now. */
static bool is_named(const struct key_change *k)
{
    struct stat open_one, named;
    return fstat(k->fd, &open_one) == 0 && stat(k->next_path, &named) == 0 &&
           open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

enum err key_change_resume(struct cli *c, struct key_change *out, struct error *e)
{
    *out = change_of(c);
    out->fd = open(out->next_path, O_RDONLY | O_CLOEXEC);
    if (out->fd < 0) return errno == ENOENT ? OK : cli_file_error(out->next_path, e);
    if (flock(out->fd, LOCK_EX | LOCK_NB) != 0) {
        key_change_leave(out);
        return error_set(
            e, ERR_CONFLICT, "another process is changing the master key %s", out->path);
    }
    if (!is_named(out)) {
        key_change_leave(out);
        return OK;
    }
    unsigned char bytes[SEAL_KEY_SIZE + 1];
    ssize_t len = read(out->fd, bytes, sizeof bytes);
    if (len == SEAL_KEY_SIZE) memcpy(out->next.bytes, bytes, SEAL_KEY_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    return len == SEAL_KEY_SIZE ? OK : key_change_give_up(c, out, e);
}

void key_change_leave(struct key_change *k)
{
    if (k->fd >= 0) (void)close(k->fd); /* and with it the lock */
    k->fd = -1;
}

enum err key_change_give_up(struct cli *c, struct key_change *k, struct error *e)
{
    enum err rc = OK;
    if (unlink(k->next_path) != 0) rc = cli_file_error(k->next_path, e);
    if (!rc) rc = sync_folder_of(c, k->path, e);
    key_change_leave(k);
    return rc;
}

/* A crash after this leaves the former key twice. */
static enum err keep_former(struct cli *c, struct key_change *k, struct error *e)
{
    k->kept = cli_kept_name(c, k->path);
    int fd = open(k->kept, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return cli_file_error(k->kept, e);
    enum err rc = write_key(k, fd, &c->key, k->kept, e);
    (void)close(fd);
    return rc;
}

enum err key_change_finish(struct cli *c, struct key_change *k, struct error *e)
{
    enum err rc = keep_former(c, k, e);
    if (!rc && rename(k->next_path, k->path) != 0)
        rc = error_set(e, ERR_UNAVAILABLE,
            "%s cannot be replaced (%s). The database is sealed with the key in %s: put that one "
            "in "
            "its place",
            k->path, strerror(errno), k->next_path);
    if (!rc) rc = sync_folder_of(c, k->path, e);
    if (!rc) c->key = k->next;
    key_change_leave(k);
    return rc;
}

struct asking {
    const struct seal_key *key, *next;
    enum sealed_fit key_fit, next_fit;
};

static enum err ask(struct tx *tx, void *ctx, struct error *e)
{
    struct asking *a = ctx;
    enum err rc = sealed_fit(tx, a->next, &a->next_fit, e);
    return rc ? rc : sealed_fit(tx, a->key, &a->key_fit, e);
}

enum err key_change_settle(struct cli *c, struct error *e)
{
    struct key_change k;
    enum err rc = key_change_resume(c, &k, e);
    if (rc || k.fd < 0) return rc;
    struct asking a = { &c->key, &k.next, SEALED_NOTHING, SEALED_NOTHING };
    rc = db_write(c->db, "which_key", ask, &a, e);
    if (!rc && a.next_fit == SEALED_FITS) {
        LOG_WARN("app", "key_change_finished", "%s", "the database is sealed with the new key");
        return key_change_finish(c, &k, e);
    }
    if (!rc && a.key_fit != SEALED_FITS_NOT) {
        LOG_WARN("app", "key_change_given_up", "%s", "the database is sealed with the former key");
        return key_change_give_up(c, &k, e);
    }
    key_change_leave(&k);
    if (rc) return rc;
    return error_set(e, ERR_CORRUPT,
        "neither %s nor %s opens what is sealed in the database: put its key into the former, and "
        "remove the latter",
        k.path, k.next_path);
}
