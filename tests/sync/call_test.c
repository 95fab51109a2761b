/* call_test.c: bad days: what each failure of a call becomes, and what follows when it lasts. The
 * engine runs on a fast clock, so that an hour is seconds. */
#include "check.h"
#include "world.h"

#include "store/channel_log.h"
#include "store/run.h"

static enum db_engine engine;
static const char *simulator;

enum { MINUTES = 60, HOURS = 1000 }; /* how many times as fast: an hour is a minute, or seconds */
static const time_ms hour = 3600000;

#define SIMULATOR(speed)                                                                           \
    {                                                                                              \
        "--seed", "1", "--listings", "0", "--time-scale", speed, "--client-scale", speed,          \
            "--rate-scale", "50", NULL                                                             \
    }
static const char *const minutes[] = SIMULATOR("60"), *const hours[] = SIMULATOR("1000");

static void open_world(struct world *w, int64_t speed)
{
    world_open_scaled(w, engine, simulator, speed == HOURS ? hours : minutes, speed);
    world_control(w, "/_sim/listings", "[{\"sku\": \"IP13\", \"quantity\": 9, \"title\": \"A\"}]");
}

/* With one listing that has three units, everything switched on and at rest. */
static int64_t open_shop(struct world *w, int64_t speed)
{
    open_world(w, speed);
    world_connect(w, true, true);
    world_start_engine(w);
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(w, "IP13", "iPhone 13");
    world_receive(w, id, 3);
    world_until_live(w, "IP13", 3, "told");
    world_until(w, "SELECT COUNT(*) FROM push", 0, "and read back");
    return id;
}

static const struct kind {
    const char *fault;
    int count; /* a denied call is made twice: with another token */
    const char *event, *severity;
    int status; /* of the event; 0: no answer */
    const char *theirs;
} kinds[] = {
    { "429", 1, "throttled", "info", 429,
        "QuotaExceeded: You exceeded your quota for the requested resource." },
    { "500", 1, "unavailable", "warning", 500,
        "InternalFailure: We encountered an internal error. Please try again." },
    { "503", 1, "unavailable", "warning", 503,
        "ServiceUnavailable: Service is temporarily unavailable. Please try again." },
    { "403", 2, "unauthorised", "error", 403,
        "Unauthorized: Access to requested resource is denied." },
    { "html400", 1, "unavailable", "warning", 400, "http_400: 400 Bad Request" },
    { "reset", 1, "unavailable", "warning", 0, "unknown_outcome" },
    { "slow", 1, "unavailable", "warning", 0, "unknown_outcome" },
};

struct operation {
    const char *name, *match;
};

static void inject(struct world *w, const struct operation *op, const struct kind *kind)
{
    enum { HASTE_MS = 1500 }; /* the slow answer takes ten seconds */
    bool slow = str_eq(str_of(kind->fault), S("slow"));
    atomic_store(&w->door.most_ms, slow ? HASTE_MS : 0);
    world_forget_calls(w);
    world_control(w, "/_sim/faults",
        arena_fmt(&w->arena, "[{\"match\": \"%s\", \"kind\": \"%s\", \"count\": %d%s}]", op->match,
            kind->fault, kind->count, slow ? ", \"delay_ms\": 600000" : "")
            .at);
}

/* That the request id is the one of the call that Amazon failed. */
static bool is_of_the_fault(struct world *w, struct str request_id, const struct kind *kind)
{
    struct json root;
    bool found = false;
    CHECK_INT(world_call(w, "GET", "/_sim/calls?limit=20000", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls); i++) {
        struct str id = S(""), fault = S("");
        (void)json_str(json_get(json_at(calls, i), "request_id"), &id);
        (void)json_str(json_get(json_at(calls, i), "fault"), &fault);
        found = found || (str_eq(id, request_id) && str_eq(fault, str_of(kind->fault)));
    }
    json_release(&root);
    return found;
}

