/* item_test.c: units, their history and what they count for. */
#include "fixture.h"

#include "store/reference.h"

static int64_t count_of(struct fix *f, int64_t variation_id)
{
    return fix_int_of(f,
        "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM stock_count WHERE variation_id = $1"
        " AND status_id = 1 AND warehouse_id = 1",
        variation_id);
}

static enum err move(struct fix *f, int64_t id, const struct item *to, struct str reason)
{
    struct item before;
    enum err rc = item_load(f->c.tx, id, f->c.arena, &before, &f->e);
    if (rc) return rc;
    struct item after = before;
    if (to->esn.len) after.esn = to->esn;
    if (to->variation_id) after.variation_id = to->variation_id;
    if (to->status_id) {
        after.status_id = to->status_id;
        after.status = to->status;
    }
    after.warehouse_id = to->warehouse_id;
    after.warehouse = to->warehouse;
    after.location_id = to->location_id;
    after.location = to->location;
    if (to->paid.present) after.paid = to->paid;
    return item_update(&f->c, &before, &after, reason, &f->e);
}

static struct item_event *history(struct fix *f, int64_t id, size_t *count)
{
    struct page page = { 0, 20 };
    struct item_event *rows;
    READ(f, item_history(f->c.tx, id, &page, &f->arena, &rows, count, &f->e), "history");
    return rows;
}

static void test_what_is_kept(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A");
    struct reference shelf = { .title = S("Shelf"), .warehouse_id = MAIN };
    WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &shelf, &f->e), "a shelf");
    struct item in = { .esn = S("490154203237518"),
        .variation_id = v,
        .status_id = IN_STOCK,
        .status = S("In stock"),
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .location_id = shelf.id,
        .location = S("Shelf"),
        .paid = { true, 12345, S("USD") } };
    WRITE(f, item_create(&f->c, &in, &f->e), "create");
    struct item r = fix_load_item(f, in.id);
    CHECK_STR(r.esn, S("490154203237518"), "esn");
    CHECK_INT(r.hex_id.len, 8, "a Hex ID was made");
    CHECK_STR(r.hex_id, in.hex_id, "and given back");
    CHECK_STR(r.status, S("In stock"), "status");
    CHECK_STR(r.warehouse, S("Main"), "warehouse");
    CHECK_STR(r.location, S("Shelf"), "location");
    CHECK(r.paid.present && r.paid.amount == 12345, "price");
    CHECK(r.is_open && !r.order_id && r.version == 1, "in stock");
    CHECK_INT(r.created_at, f->now, "its time");
    CHECK_INT(count_of(f, v), 1, "it counts");
    size_t count;
    struct item_event *events = history(f, in.id, &count);
    CHECK_INT(count, 1, "one entry");
    CHECK_STR(events[0].action, S("created"), "its beginning");
    CHECK_STR(events[0].actor_name, S("Ann"), "who");
    CHECK(events[0].actor_kind == ACTOR_USER && events[0].actor_id == 5, "by kind and id");
    CHECK(str_contains(
              events[0].changes, S("{\"field\":\"esn\",\"from\":null,\"to\":\"490154203237518\"}")),
        "from nothing");
    CHECK(str_contains(events[0].changes, S("\"to\":\"12345 USD\"")), "what was paid");
    REFUSED(f, item_load(f->c.tx, 999, &f->arena, &r, &f->e), ERR_NOT_FOUND, "not_found", "none");
}

