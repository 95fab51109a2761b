/* whole.c: see whole.h. */
#include "whole.h"

#include "store/channel_log.h"
#include "store/engine_state.h"
#include "store/feed.h"
#include "store/import_run.h"
#include "store/inventory_day.h"
#include "store/item_bulk.h"
#include "store/item_field.h"
#include "store/order_return.h"
#include "store/organization.h"
#include "store/purchase_order.h"
#include "store/reference.h"
#include "store/sealed.h"
#include "store/second_factor.h"
#include "store/session.h"
#include "store/transfer.h"
#include "store/vendor.h"
#include "store/webhook.h"

const struct seal_key whole_key = { "the master key of a whole accou" };

static struct str sealed(struct fix *f, const char *context, int64_t id, const char *plain)
{
    return seal(&whole_key, context, id, str_of(plain), &f->rng, &f->arena);
}

static struct str hashed(struct fix *f, const char *secret)
{
    return secret_hash(str_of(secret), arena_new(&f->arena, unsigned char, SECRET_HASH_SIZE));
}

/* Orders open and closed, listings of three modes, items of both. */
static int64_t sell(struct fix *f)
{
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B, \"quoted\"\n\xC3\xA9");
    int64_t channel = fix_channel(f, "Shop");
    fix_listing(f, channel, "A", 2);
    struct listing l = fix_load_listing(f, fix_listing(f, channel, "B2", 2)), after = l;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &b;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), "connect");
    fix_items(f, a, 3);
    fix_items(f, b, 2);
    int64_t open = fix_order(f, ST_NEW, a, 2), closed = fix_order(f, ST_READY, b, 1);
    CHECK_STR(str_of(fix_commit_esns(f, open, "N00001", true)), S(""), "on an open order");
    CHECK_STR(str_of(fix_commit_esns(f, closed, "N00004", true)), S(""), "on another");
    fix_set_status(f, closed, ST_SHIPPED);
    fix_order_sku(f, ST_NEW, channel, "B2", 4);
    struct str none = S("no such SKU");
    l = fix_load_listing(f, fix_listing(f, channel, "C3", 1));
    after = l;
    after.mode = LISTING_SKUS;
    after.skus = &none;
    after.sku_count = 1;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), "connect");
    return channel;
}

static enum err sign_in(struct fix *f, int64_t id)
{
    struct user u;
    enum err rc = user_load_locked(f->c.tx, id, &f->arena, &u, &f->e);
    return rc ? rc : user_sign_in(&f->c, &u, true, &f->e);
}

static enum err confirm_totp(struct fix *f, int64_t id)
{
    struct str hashes[RECOVERY_CODES];
    struct user u;
    for (int i = 0; i < RECOVERY_CODES; i++)
        hashes[i] = hashed(f, arena_fmt(&f->arena, "code %d", i).at);
    enum err rc = user_load_locked(f->c.tx, id, &f->arena, &u, &f->e);
    if (!rc) rc = totp_begin(&f->c, &u, sealed(f, SEALED_TOTP, id, "20 bytes of a secret"), &f->e);
    if (!rc) rc = user_load_locked(f->c.tx, id, &f->arena, &u, &f->e);
    return rc ? rc : totp_confirm(&f->c, &u, 1, hashes, &f->e);
}

static enum err fail_elsewhere(struct fix *f)
{
    address_failed(&f->c, S("192.0.2.7"));
    return OK;
}

/* A person with another password than before, a second factor and a session; a token. */
static void employ(struct fix *f)
{
    struct user u = { .email = S("ann@example.test"),
        .name = S("Ann"),
        .role = S("admin"),
        .password_hash = S("none"),
        .password_by = S(PASSWORD_OWN) };
    WRITE(f, user_create(&f->c, &u, &f->e), "a person");
    struct user after = u;
    after.password_hash = S("another");
    WRITE(f, user_update(&f->c, &u, &after, &f->e), "another password");
    WRITE(f, confirm_totp(f, u.id), "a second factor");
    WRITE(f, sign_in(f, u.id), "seen");
    WRITE(f, fail_elsewhere(f), "a failure");
    struct session_new s = { u.id, hashed(f, "a cookie"), S("csrf"), S("a browser") };
    WRITE(f, session_create(&f->c, &s, &f->e), "a session");
    struct api_token token = {
        .name = S("scanner"), .role = S("warehouse"), .created_by = u.email
    };
    WRITE(f, token_create(&f->c, &token, hashed(f, "a secret"), &f->e), "a token");
    WRITE(f, token_used(&f->c, &token, S("192.0.2.8"), &f->e), "from an address");
}

