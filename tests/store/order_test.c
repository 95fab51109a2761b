/* order_test.c: orders, their lines and what these still need. */
#include "fixture.h"

#define NEEDED "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM demand"

/* What a change of a line needs, in the transaction of its change. */
static enum err add_line(struct fix *f, int64_t order_id, struct order_line *line)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : order_line_add(&f->c, &o, line, &f->e);
}

static enum err set_quantity(struct fix *f, int64_t order_id, size_t at, int64_t quantity)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    if (rc) return rc;
    struct order_line after = o.lines[at];
    after.quantity = quantity;
    return order_line_update(&f->c, &o, &o.lines[at], &after, &f->e);
}

static enum err delete_line(struct fix *f, int64_t order_id, size_t at)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : order_line_delete(&f->c, &o, &o.lines[at], &f->e);
}

static enum err match_lines(struct fix *f, int64_t order_id)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : order_match_lines(&f->c, &o, &f->e);
}

static enum err edit(struct fix *f, int64_t id, const char *notes)
{
    struct order before;
    enum err rc = order_lock(&f->c, id, &f->arena, &before, &f->e);
    if (rc) return rc;
    struct order after = before;
    after.notes = str_of(notes);
    after.organization = S("Other");
    return order_update(&f->c, &before, &after, &f->e);
}

static void test_what_is_kept(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), channel = fix_channel(f, "Shop");
    struct order_line lines[] = {
        { .variation_id = v, .quantity = 2, .price = { true, 1999, S("EUR") } },
        { .sku = S("B-1"), .title = S("As sold"), .quantity = 1, .channel_line_id = S("L7") },
    };
    struct order in = { .organization = S("Shop"),
        .channel_id = channel,
        .channel_order_id = S("303-1"),
        .channel_status = S("UNSHIPPED"),
        .channel_marketplace_id = S("A1PA6795UKMFR9"),
        .channel_updated_at = f->now - 5,
        .cancel_requested = true,
        .status_id = ST_NEW,
        .ordered_at = f->now - 10,
        .notes = S("gift"),
        .lines = lines,
        .line_count = 2 };
    WRITE(f, order_create(&f->c, &in, &f->e), "create");
    struct order o = fix_load_order(f, in.id);
    CHECK_STR(o.number, in.number, "number");
    CHECK_STR(o.organization, S("Shop"), "organization");
    CHECK_STR(o.channel_order_id, S("303-1"), "the channel's number");
    CHECK_STR(o.channel_status, S("UNSHIPPED"), "the channel's status");
    CHECK_STR(o.status, S("New"), "status by title");
    CHECK(o.is_open && o.allow_commitment && o.cancel_requested, "flags");
    CHECK_INT(o.ordered_at, f->now - 10, "when");
    CHECK_INT(o.channel_updated_at, f->now - 5, "version at the channel");
    CHECK_INT(o.line_count, 2, "lines");
    CHECK_INT(o.lines[0].variation_id, v, "a line that names a variation");
    CHECK_INT(o.lines[0].price.amount, 1999, "its price");
    CHECK_INT(o.lines[0].candidate_count, 1, "and its candidate");
    CHECK_STR(o.lines[1].sku, S("B-1"), "a line that names a SKU");
    CHECK_STR(o.lines[1].channel_line_id, S("L7"), "its id");
    CHECK_INT(o.lines[1].candidate_count, 0, "Unknown SKU");
    CHECK_INT(fix_int(f, NEEDED), 2, "an unknown line counts nowhere");
    struct order again = in;
    REFUSED(f, order_create(&f->c, &again, &f->e), ERR_CONFLICT, "duplicate", "never twice");
    f->now += 50;
    WRITE(f, edit(f, in.id, "later"), "edit");
    o = fix_load_order(f, in.id);
    CHECK_STR(o.notes, S("later"), "notes");
    CHECK_STR(o.organization, S("Other"), "organization");
    CHECK_INT(o.version, 2, "a new version");
    CHECK_INT(o.updated_at, f->now, "its time");
    REFUSED(f, order_load(f->c.tx, 999, &f->arena, &o, &f->e), ERR_NOT_FOUND, "not_found", "none");
}

