/*
 * permission_test.c: who may call what, over every route.
 *
 * The table is written from the account's point of view, not from the code's: a route that is not
 * in it, or a row without its route, fails the test.
 */
#include "kit.h"

/* Which roles may: a admin, m manager, w warehouse, v viewer. */
static const struct {
    const char *route, *who;
} expected[] = {
    { "GET /grades", "amwv" },
    { "POST /grades", "am" },
    { "GET /grades/{}", "amwv" },
    { "PATCH /grades/{}", "am" },
    { "DELETE /grades/{}", "a" },
    { "GET /damage_conditions", "amwv" },
    { "POST /damage_conditions", "am" },
    { "GET /damage_conditions/{}", "amwv" },
    { "PATCH /damage_conditions/{}", "am" },
    { "DELETE /damage_conditions/{}", "a" },
    { "GET /warehouses", "amwv" },
    { "POST /warehouses", "am" },
    { "GET /warehouses/{}", "amwv" },
    { "PATCH /warehouses/{}", "am" },
    { "DELETE /warehouses/{}", "a" },
    { "GET /warehouses/{}/locations", "amwv" },
    { "POST /warehouses/{}/locations", "am" },
    { "GET /warehouses/{}/locations/{}", "amwv" },
    { "PATCH /warehouses/{}/locations/{}", "am" },
    { "DELETE /warehouses/{}/locations/{}", "a" },
    { "GET /inventory_statuses", "amwv" },
    { "POST /inventory_statuses", "am" },
    { "GET /inventory_statuses/{}", "amwv" },
    { "PATCH /inventory_statuses/{}", "am" },
    { "DELETE /inventory_statuses/{}", "a" },
    { "GET /order_statuses", "amwv" },
    { "POST /order_statuses", "am" },
    { "GET /order_statuses/{}", "amwv" },
    { "PATCH /order_statuses/{}", "am" },
    { "DELETE /order_statuses/{}", "a" },
    { "POST /order_statuses/{}/retire", "a" },
    { "GET /settings", "amwv" },
    { "PATCH /settings", "a" },
    { "GET /variations", "amwv" },
    { "POST /variations", "am" },
    { "GET /variations/repeated_skus", "amwv" },
    { "POST /variations/import", "am" },
    { "GET /variations/export", "amwv" },
    { "GET /variations/{}", "amwv" },
    { "PATCH /variations/{}", "am" },
    { "DELETE /variations/{}", "am" },
    { "POST /variations/{}/merge", "am" },
    { "GET /stock_levels", "amwv" },
    { "GET /items", "amwv" },
    { "POST /items", "amw" },
    { "POST /items/import", "amw" },
    { "GET /items/export", "amwv" },
    { "GET /items/{}", "amwv" },
    { "PATCH /items/{}", "amw" },
    { "GET /items/{}/history", "amwv" },
    { "POST /items/bulk_edit", "amw" },
    { "GET /inventory_history", "amwv" },
    { "GET /inventory_history/chart", "amwv" },
    { "GET /stock_levels/listings", "amwv" },
    { "GET /stock_levels/items", "amwv" },
    { "GET /stock_levels/lines", "amwv" },
    { "POST /items/labels", "amwv" },
    { "GET /vendors", "amwv" },
    { "POST /vendors", "amw" },
    { "GET /vendors/{}", "amwv" },
    { "PATCH /vendors/{}", "amw" },
    { "DELETE /vendors/{}", "am" },
    { "GET /purchase_orders", "amwv" },
    { "POST /purchase_orders", "amw" },
    { "POST /purchase_orders/prices/import", "amw" },
    { "GET /purchase_orders/prices/export", "amwv" },
    { "GET /purchase_orders/{}", "amwv" },
    { "PATCH /purchase_orders/{}", "amw" },
    { "POST /purchase_orders/{}/divide_lot_price", "amw" },
    { "POST /purchase_orders/{}/lines", "amw" },
    { "PATCH /purchase_orders/{}/lines/{}", "amw" },
    { "DELETE /purchase_orders/{}/lines/{}", "amw" },
    { "POST /purchase_orders/{}/receive", "amw" },
    { "DELETE /purchase_orders/{}/items/{}", "amw" },
    { "GET /transfers", "amwv" },
    { "POST /transfers", "amw" },
    { "GET /transfers/{}", "amwv" },
    { "PATCH /transfers/{}", "amw" },
    { "GET /transfers/{}/items", "amwv" },
    { "POST /transfers/{}/items", "amw" },
    { "DELETE /transfers/{}/items/{}", "amw" },
    { "POST /transfers/{}/ship", "amw" },
    { "POST /transfers/{}/receive", "amw" },
    { "POST /transfers/{}/cancel", "amw" },
    { "GET /item_fields", "amwv" },
    { "POST /item_fields", "am" },
    { "GET /item_fields/{}", "amwv" },
    { "PATCH /item_fields/{}", "am" },
    { "DELETE /item_fields/{}", "a" },
    { "GET /orders", "amwv" },
    { "POST /orders", "amw" },
    { "GET /orders/export", "amwv" },
    { "GET /orders/{}/packing_list", "amwv" },
    { "POST /orders/packing_lists", "amwv" },
    { "GET /orders/{}", "amwv" },
    { "PATCH /orders/{}", "amw" },
    { "POST /orders/{}/lines", "amw" },
    { "PATCH /orders/{}/lines/{}", "amw" },
    { "DELETE /orders/{}/lines/{}", "amw" },
    { "POST /orders/{}/match_lines", "amw" },
    { "POST /orders/{}/commitments", "amw" },
    { "DELETE /orders/{}/commitments/{}", "amw" },
    { "GET /changes", "amwv" },
    { "POST /orders/bulk_status", "amw" },
    { "PATCH /orders/{}/commitments/{}", "amw" },
    { "POST /orders/{}/returns", "amw" },
    { "GET /returns", "amwv" },
    { "GET /returns/{}", "amwv" },
    { "PATCH /returns/{}", "amw" },
    { "POST /returns/{}/undo", "amw" },
    { "GET /organizations", "amwv" },
    { "POST /organizations", "amw" },
    { "GET /organizations/{}", "amwv" },
    { "PATCH /organizations/{}", "amw" },
    { "POST /organizations/{}/merge", "am" },
    { "GET /webhooks", "am" },
    { "POST /webhooks", "a" },
    { "GET /webhooks/{}", "am" },
    { "PATCH /webhooks/{}", "a" },
    { "DELETE /webhooks/{}", "a" },
    { "POST /webhooks/{}/rotate_secret", "a" },
    { "GET /webhooks/{}/deliveries", "am" },
    { "POST /webhooks/{}/test", "a" },
    { "POST /webhooks/{}/resend", "a" },
    { "POST /webhooks/{}/replay", "a" },
    { "GET /channel_kinds", "amwv" },
    { "GET /channels", "amwv" },
    { "POST /channels", "a" },
    { "GET /channels/{}", "amwv" },
    { "PATCH /channels/{}", "am" },
    { "DELETE /channels/{}", "a" },
    { "POST /channels/{}/verify", "am" },
    { "GET /channels/{}/quantity_plan", "amwv" },
    { "POST /channels/{}/release_brake", "am" },
    { "POST /channels/{}/sync_listings", "am" },
    { "POST /channels/{}/import_orders", "am" },
    { "POST /channels/{}/push_quantities", "am" },
    { "POST /channels/{}/fetch_order", "am" },
    { "POST /channels/{}/quarantine/{}/retry", "am" },
    { "GET /channels/{}/listings", "amwv" },
    { "POST /listings/import", "am" },
    { "GET /channels/{}/listings/export", "amwv" },
    { "GET /listings/{}", "amwv" },
    { "PATCH /listings/{}", "am" },
    { "GET /listings/{}/explanation", "amwv" },
    { "GET /listings/{}/diagnosis", "amwv" },
    { "GET /channels/{}/diagnosis", "amwv" },
    { "GET /channels/{}/events", "amwv" },
    { "GET /channels/{}/quarantine", "amwv" },
    { "GET /runs", "amwv" },
    { "GET /runs/{}", "amwv" },
    { "GET /runs/{}/result", "amwv" },
    { "GET /runs/{}/errors", "amwv" },
    { "POST /runs/{}/cancel", "amw" },
    { "GET /events", "amwv" },
    { "GET /users", "am" },
    { "POST /users", "a" },
    { "GET /users/{}", "am" },
    { "PATCH /users/{}", "a" },
    { "POST /users/{}/unlock", "a" },
    { "POST /users/{}/reset_password", "a" },
    { "POST /users/{}/reset_totp", "a" },
    { "GET /users/{}/sessions", "am" },
    { "DELETE /users/{}/sessions", "a" },
    { "DELETE /users/{}/sessions/{}", "a" },
    { "GET /tokens", "am" },
    { "POST /tokens", "a" },
    { "POST /tokens/{}/rotate", "a" },
    { "DELETE /tokens/{}", "a" },
    { "GET /audit", "am" },
    { "GET /audit/export", "am" },
    { "POST /session", "amwv" },
    { "DELETE /session", "amwv" },
    { "GET /me", "amwv" },
    { "PATCH /me", "amwv" },
    { "GET /me/sessions", "amwv" },
    { "DELETE /me/sessions", "amwv" },
    { "DELETE /me/sessions/{}", "amwv" },
    { "POST /me/totp", "amwv" },
    { "POST /me/totp/confirm", "amwv" },
    { "POST /me/totp/disable", "amwv" },
    { "POST /me/totp/recovery_codes", "amwv" },
    { "GET /roles", "amwv" },
};

