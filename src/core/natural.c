/* natural.c: see natural.h. */
#include "core/natural.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The digits at the start of *s, without leading zeros; *s goes on behind them. */
static struct str take_number(struct str *s)
{
    size_t zeros = 0, end = 0;
    while (end < s->len && is_digit(s->at[end]))
        end++;
    while (zeros < end && s->at[zeros] == '0')
        zeros++;
    struct str number = str_sub(*s, zeros, end - zeros);
    *s = str_sub(*s, end, s->len);
    return number;
}

int natural_cmp(struct str a, struct str b)
{
    struct str x = a, y = b;
    while (x.len && y.len) {
        if (is_digit(x.at[0]) && is_digit(y.at[0])) {
            struct str n = take_number(&x), m = take_number(&y);
            if (n.len != m.len) return n.len < m.len ? -1 : 1;
            int order = str_cmp(n, m);
            if (order) return order;
            continue;
        }
        int order = lower(x.at[0]) - lower(y.at[0]);
        if (order) return order;
        x = str_sub(x, 1, x.len);
        y = str_sub(y, 1, y.len);
    }
    if (x.len || y.len) return x.len ? 1 : -1;
    return str_cmp(a, b);
}
