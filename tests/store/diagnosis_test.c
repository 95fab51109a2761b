/* diagnosis_test.c: each finding of domain.md 7, provoked alone; and nothing wrong when nothing is.
 */
#include "fixture.h"

#include "store/diagnosis.h"

#include <string.h>

static const struct finding *find(const struct findings *f, const char *code)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->rows[i].code, code) == 0) return &f->rows[i];
    return NULL;
}

/* In the open transaction. */
static void look(struct fix *f, int64_t channel, int64_t listing, struct findings *of_channel,
    struct findings *of_listing)
{
    struct channel_row *ch = arena_new(&f->arena, struct channel_row, 1);
    struct listing l;
    CHECK_ERR(channel_load(f->c.tx, channel, &f->arena, ch, &f->e), OK, &f->e, "channel");
    CHECK_ERR(listing_load(f->c.tx, listing, &f->arena, &l, &f->e), OK, &f->e, "listing");
    CHECK_ERR(diagnose_channel(f->c.tx, ch, f->now, &f->arena, of_channel, &f->e), OK, &f->e, "it");
    CHECK_ERR(diagnose_listing(f->c.tx, ch, &l, f->now, &f->arena, of_listing, &f->e), OK, &f->e,
        "its listing");
}

enum { OF_CHANNEL = 1, OF_LISTING = 2, OF_BOTH = 3 };

static const struct {
    const char *code, *severity;
    int where;
    int64_t count; /* of the listing's finding or else of the channel's; -1: none is given */
    const char *sql;
} rows[] = {
    { "not_connected", "info", OF_CHANNEL, 1, "DELETE FROM listing_variation" },
    { "not_connected", "warning", OF_LISTING, -1, "DELETE FROM listing_variation" },
    { "ended", "warning", OF_LISTING, -1, "UPDATE listing SET state = 'ended'" },
    { "inactive", "info", OF_LISTING, -1, "UPDATE listing SET state = 'inactive'" },
    { "amazon_fulfilled", "info", OF_LISTING, -1, "UPDATE listing SET fulfillment = 'amazon'" },
    { "inventory_sync_off", "warning", OF_BOTH, -1, "UPDATE channel SET inventory_sync = 0" },
    { "order_import_off", "warning", OF_BOTH, -1, "UPDATE channel SET order_import = 0" },
    { "no_counted_status", "error", OF_BOTH, -1, "DELETE FROM channel_counted_status" },
    { "no_counted_warehouse", "error", OF_BOTH, -1, "DELETE FROM channel_counted_warehouse" },
    { "reconnect_needed", "error", OF_BOTH, -1, "UPDATE channel SET state = 'reconnect_needed'" },
    { "suspect", "warning", OF_BOTH, -1, "UPDATE channel SET state = 'suspect'" },
    { "paused", "warning", OF_BOTH, -1, "UPDATE channel SET paused = 1" },
    { "braked", "error", OF_BOTH, -1, "UPDATE channel SET brake_since = 1" },
    { "items_without_warehouse", "info", OF_LISTING, 2, "UPDATE stock_count SET warehouse_id = 0" },
    { "items_status_not_counted", "info", OF_LISTING, 2, "UPDATE stock_count SET status_id = 2" },
    { "items_warehouse_not_counted", "info", OF_LISTING, 2,
        "UPDATE stock_count SET warehouse_id = 7" },
    { "closed_status_open", "warning", OF_BOTH, -1,
        "UPDATE order_status SET is_open = 1 WHERE title = 'Shipped'" },
    { "closed_status_open", "warning", OF_BOTH, -1,
        "UPDATE order_status SET is_open = 1, title = 'Storniert' WHERE title = 'Canceled'" },
    { "push_refused", "error", OF_BOTH, 1,
        "INSERT INTO push (listing_id, channel_id, wanted, lane, wanted_at, state, refusal)"
        " SELECT id, channel_id, 1, 1, 1, 'waiting', 'Invalid value' FROM listing" },
    { "difference_stays", "error", OF_BOTH, 1,
        "INSERT INTO push (listing_id, channel_id, wanted, lane, wanted_at, state)"
        " SELECT id, channel_id, 1, 1, 1, 'failed' FROM listing" },
    { "changed_elsewhere", "warning", OF_BOTH, 2,
        "UPDATE listing SET foreign_changes = 2, foreign_since = 1789999999999" },
    { "changed_elsewhere", "error", OF_BOTH, 3,
        "UPDATE listing SET foreign_changes = 3, foreign_since = 1789999999999" },
    { "quarantined_orders", "error", OF_CHANNEL, 1,
        "INSERT INTO quarantine (channel_id, fingerprint, body, pointer, detail, first_seen_at,"
        " last_seen_at) SELECT id, 'x', '{}', '', '', 1, 1 FROM channel" },
    { "unreadable", "error", OF_BOTH, 1,
        "UPDATE listing_marketplace SET unreadable = '/status: no list'" },
    { "throttled", "warning", OF_CHANNEL, -1,
        "UPDATE channel SET rate_account = 'amazon na 1 2';"
        " INSERT INTO bucket (account, operation, state, at)"
        " VALUES ('amazon na 1 2', 'searchOrders', '1 1790000000000 0 5600 5600 60000', 1)" },
};

