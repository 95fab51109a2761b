/* password.c: see password.h. */
#include "core/password.h"

#include "base/assert.h"

#include <string.h>

enum { LOOKED_AT = 256 }; /* characters; openapi.yaml allows no longer ones */

/* What guessing begins with. Folded as fold() does. */
static const char *const words[] = { "password", "passwort", "passphrase", "qwerty", "qwertz",
    "azerty", "letmein", "welcome", "iloveyou", "administrator", "admin", "changeme", "default",
    "dragon", "monkey", "football", "baseball", "superman", "batman", "master", "secret", "login",
    "sunshine", "princess", "trustno", "whatever", "starwars", "computer", "internet", "pokemon",
    "stockbridge", "wholecell", "amazon", "inventory", "warehouse", "iphone", "samsung", "summer",
    "winter", "spring", "autumn", "monday", "friday", "january", "december", "company", "test" };

static const char *const rows[] = { "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop",
    "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop" };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A sign that is read as a letter: p4$$w0rd is no other word than password. */
static char unmasked(char c)
{
    static const char masks[] = "0o1l3e4a5s7t@a$s!i";
    for (size_t i = 0; masks[i]; i += 2)
        if (masks[i] == c) return masks[i + 1];
    return lower(c);
}

static size_t kinds(struct str s)
{
    bool small = false, capital = false, digit = false, other = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        small = small || (c >= 'a' && c <= 'z');
        capital = capital || (c >= 'A' && c <= 'Z');
        digit = digit || is_digit(c);
        other = other || (!is_letter(c) && !is_digit(c));
    }
    return (size_t)small + (size_t)capital + (size_t)digit + (size_t)other;
}

static size_t code_points(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return n;
}

/* Both are compared in lower case (ASCII). */
static bool contains(struct str s, struct str part)
{
    for (size_t i = 0; part.len && i + part.len <= s.len; i++) {
        size_t n = 0;
        while (n < part.len && lower(s.at[i + n]) == lower(part.at[n]))
            n++;
        if (n == part.len) return true;
    }
    return false;
}

static bool is_part_char(char c)
{
    return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

/* Does the password contain one of the words of this text? */
static bool contains_part(struct str password, struct str text)
{
    for (size_t i = 0; i < text.len;) {
        size_t n = 0;
        while (i + n < text.len && is_part_char(text.at[i + n]))
            n++;
        if (n >= PASSWORD_PART_MIN && contains(password, str_sub(text, i, n))) return true;
        i += n + 1;
    }
    return false;
}

/* Of an e-mail, all but the last label: the ".com" is nobody's. */
static struct str own_part(struct str email)
{
    size_t end = email.len;
    while (end > 0 && email.at[end - 1] != '.' && email.at[end - 1] != '@')
        end--;
    return end > 0 && email.at[end - 1] == '.' ? str_sub(email, 0, end - 1) : email;
}

static size_t word_at(const char *at, size_t left)
{
    size_t best = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = 0;
        while (words[i][n] && n < left && unmasked(at[n]) == words[i][n])
            n++;
        if (!words[i][n] && n > best) best = n;
    }
    return best;
}

/* The length of a run of neighbours on the keyboard, in the alphabet or among digits, either way.
 */
static size_t run_at(const char *at, size_t left, const char *row, int step)
{
    const char *place = at[0] ? strchr(row, lower(at[0])) : NULL;
    if (!place) return 0;
    ptrdiff_t from = place - row, length = (ptrdiff_t)strlen(row);
    size_t n = 1;
    for (ptrdiff_t i = from + step; n < left && i >= 0 && i < length; i += step, n++)
        if (row[i] != lower(at[n])) break;
    return n;
}

static size_t row_at(const char *at, size_t left)
{
    size_t best = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int step = -1; step <= 1; step += 2) {
            size_t n = run_at(at, left, rows[i], step);
            if (n > best) best = n;
        }
    return best >= 4 ? best : 0;
}

/* How much of what stands here was there before: of "abcabc" the second half, of "aaaa" three. */
static size_t echo_at(const char *from, size_t i, size_t len)
{
    size_t best = 0;
    for (size_t period = 1; period <= i; period++) {
        size_t n = 0;
        while (i + n < len && lower(from[i + n]) == lower(from[i + n - period]))
            n++;
        if (n > best) best = n;
    }
    return best >= 3 ? best : 0;
}

static size_t rest(struct str s)
{
    size_t left = 0;
    for (size_t i = 0; i < s.len;) {
        size_t skip = word_at(s.at + i, s.len - i);
        size_t row = row_at(s.at + i, s.len - i), echo = echo_at(s.at, i, s.len);
        if (row > skip) skip = row;
        if (echo > skip) skip = echo;
        left += skip == 0;
        i += skip ? skip : 1;
    }
    return left;
}

enum password_fault password_fault(struct str password, struct str email, struct str name)
{
    if (code_points(password) < PASSWORD_LENGTH_MIN) return PASSWORD_TOO_SHORT;
    struct str looked_at = str_sub(password, 0, LOOKED_AT);
    size_t spared = code_points(password) >= PASSWORD_PHRASE_MIN;
    if (kinds(looked_at) + spared < PASSWORD_KINDS_MIN) return PASSWORD_TOO_SIMPLE;
    if (contains_part(looked_at, own_part(email)) || contains_part(looked_at, name))
        return PASSWORD_CONTAINS_NAME;
    return rest(looked_at) < PASSWORD_REST_MIN ? PASSWORD_TOO_COMMON : PASSWORD_GOOD;
}

static const struct {
    const char *code, *text;
} faults[] = {
    [PASSWORD_TOO_SHORT] = { "too_short", "must have at least 12 characters" },
    [PASSWORD_TOO_SIMPLE] = { "too_simple", "must have three of: small letters, capital letters, "
                                            "digits, others (two from 20 characters on)" },
    [PASSWORD_CONTAINS_NAME] = { "contains_name",
        "must not contain a part of the person's name or e-mail" },
    [PASSWORD_TOO_COMMON] = { "too_common",
        "is too easy to guess: without common words, rows of keys and repetitions little is left" },
};

const char *password_fault_code(enum password_fault fault)
{
    ASSERT(fault != PASSWORD_GOOD);
    return faults[fault].code;
}

const char *password_fault_text(enum password_fault fault)
{
    ASSERT(fault != PASSWORD_GOOD);
    return faults[fault].text;
}
