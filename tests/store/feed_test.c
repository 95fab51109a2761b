/* feed_test.c: the change feed: everything once, in one order, and nothing that did not happen. */
#include "fixture.h"

#include "store/derive.h"
#include "store/feed.h"
#include "store/intake.h"
#include "store/item_bulk.h"
#include "store/order_return.h"
#include "store/order_status.h"
#include "store/purchase_order.h"
#include "store/reference.h"
#include "store/transfer.h"
#include "store/vendor.h"
#include "store/verify.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static void enter(struct fix *f)
{
    struct error e;
    CHECK_ERR(feed_enter_all(f->db, f->now, &e), OK, &e, "enter");
}

static struct feed_page list(struct fix *f, int64_t since, int limit)
{
    struct feed_page page;
    struct feed_filter filter = { .since = since, .limit = limit };
    READ(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), "list");
    return page;
}

static int64_t last_seq(struct fix *f)
{
    struct feed_ends ends;
    READ(f, feed_ends(f->c.tx, &ends, &f->e), "ends");
    return ends.last;
}

/* "item.created 1 v1, ..." of what came in after `since`. */
static const char *told(struct fix *f, int64_t since)
{
    enter(f);
    struct feed_page page = list(f, since, 500);
    struct buf text;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < page.count; i++) {
        const struct feed_entry *x = &page.entries[i];
        buf_put_fmt(
            &text, "%s%s %lld", i ? ", " : "", feed_kind_name(x->kind), (long long)x->resource_id);
        if (x->version) buf_put_fmt(&text, " v%lld", (long long)x->version);
        if (x->kind == FEED_STOCK_LEVEL_UPDATED)
            buf_put_fmt(&text, " %.*s %lld-%lld", STR_FMT(x->sku), (long long)x->on_hand,
                (long long)x->outstanding);
        if (x->has_target) buf_put_fmt(&text, " to %lld", (long long)x->target);
    }
    struct str kept = arena_fmt(&f->arena, "%.*s", STR_FMT(buf_str(&text)));
    buf_release(&text);
    return kept.at;
}

#define TOLD(f, want, why)                                                                         \
    do {                                                                                           \
        CHECK_STR(str_of(told((f), since)), str_of(want), (why));                                  \
        since = last_seq(f);                                                                       \
    } while (0)

static void change_items(struct fix *f)
{
    int64_t since = 0;
    int64_t a = fix_variation(f, "A", "SKU-A");
    TOLD(f, "variation.created 1 v1", "a variation");
    int64_t item = fix_item(f, "ESN1", a);
    TOLD(f, "item.created 1 v1", "an item; its stock level waits for the planner");
    fix_plan(f);
    TOLD(f, "stock_level.updated 1 SKU-A 1-0", "and comes with it");
    struct item before = fix_load_item(f, item), after = before;
    after.warehouse_id = 0;
    after.warehouse = S("");
    WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "moved");
    fix_plan(f);
    TOLD(f, "item.updated 1 v2", "a move leaves the level as it was");
    int64_t order = fix_order(f, ST_NEW, a, 1);
    fix_plan(f);
    TOLD(f, "order.created 1 v1, stock_level.updated 1 SKU-A 1-1", "an order");
    CHECK_STR(str_of(fix_commit_esns(f, order, "ESN1", true)), S(""), "a commitment");
    fix_plan(f);
    TOLD(f, "item.updated 1 v3, order.updated 1 v2, stock_level.updated 1 SKU-A 0-0",
        "a commitment changes both, and the level");
    fix_set_status(f, order, ST_SHIPPED);
    fix_plan(f);
    TOLD(f, "order.updated 1 v3", "a status");
}

