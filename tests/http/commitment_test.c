/* commitment_test.c: orders, their lines, and items that go on and off them. */
#include "kit.h"

#include <pthread.h>

/* Variations 1 (SKU-A) and 2 (SKU-B), items A1 A2 A3 of the first and B1 of the second. */
static void make_stock(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"B\",\"sku\":\"SKU-B\"}",
        201);
    CALL(k, "POST", "/items",
        "{\"items\":[{\"esn\":\"A1\",\"variation_id\":1},{\"esn\":\"A2\",\"variation_id\":1},"
        "{\"esn\":\"A3\",\"variation_id\":1},{\"esn\":\"B1\",\"variation_id\":2}]}",
        200);
    CHECK_INT(kit_int(k, "/created"), 4, "four phones");
}

static int64_t make_order(struct kit *k, const char *lines, const char *status)
{
    CALL(k, "POST", "/orders",
        kit_fmt(k, "{\"organization\":\"Ann\",\"status\":\"%s\",\"lines\":[%s]}", status, lines),
        201);
    return kit_int(k, "/id");
}

static struct str hex_of(struct kit *k, const char *esn)
{
    CALL(k, "GET", kit_fmt(k, "/items?esn=%s", esn), NULL, 200);
    return kit_str(k, "/data/0/hex_id");
}

static void commit(struct kit *k, int64_t order, const char *body)
{
    CALL(k, "POST", kit_fmt(k, "/orders/%lld/commitments", (long long)order), body, 200);
}

/* The code of a result; "" when it was committed. */
static struct str code(struct kit *k, size_t i)
{
    const char *at = kit_fmt(k, "/results/%zu/code", i);
    return kit_null(k, at) ? S("") : kit_str(k, at);
}

static void test_guards(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t mine = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":2}", "New");
    int64_t other = make_order(k, "", "Ready to ship");
    int64_t shipped = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":1}", "Shipped");
    int64_t pending = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":1}", "Pending payment");
    commit(k, mine, "{\"esns\":[\"A1\"]}");
    commit(k, other, "{\"esns\":[\"A2\"]}");
    struct str hex = hex_of(k, "A1"), taken = hex_of(k, "A2");
    const struct {
        int64_t order;
        const char *body, *code, *detail, *why;
        bool taken; /* somebody has it: 409 */
    } rows[] = {
        { mine, "{\"esns\":[\"nobody\"]}", "unknown_esn", "", "no such phone" },
        { mine, "{\"esns\":[\"a1\"]}", "unknown_esn", "", "ESNs have case" },
        { mine, kit_fmt(k, "{\"esns\":[\"%.*s\"]}", STR_FMT(hex)), "unknown_esn", "",
            "a Hex ID is no ESN" },
        { mine, "{\"hex_ids\":[\"00000000\"]}", "unknown_hex_id", "", "no such Hex ID" },
        { mine, "{\"hex_ids\":[\"A1\"]}", "unknown_hex_id", "", "an ESN is no Hex ID" },
        { mine, "{\"scans\":[\"nothing\"]}", "unknown_esn", "", "a scan that nothing has" },
        { mine, "{\"esns\":[\"A1\"]}", "already_on_this_order", "", "on this order", true },
        { mine, kit_fmt(k, "{\"hex_ids\":[\"%.*s\"]}", STR_FMT(hex)), "already_on_this_order", "",
            "on this order, by Hex ID", true },
        { mine, "{\"esns\":[\"A2\"]}", "already_committed", "SO-2", "on another order", true },
        { mine, kit_fmt(k, "{\"scans\":[\"%.*s\"]}", STR_FMT(taken)), "already_committed", "SO-2",
            "on another order, scanned", true },
        { shipped, "{\"esns\":[\"A3\"]}", "status_forbids", "Shipped", "a closed order" },
        { pending, "{\"esns\":[\"A3\"]}", "status_forbids", "Pending payment", "not yet paid" },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", kit_fmt(k, "/orders/%lld/commitments", (long long)rows[i].order),
            rows[i].body, rows[i].taken ? 409 : 200);
        CHECK(!kit_true(k, "/results/0/committed"), rows[i].why);
        CHECK_STR(code(k, 0), str_of(rows[i].code), rows[i].why);
        CHECK(str_contains(kit_str(k, "/results/0/detail"), str_of(rows[i].detail)), rows[i].why);
        if (!rows[i].taken) CHECK_INT(kit_int(k, "/order/id"), rows[i].order, rows[i].why);
        if (!rows[i].taken) continue;
        kit_problem(k, 409, "already_committed", rows[i].why);
        CHECK(str_contains(kit_str(k, "/detail"), kit_str(k, "/results/0/input")), rows[i].why);
        CHECK(str_contains(kit_str(k, "/detail"), kit_str(k, "/results/0/detail")), rows[i].why);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

