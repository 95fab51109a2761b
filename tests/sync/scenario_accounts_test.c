/* scenario_accounts_test.c: an account on bad days: throttled, denied, without a grant. */
#include "scenario.h"

#define ORDER "111-1111111-1111111"
#define EVENTS "SELECT COUNT(*) FROM channel_event WHERE kind = "
#define STATE(state) "SELECT COUNT(*) FROM channel WHERE state = '" state "'"
#define SETTLED "SELECT COUNT(*) FROM push"
/* How often it was so at any time. */
#define WAS(state) EVENTS "'state_changed' AND detail LIKE '" state "%'"

static void faults(struct world *w, const char *list)
{
    world_control(w, "/_sim/faults", list);
}

/* When, by Amazon's clock, the operation was first answered so; 0: never. */
static time_ms first_answer(struct world *w, const char *operation, int status)
{
    struct json root;
    time_ms found = 0;
    CHECK_INT(world_call(w, "GET", "/_sim/calls?limit=20000", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls) && !found; i++) {
        struct str name = S("");
        int64_t got = 0, at = 0;
        (void)json_str(json_get(json_at(calls, i), "operation"), &name);
        (void)json_int64(json_get(json_at(calls, i), "status"), &got);
        (void)json_int64(json_get(json_at(calls, i), "time_ms"), &at);
        if (got == status && str_eq(name, str_of(operation))) found = at;
    }
    json_release(&root);
    return found;
}

/* The rate that was learned, in millionths a second, as it is kept over a restart. */
static int64_t learned_rate(struct world *w, const char *operation)
{
    struct str rest = world_text(
        w, arena_fmt(&w->arena, "SELECT state FROM bucket WHERE operation = '%s'", operation).at);
    struct str word = S("");
    int64_t rate = 0;
    enum { VERSION, WALL, LEVEL, RATE };
    for (int i = VERSION; i <= RATE; i++)
        str_cut(rest, ' ', &word, &rest);
    CHECK(str_to_int64(word, &rate), "a saved bucket");
    return rate;
}

/* The engine begins anew; the one that has stopped is to be released after the world is closed. */
static struct engine *restart(struct world *w)
{
    struct engine *stopped = w->engine;
    world_start_engine(w);
    return stopped;
}

/* Amazon refuses, and says nothing of how often it might be asked: not with the refusal, nor with
 * any answer. The waits grow, the rate falls, and nothing is lost over it. */
static void throttled_without_header(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "A 0, B 0, C 0");
    faults(&w, "[{\"match\": \"patchListingsItem\", \"kind\": \"429\", \"count\": 6},"
               " {\"match\": \"*\", \"kind\": \"no_rate_header\"}]");
    world_forget_calls(&w);
    const char *const skus[] = { "A", "B", "C" };
    for (int i = 0; i < 3; i++)
        world_receive(&w, world_variation(&w, skus[i], skus[i]), 2);
    for (int i = 0; i < 3; i++)
        world_until_live(&w, skus[i], 2, "told in the end");
    world_until(&w, SETTLED, 0, "and settled");
    world_stop_engine(&w);
    enum { LEAST_MS = 10 * 1000 }; /* of two threads that are refused at the same time */
    time_ms refused = first_answer(&w, "patchListingsItem", 429);
    CHECK(first_answer(&w, "patchListingsItem", 200) - refused >= LEAST_MS, "the waits grow");
    CHECK_INT(world_calls(&w, "patchListingsItem", 429), 6, "it is asked again after each");
    CHECK(learned_rate(&w, "patchListingsItem") < 5000000, "the rate is lower than documented");
    /* The first answer may be heard before the last refusal, which two threads wait for. */
    int64_t told = world_number(&w, EVENTS "'throttled'");
    CHECK(told >= 1 && told <= 2, "said once");
    CHECK_INT(world_number(&w, EVENTS "'push_refused'"), 0, "it is no refusal of the quantity");
    CHECK_INT(world_number(&w, STATE("connected")), 1, "nor anything the account did");
    struct engine *stopped = restart(&w);
    world_close(&w);
    engine_release(stopped);
}

