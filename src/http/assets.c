/* assets.c: the built web page, read into memory once. */
#include "base/assert.h"
#include "base/log.h"
#include "http/internal.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 2000, BYTES_MAX = 64 * 1024 * 1024 };

struct asset {
    struct str path; /* "/assets/index-3f2a.js" */
    struct str body;
    char etag[24];
};

struct assets {
    struct asset *files;
    size_t count, bytes;
    size_t root_len;
};

/* nftw has no context; loading happens once, before any thread. */
static struct assets *loading;

static int load_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    struct assets *a = loading;
    size_t size = (size_t)st->st_size;
    if (kind != FTW_F || path[where->base] == '.') return 0;
    if (a->count == FILES_MAX || a->bytes + size > BYTES_MAX) return 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char *body = malloc(size + 1);           /* tidy: allow, as old as the process */
    char *name = strdup(path + a->root_len); /* tidy: allow, as old as the process */
    ASSERT(body && name);
    ssize_t n = read(fd, body, size);
    (void)close(fd);
    struct asset *file = &a->files[a->count++];
    file->path = (struct str){ name, strlen(name) };
    file->body = (struct str){ body, n > 0 ? (size_t)n : 0 };
    struct buf etag;
    buf_init(&etag, sizeof file->etag);
    buf_put_fmt(&etag, "\"%016llx\"", (unsigned long long)str_hash(file->body));
    memcpy(file->etag, etag.at, etag.len);
    buf_release(&etag);
    a->bytes += size;
    return 0;
}

struct assets *assets_load(const char *dir)
{
    if (!dir) return NULL;
    struct assets *a = calloc(1, sizeof *a); /* tidy: allow, as old as the process */
    ASSERT(a);
    a->files = calloc(FILES_MAX, sizeof *a->files); /* tidy: allow, as old as the process */
    ASSERT(a->files);
    a->root_len = strlen(dir);
    while (a->root_len && dir[a->root_len - 1] == '/')
        a->root_len--;
    loading = a;
    if (nftw(dir, load_one, 16, FTW_PHYS) != 0)
        LOG_WARN("http", "assets_incomplete", "%s has too many or too large files", dir);
    loading = NULL;
    return a;
}

void assets_free(struct assets *a)
{
    if (!a) return;
    for (size_t i = 0; i < a->count; i++) {
        free((void *)(uintptr_t)a->files[i].path.at);
        free((void *)(uintptr_t)a->files[i].body.at);
    }
    free(a->files);
    free(a);
}

static const struct asset *find(const struct assets *a, struct str path)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_eq(a->files[i].path, path)) return &a->files[i];
    return NULL;
}

static struct str type_of(struct str path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".json", "application/json" },
        { ".map", "application/json" },
        { ".webmanifest", "application/manifest+json" },
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(path, str_of(types[i].ending))) return str_of(types[i].type);
    return S("application/octet-stream");
}

static bool last_part_has_dot(struct str path)
{
    for (size_t i = path.len; i-- > 0 && path.at[i] != '/';)
        if (path.at[i] == '.') return true;
    return false;
}

/* If-None-Match: a list, compared weakly (RFC 9110 13.1.2). */
static bool known_already(const struct http_request *req, const struct asset *file)
{
    struct str rest = http_request_header(req, S("if-none-match"));
    for (struct str head, tail; rest.len; rest = tail) {
        str_cut(rest, ',', &head, &tail);
        head = str_trim(head);
        if (str_starts(head, S("W/"))) head = str_sub(head, 2, head.len);
        if (str_eq(head, str_of(file->etag))) return true;
    }
    return false;
}

bool assets_reply(struct assets *a, struct http_request *req, struct http_reply *reply)
{
    if (!a || !str_eq(req->method, S("GET"))) return false;
    struct str path;
    if (!http_path_decode(req->path, req->arena, &path)) return false;
    const struct asset *file = find(a, path);
    /* Every page of the single-page application is the same document. */
    if (!file && !last_part_has_dot(path)) file = find(a, S("/index.html"));
    if (!file) return false;
    bool hashed = str_starts(path, S("/assets/"));
    http_reply_header(reply, S("cache-control"),
        hashed ? S("public, max-age=31536000, immutable") : S("no-cache"));
    http_reply_header(reply, S("etag"), str_of(file->etag));
    http_reply_header(reply, S("content-security-policy"),
        S("default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
          " frame-ancestors 'none'; base-uri 'self'; form-action 'self'"));
    http_reply_header(reply, S("x-frame-options"), S("DENY"));
    if (known_already(req, file)) {
        reply->status = 304;
        return true;
    }
    http_reply_header(reply, S("content-type"), type_of(file->path));
    reply->status = 200;
    reply->shared_body = file->body;
    return true;
}
