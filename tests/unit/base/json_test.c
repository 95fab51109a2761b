/* json_test.c: what the JSON border refuses, and that the writer's output reads back. */
#include "check.h"

#include "base/json.h"
#include "base/rng.h"

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
    } rows[] = {
        { "empty", "" },
        { "trailing garbage", "{} x" },
        { "duplicate key", "{\"a\":1,\"a\":2}" },
        { "invalid UTF-8", "\"\xC0\xAF\"" },
        { "lone surrogate", "\"\\ud800\"" },
        { "NUL in a string", "\"\\u0000\"" },
        { "leading zero", "01" },
        { "NaN", "NaN" },
        { "beyond 64 bits", "9223372036854775808" },
        { "overflow to infinity", "1e999" },
        { "control character", "\"\n\"" },
        { "single quotes", "{'a':1}" },
        { "cut short", "{\"a\":" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json root;
        struct error e;
        CHECK_ERR(
            json_parse(str_of(rows[i].text), 1000, &root, &e), ERR_BAD_REQUEST, &e, rows[i].why);
        CHECK_INT(json_kind(root), JSON_KIND_ABSENT, rows[i].why);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct json root;
    struct error e;
    CHECK_ERR(json_parse(S("[1,2,3]"), 6, &root, &e), ERR_TOO_LARGE, &e, "one byte too long");
    struct buf deep;
    buf_init(&deep, 1000);
    for (int i = 0; i < JSON_DEPTH_MAX + 1; i++)
        buf_put_char(&deep, '[');
    for (int i = 0; i < JSON_DEPTH_MAX + 1; i++)
        buf_put_char(&deep, ']');
    CHECK_ERR(json_parse(buf_str(&deep), 1000, &root, &e), ERR_BAD_REQUEST, &e, "too deep");
    CHECK_ERR(json_parse(str_sub(buf_str(&deep), 1, deep.len - 2), 1000, &root, &e), OK, &e,
        "as deep as allowed");
    json_release(&root);
    buf_release(&deep);
    CHECK_ERR(json_parse(S("\"[[[[ \\\" [[[\""), 100, &root, &e), OK, &e,
        "brackets in strings are no nesting");
    json_release(&root);
}

static void test_getters(void **state)
{
    (void)state;
    struct json root;
    struct error e;
    CHECK_ERR(json_parse(S("{\"n\":7,\"r\":1.5,\"s\":\"x\",\"z\":null,\"l\":[true],"
                           "\"o\":{\"p\":{\"q\":\"deep\"}}}"),
                  1000, &root, &e),
        OK, &e, "parses");
    int64_t n = 0;
    CHECK(json_int64(json_get(root, "n"), &n) && n == 7, "integer");
    CHECK(!json_int64(json_get(root, "r"), &n), "a real is no integer: money stays exact");
    CHECK(!json_present(json_get(root, "z")) && !json_present(json_get(root, "none")), "absent");
    struct str s;
    CHECK(json_str(json_path(root, "o", "p", "q", NULL), &s), "path");
    CHECK_STR(s, S("deep"), "path");
    CHECK_INT(
        json_kind(json_path(root, "s", "p", "q", NULL)), JSON_KIND_ABSENT, "through a string");
    bool b = false;
    CHECK(json_bool(json_at(json_get(root, "l"), 0), &b) && b, "element");
    CHECK_INT(json_kind(json_at(json_get(root, "l"), 1)), JSON_KIND_ABSENT, "beyond the end");
    CHECK_INT(json_len(root), 6, "members");
    struct json_member m = { 0 };
    CHECK(json_next(root, &m), "first member");
    CHECK_STR(m.key, S("n"), "order of the document");
    struct buf out;
    buf_init(&out, 1000);
    json_put(&out, json_get(root, "o"), true);
    CHECK_STR(buf_str(&out), S("{\"p\":{\"q\":\"deep\"}}"), "compact text");
    buf_release(&out);
    json_release(&root);
}

/* Whatever bytes go in, the writer's output is accepted by the reader; valid text comes back. */
static void test_writer_reads_back(void **state)
{
    (void)state;
    struct rng r;
    rng_seeded(&r, 11);
    for (int round = 0; round < 5000; round++) {
        char bytes[40];
        struct str in = { bytes, (size_t)rng_below(&r, sizeof bytes) };
        r.fill(&r, bytes, in.len);
        for (size_t i = 0; i < in.len; i++)
            if (bytes[i] == '\0') bytes[i] = '0';
        struct buf out;
        struct jw w;
        buf_init(&out, 4096);
        jw_init(&w, &out);
        jw_object(&w);
        jw_kint(&w, "n", round);
        jw_key(&w, "list");
        jw_array(&w);
        jw_str(&w, in);
        jw_null(&w);
        jw_bool(&w, true);
        jw_raw(&w, S("[1]"));
        jw_array_end(&w);
        jw_key_str(&w, in);
        jw_int(&w, INT64_MIN);
        jw_object_end(&w);
        CHECK(!out.failed, "fits");
        struct json root;
        struct error e;
        CHECK_ERR(json_parse(buf_str(&out), 4096, &root, &e), OK, &e, "reads back");
        struct str back;
        CHECK(json_str(json_at(json_get(root, "list"), 0), &back), "string");
        if (str_is_utf8(in)) CHECK_STR(back, in, "unchanged");
        json_release(&root);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_getters),
        cmocka_unit_test(test_writer_reads_back),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
