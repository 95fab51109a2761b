/* json_fuzz.c: what the reader accepts, the writer writes so that it reads the same again. */
#include "base/json.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 256 * 1024, OUT_MAX = 8 * 1024 * 1024 };

static void walk(struct json v, int depth)
{
    struct str s;
    int64_t n;
    bool b;
    ASSERT(depth <= JSON_DEPTH_MAX + 1);
    ASSERT(json_str(v, &s) == (json_kind(v) == JSON_KIND_STRING));
    ASSERT(json_int64(v, &n) == (json_kind(v) == JSON_KIND_INTEGER));
    ASSERT(json_bool(v, &b) == (json_kind(v) == JSON_KIND_BOOL));
    if (json_str(v, &s)) ASSERT(str_is_utf8(s) && !str_contains(s, S("\0")));
    if (json_kind(v) == JSON_KIND_ARRAY)
        for (size_t i = 0; i < json_len(v); i++)
            walk(json_at(v, i), depth + 1);
    struct json_member m = { 0 };
    size_t members = 0;
    while (json_kind(v) == JSON_KIND_OBJECT && json_next(v, &m)) {
        members++;
        walk(m.value, depth + 1);
    }
    if (json_kind(v) == JSON_KIND_OBJECT) ASSERT(members == json_len(v));
}

static void check_reading(struct str text)
{
    struct json v, again;
    struct error e;
    struct buf one, two;
    if (json_parse(text, TEXT_MAX, &v, &e)) {
        ASSERT(!json_present(v) && e.detail[0]);
        return;
    }
    buf_init(&one, OUT_MAX);
    buf_init(&two, OUT_MAX);
    walk(v, 1);
    json_put(&one, v, true);
    ASSERT(!one.failed && json_parse(buf_str(&one), OUT_MAX, &again, &e) == OK);
    json_put(&two, again, true);
    ASSERT(str_eq(buf_str(&one), buf_str(&two)));
    json_release(&again);
    json_release(&v);
    buf_release(&one);
    buf_release(&two);
}

/* Any bytes as a string value; NUL is the one thing that the reader then refuses. */
static void check_writing(struct str text)
{
    struct buf out;
    struct jw w;
    struct json v;
    struct error e;
    buf_init(&out, OUT_MAX);
    jw_init(&w, &out);
    jw_object(&w);
    jw_kstr(&w, "a", text);
    jw_kint(&w, "b", (int64_t)text.len);
    jw_object_end(&w);
    ASSERT(str_is_utf8(buf_str(&out)));
    enum err rc = json_parse(buf_str(&out), OUT_MAX, &v, &e);
    ASSERT(rc == OK || str_contains(text, S("\0")));
    if (rc == OK) json_release(&v);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { (const char *)data, size };
    if (size > TEXT_MAX) return 0;
    check_reading(text);
    check_writing(text);
    return 0;
}
