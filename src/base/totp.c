/* totp.c: see totp.h. */
#include "base/totp.h"

#include "base/buf.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err totp_init(struct error *e)
{
    return oath_init() == OATH_OK ? OK : error_set(e, ERR_UNAVAILABLE, "liboath cannot start");
}

struct str totp_make(struct rng *rng, struct arena *arena)
{
    char *bytes = arena_new(arena, char, TOTP_SECRET_SIZE);
    rng->fill(rng, bytes, TOTP_SECRET_SIZE);
    return (struct str){ bytes, TOTP_SECRET_SIZE };
}

struct str totp_text(struct str secret, struct arena *arena)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *out = arena_new(arena, char, secret.len * 8 / 5 + 2);
    size_t n = 0;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < secret.len; i++) {
        bits = (bits << 8 | (unsigned char)secret.at[i]) & 0xFFFF;
        for (held += 8; held >= 5; held -= 5)
            out[n++] = digits[bits >> (held - 5) & 31];
    }
    if (held) out[n++] = digits[bits << (5 - held) & 31];
    return (struct str){ out, n };
}

static void put_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || c == '@';
        if (plain)
            buf_put(out, str_sub(s, i, 1));
        else
            buf_put_fmt(out, "%%%02X", c);
    }
}

struct str totp_uri(struct str secret, struct str issuer, struct str account, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_put(&out, S("otpauth://totp/"));
    put_escaped(&out, issuer);
    buf_put(&out, S(":"));
    put_escaped(&out, account);
    buf_put_fmt(&out, "?secret=%.*s&issuer=", STR_FMT(totp_text(secret, arena)));
    put_escaped(&out, issuer);
    buf_put_fmt(&out, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_MS / 1000);
    struct str uri = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return uri;
}

bool totp_is_code(struct str s)
{
    bool good = s.len == TOTP_DIGITS;
    for (size_t i = 0; good && i < s.len; i++)
        good = s.at[i] >= '0' && s.at[i] <= '9';
    return good;
}

/* The code of one step; the comparison takes the same time wherever they differ. */
static bool is_code_of(struct str secret, struct str code, int64_t step)
{
    char text[TOTP_DIGITS + 1];
    if (oath_hotp_generate(secret.at, secret.len, (uint64_t)step, TOTP_DIGITS, false,
            OATH_HOTP_DYNAMIC_TRUNCATION, text) != OATH_OK)
        return false;
    bool same = sodium_memcmp(text, code.at, TOTP_DIGITS) == 0;
    sodium_memzero(text, sizeof text);
    return same;
}

bool totp_match(struct str secret, struct str code, time_ms now, int64_t used, int64_t *step)
{
    int64_t middle = now / TOTP_STEP_MS;
    bool found = false;
    if (!totp_is_code(code)) return false;
    for (int64_t s = middle - TOTP_WINDOW; s <= middle + TOTP_WINDOW; s++) {
        if (s < 0 || s <= used || !is_code_of(secret, code, s)) continue;
        found = true;
        *step = s;
    }
    return found;
}
