/* assets.c: the built page, from memory: it is small, and then no request can name a file. */
#include "base/assert.h"
#include "base/log.h"
#include "base/seal.h"
#include "http/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4096, BYTES_MAX = 64 * 1024 * 1024, DEPTH_MAX = 8, ETAG_BYTES = 16 };

struct asset {
    struct str path; /* "/assets/index-1a2b.js" */
    struct str type, etag;
    struct str bytes;
};

struct assets {
    struct arena arena;
    struct asset *files;
    size_t count, bytes;
};

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json" },
    { ".map", "application/json" },
    { ".webmanifest", "application/manifest+json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".jpeg", "image/jpeg" },
    { ".gif", "image/gif" },
    { ".webp", "image/webp" },
    { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
    { ".woff", "font/woff" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".wasm", "application/wasm" },
};

static struct str type_of(struct str path)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(path, str_of(types[i].ending))) return str_of(types[i].type);
    return S("application/octet-stream");
}

static struct str etag_of(struct assets *a, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[SECRET_HASH_SIZE];
    char *out = arena_new(&a->arena, char, ETAG_BYTES * 2 + 2);
    size_t n = 0;
    (void)secret_hash(bytes, hash);
    out[n++] = '"';
    for (int i = 0; i < ETAG_BYTES; i++) {
        out[n++] = digits[hash[i] >> 4];
        out[n++] = digits[hash[i] & 15];
    }
    out[n++] = '"';
    return (struct str){ out, n };
}

/* Loading */

static bool read_all(int fd, char *out, size_t len)
{
    while (len) {
        ssize_t n = read(fd, out, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        out += n;
        len -= (size_t)n;
    }
    return true;
}

static void add_file(struct assets *a, int fd, size_t size, struct str path)
{
    if (a->count == FILES_MAX || size > BYTES_MAX - a->bytes) {
        LOG_WARN("http", "assets_too_large", "%.*s is left out", STR_FMT(path));
        return;
    }
    char *bytes = arena_new(&a->arena, char, size + 1);
    a->bytes += size;
    if (!read_all(fd, bytes, size)) {
        LOG_WARN("http", "asset_unreadable", "%.*s", STR_FMT(path));
        return;
    }
    struct str content = { bytes, size };
    a->files[a->count++] = (struct asset){ path, type_of(path), etag_of(a, content), content };
}

static void load_dir(struct assets *a, int fd, struct str path, int depth);

static void load_entry(struct assets *a, int dir, const char *name, struct str path, int depth)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return;
    bool known = fstat(fd, &st) == 0;
    if (known && S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
        load_dir(a, fd, path, depth + 1); /* closes it */
        return;
    }
    if (known && S_ISREG(st.st_mode)) add_file(a, fd, (size_t)st.st_size, path);
    (void)close(fd);
}

static void load_dir(struct assets *a, int fd, struct str path, int depth)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        (void)close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(d));) {
        if (entry->d_name[0] == '.') continue; /* also . and .. */
        load_entry(a, fd, entry->d_name,
            arena_fmt(&a->arena, "%.*s/%s", STR_FMT(path), entry->d_name), depth);
    }
    (void)closedir(d);
}

struct assets *assets_load(const char *dir)
{
    struct assets *a = calloc(1, sizeof *a);
    ASSERT(a);
    arena_init(&a->arena, "assets", (size_t)BYTES_MAX * 2);
    if (!dir) return a;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        LOG_ERROR("http", "assets_missing", "%s: %s", dir, strerror(errno));
        return a;
    }
    a->files = arena_new(&a->arena, struct asset, FILES_MAX);
    load_dir(a, fd, S(""), 0);
    LOG_INFO("http", "assets_loaded", "%zu files, %zu bytes", a->count, a->bytes);
    return a;
}

void assets_free(struct assets *a)
{
    if (!a) return;
    arena_release(&a->arena);
    free(a);
}

/* Serving */

static const struct asset *find_asset(const struct assets *a, struct str path)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_eq(a->files[i].path, path)) return &a->files[i];
    return NULL;
}

static const struct asset *asset_for(const struct assets *a, struct str path)
{
    const struct asset *found = find_asset(a, path);
    /* Routes of the page have no dot; a missing file must not be answered with the page. */
    if (found || str_contains(path, S("."))) return found;
    return find_asset(a, S("/index.html"));
}

static bool reader_has(struct http_request *req, struct str etag)
{
    struct str want = http_request_header(req, S("if-none-match"));
    return str_eq(want, S("*")) || str_contains(want, etag);
}

static void put_headers(const struct asset *f, struct http_reply *reply)
{
    bool hashed = str_starts(f->path, S("/assets/")); /* its name changes with its content */
    http_reply_header(reply, S("cache-control"),
        hashed ? S("public, max-age=31536000, immutable") : S("no-cache"));
    http_reply_header(reply, S("etag"), f->etag);
    http_reply_header(reply, S("content-security-policy"),
        S("default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
          " frame-ancestors 'none'; base-uri 'self'; form-action 'self'"));
    http_reply_header(reply, S("x-frame-options"), S("DENY"));
}

bool assets_reply(struct assets *a, struct http_request *req, struct http_reply *reply)
{
    struct str path;
    if (!a || !str_eq(req->method, S("GET"))) return false; /* HEAD arrives as GET */
    if (!http_path_decode(req->path, req->arena, &path)) return false;
    const struct asset *f = asset_for(a, path);
    if (!f) return false;
    put_headers(f, reply);
    if (reader_has(req, f->etag)) {
        reply->status = 304;
        return true;
    }
    reply->status = 200;
    http_reply_header(reply, S("content-type"), f->type);
    reply->shared_body = f->bytes;
    return true;
}