/* The failure is an event with Amazon's words; afterwards the work goes on by itself. */
static void check_event(struct world *w, const struct operation *op, const struct kind *kind)
{
    const char *why = arena_fmt(&w->arena, "%s: %s", op->name, kind->fault).at;
    struct str where = arena_fmt(&w->arena,
        "FROM channel_event WHERE kind = '%s' AND severity = '%s' AND operation = '%s'"
        " AND COALESCE(http_status, 0) = %d AND channel_message LIKE '%s%%' AND detail <> ''"
        " AND id > (SELECT COALESCE(MAX(id), 0) FROM channel_event WHERE kind = 'mark')",
        kind->event, kind->severity, op->name, kind->status, kind->theirs);
    world_until(w, arena_fmt(&w->arena, "SELECT COUNT(*) > 0 %.*s", STR_FMT(where)).at, 1, why);
    struct str id =
        world_text(w, arena_fmt(&w->arena, "SELECT request_id %.*s", STR_FMT(where)).at);
    CHECK(kind->status ? is_of_the_fault(w, id, kind) : id.len == 0, why);
    atomic_store(&w->door.most_ms, 0);
    world_until_calls(w, op->name, 200, 1);
    world_until(w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'", 1, why);
}

static enum err mark_events(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    (void)e;
    channel_event_add(c, w->channel_id,
        &(struct channel_event){ .kind = "mark", .severity = "info", .detail = S("a test") });
    return OK;
}

static void test_proving(void **state)
{
    (void)state;
    static const struct operation op = { "getMarketplaceParticipations", "GET /sellers" };
    struct world w;
    open_world(&w, MINUTES);
    world_connect(&w, false, false);
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'", 1, "proved");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        world_change(&w, mark_events, &w);
        inject(&w, &op, &kinds[i]);
        world_reconnect(&w);
        check_event(&w, &op, &kinds[i]);
    }
    world_close(&w);
}

static void test_working(void **state)
{
    (void)state;
    static const struct operation operations[] = {
        { "searchListingsItems", "GET /listings" },
        { "searchOrders", "GET /orders" },
        { "patchListingsItem", "PATCH /listings" },
    };
    struct world w;
    int64_t id = open_shop(&w, MINUTES), units = 3;
    for (size_t k = 0; k < COUNT_OF(operations); k++)
        for (size_t i = 0; i < COUNT_OF(kinds); i++) {
            world_change(&w, mark_events, &w);
            inject(&w, &operations[k], &kinds[i]);
            if (operations[k].match[0] == 'P') {
                world_receive(&w, id, 1);
                units++;
            }
            check_event(&w, &operations[k], &kinds[i]);
        }
    world_until_live(&w, "IP13", units, "through every fault");
    world_close(&w);
}

#define STATE(state) "SELECT COUNT(*) FROM channel WHERE state = '" state "'"
/* When the channel last changed to that state. */
#define SINCE(state)                                                                               \
    "SELECT MAX(at) FROM channel_event WHERE kind = 'state_changed' AND detail LIKE '" state ", "  \
    "%'"

static int64_t denied(struct world *w)
{
    return world_calls(w, "searchListingsItems", 403) + world_calls(w, "searchOrders", 403) +
           world_calls(w, "patchListingsItem", 403);
}

/* Everybody in a region is denied for hours; nobody of them has to do anything. */
static void test_storm(void **state)
{
    (void)state;
    struct world w;
    int64_t id = open_shop(&w, HOURS);
    world_forget_calls(&w);
    world_control(&w, "/_sim/faults",
        "[{\"match\": \"/listings\", \"kind\": \"403\"},"
        " {\"match\": \"/orders\", \"kind\": \"403\"},"
        " {\"match\": \"/sellers\", \"kind\": \"403\"}]");
    world_receive(&w, id, 1);
    world_until(&w, STATE("suspect"), 1, "the first denials are looked at");
    world_until(&w, STATE("reconnect_needed"), 1, "they last");
    time_ms since = world_number(&w, SINCE("suspect"));
    CHECK(world_number(&w, SINCE("reconnect_needed")) - since >= hour, "for an hour");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel WHERE state_detail LIKE"
                               " 'access has been denied for an hour%'"),
        1, "which is said");
    CHECK(denied(&w) >= 2 * 13, "each was tried several times");
    world_until_calls(&w, "searchOrders", 403, world_calls(&w, "searchOrders", 403) + 6);
    CHECK_INT(world_number(&w, STATE("reconnect_needed")), 1, "still");
    int64_t hours_passed = (clock_now(w.clock) - since) / hour + 1;
    CHECK(denied(&w) <= 2 * 3 * (10 + 6 * hours_passed), "tried on, slowly");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'unauthorised' AND"
                               " operation = 'searchOrders'"),
        1, "and told once");
    world_control(&w, "/_sim/faults", "[]");
    world_until(&w, STATE("connected"), 1, "its end is noticed");
    world_until_live(&w, "IP13", 4, "and what was wanted meanwhile is sent");
    world_close(&w);
}