struct one_route {
    struct str method;
    enum area area;
    enum permission level;
    unsigned areas; /* of which one will do: bits, 1 << area */
    const char *name, *path, *who;
};

/* The path with 999999 for every id. */
static const char *with_ids(struct kit *k, struct str path)
{
    struct buf b;
    buf_init(&b, 300);
    buf_put(&b, S("/api/v1"));
    while (path.len) {
        struct str before, after;
        bool more = str_cut(path, '{', &before, &after);
        buf_put(&b, before);
        if (more) buf_put(&b, S("999999"));
        path = more ? str_sub(after, 1, after.len) : S("");
    }
    const char *out = arena_str(&k->arena, buf_str(&b)).at;
    buf_release(&b);
    return out;
}

static const char *who_may(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        if (str_eq(str_of(expected[i].route), str_of(name))) return expected[i].who;
    fail_msg("%s: say in this table which roles may call it", name);
    return "";
}

static bool is(const struct one_route *r, const char *name)
{
    return str_eq(str_of(r->name), str_of(name));
}

static unsigned areas_of(struct str method, struct str path)
{
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++)
            if (str_eq(method, str_of(r->method)) && str_eq(path, str_of(r->path)))
                return route_other_areas(r) | 1U << r->area;
    return 0;
}

static void each_route(struct kit *k, void (*check)(struct kit *k, const struct one_route *r))
{
    struct one_route r;
    const char *name, *area, *level;
    size_t count = 0;
    for (; (name = api_route_name(count, &area, &level)); count++) {
        struct str path;
        struct str copy = arena_str(&k->arena, str_of(name));
        str_cut(copy, ' ', &r.method, &path);
        r.name = copy.at;
        r.method = arena_str(&k->arena, r.method);
        r.path = with_ids(k, path);
        r.who = who_may(r.name);
        CHECK(area_parse(str_of(area), &r.area), area);
        CHECK(permission_parse(str_of(level), &r.level), level);
        r.areas = areas_of(r.method, path);
        check(k, &r);
    }
    CHECK_INT(count, COUNT_OF(expected), "routes, each with its row");
}

