/* verify_account_test.c: an account that is proved, and each thing that can be wrong with it, in
 * words that say what to do. */
#include "check.h"
#include "world.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum db_engine engine;
static const char *simulator;

static const char *const plain[] = { "--seed", "1", "--listings", "3", NULL };

enum where { HERE, NO_ENDPOINT, NO_TOKENS }; /* which address nobody listens at */

struct row {
    const char *why;
    const char *path, *control; /* of the simulator, before; NULL: none */
    enum where where;
    const char *marketplaces[2];
    const char *checks; /* code:severity of each, in order */
    /* Of the check that is not ok: parts of our words, of what to do, and of Amazon's. */
    const char *detail, *action, *theirs;
    const char *state; /* of the channel afterwards; "suspect" is a new one's, not yet proved */
};

#define FAULT(match, kind) "/_sim/faults", "[{\"match\": \"" match "\", \"kind\": \"" kind "\"}]"
#define DENIED "Unauthorized: Access to requested resource is denied."

static const struct row rows[] = {
    { .why = "all is well",
        .checks = "token:ok marketplaces:ok listings:ok orders:ok",
        .state = "connected" },
    { "the seller withdrew the grant", "/_sim/auth/revoke", "{}", .checks = "revoked_grant:error",
        .detail = "revoked or has expired", .action = "Authorise the application again",
        .theirs = "invalid_grant: The request has an invalid grant parameter : refresh_token.",
        .state = "reconnect_needed" },
    { "another secret", "/_sim/auth/rotate_secret", "{}", .checks = "wrong_secret:error",
        .detail = "client id or client secret is wrong", .action = "developer console",
        .theirs = "invalid_client: Client authentication failed", .state = "reconnect_needed" },
    { "no role for listings, or the id of another seller", FAULT("GET /listings", "403"),
        .checks = "token:ok marketplaces:ok missing_role:error orders:ok",
        .detail = "may not read listings", .action = "\"Product Listing\"", .theirs = DENIED,
        .state = "suspect" },
    { "the same, and what else it may be", FAULT("GET /listings", "403"),
        .checks = "token:ok marketplaces:ok missing_role:error orders:ok",
        .detail = "of this seller id", .action = "Merchant Token", .theirs = DENIED,
        .state = "suspect" },
    { "no role for orders", FAULT("GET /orders", "403"),
        .checks = "token:ok marketplaces:ok listings:ok missing_role:error",
        .detail = "may not read orders", .action = "\"Inventory and Order Tracking\"",
        .theirs = DENIED, .state = "suspect" },
    { "nothing may be asked at this address", FAULT("GET /sellers", "403"),
        .checks = "token:ok wrong_region:error", .detail = "region", .action = "Choose the region",
        .theirs = DENIED, .state = "suspect" },
    { "marketplaces of another region", .marketplaces = { "A1PA6795UKMFR9" },
        .checks = "token:ok wrong_region:error", .detail = "none of the chosen marketplaces",
        .action = "Choose the region and marketplaces", .state = "suspect" },
    { "one marketplace that the seller has, one that not",
        .marketplaces = { "ATVPDKIKX0DER", "A1PA6795UKMFR9" },
        .checks = "token:ok marketplace_not_participating:error",
        .detail = "every chosen marketplace", .action = "Remove the others", .state = "suspect" },
    { "nobody listens at the endpoint", .where = NO_ENDPOINT, .checks = "no_network:error",
        .detail = "cannot be reached", .action = "internet connection", .state = "suspect" },
    { "nobody listens where tokens come from", .where = NO_TOKENS, .checks = "no_network:error",
        .detail = "cannot be reached", .action = "internet connection", .state = "suspect" },
    { "trouble of Amazon's own", FAULT("GET /sellers", "500"), .checks = "channel_error:warning",
        .detail = "an error of its own", .action = "later",
        .theirs = "InternalFailure: We encountered an internal error.", .state = "suspect" },
    { "trouble where tokens come from", FAULT("POST /auth", "503"),
        .checks = "channel_error:warning", .detail = "an error of its own", .action = "later",
        .theirs = "temporarily_unavailable: The request could not be served", .state = "suspect" },
    { "no answer of Amazon's but a gateway's", FAULT("GET /sellers", "html400"),
        .checks = "channel_error:warning", .detail = "an error of its own", .action = "later",
        .theirs = "http_400: 400 Bad Request", .state = "suspect" },
    { "asked too often", FAULT("GET /sellers", "429"), .checks = "throttled:warning",
        .detail = "slow down", .action = "in a few minutes", .theirs = "QuotaExceeded",
        .state = "suspect" },
};

/* An address at which nobody listens: the port was free a moment ago. */
static const char *closed_url(struct world *w)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0, "a port");
    CHECK(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "its number");
    (void)close(fd);
    return arena_fmt(&w->arena, "http://127.0.0.1:%d", ntohs(address.sin_port)).at;
}

static bool holds(struct str text, const char *part)
{
    struct str p = str_of(part);
    for (size_t i = 0; i + p.len <= text.len; i++)
        if (str_eq(str_sub(text, i, p.len), p)) return true;
    return false;
}

