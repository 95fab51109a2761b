/* receiving_test.c: vendors, purchase orders, receiving and labels over the interface. */
#include "kit.h"

#include <pthread.h>

static void make(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/vendors", "{\"name\":\"Acme\",\"notes\":\"Fridays\"}", 201);
    CALL(k, "POST", "/purchase_orders",
        "{\"vendor_id\":1,\"warehouse\":\"Main\",\"inventory_status\":\"Sold\",\"lines\":[{"
        "\"variation_id\":1,\"expected_count\":2,\"unit_price\":{\"amount\":500,\"currency\":"
        "\"EUR\"}},{\"description\":\"Cables\",\"expected_count\":3}]}",
        201);
}

static void test_order(void **state)
{
    struct kit *k = *state;
    make(k);
    CHECK_STR(kit_str(k, "/number"), S("PO-1"), "numbered");
    CHECK_STR(kit_str(k, "/vendor"), S("Acme"), "its vendor");
    CHECK_STR(kit_str(k, "/status"), S("open"), "open");
    CHECK_INT(kit_int(k, "/expected/count"), 5, "expected");
    CHECK_INT(kit_int(k, "/expected/price/amount"), 1000, "expected");
    CHECK_INT(kit_int(k, "/checked_in/count"), 0, "nothing yet");
    CALL(k, "POST", "/purchase_orders",
        "{\"vendor_id\":1,\"lot_price\":{\"amount\":1,\"currency\":\"EUR\"},\"lines\":[{"
        "\"variation_id\":1,\"expected_count\":2,\"unit_price\":{\"amount\":5,\"currency\":"
        "\"USD\"}}]}",
        422);
    kit_fault(k, "/lines/0/unit_price", "not_allowed", "two currencies");
    CALL(k, "POST", "/purchase_orders", "{\"vendor_id\":1,\"number\":\"PO-77\"}", 422);
    kit_fault(k, "/number", "not_allowed", "ours to give");
    CALL(k, "POST", "/purchase_orders/1/lines", "{\"expected_count\":1}", 422);
    kit_fault(k, "/variation_id", "required", "of nothing");
    CALL(k, "GET", "/purchase_orders?q=acme&status=open&vendor_id=1", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "found");
    CALL(k, "GET", "/purchase_orders?status=closed", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "not closed");
    CALL_WITH(k, "PATCH", "/purchase_orders/1", "{\"notes\":\"x\"}", "If-Match: \"9\"", 412);
    CALL(k, "DELETE", "/vendors/1", NULL, 409);
    kit_problem(k, 409, "in_use", "an order names it");
    CALL(k, "PATCH", "/vendors/1", "{\"archived\":true}", 200);
    CALL(k, "POST", "/purchase_orders", "{\"vendor_id\":1}", 409);
    kit_problem(k, 409, "archived", "the vendor is archived");
    CALL(k, "PATCH", "/purchase_orders/1", "{\"status\":\"canceled\"}", 200);
    CALL(k, "POST", "/purchase_orders/1/receive", "{\"esns\":[\"A\"],\"variation_id\":1}", 409);
    kit_problem(k, 409, "not_open", "it is canceled");
}

#define BAD_IMEI "490154203237519"

