/* scenario_pushes_test.c: quantities on their way to Amazon, and what happens to them there. */
#include "scenario.h"

#include "store/listing.h"
#include "store/run.h"

#define ORDER "111-1111111-1111111"
#define PUSHED "SELECT COUNT(*) FROM channel_event WHERE kind = "
#define SETTLED "SELECT COUNT(*) FROM push"

static void fail_patches(struct world *w, const char *kind, const char *more)
{
    world_control(w, "/_sim/faults",
        arena_fmt(&w->arena, "{\"match\": \"patchListingsItem\", \"kind\": \"%s\"%s}", kind, more)
            .at);
}

static void end_faults(struct world *w)
{
    world_control(w, "/_sim/faults", "[]");
}

/* How many quantities of the SKU Amazon was told, by call. */
static int64_t patches_of(struct world *w, const char *sku)
{
    struct json root;
    int64_t count = 0;
    CHECK_INT(world_call(w, "GET", "/_sim/calls", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    for (size_t i = 0; i < json_len(calls); i++) {
        struct str name = S(""), of = S("");
        (void)json_str(json_get(json_at(calls, i), "operation"), &name);
        (void)json_str(json_get(json_at(calls, i), "sku"), &of);
        count += str_eq(name, S("patchListingsItem")) && str_eq(of, str_of(sku));
    }
    json_release(&root);
    return count;
}

/* A number of the listing as the simulator has it; -1: null. */
static int64_t shown(struct world *w, const char *sku, const char *member)
{
    struct json root;
    int64_t n = -1;
    const char *path = arena_fmt(&w->arena, "/_sim/listings?sku=%s", sku).at;
    CHECK_INT(world_call(w, "GET", path, "", &root), 200, path);
    (void)json_int64(json_get(json_at(json_get(root, "listings"), 0), member), &n);
    json_release(&root);
    return n;
}

static bool said_of(struct world *w, const char *sku, const char *member)
{
    struct json root;
    bool yes = false;
    const char *path = arena_fmt(&w->arena, "/_sim/listings?sku=%s", sku).at;
    CHECK_INT(world_call(w, "GET", path, "", &root), 200, path);
    (void)json_bool(json_get(json_at(json_get(root, "listings"), 0), member), &yes);
    json_release(&root);
    return yes;
}

static enum err run_sql(struct change *c, void *ctx, struct error *e)
{
    return tx_script(c->tx, str_of(ctx), e);
}

/* As if somebody had done it in the database. */
static void do_sql(struct world *w, const char *sql)
{
    world_change(w, run_sql, (void *)(uintptr_t)sql);
}

/* A person looks at everything anew. */
static void push_all(struct world *w)
{
    CHECK_INT(world_run(w, RUN_PUSH_QUANTITIES), 1, "all quantities are looked at");
}

/* Amazon says ACCEPTED and shows the old quantity for ever. It is sent again three times, then said
 * with everything that helps to see why; the next change is sent all the same. */
static void accepted_never_applied(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    fail_patches(&w, "never_apply", "");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_receive(&w, id, 3);
    world_until(&w, "SELECT COUNT(*) FROM push WHERE state = 'failed'", 1, "it is given up");
    CHECK_INT(scenario_calls(&w, "patchListingsItem"), 4, "sent once, and again three times");
    CHECK_INT(world_number(&w, PUSHED "'difference_stays' AND severity = 'warning'"), 3,
        "each time with a word");
    CHECK_STR(world_text(&w, "SELECT detail FROM channel_event WHERE kind = 'difference_stays'"
                             " AND severity = 'error'"),
        S("wanted, sent and accepted 3; the channel shows 0; it was sent again three times"),
        "wanted, sent, accepted, live");
    CHECK_INT(world_number(&w, "SELECT imported FROM listing"), 0, "what is shown is known");
    end_faults(&w);
    world_receive(&w, id, 2);
    world_until_live(&w, "IP13", 5, "a newer wish is sent");
    world_until(&w, SETTLED, 0, "and settles");
    world_close(&w);
}

/* HTTP 200 with status INVALID is a refusal: kept with Amazon's words, and tried again later. */
static void invalid_in_200(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    fail_patches(&w, "invalid", ", \"count\": 1");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_receive(&w, id, 3);
    world_until(&w, PUSHED "'push_refused'", 1, "the refusal is told");
    CHECK_INT(world_number(&w, PUSHED "'push_accepted'"), 0, "and not taken for success");
    CHECK(str_starts(world_text(&w, "SELECT refusal FROM push"), S("8541: ")), "Amazon's words");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE synced IS NULL"), 1,
        "nothing counts as told");
    world_until_live(&w, "IP13", 3, "a quarter of an hour later it is tried again");
    world_until(&w, SETTLED, 0, "and settles");
    CHECK_INT(scenario_calls(&w, "patchListingsItem"), 2, "once, and once again");
    world_close(&w);
}

/* Handling time and restock date are the seller's. They outlive falls, zeros and rises. */
static void lead_time_kept(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 9");
    world_control(&w, "/_sim/listings",
        "{\"sku\": \"IP13\", \"handling_days\": 5, \"restock_date\": \"2027-02-01\"}");
    scenario_stock(&w, "IP13", 3, 3);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 3);
    world_until(&w, "SELECT target FROM listing", 0, "sold out");
    world_until_live(&w, "IP13", 0, "and told");
    scenario_stock(&w, "IP13", 2, 2);
    world_until(&w, SETTLED, 0, "all is settled");
    CHECK(scenario_calls(&w, "patchListingsItem") >= 2, "by calls of ours");
    CHECK_INT(shown(&w, "IP13", "handling_days"), 5, "the handling time is untouched");
    struct json root;
    struct str date = S("");
    CHECK_INT(world_call(&w, "GET", "/_sim/listings?sku=IP13", "", &root), 200, "the listing");
    (void)json_str(json_get(json_at(json_get(root, "listings"), 0), "restock_date"), &date);
    CHECK_STR(date, S("2027-02-01"), "and so is the restock date");
    json_release(&root);
    world_close(&w);
}

