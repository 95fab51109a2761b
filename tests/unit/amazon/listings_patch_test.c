/* listings_patch_test.c: the exact request for a quantity, its guards, and INVALID inside of a 200.
 */
#include "unit/amazon/script.h"

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

static void push(struct fixture *f, const struct channel_push *p, const char *why)
{
    CHECK_ERR(f->d->quantity_push(f->c, p, &f->arena, &f->o, &f->e), OK, &f->e, why);
}

static void test_request(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const struct str markets[] = { S("ATVPDKIKX0DER"), S("A2EUQ1WTGCTBG2") };
    struct channel_push p = {
        .sku = S("A/1 \xC3\xA9"),
        .product_type = S("CELLULAR_PHONE"),
        .marketplace_ids = markets,
        .marketplace_count = 2,
        .quantity = 10,
    };
    script_reply(&f.s, 200, "{\"sku\":\"A\",\"status\":\"ACCEPTED\",\"submissionId\":\"1\"}");
    push(&f, &p, "accepted");
    CHECK_INT(f.o.result, CHANNEL_DONE, "accepted");
    const struct script_sent *sent = &f.s.sent[1];
    CHECK_STR(sent->method, S("PATCH"), "method");
    CHECK_STR(sent->url,
        S("https://sellingpartnerapi-na.amazon.com/listings/2021-08-01/items/SELLER1/"
          "A%2F1%20%C3%A9?marketplaceIds=ATVPDKIKX0DER%2CA2EUQ1WTGCTBG2&issueLocale=en_US"),
        "url");
    CHECK_STR(sent->type, S("application/json"), "type");
    CHECK_STR(sent->body,
        S("{\"productType\":\"CELLULAR_PHONE\",\"patches\":[{\"op\":\"merge\","
          "\"path\":\"/attributes/fulfillment_availability\","
          "\"value\":[{\"fulfillment_channel_code\":\"DEFAULT\",\"quantity\":10}]}]}"),
        "body");
    p.product_type = S("");
    script_reply(&f.s, 200, "{\"status\":\"ACCEPTED\"}");
    push(&f, &p, "no product type");
    CHECK(str_starts(f.s.sent[2].body, S("{\"productType\":\"PRODUCT\",")), "the generic one");
    end(&f);
}

static void test_guards(void **state)
{
    (void)state;
    const struct str markets[] = { S("ATVPDKIKX0DER") };
    const struct channel_push good = {
        .sku = S("A"), .marketplace_ids = markets, .marketplace_count = 1, .quantity = 1
    };
    struct channel_push p[4] = { good, good, good, good };
    static const char *const codes[] = { "amazon_fulfilled", "no_sku", "no_marketplace",
        "negative_quantity" };
    p[0].fulfillment = CHANNEL_AMAZON;
    p[1].sku = S("");
    p[2].marketplace_count = 0;
    p[3].quantity = -1;
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < COUNT_OF(p); i++) {
        push(&f, &p[i], codes[i]);
        CHECK_INT(f.o.result, CHANNEL_REFUSED, codes[i]);
        CHECK_STR(f.o.code, str_of(codes[i]), codes[i]);
    }
    CHECK_INT(f.s.sent_count, 0, "nothing leaves the house");
    end(&f);
}

static void test_replies(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int status;
        const char *body;
        enum channel_result want;
        const char *code, *detail;
    } rows[] = {
        { "accepted with warnings", 200,
            "{\"status\":\"ACCEPTED\",\"issues\":[{\"code\":\"1\",\"message\":\"m\"}]}",
            CHANNEL_DONE, "", "" },
        { "INVALID in a 200", 200,
            "{\"status\":\"INVALID\",\"issues\":[{\"code\":\"90220\",\"message\":\"'size' is "
            "required\"},{\"code\":\"7\",\"message\":\"and more\"}]}",
            CHANNEL_REFUSED, "90220", "90220: 'size' is required; 7: and more" },
        { "INVALID without a reason", 200, "{\"status\":\"INVALID\",\"issues\":[]}",
            CHANNEL_REFUSED, "INVALID", "INVALID, and Amazon names no issue" },
        { "only validated", 200, "{\"status\":\"VALID\"}", CHANNEL_BROKEN, "only_validated",
            "Amazon checked the quantity but did not take it" },
        { "a status that nobody knows", 200, "{\"status\":\"MAYBE\"}", CHANNEL_UNKNOWN,
            "malformed_reply", "/status: neither ACCEPTED nor INVALID" },
        { "no JSON in a 200", 200, "", CHANNEL_UNKNOWN, "malformed_reply", "empty document" },
        { "bad request", 400,
            "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":\"Value is missing\"}]}",
            CHANNEL_REFUSED, "InvalidInput", "Value is missing" },
        { "gateway", 504, "", CHANNEL_UNKNOWN, "http_504", "" },
    };
    const struct str markets[] = { S("ATVPDKIKX0DER") };
    const struct channel_push p = {
        .sku = S("A"), .marketplace_ids = markets, .marketplace_count = 1, .quantity = 1
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture f;
        begin(&f);
        script_reply(&f.s, rows[i].status, rows[i].body);
        push(&f, &p, rows[i].why);
        CHECK_INT(f.o.result, rows[i].want, rows[i].why);
        CHECK_STR(f.o.code, str_of(rows[i].code), rows[i].why);
        CHECK_STR(f.o.detail, str_of(rows[i].detail), rows[i].why);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_guards),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
