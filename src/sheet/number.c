/*
 * number.c: numbers as an XLSX keeps them - text of a binary fraction with up to 17 digits - as a
 * person sees them.
 *
 * A spreadsheet program keeps 15 digits: 0.30000000000000004 is 0.3, and 353918051234567, which may
 * be written 3.53918051234567E+14, is exact. A number of 16 digits has lost its last ones to zeros
 * when it was typed, so it is a fault and not a value. All in decimal: no digit can get lost here.
 */
#include "sheet/xlsx_internal.h"

enum { DIGITS = 15, EXPONENT_MAX = 400, RAW_MAX = 64, SMALLEST = -20 };

/* 0.d1d2d3... * 10^point; no zeros in front or behind; count 0: zero. */
struct decimal {
    bool negative, cut; /* cut: there was more than DIGITS */
    char digits[RAW_MAX];
    int count, point;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_exponent(struct str s, int *out)
{
    bool negative = s.len && s.at[0] == '-';
    if (s.len && (s.at[0] == '-' || s.at[0] == '+')) s = str_sub(s, 1, s.len);
    int64_t n;
    if (!s.len || !is_digit(s.at[0]) || !str_to_int64(s, &n) || n > EXPONENT_MAX) return false;
    *out = negative ? -(int)n : (int)n;
    return true;
}

/* All digits, as they are written. */
static bool collect(struct str s, struct decimal *d)
{
    bool point = false, any = false;
    size_t i = s.len && s.at[0] == '-' ? 1 : 0;
    *d = (struct decimal){ .negative = i > 0 };
    if (s.len > RAW_MAX) return false;
    for (; i < s.len && (is_digit(s.at[i]) || (s.at[i] == '.' && !point)); i++) {
        if (s.at[i] == '.') {
            point = true;
            continue;
        }
        bool lead = !d->count && s.at[i] == '0';
        any = true;
        if (!lead) d->digits[d->count++] = s.at[i];
        if (!point && !lead) d->point++;
        if (point && lead) d->point--;
    }
    int exponent = 0;
    if (any && i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
        if (!parse_exponent(str_sub(s, i + 1, s.len), &exponent)) return false;
        i = s.len;
    }
    d->point += exponent;
    return any && i == s.len;
}

static void drop_zeros(struct decimal *d)
{
    while (d->count && d->digits[d->count - 1] == '0')
        d->count--;
}

static void round_to_digits(struct decimal *d)
{
    drop_zeros(d);
    if (d->count <= DIGITS) return;
    bool up = d->digits[DIGITS] >= '5';
    d->cut = true;
    d->count = DIGITS;
    while (up && d->count && d->digits[d->count - 1] == '9')
        d->count--;
    if (up && d->count) {
        d->digits[d->count - 1]++;
    } else if (up) {
        d->digits[d->count++] = '1';
        d->point++;
    }
    drop_zeros(d);
}

static bool parse(struct str raw, struct decimal *d)
{
    if (!collect(raw, d)) return false;
    round_to_digits(d);
    return true;
}

static char digit_at(const struct decimal *d, int i)
{
    return i >= 0 && i < d->count ? d->digits[i] : '0';
}

bool number_text(struct str raw, struct buf *out, enum sheet_fault *fault)
{
    struct decimal d;
    *fault = SHEET_FINE;
    if (!parse(raw, &d)) return false;
    if (!d.count) {
        buf_put_char(out, '0');
        return true;
    }
    if (d.point > DIGITS || (d.point == DIGITS && d.cut)) *fault = SHEET_DIGITS_LOST;
    if (*fault || d.point < SMALLEST) {
        buf_put(out, raw);
        return true;
    }
    if (d.negative) buf_put_char(out, '-');
    if (d.point <= 0) buf_put_char(out, '0');
    for (int i = 0; i < d.point; i++)
        buf_put_char(out, digit_at(&d, i));
    if (d.count > d.point) buf_put_char(out, '.');
    for (int i = d.point; i < d.count; i++)
        buf_put_char(out, digit_at(&d, i));
    return true;
}

/* Dates: days since the last of 1899, and a part of a day. Spreadsheet programs count a 29th of
 * February 1900 that never was (day 60), so that days before it are one off. */

enum {
    DAY_SECONDS = 86400,
    DAYS_TO_1970 = 25569,           /* from 1899-12-30 */
    DAYS_TO_1970_FROM_1904 = 24107, /* from 1904-01-01 */
    LEAP_DAY = 60,
    LAST_DAY = 2958465, /* 9999-12-31, counted from 1900 */
};

static void split(const struct decimal *d, int64_t *days, int64_t *seconds)
{
    const int64_t scale = INT64_C(1000000000000);
    int64_t part = 0;
    *days = 0;
    for (int i = 0; i < d->point; i++)
        *days = *days * 10 + (digit_at(d, i) - '0');
    for (int i = d->point; i < d->point + 12; i++)
        part = part * 10 + (digit_at(d, i) - '0');
    *seconds = (part * DAY_SECONDS + scale / 2) / scale;
    if (*seconds == DAY_SECONDS) {
        ++*days;
        *seconds = 0;
    }
}

static void put_clock(struct buf *out, int64_t seconds)
{
    buf_put_fmt(out, "%02lld:%02lld:%02lld", (long long)(seconds / 3600),
        (long long)(seconds / 60 % 60), (long long)(seconds % 60));
}

bool date_text(
    struct str raw, unsigned char style, bool from_1904, struct buf *out, enum sheet_fault *fault)
{
    struct decimal d;
    char text[RFC3339_SIZE];
    int64_t days = 0, seconds = 0;
    *fault = SHEET_NOT_A_DATE;
    if (!parse(raw, &d)) return false;
    bool small = !d.negative && d.point <= 7;
    if (small) split(&d, &days, &seconds);
    if (!small || days > LAST_DAY) {
        buf_put(out, raw);
        return true;
    }
    if (style == STYLE_TIME) {
        *fault = SHEET_FINE;
        put_clock(out, days * DAY_SECONDS + seconds);
        return true;
    }
    int64_t shift = from_1904 ? DAYS_TO_1970_FROM_1904 : DAYS_TO_1970;
    if (!from_1904 && days < LEAP_DAY) shift--;
    bool never = !from_1904 && (days == LEAP_DAY || days == 0);
    if (never || days - shift > LAST_DAY - DAYS_TO_1970) {
        buf_put(out, raw);
        return true;
    }
    *fault = SHEET_FINE;
    rfc3339_format(((days - shift) * DAY_SECONDS + seconds) * 1000, text);
    text[10] = ' ';
    bool time = seconds > 0 || (style & STYLE_TIME);
    buf_put(out, (struct str){ text, time ? 19 : 10 });
    return true;
}