static void test_every_change_is_told(void **state)
{
    struct fix *f = *state;
    change_items(f);
    int64_t since = last_seq(f);
    int64_t b = fix_variation(f, "B", "SKU-B");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, b, &f->arena, &before, &f->e), "variation");
    after = before;
    after.sku = S("SKU-B2");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "a new SKU");
    TOLD(f, "variation.created 2 v1, variation.updated 2 v2", "in order");
    WRITE(f, variation_delete(&f->c, &after, &f->e), "deleted");
    TOLD(f, "variation.deleted 2 v2", "and gone");
    int64_t channel = fix_channel(f, "Shop");
    (void)told(f, since);
    since = last_seq(f);
    fix_item(f, "ESN2", 1);
    int64_t listing = fix_listing(f, channel, "SKU-A", 0);
    fix_plan(f);
    TOLD(f,
        "item.created 2 v1, listing.created 1 v1, listing.quantity_changed 1 v1 to 1,"
        " stock_level.updated 1 SKU-A 1-0",
        "a listing and what it is told");
    fix_listing(f, channel, "SKU-A", 1);
    TOLD(f, "", "read as it was: nothing new");
    fix_connect_none(f, listing);
    TOLD(f, "listing.updated 1 v2", "a setting");
    struct channel_row *shop = fix_load_channel(f, channel);
    WRITE(f, channel_delete(&f->c, shop, &f->e), "deleted");
    TOLD(f, "listing.deleted 1 v2, channel.deleted 1 v2", "a channel goes with its listings");
    fix_clean(f, "the feed tells of every present version");
}

/* What else people and channels do, one after the other, and what those who follow hear of it. The
 * account: variations 1 and 2, items 1 to 3 of the first one, order 1 with item 1 on it, channel 1,
 * purchase order 1 with a lot price, transfer 1, order status 6. */
static int64_t second; /* warehouse */

static enum err give_back(struct fix *f)
{
    struct order order;
    struct return_input in = { .text = S("N00001"),
        .status_id = IN_STOCK,
        .status = S("In stock"),
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .location = S(""),
        .reason = S("") };
    struct return_result result;
    enum err rc = order_lock(&f->c, 1, f->c.arena, &order, &f->e);
    struct return_request request = { &in, 1, true };
    return rc ? rc : return_add(&f->c, &order, &request, &result, &f->e);
}

static enum err undo(struct fix *f)
{
    return return_undo(&f->c, 1, &f->e);
}

static enum err edit_many(struct fix *f)
{
    struct bulk_edit to = { .set_status = true,
        .status_id = SOLD,
        .status = S("Sold"),
        .regrade = { .has_grade = true, .grade_id = GRADE_B },
        .reason = S("") };
    struct bulk_outcome out;
    int64_t ids[] = { 2, 3 };
    return item_bulk_edit(&f->c, &to, ids, COUNT_OF(ids), f->c.arena, &out, &f->e);
}

static enum err load_van(struct fix *f)
{
    struct transfer t = { .from_id = MAIN, .to_id = second, .notes = S("") };
    struct transfer_result result;
    int64_t item = 3;
    enum err rc = transfer_create(&f->c, &t, &f->e);
    if (!rc) rc = transfer_load(f->c.tx, t.id, f->c.arena, &t, &f->e);
    return rc ? rc : transfer_add(&f->c, &t, &item, 1, &result, &f->e);
}

static enum err send(struct fix *f)
{
    struct transfer t;
    enum err rc = transfer_lock(&f->c, 1, f->c.arena, &t, &f->e);
    return rc ? rc : transfer_ship(&f->c, &t, &f->e);
}

static enum err arrive(struct fix *f)
{
    struct transfer t;
    struct transfer_receipt all = { .location = S(""), .all = true };
    enum err rc = transfer_lock(&f->c, 1, f->c.arena, &t, &f->e);
    return rc ? rc : transfer_receive(&f->c, &t, &all, NULL, &f->e);
}

