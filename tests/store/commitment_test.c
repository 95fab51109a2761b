/* commitment_test.c: the guards of committing, and the way back. */
#include "fixture.h"

#include "store/commitment.h"

#include <ctype.h>

static enum err take_off(struct fix *f, int64_t order_id, int64_t item_id)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : commitment_remove(&f->c, &o, item_id, &f->e);
}

static struct commitment_result by_hex(struct fix *f, int64_t order_id, struct str hex)
{
    struct commitment_input in = { hex, true, false };
    struct commitment_request request = { &in, 1, false };
    struct commitment_result result;
    struct order o;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order_id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(commitment_add(&f->c, &o, &request, &f->arena, &result, &f->e), OK, &f->e, "");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    return result;
}

static void test_guards(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A");
    int64_t order = fix_order(f, ST_NEW, v, 5), other = fix_order(f, ST_READY, v, 1);
    fix_item(f, "E1", v);
    fix_item(f, "E2", v);
    fix_item(f, "E3", v);
    CHECK_STR(str_of(fix_commit_esns(f, other, "E3", false)), S(""), "on another order");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E9 E1 E3 E2", false)),
        S("unknown_esn repeated already_committed"),
        "each has its own answer; the good ones go on");
    CHECK_INT(fix_load_order(f, order).item_count, 2, "two of five");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", false)), S("already_committed"), "here");
    int64_t pending = fix_order(f, ST_PENDING, v, 1);
    fix_item(f, "E4", v);
    CHECK_STR(str_of(fix_commit_esns(f, pending, "E4", false)), S("status_forbids"), "the status");
    fix_set_status(f, pending, ST_SHIPPED);
    CHECK_STR(str_of(fix_commit_esns(f, pending, "E4", false)), S("status_forbids"), "closed");
    fix_clean(f, "after all");
}

static void add_line(struct fix *f, int64_t order_id, int64_t variation_id)
{
    struct order o;
    struct order_line line = { .variation_id = variation_id, .quantity = 1 };
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order_id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(order_line_add(&f->c, &o, &line, &f->e), OK, &f->e, "line");
    CHECK_ERR(fix_commit(f), OK, &f->e, "line");
}

/* What the codes are with the word of a person who knows. */
static const char *commit_despite(struct fix *f, int64_t order_id, const char *esn)
{
    struct commitment_input in = { str_of(esn), false, false };
    struct commitment_request request = { &in, 1, false, true };
    struct commitment_result result;
    struct order o;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order_id, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(commitment_add(&f->c, &o, &request, &f->arena, &result, &f->e), OK, &f->e, esn);
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    return result.code;
}

/* The buyer wants one line canceled, not the other: what the other one needs may be scanned. */
static void test_cancel_requested(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t order = fix_order(f, ST_NEW, a, 2);
    add_line(f, order, a);
    add_line(f, order, b);
    for (int i = 1; i <= 4; i++)
        fix_item(f, arena_fmt(&f->arena, "E%d", i).at, a);
    fix_item(f, "F1", b);
    fix_item(f, "X1", fix_variation(f, "C", "C"));
    fix_sql(f, "UPDATE order_line SET cancel_requested = 1, cancel_reason = 'CHANGED_MIND'"
               " WHERE quantity = 2");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E2 F1 X1", false)), S("cancel_requested"),
        "one is wanted for the other line, the second is not; what is of neither goes on");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E3", false)), S("cancel_requested"), "nor later");
    CHECK_STR(str_of(commit_despite(f, order, "E3")), S(""), "unless a person says so");
    fix_sql(f, "UPDATE order_line SET cancel_requested = 0");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E4", false)), S(""),
        "or the buyer has thought"
        " better of it");
    fix_clean(f, "after all");
}

