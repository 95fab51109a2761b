/*
 * body_test.c: every field of every body: at its limits, one beyond, of every wrong type, left out,
 * twice. Each refusal is a problem that names the field, and leaves the database as it was.
 */
#include "body_spec.h"
#include "kit.h"

#include <string.h>

struct tester {
    struct kit *k;
    const struct body_spec *spec;
    struct str method;
    int number;
};

/* With a new number for each '~'. */
static struct str fresh(struct tester *t, struct str text)
{
    struct buf b;
    struct str before, after;
    buf_init(&b, 2 * 1024 * 1024);
    for (; str_cut(text, '~', &before, &after); text = after) {
        buf_put(&b, before);
        buf_put_fmt(&b, "%d", ++t->number);
    }
    buf_put(&b, text);
    struct str out = arena_str(&t->k->arena, buf_str(&b));
    CHECK(!b.failed, "room for a body");
    buf_release(&b);
    return out;
}

static void put_member(struct buf *b, const char *name, struct str raw)
{
    if (b->at[b->len - 1] != '{') buf_put_char(b, ',');
    buf_put_fmt(b, "\"%s\":", name);
    buf_put(b, raw);
}

/* What must be there, and `name` with this value; raw NULL: without it. */
static struct str body_with(struct tester *t, const char *name, struct str raw)
{
    const struct body_spec *s = t->spec;
    struct buf b;
    struct str before, after;
    buf_init(&b, 2 * 1024 * 1024);
    str_cut(str_of(s->around ? s->around : "$"), '$', &before, &after);
    buf_put(&b, before);
    buf_put_char(&b, '{');
    for (const struct field_spec *f = s->fields; f->name; f++)
        if (f->flags & (REQUIRED | ALWAYS) && !str_eq(str_of(f->name), str_of(name)))
            put_member(&b, f->name, str_of(f->good));
    if (raw.at) put_member(&b, name, raw);
    buf_put_char(&b, '}');
    buf_put(&b, after);
    struct str out = fresh(t, buf_str(&b));
    buf_release(&b);
    return out;
}

static void send(struct tester *t, struct str body)
{
    kit_send_bytes(t->k, t->method.at, kit_path(t->k, t->spec->path), body, NULL);
}

static const char *told(struct tester *t, const char *name, struct str raw)
{
    return kit_fmt(t->k, "%s %s: %.*s", t->spec->route, name, STR_FMT(str_sub(raw, 0, 60)));
}

static void refused_json(struct tester *t, const char *name, const char *raw)
{
    send(t, body_with(t, name, str_of(raw)));
    kit_problem(t->k, 400, "bad_json", told(t, name, str_of(raw)));
}

static void refused_at(
    struct tester *t, const char *name, struct str raw, const char *code, const char *below)
{
    const char *why = told(t, name, raw);
    send(t, body_with(t, name, raw));
    kit_problem(t->k, 422, "invalid", why);
    kit_fault(t->k, kit_fmt(t->k, "%s/%s%s", t->spec->at, name, below), code, why);
}

static void refused(struct tester *t, const char *name, const char *raw, const char *code)
{
    refused_at(t, name, str_of(raw), code, "");
}

static void taken(struct tester *t, const char *name, struct str raw)
{
    send(t, body_with(t, name, raw));
    if (t->k->status != t->spec->good)
        fail_msg("%s gave %d: %.*s", told(t, name, raw), t->k->status, STR_FMT(t->k->body));
}

static void taken_text(struct tester *t, const char *name, const char *raw)
{
    taken(t, name, str_of(raw));
}

/* A JSON string of so many characters, that begins with `start` and is unlike the others. */
static struct str text_of(struct tester *t, const char *start, int64_t count, const char *one)
{
    struct buf b;
    buf_init(&b, 100000);
    buf_put_fmt(&b, "\"%s", start);
    if (count > 8) buf_put_fmt(&b, "%d", ++t->number);
    for (int64_t n = (int64_t)b.len - 1; n < count; n++)
        buf_put(&b, str_of(one));
    buf_put_char(&b, '"');
    struct str out = arena_str(&t->k->arena, buf_str(&b));
    buf_release(&b);
    return out;
}