static void test_lines(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t order = fix_order(f, ST_NEW, a, 3);
    struct order_line line = { .variation_id = b, .quantity = 2 };
    WRITE(f, add_line(f, order, &line), "add");
    CHECK(line.id > 0, "its id is given back");
    CHECK_INT(fix_int(f, NEEDED), 5, "both lines");
    WRITE(f, set_quantity(f, order, 0, 1), "less");
    CHECK_INT(fix_int(f, NEEDED), 3, "a smaller line");
    WRITE(f, set_quantity(f, order, 0, 0), "nothing");
    CHECK_INT(fix_int(f, NEEDED), 2, "an empty line");
    fix_item(f, "E1", b);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    CHECK_INT(fix_int(f, NEEDED), 1, "one is filled");
    WRITE(f, delete_line(f, order, 1), "delete");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.line_count, 1, "gone");
    CHECK_INT(o.item_count, 1, "its item stays");
    CHECK_INT(o.direct_count, 1, "as a direct commit");
    CHECK_INT(o.items[0].line_id, 0, "on no line");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM order_line WHERE deleted_at IS NOT NULL"), 1,
        "a tombstone");
    CHECK_INT(fix_int(f, NEEDED), 0, "needs nothing");
    CHECK_INT(o.version, 6, "each was a version: created, 1 added, 2 set, 1 committed, 1 deleted");
    fix_clean(f, "after all");
}

static void test_healing_by_catalog(void **state)
{
    struct fix *f = *state;
    int64_t order = fix_order_sku(f, ST_NEW, 0, "HEAL", 2);
    fix_item(f, "E1", fix_variation(f, "Other", "heal"));
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 0, "SKUs are exact");
    int64_t v = fix_variation(f, "A", "HEAL");
    CHECK_INT(fix_load_order(f, order).lines[0].candidates[0], v, "healed");
    CHECK_INT(fix_int(f, NEEDED), 2, "and counted");
    struct variation before, after;
    READ(f, variation_load(f->c.tx, v, &f->arena, &before, &f->e), "load");
    after = before;
    after.sku = S("MOVED");
    WRITE(f, variation_update(&f->c, &before, &after, &f->e), "the SKU moves away");
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 0, "unknown again");
    CHECK_INT(fix_int(f, NEEDED), 0, "and counted nowhere");
    fix_clean(f, "after all");
}

static void test_healing_by_listing(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "CAT-A"), channel = fix_channel(f, "Shop");
    int64_t other = fix_channel(f, "Other"), listing = fix_listing(f, channel, "CHAN-1", 1);
    int64_t order = fix_order_sku(f, ST_NEW, channel, "CHAN-1", 2);
    int64_t foreign = fix_order_sku(f, ST_NEW, other, "CHAN-1", 2);
    int64_t manual = fix_order_sku(f, ST_NEW, 0, "CHAN-1", 2);
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 0, "not connected");
    struct listing before = fix_load_listing(f, listing), after = before;
    struct str sku = S("CAT-A");
    after.mode = LISTING_SKUS;
    after.skus = &sku;
    after.sku_count = 1;
    WRITE(f, listing_update(&f->c, &before, &after, &f->e), "connect");
    CHECK_INT(fix_load_order(f, order).lines[0].candidates[0], a, "healed by the listing");
    CHECK_INT(fix_load_order(f, foreign).lines[0].candidate_count, 0, "of its channel only");
    CHECK_INT(fix_load_order(f, manual).lines[0].candidate_count, 0, "not of orders made here");
    CHECK_INT(fix_int(f, NEEDED), 2, "counted");
    int64_t exact = fix_variation(f, "B", "CHAN-1");
    CHECK_INT(fix_load_order(f, order).lines[0].candidates[0], exact, "the catalog goes before");
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 1, "and alone");
    fix_clean(f, "while the catalog has it");
    struct variation v;
    READ(f, variation_load(f->c.tx, exact, &f->arena, &v, &f->e), "load");
    WRITE(f, variation_delete(&f->c, &v, &f->e), "the catalog loses it");
    CHECK_INT(fix_load_order(f, order).lines[0].candidates[0], a, "the listing is asked again");
    fix_connect_none(f, listing);
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 0, "disconnected");
    CHECK_INT(fix_int(f, NEEDED), 0, "counted nowhere");
    fix_clean(f, "after all");
}

static void test_matching_lines(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t order = fix_order(f, ST_NEW, a, 1);
    fix_item(f, "A1", a);
    fix_item(f, "A2", a);
    fix_item(f, "B1", b);
    CHECK_STR(str_of(fix_commit_esns(f, order, "A1 A2 B1", true)), S(""), "commit");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.direct_count, 2, "overcommitted");
    CHECK_INT(o.lines[0].committed, 1, "a line takes up to its quantity");
    WRITE(f, match_lines(f, order), "match");
    o = fix_load_order(f, order);
    CHECK_INT(o.line_count, 2, "a line for what had none");
    CHECK_INT(o.lines[0].quantity, 2, "more of what had one");
    CHECK_INT(o.lines[1].variation_id, b, "the new line");
    CHECK_INT(o.direct_count, 0, "every item has its line");
    CHECK_INT(fix_int(f, NEEDED), 0, "and nothing is needed");
    WRITE(f, match_lines(f, order), "again");
    CHECK_INT(fix_load_order(f, order).version, o.version, "nothing to do");
    fix_clean(f, "after all");
}