/* 409 is for one thing: that somebody else was first. Whoever gets anything, or has another fault
 * to mend, is answered row by row. */
static void test_taken_or_wrong(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t first = make_order(k, "", "New"), second = make_order(k, "", "New");
    commit(k, first, "{\"esns\":[\"A1\",\"A2\"]}");
    const char *path = kit_fmt(k, "/orders/%lld/commitments", (long long)second);
    static const struct {
        const char *body, *codes, *why;
        int status;
    } rows[] = {
        { "{\"esns\":[\"A1\",\"A2\"]}", "already_committed already_committed", "both taken", 409 },
        { "{\"esns\":[\"A1\",\"none\"]}", "already_committed unknown_esn", "one unknown", 200 },
        { "{\"atomic\":true,\"esns\":[\"A3\",\"A1\"]}", "not_tried already_committed",
            "the taken one stopped the other", 409 },
        { "{\"atomic\":true,\"esns\":[\"A3\",\"A1\",\"none\"]}",
            "not_tried already_committed unknown_esn", "and so did another", 200 },
        { "{\"esns\":[\"A1\",\"A3\"]}", "already_committed ", "one is free", 200 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", path, rows[i].body, rows[i].status);
        struct str rest = str_of(rows[i].codes), want;
        for (size_t r = 0; r < kit_len(k, "/results"); r++) {
            str_cut(rest, ' ', &want, &rest);
            CHECK_STR(code(k, r), want, rows[i].why);
        }
        if (rows[i].status != 409) continue;
        kit_problem(k, 409, "already_committed", rows[i].why);
        CHECK(str_contains(kit_str(k, "/detail"), S("A1: it is on order SO-1")), rows[i].why);
    }
    CALL(k, "GET", "/orders/2", NULL, 200);
    CHECK_INT(kit_int(k, "/committed"), 1, "the free one");
}

/* A Hex ID that nothing has may have been read wrongly: wherever one is asked for, that is told
 * apart from one that is good and not there, by the words, not by the code. */
static void test_slips_of_hex_ids(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    make_order(k, "", "New");
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/transfers", "{\"from_warehouse\":\"Main\",\"to_warehouse\":\"Second\"}", 201);
    static const struct {
        const char *path, *body, *at, *good;
        int status;
    } rows[] = {
        { "/orders/1/commitments", "{\"hex_ids\":[\"~\"]}", "/results/0/detail",
            "no item has this Hex ID", 200 },
        { "/orders/1/commitments", "{\"scans\":[\"~\"]}", "/results/0/detail",
            "no item has this ESN", 200 },
        { "/items/bulk_edit", "{\"hex_ids\":[\"~\"],\"set\":{\"paid\":null}}", "/results/0/detail",
            "no item has this Hex ID", 200 },
        { "/transfers/1/items", "{\"hex_ids\":[\"~\"]}", "/results/0/detail",
            "no item has this Hex ID", 200 },
        { "/items/labels", "{\"hex_ids\":[\"~\"]}", "/errors/0/detail", "no item has this Hex ID",
            422 },
        { "/orders/1/returns",
            "{\"items\":[{\"hex_id\":\"~\",\"status\":\"Sold\",\"warehouse\":null}]}",
            "/results/0/detail", "it is not on this order", 200 },
        { "/items/import", "ESN,Hex ID,SKU\nNEW,~,SKU-A\n", "/errors/0/detail",
            "no item has this Hex ID", 200 },
    };
    static const char *const typed[] = { "00000000", "00000001" }; /* good, and a slip */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t n = 0; n < COUNT_OF(typed); n++) {
            struct str before, after;
            str_cut(str_of(rows[i].body), '~', &before, &after);
            CALL_WITH(k, "POST", rows[i].path,
                kit_fmt(k, "%.*s%s%.*s", STR_FMT(before), typed[n], STR_FMT(after)),
                rows[i].body[0] == '{' ? NULL : "Content-Type: text/csv", rows[i].status);
            const char *words = n ? "misread or mistyped" : rows[i].good;
            CHECK(str_contains(kit_str(k, rows[i].at), str_of(words)),
                kit_fmt(k, "%s: %s: %.*s", rows[i].path, typed[n], STR_FMT(k->body)));
        }
}

