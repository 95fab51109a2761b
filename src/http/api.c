/* api.c: from a request to its handler and back; see internal.h. */
#include "base/assert.h"
#include "base/log.h"
#include "http/internal.h"
#include "store/migrate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const struct route *const tables[] = { routes_session, routes_reference, routes_variations,
    routes_items, routes_orders, routes_channels, routes_listings, routes_runs, routes_people };
enum { TABLE_COUNT = sizeof tables / sizeof tables[0], ANSWER_MAX = 64 * 1024 * 1024 };

const char *api_route_name(size_t i, const char **area, const char **level)
{
    static _Thread_local char name[128];
    for (size_t t = 0; t < TABLE_COUNT; t++)
        for (const struct route *r = tables[t]; r->method; r++) {
            if (i--) continue;
            struct buf text;
            buf_init(&text, sizeof name);
            buf_put_fmt(&text, "%s %s", r->method, r->path);
            memcpy(name, text.at, text.len);
            name[text.len] = 0;
            buf_release(&text);
            *area = area_name(r->area);
            *level = permission_name(r->level);
            return name;
        }
    return NULL;
}

/* Matches a path with a template in which {} stands for an id. */
static bool matches(const char *template, struct str path, int64_t *ids)
{
    int n = 0;
    struct str t = str_of(template);
    for (;;) {
        struct str th, tt, ph, pt;
        bool tmore = str_cut(t, '/', &th, &tt), pmore = str_cut(path, '/', &ph, &pt);
        if (str_eq(th, S("{}"))) {
            int64_t id;
            if (!str_to_int64(ph, &id) || id < 1 || ph.at[0] == '0') return false;
            ids[n++] = id;
        } else if (!str_eq(th, ph)) {
            return false;
        }
        if (tmore != pmore) return false;
        if (!tmore) return true;
        t = tt;
        path = pt;
    }
}

static const struct route *find_route(
    struct str method, struct str path, int64_t *ids, struct str *allow, struct arena *arena)
{
    *allow = S("");
    for (size_t t = 0; t < TABLE_COUNT; t++)
        for (const struct route *r = tables[t]; r->method; r++) {
            int64_t found[PATH_IDS_MAX] = { 0 };
            if (!matches(r->path, path, found)) continue;
            if (str_eq(str_of(r->method), method)) {
                memcpy(ids, found, sizeof found);
                return r;
            }
            *allow = allow->len ? arena_fmt(arena, "%.*s, %s", STR_FMT(*allow), r->method)
                                : str_of(r->method);
        }
    return NULL;
}

static bool is_write(const struct call *c)
{
    return !str_eq(c->req->method, S("GET"));
}

/* Authentication */

static struct str cookie(struct call *c, struct str name)
{
    struct str rest = http_request_header(c->req, S("cookie"));
    while (rest.len) {
        struct str pair, tail, key, value;
        str_cut(rest, ';', &pair, &tail);
        if (str_cut(str_trim(pair), '=', &key, &value) && str_eq(key, name)) return value;
        rest = tail;
    }
    return S("");
}

static enum err authenticate(struct call *c, struct tx *tx, struct error *e)
{
    unsigned char hash[SECRET_HASH_SIZE];
    struct str header = http_request_header(c->req, S("authorization"));
    if (header.len) {
        if (header.len < 8 || !str_eq_nocase(str_sub(header, 0, 7), S("bearer ")))
            return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "send a Bearer token");
        struct str secret = str_trim(str_sub(header, 7, header.len));
        enum err rc = token_find(tx, secret_hash(secret, hash), c->now, c->arena, &c->token, e);
        if (rc == ERR_NOT_FOUND)
            return error_code(
                e, ERR_UNAUTHORIZED, "unauthenticated", "the token is unknown, revoked or expired");
        if (rc) return rc;
        c->by_token = true;
        c->actor = (struct actor){ ACTOR_TOKEN, c->token.id, c->token.name, c->req->peer };
        return role_parse(c->token.role, &c->role) ? OK : error_set(e, ERR_CORRUPT, "bad role");
    }
    struct str secret = cookie(c, S("stockbridge"));
    if (!secret.len)
        return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "sign in, or send an API token");
    enum err rc = session_find(tx, secret_hash(secret, hash), c->now, c->arena, &c->session, e);
    if (rc == ERR_NOT_FOUND)
        return error_code(e, ERR_UNAUTHORIZED, "unauthenticated", "the session has ended");
    if (rc) return rc;
    const struct user *u = &c->session.user;
    c->actor = (struct actor){ ACTOR_USER, u->id, u->email, c->req->peer };
    return role_parse(u->role, &c->role) ? OK : error_set(e, ERR_CORRUPT, "bad role");
}

