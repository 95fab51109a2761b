/*
 * inventory_day_test.c: counts per day against a naive replay of every item's history.
 *
 * Random days of receiving, editing, committing and sending are played; the days are taken on time,
 * late, or all at once, and must always be what the entries before midnight say when they are read
 * one by one. A reception that was a mistake has no entries any more, and is in no day.
 */
#include "fixture.h"

#include "store/commitment.h"
#include "store/inventory_day.h"
#include "store/item_bulk.h"
#include "store/purchase_order.h"
#include "store/reference.h"
#include "store/transfer.h"
#include "store/vendor.h"

#include <stdlib.h>

enum { DAYS = 12, STEPS = 9, PHONES = 30, FIRST = 20000 };
enum { WAITING_MS = 120 * 1000 }; /* for what comes at once */

struct play {
    struct fix *f;
    struct rng dice;
    int64_t variation, repair, second, order;
};

static int throw_of(struct play *p, int n)
{
    return (int)rng_below(&p->dice, (uint64_t)n);
}

static void receive_one(struct play *p)
{
    struct fix *f = p->f;
    struct item in = { .esn = arena_fmt(&f->arena, "P%d", ++f->made),
        .variation_id = p->variation,
        .status_id = IN_STOCK,
        .warehouse_id = throw_of(p, 3) ? MAIN : 0 };
    if (throw_of(p, 3))
        in.paid =
            (struct money){ true, 100 + throw_of(p, 9), throw_of(p, 2) ? S("EUR") : S("USD") };
    if (f->made < PHONES) WRITE(f, item_create(&f->c, &in, &f->e), "receive");
}

static void edit_some(struct play *p)
{
    struct fix *f = p->f;
    int64_t all = fix_int(f, "SELECT COUNT(*) FROM item"), ids[3];
    struct bulk_edit to = { .set_status = throw_of(p, 2) != 0,
        .status_id = throw_of(p, 2) ? p->repair : IN_STOCK,
        .status = S("x"),
        .set_paid = throw_of(p, 2) != 0,
        .paid = { throw_of(p, 2) != 0, 7 + throw_of(p, 5), S("EUR") },
        .set_warehouse = throw_of(p, 2) != 0,
        .warehouse_id = throw_of(p, 2) ? p->second : MAIN,
        .warehouse = S("x") };
    struct bulk_outcome out;
    if (all < 3) return;
    ids[0] = 1 + throw_of(p, (int)all - 2);
    ids[1] = ids[0] + 1;
    ids[2] = ids[0] + 2;
    WRITE(f, item_bulk_edit(&f->c, &to, ids, 3, &f->arena, &out, &f->e), "edit");
}

static void sell_or_take_back(struct play *p)
{
    struct fix *f = p->f;
    struct order order = fix_load_order(f, p->order);
    if (order.item_count && throw_of(p, 2)) {
        fix_begin(f);
        CHECK_ERR(order_lock(&f->c, p->order, &f->arena, &order, &f->e), OK, &f->e, "lock");
        CHECK_ERR(
            commitment_remove(&f->c, &order, order.items[0].item_id, &f->e), OK, &f->e, "off");
        CHECK_ERR(fix_commit(f), OK, &f->e, "taken back");
        return;
    }
    fix_commit_esns(f, p->order, arena_fmt(&f->arena, "P%d", 1 + throw_of(p, PHONES)).at, false);
}

static void send_some(struct play *p)
{
    struct fix *f = p->f;
    struct transfer t = { .from_id = MAIN, .to_id = p->second, .notes = S("") };
    struct transfer_result results[PHONES];
    int64_t ids[PHONES], all = fix_int(f, "SELECT COUNT(*) FROM item");
    for (int i = 0; i < all; i++)
        ids[i] = i + 1;
    fix_begin(f);
    CHECK_ERR(transfer_create(&f->c, &t, &f->e), OK, &f->e, "create");
    CHECK_ERR(transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), OK, &f->e, "load");
    CHECK_ERR(transfer_add(&f->c, &t, ids, (size_t)all, results, &f->e), OK, &f->e, "add");
    CHECK_ERR(transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), OK, &f->e, "load");
    if (t.items) CHECK_ERR(transfer_ship(&f->c, &t, &f->e), OK, &f->e, "ship");
    CHECK_ERR(transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), OK, &f->e, "load");
    struct transfer_receipt part = {
        .ids = ids, .count = (size_t)all / 2, .location = S(""), .close = throw_of(p, 2) != 0
    };
    if (t.items)
        CHECK_ERR(transfer_receive(&f->c, &t, &part, results, &f->e), OK, &f->e, "receive");
    CHECK_ERR(fix_commit(f), OK, &f->e, "sent");
}

