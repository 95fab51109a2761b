/* url_test.c: encoding, strict decoding, queries. */
#include "check.h"

#include "net/url.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_encode(void **state)
{
    (void)state;
    const struct {
        struct str text, encoded;
        const char *why;
    } rows[] = {
        { S(""), S(""), "nothing" },
        { S("AZaz09-._~"), S("AZaz09-._~"), "unreserved characters stay" },
        { S("a/b c+d%e"), S("a%2Fb%20c%2Bd%25e"), "a SKU as one path segment" },
        { S("?#&=,:;@!$'()*[]"), S("%3F%23%26%3D%2C%3A%3B%40%21%24%27%28%29%2A%5B%5D"),
            "reserved" },
        { S("\xc3\xa9\0\xff"), S("%C3%A9%00%FF"), "any bytes, in capitals" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str back;
        CHECK_STR(url_encode(&arena, rows[i].text), rows[i].encoded, rows[i].why);
        CHECK(url_decode(rows[i].encoded, &arena, &back), rows[i].why);
        CHECK_STR(back, rows[i].text, "there and back");
    }
}

static void test_decode(void **state)
{
    (void)state;
    const struct {
        struct str text;
        bool okay;
        struct str decoded;
        const char *why;
    } rows[] = {
        { S("a+b"), true, S("a+b"), "a plus is a plus in a path" },
        { S("%2f%2F"), true, S("//"), "either case" },
        { S("%25%32%35"), true, S("%25"), "once, not twice" },
        { S("%"), false, S(""), "nothing behind" },
        { S("a%2"), false, S(""), "one digit" },
        { S("%g0"), false, S(""), "no digit" },
        { S("%0g"), false, S(""), "no second digit" },
        { S("%+1"), false, S(""), "no sign" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str out = S("untouched");
        CHECK_INT(url_decode(rows[i].text, &arena, &out), rows[i].okay, rows[i].why);
        CHECK_STR(out, rows[i].okay ? rows[i].decoded : S("untouched"), rows[i].why);
    }
    struct str plain = S("plain"), out;
    CHECK(url_decode(plain, &arena, &out) && out.at == plain.at, "no copy without need");
}

static struct str walk(struct str query)
{
    struct buf out;
    buf_init(&out, 10000);
    struct str name, value;
    enum url_step step;
    while ((step = url_query_next(&query, &arena, &name, &value)) == URL_PAIR) {
        buf_put(&out, name);
        buf_put_char(&out, '>');
        buf_put(&out, value);
        buf_put_char(&out, '|');
    }
    if (step == URL_BROKEN) buf_put(&out, S("broken"));
    struct str text = arena_str(&arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static void test_query(void **state)
{
    (void)state;
    const struct {
        struct str query, walked;
        const char *why;
    } rows[] = {
        { S(""), S(""), "none" },
        { S("a=1"), S("a>1|"), "one" },
        { S("a=1&a=2&b="), S("a>1|a>2|b>|"), "in order, repeated, empty" },
        { S("a"), S("a>|"), "a name alone" },
        { S("=x"), S(">x|"), "a value alone" },
        { S("&&a&&"), S("a>|"), "empty parts are skipped" },
        { S("a=b=c"), S("a>b=c|"), "only the first = splits" },
        { S("a+b=c+d%2B"), S("a b>c d+|"), "a plus is a space" },
        { S("a%3Db=%26"), S("a=b>&|"), "split before it is decoded" },
        { S("a=1&b=%"), S("a>1|broken"), "a broken value" },
        { S("%=1"), S("broken"), "a broken name" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(walk(rows[i].query), rows[i].walked, rows[i].why);
}

static void test_put_query(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    buf_put(&out, S("/x"));
    url_put_query(&out, S("a b"), S("c&d"));
    url_put_query(&out, S("e"), S(""));
    CHECK_STR(buf_str(&out), S("/x?a%20b=c%26d&e="), "? and then &");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_put_query),
    };
    return cmocka_run_group_tests_name("net/url", tests, setup, teardown);
}
