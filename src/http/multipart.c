/*
 * multipart.c: see multipart.h.
 *
 * Strict where two readers could disagree: every line ends in CRLF, a boundary is one of the
 * characters that RFC 2046 allows, the form begins with it and ends with its closing form.
 */
#include "http/multipart.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BOUNDARY_MAX = 70, HEAD_MAX = 8 * 1024, BLOCK = 64 * 1024, NAME_MAX_BYTES = 800 };

/* Parameters: "; name=value" */

static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str cut_token(struct str *s)
{
    size_t n = 0;
    while (n < s->len && is_token_char(s->at[n]))
        n++;
    struct str token = str_sub(*s, 0, n);
    *s = str_sub(*s, n, s->len);
    return token;
}

static bool cut_char(struct str *s, char c)
{
    if (!s->len || s->at[0] != c) return false;
    *s = str_sub(*s, 1, s->len);
    return true;
}

static void cut_blanks(struct str *s)
{
    while (s->len && (s->at[0] == ' ' || s->at[0] == '\t'))
        *s = str_sub(*s, 1, s->len);
}

static bool cut_quoted(struct str *s, struct arena *a, struct str *out)
{
    char *text = arena_new(a, char, s->len + 1);
    size_t n = 0;
    if (!cut_char(s, '"')) return false;
    while (s->len && s->at[0] != '"') {
        if (s->at[0] == '\\') *s = str_sub(*s, 1, s->len);
        if (!s->len) return false;
        text[n++] = s->at[0];
        *s = str_sub(*s, 1, s->len);
    }
    *out = (struct str){ text, n };
    return cut_char(s, '"');
}

/* Of "; name=value". False at anything else. */
static bool cut_parameter(struct str *s, struct arena *a, struct str *name, struct str *value)
{
    cut_blanks(s);
    if (!cut_char(s, ';')) return false;
    cut_blanks(s);
    *name = cut_token(s);
    if (!name->len || !cut_char(s, '=')) return false;
    if (s->len && s->at[0] == '"') return cut_quoted(s, a, value);
    *value = cut_token(s);
    return value->len > 0;
}

bool media_type_parse(struct str value, struct arena *a, struct media_type *out)
{
    struct str rest = str_trim(value), whole = rest, name, text;
    *out = (struct media_type){ .type = S(""), .charset = S(""), .boundary = S("") };
    struct str kind = cut_token(&rest);
    bool slash = cut_char(&rest, '/');
    struct str subtype = cut_token(&rest);
    if (!kind.len || !slash || !subtype.len) return false;
    out->type = str_sub(whole, 0, kind.len + 1 + subtype.len);
    for (cut_blanks(&rest); rest.len; cut_blanks(&rest)) {
        if (!cut_parameter(&rest, a, &name, &text)) return false;
        struct str *place = str_eq_nocase(name, S("charset"))    ? &out->charset
                            : str_eq_nocase(name, S("boundary")) ? &out->boundary
                                                                 : NULL;
        if (place && place->len) return false;
        if (place) *place = text;
    }
    return true;
}

/* The form */

static enum err bad_form(struct error *e, const char *why)
{
    return error_code(e, ERR_BAD_REQUEST, "bad_form", "%s", why);
}

static enum err read_at(int fd, int64_t at, char *out, size_t len, struct error *e)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, out + done, len - done, at + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return error_set(e, ERR_UNAVAILABLE, "the body cannot be read again");
        done += (size_t)n;
    }
    return OK;
}

static size_t least(int64_t a, size_t b)
{
    return a < (int64_t)b ? (size_t)a : b;
}

/* Where `what` first occurs in [from, size); -1: nowhere. */
static enum err find(
    int fd, int64_t from, int64_t size, struct str what, char *block, int64_t *at, struct error *e)
{
    *at = -1;
    while (size - from >= (int64_t)what.len) {
        size_t n = least(size - from, BLOCK);
        enum err rc = read_at(fd, from, block, n, e);
        if (rc) return rc;
        const char *hit = memmem(block, n, what.at, what.len);
        if (hit) {
            *at = from + (hit - block);
            return OK;
        }
        from += (int64_t)(n - what.len + 1);
    }
    return OK;
}

/* "C:\dir\a.csv" and "dir/a.csv": only the last part; browsers percent-encode quotes. */
static struct str clean_name(struct str name)
{
    size_t from = 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] == '/' || name.at[i] == '\\') from = i + 1;
    struct str last = str_sub(name, from, name.len);
    bool sound = str_is_utf8(last) && last.len <= NAME_MAX_BYTES;
    for (size_t i = 0; i < last.len; i++)
        sound = sound && (unsigned char)last.at[i] >= 0x20 && last.at[i] != 0x7F;
    return sound ? last : S("");
}

