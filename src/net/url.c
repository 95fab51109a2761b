/* url.c: percent-encoding, strict decoding, query strings; see url.h. */
#include "net/url.h"

#include <string.h>

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_put(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (is_unreserved(c)) {
            buf_put_char(out, c);
        } else {
            unsigned char u = (unsigned char)c;
            buf_put(out, (struct str){ (char[]){ '%', hex[u >> 4], hex[u & 15] }, 3 });
        }
    }
}

struct str url_encode(struct arena *a, struct str s)
{
    struct buf out;
    buf_init(&out, s.len * 3);
    url_put(&out, s);
    struct str copy = arena_str(a, buf_str(&out));
    buf_release(&out);
    return copy;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool decode(struct str s, bool plus_is_space, struct arena *a, struct str *out)
{
    bool escaped = s.len > 0 && memchr(s.at, '%', s.len);
    bool spaced = plus_is_space && s.len > 0 && memchr(s.at, '+', s.len);
    if (!escaped && !spaced) {
        *out = (struct str){ s.at ? s.at : "", s.len };
        return true;
    }
    char *text = arena_new(a, char, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '%') {
            if (s.len - i < 3) return false;
            int high = hex_digit(s.at[i + 1]), low = hex_digit(s.at[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text[len++] = c;
    }
    *out = (struct str){ text, len };
    return true;
}

bool url_decode(struct str s, struct arena *a, struct str *out)
{
    return decode(s, false, a, out);
}

enum url_step url_query_next(struct str *rest, struct arena *a, struct str *name, struct str *value)
{
    while (rest->len > 0) {
        struct str part, raw_name, raw_value;
        str_cut(*rest, '&', &part, rest);
        if (part.len == 0) continue;
        str_cut(part, '=', &raw_name, &raw_value);
        if (!decode(raw_name, true, a, name) || !decode(raw_value, true, a, value))
            return URL_BROKEN;
        return URL_PAIR;
    }
    return URL_END;
}

void url_put_query(struct buf *out, struct str name, struct str value)
{
    struct str text = buf_str(out);
    buf_put_char(out, text.len > 0 && memchr(text.at, '?', text.len) ? '&' : '?');
    url_put(out, name);
    buf_put_char(out, '=');
    url_put(out, value);
}
