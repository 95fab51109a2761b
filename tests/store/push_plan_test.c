/* push_plan_test.c: which wishes are made, and which are not. */
#include "fixture.h"

#include "store/plan_dry.h"

struct wish {
    int64_t count, wanted, lane;
};

static struct wish wish_of(struct fix *f, int64_t listing_id)
{
    return (struct wish){
        fix_int_of(f, "SELECT COUNT(*) FROM push WHERE listing_id = $1", listing_id),
        fix_int_of(f, "SELECT wanted FROM push WHERE listing_id = $1", listing_id),
        fix_int_of(f, "SELECT lane FROM push WHERE listing_id = $1", listing_id),
    };
}

static void set_channel(struct fix *f, int64_t id, bool sync, bool paused)
{
    struct channel_row *before = fix_load_channel(f, id), *after = fix_load_channel(f, id);
    after->inventory_sync = sync;
    after->paused = paused;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "settings");
}

static void test_lanes(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    static const struct {
        const char *sku;
        int units;
        int64_t shown;
        int lane; /* -1: no wish */
        const char *why;
    } rows[] = {
        { "zero", 0, 4, LANE_FALL_TO_ZERO, "it shows what is not there" },
        { "unseen", 0, -1, LANE_FALL_TO_ZERO, "it may show what is not there" },
        { "fall", 2, 4, LANE_FALL, "less" },
        { "unknown", 2, -1, LANE_FALL, "it may show more" },
        { "rise", 3, 1, LANE_RISE, "more" },
        { "same", 3, 3, -1, "nothing differs" },
        { "none", 0, 0, -1, "neither here" },
    };
    int64_t ids[COUNT_OF(rows)];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t v = fix_variation(f, rows[i].sku, rows[i].sku);
        ids[i] = fix_listing(f, channel, rows[i].sku, rows[i].shown);
        fix_items(f, v, rows[i].units);
    }
    fix_plan(f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct wish w = wish_of(f, ids[i]);
        CHECK_INT(w.count, rows[i].lane >= 0, rows[i].why);
        if (rows[i].lane < 0) continue;
        CHECK_INT(w.lane, rows[i].lane, rows[i].why);
        CHECK_INT(w.wanted, rows[i].units, rows[i].why);
    }
    static const size_t order[] = { 0, 1, 2, 3, 4 };
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct push_claim claim = fix_claim(f, channel);
        CHECK_INT(claim.lane, rows[order[i]].lane, "falls to zero go first, rises last");
    }
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "that was all");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM dirty_listing"), 0, "no mark is left");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM dirty_variation"), 0, "nor of variations");
}

/* What a person is shown beforehand is what the planner then does. */
static void test_dry_plan_agrees(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    static const struct {
        int64_t synced, imported; /* -1: not known; imported was read later */
        int units;
        const char *reason, *why;
    } rows[] = {
        { -1, -1, 2, "live_unknown", "nothing is known" },
        { 2, 2, 2, "no_difference", "both agree" },
        { -1, 2, 2, "no_difference", "what is known agrees" },
        { 1, 2, 2, "rise", "it is shown, but we told less" },
        { 3, 2, 2, "fall", "it is shown, but we told more" },
        { 2, 5, 2, "fall", "we told it, more is shown" },
        { 2, 0, 2, "rise", "we told it, less is shown" },
        { 3, 0, 0, "fall_to_zero", "nothing is left and nothing is shown, but we told more" },
    };
    int64_t ids[COUNT_OF(rows)];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char sku[] = { (char)('A' + i), '\0' };
        int64_t v = fix_variation(f, sku, sku);
        ids[i] = fix_listing(f, channel, sku, rows[i].imported);
        fix_items(f, v, rows[i].units);
        if (rows[i].synced < 0) continue;
        struct stmt *st;
        fix_begin(f);
        st = tx_prepare(f->c.tx, "UPDATE listing SET synced = $1, synced_at = 1 WHERE id = $2");
        stmt_bind_int(st, 1, rows[i].synced);
        stmt_bind_int(st, 2, ids[i]);
        CHECK_ERR(stmt_run(st, NULL, &f->e), OK, &f->e, rows[i].why);
        CHECK_ERR(fix_commit(f), OK, &f->e, rows[i].why);
    }
    struct plan plan;
    struct page page = { 0, 50 };
    struct channel_row *ch = fix_load_channel(f, channel);
    READ(f, plan_dry(f->c.tx, ch, -1, &page, &f->arena, &plan, &f->e), "the dry plan");
    fix_plan(f);
    CHECK_INT(plan.count, COUNT_OF(rows), "every listing");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_STR(str_of(plan.rows[i].reason), str_of(rows[i].reason), rows[i].why);
        CHECK_INT(plan.rows[i].send, wish_of(f, ids[i]).count, rows[i].why);
    }
}