static void test_all_cancel_requested(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, a, 2);
    fix_item(f, "E1", a);
    fix_item(f, "X1", fix_variation(f, "C", "C"));
    fix_sql(f, "UPDATE order_line SET cancel_requested = 1, cancel_reason = 'CHANGED_MIND'");
    struct commitment_input in = { S("E1"), false, false };
    struct commitment_result result;
    struct order o;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(commitment_add(&f->c, &o, &(struct commitment_request){ &in, 1, false, false },
                  &f->arena, &result, &f->e),
        OK, &f->e, "");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK_STR(result.detail,
        S("the buyer asked to cancel this (CHANGED_MIND): settle it at the channel first"), "why");
    CHECK_STR(str_of(fix_commit_esns(f, order, "X1", false)), S("cancel_requested"),
        "nothing is put on an order that is to be canceled whole");
    CHECK_INT(fix_load_order(f, order).item_count, 0, "nothing is on it");
}

static void test_all_or_nothing(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 5);
    fix_item(f, "E1", v);
    fix_item(f, "E2", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E9 E2", true)),
        S("not_committed_atomic unknown_esn not_committed_atomic"), "one failure, none committed");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.item_count, 0, "none");
    CHECK_INT(o.version, 1, "nothing was touched");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E2", true)), S(""), "without it");
    CHECK_INT(fix_load_order(f, order).item_count, 2, "all");
}

static void test_hex_ids(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 5);
    int64_t item = fix_item(f, "E1", v);
    struct str hex = fix_load_item(f, item).hex_id;
    CHECK_STR(str_of(by_hex(f, order, S("ZZZZZZZZ")).code), S("unknown_hex_id"), "none has it");
    CHECK_STR(str_of(by_hex(f, order, S("?")).code), S("unknown_hex_id"), "none can have it");
    char typed[12];
    for (size_t i = 0; i < hex.len; i++)
        typed[i] = (char)tolower(hex.at[i]);
    struct commitment_result r = by_hex(f, order, (struct str){ typed, hex.len });
    CHECK_STR(str_of(r.code), S(""), "as people type it");
    CHECK_INT(r.item_id, item, "that item");
    CHECK_STR(str_of(by_hex(f, order, hex).code), S("already_committed"), "once");
}

static void test_recurring_esns(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A");
    int64_t sales[2];
    for (int i = 0; i < 2; i++) {
        fix_item(f, "E1", v);
        sales[i] = fix_order(f, ST_NEW, v, 1);
        CHECK_STR(str_of(fix_commit_esns(f, sales[i], "E1", true)), S(""), "sold");
        fix_set_status(f, sales[i], ST_SHIPPED);
    }
    int64_t order = fix_order(f, ST_NEW, v, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", false)), S("ambiguous_esn"),
        "two were sold, none is here");
    int64_t third = fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", false)), S(""),
        "what lies under the scanner is meant");
    CHECK_INT(fix_load_item(f, third).order_id, order, "the third");
    fix_clean(f, "after all");
}

static void test_blanks_around(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    fix_item(f, "E1", v);
    struct commitment_input in = { S(" E1\t"), false, false };
    struct commitment_request request = { &in, 1, false };
    struct commitment_result result;
    struct order o;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order, &f->arena, &o, &f->e), OK, &f->e, "lock");
    CHECK_ERR(commitment_add(&f->c, &o, &request, &f->arena, &result, &f->e), OK, &f->e, "");
    CHECK_ERR(fix_commit(f), OK, &f->e, "commit");
    CHECK_STR(str_of(result.code), S(""), "a scanner's blanks are not part of an ESN");
}