static enum err receive(struct fix *f)
{
    struct purchase_order o;
    struct item_new rows[2];
    for (int i = 0; i < 2; i++)
        rows[i] = (struct item_new){ .code = "",
            .item = { .esn = i ? S("P2") : S("P1"),
                .variation_id = 2,
                .status_id = IN_STOCK,
                .status = S("In stock"),
                .warehouse_id = MAIN,
                .warehouse = S("Main") } };
    enum err rc = purchase_lock(&f->c, 1, f->c.arena, &o, &f->e);
    return rc ? rc : purchase_receive(&f->c, &o, rows, COUNT_OF(rows), &f->e);
}

static enum err unreceive(struct fix *f)
{
    struct purchase_order o;
    enum err rc = purchase_lock(&f->c, 1, f->c.arena, &o, &f->e);
    return rc ? rc : purchase_unreceive(&f->c, &o, 5, &f->e);
}

static enum err change_lot(struct fix *f)
{
    struct purchase_order before, after;
    enum err rc = purchase_lock(&f->c, 1, f->c.arena, &before, &f->e);
    if (rc) return rc;
    after = before;
    after.lot_price.amount = 777;
    return purchase_update(&f->c, &before, &after, &f->e);
}

static enum err merge(struct fix *f)
{
    struct variation from, into;
    enum err rc = variation_load(f->c.tx, 2, f->c.arena, &from, &f->e);
    if (!rc) rc = variation_load(f->c.tx, 1, f->c.arena, &into, &f->e);
    return rc ? rc : variation_merge(&f->c, &from, &into, &f->e);
}

static enum err read_order(struct fix *f, const char *status, time_ms updated_at, int64_t quantity)
{
    struct channel_row *ch = arena_new(f->c.arena, struct channel_row, 1);
    struct intake_line line = {
        .channel_line_id = S("L1"), .sku = S("SKU-A"), .title = S("t"), .quantity = quantity
    };
    struct intake_order in = { .channel_order_id = S("303-1"),
        .channel_status = str_of(status),
        .marketplace_id = S("DE"),
        .created_at = 1,
        .updated_at = updated_at,
        .lines = &line,
        .line_count = 1 };
    struct intake_counts counts = { 0 };
    enum err rc = channel_load(f->c.tx, 1, f->c.arena, ch, &f->e);
    return rc ? rc : intake_orders(&f->c, ch, &in, 1, &counts, &f->e);
}

static enum err read_new(struct fix *f)
{
    return read_order(f, "UNSHIPPED", 10, 2);
}

static enum err read_again(struct fix *f)
{
    return read_order(f, "UNSHIPPED", 11, 1);
}

static enum err read_the_same(struct fix *f)
{
    return read_order(f, "UNSHIPPED", 11, 1);
}

static enum err status_of_many(struct fix *f)
{
    int64_t ids[] = { 1, 2 };
    struct status_result results[COUNT_OF(ids)];
    return order_set_statuses(&f->c, ids, COUNT_OF(ids), 6, results, &f->e);
}

static enum err retire(struct fix *f)
{
    int64_t moved;
    enum err rc = order_status_retire_begin(&f->c, 6, ST_SHIPPED, &f->e);
    if (!rc) rc = order_status_retire_step(&f->c, 6, 10, &moved, &f->e);
    return rc ? rc : order_status_retire_end(&f->c, 6, &f->e);
}

static void make_account(struct fix *f)
{
    struct reference warehouse = { .title = S("Second"), .color = S("") },
                     status = { .title = S("Packed"), .color = S(""), .is_open = true };
    struct vendor vendor = { .name = S("Vendor"), .notes = S("") };
    struct purchase_order purchase = {
        .number = S(""), .lot_price = { true, 1000, S("EUR") }, .notes = S("")
    };
    int64_t a = fix_variation(f, "A", "SKU-A");
    fix_variation(f, "B", "");
    fix_items(f, a, 3);
    (void)fix_order(f, ST_SHIPPED, a, 1);
    (void)fix_channel(f, "Shop");
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &warehouse, &f->e), "a warehouse");
    WRITE(f, reference_create(&f->c, REFERENCE_ORDER_STATUS, &status, &f->e), "an order status");
    WRITE(f, vendor_create(&f->c, &vendor, &f->e), "a vendor");
    second = warehouse.id;
    purchase.vendor_id = vendor.id;
    WRITE(f, purchase_create(&f->c, &purchase, &f->e), "a purchase order");
    fix_set_status(f, 1, ST_NEW);
    CHECK_STR(str_of(fix_commit_esns(f, 1, "N00001", true)), S(""), "commit");
    fix_set_status(f, 1, ST_SHIPPED);
    fix_plan(f);
}

