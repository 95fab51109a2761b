/* feeds_read_test.c: how far a feed is and what its report says. */
#include "unit/amazon/script.h"

static void test_progress(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum channel_result result;
        enum channel_feed_state progress;
        const char *why;
    } rows[] = {
        { "{\"processingStatus\":\"IN_QUEUE\"}", CHANNEL_DONE, CHANNEL_FEED_WAITING, "queued" },
        { "{\"processingStatus\":\"IN_PROGRESS\"}", CHANNEL_DONE, CHANNEL_FEED_WAITING, "running" },
        { "{\"processingStatus\":\"NEW_WORD\"}", CHANNEL_DONE, CHANNEL_FEED_WAITING,
            "an unknown word: its hour will end" },
        { "{\"processingStatus\":\"DONE\",\"resultFeedDocumentId\":\"R\"}", CHANNEL_DONE,
            CHANNEL_FEED_DONE, "done" },
        { "{\"processingStatus\":\"FATAL\"}", CHANNEL_DONE, CHANNEL_FEED_FAILED, "failed" },
        { "{\"processingStatus\":\"CANCELLED\"}", CHANNEL_DONE, CHANNEL_FEED_FAILED, "cancelled" },
        { "{}", CHANNEL_BROKEN, CHANNEL_FEED_WAITING, "no word" },
        { "[", CHANNEL_BROKEN, CHANNEL_FEED_WAITING, "no JSON" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_feed_progress p;
        struct channel_outcome o = { 0 };
        amazon_feed_progress_parse(str_of(rows[i].body), &arena, &p, &o);
        CHECK_INT(o.result, rows[i].result, rows[i].why);
        CHECK_INT(p.state, rows[i].progress, rows[i].why);
    }
    arena_release(&arena);
}

static void test_report(void **state)
{
    (void)state;
    struct arena arena;
    struct channel_feed_report r;
    struct channel_outcome o = { 0 };
    arena_init(&arena, "test", 1024 * 1024);
    amazon_feed_report_parse(
        S("{\"header\":{},\"summary\":{},\"issues\":["
          "{\"messageId\":7,\"severity\":\"ERROR\",\"code\":\"1\",\"message\":\"late\"},"
          "{\"messageId\":3,\"sku\":\"OTHER\",\"severity\":\"ERROR\",\"code\":\"2\","
          "\"message\":\"token Atza|secret\"},"
          "{\"messageId\":7,\"severity\":\"ERROR\",\"message\":\"again\"},"
          "{\"messageId\":4,\"severity\":\"WARNING\",\"code\":\"3\",\"message\":\"taken anyway\"},"
          "{\"severity\":\"INFO\",\"message\":\"hello\"}]}"),
        &arena, &r, &o);
    CHECK_INT(o.result, CHANNEL_DONE, "read");
    CHECK_INT(r.count, 2, "two messages were refused; a warning is none");
    CHECK_INT(r.refusals[0].message_id, 3, "in their order");
    CHECK_STR(r.refusals[0].words, S("2: token [secret]"), "its words, without secrets");
    CHECK_INT(r.refusals[1].message_id, 7, "once");
    CHECK(!r.whole, "the others were taken");
    o = (struct channel_outcome){ 0 };
    amazon_feed_report_parse(S("{\"header\":{},\"summary\":{},\"issues\":[{\"severity\":\"ERROR\","
                               "\"code\":\"4\",\"message\":\"the whole of it\"}]}"),
        &arena, &r, &o);
    CHECK(r.whole && r.count == 0, "an error of no message is the feed's");
    CHECK_STR(r.words, S("4: the whole of it"), "in its words");
    static const char *const bad[] = { "", "[]", "{\"issues\":[]}", "{\"summary\":{}}", "{\"summ" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        o = (struct channel_outcome){ 0 };
        amazon_feed_report_parse(str_of(bad[i]), &arena, &r, &o);
        CHECK_INT(o.result, CHANNEL_REFUSED, "a report that says nothing is no success");
    }
    arena_release(&arena);
}

static void test_calls(void **state)
{
    (void)state;
    struct script s;
    struct channel_driver *d;
    script_init(&s);
    struct channel_conn *c = script_open(&s, &d);
    struct arena arena;
    struct channel_outcome o = { 0 };
    struct error e;
    arena_init(&arena, "test", 1024 * 1024);
    struct channel_feed_progress p;
    script_reply(&s, 200, "{\"processingStatus\":\"DONE\",\"resultFeedDocumentId\":\"a/b\"}");
    CHECK_ERR(d->feeds->get(c, S("F 1"), &arena, &p, &o, &e), OK, &e, "get");
    CHECK_STR(s.sent[1].url,
        S("https://sellingpartnerapi-na.amazon.com/feeds/2021-06-30/feeds/F%201"), "encoded");
    struct channel_feed_place place;
    script_reply(&s, 200, "{\"feedDocumentId\":\"a/b\",\"url\":\"https://s3.example/r\"}");
    CHECK_ERR(d->feeds->result(c, p.report_id, &arena, &place, &o, &e), OK, &e, "result");
    CHECK_STR(s.sent[2].url,
        S("https://sellingpartnerapi-na.amazon.com/feeds/2021-06-30/documents/a%2Fb"), "encoded");
    struct channel_feed_report r;
    script_reply(&s, 200, "{\"issues\":[],\"summary\":{}}");
    CHECK_ERR(d->feeds->report(c, &place, &arena, &r, &o, &e), OK, &e, "report");
    CHECK_INT(o.result, CHANNEL_DONE, "read");
    CHECK_STR(s.sent[3].url, S("https://s3.example/r"), "where it lies");
    CHECK_INT(s.sent[3].token.len, 0, "no token leaves the API");
    script_reply(&s, 403, "<Error><Code>AccessDenied</Code></Error>");
    CHECK_ERR(d->feeds->report(c, &place, &arena, &r, &o, &e), OK, &e, "run out");
    CHECK_INT(o.result, CHANNEL_BROKEN, "tried again with a new address, and not our access");
    place.packed = true;
    CHECK_ERR(d->feeds->report(c, &place, &arena, &r, &o, &e), OK, &e, "packed");
    CHECK_INT(o.result, CHANNEL_REFUSED, "then the listings themselves are read");
    script_close(d, c);
    script_release(&s);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