/* Amazon allows a third of what it documents, and goes on stating what it documents. The rate in
 * force falls until refusals are few, is kept over a restart, and rises again when Amazon lets it.
 */
static void throttled_at_a_third(void **state)
{
    (void)state;
    enum { AS_FAST = 1000, DOCUMENTED = 5600 };
    struct world w;
    scenario_begin_at(&w, "IP13 0", AS_FAST);
    world_control(&w, "/_sim/rates",
        "{\"operations\": {\"searchOrders\":"
        " {\"rate\": 0.00187, \"burst\": 2, \"stated\": 0.0056}}}");
    world_until_calls(&w, "searchOrders", 429, 3);
    world_stop_engine(&w);
    int64_t slow = learned_rate(&w, "searchOrders");
    CHECK(slow < DOCUMENTED, "it is slower than documented");
    CHECK(slow >= DOCUMENTED / 10, "and not without bound");
    struct engine *first = restart(&w);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders are read all the while");
    world_control(&w, "/_sim/rates",
        "{\"operations\": {\"searchOrders\": {\"rate\": 0.0056, \"burst\": 20}}}");
    world_forget_calls(&w);
    enum { STEPS = 10, CALLS_OF_A_STEP = 5 }; /* from a third: each adds an eighth */
    world_until_calls(&w, "searchOrders", 200, STEPS * CALLS_OF_A_STEP);
    world_stop_engine(&w);
    CHECK_INT(learned_rate(&w, "searchOrders"), DOCUMENTED, "as documented again");
    CHECK_INT(world_number(&w, STATE("connected")), 1, "the account is well");
    struct engine *second = restart(&w);
    world_close(&w);
    engine_release(first);
    engine_release(second);
}

/* Amazon counts by seller, whatever channels there are here: two channels of one seller together
 * call no more often than one, and what one of them learned is true of both. */
static void two_channels_of_one_seller(void **state)
{
    (void)state;
    enum { BURST = 20 };
    struct world w;
    scenario_begin(&w, "IP13 0");
    world_connect_as(&w, &(struct world_account){ .order_import = true,
                             .orders_from = world_simulated_now(&w),
                             .marketplaces = { "A2EUQ1WTGCTBG2" } });
    world_until(&w, STATE("connected"), 2, "both are worked");
    world_until_calls(&w, "searchOrders", 0, 2 * (int64_t)BURST);
    CHECK_INT(world_calls(&w, "searchOrders", 429), 0, "nothing is asked too often");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_cursor"
                               " WHERE name = 'orders_live' AND value <> ''"),
        2, "and orders of both are read");
    CHECK_INT(world_number(&w, "SELECT COUNT(DISTINCT rate_account) FROM channel"), 1, "one");
    world_close(&w);
}

/* The application got another secret. What the account had is kept, and what is wanted goes on
 * being worked out; with the new secret everything follows. */
static void secret_rotated(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    world_control(&w, "/_sim/auth/rotate_secret", "{\"client_secret\": \"amzn1.oa2-cs.v1.next\"}");
    world_control(&w, "/_sim/auth/expire_tokens", "{}");
    world_until(&w, STATE("reconnect_needed"), 1, "a person is asked");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel WHERE state_detail LIKE"
                               " 'the application''s client id or secret is wrong%'"),
        1, "for what it is");
    CHECK_INT(world_number(&w, EVENTS "'unauthorised' AND channel_message LIKE 'invalid_client%'"),
        1, "in Amazon's words, once");
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    scenario_stock(&w, "IP13", 2, 2); /* what Amazon shows without us: three less the order */
    world_until(&w, "SELECT target FROM listing", 5, "quantities are worked out all the same");
    world_reconnect_with(&w, "amzn1.oa2-cs.v1.next");
    world_until(&w, STATE("connected"), 1, "with the new secret it is well");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders of the time between come in");
    world_until_live(&w, "IP13", 4, "and what was wanted is told");
    world_close(&w);
}

