/* world.c: see world.h. */
#include "world.h"

#include "check.h"

#include "amazon/amazon.h"
#include "store/engine_state.h"
#include "store/item.h"
#include "store/run.h"
#include "store/variation.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLIENT_SECRET "amzn1.oa2-cs.v1.test"

enum { PATIENCE_MS = 60 * 1000, STEP_MS = 50 };

static const struct actor tester = { ACTOR_SYSTEM, 0, { "test", 4 }, { "", 0 } };

/* It ends with the test, whatever ends that: an orphan would keep the test's output open. */
static pid_t spawn(char *const *argv, int words)
{
    pid_t parent = getpid(), pid = fork();
    if (pid) return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    (void)dup2(words, 1);
    (void)execv(argv[0], argv);
    _exit(127);
}

static void start_simulator(struct world *w, const char *program, const char *const *options)
{
    char *argv[24] = { strdup(program), strdup("--listen"), strdup("127.0.0.1:0") };
    int argc = 3, pipes[2];
    for (; options[argc - 3]; argc++)
        argv[argc] = strdup(options[argc - 3]);
    CHECK(pipe2(pipes, O_CLOEXEC) == 0, "a pipe for its words");
    w->simulator = spawn(argv, pipes[1]);
    CHECK(w->simulator > 0, "it starts");
    (void)close(pipes[1]);
    FILE *words = fdopen(pipes[0], "r");
    char line[256];
    while (fgets(line, sizeof line, words)) {
        char *url = strstr(line, "http://");
        if (!url) continue;
        (void)snprintf(w->url, sizeof w->url, "%.*s", (int)strcspn(url, " \n"), url);
        break;
    }
    CHECK(w->url[0], "it says where it listens");
    (void)fclose(words);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
}

static time_ms turned_wall(struct clock *c)
{
    struct world_clock *own = (struct world_clock *)(void *)c;
    return clock_now(own->base) + atomic_load(&own->shift);
}

static time_ms turned_monotonic(struct clock *c)
{
    return clock_monotonic(((struct world_clock *)(void *)c)->base);
}

void world_turn_clock(struct world *w, time_ms by)
{
    atomic_fetch_add(&w->turned.shift, by);
}

static void notified(void *ctx, const char *topic)
{
    struct world *w = ctx;
    (void)topic;
    (void)pthread_mutex_lock(&w->lock);
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
}

static enum err pass_through(struct transport *t, const struct transport_request *request,
    struct arena *arena, struct transport_reply *reply, struct error *e)
{
    struct world_door *door = (struct world_door *)(void *)t;
    struct transport_request hasty = *request;
    time_ms most = atomic_load(&door->most_ms);
    if (most && most < hasty.timeout_ms) hasty.timeout_ms = most;
    return door->curl->send(door->curl, &hasty, arena, reply, e);
}

static void open_clock(struct world *w, int64_t speed)
{
    bool scaled = speed > 1;
    w->turned.base = scaled ? clock_scaled_init(&w->scaled, clock_system(), speed) : clock_system();
    w->turned.clock = (struct clock){ turned_wall, turned_monotonic, speed };
    w->clock = &w->turned.clock;
    w->options = (struct engine_options){ .order_poll_ms = scaled ? 10000 : 200,
        .listing_refresh_ms = scaled ? 60000 : 500,
        .pushers = 2 };
}

void world_open(
    struct world *w, enum db_engine engine, const char *simulator, const char *const *options)
{
    world_open_scaled(w, engine, simulator, options, 1);
}

void world_open_scaled(struct world *w, enum db_engine engine, const char *simulator,
    const char *const *options, int64_t speed)
{
    struct error e;
    memset(w, 0, sizeof *w);
    open_clock(w, speed);
    arena_init(&w->arena, "world", 256 << 20);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->changed, NULL);
    CHECK_ERR(seal_init(&e), OK, &e, "sodium");
    memset(w->key.bytes, 7, sizeof w->key.bytes);
    start_simulator(w, simulator, options);
    harness_open(engine, HARNESS_MIGRATED, &w->h);
    db_listen(w->h.db, notified, w);
    struct transport_curl_options curl = { .user_agent = S("Stockbridge-Test/1 (Language=C)"),
        .connect_timeout_ms = 5000 };
    CHECK_ERR(transport_curl_new(&curl, &w->transport, &e), OK, &e, "curl");
    w->door = (struct world_door){ { pass_through, NULL, NULL }, w->transport, 0 };
    w->drivers[0] = amazon_driver_new(&w->door.transport, w->clock);
}

