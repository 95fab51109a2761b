/*
 * scopes_test.c: rights that depend on the row and not on the route (ROUTE_OR): of changes, runs
 * and events, a token that may do something in one area sees and does what belongs to that area,
 * and nothing else. permission_test.c has the routes.
 */
#include "kit.h"

static const char *at_level(struct kit *k, const struct str tokens[AREA_COUNT], int area)
{
    k->bearer = tokens[area];
    return kit_fmt(k, "only %s", area_name((enum area)area));
}

static void one_area_each(struct kit *k, enum permission level, struct str out[AREA_COUNT])
{
    for (int a = 0; a < AREA_COUNT; a++)
        out[a] = kit_scoped(k, (enum area)a, level, false);
    k->bearer = k->tokens[ROLE_ADMIN];
}

static const struct {
    const char *resource;
    enum area area;
} changed[] = {
    { "item", AREA_INVENTORY }, { "order", AREA_ORDERS }, { "variation", AREA_CATALOG },
    { "listing", AREA_CHANNELS }, { "channel", AREA_CHANNELS },
    { "stock_level", AREA_INVENTORY }, /* the last: only the engine makes them */
};

static void change_something_of_each(struct kit *k, const char *name)
{
    CALL(k, "POST", "/variations",
        kit_fmt(k, "{\"manufacturer\":\"Apple\",\"model\":\"%s\",\"sku\":\"%s\"}", name, name),
        201);
    long long variation = (long long)kit_int(k, "/id");
    CALL(k, "POST", "/items",
        kit_fmt(k, "{\"esn\":\"E%s\",\"variation_id\":%lld}", name, variation), 201);
    CALL(k, "POST", "/orders",
        kit_fmt(k, "{\"organization\":\"Ann\",\"lines\":[{\"variation_id\":%lld,\"quantity\":1}]}",
            variation),
        201);
    (void)kit_listing(k, kit_channel(k, name), name);
}

static void told_only_of(struct kit *k, int area, const char *why)
{
    bool seen[COUNT_OF(changed)] = { false };
    for (size_t i = 0; i < kit_len(k, "/data"); i++) {
        struct str resource = kit_str(k, kit_fmt(k, "/data/%zu/resource", i));
        for (size_t r = 0; r < COUNT_OF(changed); r++) {
            if (!str_eq(resource, str_of(changed[r].resource))) continue;
            CHECK_INT(changed[r].area, area, kit_fmt(k, "%s: %s", why, changed[r].resource));
            seen[r] = true;
        }
    }
    for (size_t r = 0; r + 1 < COUNT_OF(changed); r++)
        CHECK_INT(seen[r], (int)changed[r].area == area, changed[r].resource);
}

static void test_changes_by_scope(void **state)
{
    struct kit *k = *state;
    struct str tokens[AREA_COUNT];
    one_area_each(k, PERMISSION_READ, tokens);
    change_something_of_each(k, "A");
    for (int a = 0; a < AREA_COUNT; a++) {
        const char *why = at_level(k, tokens, a);
        bool any = a != AREA_SETTINGS && a != AREA_PEOPLE;
        CALL(k, "GET", "/changes?since=0", NULL, any ? 200 : 403);
        if (any) told_only_of(k, a, why);
        if (!any) kit_problem(k, 403, "forbidden", why);
        for (size_t r = 0; r < COUNT_OF(changed); r++) {
            bool may = (int)changed[r].area == a;
            CALL(k, "GET", kit_fmt(k, "/changes?since=0&kind=%s.*", changed[r].resource), NULL,
                may ? 200 : 403);
            if (!may) kit_problem(k, 403, "forbidden", why);
        }
        CALL(k, "GET", "/changes?since=0&kind=*", NULL, any ? 200 : 403);
        if (any) told_only_of(k, a, why);
    }
    k->bearer = tokens[AREA_ORDERS];
    CALL(k, "GET", "/changes?since=0&kind=item.*&kind=order.created&kind=channel.*", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "of several, those that may be read");
    CHECK_STR(kit_str(k, "/data/0/kind"), S("order.created"), "the order");
}

