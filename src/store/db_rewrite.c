/*
 * db_rewrite.c: the only place where the text of a statement is changed (db.h says how).
 *
 * Quoted text and comments are copied as they are, so a `$` or `{` in them means nothing.
 */
#include "store/db_driver.h"

#include "base/assert.h"

#include <string.h>

enum { PARAMS_MAX = 999 }; /* far above any statement; SQLite allows 32766, PostgreSQL 65535 */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static struct str without_for_update(struct str sql)
{
    const struct str tail = S("FOR UPDATE");
    struct str s = str_trim(sql);
    if (!str_ends(s, tail) || s.len == tail.len) return sql;
    s.len -= tail.len;
    return is_space(s.at[s.len - 1]) ? str_trim(s) : sql;
}

/* Length of the quoted text or comment at the start of s, or 0. */
static size_t opaque_len(struct str s)
{
    const char *end = NULL;
    size_t close = 1;
    if (s.at[0] == '\'' || s.at[0] == '"') {
        end = s.len > 1 ? memchr(s.at + 1, s.at[0], s.len - 1) : NULL;
    } else if (str_starts(s, S("--"))) {
        end = memchr(s.at, '\n', s.len);
    } else if (str_starts(s, S("/*"))) {
        end = memmem(s.at + 2, s.len - 2, "*/", 2);
        close = 2;
    } else {
        return 0;
    }
    return end ? (size_t)(end - s.at) + close : s.len;
}

/* Length of `$` and digits at the start of s, or 0. */
static size_t param_len(struct str s, int *number)
{
    size_t n = 1;
    int value = 0;
    if (s.at[0] != '$') return 0;
    for (; n < s.len && s.at[n] >= '0' && s.at[n] <= '9' && value <= PARAMS_MAX; n++)
        value = value * 10 + (s.at[n] - '0');
    *number = value;
    return n > 1 ? n : 0;
}

static size_t put_ints_query(
    enum db_engine engine, struct str s, const char *sql, struct buf *out, int *number)
{
    const struct str open = S("{ints ");
    struct str rest = str_sub(s, open.len, s.len);
    size_t n = rest.len ? param_len(rest, number) : 0;
    if (n == 0 || n >= rest.len || rest.at[n] != '}') PANIC("{ints $n} is malformed in: %s", sql);
    struct str param = str_sub(rest, 0, n);
    if (engine == DB_SQLITE)
        buf_put_fmt(out, "(SELECT value FROM json_each(%.*s))", STR_FMT(param));
    else
        buf_put_fmt(out, "(SELECT unnest(%.*s::int8[]) AS value)", STR_FMT(param));
    return open.len + n + 1;
}

void sql_rewrite(enum db_engine engine, const char *sql, struct buf *out, int *params_count)
{
    struct str s = str_of(sql);
    if (engine == DB_SQLITE) s = without_for_update(s);
    *params_count = 0;
    while (s.len) {
        int number = 0;
        size_t n = opaque_len(s);
        if (n) {
            buf_put(out, str_sub(s, 0, n));
        } else if (str_starts(s, S("{ints "))) {
            n = put_ints_query(engine, s, sql, out, &number);
        } else {
            n = param_len(s, &number);
            if (n == 0) n = 1;
            buf_put(out, str_sub(s, 0, n));
        }
        if (number > PARAMS_MAX) PANIC("more than %d parameters in: %s", PARAMS_MAX, sql);
        if (number > *params_count) *params_count = number;
        s = str_sub(s, n, s.len);
    }
    buf_put_char(out, '\0');
}
