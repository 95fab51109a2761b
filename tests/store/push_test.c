/* push_test.c: sending wishes and what comes of them; push_plan_test.c is about making them. */
#include "fixture.h"

#include "store/channel_log.h"

#include <string.h>

static const struct push_words good = { "patchListingsItem", 200, { "", 0 }, { "R1", 2 } };

/* A channel with one listing that shows 5 and should show `units`. */
struct shop {
    int64_t channel, variation, listing;
};

static struct shop open_shop(struct fix *f, int units)
{
    struct shop s = { .variation = fix_variation(f, "A", "A"), .channel = fix_channel(f, "Shop") };
    s.listing = fix_listing(f, s.channel, "A", 5);
    fix_items(f, s.variation, units);
    fix_plan(f);
    return s;
}

static void accept(struct fix *f, const struct shop *s, const struct push_claim *claim)
{
    WRITE(f, push_accepted(&f->c, s->channel, claim, &good, &f->e), "accepted");
}

static struct push_figures figures(struct fix *f, int64_t channel)
{
    struct push_figures out;
    READ(f, push_figures_load(f->c.tx, channel, f->now, &out, &f->e), "figures");
    return out;
}

static size_t due(struct fix *f, int64_t channel, struct push_check *out)
{
    struct push_check *rows;
    size_t count;
    READ(f,
        push_checks_due(
            f->c.tx, &(struct push_due){ channel, f->now, 10 }, &f->arena, &rows, &count, &f->e),
        "due");
    if (count) *out = rows[0];
    return count;
}

static int64_t events(struct fix *f, int64_t channel, const char *kind)
{
    struct channel_event_filter filter = { .channel_id = channel, .kind = str_of(kind) };
    struct page page = { 0, 50 };
    struct channel_event *rows;
    size_t count;
    READ(f, channel_event_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), kind);
    return (int64_t)count;
}

static void test_accepted_and_applied(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    CHECK_INT(claim.listing_id, s.listing, "the wish");
    CHECK_STR(claim.sku, S("A"), "its SKU");
    CHECK_STR(claim.product_type, S("PHONE"), "its product type");
    CHECK_INT(claim.quantity, 3, "what to say");
    CHECK_INT(claim.lane, LANE_FALL, "from 5 to 3");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "once");
    CHECK_INT(figures(f, s.channel).sending, 1, "under way");
    accept(f, &s, &claim);
    struct listing l = fix_load_listing(f, s.listing);
    CHECK_INT(l.synced.quantity, 3, "accepted");
    CHECK_INT(l.synced.at, f->now, "and when");
    struct push_check check = { 0 };
    CHECK_INT(due(f, s.channel, &check), 0, "the channel needs its time");
    fix_plan(f);
    CHECK_INT(figures(f, s.channel).accepted, 1, "planning leaves it to its read-back");
    f->now += 2000;
    CHECK_INT(due(f, s.channel, &check), 1, "now");
    CHECK_INT(check.wanted, 3, "what should be seen");
    WRITE(f, push_checked(&f->c, s.channel, &check, true, 3, &f->e), "it is seen");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "done");
    CHECK_INT(fix_load_listing(f, s.listing).imported.quantity, 3, "known");
    CHECK_INT(events(f, s.channel, "push_applied"), 1, "told");
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "nothing more to say");
}

static void test_a_difference_that_stays(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    int sent = 0, checks = 0;
    for (int round = 0; round < 100; round++) {
        struct push_claim claim = fix_claim(f, s.channel);
        struct push_check check = { 0 };
        if (claim.listing_id) {
            sent++;
            accept(f, &s, &claim);
            fix_plan(f);
        } else if (due(f, s.channel, &check)) {
            checks++;
            WRITE(f, push_checked(&f->c, s.channel, &check, true, 5, &f->e), "still 5");
            fix_plan(f);
        } else {
            f->now += 60000;
        }
    }
    CHECK_INT(sent, 4, "sent again three times, then a person is asked");
    CHECK_INT(checks, 20, "five looks each time");
    CHECK_INT(figures(f, s.channel).failed, 1, "failed");
    CHECK_INT(events(f, s.channel, "difference_stays"), 4, "each told");
    CHECK_INT(fix_load_listing(f, s.listing).foreign_changes, 0, "nobody else is accused");
    fix_items(f, s.variation, 1);
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).quantity, 4, "a newer wish begins anew");
}