static void accept(struct fix *f, int64_t channel, const struct push_claim *claim)
{
    struct push_words words = { "patchListingsItem", 200, S(""), S("R1") };
    WRITE(f, push_accepted(&f->c, channel, claim, &words, &f->e), "accepted");
    fix_plan(f);
}

/* What is shown may still be what was before: a fall must not pass for a refresh, which waits for
 * orders. */
static void test_fall_below_what_was_told(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 0);
    fix_items(f, v, 3);
    fix_plan(f);
    struct push_claim claim = fix_claim(f, channel);
    CHECK_INT(claim.quantity, 3, "a rise is under way");
    fix_order(f, ST_NEW, v, 1);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).lane, LANE_FALL, "less than the call under way says");
    accept(f, channel, &claim);
    claim = fix_claim(f, channel);
    CHECK_INT(claim.quantity, 2, "at once");
    accept(f, channel, &claim);
    f->now += 2000;
    struct push_check *due;
    size_t count;
    READ(f,
        push_checks_due(
            f->c.tx, &(struct push_due){ channel, f->now, 10 }, &f->arena, &due, &count, &f->e),
        "due");
    CHECK_INT(count, 1, "one");
    WRITE(f, push_checked(&f->c, channel, &due[0], true, 0, &f->e), "it still shows nothing");
    fix_order(f, ST_NEW, v, 1);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).lane, LANE_FALL, "less than was accepted");
    fix_order(f, ST_NEW, v, 1);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).wanted, 0, "sold out");
    CHECK_INT(wish_of(f, id).lane, LANE_FALL_TO_ZERO, "which goes first");
}

static void test_newest_wins(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 0);
    fix_items(f, v, 2);
    fix_plan(f);
    fix_items(f, v, 3);
    fix_plan(f);
    struct wish w = wish_of(f, id);
    CHECK_INT(w.count, 1, "one wish per listing");
    CHECK_INT(w.wanted, 5, "the newest");
    int64_t order = fix_order(f, ST_NEW, v, 5);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).count, 0, "what is shown is right again: nothing to say");
    struct listing l = fix_load_listing(f, id);
    CHECK_INT(l.calculated.quantity, 0, "calculated");
    fix_order(f, ST_NEW, v, 2);
    fix_plan(f);
    CHECK_INT(fix_load_listing(f, id).calculated.quantity, -2, "signed");
    CHECK_INT(fix_load_listing(f, id).target, 0, "but the channel is told no less than zero");
    fix_set_status(f, order, ST_SHIPPED);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).wanted, 3, "closing without committing raises it again");
}

static void test_sync_off(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 4);
    fix_items(f, v, 2);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).count, 1, "on");
    set_channel(f, channel, false, false);
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "off: nothing is sent, at once");
    fix_plan(f);
    CHECK_INT(wish_of(f, id).count, 0, "nor wished");
    fix_items(f, v, 1);
    fix_plan(f);
    CHECK_INT(fix_load_listing(f, id).target, 3, "its figures go on");
    CHECK_INT(wish_of(f, id).count, 0, "without a wish");
    set_channel(f, channel, true, true);
    fix_plan(f);
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "paused");
    set_channel(f, channel, true, false);
    fix_plan(f);
    CHECK_INT(wish_of(f, id).wanted, 3, "on again: what it missed");
}

static void test_reconnect(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 4);
    fix_items(f, v, 2);
    fix_plan(f);
    struct channel_row *ch = fix_load_channel(f, channel);
    WRITE(f, channel_set_state(&f->c, ch, CHANNEL_RECONNECT_NEEDED, S("invalid_grant"), &f->e), "");
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "nothing can be sent");
    CHECK_INT(wish_of(f, id).count, 1, "and nothing is lost by trying");
    fix_items(f, v, 1);
    fix_plan(f);
    WRITE(f, channel_set_credentials(&f->c, channel, S("sealed"), &f->e), "new credentials");
    fix_plan(f);
    CHECK_INT(fix_claim(f, channel).quantity, 3, "what was wished meanwhile is sent");

    ch = fix_load_channel(f, channel);
    WRITE(f, channel_set_state(&f->c, ch, CHANNEL_RECONNECT_NEEDED, S("again"), &f->e), "again");
    fix_items(f, v, 1);
    fix_plan(f);
    ch = fix_load_channel(f, channel);
    WRITE(f, channel_set_state(&f->c, ch, CHANNEL_CONNECTED, S(""), &f->e), "by itself");
    WRITE(f, push_recover(&f->c, channel, &f->e), "the call under way");
    fix_plan(f);
    CHECK_INT(fix_claim(f, channel).quantity, 4, "the same");
}