/* The same of a password: nothing that a rule of its own would refuse. */
static struct str secret_of(struct tester *t, int64_t count)
{
    static const char words[] = "Maple-otter-canyon-";
    struct buf b;
    buf_init(&b, 1000);
    buf_put_fmt(&b, "\"%d", ++t->number);
    for (int64_t n = (int64_t)b.len - 1, i = 0; n < count; n++, i++)
        buf_put_char(&b, words[i % (int64_t)(sizeof words - 1)]);
    buf_put_char(&b, '"');
    struct str out = arena_str(&t->k->arena, buf_str(&b));
    buf_release(&b);
    return out;
}

static struct str number(struct tester *t, int64_t n)
{
    return arena_fmt(&t->k->arena, "%lld", (long long)n);
}

/* The kinds */

static void wrong_types(struct tester *t, const struct field_spec *f)
{
    static const struct {
        const char *raw;
        char is;
    } rows[] = { { "null", 'n' }, { "true", 'b' }, { "7", 'i' }, { "1.5", 'r' }, { "\"x\"", 's' },
        { "[]", 'a' }, { "{}", 'o' } };
    static const char takes[] = { [FIELD_TEXT] = 's',
        [FIELD_LINES] = 's',
        [FIELD_SECRET] = 's',
        [FIELD_ESN] = 's',
        [FIELD_WORD] = 's',
        [FIELD_URL] = 's',
        [FIELD_NUMBER] = 'i',
        [FIELD_ID] = 'i',
        [FIELD_FLAG] = 'b',
        [FIELD_TIME] = 's',
        [FIELD_FUTURE] = 's',
        [FIELD_MONEY] = 'o',
        [FIELD_COLOR] = 's',
        [FIELD_LIST] = 'a',
        [FIELD_OBJECT] = 'o' };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool null_ok = rows[i].is == 'n' && f->flags & NULL_OK;
        if (rows[i].is != takes[f->kind] && !null_ok)
            refused(t, f->name, rows[i].raw, "wrong_type");
    }
}

static void wrong_text(struct tester *t, const struct field_spec *f)
{
    bool secret = f->kind == FIELD_SECRET;
    refused_json(t, f->name, "\"a\\u0000b\"");
    refused_json(t, f->name, "\"a\xff\"");
    refused_json(t, f->name, "\"\\ud800\"");
    if (f->least) refused(t, f->name, "\"\"", "too_short");
    if (f->least && !secret) refused(t, f->name, "\" \\u00a0\\t \"", "too_short");
    if (f->least > 1 && f->kind != FIELD_WORD)
        refused_at(t, f->name, text_of(t, "", f->least - 1, "x"), "too_short", "");
    if (f->most) refused_at(t, f->name, text_of(t, "", f->most + 1, "x"), "too_long", "");
    if (secret) return;
    refused(t, f->name, "\"a\\u0007b\"", f->kind == FIELD_WORD ? NULL : "bad_format");
    refused(t, f->name, "\"a\\u009fb\"", f->kind == FIELD_WORD ? NULL : "bad_format");
    if (f->kind != FIELD_LINES)
        refused(t, f->name, "\"a\\nb\"", f->kind == FIELD_WORD ? NULL : "bad_format");
}

static void wrong_number(struct tester *t, const struct field_spec *f)
{
    int64_t most = f->kind == FIELD_ID ? INT64_C(9007199254740991) : f->most;
    refused_at(t, f->name, number(t, f->least - 1), "too_small", "");
    refused_at(t, f->name, number(t, most + 1), "too_large", "");
    refused(t, f->name, "9223372036854775807", "too_large");
    refused(t, f->name, "-9223372036854775808", "too_small");
    refused(t, f->name, "1.0", "wrong_type");
    refused(t, f->name, "1e2", "wrong_type");
    refused_json(t, f->name, "9223372036854775808");
    refused_json(t, f->name, "1e400");
    refused_json(t, f->name, "0x10");
    refused_json(t, f->name, "010");
    if (f->kind == FIELD_ID) refused(t, f->name, "999999", "unknown_value");
}