static bool takes_body(const struct one_route *r)
{
    return str_eq(r->method, S("POST")) || str_eq(r->method, S("PATCH"));
}

static void needs_caller(struct kit *k, const struct one_route *r)
{
    const char *body = takes_body(r) ? "not json" : NULL;
    const struct {
        const char *lines, *why;
    } rows[] = {
        { NULL, "nobody" },
        { "Authorization: Bearer wrong", "an unknown token" },
        { "Authorization: Bearer ", "an empty token" },
        { "Authorization: Basic YTpi", "another scheme" },
        { "Cookie: stockbridge=wrong", "an unknown session" },
        { "X-CSRF-Token: x", "a CSRF header alone" },
    };
    if (is(r, "POST /session")) return;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        kit_send(k, r->method.at, r->path, body, rows[i].lines);
        kit_problem(k, 401, "unauthenticated", kit_fmt(k, "%s: %s", r->name, rows[i].why));
        CHECK_STR(kit_header(k, "WWW-Authenticate"), S("Bearer"), r->name);
    }
}

static void test_every_route_needs_a_caller(void **state)
{
    struct kit *k = *state;
    k->bearer = S("");
    const char *before = kit_state(k);
    each_route(k, needs_caller);
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

static const char letters[ROLE_COUNT] = { 'a', 'm', 'w', 'v' };

/* A nonsense body and an unknown id: whoever may gets past the rights, and no further. */
static void ask(struct kit *k, const struct one_route *r, int role, bool may)
{
    kit_send(k, r->method.at, r->path, takes_body(r) ? "{\"nonsense\": 1}" : NULL, NULL);
    const char *why = kit_fmt(k, "%s as %s: %d %.*s", r->name, role_name((enum role)role),
        k->status, STR_FMT(str_sub(k->body, 0, 300)));
    if (!may) kit_problem(k, 403, "forbidden", why);
    if (may) CHECK(k->status != 403 && k->status != 401 && k->status != 405, why);
    /* Verifying needs the engine, which the kit has not. */
    if (may && !is(r, "POST /channels/{}/verify")) CHECK(k->status < 500, why);
    if (may && takes_body(r)) CHECK(k->status >= 400, why);
}

static void tokens_keep_to_table(struct kit *k, const struct one_route *r)
{
    /* Of these only a person can be meant. */
    bool person =
        is(r, "DELETE /session") || is(r, "PATCH /me") || str_contains(str_of(r->name), S("/me/"));
    for (int i = 0; i < ROLE_COUNT; i++) {
        k->bearer = k->tokens[i];
        ask(k, r, i, !person && str_contains(str_of(r->who), (struct str){ &letters[i], 1 }));
    }
}

static const char *sessions[ROLE_COUNT];

static void sessions_keep_to_table(struct kit *k, const struct one_route *r)
{
    if (is(r, "DELETE /session") || is(r, "POST /session")) return; /* route_test.c */
    if (is(r, "DELETE /me/sessions")) return;                       /* account_test.c */
    for (int i = 0; i < ROLE_COUNT; i++) {
        k->lines = sessions[i];
        ask(k, r, i, str_contains(str_of(r->who), (struct str){ &letters[i], 1 }));
    }
}

static void writes_need_csrf(struct kit *k, const struct one_route *r)
{
    if (str_eq(r->method, S("GET")) || is(r, "POST /session")) return;
    struct str cookie, csrf;
    str_cut(str_of(sessions[ROLE_ADMIN]), '\n', &cookie, &csrf);
    k->lines = NULL;
    const char *one = kit_fmt(k, "%.*s", STR_FMT(cookie));
    const char *bad = kit_fmt(k, "%.*s\nX-CSRF-Token: %.*sx", STR_FMT(cookie), 20, csrf.at + 14);
    const char *const lines[] = { one, bad };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        kit_send(k, r->method.at, r->path, NULL, lines[i]);
        kit_problem(k, 403, "csrf", r->name);
    }
}

