/*
 * db_sqlite_backup.c: a copy made by the writer's connection, some pages between two groups.
 *
 * What that connection changes meanwhile goes into the copy too (SQLite's backup API), so the copy
 * is the database as it is at its end, and writing never waits for more than one step. A process
 * that only reads, beside the one that writes, copies its snapshot in one step: the log holds what
 * is written meanwhile. The copy gets its name only when it is complete and on disk.
 */
#include "store/db_sqlite.h"

#include "base/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int begin(struct backup *b, sqlite3 *from)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(b->path, &b->handle, flags, NULL);
    if (rc == SQLITE_OK) {
        b->copy = sqlite3_backup_init(b->handle, "main", from, "main");
        if (!b->copy) rc = sqlite3_errcode(b->handle);
    }
    return rc;
}

static void end(struct backup *b, int rc)
{
    if (b->copy) {
        int finished = sqlite3_backup_finish(b->copy);
        if (rc == SQLITE_OK || rc == SQLITE_DONE) rc = finished;
    }
    b->rc = rc ? sqlite_error(b->handle, rc, b->e) : OK;
    if (sqlite3_close(b->handle)) PANIC("SQLite: a backup is still in use");
}

static void finish(struct sqlite_db *d, struct backup *b, int rc)
{
    end(b, rc);
    pthread_mutex_lock(&d->mutex);
    d->backup = NULL;
    pthread_mutex_unlock(&d->mutex);
    sem_post(&b->done);
}

void sqlite_backup_step(struct sqlite_db *d)
{
    pthread_mutex_lock(&d->mutex);
    struct backup *b = d->backup;
    pthread_mutex_unlock(&d->mutex);
    if (!b) return;
    if (!b->copy) {
        int rc = begin(b, d->writer.handle);
        if (rc) {
            finish(d, b, rc);
            return;
        }
    }
    int rc = sqlite3_backup_step(b->copy, BACKUP_STEP_PAGES);
    if (rc != SQLITE_OK) finish(d, b, rc);
}

static enum err disk_error(const char *what, const char *path, struct error *e)
{
    return error_code(e, ERR_UNAVAILABLE, "disk", "%s %s: %s", what, path, strerror(errno));
}

static enum err sync_folder_of(const char *path, struct error *e)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? sqlite3_mprintf("%.*s/", (int)(slash - path), path) : sqlite3_mprintf(".");
    if (!folder) PANIC("out of memory");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (rc) disk_error("cannot sync", folder, e);
    if (fd >= 0) close(fd);
    sqlite3_free(folder);
    return rc ? e->kind : OK;
}

static enum err copy_snapshot(struct sqlite_db *d, const char *path, struct error *e)
{
    struct sqlite_tx *t = sqlite_take_reader(d);
    if (!t) return error_set(e, ERR_BUSY, "no free connection to read with");
    struct backup b = { .path = path, .e = e };
    int rc = begin(&b, t->handle);
    if (rc == SQLITE_OK) rc = sqlite3_backup_step(b.copy, -1);
    end(&b, rc);
    sqlite_give_reader(d, t);
    return b.rc;
}

static enum err copy_to(struct sqlite_db *d, const char *path, struct error *e)
{
    struct backup b = { .path = path, .e = e };
    sem_init(&b.done, 0, 0);
    pthread_mutex_lock(&d->mutex);
    bool other = d->backup != NULL;
    if (!other) {
        d->backup = &b;
        pthread_cond_signal(&d->work);
    }
    pthread_mutex_unlock(&d->mutex);
    if (other) {
        b.rc = error_set(e, ERR_BUSY, "another backup is being made");
    } else {
        while (sem_wait(&b.done) != 0)
            ASSERT(errno == EINTR);
    }
    sem_destroy(&b.done);
    return b.rc;
}

enum err sqlite_backup(struct db *db, struct str path, struct error *e)
{
    struct sqlite_db *d = (struct sqlite_db *)db;
    char *to = sqlite3_mprintf("%.*s", STR_FMT(path));
    char *part = sqlite3_mprintf("%s.part", to);
    if (!to || !part) PANIC("out of memory");
    enum err rc = OK;
    int fd = -1;
    if (access(to, F_OK) == 0) {
        rc = error_set(e, ERR_CONFLICT, "%s exists already", to);
    } else {
        fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) rc = disk_error("cannot create", part, e);
    }
    if (rc == OK) rc = d->base.options.read_only ? copy_snapshot(d, part, e) : copy_to(d, part, e);
    if (rc == OK && fsync(fd) != 0) rc = disk_error("cannot sync", part, e);
    if (rc == OK && link(part, to) != 0) rc = disk_error("cannot name", to, e);
    if (fd >= 0) {
        close(fd);
        unlink(part);
    }
    if (rc == OK) rc = sync_folder_of(to, e);
    sqlite3_free(to);
    sqlite3_free(part);
    return rc;
}
