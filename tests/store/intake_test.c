/* intake_test.c: orders of a channel, in any order of arrival. */
#include "fixture.h"

#include "store/audit.h"
#include "store/channel_log.h"
#include "store/intake.h"
#include "store/people.h"

static struct intake_order order_of(
    const char *status, time_ms updated_at, const struct intake_line *lines, size_t count)
{
    return (struct intake_order){ .channel_order_id = S("303-1"),
        .channel_status = str_of(status),
        .marketplace_id = S("A1PA6795UKMFR9"),
        .created_at = 1000,
        .updated_at = updated_at,
        .lines = lines,
        .line_count = count };
}

static struct intake_counts take_in(
    struct fix *f, int64_t channel, const struct intake_order *orders, size_t count)
{
    struct intake_counts counts = { 0 };
    struct channel_row *ch = arena_new(&f->arena, struct channel_row, 1);
    fix_begin(f);
    CHECK_ERR(channel_load(f->c.tx, channel, &f->arena, ch, &f->e), OK, &f->e, "channel");
    CHECK_ERR(intake_orders(&f->c, ch, orders, count, &counts, &f->e), OK, &f->e, "intake");
    CHECK_ERR(fix_commit(f), OK, &f->e, "intake");
    return counts;
}

static int64_t the_order(struct fix *f)
{
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM sales_order"), 1, "one order");
    return fix_int(f, "SELECT id FROM sales_order");
}

static int64_t needed(struct fix *f)
{
    return fix_int(f, "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM demand");
}

static const struct intake_line two_lines[] = {
    { .channel_line_id = { "L1", 2 }, .sku = { "A", 1 }, .title = { "Phone A", 7 }, .quantity = 3 },
    { .channel_line_id = { "L2", 2 },
        .sku = { "B", 1 },
        .title = { "Phone B", 7 },
        .quantity = 1,
        .price = { true, 5000, { "EUR", 3 } } },
};

static void test_create_and_update(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), a = fix_variation(f, "A", "A");
    struct intake_order o = order_of("UNSHIPPED", 2000, two_lines, 2);
    struct intake_counts n = take_in(f, channel, &o, 1);
    CHECK_INT(n.created, 1, "new");
    struct order got = fix_load_order(f, the_order(f));
    CHECK_STR(got.organization, S("Shop"), "under the channel's name");
    CHECK_STR(got.channel_order_id, S("303-1"), "its number there");
    CHECK_STR(got.status, S("New"), "the mapped status");
    CHECK_INT(got.ordered_at, 1000, "when it was ordered");
    CHECK_INT(got.line_count, 2, "lines");
    CHECK_INT(got.lines[0].candidates[0], a, "resolved by SKU");
    CHECK_STR(got.lines[1].title, S("Phone B"), "the channel's title");
    CHECK_INT(got.lines[1].price.amount, 5000, "price");
    CHECK_INT(needed(f), 3, "an unknown SKU counts nowhere");
    n = take_in(f, channel, &o, 1);
    CHECK(n.unchanged == 1 && !n.updated, "the same once more");
    CHECK_INT(fix_load_order(f, got.id).version, got.version, "nothing was touched");

    struct intake_line less[] = { two_lines[0], two_lines[1] };
    less[0].quantity = 1;
    struct intake_order later = order_of("UNSHIPPED", 3000, less, 2);
    n = take_in(f, channel, &later, 1);
    CHECK_INT(n.updated, 1, "a newer version");
    CHECK_INT(needed(f), 1, "canceled quantities shrink the line");
    n = take_in(f, channel, &o, 1);
    CHECK_INT(n.unchanged, 1, "an older version");
    CHECK_INT(needed(f), 1, "never overwrites");
    struct audit_filter filter = { .resource = S("order") };
    struct page page = { 0, 10 };
    struct audit_entry *entries;
    size_t count;
    READ(f, audit_list(f->c.tx, &filter, &page, &f->arena, &entries, &count, &f->e), "audit");
    CHECK_INT(count, 2, "creation and change were audited");
    fix_clean(f, "after all");
}