static const struct verify_check *first_not_ok(const struct verify_result *r)
{
    for (size_t i = 0; i < r->check_count; i++)
        if (strcmp(r->checks[i].severity, "ok") != 0) return &r->checks[i];
    return NULL;
}

static struct str codes(struct world *w, const struct verify_result *r)
{
    struct str all = S("");
    for (size_t i = 0; i < r->check_count; i++)
        all = arena_fmt(&w->arena, "%.*s%s%s:%s", STR_FMT(all), i ? " " : "", r->checks[i].code,
            r->checks[i].severity);
    return all;
}

static void check_words(const struct row *row, const struct verify_result *r)
{
    const struct verify_check *wrong = first_not_ok(r);
    CHECK(r->ok == (wrong == NULL), row->why);
    if (!wrong) return;
    CHECK(row->detail && holds(wrong->detail, row->detail), row->why);
    CHECK(row->action && holds(wrong->action, row->action), row->why);
    bool answered = row->theirs != NULL;
    CHECK(!answered || holds(wrong->channel_message, row->theirs), row->why);
    CHECK(answered == (wrong->request_id.len > 0), row->why);
}

static void check_row(struct world *w, const struct row *row)
{
    world_control(w, "/_sim/reset", "{}");
    if (row->path) world_control(w, row->path, row->control);
    const char *closed = closed_url(w);
    world_connect_as(w, &(struct world_account){ .worked = true,
                            .marketplaces = { row->marketplaces[0], row->marketplaces[1] },
                            .endpoint_url = row->where == NO_ENDPOINT ? closed : NULL,
                            .token_url = row->where == NO_TOKENS ? closed : NULL });
    struct verify_result result;
    struct error e;
    CHECK_ERR(engine_verify(w->engine, w->channel_id, &w->arena, &result, &e), OK, &e, row->why);
    CHECK_STR(codes(w, &result), str_of(row->checks), row->why);
    check_words(row, &result);
    struct str sql =
        arena_fmt(&w->arena, "SELECT state FROM channel WHERE id = %lld", (long long)w->channel_id);
    CHECK_STR(world_text(w, sql.at), str_of(row->state), row->why);
}

static void test_each(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, engine, simulator, plain);
    world_start_engine(&w);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_row(&w, &rows[i]);
    world_close(&w);
}

/* The seller's marketplaces are named, so that the right ones can be chosen. */
static void test_marketplaces(void **state)
{
    (void)state;
    struct world w;
    struct verify_result r;
    struct error e;
    world_open(&w, engine, simulator, plain);
    world_start_engine(&w);
    world_connect_as(&w, &(struct world_account){ .worked = true,
                             .marketplaces = { "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9" } });
    CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &r, &e), OK, &e, "asked");
    CHECK_INT(r.marketplace_count, 4, "those of North America");
    for (size_t i = 0; i < r.marketplace_count; i++) {
        const struct verify_marketplace *m = &r.marketplaces[i];
        CHECK(m->participating, "the seller takes part");
        CHECK(m->chosen == str_eq(m->id, S("A2EUQ1WTGCTBG2")), "Canada was chosen");
    }
    CHECK_STR(r.marketplaces[1].name, S("Amazon.ca"), "by name");
    CHECK_ERR(engine_verify(w.engine, 4711, &w.arena, &r, &e), ERR_NOT_FOUND, &e, "no channel");
    world_close(&w);
}

static enum err disconnect(struct change *c, void *ctx, struct error *e)
{
    struct world *w = ctx;
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, w->channel_id, c->arena, ch, e);
    return rc ? rc : channel_set_state(c, ch, CHANNEL_RECONNECT_NEEDED, S("by a test"), e);
}

/* What was not asked, because no token was left for it, is neither well nor wrong. */
static void test_not_asked(void **state)
{
    (void)state;
    enum { TRIES = 20 }; /* more than the burst of what is asked first, at one token a minute */
    struct world w;
    struct verify_result r = { .ok = true };
    struct error e;
    world_open(&w, engine, simulator, plain);
    world_connect(&w, false, false);
    world_start_engine(&w);
    world_until(&w, "SELECT COUNT(*) FROM channel WHERE state = 'connected'", 1, "it is well");
    for (int i = 0; i < TRIES && r.ok; i++)
        CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &r, &e), OK, &e, "asked");
    world_change(&w, disconnect, &w);
    for (int i = 0; i < TRIES && r.check_count > 1; i++)
        CHECK_ERR(engine_verify(w.engine, w.channel_id, &w.arena, &r, &e), OK, &e, "asked");
    CHECK(!r.ok, "it is not said to be well");
    CHECK_STR(codes(&w, &r), S("throttled:warning"), "but why nothing was asked");
    CHECK(holds(r.checks[0].detail, "it was not tried"), "in words");
    CHECK_STR(world_text(&w, "SELECT state_detail FROM channel"), S("by a test"),
        "and nothing is changed");
    world_close(&w);
}

static int stop(void **state)
{
    (void)state;
    harness_stop();
    return 0;
}

int main(int argc, char **argv)
{
    engine = harness_engine(argc, argv);
    simulator = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_marketplaces),
        cmocka_unit_test(test_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