/* Who waits is held to the same. */
static void test_waiting_by_scope(void **state)
{
    struct kit *k = *state;
    struct str tokens[AREA_COUNT];
    one_area_each(k, PERMISSION_READ, tokens);
    CALL(k, "GET", "/changes", NULL, 200);
    long long since = (long long)kit_int(k, "/next_since");
    k->bearer = tokens[AREA_ORDERS];
    CALL(k, "GET", kit_fmt(k, "/changes?since=%lld&wait=30", since), NULL, 200);
    struct http_stream *stream = k->stream;
    assert_non_null(stream);
    k->bearer = k->tokens[ROLE_ADMIN];
    change_something_of_each(k, "A");
    kit_stream_await(k, stream, "\"kind\":\"order.created\"");
    for (size_t r = 0; r < COUNT_OF(changed); r++)
        CHECK_INT(kit_stream_has(stream, kit_fmt(k, "\"resource\":\"%s\"", changed[r].resource)),
            changed[r].area == AREA_ORDERS, changed[r].resource);
}

/* Nor does a webhook bring what its maker may not read. */
static void test_webhooks_by_scope(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *scopes, *events, *why;
        int status;
    } rows[] = {
        { "\"settings\":\"full\"", "\"item.*\"", "reads no items", 403 },
        { "\"settings\":\"full\",\"inventory\":\"read\"", "\"item.*\"", "reads items", 201 },
        { "\"settings\":\"full\",\"inventory\":\"read\"", "\"item.*\",\"order.created\"",
            "but no orders", 403 },
        { "\"settings\":\"full\",\"inventory\":\"read\"", "\"*\"", "nor everything", 403 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        k->bearer = k->tokens[ROLE_ADMIN];
        CALL(k, "POST", "/tokens",
            kit_fmt(k, "{\"name\":\"T\",\"role\":\"admin\",\"scopes\":{%s}}", rows[i].scopes), 201);
        k->bearer = kit_str(k, "/secret");
        const char *before = kit_state(k);
        CALL(k, "POST", "/webhooks",
            kit_fmt(k, "{\"url\":\"https://shop.example.com/\",\"events\":[%s]}", rows[i].events),
            rows[i].status);
        if (rows[i].status != 403) continue;
        kit_problem(k, 403, "forbidden", rows[i].why);
        CHECK_STR(str_of(kit_state(k)), str_of(before), rows[i].why);
    }
    struct str items_only = k->bearer;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "POST", "/webhooks", "{\"url\":\"https://all.example.com/\",\"events\":[\"*\"]}", 201);
    const char *path = kit_fmt(k, "/webhooks/%lld", (long long)kit_int(k, "/webhook/id"));
    k->bearer = items_only;
    CALL(k, "PATCH", path, "{\"url\":\"https://mine.example.com/\"}", 403);
    kit_problem(k, 403, "forbidden", "another one's events at a URL of one's own");
    CALL(k, "PATCH", path, "{\"events\":[\"item.*\"],\"url\":\"https://mine.example.com/\"}", 200);
}

/* Runs of every kind that can be had without an engine: who asks for one reads it. */
#define TITLES "ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU\n"
static const struct {
    const char *kind;
    enum area area;
    const char *path, *file; /* NULL: of a channel, by its kind */
} run_rows[] = {
    { "import_catalog", AREA_CATALOG, "/variations/import", TITLES "create,A,A,u,u,u,u,A,S1\n" },
    { "import_items", AREA_INVENTORY, "/items/import", "ESN,SKU\nB1,S1\n" },
    { "import_prices", AREA_INVENTORY, "/purchase_orders/prices/import", "ESN,Paid\nB1,1 EUR\n" },
    { "import_connections", AREA_CHANNELS, "/listings/import",
        "Channel,Channel SKU,Mode\nOne,S1,auto\n" },
    { "sync_listings", AREA_CHANNELS, NULL, NULL },
    { "import_orders", AREA_CHANNELS, NULL, NULL },
};