/* Status, quantities and flags as one text. */
static struct str shown(struct fix *f)
{
    struct order o = fix_load_order(f, the_order(f));
    struct str s = arena_fmt(&f->arena, "%.*s/%.*s/%lld:", STR_FMT(o.status),
        STR_FMT(o.channel_status), (long long)o.channel_updated_at);
    for (size_t i = 0; i < o.line_count; i++)
        s = arena_fmt(&f->arena, "%.*s %.*s=%lld", STR_FMT(s), STR_FMT(o.lines[i].channel_line_id),
            (long long)o.lines[i].quantity);
    return s;
}

static void test_any_order_of_arrival(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_variation(f, "A", "A");
    struct intake_line fewer[] = { two_lines[0], two_lines[1] };
    fewer[0].quantity = 2;
    const struct intake_order versions[] = { order_of("PENDING", 2000, two_lines, 2),
        order_of("UNSHIPPED", 3000, fewer, 2), order_of("SHIPPED", 4000, fewer, 1) };
    static const size_t arrivals[][5] = { { 0, 1, 2, 2, 2 }, { 2, 1, 0, 2, 1 }, { 1, 0, 2, 1, 0 },
        { 0, 2, 1, 0, 1 }, { 2, 2, 0, 0, 1 }, { 1, 2, 0, 1, 2 } };
    struct str first = S("");
    for (size_t i = 0; i < COUNT_OF(arrivals); i++) {
        for (size_t k = 0; k < 5; k++)
            take_in(f, channel, &versions[arrivals[i][k]], 1);
        struct order o = fix_load_order(f, the_order(f));
        CHECK_STR(o.status, S("Shipped"), "the newest");
        CHECK_INT(o.lines[0].quantity, 2, "its quantities");
        if (o.line_count > 1) CHECK_INT(o.lines[1].quantity, 0, "what it no longer names is gone");
        if (i == 0) first = shown(f);
        fix_clean(f, "each");
        fix_sql(f, "DELETE FROM demand");
        fix_sql(f, "DELETE FROM order_line");
        fix_sql(f, "DELETE FROM sales_order");
    }
    CHECK(str_starts(first, S("Shipped/SHIPPED/4000: L1=2")), "as it should be");
    struct intake_order both[] = { versions[1], versions[0], versions[1] };
    struct intake_counts n = take_in(f, channel, both, 3);
    CHECK(n.created == 1 && n.unchanged == 2, "several times in one page");
}

static void test_statuses(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_variation(f, "A", "A");
    struct intake_order o = order_of("UNFULFILLABLE", 2000, two_lines, 1);
    CHECK_INT(take_in(f, channel, &o, 1).skipped, 1, "a status without a map is not imported");
    o = order_of("UNSHIPPED", 2500, two_lines, 1);
    take_in(f, channel, &o, 1);
    int64_t id = the_order(f);
    fix_set_status(f, id, ST_READY);
    o = order_of("UNSHIPPED", 3000, two_lines, 1);
    take_in(f, channel, &o, 1);
    CHECK_INT(
        fix_load_order(f, id).status_id, ST_READY, "between changes the user moves the order");
    o = order_of("UNFULFILLABLE", 4000, two_lines, 1);
    take_in(f, channel, &o, 1);
    struct order got = fix_load_order(f, id);
    CHECK_INT(got.status_id, ST_READY, "an unmapped status keeps ours");
    CHECK(got.channel_unmapped, "and says so");
    o = order_of("SHIPPED", 5000, two_lines, 1);
    take_in(f, channel, &o, 1);
    got = fix_load_order(f, id);
    CHECK_INT(got.status_id, ST_SHIPPED, "a change is applied");
    CHECK(!got.channel_unmapped, "mapped");
    CHECK_INT(needed(f), 0, "closed");
    fix_clean(f, "after all");
}

