/* feeds_build_test.c: the document of a feed, its way to Amazon, and what is never sent. */
#include "unit/amazon/script.h"

#include "core/send_plan.h"

struct fixture {
    struct script s;
    struct channel_driver *d;
    struct channel_conn *c;
    struct arena arena;
    struct channel_outcome o;
    struct error e;
};

static void begin(struct fixture *f)
{
    script_init(&f->s);
    f->c = script_open(&f->s, &f->d);
    arena_init(&f->arena, "test", 64 * 1024 * 1024);
    f->o = (struct channel_outcome){ 0 };
}

static void end(struct fixture *f)
{
    script_close(f->d, f->c);
    script_release(&f->s);
    arena_release(&f->arena);
}

static void test_document(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const struct channel_feed_message messages[] = { { 1, S("A/1 \xC3\xA9"), S("PHONE"), 10 },
        { 2, S("B\"2"), S(""), 0 } };
    struct buf out;
    CHECK(f.d->feeds->build(f.c, messages, 2, &out), "it is built");
    CHECK_STR(buf_str(&out),
        S("{\"header\":{\"sellerId\":\"SELLER1\",\"version\":\"2.0\",\"issueLocale\":\"en_US\"},"
          "\"messages\":[{\"messageId\":1,\"sku\":\"A/1 \xC3\xA9\",\"operationType\":\"PATCH\","
          "\"productType\":\"PHONE\",\"patches\":[{\"op\":\"merge\","
          "\"path\":\"/attributes/fulfillment_availability\","
          "\"value\":[{\"fulfillment_channel_code\":\"DEFAULT\",\"quantity\":10}]}]},"
          "{\"messageId\":2,\"sku\":\"B\\\"2\",\"operationType\":\"PATCH\","
          "\"productType\":\"PRODUCT\",\"patches\":[{\"op\":\"merge\","
          "\"path\":\"/attributes/fulfillment_availability\","
          "\"value\":[{\"fulfillment_channel_code\":\"DEFAULT\",\"quantity\":0}]}]}]}"),
        "merge, DEFAULT, and nothing of the listing but its quantity");
    buf_release(&out);
    CHECK(!f.d->feeds->build(f.c, messages, 0, &out), "an empty one is not");
    buf_release(&out);
    end(&f);
}

/* A lot that core/send_plan.h calls full is never more than Amazon takes. */
static void test_bound(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    static const struct str skus[] = { { "A", 1 }, { "\x01\x1F\x7F\"\\/", 6 },
        { "\xC3\xA9\xE2\x82\xAC", 5 }, { "A12345678901234567890123456789012345678", 39 } };
    static struct channel_feed_message messages[LOT_MESSAGES_MAX];
    for (size_t i = 0; i < COUNT_OF(skus); i++) {
        struct channel_feed_message one = { 2147483647, skus[i], skus[i], 99999999 };
        struct buf with, without;
        CHECK(f.d->feeds->build(f.c, &one, 1, &with), "one");
        one.sku = one.product_type = S("X");
        CHECK(f.d->feeds->build(f.c, &one, 1, &without), "one");
        size_t frame = 100; /* "header" and brackets are at least that */
        CHECK(with.len - frame <= send_message_bound(skus[i], skus[i]), "within the bound");
        CHECK(with.len > without.len || skus[i].len == 1, "names count");
        buf_release(&with);
        buf_release(&without);
    }
    for (size_t i = 0; i < LOT_MESSAGES_MAX; i++)
        messages[i] =
            (struct channel_feed_message){ (int64_t)i + 1, skus[3], S("CELLULAR_PHONE"), 9 };
    struct buf out;
    CHECK(f.d->feeds->build(f.c, messages, LOT_MESSAGES_MAX, &out), "25,000 of usual length fit");
    buf_release(&out);
    static char wide[600];
    memset(wide, 'W', sizeof wide);
    for (size_t i = 0; i < LOT_MESSAGES_MAX; i++)
        messages[i].sku = (struct str){ wide, sizeof wide };
    CHECK(!f.d->feeds->build(f.c, messages, LOT_MESSAGES_MAX, &out), "more than 10 MiB is refused");
    buf_release(&out);
    end(&f);
}

