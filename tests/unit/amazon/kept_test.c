/* kept_test.c: a malformed order keeps what helps, and nothing about a person. */
#include "check.h"

#include "amazon/internal.h"

static struct str kept(const char *text, struct arena *arena)
{
    struct json root;
    struct error e;
    CHECK_ERR(json_parse(str_of(text), 4 * 1024 * 1024, &root, &e), OK, &e, "parses");
    struct str out = amazon_kept(root, arena);
    json_release(&root);
    return out;
}

static void test_kept(void **state)
{
    (void)state;
    static const struct {
        const char *why, *in, *want;
    } rows[] = {
        { "what we read", "{\"orderId\":\"1\",\"orderItems\":[{\"quantityOrdered\":1.5}]}",
            "{\"orderId\":\"1\",\"orderItems\":[{\"quantityOrdered\":1.5}]}" },
        { "people", "{\"buyer\":{\"buyerName\":\"Ann\"},\"orderId\":\"1\"}",
            "{\"buyer\":\"[dropped]\",\"orderId\":\"1\"}" },
        { "inside of something harmless", "{\"orderId\":{\"name\":\"Ann\",\"amount\":\"1\"}}",
            "{\"orderId\":{\"name\":\"[dropped]\",\"amount\":\"1\"}}" },
        { "a person as a key", "{\"Ann Smith\":1,\"orderId\":null}", "{\"orderId\":null}" },
        { "a text instead of an order", "\"Ann Smith\"", "\"[dropped]\"" },
        { "a number instead", "7", "7" },
        { "all scalars", "[true,null,3,1.5]", "[true,null,3,1.5]" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(kept(rows[i].in, &arena), str_of(rows[i].want), rows[i].why);
    arena_release(&arena);
}

static void test_long(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 4 * 1024 * 1024);
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_put(&text, S("[0"));
    for (int i = 0; i < 20000; i++)
        buf_put(&text, S(",1"));
    buf_put(&text, S("]"));
    struct str copy = arena_str(&arena, buf_str(&text));
    CHECK_STR(kept(copy.at, &arena), S("{\"cut\":\"too long to keep\"}"), "still valid JSON");
    buf_release(&text);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