/* The seller withdrew the grant, and gives it again. */
static void grant_revoked(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0, IP14 7");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    world_control(&w, "/_sim/auth/revoke", "{}");
    world_until(&w, STATE("reconnect_needed"), 1, "a person is asked");
    CHECK_INT(world_number(&w, EVENTS "'unauthorised' AND channel_message LIKE 'invalid_grant%'"),
        1, "in Amazon's words, once");
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 2);
    scenario_stock(&w, "IP13", 2, 1);
    world_until(&w, "SELECT target FROM listing WHERE sku = 'IP13'", 5,
        "quantities are worked out all the same");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE state = 'active'"), 2,
        "no listing is lost");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel WHERE inventory_sync = 1 AND"
                               " order_import = 1"),
        1, "nor any setting");
    world_control(&w, "/_sim/auth/restore", "{}");
    world_reconnect(&w);
    world_until(&w, STATE("connected"), 1, "authorised again");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders of the time between come in");
    world_until_live(&w, "IP13", 3, "and what was wanted is told");
    world_until(&w, SETTLED, 0, "all of it");
    world_close(&w);
}

/* Amazon denies everybody everything for a quarter of an hour. It is tried ever more slowly, nobody
 * is asked to do anything, and the end is noticed by itself. */
static void storm_of_403(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    world_forget_calls(&w);
    faults(&w, "[{\"match\": \"/listings\", \"kind\": \"403\"},"
               " {\"match\": \"/orders\", \"kind\": \"403\"},"
               " {\"match\": \"/feeds\", \"kind\": \"403\"},"
               " {\"match\": \"/sellers\", \"kind\": \"403\"}]");
    time_ms began = world_simulated_now(&w);
    world_until(&w, STATE("suspect"), 1, "it is looked at");
    world_receive(&w, world_number(&w, "SELECT id FROM variation"), 2);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    enum { PROBES = 6, EACH = 2 }; /* with another token; at 0, 30, 90, 210, 450, 930 s */
    world_until_calls(&w, "searchOrders", 403, (int64_t)PROBES * EACH);
    time_ms lasted = world_simulated_now(&w) - began;
    CHECK(lasted >= 15 * MINUTE, "a quarter of an hour of it");
    /* After the sixth one in ten minutes at most. */
    CHECK(scenario_calls(&w, "searchOrders") <= EACH * (PROBES + 1 + lasted / (10 * MINUTE)),
        "few are tried");
    CHECK_INT(world_number(&w, WAS("reconnect_needed")), 0, "nobody has to do anything");
    CHECK_INT(world_number(&w, EVENTS "'unauthorised' AND operation = 'searchOrders'"), 1,
        "it is said once");
    faults(&w, "[]");
    world_until(&w, STATE("connected"), 1, "its end is noticed");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders of the time between come in");
    world_until_live(&w, "IP13", 4, "and what was wanted is told");
    world_close(&w);
}

/* Everything that Amazon has answers 500, for two hours. That is nothing the account did: nobody is
 * asked to do anything, it is tried once a minute, and afterwards everything follows. */
static void amazon_500_for_two_hours(void **state)
{
    (void)state;
    enum { AS_FAST = 1000 };
    struct world w;
    scenario_begin_at(&w, "IP13 0", AS_FAST);
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    int64_t changes = world_number(&w, EVENTS "'state_changed'");
    world_forget_calls(&w);
    time_ms began = world_simulated_now(&w);
    faults(&w, "[{\"match\": \"/listings\", \"kind\": \"500\"},"
               " {\"match\": \"/orders\", \"kind\": \"500\"},"
               " {\"match\": \"/feeds\", \"kind\": \"500\"},"
               " {\"match\": \"/sellers\", \"kind\": \"500\"}]");
    world_receive(&w, world_number(&w, "SELECT id FROM variation"), 2);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    enum { TRIES = 6 + 120 + 1, AT_ONCE = 2 }; /* waits double from a second up to a minute */
    world_until_calls(&w, "searchListingsItems", 500, TRIES);
    time_ms lasted = world_simulated_now(&w) - began;
    CHECK(lasted >= 2 * HOUR, "two hours of it");
    int64_t most = 6 + lasted / MINUTE + 2;
    CHECK(scenario_calls(&w, "searchListingsItems") <= most, "once a minute");
    CHECK(scenario_calls(&w, "searchOrders") <= most, "at most");
    CHECK(scenario_calls(&w, "patchListingsItem") <= AT_ONCE * most, "each");
    CHECK_INT(world_number(&w, EVENTS "'state_changed'"), changes, "it is not the account's");
    int64_t told = world_number(&w, EVENTS "'unavailable'");
    CHECK(told >= 2 && told <= AT_ONCE * 3 * (1 + most / 20), "it is said, now and then");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 5, "quantities are worked out");
    faults(&w, "[]");
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "orders of the time between come in");
    world_until_live(&w, "IP13", 4, "and what was wanted is told");
    world_until(&w, SETTLED, 0, "all of it");
    world_close(&w);
}

