/* kit_rows.c: what tests look at and need in the database; see kit.h. */
#include "kit.h"

#include "store/channel_log.h"
#include "store/listing.h"
#include "store/order_watch.h"

/* The one kind of channel that the kit knows. */
static const struct channel_kind_marketplace marketplaces[] = { { "M1", "Germany", "DE" },
    { "M2", "France", "FR" } };
static const struct channel_kind_region regions[] = { { "eu", "Europe", marketplaces,
    COUNT_OF(marketplaces) } };
static const struct channel_kind_status statuses[] = { { "UNSHIPPED", "to be sent", "New" },
    { "SHIPPED", "sent", "Shipped" }, { "ODD", "unheard of", NULL } };
const struct channel_kind_info kit_kind = { "amazon", "Amazon", regions, COUNT_OF(regions),
    statuses, COUNT_OF(statuses) };

const char *kit_sign_in(struct kit *k, const char *email, const char *password, int want)
{
    k->bearer = S("");
    CALL(k, "POST", "/session",
        kit_fmt(k, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password), want);
    if (want != 201) return "";
    struct str cookie = kit_header(k, "Set-Cookie"), head, tail;
    CHECK(str_contains(cookie, S("; HttpOnly; SameSite=Lax")), "not for scripts");
    str_cut(cookie, ';', &head, &tail);
    return kit_fmt(k, "Cookie: x=y; %.*s\n", STR_FMT(head));
}

const char *kit_session(struct kit *k, const char *role)
{
    const char *email = kit_fmt(k, "%s@example.com", role);
    kit_user(k, email, role, KIT_PASSWORD);
    const char *cookie = kit_sign_in(k, email, KIT_PASSWORD, 201);
    return kit_fmt(k, "%sX-CSRF-Token: %.*s\n", cookie, STR_FMT(kit_str(k, "/csrf_token")));
}

#define ROWS(table) #table, "SELECT COUNT(*) FROM " #table
#define VERSIONS(table)                                                                            \
#table, "SELECT COUNT(*) * 1000000 + COALESCE(CAST(SUM(version) AS BIGINT), 0) FROM " #table
static const char *const counts[][2] = {
    { VERSIONS(app_user) },
    { VERSIONS(grade) },
    { VERSIONS(damage_condition) },
    { VERSIONS(variation) },
    { VERSIONS(inventory_status) },
    { VERSIONS(warehouse) },
    { VERSIONS(location) },
    { VERSIONS(order_status) },
    { VERSIONS(channel) },
    { VERSIONS(sales_order) },
    { VERSIONS(organization) },
    { VERSIONS(order_return) },
    { VERSIONS(item) },
    { VERSIONS(listing) },
    { ROWS(setting) },
    { ROWS(session) },
    { ROWS(api_token) },
    { ROWS(audit) },
    { ROWS(idempotency) },
    { ROWS(order_line) },
    { ROWS(item_event) },
    { ROWS(channel_counted_status) },
    { ROWS(channel_counted_warehouse) },
    { ROWS(channel_status_map) },
    { ROWS(listing_connected_sku) },
    { ROWS(listing_connected_variation) },
    { ROWS(dirty_variation) },
    { ROWS(dirty_listing) },
    { ROWS(push) },
    { ROWS(run) },
    { ROWS(channel_event) },
    { ROWS(order_watch) },
};

struct state_read {
    struct arena *arena;
    struct str text;
};

static enum err read_state(struct tx *tx, void *ctx, struct error *e)
{
    struct state_read *r = ctx;
    r->text = S("");
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        int64_t n = 0;
        struct stmt *st = tx_prepare(tx, counts[i][1]);
        if (stmt_row(st)) n = stmt_int(st, 0);
        enum err rc = stmt_end(st, e);
        if (rc) return rc;
        r->text = arena_fmt(r->arena, "%.*s %s %lld", STR_FMT(r->text), counts[i][0], (long long)n);
    }
    return OK;
}

