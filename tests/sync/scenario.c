/* scenario.c: see scenario.h. */
#include "scenario.h"

#include "store/commitment.h"
#include "store/run.h"

#include <stdio.h>
#include <string.h>

static enum db_engine engine;
static const char *simulator;

static int stop(void **state)
{
    (void)state;
    harness_stop();
    return 0;
}

int scenario_run(int argc, char **argv, const struct CMUnitTest *tests, size_t count)
{
    engine = harness_engine(argc, argv);
    simulator = argv[2];
    return _cmocka_run_group_tests("scenarios", tests, count, NULL, stop);
}

static void add_listings(struct world *w, struct str listings)
{
    struct buf body;
    buf_init(&body, 64 * 1024);
    buf_put(&body, S("["));
    for (struct str one, sku, quantity; listings.len;) {
        str_cut(listings, ',', &one, &listings);
        str_cut(str_trim(one), ' ', &sku, &quantity);
        buf_put_fmt(&body, "%s{\"sku\": \"%.*s\", \"quantity\": %.*s, \"title\": \"Phone %.*s\"}",
            body.len > 1 ? "," : "", STR_FMT(sku), STR_FMT(quantity), STR_FMT(sku));
    }
    buf_put(&body, S("]\0"));
    world_control(w, "/_sim/listings", body.at);
    buf_release(&body);
}

static void connect_and_import(struct world *w, struct world_account account, const char *listings)
{
    if (listings[0]) add_listings(w, str_of(listings));
    account.inventory_sync = account.order_import = true;
    /* From now on by Amazon's clock: the product's may be minutes ahead when starting took long. */
    account.orders_from = world_simulated_now(w);
    world_connect_as(w, &account);
    world_start_engine(w);
    world_until(w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'", 1,
        "a new channel proves itself");
    CHECK_INT(world_run(w, RUN_SYNC_LISTINGS), 1, "the listings are imported");
}

static void open_fast(struct world *w, const char *region, int catalogue, int speed)
{
    char own[16], text[16];
    (void)snprintf(own, sizeof own, "%d", catalogue);
    (void)snprintf(text, sizeof text, "%d", speed);
    const char *const options[] = { "--seed", "1", "--listings", own, "--region", region,
        "--time-scale", text, "--client-scale", text, NULL };
    world_open_scaled(w, engine, simulator, options, speed);
}

static const struct world_account at_home = { .worked = false };

void scenario_begin(struct world *w, const char *listings)
{
    scenario_begin_at(w, listings, SCENARIO_SPEED);
}

void scenario_begin_at(struct world *w, const char *listings, int speed)
{
    open_fast(w, "na", 0, speed);
    connect_and_import(w, at_home, listings);
}

void scenario_begin_catalogue(struct world *w, int count)
{
    open_fast(w, "na", count, SCENARIO_SPEED);
    connect_and_import(w, at_home, "");
}

void scenario_begin_in(
    struct world *w, const char *region, const char *const *places, const char *listings)
{
    open_fast(w, region, 0, SCENARIO_SPEED);
    struct world_account account = { .marketplaces = { places[0], places[1] }, .region = region };
    connect_and_import(w, account, listings);
}

void scenario_begin_still(struct world *w, const char *listings)
{
    static const char *const options[] = { "--seed", "1", "--listings", "0", "--rate-scale", "50",
        NULL };
    world_open(w, engine, simulator, options);
    world_control(w, "/_sim/settings", "{\"apply_min_ms\": 0, \"apply_max_ms\": 0}");
    connect_and_import(w, (struct world_account){ .worked = false }, listings);
}

void scenario_stock(struct world *w, const char *sku, int count, int64_t live)
{
    const char *find =
        arena_fmt(&w->arena, "SELECT COALESCE(MAX(id), 0) FROM variation WHERE sku = '%s'", sku).at;
    int64_t id = world_number(w, find);
    if (!id) id = world_variation(w, sku, sku);
    world_receive(w, id, count);
    world_until_live(w, sku, live, "stock is told");
}

void scenario_order(
    struct world *w, const char *id, const char *status, const char *sku, int quantity)
{
    world_control(w, "/_sim/orders",
        arena_fmt(&w->arena,
            "{\"order_id\": \"%s\", \"status\": \"%s\","
            " \"lines\": [{\"sku\": \"%s\", \"quantity\": %d}]}",
            id, status, sku, quantity)
            .at);
}

void scenario_order_do(struct world *w, const char *id, const char *what, const char *body)
{
    world_control(w, arena_fmt(&w->arena, "/_sim/orders/%s/%s", id, what).at, body);
}

void scenario_advance(struct world *w, int64_t ms)
{
    world_control(
        w, "/_sim/clock", arena_fmt(&w->arena, "{\"advance_ms\": %lld}", (long long)ms).at);
}

struct scanning {
    int64_t order_id;
    int count;
};

static int64_t order_of(struct world *w, const char *id)
{
    return world_number(
        w, arena_fmt(&w->arena, "SELECT id FROM sales_order WHERE channel_order_id = '%s'", id).at);
}

static enum err scan(struct change *c, void *ctx, struct error *e)
{
    struct scanning *s = ctx;
    struct order o;
    enum err rc = order_lock(c, s->order_id, c->arena, &o, e);
    if (rc) return rc;
    struct commitment_input *inputs =
        arena_new(c->arena, struct commitment_input, (size_t)s->count);
    size_t count = 0;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT i.esn FROM item i JOIN variation v ON v.id = i.variation_id"
                          " WHERE v.sku = $1 AND i.order_id IS NULL ORDER BY i.id LIMIT $2");
    stmt_bind_str(st, 1, o.lines[0].sku);
    stmt_bind_int(st, 2, s->count);
    while (stmt_row(st))
        inputs[count++].text = stmt_str(st, 0, c->arena);
    rc = stmt_end(st, e);
    if (rc) return rc;
    CHECK_INT(count, s->count, "there are so many free units");
    struct commitment_result *results = arena_new(c->arena, struct commitment_result, count);
    return commitment_add(
        c, &o, &(struct commitment_request){ inputs, count, true }, c->arena, results, e);
}

static enum err unscan(struct change *c, void *ctx, struct error *e)
{
    struct scanning *s = ctx;
    struct order o;
    enum err rc = order_lock(c, s->order_id, c->arena, &o, e);
    for (int i = 0; i < s->count && !rc; i++)
        rc = commitment_remove(c, &o, o.items[i].item_id, e);
    return rc;
}

void scenario_scan(struct world *w, const char *id, int count)
{
    struct scanning s = { order_of(w, id), count };
    world_change(w, scan, &s);
}

void scenario_unscan(struct world *w, const char *id, int count)
{
    struct scanning s = { order_of(w, id), count };
    world_change(w, unscan, &s);
}

int64_t scenario_calls(struct world *w, const char *operation)
{
    return world_calls(w, operation, 0);
}
