/* hexid.c: Crockford's base 32; see hexid.h. */
#include "core/hexid.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static unsigned value_of(char c)
{
    unsigned n = 0;
    while (digits[n] && digits[n] != c)
        n++;
    return n;
}

/* The element times x in GF(32), modulo x^5 + x^2 + 1, which is primitive: x^0 to x^30 differ. */
static unsigned times_x(unsigned n)
{
    n <<= 1;
    return n & 32 ? n ^ 0x25 : n;
}

/* The sum of digit times x^place, by Horner's rule: 0 for a valid code, whose last digit has x^0.
 */
static unsigned sum_of(const char *text)
{
    unsigned sum = 0;
    for (int i = 0; i < HEX_ID_SIZE; i++)
        sum = times_x(sum) ^ value_of(text[i]);
    return sum;
}

struct str hex_id_make(uint64_t random, char text[HEX_ID_TEXT_SIZE])
{
    for (int i = 0; i < HEX_ID_SIZE - 1; i++) {
        text[i] = digits[random & 31];
        random >>= 5;
    }
    text[HEX_ID_SIZE - 1] = digits[0];
    text[HEX_ID_SIZE - 1] = digits[sum_of(text)];
    text[HEX_ID_SIZE] = 0;
    return (struct str){ text, HEX_ID_SIZE };
}

bool hex_id_checks(struct str id)
{
    return id.len == HEX_ID_SIZE && sum_of(id.at) == 0;
}

/* The digit that was meant, or 0. */
static char canonical(char c)
{
    if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    if (c == 'I' || c == 'L') return '1';
    if (c == 'O') return '0';
    for (const char *d = digits; *d; d++)
        if (*d == c) return c;
    return 0;
}

bool hex_id_parse(struct str typed, char text[HEX_ID_TEXT_SIZE], struct str *out)
{
    size_t n = 0;
    typed = str_trim(typed);
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.at[i];
        if (c == '-' || c == ' ') continue;
        c = canonical(c);
        if (!c || n == HEX_ID_SIZE) return false;
        text[n++] = c;
    }
    if (n != HEX_ID_SIZE) return false;
    text[n] = 0;
    *out = (struct str){ text, n };
    return true;
}

const char *hex_id_unknown(struct str typed)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    if (!hex_id_parse(typed, text, &id))
        return "this is no Hex ID: one has 8 digits and letters, and no U";
    return hex_id_checks(id)
               ? "no item has this Hex ID"
               : "this code was misread or mistyped: its check character does not fit";
}