/* The entries before that time, item by item: units and value of one kind. */
static void replay(struct fix *f, time_ms before, const struct inventory_count *kind,
    int64_t *units, int64_t *value)
{
    *units = *value = 0;
    fix_begin_read(f);
    struct stmt *st = tx_prepare(f->c.tx,
        "SELECT i.id, v.to_status_id, COALESCE(v.to_warehouse_id, 0), v.to_order_id,"
        " COALESCE(v.to_paid_currency, ''), v.to_paid_amount, v.at FROM item i"
        " JOIN item_event v ON v.item_id = i.id ORDER BY i.id, v.id DESC /* scan wanted */");
    int64_t done = 0;
    while (stmt_row(st)) {
        if (stmt_int(st, 0) == done || stmt_int(st, 6) >= before) continue;
        done = stmt_int(st, 0);
        if (stmt_int(st, 1) != kind->status_id || stmt_int(st, 2) != kind->warehouse_id ||
            (stmt_int(st, 3) != 0) != kind->committed ||
            !str_eq(stmt_str_view(st, 4), kind->currency))
            continue;
        ++*units;
        *value += stmt_int(st, 5);
    }
    CHECK_ERR(stmt_end(st, &f->e), OK, &f->e, "replay");
    CHECK_ERR(fix_commit(f), OK, &f->e, "replay");
}

static void check_counts(struct fix *f, int64_t day, const struct inventory_counts *c)
{
    int64_t all = 0;
    for (size_t i = 0; i < c->count; i++) {
        int64_t units, value;
        replay(f, (day + 1) * INVENTORY_DAY_MS, &c->rows[i], &units, &value);
        CHECK_INT(c->rows[i].day, day, "of that day");
        CHECK_INT(c->rows[i].units, units, "units");
        CHECK_INT(c->rows[i].value, value, "value");
        all += units;
    }
    CHECK_INT(all,
        fix_int_of(f, "SELECT COUNT(DISTINCT item_id) FROM item_event WHERE at < $1",
            (day + 1) * INVENTORY_DAY_MS),
        "and no item is missing");
}

static void take_due(struct fix *f)
{
    for (;;) {
        int64_t day;
        bool due;
        struct inventory_counts counts;
        READ(f, inventory_day_next(f->c.tx, f->now, &day, &due, &f->e), "next");
        if (!due) return;
        READ(f, inventory_day_count(f->c.tx, day, &f->arena, &counts, &f->e), "count");
        check_counts(f, day, &counts);
        WRITE(f, inventory_day_keep(&f->c, day, &counts, &f->e), "keep");
        WRITE(f, inventory_day_keep(&f->c, day, &counts, &f->e), "again: nothing");
    }
}

static void play_days(struct fix *f, uint64_t seed)
{
    static void (*const steps[])(struct play *) = { receive_one, receive_one, receive_one,
        edit_some, edit_some, sell_or_take_back, sell_or_take_back, send_some };
    struct play p = { .f = f, .variation = fix_variation(f, "A", "S") };
    struct reference repair = { .title = S("In repair"), .color = S("") },
                     second = { .title = S("Second"), .color = S("") };
    rng_seeded(&p.dice, seed);
    f->now = 20000 * (int64_t)INVENTORY_DAY_MS;
    WRITE(f, reference_create(&f->c, REFERENCE_STATUS, &repair, &f->e), "status");
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "warehouse");
    p.repair = repair.id;
    p.second = second.id;
    p.order = fix_order(f, ST_NEW, p.variation, 5);
    int64_t day;
    bool due;
    READ(f, inventory_day_next(f->c.tx, f->now, &day, &due, &f->e), "next");
    CHECK(!due, "nothing to count");
    for (int d = 0; d < DAYS; d++) {
        f->now = (20000 + d) * (int64_t)INVENTORY_DAY_MS + throw_of(&p, 1000);
        for (int i = 0; i < STEPS; i++) {
            f->now += throw_of(&p, INVENTORY_DAY_MS / (STEPS + 1));
            steps[throw_of(&p, (int)COUNT_OF(steps))](&p);
        }
        struct inventory_counts now;
        READ(f, inventory_day_count(f->c.tx, 30000, &f->arena, &now, &f->e), "as it stands");
        check_counts(f, 30000, &now);
        f->now = (20001 + d) * (int64_t)INVENTORY_DAY_MS + INVENTORY_SETTLE_MS;
        if (throw_of(&p, 3) == 0) take_due(f); /* else the server is off for the night */
    }
    take_due(f);
    CHECK_INT(fix_int(f, "SELECT MAX(day) - MIN(day) + 1 - COUNT(*) FROM inventory_day"), 0,
        "no day is missing");
    fix_clean(f, "at the end");
}