static void queue_runs(struct kit *k, long long ids[COUNT_OF(run_rows)])
{
    long long channel = (long long)kit_channel(k, "One");
    for (size_t i = 0; i < COUNT_OF(run_rows); i++) {
        if (run_rows[i].file)
            CALL_WITH(k, "POST", run_rows[i].path, run_rows[i].file,
                "Content-Type: text/csv\r\nPrefer: respond-async", 202);
        else
            CALL(k, "POST", kit_fmt(k, "/channels/%lld/%s", channel, run_rows[i].kind), NULL, 202);
        CHECK_STR(kit_str(k, "/kind"), str_of(run_rows[i].kind), "kind");
        ids[i] = (long long)kit_int(k, "/id");
    }
}

static size_t runs_of(int area)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(run_rows); i++)
        count += (int)run_rows[i].area == area;
    return count;
}

/* Page by page, so that what is left out is not counted in a page either. */
static void lists_only(struct kit *k, int area, const char *why)
{
    size_t want = runs_of(area), got = 0;
    CALL(k, "GET", "/runs?limit=1", NULL, want ? 200 : 403);
    if (!want) kit_problem(k, 403, "forbidden", why);
    for (bool more = want; more; got++) {
        CHECK_INT(kit_len(k, "/data"), 1, why);
        for (size_t i = 0; i < COUNT_OF(run_rows); i++)
            if (str_eq(kit_str(k, "/data/0/kind"), str_of(run_rows[i].kind)))
                CHECK_INT(run_rows[i].area, area, kit_fmt(k, "%s: %s", why, run_rows[i].kind));
        more = !kit_null(k, "/next_cursor");
        if (!more) continue;
        CALL(k, "GET", kit_fmt(k, "/runs?limit=1&cursor=%.*s", STR_FMT(kit_str(k, "/next_cursor"))),
            NULL, 200);
    }
    CHECK_INT(got, want, why);
}

static void test_runs_by_scope(void **state)
{
    struct kit *k = *state;
    struct str tokens[AREA_COUNT];
    long long ids[COUNT_OF(run_rows)];
    one_area_each(k, PERMISSION_READ, tokens);
    queue_runs(k, ids);
    for (int a = 0; a < AREA_COUNT; a++) {
        const char *who = at_level(k, tokens, a);
        lists_only(k, a, who);
        for (size_t i = 0; i < COUNT_OF(run_rows); i++) {
            bool may = (int)run_rows[i].area == a;
            const char *paths[] = { kit_fmt(k, "/runs?kind=%s", run_rows[i].kind),
                kit_fmt(k, "/runs/%lld", ids[i]), kit_fmt(k, "/runs/%lld/result", ids[i]),
                kit_fmt(k, "/runs/%lld/errors", ids[i]) };
            for (size_t p = 0; p < (run_rows[i].file ? COUNT_OF(paths) : 2); p++) {
                CALL(k, "GET", paths[p], NULL, may ? 200 : 403);
                if (!may) kit_problem(k, 403, "forbidden", kit_fmt(k, "%s: %s", who, paths[p]));
            }
        }
    }
}

