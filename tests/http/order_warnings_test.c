/*
 * order_warnings_test.c: what an order says of itself (domain.md 3): each warning, when it comes
 * and when it goes. None of them is ever in the way.
 */
#include "kit.h"

#include "store/channels.h"
#include "store/intake.h"

/* Variation 1 with SKU-A, and items A1 to A3 of it. */
static void make_stock(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/items",
        "{\"items\":[{\"esn\":\"A1\",\"variation_id\":1},{\"esn\":\"A2\",\"variation_id\":1},"
        "{\"esn\":\"A3\",\"variation_id\":1}]}",
        200);
}

static int64_t make_order(struct kit *k, const char *lines)
{
    CALL(k, "POST", "/orders", kit_fmt(k, "{\"organization\":\"Ann\",\"lines\":[%s]}", lines), 201);
    return kit_int(k, "/id");
}

static void commit(struct kit *k, int64_t order, const char *esns)
{
    CALL(k, "POST", kit_fmt(k, "/orders/%lld/commitments", (long long)order),
        kit_fmt(k, "{\"atomic\":true,\"esns\":[%s]}", esns), 200);
    CHECK(kit_true(k, "/results/0/committed"), "committed");
}

static void move(struct kit *k, int64_t order, const char *status)
{
    CALL(k, "PATCH", kit_fmt(k, "/orders/%lld", (long long)order),
        kit_fmt(k, "{\"status\":\"%s\"}", status), 200);
}

/* The codes of the order's warnings, with a space between; the last reply is the order. */
static const char *codes(struct kit *k, int64_t order)
{
    const char *out = "";
    CALL(k, "GET", kit_fmt(k, "/orders/%lld", (long long)order), NULL, 200);
    for (size_t i = 0; i < kit_len(k, "/warnings"); i++)
        out = kit_fmt(k, "%s%s%.*s", out, i ? " " : "",
            STR_FMT(kit_str(k, kit_fmt(k, "/warnings/%zu/code", i))));
    return out;
}

#define WARNS(k, order, want, why) CHECK_STR(str_of(codes(k, order)), S(want), why)

static void test_closed_uncommitted(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t order = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":3}");
    commit(k, order, "\"A1\"");
    WARNS(k, order, "", "it is open");
    move(k, order, "Shipped");
    WARNS(k, order, "closed_uncommitted", "two units go back on sale");
    CHECK(str_contains(kit_str(k, "/warnings/0/detail"), S("2 uncommitted units")), "two");
    CALL(k, "GET", "/stock_levels?sku=SKU-A", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/outstanding"), 0, "as it says");
    move(k, order, "New");
    commit(k, order, "\"A2\"");
    move(k, order, "Shipped");
    WARNS(k, order, "closed_uncommitted", "one");
    CHECK(str_contains(kit_str(k, "/warnings/0/detail"), S("1 uncommitted unit:")), "in one");
    move(k, order, "New");
    commit(k, order, "\"A3\"");
    move(k, order, "Shipped");
    WARNS(k, order, "", "all went out");
}

/* What an Unknown-SKU line asks for was never kept from sale, so nothing of it returns to sale. */
static void test_closed_with_an_unknown_sku(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    int64_t unknown = make_order(k, "{\"sku\":\"SKU-X\",\"quantity\":2}");
    move(k, unknown, "Shipped");
    WARNS(k, unknown, "unknown_sku", "it counts nowhere");
    int64_t both =
        make_order(k, "{\"sku\":\"SKU-X\",\"quantity\":2},{\"sku\":\"SKU-A\",\"quantity\":1}");
    move(k, both, "Shipped");
    WARNS(k, both, "unknown_sku closed_uncommitted", "the known line does");
    CHECK(str_contains(kit_str(k, "/warnings/1/detail"), S("1 uncommitted unit:")), "and no more");
    CALL(k, "PATCH", "/variations/1", "{\"sku\":\"SKU-X\"}", 200);
    WARNS(k, unknown, "closed_uncommitted", "healed, it is a line like another");
}

/* By what the status means, whatever it is called. */
static void test_canceled_committed(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Void\",\"meaning\":\"canceled\"}", 201);
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Picked up\"}", 201);
    int64_t order = make_order(k, "{\"sku\":\"SKU-A\",\"quantity\":2}");
    commit(k, order, "\"A1\"");
    move(k, order, "Canceled");
    WARNS(k, order, "canceled_committed", "a phone lies on it");
    CALL(k, "PATCH", "/order_statuses/5", "{\"title\":\"Storniert\"}", 200);
    WARNS(k, order, "canceled_committed", "by another name");
    CALL(k, "GET", "/orders?status=Storniert", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/warnings/0/code"), S("canceled_committed"), "in the list");
    move(k, order, "Void");
    WARNS(k, order, "canceled_committed", "by a status of the account's own");
    move(k, order, "Picked up");
    WARNS(k, order, "closed_uncommitted", "one that means nothing is only closed");
    CALL(k, "PATCH", "/order_statuses/7", "{\"meaning\":\"canceled\"}", 200);
    WARNS(k, order, "canceled_committed", "until it is told what it means");
    CALL(k, "PATCH", "/order_statuses/7", "{\"meaning\":null}", 200);
    WARNS(k, order, "closed_uncommitted", "and that taken back");
    move(k, order, "Void");
    CALL(k, "DELETE", kit_fmt(k, "/orders/%lld/commitments/1", (long long)order), NULL, 204);
    WARNS(k, order, "", "the phone is free: nothing is left to do");
}