void world_start_engine(struct world *w)
{
    struct error e;
    struct engine_parts parts = { w->h.db, w->clock, rng_system(), &w->key, w->drivers,
        w->options };
    CHECK_ERR(engine_start(&parts, &w->engine, &e), OK, &e, "engine");
}

/* A stopped engine is kept until the database is closed, which may still notify it. */
void world_stop_engine(struct world *w)
{
    engine_stop(w->engine);
}

void world_close(struct world *w)
{
    if (w->engine) engine_stop(w->engine);
    w->transport->stop(w->transport);
    harness_close(&w->h);
    engine_release(w->engine);
    amazon_driver_free(w->drivers[0]);
    w->transport->release(w->transport);
    (void)kill(w->simulator, SIGTERM);
    (void)waitpid(w->simulator, NULL, 0);
    arena_release(&w->arena);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->lock);
}

int world_call(
    struct world *w, const char *method, const char *path, const char *body, struct json *root)
{
    struct error e;
    struct transport_header type = { S("content-type"), S("application/json") };
    struct transport_request request = { .method = str_of(method),
        .url = arena_fmt(&w->arena, "%s%s", w->url, path),
        .headers = &type,
        .header_count = 1,
        .body = str_of(body),
        .timeout_ms = 20000,
        .reply_max = 64 << 20,
        .cleartext_okay = true };
    struct transport_reply *reply = arena_new(&w->arena, struct transport_reply, 1);
    CHECK_ERR(w->transport->send(w->transport, &request, &w->arena, reply, &e), OK, &e, path);
    *root = (struct json){ NULL };
    if (reply->body.len) CHECK_ERR(json_parse(reply->body, 64 << 20, root, &e), OK, &e, path);
    return reply->status;
}

void world_control(struct world *w, const char *path, const char *body)
{
    struct json root;
    int status = world_call(w, "POST", path, body, &root);
    CHECK(status / 100 == 2, body);
    json_release(&root);
}

int64_t world_calls(struct world *w, const char *operation, int status)
{
    struct arena_mark mark = arena_mark(&w->arena);
    struct json root;
    CHECK_INT(world_call(w, "GET", "/_sim/calls?limit=20000", "", &root), 200, "calls");
    struct json calls = json_get(root, "calls");
    int64_t n = 0;
    for (size_t i = 0; i < json_len(calls); i++) {
        struct str name = S("");
        int64_t got = 0;
        (void)json_str(json_get(json_at(calls, i), "operation"), &name);
        (void)json_int64(json_get(json_at(calls, i), "status"), &got);
        n += str_eq(name, str_of(operation)) && (!status || got == status);
    }
    json_release(&root);
    arena_rewind(&w->arena, mark);
    return n;
}

void world_forget_calls(struct world *w)
{
    struct json root;
    CHECK_INT(world_call(w, "DELETE", "/_sim/calls", "", &root), 200, "forgotten");
    json_release(&root);
}

struct change_call {
    struct world *w;
    world_fn fn;
    void *ctx;
};

static enum err run_change(struct tx *tx, void *ctx, struct error *e)
{
    struct change_call *call = ctx;
    struct change c = { tx, tx_arena(tx), &tester, clock_now(call->w->clock), rng_system() };
    return call->fn(&c, call->ctx, e);
}

void world_change(struct world *w, world_fn fn, void *ctx)
{
    struct change_call call = { w, fn, ctx };
    struct error e;
    CHECK_ERR(db_write(w->h.db, "test", run_change, &call, &e), OK, &e, "a change by the test");
}

struct number_call {
    const char *sql;
    int64_t number;
};

static enum err read_number(struct tx *tx, void *ctx, struct error *e)
{
    struct number_call *call = ctx;
    return stmt_scalar(tx_prepare(tx, call->sql), -1, &call->number, e);
}

int64_t world_number(struct world *w, const char *sql)
{
    struct number_call call = { sql, 0 };
    struct error e;
    CHECK_ERR(db_read(w->h.db, "test", read_number, &call, &e), OK, &e, sql);
    return call.number;
}

struct text_call {
    struct world *w;
    const char *sql;
    struct str text;
};

static enum err read_text(struct tx *tx, void *ctx, struct error *e)
{
    struct text_call *call = ctx;
    struct stmt *st = tx_prepare(tx, call->sql);
    if (stmt_row(st)) call->text = stmt_str(st, 0, &call->w->arena);
    return stmt_end(st, e);
}

struct str world_text(struct world *w, const char *sql)
{
    struct text_call call = { w, sql, S("") };
    struct error e;
    CHECK_ERR(db_read(w->h.db, "test", read_text, &call, &e), OK, &e, sql);
    return call.text;
}

