/* query.c: query parameters and cursors. */
#include "http/internal.h"

#include <sodium.h>
#include <string.h>

static const struct http_field *find(struct call *c, const char *name)
{
    for (size_t i = 0; i < c->req->query_count; i++)
        if (str_eq(c->req->query[i].name, str_of(name))) return &c->req->query[i];
    return NULL;
}

bool query_has(struct call *c, const char *name)
{
    return find(c, name) != NULL;
}

static void wrong(struct call *c, const char *name, const char *detail)
{
    if (c->error_count == BODY_ERRORS_MAX) return;
    c->errors[c->error_count++] =
        (struct body_error){ arena_fmt(c->arena, "?%s", name), S("bad_format"), str_of(detail) };
}

struct str query_str(struct call *c, const char *name)
{
    const struct http_field *f = find(c, name);
    if (!f) return S("");
    if (!f->value.len || text_length(f->value) > QUERY_MAX) {
        wrong(c, name, "must have 1 to 200 characters");
        return S("");
    }
    return f->value;
}

struct str query_word(struct call *c, const char *name, const char *words)
{
    struct str s = query_str(c, name);
    if (!s.len) return s;
    for (struct str rest = str_of(words), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        if (str_eq(head, s)) return s;
    }
    element_error(
        c, arena_fmt(c->arena, "?%s", name), "unknown_value", "must be one of: %s", words);
    return S("");
}

int64_t query_int(struct call *c, const char *name, int64_t standard, int64_t least, int64_t most)
{
    const struct http_field *f = find(c, name);
    int64_t n;
    if (!f) return standard;
    if (str_to_int64(f->value, &n) && n >= least && n <= most) return n;
    wrong(c, name,
        arena_fmt(
            c->arena, "must be a whole number from %lld to %lld", (long long)least, (long long)most)
            .at);
    return standard;
}

int64_t query_id(struct call *c, const char *name)
{
    return query_int(c, name, 0, 1, HTTP_ID_MAX);
}

bool query_bool(struct call *c, const char *name, bool *present)
{
    const struct http_field *f = find(c, name);
    *present = f != NULL;
    if (!f || str_eq(f->value, S("false"))) return false;
    if (!str_eq(f->value, S("true"))) wrong(c, name, "must be true or false");
    return true;
}

struct str cursor_encode(struct str s, struct arena *arena)
{
    size_t room = sodium_base64_encoded_len(s.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_new(arena, char, room);
    (void)sodium_bin2base64(
        out, room, (const unsigned char *)s.at, s.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(out);
}

struct str query_cursor_text(struct call *c)
{
    const struct http_field *f = find(c, "cursor");
    if (!f) return S("");
    unsigned char *out = arena_new(c->arena, unsigned char, f->value.len + 1);
    size_t len = 0;
    if (f->value.len > 512 || !f->value.len ||
        sodium_base642bin(out, f->value.len + 1, f->value.at, f->value.len, NULL, &len, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        !len || !str_is_utf8((struct str){ (char *)out, len }) || memchr(out, 0, len)) {
        wrong(c, "cursor", "is not a cursor of this list");
        return S("");
    }
    return (struct str){ (char *)out, len };
}

struct page query_page(struct call *c)
{
    struct page page = { 0, (int)query_int(c, "limit", HTTP_PAGE_DEFAULT, 1, HTTP_PAGE_MAX) };
    struct str text = query_cursor_text(c);
    if (text.len && (!str_to_int64(text, &page.after) || page.after < 1)) {
        wrong(c, "cursor", "is not a cursor of this list");
        page.after = 0;
    }
    return page;
}

struct page query_page_place(struct call *c, int64_t *after_position)
{
    struct page page = { 0, (int)query_int(c, "limit", HTTP_PAGE_DEFAULT, 1, HTTP_PAGE_MAX) };
    struct str text = query_cursor_text(c), position, id;
    *after_position = 0;
    if (!text.len) return page;
    if (!str_cut(text, '.', &position, &id) || !str_to_int64(position, after_position) ||
        *after_position < 0 || !str_to_int64(id, &page.after) || page.after < 1) {
        wrong(c, "cursor", "is not a cursor of this list");
        *after_position = page.after = 0;
    }
    return page;
}

enum archived_rows query_archived(struct call *c)
{
    struct str word = query_word(c, "archived", "false true any");
    return str_eq(word, S("true"))  ? ARCHIVED_ONLY
           : str_eq(word, S("any")) ? ARCHIVED_TOO
                                    : ARCHIVED_LEFT_OUT;
}

enum err query_end(struct call *c, struct error *e)
{
    if (!c->error_count) return OK;
    return error_code(e, ERR_BAD_REQUEST, "bad_parameter", "%.*s %.*s",
        STR_FMT(c->errors[0].pointer), STR_FMT(c->errors[0].detail));
}
