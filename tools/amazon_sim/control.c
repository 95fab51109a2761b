/* control.c: /_sim: routing, and the controls of time, rates, faults, calls and authorisation. */
#include "control.h"

#include "number.h"

#include <stdarg.h>
#include <stdio.h>

enum { BODY_MAX = 16 * 1024 * 1024 };
static const int64_t week_ms = 7 * 86400000LL;

bool control_refuse(struct call *c, int status, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    answer_begin(c, status);
    jw_object(&c->w);
    jw_kstr(&c->w, "error", str_of(text));
    jw_object_end(&c->w);
    return false;
}

bool control_error(struct call *c, const struct error *e)
{
    return control_refuse(c, err_table[e->kind].http_status, "%s", e->detail);
}

bool control_is(const struct call *c, const char *method)
{
    return str_eq(c->req->method, str_of(method));
}

bool control_known(struct call *c, struct json object, const char *const *allowed)
{
    struct json_member m = { 0 };
    if (json_kind(object) != JSON_KIND_OBJECT)
        return control_refuse(c, 400, "a JSON object is wanted");
    while (json_next(object, &m)) {
        bool known = false;
        for (size_t i = 0; allowed[i]; i++)
            known = known || str_eq(m.key, str_of(allowed[i]));
        if (!known) return control_refuse(c, 422, "unknown member '%.*s'", STR_FMT(m.key));
    }
    return true;
}

bool control_int(
    struct call *c, struct json o, const char *key, int64_t min, int64_t max, int64_t *out)
{
    struct json v = json_get(o, key);
    int64_t n;
    if (!json_present(v)) return true;
    if (!json_int64(v, &n) || n < min || n > max)
        return control_refuse(
            c, 422, "%s is an integer from %lld to %lld", key, (long long)min, (long long)max);
    *out = n;
    return true;
}

bool control_bool(struct call *c, struct json o, const char *key, bool *out)
{
    struct json v = json_get(o, key);
    if (!json_present(v) || json_bool(v, out)) return true;
    return control_refuse(c, 422, "%s is true or false", key);
}

bool control_str(struct call *c, struct json o, const char *key, size_t max, struct str *out)
{
    struct json v = json_get(o, key);
    struct str s;
    if (!json_present(v)) return true;
    if (!json_str(v, &s) || s.len > max)
        return control_refuse(c, 422, "%s is a string of at most %zu bytes", key, max);
    *out = s;
    return true;
}

static void write_number(struct jw *w, const char *key, double n)
{
    struct buf text;
    buf_init(&text, 64);
    number_put(&text, n);
    jw_key(w, key);
    jw_raw(w, buf_str(&text));
    buf_release(&text);
}