/* The database notifies about most changes, not about all: so also after a short time. */
static void wait_a_little(struct world *w)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STEP_MS * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&w->lock);
    (void)pthread_cond_timedwait(&w->changed, &w->lock, &until);
    (void)pthread_mutex_unlock(&w->lock);
}

void world_until(struct world *w, const char *sql, int64_t wanted, const char *why)
{
    time_ms end = clock_monotonic(clock_system()) + PATIENCE_MS;
    int64_t got = -1;
    while (clock_monotonic(clock_system()) < end) {
        got = world_number(w, sql);
        if (got == wanted) return;
        wait_a_little(w);
    }
    fail_msg("%s: %s stays %lld, wanted %lld", why, sql, (long long)got, (long long)wanted);
}

void world_until_live(struct world *w, const char *sku, int64_t wanted, const char *why)
{
    time_ms end = clock_monotonic(clock_system()) + PATIENCE_MS;
    int64_t got = -1;
    while (clock_monotonic(clock_system()) < end) {
        struct json root;
        (void)world_call(w, "GET", "/_sim/state", "", &root);
        got = -1;
        (void)json_int64(json_get(json_get(root, "quantities"), sku), &got);
        json_release(&root);
        if (got == wanted) return;
        wait_a_little(w);
    }
    fail_msg("%s: %s shows %lld, wanted %lld", why, sku, (long long)got, (long long)wanted);
}

time_ms world_simulated_now(struct world *w)
{
    struct json root;
    int64_t now = 0;
    CHECK_INT(world_call(w, "GET", "/_sim/clock", "", &root), 200, "its clock");
    CHECK(json_int64(json_get(root, "now_ms"), &now), "its clock");
    json_release(&root);
    return now;
}

void world_until_calls(struct world *w, const char *operation, int status, int64_t least)
{
    time_ms end = clock_monotonic(clock_system()) + PATIENCE_MS;
    int64_t got = -1;
    while (clock_monotonic(clock_system()) < end) {
        got = world_calls(w, operation, status);
        if (got >= least) return;
        wait_a_little(w);
    }
    fail_msg(
        "%s: %lld calls with %d, wanted %lld", operation, (long long)got, status, (long long)least);
}

struct connecting {
    struct world *w;
    const struct world_account *account;
};

static void choose_addresses(struct change *c, const struct connecting *k, struct channel_row *ch)
{
    const struct world_account *a = k->account;
    const char *home[3] = { "ATVPDKIKX0DER", NULL, NULL };
    const char *const *ids = a->marketplaces[0] ? a->marketplaces : home;
    for (size_t i = 0; i < COUNT_OF(home) && ids[i]; i++)
        ch->marketplace_ids[ch->marketplace_count++] = str_of(ids[i]);
    ch->endpoint_url = str_of(a->endpoint_url ? a->endpoint_url : k->w->url);
    ch->token_url =
        a->token_url ? str_of(a->token_url) : arena_fmt(c->arena, "%s/auth/o2/token", k->w->url);
}

static enum err lease_elsewhere(struct change *c, int64_t channel_id, struct error *e)
{
    bool held;
    enum { DAY_MS = 86400000 };
    return lease_take(c, channel_id, S("another process"), DAY_MS, &held, e);
}

static enum err give_credentials(
    struct change *c, struct world *w, struct str secret, struct error *e)
{
    struct channel_credentials credentials = { S("amzn1.application-oa2-client.test"), secret,
        S("Atzr|test") };
    struct str sealed =
        engine_seal_credentials(&w->key, w->channel_id, &credentials, c->rng, c->arena);
    return channel_set_credentials(c, w->channel_id, sealed, e);
}

static enum err connect_channel(struct change *c, void *ctx, struct error *e)
{
    struct connecting *k = ctx;
    const struct world_account *a = k->account;
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    *ch = (struct channel_row){
        .kind = S("amazon"),
        .name = arena_fmt(c->arena, "Amazon US %lld", (long long)k->w->channel_id + 1),
        .region = str_of(a->region ? a->region : "na"),
        .seller_id = S("A2EXAMPLE1SELL"),
        .state = CHANNEL_SUSPECT,
        .organization_type = S("channel"),
        .inventory_sync = a->inventory_sync,
        .order_import = a->order_import,
        .import_orders_from = a->orders_from ? a->orders_from : c->now,
        .status_ids = { 1 },
        .status_count = 1,
        .warehouse_ids = { 1 },
        .warehouse_count = 1,
        .map = { { S("PENDING"), 3, S("Pending payment") }, { S("UNSHIPPED"), 1, S("New") },
            { S("PARTIALLY_SHIPPED"), 1, S("New") }, { S("SHIPPED"), 4, S("Shipped") },
            { S("CANCELLED"), 5, S("Canceled") } },
        .map_count = 5,
        .brake_released_at = c->now,
    };
    choose_addresses(c, k, ch);
    enum err rc = channel_create(c, ch, e);
    if (!rc && a->worked) rc = lease_elsewhere(c, ch->id, e);
    if (rc) return rc;
    k->w->channel_id = ch->id;
    rc = give_credentials(c, k->w, S(CLIENT_SECRET), e);
    return rc || a->proved ? rc : channel_set_state(c, ch, CHANNEL_SUSPECT, S("new"), e);
}

