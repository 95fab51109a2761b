/* money.c: see money.h. */
#include "core/money.h"

static bool is_listed(const char *list, struct str currency)
{
    struct str rest = str_of(list), code;
    while (rest.len > 0) {
        str_cut(rest, ' ', &code, &rest);
        if (str_eq(code, currency)) return true;
    }
    return false;
}

int money_exponent(struct str currency)
{
    if (is_listed("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", currency))
        return 0;
    return is_listed("BHD IQD JOD KWD LYD OMR TND", currency) ? 3 : 2;
}

bool money_is_currency(struct str s)
{
    if (s.len != 3) return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < 'A' || s.at[i] > 'Z') return false;
    return true;
}

bool money_parse(struct str text, struct str currency, int64_t *amount)
{
    struct str whole, fraction;
    bool point = str_cut(text, '.', &whole, &fraction);
    size_t exponent = (size_t)money_exponent(currency);
    if (!whole.len || (point && !fraction.len) || fraction.len > exponent) return false;
    int64_t value = 0;
    for (size_t i = 0; i < whole.len + exponent; i++) {
        size_t behind = i - whole.len;
        char c = i < whole.len ? whole.at[i] : behind < fraction.len ? fraction.at[behind] : '0';
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
        if (value > MONEY_AMOUNT_MAX) return false;
    }
    *amount = value;
    return true;
}

void money_put(struct buf *out, int64_t amount, struct str currency)
{
    int64_t unit = 1;
    for (int i = 0; i < money_exponent(currency); i++)
        unit *= 10;
    buf_put_int(out, amount / unit);
    if (unit == 1) return;
    buf_put_char(out, '.');
    for (int64_t left = amount % unit; unit > 1; left %= unit) {
        unit /= 10;
        buf_put_char(out, (char)('0' + left / unit));
    }
}