static void test_cancel_by_scope(void **state)
{
    struct kit *k = *state;
    struct str readers[AREA_COUNT], writers[AREA_COUNT];
    long long ids[COUNT_OF(run_rows)];
    one_area_each(k, PERMISSION_READ, readers);
    one_area_each(k, PERMISSION_WRITE, writers);
    queue_runs(k, ids);
    for (size_t i = 0; i < COUNT_OF(run_rows); i++) {
        const char *path = kit_fmt(k, "/runs/%lld/cancel", ids[i]);
        for (int a = 0; a < AREA_COUNT; a++) {
            k->bearer = readers[a];
            CALL(k, "POST", path, NULL, 403);
            kit_problem(k, 403, "forbidden", kit_fmt(k, "%s: reads", run_rows[i].kind));
            if (a == (int)run_rows[i].area) continue;
            k->bearer = writers[a];
            CALL(k, "POST", path, NULL, 403);
            kit_problem(k, 403, "forbidden", kit_fmt(k, "%s: writes elsewhere", run_rows[i].kind));
        }
        k->bearer = k->tokens[ROLE_ADMIN];
        CALL(k, "GET", kit_fmt(k, "/runs/%lld", ids[i]), NULL, 200);
        CHECK_STR(kit_str(k, "/state"), S("queued"), "nobody has stopped it");
        k->bearer = writers[run_rows[i].area];
        CALL(k, "POST", path, NULL, run_rows[i].file ? 200 : 409);
        if (run_rows[i].file) CHECK_STR(kit_str(k, "/state"), S("canceled"), run_rows[i].kind);
    }
}

/* Each piece of what followers are told, and who may hear it. */
static const struct {
    const char *text;
    enum area area;
} pieces[] = {
    { "\"resource\":\"item\"", AREA_INVENTORY },
    { "\"resource\":\"purchase_order\"", AREA_INVENTORY },
    { "\"resource\":\"order\"", AREA_ORDERS },
    { "\"resource\":\"listing\"", AREA_CHANNELS },
    { "\"resource\":\"channel\"", AREA_CHANNELS },
    { "\"resource\":\"order_import\"", AREA_CHANNELS },
    { "\"resource\":\"variation\"", AREA_CATALOG },
    { "\"resource\":\"settings\"", AREA_SETTINGS },
    { "\"kind\":\"import_catalog\"", AREA_CATALOG },
    { "\"kind\":\"import_items\"", AREA_INVENTORY },
    { "\"kind\":\"import_prices\"", AREA_INVENTORY },
    { "\"kind\":\"import_connections\"", AREA_CHANNELS },
    { "\"kind\":\"sync_listings\"", AREA_CHANNELS },
    { "\"kind\":\"import_orders\"", AREA_CHANNELS },
};

static void test_events_by_scope(void **state)
{
    struct kit *k = *state;
    struct str tokens[AREA_COUNT];
    struct http_stream *streams[AREA_COUNT] = { NULL };
    long long ids[COUNT_OF(run_rows)];
    one_area_each(k, PERMISSION_READ, tokens);
    /* Followers are told from the last to the first: what this one has heard, all were told. */
    CALL(k, "GET", "/events", NULL, 200);
    struct http_stream *first = k->stream;
    for (int a = 0; a < AREA_COUNT; a++) {
        const char *who = at_level(k, tokens, a);
        CALL(k, "GET", "/events", NULL, a == AREA_PEOPLE ? 403 : 200);
        if (a == AREA_PEOPLE) kit_problem(k, 403, "forbidden", who);
        streams[a] = k->stream;
    }
    k->bearer = k->tokens[ROLE_ADMIN];
    change_something_of_each(k, "A");
    CALL(k, "POST", "/vendors", "{\"name\":\"V\"}", 201);
    CALL(k, "POST", "/grades", "{\"title\":\"Z\"}", 201);
    kit_quarantine(k, kit_channel(k, "Two"), "701");
    queue_runs(k, ids);
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        kit_stream_await(k, first, pieces[i].text);
    for (int a = 0; a < AREA_PEOPLE; a++)
        for (size_t i = 0; i < COUNT_OF(pieces); i++)
            CHECK_INT(kit_stream_has(streams[a], pieces[i].text), (int)pieces[i].area == a,
                kit_fmt(k, "only %s: %s", area_name((enum area)a), pieces[i].text));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_changes_by_scope),
        KIT_TEST(test_waiting_by_scope),
        KIT_TEST(test_webhooks_by_scope),
        KIT_TEST(test_runs_by_scope),
        KIT_TEST(test_cancel_by_scope),
        KIT_TEST(test_events_by_scope),
    };
    return kit_main(argc, argv, "http_scopes", tests, COUNT_OF(tests));
}
