/* backfill_test.c: orders from before the connection, beside new ones, at Amazon's own pace. */
#include "check.h"
#include "world.h"

#include "store/run.h"

static enum db_engine engine;
static const char *simulator;

static const time_ms day = 86400000;

/* A token for orders comes each 180 ms, a thousand times as often as at Amazon: what readings share
 * out is as scarce as there. The seed's orders lie in the ten days before. */
static const char *const scarce[] = { "--seed", "3", "--listings", "60", "--orders", "400",
    "--time-scale", "1000", NULL };

#define BACKFILL "FROM run WHERE kind = 'backfill_orders'"

static void open_world(struct world *w)
{
    world_open(w, engine, simulator, scarce);
    world_control(w, "/_sim/settings", "{\"orders_page_max\": 10}");
}

/* What the simulator holds of merchants' orders that were created from then on: their number, and
 * how many of them are not here exactly once. */
struct count {
    int64_t orders, wrong;
};

static struct count compare(struct world *w, time_ms from)
{
    struct json root;
    struct count n = { 0, 0 };
    CHECK_INT(world_call(w, "GET", "/_sim/orders", "", &root), 200, "orders at Amazon");
    struct json orders = json_get(root, "orders");
    for (size_t i = 0; i < json_len(orders); i++) {
        struct str id = S(""), by = S(""), at = S("");
        time_ms created = 0;
        struct json o = json_at(orders, i);
        CHECK(json_str(json_get(o, "order_id"), &id) && json_str(json_get(o, "created_at"), &at) &&
                  json_str(json_get(o, "fulfillment"), &by) && rfc3339_parse(at, &created),
            "an order");
        bool wanted = created >= from && str_eq(by, S("merchant"));
        struct str sql = arena_fmt(&w->arena,
            "SELECT COUNT(*) FROM sales_order WHERE channel_order_id = '%.*s'", STR_FMT(id));
        n.orders += wanted;
        n.wrong += world_number(w, sql.at) != wanted;
    }
    json_release(&root);
    return n;
}

static const char *const old_order =
    "{\"order_id\": \"100-0000000-0000001\", \"age_ms\": 777600000,"
    " \"lines\": [{\"sku\": \"TOO-OLD\"}]}";
static const char *const first_order = "{\"order_id\": \"100-0000000-0000002\","
                                       " \"lines\": [{\"sku\": \"ANY\"}], \"age_ms\": ";

static void test_backfill(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    time_ms from = world_simulated_now(&w) - 8 * day;
    world_control(&w, "/_sim/orders", old_order);
    world_control(&w, "/_sim/orders",
        arena_fmt(&w.arena, "%s%lld}", first_order, (long long)(8 * day - day / 24)).at);
    int64_t older = compare(&w, from).orders;
    CHECK(older > 200, "many pages");
    world_connect_as(&w, &(struct world_account){ .order_import = true, .orders_from = from });
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'running' AND done > 0", 1,
        "it shows how far it is");
    world_stop_engine(&w);

    int64_t done = world_number(&w, "SELECT done " BACKFILL " AND state = 'running'");
    CHECK(done > 0 && done < older, "in the middle");
    /* While nobody looks: an order of today, and changes of two that were there before. */
    world_control(&w, "/_sim/orders",
        "{\"order_id\": \"100-0000000-0000003\", \"lines\": [{\"sku\": \"ANY\"}]}");
    world_control(&w, "/_sim/orders/100-0000000-0000001/ship", "{}");
    world_control(&w, "/_sim/orders/100-0000000-0000002/cancel", "{}");
    struct engine *stopped = w.engine;
    world_start_engine(&w);
    world_until(&w,
        "SELECT COUNT(*) FROM sales_order WHERE channel_order_id = '100-0000000-0000003'", 1,
        "an order that came meanwhile is not kept waiting");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'running'"), 1,
        "by those that are older");
    world_until(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'succeeded'", 1, "it ends");
    world_until(&w,
        "SELECT status_id FROM sales_order WHERE channel_order_id = '100-0000000-0000002'", 5,
        "what changed is known");

    struct count n = compare(&w, from);
    CHECK_INT(n.orders, older + 1, "what there is");
    CHECK_INT(n.wrong, 0, "each from that time on is here once, and no other");
    CHECK(world_number(&w, "SELECT MIN(ordered_at) FROM sales_order") >= from, "none is older");
    CHECK_INT(world_number(&w, "SELECT done " BACKFILL), older, "it went on where it was");
    CHECK_INT(world_number(&w, "SELECT total " BACKFILL), older, "and says so");
    world_close(&w);
    engine_release(stopped);
}