static int64_t refer(struct fix *f, enum reference_kind kind, const char *title, int64_t warehouse)
{
    struct reference r = {
        .title = str_of(title), .color = S(""), .initials = S("X"), .warehouse_id = warehouse
    };
    WRITE(f, reference_create(&f->c, kind, &r, &f->e), title);
    return r.id;
}

/* One that arrived and one on its way, between places, with a field of their own. */
static void move(struct fix *f)
{
    int64_t second = refer(f, REFERENCE_WAREHOUSE, "Second", 0);
    refer(f, REFERENCE_LOCATION, "Shelf", MAIN);
    refer(f, REFERENCE_DAMAGE, "Cracked", 0);
    struct item_field tray = { .name = S("Tray"), .type = ITEM_FIELD_INTEGER };
    WRITE(f, item_field_create(&f->c, &tray, &f->e), "a field");
    int64_t ids[] = { fix_item(f, "MOVED", 1), fix_item(f, "MOVING", 1) };
    struct item_value_set value = { tray.id, tray.name, S("7") };
    struct bulk_edit edit = { .set_location = true,
        .location = S("Shelf"),
        .sets = &value,
        .set_count = 1,
        .set_paid = true,
        .paid = { true, 12345, S("EUR") } };
    struct bulk_outcome edited;
    WRITE(f, item_bulk_edit(&f->c, &edit, ids, 2, &f->arena, &edited, &f->e), "on the shelf");
    struct transfer t = { .from_id = MAIN, .to_id = second, .notes = S("by van") };
    struct transfer_result results[2];
    WRITE(f, transfer_create(&f->c, &t, &f->e), "a transfer");
    WRITE(f, transfer_add(&f->c, &t, ids, 2, results, &f->e), "two on it");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "load");
    WRITE(f, transfer_ship(&f->c, &t, &f->e), "it leaves");
    READ(f, transfer_load(f->c.tx, t.id, &f->arena, &t, &f->e), "load");
    struct transfer_receipt receipt = { .ids = ids, .count = 1 };
    WRITE(f, transfer_receive(&f->c, &t, &receipt, results, &f->e), "one arrives");
}

static enum err receive(struct fix *f, int64_t id, struct item_new *rows, size_t count)
{
    struct purchase_order o;
    enum err rc = purchase_lock(&f->c, id, &f->arena, &o, &f->e);
    return rc ? rc : purchase_receive(&f->c, &o, rows, count, &f->e);
}

static void buy(struct fix *f)
{
    struct vendor v = { .name = S("Wholesale"), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &v, &f->e), "a vendor");
    int64_t bought = fix_variation(f, "Alpha", "ALPHA"); /* a model that is a word, to search for */
    struct purchase_line line = { .variation_id = bought,
        .description = S(""),
        .expected_count = 3,
        .unit_price = { true, 9900, S("EUR") } };
    struct purchase_order o = { .number = S(""),
        .vendor_id = v.id,
        .notes = S(""),
        .ordered_at = f->now,
        .lines = &line,
        .line_count = 1 };
    WRITE(f, purchase_create(&f->c, &o, &f->e), "a purchase order");
    struct item_new rows[2];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        rows[i] = (struct item_new){ .item = { .esn = i ? S("A MISTAKE") : S("BOUGHT"),
                                         .variation_id = bought,
                                         .status_id = IN_STOCK,
                                         .status = S("In stock") },
            .code = "",
            .pointer = "" };
    WRITE(f, receive(f, o.id, rows, COUNT_OF(rows)), "two of three");
}

/* The second one was none of ours: it goes back out after its day was counted. */
static enum err give_back(struct fix *f)
{
    struct purchase_order o;
    int64_t id;
    enum err rc = item_find_open(f->c.tx, S("A MISTAKE"), &id, &f->e);
    if (!rc) rc = purchase_lock(&f->c, 1, &f->arena, &o, &f->e);
    return rc ? rc : purchase_unreceive(&f->c, &o, id, &f->e);
}