static enum err authorise(struct call *c, struct tx *tx, struct error *e)
{
    if (c->route->flags & ROUTE_OPEN) return OK;
    enum err rc = authenticate(c, tx, e);
    if (rc) return rc;
    if (is_write(c) && !c->by_token &&
        !secret_equal(http_request_header(c->req, S("x-csrf-token")), c->session.csrf))
        return error_code(e, ERR_FORBIDDEN, "csrf", "the X-CSRF-Token header is missing or old");
    if (permission_of(c->role, c->route->area) < c->route->level)
        return error_code(e, ERR_FORBIDDEN, "forbidden", "the role \"%s\" may not do this in %s",
            role_name(c->role), area_name(c->route->area));
    return OK;
}

/* Bodies and parameters */

static enum err wrong_parameter(
    struct call *c, struct str name, const char *code, const char *detail, struct error *e)
{
    bool unknown = str_eq(str_of(code), S("unknown_parameter"));
    element_error(c, arena_fmt(c->arena, "?%.*s", STR_FMT(name)), code, "%s", detail);
    return error_code(e, ERR_BAD_REQUEST, unknown ? code : "bad_parameter",
        "the parameter \"%.*s\" %s", STR_FMT(name), detail);
}

static bool is_known(const struct route *r, struct str name, bool *many)
{
    for (struct str rest = str_of(r->query), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        *many = str_ends(head, S("*"));
        if (*many) head.len--;
        if (str_eq(head, name)) return true;
    }
    return false;
}

static enum err check_query(struct call *c, struct error *e)
{
    if (c->req->query_bad)
        return error_code(e, ERR_BAD_REQUEST, "bad_parameter", "the query cannot be decoded");
    for (size_t i = 0; i < c->req->query_count; i++) {
        const struct http_field *f = &c->req->query[i];
        bool many = false;
        if (!is_known(c->route, f->name, &many))
            return wrong_parameter(c, f->name, "unknown_parameter", "is none of this route", e);
        size_t before = 0;
        for (size_t k = 0; k < i; k++)
            before += str_eq(c->req->query[k].name, f->name);
        if (before && !many) return wrong_parameter(c, f->name, "duplicate", "is given twice", e);
        if (before == QUERY_REPEATS_MAX)
            return wrong_parameter(c, f->name, "too_long", "is given more than 100 times", e);
    }
    return OK;
}

static bool is_json(struct str type)
{
    struct str head, tail;
    str_cut(type, ';', &head, &tail);
    if (!str_eq_nocase(str_trim(head), S("application/json"))) return false;
    tail = str_trim(tail);
    return !tail.len || str_eq_nocase(tail, S("charset=utf-8")) ||
           str_eq_nocase(tail, S("charset=\"utf-8\""));
}

