/* channels_test.c: marketplace accounts and their settings. */
#include "fixture.h"

#include "store/channel_log.h"
#include "store/run.h"

static void test_what_is_kept(void **state)
{
    struct fix *f = *state;
    struct channel_row in = { .kind = S("amazon"),
        .name = S("Shop DE"),
        .region = S("eu"),
        .seller_id = S("A1"),
        .endpoint_url = S("http://127.0.0.1:1"),
        .token_url = S("http://127.0.0.1:2"),
        .marketplace_ids = { S("DE"), S("FR") },
        .marketplace_count = 2,
        .organization_type = S("Retail"),
        .import_orders_from = 77,
        .reserve = 1,
        .has_cap = true,
        .cap = 0,
        .status_ids = { IN_STOCK },
        .status_count = 1,
        .warehouse_ids = { MAIN },
        .warehouse_count = 1,
        .map = { { S("UNSHIPPED"), ST_NEW, { 0 } }, { S("PENDING"), ST_PENDING, { 0 } } },
        .map_count = 2 };
    WRITE(f, channel_create(&f->c, &in, &f->e), "create");
    struct channel_row *r = fix_load_channel(f, in.id);
    CHECK_STR(r->kind, S("amazon"), "kind");
    CHECK_STR(r->name, S("Shop DE"), "name");
    CHECK_STR(r->region, S("eu"), "region");
    CHECK_STR(r->endpoint_url, S("http://127.0.0.1:1"), "endpoint");
    CHECK_INT(r->marketplace_count, 2, "marketplaces");
    CHECK_STR(r->marketplace_ids[1], S("FR"), "in order");
    CHECK(r->state == CHANNEL_CONNECTED && !r->paused && !r->inventory_sync, "off at first");
    CHECK_STR(str_of(channel_shown_state(r)), S("connected"), "state");
    CHECK(r->reserve == 1 && r->has_cap && r->cap == 0, "a cap of zero is a cap");
    CHECK_INT(r->import_orders_from, 77, "from when");
    CHECK_STR(r->statuses[0], S("In stock"), "counted statuses by title");
    CHECK_STR(r->warehouses[0], S("Main"), "counted warehouses by name");
    CHECK_INT(r->map_count, 2, "map");
    CHECK_STR(r->map[0].channel_status, S("PENDING"), "in order of the channel's words");
    CHECK_STR(r->map[0].order_status, S("Pending payment"), "by title");
    struct channel_row *again = arena_new(&f->arena, struct channel_row, 1);
    *again = in;
    REFUSED(f, channel_create(&f->c, again, &f->e), ERR_CONFLICT, "duplicate", "the name");
    CHECK_STR(str_of(f->e.pointer), S("/name"), "the field at fault");

    *again = *r;
    again->name = S("Shop");
    again->has_cap = false;
    again->status_count = 0;
    again->map_count = 1;
    again->paused = true;
    WRITE(f, channel_update(&f->c, r, again, &f->e), "update");
    struct channel_row *now = fix_load_channel(f, in.id);
    CHECK(!now->has_cap && !now->status_count && now->map_count == 1, "as set");
    CHECK_STR(str_of(channel_shown_state(now)), S("paused"), "paused");
    CHECK_INT(now->version, 2, "a new version");
    REFUSED(f, channel_update(&f->c, r, again, &f->e), ERR_STALE, "stale", "an old reading");
    int64_t other = fix_channel(f, "Other");
    struct page page = { 0, 1 };
    struct channel_row *rows;
    size_t count;
    READ(f, channel_list(f->c.tx, &page, &f->arena, &rows, &count, &f->e), "list");
    CHECK_INT(count, 2, "one more than the page");
    CHECK_INT(rows[1].id, other, "in order of id");
    CHECK_INT(rows[1].map_count, 4, "with their maps");
    REFUSED(f, channel_load(f->c.tx, 99, &f->arena, r, &f->e), ERR_NOT_FOUND, "not_found", "none");
}

static void test_credentials(void **state)
{
    struct fix *f = *state;
    int64_t id = fix_channel(f, "Shop");
    struct str sealed;
    READ(f, channel_sealed_credentials(f->c.tx, id, &f->arena, &sealed, &f->e), "none yet");
    CHECK_INT(sealed.len, 0, "none");
    WRITE(f, channel_set_credentials(&f->c, id, (struct str){ "a\0b\xff", 4 }, &f->e), "set");
    READ(f, channel_sealed_credentials(f->c.tx, id, &f->arena, &sealed, &f->e), "get");
    CHECK_STR(sealed, ((struct str){ "a\0b\xff", 4 }), "byte for byte");
    CHECK_INT(fix_load_channel(f, id)->credentials_set_at, f->now, "when");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE changes LIKE '%credentials%' AND"
                         " changes LIKE '%null%'"),
        1, "named, not shown");
}

