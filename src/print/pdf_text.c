/* pdf_text.c: from UTF-8 to what the base fonts have, and lines of text; see pdf.h. */
#include "print/internal.h"

#include <string.h>

/* Windows-1252 from 0x80 (the Unicode consortium's table); 0: unused there. */
static const uint16_t high[32] = { 0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178 };

/* Latin Extended-A (U+0100 to U+017F) without its accents. */
static const char plain[] = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKkkLlLlLlLlLl"
                            "NnNnNnnNnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
_Static_assert(sizeof plain - 1 == 128, "one for each letter of the block");

static uint32_t code_point(const char *at, size_t len)
{
    static const unsigned char first_bits[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    uint32_t cp = (unsigned char)at[0] & first_bits[len];
    for (size_t i = 1; i < len; i++)
        cp = cp << 6 | ((unsigned char)at[i] & 0x3F);
    return cp;
}

/* The byte to print; 0: nothing (a mark that stands on the letter before). */
static unsigned char byte_of(uint32_t cp)
{
    if (cp < 0x20 || cp == 0x7F) return ' ';
    if (cp < 0x7F || (cp >= 0xA0 && cp <= 0xFF)) return (unsigned char)cp;
    for (unsigned i = 0; i < 32; i++)
        if (high[i] && high[i] == cp) return (unsigned char)(0x80 + i);
    if (cp >= 0x100 && cp < 0x180) return (unsigned char)plain[cp - 0x100];
    if (cp >= 0x218 && cp <= 0x21B) return (unsigned char)"SsTt"[cp - 0x218];
    if (cp >= 0x300 && cp <= 0x36F) return 0;
    if (cp >= 0x2000 && cp <= 0x200A) return ' ';
    if (cp >= 0x2010 && cp <= 0x2015) return '-';
    if (cp == 0x202F || cp == 0x205F || cp == 0x3000) return ' ';
    if (cp == 0x2212) return '-';
    if (cp == 0x200B || cp == 0xFEFF) return 0;
    return '?';
}

size_t pdf_encode(struct str text, char out[PDF_TEXT_MAX + 1])
{
    size_t n = 0;
    while (text.len && n < PDF_TEXT_MAX) {
        size_t len = str_utf8_sequence(text);
        unsigned char byte = len ? byte_of(code_point(text.at, len)) : '?';
        if (byte) out[n++] = (char)byte;
        text = str_sub(text, len ? len : 1, text.len);
    }
    out[n] = 0;
    return n;
}

double pdf_line_height(struct pdf_style style)
{
    return style.size_pt * 1.2 * 25.4 / 72.0;
}

double pdf_text_width(struct pdf *p, struct pdf_style style, struct str text)
{
    char bytes[PDF_TEXT_MAX + 1];
    size_t n = pdf_encode(text, bytes);
    return pdf_width_of(p, style, bytes, n);
}

void pdf_text(struct pdf *p, double x, double y, struct pdf_style style, struct str text)
{
    char bytes[PDF_TEXT_MAX + 1];
    size_t n = pdf_encode(text, bytes);
    pdf_show(p, x, y, style, bytes, n);
}

/* The most bytes of text that fit, by halving: widths grow with length. */
static size_t fitting(
    struct pdf *p, struct pdf_style style, const char *text, size_t len, double width)
{
    size_t low = 0, above = len + 1;
    while (low + 1 < above) {
        size_t middle = low + (above - low) / 2;
        if (pdf_width_of(p, style, text, middle) <= width)
            low = middle;
        else
            above = middle;
    }
    return low;
}

static void show_shortened(
    struct pdf *p, double x, double y, double width, struct pdf_style style, char *text, size_t len)
{
    static const char ellipsis[] = "\x85"; /* of Windows-1252 */
    if (pdf_width_of(p, style, text, len) > width) {
        double room = width - pdf_width_of(p, style, ellipsis, 1);
        len = room > 0 ? fitting(p, style, text, len, room) : 0;
        text[len++] = ellipsis[0];
    }
    pdf_show(p, x, y, style, text, len);
}

void pdf_text_fit(
    struct pdf *p, double x, double y, double width, struct pdf_style style, struct str text)
{
    char bytes[PDF_TEXT_MAX + 1];
    size_t n = pdf_encode(text, bytes);
    show_shortened(p, x, y, width, style, bytes, n);
}

/* One line's worth at the start of text: *len bytes are shown, the result is where the next line
 * begins. A line has at least one character, however narrow the column. */
static size_t take_line(
    struct pdf *p, struct pdf_style style, const char *text, size_t left, double width, size_t *len)
{
    size_t fits = fitting(p, style, text, left, width);
    if (!fits) fits = 1;
    *len = fits;
    if (fits == left) return left;
    size_t cut = fits;
    while (cut && text[cut] != ' ')
        cut--;
    if (!cut) return fits;
    *len = cut;
    while (cut < left && text[cut] == ' ')
        cut++;
    return cut;
}

int pdf_wrap_lines(
    struct pdf *p, double width, int lines_max, struct pdf_style style, struct str text)
{
    char bytes[PDF_TEXT_MAX + 1];
    size_t n = pdf_encode(text, bytes), at = 0, len;
    int lines = 0;
    while (at < n && lines < lines_max) {
        at += take_line(p, style, bytes + at, n - at, width, &len);
        lines++;
    }
    return lines;
}

double pdf_text_wrap(struct pdf *p, double x, double y, double width, int lines_max,
    struct pdf_style style, struct str text)
{
    char bytes[PDF_TEXT_MAX + 1];
    size_t n = pdf_encode(text, bytes), at = 0;
    int line = 0;
    for (; at < n && line < lines_max; line++) {
        size_t len, used = take_line(p, style, bytes + at, n - at, width, &len);
        double below = y + line * pdf_line_height(style);
        if (line + 1 == lines_max && at + used < n)
            show_shortened(p, x, below, width, style, bytes + at, n - at);
        else
            pdf_show(p, x, below, style, bytes + at, len);
        at += used;
    }
    return line * pdf_line_height(style);
}

struct str pdf_time(time_ms t, struct arena *arena)
{
    char text[RFC3339_SIZE];
    (void)rfc3339_format(t, text);
    return arena_fmt(arena, "%.10s %.5s UTC", text, text + sizeof "2026-11-24T" - 1);
}

struct str hex_id_spoken(struct str hex_id, struct arena *arena)
{
    if (hex_id.len <= 4) return hex_id;
    return arena_fmt(arena, "%.*s %.*s", 4, hex_id.at, (int)hex_id.len - 4, hex_id.at + 4);
}