/* More is promised than there is: the figure is shown with its sign, Amazon hears zero. */
static void negative_calculated(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 9");
    scenario_stock(&w, "IP13", 2, 2);
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 5);
    world_until(&w, "SELECT calculated FROM listing", -3, "signed");
    CHECK_INT(world_number(&w, "SELECT target FROM listing"), 0, "and nothing below zero is told");
    world_until_live(&w, "IP13", 0, "nothing is for sale");
    scenario_stock(&w, "IP13", 3, 0);
    world_until(&w, "SELECT calculated FROM listing", 0, "what came in is promised already");
    world_until(&w, SETTLED, 0, "so there is nothing to tell");
    CHECK_INT(shown(&w, "IP13", "quantity"), 0, "and nothing is for sale");
    scenario_stock(&w, "IP13", 4, 4);
    world_close(&w);
}

static enum err connect_to(struct change *c, void *ctx, struct error *e)
{
    struct str one = S("ONE");
    for (int64_t *id = ctx; *id; id++) {
        struct listing before, after;
        enum err rc = listing_lock(c, *id, c->arena, &before, e);
        if (rc) return rc;
        after = before;
        after.mode = LISTING_SKUS;
        after.skus = &one;
        after.sku_count = 1;
        rc = listing_update(c, &before, &after, e);
        if (rc) return rc;
    }
    return OK;
}

/* The last unit is offered four times. When one is sold, the other three fall to zero. */
static void one_unit_on_four_listings(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "A 0, B 0, C 0, D 0");
    int64_t id = world_variation(&w, "ONE", "the one");
    int64_t listings[5] = { 0 };
    for (int i = 0; i < 4; i++)
        listings[i] = world_number(
            &w, arena_fmt(&w.arena, "SELECT id FROM listing WHERE sku = '%c'", 'A' + i).at);
    world_change(&w, connect_to, listings);
    world_receive(&w, id, 1);
    for (int i = 0; i < 4; i++)
        world_until_live(&w, ((const char *[]){ "A", "B", "C", "D" })[i], 1, "offered everywhere");
    scenario_order(&w, ORDER, "UNSHIPPED", "B", 1);
    for (int i = 0; i < 4; i++)
        world_until_live(&w, ((const char *[]){ "A", "B", "C", "D" })[i], 0, "sold everywhere");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE target = 0"), 4, "known here");
    scenario_order_do(&w, ORDER, "cancel", "{}");
    for (int i = 0; i < 4; i++)
        world_until_live(&w, ((const char *[]){ "A", "B", "C", "D" })[i], 1, "free, on all four");
    world_close(&w);
}

/* Nothing is written down any more once a quantity has been sent: what a crash at that moment
 * leaves, or a database that went away. */
