/* orders_read_test.c: the exact queries for orders, literal over all pages of a window. */
#include "unit/amazon/script.h"

#define HOST "https://sellingpartnerapi-na.amazon.com/orders/2026-01-01/orders"

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
    struct channel_orders_query q = { .updated_after = 1795447330123,
        .updated_before = 1795447331000 };
    struct channel_orders_page page;
    script_reply(&f.s, 200, "{\"orders\":[],\"pagination\":{\"nextToken\":\"a/b+c=\"}}");
    script_reply(&f.s, 200, "{\"orders\":[]}");
    CHECK_ERR(f.d->orders_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "first page");
    CHECK_INT(f.o.result, CHANNEL_DONE, "first page");
    struct str first = f.s.sent[1].url;
    CHECK_STR(first,
        S(HOST "?lastUpdatedAfter=2026-11-23T15%3A22%3A10.123Z"
               "&lastUpdatedBefore=2026-11-23T15%3A22%3A11Z&marketplaceIds=ATVPDKIKX0DER"
               "&fulfilledBy=MERCHANT&maxResultsPerPage=100"
               "&includedData=FULFILLMENT%2CCANCELLATION"),
        "no personal data is asked for");
    q.page_token = page.next_token;
    CHECK_ERR(f.d->orders_page(f.c, &q, &f.arena, &page, &f.o, &f.e), OK, &f.e, "second page");
    CHECK(str_starts(f.s.sent[2].url, first), "all parameters of the first page");
    CHECK(str_ends(f.s.sent[2].url, S("&paginationToken=a%2Fb%2Bc%3D")), "and the token");
    CHECK_INT(page.next_token.len, 0, "the last page");
    end(&f);
}

static void test_windows(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct channel_orders_query q;
        bool okay;
    } rows[] = {
        { "updated", { .updated_after = 1, .updated_before = 2 }, true },
        { "created", { .created_after = 1, .created_before = 2 }, true },
        { "an instant", { .created_after = 2, .created_before = 2 }, true },
        { "none", { .updated_after = 0 }, false },
        { "no end", { .updated_after = 1 }, false },
        { "no beginning", { .updated_before = 1 }, false },
        { "backwards", { .updated_after = 2, .updated_before = 1 }, false },
        { "both",
            { .updated_after = 1, .updated_before = 2, .created_after = 1, .created_before = 2 },
            false },
        { "one and a half", { .updated_after = 1, .updated_before = 2, .created_after = 1 },
            false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_orders_page page;
        script_reply(&f.s, 200, "{\"orders\":[]}");
        CHECK_ERR(
            f.d->orders_page(f.c, &rows[i].q, &f.arena, &page, &f.o, &f.e), OK, &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].okay ? CHANNEL_DONE : CHANNEL_REFUSED, rows[i].why);
        CHECK_INT(f.s.sent_count, rows[i].okay ? 2 : 0, rows[i].why);
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
        const char *detail;
    } rows[] = {
        { "found", 200,
            "{\"order\":{\"orderId\":\"1\",\"createdTime\":\"2026-01-02T03:04:05Z\","
            "\"lastUpdatedTime\":\"2026-01-02T03:04:05Z\",\"fulfillment\":"
            "{\"fulfillmentStatus\":\"SHIPPED\"},\"orderItems\":[]}}",
            CHANNEL_DONE, "" },
        { "unknown", 404, "{\"errors\":[{\"code\":\"NotFound\",\"message\":\"m\"}]}",
            CHANNEL_NOT_FOUND, "m" },
        { "malformed", 200, "{\"order\":{}}", CHANNEL_BROKEN,
            "/orderId: missing, no text, or too long" },
        { "no JSON", 200, "", CHANNEL_BROKEN, "empty document" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        struct channel_order order;
        script_reply(&f.s, rows[i].status, rows[i].body);
        CHECK_ERR(
            f.d->order_get(f.c, S("1-2/3"), &f.arena, &order, &f.o, &f.e), OK, &f.e, rows[i].why);
        CHECK_INT(f.o.result, rows[i].want, rows[i].why);
        CHECK_STR(f.o.detail, str_of(rows[i].detail), rows[i].why);
        CHECK_INT(order.id.len, rows[i].want == CHANNEL_DONE ? 1 : 0, rows[i].why);
        CHECK_STR(f.s.sent[1].url, S(HOST "/1-2%2F3?includedData=FULFILLMENT%2CCANCELLATION"),
            "one segment");
        end(&f);
    }
    struct fixture f;
    begin(&f);
    struct channel_order order;
    CHECK_ERR(f.d->order_get(f.c, S(""), &f.arena, &order, &f.o, &f.e), OK, &f.e, "no id");
    CHECK_INT(f.o.result, CHANNEL_REFUSED, "that would be a search");
    CHECK_INT(f.s.sent_count, 0, "nothing is sent");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