static void test_what_it_changes(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 2);
    int64_t item = fix_item(f, "E1", v);
    int64_t listing = fix_listing(f, fix_channel(f, "Shop"), "A", 0);
    struct listing_terms t = fix_terms(f, listing);
    CHECK_INT(t.available - t.outstanding, 1 - 2, "before");
    f->now += 7;
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    t = fix_terms(f, listing);
    CHECK_INT(t.available - t.outstanding, 0 - 1, "committing on an open order changes nothing");
    struct item i = fix_load_item(f, item);
    CHECK_STR(i.status, S("Sold"), "the account's committed status");
    CHECK_INT(i.committed_at, f->now, "when");
    CHECK_INT(i.version, 2, "a new version");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.version, 2, "of the order too");
    CHECK_INT(o.items[0].line_id, o.lines[0].id, "it stands on the line");
    struct page page = { 0, 10 };
    struct item_event *events;
    size_t count;
    READ(f, item_history(f->c.tx, item, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_STR(events[0].action, S("committed"), "history");
    CHECK_INT(events[0].order_id, order, "to which order");
    CHECK_STR(events[0].order_number, o.number, "by number");
    CHECK(str_contains(
              events[0].changes, S("{\"field\":\"status\",\"from\":\"In stock\",\"to\":\"Sold\"}")),
        "from and to");
    fix_clean(f, "committed");

    WRITE(f, take_off(f, order, item), "take off");
    i = fix_load_item(f, item);
    CHECK_STR(i.status, S("In stock"), "its former status");
    CHECK(!i.order_id && !i.committed_at && !i.former_status_id && i.is_open, "free");
    READ(f, item_history(f->c.tx, item, &page, &f->arena, &events, &count, &f->e), "history");
    CHECK_STR(events[0].action, S("uncommitted"), "history");
    REFUSED(f, take_off(f, order, item), ERR_NOT_FOUND, "not_found", "it is not on the order");
    REFUSED(f, take_off(f, order, 999), ERR_NOT_FOUND, "not_found", "nor is what does not exist");
    fix_clean(f, "after all");
}

static void test_committed_status(void **state)
{
    struct fix *f = *state;
    struct settings before, after;
    READ(f, settings_load(f->c.tx, &before, &f->e), "settings");
    after = before;
    after.committed_status_id = IN_STOCK;
    WRITE(f, settings_save(&f->c, &before, &after, &f->e), "another status");
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    int64_t item = fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    CHECK_INT(fix_load_item(f, item).status_id, IN_STOCK, "as the account wants it");
    CHECK_INT(fix_terms(f, fix_listing(f, fix_channel(f, "Shop"), "A", 0)).available, 0,
        "committed items never count, whatever their status");
    fix_clean(f, "after all");
}

static void test_taking_off_a_sold_one(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "A"), order = fix_order(f, ST_NEW, v, 1);
    int64_t item = fix_item(f, "E1", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1", true)), S(""), "commit");
    fix_set_status(f, order, ST_SHIPPED);
    int64_t again = fix_item(f, "E1", v);
    REFUSED(f, take_off(f, order, item), ERR_CONFLICT, "duplicate_open_item", "it is here twice");
    fix_sql(f, "UPDATE item SET esn = 'E2' WHERE order_id IS NULL");
    WRITE(f, take_off(f, order, item), "take off");
    CHECK(fix_load_item(f, item).is_open && again != item, "in stock again");
    fix_clean(f, "after all");
}

static void test_direct_commits(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B");
    int64_t order = fix_order(f, ST_NEW, a, 1), empty = fix_order(f, ST_NEW, a, 0);
    fix_item(f, "B1", b);
    fix_item(f, "B2", b);
    CHECK_STR(str_of(fix_commit_esns(f, order, "B1", true)), S(""), "an unrelated one");
    CHECK_STR(str_of(fix_commit_esns(f, empty, "B2", true)), S(""), "an order without lines");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.direct_count, 1, "direct");
    CHECK_INT(o.lines[0].committed, 0, "the line stays open");
    CHECK_INT(fix_load_order(f, empty).direct_count, 1, "direct as well");
    fix_clean(f, "after all");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_guards),
        FIX_TEST(test_cancel_requested),
        FIX_TEST(test_all_cancel_requested),
        FIX_TEST(test_all_or_nothing),
        FIX_TEST(test_hex_ids),
        FIX_TEST(test_recurring_esns),
        FIX_TEST(test_blanks_around),
        FIX_TEST(test_what_it_changes),
        FIX_TEST(test_committed_status),
        FIX_TEST(test_taking_off_a_sold_one),
        FIX_TEST(test_direct_commits),
    };
    return fix_main(argc, argv, "store/commitment", tests, COUNT_OF(tests));
}