/* The machine's clock is put back by two days while a refused quantity waits for its next try, and
 * the server is started anew by that clock. What waits, waits no longer than it was to; what
 * happens at Amazon is noticed; and Amazon gets no burst for it. */
static void clock_jumps_back(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    faults(&w, "{\"match\": \"patchListingsItem\", \"kind\": \"invalid\", \"count\": 1}");
    int64_t id = world_number(&w, "SELECT id FROM variation");
    world_receive(&w, id, 2);
    world_until(&w, EVENTS "'push_refused'", 1, "refused, to be tried later");
    world_turn_clock(&w, -2 * (int64_t)DAY);
    world_until_live(&w, "IP13", 5, "tried in a quarter of an hour all the same");
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "an order comes in");
    world_until(&w, "SELECT target FROM listing", 4, "and counts");
    world_stop_engine(&w);
    struct engine *first = restart(&w);
    scenario_order(&w, "111-1111111-1111112", "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 2, "after a start as well");
    world_receive(&w, id, 2);
    world_until_live(&w, "IP13", 5, "a rise goes after a reading of orders");
    world_until(&w, SETTLED, 0, "and settles");
    CHECK_INT(world_calls(&w, "searchOrders", 429), 0, "nothing was asked too often");
    CHECK_INT(world_number(&w, EVENTS "'difference_stays'"), 0, "and nobody is alarmed");
    world_close(&w);
    engine_release(first);
}

/* A gateway of Amazon's answers in HTML. That says nothing of what was asked: it is no refusal of
 * the quantity, and no markup gets into the log. */
static void html_error_body(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    scenario_stock(&w, "IP13", 3, 3);
    world_until(&w, SETTLED, 0, "at rest");
    int64_t refused = world_number(&w, EVENTS "'call_refused'");
    static const char *const operations[] = { "patchListingsItem", "searchListingsItems",
        "searchOrders" };
    faults(&w, "[{\"match\": \"patchListingsItem\", \"kind\": \"html400\", \"count\": 2},"
               " {\"match\": \"searchListingsItems\", \"kind\": \"html400\", \"count\": 2},"
               " {\"match\": \"searchOrders\", \"kind\": \"html400\", \"count\": 2}]");
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    world_receive(&w, world_number(&w, "SELECT id FROM variation"), 2);
    for (size_t i = 0; i < COUNT_OF(operations); i++)
        world_until_calls(&w, operations[i], 400, 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "the order comes in");
    world_until_live(&w, "IP13", 4, "the quantity is told");
    world_until(&w, SETTLED, 0, "and settles");
    CHECK_INT(world_number(&w, "SELECT COUNT(DISTINCT operation) FROM channel_event"
                               " WHERE kind = 'unavailable' AND http_status = 400"
                               " AND channel_message LIKE '%400 Bad Request%'"),
        COUNT_OF(operations), "each is said, in its words");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_event"
                               " WHERE channel_message LIKE '%<%'"),
        0, "without markup");
    CHECK_INT(world_number(&w, EVENTS "'push_refused'"), 0, "it is no refusal of the quantity");
    CHECK_INT(world_number(&w, EVENTS "'call_refused'"), refused, "nor of a question");
    CHECK_INT(world_number(&w, STATE("connected")), 1, "nor of the account");
    world_close(&w);
}

