/* quantity_test.c: targets, reasons, lanes, brake. */
#include "check.h"

#include "core/quantity.h"

static void test_target(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t calculated;
        struct quantity_rule rule;
        int64_t want;
    } rows[] = {
        { "as calculated", 7, { 0, false, 0 }, 7 },
        { "negative is told as zero", -3, { 0, false, 0 }, 0 },
        { "reserve is kept back", 7, { 2, false, 0 }, 5 },
        { "reserve above stock", 2, { 5, false, 0 }, 0 },
        { "cap", 100, { 0, true, 10 }, 10 },
        { "cap below is no floor", 3, { 0, true, 10 }, 3 },
        { "reserve goes before cap", 12, { 5, true, 10 }, 7 },
        { "cap of zero stops selling", 12, { 0, true, 0 }, 0 },
        { "smallest", INT64_MIN, { 5, false, 0 }, 0 },
        { "largest", INT64_MAX, { 0, false, 0 }, INT64_MAX },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(quantity_target(rows[i].calculated, &rows[i].rule), rows[i].want, rows[i].why);
    struct quantity_rule channel = { 2, true, 9 };
    struct quantity_rule own = quantity_rule_of(&channel, true, 0, false, 0);
    CHECK_INT(own.reserve, 0, "a listing's own reserve, even of zero");
    CHECK_INT(own.cap, 9, "the channel's cap where the listing has none");
    own = quantity_rule_of(&channel, false, 0, true, 3);
    CHECK_INT(own.reserve, 2, "the channel's reserve");
    CHECK_INT(own.cap, 3, "the listing's cap");
}

static void test_decide(void **state)
{
    (void)state;
    struct push_facts good = { .connected = true, .inventory_sync = true, .target = 4 };
    CHECK_INT(push_decide(&good), PUSH_WANTED, "never told");
    struct push_facts f = good;
    f.has_synced = f.has_imported = true;
    f.synced = f.imported = 4;
    CHECK_INT(push_decide(&f), PUSH_UNCHANGED, "accepted and seen");
    f.imported = 0;
    CHECK_INT(push_decide(&f), PUSH_WANTED, "somebody else set it to zero");
    f.imported = 4;
    f.synced = 3;
    CHECK_INT(push_decide(&f), PUSH_WANTED, "accepted another one last");
    f = good;
    f.has_imported = true;
    f.imported = 4;
    CHECK_INT(push_decide(&f), PUSH_UNCHANGED, "it shows that already: nothing differs");
    f = good;
    f.amazon_fulfilled = true;
    CHECK_INT(push_decide(&f), PUSH_AMAZON_FULFILLED, "never, whatever happens");
    f = good;
    f.ended = true;
    CHECK_INT(push_decide(&f), PUSH_ENDED, "ended");
    f = good;
    f.connected = false;
    CHECK_INT(push_decide(&f), PUSH_NOT_CONNECTED, "not connected");
    f = good;
    f.inventory_sync = false;
    CHECK_INT(push_decide(&f), PUSH_SYNC_OFF, "off sends nothing, no zeroing");
    f = good;
    f.paused = true;
    CHECK_INT(push_decide(&f), PUSH_CHANNEL_PAUSED, "paused");
    f = good;
    f.reconnect_needed = true;
    CHECK_INT(push_decide(&f), PUSH_RECONNECT_NEEDED, "no grant");
    f = good;
    f.nothing_counted = true;
    f.target = 0;
    CHECK_INT(push_decide(&f), PUSH_NOTHING_COUNTED, "a zero that nobody meant");
    CHECK_STR(str_of(push_reason_code(PUSH_NOTHING_COUNTED)), S("nothing_counted"), "its word");
}

static void test_lane(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t wanted;
        bool has_live;
        int64_t live;
        bool has_synced;
        int64_t synced;
        enum push_lane want;
    } rows[] = {
        { "sold out goes first", 0, true, 5, true, 5, LANE_FALL_TO_ZERO },
        { "what is live is not known", 0, false, 0, false, 0, LANE_FALL_TO_ZERO },
        { "lower", 3, true, 5, true, 5, LANE_FALL },
        { "perhaps lower", 3, false, 0, false, 0, LANE_FALL },
        { "higher: stock came in", 6, true, 5, true, 5, LANE_RISE },
        { "higher, never told before", 6, true, 5, false, 0, LANE_RISE },
        { "told before, and not shown any more", 5, true, 4, true, 5, LANE_REFRESH },
        { "the same", 5, true, 5, true, 4, LANE_REFRESH },
        { "zero already", 0, true, 0, true, 0, LANE_REFRESH },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(push_lane_of(rows[i].wanted, rows[i].has_live, rows[i].live, rows[i].has_synced,
                      rows[i].synced),
            rows[i].want, rows[i].why);
}

static void test_brake(void **state)
{
    (void)state;
    CHECK(!brake_pulls(20, 9), "fewer than ten never pull it");
    CHECK(brake_pulls(20, 10), "half of the listings");
    CHECK(!brake_pulls(100, 30), "exactly the share");
    CHECK(brake_pulls(100, 31), "one more");
    CHECK(brake_pulls(0, 10), "ten at once of none known live");
}

static void test_intake(void **state)
{
    (void)state;
    const time_ms now = 100000000;
    struct intake_state off = { .order_import = false };
    struct intake_state on = { true, now - 5000, now - 125000 };
    CHECK_INT(push_wanted_until(LANE_RISE, &off, now), now, "nothing to wait for");
    CHECK_INT(push_wanted_until(LANE_FALL_TO_ZERO, &on, now), now, "falls never wait");
    CHECK_INT(push_wanted_until(LANE_FALL, &on, now), now, "falls never wait");
    CHECK_INT(push_wanted_until(LANE_RISE, &on, now), now - 5000, "asked since");
    CHECK_INT(push_wanted_until(LANE_REFRESH, &on, now), now - 125000, "read up to then");
    struct intake_state never = { .order_import = true };
    CHECK_INT(push_wanted_until(LANE_RISE, &never, now), now - RISE_WAIT_MAX_MS, "bounded");
    CHECK_INT(push_wanted_until(LANE_REFRESH, &never, now), now - RISE_WAIT_MAX_MS, "bounded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_decide),
        cmocka_unit_test(test_lane),
        cmocka_unit_test(test_brake),
        cmocka_unit_test(test_intake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
