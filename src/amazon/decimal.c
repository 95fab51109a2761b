/* decimal.c: exact decimal numbers. */
#include "amazon/internal.h"

static struct str digits_of(struct str *s)
{
    size_t n = 0;
    while (n < s->len && s->at[n] >= '0' && s->at[n] <= '9')
        n++;
    struct str digits = str_sub(*s, 0, n);
    *s = str_sub(*s, n, s->len - n);
    return digits;
}

static bool take(struct str *s, char c)
{
    if (s->len == 0 || s->at[0] != c) return false;
    *s = str_sub(*s, 1, s->len - 1);
    return true;
}

struct number {
    bool negative;
    struct str whole, fraction;
    int64_t exponent;
};

static bool split(struct str text, struct number *n)
{
    *n = (struct number){ .fraction = S("") };
    n->negative = take(&text, '-');
    n->whole = digits_of(&text);
    if (n->whole.len == 0) return false;
    if (take(&text, '.')) {
        n->fraction = digits_of(&text);
        if (n->fraction.len == 0) return false;
    }
    if (take(&text, 'e') || take(&text, 'E')) {
        bool minus = take(&text, '-');
        if (!minus) (void)take(&text, '+');
        struct str digits = digits_of(&text);
        /* Three digits are already far outside of what fits; the bound keeps sums small. */
        if (digits.len == 0 || digits.len > 3 || !str_to_int64(digits, &n->exponent)) return false;
        if (minus) n->exponent = -n->exponent;
    }
    return text.len == 0;
}

bool amazon_decimal(struct str text, int scale, bool exact, int64_t *out)
{
    struct number n;
    if (text.len > 64 || !split(text, &n)) return false;
    /* The point stands after `keep` of all digits. */
    int64_t keep = (int64_t)n.whole.len + n.exponent + scale;
    int64_t len = (int64_t)(n.whole.len + n.fraction.len);
    int64_t value = 0;
    for (int64_t i = 0; i < (keep > len ? keep : len); i++) {
        char c = '0';
        if (i < (int64_t)n.whole.len)
            c = n.whole.at[i];
        else if (i < len)
            c = n.fraction.at[i - (int64_t)n.whole.len];
        if (i >= keep) {
            if (exact && c != '0') return false;
        } else if (value > (INT64_MAX - 9) / 10) {
            return false;
        } else {
            value = value * 10 + (c - '0');
        }
    }
    *out = n.negative ? -value : value;
    return true;
}