static void test_operations(void **state)
{
    struct fix *f = *state;
    static const struct {
        const char *why;
        enum err (*run)(struct fix *f);
        const char *told;
    } rows[] = {
        { "a return", give_back,
            "item.updated 1 v3, order.updated 1 v5, stock_level.updated 1 SKU-A 3-0" },
        { "a return undone", undo,
            "item.updated 1 v4, order.updated 1 v6, stock_level.updated 1 SKU-A 2-0" },
        { "a transfer is drafted", load_van, "" },
        { "it leaves", send, "item.updated 3 v2" },
        { "it arrives", arrive, "item.updated 3 v3" },
        { "many are edited and graded", edit_many,
            "variation.created 3 v1, item.updated 2 v2, item.updated 3 v4, stock_level.updated 1 "
            "SKU-A 0-0, stock_level.updated 3  2-0" },
        { "phones are received", receive,
            "item.created 4 v1, item.created 5 v1, item.updated 4 v2, item.updated 5 v2, "
            "stock_level.updated 2  2-0" },
        { "one is taken back", unreceive,
            "item.deleted 5 v2, item.updated 4 v3, stock_level.updated 2  1-0" },
        { "another lot price", change_lot, "item.updated 4 v4" },
        { "variations are merged", merge,
            "item.updated 4 v5, variation.deleted 2 v1, stock_level.updated 1 SKU-A 1-0, "
            "stock_level.updated 2  0-0" },
        { "an order comes in", read_new, "order.created 2 v1, stock_level.updated 1 SKU-A 1-2" },
        { "a newer version of it", read_again,
            "order.updated 2 v2, stock_level.updated 1 SKU-A 1-1" },
        { "the same version", read_the_same, "" },
        { "orders get a status", status_of_many, "order.updated 1 v7, order.updated 2 v3" },
        { "the status is retired", retire,
            "order.updated 1 v8, order.updated 2 v4, stock_level.updated 1 SKU-A 1-0" },
    };
    make_account(f);
    (void)told(f, 0);
    int64_t since = last_seq(f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        WRITE(f, rows[i].run(f), rows[i].why);
        fix_plan(f);
        TOLD(f, rows[i].told, rows[i].why);
    }
    fix_clean(f, "the feed tells of every present version");
}

static void test_what_is_undone_is_not_told(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    enter(f);
    int64_t since = last_seq(f);
    fix_begin(f);
    struct item i = { .esn = S("X"), .variation_id = a, .status_id = IN_STOCK };
    CHECK_ERR(item_create(&f->c, &i, &f->e), OK, &f->e, "an item");
    fix_rollback(f);
    fix_plan(f);
    TOLD(f, "", "rolled back");
    fix_item(f, "Y", a);
    fix_item(f, "Z", a);
    fix_sql(f, "UPDATE item SET status_id = 2, version = version + 1");
    fix_plan(f);
    CHECK(strstr(told(f, since), "stock_level.updated 1 A 2-0") != NULL, "two changes, one level");
    since = last_seq(f);
    WRITE(f,
        (derive_count(&f->c, a, IN_STOCK, MAIN, 1), derive_count(&f->c, a, IN_STOCK, MAIN, -1), OK),
        "there and back");
    fix_plan(f);
    TOLD(f, "", "figures that come out the same are not told");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM change_mark"), 0, "no mark is left");
}

