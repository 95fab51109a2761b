/* value.c: what the text of a cell means: amounts and times. */
#include "sheet/sheet.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.at[i])) return false;
    return s.len > 0;
}

bool sheet_to_money(struct str text, int decimals, int64_t *out)
{
    struct str whole, places, rest = str_trim(text);
    bool negative = rest.len && rest.at[0] == '-';
    if (negative) rest = str_sub(rest, 1, rest.len);
    bool point = str_cut(rest, '.', &whole, &places);
    if (!point && decimals < 3) point = str_cut(rest, ',', &whole, &places);
    if (!all_digits(whole) || (point && !all_digits(places))) return false;
    while (places.len > (size_t)decimals && places.at[places.len - 1] == '0')
        places.len--;
    int64_t n;
    if (places.len > (size_t)decimals || !str_to_int64(whole, &n)) return false;
    for (size_t i = 0; i < (size_t)decimals; i++) {
        int64_t digit = i < places.len ? places.at[i] - '0' : 0;
        if (n > (INT64_MAX - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *out = negative ? -n : n;
    return true;
}

bool sheet_to_time(struct str text, time_ms *out)
{
    char full[RFC3339_SIZE] = "0000-00-00T00:00:00Z";
    struct str s = str_trim(text);
    if (str_ends(s, S("Z"))) s.len--;
    bool date = s.len == 10, minutes = s.len == 16, seconds = s.len == 19;
    if ((!date && !minutes && !seconds) || (date && s.len != str_trim(text).len)) return false;
    if (!date && s.at[10] != ' ' && s.at[10] != 'T') return false;
    for (size_t i = 0; i < s.len; i++)
        full[i] = s.at[i];
    return rfc3339_parse((struct str){ full, 20 }, out);
}

/* A digit, perhaps more behind a point or comma, then E+ and at least two digits. */
bool sheet_looks_rounded(struct str text)
{
    struct str head, exponent, whole, places;
    struct str s = str_trim(text);
    if (!str_cut(s, 'E', &head, &exponent) && !str_cut(s, 'e', &head, &exponent)) return false;
    if (!str_cut(head, '.', &whole, &places) && !str_cut(head, ',', &whole, &places))
        places = S("0");
    return whole.len == 1 && all_digits(whole) && all_digits(places) && exponent.len >= 3 &&
           exponent.at[0] == '+' && all_digits(str_sub(exponent, 1, exponent.len));
}