static void test_paste(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "POST", "/items", "{\"esn\":\"OLD\",\"variation_id\":1}", 201);
    const char *body = "{\"variation_id\":1,\"esns\":[\"S1\",\" S2 \",\"S1\",\"OLD\",\"" BAD_IMEI
                       "\",\"a b\",7,\"S3\"]}";
    CALL_WITH(k, "POST", "/purchase_orders/1/receive", body, "Idempotency-Key: paste-1", 200);
    static const char *const codes[] = { NULL, NULL, "repeated", "duplicate_open_item",
        "imei_check", "bad_format", "wrong_type", NULL };
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const char *at = kit_fmt(k, "/results/%zu", i);
        CHECK_INT(kit_true(k, kit_fmt(k, "%s/created", at)), !codes[i], at);
        if (codes[i]) CHECK_STR(kit_str(k, kit_fmt(k, "%s/code", at)), str_of(codes[i]), at);
        if (codes[i])
            CHECK_STR(kit_str(k, kit_fmt(k, "%s/errors/0/pointer", at)),
                str_of(kit_fmt(k, "/esns/%zu", i)), at);
    }
    CHECK_INT(kit_int(k, "/created"), 3, "created");
    CHECK_INT(kit_int(k, "/rejected"), 5, "rejected");
    CHECK_INT(kit_int(k, "/purchase_order/checked_in/count"), 3, "the order says");
    CHECK_INT(kit_int(k, "/purchase_order/checked_in/price/amount"), 1500, "and for how much");
    CHECK_STR(kit_str(k, "/purchase_order/warnings/0/code"), S("over_receipt"), "3 of 2");
    int64_t first = kit_int(k, "/results/0/item_id");
    CALL_WITH(k, "POST", "/purchase_orders/1/receive", body, "Idempotency-Key: paste-1", 200);
    CHECK_INT(kit_int(k, "/results/0/item_id"), first, "sent again: the same items");
    CALL(k, "POST", "/purchase_orders/1/receive",
        "{\"variation_id\":1,\"esns\":[\"" BAD_IMEI "\"],\"accept_invalid_imei\":true}", 200);
    CHECK(kit_true(k, "/results/0/created"), "taken as it is");
    CALL(k, "GET", "/items?purchase_order_id=1", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 4, "items of the order");
    CHECK_STR(kit_str(k, "/data/0/purchase_order"), S("PO-1"), "each names it");
    CHECK_STR(kit_str(k, "/data/0/status"), S("Sold"), "the order's status");
    CHECK_STR(kit_str(k, "/data/0/warehouse"), S("Main"), "the order's warehouse");
    CALL(k, "GET", "/items/export?purchase_order_id=1", NULL, 200);
    CHECK(str_contains(k->body, S(",S1,")) && !str_contains(k->body, S(",OLD,")), "the order's");
    CALL(k, "POST", "/items/bulk_edit",
        "{\"filter\":{\"purchase_order_id\":1},\"count\":4,\"set\":{\"warehouse\":\"Main\"}}", 200);
    CHECK_INT(kit_int(k, "/unchanged"), 4, "all of the order, and no other");
    CALL(k, "GET", kit_fmt(k, "/items/%lld/history", (long long)first), NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/changes/0/field"), S("esn"), "its history");
    CALL(k, "DELETE", kit_fmt(k, "/purchase_orders/1/items/%lld", (long long)first), NULL, 204);
    CALL(k, "GET", kit_fmt(k, "/items/%lld", (long long)first), NULL, 404);
}

static void test_spreadsheet(void **state)
{
    struct kit *k = *state;
    make(k);
    const char *file = "ESN,SKU,Purchase Order,Line\nS1,SKU-A,PO-1,\nS2,,PO-1,1\nS3,SKU-A,PO-9,\n";
    CALL_WITH(k, "POST", "/items/import?dry_run=true", file, "Content-Type: text/csv", 200);
    CHECK_INT(kit_int(k, "/created"), 2, "would be received");
    CHECK_STR(kit_str(k, "/errors/0/column"), S("Purchase Order"), "what is wrong");
    CALL_WITH(k, "POST", "/items/import", file, "Content-Type: text/csv", 200);
    CHECK_INT(kit_int(k, "/created"), 2, "received");
    CALL_WITH(k, "POST", "/items/import", file, "Content-Type: text/csv", 200);
    CHECK_INT(kit_int(k, "/unchanged"), 2, "once");
    CALL(k, "GET", "/purchase_orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/checked_in/count"), 2, "the order says");
    CHECK_INT(kit_int(k, "/checked_in/price/amount"), 1000, "and for how much");
}

static void test_scans(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "POST", "/purchase_orders/1/receive",
        "{\"items\":[{\"esn\":\"S1\",\"line_id\":1},{\"esn\":\"S2\",\"variation_id\":1,\"line_id\":"
        "2},"
        "{\"esn\":\"S3\",\"line_id\":2},{\"esn\":\"S4\",\"variation_id\":1,\"line_id\":99},"
        "{\"esn\":\"S5\",\"variation_id\":1,\"paid\":{\"amount\":1,\"currency\":\"USD\"}},"
        "{\"esn\":\"S6\",\"variation_id\":1,\"status\":\"In stock\",\"warehouse\":null}]}",
        200);
    CHECK(kit_true(k, "/results/0/created"), "onto a line");
    CHECK(kit_true(k, "/results/1/created"), "onto a line of words");
    CHECK_STR(kit_str(k, "/results/2/code"), S("unknown_value"), "the line has no variation");
    CHECK_STR(kit_str(k, "/results/3/errors/0/pointer"), S("/items/3/line_id"), "no such line");
    CHECK_STR(kit_str(k, "/results/4/errors/0/pointer"), S("/items/4/paid"), "another currency");
    CHECK_STR(kit_str(k, "/results/4/detail"),
        S("the order has a lot price, or its prices are in another currency"), "in words");
    CHECK(kit_true(k, "/results/5/created"), "elsewhere");
    CALL(k, "PATCH", "/purchase_orders/1",
        "{\"lot_price\":{\"amount\":1000,\"currency\":\"EUR\"},\"status\":\"closed\"}", 200);
    CHECK_INT(kit_int(k, "/checked_in/price/amount"), 1000, "divided");
    CHECK_STR(kit_str(k, "/status"), S("closed"), "and closed");
    CALL(k, "POST", "/purchase_orders/1/divide_lot_price", NULL, 409);
    CALL(k, "GET", "/items/1/history", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/action"), S("priced"), "it tells of the price");
}