static void test_never_pushed(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 4);
    fix_items(f, v, 2);
    fix_plan(f);
    fix_connect_none(f, id);
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "disconnecting sends nothing, no zero");
    fix_plan(f);
    CHECK_INT(wish_of(f, id).count, 0, "nor wishes");
    CHECK(!fix_load_listing(f, id).calculated.present, "it has no figures");

    int64_t w = fix_variation(f, "F", "FBA");
    int64_t fba = fix_listing(f, channel, "FBA", 4);
    fix_items(f, w, 2);
    fix_plan(f);
    CHECK_INT(wish_of(f, fba).count, 1, "fulfilled by us so far");
    fix_sql(f, "UPDATE listing SET fulfillment = 'amazon' WHERE sku = 'FBA'");
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "fulfilled by Amazon: never, whatever happens");
    WRITE(f, push_mark_all(&f->c, channel, &f->e), "look again");
    fix_plan(f);
    CHECK_INT(wish_of(f, fba).count, 0, "nor wished");
    struct listing before = fix_load_listing(f, fba), after = before;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &w;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &before, &after, &f->e), "connected by hand");
    fix_plan(f);
    CHECK_INT(wish_of(f, fba).count, 0, "never");

    int64_t x = fix_variation(f, "X", "END");
    int64_t ended = fix_listing(f, channel, "END", 4);
    fix_items(f, x, 2);
    fix_plan(f);
    WRITE(f, listing_end(&f->c, ended, &f->e), "ended");
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "an ended listing is not sent");
    fix_plan(f);
    CHECK_INT(wish_of(f, ended).count, 0, "nor wished");
}

static void test_inactive_is_pushed(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    fix_listing(f, channel, "A", 0);
    fix_sql(f, "UPDATE listing SET state = 'inactive'");
    fix_items(f, v, 2);
    fix_plan(f);
    CHECK_INT(fix_claim(f, channel).quantity, 2, "otherwise a zero could never be undone");
}

static void test_settings_count(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 5);
    fix_items(f, v, 5);
    fix_plan(f);
    struct channel_row *before = fix_load_channel(f, channel),
                       *after = fix_load_channel(f, channel);
    after->reserve = 2;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "reserve");
    fix_plan(f);
    CHECK_INT(wish_of(f, id).wanted, 3, "the channel's reserve");
    *before = *after;
    after->has_cap = true;
    after->cap = 1;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "cap");
    fix_plan(f);
    CHECK_INT(wish_of(f, id).wanted, 1, "the channel's cap");
}

static void count(struct fix *f, int64_t channel, size_t statuses, size_t warehouses)
{
    struct channel_row *before = fix_load_channel(f, channel),
                       *after = fix_load_channel(f, channel);
    after->status_ids[0] = IN_STOCK;
    after->warehouse_ids[0] = MAIN;
    after->status_count = statuses;
    after->warehouse_count = warehouses;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "what is counted");
}

/* Without a counted status or warehouse every quantity is zero, which nobody means. */
static void test_nothing_counted(void **state)
{
    static const struct {
        size_t statuses, warehouses;
        const char *why;
    } rows[] = {
        { 0, 1, "no status" },
        { 1, 0, "no warehouse" },
        { 0, 0, "neither" },
    };
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), v = fix_variation(f, "A", "A");
    int64_t id = fix_listing(f, channel, "A", 4);
    fix_items(f, v, 2);
    fix_plan(f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(wish_of(f, id).wanted, 2, "what counts is wished");
        count(f, channel, rows[i].statuses, rows[i].warehouses);
        CHECK_INT(fix_claim(f, channel).listing_id, 0, rows[i].why);
        fix_plan(f);
        CHECK_INT(wish_of(f, id).count, 0, "nor is a zero wished");
        CHECK_INT(fix_load_listing(f, id).target, 0, "its figures say what they are");
        struct plan plan;
        struct page page = { 0, 50 };
        struct channel_row *ch = fix_load_channel(f, channel);
        READ(f, plan_dry(f->c.tx, ch, -1, &page, &f->arena, &plan, &f->e), "the dry plan");
        CHECK_STR(str_of(plan.rows[0].reason), S("nothing_counted"), rows[i].why);
        CHECK(!plan.rows[0].send && !plan.rows[0].has_wanted, "nothing would be sent");
        CHECK_INT(plan.totals.left_out, 1, "it is left out");
        count(f, channel, 1, 1);
        fix_plan(f);
    }
    CHECK_INT(fix_claim(f, channel).quantity, 2, "and goes on when something is counted");
}

