/* query_test.c: every parameter of every route: wrong values, twice, and of another page. */
#include "kit.h"

enum kind { WORDS, TEXT, NUMBER, ID, FLAG, TIME, CURSOR };

/* What a parameter of that name is, in whatever route. */
static const struct {
    const char *name, *good;
    enum kind kind;
    int64_t least, most;
} parameters[] = {
    { "limit", "1", NUMBER, 1, 500 },
    { "format", "csv", WORDS, 0, 0 },
    { "separator", "semicolon", WORDS, 0, 0 },
    { "bom", "true", FLAG, 0, 0 },
    { "paper", "letter", WORDS, 0, 0 },
    { "cursor", "MQ", CURSOR, 0, 0 },
    { "sku", "SKU-A", TEXT, 0, 0 },
    { "grade", "A", TEXT, 0, 0 },
    { "q", "apple", TEXT, 0, 0 },
    { "esn", "A1", TEXT, 0, 0 },
    { "hex_id", "00000000", TEXT, 0, 0 },
    { "channel_order_id", "1-2", TEXT, 0, 0 },
    { "resource", "item", TEXT, 0, 0 },
    { "actor", "admin", TEXT, 0, 0 },
    { "actor_kind", "user", WORDS, 0, 0 },
    { "action", "create", TEXT, 0, 0 },
    { "variation_id", "1", ID, 0, 0 },
    { "order_id", "1", ID, 0, 0 },
    { "channel_id", "1", ID, 0, 0 },
    { "run_id", "1", ID, 0, 0 },
    { "vendor_id", "1", ID, 0, 0 },
    { "purchase_order_id", "1", ID, 0, 0 },
    { "number", "PO-1", TEXT, 0, 0 },
    { "resource_id", "1", ID, 0, 0 },
    { "user_id", "1", ID, 0, 0 },
    { "committed", "true", FLAG, 0, 0 },
    { "is_open", "false", FLAG, 0, 0 },
    { "unknown_sku", "true", FLAG, 0, 0 },
    { "uncommitted", "false", FLAG, 0, 0 },
    { "connected", "true", FLAG, 0, 0 },
    { "differs", "true", FLAG, 0, 0 },
    { "send", "true", FLAG, 0, 0 },
    { "reserve", "2", NUMBER, 0, 1000000 },
    { "cap", "2", NUMBER, 0, 1000000 },
    { "from", "2026-01-02T03:04:05Z", TIME, 0, 0 },
    { "to", "2026-01-02T03:04:05Z", TIME, 0, 0 },
    { "archived", "any", WORDS, 0, 0 },
    { "kind", "sync_listings", WORDS, 0, 0 },
    { "state", "active", WORDS, 0, 0 },
    { "severity", "info", WORDS, 0, 0 },
    { "fulfillment", "merchant", WORDS, 0, 0 },
    { "status", "New", TEXT, 0, 0 },
    { "organization", "Ann", TEXT, 0, 0 },
    { "undone", "false", FLAG, 0, 0 },
    { "name", "Ann", TEXT, 0, 0 },
    { "warehouse", "Main", TEXT, 0, 0 },
    { "custom", "Tray:1", TEXT, 0, 0 },
    { "from_warehouse", "Main", TEXT, 0, 0 },
    { "from_day", "2026-09-01", WORDS, 0, 0 },
    { "to_day", "2026-09-30", WORDS, 0, 0 },
    { "to_warehouse", "Main", TEXT, 0, 0 },
    { "item_id", "1", ID, 0, 0 },
    { "listing_id", "1", ID, 0, 0 },
    { "statuses", "Sold", WORDS, 0, 0 },
    { "warehouses", "Main", WORDS, 0, 0 },
    { "counted_statuses", "Sold", WORDS, 0, 0 },
    { "counted_warehouses", "Main", WORDS, 0, 0 },
    { "outcome", "failed", WORDS, 0, 0 },
    { "since", "0", NUMBER, 0, 9007199254740991 },
    { "wait", "0", NUMBER, 0, 30 },
};

/* The same word means different things in different lists. */
static const struct {
    const char *path, *name, *good;
} exceptions[] = {
    { "/runs", "state", "queued" },
    { "/transfers", "state", "draft" },
    { "/transfers/{}/items", "state", "waiting" },
    { "/purchase_orders", "status", "open" },
    { "/purchase_orders/prices/export", "status", "open" },
    { "/grades", "cursor", "MC4x" }, /* a position and an id */
    { "/damage_conditions", "cursor", "MC4x" },
    { "/order_statuses", "cursor", "MC4x" },
    { "/channels/{}/events", "kind", "brake" },
    { "/changes", "kind", "item.*" },
};