static void test_tokens_of_every_role(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < ROLE_COUNT; i++) {
        k->bearer = k->tokens[i];
        CALL(k, "GET", "/me", NULL, 200); /* notes when each was used */
    }
    const char *before = kit_state(k);
    each_route(k, tokens_keep_to_table);
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

static void test_sessions_of_every_role(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < ROLE_COUNT; i++)
        sessions[i] = kit_session(k, role_name((enum role)i));
    k->bearer = S("");
    const char *before = kit_state(k);
    each_route(k, sessions_keep_to_table);
    each_route(k, writes_need_csrf);
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
}

static struct str just_enough[AREA_COUNT][PERMISSION_FULL + 1]; /* and nothing elsewhere */
static struct str all_but[AREA_COUNT][PERMISSION_FULL + 1]; /* that level here, full elsewhere */

static void scopes_keep_to_level(struct kit *k, const struct one_route *r)
{
    const char *body = takes_body(r) ? "{\"nonsense\": 1}" : NULL;
    if (r->level == PERMISSION_NONE) return;
    for (int a = 0; a < AREA_COUNT; a++) {
        bool will_do = r->areas >> a & 1;
        k->bearer = just_enough[a][r->level];
        kit_send(k, r->method.at, r->path, body, NULL);
        const char *why = kit_fmt(k, "%s with just enough of %s: %d %.*s", r->name,
            area_name((enum area)a), k->status, STR_FMT(k->body));
        if (!will_do) kit_problem(k, 403, "forbidden", why);
        if (will_do) CHECK(k->status != 401 && k->status != 403, why);
        if (r->level == PERMISSION_READ) continue;
        k->bearer = just_enough[a][r->level - 1];
        kit_send(k, r->method.at, r->path, body, NULL);
        kit_problem(k, 403, "forbidden", kit_fmt(k, "%s with one level too little", r->name));
    }
    if (r->areas != 1U << r->area) return;
    k->bearer = all_but[r->area][r->level - 1];
    kit_send(k, r->method.at, r->path, body, NULL);
    kit_problem(k, 403, "forbidden", kit_fmt(k, "%s with everything else", r->name));
}