static void test_each(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), channel = fix_channel(f, "Shop");
    int64_t listing = fix_listing(f, channel, "A", 2);
    fix_items(f, v, 2);
    fix_plan(f);
    struct findings *ch = arena_new(&f->arena, struct findings, 2), *li = ch + 1;
    fix_begin_read(f);
    look(f, channel, listing, ch, li);
    CHECK_ERR(fix_commit(f), OK, &f->e, "read");
    CHECK(ch->count == 1 && find(ch, "nothing_wrong"), "nothing is wrong with the channel");
    CHECK(li->count == 1 && find(li, "nothing_wrong"), "nor with the listing");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fix_begin(f);
        CHECK_ERR(tx_script(f->c.tx, str_of(rows[i].sql), &f->e), OK, &f->e, rows[i].sql);
        look(f, channel, listing, ch, li);
        fix_rollback(f);
        const struct finding *of_channel = find(ch, rows[i].code);
        const struct finding *of_listing = find(li, rows[i].code);
        CHECK(!(rows[i].where & OF_CHANNEL) || of_channel, rows[i].code);
        CHECK(!(rows[i].where & OF_LISTING) || of_listing, rows[i].code);
        const struct finding *it = rows[i].where & OF_LISTING ? of_listing : of_channel;
        CHECK_STR(str_of(it->severity), str_of(rows[i].severity), rows[i].code);
        CHECK(it->detail.len, rows[i].code);
        if (rows[i].count >= 0 && it->has_count) CHECK_INT(it->count, rows[i].count, rows[i].code);
        CHECK(!find(ch, "nothing_wrong") || rows[i].where == OF_LISTING, rows[i].code);
    }
}

static void test_words(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct findings *ch = arena_new(&f->arena, struct findings, 2), *li = ch + 1;
    fix_variation(f, "Near", "ip13-128 BLU");
    int64_t listing = fix_listing(f, channel, "IP13-128-BLU", 2);
    int64_t v = fix_variation(f, "Ordered", "ORDERED");
    int64_t ordered = fix_listing(f, channel, "ORDERED", 0);
    fix_order(f, ST_NEW, v, 2);
    fix_order_sku(f, ST_NEW, channel, "UNKNOWN", 1);
    fix_sql(f, "UPDATE sales_order SET channel_unmapped = 1 WHERE channel_id IS NOT NULL");
    fix_plan(f);
    fix_begin_read(f);
    look(f, channel, listing, ch, li);
    const struct finding *it = find(li, "not_connected");
    CHECK(it && str_contains(it->detail, S("ip13-128 BLU")), "what is nearly the same is named");
    it = find(ch, "unknown_sku");
    CHECK(it && it->count == 1, "an order has a line that nothing is known of");
    it = find(ch, "status_not_mapped");
    CHECK(it && it->count == 1, "its status has no map");
    look(f, channel, ordered, ch, li);
    CHECK_ERR(fix_commit(f), OK, &f->e, "read");
    it = find(li, "outstanding_statuses");
    CHECK(it && it->count == 2, "units of open orders");
    CHECK(it && str_contains(it->detail, S("2 in New")), "by status");
}

static void test_order(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), listing = fix_listing(f, channel, "A", 2);
    struct findings *ch = arena_new(&f->arena, struct findings, 2), *li = ch + 1;
    fix_sql(f, "UPDATE channel SET paused = 1, state = 'reconnect_needed', inventory_sync = 0;"
               "UPDATE listing SET state = 'inactive'");
    fix_begin_read(f);
    look(f, channel, listing, ch, li);
    CHECK_ERR(fix_commit(f), OK, &f->e, "read");
    CHECK_STR(str_of(li->rows[0].code), S("reconnect_needed"), "the worst goes first");
    CHECK_STR(str_of(li->rows[li->count - 1].code), S("inactive"), "what is for information, last");
    CHECK(!find(ch, "not_imported"), "a listing is there");
}

static void test_nothing_imported(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct findings *out = arena_new(&f->arena, struct findings, 1);
    struct channel_row *ch = fix_load_channel(f, channel);
    READ(f, diagnose_channel(f->c.tx, ch, f->now, &f->arena, out, &f->e), "an empty channel");
    CHECK(find(out, "not_imported"), "says what to press");
    f->now += DAY;
    READ(f, diagnose_channel(f->c.tx, ch, f->now, &f->arena, out, &f->e), "a day later");
    CHECK(find(out, "not_imported"), "still");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_each),
        FIX_TEST(test_words),
        FIX_TEST(test_order),
        FIX_TEST(test_nothing_imported),
    };
    return fix_main(argc, argv, "store/diagnosis", tests, COUNT_OF(tests));
}
