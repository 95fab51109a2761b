/* kit.c: see kit.h. */
#include "kit.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/temp_file.h"
#include "fake_server.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum db_engine kit_engine;
static struct kit the_kit;
static const char *const roles[ROLE_COUNT] = { "admin", "manager", "warehouse", "viewer" };

static time_ms now_of(struct clock *c)
{
    struct kit_clock *clock = (struct kit_clock *)c;
    return atomic_load(&clock->now);
}

/* The same numbers each time, and for several threads. */
static struct rng seeded;

static void fill_in_turn(struct rng *r, void *out, size_t len)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    (void)r;
    pthread_mutex_lock(&turn);
    seeded.fill(&seeded, out, len);
    pthread_mutex_unlock(&turn);
}

struct token_job {
    struct kit *k;
    struct api_token token;
    struct str hash;
};

static enum err make_token(struct tx *tx, void *ctx, struct error *e)
{
    struct token_job *job = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, now_of(&job->k->clock.port), &job->k->rng };
    return token_create(&c, &job->token, job->hash, e);
}

struct str kit_token(struct kit *k, const char *role, time_ms expires_at)
{
    char text[SECRET_TEXT_SIZE];
    unsigned char hash[SECRET_HASH_SIZE];
    struct error e;
    struct str secret = arena_str(&k->arena, secret_make(&k->rng, text));
    struct token_job job = { k,
        { .name = str_of(role), .role = str_of(role), .expires_at = expires_at },
        secret_hash(secret, hash) };
    CHECK_ERR(db_write(k->h.db, "token", make_token, &job, &e), OK, &e, "a token");
    return secret;
}

struct user_job {
    struct kit *k;
    struct user user;
};

static enum err make_user(struct tx *tx, void *ctx, struct error *e)
{
    struct user_job *job = ctx;
    struct actor actor = { ACTOR_SYSTEM, 0, S("test"), S("") };
    struct change c = { tx, tx_arena(tx), &actor, now_of(&job->k->clock.port), &job->k->rng };
    return user_create(&c, &job->user, e);
}

int64_t kit_user(struct kit *k, const char *email, const char *role, const char *password)
{
    struct error e;
    struct user_job job = { k, { .email = str_of(email), .role = str_of(role) } };
    CHECK_ERR(password_hash(str_of(password), &k->arena, &job.user.password_hash, &e), OK, &e,
        "a password");
    CHECK_ERR(db_write(k->h.db, "user", make_user, &job, &e), OK, &e, "a user");
    return job.user.id;
}

int kit_setup(void **state)
{
    struct kit *k = &the_kit;
    *k = (struct kit){ .clock.port = { now_of, now_of } };
    struct error e;
    atomic_store(&k->clock.now, INT64_C(1790000000000));
    arena_init(&k->arena, "test", JOB_ARENA_MAX);
    rng_seeded(&seeded, 11);
    k->rng.fill = fill_in_turn;
    memset(k->key.bytes, 7, sizeof k->key.bytes);
    CHECK_ERR(seal_init(&e), OK, &e, "libsodium");
    harness_open(kit_engine, HARNESS_MIGRATED, &k->h);
    static struct channel_driver amazon = { .info = &kit_kind };
    static struct channel_driver *const drivers[] = { &amazon, NULL };
    struct api_options o = { .db = k->h.db,
        .clock = &k->clock.port,
        .rng = &k->rng,
        .key = &k->key,
        .drivers = drivers,
        .version = "test" };
    CHECK_ERR(api_new(&o, &k->api, &e), OK, &e, "the interface");
    for (int i = 0; i < ROLE_COUNT; i++)
        k->tokens[i] = kit_token(k, roles[i], 0);
    k->bearer = k->tokens[ROLE_ADMIN];
    *state = k;
    return 0;
}

int kit_teardown(void **state)
{
    struct kit *k = *state;
    api_stop(k->api);
    harness_close(&k->h);
    api_release(k->api);
    while (k->held_count)
        http_stream_release(k->held[--k->held_count]);
    json_release(&k->json);
    arena_release(&k->arena);
    return 0;
}

int kit_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count)
{
    kit_engine = harness_engine(argc, argv);
    int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    harness_stop();
    return failed;
}

