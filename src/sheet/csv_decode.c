/*
 * csv_decode.c: which encoding a CSV has, and its text as UTF-8.
 *
 * A mark decides. Without one the file is UTF-8 when all of it is valid, else Windows-1252, in
 * which every byte means something: Windows' spreadsheet programs write it, and text in it that
 * happens to be valid UTF-8 does not occur outside of puzzles. The whole file is looked at first,
 * because the one letter that tells may be in the last row.
 */
#include "sheet/internal.h"

#include <string.h>

/* 0x80 to 0x9F; the five that Windows leaves open stay what they are in Latin-1 (as browsers do).
 */
static const uint16_t windows_1252[32] = { 0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
    0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019,
    0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E,
    0x0178 };

static size_t ascii_run(struct str s)
{
    size_t n = 0;
    uint64_t eight;
    while (n + sizeof eight <= s.len) {
        memcpy(&eight, s.at + n, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080)) break;
        n += sizeof eight;
    }
    while (n < s.len && (unsigned char)s.at[n] < 0x80)
        n++;
    return n;
}

/* Length of the valid beginning of s. */
static size_t valid_utf8(struct str s)
{
    size_t n = 0;
    for (;;) {
        n += ascii_run(str_sub(s, n, s.len));
        size_t len = n < s.len ? str_utf8_sequence(str_sub(s, n, s.len)) : 0;
        if (!len) return n;
        n += len;
    }
}

enum { UTF8_SEQUENCE_MAX = 4 };

/* *valid: all of the input from `from` on is UTF-8. False: the disk. */
static bool check_utf8(const struct sheet_input *in, int64_t from, bool *valid)
{
    char block[SHEET_BLOCK];
    for (;;) {
        ssize_t n = input_read(in, from, block, sizeof block);
        if (n < 0) return false;
        size_t good = valid_utf8((struct str){ block, (size_t)n });
        bool last = (size_t)n < sizeof block;
        size_t left = (size_t)n - good;
        *valid = last ? !left : left < UTF8_SEQUENCE_MAX;
        if (last || !*valid) return true;
        from += (int64_t)good;
    }
}

enum err csv_recognise(
    const struct sheet_input *in, struct csv_source *source, struct sheet_error *e)
{
    char head[3];
    ssize_t n = input_read(in, 0, head, sizeof head);
    struct str start = { head, n > 0 ? (size_t)n : 0 };
    *source = (struct csv_source){ .input = in };
    if (str_starts(start, S("\xFF\xFE")) || str_starts(start, S("\xFE\xFF"))) {
        source->encoding = head[0] == '\xFF' ? CSV_UTF16_LE : CSV_UTF16_BE;
        source->at = 2;
        return OK;
    }
    bool valid = false, marked = str_starts(start, S("\xEF\xBB\xBF"));
    source->at = marked ? 3 : 0;
    if (n < 0 || !check_utf8(in, source->at, &valid))
        return sheet_error_set(e, ERR_UNAVAILABLE, "unavailable", "the file cannot be read");
    if (marked && !valid)
        return sheet_error_set(
            e, ERR_INVALID, "bad_text", "the file is marked as UTF-8, but is not valid UTF-8");
    source->encoding = valid ? CSV_UTF8 : CSV_WINDOWS_1252;
    return OK;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static ssize_t decode_windows_1252(struct str in, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.at[i];
        n += put_utf8(out + n, c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c);
    }
    return (ssize_t)n;
}

/* -2: half of a pair, or half of a unit at the end. */
static ssize_t decode_utf16(struct csv_source *s, struct str in, char *out)
{
    size_t n = 0;
    if (in.len % 2) return -2;
    for (size_t i = 0; i < in.len; i += 2) {
        unsigned char a = (unsigned char)in.at[i], b = (unsigned char)in.at[i + 1];
        uint32_t unit =
            s->encoding == CSV_UTF16_LE ? (uint32_t)(b << 8 | a) : (uint32_t)(a << 8 | b);
        bool high = unit >= 0xD800 && unit < 0xDC00, low = unit >= 0xDC00 && unit < 0xE000;
        if (low != (s->first != 0)) return -2;
        if (high) {
            s->first = unit;
            continue;
        }
        if (low) unit = 0x10000 + ((s->first - 0xD800) << 10) + (unit - 0xDC00);
        s->first = 0;
        n += put_utf8(out + n, unit);
    }
    return (ssize_t)n;
}

ssize_t csv_decode(struct csv_source *s, char *out)
{
    char block[SHEET_BLOCK];
    ssize_t n, made;
    do {
        n = input_read(s->input, s->at, s->encoding == CSV_UTF8 ? out : block, SHEET_BLOCK);
        if (n < 0) return -1;
        if (n == 0) return s->first ? -2 : 0;
        s->at += n;
        struct str in = { block, (size_t)n };
        switch (s->encoding) {
        case CSV_UTF8:
            return n;
        case CSV_WINDOWS_1252:
            return decode_windows_1252(in, out);
        case CSV_UTF16_LE:
        case CSV_UTF16_BE:
            made = decode_utf16(s, in, out);
            break;
        }
    } while (made == 0); /* a block that is half of a pair */
    return made;
}