static void test_pages_and_filters(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    fix_items(f, a, 7);
    fix_order(f, ST_NEW, a, 1);
    enter(f);
    int64_t seen = 0, since = 0;
    for (int rounds = 0; rounds < 5; rounds++) {
        struct feed_page page = list(f, since, 2);
        for (size_t i = 0; i < page.count; i++)
            CHECK_INT(page.entries[i].seq, ++seen, "without a gap");
        since = page.next_since;
        CHECK_INT(page.more, rounds < 4, "until the end");
    }
    CHECK_INT(seen, 9, "every entry");
    int64_t wanted[FEED_KINDS_MAX];
    struct feed_filter filter = { .kinds = wanted, .limit = 10 };
    filter.kind_count = feed_kinds_of(S("order.*"), wanted);
    CHECK_INT(filter.kind_count, 3, "a pattern");
    struct feed_page page;
    READ(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), "filtered");
    CHECK_INT(page.count, 1, "orders alone");
    CHECK_INT(page.next_since, 9, "the others need not be looked at again");
    CHECK_INT(feed_kinds_of(S("*"), wanted), 17, "all");
    CHECK_INT(feed_kinds_of(S("item.created"), wanted), 1, "one");
    CHECK_INT(feed_kinds_of(S("ite*"), wanted), 0, "half a word is no pattern");
    CHECK_INT(feed_kinds_of(S(""), wanted), 0, "nothing");
    filter = (struct feed_filter){ .since = 10, .limit = 1 };
    REFUSED(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), ERR_GONE, "since_gone",
        "beyond the end: another database");
}

/* A filter that nothing meets must not read the whole feed at once. */
static void test_a_reading_is_bounded(void **state)
{
    struct fix *f = *state;
    fix_sql(
        f, f->h.engine == DB_SQLITE
               ? "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
                 " INSERT INTO change_feed (seq, at, kind, resource_id, version)"
                 " SELECT i, 1, 12, i, 1 FROM n"
               : "INSERT INTO change_feed (seq, at, kind, resource_id, version)"
                 " SELECT i, 1, 12, i, 1 FROM generate_series(1, 50000) i");
    fix_sql(f, "UPDATE change_head SET last_seq = 50000");
    int64_t order = FEED_ORDER_CREATED;
    struct feed_filter filter = { .kinds = &order, .kind_count = 1, .limit = 10 };
    int rounds = 0;
    struct feed_page page = { .more = true };
    for (; page.more; rounds++, filter.since = page.next_since) {
        READ(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), "a piece");
        CHECK_INT(page.count, 0, "none is an order");
    }
    CHECK_INT(rounds, 3, "in pieces");
    CHECK_INT(page.next_since, 50000, "to the end");
    filter = (struct feed_filter){ .kinds = &order, .kind_count = 0, .limit = 10 };
    READ(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), "no kind");
    CHECK_INT(page.count, 0, "no kind is not every kind");
    CHECK(page.next_since > 0, "and one goes on");
}

