/* order_status_test.c: a status goes, and what stood in it stands in another. */
#include "fixture.h"

#include "store/order_status.h"
#include "store/reference.h"

#define NEEDED "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM demand"

static int64_t make_status(struct fix *f, const char *title, bool is_open)
{
    struct reference r = { .title = str_of(title),
        .color = S(""),
        .position = 9,
        .is_open = is_open,
        .allow_commitment = true };
    WRITE(f, reference_create(&f->c, REFERENCE_ORDER_STATUS, &r, &f->e), title);
    return r.id;
}

static void begin(struct fix *f, int64_t id, int64_t into)
{
    WRITE(f, order_status_retire_begin(&f->c, id, into, &f->e), "begin");
}

static int64_t step(struct fix *f, int64_t id, int64_t limit)
{
    int64_t moved;
    WRITE(f, order_status_retire_step(&f->c, id, limit, &moved, &f->e), "step");
    fix_clean(f, "figures are right after each step");
    return moved;
}

static void end(struct fix *f, int64_t id)
{
    WRITE(f, order_status_retire_end(&f->c, id, &f->e), "end");
}

static enum err into_status(struct fix *f, int64_t order_id, int64_t status_id)
{
    struct order before;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &before, &f->e);
    struct order after = before;
    after.status_id = status_id;
    return rc ? rc : order_update(&f->c, &before, &after, &f->e);
}

static void test_orders_and_demand_move(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), packing = make_status(f, "Packing", true);
    int64_t orders[5];
    fix_item(f, "E1", v);
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        orders[i] = fix_order(f, packing, v, 2);
    CHECK_STR(str_of(fix_commit_esns(f, orders[4], "E1", true)), S(""), "commit");
    CHECK_INT(fix_int(f, NEEDED), 9, "nine are wanted");
    begin(f, packing, ST_SHIPPED);
    CHECK_INT(fix_int(f, NEEDED), 9, "marked, nothing moved");
    CHECK_INT(step(f, packing, 2), 2, "two");
    CHECK_INT(fix_int(f, NEEDED), 5, "these two are closed");
    CHECK_INT(step(f, packing, 2), 2, "two");
    CHECK_INT(step(f, packing, 2), 1, "the last");
    CHECK_INT(fix_int(f, NEEDED), 0, "nothing is wanted");
    CHECK(!fix_load_item(f, 1).is_open, "its phone is sold");
    end(f, packing);
    CHECK_INT(fix_int_of(f, "SELECT COUNT(*) FROM order_status WHERE id = $1", packing), 0, "gone");
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct order o = fix_load_order(f, orders[i]);
        CHECK_STR(o.status, S("Shipped"), "moved");
        CHECK_INT(fix_int_of(f,
                      "SELECT COUNT(*) FROM audit WHERE resource = 'order'"
                      " AND changes LIKE '%Packing%Shipped%' AND resource_id = $1",
                      o.id),
            1, "each says so");
    }
}

static void test_listings_are_planned_again(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), channel = fix_channel(f, "Shop");
    int64_t listing = fix_listing(f, channel, "A", 0), held = make_status(f, "Held", false);
    fix_items(f, v, 3);
    fix_order(f, held, v, 2);
    fix_plan(f);
    CHECK_INT(fix_load_listing(f, listing).target, 3, "a closed order wants nothing");
    begin(f, held, ST_NEW);
    CHECK_INT(step(f, held, 10), 1, "it opens");
    fix_plan(f);
    CHECK_INT(fix_load_listing(f, listing).target, 1, "two are spoken for");
    end(f, held);
}

static void test_channel_maps_move(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop");
    struct channel_row *before = fix_load_channel(f, channel);
    begin(f, ST_SHIPPED, ST_CANCELED);
    struct channel_row *after = fix_load_channel(f, channel);
    CHECK_INT(after->map_count, before->map_count, "no channel status is left out");
    for (size_t i = 0; i < after->map_count; i++) {
        CHECK(after->map[i].order_status_id != ST_SHIPPED, "none leads there");
        if (before->map[i].order_status_id == ST_SHIPPED)
            CHECK_INT(after->map[i].order_status_id, ST_CANCELED, "it leads to the replacement");
    }
    CHECK(after->version > before->version, "the channel's settings changed");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'channel'"
                         " AND changes LIKE '%SHIPPED%Shipped%Canceled%'"),
        1, "and its log says so");
    CHECK_INT(step(f, ST_SHIPPED, 10), 0, "no order was there");
    end(f, ST_SHIPPED);
}

