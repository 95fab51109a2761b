/* scenario_orders_test.c: what happens to orders, from Amazon to the quantities and back. */
#include "scenario.h"

#define ORDER "111-1111111-1111111"

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
    world_until_live(&w, "IP13", 1, "one unit is left");
    scenario_order_do(&w, ORDER, "cancel", "{\"lines\": [{\"sku\": \"IP13\", \"quantity\": 1}]}");
    world_until(&w, "SELECT quantity FROM order_line", 2, "the line shrinks");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM item WHERE order_id IS NOT NULL"), 3,
        "what was scanned stays on the order");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and is not for sale");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    world_until_live(&w, "IP13", 1, "at Amazon neither");
    scenario_unscan(&w, ORDER, 1);
    world_until_live(&w, "IP13", 2, "put back on the shelf, it is on sale");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM item WHERE order_id IS NOT NULL"), 2,
        "and two go out");
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("pending-then-cancelled-days-later", pending_then_cancelled),
        SCENARIO("quantity-3-to-2-after-scan", fewer_after_scan),
    };
    return scenario_run(argc, argv, tests, COUNT_OF(tests));
}