static void test_status_changes(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 3);
    int64_t item = fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    fix_set_status(f, order, ST_PENDING);
    CHECK_INT(fix_int(f, NEEDED), 2, "open statuses are alike");
    fix_set_status(f, order, ST_SHIPPED);
    CHECK_INT(fix_int(f, NEEDED), 0, "closed: its units return to sale");
    CHECK(!fix_load_item(f, item).is_open, "its item is gone");
    fix_clean(f, "closed");
    fix_set_status(f, order, ST_CANCELED);
    CHECK_INT(fix_load_order(f, order).item_count, 1, "a canceled order keeps its items");
    fix_set_status(f, order, ST_NEW);
    CHECK_INT(fix_int(f, NEEDED), 2, "open again");
    CHECK(fix_load_item(f, item).is_open, "and so is its item");
    fix_set_status(f, order, ST_SHIPPED);
    fix_item(f, "E1", v);
    struct order before, after;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order, &f->arena, &before, &f->e), OK, &f->e, "lock");
    after = before;
    after.status_id = ST_NEW;
    CHECK_ERR(order_update(&f->c, &before, &after, &f->e), ERR_CONFLICT, &f->e, "reopen");
    CHECK_STR(str_of(f->e.code), S("duplicate_open_item"), "the phone was received again");
    fix_rollback(f);
    CHECK_INT(fix_load_order(f, order).status_id, ST_SHIPPED, "nothing stays of it");
    fix_clean(f, "after all");
}

static size_t list(struct fix *f, const struct order_filter *filter)
{
    struct page page = { 0, 50 };
    struct order *rows;
    size_t count;
    READ(f, order_list(f->c.tx, filter, &page, &f->arena, &rows, &count, &f->e), "list");
    return count;
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "SKU-A"), channel = fix_channel(f, "Shop");
    int64_t manual = fix_order(f, ST_NEW, v, 1);
    int64_t imported = fix_order_sku(f, ST_PENDING, channel, "UNKNOWN", 1);
    fix_order_sku(f, ST_SHIPPED, channel, "SKU-A", 1);
    fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, manual, "E1", true)), S(""), "commit");
    struct str channel_order = fix_load_order(f, imported).channel_order_id;
    struct str number = fix_load_order(f, manual).number;
    const struct {
        struct order_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .status_id = 0 }, 3, "all" },
        { { .channel_order_id = channel_order }, 1, "the channel's number" },
        { { .sku = S("SKU-A") }, 2, "named by a line, or the SKU of its variation" },
        { { .esn = S("E1") }, 1, "by what is on it" },
        { { .q = number }, 1, "its number" },
        { { .q = S("customer") }, 3, "its organization" },
        { { .q = S("customer 303") }, 2, "every word must occur" },
        { { .q = S("customer nothing") }, 0, "so one that does not is none" },
        { { .status_id = ST_PENDING }, 1, "status" },
        { { .has_channel = true, .channel_id = channel }, 2, "channel" },
        { { .has_channel = true }, 1, "made here" },
        { { .unknown_sku = true }, 1, "unknown SKUs" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(list(f, &cases[i].filter), cases[i].count, cases[i].why);
    struct order_filter any = { 0 };
    struct page page = { 0, 2 };
    struct order *rows;
    size_t count;
    READ(f, order_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "page");
    CHECK_INT(count, 3, "one more than the page");
    CHECK(rows[0].id > rows[1].id, "newest first");
    CHECK_INT(rows[1].line_count, 1, "with lines");
    page.after = rows[1].id;
    READ(f, order_list(f->c.tx, &any, &page, &f->arena, &rows, &count, &f->e), "next");
    CHECK_INT(count, 1, "the rest");
    CHECK_INT(rows[0].item_count, 1, "with items");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_what_is_kept),
        FIX_TEST(test_lines),
        FIX_TEST(test_healing_by_catalog),
        FIX_TEST(test_healing_by_listing),
        FIX_TEST(test_matching_lines),
        FIX_TEST(test_status_changes),
        FIX_TEST(test_lists),
    };
    return fix_main(argc, argv, "store/order", tests, COUNT_OF(tests));
}