/* A person asks for older ones later. */
static void test_asked_for(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    time_ms now = world_simulated_now(&w), from = now - 5 * day;
    world_connect_as(
        &w, &(struct world_account){ .order_import = true, .orders_from = now - 4 * day });
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'succeeded'", 1, "the first ones");
    int64_t first = world_number(&w, "SELECT COUNT(*) FROM sales_order");
    world_queue_backfill(&w, from);
    world_until(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'succeeded'", 2, "and those before");
    struct count n = compare(&w, from);
    CHECK(n.orders > first, "there are more");
    CHECK_INT(n.wrong, 0, "each from that time on is here once, and no other");
    CHECK_INT(world_number(&w, "SELECT import_orders_from FROM channel"), from, "it stays so");
    world_close(&w);
}

/* The database refuses this order, as it does what breaks a rule of its tables. */
#define REFUSED "100-0000000-0000003"

static enum err begin_refusing(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    static const char sqlite[] =
        "CREATE TRIGGER refuse BEFORE INSERT ON sales_order WHEN NEW.channel_order_id = '" REFUSED
        "' BEGIN SELECT RAISE(ABORT, 'refused by a test'); END";
    static const char postgres[] = "ALTER TABLE sales_order ADD CONSTRAINT refuse"
                                   " CHECK (channel_order_id <> '" REFUSED "')";
    bool is_sqlite = w->h.engine == DB_SQLITE;
    return stmt_run(tx_prepare(c->tx, is_sqlite ? sqlite : postgres), NULL, e);
}

static enum err end_refusing(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    const char *sql = w->h.engine == DB_SQLITE ? "DROP TRIGGER refuse"
                                               : "ALTER TABLE sales_order DROP CONSTRAINT refuse";
    return stmt_run(tx_prepare(c->tx, sql), NULL, e);
}

static void test_refused_by_the_database(void **state)
{
    (void)state;
    enum { ORDERS = 6 }; /* of one page */
    static const char *const empty[] = { "--seed", "3", "--listings", "0", "--time-scale", "1000",
        NULL };
    struct world w;
    world_open(&w, engine, simulator, empty);
    for (int i = 0; i < ORDERS; i++)
        world_control(&w, "/_sim/orders",
            arena_fmt(&w.arena,
                "{\"order_id\": \"100-0000000-000000%d\", \"age_ms\": 172800000, \"lines\":"
                " [{\"sku\": \"ANY\"}]}",
                i)
                .at);
    world_change(&w, begin_refusing, &w);
    world_connect_as(&w, &(struct world_account){ .order_import = true,
                             .orders_from = world_simulated_now(&w) - 3 * day });
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) " BACKFILL " AND state = 'succeeded'", 1, "it ends");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM sales_order"), ORDERS - 1, "the others");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL AND"
                               " channel_order_id = '" REFUSED "' AND detail <> ''"),
        1, "it is set aside, with the reason");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'order_quarantined'"
                               " AND severity = 'error' AND channel_order_id = '" REFUSED "'"),
        1, "and told, once");
    world_change(&w, end_refusing, &w);
    world_control(&w, "/_sim/orders/" REFUSED "/ship", "{}");
    world_until(&w, "SELECT COUNT(*) FROM sales_order WHERE channel_order_id = '" REFUSED "'", 1,
        "its next version is taken in");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM quarantine WHERE resolved_at IS NULL"), 0,
        "and it is no longer aside");
    world_close(&w);
}

static int stop(void **state)
{
    (void)state;
    harness_stop();
    return 0;
}

int main(int argc, char **argv)
{
    engine = harness_engine(argc, argv);
    simulator = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backfill),
        cmocka_unit_test(test_asked_for),
        cmocka_unit_test(test_refused_by_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
