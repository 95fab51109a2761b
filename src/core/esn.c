/* esn.c: see esn.h. */
#include "core/esn.h"

#include "base/limits.h"

bool luhn_good(struct str s)
{
    int sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = s.at[s.len - 1 - i] - '0';
        if (digit < 0 || digit > 9) return false;
        if (i % 2) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_esn_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '/' || c == '-';
}

enum esn_fault esn_check(struct str s, struct str *out)
{
    s = str_trim(s);
    *out = s;
    if (!s.len) return ESN_EMPTY;
    if (s.len > ESN_MAX) return ESN_TOO_LONG;
    bool digits = true;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_esn_char(s.at[i])) return ESN_CHARACTERS;
        digits = digits && is_digit(s.at[i]);
    }
    return digits && s.len == 15 && !luhn_good(s) ? ESN_LUHN : ESN_GOOD;
}

const char *esn_fault_text(enum esn_fault fault)
{
    static const char *const texts[] = {
        [ESN_GOOD] = "",
        [ESN_EMPTY] = "an ESN must not be empty",
        [ESN_TOO_LONG] = "an ESN has at most 64 characters",
        [ESN_CHARACTERS] = "an ESN consists of letters, digits and . _ / -",
        [ESN_LUHN] = "the check digit of this IMEI is wrong: scan it again, or accept it as it is",
    };
    return texts[fault];
}
