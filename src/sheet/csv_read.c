/*
 * csv_read.c: RFC 4180, with what spreadsheet programs and people make of it.
 *
 * Rows end in CR, LF or CRLF; a quoted cell keeps its line breaks byte for byte. A quote inside a
 * cell that does not begin with one is a quote (5" display). Text behind a closing quote is
 * refused: what was meant cannot be known, nor where the row ends.
 *
 * The separator: "sep=;" as the first line says it (that line is not counted as a row, as Excel
 * does not). Else each of , ; tab is tried on the first rows, and the one wins that gives the most
 * rows as many cells as the first row, and then the most cells; a file of one column has none.
 */
#include "sheet/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE_ROWS = 20 };

struct csv_reader {
    struct csv_source source;
    char separator;
    bool ended;      /* nothing is left to decode */
    bool plain[256]; /* bytes that do not end a cell without quotes */
    size_t at, len;  /* of piece: what is not read yet is [at, len) */
    char piece[CSV_DECODED_MAX];
};

/* Makes sure that there is a byte at c->at, unless the text has ended. */
static enum err fill(struct sheet_reader *r)
{
    struct csv_reader *c = r->csv;
    if (c->at < c->len || c->ended) return OK;
    ssize_t n = csv_decode(&c->source, c->piece);
    if (n == -1) return sheet_fail(r, ERR_UNAVAILABLE, "unavailable", 0, "the file cannot be read");
    if (n == -2) return sheet_fail(r, ERR_INVALID, "bad_text", 0, "this is not valid UTF-16");
    c->at = 0;
    c->len = (size_t)n;
    c->ended = n == 0;
    return OK;
}

/* The next byte without taking it; -1: the text has ended. */
static enum err peek(struct sheet_reader *r, int *byte)
{
    enum err rc = fill(r);
    struct csv_reader *c = r->csv;
    *byte = c->at < c->len ? (unsigned char)c->piece[c->at] : -1;
    return rc;
}

static enum err take_line_end(struct sheet_reader *r)
{
    struct csv_reader *c = r->csv;
    bool cr = c->piece[c->at++] == '\r';
    int next = -1;
    enum err rc = cr ? peek(r, &next) : OK;
    if (next == '\n') c->at++;
    return rc;
}

static enum err read_quoted(struct sheet_reader *r, int32_t column)
{
    struct csv_reader *c = r->csv;
    int next;
    c->at++;
    for (;;) {
        enum err rc = fill(r);
        if (rc) return rc;
        if (c->ended)
            return sheet_fail(r, ERR_INVALID, "bad_quote", column, "a quoted cell does not end");
        const char *from = c->piece + c->at;
        const char *quote = memchr(from, '"', c->len - c->at);
        size_t n = quote ? (size_t)(quote - from) : c->len - c->at;
        rc = sheet_cell_add(r, column, (struct str){ from, n });
        if (rc) return rc;
        c->at += n;
        if (!quote) continue;
        c->at++;
        rc = peek(r, &next);
        if (rc || next != '"') return rc;
        c->at++;
        rc = sheet_cell_add(r, column, S("\""));
        if (rc) return rc;
    }
}

static enum err read_plain(struct sheet_reader *r, int32_t column)
{
    struct csv_reader *c = r->csv;
    for (;;) {
        enum err rc = fill(r);
        if (rc || c->ended) return rc;
        size_t n = c->at;
        while (n < c->len && c->plain[(unsigned char)c->piece[n]])
            n++;
        rc = sheet_cell_add(r, column, (struct str){ c->piece + c->at, n - c->at });
        if (rc) return rc;
        c->at = n;
        if (n < c->len) return OK;
    }
}

enum err csv_next(struct sheet_reader *r, bool *more)
{
    struct csv_reader *c = r->csv;
    int byte;
    enum err rc = peek(r, &byte);
    *more = !rc && byte >= 0;
    if (!*more) return rc;
    r->number++;
    for (int32_t column = 1;; column++) {
        rc = byte == '"' ? read_quoted(r, column) : read_plain(r, column);
        if (!rc) rc = sheet_cell_end(r, column, SHEET_FINE);
        if (!rc) rc = peek(r, &byte);
        if (rc || byte < 0) return rc;
        if (byte == '\r' || byte == '\n') return take_line_end(r);
        if (byte != (unsigned char)c->separator)
            return sheet_fail(r, ERR_INVALID, "bad_quote", column,
                "there is text behind the closing quote of a cell");
        c->at++;
        rc = peek(r, &byte);
        if (rc) return rc;
        if (byte < 0 || byte == '\r' || byte == '\n') {
            /* A separator at the end of a row: the empty cell behind it is not given. */
            return byte < 0 ? OK : take_line_end(r);
        }
    }
}

