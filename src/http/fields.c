/* fields.c: reading bodies: every fault is told, with its pointer. */
#include "http/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool named(const char *names, struct str name)
{
    for (struct str rest = str_of(names), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        if (str_eq(head, name)) return true;
    }
    return false;
}

void element_error(struct call *c, struct str pointer, const char *code, const char *fmt, ...)
{
    if (c->error_count == BODY_ERRORS_MAX) return;
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->errors[c->error_count++] =
        (struct body_error){ pointer, str_of(code), arena_str(c->arena, str_of(text)) };
}

/* RFC 6901: ~ and / within a name are escaped. */
struct str pointer_to(struct call *c, struct str at, struct str name)
{
    char *out = arena_new(c->arena, char, at.len + name.len * 2 + 2);
    size_t n = 0;
    memcpy(out, at.at ? at.at : "", at.len);
    n = at.len;
    out[n++] = '/';
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '~' || name.at[i] == '/') {
            out[n++] = '~';
            out[n++] = name.at[i] == '~' ? '0' : '1';
        } else {
            out[n++] = name.at[i];
        }
    }
    return (struct str){ out, n };
}

void field_error(struct fields *f, const char *name, const char *code, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    element_error(f->c, pointer_to(f->c, f->at, str_of(name)), code, "%s", text);
}

struct fields fields_of(struct call *c, struct json object, struct str at, const char *known)
{
    struct fields f = { c, object, at, known };
    if (json_kind(object) != JSON_KIND_OBJECT) {
        element_error(c, at, "wrong_type", "must be an object");
        f.object = (struct json){ NULL };
        return f;
    }
    struct json_member m = { 0 };
    while (json_next(object, &m))
        if (!named(known, m.key))
            element_error(
                c, pointer_to(c, at, m.key), "unknown_field", "there is no such field here");
    return f;
}

struct fields fields_root(struct call *c, const char *known)
{
    return fields_of(c, c->body, S(""), known);
}

bool field_present(struct fields *f, const char *name)
{
    return json_kind(json_get(f->object, name)) != JSON_KIND_ABSENT;
}

void field_required(struct fields *f, const char *name)
{
    if (f->object.node && !field_present(f, name)) field_error(f, name, "required", "is required");
}

bool field_str(struct fields *f, const char *name, size_t max, int flags, struct str *out)
{
    struct json v = json_get(f->object, name);
    if (json_kind(v) == JSON_KIND_ABSENT) return false;
    if (json_kind(v) == JSON_KIND_NULL && (flags & TEXT_NULL_OK)) {
        *out = S("");
        return true;
    }
    struct str s;
    if (!json_str(v, &s)) {
        field_error(f, name, "wrong_type", "must be a text");
        return false;
    }
    if (!(flags & TEXT_KEEP)) s = str_trim(s);
    if (!s.len && !(flags & TEXT_EMPTY_OK)) {
        field_error(f, name, "too_short", "must not be empty");
        return false;
    }
    if (text_length(s) > max) {
        field_error(f, name, "too_long", "must have at most %zu characters", max);
        return false;
    }
    if (!(flags & TEXT_KEEP) && text_has_control(s, flags & TEXT_LINES)) {
        field_error(f, name, "bad_format", "must not have control characters");
        return false;
    }
    *out = s;
    return true;
}

static bool in_range(
    struct fields *f, const char *name, struct json v, int64_t least, int64_t most, int64_t *out)
{
    int64_t n;
    if (!json_int64(v, &n)) {
        field_error(f, name, "wrong_type", "must be a whole number");
        return false;
    }
    if (n < least || n > most) {
        field_error(f, name, n < least ? "too_small" : "too_large", "must be from %lld to %lld",
            (long long)least, (long long)most);
        return false;
    }
    *out = n;
    return true;
}

bool field_int(struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out)
{
    struct json v = json_get(f->object, name);
    return json_kind(v) != JSON_KIND_ABSENT && in_range(f, name, v, least, most, out);
}

bool field_int_null(
    struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out, bool *is_null)
{
    struct json v = json_get(f->object, name);
    *is_null = json_kind(v) == JSON_KIND_NULL;
    if (*is_null) return true;
    return json_kind(v) != JSON_KIND_ABSENT && in_range(f, name, v, least, most, out);
}