static void test_states(void **state)
{
    struct fix *f = *state;
    int64_t id = fix_channel(f, "Shop");
    struct channel_row *ch = fix_load_channel(f, id);
    WRITE(f, channel_set_state(&f->c, ch, CHANNEL_SUSPECT, S("403"), &f->e), "suspect");
    ch = fix_load_channel(f, id);
    CHECK_INT(ch->state, CHANNEL_SUSPECT, "state");
    CHECK_STR(ch->state_detail, S("403"), "why");
    WRITE(f, channel_set_state(&f->c, ch, CHANNEL_SUSPECT, S("403 again"), &f->e), "the same");
    struct channel_event_filter filter = { .channel_id = id, .kind = S("state_changed") };
    struct page page = { 0, 10 };
    struct channel_event *rows;
    size_t count;
    READ(f, channel_event_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "");
    CHECK_INT(count, 1, "told once");
    CHECK_STR(rows[0].detail, S("suspect, was connected: 403"), "in words");
    CHECK_STR(rows[0].severity_read, S("error"), "how bad");
}

static void test_delete(void **state)
{
    struct fix *f = *state;
    int64_t id = fix_channel(f, "Shop"), a = fix_variation(f, "A", "CAT");
    int64_t listing = fix_listing(f, id, "CHAN", 3);
    struct listing before = fix_load_listing(f, listing), after = before;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &a;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &before, &after, &f->e), "connect");
    fix_items(f, a, 3);
    int64_t order = fix_order_sku(f, ST_NEW, id, "CHAN", 2);
    CHECK_INT(fix_load_order(f, order).lines[0].candidate_count, 1, "healed by the listing");
    fix_plan(f);
    bool is_new;
    struct run run;
    WRITE(f,
        run_queue(&f->c, &(struct run_order){ id, RUN_SYNC_LISTINGS, S("") }, &f->arena, &run,
            &is_new, &f->e),
        "");
    struct channel_row *ch = fix_load_channel(f, id);
    WRITE(f, channel_delete(&f->c, ch, &f->e), "delete");
    REFUSED(f, channel_load(f->c.tx, id, &f->arena, ch, &f->e), ERR_NOT_FOUND, "not_found", "gone");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM listing"), 0, "its listings");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM push"), 0, "its wishes");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM channel WHERE credentials IS NOT NULL"), 0, "keys");
    READ(f, run_load(f->c.tx, run.id, &f->arena, &run, &f->e), "run");
    CHECK(run.state == RUN_CANCELED && run.finished_at == f->now, "its run has ended");
    struct order o = fix_load_order(f, order);
    CHECK_INT(o.channel_id, id, "its orders stay");
    CHECK_INT(o.lines[0].candidate_count, 0, "what its listing healed is unknown again");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM demand"), 0, "and counted nowhere");
    fix_clean(f, "after all");
    fix_channel(f, "Shop");
}

static void test_events(void **state)
{
    struct fix *f = *state;
    int64_t id = fix_channel(f, "Shop"), other = fix_channel(f, "Other");
    fix_begin(f);
    channel_event_add(&f->c, id,
        &(struct channel_event){ .kind = "push_refused",
            .severity = "error",
            .operation = S("patchListingsItem"),
            .http_status = 400,
            .detail = S("ours"),
            .channel_message = S("theirs"),
            .request_id = S("R1"),
            .sku = S("A"),
            .listing_id = 4,
            .run_id = 5 });
    channel_event_add(&f->c, id,
        &(struct channel_event){ .kind = "order_imported",
            .severity = "info",
            .detail = S("x"),
            .order_id = 6,
            .channel_order_id = S("303-1") });
    CHECK_ERR(fix_commit(f), OK, &f->e, "events");
    const struct {
        struct channel_event_filter filter;
        size_t count;
        const char *why;
    } cases[] = {
        { { .order_id = 0 }, 2, "all" },
        { { .kind = S("push_refused") }, 1, "kind" },
        { { .severity = S("info") }, 1, "severity" },
        { { .sku = S("A") }, 1, "sku" },
        { { .listing_id = 4 }, 1, "listing" },
        { { .order_id = 6 }, 1, "order" },
        { { .run_id = 5 }, 1, "run" },
        { { .run_id = 5, .order_id = 6 }, 0, "both" },
    };
    struct page page = { 0, 10 };
    struct channel_event *rows;
    size_t count;
    struct channel_event_filter filter;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        filter = cases[i].filter;
        filter.channel_id = id;
        READ(f, channel_event_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e),
            cases[i].why);
        CHECK_INT(count, cases[i].count, cases[i].why);
    }
    filter = (struct channel_event_filter){ .channel_id = id, .kind = S("push_refused") };
    READ(f, channel_event_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "one");
    CHECK_STR(rows[0].kind_read, S("push_refused"), "kind");
    CHECK_STR(rows[0].channel_message, S("theirs"), "the channel's words");
    CHECK_STR(rows[0].request_id, S("R1"), "its number for support");
    CHECK(rows[0].http_status == 400 && rows[0].listing_id == 4 && !rows[0].order_id, "the rest");
    filter = (struct channel_event_filter){ .channel_id = other };
    READ(f, channel_event_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "other");
    CHECK_INT(count, 0, "of another channel");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_what_is_kept),
        FIX_TEST(test_credentials),
        FIX_TEST(test_states),
        FIX_TEST(test_delete),
        FIX_TEST(test_events),
    };
    return fix_main(argc, argv, "store/channels", tests, COUNT_OF(tests));
}
