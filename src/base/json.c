/* json.c: jansson for reading, own escaping for writing; see json.h. */
#include "base/json.h"

#include "base/assert.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* jansson has a fixed depth limit of 2048 and recurses; ours is checked before it sees the text. */
static bool too_deep(struct str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX) return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

enum err json_parse(struct str text, size_t len_max, struct json *root, struct error *e)
{
    root->node = NULL;
    if (text.len > len_max)
        return error_set(
            e, ERR_TOO_LARGE, "document of %zu bytes, at most %zu are accepted", text.len, len_max);
    if (text.len == 0) return error_code(e, ERR_BAD_REQUEST, "bad_json", "empty document");
    if (too_deep(text))
        return error_code(
            e, ERR_BAD_REQUEST, "bad_json", "nested deeper than %d levels", JSON_DEPTH_MAX);
    json_error_t fault;
    json_t *node = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (!node)
        return error_code(e, ERR_BAD_REQUEST, "bad_json", "line %d, column %d: %s", fault.line,
            fault.column, fault.text);
    root->node = node;
    return OK;
}

/* The view hides that jansson's node is mutable; nobody writes through it but json_release. */
static json_t *node_of(struct json v)
{
    union {
        const void *in;
        json_t *out;
    } cast = { v.node };
    return cast.out;
}

void json_release(struct json *root)
{
    json_decref(node_of(*root));
    root->node = NULL;
}

enum json_kind json_kind(struct json v)
{
    if (!v.node) return JSON_KIND_ABSENT;
    switch (json_typeof(node_of(v))) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_STRING:
        return JSON_KIND_STRING;
    case JSON_INTEGER:
        return JSON_KIND_INTEGER;
    case JSON_REAL:
        return JSON_KIND_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    }
    PANIC("jansson type %d", (int)json_typeof(node_of(v)));
}

bool json_present(struct json v)
{
    enum json_kind kind = json_kind(v);
    return kind != JSON_KIND_ABSENT && kind != JSON_KIND_NULL;
}

struct json json_get(struct json v, const char *key)
{
    return (struct json){ v.node ? json_object_get(node_of(v), key) : NULL };
}

struct json json_path(struct json v, ...)
{
    va_list keys;
    va_start(keys, v);
    for (const char *key = va_arg(keys, const char *); key; key = va_arg(keys, const char *))
        v = json_get(v, key);
    va_end(keys);
    return v;
}

size_t json_len(struct json v)
{
    if (json_kind(v) == JSON_KIND_ARRAY) return json_array_size(node_of(v));
    if (json_kind(v) == JSON_KIND_OBJECT) return json_object_size(node_of(v));
    return 0;
}

struct json json_at(struct json v, size_t i)
{
    return (struct json){ v.node ? json_array_get(node_of(v), i) : NULL };
}

bool json_str(struct json v, struct str *out)
{
    if (json_kind(v) != JSON_KIND_STRING) return false;
    *out = (struct str){ json_string_value(node_of(v)), json_string_length(node_of(v)) };
    return true;
}

bool json_int64(struct json v, int64_t *out)
{
    if (json_kind(v) != JSON_KIND_INTEGER) return false;
    *out = json_integer_value(node_of(v));
    return true;
}

bool json_bool(struct json v, bool *out)
{
    if (json_kind(v) != JSON_KIND_BOOL) return false;
    *out = json_is_true(node_of(v));
    return true;
}

bool json_next(struct json object, struct json_member *m)
{
    if (json_kind(object) != JSON_KIND_OBJECT) return false;
    json_t *node = node_of(object);
    m->at = m->at ? json_object_iter_next(node, m->at) : json_object_iter(node);
    if (!m->at) return false;
    m->key = str_of(json_object_iter_key(m->at));
    m->value.node = json_object_iter_value(m->at);
    return true;
}

static int put_chunk(const char *bytes, size_t len, void *out)
{
    buf_put(out, (struct str){ bytes, len });
    return 0;
}

void json_put(struct buf *out, struct json v, bool canonical)
{
    if (!v.node) {
        buf_put(out, S("null"));
        return;
    }
    size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | (canonical ? JSON_SORT_KEYS : 0);
    json_dump_callback(node_of(v), put_chunk, out, flags);
}

void jw_init(struct jw *w, struct buf *out)
{
    *w = (struct jw){ .out = out };
}

static void separate(struct jw *w)
{
    if (w->comma) buf_put_char(w->out, ',');
    w->comma = true;
}

static void open_container(struct jw *w, char c)
{
    separate(w);
    buf_put_char(w->out, c);
    w->comma = false;
    w->depth++;
}

static void close_container(struct jw *w, char c)
{
    ASSERT(w->depth > 0);
    buf_put_char(w->out, c);
    w->comma = true;
    w->depth--;
}

void jw_object(struct jw *w)
{
    open_container(w, '{');
}

void jw_object_end(struct jw *w)
{
    close_container(w, '}');
}

void jw_array(struct jw *w)
{
    open_container(w, '[');
}

void jw_array_end(struct jw *w)
{
    close_container(w, ']');
}

static void put_escape(struct buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        buf_put(out, S("\\\""));
        break;
    case '\\':
        buf_put(out, S("\\\\"));
        break;
    case '\n':
        buf_put(out, S("\\n"));
        break;
    case '\t':
        buf_put(out, S("\\t"));
        break;
    case '\r':
        buf_put(out, S("\\r"));
        break;
    default:
        buf_put(out, S("\\u00"));
        buf_put_char(out, hex[c >> 4]);
        buf_put_char(out, hex[c & 15]);
        break;
    }
}

static void put_quoted(struct buf *out, struct str s)
{
    buf_put_char(out, '"');
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.at[i];
        size_t n = 1;
        if (c >= 0x80) {
            n = str_utf8_sequence(str_sub(s, i, 4));
            if (n) {
                i += n;
                continue;
            }
            n = 1;
        } else if (c >= 0x20 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        buf_put(out, str_sub(s, plain, i - plain));
        if (c >= 0x80)
            buf_put(out, S("\xEF\xBF\xBD"));
        else
            put_escape(out, c);
        i += n;
        plain = i;
    }
    buf_put(out, str_sub(s, plain, s.len - plain));
    buf_put_char(out, '"');
}

void jw_key_str(struct jw *w, struct str key)
{
    separate(w);
    put_quoted(w->out, key);
    buf_put_char(w->out, ':');
    w->comma = false;
}

void jw_key(struct jw *w, const char *key)
{
    separate(w);
    buf_put_char(w->out, '"');
    buf_put(w->out, str_of(key));
    buf_put(w->out, S("\":"));
    w->comma = false;
}

void jw_str(struct jw *w, struct str s)
{
    separate(w);
    put_quoted(w->out, s);
}

void jw_int(struct jw *w, int64_t n)
{
    separate(w);
    buf_put_int(w->out, n);
}

void jw_bool(struct jw *w, bool b)
{
    separate(w);
    buf_put(w->out, b ? S("true") : S("false"));
}

void jw_null(struct jw *w)
{
    separate(w);
    buf_put(w->out, S("null"));
}

void jw_raw(struct jw *w, struct str json)
{
    separate(w);
    buf_put(w->out, json);
}

void jw_kstr(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_str(w, s);
}

void jw_kint(struct jw *w, const char *key, int64_t n)
{
    jw_key(w, key);
    jw_int(w, n);
}

void jw_kbool(struct jw *w, const char *key, bool b)
{
    jw_key(w, key);
    jw_bool(w, b);
}

void jw_knull(struct jw *w, const char *key)
{
    jw_key(w, key);
    jw_null(w);
}
