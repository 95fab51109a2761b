/* scenario_orders_test.c: what happens to orders, from Amazon to the quantities and back. */
#include "scenario.h"

#define ORDER "111-1111111-1111111"
#define OTHER "111-1111111-2222222"
#define COMMITTED "SELECT COUNT(*) FROM item WHERE order_id IS NOT NULL"

static const char one_unit[] = "{\"lines\": [{\"sku\": \"IP13\", \"quantity\": 1}]}";

/* Payment never clears. The units are reserved from the first moment and sold by nobody else; they
 * come back when Amazon gives up, days later, and at once on both sides. */
static void pending_then_cancelled(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    scenario_order(&w, ORDER, "PENDING", "IP13", 2);
    world_until(&w, "SELECT status_id FROM sales_order", 3, "it comes in as pending");
    world_until(&w, "SELECT target FROM listing", 1, "and reserves its units");
    world_until_live(&w, "IP13", 1, "which Amazon took off by itself");
    scenario_advance(&w, 4 * (int64_t)DAY);
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "days later all is settled");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and still reserved");
    scenario_order_do(&w, ORDER, "cancel", "{}");
    world_until(&w, "SELECT status_id FROM sales_order", 5, "canceled");
    world_until(&w, "SELECT target FROM listing", 3, "its units are free");
    world_until_live(&w, "IP13", 3, "and on sale");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 1, "one order, all the time");
    world_close(&w);
}

/* The buyer wants one unit less when all three are scanned already. Nothing scanned is let go by
 * itself: two are the line's, the third is told as too many, and a person puts it back. Amazon has
 * put its unit back on sale at once: that must not stay, for ours lies in a parcel. */
static void fewer_after_scan(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 4, 4);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 3);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "it comes in");
    scenario_scan(&w, ORDER, 3);
    world_until_live(&w, "IP13", 1, "one unit is left, by Amazon's own count");
    world_until(&w, "SELECT target FROM listing", 1, "and by ours");
    scenario_order_do(&w, ORDER, "cancel", one_unit);
    world_until(&w, "SELECT quantity FROM order_line", 2, "the line shrinks");
    CHECK_INT(world_number(&w, COMMITTED), 3, "what was scanned stays on the order");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and is not for sale");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    world_until_live(&w, "IP13", 1, "at Amazon neither");
    scenario_unscan(&w, ORDER, 1);
    world_until_live(&w, "IP13", 2, "put back on the shelf, it is on sale");
    CHECK_INT(world_number(&w, COMMITTED), 2, "and two go out");
    world_close(&w);
}

/* A pending order has no price. It comes in all the same and reserves; the price follows with the
 * payment, and is not lost to an answer without it. */
static void pending_without_price(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 2, 2);
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"" ORDER "\", \"status\": \"PENDING\","
        " \"lines\": [{\"sku\": \"IP13\", \"unit_price\": 41999}]}");
    world_until(&w, "SELECT COUNT(*) FROM sales_order WHERE status_id = 3", 1, "it comes in");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM order_line WHERE price_amount IS NULL"
                               " AND price_currency IS NULL"),
        1, "without a price");
    world_until(&w, "SELECT target FROM listing", 1, "and reserves");
    scenario_order_do(&w, ORDER, "status", "{\"status\": \"UNSHIPPED\"}");
    world_until(&w, "SELECT status_id FROM sales_order", 1, "the payment clears");
    CHECK_INT(world_number(&w, "SELECT price_amount FROM order_line"), 41999, "it has a price");
    CHECK_STR(world_text(&w, "SELECT price_currency FROM order_line"), S("USD"), "in dollars");
    scenario_order_do(&w, ORDER, "status", "{\"status\": \"PENDING\"}");
    world_until(&w, "SELECT status_id FROM sales_order", 3, "pending again");
    CHECK_INT(world_number(&w, "SELECT price_amount FROM order_line"), 41999, "it keeps its price");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and its unit");
    world_close(&w);
}

/* Orders pass through all their states while no reading of ours gets through: one that was known as
 * pending, and one that was never seen before it was shipped. What we have in the end is what they
 * are in the end, and units that nobody scanned are for sale again. */
static void shipped_between_polls(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 5, 5);
    scenario_order(&w, ORDER, "PENDING", "IP13", 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order WHERE status_id = 3", 1, "seen as pending");
    world_until(&w, "SELECT target FROM listing", 3, "it reserves");
    world_control(&w, "/_sim/faults", "{\"match\": \"searchOrders\", \"kind\": \"503\"}");
    scenario_order_do(&w, ORDER, "status", "{\"status\": \"UNSHIPPED\"}");
    scenario_order_do(&w, ORDER, "ship", "{}");
    scenario_order(&w, OTHER, "UNSHIPPED", "IP13", 1);
    scenario_order_do(&w, OTHER, "ship", "{}");
    scenario_advance(&w, 10 * MINUTE);
    world_control(&w, "/_sim/faults", "[]");
    world_until(&w, "SELECT COUNT(*) FROM sales_order WHERE status_id = 4", 2, "both are shipped");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 2, "each is there once");
    CHECK_INT(world_number(&w, "SELECT CAST(SUM(quantity) AS BIGINT) FROM order_line"), 3,
        "with all its units");
    CHECK_INT(world_number(&w, COMMITTED), 0, "nobody scanned anything");
    world_until(&w, "SELECT target FROM listing", 5, "what is still on the shelf can be sold");
    world_until_live(&w, "IP13", 5, "and is on sale");
    world_close(&w);
}