static void wrong_money(struct tester *t, const struct field_spec *f)
{
    static const struct {
        const char *raw, *below, *code;
    } rows[] = {
        { "{}", "/amount", "required" },
        { "{\"amount\":1}", "/currency", "required" },
        { "{\"currency\":\"EUR\"}", "/amount", "required" },
        { "{\"amount\":-1,\"currency\":\"EUR\"}", "/amount", "too_small" },
        { "{\"amount\":1000000000001,\"currency\":\"EUR\"}", "/amount", "too_large" },
        { "{\"amount\":1.5,\"currency\":\"EUR\"}", "/amount", "wrong_type" },
        { "{\"amount\":\"1\",\"currency\":\"EUR\"}", "/amount", "wrong_type" },
        { "{\"amount\":1,\"currency\":\"eur\"}", "/currency", "bad_format" },
        { "{\"amount\":1,\"currency\":\"EU\"}", "/currency", "bad_format" },
        { "{\"amount\":1,\"currency\":\"EURO\"}", "/currency", "too_long" },
        { "{\"amount\":1,\"currency\":\"\"}", "/currency", "too_short" },
        { "{\"amount\":1,\"currency\":7}", "/currency", "wrong_type" },
        { "{\"amount\":1,\"currency\":\"EUR\",\"vat\":1}", "/vat", "unknown_field" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        refused_at(t, f->name, str_of(rows[i].raw), rows[i].code, rows[i].below);
}

static void wrong_time(struct tester *t, const struct field_spec *f)
{
    static const char *const rows[] = { "\"\"", "\"yesterday\"", "\"2026-01-01\"",
        "\"2026-01-01T00:00:00\"", "\"2026-01-01T00:00:00+02:00\"", "\"2026-13-01T00:00:00Z\"",
        "\"2026-02-30T00:00:00Z\"", "\"2026-01-01T24:00:00Z\"", "\"2026-01-01T00:00:00Z \"",
        "\"26-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00.1234567890Z\"" };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        refused(t, f->name, rows[i], "bad_format");
    if (f->kind == FIELD_FUTURE) refused(t, f->name, "\"2020-01-01T00:00:00Z\"", "too_small");
}

static struct str list_of(struct tester *t, int64_t count, const char *format)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    for (int64_t i = 0; i < count; i++) {
        buf_put_char(&b, i ? ',' : '[');
        buf_put(&b, str_of(format));
        if (str_ends(str_of(format), S("S"))) buf_put_fmt(&b, "%lld\"", (long long)i);
    }
    buf_put_char(&b, ']');
    struct str out = arena_str(&t->k->arena, buf_str(&b));
    buf_release(&b);
    return out;
}

static void wrong_list(struct tester *t, const struct field_spec *f)
{
    const char *one = f->flags & TEXTS ? "\"S" : f->flags & IDS ? "1" : "{}";
    refused_at(t, f->name, list_of(t, f->most + 1, one), "too_long", "");
    if (f->least) refused(t, f->name, "[]", "too_short");
    if (f->flags & TEXTS) {
        refused_at(t, f->name, S("[7]"), "wrong_type", "/0");
        refused_at(t, f->name, S("[null]"), "wrong_type", "/0");
        refused_at(t, f->name, S("[[]]"), "wrong_type", "/0");
    }
    if (f->flags & IDS) {
        refused_at(t, f->name, S("[\"1\"]"), "wrong_type", "/0");
        refused_at(t, f->name, S("[1.5]"), "wrong_type", "/0");
        refused_at(t, f->name, S("[0]"), NULL, "/0");
        if (!(f->flags & FREE)) refused_at(t, f->name, S("[1,999999]"), "unknown_value", "");
    }
    if (f->flags & LISTED) {
        struct str inner = str_sub(str_of(f->good), 1, strlen(f->good) - 2);
        if (inner.len)
            refused_at(t, f->name,
                arena_fmt(&t->k->arena, "[%.*s,%.*s]", STR_FMT(inner), STR_FMT(inner)), "duplicate",
                "/1");
    }
    if (f->flags & TEXTS && !(f->flags & FREE) && !(f->flags & ALWAYS) && f->flags & LISTED)
        refused_at(t, f->name, S("[\"Nothing of that name\"]"), "unknown_value", "/0");
}

static void wrong_rest(struct tester *t, const struct field_spec *f)
{
    switch (f->kind) {
    case FIELD_WORD:
        if (!str_eq(str_of(f->good), S("null"))) refused(t, f->name, "\"Nonesuch\"", NULL);
        break;
    case FIELD_URL:
        refused(t, f->name, "\"ftp://a.example\"", "bad_format");
        refused(t, f->name, "\"https://a b\"", "bad_format");
        refused(t, f->name, "\"//a.example\"", "bad_format");
        break;
    case FIELD_ESN:
        refused(t, f->name, "\"a b\"", "bad_format");
        refused(t, f->name, "\"\xc3\xa9\"", "bad_format");
        refused(t, f->name, "\"490154203237519\"", "imei_check");
        break;
    case FIELD_COLOR:
        refused(t, f->name, "\"red\"", "bad_format");
        refused(t, f->name, "\"#12345g\"", "bad_format");
        refused(t, f->name, "\"#1234567\"", "too_long");
        refused(t, f->name, "\"\"", "too_short");
        break;
    default:
        break;
    }
}

static void wrong_field(struct tester *t, const struct field_spec *f)
{
    wrong_types(t, f);
    if (f->flags & REQUIRED) refused_at(t, f->name, (struct str){ 0 }, "required", "");
    if (f->kind <= FIELD_URL) wrong_text(t, f);
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_ID) wrong_number(t, f);
    if (f->kind == FIELD_MONEY) wrong_money(t, f);
    if (f->kind == FIELD_TIME || f->kind == FIELD_FUTURE) wrong_time(t, f);
    if (f->kind == FIELD_LIST) wrong_list(t, f);
    wrong_rest(t, f);
    refused_json(t, f->name, kit_fmt(t->k, "1,\"%s\":1", f->name)); /* twice */
}