const char *kit_state(struct kit *k)
{
    struct error e;
    struct state_read r = { .arena = &k->arena };
    CHECK_ERR(db_read(k->h.db, "state", read_state, &r, &e), OK, &e, "the state");
    return r.text.at;
}

int64_t kit_channel(struct kit *k, const char *name)
{
    CALL(k, "POST", "/channels",
        kit_fmt(k,
            "{\"kind\":\"amazon\",\"name\":\"%s\",\"region\":\"eu\",\"marketplace_ids\":[\"M1\"],"
            "\"seller_id\":\"S-%s\",\"credentials\":{\"client_id\":\"a\",\"client_secret\":\"b\","
            "\"refresh_token\":\"c\"},\"counted_statuses\":[\"In stock\"],"
            "\"counted_warehouses\":[\"Main\"]}",
            name, name),
        201);
    return kit_int(k, "/id");
}

struct listing_job {
    struct kit *k;
    int64_t channel_id, id;
    const char *sku;
};

static enum err make_listing(struct tx *tx, void *ctx, struct error *e)
{
    struct listing_job *job = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, clock_now(&job->k->clock.port), &job->k->rng };
    struct listing_read r = { .sku = str_of(job->sku),
        .asin = S("B000000001"),
        .title = S("A phone"),
        .product_type = S("PHONE"),
        .condition = S("used"),
        .marketplace_id = S("M1"),
        .active = true,
        .has_quantity = true,
        .issues = S("[]") };
    struct listing l;
    enum err rc = listing_import(&c, job->channel_id, 0, &r, 1, e);
    if (!rc) rc = listing_find(tx, job->channel_id, r.sku, c.arena, &l, e);
    job->id = rc ? 0 : l.id;
    return rc;
}

int64_t kit_listing(struct kit *k, int64_t channel_id, const char *sku)
{
    struct error e;
    struct listing_job job = { k, channel_id, 0, sku };
    CHECK_ERR(db_write(k->h.db, "listing", make_listing, &job, &e), OK, &e, sku);
    return job.id;
}

static enum err hold_order(struct tx *tx, void *ctx, struct error *e)
{
    struct listing_job *job = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, clock_now(&job->k->clock.port), &job->k->rng };
    struct quarantined_order order = { .channel_order_id = str_of(job->sku), .body = S("{}") };
    bool is_new;
    return quarantine_put(&c, job->channel_id, order.channel_order_id, &order, &is_new, e);
}

void kit_quarantine(struct kit *k, int64_t channel_id, const char *channel_order_id)
{
    struct error e;
    struct listing_job job = { k, channel_id, 0, channel_order_id };
    CHECK_ERR(db_write(k->h.db, "hold", hold_order, &job, &e), OK, &e, channel_order_id);
}

static enum err want_orders(struct tx *tx, void *ctx, struct error *e)
{
    struct listing_job *job = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, clock_now(&job->k->clock.port), &job->k->rng };
    enum err rc = OK;
    for (int i = 0; i < job->id && !rc; i++)
        rc = order_watch_put(&c, job->channel_id, arena_fmt(c.arena, "WATCHED-%d", i), e);
    return rc;
}

void kit_order_watches(struct kit *k, int64_t channel_id, int count)
{
    struct error e;
    struct listing_job job = { k, channel_id, count, "" };
    CHECK_ERR(db_write(k->h.db, "watch", want_orders, &job, &e), OK, &e, "orders");
}

struct str kit_scoped(struct kit *k, enum area area, enum permission level, bool others)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_put(&b, S("{\"name\":\"scoped\",\"role\":\"admin\",\"scopes\":{"));
    for (int a = 0; a < AREA_COUNT; a++)
        buf_put_fmt(&b, "%s\"%s\":\"%s\"", a ? "," : "", area_name((enum area)a),
            permission_name(a == (int)area ? level
                            : others       ? PERMISSION_FULL
                                           : PERMISSION_NONE));
    buf_put(&b, S("}}"));
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "POST", "/tokens", arena_str(&k->arena, buf_str(&b)).at, 201);
    buf_release(&b);
    return kit_str(k, "/secret");
}