static void test_refused(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_words words = { "patchListingsItem", 400, S("No."), S("R2") };
    time_ms wait = 15 * 60 * 1000;
    for (int i = 0; i < 7; i++) {
        struct push_claim claim = fix_claim(f, s.channel);
        CHECK_INT(claim.listing_id, s.listing, "tried again after its wait");
        WRITE(f, push_refused(&f->c, s.channel, &claim, &words, &f->e), "refused");
        fix_plan(f);
        CHECK_INT(figures(f, s.channel).held, 1, "held back");
        f->now += wait - 1;
        CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "not before");
        f->now += 1;
        if (i < 5) wait *= 2;
    }
    CHECK_INT(events(f, s.channel, "push_refused"), 7, "each in the channel's words");
    struct push_claim claim = fix_claim(f, s.channel);
    WRITE(f, push_refused(&f->c, s.channel, &claim, &words, &f->e), "refused");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE refusal = 'No.'"), 1, "its words");
    WRITE(f, push_mark_all(&f->c, s.channel, &f->e), "a person asks");
    CHECK_INT(fix_claim(f, s.channel).listing_id, s.listing, "at once");
    WRITE(f, push_refused(&f->c, s.channel, &claim, &words, &f->e), "refused");
    fix_items(f, s.variation, 1);
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).quantity, 4, "the next wish does not wait");
}

static void test_put_back(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    WRITE(f, push_put_back(&f->c, &claim, true, f->now + 5000, &f->e), "perhaps done");
    fix_items(f, s.variation, 2);
    fix_plan(f);
    struct push_figures p = figures(f, s.channel);
    CHECK_INT(
        p.waiting, 1, "5 is what was shown before, but a call of unknown outcome may have said 3");
    f->now += 5000;
    claim = fix_claim(f, s.channel);
    CHECK_INT(claim.quantity, 5, "so 5 is said");
    WRITE(f, push_put_back(&f->c, &claim, false, f->now + 100, &f->e), "not done");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "later");
    f->now += 100;
    CHECK_INT(fix_claim(f, s.channel).quantity, 5, "again");
}

static void test_recover(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    CHECK_INT(fix_claim(f, s.channel).quantity, 3, "claimed, then the process died");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "nobody else takes it");
    int64_t other = fix_channel(f, "Other");
    WRITE(f, push_recover(&f->c, other, &f->e), "of another channel");
    CHECK_INT(figures(f, s.channel).sending, 1, "not concerned");
    WRITE(f, push_recover(&f->c, s.channel, &f->e), "the next one takes over");
    fix_items(f, s.variation, 2);
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).quantity, 5, "what may have been said is put right");
}

/* A refused wish is held for a quarter of an hour, then the clock is put back by a day. */
static void test_a_clock_put_back(void **state)
{
    struct fix *f = *state;
    struct push_words words = { "patchListingsItem", 400, S("No."), S("R2") };
    for (int restart = 0; restart < 2; restart++) {
        struct shop s = { .variation = fix_variation(f, restart ? "B" : "A", restart ? "B" : "A"),
            .channel = fix_channel(f, restart ? "B" : "A") };
        s.listing = fix_listing(f, s.channel, restart ? "B" : "A", 5);
        fix_items(f, s.variation, 3);
        fix_plan(f);
        struct push_claim claim = fix_claim(f, s.channel);
        WRITE(f, push_refused(&f->c, s.channel, &claim, &words, &f->e), "refused");
        f->now -= DAY;
        if (restart)
            WRITE(f, push_recover(&f->c, s.channel, &f->e), "found when the lease is taken");
        else
            WRITE(f, push_clock_back(&f->c, s.channel, DAY, &f->e), "noticed while it runs");
        CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "held");
        f->now += 15 * 60 * 1000 - 1;
        CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "as long as it was to be");
        f->now += 1;
        CHECK_INT(fix_claim(f, s.channel).listing_id, s.listing, "and no longer");
    }
}