static enum err take_back(struct fix *f, int64_t order_id)
{
    struct return_input in = { .text = S("BACK"),
        .status_id = IN_STOCK,
        .warehouse_id = MAIN,
        .status = S("In stock"),
        .warehouse = S("Main"),
        .location = S(""),
        .reason = S("does not charge"),
        .refund = { true, 1500, S("EUR") } };
    struct return_request request = { &in, 1, true };
    struct return_result result;
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : return_add(&f->c, &o, &request, &result, &f->e);
}

static void change_minds(struct fix *f)
{
    fix_item(f, "BACK", 2);
    int64_t order = fix_order(f, ST_NEW, 2, 1);
    CHECK_STR(str_of(fix_commit_esns(f, order, "BACK", true)), S(""), "sold");
    fix_set_status(f, order, ST_SHIPPED);
    WRITE(f, take_back(f, order), "and back");
    struct organization from = { .name = S("Kunde") }, into;
    WRITE(f, organization_create(&f->c, &from, &f->e), "an organization");
    READ(f, organization_load(f->c.tx, 1, &f->arena, &into, &f->e), "another");
    WRITE(f, organization_merge(&f->c, &from, &into, &f->e), "the same as it");
}

static enum err keep_answer(struct fix *f)
{
    struct idempotency_key key = { S("user 1 POST /api/v1/grades"), S("k-1"), hashed(f, "body") };
    struct idempotent_answer answer;
    bool found;
    enum err rc = idempotency_begin(&f->c, &key, &f->arena, &found, &answer, &f->e);
    answer = (struct idempotent_answer){ 201, S("{\"id\":9}"), S("/api/v1/grades/9"), 1 };
    if (!rc) idempotency_end(&f->c, &key, &answer);
    return rc;
}

/* A webhook that is paused, for nobody is there; its secret was changed once. */
static void tell_others(struct fix *f)
{
    struct webhook w = { .url = S("https://shop.example.test/"),
        .description = S("Shop"),
        .events = S("item.* order.*"),
        .state = S("paused") };
    WRITE(f, webhook_create(&f->c, &w, &f->e), "a webhook");
    WRITE(f,
        webhook_set_secret(&f->c, &w, sealed(f, SEALED_WEBHOOK, w.id, "whsec_new"),
            sealed(f, SEALED_WEBHOOK, w.id, "whsec_old"), f->now + DAY, &f->e),
        "with secrets");
    struct webhook_delivery d = { .webhook_id = w.id,
        .message_id = S("msg_1"),
        .kind = S("item.created"),
        .seq = 1,
        .attempt = 1,
        .at = f->now,
        .status = 500,
        .error = S("500 Internal Server Error"),
        .answer = S("out of order") };
    fix_begin(f);
    webhook_delivery_add(&f->c, &d);
    CHECK_ERR(fix_commit(f), OK, &f->e, "an attempt");
    WRITE(f, keep_answer(f), "an answer");
}

/* A dry run of a spreadsheet that waits, with what was wrong with a row of it. */
static void import(struct fix *f)
{
    struct import_order order = { RUN_IMPORT_CATALOG, true, false };
    struct import_fault fault = { .row = 2,
        .faults = S("[{\"column\":\"Model\",\"code\":\"required\"}]"),
        .warnings = S("[]"),
        .cells = S("[\"create\",\"\"]"),
        .fault_count = 1 };
    int64_t id;
    WRITE(f, import_run_create(&f->c, &order, &id, &f->e), "an import");
    WRITE(f, import_run_put(&f->c, id, 0, S("ID,Model\ncreate,\n"), &f->e), "its file");
    fix_begin(f);
    import_fault_add(&f->c, id, &fault);
    CHECK_ERR(fix_commit(f), OK, &f->e, "a fault");
}

static enum err work_channel(struct fix *f, int64_t id)
{
    struct quarantined_order order = { .channel_order_id = S("303-9"),
        .body = S("{}"),
        .pointer = S("/orderItems"),
        .detail = S("is missing") };
    struct channel_event event = { .kind = "order_quarantined",
        .severity = "warning",
        .operation = S("searchOrders"),
        .detail = S("set aside"),
        .channel_order_id = S("303-9") };
    bool is_new, held;
    cursor_set(&f->c, id, "orders", S("{\"from\":1}"));
    rate_account_set(&f->c, id, S("amazon na 1 2"));
    rate_bucket_set(&f->c, S("amazon na 1 2"), "searchOrders", S("{\"tokens\":3}"));
    channel_event_add(&f->c, id, &event);
    enum err rc = quarantine_put(&f->c, id, S("fingerprint"), &order, &is_new, &f->e);
    if (!rc) rc = lease_take(&f->c, id, S("a process that is gone"), 1, &held, &f->e);
    if (!rc)
        rc = channel_set_credentials(&f->c, id,
            sealed(f, SEALED_CHANNEL, id,
                "{\"client_id\":\"c\",\"client_secret\":\"s\",\"refresh_token\":\"r\"}"),
            &f->e);
    return rc;
}

