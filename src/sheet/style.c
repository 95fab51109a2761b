/*
 * style.c: which number formats show a date or a time (ECMA-376 part 1, 18.8.30 and 18.8.31).
 *
 * In a format's code, y and d mean a date, h and s a time; m is a month, or a minute beside h or s.
 * Quoted text, escaped characters and what is in brackets mean nothing, but [h], [m] and [s] count
 * hours, minutes or seconds that went by.
 */
#include "sheet/xlsx_internal.h"

#include <string.h>

unsigned char style_of_builtin(int64_t id)
{
    bool date =
        (id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58);
    bool time = (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47);
    if (id == 22) return STYLE_DATE | STYLE_TIME;
    return date ? STYLE_DATE : time ? STYLE_TIME : 0;
}

/* Length of what means nothing at the beginning of s; 0: nothing of it. */
static size_t meaningless(struct str s)
{
    struct str head, tail;
    char c = s.at[0];
    if (c == '"') return str_cut(str_sub(s, 1, s.len), '"', &head, &tail) ? head.len + 2 : s.len;
    if (c == '\\' || c == '_' || c == '*') return s.len > 1 ? 2 : 1;
    if (str_eq_nocase(str_sub(s, 0, 5), S("AM/PM"))) return 5;
    if (str_eq_nocase(str_sub(s, 0, 3), S("A/P"))) return 3;
    if (str_eq_nocase(str_sub(s, 0, 7), S("General"))) return 7;
    return 0;
}

unsigned char style_of_code(struct str code)
{
    bool date = false, time = false, m = false;
    while (code.len) {
        size_t skip = meaningless(code);
        char c = code.at[0];
        if (c == ';' && !skip) break; /* what follows is for negative numbers */
        if (c == '[') {
            struct str inside, rest;
            if (!str_cut(str_sub(code, 1, code.len), ']', &inside, &rest)) break;
            time = time || (inside.len && strchr("hHmMsS", inside.at[0]) &&
                               (inside.len == 1 || inside.at[1] == inside.at[0]));
            skip = inside.len + 2;
        } else if (!skip) {
            date = date || strchr("yYdD", c) != NULL;
            time = time || strchr("hHsS", c) != NULL;
            m = m || c == 'm' || c == 'M';
            skip = 1;
        }
        code = str_sub(code, skip, code.len);
    }
    if (m && !time) date = true;
    return (unsigned char)((date ? STYLE_DATE : 0) | (time ? STYLE_TIME : 0));
}