static enum err read_body(struct call *c, struct error *e)
{
    bool takes =
        is_write(c) && !(c->route->flags & ROUTE_NO_BODY) && !str_eq(c->req->method, S("DELETE"));
    if (!takes) {
        if (!c->req->body.len) return OK;
        struct str rest = str_trim(c->req->body);
        /* Clients that send an empty object with every POST are let be. */
        if (!rest.len || str_eq(rest, S("{}"))) return OK;
        return error_code(e, ERR_BAD_REQUEST, "bad_json", "this route takes no body");
    }
    if (!c->req->body.len && (c->route->flags & ROUTE_OPTIONAL_BODY)) return OK;
    if (!is_json(http_request_header(c->req, S("content-type"))))
        return error_code(e, ERR_BAD_REQUEST, "unsupported_media_type", "send application/json");
    if (c->req->body.len > HTTP_JSON_MAX)
        return error_code(
            e, ERR_TOO_LARGE, "too_large", "a body may have at most %d bytes", HTTP_JSON_MAX);
    enum err rc = json_parse(c->req->body, HTTP_JSON_MAX, &c->body, e);
    if (rc)
        return error_code(e, rc, rc == ERR_TOO_LARGE ? "too_large" : "bad_json", "%s",
            arena_fmt(c->arena, "%s", e->detail).at);
    if (json_kind(c->body) != JSON_KIND_OBJECT) {
        element_error(c, S(""), "wrong_type", "must be an object");
        return fields_end(c, e);
    }
    return OK;
}

enum err check_etag(struct call *c, int64_t version, struct error *e)
{
    struct str want = http_request_header(c->req, S("if-match"));
    struct str mine = arena_fmt(c->arena, "\"%lld\"", (long long)version);
    if (!want.len) return OK;
    for (struct str head, tail; want.len; want = tail) {
        str_cut(want, ',', &head, &tail);
        if (str_eq(str_trim(head), S("*")) || str_eq(str_trim(head), mine)) return OK;
    }
    return error_code(
        e, ERR_STALE, "precondition_failed", "somebody changed it since: read it again");
}

void answer_status(struct call *c, int status)
{
    c->status = status;
}

/* Transactions */

static void start_answer(struct call *c)
{
    buf_clear(&c->out);
    jw_init(&c->w, &c->out);
    c->status = 200;
    c->location = S("");
    c->etag = 0;
    c->error_count = 0;
}

static enum err read_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ctx;
    start_answer(c);
    c->tx = tx;
    enum err rc = authorise(c, tx, e);
    return rc ? rc : c->route->handle(c, e);
}

static enum err run_handler(struct call *c, void *ctx, struct error *e)
{
    (void)ctx;
    return c->route->handle(c, e);
}

static enum err write_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ctx;
    start_answer(c);
    c->tx = tx;
    c->change = (struct change){ tx, tx_arena(tx), &c->actor, c->now, c->api->options.rng };
    enum err rc = authorise(c, tx, e);
    return rc ? rc : once(c, run_handler, NULL, e);
}

static enum err authorise_tx(struct tx *tx, void *ctx, struct error *e)
{
    return authorise(ctx, tx, e);
}

static enum err note_used(struct tx *tx, void *ctx, struct error *e)
{
    struct call *c = ctx;
    return c->by_token ? token_used(tx, c->token.id, c->now, e)
                       : user_seen(tx, c->session.user.id, c->now, e);
}

/* At most once a minute for each, so that reading does not become writing. */
static void note_presence(struct call *c)
{
    time_ms last = c->by_token ? c->token.last_used_at : c->session.user.last_seen_at;
    if (c->actor.kind == ACTOR_SYSTEM || c->now - last < LAST_USED_STEP_MS) return;
    struct error ignored;
    (void)!db_write(c->api->options.db, "presence", note_used, c, &ignored);
}

static enum err run_route(struct call *c, struct error *e)
{
    struct db *db = c->api->options.db;
    const struct route *r = c->route;
    if (r->flags & ROUTE_NO_TX) {
        start_answer(c);
        enum err rc = r->flags & ROUTE_OPEN ? OK : db_read(db, "authorise", authorise_tx, c, e);
        return rc ? rc : r->handle(c, e);
    }
    return is_write(c) ? db_write(db, r->path, write_tx, c, e)
                       : db_read(db, r->path, read_tx, c, e);
}