static void test_several_at_once(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t order = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":2}", "New");
    struct str a2 = hex_of(k, "A2"), a3 = hex_of(k, "A3");
    const char *body = kit_fmt(
        k, "{\"atomic\":true,\"esns\":[\"A1\",\"none\"],\"hex_ids\":[\"%.*s\"]}", STR_FMT(a2));
    const char *before = kit_state(k);
    commit(k, order, body);
    CHECK_STR(code(k, 0), S("not_tried"), "all or none");
    CHECK_STR(code(k, 1), S("unknown_esn"), "the one that stopped them");
    CHECK_STR(code(k, 2), S("not_tried"), "all or none");
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    body = kit_fmt(k,
        "{\"esns\":[\" A1 \",\"none\",\"A1\"],\"hex_ids\":[\"%.4s-%.4s\"],\"scans\":[\"%.*s\","
        "\"B1\"]}",
        a2.at, a2.at + 4, STR_FMT(a3));
    commit(k, order, body);
    static const char *const want[] = { "", "unknown_esn", "already_on_this_order", "", "", "" };
    CHECK_INT(kit_len(k, "/results"), COUNT_OF(want), "a result per input, in their order");
    for (size_t i = 0; i < COUNT_OF(want); i++)
        CHECK_STR(code(k, i), str_of(want[i]), kit_fmt(k, "input %zu", i));
    CHECK_STR(kit_str(k, "/results/0/input"), S("A1"), "as it was read");
    CHECK_INT(kit_int(k, "/order/committed"), 4, "four");
    CHECK_INT(kit_int(k, "/order/lines/0/committed"), 2, "the line has what it asked for");
    CHECK_INT(kit_int(k, "/order/uncommitted"), 0, "nothing is open");
    CHECK_STR(kit_str(k, "/order/warnings/0/code"), S("overcommitted"), "told");
    CALL(k, "POST", "/orders/1/match_lines", NULL, 200);
    CHECK_INT(kit_int(k, "/quantity"), 4, "as many as are on it");
    CHECK_INT(kit_len(k, "/warnings"), 0, "all on lines");
    CALL(k, "POST", "/orders/1/match_lines", NULL, 200);
    CHECK_INT(kit_int(k, "/quantity"), 4, "no more than that");
}

static void test_wrong_inputs(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t order = make_order(k, "", "New");
    const char *path = kit_fmt(k, "/orders/%lld/commitments", (long long)order);
    char longest[65 + 1];
    for (int i = 0; i < 65; i++)
        longest[i] = 'x';
    longest[65] = 0;
    const struct {
        const char *body, *pointer, *code, *why;
    } rows[] = {
        { "{}", "/esns", "required", "nothing" },
        { "{\"esns\":[]}", "/esns", "required", "an empty list" },
        { "{\"esns\":[],\"hex_ids\":[],\"scans\":[]}", "/esns", "required", "three of them" },
        { "{\"atomic\":true}", "/esns", "required", "nothing to do" },
        { "{\"esns\":[\"\"]}", "/esns/0", "too_short", "an empty ESN" },
        { "{\"esns\":[\"A1\",\" \"]}", "/esns/1", "too_short", "white space" },
        { kit_fmt(k, "{\"hex_ids\":[\"%s\"]}", longest), "/hex_ids/0", "too_long", "65" },
        { kit_fmt(k, "{\"esns\":[\"A1\"],\"scans\":[\"%s\"]}", longest), "/scans/0", "too_long",
            "65, beside a good one" },
        { "{\"esns\":[{\"esn\":\"A1\"}]}", "/esns/0", "wrong_type", "an object" },
        { "{\"esns\":\"A1\"}", "/esns", "wrong_type", "one without a list" },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "POST", path, rows[i].body, 422);
        kit_fault(k, rows[i].pointer, rows[i].code, rows[i].why);
    }
    struct buf b;
    buf_init(&b, 100000);
    buf_put(&b, S("{\"esns\":[\"A1\"],\"scans\":["));
    for (int i = 0; i < 1000; i++)
        buf_put_fmt(&b, "%s\"x%d\"", i ? "," : "", i);
    buf_put(&b, S("]}"));
    kit_send_bytes(k, "POST", kit_path(k, path), buf_str(&b), NULL);
    kit_problem(k, 422, "invalid", "1001 together");
    buf_release(&b);
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    longest[64] = 0;
    commit(k, order, kit_fmt(k, "{\"esns\":[\"%s\"]}", longest));
    CHECK_STR(code(k, 0), S("unknown_esn"), "64 may be asked for");
}