static void test_days(void **state)
{
    struct fix *f = *state;
    play_days(f, fix_engine == DB_SQLITE ? 1 : 2);
}

static void test_other_days(void **state)
{
    struct fix *f = *state;
    play_days(f, 77);
}

/* Entries of before the migration do not tell how an item stood: counting begins when all do. */
static void test_upgrade(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S"), day, first = 20000;
    bool due;
    f->now = first * INVENTORY_DAY_MS;
    fix_items(f, v, 2);
    f->now += 3 * (int64_t)INVENTORY_DAY_MS;
    struct item before = fix_load_item(f, 1), after = before;
    after.status_id = SOLD;
    after.status = S("Sold");
    WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "edit");
    fix_sql(
        f, "UPDATE item_event SET to_status_id = NULL WHERE item_id = 1 AND action = 'created'");
    READ(f, inventory_day_next(f->c.tx, f->now, &day, &due, &f->e), "next");
    CHECK(day == first + 3 && !due, "not before the day that is known, and not before it is over");
    f->now = (first + 4) * INVENTORY_DAY_MS + INVENTORY_SETTLE_MS - 1;
    READ(f, inventory_day_next(f->c.tx, f->now, &day, &due, &f->e), "next");
    CHECK(!due, "somebody may still be writing");
    f->now++;
    take_due(f);
    struct inventory_filter sold = {
        .from = first, .to = first + 9, .status_count = 1, .status_ids = (const int64_t[]){ SOLD }
    };
    struct inventory_counts rows;
    READ(f, inventory_day_read(f->c.tx, &sold, &f->arena, &rows, &f->e), "read");
    CHECK(rows.count == 1 && rows.rows[0].units == 1 && rows.rows[0].day == first + 3, "one sold");
    int64_t days[INVENTORY_DAYS_MAX];
    size_t count;
    READ(f, inventory_days_taken(f->c.tx, &sold, days, &count, &f->e), "days");
    CHECK(count == 1 && days[0] == first + 3, "one day");
}

/* Taking back */

static int64_t new_purchase(struct fix *f, int64_t lot_price)
{
    struct vendor vendor = { .name = S("Acme") };
    struct purchase_order o = { .vendor = S("Acme"),
        .lot_price = { lot_price != 0, lot_price, S("EUR") } };
    WRITE(f, vendor_create(&f->c, &vendor, &f->e), "a vendor");
    o.vendor_id = vendor.id;
    WRITE(f, purchase_create(&f->c, &o, &f->e), "a purchase order");
    return o.id;
}

static enum err receive_into(
    struct change *c, int64_t purchase_id, struct str esn, int64_t variation_id, struct error *e)
{
    struct purchase_order o;
    struct item_new row = { .code = "",
        .item = { .esn = esn,
            .variation_id = variation_id,
            .status_id = IN_STOCK,
            .status = S("In stock"),
            .warehouse_id = MAIN,
            .warehouse = S("Main") } };
    enum err rc = purchase_lock(c, purchase_id, c->arena, &o, e);
    return rc ? rc : purchase_receive(c, &o, &row, 1, e);
}

static enum err give_back(struct change *c, int64_t purchase_id, int64_t item_id, struct error *e)
{
    struct purchase_order o;
    enum err rc = purchase_lock(c, purchase_id, c->arena, &o, e);
    return rc ? rc : purchase_unreceive(c, &o, item_id, e);
}