static void wrong_whole(struct tester *t)
{
    const struct body_spec *s = t->spec;
    bool needs = false;
    for (const struct field_spec *f = s->fields; f->name; f++)
        needs = needs || f->flags & (REQUIRED | ALWAYS);
    refused(t, "unheard_of", "1", "unknown_field");
    refused(t, "__proto__", "{}", "unknown_field");
    static const char *const others[] = { "[]", "null", "7", "\"x\"", "true" };
    for (size_t i = 0; i < COUNT_OF(others) && !s->around; i++) {
        send(t, str_of(others[i]));
        kit_problem(t->k, 422, "invalid", told(t, "", str_of(others[i])));
        kit_fault(t->k, "", "wrong_type", told(t, "", str_of(others[i])));
    }
    if (s->around || needs || !str_eq(t->method, S("PATCH"))) return;
    send(t, S("{}"));
    kit_problem(t->k, 422, "invalid", told(t, "", S("{}")));
    kit_fault(t->k, "", "too_short", told(t, "", S("{}")));
}

static void good_field(struct tester *t, const struct field_spec *f)
{
    if (f->good) taken_text(t, f->name, f->good);
    if (f->flags & NULL_OK) taken_text(t, f->name, "null");
    if (!(f->flags & (REQUIRED | ALWAYS)) && !str_eq(t->method, S("PATCH")))
        taken(t, f->name, (struct str){ 0 });
    switch (f->kind) {
    case FIELD_SECRET:
        taken(t, f->name, f->least > 8 ? secret_of(t, f->least) : text_of(t, "", f->least, "x"));
        taken(t, f->name, secret_of(t, f->most));
        break;
    case FIELD_TEXT:
    case FIELD_LINES:
        taken(t, f->name, text_of(t, "", f->least, str_eq(t->method, S("POST")) ? "x" : "y"));
        taken(t, f->name, text_of(t, "", f->most, "x"));
        taken(t, f->name, text_of(t, "", f->most, "\xf0\x9f\x93\xb1")); /* four bytes each */
        break;
    case FIELD_ESN:
        taken(t, f->name, text_of(t, "", f->most, "x"));
        break;
    case FIELD_URL:
        taken(t, f->name, text_of(t, "https://", f->most, "x"));
        break;
    case FIELD_NUMBER:
        taken(t, f->name, number(t, f->least));
        taken(t, f->name, number(t, f->most));
        break;
    case FIELD_FLAG:
        taken_text(t, f->name, "false");
        break;
    case FIELD_TIME:
        taken_text(t, f->name, "\"2026-01-02T03:04:05Z\"");
        taken_text(t, f->name, "\"2026-01-02T03:04:05.123456789Z\"");
        break;
    case FIELD_FUTURE:
        taken_text(t, f->name, "\"2099-01-02T03:04:05Z\"");
        break;
    case FIELD_MONEY:
        taken_text(t, f->name, "{\"amount\":0,\"currency\":\"EUR\"}");
        taken_text(t, f->name, "{\"amount\":1000000000000,\"currency\":\"JPY\"}");
        break;
    case FIELD_LIST:
        if (f->flags & FREE && f->flags & TEXTS) taken(t, f->name, list_of(t, f->most, "\"S"));
        break;
    default:
        break;
    }
}

