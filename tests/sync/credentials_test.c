/* credentials_test.c: the marketplace gives another refresh token, and the former is good no more.
 */
#include "scenario.h"

#include "store/run.h"
#include "sync/internal.h"

static enum db_engine engine;
static const char *simulator;

static const char *const fast[] = { "--seed", "1", "--listings", "3", "--time-scale", "60",
    "--rate-scale", "50", NULL };

static void begin(struct world *w)
{
    world_open(w, engine, simulator, fast);
    world_connect(w, false, false);
    world_start_engine(w);
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, "connected");
}

static int64_t replaced(struct world *w)
{
    return world_number(
        w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'credentials_replaced'");
}

static void replace(struct world *w)
{
    world_control(w, "/_sim/auth/replace_refresh_token", "{}");
    world_control(w, "/_sim/auth/expire_tokens", "{}");
}

static void check_connected(struct world *w, const char *why)
{
    world_control(w, "/_sim/auth/expire_tokens", "{}");
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, why);
    CHECK_INT(world_number(w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'"), 1, why);
}

static void test_kept(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    int64_t set_at = world_number(&w, "SELECT credentials_set_at FROM channel");
    replace(&w);
    world_until(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'credentials_replaced'", 1,
        "it is kept");
    check_connected(&w, "and used");
    struct engine *stopped = w.engine;
    world_stop_engine(&w);
    world_start_engine(&w);
    check_connected(&w, "after a restart as well");
    CHECK_INT(world_number(&w, "SELECT credentials_set_at FROM channel"), set_at,
        "a person set them when they did");
    replace(&w);
    world_until(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'credentials_replaced'", 2,
        "the next one too");
    check_connected(&w, "still");
    world_close(&w);
    engine_release(stopped);
}

/* A proof of the account has a connection of its own: the worker's would be of the dead token. */
static void test_proof(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    world_control(&w, "/_sim/auth/replace_refresh_token", "{}");
    struct error e;
    struct verify_result result;
    CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &result, &e), OK, &e, "asked");
    CHECK(result.ok, "the account is well");
    CHECK_INT(replaced(&w), 1, "the new token is kept");
    world_control(&w, "/_sim/auth/expire_tokens", "{}");
    /* Until the worker has opened anew, what it is answered is of the former token. */
    bool read = false;
    for (int i = 0; i < 50 && !read; i++)
        read = world_run(&w, RUN_SYNC_LISTINGS) == 1;
    CHECK(read, "and the worker has it");
    check_connected(&w, "it stayed connected");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM channel_event WHERE kind = 'state_changed'"
                               " AND detail LIKE 'reconnect_needed%'"),
        0, "all the time");
    world_close(&w);
}

static enum err paste(struct change *c, void *ctx, struct error *e)
{
    return channel_set_credentials(c, *(int64_t *)ctx, S("pasted meanwhile"), e);
}

static enum err keep(struct change *c, void *ctx, struct error *e)
{
    time_ms kept_at = -1;
    enum err rc = channel_keep_credentials(c, ctx, S("of the former ones"), &kept_at, e);
    CHECK_INT(kept_at, 0, "not over those that a person pasted since");
    return rc;
}

static enum err load(struct change *c, void *ctx, struct error *e)
{
    struct channel_row *ch = ctx;
    return channel_load(c->tx, ch->id, c->arena, ch, e);
}

static void test_pasted_since(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, engine, simulator, fast);
    world_connect(&w, false, false);
    struct channel_row *before = arena_new(&w.arena, struct channel_row, 1);
    before->id = w.channel_id;
    world_change(&w, load, before);
    world_turn_clock(&w, 1000);
    world_change(&w, paste, &w.channel_id);
    world_change(&w, keep, before);
    CHECK_INT(replaced(&w), 0, "nothing is told");
    world_close(&w);
}

static int stop(void **state)
{
    (void)state;
    harness_stop();
    return 0;
}

/* Whose rates they are: the seller's in a region, by application; not the channel's. */
static void test_rate_account(void **state)
{
    (void)state;
    struct channel_row ch = { .id = 1,
        .kind = S("amazon"),
        .region = S("na"),
        .seller_id = S("A1"),
        .endpoint_url = S(""),
        .name = S("one") };
    struct channel_credentials app = { S("client"), S("secret"), S("token") };
    char one[RATE_ACCOUNT_SIZE], other[RATE_ACCOUNT_SIZE];
    rate_account_of(&ch, &app, one);
    struct channel_row second = ch;
    second.id = 2;
    second.name = S("another");
    rate_account_of(&second, &(struct channel_credentials){ S("client"), S("x"), S("y") }, other);
    CHECK_STR(str_of(other), str_of(one), "another channel, another secret and grant");
    second.region = S("eu");
    rate_account_of(&second, &app, other);
    CHECK(!str_eq(str_of(other), str_of(one)), "another region");
    second = ch;
    second.seller_id = S("A2");
    rate_account_of(&second, &app, other);
    CHECK(!str_eq(str_of(other), str_of(one)), "another seller");
    rate_account_of(&ch, &(struct channel_credentials){ S("other"), S("secret"), S("y") }, other);
    CHECK(!str_eq(str_of(other), str_of(one)), "another application");
}

int main(int argc, char **argv)
{
    engine = harness_engine(argc, argv);
    simulator = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_proof),
        cmocka_unit_test(test_pasted_since),
        cmocka_unit_test(test_rate_account),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
