/* api.c: from a request to its handler and back; see internal.h. */
#include "base/assert.h"
#include "base/log.h"
#include "http/auth.h"
#include "http/waiters.h"
#include "store/migrate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define TABLE(name) routes_##name,
const struct route *const api_routes[] = { API_ROUTES(TABLE) NULL };

enum { ANSWER_MAX = 64 * 1024 * 1024 };

/* Longer is worth a warning: somebody waits for it. */
enum { SLOW_REQUEST_US = 2 * 1000 * 1000 };

const char *api_route_name(size_t i, const char **area, const char **level)
{
    static _Thread_local char name[128];
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
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
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
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

size_t api_file_max(void *ctx, struct str method, struct str path)
{
    (void)ctx;
    struct str prefix = S("/api/v1");
    if (!str_starts(path, prefix)) return 0;
    path = str_sub(path, prefix.len, path.len);
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            int64_t ids[PATH_IDS_MAX];
            if ((r->flags & ROUTE_FILE) && str_eq(str_of(r->method), method) &&
                matches(r->path, path, ids))
                return HTTP_FILE_MAX;
        }
    return 0;
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
    if (c->route->flags & ROUTE_FILE) return file_read(c, e);
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
    size_t most = c->route->flags & ROUTE_LARGE ? HTTP_BODY_MAX : HTTP_JSON_MAX;
    if (c->req->body.len > most)
        return error_code(e, ERR_TOO_LARGE, "too_large", "a body may have at most %zu bytes", most);
    enum err rc = json_parse(c->req->body, most, &c->body, e);
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
    c->results = S("");
    c->content_type = c->file_name = S("");
    http_reply_drop_file(c->reply);
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
    if (!reply->has_file && c->status != 204) {
        reply->body = c->out;
        buf_init(&c->out, ANSWER_MAX);
    }
    if (c->status != 204)
        http_reply_header(reply, S("content-type"),
            c->content_type.len ? c->content_type : S("application/json"));
    if (c->file_name.len)
        http_reply_header(reply, S("content-disposition"), file_disposition(c, c->file_name));
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
    if (rc) http_reply_drop_file(c->reply);
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

static void answer_metrics(struct api *api, struct http_request *req, struct http_reply *reply)
{
    metrics_write(&api->metrics, &api->options, req->arena, &reply->body);
    reply->status = 200;
    http_reply_header(reply, S("content-type"), S("text/plain; version=0.0.4"));
    http_reply_header(reply, S("cache-control"), S("no-store"));
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
        answer_metrics(api, req, reply);
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

static void handle(struct api *api, struct http_request *req, struct http_reply *reply)
{
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
    c->address = client_address(req);
    buf_init(&c->out, ANSWER_MAX);
    handle_api(c, str_sub(req->path, prefix.len, req->path.len));
    buf_release(&c->out);
    json_release(&c->body);
}

void api_handle(void *ctx, struct http_request *req, struct http_reply *reply)
{
    struct api *api = ctx;
    int64_t begun = clock_measure_us();
    buf_release(&reply->body);
    buf_init(&reply->body, ANSWER_MAX);
    secure(reply);
    handle(api, req, reply);
    int64_t took = clock_measure_us() - begun;
    metrics_count_request(&api->metrics, reply->status, took);
    if (took >= SLOW_REQUEST_US)
        LOG_WARN("http", "slow_request", "%.*s %.*s ms=%lld", STR_FMT(req->method),
            STR_FMT(req->path), (long long)(took / 1000));
}

enum err api_new(const struct api_options *options, struct api **out, struct error *e)
{
    (void)e;
    struct api *api = calloc(1, sizeof *api); /* tidy: allow, once per process */
    ASSERT(api);
    api->options = *options;
    api->metrics.started_at_ms = clock_now(options->clock);
    api->assets = assets_load(options->asset_dir);
    api->live = live_new(api);
    api->waiters = waiters_new(api);
    *out = api;
    return OK;
}

void api_stop(struct api *api)
{
    live_stop(api->live);
    waiters_stop(api->waiters);
}

void api_release(struct api *api)
{
    if (!api) return;
    live_free(api->live);
    waiters_free(api->waiters);
    assets_free(api->assets);
    free(api);
}