static void test_scopes_of_tokens(void **state)
{
    struct kit *k = *state;
    for (int a = 0; a < AREA_COUNT; a++)
        for (int l = PERMISSION_NONE; l <= PERMISSION_FULL; l++) {
            all_but[a][l] = kit_scoped(k, (enum area)a, (enum permission)l, true);
            if (l) just_enough[a][l] = kit_scoped(k, (enum area)a, (enum permission)l, false);
        }
    each_route(k, scopes_keep_to_level);
}

/* Scopes take away from a role and never add to it; and nobody makes more of himself. */
static void test_nobody_gives_more(void **state)
{
    struct kit *k = *state;
    CALL(k, "POST", "/tokens",
        "{\"name\":\"T\",\"role\":\"viewer\",\"scopes\":{\"orders\":\"write\"}}", 422);
    kit_fault(k, "/scopes/orders", "not_allowed", "beyond the role");
    CALL(k, "POST", "/tokens", "{\"name\":\"T\",\"role\":\"viewer\",\"scopes\":{}}", 422);
    kit_fault(k, "/scopes", "too_short", "nothing at all");
    CALL(k, "POST", "/tokens", "{\"name\":\"T\",\"role\":\"viewer\",\"scopes\":{\"x\":\"read\"}}",
        422);
    kit_fault(k, "/scopes/x", "unknown_field", "no such area");
    int64_t admin = kit_user(k, "root@example.com", "admin", KIT_PASSWORD);
    int64_t viewer = kit_user(k, "view@example.com", "viewer", KIT_PASSWORD);
    CALL(k, "GET", "/tokens", NULL, 200);
    int64_t first = kit_int(k, "/data/0/id");
    k->bearer = kit_scoped(k, AREA_PEOPLE, PERMISSION_FULL, false);
    const struct {
        const char *method, *path, *body;
    } rows[] = {
        { "POST", "/tokens", "{\"name\":\"T\",\"role\":\"admin\"}" },
        { "POST", "/tokens", "{\"name\":\"T\",\"role\":\"viewer\"}" },
        { "POST", "/users", "{\"email\":\"e@example.com\",\"role\":\"admin\"}" },
        { "POST", kit_fmt(k, "/tokens/%lld/rotate", (long long)first), "{}" },
        { "PATCH", kit_fmt(k, "/users/%lld", (long long)viewer), "{\"role\":\"admin\"}" },
        { "PATCH", kit_fmt(k, "/users/%lld", (long long)admin),
            "{\"password\":\"Violet-harbor-9\"}" },
        { "POST", kit_fmt(k, "/users/%lld/reset_password", (long long)admin), NULL },
        { "POST", kit_fmt(k, "/users/%lld/reset_totp", (long long)admin), NULL },
    };
    const char *before = kit_state(k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CALL(k, rows[i].method, rows[i].path, rows[i].body, 403);
        kit_problem(k, 403, "forbidden", rows[i].path);
    }
    CHECK_STR(str_of(kit_state(k)), str_of(before), "nothing changed");
    CALL(k, "GET", "/me", NULL, 200);
    CHECK_STR(kit_str(k, "/permissions/people"), S("full"), "what it may");
    CHECK_STR(kit_str(k, "/permissions/orders"), S("none"), "and may not");
    CHECK_STR(kit_str(k, "/token/scopes/people"), S("full"), "as it was made");
    CALL(k, "POST", "/tokens",
        "{\"name\":\"T\",\"role\":\"admin\",\"scopes\":{\"people\":\"read\"}}", 201);
}