static void stop_recording(struct world *w)
{
    do_sql(w, w->h.engine == DB_SQLITE
                  ? "CREATE TRIGGER crash BEFORE UPDATE ON push WHEN OLD.state = 'sending'"
                    " BEGIN SELECT RAISE(ABORT, 'crashed'); END"
                  : "CREATE FUNCTION crash() RETURNS trigger AS $$ BEGIN RAISE 'crashed'; END $$"
                    " LANGUAGE plpgsql; CREATE TRIGGER crash BEFORE UPDATE ON push FOR EACH ROW"
                    " WHEN (OLD.state = 'sending') EXECUTE FUNCTION crash()");
}

static void record_again(struct world *w)
{
    do_sql(w, w->h.engine == DB_SQLITE ? "DROP TRIGGER crash" : "DROP TRIGGER crash ON push");
}

/* Amazon took the quantity and we died before we knew. It counts as perhaps told: meanwhile stock
 * leaves, and the one that takes over sends what is true now, not what was true then. */
static void crash_between_patch_and_record(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 0");
    stop_recording(&w);
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    world_receive(&w, id, 5);
    world_until_live(&w, "IP13", 5, "Amazon took it");
    world_stop_engine(&w);
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM push WHERE state = 'sending'"), 1,
        "and nobody wrote down that it did");
    CHECK_INT(world_number(&w, "SELECT COUNT(*) FROM listing WHERE synced IS NULL"), 1, "told?");
    record_again(&w);
    do_sql(&w, "DELETE FROM lease");
    struct engine *dead = w.engine;
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE synced = 5", 1, "it is sent again");
    CHECK_INT(patches_of(&w, "IP13"), 2, "once");
    world_until(&w, SETTLED, 0, "and settles");
    scenario_order(&w, ORDER, "UNSHIPPED", "IP13", 5);
    world_until_live(&w, "IP13", 0, "life goes on");
    world_close(&w);
    engine_release(dead);
}

/* Sending is switched on and no warehouse is counted: every quantity would be zero, and nobody
 * meant that. Nothing is sent until something is counted. */
static void first_enable_with_no_warehouse(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "IP13 9, IP14 4");
    do_sql(&w, "DELETE FROM channel_counted_warehouse");
    int64_t id = world_variation(&w, "IP13", "iPhone 13");
    (void)world_variation(&w, "IP14", "iPhone 14");
    world_receive(&w, id, 3);
    push_all(&w);
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE target = 0", 2, "all would be zero");
    CHECK_INT(scenario_calls(&w, "patchListingsItem"), 0, "and nothing is sent");
    CHECK_INT(shown(&w, "IP13", "quantity"), 9, "as it was");
    CHECK_INT(shown(&w, "IP14", "quantity"), 4, "as it was");
    do_sql(&w, "INSERT INTO channel_counted_warehouse (channel_id, warehouse_id)"
               " SELECT id, 1 FROM channel");
    push_all(&w);
    world_until_live(&w, "IP13", 3, "now it is what is there");
    world_until_live(&w, "IP14", 0, "and what is not");
    world_close(&w);
}

/* Every way on which a quantity could reach a listing that Amazon fulfils. Only one call may have
 * gone to it at the end: the one from before it was Amazon's. */
