/* bulk_push_test.c: wishes that go in one lot, step by step, and a death between every two. */
#include "fixture.h"

#include "store/bulk_push.h"
#include "store/channel_log.h"

#include <stdio.h>
#include <string.h>

enum { LISTINGS = 6 };
static const struct intake_state asked = { .order_import = false };

struct shop {
    int64_t channel, variation, listings[LISTINGS];
};

/* Listings that show 5 each, of one variation with so many units. */
static struct shop open_shop(struct fix *f, int units)
{
    struct shop s = { .variation = fix_variation(f, "A", "A"), .channel = fix_channel(f, "Shop") };
    for (int i = 0; i < LISTINGS; i++) {
        char sku[8];
        (void)snprintf(sku, sizeof sku, "L%d", i);
        s.listings[i] = fix_listing(f, s.channel, sku, 5);
        fix_sql(f, arena_fmt(&f->arena, "UPDATE listing SET mode = 'variations' WHERE id = %lld",
                       (long long)s.listings[i])
                       .at);
        fix_sql(
            f, arena_fmt(&f->arena,
                   "INSERT INTO listing_variation (listing_id, variation_id) VALUES (%lld, %lld)",
                   (long long)s.listings[i], (long long)s.variation)
                   .at);
    }
    fix_items(f, s.variation, units);
    WRITE(f, push_mark_all(&f->c, s.channel, &f->e), "all are looked at");
    fix_plan(f);
    return s;
}

static int64_t build(struct fix *f, const struct shop *s)
{
    int64_t messages;
    WRITE(f, bulk_build(&f->c, s->channel, &asked, &messages, &f->e), "a lot");
    return messages;
}

static struct bulk lot_of(struct fix *f, const struct shop *s)
{
    struct bulk b;
    READ(f, bulk_load(f->c.tx, s->channel, &f->arena, &b, &f->e), "the lot");
    return b;
}

#define IN_STATE(f, state) fix_int(f, "SELECT COUNT(*) FROM push WHERE state = '" state "'")

static void settle(struct fix *f, const struct shop *s, const struct bulk_report *report)
{
    struct bulk b = lot_of(f, s);
    int64_t left;
    WRITE(f, bulk_settle(&f->c, s->channel, &b, report, &left, &f->e), "its end");
    CHECK_INT(left, 0, "all at once");
}

/* To BULK_SENT. */
static struct bulk send(struct fix *f, const struct shop *s)
{
    CHECK_INT(build(f, s), LISTINGS, "all of them");
    struct bulk b = lot_of(f, s);
    CHECK_INT(b.state, BULK_BUILT, "built");
    WRITE(f, bulk_sent(&f->c, s->channel, &b, S("F1"), &f->e), "sent");
    return lot_of(f, s);
}

static void test_way(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct bulk_waiting waiting;
    READ(f, bulk_count(f->c.tx, s.channel, &asked, f->now, &waiting, &f->e), "waiting");
    CHECK_INT(waiting.others, LISTINGS, "may go either way");
    CHECK_INT(waiting.zeros, 0, "no zeros");
    struct bulk b = send(f, &s);
    CHECK_INT(b.state, BULK_SENT, "sent");
    CHECK_STR(b.feed, S("F1"), "what the channel calls it");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "none of it is sent singly");
    CHECK_INT(build(f, &s), 0, "one at a time");
    struct bulk_message *m;
    size_t count;
    READ(f, bulk_messages(f->c.tx, b.id, &f->arena, &m, &count, &f->e), "what it says");
    CHECK_INT(count, LISTINGS, "all");
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(m[i].message_id, i + 1, "numbered");
        CHECK_INT(m[i].quantity, 9, "what is wanted");
    }
    WRITE(f, bulk_reported(&f->c, &b, S("R1"), &f->e), "reported");
    CHECK_STR(lot_of(f, &s).report, S("R1"), "where");
    const struct bulk_refusal no = { 2, S("8541: No.") };
    settle(f, &s, &(struct bulk_report){ &no, 1 });
    CHECK_INT(IN_STATE(f, "accepted"), LISTINGS - 1, "to be read back");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing WHERE synced = 9"), LISTINGS - 1, "told");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE refusal = '8541: No.'"), 1, "refused");
    CHECK_INT(lot_of(f, &s).id, 0, "ended");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM bulk_message"), 0, "nothing is left of it");
}

/* Orders were read, and what they say is not planned yet: a quantity from before is not sent. */
static void test_rises_out_of_date(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct bulk_waiting waiting;
    fix_items(f, s.variation, 1);
    READ(f, bulk_count(f->c.tx, s.channel, &asked, f->now, &waiting, &f->e), "waiting");
    CHECK_INT(waiting.others, 0, "their stock has changed");
    CHECK_INT(build(f, &s), 0, "so there is no lot");
    fix_plan(f);
    CHECK_INT(build(f, &s), LISTINGS, "then it goes");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM bulk_message WHERE quantity = 10"), LISTINGS,
        "as it is now");
}

