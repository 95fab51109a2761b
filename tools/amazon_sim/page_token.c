/* page_token.c: seven numbers in decimal and a checksum, in base64. */
#include "page_token.h"

#include <string.h>

enum { FIELDS = 8, TOKEN_MAX = 400, FILLER = '~' };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct str base64_write(struct arena *a, struct str s)
{
    size_t len = (s.len + 2) / 3 * 4;
    char *out = arena_new(a, char, len + 1);
    for (size_t i = 0, o = 0; i < s.len; i += 3, o += 4) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.len ? (unsigned char)s.at[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            out[o + k] = i + k <= s.len ? alphabet[v >> (18 - 6 * k) & 63] : '=';
    }
    return (struct str){ out, len };
}

static bool base64_read(struct arena *a, struct str s, struct str *out)
{
    if (s.len == 0 || s.len % 4 || s.len > TOKEN_MAX) return false;
    char *bytes = arena_new(a, char, s.len);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i += 4) {
        uint32_t v = 0;
        size_t have = 4;
        for (size_t k = 0; k < 4; k++) {
            char c = s.at[i + k];
            const char *at = c ? strchr(alphabet, c) : NULL;
            bool pad = c == '=' && i + 4 == s.len && k >= 2;
            if (pad && have == 4) have = k;
            if (pad ? false : (!at || have < 4)) return false;
            v = v << 6 | (pad ? 0U : (uint32_t)(at - alphabet));
        }
        for (size_t k = 0; k + 1 < have; k++)
            bytes[n++] = (char)(v >> (16 - 8 * k) & 0xff);
    }
    *out = (struct str){ bytes, n };
    return true;
}

/* Makes its own inverse; without it the base64 of digits would hold none of the awkward characters.
 */
static struct str scramble(struct arena *a, struct str s)
{
    char *out = arena_new(a, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = (char)((unsigned char)s.at[i] ^ ((91 + 37 * i) & 0xff));
    return (struct str){ out, s.len };
}

static uint64_t sign(struct arena *a, struct str body, uint64_t key)
{
    struct str keyed = arena_fmt(a, "%llu.%.*s.%llu", (unsigned long long)key, STR_FMT(body),
        (unsigned long long)(key ^ UINT64_C(0x5bd1e9955bd1e995)));
    return str_hash(keyed) >> 1; /* fits int64 */
}

static struct str fill_up(struct arena *a, struct str token, int64_t bytes)
{
    if ((int64_t)token.len >= bytes) return token;
    char *out = arena_new(a, char, (size_t)bytes + 1);
    memcpy(out, token.at, token.len);
    memset(out + token.len, FILLER, (size_t)bytes - token.len);
    return (struct str){ out, (size_t)bytes };
}

struct str page_token_write(
    struct arena *a, const struct page_token *t, uint64_t key, int64_t bytes_min)
{
    struct str body = arena_fmt(a, "%lld.%lld.%lld.%lld.%lld.%lld.%lld", (long long)t->kind,
        (long long)(t->params >> 1), (long long)t->epoch, (long long)t->issued,
        (long long)t->position, (long long)t->position2, (long long)t->until);
    struct str all = arena_fmt(a, "%.*s.%lld", STR_FMT(body), (long long)sign(a, body, key));
    return fill_up(a, base64_write(a, scramble(a, all)), bytes_min);
}

bool page_token_read(struct arena *a, struct str text, uint64_t key, struct page_token *out)
{
    struct str all, filler;
    int64_t v[FIELDS];
    str_cut(text, FILLER, &text, &filler);
    if (!base64_read(a, text, &all)) return false;
    all = scramble(a, all);
    struct str rest = all, field;
    size_t body_len = 0;
    for (int i = 0; i < FIELDS; i++) {
        if (i == FIELDS - 1) body_len = all.len - rest.len;
        bool more = str_cut(rest, '.', &field, &rest);
        if (more != (i < FIELDS - 1) || !str_to_int64(field, &v[i])) return false;
    }
    if (body_len < 2) return false;
    struct str body = str_sub(all, 0, body_len - 1);
    if ((uint64_t)v[FIELDS - 1] != sign(a, body, key)) return false;
    *out = (struct page_token){ .kind = v[0],
        .params = (uint64_t)v[1] << 1,
        .epoch = v[2],
        .issued = v[3],
        .position = v[4],
        .position2 = v[5],
        .until = v[6] };
    return true;
}
