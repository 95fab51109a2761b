/* file.c: see file.h. */
#include "http/file.h"

#include "base/temp_file.h"
#include "http/internal.h"
#include "http/multipart.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };
_Static_assert(sizeof((struct call_file){ 0 }.hash) == SECRET_HASH_SIZE, "as of other bodies");

/* Windows calls a CSV application/vnd.ms-excel, and whoever does not know sends octet-stream. The
 * content says what it is; these only keep out what is surely meant for another route. */
static bool is_file_type(struct str type)
{
    static const struct str known[] = { STR_INIT("text/csv"), STR_INIT("text/plain"),
        STR_INIT("text/tab-separated-values"), STR_INIT("application/csv"),
        STR_INIT("application/vnd.ms-excel"), STR_INIT("application/octet-stream"),
        STR_INIT(XLSX_TYPE) };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_eq_nocase(type, known[i])) return true;
    return false;
}

/* Those that reading recognises by itself; any other would be misread. */
static bool is_charset(struct str charset)
{
    static const struct str known[] = { STR_INIT("utf-8"), STR_INIT("us-ascii"),
        STR_INIT("windows-1252"), STR_INIT("iso-8859-1"), STR_INIT("utf-16"), STR_INIT("utf-16le"),
        STR_INIT("utf-16be") };
    if (!charset.len) return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_eq_nocase(charset, known[i])) return true;
    return false;
}

static enum err disk_fault(struct error *e)
{
    return error_set(e, ERR_UNAVAILABLE, "the disk: %s", strerror(errno));
}

/* Only the bytes of [at, at + size) stay, in their place at the front. */
static enum err keep_part(int fd, int64_t at, int64_t size, struct arena *a, struct error *e)
{
    char *block = arena_new(a, char, BLOCK);
    for (int64_t done = 0; done < size;) {
        size_t want = size - done < BLOCK ? (size_t)(size - done) : BLOCK;
        ssize_t n = pread(fd, block, want, at + done);
        if (n <= 0 || pwrite(fd, block, (size_t)n, done) != n) return disk_fault(e);
        done += n;
    }
    return ftruncate(fd, size) ? disk_fault(e) : OK;
}

static enum err hash_file(struct call *c, struct error *e)
{
    char *block = arena_new(c->arena, char, BLOCK);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    ssize_t n;
    for (int64_t at = 0; (n = pread(c->file.fd, block, BLOCK, at)) > 0; at += n)
        crypto_hash_sha256_update(&state, (const unsigned char *)block, (unsigned long long)n);
    crypto_hash_sha256_final(&state, c->file.hash);
    return n < 0 ? disk_fault(e) : OK;
}

enum err file_read(struct call *c, struct error *e)
{
    struct http_request *req = c->req;
    struct media_type type;
    struct form_file part;
    if (!media_type_parse(http_request_header(req, S("content-type")), c->arena, &type))
        return error_code(e, ERR_BAD_REQUEST, "unsupported_media_type",
            "say with Content-Type what the file is: text/csv, or " XLSX_TYPE);
    bool form = str_eq_nocase(type.type, S("multipart/form-data"));
    if (!form && (!is_file_type(type.type) || !is_charset(type.charset)))
        return error_code(e, ERR_BAD_REQUEST, "unsupported_media_type",
            "send a CSV or XLSX, as it is or in a form with one file field");
    if (req->file < 0) return error_code(e, ERR_BAD_REQUEST, "no_file", "the body is empty");
    c->file = (struct call_file){ .fd = req->file, .size = req->file_size, .name = S("") };
    if (form) {
        enum err rc = form_find_file(req->file, req->file_size, type.boundary, c->arena, &part, e);
        if (!rc) rc = keep_part(req->file, part.at, part.size, c->arena, e);
        if (rc) return rc;
        c->file.size = part.size;
        c->file.name = part.name;
    }
    bool once = http_request_header(req, S("idempotency-key")).len > 0;
    return once ? hash_file(c, e) : OK;
}

enum err file_make(const struct call *c, int *fd, struct error *e)
{
    *fd = temp_file_open(c->api->options.spool_dir);
    return *fd < 0 ? disk_fault(e) : OK;
}

struct str file_disposition(struct call *c, struct str name)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf out;
    buf_init(&out, 8192);
    buf_put(&out, S("attachment; filename=\""));
    for (size_t i = 0; i < name.len; i++) {
        unsigned char ch = (unsigned char)name.at[i];
        bool plain = ch >= 0x20 && ch < 0x7F && ch != '"' && ch != '\\' && ch != '%';
        buf_put_char(&out, plain ? (char)ch : '_');
    }
    buf_put(&out, S("\"; filename*=UTF-8''"));
    for (size_t i = 0; i < name.len; i++) {
        unsigned char ch = (unsigned char)name.at[i];
        bool plain = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= 'a' && ch <= 'z') || ch == '-' || ch == '.' || ch == '_';
        if (plain) {
            buf_put_char(&out, (char)ch);
        } else {
            buf_put_char(&out, '%');
            buf_put_char(&out, hex[ch >> 4]);
            buf_put_char(&out, hex[ch & 15]);
        }
    }
    struct str text = arena_str(c->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

enum err answer_file(struct call *c, int fd, struct str type, struct str name, struct error *e)
{
    struct stat st;
    if (fstat(fd, &st)) {
        enum err rc = disk_fault(e);
        close(fd);
        return rc;
    }
    http_reply_file(c->reply, fd, st.st_size);
    c->content_type = type;
    c->file_name = name;
    return OK;
}