/* A rise of before the jump goes with the next reading of orders, not a day later. */
static void test_a_rise_and_a_clock_put_back(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    f->now -= DAY;
    WRITE(f, push_clock_back(&f->c, s.channel, DAY, &f->e), "noticed");
    f->now += 1000;
    struct intake_state intake = { true, f->now - 1001, f->now - 1001 };
    struct push_claim claim;
    WRITE(f, push_claim_next(&f->c, s.channel, &intake, &f->arena, &claim, &f->e), "a rise");
    CHECK_INT(claim.listing_id, 0, "waits for a reading");
    intake.asked_at = f->now;
    WRITE(f, push_claim_next(&f->c, s.channel, &intake, &f->arena, &claim, &f->e), "asked");
    CHECK_INT(claim.quantity, 9, "goes");
}

static void test_newest_wish_while_sending(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    fix_items(f, s.variation, 1);
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "one call at a time for a listing");
    accept(f, &s, &claim);
    CHECK_INT(figures(f, s.channel).waiting, 1, "the newer wish goes next");
    claim = fix_claim(f, s.channel);
    CHECK_INT(claim.quantity, 4, "the newest");
    fix_sql(f, "DELETE FROM item_event");
    fix_sql(f, "DELETE FROM item");
    fix_sql(f, "UPDATE stock_count SET units = 3");
    WRITE(f, push_mark_all(&f->c, s.channel, &f->e), "look again");
    fix_plan(f);
    accept(f, &s, &claim);
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).quantity, 3, "back to what was accepted before the last");
}

static void test_gone(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    struct push_words words = { "patchListingsItem", 404, S("no such SKU"), S("R3") };
    WRITE(f, push_gone(&f->c, s.channel, &claim, &words, &f->e), "gone");
    CHECK_STR(fix_load_listing(f, s.listing).state, S("ended"), "ended");
    fix_plan(f);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "nothing is sent to it");
}

static void test_read_backs_that_fail(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    accept(f, &s, &claim);
    f->now += 2000;
    struct push_check check = { 0 };
    CHECK_INT(due(f, s.channel, &check), 1, "due");
    WRITE(f, push_check_later(&f->c, &check, f->now + 500, &f->e), "could not be read");
    CHECK_INT(due(f, s.channel, &check), 0, "later");
    CHECK_INT(figures(f, s.channel).next_check_at, f->now + 500, "then");
    f->now += 500;
    CHECK_INT(due(f, s.channel, &check), 1, "due again");
    fix_items(f, s.variation, 1);
    fix_plan(f);
    WRITE(f, push_checked(&f->c, s.channel, &check, true, 3, &f->e), "read too late");
    CHECK_INT(fix_claim(f, s.channel).quantity, 4, "a newer wish has taken its place");
}

/* Accepted, and when it is read back the marketplace fulfils it itself: to send it again, as other
 * differences are, would strand its stock. */
static void test_taken_over(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    accept(f, &s, &claim);
    f->now += 2000;
    struct push_check check = { 0 };
    CHECK_INT(due(f, s.channel, &check), 1, "due");
    WRITE(f, push_taken_over(&f->c, s.channel, &check, &f->e), "it is Amazon's");
    CHECK(fix_load_listing(f, s.listing).amazon_fulfilled, "known at once");
    CHECK_INT(events(f, s.channel, "taken_over"), 1, "told");
    fix_items(f, s.variation, 1);
    fix_plan(f);
    WRITE(f, push_mark_all(&f->c, s.channel, &f->e), "a person asks");
    fix_plan(f);
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "and nothing is sent to it any more");
}