struct asked {
    struct kit *k;
    const char *path, *name;
};

static void refuse(const struct asked *a, const char *value)
{
    struct kit *k = a->k;
    const char *path = kit_fmt(k, "%s?%s=%s", a->path, a->name, value);
    const char *why = kit_fmt(k, "GET %.200s", path);
    kit_send(k, "GET", kit_path(k, path), NULL, NULL);
    if (k->status == 422) /* a title or name that nothing has */
        kit_problem(k, 422, "invalid", why);
    else
        kit_problem(k, 400, "bad_parameter", why);
    kit_fault(k, kit_fmt(k, "?%s", a->name), NULL, why);
}

/* No text of the domain: told without a pointer, before anybody looks at names. */
static void refuse_undecodable(const struct asked *a)
{
    static const char *const values[] = { "%00", "a%00", "%ff", "a%c3" };
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        CALL(a->k, "GET", kit_fmt(a->k, "%s?%s=%s", a->path, a->name, values[i]), NULL, 400);
        kit_problem(a->k, 400, "bad_parameter", a->path);
    }
}

static void wrong_values(const struct asked *a, enum kind kind, int64_t least, int64_t most)
{
    refuse_undecodable(a);
    static const char *const wrong[][9] = {
        [WORDS] = { "nonesuch", "NEW" },
        [TEXT] = { NULL },
        [NUMBER] = { "", "abc", "1.5", "1e1", "9223372036854775808", "%201", "1x", "0x1" },
        [ID] = { "", "0", "-1", "abc", "1.5", "9007199254740992", "9223372036854775808", "1%20" },
        [FLAG] = { "", "yes", "1", "TRUE", "true%20" },
        [TIME] = { "", "yesterday", "2026-01-02", "2026-13-02T03:04:05Z",
            "2026-01-02T03:04:05%2B02:00" },
        [CURSOR] = { "", "%21", "n1", "bjA", "MQ==", "AA", "LTE" },
    };
    for (size_t i = 0; i < COUNT_OF(wrong[kind]) && wrong[kind][i]; i++)
        refuse(a, wrong[kind][i]);
    if (kind == NUMBER) {
        refuse(a, kit_fmt(a->k, "%lld", (long long)least - 1));
        refuse(a, kit_fmt(a->k, "%lld", (long long)most + 1));
    }
    if (kind != TEXT) return;
    char text[201 + 1];
    for (int i = 0; i < 201; i++)
        text[i] = 'x';
    text[201] = 0;
    refuse(a, text);
    if (!str_eq(str_of(a->name), S("warehouse"))) refuse(a, ""); /* there: items without one */
}

/* As often as the document allows, and once more. */
static void repeat(const struct asked *a, const char *good)
{
    struct buf b;
    buf_init(&b, 8000);
    buf_put(&b, str_of(kit_path(a->k, a->path)));
    for (int i = 0; i < 100; i++)
        buf_put_fmt(&b, "%c%s=%s", i ? '&' : '?', a->name, good);
    const char *most = arena_str(&a->k->arena, buf_str(&b)).at;
    CHECK_INT(kit_send(a->k, "GET", most, NULL, NULL), 200, most);
    buf_put_fmt(&b, "&%s=%s", a->name, good);
    kit_send(a->k, "GET", arena_str(&a->k->arena, buf_str(&b)).at, NULL, NULL);
    kit_problem(a->k, 400, "bad_parameter", most);
    kit_fault(a->k, kit_fmt(a->k, "?%s", a->name), "too_long", most);
    buf_release(&b);
}

static void ask(struct kit *k, const char *route, const char *path, struct str name)
{
    bool many = str_ends(name, S("*"));
    if (many) name.len--;
    const char *word = arena_str(&k->arena, name).at;
    struct asked a = { k, path, word };
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        if (!str_eq(str_of(parameters[i].name), name)) continue;
        const char *good = parameters[i].good;
        for (size_t n = 0; n < COUNT_OF(exceptions); n++)
            if (str_eq(str_of(exceptions[n].path), str_of(route)) &&
                str_eq(str_of(exceptions[n].name), name))
                good = exceptions[n].good;
        /* By SKU, so their cursors are texts. */
        bool by_sku =
            (str_ends(str_of(route), S("/listings")) || str_ends(str_of(route), S("_skus"))) &&
            parameters[i].kind == CURSOR;
        CALL(k, "GET", kit_fmt(k, "%s?%s=%s", path, word, good), NULL, 200);
        if (!by_sku) wrong_values(&a, parameters[i].kind, parameters[i].least, parameters[i].most);
        CALL(k, "GET", kit_fmt(k, "%s?%s=%s&%s=%s", path, word, good, word, good), NULL,
            many ? 200 : 400);
        if (!many) kit_fault(k, kit_fmt(k, "?%s", word), "duplicate", path);
        if (many) repeat(&a, good);
        return;
    }
    fail_msg("say in this table what the parameter %s of %s is", word, route);
}