static void test_way(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct channel_feed_place place;
    script_reply(&f.s, 201, "{\"feedDocumentId\":\"D1\",\"url\":\"https://s3.example/d?sig=1\"}");
    CHECK_ERR(f.d->feeds->document(f.c, &f.arena, &place, &f.o, &f.e), OK, &f.e, "a place");
    CHECK_INT(f.o.result, CHANNEL_DONE, "a place");
    CHECK_STR(f.s.sent[1].url,
        S("https://sellingpartnerapi-na.amazon.com/feeds/2021-06-30/documents"), "where");
    CHECK_STR(f.s.sent[1].body, S("{\"contentType\":\"application/json; charset=UTF-8\"}"), "type");
    script_reply(&f.s, 200, "");
    CHECK_ERR(f.d->feeds->upload(f.c, &place, S("{}"), &f.arena, &f.o, &f.e), OK, &f.e, "upload");
    CHECK_INT(f.o.result, CHANNEL_DONE, "uploaded");
    const struct script_sent *put = &f.s.sent[2];
    CHECK_STR(put->method, S("PUT"), "method");
    CHECK_STR(put->url, S("https://s3.example/d?sig=1"), "the address as it was given");
    CHECK_STR(put->type, S("application/json; charset=UTF-8"), "to the byte what was asked for");
    CHECK_INT(put->token.len, 0, "no token leaves the API");
    CHECK(!put->cleartext, "nor in the clear");
    struct str id;
    script_reply(&f.s, 202, "{\"feedId\":\"F1\"}");
    CHECK_ERR(f.d->feeds->create(f.c, place.id, &f.arena, &id, &f.o, &f.e), OK, &f.e, "create");
    CHECK_STR(id, S("F1"), "its id");
    CHECK_STR(f.s.sent[3].body,
        S("{\"feedType\":\"JSON_LISTINGS_FEED\",\"marketplaceIds\":[\"ATVPDKIKX0DER\"],"
          "\"inputFeedDocumentId\":\"D1\"}"),
        "the feed");
    end(&f);
}

static void test_bad_answers(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum channel_result document, created;
        const char *why;
    } rows[] = {
        { 200, "{}", CHANNEL_BROKEN, CHANNEL_UNKNOWN, "nothing in it: the feed may be there" },
        { 200, "<html>", CHANNEL_BROKEN, CHANNEL_UNKNOWN, "no JSON" },
        { 429, "{\"errors\":[{\"code\":\"QuotaExceeded\",\"message\":\"m\"}]}", CHANNEL_THROTTLED,
            CHANNEL_THROTTLED, "too many" },
        { 400, "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":\"m\"}]}", CHANNEL_REFUSED,
            CHANNEL_REFUSED, "refused" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_feed_place place;
        struct str id;
        script_reply(&f.s, rows[i].status, rows[i].body);
        CHECK_ERR(f.d->feeds->document(f.c, &f.arena, &place, &f.o, &f.e), OK, &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].document, rows[i].why);
        script_reply(&f.s, rows[i].status, rows[i].body);
        CHECK_ERR(
            f.d->feeds->create(f.c, S("D"), &f.arena, &id, &f.o, &f.e), OK, &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].created, rows[i].why);
        end(&f);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool called;
        const char *why;
    } rows[] = {
        { "https://s3.example/d", true, "https" },
        { "http://s3.example/d", false, "in the clear" },
        { "http://127.0.0.1:1/d", false, "this machine, and the API is not" },
        { "ftp://s3.example/d", false, "another scheme" },
        { "https://s3.example/a b", false, "a space" },
        { "", false, "none" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_feed_place place = { S("D"), str_of(rows[i].url), false };
        script_reply(&f.s, 200, "");
        CHECK_ERR(
            f.d->feeds->upload(f.c, &place, S("{}"), &f.arena, &f.o, &f.e), OK, &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].called ? CHANNEL_DONE : CHANNEL_BROKEN, rows[i].why);
        CHECK_INT(f.s.sent_count, rows[i].called, rows[i].why);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_way),
        cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