/* Accepted, and then the channel knows the SKU no more. */
static void test_missed(void **state)
{
    static const struct {
        const char *marketplaces, *why;
        int looks; /* by name, until it has ended */
    } rows[] = {
        { "A1PA6795UKMFR9", "one marketplace", 1 },
        { "A1PA6795UKMFR9 A13V1IB3VIYZZH APJ6JRA9NG5V4", "each of three", 3 },
        { "", "none is known: the channel's", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fix *f = *state;
        const char sku[] = { (char)('A' + i), '\0' };
        struct shop s = { .variation = fix_variation(f, sku, sku), .channel = fix_channel(f, sku) };
        s.listing = fix_listing(f, s.channel, sku, 5);
        fix_items(f, s.variation, 3);
        fix_plan(f);
        struct push_claim claim = fix_claim(f, s.channel);
        accept(f, &s, &claim);
        f->now += 2000;
        struct push_check check = { 0 };
        CHECK_INT(due(f, s.channel, &check), 1, "due");
        check.marketplace_ids = str_of(rows[i].marketplaces);
        for (check.missed = 0; check.missed < 5; check.missed++)
            WRITE(f, push_missed(&f->c, s.channel, &check, false, &f->e), "not among the results");
        CHECK_STR(fix_load_listing(f, s.listing).state, S("active"), "a search proves nothing");
        CHECK_INT(due(f, s.channel, &check), 0, "later");
        f->now += 2000;
        check.missed = 1;
        for (int look = 0; look < rows[i].looks; look++) {
            CHECK_STR(fix_load_listing(f, s.listing).state, S("active"), rows[i].why);
            WRITE(f, push_missed(&f->c, s.channel, &check, true, &f->e), "asked by name");
            check.missed++;
        }
        CHECK_STR(fix_load_listing(f, s.listing).state, S("ended"), rows[i].why);
        CHECK_INT(events(f, s.channel, "listing_ended"), 1, "told");
        fix_plan(f);
        CHECK_INT(figures(f, s.channel).accepted, 0, "nothing waits for ever");
    }
}

static void test_missed_once(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    accept(f, &s, &claim);
    f->now += 2000;
    struct push_check check = { 0 };
    CHECK_INT(due(f, s.channel, &check), 1, "due");
    WRITE(f, push_missed(&f->c, s.channel, &check, false, &f->e), "not among the results");
    f->now += 2000;
    CHECK_INT(due(f, s.channel, &check), 1, "looked for again");
    CHECK_INT(check.missed, 1, "it was missed");
    WRITE(f, push_checked(&f->c, s.channel, &check, true, 5, &f->e), "there it is, as before");
    f->now += 8000;
    CHECK_INT(due(f, s.channel, &check), 1, "the next look");
    CHECK_INT(check.missed, 0, "begins anew");
}

static void test_unreadable(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    accept(f, &s, &claim);
    struct push_check check = { 0 };
    int looks = 0;
    for (int i = 0; i < 20; i++) {
        f->now += 10 * 60 * 1000;
        if (!due(f, s.channel, &check)) break;
        looks++;
        WRITE(f, push_unreadable(&f->c, s.channel, &check, &f->e), "what is this?");
    }
    CHECK_INT(looks, 5, "not for ever");
    CHECK_INT(figures(f, s.channel).failed, 1, "a person is asked");
    CHECK_INT(events(f, s.channel, "difference_stays"), 1, "and told");
    CHECK_STR(fix_load_listing(f, s.listing).state, S("active"), "it has not ended");
}

/* Another marketplace showed, before the read-back, that Amazon fulfils it: nothing is repaired. */
static void test_taken_over_elsewhere(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    struct push_claim claim = fix_claim(f, s.channel);
    accept(f, &s, &claim);
    f->now += 2000;
    struct push_check check = { 0 };
    CHECK_INT(due(f, s.channel, &check), 1, "due");
    fix_sql(f, "UPDATE listing SET fulfillment = 'amazon'");
    WRITE(f, push_checked(&f->c, s.channel, &check, false, 0, &f->e), "no merchant's quantity");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "the wish is gone");
    CHECK_INT(events(f, s.channel, "difference_stays"), 0, "no difference is told");
}

static void test_changed_elsewhere(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    for (int i = 0; i < 3; i++) {
        struct push_claim claim = fix_claim(f, s.channel);
        CHECK_INT(claim.quantity, 3, "ours is put back");
        accept(f, &s, &claim);
        f->now += 2000;
        struct push_check check = { 0 };
        CHECK_INT(due(f, s.channel, &check), 1, "due");
        WRITE(f, push_checked(&f->c, s.channel, &check, true, 3, &f->e), "applied");
        CHECK_INT(fix_load_listing(f, s.listing).foreign_changes, i, "counted so far");
        f->now += 60000;
        fix_listing(f, s.channel, "A", i == 1 ? 1 : 9);
        fix_plan(f);
    }
    CHECK_INT(fix_claim(f, s.channel).lane, LANE_FALL, "more than is there does not wait");
    struct listing l = fix_load_listing(f, s.listing);
    CHECK_INT(l.foreign_changes, 3, "somebody else changed it three times");
    CHECK_INT(events(f, s.channel, "changed_elsewhere"), 3, "told");
}