static void test_old_entries_go(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    fix_items(f, a, 3);
    enter(f);
    f->now += (time_ms)FEED_KEEP_DAYS * DAY - 1;
    fix_items(f, a, 2);
    enter(f);
    bool more;
    WRITE(f, feed_purge(&f->c, FEED_ROWS_MAX, &more, &f->e), "nothing is too old");
    CHECK_INT(list(f, 0, 10).count, 6, "all kept");
    int64_t at;
    READ(f, feed_seq_at(f->c.tx, f->now, &at, &f->e), "by time");
    CHECK_INT(at, 4, "before the first of the later ones");
    f->now += 2;
    WRITE(f, feed_purge(&f->c, FEED_ROWS_MAX, &more, &f->e), "purge");
    CHECK(!more, "done");
    struct feed_filter filter = { .since = 3, .limit = 10 };
    struct feed_page page;
    REFUSED(f, feed_list(f->c.tx, &filter, &f->arena, &page, &f->e), ERR_GONE, "since_gone",
        "one entry after it is gone");
    CHECK_INT(list(f, 4, 10).count, 2, "from the last that is gone all is there");
    fix_clean(f, "what is older than the oldest entry needs none");
    WRITE(f, feed_purge(&f->c, 1, &more, &f->e), "by number");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM change_feed"), 1, "the newest stay");
    WRITE(f, feed_purge(&f->c, 0, &more, &f->e), "all of them");
    CHECK_INT(last_seq(f), 6, "numbers are never used again");
    READ(f, feed_seq_at(f->c.tx, 0, &at, &f->e), "by time");
    CHECK_INT(at, 6, "of an empty feed: its end");
    fix_item(f, "LATER", a);
    enter(f);
    CHECK_INT(list(f, 6, 10).entries[0].seq, 7, "and it goes on");
}

/* A clock that is set back, or that of another server, does not turn the feed around. */
static void test_time_never_falls(void **state)
{
    struct fix *f = *state;
    fix_variation(f, "A", "A");
    enter(f);
    time_ms first = f->now;
    f->now -= 5000;
    fix_variation(f, "B", "B");
    enter(f);
    CHECK_INT(list(f, 1, 1).entries[0].at, first, "not before the entry before it");
}

static void look(void *ctx, const char *what, struct str detail)
{
    CHECK(detail.len > 0, "in words");
    snprintf(ctx, 64, "%s", what);
}

static void test_damage_is_seen_and_repaired(void **state)
{
    struct fix *f = *state;
    static const char *const damages[][2] = {
        { "DELETE FROM change_feed WHERE kind = 11 AND resource_id = 2", "change_feed.item" },
        { "UPDATE change_feed SET version = 9 WHERE kind = 21", "change_feed.order" },
        { "UPDATE change_feed SET version = 9 WHERE kind = 31", "change_feed.variation" },
        { "DELETE FROM change_feed WHERE kind IN (41, 44)", "change_feed.listing" },
        { "UPDATE change_feed SET version = 9 WHERE kind IN (51, 52)", "change_feed.channel" },
        { "UPDATE stock_told SET on_hand = 77", "stock_told" },
        { "DELETE FROM stock_told", "stock_told" },
    };
    fix_channel(f, "Shop");
    enter(f);
    f->now += 1000;
    int64_t a = fix_variation(f, "A", "A");
    fix_items(f, a, 3);
    fix_order(f, ST_NEW, a, 1);
    fix_listing(f, 1, "A", 0);
    fix_plan(f);
    enter(f);
    fix_clean(f, "before any damage");
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        char what[64] = "";
        int64_t n = 0;
        fix_sql(f, damages[i][0]);
        WRITE(f, verify_all(&f->c, false, look, what, &n, &f->e), damages[i][0]);
        CHECK_STR(str_of(what), str_of(damages[i][1]), damages[i][0]);
        WRITE(f, verify_all(&f->c, true, look, what, &n, &f->e), "repair");
        CHECK(n > 0, "told once more");
        fix_clean(f, "what has its mark is about to be told");
        enter(f);
        fix_clean(f, damages[i][0]);
    }
}

/* Writers change their own items; a reader follows all the while. */
enum { WRITERS = 8, ROUNDS = 40 };

struct writer {
    struct fix *f;
    pthread_t thread;
    int64_t item;
    struct error e;
    enum err wrong;
    struct rng dice;
};

static atomic_int writing;

/* Some transactions are long: their marks have small numbers and come late. */
static enum err change_item(struct tx *tx, void *ctx, struct error *e)
{
    struct writer *w = ctx;
    struct stmt *st = tx_prepare(tx, "UPDATE item SET version = version + 1 WHERE id = $1");
    stmt_bind_int(st, 1, w->item);
    enum err rc = stmt_run(st, NULL, e);
    int extra = (int)rng_below(&w->dice, 12);
    for (int i = 0; i < extra && !rc; i++) {
        int64_t n;
        rc = stmt_scalar(tx_prepare(tx, "SELECT COUNT(*) FROM item"), 0, &n, e);
    }
    return rc;
}

