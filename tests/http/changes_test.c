/* changes_test.c: GET /changes: pages, filters, waiting, and what is no longer kept. */
#include "kit.h"

#include "store/feed.h"

#include <pthread.h>

static int64_t receive(struct kit *k, const char *esn)
{
    CALL(k, "POST", "/items", kit_fmt(k, "{\"esn\":\"%s\",\"variation_id\":1}", esn), 201);
    return kit_int(k, "/id");
}

static void begin(struct kit *k)
{
    CALL(k, "POST", "/variations",
        "{\"manufacturer\":\"Apple\",\"model\":\"iPhone 13\",\"sku\":\"A\"}", 201);
}

static void test_the_way_of_a_copy(void **state)
{
    struct kit *k = *state;
    begin(k);
    CALL(k, "GET", "/changes", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "without since: where the feed stands");
    int64_t since = kit_int(k, "/next_since");
    int64_t item = receive(k, "ABC1");
    CALL(k, "PATCH", kit_fmt(k, "/items/%lld", (long long)item), "{\"warehouse\":null}", 200);
    CALL(k, "GET", kit_fmt(k, "/changes?since=%lld", (long long)since), NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "what one has just changed is there");
    CHECK_STR(kit_str(k, "/data/0/kind"), S("item.created"), "kind");
    CHECK_STR(kit_str(k, "/data/1/kind"), S("item.updated"), "kind");
    CHECK_STR(kit_str(k, "/data/1/resource"), S("item"), "resource");
    CHECK_INT(kit_int(k, "/data/1/id"), item, "id");
    CHECK_INT(kit_int(k, "/data/1/version"), 2, "the version of its ETag");
    CHECK(kit_null(k, "/data/1/figures"), "an item has none");
    CHECK(!kit_true(k, "/more"), "that is all");
    CHECK_INT(kit_int(k, "/next_since"), kit_int(k, "/data/1/seq"), "go on from there");
    CALL(k, "GET", kit_fmt(k, "/changes?since=%lld&limit=1", (long long)since), NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "a page");
    CHECK(kit_true(k, "/more"), "and more");
}

static void test_filters(void **state)
{
    struct kit *k = *state;
    begin(k);
    receive(k, "ABC1");
    CALL(k, "POST", "/orders",
        "{\"organization\":\"Ann\",\"lines\":[{\"variation_id\":1,\"quantity\":1}]}", 201);
    CALL(k, "GET", "/changes?since=0&kind=order.*&kind=item.updated&kind=order.created", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "named twice, told once");
    CHECK_STR(kit_str(k, "/data/0/kind"), S("order.created"), "by kind");
    k->bearer = k->tokens[ROLE_VIEWER];
    CALL(k, "GET", "/changes?since=0", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 3, "a viewer reads them all");
    static const char *const wrong[][2] = { { "?kind=orders", "?kind" }, { "?since=-1", "?since" },
        { "?since=x", "?since" }, { "?limit=501", "?limit" }, { "?wait=31", "?wait" },
        { "?kind=", "?kind" } };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CALL(k, "GET", kit_fmt(k, "/changes%s", wrong[i][0]), NULL, 400);
        kit_problem(k, 400, "bad_parameter", wrong[i][0]);
        kit_fault(k, wrong[i][1], NULL, wrong[i][0]);
    }
    CALL(k, "GET", "/changes?cursor=x", NULL, 400);
    kit_problem(k, 400, "unknown_parameter", "this list has no cursor");
}

static enum err purge_all(struct tx *tx, void *ctx, struct error *e)
{
    struct kit *k = ctx;
    bool more;
    struct change c = { .tx = tx, .arena = tx_arena(tx), .now = k->clock.now };
    return feed_purge(&c, 1, &more, e);
}

static void test_what_is_gone(void **state)
{
    struct kit *k = *state;
    begin(k);
    receive(k, "ABC1");
    CALL(k, "GET", "/changes", NULL, 200);
    struct error e;
    CHECK_ERR(db_write(k->h.db, "purge", purge_all, k, &e), OK, &e, "purge");
    CALL(k, "GET", "/changes?since=0", NULL, 410);
    kit_problem(k, 410, "since_gone", "what came after it is no longer kept");
    CHECK(str_contains(kit_str(k, "/detail"), S("since=2")), "and how to go on");
    CALL(k, "GET", "/changes?since=1", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "what is kept");
    CALL(k, "GET", "/changes?since=99", NULL, 410);
    kit_problem(k, 410, "since_gone", "there is no such place");
}

static struct http_stream *wait_for(struct kit *k, const char *query)
{
    CALL(k, "GET", kit_fmt(k, "/changes?%s", query), NULL, 200);
    CHECK_STR(kit_header(k, "Content-Type"), S("application/json"), "it will be JSON");
    CHECK(k->stream != NULL, "later");
    return k->stream;
}

static void test_waiting(void **state)
{
    struct kit *k = *state;
    begin(k);
    CALL(k, "GET", "/changes", NULL, 200);
    struct http_stream *items = wait_for(k, "since=1&wait=30&kind=item.*");
    struct http_stream *orders = wait_for(k, "since=1&wait=30&kind=order.*");
    receive(k, "ABC1");
    kit_stream_await(k, items, "{\"data\":[{\"seq\":2,");
    kit_stream_await(k, items, "\"kind\":\"item.created\"");
    kit_stream_await(k, items, "],\"next_since\":2,\"more\":false}");
    struct http_stream *nothing = wait_for(k, "since=2&wait=1");
    kit_stream_await(k, nothing, "{\"data\":[],\"next_since\":2,\"more\":false}");
    CALL(k, "POST", "/orders",
        "{\"organization\":\"Ann\",\"lines\":[{\"variation_id\":1,\"quantity\":1}]}", 201);
    kit_stream_await(k, orders, "\"kind\":\"order.created\"");
    CALL(k, "GET", "/changes?since=1&wait=30", NULL, 200);
    CHECK(!k->stream, "nobody waits for what is there");
    CHECK_INT(kit_len(k, "/data"), 2, "both");
}

static void test_stopping_answers_all(void **state)
{
    struct kit *k = *state;
    begin(k);
    CALL(k, "GET", "/changes", NULL, 200);
    struct http_stream *s = wait_for(k, "since=1&wait=30");
    api_stop(k->api);
    kit_stream_await(k, s, "{\"data\":[],\"next_since\":1,\"more\":false}");
    CALL(k, "GET", "/changes?since=1&wait=30", NULL, 200);
    CHECK(!k->stream, "no more waiting");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_the_way_of_a_copy),
        KIT_TEST(test_filters),
        KIT_TEST(test_what_is_gone),
        KIT_TEST(test_waiting),
        KIT_TEST(test_stopping_answers_all),
    };
    return kit_main(argc, argv, "http_changes", tests, COUNT_OF(tests));
}