/* Between what was told and what was shown before, it may be late; outside, it is not. */
static void test_changed_elsewhere_before_the_read_back(void **state)
{
    static const struct {
        int64_t shown;
        bool late;
        const char *why;
    } rows[] = {
        { 5, true, "what it showed before" },
        { 4, true, "what was told between, and replaced before it was read back" },
        { 3, true, "what was told last: applied" },
        { 2, false, "less than anything told: sold there, or changed by somebody" },
        { 0, false, "set to zero by somebody" },
        { 9, false, "more than anything told" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fix *f = *state;
        const char sku[] = { (char)('A' + i), '\0' };
        struct shop s = { .variation = fix_variation(f, sku, sku), .channel = fix_channel(f, sku) };
        s.listing = fix_listing(f, s.channel, sku, 5);
        fix_items(f, s.variation, 4);
        fix_plan(f);
        struct push_claim claim = fix_claim(f, s.channel);
        CHECK_INT(claim.quantity, 4, "the first wish");
        accept(f, &s, &claim);
        fix_order(f, 1, s.variation, 1);
        fix_plan(f);
        claim = fix_claim(f, s.channel);
        CHECK_INT(claim.quantity, 3, "the second one, before the first was read back");
        accept(f, &s, &claim);
        fix_plan(f);
        f->now += 2000;
        struct push_check check = { 0 };
        CHECK_INT(due(f, s.channel, &check), 1, "a look");
        WRITE(f, push_checked(&f->c, s.channel, &check, true, rows[i].shown, &f->e), rows[i].why);
        fix_plan(f);
        CHECK_INT(fix_claim(f, s.channel).quantity, rows[i].late ? 0 : 3, rows[i].why);
        CHECK_INT(events(f, s.channel, "changed_elsewhere"), !rows[i].late, rows[i].why);
    }
}

static void test_waiting_for_orders(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct intake_state intake = { true, f->now - 1, f->now - 1 };
    struct push_claim claim;
    WRITE(f, push_claim_next(&f->c, s.channel, &intake, &f->arena, &claim, &f->e), "a rise");
    CHECK_INT(claim.listing_id, 0, "waits until orders were asked for");
    CHECK(figures(f, s.channel).rises, "and says so");
    intake.asked_at = f->now;
    WRITE(f, push_claim_next(&f->c, s.channel, &intake, &f->arena, &claim, &f->e), "asked");
    CHECK_INT(claim.quantity, 9, "goes");
    CHECK_INT(claim.lane, LANE_RISE, "a rise");
}

/* Orders were read, and what they say is not planned yet: a quantity from before is not sent. */
static void test_a_rise_out_of_date(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    fix_items(f, s.variation, 1);
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "its stock has changed");
    fix_plan(f);
    WRITE(f, push_mark_all(&f->c, s.channel, &f->e), "all are to be planned");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "and this one is");
    fix_plan(f);
    CHECK_INT(fix_claim(f, s.channel).quantity, 10, "then it goes, as it is now");
}

static void test_a_fall_out_of_date(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    fix_items(f, s.variation, 1);
    CHECK_INT(fix_claim(f, s.channel).quantity, 3, "less than is shown goes at once");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_accepted_and_applied),
        FIX_TEST(test_a_difference_that_stays),
        FIX_TEST(test_refused),
        FIX_TEST(test_put_back),
        FIX_TEST(test_recover),
        FIX_TEST(test_a_clock_put_back),
        FIX_TEST(test_a_rise_and_a_clock_put_back),
        FIX_TEST(test_newest_wish_while_sending),
        FIX_TEST(test_gone),
        FIX_TEST(test_read_backs_that_fail),
        FIX_TEST(test_taken_over),
        FIX_TEST(test_missed),
        FIX_TEST(test_missed_once),
        FIX_TEST(test_unreadable),
        FIX_TEST(test_taken_over_elsewhere),
        FIX_TEST(test_changed_elsewhere),
        FIX_TEST(test_changed_elsewhere_before_the_read_back),
        FIX_TEST(test_waiting_for_orders),
        FIX_TEST(test_a_rise_out_of_date),
        FIX_TEST(test_a_fall_out_of_date),
    };
    return fix_main(argc, argv, "store/push", tests, COUNT_OF(tests));
}