static void test_direct_commit(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t bare = make_order(k, "", "New");
    commit(k, bare, "{\"esns\":[\"A1\"]}");
    CHECK_INT(kit_int(k, "/order/committed"), 1, "without a line");
    CHECK(kit_null(k, "/order/items/0/line_id"), "on no line");
    int64_t other = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":1}", "New");
    commit(k, other, "{\"esns\":[\"B1\"]}");
    CHECK(kit_true(k, "/results/0/committed"), "the wrong phone is taken");
    CHECK(kit_null(k, "/order/items/0/line_id"), "on no line");
    CHECK_INT(kit_int(k, "/order/lines/0/uncommitted"), 1, "the line stays open");
    CHECK_STR(kit_str(k, "/order/warnings/0/code"), S("direct_commit_line_open"), "and told");
    CALL(k, "GET", "/stock_levels?sku=SKU-A", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/on_hand"), 2, "one is on an order");
    CHECK_INT(kit_int(k, "/data/0/outstanding"), 1, "the line");
    commit(k, other, "{\"esns\":[\"A2\"]}");
    CHECK_INT(kit_int(k, "/order/items/0/line_id"), kit_int(k, "/order/lines/0/id"), "its line");
    CALL(k, "DELETE",
        kit_fmt(k, "/orders/2/lines/%lld", (long long)kit_int(k, "/order/lines/0/id")), NULL, 204);
    CALL(k, "GET", "/orders/2", NULL, 200);
    CHECK_INT(kit_int(k, "/committed"), 2, "its items stay");
    CHECK(kit_null(k, "/items/0/line_id"), "as direct commits");
}

static void test_uncommit(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t one = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":2}", "New");
    int64_t two = make_order(k, "", "New");
    CALL(k, "POST", "/inventory_statuses", "{\"title\":\"Testing\"}", 201);
    CALL(k, "PATCH", "/items/1", "{\"status\":\"Testing\"}", 200);
    commit(k, one, "{\"esns\":[\"A1\",\"A2\"]}");
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_STR(kit_str(k, "/status"), S("Sold"), "as the settings say");
    CHECK_INT(kit_int(k, "/order_id"), one, "on the order");
    const struct {
        int64_t order, item;
        const char *why;
    } rows[] = {
        { two, 1, "on another order" },
        { one, 3, "on no order" },
        { one, 99, "no such item" },
        { 99, 1, "no such order" },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, "DELETE",
            kit_fmt(k, "/orders/%lld/commitments/%lld", (long long)rows[i].order,
                (long long)rows[i].item),
            NULL, 404);
        kit_problem(k, 404, "not_found", rows[i].why);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "DELETE", "/orders/1/commitments/1", NULL, 204);
    CALL(k, "DELETE", "/orders/1/commitments/1", NULL, 404);
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_STR(kit_str(k, "/status"), S("Testing"), "what it was");
    CHECK(kit_null(k, "/order_id"), "free again");
    CALL(k, "GET", "/orders/1", NULL, 200);
    CHECK_INT(kit_int(k, "/lines/0/uncommitted"), 1, "open again");
    CALL(k, "GET", "/items/1/history", NULL, 200);
    static const char *const actions[] = { "uncommitted", "committed", "changed", "created" };
    for (size_t i = 0; i < COUNT_OF(actions); i++)
        CHECK_STR(kit_str(k, kit_fmt(k, "/data/%zu/action", i)), str_of(actions[i]), "its life");
    CHECK_STR(kit_str(k, "/data/1/order_number"), S("SO-1"), "which order");
    CHECK_INT(kit_int(k, "/data/1/order_id"), one, "which order");
    CHECK_STR(kit_str(k, "/data/0/actor/kind"), S("token"), "by whom");
}