static void finish(struct call *c)
{
    struct http_reply *reply = c->reply;
    if (reply->stream) return;
    reply->status = c->status;
    buf_release(&reply->body);
    if (c->status != 204) {
        reply->body = c->out;
        buf_init(&c->out, ANSWER_MAX);
        http_reply_header(reply, S("content-type"), S("application/json"));
    }
    http_reply_header(reply, S("cache-control"), S("no-store"));
    if (c->location.len) http_reply_header(reply, S("location"), c->location);
    if (c->etag)
        http_reply_header(reply, S("etag"), arena_fmt(c->arena, "\"%lld\"", (long long)c->etag));
}

static void secure(struct http_reply *reply)
{
    http_reply_header(reply, S("x-content-type-options"), S("nosniff"));
    http_reply_header(reply, S("referrer-policy"), S("no-referrer"));
}

static void handle_api(struct call *c, struct str path)
{
    struct error e = { .kind = OK };
    struct str allow;
    c->route = find_route(c->req->method, path, c->ids, &allow, c->arena);
    if (!c->route && allow.len) {
        problem_write(c->reply, 405, "Method not allowed", S("not with this method"),
            S("method_not_allowed"), NULL, 0);
        http_reply_header(c->reply, S("allow"), allow);
        return;
    }
    if (!c->route) {
        problem_write(
            c->reply, 404, "Not found", S("there is nothing here"), S("not_found"), NULL, 0);
        return;
    }
    /* Who may not ask learns nothing about parameters and bodies. */
    enum err rc = OK;
    if (!(c->route->flags & ROUTE_OPEN) && (is_write(c) || c->req->query_count))
        rc = db_read(c->api->options.db, "authorise", authorise_tx, c, &e);
    if (!rc) rc = check_query(c, &e);
    if (!rc) rc = once_check(c, &e);
    if (!rc) rc = read_body(c, &e);
    if (!rc) rc = run_route(c, &e);
    if (!rc && c->out.failed) rc = error_set(&e, ERR_TOO_LARGE, "the answer is too large");
    if (rc && str_eq(str_of(e.code), S("unsupported_media_type")))
        problem_write(
            c->reply, 415, "Unsupported media type", str_of(e.detail), str_of(e.code), NULL, 0);
    else if (rc)
        problem_reply(c, rc, &e);
    else
        finish(c);
    if (rc == ERR_CORRUPT || rc == ERR_UNAVAILABLE)
        LOG_ERROR("http", "request_failed", "%.*s %s: %s", STR_FMT(c->req->method), c->route->path,
            e.detail);
    if (!rc) note_presence(c);
}

static void plain(struct http_reply *reply, int status, struct str type, struct str text)
{
    reply->status = status;
    buf_put(&reply->body, text);
    http_reply_header(reply, S("content-type"), type);
    http_reply_header(reply, S("cache-control"), S("no-store"));
}

static void metric(struct buf *out, const char *name, const char *help, const char *type, int64_t n)
{
    buf_put_fmt(out, "# HELP stockbridge_%s %s\n# TYPE stockbridge_%s %s\nstockbridge_%s %lld\n",
        name, help, name, type, name, (long long)n);
}