bool field_bool(struct fields *f, const char *name, bool *out)
{
    struct json v = json_get(f->object, name);
    if (json_kind(v) == JSON_KIND_ABSENT) return false;
    if (json_bool(v, out)) return true;
    field_error(f, name, "wrong_type", "must be true or false");
    return false;
}

bool text_is_time(struct str s, time_ms *out)
{
    enum { LONGEST = 30 }; /* with nine digits of fraction */
    return s.len > 10 && s.len <= LONGEST && s.at[10] == 'T' && str_ends(s, S("Z")) &&
           !str_contains(s, S(",")) && rfc3339_parse(s, out);
}

bool field_time(struct fields *f, const char *name, bool null_ok, time_ms *out)
{
    struct json v = json_get(f->object, name);
    struct str s;
    if (json_kind(v) == JSON_KIND_ABSENT) return false;
    if (json_kind(v) == JSON_KIND_NULL && null_ok) {
        *out = 0;
        return true;
    }
    if (!json_str(v, &s)) {
        field_error(f, name, "wrong_type", "must be a text");
        return false;
    }
    if (text_is_time(s, out)) return true;
    field_error(f, name, "bad_format", "must be a time such as 2026-11-23T17:00:00Z");
    return false;
}

static bool is_currency(struct str s)
{
    if (s.len != 3) return false;
    for (int i = 0; i < 3; i++)
        if (s.at[i] < 'A' || s.at[i] > 'Z') return false;
    return true;
}

bool field_money(struct fields *f, const char *name, struct money *out)
{
    enum { AMOUNT_DIGITS_MAX = 12 };
    struct json v = json_get(f->object, name);
    if (json_kind(v) == JSON_KIND_ABSENT) return false;
    *out = (struct money){ 0 };
    if (json_kind(v) == JSON_KIND_NULL) return true;
    struct fields m = fields_of(f->c, v, pointer_to(f->c, f->at, str_of(name)), "amount currency");
    field_required(&m, "amount");
    field_required(&m, "currency");
    bool amount = field_int(&m, "amount", 0, 1000000000000, &out->amount);
    bool currency = field_str(&m, "currency", 3, TEXT_KEEP, &out->currency);
    if (currency && !is_currency(out->currency)) {
        field_error(&m, "currency", "bad_format", "must be three capital letters (ISO 4217)");
        return false;
    }
    out->present = amount && currency;
    return out->present;
}

bool field_color(struct fields *f, const char *name, struct str *out)
{
    if (!field_str(f, name, 7, TEXT_NULL_OK, out)) return false;
    bool good = out->len == 0 || (out->len == 7 && out->at[0] == '#');
    for (size_t i = 1; good && i < out->len; i++) {
        char c = out->at[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    if (!good) field_error(f, name, "bad_format", "must look like #1971c2");
    return good;
}

struct json field_array(struct fields *f, const char *name, size_t least, size_t max)
{
    struct json v = json_get(f->object, name);
    struct json none = { NULL };
    if (json_kind(v) == JSON_KIND_ABSENT) return none;
    if (json_kind(v) != JSON_KIND_ARRAY) {
        field_error(f, name, "wrong_type", "must be a list");
        return none;
    }
    if (json_len(v) < least || json_len(v) > max) {
        field_error(f, name, json_len(v) < least ? "too_short" : "too_long",
            "must have %zu to %zu elements", least, max);
        return none;
    }
    return v;
}

struct json field_object(struct fields *f, const char *name)
{
    struct json v = json_get(f->object, name);
    struct json none = { NULL };
    if (json_kind(v) == JSON_KIND_ABSENT) return none;
    if (json_kind(v) == JSON_KIND_OBJECT) return v;
    field_error(f, name, "wrong_type", "must be an object");
    return none;
}

enum err fields_end(struct call *c, struct error *e)
{
    if (!c->error_count) return OK;
    return error_code(e, ERR_INVALID, "invalid", "%.*s: %.*s", STR_FMT(c->errors[0].pointer),
        STR_FMT(c->errors[0].detail));
}