static void test_falls_out_of_date(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 3);
    fix_items(f, s.variation, 1);
    CHECK_INT(build(f, &s), LISTINGS, "less than is shown goes at once");
}

/* What is never in a lot, whatever else is. */
static void test_left_out(void **state)
{
    static const struct {
        const char *sql;
        int64_t messages;
        const char *why;
    } rows[] = {
        { "UPDATE push SET lane = 0, wanted = 0 WHERE listing_id = %lld", LISTINGS - 1, "a zero" },
        { "UPDATE push SET lane = 3 WHERE listing_id = %lld", LISTINGS - 1, "a refresh" },
        { "UPDATE push SET state = 'sending' WHERE listing_id = %lld", LISTINGS - 1, "under way" },
        { "UPDATE push SET state = 'accepted' WHERE listing_id = %lld", LISTINGS - 1, "accepted" },
        { "UPDATE push SET not_before = 9000000000000000 WHERE listing_id = %lld", LISTINGS - 1,
            "held back after a refusal" },
        { "UPDATE listing SET fulfillment = 'amazon' WHERE id = %lld", LISTINGS - 1,
            "Amazon fulfils it" },
        { "UPDATE listing SET state = 'ended' WHERE id = %lld", LISTINGS - 1, "ended" },
        { "DELETE FROM listing_variation WHERE listing_id = %lld", LISTINGS - 1, "not connected" },
        { "UPDATE channel SET inventory_sync = 0 WHERE id <> -%lld", 0, "not switched on" },
        { "UPDATE channel SET paused = 1 WHERE id <> -%lld", 0, "paused" },
        { "UPDATE channel SET brake_since = 1 WHERE id <> -%lld", 0, "braked" },
        { "UPDATE channel SET state = 'reconnect_needed' WHERE id <> -%lld", 0, "no access" },
        { "DELETE FROM channel_counted_status WHERE channel_id <> -%lld", 0, "nothing counted" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fix *f = *state;
        if (i) {
            CHECK_INT(fix_teardown(state), 0, "end");
            CHECK_INT(fix_setup(state), 0, "anew");
            f = *state;
        }
        struct shop s = open_shop(f, 9);
        char sql[200];
        /* A literal of each row; the number is ours. */
        (void)snprintf(sql, sizeof sql, "%.*s%lld%s",
            (int)(strstr(rows[i].sql, "%lld") - rows[i].sql), rows[i].sql, (long long)s.listings[1],
            strstr(rows[i].sql, "%lld") + 4);
        fix_sql(f, sql);
        CHECK_INT(build(f, &s), rows[i].messages, rows[i].why);
    }
}

/* Rises wait for orders as they do singly. */
static void test_rises_wait(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct intake_state intake = { true, f->now - 1, f->now - 1 };
    int64_t messages;
    WRITE(f, bulk_build(&f->c, s.channel, &intake, &messages, &f->e), "a lot");
    CHECK_INT(messages, 0, "until orders were asked for");
    intake.asked_at = f->now;
    WRITE(f, bulk_build(&f->c, s.channel, &intake, &messages, &f->e), "a lot");
    CHECK_INT(messages, LISTINGS, "then they go");
}

/* While a lot is under way something is sold out: the zero waits, and is first when it is over. */
static void test_newer_wishes(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct bulk b = send(f, &s);
    fix_order(f, 1, s.variation, 9);
    fix_plan(f);
    CHECK_INT(IN_STATE(f, "bulk"), LISTINGS, "they wait");
    CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "and are not sent beside it");
    WRITE(f, bulk_reported(&f->c, &b, S("R1"), &f->e), "reported");
    settle(f, &s, &(struct bulk_report){ NULL, 0 });
    CHECK_INT(IN_STATE(f, "waiting"), LISTINGS, "the newer wishes wait no more");
    struct push_claim claim = fix_claim(f, s.channel);
    CHECK_INT(claim.quantity, 0, "zero");
    CHECK_INT(claim.lane, LANE_FALL_TO_ZERO, "first");
}