static void test_cancel_request(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct intake_line lines[] = { two_lines[0], two_lines[1] };
    struct intake_order o = order_of("UNSHIPPED", 2000, lines, 2);
    take_in(f, channel, &o, 1);
    int64_t id = the_order(f);
    lines[1].cancel_requested = true;
    lines[1].cancel_reason = S("CHANGED_MIND");
    o.updated_at++;
    take_in(f, channel, &o, 1);
    struct order got = fix_load_order(f, id);
    CHECK(!got.lines[0].cancel_requested && got.lines[1].cancel_requested, "this line");
    CHECK_STR(got.lines[1].cancel_reason, S("CHANGED_MIND"), "and why");
    CHECK(got.cancel_requested, "so the order");
    lines[1].cancel_requested = false;
    lines[1].cancel_reason = S("");
    o.updated_at++;
    take_in(f, channel, &o, 1);
    got = fix_load_order(f, id);
    CHECK(!got.lines[1].cancel_requested && !got.lines[1].cancel_reason.len, "withdrawn");
}

static void test_canceled_keeps_items(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), a = fix_variation(f, "A", "A");
    struct intake_order o = order_of("UNSHIPPED", 2000, two_lines, 1);
    take_in(f, channel, &o, 1);
    int64_t id = the_order(f), item = fix_item(f, "E1", a);
    CHECK_STR(str_of(fix_commit_esns(f, id, "E1", true)), S(""), "commit");
    struct intake_line none = two_lines[0];
    none.quantity = 0;
    none.cancel_requested = true;
    o = order_of("CANCELLED", 3000, &none, 1);
    take_in(f, channel, &o, 1);
    struct order got = fix_load_order(f, id);
    CHECK_INT(got.status_id, ST_CANCELED, "canceled");
    CHECK_INT(got.item_count, 1, "its item stays until a person releases it");
    CHECK(got.cancel_requested, "by the buyer");
    CHECK_INT(fix_load_item(f, item).order_id, id, "committed");
    fix_clean(f, "after all");
    o = order_of("UNSHIPPED", 4000, two_lines, 1);
    fix_item(f, "E1", a);
    take_in(f, channel, &o, 1);
    CHECK_INT(fix_load_order(f, id).status_id, ST_CANCELED,
        "it cannot open again: the phone was received again");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM channel_event WHERE severity = 'warning'"), 1,
        "and a person is told");
    fix_clean(f, "kept closed");
}

static enum err delete_line(struct fix *f, int64_t id)
{
    struct order o;
    enum err rc = order_lock(&f->c, id, &f->arena, &o, &f->e);
    return rc ? rc : order_line_delete(&f->c, &o, &o.lines[0], &f->e);
}

static void test_tombstones(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_variation(f, "A", "A");
    fix_variation(f, "B", "B");
    struct intake_order o = order_of("UNSHIPPED", 2000, two_lines, 2);
    take_in(f, channel, &o, 1);
    int64_t id = the_order(f);
    WRITE(f, delete_line(f, id), "a person deletes the first line");
    struct intake_line more[] = { two_lines[0], two_lines[1] };
    more[0].quantity = 9;
    o = order_of("UNSHIPPED", 3000, more, 2);
    take_in(f, channel, &o, 1);
    CHECK_INT(fix_load_order(f, id).line_count, 1, "a re-import does not bring it back");
    CHECK_INT(needed(f), 1, "nor its units");
    fix_clean(f, "after all");
}

static void test_prices(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct intake_line line = two_lines[1];
    line.price = (struct money){ 0 };
    struct intake_order o = order_of("PENDING", 2000, &line, 1);
    take_in(f, channel, &o, 1);
    int64_t id = the_order(f);
    CHECK(!fix_load_order(f, id).lines[0].price.present, "a pending order has no price yet");
    o = order_of("UNSHIPPED", 3000, &two_lines[1], 1);
    take_in(f, channel, &o, 1);
    CHECK_INT(fix_load_order(f, id).lines[0].price.amount, 5000, "then it has");
    o = order_of("UNSHIPPED", 4000, &line, 1);
    take_in(f, channel, &o, 1);
    CHECK_INT(fix_load_order(f, id).lines[0].price.amount, 5000, "and does not lose it");
}