static void *write_many(void *arg)
{
    struct writer *w = arg;
    for (int i = 0; i < ROUNDS && !w->wrong; i++)
        w->wrong = db_write(w->f->db, "writer", change_item, w, &w->e);
    atomic_fetch_sub(&writing, 1);
    return NULL;
}

static void follow(struct fix *f, int64_t since, int64_t *versions)
{
    bool last = false;
    while (!last) {
        last = atomic_load(&writing) == 0; /* what is read after this is everything */
        enter(f);
        struct feed_page page = { .more = true };
        while (page.more) {
            page = list(f, since, 7);
            for (size_t i = 0; i < page.count; i++) {
                const struct feed_entry *x = &page.entries[i];
                CHECK_INT(x->seq, since + 1 + (int64_t)i, "without a gap");
                CHECK_INT(x->version, versions[x->resource_id] + 1, "each change once, in order");
                versions[x->resource_id] = x->version;
            }
            since = page.next_since;
        }
    }
}

static void test_a_follower_misses_nothing(void **state)
{
    struct fix *f = *state;
    int64_t versions[WRITERS + 1], a = fix_variation(f, "A", "A");
    fix_items(f, a, WRITERS);
    enter(f);
    struct writer writers[WRITERS];
    memset(writers, 0, sizeof writers);
    atomic_store(&writing, WRITERS);
    for (int i = 0; i < WRITERS; i++) {
        versions[i + 1] = 1;
        writers[i].f = f;
        writers[i].item = i + 1;
        rng_seeded(&writers[i].dice, (uint64_t)i + 1);
        CHECK(!pthread_create(&writers[i].thread, NULL, write_many, &writers[i]), "a thread");
    }
    follow(f, last_seq(f), versions);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        CHECK_ERR(writers[i].wrong, OK, &writers[i].e, "a writer");
        CHECK_INT(versions[i + 1], 1 + ROUNDS, "every change was seen");
    }
    fix_clean(f, "after it");
}

/* The case itself: the smaller number commits last. Not on SQLite: it has one writer. */
static void test_a_late_commit_comes_last(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A");
    fix_items(f, a, 2);
    enter(f);
    int64_t since = last_seq(f);
    fix_begin(f);
    struct stmt *st = tx_prepare(f->c.tx, "UPDATE item SET version = version + 1 WHERE id = 1");
    CHECK_ERR(stmt_run(st, NULL, &f->e), OK, &f->e, "marked, not committed");
    harness_sql(&f->h, "UPDATE item SET version = version + 1 WHERE id = 2");
    struct error e;
    CHECK_ERR(feed_enter_all(f->db, f->now, &e), OK, &e, "enter while the first is open");
    CHECK_ERR(fix_commit(f), OK, &f->e, "the first, at last");
    TOLD(f, "item.updated 2 v2, item.updated 1 v2", "in the order of their commits");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_every_change_is_told),
        FIX_TEST(test_operations),
        FIX_TEST(test_what_is_undone_is_not_told),
        FIX_TEST(test_pages_and_filters),
        FIX_TEST(test_a_reading_is_bounded),
        FIX_TEST(test_old_entries_go),
        FIX_TEST(test_time_never_falls),
        FIX_TEST(test_damage_is_seen_and_repaired),
        FIX_TEST(test_a_follower_misses_nothing),
        FIX_TEST(test_a_late_commit_comes_last),
    };
    bool one_writer = harness_engine(argc, argv) == DB_SQLITE;
    return fix_main(argc, argv, "store/feed", tests, COUNT_OF(tests) - one_writer);
}