/* FATAL, or for ever in the queue: what is shown is confirmed, the rest is sent again. */
static void test_lost(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct bulk b = send(f, &s);
    fix_sql(f, "UPDATE push SET wanted = 0, lane = 0 WHERE listing_id ="
               " (SELECT MAX(listing_id) FROM push)");
    WRITE(f, bulk_lost(&f->c, s.channel, &b, S("FATAL"), &f->e), "lost");
    CHECK_INT(lot_of(f, &s).state, BULK_LOST, "to be read back");
    settle(f, &s, NULL);
    CHECK_INT(
        fix_claim(f, s.channel).quantity, 0, "what is wanted otherwise by now waits for nothing");
    CHECK_INT(IN_STATE(f, "accepted"), LISTINGS - 1, "the others are looked at first");
    f->now += 60000;
    struct push_check *due;
    size_t count;
    READ(f,
        push_checks_due(
            f->c.tx, &(struct push_due){ s.channel, f->now, 10 }, &f->arena, &due, &count, &f->e),
        "due");
    CHECK_INT(count, LISTINGS - 1, "all");
    for (size_t i = 0; i < count; i++)
        WRITE(f, push_checked(&f->c, s.channel, &due[i], true, i % 2 ? 9 : 5, &f->e), "a look");
    fix_plan(f);
    CHECK_INT(IN_STATE(f, "waiting"), 3, "not shown: sent again, without waiting for more looks");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing WHERE synced = 9"), 2, "shown: told");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM channel_event WHERE kind = 'difference_stays'"), 0,
        "which is no difference that stays");
    CHECK_INT(build(f, &s), 0, "not in a lot: those do not work just now");
    f->now += BULK_PAUSE_MS;
    CHECK_INT(build(f, &s), 3, "an hour later again");
}

/* Two channels of one account: its feeds are worked off in order, so one at a time. */
static void test_one_for_an_account(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    CHECK_INT(build(f, &s), LISTINGS, "the first");
    int64_t other = fix_channel(f, "Other");
    fix_sql(f, arena_fmt(&f->arena, "UPDATE bulk_push SET channel_id = %lld", (long long)other).at);
    CHECK_INT(build(f, &s), 0, "the account has one");
    fix_sql(f, "UPDATE bulk_push SET account = 'eu other'");
    fix_sql(f, "UPDATE push SET state = 'waiting'");
    fix_sql(f, "DELETE FROM bulk_message");
    CHECK_INT(build(f, &s), LISTINGS, "another account is no hindrance");
}

/* The process dies between every two steps. Whoever takes over finds the lot as it was, and nothing
 * of it among the wishes that are sent singly. */
static void test_death_between_steps(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    for (int steps = 0; steps <= 3; steps++) {
        CHECK_INT(build(f, &s), LISTINGS, "built");
        struct bulk b = lot_of(f, &s);
        if (steps > 0) WRITE(f, bulk_sent(&f->c, s.channel, &b, S("F"), &f->e), "sent");
        b = lot_of(f, &s);
        if (steps == 2) WRITE(f, bulk_reported(&f->c, &b, S("R"), &f->e), "reported");
        if (steps == 3) WRITE(f, bulk_lost(&f->c, s.channel, &b, S(""), &f->e), "lost");
        WRITE(f, push_recover(&f->c, s.channel, &f->e), "another process takes over");
        struct bulk again = lot_of(f, &s);
        CHECK_INT(again.id, b.id, "the same lot");
        CHECK_INT(again.state, steps, "in the same state");
        CHECK_INT(again.messages, LISTINGS, "of the same size");
        CHECK_INT(fix_claim(f, s.channel).listing_id, 0, "nothing of it is sent singly");
        CHECK_INT(build(f, &s), 0, "nor in another lot");
        settle(f, &s, NULL);
        f->now += BULK_PAUSE_MS + 1;
        fix_sql(f, "UPDATE push SET state = 'waiting', not_before = 0, sending = NULL");
    }
}

/* A large one ends in pieces; a death between them leaves the rest to be ended. */
static void test_pieces(void **state)
{
    struct fix *f = *state;
    struct shop s = open_shop(f, 9);
    struct bulk b = send(f, &s);
    fix_sql(f, "UPDATE bulk_message SET message_id = message_id + 1000 WHERE message_id > 3");
    fix_sql(f, "DELETE FROM bulk_message WHERE message_id < 3");
    CHECK_INT(lot_of(f, &s).state, BULK_SENT, "two messages are done with");
    const struct bulk_refusal no[] = { { 1, S("a") }, { 1004, S("b") } };
    WRITE(f, bulk_reported(&f->c, &b, S("R"), &f->e), "reported");
    settle(f, &s, &(struct bulk_report){ no, 2 });
    CHECK_INT(IN_STATE(f, "accepted"), 3, "the rest, by its numbers");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE refusal = 'b'"), 1, "one was refused");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push WHERE refusal = 'a'"), 0, "not twice");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_way),
        FIX_TEST(test_rises_out_of_date),
        FIX_TEST(test_falls_out_of_date),
        FIX_TEST(test_left_out),
        FIX_TEST(test_rises_wait),
        FIX_TEST(test_newer_wishes),
        FIX_TEST(test_lost),
        FIX_TEST(test_one_for_an_account),
        FIX_TEST(test_death_between_steps),
        FIX_TEST(test_pieces),
    };
    return fix_main(argc, argv, "store/bulk_push", tests, COUNT_OF(tests));
}