/* Consent is to a plan; while nothing counts there is none. */
static void test_consent_needs_counting(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    count(f, channel, 1, 0);
    WRITE(f, channel_consent(&f->c, channel, &f->e), "consent to nothing");
    CHECK_INT(fix_load_channel(f, channel)->brake_released_at, 0, "the brake stays on");
    count(f, channel, 1, 1);
    WRITE(f, channel_consent(&f->c, channel, &f->e), "consent");
    CHECK_INT(fix_load_channel(f, channel)->brake_released_at, f->now, "lets the first round go");
}

static void test_brake(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), variations[12];
    for (int i = 0; i < 12; i++) {
        char *sku = arena_new(&f->arena, char, 8);
        snprintf(sku, 8, "S%d", i);
        variations[i] = fix_variation(f, sku, sku);
        fix_items(f, variations[i], 1);
        fix_listing(f, channel, sku, 1);
    }
    fix_plan(f);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "all show what they should");
    struct channel_row *before = fix_load_channel(f, channel),
                       *after = fix_load_channel(f, channel);
    after->reserve = 5;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "a slip of the hand");
    fix_plan(f);
    struct channel_row *ch = fix_load_channel(f, channel);
    CHECK_INT(ch->brake_since, f->now, "the brake pulls");
    CHECK_INT(ch->brake_live, 12, "of so many live ones");
    CHECK_INT(ch->brake_zeroed, 12, "so many would fall to zero");
    CHECK_STR(str_of(channel_shown_state(ch)), S("braked"), "and says so");
    CHECK_INT(fix_claim(f, channel).listing_id, 0, "nothing is sent");
    WRITE(f, channel_set_brake(&f->c, ch, 0, 0, 0, &f->e), "a person lets it go");
    CHECK_INT(fix_claim(f, channel).quantity, 0, "then it is");
    fix_items(f, variations[0], 6);
    fix_plan(f);
    ch = fix_load_channel(f, channel);
    CHECK_INT(ch->brake_since, 0, "and does not pull again for the same");
    CHECK_INT(ch->brake_released_at, f->now, "when");
}

static void test_brake_counts_live_ones(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    for (int i = 0; i < 12; i++) {
        char *sku = arena_new(&f->arena, char, 8);
        snprintf(sku, 8, "S%d", i);
        fix_variation(f, sku, sku);
        fix_listing(f, channel, sku, -1);
    }
    fix_plan(f);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE lane = 0"), 12, "to be told zero");
    CHECK_INT(fix_load_channel(f, channel)->brake_since, 0, "none of them is known to be live");
}

/* `count` of listings that show one each. */
static void open_stock(struct fix *f, int64_t channel, int64_t *variations, int count)
{
    for (int i = 0; i < count; i++) {
        const char *sku = arena_fmt(&f->arena, "S%02d", i).at;
        variations[i] = fix_variation(f, sku, sku);
        fix_items(f, variations[i], 1);
        fix_listing(f, channel, sku, 1);
    }
    fix_plan(f);
}

/* One of them is sold elsewhere; its zero is planned and, unless the brake holds it, sent, accepted
 * and shown at once. */
static void sell_out(struct fix *f, int64_t channel, int64_t variation)
{
    fix_order(f, ST_NEW, variation, 1);
    fix_plan(f);
    struct push_claim claim = fix_claim(f, channel);
    if (!claim.listing_id) return;
    CHECK_INT(claim.lane, LANE_FALL_TO_ZERO, "a fall to zero");
    accept(f, channel, &claim);
    struct push_check check = { .listing_id = claim.listing_id, .sku = claim.sku };
    WRITE(f, push_checked(&f->c, channel, &check, true, 0, &f->e), "shown");
}