/* Every day that was taken, as it is now. */
static void check_taken(struct fix *f)
{
    static const struct inventory_filter all = { .from = FIRST, .to = FIRST + DAYS };
    int64_t days[INVENTORY_DAYS_MAX];
    size_t count;
    READ(f, inventory_days_taken(f->c.tx, &all, days, &count, &f->e), "days");
    for (size_t i = 0; i < count; i++) {
        struct inventory_counts rows = { .rows =
                                             arena_new(&f->arena, struct inventory_count, 100) };
        fix_begin_read(f);
        struct stmt *st = tx_prepare(f->c.tx,
            "SELECT day, status_id, warehouse_id, committed, currency, units, value"
            " FROM inventory_count WHERE day = $1");
        stmt_bind_int(st, 1, days[i]);
        while (stmt_row(st) && rows.count < 100)
            rows.rows[rows.count++] = (struct inventory_count){ stmt_int(st, 0), stmt_int(st, 1),
                stmt_int(st, 2), stmt_int(st, 3) != 0, stmt_str(st, 4, &f->arena), stmt_int(st, 5),
                stmt_int(st, 6) };
        CHECK_ERR(stmt_end(st, &f->e), OK, &f->e, "rows");
        CHECK_ERR(fix_commit(f), OK, &f->e, "rows");
        check_counts(f, days[i], &rows);
        for (size_t n = 0; n < rows.count; n++)
            CHECK(rows.rows[n].units > 0, "no row says that there is nothing");
    }
}

static int64_t units_of(struct fix *f, int64_t day)
{
    return fix_int_of(f,
        "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM inventory_count WHERE day = $1", day);
}

static void at_night(struct fix *f, int64_t day)
{
    f->now = (day + 1) * INVENTORY_DAY_MS + INVENTORY_SETTLE_MS;
}

static void test_taken_back(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S"), purchase = new_purchase(f, 0);
    f->now = FIRST * (int64_t)INVENTORY_DAY_MS;
    fix_items(f, v, 1);
    f->now = (FIRST + 1) * (int64_t)INVENTORY_DAY_MS;
    WRITE(f, receive_into(&f->c, purchase, S("MISTAKE"), v, &f->e), "none of ours");
    at_night(f, FIRST + 2);
    take_due(f);
    CHECK_INT(units_of(f, FIRST + 1), 2, "it was counted");
    int64_t mistake = fix_int(f, "SELECT id FROM item WHERE esn = 'MISTAKE'");
    WRITE(f, give_back(&f->c, purchase, mistake, &f->e), "taken back");
    for (int64_t day = FIRST; day <= FIRST + 2; day++)
        CHECK_INT(units_of(f, day), 1, "only the other one");
    struct inventory_counts today;
    READ(f, inventory_day_count(f->c.tx, FIRST + 3, &f->arena, &today, &f->e), "today");
    check_counts(f, FIRST + 3, &today);
    at_night(f, FIRST + 3);
    take_due(f);
    CHECK_INT(units_of(f, FIRST + 3), 1, "and from then on");
    check_taken(f);
    fix_clean(f, "at the end");
}

/* Prices of a lot are divided anew with each that comes or goes, so each day has its own. */
static void play_lot(struct fix *f, uint64_t seed)
{
    struct rng dice;
    rng_seeded(&dice, seed);
    int64_t v = fix_variation(f, "A", "S"), purchase = new_purchase(f, 1000);
    for (int d = 0; d < DAYS; d++) {
        f->now = (FIRST + d) * (int64_t)INVENTORY_DAY_MS + 1;
        for (int i = 0; i < STEPS; i++) {
            f->now += (int64_t)rng_below(&dice, INVENTORY_DAY_MS / (STEPS + 1));
            int64_t newest = fix_int(f, "SELECT COALESCE(MAX(id), 0) FROM item");
            if (!newest || rng_below(&dice, 2)) {
                struct str esn = arena_fmt(&f->arena, "L%d", ++f->made);
                WRITE(f, receive_into(&f->c, purchase, esn, v, &f->e), "receive");
                continue;
            }
            int64_t id = fix_int_of(f, "SELECT MIN(id) FROM item WHERE id >= $1",
                1 + (int64_t)rng_below(&dice, (uint64_t)newest));
            WRITE(f, give_back(&f->c, purchase, id, &f->e), "taken back");
        }
        check_taken(f);
        at_night(f, FIRST + d);
        if (rng_below(&dice, 3)) take_due(f);
    }
    take_due(f);
    check_taken(f);
    fix_clean(f, "at the end");
}

static void test_lots(void **state)
{
    play_lot(*state, fix_engine == DB_SQLITE ? 3 : 4);
}

/* Two transactions at once, in either order. */

struct other {
    struct fix *f;
    pthread_t thread;
    int64_t purchase, item, day;
    const struct inventory_counts *counts; /* NULL: takes the item back */
    enum err rc;
    struct error e;
};