/* Its other side is nowhere: who serves this account calls nobody. */
static void connect(struct fix *f, int64_t id)
{
    struct channel_row *before = fix_load_channel(f, id), *after = fix_load_channel(f, id);
    after->endpoint_url = S("http://127.0.0.1:1");
    after->token_url = S("http://127.0.0.1:1/auth/o2/token");
    WRITE(f, channel_update(&f->c, before, after, &f->e), "a sandbox");
    WRITE(f, work_channel(f, id), "and what its workers keep");
}

static void pass_a_day(struct fix *f)
{
    struct inventory_counts counts;
    int64_t day;
    bool due;
    f->now += DAY + INVENTORY_SETTLE_MS;
    READ(f, inventory_day_next(f->c.tx, f->now, &day, &due, &f->e), "a day is over");
    CHECK(due, "due");
    READ(f, inventory_day_count(f->c.tx, day, &f->arena, &counts, &f->e), "counted");
    WRITE(f, inventory_day_keep(&f->c, day, &counts, &f->e), "kept");
}

struct empty {
    struct fix *f;
    struct str names;
};

static enum err find_empty(struct tx *tx, struct empty *out, struct error *e)
{
    struct arena *arena = &out->f->arena;
    struct str names[200];
    size_t count = 0;
    struct stmt *st = tx_prepare(
        tx, tx_engine(tx) == DB_SQLITE
                ? "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table',"
                  " 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
                : "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname ="
                  " current_schema() ORDER BY tablename::text");
    while (stmt_row(st) && count < COUNT_OF(names))
        names[count++] = stmt_str(st, 0, arena);
    enum err rc = stmt_end(st, e);
    CHECK(count > 60 && count < COUNT_OF(names), "the tables were found");
    for (size_t i = 0; i < count && !rc; i++) {
        int64_t rows;
        struct str sql = arena_fmt(arena, "SELECT COUNT(*) FROM \"%.*s\"", STR_FMT(names[i]));
        rc = stmt_scalar(tx_prepare(tx, sql.at), 0, &rows, e);
        if (!rows)
            out->names = arena_fmt(arena, "%.*s %.*s", STR_FMT(out->names), STR_FMT(names[i]));
    }
    return rc;
}

/* Every table of the newest schema has a row. */
static void check_whole(struct fix *f)
{
    struct empty empty = { f, S("") };
    READ(f, find_empty(f->c.tx, &empty, &f->e), "count");
    if (empty.names.len)
        fail_msg("tests/store/whole.c puts nothing into%.*s", STR_FMT(empty.names));
}

void whole_fill(struct fix *f)
{
    struct error e;
    int64_t channel = sell(f);
    employ(f);
    move(f);
    buy(f);
    change_minds(f);
    connect(f, channel);
    fix_plan(f);
    CHECK_ERR(feed_enter_all(f->db, f->now, &e), OK, &e, "the feed");
    tell_others(f);
    import(f);
    pass_a_day(f);
    WRITE(f, give_back(f), "a mistake");
    fix_clean(f, "before the marks");
    /* Marks, of what is yet to be planned and to be told. */
    fix_items(f, 1, 1);
    fix_listing(f, channel, "A", 1);
    fix_sql(f, "INSERT INTO dirty_listing (listing_id) SELECT 2");
    /* A lot that is under way. */
    fix_sql(f,
        "INSERT INTO bulk_push (channel_id, account, state, feed, messages, created_at, since)"
        " SELECT channel_id, 'na A1', 'sent', 'F1', 1, 1, 1 FROM listing WHERE id = 2");
    fix_sql(f, "INSERT INTO bulk_message (bulk_id, message_id, listing_id, quantity)"
               " SELECT id, 1, 2, 3 FROM bulk_push");
    fix_sql(f, "INSERT INTO order_watch (channel_id, channel_order_id, wanted_at)"
               " SELECT channel_id, '303-9', 1 FROM listing WHERE id = 2");
    fix_clean(f, "with marks");
    check_whole(f);
}
