/* inventory_history_test.c: the table and the chart of counts per day. */
#include "kit.h"

#include "store/inventory_day.h"

/* The kit's clock stands at 2026-09-21. */
static enum err take(struct tx *tx, void *ctx, struct error *e)
{
    struct kit *k = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("system"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, atomic_load(&k->clock.now), &k->rng };
    int64_t day;
    bool due;
    struct inventory_counts counts;
    enum err rc = inventory_day_next(tx, c.now, &day, &due, e);
    if (rc || !due) return rc ? rc : error_set(e, ERR_CONFLICT, "no day is due");
    rc = inventory_day_count(tx, day, c.arena, &counts, e);
    return rc ? rc : inventory_day_keep(&c, day, &counts, e);
}

static void next_day(struct kit *k, bool taken)
{
    struct error e;
    atomic_fetch_add(&k->clock.now, INVENTORY_DAY_MS);
    if (taken) CHECK_ERR(db_write(k->h.db, "take", take, k, &e), OK, &e, "a day is taken");
}

static void test_days(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"A\",\"model\":\"A\"}", 201);
    CALL(k, "POST", "/items",
        "{\"esn\":\"E1\",\"variation_id\":1,\"warehouse\":\"Main\","
        "\"paid\":{\"amount\":500,\"currency\":\"EUR\"}}",
        201);
    CALL(k, "POST", "/items",
        "{\"esn\":\"E2\",\"variation_id\":1,\"paid\":{\"amount\":7,\"currency\":\"USD\"}}", 201);
    next_day(k, true);
    CALL(k, "PATCH", "/items/1", "{\"status\":\"Sold\"}", 200);
    next_day(k, false);
    CALL(k, "GET", "/inventory_history?from_day=2026-09-20", NULL, 200);
    static const char *const states[] = { "missing", "taken", "missing", "live" };
    CHECK_INT(kit_len(k, "/data"), 4, "a row per day");
    for (size_t i = 0; i < COUNT_OF(states); i++)
        CHECK_STR(kit_str(k, kit_fmt(k, "/data/%zu/state", i)), str_of(states[i]), states[i]);
    CHECK_STR(kit_str(k, "/data/1/day"), S("2026-09-21"), "which");
    CHECK_INT(kit_int(k, "/data/1/statuses/0/units"), 2, "both in stock");
    CHECK_INT(kit_len(k, "/data/1/statuses/0/values"), 2, "in two currencies");
    CHECK_INT(kit_int(k, "/data/1/statuses/0/values/0/amount"), 500, "for so much");
    CHECK_INT(kit_len(k, "/data/2/statuses"), 0, "nobody has counted");
    CHECK_INT(kit_int(k, "/data/3/statuses/0/units"), 1, "one is left");
    CHECK_STR(kit_str(k, "/data/3/statuses/1/status"), S("Sold"), "one is sold");
    CALL(k, "GET", "/inventory_history?from_day=2026-09-20&limit=3", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 3, "a page");
    CALL(k, "GET",
        kit_fmt(k, "/inventory_history?from_day=2026-09-20&limit=3&cursor=%.*s",
            STR_FMT(kit_str(k, "/next_cursor"))),
        NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/day"), S("2026-09-23"), "the next one");
    CHECK(kit_null(k, "/next_cursor"), "and the last");
    next_day(k, true);
    CALL(k, "GET", "/inventory_history?from_day=2026-09-22&to_day=2026-09-22", NULL, 200);
    CHECK_STR(kit_str(k, "/data/0/state"), S("taken"), "counted late, as it was");
    CHECK_STR(kit_str(k, "/data/0/statuses/1/status"), S("Sold"), "as it was");
    static const struct {
        const char *query;
        int64_t in_stock;
    } filters[] = { { "warehouses=Main", -1 }, { "committed=true", -1 }, { "committed=false", 1 },
        { "statuses=In%20stock", 1 } };
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        CALL(k, "GET",
            kit_fmt(k, "/inventory_history/chart?from_day=2026-09-22&to_day=2026-09-23&%s",
                filters[i].query),
            NULL, 200);
        bool there = false;
        for (size_t n = 0; n < kit_len(k, "/series"); n++) {
            const char *at = kit_fmt(k, "/series/%zu", n);
            if (!str_eq(kit_str(k, kit_fmt(k, "%s/status", at)), S("In stock"))) continue;
            there = true;
            CHECK_INT(
                kit_int(k, kit_fmt(k, "%s/units/0", at)), filters[i].in_stock, filters[i].query);
            CHECK(kit_null(k, kit_fmt(k, "%s/units/1", at)), "a day that nobody counted");
            CHECK_INT(kit_int(k, kit_fmt(k, "%s/values/0/amounts/0", at)), 7, "for so much");
        }
        CHECK_INT(there, filters[i].in_stock > 0, filters[i].query);
    }
    static const char *const bad[] = { "from_day=2026-13-01", "from_day=2026-02-30", "to_day=x",
        "from_day=2026-09-22&to_day=2026-09-21", "from_day=2020-01-01", "to_day=1969-12-31" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CALL(k, "GET", kit_fmt(k, "/inventory_history?%s", bad[i]), NULL, 400);
        kit_problem(k, 400, "bad_parameter", bad[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { KIT_TEST(test_days) };
    return kit_main(argc, argv, "http_inventory_history", tests, COUNT_OF(tests));
}
