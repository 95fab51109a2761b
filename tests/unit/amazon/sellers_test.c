/* sellers_test.c: marketplaces of an account, known to us or not. */
#include "unit/amazon/script.h"

static void test_parse(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    struct channel_marketplace *list;
    size_t count;
    struct channel_outcome o = { 0 };
    amazon_sellers_parse(
        S("{\"payload\":[{\"marketplace\":{\"id\":\"ATVPDKIKX0DER\",\"name\":\"Amazon.com\","
          "\"countryCode\":\"US\"},\"participation\":{\"isParticipating\":true}},"
          "{\"marketplace\":{\"id\":\"A2ZV50J4W1RKNI\"},\"participation\":{}},"
          "{\"marketplace\":{}},7]}"),
        &arena, &list, &count, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "read");
    CHECK_INT(count, 2, "unknown ids are kept, none is not");
    CHECK_STR(list[0].country, S("US"), "country");
    CHECK(list[0].participating && !list[1].participating, "participating");

    static const char *const broken[] = { "", "[]", "{}", "{\"payload\":7}", "{\"payload\":[" };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        o = (struct channel_outcome){ 0 };
        amazon_sellers_parse(str_of(broken[i]), &arena, &list, &count, &o);
        CHECK_INT(o.result, CHANNEL_BROKEN, broken[i]);
        CHECK_INT(count, 0, broken[i]);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