static void test_open_esns_are_unique(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A");
    int64_t first = fix_item(f, "E1", v);
    struct item twin = { .esn = S("E1"), .variation_id = v, .status_id = IN_STOCK };
    REFUSED(f, item_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate_open_item", "in stock");
    CHECK_STR(str_of(f->e.pointer), S("/esn"), "the field at fault");
    int64_t order = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    REFUSED(f, item_create(&f->c, &twin, &f->e), ERR_CONFLICT, "duplicate_open_item",
        "on an open order");
    fix_set_status(f, order, ST_SHIPPED);
    CHECK(!fix_load_item(f, first).is_open, "shipped");
    int64_t second = fix_item(f, "E1", v);
    CHECK(second != first, "bought again");
    int64_t other = fix_item(f, "E2", v);
    REFUSED(f, move(f, other, &(struct item){ .esn = S("E1"), .warehouse_id = MAIN }, S("typo")),
        ERR_CONFLICT, "duplicate_open_item", "edited onto an open one");
    fix_clean(f, "after all");
}

static void test_moves(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t id = fix_item(f, "E1", a);
    f->now += 1000;
    struct item away = {
        .status_id = SOLD, .status = S("Sold"), .warehouse_id = MAIN, .warehouse = S("Main")
    };
    WRITE(f, move(f, id, &away, S("broken")), "another status");
    CHECK_INT(count_of(f, a), 0, "counts no more");
    CHECK_INT(fix_int(f, "SELECT units FROM stock_count WHERE status_id = 2"), 1, "there");
    struct item back = { .status_id = IN_STOCK,
        .status = S("In stock"),
        .variation_id = b,
        .paid = { true, 500, S("EUR") } };
    WRITE(f, move(f, id, &back, S("")), "another variation, no warehouse");
    CHECK_INT(count_of(f, b), 0, "without a warehouse it never counts");
    CHECK_INT(fix_int(f, "SELECT units FROM stock_count WHERE warehouse_id = 0"), 1, "nowhere");
    WRITE(f, move(f, id, &(struct item){ .warehouse_id = MAIN, .warehouse = S("Main") }, S("")),
        "put away");
    CHECK_INT(count_of(f, b), 1, "counts");
    WRITE(f, move(f, id, &(struct item){ .warehouse_id = MAIN, .warehouse = S("Main") }, S("")),
        "nothing changed");
    size_t count;
    struct item_event *events = history(f, id, &count);
    CHECK_INT(count, 4, "one entry for each change, none for none");
    CHECK_STR(events[2].changes,
        S("[{\"field\":\"status\",\"from\":\"In stock\",\"to\":\"Sold\"}]"), "from and to");
    CHECK_STR(events[2].reason, S("broken"), "why");
    CHECK_INT(events[2].at, f->now, "when");
    CHECK(str_contains(
              events[1].changes, S("{\"field\":\"warehouse\",\"from\":\"Main\",\"to\":null}")),
        "to nothing");
    CHECK(str_contains(events[1].changes, S("\"to\":\"500 EUR\"")), "paid");
    fix_clean(f, "after all");
}

static void test_versions(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A");
    int64_t id = fix_item(f, "E1", v);
    struct item before = fix_load_item(f, id), first = before, second = before;
    first.status_id = SOLD;
    second.warehouse_id = 0;
    WRITE(f, item_update(&f->c, &before, &first, S(""), &f->e), "the first");
    CHECK_INT(first.version, 2, "its version");
    REFUSED(f, item_update(&f->c, &before, &second, S(""), &f->e), ERR_STALE, "stale",
        "counts would be taken from where it is no more");
    before = second = fix_load_item(f, id);
    second.status_id = IN_STOCK;
    int64_t order = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit meanwhile");
    REFUSED(f, item_update(&f->c, &before, &second, S(""), &f->e), ERR_STALE, "stale",
        "a commitment is a change too");
    fix_clean(f, "after all");
}

static void test_committed_items(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t id = fix_item(f, "E1", a), order = fix_order(f, ST_NEW, a, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    struct item r = fix_load_item(f, id);
    CHECK_INT(r.order_id, order, "committed");
    CHECK_INT(r.former_status_id, IN_STOCK, "remembers its status");
    CHECK_STR(r.order_number, fix_load_order(f, order).number, "by number");
    REFUSED(f, move(f, id, &(struct item){ .status_id = IN_STOCK, .warehouse_id = MAIN }, S("")),
        ERR_CONFLICT, "committed", "its status is the order's");
    REFUSED(f, move(f, id, &(struct item){ .variation_id = b, .warehouse_id = MAIN }, S("")),
        ERR_CONFLICT, "committed", "its variation fills a line");
    WRITE(f, move(f, id, &(struct item){ 0 }, S("picked")), "its place may change");
    CHECK_INT(count_of(f, a), 0, "it counts nowhere");
    fix_clean(f, "after all");
}

static size_t list(struct fix *f, const struct item_filter *filter, struct item **rows)
{
    struct page page = { 0, 50 };
    size_t count;
    READ(f, item_list(f->c.tx, filter, &page, &f->arena, rows, &count, &f->e), "list");
    return count;
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "Alpha", "SKU-A"), b = fix_variation(f, "Beta", "SKU-B");
    fix_item(f, "ESN-1", a);
    fix_item(f, "ESN-2", a);
    int64_t nowhere = fix_item(f, "ESN-3", b);
    WRITE(f, move(f, nowhere, &(struct item){ 0 }, S("")), "no warehouse");
    int64_t order = fix_order(f, ST_NEW, a, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "ESN-1", true)), S(""), "commit");
    struct item *rows;
    struct str hex = fix_load_item(f, nowhere).hex_id;
    const struct {
        struct item_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .order_id = 0 }, 3, "all" },
        { { .esn = S("ESN-2") }, 1, "esn" },
        { { .esn = S("esn-2") }, 0, "esn, exactly" },
        { { .hex_id = hex }, 1, "hex id" },
        { { .sku = S("SKU-A") }, 2, "sku" },
        { { .sku = S("SKU-A"), .has_committed = true }, 1, "sku and not committed" },
        { { .q = S("alpha esn-1") }, 1, "words" },
        { { .q = S("BETA") }, 1, "words in any case" },
        { { .variation_id = b }, 1, "variation" },
        { { .status_id = SOLD }, 1, "status" },
        { { .order_id = order }, 1, "order" },
        { { .order_id = order, .variation_id = b }, 0, "order and variation" },
        { { .has_warehouse = true, .warehouse_id = MAIN }, 2, "warehouse" },
        { { .has_warehouse = true }, 1, "no warehouse" },
        { { .has_committed = true, .committed = true }, 1, "committed" },
        { { .has_committed = true }, 2, "not committed" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(list(f, &cases[i].filter, &rows), cases[i].count, cases[i].why);
    struct page page = { 0, 2 };
    size_t count;
    struct item_filter any = { 0 };
    READ(f, item_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "page");
    CHECK_INT(count, 3, "one more than the page");
    CHECK(rows[0].id > rows[1].id, "newest first");
    page.after = rows[1].id;
    READ(f, item_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "next");
    CHECK_INT(count, 1, "the rest");
    page = (struct page){ 0, 1 };
    struct item_event *events;
    READ(f, item_history(f->c.tx, nowhere, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_INT(count, 2, "one more than the page");
    CHECK_STR(events[0].action, S("changed"), "newest first");
    page.after = events[0].id;
    READ(f, item_history(f->c.tx, nowhere, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_INT(count, 1, "the rest");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_what_is_kept),
        FIX_TEST(test_open_esns_are_unique),
        FIX_TEST(test_moves),
        FIX_TEST(test_versions),
        FIX_TEST(test_committed_items),
        FIX_TEST(test_lists),
    };
    return fix_main(argc, argv, "store/item", tests, COUNT_OF(tests));
}
