/*
 * escape.c: no text may become a formula in the spreadsheet program that opens an export.
 *
 * The set is OWASP's (CSV injection): = + - @ tab CR. An apostrophe in front makes them text. What
 * already looks like a text with apostrophes in front of such a character gets one more, so that
 * taking one away always gives back what was there: `=1` <-> `'=1` <-> `''=1`. A negative number is
 * harmless and stays.
 */
#include "sheet/internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct str s, size_t from)
{
    size_t n = from;
    while (n < s.len && is_digit(s.at[n]))
        n++;
    return n - from;
}

static bool is_negative_number(struct str s)
{
    if (s.len < 2 || s.at[0] != '-') return false;
    size_t n = 1 + digits_at(s, 1);
    if (n == 1) return false;
    if (n == s.len) return true;
    size_t places = digits_at(s, n + 1);
    return s.at[n] == '.' && places > 0 && n + 1 + places == s.len;
}

static bool starts_formula(struct str s)
{
    if (!s.len) return false;
    char c = s.at[0];
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

static size_t apostrophes(struct str s)
{
    size_t n = 0;
    while (n < s.len && s.at[n] == '\'')
        n++;
    return n;
}

bool escape_is_needed(struct str text)
{
    size_t n = apostrophes(text);
    return starts_formula(str_sub(text, n, text.len)) && (n > 0 || !is_negative_number(text));
}

bool escape_is_there(struct str text)
{
    size_t n = apostrophes(text);
    return n > 0 && starts_formula(str_sub(text, n, text.len));
}