/* Order 2 with item 3 on it, and a return of item 4. */
static void make_sale(struct kit *k)
{
    CALL(k, "POST", "/items", "{\"esn\":\"SECOND\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"THIRD\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/orders", "{\"organization\":\"O\"}", 201);
    CALL(k, "PATCH", "/settings", "{\"committed_status\":\"Testing\"}", 200);
    CALL(k, "POST", "/orders/2/commitments", "{\"esns\":[\"SECOND\",\"THIRD\"]}", 200);
    CALL(k, "POST", "/orders/2/returns",
        "{\"items\":[{\"esn\":\"THIRD\",\"status\":\"In stock\",\"warehouse\":\"Main\"}]}", 200);
    CALL(k, "PATCH", "/settings", "{\"committed_status\":\"Sold\"}", 200);
}

/* What the paths of the rows name. */
static void make_world(struct kit *k)
{
    CALL(k, "POST", "/damage_conditions", "{\"title\":\"Cracked\",\"initials\":\"CR\"}", 201);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Third\"}", 201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
    CALL(k, "POST", "/inventory_statuses", "{\"title\":\"Testing\"}", 201);
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Packing\"}", 201);
    CHECK_INT(kit_int(k, "/id"), 6, "the sixth");
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"X\",\"sku\":\"SKU-1\"}",
        201);
    CALL(k, "POST", "/items", "{\"esn\":\"FIRST\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"SENT\",\"variation_id\":1,\"warehouse\":\"Main\"}", 201);
    CALL(k, "POST", "/orders",
        "{\"organization\":\"O\",\"lines\":[{\"sku\":\"SKU-1\",\"quantity\":1}]}", 201);
    for (int i = 0; i < 2; i++)
        CALL(k, "POST", "/transfers",
            "{\"from_warehouse\":\"Main\",\"to_warehouse\":\"Third\",\"ids\":[2]}", 201);
    CALL(k, "POST", "/transfers/1/ship", NULL, 200);
    CALL(k, "POST", "/vendors", "{\"name\":\"Acme\"}", 201);
    CALL(k, "POST", "/purchase_orders", "{\"vendor_id\":1}", 201);
    for (int i = 0; i < 2; i++)
        CALL(k, "POST", "/purchase_orders",
            "{\"vendor_id\":1,\"lines\":[{\"variation_id\":1,\"expected_count\":1}]}", 201);
    CALL(k, "POST", "/item_fields", "{\"name\":\"None\",\"type\":\"integer\"}", 201);
    CALL(k, "POST", "/item_fields", "{\"name\":\"Lock\",\"type\":\"choice\",\"choices\":[\"SIM\"]}",
        201);
    CALL(k, "POST", "/organizations", "{\"name\":\"P\"}", 201);
    CALL(k, "POST", "/webhooks", "{\"url\":\"https://receiver.example/\",\"events\":[\"*\"]}", 201);
    make_sale(k);
    kit_listing(k, kit_channel(k, "First"), "A");
    kit_user(k, "first@example.com", "viewer", KIT_PASSWORD);
    kit_user(k, "admin@example.com", "admin", KIT_PASSWORD);
}

