/*
 * csv_write.c: RFC 4180: CRLF, quotes where they are needed.
 *
 * Any of the three separators is a reason to quote, not only the one in use: so nothing but the
 * real one stands outside of quotes, and the reader finds it. So are blanks at the ends, which some
 * programs drop, and what at the beginning of a file would be taken for its mark, a "sep=" line or
 * another format.
 */
#include "sheet/writer.h"

#include "base/temp_file.h"

#include <errno.h>
#include <string.h>

void csv_flush(struct sheet_writer *w)
{
    if (!w->error.kind && !temp_file_write(w->options.fd, buf_str(&w->out)))
        writer_fail(
            w, ERR_UNAVAILABLE, "unavailable", "the file cannot be written: %s", strerror(errno));
    buf_clear(&w->out);
}

void csv_begin(struct sheet_writer *w)
{
    if (!w->options.separator) w->options.separator = ',';
    if (w->options.mark) buf_put(&w->out, S("\xEF\xBB\xBF"));
}

static bool needs_quotes(struct str s)
{
    if (!s.len) return false;
    if (s.at[0] == ' ' || s.at[s.len - 1] == ' ') return true;
    for (size_t i = 0; i < s.len; i++)
        if (strchr("\",;\t\r\n", s.at[i])) return true; /* there is no NUL in it */
    return str_starts(s, S("\xEF\xBB\xBF")) || str_eq_nocase(str_sub(s, 0, 4), S("sep=")) ||
           sheet_begins_otherwise(s);
}

static void put_quoted(struct buf *out, struct str s, struct str in_front)
{
    buf_put_char(out, '"');
    buf_put(out, in_front);
    for (struct str head, rest = s;; s = rest) {
        bool quote = str_cut(s, '"', &head, &rest);
        buf_put(out, head);
        if (!quote) break;
        buf_put(out, S("\"\""));
    }
    buf_put_char(out, '"');
}

void csv_put(struct sheet_writer *w, struct str text, bool is_text)
{
    if (w->column > 1) buf_put_char(&w->out, w->options.separator);
    struct str in_front = is_text && escape_is_needed(text) ? S("'") : S("");
    if (is_text && needs_quotes(text)) {
        put_quoted(&w->out, text, in_front);
    } else {
        buf_put(&w->out, in_front);
        buf_put(&w->out, text);
    }
}

void csv_end_row(struct sheet_writer *w)
{
    /* A first row of one cell would not show which separator is used: an empty cell, which readers
     * do not give, does. A comma is what they take when nothing shows it. */
    bool tells = w->column > 1 || w->options.separator == ',';
    if (w->row == 1 && !tells) buf_put_char(&w->out, w->options.separator);
    buf_put(&w->out, S("\r\n"));
    if (w->out.len >= SHEET_BLOCK) csv_flush(w);
}
