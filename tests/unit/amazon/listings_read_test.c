/* listings_read_test.c: the exact queries for listings, and odd SKUs in them. */
#include "unit/amazon/script.h"

#define HOST "https://sellingpartnerapi-na.amazon.com/listings/2021-08-01/items/SELLER1"
#define COMMON                                                                                     \
    "?marketplaceIds=ATVPDKIKX0DER"                                                                \
    "&includedData=summaries%2CfulfillmentAvailability%2CproductTypes%2Cissues&issueLocale=en_US"

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
    arena_init(&f->arena, "test", 16 * 1024 * 1024);
}

static void end(struct fixture *f)
{
    script_close(f->d, f->c);
    script_release(&f->s);
    arena_release(&f->arena);
}

static void test_search(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const struct str skus[] = { S("A 1"), S("B/2") };
    struct channel_listings_query q = {
        .marketplace_id = S("ATVPDKIKX0DER"),
        .created_after = 1795447330000,
        .created_before = 1795447331000,
        .skus = skus,
        .sku_count = 2,
        .page_token = S("a+b="),
    };
    struct channel_listings_page page;
    script_reply(&f.s, 200, "{\"numberOfResults\":1,\"items\":[{\"sku\":\"A 1\"}]}");
    CHECK_ERR(f.d->listings_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "search");
    CHECK_INT(f.o.result, CHANNEL_DONE, "search");
    CHECK_INT(page.count, 1, "search");
    CHECK_STR(f.s.sent[1].method, S("GET"), "method");
    CHECK_STR(f.s.sent[1].url,
        S(HOST COMMON "&identifiers=A%201%2CB%2F2&identifiersType=SKU"
                      "&createdAfter=2026-11-23T15%3A22%3A10Z"
                      "&createdBefore=2026-11-23T15%3A22%3A11Z&sortBy=createdDate&sortOrder=ASC"
                      "&pageSize=20&pageToken=a%2Bb%3D"),
        "url");
    q = (struct channel_listings_query){
        .marketplace_id = S("ATVPDKIKX0DER"), .updated_after = 1000, .newest_first = true
    };
    script_reply(&f.s, 429, "");
    CHECK_ERR(f.d->listings_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "throttled");
    CHECK_INT(f.o.result, CHANNEL_THROTTLED, "throttled");
    CHECK_INT(page.count, 0, "no data");
    CHECK_STR(f.s.sent[2].url,
        S(HOST COMMON "&lastUpdatedAfter=1970-01-01T00%3A00%3A01Z"
                      "&sortBy=lastUpdatedDate&sortOrder=DESC&pageSize=20"),
        "url");
    end(&f);
}

static void test_refused_here(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct str skus[21];
    for (size_t i = 0; i < COUNT_OF(skus); i++)
        skus[i] = S("A");
    struct channel_listings_query q = {
        .marketplace_id = S("ATVPDKIKX0DER"), .skus = skus, .sku_count = 21
    };
    struct channel_listings_page page;
    CHECK_ERR(f.d->listings_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "21");
    CHECK_STR(f.o.code, S("too_many_skus"), "21");
    skus[1] = S("A,B");
    q.sku_count = 2;
    CHECK_ERR(f.d->listings_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "comma");
    CHECK_INT(f.o.result, CHANNEL_REFUSED, "Amazon would take it for two");
    CHECK_STR(f.o.code, S("comma_in_sku"), "comma");
    struct channel_listing l;
    CHECK_ERR(f.d->listing_get(f.c, S(""), S("X"), &f.arena, &l, &f.o, &f.e), OK, &f.e, "no sku");
    CHECK_INT(f.o.result, CHANNEL_REFUSED, "that would be a search");
    CHECK_INT(f.s.sent_count, 0, "nothing was sent");
    end(&f);
}

static void test_odd_skus(void **state)
{
    (void)state;
    static const struct {
        const char *sku, *encoded;
    } rows[] = {
        { "A/1", "A%2F1" },
        { "#1", "%231" },
        { "50%", "50%25" },
        { "a,b", "a%2Cb" },
        { "a+b", "a%2Bb" },
        { "a b ", "a%20b%20" },
        { "..", ".." },
        { "?x=1&y", "%3Fx%3D1%26y" },
        { "d\xC3\xA9j\xC3\xA0", "d%C3%A9j%C3%A0" },
        { "\xE9\x9B\xBB\xE8\xA9\xB1", "%E9%9B%BB%E8%A9%B1" },
        { "plain-1_2.3~", "plain-1_2.3~" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_listing l;
        script_reply(&f.s, 200, "{\"sku\":\"x\"}");
        CHECK_ERR(f.d->listing_get(
                      f.c, str_of(rows[i].sku), S("ATVPDKIKX0DER"), &f.arena, &l, &f.o, &f.e),
            OK, &f.e, rows[i].sku);
        struct str want = arena_fmt(&f.arena, "%s/%s%s", HOST, rows[i].encoded, COMMON);
        CHECK_STR(f.s.sent[1].url, want, rows[i].sku);
        end(&f);
    }
}

static void test_get(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int status;
        const char *body;
        enum channel_result want;
    } rows[] = {
        { "found", 200, "{\"sku\":\"A\"}", CHANNEL_DONE },
        { "ended", 404, "{\"errors\":[{\"code\":\"NOT_FOUND\",\"message\":\"m\"}]}",
            CHANNEL_NOT_FOUND },
        { "no JSON", 200, "<html>", CHANNEL_BROKEN },
        { "no listing", 200, "{}", CHANNEL_BROKEN },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_listing l;
        script_reply(&f.s, rows[i].status, rows[i].body);
        CHECK_ERR(f.d->listing_get(f.c, S("A"), S("ATVPDKIKX0DER"), &f.arena, &l, &f.o, &f.e), OK,
            &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].want, rows[i].why);
        CHECK_INT(l.sku.len, rows[i].want == CHANNEL_DONE ? 1 : 0, rows[i].why);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_refused_here),
        cmocka_unit_test(test_odd_skus),
        cmocka_unit_test(test_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