/* Twenty hands scan the same phone at once. */

struct race {
    const struct kit *k;
    int status;
};

static void *scan(void *ctx)
{
    struct race *r = ctx;
    r->status = kit_alone(r->k, "POST", "/api/v1/purchase_orders/1/receive",
        "{\"variation_id\":1,\"esns\":[\"356938035643809\"]}", NULL);
    return NULL;
}

static void test_race(void **state)
{
    struct kit *k = *state;
    enum { HANDS = 20 };
    pthread_t threads[HANDS];
    struct race races[HANDS];
    make(k);
    for (int i = 0; i < HANDS; i++) {
        races[i] = (struct race){ k, 0 };
        CHECK_INT(pthread_create(&threads[i], NULL, scan, &races[i]), 0, "a thread");
    }
    for (int i = 0; i < HANDS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0, "joined");
        CHECK_INT(races[i].status, 200, "each is answered");
    }
    CALL(k, "GET", "/items?esn=356938035643809", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "one of them received it");
    CALL(k, "GET", "/purchase_orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/checked_in/count"), 1, "once");
}

static void test_labels(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "POST", "/purchase_orders/1/receive", "{\"variation_id\":1,\"esns\":[\"S1\",\"S2\"]}",
        200);
    CALL(k, "POST", "/items/labels", "{\"purchase_order_id\":1,\"format\":\"a4-24\",\"skip\":23}",
        200);
    CHECK_STR(kit_header(k, "content-type"), S("application/pdf"), "a paper");
    CHECK(str_starts(k->body, S("%PDF-")), "a paper");
    CALL(k, "POST", "/items/labels", "{\"esns\":[\"S1\",\"S1\"],\"symbology\":\"qr\"}", 200);
    CALL(k, "POST", "/items/labels", "{\"esns\":[\"S1\",\"NONE\"]}", 422);
    kit_fault(k, "/esns", "unknown_value", "one of them is not there");
    CALL(k, "POST", "/items/labels", "{\"ids\":[1],\"order_id\":1}", 422);
    kit_fault(k, "", "not_allowed", "two ways of naming");
    CALL(k, "POST", "/items/labels", "{}", 422);
    kit_fault(k, "", "required", "nothing is named");
    CALL(k, "POST", "/items/labels", "{\"ids\":[1],\"skip\":30}", 422);
    kit_fault(k, "/skip", "too_large", "no sheet has so many places");
    CALL(k, "POST", "/items/labels", "{\"ids\":[1],\"format\":\"a3\"}", 422);
    kit_fault(k, "/format", "unknown_value", "no such format");
    CALL(k, "POST", "/purchase_orders", "{\"vendor_id\":1}", 201);
    CALL(k, "POST", "/items/labels", "{\"purchase_order_id\":2}", 404);
}

