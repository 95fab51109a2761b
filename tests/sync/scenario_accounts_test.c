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
    CHECK_INT(world_number(&w, EVENTS "'throttled'"), 1, "said once");
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("throttled-without-header", throttled_without_header),
        SCENARIO("throttled-at-a-third-of-the-documented-rate", throttled_at_a_third),
        SCENARIO("secret-rotated", secret_rotated),
        SCENARIO("grant-revoked", grant_revoked),
        SCENARIO("storm-of-403", storm_of_403),
    };
    return scenario_run(argc, argv, tests, COUNT_OF(tests));
}
