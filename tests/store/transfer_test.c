/* transfer_test.c: items between warehouses: counted in neither, received one by one, missing,
 * back. */
#include "fixture.h"

#include "store/commitment.h"
#include "store/item_bulk.h"
#include "store/reference.h"
#include "store/transfer.h"

#include <string.h>

enum { ITEMS = 5 };

struct world {
    struct fix *f;
    int64_t variation, second, shelf, ids[ITEMS];
    struct transfer t;
};

static int64_t make(struct fix *f, enum reference_kind kind, const char *title, int64_t warehouse)
{
    struct reference r = { .title = str_of(title), .color = S(""), .warehouse_id = warehouse };
    WRITE(f, reference_create(&f->c, kind, &r, &f->e), title);
    return r.id;
}

static void reload(struct world *w)
{
    int64_t id = w->t.id;
    READ(w->f, transfer_load(w->f->c.tx, id, &w->f->arena, &w->t, &w->f->e), "load");
}

static const char *add(struct world *w, const int64_t *ids, size_t count)
{
    struct transfer_result results[ITEMS + 2];
    struct fix *f = w->f;
    WRITE(f, transfer_add(&f->c, &w->t, ids, count, results, &f->e), "add");
    reload(w);
    struct str all = S("");
    for (size_t i = 0; i < count; i++)
        all = arena_fmt(&f->arena, "%.*s%s%s", STR_FMT(all), i ? " " : "",
            results[i].done ? "ok" : results[i].code);
    return all.at;
}

static const char *receive(struct world *w, const struct transfer_receipt *r)
{
    struct transfer_result results[ITEMS + 2];
    struct fix *f = w->f;
    WRITE(f, transfer_receive(&f->c, &w->t, r, results, &f->e), "receive");
    reload(w);
    struct str all = S("");
    for (size_t i = 0; i < r->count; i++)
        all = arena_fmt(&f->arena, "%.*s%s%s", STR_FMT(all), i ? " " : "",
            results[i].done ? "ok" : results[i].code);
    return all.at;
}