static void add_headers(struct fake_headers *h, struct str lines)
{
    struct str line;
    while (lines.len) {
        str_cut(lines, '\n', &line, &lines);
        struct http_field f;
        if (!str_cut(line, ':', &f.name, &f.value)) continue;
        f.value = str_trim(f.value);
        ASSERT(h->count < FAKE_HEADERS_MAX);
        h->fields[h->count++] = f;
    }
}

static void add_query(struct http_request *req, struct str query)
{
    struct str one, name, value;
    while (query.len) {
        str_cut(query, '&', &one, &query);
        str_cut(one, '=', &name, &value);
        struct http_field *f = &req->query[req->query_count++];
        req->query_bad = !http_path_decode(name, req->arena, &f->name) || req->query_bad;
        req->query_bad = !http_path_decode(value, req->arena, &f->value) || req->query_bad;
    }
}

/* A file that is the answer, as the server would send it. */
static struct str take_file(struct kit *k, struct http_reply *reply)
{
    char *bytes = arena_new(&k->arena, char, (size_t)reply->file_size + 1);
    ASSERT(pread(reply->file, bytes, (size_t)reply->file_size, 0) == reply->file_size);
    struct str body = { bytes, (size_t)reply->file_size };
    http_reply_drop_file(reply);
    return body;
}

static void keep_reply(struct kit *k, struct http_reply *reply)
{
    struct error e;
    if (reply->has_file) buf_put(&reply->body, take_file(k, reply));
    struct str body = reply->shared_body.len ? reply->shared_body : buf_str(&reply->body);
    k->status = reply->status;
    k->body = arena_str(&k->arena, body);
    k->stream = reply->stream;
    if (k->stream) {
        ASSERT(k->held_count < KIT_STREAMS_MAX);
        k->held[k->held_count++] = k->stream;
    }
    k->header_count = reply->header_count;
    for (size_t i = 0; i < reply->header_count; i++)
        k->headers[i] = (struct http_field){ arena_str(&k->arena, reply->headers[i].name),
            arena_str(&k->arena, reply->headers[i].value) };
    json_release(&k->json);
    k->json = (struct json){ NULL };
    if (!k->stream && str_contains(kit_header(k, "Content-Type"), S("json")))
        CHECK_ERR(json_parse(k->body, 64 * 1024 * 1024, &k->json, &e), OK, &e, "the reply is JSON");
    buf_release(&reply->body);
}

struct sent {
    const char *method, *path, *headers;
    struct str body;
};

static void perform(
    const struct kit *k, const struct sent *s, struct arena *arena, struct http_reply *reply)
{
    struct fake_headers h = { .count = 0 };
    if (s->headers) add_headers(&h, str_of(s->headers));
    if (k->lines) add_headers(&h, str_of(k->lines));
    if (k->bearer.len)
        h.fields[h.count++] = (struct http_field){ S("Authorization"),
            arena_fmt(arena, "Bearer %.*s", STR_FMT(k->bearer)) };
    /* Last, so that a test's own comes first. */
    if (s->body.len)
        h.fields[h.count++] = (struct http_field){ S("Content-Type"), S("application/json") };
    struct http_request *req = arena_new(arena, struct http_request, 1);
    struct str query, path;
    str_cut(str_of(s->path), '?', &path, &query);
    int file = -1;
    if (api_file_max(k->api, str_of(s->method), path) && s->body.len) {
        file = temp_file_open(NULL);
        ASSERT(file >= 0 && temp_file_write(file, s->body));
    }
    *req = (struct http_request){ .method = str_of(s->method),
        .path = path,
        .body = file < 0 ? s->body : S(""),
        .file = file,
        .file_size = file < 0 ? 0 : (int64_t)s->body.len,
        .peer = k->peer ? str_of(k->peer) : S("192.0.2.7"),
        .arena = arena,
        .private_ = &h };
    add_query(req, query);
    api_handle(k->api, req, reply);
    if (file >= 0) close(file);
}

int kit_send_bytes(
    struct kit *k, const char *method, const char *path, struct str body, const char *headers)
{
    struct arena arena;
    arena_init(&arena, "request", REQUEST_ARENA_MAX);
    struct http_reply reply = { 0 };
    perform(k, &(struct sent){ method, path, headers, body }, &arena, &reply);
    keep_reply(k, &reply);
    arena_release(&arena);
    return k->status;
}