/* One of three units is canceled before anything is scanned: exactly that one is free again. */
static void fewer_before_scan(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 4, 4);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 3);
    world_until(&w, "SELECT target FROM listing", 1, "three are reserved");
    scenario_order_do(&w, ORDER, "cancel", one_unit);
    world_until(&w, "SELECT quantity FROM order_line", 2, "the line shrinks");
    world_until(&w, "SELECT target FROM listing", 2, "one is free");
    world_until_live(&w, "IP13", 2, "at Amazon too");
    CHECK_INT(world_number(&w, "SELECT status_id FROM sales_order"), 1, "the order goes on");
    scenario_scan(&w, ORDER, 2);
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 2, "which changes nothing");
    world_until_live(&w, "IP13", 2, "anywhere");
    world_close(&w);
}

/* The whole order is canceled when it is packed. Amazon puts its units on sale at once; they lie in
 * a parcel, so that must not stay. A person takes them out, and then they are for sale. */
static void cancel_after_commit(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 2);
    world_until(&w, "SELECT target FROM listing", 1, "it comes in");
    scenario_scan(&w, ORDER, 2);
    scenario_order_do(&w, ORDER, "cancel", "{}");
    world_until(&w, "SELECT status_id FROM sales_order", 5, "canceled");
    CHECK_INT(world_number(&w, "SELECT quantity FROM order_line"), 0, "nothing is wanted");
    CHECK_INT(world_number(&w, COMMITTED), 2, "what was scanned stays on the order");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and is not for sale");
    world_until_live(&w, "IP13", 1, "at Amazon neither");
    scenario_unscan(&w, ORDER, 2);
    world_until(&w, "SELECT target FROM listing", 3, "back on the shelf");
    world_until_live(&w, "IP13", 3, "they are on sale");
    world_close(&w);
}

/* The buyer asks to cancel before anything is packed: the scanner takes nothing for it and says
 * why. The units stay reserved, for the order stands until it is canceled. */
static void cancel_request(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 2);
    world_until(&w, "SELECT target FROM listing", 1, "it reserves");
    scenario_order_do(&w, ORDER, "request_cancel", "{}");
    world_until(&w,
        "SELECT COUNT(*) FROM order_line WHERE cancel_requested = 1"
        " AND cancel_reason = 'ORDER_CREATED_BY_MISTAKE'",
        1, "the buyer's wish is known, and why");
    scenario_scan(&w, ORDER, 2);
    CHECK_INT(world_number(&w, COMMITTED), 0, "nothing is packed");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "it is still reserved");
    scenario_order_do(&w, ORDER, "cancel", "{}");
    world_until(&w, "SELECT target FROM listing", 3, "canceled, its units are free");
    world_until_live(&w, "IP13", 3, "at Amazon too");
    world_close(&w);
}

/* The highest quantity that Amazon was told by call; -1: none. */
static int64_t most_told(struct world *w)
{
    struct json root;
    int64_t most = -1;
    CHECK_INT(world_call(w, "GET", "/_sim/calls?limit=20000", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls); i++) {
        struct str name = S("");
        int64_t told;
        (void)json_str(json_get(json_at(calls, i), "operation"), &name);
        if (str_eq(name, S("patchListingsItem")) &&
            json_int64(json_get(json_at(calls, i), "quantity"), &told) && told > most)
            most = told;
    }
    json_release(&root);
    return most;
}

/* Amazon takes what was bought off its quantity at once, minutes before we can read the order. That
 * is nobody's interference, and what was told before is not put back on top of what is sold; nor is
 * what came in, before orders have been read. Time stands still but for what the scenario says. */
static void decremented_before_import(void **state)
{
    (void)state;
    struct world w;
    scenario_begin_still(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    world_forget_calls(&w);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 2);
    world_until(&w, "SELECT imported FROM listing", 1, "Amazon shows what is left");
    world_until(&w, "SELECT COUNT(*) FROM push WHERE wanted = 3", 1, "a difference");
    scenario_advance(&w, 5 * MINUTE);
    world_until(&w, "SELECT target FROM listing", 1, "which the order explains");
    CHECK(most_told(&w) <= 1, "Amazon was not told more than it has");
    world_control(&w, "/_sim/faults", "{\"match\": \"searchOrders\", \"kind\": \"503\"}");
    scenario_order(&w, OTHER, "UNSHIPPED", "IP13", 1);
    scenario_advance(&w, 5 * MINUTE);
    world_receive(&w, world_number(&w, "SELECT id FROM variation WHERE sku = 'IP13'"), 4);
    world_until(&w, "SELECT COUNT(*) FROM push WHERE wanted = 5", 1, "more, as far as we know");
    world_control(&w, "/_sim/faults", "[]");
    world_until_live(&w, "IP13", 4, "what came in is on sale, less what is sold");
    CHECK_INT(most_told(&w), 4, "which it never was again");
    CHECK_INT(
        world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'changed_elsewhere'"), 0,
        "nobody else is blamed");
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("pending-then-cancelled-days-later", pending_then_cancelled),
        SCENARIO("pending-without-price", pending_without_price),
        SCENARIO("pending-unshipped-shipped-between-polls", shipped_between_polls),
        SCENARIO("quantity-3-to-2-before-scan", fewer_before_scan),
        SCENARIO("quantity-3-to-2-after-scan", fewer_after_scan),
        SCENARIO("cancel-after-commit", cancel_after_commit),
        SCENARIO("cancel-request-before-scan", cancel_request),
        SCENARIO("amazon-decremented-before-our-import", decremented_before_import),
    };
    return scenario_run(argc, argv, tests, COUNT_OF(tests));
}