/* What orders come in with at the channel. */
static const struct intake_line two_lines[] = {
    { .channel_line_id = { "L1", 2 },
        .sku = { "SKU-A", 5 },
        .title = { "A", 1 },
        .quantity = 2,
        .cancel_requested = true },
    { .channel_line_id = { "L2", 2 }, .sku = { "SKU-A", 5 }, .title = { "A", 1 }, .quantity = 1 },
};

struct arrival {
    struct kit *k;
    int64_t channel_id;
    struct intake_order order;
};

static enum err take_in(struct tx *tx, void *ctx, struct error *e)
{
    struct arrival *a = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("engine"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, a->k->clock.now, &a->k->rng };
    struct channel_row ch;
    struct intake_counts counts = { 0 };
    enum err rc = channel_load(tx, a->channel_id, c.arena, &ch, e);
    return rc ? rc : intake_orders(&c, &ch, &a->order, 1, &counts, e);
}

/* The order 701, as the channel has it at this version. */
static void arrive(
    struct kit *k, const char *status, time_ms version, const struct intake_line *lines, size_t n)
{
    struct arrival a = { k, 1,
        { .channel_order_id = S("701"),
            .channel_status = str_of(status),
            .marketplace_id = S("M1"),
            .created_at = k->clock.now,
            .updated_at = k->clock.now + version,
            .lines = lines,
            .line_count = n } };
    struct error e;
    CHECK_ERR(db_write(k->h.db, "arrive", take_in, &a, &e), OK, &e, status);
}

static void make_channel(struct kit *k)
{
    (void)kit_channel(k, "Shop");
    CALL(k, "PATCH", "/channels/1",
        "{\"order_status_map\":{\"UNSHIPPED\":\"New\",\"SHIPPED\":\"Shipped\"}}", 200);
}

static void test_cancel_requested(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    make_channel(k);
    arrive(k, "UNSHIPPED", 1, two_lines, 2);
    WARNS(k, 1, "cancel_requested", "the buyer wants one line canceled");
    commit(k, 1, "\"A1\"");
    WARNS(k, 1, "cancel_requested", "told, and not in the way of the other line");
    CALL(k, "POST", "/orders/1/commitments", "{\"esns\":[\"A2\"]}", 200);
    CHECK_STR(kit_str(k, "/results/0/code"), S("cancel_requested"), "no more is wanted");
    CALL(k, "POST", "/orders/1/commitments", "{\"esns\":[\"A2\"],\"despite_cancel_request\":true}",
        200);
    CHECK(kit_true(k, "/results/0/committed"), "but when a person wants it all the same");
    CALL(k, "DELETE", "/orders/1/commitments/2", NULL, 204);
    arrive(k, "UNSHIPPED", 2, &two_lines[1], 1);
    WARNS(k, 1, "", "withdrawn, or done");
    arrive(k, "UNSHIPPED", 3, two_lines, 2);
    move(k, 1, "Canceled");
    WARNS(k, 1, "canceled_committed", "settled; the phone is not");
}

static void test_status_not_mapped(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    make_channel(k);
    arrive(k, "UNSHIPPED", 1, &two_lines[1], 1);
    WARNS(k, 1, "", "mapped");
    arrive(k, "ODD", 2, &two_lines[1], 1);
    WARNS(k, 1, "status_not_mapped", "a status without a map");
    CHECK_STR(kit_str(k, "/status"), S("New"), "ours was kept");
    CHECK_STR(kit_str(k, "/channel_status"), S("ODD"), "theirs is shown");
    CHECK(str_contains(kit_str(k, "/warnings/0/detail"), S("ODD")), "by its name");
    arrive(k, "SHIPPED", 3, &two_lines[1], 1);
    WARNS(k, 1, "closed_uncommitted", "mapped again");
    CHECK_STR(kit_str(k, "/status"), S("Shipped"), "and followed");
}

/* A channel's order whose units were all canceled there is a canceled one, in whatever closed
 * status. */
static void test_all_units_canceled(void **state)
{
    struct kit *k = *state;
    make_stock(k);
    make_channel(k);
    arrive(k, "UNSHIPPED", 1, &two_lines[1], 1);
    commit(k, 1, "\"A1\"");
    struct intake_line gone = two_lines[1];
    gone.quantity = 0;
    arrive(k, "SHIPPED", 2, &gone, 1);
    WARNS(k, 1, "overcommitted canceled_committed", "nothing is ordered, a phone lies on it");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_closed_uncommitted),
        KIT_TEST(test_closed_with_an_unknown_sku),
        KIT_TEST(test_canceled_committed),
        KIT_TEST(test_cancel_requested),
        KIT_TEST(test_status_not_mapped),
        KIT_TEST(test_all_units_canceled),
    };
    return kit_main(argc, argv, "http_order_warnings", tests, COUNT_OF(tests));
}
