/* scenario_intake_test.c: what Amazon shows of orders, and how it comes in here. */
#include "scenario.h"

#include "store/listing.h"
#include "store/order_watch.h"
#include "store/run.h"

#define ORDER "111-1111111-1111111"
#define OTHER "111-1111111-2222222"

/* An order for one unit. */
static void place(struct world *w, int i)
{
    scenario_order(w, arena_fmt(&w->arena, "111-1111111-%07d", i).at, "UNSHIPPED", "IP13", 1);
}

/* The paging token dies while the pages are read. The window is read again from its start, as often
 * as that happens; nothing is lost and nothing comes in twice. */
static void token_expires(void **state)
{
    (void)state;
    enum { ORDERS = 12, PAGE = 5 };
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 20, 20);
    world_control(&w, "/_sim/settings",
        arena_fmt(&w.arena, "{\"orders_page_max\": %d, \"page_token_ms\": 1}", PAGE).at);
    for (int i = 0; i < ORDERS; i++)
        place(&w, i);
    world_until_calls(&w, "searchOrders", 400, 2);
    CHECK(world_number(&w, "SELECT COUNT(*) FROM sales_order") < ORDERS, "not all of them yet");
    world_control(&w, "/_sim/settings", "{\"page_token_ms\": 86400000}");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", ORDERS, "all of them come in");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM order_line"), ORDERS, "each once");
    world_until(&w, "SELECT target FROM listing", 20 - ORDERS, "and all reserve");
    world_until_live(&w, "IP13", 20 - ORDERS, "their units");
    world_close(&w);
}

/* One order of a page cannot be understood. It is set aside with what is wrong and told; the others
 * of its page and those after it come in. When Amazon has mended it, it does too. */
static void malformed_among_good(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 9, 9);
    place(&w, 1);
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"" ORDER "\", \"malformed\": \"quantity\","
        " \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2}]}");
    place(&w, 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 2, "the good ones come in");
    world_until(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL", 1, "one is aside");
    CHECK_STR(world_text(&w, "SELECT channel_order_id FROM quarantine"), S(ORDER), "this one");
    CHECK_STR(world_text(&w, "SELECT pointer FROM quarantine"), S("/orderItems/0/quantityOrdered"),
        "with what is wrong");
    CHECK_INT(
        world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'order_quarantined'"), 1,
        "and told once");
    place(&w, 3);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 3, "the reading goes on");
    scenario_order_do(&w, ORDER, "malformed", "{\"malformed\": \"\"}");
    scenario_order_do(&w, ORDER, "status", "{\"status\": \"UNSHIPPED\"}");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 4, "mended, it comes in");
    world_until(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL", 0, "healed");
    world_until(&w, "SELECT target FROM listing", 4, "and reserves its units");
    world_close(&w);
}

static enum err connect_to_ip13(struct change *c, void *ctx, struct error *e)
{
    struct str sku = S("IP13");
    struct listing before, after;
    enum err rc = listing_lock(c, *(int64_t *)ctx, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.mode = LISTING_SKUS;
    after.skus = &sku;
    after.sku_count = 1;
    return listing_update(c, &before, &after, e);
}

/* An order for a SKU that nothing here has. It comes in and counts nowhere; when its listing is
 * connected it counts at once, and can be packed. */
static void unknown_then_mapped(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0, OLD-13 4");
    scenario_stock(&w, "IP13", 5, 5);
    scenario_order(&w, ORDER, "UNSHIPPED", "OLD-13", 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "it comes in");
    CHECK_INT(world_number(&w, "SELECT quantity FROM order_line WHERE sku = 'OLD-13'"), 2, "whole");
    scenario_order(&w, OTHER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT target FROM listing WHERE sku = 'IP13'", 4, "an order that is known");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE sku = 'OLD-13'"
                               " AND target IS NULL"),
        1, "the other one counts nowhere");
    int64_t id = world_number(&w, "SELECT id FROM listing WHERE sku = 'OLD-13'");
    world_change(&w, connect_to_ip13, &id);
    world_until(&w, "SELECT target FROM listing WHERE sku = 'IP13'", 2, "connected, it counts");
    world_until(&w, "SELECT target FROM listing WHERE sku = 'OLD-13'", 2, "on both listings");
    world_until_live(&w, "IP13", 2, "which Amazon is told");
    world_until_live(&w, "OLD-13", 2, "of both");
    world_close(&w);
}

/* Of three lines one is of an unknown SKU and one has none at all. The good one reserves and is
 * packed as if it stood alone. */
static void unmapped_line(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"" ORDER "\", \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2},"
        " {\"sku\": \"NOWHERE\", \"quantity\": 7}, {\"title\": \"Nameless\"}]}");
    world_until(&w, "SELECT COUNT(*) FROM order_line", 3, "all lines come in");
    world_until(&w, "SELECT target FROM listing", 1, "the good one reserves");
    scenario_scan(&w, ORDER, 2);
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM item WHERE order_id IS NOT NULL"), 2,
        "and is packed");
    CHECK_INT(world_number(&w, "SELECT CAST(SUM(quantity) AS BIGINT) FROM order_line"
                               " WHERE COALESCE(sku, '') <> 'IP13'"),
        8, "the others are kept as they are");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 1, "and count nowhere");
    world_until_live(&w, "IP13", 1, "anywhere");
    world_close(&w);
}

static void place_old(struct world *w, const char *id, const char *status, int days)
{
    world_control(w, "/_sim/orders",
        arena_fmt(&w->arena,
            "{\"order_id\": \"%s\", \"status\": \"%s\", \"age_ms\": %lld,"
            " \"lines\": [{\"sku\": \"IP13\"}]}",
            id, status, (long long)days * DAY)
            .at);
}