int kit_alone(const struct kit *k, const char *method, const char *path, const char *body,
    const char *headers)
{
    struct arena arena;
    arena_init(&arena, "request", REQUEST_ARENA_MAX);
    struct http_reply reply = { 0 };
    perform(k, &(struct sent){ method, path, headers, str_of(body) }, &arena, &reply);
    int status = reply.status;
    if (reply.stream) http_stream_release(reply.stream);
    buf_release(&reply.body);
    arena_release(&arena);
    return status;
}

int kit_send(
    struct kit *k, const char *method, const char *path, const char *body, const char *headers)
{
    return kit_send_bytes(k, method, path, str_of(body), headers);
}

const char *kit_fmt(struct kit *k, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return arena_str(&k->arena, str_of(text)).at;
}

const char *kit_path(struct kit *k, const char *path)
{
    return arena_fmt(&k->arena, "/api/v1%s", path).at;
}

static struct json find(struct kit *k, const char *pointer)
{
    struct json v = k->json;
    struct str rest = str_of(pointer), key;
    int64_t i;
    while (rest.len) {
        rest = str_sub(rest, 1, rest.len);
        size_t n = 0;
        while (n < rest.len && rest.at[n] != '/')
            n++;
        key = arena_str(&k->arena, str_sub(rest, 0, n));
        rest = str_sub(rest, n, rest.len);
        if (json_kind(v) == JSON_KIND_ARRAY && str_to_int64(key, &i))
            v = json_at(v, (size_t)i);
        else
            v = json_get(v, key.at);
    }
    return v;
}

struct json kit_at(struct kit *k, const char *pointer)
{
    struct json v = find(k, pointer);
    if (json_kind(v) == JSON_KIND_ABSENT)
        fail_msg("%s is not in the reply: %.*s", pointer, STR_FMT(k->body));
    return v;
}

struct str kit_str(struct kit *k, const char *pointer)
{
    struct str s = S("");
    if (!json_str(kit_at(k, pointer), &s))
        fail_msg("%s is no string: %.*s", pointer, STR_FMT(k->body));
    return arena_str(&k->arena, s);
}

int64_t kit_int(struct kit *k, const char *pointer)
{
    int64_t n = 0;
    if (!json_int64(kit_at(k, pointer), &n))
        fail_msg("%s is no integer: %.*s", pointer, STR_FMT(k->body));
    return n;
}

bool kit_true(struct kit *k, const char *pointer)
{
    bool yes = false;
    if (!json_bool(kit_at(k, pointer), &yes))
        fail_msg("%s is no bool: %.*s", pointer, STR_FMT(k->body));
    return yes;
}

bool kit_null(struct kit *k, const char *pointer)
{
    return json_kind(kit_at(k, pointer)) == JSON_KIND_NULL;
}

size_t kit_len(struct kit *k, const char *pointer)
{
    return json_len(kit_at(k, pointer));
}

struct str kit_header(struct kit *k, const char *name)
{
    for (size_t i = 0; i < k->header_count; i++)
        if (str_eq_nocase(k->headers[i].name, str_of(name))) return k->headers[i].value;
    return S("");
}

void kit_problem(struct kit *k, int status, const char *code, const char *why)
{
    if (k->status != status) fail_msg("%s: %d %.*s", why, k->status, STR_FMT(k->body));
    CHECK_STR(kit_header(k, "Content-Type"), S("application/problem+json"), why);
    CHECK_STR(kit_str(k, "/code"), str_of(code), kit_fmt(k, "%s: %.*s", why, STR_FMT(k->body)));
    CHECK_INT(kit_int(k, "/status"), status, why);
    CHECK_STR(kit_str(k, "/type"), S("about:blank"), why);
    CHECK(kit_str(k, "/title").len && kit_str(k, "/detail").len, why);
}

void kit_fault(struct kit *k, const char *pointer, const char *code, const char *why)
{
    for (size_t i = 0; i < json_len(find(k, "/errors")); i++)
        if (str_eq(kit_str(k, kit_fmt(k, "/errors/%zu/pointer", i)), str_of(pointer)) &&
            (!code || str_eq(kit_str(k, kit_fmt(k, "/errors/%zu/code", i)), str_of(code))))
            return;
    fail_msg("%s: no %s at %s: %.*s", why, code ? code : "fault", pointer, STR_FMT(k->body));
}
