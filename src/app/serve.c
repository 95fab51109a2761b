/* serve.c: the parts put together, and taken apart again in the right order. */
#include "app/serve.h"

#include "amazon/amazon.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/context.h"
#include "exchange/worker.h"
#include "http/api.h"
#include "net/http_server.h"
#include "net/transport.h"
#include "store/channels.h"
#include "sync/engine.h"
#include "webhook/webhooks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct server {
    struct cli cli;
    struct clock *clock;
    struct clock_scaled scaled; /* what clock points at, for simulations */
    struct transport *transport;
    struct channel_driver *drivers[2];
    struct engine *engine;
    struct webhooks *webhooks;
    struct exchange_worker *exchange;
    struct api *api;
    struct http_server *http;
};

/* The page lies in share/ of an installed program, or in web/dist of the tree it was built in. */
static const char *find_assets(const struct options *o, struct arena *arena)
{
    static const char *const places[] = { "web", "../web/dist", "../share/stockbridge/web" };
    if (o->assets) return o->assets;
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return NULL;
    self[len] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct str index = arena_fmt(arena, "%s/%s/index.html", self, places[i]);
        if (access(index.at, R_OK) == 0) return arena_fmt(arena, "%s/%s", self, places[i]).at;
    }
    return NULL;
}

struct channels {
    struct arena *arena;
    struct channel_row *rows;
    size_t count;
};

static enum err read_channels(struct tx *tx, void *ctx, struct error *e)
{
    enum { CHANNELS_MAX = 256 }; /* the engine works no more */
    struct channels *r = ctx;
    struct page page = { 0, CHANNELS_MAX };
    return channel_list(tx, &page, r->arena, &r->rows, &r->count, e);
}

/* By a scaled clock Amazon itself would be called X times too often: the driver refuses to, and
 * here it is said at once, before anything is done by the wrong time. */
static enum err only_simulators(struct server *s, struct error *e)
{
    struct channels r = { .arena = &s->cli.arena };
    enum err rc = db_read(s->cli.db, "channels", read_channels, &r, e);
    for (size_t i = 0; i < r.count && !rc; i++) {
        struct channel_account a = { .endpoint_url = r.rows[i].endpoint_url,
            .token_url = r.rows[i].token_url };
        if (!amazon_is_simulator(&a))
            rc = error_set(e, ERR_INVALID,
                "--time-scale is for simulators: the addresses of channel \"%.*s\" are not on this"
                " machine",
                STR_FMT(r.rows[i].name));
    }
    return rc;
}

static enum err set_clock(struct server *s, const struct options *o, struct error *e)
{
    s->clock = clock_system();
    if (o->time_scale == 1) return OK;
    s->clock = clock_scaled_init(&s->scaled, clock_system(), o->time_scale);
    return only_simulators(s, e);
}

static enum err start_engine(struct server *s, const struct options *o, struct error *e)
{
    struct transport_curl_options curl = {
        .user_agent = S("Stockbridge/" STOCKBRIDGE_VERSION " (Language=C; Platform=Linux)"),
        .connect_timeout_ms = 10 * 1000,
    };
    enum err rc = transport_curl_new(&curl, &s->transport, e);
    if (rc) return rc;
    s->drivers[0] = amazon_driver_new(s->transport, s->clock);
    struct engine_parts parts = {
        .db = s->cli.db,
        .clock = s->clock,
        .rng = rng_system(),
        .key = &s->cli.key,
        .drivers = s->drivers,
        .options = { o->order_poll_ms, o->listing_refresh_ms, (int)o->pushers },
    };
    return engine_start(&parts, &s->engine, e);
}

static enum err start_webhooks(struct server *s, const struct options *o, struct error *e)
{
    struct webhooks_parts parts = {
        .db = s->cli.db,
        .clock = s->clock,
        .rng = rng_system(),
        .key = &s->cli.key,
        .transport = s->transport,
        .timeout_ms = o->webhook_timeout_ms,
    };
    return webhooks_start(&parts, &s->webhooks, e);
}

static enum err start_exchange(struct server *s, struct error *e)
{
    struct exchange_parts parts = { s->cli.db, s->clock, rng_system() };
    return exchange_worker_start(&parts, &s->exchange, e);
}

static enum err start_http(struct server *s, const struct options *o, struct error *e)
{
    struct api_options api = {
        .db = s->cli.db,
        .clock = s->clock,
        .rng = rng_system(),
        .key = &s->cli.key,
        .engine = s->engine,
        .webhooks = s->webhooks,
        .drivers = s->drivers,
        .secure_cookies = o->secure_cookies,
        .asset_dir = find_assets(o, &s->cli.arena),
        .version = STOCKBRIDGE_VERSION,
        .spool_dir = o->data,
    };
    enum err rc = api_new(&api, &s->api, e);
    if (rc) return rc;
    struct http_server_options http = {
        .listen = str_of(o->listen),
        .workers = (int)o->workers,
        .body_max = HTTP_BODY_MAX,
        .spool_max_of = api_file_max,
        .spool_dir = o->data,
        .connections_max = (size_t)o->http_connections,
        .queue_max = 4096,
        .header_timeout_ms = 30 * 1000,
        .body_timeout_ms = 60 * 1000,
        .arena_max = REQUEST_ARENA_MAX,
        .handle = api_handle,
        .ctx = s->api,
    };
    return http_server_start(&http, &s->http, e);
}

/* What is asked stops first, what answers last. */
static void stop(struct server *s, const struct options *o)
{
    if (s->http) http_server_stop(s->http, o->stop_timeout_ms);
    if (s->transport) s->transport->stop(s->transport);
    webhooks_stop(s->webhooks);
    if (s->exchange) exchange_worker_stop(s->exchange);
    if (s->engine) engine_stop(s->engine);
    if (s->api) api_stop(s->api);
    if (s->drivers[0]) amazon_driver_free(s->drivers[0]);
    if (s->transport) s->transport->release(s->transport);
    cli_close(&s->cli);
    webhooks_release(s->webhooks);
    if (s->exchange) exchange_worker_release(s->exchange);
    if (s->engine) engine_release(s->engine);
    if (s->api) api_release(s->api);
}

int serve(const struct options *o)
{
    struct server s = { 0 };
    struct error e;
    sigset_t signals;
    /* Blocked in every thread to come; this one waits for them. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    enum err rc = cli_open_alone(&s.cli, o, &e);
    if (rc) return cli_fail(&e);
    rc = cli_lock_folder(&s.cli, &e);
    if (!rc) rc = set_clock(&s, o, &e);
    if (!rc) rc = start_engine(&s, o, &e);
    if (!rc) rc = start_webhooks(&s, o, &e);
    if (!rc) rc = start_exchange(&s, &e);
    if (!rc) rc = start_http(&s, o, &e);
    if (rc) {
        stop(&s, o);
        return cli_fail(&e);
    }
    const char *colon = strrchr(o->listen, ':');
    (void)printf("listening on http://%.*s:%d\n", (int)(colon ? colon - o->listen : 0), o->listen,
        http_server_port(s.http));
    (void)fflush(stdout);
    LOG_INFO("app", "started", "version %s", STOCKBRIDGE_VERSION);
    int signal_number = 0;
    (void)sigwait(&signals, &signal_number);
    LOG_INFO("app", "stopping", "signal %d", signal_number);
    stop(&s, o);
    LOG_INFO("app", "stopped", "%s", "all work under way is done");
    return 0;
}