/* Five items on a shelf of Main, and a draft to Second. */
static struct world make_world(struct fix *f)
{
    struct world w = { .f = f, .variation = fix_variation(f, "A", "S1") };
    w.second = make(f, REFERENCE_WAREHOUSE, "Second", 0);
    w.shelf = make(f, REFERENCE_LOCATION, "Shelf", MAIN);
    fix_items(f, w.variation, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        w.ids[i] = i + 1;
    struct bulk_edit to = { .set_location = true, .location = S("Shelf") };
    struct bulk_outcome out;
    WRITE(f, item_bulk_edit(&f->c, &to, w.ids, ITEMS, &f->arena, &out, &f->e), "on the shelf");
    w.t = (struct transfer){ .from_id = MAIN, .to_id = w.second, .notes = S("by van") };
    WRITE(f, transfer_create(&f->c, &w.t, &f->e), "create");
    reload(&w);
    return w;
}

static int64_t counted(struct fix *f, int64_t warehouse_id)
{
    return fix_int_of(f,
        "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM stock_count WHERE warehouse_id = $1",
        warehouse_id);
}

static struct str last_action(struct fix *f, int64_t item_id)
{
    struct page page = { 0, 1 };
    struct item_event *rows;
    size_t count;
    READ(f, item_history(f->c.tx, item_id, &page, &f->arena, &rows, &count, &f->e), "history");
    return rows[0].action;
}

static void test_the_whole_way(void **state)
{
    struct fix *f = *state;
    struct world w = make_world(f);
    int64_t channel = fix_channel(f, "Shop"), listing = fix_listing(f, channel, "S1", 0);
    CHECK_INT(fix_terms(f, listing).available, ITEMS, "all of Main are offered");
    CHECK_STR(str_of(add(&w, w.ids, 4)), S("ok ok ok ok"), "four go");
    CHECK_STR(str_of(add(&w, w.ids, 1)), S("already_there"), "once");
    int64_t taken_back[] = { 0, w.ids[0], 99 };
    CHECK_STR(str_of(add(&w, taken_back, 3)), S("unknown_id already_there unknown_id"),
        "what was taken back since the caller looked");
    CHECK_INT(fix_terms(f, listing).available, ITEMS, "a draft moves nothing");
    WRITE(f, transfer_remove(&f->c, &w.t, w.ids[3], &f->e), "three go");
    reload(&w);
    REFUSED(f, transfer_remove(&f->c, &w.t, w.ids[3], &f->e), ERR_NOT_FOUND, "not_found", "gone");
    WRITE(f, transfer_ship(&f->c, &w.t, &f->e), "ship");
    reload(&w);
    CHECK(w.t.state == TRANSFER_IN_TRANSIT && w.t.in_transit == 3 && w.t.shipped_at, "on its way");
    CHECK_INT(fix_terms(f, listing).available, 2, "what lies in a van is not offered");
    CHECK_INT(counted(f, w.second), 0, "nor counted where it is not yet");
    struct item item = fix_load_item(f, w.ids[0]);
    CHECK(item.transfer_id == w.t.id && !item.warehouse_id && !item.location_id, "between");
    CHECK_STR(item.transfer_from, S("Main"), "from");
    CHECK_STR(item.transfer_to, S("Second"), "to");
    fix_clean(f, "on its way");
    struct transfer_receipt some = { .ids = w.ids + 1, .count = 3 };
    CHECK_STR(str_of(receive(&w, &some)), S("ok ok not_on_transfer"), "two arrive");
    CHECK_STR(
        str_of(receive(&w, &some)), S("already_received already_received not_on_transfer"), "once");
    CHECK(w.t.state == TRANSFER_IN_TRANSIT && w.t.received == 2, "one is not there");
    CHECK_INT(counted(f, w.second), 2, "counted where they are");
    struct transfer_receipt close = { .close = true };
    receive(&w, &close);
    CHECK(w.t.state == TRANSFER_RECEIVED && w.t.missing == 1 && w.t.closed_at, "it never came");
    item = fix_load_item(f, w.ids[0]);
    CHECK(!item.transfer_id && !item.warehouse_id, "it is nowhere");
    CHECK_STR(last_action(f, w.ids[0]), S("missing"), "and says so");
    CHECK_STR(last_action(f, w.ids[1]), S("received"), "as the others do");
    fix_clean(f, "at the end");
}

static void test_back_again(void **state)
{
    struct fix *f = *state;
    struct world w = make_world(f);
    add(&w, w.ids, 3);
    WRITE(f, transfer_ship(&f->c, &w.t, &f->e), "ship");
    reload(&w);
    struct transfer_receipt one = { .ids = w.ids, .count = 1 };
    receive(&w, &one);
    WRITE(f, transfer_cancel(&f->c, &w.t, &f->e), "the van turns round");
    reload(&w);
    CHECK(w.t.state == TRANSFER_CANCELED && w.t.in_transit == 0, "over");
    CHECK_INT(fix_load_item(f, w.ids[0]).warehouse_id, w.second, "what arrived stays");
    struct item item = fix_load_item(f, w.ids[1]);
    CHECK(item.warehouse_id == MAIN && item.location_id == w.shelf, "the rest is where it lay");
    CHECK_STR(last_action(f, w.ids[1]), S("returned"), "and says so");
    REFUSED(f, transfer_cancel(&f->c, &w.t, &f->e), ERR_CONFLICT, "closed", "once");
    struct transfer_receipt all = { .all = true };
    struct transfer_result none[1];
    REFUSED(f, transfer_receive(&f->c, &w.t, &all, none, &f->e), ERR_CONFLICT, "not_in_transit",
        "it does not come");
    REFUSED(f, transfer_ship(&f->c, &w.t, &f->e), ERR_CONFLICT, "not_draft", "nor leave");
    REFUSED(f, transfer_add(&f->c, &w.t, w.ids, 1, none, &f->e), ERR_CONFLICT, "not_draft", "full");
    fix_clean(f, "at the end");
}

/* What is on its way is neither sold nor moved; what is sold or elsewhere does not leave. */
static void test_refusals(void **state)
{
    struct fix *f = *state;
    struct world w = make_world(f), other = w;
    int64_t order = fix_order(f, ST_NEW, w.variation, 2);
    fix_commit_esns(f, order, "N00001", false);
    struct bulk_edit away = {
        .set_warehouse = true, .warehouse_id = w.second, .warehouse = S("Second")
    };
    struct bulk_outcome out;
    WRITE(f, item_bulk_edit(&f->c, &away, w.ids + 1, 1, &f->arena, &out, &f->e), "away");
    other.t = (struct transfer){ .from_id = MAIN, .to_id = w.second, .notes = S("") };
    WRITE(f, transfer_create(&f->c, &other.t, &f->e), "another");
    reload(&other);
    REFUSED(f, transfer_ship(&f->c, &w.t, &f->e), ERR_CONFLICT, "empty", "an empty van");
    add(&other, w.ids + 2, 1);
    CHECK_STR(str_of(add(&w, w.ids, ITEMS)),
        S("committed other_warehouse on_another_transfer ok ok"), "each for itself");
    fix_commit_esns(f, order, "N00004", false);
    REFUSED(f, transfer_ship(&f->c, &w.t, &f->e), ERR_CONFLICT, "conflict", "sold meanwhile");
    WRITE(f, transfer_remove(&f->c, &w.t, w.ids[3], &f->e), "taken off");
    reload(&w);
    WRITE(f, transfer_ship(&f->c, &w.t, &f->e), "ship");
    reload(&w);
    CHECK_STR(
        str_of(fix_commit_esns(f, order, "N00005", false)), S("in_transit"), "not to be sold");
    CHECK_STR(str_of(add(&other, w.ids + 4, 1)), S("in_transit"), "nor sent twice");
    WRITE(f, item_bulk_edit(&f->c, &away, w.ids + 4, 1, &f->arena, &out, &f->e), "away");
    CHECK_STR(str_of(out.results[0].code), S("in_transit"), "nor moved");
    struct item before = fix_load_item(f, w.ids[4]), after = before;
    after.warehouse_id = MAIN;
    REFUSED(f, item_update(&f->c, &before, &after, S(""), &f->e), ERR_CONFLICT, "in_transit", "no");
    after = before;
    after.paid = (struct money){ true, 5, S("EUR") };
    WRITE(f, item_update(&f->c, &before, &after, S(""), &f->e), "its price may change");
    WRITE(f, transfer_cancel(&f->c, &other.t, &f->e), "a draft is dropped");
    CHECK_STR(last_action(f, w.ids[2]), S("changed"), "nothing happened to its items");
    fix_clean(f, "at the end");
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    struct world w = make_world(f);
    add(&w, w.ids, 3);
    WRITE(f, transfer_ship(&f->c, &w.t, &f->e), "ship");
    reload(&w);
    struct transfer_receipt one = { .ids = w.ids, .count = 1, .location = S("") };
    receive(&w, &one);
    const struct {
        struct transfer_filter filter;
        size_t found;
    } rows[] = { { { 0 }, 1 }, { { .state = "in_transit" }, 1 }, { { .state = "draft" }, 0 },
        { { .from_id = MAIN, .to_id = w.second }, 1 }, { { .to_id = MAIN }, 0 },
        { { .item_id = w.ids[2] }, 1 }, { { .item_id = w.ids[4] }, 0 } };
    struct page page = { 0, 2 };
    size_t count;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct transfer *got;
        READ(f, transfer_list(f->c.tx, &rows[i].filter, &page, &f->arena, &got, &count, &f->e),
            "list");
        CHECK_INT(count, rows[i].found, "by filter");
    }
    struct transfer_item *items;
    READ(f,
        transfer_item_list(f->c.tx, &(struct transfer_item_filter){ w.t.id, "in_transit" }, &page,
            &f->arena, &items, &count, &f->e),
        "what is missing");
    CHECK(count == 2 && items[0].item_id == w.ids[1], "two of three");
    READ(f,
        transfer_item_list(f->c.tx, &(struct transfer_item_filter){ w.t.id, NULL }, &page,
            &f->arena, &items, &count, &f->e),
        "all");
    CHECK_INT(count, 3, "one more than the page");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_the_whole_way),
        FIX_TEST(test_back_again),
        FIX_TEST(test_refusals),
        FIX_TEST(test_lists),
    };
    return fix_main(argc, argv, "store/transfer", tests, COUNT_OF(tests));
}