/* One of the application's roles is missing: what may be done is done. */
static void test_one_role(void **state)
{
    (void)state;
    struct world w;
    int64_t id = open_shop(&w, HOURS);
    world_forget_calls(&w);
    world_control(&w, "/_sim/faults", "[{\"match\": \"/orders\", \"kind\": \"403\"}]");
    world_receive(&w, id, 2);
    world_until_calls(&w, "searchOrders", 403, 2 * 12); /* the last one after more than an hour */
    CHECK_INT(world_number(&w, STATE("suspect")), 1, "orders are denied");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'state_changed'"
                               " AND detail LIKE 'reconnect_needed%'"),
        0, "which is no reason to stop the rest");
    world_until_live(&w, "IP13", 5, "such as quantities");
    world_control(&w, "/_sim/faults", "[]");
    world_until(&w, STATE("connected"), 1, "with the role all is well");
    world_close(&w);
}

/* What the token endpoint says is final: it is said at once, and nothing is tried until a person
 * has proved the account; then nothing waits. */
static void test_grant_lost(void **state)
{
    (void)state;
    struct world w;
    /* On the machine's clock: what was denied would be held up longer than a test has patience. */
    world_open(&w, engine, simulator, minutes);
    w.options.listing_refresh_ms = hour; /* sending is the first to hear of it */
    world_control(&w, "/_sim/listings", "[{\"sku\": \"IP13\", \"quantity\": 9}]");
    world_connect(&w, true, false);
    world_start_engine(&w);
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "imported");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_until_live(&w, "IP13", 0, "nothing in stock");
    world_until(&w, "SELECT COUNT(*) FROM push", 0, "read back");
    world_control(&w, "/_sim/auth/revoke", "{}");
    world_receive(&w, id, 1);
    world_until(&w, STATE("reconnect_needed"), 1, "said at once");
    CHECK_STR(world_text(&w, "SELECT operation FROM channel_event WHERE kind = 'unauthorised'"),
        S("patchListingsItem"), "by the call that needed it");
    CHECK_INT(
        world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'unauthorised' AND"
                         " channel_message LIKE 'invalid_grant: %' AND request_id IS NOT NULL"),
        1, "in Amazon's words");
    world_control(&w, "/_sim/auth/restore", "{}");
    struct error e;
    struct verify_result result;
    CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &result, &e), OK, &e, "asked");
    CHECK(result.ok, "the seller has authorised it again");
    world_until_live(&w, "IP13", 1, "what was wanted meanwhile is sent");
    world_close(&w);
}

static enum err disconnect(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, w->channel_id, c->arena, ch, e);
    return rc ? rc : channel_set_state(c, ch, CHANNEL_RECONNECT_NEEDED, S("before"), e);
}

/* A server that starts knows not why a channel has to be reconnected: it asks once. */
static void test_start(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, HOURS);
    world_connect(&w, false, false);
    world_change(&w, disconnect, &w);
    world_control(&w, "/_sim/auth/revoke", "{}");
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'unauthorised'", 1, "lost");
    world_stop_engine(&w);
    CHECK_INT(world_calls(&w, "token", 400), 1, "asked once");
    CHECK_INT(world_number(&w, STATE("reconnect_needed")), 1, "as it was");
    world_control(&w, "/_sim/auth/restore", "{}");
    world_control(
        &w, "/_sim/faults", "[{\"match\": \"/sellers\", \"kind\": \"403\", \"count\": 4}]");
    struct engine *stopped = w.engine;
    world_start_engine(&w);
    world_until(&w, STATE("connected"), 1, "a storm that ends is noticed");
    CHECK_INT(world_calls(&w, "getMarketplaceParticipations", 403), 4, "after two denials");
    world_close(&w);
    engine_release(stopped);
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
        cmocka_unit_test(test_proving),
        cmocka_unit_test(test_working),
        cmocka_unit_test(test_storm),
        cmocka_unit_test(test_one_role),
        cmocka_unit_test(test_grant_lost),
        cmocka_unit_test(test_start),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