/* Recognising the separator, on the first piece */

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t';
}

/* "sep=;" and its line end, which the separator is read from. */
static bool cut_sep_line(struct csv_reader *c)
{
    struct str text = { c->piece, c->len };
    if (text.len < 5 || !str_eq_nocase(str_sub(text, 0, 4), S("sep="))) return false;
    if (!is_separator(text.at[4])) return false;
    size_t n = 5;
    if (n < text.len && text.at[n] == '\r') n++;
    if (n < text.len && text.at[n] == '\n') n++;
    if (n == 5 && n < text.len) return false;
    c->separator = text.at[4];
    c->at = n;
    return true;
}

/* Counts the separators of the row at *at, which moves behind it. False: the row is cut off by the
 * end of the sample. */
static bool count_row(struct str sample, char separator, size_t *at, size_t *count)
{
    bool quoted = false, begins = true;
    *count = 0;
    for (size_t i = *at; i < sample.len; i++) {
        char c = sample.at[i];
        if (quoted) {
            quoted = c != '"'; /* two of them: out and in again */
            begins = false;
        } else if (c == '"' && (begins || (i > 0 && sample.at[i - 1] == '"'))) {
            quoted = true;
        } else if (c == '\n' || c == '\r') {
            *at = i + 1;
            if (c == '\r' && *at < sample.len && sample.at[*at] == '\n') (*at)++;
            return true;
        } else {
            /* Behind any of them: text in quotes is text, whatever the separator is tried. */
            begins = is_separator(c);
            *count += c == separator;
        }
    }
    *at = sample.len;
    return false;
}

struct score {
    size_t rows;  /* as many cells as the first row, when that has more than one */
    size_t cells; /* of the first row */
    size_t any;   /* rows of more than one cell: a title stands above them */
};

static struct score score_of(struct str sample, bool whole, char separator)
{
    struct score s = { 0, 0, 0 };
    size_t at = 0, first = 0;
    bool begun = false;
    for (size_t row = 0; row < SAMPLE_ROWS && at < sample.len; row++) {
        size_t count, from = at;
        bool ended = count_row(sample, separator, &at, &count);
        if (!ended && !whole && row > 0) break;
        bool blank = ended && at - from <= 2 && !count &&
                     (sample.at[from] == '\r' || sample.at[from] == '\n');
        if (blank) continue;
        if (!begun) first = count;
        begun = true;
        s.any += count > 0;
        s.rows += first && count == first;
    }
    s.cells = first;
    return s;
}

static bool is_better(struct score a, struct score b)
{
    if (a.rows != b.rows) return a.rows > b.rows;
    return a.cells != b.cells ? a.cells > b.cells : a.any > b.any;
}

static void find_separator(struct csv_reader *c)
{
    static const char candidates[] = { ',', ';', '\t' };
    struct str sample = { c->piece, c->len };
    bool whole = c->source.at >= c->source.input->size;
    struct score best = { 0, 0, 0 };
    c->separator = ',';
    for (size_t i = 0; i < sizeof candidates; i++) {
        struct score s = score_of(sample, whole, candidates[i]);
        if (!is_better(s, best)) continue;
        best = s;
        c->separator = candidates[i];
    }
}

enum err csv_open(struct sheet_reader *r, struct sheet_error *e)
{
    struct csv_reader *c = sheet_alloc(sizeof *c);
    r->csv = c;
    enum err rc = csv_recognise(&r->input, &c->source, e);
    if (rc) return rc;
    rc = fill(r);
    if (rc) {
        *e = r->error;
        return rc;
    }
    if (!cut_sep_line(c)) find_separator(c);
    memset(c->plain, true, sizeof c->plain);
    c->plain[(unsigned char)c->separator] = false;
    c->plain['\r'] = c->plain['\n'] = false;
    return OK;
}

void csv_free(struct csv_reader *csv)
{
    free(csv);
}