static void metrics(struct api *api, struct http_reply *reply)
{
    struct db_stats db;
    struct engine_stats sync = { 0 };
    db_stats(api->options.db, &db);
    if (api->options.engine) engine_stats(api->options.engine, &sync);
    struct buf *out = &reply->body;
    metric(out, "http_requests_total", "Requests answered.", "counter",
        __atomic_load_n(&api->requests, __ATOMIC_RELAXED));
    metric(out, "db_writes_total", "Write transactions.", "counter", db.writes);
    metric(out, "db_write_groups_total", "Commits that carried them.", "counter", db.write_groups);
    metric(out, "db_reads_total", "Read transactions.", "counter", db.reads);
    metric(out, "db_retries_total", "Transactions run again.", "counter", db.retries);
    metric(out, "db_queue_length", "Write transactions waiting.", "gauge", db.queue_len);
    metric(out, "db_wal_bytes", "Size of the write-ahead log.", "gauge", db.wal_bytes);
    metric(out, "sync_channels", "Channels worked by this process.", "gauge", sync.channels_held);
    metric(out, "sync_calls_total", "Calls to channels.", "counter", sync.calls);
    metric(out, "sync_throttled_total", "Calls throttled.", "counter", sync.throttled);
    metric(out, "sync_refused_total", "Calls refused.", "counter", sync.refused);
    metric(out, "sync_failed_total", "Calls without a good answer.", "counter", sync.failed);
    metric(out, "sync_pushes_total", "Quantities accepted.", "counter", sync.pushes);
    metric(out, "sync_orders_total", "Orders read.", "counter", sync.orders);
    metric(out, "sync_listings_total", "Listings read.", "counter", sync.listings);
    reply->status = 200;
    http_reply_header(reply, S("content-type"), S("text/plain; version=0.0.4"));
}

static bool handle_outside(struct api *api, struct http_request *req, struct http_reply *reply)
{
    bool health = str_eq(req->path, S("/healthz")), ready_path = str_eq(req->path, S("/readyz"));
    bool metrics_path = str_eq(req->path, S("/metrics"));
    if (!health && !ready_path && !metrics_path) return false;
    if (!str_eq(req->method, S("GET"))) {
        problem_write(reply, 405, "Method not allowed", S("not with this method"),
            S("method_not_allowed"), NULL, 0);
        http_reply_header(reply, S("allow"), S("GET"));
        return true;
    }
    if (req->query_count || req->query_bad) {
        problem_write(reply, 400, "Unknown parameter", S("this takes no parameters"),
            S("unknown_parameter"), NULL, 0);
        return true;
    }
    struct error e;
    enum err rc = ready_path ? migrate_check(api->options.db, &e) : OK;
    if (metrics_path)
        metrics(api, reply);
    else if (!rc)
        plain(reply, 200, S("application/json"),
            arena_fmt(req->arena, "{\"status\":\"ok\",\"version\":\"%s\"}", api->options.version));
    else
        problem_write(reply, 503, "Not ready",
            rc == ERR_CONFLICT ? S("the database waits for its migrations")
                               : S("the database does not answer"),
            S("unavailable"), NULL, 0);
    return true;
}

void api_handle(void *ctx, struct http_request *req, struct http_reply *reply)
{
    struct api *api = ctx;
    __atomic_fetch_add(&api->requests, 1, __ATOMIC_RELAXED);
    buf_release(&reply->body);
    buf_init(&reply->body, ANSWER_MAX);
    secure(reply);
    if (handle_outside(api, req, reply)) return;
    struct str prefix = S("/api/v1");
    bool is_api = str_starts(req->path, S("/api/v1/")) || str_eq(req->path, prefix);
    if (!is_api && assets_reply(api->assets, req, reply)) return;
    if (!is_api) {
        problem_write(reply, 404, "Not found", S("there is nothing here"), S("not_found"), NULL, 0);
        return;
    }
    struct call *c = arena_new(req->arena, struct call, 1);
    c->api = api;
    c->req = req;
    c->reply = reply;
    c->arena = req->arena;
    c->now = clock_now(api->options.clock);
    buf_init(&c->out, ANSWER_MAX);
    handle_api(c, str_sub(req->path, prefix.len, req->path.len));
    buf_release(&c->out);
    json_release(&c->body);
}

enum err api_new(const struct api_options *options, struct api **out, struct error *e)
{
    (void)e;
    struct api *api = calloc(1, sizeof *api); /* tidy: allow, once per process */
    ASSERT(api);
    api->options = *options;
    api->assets = assets_load(options->asset_dir);
    api->live = live_new(api);
    *out = api;
    return OK;
}

void api_stop(struct api *api)
{
    live_stop(api->live);
}

void api_release(struct api *api)
{
    if (!api) return;
    live_free(api->live);
    assets_free(api->assets);
    free(api);
}