/* A slip that takes everything to zero one by one is as bad as one that does it at once. */
static void test_brake_remembers(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), variations[20];
    open_stock(f, channel, variations, 20);
    for (int i = 0; i < 9; i++) {
        sell_out(f, channel, variations[i]);
        f->now += 60 * 1000;
    }
    CHECK_INT(fix_load_channel(f, channel)->brake_since, 0, "nine zeros are no blast");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "all of them were sent");
    sell_out(f, channel, variations[9]);
    struct channel_row *ch = fix_load_channel(f, channel);
    CHECK_INT(ch->brake_since, f->now, "the tenth within the hour pulls it");
    CHECK_INT(ch->brake_zeroed, 10, "sent ones count");
    CHECK_INT(ch->brake_live, 20, "of what was live before them");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE state = 'waiting'"), 1, "it waits");
    WRITE(f, channel_set_brake(&f->c, ch, 0, 0, 0, &f->e), "a person lets it go");
    CHECK_INT(fix_claim(f, channel).quantity, 0, "then it is sent");
    f->now += 2 * 60 * 1000;
    for (int i = 10; i < 19; i++)
        sell_out(f, channel, variations[i]);
    CHECK_INT(fix_load_channel(f, channel)->brake_since, 0, "what was let go counts no more");
    sell_out(f, channel, variations[19]);
    CHECK_INT(fix_load_channel(f, channel)->brake_since, f->now, "what came after it does");
}

static void test_brake_forgets(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), variations[20];
    open_stock(f, channel, variations, 20);
    for (int i = 0; i < 20; i++) {
        sell_out(f, channel, variations[i]);
        f->now += 7 * 60 * 1000;
    }
    CHECK_INT(fix_load_channel(f, channel)->brake_since, 0, "never ten within an hour");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "a shop may sell out");
    f->now += DAY;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 8; i++) {
            fix_items(f, variations[i], 1);
            fix_plan(f);
            struct push_claim claim = fix_claim(f, channel);
            CHECK_INT(claim.quantity, 1, "new stock");
            accept(f, channel, &claim);
            sell_out(f, channel, variations[i]);
        }
    CHECK_INT(fix_load_channel(f, channel)->brake_since, 0, "eight listings, however often");
}

/* A release that lies in the future was written before the clock was put back: it consents to
 * nothing that is planned now. */
static void test_brake_and_a_clock_put_back(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), variations[20];
    open_stock(f, channel, variations, 20);
    WRITE(f, channel_consent(&f->c, channel, &f->e), "consent");
    f->now -= DAY;
    for (int i = 0; i < 10; i++)
        sell_out(f, channel, variations[i]);
    CHECK_INT(fix_load_channel(f, channel)->brake_since, f->now, "the brake is not off for a day");
}

static void test_rounds(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    for (int i = 0; i < 5; i++) {
        char *sku = arena_new(&f->arena, char, 8);
        snprintf(sku, 8, "S%d", i);
        fix_items(f, fix_variation(f, sku, sku), 1);
        fix_listing(f, channel, sku, 0);
    }
    int rounds = 0;
    for (bool more = true; more; rounds++)
        WRITE(f, push_plan(&f->c, 2, &more, &f->e), "a small round");
    CHECK(rounds > 1, "in several rounds");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE wanted = 1"), 5, "all are planned");
    bool more = true;
    WRITE(f, push_plan(&f->c, 2, &more, &f->e), "nothing to do");
    CHECK(!more, "and says so");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_lanes),
        FIX_TEST(test_dry_plan_agrees),
        FIX_TEST(test_fall_below_what_was_told),
        FIX_TEST(test_newest_wins),
        FIX_TEST(test_sync_off),
        FIX_TEST(test_reconnect),
        FIX_TEST(test_never_pushed),
        FIX_TEST(test_inactive_is_pushed),
        FIX_TEST(test_settings_count),
        FIX_TEST(test_nothing_counted),
        FIX_TEST(test_consent_needs_counting),
        FIX_TEST(test_brake),
        FIX_TEST(test_brake_counts_live_ones),
        FIX_TEST(test_brake_remembers),
        FIX_TEST(test_brake_forgets),
        FIX_TEST(test_brake_and_a_clock_put_back),
        FIX_TEST(test_rounds),
    };
    return fix_main(argc, argv, "store/push_plan", tests, COUNT_OF(tests));
}