static void test_nothing_comes_in(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    int64_t old = make_status(f, "Old", true), kept = fix_order(f, old, v, 1);
    begin(f, old, ST_READY);
    struct order in = { .organization = S("x"), .status_id = old, .ordered_at = 1, .notes = S("") };
    REFUSED(f, order_create(&f->c, &in, &f->e), ERR_CONFLICT, "retiring", "a new order");
    REFUSED(f, into_status(f, order, old), ERR_CONFLICT, "retiring", "another's");
    WRITE(f, into_status(f, kept, old), "what is there may be edited");
    f->actor.kind = ACTOR_CHANNEL;
    in.channel_id = fix_channel(f, "Shop");
    in.channel_order_id = S("303-1");
    WRITE(f, order_create(&f->c, &in, &f->e), "an import is never refused");
    CHECK_INT(fix_load_order(f, in.id).status_id, ST_READY, "it goes to the replacement");
    REFUSED(f, order_status_retire_end(&f->c, old, &f->e), ERR_CONFLICT, "in_use", "not yet empty");
    begin(f, old, ST_READY);
    CHECK_INT(step(f, old, 10), 1, "begun again, it goes on");
    end(f, old);
}

static void test_refusals(void **state)
{
    struct fix *f = *state;
    int64_t a = make_status(f, "A", true), b = make_status(f, "B", true), moved;
    REFUSED(f, order_status_retire_begin(&f->c, a, a, &f->e), ERR_CONFLICT, "same", "itself");
    REFUSED(f, order_status_retire_begin(&f->c, 999, a, &f->e), ERR_NOT_FOUND, "not_found", "none");
    REFUSED(f, order_status_retire_step(&f->c, a, 5, &moved, &f->e), ERR_CONFLICT, "conflict",
        "not begun");
    REFUSED(f, order_status_retire_end(&f->c, a, &f->e), ERR_CONFLICT, "conflict", "not begun");
    begin(f, a, b);
    REFUSED(f, order_status_retire_begin(&f->c, b, a, &f->e), ERR_CONFLICT, "retiring",
        "into one that goes");
    REFUSED(f, order_status_retire_begin(&f->c, b, ST_NEW, &f->e), ERR_CONFLICT, "in_use",
        "one that others go to");
    struct reference row;
    fix_begin(f);
    CHECK_ERR(reference_load(f->c.tx, REFERENCE_ORDER_STATUS, b, &f->arena, &row, &f->e), OK, &f->e,
        "load");
    CHECK_ERR(reference_delete(&f->c, REFERENCE_ORDER_STATUS, &row, &f->e), ERR_CONFLICT, &f->e,
        "nor is it deleted");
    fix_rollback(f);
}

static void test_what_cannot_open(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    int64_t gone = make_status(f, "Gone", false);
    fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "sold");
    fix_set_status(f, order, gone);
    fix_item(f, "E1", v);
    REFUSED(f, order_status_retire_begin(&f->c, gone, ST_NEW, &f->e), ERR_CONFLICT,
        "duplicate_open_item", "the phone was bought back");
    CHECK(str_contains(str_of(f->e.detail), S("E1")), "it is named");
    begin(f, gone, ST_SHIPPED);
    CHECK_INT(step(f, gone, 10), 1, "into a closed one it goes");
    end(f, gone);
}

static void test_two_of_one_phone_cannot_open(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), gone = make_status(f, "Gone", false);
    for (int i = 0; i < 2; i++) {
        int64_t order = fix_order(f, ST_NEW, v, 1);
        fix_item(f, "E1", v);
        CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "sold");
        fix_set_status(f, order, gone);
    }
    REFUSED(f, order_status_retire_begin(&f->c, gone, ST_NEW, &f->e), ERR_CONFLICT,
        "duplicate_open_item", "one phone on two open orders");
}

static void test_places(void **state)
{
    struct fix *f = *state;
    struct reference before, after;
    int64_t next, first;
    READ(f, reference_next_position(f->c.tx, REFERENCE_ORDER_STATUS, &next, &f->e), "next");
    CHECK_INT(next, 6, "after the last");
    fix_begin(f);
    CHECK_ERR(
        reference_load(f->c.tx, REFERENCE_ORDER_STATUS, ST_PENDING, &f->arena, &before, &f->e), OK,
        &f->e, "load");
    after = before;
    after.position = 0;
    CHECK_ERR(reference_update(&f->c, REFERENCE_ORDER_STATUS, &before, &after, &f->e), OK, &f->e,
        "to the front");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    READ(f, reference_first_order_status(f->c.tx, &first, &f->e), "first");
    CHECK_INT(first, ST_PENDING, "what new orders get");
    struct reference_filter filter = { .kind = REFERENCE_ORDER_STATUS };
    struct page page = { 0, 10 };
    struct reference *rows;
    size_t count;
    READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 5, "all");
    CHECK_INT(rows[0].id, ST_PENDING, "in order of place");
    CHECK_INT(rows[1].id, ST_NEW, "then the next");
    filter.after_position = 0;
    page = (struct page){ ST_PENDING, 10 };
    READ(f, reference_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "page 2");
    CHECK_INT(count, 4, "the rest");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_orders_and_demand_move),
        FIX_TEST(test_listings_are_planned_again),
        FIX_TEST(test_channel_maps_move),
        FIX_TEST(test_nothing_comes_in),
        FIX_TEST(test_refusals),
        FIX_TEST(test_what_cannot_open),
        FIX_TEST(test_two_of_one_phone_cannot_open),
        FIX_TEST(test_places),
    };
    return fix_main(argc, argv, "store/order_status", tests, COUNT_OF(tests));
}