/* The same phone, sold twice, and back again. */
static void test_a_phone_that_comes_back(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t first = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":1}", "New");
    commit(k, first, "{\"esns\":[\"A1\"]}");
    CALL(k, "POST", "/items", "{\"esn\":\"A1\",\"variation_id\":1}", 409);
    kit_fault(k, "/esn", "duplicate_open_item", "its order is open");
    CALL(k, "PATCH", "/orders/1", "{\"status\":\"Shipped\"}", 200);
    CALL(k, "POST", "/items", "{\"esn\":\"A1\",\"variation_id\":1}", 201);
    CALL(k, "DELETE", "/orders/1/commitments/1", NULL, 409);
    kit_problem(k, 409, "conflict", "two of them in stock");
    CALL(k, "PATCH", "/orders/1", "{\"status\":\"New\"}", 409);
    int64_t second = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":1}", "New");
    commit(k, second, "{\"esns\":[\"A1\"]}");
    CHECK_INT(kit_int(k, "/results/0/item_id"), 5, "the one in stock is meant");
    CALL(k, "PATCH", "/orders/2", "{\"status\":\"Shipped\"}", 200);
    int64_t third = make_order(k, "", "New");
    commit(k, third, "{\"esns\":[\"A1\"]}");
    CHECK_STR(code(k, 0), S("several_items"), "both were sold: which is it?");
    CALL(k, "POST", kit_fmt(k, "/orders/%lld/commitments", (long long)third),
        kit_fmt(k, "{\"hex_ids\":[\"%.*s\"]}", STR_FMT(hex_of(k, "A1"))), 409);
    CHECK_STR(code(k, 0), S("already_committed"), "the Hex ID says which");
    CALL(k, "GET", "/orders?esn=A1", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "both orders");
}

