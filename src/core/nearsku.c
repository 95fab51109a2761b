/* nearsku.c: see nearsku.h. */
#include "core/nearsku.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_kept(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

struct str near_sku_key(struct str sku, struct arena *arena)
{
    char *out = arena_new(arena, char, sku.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < sku.len; i++) {
        char c = sku.at[i];
        if (!is_kept(c)) continue;
        bool leads = n == 0 || !is_digit(out[n - 1]);
        bool more = i + 1 < sku.len && is_digit(sku.at[i + 1]);
        if (c == '0' && leads && more) continue;
        out[n++] = lower(c);
    }
    return (struct str){ out, n };
}

static struct str kept_only(struct str s, struct arena *arena)
{
    char *out = arena_new(arena, char, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (is_kept(s.at[i])) out[n++] = s.at[i];
    return (struct str){ out, n };
}

const char *near_sku_difference(struct str a, struct str b, struct arena *arena)
{
    if (str_eq(a, b)) return "";
    if (str_eq_nocase(a, b)) return "case";
    if (str_eq_nocase(kept_only(a, arena), kept_only(b, arena))) return "spaces or signs";
    return "leading zeros";
}