/* The price of an item in a lot, by each way that leads to it. */
static void test_shares_of_a_lot(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "PATCH", "/purchase_orders/1", "{\"lot_price\":{\"amount\":1001,\"currency\":\"EUR\"}}",
        200);
    CALL(k, "POST", "/purchase_orders/1/receive", "{\"variation_id\":1,\"esns\":[\"L1\",\"L2\"]}",
        200);
    CALL(k, "PATCH", "/items/1", "{\"paid\":{\"amount\":700,\"currency\":\"EUR\"}}", 409);
    kit_problem(k, 409, "lot_price", "one item");
    kit_fault(k, "/paid", "lot_price", "its price");
    CHECK(str_contains(kit_str(k, "/detail"), S("PO-1")), "of which order");
    CALL(k, "PATCH", "/items/1",
        "{\"location\":null,\"paid\":{\"amount\":501,\"currency\":\"EUR\"}}", 200);
    CALL(k, "POST", "/items/bulk_edit",
        "{\"ids\":[1,2],\"set\":{\"paid\":{\"amount\":500,\"currency\":\"EUR\"}}}", 200);
    CHECK_STR(kit_str(k, "/results/0/code"), S("lot_price"), "many");
    CHECK(kit_null(k, "/results/1/code"), "what it costs already");
    CALL_WITH(k, "POST", "/items/import?dry_run=true",
        "ESN,Paid,Currency\nL1,5.01,EUR\nL2,7.00,EUR\n", "Content-Type: text/csv", 200);
    CHECK_INT(kit_int(k, "/unchanged"), 1, "a spreadsheet as it was exported");
    CHECK_STR(kit_str(k, "/errors/0/code"), S("lot_price"), "a dry run says so");
    CALL_WITH(k, "POST", "/items/import", "ESN,Paid,Currency\nL1,5.01,EUR\nL2,7.00,EUR\n",
        "Content-Type: text/csv", 200);
    CHECK_INT(kit_int(k, "/errors/0/row"), 3, "the other row");
    CHECK_STR(kit_str(k, "/errors/0/column"), S("Paid"), "by column");
    CHECK_STR(kit_str(k, "/errors/0/code"), S("lot_price"), "as the dry run said");
    CALL(k, "GET", "/purchase_orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/checked_in/price/amount"), 1001, "never a cent lost");
    CALL(k, "PATCH", "/purchase_orders/1", "{\"lot_price\":null}", 200);
    CALL(k, "PATCH", "/items/1", "{\"paid\":{\"amount\":700,\"currency\":\"EUR\"}}", 200);
}

/* Prices are set one by one while the order is given a lot price: the lot has the last word. */
enum { PRICERS = 6 };
struct pricer {
    const struct kit *k;
    pthread_barrier_t *start;
    const char *path, *body;
    int status;
};

static void *price(void *arg)
{
    struct pricer *p = arg;
    pthread_barrier_wait(p->start);
    p->status = kit_alone(p->k, "PATCH", p->path, p->body, NULL);
    return NULL;
}

static void test_lot_against_prices(void **state)
{
    struct kit *k = *state;
    make(k);
    CALL(k, "POST", "/purchase_orders/1/receive",
        "{\"variation_id\":1,\"esns\":[\"L1\",\"L2\",\"L3\",\"L4\",\"L5\"]}", 200);
    for (int round = 0; round < 5; round++) {
        pthread_t threads[PRICERS];
        struct pricer pricers[PRICERS];
        pthread_barrier_t start;
        pthread_barrier_init(&start, NULL, PRICERS);
        for (int i = 0; i < PRICERS; i++) {
            pricers[i] = (struct pricer){ k, &start,
                kit_path(k, i ? kit_fmt(k, "/items/%d", i) : "/purchase_orders/1"),
                kit_fmt(k, "{\"%s\":{\"amount\":%d,\"currency\":\"EUR\"}}",
                    i ? "paid" : "lot_price", i ? 10 * round + i : 1000 + round),
                0 };
            CHECK_INT(pthread_create(&threads[i], NULL, price, &pricers[i]), 0, "a thread");
        }
        for (int i = 0; i < PRICERS; i++)
            pthread_join(threads[i], NULL);
        pthread_barrier_destroy(&start);
        CHECK_INT(pricers[0].status, 200, "the lot price is set");
        for (int i = 1; i < PRICERS; i++)
            CHECK(pricers[i].status == 200 || pricers[i].status == 409 || pricers[i].status == 412,
                kit_fmt(k, "before it, or told: %d", pricers[i].status));
        CALL(k, "GET", "/purchase_orders/1", NULL, 200);
        CHECK_INT(kit_int(k, "/checked_in/price/amount"), 1000 + round, "it adds up");
        CALL(k, "PATCH", "/purchase_orders/1", "{\"lot_price\":null}", 200);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_order),
        KIT_TEST(test_paste),
        KIT_TEST(test_spreadsheet),
        KIT_TEST(test_scans),
        KIT_TEST(test_race),
        KIT_TEST(test_shares_of_a_lot),
        KIT_TEST(test_lot_against_prices),
        KIT_TEST(test_labels),
    };
    return kit_main(argc, argv, "receiving", tests, COUNT_OF(tests));
}