/* A filename is not unescaped: browsers send backslashes as they are, and quotes as %22. */
static bool find_filename(struct str disposition, struct str *name)
{
    struct str rest = disposition;
    struct str mark = S("filename=\"");
    while (rest.len >= mark.len && !str_eq_nocase(str_sub(rest, 0, mark.len), mark))
        rest = str_sub(rest, 1, rest.len);
    if (rest.len < mark.len) return false;
    struct str value = str_sub(rest, mark.len, rest.len), tail;
    if (!str_cut(value, '"', name, &tail)) return false;
    *name = clean_name(*name);
    return true;
}

/* The lines of a part's head; `file`: it is one with a filename. */
static bool read_head(struct str head, struct arena *a, bool *file, struct str *name)
{
    bool disposition = false;
    *file = false;
    for (struct str line, rest = head; rest.len;) {
        struct str key, value;
        size_t n = 0;
        while (n + 1 < rest.len && !(rest.at[n] == '\r' && rest.at[n + 1] == '\n'))
            n++;
        line = str_sub(rest, 0, n);
        rest = str_sub(rest, n + 2, rest.len);
        if (!str_cut(line, ':', &key, &value)) return false;
        if (!str_eq_nocase(key, S("content-disposition"))) continue;
        value = str_trim(value);
        if (disposition || !str_eq_nocase(str_sub(value, 0, 9), S("form-data"))) return false;
        disposition = true;
        struct str text;
        *file = find_filename(value, &text);
        if (*file) *name = arena_str(a, text);
    }
    return disposition;
}

static bool boundary_is_sound(struct str b)
{
    for (size_t i = 0; i < b.len; i++)
        if (!is_token_char(b.at[i]) && !(b.at[i] && strchr("()+,-./:=? ", b.at[i]))) return false;
    return b.len > 0 && b.len <= BOUNDARY_MAX && b.at[b.len - 1] != ' ';
}

/* Is it the closing boundary at `at`, with nothing behind but a line end? */
static enum err check_close(int fd, int64_t at, int64_t size, struct error *e)
{
    char tail[4];
    size_t n = least(size - at, sizeof tail);
    enum err rc = read_at(fd, at, tail, n, e);
    if (rc) return rc;
    struct str s = { tail, n };
    if (str_eq(s, S("--")) || (str_eq(s, S("--\r\n")) && size - at == 4)) return OK;
    if (str_starts(s, S("\r\n")))
        return bad_form(e, "the form has more than one field: send one file");
    return bad_form(e, "the form does not end as it should");
}

enum err form_find_file(int fd, int64_t size, struct str boundary, struct arena *a,
    struct form_file *out, struct error *e)
{
    if (!boundary_is_sound(boundary))
        return bad_form(e, "the boundary of the form is missing or odd");
    struct str first = arena_fmt(a, "--%.*s\r\n", STR_FMT(boundary));
    struct str next = arena_fmt(a, "\r\n--%.*s", STR_FMT(boundary));
    char *block = arena_new(a, char, BLOCK);
    size_t n = least(size, first.len + HEAD_MAX);
    enum err rc = read_at(fd, 0, block, n, e);
    if (rc) return rc;
    struct str start = { block, n };
    if (!str_starts(start, first)) return bad_form(e, "the form does not begin with its boundary");
    const char *end = memmem(start.at, start.len, "\r\n\r\n", 4);
    if (!end) return bad_form(e, "the form's field has no head, or a very long one");
    struct str head = str_sub(start, first.len, (size_t)(end + 2 - start.at) - first.len);
    bool file;
    *out = (struct form_file){ .name = S("") };
    if ((size_t)(end - start.at) < first.len || !read_head(head, a, &file, &out->name))
        return bad_form(e, "the form's field has a broken head");
    if (!file) return bad_form(e, "the form has a field that is no file");
    out->at = end + 4 - start.at;
    int64_t stop;
    rc = find(fd, out->at, size, next, block, &stop, e);
    if (!rc && stop < 0) rc = bad_form(e, "the form is cut short");
    if (!rc) rc = check_close(fd, stop + (int64_t)next.len, size, e);
    if (rc) return rc;
    out->size = stop - out->at;
    if (!out->size) return bad_form(e, "the form's file is empty, or none was chosen");
    return OK;
}
