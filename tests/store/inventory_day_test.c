/*
 * inventory_day_test.c: counts per day against a naive replay of every item's history.
 *
 * Random days of receiving, editing, committing and sending are played; the days are taken on time,
 * late, or all at once, and must always be what the entries before midnight say when they are read
 * one by one.
 */
#include "fixture.h"

#include "store/commitment.h"
#include "store/inventory_day.h"
#include "store/item_bulk.h"
#include "store/reference.h"
#include "store/transfer.h"

#include <stdlib.h>

enum { DAYS = 12, STEPS = 9, PHONES = 30 };

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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_days), FIX_TEST(test_other_days),
        FIX_TEST(test_upgrade) };
    return fix_main(argc, argv, "store/inventory_day", tests, COUNT_OF(tests));
}