static enum err act(struct tx *tx, void *ctx, struct error *e)
{
    struct other *o = ctx;
    struct actor actor = { ACTOR_USER, 1, S("other"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, o->f->now, &o->f->rng };
    return o->counts ? inventory_day_keep(&c, o->day, o->counts, e)
                     : give_back(&c, o->purchase, o->item, e);
}

static void *act_alone(void *ctx)
{
    struct other *o = ctx;
    o->rc = db_write(o->f->db, "other", act, o, &o->e);
    return NULL;
}

/* Beside the open transaction, until it can get no further before that ends. SQLite has one writer,
 * which is busy. */
static void start(struct fix *f, struct other *o)
{
    CHECK(!pthread_create(&o->thread, NULL, act_alone, o), "a thread");
    if (fix_engine == DB_SQLITE) return;
    struct clock *clock = clock_system();
    time_ms until = clock_monotonic(clock) + WAITING_MS;
    int64_t waiting = 0;
    while (!waiting && clock_monotonic(clock) < until) {
        struct stmt *st = tx_prepare(f->c.tx,
            "SELECT COUNT(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname ="
            " current_database())");
        CHECK_ERR(stmt_scalar(st, 0, &waiting, &f->e), OK, &f->e, "locks");
    }
    CHECK(waiting > 0, "it waits for this one");
}

static void finish(struct fix *f, struct other *o)
{
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK(!pthread_join(o->thread, NULL), "joined");
    CHECK_ERR(o->rc, OK, &o->e, "the other");
}

/* One item is counted for the day, and not yet kept. */
static struct other counted(struct fix *f, struct inventory_counts *counts)
{
    int64_t v = fix_variation(f, "A", "S");
    struct other o = { .f = f, .purchase = new_purchase(f, 0), .day = FIRST + 1 };
    f->now = FIRST * (int64_t)INVENTORY_DAY_MS;
    fix_items(f, v, 1);
    at_night(f, FIRST);
    take_due(f);
    WRITE(f, receive_into(&f->c, o.purchase, S("MISTAKE"), v, &f->e), "none of ours");
    o.item = fix_int(f, "SELECT id FROM item WHERE esn = 'MISTAKE'");
    at_night(f, o.day);
    READ(f, inventory_day_count(f->c.tx, o.day, &f->arena, counts, &f->e), "counted");
    return o;
}

static void check_end(struct fix *f)
{
    take_due(f);
    CHECK_INT(units_of(f, FIRST + 1), 1, "without the mistake");
    check_taken(f);
    fix_clean(f, "at the end");
}

static void test_taken_back_before_it_is_kept(void **state)
{
    struct fix *f = *state;
    struct inventory_counts counts;
    struct other o = counted(f, &counts);
    WRITE(f, give_back(&f->c, o.purchase, o.item, &f->e), "taken back");
    WRITE(f, inventory_day_keep(&f->c, o.day, &counts, &f->e), "too late");
    CHECK_INT(fix_int(f, "SELECT MAX(day) FROM inventory_day"), FIRST, "not kept");
    check_end(f);
}

static void test_kept_while_taken_back(void **state)
{
    struct fix *f = *state;
    struct inventory_counts counts;
    struct other o = counted(f, &counts);
    o.counts = &counts;
    fix_begin(f);
    CHECK_ERR(give_back(&f->c, o.purchase, o.item, &f->e), OK, &f->e, "taken back");
    start(f, &o);
    finish(f, &o);
    CHECK_INT(fix_int(f, "SELECT MAX(day) FROM inventory_day"), FIRST, "not kept");
    check_end(f);
}

static void test_taken_back_while_kept(void **state)
{
    struct fix *f = *state;
    struct inventory_counts counts;
    struct other o = counted(f, &counts);
    fix_begin(f);
    CHECK_ERR(inventory_day_keep(&f->c, o.day, &counts, &f->e), OK, &f->e, "kept");
    start(f, &o);
    finish(f, &o);
    CHECK_INT(fix_int(f, "SELECT MAX(day) FROM inventory_day"), FIRST + 1, "kept");
    check_end(f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_days), FIX_TEST(test_other_days),
        FIX_TEST(test_upgrade), FIX_TEST(test_taken_back), FIX_TEST(test_lots),
        FIX_TEST(test_taken_back_before_it_is_kept), FIX_TEST(test_kept_while_taken_back),
        FIX_TEST(test_taken_back_while_kept) };
    return fix_main(argc, argv, "store/inventory_day", tests, COUNT_OF(tests));
}