/* What the role of a manager may change of a channel, and what only an admin may. */
static void test_channel_secrets_are_for_admins(void **state)
{
    struct kit *k = *state;
    const char *path = kit_fmt(k, "/channels/%lld", (long long)kit_channel(k, "One"));
    static const struct {
        const char *body, *why;
        int manager;
    } rows[] = {
        { "{\"credentials\":{\"client_id\":\"a\",\"client_secret\":\"b\",\"refresh_token\":\"c\"}}",
            "credentials", 403 },
        { "{\"endpoint_url\":\"https://sandbox.example\"}", "another endpoint", 403 },
        { "{\"token_url\":\"https://sandbox.example/token\"}", "another token endpoint", 403 },
        { "{\"reserve\":1,\"token_url\":\"https://other.example/token\"}", "among others", 403 },
        { "{\"name\":\"Two\"}", "a name", 200 },
        { "{\"endpoint_url\":null}", "what it is already", 200 },
    };
    k->bearer = k->tokens[ROLE_MANAGER];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *before = kit_state(k);
        CALL(k, "PATCH", path, rows[i].body, rows[i].manager);
        if (rows[i].manager != 403) continue;
        kit_problem(k, 403, "forbidden", rows[i].why);
        CHECK_STR(str_of(kit_state(k)), str_of(before), rows[i].why);
    }
    k->bearer = k->tokens[ROLE_ADMIN];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CALL(k, "PATCH", path, rows[i].body, 200);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_every_route_needs_a_caller),
        KIT_TEST(test_tokens_of_every_role),
        KIT_TEST(test_sessions_of_every_role),
        KIT_TEST(test_scopes_of_tokens),
        KIT_TEST(test_nobody_gives_more),
        KIT_TEST(test_channel_secrets_are_for_admins),
    };
    return kit_main(argc, argv, "http_permission", tests, COUNT_OF(tests));
}