static void test_skipped(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct intake_order fba = order_of("UNSHIPPED", 2000, two_lines, 2);
    fba.amazon_fulfilled = true;
    CHECK_INT(take_in(f, channel, &fba, 1).skipped, 1, "not our stock");
    struct channel_row *before = fix_load_channel(f, channel),
                       *after = fix_load_channel(f, channel);
    after->import_orders_from = 1500;
    WRITE(f, channel_update(&f->c, before, after, &f->e), "from then on");
    struct intake_order o = order_of("UNSHIPPED", 2000, two_lines, 2);
    CHECK_INT(take_in(f, channel, &o, 1).skipped, 1, "too old");
    o.created_at = 1500;
    CHECK_INT(take_in(f, channel, &o, 1).created, 1, "not too old");
    o.channel_order_id = S("303-2");
    o.channel_status = S("SHIPPED");
    CHECK_INT(take_in(f, channel, &o, 1).created, 1, "another one");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM sales_order"), 2, "both");
    int64_t other = fix_channel(f, "Other");
    CHECK_INT(take_in(f, other, &o, 1).created, 1, "the same number at another channel");
}

static bool put_aside(struct fix *f, int64_t channel, const char *id)
{
    struct quarantined_order q = { .channel_order_id = str_of(id),
        .body = S("{}"),
        .pointer = S("/orderItems/0"),
        .detail = S("no quantity") };
    bool is_new = false;
    WRITE(f, quarantine_put(&f->c, channel, str_of(id), &q, &is_new, &f->e), "quarantine");
    return is_new;
}

static void test_quarantine(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    CHECK(put_aside(f, channel, "303-1"), "new");
    CHECK(!put_aside(f, channel, "303-1"), "the same again");
    CHECK(put_aside(f, channel, "303-9"), "another");
    struct page page = { 0, 10 };
    struct quarantined_order *rows;
    size_t count;
    READ(f, quarantine_list(f->c.tx, channel, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 2, "both");
    CHECK_STR(rows[1].channel_order_id, S("303-1"), "newest first");
    CHECK_INT(rows[1].attempts, 2, "how often");
    CHECK_STR(rows[1].pointer, S("/orderItems/0"), "where");
    struct channel_figures figures;
    READ(f, channel_figures_load(f->c.tx, channel, &figures, &f->e), "figures");
    CHECK_INT(figures.quarantined_orders, 2, "counted");
    struct intake_order o = order_of("UNSHIPPED", 2000, two_lines, 2);
    take_in(f, channel, &o, 1);
    READ(f, quarantine_list(f->c.tx, channel, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 1, "a version that can be read resolves it");
    READ(f, channel_figures_load(f->c.tx, channel, &figures, &f->e), "figures");
    CHECK_INT(figures.orders, 1, "orders");
    CHECK_INT(figures.unknown_sku_orders, 1, "with unknown SKUs");
    CHECK_INT(
        fix_int(f, "SELECT COUNT(*) FROM channel_event WHERE kind = 'order_imported'"), 1, "told");
}

static void test_figures(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    fix_variation(f, "A", "A");
    fix_listing(f, channel, "A", 1);
    fix_listing(f, channel, "B", 1);
    int64_t gone = fix_listing(f, channel, "C", 1);
    WRITE(f, listing_end(&f->c, gone, &f->e), "ended");
    fix_plan(f);
    struct channel_figures n;
    READ(f, channel_figures_load(f->c.tx, channel, &n, &f->e), "figures");
    CHECK_INT(n.listings, 2, "listings");
    CHECK_INT(n.connected_listings, 1, "connected");
    CHECK_INT(n.ended_listings, 1, "ended");
    CHECK_INT(n.pushes_waiting, 1, "waiting");
    CHECK_INT(n.last_push_at, 0, "never");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_create_and_update),
        FIX_TEST(test_any_order_of_arrival),
        FIX_TEST(test_statuses),
        FIX_TEST(test_cancel_request),
        FIX_TEST(test_canceled_keeps_items),
        FIX_TEST(test_tombstones),
        FIX_TEST(test_prices),
        FIX_TEST(test_skipped),
        FIX_TEST(test_quarantine),
        FIX_TEST(test_figures),
    };
    return fix_main(argc, argv, "store/intake", tests, COUNT_OF(tests));
}