static void test_lines(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    make_order(k,
        "{\"variation_id\":1,\"quantity\":1,\"unit_price\":{\"amount\":9,\"currency\":\"EUR\"}}",
        "New");
    CHECK_STR(kit_str(k, "/lines/0/title"), S("Apple A"), "of the variation");
    static const struct {
        const char *method, *path, *body;
        int status;
        const char *pointer, *code, *why;
    } rows[] = {
        { "POST", "/orders/1/lines", "{\"quantity\":1}", 422, "/variation_id", "required",
            "neither" },
        { "POST", "/orders/1/lines", "{\"variation_id\":1,\"sku\":\"SKU-A\",\"quantity\":1}", 422,
            "/sku", "not_allowed", "both" },
        { "PATCH", "/orders/1/lines/1", "{\"variation_id\":1,\"sku\":\"SKU-A\"}", 422, "/sku",
            "not_allowed", "both" },
        { "POST", "/orders/99/lines", "{\"sku\":\"SKU-A\",\"quantity\":1}", 404, NULL, NULL,
            "no such order" },
        { "PATCH", "/orders/1/lines/99", "{\"quantity\":1}", 404, NULL, NULL, "no such line" },
        { "PATCH", "/orders/2/lines/1", "{\"quantity\":1}", 404, NULL, NULL, "of another order" },
        { "DELETE", "/orders/1/lines/99", NULL, 404, NULL, NULL, "no such line" },
        { "DELETE", "/orders/2/lines/1", NULL, 404, NULL, NULL, "of another order" },
        { "POST", "/orders/99/match_lines", NULL, 404, NULL, NULL, "no such order" },
        { "POST", "/orders/99/commitments", "{\"esns\":[\"A1\"]}", 404, NULL, NULL, "no order" },
        { "POST", "/orders/1/match_lines", "{\"x\":1}", 400, NULL, NULL, "it takes no body" },
    };
    make_order(k, "", "New");
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, rows[i].method, rows[i].path, rows[i].body, rows[i].status);
        if (rows[i].pointer) kit_fault(k, rows[i].pointer, rows[i].code, rows[i].why);
        if (rows[i].status == 404) kit_problem(k, 404, "not_found", rows[i].why);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "POST", "/orders/1/lines", "{\"sku\":\"SKU-NEW\",\"quantity\":3}", 201);
    CHECK(kit_true(k, "/unknown_sku"), "no variation has it");
    CALL(k, "GET", "/orders?unknown_sku=true", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/warnings/0/code"), S("unknown_sku"), "told");
    CALL(k, "PATCH", "/variations/2", "{\"sku\":\"SKU-NEW\"}", 200);
    CALL(k, "GET", "/orders?unknown_sku=true", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 0, "healed by itself");
    CALL(k, "GET", "/stock_levels?variation_id=2", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/outstanding"), 3, "and counted");
    CALL(k, "PATCH", "/orders/1/lines/2", "{\"sku\":\"SKU-A\"}", 200);
    CALL(k, "GET", "/stock_levels?variation_id=2&variation_id=1", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/outstanding"), 4, "both lines now");
    CHECK_INT(kit_int(k, "/data/1/outstanding"), 0, "none");
    CALL(k, "PATCH", "/orders/1", "{\"status\":\"Canceled\"}", 200);
    CALL(k, "GET", "/stock_levels?variation_id=1", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/outstanding"), 0, "closed");
}

/* A pallet on one order, read in a list and alone. */
static void test_a_large_order(void **state)
{
    enum { PHONES = 101 };
    struct kit *k = *state;
    make_stock(k);
    int64_t order = make_order(k, "", "New");
    struct buf items, esns;
    buf_init(&items, 100000);
    buf_init(&esns, 100000);
    for (int i = 0; i < PHONES; i++) {
        buf_put_fmt(&items, "%s{\"esn\":\"P%d\",\"variation_id\":1}", i ? "," : "{\"items\":[", i);
        buf_put_fmt(&esns, "%s\"P%d\"", i ? "," : "{\"esns\":[", i);
    }
    buf_put(&items, S("]}"));
    buf_put(&esns, S("]}"));
    kit_send_bytes(k, "POST", "/api/v1/items", buf_str(&items), NULL);
    CHECK_INT(kit_int(k, "/created"), PHONES, "received");
    kit_send_bytes(k, "POST", kit_path(k, "/orders/1/commitments"), buf_str(&esns), NULL);
    CHECK_INT(kit_len(k, "/order/items"), PHONES, "committed");
    buf_release(&items);
    buf_release(&esns);
    CALL(k, "GET", "/orders", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/id"), order, "the order");
    CHECK_INT(kit_len(k, "/data/0/items"), 100, "a list shows a hundred of each");
    CHECK_INT(kit_int(k, "/data/0/committed"), PHONES, "and says how many there are");
    CALL(k, "GET", "/orders/1", NULL, 200);
    CHECK_INT(kit_len(k, "/items"), PHONES, "alone it shows all");
}

enum { THREADS = 6 };
struct racer {
    const struct kit *k;
    pthread_barrier_t *start;
    const char *path;
    int status;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    pthread_barrier_wait(r->start);
    r->status = kit_alone(r->k, "POST", r->path, "{\"esns\":[\"A1\",\"A2\"]}", NULL);
    return NULL;
}

/* The same two phones, scanned for several orders at the same moment. */
static void test_one_phone_many_orders(void **state)
{
    struct kit *k = *state;
    pthread_t threads[THREADS];
    struct racer racers[THREADS];
    pthread_barrier_t start;
    make_stock(k);
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        int64_t order = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":2}", "New");
        racers[i] = (struct racer){ k, &start,
            kit_path(k, kit_fmt(k, "/orders/%lld/commitments", (long long)order)), 0 };
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, race, &racers[i]), 0, "a thread");
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(racers[i].status == 200 || racers[i].status == 409, "each is answered");
    }
    pthread_barrier_destroy(&start);
    int64_t committed = 0;
    for (size_t i = 0; i < THREADS; i++) {
        CALL(k, "GET", kit_fmt(k, "/orders/%zu", i + 1), NULL, 200);
        CHECK_INT(kit_int(k, "/committed") > 0, racers[i].status == 200, "who has any is told so");
        committed += kit_int(k, "/committed");
    }
    CHECK_INT(committed, 2, "each phone is on one order");
    CALL(k, "GET", "/stock_levels?sku=SKU-A", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/on_hand"), 1, "A3");
    CHECK_INT(kit_int(k, "/data/0/outstanding"), (THREADS * 2) - 2, "the other lines are open");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_guards),
        KIT_TEST(test_taken_or_wrong),
        KIT_TEST(test_slips_of_hex_ids),
        KIT_TEST(test_several_at_once),
        KIT_TEST(test_wrong_inputs),
        KIT_TEST(test_direct_commit),
        KIT_TEST(test_uncommit),
        KIT_TEST(test_a_phone_that_comes_back),
        KIT_TEST(test_lines),
        KIT_TEST(test_a_large_order),
        KIT_TEST(test_one_phone_many_orders),
    };
    return kit_main(argc, argv, "http_commitment", tests, COUNT_OF(tests));
}