void world_connect_as(struct world *w, const struct world_account *account)
{
    struct connecting k = { w, account };
    world_change(w, connect_channel, &k);
}

void world_connect(struct world *w, bool inventory_sync, bool order_import)
{
    world_connect_as(w,
        &(struct world_account){ .inventory_sync = inventory_sync, .order_import = order_import });
}

void world_connect_proved(struct world *w)
{
    world_connect_as(w, &(struct world_account){ .proved = true });
}

struct reconnecting {
    struct world *w;
    struct str secret;
};

static enum err reconnect_channel(struct change *c, void *ctx, struct error *e)
{
    struct reconnecting *r = ctx;
    struct world *w = r->w;
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, w->channel_id, c->arena, ch, e);
    if (!rc) rc = give_credentials(c, w, r->secret, e);
    return rc ? rc : channel_set_state(c, ch, CHANNEL_SUSPECT, S("new"), e);
}

void world_reconnect(struct world *w)
{
    world_reconnect_with(w, CLIENT_SECRET);
}

void world_reconnect_with(struct world *w, const char *client_secret)
{
    struct reconnecting r = { w, str_of(client_secret) };
    world_change(w, reconnect_channel, &r);
}

struct running {
    int64_t channel_id, id;
    int kind;
    struct str progress;
};

static enum err queue_run(struct change *c, void *ctx, struct error *e)
{
    struct running *r = ctx;
    struct run_order order = { r->channel_id, (enum run_kind)r->kind, r->progress };
    struct run run;
    bool is_new;
    enum err rc = run_queue(c, &order, c->arena, &run, &is_new, e);
    r->id = run.id;
    return rc;
}

void world_queue(struct world *w, int kind)
{
    struct running r = { w->channel_id, 0, kind, S("") };
    world_change(w, queue_run, &r);
}

void world_queue_backfill(struct world *w, time_ms from)
{
    struct str text = arena_fmt(&w->arena, "%lld", (long long)from);
    struct running r = { w->channel_id, 0, RUN_BACKFILL_ORDERS, text };
    world_change(w, queue_run, &r);
}

int64_t world_run(struct world *w, int kind)
{
    world_queue(w, kind);
    world_until(
        w, "SELECT COUNT(*) FROM run WHERE state IN ('queued', 'running')", 0, "the run ends");
    return world_number(w, "SELECT CASE state WHEN 'succeeded' THEN 1 ELSE 0 END FROM run"
                           " ORDER BY id DESC LIMIT 1");
}

struct making {
    const char *sku, *model;
    int64_t id;
};

static enum err make_variation(struct change *c, void *ctx, struct error *e)
{
    struct making *m = ctx;
    struct variation v = { .grade_id = 1, .sku = str_of(m->sku) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("Unknown");
    v.text[VARIATION_MODEL] = str_of(m->model);
    enum err rc = variation_create(c, &v, e);
    m->id = v.id;
    return rc;
}

int64_t world_variation(struct world *w, const char *sku, const char *model)
{
    struct making m = { sku, model, 0 };
    world_change(w, make_variation, &m);
    return m.id;
}

struct receiving {
    int64_t variation_id;
    int count;
};

static enum err receive(struct change *c, void *ctx, struct error *e)
{
    struct receiving *r = ctx;
    enum err rc = OK;
    for (int i = 0; i < r->count && !rc; i++) {
        struct item item = { .variation_id = r->variation_id,
            .status_id = 1,
            .warehouse_id = 1,
            .status = S("In stock"),
            .warehouse = S("Main"),
            .location = S(""),
            .esn = arena_fmt(c->arena, "S%llX", (unsigned long long)rng_u64(c->rng)) };
        rc = item_create(c, &item, e);
    }
    return rc;
}

void world_receive(struct world *w, int64_t variation_id, int count)
{
    struct receiving r = { variation_id, count };
    world_change(w, receive, &r);
}