static void control_clock(struct call *c, struct json body)
{
    static const char *const known[] = { "advance_ms", "time_scale", NULL };
    int64_t advance = 0;
    double scale = c->sim->clock.scale;
    if (control_is(c, "POST")) {
        if (!control_known(c, body, known) ||
            !control_int(c, body, "advance_ms", 0, 1000 * week_ms, &advance))
            return;
        if (json_present(json_get(body, "time_scale")) &&
            !number_of_json(json_get(body, "time_scale"), 0.001, SIM_SCALE_MAX, &scale)) {
            control_refuse(c, 422, "time_scale is a number from 0.001 to %d", SIM_SCALE_MAX);
            return;
        }
        sim_clock_set_scale(&c->sim->clock, scale);
        sim_clock_advance(&c->sim->clock, advance);
        c->now = sim_clock_now(&c->sim->clock);
        sim_settle(c->sim, c->now);
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kstr(&c->w, "now", sim_rfc3339(c->arena, c->now));
    jw_kint(&c->w, "now_ms", c->now);
    write_number(&c->w, "time_scale", scale);
    jw_object_end(&c->w);
}

static void write_rates(struct call *c)
{
    answer_begin(c, 200);
    jw_object(&c->w);
    write_number(&c->w, "rate_scale", c->sim->options.rate_scale);
    jw_key(&c->w, "operations");
    jw_object(&c->w);
    for (int i = OP_TOKEN; i < OPERATION_COUNT; i++) {
        jw_key(&c->w, operations[i].name);
        jw_object(&c->w);
        write_number(&c->w, "rate", c->sim->buckets[i].rate);
        write_number(&c->w, "burst", c->sim->buckets[i].burst);
        write_number(&c->w, "tokens", c->sim->buckets[i].tokens);
        write_number(&c->w, "stated", c->sim->stated[i]);
        jw_object_end(&c->w);
    }
    jw_object_end(&c->w);
    jw_object_end(&c->w);
}

static bool change_bucket(struct call *c, struct json_member *m)
{
    for (int i = OP_TOKEN; i < OPERATION_COUNT; i++) {
        if (!str_eq(m->key, str_of(operations[i].name))) continue;
        struct bucket *b = &c->sim->buckets[i];
        double rate = b->rate, burst = b->burst, stated = c->sim->stated[i];
        struct json r = json_get(m->value, "rate"), u = json_get(m->value, "burst"),
                    s = json_get(m->value, "stated");
        if ((json_present(r) && !number_of_json(r, 0, 1e6, &rate)) ||
            (json_present(u) && !number_of_json(u, 0, 1e6, &burst)) ||
            (json_present(s) && !number_of_json(s, 0, 1e6, &stated)))
            return control_refuse(c, 422, "rate, burst and stated are numbers from 0 to 1000000");
        bucket_change(b, rate, burst, c->now);
        c->sim->stated[i] = stated;
        return true;
    }
    return control_refuse(c, 422, "there is no operation '%.*s'", STR_FMT(m->key));
}

static void control_rates(struct call *c, struct json body)
{
    static const char *const known[] = { "rate_scale", "operations", "refill", NULL };
    bool refill = false;
    double scale = 1;
    if (control_is(c, "POST")) {
        if (!control_known(c, body, known) || !control_bool(c, body, "refill", &refill)) return;
        if (json_present(json_get(body, "rate_scale"))) {
            if (!number_of_json(json_get(body, "rate_scale"), 1e-6, 1e6, &scale)) {
                control_refuse(c, 422, "rate_scale is a number above 0");
                return;
            }
            sim_set_rate_scale(c->sim, scale);
        }
        struct json_member m = { 0 };
        struct json changes = json_get(body, "operations");
        while (json_kind(changes) == JSON_KIND_OBJECT && json_next(changes, &m))
            if (!change_bucket(c, &m)) return;
        for (int i = 0; refill && i < OPERATION_COUNT; i++)
            c->sim->buckets[i].tokens = c->sim->buckets[i].burst;
    }
    write_rates(c);
}

static void control_settings(struct call *c, struct json body)
{
    static const char *const known[] = { "orders_lag_ms", "apply_min_ms", "apply_max_ms",
        "page_token_ms", "page_token_bytes", "orders_page_max", "feed_queue_ms", "feed_message_ms",
        NULL };
    struct sim_settings s = c->sim->settings;
    if (control_is(c, "POST")) {
        if (!control_known(c, body, known) ||
            !control_int(c, body, "orders_lag_ms", 0, week_ms, &s.orders_lag_ms) ||
            !control_int(c, body, "apply_min_ms", 0, week_ms, &s.apply_min_ms) ||
            !control_int(c, body, "apply_max_ms", 0, week_ms, &s.apply_max_ms) ||
            !control_int(c, body, "page_token_ms", 0, week_ms, &s.page_token_ms) ||
            !control_int(c, body, "page_token_bytes", 0, 60000, &s.page_token_bytes) ||
            !control_int(c, body, "orders_page_max", 1, 100, &s.orders_page_max) ||
            !control_int(c, body, "feed_queue_ms", 0, week_ms, &s.feed_queue_ms) ||
            !control_int(c, body, "feed_message_ms", 0, 60000, &s.feed_message_ms))
            return;
        if (s.apply_max_ms < s.apply_min_ms) s.apply_max_ms = s.apply_min_ms;
        c->sim->settings = s;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kint(&c->w, "orders_lag_ms", s.orders_lag_ms);
    jw_kint(&c->w, "apply_min_ms", s.apply_min_ms);
    jw_kint(&c->w, "apply_max_ms", s.apply_max_ms);
    jw_kint(&c->w, "page_token_ms", s.page_token_ms);
    jw_kint(&c->w, "page_token_bytes", s.page_token_bytes);
    jw_kint(&c->w, "orders_page_max", s.orders_page_max);
    jw_kint(&c->w, "feed_queue_ms", s.feed_queue_ms);
    jw_kint(&c->w, "feed_message_ms", s.feed_message_ms);
    jw_object_end(&c->w);
}

static void control_traffic(struct call *c, struct json body)
{
    static const char *const known[] = { "orders_per_hour", NULL };
    int64_t per_hour = c->sim->orders_per_hour;
    if (control_is(c, "POST")) {
        if (!control_known(c, body, known) ||
            !control_int(c, body, "orders_per_hour", 0, 3600000, &per_hour))
            return;
        sim_set_traffic(c->sim, per_hour, c->now);
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kint(&c->w, "orders_per_hour", per_hour);
    jw_object_end(&c->w);
}

static void control_faults(struct call *c, struct json body)
{
    struct error e;
    if (control_is(c, "DELETE")) faults_clear(&c->sim->faults);
    if (control_is(c, "POST") && faults_add_json(&c->sim->faults, body, &e)) {
        control_error(c, &e);
        return;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "faults");
    faults_write(&c->sim->faults, &c->w);
    jw_object_end(&c->w);
}

static void control_calls(struct call *c)
{
    int64_t after = 0, limit = CALLS_KEPT;
    struct str s = param(c, S("after")), l = param(c, S("limit"));
    if ((s.len && !str_to_int64(s, &after)) || (l.len && !str_to_int64(l, &limit))) {
        control_refuse(c, 400, "after and limit are integers");
        return;
    }
    if (control_is(c, "DELETE")) calls_clear(&c->sim->calls);
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kint(&c->w, "total", c->sim->calls.total);
    jw_key(&c->w, "calls");
    calls_write(&c->sim->calls, &c->w, after, limit);
    jw_object_end(&c->w);
}

static bool set_secret(struct call *c, struct json body)
{
    struct lwa *lwa = &c->sim->lwa;
    struct str secret =
        arena_fmt(c->arena, "amzn1.oa2-cs.v1.%016llx", (unsigned long long)rng_u64(&c->sim->rng));
    if (!control_str(c, body, "client_secret", sizeof lwa->secret - 1, &secret)) return false;
    call_text(lwa->secret, sizeof lwa->secret, secret);
    return true;
}

/* /_sim/auth/{revoke,restore,rotate_secret,expire_tokens,code} */
static void control_auth(struct call *c, struct json body)
{
    struct lwa *lwa = &c->sim->lwa;
    struct str what = c->segment_count > 2 ? c->segments[2] : S(""), code = S("");
    if (control_is(c, "POST")) {
        if (str_eq(what, S("revoke"))) {
            lwa_revoke(lwa);
        } else if (str_eq(what, S("restore"))) {
            lwa->revoked = false;
        } else if (str_eq(what, S("rotate_secret"))) {
            if (!set_secret(c, body)) return;
        } else if (str_eq(what, S("expire_tokens"))) {
            lwa_expire_tokens(lwa);
        } else if (str_eq(what, S("replace_refresh_token"))) {
            lwa->replace_next = true;
        } else if (str_eq(what, S("code"))) {
            code = lwa_new_code(lwa, &c->sim->rng, c->now);
        } else {
            control_refuse(c, 404,
                "revoke, restore, rotate_secret, expire_tokens, replace_refresh_token and code are "
                "what"
                " there is");
            return;
        }
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kbool(&c->w, "revoked", lwa->revoked);
    jw_kbool(&c->w, "strict", lwa->strict);
    jw_kstr(&c->w, "seller_id", S(LWA_SELLER_ID));
    jw_kstr(&c->w, "client_id", S(LWA_CLIENT_ID));
    jw_kstr(&c->w, "client_secret", lwa->secret[0] ? str_of(lwa->secret) : S(LWA_CLIENT_SECRET));
    jw_kstr(&c->w, "refresh_token", lwa->refresh[0] ? str_of(lwa->refresh) : S(LWA_REFRESH_TOKEN));
    if (code.len) jw_kstr(&c->w, "code", code);
    jw_object_end(&c->w);
}

static void control_reset(struct call *c, struct json body)
{
    static const char *const known[] = { "seed", "listings", "orders", NULL };
    int64_t seed = c->sim->options.seed, listings = c->sim->options.listings;
    int64_t orders = c->sim->options.orders;
    if (json_present(body) && !control_known(c, body, known)) return;
    if (!control_int(c, body, "seed", 0, INT64_MAX, &seed) ||
        !control_int(c, body, "listings", 0, WORLD_LISTINGS_MAX, &listings) ||
        !control_int(c, body, "orders", 0, WORLD_ORDERS_MAX, &orders))
        return;
    sim_reset(c->sim, seed, listings, orders);
    control_state(c);
}

static void route(struct call *c, struct json body)
{
    struct str what = c->segment_count > 1 ? c->segments[1] : S("");
    if (str_eq(what, S("listings"))) {
        control_listings(c, body);
    } else if (str_eq(what, S("orders"))) {
        control_orders(c, body);
    } else if (str_eq(what, S("state"))) {
        control_state(c);
    } else if (str_eq(what, S("feeds"))) {
        control_feeds(c);
    } else if (str_eq(what, S("faults"))) {
        control_faults(c, body);
    } else if (str_eq(what, S("calls"))) {
        control_calls(c);
    } else if (str_eq(what, S("clock"))) {
        control_clock(c, body);
    } else if (str_eq(what, S("rates"))) {
        control_rates(c, body);
    } else if (str_eq(what, S("settings"))) {
        control_settings(c, body);
    } else if (str_eq(what, S("traffic"))) {
        control_traffic(c, body);
    } else if (str_eq(what, S("auth"))) {
        control_auth(c, body);
    } else if (str_eq(what, S("expire_page_tokens")) && control_is(c, "POST")) {
        c->sim->page_epoch++;
        control_state(c);
    } else if (str_eq(what, S("reset")) && control_is(c, "POST")) {
        control_reset(c, body);
    } else {
        control_refuse(c, 404, "no such control; see tools/amazon_sim/README.md");
    }
}

void control(struct call *c)
{
    struct json body = { NULL };
    struct error e;
    if (c->req->query_bad) {
        control_refuse(c, 400, "the query string could not be decoded");
        return;
    }
    if (control_is(c, "POST") && c->req->body.len &&
        json_parse(c->req->body, BODY_MAX, &body, &e)) {
        control_error(c, &e);
        return;
    }
    route(c, body);
    json_release(&body);
}