/* Orders from before the channel was connected are asked for later: what was shipped long ago comes
 * in as shipped on its day and takes nothing, what is still open reserves. Again is the same. */
static void backdated(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 5, 5);
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "settled");
    place_old(&w, ORDER, "SHIPPED", 20);
    place_old(&w, "111-1111111-3333333", "CANCELLED", 15);
    place_old(&w, OTHER, "UNSHIPPED", 5);
    place_old(&w, "111-1111111-4444444", "SHIPPED", 40);
    time_ms from = world_simulated_now(&w) - 30 * (int64_t)DAY;
    for (int round = 0; round < 2; round++) {
        world_queue_backfill(&w, from);
        world_until(&w, "SELECT COUNT(*) FROM run WHERE state IN ('queued', 'running')", 0, "read");
        CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 3, "since that day");
    }
    const char *shipped = arena_fmt(&w.arena,
        "SELECT COUNT(*) FROM sales_order WHERE status_id = 4"
        " AND channel_order_id = '" ORDER "' AND ordered_at < %lld",
        (long long)from + 11 * (long long)DAY)
                              .at;
    CHECK_INT(world_number(&w, shipped), 1, "shipped, and of its day");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order WHERE status_id = 5"), 1,
        "canceled is canceled");
    world_until(&w, "SELECT target FROM listing", 4, "the open one reserves, the others do not");
    world_until_live(&w, "IP13", 4, "at Amazon too");
    world_close(&w);
}

static struct str price_in(struct world *w, const char *marketplace)
{
    return world_text(w, arena_fmt(&w->arena,
                             "SELECT CAST(l.price_amount AS TEXT) || ' ' || l.price_currency"
                             " FROM order_line l JOIN sales_order o ON o.id = l.order_id"
                             " WHERE o.channel_marketplace_id = '%s'",
                             marketplace)
                             .at);
}

/* Yen have no smaller unit, dollars have: the same number in one account is two prices. */
static void yen_and_cents(void **state)
{
    (void)state;
    static const char *const places[] = { "A1VC38T7YXB528", "A39IBJ37TRP1C6" };
    struct world w;
    scenario_begin_in(&w, "fe", places, "IP13 0");
    scenario_stock(&w, "IP13", 5, 5);
    for (int i = 0; i < 2; i++)
        world_control(&w, "/_sim/orders",
            arena_fmt(&w.arena,
                "{\"order_id\": \"111-1111111-000000%d\", \"marketplace_id\": \"%s\","
                " \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2, \"unit_price\": 12850}]}",
                i, places[i])
                .at);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 2, "both come in");
    CHECK_STR(price_in(&w, places[0]), S("12850 JPY"), "yen");
    CHECK_STR(price_in(&w, places[1]), S("12850 AUD"), "cents");
    world_until(&w, "SELECT target FROM listing", 1, "the stock is the same");
    world_until_live(&w, "IP13", 1, "in both");
    world_close(&w);
}

static enum err ask_for(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    return order_watch_put(c, w->channel_id, S(ORDER), e);
}

static enum err ask_for_another(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    return order_watch_put(c, w->channel_id, S("111-9999999-9999999"), e);
}

/* The search never shows an order. Who knows its id has it asked for; it comes in once, however
 * often that is done. One that Amazon does not know is asked for later again. */
static void missing_from_search(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 5, 5);
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"" ORDER "\", \"search_late_ms\": 50000000000,"
        " \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2}]}");
    scenario_order(&w, OTHER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT target FROM listing", 4, "only the other one is seen");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 1, "for it alone came in");
    world_change(&w, ask_for, &w);
    world_change(&w, ask_for_another, &w);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 2, "asked for, it comes in");
    world_until(&w, "SELECT target FROM listing", 2, "and reserves");
    world_until_live(&w, "IP13", 2, "its units");
    world_change(&w, ask_for, &w);
    world_until(&w, "SELECT COUNT(*) FROM order_watch WHERE channel_order_id = '" ORDER "'", 0,
        "asked for again");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 2, "it is there once");
    world_until(&w, "SELECT COUNT(*) FROM order_watch WHERE attempts > 0", 1,
        "the unknown one is asked for later again");
    world_close(&w);
}

/* Amazon has mended its answer without a change of the order, so that no reading shows it. */
static void quarantine_retried(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 5, 5);
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"" ORDER "\", \"malformed\": \"status\","
        " \"lines\": [{\"sku\": \"IP13\", \"quantity\": 2}]}");
    world_until(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL", 1, "it is aside");
    world_change(&w, ask_for, &w);
    world_until(&w, "SELECT COUNT(*) FROM order_watch", 0, "asked for, it is as it was");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL"
                               " AND body <> '{}'"),
        1, "still aside, with what was read");
    scenario_advance(&w, 30 * MINUTE);
    scenario_order(&w, OTHER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT target FROM listing", 4, "the reading is past it");
    scenario_order_do(&w, ORDER, "malformed", "{\"malformed\": \"\"}");
    world_change(&w, ask_for, &w);
    world_until(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL", 0, "healed");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), 2, "it is here");
    world_until(&w, "SELECT target FROM listing", 2, "and reserves");
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("page-token-expired-mid-scan", token_expires),
        SCENARIO("malformed-order-in-page", malformed_among_good),
        SCENARIO("order-missing-from-search", missing_from_search),
        SCENARIO("malformed-order-asked-for-again", quarantine_retried),
        SCENARIO("unknown-sku-then-mapped", unknown_then_mapped),
        SCENARIO("unmapped-line-among-good-ones", unmapped_line),
        SCENARIO("backdated-shipped-orders", backdated),
        SCENARIO("yen-and-cents", yen_and_cents),
    };
    return scenario_run(argc, argv, tests, COUNT_OF(tests));
}
