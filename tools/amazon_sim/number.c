/* number.c: see number.h. */
#include "number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 };

bool number_of_text(struct str s, double min, double max, double *out)
{
    char text[TEXT_MAX];
    char *end;
    if (s.len == 0 || s.len >= sizeof text) return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    double n = strtod(text, &end);
    if (end != text + s.len || !(n >= min && n <= max)) return false; /* NaN is neither */
    *out = n;
    return true;
}

bool number_of_json(struct json v, double min, double max, double *out)
{
    enum json_kind kind = json_kind(v);
    if (kind != JSON_KIND_INTEGER && kind != JSON_KIND_REAL) return false;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    json_put(&text, v, false);
    bool good = !text.failed && number_of_text(buf_str(&text), min, max, out);
    buf_release(&text);
    return good;
}

void number_put(struct buf *out, double n)
{
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text, "%.6g", n);
    buf_put(out, str_of(text));
    if (!strpbrk(text, ".e")) buf_put(out, S(".0"));
}