static void fba_never_touched(void **state)
{
    (void)state;
    struct world w;
    scenario_begin(&w, "FBA 0, FLIP 4, REPAIR 4, OK 1");
    world_control(&w, "/_sim/listings", "{\"sku\": \"FBA\", \"fulfillment\": \"amazon\"}");
    CHECK_INT(world_run(&w, RUN_SYNC_LISTINGS), 1, "it is known as Amazon's");
    int64_t fba = world_variation(&w, "FBA", "Amazon's own");
    int64_t flip = world_variation(&w, "FLIP", "becomes Amazon's");
    int64_t repair = world_variation(&w, "REPAIR", "becomes Amazon's too");
    scenario_stock(&w, "OK", 1, 1);
    world_until_live(&w, "FLIP", 0, "without stock");
    world_until_live(&w, "REPAIR", 0, "without stock");
    world_until(&w, SETTLED, 0, "all that is the merchant's is told");

    world_receive(&w, fba, 3);                        /* the planner */
    push_all(&w);                                     /* a person's wish */
    scenario_order(&w, ORDER, "UNSHIPPED", "FBA", 1); /* demand, or none: Amazon ships it */

    /* Between a wish and its claim: held back by a refusal, it becomes Amazon's. */
    fail_patches(&w, "invalid", ", \"count\": 1");
    world_receive(&w, flip, 2);
    world_until(&w, PUSHED "'push_refused'", 1, "refused for now");
    world_control(&w, "/_sim/listings", "{\"sku\": \"FLIP\", \"fulfillment\": \"amazon\"}");
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE sku = 'FLIP' AND fulfillment = 'amazon'", 1,
        "the refresh sees it");
    push_all(&w);

    /* Between acceptance and repair: never applied, and Amazon's when it is read back. */
    fail_patches(&w, "never_apply", ", \"count\": 1");
    int64_t before = patches_of(&w, "REPAIR");
    world_receive(&w, repair, 2);
    world_until(&w, "SELECT COUNT(*) FROM push WHERE state = 'accepted'", 1, "accepted");
    world_control(&w, "/_sim/listings", "{\"sku\": \"REPAIR\", \"fulfillment\": \"amazon\"}");
    world_until(&w, "SELECT COUNT(*) FROM listing WHERE sku = 'REPAIR' AND fulfillment = 'amazon'",
        1, "the read-back or the refresh sees it");
    world_until(&w, SETTLED, 0, "and nothing waits any more");
    push_all(&w);
    scenario_stock(&w, "OK", 1, 2); /* whatever was to be sent has been sent by now */

    CHECK_INT(patches_of(&w, "FBA"), 0, "Amazon's own is never told anything");
    CHECK_INT(patches_of(&w, "FLIP"), 2, "nothing after it became Amazon's");
    CHECK_INT(patches_of(&w, "REPAIR"), before + 1, "nothing after it became Amazon's");
    CHECK(!said_of(&w, "FBA", "stranded") && !said_of(&w, "FLIP", "stranded") &&
              !said_of(&w, "REPAIR", "stranded"),
        "and no stock of it is stranded");
    world_close(&w);
}

enum { MANY = 200 };

static enum err connect_all(struct change *c, void *ctx, struct error *e)
{
    (void)ctx;
    int64_t ids[MANY + 1] = { 0 };
    size_t n = 0;
    struct stmt *st = tx_prepare(c->tx, "SELECT id FROM listing WHERE sku <> 'FIRST' ORDER BY id");
    while (stmt_row(st) && n < MANY)
        ids[n++] = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    return rc ? rc : connect_to(c, ids, e);
}

/* Two hundred listings of one kind of phone, and a seller whom Amazon allows a call in two seconds:
 * some seven minutes singly, five in a lot. The fault meets the feed. Returns the variation. */
static int64_t begin_lot(struct world *w, const char *fault)
{
    struct buf listings;
    buf_init(&listings, 4096);
    for (int i = 0; i < MANY; i++)
        buf_put_fmt(&listings, "L%03d 0, ", i);
    buf_put(&listings, S("FIRST 0\0"));
    scenario_begin(w, listings.at);
    buf_release(&listings);
    world_control(w, "/_sim/rates",
        "{\"operations\": {\"patchListingsItem\": {\"rate\": 0.5, \"burst\": 5}}}");
    if (fault[0])
        world_control(w, "/_sim/faults",
            arena_fmt(
                &w->arena, "{\"match\": \"createFeed\", \"kind\": \"%s\", \"count\": 1}", fault)
                .at);
    scenario_stock(w, "FIRST", 1, 1); /* whose answer states the rate */
    int64_t id = world_variation(w, "ONE", "many");
    world_change(w, connect_all, NULL);
    world_receive(w, id, 3);
    return id;
}

/* All of them show it, and nothing is under way any more. */
static void all_show(struct world *w, int64_t quantity)
{
    world_until(w, "SELECT COUNT(*) FROM push", 0, "all is told and read back");
    struct json root;
    int64_t count = 0;
    CHECK_INT(world_call(w, "GET", "/_sim/listings", "", &root), 200, "listings");
    struct json list = json_get(root, "listings");
    for (size_t i = 0; i < json_len(list); i++) {
        int64_t n = -1;
        struct str sku = S("");
        (void)json_str(json_get(json_at(list, i), "sku"), &sku);
        (void)json_int64(json_get(json_at(list, i), "quantity"), &n);
        count += n == quantity && !str_eq(sku, S("FIRST"));
    }
    json_release(&root);
    CHECK_INT(count, MANY, "every one of them");
}

