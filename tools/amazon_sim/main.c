/* main.c: the program amazon-sim: options, start, stop. */
#include "number.h"
#include "sim.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>

enum { LISTINGS_DEFAULT = 100, WORKERS = 8, BODY_MAX = 16 << 20, DRAIN_MS = 5000 };

static const char help[] =
    "usage: amazon-sim [OPTION]...\n"
    "\n"
    "Behaves like Amazon's Selling Partner API, for tests and as a sandbox. Controls: /_sim/...\n"
    "(tools/amazon_sim/README.md).\n"
    "\n"
    "  --listen ADDR:PORT  where to listen (127.0.0.1:0; port 0 takes a free one, which is "
    "printed)\n"
    "  --seed N            the catalogue and every random choice (1)\n"
    "  --listings N        how many listings there are (100)\n"
    "  --orders N          how many orders of the last ten days there are (0)\n"
    "  --region R          na, eu or fe (na)\n"
    "  --time-scale X      its clock runs X times faster, rate limits and delays with it (1)\n"
    "  --rate-scale X      rates and bursts are X times what Amazon documents (1)\n"
    "  --client-scale X    the client's clock runs X times faster too: rates are stated in its\n"
    "                      seconds (1)\n"
    "  --fault SPEC        MATCH=KIND[:COUNT|:PERCENT%], several with ';' between, or the JSON of\n"
    "                      POST /_sim/faults; may be given again. MATCH: an operation, or a "
    "method\n"
    "                      and the beginning of a path. KIND: 429 500 503 403 html400 reset slow\n"
    "                      invalid drop_after_apply no_rate_header never_apply\n"
    "                      feed_stuck feed_invalid feed_fatal same_page\n"
    "  --strict            accept only the credentials below\n"
    "\n"
    "Without --strict any client id, secret, refresh token and seller id that is not empty is\n"
    "accepted, until a control rotates the secret or revokes the grant. With it:\n"
    "  client_id      " LWA_CLIENT_ID "\n"
    "  client_secret  " LWA_CLIENT_SECRET "\n"
    "  refresh_token  " LWA_REFRESH_TOKEN "\n"
    "  seller_id      " LWA_SELLER_ID "\n"
    "The token endpoint is /auth/o2/token, the consent page /apps/authorize/consent.\n";

struct arguments {
    struct sim_options sim;
    struct faults faults;
    struct str listen;
};

enum {
    O_LISTEN = 256,
    O_SEED,
    O_LISTINGS,
    O_ORDERS,
    O_REGION,
    O_TIME,
    O_RATE,
    O_CLIENT,
    O_FAULT,
    O_STRICT,
    O_HELP
};

static const struct option long_options[] = { { "listen", required_argument, NULL, O_LISTEN },
    { "seed", required_argument, NULL, O_SEED },
    { "listings", required_argument, NULL, O_LISTINGS },
    { "orders", required_argument, NULL, O_ORDERS },
    { "region", required_argument, NULL, O_REGION },
    { "time-scale", required_argument, NULL, O_TIME },
    { "rate-scale", required_argument, NULL, O_RATE },
    { "client-scale", required_argument, NULL, O_CLIENT },
    { "fault", required_argument, NULL, O_FAULT }, { "strict", no_argument, NULL, O_STRICT },
    { "help", no_argument, NULL, O_HELP }, { 0 } };

static bool take_int(struct str s, int64_t max, int64_t *out)
{
    return str_to_int64(s, out) && *out >= 0 && *out <= max;
}

static bool take_option(struct arguments *a, int option, struct str value)
{
    struct error e;
    switch (option) {
    case O_LISTEN:
        a->listen = value;
        return true;
    case O_SEED:
        return take_int(value, INT64_MAX, &a->sim.seed);
    case O_LISTINGS:
        return take_int(value, WORLD_LISTINGS_MAX, &a->sim.listings);
    case O_ORDERS:
        return take_int(value, WORLD_ORDERS_MAX, &a->sim.orders);
    case O_REGION:
        a->sim.region = region_named(value);
        return a->sim.region != NULL;
    case O_TIME:
        return number_of_text(value, 0.001, SIM_SCALE_MAX, &a->sim.time_scale);
    case O_RATE:
        return number_of_text(value, 1e-6, 1e6, &a->sim.rate_scale);
    case O_CLIENT:
        return number_of_text(value, 0.001, SIM_SCALE_MAX, &a->sim.client_scale);
    case O_FAULT:
        if (!faults_add_spec(&a->faults, value, &e)) return true;
        (void)fprintf(stderr, "amazon-sim: %s\n", e.detail);
        return false;
    case O_STRICT:
        a->sim.strict = true;
        return true;
    default:
        return false;
    }
}

/* 0: go on; else the exit status plus one. */
static int read_arguments(int argc, char **argv, struct arguments *a)
{
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == O_HELP || option == 'h') {
            (void)fputs(help, stdout);
            return 1;
        }
        if (option != '?' && take_option(a, option, str_of(optarg))) continue;
        if (option != '?')
            (void)fprintf(
                stderr, "amazon-sim: '%s' is not a value for that option\n", optarg ? optarg : "");
        (void)fputs("amazon-sim: see --help\n", stderr);
        return 3;
    }
    if (optind == argc) return 0;
    (void)fprintf(stderr, "amazon-sim: unexpected argument '%s'; see --help\n", argv[optind]);
    return 3;
}

static void print_address(struct str listen, int port)
{
    size_t host = listen.len;
    while (host > 0 && listen.at[host - 1] != ':')
        host--;
    printf("listening on http://%.*s:%d\n", (int)(host ? host - 1 : 0), listen.at, port);
    (void)fflush(stdout);
}

static int serve(struct sim *sim, struct str listen, const sigset_t *signals)
{
    struct http_server_options options = { .listen = listen,
        .workers = WORKERS,
        .body_max = BODY_MAX,
        .connections_max = 1000,
        .queue_max = 1000,
        .header_timeout_ms = 60000,
        .body_timeout_ms = 60000,
        .arena_max = (size_t)512 << 20,
        .handle = sim_handle,
        .ctx = sim };
    struct http_server *server;
    struct error e;
    int signal;
    if (http_server_start(&options, &server, &e)) {
        (void)fprintf(stderr, "amazon-sim: %s\n", e.detail);
        return 1;
    }
    print_address(listen, http_server_port(server));
    sigwait(signals, &signal);
    sim_stop_waits(sim);
    http_server_stop(server, DRAIN_MS);
    return 0;
}

int main(int argc, char **argv)
{
    static struct sim sim;
    struct arguments a = { .listen = S("127.0.0.1:0"),
        .sim = { .seed = 1,
            .listings = LISTINGS_DEFAULT,
            .time_scale = 1,
            .rate_scale = 1,
            .client_scale = 1,
            .region = region_named(S("na")) } };
    int stop = read_arguments(argc, argv, &a);
    if (stop) return stop - 1;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread is started */
    (void)signal(SIGPIPE, SIG_IGN);
    sim_init(&sim, &a.sim, clock_system());
    sim.faults = a.faults;
    int status = serve(&sim, a.listen, &signals);
    sim_release(&sim);
    return status;
}