/* What costs calls is what happens, and the clock; not how much there is. */
static void idle_skus_cost_no_calls(void **state)
{
    (void)state;
    enum { MANY = 10000, REFRESHES = 30, ORDER_TOKEN = 178 * 1000, BURST = 20 };
    struct world w;
    scenario_begin_catalogue(&w, MANY);
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing"), MANY, "all are known");
    world_until(&w, SETTLED, 0, "at rest");
    world_forget_calls(&w);
    time_ms began = world_simulated_now(&w);
    world_until_calls(&w, "searchListingsItems", 200, REFRESHES);
    int64_t searches = scenario_calls(&w, "searchListingsItems");
    int64_t readings = scenario_calls(&w, "searchOrders"), tokens = scenario_calls(&w, "token");
    CHECK_INT(scenario_calls(&w, "patchListingsItem"), 0, "nothing is told");
    CHECK_INT(scenario_calls(&w, "getListingsItem"), 0, "nothing is read by itself");
    CHECK_INT(scenario_calls(&w, "createFeed"), 0, "nothing is sent in a lot");
    time_ms passed = world_simulated_now(&w) - began;
    CHECK(searches <= passed / MINUTE + 2, "what has changed is asked for once a minute");
    CHECK(readings <= passed / ORDER_TOKEN + BURST, "orders as often as Amazon lets us");
    CHECK(tokens <= passed / HOUR + 2, "and a token an hour");
    world_close(&w);
}

/* Two servers on one database: one of them works the channel, and when it stops the other does. */
static void two_servers_one_channel(void **state)
{
    (void)state;
    struct world w;
    struct error e;
    struct engine_stats a, b;
    struct engine *other;
    scenario_begin(&w, "IP13 0");
    struct db *db = harness_connect(&w.h);
    struct engine_parts parts = { db, w.clock, rng_system(), &w.key, w.drivers, w.options };
    CHECK_ERR(engine_start(&parts, &other, &e), OK, &e, "the other server");
    scenario_stock(&w, "IP13", 3, 3);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 1);
    world_until(&w, "SELECT target FROM listing", 2, "an order comes in");
    scenario_stock(&w, "IP13", 3, 5);
    world_until(&w, SETTLED, 0, "all is told");
    engine_stats(w.engine, &a);
    engine_stats(other, &b);
    CHECK(a.channels_held == 1 && b.channels_held == 0 && b.calls == 0, "one of them works");
    CHECK_INT(scenario_calls(&w, "patchListingsItem"), a.pushes, "all of it");
    world_stop_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM lease", 1, "the other takes over");
    scenario_order(&w, "111-1111111-1111112", "UNSHIPPED", "IP13", 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 2, "and reads orders");
    scenario_stock(&w, "IP13", 1, 4);
    world_until(&w, SETTLED, 0, "and tells quantities");
    engine_stats(other, &b);
    CHECK(b.calls > 0, "by itself");
    CHECK_INT(world_calls(&w, "searchOrders", 429), 0, "with the tokens that were left");
    engine_stop(other);
    struct engine *first = restart(&w);
    db_close(db);
    engine_release(other);
    world_close(&w);
    engine_release(first);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("throttled-without-header", throttled_without_header),
        SCENARIO("throttled-at-a-third-of-the-documented-rate", throttled_at_a_third),
        SCENARIO("two-channels-of-one-seller", two_channels_of_one_seller),
        SCENARIO("secret-rotated", secret_rotated),
        SCENARIO("grant-revoked", grant_revoked),
        SCENARIO("storm-of-403", storm_of_403),
        SCENARIO("amazon-500-for-two-hours", amazon_500_for_two_hours),
        SCENARIO("clock-jumps-back", clock_jumps_back),
        SCENARIO("html-error-body", html_error_body),
        SCENARIO("ten-thousand-idle-skus-cost-no-calls", idle_skus_cost_no_calls),
        SCENARIO("two-servers-one-channel", two_servers_one_channel),
    };
    /* A SQLite database has one server. */
    bool one_server = harness_engine(argc, argv) == DB_SQLITE;
    return scenario_run(argc, argv, tests, COUNT_OF(tests) - one_server);
}