/* Of the one feed that Amazon got. */
static int64_t of_feed(struct world *w, const char *member)
{
    struct json root;
    int64_t n = -1;
    CHECK_INT(world_call(w, "GET", "/_sim/feeds", "", &root), 200, "feeds");
    CHECK_INT(json_len(json_get(root, "feeds")), 1, "one feed");
    (void)json_int64(json_get(json_at(json_get(root, "feeds"), 0), member), &n);
    json_release(&root);
    return n;
}

/* Half of the messages are refused: those alone are told as refused and are tried again, singly and
 * by and by; the others are done. */
static void feed_half_invalid(void **state)
{
    (void)state;
    struct world w;
    (void)begin_lot(&w, "feed_invalid");
    world_until(&w, PUSHED "'bulk_done'", 1, "the report is applied");
    CHECK(of_feed(&w, "messages") > MANY / 2, "most of them went in it");
    CHECK_INT(world_number(&w, PUSHED "'push_refused'"), of_feed(&w, "invalid"), "by its messages");
    CHECK(str_starts(world_text(&w, "SELECT channel_message FROM channel_event"
                                    " WHERE kind = 'push_refused'"),
              S("8541: ")),
        "in Amazon's words");
    CHECK_INT(scenario_calls(&w, "createFeed"), 1, "by one feed");
    world_control(&w, "/_sim/rates", "{\"rate_scale\": 1}");
    all_show(&w, 3);
    world_close(&w);
}

/* It ends FATAL with its first half done: each is read back, and only the others are sent again. */
static void feed_fatal_half_applied(void **state)
{
    (void)state;
    struct world w;
    (void)begin_lot(&w, "feed_fatal");
    world_until(&w, PUSHED "'bulk_lost'", 1, "it is said");
    CHECK_STR(world_text(&w, "SELECT channel_message FROM channel_event WHERE kind = 'bulk_lost'"),
        S("FATAL"), "in Amazon's word");
    world_control(&w, "/_sim/rates", "{\"rate_scale\": 1}");
    int64_t before = scenario_calls(&w, "patchListingsItem");
    all_show(&w, 3);
    int64_t again = scenario_calls(&w, "patchListingsItem") - before;
    CHECK(again <= of_feed(&w, "messages") - of_feed(&w, "accepted") + MANY / 10,
        "what was done is not done again");
    CHECK_INT(scenario_calls(&w, "createFeed"), 1, "and not by another feed");
    CHECK_INT(world_number(&w, PUSHED "'difference_stays'"), 0, "nobody is alarmed");
    world_close(&w);
}

/* It stays in the queue. What is sold meanwhile waits for it an hour at most: sent beside it, a lot
 * that is worked off later would put back what it says. */
static void feed_stuck(void **state)
{
    (void)state;
    struct world w;
    (void)begin_lot(&w, "feed_stuck");
    world_until(&w, PUSHED "'bulk_sent'", 1, "it is sent");
    CHECK(world_number(&w, "SELECT COUNT(*) FROM push WHERE state = 'bulk'") > MANY / 2, "a lot");
    scenario_order(&w, ORDER, "UNSHIPPED", "ONE", 2);
    world_until(&w, "SELECT COUNT(*) FROM sales_order", 1, "sold meanwhile");
    world_until(&w, PUSHED "'bulk_lost'", 1, "an hour later it is given up");
    world_control(&w, "/_sim/rates", "{\"rate_scale\": 1}");
    all_show(&w, 1);
    CHECK_INT(scenario_calls(&w, "createFeed"), 1, "an hour of single calls follows");
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENARIO("feed-stuck", feed_stuck),
        SCENARIO("feed-half-invalid", feed_half_invalid),
        SCENARIO("feed-fatal-half-applied", feed_fatal_half_applied),
        SCENARIO("accepted-never-applied", accepted_never_applied),
        SCENARIO("200-with-invalid", invalid_in_200),
        SCENARIO("lead-time-kept", lead_time_kept),
        SCENARIO("fba-never-touched", fba_never_touched),
        SCENARIO("negative-calculated", negative_calculated),
        SCENARIO("one-unit-on-four-listings", one_unit_on_four_listings),
        SCENARIO("crash-between-patch-and-record", crash_between_patch_and_record),
        SCENARIO("first-enable-with-no-warehouse", first_enable_with_no_warehouse),
    };
    return scenario_run(argc, argv, tests, COUNT_OF(tests));
}