static void be(struct kit *k, const char *role)
{
    k->lines = role ? kit_session(k, role) : NULL;
    k->bearer = role ? S("") : k->tokens[ROLE_ADMIN];
}

static void test_bodies(void **state)
{
    struct kit *k = *state;
    make_world(k);
    for (const struct body_spec *s = body_specs; s->route; s++) {
        struct tester t = { .k = k, .spec = s, .number = 1000 * (int)(s - body_specs) };
        struct str path;
        str_cut(str_of(s->route), ' ', &t.method, &path);
        t.method = arena_str(&k->arena, t.method);
        be(k, s->role);
        for (const struct field_spec *f = s->fields; f->name; f++)
            if (f->good) taken_text(&t, f->name, f->good);
        const char *before = kit_state(k);
        for (const struct field_spec *f = s->fields; f->name; f++)
            wrong_field(&t, f);
        wrong_whole(&t);
        CHECK_STR(str_of(kit_state(k)), str_of(before), s->route);
        for (const struct field_spec *f = s->fields; f->name; f++)
            good_field(&t, f);
    }
}

/* Any POST, sent twice with one key: one effect, and the same answer. */
static void test_every_post_is_done_once(void **state)
{
    struct kit *k = *state;
    make_world(k);
    for (const struct body_spec *s = body_specs; s->route; s++) {
        struct tester t = { .k = k, .spec = s, .number = 1000 * (int)(s - body_specs) };
        if (!str_starts(str_of(s->route), S("POST")) || s->good >= 400) continue;
        /* Changes nothing: a paper is printed as often as it is asked for. */
        if (str_eq(str_of(s->route), S("POST /items/labels")) ||
            str_eq(str_of(s->route), S("POST /orders/packing_lists")))
            continue;
        const char *path = kit_path(k, s->path);
        const char *key = kit_fmt(k, "Idempotency-Key: %d", (int)(s - body_specs));
        const char *good = s->fields->good;
        struct str raw = good ? fresh(&t, str_of(good)) : (struct str){ 0 };
        struct str body = body_with(&t, s->fields->name, raw);
        CHECK_INT(kit_send_bytes(k, "POST", path, body, key), s->good, s->route);
        struct str first = k->body, place = kit_header(k, "Location"), etag = kit_header(k, "ETag");
        const char *after = kit_state(k);
        CHECK_INT(kit_send_bytes(k, "POST", path, body, key), s->good, s->route);
        CHECK_STR(k->body, first, s->route);
        CHECK_STR(kit_header(k, "Location"), place, s->route);
        CHECK_STR(kit_header(k, "ETag"), etag, s->route);
        CHECK_STR(str_of(kit_state(k)), str_of(after), s->route);
        struct str longer = arena_fmt(&k->arena, "%.*s ", STR_FMT(body));
        kit_send_bytes(k, "POST", path, longer, key);
        kit_problem(k, 409, "idempotency_conflict", s->route);
        CHECK_STR(str_of(kit_state(k)), str_of(after), s->route);
    }
}

static bool has_spec(const struct route *r)
{
    for (const struct body_spec *s = body_specs; s->route; s++) {
        struct str method, path;
        str_cut(str_of(s->route), ' ', &method, &path);
        if (str_eq(method, str_of(r->method)) && str_eq(path, str_of(r->path))) return true;
    }
    return false;
}

static void test_every_route_has_rows(void **state)
{
    struct kit *k = *state;
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            bool body =
                str_eq(str_of(r->method), S("POST")) || str_eq(str_of(r->method), S("PATCH"));
            /* Bodies of these are good for one moment only: second_factor_test.c. */
            bool momentary = str_starts(str_of(r->path), S("/me/totp"));
            if (body && !momentary && !(r->flags & (ROUTE_NO_BODY | ROUTE_FILE)))
                CHECK(has_spec(r), kit_fmt(k, "rows for the body of %s %s", r->method, r->path));
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_every_route_has_rows),
        KIT_TEST(test_bodies),
        KIT_TEST(test_every_post_is_done_once),
    };
    return kit_main(argc, argv, "http_body", tests, COUNT_OF(tests));
}
