/* str.c: cutting and comparing views of bytes. */
#include "base/str.h"

#include <string.h>

struct str str_of(const char *z)
{
    return z ? (struct str){ z, strlen(z) } : S("");
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.at, b.at, n) : 0;
    if (order != 0) return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

struct str str_sub(struct str s, size_t from, size_t len)
{
    if (from >= s.len) return S("");
    size_t left = s.len - from;
    return (struct str){ s.at + from, len < left ? len : left };
}

static size_t space_at_start(struct str s)
{
    if (s.len && strchr(" \t\r\n\v\f", s.at[0]) && s.at[0]) return 1;
    return str_starts(s, S("\xC2\xA0")) ? 2 : 0;
}

static size_t space_at_end(struct str s)
{
    if (s.len && strchr(" \t\r\n\v\f", s.at[s.len - 1]) && s.at[s.len - 1]) return 1;
    return str_ends(s, S("\xC2\xA0")) ? 2 : 0;
}

struct str str_trim(struct str s)
{
    for (size_t n = space_at_start(s); n; n = space_at_start(s))
        s = str_sub(s, n, s.len);
    for (size_t n = space_at_end(s); n; n = space_at_end(s))
        s = str_sub(s, 0, s.len - n);
    return s;
}

bool str_contains(struct str s, struct str part)
{
    return part.len == 0 || (s.len && memmem(s.at, s.len, part.at, part.len));
}

bool str_cut(struct str s, char sep, struct str *head, struct str *tail)
{
    const char *hit = s.len ? memchr(s.at, sep, s.len) : NULL;
    size_t n = hit ? (size_t)(hit - s.at) : s.len;
    *head = (struct str){ s.at, n };
    *tail = hit ? (struct str){ hit + 1, s.len - n - 1 } : S("");
    return hit != NULL;
}

bool str_to_int64(struct str s, int64_t *out)
{
    bool negative = str_starts(s, S("-"));
    if (negative) s = str_sub(s, 1, s.len);
    if (s.len == 0 || s.len > 19) return false;
    uint64_t n = 0; /* 19 digits fit */
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        n = n * 10 + (uint64_t)(s.at[i] - '0');
    }
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (n > most) return false;
    if (!negative)
        *out = (int64_t)n;
    else
        *out = n == most ? INT64_MIN : -(int64_t)n;
    return true;
}

size_t str_utf8_sequence(struct str s)
{
    if (s.len == 0) return 0;
    const unsigned char *p = (const unsigned char *)s.at;
    if (p[0] < 0x80) return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n > s.len) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
    return n;
}

bool str_is_utf8(struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t n = str_utf8_sequence(str_sub(s, i, 4));
        if (n == 0) return false;
        i += n;
    }
    return true;
}

uint64_t str_hash(struct str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001b3);
    return h;
}