static const char *with_ones(struct kit *k, const char *template)
{
    struct str before, after, rest = str_of(template);
    const char *out = "";
    while (str_cut(rest, '{', &before, &after)) {
        out = kit_fmt(k, "%s%.*s1", out, STR_FMT(before));
        rest = str_sub(after, 1, after.len);
    }
    return kit_fmt(k, "%s%.*s", out, STR_FMT(rest));
}

/* One's own account: a token has none. */
static bool is_personal(const char *path)
{
    return str_starts(str_of(path), S("/me")) && !str_eq(str_of(path), S("/me"));
}

static void test_parameters(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/items", "{\"esn\":\"A1\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/orders", "{\"organization\":\"Ann\"}", 201);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/transfers", "{\"from_warehouse\":\"Main\",\"to_warehouse\":\"Second\"}", 201);
    kit_listing(k, kit_channel(k, "C"), "SKU-A");
    CALL(k, "POST", "/webhooks", "{\"url\":\"https://a.example/\",\"events\":[\"*\"]}", 201);
    kit_user(k, "ann@example.com", "viewer", KIT_PASSWORD);
    const char *before = kit_state(k);
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            if (is_personal(r->path)) continue; /* account_test.c */
            /* Those of imports: exchange_test.c. A run that is an import is not there. */
            if (!str_eq(str_of(r->method), S("GET")) ||
                str_eq(str_of(r->path), S("/runs/{}/errors")))
                continue;
            for (struct str rest = str_of(r->query), name, tail; rest.len; rest = tail) {
                str_cut(rest, ' ', &name, &tail);
                ask(k, r->path, with_ones(k, r->path), name);
            }
        }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "asking changes nothing");
}

static void test_unknown_parameters(void **state)
{
    struct kit *k = *state;
    const char *name, *area, *level;
    kit_channel(k, "C");
    for (size_t i = 0; (name = api_route_name(i, &area, &level)); i++) {
        struct str method, path;
        struct str copy = arena_str(&k->arena, str_of(name));
        str_cut(copy, ' ', &method, &path);
        const char *text = arena_str(&k->arena, method).at;
        const char *at = with_ones(k, path.at);
        kit_send(k, text, kit_path(k, kit_fmt(k, "%s?colour=red", at)), NULL, NULL);
        if (str_eq(copy, S("DELETE /session")) || str_eq(copy, S("PATCH /me")) ||
            is_personal(path.at)) {
            CHECK(k->status == 400 || k->status == 403, copy.at); /* not for tokens */
            continue;
        }
        kit_problem(k, 400, "unknown_parameter", copy.at);
        kit_fault(k, "?colour", "unknown_parameter", copy.at);
    }
}

/* Every unknown id is a 404 with its problem. */
static void test_unknown_ids(void **state)
{
    struct kit *k = *state;
    static const char *const paths[] = { "/grades/99", "/damage_conditions/99", "/warehouses/99",
        "/warehouses/99/locations", "/warehouses/1/locations/99", "/inventory_statuses/99",
        "/order_statuses/99", "/variations/99", "/items/99", "/items/99/history", "/orders/99",
        "/orders/99/packing_list", "/organizations/99", "/returns/99", "/channels/99",
        "/channels/99/listings", "/channels/99/quantity_plan", "/channels/99/diagnosis",
        "/channels/99/events", "/channels/99/quarantine", "/listings/99",
        "/listings/99/explanation", "/listings/99/diagnosis", "/runs/99", "/users/99",
        "/grades/9223372036854775807", "/grades/9223372036854775808" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        CALL(k, "GET", paths[i], NULL, 404);
        kit_problem(k, 404, "not_found", paths[i]);
    }
    static const char *const kinds[] = { "sync_listings", "import_orders", "push_quantities",
        "release_brake" };
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        CALL(k, "POST", kit_fmt(k, "/channels/99/%s", kinds[i]), NULL, 404);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_parameters),
        KIT_TEST(test_unknown_parameters),
        KIT_TEST(test_unknown_ids),
    };
    return kit_main(argc, argv, "http_query", tests, COUNT_OF(tests));
}
